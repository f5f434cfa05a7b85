"""What students get wrong in bert, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "wordpiece": [
        Misconception(
            "shortest_match_first",
            "The shortest fitting piece is taken. WordPiece prefers the longest: begin with the "
            "whole rest of the word and drop characters from its end.",
            {"range(len(word), start, -1)": "range(start + 1, len(word) + 1)"},
        ),
        Misconception(
            "no_mark_in_the_look_up",
            "Pieces inside a word are looked up without ##. So the row of a word is used for the "
            "ending of another one, and the text can no longer be put together. Only pieces with "
            "## may continue a word.",
            {'("##" if start else "") + word[start:end]': "word[start:end]"},
        ),
        Misconception(
            "mark_added_after_the_look_up",
            "The candidate is looked up without ##, and the mark is put on afterwards. The result "
            "may hold pieces that are not in the vocabulary: `able` and `##able` are two different "
            "entries.",
            {
                'piece = ("##" if start else "") + word[start:end]': "piece = word[start:end]",
                "        pieces.append(piece)": '        pieces.append(("##" if start else "") + piece)',
            },
        ),
        Misconception(
            "partial_pieces_and_unk",
            "The pieces found before the dead end are kept, with [UNK] behind them. The whole word "
            "is replaced by a single [UNK].",
            {'return ["[UNK]"]': 'return [*pieces, "[UNK]"]'},
        ),
        Misconception(
            "unknown_rest_is_dropped",
            "Where nothing fits, the pieces found so far are returned and the rest of the word is "
            "lost. The whole word is then unknown.",
            {'            return ["[UNK]"]': '            return pieces or ["[UNK]"]'},
        ),
        Misconception(
            "unknown_characters_skipped",
            "An unknown character becomes [UNK] by itself and the cut goes on behind it. WordPiece "
            "gives up on the whole word: it is one [UNK].",
            {'            return ["[UNK]"]': '            piece, end = "[UNK]", start + 1'},
        ),
        Misconception(
            "steps_back_to_a_shorter_match",
            "After a dead end a shorter match is tried. WordPiece is greedy and never goes back: "
            "the word is [UNK], even if another cut existed.",
            {
                "    pieces, start = [], 0\n    while start < len(word):": (
                    "    pieces, start = [], 0\n\n"
                    "    def cut(start):\n"
                    "        if start == len(word):\n"
                    "            return []\n"
                    "        for end in range(len(word), start, -1):\n"
                    '            piece = ("##" if start > 0 else "") + word[start:end]\n'
                    "            if piece in vocab and (rest := cut(end)) is not None:\n"
                    "                return [piece, *rest]\n\n"
                    '    return cut(0) or ["[UNK]"]\n'
                    "    while start < len(word):"
                ),
            },
        ),
        Misconception(
            "label_on_every_piece",
            "All pieces of a word carry its label. Then a word of four pieces counts four times in "
            "the loss; only the first piece speaks for the word, the others get -100.",
            {"[label] + [-100] * (len(parts) - 1)": "[label] * len(parts)"},
        ),
        Misconception(
            "label_on_the_last_piece",
            "The label stands on the last piece of a word. BERT puts it on the first.",
            {"[label] + [-100] * (len(parts) - 1)": "[-100] * (len(parts) - 1) + [label]"},
        ),
        Misconception(
            "continuations_labelled_zero",
            "Continuing pieces get the label 0, which is a class like any other: the loss will "
            "teach it. What is to be skipped has the label -100.",
            {"[-100] * (len(parts) - 1)": "[0] * (len(parts) - 1)"},
        ),
        Misconception(
            "labels_not_aligned",
            "The list of labels has one entry per word while there are more pieces. From the first "
            "divided word on, every label stands on the wrong piece.",
            {"[label] + [-100] * (len(parts) - 1)": "[label]"},
        ),
        Misconception(
            "unknown_words_without_label",
            "A word that became [UNK] has lost its label. It is still a word with a first piece, "
            "and has to be tagged.",
            {"[label] + [-100]": '[-100 if parts == ["[UNK]"] else label] + [-100]'},
        ),
        Misconception(
            "words_in_lower_case",
            "The word is put into lower case before the cut. It is looked up as it stands: a capital "
            "and a small letter are two characters.",
            {
                "    pieces, start = [], 0\n": "    word = word.lower()\n    pieces, start = [], 0\n",
            },
        ),
        Misconception(
            "label_of_the_last_equal_word",
            "The label is looked up by the word, so that equal words get one label, that of the last "
            "of them. A word may be a name here and a verb there: labels go by position.",
            {
                "    for word, label in zip(words, labels):\n": "    for word in words:\n        label = dict(zip(words, labels))[word]\n",
            },
        ),
        Misconception(
            "label_of_the_first_equal_word",
            "The label is looked up at the first place where the word occurs. A word may be a name "
            "here and a verb there: labels go by position.",
            {
                "    for word, label in zip(words, labels):\n": "    for word in words:\n        label = labels[words.index(word)]\n",
            },
        ),
        Misconception(
            "marks_removed",
            "The pieces are returned without their marks. ## belongs to the piece: `able` and `##able` are two entries.",
            {
                "        start = end\n    return pieces\n": '        start = end\n    return [piece.removeprefix("##") for piece in pieces]\n'
            },
        ),
        Misconception(
            "fewest_pieces",
            "The cut with the fewest pieces is searched. WordPiece takes the longest match where it stands, and never looks further.",
            {
                "    pieces, start = [], 0\n": '    best = {0: []}\n    for end in range(1, len(word) + 1):\n        for at in range(end):\n            piece = word[at:end] if at == 0 else "##" + word[at:end]\n            if at in best and piece in vocab and (end not in best or len(best[at]) + 1 < len(best[end])):\n                best[end] = [*best[at], piece]\n    return best.get(len(word), ["[UNK]"])\n    pieces, start = [], 0\n'
            },
        ),
        Misconception(
            "long_words_are_unknown",
            "A long word became [UNK] without being tried, as in the published code. Here a word may have any length.",
            {
                "    pieces, start = [], 0\n": '    if len(word) > 100:\n        return ["[UNK]"]\n    pieces, start = [], 0\n'
            },
        ),
        Misconception(
            "single_characters_not_tried",
            "A candidate of one character is never tried.",
            {"range(len(word), start, -1)": "range(len(word), start + 1, -1)"},
        ),
        Misconception(
            "word_inside_a_word",
            "Inside a word a candidate is also accepted without its mark. Only pieces with ## may continue a word.",
            {"if piece in vocab:": "if piece in vocab or word[start:end] in vocab:"},
        ),
        Misconception(
            "continuations_labelled_minus_one",
            "Continuing pieces get the label -1. What the loss skips has the label -100.",
            {"[-100] * (len(parts) - 1)": "[-1] * (len(parts) - 1)"},
        ),
        Misconception(
            "special_tokens_added",
            "[CLS] and [SEP] were added. Here pieces and labels of the words are asked for, and nothing else.",
            {
                "return pieces, piece_labels": 'return ["[CLS]", *pieces, "[SEP]"], [-100, *piece_labels, -100]'
            },
        ),
        Misconception(
            "one_list_per_word",
            "The pieces of each word stand in a list of their own. They follow each other in one list.",
            {
                "pieces += parts": "pieces.append(parts)",
                "piece_labels += [label]": "piece_labels += [[label]]",
                "[-100] * (len(parts) - 1)": "[-100] * 0",
            },
        ),
        Misconception(
            "sentence_in_lower_case",
            "The words of a sentence are put into lower case before they are cut.",
            {"wordpiece(word, vocab)": "wordpiece(word.lower(), vocab)"},
        ),
        Misconception(
            "label_zero_taken_for_none",
            "The label 0 became -100: 0 counts as nothing when `or` looks at it. It is a label like any other.",
            {"[label] + [-100]": "[label or -100] + [-100]"},
        ),
    ],
    "bert_inputs": [
        Misconception(
            "first_sep_in_segment_one",
            "The first [SEP] is counted to the second text. A [SEP] belongs to the text that it "
            "closes.",
            {
                "segment = [0] * len(pieces)": "segment = [0] * (len(pieces) - (b is not None))",
                "[1] * (len(second) + 1)": "[1] * (len(second) + 2)",
            },
        ),
        Misconception(
            "last_sep_in_segment_zero",
            "The [SEP] after the second text is in segment 0. It closes the second text and "
            "belongs to segment 1.",
            {"[1] * (len(second) + 1)": "[1] * len(second) + [0]"},
        ),
        Misconception(
            "pads_attended",
            "The attention mask is True at padding. Then every token reads the fill-up, and the "
            "result depends on the length of the longest text in the batch.",
            {"[True] * len(pieces) + [False] * n_pad": "[True] * max_len"},
        ),
        Misconception(
            "mask_upside_down",
            "The attention mask is True at padding and False at tokens. Here True means: this "
            "position is real and may be seen.",
            {"[True] * len(pieces) + [False] * n_pad": "[False] * len(pieces) + [True] * n_pad"},
        ),
        Misconception(
            "mask_of_zeros_and_ones",
            "The mask holds the integers 0 and 1, as in many libraries. In this course a mask is "
            "bool: True where a position may be seen.",
            {"torch.tensor(mask)": "torch.tensor(mask).long()"},
        ),
        Misconception(
            "truncation_cuts_the_last_sep",
            "The finished sequence is cut off at the length L, and the last [SEP] with it. Take "
            "pieces away before the marks are added.",
            {
                "len(first) + len(second) > max_len - marks": "False",
                "    n_pad = max_len - len(pieces)": "    pieces, segment = pieces[:max_len], segment[:max_len]\n    n_pad = max_len - len(pieces)",
            },
        ),
        Misconception(
            "three_marks_for_a_single_text",
            "Room for three marks is kept for a single text, too. It has two, [CLS] and one [SEP], so "
            "that one piece more would fit.",
            {"marks = 2 if b is None else 3": "marks = 3"},
        ),
        Misconception(
            "only_the_second_text_is_cut",
            "Only the second text is shortened. One piece at a time is taken from whichever text "
            "is longer, so that both keep as much as possible.",
            {"(first if len(first) > len(second) else second)": "(second or first)"},
        ),
        Misconception(
            "tie_cuts_the_first_text",
            "With two equally long texts the first one loses a piece. In a tie it is the second "
            "one's turn.",
            {"len(first) > len(second) else": "len(first) >= len(second) else"},
        ),
        Misconception(
            "cut_at_the_front",
            "Pieces are taken from the beginning of the text. The last piece goes.",
            {"else second).pop()": "else second).pop(0)"},
        ),
        Misconception(
            "pad_is_zero",
            "Padding has the id 0 here. The vocabulary says which id [PAD] has.",
            {'[vocab["[PAD]"]] * n_pad': "[0] * n_pad"},
        ),
        Misconception(
            "unknown_pieces_dropped",
            "Pieces that are not in the vocabulary are left out, and the rest moves up. They "
            "become [UNK] and keep their place.",
            {
                "list(a), list(b or [])": "[x for x in a if x in vocab], [x for x in b or [] if x in vocab]",
            },
        ),
        Misconception(
            "single_text_with_two_seps",
            "A single text is closed by two [SEP]. The second one belongs to a second text, and "
            "here is none.",
            {"marks = 2 if b is None else 3": "marks = 3", "if b is not None:": "if True:"},
        ),
        Misconception(
            "no_segment_embedding",
            "The segment embedding is missing. The model cannot tell question from paragraph.",
            {"token_table[ids] + segment_table[segment] +": "token_table[ids] +"},
        ),
        Misconception(
            "no_position_embedding",
            "The position embedding is missing. Attention then sees a set of words, without any "
            "order.",
            {" + position_table[: ids.shape[1]]": ""},
        ),
        Misconception(
            "position_by_token",
            "The position table is read at the token ids. Its row depends on the place in the "
            "sequence, not on what stands there.",
            {"position_table[: ids.shape[1]]": "position_table[ids % len(position_table)]"},
        ),
        Misconception(
            "positions_count_from_one",
            "The first token gets row 1 of the position table. Positions count from 0.",
            {"position_table[: ids.shape[1]]": "position_table.roll(-1, 0)[: ids.shape[1]]"},
        ),
        Misconception(
            "embeddings_concatenated",
            "The three embeddings are put next to each other, which triples the width. They are "
            "added.",
            {
                "total = token_table[ids] + segment_table[segment] + position_table[: ids.shape[1]]": (
                    "positions = position_table[: ids.shape[1]].expand(len(ids), -1, -1)\n"
                    "    total = torch.cat([token_table[ids], segment_table[segment], positions], dim=-1)"
                ),
            },
        ),
        Misconception(
            "embeddings_not_normalised",
            "The sum is scaled by gain and bias, but mean and variance are left as they are. The "
            "first attention layer would see vectors of any size.",
            {"return layer_norm(total, gain, bias)": "return total * gain + bias"},
        ),
        Misconception(
            "no_layer_norm_at_all",
            "The plain sum is returned; gain and bias are not used. The sum goes through "
            "`layer_norm`.",
            {"return layer_norm(total, gain, bias)": "return total"},
        ),
        Misconception(
            "positions_added_after_the_norm",
            "Only token and segment are normalised, and the positions are added afterwards. All "
            "three are summed first.",
            {
                " + position_table[: ids.shape[1]]": "",
                "return layer_norm(total, gain, bias)": "return layer_norm(total, gain, bias) + position_table[: ids.shape[1]]",
            },
        ),
        Misconception(
            "padding_in_segment_one",
            "Padding after a pair is in segment 1. It belongs to neither text: segment 1 is for the "
            "second text and its [SEP] only.",
            {
                "segment + [0] * n_pad": "segment + [int(b is not None)] * n_pad",
            },
        ),
        Misconception(
            "empty_second_text_taken_for_none",
            "An empty second text is treated as if there were none. It still has its [SEP], in "
            "segment 1; only None stands for a single text.",
            {
                "    marks = 2 if b is None else 3\n": "    b = b or None\n    marks = 2 if b is None else 3\n",
            },
        ),
        Misconception(
            "unknown_piece_is_zero",
            "A piece that is not in the vocabulary gets the id 0. The vocabulary says which id [UNK] "
            "has.",
            {
                'vocab.get(piece, vocab["[UNK]"])': "vocab.get(piece, 0)",
            },
        ),
        Misconception(
            "only_the_first_text_is_cut",
            "Only the first text is shortened. One piece at a time is taken from whichever text is longer.",
            {"(first if len(first) > len(second) else second)": "(first or second)"},
        ),
        Misconception(
            "two_marks_for_a_pair",
            "Room for two marks is kept for a pair, which has three. The result is one piece too long.",
            {"marks = 2 if b is None else 3": "marks = 2"},
        ),
        Misconception(
            "last_piece_overwritten",
            "The finished sequence is cut off at the length L, and a [SEP] written over its end. Pieces go from the longer text before the marks are added.",
            {
                "len(first) + len(second) > max_len - marks": "False",
                "    n_pad = max_len - len(pieces)": '    if len(pieces) > max_len:\n        pieces, segment = [*pieces[: max_len - 1], "[SEP]"], segment[:max_len]\n    n_pad = max_len - len(pieces)',
            },
        ),
        Misconception(
            "no_sep_after_an_empty_text",
            "An empty second text has no [SEP], although room for it was kept. Only None stands for a single text.",
            {"    if b is not None:": "    if b:"},
        ),
        Misconception(
            "all_padding_in_segment_one",
            "Padding is in segment 1. It is in segment 0, after a single text and after a pair.",
            {"segment + [0] * n_pad": "segment + [1] * n_pad"},
        ),
        Misconception(
            "no_sep_at_the_end",
            "The second text is not closed by a [SEP].",
            {
                'pieces += [*second, "[SEP]"]\n        segment += [1] * (len(second) + 1)': "pieces += second\n        segment += [1] * len(second)"
            },
        ),
        Misconception(
            "mask_where_the_id_is_zero",
            "The mask takes the id 0 for padding. The vocabulary says which id [PAD] has, and 0 may be a piece.",
            {"torch.tensor(mask)": "torch.tensor(ids) != 0"},
        ),
        Misconception(
            "unknown_pieces_left_out_at_the_end",
            "Pieces that are not in the vocabulary are left out when ids are looked up, so that segment and mask no longer fit. They become [UNK].",
            {
                '[vocab.get(piece, vocab["[UNK]"]) for piece in pieces]': "[vocab[piece] for piece in pieces if piece in vocab]"
            },
        ),
        Misconception(
            "unknown_piece_is_an_error",
            "A piece that is not in the vocabulary raises an error. It gets the id of [UNK].",
            {'vocab.get(piece, vocab["[UNK]"])': "vocab[piece]"},
        ),
        Misconception(
            "id_zero_taken_for_unknown",
            "A piece with the id 0 became [UNK]: 0 counts as nothing when `or` looks at it.",
            {'vocab.get(piece, vocab["[UNK]"])': '(vocab.get(piece) or vocab["[UNK]"])'},
        ),
        Misconception(
            "texts_changed",
            "The caller's texts were shortened. Work on copies.",
            {
                "first, second = list(a), list(b or [])": "first, second = a, b if b is not None else []"
            },
        ),
        Misconception(
            "ids_of_32_bits",
            "The ids are right, but they are not int64.",
            {"torch.tensor(ids),": "torch.tensor(ids, dtype=torch.int32),"},
        ),
        Misconception(
            "half_for_each",
            "Each text gets half of the room. One piece at a time goes from the longer one; which of them gives way in the end, also where the room is odd?",
            {
                "    while len(first) + len(second) > max_len - marks:\n        (first if len(first) > len(second) else second).pop()": "    room = max_len - marks\n    if len(first) + len(second) > room:\n        half = room // 2\n        if b is None:\n            first = first[:room]\n        elif len(first) <= half:\n            second = second[: room - len(first)]\n        elif len(second) <= half:\n            first = first[: room - len(second)]\n        else:\n            first, second = first[:half], second[:half]"
            },
        ),
        Misconception(
            "longer_text_chosen_once",
            "Which text is longer is asked once. After each piece that was taken away it may be the other one.",
            {
                "    while len(first)": "    longer = first if len(first) > len(second) else second\n    while len(first)",
                "(first if len(first) > len(second) else second).pop()": "longer.pop()",
            },
        ),
        Misconception(
            "all_positions_added",
            "The whole table of positions is added. Only the first L rows belong to the tokens.",
            {"position_table[: ids.shape[1]]": "position_table"},
        ),
        Misconception(
            "positions_begin_again",
            "Positions begin at 0 again with the second text. They go on: the segment tells the texts apart.",
            {
                "position_table[: ids.shape[1]]": "position_table[torch.stack([torch.cat([torch.arange(int((s == k).sum())) for k in (0, 1)]) for s in segment])]"
            },
        ),
        Misconception(
            "only_tokens_normalised",
            "Only the token embedding is normalised, and the others are added afterwards. All three are summed first.",
            {
                "return layer_norm(total, gain, bias)": "return layer_norm(token_table[ids], gain, bias) + segment_table[segment] + position_table[: ids.shape[1]]"
            },
        ),
        Misconception(
            "tokens_scaled",
            "The token embedding is multiplied by the root of the width, as in the original transformer. BERT adds the three as they are.",
            {
                "total = token_table[ids] +": "total = token_table[ids] * token_table.shape[1] ** 0.5 +"
            },
        ),
        Misconception(
            "padding_set_to_zero",
            "Vectors at the id 0 were set to zero. Padding is treated like all other positions; the mask keeps others from looking at it.",
            {
                "return layer_norm(total, gain, bias)": "return layer_norm(total, gain, bias) * (ids != 0)[..., None]"
            },
        ),
        Misconception(
            "gain_and_bias_exchanged",
            "Gain and bias stand in each other's place.",
            {"return layer_norm(total, gain, bias)": "return layer_norm(total, bias, gain)"},
        ),
        Misconception(
            "another_small_number",
            "The layer norm has another small number under its root. Use the one that is given.",
            {
                "return layer_norm(total, gain, bias)": "return F.layer_norm(total, total.shape[-1:], gain, bias)"
            },
        ),
        Misconception(
            "sample_deviation",
            "The layer norm divides by the deviation with the divisor D - 1. Use the one that is given.",
            {
                "return layer_norm(total, gain, bias)": "return gain * (total - total.mean(-1, keepdim=True)) / (total.std(-1, keepdim=True) + 1e-12) + bias"
            },
        ),
        Misconception(
            "segments_of_the_first_row",
            "All rows got the segments of the first.",
            {"segment_table[segment]": "segment_table[segment[:1]]"},
        ),
    ],
    "mask_tokens": [
        Misconception(
            "two_percent_random",
            "The second decision is a fresh draw on what did not become [MASK], with the old "
            "number 0.1. Ten percent of the remaining 20 % are only 2 % random tokens. Of what is "
            "left, one half must become random.",
            {"torch.where(fate < 9,": "torch.where(torch.rand(ids.shape, generator=rng) < 0.1,"},
        ),
        Misconception(
            "labels_only_at_mask",
            "Labels are set only where [MASK] stands now. The random and the kept tokens are asked "
            "for, too; they are the reason why the model must doubt every token.",
            {"ids.masked_fill(~selected, -100)": "ids.masked_fill(inputs != mask_id, -100)"},
        ),
        Misconception(
            "labels_only_where_changed",
            "Tokens that were selected but kept have no label. The label depends on the selection, "
            "not on whether something has changed.",
            {"ids.masked_fill(~selected, -100)": "ids.masked_fill(inputs == ids, -100)"},
        ),
        Misconception(
            "rule_for_all_tokens",
            "80/10/10 is applied to all tokens. It holds for the selected 15 % only; the others "
            "must stay, or there is no context left to guess from.",
            {"torch.where(selected, replacement, ids)": "torch.where(special, ids, replacement)"},
        ),
        Misconception(
            "always_mask",
            "Every selected token becomes [MASK]. Without random and kept tokens the model learns "
            "to care about [MASK] only, which never occurs after pretraining.",
            {"torch.where(fate < 8,": "torch.where(fate < 10,"},
        ),
        Misconception(
            "special_tokens_masked",
            "Special tokens are selected as well. [CLS], [SEP] and [PAD] are the frame of the "
            "input, not words to be guessed.",
            {" & ~special": ""},
        ),
        Misconception(
            "special_upside_down",
            "Only special tokens are selected: the map says where a token must *not* be taken.",
            {"& ~special": "& special"},
        ),
        Misconception(
            "ids_changed_in_place",
            "The inputs are written into the caller's ids. In the next epoch the corpus itself is "
            "full of [MASK], and the labels are no longer the original tokens.",
            {
                "    return inputs, ids.masked_fill(~selected, -100)": "    labels = ids.masked_fill(~selected, -100)\n    ids.copy_(inputs)\n    return ids, labels",
            },
        ),
        Misconception(
            "labels_are_the_corrupted_tokens",
            "The labels are taken from the inputs after the replacement. They must be the original "
            "tokens; as it is, the model learns to say [MASK].",
            {
                "return inputs, ids.masked_fill(~selected, -100)": "return inputs, inputs.masked_fill(~selected, -100)",
            },
        ),
        Misconception(
            "unselected_labelled_minus_one",
            "Where nothing is to be predicted the label is -1. It must be -100: that is the number "
            "which `F.cross_entropy` skips.",
            {"ids.masked_fill(~selected, -100)": "ids.masked_fill(~selected, -1)"},
        ),
        Misconception(
            "labels_everywhere",
            "Every position has a label. Where nothing was hidden the model would only have to "
            "copy its input; such positions get -100.",
            {
                "return inputs, ids.masked_fill(~selected, -100)": "return inputs, ids.masked_fill(special, -100)",
            },
        ),
        Misconception(
            "static_mask",
            "Each call draws from a generator of its own with a fixed seed, so a text gets the "
            "same mask in every epoch. All randomness comes from the generator that is passed in; "
            "it goes on from call to call.",
            {
                "    selected = (torch.rand(": "    rng = torch.Generator().manual_seed(0)\n    selected = (torch.rand(",
            },
        ),
        Misconception(
            "same_mask_in_all_rows",
            "One mask is drawn and used for all rows of the batch. Every token is selected "
            "independently of all others.",
            {
                "torch.rand(ids.shape, generator=rng) < p": "torch.rand(ids.shape[1], generator=rng) < p",
            },
        ),
        Misconception(
            "exactly_the_share_p",
            "A fixed number of tokens per row is selected. Each token is selected independently "
            "with probability p, so the number varies.",
            {
                "(torch.rand(ids.shape, generator=rng) < p)": "(torch.rand(ids.shape, generator=rng).argsort(1).argsort(1) < round(p * ids.shape[1]))",
            },
        ),
        Misconception(
            "random_tokens_never_special",
            "The random tokens never are one of the first ids, or never the original. They are "
            "drawn from all V ids alike.",
            {"torch.randint(V, ids.shape": "torch.randint(1, V, ids.shape"},
        ),
        Misconception(
            "one_fate_for_all",
            "The dice for 80/10/10 is thrown once per call, for all tokens together. Each selected "
            "token has its own.",
            {
                "torch.randint(10, ids.shape, generator=rng)": "torch.randint(10, (1, 1), generator=rng)",
            },
        ),
        Misconception(
            "at_least_one_in_each_row",
            "A row without a selected token gets one after all, so that short rows are asked more "
            "often than with probability p. Each token is selected independently, and a row may have "
            "none.",
            {
                "    random_ids =": "    lot = torch.rand(ids.shape, generator=rng).masked_fill(special, -1).argmax(1, keepdim=True)\n    selected = selected | (~selected.any(1, keepdim=True) & ~special & (torch.arange(ids.shape[1]) == lot))\n    random_ids =",
            },
        ),
        Misconception(
            "random_tokens_never_mask",
            "The random tokens never are [MASK]. They are drawn from all V ids alike, and [MASK] is "
            "one of them.",
            {
                "    random_ids = torch.randint(V, ids.shape, generator=rng)\n": "    random_ids = torch.randint(V - 1, ids.shape, generator=rng)\n    random_ids = random_ids + (random_ids >= mask_id).long()\n",
            },
        ),
    ],
    "mlm_loss": [
        Misconception(
            "mean_over_all_positions",
            "The sum is divided by all positions. Only the selected ones count; otherwise the loss "
            "is too small, seven times if 15 % are selected, and depends on the padding.",
            {"(labels != -100).sum().clamp(min=1)": "labels.numel()"},
        ),
        Misconception(
            "class_zero_ignored",
            'The class 0 is treated as "no target". It is a token like any other; what is to be '
            "skipped has the label -100.",
            {
                'labels, reduction="sum")': 'labels.clamp(min=0), ignore_index=0, reduction="sum")',
                "(labels != -100).sum()": "(labels > 0).sum()",
            },
        ),
        Misconception(
            "unselected_read_as_class_zero",
            "Positions without a label are trained on class 0. They are to be left out of the sum "
            "and out of the count.",
            {
                'labels, reduction="sum")': 'labels.clamp(min=0), reduction="sum")',
                "(labels != -100).sum().clamp(min=1)": "labels.numel()",
            },
        ),
        Misconception(
            "nan_without_masked_token",
            "If no token of the batch is selected, the result is 0/0. One such batch turns all "
            "weights into nan; the loss is 0 there.",
            {".clamp(min=1)": ""},
        ),
        Misconception(
            "mean_of_the_rows_means",
            "Each row is averaged by itself, and then the rows. All selected tokens of the batch "
            "have the same weight.",
            {
                'reduction="sum")  #': 'reduction="none")  #',
                "return total / (labels != -100).sum().clamp(min=1)": (
                    "counts = (labels != -100).sum(1)\n"
                    "    return (total.sum(1) / counts.clamp(min=1)).sum() / (counts > 0).sum().clamp(min=1)"
                ),
            },
        ),
        Misconception(
            "sum_not_mean",
            "The losses are added up and not divided by the number of selected positions. The step "
            "would grow with the batch.",
            {" / (labels != -100).sum().clamp(min=1)": ""},
        ),
        Misconception(
            "softmax_of_a_softmax",
            "Cross-entropy is given probabilities instead of logits; it applies a softmax of its "
            "own. The loss can then never become small.",
            {"logits.transpose(1, 2), labels": "logits.softmax(-1).transpose(1, 2), labels"},
        ),
        Misconception(
            "constant_without_selected_tokens",
            "Where nothing is selected, a new constant is returned. It is not connected to the "
            "logits, and backward fails.",
            {
                "    return total /": "    if (labels == -100).all():\n        return torch.tensor(0.0)\n    return total /",
            },
        ),
        Misconception(
            "logarithm_of_the_softmax",
            "The softmax is computed first and its logarithm afterwards. Between logits of 1000 and "
            "-1000 a probability is exactly 0, and its logarithm infinite. A log-softmax, as in "
            "cross-entropy, never forms it.",
            {
                'F.cross_entropy(logits.transpose(1, 2), labels, reduction="sum")': 'F.nll_loss(logits.softmax(-1).log().transpose(1, 2), labels, reduction="sum")',
            },
        ),
        Misconception(
            "one_position_too_many",
            "One is added to the number of selected positions, so that every loss is too small. Only a batch without any needs care.",
            {"(labels != -100).sum().clamp(min=1)": "((labels != -100).sum() + 1)"},
        ),
        Misconception(
            "empty_rows_counted",
            "Each row is averaged by itself, then the rows, those without a target as zeros among them. All selected tokens of the batch have the same weight.",
            {
                'reduction="sum")  #': 'reduction="none")  #',
                "return total / (labels != -100).sum().clamp(min=1)": "return (total.sum(1) / (labels != -100).sum(1).clamp(min=1)).mean()",
            },
        ),
        Misconception(
            "in_bits",
            "The loss is in bits. Here it is in nats: the natural logarithm.",
            {"return total /": "return total / float(np.log(2)) /"},
        ),
        Misconception(
            "reshaped_for_transposed",
            "The logits were reshaped to bring the classes to axis 1. That mixes positions with classes; axes are exchanged by a transposition.",
            {
                "logits.transpose(1, 2)": "logits.reshape(len(logits), logits.shape[2], logits.shape[1])"
            },
        ),
        Misconception(
            "logarithm_of_the_softmax_by_hand",
            "The probability of the label is computed first and its logarithm afterwards. Where it is exactly 0, a mask cannot save the sum: 0 times infinity is nan.",
            {
                'F.cross_entropy(logits.transpose(1, 2), labels, reduction="sum")': "-(logits.softmax(-1).gather(2, labels.clamp(min=0)[..., None])[..., 0].log() * (labels != -100)).sum()"
            },
        ),
        Misconception(
            "exponentials_not_shifted",
            "The exponentials of the logits are taken as they are. exp(1000) is infinite. A log-sum-exp subtracts the largest logit first.",
            {
                'F.cross_entropy(logits.transpose(1, 2), labels, reduction="sum")': "((logits.exp().sum(-1).log() - logits.gather(2, labels.clamp(min=0)[..., None])[..., 0]) * (labels != -100)).sum()"
            },
        ),
        Misconception(
            "class_zero_not_counted",
            "Positions with the label 0 are in the sum, but not in the number it is divided by. Only -100 means that nothing is asked.",
            {"(labels != -100).sum().clamp(min=1)": "(labels > 0).sum().clamp(min=1)"},
        ),
        Misconception(
            "cut_from_the_graph",
            "No gradient reaches the logits.",
            {"logits.transpose(1, 2)": "logits.detach().transpose(1, 2)"},
        ),
        Misconception(
            "labels_smoothed",
            "The labels are smoothed. All of the target's weight is on the hidden token.",
            {'reduction="sum")': 'reduction="sum", label_smoothing=0.1)'},
        ),
        Misconception(
            "unselected_in_the_sum",
            "Positions without a target are trained on class 0, though they are not counted. They are left out of the sum, too.",
            {'labels, reduction="sum")': 'labels.clamp(min=0), reduction="sum")'},
        ),
        Misconception(
            "a_new_zero",
            "Where nothing is selected a new zero is returned. It asks for gradients, but has no connection to the logits.",
            {
                "    return total /": "    if (labels == -100).all():\n        return torch.zeros((), dtype=logits.dtype, requires_grad=True)\n    return total /"
            },
        ),
        Misconception(
            "computed_in_float32",
            "The loss is computed in float32, whatever the logits are. The result has their dtype.",
            {"logits.transpose(1, 2)": "logits.float().transpose(1, 2)"},
        ),
    ],
    "sentence_pairs": [
        Misconception(
            "negative_from_any_document",
            "The negative sentence of NSP may come from the same document, and may even be the "
            "true next one. It is drawn from the *other* documents.",
            {"others = docs[:d] + docs[d + 1 :]": "others = docs"},
        ),
        Misconception(
            "negative_from_the_same_document",
            "The negative sentence of NSP is drawn from the same document. It comes from another "
            "one.",
            {"others = docs[:d] + docs[d + 1 :]": "others = [doc]"},
        ),
        Misconception(
            "sop_negative_from_another_document",
            "For SOP the second sentence is replaced by one of another document, as in NSP. Then "
            "the topic gives the answer away. SOP swaps the two neighbours.",
            {'elif task == "sop":': 'elif task == "sop" and len(docs) == 1:'},
        ),
        Misconception(
            "sop_not_swapped",
            "The label says swapped, but the two sentences stand in their right order.",
            {"pairs.append((second, first, 1))": "pairs.append((first, second, 1))"},
        ),
        Misconception(
            "polarity",
            "The labels are the other way round: 0 is the true pair (IsNext, right order), 1 the "
            "false one.",
            {
                "pairs.append((first, second, 0))": "pairs.append((first, second, 1))",
                "pairs.append((second, first, 1))": "pairs.append((second, first, 0))",
                "other[rng.integers(len(other))], 1))": "other[rng.integers(len(other))], 0))",
            },
        ),
        Misconception(
            "nsp_polarity",
            "The labels of next-sentence prediction are the other way round: 0 is IsNext, 1 is "
            "NotNext.",
            {
                "pairs.append((first, second, 0))": 'pairs.append((first, second, int(task == "nsp")))',
                "other[rng.integers(len(other))], 1))": "other[rng.integers(len(other))], 0))",
            },
        ),
        Misconception(
            "sop_polarity",
            "The labels of sentence-order prediction are the other way round: 0 is the right "
            "order, 1 the swapped one.",
            {
                "pairs.append((first, second, 0))": 'pairs.append((first, second, int(task == "sop")))',
                "pairs.append((second, first, 1))": "pairs.append((second, first, 0))",
            },
        ),
        Misconception(
            "negative_elsewhere_in_the_same_document",
            "The negative sentence of NSP is drawn from the same document, leaving out the true "
            "next one. It comes from another document.",
            {
                "others = docs[:d] + docs[d + 1 :]": "others = [[s for s in doc if s != second] or doc]",
            },
        ),
        Misconception(
            "pairs_across_documents",
            "The last sentence of a document is paired with the first one of the next. They are no "
            "neighbours: pairs end with the document.",
            {
                "zip(doc, doc[1:])": "zip(doc, doc[1:] + (docs[d + 1][:1] if d + 1 < len(docs) else []))",
            },
        ),
        Misconception(
            "every_pair_twice",
            "Each pair is used twice, once true and once false. A coin decides for one of the two.",
            {
                "            if rng.random() < 0.5:\n": "            if True:\n",
                '            elif task == "sop":': '            if task == "sop":',
            },
        ),
        Misconception(
            "one_coin_for_all",
            "One coin is tossed per call, so all pairs are true or all are false. Each pair has "
            "its own coin.",
            {
                "    pairs = []\n": "    pairs, coin = [], rng.random()\n",
                "if rng.random() < 0.5": "if coin < 0.5",
            },
        ),
        Misconception(
            "every_second_sentence",
            "Pairs do not overlap: sentences are taken two by two. Each pair of neighbours counts, "
            "so n sentences give n - 1 pairs.",
            {"zip(doc, doc[1:])": "zip(doc[::2], doc[1::2])"},
        ),
        Misconception(
            "uniform_over_sentences",
            "The negative sentence is drawn from all sentences of the other documents together, so "
            "long documents are preferred. First draw a document, then a sentence of it.",
            {"other = others[rng.integers(len(others))]": "other = [s for o in others for s in o]"},
        ),
        Misconception(
            "always_the_next_document",
            "The negative sentence always comes from the document that follows. Every other "
            "document must have the same chance.",
            {"other = others[rng.integers(len(others))]": "other = docs[(d + 1) % len(docs)]"},
        ),
        Misconception(
            "first_sentence_of_the_other_document",
            "The negative sentence is always the first one of its document. It should be any of "
            "them.",
            {"other[rng.integers(len(other))]": "other[0]"},
        ),
        Misconception(
            "pair_loss_forgotten",
            "The loss is that of the masked tokens alone. BERT adds the loss of the pairs.",
            {" + F.cross_entropy(pair_logits, pair_labels)": " + 0 * pair_logits.sum()"},
        ),
        Misconception(
            "mean_of_the_losses",
            "The two losses are averaged. BERT adds them, each with weight 1.",
            {
                "mlm_loss(mlm_logits, labels) + F.cross_entropy(pair_logits, pair_labels)": "(mlm_loss(mlm_logits, labels) + F.cross_entropy(pair_logits, pair_labels)) / 2",
            },
        ),
        Misconception(
            "pair_logits_upside_down",
            "Column 0 of the pair logits is read as NotNext. Column c scores the label c.",
            {
                "F.cross_entropy(pair_logits, pair_labels)": "F.cross_entropy(pair_logits, 1 - pair_labels)",
            },
        ),
        Misconception(
            "pair_loss_summed",
            "The losses of the pairs are added up over the batch. It is their mean that is added.",
            {
                "F.cross_entropy(pair_logits, pair_labels)": 'F.cross_entropy(pair_logits, pair_labels, reduction="sum")',
            },
        ),
        Misconception(
            "equal_documents_left_out",
            "The own document is left out by comparing texts, and its copies with it. A copy that "
            "stands at another place is another document: leave out the one at this place.",
            {
                "others = docs[:d] + docs[d + 1 :]": "others = [other for other in docs if other != doc] or [doc]",
            },
        ),
        Misconception(
            "task_tested_late",
            "An unknown task is noticed only when a pair is to be changed. If all documents have one "
            "sentence, nothing is raised: test the task before anything else.",
            {
                '    if task not in ("nsp", "sop"):\n        raise ValueError(f"unknown task {task!r}")\n': "",
                "            else:\n": '            elif task != "nsp":\n                raise ValueError(f"unknown task {task!r}")\n            else:\n',
            },
        ),
        Misconception(
            "last_document_never_drawn",
            "The other document is drawn from one less than there are, but the own one is not skipped: it may come up, and the last one never does.",
            {"others = docs[:d] + docs[d + 1 :]": "others = docs[:-1]"},
        ),
        Misconception(
            "skip_begins_one_too_late",
            "The document after the own one is left out in its place. Skipping begins at the own index.",
            {"others = docs[:d] + docs[d + 1 :]": "others = docs[: d + 1] + docs[d + 2 :]"},
        ),
        Misconception(
            "last_sentence_never_drawn",
            "The last sentence of the other document is never drawn: `integers` leaves out its upper end by itself.",
            {
                "other[rng.integers(len(other))], 1))": "other[rng.integers(max(1, len(other) - 1))], 1))"
            },
        ),
        Misconception(
            "first_sentence_replaced",
            "In a negative pair of NSP the first sentence was replaced. It is the second.",
            {
                "pairs.append((first, other[rng.integers(len(other))], 1))": "pairs.append((other[rng.integers(len(other))], second, 1))"
            },
        ),
        Misconception(
            "swapped_pair_labelled_zero",
            "A swapped pair has the label 0, like one in order. It has the label 1.",
            {"(second, first, 1)": "(second, first, 0)"},
        ),
        Misconception(
            "one_coin_per_document",
            "A coin is tossed for each document. Each pair has its own.",
            {
                "    for d, doc in enumerate(docs):\n": "    for d, doc in enumerate(docs):\n        coin = rng.random()\n",
                "if rng.random() < 0.5": "if coin < 0.5",
            },
        ),
        Misconception(
            "true_and_false_in_turns",
            "True and false pairs alternate. A coin is tossed for each.",
            {"if rng.random() < 0.5": "if len(pairs) % 2 == 0"},
        ),
        Misconception(
            "own_generator",
            "Each call draws from a generator of its own with a fixed seed. All randomness comes from the one that is passed.",
            {"    pairs = []\n": "    pairs = []\n    rng = np.random.default_rng(0)\n"},
        ),
        Misconception(
            "pairs_shuffled",
            "The pairs were shuffled. They stand in the order of the text.",
            {"    return pairs\n": "    rng.shuffle(pairs)\n    return pairs\n"},
        ),
        Misconception(
            "unknown_task_is_nsp",
            "An unknown task is played as next-sentence prediction. It is an error.",
            {
                '    if task not in ("nsp", "sop"):\n        raise ValueError(f"unknown task {task!r}")\n': ""
            },
        ),
        Misconception(
            "task_in_capitals_accepted",
            "A task in capital letters was accepted. The two names are written small.",
            {"    if task not in": "    task = task.lower()\n    if task not in"},
        ),
        Misconception(
            "first_pair_left_out",
            "The first pair of each document is missing.",
            {"zip(doc, doc[1:])": "zip(doc[1:], doc[2:])"},
        ),
        Misconception(
            "label_by_the_text",
            "The label says whether the sentence that was drawn differs from the next one. It says where it was drawn: a sentence of another document has the label 1, even if its words are the same.",
            {
                "                pairs.append((first, other[rng.integers(len(other))], 1))": "                drawn = other[rng.integers(len(other))]\n                pairs.append((first, drawn, int(drawn != second)))"
            },
        ),
        Misconception(
            "labels_are_bool",
            "The labels are truth values. They are the numbers 0 and 1.",
            {
                "(first, second, 0)": "(first, second, False)",
                "(second, first, 1)": "(second, first, True)",
                "other[rng.integers(len(other))], 1))": "other[rng.integers(len(other))], True))",
            },
        ),
        Misconception(
            "built_in_mean_of_the_tokens",
            "The loss of the masked tokens is nan where none is selected. Use your function.",
            {
                "mlm_loss(mlm_logits, labels) +": "F.cross_entropy(mlm_logits.transpose(1, 2), labels) +"
            },
        ),
        Misconception(
            "one_logit_per_pair",
            "Only the second of the two logits is used, with a sigmoid. A softmax of both gives the probability.",
            {
                "F.cross_entropy(pair_logits, pair_labels)": "F.binary_cross_entropy_with_logits(pair_logits[:, 1], pair_labels.to(pair_logits.dtype))"
            },
        ),
        Misconception(
            "softmax_before_the_pair_loss",
            "The cross-entropy of the pairs is given probabilities. It applies a softmax of its own.",
            {
                "F.cross_entropy(pair_logits, pair_labels)": "F.cross_entropy(pair_logits.softmax(-1), pair_labels)"
            },
        ),
        Misconception(
            "logarithm_of_the_pair_softmax",
            "For the pairs the softmax is computed first and its logarithm afterwards. A probability that is exactly 0 then costs infinity.",
            {
                "F.cross_entropy(pair_logits, pair_labels)": "F.nll_loss(pair_logits.softmax(-1).log(), pair_labels)"
            },
        ),
        Misconception(
            "one_mean_for_both",
            "Tokens and pairs were averaged together. The two means are added.",
            {
                "mlm_loss(mlm_logits, labels) + F.cross_entropy(pair_logits, pair_labels)": '(mlm_loss(mlm_logits, labels) * (labels != -100).sum() + F.cross_entropy(pair_logits, pair_labels, reduction="sum")) / ((labels != -100).sum() + len(pair_labels))'
            },
        ),
        Misconception(
            "pair_loss_cut_from_the_graph",
            "No gradient reaches the logits of the pairs.",
            {
                "F.cross_entropy(pair_logits, pair_labels)": "F.cross_entropy(pair_logits, pair_labels).detach()"
            },
        ),
    ],
    "qa_best_span": [
        Misconception(
            "layer_weights_without_softmax",
            "The layers are weighted by w itself. ELMo uses softmax(w): positive weights that sum "
            "to 1.",
            {"w.softmax(0)": "w"},
        ),
        Misconception(
            "gamma_inside_the_softmax",
            "gamma multiplies w before the softmax, where it is a temperature. It scales the "
            "finished mean.",
            {"gamma * torch.einsum": "torch.einsum", "w.softmax(0)": "(gamma * w).softmax(0)"},
        ),
        Misconception(
            "no_gamma",
            "gamma is not used. Without it the mix cannot fit its size to the task model.",
            {"gamma * torch.einsum": "torch.einsum"},
        ),
        Misconception(
            "top_layer_only",
            "Only the last layer is used. ELMo mixes all of them, since the lower ones know other "
            "things.",
            {'torch.einsum("n,nbld->bld", w.softmax(0), layers)': "layers[-1]"},
        ),
        Misconception(
            "plain_mean_of_layers",
            "All layers count alike. The weights softmax(w) are what the task learns.",
            {"w.softmax(0)": "(0 * w).softmax(0)"},
        ),
        Misconception(
            "mean_over_positions",
            "The vectors of all positions are averaged. The classifier reads position 0, [CLS].",
            {"h[:, 0] @ Wp": "h.mean(1) @ Wp"},
        ),
        Misconception(
            "last_position",
            "The last position is read, as in a left-to-right model. In BERT every position has "
            "seen everything, and the one made for this is [CLS], the first.",
            {"h[:, 0] @ Wp": "h[:, -1] @ Wp"},
        ),
        Misconception(
            "pooler_without_tanh",
            "The tanh of the pooler is missing. Two linear layers in a row are only one.",
            {"torch.tanh(h[:, 0] @ Wp + bp)": "(h[:, 0] @ Wp + bp)"},
        ),
        Misconception(
            "bias_after_the_tanh",
            "The pooler's bias is added after the tanh. It belongs inside.",
            {"torch.tanh(h[:, 0] @ Wp + bp)": "(torch.tanh(h[:, 0] @ Wp) + bp)"},
        ),
        Misconception(
            "probabilities_for_logits",
            "A softmax is applied at the end. The function returns logits; cross-entropy applies "
            "the softmax itself.",
            {
                "@ Wp + bp) @ W + b": "@ Wp + bp) @ W + b).softmax(-1)",
                "return torch.tanh": "return (torch.tanh",
            },
        ),
        Misconception(
            "independent_argmax",
            "The best start and the best end are chosen each for itself. They may be in the wrong "
            "order or too far apart. The maximum is over legal pairs.",
            {
                "s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones\n    return s, e, float(scores[s, e])": "s, e = (int(x.masked_fill(~ctx_mask, -torch.inf).argmax()) for x in (start, end))\n    return s, e, float(start[s] + end[e])",
            },
        ),
        Misconception(
            "best_start_first",
            "The best start is chosen first, and then the best end behind it. A slightly worse "
            "start may have a much better end: the two are chosen together.",
            {
                "s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones": "s = int(start.masked_fill(~ctx_mask, -torch.inf).argmax())\n    e = int(scores[s].argmax())",
            },
        ),
        Misconception(
            "span_in_the_question",
            "Spans outside the paragraph are allowed. The question repeats the words of the answer "
            "and often scores high, but the answer stands in the paragraph.",
            {" & ctx_mask[:, None] & ctx_mask": ""},
        ),
        Misconception(
            "only_the_start_in_the_paragraph",
            "Only the start is required to be in the paragraph. The end has to be there, too.",
            {"& ctx_mask[:, None] & ctx_mask": "& ctx_mask[:, None]"},
        ),
        Misconception(
            "logits_multiplied",
            "The logits are multiplied. Two very negative ones then make a large product. Logits "
            "are added: that is what multiplying probabilities means.",
            {"(start[:, None] + end)": "(start[:, None] * end)"},
        ),
        Misconception(
            "end_may_precede_start",
            "Ends before the start are allowed. A span runs forward: s <= e.",
            {"(length >= 1)": "(length >= -L)"},
        ),
        Misconception(
            "one_token_too_long",
            "Answers of max_len + 1 tokens are allowed: from s to e there are e - s + 1 tokens.",
            {
                "length = i - i[:, None] + 1": "length = i - i[:, None]",
                "(length >= 1)": "(length >= 0)",
            },
        ),
        Misconception(
            "one_token_too_short",
            "Answers of max_len tokens are ruled out. From s to e there are e - s + 1 tokens, and "
            "max_len of them are allowed: e < s + max_len.",
            {"(length <= max_len)": "(length < max_len)"},
        ),
        Misconception(
            "at_least_two_tokens",
            "Answers of one token are ruled out. Start and end may be the same token.",
            {
                "(length >= 1)": "(length >= 2)",
            },
        ),
        Misconception(
            "length_not_limited",
            "The largest length is ignored. Without it a far too long span may win.",
            {" & (length <= max_len)": ""},
        ),
        Misconception(
            "end_exclusive",
            "e is the position after the answer, as in a Python slice. It should be the last token "
            "of the answer itself.",
            {"return s, e, float(scores[s, e])": "return s, e + 1, float(scores[s, e])"},
        ),
        Misconception(
            "positions_in_the_paragraph",
            "The positions are counted from the beginning of the paragraph. They are those of the "
            "whole sequence.",
            {
                "return s, e, float(scores[s, e])": "first = int(ctx_mask.int().argmax())\n    return s - first, e - first, float(scores[s, e])",
            },
        ),
        Misconception(
            "exponentials_not_shifted",
            "The exponentials of w are taken as they are. exp(1000) is infinite, and the weights "
            "become nan. A softmax subtracts the largest first.",
            {
                "w.softmax(0)": "w.exp() / w.exp().sum()",
            },
        ),
        Misconception(
            "large_number_for_minus_infinity",
            "Forbidden spans have a large negative score in place of minus infinity. The logits may "
            "be lower still, and then a forbidden span wins.",
            {
                "-torch.inf)\n": "-1e9)\n",
            },
        ),
        Misconception(
            "best_score_begins_at_zero",
            "The best score so far begins at 0, so no span is found if all scores are negative. Begin "
            "with minus infinity.",
            {
                "    s, e = divmod(": "    if scores.max() <= 0:\n        return 0, 0, 0.0\n    s, e = divmod(",
            },
        ),
        Misconception(
            "last_of_equal_scores",
            "Among equal scores the last span is taken, perhaps by >= where > is meant. The smaller s "
            "wins, then the smaller e.",
            {
                "divmod(int(scores.argmax()), L)": "divmod(L * L - 1 - int(scores.flatten().flip(0).argmax()), L)",
            },
        ),
        Misconception(
            "product_of_probabilities",
            "The score is a product of two probabilities. It is the sum of the two logits, start[s] + "
            "end[e].",
            {
                "(start[:, None] + end)": "(start.softmax(0)[:, None] * end.softmax(0))",
            },
        ),
        Misconception(
            "weights_divided_by_their_sum",
            "The weights are w divided by its sum. ELMo uses a softmax: what if some are negative?",
            {"w.softmax(0)": "(w / w.sum())"},
        ),
        Misconception(
            "mean_of_the_weighted",
            "The weighted layers are averaged. Their weights add up to 1 already.",
            {"gamma * torch.einsum": "gamma / len(w) * torch.einsum"},
        ),
        Misconception(
            "three_layers_only",
            "Only the first three layers are mixed. There are as many as are passed.",
            {"w.softmax(0), layers": "w.softmax(0)[:3], layers[:3]"},
        ),
        Misconception(
            "gamma_is_a_number",
            "gamma was turned into a Python number, and gets no gradient. It is learned.",
            {"gamma * torch.einsum": "float(gamma) * torch.einsum"},
        ),
        Misconception(
            "gamma_without_its_sign",
            "The sign of gamma was lost.",
            {"gamma * torch.einsum": "gamma.abs() * torch.einsum"},
        ),
        Misconception(
            "relu_for_tanh",
            "The pooler has a relu. BERT's has a tanh.",
            {"torch.tanh(": "torch.relu("},
        ),
        Misconception(
            "first_sequence_for_first_position",
            "The first sequence of the batch was read. [CLS] is the first position of each.",
            {"h[:, 0] @ Wp": "h[0] @ Wp"},
        ),
        Misconception(
            "output_bias_left_out",
            "The bias of the output layer is missing.",
            {"+ bp) @ W + b": "+ bp) @ W"},
        ),
        Misconception(
            "pooler_bias_left_out",
            "The bias of the pooler is missing.",
            {"@ Wp + bp": "@ Wp"},
        ),
        Misconception(
            "pooler_transposed",
            "The weights of the pooler are transposed. They are applied from the right: D rows, P columns.",
            {"@ Wp +": "@ Wp.T +"},
        ),
        Misconception(
            "axis_of_one_class_dropped",
            "With a single class its axis was dropped. The result is (B, K), also for K = 1.",
            {"return torch.tanh": "return (torch.tanh", ") @ W + b": ") @ W + b).squeeze(-1)"},
        ),
        Misconception(
            "second_tanh",
            "The logits went through a tanh. Only the pooler has one.",
            {"return torch.tanh": "return torch.tanh(torch.tanh", ") @ W + b": ") @ W + b)"},
        ),
        Misconception(
            "probability_as_score",
            "The span is right, the score is a product of probabilities. It is the sum of the two logits.",
            {"float(scores[s, e])": "float(start.softmax(0)[s] * end.softmax(0)[e])"},
        ),
        Misconception(
            "only_the_end_in_the_paragraph",
            "Only the end is required to be in the paragraph. The start has to be there, too.",
            {"& ctx_mask[:, None] & ctx_mask": "& ctx_mask"},
        ),
        Misconception(
            "score_as_a_tensor",
            "The score is a tensor. A Python number is asked for.",
            {"float(scores[s, e])": "scores[s, e]"},
        ),
        Misconception(
            "ten_thousand_for_infinity",
            "Forbidden spans have the score -10000. The logits may be lower still, and then a forbidden span wins.",
            {"-torch.inf)\n": "-1e4)\n"},
        ),
        Misconception(
            "shortest_of_equal_scores",
            "Among equal scores the shortest span is taken. The smaller s wins, then the smaller e.",
            {
                "s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones": "ties = (scores == scores.max()).nonzero().tolist()\n    s, e = min(ties, key=lambda span: (span[1] - span[0], span[0]))"
            },
        ),
        Misconception(
            "end_first",
            "First and last token stand in each other's place.",
            {"return s, e, float": "return e, s, float"},
        ),
        Misconception(
            "logits_changed",
            "The caller's logits were overwritten outside the paragraph.",
            {"    L = len(start)\n": "    L = len(start)\n    start[~ctx_mask] = -torch.inf\n"},
        ),
        Misconception(
            "twenty_best_only",
            "Only the best twenty starts and ends of the sequence are looked at, as in the published code. They may all lie in the question.",
            {
                "s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones": "best = [sorted(x.topk(min(20, L))[1].tolist()) for x in (start, end)]\n    s, e = max(((i, j) for i in best[0] for j in best[1]), key=lambda span: float(scores[span]))"
            },
        ),
    ],
    "parameter_groups": [
        Misconception(
            "layer_norm_decays",
            "The weights of the layer norms decay. They start at 1, and pulling them to 0 switches "
            "off the layer; only the biases were taken out.",
            {' or "LayerNorm" in parts': ""},
        ),
        Misconception(
            "bias_decays",
            "Biases decay. Only those of the layer norms were taken out; all biases are exempt.",
            {'parts[-1] == "bias" or ': ""},
        ),
        Misconception(
            "substring_of_the_name",
            "The name is searched for the letters, so that `bias_table` or `PreLayerNorm` do not "
            "decay. Whole parts between the dots are compared, and `bias` only with the last one.",
            {
                'parts[-1] == "bias" or "LayerNorm" in parts': '"bias" in name or "LayerNorm" in name',
            },
        ),
        Misconception(
            "groups_swapped",
            "The decay is given to the wrong group: matrices are exempt, biases and layer norms "
            "decay.",
            {"    return [{": "    decay, no_decay = no_decay, decay\n    return [{"},
        ),
        Misconception(
            "iterator_used_twice",
            "The names are gone through twice. named_parameters() gives an iterator, which is "
            "empty the second time: the second group gets nothing, and is never trained.",
            {
                "    decay, no_decay = [], []\n": (
                    '    decay = [p for n, p in named_params if not (n.split(".")[-1] == "bias" or "LayerNorm" in n.split("."))]\n'
                    "    no_decay = []\n"
                ),
                "else decay).append(parameter)": "else []).append(parameter)",
            },
        ),
        Misconception(
            "everything_decays",
            "The second group decays, too. Its weight decay is 0.",
            {'no_decay, "weight_decay": 0.0}': 'no_decay, "weight_decay": wd}'},
        ),
        Misconception(
            "no_warm_up",
            "The factor starts at 1. During warm-up it rises from 0.",
            {"return step / warm": "return 1.0"},
        ),
        Misconception(
            "updates_counted_from_one",
            "The current update is counted as already done. At step 0 no update has been made, and "
            "the factor is 0.",
            {"return step / warm": "return (step + 1) / warm"},
        ),
        Misconception(
            "never_reaches_zero",
            "The decay does not end at 0. The line goes through (total, 0), so that the last steps "
            "are the smallest.",
            {"(total - step) / (total - warm)": "(total - step + 1) / (total - warm + 1)"},
        ),
        Misconception(
            "decay_over_all_steps",
            "The falling line is divided by total, so the factor jumps down at the end of the "
            "warm-up. It starts at 1 at step warm.",
            {"/ (total - warm)": "/ total"},
        ),
        Misconception(
            "negative_after_the_end",
            "After the last step the factor becomes negative: the optimizer would climb. It stays "
            "at 0.",
            {"max(0.0, (total - step) / (total - warm))": "(total - step) / (total - warm)"},
        ),
        Misconception(
            "constant_after_warm_up",
            "After the warm-up the factor stays at 1. It has to fall to 0 in a straight line.",
            {"max(0.0, (total - step) / (total - warm))": "1.0"},
        ),
        Misconception(
            "accumulated_without_dividing",
            "The losses are not divided by the number of micro-batches. The gradients add up, so "
            "the step is k times too long.",
            {
                "loss_fn(batch) / len(micro_batches)": "loss_fn(batch)",
                "return mean": "return mean / len(micro_batches)",
            },
        ),
        Misconception(
            "summed_throughout",
            "Nothing is divided by the number of micro-batches: the gradient is that of the sum of "
            "the losses, and their sum is returned. Divide each loss by k before its backward.",
            {"loss_fn(batch) / len(micro_batches)": "loss_fn(batch)"},
        ),
        Misconception(
            "only_the_last_micro_batch",
            "backward is called once, on the last loss. The gradients of the earlier micro-batches "
            "are lost.",
            {
                "        loss.backward()\n        mean += loss.item()": "        mean += loss.item()\n    loss.backward()",
            },
        ),
        Misconception(
            "one_backward_at_the_end",
            "The losses are summed and backward is called once at the end. The gradient is right, "
            "but the graphs of all micro-batches are in memory together, which is what "
            "accumulation should avoid.",
            {
                "        loss.backward()\n        mean += loss.item()": "        mean += loss",
                "    return mean": "    mean.backward()\n    return mean.item()",
            },
        ),
        Misconception(
            "loss_divided_by_the_rows",
            "The loss is divided by the size of a micro-batch. It is already a mean over the rows; "
            "divide by the number of micro-batches.",
            {"/ len(micro_batches)": "/ len(batch)"},
        ),
        Misconception(
            "sum_of_the_losses_returned",
            "The returned number is the sum of the losses, k times their mean. The gradient is "
            "right.",
            {"mean += loss.item()": "mean += loss.item() * len(micro_batches)"},
        ),
        Misconception(
            "groups_by_number_of_axes",
            "All parameters with fewer than two axes are exempt. The rule here goes by the name and "
            "not by the shape.",
            {
                'parts[-1] == "bias" or "LayerNorm" in parts': "parameter.dim() < 2",
            },
        ),
        Misconception(
            "ends_with_the_letters_bias",
            "A name that ends with the letters `bias` is exempt, such as `unbias`. The last part of "
            "the dotted name is compared as a whole.",
            {
                'parts[-1] == "bias"': 'name.endswith("bias")',
            },
        ),
        Misconception(
            "empty_group_left_out",
            "A group without parameters is left out. There are always two groups, the first with "
            "decay and the second without.",
            {
                '    return [{"params": decay, "weight_decay": wd}, {"params": no_decay, "weight_decay": 0.0}]': '    groups = [{"params": decay, "weight_decay": wd}, {"params": no_decay, "weight_decay": 0.0}]\n    return [group for group in groups if group["params"]]',
            },
        ),
        Misconception(
            "mean_loss_as_a_tensor",
            "The mean of the losses is returned as a tensor. A float is asked for.",
            {
                "mean += loss.item()": "mean = mean + loss.detach()",
            },
        ),
        Misconception(
            "bias_in_any_part",
            "A name with `bias` among its parts is exempt. It has to be the last part.",
            {'parts[-1] == "bias"': '"bias" in parts'},
        ),
        Misconception(
            "bias_within_the_name",
            "A name that holds the letters `bias` is exempt. The last part of the dotted name is compared as a whole.",
            {'parts[-1] == "bias"': '"bias" in name'},
        ),
        Misconception(
            "bias_after_a_dot",
            "A parameter that is called `bias` and nothing else is not exempt: there is no dot before it.",
            {'parts[-1] == "bias"': 'name.endswith(".bias")'},
        ),
        Misconception(
            "layer_norm_within_the_name",
            "A name that holds the letters `LayerNorm` is exempt. Whole parts are compared.",
            {'"LayerNorm" in parts': '"LayerNorm" in name'},
        ),
        Misconception(
            "layer_norm_weights_only",
            "Of the layer norms only what is called `weight` is exempt. Everything with the part `LayerNorm` is.",
            {'"LayerNorm" in parts': 'name.endswith("LayerNorm.weight")'},
        ),
        Misconception(
            "layer_norm_in_small_letters",
            "Other spellings of LayerNorm are exempt as well. The part is compared as it stands.",
            {'"LayerNorm" in parts': '"layernorm" in name.lower().split(".")'},
        ),
        Misconception(
            "letters_as_in_a_library",
            "The names are searched for `bias` and `LayerNorm.weight`, as in a common library. Parts between the dots are compared.",
            {
                'parts[-1] == "bias" or "LayerNorm" in parts': 'any(letters in name for letters in ["bias", "LayerNorm.weight"])'
            },
        ),
        Misconception(
            "second_group_first",
            "The group without decay comes first. It is the second.",
            {
                'return [{"params": decay, "weight_decay": wd}, {"params": no_decay, "weight_decay": 0.0}]': 'return [{"params": no_decay, "weight_decay": 0.0}, {"params": decay, "weight_decay": wd}]'
            },
        ),
        Misconception(
            "decay_is_a_constant",
            "The argument wd has no effect: a number of your own stands in its place.",
            {'{"params": decay, "weight_decay": wd}': '{"params": decay, "weight_decay": 0.01}'},
        ),
        Misconception(
            "names_in_the_groups",
            "The groups hold names. The optimizer needs the parameters.",
            {".append(parameter)": ".append(name)"},
        ),
        Misconception(
            "sorted_by_name",
            "The parameters were sorted by name. They stay in the order in which they come.",
            {"in named_params:": "in sorted(named_params, key=lambda pair: pair[0]):"},
        ),
        Misconception(
            "frozen_left_out",
            "Parameters that are frozen just now are left out. Each parameter that comes is in one of the two groups.",
            {
                "        parts = name": "        if not parameter.requires_grad:\n            continue\n        parts = name"
            },
        ),
        Misconception(
            "one_update_ahead",
            "The factor is that of the next step. At step 0 no update has been made, and the factor is 0.",
            {"    if step < warm:": "    step += 1\n    if step < warm:"},
        ),
        Misconception(
            "division_by_no_warm_up",
            "Without a warm-up the first step divides by 0.",
            {"if step < warm:": "if step <= warm:"},
        ),
        Misconception(
            "no_warm_up_begins_at_zero",
            "Without a warm-up the factor of the first step is 0. It is 1.",
            {
                "    if step < warm:\n        return step / warm\n    return max(0.0, (total - step) / (total - warm))": "    return max(0.0, min(step / max(warm, 1), (total - step) / (total - warm)))"
            },
        ),
        Misconception(
            "cosine_for_a_line",
            "After the warm-up the factor follows a cosine. It falls in a straight line.",
            {
                "return max(0.0, (total - step) / (total - warm))": "return 0.5 * (1 + float(np.cos(np.pi * min(1, (step - warm) / (total - warm)))))"
            },
        ),
        Misconception(
            "whole_numbers_while_warming_up",
            "The factor stays 0 during the warm-up: the quotient was rounded down.",
            {"step / warm": "step // warm"},
        ),
        Misconception(
            "rises_after_the_end",
            "After the last step the factor rises again. It stays at 0.",
            {"max(0.0, (total - step) / (total - warm))": "abs(total - step) / (total - warm)"},
        ),
        Misconception(
            "ends_one_step_too_early",
            "The factor is 0 one step before the end. The line reaches 0 at step `total`.",
            {"(total - step) / (total - warm)": "(total - 1 - step) / max(1, total - 1 - warm)"},
        ),
        Misconception(
            "all_in_one_batch",
            "The micro-batches were put together again. Their purpose is that one at a time is in memory.",
            {
                "    mean = 0.0\n": "    loss = loss_fn(torch.cat(micro_batches))\n    loss.backward()\n    return loss.item()\n    mean = 0.0\n"
            },
        ),
        Misconception(
            "divided_twice",
            "The mean of the losses was divided by their number once more. The gradient is right.",
            {"    return mean": "    return mean / len(micro_batches)"},
        ),
        Misconception(
            "last_loss_returned",
            "The loss of the last micro-batch is returned. It is the mean of all.",
            {"mean += loss.item()": "mean = loss.item() * len(micro_batches)"},
        ),
        Misconception(
            "all_losses_first",
            "All losses are computed before the first backward, so that all graphs are in memory together.",
            {
                "    for batch in micro_batches:\n        loss = loss_fn(batch) / len(micro_batches)\n": "    losses = [loss_fn(batch) / len(micro_batches) for batch in micro_batches]\n    for loss in losses:\n"
            },
        ),
        Misconception(
            "loss_computed_twice",
            "Each loss is computed twice, once for its gradient and once for its value.",
            {"mean += loss.item()": "mean += (loss_fn(batch) / len(micro_batches)).item()"},
        ),
        Misconception(
            "in_reverse_order",
            "The micro-batches are used from the last to the first.",
            {"in micro_batches:": "in micro_batches[::-1]:"},
        ),
        Misconception(
            "graph_kept",
            "The graph of a micro-batch is kept after its backward, so that two are in memory at a time.",
            {"loss.backward()": "loss.backward(retain_graph=True)"},
        ),
    ],
    "albert_embed": [
        Misconception(
            "nonlinearity_between_the_factors",
            "There is a nonlinearity between the two factors. ALBERT's embedding is one table of "
            "low rank: A M, nothing in between.",
            {"A[ids] @ M": "F.relu(A[ids]) @ M"},
        ),
        Misconception(
            "factor_scaled",
            "The embedding is multiplied by a root of its width, as in the original transformer. "
            "ALBERT does not do this.",
            {"A[ids] @ M": "A[ids] * A.shape[1] ** 0.5 @ M"},
        ),
        Misconception(
            "shared_layers_counted_n_times",
            "Shared layers are counted as often as they are applied. Different parameters count "
            "once, however often they are used.",
            {"(1 if shared else n_layers) * layer": "n_layers * layer"},
        ),
        Misconception(
            "full_table_kept",
            "The token table has the width H. With the factorisation it has E columns, and this is "
            "where the saving comes from.",
            {"(V + 512 + 2) * E": "V * H + (512 + 2) * E"},
        ),
        Misconception(
            "wide_positions",
            "The tables of positions and segments have the width H. They are added to the token's "
            "row before the projection, and are E wide as well.",
            {"(V + 512 + 2) * E": "V * E + (512 + 2) * H"},
        ),
        Misconception(
            "projection_always",
            "The projection is counted although E equals H. BERT has none.",
            {"0 if E == H else E * H + H": "E * H + H"},
        ),
        Misconception(
            "no_projection",
            "The matrix from width E to width H is missing, with its bias.",
            {"0 if E == H else E * H + H": "0"},
        ),
        Misconception(
            "no_biases",
            "The biases of the layers and the layer norms are missing: 13 H per layer.",
            {"12 * H**2 + 13 * H": "12 * H**2"},
        ),
        Misconception(
            "output_layer_counted",
            "The output layer of the masked language model is counted. It is tied to the token "
            "table: the same parameters.",
            {"return embeddings + projection": "return V * E + embeddings + projection"},
        ),
        Misconception(
            "embeddings_shared_away",
            "Sharing was applied to the whole model: everything is counted once per layer if "
            "nothing is shared. Embeddings and pooler exist once anyway.",
            {
                "return embeddings + projection + (1 if shared else n_layers) * layer + pooler": "return (embeddings + projection + layer + pooler) * (1 if shared else n_layers)",
            },
        ),
        Misconception(
            "matrix_transposed",
            "The matrix is transposed. It maps a row of width E from the right.",
            {"A[ids] @ M": "A[ids] @ M.T"},
        ),
        Misconception(
            "nonlinearity_at_the_end",
            "The result went through a tanh. ALBERT's embedding is A M and nothing else.",
            {"return A[ids] @ M": "return torch.tanh(A[ids] @ M)"},
        ),
        Misconception(
            "normalised_already",
            "The result was normalised. Asked for is A M and nothing else.",
            {"return A[ids] @ M": "return F.layer_norm(A[ids] @ M, M.shape[1:])"},
        ),
        Misconception(
            "table_cut_from_the_graph",
            "No gradient reaches the table.",
            {"A[ids]": "A.detach()[ids]"},
        ),
        Misconception(
            "rows_in_one_line",
            "The axes of batch and positions were joined and not split again.",
            {"A[ids] @ M": "A[ids.flatten()] @ M"},
        ),
        Misconception(
            "axes_of_one_dropped",
            "Axes of length 1 were dropped. A batch of one keeps its axis.",
            {"return A[ids] @ M": "return (A[ids] @ M).squeeze()"},
        ),
        Misconception(
            "computed_in_float32",
            "The product is computed in float32, whatever the tables are.",
            {"A[ids] @ M": "A[ids].float() @ M.float()"},
        ),
        Misconception(
            "shared_upside_down",
            "Layers that are shared are counted n times, and those that are not once.",
            {"1 if shared else n_layers": "n_layers if shared else 1"},
        ),
        Misconception(
            "projection_without_bias",
            "The projection has a bias, too: H numbers.",
            {"E * H + H": "E * H"},
        ),
        Misconception(
            "projection_only_if_narrower",
            "A projection is counted only where E is smaller than H. There is one wherever they differ.",
            {"0 if E == H": "0 if E >= H"},
        ),
        Misconception(
            "projection_only_if_shared",
            "A projection is counted only where layers are shared. It goes by E and H.",
            {"0 if E == H": "0 if not shared"},
        ),
        Misconception(
            "layer_biases_missing",
            "The biases of the linear layers are missing; only the layer norms are there.",
            {"12 * H**2 + 13 * H": "12 * H**2 + 4 * H"},
        ),
        Misconception(
            "layer_norms_missing",
            "The layer norms of the layers are missing.",
            {"12 * H**2 + 13 * H": "12 * H**2 + 9 * H"},
        ),
        Misconception(
            "one_norm_per_layer",
            "A layer has two layer norms, each with gain and bias.",
            {"12 * H**2 + 13 * H": "12 * H**2 + 11 * H"},
        ),
        Misconception(
            "three_attention_matrices",
            "Attention has four matrices with biases: one after the heads are joined, too.",
            {"12 * H**2 + 13 * H": "11 * H**2 + 12 * H"},
        ),
        Misconception(
            "narrow_bias_of_the_hidden_units",
            "The hidden units of the feed-forward net are 4 H, and so is their bias.",
            {"12 * H**2 + 13 * H": "12 * H**2 + 10 * H"},
        ),
        Misconception(
            "pooler_missing",
            "The pooler is missing.",
            {" + pooler": ""},
        ),
        Misconception(
            "wide_embedding_norm",
            "The layer norm of the embeddings has the width E: it stands before the projection.",
            {"* E + 2 * E": "* E + 2 * H"},
        ),
        Misconception(
            "segments_or_norm_missing",
            "2 E parameters are missing: the segment table has as many, and so has the layer norm behind it. Both are counted.",
            {"512 + 2": "512"},
        ),
        Misconception(
            "token_table_only",
            "Of the tables only that of the tokens is counted. Positions and segments have rows, too.",
            {"(V + 512 + 2)": "V"},
        ),
        Misconception(
            "output_bias_counted",
            "The bias of the output layer is counted. The table above leaves the output layer out.",
            {" + pooler": " + pooler + V"},
        ),
        Misconception(
            "pooler_in_each_layer",
            "The pooler is counted once per layer. It stands behind the last one only.",
            {" + pooler": " + pooler * (1 if shared else n_layers)"},
        ),
        Misconception(
            "count_is_a_float",
            "The count is right, but it is a float.",
            {"pooler = H**2 + H": "pooler = float(H**2 + H)"},
        ),
        Misconception(
            "narrow_pooler",
            "The pooler maps from H to H.",
            {"pooler = H**2 + H": "pooler = H * E + H"},
        ),
    ],
    "electra_corrupt": [
        Misconception(
            "label_is_masked",
            "Every masked position is labelled as replaced. Where the generator guessed the "
            "original, nothing was replaced: the label is original.",
            {"return corrupted, corrupted != ids": "return corrupted, masked.clone()"},
        ),
        Misconception(
            "argmax_of_the_generator",
            "The generator's favourite is taken. The fill-ins are sampled; otherwise they are too "
            "often right, and always the same.",
            {"torch.multinomial(probs, 1, generator=rng)": "probs.argmax(-1)"},
        ),
        Misconception(
            "uniform_replacements",
            "The fill-ins are drawn uniformly from the vocabulary. They come from the generator's "
            "distribution, which makes them plausible and the task hard.",
            {"torch.multinomial(probs, 1,": "torch.multinomial(torch.ones_like(probs), 1,"},
        ),
        Misconception(
            "all_positions_replaced",
            "Samples are put at all positions. Only the masked ones are filled; the others keep "
            "their token.",
            {"torch.where(masked, samples, ids)": "samples"},
        ),
        Misconception(
            "labels_upside_down",
            "The labels are 1 for original tokens. is_replaced is True where the token differs.",
            {"corrupted != ids": "corrupted == ids"},
        ),
        Misconception(
            "never_the_original",
            "The original token is ruled out when sampling. The generator may be right, and then "
            "the label is original.",
            {
                "probs = gen_logits.softmax(-1).flatten(0, 1)": "probs = (gen_logits.softmax(-1) * (1 - F.one_hot(ids, gen_logits.shape[-1])) + 1e-30).flatten(0, 1)",
            },
        ),
        Misconception(
            "own_generator_of_random_numbers",
            "Each call uses a generator of its own with a fixed seed and so gives the same "
            "samples. All randomness comes from the generator that is passed in.",
            {"generator=rng)": "generator=torch.Generator().manual_seed(0))"},
        ),
        Misconception(
            "loss_only_at_replaced_positions",
            "The loss is taken only where a token was replaced. ELECTRA learns from every real "
            'token, and that is its advantage; otherwise "always replaced" would be a perfect '
            "answer.",
            {
                "losses[mask].mean()": "losses[mask & is_replaced].sum() / (mask & is_replaced).sum().clamp(min=1)",
            },
        ),
        Misconception(
            "padding_counted",
            "Padding counts in the mean. Only real tokens do.",
            {"losses[mask].mean()": "losses.mean()"},
        ),
        Misconception(
            "divided_by_all_positions",
            "The losses of the real tokens are divided by the number of all positions, padding "
            "included.",
            {"losses[mask].mean()": "(losses * mask).sum() / losses.numel()"},
        ),
        Misconception(
            "mean_of_rows",
            "Each row is averaged by itself. All real tokens of the batch have the same weight.",
            {"losses[mask].mean()": "((losses * mask).sum(1) / mask.sum(1)).mean()"},
        ),
        Misconception(
            "probabilities_by_hand",
            "The sigmoid is computed first and its logarithm afterwards. For large logits the "
            "probability is exactly 0 or 1 and the logarithm infinite, or cut off.",
            {
                'F.binary_cross_entropy_with_logits(logits, is_replaced.to(logits.dtype), reduction="none")': 'F.binary_cross_entropy(logits.sigmoid(), is_replaced.to(logits.dtype), reduction="none")',
            },
        ),
        Misconception(
            "score_for_original",
            'The logit is read as the score for "original". It is the one for "replaced".',
            {"is_replaced.to(logits.dtype)": "1 - is_replaced.to(logits.dtype)"},
        ),
        Misconception(
            "unmasked_positions_filled",
            "The fill-ins stand where nothing was masked. True in `masked` is where the generator fills in.",
            {"torch.where(masked, samples, ids)": "torch.where(masked, ids, samples)"},
        ),
        Misconception(
            "exponentials_not_shifted",
            "The exponentials of the logits are taken as they are. exp(1000) is infinite; a softmax subtracts the largest first.",
            {"gen_logits.softmax(-1)": "gen_logits.exp()"},
        ),
        Misconception(
            "softmax_over_positions",
            "The softmax runs over the positions. It runs over the vocabulary.",
            {"gen_logits.softmax(-1)": "gen_logits.softmax(1)"},
        ),
        Misconception(
            "sigmoid_for_softmax",
            "The logits went through a sigmoid. Large ones then become alike; a softmax gives the probabilities.",
            {"gen_logits.softmax(-1)": "gen_logits.sigmoid()"},
        ),
        Misconception(
            "sampled_at_a_temperature",
            "The logits were divided before the softmax. The samples come from the softmax as it is.",
            {"gen_logits.softmax(-1)": "(gen_logits / 2).softmax(-1)"},
        ),
        Misconception(
            "labels_are_floats",
            "The labels are floats. They are bool.",
            {"return corrupted, corrupted != ids": "return corrupted, (corrupted != ids).float()"},
        ),
        Misconception(
            "labels_are_integers",
            "The labels are integers. They are bool.",
            {"return corrupted, corrupted != ids": "return corrupted, (corrupted != ids).long()"},
        ),
        Misconception(
            "labels_from_the_samples",
            "The labels compare the originals with samples at all positions, used or not. Compare with what the discriminator reads.",
            {"return corrupted, corrupted != ids": "return corrupted, samples != ids"},
        ),
        Misconception(
            "factor_50_included",
            "The loss is multiplied by 50. That factor comes later.",
            {"losses[mask].mean()": "50 * losses[mask].mean()"},
        ),
        Misconception(
            "losses_added",
            "The losses are added. They are averaged over the real tokens.",
            {"losses[mask].mean()": "losses[mask].sum()"},
        ),
        Misconception(
            "only_replaced_real_tokens",
            "Only replaced tokens count. Every real token does, which is the point of ELECTRA.",
            {"losses[mask].mean()": "losses[mask & is_replaced].mean()"},
        ),
        Misconception(
            "logarithms_of_the_sigmoid",
            "The sigmoid is computed first and the two logarithms by hand. Where it is exactly 0 or 1, 0 times infinity is nan.",
            {
                'F.binary_cross_entropy_with_logits(logits, is_replaced.to(logits.dtype), reduction="none")': "-(is_replaced.to(logits.dtype) * logits.sigmoid().log() + (~is_replaced).to(logits.dtype) * (1 - logits.sigmoid()).log())"
            },
        ),
        Misconception(
            "labels_in_float32",
            "The labels were made float32, whatever the logits are, and the loss with them.",
            {"is_replaced.to(logits.dtype)": "is_replaced.float()"},
        ),
        Misconception(
            "replaced_tokens_weigh_more",
            "Replaced tokens weigh fifty times as much. The factor 50 is that of the whole loss, and is left out here.",
            {'reduction="none"': 'reduction="none", pos_weight=logits.new_tensor(50.0)'},
        ),
        Misconception(
            "squared_errors",
            "The squared error of the probability was taken. The loss is a cross-entropy.",
            {
                'F.binary_cross_entropy_with_logits(logits, is_replaced.to(logits.dtype), reduction="none")': "(logits.sigmoid() - is_replaced.to(logits.dtype)).square()"
            },
        ),
        Misconception(
            "in_bits",
            "The loss is in bits. Here it is in nats.",
            {"losses[mask].mean()": "losses[mask].mean() / float(np.log(2))"},
        ),
        Misconception(
            "mask_as_row_numbers",
            "The mask was turned into integers before it selects. Integers are row numbers; a bool mask selects.",
            {"losses[mask]": "losses[mask.long()]"},
        ),
        Misconception(
            "padding_at_logit_zero",
            "At padding the logit was set to 0, and its loss still counts. What is False is not counted.",
            {
                "    losses = ": "    logits = logits * mask\n    losses = ",
                "losses[mask].mean()": "losses.mean()",
            },
        ),
        Misconception(
            "cut_from_the_graph",
            "No gradient reaches the logits.",
            {"losses[mask].mean()": "losses[mask].mean().detach()"},
        ),
    ],
}
