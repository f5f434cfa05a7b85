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
        Misconception(
            "assigned_in_place_of_a_sum",
            "A row holds one of its gradients, the others are overwritten. Each use of a row has to add its own.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP[ids] = dE",
            },
        ),
        Misconception(
            "repeats_within_a_row",
            "An id that occurs twice in one visitor's row counts once there. Indexed addition writes once per distinct id, within a row too.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "for b in range(len(ids)):\n        dP[ids[b]] += dE[b]",
            },
        ),
        Misconception(
            "averaged_over_positions",
            "The gradient is divided by the number of positions. Whether the loss is a mean is already in the gradients that arrive.",
            {
                "    return dP\n": "    return dP / ids.numel()\n",
            },
        ),
        Misconception(
            "rows_from_the_ids",
            "The table has as many rows as the ids of this batch need. It has `vocab` rows, used or not.",
            {
                "dE.new_zeros(vocab, d)": "dE.new_zeros(int(ids.max()) + 1, d)",
            },
        ),
        Misconception(
            "first_example_only",
            "Only the first row of the batch is used. The sum runs over all rows.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP.index_add_(0, ids[0], dE[0])",
            },
        ),
        Misconception(
            "features_taken_for_positions",
            "Positions and features changed places before the gradients were joined: the last axis has to stay the last.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP.index_add_(0, ids.reshape(-1), dE.transpose(1, 2).reshape(-1, d))",
            },
        ),
        Misconception(
            "ids_in_another_order",
            "Ids and gradients were flattened in different orders, so that gradients arrive at rows of other ids.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP.index_add_(0, ids.T.reshape(-1), dE.reshape(-1, d))",
            },
        ),
        Misconception(
            "all_below_the_padding_cleared",
            "Rows before the padding row were cleared, too. One row learns nothing, no more.",
            {
                "dP[padding_idx] = 0": "dP[: padding_idx + 1] = 0",
            },
        ),
        Misconception(
            "id_0_never_learns",
            "Id 0 was left out as if it were always padding. It learns like any other, unless it is `padding_idx`.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP.index_add_(0, ids[ids > 0], dE[ids > 0])",
            },
        ),
        Misconception(
            "direction_of_descent",
            "The sign is turned round: this is the direction of a descent step. The gradient is asked for.",
            {
                "    return dP\n": "    return -dP\n",
            },
        ),
        Misconception(
            "kept_from_earlier_calls",
            "Gradients of earlier calls are still in the table. Each call begins with zeros.",
            {
                "dP = dE.new_zeros(vocab, d)": 'dP = embedding_backward.__dict__.setdefault(f"{vocab} {d} {dE.dtype}", dE.new_zeros(vocab, d))',
            },
        ),
        Misconception(
            "axis_of_one_dropped",
            "A table of one column lost that axis. The shape is (vocab, d), also where d is 1.",
            {
                "    return dP\n": "    return dP.squeeze()\n",
            },
        ),
        Misconception(
            "first_column_only",
            "Only the first column is filled: an index of one column reaches one column. Widen it to all of them.",
            {
                "dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))": "dP.scatter_add_(0, ids.reshape(-1, 1), dE.reshape(-1, d))",
            },
        ),
        Misconception(
            "added_in_float32",
            "The sums were taken in float32, whatever the dtype of the gradients: where they nearly cancel, little is left.",
            {
                "dP = dE.new_zeros(vocab, d)": "dtype, dE = dE.dtype, dE.float()\n    dP = dE.new_zeros(vocab, d)",
                "    return dP\n": "    return dP.to(dtype)\n",
            },
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
            {"there.sum(1, keepdim=True).clamp(min=1)": "(there.sum(1, keepdim=True) + 1)"},
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
        Misconception(
            "longest_of_the_batch",
            "Every sum is divided by the count of the longest row. Each visitor has a number of pages of their own.",
            {
                "there.sum(1, keepdim=True).clamp(min=1)": "there.sum(1).max().clamp(min=1)",
            },
        ),
        Misconception(
            "root_of_the_count",
            "The sum is divided by the root of the count. A mean divides by the count.",
            {
                "there.sum(1, keepdim=True).clamp(min=1)": "there.sum(1, keepdim=True).clamp(min=1).sqrt()",
            },
        ),
        Misconception(
            "mean_over_visitors",
            "The mean runs over the visitors of the batch. It runs over the positions of one visitor.",
            {
                "E, 0).sum(1)": "E, 0).sum(0)",
                "there.sum(1, keepdim=True).clamp(min=1)": "there.sum(0)[:, None].clamp(min=1)",
            },
        ),
        Misconception(
            "padding_at_the_end_only",
            "The first positions of a row are taken, as many as it has pages. Padding may stand anywhere, in the middle too.",
            {
                "    total =": "    there = torch.arange(ids.shape[1]) < there.sum(1, keepdim=True)\n    total =",
            },
        ),
        Misconception(
            "up_to_the_first_padding",
            "The row was cut at its first padding. What stands behind it counts, too.",
            {
                "    total =": "    there = there.int().cumprod(1).bool()\n    total =",
            },
        ),
        Misconception(
            "each_page_once",
            "A page that a visitor saw twice was counted once. Each position that is not padded counts.",
            {
                "    total =": "    there &= ~(ids[:, :, None] == ids[:, None]).tril(-1).any(2)\n    total =",
            },
        ),
        Misconception(
            "nobody_is_everybody",
            "A row of padding alone got the mean of what stands at its padding. It should give zeros.",
            {
                "    total =": "    there = there | ~there.any(1, keepdim=True)\n    total =",
            },
        ),
        Misconception(
            "infinity_at_the_padding",
            "nan at the padding is removed, inf is not: 0 times inf is nan. Choose, do not multiply.",
            {
                "torch.where(there[..., None], E, 0).sum(1)": "(torch.where(torch.isnan(E), 0, E) * there[..., None]).sum(1)",
            },
        ),
        Misconception(
            "largest_not_mean",
            "This is the largest entry of each feature, not the mean.",
            {
                "torch.where(there[..., None], E, 0).sum(1)": "torch.where(there[..., None], E, -torch.inf).amax(1)",
                "return total / there.sum(1, keepdim=True).clamp(min=1)": "return total",
            },
        ),
        Misconception(
            "entries_counted",
            "The sum is divided by the number of numbers, features included. What is counted is pages.",
            {
                "there.sum(1, keepdim=True).clamp(min=1)": "(there.sum(1, keepdim=True) * E.shape[2]).clamp(min=1)",
            },
        ),
        Misconception(
            "mask_of_the_first_row",
            "The padding of the first visitor was used for all. Each row has its own.",
            {
                "there = ids != pad": "there = (ids[:1] != pad).expand(ids.shape)",
            },
        ),
        Misconception(
            "mean_of_length_one",
            "The mean was scaled to the length 1. It is taken as it is.",
            {
                "return total / there.sum(1, keepdim=True).clamp(min=1)": "return torch.nn.functional.normalize(total / there.sum(1, keepdim=True).clamp(min=1), dim=1)",
            },
        ),
        Misconception(
            "one_row_loses_its_axis",
            "With one row, or one feature, an axis is lost. The shape is (B, d) for every size.",
            {
                "return total / there.sum(1, keepdim=True).clamp(min=1)": "return (total / there.sum(1, keepdim=True).clamp(min=1)).squeeze()",
            },
        ),
        Misconception(
            "zero_vectors_not_counted",
            "A page whose vector is zero was taken for padding. The ids say what is padding, not the vectors.",
            {
                "there = ids != pad": "there = (ids != pad) & (E != 0).any(-1)",
            },
        ),
        Misconception(
            "no_gradient_to_the_table",
            "Autograd finds no way back to the vectors: they were detached, or computed with outside of PyTorch.",
            {
                "torch.where(there[..., None], E, 0)": "torch.where(there[..., None], E.detach(), 0)",
            },
        ),
        Misconception(
            "small_number_added",
            "A number was added to the count to avoid a division by 0, which changes every mean. Only the empty row needs care.",
            {
                "there.sum(1, keepdim=True).clamp(min=1)": "(there.sum(1, keepdim=True) + 1e-3)",
            },
        ),
    ],
    "mlp_interaction": [
        Misconception(
            "no_relu",
            "The ReLU is missing. What is left is a score of the visitor plus a score of the page: the same order of pages for everybody.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "torch.cat([p, q], dim=1) @ W1.T + b1"
            },
        ),
        Misconception(
            "bias_after_the_relu",
            "The bias is added after the ReLU. It belongs to the hidden layer, before it.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "torch.relu(torch.cat([p, q], dim=1) @ W1.T) + b1"
            },
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
        Misconception(
            "bias_taken_off",
            "The bias was taken off. It is added.",
            {
                "+ b1": "- b1",
            },
        ),
        Misconception(
            "weighed_before_the_relu",
            "The hidden units were weighed before the ReLU, so that units with a negative weight are cut off where they should count.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "(torch.cat([p, q], dim=1) @ W1.T + b1)",
                "return hidden @ w2": "return torch.relu(hidden * w2).sum(1)",
            },
        ),
        Misconception(
            "sigmoid_in_the_hidden_layer",
            "The hidden layer has a sigmoid. It is a ReLU that is asked for.",
            {
                "torch.relu(": "torch.sigmoid(",
            },
        ),
        Misconception(
            "tanh_in_the_hidden_layer",
            "The hidden layer has a tanh. It is a ReLU that is asked for.",
            {
                "torch.relu(": "torch.tanh(",
            },
        ),
        Misconception(
            "leaky_hidden_layer",
            "The ReLU leaks: below zero a little comes through. A ReLU is 0 there.",
            {
                "torch.relu(": "torch.nn.functional.leaky_relu(",
            },
        ),
        Misconception(
            "gelu_in_the_hidden_layer",
            "The hidden layer has a GELU. It is a ReLU that is asked for.",
            {
                "torch.relu(": "torch.nn.functional.gelu(",
            },
        ),
        Misconception(
            "relu_with_a_ceiling",
            "The hidden units have a ceiling. A ReLU has none.",
            {
                "torch.relu(": "torch.nn.functional.relu6(",
            },
        ),
        Misconception(
            "weight_reshaped",
            "The weight was reshaped to fit. That mixes its rows; it has to be transposed.",
            {
                "W1.T": "W1.reshape(W1.shape[1], -1)",
            },
        ),
        Misconception(
            "square_weight_not_transposed",
            "A weight that is square was not transposed. Its rows belong to the hidden units, whatever its shape.",
            {
                "W1.T": "(W1 if W1.shape[0] == W1.shape[1] else W1.T)",
            },
        ),
        Misconception(
            "product_joined",
            "The network reads the product of the two vectors in place of the visitor's. It reads both vectors as they are.",
            {
                "[p, q]": "[p * q, q]",
            },
        ),
        Misconception(
            "dot_product_added",
            "The dot product of visitor and page was added. The score is the network's alone.",
            {
                "return hidden @ w2": "return hidden @ w2 + (p * q).sum(1)",
            },
        ),
        Misconception(
            "features_interleaved",
            "The features of visitor and page alternate. First come all of the visitor's, then all of the page's.",
            {
                "torch.cat([p, q], dim=1)": "torch.stack([p, q], dim=2).flatten(1)",
            },
        ),
        Misconception(
            "axis_of_one_kept",
            "The scores have an axis too many. One number per pair is asked for, of shape (B,).",
            {
                "return hidden @ w2": "return hidden @ w2[:, None]",
            },
        ),
        Misconception(
            "summed_over_pairs",
            "The sum runs over the pairs of the batch. It runs over the hidden units.",
            {
                "return hidden @ w2": "return (hidden * w2).sum(0)",
            },
        ),
        Misconception(
            "one_pair_loses_its_axis",
            "A batch of one lost its axis. The shape is (B,) for every B.",
            {
                "return hidden @ w2": "return (hidden @ w2[:, None]).squeeze()",
            },
        ),
        Misconception(
            "every_visitor_with_every_page",
            "Each visitor was scored with every page. Visitor b belongs to page b alone.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "torch.relu((p @ W1[:, : p.shape[1]].T)[:, None] + q @ W1[:, p.shape[1] :].T + b1)",
            },
        ),
        Misconception(
            "relu_on_each_half",
            "Visitor and page went through a ReLU of their own before they met. Both halves are added first.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "torch.relu(p @ W1[:, : p.shape[1]].T) + torch.relu(q @ W1[:, p.shape[1] :].T + b1)",
            },
        ),
        Misconception(
            "first_weight_detached",
            "Autograd finds no way back to the weight of the hidden layer.",
            {
                "W1.T": "W1.detach().T",
            },
        ),
        Misconception(
            "bias_detached",
            "Autograd finds no way back to the bias.",
            {
                "+ b1": "+ b1.detach()",
            },
        ),
        Misconception(
            "second_weight_detached",
            "Autograd finds no way back to the weights of the hidden units.",
            {
                "hidden @ w2": "hidden @ w2.detach()",
            },
        ),
        Misconception(
            "visitor_detached",
            "Autograd finds no way back to the visitors.",
            {
                "[p, q]": "[p.detach(), q]",
            },
        ),
        Misconception(
            "no_path_at_all",
            "The scores were made of plain numbers: autograd finds no way back to anything.",
            {
                "return hidden @ w2": "return (hidden @ w2).detach()",
            },
        ),
        Misconception(
            "copied_into_a_layer",
            "Weight and bias were copied into a new layer, so that autograd leads there and not to the arguments.",
            {
                "W1.T + b1": "W1.detach().T + b1.detach()",
            },
        ),
        Misconception(
            "units_counted",
            "It is counted how many hidden units are active; each should count with its size.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "(torch.cat([p, q], dim=1) @ W1.T + b1 > 0).to(p.dtype)",
            },
        ),
        Misconception(
            "absolute_value",
            "Negative hidden units were turned round. A ReLU sets them to 0.",
            {
                "torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)": "(torch.cat([p, q], dim=1) @ W1.T + b1).abs()",
            },
        ),
        Misconception(
            "vectors_scaled_to_one",
            "The vectors were scaled to the length 1. They are taken as they are.",
            {
                "[p, q]": "[torch.nn.functional.normalize(p, dim=1), torch.nn.functional.normalize(q, dim=1)]",
            },
        ),
        Misconception(
            "bias_on_the_score",
            "The bias was added to the score once more. The score has no bias.",
            {
                "return hidden @ w2": "return hidden @ w2 + b1.sum()",
            },
        ),
        Misconception(
            "same_score_for_all",
            "All pairs got the score of the first.",
            {
                "return hidden @ w2": "return (hidden @ w2)[:1].expand(len(p))",
            },
        ),
    ],
    "neumf_forward": [
        Misconception(
            "product_summed",
            "The product was summed before the head, as in plain matrix factorisation. The head weighs each entry of it.",
            {
                'product = params["P_gmf"][u] * params["Q_gmf"][i]': 'product = (params["P_gmf"][u] * params["Q_gmf"][i]).sum(1, keepdim=True).expand(-1, params["P_gmf"].shape[1])',
            },
        ),
        Misconception(
            "two_sigmoids",
            "Each path went through a sigmoid of its own, and the two were averaged. One head reads both paths, one sigmoid follows.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'd = product.shape[1]\n    return (torch.sigmoid(product @ params["head"][:d] + params["bias"]) + torch.sigmoid(x @ params["head"][d:] + params["bias"])) / 2',
            },
        ),
        Misconception(
            "linear_last_layer",
            "The last layer has no ReLU here. In this network a ReLU follows every layer; the head is what comes after.",
            {
                '    for W, b in params["layers"]:\n        x = torch.relu(x @ W.T + b)\n': '    for n, (W, b) in enumerate(params["layers"], 1):\n        x = x @ W.T + b\n        x = torch.relu(x) if n < len(params["layers"]) else x\n',
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
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return torch.hstack([product, x]) @ params["head"] + params["bias"]',
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
            {
                '[params["P_mlp"][u], params["Q_mlp"][i]]': '[params["Q_mlp"][i], params["P_mlp"][u]]'
            },
        ),
        Misconception(
            "added_not_multiplied",
            "The two vectors of the first path were added. Their product, entry by entry, is what makes it a factorisation.",
            {'params["P_gmf"][u] * params["Q_gmf"][i]': 'params["P_gmf"][u] + params["Q_gmf"][i]'},
        ),
        Misconception(
            "relu_on_the_product",
            "The product of the first path went through a ReLU. It has none: its entries may be negative.",
            {
                'product = params["P_gmf"][u] * params["Q_gmf"][i]': 'product = torch.relu(params["P_gmf"][u] * params["Q_gmf"][i])'
            },
        ),
        Misconception(
            "sigmoid_twice",
            "A sigmoid was taken of a probability. One sigmoid follows the head.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return torch.sigmoid(torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"]))',
            },
        ),
        Misconception(
            "layers_without_bias",
            "The layers of the MLP have no bias here.",
            {
                "x = torch.relu(x @ W.T + b)": "x = torch.relu(x @ W.T)",
            },
        ),
        Misconception(
            "first_layer_only",
            "Only the first layer of the MLP was applied. There may be any number of them.",
            {
                'in params["layers"]:': 'in params["layers"][:1]:',
            },
        ),
        Misconception(
            "square_layer_not_transposed",
            "A layer whose weight is square was not transposed. Its rows belong to its outputs, whatever its shape.",
            {
                "x @ W.T": "x @ (W if W.shape[0] == W.shape[1] else W.T)",
            },
        ),
        Misconception(
            "relu_before_the_layer",
            "The ReLU stands before each layer. It follows each layer.",
            {
                "x = torch.relu(x @ W.T + b)": "x = torch.relu(x) @ W.T + b",
            },
        ),
        Misconception(
            "relu_on_the_embeddings",
            "The joined embeddings went through a ReLU. Only layers are followed by one.",
            {
                "    for W, b": "    x = torch.relu(x)\n    for W, b",
            },
        ),
        Misconception(
            "paths_averaged",
            "The two paths were averaged. The head adds what it reads from both.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'd = product.shape[1]\n    return torch.sigmoid((product @ params["head"][:d] + x @ params["head"][d:]) / 2 + params["bias"])',
            },
        ),
        Misconception(
            "bias_of_each_path",
            "The head's bias was added once for each path. There is one head.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"] + params["bias"])',
            },
        ),
        Misconception(
            "product_into_the_mlp",
            "The MLP reads a product of its own vectors. It reads the visitor's and the page's side by side.",
            {
                'torch.hstack([params["P_mlp"][u], params["Q_mlp"][i]])': 'torch.hstack([params["P_mlp"][u] * params["Q_mlp"][i], params["Q_mlp"][i]])',
            },
        ),
        Misconception(
            "mlp_inputs_interleaved",
            "The features of visitor and page alternate. First come all of the visitor's, then all of the page's.",
            {
                'torch.hstack([params["P_mlp"][u], params["Q_mlp"][i]])': 'torch.stack([params["P_mlp"][u], params["Q_mlp"][i]], dim=2).flatten(1)',
            },
        ),
        Misconception(
            "residual_layers",
            "Where the width stays the same, a layer's input was added to its output. Nothing is added here.",
            {
                "x = torch.relu(x @ W.T + b)": "x = torch.relu(x @ W.T + b) + (x if W.shape[0] == W.shape[1] else 0)",
            },
        ),
        Misconception(
            "leaky_layers",
            "The ReLU leaks: below zero a little comes through. A ReLU is 0 there.",
            {
                "torch.relu(x": "torch.nn.functional.leaky_relu(x",
            },
        ),
        Misconception(
            "sigmoid_layers",
            "The layers have a sigmoid. It is a ReLU that follows them.",
            {
                "torch.relu(x": "torch.sigmoid(x",
            },
        ),
        Misconception(
            "rows_of_the_first_visitors",
            "The first rows of the visitors' table were used. The batch names its visitors: look up their rows.",
            {
                'params["P_gmf"][u]': 'params["P_gmf"][: len(u)]',
            },
        ),
        Misconception(
            "product_table_detached",
            "Autograd finds no way back to the visitors' table of the product.",
            {
                'params["P_gmf"][u]': 'params["P_gmf"].detach()[u]',
            },
        ),
        Misconception(
            "mlp_table_detached",
            "Autograd finds no way back to the pages' table of the MLP.",
            {
                'params["Q_mlp"][i]': 'params["Q_mlp"].detach()[i]',
            },
        ),
        Misconception(
            "head_bias_detached",
            "The bias was taken out as a number: autograd finds no way back to it.",
            {
                '+ params["bias"]': '+ params["bias"].item()',
            },
        ),
        Misconception(
            "layer_bias_detached",
            "Autograd finds no way back to the biases of the layers.",
            {
                "W.T + b)": "W.T + b.detach())",
            },
        ),
        Misconception(
            "head_detached",
            "Autograd finds no way back to the head.",
            {
                '@ params["head"]': '@ params["head"].detach()',
            },
        ),
        Misconception(
            "axis_of_one_kept",
            "The probabilities have an axis too many. One number per pair is asked for, of shape (B,).",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])[:, None]',
            },
        ),
        Misconception(
            "one_pair_loses_its_axis",
            "A batch of one lost its axis. The shape is (B,) for every B.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"]).squeeze()',
            },
        ),
        Misconception(
            "nan_for_the_certain",
            "For a large logit the probability is nan: an exponential overflowed. It should be 1.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'odds = torch.exp(torch.hstack([product, x]) @ params["head"] + params["bias"])\n    return odds / (1 + odds)',
            },
        ),
        Misconception(
            "never_certain",
            "The probabilities were kept away from 0 and 1, which cuts the gradient there. They are taken as they are.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"]).clamp(1e-7, 1 - 1e-7)',
            },
        ),
        Misconception(
            "answer_of_another_model",
            "The answer to the same ids was kept from an earlier call, in which the parameters were others.",
            {
                'return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])': 'return neumf_forward.__dict__.setdefault(str((u, i)), torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"]))',
            },
        ),
        Misconception(
            "tables_shared",
            "The MLP looked its vectors up in the tables of the product. Each path has tables of its own.",
            {
                'params["P_mlp"][u], params["Q_mlp"][i]': 'params["P_gmf"][u], params["Q_gmf"][i]',
            },
        ),
        Misconception(
            "at_least_one_layer",
            "Without layers this fails. There may be none: then the head reads the joined vectors.",
            {
                "    return": "    assert W is not None\n    return",
            },
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
            {
                "torch.where(seen[users], 0, weight)": "torch.where(seen[users], 0, torch.ones_like(weight))"
            },
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
            {
                "torch.where(seen[users], 0, weight)": "torch.where(seen[users].any(0, keepdim=True).expand(len(users), -1), 0, weight)"
            },
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
        Misconception(
            "refused_if_all_are_empty",
            "An error is raised only if everybody, or only if the first visitor, has nothing left. One such visitor anywhere in the batch is enough.",
            {
                "(total == 0).any()": "(total == 0).all()",
            },
        ),
        Misconception(
            "another_exception",
            "An exception was raised where one is asked for, but of another class: a ValueError is asked for.",
            {
                'raise ValueError("a visitor has seen everything")': 'raise RuntimeError("a visitor has seen everything")',
            },
        ),
        Misconception(
            "an_assertion",
            "An assertion failed where a ValueError is asked for.",
            {
                'raise ValueError("a visitor has seen everything")': 'raise AssertionError("a visitor has seen everything")',
            },
        ),
        Misconception(
            "small_totals_refused",
            "Small weights were taken for none. Weights need not sum to 1: only a total of 0 leaves nothing to draw.",
            {
                "total == 0": "total < 1e-8",
            },
        ),
        Misconception(
            "too_few_for_the_draws",
            "A visitor with fewer pages than draws was refused. A draw may repeat: one page is enough.",
            {
                "if (total == 0).any():": "if ((free > 0).sum(1) < noise.shape[1]).any():",
            },
        ),
        Misconception(
            "a_zero_weight_refused",
            "A weight of 0 is no error as long as another page is left.",
            {
                "if (total == 0).any():": "if (total == 0).any() or (weight == 0).any():",
            },
        ),
        Misconception(
            "softmax_of_the_weights",
            "A softmax was taken of the weights. Pages are drawn in proportion to the weights themselves.",
            {
                "torch.where(seen[users], 0, weight)": "torch.where(seen[users], -torch.inf, weight).softmax(1)",
            },
        ),
        Misconception(
            "one_page_too_early",
            "The ids are one too small. The page whose running total exceeds the number is drawn, not the one before.",
            {
                ".sum(-1)": ".sum(-1) - 1",
            },
        ),
        Misconception(
            "positions_among_the_unseen",
            "These are positions in a list of the unseen pages. The ids of the pages are asked for.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": "return torch.stack([(weight[~s].cumsum(0) <= (n * t)[:, None]).sum(-1) for s, n, t in zip(seen[users], noise, total, strict=True)])",
            },
        ),
        Misconception(
            "nth_of_the_unseen",
            "All unseen pages are equally likely, those with the weight 0 too: the noise picked a place in their list. The weights decide.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": "return torch.stack([(~s).nonzero()[:, 0][(n * (~s).sum()).long()] for s, n in zip(seen[users], noise, strict=True)])",
            },
        ),
        Misconception(
            "drawn_without_repeats",
            "A page that was drawn was not drawn again. The draws are independent: one may repeat.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": (
                    "drawn = torch.zeros(noise.shape, dtype=torch.int64)\n"
                    "    for b, left in enumerate(free.clone()):\n"
                    "        for draw in range(noise.shape[1]):\n"
                    "            so_far = left.cumsum(0)\n"
                    "            drawn[b, draw] = (so_far <= noise[b, draw] * so_far[-1]).sum().clamp(max=len(left) - 1)\n"
                    "            left[drawn[b, draw]] = 0\n"
                    "    return drawn"
                ),
            },
        ),
        Misconception(
            "first_draw_repeated",
            "All draws of a visitor use the first number of the noise. There is a number for each draw.",
            {
                "(noise * total)": "(noise[:, :1].expand_as(noise) * total)",
            },
        ),
        Misconception(
            "history_of_the_first",
            "The history of the first visitor was left out for all. Each visitor has a history of their own.",
            {
                "seen[users]": "seen[users[:1]].expand(len(users), -1)",
            },
        ),
        Misconception(
            "weights_cut_to_integers",
            "The weights were cut to whole numbers.",
            {
                "torch.where(seen[users], 0, weight)": "torch.where(seen[users], 0, weight).long().to(weight.dtype)",
            },
        ),
        Misconception(
            "noise_turned_round",
            "One minus the noise was used: each draw comes from the other end.",
            {
                "(noise * total)": "((1 - noise) * total)",
            },
        ),
        Misconception(
            "next_unseen_page",
            "A page that was seen was replaced by the next one, which gets the seen page's share. Leave seen pages out of the running totals.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": (
                    "everything = weight.cumsum(0)\n"
                    "    drawn = (everything <= (noise * everything[-1])[:, :, None]).sum(-1)\n"
                    "    for b, w in enumerate(free):\n"
                    "        for draw in range(noise.shape[1]):\n"
                    "            while w[drawn[b, draw]] == 0:\n"
                    "                drawn[b, draw] = (drawn[b, draw] + 1) % len(w)\n"
                    "    return drawn"
                ),
            },
        ),
        Misconception(
            "normalised_before_the_total",
            "The weights were divided by their sum first, and rounding lets the running total end below 1: noise just below 1 finds no page.",
            {
                "free.cumsum(1)": "(free / free.sum(1, keepdim=True)).cumsum(1)",
                "(noise * total)": "noise",
            },
        ),
        Misconception(
            "own_random_numbers",
            "The draws do not follow the noise that was given: random numbers were drawn here.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": "torch.manual_seed(0)\n    return torch.multinomial(free, noise.shape[1], replacement=True)",
            },
        ),
        Misconception(
            "zeros_for_the_empty",
            "A visitor with nothing left to draw got page 0. A ValueError is asked for.",
            {
                'raise ValueError("a visitor has seen everything")': "return torch.zeros(noise.shape, dtype=torch.int64)",
            },
        ),
        Misconception(
            "axis_of_one_dropped",
            "With one draw or one visitor an axis is lost. The shape is (B, m) for every size.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1).squeeze()",
            },
        ),
        Misconception(
            "ids_as_floats",
            "Ids are int64; these are floats.",
            {
                "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)": "return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1).to(weight.dtype)",
            },
        ),
        Misconception(
            "noise_in_float32",
            "The noise was rounded to float32, where the last number below 1 is 1: no page is left for it.",
            {
                "(noise * total)": "(noise.float() * total)",
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
            {
                "(hit / torch.log2(rank + 2)).mean().item()": "((hit / torch.log2(rank + 2)).sum() / hit.sum().clamp(min=1)).item()"
            },
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
            "Seen pages were pushed down by a large number such as 1e9. That is not low for a model whose scores are lower still; minus infinity is.",
            {
                "    ahead = torch.where(smaller_id, scores >= own, scores > own) & ~seen\n": "    scores = scores.masked_fill(seen, -1e9)\n    ahead = torch.where(smaller_id, scores >= own, scores > own)\n",
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
        Misconception(
            "counts_itself_and_ties",
            "All equal scores were counted as ahead, that of the test page itself included.",
            {
                "torch.where(smaller_id, scores >= own, scores > own)": "(scores >= own)",
            },
        ),
        Misconception(
            "ties_halved",
            "Of equal scores the mean rank was taken. The page with the smaller id stands first.",
            {
                "rank = ahead.sum(1)": "equal = ((scores == own) & ~seen).sum(1) - 1\n    rank = ((scores > own) & ~seen).sum(1) + equal / 2",
            },
        ),
        Misconception(
            "seen_pages_score_minus_one",
            "Seen pages were given the score -1. Scores are any numbers: that may be ahead of many pages.",
            {
                "own = scores.gather": "scores = scores.masked_fill(seen, -1)\n    own = scores.gather",
                " & ~seen": "",
            },
        ),
        Misconception(
            "seen_pages_score_the_lowest",
            "Seen pages were given the lowest of all scores, and tie with the page that has it. They take up no place.",
            {
                "own = scores.gather": "scores = scores.masked_fill(seen, scores.min())\n    own = scores.gather",
                " & ~seen": "",
            },
        ),
        Misconception(
            "one_below_the_lowest",
            "Seen pages were put one below the lowest score. Of enormous scores one less is the same number.",
            {
                "own = scores.gather": "scores = scores.masked_fill(seen, scores.min() - 1)\n    own = scores.gather",
                " & ~seen": "",
            },
        ),
        Misconception(
            "unseen_pages_taken_out",
            "The mask is turned round: pages that were not seen are taken out.",
            {
                "& ~seen": "& seen",
            },
        ),
        Misconception(
            "history_of_the_first",
            "The seen pages of the first visitor were taken out for everybody.",
            {
                "& ~seen": "& ~seen[:1]",
            },
        ),
        Misconception(
            "one_place_too_few",
            "The list is one place too short: with a rank of 0 at the top, rank k - 1 is the last on it.",
            {
                "rank < k": "rank < k - 1",
            },
        ),
        Misconception(
            "logarithm_of_base_10",
            "The discount uses the logarithm of base 10. With log2 the top place counts exactly 1.",
            {
                "torch.log2(rank + 2)": "torch.log10(rank + 2)",
            },
        ),
        Misconception(
            "two_places_without_discount",
            "The first two places count 1. Only the top does: the discount begins with the second place.",
            {
                "torch.log2(rank + 2)": "torch.log2((rank + 1).clamp(min=2))",
            },
        ),
        Misconception(
            "reciprocal_rank",
            "A hit counts one over its rank. NDCG discounts by a logarithm.",
            {
                "torch.log2(rank + 2)": "(rank + 1)",
            },
        ),
        Misconception(
            "ideal_of_k_hits",
            "NDCG was divided by the gain of k hits. There is one test page per visitor: the best possible sum is 1.",
            {
                "(hit / torch.log2(rank + 2)).mean().item()": "((hit / torch.log2(rank + 2)).mean() / (1 / torch.log2(torch.arange(k) + 2)).sum()).item()",
            },
        ),
        Misconception(
            "precision_not_hit_rate",
            "The hit rate was divided by k. It is the share of visitors whose page is on the list.",
            {
                "hit.mean().item()": "hit.mean().item() / k",
            },
        ),
        Misconception(
            "summed_over_visitors",
            "The visitors were added up. Both numbers are means over all visitors.",
            {
                "return hit.mean().item(), (hit / torch.log2(rank + 2)).mean().item()": "return hit.sum().item(), (hit / torch.log2(rank + 2)).sum().item()",
            },
        ),
        Misconception(
            "percent",
            "The hit rate is in percent. It lies between 0 and 1.",
            {
                "return hit.mean().item()": "return 100 * hit.mean().item()",
            },
        ),
        Misconception(
            "numbers_exchanged",
            "NDCG was returned before the hit rate.",
            {
                "return hit.mean().item(), (hit / torch.log2(rank + 2)).mean().item()": "return (hit / torch.log2(rank + 2)).mean().item(), hit.mean().item()",
            },
        ),
        Misconception(
            "rounded",
            "The numbers were rounded. They are returned as they are.",
            {
                "return hit.mean().item(), (hit / torch.log2(rank + 2)).mean().item()": "return round(hit.mean().item(), 4), round((hit / torch.log2(rank + 2)).mean().item(), 4)",
            },
        ),
        Misconception(
            "softmax_before_ranking",
            "A softmax was taken of the scores first: enormous ones all become 0 or 1 and tie. Scores are compared as they are.",
            {
                "own = scores.gather": "scores = scores.softmax(1)\n    own = scores.gather",
            },
        ),
        Misconception(
            "sigmoid_before_ranking",
            "A sigmoid was taken of the scores first: enormous ones all become 0 or 1 and tie. Scores are compared as they are.",
            {
                "own = scores.gather": "scores = scores.sigmoid()\n    own = scores.gather",
            },
        ),
        Misconception(
            "compared_in_float32",
            "Scores that are close were taken for equal: by a tolerance, or by comparing in float32. Only equal ones tie.",
            {
                "own = scores.gather": "scores = scores.float()\n    own = scores.gather",
            },
        ),
        Misconception(
            "ties_in_no_order",
            "Of equal scores topk may return any, in any order. The page with the smaller id has to stand first.",
            {
                "rank = ahead.sum(1)": "top = scores.masked_fill(seen, -torch.inf).topk(scores.shape[1]).indices\n    rank = (top == test_item[:, None]).int().argmax(1)",
            },
        ),
        Misconception(
            "list_longer_than_the_pages",
            "k may be larger than the number of pages; topk refuses that.",
            {
                "rank = ahead.sum(1)": "scores.topk(k)\n    rank = ahead.sum(1)",
            },
        ),
        Misconception(
            "multiplied_not_divided",
            "The gain was multiplied by the logarithm: it grows with the rank. It is divided.",
            {
                "hit / torch.log2": "hit * torch.log2",
            },
        ),
        Misconception(
            "ten_places",
            "The list always has ten places. It has k.",
            {
                "rank < k": "rank < 10",
            },
        ),
        Misconception(
            "tensors_returned",
            "These are tensors. Plain floats are asked for.",
            {
                "return hit.mean().item(), (hit / torch.log2(rank + 2)).mean().item()": "return hit.mean(), (hit / torch.log2(rank + 2)).mean()",
            },
        ),
        Misconception(
            "first_hundred_pages",
            "Pages beyond the first hundred were left out. The test page is ranked among all that were not seen.",
            {
                "rank = ahead.sum(1)": "rank = ahead[:, :100].sum(1)",
            },
        ),
        Misconception(
            "ranked_among_visitors",
            "The rank was counted down the visitors. It is counted along the pages of one visitor.",
            {
                "rank = ahead.sum(1)": "rank = ahead.sum(0)[test_item]",
            },
        ),
        Misconception(
            "seen_equals_counted",
            "Seen pages with the same score and a smaller id were counted as ahead. They take up no place.",
            {
                " & ~seen\n": ("\n    ahead = ahead & (~seen | (scores == own))\n"),
            },
        ),
        Misconception(
            "only_the_top",
            "The list has one place, whatever k is.",
            {
                "rank < k": "rank < 1",
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
                "    return -logits": "    same = (page[:, None] == page[None]).all(-1) & ~torch.eye(len(user), dtype=torch.bool)\n"
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
        Misconception(
            "tau_squared",
            "The products were divided by the temperature twice.",
            {
                "/ tau": "/ tau**2",
            },
        ),
        Misconception(
            "root_of_tau",
            "The products were divided by the root of the temperature.",
            {
                "/ tau": "/ tau**0.5",
            },
        ),
        Misconception(
            "scaled_by_the_width",
            "The products were divided by the root of the width, as in attention. Only the temperature divides them.",
            {
                "/ tau": "/ tau / user.shape[1] ** 0.5",
            },
        ),
        Misconception(
            "q_not_its_logarithm",
            "The probability was taken off, not its logarithm: `logq` holds logarithms already.",
            {
                "- logq\n": "- logq.exp()\n",
            },
        ),
        Misconception(
            "page_normalised",
            "The pages' vectors were normalised here. They are taken as they are.",
            {
                "page.T": "(page / page.norm(dim=1, keepdim=True)).T",
            },
        ),
        Misconception(
            "normaliser_overflows",
            "For large products the loss is infinite: the exponentials of the normaliser overflow. Use a log-softmax, which subtracts the maximum.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return (logits.exp().sum(1).log() - logits.diagonal()).mean()",
            },
        ),
        Misconception(
            "small_number_in_the_logarithm",
            "A small number was added to the probabilities, which changes the loss and limits it. A log-softmax needs none.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return -(logits.softmax(1).diagonal() + 1e-9).log().mean()",
            },
        ),
        Misconception(
            "probability_clipped",
            "Small probabilities were clipped, which limits the loss. A log-softmax needs no clip.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return -logits.softmax(1).diagonal().clamp(min=1e-12).log().mean()",
            },
        ),
        Misconception(
            "one_maximum_for_all_rows",
            "The largest logit of the whole batch was subtracted from every row: rows that lie far below vanish. Each row has a maximum of its own.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "e = (logits - logits.max()).exp()\n    return -(e / e.sum(1, keepdim=True)).diagonal().log().mean()",
            },
        ),
        Misconception(
            "one_maximum_in_the_normaliser",
            "The largest logit of the whole batch was subtracted from every row: rows that lie far below vanish. Each row has a maximum of its own.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "top = logits.max()\n    return ((logits - top).exp().sum(1).log() + top - logits.diagonal()).mean()",
            },
        ),
        Misconception(
            "a_loss_per_row",
            "There is a loss for each row. Their mean is asked for.",
            {
                ".diagonal().mean()": ".diagonal()",
            },
        ),
        Misconception(
            "an_axis_too_many",
            "The loss has an axis. It is a tensor without axes.",
            {
                ".diagonal().mean()": ".diagonal().mean(0, keepdim=True)",
            },
        ),
        Misconception(
            "both_directions",
            "The classification of pages among visitors was averaged in, as in CLIP. Only visitors choose among pages here.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return -(logits.log_softmax(0) + logits.log_softmax(1)).diagonal().mean() / 2",
            },
        ),
        Misconception(
            "right_logit_uncorrected",
            "In the numerator the right logit still has its log q; in the normaliser it has not. Both are the same number.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return (logits.logsumexp(1) - (logits + logq).diagonal()).mean()",
            },
        ),
        Misconception(
            "only_the_right_one_corrected",
            "log q was taken off the right column alone. It is taken off every column.",
            {
                "- logq\n": "- torch.diag(logq)\n",
            },
        ),
        Misconception(
            "right_page_not_in_the_sum",
            "The right page is missing from the normaliser. It is one of the classes.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "others = logits.masked_fill(torch.eye(len(user), dtype=torch.bool), -torch.inf)\n    return (others.logsumexp(1) - logits.diagonal()).mean()",
            },
        ),
        Misconception(
            "duplicates_are_right_too",
            "All columns with the row's page were counted as right. Row b's own column is the right one; the others are classes like any other.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "same = (page[:, None] == page[None]).all(-1)\n    return (logits.logsumexp(1) - logits.masked_fill(~same, -torch.inf).logsumexp(1)).mean()",
            },
        ),
        Misconception(
            "each_page_once",
            "Repeated pages were thrown out of the batch. Every row counts, and every column.",
            {
                "logits = user @ page.T / tau - logq": (
                    "keep = [b for b in range(len(page)) if not (page[b] == page[:b]).all(1).any()]\n"
                    "    user, page, logq = user[keep], page[keep], logq[keep]\n"
                    "    logits = user @ page.T / tau - logq"
                ),
            },
        ),
        Misconception(
            "visitors_as_columns",
            "The matrix of products is transposed: visitors belong into its rows.",
            {
                "user @ page.T": "page @ user.T",
            },
        ),
        Misconception(
            "labels_smoothed",
            "The labels were smoothed. The right page has the probability 1.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return torch.nn.functional.cross_entropy(logits, torch.arange(len(user)), label_smoothing=0.1)",
            },
        ),
        Misconception(
            "class_0_for_all",
            "The first page was taken as right for every row. That of row b is page b.",
            {
                ".diagonal()": "[:, 0]",
            },
        ),
        Misconception(
            "yes_or_no_for_each_pair",
            "Each pair was asked for itself, yes or no. The pages of a row compete in one softmax.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.eye(len(user), dtype=logits.dtype))",
            },
        ),
        Misconception(
            "logarithm_of_the_mean",
            "The mean was taken of probabilities, and its logarithm after that. The mean is over losses.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return -logits.softmax(1).diagonal().mean().log()",
            },
        ),
        Misconception(
            "in_bits",
            "The loss is in bits. Nats are asked for, by the natural logarithm.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return -logits.log_softmax(1).diagonal().mean() / torch.log(torch.tensor(2.0, dtype=user.dtype))",
            },
        ),
        Misconception(
            "pages_detached",
            "Autograd finds no way back to the pages.",
            {
                "page.T": "page.detach().T",
            },
        ),
        Misconception(
            "visitors_detached",
            "Autograd finds no way back to the visitors.",
            {
                "user @": "user.detach() @",
            },
        ),
        Misconception(
            "a_plain_number",
            "The loss was made a plain number: autograd finds no way back.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return -logits.log_softmax(1).diagonal().mean().item()",
            },
        ),
        Misconception(
            "numerator_without_tau",
            "In the numerator the temperature is missing. Both parts of the fraction use the same logits.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return (logits.logsumexp(1) - ((user * page).sum(1) - logq)).mean()",
            },
        ),
        Misconception(
            "numerator_untouched",
            "In the numerator stands the bare product, without temperature and correction. Both parts of the fraction use the same logits.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return (logits.logsumexp(1) - (user * page).sum(1)).mean()",
            },
        ),
        Misconception(
            "maximum_only_in_the_numerator",
            "The maximum was subtracted in the numerator alone. It has to be put back, or subtracted in both.",
            {
                "return -logits.log_softmax(1).diagonal().mean()": "return (logits.logsumexp(1) - (logits - logits.amax(1, keepdim=True)).diagonal()).mean()",
            },
        ),
        Misconception(
            "logits_clipped",
            "The logits were clipped, which limits the loss. A log-softmax needs no clip.",
            {
                "logits = user @ page.T / tau - logq": "logits = (user @ page.T / tau - logq).clamp(-100, 100)",
            },
        ),
        Misconception(
            "square_not_transposed",
            "With as many rows as features the pages were not transposed. Features are summed over, whatever the shapes.",
            {
                "user @ page.T": "user @ (page if page.shape[0] == page.shape[1] else page.T)",
            },
        ),
        Misconception(
            "one_fewer_than_the_rows",
            "The sum was divided by one less than the number of rows.",
            {
                ".diagonal().mean()": ".diagonal().sum() / (len(user) - 1)",
            },
        ),
        Misconception(
            "no_way_back",
            "Autograd finds no way back to either tower.",
            {
                "logits = user @ page.T / tau - logq": "logits = (user @ page.T / tau - logq).detach()",
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
            {
                "-secs * F.logsigmoid(logit), -F.logsigmoid(-logit)": "-secs * F.logsigmoid(-logit), -F.logsigmoid(logit)"
            },
        ),
        Misconception(
            "clicks_only",
            "Only clicks have a loss. Without the other impressions nothing keeps the logits from growing.",
            {"-F.logsigmoid(-logit)).mean()": "0 * logit).mean()"},
        ),
        Misconception(
            "divided_by_the_clicks",
            "The sum was divided by the number of clicks. It is divided by the number of impressions.",
            {
                ".mean()": ".sum() / clicked.sum()",
            },
        ),
        Misconception(
            "probabilities_clipped",
            "The probabilities were clipped before the logarithm, which limits the loss of large logits. Use a form that needs no clip.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "p = torch.sigmoid(logit).clamp(1e-7, 1 - 1e-7)\n    return torch.where(clicked, -secs * p.log(), -(1 - p).log()).mean()",
            },
        ),
        Misconception(
            "small_number_in_the_logarithm",
            "A small number was added to the probabilities, which limits the loss of large logits. Use a form that needs none.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "p = torch.sigmoid(logit)\n    return torch.where(clicked, -secs * (p + 1e-12).log(), -(1 - p + 1e-12).log()).mean()",
            },
        ),
        Misconception(
            "exponential_overflows",
            "For large logits the loss is infinite: an exponential overflowed.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "return torch.where(clicked, secs * torch.log1p(torch.exp(-logit)), torch.log1p(torch.exp(logit))).mean()",
            },
        ),
        Misconception(
            "logits_clipped",
            "The logits were clipped, which limits the loss of large ones.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "logit = logit.clamp(-30, 30)\n    return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()",
            },
        ),
        Misconception(
            "a_second_more",
            "A click weighs a second more than it lasted.",
            {
                "-secs * F.logsigmoid(logit)": "-(1 + secs) * F.logsigmoid(logit)",
            },
        ),
        Misconception(
            "logarithm_of_the_seconds",
            "A click weighs the logarithm of its seconds. It weighs the seconds themselves.",
            {
                "-secs * F.logsigmoid(logit)": "-torch.log1p(secs) * F.logsigmoid(logit)",
            },
        ),
        Misconception(
            "a_second_at_least",
            "A click of less than a second weighs as much as one second. It weighs what it lasted, even nothing.",
            {
                "-secs * F.logsigmoid(logit)": "-secs.clamp(min=1) * F.logsigmoid(logit)",
            },
        ),
        Misconception(
            "clicked_if_it_lasted",
            "Where seconds stand was taken for a click. `clicked` says what was clicked.",
            {
                "torch.where(clicked": "torch.where(secs > 0",
            },
        ),
        Misconception(
            "no_time_no_click",
            "A click of no time was treated as an impression without a click. It weighs 0.",
            {
                "torch.where(clicked": "torch.where(clicked & (secs > 0)",
            },
        ),
        Misconception(
            "clicks_in_both_terms",
            "Clicks have the loss of an impression without a click, too. Each impression has one of the two.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "return (-secs * F.logsigmoid(logit) * clicked - F.logsigmoid(-logit)).mean()",
            },
        ),
        Misconception(
            "seconds_beside_no_click",
            "Seconds that stand beside no click were counted. They do not count.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "return (-secs * F.logsigmoid(logit) - F.logsigmoid(-logit) * ~clicked).mean()",
            },
        ),
        Misconception(
            "seconds_as_shares",
            "The seconds were divided by their sum over the clicks. They weigh as they are.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "secs = secs / torch.where(clicked, secs, 0).sum().clamp(min=1)\n    return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()",
            },
        ),
        Misconception(
            "seconds_over_their_mean",
            "The seconds were divided by their mean. They weigh as they are.",
            {
                "-secs * F.logsigmoid(logit)": "-secs / secs.mean() * F.logsigmoid(logit)",
            },
        ),
        Misconception(
            "squared_error_of_the_time",
            "This is the squared error of the expected time. The loss is logistic, with weights.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "return torch.where(clicked, (logit.exp() - secs) ** 2, logit.exp() ** 2).mean()",
            },
        ),
        Misconception(
            "clicks_have_no_gradient",
            "Autograd finds no way back to the logits of clicks.",
            {
                "-secs * F.logsigmoid(logit)": "-secs * F.logsigmoid(logit.detach())",
            },
        ),
        Misconception(
            "no_way_back",
            "The loss was made a plain number: autograd finds no way back to the logits.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean().detach()",
            },
        ),
        Misconception(
            "a_loss_per_impression",
            "There is a loss for each impression. Their mean is asked for.",
            {
                ".mean()": "",
            },
        ),
        Misconception(
            "means_of_two_classes",
            "Clicks and other impressions were averaged each for itself. One mean runs over all impressions.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "return (-secs * F.logsigmoid(logit))[clicked].mean() - F.logsigmoid(-logit)[~clicked].mean()",
            },
        ),
        Misconception(
            "two_means_that_may_be_empty",
            "Clicks and other impressions were averaged each for itself. One mean runs over all impressions.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "yes, no = clicked.sum().clamp(min=1), (~clicked).sum().clamp(min=1)\n    return (-secs * F.logsigmoid(logit) * clicked).sum() / yes - (F.logsigmoid(-logit) * ~clicked).sum() / no",
            },
        ),
        Misconception(
            "no_slope_at_zero",
            "At a logit of exactly 0 the gradient is wrong: a maximum or an absolute value has a kink there, and the loss has none.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "tail = torch.log1p((-logit.abs()).exp())\n    return torch.where(clicked, secs * (torch.relu(-logit) + tail), torch.relu(logit) + tail).mean()",
            },
        ),
        Misconception(
            "one_sided_slope_at_zero",
            "At a logit of exactly 0 the gradient is that of one side: a clamp or an absolute value has a kink there, and the loss has none.",
            {
                "return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()": "tail = torch.log1p((-logit.abs()).exp())\n    return torch.where(clicked, secs * (tail - logit.clamp(max=0)), logit.clamp(min=0) + tail).mean()",
            },
        ),
        Misconception(
            "softplus_served",
            "A softplus of the logit was served. The odds are asked for.",
            {
                "return torch.exp(logit)": "return F.softplus(logit)",
            },
        ),
        Misconception(
            "one_taken_off",
            "One was taken off the odds.",
            {
                "return torch.exp(logit)": "return torch.expm1(logit)",
            },
        ),
        Misconception(
            "never_below_zero",
            "The logit without its negative values was served. The odds are asked for: a function that is positive everywhere.",
            {
                "return torch.exp(logit)": "return torch.relu(logit)",
            },
        ),
        Misconception(
            "one_number_served",
            "The mean was served. Each logit has its own expected seconds.",
            {
                "return torch.exp(logit)": "return torch.exp(logit).mean()",
            },
        ),
        Misconception(
            "softmax_served",
            "A softmax was served. Impressions do not compete: each logit has its own odds.",
            {
                "return torch.exp(logit)": "return logit.softmax(0)",
            },
        ),
        Misconception(
            "logarithm_served",
            "The logarithm of the logit was served; the logit is the logarithm of the odds already.",
            {
                "return torch.exp(logit)": "return torch.log(logit)",
            },
        ),
        Misconception(
            "power_of_two_served",
            "A power of 2 was served. The logit is a natural logarithm.",
            {
                "return torch.exp(logit)": "return 2**logit",
            },
        ),
        Misconception(
            "whole_seconds_served",
            "The seconds were rounded. They are served as they are.",
            {
                "return torch.exp(logit)": "return torch.exp(logit).round()",
            },
        ),
        Misconception(
            "served_up_to_a_limit",
            "Large logits were cut before the exponential.",
            {
                "return torch.exp(logit)": "return torch.exp(logit.clamp(max=20))",
            },
        ),
        Misconception(
            "certain_click_divides_by_zero",
            "For a large logit the probability is 1 and its complement 0, so that the odds become infinite. There is a form without a division.",
            {
                "return torch.exp(logit)": "p = torch.sigmoid(logit)\n    return p / (1 - p)",
            },
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
                '    for W, b in params["layers"]:\n        h = torch.relu(h @ W.T + b)\n': '    for n, (W, b) in enumerate(params["layers"], 1):\n        h = h @ W.T + b\n        h = torch.relu(h) if n < len(params["layers"]) else h\n',
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
            {
                "        logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))]\n": "        pass\n"
            },
        ),
        Misconception(
            "base_of_one_field",
            "The base of every combined id is that of one and the same field. It is that of the pair's second field.",
            {
                "len(tables[c])": "len(tables[1])",
            },
        ),
        Misconception(
            "base_of_the_batch",
            "The base was taken from the largest id of this batch. It is the number of ids of the field, whether they occur or not.",
            {
                "len(tables[c])": "int(x[:, c].max()) + 1",
            },
        ),
        Misconception(
            "base_inside_cross_id",
            "The base was taken from the ids at hand. It is `size_c`, whether all ids occur or not.",
            {
                "return a * size_c + c": "return a * (int(c.max()) + 1) + c",
            },
        ),
        Misconception(
            "width_as_the_base",
            "The base is the width of the table. It is its number of rows.",
            {
                "len(tables[c])": "tables[c].shape[1]",
            },
        ),
        Misconception(
            "pairs_sorted",
            "The two fields of a pair were put in order. A pair (a, c) names the first digit and the last, in this order.",
            {
                "        logit = logit + w": "        a, c = min(a, c), max(a, c)\n        logit = logit + w",
            },
        ),
        Misconception(
            "weights_of_other_pairs",
            "Pairs meet the weights of other pairs. Each pair has its own, in the order of the list.",
            {
                "zip(pairs,": "zip(pairs[::-1],",
            },
        ),
        Misconception(
            "first_cross_only",
            "Only the first cross was added. Each pair adds its weight.",
            {
                'zip(pairs, params["wide"], strict=True)': 'zip(pairs[:1], params["wide"])',
            },
        ),
        Misconception(
            "fields_0_and_1_only",
            "Fields 0 and 1 were crossed, whatever the pair says.",
            {
                'zip(pairs, params["wide"], strict=True)': 'zip([(0, 1)] * len(pairs), params["wide"])',
            },
        ),
        Misconception(
            "base_one_too_small",
            "The base is one too small: the last id of the first digit collides with the first of the next.",
            {
                "return a * size_c + c": "return a * (size_c - 1) + c",
            },
        ),
        Misconception(
            "ids_from_one",
            "The combined ids begin at 1. The first combination has the id 0.",
            {
                "return a * size_c + c": "return a * size_c + c + 1",
            },
        ),
        Misconception(
            "ids_in_32_bits",
            "The combined ids were cut to 32 bits. Fields with many ids have combinations beyond that; ids are int64.",
            {
                "return a * size_c + c": "return (a * size_c + c).int()",
            },
        ),
        Misconception(
            "ids_by_way_of_floats",
            "The combined ids went through float32, which knows no odd numbers above 2^24.",
            {
                "return a * size_c + c": "return (a.float() * size_c + c).long()",
            },
        ),
        Misconception(
            "ids_wrap_round",
            "The combined ids wrap round, so that different combinations share one. They have as many as there are combinations.",
            {
                "return a * size_c + c": "return (a * size_c + c) % 1000",
            },
        ),
        Misconception(
            "columns_as_rows",
            "The weights of a cross were read as a matrix with rows and columns exchanged. The second id runs fastest.",
            {
                "logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))]": "logit = logit + w.view(len(tables[c]), len(tables[a]))[x[:, c], x[:, a]]",
            },
        ),
        Misconception(
            "relu_on_the_logit",
            "The logit went through a ReLU. It may be negative.",
            {
                "    return logit\n": "    return torch.relu(logit)\n",
            },
        ),
        Misconception(
            "relu_on_the_deep_side",
            "The head's product went through a ReLU. Only layers have one.",
            {
                'h @ params["head"]': 'torch.relu(h @ params["head"])',
            },
        ),
        Misconception(
            "layers_without_bias",
            "The layers of the deep side have no bias here.",
            {
                "h @ W.T + b": "h @ W.T",
            },
        ),
        Misconception(
            "square_layer_not_transposed",
            "A layer whose weight is square was not transposed. Its rows belong to its outputs, whatever its shape.",
            {
                "h @ W.T": "h @ (W if W.shape[0] == W.shape[1] else W.T)",
            },
        ),
        Misconception(
            "bias_for_each_cross",
            "The bias was added once more for each cross. There is one bias.",
            {
                "logit = logit + w": 'logit = logit + params["bias"] + w',
            },
        ),
        Misconception(
            "bias_twice",
            "The bias was added twice: once for each side. There is one bias.",
            {
                "    return logit\n": '    return logit + params["bias"]\n',
            },
        ),
        Misconception(
            "deep_side_forgotten",
            "The deep side is missing: these are the crosses and the bias alone.",
            {
                'logit = h @ params["head"] + params["bias"]': 'logit = 0 * (h @ params["head"]) + params["bias"]',
            },
        ),
        Misconception(
            "crosses_through_a_relu",
            "The weights of the crosses went through a ReLU. They may be negative.",
            {
                "logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))]": "logit = logit + torch.relu(w[cross_id(x[:, a], x[:, c], len(tables[c]))])",
            },
        ),
        Misconception(
            "crosses_averaged",
            "The crosses were averaged. Their weights are added.",
            {
                "logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))]": "logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))] / len(pairs)",
            },
        ),
        Misconception(
            "fields_backwards",
            "The embeddings were joined from the last field to the first.",
            {
                "for f, table in enumerate(tables)]": "for f, table in reversed(list(enumerate(tables)))]",
            },
        ),
        Misconception(
            "two_fields_only",
            "Only the first two fields are embedded. There may be any number.",
            {
                "enumerate(tables)]": "enumerate(tables[:2])]",
            },
        ),
        Misconception(
            "crossed_fields_only",
            "Only fields that occur in a pair were embedded. The deep side reads all fields.",
            {
                "enumerate(tables)]": "enumerate(tables) if not pairs or any(f in pair for pair in pairs)]",
            },
        ),
        Misconception(
            "embeddings_added",
            "The embeddings of the fields were added. They are laid side by side.",
            {
                "torch.cat([table[x[:, f]] for f, table in enumerate(tables)], dim=1)": "sum(table[x[:, f]] for f, table in enumerate(tables))",
            },
        ),
        Misconception(
            "relu_on_the_embeddings",
            "The joined embeddings went through a ReLU. Only layers are followed by one.",
            {
                "torch.cat([table[x[:, f]] for f, table in enumerate(tables)], dim=1)": "torch.relu(torch.cat([table[x[:, f]] for f, table in enumerate(tables)], dim=1))",
            },
        ),
        Misconception(
            "first_layer_only",
            "Only the first layer was applied. There may be any number of them.",
            {
                'in params["layers"]:': 'in params["layers"][:1]:',
            },
        ),
        Misconception(
            "crosses_detached",
            "Autograd finds no way back to the weights of the crosses.",
            {
                "logit + w[": "logit + w.detach()[",
            },
        ),
        Misconception(
            "tables_detached",
            "Autograd finds no way back to the tables.",
            {
                "[table[x": "[table.detach()[x",
            },
        ),
        Misconception(
            "bias_detached",
            "The bias was taken out as a number: autograd finds no way back to it.",
            {
                '+ params["bias"]': '+ params["bias"].item()',
            },
        ),
        Misconception(
            "some_cross_needed",
            "Without crosses this fails. There may be none.",
            {
                "    return logit\n": ("    assert pairs\n    return logit\n"),
            },
        ),
        Misconception(
            "self_cross_left_out",
            "A field that is crossed with itself was left out. It adds the weight of its combination like any pair.",
            {
                "        logit = logit + w": (
                    "        if a == c:\n            continue\n        logit = logit + w"
                ),
            },
        ),
        Misconception(
            "axis_of_one_kept",
            "The logits have an axis too many. One number per row is asked for, of shape (B,).",
            {
                "    return logit\n": "    return logit[:, None]\n",
            },
        ),
        Misconception(
            "every_row_with_every_row",
            "Crosses of one row met the deep side of every other: a column was added to a row.",
            {
                'logit = h @ params["head"] + params["bias"]': 'logit = (h @ params["head"])[:, None] + params["bias"]',
            },
        ),
        Misconception(
            "no_way_back",
            "Autograd finds no way back to anything: the logits were detached.",
            {
                "    return logit\n": "    return logit.detach()\n",
            },
        ),
    ],
}
