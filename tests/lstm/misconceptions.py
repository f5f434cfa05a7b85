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
        Misconception(
            "last_pair_forgotten",
            "The last pair is missing: N values have N - L - H + 1 pairs, not N - L - H.",
            {"len(series) - L - H + 1)": "len(series) - L - H)"},
        ),
        Misconception(
            "rows_share_memory",
            "The rows share their memory with each other and with the series: writing into one value changes others. "
            "Return new arrays.",
            {
                "    start = np.arange(len(series) - L - H + 1)[:, None]\n    return series[start + np.arange(L)], series[start + L + np.arange(H)]": (
                    "    if len(series) < L + H:\n"
                    "        return np.zeros((0, L)), np.zeros((0, H))\n"
                    "    rows = np.lib.stride_tricks.sliding_window_view(series, L + H, writeable=True)\n"
                    "    return rows[:, :L], rows[:, L:]"
                ),
            },
        ),
        Misconception(
            "empty_arrays_without_columns",
            "Where a series is too short, the results have one axis only: an empty list does not know how many columns it "
            "would have had.",
            {
                "    start = np.arange(len(series) - L - H + 1)[:, None]\n    return series[start + np.arange(L)], series[start + L + np.arange(H)]": (
                    "    starts = range(len(series) - L - H + 1)\n"
                    "    return np.array([series[i : i + L] for i in starts]), np.array([series[i + L : i + L + H] for i in starts])"
                ),
            },
        ),
        Misconception(
            "short_series_refused",
            "A series that is too short for a pair gives empty arrays in `windows`, not an error. Only the split "
            "complains.",
            {
                "    start = np.arange(": (
                    "    if len(series) < L + H:\n"
                    "        raise ValueError\n"
                    "    start = np.arange("
                ),
            },
        ),
        Misconception(
            "only_the_farthest_target",
            "The targets are one value per pair, the one H steps ahead. All H values after the window are asked for.",
            {"series[start + L + np.arange(H)]": "series[start + L + H - 1]"},
        ),
        Misconception(
            "rounded_to_float32",
            "The windows were made float32, which loses half of the digits. They are float64 here; the conversion comes "
            "where the network is trained.",
            {
                "    return series[start + np.arange(L)], series[start + L + np.arange(H)]": (
                    "    series = series.astype(np.float32)\n"
                    "    return series[start + np.arange(L)], series[start + L + np.arange(H)]"
                ),
            },
        ),
        Misconception(
            "starts_a_horizon_apart",
            "The starts are H steps apart. There is a pair for each start, and neighbours overlap.",
            {
                "    start = np.arange(len(series) - L - H + 1)[:, None]\n": (
                    "    start = np.arange(0, len(series) - L - H + 1, H)[:, None]\n"
                ),
            },
        ),
        Misconception(
            "deviation_of_everything",
            "The deviation comes from the whole series, only the mean from the training values. Both belong to what was "
            "known at the cut.",
            {"float(series[:n].std())": "float(series.std())"},
        ),
        Misconception(
            "mean_of_everything",
            "The mean comes from the whole series, only the deviation from the training values. Both belong to what was "
            "known at the cut.",
            {"float(series[:n].mean())": "float(series.mean())"},
        ),
        Misconception(
            "nearly_level_taken_for_level",
            "Values that are merely close to each other were taken for equal. Their deviation is small, but it is theirs.",
            {"if series[:n].min() == series[:n].max():": "if np.allclose(series[:n], series[0]):"},
        ),
        Misconception(
            "tiny_deviation_taken_for_none",
            "A deviation below some small number was taken for 0. A series in small units has one, too: ask whether the "
            "values are equal.",
            {"if series[:n].min() == series[:n].max():": "if std < 1e-8:"},
        ),
        Misconception(
            "small_number_added",
            "A small number was added to the deviation, so that each value is a little off, and a level series is divided "
            "by nearly nothing.",
            {"        std = 1.0\n": "        std = 0.0\n    std = std + 1e-8\n"},
        ),
        Misconception(
            "level_series_not_treated",
            "Where all training values are equal, their deviation is no divisor. The docstring says what std is then.",
            {"        std = 1.0\n": "        pass\n"},
        ),
        Misconception(
            "fraction_rounded_up",
            "The number of training values is rounded up. It is rounded down: int(train_frac * N).",
            {"n = int(train_frac * len(series))": "n = math.ceil(train_frac * len(series))"},
        ),
        Misconception(
            "inputs_of_the_test_unknown",
            "The inputs of the test pairs begin at the cut as well, so that the first L targets are lost. The past is "
            "known there: only the targets have to be new.",
            {"windows(z[n - L :], L, H)": "windows(z[n:], L, H)"},
        ),
        Misconception(
            "first_test_pair_lost",
            "The first test pair is missing: its first target is the first value after the cut, so its inputs begin L "
            "before.",
            {"windows(z[n - L :], L, H)": "windows(z[n - L + 1 :], L, H)"},
        ),
        Misconception(
            "test_side_not_checked",
            "Only the training side is checked. A test side without a single pair is an error, too.",
            {"if n < L + H or len(series) - n < H:": "if n < L + H:"},
        ),
        Misconception(
            "training_side_not_checked",
            "Only the test side is checked. A training side without a single pair is an error, too.",
            {"if n < L + H or len(series) - n < H:": "if len(series) - n < H:"},
        ),
        Misconception(
            "single_training_pair_refused",
            "Exactly L + H training values are enough: that is one pair.",
            {"if n < L + H or len(series) - n < H:": "if n <= L + H or len(series) - n < H:"},
        ),
        Misconception(
            "single_test_pair_refused",
            "Exactly H values after the cut are enough: that is one test pair.",
            {"if n < L + H or len(series) - n < H:": "if n < L + H or len(series) - n <= H:"},
        ),
        Misconception(
            "test_not_scaled",
            "The test windows are not standardised. They get the mean and the deviation of the training values.",
            {"*windows(z[n - L :], L, H)": "*windows(series[n - L :], L, H)"},
        ),
        Misconception(
            "standardised_in_place",
            "The caller's series was standardised in place. Make a new array.",
            {"    z = (series - mean) / std\n": "    series -= mean\n    series /= std\n    z = series\n"},
        ),
        Misconception(
            "scaled_to_0_and_1",
            "The values were scaled by minimum and range. Subtract the mean and divide by the standard deviation.",
            {
                "float(series[:n].mean()), float(series[:n].std())": "float(series[:n].min()), float(np.ptp(series[:n]))",
            },
        ),
        Misconception(
            "inputs_first_then_targets",
            "The results come in another order: X_train, Y_train, X_test, Y_test.",
            {
                "return *windows(z[:n], L, H), *windows(z[n - L :], L, H), mean, std": (
                    "(a, b), (c, d) = windows(z[:n], L, H), windows(z[n - L :], L, H)\n"
                    "    return a, c, b, d, mean, std"
                ),
            },
        ),
        Misconception(
            "variance_for_deviation",
            "What was divided by is the variance. Take its root.",
            {"float(series[:n].std())": "float(series[:n].var())"},
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
        Misconception(
            "one_origin_too_many",
            "The last origin has fewer than H values after it. The last one that fits is N - H, and a range excludes its "
            "end.",
            {"N - H + 1, step": "N - H + 2, step"},
        ),
        Misconception(
            "step_ignored",
            "Every time is an origin. The next one is `step` further on.",
            {"np.arange(first, N - H + 1, step)": "np.arange(first, N - H + 1)"},
        ),
        Misconception(
            "no_origins_as_floats",
            "Without an origin, an array that was made from an empty list holds floats. Say the type: the origins are "
            "int64.",
            {"np.arange(first, N - H + 1, step)": "np.array(list(range(first, N - H + 1, step)))"},
        ),
        Misconception(
            "origins_of_32_bits",
            "The origins are not int64.",
            {"np.arange(first, N - H + 1, step)": "np.arange(first, N - H + 1, step, dtype=np.int32)"},
        ),
        Misconception(
            "origin_0_accepted",
            "An origin at 0 went through. Nothing is known there: the first one is at least 1.",
            {"if first < 1 or step < 1:": "if first < 0 or step < 1:"},
        ),
        Misconception(
            "step_not_checked",
            "The step is not checked. One of 0 goes nowhere, a negative one goes back.",
            {"if first < 1 or step < 1:": "if first < 1:"},
        ),
        Misconception(
            "season_runs_on",
            "The indices run on beyond the last known period. Take the step modulo the period.",
            {"- period + np.arange(H) % period": "- period + np.arange(H)"},
        ),
        Misconception(
            "season_backwards",
            "The last known period is read from its end. One period ago comes first.",
            {"- period + np.arange(H) % period": "- 1 - np.arange(H) % period"},
        ),
        Misconception(
            "last_period_of_the_series",
            "Each origin got the last period of the whole series, which is the future for most of them. Count back from "
            "the origin.",
            {
                "    return series[origins[:, None] - period + np.arange(H) % period]": "    return np.tile(np.resize(series[len(series) - period :], H), (len(origins), 1))",
            },
        ),
        Misconception(
            "season_begins_one_late",
            "The last known period begins `period` before the origin, not one later. The value at the origin itself is "
            "not known.",
            {"- period + np.arange(H) % period": "- period + 1 + np.arange(H) % period"},
        ),
        Misconception(
            "one_period_is_not_enough",
            "An origin with exactly one period before it was refused. That is enough.",
            {"if (origins < period).any():": "if (origins <= period).any():"},
        ),
        Misconception(
            "origins_sorted",
            "The rows come sorted by origin. They belong to the origins in the order in which these were given.",
            {"    return series[origins[:, None]": "    return series[np.sort(origins)[:, None]"},
        ),
        Misconception(
            "season_counted_from_0",
            "The place in the period was counted from the beginning of the series. The forecast begins with the value "
            "exactly one period before the origin.",
            {"- period + np.arange(H) % period": "- period + (origins[:, None] + np.arange(H)) % period"},
        ),
        Misconception(
            "a_piece_of_the_series",
            "The forecast is a view: writing into it changes the series. Return a new array.",
            {
                "    return series[origins[:, None]": (
                    "    if len(origins) == 1 and H <= period:\n"
                    "        return series[origins[0] - period :][None, :H]\n"
                    "    return series[origins[:, None]"
                ),
            },
        ),
        Misconception(
            "skill_by_skill",
            "The skill of each forecast was computed and averaged, and where one of them divides by 0 all is lost. Sum "
            "the errors first.",
            {
                "    ours, theirs = ((y - yhat) ** 2).sum(0), ((y - last[:, None]) ** 2).sum(0)\n    perfect = theirs == 0\n    skill = 1 - ours / np.where(perfect, 1, theirs)\n    return np.where(perfect, np.where(ours == 0, 0.0, -np.inf), skill)": "    return (1 - (y - yhat) ** 2 / (y - last[:, None]) ** 2).mean(0)",
            },
        ),
        Misconception(
            "summed_over_the_steps",
            "There is one number per forecast. Sum over the forecasts, so that one number per step is left.",
            {
                "((y - yhat) ** 2).sum(0), ((y - last[:, None]) ** 2).sum(0)": "((y - yhat) ** 2).sum(1), ((y - last[:, None]) ** 2).sum(1)",
            },
        ),
        Misconception(
            "two_perfect_forecasts_score_one",
            "Where persistence makes no error and the forecast none either, neither is better: that is 0, not 1.",
            {"np.where(ours == 0, 0.0, -np.inf)": "np.where(ours == 0, 1.0, -np.inf)"},
        ),
        Misconception(
            "two_perfect_forecasts_score_minus_infinity",
            "Where persistence makes no error, a forecast without an error is as good: that is 0. Only with an error it "
            "is minus infinity.",
            {"np.where(ours == 0, 0.0, -np.inf)": "-np.inf"},
        ),
        Misconception(
            "infinitely_good",
            "Infinity has the wrong sign: a forecast that errs where yesterday does not is infinitely worse.",
            {"0.0, -np.inf)": "0.0, np.inf)"},
        ),
        Misconception(
            "warning_let_out",
            "The division by 0 was carried out and its result replaced afterwards, so that numpy warns. Divide by "
            "something else there.",
            {"np.where(perfect, 1, theirs)": "theirs"},
        ),
        Misconception(
            "small_errors_taken_for_none",
            "An error of persistence that is merely small was taken for none. Series have units: compare with 0.",
            {"perfect = theirs == 0": "perfect = theirs < 1e-8"},
        ),
        Misconception(
            "shapes_not_compared",
            "The shapes are not compared. numpy stretches an axis of one without a word.",
            {"if y.shape != yhat.shape:": "if False:"},
        ),
        Misconception(
            "numbers_of_rows_compared",
            "Only the numbers of forecasts are compared. Those of the steps count, too: numpy stretches an axis of one "
            "without a word.",
            {"if y.shape != yhat.shape:": "if len(y) != len(yhat):"},
        ),
        Misconception(
            "sizes_compared",
            "Only the numbers of values are compared. A column and a row have as many, and numpy makes a table of them.",
            {"if y.shape != yhat.shape:": "if y.size != yhat.size:"},
        ),
        Misconception(
            "one_last_value_for_all",
            "All origins share one last value, the mean. Each has its own.",
            {"(y - last[:, None]) ** 2": "(y - last.mean()) ** 2"},
        ),
        Misconception(
            "skill_cut_at_zero",
            "Skills below 0 were cut off. A model may be worse than yesterday, and the number has to say so.",
            {
                "skill = 1 - ours / np.where(perfect, 1, theirs)": "skill = np.maximum(0, 1 - ours / np.where(perfect, 1, theirs))",
            },
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
        Misconception(
            "order_i_g_f_o",
            "The second block was taken for the candidate and the third for the forget gate. torch's order is input, "
            "forget, candidate, output.",
            {
                "Wi, Wf, Wc, Wo = ": "Wi, Wc, Wf, Wo = ",
                "bi, bf, bc, bo = ": "bi, bc, bf, bo = ",
            },
        ),
        Misconception(
            "biases_in_another_order",
            "The matrices are in torch's order, the biases are not: input, forget, candidate, output.",
            {"bi, bf, bc, bo = ": "bf, bi, bc, bo = "},
        ),
        Misconception(
            "matrices_transposed",
            "The matrices are transposed. The cell takes (U, U + D), and transposes them itself.",
            {
                '{"f": Wf, "i": Wi, "c": Wc, "o": Wo}': '{"f": Wf.T, "i": Wi.T, "c": Wc.T, "o": Wo.T}',
                'W["f"], W["i"], W["c"], W["o"]': 'W["f"].T, W["i"].T, W["c"].T, W["o"].T',
            },
        ),
        Misconception(
            "weights_detached",
            "The weights were detached: no gradient reaches them.",
            {"torch.cat([w_hh, w_ih], dim=1).chunk(4)": "torch.cat([w_hh, w_ih], dim=1).detach().chunk(4)"},
        ),
        Misconception(
            "biases_detached",
            "The biases were detached: no gradient reaches them.",
            {"(b_ih + b_hh).chunk(4)": "(b_ih + b_hh).detach().chunk(4)"},
        ),
        Misconception(
            "given_state_detached",
            "The given state was detached: no gradient reaches what came before.",
            {"if state is None else state": "if state is None else [s.detach() for s in state]"},
        ),
        Misconception(
            "cell_detached_at_each_step",
            "The cell is detached between steps, which cuts the line along which gradients travel far.",
            {"lstm_cell(x, h, c, W": "lstm_cell(x, h, c.detach(), W"},
        ),
        Misconception(
            "cell_detached_after_each_step",
            "The new cell is detached: the line along which gradients travel far is cut at each step.",
            {"        outs.append(h)\n": "        outs.append(h)\n        c = c.detach()\n"},
        ),
        Misconception(
            "outputs_detached",
            "The collected outputs were detached: a loss on them trains nothing.",
            {"outs.append(h)": "outs.append(h.detach())"},
        ),
        Misconception(
            "given_state_exchanged",
            "The given state is the pair h, c in this order; it was read the other way round.",
            {"if state is None else state": "if state is None else state[::-1]"},
        ),
        Misconception(
            "last_state_exchanged",
            "The last state is returned as c, h. It is the pair h, c.",
            {", (h, c)\n": ", (c, h)\n"},
        ),
        Misconception(
            "given_cell_not_used",
            "Of the given state only h was used. The cell is where the memory is.",
            {"if state is None else state": "if state is None else (state[0], zeros)"},
        ),
        Misconception(
            "units_counted_from_the_inputs",
            "The zeros have as many entries as there are inputs. A state has one per unit.",
            {"X.new_zeros(X.shape[0], w_hh.shape[1])": "X.new_zeros(X.shape[0], X.shape[2])"},
        ),
        Misconception(
            "steps_read_from_the_first_axis",
            "The first axis was read as time. The batch comes first, time is the second axis.",
            {
                "X.new_zeros(X.shape[0],": "X.new_zeros(X.shape[1],",
                "X.unbind(1)": "X.unbind(0)",
                "torch.stack(outs, dim=1)": "torch.stack(outs, dim=0)",
            },
        ),
        Misconception(
            "joined_and_reshaped",
            "The outputs were joined along the batch and reshaped, which mixes steps and sequences. Stack them on a new "
            "axis.",
            {"torch.stack(outs, dim=1)": "torch.cat(outs).reshape(X.shape[0], X.shape[1], -1)"},
        ),
        Misconception(
            "only_the_last_output",
            "Only the output of the last step is returned. All of them are asked for.",
            {"torch.stack(outs, dim=1)": "torch.stack(outs[-1:], dim=1)"},
        ),
        Misconception(
            "state_with_an_axis_for_layers",
            "The last state has an axis in front, as torch has for its layers. Here it is (B, U).",
            {", (h, c)\n": ", (h[None], c[None])\n"},
        ),
        Misconception(
            "candidate_under_g",
            'The candidate stands under the key "g". The keys are "f", "i", "c", "o".',
            {
                '"c": Wc': '"g": Wc',
                '"c": bc': '"g": bc',
                'W["c"]': 'W["g"]',
                'b["c"]': 'b["g"]',
            },
        ),
        Misconception(
            "candidate_squashed_by_the_logistic",
            "The candidate went through the logistic function. It is a tanh, so that the cell can go down as well.",
            {
                'h, c = lstm_cell(x, h, c, W["f"], W["i"], W["c"], W["o"], b["f"], b["i"], b["c"], b["o"])': (
                    "i, f, g, o = (x @ w_ih.T + h @ w_hh.T + b_ih + b_hh).chunk(4, dim=1)\n"
                    "        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.sigmoid(g)\n"
                    "        h = torch.sigmoid(o) * torch.tanh(c)"
                ),
            },
        ),
        Misconception(
            "cell_shown_as_it_is",
            "The output gate multiplies the cell itself. It multiplies its tanh.",
            {
                'h, c = lstm_cell(x, h, c, W["f"], W["i"], W["c"], W["o"], b["f"], b["i"], b["c"], b["o"])': (
                    "i, f, g, o = (x @ w_ih.T + h @ w_hh.T + b_ih + b_hh).chunk(4, dim=1)\n"
                    "        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)\n"
                    "        h = torch.sigmoid(o) * c"
                ),
            },
        ),
        Misconception(
            "outputs_in_float32",
            "The outputs were collected in an array of float32. They have the dtype of the inputs.",
            {"torch.stack(outs, dim=1)": "torch.stack(outs, dim=1).float()"},
        ),
        Misconception(
            "view_of_what_is_not_in_order",
            "`view` needs values that lie in order in memory, which those of a transposed batch do not. `reshape` copies "
            "where it must.",
            {
                "    outs = []\n": "    outs = []\n    X = X.view(X.shape[0] * X.shape[1], X.shape[2]).view(X.shape)\n",
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
        Misconception(
            "weights_not_squared",
            "The weights ψ were added as they are. Variances of independent shocks add up, and each carries the square of "
            "its weight.",
            {"psi.square().cumsum(0)": "psi.cumsum(0)"},
        ),
        Misconception(
            "window_written_into",
            "The forecasts were written into the window that was passed in, which spoils the caller's data and the "
            "gradients. Build a new window.",
            {
                "        window = torch.cat([window[:, 1:], said[-1][:, None]], dim=1)\n": (
                    "        window[:, :-1] = window[:, 1:].clone()\n"
                    "        window[:, -1] = said[-1]\n"
                ),
            },
        ),
        Misconception(
            "copy_overwritten",
            "One copy of the window is written into at each step. Autograd still needs what the model has read: build a "
            "new window each time.",
            {
                "    said = []\n": "    said, window = [], window.clone()\n",
                "        window = torch.cat([window[:, 1:], said[-1][:, None]], dim=1)\n": (
                    "        window[:, :-1] = window[:, 1:].clone()\n"
                    "        window[:, -1] = said[-1]\n"
                ),
            },
        ),
        Misconception(
            "own_words_detached",
            "The forecasts were detached before they entered the window: the gradient through the model's own words is "
            "lost.",
            {"said[-1][:, None]]": "said[-1].detach()[:, None]]"},
        ),
        Misconception(
            "recursion_without_gradients",
            "The model is asked without recording, so that a recursion cannot be trained.",
            {
                "        said.append(f(window))\n": (
                    "        with torch.no_grad():\n"
                    "            said.append(f(window))\n"
                ),
            },
        ),
        Misconception(
            "direct_without_gradients",
            "The direct models are asked without recording, so that they cannot be trained.",
            {"[f(window) for f in models]": "[f(window).detach() for f in models]"},
        ),
        Misconception(
            "forecasts_as_plain_numbers",
            "The forecasts were taken out of the tensors as numbers: gradients and dtype are lost. Stack the tensors.",
            {
                "    return torch.stack(said, dim=1)\n": (
                    "    return torch.tensor([[float(v) for v in row] for row in said]).T\n"
                ),
            },
        ),
        Misconception(
            "direct_forecasts_as_plain_numbers",
            "The direct forecasts were taken out of the tensors as numbers: gradients and dtype are lost. Stack the "
            "tensors.",
            {
                "torch.stack([f(window) for f in models], dim=1)": "torch.tensor([[float(v) for v in f(window)] for f in models]).T",
            },
        ),
        Misconception(
            "one_question_too_many",
            "The model is asked once more than there are steps.",
            {"    return torch.stack(said, dim=1)\n": "    f(window)\n    return torch.stack(said, dim=1)\n"},
        ),
        Misconception(
            "first_question_wasted",
            "The model is asked about the first window twice.",
            {"    said = []\n": "    said = []\n    f(window)\n"},
        ),
        Misconception(
            "recursive_steps_first",
            "The recursive forecasts have the steps as rows. They belong on the second axis, one row per window.",
            {"torch.stack(said, dim=1)": "torch.stack(said)"},
        ),
        Misconception(
            "direct_steps_first",
            "The direct forecasts have the steps as rows. They belong on the second axis, one row per window.",
            {"[f(window) for f in models], dim=1": "[f(window) for f in models], dim=0"},
        ),
        Misconception(
            "recursive_joined_and_reshaped",
            "The recursive forecasts were joined and reshaped, which mixes windows and steps. Stack them on the second "
            "axis.",
            {"torch.stack(said, dim=1)": "torch.cat(said).reshape(len(window), H)"},
        ),
        Misconception(
            "direct_joined_and_reshaped",
            "The direct forecasts were stacked as rows and reshaped, which mixes windows and steps. Stack them on the "
            "second axis.",
            {
                "torch.stack([f(window) for f in models], dim=1)": "torch.stack([f(window) for f in models]).reshape(len(window), -1)",
            },
        ),
        Misconception(
            "row_by_row",
            "The model is asked about each row alone. It takes a whole batch of windows, H times in all.",
            {"said.append(f(window))": "said.append(torch.cat([f(row[None]) for row in window]))"},
        ),
        Misconception(
            "last_known_value_fed_back",
            "What enters the window is its last value again. The forecast has to.",
            {"said[-1][:, None]]": "window[:, -1:]]"},
        ),
        Misconception(
            "forecasts_made_double",
            "The recursive forecasts were made float64. They keep the dtype of the window.",
            {"    return torch.stack(said, dim=1)\n": "    return torch.stack(said, dim=1).double()\n"},
        ),
        Misconception(
            "first_model_for_all_steps",
            "The first model answers for all steps. Each step ahead has its own.",
            {"[f(window) for f in models]": "[models[0](window) for _ in models]"},
        ),
        Misconception(
            "sigma_ignored",
            "The noise was taken to have deviation 1. The variances scale with that of one step.",
            {"sigma**2 * psi": "psi"},
        ),
        Misconception(
            "first_shock_left_out",
            "The shock of the target's own step is missing: ψ₀ = 1 belongs to the sum.",
            {"psi.square().cumsum(0)": "(psi.square().cumsum(0) - 1)"},
        ),
        Misconception(
            "phi_from_the_oldest",
            "The weights were read from the oldest. The first one belongs to the last value.",
            {"phi[: len(past)] @ past": "phi.flip(0)[: len(past)] @ past"},
        ),
        Misconception(
            "weight_of_the_oldest_lost",
            "The sum ends one term too early: at j there are min(p, j) terms.",
            {"phi[: len(past)] @ past": "phi[: len(past[:-1])] @ past[:-1]"},
        ),
        Misconception(
            "averaged_over_the_steps",
            "The variances were averaged over the steps so far. They add up: the farther, the less is known.",
            {"psi.square().cumsum(0)": "psi.square().cumsum(0) / torch.arange(1, H + 1)"},
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
        Misconception(
            "logarithm_of_t",
            "The bias is log T. What is kept per step is then T/(T + 1), not 1 - 1/T.",
            {"    return math.log(T - 1)": "    if T < 2:\n        raise ValueError\n    return math.log(T)"},
        ),
        Misconception(
            "share_in_place_of_bias",
            "That is the share itself. The bias is what the logistic function takes to that share.",
            {"    return math.log(T - 1)": "    if T < 2:\n        raise ValueError\n    return 1 - 1 / T"},
        ),
        Misconception(
            "logarithm_of_t_plus_1",
            "The bias is log(T + 1). What is kept per step is then nearer to 1 than 1 - 1/T.",
            {
                "    return math.log(T - 1)": "    if T < 2:\n        raise ValueError\n    return math.log(T + 1)",
            },
        ),
        Misconception(
            "decadic_logarithm",
            "The logarithm has base 10. The logistic function belongs to the natural one.",
            {"    return math.log(T - 1)": "    return math.log10(T - 1)"},
        ),
        Misconception(
            "second_bias_cleared",
            "All of bias_hh became 0. Only its forget quarter does.",
            {
                'parameter[U : 2 * U] = value if name.startswith("bias_ih") else 0.0': (
                    'if name.startswith("bias_ih"):\n'
                    "                    parameter[U : 2 * U] = value\n"
                    "                else:\n"
                    "                    parameter.zero_()"
                ),
            },
        ),
        Misconception(
            "other_gates_cleared",
            "The other three gates lost their biases. They stay as they were.",
            {
                'parameter[U : 2 * U] = value if name.startswith("bias_ih") else 0.0': (
                    "parameter.zero_()\n"
                    '                parameter[U : 2 * U] = value if name.startswith("bias_ih") else 0.0'
                ),
            },
        ),
        Misconception(
            "parameter_replaced",
            "A new parameter took the place of the old one, of which an optimizer would never hear. Write into the one "
            "that is there.",
            {
                'parameter[U : 2 * U] = value if name.startswith("bias_ih") else 0.0': (
                    "fresh = parameter.detach().clone()\n"
                    '                fresh[U : 2 * U] = value if name.startswith("bias_ih") else 0.0\n'
                    "                setattr(lstm, name, nn.Parameter(fresh))"
                ),
            },
        ),
        Misconception(
            "parameters_frozen",
            "The parameters do not want gradients any more. Nothing would be trained.",
            {"    with torch.no_grad():\n": "    lstm.requires_grad_(False)\n    with torch.no_grad():\n"},
        ),
        Misconception(
            "frozen_parameter_thawed",
            "A parameter that was frozen wants gradients again. Leave that as it was.",
            {"    with torch.no_grad():\n": "    lstm.requires_grad_(True)\n    with torch.no_grad():\n"},
        ),
        Misconception(
            "recording_left_on",
            "The assignment was recorded by autograd, which refuses to write into a parameter. Switch recording off "
            "around it.",
            {"    with torch.no_grad():\n": "    if True:\n"},
        ),
        Misconception(
            "recording_off_for_good",
            "Recording was switched off and never on again: after the call nothing can be trained. Use a with block.",
            {"    with torch.no_grad():\n": "    torch.set_grad_enabled(False)\n    if True:\n"},
        ),
        Misconception(
            "switched_to_evaluation",
            "The LSTM is in another mode than before. Only biases are to change.",
            {"    with torch.no_grad():\n": "    lstm.eval()\n    with torch.no_grad():\n"},
        ),
        Misconception(
            "standing_gradients_dropped",
            "Gradients that stood at the parameters are gone. Only biases are to change.",
            {"    with torch.no_grad():\n": "    lstm.zero_grad()\n    with torch.no_grad():\n"},
        ),
        Misconception(
            "added_to_the_first_bias",
            "The value was added to bias_ih. It replaces what was there.",
            {
                'parameter[U : 2 * U] = value if name.startswith("bias_ih") else 0.0': 'parameter[U : 2 * U] = parameter[U : 2 * U] + value if name.startswith("bias_ih") else 0.0',
            },
        ),
        Misconception(
            "no_biases_accepted",
            "An LSTM without biases went through: nothing was set, and nobody would know.",
            {"if not lstm.bias:": "if False:"},
        ),
        Misconception(
            "gates_summed",
            "The gates were added. A chain of derivatives multiplies.",
            {"F[k + 1 :].prod(0)": "F[k + 1 :].sum(0)"},
        ),
        Misconception(
            "last_gate_left_out",
            "The last gate is missing: it acts on the way to the last cell.",
            {"F[k + 1 :].prod(0)": "F[k + 1 : -1].prod(0)"},
        ),
        Misconception(
            "product_over_units",
            "The product runs over the units. It runs over the steps, and each unit has its own.",
            {"F[k + 1 :].prod(0)": "F[k + 1 :].prod(1)"},
        ),
        Misconception(
            "small_number_in_the_logarithm",
            "A small number was added before the logarithm. A gate that is shut lets nothing through, and open ones lose "
            "digits.",
            {"F[k + 1 :].prod(0)": "(F[k + 1 :] + 1e-8).log().sum(0).exp()"},
        ),
        Misconception(
            "product_divided_by_product",
            "The product of all gates was divided by that of the first ones. Where a gate is shut, that is 0 by 0.",
            {"F[k + 1 :].prod(0)": "F.prod(0) / F[: k + 1].prod(0)"},
        ),
        Misconception(
            "steps_counted_from_the_end",
            "A negative step was counted from the end, as Python does. Here it is no step.",
            {"if not 0 <= k < len(F):": "if not -len(F) <= k < len(F):"},
        ),
        Misconception(
            "step_after_the_end_accepted",
            "There is no step T: the last one is T - 1.",
            {"if not 0 <= k < len(F):": "if not 0 <= k <= len(F):"},
        ),
        Misconception(
            "last_step_refused",
            "The last step is a step, too: after it there are no gates, and the product is 1.",
            {"if not 0 <= k < len(F):": "if not 0 <= k < len(F) - 1:"},
        ),
        Misconception(
            "another_kind_of_error",
            "A step that does not exist is a ValueError here.",
            {'raise ValueError(f"no step {k} among {len(F)}")': "raise IndexError(k)"},
        ),
        Misconception(
            "gates_overwritten",
            "The product was collected in a row of the gates themselves, which changes the caller's F.",
            {
                "    return F[k + 1 :].prod(0)": (
                    "    product = F[k + 1] if k + 1 < len(F) else torch.ones_like(F[0])\n"
                    "    for row in F[k + 2 :]:\n"
                    "        product *= row\n"
                    "    return product"
                ),
            },
        ),
        Misconception(
            "product_in_float64",
            "The product of float32 gates came out as float64.",
            {"F[k + 1 :].prod(0)": "F[k + 1 :].double().prod(0)"},
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
        Misconception(
            "correlation_of_the_pieces",
            "Each piece was centred by its own mean and scaled by its own deviation, and very short pieces have none. One "
            "mean and one sum of squares serve all lags.",
            {
                "return np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)": "return np.array([1.0] + [np.corrcoef(series[: N - k], series[k:])[0, 1] for k in range(1, max_lag + 1)])",
            },
        ),
        Misconception(
            "divided_by_the_first_piece",
            "Each lag was divided by the squares of its own piece. All lags are divided by the same sum.",
            {
                "return np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)": "return np.array([s[k:] @ s[: N - k] / (s[: N - k] @ s[: N - k]) for k in range(max_lag + 1)])",
            },
        ),
        Misconception(
            "wrapped_around",
            "The end of the series meets its beginning, as with np.roll or a plain Fourier transform. At lag k there are "
            "only N - k products.",
            {
                "return np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)": "return np.array([s @ np.roll(s, -k) for k in range(max_lag + 1)]) / (s @ s)",
            },
        ),
        Misconception(
            "last_lag_left_out",
            "The last lag is missing: lags run up to max_lag, and a range excludes its end.",
            {
                "return np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)": "return np.array([s[k:] @ s[: N - k] for k in range(max_lag)] + [0.0] * (max_lag > 0) + [s @ s] * (max_lag == 0)) / (s @ s)",
            },
        ),
        Misconception(
            "level_series_not_treated",
            "A series of equal values is not treated: its sum of squares, 0 or rounding, was a divisor.",
            {"    if series.min() == series.max():\n        return np.array([1.0] + [0.0] * max_lag)\n": ""},
        ),
        Misconception(
            "level_series_correlated",
            "A series of equal values came out as fully correlated. The docstring asks for 0 at all lags from 1 on.",
            {"np.array([1.0] + [0.0] * max_lag)": "np.ones(max_lag + 1)"},
        ),
        Misconception(
            "deviation_compared_with_zero",
            "The computed deviation is compared with 0. That of equal values may be 1e-17: compare the values.",
            {"if series.min() == series.max():": "if series.std() == 0:"},
        ),
        Misconception(
            "ripples_taken_for_level",
            "Values that are merely close to each other were taken for equal. A ripple on a high level has an "
            "autocorrelation like any other.",
            {"if series.min() == series.max():": "if np.allclose(series, series[0]):"},
        ),
        Misconception(
            "small_number_added",
            "A small number was added to the sum of squares. A series in small units then looks uncorrelated.",
            {"/ (s @ s)": "/ (s @ s + 1e-8)"},
        ),
        Misconception(
            "lag_n_accepted",
            "N lags went through: at lag N there is nothing left to multiply.",
            {"if not 0 <= max_lag < N:": "if not 0 <= max_lag <= N:"},
        ),
        Misconception(
            "negative_lags_accepted",
            "A negative number of lags went through.",
            {"if not 0 <= max_lag < N:": "if max_lag >= N:"},
        ),
        Misconception(
            "series_centred_in_place",
            "The caller's series was centred in place. Make a new array.",
            {"    s = series - series.mean()\n": "    series -= series.mean()\n    s = series\n"},
        ),
        Misconception(
            "lags_cut_silently",
            "More lags than there are were cut to those that exist. The docstring asks for a ValueError.",
            {
                "autocorrelation(series, max_lag)[1:]": "autocorrelation(series, min(max_lag, len(series) - 1))[1:]",
            },
        ),
        Misconception(
            "smallest_lag",
            "The smallest lag above the threshold was taken. The largest one is asked for.",
            {"int(counts.max())": "int(counts.min())"},
        ),
        Misconception(
            "number_of_lags",
            "The lags above the threshold were counted. What is asked for is the largest of them.",
            {"int(counts.max())": "int(counts.size)"},
        ),
        Misconception(
            "rounded_to_nearest",
            "The lag was rounded to the nearest multiple of the period. Rounded up, the window contains it.",
            {"return -(-lag // period) * period": "return max(1, round(lag / period)) * period"},
        ),
        Misconception(
            "next_multiple",
            "A lag that is a multiple of the period already stays; here it gets one period more.",
            {"return -(-lag // period) * period": "return (lag // period + bool(counts.size)) * period"},
        ),
        Misconception(
            "one_if_nothing_counts",
            "If no lag counts, the answer is one period, not 1.",
            {
                "    lag = int(counts.max()) if counts.size else period\n": (
                    "    if not counts.size:\n"
                    "        return 1\n"
                    "    lag = int(counts.max())\n"
                ),
            },
        ),
        Misconception(
            "zero_if_nothing_counts",
            "If no lag counts, the answer is one period, not 0.",
            {"else period\n": "else 0\n"},
        ),
        Misconception(
            "all_lags_if_nothing_counts",
            "If no lag counts, the answer is one period, not max_lag.",
            {
                "    lag = int(counts.max()) if counts.size else period\n": (
                    "    if not counts.size:\n"
                    "        return max_lag\n"
                    "    lag = int(counts.max())\n"
                ),
            },
        ),
        Misconception(
            "max_lag_left_out",
            "The lag max_lag itself was not looked at.",
            {"autocorrelation(series, max_lag)[1:]": "autocorrelation(series, max_lag)[1:-1]"},
        ),
        Misconception(
            "whole_periods_only",
            "Only lags that are multiples of the period were looked at. Any lag may count; the rounding comes after.",
            {
                "    lag = int(counts.max()) if counts.size else period\n": (
                    "    counts = counts[counts % period == 0]\n"
                    "    lag = int(counts.max()) if counts.size else period\n"
                ),
            },
        ),
        Misconception(
            "correlations_squared",
            "The autocorrelations were squared to lose their sign, and then held against the threshold. Take absolute "
            "values.",
            {"np.abs(autocorrelation(series, max_lag)[1:])": "np.square(autocorrelation(series, max_lag)[1:])"},
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
        Misconception(
            "any_change_counts",
            "A change in either direction counts as an improvement. Only a smaller error is one.",
            {"if val < self.best - self.min_delta:": "if abs(self.best - val) > self.min_delta:"},
        ),
        Misconception(
            "best_follows_without_the_margin",
            "The best error follows every small gain, and the margin is then measured from there. `best` is the error of "
            "the last improvement.",
            {
                "            self.bad += 1\n": (
                    "            self.bad += 1\n"
                    "            self.best = min(self.best, val)\n"
                ),
            },
        ),
        Misconception(
            "state_follows_without_the_margin",
            "The state is kept for gains within the margin, too. It belongs to the last improvement.",
            {
                "            self.bad += 1\n": (
                    "            self.bad += 1\n"
                    "            if val < self.best:\n"
                    "                self.best_state = {name: tensor.clone() for name, tensor in state.items()}\n"
                ),
            },
        ),
        Misconception(
            "patience_less_one",
            "It stops one call too early, with a patience of 1 at once. The patience-th call in a row without an "
            "improvement says stop.",
            {"self.bad >= self.patience": "self.bad >= self.patience - 1"},
        ),
        Misconception(
            "once_stopped_always_stopped",
            "Once it has said stop, it says so forever. After an improvement the count begins again.",
            {
                "return self.bad >= self.patience": (
                    "self.stopped = getattr(self, 'stopped', False) or self.bad >= self.patience\n"
                    "        return self.stopped"
                ),
            },
        ),
        Misconception(
            "nan_not_counted",
            "NaN was passed over. It is no improvement, so it counts as a call without one.",
            {"        else:\n": "        elif val == val:\n"},
        ),
        Misconception(
            "nan_stops_at_once",
            "NaN stops at once. It is one call without an improvement, and the patience decides.",
            {"return self.bad >= self.patience": "return self.bad >= self.patience or val != val"},
        ),
        Misconception(
            "first_call_always_best",
            "The first call was taken for an improvement whatever it said. NaN never is one, and infinity is not below "
            "infinity.",
            {
                "if val < self.best - self.min_delta:": "if self.best_state is None or val < self.best - self.min_delta:",
            },
        ),
        Misconception(
            "says_whether_it_improved",
            "It returns whether the call has improved. It is to say whether to stop.",
            {"return self.bad >= self.patience": "return self.bad == 0"},
        ),
        Misconception(
            "tiny_gains_ignored",
            "Very small improvements are ignored although min_delta is 0. The margin is min_delta and nothing else.",
            {"self.best - self.min_delta:": "self.best - self.min_delta - 1e-6:"},
        ),
        Misconception(
            "best_rounded",
            "The best error was rounded. Keep it as it came.",
            {"self.best, self.bad = val, 0": "self.best, self.bad = round(float(val), 4), 0"},
        ),
        Misconception(
            "states_in_float32",
            "The copies were turned to float32. They have the same keys, shapes and dtypes as the state.",
            {"tensor.clone()": "tensor.clone().float()"},
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
        Misconception(
            "gate_of_the_step_before",
            "The cell's derivative goes back by the forget gate of another step. The gate that multiplied the old cell is "
            "the one of this step.",
            {"dc * f[:, t]\n": "dc * f[:, t - 1]\n"},
        ),
        Misconception(
            "derivative_without_the_tanh",
            "The derivative of the tanh is 1 minus the square of its value, not of its argument.",
            {"(1 - shown**2)": "(1 - cells[t + 1] ** 2)"},
        ),
        Misconception(
            "tanh_derivative_not_squared",
            "The derivative of the tanh is 1 minus the square of its value.",
            {"(1 - shown**2)": "(1 - shown)"},
        ),
        Misconception(
            "gradients_in_the_order_i_f_o_g",
            "The four pieces were joined with the output gate third. torch's order is input, forget, candidate, output.",
            {"[a_i, a_f, a_g, a_o]": "[a_i, a_f, a_o, a_g]"},
        ),
        Misconception(
            "output_gate_not_differentiated",
            "The derivative of the logistic function is missing at the output gate.",
            {"dh * shown * o[:, t] * (1 - o[:, t])": "dh * shown"},
        ),
        Misconception(
            "input_gate_not_differentiated",
            "The derivative of the logistic function is missing at the input gate.",
            {"dc * g[:, t] * i[:, t] * (1 - i[:, t])": "dc * g[:, t]"},
        ),
        Misconception(
            "second_bias_without_gradient",
            "The second bias got no gradient. The two are added, so both get the same.",
            {'"b_hh": flat.sum(0)': '"b_hh": 0 * flat.sum(0)'},
        ),
        Misconception(
            "one_bias_in_the_gates",
            "The gates were recovered with one bias only. The sums before them hold both.",
            {"+ b_ih + b_hh).chunk": "+ b_ih).chunk"},
        ),
        Misconception(
            "d_outs_overwritten",
            "What came from the next step was added into d_outs itself. Make a new tensor.",
            {"dh = d_outs[:, t] + dh": "d_outs[:, t] += dh\n        dh = d_outs[:, t]"},
        ),
        Misconception(
            "cell_sees_the_output_alone",
            "What enters the cell is only what the loss says about this output. The derivative from the next step goes "
            "through the same output gate.",
            {"dc = dc + dh * o": "dc = dc + d_outs[:, t] * o"},
        ),
        Misconception(
            "output_gate_sees_the_output_alone",
            "The output gate gets only what the loss says about this output. The derivative from the next step belongs to "
            "it, too.",
            {"a_o = dh * shown": "a_o = d_outs[:, t] * shown"},
        ),
        Misconception(
            "state_weights_transposed",
            "On the way back the state's weights were transposed. With row vectors the state before gets a_t times the "
            "matrix as it is.",
            {
                "A[-1] @ w_hh, dc": "sum(a @ w.T for a, w in zip(A[-1].chunk(4, 1), w_hh.chunk(4), strict=True)), dc",
            },
        ),
        Misconception(
            "old_cell_by_division",
            "The old cell was recovered by dividing by the forget gate. Where a gate is shut, that is 0 by 0: go forwards "
            "once.",
            {"a_f = dc * cells[t] *": "a_f = dc * ((cells[t + 1] - i[:, t] * g[:, t]) / f[:, t]) *"},
        ),
        Misconception(
            "tanh_by_division",
            "The tanh of the cell was recovered by dividing the state by the output gate. Where that gate is shut, this "
            "is 0 by 0.",
            {"shown = torch.tanh(cells[t + 1])": "shown = outs[:, t] / o[:, t]"},
        ),
        Misconception(
            "view_of_what_is_not_in_order",
            "`view` needs values that lie in order in memory, which those of a transposed batch do not. `reshape` copies "
            "where it must.",
            {"flat.T @ X.flatten(0, 1)": "flat.T @ X.view(B * T, X.shape[2])"},
        ),
    ],
}
