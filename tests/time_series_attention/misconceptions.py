"""What students get wrong in time_series_attention, as edits of the reference."""

from dlcourse.authoring import Misconception

EYE = "K + noise * torch.eye(t.shape[1], dtype=t.dtype)"
ERROR = "kernel(torch.zeros_like(u)) - (kappa * w).sum(1)"
RETURN = "return w, " + ERROR

MISCONCEPTIONS = {
    "kriging_weights": [
        Misconception(
            "noise_forgotten",
            "The noise is missing from the matrix: the weights believe the observations to the last digit.",
            {EYE: "K"},
        ),
        Misconception(
            "noise_everywhere",
            "The noise was added to each entry of the matrix. The noise of two observations is independent: only the diagonal "
            "carries it.",
            {EYE: "K + noise"},
        ),
        Misconception(
            "noise_squared",
            "`noise` is already a variance; it was squared once more.",
            {"noise * torch.eye": "noise**2 * torch.eye"},
        ),
        Misconception(
            "covariances_as_weights",
            "The covariances with the query were used as they are. Neighbours that say the same must share: solve the system.",
            {f"torch.linalg.solve({EYE}, kappa)": "kappa"},
        ),
        Misconception(
            "weights_sum_to_one",
            "The weights were divided by their sum. These weights need not sum to 1; far from all observations they go to 0.",
            {RETURN: "w = w / w.sum(1, keepdim=True)\n    " + RETURN},
        ),
        Misconception(
            "noise_in_the_error",
            "The noise was added to the expected error. What is forecast is the process itself, without noise.",
            {ERROR: ERROR + " + noise"},
        ),
        Misconception(
            "variance_taken_as_one",
            "The variance of the process was taken as 1. It is kernel(0), whatever the kernel.",
            {"kernel(torch.zeros_like(u)) -": "1 -"},
        ),
        Misconception(
            "error_counted_twice",
            "The error has twice the reduction. Put the solution into E(w): of the three terms two are left.",
            {"- (kappa * w).sum(1)": "- 2 * (kappa * w).sum(1)"},
        ),
        Misconception(
            "root_of_the_error",
            "The second result is the square root of the expected squared error. Return the squared error itself.",
            {ERROR: f"({ERROR}).sqrt()"},
        ),
        Misconception(
            "one_query_for_all",
            "All series were asked at the query of the first one. Each series has a query of its own.",
            {"kernel(u[:, None] - t)": "kernel(u[0] - t)"},
        ),
        Misconception(
            "lags_of_the_order",
            "The matrix was made from places 0, 1, 2, … in place of the stamps. The stamps are irregular; what counts is the time between them.",
            {"kernel(t[:, :, None] - t[:, None, :])": "kernel(torch.arange(t.shape[1], dtype=t.dtype)[:, None] - torch.arange(t.shape[1], dtype=t.dtype)).expand(len(t), -1, -1)"},
        ),
        Misconception(
            "root_of_the_noise",
            "The root of `noise` stands on the diagonal. `noise` is a variance already.",
            {"noise * torch.eye": "noise**0.5 * torch.eye"},
        ),
        Misconception(
            "error_without_the_noise",
            "The expected error lacks what the noise adds: the last term of E(w) holds K + σ² I, not K alone.",
            {"kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "kernel(torch.zeros_like(u)) - 2 * (kappa * w).sum(1) + torch.einsum(\"bi,bij,bj->b\", w, K, w)"},
        ),
        Misconception(
            "error_of_the_covariances",
            "The error was computed with κ twice. One of the two factors is the weights.",
            {"kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "kernel(torch.zeros_like(u)) - (kappa * kappa).sum(1)"},
        ),
        Misconception(
            "one_error_for_the_batch",
            "All series got one error, summed over the batch. Each has its own.",
            {"kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "kernel(torch.zeros_like(u)) - (kappa * w).sum()"},
        ),
        Misconception(
            "divided_by_the_sum",
            "The weights that are returned were divided by their sum. They need not sum to 1.",
            {"    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "    return w / w.sum(1, keepdim=True), kernel(torch.zeros_like(u)) - (kappa * w).sum(1)"},
        ),
        Misconception(
            "ordinary_kriging",
            "The weights were made to sum to 1, as where the mean is not known. Here the mean is 0, and nothing binds them.",
            {"    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "    one = torch.linalg.solve(K + noise * torch.eye(t.shape[1], dtype=t.dtype), torch.ones_like(kappa))\n    w = w + one * ((1 - w.sum(1)) / one.sum(1))[:, None]\n    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)"},
        ),
        Misconception(
            "kernel_of_the_notebook",
            "The kernel that was handed over is not used, but the one of the notebook.",
            {"    K = kernel(": "    kernel = swing\n    K = kernel("},
        ),
        Misconception(
            "noise_of_the_notebook",
            "The `noise` that was handed over is not used, but the constant of the notebook.",
            {"    K = kernel(": "    noise = NOISE\n    K = kernel("},
        ),
        Misconception(
            "stamps_sorted",
            "The weights are in the order of time. They belong in the order of `t`, which need not be sorted.",
            {"    K = kernel(": "    t = t.sort(1).values\n    K = kernel("},
        ),
        Misconception(
            "noise_where_times_are_equal",
            "The noise was added wherever two stamps are equal. Two devices at one time have independent noise.",
            {"K + noise * torch.eye(t.shape[1], dtype=t.dtype)": "K + noise * (t[:, :, None] == t[:, None, :])"},
        ),
        Misconception(
            "noise_between_query_and_stamps",
            "Noise was added to the covariances with the query. The value that is forecast carries none.",
            {"kernel(u[:, None] - t)": "kernel(u[:, None] - t) + noise"},
        ),
        Misconception(
            "noise_at_the_query",
            "Noise was added to the covariance with an observation at the time of the query. The value that is forecast carries none.",
            {"kernel(u[:, None] - t)": "kernel(u[:, None] - t) + noise * (u[:, None] == t)"},
        ),
        Misconception(
            "matrix_of_the_first_series",
            "All series were solved with the matrix of the first one. Each has stamps of its own.",
            {"K + noise * torch.eye(t.shape[1], dtype=t.dtype)": "K[:1].expand_as(K) + noise * torch.eye(t.shape[1], dtype=t.dtype)"},
        ),
        Misconception(
            "negative_weights_cut_off",
            "Negative weights became 0. The process tells of its opposite: weights below 0 are right.",
            {"    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "    w = w.clamp(min=0)\n    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)"},
        ),
        Misconception(
            "later_stamps_left_out",
            "Observations after the query got no weight. Here nothing is hidden: a query may lie between the stamps.",
            {"kernel(u[:, None] - t)": "kernel(u[:, None] - t).masked_fill(t > u[:, None], 0.0)"},
        ),
        Misconception(
            "each_observation_alone",
            "Each observation got the weight that it would have alone. Neighbours that say the same must share: solve the system.",
            {"torch.linalg.solve(K + noise * torch.eye(t.shape[1], dtype=t.dtype), kappa)": "kappa / (kernel(torch.zeros_like(u))[:, None] + noise)"},
        ),
        Misconception(
            "softmax_of_covariances",
            "The weights are a softmax. The best weights solve a linear system; they may be negative.",
            {"torch.linalg.solve(K + noise * torch.eye(t.shape[1], dtype=t.dtype), kappa)": "kappa.softmax(1)"},
        ),
        Misconception(
            "result_in_float32",
            "The result is float32. It has the dtype of the stamps.",
            {"    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "    return w.float(), (kernel(torch.zeros_like(u)) - (kappa * w).sum(1)).float()"},
        ),
        Misconception(
            "result_in_float64",
            "The result is float64. It has the dtype of the stamps.",
            {"    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)": "    return w.double(), (kernel(torch.zeros_like(u)) - (kappa * w).sum(1)).double()"},
        ),
    ],
    "time_features": [
        Misconception(
            "float32_first",
            "The stamps became float32 before the origin was subtracted. Near 1.8e9 float32 numbers are 128 apart: subtract "
            "first.",
            {"(t - origin[:, None])": "(t.float() - origin.float()[:, None])"},
        ),
        Misconception(
            "places_for_times",
            "The places 0, 1, 2, … were used, not the stamps. That forgets when the observations were made.",
            {"(t - origin[:, None])": "torch.arange(t.shape[1], dtype=t.dtype).expand(t.shape)"},
        ),
        Misconception(
            "pauses_for_times",
            "The features are those of the pauses between neighbouring stamps. They say how long the pause was, not when.",
            {"(t - origin[:, None])": "torch.diff(t, dim=1, prepend=origin[:, None])"},
        ),
        Misconception(
            "no_origin",
            "The origin was not subtracted: equal windows at other dates get other features.",
            {"(t - origin[:, None])": "t"},
        ),
        Misconception(
            "sines_and_cosines_take_turns",
            "Sines and cosines take turns, as in the Transformer's table. Here all sines come first, then all cosines.",
            {"torch.cat([angle.sin(), angle.cos()], dim=-1)": "torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2)"},
        ),
        Misconception(
            "cosines_first",
            "The cosines stand first. The docstring asks for the sines first.",
            {"[angle.sin(), angle.cos()]": "[angle.cos(), angle.sin()]"},
        ),
        Misconception(
            "a_turn_is_one",
            "The 2π is missing: after a period p a clock has turned once, by the angle 2π.",
            {"2 * math.pi * ": ""},
        ),
        Misconception(
            "longest_is_left_out",
            "The sequence stops one step before the longest period: d/2 clocks have d/2 − 1 steps between them.",
            {"(j / (d // 2 - 1))": "(j / (d // 2))"},
        ),
        Misconception(
            "periods_evenly_spaced",
            "The periods grow by equal amounts. In a geometric sequence they grow by an equal factor.",
            {"shortest * (longest / shortest) ** (j / (d // 2 - 1))": "shortest + (longest - shortest) * j / (d // 2 - 1)"},
        ),
        Misconception(
            "slow_clocks_first",
            "The clocks are in reverse: index 0 is the fastest, with the shortest period.",
            {"shortest * (longest / shortest)": "longest * (shortest / longest)"},
        ),
        Misconception(
            "result_in_float64",
            "The result is float64. Differences are taken in float64, the features are float32.",
            {"dim=-1).float()": "dim=-1)"},
        ),
        Misconception(
            "odd_widths_accepted",
            "An odd d went through and gave another width. The docstring asks for a ValueError.",
            {"if d % 2 or d < 4:": "if d < 4:"},
        ),
        Misconception(
            "half_a_turn",
            "After one period the angle is π. A whole turn is 2π.",
            {"2 * math.pi * ": "math.pi * "},
        ),
        Misconception(
            "angle_in_float32",
            "The angle became float32 before sine and cosine. After hundreds of turns too few digits are left: stay in float64 up to the result.",
            {"    j = torch": "    j = torch", "    return torch.cat": "    angle = angle.float()\n    return torch.cat"},
        ),
        Misconception(
            "difference_in_float32",
            "The time since the origin became float32. After hundreds of turns too few digits are left: stay in float64 up to the result.",
            {"(t - origin[:, None])[": "(t - origin[:, None]).float()["},
        ),
        Misconception(
            "periods_in_float32",
            "The periods are float32. Over hundreds of turns their rounding adds up: compute them in float64.",
            {"dtype=torch.float64": "dtype=torch.float32"},
        ),
        Misconception(
            "first_stamp_as_origin",
            "The time since the first stamp was used. The origin is an argument.",
            {"(t - origin[:, None])": "(t - t[:, :1])"},
        ),
        Misconception(
            "earliest_stamp_as_origin",
            "The time since the earliest stamp was used. The origin is an argument.",
            {"(t - origin[:, None])": "(t - t.min(1, keepdim=True).values)"},
        ),
        Misconception(
            "one_origin_for_all",
            "All series were counted from the origin of the first one. Each has its own.",
            {"origin[:, None]": "origin[0]"},
        ),
        Misconception(
            "ten_thousand",
            "The periods are those of the Transformer, up to 10 000. Here the shortest and the longest are arguments.",
            {"shortest * (longest / shortest) ** (j / (d // 2 - 1))": "shortest * 10000 ** (2 * j / d)"},
        ),
        Misconception(
            "doubled_periods",
            "Each period is twice the one before. The factor follows from the shortest, the longest and d.",
            {"shortest * (longest / shortest) ** (j / (d // 2 - 1))": "shortest * 2**j"},
        ),
        Misconception(
            "frequencies_evenly_spaced",
            "The frequencies are evenly spaced. The periods form a geometric sequence.",
            {"shortest * (longest / shortest) ** (j / (d // 2 - 1))": "1 / torch.linspace(1 / shortest, 1 / longest, d // 2, dtype=torch.float64)"},
        ),
        Misconception(
            "twice_the_exponent_of_the_table",
            "The exponents are 2j/(d − 1): they do not reach 1. There are d/2 clocks, numbered from 0.",
            {"(j / (d // 2 - 1))": "(2 * j / (d - 1))"},
        ),
        Misconception(
            "before_and_after_alike",
            "The distance from the origin was used. Before the origin the time is negative, and so are its turns.",
            {"(t - origin[:, None])": "(t - origin[:, None]).abs()"},
        ),
        Misconception(
            "clock_starts_at_the_origin",
            "Times before the origin were set to 0. They are negative.",
            {"(t - origin[:, None])": "(t - origin[:, None]).clamp(min=0)"},
        ),
        Misconception(
            "runs_backwards",
            "The origin minus the time was used. The clocks run backwards.",
            {"(t - origin[:, None])": "(origin[:, None] - t)"},
        ),
        Misconception(
            "nothing_refused",
            "No d is refused. The docstring asks for a ValueError where d is odd or less than 4.",
            {"d % 2 or d < 4": "False"},
        ),
        Misconception(
            "small_widths_accepted",
            "Even widths below 4 went through. The docstring asks for a ValueError.",
            {"d % 2 or d < 4": "d % 2"},
        ),
        Misconception(
            "width_of_two_accepted",
            "d = 2 went through. The docstring asks for a ValueError below 4.",
            {"d % 2 or d < 4": "d % 2 or d < 2"},
        ),
        Misconception(
            "width_of_four_refused",
            "d = 4 was refused. It is the smallest width that is allowed.",
            {"d % 2 or d < 4": "d % 2 or d <= 4"},
        ),
        Misconception(
            "t_overwritten",
            "The origin was subtracted in `t` itself, so that the caller's times are gone.",
            {"    j = torch": "    t -= origin[:, None]\n    j = torch", "(t - origin[:, None])[": "t["},
        ),
        Misconception(
            "times_sorted",
            "The times were sorted. The features belong in the order of `t`.",
            {"    j = torch": "    t = t.sort(1).values\n    j = torch"},
        ),
        Misconception(
            "half_of_the_clocks_each",
            "Half of the clocks gave a sine, the others a cosine. Each of d/2 clocks gives both.",
            {"torch.arange(d // 2, dtype=torch.float64)": "torch.arange(d, dtype=torch.float64)", "(j / (d // 2 - 1))": "(j / (d - 1))", "torch.cat([angle.sin(), angle.cos()], dim=-1).float()": "torch.cat([angle[..., : d // 2].sin(), angle[..., d // 2 :].cos()], dim=-1).float()"},
        ),
        Misconception(
            "pauses_since_the_first",
            "The features are those of the pauses between neighbours, 0 for the first. They say how long the pause was, not when.",
            {"(t - origin[:, None])": "torch.diff(t, dim=1, prepend=t[:, :1])"},
        ),
    ],
    "attention_mask": [
        Misconception(
            "own_time_hidden",
            "Observations at the very time of the query are hidden. The same time may be seen: at most, not less than.",
            {"t[:, None, :] <= u": "t[:, None, :] < u"},
        ),
        Misconception(
            "lengths_off_by_one",
            "One observation of the padding may be seen: with length k the last real one is number k − 1.",
            {"torch.arange(t.shape[1]) < lengths": "torch.arange(t.shape[1]) <= lengths"},
        ),
        Misconception(
            "padding_seen",
            "Padding may be seen. Its stamps can be anything; only the lengths say what is real.",
            {"(real[:, None, :] & (t[:, None, :] <= u[:, :, None]))": "(t[:, None, :] <= u[:, :, None])"},
        ),
        Misconception(
            "future_seen",
            "Observations after the query may be seen: the mask holds the padding alone.",
            {"(real[:, None, :] & (t[:, None, :] <= u[:, :, None]))": "real[:, None, :].expand(-1, u.shape[1], -1)"},
        ),
        Misconception(
            "triangle_of_places",
            "The future was decided by places, with a lower triangle. Stamps may be unsorted: compare times.",
            {
                "(real[:, None, :] & (t[:, None, :] <= u[:, :, None]))": "(real[:, None, :] & (torch.arange(t.shape[1]) <= torch.arange(u.shape[1])[:, None]))"
            },
        ),
        Misconception(
            "past_hidden",
            "The comparison is the wrong way round: the past is hidden and the future may be seen.",
            {"t[:, None, :] <= u": "t[:, None, :] >= u"},
        ),
        Misconception(
            "minus_a_billion",
            "Hidden scores were set to −1e9. That is not low enough among scores of −1e10, and a row that sees nothing shares its "
            "weights among hidden observations.",
            {
                "scores.masked_fill(~mask, -math.inf)": "scores.masked_fill(~mask, -1e4 if scores.dtype == torch.float16 else -1e9)",
                "weights.masked_fill(~mask, 0.0)": "weights",
            },
        ),
        Misconception(
            "nan_for_nothing",
            "A row that may see nothing is NaN, 0/0. The docstring asks for weights of 0.",
            {"weights.masked_fill(~mask, 0.0)": "weights"},
        ),
        Misconception(
            "minus_infinity_added",
            "Minus infinity was added to hidden scores. One that is NaN or infinite stays NaN: replace hidden scores.",
            {"scores.masked_fill(~mask, -math.inf)": "scores + torch.zeros_like(scores).masked_fill(~mask, -math.inf)"},
        ),
        Misconception(
            "masked_after_the_softmax",
            "The mask was applied after the softmax only: what may be seen no longer sums to 1.",
            {"scores.masked_fill(~mask, -math.inf)": "scores"},
        ),
        Misconception(
            "all_equal_for_nothing",
            "A row that may see nothing got equal weights on all. It looks at what it must not see: its weights are 0.",
            {
                "    weights = torch.softmax(": "    weights = (lambda z: torch.softmax(z.masked_fill(~mask.any(-1, keepdim=True), 0.0), dim=-1))(",
                "-math.inf), dim=-1)": "-math.inf))",
                "weights.masked_fill(~mask, 0.0)": "weights",
            },
        ),
        Misconception(
            "softmax_over_rows",
            "The softmax runs over the queries. It runs over the observations, the last axis.",
            {"-math.inf), dim=-1)": "-math.inf), dim=-2 if scores.ndim > 1 else -1)"},
        ),
        Misconception(
            "polarity",
            "The mask was read the other way round: True may be seen.",
            {"    weights = torch.softmax": "    mask = ~mask\n    weights = torch.softmax"},
        ),
        Misconception(
            "heads_have_no_axis",
            "The axis for the heads is missing: (B, 1, m, n).",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))"},
        ),
        Misconception(
            "heads_last",
            "The axis for the heads stands last. It is the second: (B, 1, m, n).",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[..., None]"},
        ),
        Misconception(
            "axes_turned_round",
            "Queries and observations are turned round. Queries are the rows, observations the columns.",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None].transpose(-1, -2)"},
        ),
        Misconception(
            "true_is_hidden",
            "The mask is True where something is hidden. True may be seen.",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "return ~(real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]"},
        ),
        Misconception(
            "one_condition_is_enough",
            "Real *or* not later was enough. Both conditions must hold.",
            {"real[:, None, :] &": "real[:, None, :] |"},
        ),
        Misconception(
            "mask_of_numbers",
            "The mask is made of numbers. Masks are bool.",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None].to(t.dtype)"},
        ),
        Misconception(
            "counted_from_the_left",
            "The number of stamps that are not later was counted, and as many from the left may be seen. That holds for sorted stamps only.",
            {"(t[:, None, :] <= u[:, :, None])": "(torch.arange(t.shape[1]) < (t[:, None, :] <= u[:, :, None]).sum(-1, keepdim=True))"},
        ),
        Misconception(
            "longest_length_for_all",
            "All series got the length of the longest. Each has its own.",
            {"torch.arange(t.shape[1]) < lengths[:, None]": "(torch.arange(t.shape[1]) < lengths.max()).expand(t.shape)"},
        ),
        Misconception(
            "queries_cut_by_lengths",
            "Queries beyond the length of their series were hidden, too. The lengths speak of observations only.",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "return (real[:, None, :] & (torch.arange(u.shape[1]) < lengths[:, None])[:, :, None] & (t[:, None, :] <= u[:, :, None]))[:, None]"},
        ),
        Misconception(
            "nothing_made_something",
            "A query that sees nothing was shown the first observation. It sees nothing.",
            {"return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]": "seen = real[:, None, :] & (t[:, None, :] <= u[:, :, None])\n    seen[..., 0] |= ~seen.any(-1)\n    return seen[:, None]"},
        ),
        Misconception(
            "padding_in_front",
            "The last observations of each series were taken for real. The padding stands at the end.",
            {"torch.arange(t.shape[1]) < lengths[:, None]": "torch.arange(t.shape[1]) >= t.shape[1] - lengths[:, None]"},
        ),
        Misconception(
            "last_real_one_hidden",
            "The last real observation is hidden. With length k those with numbers 0 to k − 1 are real.",
            {"torch.arange(t.shape[1]) < lengths[:, None]": "torch.arange(t.shape[1]) < lengths[:, None] - 1"},
        ),
        Misconception(
            "queries_of_the_first_series",
            "All series were asked at the queries of the first one. Each has its own.",
            {"u[:, :, None]": "u[:1, :, None]"},
        ),
        Misconception(
            "triangle_where_square",
            "With as many queries as observations a lower triangle was used. Stamps may be unsorted: compare times.",
            {"(t[:, None, :] <= u[:, :, None])": "(torch.ones(u.shape[1], t.shape[1], dtype=torch.bool).tril()[None] if u.shape[1] == t.shape[1] else t[:, None, :] <= u[:, :, None])"},
        ),
        Misconception(
            "stamps_in_float32",
            "The times were compared in float32. Seconds since 1970 that are a minute apart become equal.",
            {"(t[:, None, :] <= u[:, :, None])": "(t.float()[:, None, :] <= u.float()[:, :, None])"},
        ),
        Misconception(
            "a_little_later_is_seen",
            "Observations a little later than the query may be seen. The docstring allows no tolerance.",
            {"u[:, :, None]": "u[:, :, None] + 1e-6"},
        ),
        Misconception(
            "softmax_ignores_the_mask",
            "The softmax ignores the mask.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "return torch.softmax(scores, dim=-1)"},
        ),
        Misconception(
            "billion_in_float16",
            "Hidden scores were set to −1e9. float16 has no such number, and among scores of −1e10 it is not low.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)"},
        ),
        Misconception(
            "billion_and_zeroed",
            "Hidden scores were set to −1e9, which is above a score of −1e10: the weight that they take is missing among those that may be seen.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "weights = torch.softmax(scores.float().masked_fill(~mask, -1e9), dim=-1).to(scores.dtype)\n    return weights.masked_fill(~mask, 0.0)"},
        ),
        Misconception(
            "hidden_scores_zeroed",
            "Hidden scores became 0. exp(0) is 1, so that they keep a weight.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "return torch.softmax(scores * mask, dim=-1)"},
        ),
        Misconception(
            "exponentials_of_all",
            "The exponentials were taken before the largest score was subtracted: large scores overflow, low ones vanish.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "e = scores.masked_fill(~mask, -math.inf).exp()\n    return e / e.sum(-1, keepdim=True).clamp(min=1e-12)"},
        ),
        Misconception(
            "renormalised",
            "The mask was applied to a softmax over all, which was normalised again. Where a hidden score is huge or NaN, nothing is left to normalise.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "weights = torch.softmax(scores, dim=-1) * mask\n    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)"},
        ),
        Misconception(
            "largest_of_the_hidden",
            "The largest of all scores was subtracted, hidden ones included. A huge or NaN hidden score spoils the rest.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "e = (scores - scores.max(-1, keepdim=True).values).exp().masked_fill(~mask, 0.0)\n    return e / e.sum(-1, keepdim=True).clamp(min=1e-12)"},
        ),
        Misconception(
            "scores_overwritten",
            "The scores were filled in place, so that the caller's are gone.",
            {"scores.masked_fill(": "scores.masked_fill_("},
        ),
        Misconception(
            "weights_in_float32",
            "The weights are float32. They have the dtype of the scores.",
            {"torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)": "torch.softmax(scores.masked_fill(~mask, -math.inf).float(), dim=-1)"},
        ),
        Misconception(
            "no_gradient",
            "No gradient flows back to the scores.",
            {"torch.softmax(scores.": "torch.softmax(scores.detach()."},
        ),
        Misconception(
            "mask_needs_the_shape_of_the_scores",
            "The mask was used as an index, which asks for the shape of the scores. It may be any shape that broadcasts.",
            {"weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)\n    return weights.masked_fill(~mask, 0.0)": "weights = torch.zeros_like(scores)\n    weights[mask] = scores[mask].exp()\n    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)"},
        ),
    ],
    "TimeAttention": [
        Misconception(
            "scaled_by_all_features",
            "The scores were divided by the root of all projected features. Each head has d_k of them.",
            {"math.sqrt(self.d_k)": "math.sqrt(self.heads * self.d_k)"},
        ),
        Misconception("not_scaled", "The scores are not divided by the root of d_k.", {" / math.sqrt(self.d_k)": ""}),
        Misconception(
            "divided_by_the_width",
            "The scores were divided by d_k itself. Divide by its root.",
            {"math.sqrt(self.d_k)": "self.d_k"},
        ),
        Misconception(
            "heads_take_turns",
            "The outputs were dealt to the heads in turn. The first d_k belong to the first head.",
            {
                "self.query(queries).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)": "self.query(queries).unflatten(-1, (self.d_k, self.heads)).permute(0, 3, 1, 2)",
                "self.key(keys).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)": "self.key(keys).unflatten(-1, (self.d_k, self.heads)).permute(0, 3, 1, 2)",
            },
        ),
        Misconception(
            "cut_across_times",
            "The projected tensor was reshaped straight to (B, h, n, d_k), which mixes times and heads. Cut the last axis, then "
            "transpose.",
            {
                "self.query(queries).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)": "self.query(queries).reshape(len(x), self.heads, -1, self.d_k)",
                "self.key(keys).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)": "self.key(keys).reshape(len(x), self.heads, -1, self.d_k)",
            },
        ),
        Misconception(
            "mean_of_heads",
            "The forecast is the mean over the heads. The heads are summed up, each times its value.",
            {"x, self.value) + self.bias": "x, self.value) / self.heads + self.bias"},
        ),
        Misconception(
            "bias_forgotten",
            "The forecast lacks the bias.",
            {" + self.bias, weights": ", weights"},
        ),
        Misconception(
            "bias_of_each_head",
            "The bias was added once per head. It is one number for the whole forecast.",
            {" + self.bias, weights": " + self.heads * self.bias, weights"},
        ),
        Misconception(
            "signs_lost",
            "The signed weights are those of the heads' sizes, without signs. A head whose value is negative turns its observations "
            "upside down.",
            {'"bhmn,h->bmn", weights, self.value': '"bhmn,h->bmn", weights, self.value.abs()'},
        ),
        Misconception(
            "mean_weight_of_the_heads",
            "The signed weights are the mean of the heads' weights. What multiplies x is the sum of each head's weight times its value.",
            {'torch.einsum("bhmn,h->bmn", weights, self.value)': "weights.mean(1)"},
        ),
        Misconception(
            "mask_ignored",
            "The mask has no effect.",
            {"if mask is None:\n            mask": "mask"},
        ),
        Misconception(
            "queries_and_keys_swapped",
            "The queries went through the map of the keys and the keys through that of the queries.",
            {"self.query(queries)": "self.key(queries)", "K = self.key(keys)": "K = self.query(keys)"},
        ),
        Misconception(
            "signed_weights_averaged",
            "The signed weights were divided by the number of heads. The forecast sums over the heads.",
            {'torch.einsum("bhmn,h->bmn", weights, self.value)': 'torch.einsum("bhmn,h->bmn", weights, self.value) / self.heads'},
        ),
        Misconception(
            "scaled_by_the_features",
            "The scores were divided by the root of d. The width of a head is d_k.",
            {" / math.sqrt(self.d_k)": " / math.sqrt(keys.shape[2])"},
        ),
        Misconception(
            "multiplied_by_the_root",
            "The scores were multiplied by the root of d_k. They are divided by it.",
            {" / math.sqrt(self.d_k)": " * math.sqrt(self.d_k)"},
        ),
        Misconception(
            "heads_averaged_twice",
            "Forecast and signed weights are means over the heads. The heads are summed up, each times its value.",
            {"torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights": "torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) / self.heads + self.bias, weights", "return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "return torch.einsum(\"bhmn,h->bmn\", weights, self.value) / self.heads"},
        ),
        Misconception(
            "mask_turned_round",
            "The mask was read the other way round: True may be seen.",
            {"mask = torch.ones_like": "mask = torch.zeros_like", "masked_softmax(scores, mask)": "masked_softmax(scores, ~mask)"},
        ),
        Misconception(
            "mask_of_the_first_query",
            "All queries got the mask of the first one.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores, mask[:, :, :1])"},
        ),
        Misconception(
            "mask_of_the_first_series",
            "All series got the mask of the first one.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores, mask[:1])"},
        ),
        Misconception(
            "one_map_for_both",
            "Queries and keys went through the same map. Each has its own.",
            {"self.key(keys)": "self.query(keys)"},
        ),
        Misconception(
            "softmax_over_the_queries",
            "The softmax runs over the queries. For each query the weights of the observations sum to 1.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores.transpose(-2, -1), mask.transpose(-2, -1)).transpose(-2, -1)"},
        ),
        Misconception(
            "nan_for_nothing",
            "A query that may see nothing is NaN. Its weights are 0, its forecast is the bias.",
            {"masked_softmax(scores, mask)": "torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)"},
        ),
        Misconception(
            "equal_weights_for_nothing",
            "A query that may see nothing looks at everything. Its weights are 0, its forecast is the bias.",
            {"masked_softmax(scores, mask)": "torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)"},
        ),
        Misconception(
            "weights_averaged",
            "The weights that are returned are the mean over the heads. Return those of each head.",
            {"torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights": "torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights.mean(1)"},
        ),
        Misconception(
            "weights_with_values",
            "The weights that are returned carry the values of the heads. Return what the softmax gives.",
            {"torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights": "torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights * self.value[:, None, None]"},
        ),
        Misconception(
            "bias_in_the_signed_weights",
            "The bias was added to each signed weight. It is added once, to the forecast.",
            {"return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "return torch.einsum(\"bhmn,h->bmn\", weights, self.value) + self.bias"},
        ),
        Misconception(
            "signed_without_the_values",
            "The signed weights are the sum of the heads' weights. Each head counts times its value.",
            {"return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "return weights.sum(1)"},
        ),
        Misconception(
            "one_value_for_all_heads",
            "The signed weights are the sum of the heads' weights times the mean value. Each head has its own.",
            {"return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "return self.value.mean() * weights.sum(1)"},
        ),
        Misconception(
            "signed_weights_normalised",
            "The signed weights were divided by the sum of their sizes. They are what x is multiplied by, as they are.",
            {"return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "s = torch.einsum(\"bhmn,h->bmn\", weights, self.value)\n        return s / s.abs().sum(-1, keepdim=True)"},
        ),
        Misconception(
            "weights_of_the_last_call",
            "The signed weights are those of the last call of `forward`. Use the weights that are handed over.",
            {"        return torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights": "        self.last = weights\n        return torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights", "return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "return torch.einsum(\"bhmn,h->bmn\", self.last, self.value)"},
        ),
        Misconception(
            "forecast_of_nothing_is_0",
            "A query that may see nothing has the forecast 0. The docstring says: the bias.",
            {"torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights": "torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias * mask.any(-1)[:, 0], weights"},
        ),
        Misconception(
            "weights_detached",
            "No gradient flows back through the weights that are returned.",
            {"torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights": "torch.einsum(\"bhmn,bn,h->bm\", weights, x, self.value) + self.bias, weights.detach()"},
        ),
        Misconception(
            "value_without_gradient",
            "No gradient of the signed weights flows back to `value`.",
            {"return torch.einsum(\"bhmn,h->bmn\", weights, self.value)": "return torch.einsum(\"bhmn,h->bmn\", weights, self.value.detach())"},
        ),
        Misconception(
            "keys_cut_straight",
            "The keys were reshaped straight to (B, h, n, d_k), which mixes times and heads. Cut the last axis, then transpose.",
            {"self.key(keys).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)": "self.key(keys).reshape(len(x), self.heads, -1, self.d_k)"},
        ),
        Misconception(
            "scores_averaged_over_heads",
            "The scores were averaged over the heads. Each head has a softmax of its own.",
            {"        if mask is None": "        scores = scores.mean(1, keepdim=True).expand(-1, self.heads, -1, -1)\n        if mask is None"},
        ),
    ],
    "perturbation_importance": [
        Misconception(
            "taken_away_for_good",
            "Each step is taken away in addition to those before. One at a time: begin with a fresh copy.",
            {
                "    for i in range(x.shape[1]):\n        without = x.clone()\n": "    without = x.clone()\n    for i in range(x.shape[1]):\n"
            },
        ),
        Misconception(
            "x_overwritten",
            "The steps were replaced in x itself, which stays so: the next step is taken away in addition, and the caller's data are gone.",
            {"without = x.clone()": "without = x"},
        ),
        Misconception(
            "changes_cancel",
            "The changes were averaged with their signs. A rise at one horizon and a fall at another cancel: absolute values first.",
            {"(f(without) - before).abs().mean(1)": "(f(without) - before).mean(1)"},
        ),
        Misconception(
            "absolute_value_last",
            "The absolute value was taken after the mean over the horizon: changes of unlike signs cancel.",
            {"(f(without) - before).abs().mean(1)": "(f(without) - before).mean(1).abs()"},
        ),
        Misconception(
            "summed_over_the_horizon",
            "The changes were summed over the H numbers. The docstring asks for their mean.",
            {".abs().mean(1)": ".abs().sum(1)"},
        ),
        Misconception(
            "largest_change",
            "The largest change over the H numbers was taken. The docstring asks for the mean.",
            {".abs().mean(1)": ".abs().amax(1)"},
        ),
        Misconception(
            "squared_change",
            "The changes were squared. The docstring asks for absolute changes.",
            {".abs().mean(1)": ".square().mean(1)"},
        ),
        Misconception(
            "only_the_first_number",
            "Only the first number of a step was replaced. A step that is taken away loses all of its numbers.",
            {"without[:, i] = 0.0 if fill is None else fill": "without[:, i, 0] = 0.0 if fill is None else fill[0]"},
        ),
        Misconception(
            "fill_ignored",
            "The fill was ignored: steps were always replaced by zeros.",
            {"0.0 if fill is None else fill": "0.0"},
        ),
        Misconception(
            "all_but_one_taken_away",
            "Everything but the step was replaced. That asks what one step alone can do, not what is missing without it.",
            {
                "without = x.clone()\n        without[:, i] = 0.0 if fill is None else fill": "without = torch.zeros_like(x) if fill is None else fill.expand(x.shape).clone()\n        without[:, i] = x[:, i]"
            },
        ),
        Misconception(
            "mean_over_the_batch",
            "The changes were averaged over the series, too. Each series has importances of its own.",
            {".abs().mean(1)": ".abs().mean().expand(len(x))"},
        ),
        Misconception(
            "feature_in_place_of_step",
            "A fill was added to the step. The step is replaced by it.",
            {"without[:, i] = 0.0 if fill is None else fill": "without[:, i] = 0.0 if fill is None else x[:, i] + fill"},
        ),
        Misconception(
            "root_mean_square",
            "The root of the mean of the squares was taken. The docstring asks for the mean of absolute changes.",
            {"(f(without) - before).abs().mean(1)": "(f(without) - before).square().mean(1).sqrt()"},
        ),
        Misconception(
            "first_horizon_only",
            "Only the first of the H numbers counts. The docstring asks for the mean over all.",
            {".abs().mean(1)": ".abs()[:, 0]"},
        ),
        Misconception(
            "last_horizon_only",
            "Only the last of the H numbers counts. The docstring asks for the mean over all.",
            {".abs().mean(1)": ".abs()[:, -1]"},
        ),
        Misconception(
            "mean_of_the_series_as_fill",
            "Without a fill, steps were replaced by the mean of their series. None stands for zeros.",
            {"0.0 if fill is None": "x.mean(1) if fill is None"},
        ),
        Misconception(
            "mean_of_the_batch_as_fill",
            "Without a fill, steps were replaced by the mean of the batch. None stands for zeros.",
            {"0.0 if fill is None": "x.mean((0, 1)) if fill is None"},
        ),
        Misconception(
            "one_fill_for_all_numbers",
            "All numbers of a step were replaced by the first of the fill. Each has its own.",
            {"else fill": "else fill[0]"},
        ),
        Misconception(
            "only_the_last_number",
            "Only the last number of a step was replaced. A step that is taken away loses all of its numbers.",
            {"without[:, i] = 0.0 if fill is None else fill": "without[:, i, -1] = 0.0 if fill is None else fill[-1]"},
        ),
        Misconception(
            "divided_by_the_sum",
            "The importances were divided by their sum. They are changes, as they are.",
            {"return torch.stack(moved, dim=1)": "moved = torch.stack(moved, dim=1)\n    return moved / moved.sum(1, keepdim=True)"},
        ),
        Misconception(
            "step_before_as_fill",
            "A step was replaced by the one before. It is replaced by the fill.",
            {"without[:, i] = 0.0 if fill is None else fill": "without[:, i] = x[:, i - 1]"},
        ),
        Misconception(
            "later_steps_taken_away_too",
            "The step and all later ones were replaced. One step alone is taken away.",
            {"without[:, i] =": "without[:, i:] ="},
        ),
        Misconception(
            "one_step_against_nothing",
            "One step alone was compared with none. Compare the series without the step with the whole series.",
            {"without = x.clone()\n        without[:, i] = 0.0 if fill is None else fill": "nothing = (torch.zeros_like(x) if fill is None else fill.expand(x.shape)).clone()\n        without = nothing.clone()\n        without[:, i] = x[:, i]", "(f(without) - before).abs().mean(1)": "(f(without) - f(nothing)).abs().mean(1)"},
        ),
        Misconception(
            "gradient_times_input",
            "The gradient was multiplied by the change of the step. That is the change of a straight line, not that of f.",
            {"    before = f(x)": "    z = x.detach().clone().requires_grad_(True)\n    (g,) = torch.autograd.grad(f(z).sum(), z)\n    return (g * (x - (torch.zeros_like(x) if fill is None else fill.expand(x.shape)))).sum(-1).abs() / f(x).shape[1]\n    before = f(x)"},
        ),
        Misconception(
            "steps_cut_out",
            "The step was cut out, so that the series got shorter. It is replaced by the fill.",
            {"without = x.clone()\n        without[:, i] = 0.0 if fill is None else fill": "without = torch.cat([x[:, :i], x[:, i + 1 :]], dim=1)"},
        ),
        Misconception(
            "copies_in_another_order",
            "The copies of the batch were stacked in one order and read in another: series and steps are mixed up.",
            {"    before = f(x)": "    B, n, F = x.shape\n    z = x.repeat(n, 1, 1).view(B, n, n, F).clone()\n    z[:, torch.arange(n), torch.arange(n)] = 0.0 if fill is None else fill\n    return (f(z.view(B * n, n, F)).view(B, n, -1) - f(x)[:, None]).abs().mean(2)\n    before = f(x)"},
        ),
        Misconception(
            "result_in_float32",
            "The result is float32. It has the dtype of x.",
            {"return torch.stack(moved, dim=1)": "return torch.stack(moved, dim=1).float()"},
        ),
        Misconception(
            "steps_in_the_rows",
            "The result has a row for each step. It has a row for each series.",
            {"torch.stack(moved, dim=1)": "torch.stack(moved, dim=0)"},
        ),
        Misconception(
            "relative_change",
            "The changes were divided by the forecast. The docstring asks for the changes themselves.",
            {"(f(without) - before).abs().mean(1)": "((f(without) - before) / before).abs().mean(1)"},
        ),
        Misconception(
            "forecast_of_the_first_series",
            "All series were compared with the forecast of the first one.",
            {"    before = f(x)": "    before = f(x)[:1]"},
        ),
        Misconception(
            "number_by_number",
            "The numbers of a step were replaced one at a time and their changes summed. A step loses all of its numbers at once.",
            {"        without = x.clone()\n        without[:, i] = 0.0 if fill is None else fill\n        moved.append((f(without) - before).abs().mean(1))": "        total = torch.zeros_like(x[:, i, 0])\n        for j in range(x.shape[2]):\n            without = x.clone()\n            without[:, i, j] = 0.0 if fill is None else fill[j]\n            total = total + (f(without) - before).abs().mean(1)\n        moved.append(total)"},
        ),
        Misconception(
            "no_gradient",
            "No gradient flows back to x: the changes were detached.",
            {"(f(without) - before).abs().mean(1)": "(f(without) - before).detach().abs().mean(1)"},
        ),
        Misconception(
            "forecast_without_gradient",
            "No gradient flows back through the forecast of the whole series.",
            {"    before = f(x)": "    before = f(x).detach()"},
        ),
        Misconception(
            "x_changed_for_a_while",
            "The steps were replaced in x itself and put back afterwards. Work on a copy: autograd cannot follow.",
            {"        without = x.clone()\n        without[:, i] = 0.0 if fill is None else fill": "        without = x\n        kept = x[:, i].clone()\n        without[:, i] = 0.0 if fill is None else fill", "(f(without) - before).abs().mean(1))": "(f(without) - before).abs().mean(1))\n        x[:, i] = kept"},
        ),
    ],
    "context": [
        Misconception(
            "tanh_last",
            "The tanh comes after v. It is applied to W1 H + W2 s, and v makes one number of the result.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v": "torch.tanh((H @ W1.T + (s @ W2.T)[:, None]) @ v)"},
        ),
        Misconception(
            "two_tanh",
            "There are two tanh, one for each part. Add the parts first: one tanh of the sum.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None])": "(torch.tanh(H @ W1.T) + torch.tanh(s @ W2.T)[:, None])"},
        ),
        Misconception(
            "no_tanh",
            "The tanh is missing. Without it the state shifts all scores alike, and the softmax does not notice.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v": "(H @ W1.T + (s @ W2.T)[:, None]) @ v"},
        ),
        Misconception(
            "W1_and_W2_swapped",
            "W1 and W2 are swapped: W1 belongs to the observations, W2 to the state. Equal widths hide it.",
            {
                "torch.tanh(H @ W1.T + (s @ W2.T)[:, None])": "torch.tanh((H @ W2.T + (s @ W1.T)[:, None]) if W1.shape == W2.shape else (H @ W1.T + (s @ W2.T)[:, None]))"
            },
        ),
        Misconception(
            "W1_not_transposed",
            "The matrices of the additive score act from the right without being transposed, which square ones allow. Each row of H is an observation: W1 H_i is H @ W1.T.",
            {
                "torch.tanh(H @ W1.T + (s @ W2.T)[:, None])": "torch.tanh(H @ (W1 if W1.shape[0] == W1.shape[1] else W1.T) + (s @ (W2 if W2.shape[0] == W2.shape[1] else W2.T))[:, None])"
            },
        ),
        Misconception(
            "W_transposed",
            "W is transposed: s . W H_i, where W has a row for each number of the state. Equal widths hide it.",
            {'"bs,sh,bnh->bn", s, W, H': '"bs,sh,bnh->bn", s, W.T if W.shape[0] == W.shape[1] else W, H'},
        ),
        Misconception(
            "luong_scaled",
            "The Luong score was divided by the root of a width. This score has no scale.",
            {'torch.einsum("bs,sh,bnh->bn", s, W, H)': 'torch.einsum("bs,sh,bnh->bn", s, W, H) / math.sqrt(H.shape[-1])'},
        ),
        Misconception(
            "mean_of_H",
            "The context is the plain mean of the observations. Weigh them.",
            {'torch.einsum("bn,bnh->bh", alpha, H), alpha': "H.mean(1), alpha"},
        ),
        Misconception(
            "weighted_sum_divided_by_n",
            "The weighted sum was divided by n. The weights sum to 1 already.",
            {'torch.einsum("bn,bnh->bh", alpha, H), alpha': 'torch.einsum("bn,bnh->bh", alpha, H) / H.shape[1], alpha'},
        ),
        Misconception(
            "padding_not_masked",
            "The mask was ignored: padding gets weights.",
            {"masked_softmax(scores, mask)": "torch.softmax(scores, dim=-1)"},
        ),
        Misconception(
            "softmax_over_the_batch",
            "The softmax runs over the series of the batch. It runs over the observations of one series.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores.T, mask.T).T"},
        ),
        Misconception(
            "masked_by_multiplying",
            "The weights were multiplied by the mask after the softmax: what may be seen no longer sums to 1.",
            {"masked_softmax(scores, mask)": "torch.softmax(scores, dim=-1) * mask"},
        ),
        Misconception(
            "nothing_to_see_is_nan",
            "A series that may see nothing is NaN. Its weights and its context are 0.",
            {"masked_softmax(scores, mask)": "torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)"},
        ),
        Misconception(
            "scores_as_weights",
            "The weights that were returned are the scores. They are those after the softmax.",
            {"alpha, H), alpha": "alpha, H), scores"},
        ),
        Misconception(
            "sigmoid",
            "There is a sigmoid in place of the tanh.",
            {"torch.tanh(": "torch.sigmoid("},
        ),
        Misconception(
            "relu",
            "There is a ReLU in place of the tanh.",
            {"torch.tanh(": "torch.relu("},
        ),
        Misconception(
            "parts_multiplied",
            "The parts of observation and state were multiplied. They are added.",
            {"H @ W1.T + (s": "H @ W1.T * (s"},
        ),
        Misconception(
            "state_left_out",
            "The additive score does not depend on the state.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None])": "torch.tanh(H @ W1.T)"},
        ),
        Misconception(
            "additive_state_of_the_first_series",
            "In the additive score all series got the state of the first one.",
            {"(s @ W2.T)[:, None]": "s[0] @ W2.T"},
        ),
        Misconception(
            "state_per_observation",
            "With as many series as observations the states met the observations in place of the series. The state needs an axis for n.",
            {"(s @ W2.T)[:, None]": "((s @ W2.T)[None] if len(s) == H.shape[1] else (s @ W2.T)[:, None])"},
        ),
        Misconception(
            "only_W1_not_transposed",
            "W1 acts from the right without being transposed, which a square one allows.",
            {"H @ W1.T": "H @ (W1 if W1.shape[0] == W1.shape[1] else W1.T)"},
        ),
        Misconception(
            "only_W2_not_transposed",
            "W2 acts from the right without being transposed, which a square one allows.",
            {"s @ W2.T": "s @ (W2 if W2.shape[0] == W2.shape[1] else W2.T)"},
        ),
        Misconception(
            "additive_scaled",
            "The additive score was divided by the root of its width. This score has no scale.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v": "torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v / math.sqrt(len(v))"},
        ),
        Misconception(
            "additive_mean",
            "The additive score was divided by its width. v sums up; there is no mean.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v": "torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v / len(v)"},
        ),
        Misconception(
            "tanh_by_exponentials",
            "The tanh was made of exponentials, which overflow for large inputs.",
            {"torch.tanh(H @ W1.T + (s @ W2.T)[:, None])": "(lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()))(H @ W1.T + (s @ W2.T)[:, None])"},
        ),
        Misconception(
            "luong_scaled_by_the_state",
            "The Luong score was divided by the root of the width of the state. This score has no scale.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "torch.einsum(\"bs,sh,bnh->bn\", s, W, H) / math.sqrt(s.shape[1])"},
        ),
        Misconception(
            "luong_with_tanh",
            "There is a tanh around the Luong score. It has no bound.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "torch.tanh(torch.einsum(\"bs,sh,bnh->bn\", s, W, H))"},
        ),
        Misconception(
            "luong_without_W",
            "Where the widths are equal W was left out. That is the \"dot\" score.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "(torch.einsum(\"bh,bnh->bn\", s, H) if W.shape[0] == W.shape[1] else torch.einsum(\"bs,sh,bnh->bn\", s, W, H))"},
        ),
        Misconception(
            "luong_state_of_the_first_series",
            "In the Luong score all series got the state of the first one.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "H @ W.T @ s[0]"},
        ),
        Misconception(
            "luong_softmaxed",
            "The Luong scores went through a softmax. That comes later.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "torch.einsum(\"bs,sh,bnh->bn\", s, W, H).softmax(-1)"},
        ),
        Misconception(
            "luong_squeezed",
            "All axes of length 1 were dropped, those of a single series or observation, too. Drop the last axis only.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "(H @ W.T @ s[:, :, None]).squeeze()"},
        ),
        Misconception(
            "luong_per_observation",
            "With as many series as observations the states met the observations in place of the series.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "(H * (s @ W)).sum(-1) if len(s) == H.shape[1] else (H * (s @ W)[:, None]).sum(-1)"},
        ),
        Misconception(
            "luong_in_float32",
            "The Luong score is float32. It has the dtype of what is handed over.",
            {"torch.einsum(\"bs,sh,bnh->bn\", s, W, H)": "torch.einsum(\"bs,sh,bnh->bn\", s, W, H).float()"},
        ),
        Misconception(
            "nothing_to_see_is_everything",
            "A series that may see nothing looks at everything. Its weights and its context are 0.",
            {"masked_softmax(scores, mask)": "torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)"},
        ),
        Misconception(
            "mask_turned_round",
            "The mask was read the other way round: True may be seen.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores, ~mask)"},
        ),
        Misconception(
            "mask_of_the_first_series",
            "All series got the mask of the first one.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores, mask[:1])"},
        ),
        Misconception(
            "results_swapped",
            "The weights were returned first. The context comes first.",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "alpha, torch.einsum(\"bn,bnh->bh\", alpha, H)"},
        ),
        Misconception(
            "weights_detached",
            "No gradient flows back through the weights that are returned.",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "torch.einsum(\"bn,bnh->bh\", alpha, H), alpha.detach()"},
        ),
        Misconception(
            "context_detached",
            "No gradient flows from the context back to the scores.",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "torch.einsum(\"bn,bnh->bh\", alpha.detach(), H), alpha"},
        ),
        Misconception(
            "only_the_best",
            "The context is the observation with the largest weight. It is the weighted mean of all.",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "H[torch.arange(len(H)), alpha.argmax(1)], alpha"},
        ),
        Misconception(
            "plain_mean_of_the_seen",
            "The context is the plain mean of what may be seen. Weigh it.",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "torch.einsum(\"bn,bnh->bh\", mask.to(H.dtype), H) / mask.sum(1, keepdim=True).clamp(min=1), alpha"},
        ),
        Misconception(
            "scores_in_place_of_weights",
            "The observations were weighed by the scores. Weigh them by the softmax.",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "torch.einsum(\"bn,bnh->bh\", scores * mask, H), alpha"},
        ),
        Misconception(
            "context_scaled",
            "The scores were divided by the root of a width before the softmax. They are taken as they are.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores / math.sqrt(H.shape[2]), mask)"},
        ),
        Misconception(
            "context_with_an_axis_more",
            "The context has an axis of length 1 too much: (B, d_h).",
            {"torch.einsum(\"bn,bnh->bh\", alpha, H), alpha": "alpha[:, None] @ H, alpha"},
        ),
        Misconception(
            "scores_overwritten",
            "The scores were filled in place, so that the caller's are gone.",
            {"masked_softmax(scores, mask)": "masked_softmax(scores.masked_fill_(~mask, -math.inf), mask)"},
        ),
        Misconception(
            "exponentials_overflow",
            "The exponentials were taken of the scores as they are: huge ones overflow. Use the softmax of question 3.",
            {"    alpha = masked_softmax(scores, mask)": "    e = scores.exp() * mask\n    alpha = e / e.sum(1, keepdim=True).clamp(min=1e-12)"},
        ),
    ],
    "attention_decoder": [
        Misconception(
            "looks_after_the_step",
            "The cell is called before the look: the weights belong to the state after the step. Look with the state as it is before.",
            {
                "    for _ in range(horizon):\n": (
                    "    seen = context(luong_scores(H, h, decoder.W), H, mask)[0]\n    for _ in range(horizon):\n"
                    "        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n"
                ),
                "        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n        y = ": "        y = ",
            },
        ),
        Misconception(
            "one_context_for_all_steps",
            "The context was computed once, before the loop. The state changes, so each step looks again.",
            {
                "    for _ in range(horizon):\n        seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)\n": (
                    "    seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)\n    for _ in range(horizon):\n"
                )
            },
        ),
        Misconception(
            "last_weights_only",
            "All rows of the weights are those of the last step. Keep those of each step.",
            {"torch.stack(alphas, dim=1)": "torch.stack([alphas[-1]] * horizon, dim=1)"},
        ),
        Misconception(
            "y0_at_every_step",
            "The last known value was fed in at every step. From the second step on it is the forecast of the step before.",
            {"torch.cat([y[:, None], seen]": "torch.cat([y0[:, None], seen]"},
        ),
        Misconception(
            "context_first",
            "The cell read the context first and the forecast last. Column 0 is the last forecast: [y; c].",
            {"torch.cat([y[:, None], seen]": "torch.cat([seen, y[:, None]]"},
        ),
        Misconception(
            "head_reads_context_first",
            "The head read the context first. Its input is [o; c]: the cell's output, then the context.",
            {"torch.cat([h, seen]": "torch.cat([seen, h]"},
        ),
        Misconception(
            "head_reads_the_old_state",
            "The head read the state before the step. It speaks from the new one.",
            {
                "        h, c = decoder.cell(": "        old = h\n        h, c = decoder.cell(",
                "torch.cat([h, seen]": "torch.cat([old, seen]",
            },
        ),
        Misconception(
            "cell_line_not_carried",
            "The cell starts each step with the c of the beginning. Both h and c are carried from step to step.",
            {"seen], dim=1), (h, c))": "seen], dim=1), (h, state[1]))"},
        ),
        Misconception(
            "head_reads_the_cell_line",
            "The head read c, the cell line. The output of an LSTM is h.",
            {"torch.cat([h, seen]": "torch.cat([c, seen]"},
        ),
        Misconception(
            "looks_with_the_cell_line",
            "The scores were made with c, the cell line. The state that looks is h.",
            {"luong_scores(H, h, decoder.W)": "luong_scores(H, c, decoder.W)"},
        ),
        Misconception(
            "mask_ignored",
            "The mask was ignored: the decoder looks at padding.",
            {"H, mask)": "H, torch.ones_like(mask))"},
        ),
        Misconception(
            "no_gradient_through_the_feedback",
            "What is fed back was detached: no gradient flows through the forecasts that were fed back.",
            {"torch.cat([y[:, None], seen]": "torch.cat([y.detach()[:, None] if said else y[:, None], seen]"},
        ),
        Misconception(
            "cell_before_the_look",
            "The first call of the cell came before any look, with a context of 0. Look first.",
            {"    h, c = state\n": "    h, c = state\n    seen = torch.zeros_like(H[:, 0])\n", "        seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)\n        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n": "        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n        seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)\n"},
        ),
        Misconception(
            "head_reads_a_second_look",
            "The head read a second context, made with the new state. It reads the one that the cell read.",
            {"        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n": "        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n        seen, _ = context(luong_scores(H, h, decoder.W), H, mask)\n"},
        ),
        Misconception(
            "starts_with_zero",
            "The first step was fed with 0. It is fed with y0.",
            {"y, said, alphas = y0,": "y, said, alphas = torch.zeros_like(y0),"},
        ),
        Misconception(
            "feedback_detached",
            "What is fed to the cell was detached: no gradient flows through it.",
            {"y[:, None]": "y.detach()[:, None]"},
        ),
        Misconception(
            "h_not_carried",
            "The state h of the beginning was used in each step. Both h and c are carried from step to step.",
            {"        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n": "        new, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))\n", "torch.cat([h, seen]": "torch.cat([new, seen]"},
        ),
        Misconception(
            "state_not_carried",
            "The cell starts each step with the state of the beginning. Both h and c are carried from step to step.",
            {"(h, c))": "state)"},
        ),
        Misconception(
            "cell_line_starts_at_0",
            "The c of the beginning was ignored: it started at 0.",
            {"    h, c = state\n": "    h, c = state[0], torch.zeros_like(state[1])\n"},
        ),
        Misconception(
            "state_starts_at_0",
            "The state of the beginning was ignored: it started at 0.",
            {"    h, c = state\n": "    h, c = torch.zeros_like(state[0]), torch.zeros_like(state[1])\n"},
        ),
        Misconception(
            "h_and_c_swapped",
            "h and c of the beginning are swapped. The pair is (h, c).",
            {"    h, c = state\n": "    c, h = state\n"},
        ),
        Misconception(
            "luong_scaled",
            "The scores were divided by the root of a width. This score has no scale.",
            {"luong_scores(H, h, decoder.W)": "luong_scores(H, h, decoder.W) / math.sqrt(H.shape[2])"},
        ),
        Misconception(
            "W_transposed",
            "W was transposed, which a square one allows.",
            {"h, decoder.W)": "h, decoder.W.T if decoder.W.shape[0] == decoder.W.shape[1] else decoder.W)"},
        ),
        Misconception(
            "mask_of_the_first_series",
            "All series got the mask of the first one.",
            {"H, mask)": "H, mask[:1].expand_as(mask))"},
        ),
        Misconception(
            "nothing_to_see_is_nan",
            "A series that may see nothing is NaN. Its contexts are 0.",
            {"        seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)\n": "        alpha = torch.softmax(luong_scores(H, h, decoder.W).masked_fill(~mask, -math.inf), dim=-1)\n        seen = torch.einsum(\"bn,bnh->bh\", alpha, H)\n"},
        ),
        Misconception(
            "nothing_to_see_is_everything",
            "A series that may see nothing looks at everything. Its contexts are 0.",
            {"        seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)\n": "        alpha = torch.softmax(luong_scores(H, h, decoder.W).masked_fill(~mask, -1e9), dim=-1)\n        seen = torch.einsum(\"bn,bnh->bh\", alpha, H)\n"},
        ),
        Misconception(
            "added_to_the_last_forecast",
            "The head's result was added to the last forecast. It is the forecast.",
            {"        y = decoder": "        y = y + decoder"},
        ),
        Misconception(
            "head_without_the_context",
            "The head did not get the context.",
            {"torch.cat([h, seen]": "torch.cat([h, torch.zeros_like(seen)]"},
        ),
        Misconception(
            "cell_without_the_context",
            "The cell did not get the context.",
            {"torch.cat([y[:, None], seen]": "torch.cat([y[:, None], torch.zeros_like(seen)]"},
        ),
        Misconception(
            "steps_in_the_rows",
            "The forecasts have a row for each step. They have a row for each series.",
            {"torch.stack(said, dim=1)": "torch.stack(said, dim=0)"},
        ),
        Misconception(
            "weights_with_steps_last",
            "The steps are the last axis of the weights. They are the second: (B, horizon, n).",
            {"torch.stack(alphas, dim=1)": "torch.stack(alphas, dim=2)"},
        ),
        Misconception(
            "y0_among_the_forecasts",
            "y0 was returned as the first forecast. The first forecast is that of the first step.",
            {"y, said, alphas = y0, [],": "y, said, alphas = y0, [y0],", "torch.stack(said,": "torch.stack(said[:-1],"},
        ),
        Misconception(
            "weights_detached",
            "No gradient flows back through the weights that are returned.",
            {"alphas.append(alpha)": "alphas.append(alpha.detach())"},
        ),
        Misconception(
            "state_detached",
            "The state was detached at each step: no gradient flows through it.",
            {"(h, c))": "(h.detach(), c.detach()))"},
        ),
        Misconception(
            "context_detached",
            "The context was detached for the cell: no gradient flows through it.",
            {"torch.cat([y[:, None], seen]": "torch.cat([y[:, None], seen.detach()]"},
        ),
        Misconception(
            "no_gradient",
            "No gradient flows back at all.",
            {"torch.stack(said, dim=1), torch.stack(alphas, dim=1)": "torch.stack(said, dim=1).detach(), torch.stack(alphas, dim=1).detach()"},
        ),
        Misconception(
            "forecasts_summed_up",
            "Each forecast was added to the sum of those before. Each stands by itself.",
            {"said.append(y)": "said.append(y if not said else said[-1] + y)"},
        ),
        Misconception(
            "state_overwritten",
            "The new state was written into the one that was handed over, so that the caller's is gone.",
            {"    return torch.stack(said": "    with torch.no_grad():\n        state[0].copy_(h)\n        state[1].copy_(c)\n    return torch.stack(said"},
        ),
    ],
}
