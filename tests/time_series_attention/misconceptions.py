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
    ],
}
