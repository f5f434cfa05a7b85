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
    ],
}
