"""What students get wrong in lstm, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "split_scale_window": [
        Misconception(
            "statistics_of_everything",
            "Mean and deviation come from the whole series. They then know how high it will rise after the cut; take them "
            "from the training values alone.",
            {"float(series[:n].mean()), float(series[:n].std())": "float(series.mean()), float(series.std())"},
        ),
        Misconception(
            "targets_cross_the_cut",
            "The last training pairs have targets after the cut: pairs were cut from the whole series and shared out by their "
            "start. All L + H values of a training pair lie before the cut.",
            {"*windows(z[:n], L, H), *windows": "*windows(z[: n + H - 1], L, H), *windows"},
        ),
        Misconception(
            "inputs_after_the_cut",
            "The test pairs begin L values too late: their inputs, too, lie after the cut. The past is known at the cut, so "
            "that only the targets have to be new.",
            {
                "or len(series) - n < H:": "or len(series) - n < L + H:",
                "windows(z[n - L :], L, H)": "windows(z[n:], L, H)",
            },
        ),
        Misconception(
            "old_targets_in_the_test",
            "The first test pairs have targets before the cut, on which the model was trained. The first test pair is the one "
            "whose first target is the first value after the cut.",
            {"windows(z[n - L :], L, H)": "windows(z[n - L - H + 1 :], L, H)"},
        ),
        Misconception(
            "last_pair_forgotten",
            "The last pair is missing: N values have N - L - H + 1 pairs, not N - L - H.",
            {
                "len(series) - L - H + 1)": "len(series) - L - H)",
                "n < L + H or len(series) - n < H:": "n <= L + H or len(series) - n <= H:",
            },
        ),
        Misconception(
            "targets_begin_in_the_window",
            "The targets begin with the last value of the window: they are one step early, and the first one is known.",
            {"start + L + np.arange(H)": "start + L - 1 + np.arange(H)"},
        ),
        Misconception(
            "sample_deviation",
            "The deviation divides by n - 1. Here the divisor is the number of values.",
            {"float(series[:n].std())": "float(series[:n].std(ddof=1))"},
        ),
        Misconception(
            "level_series_divided_by_zero",
            "A deviation that is 0, or would be but for rounding, is used as a divisor. Where all training values are equal, "
            "std is 1.",
            {"        std = 1.0\n": "        std = std or 1e-8\n"},
        ),
        Misconception(
            "deviation_compared_with_zero",
            "The computed deviation is compared with 0. That of equal values may come out as 1e-17, and dividing by it makes "
            "rounding errors into data: compare the values.",
            {"if series[:n].min() == series[:n].max():": "if std == 0:"},
        ),
        Misconception(
            "empty_sides_accepted",
            "A side without a single pair went through. The docstring asks for a ValueError: an empty test set scores nothing.",
            {"if n < L + H or len(series) - n < H:": "if n < 1:"},
        ),
        Misconception(
            "fraction_rounded_to_nearest",
            "The number of training values is rounded to the nearest. It is rounded down: int(train_frac * N).",
            {"int(train_frac * len(series))": "round(train_frac * len(series))"},
        ),
        Misconception(
            "targets_not_scaled",
            "Only the inputs are standardised. Targets are values of the same series, and on the same scale.",
            {
                "return *windows(z[:n], L, H), *windows(z[n - L :], L, H), mean, std": (
                    "raw = (windows(series[:n], L, H)[1], windows(series[n - L :], L, H)[1])\n"
                    "    return windows(z[:n], L, H)[0], raw[0], windows(z[n - L :], L, H)[0], raw[1], mean, std"
                )
            },
        ),
        Misconception(
            "pairs_are_views",
            "The rows are views: they share their memory, or cannot be written into. Return new arrays.",
            {
                "    start = np.arange(len(series) - L - H + 1)[:, None]\n    return series[start + np.arange(L)], series[start + L + np.arange(H)]": (
                    "    if len(series) < L + H:\n        return np.zeros((0, L)), np.zeros((0, H))\n"
                    "    rows = np.lib.stride_tricks.sliding_window_view(series, L + H)\n    return rows[:, :L], rows[:, L:]"
                )
            },
        ),
        Misconception(
            "pairs_shared_out_by_count",
            "All pairs were cut from the whole series and divided by their number. The cut is one in time: training pairs lie before it, targets of the test after it.",
            {
                "return *windows(z[:n], L, H), *windows(z[n - L :], L, H), mean, std": (
                    "X, Y = windows(z, L, H)\n    cut = int(train_frac * len(X))\n    return X[:cut], Y[:cut], X[cut:], Y[cut:], mean, std"
                )
            },
        ),
        Misconception(
            "test_scaled_by_itself",
            "The test part was standardised by its own mean and deviation. When you forecast you do not know them: use those of the training values.",
            {
                "return *windows(z[:n], L, H), *windows(z[n - L :], L, H), mean, std": (
                    "new = series[n - L :]\n    new = (new - new.mean()) / (new.std() or 1.0)\n    return *windows(z[:n], L, H), *windows(new, L, H), mean, std"
                )
            },
        ),
    ],
    "persistence_skill": [
        Misconception(
            "mean_of_ratios",
            "The skill of each forecast was computed and averaged. Sum the errors over the forecasts first, then divide once: "
            "otherwise a quiet origin outweighs all others.",
            {
                "skill = 1 - ours / np.where(perfect, 1, theirs)": (
                    "each = (y - last[:, None]) ** 2\n"
                    "    skill = np.mean(1 - (y - yhat) ** 2 / np.where(each == 0, 1, each), axis=0)"
                )
            },
        ),
        Misconception(
            "one_number_for_all_steps",
            "The errors were summed over the steps, too. Each step ahead has a skill of its own.",
            {
                "((y - yhat) ** 2).sum(0), ((y - last[:, None]) ** 2).sum(0)": (
                    "((y - yhat) ** 2).sum() + np.zeros(y.shape[1]), ((y - last[:, None]) ** 2).sum() + np.zeros(y.shape[1])"
                )
            },
        ),
        Misconception(
            "absolute_errors",
            "The errors enter as absolute values. This skill compares squared errors.",
            {"((y - yhat) ** 2).sum(0), ((y - last[:, None]) ** 2).sum(0)": "abs(y - yhat).sum(0), abs(y - last[:, None]).sum(0)"},
        ),
        Misconception(
            "root_of_the_errors",
            "The ratio is one of root mean squares. The skill compares mean squared errors, without a root.",
            {"1 - ours / np.where(perfect, 1, theirs)": "1 - np.sqrt(ours / np.where(perfect, 1, theirs))"},
        ),
        Misconception(
            "ratio_not_subtracted",
            "What comes out is the ratio of the errors. The skill is 1 minus it: 1 is perfect, 0 is yesterday.",
            {"skill = 1 - ours": "skill = ours"},
        ),
        Misconception(
            "against_the_mean",
            "The control is the mean of what happened, which makes this an R². Persistence is the last known value at each origin.",
            {"(y - last[:, None]) ** 2": "(y - y.mean(0)) ** 2"},
        ),
        Misconception(
            "last_origin_lost",
            "The last origin that leaves H values is missing. It is N - H, and a range excludes its end.",
            {"N - H + 1, step": "N - H, step"},
        ),
        Misconception(
            "origins_to_the_end",
            "The origins run to the end of the series, where there are no H values left to compare with.",
            {"N - H + 1, step": "N, step"},
        ),
        Misconception(
            "season_from_the_future",
            "The forecast takes the value one period before each target. Beyond one period that value is after the origin: "
            "repeat the last period that is known.",
            {"series[origins[:, None] - period + np.arange(H) % period]": (
                "np.take(series, origins[:, None] - period + np.arange(H), mode='clip')"
            )},
        ),
        Misconception(
            "season_one_late",
            "The last known period ends just before the origin and begins one period before it. These indices are off by one.",
            {"- period + np.arange(H) % period": "- period + (np.arange(H) + 1) % period"},
        ),
        Misconception(
            "too_little_past_accepted",
            "An origin with less than one period before it went through: a negative index counts from the end, so that the "
            "forecast comes from the future.",
            {"if (origins < period).any():": "if False:"},
        ),
        Misconception(
            "origin_without_a_past",
            "The first origin and the step are not checked: at origin 0 nothing is known, and a step of 0 or less goes nowhere.",
            {"if first < 1 or step < 1:": "if first < 0 or step == 0:"},
        ),
        Misconception(
            "division_by_zero",
            "Where persistence makes no error, something was divided by 0, or by a small number that was added. That case has a "
            "rule of its own: 0 or minus infinity.",
            {"    return np.where(perfect, np.where(ours == 0, 0.0, -np.inf), skill)": "    return 1 - ours / (theirs + 1e-12)"},
        ),
        Misconception(
            "perfect_yesterday_scores_zero",
            "Where persistence makes no error, a forecast that makes one is infinitely worse. Only without an error of its own "
            "does it score 0.",
            {"np.where(ours == 0, 0.0, -np.inf)": "0.0"},
        ),
        Misconception(
            "signed_errors_cancel",
            "The errors were added up with their signs and squared afterwards. Square first: errors of opposite sign must not cancel.",
            {"((y - yhat) ** 2).sum(0), ((y - last[:, None]) ** 2).sum(0)": "(y - yhat).sum(0) ** 2, (y - last[:, None]).sum(0) ** 2"},
        ),
        Misconception(
            "last_value_of_the_season_repeated",
            "Beyond one period the last value was repeated. It is the whole last known period that repeats.",
            {"np.arange(H) % period": "np.minimum(np.arange(H), period - 1)"},
        ),
        Misconception(
            "yesterday_moves_on",
            "Persistence was given the true value of the step before at each step ahead. It knows only the last value before the origin, for all steps.",
            {"(y - last[:, None]) ** 2": "(y - np.concatenate([last[:, None], y[:, :-1]], axis=1)) ** 2"},
        ),
    ],
    "lstm_forward": [
        Misconception(
            "order_f_i_g_o",
            "The first block was taken for the forget gate and the second for the input gate. torch's order is input, forget, "
            "candidate, output.",
            {
                "Wi, Wf, Wc, Wo = ": "Wf, Wi, Wc, Wo = ",
                "bi, bf, bc, bo = ": "bf, bi, bc, bo = ",
            },
        ),
        Misconception(
            "order_i_f_o_g",
            "The third block was taken for the output gate and the fourth for the candidate. torch's order is input, forget, "
            "candidate, output.",
            {
                "Wi, Wf, Wc, Wo = ": "Wi, Wf, Wo, Wc = ",
                "bi, bf, bc, bo = ": "bi, bf, bo, bc = ",
            },
        ),
        Misconception(
            "one_bias",
            "One of the two biases is missing. They are added.",
            {"(b_ih + b_hh).chunk(4)": "b_ih.chunk(4)"},
        ),
        Misconception(
            "only_the_state_bias",
            "Only the bias of the state was used. torch adds it to that of the input.",
            {"(b_ih + b_hh).chunk(4)": "b_hh.chunk(4)"},
        ),
        Misconception(
            "input_first",
            "The first columns of each matrix belong to the input. The cell joins the state first, then the input.",
            {"torch.cat([w_hh, w_ih], dim=1)": "torch.cat([w_ih, w_hh], dim=1)"},
        ),
        Misconception(
            "state_and_cell_exchanged",
            "A state is the pair h, c in this order; the two were exchanged.",
            {"if state is None else state": "if state is None else state[::-1]", ", (h, c)\n": ", (c, h)\n"},
        ),
        Misconception(
            "state_not_used",
            "The start is always from zeros. A given state is where the network goes on.",
            {"(zeros, zeros) if state is None else state": "(zeros, zeros)"},
        ),
        Misconception(
            "cells_in_place_of_states",
            "What was collected are the cells. The outputs are the states h, which the output gate shows.",
            {"outs.append(h)": "outs.append(c)"},
        ),
        Misconception(
            "only_the_last_state_kept",
            "Each step starts from zeros again: the state was not handed on to the next step.",
            {"h, c = lstm_cell(x, h, c,": "h, c = lstm_cell(x, zeros, zeros,"},
        ),
        Misconception(
            "mean_of_the_biases",
            "The two biases were averaged. They are added.",
            {"(b_ih + b_hh).chunk(4)": "((b_ih + b_hh) / 2).chunk(4)"},
        ),
        Misconception(
            "read_backwards",
            "The steps were read from the last to the first.",
            {"X.unbind(1)": "X.flip(1).unbind(1)"},
        ),
        Misconception(
            "steps_first",
            "The outputs have the steps first. The batch comes first, the steps are the second axis.",
            {"torch.stack(outs, dim=1)": "torch.stack(outs, dim=0)"},
        ),
        Misconception(
            "state_weights_transposed",
            "The state's weights were transposed, block by block. A state in a row is multiplied by the transposed matrix, as an input is; the cell does that.",
            {"torch.cat([w_hh, w_ih], dim=1)": "torch.cat([torch.cat([block.T for block in w_hh.chunk(4)]), w_ih], dim=1)"},
        ),
        Misconception(
            "gates_interleaved",
            "The rows were dealt out to the gates in turn. Each gate has a block of neighbouring rows.",
            {
                "torch.cat([w_hh, w_ih], dim=1).chunk(4)": "(torch.cat([w_hh, w_ih], dim=1)[k::4] for k in range(4))",
                "(b_ih + b_hh).chunk(4)": "((b_ih + b_hh)[k::4] for k in range(4))",
            },
        ),
    ],
    "recursive_forecast": [
        Misconception(
            "window_not_shifted",
            "The model is asked about the same window each time. Its forecast has to enter the window on the right.",
            {"        window = torch.cat([window[:, 1:], said[-1][:, None]], dim=1)\n": ""},
        ),
        Misconception(
            "forecast_enters_on_the_left",
            "The forecast was put in front. The oldest value comes first, so the newest belongs at the end, and the oldest leaves.",
            {"[window[:, 1:], said[-1][:, None]]": "[said[-1][:, None], window[:, :-1]]"},
        ),
        Misconception(
            "last_value_replaced",
            "The forecast replaced the last value, and the rest did not move. The oldest value leaves, all others move up by one.",
            {"[window[:, 1:], said[-1][:, None]]": "[window[:, :-1], said[-1][:, None]]"},
        ),
        Misconception(
            "farthest_first",
            "The forecasts come in the wrong order: the nearest is first.",
            {"    return torch.stack(said, dim=1)\n": "    return torch.stack(said[::-1], dim=1)\n"},
        ),
        Misconception(
            "stacked_on_the_first_axis",
            "The steps are the rows. They belong on the second axis, one row per window.",
            {"torch.stack(said, dim=1)": "torch.stack(said)", "[f(window) for f in models], dim=1": "[f(window) for f in models], dim=0"},
        ),
        Misconception(
            "direct_models_feed_each_other",
            "Each model was shown the forecast of the one before. A direct model sees known values only.",
            {
                "    return torch.stack([f(window) for f in models], dim=1)\n": (
                    "    said = []\n    for f in models:\n        said.append(f(window))\n"
                    "        window = torch.cat([window[:, 1:], said[-1][:, None]], dim=1)\n"
                    "    return torch.stack(said, dim=1)\n"
                )
            },
        ),
        Misconception(
            "variance_of_one_shock",
            "This is the square of one weight ψ. All shocks between the origin and the target add up.",
            {"psi.square().cumsum(0)": "psi.square()"},
        ),
        Misconception(
            "weights_not_squared",
            "The weights ψ were added as they are. Variances of independent shocks add up, and each carries the square of its weight.",
            {"psi.square().cumsum(0)": "psi.abs().cumsum(0)"},
        ),
        Misconception(
            "sigma_not_squared",
            "The noise enters by its standard deviation. A variance scales with its square.",
            {"sigma**2 *": "sigma *"},
        ),
        Misconception(
            "weights_of_the_past_reversed",
            "The weights meet the past in the wrong order: φ₁ belongs to the newest ψ.",
            {".flip(0)": ""},
        ),
        Misconception(
            "powers_of_phi",
            "Only the first weight was followed, so that ψ is a power of it. That holds for p = 1; each ψ needs the last p ones.",
            {"psi[j] = phi[: len(past)] @ past": "psi[j] = phi[:1].sum() * psi[j - 1]"},
        ),
        Misconception(
            "window_overwritten",
            "The forecasts were written into the window that was passed in. The caller's data then hold forecasts: build a new window.",
            {
                "        window = torch.cat([window[:, 1:], said[-1][:, None]], dim=1)\n": (
                    "        with torch.no_grad():\n            window[:, :-1] = window[:, 1:].clone()\n            window[:, -1] = said[-1]\n"
                )
            },
        ),
        Misconception(
            "window_grows",
            "The window grows with each forecast. The oldest value leaves, so that the model sees as many values as it was trained on.",
            {"[window[:, 1:], said[-1][:, None]]": "[window, said[-1][:, None]]"},
        ),
        Misconception(
            "root_of_the_variance",
            "These are standard deviations. A mean squared error is asked for.",
            {"return sigma**2 * psi.square().cumsum(0)": "return sigma * psi.square().cumsum(0).sqrt()"},
        ),
        Misconception(
            "sum_before_the_square",
            "The weights were added up and then squared, as if one shock moved all of them. The shocks are independent: their variances add up.",
            {"psi.square().cumsum(0)": "psi.cumsum(0).square()"},
        ),
        Misconception(
            "models_in_reverse",
            "The direct models were called from the last to the first. The first one forecasts the next step.",
            {"[f(window) for f in models]": "[f(window) for f in models[::-1]]"},
        ),
    ],
    "set_forget_bias": [
        Misconception(
            "both_biases_set",
            "Both bias vectors were set, and torch adds them: the effective forget bias is twice the value.",
            {'value if name.startswith("bias_ih") else 0.0': "value"},
        ),
        Misconception(
            "other_bias_left",
            "The forget part of the second bias was left as it was; what counts is the sum of the two.",
            {'if name.startswith("bias"):': 'if name.startswith("bias_ih"):'},
        ),
        Misconception(
            "the_input_gate",
            "The first quarter belongs to the input gate. The forget gate is second.",
            {"parameter[U : 2 * U]": "parameter[:U]"},
        ),
        Misconception(
            "the_candidate",
            "The third quarter belongs to the candidate. The forget gate is second.",
            {"parameter[U : 2 * U]": "parameter[2 * U : 3 * U]"},
        ),
        Misconception(
            "the_whole_bias",
            "All four gates got the value. Only the forget gate's quarter is to be set.",
            {"parameter[U : 2 * U]": "parameter[:]"},
        ),
        Misconception(
            "first_layer_only",
            "Only the first layer was set. Each layer and each direction has a forget gate of its own.",
            {'if name.startswith("bias"):': 'if name.startswith("bias") and "_l0" in name:'},
        ),
        Misconception(
            "one_direction_only",
            "The backward direction was left out. Its parameters have names that end in _reverse.",
            {'if name.startswith("bias"):': 'if name.startswith("bias") and "reverse" not in name:'},
        ),
        Misconception(
            "step_k_included",
            "The gate of step k itself is in the product. It acts on the way from k - 1 to k.",
            {"F[k + 1 :].prod(0)": "F[k:].prod(0)"},
        ),
        Misconception(
            "negative_steps_accepted",
            "A step that does not exist went through: a negative number is no step, and the steps end at T - 1.",
            {"if not 0 <= k < len(F):": "if k >= len(F) + 1:"},
        ),
        Misconception(
            "mean_over_units",
            "The units were averaged. The derivative is a diagonal: each unit has its own product.",
            {"F[k + 1 :].prod(0)": "F[k + 1 :].prod(0).mean() + 0 * F[0]"},
        ),
        Misconception(
            "sum_of_logarithms",
            "The logarithms were added and not exponentiated.",
            {"F[k + 1 :].prod(0)": "F[k + 1 :].log().sum(0)"},
        ),
        Misconception(
            "up_to_step_k",
            "These are the gates up to k. A gradient from the end to step k passes the gates after k.",
            {"F[k + 1 :].prod(0)": "F[: k + 1].prod(0)"},
        ),
        Misconception(
            "logarithm_of_t",
            "The bias is log T. What is kept per step is then T/(T + 1), not 1 - 1/T.",
            {"math.log(T - 1)": "math.log(T)"},
        ),
        Misconception(
            "share_in_place_of_bias",
            "That is the share itself. The bias is what the logistic function takes to that share.",
            {"math.log(T - 1)": "1 - 1 / T"},
        ),
        Misconception(
            "half_in_each",
            "Each of the two biases got half of the value. The sum is right; here bias_ih gets all of it, and bias_hh becomes 0.",
            {'value if name.startswith("bias_ih") else 0.0': "value / 2"},
        ),
        Misconception(
            "into_the_other_bias",
            "The value went into bias_hh. It belongs into bias_ih, and bias_hh becomes 0.",
            {'value if name.startswith("bias_ih") else 0.0': '0.0 if name.startswith("bias_ih") else value'},
        ),
        Misconception(
            "added_to_what_was_there",
            "The value was added to the bias that was there. It replaces it: torch's initial biases are small, but not 0.",
            {"parameter[U : 2 * U] = value": "parameter[U : 2 * U] += value"},
        ),
        Misconception(
            "number_of_inputs",
            "The blocks were measured by the number of inputs. A gate has as many biases as there are units.",
            {"U = lstm.hidden_size": "U = lstm.input_size"},
        ),
        Misconception(
            "bias_with_the_wrong_sign",
            "The sign is wrong: a large positive bias keeps, a large negative one forgets.",
            {"math.log(T - 1)": "-math.log(T - 1)"},
        ),
    ],
    "pick_lookback": [
        Misconception(
            "first_lag_below",
            "The lag before the first that falls below was taken. A swinging series comes back: the largest lag above counts.",
            {
                "lag = int(counts.max()) if counts.size else period": (
                    "gaps = np.flatnonzero(counts != np.arange(1, counts.size + 1))\n"
                    "    run = int(gaps[0]) if gaps.size else counts.size\n"
                    "    lag = run if run else period"
                )
            },
        ),
        Misconception(
            "only_positive_correlations",
            "Negative correlations were ignored. Half a period ago tells as much, with the other sign.",
            {"np.abs(autocorrelation(series, max_lag)[1:])": "autocorrelation(series, max_lag)[1:]"},
        ),
        Misconception(
            "rounded_down",
            "The lag was rounded down to a multiple of the period. Rounded up, the window contains it.",
            {"-(-lag // period) * period": "max(1, lag // period) * period"},
        ),
        Misconception(
            "one_period_more",
            "A lag that is a multiple of the period already stays; here it gets one period more.",
            {"-(-lag // period) * period": "(lag // period + 1) * period"},
        ),
        Misconception(
            "not_rounded",
            "The lag was not rounded to whole periods.",
            {"return -(-lag // period) * period": "return lag"},
        ),
        Misconception(
            "unbiased_autocorrelation",
            "Each sum was divided by its number of products. The biased form divides all lags by the same sum of squares.",
            {"np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)": (
                "np.array([s[k:] @ s[: N - k] / (N - k) for k in range(max_lag + 1)]) / (s @ s) * N"
            )},
        ),
        Misconception(
            "means_of_the_pieces",
            "Each piece was centred by its own mean and scaled by its own deviation (np.corrcoef does that). Here one mean and "
            "one sum of squares serve all lags.",
            {"np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)": (
                "np.array([1.0] + [(s[k:] - s[k:].mean()) @ (s[: N - k] - s[: N - k].mean()) / "
                "max(1e-300, s[k:].std() * s[: N - k].std() * (N - k)) for k in range(1, max_lag + 1)])"
            )},
        ),
        Misconception(
            "not_centred",
            "The mean was not subtracted. Far from 0 every series then looks correlated at every lag.",
            {"s = series - series.mean()": "s = series"},
        ),
        Misconception(
            "threshold_included",
            "A lag whose autocorrelation equals the threshold was counted. It has to be strictly above.",
            {" > threshold)": " >= threshold)"},
        ),
        Misconception(
            "lag_off_by_one",
            "Lag 0 is the first entry. After it was cut off, the first index belongs to lag 1.",
            {" > threshold) + 1": " > threshold)"},
        ),
        Misconception(
            "longest_range_if_nothing_counts",
            "If no lag counts, the answer is one period, not the largest lag that was looked at.",
            {"else period": "else max_lag"},
        ),
        Misconception(
            "the_strongest_lag",
            "The lag with the largest autocorrelation was taken. The question is how far back anything is still seen: the largest lag above the threshold.",
            {"int(counts.max())": "int(counts[np.argmax(np.abs(autocorrelation(series, max_lag)[counts]))])"},
        ),
        Misconception(
            "cut_at_max_lag",
            "The answer was cut at max_lag. Rounding up may lead beyond it.",
            {"return -(-lag // period) * period": "return min(max_lag, -(-lag // period) * period)"},
        ),
        Misconception(
            "autocovariance",
            "These are covariances. Divide by the one of lag 0, so that lag 0 has 1.",
            {"/ (s @ s)": "/ N"},
        ),
        Misconception(
            "level_series_divided_by_zero",
            "The sum of squares of a series of equal values is 0, or rounding, and was used as a divisor.",
            {"    if series.min() == series.max():\n        return np.array([1.0] + [0.0] * max_lag)\n": "", "/ (s @ s)": "/ max(s @ s, 1e-300)"},
        ),
    ],
    "EarlyStopping": [
        Misconception(
            "reference_kept",
            "The best state is a reference: its tensors are the parameters that are trained on. Keep copies.",
            {"tensor.clone()": "tensor"},
        ),
        Misconception(
            "last_state_kept",
            "The state of the last call was kept. It is the state of the best call that is wanted.",
            {
                "            self.best_state = {name: tensor.clone() for name, tensor in state.items()}\n": "",
                "        return self.bad >=": (
                    "        self.best_state = {name: tensor.clone() for name, tensor in state.items()}\n        return self.bad >="
                ),
            },
        ),
        Misconception(
            "one_call_too_late",
            "It stops one call too late: the patience-th call in a row without an improvement says stop.",
            {"self.bad >= self.patience": "self.bad > self.patience"},
        ),
        Misconception(
            "one_call_too_early",
            "It stops one call too early: the call before was only the last but one that is allowed.",
            {"self.bad >= self.patience": "self.bad >= max(1, self.patience - 1)"},
        ),
        Misconception(
            "ties_improve",
            "A tie was taken for an improvement. Only a smaller error is one.",
            {"if val < self.best": "if val <= self.best"},
        ),
        Misconception(
            "against_the_last_error",
            "Each error is compared with the one before. Compare with the best so far: after a peak, going down is no progress.",
            {
                "if val < self.best - self.min_delta:": (
                    "previous, self.previous = getattr(self, 'previous', math.inf), val\n        if val < previous - self.min_delta:"
                )
            },
        ),
        Misconception(
            "count_not_reset",
            "The count goes on after an improvement. It counts calls in a row.",
            {"self.best, self.bad = val, 0": "self.best = val"},
        ),
        Misconception(
            "larger_is_better",
            "It keeps the largest value. An error is better when it is smaller.",
            {"if val < self.best - self.min_delta:": "if val > (self.best if self.best < math.inf else -math.inf) + self.min_delta:"},
        ),
        Misconception(
            "margin_ignored",
            "Any improvement counts, however small. It has to exceed min_delta.",
            {"self.best - self.min_delta": "self.best"},
        ),
        Misconception(
            "nan_is_best",
            "NaN was taken for an improvement: the comparison asks whether it is not worse, which for NaN is true.",
            {"if val < self.best - self.min_delta:": "if not val >= self.best - self.min_delta:"},
        ),
        Misconception(
            "count_starts_anew_after_the_stop",
            "After it said stop, the count began again. As long as nothing improves, it goes on saying stop.",
            {"return self.bad >= self.patience": "stop = self.bad >= self.patience\n        self.bad = 0 if stop else self.bad\n        return stop"},
        ),
        Misconception(
            "stops_only_once",
            "It says stop in one call only. As long as nothing improves, it goes on saying stop.",
            {"return self.bad >= self.patience": "return self.bad == self.patience"},
        ),
        Misconception(
            "margin_added",
            "The margin has the wrong sign: something a little worse than the best counts as an improvement.",
            {"self.best - self.min_delta": "self.best + self.min_delta"},
        ),
        Misconception(
            "margin_as_a_share",
            "The margin is taken as a share of the best error. It is a difference.",
            {"self.best - self.min_delta": "self.best * (1 - self.min_delta)"},
        ),
        Misconception(
            "the_dict_itself_kept",
            "The dict was kept as it is. Its tensors are the parameters, and it may be filled anew: copy the tensors into a dict of your own.",
            {"{name: tensor.clone() for name, tensor in state.items()}": "state"},
        ),
    ],
    "lstm_bptt": [
        Misconception(
            "cell_line_cut",
            "The cell's derivative is not handed on to the step before. Along the cell line it is multiplied by the forget gate.",
            {"dh, dc = A[-1] @ w_hh, dc * f[:, t]": "dh, dc = A[-1] @ w_hh, 0 * dc"},
        ),
        Misconception(
            "state_line_cut",
            "The state's derivative is not handed on to the step before: the gates of a step depend on the state before it.",
            {"dh, dc = A[-1] @ w_hh, dc * f[:, t]": "dh, dc = 0 * dh, dc * f[:, t]"},
        ),
        Misconception(
            "forget_gate_forgotten",
            "The cell's derivative goes back undiminished. It is multiplied by the forget gate of the step.",
            {"dc * f[:, t]\n": "dc\n"},
        ),
        Misconception(
            "tanh_of_the_cell_forgotten",
            "The derivative of the tanh is missing where the state's derivative enters the cell.",
            {" * (1 - shown**2)": ""},
        ),
        Misconception(
            "output_gate_forgotten",
            "The state is the output gate times the tanh of the cell: the gate is missing where the derivative enters the cell.",
            {"dh * o[:, t] * (1 - shown**2)": "dh * (1 - shown**2)"},
        ),
        Misconception(
            "new_cell_for_old",
            "The forget gate multiplies the cell of the step before, so its derivative holds that one, not the new cell.",
            {"dc * cells[t] * f": "dc * cells[t + 1] * f"},
        ),
        Misconception(
            "cell_in_place_of_its_tanh",
            "The output gate multiplies the tanh of the cell, so that its derivative holds the tanh.",
            {"a_o = dh * shown *": "a_o = dh * cells[t + 1] *"},
        ),
        Misconception(
            "candidate_by_the_logistic_rule",
            "The candidate is a tanh: its derivative is 1 - g², not g(1 - g).",
            {"(1 - g[:, t] ** 2)": "g[:, t] * (1 - g[:, t])"},
        ),
        Misconception(
            "state_of_the_same_step",
            "The weights of the state meet the state of the step before. Here they meet the step's own.",
            {"flat.T @ before.flatten(0, 1)": "flat.T @ outs.flatten(0, 1)"},
        ),
        Misconception(
            "steps_in_reverse",
            "The steps were put together in the order in which they were visited. Put them back in the order of time.",
            {"torch.stack(A[::-1], dim=1)": "torch.stack(A, dim=1)"},
        ),
        Misconception(
            "mean_over_the_batch",
            "The gradients were averaged over the batch. They are sums: a mean belongs to the loss, hence to d_outs.",
            {"flat.T @ X.flatten(0, 1)": "flat.T @ X.flatten(0, 1) / B", "flat.T @ before.flatten(0, 1)": "flat.T @ before.flatten(0, 1) / B", '"b_ih": flat.sum(0)': '"b_ih": flat.sum(0) / B', '"b_hh": flat.sum(0)': '"b_hh": flat.sum(0) / B'},
        ),
        Misconception(
            "only_the_last_output",
            "Only the derivative of the last output was used. The loss may use each of them.",
            {"dh = d_outs[:, t] + dh": "dh = d_outs[:, t] * (t == T - 1) + dh"},
        ),
        Misconception(
            "gate_derivatives_forgotten",
            "The derivatives of the four nonlinearities are missing: what is multiplied by the weights are the sums before them.",
            {
                "g[:, t] * i[:, t] * (1 - i[:, t])": "g[:, t]",
                "cells[t] * f[:, t] * (1 - f[:, t])": "cells[t]",
                "i[:, t] * (1 - g[:, t] ** 2)": "i[:, t]",
                "shown * o[:, t] * (1 - o[:, t])": "shown",
            },
        ),
        Misconception(
            "gradients_in_the_order_f_i_g_o",
            "The four pieces were joined with the forget gate first. torch's order is input, forget, candidate, output.",
            {"[a_i, a_f, a_g, a_o]": "[a_f, a_i, a_g, a_o]"},
        ),
        Misconception(
            "bias_gradient_halved",
            "The gradient was shared between the two biases. The sum depends on each of them with derivative 1: both get all of it.",
            {'"b_ih": flat.sum(0)': '"b_ih": flat.sum(0) / 2', '"b_hh": flat.sum(0)': '"b_hh": flat.sum(0) / 2'},
        ),
        Misconception(
            "one_tensor_for_two_biases",
            "Both biases were given the same tensor. Whoever changes one gradient then changes the other: return two.",
            {'"b_ih": flat.sum(0)': '"b_ih": (bias := flat.sum(0))', '"b_hh": flat.sum(0)': '"b_hh": bias'},
        ),
    ],
}
