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
        Misconception(
            "no_tanh",
            "The tanh is missing. Without it the decoder's state shifts all scores alike, and the softmax cancels it.",
            {"torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)": "(s @ Ws.T)[:, None] + H @ Wh.T"},
        ),
        Misconception(
            "relu_in_place_of_tanh",
            "The hidden units use a ReLU. Bahdanau's are tanh.",
            {"torch.tanh(": "torch.relu("},
        ),
        Misconception(
            "projections_multiplied",
            "The two projections were multiplied. They are added.",
            {"[:, None] + H @ Wh.T": "[:, None] * (H @ Wh.T)"},
        ),
        Misconception(
            "Ws_transposed_where_square",
            "W_s was transposed, which a square one allows.",
            {"s @ Ws.T": "s @ (Ws if Ws.shape[0] == Ws.shape[1] else Ws.T)"},
        ),
        Misconception(
            "Wh_transposed_where_square",
            "W_h was transposed, which a square one allows.",
            {"H @ Wh.T": "H @ (Wh if Wh.shape[0] == Wh.shape[1] else Wh.T)"},
        ),
        Misconception(
            "matrices_swapped_where_equal",
            "W_s and W_h have changed places, which equal widths allow.",
            {"hidden = torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)": "if Ws.shape == Wh.shape:\n        Ws, Wh = Wh, Ws\n    hidden = torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)"},
        ),
        Misconception(
            "state_of_the_first_sentence",
            "All sentences got the decoder's state of the first one.",
            {"(s @ Ws.T)[:, None]": "s[0] @ Ws.T"},
        ),
        Misconception(
            "states_meet_positions",
            "With as many sentences as positions the states met the positions. Each state belongs to a sentence.",
            {"(s @ Ws.T)[:, None]": "((s @ Ws.T)[None] if len(s) == H.shape[1] else (s @ Ws.T)[:, None])"},
        ),
        Misconception(
            "weighted_sum_divided_by_n",
            "The weighted sum was divided by n. The weights sum to 1 already.",
            {"alpha, H), alpha": "alpha, H) / H.shape[1], alpha"},
        ),
        Misconception(
            "plain_mean",
            "The context is the plain mean of what may be read. Weigh it.",
            {"return torch.einsum(\"bn,bnd->bd\", alpha, H), alpha": "return torch.einsum(\"bn,bnd->bd\", mask.to(H.dtype), H) / mask.sum(1, keepdim=True), alpha"},
        ),
        Misconception(
            "only_the_best",
            "The context is the state with the largest weight. It is the weighted mean of all.",
            {"return torch.einsum(\"bn,bnd->bd\", alpha, H), alpha": "return H[torch.arange(len(H)), alpha.argmax(1)], alpha"},
        ),
        Misconception(
            "weights_detached",
            "The weights that are returned carry no gradient. They are to be differentiable as well.",
            {"H), alpha": "H), alpha.detach()"},
        ),
        Misconception(
            "context_detached",
            "No gradient flows from the contexts to the scores.",
            {"\"bn,bnd->bd\", alpha, H)": "\"bn,bnd->bd\", alpha.detach(), H)"},
        ),
        Misconception(
            "v_of_length_one",
            "v was divided by its length. It may have any.",
            {"hidden @ v": "hidden @ (v / v.norm())"},
        ),
        Misconception(
            "mask_of_the_first_sentence",
            "All sentences got the mask of the first one.",
            {"~mask": "~mask[:1]"},
        ),
        Misconception(
            "one_axis_too_many",
            "The contexts have an axis of length 1 too much: (B, d_h).",
            {"return torch.einsum(\"bn,bnd->bd\", alpha, H), alpha": "return alpha[:, None] @ H, alpha"},
        ),
        Misconception(
            "result_in_float32",
            "The results are float32. They have the dtype of the arguments.",
            {"return torch.einsum(\"bn,bnd->bd\", alpha, H), alpha": "return torch.einsum(\"bn,bnd->bd\", alpha, H).float(), alpha.float()"},
        ),
        Misconception(
            "padding_zeroed_in_place",
            "The padded encoder states were set to 0 in place, so that the caller's are changed.",
            {"hidden = torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)": "H[~mask] = 0\n    hidden = torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)"},
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
        Misconception(
            "cosine_in_place_of_dot",
            "The dot score was divided by the lengths of both vectors.",
            {"return torch.einsum(\"bd,bnd->bn\", s, H)": "return F.cosine_similarity(H, s[:, None], dim=-1)"},
        ),
        Misconception(
            "dot_with_the_first_state",
            "In the dot score all sentences got the state of the first one.",
            {"return torch.einsum(\"bd,bnd->bn\", s, H)": "return H @ s[0]"},
        ),
        Misconception(
            "dot_states_meet_positions",
            "With as many sentences as positions the states met the positions in the dot score.",
            {"return torch.einsum(\"bd,bnd->bn\", s, H)": "return (H * s).sum(-1) if len(s) == H.shape[1] else torch.einsum(\"bd,bnd->bn\", s, H)"},
        ),
        Misconception(
            "general_with_the_transpose_where_square",
            "W was transposed in the general score, which a square one allows. Its rows belong to s.",
            {"return torch.einsum(\"bi,ij,bnj->bn\", s, W, H)": "W = W.T if W.shape[0] == W.shape[1] else W\n        return torch.einsum(\"bi,ij,bnj->bn\", s, W, H)"},
        ),
        Misconception(
            "general_with_the_first_state",
            "In the general score all sentences got the state of the first one.",
            {"return torch.einsum(\"bi,ij,bnj->bn\", s, W, H)": "return H @ W.T @ s[0]"},
        ),
        Misconception(
            "general_with_tanh",
            "There is a tanh around the general score. Only concat has one.",
            {"return torch.einsum(\"bi,ij,bnj->bn\", s, W, H)": "return torch.tanh(torch.einsum(\"bi,ij,bnj->bn\", s, W, H))"},
        ),
        Misconception(
            "general_squeezed",
            "All axes of length 1 were dropped, those of a single sentence or position, too.",
            {"return torch.einsum(\"bi,ij,bnj->bn\", s, W, H)": "return (H @ W.T @ s[:, :, None]).squeeze()"},
        ),
        Misconception(
            "concat_with_two_tanhs",
            "In concat each part went through a tanh of its own. There is one, of the sum.",
            {"return torch.tanh(torch.cat([states, H], dim=-1) @ W.T) @ v": "d = s.shape[1]\n        return (torch.tanh(s @ W[:, :d].T)[:, None] + torch.tanh(H @ W[:, d:].T)) @ v"},
        ),
        Misconception(
            "concat_with_relu",
            "The hidden units of concat use a ReLU. They are tanh.",
            {"torch.tanh(torch.cat": "torch.relu(torch.cat"},
        ),
        Misconception(
            "concat_with_the_first_state",
            "In concat all sentences got the state of the first one.",
            {"s[:, None].expand(-1, H.shape[1], -1)": "s[:1, None].expand(len(H), H.shape[1], -1)"},
        ),
        Misconception(
            "concat_transposed_where_square",
            "W was not transposed in concat, which a square one allows.",
            {"@ W.T) @ v": "@ (W if W.shape[0] == W.shape[1] else W.T)) @ v"},
        ),
        Misconception(
            "concat_is_scaled",
            "The concat score was divided by the square root of a width. Luong's scores are bare.",
            {"return torch.tanh(torch.cat([states, H], dim=-1) @ W.T) @ v": "return torch.tanh(torch.cat([states, H], dim=-1) @ W.T) @ v / math.sqrt(len(v))"},
        ),
        Misconception(
            "another_error",
            "For an unknown score another error is raised. The docstring asks for a ValueError.",
            {"raise ValueError": "raise KeyError"},
        ),
        Misconception(
            "beginnings_accepted",
            "A name that begins with one of the three is accepted. Exactly three are allowed.",
            {"kind == \"dot\"": "kind.startswith(\"dot\")"},
        ),
        Misconception(
            "spaces_accepted",
            "Spaces around the name are accepted. Exactly three names are allowed.",
            {"    if kind == \"dot\":": "    kind = kind.strip()\n    if kind == \"dot\":"},
        ),
        Misconception(
            "parts_accepted",
            "A part of a name is accepted. Exactly three names are allowed.",
            {"kind == \"general\"": "kind in \"general\""},
        ),
        Misconception(
            "left_end_left_out",
            "The left end of the window is missing. Both ends belong to it.",
            {"return (torch.arange(n) - p[:, None]).abs() <= D": "return (torch.arange(n) > p[:, None] - D) & (torch.arange(n) <= p[:, None] + D)"},
        ),
        Misconception(
            "centre_rounded_down",
            "The centre was rounded down. It may lie between two positions.",
            {"- p[:, None]": "- p.floor()[:, None]"},
        ),
        Misconception(
            "centre_rounded_up",
            "The centre was rounded up. It may lie between two positions.",
            {"- p[:, None]": "- p.ceil()[:, None]"},
        ),
        Misconception(
            "window_moved_into_the_sentence",
            "The window was moved so that all of it lies in the sentence. It stays where it is and loses what sticks out.",
            {"- p[:, None]": "- p.clamp(D, max(n - 1 - D, D))[:, None]"},
        ),
        Misconception(
            "window_never_empty",
            "An empty window got a position. It gives a row of False.",
            {"return (torch.arange(n) - p[:, None]).abs() <= D": "window = (torch.arange(n) - p[:, None]).abs() <= D\n    window[~window.any(1), 0] = True\n    return window"},
        ),
        Misconception(
            "window_upside_down",
            "The mask is True outside of the window. True means allowed.",
            {".abs() <= D": ".abs() > D"},
        ),
        Misconception(
            "only_the_past",
            "The window ends at its centre. It reaches as far to the right as to the left.",
            {"return (torch.arange(n) - p[:, None]).abs() <= D": "return (torch.arange(n) >= p[:, None] - D) & (torch.arange(n) <= p[:, None])"},
        ),
        Misconception(
            "one_centre_for_all",
            "All sentences got the centre of the first one.",
            {"return (torch.arange(n) - p[:, None]).abs() <= D": "return ((torch.arange(n) - p[0]).abs() <= D).expand(len(p), n)"},
        ),
        Misconception(
            "window_with_a_margin",
            "The window is a little wider than D. p − D and p + D are exact: no tolerance is needed.",
            {".abs() <= D": ".abs() <= D + 1e-4"},
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
        Misconception(
            "multiplied_by_the_root",
            "The scores were multiplied by the square root of d_k. They are divided by it.",
            {" / math.sqrt(": " * math.sqrt("},
        ),
        Misconception(
            "mask_ignored",
            "The mask has no influence.",
            {"    if allowed is not None:\n        scores = scores.masked_fill(~allowed, -math.inf)\n": ""},
        ),
        Misconception(
            "mask_transposed_where_square",
            "With as many queries as keys the mask was transposed. Its rows are queries, its columns keys.",
            {"    if allowed is not None:\n        scores = scores.masked_fill(~allowed, -math.inf)\n": "    if allowed is not None:\n        if allowed.ndim > 1 and allowed.shape[-1] == allowed.shape[-2]:\n            allowed = allowed.transpose(-2, -1)\n        scores = scores.masked_fill(~allowed, -math.inf)\n"},
        ),
        Misconception(
            "causal_unless_told",
            "Without a mask the future was hidden. None allows everything.",
            {"    if allowed is not None:\n        scores = scores.masked_fill(~allowed, -math.inf)\n": "    if allowed is None:\n        allowed = torch.ones(Q.shape[-2], K.shape[-2], dtype=torch.bool).tril()\n    if allowed is not None:\n        scores = scores.masked_fill(~allowed, -math.inf)\n"},
        ),
        Misconception(
            "weights_from_before_the_mask",
            "The weights that are returned are those from before the mask.",
            {"return weights @ V, weights": "return weights @ V, torch.softmax(Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1]), dim=-1)"},
        ),
        Misconception(
            "output_detached",
            "The outputs carry no gradient to queries and keys: the weights were detached.",
            {"return weights @ V, weights": "return weights.detach() @ V, weights"},
        ),
        Misconception(
            "queries_scaled_in_place",
            "The queries were divided in place, so that the caller's are changed.",
            {"scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])": "Q /= math.sqrt(Q.shape[-1])\n    scores = Q @ K.transpose(-2, -1)"},
        ),
        Misconception(
            "fourth_root",
            "The scores were divided by the fourth root of d_k. That is what each of the two would be divided by.",
            {"math.sqrt(Q.shape[-1])": "Q.shape[-1] ** 0.25"},
        ),
        Misconception(
            "weights_scaled",
            "The weights were divided after the softmax. The scores are, before it.",
            {" / math.sqrt(Q.shape[-1])": "", "weights = torch.softmax(scores, dim=-1)": "weights = torch.softmax(scores, dim=-1) / math.sqrt(Q.shape[-1])"},
        ),
        Misconception(
            "cosines",
            "Queries and keys were divided by their lengths. The score is the dot product as it is, over the square root of d_k.",
            {"scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])": "scores = (Q / Q.norm(dim=-1, keepdim=True)) @ (K / K.norm(dim=-1, keepdim=True)).transpose(-2, -1)"},
        ),
        Misconception(
            "one_shift_for_all",
            "One largest score was subtracted from all rows. Where a row lies far below it, everything underflows: each row has a shift of its own.",
            {"weights = torch.softmax(scores, dim=-1)": "e = torch.exp(scores - scores.max())\n    weights = e / e.sum(-1, keepdim=True)"},
        ),
        Misconception(
            "result_in_float32",
            "The results are float32. They have the dtype of the arguments.",
            {"return weights @ V, weights": "return (weights @ V).float(), weights.float()"},
        ),
        Misconception(
            "scores_clamped",
            "The scores were cut off at a bound. They may be of any size.",
            {"scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])": "scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1]).clamp(-1e4, 1e4)"},
        ),
        Misconception(
            "weights_not_returned",
            "Only the outputs were returned. The weights are asked for, too.",
            {"return weights @ V, weights": "return weights @ V"},
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
        Misconception(
            "both_say_what_is_hidden",
            "Both masks are True where something is hidden. True means allowed.",
            {"return (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]": "return (src == pad)[:, None, None, :], ~(causal & (tgt != pad)[:, None, None, :])"},
        ),
        Misconception(
            "target_padding_upside_down",
            "The target mask allows the padding and hides the words.",
            {"(tgt != pad)": "(tgt == pad)"},
        ),
        Misconception(
            "target_padding_is_zero",
            "In the target, padding was looked for at the id 0. Which id pads is an argument.",
            {"(tgt != pad)": "(tgt != 0)"},
        ),
        Misconception(
            "one_token_ahead",
            "The triangle is one diagonal too wide: each token sees the next one, which it has to predict.",
            {".tril()": ".tril(1)"},
        ),
        Misconception(
            "future_visible",
            "The target mask hides the padding only: each token sees the future.",
            {"causal & (tgt != pad)[:, None, None, :]": "(tgt != pad)[:, None, None, :].expand(-1, 1, m, m)"},
        ),
        Misconception(
            "one_triangle_for_all",
            "The target mask is one triangle, without the padding and without the batch.",
            {"causal & (tgt != pad)[:, None, None, :]": "causal[None, None]"},
        ),
        Misconception(
            "source_mask_expanded",
            "The source mask has a row for each query. Its query axis has the length 1.",
            {"(src != pad)[:, None, None, :], causal": "(src != pad)[:, None, None, :].expand(-1, 1, src.shape[1], -1), causal"},
        ),
        Misconception(
            "source_without_axes",
            "The source mask lacks the axes for heads and queries: (B, 1, 1, n).",
            {"(src != pad)[:, None, None, :], causal": "src != pad, causal"},
        ),
        Misconception(
            "source_without_heads",
            "The source mask lacks the axis for the heads: (B, 1, 1, n).",
            {"(src != pad)[:, None, None, :], causal": "(src != pad)[:, None, :], causal"},
        ),
        Misconception(
            "target_without_heads",
            "The target mask lacks the axis for the heads: (B, 1, m, m).",
            {"causal & (tgt != pad)[:, None, None, :]": "causal & (tgt != pad)[:, None, :]"},
        ),
        Misconception(
            "masks_swapped",
            "The two masks have changed places: the source's comes first.",
            {"return (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]": "return causal & (tgt != pad)[:, None, None, :], (src != pad)[:, None, None, :]"},
        ),
        Misconception(
            "all_after_the_first_padding",
            "Everything after the first padding was hidden. Hidden is what has the id of padding, wherever it stands.",
            {"causal & (tgt != pad)[:, None, None, :]": "causal & ((tgt == pad).cumsum(1) == 0)[:, None, None, :]"},
        ),
        Misconception(
            "words_counted",
            "The words were counted and as many positions allowed from the left. Padding may stand elsewhere.",
            {"(src != pad)[:, None, None, :], causal": "(torch.arange(src.shape[1]) < (src != pad).sum(1)[:, None])[:, None, None, :], causal"},
        ),
        Misconception(
            "ids_above_the_padding",
            "Ids below that of padding were hidden. Only the padding itself is.",
            {"(src != pad)": "(src > pad)", "(tgt != pad)": "(tgt > pad)"},
        ),
        Misconception(
            "padding_sees_itself",
            "Padded queries may look at themselves. A padded key is invisible to every query, its own included.",
            {"causal & (tgt != pad)[:, None, None, :]": "(causal & (tgt != pad)[:, None, None, :]) | torch.eye(m, dtype=torch.bool)"},
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
        Misconception(
            "cut_and_joined_across_tokens",
            "The projections were reshaped straight into heads, and the heads straight back. The shapes are right, but a head gets a piece of the sentence.",
            {"(x @ W).unflatten(-1, (h, -1)).transpose(1, 2)": "(x @ W).reshape(len(x), h, x.shape[1], -1)", "heads.transpose(1, 2).flatten(2)": "heads.reshape(q.shape)"},
        ),
        Misconception(
            "heads_of_every_hth_column_throughout",
            "Head i got the columns i, i + h, …, and was joined the same way. It owns d_k neighbouring columns.",
            {"unflatten(-1, (h, -1)).transpose(1, 2)": "unflatten(-1, (-1, h)).movedim(-1, 1)", "heads.transpose(1, 2).flatten(2)": "heads.permute(0, 2, 3, 1).flatten(2)"},
        ),
        Misconception(
            "all_matrices_transposed",
            "All four matrices were transposed, as nn.Linear stores them. Here weights multiply from the right as they are.",
            {"(x @ W)": "(x @ W.T)", ".flatten(2) @ Wo": ".flatten(2) @ Wo.T"},
        ),
        Misconception(
            "query_matrix_transposed",
            "Wq was transposed. It multiplies from the right as it is.",
            {"split(q, Wq)": "split(q, Wq.T)"},
        ),
        Misconception(
            "values_not_projected",
            "The values were not projected: Wv is missing.",
            {"split(v, Wv)": "v.unflatten(-1, (h, -1)).transpose(1, 2)"},
        ),
        Misconception(
            "key_and_value_matrices_swapped",
            "Wk and Wv have changed places.",
            {"split(k, Wk), split(v, Wv)": "split(k, Wv), split(v, Wk)"},
        ),
        Misconception(
            "query_and_key_matrices_swapped",
            "Wq and Wk have changed places.",
            {"split(q, Wq), split(k, Wk)": "split(q, Wk), split(k, Wq)"},
        ),
        Misconception(
            "axis_put_into_the_mask",
            "An axis was put into the mask. It broadcasts to (B, h, n_q, n_k) as it is.",
            {", mask)\n": ", mask if mask is None else mask.unsqueeze(1))\n"},
        ),
        Misconception(
            "mask_of_the_first_head",
            "All heads got the mask of the first one.",
            {", mask)\n": ", mask if mask is None or mask.ndim < 4 else mask[:, :1])\n"},
        ),
        Misconception(
            "mask_of_the_first_sentence",
            "All sentences got the mask of the first one.",
            {", mask)\n": ", mask if mask is None or mask.ndim < 4 else mask[:1])\n"},
        ),
        Misconception(
            "mask_of_the_first_query",
            "All queries got the mask of the first one.",
            {", mask)\n": ", mask if mask is None or mask.ndim < 2 else mask[..., :1, :])\n"},
        ),
        Misconception(
            "mask_upside_down",
            "The mask was read the wrong way round: True means allowed.",
            {", mask)\n": ", mask if mask is None else ~mask)\n"},
        ),
        Misconception(
            "weights_detached",
            "The weights that are returned carry no gradient. They are to be differentiable as well.",
            {"@ Wo, weights": "@ Wo, weights.detach()"},
        ),
        Misconception(
            "heads_summed",
            "The heads were summed up. They are joined side by side.",
            {"heads.transpose(1, 2).flatten(2)": "heads.sum(1).repeat(1, 1, h)"},
        ),
        Misconception(
            "heads_joined_in_reverse",
            "The heads were joined in reverse order. Head 0 comes first.",
            {"heads.transpose(1, 2).flatten(2)": "heads.flip(1).transpose(1, 2).flatten(2)"},
        ),
        Misconception(
            "causal_unless_told",
            "Without a mask the future was hidden. None allows everything.",
            {", mask)\n": ", torch.ones(q.shape[1], k.shape[1], dtype=torch.bool).tril() if mask is None and q.shape[1] == k.shape[1] else mask)\n"},
        ),
        Misconception(
            "weights_of_the_first_head",
            "The weights are those of the first head only.",
            {"@ Wo, weights": "@ Wo, weights[:, :1]"},
        ),
        Misconception(
            "result_in_float32",
            "The results are float32. They have the dtype of the arguments.",
            {"return heads": "return tuple(z.float() for z in (heads", "@ Wo, weights": "@ Wo, weights))"},
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
        Misconception(
            "base_of_a_thousand",
            "The base is 1000. It is 10000.",
            {"10000 **": "1000 **"},
        ),
        Misconception(
            "width_less_one",
            "The exponent was divided by d − 1. It is divided by d.",
            {"-torch.arange(0, d, 2) / d": "-torch.arange(0, d, 2) / (d - 1)"},
        ),
        Misconception(
            "sines_only",
            "There are sines only. The odd columns are cosines.",
            {"[angle.sin(), angle.cos()]": "[angle.sin(), angle.sin()]"},
        ),
        Misconception(
            "positions_in_columns",
            "The table is transposed: each position is a row.",
            {".flatten(1)": ".flatten(1).T"},
        ),
        Misconception(
            "axis_for_the_batch",
            "The table has an axis for the batch. It is (n, d).",
            {".flatten(1)": ".flatten(1)[None]"},
        ),
        Misconception(
            "whole_turns",
            "The angles were multiplied by 2π. The first pair turns by 1 radian per position.",
            {"[:, None] * omega": "[:, None] * omega * 2 * math.pi"},
        ),
        Misconception(
            "table_of_fixed_length",
            "The table ends at a fixed number of positions. There are as many as are asked for.",
            {".flatten(1)": ".flatten(1)[:512]"},
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
        Misconception(
            "root_forgotten",
            "The features were divided by the variance. Divide by its square root.",
            {"torch.sqrt(variance + eps)": "(variance + eps)"},
        ),
        Misconception(
            "root_mean_square",
            "The features were divided by their root mean square, without centring. That is RMS normalisation.",
            {"mean = x.mean(dim=-1, keepdim=True)": "mean = 0.0", "x.var(dim=-1, keepdim=True, unbiased=False)": "(x**2).mean(dim=-1, keepdim=True)"},
        ),
        Misconception(
            "gain_from_zero",
            "1 was added to the gain. It multiplies as it is.",
            {"gain * (x": "(1 + gain) * (x"},
        ),
        Misconception(
            "gain_forgotten",
            "The gain is missing.",
            {"gain * (x - mean)": "(x - mean)"},
        ),
        Misconception(
            "bias_forgotten",
            "The bias of the layer norm is missing.",
            {"/ torch.sqrt(variance + eps) + bias": "/ torch.sqrt(variance + eps)"},
        ),
        Misconception(
            "variance_detached",
            "No gradient flows through the variance. It depends on the features, too.",
            {"/ torch.sqrt(variance + eps)": "/ torch.sqrt(variance.detach() + eps)"},
        ),
        Misconception(
            "mean_detached",
            "No gradient flows through the mean. It depends on the features, too.",
            {"mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=-1, keepdim=True).detach()"},
        ),
        Misconception(
            "norm_in_float32",
            "The result of the layer norm is float32. It has the dtype of the features.",
            {"return gain * (x - mean) / torch.sqrt(variance + eps) + bias": "return (gain * (x - mean) / torch.sqrt(variance + eps) + bias).float()"},
        ),
        Misconception(
            "norm_over_a_sentence",
            "Mean and variance were taken over a whole sentence. Layer normalisation treats every token alone.",
            {"mean = x.mean(dim=-1, keepdim=True)": "axes = tuple(range(1, x.ndim)) or (-1,)\n    mean = x.mean(dim=axes, keepdim=True)", "x.var(dim=-1, keepdim=True, unbiased=False)": "x.var(dim=axes, keepdim=True, unbiased=False)"},
        ),
        Misconception(
            "x_centred_in_place",
            "The features were centred in place, so that the caller's are changed.",
            {"return gain * (x - mean) / torch.sqrt(variance + eps) + bias": "x -= mean\n    return gain * x / torch.sqrt(variance + eps) + bias"},
        ),
        Misconception(
            "relu_twice",
            "There is a second ReLU at the end of the network. The output may be negative.",
            {"return torch.relu(x @ W1 + b1) @ W2 + b2": "return torch.relu(torch.relu(x @ W1 + b1) @ W2 + b2)"},
        ),
        Misconception(
            "bias_after_the_relu",
            "b1 was added after the ReLU. It belongs inside.",
            {"torch.relu(x @ W1 + b1)": "(torch.relu(x @ W1) + b1)"},
        ),
        Misconception(
            "leaky_relu",
            "The ReLU leaks: below 0 it is 0.",
            {"torch.relu(x @ W1 + b1)": "F.leaky_relu(x @ W1 + b1)"},
        ),
        Misconception(
            "relu_with_a_ceiling",
            "The hidden units end at 6. A ReLU has no upper bound.",
            {"torch.relu(x @ W1 + b1)": "F.relu6(x @ W1 + b1)"},
        ),
        Misconception(
            "norms_swapped",
            "The two norms have changed places.",
            {"**p[\"norm1\"])": "**p[\"norm2\"])", "return layer_norm(x + feed_forward(x, **p[\"feed_forward\"]), **p[\"norm2\"])": "return layer_norm(x + feed_forward(x, **p[\"feed_forward\"]), **p[\"norm1\"])"},
        ),
        Misconception(
            "mask_upside_down",
            "The mask was read the wrong way round: True means allowed.",
            {"mask=mask)": "mask=~mask)"},
        ),
        Misconception(
            "one_head",
            "There is one head in place of h.",
            {"h=h, mask": "h=1, mask"},
        ),
        Misconception(
            "network_of_what_attention_gave",
            "The feed-forward network got what attention gave, without the residual and the norm.",
            {"feed_forward(x, **p[\"feed_forward\"])": "feed_forward(attended, **p[\"feed_forward\"])"},
        ),
        Misconception(
            "network_of_the_input",
            "The feed-forward network got the input of the layer. It works on what the first half gave.",
            {"attended, _ = multi_head_attention(x, x, x, **p[\"self_attention\"], h=h, mask=mask)": "first = x\n    attended, _ = multi_head_attention(x, x, x, **p[\"self_attention\"], h=h, mask=mask)", "feed_forward(x, **p[\"feed_forward\"])": "feed_forward(first, **p[\"feed_forward\"])"},
        ),
        Misconception(
            "norm_before_the_sum",
            "What each half gave was normalised before it was added. In post-LN the sum is normalised.",
            {"x = layer_norm(x + attended, **p[\"norm1\"])": "x = x + layer_norm(attended, **p[\"norm1\"])", "return layer_norm(x + feed_forward(x, **p[\"feed_forward\"]), **p[\"norm2\"])": "return x + layer_norm(feed_forward(x, **p[\"feed_forward\"]), **p[\"norm2\"])"},
        ),
        Misconception(
            "no_norm_in_the_middle",
            "The first layer norm is missing. In this order, post-LN, every sum is normalised.",
            {"x = layer_norm(x + attended, **p[\"norm1\"])": "x = x + attended"},
        ),
        Misconception(
            "tokens_changed_in_place",
            "What attention gave was added in place, so that the caller's tokens are changed.",
            {"x = layer_norm(x + attended, **p[\"norm1\"])": "x += attended\n    x = layer_norm(x, **p[\"norm1\"])"},
        ),
        Misconception(
            "residual_detached",
            "No gradient flows through the residual connection.",
            {"layer_norm(x + attended": "layer_norm(x.detach() + attended"},
        ),
        Misconception(
            "padded_tokens_zeroed",
            "Padded tokens were set to 0. They are computed like all others; the mask hides them.",
            {"return layer_norm(x + feed_forward(x, **p[\"feed_forward\"]), **p[\"norm2\"])": "return layer_norm(x + feed_forward(x, **p[\"feed_forward\"]), **p[\"norm2\"]) * mask[:, 0, 0, :, None]"},
        ),
        Misconception(
            "parameters_by_order",
            "Parameters were taken in the order in which they stand. They have names.",
            {"**p[\"self_attention\"], h=h, mask=mask": "*p[\"self_attention\"].values(), h, mask", "**p[\"feed_forward\"])": "*p[\"feed_forward\"].values())"},
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
        Misconception(
            "masks_exchanged_where_they_fit",
            "Where they fit the two masks were exchanged. Each attention has its own.",
            {"mask=tgt_mask": "mask=src_mask if src_mask.shape[-1] == y.shape[1] else tgt_mask", "h=h, mask=src_mask)\n    y = layer_norm(y + read": "h=h, mask=tgt_mask if tgt_mask.shape[-1] == memory.shape[1] else src_mask)\n    y = layer_norm(y + read"},
        ),
        Misconception(
            "source_mask_upside_down",
            "The source mask was read the wrong way round: True means allowed.",
            {"mask=src_mask": "mask=~src_mask"},
        ),
        Misconception(
            "weights_detached",
            "The weights that are returned carry no gradient. They are to be differentiable as well.",
            {"), weights": "), weights.detach()"},
        ),
        Misconception(
            "last_residual_from_the_input",
            "The last residual connection starts at the input of the layer. Each one starts at the output of the part before.",
            {"attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)": "first = y\n    attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)", "layer_norm(y + feed": "layer_norm(first + feed"},
        ),
        Misconception(
            "cross_queries_from_the_input",
            "The queries of the cross-attention are the input of the layer. They come from what the self-attention gave.",
            {"attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)": "first = y\n    attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)", "(y, memory, memory": "(first, memory, memory"},
        ),
        Misconception(
            "source_read_first",
            "The source was read before the target looked at itself. Self-attention comes first.",
            {"attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)\n    y = layer_norm(y + attended, **p[\"norm1\"])\n    read, weights = multi_head_attention(y, memory, memory, **p[\"cross_attention\"], h=h, mask=src_mask)\n    y = layer_norm(y + read, **p[\"norm2\"])": "read, weights = multi_head_attention(y, memory, memory, **p[\"cross_attention\"], h=h, mask=src_mask)\n    y = layer_norm(y + read, **p[\"norm1\"])\n    attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)\n    y = layer_norm(y + attended, **p[\"norm2\"])"},
        ),
        Misconception(
            "first_norms_swapped",
            "The first two norms have changed places.",
            {"y = layer_norm(y + attended, **p[\"norm1\"])": "y = layer_norm(y + attended, **p[\"norm2\"])", "y = layer_norm(y + read, **p[\"norm2\"])": "y = layer_norm(y + read, **p[\"norm1\"])"},
        ),
        Misconception(
            "last_norms_swapped",
            "The last two norms have changed places.",
            {"y = layer_norm(y + read, **p[\"norm2\"])": "y = layer_norm(y + read, **p[\"norm3\"])", "return layer_norm(y + feed_forward(y, **p[\"feed_forward\"]), **p[\"norm3\"]), weights": "return layer_norm(y + feed_forward(y, **p[\"feed_forward\"]), **p[\"norm2\"]), weights"},
        ),
        Misconception(
            "one_norm_for_all",
            "The first norm was used three times. Each part has its own.",
            {"**p[\"norm2\"])": "**p[\"norm1\"])", "**p[\"norm3\"])": "**p[\"norm1\"])"},
        ),
        Misconception(
            "pre_norm",
            "This is the pre-LN order: normalise, transform, add. Here the sum is normalised.",
            {"attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)": "z = layer_norm(y, **p[\"norm1\"])\n    attended, _ = multi_head_attention(z, z, z, **p[\"self_attention\"], h=h, mask=tgt_mask)", "y = layer_norm(y + attended, **p[\"norm1\"])": "y = y + attended", "(y, memory, memory": "(layer_norm(y, **p[\"norm2\"]), memory, memory", "y = layer_norm(y + read, **p[\"norm2\"])": "y = y + read", "return layer_norm(y + feed_forward(y, **p[\"feed_forward\"]), **p[\"norm3\"]), weights": "return y + feed_forward(layer_norm(y, **p[\"norm3\"]), **p[\"feed_forward\"]), weights"},
        ),
        Misconception(
            "attentions_exchanged",
            "The matrices of the two attentions have changed places.",
            {"**p[\"self_attention\"]": "**p[\"cross_attention\"]", "read, weights = multi_head_attention(y, memory, memory, **p[\"cross_attention\"], h=h, mask=src_mask)": "read, weights = multi_head_attention(y, memory, memory, **p[\"self_attention\"], h=h, mask=src_mask)"},
        ),
        Misconception(
            "source_not_added",
            "What was read from the source was not added.",
            {"layer_norm(y + read": "layer_norm(y"},
        ),
        Misconception(
            "one_head_for_the_source",
            "The cross-attention has one head in place of h.",
            {"read, weights = multi_head_attention(y, memory, memory, **p[\"cross_attention\"], h=h, mask=src_mask)": "read, weights = multi_head_attention(y, memory, memory, **p[\"cross_attention\"], h=1, mask=src_mask)"},
        ),
        Misconception(
            "one_head_for_the_target",
            "The self-attention has one head in place of h.",
            {"attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=h, mask=tgt_mask)": "attended, _ = multi_head_attention(y, y, y, **p[\"self_attention\"], h=1, mask=tgt_mask)"},
        ),
        Misconception(
            "memory_detached",
            "No gradient flows to the memory: the encoder would not learn.",
            {"(y, memory, memory": "(y, memory.detach(), memory.detach()"},
        ),
        Misconception(
            "memory_normalised",
            "The memory was normalised before it was read. It is read as it is.",
            {"read, weights = multi_head_attention(y, memory, memory, **p[\"cross_attention\"], h=h, mask=src_mask)": "kept = layer_norm(memory, **p[\"norm2\"])\n    read, weights = multi_head_attention(y, kept, kept, **p[\"cross_attention\"], h=h, mask=src_mask)"},
        ),
        Misconception(
            "no_norm_after_reading",
            "The norm after the cross-attention is missing.",
            {"y = layer_norm(y + read, **p[\"norm2\"])": "y = y + read"},
        ),
        Misconception(
            "no_network",
            "The feed-forward network is missing.",
            {"y + feed_forward(y, **p[\"feed_forward\"])": "y"},
        ),
        Misconception(
            "weights_first",
            "The two results have changed places: the tokens come first.",
            {"return layer_norm(y + feed_forward(y, **p[\"feed_forward\"]), **p[\"norm3\"]), weights": "return weights, layer_norm(y + feed_forward(y, **p[\"feed_forward\"]), **p[\"norm3\"])"},
        ),
        Misconception(
            "target_changed_in_place",
            "What attention gave was added in place, so that the caller's target is changed.",
            {"y = layer_norm(y + attended, **p[\"norm1\"])": "y += attended\n    y = layer_norm(y, **p[\"norm1\"])"},
        ),
        Misconception(
            "weights_of_the_first_head",
            "The weights are those of the first head only.",
            {"), weights": "), weights[:, :1]"},
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
            "One matrix of n_tgt rows of width D is missing. Some models share the target's table "
            "and the output layer; here they are separate.",
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
        Misconception(
            "bias_of_the_hidden_layer",
            "The biases of the feed-forward network were counted as two of width D. The hidden layer has d_ff.",
            {"d_ff + d_ff + d_model": "d_ff + 2 * d_model"},
        ),
        Misconception(
            "three_matrices",
            "The attention was counted with three matrices. There is a fourth, which mixes the heads.",
            {"attention = 4 *": "attention = 3 *"},
        ),
        Misconception(
            "norm_of_one_vector",
            "A layer norm was counted with one vector. It has a gain and a bias.",
            {"norm = 2 * d_model": "norm = d_model"},
        ),
        Misconception(
            "no_output_layer",
            "The output layer was not counted.",
            {" + output": ""},
        ),
        Misconception(
            "positions_counted",
            "Positions were counted as parameters. They are not learned.",
            {"+ output": "+ output + 512 * d_model"},
        ),
        Misconception(
            "one_decoder_layer",
            "The decoder was counted as one layer. There are n_layers in each half.",
            {"n_layers * (encoder + decoder)": "n_layers * encoder + decoder"},
        ),
        Misconception(
            "count_as_a_float",
            "The count is a float. It is a whole number.",
            {"return (n_src": "return 1.0 * (n_src"},
        ),
        Misconception(
            "always_the_source_table",
            "The ids were looked up in the table of the source. The table is an argument.",
            {"table(ids) *": "self.src_embedding(ids) *"},
        ),
        Misconception(
            "padding_erased",
            "Padding was embedded as 0, position included. It is embedded like any other id.",
            {"return table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)": "return (table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)) * (ids != self.pad)[..., None]"},
        ),
        Misconception(
            "embedded_in_float32",
            "The embeddings are float32. They have the dtype of the table.",
            {"return table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)": "return (table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)).float()"},
        ),
        Misconception(
            "embedded_from_position_one",
            "The first token got position 1. Positions are counted from 0.",
            {"+ sinusoidal_positions(ids.shape[1], self.d_model)": "+ sinusoidal_positions(ids.shape[1] + 1, self.d_model)[1:]"},
        ),
        Misconception(
            "positions_scaled_instead",
            "The positions were multiplied by the square root of D. The embeddings are.",
            {"return table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)": "return table(ids) + math.sqrt(self.d_model) * sinusoidal_positions(ids.shape[1], self.d_model)"},
        ),
        Misconception(
            "tables_without_gradient",
            "No gradient flows to the embedding tables.",
            {"table(ids) *": "table(ids).detach() *"},
        ),
        Misconception(
            "first_encoder_layer_only",
            "Only the first encoder layer was used.",
            {"in self.encoder:": "in self.encoder[:1]:"},
        ),
        Misconception(
            "last_decoder_layer_only",
            "Only the last decoder layer was used.",
            {"in self.decoder:": "in self.decoder[-1:]:"},
        ),
        Misconception(
            "encoder_layers_in_reverse",
            "The encoder layers were used in reverse order.",
            {"in self.encoder:": "in reversed(self.encoder):"},
        ),
        Misconception(
            "decoder_layers_in_reverse",
            "The decoder layers were used in reverse order.",
            {"in self.decoder:": "in reversed(self.decoder):"},
        ),
        Misconception(
            "one_decoder_layer_for_all",
            "The first decoder layer was used again and again. Each has its own parameters.",
            {"in self.decoder:": "in [self.decoder[0]] * len(self.decoder):"},
        ),
        Misconception(
            "weights_of_all_layers",
            "The weights are the mean over the decoder layers. Asked are those of the last.",
            {"            y, weights = decoder_layer(y, memory, p, self.n_heads, tgt_mask, src_mask)\n": "            y, new = decoder_layer(y, memory, p, self.n_heads, tgt_mask, src_mask)\n            weights = new if p is self.decoder[0] else weights + new\n", "return self.output(y), weights": "return self.output(y), weights / len(self.decoder)"},
        ),
        Misconception(
            "logarithms_returned",
            "A log-softmax was applied to the result. Asked are logits.",
            {"return self.output(y), weights": "return self.output(y).log_softmax(-1), weights"},
        ),
        Misconception(
            "output_without_bias",
            "The bias of the output layer is missing.",
            {"return self.output(y), weights": "return y @ self.output.weight.T, weights"},
        ),
        Misconception(
            "output_by_the_target_table",
            "The logits were made with the target's table. The output layer has weights of its own.",
            {"return self.output(y), weights": "return y @ self.tgt_embedding.weight.T, weights"},
        ),
        Misconception(
            "future_visible",
            "The target mask hides the padding only: the decoder sees what it has to predict.",
            {"src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)": "src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)\n        tgt_mask = (tgt_in != self.pad)[:, None, None].expand(-1, 1, tgt_in.shape[1], -1)"},
        ),
        Misconception(
            "source_padding_visible",
            "The padding of the source is read.",
            {"src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)": "src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)\n        src_mask = torch.ones_like(src_mask)"},
        ),
        Misconception(
            "target_padding_visible",
            "The padding of the target is read.",
            {"src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)": "src_mask, tgt_mask = make_masks(src, tgt_in, -1)\n        src_mask = (src != self.pad)[:, None, None]"},
        ),
        Misconception(
            "masks_for_padding_zero",
            "The masks were made for padding with the id 0. Which id pads is self.pad.",
            {"make_masks(src, tgt_in, self.pad)": "make_masks(src, tgt_in, 0)"},
        ),
        Misconception(
            "one_norm_more",
            "There is one more layer norm before the output. In post-LN each layer ends with its own.",
            {"return self.output(y), weights": "y = layer_norm(y, torch.ones_like(y[0, 0]), torch.zeros_like(y[0, 0]))\n        return self.output(y), weights"},
        ),
        Misconception(
            "divided_by_all_labels",
            "The loss was divided by all labels, padding included. Divide by those that count.",
            {"return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)": "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad, reduction=\"sum\") / tgt[:, 1:].numel()"},
        ),
        Misconception(
            "divided_by_the_sentences",
            "The loss was divided by the number of sentences. Divide by the labels that count.",
            {"return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)": "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad, reduction=\"sum\") / len(tgt)"},
        ),
        Misconception(
            "loss_in_bits",
            "The loss is in bits. It is asked for in nats.",
            {"return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)": "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad) / math.log(2)"},
        ),
        Misconception(
            "labels_smoothed",
            "The labels were smoothed. The loss is the plain cross-entropy.",
            {"return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)": "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad, label_smoothing=0.1)"},
        ),
        Misconception(
            "softmax_twice",
            "A softmax was applied before the cross-entropy, which takes its own.",
            {"logits.flatten(0, 1)": "logits.softmax(-1).flatten(0, 1)"},
        ),
        Misconception(
            "last_label_dropped",
            "The last label of the longest targets is missing.",
            {"tgt[:, :-1])": "tgt[:, :-2])", "tgt[:, 1:].flatten": "tgt[:, 1:-1].flatten"},
        ),
        Misconception(
            "loss_as_a_float",
            "The loss is a number of Python. A tensor is asked for, through which autograd can go.",
            {"return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)": "return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad).item()"},
        ),
        Misconception(
            "completeness_by_the_last_token",
            "A row was taken for complete when its last token is eos or padding. Padding may be written by choice before eos: remember who is complete.",
            {"token = logits[:, -1].argmax(dim=-1).masked_fill(complete, self.pad)": "last = tgt[:, -1]\n            token = logits[:, -1].argmax(dim=-1).masked_fill((last == eos) | (last == self.pad), self.pad)"},
        ),
        Misconception(
            "eos_again_and_again",
            "Complete sentences go on with eos. After eos a row gets padding.",
            {"masked_fill(complete, self.pad)": "masked_fill(complete, eos)"},
        ),
        Misconception(
            "one_step_less",
            "One step too few was made. eos counts as a token, bos does not.",
            {"range(max_len)": "range(max_len - 1)"},
        ),
        Misconception(
            "one_step_more",
            "One step too many was made. max_len is the number of tokens to write.",
            {"range(max_len)": "range(max_len + 1)"},
        ),
        Misconception(
            "padding_never_written",
            "Padding was forbidden. Before eos it is a token like any other.",
            {"token = logits[:, -1].argmax(dim=-1).masked_fill(complete, self.pad)": "logits[:, -1, self.pad] = -math.inf\n            token = logits[:, -1].argmax(dim=-1).masked_fill(complete, self.pad)"},
        ),
        Misconception(
            "begins_with_padding",
            "The target begins with padding. It begins with bos.",
            {"(len(src), 1), bos)": "(len(src), 1), self.pad)"},
        ),
        Misconception(
            "eos_is_two",
            "The end was looked for at the id 2. Which id ends a target is an argument.",
            {"token == eos": "token == 2"},
        ),
        Misconception(
            "mode_changed",
            "Decoding changed the mode of the model: what was in training mode is not any more.",
            {"        tgt = torch.full(": "        self.eval()\n        tgt = torch.full("},
        ),
    ],
}
