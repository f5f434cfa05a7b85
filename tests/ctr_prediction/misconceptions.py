"""What students get wrong in ctr_prediction, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "lr_loss_and_grad": [
        Misconception(
            "fields_share_rows",
            "The ids go to the table as they are: id 3 of every field has the same weight. Each field's rows begin where the "
            "fields before it end.",
            {"return x + (np.cumsum(sizes) - sizes)": "return x + 0"},
        ),
        Misconception(
            "inclusive_cumsum",
            "Each field begins where it should end. The first begins at 0: its own size is not yet counted.",
            {"return x + (np.cumsum(sizes) - sizes)": "return x + np.cumsum(sizes)"},
        ),
        Misconception(
            "one_size_before",
            "A field begins after *all* fields before it, not after the last one alone.",
            {"(np.cumsum(sizes) - sizes)": "np.array([0, *sizes[:-1]])"},
        ),
        Misconception(
            "repeated_rows_lost",
            "Of several impressions with the same row only one is added: that is what an indexed += does in numpy. The "
            "gradient of a weight is the sum over all places where it was looked up.",
            {"np.add.at(gw, rows, residual[:, None])": "gw[rows] += residual[:, None]"},
        ),
        Misconception(
            "sum_instead_of_mean",
            "Loss and gradients are B times too large: the loss is the mean over the impressions.",
            {"loss = np.mean(": "loss = np.sum(", "- y) / len(rows)": "- y)"},
        ),
        Misconception(
            "gradient_of_the_sum",
            "The loss is a mean over the impressions, so its gradient carries the same 1/B.",
            {"- y) / len(rows)": "- y)"},
        ),
        Misconception(
            "bias_gradient_averaged_twice",
            "The 1/B is in each derivative already; the bias takes their sum.",
            {"float(residual.sum())": "float(residual.mean())"},
        ),
        Misconception(
            "residual_reversed",
            "Every gradient has the wrong sign: it is the prediction less the click.",
            {"(np.exp(-np.logaddexp(0, -z)) - y)": "(y - np.exp(-np.logaddexp(0, -z)))"},
        ),
        Misconception(
            "divided_by_places",
            "The mean is over the B impressions, not over the B F looked-up weights.",
            {"/ len(rows)": "/ rows.size"},
        ),
        Misconception(
            "bias_left_out",
            "The logit is the bias plus the weights; the bias is missing.",
            {"z = b + w[rows].sum(1)": "z = w[rows].sum(1)"},
        ),
        Misconception(
            "mean_of_weights",
            "The weights of an impression are added, not averaged over its fields.",
            {"w[rows].sum(1)": "w[rows].mean(1)"},
        ),
        Misconception(
            "ids_not_checked",
            "An id outside of its field falls silently on a row of another field. It has to be refused.",
            {"if (x < 0).any() or (x >= np.array(sizes)).any():": "if False:"},
        ),
        Misconception(
            "largest_id_allowed",
            "A field with n ids has the ids 0 to n - 1; n itself is the first row of the next field.",
            {"x >= np.array(sizes)": "x > np.array(sizes)"},
        ),
        Misconception(
            "negative_id_allowed",
            "A negative id counts from the end of another field. It has to be refused, too.",
            {"(x < 0).any() or ": ""},
        ),
        Misconception(
            "logarithm_of_a_rounded_sigmoid",
            "Far out the sigmoid is exactly 0 or 1, and the logarithm of that, or of a clipped copy, is not the loss. Write the "
            "loss in the logit.",
            {
                "loss = np.mean(np.logaddexp(0, z) - y * z)": "q = np.clip(np.exp(-np.logaddexp(0, -z)), 1e-12, 1 - 1e-12)\n"
                "    loss = -np.mean(np.where(y, np.log(q), np.log(1 - q)))"
            },
        ),
        Misconception(
            "exponential_overflows",
            "The exponential of a large logit overflows, and the loss is infinite or NaN. log(1 + e^z) is np.logaddexp(0, z).",
            {
                "np.mean(np.logaddexp(0, z) - y * z)":
                    "np.mean(np.log(1 + np.exp(z)) - y * z)",
            },
        ),
        Misconception(
            "bias_once_per_field",
            "The bias is added once per field. It is added once per impression.",
            {
                "z = b + w[rows].sum(1)":
                    "z = (b + w[rows]).sum(1)",
            },
        ),
        Misconception(
            "whole_table_checked",
            "Only ids whose row lies outside of the whole table are refused. An id must not reach the rows of another field.",
            {
                "(x < 0).any() or (x >= np.array(sizes)).any()":
                    "(x + np.cumsum(sizes) - sizes < 0).any() or (x + np.cumsum(sizes) - sizes >= sum(sizes)).any()",
            },
        ),
        Misconception(
            "largest_field_for_all",
            "Every id is compared with the size of the largest field. Each field has a size of its own.",
            {
                "x >= np.array(sizes)":
                    "x >= max(sizes)",
            },
        ),
        Misconception(
            "residuals_in_the_wrong_order",
            "The derivatives were laid end to end; then they go to rows of other impressions. Each goes to the F rows of its "
            "own: np.repeat, not np.tile.",
            {
                "np.add.at(gw, rows, residual[:, None])":
                    "np.add.at(gw, rows.ravel(), np.tile(residual, rows.shape[1]))",
            },
        ),
        Misconception(
            "repeated_rows_lost_in_a_field",
            "The fields are added one after another, but of several impressions with the same id only one counts: an indexed "
            "+= keeps the last. np.add.at adds all.",
            {
                "np.add.at(gw, rows, residual[:, None])":
                    "for f in range(rows.shape[1]):\n        gw[rows[:, f]] += residual",
            },
        ),
    ],
    "auc": [
        Misconception(
            "ties_lost",
            "A tied pair counts as lost here. It counts one half: equal scores share their mean rank.",
            {"ranks = np.cumsum(counts) - (counts - 1) / 2\n    won = ranks[inverse][y == 1].sum() - positives * (positives + 1) / 2":
             "won = sum((q < s).sum() for s in p[y == 1] for q in [p[y == 0]])"},
        ),
        Misconception(
            "ties_won",
            "A tied pair counts as won here. It counts one half.",
            {"ranks = np.cumsum(counts) - (counts - 1) / 2\n    won = ranks[inverse][y == 1].sum() - positives * (positives + 1) / 2":
             "won = sum((q <= s).sum() for s in p[y == 1] for q in [p[y == 0]])"},
        ),
        Misconception(
            "ties_by_position",
            "Ranks from argsort break ties by position in the log: shuffle the log, and the AUC is another.",
            {"ranks[inverse][y == 1].sum()": "(np.argsort(np.argsort(p, kind='stable')) + 1)[y == 1].sum()"},
        ),
        Misconception(
            "ranks_of_distinct_scores",
            "These are ranks among the distinct scores. A score that occurs three times takes three ranks.",
            {"ranks = np.cumsum(counts) - (counts - 1) / 2": "ranks = np.arange(1, len(counts) + 1)"},
        ),
        Misconception(
            "ranks_from_zero",
            "The ranks begin at 0 and the formula takes them from 1.",
            {"ranks = np.cumsum(counts) - (counts - 1) / 2": "ranks = np.cumsum(counts) - (counts + 1) / 2"},
        ),
        Misconception(
            "own_ranks_not_subtracted",
            "The clicked also outrank each other; these pairs, N+(N+ + 1)/2 in the sum of ranks, do not count.",
            {" - positives * (positives + 1) / 2": ""},
        ),
        Misconception(
            "auc_reversed",
            "This is 1 - AUC: high scores should belong to clicks.",
            {"won / (positives * negatives)": "1 - won / (positives * negatives)"},
        ),
        Misconception(
            "half_for_one_kind",
            "Without clicks, or without anything else, there is no pair, and one half would be an invention. Raise the error.",
            {'raise ValueError("AUC needs both clicks and non-clicks")': "return 0.5"},
        ),
        Misconception(
            "probabilities_not_limited",
            "A p of exactly 0 or 1 gives an infinite loss. It is limited to [1e-7, 1 - 1e-7] first.",
            {"p = np.clip(p, 1e-7, 1 - 1e-7)": "p = np.clip(p, 1e-300, 1 - 1e-16)"},
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number is added inside of the logarithm, which moves every p a little. The text limits p instead, which "
            "leaves those inside as they are.",
            {
                "p = np.clip(p, 1e-7, 1 - 1e-7)": "p = p + 0",
                "-np.log(p), -np.log1p(-p)": "-np.log(p + 1e-7), -np.log(1 - p + 1e-7)",
            },
        ),
        Misconception(
            "only_the_clicks",
            "The loss of the unclicked is missing: they cost -log(1 - p).",
            {"-np.log(p), -np.log1p(-p)": "-np.log(p), 0.0"},
        ),
        Misconception(
            "clicks_exchanged",
            "Clicks and non-clicks are exchanged in the loss: a click costs -log p.",
            {"-np.log(p), -np.log1p(-p)": "-np.log1p(-p), -np.log(p)"},
        ),
        Misconception(
            "summed_loss",
            "The log loss is the mean over the impressions, not the sum.",
            {"costs.sum() / len(y)": "costs.sum()"},
        ),
        Misconception(
            "base_two",
            "This loss is in bits. The notebook's logarithm is the natural one.",
            {"costs.sum() / len(y)": "costs.sum() / np.log(2) / len(y)"},
        ),
        Misconception(
            "probability_times_keep_rate",
            "The probability was multiplied by the keep rate. Thinning acts on the odds: p = 1 must stay 1.",
            {"return p / (p + (1 - p) / keep_rate)": "return p * keep_rate"},
        ),
        Misconception(
            "odds_the_wrong_way",
            "The odds were divided by the keep rate. In the thinned log they are too high already; they have to come down.",
            {"(1 - p) / keep_rate)": "(1 - p) * keep_rate)"},
        ),
        Misconception(
            "odds_returned",
            "These are odds. A probability is odds over one plus odds.",
            {"return p / (p + (1 - p) / keep_rate)": "return keep_rate * p / np.maximum(1 - p, 1e-300)"},
        ),
        Misconception(
            "keep_rate_not_checked",
            "A keep rate of 0 or above 1 is no share. It has to be refused.",
            {"if not 0 < keep_rate <= 1:": "if keep_rate == 0:"},
        ),
        Misconception(
            "keep_rate_one_refused",
            "A keep rate of 1 is allowed: nothing was thinned, nothing changes.",
            {"if not 0 < keep_rate <= 1:": "if not 0 < keep_rate < 1:"},
        ),
        Misconception(
            "highest_rank_for_ties",
            "Equal scores all take the highest of their ranks here, which favours the clicked. They share the mean.",
            {'- (counts - 1) / 2': '- 0 * counts'},
        ),
        Misconception(
            "weights_of_prior",
            "The non-clicks were multiplied by 1 + 1/keep_rate. For each that was kept, 1/keep_rate stood in the full log.",
            {'(1 - p) / keep_rate)': '(1 - p) * (1 + 1 / keep_rate))'},
        ),
        Misconception(
            "nan_for_one_kind",
            "With one kind alone there is no pair, and NaN would travel on silently. Raise the error.",
            {
                'raise ValueError("AUC needs both clicks and non-clicks")':
                    'return float("nan")',
            },
        ),
        Misconception(
            "never_below_one_half",
            "The larger of AUC and 1 - AUC was returned. A reversed order is a bad one, and below one half.",
            {
                "return float(won / (positives * negatives))":
                    "return float(max(won / (positives * negatives), 1 - won / (positives * negatives)))",
            },
        ),
        Misconception(
            "scores_in_float32",
            "Scores that differ in float64 were rounded to float32, where they are tied.",
            {
                "np.unique(p, ":
                    "np.unique(p.astype(np.float32), ",
            },
        ),
        Misconception(
            "limits_of_a_library",
            "p was limited to [1e-15, 1 - 1e-15], as some libraries do. Here the limits are 1e-7 and 1 - 1e-7.",
            {
                "np.clip(p, 1e-7, 1 - 1e-7)":
                    "np.clip(p, 1e-15, 1 - 1e-15)",
            },
        ),
        Misconception(
            "infinite_odds",
            "At p = 1 the odds are infinite, and infinity over infinity is NaN. The last formula of the text needs no odds.",
            {
                "return p / (p + (1 - p) / keep_rate)":
                    "odds = keep_rate * p / (1 - p)\n    return odds / (1 + odds)",
            },
        ),
        Misconception(
            "any_keep_rate",
            "The keep rate is not looked at. Not positive, or above 1, it is no share, and has to be refused.",
            {
                "if not 0 < keep_rate <= 1:":
                    "if False:",
            },
        ),
        Misconception(
            "keep_rate_zero_allowed",
            "A keep rate of 0 has to be refused, too: from nothing that was kept nothing comes back.",
            {
                "if not 0 < keep_rate <= 1:":
                    "if not 0 <= keep_rate <= 1:",
            },
        ),
        Misconception(
            "keep_rate_above_one_allowed",
            "A keep rate above 1 is no share. It has to be refused, too.",
            {
                "if not 0 < keep_rate <= 1:":
                    "if not 0 < keep_rate:",
            },
        ),
        Misconception(
            "nan_keep_rate_allowed",
            "NaN was let through: each comparison with it is false. Ask whether the rate is allowed, not whether it is "
            "forbidden.",
            {
                "if not 0 < keep_rate <= 1:":
                    "if keep_rate <= 0 or keep_rate > 1:",
            },
        ),
    ],
    "fm_interaction": [
        Misconception(
            "half_forgotten",
            "Each pair is counted twice, as (i, j) and as (j, i): half of it.",
            {"return 0.5 * (E.sum(1)": "return (E.sum(1)"},
        ),
        Misconception(
            "diagonal_kept",
            "The products of each vector with itself are still in the sum. They are the diagonal of the square.",
            {"(E.sum(1) ** 2 - (E**2).sum(1))": "(E.sum(1) ** 2)"},
        ),
        Misconception(
            "summed_over_width_first",
            "The sum over k came before the square: coordinates of different number meet, which are in no dot product.",
            {"0.5 * (E.sum(1) ** 2 - (E**2).sum(1)).sum(1)": "0.5 * (E.sum(2).sum(1) ** 2 - (E.sum(2) ** 2).sum(1))"},
        ),
        Misconception(
            "fields_and_width_exchanged",
            "The roles of fields and coordinates are exchanged: first sum over the fields, axis 1; last over the coordinates.",
            {"0.5 * (E.sum(1) ** 2 - (E**2).sum(1)).sum(1)": "0.5 * (E.sum(2) ** 2 - (E**2).sum(2)).sum(1)"},
        ),
        Misconception(
            "sign_reversed",
            "The square of the sum comes first, and the sum of the squares is taken away.",
            {"(E.sum(1) ** 2 - (E**2).sum(1))": "((E**2).sum(1) - E.sum(1) ** 2)"},
        ),
        Misconception(
            "mean_over_width",
            "A dot product is a sum over the k coordinates, not a mean.",
            {"(E**2).sum(1)).sum(1)": "(E**2).sum(1)).mean(1)"},
        ),
        Misconception(
            "neighbours_alone",
            "Only neighbouring fields are crossed. All pairs i < j count.",
            {"return 0.5 * (E.sum(1) ** 2 - (E**2).sum(1)).sum(1)": "return (E[:, :-1] * E[:, 1:]).sum((1, 2))"},
        ),
        Misconception(
            "vectors_for_oneself",
            "Each field used the vector for use against itself, E[i, i]. Against field j it uses E[i, j].",
            {"E[:, i, j] * E[:, j, i]": "E[:, i, i] * E[:, j, j]"},
        ),
        Misconception(
            "one_side_squared",
            "Both factors are the vector of field i. The second is field j's, for use against field i.",
            {"E[:, i, j] * E[:, j, i]": "E[:, i, j] * E[:, i, j]"},
        ),
        Misconception(
            "other_side_squared",
            "Both factors are the vector of field j. The first is field i's, for use against field j.",
            {"E[:, i, j] * E[:, j, i]": "E[:, j, i] * E[:, j, i]"},
        ),
        Misconception(
            "ordered_pairs",
            "Each field-aware pair is counted twice. Take i < j alone.",
            {"(E[:, i, j] * E[:, j, i]).sum((1, 2))": "2 * (E[:, i, j] * E[:, j, i]).sum((1, 2))"},
        ),
        Misconception(
            "diagonal_of_ffm",
            "The field-aware sum has no diagonal: a field is not crossed with itself.",
            {"offset=1": "offset=0"},
        ),
        Misconception(
            "both_for_the_same_field",
            "This is E[i, j] . E[j, j]: field j shows the side that is meant for itself. It shows field i the side E[j, i].",
            {"E[:, i, j] * E[:, j, i]": "E[:, i, j] * E[:, j, j]"},
        ),
        Misconception(
            "cosines",
            "The vectors were brought to length 1: these are cosines. A long vector is meant to count more.",
            {'return 0.5 * (E.sum(1)': 'E = E / (E.norm(dim=-1, keepdim=True) + 1e-12)\n    return 0.5 * (E.sum(1)'},
        ),
        Misconception(
            "half_of_the_whole_table",
            "Half of the whole table still has half of its diagonal. Take the pairs above the diagonal.",
            {
                "(E[:, i, j] * E[:, j, i]).sum((1, 2))":
                    "0.5 * (E * E.transpose(1, 2)).sum((1, 2, 3))",
            },
        ),
        Misconception(
            "whole_table",
            "The whole table was summed: each pair twice, and the diagonal, too. Take the pairs above the diagonal.",
            {
                "(E[:, i, j] * E[:, j, i]).sum((1, 2))":
                    "(E * E.transpose(1, 2)).sum((1, 2, 3))",
            },
        ),
        Misconception(
            "square_trick_for_ffm",
            "The square of the sum crosses each vector with all others. In the field-aware sum E[i, j] meets E[j, i] alone.",
            {
                "(E[:, i, j] * E[:, j, i]).sum((1, 2))":
                    "fm_interaction(E.flatten(1, 2))",
            },
        ),
        Misconception(
            "neighbours_alone_in_ffm",
            "Only neighbouring fields are crossed in the field-aware sum. All pairs i < j count.",
            {
                "i, j = torch.triu_indices(E.shape[1], E.shape[1], offset=1)":
                    "i, j = torch.arange(E.shape[1] - 1), torch.arange(1, E.shape[1])",
            },
        ),
    ],
    "deepfm_logit": [
        Misconception(
            "probabilities_added",
            "Two sigmoids were added. The logits are added, and here no sigmoid is asked for.",
            {
                "return params[\"bias\"] + params[\"w\"][rows].sum(1) + fm_interaction(E) + deep":
                    "return torch.sigmoid(params[\"bias\"] + params[\"w\"][rows].sum(1) + fm_interaction(E)) + torch.sigmoid(deep)"
            },
        ),
        Misconception(
            "probability_returned",
            "A sigmoid was applied. The models of this notebook return logits; the loss applies it.",
            {
                "return params[\"bias\"] + params[\"w\"][rows].sum(1) + fm_interaction(E) + deep":
                    "return torch.sigmoid(params[\"bias\"] + params[\"w\"][rows].sum(1) + fm_interaction(E) + deep)"
            },
        ),
        Misconception(
            "relu_at_the_end",
            "The last layer has a ReLU: the network can then only raise the logit.",
            {"deep = (h @ W_last.T + c_last)[:, 0]": "deep = torch.relu(h @ W_last.T + c_last)[:, 0]"},
        ),
        Misconception(
            "no_relu",
            "Without ReLU all layers together are one linear map.",
            {"h = torch.relu(h @ W.T + c)": "h = h @ W.T + c"},
        ),
        Misconception(
            "coordinate_by_coordinate",
            "The concatenation goes coordinate by coordinate. It goes field by field: first the whole vector of the first field.",
            {"h = E.flatten(1)": "h = E.transpose(1, 2).flatten(1)"},
        ),
        Misconception(
            "sum_repeated",
            "The network reads the sum of the vectors (again and again). It reads the vectors side by side, and so can tell who "
            "is who.",
            {"h = E.flatten(1)": "h = E.sum(1).repeat(1, E.shape[1])"},
        ),
        Misconception(
            "no_interaction",
            "The dot products are missing: this is Wide & Deep, not DeepFM.",
            {" + fm_interaction(E) + deep": " + deep"},
        ),
        Misconception(
            "no_network",
            "The network's logit is missing: this is a factorization machine.",
            {" + fm_interaction(E) + deep": " + fm_interaction(E)"},
        ),
        Misconception(
            "no_linear_part",
            "The weights of the single ids are missing.",
            {" + params[\"w\"][rows].sum(1)": ""},
        ),
        Misconception(
            "bias_forgotten",
            "The global bias is missing.",
            {"return params[\"bias\"] + ": "return "},
        ),
        Misconception(
            "layer_biases_forgotten",
            "The biases of the hidden layers are missing.",
            {"torch.relu(h @ W.T + c)": "torch.relu(h @ W.T)"},
        ),
        Misconception(
            "column_kept",
            "The network's (B, 1) was added to (B,): broadcasting makes a (B, B) table of it. Take the column out.",
            {"(h @ W_last.T + c_last)[:, 0]": "(h @ W_last.T + c_last)"},
        ),
        Misconception(
            "parts_averaged",
            "The two logits were averaged. They are added.",
            {" + fm_interaction(E) + deep": " + (fm_interaction(E) + deep) / 2"},
        ),
        Misconception(
            "last_bias_forgotten",
            "The bias of the network's last layer is missing.",
            {'(h @ W_last.T + c_last)[:, 0]': '(h @ W_last.T)[:, 0]'},
        ),
        Misconception(
            "sigmoid_between_layers",
            "The hidden layers have a sigmoid. They have a ReLU.",
            {'torch.relu(h @ W.T + c)': 'torch.sigmoid(h @ W.T + c)'},
        ),
        Misconception(
            "weights_averaged",
            "The weights of the single ids are added, not averaged over the fields.",
            {'params["w"][rows].sum(1)': 'params["w"][rows].mean(1)'},
        ),
        Misconception(
            "relu_on_the_embeddings",
            "The embeddings themselves went through a ReLU. It comes after a layer's matrix and bias.",
            {
                "h = E.flatten(1)":
                    "h = torch.relu(E.flatten(1))",
            },
        ),
        Misconception(
            "no_biases_in_the_network",
            "The biases of the network's layers are missing.",
            {
                "torch.relu(h @ W.T + c)":
                    "torch.relu(h @ W.T)",
                "(h @ W_last.T + c_last)":
                    "(h @ W_last.T)",
            },
        ),
    ],
    "cross_network": [
        Misconception(
            "state_as_multiplier",
            "The multiplier is the state. It is always the input x0; in the first layer both are the same.",
            {"x = x0 * (x @ w)": "x = x * (x @ w)"},
        ),
        Misconception(
            "input_read_instead_of_state",
            "Every layer reads its number off the input. It reads it off the state; in the first layer both are the same.",
            {"(x @ w)[:, None]": "(x0 @ w)[:, None]"},
        ),
        Misconception(
            "elementwise_weight",
            "The weight was multiplied coordinate by coordinate. It makes one number of the state, a dot product.",
            {"(x @ w)[:, None]": "(x * w)"},
        ),
        Misconception(
            "bias_inside",
            "The bias is inside of the product with x0. In this network it is added outside.",
            {"x0 * (x @ w)[:, None] + b + x": "x0 * ((x @ w)[:, None] + b) + x"},
        ),
        Misconception(
            "state_not_carried",
            "The state is not carried along: + x is missing. Without it the lower degrees are lost.",
            {" + b + x": " + b"},
        ),
        Misconception(
            "input_carried",
            "The input is added again, not the state. In the first layer both are the same.",
            {" + b + x": " + b + x0"},
        ),
        Misconception(
            "no_bias",
            "The bias vectors are not used.",
            {" + b + x": " + x"},
        ),
        Misconception(
            "last_layer_first",
            "The layers run from the last to the first.",
            {"zip(ws, bs, strict=True)": "zip(ws.flip(0), bs.flip(0), strict=True)"},
        ),
        Misconception(
            "first_layer_only",
            "All layers use the weights of the first.",
            {"(x @ w)": "(x @ ws[0])"},
        ),
        Misconception(
            "relu_between",
            "A cross layer has no activation: it is a polynomial.",
            {"x = x0 * (x @ w)[:, None] + b + x": "x = torch.relu(x0 * (x @ w)[:, None] + b + x)"},
        ),
        Misconception(
            "one_number_for_the_batch",
            "The dot products of all impressions were added up. Each impression has its own number.",
            {'(x @ w)[:, None]': '(x @ w).sum()'},
        ),
        Misconception(
            "input_and_state_exchanged",
            "Input and state are exchanged: the number is read off the state, and multiplies the input.",
            {
                "x0 * (x @ w)[:, None]":
                    "x * (x0 @ w)[:, None]",
            },
        ),
    ],
    "cin_layer": [
        Misconception(
            "scalar_cross",
            "The matrix was reduced to one number per impression, as in DCN. DCN-V2 has a number for each coordinate.",
            {"x0 * (x @ W.T + b) + x": "x0 * (x @ W.T + b).sum(1, keepdim=True) + x"},
        ),
        Misconception(
            "matrix_transposed",
            "The matrix is transposed: the rows of W belong to the coordinates of the result.",
            {"x @ W.T": "x @ W"},
        ),
        Misconception(
            "bias_outside",
            "The bias is outside of the product. In DCN-V2 it is inside, multiplied by x0.",
            {"x0 * (x @ W.T + b) + x": "x0 * (x @ W.T) + b + x"},
        ),
        Misconception(
            "state_multiplies",
            "The multiplier is the state; it is the input x0.",
            {"x0 * (x @ W.T + b)": "x * (x @ W.T + b)"},
        ),
        Misconception(
            "input_is_read",
            "The matrix reads the input. It reads the state.",
            {"(x @ W.T + b)": "(x0 @ W.T + b)"},
        ),
        Misconception(
            "input_is_carried",
            "The input is added at the end. What is carried along is the state.",
            {"(x @ W.T + b) + x": "(x @ W.T + b) + x0"},
        ),
        Misconception(
            "nothing_carried",
            "The state is not carried along: + x is missing.",
            {"(x @ W.T + b) + x": "(x @ W.T + b)"},
        ),
        Misconception(
            "pooled_over_maps",
            "Pooling is over the k coordinates of each map, not over the maps.",
            {"maps.sum(-1)": "maps.sum(1)"},
        ),
        Misconception(
            "pooled_by_mean",
            "Pooling is a sum over the coordinates, not a mean.",
            {"maps.sum(-1)": "maps.mean(-1)"},
        ),
        Misconception(
            "relu_on_the_maps",
            "The maps went through a ReLU. This layer has no activation, as in the paper.",
            {'maps = torch.einsum("hij,bik,bjk->bhk", W, X, X0)': 'maps = torch.relu(torch.einsum("hij,bik,bjk->bhk", W, X, X0))'},
        ),
        Misconception(
            "coordinates_mixed",
            "All coordinates of one vector meet all of the other. Coordinate c of a map is made of coordinates c alone.",
            {'"hij,bik,bjk->bhk", W, X, X0': '"hij,bik,bjl->bhk", W, X, X0'},
        ),
        Misconception(
            "pooled_relu",
            "The maps are right, but a ReLU came before the pooling. There is none.",
            {"maps.sum(-1)": "torch.relu(maps).sum(-1)"},
        ),
        Misconception(
            "input_and_state_exchanged",
            "Input and state are exchanged: the matrix reads the state, and its result multiplies the input.",
            {
                "x0 * (x @ W.T + b)":
                    "x * (x0 @ W.T + b)",
            },
        ),
        Misconception(
            "bias_not_used",
            "The bias is not used.",
            {
                "x0 * (x @ W.T + b)":
                    "x0 * (x @ W.T)",
            },
        ),
        Misconception(
            "relu_in_the_cross",
            "A ReLU came before the product with the input. A cross layer has no activation.",
            {
                "x0 * (x @ W.T + b)":
                    "x0 * torch.relu(x @ W.T + b)",
            },
        ),
        Misconception(
            "state_crossed_with_itself",
            "The state was crossed with itself. Each map meets the embeddings; in the first layer both are the same.",
            {
                "W, X, X0)":
                    "W, X, X if X.shape == X0.shape else X0)",
            },
        ),
        Misconception(
            "pooled_by_maximum",
            "Pooling is a sum over the coordinates, not their maximum.",
            {
                "maps.sum(-1)":
                    "maps.amax(-1)",
            },
        ),
    ],
    "autoint_layer": [
        Misconception(
            "heads_and_fields_mixed",
            "(B, K, F, dh) was reshaped without moving the head axis behind the fields: a field then holds pieces of other "
            "fields.",
            {"heads.transpose(1, 2).flatten(2)": "heads.reshape(E.shape[0], E.shape[1], -1)"},
        ),
        Misconception(
            "heads_interleaved",
            "The heads are interleaved coordinate by coordinate. They stand side by side, head 1 first.",
            {"heads.transpose(1, 2).flatten(2)": "heads.permute(0, 2, 3, 1).flatten(2)"},
        ),
        Misconception(
            "queries_and_keys_exchanged",
            "Queries and keys are exchanged. Row i of the weights is how field i looks at the others: its query against their "
            "keys.",
            {"attention(E[:, None] @ Wq, E[:, None] @ Wk,": "attention(E[:, None] @ Wk, E[:, None] @ Wq,"},
        ),
        Misconception(
            "values_from_keys",
            "The keys are mixed in place of the values.",
            {"E[:, None] @ Wv)": "E[:, None] @ Wk)"},
        ),
        Misconception(
            "scaled_twice",
            "The scores are divided by the root of dh twice: the given attention does it already.",
            {"attention(E[:, None] @ Wq,": "attention(E[:, None] @ Wq / Wq.shape[-1] ** 0.5,"},
        ),
        Misconception(
            "scaled_by_the_full_width",
            "The scores are scaled by the root of k, the width of the embedding. It is dh, the width of a head.",
            {"attention(E[:, None] @ Wq,": "attention(E[:, None] @ Wq * (Wq.shape[-1] / Wq.shape[-2]) ** 0.5,"},
        ),
        Misconception(
            "no_residual",
            "The residual is missing: what a field was is lost in the mixture.",
            {"torch.relu(joined + E @ Wres)": "torch.relu(joined)"},
        ),
        Misconception(
            "relu_before_the_residual",
            "The ReLU came before the residual was added. It comes after the sum.",
            {"torch.relu(joined + E @ Wres)": "torch.relu(joined) + E @ Wres"},
        ),
        Misconception(
            "relu_forgotten",
            "The ReLU after the sum is missing.",
            {"torch.relu(joined + E @ Wres)": "joined + E @ Wres"},
        ),
        Misconception(
            "weights_averaged_over_heads",
            "The weights of each head are asked for, (B, K, F, F). These are their mean.",
            {"E @ Wres), weights": "E @ Wres), weights.mean(1)"},
        ),
        Misconception(
            "weights_transposed",
            "The weights are transposed: field i's weights are row i and sum to 1.",
            {"E @ Wres), weights": "E @ Wres), weights.transpose(-1, -2)"},
        ),
        Misconception(
            "heads_averaged",
            "Each head's part is the mean of all heads. Every head keeps its own.",
            {'heads.transpose(1, 2).flatten(2)': 'heads.mean(1).repeat(1, 1, heads.shape[1])'},
        ),
        Misconception(
            "not_scaled",
            "The scores are not scaled, as in the paper. The given function divides them by the root of dh.",
            {
                "attention(E[:, None] @ Wq,":
                    "attention(E[:, None] @ Wq * Wq.shape[-1] ** 0.5,",
            },
        ),
        Misconception(
            "weights_of_the_mean_head",
            "The weights of all heads are averaged. Each head has its own.",
            {
                "E @ Wres), weights":
                    "E @ Wres), weights.mean(1, keepdim=True).expand_as(weights)",
            },
        ),
    ],
    "fibinet_interaction": [
        Misconception(
            "softmax_gates",
            "The gates come from a softmax and compete for a sum of 1. Each gate is a sigmoid of its own.",
            {"torch.sigmoid(torch.relu(E.mean(-1) @ W1) @ W2)": "torch.softmax(torch.relu(E.mean(-1) @ W1) @ W2, -1)"},
        ),
        Misconception(
            "relu_gates",
            "The gates come from a ReLU, as in the paper. Here, as in the text, from a sigmoid.",
            {"torch.sigmoid(torch.relu(E.mean(-1) @ W1) @ W2)": "torch.relu(torch.relu(E.mean(-1) @ W1) @ W2)"},
        ),
        Misconception(
            "squeezed_by_sum",
            "The squeeze is a sum. It is the mean over the k coordinates.",
            {"E.mean(-1)": "E.sum(-1)"},
        ),
        Misconception(
            "squeezed_by_maximum",
            "The squeeze takes the largest coordinate. It is their mean.",
            {"E.mean(-1)": "E.amax(-1)"},
        ),
        Misconception(
            "no_relu_in_the_gate",
            "The ReLU between the two matrices is missing: together they are then one matrix.",
            {"torch.relu(E.mean(-1) @ W1)": "(E.mean(-1) @ W1)"},
        ),
        Misconception(
            "sigmoid_twice",
            "Both layers of the gate have a sigmoid. The first has a ReLU.",
            {"torch.relu(E.mean(-1) @ W1)": "torch.sigmoid(E.mean(-1) @ W1)"},
        ),
        Misconception(
            "matrix_after_the_product",
            "The matrix came after the product. It bends the first vector before it meets the second.",
            {"(E @ W)[:, i] * E[:, j]": "(E[:, i] * E[:, j]) @ W"},
        ),
        Misconception(
            "second_vector_bent",
            "The matrix was applied to the second vector of each pair. It is the first that is bent.",
            {"(E @ W)[:, i] * E[:, j]": "E[:, i] * (E @ W)[:, j]"},
        ),
        Misconception(
            "both_vectors_bent",
            "Both vectors of a pair were multiplied by the matrix. Only the first is.",
            {"(E @ W)[:, i] * E[:, j]": "(E @ W)[:, i] * (E @ W)[:, j]"},
        ),
        Misconception(
            "pair_matrix_transposed",
            "The matrix is transposed: the vector, a row, is multiplied by it from the left.",
            {"(E @ W)[:, i]": "(E @ W.T)[:, i]"},
        ),
        Misconception(
            "order_by_the_second",
            "The pairs are ordered by j first. The order is by i, then by j: (1,2), (1,3), ..., (2,3).",
            {"i, j = torch.triu_indices(E.shape[1], E.shape[1], offset=1)": "j, i = torch.tril_indices(E.shape[1], E.shape[1], offset=-1)"},
        ),
        Misconception(
            "hadamard_alone",
            "The matrix is not used: this is the plain product of the two vectors.",
            {"(E @ W)[:, i]": "E[:, i]"},
        ),
        Misconception(
            "summed_to_a_number",
            "Each pair was summed to one number. FiBiNET keeps the vector.",
            {"return (E @ W)[:, i] * E[:, j]": "return ((E @ W)[:, i] * E[:, j]).sum(-1)"},
        ),
        Misconception(
            "gates_normalised",
            "The gates were divided by their sum. Each is a sigmoid of its own; nothing makes them sum to 1.",
            {'return torch.sigmoid(torch.relu(E.mean(-1) @ W1) @ W2)': 'g = torch.sigmoid(torch.relu(E.mean(-1) @ W1) @ W2)\n    return g / g.sum(-1, keepdim=True)'},
        ),
        Misconception(
            "no_sigmoid",
            "These are the gates before the sigmoid.",
            {
                "torch.sigmoid(torch.relu(E.mean(-1) @ W1) @ W2)":
                    "torch.relu(E.mean(-1) @ W1) @ W2",
            },
        ),
        Misconception(
            "fields_with_themselves",
            "Each field is also paired with itself. The pairs are those with i < j.",
            {
                "offset=1":
                    "offset=0",
            },
        ),
        Misconception(
            "neighbours_alone",
            "Only neighbouring fields are paired. All pairs i < j are asked for.",
            {
                "i, j = torch.triu_indices(E.shape[1], E.shape[1], offset=1)":
                    "i, j = torch.arange(E.shape[1] - 1), torch.arange(1, E.shape[1])",
            },
        ),
    ],
    "grouped_auc": [
        Misconception(
            "no_field_in_the_hash",
            "The field is not in the hash: equal ids of different fields always fall on one row.",
            {"fields = np.arange(1, x.shape[1] + 1)": "fields = np.zeros(x.shape[1], dtype=np.int64)"},
        ),
        Misconception(
            "fields_from_zero",
            "The field's number plus 1 is multiplied; here its number is.",
            {"np.arange(1, x.shape[1] + 1)": "np.arange(x.shape[1])"},
        ),
        Misconception(
            "ids_without_one",
            "The id plus 1 is multiplied; here the id is.",
            {"a * (x + 1)": "a * x"},
        ),
        Misconception(
            "prime_forgotten",
            "The remainder by the prime is missing. Without it, a and n with a common factor leave rows empty.",
            {"% (2**31 - 1) % n": "% n"},
        ),
        Misconception(
            "power_for_prime",
            "The remainder is by 2^31, which is no prime: it is 2^31 - 1.",
            {"% (2**31 - 1) % n": "% 2**31 % n"},
        ),
        Misconception(
            "multipliers_exchanged",
            "The multipliers are exchanged: a goes with the id, c with the field.",
            {"(a * (x + 1) + c * fields)": "(c * (x + 1) + a * fields)"},
        ),
        Misconception(
            "groups_not_weighted",
            "Every user counts the same. Each counts as many times as it has impressions.",
            {"total += mine.sum() * auc(y[mine], p[mine])\n            weight += mine.sum()":
             "total += auc(y[mine], p[mine])\n            weight += 1"},
        ),
        Misconception(
            "weight_of_those_left_out",
            "Users without an AUC are left out of the sum, but still counted in the weights.",
            {"return float(total / weight)": "return float(total / len(y))"},
        ),
        Misconception(
            "weighted_by_clicks",
            "Users were weighted by their clicks. The weight is the number of impressions.",
            {"total += mine.sum() * auc(y[mine], p[mine])\n            weight += mine.sum()":
             "total += y[mine].sum() * auc(y[mine], p[mine])\n            weight += y[mine].sum()"},
        ),
        Misconception(
            "half_for_those_left_out",
            "Users with one kind alone were given one half. They have no AUC, and are left out above and below.",
            {"            weight += mine.sum()\n":
             "            weight += mine.sum()\n        else:\n            total += mine.sum() / 2\n            weight += mine.sum()\n"},
        ),
        Misconception(
            "groups_ignored",
            "This is the plain AUC: users are compared with each other.",
            {"return float(total / weight)": "return auc(y, p)"},
        ),
        Misconception(
            "zero_for_no_group",
            "If no user has both kinds there is nothing to average, and a number would be an invention. Raise the error.",
            {'raise ValueError("no group has both clicks and non-clicks")': "return 0.0"},
        ),
        Misconception(
            "field_number_not_multiplied",
            "The field's number is added as it is. It is multiplied by c.",
            {
                "c * fields":
                    "fields",
            },
        ),
        Misconception(
            "nan_for_no_group",
            "If no user has both kinds there is nothing to average, and NaN would travel on silently. Raise the error.",
            {
                'raise ValueError("no group has both clicks and non-clicks")':
                    'return float("nan")',
            },
        ),
        Misconception(
            "weighted_by_pairs",
            "Users were weighted by their pairs of a click and a non-click. The weight is the number of impressions.",
            {
                "total += mine.sum() * auc(y[mine], p[mine])\n            weight += mine.sum()":
                    "pairs = np.count_nonzero(y[mine]) * np.count_nonzero(y[mine] == 0)\n            total += pairs * auc(y[mine], p[mine])\n            weight += pairs",
            },
        ),
        Misconception(
            "runs_for_groups",
            "A user whose impressions are apart in the log was taken for several. Gather all of them first.",
            {
                "for g in np.unique(group):":
                    "group = np.cumsum(np.append(0, group[1:] != group[:-1]))\n    for g in np.unique(group):",
            },
        ),
    ],
}
