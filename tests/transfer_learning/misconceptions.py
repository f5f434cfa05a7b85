"""What students get wrong in transfer_learning, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "transfer_setting": [
        Misconception(
            "target_labels_alone",
            "Labels in the target do not make it inductive: the same task in another domain with labels is supervised domain "
            "adaptation, for which there is no row.",
            {'return "none" if target_labels else "transductive"': 'return "inductive" if target_labels else "transductive"'},
        ),
        Misconception(
            "nothing_differs_is_transductive",
            "The same domain and the same task is ordinary learning, whoever has labels: nothing is transferred. That question "
            "comes first.",
            {"    if same_domain and same_task:\n        return \"none\"\n": ""},
        ),
        Misconception(
            "unsupervised_first",
            "Where nothing differs there is no transfer, labels or not. Ask that before you ask for labels.",
            {
                "    if same_domain and same_task:\n        return \"none\"\n": "",
                '        return "unsupervised"\n': '        return "unsupervised"\n    if same_domain and same_task:\n'
                '        return "none"\n',
            },
        ),
        Misconception(
            "inductive_without_labels",
            "Tasks that differ are not enough: without labels in the target nothing says what its task is.",
            {'return "inductive" if target_labels else "none"': 'return "inductive"'},
        ),
        Misconception(
            "inductive_needs_source_labels",
            "The source may be a body that was trained without labels. Inductive asks for labels in the target alone.",
            {'"inductive" if target_labels else': '"inductive" if target_labels and source_labels else'},
        ),
        Misconception(
            "other_task_is_transductive",
            "Transductive means the same task in another domain. Where the tasks differ, source labels do not carry over by "
            "themselves.",
            {'"inductive" if target_labels else "none"': '"inductive" if target_labels else "transductive"'},
        ),
        Misconception(
            "unsupervised_without_source_labels",
            "Unsupervised means no labels on either side. If the target has some, it is another setting.",
            {"if not source_labels and not target_labels:": "if not source_labels:"},
        ),
        Misconception(
            "unsupervised_without_target_labels",
            "Unsupervised means no labels on either side. A source with labels can teach a target that has none.",
            {"if not source_labels and not target_labels:": "if not target_labels:"},
        ),
        Misconception(
            "same_domain_or_same_task",
            "It is ordinary learning only if domain *and* task are the same. One that differs is enough for transfer.",
            {"if same_domain and same_task:": "if same_domain or same_task:"},
        ),
        Misconception(
            "transductive_with_target_labels",
            "The same task with labels on both sides is no transductive transfer: that is where the *target has none*. Here "
            "it is supervised domain adaptation, without a row.",
            {'return "none" if target_labels else "transductive"': 'return "transductive" if source_labels else "none"'},
        ),
        Misconception(
            "unsupervised_if_one_side_has_none",
            "Unsupervised means that *neither* side has labels. Labels on one side are enough for another setting.",
            {"if not source_labels and not target_labels:": "if not source_labels or not target_labels:"},
        ),
        Misconception(
            "domain_alone_asked",
            "The same inputs with another task are transfer, too. Nothing differs only if domain *and* task are the same.",
            {"if same_domain and same_task:": "if same_domain:"},
        ),
        Misconception(
            "task_alone_asked",
            "The same task in another domain is transfer, too. Nothing differs only if domain *and* task are the same.",
            {"if same_domain and same_task:": "if same_task:"},
        ),
        Misconception(
            "inductive_needs_another_domain",
            "Inductive asks whether the *tasks* differ. The domain may be the same or not.",
            {
                'if not same_task:\n        return "inductive" if target_labels else': 'if not same_task:\n        return "inductive" if target_labels and not same_domain else'
            },
        ),
        Misconception(
            "None_for_the_word",
            "The answer is the word \"none\", a string. This is Python's None.",
            {
                'same_task:\n        return "none"\n': "same_task:\n        return None\n",
                '"inductive" if target_labels else "none"\n': '"inductive" if target_labels else None\n',
                'return "none" if target_labels': "return None if target_labels",
            },
        ),
    ],
    "mmd2": [
        Misconception(
            "gamma_is_a_width",
            "Here gamma multiplies the squared distance; it is not a width by whose square one divides.",
            {
                "torch.exp(-gamma * (x[:, None] - y).square().sum(-1))": "torch.exp(-(x[:, None] - y).square().sum(-1) / (2 * gamma**2))"
            },
        ),
        Misconception(
            "half_in_the_kernel",
            "The kernel is exp(-gamma d²) as it is, without the ½ of a normal density.",
            {"-gamma * (x": "-gamma / 2 * (x"},
        ),
        Misconception(
            "distance_not_squared",
            "In the exponent stands the *squared* distance; with the distance itself it is the Laplacian kernel.",
            {"(x[:, None] - y).square().sum(-1))": "torch.cdist(x, y, compute_mode='donot_use_mm_for_euclid_dist'))"},
        ),
        Misconception(
            "mean_over_coordinates",
            "The squared distance is the sum over the coordinates, not their mean.",
            {".square().sum(-1)": ".square().mean(-1)"},
        ),
        Misconception(
            "absolute_differences",
            "The coordinates' differences are to be squared before they are added; this is the Manhattan distance.",
            {".square().sum(-1)": ".abs().sum(-1)"},
        ),
        Misconception(
            "expanded_square",
            "x² + y² - 2xy is the same on paper. Far from the origin it is a small difference of large numbers, of which float32 "
            "keeps nothing. Subtract first.",
            {
                "(x[:, None] - y).square().sum(-1)": "(x.square().sum(-1)[:, None] + y.square().sum(-1) - 2 * x @ y.T)"
            },
        ),
        Misconception(
            "cdist_squared",
            "From 26 points on `torch.cdist` expands the square by itself, and far from the origin float32 keeps nothing of the "
            "difference. Subtract first.",
            {"(x[:, None] - y).square().sum(-1)": "torch.cdist(x, y).square()"},
        ),
        Misconception(
            "root_squared_again",
            "A distance that is squared again: its root has no slope at 0, so the gradient is nan where points coincide.",
            {"(x[:, None] - y).square().sum(-1)": "((x[:, None] - y).square().sum(-1).sqrt() ** 2)"},
        ),
        Misconception(
            "sign_of_the_cross_term",
            "The cross term has the wrong sign in the expansion: ‖x‖² + ‖y‖² - 2xᵀy.",
            {"(x[:, None] - y)": "(x[:, None] + y)"},
        ),
        Misconception(
            "diagonal_kept",
            "The unbiased estimate leaves out the pairs of a point with itself; here their ones are still in the sums.",
            {" - within_s.trace()": "", " - within_t.trace()": ""},
        ),
        Misconception(
            "diagonal_dropped_divided_by_all",
            "The diagonal has gone, but the sum is still divided by n². Without it there are n(n - 1) pairs.",
            {"(n * (n - 1))": "(n * n)", "(m * (m - 1))": "(m * m)"},
        ),
        Misconception(
            "divided_by_half_the_pairs",
            "Each pair stands twice in the matrix, so the sum without the diagonal has n(n - 1) entries, not half as many.",
            {"(n * (n - 1))": "(n * (n - 1) / 2)", "(m * (m - 1))": "(m * (m - 1) / 2)"},
        ),
        Misconception(
            "cross_term_once",
            "The cross term counts twice: it comes out of a square, (a - b)² = a² - 2ab + b².",
            {"- 2 * across": "- across"},
        ),
        Misconception(
            "cross_diagonal_dropped",
            "The cross matrix has no diagonal that would have to go: x_i and y_i are different points.",
            {
                "return mean_s + mean_t - 2 * across": "if unbiased and n == m:\n"
                "        cross = rbf_kernel(xs, xt, gamma)\n"
                "        across = (cross.sum() - cross.trace()) / (n * (n - 1))\n"
                "    return mean_s + mean_t - 2 * across"
            },
        ),
        Misconception(
            "root_taken",
            "This is the MMD; asked for is its square. The root of a negative estimate does not exist.",
            {"return mean_s + mean_t - 2 * across": "return (mean_s + mean_t - 2 * across).clamp_min(0).sqrt()"},
        ),
        Misconception(
            "clamped_at_zero",
            "An unbiased estimate of 0 must be negative at times. Cut off at 0, its mean is above the truth again.",
            {"return mean_s + mean_t - 2 * across": "return (mean_s + mean_t - 2 * across).clamp_min(0)"},
        ),
        Misconception(
            "biased_and_unbiased_exchanged",
            "The two estimates have changed places: `unbiased` leaves the diagonal out.",
            {
                "    if unbiased:\n        mean_s": "    if not unbiased:\n        mean_s",
            },
        ),
        Misconception(
            "always_biased",
            "The argument `unbiased` is not looked at: all pairs count here, those of a point with itself, too.",
            {"    if unbiased:\n        mean_s": "    if False:\n        mean_s"},
        ),
        Misconception(
            "distance_of_means",
            "This is the distance between the means of the points. The means to be compared are those of the kernel's features.",
            {"return mean_s + mean_t - 2 * across": "return gamma * (xs.mean(0) - xt.mean(0)).square().sum()"},
        ),
        Misconception(
            "one_point_not_refused",
            "A sample of one point has no pair of different points: the unbiased estimate does not exist, and 0/0 is no answer. Raise the error.",
            {"if unbiased and min(n, m) < 2:": "if False:"},
        ),
        Misconception(
            "one_sample_checked",
            "Both samples need two points; here one of them is checked alone.",
            {"min(n, m) < 2": "n < 2"},
        ),
        Misconception(
            "biased_refused_too",
            "The biased estimate exists for one point; only the unbiased one needs two.",
            {"if unbiased and min(n, m) < 2:": "if min(n, m) < 2:"},
        ),
        Misconception(
            "target_sample_detached",
            "No gradient gets to the target's sample. Both are to be moved towards each other.",
            {"n, m = len(xs), len(xt)": "xt = xt.detach()\n    n, m = len(xs), len(xt)"},
        ),
        Misconception(
            "expanded_square_cut_off",
            "x² + y² - 2xy, cut off at 0, is no longer negative, but still mostly rounding far from the origin. Subtract "
            "first.",
            {"(x[:, None] - y).square().sum(-1)": "(x.square().sum(-1)[:, None] + y.square().sum(-1) - 2 * x @ y.T).clamp_min(0)"},
        ),
        Misconception(
            "centred_and_expanded",
            "To subtract the mean first helps while all points are near it. Around two distant places it is the old trouble: "
            "subtract point from point.",
            {
                "return torch.exp(-gamma * (x[:, None] - y).square().sum(-1))": "x, y = x - x.mean(0), y - x.mean(0)\n    return torch.exp(-gamma * (x.square().sum(-1)[:, None] + y.square().sum(-1) - 2 * x @ y.T))"
            },
        ),
        Misconception(
            "always_unbiased",
            "The argument `unbiased` is not looked at: without it all pairs count, those of a point with itself, too.",
            {"    if unbiased:\n        mean_s": "    if True:\n        mean_s"},
        ),
        Misconception(
            "one_size_for_both_samples",
            "The second sum runs over the target's pairs, of which there are m(m - 1); here it is divided by the source's.",
            {"(m * (m - 1))": "(n * (n - 1))"},
        ),
        Misconception(
            "squares_of_n_minus_one",
            "There are n(n - 1) pairs of different points, not (n - 1)².",
            {"(n * (n - 1))": "(n - 1) ** 2", "(m * (m - 1))": "(m - 1) ** 2"},
        ),
    ],
    "transfer_report": [
        Misconception(
            "linear_in_labels",
            "Between two points the line goes over log10 of the labels, not over the labels.",
            {
                "np.log10(n_labels[i - 1]), np.log10(n_labels[i])": "n_labels[i - 1], n_labels[i]",
                "float(10 ** (low + part * (high - low)))": "float(low + part * (high - low))",
            },
        ),
        Misconception(
            "natural_logarithm_power_of_ten",
            "The logarithm is natural and the way back a power of ten: they must have the same base.",
            {"np.log10(n_labels[i - 1]), np.log10(n_labels[i])": "np.log(n_labels[i - 1]), np.log(n_labels[i])"},
        ),
        Misconception(
            "no_interpolation",
            "This is the first number of labels that was measured to suffice. The accuracy was reached somewhere before it.",
            {"return float(10 ** (low + part * (high - low)))": "return float(n_labels[i])"},
        ),
        Misconception(
            "interp_on_a_dipping_curve",
            "`np.interp` over the accuracies needs them sorted: on a curve that dips it is silently wrong.",
            {
                "    reached = np.flatnonzero(acc >= target_acc)\n    if len(reached) == 0:\n        return math.inf\n": "    if acc.max() < target_acc:\n"
                "        return math.inf\n    if acc[0] >= target_acc:\n        return float(n_labels[0])\n"
                "    return float(10 ** np.interp(target_acc, acc, np.log10(n_labels)))\n    reached = [0]\n"
            },
        ),
        Misconception(
            "last_crossing",
            "The *first* place counts where the accuracy is reached, even if the curve dips afterwards.",
            {
                "    i = reached[0]\n": "    below = np.flatnonzero(acc < target_acc)\n"
                "    i = below[-1] + 1 if len(below) else 0\n    if i == len(acc):\n        return math.inf\n"
            },
        ),
        Misconception(
            "strictly_above",
            "An accuracy that is met exactly has been reached.",
            {"acc >= target_acc": "acc > target_acc"},
        ),
        Misconception(
            "not_reached_is_the_last",
            "A curve that never gets there has no number of labels, and its last one would be an invention: the answer is infinity.",
            {"return math.inf": "return float(n_labels[-1])"},
        ),
        Misconception(
            "not_reached_is_nan",
            "A curve that never gets there needs infinitely many labels, as far as is known; nan would hide which of the two it was.",
            {"return math.inf": "return math.nan"},
        ),
        Misconception(
            "extrapolated_below",
            "What would be below the first number of labels was not measured; the answer is that number.",
            {
                "    if i == 0:\n        return float(n_labels[0])\n": "    if i == 0 and len(acc) == 1:\n"
                "        return float(n_labels[0])\n    i = max(i, 1)\n"
            },
        ),
        Misconception(
            "gain_reversed",
            "The gain is that of transfer over scratch: positive where transfer is better.",
            {"gain = acc_transfer - acc_scratch": "gain = acc_scratch - acc_transfer"},
        ),
        Misconception(
            "gain_relative",
            "The gain is a difference of accuracies, not a share of one of them.",
            {"gain = acc_transfer - acc_scratch": "gain = (acc_transfer - acc_scratch) / acc_scratch"},
        ),
        Misconception(
            "equal_is_negative",
            "Negative transfer is a loss. Where both are equal nothing is lost.",
            {"gain < 0": "gain <= 0"},
        ),
        Misconception(
            "negative_reversed",
            "Negative transfer is where the gain is below 0.",
            {"gain < 0": "gain > 0"},
        ),
        Misconception(
            "factor_reversed",
            "The factor is upside down: above 1 it should say that transfer needs fewer labels.",
            {"scratch / transfer": "transfer / scratch"},
        ),
        Misconception(
            "difference_of_labels",
            "Asked for is how many *times* fewer, a quotient, not a difference of label counts.",
            {"scratch / transfer": "scratch - transfer"},
        ),
        Misconception(
            "vertical_gap",
            "This is the vertical gap at the accuracy's own place. The saving is read horizontally: labels over labels.",
            {"return gain, gain < 0, scratch / transfer": "return gain, gain < 0, float(gain.mean())"},
        ),
        Misconception(
            "interp_unguarded",
            "`np.interp` over the accuracies needs them to rise all the way: on a curve that dips or falls it is silently "
            "wrong.",
            {
                "    reached = np.flatnonzero(acc >= target_acc)\n": "    if acc.max() >= target_acc:\n        return float(10 ** np.interp(target_acc, acc, np.log10(n_labels)))\n    reached = np.flatnonzero(acc >= target_acc)\n"
            },
        ),
        Misconception(
            "interp_on_sorted_accuracies",
            "Sorting by accuracy makes neighbours of points that are not. The curve is read from the left, up to the first "
            "place that is high enough.",
            {
                "    reached = np.flatnonzero(acc >= target_acc)\n": "    order = np.argsort(acc)\n    if acc.max() >= target_acc:\n        return float(10 ** np.interp(target_acc, acc[order], np.log10(n_labels)[order]))\n    reached = np.flatnonzero(acc >= target_acc)\n"
            },
        ),
        Misconception(
            "searchsorted_on_a_dipping_curve",
            "`np.searchsorted` halves a *sorted* array. A curve that dips is not sorted, and the place it finds need not be "
            "the first.",
            {"    i = reached[0]\n": "    i = np.searchsorted(acc, target_acc)\n    if i == len(acc):\n        return math.inf\n"},
        ),
        Misconception(
            "wraps_to_the_last_point",
            "With i = 0 the index i - 1 is -1, the *last* point. If the first point is there already, the answer is its "
            "number of labels.",
            {"    if i == 0:\n        return float(n_labels[0])\n": ""},
        ),
        Misconception(
            "envelope_of_the_curve",
            "The neighbour below is the point that was measured there, not the best accuracy until then: after a dip the line "
            "begins at the dip.",
            {"    part = (": "    acc = np.maximum.accumulate(acc)\n    part = ("},
        ),
        Misconception(
            "rounded_up_to_whole_labels",
            "The line is read where it crosses; the number of labels is not rounded.",
            {"return float(10 ** (low + part * (high - low)))": "return float(np.ceil(10 ** (low + part * (high - low))))"},
        ),
        Misconception(
            "part_from_the_upper_point",
            "The part of the way is counted from the *lower* neighbour: (a - a_i) over the step, not (a_{i+1} - a).",
            {"part = (target_acc - acc[i - 1])": "part = (acc[i] - target_acc)"},
        ),
        Misconception(
            "neither_is_one",
            "If neither curve gets there, nothing is known of the factor: inf / inf is nan, not 1.",
            {"scratch / transfer": "1.0 if scratch == transfer else scratch / transfer"},
        ),
        Misconception(
            "neither_is_infinite",
            "If neither curve gets there, the factor is nan. It is inf only if transfer gets there and scratch does not.",
            {"scratch / transfer": "math.inf if scratch == math.inf else scratch / transfer"},
        ),
        Misconception(
            "nan_if_one_does_not_get_there",
            "One curve that gets there is an answer: inf if it is that of transfer, 0 if it is scratch's. Only neither is "
            "nan.",
            {"scratch / transfer": "math.nan if math.inf in (scratch, transfer) else scratch / transfer"},
        ),
        Misconception(
            "one_answer_for_all_numbers",
            "Negative transfer is asked at *each* number of labels: an array of truth values, not one.",
            {"gain < 0": "bool((gain < 0).any())"},
        ),
        Misconception(
            "nearly_reached",
            "An accuracy that is missed by a little is missed. Only one that is at least the target has reached it.",
            {"acc >= target_acc": "(acc > target_acc) | np.isclose(acc, target_acc)"},
        ),
    ],
    "transfer_param_groups": [
        Misconception(
            "last_layers_frozen",
            "Frozen are the *lowest* layers; here it is those next to the head.",
            {
                "p.requires_grad_(i >= n_frozen)": "p.requires_grad_(i < n - n_frozen)",
                "if i >= n_frozen and own:": "if i < n - n_frozen and own:",
            },
        ),
        Misconception(
            "rates_reversed",
            "The rates run the wrong way: the last layer, the head, is the fastest.",
            {'own, "lr": base_lr * decay ** (n - 1 - i)': 'own, "lr": base_lr * decay**i'},
        ),
        Misconception(
            "head_one_step_slower",
            "The exponent is off by one: the last layer learns at the base rate itself.",
            {'own, "lr": base_lr * decay ** (n - 1 - i)': 'own, "lr": base_lr * decay ** (n - i)'},
        ),
        Misconception(
            "rates_by_group",
            "The exponent counts layers, those without parameters included, and not groups.",
            {
                "    return groups\n": "    for place, group in enumerate(reversed(groups)):\n"
                '        group["lr"] = base_lr * decay**place\n    return groups\n'
            },
        ),
        Misconception(
            "one_rate_for_all",
            "All layers have the base rate. From each layer to the one below it is multiplied by the decay.",
            {'own, "lr": base_lr * decay ** (n - 1 - i)': 'own, "lr": base_lr'},
        ),
        Misconception(
            "rate_divided_by_layers",
            "The rate falls by a factor from layer to layer, not in even steps.",
            {'own, "lr": base_lr * decay ** (n - 1 - i)': 'own, "lr": base_lr * (1 - (1 - decay) * (n - 1 - i))'},
        ),
        Misconception(
            "frozen_left_in_the_optimizer",
            "The frozen parameters are still in the groups. In an optimizer with weight decay or momentum they may move.",
            {"if i >= n_frozen and own:": "if own:"},
        ),
        Misconception(
            "left_out_but_not_frozen",
            "The frozen parameters are in no group, but they still ask for gradients, and backward computes them.",
            {"p.requires_grad_(i >= n_frozen)": "p.requires_grad_(True)"},
        ),
        Misconception(
            "eval_is_not_freezing",
            "`eval()` changes how dropout and batch norm behave; it freezes no parameter. That is `requires_grad`.",
            {
                "p.requires_grad_(i >= n_frozen)": "p.requires_grad_(True)",
                "        if i >= n_frozen and own:": "        if i < n_frozen:\n            layer.eval()\n        if i >= n_frozen and own:",
            },
        ),
        Misconception(
            "eval_of_frozen_layers",
            "Whether a layer is in training mode is not to be changed: `eval()` is another decision than freezing.",
            {
                "        if i >= n_frozen and own:": "        if i < n_frozen:\n            layer.eval()\n        if i >= n_frozen and own:",
            },
        ),
        Misconception(
            "never_thawed",
            "Parameters that were frozen before stay so. Those that are not frozen now are to ask for gradients, whatever they did before.",
            {"p.requires_grad_(i >= n_frozen)": "p.requires_grad_(p.requires_grad and i >= n_frozen)"},
        ),
        Misconception(
            "shared_parameters_twice",
            "A parameter of two layers is in two groups, which optimizers refuse. It belongs to the lowest layer that has it.",
            {"if id(p) not in met]": "if True]"},
        ),
        Misconception(
            "shared_parameters_thawed_later",
            "A parameter of a frozen layer is thawed again by a later layer that shares it. It belongs to the lowest, which is frozen.",
            {
                "        met.update(id(p) for p in own)\n": "        if i >= n_frozen:\n            met.update(id(p) for p in own)\n"
            },
        ),
        Misconception(
            "empty_groups",
            "A layer without parameters of its own gets no group.",
            {"if i >= n_frozen and own:": "if i >= n_frozen:"},
        ),
        Misconception(
            "layers_without_parameters_not_counted",
            "A layer without parameters counts as a layer: in n_frozen, in n and in its place i.",
            {
                "    n = len(layers)\n": "    if n_frozen > len(layers):\n        raise ValueError\n"
                "    layers = [layer for layer in layers if list(layer.parameters())]\n    n = len(layers)\n    n_frozen = min(n_frozen, n)\n"
            },
        ),
        Misconception(
            "number_not_checked",
            "More frozen layers than there are, or fewer than none: the docstring asks for a ValueError.",
            {"if not 0 <= n_frozen <= n:": "if False:"},
        ),
        Misconception(
            "all_frozen_refused",
            "To freeze all n layers is allowed; then there is no group.",
            {"if not 0 <= n_frozen <= n:": "if not 0 <= n_frozen < n:"},
        ),
        Misconception(
            "negative_number_allowed",
            "A negative number of frozen layers has to be refused, too.",
            {"if not 0 <= n_frozen <= n:": "if n_frozen > n:"},
        ),
        Misconception(
            "met_by_value",
            "Two parameters with the same numbers are still two. Compare by identity, `id(p)` or `is`, not by value.",
            {
                "if id(p) not in met]": "if not any(p.shape == q.shape and torch.equal(p, q) for q in earlier)]",
                "    met: set[int] = set()\n": "    met: set[int] = set()\n    earlier: list[Tensor] = []\n",
                "        for p in own:": "        earlier += own\n        for p in own:",
            },
        ),
        Misconception(
            "met_in_a_list",
            "`p in list` compares entry by entry, which has no single truth value (or stops at other shapes). Keep `id(p)` in "
            "a set.",
            {
                "if id(p) not in met]": "if p not in met]",
                "met: set[int] = set()": "met: list = []",
                "met.update(id(p) for p in own)": "met += own",
            },
        ),
        Misconception(
            "highest_layer_wins",
            "A shared parameter belongs to the *lowest* layer that has it; here it is the highest.",
            {
                "for i, layer in enumerate(layers):": "for i, layer in reversed(list(enumerate(layers))):",
                "    return groups\n": "    return groups[::-1]\n",
            },
        ),
        Misconception(
            "frozen_at_rate_zero",
            "Frozen parameters are in no group, not even in one of rate 0: there they still cost memory and gradients.",
            {
                "        if i >= n_frozen and own:": '        if i < n_frozen and own:\n            groups.append({"params": own, "lr": 0.0})\n        if i >= n_frozen and own:'
            },
        ),
        Misconception(
            "rates_from_the_lowest_free_layer",
            "The rates run the wrong way, from the lowest layer that moves: the *head* has the base rate, and they fall "
            "downwards.",
            {'own, "lr": base_lr * decay ** (n - 1 - i)': 'own, "lr": base_lr * decay ** (i - n_frozen)'},
        ),
        Misconception(
            "modes_set",
            "Whether a layer is in training mode is not to be changed, neither by `eval()` nor by `train()`.",
            {"        for p in own:": "        layer.train(i >= n_frozen)\n        for p in own:"},
        ),
        Misconception(
            "batch_norm_in_eval_mode",
            "Batch norm within a layer is put into `eval()`. That is another decision than freezing; modes stay as they are.",
            {
                "        for p in own:": "        for module in layer.modules():\n            if isinstance(module, nn.BatchNorm1d):\n                module.eval()\n        for p in own:"
            },
        ),
        Misconception(
            "too_many_allowed",
            "More frozen layers than there are have to be refused, too.",
            {"if not 0 <= n_frozen <= n:": "if n_frozen < 0:"},
        ),
        Misconception(
            "empty_group_of_a_tied_layer",
            "A layer all of whose parameters belong to lower layers has none of its own, and gets no group.",
            {"if i >= n_frozen and own:": "if i >= n_frozen and list(layer.parameters()):"},
        ),
        Misconception(
            "thawed_by_the_layer_above",
            "A shared parameter is frozen with its lowest layer, and the flags of a later layer that has it, too, must not "
            "thaw it.",
            {"for p in own:": "for p in layer.parameters():"},
        ),
        Misconception(
            "groups_from_the_top",
            "The groups come the lowest layer first.",
            {"    return groups\n": "    return groups[::-1]\n"},
        ),
        Misconception(
            "group_per_parameter",
            "One group per *layer*, with the list of its parameters, not one per parameter.",
            {
                'groups.append({"params": own, "lr": base_lr * decay ** (n - 1 - i)})': 'groups += [{"params": [p], "lr": base_lr * decay ** (n - 1 - i)} for p in own]'
            },
        ),
        Misconception(
            "modules_within_forgotten",
            "A layer may be a block of several modules: their parameters count, too.",
            {"in layer.parameters() if": "in layer.parameters(recurse=False) if"},
        ),
    ],
    "l2_sp_penalty": [
        Misconception(
            "all_pulled_to_zero",
            "This is plain weight decay: borrowed weights are pulled to 0. They should stay near where they started.",
            {"(p - pretrained[name].detach()).square()": "p.square()"},
        ),
        Misconception(
            "new_head_left_out",
            "Names that are new are held, too: by beta, to 0.",
            {"total = total + 0.5 * beta * p.square().sum()": "total = total + 0.0 * p.sum()"},
        ),
        Misconception(
            "half_forgotten",
            "Both terms carry a ½, so that the gradient is alpha (w - w0) and beta w.",
            {"0.5 * alpha": "alpha", "0.5 * beta": "beta"},
        ),
        Misconception(
            "strengths_exchanged",
            "Alpha holds the borrowed parameters, beta the new ones; here they have changed places.",
            {"0.5 * alpha": "0.5 * held", "0.5 * beta": "0.5 * alpha", "total = 0.0\n": "total, held = 0.0, beta\n"},
        ),
        Misconception(
            "alpha_for_everything",
            "New parameters have a strength of their own, beta.",
            {"0.5 * beta": "0.5 * alpha"},
        ),
        Misconception(
            "mean_of_squares",
            "The penalty is a sum over all entries. A mean per tensor holds a large tensor as weakly as a small one.",
            {"detach()).square().sum()": "detach()).square().mean()", "p.square().sum()": "p.square().mean()"},
        ),
        Misconception(
            "norm_not_squared",
            "These are lengths, not their squares: the pull would be the same at any distance, and nan at distance 0.",
            {"detach()).square().sum()": "detach()).norm()", "p.square().sum()": "p.norm()"},
        ),
        Misconception(
            "expanded_square",
            "w² + w0² - 2 w w0 is the same on paper. Near the starting point it is a small difference of large numbers, and "
            "mostly rounding. Subtract first.",
            {
                "(p - pretrained[name].detach()).square().sum()": "(p.square().sum() + pretrained[name].detach().square().sum() "
                "- 2 * (p * pretrained[name].detach()).sum())"
            },
        ),
        Misconception(
            "starting_point_not_constant",
            "The starting point gets a gradient: it is a constant, and must be detached.",
            {".detach()": ""},
        ),
        Misconception(
            "parameter_detached",
            "The difference has no path back to what is trained: the wrong one of the two is detached.",
            {"(p - pretrained[name].detach())": "(p.detach() - pretrained[name].detach())"},
        ),
        Misconception(
            "copy_of_the_parameter",
            "The starting point is taken from the parameter itself, so that the penalty is always 0.",
            {"pretrained[name].detach()": "p.detach()"},
        ),
        Misconception(
            "old_head_counts",
            "A name that is only among the starting points is the source's old head: it is not trained any more, and ignored.",
            {
                "    return total\n": "    for name, old in pretrained.items():\n        if name not in params:\n"
                "            total = total + 0.5 * beta * old.detach().square().sum()\n    return total\n"
            },
        ),
        Misconception(
            "last_name_wins",
            "Each name's term has to be added to those before it; here the last one replaces them.",
            {"total = total + 0.5 * alpha": "total = 0.5 * alpha", "total = total + 0.5 * beta": "total = 0.5 * beta"},
        ),
        Misconception(
            "new_parameters_subtracted",
            "The pull of the new parameters has the wrong sign: they are pushed away from 0.",
            {"total = total + 0.5 * beta": "total = total - 0.5 * beta"},
        ),
        Misconception(
            "new_parameters_by_alpha_too",
            "A borrowed parameter is held to its starting point alone, not also to 0.",
            {
                "        else:\n            total = total + 0.5 * beta * p.square().sum()\n": "        total = total + 0.5 * beta * p.square().sum()\n"
            },
        ),
        Misconception(
            "half_forgotten_on_new",
            "The ½ stands before both sums; the one of the new parameters lacks it.",
            {"0.5 * beta": "beta"},
        ),
        Misconception(
            "half_forgotten_on_borrowed",
            "The ½ stands before both sums; the one of the borrowed parameters lacks it.",
            {"0.5 * alpha": "alpha"},
        ),
        Misconception(
            "old_names_walked",
            "Walk through what is *trained*. The old dictionary lacks the new head, and knows an old head that is not there "
            "any more.",
            {"for name, p in params.items():": "for name in pretrained:\n        p = params[name]"},
        ),
        Misconception(
            "root_of_the_sum",
            "The penalty is the sum of squares, without a root.",
            {"    return total\n": "    return total.sqrt()\n"},
        ),
        Misconception(
            "biases_left_out",
            "All parameters count, biases included.",
            {
                "    for name, p in params.items():\n": '    for name, p in params.items():\n        if "bias" in name:\n            continue\n'
            },
        ),
        Misconception(
            "root_squared_again",
            "A length that is squared again: its root has no slope at 0, and at home, where training begins, the gradient is "
            "nan.",
            {"(p - pretrained[name].detach()).square().sum()": "((p - pretrained[name].detach()).square().sum().sqrt() ** 2)"},
        ),
        Misconception(
            "penalty_without_gradient",
            "The penalty has no path back to what is trained: it is a number that pulls at nothing.",
            {"    return total\n": "    return total.detach()\n"},
        ),
        Misconception(
            "starting_point_pulled",
            "The wrong one of the two is detached: the gradient goes to the starting point, and what is trained is not held.",
            {"(p - pretrained[name].detach())": "(p.detach() - pretrained[name])"},
        ),
        Misconception(
            "strength_zero_makes_them_new",
            "A strength of 0 switches a term off. It does not turn borrowed parameters into new ones.",
            {"if name in pretrained:": "if name in pretrained and alpha > 0:"},
        ),
    ],
    "da_loss": [
        Misconception(
            "mmd_of_logits",
            "The features are to look alike, not the logits: MMD of logits and the target's features compares two different things.",
            {
                "mmd = mmd2(feat_s, feat_t, gamma, unbiased=False)": "mmd = mmd2(logits_s[:, :1], feat_t[:, :1], gamma, unbiased=False)"
            },
        ),
        Misconception(
            "features_detached",
            "Both samples are detached, so that the body never learns to make the domains alike.",
            {"mmd2(feat_s, feat_t, gamma": "mmd2(feat_s.detach(), feat_t.detach(), gamma"},
        ),
        Misconception(
            "target_detached",
            "No gradient flows through the target's features; the body must be moved by both samples.",
            {"mmd2(feat_s, feat_t, gamma": "mmd2(feat_s, feat_t.detach(), gamma"},
        ),
        Misconception(
            "source_detached",
            "No gradient flows through the source's features; the body must be moved by both samples.",
            {"mmd2(feat_s, feat_t, gamma": "mmd2(feat_s.detach(), feat_t, gamma"},
        ),
        Misconception(
            "root_of_mmd",
            "Added is the MMD² and not its root, whose slope has no limit at 0.",
            {"unbiased=False)\n": "unbiased=False).clamp_min(1e-12).sqrt()\n"},
        ),
        Misconception(
            "unbiased_estimate",
            "This is the unbiased estimate. In training the biased one is used: it is bounded below, and exists for one row.",
            {
                "mmd = mmd2(feat_s, feat_t, gamma, unbiased=False)": "mmd = mmd2(feat_s, feat_t, gamma, min(len(feat_s), len(feat_t)) > 1)"
            },
        ),
        Misconception(
            "sum_of_cross_entropies",
            "The cross-entropy is the mean over the batch, not the sum.",
            {"F.cross_entropy(logits_s, y_s)": 'F.cross_entropy(logits_s, y_s, reduction="sum")'},
        ),
        Misconception(
            "weight_ignored",
            "The MMD² is added without its weight.",
            {"ce + lam * mmd": "ce + mmd"},
        ),
        Misconception(
            "weight_on_the_wrong_term",
            "The weight belongs to the MMD², not to the cross-entropy.",
            {"ce + lam * mmd": "lam * ce + mmd"},
        ),
        Misconception(
            "convex_mixture",
            "The two terms are added; the cross-entropy does not give way by 1 - lam.",
            {"ce + lam * mmd": "(1 - lam) * ce + lam * mmd"},
        ),
        Misconception(
            "mmd_subtracted",
            "The sign is that of a reward for telling the domains apart. They are to become alike.",
            {"ce + lam * mmd": "ce - lam * mmd"},
        ),
        Misconception(
            "weighted_mmd_returned",
            "The third loss is the MMD² itself, not yet multiplied by the weight.",
            {"return ce + lam * mmd, ce, mmd": "return ce + lam * mmd, ce, lam * mmd"},
        ),
        Misconception(
            "probabilities_as_logits",
            "The logits go through a softmax, and cross-entropy applies another one.",
            {"F.cross_entropy(logits_s, y_s)": "F.cross_entropy(logits_s.softmax(1), y_s)"},
        ),
        Misconception(
            "log_of_the_softmax",
            "Logits of ±1000: their exponential is infinite, or a probability is rounded to 0 and its logarithm infinite. Use the "
            "logarithm of the softmax in one piece.",
            {"F.cross_entropy(logits_s, y_s)": "F.nll_loss(logits_s.softmax(1).log(), y_s)"},
        ),
        Misconception(
            "parts_detached",
            "Autograd should be able to differentiate each of the three, and here the parts are cut off.",
            {"return ce + lam * mmd, ce, mmd": "return ce + lam * mmd, ce.detach(), mmd.detach()"},
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number within the logarithm bounds the loss of a row that is far off. Use the logarithm of the softmax "
            "in one piece.",
            {"F.cross_entropy(logits_s, y_s)": "F.nll_loss((logits_s.softmax(1) + 1e-8).log(), y_s)"},
        ),
        Misconception(
            "weight_zero_shortcut",
            "With weight 0 the term is switched off in the *total*. The third loss is the MMD² all the same.",
            {"    return ce +": "    if lam == 0:\n        mmd = torch.zeros_like(mmd)\n    return ce +"},
        ),
        Misconception(
            "kernel_width_ignored",
            "gamma is not looked at.",
            {"feat_t, gamma, unbiased": "feat_t, 1.0, unbiased"},
        ),
        Misconception(
            "kernel_width_by_coordinates",
            "gamma goes to the kernel as it is, not divided by the number of features.",
            {"feat_t, gamma, unbiased": "feat_t, gamma / feat_s.shape[1], unbiased"},
        ),
        Misconception(
            "parts_exchanged",
            "The order is total, cross-entropy, MMD².",
            {", ce, mmd\n": ", mmd, ce\n"},
        ),
        Misconception(
            "rows_cut_to_the_smaller_batch",
            "The two batches may differ in size: all rows of both count.",
            {"mmd2(feat_s, feat_t, gamma": "mmd2(feat_s[: len(feat_t)], feat_t[: len(feat_s)], gamma"},
        ),
        Misconception(
            "cross_entropy_detached",
            "Autograd should be able to differentiate each of the three; the cross-entropy is cut off.",
            {", ce, mmd\n": ", ce.detach(), mmd\n"},
        ),
        Misconception(
            "distance_of_means",
            "This is the distance between the means of the features, without a kernel.",
            {"mmd2(feat_s, feat_t, gamma, unbiased=False)": "(feat_s.mean(0) - feat_t.mean(0)).square().sum()"},
        ),
        Misconception(
            "features_normalised",
            "The features go into the kernel as they are, not scaled to length 1.",
            {"mmd2(feat_s, feat_t, gamma": "mmd2(F.normalize(feat_s, dim=1), F.normalize(feat_t, dim=1), gamma"},
        ),
        Misconception(
            "logits_clipped",
            "Clipped logits are other logits: a row that is far off loses its loss and its gradient. The logarithm of the "
            "softmax needs no clipping.",
            {"F.cross_entropy(logits_s, y_s)": "F.cross_entropy(logits_s.clamp(-50, 50), y_s)"},
        ),
    ],
    "proxy_a_distance": [
        Misconception(
            "accuracy_for_error",
            "The argument is an error: 0 means that the domains can be told apart always, and the distance is 2.",
            {"2 * (1 - 2 * domain_error)": "2 * (1 - 2 * (1 - domain_error))"},
        ),
        Misconception(
            "sign_reversed",
            "The distance grows as the error falls: 1 - 2ε, not 2ε - 1, cut off below and not made positive.",
            {"max(0.0, 2 * (1 - 2 * domain_error))": "2 * abs(2 * domain_error - 1)"},
        ),
        Misconception(
            "not_cut_off",
            "A distance is not negative. Errors above one half count as one half.",
            {"max(0.0, 2 * (1 - 2 * domain_error))": "2 * (1 - 2 * domain_error)"},
        ),
        Misconception(
            "factor_two_forgotten",
            "The distance goes up to 2: it is 2(1 - 2ε).",
            {"2 * (1 - 2 * domain_error)": "(1 - 2 * domain_error)"},
        ),
        Misconception(
            "one_minus_error",
            "A coin has the error ½ and tells nothing: there the distance must be 0.",
            {"2 * (1 - 2 * domain_error)": "2 * (1 - domain_error)"},
        ),
        Misconception(
            "half_of_the_distance_forgotten",
            "The bound has *half* of the distance.",
            {"d / 2": "d"},
        ),
        Misconception(
            "best_error_forgotten",
            "The error of the best common classifier belongs to the bound; alignment alone promises nothing.",
            {" + lam_star": ""},
        ),
        Misconception(
            "bound_cut_at_one",
            "The bound is given as it is. Above 1 it says nothing, and that should be seen.",
            {"return eps_s + d / 2 + lam_star": "return min(1.0, eps_s + d / 2 + lam_star)"},
        ),
        Misconception(
            "distance_doubled_in_the_bound",
            "The bound has *half* of the distance, not twice.",
            {"d / 2": "2 * d"},
        ),
        Misconception(
            "best_error_halved",
            "Only the distance is halved in the bound.",
            {"d / 2 + lam_star": "d / 2 + lam_star / 2"},
        ),
        Misconception(
            "all_terms_halved",
            "The ½ belongs to the distance alone.",
            {"eps_s + d / 2 + lam_star": "(eps_s + d + lam_star) / 2"},
        ),
        Misconception(
            "cut_off_at_one",
            "The distance goes up to 2.",
            {"max(0.0, 2 * (1 - 2 * domain_error))": "min(1.0, max(0.0, 2 * (1 - 2 * domain_error)))"},
        ),
        Misconception(
            "larger_of_two_terms",
            "The terms of the bound are added. It is not the larger of them that counts.",
            {"d / 2 + lam_star": "max(d / 2, lam_star)"},
        ),
    ],
    "train_with_mmd": [
        Misconception(
            "mmd_in_stage_two",
            "Stage 2 is the cross-entropy of the labelled target alone; there is nothing to be aligned any more.",
            {
                "loss = F.cross_entropy(clf(feat(Xl)), yl)": "loss = da_loss(clf(feat(Xl)), yl, feat(Xl), feat(Xu), lam, gamma)[0]"
            },
        ),
        Misconception(
            "classifier_alone",
            "The body is in no optimizer: it must learn to make the domains alike.",
            {"params = [*feat.parameters(), *clf.parameters()]": "params = [*clf.parameters()]"},
        ),
        Misconception(
            "body_alone",
            "The classifier is in no optimizer; both networks are trained, in both stages.",
            {"params = [*feat.parameters(), *clf.parameters()]": "params = [*feat.parameters()]"},
        ),
        Misconception(
            "classifier_alone_in_stage_two",
            "Stage 2 trains all parameters of both networks, not the head alone.",
            {
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for _ in": "    optimizer = torch.optim.Adam(clf.parameters(), lr=lr)\n    for _ in"
            },
        ),
        Misconception(
            "one_optimizer_for_both_stages",
            "Adam still remembers the gradients of stage 1, which belong to another loss. Stage 2 begins with a new one.",
            {"    optimizer = torch.optim.Adam(params, lr=lr)\n    for _ in": "    for _ in"},
        ),
        Misconception(
            "gradients_pile_up",
            "Gradients of earlier steps are added to those of the present one. They must be set to zero before each backward.",
            {
                "        optimizer.zero_grad()\n        total.backward()": "        total.backward()",
                "        optimizer.zero_grad()\n        loss.backward()": "        loss.backward()",
            },
        ),
        Misconception(
            "no_zeros_between_the_stages",
            "The first step of stage 2 still has the last gradient of stage 1 in it.",
            {
                "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()": "        loss.backward()\n        optimizer.step()\n        optimizer.zero_grad()"
            },
        ),
        Misconception(
            "zeros_after_the_step",
            "Gradients that the networks bring along are in the first step. Set them to zero before the first backward, too.",
            {
                "        optimizer.zero_grad()\n        total.backward()\n        optimizer.step()": "        total.backward()\n        optimizer.step()\n        optimizer.zero_grad()",
                "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()": "        loss.backward()\n        optimizer.step()\n        optimizer.zero_grad()",
            },
        ),
        Misconception(
            "source_rows_for_the_target",
            "The target's batch is drawn by `tgt_idx`, not by the rows of the source.",
            {"feat(Xu[j])": "feat(Xu[i % len(Xu)])"},
        ),
        Misconception(
            "whole_target_in_every_step",
            "Each step of stage 1 compares with the rows of its own batch, not with the whole target.",
            {"feat(Xu[j])": "feat(Xu)"},
        ),
        Misconception(
            "labelled_target_aligned",
            "Stage 1 aligns with the unlabelled rows of the target; the labelled ones come in stage 2.",
            {"feat(Xu[j])": "feat(Xl[j % max(len(Xl), 1)] if len(Xl) else Xu[j])"},
        ),
        Misconception(
            "source_in_stage_two",
            "Stage 2 spends the labels of the target; the source is not needed any more.",
            {"F.cross_entropy(clf(feat(Xl)), yl)": "F.cross_entropy(clf(feat(torch.cat([Xl, Xs]))), torch.cat([yl, ys]))"},
        ),
        Misconception(
            "plain_gradient_descent",
            "Each step is one of Adam, not of gradient descent.",
            {
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for i, j": "    optimizer = torch.optim.SGD(params, lr=lr)\n    for i, j",
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for _ in": "    optimizer = torch.optim.SGD(params, lr=lr)\n    for _ in",
            },
        ),
        Misconception(
            "adam_with_weight_decay",
            "AdamW also shrinks every weight. Each step is one of Adam with its defaults.",
            {
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for i, j": "    optimizer = torch.optim.AdamW(params, lr=lr)\n    for i, j",
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for _ in": "    optimizer = torch.optim.AdamW(params, lr=lr)\n    for _ in",
            },
        ),
        Misconception(
            "recorded_after_the_step",
            "The loss of stage 2 is that before its step; here the one after it is recorded.",
            {
                '        history["fine_tune"].append(loss.item())\n        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n': "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
                '        history["fine_tune"].append(F.cross_entropy(clf(feat(Xl)), yl).item())\n'
            },
        ),
        Misconception(
            "weight_ignored",
            "The weight of the MMD² is not looked at.",
            {"feat_t, lam, gamma)": "feat_t, 1.0, gamma)"},
        ),
        Misconception(
            "kernel_width_ignored",
            "gamma is not looked at.",
            {"feat_t, lam, gamma)": "feat_t, lam, 1.0)"},
        ),
        Misconception(
            "no_fine_tuning",
            "Stage 2 is missing: after the alignment the target's labels are to be spent.",
            {"for _ in range(ft_steps):": "for _ in range(0):"},
        ),
        Misconception(
            "stage_one_recorded_after_the_step",
            "The losses of stage 1 are those before its step; here the ones after it are recorded.",
            {
                '        for name, value in (("total", total), ("ce", ce), ("mmd2", mmd)):\n            history[name].append(value.item())\n': "",
                "        total.backward()\n        optimizer.step()\n": '        total.backward()\n        optimizer.step()\n        feat_s, feat_t = feat(Xs[i]), feat(Xu[j])\n        total, ce, mmd = da_loss(clf(feat_s), ys[i], feat_s, feat_t, lam, gamma)\n        for name, value in (("total", total), ("ce", ce), ("mmd2", mmd)):\n            history[name].append(value.item())\n',
            },
        ),
        Misconception(
            "weighted_mmd_recorded",
            "Recorded is the MMD² itself, not multiplied by the weight.",
            {'("mmd2", mmd)': '("mmd2", lam * mmd)'},
        ),
        Misconception(
            "target_features_detached",
            "The target's features are cut off: the MMD² must move the body through both samples.",
            {"feat_s, feat_t, lam, gamma)": "feat_s, feat_t.detach(), lam, gamma)"},
        ),
        Misconception(
            "rate_ignored",
            "lr is not looked at: Adam's default is another rate.",
            {
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for i, j": "    optimizer = torch.optim.Adam(params)\n    for i, j",
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for _ in": "    optimizer = torch.optim.Adam(params)\n    for _ in",
            },
        ),
        Misconception(
            "slower_second_stage",
            "Both stages have the rate lr.",
            {
                "    optimizer = torch.optim.Adam(params, lr=lr)\n    for _ in": "    optimizer = torch.optim.Adam(params, lr=lr / 10)\n    for _ in"
            },
        ),
        Misconception(
            "inputs_aligned",
            "The *features* are to look alike. The inputs are what they are: no parameter can change their MMD².",
            {"feat_s, feat_t, lam, gamma)": "Xs[i], Xu[j], lam, gamma)"},
        ),
        Misconception(
            "logits_aligned",
            "The features are to look alike, not the classifier's logits.",
            {"ys[i], feat_s, feat_t, lam": "ys[i], clf(feat_s), clf(feat_t), lam"},
        ),
        Misconception(
            "gradients_pile_up_in_stage_one",
            "In stage 1 gradients of earlier steps are added to those of the present one. Set them to zero before each "
            "backward.",
            {"        optimizer.zero_grad()\n        total.backward()": "        total.backward()"},
        ),
        Misconception(
            "gradients_pile_up_in_stage_two",
            "In stage 2 gradients of earlier steps are added to those of the present one, the last of stage 1 among them.",
            {"        optimizer.zero_grad()\n        loss.backward()": "        loss.backward()"},
        ),
        Misconception(
            "new_optimizer_in_every_step",
            "One optimizer per *stage*. An Adam that is made anew in each step forgets its means, and every step has the "
            "length of a first one.",
            {
                "        optimizer.zero_grad()\n        total.backward()": "        optimizer = torch.optim.Adam(params, lr=lr)\n        optimizer.zero_grad()\n        total.backward()"
            },
        ),
        Misconception(
            "copies_trained",
            "Copies were trained, and the networks that were handed in are as before.",
            {"    params = [": "    feat, clf = copy.deepcopy(feat), copy.deepcopy(clf)\n    params = ["},
        ),
        Misconception(
            "whole_source_in_every_step",
            "Each step of stage 1 has the source rows of its own batch, `src_idx[s]`, not all of them.",
            {"feat(Xs[i])": "feat(Xs)", "ys[i]": "ys"},
        ),
        Misconception(
            "log_of_the_softmax",
            "The logarithm of a probability that has been rounded to 0 is infinite. In stage 2, too, use the logarithm of the "
            "softmax in one piece.",
            {"F.cross_entropy(clf(feat(Xl)), yl)": "F.nll_loss(clf(feat(Xl)).softmax(1).log(), yl)"},
        ),
        Misconception(
            "tensors_recorded",
            "The history holds Python floats; a tensor that is kept may keep its whole graph. `.item()` reads the number.",
            {
                "history[name].append(value.item())": "history[name].append(value.detach())",
                'history["fine_tune"].append(loss.item())': 'history["fine_tune"].append(loss.detach())',
            },
        ),
        Misconception(
            "left_in_eval_mode",
            "The networks are left in `eval()`. Whether they are in training mode is not to be changed.",
            {"    return history\n": "    feat.eval()\n    clf.eval()\n    return history\n"},
        ),
        Misconception(
            "put_into_training_mode",
            "The networks are put into `train()`. Whether they are in training mode is not to be changed.",
            {"    params = [": "    feat.train()\n    clf.train()\n    params = ["},
        ),
        Misconception(
            "target_rows_cut",
            "The target's batch may have more rows than the source's. All of them count.",
            {"feat(Xu[j])": "feat(Xu[j[: len(i)]])"},
        ),
        Misconception(
            "target_labels_in_single_rows",
            "Each step of stage 2 is on *all* labelled rows of the target, not on one after the other.",
            {
                "    for _ in range(ft_steps):\n        loss = F.cross_entropy(clf(feat(Xl)), yl)\n": "    for step in range(ft_steps):\n        row = slice(step % len(Xl), step % len(Xl) + 1)\n        loss = F.cross_entropy(clf(feat(Xl[row])), yl[row])\n"
            },
        ),
        Misconception(
            "mmd_with_source_in_stage_two",
            "Stage 2 is the cross-entropy of the labelled target alone; the source is not needed any more.",
            {
                "loss = F.cross_entropy(clf(feat(Xl)), yl)": "loss = F.cross_entropy(clf(feat(Xl)), yl) + lam * mmd2(feat(Xs), feat(Xl), gamma, False)"
            },
        ),
    ],
}
