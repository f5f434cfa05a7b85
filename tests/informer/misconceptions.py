"""What students get wrong in informer, as edits of the reference."""

from dlcourse.authoring import Misconception

SCORES = "scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])"
CHOICE = "torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., :u, None]"

MISCONCEPTIONS = {
    "sparsity_measure": [
        Misconception(
            "not_divided_by_the_root_of_d",
            "The scores are not divided by the root of d. The order of the queries is the same, but M is not that of the softmax "
            "that attends.",
            {SCORES: "scores = Q @ K.transpose(-2, -1)"},
        ),
        Misconception(
            "divided_by_d",
            "The scores are divided by d. Attention divides by its root.",
            {"math.sqrt(Q.shape[-1])": "Q.shape[-1]"},
        ),
        Misconception(
            "root_of_the_number_of_queries",
            "The scores are divided by the root of the number of queries: the wrong axis of Q. It is the width d, the last one.",
            {"Q.shape[-1]": "Q.shape[-2]"},
        ),
        Misconception(
            "no_way_back",
            "The result is cut off from autograd: something was detached, or computed as plain numbers. Stay in torch.",
            {"scores.logsumexp(-1) - scores.mean(-1)": "(scores.logsumexp(-1) - scores.mean(-1)).detach()"},
        ),
        Misconception(
            "reduced_over_queries",
            "The sums run over the queries. M belongs to one query and looks at all keys: the last axis of the scores.",
            {"scores.logsumexp(-1) - scores.mean(-1)": "scores.logsumexp(-2) - scores.mean(-2)"},
        ),
        Misconception(
            "mean_over_queries",
            "The mean is taken over the queries, the logarithm over the keys. Both are over the keys of one query.",
            {"scores.mean(-1)": "scores.mean((-2, -1))[..., None]"},
        ),
        Misconception(
            "log_of_the_mean",
            "This is the log of the mean of the exponentials: it is smaller than M by log Lk, and is the divergence from the "
            "uniform law, not M.",
            {"scores.logsumexp(-1) - scores.mean(-1)": "scores.logsumexp(-1) - math.log(scores.shape[-1]) - scores.mean(-1)"},
        ),
        Misconception(
            "sign_of_the_divergence",
            "The sign is turned. M is the log of the sum minus the mean; a query that does not care has the smallest M.",
            {"scores.logsumexp(-1) - scores.mean(-1)": "scores.mean(-1) - scores.logsumexp(-1)"},
        ),
        Misconception(
            "exponentials_overflow",
            "The exponentials are summed as they are. At a score of 1000 they are infinite, far below 0 their sum is 0; take the "
            "largest score out first.",
            {"scores.logsumexp(-1)": "scores.exp().sum(-1).log()"},
        ),
        Misconception(
            "sum_subtracted",
            "The sum of the scores is subtracted, not their mean.",
            {"scores.mean(-1)": "scores.sum(-1)"},
        ),
        Misconception(
            "maximum_for_the_logarithm",
            "The largest score stands in the place of the log of the sum of exponentials. That is the approximation of question 3.",
            {"scores.logsumexp(-1)": "scores.amax(-1)"},
        ),
    ],
    "energy_lost": [
        Misconception(
            "mean_of_the_outputs",
            "The mean of the outputs was taken for that of the values. A query that does not attend gets the mean of V.",
            {"V.mean(-2, keepdim=True) - full": "full.mean(-2, keepdim=True) - full"},
        ),
        Misconception(
            "mean_of_row_shares",
            "The share was computed per row and averaged. Divide sums: a row with little energy has little to lose.",
            {
                "lost = (out - full).square().sum((-2, -1))": "lost = (out - full).square().sum(-1)",
                "- full).square().sum((-2, -1))\n    return torch.where(lost == 0, 0.0, lost / energy)": (
                    "- full).square().sum(-1)\n    return torch.where(lost == 0, 0.0, lost / energy).mean(-1)"
                ),
            },
        ),
        Misconception(
            "mean_of_component_shares",
            "The share was computed per component and averaged. The sums run over the positions and over the width.",
            {
                "lost = (out - full).square().sum((-2, -1))": "lost = (out - full).square().sum(-2)",
                "- full).square().sum((-2, -1))\n    return torch.where(lost == 0, 0.0, lost / energy)": (
                    "- full).square().sum(-2)\n    return torch.where(lost == 0, 0.0, lost / energy).mean(-1)"
                ),
            },
        ),
        Misconception(
            "root_of_the_share",
            "The ratio is one of distances. Energy is a squared distance; take no root.",
            {"lost / energy)": "torch.sqrt(lost / energy))"},
        ),
        Misconception(
            "share_that_is_kept",
            "This is the share that is kept, 1 minus the loss. Exact attention loses 0.",
            {"return torch.where": "return 1 - torch.where"},
        ),
        Misconception(
            "distance_from_zero",
            "The loss is compared with the energy of the outputs themselves. What is lost without attention is the distance from "
            "the mean of the values, not from 0.",
            {"(V.mean(-2, keepdim=True) - full)": "(full)"},
        ),
        Misconception(
            "all_heads_together",
            "One number for all heads and batch elements. Each head has a loss of its own: sums run over positions and width.",
            {
                "lost = (out - full).square().sum((-2, -1))": "lost = (out - full).square().sum().expand(full.shape[:2])",
                "energy = (V.mean(-2, keepdim=True) - full).square().sum((-2, -1))": (
                    "energy = (V.mean(-2, keepdim=True) - full).square().sum().expand(full.shape[:2])"
                ),
            },
        ),
        Misconception(
            "zero_over_zero",
            "A head in which nothing can be lost and nothing is lost gives 0/0, which is not a number. The docstring says 0.",
            {"torch.where(lost == 0, 0.0, lost / energy)": "lost / energy"},
        ),
        Misconception(
            "small_number_added",
            "A small number was added to the denominator. Heads with little energy come out wrong, and infinity is not reached.",
            {"torch.where(lost == 0, 0.0, lost / energy)": "lost / (energy + 1e-8)"},
        ),
        Misconception(
            "loss_where_nothing_can_be_lost",
            "Where the mean loses nothing, an approximation that is off is infinitely worse, not 0.",
            {"torch.where(lost == 0,": "torch.where(energy == 0,"},
        ),
        Misconception(
            "absolute_differences",
            "Absolute differences were summed. Energy is a sum of squares.",
            {"(out - full).square()": "(out - full).abs()", "- full).square().sum((-2, -1))\n    return": "- full).abs().sum((-2, -1))\n    return"},
        ),
    ],
    "sparsity_measure_sampled": [
        Misconception(
            "divided_by_the_number_of_keys",
            "The sampled sum is divided by the number of all keys. The mean is that of the sample. (The authors' code does it this "
            "way; it is another measure.)",
            {"scores.mean(-1)": "scores.sum(-1) / K.shape[-2]"},
        ),
        Misconception(
            "maximum_over_all_keys",
            "The maximum runs over all keys. Then all scores have to be computed, and nothing is saved.",
            {"return scores.amax(-1)": "return (Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])).amax(-1)"},
        ),
        Misconception(
            "mean_over_all_keys",
            "The mean runs over all keys. Both terms come from the sample.",
            {"scores.mean(-1)": "(Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])).mean(-1)"},
        ),
        Misconception(
            "repeated_keys_once",
            "A key that was drawn twice was counted once. Sampling is with replacement: it counts as often as it was drawn.",
            {"K[..., idx, :]": "K[..., torch.unique(idx), :]"},
        ),
        Misconception(
            "not_divided_by_the_root_of_d",
            "The scores are not divided by the root of d. The order of the queries is the same, the numbers are not.",
            {" / math.sqrt(Q.shape[-1])": ""},
        ),
        Misconception(
            "logarithm_kept",
            "The log of the sum of exponentials is still there. The cheap measure takes the largest score.",
            {"scores.amax(-1)": "scores.logsumexp(-1)"},
        ),
        Misconception(
            "logarithm_of_base_2",
            "The logarithm is that of base 2. Here it is the natural one: 720 positions give 35.",
            {"math.log(L)": "math.log2(L)"},
        ),
        Misconception(
            "logarithm_of_base_10",
            "The logarithm is that of base 10. Here it is the natural one: 720 positions give 35.",
            {"math.log(L)": "math.log10(L)"},
        ),
        Misconception(
            "rounded_after_multiplying",
            "The product was rounded up. The logarithm is rounded first and multiplied then: 256 positions give 30, not 28.",
            {"c * math.ceil(math.log(L))": "math.ceil(c * math.log(L))"},
        ),
        Misconception(
            "not_capped",
            "More queries than there are. The number is at most L.",
            {"min(L, c * math.ceil(math.log(L)))": "c * math.ceil(math.log(L))"},
        ),
        Misconception(
            "rounded_down",
            "The logarithm is rounded down. It is rounded up: 96 positions give 25.",
            {"math.ceil(math.log(L))": "math.floor(math.log(L))"},
        ),
        Misconception(
            "logarithm_of_one_more",
            "The logarithm is that of L + 1. At L = 1 nobody attends.",
            {"math.log(L)": "math.log1p(L)"},
        ),
        Misconception(
            "no_positions_accepted",
            "A length below 1 went through. The docstring asks for a ValueError.",
            {"math.log(L)": "math.log(max(L, 1))"},
        ),
        Misconception(
            "smallest_score_subtracted",
            "The smallest sampled score is subtracted, not the mean.",
            {"scores.mean(-1)": "scores.amin(-1)"},
        ),
    ],
    "prob_sparse_attention": [
        Misconception(
            "zeros_for_the_rest",
            "Queries that do not attend get zeros. They get the mean of the values: what a query gets that weights all keys alike.",
            {"V.mean(-2, keepdim=True)": "(0 * V).mean(-2, keepdim=True)"},
        ),
        Misconception(
            "mean_of_sampled_values",
            "The mean runs over the values of the sampled keys. It is that of all values; the sample is only for choosing queries.",
            {"V.mean(-2, keepdim=True)": "V[..., idx, :].mean(-2, keepdim=True)"},
        ),
        Misconception(
            "attends_to_sampled_keys",
            "The chosen queries attend to the sampled keys only. They attend to all keys; the sample is only for choosing.",
            {"Q.shape[-1])), K, V)": "Q.shape[-1])), K[..., idx, :], V[..., idx, :])"},
        ),
        Misconception(
            "smallest_measures_chosen",
            "The queries with the smallest measures attend. These are the ones that the average serves well.",
            {"descending=True": "descending=False"},
        ),
        Misconception(
            "one_choice_for_all_heads",
            "All heads keep the queries of the first one. Each batch element and head chooses on its own.",
            {CHOICE: CHOICE.replace("[..., :u, None]", "[:, :1, :u, None].expand(-1, Q.shape[1], -1, -1)")},
        ),
        Misconception(
            "one_choice_for_the_batch",
            "All batch elements keep the queries of the first one. Each batch element and head chooses on its own.",
            {CHOICE: CHOICE.replace("[..., :u, None]", "[:1, :, :u, None].expand(Q.shape[0], -1, -1, -1)")},
        ),
        Misconception(
            "heads_averaged_before_choosing",
            "The measure was averaged over the heads before choosing. Each head chooses on its own.",
            {"measure = sparsity_measure_sampled(Q, K, idx)": "measure = sparsity_measure_sampled(Q, K, idx).mean(1, keepdim=True).expand(Q.shape[:-1])"},
        ),
        Misconception(
            "rows_in_order_of_the_measure",
            "The outputs of the chosen queries stand in the first rows. Each goes back to the place of its query.",
            {"rest.scatter(2, top.expand_as(kept), kept)": "torch.cat([kept, rest[..., u:, :]], -2)"},
        ),
        Misconception(
            "kept_in_order_of_position",
            "The indices were sorted for writing back, the outputs were not: rows of chosen queries are exchanged.",
            {"rest.scatter(2, top.expand_as(kept), kept)": "rest.scatter(2, top.sort(-2).values.expand_as(kept), kept)"},
        ),
        Misconception(
            "top_keys_kept",
            "Keys were dropped instead of queries: the first of the choice were used as positions of keys. What is sparse is who "
            "asks, not what is asked.",
            {
                "kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V)": (
                    "at = (top % K.shape[-2])\n"
                    "    kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), "
                    "K.gather(-2, at.expand(-1, -1, -1, K.shape[-1])), V.gather(-2, at.expand(-1, -1, -1, V.shape[-1])))"
                )
            },
        ),
        Misconception(
            "later_of_equal_queries",
            "Among queries with equal measures the later ones attend. The earlier ones are asked for; a sort that is not stable, or "
            "topk, leaves it open.",
            {CHOICE: "(Q.shape[-2] - 1 - torch.sort(measure.flip(-1), dim=-1, descending=True, stable=True).indices)[..., :u, None]"},
        ),
        Misconception(
            "outputs_detached",
            "No gradient reaches queries or keys. Only the choice is without one; the outputs of the chosen queries have theirs.",
            {"top.expand_as(kept), kept)": "top.expand_as(kept), kept.detach())"},
        ),
        Misconception(
            "mean_of_the_outputs",
            "The others get the mean of what the chosen queries got. They get the mean of the values.",
            {"rest = V.mean(-2, keepdim=True)": "rest = (kept if u else V).mean(-2, keepdim=True)"},
        ),
        Misconception(
            "one_query_more",
            "One query more attends than u.",
            {"[..., :u, None]": "[..., : u + 1, None]"},
        ),
    ],
    "prob_sparse_causal": [
        Misconception(
            "mask_of_the_first_rows",
            "The chosen queries are masked as if they were rows 0 to u − 1. Sorted by their measure they stand in any order: each "
            "needs the mask of its own position.",
            {"position <= top)": "position <= position[:u, None])"},
        ),
        Misconception(
            "mean_over_the_future",
            "Queries that do not attend get the mean of all values, those to come included. It is the mean up to their position.",
            {"V.cumsum(-2) / (position[:, None] + 1)": "V.mean(-2, keepdim=True).expand_as(V)"},
        ),
        Misconception(
            "running_sum",
            "Queries that do not attend get the running sum. It grows with the position; divide by the number of values in it. (The "
            "authors' code takes the sum.)",
            {"V.cumsum(-2) / (position[:, None] + 1)": "V.cumsum(-2)"},
        ),
        Misconception(
            "running_sum_over_L",
            "The running sum is divided by L everywhere. At position i there are i + 1 values in it.",
            {"(position[:, None] + 1)": "Q.shape[-2]"},
        ),
        Misconception(
            "chosen_queries_not_masked",
            "The chosen queries see all keys. In the causal form they see those up to their own position.",
            {", position <= top)": ")"},
        ),
        Misconception(
            "own_position_masked",
            "The chosen queries do not see their own position. True stands at keys up to it, itself included; the first position "
            "would see nothing.",
            {"position <= top)": "(position < top) | (top == 0) & (position == 0))"},
        ),
        Misconception(
            "mask_turned",
            "The chosen queries see their own position and what comes after. True may be seen: the positions up to their own.",
            {"position <= top)": "position >= top)"},
        ),
        Misconception(
            "mean_without_the_own_value",
            "The running mean stops one value early. Position i may see its own value.",
            {"rest = V.cumsum(-2) / (position[:, None] + 1)": "rest = torch.cat([V[..., :1, :], (V.cumsum(-2) / (position[:, None] + 1))[..., :-1, :]], -2)"},
        ),
        Misconception(
            "masked_with_zeros",
            "Masked scores were multiplied by 0: a score of 0 still has a weight. They must be minus infinity before the softmax.",
            {
                "kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V, position <= top)": (
                    "s = Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])) @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])\n"
                    "    kept = (s * (position <= top)).softmax(-1) @ V"
                )
            },
        ),
        Misconception(
            "weights_not_renormalised",
            "The mask was applied after the softmax, and the weights no longer add up to 1.",
            {
                "kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V, position <= top)": (
                    "s = Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])) @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])\n"
                    "    kept = (s.softmax(-1) * (position <= top)) @ V"
                )
            },
        ),
        Misconception(
            "one_choice_for_all_heads",
            "All heads keep the queries of the first one. Each batch element and head chooses on its own.",
            {CHOICE: CHOICE.replace("[..., :u, None]", "[:, :1, :u, None].expand(-1, Q.shape[1], -1, -1)")},
        ),
        Misconception(
            "later_of_equal_queries",
            "Among queries with equal measures the later ones attend. The earlier ones are asked for.",
            {CHOICE: "(Q.shape[-2] - 1 - torch.sort(measure.flip(-1), dim=-1, descending=True, stable=True).indices)[..., :u, None]"},
        ),
        Misconception(
            "rows_in_order_of_the_measure",
            "The outputs of the chosen queries stand in the first rows. Each goes back to the place of its query.",
            {"rest.scatter(2, top.expand_as(kept), kept)": "torch.cat([kept, rest[..., u:, :]], -2)"},
        ),
    ],
    "build_decoder_input": [
        Misconception(
            "first_steps_of_the_window",
            "The known part is the beginning of the window. It is its end, where the future begins.",
            {"x[:, L - label_len :]": "x[:, :label_len]"},
        ),
        Misconception(
            "slice_from_minus_zero",
            "With label_len 0 the whole window comes in: -0 is 0. Count from the front.",
            {"x[:, L - label_len :]": "x[:, -label_len:]"},
        ),
        Misconception(
            "zeros_first",
            "The zeros stand before the known steps. Time runs on: first what is known, then what is to be forecast.",
            {"[x[:, L - label_len :], x.new_zeros(B, out_len, n_series)]": "[x.new_zeros(B, out_len, n_series), x[:, L - label_len :]]"},
        ),
        Misconception(
            "last_value_for_zeros",
            "The empty places hold the last known value. They hold zeros; what they stand for is said by position and calendar.",
            {"x.new_zeros(B, out_len, n_series)": "x[:, -1:].expand(B, out_len, n_series)"},
        ),
        Misconception(
            "ones_for_zeros",
            "The empty places hold ones. They hold zeros.",
            {"x.new_zeros": "x.new_ones"},
        ),
        Misconception(
            "zeros_of_the_default_dtype",
            "The zeros were made in float32, or the result was cast. It has the dtype of the window.",
            {"return torch.cat([x[:, L - label_len :], x.new_zeros(B, out_len, n_series)], dim=1)": "return torch.cat([x[:, L - label_len :].float(), torch.zeros(B, out_len, n_series)], dim=1)"},
        ),
        Misconception(
            "too_many_steps_accepted",
            "More known steps than the window has went through, with a shorter input. The docstring asks for a ValueError.",
            {"if not 0 <= label_len <= L:": "label_len = max(0, min(label_len, L))\n    if False:"},
        ),
        Misconception(
            "first_outputs",
            "The forecast is taken from the first outputs, which stand at the known steps. It is the last ones.",
            {"decoder(dec_in, memory)[:, -out_len:]": "decoder(dec_in, memory)[:, :out_len]"},
        ),
        Misconception(
            "known_steps_dropped",
            "The known steps were cut off before the decoder was called. It needs them to start from; cut its outputs.",
            {"decoder(dec_in, memory)[:, -out_len:]": "decoder(dec_in[:, -out_len:], memory)"},
        ),
        Misconception(
            "step_by_step",
            "The decoder is called once per step, with its own outputs put in. One call gives all steps.",
            {
                "return decoder(dec_in, memory)[:, -out_len:]": (
                    "n = dec_in.shape[1]\n    said = [decoder(dec_in[:, : n - out_len + k + 1], memory)[:, -1:] for k in range(out_len)]\n"
                    "    return torch.cat(said, dim=1)"
                )
            },
        ),
        Misconception(
            "all_outputs",
            "All outputs are returned, those at the known steps included.",
            {"[:, -out_len:]": ""},
        ),
        Misconception(
            "called_twice",
            "The decoder is called more than once. One call gives all steps.",
            {"return decoder(dec_in, memory)": "decoder(dec_in, memory)\n    return decoder(dec_in, memory)"},
        ),
    ],
    "distil": [
        Misconception(
            "stride_two_twice",
            "Convolution and pooling both have stride 2, so that a quarter is left. The convolution keeps the length.",
            {"bias, padding=1": "bias, stride=2, padding=1"},
        ),
        Misconception(
            "relu_for_elu",
            "ReLU stands in the place of ELU: everything below 0 is cut off.",
            {"F.elu(": "F.relu("},
        ),
        Misconception(
            "zeros_beyond_the_ends",
            "The pooling sees zeros beyond the ends, and they win where all is negative. Beyond the ends there is nothing.",
            {"F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "F.max_pool1d(F.pad(mixed, (1, 1)), kernel_size=3, stride=2)"},
        ),
        Misconception(
            "average_for_maximum",
            "The pooling takes a mean. Distilling keeps the strongest of three.",
            {"F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "F.avg_pool1d(mixed, kernel_size=3, stride=2, padding=1, count_include_pad=False)"},
        ),
        Misconception(
            "pairs_pooled",
            "The maximum is that of two positions. The windows are 3 wide and overlap, around every second position.",
            {"kernel_size=3, stride=2, padding=1": "kernel_size=2, stride=2, ceil_mode=True"},
        ),
        Misconception(
            "padded_in_a_circle",
            "The convolution joins the last position with the first. (The authors' code does so.) Beyond the ends there are zeros.",
            {"F.conv1d(x.transpose(1, 2), weight, bias, padding=1)": "F.conv1d(F.pad(x.transpose(1, 2), (1, 1), mode='circular'), weight, bias)"},
        ),
        Misconception(
            "no_nonlinearity",
            "The nonlinearity is missing.",
            {"F.elu(F.conv1d(x.transpose(1, 2), weight, bias, padding=1))": "F.conv1d(x.transpose(1, 2), weight, bias, padding=1)"},
        ),
        Misconception(
            "kernel_turned_round",
            "The kernel runs backwards in time. torch's layout has the taps in the order of time: the first one meets the step before.",
            {"weight, bias": "weight.flip(-1), bias"},
        ),
        Misconception(
            "channels_in_and_out_exchanged",
            "Channels in and out are exchanged. The first axis of the kernels is the channel that comes out.",
            {"weight, bias": "weight.transpose(0, 1), bias"},
        ),
        Misconception(
            "bias_forgotten",
            "The bias is not added.",
            {"weight, bias": "weight, 0 * bias"},
        ),
        Misconception(
            "lengths_rounded_down",
            "Lengths are rounded down. An odd length leaves one more: 97 gives 49.",
            {"(lengths[-1] + 1) // 2": "max(1, lengths[-1] // 2)"},
        ),
        Misconception(
            "distilled_after_the_last",
            "There is one length too many: nothing is distilled after the last layer.",
            {"range(n_layers - 1)": "range(n_layers)"},
        ),
        Misconception(
            "first_layer_halved",
            "The first length is already halved. The first layer works on the whole window.",
            {"lengths = [L]": "lengths = [(L + 1) // 2]"},
        ),
    ],
    "informer_encoder": [
        Misconception(
            "norm_before_attention",
            "This is pre-LN: the norm stands inside of the branch. Here it comes after the addition.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'x = x + layer["attention"](layer["norm1"](x))',
                'x = layer["norm2"](x + layer["feed_forward"](x))': 'x = x + layer["feed_forward"](layer["norm2"](x))',
            },
        ),
        Misconception(
            "no_residual_around_attention",
            "The input is not added to what attention returns.",
            {'x + layer["attention"](x)': 'layer["attention"](x)'},
        ),
        Misconception(
            "no_residual_around_the_network",
            "The input is not added to what the feed-forward network returns.",
            {'x + layer["feed_forward"](x)': 'layer["feed_forward"](x)'},
        ),
        Misconception(
            "no_residuals",
            "Nothing is added to what the parts return: both residual connections are missing.",
            {'x + layer["attention"](x)': 'layer["attention"](x)', 'x + layer["feed_forward"](x)': 'layer["feed_forward"](x)'},
        ),
        Misconception(
            "norms_exchanged",
            "The two norms are exchanged. The first follows attention, the second the network.",
            {'layer["norm1"]': 'layer["norm_"]', 'layer["norm2"]': 'layer["norm1"]', 'layer["norm_"]': 'layer["norm2"]'},
        ),
        Misconception(
            "network_sees_the_old_input",
            "The network sees what came into the layer, and not what the first norm made of it.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'y = layer["norm1"](x + layer["attention"](x))',
                'x = layer["norm2"](x + layer["feed_forward"](x))': 'x = layer["norm2"](y + layer["feed_forward"](x))',
            },
        ),
        Misconception(
            "residual_from_the_start",
            "The network's output is added to what came into the layer. It is added to what the first norm returned.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'y = layer["norm1"](x + layer["attention"](x))',
                'x = layer["norm2"](x + layer["feed_forward"](x))': 'x = layer["norm2"](x + layer["feed_forward"](y))',
            },
        ),
        Misconception(
            "second_norm_forgotten",
            "There is no norm after the feed-forward network.",
            {'layer["norm2"](x + layer["feed_forward"](x))': 'x + layer["feed_forward"](x)'},
        ),
        Misconception(
            "first_distilling_again",
            "The first distilling is used between all layers. Each pair of layers has its own.",
            {"distils[i - 1](x)": "distils[0](x)"},
        ),
        Misconception(
            "distilled_before_the_second_norm",
            "The sequence is distilled before the layer is finished: the second norm comes first.",
            {
                "        if i > 0:\n            x = distils[i - 1](x)\n": "",
                'x = layer["norm2"](x + layer["feed_forward"](x))': (
                    'x = x + layer["feed_forward"](x)\n        if i < len(distils):\n            x = distils[i](x)\n        x = layer["norm2"](x)'
                ),
            },
        ),
        Misconception(
            "never_distilled",
            "Nothing is distilled: the sequence keeps its length from layer to layer.",
            {"x = distils[i - 1](x)": "pass"},
        ),
        Misconception(
            "number_of_distillings_not_checked",
            "A number of distillings that does not fit went through. The docstring asks for a ValueError.",
            {"if len(distils) != len(layers) - 1:": "distils = (list(distils) + [lambda e: e] * len(layers))\n    if False:"},
        ),
    ],
}
