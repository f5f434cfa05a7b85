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
            {
                "scores.logsumexp(-1) - scores.mean(-1)": "(scores.logsumexp(-1) - scores.mean(-1)).detach()"
            },
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
            {
                "scores.logsumexp(-1) - scores.mean(-1)": "scores.logsumexp(-1) - math.log(scores.shape[-1]) - scores.mean(-1)"
            },
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
        Misconception(
            "logarithm_over_queries",
            "The logarithm was taken over the queries, the mean over the keys. Both run over the keys.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.logsumexp(-2) - scores.mean(-1)",
            },
        ),
        Misconception(
            "mean_missing",
            "The mean of the scores was not subtracted.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.logsumexp(-1)",
            },
        ),
        Misconception(
            "divided_by_the_queries",
            "The sum of the scores was divided by the number of queries. It is a mean over keys.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.logsumexp(-1) - scores.sum(-1) / Q.shape[-2]",
            },
        ),
        Misconception(
            "one_mean_for_all",
            "The mean of all scores was subtracted from each query. Each has a mean of its own.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.logsumexp(-1) - scores.mean()",
            },
        ),
        Misconception(
            "entropy",
            "This is the entropy of the weights. M measures how far they are from even.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return -(scores.softmax(-1) * scores.log_softmax(-1)).sum(-1)",
            },
        ),
        Misconception(
            "divergence_the_other_way",
            "This is the divergence of the weights from the even law. M comes from that of the even law from the weights.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return (scores.softmax(-1) * scores.log_softmax(-1)).sum(-1) + math.log(K.shape[-2])",
            },
        ),
        Misconception(
            "logarithm_of_weights",
            "The weights were computed before their logarithm was taken: small ones are 0 by then, and the result is infinite.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return -scores.softmax(-1).log().mean(-1)",
            },
        ),
        Misconception(
            "small_number_in_the_logarithm",
            "A small number was added to the weights, which limits the result for large scores.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return -(scores.softmax(-1) + 1e-12).log().mean(-1)",
            },
        ),
        Misconception(
            "scores_clipped",
            "The scores were clipped. They may be as large as ±1000 and more.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.clamp(-50, 50).logsumexp(-1) - scores.mean(-1)",
            },
        ),
        Misconception(
            "one_maximum_for_all",
            "The largest of all scores was subtracted before the exponentials: rows that lie far below it vanish.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "top = scores.max()\n    return (scores - top).exp().sum(-1).log() + top - scores.mean(-1)",
            },
        ),
        Misconception(
            "maximum_not_put_back",
            "The maximum was subtracted before the exponentials and not put back afterwards.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return (scores - scores.amax(-1, keepdim=True)).exp().sum(-1).log() - scores.mean(-1)",
            },
        ),
        Misconception(
            "axis_of_one_kept",
            "The result has an axis too many. There is one number per query.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.logsumexp(-1, keepdim=True) - scores.mean(-1, keepdim=True)",
            },
        ),
        Misconception(
            "root_of_the_number_of_keys",
            "The scores were divided by the root of the number of keys. It is the root of d.",
            {
                "math.sqrt(Q.shape[-1])": "math.sqrt(K.shape[-2])",
            },
        ),
        Misconception(
            "fixed_axes_of_the_batch",
            "The axes were counted from the front, which holds for one number of batch axes only. Count them from the back.",
            {
                "K.transpose(-2, -1)": "K.transpose(2, 3)",
            },
        ),
        Misconception(
            "mean_detached",
            "Autograd takes the mean for a constant. It depends on queries and keys.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return scores.logsumexp(-1) - scores.mean(-1).detach()",
            },
        ),
        Misconception(
            "in_bits",
            "The result is in bits. The logarithm is the natural one.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return (scores.logsumexp(-1) - scores.mean(-1)) / math.log(2)",
            },
        ),
        Misconception(
            "axes_of_one_dropped",
            "Axes of length 1 were dropped. There is one number per query, in all batch axes.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "return (scores.logsumexp(-1) - scores.mean(-1)).squeeze()",
            },
        ),
        Misconception(
            "later_keys_masked",
            "Later keys were masked. The measure looks at all of them.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "scores = scores.masked_fill(torch.ones_like(scores).triu(1) == 1, -1e9)\n    return scores.logsumexp(-1) - scores.mean(-1)",
            },
        ),
        Misconception(
            "first_head_for_all",
            "All heads got the measure of the first.",
            {
                "return scores.logsumexp(-1) - scores.mean(-1)": "scores = scores[..., :1, :, :].expand_as(scores) if scores.dim() > 2 else scores\n    return scores.logsumexp(-1) - scores.mean(-1)",
            },
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
            {
                "(out - full).square()": "(out - full).abs()",
                "- full).square().sum((-2, -1))\n    return": "- full).abs().sum((-2, -1))\n    return",
            },
        ),
        Misconception(
            "mean_of_the_approximation",
            "The mean of the approximation's outputs was taken. It is the mean of the values.",
            {
                "V.mean(-2": "out.mean(-2",
            },
        ),
        Misconception(
            "mean_over_heads",
            "The values were averaged over heads as well. Each head has its mean.",
            {
                "V.mean(-2, keepdim=True)": "V.mean((1, 2), keepdim=True)",
            },
        ),
        Misconception(
            "one_mean_of_all_values",
            "One number was taken for the mean of all values. It is a vector, the mean over the keys.",
            {
                "V.mean(-2, keepdim=True)": "V.mean()",
            },
        ),
        Misconception(
            "norms_added",
            "Distances were added, not their squares.",
            {
                "lost = (out - full).square().sum((-2, -1))": "lost = (out - full).norm(dim=-1).sum(-1)",
                "energy = (V.mean(-2, keepdim=True) - full).square().sum((-2, -1))": "energy = (V.mean(-2, keepdim=True) - full).norm(dim=-1).sum(-1)",
            },
        ),
        Misconception(
            "batch_together",
            "The batch was added up for each head. There is a share for each batch element and head.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "lost, energy = lost.sum(0, keepdim=True).expand_as(lost), energy.sum(0, keepdim=True).expand_as(lost)\n    return torch.where(lost == 0, 0.0, lost / energy)",
            },
        ),
        Misconception(
            "nothing_to_lose_counts_one",
            "Where the mean loses nothing the share was set to 1.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(energy == 0, 1.0, lost / energy)",
            },
        ),
        Misconception(
            "always_infinite_there",
            "Where the mean loses nothing the share is infinite only if the approximation loses something.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(energy == 0, torch.inf, lost / energy)",
            },
        ),
        Misconception(
            "nan_made_zero",
            "What is not finite was made a number. Where something is lost and nothing could be, the share is infinite.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return (lost / energy).nan_to_num(0)",
            },
        ),
        Misconception(
            "bounded_from_below",
            "The denominator was bounded from below. Heads may be tiny, and a head that can lose nothing gets a finite share.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return lost / energy.clamp(min=1e-12)",
            },
        ),
        Misconception(
            "upside_down",
            "The ratio is upside down.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(energy == 0, 0.0, energy / lost)",
            },
        ),
        Misconception(
            "never_more_than_one",
            "The share was cut off at 1. An approximation may be worse than none.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(lost == 0, 0.0, lost / energy).clamp(max=1)",
            },
        ),
        Misconception(
            "small_energies_taken_for_none",
            "Small energies were taken for none. Only exactly 0 is.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(energy < 1e-12, torch.where(lost == 0, 0.0, torch.inf), lost / energy)",
            },
        ),
        Misconception(
            "small_losses_taken_for_none",
            "Small losses were taken for none. Only exactly 0 is.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(lost < 1e-12, 0.0, lost / energy)",
            },
        ),
        Misconception(
            "distance_from_the_mean",
            "The distance of the approximation from the mean was taken. It is that from the exact outputs.",
            {
                "lost = (out - full).square().sum((-2, -1))": "lost = (out - V.mean(-2, keepdim=True)).square().sum((-2, -1))",
            },
        ),
        Misconception(
            "first_value_for_the_mean",
            "The first value was taken for the mean.",
            {
                "V.mean(-2, keepdim=True)": "V[:, :, :1]",
            },
        ),
        Misconception(
            "one_share_for_all",
            "The shares were averaged to one. There is one for each batch element and head.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(lost == 0, 0.0, lost / energy).mean()",
            },
        ),
        Misconception(
            "square_multiplied_out",
            "The square of the difference was multiplied out: far from 0 its terms cancel, and nothing is left.",
            {
                "lost = (out - full).square().sum((-2, -1))": "lost = out.square().sum((-2, -1)) - 2 * (out * full).sum((-2, -1)) + full.square().sum((-2, -1))",
            },
        ),
        Misconception(
            "tiny_losses_taken_for_none",
            "Where the mean loses nothing, a tiny loss of the approximation was taken for none. Only exactly 0 is.",
            {
                "return torch.where(lost == 0, 0.0, lost / energy)": "return torch.where(energy > 0, lost / energy, torch.where(lost > 1e-12, torch.inf, 0.0))",
            },
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
            {
                "return scores.amax(-1)": "return (Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])).amax(-1)"
            },
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
        Misconception(
            "rounded_to_nearest",
            "The logarithm was rounded to the nearest number. It is rounded up.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": "return min(L, c * round(math.log(L)))",
            },
        ),
        Misconception(
            "product_cut",
            "The product was cut to a whole number. The logarithm is rounded up first, then multiplied.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": "return min(L, int(c * math.log(L)))",
            },
        ),
        Misconception(
            "at_least_one",
            "At least one query was kept. For one position the logarithm is 0, and nobody attends.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": "return max(1, min(L, c * math.ceil(math.log(L))))",
            },
        ),
        Misconception(
            "factor_of_five",
            "The factor is always 5. It is c.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": "return min(L, 5 * math.ceil(math.log(L)))",
            },
        ),
        Misconception(
            "one_position_refused",
            "One position was refused. Only lengths below 1 are.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": (
                    "if L <= 1:\n"
                    "        raise ValueError(L)\n"
                    "    return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below"
                ),
            },
        ),
        Misconception(
            "zero_for_no_positions",
            "Lengths below 1 gave 0. The docstring asks for a ValueError.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": (
                    "if L < 1:\n"
                    "        return 0\n"
                    "    return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below"
                ),
            },
        ),
        Misconception(
            "one_fewer_than_all",
            "The cap is L - 1. All positions may attend.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": "return min(L - 1, c * math.ceil(math.log(L)))",
            },
        ),
        Misconception(
            "a_float",
            "The number is a float. An int is asked for.",
            {
                "return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below": "return min(L, c * float(math.ceil(math.log(L))))",
            },
        ),
        Misconception(
            "divided_by_the_queries",
            "The sum was divided by the number of queries. It is a mean over the sample.",
            {
                "return scores.amax(-1) - scores.mean(-1)": "return scores.amax(-1) - scores.sum(-1) / Q.shape[-2]",
            },
        ),
        Misconception(
            "median_in_place_of_the_mean",
            "The median was subtracted. It is the mean.",
            {
                "return scores.amax(-1) - scores.mean(-1)": "return scores.amax(-1) - scores.median(-1).values",
            },
        ),
        Misconception(
            "largest_size",
            "The largest absolute value was taken. The largest score is asked for, which may be negative.",
            {
                "return scores.amax(-1) - scores.mean(-1)": "return scores.abs().amax(-1) - scores.mean(-1)",
            },
        ),
        Misconception(
            "maximum_alone",
            "The mean was not subtracted.",
            {
                "return scores.amax(-1) - scores.mean(-1)": "return scores.amax(-1)",
            },
        ),
        Misconception(
            "sign_turned",
            "The sign is turned round: a peaked query must have a large measure.",
            {
                "return scores.amax(-1) - scores.mean(-1)": "return scores.mean(-1) - scores.amax(-1)",
            },
        ),
        Misconception(
            "first_keys_taken",
            "The first keys were taken, as many as the sample has. The sample says which.",
            {
                "K[..., idx, :]": "K[..., : len(idx), :]",
            },
        ),
        Misconception(
            "root_of_the_sample_size",
            "The scores were divided by the root of the size of the sample. It is the root of d.",
            {
                "math.sqrt(Q.shape[-1])": "math.sqrt(len(idx))",
            },
        ),
        Misconception(
            "fixed_axes_of_the_batch",
            "The axes were counted from the front, which holds for one number of batch axes only. Count them from the back.",
            {
                "K[..., idx, :].transpose(-2, -1)": "K[:, :, idx].transpose(2, 3)",
            },
        ),
        Misconception(
            "axes_of_one_dropped",
            "Axes of length 1 were dropped. There is one number per query, in all batch axes.",
            {
                "return scores.amax(-1) - scores.mean(-1)": "return (scores.amax(-1) - scores.mean(-1)).squeeze()",
            },
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
            {
                CHOICE: CHOICE.replace(
                    "[..., :u, None]", "[:, :1, :u, None].expand(-1, Q.shape[1], -1, -1)"
                )
            },
        ),
        Misconception(
            "one_choice_for_the_batch",
            "All batch elements keep the queries of the first one. Each batch element and head chooses on its own.",
            {
                CHOICE: CHOICE.replace(
                    "[..., :u, None]", "[:1, :, :u, None].expand(Q.shape[0], -1, -1, -1)"
                )
            },
        ),
        Misconception(
            "heads_averaged_before_choosing",
            "The measure was averaged over the heads before choosing. Each head chooses on its own.",
            {
                "measure = sparsity_measure_sampled(Q, K, idx)": "measure = sparsity_measure_sampled(Q, K, idx).mean(1, keepdim=True).expand(Q.shape[:-1])"
            },
        ),
        Misconception(
            "rows_in_order_of_the_measure",
            "The outputs of the chosen queries stand in the first rows. Each goes back to the place of its query.",
            {
                "rest.scatter(2, top.expand_as(kept), kept)": "torch.cat([kept, rest[..., u:, :]], -2)"
            },
        ),
        Misconception(
            "kept_in_order_of_position",
            "The indices were sorted for writing back, the outputs were not: rows of chosen queries are exchanged.",
            {
                "rest.scatter(2, top.expand_as(kept), kept)": "rest.scatter(2, top.sort(-2).values.expand_as(kept), kept)"
            },
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
            {
                CHOICE: "(Q.shape[-2] - 1 - torch.sort(measure.flip(-1), dim=-1, descending=True, stable=True).indices)[..., :u, None]"
            },
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
        Misconception(
            "order_of_equals_left_open",
            "Among equal queries any may be chosen by topk, or by a sort that is not stable. The earlier one attends.",
            {
                "top = torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., :u, None]": "top = measure.topk(u, dim=-1).indices[..., None]",
            },
        ),
        Misconception(
            "all_above_the_threshold",
            "All queries that reach the u-th largest measure attend. With ties these are more than u.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": (
                    "full = attention(Q, K, V)\n"
                    "    if u == 0:\n"
                    "        return rest.clone()\n"
                    "    enough = measure >= measure.sort(-1, descending=True).values[..., u - 1 : u]\n"
                    "    return torch.where(enough[..., None], full, rest)"
                ),
            },
        ),
        Misconception(
            "indices_taken_for_ranks",
            "The sorted indices were compared with u as if they were ranks. They say who stands at a rank, not the rank of each.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": "order = torch.sort(measure, dim=-1, descending=True, stable=True).indices\n    return torch.where((order < u)[..., None], attention(Q, K, V), rest)",
            },
        ),
        Misconception(
            "at_least_one_attends",
            "At least one query attends. With u = 0 nobody does.",
            {
                "top = torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., :u, None]": "top = torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., : max(u, 1), None]",
            },
        ),
        Misconception(
            "sum_for_the_rest",
            "The others got the sum of the values. It is their mean.",
            {
                "V.mean(-2, keepdim=True)": "V.sum(-2, keepdim=True)",
            },
        ),
        Misconception(
            "measured_on_all_keys",
            "The queries were measured on all keys. The sample decides.",
            {
                "measure = sparsity_measure_sampled(Q, K, idx)": "measure = sparsity_measure(Q, K)",
            },
        ),
        Misconception(
            "first_queries_attend",
            "The first u queries attend. Those with the largest measures do.",
            {
                "measure = sparsity_measure_sampled(Q, K, idx)": "measure = -torch.arange(float(Q.shape[2])).expand(Q.shape[:3])",
            },
        ),
        Misconception(
            "everybody_attends",
            "All queries attend, whatever u says.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": "return attention(Q, K, V)",
            },
        ),
        Misconception(
            "one_mean_for_all_heads",
            "The others got the mean over all heads and the batch. Each head has its own.",
            {
                "rest = V.mean(-2, keepdim=True).expand(-1, -1, Q.shape[2], -1)": "rest = V.mean((0, 1, 2), keepdim=True).expand(*Q.shape[:3], V.shape[-1])",
            },
        ),
        Misconception(
            "mean_detached",
            "Autograd finds no way back through the mean of the values.",
            {
                "V.mean(-2, keepdim=True)": "V.detach().mean(-2, keepdim=True)",
            },
        ),
        Misconception(
            "queries_detached",
            "Autograd finds no way back to the queries.",
            {
                "attention(Q.gather": "attention(Q.detach().gather",
            },
        ),
        Misconception(
            "added_to_the_mean",
            "The outputs were added to the mean. They take its place.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": "return rest.scatter_add(2, top.expand_as(kept), kept)",
            },
        ),
        Misconception(
            "rows_of_the_first_head",
            "The rows of the first head were written in all heads.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": (
                    "out = rest.clone()\n    out[:, :, top[0, 0, :, 0]] = kept\n    return out"
                ),
            },
        ),
        Misconception(
            "exponentials_overflow",
            "For large scores the weights are nan: the exponentials overflow. `attention` is given.",
            {
                "kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V)": "e = (Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])) @ K.mT / math.sqrt(Q.shape[-1])).exp()\n    kept = e / e.sum(-1, keepdim=True) @ V",
            },
        ),
        Misconception(
            "not_divided_by_the_root_of_d",
            "The scores of the queries that attend were not divided by the root of d. `attention` is given.",
            {
                "kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V)": "kept = (Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])) @ K.mT).softmax(-1) @ V",
            },
        ),
        Misconception(
            "as_many_rows_as_keys",
            "There are as many rows as keys. There is one for each query.",
            {
                "rest = V.mean(-2, keepdim=True).expand(-1, -1, Q.shape[2], -1)": "rest = V.mean(-2, keepdim=True).expand(-1, -1, V.shape[2], -1)",
            },
        ),
        Misconception(
            "one_row_for_nobody",
            "With u = 0 a single row was returned. There is one for each query.",
            {
                "rest = V.mean(-2, keepdim=True).expand(-1, -1, Q.shape[2], -1)": (
                    "rest = V.mean(-2, keepdim=True).expand(-1, -1, Q.shape[2], -1)\n"
                    "    if u == 0:\n"
                    "        return V.mean(-2, keepdim=True)"
                ),
            },
        ),
        Misconception(
            "width_of_the_keys",
            "The values were taken to be as wide as the keys. Their width may be another.",
            {
                "top.expand_as(kept)": "top.expand(-1, -1, -1, Q.shape[-1])",
            },
        ),
        Misconception(
            "first_column_only",
            "Only the first column of the outputs was put back: an index of one column reaches one column.",
            {
                "top.expand_as(kept)": "top",
            },
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
            {
                "rest = V.cumsum(-2) / (position[:, None] + 1)": "rest = torch.cat([V[..., :1, :], (V.cumsum(-2) / (position[:, None] + 1))[..., :-1, :]], -2)"
            },
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
            {
                CHOICE: CHOICE.replace(
                    "[..., :u, None]", "[:, :1, :u, None].expand(-1, Q.shape[1], -1, -1)"
                )
            },
        ),
        Misconception(
            "later_of_equal_queries",
            "Among queries with equal measures the later ones attend. The earlier ones are asked for.",
            {
                CHOICE: "(Q.shape[-2] - 1 - torch.sort(measure.flip(-1), dim=-1, descending=True, stable=True).indices)[..., :u, None]"
            },
        ),
        Misconception(
            "rows_in_order_of_the_measure",
            "The outputs of the chosen queries stand in the first rows. Each goes back to the place of its query.",
            {
                "rest.scatter(2, top.expand_as(kept), kept)": "torch.cat([kept, rest[..., u:, :]], -2)"
            },
        ),
        Misconception(
            "mask_of_the_last_rows",
            "The masks of the last positions were used. Each chosen query has that of its own position.",
            {
                "position <= top)": "position <= torch.arange(Q.shape[2] - u, Q.shape[2])[:, None].expand_as(top))",
            },
        ),
        Misconception(
            "mask_of_the_first_head",
            "All heads got the masks of the first. Each has chosen others.",
            {
                "position <= top)": "position <= top[:1, :1].expand_as(top))",
            },
        ),
        Misconception(
            "divided_by_the_position",
            "The running sum was divided by the position. At position i there are i + 1 values.",
            {
                "rest = V.cumsum(-2) / (position[:, None] + 1)": "rest = V.cumsum(-2) / position.clamp(min=1)[:, None]",
            },
        ),
        Misconception(
            "zeros_for_the_rest",
            "The others got zeros. They get the mean of the values up to their own position.",
            {
                "rest = V.cumsum(-2) / (position[:, None] + 1)": "rest = torch.zeros_like(V)",
            },
        ),
        Misconception(
            "own_value_for_the_rest",
            "The others got their own value. They get the mean of the values up to their own position.",
            {
                "rest = V.cumsum(-2) / (position[:, None] + 1)": "rest = V.clone()",
            },
        ),
        Misconception(
            "sum_over_the_heads",
            "The running sum runs over the heads. It runs over the positions.",
            {
                "V.cumsum(-2)": "V.cumsum(1)",
            },
        ),
        Misconception(
            "order_of_equals_left_open",
            "Among equal queries any may be chosen by topk, or by a sort that is not stable. The earlier one attends.",
            {
                "top = torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., :u, None]": "top = measure.topk(u, dim=-1).indices[..., None]",
            },
        ),
        Misconception(
            "measured_on_what_is_seen",
            "The queries were measured on the sampled keys that they see. The docstring says: the same for all, seen or not.",
            {
                "measure = sparsity_measure_sampled(Q, K, idx)": (
                    "scores = Q @ K.mT / math.sqrt(Q.shape[-1])\n"
                    "    scores = scores.masked_fill(position > position[:, None], -torch.inf)[..., idx]\n"
                    "    measure = (scores.amax(-1) - scores.masked_fill(scores.isinf(), 0).mean(-1)).nan_to_num(-1e9, -1e9, -1e9)"
                ),
            },
        ),
        Misconception(
            "measured_on_all_keys",
            "The queries were measured on all keys. The sample decides.",
            {
                "measure = sparsity_measure_sampled(Q, K, idx)": "measure = sparsity_measure(Q, K)",
            },
        ),
        Misconception(
            "attends_to_sampled_keys",
            "The chosen queries attend to the sampled keys only. They attend to all that they may see.",
            {
                "K, V, position <= top)": "K[..., idx, :], V[..., idx, :], idx <= top)",
            },
        ),
        Misconception(
            "smallest_measures_chosen",
            "The queries with the smallest measures attend. Those with the largest do.",
            {
                "descending=True": "descending=False",
            },
        ),
        Misconception(
            "one_query_more",
            "One query more than u attends.",
            {
                ":u, None]": ": u + 1, None]",
            },
        ),
        Misconception(
            "at_least_one_attends",
            "At least one query attends. With u = 0 nobody does.",
            {
                ":u, None]": ": max(u, 1), None]",
            },
        ),
        Misconception(
            "mean_detached",
            "Autograd finds no way back through the running mean.",
            {
                "V.cumsum(-2)": "V.detach().cumsum(-2)",
            },
        ),
        Misconception(
            "added_to_the_mean",
            "The outputs were added to the mean. They take its place.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": "return rest.scatter_add(2, top.expand_as(kept), kept)",
            },
        ),
        Misconception(
            "kept_in_order_of_position",
            "The chosen rows were sorted by position after their outputs had been computed.",
            {
                "return rest.scatter(2, top.expand_as(kept), kept)": "return rest.scatter(2, top.sort(2).values.expand_as(kept), kept)",
            },
        ),
        Misconception(
            "width_of_the_keys",
            "The values were taken to be as wide as the keys. Their width may be another.",
            {
                "top.expand_as(kept)": "top.expand(-1, -1, -1, Q.shape[-1])",
            },
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
            {
                "[x[:, L - label_len :], x.new_zeros(B, out_len, n_series)]": "[x.new_zeros(B, out_len, n_series), x[:, L - label_len :]]"
            },
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
            {
                "return torch.cat([x[:, L - label_len :], x.new_zeros(B, out_len, n_series)], dim=1)": "return torch.cat([x[:, L - label_len :].float(), torch.zeros(B, out_len, n_series)], dim=1)"
            },
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
            {
                "return decoder(dec_in, memory)": "decoder(dec_in, memory)\n    return decoder(dec_in, memory)"
            },
        ),
        Misconception(
            "window_ends_one_step_early",
            "The known steps end one step before the window does.",
            {
                "x[:, L - label_len :]": "x[:, max(L - label_len - 1, 0) : max(L - 1, label_len)]",
            },
        ),
        Misconception(
            "mean_for_zeros",
            "The empty places hold the mean of the window. They hold zeros.",
            {
                "x.new_zeros(B, out_len, n_series)": "x.mean(1, keepdim=True).expand(B, out_len, n_series)",
            },
        ),
        Misconception(
            "zeros_always_float64",
            "The zeros are float64, whatever the window is.",
            {
                "x.new_zeros(B, out_len, n_series)": "torch.zeros(B, out_len, n_series, dtype=torch.float64)",
            },
        ),
        Misconception(
            "as_many_zeros_as_known_steps",
            "There are as many zeros as known steps. There are out_len.",
            {
                "x.new_zeros(B, out_len": "x.new_zeros(B, label_len",
            },
        ),
        Misconception(
            "no_known_step_refused",
            "A decoder without known steps was refused. label_len may be 0.",
            {
                "if not 0 <= label_len <= L:": "if not 0 < label_len <= L:",
            },
        ),
        Misconception(
            "whole_window_refused",
            "All steps of the window may be known. label_len goes up to L.",
            {
                "if not 0 <= label_len <= L:": "if not 0 <= label_len < L:",
            },
        ),
        Misconception(
            "only_negative_ones_refused",
            "More known steps than the window has went through.",
            {
                "if not 0 <= label_len <= L:": "if label_len < 0:",
            },
        ),
        Misconception(
            "only_large_ones_refused",
            "A negative number of known steps went through.",
            {
                "if not 0 <= label_len <= L:": "if label_len > L:",
            },
        ),
        Misconception(
            "an_assertion",
            "An assertion failed where a ValueError is asked for.",
            {
                "raise ValueError(f": "raise AssertionError(f",
            },
        ),
        Misconception(
            "zeros_beside_the_series",
            "The zeros were put beside the series, not after the steps.",
            {
                "return torch.cat([x[:, L - label_len :], x.new_zeros(B, out_len, n_series)], dim=1)": "return F.pad(x[:, L - label_len :], (0, out_len))",
            },
        ),
        Misconception(
            "input_and_memory_exchanged",
            "The decoder was called with memory and input in the wrong order.",
            {
                "return decoder(dec_in, memory)[:, -out_len:]": "return decoder(memory, dec_in)[:, -out_len:]",
            },
        ),
        Misconception(
            "last_output_only",
            "Only the last output was returned. The forecast is the last out_len of them.",
            {
                "[:, -out_len:]": "[:, -1:]",
            },
        ),
        Misconception(
            "forecast_detached",
            "Autograd finds no way back from the forecast.",
            {
                "return decoder(dec_in, memory)[:, -out_len:]": "with torch.no_grad():\n        return decoder(dec_in, memory)[:, -out_len:]",
            },
        ),
        Misconception(
            "last_known_value_added",
            "The last known value was added to the forecast. It is what the decoder says.",
            {
                "return decoder(dec_in, memory)[:, -out_len:]": "return decoder(dec_in, memory)[:, -out_len:] + dec_in[:, -out_len - 1 : -out_len, :1]",
            },
        ),
        Misconception(
            "one_channel_loses_its_axis",
            "With one channel an axis is lost. The forecast is (B, out_len, C).",
            {
                "[:, -out_len:]": "[:, -out_len:].squeeze(-1)",
            },
        ),
        Misconception(
            "memory_averaged",
            "The memory was averaged before it was handed on. It is handed on as it is.",
            {
                "return decoder(dec_in, memory)[:, -out_len:]": "return decoder(dec_in, memory.mean(1, keepdim=True).expand_as(memory))[:, -out_len:]",
            },
        ),
        Misconception(
            "called_by_name",
            "The decoder was called with names for its arguments. It is called with input and memory in this order, whatever it calls them.",
            {
                "return decoder(dec_in, memory)[:, -out_len:]": "return decoder(dec_in=dec_in, memory=memory)[:, -out_len:]",
            },
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
            {
                "F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "F.max_pool1d(F.pad(mixed, (1, 1)), kernel_size=3, stride=2)"
            },
        ),
        Misconception(
            "average_for_maximum",
            "The pooling takes a mean. Distilling keeps the strongest of three.",
            {
                "F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "F.avg_pool1d(mixed, kernel_size=3, stride=2, padding=1, count_include_pad=False)"
            },
        ),
        Misconception(
            "pairs_pooled",
            "The maximum is that of two positions. The windows are 3 wide and overlap, around every second position.",
            {"kernel_size=3, stride=2, padding=1": "kernel_size=2, stride=2, ceil_mode=True"},
        ),
        Misconception(
            "padded_in_a_circle",
            "The convolution joins the last position with the first. (The authors' code does so.) Beyond the ends there are zeros.",
            {
                "F.conv1d(x.transpose(1, 2), weight, bias, padding=1)": "F.conv1d(F.pad(x.transpose(1, 2), (1, 1), mode='circular'), weight, bias)"
            },
        ),
        Misconception(
            "no_nonlinearity",
            "The nonlinearity is missing.",
            {
                "F.elu(F.conv1d(x.transpose(1, 2), weight, bias, padding=1))": "F.conv1d(x.transpose(1, 2), weight, bias, padding=1)"
            },
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
        Misconception(
            "halved_by_the_convolution",
            "The convolution halves and the pooling does not. It is the other way round.",
            {
                "padding=1))": "padding=1, stride=2))",
                "stride=2, padding=1)": "stride=1, padding=1)",
            },
        ),
        Misconception(
            "gelu_for_elu",
            "This is a GELU. An ELU is asked for.",
            {
                "F.elu(": "F.gelu(",
            },
        ),
        Misconception(
            "leaky_relu_for_elu",
            "This is a leaky ReLU. An ELU is asked for.",
            {
                "F.elu(": "F.leaky_relu(",
            },
        ),
        Misconception(
            "selu_for_elu",
            "This is a SELU, an ELU times a number. An ELU is asked for.",
            {
                "F.elu(": "F.selu(",
            },
        ),
        Misconception(
            "elu_before_the_convolution",
            "The ELU stands before the convolution. It follows it.",
            {
                "mixed = F.elu(F.conv1d(x.transpose(1, 2), weight, bias, padding=1))": "mixed = F.conv1d(F.elu(x).transpose(1, 2), weight, bias, padding=1)",
            },
        ),
        Misconception(
            "pairs_rounded_down",
            "Pairs of positions were pooled and an odd last one was lost. The windows are 3 wide, around 0, 2, 4.",
            {
                "F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "F.max_pool1d(mixed, kernel_size=min(2, mixed.shape[2]), stride=2)",
            },
        ),
        Misconception(
            "no_padding_of_the_pooling",
            "The pooling has no padding: its windows stand around positions 1, 3, 5.",
            {
                "F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "F.max_pool1d(mixed, kernel_size=min(3, mixed.shape[2]), stride=2)",
            },
        ),
        Misconception(
            "one_position_more",
            "For even lengths the pooling was rounded up to one position more.",
            {
                "stride=2, padding=1)": "stride=2, padding=1, ceil_mode=True)",
            },
        ),
        Misconception(
            "every_second_position",
            "Every second position was kept, and its neighbours were not looked at. Each window of 3 gives its maximum.",
            {
                "F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "mixed[:, :, ::2]",
            },
        ),
        Misconception(
            "windows_of_five",
            "The windows are 5 wide. They are 3.",
            {
                "kernel_size=3, stride=2, padding=1": "kernel_size=5, stride=2, padding=2",
            },
        ),
        Misconception(
            "ends_repeated",
            "The ends were repeated for the convolution. Beyond either end it sees one zero.",
            {
                "F.conv1d(x.transpose(1, 2), weight, bias, padding=1)": "F.conv1d(torch.cat([x[:, :1], x, x[:, -1:]], dim=1).transpose(1, 2), weight, bias)",
            },
        ),
        Misconception(
            "causal_convolution",
            "Both zeros stand before the beginning: the convolution is causal. There is one on either side.",
            {
                "F.conv1d(x.transpose(1, 2), weight, bias, padding=1)": "F.conv1d(F.pad(x.transpose(1, 2), (2, 0)), weight, bias)",
            },
        ),
        Misconception(
            "channels_not_mixed",
            "Each channel was convolved by itself. The convolution mixes them.",
            {
                "F.conv1d(x.transpose(1, 2), weight, bias, padding=1)": "F.conv1d(x.transpose(1, 2), weight.diagonal().T[:, None], bias, padding=1, groups=x.shape[2])",
            },
        ),
        Misconception(
            "not_turned_when_square",
            "With as many positions as channels the axes were not turned. The convolution runs over time, whatever the shape.",
            {
                "x.transpose(1, 2), weight": "(x if x.shape[1] == x.shape[2] else x.transpose(1, 2)), weight",
            },
        ),
        Misconception(
            "not_turned_back",
            "The channels are still second. Positions are second, channels last.",
            {
                "padding=1).transpose(1, 2)": "padding=1)",
            },
        ),
        Misconception(
            "reshaped_not_turned",
            "The axes were reshaped. That mixes positions and channels; they have to be exchanged.",
            {
                "x.transpose(1, 2), weight": "x.reshape(x.shape[0], x.shape[2], x.shape[1]), weight",
            },
        ),
        Misconception(
            "residual_connection",
            "The pooled input was added. There is no path around the distilling.",
            {
                "return F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1)": "return (F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1) + F.max_pool1d(x.transpose(1, 2), kernel_size=3, stride=2, padding=1))",
            },
        ),
        Misconception(
            "kernels_detached",
            "Autograd finds no way back to the kernels.",
            {
                "weight, bias, padding": "weight.detach(), bias, padding",
            },
        ),
        Misconception(
            "batch_normalised",
            "The channels were normalised over the batch, as in the authors' code. Here they are not.",
            {
                "mixed = F.elu(F.conv1d(x.transpose(1, 2), weight, bias, padding=1))": (
                    "z = F.conv1d(x.transpose(1, 2), weight, bias, padding=1)\n"
                    "    z = (z - z.mean((0, 2), keepdim=True)) / (z.std((0, 2), correction=0, keepdim=True) + 1e-5)\n"
                    "    mixed = F.elu(z)"
                ),
            },
        ),
        Misconception(
            "odd_last_position_lost",
            "Of an odd number of positions the last was lost before the pooling.",
            {
                "F.max_pool1d(mixed,": "F.max_pool1d(mixed[:, :, : mixed.shape[2] // 2 * 2 or 1],",
            },
        ),
        Misconception(
            "window_left_out",
            "The length of the window itself is missing: the first layer works on all of it.",
            {
                "return lengths": "return lengths[1:]",
            },
        ),
        Misconception(
            "lengths_of_powers_rounded_down",
            "The lengths were computed from the first by powers of two, rounded down. They are rounded up.",
            {
                (
                    "    lengths = [L]\n"
                    "    for _ in range(n_layers - 1):\n"
                    "        lengths.append((lengths[-1] + 1) // 2)\n"
                    "    return lengths"
                ): "    return [L // 2**i for i in range(n_layers)]",
            },
        ),
        Misconception(
            "lengths_rounded_to_even",
            "Halves were rounded to the nearest even number. They are rounded up.",
            {
                "lengths.append((lengths[-1] + 1) // 2)": "lengths.append(round(lengths[-1] / 2))",
            },
        ),
        Misconception(
            "a_quarter_left",
            "A quarter is left after each layer. It is half.",
            {
                "lengths.append((lengths[-1] + 1) // 2)": "lengths.append((lengths[-1] + 3) // 4)",
            },
        ),
        Misconception(
            "last_length_only",
            "Only the last length was returned. There is one for each layer.",
            {
                "return lengths": "return lengths[-1:]",
            },
        ),
        Misconception(
            "halved_once_only",
            "All later layers have the same length. Each layer halves what the one before left.",
            {
                "lengths.append((lengths[-1] + 1) // 2)": "lengths.append((L + 1) // 2)",
            },
        ),
        Misconception(
            "lengths_as_floats",
            "The lengths are floats. Ints are asked for.",
            {
                "lengths.append((lengths[-1] + 1) // 2)": "lengths.append(math.ceil(lengths[-1] / 2) * 1.0)",
            },
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
            {
                'x + layer["attention"](x)': 'layer["attention"](x)',
                'x + layer["feed_forward"](x)': 'layer["feed_forward"](x)',
            },
        ),
        Misconception(
            "norms_exchanged",
            "The two norms are exchanged. The first follows attention, the second the network.",
            {
                'layer["norm1"]': 'layer["norm_"]',
                'layer["norm2"]': 'layer["norm1"]',
                'layer["norm_"]': 'layer["norm2"]',
            },
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
            {
                "if len(distils) != len(layers) - 1:": "distils = (list(distils) + [lambda e: e] * len(layers))\n    if False:"
            },
        ),
        Misconception(
            "norm_before_attention_only",
            "The first norm stands inside of the branch, before the attention. It follows the sum.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'x = x + layer["attention"](layer["norm1"](x))',
            },
        ),
        Misconception(
            "branch_normalised",
            "What attention says was normalised, not the sum.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'x = x + layer["norm1"](layer["attention"](x))',
            },
        ),
        Misconception(
            "network_branch_normalised",
            "What the network says was normalised, not the sum.",
            {
                'x = layer["norm2"](x + layer["feed_forward"](x))': 'x = x + layer["norm2"](layer["feed_forward"](x))',
            },
        ),
        Misconception(
            "first_norm_twice",
            "Both times the first norm was used.",
            {
                'layer["norm2"]': 'layer["norm1"]',
            },
        ),
        Misconception(
            "first_norm_forgotten",
            "The first norm is missing.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'x = x + layer["attention"](x)',
            },
        ),
        Misconception(
            "network_sees_the_sum",
            "The network sees the sum before the norm. It sees what the norm returns.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'total = x + layer["attention"](x)\n        x = layer["norm1"](total)',
                'x = layer["norm2"](x + layer["feed_forward"](x))': 'x = layer["norm2"](x + layer["feed_forward"](total))',
            },
        ),
        Misconception(
            "network_before_attention",
            "The network comes before the attention.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'x = layer["norm2"](x + layer["feed_forward"](x) + 0 * x)',
                '        x = layer["norm2"](x + layer["feed_forward"](x))\n': '        x = layer["norm1"](x + layer["attention"](x))\n',
            },
        ),
        Misconception(
            "distillings_backwards",
            "The distillings were used from the last to the first.",
            {
                "distils[i - 1]": "distils[-i]",
            },
        ),
        Misconception(
            "first_layer_again",
            "The first layer was used again and again.",
            {
                "enumerate(layers):": "enumerate([layers[0]] * len(layers)):",
            },
        ),
        Misconception(
            "layers_backwards",
            "The layers were run from the last to the first.",
            {
                "enumerate(layers):": "enumerate(layers[::-1]):",
            },
        ),
        Misconception(
            "distilling_with_a_residual",
            "What was distilled was added to what came before. Nothing goes around the distilling.",
            {
                "x = distils[i - 1](x)": "shorter = distils[i - 1](x)\n            x = shorter + x[:, : shorter.shape[1]]",
            },
        ),
        Misconception(
            "too_few_refused_only",
            "As many distillings as layers went through. There is exactly one fewer.",
            {
                "if len(distils) != len(layers) - 1:": "if len(distils) < len(layers) - 1:",
            },
        ),
        Misconception(
            "too_many_refused_only",
            "Too few distillings were not refused as the docstring says.",
            {
                "if len(distils) != len(layers) - 1:": "if len(distils) > len(layers) - 1:",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised, but of another class: a ValueError is asked for.",
            {
                "raise ValueError(": "raise IndexError(",
            },
        ),
        Misconception(
            "attention_called_twice",
            "Attention was called twice in a layer. Each part is called once.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'layer["attention"](x)\n        x = layer["norm1"](x + layer["attention"](x))',
            },
        ),
        Misconception(
            "normalised_at_the_end",
            "The memory was normalised once more. It is what the last layer returns.",
            {
                "    return x\n": '    return layers[-1]["norm2"](x)\n',
            },
        ),
        Misconception(
            "two_residuals",
            "The input of the network was added twice, before and after the norm.",
            {
                'x = layer["norm2"](x + layer["feed_forward"](x))': 'x = x + layer["norm2"](x + layer["feed_forward"](x))',
            },
        ),
        Misconception(
            "sum_halved",
            "The sum was halved before the norm.",
            {
                'x = layer["norm1"](x + layer["attention"](x))': 'x = layer["norm1"]((x + layer["attention"](x)) / 2)',
            },
        ),
        Misconception(
            "positions_averaged",
            "The positions of the memory were averaged. All of them are asked for.",
            {
                "    return x\n": "    return x.mean(1, keepdim=True)\n",
            },
        ),
        Misconception(
            "a_list_returned",
            "This is a list. The memory is a tensor.",
            {
                "    return x\n": "    return [x]\n",
            },
        ),
        Misconception(
            "gradient_cut_at_the_distilling",
            "What is distilled was detached: no gradient goes back to the first layers.",
            {
                "x = distils[i - 1](x)": "x = distils[i - 1](x.detach())",
            },
        ),
        Misconception(
            "memory_below_zero_cut",
            "The memory went through a ReLU. It is what the last layer returns.",
            {
                "    return x\n": "    return torch.relu(x)\n",
            },
        ),
    ],
}
