"""What students get wrong in neural_recommenders, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "embedding_backward": [
        Misconception(
            "assigned_not_added",
            "Where an id occurs several times, only one of its gradients survives. Indexed addition writes once per distinct id; each "
            "use of a row has to add its own.",
            {"dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP[ids] += dE"},
        ),
        Misconception(
            "padding_learns",
            "The padding row has a gradient. It stands for nothing, and must not learn, however often it was looked up.",
            {"        dP[padding_idx] = 0\n": "        pass\n"},
        ),
        Misconception(
            "averaged_by_count",
            "Each row's gradient is divided by the number of its uses. The derivative of a sum of uses is the sum of their gradients.",
            {
                "    return dP\n": "    return dP / torch.bincount(ids.reshape(-1), minlength=vocab).clamp(min=1)[:, None]\n",
            },
        ),
        Misconception(
            "padding_0_overlooked",
            "A padding id of 0 is taken for no padding at all: 0 is false in a condition. Ask whether it is None.",
            {"if padding_idx is not None:": "if padding_idx:"},
        ),
        Misconception(
            "always_padded_at_0",
            "Row 0 is cleared, whatever the padding id is, or even if there is none.",
            {
                "if padding_idx is not None:": "if True:",
                "dP[padding_idx] = 0": "dP[0] = 0",
            },
        ),
        Misconception(
            "averaged_over_the_batch",
            "The gradient is divided by the number of examples. Whether the loss is a mean is already in the gradients that arrive.",
            {"    return dP\n": "    return dP / len(ids)\n"},
        ),
    ],
    "masked_mean_pool": [
        Misconception(
            "divided_by_the_length",
            "The sum is right, but it is divided by the number of positions, padding included. The mean is over the pages that are there.",
            {"there.sum(1, keepdim=True).clamp(min=1)": "ids.shape[1]"},
        ),
        Misconception(
            "nan_for_nobody",
            "A row that is all padding gives nan: its sum is divided by 0. It should give zeros.",
            {".clamp(min=1)": ""},
        ),
        Misconception(
            "padding_taken_for_zero",
            "The vectors at padded positions are added, as if they were zero. Nothing says that they are: leave them out.",
            {"torch.where(there[..., None], E, 0).sum(1)": "E.sum(1)"},
        ),
        Misconception(
            "multiplied_by_the_mask",
            "Padded positions are multiplied by 0. Where inf or nan stands, the product is nan. Choose, do not multiply.",
            {"torch.where(there[..., None], E, 0)": "(there[..., None] * E)"},
        ),
        Misconception(
            "padding_0_only",
            "The padding id is taken to be 0, whatever the argument says.",
            {"ids != pad": "ids != 0"},
        ),
        Misconception(
            "sum_not_mean",
            "This is the sum of the vectors. It grows with the number of pages; the mean does not.",
            {"return total / there.sum(1, keepdim=True).clamp(min=1)": "return total"},
        ),
        Misconception(
            "one_too_many",
            "The sum is divided by one more than the number of pages. The count needs a lower bound of 1, not an addition of 1.",
            {".clamp(min=1)": " + 1"},
        ),
        Misconception(
            "plain_mean",
            "This is the mean over all positions: the ids play no part. Padded positions are neither added nor counted.",
            {"return total / there.sum(1, keepdim=True).clamp(min=1)": "return E.mean(1)"},
        ),
        Misconception(
            "mask_turned_round",
            "The mean runs over the padding, and leaves the pages out.",
            {"ids != pad": "ids == pad"},
        ),
        Misconception(
            "larger_than_the_padding",
            "Ids below the padding id are pages, too: a position counts unless its id is the padding id.",
            {
                "ids != pad": "ids > pad",
            },
        ),
    ],
    "mlp_interaction": [
        Misconception(
            "no_relu",
            "The ReLU is missing. What is left is a score of the visitor plus a score of the page: the same order of pages for everybody.",
            {"torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "torch.cat([p, q], dim=1) @ W1.T + b1"},
        ),
        Misconception(
            "bias_after_the_relu",
            "The bias is added after the ReLU. It belongs to the hidden layer, before it.",
            {"torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "torch.relu(torch.cat([p, q], dim=1) @ W1.T) + b1"},
        ),
        Misconception(
            "page_first",
            "The page's vector stands before the visitor's. The first d columns of the weight belong to the visitor.",
            {"[p, q]": "[q, p]"},
        ),
        Misconception(
            "relu_on_the_score",
            "The score went through a ReLU, too, and cannot be negative. Only the hidden layer has one.",
            {"return hidden @ w2": "return torch.relu(hidden @ w2)"},
        ),
        Misconception(
            "sigmoid_on_the_score",
            "The score went through a sigmoid. A score is asked for, any real number.",
            {"return hidden @ w2": "return torch.sigmoid(hidden @ w2)"},
        ),
        Misconception(
            "added_not_joined",
            "Visitor and page were added, and both halves of the weight see the sum. Lay the two vectors side by side.",
            {"[p, q]": "[p + q, p + q]"},
        ),
        Misconception(
            "no_bias",
            "The bias of the hidden layer is missing.",
            {"@ W1.T + b1)": "@ W1.T)"},
        ),
        Misconception(
            "averaged_over_units",
            "The hidden units are averaged with their weights. The score is their weighted sum.",
            {"hidden @ w2": "hidden @ w2 / len(w2)"},
        ),
    ],
    "neumf_forward": [
        Misconception(
            "product_summed",
            "The product was summed before the head, as in plain matrix factorisation. The head weighs each entry of it.",
            {
                'product = params["P_gmf"][u] * params["Q_gmf"][i]':
                    'product = (params["P_gmf"][u] * params["Q_gmf"][i]).sum(1, keepdim=True).expand(-1, params["P_gmf"].shape[1])',
            },
        ),
        Misconception(
            "two_sigmoids",
            "Each path went through a sigmoid of its own, and the two were averaged. One head reads both paths, one sigmoid follows.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])':
                    'd = product.shape[1]\n    return (torch.sigmoid(product @ params["head"][:d] + params["bias"]) + torch.sigmoid(x @ params["head"][d:] + params["bias"])) / 2',
            },
        ),
        Misconception(
            "linear_last_layer",
            "The last layer has no ReLU here. In this network a ReLU follows every layer; the head is what comes after.",
            {
                '    for W, b in params["layers"]:\n        x = torch.relu(x @ W.T + b)\n':
                    '    for n, (W, b) in enumerate(params["layers"], 1):\n        x = x @ W.T + b\n        x = torch.relu(x) if n < len(params["layers"]) else x\n',
            },
        ),
        Misconception(
            "no_relu",
            "The MLP has no ReLU, so that all its layers are one linear map, and it is no more than a score of the visitor plus one of the page.",
            {"x = torch.relu(x @ W.T + b)": "x = x @ W.T + b"},
        ),
        Misconception(
            "mlp_first_in_the_head",
            "The head reads the MLP's output first. Its first d weights belong to the product.",
            {"torch.hstack([product, x])": "torch.hstack([x, product])"},
        ),
        Misconception(
            "logit_returned",
            "This is the logit. A probability is asked for: the sigmoid is missing.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])':
                    'return torch.hstack([product, x]) @ params["head"] + params["bias"]',
            },
        ),
        Misconception(
            "head_without_bias",
            "The bias of the head is missing.",
            {' + params["bias"])': ")"},
        ),
        Misconception(
            "page_first_in_the_mlp",
            "The MLP reads the page before the visitor. The visitor's vector stands first.",
            {'[params["P_mlp"][u], params["Q_mlp"][i]]': '[params["Q_mlp"][i], params["P_mlp"][u]]'},
        ),
        Misconception(
            "added_not_multiplied",
            "The two vectors of the first path were added. Their product, entry by entry, is what makes it a factorisation.",
            {'params["P_gmf"][u] * params["Q_gmf"][i]': 'params["P_gmf"][u] + params["Q_gmf"][i]'},
        ),
        Misconception(
            "relu_on_the_product",
            "The product of the first path went through a ReLU. It has none: its entries may be negative.",
            {'product = params["P_gmf"][u] * params["Q_gmf"][i]': 'product = torch.relu(params["P_gmf"][u] * params["Q_gmf"][i])'},
        ),
    ],
    "sample_negatives": [
        Misconception(
            "history_not_excluded",
            "Pages that the visitor has seen are drawn. The whole history has to be left out of the running totals.",
            {"torch.where(seen[users], 0, weight)": "torch.where(seen[users], weight, weight)"},
        ),
        Misconception(
            "rows_of_the_first_visitors",
            "The history of row b of `seen` was used for the b-th visitor of the batch. The batch names its visitors: look up their rows.",
            {"seen[users]": "seen[: len(users)]"},
        ),
        Misconception(
            "positives_drawn",
            "Only pages that the visitor has seen are drawn: the mask is turned round.",
            {"torch.where(seen[users], 0, weight)": "torch.where(seen[users], weight, 0)"},
        ),
        Misconception(
            "weights_ignored",
            "All unseen pages are equally likely. The weights say how likely each of them is.",
            {"torch.where(seen[users], 0, weight)": "torch.where(seen[users], 0, torch.ones_like(weight))"},
        ),
        Misconception(
            "first_that_reaches",
            "The page whose running total reaches the number was taken; it has to exceed it. With noise of 0 this draws page 0 even when it was seen.",
            {"(running[:, None, :] <= (noise": "(running[:, None, :] < (noise"},
        ),
        Misconception(
            "noise_not_scaled",
            "The noise was compared with running totals that do not end at 1. Multiply it by the last total.",
            {"(noise * total)": "noise"},
        ),
        Misconception(
            "one_draw_for_all",
            "Everybody got the draws of the first row of the noise. Each visitor has a row of its own.",
            {"(noise * total)": "(noise[:1] * total)"},
        ),
        Misconception(
            "totals_down_the_visitors",
            "The running totals go on from one visitor to the next. They run over the pages of one visitor.",
            {"free.cumsum(1)": "free.cumsum(0)"},
        ),
        Misconception(
            "nothing_left_goes_unnoticed",
            "A visitor who has nothing left to draw gets a page id that does not exist. A ValueError is asked for.",
            {"if (total == 0).any():": "if False:"},
        ),
        Misconception(
            "total_over_all_pages",
            "The noise was multiplied by the total weight of all pages, seen ones included. Only unseen pages count.",
            {"(noise * total)": "(noise * weight.sum())"},
        ),
        Misconception(
            "seen_by_anybody",
            "Pages that anybody of the batch has seen were left out for everybody. Each visitor has a history of their own.",
            {"torch.where(seen[users], 0, weight)": "torch.where(seen[users].any(0, keepdim=True).expand(len(users), -1), 0, weight)"},
        ),
        Misconception(
            "other_visitors_refused",
            "Only visitors in `users` matter: that somebody else has seen everything is no error.",
            {
                "if (total == 0).any():": "if (total == 0).any() or seen.all(1).any():",
            },
        ),
        Misconception(
            "weights_of_zero_forgotten",
            "A page with the weight 0 cannot be drawn: whoever has only such pages left is an error, too.",
            {
                "if (total == 0).any():": "if seen[users].all(1).any():",
            },
        ),
        Misconception(
            "weights_flattened",
            "The weights are taken as they are. The power 3/4 is word2vec's, and whoever wants it puts it into `weight`.",
            {
                "torch.where(seen[users], 0, weight)": "torch.where(seen[users], 0, weight**0.75)",
            },
        ),
    ],
    "hit_rate_ndcg_at_k": [
        Misconception(
            "seen_pages_not_taken_out",
            "Pages that were seen take up places of the list. They have to go before ranks are counted.",
            {" & ~seen\n": "\n"},
        ),
        Misconception(
            "discount_of_a_rank_from_1",
            "The discount is one place too deep. For a rank that is 0 at the top it is log2(rank + 2), so that the top counts 1.",
            {"torch.log2(rank + 2)": "torch.log2(rank + 3)"},
        ),
        Misconception(
            "natural_logarithm",
            "The discount uses the natural logarithm. With log2 the top place counts exactly 1.",
            {"torch.log2(rank + 2)": "torch.log(rank + 2)"},
        ),
        Misconception(
            "averaged_over_hits",
            "NDCG was averaged over the hits only. Misses count 0, and the mean runs over all visitors.",
            {"(hit / torch.log2(rank + 2)).mean().item()": "((hit / torch.log2(rank + 2)).sum() / hit.sum().clamp(min=1)).item()"},
        ),
        Misconception(
            "one_place_too_many",
            "The list is one place too long: with a rank of 0 at the top, rank k is no longer on it.",
            {"rank < k": "rank <= k"},
        ),
        Misconception(
            "ties_in_favour",
            "Of equal scores the test page always stands first. A model that scores all alike would look like an oracle: the smaller id goes first.",
            {"torch.where(smaller_id, scores >= own, scores > own)": "(scores > own)"},
        ),
        Misconception(
            "ties_against",
            "Of equal scores the test page always stands last. The page with the smaller id goes first.",
            {"< test_item[:, None]": "!= test_item[:, None]"},
        ),
        Misconception(
            "counts_itself",
            "The test page was counted as ahead of itself, so that the best rank is 1, under formulas for ranks that begin at 0.",
            {"< test_item[:, None]": "<= test_item[:, None]"},
        ),
        Misconception(
            "infinite_at_the_top",
            "The discount is one place too shallow: for a rank that is 0 at the top, log2(rank + 1) is 0 there and its inverse infinite. It is log2(rank + 2).",
            {"torch.log2(rank + 2)": "torch.log2(rank + 1)"},
        ),
        Misconception(
            "not_low_enough",
            "Seen pages were given the score -1e9. That is not low for a model whose scores are lower still; minus infinity is.",
            {
                "    ahead = torch.where(smaller_id, scores >= own, scores > own) & ~seen\n":
                    "    scores = scores.masked_fill(seen, -1e9)\n    ahead = torch.where(smaller_id, scores >= own, scores > own)\n",
            },
        ),
        Misconception(
            "smallest_first",
            "The lowest scores stand at the top of this list.",
            {"scores >= own, scores > own": "scores <= own, scores < own"},
        ),
        Misconception(
            "ndcg_without_cut",
            "NDCG counts pages beyond place k. What is not on the list counts 0.",
            {"(hit / torch.log2(rank + 2))": "(1 / torch.log2(rank + 2))"},
        ),
        Misconception(
            "ties_to_the_larger_id",
            "Of equal scores the page with the larger id stands first here. It is the smaller one.",
            {"< test_item[:, None]": "> test_item[:, None]"},
        ),
        Misconception(
            "seen_pages_score_zero",
            "Scores are any numbers: a seen page that is set to 0 stands before all pages with negative scores. Seen pages take up no place.",
            {
                "own = scores.gather": "scores = scores.masked_fill(seen, 0)\n    own = scores.gather",
                " & ~seen": "",
            },
        ),
    ],
    "inbatch_sampled_softmax": [
        Misconception(
            "logq_added",
            "log q was added. Popular pages are negatives too often: in training it is taken off, so that the score itself becomes log p.",
            {"/ tau - logq": "/ tau + logq"},
        ),
        Misconception(
            "logq_without_effect",
            "The correction has no effect: it is missing, or was taken off rows, where it is the same for all classes and the softmax cancels it. "
            "Without it the scores learn log p/q: what is special about a visitor, not what is likely.",
            {" - logq\n": "\n"},
        ),
        Misconception(
            "tau_ignored",
            "The temperature is missing. It divides the products.",
            {" / tau": ""},
        ),
        Misconception(
            "log_of_a_softmax",
            "For large products the loss is infinite: a probability had become 0 before its logarithm was taken. Use a log-softmax.",
            {"logits.log_softmax(1)": "logits.softmax(1).log()"},
        ),
        Misconception(
            "softmax_over_visitors",
            "The softmax runs over the visitors of a column. The pages of a row are the classes.",
            {"log_softmax(1)": "log_softmax(0)"},
        ),
        Misconception(
            "correction_over_tau",
            "The temperature divided log q, too. It divides the products alone.",
            {"user @ page.T / tau - logq": "(user @ page.T - logq) / tau"},
        ),
        Misconception(
            "multiplied_by_tau",
            "The products were multiplied by the temperature. A low temperature makes the softmax sharper: divide.",
            {"/ tau": "* tau"},
        ),
        Misconception(
            "duplicates_masked",
            "Other columns with the row's own page were left out. Together with the correction that is biased: every column counts.",
            {
                "    return -logits":
                    "    same = (page[:, None] == page[None]).all(-1) & ~torch.eye(len(user), dtype=torch.bool)\n"
                    "    logits = logits.masked_fill(same, -torch.inf)\n    return -logits",
            },
        ),
        Misconception(
            "sum_not_mean",
            "The losses of the rows were added up. The mean over the batch is asked for.",
            {".diagonal().mean()": ".diagonal().sum()"},
        ),
        Misconception(
            "only_negatives_corrected",
            "The right column kept its log q. The correction is taken off every column, that of the right page included.",
            {"- logq\n": "- logq * (1 - torch.eye(len(user), dtype=user.dtype))\n"},
        ),
        Misconception(
            "vectors_normalised",
            "The vectors were normalised here. They are taken as they are; whether their length is one is the towers' business.",
            {"user @ page.T": "F.normalize(user, dim=1) @ F.normalize(page, dim=1).T"},
        ),
        Misconception(
            "exponential_overflows",
            "For large products the loss is not finite: an exponential overflowed or its logarithm was taken of 0. Use a log-softmax, which subtracts the maximum.",
            {"logits.log_softmax(1)": "(logits.exp() / logits.exp().sum(1, keepdim=True)).log()"},
        ),
        Misconception(
            "user_normalised",
            "The vectors are taken as they are; whoever wants cosines normalises them before.",
            {
                "user @ page.T / tau": "(user / user.norm(dim=1, keepdim=True)) @ page.T / tau",
            },
        ),
    ],
    "watch_time_loss": [
        Misconception(
            "negatives_weighted_too",
            "Impressions without a click were multiplied by their seconds. They weigh 1, whatever stands in `secs`.",
            {"-F.logsigmoid(-logit)).mean()": "-secs * F.logsigmoid(-logit)).mean()"},
        ),
        Misconception(
            "seconds_ignored",
            "Every click weighs 1: this is plain logistic regression, and its odds are those of a click.",
            {"-secs * F.logsigmoid(logit)": "-F.logsigmoid(logit)"},
        ),
        Misconception(
            "divided_by_the_weights",
            "The sum was divided by the sum of the weights. It is divided by the number of impressions.",
            {
                ".mean()": ".sum() / torch.where(clicked, secs, 1).sum()",
            },
        ),
        Misconception(
            "sum_not_mean",
            "The losses were added up. They are averaged over the impressions.",
            {".mean()": ".sum()"},
        ),
        Misconception(
            "probability_served",
            "The sigmoid of the logit was served. The expected seconds are the odds, the exponential.",
            {"return torch.exp(logit)": "return torch.sigmoid(logit)"},
        ),
        Misconception(
            "logit_served",
            "The logit itself was served. The expected seconds are the odds, its exponential.",
            {"return torch.exp(logit)": "return logit"},
        ),
        Misconception(
            "overflows",
            "For large logits the loss is not finite: the logarithm was taken of a sigmoid that had become 0.",
            {
                "-secs * F.logsigmoid(logit)": "-secs * torch.log(torch.sigmoid(logit))",
                "-F.logsigmoid(-logit)": "-torch.log(1 - torch.sigmoid(logit))",
            },
        ),
        Misconception(
            "classes_exchanged",
            "Clicks and impressions without a click have changed places.",
            {"-secs * F.logsigmoid(logit), -F.logsigmoid(-logit)": "-secs * F.logsigmoid(-logit), -F.logsigmoid(logit)"},
        ),
        Misconception(
            "clicks_only",
            "Only clicks have a loss. Without the other impressions nothing keeps the logits from growing.",
            {"-F.logsigmoid(-logit)).mean()": "0 * logit).mean()"},
        ),
    ],
    "wide_and_deep_logit": [
        Misconception(
            "ids_added",
            "The ids of a cross were added. Then different combinations share a weight: multiply the first by the number of ids of the second.",
            {"a * size_c + c": "a + c"},
        ),
        Misconception(
            "ids_multiplied",
            "The ids of a cross were multiplied. Then all combinations with an id of 0 share a weight.",
            {"a * size_c + c": "a * c"},
        ),
        Misconception(
            "base_of_the_first_field",
            "The base of the combined id is the number of ids of the first field. It must be that of the second, whose id is the last digit.",
            {"len(tables[c])": "len(tables[a])"},
        ),
        Misconception(
            "digits_exchanged",
            "The second id was multiplied by its own number of ids, and the first added: combinations collide. The first id is the one that is multiplied.",
            {"a * size_c + c": "c * size_c + a"},
        ),
        Misconception(
            "sigmoid_applied",
            "This is a probability. The logit is asked for, without a sigmoid.",
            {"    return logit\n": "    return torch.sigmoid(logit)\n"},
        ),
        Misconception(
            "sigmoid_per_side",
            "A sigmoid was applied to each side for itself. Both sides are added as they are, and trained through one sigmoid.",
            {
                'logit = h @ params["head"] + params["bias"]': 'logit = torch.sigmoid(h @ params["head"] + params["bias"])',
                "    return logit\n": "    return logit if not pairs else logit + torch.sigmoid(logit)\n",
            },
        ),
        Misconception(
            "no_bias",
            "The bias is missing.",
            {' + params["bias"]': ""},
        ),
        Misconception(
            "linear_layers",
            "The deep side has no ReLU, so that its layers are one linear map.",
            {"torch.relu(h @ W.T + b)": "h @ W.T + b"},
        ),
        Misconception(
            "linear_last_layer",
            "The last layer has no ReLU here. A ReLU follows every layer; the head is what comes after.",
            {
                '    for W, b in params["layers"]:\n        h = torch.relu(h @ W.T + b)\n':
                    '    for n, (W, b) in enumerate(params["layers"], 1):\n        h = h @ W.T + b\n        h = torch.relu(h) if n < len(params["layers"]) else h\n',
            },
        ),
        Misconception(
            "last_cross_only",
            "Only the last cross was added. Each pair adds its weight.",
            {
                "    for (a, c), w in": "    deep = logit\n    for (a, c), w in",
                "logit = logit + w": "logit = deep + w",
            },
        ),
        Misconception(
            "one_table_for_all",
            "All fields were looked up in the first table. Each field has its own.",
            {"table[x[:, f]]": "tables[0][x[:, f] % len(tables[0])]"},
        ),
        Misconception(
            "wide_side_forgotten",
            "The crosses are missing: this is the deep side alone.",
            {"        logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))]\n": "        pass\n"},
        ),
    ],
}
