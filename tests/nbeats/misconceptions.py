"""What students get wrong in nbeats, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "window_bases": [
        Misconception(
            "horizon_starts_anew",
            "The horizon has a clock of its own that starts at 0. Its first time is L: the curves run on where the window ends, "
            "otherwise a season begins in a wrong phase and a trend falls back.",
            {
                'return {"trend": (trend[:, :L], trend[:, L:]), "season": (season[:, :L], season[:, L:])}': (
                    "t = np.arange(H, dtype=float)\n"
                    "    after = trend_basis(degree, t, L), seasonality_basis(n_harmonics, t, period)\n"
                    '    return {"trend": (trend[:, :L], after[0]), "season": (season[:, :L], after[1])}'
                )
            },
        ),
        Misconception(
            "time_from_zero_to_one",
            "The window and the horizon are both stretched to 0 … 1 with both ends included. Time runs in steps of 1/L, from 0 to "
            "(L - 1)/L in the window, and on beyond it.",
            {
                "t = np.arange(float(L + H))": (
                    "t = np.concatenate([np.linspace(0, 1, L), np.linspace(0, 1, H)]) * L"
                )
            },
        ),
        Misconception(
            "clock_starts_at_one",
            "The window's first time is 1. It is 0.",
            {"t = np.arange(float(L + H))": "t = np.arange(1, L + H + 1, dtype=float)"},
        ),
        Misconception(
            "powers_from_one",
            "The powers begin with 1, and the constant is missing. They run from 0 to the degree.",
            {"np.arange(degree + 1)[:, None]": "np.arange(1, degree + 2)[:, None]"},
        ),
        Misconception(
            "highest_power_missing",
            "The last power is missing: a trend of degree d has d + 1 rows.",
            {"np.arange(degree + 1)[:, None]": "np.arange(degree)[:, None]"},
        ),
        Misconception(
            "highest_power_first",
            "The rows stand from the highest power down. Row p is the power p.",
            {"np.arange(degree + 1)[:, None]": "np.arange(degree, -1, -1)[:, None]"},
        ),
        Misconception(
            "time_not_scaled",
            "The powers are those of the steps. Divide by the length of the window first: 48 to the power 3 beside 1 makes an "
            "ill-conditioned basis.",
            {"(t / L) ** np.arange": "(1.0 * t) ** np.arange"},
        ),
        Misconception(
            "time_scaled_by_last_step",
            "Time was divided by L - 1, so that the window ends at 1. It is divided by L.",
            {"(t / L) ** np.arange": "(t / max(L - 1, 1)) ** np.arange"},
        ),
        Misconception(
            "no_two_pi",
            "The angle lacks the factor 2 pi, so that a wave needs 2 pi periods for one turn.",
            {"2 * math.pi * np.arange(1, n_harmonics + 1)": "np.arange(1, n_harmonics + 1)"},
        ),
        Misconception(
            "half_turns",
            "The angle has pi in place of 2 pi: a wave makes only half a turn in its period.",
            {
                "2 * math.pi * np.arange(1, n_harmonics + 1)": "math.pi * np.arange(1, n_harmonics + 1)"
            },
        ),
        Misconception(
            "interleaved",
            "Cosine and sine of each harmonic stand together. All cosines come first, then all sines.",
            {
                "return np.concatenate([np.cos(angle), np.sin(angle)])": (
                    "return np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1, len(t))"
                )
            },
        ),
        Misconception(
            "sines_first",
            "The sines stand before the cosines.",
            {"[np.cos(angle), np.sin(angle)]": "[np.sin(angle), np.cos(angle)]"},
        ),
        Misconception(
            "harmonic_zero",
            "The harmonics run from 0 to K - 1. Harmonic 0 is a constant, which the trend has, and a row of zeros; they run from 1 to K.",
            {"np.arange(1, n_harmonics + 1)": "np.arange(n_harmonics)"},
        ),
        Misconception(
            "period_multiplied",
            "Time is multiplied by the period. The harmonic k has the period m / k, so time is divided by m.",
            {"* t / period": "* t * period"},
        ),
        Misconception(
            "fast_waves_accepted",
            "More harmonics than half the period went through. At whole steps such a wave cannot be told from a slower one: ValueError.",
            {"if n_harmonics > period / 2:": "if n_harmonics > period:"},
        ),
        Misconception(
            "fastest_wave_refused",
            "K equal to half the period was refused. It is allowed; only its last sine is zero at whole steps.",
            {"if n_harmonics > period / 2:": "if n_harmonics >= period / 2:"},
        ),
        Misconception(
            "half_period_rounded_down",
            "Half the period was rounded to a whole number before comparing, as if periods were whole. Compare with m / 2 itself: K = 2 is too "
            "much for 3.9.",
            {"if n_harmonics > period / 2:": "if n_harmonics > round(period / 2):"},
        ),
        Misconception(
            "scaled_by_their_number",
            "Times were divided by how many there are. They are measured in windows, of L steps.",
            {
                "return (t / L) ** np.arange(degree + 1)[:, None]": "return (t / len(t)) ** np.arange(degree + 1)[:, None]",
            },
        ),
        Misconception(
            "scaled_by_the_latest",
            "Times were divided by the latest of them. They are measured in windows, of L steps.",
            {
                "return (t / L) ** np.arange(degree + 1)[:, None]": "return (t / t.max()) ** np.arange(degree + 1)[:, None]",
            },
        ),
        Misconception(
            "window_of_L_minus_one",
            "Times were divided by L - 1. A window has L steps.",
            {
                "(t / L) **": "(t / (L - 1)) **",
            },
        ),
        Misconception(
            "level_missing_at_degree_0",
            "A trend of degree 0 has one row, the level.",
            {
                "return (t / L) ** np.arange(degree + 1)[:, None]": "return (t / L) ** np.arange(degree + 1 if degree else 0)[:, None]",
            },
        ),
        Misconception(
            "times_in_rows",
            "The basis lies on its side: a curve is a row, time runs along it.",
            {
                "return (t / L) ** np.arange(degree + 1)[:, None]": "return (t / L)[:, None] ** np.arange(degree + 1)",
            },
        ),
        Misconception(
            "powers_by_logarithms",
            "Powers were taken by way of logarithms, which negative times do not have.",
            {
                "return (t / L) ** np.arange(degree + 1)[:, None]": "return np.exp(np.arange(degree + 1)[:, None] * np.log(np.maximum(t / L, 1e-12)))",
            },
        ),
        Misconception(
            "sign_of_the_time_lost",
            "The sign of the time was lost. Times may be negative.",
            {
                "(t / L) **": "(np.abs(t) / L) **",
            },
        ),
        Misconception(
            "whole_steps_only",
            "Times were cut to whole steps.",
            {
                "(t / L) **": "(t.astype(int) / L) **",
            },
        ),
        Misconception(
            "a_clock_of_its_own",
            "The times that were given have no effect: the function counts from 0 itself.",
            {
                "(t / L) **": "(np.arange(len(t)) / L) **",
            },
        ),
        Misconception(
            "whole_windows_only",
            "Times were cut to whole windows.",
            {
                "(t / L) **": "(t // L) **",
            },
        ),
        Misconception(
            "in_float32",
            "The basis is float32. Bases are float64.",
            {
                "return (t / L) ** np.arange(degree + 1)[:, None]": "return ((t / L) ** np.arange(degree + 1)[:, None]).astype(np.float32)",
            },
        ),
        Misconception(
            "wave_zero_as_well",
            "The wave of frequency 0 was put in as well: its cosine is the level, its sine is zero.",
            {
                "np.arange(1, n_harmonics + 1)": "np.arange(n_harmonics + 1)",
            },
        ),
        Misconception(
            "last_harmonic_missing",
            "The last harmonic is missing. They go from 1 to K.",
            {
                "np.arange(1, n_harmonics + 1)": "np.arange(1, max(n_harmonics, 1))",
            },
        ),
        Misconception(
            "period_of_all_times",
            "The number of times was taken for the period.",
            {
                "/ period\n": "/ len(t)\n",
            },
        ),
        Misconception(
            "slower_and_slower",
            "The times were divided by the number of the wave. The waves get faster, with periods m, m/2, m/3.",
            {
                "angle = 2 * math.pi * np.arange(1, n_harmonics + 1)[:, None] * t / period": "angle = 2 * math.pi / np.arange(1, n_harmonics + 1)[:, None] * t / period",
            },
        ),
        Misconception(
            "period_cut",
            "The period was cut to a whole number. It is not always one.",
            {
                "/ period\n": "/ int(period)\n",
            },
        ),
        Misconception(
            "period_rounded",
            "The period was rounded to a whole number. It is not always one.",
            {
                "/ period\n": "/ round(period)\n",
            },
        ),
        Misconception(
            "harmonics_cut_down",
            "Too many harmonics were cut down in silence. The docstring asks for a ValueError.",
            {
                '        raise ValueError(f"a period of {period} steps has no {n_harmonics} harmonics")': "        n_harmonics = int(period // 2)",
            },
        ),
        Misconception(
            "half_period_rounded_up",
            "Half the period was rounded up before it was compared. More than half is too many, by however little.",
            {
                "if n_harmonics > period / 2:": "if n_harmonics > math.ceil(period / 2):",
            },
        ),
        Misconception(
            "an_assertion",
            "An assertion failed where a ValueError is asked for.",
            {
                'raise ValueError(f"a period of': 'raise AssertionError(f"a period of',
            },
        ),
        Misconception(
            "no_axis_of_time_without_waves",
            "Without harmonics there are no rows, but time is still an axis: the shape is (0, T).",
            {
                "return np.concatenate([np.cos(angle), np.sin(angle)])": "return np.concatenate([np.cos(angle), np.sin(angle)]) if n_harmonics else np.zeros(0)",
            },
        ),
        Misconception(
            "clock_ends_at_zero",
            "The window has negative times here, so that the horizon begins at 0. The window begins at 0.",
            {
                "np.arange(float(L + H))": "np.arange(float(-L), float(H))",
            },
        ),
        Misconception(
            "linspace_with_both_ends",
            "The clock runs from 0 to L + H with both ends included: its steps are longer than 1.",
            {
                "np.arange(float(L + H))": "np.linspace(0, L + H, L + H)",
            },
        ),
        Misconception(
            "window_and_horizon_as_the_scale",
            "The trend was divided by the length of window and horizon. It is measured in windows.",
            {
                "trend_basis(degree, t, L)": "trend_basis(degree, t, L + H)",
            },
        ),
        Misconception(
            "horizon_before_window",
            "The basis over the horizon comes before that over the window.",
            {
                'return {"trend": (trend[:, :L], trend[:, L:]), "season": (season[:, :L], season[:, L:])}': 'return {"trend": (trend[:, L:], trend[:, :L]), "season": (season[:, L:], season[:, :L])}',
            },
        ),
        Misconception(
            "cut_after_H",
            "The bases were cut after H columns. The window has L.",
            {
                'return {"trend": (trend[:, :L], trend[:, L:]), "season": (season[:, :L], season[:, L:])}': 'return {"trend": (trend[:, :H], trend[:, H:]), "season": (season[:, :H], season[:, H:])}',
            },
        ),
        Misconception(
            "last_value_again",
            "The horizon begins with the last time of the window. It begins one step later.",
            {
                'return {"trend": (trend[:, :L], trend[:, L:]), "season": (season[:, :L], season[:, L:])}': 'return {"trend": (trend[:, :L], trend[:, L - 1 : -1]), "season": (season[:, :L], season[:, L - 1 : -1])}',
            },
        ),
        Misconception(
            "horizon_holds_everything",
            "The second basis holds the window, too. It is that of the horizon alone.",
            {
                'return {"trend": (trend[:, :L], trend[:, L:]), "season": (season[:, :L], season[:, L:])}': 'return {"trend": (trend[:, :L], trend), "season": (season[:, :L], season)}',
            },
        ),
        Misconception(
            "another_name",
            'The names are "trend" and "season".',
            {
                '"season": (': '"seasonality": (',
            },
        ),
    ],
    "projection_forecast": [
        Misconception(
            "one_fit_per_basis",
            "Each basis was fitted to the window by itself. Where bases can imitate each other, the sum then counts the same thing twice: "
            "fit all rows together.",
            {
                "    theta = project(x, np.concatenate([V_b for V_b, _ in bases.values()]))\n": "",
                "    ends = np.cumsum([len(V_b) for V_b, _ in bases.values()])\n": "",
                "name: theta[:, end - len(V_f) : end] @ V_f for (name, (_, V_f)), end in zip(bases.items(), ends)": (
                    "name: project(x, V_b) @ V_f for name, (V_b, V_f) in bases.items()"
                ),
            },
        ),
        Misconception(
            "one_after_the_other",
            "The second basis was fitted to what the first one left. Then the first one takes all that it can draw; in the joint fit all "
            "coefficients are found at once.",
            {
                "    theta = project(x, np.concatenate([V_b for V_b, _ in bases.values()]))\n": "    parts = {}\n",
                "    ends = np.cumsum([len(V_b) for V_b, _ in bases.values()])\n": (
                    "    for name, (V_b, V_f) in bases.items():\n        theta = project(x, V_b)\n"
                    "        parts[name] = theta @ V_f\n        x = x - theta @ V_b\n"
                ),
                "    return {\n        name: theta[:, end - len(V_f) : end] @ V_f for (name, (_, V_f)), end in zip(bases.items(), ends)\n    }": (
                    "    return parts"
                ),
            },
        ),
        Misconception(
            "dot_products",
            "The coefficients are the products of the window with the rows. That is right only for rows that are orthogonal and of length 1; "
            "else their inner products have to be divided out.",
            {"x @ np.linalg.pinv(V_b, 1e-10)": "x @ V_b.T"},
        ),
        Misconception(
            "divided_by_squares",
            "Each coefficient is the product with its row over the square of this row, one row at a time. That is right only for orthogonal rows.",
            {"x @ np.linalg.pinv(V_b, 1e-10)": "x @ V_b.T / np.maximum((V_b**2).sum(1), 1e-300)"},
        ),
        Misconception(
            "pieces_of_equal_length",
            "The coefficients were dealt out in equal pieces. Each basis gets as many as it has rows.",
            {
                "np.cumsum([len(V_b) for V_b, _ in bases.values()])\n": (
                    "np.cumsum([len(V_b) for V_b, _ in bases.values()])\n"
                    "    pieces = iter(np.array_split(theta, len(bases), axis=1))\n"
                ),
                "name: theta[:, end - len(V_f) : end] @ V_f for (name, (_, V_f)), end in zip(bases.items(), ends)": (
                    "name: (p := next(pieces))[:, : len(V_f)] @ V_f[: p.shape[1]] for name, (_, V_f) in bases.items()"
                ),
            },
        ),
        Misconception(
            "normal_equations",
            "The inverse of V V^T does not exist for dependent rows, and rounding then gives very large coefficients, or a small number that was added "
            "changes them. The shortest solution is that of the pseudoinverse.",
            {
                "x @ np.linalg.pinv(V_b, 1e-10)": (
                    "x @ V_b.T @ np.linalg.inv(V_b @ V_b.T + 1e-8 * np.eye(len(V_b)))"
                )
            },
        ),
        Misconception(
            "threshold_ignored",
            "Rows of the size of rounding errors got large coefficients: the threshold of 1e-10 for singular values was not used.",
            {"np.linalg.pinv(V_b, 1e-10)": "np.linalg.pinv(V_b, 1e-16)"},
        ),
        Misconception(
            "not_centred",
            "The mean was not subtracted before comparing sums of squares. A window far from 0 then looks explained, or not, for its level alone.",
            {"centred = x - x.mean(1, keepdims=True)": "centred = x"},
        ),
        Misconception(
            "centred_by_the_batch",
            "The mean is that over all windows of a step, or over everything. Each window is centred by its own mean.",
            {"centred = x - x.mean(1, keepdims=True)": "centred = x - x.mean()"},
        ),
        Misconception(
            "level_left_in_the_fit",
            "The fit is that of the window with its level, and only the sum of squares below is centred. Subtract the mean first, then fit: a basis "
            "without a constant is not to be blamed for the level.",
            {"left = centred - project(centred, V_b) @ V_b": "left = x - project(x, V_b) @ V_b"},
        ),
        Misconception(
            "share_left",
            "What comes out is the share that is left. The share explained is 1 minus it.",
            {"return 1 - (left**2).sum(1)": "return (left**2).sum(1)"},
        ),
        Misconception(
            "root_of_the_share",
            "The ratio is that of the lengths. The share compares sums of squares, without a root.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": "return 1 - np.sqrt((left**2).sum(1) / (centred**2).sum(1))"
            },
        ),
        Misconception(
            "one_share_for_all",
            "The sums run over all windows. Each window has a share of its own.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": (
                    "return 1 - (left**2).sum() / (centred**2).sum() + np.zeros(len(x))"
                )
            },
        ),
        Misconception(
            "inverse_that_is_missing",
            "For dependent curves the product of the basis with itself has no inverse. The pseudoinverse of the basis needs none.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return x @ V_b.T @ np.linalg.inv(V_b @ V_b.T)",
            },
        ),
        Misconception(
            "threshold_of_the_square",
            "Small curves are lost: the threshold for singular values is higher than that of the docstring, or was held against their squares.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return x @ V_b.T @ np.linalg.pinv(V_b @ V_b.T, 1e-10)",
            },
        ),
        Misconception(
            "square_without_threshold",
            "The pseudoinverse was taken of the basis times itself, whose singular values are squares, with another threshold.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return x @ V_b.T @ np.linalg.pinv(V_b @ V_b.T)",
            },
        ),
        Misconception(
            "a_little_ridge",
            "A small number was added to the diagonal, which shrinks the coefficients. Least squares does not.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return x @ V_b.T @ np.linalg.inv(V_b @ V_b.T + 1e-10 * np.eye(len(V_b)))",
            },
        ),
        Misconception(
            "threshold_not_relative",
            "The threshold was compared with the singular values themselves. It is a share of the largest.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "U, s, W = np.linalg.svd(V_b, full_matrices=False)\n    return x @ (W.T * np.where(s > 1e-10, 1 / np.where(s > 1e-10, s, 1), 0)) @ U.T",
            },
        ),
        Misconception(
            "coefficients_in_columns",
            "The coefficients lie on their side. There is a row for each window.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return (x @ np.linalg.pinv(V_b, 1e-10)).T",
            },
        ),
        Misconception(
            "in_float32",
            "The fit was done in float32.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return (x.astype(np.float32) @ np.linalg.pinv(V_b.astype(np.float32), 1e-10)).astype(float)",
            },
        ),
        Misconception(
            "centred_before_the_fit",
            "The windows were centred before they were fitted. They are fitted as they are.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return (x - x.mean(1, keepdims=True)) @ np.linalg.pinv(V_b, 1e-10)",
            },
        ),
        Misconception(
            "first_window_for_all",
            "All windows got the coefficients of the first.",
            {
                "return x @ np.linalg.pinv(V_b, 1e-10)": "return np.repeat(x[:1] @ np.linalg.pinv(V_b, 1e-10), len(x), axis=0)",
            },
        ),
        Misconception(
            "first_pieces_again",
            "Every basis was given the coefficients from the first on. Each has a piece of its own.",
            {
                "theta[:, end - len(V_f) : end]": "theta[:, : len(V_f)]",
            },
        ),
        Misconception(
            "window_drawn_again",
            "The parts are those of the window. The horizon is asked for.",
            {
                "for (name, (_, V_f)), end": "for (name, (V_f, _)), end",
            },
        ),
        Misconception(
            "stacked_backwards",
            "The bases were stacked in the opposite order of that in which the coefficients are dealt out.",
            {
                "[V_b for V_b, _ in bases.values()]))": "[V_b for V_b, _ in bases.values()][::-1]))",
            },
        ),
        Misconception(
            "in_order_of_names",
            "The coefficients were dealt out in the order of the names.",
            {
                "zip(bases.items(), ends)": "zip(sorted(bases.items()), ends)",
            },
        ),
        Misconception(
            "fitted_to_the_horizon",
            "The bases over the horizon were fitted to the window.",
            {
                "[V_b for V_b, _ in bases.values()]))": "[V_f for _, V_f in bases.values()]))",
            },
        ),
        Misconception(
            "two_bases_only",
            "Only the first two bases were used. There may be any number.",
            {
                "theta = project(x, np.concatenate([V_b for V_b, _ in bases.values()]))": "bases = dict(list(bases.items())[:2])\n    theta = project(x, np.concatenate([V_b for V_b, _ in bases.values()]))",
            },
        ),
        Misconception(
            "sum_returned",
            "The sum was returned. The parts are asked for, by name.",
            {
                "    return {\n        name": (
                    "    return sum(\n"
                    "        theta[:, end - len(V_f) : end] @ V_f for (name, (_, V_f)), end in zip(bases.items(), ends)\n"
                    "    ) if True else {\n"
                    "        name"
                ),
            },
        ),
        Misconception(
            "sum_among_the_parts",
            "The sum was put among the parts, and whoever adds the parts counts all twice.",
            {
                "    return {\n        name": '    return {"sum": theta @ np.concatenate([V_f for _, V_f in bases.values()])} | {\n        name',
            },
        ),
        Misconception(
            "basis_centred_too",
            "The curves were centred as well. Only the window is.",
            {
                "left = centred - project(centred, V_b) @ V_b": "V_b = V_b - V_b.mean(1, keepdims=True)\n    left = centred - project(centred, V_b) @ V_b",
            },
        ),
        Misconception(
            "adjusted_share",
            "The share was corrected for the number of curves. It is asked for as it is.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": "n, k = x.shape[1], len(V_b)\n    return 1 - (left**2).sum(1) / (centred**2).sum(1) * (n - 1) / max(n - k - 1, 1)",
            },
        ),
        Misconception(
            "variance_of_what_is_left",
            "What is left was centred once more before it was squared. Its mean has not been explained.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": "return 1 - left.var(1) / centred.var(1)",
            },
        ),
        Misconception(
            "squared_correlation",
            "The squared correlation of window and fit was returned: without a level in the basis that is another number.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": "return np.array([np.corrcoef(a, b)[0, 1] ** 2 for a, b in zip(centred, centred - left)])",
            },
        ),
        Misconception(
            "mean_share",
            "The mean of the shares was returned. There is one for each window.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": "return (1 - (left**2).sum(1) / (centred**2).sum(1)).mean()",
            },
        ),
        Misconception(
            "centred_per_time",
            "At each time the mean over the windows was subtracted. It is the mean of the row.",
            {
                "x.mean(1, keepdims=True)": "x.mean(0)",
            },
        ),
        Misconception(
            "small_number_below",
            "A small number was added below. Windows may be small, and then it is not.",
            {
                "return 1 - (left**2).sum(1) / (centred**2).sum(1)": "return 1 - (left**2).sum(1) / ((centred**2).sum(1) + 1e-8)",
            },
        ),
    ],
    "nbeats_block": [
        Misconception(
            "one_set_of_coefficients",
            "Both curves are drawn with the coefficients of the backcast's head. Past and future have a head each.",
            {
                "in ((head_b, V_b), (head_f, V_f)))": "in ((head_b, V_b), (head_b if len(V_b) == len(V_f) else head_f, V_f)))"
            },
        ),
        Misconception(
            "heads_exchanged",
            "The two heads are exchanged: theta_b belongs to V_b and theta_f to V_f. Where both have as many rows, nothing complains.",
            {
                "in ((head_b, V_b), (head_f, V_f)))": (
                    "in (((head_f, V_b), (head_b, V_f)) if len(V_b) == len(V_f) else ((head_b, V_b), (head_f, V_f))))"
                )
            },
        ),
        Misconception(
            "bases_exchanged",
            "The two bases are exchanged. Where window and horizon are as long, nothing complains.",
            {
                "in ((head_b, V_b), (head_f, V_f)))": (
                    "in (((head_b, V_f), (head_f, V_b)) if V_b.shape == V_f.shape else ((head_b, V_b), (head_f, V_f))))"
                )
            },
        ),
        Misconception(
            "results_exchanged",
            "Forecast and backcast are returned in the wrong order: the backcast comes first.",
            {"return backcast, forecast": "return forecast, backcast"},
        ),
        Misconception(
            "relu_on_the_heads",
            "The coefficients went through a ReLU. The heads are linear: a slope may be negative.",
            {"((h @ W.T + b) @ V for": "(torch.relu(h @ W.T + b) @ V for"},
        ),
        Misconception(
            "heads_without_bias",
            "The heads' biases are missing.",
            {"((h @ W.T + b) @ V for": "((h @ W.T) @ V for"},
        ),
        Misconception(
            "no_relu",
            "The layers have no ReLU between them, so that the whole block is one linear map.",
            {"h = torch.relu(h @ W.T + b)": "h = h @ W.T + b"},
        ),
        Misconception(
            "last_layer_linear",
            "The last layer before the heads has no ReLU. One follows each layer.",
            {
                "    backcast, forecast = (": "    h = x\n    for i, (W, b) in enumerate(fc):\n        h = h @ W.T + b if i == len(fc) - 1 else torch.relu(h @ W.T + b)\n    backcast, forecast = ("
            },
        ),
        Misconception(
            "bias_after_relu",
            "The bias is added after the ReLU. It belongs inside: it decides where a unit switches on.",
            {"torch.relu(h @ W.T + b)": "torch.relu(h @ W.T) + b"},
        ),
        Misconception(
            "weights_not_transposed",
            "The weights are used without transposing where they are square. In torch's layout each row belongs to a unit: x @ W.T.",
            {
                "h = torch.relu(h @ W.T + b)": "h = torch.relu((h @ W if W.shape[0] == W.shape[1] else h @ W.T) + b)"
            },
        ),
        Misconception(
            "heads_see_the_window",
            "The heads are fed with the window where the widths allow it. Both take the last hidden values.",
            {
                "((h @ W.T + b) @ V for": "(((x if x.shape[1] == W.shape[1] else h) @ W.T + b) @ V for"
            },
        ),
        Misconception(
            "relu_on_the_forecast_head",
            "The head for the forecast has a ReLU. Coefficients may be negative.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b, torch.relu(h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "relu_on_the_backcast_head",
            "The head for the backcast has a ReLU. Coefficients may be negative.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = torch.relu(h @ head_b[0].T + head_b[1]) @ V_b, (h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "backcast_head_without_bias",
            "The head for the backcast has no bias here.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T) @ V_b, (h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "forecast_head_without_bias",
            "The head for the forecast has no bias here.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b, (h @ head_f[0].T) @ V_f",
            },
        ),
        Misconception(
            "layers_without_bias",
            "The layers have no bias here.",
            {
                "h = torch.relu(h @ W.T + b)": "h = torch.relu(h @ W.T)",
            },
        ),
        Misconception(
            "backcast_with_the_other_basis",
            "With equal shapes the backcast was drawn with the basis of the horizon.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ (V_f if V_f.shape == V_b.shape else V_b), (h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "forecast_with_the_other_basis",
            "With equal shapes the forecast was drawn with the basis of the window.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b, (h @ head_f[0].T + head_f[1]) @ (V_b if V_f.shape == V_b.shape else V_f)",
            },
        ),
        Misconception(
            "square_head_not_transposed",
            "A head whose weight is square was not transposed. It has a row per coefficient, whatever its shape.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ (head_b[0] if head_b[0].shape[0] == head_b[0].shape[1] else head_b[0].T) + head_b[1]) @ V_b, (h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "square_basis_transposed",
            "A basis that is square was transposed. Its rows are the curves, whatever its shape.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b, (h @ head_f[0].T + head_f[1]) @ (V_f.T if V_f.shape[0] == V_f.shape[1] else V_f)",
            },
        ),
        Misconception(
            "first_layer_only",
            "Only the first layer was applied. There may be any number of them.",
            {
                "for W, b in fc:": "for W, b in fc[:1]:",
            },
        ),
        Misconception(
            "four_layers_at_most",
            "Only the first four layers were applied. There may be any number of them.",
            {
                "for W, b in fc:": "for W, b in fc[:4]:",
            },
        ),
        Misconception(
            "rest_returned",
            "What is left of the window was returned. The block says the backcast; who runs it subtracts.",
            {
                "return backcast, forecast": "return x - backcast, forecast",
            },
        ),
        Misconception(
            "basis_detached",
            "Autograd finds no way back to the basis of the window. In a generic block it is trained.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b.detach(), (h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "hidden_values_detached",
            "From the forecast autograd finds no way back to the layers.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b, (h.detach() @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "window_detached",
            "Autograd finds no way back to the window. The blocks before it need that.",
            {
                "h = x\n": "h = x.detach()\n",
            },
        ),
        Misconception(
            "leaky_layers",
            "The ReLU leaks: below zero a little comes through.",
            {
                "torch.relu(h": "torch.nn.functional.leaky_relu(h",
            },
        ),
        Misconception(
            "tanh_layers",
            "The layers have a tanh. It is a ReLU that follows them.",
            {
                "torch.relu(h": "torch.tanh(h",
            },
        ),
        Misconception(
            "coefficients_averaged",
            "The curves were averaged with their coefficients. They are added.",
            {
                "backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))": "backcast, forecast = (h @ head_b[0].T + head_b[1]) @ V_b / len(V_b), (h @ head_f[0].T + head_f[1]) @ V_f",
            },
        ),
        Misconception(
            "relu_on_the_window",
            "The window went through a ReLU first. Only layers are followed by one.",
            {
                "h = x\n": "h = torch.relu(x)\n",
            },
        ),
        Misconception(
            "relu_on_the_backcast",
            "The backcast went through a ReLU. It may be negative.",
            {
                "return backcast, forecast": "return torch.relu(backcast), forecast",
            },
        ),
        Misconception(
            "axis_of_one_dropped",
            "With one window or one step an axis is lost. The shapes are (B, L) and (B, H) for every size.",
            {
                "return backcast, forecast": "return backcast.squeeze(), forecast.squeeze()",
            },
        ),
        Misconception(
            "units_with_a_ceiling",
            "The hidden values have a ceiling. A ReLU has none.",
            {
                "torch.relu(h @ W.T + b)": "(h @ W.T + b).clamp(0, 6)",
            },
        ),
        Misconception(
            "window_centred",
            "The window was centred first. The block takes it as it is.",
            {
                "h = x\n": "h = x - x.mean(1, keepdim=True)\n",
            },
        ),
    ],
    "double_residual": [
        Misconception(
            "every_block_sees_the_window",
            "Every block is given the window itself. It is to see what the blocks before it have left.",
            {
                "            backcast, forecast = block(x)\n            x = x - backcast": "            backcast, forecast = block(seen)\n            x = x - backcast",
                "    parts = {}": "    parts, seen = {}, x",
            },
        ),
        Misconception(
            "backcast_added",
            "The backcast is added. It is what the block has explained, and is subtracted.",
            {"x = x - backcast": "x = x + backcast"},
        ),
        Misconception(
            "backcast_passed_on",
            "The next block is given the backcast itself. It is to see the rest: input minus backcast.",
            {"x = x - backcast": "x = backcast"},
        ),
        Misconception(
            "subtracted_from_the_window",
            "The backcast is subtracted from the first window each time. Subtract it from what this block was given.",
            {
                "x = x - backcast": "x = seen - backcast",
                "    parts = {}": "    parts, seen = {}, x",
            },
        ),
        Misconception(
            "stacks_start_anew",
            "Each stack starts with the whole window. What is left runs on from stack to stack.",
            {
                "        forecasts = []": "        forecasts, x = [], seen",
                "    parts = {}": "    parts, seen = {}, x",
            },
        ),
        Misconception(
            "last_forecast_only",
            "The part of a stack is the forecast of its last block. It is the sum over the blocks of the stack.",
            {"torch.stack(forecasts).sum(0)": "forecasts[-1]"},
        ),
        Misconception(
            "mean_of_forecasts",
            "The forecasts of a stack are averaged. Blocks share the work, so their forecasts are added.",
            {"torch.stack(forecasts).sum(0)": "torch.stack(forecasts).mean(0)"},
        ),
        Misconception(
            "parts_averaged",
            "The forecast is the mean of the parts. It is their sum.",
            {
                "torch.stack(list(parts.values())).sum(0)": "torch.stack(list(parts.values())).mean(0)"
            },
        ),
        Misconception(
            "parts_accumulate",
            "Each part contains the parts of the stacks before it. Every stack has a sum of its own.",
            {
                "        forecasts = []": "        forecasts = list(parts.values())[-1:]",
                "torch.stack(list(parts.values())).sum(0)": "list(parts.values())[-1]",
            },
        ),
        Misconception(
            "forecast_of_the_last_stack",
            "The forecast is that of the last stack. It is the sum of all parts.",
            {"torch.stack(list(parts.values())).sum(0)": "list(parts.values())[-1]"},
        ),
        Misconception(
            "residual_before_the_last_block",
            "What is returned as left was taken before the last block. Its backcast has to be subtracted, too.",
            {
                "            x = x - backcast": "            before, x = x, x - backcast",
                "parts, x\n": "parts, before\n",
            },
        ),
        Misconception(
            "window_returned",
            "The third result is the window that came in. It should be what is left of it after the last block.",
            {"    parts = {}": "    parts, seen = {}, x", "parts, x\n": "parts, seen\n"},
        ),
        Misconception(
            "in_place",
            "The backcast was subtracted in place, so that the caller's windows have changed. Make a new tensor for what is left.",
            {"x = x - backcast": "x -= backcast"},
        ),
        Misconception(
            "nothing_subtracted",
            "No backcast is subtracted: every block sees the whole window, and it is returned as what is left.",
            {
                "x = x - backcast": "x = x - 0 * backcast",
            },
        ),
        Misconception(
            "forecast_subtracted",
            "With equal lengths the forecast was subtracted. It is the backcast.",
            {
                "x = x - backcast": "x = x - (forecast if forecast.shape == backcast.shape else backcast)",
            },
        ),
        Misconception(
            "blocks_of_a_stack_see_the_same",
            "The blocks of a stack all see what the stack was given. Each sees what the block before it has left.",
            {
                "        forecasts = []\n": "        forecasts, given = [], x\n",
                "backcast, forecast = block(x)": "backcast, forecast = block(given)",
            },
        ),
        Misconception(
            "explained_in_place_of_left",
            "What was explained was returned. What is left is asked for.",
            {
                "    parts = {}\n": "    parts, window = {}, x\n",
                "return torch.stack(list(parts.values())).sum(0), parts, x": "return torch.stack(list(parts.values())).sum(0), parts, window - x",
            },
        ),
        Misconception(
            "parts_before_the_forecast",
            "The parts were returned before the forecast.",
            {
                "return torch.stack(list(parts.values())).sum(0), parts, x": "return parts, torch.stack(list(parts.values())).sum(0), x",
            },
        ),
        Misconception(
            "blocks_called_twice",
            "Each block was called twice. It is called once per occurrence.",
            {
                "backcast, forecast = block(x)": "backcast, forecast = block(x)[0], block(x)[1]",
            },
        ),
        Misconception(
            "parts_from_the_window",
            "The parts come from another run of the blocks, on the whole window. A part is what its blocks said to what reached them.",
            {
                "    parts = {}\n": "    parts, window = {}, x\n",
                "parts[name] = torch.stack(forecasts).sum(0)": "parts[name] = sum(block(window)[1] for block in blocks)",
            },
        ),
        Misconception(
            "rest_without_negatives",
            "What is left went through a ReLU. It may be negative.",
            {
                "x = x - backcast": "x = torch.relu(x - backcast)",
            },
        ),
        Misconception(
            "forecasts_added_in_place",
            "Forecasts were added into a tensor that belongs to a block: it changes what the block holds.",
            {
                "forecasts.append(forecast)": "forecasts = [forecasts[0].add_(forecast) if forecasts else forecast]",
            },
        ),
        Misconception(
            "each_block_once",
            "A block that stands in several places was run once. It runs at each of them.",
            {
                "for block in blocks:": "for block in dict.fromkeys(blocks):",
            },
        ),
        Misconception(
            "in_order_of_names",
            "The stacks were run in the order of their names. They run as they are listed.",
            {
                "in stacks.items():": "in sorted(stacks.items()):",
            },
        ),
        Misconception(
            "gradient_cut_between_blocks",
            "Blocks see a detached residual: no gradient goes back to the blocks before.",
            {
                "backcast, forecast = block(x)": "backcast, forecast = block(x.detach())",
            },
        ),
        Misconception(
            "backcasts_detached",
            "The backcasts were detached: no gradient of what is left reaches their weights.",
            {
                "x = x - backcast": "x = x - backcast.detach()",
            },
        ),
        Misconception(
            "parts_detached",
            "Autograd finds no way back from the parts.",
            {
                "return torch.stack(list(parts.values())).sum(0), parts, x": "return torch.stack(list(parts.values())).sum(0), {n: p.detach() for n, p in parts.items()}, x",
            },
        ),
        Misconception(
            "parts_without_names",
            "The parts are a list. They are asked for by name.",
            {
                "return torch.stack(list(parts.values())).sum(0), parts, x": "return torch.stack(list(parts.values())).sum(0), list(parts.values()), x",
            },
        ),
        Misconception(
            "first_forecast_only",
            "Of each stack only the first block's forecast was kept. A part is the sum over its blocks.",
            {
                "parts[name] = torch.stack(forecasts).sum(0)": "parts[name] = forecasts[0]",
            },
        ),
        Misconception(
            "parts_of_earlier_calls",
            "The parts of an earlier call are still there. Each call begins anew.",
            {
                "    parts = {}\n": '    parts = double_residual.__dict__.setdefault("parts", {})\n',
            },
        ),
    ],
    "Block": [
        Misconception(
            "fixed_bases_are_trained",
            "The named bases are parameters, so that training bends the waves. Without `learned` they are buffers.",
            {"            if learned:": "            if True:"},
        ),
        Misconception(
            "learned_bases_are_fixed",
            "The learned bases are buffers, so that nothing ever learns them. With `learned` they are parameters.",
            {"            if learned:": "            if False:"},
        ),
        Misconception(
            "plain_attributes",
            "The bases are missing in the state dict: they are plain attributes, or buffers that are not persistent. Register them under their names.",
            {"self.register_buffer(name, V.clone())": "setattr(self, name, V.clone())"},
        ),
        Misconception(
            "frozen_parameters",
            "The fixed bases are parameters without gradient. They are not trained, but an optimizer or a later `requires_grad_` takes them up; "
            "the docstring asks for buffers.",
            {
                "self.register_buffer(name, V.clone())": "self.register_parameter(name, nn.Parameter(V.clone(), requires_grad=False))"
            },
        ),
        Misconception(
            "bases_not_copied",
            "The bases share their memory with the arguments. Whoever changes these changes the block, or the other way round: copy them.",
            {
                "nn.Parameter(V.clone())": "nn.Parameter(V)",
                "self.register_buffer(name, V.clone())": "self.register_buffer(name, V)",
            },
        ),
        Misconception(
            "one_layer_more",
            "There is a layer too many: `layers` counts all of them, the first included.",
            {"[hidden] * (layers - 1)": "[hidden] * layers"},
        ),
        Misconception(
            "heads_of_equal_size",
            "Both heads give as many numbers as V_b has rows. The forecast's head gives one per row of V_f.",
            {
                "nn.Linear(hidden, len(V_f), dtype=dtype)": "nn.Linear(hidden, len(V_b), dtype=dtype)",
                "        return nbeats_block": "        if len(self.V_f) != len(self.V_b):\n            return x, x\n        return nbeats_block",
            },
        ),
        Misconception(
            "heads_without_bias",
            "The heads have no bias. Both are linear layers with one.",
            {
                "self.head_b = nn.Linear(hidden, len(V_b), dtype=dtype)": "self.head_b = nn.Linear(hidden, len(V_b), dtype=dtype, bias=False)",
                "self.head_f = nn.Linear(hidden, len(V_f), dtype=dtype)": "self.head_f = nn.Linear(hidden, len(V_f), dtype=dtype, bias=False)",
                "[(head.weight, head.bias) for head in (self.head_b, self.head_f)]": "[(head.weight, 0) for head in (self.head_b, self.head_f)]",
            },
        ),
        Misconception(
            "always_float32",
            "The layers are float32 whatever the bases are. They get the dtype of V_b.",
            {
                "dtype, sizes = V_b.dtype, [": "dtype, sizes = torch.float32, [",
                "        fc = [(layer.weight, layer.bias)": "        x = x.float()\n        fc = [(layer.weight, layer.bias)",
                "self.V_b, self.V_f)": "self.V_b.float(), self.V_f.float())",
            },
        ),
        Misconception(
            "learned_from_noise",
            "The learned bases begin with numbers of their own. They begin as copies of the arguments.",
            {
                "self.register_parameter(name, nn.Parameter(V.clone()))": "self.register_parameter(name, nn.Parameter(torch.zeros_like(V) + 0.1))"
            },
        ),
        Misconception(
            "learned_and_fixed_exchanged",
            "It is the wrong way round: bases are trained if `learned` says so, and fixed otherwise.",
            {
                "if learned:": "if not learned:",
            },
        ),
        Misconception(
            "dtype_of_the_layers_left_out",
            "Layers and heads are float32, whatever the bases are. The docstring says: the dtype of V_b.",
            {
                "nn.Linear(size, hidden, dtype=dtype)": "nn.Linear(size, hidden)",
                "nn.Linear(hidden, len(V_b), dtype=dtype)": "nn.Linear(hidden, len(V_b))",
                "nn.Linear(hidden, len(V_f), dtype=dtype)": "nn.Linear(hidden, len(V_f))",
            },
        ),
        Misconception(
            "four_layers_always",
            "There are always four layers. The argument says how many.",
            {
                "* (layers - 1)": "* 3",
            },
        ),
        Misconception(
            "backcast_head_without_bias",
            "The head for the backcast has no bias.",
            {
                "nn.Linear(hidden, len(V_b), dtype=dtype)": "nn.Linear(hidden, len(V_b), bias=False, dtype=dtype)",
            },
        ),
        Misconception(
            "heads_say_values",
            "The head for the backcast has a number for each value of the window. It has one for each row of the basis.",
            {
                "nn.Linear(hidden, len(V_b), dtype=dtype)": "nn.Linear(hidden, V_b.shape[1], dtype=dtype)",
            },
        ),
        Misconception(
            "plain_list_of_layers",
            "The layers are in a plain list: their parameters do not belong to the block, and are not trained.",
            {
                "self.fc = nn.ModuleList(nn.Linear(size, hidden, dtype=dtype) for size in sizes)": "self.fc = [nn.Linear(size, hidden, dtype=dtype) for size in sizes]",
            },
        ),
        Misconception(
            "one_layer_repeated",
            "The same layer stands in several places. Each has weights of its own.",
            {
                "self.fc = nn.ModuleList(nn.Linear(size, hidden, dtype=dtype) for size in sizes)": "self.fc = nn.ModuleList([nn.Linear(sizes[0], hidden, dtype=dtype)] + [nn.Linear(hidden, hidden, dtype=dtype)] * (layers - 1))",
            },
        ),
        Misconception(
            "one_basis_learned",
            "Only the basis of the window is trained. Both are, if `learned`.",
            {
                "if learned:": 'if learned and name == "V_b":',
            },
        ),
        Misconception(
            "heads_exchanged",
            "The heads were handed on in the wrong order.",
            {
                "(self.head_b, self.head_f)": "(self.head_f, self.head_b)",
            },
        ),
        Misconception(
            "bases_exchanged",
            "The bases were handed on in the wrong order.",
            {
                "self.V_b, self.V_f)": "self.V_f, self.V_b)",
            },
        ),
        Misconception(
            "relu_on_the_window",
            "The window went through a ReLU first.",
            {
                "nbeats_block(x,": "nbeats_block(torch.relu(x),",
            },
        ),
        Misconception(
            "arguments_used",
            "Forwards uses the arguments of the constructor, not the bases that the module holds: it does not follow when these are loaded or trained.",
            {
                "        for name, V in": "        self.given = V_b, V_f\n        for name, V in",
                "self.V_b, self.V_f)": "*self.given)",
            },
        ),
        Misconception(
            "head_weights_detached",
            "Autograd finds no way back to the weights of a head.",
            {
                "(head.weight, head.bias)": "(head.weight.detach(), head.bias)",
            },
        ),
        Misconception(
            "learned_from_zeros",
            "Learned bases begin as zeros. They begin as copies of the arguments.",
            {
                "nn.Parameter(V.clone())": "nn.Parameter(torch.zeros_like(V))",
            },
        ),
        Misconception(
            "further_parts",
            "The block holds more than the docstring names.",
            {
                "        self.head_b =": "        self.norm = nn.BatchNorm1d(hidden)\n        self.head_b =",
            },
        ),
        Misconception(
            "first_layer_left_out",
            "The first layer is left out where that fits.",
            {
                "for layer in self.fc]": "for layer in (self.fc[1:] if len(self.fc) > 1 and self.fc[0].in_features == self.fc[0].out_features else self.fc)]",
            },
        ),
    ],
    "normalize_window": [
        Misconception(
            "statistics_of_the_batch",
            "Mean and deviation are those of all windows together. Each window has its own.",
            {
                "x[:, :1], x.mean(1, keepdim=True))": "x[:, :1], x.mean() + 0 * x[:, :1])",
                "1.0, x.std(1, keepdim=True))": "1.0, x.std() + 0 * x[:, :1])",
            },
        ),
        Misconception(
            "statistics_across_windows",
            "Mean and deviation are those of the same step in all windows, where the shapes allow it. Each window has its own, along axis 1.",
            {
                "    return (x - mean) / std, mean, std": (
                    "    if x.shape[0] == x.shape[1]:\n        mean, std = x.mean(0, keepdim=True).T, x.std(0, keepdim=True).T\n"
                    "        return ((x.T - mean) / std).T, mean, std\n    return (x - mean) / std, mean, std"
                )
            },
        ),
        Misconception(
            "divided_by_the_number",
            "The deviation divides by L. Here the divisor is L - 1.",
            {"x.std(1, keepdim=True)": "x.std(1, keepdim=True, correction=0)"},
        ),
        Misconception(
            "divided_by_the_variance",
            "The window was divided by its variance. The unit is the deviation, its root.",
            {"x.std(1, keepdim=True)": "x.var(1, keepdim=True)"},
        ),
        Misconception(
            "level_windows_divided_by_zero",
            "A level window was divided by a deviation of 0, or by what rounding makes of it. There the deviation is 1.",
            {"torch.where(level, 1.0, x.std(1, keepdim=True))": "x.std(1, keepdim=True)"},
        ),
        Misconception(
            "epsilon_added",
            "A small number was added to every deviation. It shifts all scales a little, and for a level window it blows rounding errors up; compare the "
            "values, and take 1.",
            {"torch.where(level, 1.0, x.std(1, keepdim=True))": "x.std(1, keepdim=True) + 1e-6"},
        ),
        Misconception(
            "deviation_compared_with_zero",
            "The computed deviation is compared with 0. That of equal values may be as small as 1e-17 and still not 0: compare the values.",
            {
                "level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)": "level = x.std(1, keepdim=True) == 0",
                "torch.where(level, x[:, :1], x.mean(1, keepdim=True))": "x.mean(1, keepdim=True)",
            },
        ),
        Misconception(
            "mean_of_level_windows_rounded",
            "The mean of a level window was computed, and rounding moved it. It is the value itself, so that z is exactly 0.",
            {"torch.where(level, x[:, :1], x.mean(1, keepdim=True))": "x.mean(1, keepdim=True)"},
        ),
        Misconception(
            "level_in_every_part",
            "The mean was added to every part. Their sum then holds it several times; it goes to one part alone.",
            {"part * std + mean if name == level else part * std for": "part * std + mean for"},
        ),
        Misconception(
            "level_in_no_part",
            "The mean was added to no part. The part named by `level` gets it.",
            {"part * std + mean if name == level else part * std for": "part * std for"},
        ),
        Misconception(
            "level_shared_out",
            "The mean was shared out among the parts. One part gets all of it.",
            {
                "part * std + mean if name == level else part * std for": "part * std + mean / len(parts) for"
            },
        ),
        Misconception(
            "shifted_before_scaling",
            "The mean was added before multiplying by the deviation. Undo the steps in reverse: scale first, then shift.",
            {"part * std + mean if": "(part + mean) * std if"},
        ),
        Misconception(
            "only_the_level_part_scaled",
            "Only the part with the level was multiplied by the deviation. The scale goes to every part.",
            {"else part * std for": "else part for"},
        ),
        Misconception(
            "unknown_level_accepted",
            "A name that no part has went through, and the level got lost. Raise KeyError.",
            {"    if level not in parts:\n        raise KeyError(level)\n": ""},
        ),
        Misconception(
            "small_number_in_the_deviation",
            "A small number was added to the deviation. Windows may be small, and then it is not.",
            {
                "std = torch.where(level, 1.0, x.std(1, keepdim=True))": "std = torch.where(level, 1.0, x.std(1, keepdim=True) + 1e-6)",
            },
        ),
        Misconception(
            "small_deviations_taken_for_level",
            "Windows with a small deviation were taken for level. Only one whose values are all equal is.",
            {
                "level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)": "level = x.std(1, keepdim=True) < 1e-8",
            },
        ),
        Misconception(
            "relative_deviation_taken_for_level",
            "Windows that vary little beside their level were taken for level. Only one whose values are all equal is.",
            {
                "level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)": "level = x.std(1, keepdim=True) <= 1e-7 * x.abs().amax(1, keepdim=True)",
            },
        ),
        Misconception(
            "close_values_taken_for_equal",
            "Values that are close were taken for equal. Compare them exactly.",
            {
                "level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)": "level = torch.isclose(x, x[:, :1]).all(1, keepdim=True)",
            },
        ),
        Misconception(
            "last_value_as_the_level",
            "The last value was subtracted. It is the mean.",
            {
                "x.mean(1, keepdim=True))": "x[:, -1:])",
            },
        ),
        Misconception(
            "axes_dropped",
            "Mean and deviation lost their second axis. They are (B, 1), so that they broadcast.",
            {
                "return (x - mean) / std, mean, std": "return (x - mean) / std, mean[:, 0], std[:, 0]",
            },
        ),
        Misconception(
            "level_deviation_of_zero",
            "Where the window is level the deviation is 0, and what was normalised by it is nan. It is 1 there.",
            {
                "std = torch.where(level, 1.0, x.std(1, keepdim=True))": "std = torch.where(level, 0.0, x.std(1, keepdim=True))",
            },
        ),
        Misconception(
            "range_in_place_of_deviation",
            "The range of the values was taken for the deviation.",
            {
                "x.std(1, keepdim=True)": "(x.amax(1, keepdim=True) - x.amin(1, keepdim=True))",
            },
        ),
        Misconception(
            "mean_absolute_deviation",
            "The mean absolute deviation was taken. The standard deviation is asked for.",
            {
                "x.std(1, keepdim=True)": "(x - x.mean(1, keepdim=True)).abs().mean(1, keepdim=True)",
            },
        ),
        Misconception(
            "level_if_all_are",
            "Windows count as level only if all of the batch are. Each is looked at by itself.",
            {
                "level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)": "level = (x.amax(1, keepdim=True) == x.amin(1, keepdim=True)).all().expand(len(x), 1)",
            },
        ),
        Misconception(
            "ends_compared",
            "Only the first and the last value were compared. A window may end where it began.",
            {
                "level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)": "level = x[:, :1] == x[:, -1:]",
            },
        ),
        Misconception(
            "difference_of_squares",
            "The variance was computed as the mean of squares less the square of the mean, which cancels far from 0.",
            {
                "std = torch.where(level, 1.0, x.std(1, keepdim=True))": (
                    "n = x.shape[1]\n"
                    "    variance = (x.square().mean(1, keepdim=True) - x.mean(1, keepdim=True).square()) * n / (n - 1)\n"
                    "    std = torch.where(level, 1.0, variance.clamp(min=0).sqrt())"
                ),
            },
        ),
        Misconception(
            "deviation_before_mean",
            "The deviation was returned before the mean.",
            {
                "return (x - mean) / std, mean, std": "return (x - mean) / std, std, mean",
            },
        ),
        Misconception(
            "level_in_the_first_part",
            "The level was added to the first part. `level` says which part gets it.",
            {
                "return {name: part * std + mean if name == level else part * std for name, part in parts.items()}": "level = next(iter(parts))\n    return {name: part * std + mean if name == level else part * std for name, part in parts.items()}",
            },
        ),
        Misconception(
            "level_in_the_trend",
            "The level was added to the part that is called trend. `level` says which part gets it.",
            {
                "if name == level else": 'if name == "trend" else',
            },
        ),
        Misconception(
            "normalised_once_more",
            "The parts were normalised once more. They are brought back: times the deviation, plus the mean.",
            {
                "return {name: part * std + mean if name == level else part * std for name, part in parts.items()}": "return {name: (part - mean) / std if name == level else part / std for name, part in parts.items()}",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a KeyError is asked for.",
            {
                "raise KeyError(level)": "raise ValueError(level)",
            },
        ),
        Misconception(
            "sum_among_the_parts",
            "The sum was put among the parts, and whoever adds the parts counts all twice.",
            {
                "return {name: part * std + mean if name == level else part * std for name, part in parts.items()}": 'back = {name: part * std + mean if name == level else part * std for name, part in parts.items()}\n    return back | {"sum": sum(back.values())}',
            },
        ),
        Misconception(
            "deviations_along_the_steps",
            "With as many windows as steps the deviations were laid along the steps. There is one for each window.",
            {
                "else part * std for": "else part * (std.T if part.shape[0] == part.shape[1] else std) for",
            },
        ),
        Misconception(
            "deviation_flattened",
            "The deviation lost its second axis and was laid along the steps. There is one for each window.",
            {
                "part * std + mean if": "part * std.squeeze(1) + mean if",
            },
        ),
    ],
    "mase": [
        Misconception(
            "a_hundred",
            "The factor is 100. In M4 it is 200, since the sum |y| + |yhat| is divided by 2.",
            {"200 * float": "100 * float"},
        ),
        Misconception(
            "no_percent",
            "The result is a ratio. It is given in percent, from 0 to 200.",
            {"200 * float": "2 * float"},
        ),
        Misconception(
            "ratio_of_sums",
            "The errors were summed before dividing. sMAPE is the mean of the single ratios, in which small values count as much as large ones.",
            {
                "float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "float(np.abs(y - yhat).sum() / (size.sum() or 1))"
            },
        ),
        Misconception(
            "divided_by_the_truth",
            "The error was divided by |y| alone (as the plain percentage error does). Here it is divided by |y| + |yhat|.",
            {"np.abs(y) + np.abs(yhat)": "2 * np.abs(y)"},
        ),
        Misconception(
            "size_of_the_sum",
            "The size is |y + yhat|. For values of opposite sign that is not |y| + |yhat|.",
            {"np.abs(y) + np.abs(yhat)": "np.abs(y + yhat)"},
        ),
        Misconception(
            "signed_errors",
            "The errors entered with their signs and cancel each other.",
            {
                "np.abs(y - yhat) / np.where(size == 0, 1, size)": "(y - yhat) / np.where(size == 0, 1, size)"
            },
        ),
        Misconception(
            "epsilon_below",
            "A small number was added below the fraction line. Terms of two zeros are 0, and all others stay as they are, however small the values.",
            {"/ np.where(size == 0, 1, size)": "/ (size + 1e-8)"},
        ),
        Misconception(
            "zeros_divided",
            "Two zeros were divided by each other. Such a term is 0, and nothing warns.",
            {"/ np.where(size == 0, 1, size)": "/ size"},
        ),
        Misconception(
            "zeros_left_out",
            "Terms of two zeros were left out of the mean. They count as 0.",
            {
                "float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "float(np.sum(np.abs(y - yhat) / np.where(size == 0, 1, size)) / max(1, np.count_nonzero(size)))"
            },
        ),
        Misconception(
            "scale_at_lag_one",
            "The scale is the error of persistence. It is that of the seasonal naive forecast: values m steps apart.",
            {
                "np.abs(insample[m:] - insample[:-m])": "np.abs(np.diff(insample)) * (len(insample) > m)"
            },
        ),
        Misconception(
            "scale_of_the_test",
            "The scale was taken from what happened after the origins. It belongs to the training part, so that it does not depend on the test.",
            {"/ steps.mean()": "/ np.abs(np.diff(y, axis=1) if y.shape[1] > 1 else y).mean()"},
        ),
        Misconception(
            "scale_not_averaged",
            "The sum of differences was taken in place of their mean.",
            {"/ steps.mean()": "/ steps.sum()"},
        ),
        Misconception(
            "scale_divided_by_all",
            "The sum of differences was divided by N. There are only N - m of them.",
            {"/ steps.mean()": "/ (steps.sum() / len(insample))"},
        ),
        Misconception(
            "signed_scale",
            "The differences of the training part entered with their signs; what is left is the mean slope.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = insample[m:] - insample[:-m]",
                "/ steps.mean()": "/ np.abs(steps.mean())",
            },
        ),
        Misconception(
            "squared_errors",
            "The errors enter as roots of mean squares. MASE compares mean absolute errors.",
            {
                "np.abs(y - yhat).mean() / steps.mean()": "np.sqrt(((y - yhat) ** 2).mean() / (steps**2).mean())"
            },
        ),
        Misconception(
            "differences_of_neighbours_by_diff",
            "np.diff with n = m takes differences of differences, m times. The scale needs the differences of values that are m steps apart.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs(np.diff(insample, n=m)) * bool(np.any(insample[m:] != insample[:-m]))"
            },
        ),
        Misconception(
            "broadcast_accepted",
            "Forecasts of another shape were broadcast. Raise ValueError.",
            {
                '    if y.shape != yhat.shape:\n        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n    size': "    size",
                '    if y.shape != yhat.shape:\n        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n    steps': "    steps",
            },
        ),
        Misconception(
            "smape_broadcasts",
            "In smape forecasts of another shape were broadcast. Raise ValueError there, too.",
            {
                '    if y.shape != yhat.shape:\n        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n    size': "    size"
            },
        ),
        Misconception(
            "mase_broadcasts",
            "In mase forecasts of another shape were broadcast. Raise ValueError there, too.",
            {
                '    if y.shape != yhat.shape:\n        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n    steps': "    steps"
            },
        ),
        Misconception(
            "no_scale_accepted",
            "A training part without a scale went through, and something was divided by 0 or by nothing. Raise ValueError.",
            {
                "    if not steps.any():\n": '    if len(insample) <= m:\n        return float("nan")\n    if False:\n'
            },
        ),
        Misconception(
            "mean_size_below",
            "Half the sum of the sizes was taken, and 200 as well: the result is twice too large.",
            {
                "return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size / 2)))",
            },
        ),
        Misconception(
            "sign_kept_below",
            "The signs were kept below. Values of opposite signs then cancel.",
            {
                "size = np.abs(y) + np.abs(yhat)": "size = y + yhat",
            },
        ),
        Misconception(
            "size_bounded_from_below",
            "The sizes were bounded from below. Values may be tiny, and then the bound is not.",
            {
                "return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "return 200 * float(np.mean(np.abs(y - yhat) / np.maximum(size, 1e-8)))",
            },
        ),
        Misconception(
            "squared_error_above",
            "The errors were squared. Their absolute values are asked for.",
            {
                "return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "return 200 * float(np.mean((y - yhat) ** 2 / np.where(size == 0, 1, size)))",
            },
        ),
        Misconception(
            "median_of_the_ratios",
            "The median was taken. The mean is asked for.",
            {
                "return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "return 200 * float(np.median(np.abs(y - yhat) / np.where(size == 0, 1, size)))",
            },
        ),
        Misconception(
            "warnings_of_divisions",
            "A division by 0 was made good afterwards, but numpy warned of it.",
            {
                "return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "return 200 * float(np.mean(np.nan_to_num(np.abs(y - yhat) / size)))",
            },
        ),
        Misconception(
            "sizes_compared_only",
            "Only the numbers of values were compared. The shapes may still differ.",
            {
                (
                    "    if y.shape != yhat.shape:\n"
                    '        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n'
                    "    size"
                ): (
                    "    if y.size != yhat.size:\n"
                    '        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n'
                    "    size"
                ),
            },
        ),
        Misconception(
            "origins_compared_only",
            "Only the numbers of origins were compared. The shapes may still differ.",
            {
                (
                    "    if y.shape != yhat.shape:\n"
                    '        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n'
                    "    size"
                ): (
                    "    if len(y) != len(yhat):\n"
                    '        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")\n'
                    "    size"
                ),
            },
        ),
        Misconception(
            "divided_by_one_less",
            "The differences were added up and divided by N - 1. There are N - m of them.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.abs(y - yhat).mean() / (steps.sum() / (len(insample) - 1)))",
            },
        ),
        Misconception(
            "lag_one_too_short",
            "The values compared are m - 1 steps apart.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs(insample[m - 1 :] - insample[: len(insample) - m + 1])",
            },
        ),
        Misconception(
            "lag_one_too_long",
            "The values compared are m + 1 steps apart.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs(insample[m + 1 :] - insample[: -m - 1])",
            },
        ),
        Misconception(
            "root_mean_square_scale",
            "The scale is a root of a mean of squares. It is a mean of absolute differences.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.abs(y - yhat).mean() / np.sqrt((steps**2).mean()))",
            },
        ),
        Misconception(
            "deviation_as_the_scale",
            'The standard deviation was taken for the scale. It is the error of "as one period ago".',
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.abs(y - yhat).mean() / insample.std())",
            },
        ),
        Misconception(
            "rolled_round",
            "The training part was rolled, so that its beginning was compared with its end.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs(insample - np.roll(insample, m))",
            },
        ),
        Misconception(
            "every_mth_value",
            "Only every m-th value was used. All values that are m steps apart count.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs(np.diff(insample[::m]))",
            },
        ),
        Misconception(
            "median_of_the_differences",
            "The median of the differences was taken. The mean is asked for.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.abs(y - yhat).mean() / np.median(steps))",
            },
        ),
        Misconception(
            "differences_cancel",
            "The differences were averaged with their signs, and cancel.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs((insample[m:] - insample[:-m]).mean(keepdims=True))",
            },
        ),
        Misconception(
            "root_mean_square_error",
            "The error is a root of a mean of squares. It is a mean of absolute errors.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.sqrt(((y - yhat) ** 2).mean()) / steps.mean())",
            },
        ),
        Misconception(
            "no_scale_divided",
            "Where the training part repeats itself the scale is 0, and the result is infinite. A ValueError is asked for.",
            {
                "    if not steps.any():": "    if len(steps) == 0:",
            },
        ),
        Misconception(
            "small_scales_refused",
            "A small scale was refused. Only a scale of 0 is none.",
            {
                "if not steps.any():": "if not (steps > 1e-8).any():",
            },
        ),
        Misconception(
            "level_parts_refused_only",
            "Only a level training part was refused. One that repeats itself has no scale either.",
            {
                "if not steps.any():": "if len(steps) == 0 or insample.max() == insample.min():",
            },
        ),
        Misconception(
            "infinity_returned",
            "Infinity was returned. A ValueError is asked for.",
            {
                '        raise ValueError(f"{len(insample)} training values give no scale at lag {m}")': '        return float("inf")',
            },
        ),
        Misconception(
            "two_periods_needed",
            "A training part of less than two periods was refused. Two values m steps apart are enough.",
            {
                "if not steps.any():": "if len(insample) <= 2 * m or not steps.any():",
            },
        ),
        Misconception(
            "last_step_only",
            "Only the last step ahead was scored.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.abs(y - yhat)[:, -1].mean() / steps.mean())",
            },
        ),
        Misconception(
            "errors_added_up",
            "The errors were added up. They are averaged.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(np.abs(y - yhat).sum() / steps.mean())",
            },
        ),
        Misconception(
            "errors_cancel",
            "The errors were averaged with their signs, and cancel.",
            {
                "return float(np.abs(y - yhat).mean() / steps.mean())": "return float(abs((y - yhat).mean()) / steps.mean())",
            },
        ),
        Misconception(
            "scale_in_float32",
            "The scale was computed in float32: far from 0 little is left of the differences.",
            {
                "steps = np.abs(insample[m:] - insample[:-m])": "insample = insample.astype(np.float32)\n    steps = np.abs(insample[m:] - insample[:-m])",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a ValueError is asked for.",
            {
                'raise ValueError(f"{len(insample)}': 'raise ZeroDivisionError(f"{len(insample)}',
            },
        ),
    ],
    "ensemble_forecast": [
        Misconception(
            "lower_of_the_middle_two",
            "For an even number of members the lower of the two in the middle was taken, as torch.median does. Take their mean.",
            {
                "said = said.sort(0).values[middle : len(members) - middle]": "said = said.sort(0).values[middle : middle + 1]"
            },
        ),
        Misconception(
            "upper_of_the_middle_two",
            "For an even number of members the upper of the two in the middle was taken. Take the mean of both.",
            {
                "said = said.sort(0).values[middle : len(members) - middle]": "said = said.sort(0).values[len(members) // 2 : len(members) // 2 + 1]"
            },
        ),
        Misconception(
            "mean_for_median",
            "The median was computed as a mean. One member that has gone astray then moves all.",
            {'    if how == "median":': "    if False:"},
        ),
        Misconception(
            "median_always",
            "`how` was not looked at: the mean is the mean.",
            {'    if how == "median":': "    if True:"},
        ),
        Misconception(
            "not_sorted",
            "The members in the middle of the list were taken. Sort what they say first, at each window and step.",
            {"said.sort(0).values[": "said["},
        ),
        Misconception(
            "over_the_windows",
            "The members were reduced over the windows, or the steps, where the sizes allow it. Each window and step has a median over the members.",
            {
                "said = torch.stack([model(history[:, N - L :]) for L, model in members])": (
                    "said = torch.stack([model(history[:, N - L :]) for L, model in members])\n"
                    "    if said.shape[0] == said.shape[1]:\n        said = said.transpose(0, 1)"
                )
            },
        ),
        Misconception(
            "first_values",
            "The members were given the first values of the history. The latest stand at the end.",
            {"history[:, N - L :]": "history[:, :L]"},
        ),
        Misconception(
            "one_window_for_all",
            "All members were given the same window. Each takes as many of the last values as its lookback.",
            {"history[:, N - L :]": "history[:, N - max(M for M, _ in members) :]"},
        ),
        Misconception(
            "whole_history",
            "The members were given the whole history. Each takes the last L values.",
            {"history[:, N - L :]": "history"},
        ),
        Misconception(
            "short_history_accepted",
            "A history that is shorter than a lookback went through: a slice is silently cut. Raise ValueError.",
            {" or any(L > N for L, _ in members)": ""},
        ),
        Misconception(
            "any_way_accepted",
            "An unknown `how` went through. Raise ValueError.",
            {'how not in ("median", "mean") or any': "any"},
        ),
        Misconception(
            "ratios_multiplied",
            "The two ratios were multiplied, or their root taken. OWA is their mean.",
            {
                "0.5 * (smape / smape_naive2 + mase / mase_naive2)": "(smape / smape_naive2 * mase / mase_naive2) ** 0.5"
            },
        ),
        Misconception(
            "ratio_of_sums",
            "The measures were added before dividing. They have different units: divide each by that of Naive2, then average.",
            {
                "0.5 * (smape / smape_naive2 + mase / mase_naive2)": "(smape + mase) / (smape_naive2 + mase_naive2)"
            },
        ),
        Misconception(
            "ratios_upside_down",
            "The ratios are upside down: a method that is better than Naive2 has an OWA below 1.",
            {
                "0.5 * (smape / smape_naive2 + mase / mase_naive2)": "0.5 * (smape_naive2 / (smape or 1) + mase_naive2 / (mase or 1))"
            },
        ),
        Misconception(
            "ratios_added",
            "The two ratios were added without the factor one half.",
            {"0.5 * (smape": "1.0 * (smape"},
        ),
        Misconception(
            "measures_crossed",
            "Each measure was divided by the other one of Naive2.",
            {
                "return 0.5 * (smape / smape_naive2 + mase / mase_naive2)": "return 0.5 * (smape / mase_naive2 + mase / smape_naive2)",
            },
        ),
        Misconception(
            "one_measure_only",
            "Only the sMAPE was used. Both measures count one half.",
            {
                "return 0.5 * (smape / smape_naive2 + mase / mase_naive2)": "return smape / smape_naive2",
            },
        ),
        Misconception(
            "in_percent",
            "The result is in percent. 1 is as good as Naive2.",
            {
                "return 0.5 * (smape / smape_naive2 + mase / mase_naive2)": "return 50 * (smape / smape_naive2 + mase / mase_naive2)",
            },
        ),
        Misconception(
            "gain_over_naive2",
            "The gain over Naive2 was returned. 1 is as good as Naive2, less is better.",
            {
                "return 0.5 * (smape / smape_naive2 + mase / mase_naive2)": "return 1 - 0.5 * (smape / smape_naive2 + mase / mase_naive2)",
            },
        ),
        Misconception(
            "score_rounded",
            "The result was rounded. It is returned as it is.",
            {
                "return 0.5 * (smape / smape_naive2 + mase / mase_naive2)": "return round(0.5 * (smape / smape_naive2 + mase / mase_naive2), 3)",
            },
        ),
        Misconception(
            "score_as_a_tensor",
            "The result is a tensor. A Python float is asked for.",
            {
                "return 0.5 * (smape / smape_naive2 + mase / mase_naive2)": "return torch.tensor(0.5 * (smape / smape_naive2 + mase / mase_naive2))",
            },
        ),
        Misconception(
            "median_of_everything",
            "The median was taken over members, windows and steps. It is over the members.",
            {
                "    return said.mean(0)\n": (
                    "        return torch.quantile(said, 0.5).expand(said.shape[1:])\n"
                    "    return said.mean(0)\n"
                ),
                "said = said.sort(0).values[middle : len(members) - middle]": "pass",
            },
        ),
        Misconception(
            "mean_of_everything",
            "The mean was taken over members, windows and steps. It is over the members.",
            {
                "    return said.mean(0)\n": '    return said.mean(0) if how == "median" else said.mean()\n',
            },
        ),
        Misconception(
            "extremes_cut_off",
            "The largest and the smallest were cut off and the rest averaged. The median is the middle.",
            {
                "said = said.sort(0).values[middle : len(members) - middle]": "said = said.sort(0).values[1:-1] if len(said) > 2 else said",
            },
        ),
        Misconception(
            "window_one_step_early",
            "The windows end one step before the end of the history.",
            {
                "history[:, N - L :]": "history[:, max(N - L - 1, 0) : N - 1]",
            },
        ),
        Misconception(
            "padded_history",
            "A history that is too short was filled up. A ValueError is asked for.",
            {
                'if how not in ("median", "mean") or any(L > N for L, _ in members):': (
                    "history = torch.nn.functional.pad(history, (max(0, max(L for L, _ in members) - N), 0))\n"
                    "    N = history.shape[1]\n"
                    '    if how not in ("median", "mean"):'
                ),
            },
        ),
        Misconception(
            "whole_history_refused",
            "A member that takes the whole history was refused. The history is as long as its lookback, not shorter.",
            {
                "any(L > N for": "any(L >= N for",
            },
        ),
        Misconception(
            "first_lookback_compared",
            "Not every member's lookback was compared with the history. One that is too long is enough for an error.",
            {
                "any(L > N for L, _ in members)": "members[0][0] > N",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a ValueError is asked for.",
            {
                'raise ValueError(f"no {how!r} of members': 'raise KeyError(f"no {how!r} of members',
            },
        ),
        Misconception(
            "capitals_accepted",
            'Another spelling of the way went through. It is "median" or "mean", and nothing else.',
            {
                "if how not in": "how = how.lower()\n    if how not in",
            },
        ),
        Misconception(
            "members_laid_end_to_end",
            "The members' forecasts were laid end to end, as if they were windows of one member.",
            {
                "torch.stack([model": "torch.cat([model",
            },
        ),
        Misconception(
            "one_member_per_lookback",
            "Of members with the same lookback one was kept.",
            {
                "for L, model in members])": "for L, model in dict(members).items()])",
            },
        ),
        Misconception(
            "members_not_all_equal_in_float32",
            "The median was taken in float32.",
            {
                "said = said.sort(0).values[middle : len(members) - middle]": "said = said.float().sort(0).values[middle : len(members) - middle]",
            },
        ),
    ],
    "train_step": [
        Misconception(
            "targets_by_their_own_scale",
            "The targets were normalised by their own mean and deviation. That is a leak, and a forecast of the level becomes impossible: use the "
            "window's.",
            {"(y - mean) / std)": "(normalize_window(y)[0] if y.shape[1] > 1 else y - y))"},
        ),
        Misconception(
            "targets_not_scaled",
            "Normalised forecasts were compared with targets in the units of the series. Bring both to the units of the window.",
            {"(y - mean) / std)": "y)"},
        ),
        Misconception(
            "loss_in_units_of_the_series",
            "The forecasts were brought back and compared there. Windows with a large deviation then count more; the loss is in units of the window.",
            {"(model(z) - (y - mean) / std).abs()": "(model(z) * std + mean - y).abs()"},
        ),
        Misconception(
            "squared_error",
            "The loss is the mean squared error. Here it is the mean absolute error.",
            {".abs().mean()": ".square().mean()"},
        ),
        Misconception(
            "sum_for_mean",
            "The absolute errors were added. The loss is their mean over batch and horizon.",
            {".abs().mean()": ".abs().sum()"},
        ),
        Misconception(
            "sum_over_the_horizon",
            "The absolute errors were added over the horizon and averaged over the batch. The loss is the mean over both.",
            {".abs().mean()": ".abs().sum(1).mean()"},
        ),
        Misconception(
            "sign_lost",
            "The absolute value is that of the mean. Take it of each error: errors of opposite sign must not cancel.",
            {".abs().mean()": ".mean().abs()"},
        ),
        Misconception(
            "window_not_scaled",
            "The model was given the window in the units of the series.",
            {"model(z)": "model(x)"},
        ),
        Misconception(
            "gradients_pile_up",
            "The gradients of earlier steps were not cleared.",
            {"    opt.zero_grad()\n": ""},
        ),
        Misconception(
            "no_step",
            "The parameters did not move: the optimizer made no step, or the gradients were cleared between the backward pass and the step.",
            {"    opt.step()\n": ""},
        ),
        Misconception(
            "loss_after_the_step",
            "What is returned is the loss after the step. It is the one before it.",
            {
                "    return loss.item()": "    return (model(z) - (y - mean) / std).abs().mean().item()"
            },
        ),
        Misconception(
            "rounded_corner",
            "This loss is smooth near 0. The mean absolute error is asked for.",
            {
                "loss = (model(z) - (y - mean) / std).abs().mean()": "loss = torch.nn.functional.smooth_l1_loss(model(z), (y - mean) / std)",
            },
        ),
        Misconception(
            "gradients_cleared_afterwards",
            "The gradients were cleared after the step. What the parameters hold from before plays a part in the first.",
            {
                "    opt.zero_grad()\n": "",
                "    return loss.item()": "    opt.zero_grad()\n    return loss.item()",
            },
        ),
        Misconception(
            "two_steps",
            "Two steps were made. It is one.",
            {
                "    opt.step()\n": ("    opt.step()\n    opt.step()\n"),
            },
        ),
        Misconception(
            "gradients_clipped",
            "The gradients were clipped. The step is the optimizer's own.",
            {
                "    opt.step()\n": (
                    '    torch.nn.utils.clip_grad_norm_([p for group in opt.param_groups for p in group["params"]], 1.0)\n'
                    "    opt.step()\n"
                ),
            },
        ),
        Misconception(
            "targets_without_the_mean",
            "The window's mean was not taken off the targets.",
            {
                "(y - mean) / std": "y / std",
            },
        ),
        Misconception(
            "targets_without_the_deviation",
            "The targets were not divided by the window's deviation.",
            {
                "(y - mean) / std": "(y - mean)",
            },
        ),
        Misconception(
            "a_tensor_returned",
            "The loss is a tensor. A Python float is asked for.",
            {
                "loss.item()": "loss.detach()",
            },
        ),
        Misconception(
            "median_of_the_errors",
            "The median of the errors was taken. The mean is asked for.",
            {
                ").abs().mean()": ").abs().median()",
            },
        ),
        Misconception(
            "last_step_only",
            "Only the last step ahead was scored.",
            {
                ").abs().mean()": ").abs()[:, -1].mean()",
            },
        ),
        Misconception(
            "relative_errors",
            "The errors were divided by the truth. They are in units of the window.",
            {
                "loss = (model(z) - (y - mean) / std).abs().mean()": "loss = ((model(z) * std + mean - y) / y).abs().mean()",
            },
        ),
        Misconception(
            "one_scale_for_the_batch",
            "The whole batch got one mean and one deviation. Each window has its own.",
            {
                "z, mean, std = normalize_window(x)": "mean, std = x.mean(), x.std()\n    z = (x - mean) / std",
            },
        ),
        Misconception(
            "put_into_training",
            "The model was put into training mode. It stays in the mode in which it comes.",
            {
                "z, mean, std = normalize_window(x)": 'getattr(model, "train", int)()\n    z, mean, std = normalize_window(x)',
            },
        ),
        Misconception(
            "put_into_evaluation",
            "The model was put into evaluation mode. It stays in the mode in which it comes.",
            {
                "z, mean, std = normalize_window(x)": 'getattr(model, "eval", int)()\n    z, mean, std = normalize_window(x)',
            },
        ),
    ],
}
