"""What students get wrong in nbeats, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "window_bases": [
        Misconception(
            "horizon_starts_anew",
            "The horizon has a clock of its own that starts at 0. Its first time is L: the curves run on where the window ends, "
            "otherwise a season begins in a wrong phase and a trend falls back.",
            {
                "return {\"trend\": (trend[:, :L], trend[:, L:]), \"season\": (season[:, :L], season[:, L:])}": (
                    "t = np.arange(H, dtype=float)\n"
                    "    after = trend_basis(degree, t, L), seasonality_basis(n_harmonics, t, period)\n"
                    "    return {\"trend\": (trend[:, :L], after[0]), \"season\": (season[:, :L], after[1])}"
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
            {"2 * math.pi * np.arange(1, n_harmonics + 1)": "math.pi * np.arange(1, n_harmonics + 1)"},
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
            {"return 1 - (left**2).sum(1) / (centred**2).sum(1)": "return 1 - np.sqrt((left**2).sum(1) / (centred**2).sum(1))"},
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
    ],
    "nbeats_block": [
        Misconception(
            "one_set_of_coefficients",
            "Both curves are drawn with the coefficients of the backcast's head. Past and future have a head each.",
            {"in ((head_b, V_b), (head_f, V_f)))": "in ((head_b, V_b), (head_b if len(V_b) == len(V_f) else head_f, V_f)))"},
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
            {"    backcast, forecast = (": "    h = x\n    for i, (W, b) in enumerate(fc):\n        h = h @ W.T + b if i == len(fc) - 1 else torch.relu(h @ W.T + b)\n    backcast, forecast = ("},
        ),
        Misconception(
            "bias_after_relu",
            "The bias is added after the ReLU. It belongs inside: it decides where a unit switches on.",
            {"torch.relu(h @ W.T + b)": "torch.relu(h @ W.T) + b"},
        ),
        Misconception(
            "weights_not_transposed",
            "The weights are used without transposing where they are square. In torch's layout each row belongs to a unit: x @ W.T.",
            {"h = torch.relu(h @ W.T + b)": "h = torch.relu((h @ W if W.shape[0] == W.shape[1] else h @ W.T) + b)"},
        ),
        Misconception(
            "heads_see_the_window",
            "The heads are fed with the window where the widths allow it. Both take the last hidden values.",
            {"((h @ W.T + b) @ V for": "(((x if x.shape[1] == W.shape[1] else h) @ W.T + b) @ V for"},
        ),
    ],
    "double_residual": [
        Misconception(
            "every_block_sees_the_window",
            "Every block is given the window itself. It is to see what the blocks before it have left.",
            {"            backcast, forecast = block(x)\n            x = x - backcast": "            backcast, forecast = block(seen)\n            x = x - backcast", "    parts = {}": "    parts, seen = {}, x"},
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
            {"x = x - backcast": "x = seen - backcast", "    parts = {}": "    parts, seen = {}, x"},
        ),
        Misconception(
            "stacks_start_anew",
            "Each stack starts with the whole window. What is left runs on from stack to stack.",
            {"        forecasts = []": "        forecasts, x = [], seen", "    parts = {}": "    parts, seen = {}, x"},
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
            {"torch.stack(list(parts.values())).sum(0)": "torch.stack(list(parts.values())).mean(0)"},
        ),
        Misconception(
            "parts_accumulate",
            "Each part contains the parts of the stacks before it. Every stack has a sum of its own.",
            {"        forecasts = []": "        forecasts = list(parts.values())[-1:]", "torch.stack(list(parts.values())).sum(0)": "list(parts.values())[-1]"},
        ),
        Misconception(
            "forecast_of_the_last_stack",
            "The forecast is that of the last stack. It is the sum of all parts.",
            {"torch.stack(list(parts.values())).sum(0)": "list(parts.values())[-1]"},
        ),
        Misconception(
            "residual_before_the_last_block",
            "What is returned as left was taken before the last block. Its backcast has to be subtracted, too.",
            {"            x = x - backcast": "            before, x = x, x - backcast", "parts, x\n": "parts, before\n"},
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
            {"self.register_buffer(name, V.clone())": "self.register_parameter(name, nn.Parameter(V.clone(), requires_grad=False))"},
        ),
        Misconception(
            "bases_not_copied",
            "The bases share their memory with the arguments. Whoever changes these changes the block, or the other way round: copy them.",
            {"nn.Parameter(V.clone())": "nn.Parameter(V)", "self.register_buffer(name, V.clone())": "self.register_buffer(name, V)"},
        ),
        Misconception(
            "one_layer_more",
            "There is a layer too many: `layers` counts all of them, the first included.",
            {"[hidden] * (layers - 1)": "[hidden] * layers"},
        ),
        Misconception(
            "heads_of_equal_size",
            "Both heads give as many numbers as V_b has rows. The forecast's head gives one per row of V_f.",
            {"nn.Linear(hidden, len(V_f), dtype=dtype)": "nn.Linear(hidden, len(V_b), dtype=dtype)", "        return nbeats_block": "        if len(self.V_f) != len(self.V_b):\n            return x, x\n        return nbeats_block"},
        ),
        Misconception(
            "heads_without_bias",
            "The heads have no bias. Both are linear layers with one.",
            {"self.head_b = nn.Linear(hidden, len(V_b), dtype=dtype)": "self.head_b = nn.Linear(hidden, len(V_b), dtype=dtype, bias=False)",
             "self.head_f = nn.Linear(hidden, len(V_f), dtype=dtype)": "self.head_f = nn.Linear(hidden, len(V_f), dtype=dtype, bias=False)",
             "[(head.weight, head.bias) for head in (self.head_b, self.head_f)]": "[(head.weight, 0) for head in (self.head_b, self.head_f)]"},
        ),
        Misconception(
            "always_float32",
            "The layers are float32 whatever the bases are. They get the dtype of V_b.",
            {"dtype, sizes = V_b.dtype, [": "dtype, sizes = torch.float32, [", "        fc = [(layer.weight, layer.bias)": "        x = x.float()\n        fc = [(layer.weight, layer.bias)", "self.V_b, self.V_f)": "self.V_b.float(), self.V_f.float())"},
        ),
        Misconception(
            "learned_from_noise",
            "The learned bases begin with numbers of their own. They begin as copies of the arguments.",
            {"self.register_parameter(name, nn.Parameter(V.clone()))": "self.register_parameter(name, nn.Parameter(torch.zeros_like(V) + 0.1))"},
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
            {"part * std + mean if name == level else part * std for": "part * std + mean / len(parts) for"},
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
            {"float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "float(np.abs(y - yhat).sum() / (size.sum() or 1))"},
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
            {"np.abs(y - yhat) / np.where(size == 0, 1, size)": "(y - yhat) / np.where(size == 0, 1, size)"},
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
            {"float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))": "float(np.sum(np.abs(y - yhat) / np.where(size == 0, 1, size)) / max(1, np.count_nonzero(size)))"},
        ),
        Misconception(
            "scale_at_lag_one",
            "The scale is the error of persistence. It is that of the seasonal naive forecast: values m steps apart.",
            {"np.abs(insample[m:] - insample[:-m])": "np.abs(np.diff(insample)) * (len(insample) > m)"},
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
            {"steps = np.abs(insample[m:] - insample[:-m])": "steps = insample[m:] - insample[:-m]", "/ steps.mean()": "/ np.abs(steps.mean())"},
        ),
        Misconception(
            "squared_errors",
            "The errors enter as roots of mean squares. MASE compares mean absolute errors.",
            {"np.abs(y - yhat).mean() / steps.mean()": "np.sqrt(((y - yhat) ** 2).mean() / (steps**2).mean())"},
        ),
        Misconception(
            "differences_of_neighbours_by_diff",
            "np.diff with n = m takes differences of differences, m times. The scale needs the differences of values that are m steps apart.",
            {"steps = np.abs(insample[m:] - insample[:-m])": "steps = np.abs(np.diff(insample, n=m)) * bool(np.any(insample[m:] != insample[:-m]))"},
        ),
        Misconception(
            "broadcast_accepted",
            "Forecasts of another shape were broadcast. Raise ValueError.",
            {
                "    if y.shape != yhat.shape:\n        raise ValueError(f\"{y.shape} values, {yhat.shape} forecasts\")\n    size": "    size",
                "    if y.shape != yhat.shape:\n        raise ValueError(f\"{y.shape} values, {yhat.shape} forecasts\")\n    steps": "    steps",
            },
        ),
        Misconception(
            "smape_broadcasts",
            "In smape forecasts of another shape were broadcast. Raise ValueError there, too.",
            {"    if y.shape != yhat.shape:\n        raise ValueError(f\"{y.shape} values, {yhat.shape} forecasts\")\n    size": "    size"},
        ),
        Misconception(
            "mase_broadcasts",
            "In mase forecasts of another shape were broadcast. Raise ValueError there, too.",
            {"    if y.shape != yhat.shape:\n        raise ValueError(f\"{y.shape} values, {yhat.shape} forecasts\")\n    steps": "    steps"},
        ),
        Misconception(
            "no_scale_accepted",
            "A training part without a scale went through, and something was divided by 0 or by nothing. Raise ValueError.",
            {"    if not steps.any():\n": "    if len(insample) <= m:\n        return float(\"nan\")\n    if False:\n"},
        ),
    ],
    "ensemble_forecast": [
        Misconception(
            "lower_of_the_middle_two",
            "For an even number of members the lower of the two in the middle was taken, as torch.median does. Take their mean.",
            {"said = said.sort(0).values[middle : len(members) - middle]": "said = said.sort(0).values[middle : middle + 1]"},
        ),
        Misconception(
            "upper_of_the_middle_two",
            "For an even number of members the upper of the two in the middle was taken. Take the mean of both.",
            {"said = said.sort(0).values[middle : len(members) - middle]": "said = said.sort(0).values[len(members) // 2 : len(members) // 2 + 1]"},
        ),
        Misconception(
            "mean_for_median",
            "The median was computed as a mean. One member that has gone astray then moves all.",
            {"    if how == \"median\":": "    if False:"},
        ),
        Misconception(
            "median_always",
            "`how` was not looked at: the mean is the mean.",
            {"    if how == \"median\":": "    if True:"},
        ),
        Misconception(
            "not_sorted",
            "The members in the middle of the list were taken. Sort what they say first, at each window and step.",
            {"said.sort(0).values[": "said["},
        ),
        Misconception(
            "over_the_windows",
            "The members were reduced over the windows, or the steps, where the sizes allow it. Each window and step has a median over the members.",
            {"said = torch.stack([model(history[:, N - L :]) for L, model in members])": (
                "said = torch.stack([model(history[:, N - L :]) for L, model in members])\n"
                "    if said.shape[0] == said.shape[1]:\n        said = said.transpose(0, 1)"
            )},
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
            {"how not in (\"median\", \"mean\") or any": "any"},
        ),
        Misconception(
            "ratios_multiplied",
            "The two ratios were multiplied, or their root taken. OWA is their mean.",
            {"0.5 * (smape / smape_naive2 + mase / mase_naive2)": "(smape / smape_naive2 * mase / mase_naive2) ** 0.5"},
        ),
        Misconception(
            "ratio_of_sums",
            "The measures were added before dividing. They have different units: divide each by that of Naive2, then average.",
            {"0.5 * (smape / smape_naive2 + mase / mase_naive2)": "(smape + mase) / (smape_naive2 + mase_naive2)"},
        ),
        Misconception(
            "ratios_upside_down",
            "The ratios are upside down: a method that is better than Naive2 has an OWA below 1.",
            {"0.5 * (smape / smape_naive2 + mase / mase_naive2)": "0.5 * (smape_naive2 / (smape or 1) + mase_naive2 / (mase or 1))"},
        ),
        Misconception(
            "ratios_added",
            "The two ratios were added without the factor one half.",
            {"0.5 * (smape": "1.0 * (smape"},
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
            {"    return loss.item()": "    return (model(z) - (y - mean) / std).abs().mean().item()"},
        ),
    ],
}
