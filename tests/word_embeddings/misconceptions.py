from dlcourse.authoring import Misconception

MISCONCEPTIONS = [
    # 1
    Misconception(
        question="skipgram_pairs",
        name="pairs_across_sentences",
        hint="The sentences are strung together, so the last word of one is paired with the first of the "
        "next. They stand side by side by accident only; the window ends where the sentence ends.",
        edits=[("        for sent in sents\n", "        for sent in [sum(sents, [])]\n")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="center_paired_with_itself",
        hint="The center's own position is in its window, so every word is paired with itself. Nothing is "
        "learned from that: leave the position u = t out.",
        edits=[("        if u != t\n", "")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="equal_words_dropped",
        hint="Pairs of two equal words are dropped wherever they come from. Only the center's own position"
        " is left out; a second occurrence of the same word nearby is real context.",
        edits=[("        if u != t\n", "        if word != sent[u]\n")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="right_edge_off_by_one",
        hint="The window reaches m words to the left, but only m - 1 to the right. The end of a range or "
        "slice is not included.",
        edits=[("t + m + 1)", "t + m)")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="negative_start_of_the_window",
        hint="Near the start of a sentence the window begins at a negative index. Python counts that from "
        "the end: words from the end of the sentence are paired with its beginning.",
        edits=[("max(0, t - m)", "t - m")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="only_words_before",
        hint="The context holds only the words before the center. Skip-gram looks at both sides.",
        edits=[("min(len(sent), t + m + 1)", "t")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="only_words_after",
        hint="The context holds only the words after the center, so each pair of positions occurs once "
        "instead of twice. Skip-gram looks at both sides.",
        edits=[("max(0, t - m)", "t")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="only_full_windows",
        hint="Centers whose window does not fit into the sentence are skipped. At the ends the window is "
        "cut off, but the center still has a context.",
        edits=[("        if u != t\n", "        if u != t and m <= t < len(sent) - m\n")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="window_is_the_whole_width",
        hint="m is taken for the width of the whole window. It counts the positions on each side.",
        edits=[("t - m)", "t - m // 2)"), ("t + m + 1)", "t + m // 2 + 1)")],
    ),
    Misconception(
        question="skipgram_pairs",
        name="context_before_center",
        hint="The columns are exchanged: the context comes first. Row by row the center's id comes first, "
        "and all pairs of one center stand together.",
        edits=[("(word, sent[u])", "(sent[u], word)")],
    ),
    # 2
    Misconception(
        question="noise_distribution",
        name="not_normalised_after_the_power",
        hint="Relative frequencies are raised to the power, and that is all. They do not sum to 1 any "
        "more: the power comes first, then the division.",
        edits=[("powered = counts**a", "powered = (counts / counts.sum()) ** a"), ("powered / powered.sum()", "powered")],
    ),
    Misconception(
        question="noise_distribution",
        name="divided_by_the_total_count",
        hint="The powers are divided by the sum of the counts. For the probabilities to sum to 1 they must"
        " be divided by the sum of the powers.",
        edits=[("powered / powered.sum()", "powered / counts.sum()")],
    ),
    Misconception(
        question="noise_distribution",
        name="power_left_out",
        hint="The noise follows the relative frequencies, with no power. Frequent words are drawn too "
        "often, and rare ones hardly meet any noise.",
        edits=[("counts**a", "counts * 1.0")],
    ),
    Misconception(
        question="noise_distribution",
        name="power_fixed",
        hint="The power is always 3/4, whatever the argument says.",
        edits=[("counts**a", "counts**0.75")],
    ),
    Misconception(
        question="noise_distribution",
        name="softmax_of_counts",
        hint="The counts are put through a softmax, which takes exponentials: the most frequent word gets "
        "everything. They only need to be divided by their sum.",
        edits=[("powered / powered.sum()", "np.exp(powered - powered.max()) / np.exp(powered - powered.max()).sum()")],
    ),
    Misconception(
        question="noise_distribution",
        name="counts_for_frequencies",
        hint="The threshold is compared with counts. t is a threshold for the relative frequency: divide "
        "by the number of all words first.",
        edits=[("f = counts / counts.sum()", "f = counts")],
    ),
    Misconception(
        question="noise_distribution",
        name="probability_of_discarding",
        hint="This is the probability that a word is thrown away. The function returns the probability "
        "that it is kept.",
        edits=[("np.minimum(1, np.sqrt(t / f))", "1 - np.minimum(1, np.sqrt(t / f))")],
    ),
    Misconception(
        question="noise_distribution",
        name="probability_above_one",
        hint="For rare words the root is larger than 1. A probability ends at 1: those words are always "
        "kept.",
        edits=[("np.minimum(1, np.sqrt(t / f))", "np.sqrt(t / f)")],
    ),
    Misconception(
        question="noise_distribution",
        name="root_left_out",
        hint="The quotient t / f is taken without the square root. Then all frequent words would become "
        "equally frequent; the root keeps some of the difference.",
        edits=[("np.sqrt(t / f)", "t / f")],
    ),
    Misconception(
        question="noise_distribution",
        name="frequency_over_threshold",
        hint="The quotient is upside down: frequent words are kept and rare ones thrown away.",
        edits=[("np.sqrt(t / f)", "np.sqrt(f / t)")],
    ),
    Misconception(
        question="noise_distribution",
        name="formula_of_the_c_program",
        hint="This is the formula of the original C program, sqrt(t/f) + t/f. The paper's, which is asked "
        "for here, is the root alone.",
        edits=[("np.sqrt(t / f)", "np.sqrt(t / f) + t / f")],
    ),
    # 3
    Misconception(
        question="sgns_loss_grad",
        name="noise_counted_as_true",
        hint="The noise words are treated as true contexts: sigma(s) where sigma(-s) belongs, in loss and "
        "gradient. Then every inner product grows and nothing tells words apart.",
        edits=[
            ("np.logaddexp(0, s_neg)", "np.logaddexp(0, -s_neg)"),
            ("e_neg = expit(s_neg)[:, :, None] / B", "e_neg = (expit(s_neg) - 1)[:, :, None] / B"),
        ],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="mean_over_noise_words",
        hint="The k noise words are averaged. In the objective they are summed: k sets the weight of the "
        "noise against the true pair.",
        edits=[
            ("np.logaddexp(0, s_neg).sum()", "np.logaddexp(0, s_neg).mean(axis=1).sum()"),
            ("[:, :, None] / B  #", "[:, :, None] / B / neg.shape[1]  #"),
        ],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="gradient_of_the_objective",
        hint="Everywhere the opposite sign: these are the loss and gradients of the log-likelihood J, "
        "which is to be maximised. The loss is -J.",
        edits=[
            ("loss = (np.logaddexp", "loss = -(np.logaddexp"),
            ("(expit(s_pos) - 1)", "(1 - expit(s_pos))"),
            ("e_neg = expit(s_neg)", "e_neg = -expit(s_neg)"),
        ],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="ascent_with_the_right_loss",
        hint="The loss is right, but the gradients have the opposite sign: they are those of the "
        "likelihood. Descent along them would make the loss grow.",
        edits=[("(expit(s_pos) - 1)", "(1 - expit(s_pos))"), ("e_neg = expit(s_neg)", "e_neg = -expit(s_neg)")],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="center_updated_too_early",
        hint="v is changed before the gradients of the contexts are computed. All gradients of a loss are "
        "taken at the same point.",
        edits=[
            (
                "    return loss, e_pos * pos + (e_neg * neg).sum(axis=1), e_pos",
                "    gv = e_pos * pos + (e_neg * neg).sum(axis=1)\n    v = v - gv\n    return loss, gv, e_pos",
            )
        ],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="gradients_not_averaged",
        hint="The loss is the mean over the batch, but the gradients belong to the sum. They carry the "
        "same 1/B.",
        edits=[("(expit(s_pos) - 1)[:, None] / B", "(expit(s_pos) - 1)[:, None]"), ("[:, :, None] / B", "[:, :, None]")],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="sum_over_the_batch",
        hint="Loss and gradients are summed over the batch. They are the mean over the B pairs.",
        edits=[("B = len(v)", "B = 1")],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="noise_does_not_move_the_center",
        hint="The gradient of v comes from the true context alone. v meets the noise words, too, and is "
        "pushed away from them.",
        edits=[("e_pos * pos + (e_neg * neg).sum(axis=1)", "e_pos * pos")],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="sigmoid_without_the_label",
        hint="For the true pair the error is sigma(s), as if its label were 0. It is prediction minus "
        "label, and the label is 1.",
        edits=[("(expit(s_pos) - 1)", "expit(s_pos)")],
    ),
    Misconception(
        question="sgns_loss_grad",
        name="log_of_the_sigmoid",
        hint="The loss takes the logarithm of a sigmoid that has been rounded to 0, and is infinite where "
        "it should be 1000. Use a form that never computes log 0.",
        edits=[
            ("np.logaddexp(0, -s_pos)", "-np.log(expit(s_pos))"),
            ("np.logaddexp(0, s_neg)", "-np.log(expit(-s_neg))"),
        ],
    ),
    # 4
    Misconception(
        question="cbow_loss_grad",
        name="sum_of_the_context",
        hint="The vectors of the context are summed. CBOW takes their mean, so that long and short "
        "contexts give hidden vectors of the same size.",
        edits=[("(known / known.sum(axis=1, keepdims=True))[:, :, None]", "(known * 1.0)[:, :, None]")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="pads_counted_in_the_mean",
        hint="The sum leaves the pads out, but it is divided by all places of the window. Divide by the "
        "number of words that are there.",
        edits=[("known / known.sum(axis=1, keepdims=True)", "known / ctx.shape[1]")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="pad_is_the_last_word",
        hint="The id -1 is used as an index, and in numpy that is the last word. So every pad counts as an"
        " occurrence of it, in the mean and in the gradient.",
        edits=[("known = ctx >= 0", "known = ctx >= -1")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="word_zero_is_a_pad",
        hint="The word with the id 0 is left out as if it were a pad. Ids begin at 0; the pad is -1.",
        edits=[("known = ctx >= 0", "known = ctx > 0"), ("known.sum(axis=1, keepdims=True)", "np.maximum(known.sum(axis=1, keepdims=True), 1)")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="gradient_not_divided_by_the_context",
        hint="Every context word gets the whole gradient of the hidden vector. The hidden vector is a "
        "mean, so each word moves it by one part in n and gets one part of the gradient.",
        edits=[("np.add.at(dW, ctx, share * ", "np.add.at(dW, ctx, (share > 0) * ")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="repeated_word_overwritten",
        hint="Where a word occurs several times, only one of its contributions arrives: dW[ids] += g adds "
        "once per id, not once per occurrence.",
        edits=[
            (
                "    np.add.at(dW, ctx, share * (G @ Wp.T)[:, None, :])",
                "    dW[ctx[known]] += (share * (G @ Wp.T)[:, None, :])[known]",
            )
        ],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="gradient_not_averaged",
        hint="The loss is a mean over the B rows, but the gradients belong to the sum. They carry the same"
        " 1/B.",
        edits=[("np.exp(log_P) / B", "np.exp(log_P)"), ("-= 1 / B", "-= 1")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="loss_summed_over_the_batch",
        hint="The loss is summed over the rows, while the gradients belong to the mean.",
        edits=[("center].mean(), dW", "center].sum(), dW")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="label_not_subtracted",
        hint="The gradient with respect to the logits is the probability alone. It is prediction minus "
        "label: 1 is subtracted at the center word.",
        edits=[("    G[np.arange(B), center] -= 1 / B\n", "")],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="softmax_over_the_batch",
        hint="The softmax is taken over the rows of the batch. It is a distribution over the words, within"
        " each row.",
        edits=[
            ("logits.max(axis=1, keepdims=True)", "logits.max(axis=0, keepdims=True)"),
            ("np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=0, keepdims=True)"),
        ],
    ),
    Misconception(
        question="cbow_loss_grad",
        name="exponentials_overflow",
        hint="e^1000 is infinite in float64. Subtract each row's largest logit before the exponential.",
        edits=[("shifted = logits - logits.max(axis=1, keepdims=True)", "shifted = logits")],
    ),
    # 5
    Misconception(
        question="cooccurrence",
        name="one_sided",
        hint="Only words after the center are counted. The window has two sides: each pair of positions "
        "counts in both orders, and X is symmetric.",
        edits=[("                X[other, word] += weight\n", "")],
    ),
    Misconception(
        question="cooccurrence",
        name="counted_twice",
        hint="Everything is counted twice: each pair of positions is met from both sides, and entered in "
        "both orders each time. Two words that stand next to each other once have the count 1.",
        edits=[("weight = 1 / distance if distance_weight else 1", "weight = 2 / distance if distance_weight else 2")],
    ),
    Misconception(
        question="cooccurrence",
        name="distance_off_by_one",
        hint="The distance is counted from the wrong end: neighbours have weight 1/2. Two adjacent words "
        "are at distance 1.",
        edits=[("1 / distance if", "1 / (distance + 1) if")],
    ),
    Misconception(
        question="cooccurrence",
        name="weight_falls_linearly",
        hint="The weight falls linearly within the window, as in word2vec's shrinking windows. GloVe "
        "weights by one over the distance.",
        edits=[("1 / distance if", "(m - distance + 1) / m if")],
    ),
    Misconception(
        question="cooccurrence",
        name="always_weighted",
        hint="Plain counts are asked for, but the pairs are weighted by distance all the same.",
        edits=[("1 / distance if distance_weight else 1", "1 / distance")],
    ),
    Misconception(
        question="cooccurrence",
        name="never_weighted",
        hint="The pairs all count 1, although weights by distance are asked for.",
        edits=[("1 / distance if distance_weight else 1", "1")],
    ),
    Misconception(
        question="cooccurrence",
        name="window_one_short",
        hint="The window holds one word fewer than m on each side. The end of a slice is not included.",
        edits=[("sent[t + 1 : t + 1 + m]", "sent[t + 1 : t + m]")],
    ),
    Misconception(
        question="cooccurrence",
        name="across_sentences",
        hint="The sentences are strung together, so words of different sentences co-occur. The window ends"
        " where the sentence ends.",
        edits=[("    for sent in sents:\n", "    for sent in [sum(sents, [])]:\n")],
    ),
    Misconception(
        question="cooccurrence",
        name="diagonal_counted_once",
        hint="Two occurrences of the same word count once. Both orders of the two positions count, and "
        "here both are entered at the same place of the diagonal.",
        edits=[("                X[other, word] += weight\n", "                if other != word:\n                    X[other, word] += weight\n")],
    ),
    Misconception(
        question="cooccurrence",
        name="empty_diagonal",
        hint="Pairs of equal words are left out. A second occurrence of a word in its own window counts "
        "like any other word; only the position itself does not.",
        edits=[("    return X\n", "    np.fill_diagonal(X, 0)\n    return X\n")],
    ),
    # 6
    Misconception(
        question="glove_loss_grad",
        name="log_of_zero",
        hint="The logarithm of a zero count is taken, and zero weight times infinity is nan. Pairs that "
        "never occur must not be evaluated.",
        edits=[("np.log(np.where(X > 0, X, 1))", "np.log(X)")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="log_of_one_plus_count",
        hint="log(1 + X) avoids log 0 but changes all small counts: a count of 1 becomes log 2 where it "
        "should be 0. Zero counts are to be left out, the others taken as they are.",
        edits=[("np.log(np.where(X > 0, X, 1))", "np.log(1 + X)")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="zeros_take_part",
        hint="Pairs that never occur take part, as if their count were 1. Their weight f(0) is 0.",
        edits=[("np.minimum(X / xmax, 1) ** a", "np.minimum(np.maximum(X, 1) / xmax, 1) ** a")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="weight_not_capped",
        hint="The weight goes on growing above xmax. It is capped at 1, or the most frequent pairs decide "
        "everything.",
        edits=[("np.minimum(X / xmax, 1) ** a", "(X / xmax) ** a")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="capped_without_scaling",
        hint="The count itself is capped at xmax, but not divided by it, so the weights run up to a power "
        "of xmax instead of 1.",
        edits=[("np.minimum(X / xmax, 1) ** a", "np.minimum(X, xmax) ** a")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="cap_before_the_power_forgotten",
        hint="The weight is min(x / xmax, 1) without its power. The power a makes rare pairs count for "
        "more than their share.",
        edits=[("np.minimum(X / xmax, 1) ** a", "np.minimum(X / xmax, 1)")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="weight_left_out",
        hint="All pairs that occur have weight 1. A pair seen once then counts as much as one seen a "
        "hundred times.",
        edits=[("np.minimum(X / xmax, 1) ** a", "np.where(X > 0, 1.0, 0.0)")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="factor_two_missing",
        hint="The gradients are half of what they should be: the square in the loss gives a factor 2.",
        edits=[("g = 2 * f * e", "g = f * e")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="half_of_the_loss",
        hint="A factor 1/2 has been put in front of the loss, to cancel the 2 of the gradient. The loss is"
        " the plain sum.",
        edits=[("g = 2 * f * e", "g = f * e"), ("return (f * e**2).sum(),", "return (f * e**2).sum() / 2,")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="mean_over_pairs",
        hint="The loss is divided by the number of pairs. GloVe's is a sum.",
        edits=[("return (f * e**2).sum(),", "return (f * e**2).sum() / (X > 0).sum(),")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="biases_exchanged",
        hint="The two biases are exchanged: b belongs to the rows of X, bt to its columns. A symmetric X "
        "hides it, but not from the gradients.",
        edits=[("b[:, None] + bt", "b + bt[:, None]"), ("g.sum(axis=1), g.sum(axis=0)", "g.sum(axis=0), g.sum(axis=1)")],
    ),
    Misconception(
        question="glove_loss_grad",
        name="context_gradient_without_transpose",
        hint="The gradient of the context vectors sums over the columns of X. The context is the column, "
        "so the sum runs over the rows, and g has to be transposed.",
        edits=[("g.T @ W", "g @ W")],
    ),
    # 7
    Misconception(
        question="char_ngrams",
        name="no_boundary_marks",
        hint="The pieces are taken from the bare word. Without < and > nothing tells a prefix from the "
        "middle of a word, and short words have hardly any pieces.",
        edits=[("for i in range(len(marked) - n + 1)]", "for i in range(1, len(marked) - n)]")],
    ),
    Misconception(
        question="char_ngrams",
        name="whole_word_missing",
        hint="The marked word itself is missing. It is a piece of its own, so that frequent words have a "
        "vector that belongs to them alone.",
        edits=[(" + [marked]", "")],
    ),
    Misconception(
        question="char_ngrams",
        name="whole_word_without_marks",
        hint="The whole word is added without its marks. The last piece is the marked word.",
        edits=[("+ [marked]", "+ [word]")],
    ),
    Misconception(
        question="char_ngrams",
        name="whole_word_twice",
        hint="For short words the marked word is listed twice: once as an n-gram, and once as the whole. "
        "The n-grams are shorter than it.",
        edits=[("min(n_max + 1, len(marked))", "min(n_max, len(marked)) + 1")],
    ),
    Misconception(
        question="char_ngrams",
        name="longest_length_missing",
        hint="The n-grams of n_max characters are missing. The end of a range is not included.",
        edits=[("min(n_max + 1, len(marked))", "min(n_max, len(marked))")],
    ),
    Misconception(
        question="char_ngrams",
        name="last_place_missing",
        hint="The last n-gram of each length is missing, the one with the mark of the end. A word of L "
        "characters has L - n + 1 of them.",
        edits=[("len(marked) - n + 1)", "len(marked) - n)")],
    ),
    Misconception(
        question="char_ngrams",
        name="by_place_not_by_length",
        hint="The pieces are right but ordered by their place in the word. Shorter pieces come first.",
        edits=[
            (
                "[marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)]",
                "[marked[i : i + n] for i in range(len(marked)) for n in lengths if i + n <= len(marked)]",
            )
        ],
    ),
    Misconception(
        question="char_ngrams",
        name="repeated_pieces_once",
        hint="A piece that occurs twice is listed once. Every occurrence is a piece of its own, and counts"
        " in the sum.",
        edits=[
            (
                "return [marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)] + [marked]",
                "return list(dict.fromkeys([marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)] + [marked]))",
            )
        ],
    ),
    Misconception(
        question="char_ngrams",
        name="mean_of_the_pieces",
        hint="The vector is the mean of the known pieces. FastText sums them.",
        edits=[("    return vector\n", "    return vector / max(1, sum(piece in table for piece in char_ngrams(word)))\n")],
    ),
    Misconception(
        question="char_ngrams",
        name="unknown_piece_raises",
        hint="A piece that the table does not hold raises a KeyError. New words consist of known and "
        "unknown pieces; the unknown ones are left out.",
        edits=[("        if piece in table:\n            vector", "        vector")],
    ),
    Misconception(
        question="char_ngrams",
        name="known_word_without_its_pieces",
        hint="A word that the table holds as a whole gets that vector alone. Its pieces are added for "
        "known words, too.",
        edits=[("    vector = np.zeros(d)\n", '    if f"<{word}>" in table:\n        return table[f"<{word}>"] * 1.0\n    vector = np.zeros(d)\n')],
    ),
    # 8
    Misconception(
        question="nnlm_forward",
        name="context_at_the_end_counts",
        hint="The denominator counts the context at the ends of sentences as well, where no word follows. "
        "Then the probabilities of all words sum to less than 1.",
        edits=[
            (
                "/ len(places)",
                "/ sum(sent[t : t + n] == context for sent in sents for t in range(len(sent) - n + 1))",
            )
        ],
    ),
    Misconception(
        question="nnlm_forward",
        name="divided_by_all_words",
        hint="The count is divided by the number of all words of the corpus: that is how often the n-gram "
        "occurs. Of a conditional probability the denominator counts the context.",
        edits=[("/ len(places)", "/ sum(map(len, sents))")],
    ),
    Misconception(
        question="nnlm_forward",
        name="ngrams_across_sentences",
        hint="The sentences are strung together, so a context at the end of one is followed by the first "
        "word of the next.",
        edits=[("for sent in sents for t in", "for sent in [sum(sents, [])] for t in")],
    ),
    Misconception(
        question="nnlm_forward",
        name="only_the_last_word_counts",
        hint="Only the last word of the context is compared. That is a bigram model, whatever the length "
        "of the context.",
        edits=[("if sent[t - n : t] == context]", "if sent[max(t - 1, t - n) : t] == context[-1:]]")],
    ),
    Misconception(
        question="nnlm_forward",
        name="context_as_a_bag",
        hint="The context is compared without regard to the order of its words. An n-gram is a sequence.",
        edits=[("if sent[t - n : t] == context]", "if sorted(sent[t - n : t]) == sorted(context)]")],
    ),
    Misconception(
        question="nnlm_forward",
        name="vectors_averaged",
        hint="The vectors of the context are averaged, as in CBOW, so their order is lost. Here they are "
        "concatenated, and each place has its own columns of Wh.",
        edits=[
            (
                "x = np.hstack([E[words] for words in ctx.T])",
                "x = np.tile(E[ctx].mean(axis=1), ctx.shape[1])",
            )
        ],
    ),
    Misconception(
        question="nnlm_forward",
        name="newest_word_first",
        hint="The vectors are concatenated in reverse: the newest word meets the columns of Wh that belong"
        " to the oldest.",
        edits=[("for words in ctx.T]", "for words in ctx.T[::-1]]")],
    ),
    Misconception(
        question="nnlm_forward",
        name="words_and_numbers_interleaved",
        hint="The axes are exchanged before flattening: first all first numbers of the words, then all "
        "second ones. Each word's vector has to stay in one piece.",
        edits=[("np.hstack([E[words] for words in ctx.T])", "E[ctx].transpose(0, 2, 1).reshape(len(ctx), -1)")],
    ),
    Misconception(
        question="nnlm_forward",
        name="softmax_over_the_contexts",
        hint="The softmax is taken over the contexts of the batch. It is a distribution over the words, "
        "one for each row.",
        edits=[
            ("logits.max(axis=1, keepdims=True)", "logits.max(axis=0, keepdims=True)"),
            ("np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=0, keepdims=True)"),
        ],
    ),
    Misconception(
        question="nnlm_forward",
        name="tanh_left_out",
        hint="The hidden layer has no tanh. Without it the two layers are one, and the logits are linear "
        "in the words' vectors.",
        edits=[("np.tanh(x @ Wh.T + bh)", "x @ Wh.T + bh")],
    ),
    Misconception(
        question="nnlm_forward",
        name="probabilities_returned",
        hint="These are probabilities. Log-probabilities are asked for; those of unlikely words would be "
        "lost otherwise.",
        edits=[
            (
                "return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
                "return np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))",
            )
        ],
    ),
    Misconception(
        question="nnlm_forward",
        name="log_of_the_softmax",
        hint="The logarithm is taken of a probability that has been rounded to 0, and is infinite. Take it"
        " before the numbers are lost.",
        edits=[
            (
                "return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
                "return np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))",
            )
        ],
    ),
    # 9
    Misconception(
        question="analogy",
        name="inputs_not_excluded",
        hint="The answer is one of the three words of the question. They lie nearest to the target more "
        "often than not, and do not count.",
        edits=[("    cosine[[a, b, c]] = -np.inf\n", "")],
    ),
    Misconception(
        question="analogy",
        name="only_the_third_word_excluded",
        hint="Only c is excluded. Neither a nor b may be the answer.",
        edits=[("cosine[[a, b, c]] = -np.inf", "cosine[c] = -np.inf")],
    ),
    Misconception(
        question="analogy",
        name="inner_product_without_scaling",
        hint="The vectors are not scaled, so long ones win by their length. Cosines are asked for: all "
        "vectors are scaled to length 1, those that are added, too.",
        edits=[("cosine = U @ (U[b] - U[a] + U[c])", "cosine = E @ (E[b] - E[a] + E[c])")],
    ),
    Misconception(
        question="analogy",
        name="added_before_scaling",
        hint="The raw vectors are added, and only the candidates are scaled. Then the longest of the three"
        " decides where the target lies. Scale first.",
        edits=[("cosine = U @ (U[b] - U[a] + U[c])", "cosine = U @ (E[b] - E[a] + E[c])")],
    ),
    Misconception(
        question="analogy",
        name="candidates_not_scaled",
        hint="The three words are scaled, the candidates are not, so long candidates win.",
        edits=[("cosine = U @ (U[b] - U[a] + U[c])", "cosine = E @ (U[b] - U[a] + U[c])")],
    ),
    Misconception(
        question="analogy",
        name="step_backwards",
        hint="The step is taken backwards: a - b + c. man to king as woman to what goes from a to b, so b "
        "is added and a subtracted.",
        edits=[("(U[b] - U[a] + U[c])", "(U[a] - U[b] + U[c])")],
    ),
    Misconception(
        question="analogy",
        name="nearest_by_distance_of_raw_vectors",
        hint="The candidates are compared by the Euclidean distance of raw vectors. Length has more to do "
        "with frequency than with meaning; use the cosine of scaled ones.",
        edits=[("cosine = U @ (U[b] - U[a] + U[c])", "cosine = -np.linalg.norm(E - (E[b] - E[a] + E[c]), axis=1)")],
    ),
    Misconception(
        question="analogy",
        name="word_is_its_own_neighbour",
        hint="The word itself is among its neighbours. It always has the cosine 1 and is left out.",
        edits=[("order[order != w][:k]", "order[:k]")],
    ),
    Misconception(
        question="analogy",
        name="neighbours_by_inner_product",
        hint="The neighbours are ordered by the inner product, so long vectors are everybody's neighbours."
        " The cosine divides by the lengths.",
        edits=[("np.argsort(-U @ U[w])", "np.argsort(-E @ E[w])")],
    ),
    Misconception(
        question="analogy",
        name="farthest_first",
        hint="The order is reversed: these are the words with the smallest cosine.",
        edits=[("np.argsort(-U @ U[w])", "np.argsort(U @ U[w])")],
    ),
    Misconception(
        question="analogy",
        name="correlation_of_values",
        hint="This is Pearson's correlation of the values. Spearman's is that of their ranks, so that only"
        " the order counts.",
        edits=[("np.sign(z[:, None] - z).sum(axis=1)", "z - z.mean()")],
    ),
    Misconception(
        question="analogy",
        name="ties_get_different_ranks",
        hint="Equal values get different ranks, in the order in which they stand. They share the mean of "
        "their ranks.",
        edits=[("np.sign(z[:, None] - z).sum(axis=1)", 'np.argsort(np.argsort(z, kind="stable")) - (len(z) - 1) / 2')],
    ),
    Misconception(
        question="analogy",
        name="ties_get_the_lowest_rank",
        hint="Equal values all get the lowest of their ranks, as in a sports table. They share the mean of"
        " their ranks.",
        edits=[("np.sign(z[:, None] - z).sum(axis=1)", "(z[:, None] > z).sum(axis=1) - (z[:, None] > z).sum() / len(z)")],
    ),
    Misconception(
        question="analogy",
        name="argsort_for_ranks",
        hint="np.argsort gives the place at which the i-th smallest value stands, not the rank of the i-th"
        " value. It is the inverse permutation.",
        edits=[("np.sign(z[:, None] - z).sum(axis=1)", 'np.argsort(z, kind="stable") - (len(z) - 1) / 2')],
    ),
    Misconception(
        question="analogy",
        name="short_form_with_ties",
        hint="1 - 6 sum d² / (n (n² - 1)) is right only if no two values are equal. With ties take the "
        "correlation of the ranks.",
        edits=[
            (
                "return r @ s / np.sqrt((r @ r) * (s @ s))",
                "return 1 - 6 * ((r - s) ** 2).sum() / 4 / (len(x) * (len(x) ** 2 - 1))",
            )
        ],
    ),
]
