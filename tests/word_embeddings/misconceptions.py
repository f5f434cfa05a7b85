"""What students get wrong in word_embeddings, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "skipgram_pairs": [
        Misconception(
            "pairs_across_sentences",
            "The sentences are strung together, so the last word of one is paired with the first "
            "of the next. They stand side by side by accident only; the window ends where the "
            "sentence ends.",
            {"        for sent in sents\n": "        for sent in [sum(sents, [])]\n"},
        ),
        Misconception(
            "center_paired_with_itself",
            "The center's own position is in its window, so every word is paired with itself. "
            "Nothing is learned from that: leave the position u = t out.",
            {"        if u != t\n": ""},
        ),
        Misconception(
            "equal_words_dropped",
            "Pairs of two equal words are dropped wherever they come from. Only the center's own "
            "position is left out; a second occurrence of the same word nearby is real context.",
            {"        if u != t\n": "        if word != sent[u]\n"},
        ),
        Misconception(
            "right_edge_off_by_one",
            "The window reaches m words to the left, but only m - 1 to the right. The end of a "
            "range or slice is not included.",
            {"t + m + 1)": "t + m)"},
        ),
        Misconception(
            "negative_start_of_the_window",
            "Near the start of a sentence the window begins at a negative index. Python counts "
            "that from the end: words from the end of the sentence are paired with its beginning.",
            {"max(0, t - m)": "t - m"},
        ),
        Misconception(
            "only_words_before",
            "The context holds only the words before the center. Skip-gram looks at both sides.",
            {"min(len(sent), t + m + 1)": "t"},
        ),
        Misconception(
            "only_words_after",
            "The context holds only the words after the center, so each pair of positions occurs "
            "once instead of twice. Skip-gram looks at both sides.",
            {"max(0, t - m)": "t"},
        ),
        Misconception(
            "only_full_windows",
            "Centers whose window does not fit into the sentence are skipped. At the ends the "
            "window is cut off, but the center still has a context.",
            {"        if u != t\n": "        if u != t and m <= t < len(sent) - m\n"},
        ),
        Misconception(
            "window_is_the_whole_width",
            "m is taken for the width of the whole window. It counts the positions on each side.",
            {"t - m)": "t - m // 2)", "t + m + 1)": "t + m // 2 + 1)"},
        ),
        Misconception(
            "context_before_center",
            "The columns are exchanged: the context comes first. Row by row the center's id comes "
            "first, and all pairs of one center stand together.",
            {"(word, sent[u])": "(sent[u], word)"},
        ),
        Misconception(
            "every_pair_once",
            "A pair that occurs several times is kept once. How often two words stand together is "
            "all that is learned from: every pair of positions counts.",
            {
                '        if u != t\n    ]\n': '        if u != t\n    ]\n    pairs = list(dict.fromkeys(pairs))\n',
            },
        ),
        Misconception(
            "no_pairs_without_shape",
            "Without a pair the result has no columns (np.array([]) has the shape (0,) and is of "
            "floats). It should have the shape (0, 2), in int64.",
            {
                'dtype=np.int64).reshape(len(pairs), 2)': 'dtype=np.int64)',
            },
        ),
        Misconception(
            "place_looked_up_by_word",
            "The place of a word is looked up with index, which finds its first occurrence. A "
            "word that occurs twice in a sentence has two places: use enumerate.",
            {
                'for t, word in enumerate(sent)': 'for t, word in [(sent.index(w), w) for w in sent]',
            },
        ),
        Misconception(
            "context_by_distance",
            "The pairs are right but each center's context is ordered by distance. The context "
            "comes from left to right.",
            {
                'for u in range(max(0, t - m), min(len(sent), t + m + 1))': 'for u in sorted(range(max(0, t - m), min(len(sent), t + m + 1)), key=lambda u: (abs(u - t), u))',
            },
        ),
        Misconception(
            "slice_from_a_negative_start",
            "Near the start of a sentence the words before the center are cut out with a negative "
            "start. Python counts that from the end, so the slice is mostly empty: begin at max(0, t "
            "- m).",
            {
                'for u in range(max(0, t - m), min(len(sent), t + m + 1))': 'for u in [*range(len(sent))[t - m : t], *range(len(sent))[t : t + m + 1]]',
            },
        ),
        Misconception(
            "no_pairs_are_floats",
            "Without a pair the shape is right but the numbers are floats: np.array([]) is of floats. "
            "Ask for int64.",
            {
                'dtype=np.int64).reshape(len(pairs), 2)': 'dtype=None).reshape(len(pairs), 2)',
            },
        ),
    ],
    "noise_distribution": [
        Misconception(
            "not_normalised_after_the_power",
            "Relative frequencies are raised to the power, and that is all. They do not sum to 1 "
            "any more: the power comes first, then the division.",
            {
                "powered = counts**a": "powered = (counts / counts.sum()) ** a",
                "powered / powered.sum()": "powered",
            },
        ),
        Misconception(
            "divided_by_the_total_count",
            "The powers are divided by the sum of the counts. For the probabilities to sum to 1 "
            "they must be divided by the sum of the powers.",
            {"powered / powered.sum()": "powered / counts.sum()"},
        ),
        Misconception(
            "power_left_out",
            "The noise follows the relative frequencies, with no power. Frequent words are drawn "
            "too often, and rare ones hardly meet any noise.",
            {"counts**a": "counts * 1.0"},
        ),
        Misconception(
            "power_fixed",
            "The power is always 3/4, whatever the argument says.",
            {"counts**a": "counts**0.75"},
        ),
        Misconception(
            "softmax_of_counts",
            "The counts are put through a softmax, which takes exponentials: the most frequent "
            "word gets everything. They only need to be divided by their sum.",
            {
                "powered / powered.sum()":
                    "np.exp(powered - powered.max()) / np.exp(powered - powered.max()).sum()",
            },
        ),
        Misconception(
            "counts_for_frequencies",
            "The threshold is compared with counts. t is a threshold for the relative frequency: "
            "divide by the number of all words first.",
            {"f = counts / counts.sum()": "f = counts"},
        ),
        Misconception(
            "probability_of_discarding",
            "This is the probability that a word is thrown away. The function returns the "
            "probability that it is kept.",
            {"np.minimum(1, np.sqrt(t / f))": "1 - np.minimum(1, np.sqrt(t / f))"},
        ),
        Misconception(
            "probability_above_one",
            "For rare words the root is larger than 1. A probability ends at 1: those words are "
            "always kept.",
            {"np.minimum(1, np.sqrt(t / f))": "np.sqrt(t / f)"},
        ),
        Misconception(
            "root_left_out",
            "The quotient t / f is taken without the square root. Then all frequent words would "
            "become equally frequent; the root keeps some of the difference.",
            {"np.sqrt(t / f)": "t / f"},
        ),
        Misconception(
            "frequency_over_threshold",
            "The quotient is upside down: frequent words are kept and rare ones thrown away.",
            {"np.sqrt(t / f)": "np.sqrt(f / t)"},
        ),
        Misconception(
            "formula_of_the_c_program",
            "This is the formula of the original C program, sqrt(t/f) + t/f. The paper's, which is "
            "asked for here, is the root alone.",
            {"np.sqrt(t / f)": "np.sqrt(t / f) + t / f"},
        ),
        Misconception(
            "divided_by_the_largest",
            "The powers are divided by the largest of them. Probabilities sum to 1: divide by the "
            "sum.",
            {
                'powered / powered.sum()': 'powered / powered.max()',
            },
        ),
        Misconception(
            "frequency_of_the_most_frequent",
            "The counts are divided by the largest one. A relative frequency is the count divided "
            "by the number of all words.",
            {
                'f = counts / counts.sum()': 'f = counts / counts.max()',
            },
        ),
        Misconception(
            "something_added_to_the_frequency",
            "A small number is added to the frequency. Counts are at least 1, so no frequency is "
            "0; for rare words of a large corpus the addition is larger than the frequency "
            "itself.",
            {
                'np.sqrt(t / f)': 'np.sqrt(t / (f + 1e-8))',
            },
        ),
        Misconception(
            "kept_words_sum_to_one",
            "The probabilities of keeping a word are divided by their sum. Each is a decision of its "
            "own about one occurrence; they do not sum to 1 over the words.",
            {
                'return np.minimum(1, np.sqrt(t / f))': 'return np.minimum(1, np.sqrt(t / f)) / np.minimum(1, np.sqrt(t / f)).sum()',
            },
        ),
    ],
    "sgns_loss_grad": [
        Misconception(
            "noise_counted_as_true",
            "The noise words are treated as true contexts: sigma(s) where sigma(-s) belongs, in "
            "loss and gradient. Then every inner product grows and nothing tells words apart.",
            {
                "np.logaddexp(0, s_neg)": "np.logaddexp(0, -s_neg)",
                "e_neg = expit(s_neg)[:, :, None] / B":
                    "e_neg = (expit(s_neg) - 1)[:, :, None] / B",
            },
        ),
        Misconception(
            "mean_over_noise_words",
            "The k noise words are averaged. In the objective they are summed: k sets the weight "
            "of the noise against the true pair.",
            {
                "np.logaddexp(0, s_neg).sum()": "np.logaddexp(0, s_neg).mean(axis=1).sum()",
                "[:, :, None] / B  #": "[:, :, None] / B / neg.shape[1]  #",
            },
        ),
        Misconception(
            "gradient_of_the_objective",
            "Everywhere the opposite sign: these are the loss and gradients of the log-likelihood "
            "J, which is to be maximised. The loss is -J.",
            {
                "loss = (np.logaddexp": "loss = -(np.logaddexp",
                "(expit(s_pos) - 1)": "(1 - expit(s_pos))",
                "e_neg = expit(s_neg)": "e_neg = -expit(s_neg)",
            },
        ),
        Misconception(
            "ascent_with_the_right_loss",
            "The loss is right, but the gradients have the opposite sign: they are those of the "
            "likelihood. Descent along them would make the loss grow.",
            {
                "(expit(s_pos) - 1)": "(1 - expit(s_pos))",
                "e_neg = expit(s_neg)": "e_neg = -expit(s_neg)",
            },
        ),
        Misconception(
            "center_updated_too_early",
            "v is changed before the gradients of the contexts are computed. All gradients of a "
            "loss are taken at the same point.",
            {
                "    return loss, e_pos * pos + (e_neg * neg).sum(axis=1), e_pos":
                    "    gv = e_pos * pos + (e_neg * neg).sum(axis=1)\n    v = v - gv\n    return loss, gv, e_pos",
            },
        ),
        Misconception(
            "gradients_not_averaged",
            "The loss is the mean over the batch, but the gradients belong to the sum. They carry "
            "the same 1/B.",
            {
                "(expit(s_pos) - 1)[:, None] / B": "(expit(s_pos) - 1)[:, None]",
                "[:, :, None] / B": "[:, :, None]",
            },
        ),
        Misconception(
            "sum_over_the_batch",
            "Loss and gradients are summed over the batch. They are the mean over the B pairs.",
            {"B = len(v)": "B = 1"},
        ),
        Misconception(
            "noise_does_not_move_the_center",
            "The gradient of v comes from the true context alone. v meets the noise words, too, "
            "and is pushed away from them.",
            {"e_pos * pos + (e_neg * neg).sum(axis=1)": "e_pos * pos"},
        ),
        Misconception(
            "sigmoid_without_the_label",
            "For the true pair the error is sigma(s), as if its label were 0. It is prediction "
            "minus label, and the label is 1.",
            {"(expit(s_pos) - 1)": "expit(s_pos)"},
        ),
        Misconception(
            "log_of_the_sigmoid",
            "The loss takes the logarithm of a sigmoid that has been rounded to 0, or of an exponential "
            "that has overflowed, and is infinite where it should be 1000. Use a form that computes "
            "neither.",
            {
                "np.logaddexp(0, -s_pos)": "-np.log(expit(s_pos))",
                "np.logaddexp(0, s_neg)": "-np.log(expit(-s_neg))",
            },
        ),
        Misconception(
            "something_added_inside_the_log",
            "A small number is added to the probability before the logarithm. That ends the loss "
            "at about 20 where it should be 1000. Use a form that never computes log 0.",
            {
                'np.logaddexp(0, -s_pos)': '-np.log(expit(s_pos) + 1e-10)',
                'np.logaddexp(0, s_neg)': '-np.log(expit(-s_neg) + 1e-10)',
            },
        ),
        Misconception(
            "inner_products_clipped",
            "The inner products are clipped, so the loss stops growing. At -1000 it is 1000.",
            {
                's_neg = np.einsum("bd,bkd->bk", v, neg)': 's_neg = np.clip(np.einsum("bd,bkd->bk", v, neg), -500, 500)',
                's_pos = np.einsum("bd,bd->b", v, pos)': 's_pos = np.clip(np.einsum("bd,bd->b", v, pos), -500, 500)',
            },
        ),
        Misconception(
            "loss_of_each_pair",
            "The loss is returned pair by pair. It is one number, the mean over the batch.",
            {
                '(np.logaddexp(0, -s_pos).sum() + np.logaddexp(0, s_neg).sum()) / B': 'np.logaddexp(0, -s_pos) + np.logaddexp(0, s_neg).sum(axis=1)',
            },
        ),
        Misconception(
            "objective_for_the_loss",
            "The gradients are those of the loss, but the number returned is J, which is to be "
            "maximised. The loss is -J.",
            {
                'loss = (np.logaddexp': 'loss = -(np.logaddexp',
            },
        ),
        Misconception(
            "loss_summed_over_the_batch",
            "The loss is the sum over the pairs, while the gradients belong to the mean. The loss is "
            "the mean over the B pairs.",
            {
                'np.logaddexp(0, s_neg).sum()) / B': 'np.logaddexp(0, s_neg).sum())',
            },
        ),
        Misconception(
            "loss_averages_the_noise",
            "In the loss the k noise words are averaged, while the gradients belong to their sum. "
            "They are summed; only the pairs of the batch are averaged.",
            {
                'np.logaddexp(0, s_neg).sum()': 'np.logaddexp(0, s_neg).mean(axis=1).sum()',
            },
        ),
        Misconception(
            "noise_error_with_label_one",
            "The loss is right, but the error of a noise word is sigma(s) - 1, as if its label were "
            "1. Its label is 0, so the error is sigma(s).",
            {
                'expit(s_neg)[:, :, None]': '(expit(s_neg) - 1)[:, :, None]',
            },
        ),
        Misconception(
            "noise_averaged_for_the_center",
            "The center's gradient takes the mean over the noise words it met. They are summed there, "
            "as they are in the loss.",
            {
                '(e_neg * neg).sum(axis=1)': '(e_neg * neg).mean(axis=1)',
            },
        ),
        Misconception(
            "one_minus_sigma_is_zero",
            "For the noise 1 - sigma(s) is computed. It is rounded to 0 long before sigma(-s) is, and "
            "its logarithm is infinite. Use a form that computes neither.",
            {
                'np.logaddexp(0, -s_pos)': '-np.log(expit(s_pos))',
                'np.logaddexp(0, s_neg)': '-np.log(1 - expit(s_neg))',
            },
        ),
        Misconception(
            "sigmoid_overflows",
            "The sigmoid in the gradients is written as e^s / (1 + e^s), which is infinity over "
            "infinity for s = 1000. expit is exact for any s.",
            {
                '(expit(s_pos) - 1)': '(np.exp(s_pos) / (1 + np.exp(s_pos)) - 1)',
                'expit(s_neg)[:, :, None]': '(np.exp(s_neg) / (1 + np.exp(s_neg)))[:, :, None]',
            },
        ),
    ],
    "cbow_loss_grad": [
        Misconception(
            "sum_of_the_context",
            "The vectors of the context are summed. CBOW takes their mean, so that long and short "
            "contexts give hidden vectors of the same size.",
            {"(known / known.sum(axis=1, keepdims=True))[:, :, None]": "(known * 1.0)[:, :, None]"},
        ),
        Misconception(
            "pads_counted_in_the_mean",
            "The sum leaves the pads out, but it is divided by all places of the window. Divide by "
            "the number of words that are there.",
            {"known / known.sum(axis=1, keepdims=True)": "known / ctx.shape[1]"},
        ),
        Misconception(
            "pad_is_the_last_word",
            "The id -1 is used as an index, and in numpy that is the last word. So every pad "
            "counts as an occurrence of it, in the mean and in the gradient.",
            {"known = ctx >= 0": "known = ctx >= -1"},
        ),
        Misconception(
            "word_zero_is_a_pad",
            "The word with the id 0 is left out as if it were a pad. Ids begin at 0; the pad is "
            "-1.",
            {
                "known = ctx >= 0": "known = ctx > 0",
                "known.sum(axis=1, keepdims=True)":
                    "np.maximum(known.sum(axis=1, keepdims=True), 1)",
            },
        ),
        Misconception(
            "gradient_not_divided_by_the_context",
            "Every context word gets the whole gradient of the hidden vector. The hidden vector is "
            "a mean, so each word moves it by one part in n and gets one part of the gradient.",
            {"np.add.at(dW, ctx, share * ": "np.add.at(dW, ctx, (share > 0) * "},
        ),
        Misconception(
            "repeated_word_overwritten",
            "Where a word occurs several times, only one of its contributions arrives: dW[ids] += "
            "g adds once per id, not once per occurrence.",
            {
                "    np.add.at(dW, ctx, share * (G @ Wp.T)[:, None, :])":
                    "    dW[ctx[known]] += (share * (G @ Wp.T)[:, None, :])[known]",
            },
        ),
        Misconception(
            "gradient_not_averaged",
            "The loss is a mean over the B rows, but the gradients belong to the sum. They carry "
            "the same 1/B.",
            {"np.exp(log_P) / B": "np.exp(log_P)", "-= 1 / B": "-= 1"},
        ),
        Misconception(
            "loss_summed_over_the_batch",
            "The loss is summed over the rows, while the gradients belong to the mean.",
            {"center].mean(), dW": "center].sum(), dW"},
        ),
        Misconception(
            "label_not_subtracted",
            "The gradient with respect to the logits is the probability alone. It is prediction "
            "minus label: 1 is subtracted at the center word.",
            {"    G[np.arange(B), center] -= 1 / B\n": ""},
        ),
        Misconception(
            "softmax_over_the_batch",
            "The softmax is taken over the rows of the batch. It is a distribution over the words, "
            "within each row.",
            {
                "logits.max(axis=1, keepdims=True)": "logits.max(axis=0, keepdims=True)",
                "np.exp(shifted).sum(axis=1, keepdims=True)":
                    "np.exp(shifted).sum(axis=0, keepdims=True)",
            },
        ),
        Misconception(
            "exponentials_overflow",
            "e^1000 is infinite in float64. Subtract each row's largest logit before the "
            "exponential.",
            {"shifted = logits - logits.max(axis=1, keepdims=True)": "shifted = logits"},
        ),
        Misconception(
            "something_added_inside_the_log",
            "A small number is added to the probability before the logarithm, which ends the loss "
            "early. Compute log P from the shifted logits, without P.",
            {
                '-log_P[np.arange(B), center].mean()': '-np.log(np.exp(log_P[np.arange(B), center]) + 1e-10).mean()',
            },
        ),
        Misconception(
            "one_maximum_for_the_batch",
            "The largest logit of the whole batch is subtracted. In a row whose logits lie far "
            "below it all exponentials are 0: subtract each row's own.",
            {
                'logits.max(axis=1, keepdims=True)': 'logits.max()',
            },
        ),
        Misconception(
            "repeated_words_once_in_the_mean",
            "A word that occurs twice in a context counts once in its mean. Every occurrence "
            "counts.",
            {
                'known = ctx >= 0': 'known = (ctx >= 0) & np.array([[i not in row[:j] for j, i in enumerate(row)] for row in ctx.tolist()])',
            },
        ),
        Misconception(
            "pads_only_at_the_end",
            "What stands behind the first pad is ignored. A pad may stand at any place.",
            {
                'known = ctx >= 0': 'known = np.cumsum(ctx < 0, axis=1) == 0',
                'known.sum(axis=1, keepdims=True)': 'np.maximum(known.sum(axis=1, keepdims=True), 1)',
            },
        ),
        Misconception(
            "row_of_word_zero_is_empty",
            "The word with the id 0 is left out as if it were a pad, and a context of zeros alone is "
            "divided by 0. Ids begin at 0; the pad is -1.",
            {
                'known = ctx >= 0': 'known = ctx > 0',
                'np.add.at(dW, ctx, share * (G @ Wp.T)[:, None, :])': 'np.add.at(dW, ctx[known], (share * (G @ Wp.T)[:, None, :])[known])',
            },
        ),
        Misconception(
            "pads_get_a_gradient",
            "The mean is right, but on the way back each pad gets a word's share of the gradient, and "
            "W[-1] is the last word. A pad gets nothing.",
            {
                'np.add.at(dW, ctx, share * (G @ Wp.T)[:, None, :])': 'np.add.at(dW, ctx, share.max(axis=1, keepdims=True) * (G @ Wp.T)[:, None, :])',
            },
        ),
        Misconception(
            "first_places_taken_for_words",
            "The number of words is right, but that many places from the left are taken. A pad may "
            "stand at any place: ask of each place whether it is one.",
            {
                'known = ctx >= 0': 'known = np.arange(ctx.shape[1]) < (ctx >= 0).sum(axis=1, keepdims=True)',
            },
        ),
        Misconception(
            "repeated_word_in_one_row",
            "The rows are gone through one by one, but within a row dW[ids] += g still adds once per "
            "id: a word that stands twice in one context gets half. np.add.at adds all.",
            {
                '    np.add.at(dW, ctx, share * (G @ Wp.T)[:, None, :])': '    for i in range(B):\n        dW[ctx[i][known[i]]] += (share[i] * (G @ Wp.T)[i])[known[i]]',
            },
        ),
        Misconception(
            "label_minus_prediction",
            "The gradients have the opposite sign: those of the log-likelihood. The derivative of the "
            "loss is prediction minus label.",
            {
                'np.exp(log_P) / B': '-np.exp(log_P) / B',
                '-= 1 / B': '+= 1 / B',
            },
        ),
        Misconception(
            "log_of_the_softmax",
            "The logarithm is taken of a probability that has been rounded to 0, and the loss is "
            "infinite. Compute log P from the shifted logits.",
            {
                '-log_P[np.arange(B), center].mean()': '-np.log(np.exp(log_P[np.arange(B), center])).mean()',
            },
        ),
    ],
    "cooccurrence": [
        Misconception(
            "one_sided",
            "Only words after the center are counted. The window has two sides: each pair of "
            "positions counts in both orders, and X is symmetric.",
            {"                X[other, word] += weight\n": ""},
        ),
        Misconception(
            "counted_twice",
            "Everything is counted twice: each pair of positions is met from both sides, and "
            "entered in both orders each time. Two words that stand next to each other once have "
            "the count 1.",
            {
                "weight = 1 / distance if distance_weight else 1":
                    "weight = 2 / distance if distance_weight else 2",
            },
        ),
        Misconception(
            "distance_off_by_one",
            "The distance is counted from the wrong end: neighbours have weight 1/2. Two adjacent "
            "words are at distance 1.",
            {"1 / distance if": "1 / (distance + 1) if"},
        ),
        Misconception(
            "weight_falls_linearly",
            "The weight falls linearly within the window, as in word2vec's shrinking windows. "
            "GloVe weights by one over the distance.",
            {"1 / distance if": "(m - distance + 1) / m if"},
        ),
        Misconception(
            "always_weighted",
            "Plain counts are asked for, but the pairs are weighted by distance all the same.",
            {"1 / distance if distance_weight else 1": "1 / distance"},
        ),
        Misconception(
            "never_weighted",
            "The pairs all count 1, although weights by distance are asked for.",
            {"1 / distance if distance_weight else 1": "1"},
        ),
        Misconception(
            "window_one_short",
            "The window holds one word fewer than m on each side. The end of a slice is not "
            "included.",
            {"sent[t + 1 : t + 1 + m]": "sent[t + 1 : t + m]"},
        ),
        Misconception(
            "across_sentences",
            "The sentences are strung together, so words of different sentences co-occur. The "
            "window ends where the sentence ends.",
            {"    for sent in sents:\n": "    for sent in [sum(sents, [])]:\n"},
        ),
        Misconception(
            "diagonal_counted_once",
            "Two occurrences of the same word count once. Both orders of the two positions count, "
            "and here both are entered at the same place of the diagonal.",
            {
                "                X[other, word] += weight\n":
                    "                if other != word:\n                    X[other, word] += weight\n",
            },
        ),
        Misconception(
            "empty_diagonal",
            "Pairs of equal words are left out. A second occurrence of a word in its own window "
            "counts like any other word; only the position itself does not.",
            {"    return X\n": "    np.fill_diagonal(X, 0)\n    return X\n"},
        ),
        Misconception(
            "one_for_any_number",
            "Each entry is set and not added to, so that it says whether two words met, not how "
            "often.",
            {
                'X[word, other] += weight': 'X[word, other] = weight',
                'X[other, word] += weight': 'X[other, word] = weight',
            },
        ),
        Misconception(
            "integers",
            "Plain counts are returned as integers. The result is float64 in both cases.",
            {
                'np.zeros((V, V))': 'np.zeros((V, V), dtype=float if distance_weight else int)',
            },
        ),
        Misconception(
            "square_of_the_distance",
            "The weight falls with the square of the distance. It is 1/distance.",
            {
                '1 / distance if': '1 / distance**2 if',
            },
        ),
        Misconception(
            "repeated_pair_counted_once",
            "X[rows, columns] += weight adds once per entry, not once per pair: where two words meet "
            "twice at the same distance, one of the two is lost. np.add.at adds all.",
            {
                '        for t, word in enumerate(sent):\n            for distance, other in enumerate(sent[t + 1 : t + 1 + m], 1):\n                weight = 1 / distance if distance_weight else 1\n                X[word, other] += weight\n                X[other, word] += weight\n': '        ids = np.array(sent, dtype=int)\n        for distance in range(1, min(m, len(ids) - 1) + 1):\n            weight = 1 / distance if distance_weight else 1\n            X[ids[:-distance], ids[distance:]] += weight\n            X[ids[distance:], ids[:-distance]] += weight\n',
            },
        ),
        Misconception(
            "weights_cut_to_integers",
            "X is a matrix of integers, so that a weight of 1/2 is cut to 0 when it is added. The "
            "result is float64.",
            {
                'np.zeros((V, V))': 'np.zeros((V, V), dtype=int)',
            },
        ),
    ],
    "glove_loss_grad": [
        Misconception(
            "log_of_zero",
            "The logarithm of a zero count is taken, and zero weight times infinity is nan. Pairs "
            "that never occur must not be evaluated.",
            {"np.log(np.where(X > 0, X, 1))": "np.log(X)"},
        ),
        Misconception(
            "log_of_one_plus_count",
            "log(1 + X) avoids log 0 but changes all small counts: a count of 1 becomes log 2 "
            "where it should be 0. Zero counts are to be left out, the others taken as they are.",
            {"np.log(np.where(X > 0, X, 1))": "np.log(1 + X)"},
        ),
        Misconception(
            "zeros_take_part",
            "Pairs that never occur take part, as if their count were 1. Their weight f(0) is 0.",
            {"np.minimum(X / xmax, 1) ** a": "np.minimum(np.maximum(X, 1) / xmax, 1) ** a"},
        ),
        Misconception(
            "weight_not_capped",
            "The weight goes on growing above xmax. It is capped at 1, or the most frequent pairs "
            "decide everything.",
            {"np.minimum(X / xmax, 1) ** a": "(X / xmax) ** a"},
        ),
        Misconception(
            "capped_without_scaling",
            "The count itself is capped at xmax, but not divided by it, so the weights run up to a "
            "power of xmax instead of 1.",
            {"np.minimum(X / xmax, 1) ** a": "np.minimum(X, xmax) ** a"},
        ),
        Misconception(
            "cap_before_the_power_forgotten",
            "The weight is min(x / xmax, 1) without its power. The power a makes rare pairs count "
            "for more than their share.",
            {"np.minimum(X / xmax, 1) ** a": "np.minimum(X / xmax, 1)"},
        ),
        Misconception(
            "weight_left_out",
            "All pairs that occur have weight 1. A pair seen once then counts as much as one seen "
            "a hundred times.",
            {"np.minimum(X / xmax, 1) ** a": "np.where(X > 0, 1.0, 0.0)"},
        ),
        Misconception(
            "factor_two_missing",
            "The gradients are half of what they should be: the square in the loss gives a factor "
            "2.",
            {"g = 2 * f * e": "g = f * e"},
        ),
        Misconception(
            "half_of_the_loss",
            "A factor 1/2 has been put in front of the loss, to cancel the 2 of the gradient. The "
            "loss is the plain sum.",
            {
                "g = 2 * f * e": "g = f * e",
                "return (f * e**2).sum(),": "return (f * e**2).sum() / 2,",
            },
        ),
        Misconception(
            "mean_over_pairs",
            "The loss is divided by the number of pairs. GloVe's is a sum.",
            {"return (f * e**2).sum(),": "return (f * e**2).sum() / (X > 0).sum(),"},
        ),
        Misconception(
            "biases_exchanged",
            "The two biases are exchanged: b belongs to the rows of X, bt to its columns. A "
            "symmetric X hides it, but not from the gradients.",
            {
                "b[:, None] + bt": "b + bt[:, None]",
                "g.sum(axis=1), g.sum(axis=0)": "g.sum(axis=0), g.sum(axis=1)",
            },
        ),
        Misconception(
            "context_gradient_without_transpose",
            "The gradient of the context vectors sums over the columns of X. The context is the "
            "column, so the sum runs over the rows, and g has to be transposed.",
            {"g.T @ W": "g @ W"},
        ),
        Misconception(
            "something_added_inside_the_log",
            "A small number is added to X before the logarithm. For small counts that is a "
            "different logarithm; leave the pairs with X = 0 out instead.",
            {
                'np.log(np.where(X > 0, X, 1))': 'np.log(X + 1e-10)',
            },
        ),
        Misconception(
            "counts_below_one_lost",
            "Counts below 1 are treated as 1, or as 0. Counts that are weighted by distance need "
            "not be whole; only X = 0 is left out.",
            {
                'np.where(X > 0, X, 1)': 'np.maximum(X, 1)',
            },
        ),
        Misconception(
            "nothing_above_the_cap",
            "Pairs with counts from xmax on have no weight. They have weight 1.",
            {
                'np.minimum(X / xmax, 1) ** a': 'np.where(X < xmax, X / xmax, 0) ** a',
            },
        ),
        Misconception(
            "cap_fixed",
            "The cap is always 100, whatever the argument says.",
            {
                'X / xmax': 'X / 100.0',
            },
        ),
        Misconception(
            "biases_exchanged_in_the_prediction",
            "In the prediction the two biases are exchanged: b belongs to the rows of X and bt to its "
            "columns.",
            {
                'b[:, None] + bt': 'b + bt[:, None]',
            },
        ),
        Misconception(
            "both_biases_along_the_columns",
            "Both biases are added along the columns, as numpy does with a vector of length V. b "
            "belongs to the rows: it needs a second axis.",
            {
                'b[:, None] + bt': 'b + bt',
            },
        ),
        Misconception(
            "bias_gradients_exchanged",
            "The gradients of the two biases are exchanged. b has one number per row, so its gradient "
            "sums each row of g; bt has one per column.",
            {
                'g.sum(axis=1), g.sum(axis=0)': 'g.sum(axis=0), g.sum(axis=1)',
            },
        ),
        Misconception(
            "gradient_with_its_own_vector",
            "The gradient of a vector is built from that vector itself. The derivative of a product "
            "by one factor is the other factor.",
            {
                'g @ Wt, g.T @ W': 'g @ W, g.T @ Wt',
            },
        ),
        Misconception(
            "both_gradients_transposed",
            "g is transposed in the wrong one of the two gradients. Word i meets the columns j of its "
            "own row; a context j meets the rows i of its column.",
            {
                'g @ Wt, g.T @ W': 'g.T @ Wt, g @ W',
            },
        ),
        Misconception(
            "loss_halved",
            "The loss has a factor 1/2 while the gradients have the 2 of the square. The loss is the "
            "plain sum.",
            {
                'return (f * e**2).sum(),': 'return (f * e**2).sum() / 2,',
            },
        ),
        Misconception(
            "mean_over_all_entries",
            "The loss is divided by the number of entries of X. GloVe's is a sum.",
            {
                'return (f * e**2).sum(),': 'return (f * e**2).mean(),',
            },
        ),
        Misconception(
            "power_before_the_division",
            "The power is taken of the count, and then divided by xmax. The weight is the power of "
            "the quotient x / xmax.",
            {
                'np.minimum(X / xmax, 1) ** a': 'np.minimum(X**a / xmax, 1)',
            },
        ),
        Misconception(
            "weight_squared_with_the_error",
            "The weight is squared together with the error. The loss is f times e squared.",
            {
                '(f * e**2).sum()': '((f * e) ** 2).sum()',
            },
        ),
        Misconception(
            "power_fixed",
            "The power is always 3/4, whatever the argument says.",
            {
                'np.minimum(X / xmax, 1) ** a': 'np.minimum(X / xmax, 1) ** 0.75',
            },
        ),
        Misconception(
            "counts_below_one_left_out",
            "Counts below 1 are left out as if they were 0. Counts that are weighted by distance need "
            "not be whole; only X = 0 is left out.",
            {
                'f = np.minimum(X / xmax, 1) ** a': 'f = np.where(X >= 1, np.minimum(X / xmax, 1) ** a, 0)',
            },
        ),
        Misconception(
            "only_above_the_diagonal",
            "Each pair is visited once, above or on the diagonal. X need not be symmetric, and the "
            "sum runs over all its entries.",
            {
                'f = np.minimum(X / xmax, 1) ** a': 'f = np.triu(np.minimum(X / xmax, 1) ** a)',
            },
        ),
    ],
    "char_ngrams": [
        Misconception(
            "no_boundary_marks",
            "The pieces are taken from the bare word. Without < and > nothing tells a prefix from "
            "the middle of a word, and short words have hardly any pieces.",
            {"for i in range(len(marked) - n + 1)]": "for i in range(1, len(marked) - n)]"},
        ),
        Misconception(
            "whole_word_missing",
            "The marked word itself is missing. It is a piece of its own, so that frequent words "
            "have a vector that belongs to them alone.",
            {" + [marked]": ""},
        ),
        Misconception(
            "whole_word_without_marks",
            "The whole word is added without its marks. The last piece is the marked word.",
            {"+ [marked]": "+ [word]"},
        ),
        Misconception(
            "whole_word_twice",
            "For short words the marked word is listed twice: once as an n-gram, and once as the "
            "whole. The n-grams are shorter than it.",
            {"min(n_max + 1, len(marked))": "min(n_max, len(marked)) + 1"},
        ),
        Misconception(
            "longest_length_missing",
            "The n-grams of n_max characters are missing. The end of a range is not included.",
            {"min(n_max + 1, len(marked))": "min(n_max, len(marked))"},
        ),
        Misconception(
            "last_place_missing",
            "The last n-gram of each length is missing, the one with the mark of the end. A word "
            "of L characters has L - n + 1 of them.",
            {"len(marked) - n + 1)": "len(marked) - n)"},
        ),
        Misconception(
            "by_place_not_by_length",
            "The pieces are right but ordered by their place in the word. Shorter pieces come "
            "first.",
            {
                "[marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)]":
                    "[marked[i : i + n] for i in range(len(marked)) for n in lengths if i + n <= len(marked)]",
            },
        ),
        Misconception(
            "repeated_pieces_once",
            "A piece that occurs twice is listed once. Every occurrence is a piece of its own, and "
            "counts in the sum.",
            {
                "return [marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)] + [marked]":
                    "return list(dict.fromkeys([marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)] + [marked]))",
            },
        ),
        Misconception(
            "mean_of_the_pieces",
            "The vector is the mean of the known pieces. FastText sums them.",
            {
                "    return vector\n":
                    "    return vector / max(1, sum(piece in table for piece in char_ngrams(word)))\n",
            },
        ),
        Misconception(
            "unknown_piece_raises",
            "A piece that the table does not hold raises a KeyError. New words consist of known "
            "and unknown pieces; the unknown ones are left out.",
            {"        if piece in table:\n            vector": "        vector"},
        ),
        Misconception(
            "known_word_without_its_pieces",
            "A word that the table holds as a whole gets that vector alone. Its pieces are added "
            "for known words, too.",
            {
                "    vector = np.zeros(d)\n":
                    '    if f"<{word}>" in table:\n        return table[f"<{word}>"] * 1.0\n    vector = np.zeros(d)\n',
            },
        ),
        Misconception(
            "lower_case",
            "The word is turned to lower case. Its characters are taken as they are: US is not "
            "us.",
            {
                'f"<{word}>"\n    lengths': 'f"<{word.lower()}>"\n    lengths',
            },
        ),
        Misconception(
            "the_tables_own_array",
            "Where one piece is known, the table's own array is returned. Whoever changes the "
            "result changes the table: return a new array.",
            {
                '    vector = np.zeros(d)\n': '    found = [table[piece] for piece in char_ngrams(word) if piece in table]\n    if len(found) == 1:\n        return found[0]\n    vector = np.zeros(d)\n',
            },
        ),
        Misconception(
            "sum_of_nothing",
            "Where no piece is known the result is the number 0: sum([]) does not know how long "
            "vectors are. It should be d zeros.",
            {
                '    return vector\n': '    return vector if any(piece in table for piece in char_ngrams(word)) else 0\n',
            },
        ),
        Misconception(
            "lengths_fixed",
            "The lengths are always 3 to 6, whatever the arguments say.",
            {
                'range(n_min, min(n_max + 1, len(marked)))': 'range(3, min(7, len(marked)))',
            },
        ),
        Misconception(
            "no_marks_at_all",
            "The word is never marked: < and > are missing from all pieces, the whole word among "
            "them.",
            {
                'marked = f"<{word}>"': 'marked = word',
            },
        ),
        Misconception(
            "short_pieces_at_the_end",
            "The starts run to the last character, where the slices become shorter than n. A word of "
            "L characters has L - n + 1 pieces of length n.",
            {
                'for i in range(len(marked) - n + 1)]': 'for i in range(len(marked))]',
            },
        ),
        Misconception(
            "whole_word_first",
            "The pieces are right but the marked word stands first. It is the last entry.",
            {
                'return [marked[i': 'return [marked] + [marked[i',
                '+ 1)] + [marked]': '+ 1)]',
            },
        ),
        Misconception(
            "lengths_below_the_bare_word",
            "The lengths end below that of the bare word. Pieces are to be shorter than the marked "
            "word, which is two characters longer.",
            {
                'min(n_max + 1, len(marked))': 'min(n_max + 1, len(word))',
            },
        ),
        Misconception(
            "repeated_piece_summed_once",
            "The list is right, but in the vector a piece that occurs twice is added once. Every "
            "occurrence counts in the sum.",
            {
                'for piece in char_ngrams(word):': 'for piece in dict.fromkeys(char_ngrams(word)):',
            },
        ),
        Misconception(
            "vector_without_the_whole_word",
            "The marked word itself is left out of the vector. It is a piece like the others.",
            {
                'for piece in char_ngrams(word):': 'for piece in char_ngrams(word)[:-1]:',
            },
        ),
        Misconception(
            "any_substring_of_the_table",
            "The table's keys are looked for in the marked word. That finds each once, and keys of "
            "lengths that are no pieces; go through the pieces of the word.",
            {
                '    for piece in char_ngrams(word):\n        if piece in table:\n': '    for piece in table:\n        if piece in f"<{word}>":\n',
            },
        ),
        Misconception(
            "bare_word_added",
            "The table's entry for the word without its marks is added. A piece of that name belongs "
            "to longer words, or is no piece at all; only the list of pieces counts.",
            {
                '    return vector\n': '    if word in table and word not in char_ngrams(word):\n        vector += table[word]\n    return vector\n',
            },
        ),
    ],
    "nnlm_forward": [
        Misconception(
            "context_at_the_end_counts",
            "The denominator counts the context at the ends of sentences as well, where no word "
            "follows. Then the probabilities of all words sum to less than 1.",
            {
                "/ len(places)":
                    "/ sum(sent[t : t + n] == context for sent in sents for t in range(len(sent) - n + 1))",
            },
        ),
        Misconception(
            "divided_by_all_words",
            "The count is divided by the number of all words of the corpus: that is how often the "
            "n-gram occurs. Of a conditional probability the denominator counts the context.",
            {"/ len(places)": "/ sum(map(len, sents))"},
        ),
        Misconception(
            "ngrams_across_sentences",
            "The sentences are strung together, so a context at the end of one is followed by the "
            "first word of the next.",
            {"for sent in sents for t in": "for sent in [sum(sents, [])] for t in"},
        ),
        Misconception(
            "only_the_last_word_counts",
            "Only the last word of the context is compared. That is a bigram model, whatever the "
            "length of the context.",
            {"if sent[t - n : t] == context]": "if sent[max(t - 1, t - n) : t] == context[-1:]]"},
        ),
        Misconception(
            "context_as_a_bag",
            "The context is compared without regard to the order of its words. An n-gram is a "
            "sequence.",
            {"if sent[t - n : t] == context]": "if sorted(sent[t - n : t]) == sorted(context)]"},
        ),
        Misconception(
            "vectors_averaged",
            "The vectors of the context are averaged, as in CBOW, so their order is lost. Here "
            "they are concatenated, and each place has its own columns of Wh.",
            {
                "x = np.hstack([E[words] for words in ctx.T])":
                    "x = np.tile(E[ctx].mean(axis=1), ctx.shape[1])",
            },
        ),
        Misconception(
            "newest_word_first",
            "The vectors are concatenated in reverse: the newest word meets the columns of Wh that "
            "belong to the oldest.",
            {"for words in ctx.T]": "for words in ctx.T[::-1]]"},
        ),
        Misconception(
            "words_and_numbers_interleaved",
            "The axes are exchanged before flattening: first all first numbers of the words, then "
            "all second ones. Each word's vector has to stay in one piece.",
            {
                "np.hstack([E[words] for words in ctx.T])":
                    "E[ctx].transpose(0, 2, 1).reshape(len(ctx), -1)",
            },
        ),
        Misconception(
            "softmax_over_the_contexts",
            "The softmax is taken over the contexts of the batch. It is a distribution over the "
            "words, one for each row.",
            {
                "logits.max(axis=1, keepdims=True)": "logits.max(axis=0, keepdims=True)",
                "np.exp(shifted).sum(axis=1, keepdims=True)":
                    "np.exp(shifted).sum(axis=0, keepdims=True)",
            },
        ),
        Misconception(
            "tanh_left_out",
            "The hidden layer has no tanh. Without it the two layers are one, and the logits are "
            "linear in the words' vectors.",
            {"np.tanh(x @ Wh.T + bh)": "x @ Wh.T + bh"},
        ),
        Misconception(
            "probabilities_returned",
            "These are probabilities. Log-probabilities are asked for; those of unlikely words "
            "would be lost otherwise.",
            {
                "return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))":
                    "return np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))",
            },
        ),
        Misconception(
            "log_of_the_softmax",
            "The logarithm is taken of a probability that has been rounded to 0, and is infinite. "
            "Take it before the numbers are lost.",
            {
                "return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))":
                    "return np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))",
            },
        ),
        Misconception(
            "ids_joined_as_text",
            "Contexts are compared as text. Joined without a separator, 1 12 and 11 2 are the "
            "same; within a text, 1 2 is a part of 11 2. Compare lists of ids.",
            {
                'if sent[t - n : t] == context]': 'if "".join(map(str, sent[t - n : t])) == "".join(map(str, context))]',
            },
        ),
        Misconception(
            "unseen_context_is_uniform",
            "After a context that is followed nowhere all words get the same probability. The "
            "relative frequency is 0 there.",
            {
                '        return 0.0\n': '        return 1 / max(len({w for sent in sents for w in sent}), 1)\n',
            },
        ),
        Misconception(
            "unseen_context_is_nan",
            "0/0 is returned where the context is followed nowhere. The result is 0 there.",
            {
                '        return 0.0\n': '        return float("nan")\n',
            },
        ),
        Misconception(
            "only_at_the_start_of_a_sentence",
            "The context is looked for at the start of each sentence only. It counts wherever it "
            "stands.",
            {
                'for t in range(n, len(sent))': 'for t in range(n, min(n + 1, len(sent)))',
            },
        ),
        Misconception(
            "places_do_not_overlap",
            "After a place that fits, the search goes on behind it. Places may overlap: in 5 5 5 "
            "the context 5 stands before two words.",
            {
                '    if not places:\n': '    apart = []\n    for sent, t in places:\n        if not apart or apart[-1][0] is not sent or t - apart[-1][1] >= n:\n            apart.append((sent, t))\n    places = apart\n    if not places:\n',
            },
        ),
        Misconception(
            "order_of_the_context_ignored",
            "The words of the context may stand anywhere in the window, in any order. An n-gram "
            "is a sequence.",
            {
                'if sent[t - n : t] == context]': 'if set(sent[t - n : t]) == set(context)]',
            },
        ),
        Misconception(
            "one_maximum_for_the_batch",
            "The largest logit of the whole batch is subtracted. In a row whose logits lie far "
            "below it all exponentials are 0: subtract each row's own.",
            {
                'logits.max(axis=1, keepdims=True)': 'logits.max()',
            },
        ),
        Misconception(
            "something_added_inside_the_log",
            "A small number is added to the probability before the logarithm, so that -1000 "
            "becomes -23. Compute log P from the shifted logits.",
            {
                'return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))': 'return np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True) + 1e-10)',
            },
        ),
        Misconception(
            "exponentials_overflow",
            "e^1000 is infinite in float64. Subtract each row's largest logit before the "
            "exponential.",
            {
                'shifted = logits - logits.max(axis=1, keepdims=True)': 'shifted = logits',
            },
        ),
        Misconception(
            "relu_for_tanh",
            "The hidden layer has a ReLU. Here it is tanh.",
            {
                'np.tanh(x @ Wh.T + bh)': 'np.maximum(x @ Wh.T + bh, 0)',
            },
        ),
        Misconception(
            "shorter_context_instead",
            "Where the context is followed nowhere, a shorter one is asked. Backing off is another "
            "estimator; the relative frequency is 0 there.",
            {
                '        return 0.0\n': '        return ngram_prob(sents, context[1:], word) if context else 0.0\n',
            },
        ),
        Misconception(
            "one_added_to_each_count",
            "One is added to each count. Smoothing is left out here: the relative frequency is asked "
            "for.",
            {
                '    if not places:\n        return 0.0\n': '',
                'return sum(sent[t] == word for sent, t in places) / len(places)': 'return (sum(sent[t] == word for sent, t in places) + 1) / (len(places) + len({w for sent in sents for w in sent}))',
            },
        ),
        Misconception(
            "first_words_not_counted",
            "Without a context the first word of each sentence is left out. After the empty context "
            "stands every word of the corpus.",
            {
                'for t in range(n, len(sent))': 'for t in range(max(n, 1), len(sent))',
            },
        ),
        Misconception(
            "divided_by_all_places",
            "The count is divided by the number of all n-grams of the corpus. The denominator counts "
            "only those that begin with the context.",
            {
                '/ len(places)': '/ sum(max(len(sent) - n, 0) for sent in sents)',
            },
        ),
        Misconception(
            "unseen_context_divides_by_zero",
            "A context that is followed nowhere has the denominator 0. The result is 0 there: ask "
            "before dividing.",
            {
                '    if not places:\n        return 0.0\n': '',
            },
        ),
        Misconception(
            "sum_over_the_contexts",
            "The largest logit is that of the row, but the exponentials are summed over the contexts "
            "of the batch. The sum runs over the words of each row.",
            {
                'np.exp(shifted).sum(axis=1, keepdims=True)': 'np.exp(shifted).sum(axis=0, keepdims=True)',
            },
        ),
        Misconception(
            "sum_over_everything",
            "The exponentials of the whole batch are summed to one number. Each row is a distribution "
            "of its own.",
            {
                'np.exp(shifted).sum(axis=1, keepdims=True)': 'np.exp(shifted).sum()',
            },
        ),
        Misconception(
            "logits_returned",
            "The logits are returned, shifted, without the logarithm of the sum. Their exponentials "
            "do not sum to 1.",
            {
                'return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))': 'return shifted',
            },
        ),
        Misconception(
            "hidden_bias_left_out",
            "The bias of the hidden layer is missing. It is zero in the example by hand, which does "
            "not show it.",
            {
                'np.tanh(x @ Wh.T + bh)': 'np.tanh(x @ Wh.T)',
            },
        ),
        Misconception(
            "output_bias_left_out",
            "The bias of the output layer is missing. It is zero in the example by hand, which does "
            "not show it.",
            {
                'hidden @ Wo.T + bo': 'hidden @ Wo.T',
            },
        ),
        Misconception(
            "bias_after_the_tanh",
            "The bias of the hidden layer is added after the tanh. It belongs inside.",
            {
                'np.tanh(x @ Wh.T + bh)': 'np.tanh(x @ Wh.T) + bh',
            },
        ),
        Misconception(
            "sigmoid_for_tanh",
            "The hidden layer has a sigmoid. Here it is tanh, which also takes negative values.",
            {
                'np.tanh(x @ Wh.T + bh)': 'expit(x @ Wh.T + bh)',
            },
        ),
    ],
    "analogy": [
        Misconception(
            "inputs_not_excluded",
            "The answer is one of the three words of the question. They lie nearest to the target "
            "more often than not, and do not count.",
            {"    cosine[[a, b, c]] = -np.inf\n": ""},
        ),
        Misconception(
            "only_the_third_word_excluded",
            "Only c is excluded. Neither a nor b may be the answer.",
            {"cosine[[a, b, c]] = -np.inf": "cosine[c] = -np.inf"},
        ),
        Misconception(
            "inner_product_without_scaling",
            "The vectors are not scaled, so long ones win by their length. Cosines are asked for: "
            "all vectors are scaled to length 1, those that are added, too.",
            {"cosine = U @ (U[b] - U[a] + U[c])": "cosine = E @ (E[b] - E[a] + E[c])"},
        ),
        Misconception(
            "added_before_scaling",
            "The raw vectors are added, and only the candidates are scaled. Then the longest of "
            "the three decides where the target lies. Scale first.",
            {"cosine = U @ (U[b] - U[a] + U[c])": "cosine = U @ (E[b] - E[a] + E[c])"},
        ),
        Misconception(
            "candidates_not_scaled",
            "The three words are scaled, the candidates are not, so long candidates win.",
            {"cosine = U @ (U[b] - U[a] + U[c])": "cosine = E @ (U[b] - U[a] + U[c])"},
        ),
        Misconception(
            "step_backwards",
            "The step is taken backwards: a - b + c. man to king as woman to what goes from a to "
            "b, so b is added and a subtracted.",
            {"(U[b] - U[a] + U[c])": "(U[a] - U[b] + U[c])"},
        ),
        Misconception(
            "nearest_by_distance_of_raw_vectors",
            "The candidates are compared by the Euclidean distance of raw vectors. Length has more "
            "to do with frequency than with meaning; use the cosine of scaled ones.",
            {
                "cosine = U @ (U[b] - U[a] + U[c])":
                    "cosine = -np.linalg.norm(E - (E[b] - E[a] + E[c]), axis=1)",
            },
        ),
        Misconception(
            "word_is_its_own_neighbour",
            "The word itself is among its neighbours. It always has the cosine 1 and is left out.",
            {"order[order != w][:k]": "order[:k]"},
        ),
        Misconception(
            "neighbours_by_inner_product",
            "The neighbours are ordered by the inner product, so long vectors are everybody's "
            "neighbours. The cosine divides by the lengths.",
            {"np.argsort(-U @ U[w])": "np.argsort(-E @ E[w])"},
        ),
        Misconception(
            "farthest_first",
            "The order is reversed: these are the words with the smallest cosine.",
            {"np.argsort(-U @ U[w])": "np.argsort(U @ U[w])"},
        ),
        Misconception(
            "correlation_of_values",
            "This is Pearson's correlation of the values. Spearman's is that of their ranks, so "
            "that only the order counts.",
            {"np.sign(z[:, None] - z).sum(axis=1)": "z - z.mean()"},
        ),
        Misconception(
            "ties_get_different_ranks",
            "Equal values get different ranks, in the order in which they stand. They share the "
            "mean of their ranks.",
            {
                "np.sign(z[:, None] - z).sum(axis=1)":
                    'np.argsort(np.argsort(z, kind="stable")) - (len(z) - 1) / 2',
            },
        ),
        Misconception(
            "ties_get_the_lowest_rank",
            "Equal values all get the lowest of their ranks, as in a sports table. They share the "
            "mean of their ranks.",
            {
                "np.sign(z[:, None] - z).sum(axis=1)":
                    "(z[:, None] > z).sum(axis=1) - (z[:, None] > z).sum() / len(z)",
            },
        ),
        Misconception(
            "argsort_for_ranks",
            "np.argsort gives the place at which the i-th smallest value stands, not the rank of "
            "the i-th value. It is the inverse permutation.",
            {
                "np.sign(z[:, None] - z).sum(axis=1)":
                    'np.argsort(z, kind="stable") - (len(z) - 1) / 2',
            },
        ),
        Misconception(
            "short_form_with_ties",
            "1 - 6 sum d² / (n (n² - 1)) is right only if no two values are equal. With ties take "
            "the correlation of the ranks.",
            {
                "return r @ s / np.sqrt((r @ r) * (s @ s))":
                    "return 1 - 6 * ((r - s) ** 2).sum() / 4 / (len(x) * (len(x) ** 2 - 1))",
            },
        ),
        Misconception(
            "inputs_get_minus_one",
            "The three words are given the score -1 so that they do not win. Where all others lie "
            "on the far side, it is still the largest: the target is not of length 1. Give them "
            "minus infinity.",
            {
                'cosine[[a, b, c]] = -np.inf': 'cosine[[a, b, c]] = -1',
            },
        ),
        Misconception(
            "inputs_get_zero",
            "The three words are given the score 0 so that they do not win. Where all others have "
            "negative cosines, it is still the largest: give them minus infinity.",
            {
                'cosine[[a, b, c]] = -np.inf': 'cosine[[a, b, c]] = 0',
            },
        ),
        Misconception(
            "first_of_the_order_dropped",
            "The first word of the order is dropped as if it were w. Another word may have the "
            "cosine 1, too, and come first: leave w out by its id.",
            {
                'order[order != w][:k]': 'order[1 : k + 1]',
            },
        ),
        Misconception(
            "ties_get_the_highest_rank",
            "Equal values all get the highest of their ranks. They share the mean of their ranks.",
            {
                'np.sign(z[:, None] - z).sum(axis=1)': '(z[:, None] >= z).sum(axis=1) - (z[:, None] >= z).sum() / len(z)',
            },
        ),
        Misconception(
            "ranks_without_gaps",
            "Equal values share a rank and the next value gets the next one, as if there had been "
            "no tie. With two values on rank 1.5 the next one has rank 3.",
            {
                'np.sign(z[:, None] - z).sum(axis=1)': 'np.unique(z, return_inverse=True)[1] - np.unique(z, return_inverse=True)[1].mean()',
            },
        ),
        Misconception(
            "pairs_in_the_same_order",
            "This counts pairs in the same order, which is Kendall's tau. Spearman's is the "
            "correlation of ranks.",
            {
                'return r @ s / np.sqrt((r @ r) * (s @ s))': 'return (np.sign(x[:, None] - x) * np.sign(y[:, None] - y)).sum() / (len(x) * (len(x) - 1))',
            },
        ),
        Misconception(
            "first_word_may_answer",
            "Only b and c are excluded. The first word, too, can be the nearest to the target, and "
            "it may not answer either.",
            {
                'cosine[[a, b, c]] = -np.inf': 'cosine[[b, c]] = -np.inf',
            },
        ),
        Misconception(
            "neighbours_by_distance",
            "The neighbours are ordered by the Euclidean distance of raw vectors, in which length "
            "counts. The cosine looks at the direction alone.",
            {
                'np.argsort(-U @ U[w])': 'np.argsort(np.linalg.norm(E - E[w], axis=1))',
            },
        ),
        Misconception(
            "something_added_to_the_length",
            "A small number is added to the length before the division, or stands in for a smaller "
            "one. No vector is zero, so nothing is needed; tiny vectors are no longer scaled to "
            "length 1.",
            {
                'U = E / np.linalg.norm(E, axis=1, keepdims=True)\n    order': 'U = E / (np.linalg.norm(E, axis=1, keepdims=True) + 1e-8)\n    order',
                'U = E / np.linalg.norm(E, axis=1, keepdims=True)\n    cosine': 'U = E / (np.linalg.norm(E, axis=1, keepdims=True) + 1e-8)\n    cosine',
            },
        ),
        Misconception(
            "ranks_not_centered",
            "The ranks are multiplied without their mean taken off, which gives the cosine of the "
            "ranks. A correlation takes the mean (n + 1)/2 off first.",
            {
                'np.sign(z[:, None] - z).sum(axis=1)': '(np.sign(z[:, None] - z).sum(axis=1) + len(z) + 1) / 2',
            },
        ),
        Misconception(
            "two_normalisers_mixed",
            "A covariance divided by n - 1 (np.cov) meets standard deviations divided by n (np.std). "
            "Both have to divide by the same number.",
            {
                'return r @ s / np.sqrt((r @ r) * (s @ s))': 'return r @ s / np.sqrt((r @ r) * (s @ s)) * len(x) / (len(x) - 1)',
            },
        ),
    ],
}
