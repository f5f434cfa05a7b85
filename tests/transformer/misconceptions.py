"""What students get wrong in transformer, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "bahdanau_attention": [
        Misconception(
            "softmax_over_the_batch",
            "The softmax runs over the sentences of the batch. The weights of one sentence have to "
            "sum to 1 over its own positions; other sentences are none of its business.",
            {"torch.softmax(e, dim=-1)": "torch.softmax(e, dim=0)"},
        ),
        Misconception(
            "tanh_outside",
            "The tanh was taken of the finished score. It belongs to the hidden units, before v. A "
            "tanh of the score is monotone: it leaves the order of the positions the same for "
            "every decoder state.",
            {
                "torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)": "(s @ Ws.T)[:, None] + H @ Wh.T",
                "(hidden @ v).masked_fill": "torch.tanh(hidden @ v).masked_fill",
            },
        ),
        Misconception(
            "two_tanhs",
            "Each of the two projections went through a tanh of its own before they were added. "
            "There is one tanh, of the sum: only so do s and h_j interact.",
            {
                "torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)":
                    "torch.tanh(s @ Ws.T)[:, None] + torch.tanh(H @ Wh.T)",
            },
        ),
        Misconception(
            "padding_gets_weight",
            "The mask was not used: filled positions get weight, though they are no words.",
            {"(hidden @ v).masked_fill(~mask, -math.inf)": "hidden @ v"},
        ),
        Misconception(
            "padding_scores_zero",
            "The scores of filled positions were set to 0. The exponential of 0 is 1, so they keep "
            "a weight, and a large one where the other scores are negative.",
            {"masked_fill(~mask, -math.inf)": "masked_fill(~mask, 0.0)"},
        ),
        Misconception(
            "padding_deleted_after_the_softmax",
            "The weights of filled positions were set to 0 after the softmax. They had already "
            "taken their share, so the rest does not sum to 1.",
            {
                "(hidden @ v).masked_fill(~mask, -math.inf)": "hidden @ v",
                "torch.softmax(e, dim=-1)": "torch.softmax(e, dim=-1) * mask",
            },
        ),
        Misconception(
            "large_negative_number",
            "Scores of filled positions were set to a large negative number. Real scores may be "
            "lower still, and then the padding is read; only minus infinity is below all of them.",
            {"-math.inf": "-1e9"},
        ),
        Misconception(
            "decoder_state_ignored",
            "The scores do not depend on the decoder's state, so every step of the decoder would "
            "read the same words. W_s s belongs into each hidden unit.",
            {"(s @ Ws.T)[:, None] + H @ Wh.T": "H @ Wh.T"},
        ),
        Misconception(
            "weights_deleted_and_rescaled",
            "The mask came too late: after the softmax, or after the largest score had been subtracted. "
            "On paper the rest can be scaled up to a sum of 1. But where what is forbidden scores far "
            "higher, all that is left is 0 / 0. Mask the scores before anything else.",
            {
                "(hidden @ v).masked_fill(~mask, -math.inf)":
                    "hidden @ v",
                "torch.softmax(e, dim=-1)":
                    "torch.softmax(e, dim=-1) * mask\n    alpha = alpha / alpha.sum(-1, keepdim=True)",
            },
        ),
        Misconception(
            "exponential_without_a_shift",
            "The softmax was written out without a shift: exp overflows for scores above 88 in "
            "float32, and the weights are nan. Subtract the largest score of the row first.",
            {"torch.softmax(e, dim=-1)": "torch.exp(e) / torch.exp(e).sum(-1, keepdim=True)"},
        ),
        Misconception(
            "mask_upside_down",
            "The mask was read the wrong way round: True marks the positions that may be read.",
            {"masked_fill(~mask": "masked_fill(mask"},
        ),
        Misconception(
            "scores_scaled",
            "The scores were divided by the square root of a width. That came with the "
            "Transformer's dot products; here v can take any scale itself.",
            {"(hidden @ v).masked_fill": "(hidden @ v / math.sqrt(len(v))).masked_fill"},
        ),
        Misconception(
            "hidden_units_averaged",
            "The context averages the hidden units of the scoring network. It is the encoder states "
            "that are read.",
            {'"bn,bnd->bd", alpha, H)': '"bn,bnd->bd", alpha, hidden)'},
        ),
        Misconception(
            "weights_first",
            "The two results have changed places: the contexts come first.",
            {
                'return torch.einsum("bn,bnd->bd", alpha, H), alpha':
                    'return alpha, torch.einsum("bn,bnd->bd", alpha, H)',
            },
        ),
        Misconception(
            "scores_returned",
            "The second result holds the scores. Asked are the weights, after the softmax.",
            {"alpha, H), alpha": "alpha, H), e"},
        ),
        Misconception(
            "logistic_function_in_place_of_tanh",
            "The hidden units use the logistic function. Bahdanau's are tanh, which can be "
            "negative.",
            {"torch.tanh(": "torch.sigmoid("},
        ),
    ],
    "luong_scores": [
        Misconception(
            "general_with_the_transpose",
            "W was transposed in the general score. Its rows belong to s and its columns to h_j; "
            "with a square W both orders run, and they are different scores.",
            {"bi,ij,bnj->bn": "bi,ji,bnj->bn"},
        ),
        Misconception(
            "concat_the_other_way_round",
            "The encoder state was put before the decoder state. The columns of W are made for [s; "
            "h_j], with s first.",
            {"torch.cat([states, H], dim=-1)": "torch.cat([H, states], dim=-1)"},
        ),
        Misconception(
            "dot_over_the_positions",
            "The dot product ran over the positions and left the features. A score is one number "
            "per position: the features have to be summed.",
            {"bd,bnd->bn": "bn,bnd->bd"},
        ),
        Misconception(
            "dot_is_scaled",
            "The dot score was divided by the square root of the width. That came only with the "
            "Transformer; Luong's scores are bare.",
            {
                'return torch.einsum("bd,bnd->bn", s, H)':
                    'return torch.einsum("bd,bnd->bn", s, H) / s.shape[1] ** 0.5',
            },
        ),
        Misconception(
            "concat_without_tanh",
            "The concat score lacks its tanh. Without it, it is a sum of a term of s and a term of "
            "h_j, and the softmax cancels the first.",
            {
                "torch.tanh(torch.cat([states, H], dim=-1) @ W.T)":
                    "(torch.cat([states, H], dim=-1) @ W.T)",
            },
        ),
        Misconception(
            "softmax_included",
            "These are weights, not scores: a softmax was already applied to the dot products. "
            "Asked are the bare scores, which still have to be masked.",
            {
                'return torch.einsum("bd,bnd->bn", s, H)':
                    'return torch.softmax(torch.einsum("bd,bnd->bn", s, H), -1)',
            },
        ),
        Misconception(
            "window_without_its_ends",
            "The positions at a distance of exactly D are missing. Both ends belong to the window: "
            "it has 2D + 1 positions.",
            {".abs() <= D": ".abs() < D"},
        ),
        Misconception(
            "window_open_to_the_left",
            "The window has no left end. Positions more than D before the centre are as far away "
            "as those after it.",
            {"(torch.arange(n) - p[:, None]).abs() <= D": "torch.arange(n) - p[:, None] <= D"},
        ),
        Misconception(
            "centre_cut_to_a_whole_number",
            "The centre was turned into an integer first. A predicted centre lies between two "
            "positions, and cutting off its fraction shifts the window.",
            {"- p[:, None]).abs()": "- p.long()[:, None]).abs()"},
        ),
        Misconception(
            "other_spellings_accepted",
            "Other spellings of the three names are accepted. Exactly three are allowed; anything "
            "else is a ValueError, so that a slip is noticed.",
            {
                '    if kind == "dot":':
                    '    kind = kind.lower()\n    if kind == "dot":',
            },
        ),
        Misconception(
            "no_error_for_an_unknown_score",
            "For a name that is none of the three, None is returned, and the error shows somewhere "
            "else. Raise a ValueError.",
            {'raise ValueError(f"unknown score {kind!r}")': "return None"},
        ),
        Misconception(
            "general_is_scaled",
            "The general score was divided by the square root of the width. Luong's scores are "
            "bare.",
            {
                'return torch.einsum("bi,ij,bnj->bn", s, W, H)':
                    'return torch.einsum("bi,ij,bnj->bn", s, W, H) / s.shape[1] ** 0.5',
            },
        ),
        Misconception(
            "hidden_units_added_up",
            "The hidden units of the concat score were added up. They are weighted by v.",
            {"@ W.T) @ v": "@ W.T).sum(-1)"},
        ),
        Misconception(
            "tanh_of_the_score",
            "The tanh was taken of the finished concat score. It belongs to the hidden units, "
            "before v.",
            {
                "torch.tanh(torch.cat([states, H], dim=-1) @ W.T) @ v":
                    "torch.tanh(torch.cat([states, H], dim=-1) @ W.T @ v)",
            },
        ),
        Misconception(
            "centre_rounded",
            "The centre was rounded. It may lie between two positions, and rounding shifts the "
            "window.",
            {"- p[:, None]).abs()": "- p.round()[:, None]).abs()"},
        ),
        Misconception(
            "window_of_numbers",
            "The window holds numbers. A mask is a bool tensor: what comes later negates it with ~.",
            {
                "return (torch.arange(n) - p[:, None]).abs() <= D":
                    "return ((torch.arange(n) - p[:, None]).abs() <= D).float()",
            },
        ),
        Misconception(
            "whole_width",
            "D was taken for the whole width. It is half of it: the window reaches from p - D to p "
            "+ D.",
            {".abs() <= D": ".abs() <= D / 2"},
        ),
        Misconception(
            "centre_moved_into_the_sentence",
            "A centre outside of the sentence was moved to its end. The window stays where it is; "
            "if it holds no position, the row is False.",
            {"- p[:, None]).abs()": "- p.clamp(0, n - 1)[:, None]).abs()"},
        ),
        Misconception(
            "positions_from_one",
            "Positions were counted from 1. They are 0, ..., n - 1.",
            {"torch.arange(n) -": "torch.arange(1, n + 1) -"},
        ),
        Misconception(
            "right_end_left_out",
            "The right end of the window is missing, as in a slice. Both ends belong to it.",
            {
                "(torch.arange(n) - p[:, None]).abs() <= D":
                    "(torch.arange(n) >= p[:, None] - D) & (torch.arange(n) < p[:, None] + D)",
            },
        ),
    ],
    "scaled_dot_product_attention": [
        Misconception(
            "no_scaling",
            "The scores were not divided by the square root of d_k. Their variance is d_k, and in "
            "wide heads the softmax saturates and stops learning.",
            {" / math.sqrt(Q.shape[-1])": ""},
        ),
        Misconception(
            "divided_by_d_k",
            "The scores were divided by d_k. It is their variance that is d_k, so their size is "
            "its square root.",
            {"math.sqrt(Q.shape[-1])": "Q.shape[-1]"},
        ),
        Misconception(
            "scaled_by_the_number_of_keys",
            "The scores were divided by the square root of the number of keys. The size of a dot "
            "product depends on the width d_k of the vectors, the last axis.",
            {"math.sqrt(Q.shape[-1])": "math.sqrt(K.shape[-2])"},
        ),
        Misconception(
            "softmax_over_the_queries",
            "The softmax runs over the queries. Each query distributes a weight of 1 over the "
            "keys, the last axis.",
            {"torch.softmax(scores, dim=-1)": "torch.softmax(scores, dim=-2)"},
        ),
        Misconception(
            "mask_upside_down",
            "The mask was read the wrong way round: True means that a key may be looked at. Other "
            "code (and parts of torch) mark what is forbidden.",
            {"masked_fill(~allowed, -math.inf)": "masked_fill(allowed, -math.inf)"},
        ),
        Misconception(
            "mask_after_the_softmax",
            "The weights were multiplied by the mask after the softmax. The forbidden keys had "
            "taken their share by then, so the rows do not sum to 1.",
            {
                "scores = scores.masked_fill(~allowed, -math.inf)": "after = allowed",
                "weights = torch.softmax(scores, dim=-1)":
                    "weights = torch.softmax(scores, dim=-1) * (1 if allowed is None else after)",
            },
        ),
        Misconception(
            "mask_added_as_numbers",
            "The mask was added to the scores as zeros and ones. That favours allowed keys a "
            "little and forbids none: a forbidden score has to become minus infinity.",
            {"scores.masked_fill(~allowed, -math.inf)": "scores + allowed.to(scores.dtype)"},
        ),
        Misconception(
            "large_negative_number",
            "Forbidden scores were set to a large negative number. Allowed scores may be lower "
            "still, and then the forbidden keys win; only minus infinity is below all of them.",
            {"-math.inf": "-1e9"},
        ),
        Misconception(
            "forbidden_scores_zero",
            "Forbidden scores were set to 0. The exponential of 0 is 1, so those keys keep a "
            "weight, and a large one where the other scores are negative.",
            {"-math.inf": "0.0"},
        ),
        Misconception(
            "weights_deleted_and_rescaled",
            "The mask came too late: after the softmax, or after the largest score had been subtracted. "
            "On paper the rest can be scaled up to a sum of 1. But where what is forbidden scores far "
            "higher, all that is left is 0 / 0. Mask the scores before anything else.",
            {
                "        scores = scores.masked_fill(~allowed, -math.inf)":
                    "        pass",
                "weights = torch.softmax(scores, dim=-1)":
                    "weights = torch.softmax(scores, dim=-1)\n    if allowed is not None:\n        weights = weights * allowed\n        weights = weights / weights.sum(-1, keepdim=True)",
            },
        ),
        Misconception(
            "exponential_without_a_shift",
            "The softmax was written out without a shift: exp overflows for scores above 88 in "
            "float32, and the weights are nan. Subtract the largest score of the row first.",
            {"torch.softmax(scores, dim=-1)": "torch.exp(scores) / torch.exp(scores).sum(-1, keepdim=True)"},
        ),
        Misconception(
            "minus_infinity_times_the_mask",
            "The mask was multiplied by minus infinity. Where the mask is 0 that gives nan, not 0; "
            "fill the forbidden scores in place of adding to them.",
            {"scores.masked_fill(~allowed, -math.inf)": "scores + (~allowed) * -math.inf"},
        ),
        Misconception(
            "scaled_by_the_width_of_the_values",
            "The scores were divided by the square root of the values' width. The scores are sums "
            "over the d_k features of queries and keys.",
            {"math.sqrt(Q.shape[-1])": "math.sqrt(V.shape[-1])"},
        ),
        Misconception(
            "weights_first",
            "The two results have changed places: the outputs come first.",
            {"return weights @ V, weights": "return weights, weights @ V"},
        ),
        Misconception(
            "scores_returned",
            "The second result holds the scores. Asked are the weights, after the softmax.",
            {"return weights @ V, weights": "return weights @ V, scores"},
        ),
        Misconception(
            "weights_detached",
            "The weights that are returned carry no gradient. They are to be differentiable as "
            "well.",
            {"return weights @ V, weights": "return weights @ V, weights.detach()"},
        ),
    ],
    "make_masks": [
        Misconception(
            "diagonal_forbidden",
            "The diagonal is forbidden. A token is known when the next one is predicted, so it may "
            "look at itself; the first one has nothing else to look at.",
            {".tril()": ".tril(-1)"},
        ),
        Misconception(
            "padding_on_the_query_axis",
            "The padding of the target was put on the query axis. It is padded keys that must not "
            "be seen; padded queries left with nothing to look at give nan.",
            {"causal & (tgt != pad)[:, None, None, :]": "causal & (tgt != pad)[:, None, :, None]"},
        ),
        Misconception(
            "either_condition_is_enough",
            "The two conditions were joined by OR. A key has to be no padding AND not in the "
            "future; with OR every real word of the future can be seen.",
            {"causal & (tgt": "causal | (tgt"},
        ),
        Misconception(
            "triangle_upside_down",
            "The triangle points the wrong way: each token sees itself and the future. Row i is "
            "the query, and the keys j <= i are allowed.",
            {".tril()": ".triu()"},
        ),
        Misconception(
            "target_padding_forgotten",
            "The target mask is only causal. Padding inside or before a target has to be hidden as "
            "well.",
            {"causal & (tgt != pad)[:, None, None, :]": "causal.expand(len(tgt), 1, m, m)"},
        ),
        Misconception(
            "padding_is_always_zero",
            "Padding was looked for at the id 0. Which id pads is an argument.",
            {"(src != pad)": "(src != 0)", "(tgt != pad)": "(tgt != 0)"},
        ),
        Misconception(
            "true_means_padding",
            "The source mask is True at the padding. In this notebook True means allowed, in every "
            "mask.",
            {"(src != pad)": "(src == pad)"},
        ),
        Misconception(
            "masks_of_numbers",
            "The masks hold floating-point numbers. A mask is a bool tensor: what comes later "
            "negates it with ~, and that works for truth values only.",
            {
                "return (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]":
                    "return (src != pad)[:, None, None, :].float(), (causal & (tgt != pad)[:, None, None, :]).float()",
            },
        ),
        Misconception(
            "masks_of_integers",
            "The masks hold integers. A mask is a bool tensor: what comes later negates it with ~, "
            "and of the integer 1 that makes -2.",
            {
                "return (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]":
                    "return (src != pad)[:, None, None, :].long(), (causal & (tgt != pad)[:, None, None, :]).long()",
            },
        ),
        Misconception(
            "source_mask_is_causal",
            "The source mask forbids the future. The whole source is known before the first word is "
            "written; only its padding is hidden.",
            {
                "(src != pad)[:, None, None, :], causal":
                    "(src != pad)[:, None, None, :] & torch.ones(src.shape[1], src.shape[1], dtype=torch.bool).tril(), causal",
            },
        ),
        Misconception(
            "zeros_and_minus_infinity",
            "These are additive masks, 0 and minus infinity. Here a mask says what is allowed: True "
            "or False.",
            {
                "return (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]":
                    "masks = (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]\n    return tuple(torch.zeros(mask.shape).masked_fill(~mask, -math.inf) for mask in masks)",
            },
        ),
        Misconception(
            "padded_queries_hidden_too",
            "Padded queries were hidden as well as padded keys. A row in which nothing is allowed "
            "gives nan in the softmax; only keys are hidden.",
            {
                "causal & (tgt != pad)[:, None, None, :]":
                    "causal & (tgt != pad)[:, None, None, :] & (tgt != pad)[:, None, :, None]",
            },
        ),
    ],
    "multi_head_attention": [
        Misconception(
            "reshaped_into_heads",
            "The projections were reshaped to (B, h, n, d_k) in one go. That cuts the sentence "
            "into pieces, not the features: first cut the last axis into (h, d_k), then swap the "
            "axes.",
            {
                "(x @ W).unflatten(-1, (h, -1)).transpose(1, 2)":
                    "(x @ W).reshape(len(x), h, x.shape[1], -1)",
            },
        ),
        Misconception(
            "joined_without_swapping_back",
            "The heads were reshaped to (B, n, D) without swapping the axes back. A row then holds "
            "one head at several positions instead of all heads at one position.",
            {"heads.transpose(1, 2).flatten(2)": "heads.reshape(q.shape)"},
        ),
        Misconception(
            "scaled_by_the_model_width",
            "The scores are scaled by the square root of D. The dot products of a head run over "
            "its own d_k = D/h features only.",
            {"split(q, Wq), split": "split(q, Wq) / math.sqrt(h), split"},
        ),
        Misconception(
            "heads_not_mixed",
            "The joined heads were returned without the output projection. Without it no feature "
            "of the result can combine two heads.",
            {".flatten(2) @ Wo": ".flatten(2)"},
        ),
        Misconception(
            "heads_of_every_hth_column",
            "Head i got the columns i, i + h, i + 2h, ... It owns d_k neighbouring columns: the "
            "last axis is cut into (h, d_k), not (d_k, h).",
            {"unflatten(-1, (h, -1)).transpose(1, 2)": "unflatten(-1, (-1, h)).movedim(-1, 1)"},
        ),
        Misconception(
            "weights_of_a_linear_layer",
            "The projections were transposed, as nn.Linear stores them. Here tokens are rows and "
            "weights multiply from the right as they are.",
            {"(x @ W)": "(x @ W.T)"},
        ),
        Misconception(
            "values_from_the_keys",
            "The values were projected from k. What is compared and what is averaged are two "
            "arguments, and they may differ.",
            {"split(v, Wv)": "split(k, Wv)"},
        ),
        Misconception(
            "mask_not_passed_on",
            "The mask was not handed to the attention: padded and future tokens are read.",
            {"split(v, Wv), mask)": "split(v, Wv))"},
        ),
        Misconception(
            "scaled_twice",
            "The scores were divided by the square root of d_k twice. Your attention function does "
            "it already.",
            {"split(q, Wq), split": "split(q, Wq) / math.sqrt(q.shape[-1] // h), split"},
        ),
        Misconception(
            "weights_averaged_over_the_heads",
            "The weights were averaged over the heads. Asked are those of every head.",
            {".flatten(2) @ Wo, weights": ".flatten(2) @ Wo, weights.mean(1)"},
        ),
        Misconception(
            "output_matrix_transposed",
            "The output projection was transposed, as nn.Linear stores it. Tokens are rows: joined "
            "@ Wo.",
            {".flatten(2) @ Wo": ".flatten(2) @ Wo.T"},
        ),
        Misconception(
            "keys_and_values_exchanged",
            "Keys and values have changed places. k is compared with the query, v is averaged.",
            {"split(k, Wk), split(v, Wv)": "split(v, Wk), split(k, Wv)"},
        ),
        Misconception(
            "heads_interleaved_when_joined",
            "The heads were joined feature by feature. Head 0 comes first with all of its d_k "
            "features, then head 1.",
            {"heads.transpose(1, 2).flatten(2) @ Wo": "heads.permute(0, 2, 3, 1).flatten(2) @ Wo"},
        ),
        Misconception(
            "query_added",
            "The query was added to the result. The residual connection belongs to the layer, not "
            "to the attention.",
            {"heads.transpose(1, 2).flatten(2) @ Wo": "q + heads.transpose(1, 2).flatten(2) @ Wo"},
        ),
    ],
    "sinusoidal_positions": [
        Misconception(
            "exponent_doubled",
            "The exponent is twice too large. The columns 0, 2, 4, ... already are the 2i of the "
            "formula.",
            {"-torch.arange(0, d, 2) / d": "-2 * torch.arange(0, d, 2) / d"},
        ),
        Misconception(
            "sines_then_cosines",
            "All sines stand in the first half and all cosines in the second. Here they alternate: "
            "sine in the even columns, cosine in the odd ones. (Both layouts exist.)",
            {
                "torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)":
                    "torch.cat([angle.sin(), angle.cos()], dim=-1)",
            },
        ),
        Misconception(
            "whole_exponents",
            "The exponent was divided without remainder: 2i // d is 0 for every pair. All pairs "
            "then turn at the same speed, 1 radian per position.",
            {"-torch.arange(0, d, 2) / d": "-(torch.arange(0, d, 2) // d)"},
        ),
        Misconception(
            "positions_from_one",
            "The first row belongs to position 1. Positions are counted from 0: the first row is "
            "0, 1, 0, 1, ...",
            {"torch.arange(n)[:, None]": "torch.arange(1, n + 1)[:, None]"},
        ),
        Misconception(
            "cosines_first",
            "Sine and cosine are swapped: the sine stands in the even columns.",
            {"[angle.sin(), angle.cos()]": "[angle.cos(), angle.sin()]"},
        ),
        Misconception(
            "in_float64",
            "The table is float64. Added to float32 embeddings it makes the whole model compute in "
            "double precision; the result is to be float32.",
            {".flatten(1)": ".flatten(1).double()"},
        ),
        Misconception(
            "a_frequency_for_every_column",
            "Every column has a frequency of its own. The sine and the cosine of a pair share one: "
            "that is what makes moving on by k a rotation.",
            {
                "-torch.arange(0, d, 2) / d":
                    "-torch.arange(d) / d",
                "torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)":
                    "torch.where(torch.arange(d) % 2 == 0, angle.sin(), angle.cos())",
            },
        ),
        Misconception(
            "frequencies_grow",
            "The frequencies grow from pair to pair. The exponent is negative: the first pair is "
            "the fastest.",
            {"10000 ** (-torch": "10000 ** (torch"},
        ),
        Misconception(
            "exponent_halved",
            "The exponent is half as large as it should be: pairs were counted and not doubled. The "
            "exponent of pair i is -2i/d.",
            {"-torch.arange(0, d, 2) / d": "-torch.arange(d // 2) / d"},
        ),
        Misconception(
            "exponents_from_zero_to_one",
            "The exponents run from 0 to 1 in equal steps. The last one is -(d - 2)/d, not -1.",
            {"-torch.arange(0, d, 2) / d": "-torch.linspace(0, 1, d // 2)"},
        ),
    ],
    "encoder_layer": [
        Misconception(
            "norm_over_the_positions",
            "Mean and variance were taken over the positions. Layer normalisation treats every "
            "token alone, over its features; otherwise padding and later words change a token.",
            {
                "x.mean(dim=-1, keepdim=True)": "x.mean(dim=max(x.dim() - 2, 0), keepdim=True)",
                "x.var(dim=-1, keepdim=True, unbiased=False)":
                    "x.var(dim=max(x.dim() - 2, 0), keepdim=True, unbiased=False)",
            },
        ),
        Misconception(
            "norm_over_the_batch",
            "Mean and variance were taken over the first axis, as batch normalisation does. Layer "
            "normalisation treats every token alone, over its features.",
            {
                "x.mean(dim=-1, keepdim=True)": "x.mean(dim=0, keepdim=True)",
                "x.var(dim=-1, keepdim=True, unbiased=False)":
                    "x.var(dim=0, keepdim=True, unbiased=False)",
            },
        ),
        Misconception(
            "variance_by_d_minus_one",
            "The variance was divided by D - 1, which is what torch.var does by default. Layer "
            "normalisation takes the plain mean of the squared deviations.",
            {", unbiased=False)": ")"},
        ),
        Misconception(
            "eps_outside_the_root",
            "eps was added to the standard deviation. It stands under the root, next to the "
            "variance.",
            {"torch.sqrt(variance + eps)": "(torch.sqrt(variance) + eps)"},
        ),
        Misconception(
            "no_relu",
            "The hidden layer of the feed-forward network has no ReLU. Two linear layers in a row "
            "are one.",
            {"torch.relu(x @ W1 + b1)": "(x @ W1 + b1)"},
        ),
        Misconception(
            "relu_at_the_end",
            "The ReLU was put after the second linear layer. It belongs between the two; the "
            "output may be negative.",
            {"torch.relu(x @ W1 + b1) @ W2 + b2": "torch.relu((x @ W1 + b1) @ W2 + b2)"},
        ),
        Misconception(
            "pre_norm",
            "This is the pre-LN order: normalise, transform, add. Here the sum is normalised, as "
            "in the original paper.",
            {
                (
                    'attended, _ = multi_head_attention(x, x, x, **p["self_attention"], h=h, mask=mask)\n'
                    '    x = layer_norm(x + attended, **p["norm1"])'
                ): (
                    'z = layer_norm(x, **p["norm1"])\n'
                    '    x = x + multi_head_attention(z, z, z, **p["self_attention"], h=h, mask=mask)[0]'
                ),
                'layer_norm(x + feed_forward(x, **p["feed_forward"]), **p["norm2"])':
                    'x + feed_forward(layer_norm(x, **p["norm2"]), **p["feed_forward"])',
            },
        ),
        Misconception(
            "second_residual_from_the_input",
            "The second residual connection starts at the input of the layer. It starts at the "
            "output of the first half; otherwise what attention found is only seen by the "
            "feed-forward network.",
            {
                '    x = layer_norm(x + attended, **p["norm1"])':
                    '    first, x = x, layer_norm(x + attended, **p["norm1"])',
                "return layer_norm(x + feed_forward(x, **p":
                    "return layer_norm(first + feed_forward(x, **p",
            },
        ),
        Misconception(
            "no_residual_around_attention",
            "The input is not added back after the attention. Without the residual connection a "
            "token forgets itself.",
            {"layer_norm(x + attended,": "layer_norm(attended,"},
        ),
        Misconception(
            "one_norm_for_both",
            "The same scale and shift were used twice. Each of the two halves has its own.",
            {'**p["norm2"])': '**p["norm1"])'},
        ),
        Misconception(
            "variance_as_a_difference",
            "The variance was computed as the mean of the squares minus the square of the mean. For "
            "features far from zero both are large and almost equal, and float32 loses the rest.",
            {
                "x.var(dim=-1, keepdim=True, unbiased=False)":
                    "(x**2).mean(dim=-1, keepdim=True) - mean**2",
            },
        ),
        Misconception(
            "eps_ignored",
            "The argument eps has no influence: its usual value was written into the formula.",
            {"/ torch.sqrt(variance + eps)": "/ torch.sqrt(variance + 1e-5)"},
        ),
        Misconception(
            "no_eps",
            "eps is missing. Where all features are equal the variance is 0, and 0 / 0 is no "
            "number.",
            {"/ torch.sqrt(variance + eps)": "/ torch.sqrt(variance)"},
        ),
        Misconception(
            "shift_scaled_too",
            "gain multiplies bias as well. It scales what was normalised; the shift is added "
            "afterwards.",
            {
                "gain * (x - mean) / torch.sqrt(variance + eps) + bias":
                    "gain * ((x - mean) / torch.sqrt(variance + eps) + bias)",
            },
        ),
        Misconception(
            "norm_over_everything",
            "There is one mean and one variance for the whole batch. Layer normalisation treats "
            "every token alone.",
            {
                "x.mean(dim=-1, keepdim=True)":
                    "x.mean()",
                "x.var(dim=-1, keepdim=True, unbiased=False)":
                    "x.var(unbiased=False)",
            },
        ),
        Misconception(
            "mean_not_subtracted",
            "The mean was not subtracted. That is close to RMS normalisation, which came later; LN "
            "centres first.",
            {"gain * (x - mean)": "gain * x"},
        ),
        Misconception(
            "gelu_in_place_of_relu",
            "The hidden layer has a GELU. Many later models do; the formula here is max(0, x).",
            {"torch.relu(x @ W1 + b1)": "F.gelu(x @ W1 + b1)"},
        ),
        Misconception(
            "second_bias_forgotten",
            "The output of the feed-forward network lacks its bias b2.",
            {"@ W2 + b2": "@ W2"},
        ),
        Misconception(
            "first_bias_forgotten",
            "The hidden layer of the feed-forward network lacks its bias b1.",
            {"torch.relu(x @ W1 + b1)": "torch.relu(x @ W1)"},
        ),
        Misconception(
            "no_residual_around_the_network",
            "The input of the feed-forward network is not added back to its output.",
            {"layer_norm(x + feed_forward(x,": "layer_norm(feed_forward(x,"},
        ),
        Misconception(
            "mask_not_used",
            "The mask was not handed to the attention: padding is read.",
            {"h=h, mask=mask)": "h=h)"},
        ),
        Misconception(
            "no_norm_at_the_end",
            "The second layer norm is missing. In this order, post-LN, every sum is normalised.",
            {
                'return layer_norm(x + feed_forward(x, **p["feed_forward"]), **p["norm2"])':
                    'return x + feed_forward(x, **p["feed_forward"])',
            },
        ),
    ],
    "decoder_layer": [
        Misconception(
            "causal_mask_in_cross_attention",
            "The cross-attention was masked causally. The whole source is known before the first "
            "word is written; only its padding is forbidden.",
            {
                "h=h, mask=src_mask)":
                    "h=h, mask=src_mask & torch.ones(y.shape[1], memory.shape[1], dtype=torch.bool).tril())",
            },
        ),
        Misconception(
            "keys_and_values_from_the_target",
            "The second attention looks at the target again: its keys and values come from y. It "
            "is the only place where the decoder reads the source.",
            {
                'multi_head_attention(y, memory, memory, **p["cross_attention"]':
                    'multi_head_attention(y, y, y, **p["cross_attention"]',
            },
        ),
        Misconception(
            "values_from_the_target",
            "Keys come from the memory but values from the target. What is averaged has to come "
            "from where the keys come from.",
            {"(y, memory, memory,": "(y, memory, y,"},
        ),
        Misconception(
            "two_norms_shared",
            "The norm after the cross-attention was used again after the feed-forward network. A "
            "decoder layer has three norms with parameters of their own.",
            {'**p["norm3"])': '**p["norm2"])'},
        ),
        Misconception(
            "one_attention_for_both",
            "The cross-attention used the matrices of the self-attention. The two are separate, "
            "with four matrices each.",
            {'**p["cross_attention"]': '**p["self_attention"]'},
        ),
        Misconception(
            "future_visible",
            "The self-attention was not masked. A target token that sees the next one has nothing "
            "to predict, and at test time the future is missing.",
            {"h=h, mask=tgt_mask)": "h=h)"},
        ),
        Misconception(
            "source_padding_read",
            "The cross-attention was not masked: padding of the source is read.",
            {"h=h, mask=src_mask)": "h=h)"},
        ),
        Misconception(
            "cross_attention_without_residual",
            "What was read from the source replaces the target token instead of being added to it.",
            {"layer_norm(y + read,": "layer_norm(read,"},
        ),
        Misconception(
            "weights_of_the_self_attention",
            "The weights that were returned are those of the self-attention. Asked are those of the "
            "cross-attention: which source token is read for which target position.",
            {"attended, _ =": "attended, own =", "), weights": "), own"},
        ),
        Misconception(
            "no_residual_around_the_self_attention",
            "The target is not added back after its self-attention.",
            {"layer_norm(y + attended,": "layer_norm(attended,"},
        ),
        Misconception(
            "no_residual_around_the_network",
            "The input of the feed-forward network is not added back to its output.",
            {"layer_norm(y + feed_forward(": "layer_norm(feed_forward("},
        ),
        Misconception(
            "weights_averaged_over_the_heads",
            "The weights were averaged over the heads. Asked are those of every head.",
            {
                "), weights\n":
                    "), weights.mean(1)\n",
            },
        ),
        Misconception(
            "second_residual_from_the_input",
            "The second residual connection starts at the input of the layer. Each one starts at "
            "the output of the part before.",
            {
                "    y = layer_norm(y + attended":
                    "    first, y = y, layer_norm(y + attended",
                "layer_norm(y + read,":
                    "layer_norm(first + read,",
            },
        ),
    ],
    "Transformer": [
        Misconception(
            "embeddings_not_scaled",
            "The embeddings were not multiplied by the square root of D. Next to the positions the "
            "words are then too small.",
            {" * math.sqrt(self.d_model) + sin": " + sin"},
        ),
        Misconception(
            "positions_scaled_too",
            "The positions were scaled as well. Only the embedding is multiplied by the square "
            "root of D, before the positions are added.",
            {
                "table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)":
                    "(table(ids) + sinusoidal_positions(ids.shape[1], self.d_model)) * math.sqrt(self.d_model)",
            },
        ),
        Misconception(
            "positions_forgotten",
            "No positions were added. Attention alone cannot tell one order of the words from "
            "another.",
            {" + sinusoidal_positions(ids.shape[1], self.d_model)": ""},
        ),
        Misconception(
            "target_not_shifted",
            "Labels and inputs are the same tokens, so each position only has to copy what it "
            "sees. The label is the token that follows.",
            {"tgt[:, 1:].flatten()": "tgt[:, :-1].flatten()"},
        ),
        Misconception(
            "padding_in_the_loss",
            "Padding counts as a label. The model is then mostly trained to write padding, and the "
            "loss depends on how far the batch was filled up.",
            {", ignore_index=self.pad)": ")"},
        ),
        Misconception(
            "sum_in_place_of_the_mean",
            "The loss is a sum over the labels. Asked is their mean, so that it does not grow with "
            "the batch.",
            {"ignore_index=self.pad)": 'ignore_index=self.pad, reduction="sum")'},
        ),
        Misconception(
            "decoder_reads_the_embeddings",
            "The decoder reads the embedded source. The memory is what comes out of the last "
            "encoder layer.",
            {
                "            memory = encoder_layer(memory, p, self.n_heads, src_mask)":
                    "            encoder_layer(memory, p, self.n_heads, src_mask)",
            },
        ),
        Misconception(
            "layer_by_layer_memory",
            "Decoder layer i read the output of encoder layer i. Every decoder layer reads the "
            "output of the last encoder layer.",
            {
                "        for p in self.encoder:\n            memory =":
                    "        memories = []\n        for p in self.encoder:\n            memory =",
                "self.n_heads, src_mask)\n        y = self.embed":
                    "self.n_heads, src_mask)\n            memories.append(memory)\n        y = self.embed",
                "        for p in self.decoder:":
                    "        for p, memory in zip(self.decoder, memories):",
            },
        ),
        Misconception(
            "source_table_for_the_target",
            "The target was looked up in the table of the source. The two vocabularies have a "
            "table each.",
            {"self.embed(self.tgt_embedding, tgt_in)": "self.embed(self.src_embedding, tgt_in)"},
        ),
        Misconception(
            "argmax_over_all_positions",
            "The token was chosen among the logits of all positions. Only the last position "
            "predicts the next token; the others repeat what has been predicted before.",
            {
                "logits[:, -1].argmax(dim=-1)":
                    "(logits.flatten(1).argmax(dim=-1) % logits.shape[-1])",
            },
        ),
        Misconception(
            "argmax_of_the_first_position",
            "The token was read off the first position, which always predicts the first token "
            "again. The last position predicts what comes next.",
            {"logits[:, -1].argmax": "logits[:, 0].argmax"},
        ),
        Misconception(
            "only_the_last_token_fed",
            "Only the last token was fed back. The decoder needs everything that it has written: "
            "the last token alone stands at position 0 and has no past.",
            {"self(src, tgt)\n": "self(src, tgt[:, -1:])\n"},
        ),
        Misconception(
            "runs_on_after_eos",
            "Complete sentences go on growing. After eos a row gets padding.",
            {".masked_fill(complete, self.pad)": ""},
        ),
        Misconception(
            "never_stops_early",
            "All steps up to max_len are made, though all sentences are complete before.",
            {"            if complete.all():\n                break\n": ""},
        ),
        Misconception(
            "stops_with_the_first",
            "Writing stops as soon as one sentence is complete. The others are cut off; it has to "
            "go on until all are.",
            {"complete.all()": "complete.any()"},
        ),
        Misconception(
            "bos_returned",
            "The result still begins with bos, which was given and not written.",
            {"return tgt[:, 1:]\n": "return tgt\n"},
        ),
        Misconception(
            "one_attention_per_decoder_layer",
            "A decoder layer has two attentions, self and cross, and so twice the attention "
            "parameters of an encoder layer.",
            {"2 * attention + ffn": "attention + ffn"},
        ),
        Misconception(
            "two_norms_in_the_decoder",
            "A decoder layer has three norms, one after each of its three parts.",
            {"3 * norm": "2 * norm"},
        ),
        Misconception(
            "output_layer_tied",
            "The output layer was counted as part of the target's table. Some models share the "
            "two; here they are separate, and the output layer has weights of its own.",
            {"output = d_model * n_tgt + n_tgt": "output = n_tgt"},
        ),
        Misconception(
            "biases_not_counted",
            "The biases of the feed-forward networks are missing.",
            {"2 * d_model * d_ff + d_ff + d_model": "2 * d_model * d_ff"},
        ),
        Misconception(
            "logarithm_of_the_softmax",
            "The logarithm was taken of a softmax. A probability below the smallest float becomes 0, "
            "and its logarithm minus infinity; the two belong into one step.",
            {"F.cross_entropy(logits.flatten(0, 1)": "F.nll_loss(logits.softmax(-1).log().flatten(0, 1)"},
        ),
        Misconception(
            "padding_ends_a_sentence",
            "A row that had written padding was treated as complete. Only eos completes it; before "
            "that, padding is a token like any other.",
            {"complete |= token == eos": "complete |= (token == eos) | (token == self.pad)"},
        ),
        Misconception(
            "eos_replaced_by_padding",
            "The end symbol was replaced by padding. A row keeps its eos and gets padding only "
            "after it.",
            {
                "return tgt[:, 1:]\n":
                    "return tgt[:, 1:].masked_fill(tgt[:, 1:] == eos, self.pad)\n",
            },
        ),
        Misconception(
            "sentences_averaged_first",
            "Each sentence's loss was averaged, and then the sentences. All labels of the batch "
            "count the same: one mean over all of them.",
            {
                "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)":
                    'losses = F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], ignore_index=self.pad, reduction="none")\n        return (losses.sum(1) / (tgt[:, 1:] != self.pad).sum(1)).mean()',
            },
        ),
        Misconception(
            "loss_without_gradient",
            "The loss carries no gradient, so nothing can be trained with it.",
            {
                "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)":
                    "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad).detach()",
            },
        ),
        Misconception(
            "padding_is_always_zero",
            "Labels of the id 0 were left out. Which id pads is self.pad.",
            {"ignore_index=self.pad": "ignore_index=0"},
        ),
        Misconception(
            "probabilities_returned",
            "A softmax was applied to the result. Asked are logits; the loss takes its own softmax.",
            {"return self.output(y), weights": "return self.output(y).softmax(-1), weights"},
        ),
        Misconception(
            "weights_of_the_first_layer",
            "The weights are those of the first decoder layer. Asked are those of the last.",
            {
                "            y, weights = decoder_layer(":
                    "            y, new = decoder_layer(",
                "tgt_mask, src_mask)\n        return self.output(y), weights":
                    "tgt_mask, src_mask)\n            weights = new if p is self.decoder[0] else weights\n        return self.output(y), weights",
            },
        ),
        Misconception(
            "padding_visible",
            "The masks do not hide the padding: tokens look at it.",
            {"make_masks(src, tgt_in, self.pad)": "make_masks(src, tgt_in, -1)"},
        ),
        Misconception(
            "embeddings_divided",
            "The embeddings were divided by the square root of D. They are multiplied by it, so "
            "that the words are larger than the positions.",
            {"table(ids) * math.sqrt(self.d_model) +": "table(ids) / math.sqrt(self.d_model) +"},
        ),
        Misconception(
            "embeddings_times_d",
            "The embeddings were multiplied by D. The factor is its square root.",
            {"table(ids) * math.sqrt(self.d_model) +": "table(ids) * self.d_model +"},
        ),
        Misconception(
            "padding_embedded_as_zero",
            "Padding was embedded as 0. It is embedded like any other id; the masks see to it that "
            "nobody looks.",
            {
                "table(ids) * math.sqrt(self.d_model) +":
                    "table(ids) * (ids != self.pad)[..., None] * math.sqrt(self.d_model) +",
            },
        ),
        Misconception(
            "biases_in_the_attention",
            "The attention was counted with biases. Its four matrices have none here.",
            {"attention = 4 * d_model**2": "attention = 4 * (d_model**2 + d_model)"},
        ),
        Misconception(
            "bias_of_the_output_not_counted",
            "The biases of the output layer are missing, one per target token.",
            {"output = d_model * n_tgt + n_tgt": "output = d_model * n_tgt"},
        ),
    ],
}
