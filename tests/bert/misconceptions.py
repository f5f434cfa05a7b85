from dlcourse.authoring import Misconception

MISCONCEPTIONS = [
    # 1. wordpiece
    Misconception(
        question="wordpiece",
        name="shortest_match_first",
        hint="The shortest fitting piece is taken. WordPiece prefers the longest: begin with the whole rest of the word "
        "and drop characters from its end.",
        edits=[("range(len(word), start, -1)", "range(start + 1, len(word) + 1)")],
    ),
    Misconception(
        question="wordpiece",
        name="no_mark_in_the_look_up",
        hint="Pieces inside a word are looked up without ##. So the row of a word is used for the ending of another one, "
        "and the text can no longer be put together. Only pieces with ## may continue a word.",
        edits=[('("##" if start else "") + word[start:end]', "word[start:end]")],
    ),
    Misconception(
        question="wordpiece",
        name="mark_added_after_the_look_up",
        hint="The candidate is looked up without ##, and the mark is put on afterwards. The result may hold pieces that "
        "are not in the vocabulary: `able` and `##able` are two different entries.",
        edits=[
            ('piece = ("##" if start else "") + word[start:end]', "piece = word[start:end]"),
            ("        pieces.append(piece)", '        pieces.append(("##" if start else "") + piece)'),
        ],
    ),
    Misconception(
        question="wordpiece",
        name="partial_pieces_and_unk",
        hint="The pieces found before the dead end are kept, with [UNK] behind them. The whole word is replaced by a "
        "single [UNK].",
        edits=[('return ["[UNK]"]', 'return [*pieces, "[UNK]"]')],
    ),
    Misconception(
        question="wordpiece",
        name="unknown_rest_is_dropped",
        hint="Where nothing fits, the pieces found so far are returned and the rest of the word is lost. The whole word "
        "is then unknown.",
        edits=[('            return ["[UNK]"]', '            return pieces or ["[UNK]"]')],
    ),
    Misconception(
        question="wordpiece",
        name="unknown_characters_skipped",
        hint="An unknown character becomes [UNK] by itself and the cut goes on behind it. WordPiece gives up on the whole "
        "word: it is one [UNK].",
        edits=[('            return ["[UNK]"]', '            piece, end = "[UNK]", start + 1')],
    ),
    Misconception(
        question="wordpiece",
        name="steps_back_to_a_shorter_match",
        hint="After a dead end a shorter match is tried. WordPiece is greedy and never goes back: the word is [UNK], "
        "even if another cut existed.",
        edits=[
            ("    pieces, start = [], 0\n    while start < len(word):", "    pieces, start = [], 0\n\n"
             "    def cut(start):\n"
             "        if start == len(word):\n"
             "            return []\n"
             "        for end in range(len(word), start, -1):\n"
             '            piece = ("##" if start > 0 else "") + word[start:end]\n'
             "            if piece in vocab and (rest := cut(end)) is not None:\n"
             "                return [piece, *rest]\n\n"
             '    return cut(0) or ["[UNK]"]\n'
             "    while start < len(word):"),
        ],
    ),
    Misconception(
        question="wordpiece",
        name="label_on_every_piece",
        hint="All pieces of a word carry its label. Then a word of four pieces counts four times in the loss; only the "
        "first piece speaks for the word, the others get -100.",
        edits=[("[label] + [-100] * (len(parts) - 1)", "[label] * len(parts)")],
    ),
    Misconception(
        question="wordpiece",
        name="label_on_the_last_piece",
        hint="The label stands on the last piece of a word. BERT puts it on the first.",
        edits=[("[label] + [-100] * (len(parts) - 1)", "[-100] * (len(parts) - 1) + [label]")],
    ),
    Misconception(
        question="wordpiece",
        name="continuations_labelled_zero",
        hint="Continuing pieces get the label 0, which is a class like any other: the loss will teach it. What is to be "
        "skipped has the label -100.",
        edits=[("[-100] * (len(parts) - 1)", "[0] * (len(parts) - 1)")],
    ),
    Misconception(
        question="wordpiece",
        name="labels_not_aligned",
        hint="The list of labels has one entry per word while there are more pieces. From the first divided word on, "
        "every label stands on the wrong piece.",
        edits=[("[label] + [-100] * (len(parts) - 1)", "[label]")],
    ),
    Misconception(
        question="wordpiece",
        name="unknown_words_without_label",
        hint="A word that became [UNK] has lost its label. It is still a word with a first piece, and has to be tagged.",
        edits=[("[label] + [-100]", '[-100 if parts == ["[UNK]"] else label] + [-100]')],
    ),
    # 2. bert_inputs
    Misconception(
        question="bert_inputs",
        name="first_sep_in_segment_one",
        hint="The first [SEP] is counted to the second text. A [SEP] belongs to the text that it closes.",
        edits=[
            ("segment = [0] * len(pieces)", "segment = [0] * (len(pieces) - (b is not None))"),
            ("[1] * (len(second) + 1)", "[1] * (len(second) + 2)"),
        ],
    ),
    Misconception(
        question="bert_inputs",
        name="last_sep_in_segment_zero",
        hint="The [SEP] after the second text is in segment 0. It closes the second text and belongs to segment 1.",
        edits=[("[1] * (len(second) + 1)", "[1] * len(second) + [0]")],
    ),
    Misconception(
        question="bert_inputs",
        name="pads_attended",
        hint="The attention mask is 1 at padding. Then every token reads the fill-up, and the result depends on the "
        "length of the longest text in the batch.",
        edits=[("[1] * len(pieces) + [0] * n_pad", "[1] * max_len")],
    ),
    Misconception(
        question="bert_inputs",
        name="mask_upside_down",
        hint="The attention mask is 1 at padding and 0 at tokens. Here 1 means: this position is real.",
        edits=[("[1] * len(pieces) + [0] * n_pad", "[0] * len(pieces) + [1] * n_pad")],
    ),
    Misconception(
        question="bert_inputs",
        name="truncation_cuts_the_last_sep",
        hint="The finished sequence is cut off at the length L, and the last [SEP] with it. Take pieces away before the "
        "marks are added.",
        edits=[
            ("len(first) + len(second) > max_len - marks", "False"),
            ("    n_pad = max_len - len(pieces)", "    pieces, segment = pieces[:max_len], segment[:max_len]\n    n_pad = max_len - len(pieces)"),
        ],
    ),
    Misconception(
        question="bert_inputs",
        name="only_the_second_text_is_cut",
        hint="Only the second text is shortened. One piece at a time is taken from whichever text is longer, so that both keep "
        "as much as possible.",
        edits=[("(first if len(first) > len(second) else second)", "(second or first)")],
    ),
    Misconception(
        question="bert_inputs",
        name="tie_cuts_the_first_text",
        hint="With two equally long texts the first one loses a piece. In a tie it is the second one's turn.",
        edits=[("len(first) > len(second) else", "len(first) >= len(second) else")],
    ),
    Misconception(
        question="bert_inputs",
        name="cut_at_the_front",
        hint="Pieces are taken from the beginning of the text. The last piece goes.",
        edits=[("else second).pop()", "else second).pop(0)")],
    ),
    Misconception(
        question="bert_inputs",
        name="pad_is_zero",
        hint="Padding has the id 0 here. The vocabulary says which id [PAD] has.",
        edits=[('[vocab["[PAD]"]] * n_pad', "[0] * n_pad")],
    ),
    Misconception(
        question="bert_inputs",
        name="unknown_pieces_dropped",
        hint="Pieces that are not in the vocabulary are left out, and the rest moves up. They become [UNK] and keep their "
        "place.",
        edits=[
            ("list(a), list(b or [])", "[x for x in a if x in vocab], [x for x in b or [] if x in vocab]"),
        ],
    ),
    Misconception(
        question="bert_inputs",
        name="single_text_with_two_seps",
        hint="A single text is closed by two [SEP]. The second one belongs to a second text, and here is none.",
        edits=[("marks = 2 if b is None else 3", "marks = 3"), ("if b is not None:", "if True:")],
    ),
    Misconception(
        question="bert_inputs",
        name="no_segment_embedding",
        hint="The segment embedding is missing. The model cannot tell question from paragraph.",
        edits=[("token_table[ids] + segment_table[segment] +", "token_table[ids] +")],
    ),
    Misconception(
        question="bert_inputs",
        name="no_position_embedding",
        hint="The position embedding is missing. Attention then sees a set of words, without any order.",
        edits=[(" + position_table[: ids.shape[1]]", "")],
    ),
    Misconception(
        question="bert_inputs",
        name="position_by_token",
        hint="The position table is read at the token ids. Its row depends on the place in the sequence, not on what stands there.",
        edits=[("position_table[: ids.shape[1]]", "position_table[ids % len(position_table)]")],
    ),
    Misconception(
        question="bert_inputs",
        name="positions_count_from_one",
        hint="The first token gets row 1 of the position table. Positions count from 0.",
        edits=[("position_table[: ids.shape[1]]", "position_table.roll(-1, 0)[: ids.shape[1]]")],
    ),
    Misconception(
        question="bert_inputs",
        name="embeddings_concatenated",
        hint="The three embeddings are put next to each other, which triples the width. They are added.",
        edits=[
            (
                "total = token_table[ids] + segment_table[segment] + position_table[: ids.shape[1]]",
                "positions = position_table[: ids.shape[1]].expand(len(ids), -1, -1)\n"
                "    total = torch.cat([token_table[ids], segment_table[segment], positions], dim=-1)",
            )
        ],
    ),
    Misconception(
        question="bert_inputs",
        name="embeddings_not_normalised",
        hint="The sum is scaled by gain and bias, but mean and variance are left as they are. The first attention layer would see vectors of any size.",
        edits=[("return layer_norm(total, gain, bias)", "return total * gain + bias")],
    ),
    Misconception(
        question="bert_inputs",
        name="no_layer_norm_at_all",
        hint="The plain sum is returned; gain and bias are not used. The sum goes through `layer_norm`.",
        edits=[("return layer_norm(total, gain, bias)", "return total")],
    ),
    Misconception(
        question="bert_inputs",
        name="positions_added_after_the_norm",
        hint="Only token and segment are normalised, and the positions are added afterwards. All three are summed first.",
        edits=[
            (" + position_table[: ids.shape[1]]", ""),
            ("return layer_norm(total, gain, bias)", "return layer_norm(total, gain, bias) + position_table[: ids.shape[1]]"),
        ],
    ),
    # 3. mask_tokens
    Misconception(
        question="mask_tokens",
        name="two_percent_random",
        hint="The second decision is a fresh draw on what did not become [MASK], with the old number 0.1. Ten percent "
        "of the remaining 20 % are only 2 % random tokens. Of what is left, one half must become random.",
        edits=[("torch.where(fate < 9,", "torch.where(torch.rand(ids.shape, generator=rng) < 0.1,")],
    ),
    Misconception(
        question="mask_tokens",
        name="labels_only_at_mask",
        hint="Labels are set only where [MASK] stands now. The random and the kept tokens are asked for, too; they are the "
        "reason why the model must doubt every token.",
        edits=[("ids.masked_fill(~selected, -100)", "ids.masked_fill(inputs != mask_id, -100)")],
    ),
    Misconception(
        question="mask_tokens",
        name="labels_only_where_changed",
        hint="Tokens that were selected but kept have no label. The label depends on the selection, not on whether "
        "something has changed.",
        edits=[("ids.masked_fill(~selected, -100)", "ids.masked_fill(inputs == ids, -100)")],
    ),
    Misconception(
        question="mask_tokens",
        name="rule_for_all_tokens",
        hint="80/10/10 is applied to all tokens. It holds for the selected 15 % only; the others must stay, or there is no "
        "context left to guess from.",
        edits=[
            ("torch.where(selected, replacement, ids)", "torch.where(special, ids, replacement)"),
        ],
    ),
    Misconception(
        question="mask_tokens",
        name="always_mask",
        hint="Every selected token becomes [MASK]. Without random and kept tokens the model learns to care about "
        "[MASK] only, which never occurs after pretraining.",
        edits=[("torch.where(fate < 8,", "torch.where(fate < 10,")],
    ),
    Misconception(
        question="mask_tokens",
        name="special_tokens_masked",
        hint="Special tokens are selected as well. [CLS], [SEP] and [PAD] are the frame of the input, not words to be guessed.",
        edits=[(" & ~special", "")],
    ),
    Misconception(
        question="mask_tokens",
        name="special_upside_down",
        hint="Only special tokens are selected: the map says where a token must *not* be taken.",
        edits=[("& ~special", "& special")],
    ),
    Misconception(
        question="mask_tokens",
        name="ids_changed_in_place",
        hint="The inputs are written into the caller's ids. In the next epoch the corpus itself is full of [MASK], and the "
        "labels are no longer the original tokens.",
        edits=[
            ("    return inputs, ids.masked_fill(~selected, -100)", "    labels = ids.masked_fill(~selected, -100)\n    ids.copy_(inputs)\n    return ids, labels"),
        ],
    ),
    Misconception(
        question="mask_tokens",
        name="labels_are_the_corrupted_tokens",
        hint="The labels are taken from the inputs after the replacement. They must be the original tokens; as it "
        "is, the model learns to say [MASK].",
        edits=[("return inputs, ids.masked_fill(~selected, -100)", "return inputs, inputs.masked_fill(~selected, -100)")],
    ),
    Misconception(
        question="mask_tokens",
        name="unselected_labelled_minus_one",
        hint="Where nothing is to be predicted the label is -1. It must be -100: that is the number which "
        "`F.cross_entropy` skips.",
        edits=[("ids.masked_fill(~selected, -100)", "ids.masked_fill(~selected, -1)")],
    ),
    Misconception(
        question="mask_tokens",
        name="labels_everywhere",
        hint="Every position has a label. Where nothing was hidden the model would only have to copy its input; such positions get -100.",
        edits=[("return inputs, ids.masked_fill(~selected, -100)", "return inputs, ids.masked_fill(special, -100)")],
    ),
    Misconception(
        question="mask_tokens",
        name="static_mask",
        hint="Each call draws from a generator of its own with a fixed seed, so a text gets the same mask in every epoch. All "
        "randomness comes from the generator that is passed in; it goes on from call to call.",
        edits=[
            ("    selected = (torch.rand(", "    rng = torch.Generator().manual_seed(0)\n    selected = (torch.rand("),
        ],
    ),
    Misconception(
        question="mask_tokens",
        name="same_mask_in_all_rows",
        hint="One mask is drawn and used for all rows of the batch. Every token is selected independently of all others.",
        edits=[("torch.rand(ids.shape, generator=rng) < p", "torch.rand(ids.shape[1], generator=rng) < p")],
    ),
    Misconception(
        question="mask_tokens",
        name="exactly_the_share_p",
        hint="A fixed number of tokens per row is selected. Each token is selected independently with probability p, so the number varies.",
        edits=[
            (
                "(torch.rand(ids.shape, generator=rng) < p)",
                "(torch.rand(ids.shape, generator=rng).argsort(1).argsort(1) < round(p * ids.shape[1]))",
            )
        ],
    ),
    Misconception(
        question="mask_tokens",
        name="random_tokens_never_special",
        hint="The random tokens never are one of the first ids, or never the original. They are drawn from all V ids alike.",
        edits=[("torch.randint(V, ids.shape", "torch.randint(1, V, ids.shape")],
    ),
    Misconception(
        question="mask_tokens",
        name="one_fate_for_all",
        hint="The dice for 80/10/10 is thrown once per call, for all tokens together. Each selected token has its own.",
        edits=[("torch.randint(10, ids.shape, generator=rng)", "torch.randint(10, (1, 1), generator=rng)")],
    ),
    # 4. mlm_loss
    Misconception(
        question="mlm_loss",
        name="mean_over_all_positions",
        hint="The sum is divided by all positions. Only the selected ones count; otherwise the loss is too small, seven "
        "times if 15 % are selected, and depends on the padding.",
        edits=[("(labels != -100).sum().clamp(min=1)", "labels.numel()")],
    ),
    Misconception(
        question="mlm_loss",
        name="class_zero_ignored",
        hint="The class 0 is treated as \"no target\". It is a token like any other; what is to be skipped has the label -100.",
        edits=[
            ('labels, reduction="sum")', 'labels.clamp(min=0), ignore_index=0, reduction="sum")'),
            ("(labels != -100).sum()", "(labels > 0).sum()"),
        ],
    ),
    Misconception(
        question="mlm_loss",
        name="unselected_read_as_class_zero",
        hint="Positions without a label are trained on class 0. They are to be left out of the sum and out of the count.",
        edits=[
            ('labels, reduction="sum")', 'labels.clamp(min=0), reduction="sum")'),
            ("(labels != -100).sum().clamp(min=1)", "labels.numel()"),
        ],
    ),
    Misconception(
        question="mlm_loss",
        name="nan_without_masked_token",
        hint="If no token of the batch is selected, the result is 0/0. One such batch turns all weights into nan; the loss is "
        "0 there.",
        edits=[(".clamp(min=1)", "")],
    ),
    Misconception(
        question="mlm_loss",
        name="mean_of_the_rows_means",
        hint="Each row is averaged by itself, and then the rows. All selected tokens of the batch have the same weight.",
        edits=[
            ('reduction="sum")  #', 'reduction="none")  #'),
            (
                "return total / (labels != -100).sum().clamp(min=1)",
                "counts = (labels != -100).sum(1)\n"
                "    return (total.sum(1) / counts.clamp(min=1)).sum() / (counts > 0).sum().clamp(min=1)",
            ),
        ],
    ),
    Misconception(
        question="mlm_loss",
        name="sum_not_mean",
        hint="The losses are added up and not divided by the number of selected positions. The step would grow with the "
        "batch.",
        edits=[(" / (labels != -100).sum().clamp(min=1)", "")],
    ),
    Misconception(
        question="mlm_loss",
        name="softmax_of_a_softmax",
        hint="Cross-entropy is given probabilities instead of logits; it applies a softmax of its own. The loss can then "
        "never become small.",
        edits=[("logits.transpose(1, 2), labels", "logits.softmax(-1).transpose(1, 2), labels")],
    ),
    Misconception(
        question="mlm_loss",
        name="constant_without_selected_tokens",
        hint="Where nothing is selected, a new constant is returned. It is not connected to the logits, and backward "
        "fails.",
        edits=[
            (
                "    return total /",
                "    if (labels == -100).all():\n        return torch.tensor(0.0)\n    return total /",
            )
        ],
    ),
    # 5. sentence_pairs
    Misconception(
        question="sentence_pairs",
        name="negative_from_any_document",
        hint="The negative sentence of NSP may come from the same document, and may even be the true next one. It is drawn from "
        "the *other* documents.",
        edits=[("others = docs[:d] + docs[d + 1 :]", "others = docs")],
    ),
    Misconception(
        question="sentence_pairs",
        name="negative_from_the_same_document",
        hint="The negative sentence of NSP is drawn from the same document. It comes from another one.",
        edits=[("others = docs[:d] + docs[d + 1 :]", "others = [doc]")],
    ),
    Misconception(
        question="sentence_pairs",
        name="sop_negative_from_another_document",
        hint="For SOP the second sentence is replaced by one of another document, as in NSP. Then the topic gives the answer "
        "away. SOP swaps the two neighbours.",
        edits=[('elif task == "sop":', 'elif task == "sop" and len(docs) == 1:')],
    ),
    Misconception(
        question="sentence_pairs",
        name="sop_not_swapped",
        hint="The label says swapped, but the two sentences stand in their right order.",
        edits=[("pairs.append((second, first, 1))", "pairs.append((first, second, 1))")],
    ),
    Misconception(
        question="sentence_pairs",
        name="polarity",
        hint="The labels are the other way round: 0 is the true pair (IsNext, right order), 1 the false one.",
        edits=[
            ("pairs.append((first, second, 0))", "pairs.append((first, second, 1))"),
            ("pairs.append((second, first, 1))", "pairs.append((second, first, 0))"),
            ("other[rng.integers(len(other))], 1))", "other[rng.integers(len(other))], 0))"),
        ],
    ),
    Misconception(
        question="sentence_pairs",
        name="nsp_polarity",
        hint="The labels of next-sentence prediction are the other way round: 0 is IsNext, 1 is NotNext.",
        edits=[
            ("pairs.append((first, second, 0))", 'pairs.append((first, second, int(task == "nsp")))'),
            ("other[rng.integers(len(other))], 1))", "other[rng.integers(len(other))], 0))"),
        ],
    ),
    Misconception(
        question="sentence_pairs",
        name="sop_polarity",
        hint="The labels of sentence-order prediction are the other way round: 0 is the right order, 1 the swapped one.",
        edits=[
            ("pairs.append((first, second, 0))", 'pairs.append((first, second, int(task == "sop")))'),
            ("pairs.append((second, first, 1))", "pairs.append((second, first, 0))"),
        ],
    ),
    Misconception(
        question="sentence_pairs",
        name="negative_elsewhere_in_the_same_document",
        hint="The negative sentence of NSP is drawn from the same document, leaving out the true next one. It comes from "
        "another document.",
        edits=[("others = docs[:d] + docs[d + 1 :]", "others = [[s for s in doc if s != second] or doc]")],
    ),
    Misconception(
        question="sentence_pairs",
        name="pairs_across_documents",
        hint="The last sentence of a document is paired with the first one of the next. They are no neighbours: pairs end "
        "with the document.",
        edits=[("zip(doc, doc[1:])", "zip(doc, doc[1:] + (docs[d + 1][:1] if d + 1 < len(docs) else []))")],
    ),
    Misconception(
        question="sentence_pairs",
        name="every_pair_twice",
        hint="Each pair is used twice, once true and once false. A coin decides for one of the two.",
        edits=[
            ("            if rng.random() < 0.5:\n", "            if True:\n"),
            ('            elif task == "sop":', '            if task == "sop":'),
        ],
    ),
    Misconception(
        question="sentence_pairs",
        name="one_coin_for_all",
        hint="One coin is tossed per call, so all pairs are true or all are false. Each pair has its own coin.",
        edits=[("    pairs = []\n", "    pairs, coin = [], rng.random()\n"), ("if rng.random() < 0.5", "if coin < 0.5")],
    ),
    Misconception(
        question="sentence_pairs",
        name="every_second_sentence",
        hint="Pairs do not overlap: sentences are taken two by two. Each pair of neighbours counts, so n sentences give n - 1 pairs.",
        edits=[("zip(doc, doc[1:])", "zip(doc[::2], doc[1::2])")],
    ),
    Misconception(
        question="sentence_pairs",
        name="uniform_over_sentences",
        hint="The negative sentence is drawn from all sentences of the other documents together, so long documents are "
        "preferred. First draw a document, then a sentence of it.",
        edits=[("other = others[rng.integers(len(others))]", "other = [s for o in others for s in o]")],
    ),
    Misconception(
        question="sentence_pairs",
        name="always_the_next_document",
        hint="The negative sentence always comes from the document that follows. Every other document must have the same chance.",
        edits=[("other = others[rng.integers(len(others))]", "other = docs[(d + 1) % len(docs)]")],
    ),
    Misconception(
        question="sentence_pairs",
        name="first_sentence_of_the_other_document",
        hint="The negative sentence is always the first one of its document. It should be any of them.",
        edits=[("other[rng.integers(len(other))]", "other[0]")],
    ),
    Misconception(
        question="sentence_pairs",
        name="pair_loss_forgotten",
        hint="The loss is that of the masked tokens alone. BERT adds the loss of the pairs.",
        edits=[(" + F.cross_entropy(pair_logits, pair_labels)", " + 0 * pair_logits.sum()")],
    ),
    Misconception(
        question="sentence_pairs",
        name="mean_of_the_losses",
        hint="The two losses are averaged. BERT adds them, each with weight 1.",
        edits=[
            (
                "mlm_loss(mlm_logits, labels) + F.cross_entropy(pair_logits, pair_labels)",
                "(mlm_loss(mlm_logits, labels) + F.cross_entropy(pair_logits, pair_labels)) / 2",
            )
        ],
    ),
    Misconception(
        question="sentence_pairs",
        name="pair_logits_upside_down",
        hint="Column 0 of the pair logits is read as NotNext. Column c scores the label c.",
        edits=[("F.cross_entropy(pair_logits, pair_labels)", "F.cross_entropy(pair_logits, 1 - pair_labels)")],
    ),
    Misconception(
        question="sentence_pairs",
        name="pair_loss_summed",
        hint="The losses of the pairs are added up over the batch. It is their mean that is added.",
        edits=[("F.cross_entropy(pair_logits, pair_labels)", 'F.cross_entropy(pair_logits, pair_labels, reduction="sum")')],
    ),
    # 6. qa_best_span
    Misconception(
        question="qa_best_span",
        name="layer_weights_without_softmax",
        hint="The layers are weighted by w itself. ELMo uses softmax(w): positive weights that sum to 1.",
        edits=[("w.softmax(0)", "w")],
    ),
    Misconception(
        question="qa_best_span",
        name="gamma_inside_the_softmax",
        hint="gamma multiplies w before the softmax, where it is a temperature. It scales the finished mean.",
        edits=[("gamma * torch.einsum", "torch.einsum"), ("w.softmax(0)", "(gamma * w).softmax(0)")],
    ),
    Misconception(
        question="qa_best_span",
        name="no_gamma",
        hint="gamma is not used. Without it the mix cannot fit its size to the task model.",
        edits=[("gamma * torch.einsum", "0 * gamma + torch.einsum")],
    ),
    Misconception(
        question="qa_best_span",
        name="top_layer_only",
        hint="Only the last layer is used. ELMo mixes all of them, since the lower ones know other things.",
        edits=[('torch.einsum("n,nbld->bld", w.softmax(0), layers)', "layers[-1] + 0 * w.sum()")],
    ),
    Misconception(
        question="qa_best_span",
        name="plain_mean_of_layers",
        hint="All layers count alike. The weights softmax(w) are what the task learns.",
        edits=[("w.softmax(0)", "(0 * w).softmax(0)")],
    ),
    Misconception(
        question="qa_best_span",
        name="mean_over_positions",
        hint="The vectors of all positions are averaged. The classifier reads position 0, [CLS].",
        edits=[("h[:, 0] @ Wp", "h.mean(1) @ Wp")],
    ),
    Misconception(
        question="qa_best_span",
        name="last_position",
        hint="The last position is read, as in a left-to-right model. In BERT every position has seen everything, and the one "
        "made for this is [CLS], the first.",
        edits=[("h[:, 0] @ Wp", "h[:, -1] @ Wp")],
    ),
    Misconception(
        question="qa_best_span",
        name="pooler_without_tanh",
        hint="The tanh of the pooler is missing. Two linear layers in a row are only one.",
        edits=[("torch.tanh(h[:, 0] @ Wp + bp)", "(h[:, 0] @ Wp + bp)")],
    ),
    Misconception(
        question="qa_best_span",
        name="bias_after_the_tanh",
        hint="The pooler's bias is added after the tanh. It belongs inside.",
        edits=[("torch.tanh(h[:, 0] @ Wp + bp)", "(torch.tanh(h[:, 0] @ Wp) + bp)")],
    ),
    Misconception(
        question="qa_best_span",
        name="probabilities_for_logits",
        hint="A softmax is applied at the end. The function returns logits; cross-entropy applies the softmax itself.",
        edits=[("@ Wp + bp) @ W + b", "@ Wp + bp) @ W + b).softmax(-1)"), ("return torch.tanh", "return (torch.tanh")],
    ),
    Misconception(
        question="qa_best_span",
        name="independent_argmax",
        hint="The best start and the best end are chosen each for itself. They may be in the wrong order or too far apart. The "
        "maximum is over legal pairs.",
        edits=[
            (
                "s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones\n    return s, e, float(scores[s, e])",
                "s, e = (int(x.masked_fill(~ctx_mask, -torch.inf).argmax()) for x in (start, end))\n    return s, e, float(start[s] + end[e])",
            )
        ],
    ),
    Misconception(
        question="qa_best_span",
        name="best_start_first",
        hint="The best start is chosen first, and then the best end behind it. A slightly worse start may have a much better end: the "
        "two are chosen together.",
        edits=[
            (
                "s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones",
                "s = int(start.masked_fill(~ctx_mask, -torch.inf).argmax())\n    e = int(scores[s].argmax())",
            )
        ],
    ),
    Misconception(
        question="qa_best_span",
        name="span_in_the_question",
        hint="Spans outside the paragraph are allowed. The question repeats the words of the answer and often scores high, but the "
        "answer stands in the paragraph.",
        edits=[(" & ctx_mask[:, None] & ctx_mask", "")],
    ),
    Misconception(
        question="qa_best_span",
        name="only_the_start_in_the_paragraph",
        hint="Only the start is required to be in the paragraph. The end has to be there, too.",
        edits=[("& ctx_mask[:, None] & ctx_mask", "& ctx_mask[:, None]")],
    ),
    Misconception(
        question="qa_best_span",
        name="logits_multiplied",
        hint="The logits are multiplied. Two very negative ones then make a large product. Logits are added: that is what multiplying "
        "probabilities means.",
        edits=[("(start[:, None] + end)", "(start[:, None] * end)")],
    ),
    Misconception(
        question="qa_best_span",
        name="end_may_precede_start",
        hint="Ends before the start are allowed. A span runs forward: s <= e.",
        edits=[("(length >= 1)", "(length >= -L)")],
    ),
    Misconception(
        question="qa_best_span",
        name="one_token_too_long",
        hint="Answers of max_len + 1 tokens are allowed: from s to e there are e - s + 1 tokens.",
        edits=[("length = i - i[:, None] + 1", "length = i - i[:, None]"), ("(length >= 1)", "(length >= 0)")],
    ),
    Misconception(
        question="qa_best_span",
        name="one_token_too_short",
        hint="Answers of max_len tokens are ruled out. From s to e there are e - s + 1 tokens, and max_len of them are "
        "allowed: e < s + max_len.",
        edits=[("(length <= max_len)", "(length < max_len)")],
    ),
    Misconception(
        question="qa_best_span",
        name="at_least_two_tokens",
        hint="Answers of one token are ruled out. Start and end may be the same token.",
        edits=[("(length >= 1)", "((length >= 2) | (max_len == 1) | (ctx_mask.sum() == 1)) & (length >= 1)")],
    ),
    Misconception(
        question="qa_best_span",
        name="length_not_limited",
        hint="The largest length is ignored. Without it a far too long span may win.",
        edits=[(" & (length <= max_len)", "")],
    ),
    Misconception(
        question="qa_best_span",
        name="end_exclusive",
        hint="e is the position after the answer, as in a Python slice. It should be the last token of the answer itself.",
        edits=[("return s, e, float(scores[s, e])", "return s, e + 1, float(scores[s, e])")],
    ),
    Misconception(
        question="qa_best_span",
        name="positions_in_the_paragraph",
        hint="The positions are counted from the beginning of the paragraph. They are those of the whole sequence.",
        edits=[
            (
                "return s, e, float(scores[s, e])",
                "first = int(ctx_mask.int().argmax())\n    return s - first, e - first, float(scores[s, e])",
            )
        ],
    ),
    # 7. parameter_groups
    Misconception(
        question="parameter_groups",
        name="layer_norm_decays",
        hint="The weights of the layer norms decay. They start at 1, and pulling them to 0 switches off the layer; only the biases "
        "were taken out.",
        edits=[(' or "LayerNorm" in parts', "")],
    ),
    Misconception(
        question="parameter_groups",
        name="bias_decays",
        hint="Biases decay. Only those of the layer norms were taken out; all biases are exempt.",
        edits=[('parts[-1] == "bias" or ', "")],
    ),
    Misconception(
        question="parameter_groups",
        name="substring_of_the_name",
        hint="The name is searched for the letters, so that `bias_table` or `PreLayerNorm` do not decay. Whole parts between the dots are "
        "compared, and `bias` only with the last one.",
        edits=[('parts[-1] == "bias" or "LayerNorm" in parts', '"bias" in name or "LayerNorm" in name')],
    ),
    Misconception(
        question="parameter_groups",
        name="groups_swapped",
        hint="The decay is given to the wrong group: matrices are exempt, biases and layer norms decay.",
        edits=[("    return [{", "    decay, no_decay = no_decay, decay\n    return [{")],
    ),
    Misconception(
        question="parameter_groups",
        name="iterator_used_twice",
        hint="The names are gone through twice. named_parameters() gives an iterator, which is empty the second time: the "
        "second group gets nothing, and is never trained.",
        edits=[
            ("    decay, no_decay = [], []\n", "    named_params = iter(named_params)\n"
             '    decay = [p for n, p in named_params if not (n.split(".")[-1] == "bias" or "LayerNorm" in n.split("."))]\n'
             "    no_decay = []\n"),
            ("else decay).append(parameter)", "else []).append(parameter)"),
        ],
    ),
    Misconception(
        question="parameter_groups",
        name="everything_decays",
        hint="The second group decays, too. Its weight decay is 0.",
        edits=[('no_decay, "weight_decay": 0.0}', 'no_decay, "weight_decay": wd}')],
    ),
    Misconception(
        question="parameter_groups",
        name="no_warm_up",
        hint="The factor starts at 1. During warm-up it rises from 0.",
        edits=[("return step / warm", "return 1.0")],
    ),
    Misconception(
        question="parameter_groups",
        name="updates_counted_from_one",
        hint="The current update is counted as already done. At step 0 no update has been made, and the factor is 0.",
        edits=[("return step / warm", "return (step + 1) / warm")],
    ),
    Misconception(
        question="parameter_groups",
        name="never_reaches_zero",
        hint="The decay does not end at 0. The line goes through (total, 0), so that the last steps are the smallest.",
        edits=[("(total - step) / (total - warm)", "(total - step + 1) / (total - warm + 1)")],
    ),
    Misconception(
        question="parameter_groups",
        name="decay_over_all_steps",
        hint="The falling line is divided by total, so the factor jumps down at the end of the warm-up. It starts at 1 at step warm.",
        edits=[("/ (total - warm)", "/ total")],
    ),
    Misconception(
        question="parameter_groups",
        name="negative_after_the_end",
        hint="After the last step the factor becomes negative: the optimizer would climb. It stays at 0.",
        edits=[("max(0.0, (total - step) / (total - warm))", "(total - step) / (total - warm)")],
    ),
    Misconception(
        question="parameter_groups",
        name="constant_after_warm_up",
        hint="After the warm-up the factor stays at 1. It has to fall to 0 in a straight line.",
        edits=[("max(0.0, (total - step) / (total - warm))", "1.0")],
    ),
    Misconception(
        question="parameter_groups",
        name="accumulated_without_dividing",
        hint="The losses are not divided by the number of micro-batches. The gradients add up, so the step is k times too long.",
        edits=[
            ("loss_fn(batch) / len(micro_batches)", "loss_fn(batch)"),
            ("return mean", "return mean / len(micro_batches)"),
        ],
    ),
    Misconception(
        question="parameter_groups",
        name="summed_throughout",
        hint="Nothing is divided by the number of micro-batches: the gradient is that of the sum of the losses, and their sum "
        "is returned. Divide each loss by k before its backward.",
        edits=[("loss_fn(batch) / len(micro_batches)", "loss_fn(batch)")],
    ),
    Misconception(
        question="parameter_groups",
        name="only_the_last_micro_batch",
        hint="backward is called once, on the last loss. The gradients of the earlier micro-batches are lost.",
        edits=[("        loss.backward()\n        mean += loss.item()", "        mean += loss.item()\n    loss.backward()")],
    ),
    Misconception(
        question="parameter_groups",
        name="one_backward_at_the_end",
        hint="The losses are summed and backward is called once at the end. The gradient is right, but the graphs of all micro-batches are "
        "in memory together, which is what accumulation should avoid.",
        edits=[
            ("        loss.backward()\n        mean += loss.item()", "        mean += loss"),
            ("    return mean", "    mean.backward()\n    return mean.item()"),
        ],
    ),
    Misconception(
        question="parameter_groups",
        name="loss_divided_by_the_rows",
        hint="The loss is divided by the size of a micro-batch. It is already a mean over the rows; divide by the number of micro-batches.",
        edits=[("/ len(micro_batches)", "/ len(batch)")],
    ),
    Misconception(
        question="parameter_groups",
        name="sum_of_the_losses_returned",
        hint="The returned number is the sum of the losses, k times their mean. The gradient is right.",
        edits=[("mean += loss.item()", "mean += loss.item() * len(micro_batches)")],
    ),
    # 8. albert_embed
    Misconception(
        question="albert_embed",
        name="nonlinearity_between_the_factors",
        hint="There is a nonlinearity between the two factors. ALBERT's embedding is one table of low rank: A M, nothing in between.",
        edits=[("A[ids] @ M", "F.relu(A[ids]) @ M")],
    ),
    Misconception(
        question="albert_embed",
        name="factor_scaled",
        hint="The embedding is multiplied by a root of its width, as in the original transformer. ALBERT does not do this.",
        edits=[("A[ids] @ M", "A[ids] * A.shape[1] ** 0.5 @ M")],
    ),
    Misconception(
        question="albert_embed",
        name="shared_layers_counted_n_times",
        hint="Shared layers are counted as often as they are applied. Different parameters count once, however often they are "
        "used.",
        edits=[("(1 if shared else n_layers) * layer", "n_layers * layer")],
    ),
    Misconception(
        question="albert_embed",
        name="full_table_kept",
        hint="The token table has the width H. With the factorisation it has E columns, and this is where the saving comes from.",
        edits=[("(V + 512 + 2) * E", "V * H + (512 + 2) * E")],
    ),
    Misconception(
        question="albert_embed",
        name="wide_positions",
        hint="The tables of positions and segments have the width H. They are added to the token's row before the projection, and are E "
        "wide as well.",
        edits=[("(V + 512 + 2) * E", "V * E + (512 + 2) * H")],
    ),
    Misconception(
        question="albert_embed",
        name="projection_always",
        hint="The projection is counted although E equals H. BERT has none.",
        edits=[("0 if E == H else E * H + H", "E * H + H")],
    ),
    Misconception(
        question="albert_embed",
        name="no_projection",
        hint="The matrix from width E to width H is missing, with its bias.",
        edits=[("0 if E == H else E * H + H", "0")],
    ),
    Misconception(
        question="albert_embed",
        name="no_biases",
        hint="The biases of the layers and the layer norms are missing: 13 H per layer.",
        edits=[("12 * H**2 + 13 * H", "12 * H**2")],
    ),
    Misconception(
        question="albert_embed",
        name="output_layer_counted",
        hint="The output layer of the masked language model is counted. It is tied to the token table: the same parameters.",
        edits=[("return embeddings + projection", "return V * E + embeddings + projection")],
    ),
    Misconception(
        question="albert_embed",
        name="embeddings_shared_away",
        hint="Sharing was applied to the whole model: everything is counted once per layer if nothing is shared. Embeddings and pooler exist once anyway.",
        edits=[
            (
                "return embeddings + projection + (1 if shared else n_layers) * layer + pooler",
                "return (embeddings + projection + layer + pooler) * (1 if shared else n_layers)",
            )
        ],
    ),
    # 9. electra_corrupt
    Misconception(
        question="electra_corrupt",
        name="label_is_masked",
        hint="Every masked position is labelled as replaced. Where the generator guessed the original, nothing was replaced: the label is "
        "original.",
        edits=[("return corrupted, corrupted != ids", "return corrupted, masked.clone()")],
    ),
    Misconception(
        question="electra_corrupt",
        name="argmax_of_the_generator",
        hint="The generator's favourite is taken. The fill-ins are sampled; otherwise they are too often right, and always the same.",
        edits=[("torch.multinomial(probs, 1, generator=rng)", "probs.argmax(-1)")],
    ),
    Misconception(
        question="electra_corrupt",
        name="uniform_replacements",
        hint="The fill-ins are drawn uniformly from the vocabulary. They come from the generator's distribution, which makes them plausible "
        "and the task hard.",
        edits=[("torch.multinomial(probs, 1,", "torch.multinomial(torch.ones_like(probs), 1,")],
    ),
    Misconception(
        question="electra_corrupt",
        name="all_positions_replaced",
        hint="Samples are put at all positions. Only the masked ones are filled; the others keep their token.",
        edits=[("torch.where(masked, samples, ids)", "samples")],
    ),
    Misconception(
        question="electra_corrupt",
        name="labels_upside_down",
        hint="The labels are 1 for original tokens. is_replaced is True where the token differs.",
        edits=[("corrupted != ids", "corrupted == ids")],
    ),
    Misconception(
        question="electra_corrupt",
        name="never_the_original",
        hint="The original token is ruled out when sampling. The generator may be right, and then the label is original.",
        edits=[
            (
                "probs = gen_logits.softmax(-1).flatten(0, 1)",
                "probs = (gen_logits.softmax(-1) * (1 - F.one_hot(ids, gen_logits.shape[-1])) + 1e-30).flatten(0, 1)",
            )
        ],
    ),
    Misconception(
        question="electra_corrupt",
        name="own_generator_of_random_numbers",
        hint="Each call uses a generator of its own with a fixed seed and so gives the same samples. All randomness comes from the generator "
        "that is passed in.",
        edits=[("generator=rng)", "generator=torch.Generator().manual_seed(0))")],
    ),
    Misconception(
        question="electra_corrupt",
        name="loss_only_at_replaced_positions",
        hint="The loss is taken only where a token was replaced. ELECTRA learns from every real token, and that is its advantage; "
        "otherwise \"always replaced\" would be a perfect answer.",
        edits=[("losses[mask.bool()].mean()", "losses[mask.bool() & is_replaced].sum() / (mask.bool() & is_replaced).sum().clamp(min=1)")],
    ),
    Misconception(
        question="electra_corrupt",
        name="padding_counted",
        hint="Padding counts in the mean. Only real tokens do.",
        edits=[("losses[mask.bool()].mean()", "losses.mean()")],
    ),
    Misconception(
        question="electra_corrupt",
        name="divided_by_all_positions",
        hint="The losses of the real tokens are divided by the number of all positions, padding included.",
        edits=[("losses[mask.bool()].mean()", "(losses * mask).sum() / losses.numel()")],
    ),
    Misconception(
        question="electra_corrupt",
        name="mean_of_rows",
        hint="Each row is averaged by itself. All real tokens of the batch have the same weight.",
        edits=[("losses[mask.bool()].mean()", "((losses * mask).sum(1) / mask.sum(1)).mean()")],
    ),
    Misconception(
        question="electra_corrupt",
        name="probabilities_by_hand",
        hint="The sigmoid is computed first and its logarithm afterwards. For large logits the probability is exactly 0 or 1 and the "
        "logarithm infinite, or cut off.",
        edits=[
            (
                'F.binary_cross_entropy_with_logits(logits, is_replaced.to(logits.dtype), reduction="none")',
                'F.binary_cross_entropy(logits.sigmoid(), is_replaced.to(logits.dtype), reduction="none")',
            )
        ],
    ),
    Misconception(
        question="electra_corrupt",
        name="score_for_original",
        hint="The logit is read as the score for \"original\". It is the one for \"replaced\".",
        edits=[("is_replaced.to(logits.dtype)", "1 - is_replaced.to(logits.dtype)")],
    ),
]
