"""What students get wrong in gpt, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "causal_self_attention": [
        Misconception(
            "mask_after_the_softmax",
            "The future is set to zero after the softmax. Then the weights of a row no longer sum "
            "to 1, and the later positions still count in the denominator, so the output still "
            "depends on them.",
            {
                "scores.masked_fill(future, -torch.inf).softmax(-1)":
                    "scores.softmax(-1).masked_fill(future, 0.0)",
            },
        ),
        Misconception(
            "a_large_number_subtracted",
            "A large number was subtracted from the scores of the future. Scores of another size swallow it; only -inf gives the weight 0 whatever they are.",
            {
                "scores.masked_fill(future, -torch.inf)": "(scores - 1e9 * future)",
            },
        ),
        Misconception(
            "no_mask",
            "Every position sees the whole text, the token that it should predict included. This "
            "is the attention of an encoder such as BERT.",
            {"scores.masked_fill(future, -torch.inf).softmax(-1)": "scores.softmax(-1)"},
        ),
        Misconception(
            "diagonal_blocked",
            "A position must see itself, too: j <= i, not j < i. The first position is left with "
            "nothing to attend to, and the softmax of a row of -inf is nan.",
            {".triu(1)": ".triu(0)"},
        ),
        Misconception(
            "past_blocked",
            "The mask is the wrong triangle: each position sees itself and the future, and the "
            "past is hidden. Rows are queries, columns are keys.",
            {".triu(1)": ".tril(-1)"},
        ),
        Misconception(
            "scaled_by_the_full_width",
            "The scores are divided by the square root of the model width D. The dot product runs "
            "over the d = D / n_heads columns of one head, so it is the head's width that counts.",
            {"/ math.sqrt(d)": "/ math.sqrt(x.shape[-1])"},
        ),
        Misconception(
            "not_scaled",
            "The scores are not divided by the square root of the head's width. They grow with it, "
            "and the softmax saturates.",
            {"k.transpose(-2, -1) / math.sqrt(d)": "k.transpose(-2, -1)"},
        ),
        Misconception(
            "softmax_over_the_queries",
            "The weights of each key sum to 1 over the queries. It is the other way round: each "
            "query spreads a weight of 1 over the keys, which are the last axis of the scores.",
            {"-torch.inf).softmax(-1)": "-torch.inf).softmax(-2)"},
        ),
        Misconception(
            "a_large_negative_number_as_mask",
            "A finite number stands in for -inf. As soon as a score is below it, the future wins. "
            "With -inf the weight is 0 whatever the scores are.",
            {"masked_fill(future, -torch.inf)": "masked_fill(future, -1e9)"},
        ),
        Misconception(
            "positions_reshaped_into_heads",
            "The rows were reshaped to (B, H, T, d) directly. That has the right shape, but it "
            "cuts the text, not the columns: a head gets pieces of several positions. Cut each row "
            "into heads first, then move the axis.",
            {
                "heads = (x @ Wqkv).view(B, T, 3, n_heads, D // n_heads)":
                    "parts = (x @ Wqkv).chunk(3, dim=-1)",
                "q, k, v = heads.permute(2, 0, 3, 1, 4)":
                    "q, k, v = (part.reshape(B, n_heads, T, D // n_heads) for part in parts)",
            },
        ),
        Misconception(
            "heads_interleaved",
            "Head h took every H-th column. In the layout of the text it owns d neighbouring "
            "columns.",
            {
                "view(B, T, 3, n_heads, D // n_heads)": "view(B, T, 3, D // n_heads, n_heads)",
                "permute(2, 0, 3, 1, 4)": "permute(2, 0, 4, 1, 3)",
            },
        ),
        Misconception(
            "heads_before_query_key_value",
            "The 3D columns were cut into heads first and into query, key and value within each "
            "head. The text has it the other way round: D columns of queries, then D of keys, then "
            "D of values.",
            {
                "view(B, T, 3, n_heads, D // n_heads)": "view(B, T, n_heads, 3, D // n_heads)",
                "permute(2, 0, 3, 1, 4)": "permute(3, 0, 2, 1, 4)",
            },
        ),
        Misconception(
            "heads_merged_without_moving_the_axis",
            "The outputs of the heads, of shape (B, H, T, d), were reshaped to (B, T, D) as they "
            "lie in memory. The head axis has to stand next to d first; otherwise positions and "
            "heads are mixed.",
            {"(weights @ v).transpose(1, 2).reshape(x.shape)": "(weights @ v).reshape(x.shape)"},
        ),
        Misconception(
            "no_output_projection",
            "The concatenated heads are the result, and Wo is not used. It is Wo that lets the "
            "heads exchange what they found.",
            {".reshape(x.shape) @ Wo": ".reshape(x.shape)"},
        ),
        Misconception(
            "queries_and_keys_swapped",
            "The scores have keys as rows and queries as columns. Each query is a row, so that the softmax over the last axis runs over the keys.",
            {
                "q @ k.transpose(-2, -1)": "k @ q.transpose(-2, -1)",
            },
        ),
        Misconception(
            "divided_by_the_width",
            "The scores are divided by d. The standard deviation of a dot product of d terms is the square root of d.",
            {
                "/ math.sqrt(d)": "/ d",
            },
        ),
        Misconception(
            "one_position_too_many",
            "Each position sees one later token, the one that it should predict. It may see j <= i; the first diagonal above the main one is hidden, too.",
            {
                ".triu(1)": ".triu(2)",
            },
        ),
        Misconception(
            "values_and_keys_swapped",
            "The last two groups of columns were exchanged. After the queries come the keys, then the values.",
            {
                "q, k, v = heads.permute": "q, v, k = heads.permute",
            },
        ),
        Misconception(
            "output_matrix_transposed",
            "Wo was transposed, as nn.Linear does with its weight. Here it multiplies from the right as it is.",
            {
                ".reshape(x.shape) @ Wo": ".reshape(x.shape) @ Wo.T",
            },
        ),
        Misconception(
            "multiplied_by_the_root",
            "The scores were multiplied by the square root of the head's width. Divide by it.",
            {
                "/ math.sqrt(d)": "* math.sqrt(d)",
            },
        ),
        Misconception(
            "infinity_times_the_mask",
            "The mask was multiplied by -inf and added. Where it is 0 this gives 0 times infinity, which is nan. Replace the scores that are hidden.",
            {
                "scores.masked_fill(future, -torch.inf)": "(scores + future * -torch.inf)",
            },
        ),
        Misconception(
            "scores_of_zero_masked",
            "A score of exactly 0 was taken for one that the triangle had removed, and hidden. The mask follows from the positions, not from the values of the scores.",
            {
                "future = torch.ones(T, T, dtype=torch.bool).triu(1)  # j > i": "scores = scores.tril()\n    future = scores == 0",
            },
        ),
        Misconception(
            "scaled_while_splitting",
            "The queries are divided already where the heads are split, and the scores no more. Together that is right, but the docstring of split_heads says that nothing is scaled yet: the cache of question 7 relies on it.",
            {
                "return q, k, v": "return q / (D // n_heads) ** 0.5, k, v",
                "k.transpose(-2, -1) / math.sqrt(d)": "k.transpose(-2, -1)",
            },
        ),
        Misconception(
            "no_gradient_through_the_weights",
            "The outputs are right, but no gradient flows through the attention weights: something was detached.",
            {
                "-torch.inf).softmax(-1)": "-torch.inf).softmax(-1).detach()",
            },
        ),
        Misconception(
            "one_head_for_all",
            "The number of heads was ignored: all D columns form a single head.",
            {
                "q, k, v = split_heads(x, Wqkv, n_heads)": "q, k, v = split_heads(x, Wqkv, 1)",
            },
        ),
    ],
    "gpt_forward": [
        Misconception(
            "post_ln",
            "The sum is normalised, not the input of the branch. That is the post-LN order of the "
            "original transformer; in GPT-2 the norm stands inside the branch, and nothing is done "
            "to the sum.",
            {
                'h = h + causal_self_attention(layer_norm(h, block["ln_1"]), block["Wqkv"], block["Wo"], n_heads)':
                    'h = layer_norm(h + causal_self_attention(h, block["Wqkv"], block["Wo"], n_heads), block["ln_1"])',
                'h = h + feed_forward(layer_norm(h, block["ln_2"]), block)':
                    'h = layer_norm(h + feed_forward(h, block), block["ln_2"])',
            },
        ),
        Misconception(
            "norm_on_the_residual_path",
            "The normalised h is what the attention output is added to. The branch reads LN(h), "
            "but it is added to h itself: the path from bottom to top must stay the identity.",
            {
                'h = h + causal_self_attention(layer_norm(h, block["ln_1"]), block["Wqkv"], block["Wo"], n_heads)': (
                    'h = layer_norm(h, block["ln_1"])\n'
                    '        h = h + causal_self_attention(h, block["Wqkv"], block["Wo"], n_heads)'
                ),
            },
        ),
        Misconception(
            "no_positions",
            "The position embeddings are missing. Apart from the mask, attention treats the text "
            "as a set, so the model cannot tell word orders apart.",
            {' + params["wpe"][: ids.shape[1]]': ""},
        ),
        Misconception(
            "positions_looked_up_by_token",
            "wpe was indexed by the token ids. It belongs to the places: row t for position t, "
            "whatever token stands there.",
            {'params["wpe"][: ids.shape[1]]': 'params["wpe"][ids % len(params["wpe"])]'},
        ),
        Misconception(
            "no_final_norm",
            "The last layer norm is missing. In a pre-LN decoder nothing else has normalised the "
            "sum of all the branches, and its size grows with the depth.",
            {'layer_norm(h, params["ln_f"]) @': "h @"},
        ),
        Misconception(
            "branches_in_parallel",
            "The feed-forward net read the h from before the attention. The second line of the "
            "block uses the h that the first one has made.",
            {
                '        h = h + causal_self_attention(layer_norm(h, block["ln_1"])':
                    '        before = h\n        h = h + causal_self_attention(layer_norm(h, block["ln_1"])',
                'feed_forward(layer_norm(h, block["ln_2"]), block)':
                    'feed_forward(layer_norm(before, block["ln_2"]), block)',
            },
        ),
        Misconception(
            "no_residual_connection",
            "The output of a branch replaces h. It is a correction and has to be added.",
            {
                'h = h + feed_forward(layer_norm(h, block["ln_2"]), block)':
                    'h = feed_forward(layer_norm(h, block["ln_2"]), block)',
            },
        ),
        Misconception(
            "probabilities_returned",
            "These are probabilities; logits are asked for. The loss and the samplers apply the "
            "softmax themselves, and a second softmax flattens everything.",
            {
                '@ params["wte"].T': '@ params["wte"].T).softmax(-1)',
                "return layer_norm(": "return (layer_norm(",
            },
        ),
        Misconception(
            "one_norm_used_twice",
            "The feed-forward net reads a stream normalised with the first norm of the block. Each branch "
            "has a norm of its own, with its own gain and bias.",
            {'layer_norm(h, block["ln_2"])': 'layer_norm(h, block["ln_1"])'},
        ),
        Misconception(
            "embeddings_scaled",
            "The token embeddings are multiplied by the square root of D, as in the original transformer. GPT-2 adds them as they are.",
            {
                "params[\"wte\"][ids] +": "params[\"wte\"][ids] * params[\"wte\"].shape[1] ** 0.5 +",
            },
        ),
        Misconception(
            "blocks_from_the_top",
            "The blocks were taken in reverse order. The first of the list is the first to read the embeddings.",
            {
                "in params[\"blocks\"]:": "in reversed(params[\"blocks\"]):",
            },
        ),
        Misconception(
            "attention_replaces_the_stream",
            "The attention output replaces h. It is a correction and has to be added.",
            {
                "h = h + causal": "h = causal",
            },
        ),
        Misconception(
            "final_norm_after_every_block",
            "The last norm was applied after every block. It comes once, before the logits.",
            {
                'h = h + feed_forward(layer_norm(h, block["ln_2"]), block)': 'h = h + feed_forward(layer_norm(h, block["ln_2"]), block)\n        h = layer_norm(h, params["ln_f"])',
            },
        ),
        Misconception(
            "embeddings_normalised",
            "The embeddings were normalised before the first block, as BERT does. In GPT-2 the stream begins with their bare sum.",
            {
                '    for block in params["blocks"]:': '    h = layer_norm(h, params["ln_f"])\n    for block in params["blocks"]:',
            },
        ),
        Misconception(
            "norms_exchanged",
            "The two norms of the block were exchanged: ln_1 belongs to the attention, ln_2 to the feed-forward net.",
            {
                'causal_self_attention(layer_norm(h, block["ln_1"])': 'causal_self_attention(layer_norm(h, block["ln_2"])',
                'feed_forward(layer_norm(h, block["ln_2"])': 'feed_forward(layer_norm(h, block["ln_1"])',
            },
        ),
        Misconception(
            "attention_without_its_norm",
            "The attention reads the stream itself. Its input is normalised first.",
            {
                'causal_self_attention(layer_norm(h, block["ln_1"])': "causal_self_attention(h",
            },
        ),
        Misconception(
            "feed_forward_without_its_norm",
            "The feed-forward net reads the stream itself. Its input is normalised first.",
            {
                'layer_norm(h, block["ln_2"])': "h",
            },
        ),
        Misconception(
            "branch_normalised_at_its_end",
            "The output of the attention was normalised. The norm stands in front of the branch.",
            {
                'h = h + causal_self_attention(layer_norm(h, block["ln_1"]), block["Wqkv"], block["Wo"], n_heads)': 'h = h + layer_norm(causal_self_attention(h, block["Wqkv"], block["Wo"], n_heads), block["ln_1"])',
            },
        ),
        Misconception(
            "log_probabilities_returned",
            "These are log-probabilities; logits are asked for.",
            {
                '@ params["wte"].T': '@ params["wte"].T).log_softmax(-1)',
                "return layer_norm(": "return (layer_norm(",
            },
        ),
        Misconception(
            "one_head_in_every_block",
            "The number of heads was not passed on: attention ran with a single head.",
            {
                'block["Wo"], n_heads': 'block["Wo"], 1',
            },
        ),
        Misconception(
            "one_block_only",
            "Only the first block was used.",
            {
                'in params["blocks"]:': 'in params["blocks"][:1]:',
            },
        ),
        Misconception(
            "positions_from_one",
            "The first position took row 1 of the table. Positions are counted from 0.",
            {
                "[: ids.shape[1]]": "[1 : ids.shape[1] + 1]",
            },
        ),
    ],
    "lm_loss_and_perplexity": [
        Misconception(
            "no_shift",
            "The logits at position t are compared with token t, which the model has just read. "
            "They belong to token t + 1. A model trained like this learns to copy.",
            {"targets = ids[:, 1:]": "targets = ids[:, :-1]"},
        ),
        Misconception(
            "shifted_the_wrong_way",
            "The logits at position t + 1 are compared with token t: the model is asked for the "
            "past. Drop the last logits and the first token, not the other way round.",
            {"targets = ids[:, 1:]": "targets = ids[:, :-1]", "logits[:, :-1]": "logits[:, 1:]"},
        ),
        Misconception(
            "padding_counted",
            "Padded targets are counted. They are no predictions; the model would be trained, and "
            "judged, on filling up lines.",
            {", ignore_index=pad": ""},
        ),
        Misconception(
            "padding_counted_in_the_denominator",
            "Padded targets add nothing to the sum, but the sum is divided by the number of all "
            "targets. Divide by the number of those that count; otherwise padding makes the loss "
            "look better.",
            {
                "ignore_index=pad)  # classes on axis 1":
                    'ignore_index=pad, reduction="sum") / targets.numel()',
            },
        ),
        Misconception(
            "sum_in_place_of_mean",
            "This is the sum over the targets. It grows with the amount of text, and its "
            "exponential is no perplexity. The mean is asked for.",
            {"ignore_index=pad)": 'ignore_index=pad, reduction="sum")'},
        ),
        Misconception(
            "mean_of_the_sequences_means",
            "Each sequence was averaged first, and then the sequences. A token of a short sequence "
            "then weighs more. Average over all targets of the batch at once.",
            {
                "ignore_index=pad)  # classes on axis 1":
                    'ignore_index=pad, reduction="none").sum(1).div((targets != pad).sum(1)).mean()',
            },
        ),
        Misconception(
            "mean_of_the_sequences_perplexities",
            "The loss is right, but the perplexity is a mean of the perplexities of the sequences. "
            "It is the exponential of the mean loss; averaging exponentials gives more, led by the "
            "worst sequence.",
            {
                "return loss, loss.exp()": (
                    'nats = F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=pad, reduction="none")\n'
                    "    return loss, (nats.sum(1) / (targets != pad).sum(1)).exp().mean()"
                ),
            },
        ),
        Misconception(
            "two_to_the_power_of_nats",
            "The loss is right and in nats, so the perplexity is a power of e. Powers of 2 belong "
            "to a loss in bits.",
            {"loss.exp()": "loss.exp2()"},
        ),
        Misconception(
            "logarithm_of_a_softmax",
            "The softmax was taken first and its logarithm afterwards. A probability below the smallest "
            "float is 0 by then, and the loss is inf where it should be large. Take both in one step.",
            {
                "F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=pad)":
                    "F.nll_loss(logits[:, :-1].softmax(-1).log().transpose(1, 2), targets, ignore_index=pad)",
            },
        ),
        Misconception(
            "first_token_predicted_from_the_last",
            "The ids were rolled, so that the last position is asked for the first token of its text. It has no target: drop its logits.",
            {
                "targets = ids[:, 1:]": "targets = ids.roll(-1, 1)",
                "logits[:, :-1]": "logits",
            },
        ),
        Misconception(
            "loss_in_bits",
            "The loss was divided by log 2 and is in bits. Nats are asked for.",
            {
                "return loss, loss.exp()": "return loss / math.log(2), loss.exp()",
            },
        ),
        Misconception(
            "nothing_cut_off",
            "All logits are compared with all ids, without a shift. The logits at position t belong to token t + 1: drop the last logits and the first token.",
            {
                "targets = ids[:, 1:]": "targets = ids",
                "logits[:, :-1]": "logits",
            },
        ),
        Misconception(
            "mean_of_the_tokens_perplexities",
            "The loss is right, but the perplexity is a mean of 1 / p over the tokens. It is the exponential of the mean loss.",
            {
                "return loss, loss.exp()": 'nats = F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=pad, reduction="none")\n    return loss, nats[targets != pad].exp().mean()',
            },
        ),
        Misconception(
            "divided_by_all_tokens",
            "The sum was divided by the number of tokens, the first of each sequence included. Divide by the number of targets.",
            {
                "ignore_index=pad)  # classes on axis 1": 'ignore_index=pad, reduction="sum") / (ids != pad).sum()',
            },
        ),
        Misconception(
            "padding_taken_for_0",
            "0 was taken for the padding, whatever pad says.",
            {
                "ignore_index=pad": "ignore_index=0",
            },
        ),
        Misconception(
            "gradient_lost",
            "The numbers are right, but the loss is cut off from the logits (detach, item or no_grad): nothing could be trained with it.",
            {
                "return loss, loss.exp()": "return loss.detach(), loss.exp()",
            },
        ),
        Misconception(
            "exponentials_that_overflow",
            "The exponentials of the logits were summed as they are. Those of large logits are inf, and the loss is nan: subtract the largest logit first, or take log_softmax.",
            {
                "loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=pad)": "e = logits[:, :-1].exp()\n    loss = F.nll_loss((e / e.sum(-1, keepdim=True)).log().transpose(1, 2), targets, ignore_index=pad)",
            },
        ),
    ],
    "top_k_logits": [
        Misconception(
            "temperature_multiplies",
            "The logits were multiplied by the temperature. They are divided by it: a low "
            "temperature makes the distribution sharper.",
            {"(logits / tau)": "(logits * tau)"},
        ),
        Misconception(
            "zero_in_place_of_minus_infinity",
            "The tokens cut off by top-k have the logit 0. That is a logit like any other, with "
            "e^0 = 1; it may even be the largest. Only -inf gives the probability 0.",
            {"ranked[:, k:] = -torch.inf": "ranked[:, k:] = 0.0"},
        ),
        Misconception(
            "ties_all_kept",
            "Every token whose logit equals the k-th largest was kept, so more than k tokens stay. "
            "Exactly k are asked for; among equal ones the smaller ids.",
            {"ranked[:, k:] = -torch.inf": "ranked[ranked < ranked[:, :k][:, -1:]] = -torch.inf"},
        ),
        Misconception(
            "larger_id_preferred",
            "Among equal logits the larger ids were kept. The text prefers the smaller id; a sort "
            "in rising order, read from its end, turns ties around.",
            {
                "(logits / tau).sort(dim=-1, descending=True, stable=True)":
                    "(x.flip(-1) for x in (logits / tau).sort(dim=-1, stable=True))",
            },
        ),
        Misconception(
            "top_k_not_back_in_the_vocabulary",
            "The result of top-k is still sorted by size, so the numbers stand at the wrong "
            "tokens. Put each one back to the id it belongs to.",
            {
                "return torch.empty_like(logits).scatter(-1, order, ranked)  # back to the order of the vocabulary":
                    "return ranked",
            },
        ),
        Misconception(
            "crossing_token_dropped",
            "The token that crosses p is missing from the nucleus, so its mass stays below p. If "
            "the first token alone exceeds p, nothing is left at all.",
            {"before >= p": "probs.cumsum(-1) > p"},
        ),
        Misconception(
            "two_tokens_always_kept",
            "The two most probable tokens are always kept. Only the first one is sure of its "
            "place: if it has p or more by itself, it is the whole nucleus. This happens when a "
            "mask that already looks at the mass before a token is shifted once more.",
            {
                "before = probs.cumsum(-1) - probs":
                    "before = probs.cumsum(-1) - probs\n    before[:, 1] = 0.0",
            },
        ),
        Misconception(
            "one_too_many_on_the_line",
            "If the sum hits p exactly, one token too many is kept. The nucleus is the smallest "
            "set with p or more, and p is reached already.",
            {"before >= p": "before > p"},
        ),
        Misconception(
            "top_p_not_back_in_the_vocabulary",
            "The result of top-p is still sorted by size, so the numbers stand at the wrong "
            "tokens. Put each one back to the id it belongs to.",
            {
                (
                    "    ranked = ranked.masked_fill(before >= p, -torch.inf)\n"
                    "    return torch.empty_like(logits).scatter(-1, order, ranked)"
                ): "    return ranked.masked_fill(before >= p, -torch.inf)",
            },
        ),
        Misconception(
            "mass_summed_in_the_order_of_the_ids",
            "The probabilities were added up in the order of the vocabulary. The nucleus collects "
            "the most probable tokens, so they have to be sorted first.",
            {
                "ranked, order = logits.sort(dim=-1, descending=True, stable=True)\n    probs":
                    "probs",
                "ranked.softmax(-1)": "logits.softmax(-1)",
                "ranked = ranked.masked_fill(before >= p, -torch.inf)":
                    "return logits.masked_fill(before >= p, -torch.inf)",
                "\n    return torch.empty_like(logits).scatter(-1, order, ranked)\n": "\n",
            },
        ),
        Misconception(
            "p_as_a_threshold_for_each_token",
            "Single probabilities were compared with 1 - p. Top-p is about the sum over the most "
            "probable tokens: many small ones may belong to the nucleus.",
            {"before >= p": "(probs < 1 - p) & (before > 0)"},
        ),
        Misconception(
            "large_negative_number_for_top_k",
            "The tokens cut off by top-k have a large negative logit. It is a logit like any other; only -inf gives the probability 0 whatever the others are.",
            {
                "ranked[:, k:] = -torch.inf": "ranked[:, k:] = -1e9",
            },
        ),
        Misconception(
            "large_negative_number_for_top_p",
            "The tokens outside the nucleus have a large negative logit. Only -inf gives the probability 0 whatever the others are.",
            {
                "before >= p, -torch.inf": "before >= p, -1e9",
            },
        ),
        Misconception(
            "one_token_too_many",
            "Top-k keeps k + 1 tokens.",
            {
                "ranked[:, k:]": "ranked[:, k + 1 :]",
            },
        ),
        Misconception(
            "inverse_order_for_the_way_back_of_top_p",
            "The numbers of top-p were put back with the inverse of the order. A scatter takes the places where the numbers came from; a gather would take the inverse.",
            {
                "    ranked = ranked.masked_fill(before >= p, -torch.inf)\n    return torch.empty_like(logits).scatter(-1, order, ranked)": "    ranked = ranked.masked_fill(before >= p, -torch.inf)\n    return ranked.gather(-1, order)",
            },
        ),
        Misconception(
            "temperature_without_effect",
            "The logits were not divided by the temperature.",
            {
                "(logits / tau).sort": "logits.sort",
            },
        ),
        Misconception(
            "one_token_too_few",
            "Top-k keeps k - 1 tokens.",
            {
                "ranked[:, k:]": "ranked[:, max(1, k - 1) :]",
            },
        ),
        Misconception(
            "crossing_token_dropped_but_the_first_kept",
            "The token that crosses p is missing from the nucleus; only the first is kept in any case. A token is judged by the mass before it.",
            {
                "before = probs.cumsum(-1) - probs": "before = probs.cumsum(-1)\n    before[:, 0] = 0.0",
            },
        ),
        Misconception(
            "log_probabilities_of_the_nucleus",
            "The tokens that stay have their log-probabilities. The logits are to be returned unchanged.",
            {
                "ranked = ranked.masked_fill(before": "ranked = probs.log().masked_fill(before",
            },
        ),
        Misconception(
            "zero_for_tokens_outside_the_nucleus",
            "The tokens outside the nucleus have the logit 0. That is a logit like any other; only -inf gives the probability 0.",
            {
                "before >= p, -torch.inf": "before >= p, 0.0",
            },
        ),
        Misconception(
            "logits_summed_up_to_p",
            "The logits themselves were summed and compared with p. The nucleus is about probabilities: take the softmax first.",
            {
                "probs = ranked.softmax(-1)": "probs = ranked",
            },
        ),
        Misconception(
            "ties_at_the_end_of_the_nucleus",
            "All tokens as probable as the last one of the nucleus were kept. The nucleus ends as soon as p is reached; among equal logits the smaller id comes first.",
            {
                "masked_fill(before >= p, -torch.inf)": "masked_fill(ranked < ranked.gather(-1, (before < p).sum(-1, keepdim=True) - 1), -torch.inf)",
            },
        ),
        Misconception(
            "first_row_decides",
            "The first row decides for all rows how many tokens the nucleus holds.",
            {
                "before >= p": "before[:1] >= p",
            },
        ),
    ],
    "generate": [
        Misconception(
            "first_position_read",
            "The next token was chosen from the logits of the first position. They predict the "
            "second token of the text; the end of the text is predicted at the last position.",
            {"model(torch.tensor([ids[-ctx:]]))[:, -1]": "model(torch.tensor([ids[-ctx:]]))[:, 0]"},
        ),
        Misconception(
            "all_positions_averaged",
            "The logits of all positions were averaged. Only the last position predicts the next "
            "token.",
            {
                "model(torch.tensor([ids[-ctx:]]))[:, -1]":
                    "model(torch.tensor([ids[-ctx:]])).mean(1)",
            },
        ),
        Misconception(
            "goes_on_after_the_end",
            "The text goes on after the end token was generated.",
            {"        if ids[-1] == eos:\n            break\n": ""},
        ),
        Misconception(
            "end_token_dropped",
            "Generation stops at the right place, but the end token is missing from the result. It "
            "is appended first.",
            {
                "        ids.append(int(token))\n        if ids[-1] == eos:\n            break":
                    "        if int(token) == eos:\n            break\n        ids.append(int(token))",
            },
        ),
        Misconception(
            "end_token_in_the_prompt_stops",
            "An end token anywhere in the text stops generation, one in the prompt included. Only "
            "a token that was generated counts; many prompts begin with the end token of the text "
            "before.",
            {
                "    for t in range(max_new):\n":
                    "    for t in range(max_new):\n        if eos in ids:\n            break\n",
            },
        ),
        Misconception(
            "context_not_cropped",
            "The model is shown the whole text, however long it has become. It has only ctx "
            "positions: show it the last ctx tokens.",
            {"ids[-ctx:]": "ids"},
        ),
        Misconception(
            "first_tokens_of_the_context",
            "The text was cropped at its end, so the model sees the same first tokens again and "
            "again. Keep the last ctx tokens.",
            {"ids[-ctx:]": "ids[:ctx]"},
        ),
        Misconception(
            "prompt_counted_in_max_new",
            "max_new was taken as the length of the whole text. It counts the new tokens.",
            {"range(max_new)": "range(max_new - len(ids))"},
        ),
        Misconception(
            "nucleus_before_temperature",
            "The nucleus was chosen from the untempered distribution. Temperature acts first, so "
            "that p speaks of the probabilities that are sampled from.",
            {
                (
                    "            logits = top_k_logits(logits, logits.shape[1] if k is None else k, tau)\n"
                    "            cumulative = top_p_logits(logits, p).softmax(-1).cumsum(-1)"
                ): (
                    "            logits = top_p_logits(top_k_logits(logits, logits.shape[1] if k is None else k), p)\n"
                    "            cumulative = (logits / tau).softmax(-1).cumsum(-1)"
                ),
            },
        ),
        Misconception(
            "nucleus_before_top_k",
            "Top-p was applied before top-k. Here top-k comes first, and the nucleus is taken of "
            "what it has left, renormalised.",
            {
                (
                    "            logits = top_k_logits(logits, logits.shape[1] if k is None else k, tau)\n"
                    "            cumulative = top_p_logits(logits, p).softmax(-1).cumsum(-1)"
                ): (
                    "            logits = top_p_logits(logits / tau, p)\n"
                    "            logits = top_k_logits(logits, logits.shape[1] if k is None else k)\n"
                    "            cumulative = logits.softmax(-1).cumsum(-1)"
                ),
            },
        ),
        Misconception(
            "truncated_tokens_at_zero",
            "A uniform number of exactly 0 chose token 0 although its probability is 0. A token "
            "owns the interval from c_{w-1} on up to, but not including, c_w: the cumulative "
            "probability must be greater than u.",
            {"cumulative <= u[t]": "cumulative < u[t]"},
        ),
        Misconception(
            "one_uniform_number_for_all",
            "Every token was drawn with the first uniform number. Then the draws are not "
            "independent: one number belongs to each new token.",
            {"u[t]": "u[0]"},
        ),
        Misconception(
            "temperature_ignored",
            "The temperature has no effect: the logits were truncated and sampled as they are. Divide them "
            "by it before anything else.",
            {"if k is None else k, tau)": "if k is None else k)"},
        ),
        Misconception(
            "prompt_left_out",
            "Only the new tokens were returned. The result begins with the prompt.",
            {
                "    ids = list(ids)\n": "    ids, n = list(ids), len(ids)\n",
                "    return ids\n": "    return ids[n:]\n",
            },
        ),
        Misconception(
            "top_p_ignored",
            "The nucleus has no effect: after temperature and top-k the tokens were sampled as they are.",
            {
                "top_p_logits(logits, p).softmax(-1)": "logits.softmax(-1)",
            },
        ),
        Misconception(
            "summed_in_the_order_of_probability",
            "The probabilities were laid end to end from the largest to the smallest. The interval of a token depends on the order, and the text lays them in the order of the ids.",
            {
                "top_p_logits(logits, p).softmax(-1).cumsum(-1)": "top_p_logits(logits, p).softmax(-1).sort(descending=True).values.cumsum(-1)",
            },
        ),
        Misconception(
            "top_k_ignored",
            "k has no effect: the tokens were sampled from all.",
            {
                "logits.shape[1] if k is None else k": "logits.shape[1]",
            },
        ),
        Misconception(
            "one_token_short",
            "One new token is missing.",
            {
                "range(max_new)": "range(max_new - 1)",
            },
        ),
        Misconception(
            "result_cropped",
            "Only the last ctx tokens were returned. The model sees them, but the result holds the whole text.",
            {
                "    return ids\n": "    return ids[-ctx:]\n",
            },
        ),
        Misconception(
            "end_token_last_in_the_prompt_stops",
            "Nothing was generated since the prompt ends with the end token. Look for it only after a token was appended.",
            {
                "    for t in range(max_new):\n": "    for t in range(max_new):\n        if ids[-1] == eos:\n            break\n",
            },
        ),
        Misconception(
            "end_token_0_overlooked",
            "An end token with the id 0 does not stop the text: 0 counts as False. Compare eos with None, or with the token alone.",
            {
                "if ids[-1] == eos:": "if eos and ids[-1] == eos:",
            },
        ),
        Misconception(
            "largest_id_among_equals",
            "Among equal logits the largest id was chosen. The smallest is asked for.",
            {
                "token = logits.argmax()": "token = logits.shape[1] - 1 - logits.flip(-1).argmax()",
            },
        ),
        Misconception(
            "context_one_too_long",
            "The model was shown ctx + 1 tokens.",
            {
                "ids[-ctx:]": "ids[-ctx - 1 :]",
            },
        ),
        Misconception(
            "context_one_too_short",
            "The model was shown ctx - 1 tokens.",
            {
                "ids[-ctx:]": "ids[-max(1, ctx - 1) :]",
            },
        ),
        Misconception(
            "other_random_numbers",
            "The tokens were drawn with torch.multinomial. The uniform numbers come as an argument: find the interval in which u falls.",
            {
                "token = (cumulative <= u[t]).sum()  # how many intervals lie below u": "token = torch.multinomial(top_p_logits(logits, p).softmax(-1), 1)",
            },
        ),
        Misconception(
            "exponentials_without_a_softmax",
            "Bare exponentials of the logits were summed. Those of large logits are inf, and without normalisation the sum does not end at 1: take the softmax.",
            {
                "top_p_logits(logits, p).softmax(-1).cumsum(-1)": "top_p_logits(logits, p).exp().cumsum(-1)",
            },
        ),
    ],
    "beam_search": [
        Misconception(
            "logits_summed",
            "Raw logits were added up. Each position has its own unknown constant in its logits; "
            "only log-probabilities of different positions can be compared and summed.",
            {"[0, -1].log_softmax(-1)": "[0, -1]"},
        ),
        Misconception(
            "probabilities_summed",
            "Probabilities were added up. They multiply along a text; their logarithms add.",
            {"[0, -1].log_softmax(-1)": "[0, -1].softmax(-1)"},
        ),
        Misconception(
            "normalised_score_carried_on",
            "The score, already divided by the length, was stored and the next log-probability "
            "added to it. The early tokens are then divided again at every step. Carry the raw "
            "sum; the score only compares.",
            {
                "beams = sorted(candidates, key=score, reverse=True)[:beam]": (
                    "beams = sorted(candidates, key=score, reverse=True)[:beam]\n"
                    "        best = score(beams[0])\n"
                    "        beams = [(score(candidate), candidate[1]) for candidate in beams]"
                ),
                "return beams[0][1], score(beams[0])": "return beams[0][1], best",
            },
        ),
        Misconception(
            "finished_beams_go_on",
            "Beams that have ended were extended with further tokens. A finished text is carried "
            "along as it is.",
            {
                (
                    "            if finished(sequence):\n"
                    "                candidates.append((total, sequence))\n"
                    "                continue\n"
                ): "",
            },
        ),
        Misconception(
            "finished_beams_dropped",
            "Finished texts were thrown away as long as there were unfinished ones, so a good "
            "short text is lost. They stay among the candidates.",
            {
                "beams = sorted(candidates, key=score, reverse=True)[:beam]": (
                    "candidates.sort(key=score, reverse=True)\n"
                    "        beams = [c for c in candidates if not finished(c[1])][:beam] or candidates[:beam]"
                ),
            },
        ),
        Misconception(
            "finished_beams_take_no_place",
            "Finished texts were put aside, and the full number of beams went on. In the algorithm "
            "of the text finished and unfinished candidates compete for the same places.",
            {
                "beams = sorted(candidates, key=score, reverse=True)[:beam]": (
                    "candidates.sort(key=score, reverse=True)\n"
                    "        live = [c for c in candidates if not finished(c[1])][:beam]\n"
                    "        beams = [c for c in candidates if finished(c[1]) or c in live]"
                ),
            },
        ),
        Misconception(
            "ranked_without_the_length",
            "The candidates were compared by their raw sums, and only the result was divided. The "
            "places are given by score; raw sums favour the shorter of two texts.",
            {
                "sorted(candidates, key=score, reverse=True)":
                    "sorted(candidates, key=lambda c: c[0], reverse=True)",
            },
        ),
        Misconception(
            "raw_sum_returned",
            "The sequence is right, but its raw sum was returned. The score R / n^alpha is asked "
            "for.",
            {"return beams[0][1], score(beams[0])": "return beams[0][1], beams[0][0]"},
        ),
        Misconception(
            "prompt_counted_in_the_length",
            "The prompt was counted in n. The sum holds the generated tokens only, and so must n; "
            "with a long prompt all lengths are nearly equal, and the penalty does nothing.",
            {"(len(sequence) - len(ids)) ** alpha": "len(sequence) ** alpha"},
        ),
        Misconception(
            "one_candidate_per_beam",
            "Each beam was extended by its best token only. These are several greedy searches side "
            "by side. All tokens of all beams are candidates, and two of the best may share a "
            "parent.",
            {
                "for token, log_p in enumerate(log_probs.tolist()):": (
                    "width = 1 if len(beams) > 1 else beam\n"
                    "            for token, log_p in sorted(enumerate(log_probs.tolist()), key=lambda c: -c[1])[:width]:"
                ),
            },
        ),
        Misconception(
            "end_token_in_the_prompt_finishes",
            "A prompt that ends with the end token counts as finished, so nothing is generated. "
            "Only an end token that the search has added finishes a beam.",
            {
                "len(sequence) > len(ids) and sequence[-1] == eos": "sequence[-1] == eos",
                "/ (len(sequence) - len(ids)) ** alpha":
                    "/ max(1, len(sequence) - len(ids)) ** alpha",
            },
        ),
        Misconception(
            "end_token_not_counted",
            "The end token was left out of the length n. It is a generated token, its log-probability is in "
            "the sum, and so it counts.",
            {
                "/ (len(sequence) - len(ids)) ** alpha":
                    "/ max(1, len(sequence) - len(ids) - finished(sequence)) ** alpha",
            },
        ),
        Misconception(
            "new_tokens_only",
            "Only the new tokens were returned. The result begins with the prompt.",
            {
                "return beams[0][1], score(beams[0])": "return beams[0][1][len(ids) :], score(beams[0])",
            },
        ),
        Misconception(
            "stops_with_the_best",
            "The search stops as soon as the best beam has ended. Another one may still overtake it: stop when all that are kept have ended.",
            {
                "if all(finished(sequence) for _, sequence in beams):": "if finished(beams[0][1]):",
            },
        ),
        Misconception(
            "another_length_penalty",
            "The sum is divided by ((5 + n) / 6)^alpha, the penalty of some translation systems. Here it is n^alpha.",
            {
                "(len(sequence) - len(ids)) ** alpha": "((5 + len(sequence) - len(ids)) / 6) ** alpha",
            },
        ),
        Misconception(
            "multiplied_by_the_length",
            "The sum was multiplied by the power of the length. It is negative, so this makes long texts worse still; divide.",
            {
                "total / (len": "total * (len",
            },
        ),
        Misconception(
            "width_ignored",
            "One candidate was kept after each step, whatever beam says: this is greedy decoding.",
            {
                "reverse=True)[:beam]": "reverse=True)[:1]",
            },
        ),
        Misconception(
            "one_step_too_many",
            "The text has one new token too many.",
            {
                "range(max_new)": "range(max_new + 1)",
            },
        ),
        Misconception(
            "stops_with_the_first_end",
            "The search stops as soon as one of the beams has ended. Stop when all that are kept have ended.",
            {
                "if all(finished": "if any(finished",
            },
        ),
        Misconception(
            "exponent_ignored",
            "The sum was divided by n, not by n^alpha.",
            {
                "(len(sequence) - len(ids)) ** alpha": "(len(sequence) - len(ids))",
            },
        ),
        Misconception(
            "length_ignored",
            "The candidates and the result have bare sums; the division by n^alpha is missing.",
            {
                "return total / (len(sequence) - len(ids)) ** alpha": "return total",
            },
        ),
        Misconception(
            "finished_text_preferred",
            "A finished text was returned although an unfinished one has the higher score. The best of all that were kept is asked for, finished or not.",
            {
                "    return beams[0][1], score(beams[0])": "    beams = [b for b in beams if finished(b[1])] or beams\n    return beams[0][1], score(beams[0])",
            },
        ),
        Misconception(
            "prompt_taken_for_a_finished_text",
            "A prompt that ends with the end token counts as finished: it has no generated token, and the score divides by 0. Only an end token that was generated finishes a beam.",
            {
                "len(sequence) > len(ids) and sequence[-1] == eos": "sequence[-1] == eos",
            },
        ),
        Misconception(
            "only_the_last_token_shown",
            "The model was shown the last token alone. It is to see the whole sequence.",
            {
                "torch.tensor([sequence])": "torch.tensor([sequence[-1:]])",
            },
        ),
        Misconception(
            "one_beam_too_many",
            "One candidate too many was kept after each step.",
            {
                "reverse=True)[:beam]": "reverse=True)[: beam + 1]",
            },
        ),
        Misconception(
            "raw_sums_among_the_last",
            "The places were given by score, but the result was chosen by the raw sum.",
            {
                "    return beams[0][1], score(beams[0])": "    best = max(beams, key=lambda b: b[0])\n    return best[1], score(best)",
            },
        ),
    ],
    "kv_cache_step": [
        Misconception(
            "positions_start_at_zero_again",
            "The new tokens took the position embeddings from 0 on. They stand at the places after "
            "the cached ones; without this every new token claims to be the first.",
            {'params["wpe"][past : past + S]': 'params["wpe"][:S]'},
        ),
        Misconception(
            "triangular_mask_from_the_first_column",
            "The mask begins its triangle at the first cached position, so new token i sees the "
            "first i + 1 tokens of the text. A single new token is left with the very first one. "
            "The triangle belongs to the last S columns.",
            {".triu(past + 1)": ".triu(1)"},
        ),
        Misconception(
            "no_mask_within_the_chunk",
            "The new tokens see each other without a mask. One at a time that is right, but in a "
            "chunk the earlier ones see the later ones.",
            {"scores.masked_fill(future, -torch.inf).softmax(-1)": "scores.softmax(-1)"},
        ),
        Misconception(
            "new_keys_in_front",
            "The new keys and values were put before the cached ones. The mask and the order of "
            "the cache follow the text: old positions first.",
            {
                "torch.cat([old_k, k], dim=2)": "torch.cat([k, old_k], dim=2)",
                "torch.cat([old_v, v], dim=2)": "torch.cat([v, old_v], dim=2)",
            },
        ),
        Misconception(
            "appended_on_the_head_axis",
            "Keys and values were appended along the axis of the heads. New positions lengthen the "
            "axis of the positions; the number of heads stays.",
            {
                "torch.cat([old_k, k], dim=2)": "torch.cat([old_k, k], dim=1)",
                "torch.cat([old_v, v], dim=2)": "torch.cat([old_v, v], dim=1)",
            },
        ),
        Misconception(
            "only_new_positions_returned",
            "The returned cache holds the new positions only, so the next step forgets everything "
            "before them.",
            {"new_cache.append((k, v))": "new_cache.append((k[:, :, past:], v[:, :, past:]))"},
        ),
        Misconception(
            "cache_not_looked_at",
            "The new tokens attend to each other alone; what the cache holds is returned but not "
            "looked at. Attention runs over all P + S positions.",
            {
                "        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])": (
                    "        k, v, future = k[:, :, past:], v[:, :, past:], future[:, -S:]\n"
                    "        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])"
                ),
            },
        ),
        Misconception(
            "keys_without_the_norm",
            "The layer norm before the attention is missing. The cached keys and values are those "
            "of the decoder of question 2, made from the normalised h.",
            {
                'split_heads(layer_norm(h, block["ln_1"]), block["Wqkv"], n_heads)':
                    'split_heads(h, block["Wqkv"], n_heads)',
            },
        ),
        Misconception(
            "mask_after_the_softmax_in_a_chunk",
            "Within the new tokens the future is set to zero after the softmax. The weights of a row no "
            "longer sum to 1: mask the scores, not the weights.",
            {
                "scores.masked_fill(future, -torch.inf).softmax(-1)":
                    "scores.softmax(-1).masked_fill(future, 0.0)",
            },
        ),
        Misconception(
            "a_large_negative_number_in_the_chunk",
            "A finite number stands in for -inf in the mask. As soon as the scores of the past are below "
            "it, the later tokens of the chunk win.",
            {"masked_fill(future, -torch.inf)": "masked_fill(future, -1e9)"},
        ),
        Misconception(
            "scaled_by_the_width_of_the_model",
            "The scores are divided by the square root of the model width D. It is the head width d that counts, as in question 1.",
            {
                "math.sqrt(q.shape[-1])": "math.sqrt(h.shape[-1])",
            },
        ),
        Misconception(
            "old_cache_returned",
            "The logits are right, but the returned cache is the old one: the next step does not know these tokens.",
            {
                "@ params[\"wte\"].T, new_cache": "@ params[\"wte\"].T, cache",
            },
        ),
        Misconception(
            "last_position_only",
            "Only the logits of the last new token are returned. All S new positions are asked for.",
            {
                "return layer_norm(h, params[\"ln_f\"])": "return layer_norm(h[:, -1:], params[\"ln_f\"])",
            },
        ),
        Misconception(
            "not_scaled_in_the_step",
            "The scores are not divided by the square root of the head's width.",
            {
                " / math.sqrt(q.shape[-1])": "",
            },
        ),
        Misconception(
            "no_final_norm_in_the_step",
            "The last layer norm is missing.",
            {
                'layer_norm(h, params["ln_f"])': "h",
            },
        ),
        Misconception(
            "cache_of_the_first_layer",
            "All layers read the cache of the first one. Each layer has its own pair.",
            {
                'zip(params["blocks"], cache)': 'zip(params["blocks"], cache[:1] * len(cache))',
            },
        ),
        Misconception(
            "one_position_for_all_new_tokens",
            "All new tokens took the position P. New token i stands at P + i.",
            {
                '["wpe"][past : past + S]': '["wpe"][past]',
            },
        ),
        Misconception(
            "no_positions_in_the_step",
            "The position embeddings are missing.",
            {
                ' + params["wpe"][past : past + S]': "",
            },
        ),
        Misconception(
            "own_column_hidden",
            "A new token does not see itself. It sees the columns up to and including P + i.",
            {
                ".triu(past + 1)": ".triu(past)",
            },
        ),
        Misconception(
            "one_column_too_many",
            "New token i sees the column P + i + 1, the token after it.",
            {
                ".triu(past + 1)": ".triu(past + 2)",
            },
        ),
        Misconception(
            "mask_for_the_prefill_only",
            "The mask was left out where the cache holds something. A chunk of several tokens needs it, too.",
            {
                "masked_fill(future, -torch.inf)": "masked_fill(future & (past == 0), -torch.inf)",
            },
        ),
        Misconception(
            "branches_in_parallel_in_the_step",
            "The feed-forward net read the h from before the attention.",
            {
                "        q, k, v = split_heads(layer_norm": "        before = h\n        q, k, v = split_heads(layer_norm",
                'feed_forward(layer_norm(h, block["ln_2"]), block)': 'feed_forward(layer_norm(before, block["ln_2"]), block)',
            },
        ),
        Misconception(
            "heads_merged_as_they_lie",
            "The outputs of the heads were merged without moving the head axis behind the positions.",
            {
                ".transpose(1, 2).reshape(h.shape)": ".reshape(h.shape)",
            },
        ),
        Misconception(
            "scaled_keys_cached",
            "The keys were divided by the square root of the head's width before they were stored. The logits are right, but the cache holds keys as split_heads gives them.",
            {
                'split_heads(layer_norm(h, block["ln_1"]), block["Wqkv"], n_heads)': 'split_heads(layer_norm(h, block["ln_1"]), block["Wqkv"], n_heads)\n        k = k / math.sqrt(q.shape[-1])',
                "k.transpose(-2, -1) / math.sqrt(q.shape[-1])": "k.transpose(-2, -1)",
            },
        ),
    ],
    "icl_prompt": [
        Misconception(
            "answer_leaked",
            "An example with the query itself, and its answer, stands in the prompt. The model can "
            "copy it, and an evaluation with such prompts measures copying.",
            {"[(x, y) for x, y in examples if x != query]": "examples"},
        ),
        Misconception(
            "another_word_in_the_last_block",
            'The last block calls its input "Query:". The model continues a pattern, so the query '
            "has to look exactly like the examples.",
            {'f"Input: {query}\\nOutput:"': 'f"Query: {query}\\nOutput:"'},
        ),
        Misconception(
            "space_at_the_end",
            "The prompt ends with a space. Most tokenizers attach the space to the following word, "
            "so the prompt should end with the colon.",
            {'f"Input: {query}\\nOutput:"': 'f"Input: {query}\\nOutput: "'},
        ),
        Misconception(
            "newline_at_the_end",
            "The prompt ends with a newline. That closes the line on which the answer should "
            "stand.",
            {'f"Input: {query}\\nOutput:"': 'f"Input: {query}\\nOutput:\\n"'},
        ),
        Misconception(
            "no_empty_lines",
            "The blocks follow each other without an empty line between them.",
            {'return "\\n\\n".join': 'return "\\n".join'},
        ),
        Misconception(
            "softmax_attention",
            "The targets were averaged with softmax weights. One gradient step gives the bare dot "
            "products as weights: not normalised, and negative where an example points away from "
            "the query.",
            {"lr * (y @ (X @ xq))": "lr * (y @ (X @ xq).softmax(0))"},
        ),
        Misconception(
            "query_in_the_sum",
            "The query was added to the examples, with the current prediction as its target, as in "
            "self-attention where a position also attends to itself. It has no target and takes no "
            "part in the loss.",
            {
                "return lr * (y @ (X @ xq))": (
                    "X, y = torch.cat([X, xq[None]]), torch.cat([y, (lr * (y @ (X @ xq)))[None]])\n"
                    "    return lr * (y @ (X @ xq))"
                ),
            },
        ),
        Misconception(
            "mean_in_place_of_sum",
            "The gradient was averaged over the examples. The loss of the text is their sum.",
            {"return lr * (y @ (X @ xq))": "return lr * (y @ (X @ xq)) / len(y)"},
        ),
        Misconception(
            "half_forgotten_in_the_loss",
            "Exactly twice the right value. The loss carries a factor 1/2, which cancels the 2 of "
            "the derivative.",
            {"return lr * (y @": "return 2 * lr * (y @"},
        ),
        Misconception(
            "step_uphill",
            "The sign is wrong. At w = 0 the gradient is minus the sum of y_i x_i, and descent "
            "subtracts it.",
            {"return lr * (y @": "return -lr * (y @"},
        ),
        Misconception(
            "contained_inputs_left_out",
            "Examples whose input is a part of the query were left out, too. Only an input that equals the "
            "query gives the answer away.",
            {"if x != query": "if x not in query"},
        ),
        Misconception(
            "no_space_after_output",
            "In the examples the space after \"Output:\" is missing.",
            {
                "Output: {y}": "Output:{y}",
            },
        ),
        Misconception(
            "step_size_ignored",
            "The learning rate is missing.",
            {
                "lr * (y @ (X @ xq))": "(y @ (X @ xq))",
            },
        ),
        Misconception(
            "scaled_like_attention",
            "The dot products were divided by the square root of d, as in attention. A gradient step has no such factor.",
            {
                "lr * (y @ (X @ xq))": "lr * (y @ (X @ xq)) / X.shape[1] ** 0.5",
            },
        ),
        Misconception(
            "inputs_that_contain_the_query_left_out",
            "Examples whose input contains the query were left out. Only an input that equals the query gives the answer away.",
            {
                "if x != query": "if query not in x",
            },
        ),
        Misconception(
            "half_kept_in_the_gradient",
            "Half the right value. The factor 1/2 of the loss and the 2 of the derivative cancel.",
            {
                "return lr * (y @": "return 0.5 * lr * (y @",
            },
        ),
        Misconception(
            "capitals_ignored",
            "Inputs were compared without regard to capitals. Only an input that equals the query is left out.",
            {
                "if x != query": "if x.lower() != query.lower()",
            },
        ),
        Misconception(
            "outer_spaces_ignored",
            "Inputs were compared without their outer spaces. Only an input that equals the query is left out.",
            {
                "if x != query": "if x.strip() != query.strip()",
            },
        ),
        Misconception(
            "repetitions_removed",
            "Of examples with the same input only one is shown. All are shown, in the given order.",
            {
                "for x, y in examples if": "for x, y in dict(examples).items() if",
            },
        ),
        Misconception(
            "texts_stripped",
            "The texts of the examples were stripped. They are taken as they are.",
            {
                "Input: {x}\\nOutput: {y}": "Input: {x.strip()}\\nOutput: {y.strip()}",
            },
        ),
        Misconception(
            "open_output_missing",
            'The line "Output:" at the end is missing.',
            {
                '{query}\\nOutput:"': '{query}"',
            },
        ),
        Misconception(
            "no_empty_line_after_the_task",
            "The empty line after the task is missing.",
            {
                '"\\n\\n".join([task, *blocks, f"Input: {query}\\nOutput:"])': 'task + "\\n" + "\\n\\n".join([*blocks, f"Input: {query}\\nOutput:"])',
            },
        ),
        Misconception(
            "solved_to_the_end",
            "The regression was solved exactly. A single gradient step from 0 is asked for.",
            {
                "return lr * (y @ (X @ xq))": "return torch.linalg.lstsq(X, y[:, None]).solution[:, 0] @ xq",
            },
        ),
        Misconception(
            "two_steps",
            "Two gradient steps were made.",
            {
                "return lr * (y @ (X @ xq))": "w = lr * (y @ X)\n    return (w - lr * ((X @ w - y) @ X)) @ xq",
            },
        ),
        Misconception(
            "weights_returned",
            "These are the weights w_1. Their dot product with the query is asked for.",
            {
                "return lr * (y @ (X @ xq))": "return lr * (y @ X)",
            },
        ),
    ],
    "ChatSession": [
        Misconception(
            "max_turns_counts_messages",
            "The window holds max_turns messages. A turn is a question and its answer, so it must "
            "hold twice as many; with an odd number the prompt even begins with an answer to "
            "nothing.",
            {"maxlen=2 * max_turns": "maxlen=max_turns"},
        ),
        Misconception(
            "everything_remembered",
            "The prompt shows the whole conversation. It would soon be longer than the model's "
            "context: show the last max_turns turns.",
            {"deque(maxlen=2 * max_turns)": "deque()"},
        ),
        Misconception(
            "new_message_takes_a_place",
            "The new message was counted as part of the window, so one old message too few is "
            "shown. The window holds finished turns; the new message comes after it.",
            {
                "maxlen=2 * max_turns)": "maxlen=2 * max_turns)\n        self.size = 2 * max_turns",
                "*self.record, f": "*(list(self.record) + [user])[-self.size : -1], f",
            },
        ),
        Misconception(
            "first_assistant_taken",
            'The text was cut after the first "Assistant:". From the second turn on that is an old '
            "answer. The reply is what follows the prompt.",
            {
                "self.respond_fn(prompt)[len(prompt) :]":
                    'self.respond_fn(prompt).split("Assistant:", 1)[1]',
            },
        ),
        Misconception(
            "last_assistant_taken",
            'The text was cut after the last "Assistant:". If the model goes on and invents '
            "further turns, that is an invented one. The reply is what follows the prompt.",
            {
                "self.respond_fn(prompt)[len(prompt) :]":
                    'self.respond_fn(prompt).rpartition("Assistant:")[2]',
            },
        ),
        Misconception(
            "invented_turns_kept",
            "What the model invents for the user was not cut off. It is shown as part of the "
            "reply, and stored.",
            {'continuation.split("\\nUser:")[0].strip()': "continuation.strip()"},
        ),
        Misconception(
            "invented_turns_stored",
            "The reply is right, but the record holds the whole continuation with the invented "
            "lines. The next prompt shows the model a user message that nobody wrote.",
            {'f"Assistant: {answer}"]': 'f"Assistant: {continuation.strip()}"]'},
        ),
        Misconception(
            "cut_at_user_inside_a_line",
            'The reply was cut at "User:" inside a line. Only at the start of a line, right after '
            "a newline, does it begin a new turn.",
            {'continuation.split("\\nUser:")[0]': 'continuation.split("User:")[0]'},
        ),
        Misconception(
            "reply_not_stored",
            "Only the user's messages are remembered. The model needs its own answers, too, to "
            "know what was said.",
            {
                'self.record += [f"User: {user}", f"Assistant: {answer}"]':
                    'self.record += [f"User: {user}"]',
            },
        ),
        Misconception(
            "space_after_the_open_turn",
            'The prompt ends with a space after "Assistant:". As in question 8 it should end with '
            "the colon.",
            {'f"User: {user}", "Assistant:"]': 'f"User: {user}", "Assistant: "]'},
        ),
        Misconception(
            "prompt_replaced_everywhere",
            "The prompt was removed wherever it stands in the text. The model may quote it; only its "
            "first occurrence, at the beginning, is not part of the reply.",
            {
                "self.respond_fn(prompt)[len(prompt) :]":
                    'self.respond_fn(prompt).replace(prompt, "")',
            },
        ),
        Misconception(
            "reply_not_stripped",
            "The white space around the reply is still there. It is stripped at both ends before it is "
            "returned and stored.",
            {'continuation.split("\\nUser:")[0].strip()': 'continuation.split("\\nUser:")[0]'},
        ),
        Misconception(
            "first_line_only",
            "The reply was cut at its first line break. It may hold several lines; only a line that begins with \"User:\" ends it.",
            {
                "\"\\nUser:\")[0]": "\"\\n\")[0]",
            },
        ),
        Misconception(
            "window_one_turn_short",
            "The prompt shows one finished turn too few.",
            {
                "maxlen=2 * max_turns": "maxlen=2 * max(0, max_turns - 1)",
            },
        ),
        Misconception(
            "user_message_stripped",
            "The message of the user was stripped. It is taken as it is.",
            {
                "f\"User: {user}\", \"Assistant:\"]": "f\"User: {user.strip()}\", \"Assistant:\"]",
                "[f\"User: {user}\"": "[f\"User: {user.strip()}\"",
            },
        ),
        Misconception(
            "minus_zero_is_the_whole_list",
            "With max_turns = 0 the whole conversation is shown: a slice from -0 is the whole list.",
            {
                "deque(maxlen=2 * max_turns)  # a turn is two messages": "[]\n        self.size = 2 * max_turns",
                "*self.record, f": "*self.record[-self.size :], f",
            },
        ),
        Misconception(
            "oldest_turns_shown",
            "The prompt shows the first turns of the conversation, not the last.",
            {
                "deque(maxlen=2 * max_turns)  # a turn is two messages": "[]\n        self.size = 2 * max_turns",
                "*self.record, f": "*self.record[: self.size], f",
            },
        ),
        Misconception(
            "one_turn_too_many",
            "The prompt shows one finished turn too many.",
            {
                "maxlen=2 * max_turns": "maxlen=2 * max_turns + 2",
            },
        ),
        Misconception(
            "cut_at_the_last_invention",
            "The reply was cut at the last invented user line. Cut at the first.",
            {
                'continuation.split("\\nUser:")[0]': 'continuation.rsplit("\\nUser:", 1)[0]',
            },
        ),
        Misconception(
            "cut_at_the_assistant_too",
            "The reply was also cut at a line that begins with \"Assistant:\". Only a user's line ends it.",
            {
                'continuation.split("\\nUser:")[0]': 'continuation.split("\\nUser:")[0].split("\\nAssistant:")[0]',
            },
        ),
        Misconception(
            "stripped_before_the_cut",
            "White space was stripped before the cut. If the continuation begins with an invented user line, its newline is lost, and the line stays.",
            {
                'continuation.split("\\nUser:")[0].strip()': 'continuation.strip().split("\\nUser:")[0].strip()',
            },
        ),
        Misconception(
            "whole_continuation_stored",
            "The record holds the continuation as the model gave it. Store the reply.",
            {
                'f"Assistant: {answer}"]': 'f"Assistant: {continuation}"]',
            },
        ),
        Misconception(
            "empty_replies_forgotten",
            "A turn with an empty reply was not stored.",
            {
                'self.record += [f"User: {user}", f"Assistant: {answer}"]': 'self.record += [f"User: {user}", f"Assistant: {answer}"] if answer else []',
            },
        ),
        Misconception(
            "space_of_an_empty_reply_dropped",
            'After "Assistant:" a finished turn has a space even if the reply is empty.',
            {
                'f"Assistant: {answer}"]': 'f"Assistant: {answer}".rstrip()]',
            },
        ),
        Misconception(
            "colon_not_looked_at",
            'The reply was cut at a line that begins with "User" without a colon, such as "Users".',
            {
                '"\\nUser:"': '"\\nUser"',
            },
        ),
        Misconception(
            "prompt_left_in_the_reply",
            "The reply holds the prompt. It is what follows it.",
            {
                "self.respond_fn(prompt)[len(prompt) :]": "self.respond_fn(prompt)",
            },
        ),
        Misconception(
            "quoted_prompt_lost",
            "The text was split at the prompt, and the last part taken. A model that quotes the prompt makes more parts; the reply is all that follows the first.",
            {
                "self.respond_fn(prompt)[len(prompt) :]": "self.respond_fn(prompt).split(prompt)[-1]",
            },
        ),
        Misconception(
            "capitals_of_the_speaker_ignored",
            "The reply was cut at \"user:\" or \"USER:\". Only \"User:\" begins a user's line.",
            {
                'continuation.split("\\nUser:")[0]': 're.split("\\nuser:", continuation, flags=re.I)[0]',
            },
        ),
    ],
}
