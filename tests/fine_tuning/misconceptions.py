"""What students get wrong in fine_tuning, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "nt_xent": [
        Misconception(
            "itself_among_the_others",
            "Each row is compared with itself, too, at cosine 1. The denominator runs over the 2N - 1 others: the row's own "
            "entry has to go before the exponentials are added.",
            {"    logits = logits.masked_fill(torch.eye(2 * n, dtype=torch.bool), -math.inf)\n": ""},
        ),
        Misconception(
            "itself_at_cosine_0",
            "The self-similarity was set to 0, but a logit of 0 still adds exp(0) = 1 to the denominator. What is taken out of "
            "a softmax gets a logit of minus infinity.",
            {"torch.bool), -math.inf)": "torch.bool), 0.0)"},
        ),
        Misconception(
            "a_large_negative_number",
            "At the temperature 0.001 the logits go down to -1000, and the number that stands for minus infinity is no longer "
            "below all others. Minus infinity itself is.",
            {"torch.bool), -math.inf)": "torch.bool), -100.0)"},
        ),
        Misconception(
            "minus_a_billion",
            "-1e9 stands for minus infinity. It is large, but the docstring lets logits be larger: at a temperature of 1e-12 "
            "the row itself then beats its partner. Minus infinity needs no such bet.",
            {"torch.bool), -math.inf)": "torch.bool), -1e9)"},
        ),
        Misconception(
            "no_gradient_at_all",
            "The values are right, but autograd finds no path from the loss to the views. Nothing may be detached or taken out "
            "as a number.",
            {"dim=1, eps=1e-12)": "dim=1, eps=1e-12).detach()"},
        ),
        Misconception(
            "negatives_from_the_other_view_alone",
            "Only the N rows of the other view are in the denominator. In NT-Xent the other images of the same view are "
            "negatives as well: 2N - 1 terms per row.",
            {
                "logits.masked_fill(torch.eye(2 * n, dtype=torch.bool), -math.inf)":
                    "logits.masked_fill(torch.block_diag(torch.ones(n, n), torch.ones(n, n)).bool(), -math.inf)",
            },
        ),
        Misconception(
            "dot_products_for_cosines",
            "The rows were not normalised. NT-Xent compares directions: second views of length 5 must change nothing.",
            {"F.normalize(torch.cat([z1, z2]), dim=1, eps=1e-12)": "torch.cat([z1, z2])"},
        ),
        Misconception(
            "the_neighbour_for_the_partner",
            "The rows are stacked first views first, so the partner of row i is N rows away. This pairs neighbouring rows, as "
            "if the views were interleaved.",
            {"(rows + n) % (2 * n)": "rows ^ 1"},
        ),
        Misconception(
            "one_half_of_the_rows",
            "Only the first views were classified. Each of the 2N rows has a partner, and the loss is the mean over all of "
            "them.",
            {"logits[rows, partner]).mean()": "logits[rows, partner])[:n].mean()"},
        ),
        Misconception(
            "sum_for_mean",
            "The losses of the rows were added. The mean over the 2N rows is asked for, so that the loss does not grow with "
            "the batch.",
            {"partner]).mean()": "partner]).sum()"},
        ),
        Misconception(
            "mean_over_N",
            "The sum over 2N rows was divided by N: exactly twice the mean.",
            {"partner]).mean()": "partner]).sum() / n"},
        ),
        Misconception(
            "times_tau",
            "The cosines were multiplied by the temperature. They are divided by it: a low temperature sharpens.",
            {"z @ z.T / tau": "z @ z.T * tau"},
        ),
        Misconception(
            "no_temperature",
            "The temperature does not matter in your loss. Cosines lie between -1 and 1; without the division by tau the "
            "softmax over them stays nearly flat.",
            {"z @ z.T / tau": "z @ z.T"},
        ),
        Misconception(
            "partner_not_in_the_denominator",
            "The partner was taken out of the denominator. It is one of the 2N - 1 others; otherwise the loss can become "
            "negative. (There are variants in the literature that do this; SimCLR does not.)",
            {
                "    return (torch.logsumexp(logits, dim=1) - logits[rows, partner]).mean()":
                    "    strangers = logits.clone()\n    strangers[rows, partner] = -math.inf\n"
                    "    return (torch.logsumexp(strangers, dim=1) - logits[rows, partner]).mean()",
            },
        ),
        Misconception(
            "exponentials_first",
            "exp(1000) is infinite and exp(-1000) is 0. At a low temperature the logarithm of the sum has to be computed with "
            "the maximum taken out (logsumexp, log_softmax).",
            {"torch.logsumexp(logits, dim=1)": "torch.log(torch.exp(logits).sum(1))"},
        ),
        Misconception(
            "normalised_over_the_batch",
            "The columns were brought to length 1, over the batch. Each row is one projection; it is its length that goes.",
            {"dim=1, eps=1e-12": "dim=0, eps=1e-12"},
        ),
        Misconception(
            "second_view_detached",
            "No gradient reaches the second views. Both views are made by the same network, and both learn.",
            {"torch.cat([z1, z2])": "torch.cat([z1, z2.detach()])"},
        ),
        Misconception(
            "another_epsilon_in_the_norm",
            "The epsilon is another one: 1e-8, the library's default of the cosine, or one that is added. A norm "
            "below 1e-12 counts as 1e-12; a longer row keeps its direction.",
            {"    n = len(z1)\n": "    n = len(z1)\n    z = torch.cat([z1, z2])\n    z = z / z.norm(dim=1, keepdim=True).clamp(min=1e-8)\n"},
        ),
        Misconception(
            "an_epsilon_on_top_of_the_norm",
            "1e-12 was added to the norm. The docstring asks for the larger of the two: a short row is changed by "
            "the addition.",
            {"    n = len(z1)\n": "    n = len(z1)\n    z = torch.cat([z1, z2])\n    z = z / (z.norm(dim=1, keepdim=True) + 1e-12)\n"},
        ),
        Misconception(
            "zero_over_zero",
            "A row of zeros was divided by its norm: 0/0. A norm below 1e-12 counts as 1e-12.",
            {"    n = len(z1)\n": "    n = len(z1)\n    z = torch.cat([z1, z2])\n    z = z / z.norm(dim=1, keepdim=True)\n"},
        ),
        Misconception(
            "logarithm_of_a_softmax",
            "The softmax is 0 where the partner is far away, and its logarithm is infinite. Take both at once "
            "(log_softmax, logsumexp): the difference of logits stays finite.",
            {"(torch.logsumexp(logits, dim=1) - logits[rows, partner])": "(-torch.log(logits.softmax(1)[rows, partner]))"},
        ),
        Misconception(
            "exponentials_divided",
            "Exponentials were divided by each other before the logarithm. At a low temperature that is infinity "
            "over infinity; logits can be subtracted (logsumexp).",
            {"(torch.logsumexp(logits, dim=1) - logits[rows, partner])": "(-torch.log(logits.exp()[rows, partner] / logits.exp().sum(1)))"},
        ),
        Misconception(
            "no_gradient_for_one_image",
            "For N = 1 a constant was returned. It has the right value, 0, but a training loop goes back through "
            "it.",
            {"    n = len(z1)\n": "    n = len(z1)\n    if n == 1:\n        return torch.zeros((), dtype=z1.dtype)\n"},
        ),
        Misconception(
            "a_huge_negative_number",
            "A large negative number stands for minus infinity. However large, a temperature can be so low that "
            "logits lie below it.",
            {"-math.inf)": "-1e12)"},
        ),
    ],
    "trainable_mask": [
        Misconception(
            "the_bottom_is_the_fastest",
            "The rates were multiplied on the way down, so that the embeddings move most. The top layer takes lr itself, and "
            "each layer below is slower.",
            {"lr / xi **": "lr * xi **"},
        ),
        Misconception(
            "the_wrong_way_round",
            "The rates come top first. The first entry belongs to the embeddings, which are the slowest.",
            {"torch.arange(L, -1, -1, dtype": "torch.arange(0, L + 1, dtype"},
        ),
        Misconception(
            "the_top_divided_too",
            "The top layer was divided by xi as well. It takes lr itself; the first division happens one layer below.",
            {"torch.arange(L, -1, -1, dtype": "torch.arange(L + 1, 0, -1, dtype"},
        ),
        Misconception(
            "embeddings_forgotten",
            "There is one rate too few. L layers above the embeddings make L + 1 rates.",
            {"torch.arange(L, -1, -1, dtype": "torch.arange(L - 1, -1, -1, dtype"},
        ),
        Misconception(
            "a_linear_decay",
            "The rates fall by equal amounts. They fall by equal factors: each layer divides by xi once more.",
            {"lr / xi ** torch": "lr / (1 + (xi - 1) * torch", "dtype=torch.float64)": "dtype=torch.float64))"},
        ),
        Misconception(
            "from_below",
            "Layers were thawed from the bottom. Gradual unfreezing begins at the head and goes down; the lowest layers, "
            "which hold what is most general, come last.",
            {
                "    return torch.arange(n_layers + 1) >= first[mode]":
                    "    if mode == \"gradual\":\n"
                    "        return (torch.arange(n_layers + 1) < epoch) | (torch.arange(n_layers + 1) == n_layers)\n"
                    "    return torch.arange(n_layers + 1) >= first[mode]",
            },
        ),
        Misconception(
            "one_epoch_early",
            "Gradual unfreezing trains the head alone in epoch 0. Here a layer below it joins in that epoch already.",
            {"n_layers - epoch}": "n_layers - epoch - 1}"},
        ),
        Misconception(
            "one_epoch_late",
            "Epochs are counted from 0: in epoch 1 one layer below the head trains, too.",
            {"n_layers - epoch}": "n_layers - max(epoch - 1, 0)}"},
        ),
        Misconception(
            "one_layer_per_epoch",
            "In each epoch a single layer trains beside the head. What has been thawed stays so: the layers add up.",
            {
                "    return torch.arange(n_layers + 1) >= first[mode]":
                    "    layers = torch.arange(n_layers + 1)\n"
                    "    if mode == \"gradual\":\n"
                    "        return (layers == max(first[mode], 0)) | (layers == n_layers)\n"
                    "    return layers >= first[mode]",
            },
        ),
        Misconception(
            "head_frozen",
            "The head is frozen in a probe, and everything else trains. It is the other way round: the head alone learns to "
            "read features that stay.",
            {
                "    return torch.arange(n_layers + 1) >= first[mode]":
                    "    if mode == \"probe\":\n"
                    "        return torch.arange(n_layers + 1) < n_layers\n"
                    "    return torch.arange(n_layers + 1) >= first[mode]",
            },
        ),
        Misconception(
            "true_for_frozen",
            "The mask is inverted: True means that a layer trains.",
            {">= first[mode]": "< first[mode]"},
        ),
        Misconception(
            "head_not_counted",
            "The mask has no entry for the head. It is the last of n_layers + 1.",
            {"torch.arange(n_layers + 1) >=": "torch.arange(n_layers) >="},
        ),
        Misconception(
            "every_mode_is_taken",
            "An unknown mode was taken for full training. A misspelt name has to be refused, or the whole body is tuned "
            "unnoticed.",
            {
                "    if mode not in first:\n        raise ValueError(f\"unknown mode {mode!r}\")\n": "",
                ">= first[mode]": ">= first.get(mode, 0)",
            },
        ),
        Misconception(
            "xi_ignored",
            "All layers get the same rate: xi does nothing.",
            {"lr / xi ** torch": "lr / 1.0 ** torch"},
        ),
        Misconception(
            "statistics_drift",
            "The parameters are frozen, but the frozen layers are still in training mode: batch normalisation goes on "
            "updating its running mean with every batch of the new task, and dropout stays on.",
            {"        layer.train(trains)\n": ""},
        ),
        Misconception(
            "never_thawed",
            "Layers are frozen, but one that was frozen before does not train again. Gradual unfreezing needs both "
            "directions: mode and flags follow the mask.",
            {
                "        layer.train(trains)\n        for": "        if trains:\n            continue\n"
                "        layer.train(trains)\n        for",
            },
        ),
        Misconception(
            "flags_not_set",
            "The mode is right, but the parameters of frozen layers still ask for gradients, so the optimizer moves them. (An "
            "attribute `requires_grad` of the module itself is read by nobody.)",
            {"parameter.requires_grad_(trains)": "pass"},
        ),
        Misconception(
            "only_the_top_parameters",
            "Only the parameters that lie directly in a layer were reached. Layers hold other layers, and theirs count, too.",
            {"layer.parameters():": "layer.parameters(recurse=False):"},
        ),
        Misconception(
            "lr_ignored",
            "The rates do not depend on lr: the top layer takes it, and all others follow from it.",
            {"return lr / xi": "return 1.0 / xi"},
        ),
        Misconception(
            "always_2_6",
            "The factor is an argument; 2.6 is its default alone.",
            {"lr / xi **": "lr / 2.6 **"},
        ),
        Misconception(
            "rates_in_float32",
            "The docstring asks for float64.",
            {"    return lr / xi ** torch.arange(L, -1, -1, dtype=torch.float64)": "    return (lr / xi ** torch.arange(L, -1, -1, dtype=torch.float64)).float()"},
        ),
        Misconception(
            "computed_in_float32",
            "The rates are float64, but they were computed in float32: with many layers that overflows.",
            {"    return lr / xi ** torch.arange(L, -1, -1, dtype=torch.float64)": "    return (lr / xi ** torch.arange(L, -1, -1, dtype=torch.float32)).double()"},
        ),
        Misconception(
            "a_negative_index",
            "Once there are more epochs than layers, n_layers - epoch is negative, and a slice counts from the end: "
            "layers freeze again.",
            {"    return torch.arange(n_layers + 1) >= first[mode]": "    if mode == \"gradual\":\n        mask = torch.zeros(n_layers + 1, dtype=torch.bool)\n        mask[n_layers - epoch :] = True\n        return mask\n    return torch.arange(n_layers + 1) >= first[mode]"},
        ),
        Misconception(
            "one_layer_more_is_frozen",
            "freeze-bottom freezes n_frozen layers. Here it is one more, and the head may be among them.",
            {"\"freeze-bottom\": n_frozen,": "\"freeze-bottom\": n_frozen + 1,"},
        ),
        Misconception(
            "frozen_below_the_head",
            "The layers right below the head were frozen. freeze-bottom begins with layer 0.",
            {"    return torch.arange(n_layers + 1) >= first[mode]": "    layers = torch.arange(n_layers + 1)\n    if mode == \"freeze-bottom\":\n        return (layers < n_layers - n_frozen) | (layers == n_layers)\n    return layers >= first[mode]"},
        ),
        Misconception(
            "the_lowest_alone",
            "freeze-bottom trains the lowest layers here and freezes the rest. It is the other way round.",
            {"    return torch.arange(n_layers + 1) >= first[mode]": "    layers = torch.arange(n_layers + 1)\n    return layers < n_frozen if mode == \"freeze-bottom\" else layers >= first[mode]"},
        ),
        Misconception(
            "frozen_in_full_as_well",
            "n_frozen matters for freeze-bottom alone; here it freezes layers in the mode full.",
            {"{\"full\": 0,": "{\"full\": n_frozen,"},
        ),
        Misconception(
            "frozen_in_gradual_as_well",
            "n_frozen matters for freeze-bottom alone; here gradual unfreezing stops at it.",
            {"n_layers - epoch}": "max(n_layers - epoch, n_frozen)}"},
        ),
        Misconception(
            "thawed_after_an_epoch",
            "freeze-bottom does not depend on the epoch; here everything trains from epoch 1 on.",
            {"\"freeze-bottom\": n_frozen,": "\"freeze-bottom\": 0 if epoch else n_frozen,"},
        ),
        Misconception(
            "the_head_rests",
            "The head trains in every epoch. Here it stops once layers below it have joined.",
            {"    return torch.arange(n_layers + 1) >= first[mode]": "    mask = torch.arange(n_layers + 1) >= first[mode]\n    if mode == \"gradual\" and epoch:\n        mask[-1] = False\n    return mask"},
        ),
        Misconception(
            "numbers_for_truth_values",
            "The mask holds 0 and 1. As an index that picks layers 0 and 1; a mask is bool.",
            {"    return torch.arange(n_layers + 1) >= first[mode]": "    return (torch.arange(n_layers + 1) >= first[mode]).long()"},
        ),
        Misconception(
            "another_error",
            "An unknown name raises an error, but the docstring names ValueError.",
            {"raise ValueError(f\"unknown mode {mode!r}\")": "raise KeyError(mode)"},
        ),
        Misconception(
            "capitals_do_not_matter",
            "Names were made small first, so that \"Gradual\" is taken. It is none of the four.",
            {"    if mode not in first": "    mode = mode.lower()\n    if mode not in first"},
        ),
        Misconception(
            "lengths_not_checked",
            "A mask of another length was taken: zip stops at the shorter one, and the layers behind stay as they "
            "are, unnoticed.",
            {", strict=True": ", strict=False"},
        ),
        Misconception(
            "changed_before_the_error",
            "The error comes, but after some layers were changed. Compare the lengths first.",
            {"list(zip(layers, mask.tolist(), strict=True))": "zip(layers, mask.tolist(), strict=True)"},
        ),
        Misconception(
            "lengths_asserted",
            "An assertion raises AssertionError, and none at all under python -O. The docstring names ValueError.",
            {"    pairs = list": "    assert len(layers) == len(mask)\n    pairs = list"},
        ),
        Misconception(
            "mode_never_back",
            "What trains has to be put back into training mode; here evaluation mode stays once it is set.",
            {"        layer.train(trains)\n": "        if not trains:\n            layer.eval()\n"},
        ),
        Misconception(
            "flags_never_back",
            "Parameters that were frozen before do not ask for gradients again. The flag follows the mask in both "
            "directions.",
            {"parameter.requires_grad_(trains)": "parameter.requires_grad_(trains and parameter.requires_grad)"},
        ),
        Misconception(
            "only_the_top_mode",
            "Setting the attribute `training` reaches the layer itself alone; the modules inside keep theirs. "
            "`train(...)` reaches all.",
            {"layer.train(trains)": "layer.training = trains"},
        ),
        Misconception(
            "batch_normalisation_alone",
            "Only batch normalisation was put into evaluation mode. The whole frozen layer is, dropout among the "
            "rest.",
            {"        layer.train(trains)\n": "        layer.train()\n        for module in layer.modules():\n            if isinstance(module, nn.BatchNorm1d):\n                module.train(trains)\n"},
        ),
        Misconception(
            "statistics_reset",
            "The running statistics were reset. No number in the layers changes.",
            {"        layer.train(trains)\n": "        layer.train(trains)\n        for module in layer.modules():\n            if trains and isinstance(module, nn.BatchNorm1d):\n                module.reset_running_stats()\n"},
        ),
    ],
    "lr_schedule": [
        Misconception(
            "a_cosine_over_everything",
            "The second phase has its own clock, from the end of the warm-up. Measured from step 0 over all steps, the rate "
            "jumps down where the warm-up ends.",
            {"(step - warm) / (total - warm)": "step / total"},
        ),
        Misconception(
            "total_for_total_minus_warm",
            "The progress after the warm-up was divided by all steps, so that it does not reach 1 and the rate not 0 at the "
            "end.",
            {"/ (total - warm)": "/ total"},
        ),
        Misconception(
            "warm_up_counts_from_1",
            "The warm-up starts at 0 and reaches 1 at step warm. Here it is one step ahead.",
            {"return step / warm": "return (step + 1) / warm"},
        ),
        Misconception(
            "half_a_cosine_too_much",
            "The cosine goes through a whole half period, from 1 to -1, and is then halved: (1 + cos)/2. A quarter period, "
            "cos(pi u / 2), has another form.",
            {"(1 + math.cos(math.pi * u)) / 2": "math.cos(math.pi * u / 2)"},
        ),
        Misconception(
            "not_halved",
            "1 + cos runs from 2 to 0. It has to be halved, or the rate doubles at the end of the warm-up.",
            {"(1 + math.cos(math.pi * u)) / 2": "1 + math.cos(math.pi * u)"},
        ),
        Misconception(
            "no_end",
            "After the last step the factor is 0 and stays there. Here the formula goes on: the line turns negative and the "
            "cosine rises again.",
            {"    if step >= total:\n        return 0.0\n": "    if step >= total and total <= warm:\n        return 0.0\n"},
        ),
        Misconception(
            "forms_exchanged",
            "The linear and the cosine form are exchanged.",
            {'kind == "linear" else': 'kind == "cosine" else'},
        ),
        Misconception(
            "upside_down",
            "The second phase rises from 0 to 1. It should fall: 1 at the end of the warm-up, 0 at the end.",
            {"return 1 - u if": "return u if", "(1 + math.cos": "(1 - math.cos"},
        ),
        Misconception(
            "warm_up_before_the_end",
            "Where warm equals total, there is no way down, and the end comes first: from total on the factor is 0. (A well-known "
            "library has 1 there.)",
            {
                "    if step >= total:\n        return 0.0\n    if step < warm:\n        return step / warm\n":
                    "    if step <= warm:\n        return step / warm if warm else 1.0\n    if step >= total:\n        return 0.0\n",
            },
        ),
        Misconception(
            "every_name_is_taken",
            "Any other name is taken for one of the two forms. It has to be refused with a ValueError.",
            {'    if kind not in ("linear", "cosine"):\n        raise ValueError(f"unknown kind {kind!r}")\n': ""},
        ),
        Misconception(
            "no_warm_up",
            "The formula of the fall was used during the warm-up, too. Before step warm the factor climbs from 0.",
            {"    if step < warm:\n        return step / warm\n": "    if total <= warm:\n        return 1.0\n"},
        ),
        Misconception(
            "stays_at_1",
            "The warm-up is right, but then the factor stays at 1 until the end.",
            {"    return 1 - u if kind == \"linear\" else (1 + math.cos(math.pi * u)) / 2": "    return 1.0"},
        ),
        Misconception(
            "name_checked_too_late",
            "An unknown kind is noticed on the way down only. The docstring asks for the error at any step; a misspelt name "
            "should not wait for the end of the warm-up.",
            {
                '    if kind not in ("linear", "cosine"):\n        raise ValueError(f"unknown kind {kind!r}")\n': "",
                "    u = (step": '    if kind not in ("linear", "cosine"):\n        raise ValueError(f"unknown kind {kind!r}")\n    u = (step',
            },
        ),
        Misconception(
            "a_line_over_everything",
            "The line falls from step 0 over all steps. Its own clock begins at the end of the warm-up.",
            {"return 1 - u if": "return 1 - step / total if"},
        ),
        Misconception(
            "the_cosine_alone_over_everything",
            "The cosine falls from step 0 over all steps; the line is right. Both take the progress since the "
            "warm-up.",
            {"math.cos(math.pi * u)": "math.cos(math.pi * step / total)"},
        ),
        Misconception(
            "the_cosine_rises",
            "(1 - cos)/2 rises from 0 to 1. The rate falls: (1 + cos)/2.",
            {"(1 + math.cos": "(1 - math.cos"},
        ),
        Misconception(
            "whole_numbers",
            "The warm-up was divided with whole numbers, so that it stays at 0.",
            {"return step / warm": "return float(step // warm)"},
        ),
        Misconception(
            "one_step_too_long",
            "The fall was divided by one step too many. It takes total - warm steps.",
            {"/ (total - warm)": "/ (total - warm + 1)"},
        ),
        Misconception(
            "one_step_too_short",
            "The fall was divided by one step too few: 0 is reached before total.",
            {"/ (total - warm)": "/ max(1, total - warm - 1)"},
        ),
        Misconception(
            "without_warm_up_from_0",
            "Without a warm-up the factor starts at 1. Here step 0 is always 0.",
            {"    if step < warm:\n        return step / warm\n": "    if step < warm or step == 0:\n        return step / max(warm, 1)\n"},
        ),
        Misconception(
            "the_warm_up_is_a_cosine",
            "The warm-up is a line for both kinds.",
            {"return step / warm": "return step / warm if kind == \"linear\" else (1 - math.cos(math.pi * step / warm)) / 2"},
        ),
        Misconception(
            "name_checked_after_the_end",
            "An unknown kind is refused before total, but not after it. Check it first.",
            {"    if kind not in (\"linear\", \"cosine\"):\n        raise ValueError(f\"unknown kind {kind!r}\")\n    if step >= total:\n        return 0.0\n": "    if step >= total:\n        return 0.0\n    if kind not in (\"linear\", \"cosine\"):\n        raise ValueError(f\"unknown kind {kind!r}\")\n"},
        ),
        Misconception(
            "another_error",
            "An unknown name raises an error, but the docstring names ValueError.",
            {"raise ValueError(f\"unknown kind {kind!r}\")": "raise KeyError(kind)"},
        ),
        Misconception(
            "capitals_do_not_matter",
            "Names were made small first, so that \"Cosine\" is taken. It is neither name.",
            {"    if kind not in": "    kind = kind.lower()\n    if kind not in"},
        ),
        Misconception(
            "beginnings_of_names",
            "Only the first letters of the name were looked at.",
            {
                "    if kind not in (\"linear\", \"cosine\"):": "    if kind[:3] not in (\"lin\", \"cos\"):",
                "kind == \"linear\"": "kind[:3] == \"lin\"",
            },
        ),
    ],
    "ewc_penalty": [
        Misconception(
            "square_of_the_mean",
            "Averaged first, squared afterwards. The mean of the score under the model is 0; it is the mean of its square that "
            "measures curvature.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "((probs[..., None] * scores).sum(1) ** 2).mean(0)"},
        ),
        Misconception(
            "square_of_the_mean_over_examples",
            "The scores of the examples were averaged before they were squared. Gradients of different examples cancel; "
            "their squares do not.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "(probs.mean(0)[:, None] * scores.mean(0) ** 2).sum(0)"},
        ),
        Misconception(
            "not_squared",
            "The scores were not squared. Their mean under the model's own probabilities is 0, and says nothing.",
            {"scores**2": "scores"},
        ),
        Misconception(
            "classes_count_equally",
            "All classes count the same. Each counts with its probability: the expectation is over what the model itself "
            "would say.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "(scores**2).mean(1).mean(0)"},
        ),
        Misconception(
            "mean_over_classes",
            "The probabilities already are the weights of an average. Dividing by the number of classes once more makes the "
            "Fisher K times too small.",
            {".sum(1).mean(0)": ".mean(1).mean(0)"},
        ),
        Misconception(
            "the_surest_class_alone",
            "Only the most probable class counts. A sure model has a score near 0 there; nearly all of the Fisher information "
            "lies in the answers that it hardly ever gives.",
            {
                "(probs[..., None] * scores**2).sum(1).mean(0)":
                    "(scores[torch.arange(len(probs)), probs.argmax(1)] ** 2).mean(0)",
            },
        ),
        Misconception(
            "sum_over_examples",
            "The examples were added. Each counts 1/n, so that the Fisher does not grow with the number of images from which "
            "it was taken.",
            {".sum(1).mean(0)": ".sum(1).sum(0)"},
        ),
        Misconception(
            "probabilities_squared",
            "The probability was squared along with the score. It weights the square; it is no part of the score.",
            {"(probs[..., None] * scores**2)": "((probs[..., None] * scores) ** 2)"},
        ),
        Misconception(
            "anchor_at_zero",
            "This pulls the weights to 0: plain weight decay. The anchor is theta0, the end of the old task.",
            {"(theta - theta0.detach()) ** 2": "theta ** 2"},
        ),
        Misconception(
            "half_forgotten",
            "Exactly twice the penalty: the 1/2 of the second-order expansion is missing.",
            {"lam / 2 *": "lam *"},
        ),
        Misconception(
            "mean_over_parameters",
            "The penalty is a sum over the parameters. A mean makes the same lam thousands of times weaker in a large network.",
            {"theta0.detach()) ** 2).sum()": "theta0.detach()) ** 2).mean()"},
        ),
        Misconception(
            "fisher_ignored",
            "All parameters are held alike: that is L2-SP. EWC weights each by its Fisher information.",
            {"(fisher.detach() * (theta": "((theta"},
        ),
        Misconception(
            "fisher_squared",
            "The Fisher information was squared along with the distance. It is a square already, that of the score.",
            {"(fisher.detach() * (theta - theta0.detach()) ** 2)": "((fisher.detach() * (theta - theta0.detach())) ** 2)"},
        ),
        Misconception(
            "absolute_distance",
            "The distance was not squared. A bowl is quadratic; the absolute value would pull with the same force everywhere.",
            {"(theta - theta0.detach()) ** 2": "(theta - theta0.detach()).abs()"},
        ),
        Misconception(
            "anchor_is_trained",
            "The values are right, but gradients flow into the anchor or the Fisher information. Both are constants of the old "
            "task; whoever trains them moves the memory instead of the weights.",
            {"theta0.detach()": "theta0", "fisher.detach()": "fisher"},
        ),
        Misconception(
            "anchor_alone_is_trained",
            "The values are right, but a gradient flows into theta0. The anchor is a constant.",
            {"theta0.detach()": "theta0"},
        ),
        Misconception(
            "nothing_is_trained",
            "The penalty has no gradient with respect to theta. It must pull the weights, not only be printed.",
            {"(theta - theta0.detach())": "(theta.detach() - theta0.detach())"},
        ),
        Misconception(
            "squared_at_the_end",
            "Everything was averaged first, classes and examples, and then squared. The score has the mean 0; "
            "square first.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "(probs[..., None] * scores).sum(1).mean(0) ** 2"},
        ),
        Misconception(
            "absolute_scores",
            "The absolute value stands for the square of the score.",
            {"scores**2": "scores.abs()"},
        ),
        Misconception(
            "divided_by_the_probabilities",
            "The squares were divided by the probabilities. These weight the average: a class counts as often as "
            "the model says it.",
            {"probs[..., None] * scores**2": "scores**2 / probs[..., None]"},
        ),
        Misconception(
            "root_of_the_fisher",
            "The root of the Fisher information was returned. It is the mean square, not its root.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "(probs[..., None] * scores**2).sum(1).mean(0).sqrt()"},
        ),
        Misconception(
            "one_example_less",
            "The sum over examples was divided by n - 1. This is a mean, not the estimate of a variance.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "(probs[..., None] * scores**2).sum(1).sum(0) / max(1, len(probs) - 1)"},
        ),
        Misconception(
            "a_variance",
            "The square of the mean score of each example was subtracted. For the model's own scores it is 0; for "
            "what is handed in the docstring asks for the mean square.",
            {"(probs[..., None] * scores**2).sum(1).mean(0)": "((probs[..., None] * scores**2).sum(1) - (probs[..., None] * scores).sum(1) ** 2).mean(0)"},
        ),
        Misconception(
            "lam_ignored",
            "The strength does not matter in your penalty.",
            {"lam / 2 *": "1 / 2 *"},
        ),
        Misconception(
            "lam_squared",
            "The strength was squared.",
            {"lam / 2 *": "lam**2 / 2 *"},
        ),
        Misconception(
            "a_distance_not_its_square",
            "The root was taken at the end. A penalty that is quadratic at the anchor has no force there; a "
            "distance has.",
            {"theta0.detach()) ** 2).sum()": "theta0.detach()) ** 2).sum().sqrt()"},
        ),
        Misconception(
            "divided_by_the_fisher",
            "The sum was divided by the sum of the Fisher information. It is no average: the scale of the Fisher "
            "information matters.",
            {"theta0.detach()) ** 2).sum()": "theta0.detach()) ** 2).sum() / fisher.detach().sum()"},
        ),
        Misconception(
            "fisher_is_trained",
            "The values are right, but a gradient flows into the Fisher information. It is a constant.",
            {"fisher.detach()": "fisher"},
        ),
        Misconception(
            "squares_multiplied_out",
            "The square was multiplied out. Far from 0 three large numbers cancel, and little of the distance is "
            "left; subtract first.",
            {"(theta - theta0.detach()) ** 2": "(theta**2 - 2 * theta * theta0.detach() + theta0.detach() ** 2)"},
        ),
    ],
    "lora_linear": [
        Misconception(
            "both_factors_zero",
            "A starts at 0, too. Then neither factor ever gets a gradient: that of A is a multiple of B, that of B a multiple "
            "of A.",
            {"return noise / math.sqrt(d_in), noise": "return torch.zeros_like(noise), noise"},
        ),
        Misconception(
            "noise_not_scaled",
            "A holds the noise as it is. Divided by the square root of d_in it keeps the waist at the size of the inputs.",
            {"noise / math.sqrt(d_in)": "noise"},
        ),
        Misconception(
            "divided_by_d_in",
            "The noise was divided by d_in. To keep the variance of a sum of d_in terms, divide by its square root.",
            {"noise / math.sqrt(d_in)": "noise / d_in"},
        ),
        Misconception(
            "scaled_by_the_rank",
            "The noise was divided by the square root of the rank. Each entry of the waist is a sum over d_in inputs.",
            {"noise / math.sqrt(d_in)": "noise / math.sqrt(r)"},
        ),
        Misconception(
            "B_the_other_way_round",
            "Bm has d_out rows and r columns; this one is transposed.",
            {"noise.new_zeros(d_out, r)": "noise.new_zeros(r, d_out)"},
        ),
        Misconception(
            "the_scale_forgotten",
            "The update is added without its scale. Forward pass and merged matrix have to use the same one.",
            {"scale * (x @ A.T) @ Bm.T": "(x @ A.T) @ Bm.T"},
        ),
        Misconception(
            "the_scale_forgotten_in_both",
            "Neither the layer nor the merged matrix uses the scale.",
            {"scale * (x @ A.T) @ Bm.T": "(x @ A.T) @ Bm.T", "W0.detach() + scale * Bm @ A": "W0.detach() + Bm @ A"},
        ),
        Misconception(
            "everything_scaled",
            "The scale multiplies the frozen weights as well. At the start the layer must be the old one.",
            {"W0.detach().T + scale * (x @ A.T) @ Bm.T": "W0.detach().T * scale + scale * (x @ A.T) @ Bm.T"},
        ),
        Misconception(
            "the_update_alone",
            "The frozen product is missing. LoRA adds to the layer; it does not replace it.",
            {"x @ W0.detach().T + scale": "scale"},
        ),
        Misconception(
            "scale_over_rank",
            "The scale was divided by the rank. Here it comes ready made: s = alpha / r is the caller's business.",
            {"scale * (x @ A.T)": "scale / len(A) * (x @ A.T)", "scale * Bm @ A": "scale / len(A) * Bm @ A"},
        ),
        Misconception(
            "W0_not_frozen",
            "A gradient reaches W0. Only the two thin factors train; that is what makes the tuned copy small.",
            {"W0.detach().T": "W0.T"},
        ),
        Misconception(
            "the_input_cut_off",
            "No gradient gets through the frozen product to x. Frozen weights are constants, but the layers below still "
            "learn through them.",
            {"x @ W0.detach().T": "x.detach() @ W0.detach().T"},
        ),
        Misconception(
            "the_scale_missing_in_merge",
            "The merged matrix lacks the scale, so it does not do what the layer does.",
            {"W0.detach() + scale * Bm @ A": "W0.detach() + Bm @ A"},
        ),
        Misconception(
            "merged_in_place",
            "The update was added to W0 itself. Called again, it is added again; and the old model is lost.",
            {"return W0.detach() + scale * Bm @ A": "W0 += scale * Bm @ A\n    return W0"},
        ),
        Misconception(
            "merged_without_a_gradient",
            "The numbers are right, but autograd finds no path through the merged matrix to A and Bm.",
            {"W0.detach() + scale * Bm @ A": "(W0 + scale * Bm @ A).detach()"},
        ),
        Misconception(
            "merged_the_update_alone",
            "This is the update without W0. The merged matrix replaces the layer as a whole.",
            {"W0.detach() + scale * Bm @ A": "scale * Bm @ A"},
        ),
        Misconception(
            "scaled_by_the_outputs",
            "The noise was divided by the root of d_out. It is d_in numbers that A adds up.",
            {"noise / math.sqrt(d_in)": "noise / math.sqrt(d_out)"},
        ),
        Misconception(
            "rows_of_length_one",
            "The rows of A were brought to length 1. The noise over the square root of d_in has that length only on "
            "average.",
            {"noise / math.sqrt(d_in)": "noise / noise.norm(dim=1, keepdim=True)"},
        ),
        Misconception(
            "zeros_in_float32",
            "B at the start is float32, whatever the noise is. Take its dtype.",
            {"noise.new_zeros(d_out, r)": "torch.zeros(d_out, r)"},
        ),
        Misconception(
            "scale_over_rank_in_the_layer",
            "The layer divides the scale by the rank, the merged matrix does not. Here s comes ready made.",
            {"scale * (x @ A.T)": "scale / len(A) * (x @ A.T)"},
        ),
        Misconception(
            "scaled_twice",
            "The scale was applied in both factors of the layer.",
            {"scale * (x @ A.T)": "scale * scale * (x @ A.T)"},
        ),
        Misconception(
            "AB_for_BA",
            "Where all matrices are square, AB was taken for BA: x goes through A first.",
            {"scale * (x @ A.T) @ Bm.T": "scale * ((x @ Bm @ A) if A.shape == Bm.shape else (x @ A.T @ Bm.T))"},
        ),
        Misconception(
            "W0_not_transposed",
            "Where W0 is square, it was not transposed. Inputs are rows: x W0^T.",
            {"x @ W0.detach().T": "x @ (W0.detach() if len(W0) == W0.shape[1] else W0.detach().T)"},
        ),
        Misconception(
            "merged_transposed",
            "Where all matrices are square, the update was merged transposed.",
            {"W0.detach() + scale * Bm @ A": "W0.detach() + scale * ((A.T @ Bm.T) if A.shape == Bm.shape else (Bm @ A))"},
        ),
        Misconception(
            "merged_with_a_minus",
            "The update was subtracted. That is how one gets the old model back; merging adds.",
            {"W0.detach() + scale * Bm @ A": "W0.detach() - scale * Bm @ A"},
        ),
        Misconception(
            "the_large_update_built",
            "The values are right, but the large matrix BA is built on the way. Go through the narrow waist: (x "
            "A^T) B^T.",
            {"scale * (x @ A.T) @ Bm.T": "scale * x @ (Bm @ A).T"},
        ),
        Misconception(
            "W0_not_frozen_in_merge",
            "A gradient reaches W0 through the merged matrix. It is frozen there, too.",
            {"W0.detach() + scale * Bm @ A": "W0 + scale * Bm @ A"},
        ),
        Misconception(
            "the_input_cut_off_from_the_update",
            "No gradient gets through the update to x.",
            {"(x @ A.T)": "(x.detach() @ A.T)"},
        ),
        Misconception(
            "a_relu_in_the_waist",
            "There is a relu in the waist. That would be an adapter; LoRA is linear, so that it can be merged.",
            {"(x @ A.T)": "torch.relu(x @ A.T)"},
        ),
        Misconception(
            "a_batch_of_one_squeezed",
            "A batch of one lost its axis. The result has one row per input.",
            {"    return x @ W0.detach().T + scale * (x @ A.T) @ Bm.T": "    return (x @ W0.detach().T + scale * (x @ A.T) @ Bm.T).squeeze()"},
        ),
    ],
    "accumulate": [
        Misconception(
            "all_pieces_alike",
            "The pieces were averaged as if they had equal sizes. A short last piece then counts as much as a full one; "
            "weight each mean by its number of examples.",
            {"clip_by_norm(weights @ micro, limit)": "clip_by_norm(micro.mean(0), limit)"},
        ),
        Misconception(
            "not_divided",
            "The gradients of the pieces were added. The sum grows with the number of pieces; the gradient of the batch is a "
            "mean.",
            {"clip_by_norm(weights @ micro, limit)": "clip_by_norm(micro.sum(0), limit)"},
        ),
        Misconception(
            "divided_by_the_number_of_pieces",
            "The weighted sum was divided by the number of pieces. It holds the gradients of all examples, so divide by their "
            "number.",
            {"/ sizes.sum()": "/ len(sizes)"},
        ),
        Misconception(
            "weighted_sum_not_divided",
            "Each mean was multiplied by its size, but the sum was not divided by the number of all examples.",
            {" / sizes.sum()": ""},
        ),
        Misconception(
            "clipped_piece_by_piece",
            "Each piece was clipped before the average. That changes the direction of the sum: large pieces lose, small ones "
            "do not. Clip once, afterwards.",
            {
                "clip_by_norm(weights @ micro, limit)":
                    "weights @ torch.stack([clip_by_norm(g, limit) for g in micro])",
            },
        ),
        Misconception(
            "never_clipped",
            "The gradient is not clipped.",
            {"clip_by_norm(weights @ micro, limit)": "weights @ micro"},
        ),
        Misconception(
            "always_stretched",
            "The gradient was brought to the norm of the limit even where it is shorter. Clipping only shortens.",
            {"    return clip_by_norm(weights @ micro, limit)": "    g = weights @ micro\n    return g * limit / max(g.norm(), torch.finfo(g.dtype).tiny)"},
        ),
        Misconception(
            "clipped_by_value",
            "The entries were cut at the limit one by one. Clipping by the norm keeps the direction.",
            {"clip_by_norm(weights @ micro, limit)": "(weights @ micro).clamp(-limit, limit)"},
        ),
        Misconception(
            "an_epsilon_in_the_norm",
            "A small number was added to the norm, as torch's own clipping does. For tiny gradients it is not small.",
            {"    return clip_by_norm(weights @ micro, limit)": "    g = weights @ micro\n    return g * min(1.0, limit / (g.norm().item() + 1e-6))"},
        ),
        Misconception(
            "all_as_large_as_the_first",
            "The sum was divided by the number of pieces times the size of the first. The last piece may be "
            "shorter: add the sizes.",
            {"/ sizes.sum()": "/ (sizes[0] * len(sizes))"},
        ),
        Misconception(
            "all_as_large_as_the_largest",
            "The sum was divided by the number of pieces times the largest size. Pieces may be shorter: add the "
            "sizes.",
            {"/ sizes.sum()": "/ (sizes.max() * len(sizes))"},
        ),
        Misconception(
            "the_sum_clipped",
            "The sum over all examples was clipped before it was divided by their number. The limit is one for the "
            "mean.",
            {"clip_by_norm(weights @ micro, limit)": "clip_by_norm(sizes.to(micro.dtype) @ micro, limit) / sizes.sum()"},
        ),
        Misconception(
            "stretched_and_zero_over_zero",
            "The gradient was brought to the norm of the limit even where it is shorter, and a zero gradient became "
            "0/0. Clipping only shortens.",
            {"    return clip_by_norm(weights @ micro, limit)": "    g = weights @ micro\n    return g * (limit / g.norm())"},
        ),
        Misconception(
            "zero_over_zero",
            "A zero gradient was divided by its norm: 0/0. It stays zero.",
            {"    return clip_by_norm(weights @ micro, limit)": "    g = weights @ micro\n    return g / g.norm() * g.norm().clamp(max=limit)"},
        ),
        Misconception(
            "clipped_while_adding",
            "The sum was clipped after each piece. Clip once, at the end.",
            {"    return clip_by_norm(weights @ micro, limit)": "    g = torch.zeros_like(micro[0])\n    for weight, piece in zip(weights, micro, strict=True):\n        g = clip_by_norm(g + weight * piece, limit)\n    return g"},
        ),
        Misconception(
            "the_limit_shared_out",
            "The limit was divided by the number of pieces. It holds for the whole gradient.",
            {"@ micro, limit)": "@ micro, limit / len(micro))"},
        ),
        Misconception(
            "clipped_by_the_largest_entry",
            "The largest entry was held against the limit. The norm is the root of the sum of squares.",
            {"clip_by_norm(weights @ micro, limit)": "(weights @ micro) * min(1.0, limit / max((weights @ micro).abs().max().item(), 1e-300))"},
        ),
        Misconception(
            "the_short_piece_dropped",
            "Pieces shorter than the longest were left out, as a loader does that drops the last batch. They count, "
            "for less.",
            {"sizes.to(micro.dtype) / sizes.sum()": "(sizes * (sizes == sizes.max())).to(micro.dtype) / (sizes * (sizes == sizes.max())).sum()"},
        ),
        Misconception(
            "weighted_by_the_root",
            "The weights are roots of the sizes. Means turn into sums by the size itself.",
            {"    weights = sizes.to(micro.dtype) / sizes.sum()": "    weights = sizes.to(micro.dtype).sqrt()\n    weights = weights / weights.sum()"},
        ),
        Misconception(
            "whole_multiples",
            "The weights were rounded to whole multiples of the smallest size.",
            {"    weights = sizes.to(micro.dtype) / sizes.sum()": "    weights = (sizes // sizes.min()).to(micro.dtype)\n    weights = weights / weights.sum()"},
        ),
        Misconception(
            "weights_in_float32",
            "The weights were computed in float32 for float64 gradients. Where large pieces cancel, the rounding is "
            "all that is left.",
            {"sizes.to(micro.dtype) / sizes.sum()": "(sizes / sizes.sum()).to(micro.dtype)"},
        ),
    ],
    "moco": [
        Misconception(
            "momentum_exchanged",
            "m and 1 - m are exchanged: with m = 0.999 the slow encoder would jump to the fast one in every step.",
            {"m * k + (1 - m) * q": "(1 - m) * k + m * q"},
        ),
        Misconception(
            "momentum_of_the_difference",
            "k + m (q - k) moves by the share m towards q. The slow encoder keeps the share m of itself.",
            {"(m * k + (1 - m) * q).detach()": "(k + m * q).detach()"},
        ),
        Misconception(
            "copied_at_once",
            "The slow encoder became a copy of the fast one. It keeps the share m of itself.",
            {"(m * k + (1 - m) * q).detach()": "q.detach().clone()"},
        ),
        Misconception(
            "never_moved",
            "The slow encoder stays as it is, whatever the momentum.",
            {"(m * k + (1 - m) * q).detach()": "k.detach().clone()"},
        ),
        Misconception(
            "slow_encoder_with_a_gradient",
            "The result still hangs on the graph of q. The slow encoder follows by averaging, never by gradients.",
            {"(m * k + (1 - m) * q).detach()": "m * k + (1 - m) * q"},
        ),
        Misconception(
            "updated_in_place",
            "The arguments themselves were changed. A new tensor is asked for.",
            {"return (m * k + (1 - m) * q).detach()": "return k.detach().mul_(m).add_(q.detach(), alpha=1 - m)"},
        ),
        Misconception(
            "positives_last",
            "The own key belongs in column 0: the right class is 0 in every row, whatever the length of the queue.",
            {"torch.cat([positive, q @ queue.detach()], dim=1)": "torch.cat([q @ queue.detach(), positive], dim=1)"},
        ),
        Misconception(
            "gradient_into_keys",
            "A gradient flows into the keys. They are targets: the slow encoder learns by averaging alone.",
            {"(q * k.detach())": "(q * k)"},
        ),
        Misconception(
            "gradient_into_everything",
            "Gradients flow into the keys and into the queue. Both are constants.",
            {"(q * k.detach())": "(q * k)", "q @ queue.detach()": "q @ queue"},
        ),
        Misconception(
            "one_half_over_tau",
            "Only the negatives were divided by the temperature. It divides all logits.",
            {"torch.cat([positive, q @ queue.detach()], dim=1) / tau": "torch.cat([positive, q @ queue.detach() / tau], dim=1)"},
        ),
        Misconception(
            "no_temperature",
            "The logits were not divided by the temperature.",
            {"dim=1) / tau": "dim=1)"},
        ),
        Misconception(
            "pointer_not_wrapped",
            "The pointer runs beyond the last column. It is a ring: behind column K - 1 comes column 0.",
            {"self.pointer = (self.pointer + len(k)) % K": "self.pointer = self.pointer + len(k)"},
        ),
        Misconception(
            "pointer_moves_by_one",
            "The pointer moves on by one column, whatever was written. It moves by the number of keys.",
            {"self.pointer = (self.pointer + len(k)) % K": "self.pointer = (self.pointer + 1) % K"},
        ),
        Misconception(
            "starts_over_at_the_end",
            "Where the keys do not fit behind the pointer, they were written from column 0. The ring is cut nowhere: some go "
            "to the end, the rest to the beginning.",
            {
                "        self.keys[:, (self.pointer + torch.arange(len(k))) % K] = k.detach().T\n":
                    "        if self.pointer + len(k) > K:\n            self.pointer = 0\n"
                    "        self.keys[:, self.pointer : self.pointer + len(k)] = k.detach().T\n",
            },
        ),
        Misconception(
            "a_line_not_a_ring",
            "The newest keys were put first and the oldest pushed out at the end: the right keys, but not at the columns that "
            "the docstring fixes.",
            {
                "        self.keys[:, (self.pointer + torch.arange(len(k))) % K] = k.detach().T\n":
                    "        self.keys = torch.cat([k.detach().T, self.keys], dim=1)[:, :K]\n",
            },
        ),
        Misconception(
            "pushed_before_the_logits",
            "The keys joined the queue before the logits were made. Each query then finds its own key among the negatives, "
            "too, and is told to avoid it.",
            {
                "    logits = moco_logits(q, k, queue.keys.clone(), tau)\n    queue.push(k)\n    return logits":
                    "    queue.push(k)\n    return moco_logits(q, k, queue.keys.clone(), tau)",
            },
        ),
        Misconception(
            "never_pushed",
            "The keys of the batch never join the queue, so that it does not age.",
            {"    queue.push(k)\n": ""},
        ),
        Misconception(
            "queries_pushed",
            "The queries joined the queue. It holds keys, made by the slow encoder.",
            {"queue.push(k)": "queue.push(q)"},
        ),
        Misconception(
            "queries_normalised_again",
            "The queries were normalised. They come as they are meant to be used.",
            {"    positive = (q": "    q = F.normalize(q, dim=1)\n    positive = (q"},
        ),
        Misconception(
            "keys_normalised_again",
            "The own keys were normalised. They come as they are meant to be used.",
            {"    positive = (q": "    k = F.normalize(k, dim=1)\n    positive = (q"},
        ),
        Misconception(
            "queue_normalised_again",
            "The keys of the queue were normalised. They come as they are meant to be used.",
            {"q @ queue.detach()": "q @ F.normalize(queue.detach(), dim=0)"},
        ),
        Misconception(
            "gradient_into_the_queue",
            "A gradient flows into the queue. Old keys are constants.",
            {"q @ queue.detach()": "q @ queue"},
        ),
        Misconception(
            "no_gradient_at_all",
            "The logits have no gradient with respect to the queries, which are what learns.",
            {"    positive = (q": "    q = q.detach()\n    positive = (q"},
        ),
        Misconception(
            "tau_on_the_positive_alone",
            "Only the positive was divided by the temperature. It divides all logits.",
            {"torch.cat([positive, q @ queue.detach()], dim=1) / tau": "torch.cat([positive / tau, q @ queue.detach()], dim=1)"},
        ),
        Misconception(
            "times_tau",
            "The logits were multiplied by the temperature. They are divided by it.",
            {"dim=1) / tau": "dim=1) * tau"},
        ),
        Misconception(
            "all_keys_of_the_batch",
            "Each query was held against all keys of the batch. Column 0 is its own key; the negatives come from "
            "the queue alone.",
            {"positive = (q * k.detach()).sum(1, keepdim=True)": "positive = q @ k.detach().T"},
        ),
        Misconception(
            "pointer_stays",
            "The pointer does not move, so that each batch overwrites the one before.",
            {"        self.pointer = (self.pointer + len(k)) % K\n": ""},
        ),
        Misconception(
            "pointer_back_to_the_start",
            "Where the ring closes, the pointer went back to column 0. It moves on by the number of keys, modulo K.",
            {"(self.pointer + len(k)) % K": "(self.pointer + len(k) if self.pointer + len(k) < K else 0)"},
        ),
        Misconception(
            "oldest_first",
            "The queue was moved along, the oldest keys out in front and the new ones in behind: the right keys, "
            "but not at the columns that the docstring fixes.",
            {"        self.keys[:, (self.pointer + torch.arange(len(k))) % K] = k.detach().T\n": "        self.keys = torch.cat([self.keys[:, len(k) :], k.detach().T], dim=1)\n"},
        ),
        Misconception(
            "keys_in_reverse",
            "The keys of a batch were written in reverse. Row 0 goes to the column of the pointer.",
            {"k.detach().T": "k.detach().flip(0).T"},
        ),
        Misconception(
            "pushed_twice",
            "The keys of a batch joined the queue twice.",
            {"    queue.push(k)\n": "    queue.push(k)\n    queue.push(k)\n"},
        ),
        Misconception(
            "normalised_on_the_way_in",
            "The keys were normalised when they were pushed. The ring stores what it is given.",
            {"= k.detach().T": "= F.normalize(k.detach(), dim=1).T"},
        ),
        Misconception(
            "keys_with_a_graph",
            "What is stored hangs on the graph of the keys: memory grows with every batch. Detach them.",
            {"        self.keys[:, (self.pointer + torch.arange(len(k))) % K] = k.detach().T\n": "        self.keys = self.keys.clone()\n        self.keys[:, (self.pointer + torch.arange(len(k))) % K] = k.T\n"},
        ),
        Misconception(
            "a_full_push_stored_as_it_is",
            "Where a batch fills the whole ring, the keys themselves were stored and not a copy: they change when "
            "the batch does.",
            {"        K = self.keys.shape[1]\n": "        K = self.keys.shape[1]\n        if len(k) == K and self.pointer == 0:\n            self.keys = k.detach().T\n            return\n"},
        ),
        Misconception(
            "overwritten_under_the_gradient",
            "The push wrote into the tensor from which the logits were made, unseen by autograd: the gradient of "
            "the first batch is computed with later keys.",
            {
                "queue.keys.clone()": "queue.keys",
                "self.keys[:, (self": "self.keys.data[:, (self",
            },
        ),
        Misconception(
            "overwritten_and_noticed",
            "The push wrote into the tensor from which the logits were made, and autograd refuses to go back. Make "
            "a copy, of the queue's keys or in the push.",
            {"queue.keys.clone()": "queue.keys"},
        ),
    ],
    "adapter": [
        Misconception(
            "no_residual",
            "The identity is missing. An adapter corrects what passes by; with small weights it must change nearly nothing.",
            {"return h + torch.relu": "return torch.relu"},
        ),
        Misconception(
            "no_nonlinearity",
            "There is no relu in the bottleneck. Without it the two projections are one linear map of low rank.",
            {"torch.relu(h @ Wd.T + b_down)": "(h @ Wd.T + b_down)"},
        ),
        Misconception(
            "relu_at_the_end",
            "The relu stands behind the projection up. It belongs into the bottleneck, between the two projections.",
            {"torch.relu(h @ Wd.T + b_down) @ Wu.T + b_up": "torch.relu((h @ Wd.T + b_down) @ Wu.T + b_up)"},
        ),
        Misconception(
            "bias_behind_the_relu",
            "The lower bias was added behind the relu. It shifts the point at which each unit opens.",
            {"torch.relu(h @ Wd.T + b_down)": "(torch.relu(h @ Wd.T) + b_down)"},
        ),
        Misconception(
            "biases_forgotten",
            "The biases are missing.",
            {"h @ Wd.T + b_down": "h @ Wd.T", "Wu.T + b_up": "Wu.T"},
        ),
        Misconception(
            "gelu_for_relu",
            "Another nonlinearity than the relu was used.",
            {"torch.relu(": "F.gelu("},
        ),
        Misconception(
            "weights_alone",
            "Only the entries of the two matrices were counted. The biases have m + d more.",
            {"2 * m * d + m + d": "2 * m * d"},
        ),
        Misconception(
            "one_matrix_counted",
            "There are two matrices, one down and one up.",
            {"2 * m * d + m + d": "m * d + m + d"},
        ),
        Misconception(
            "relu_over_everything",
            "The relu goes over the sum. The identity must pass as it is, with its sign.",
            {"h + torch.relu(h @ Wd.T + b_down) @ Wu.T + b_up": "torch.relu(h + torch.relu(h @ Wd.T + b_down) @ Wu.T + b_up)"},
        ),
        Misconception(
            "a_relu_behind_both",
            "There is a second relu, behind the projection up. The correction may be negative.",
            {"h + torch.relu(h @ Wd.T + b_down) @ Wu.T + b_up": "h + torch.relu(torch.relu(h @ Wd.T + b_down) @ Wu.T + b_up)"},
        ),
        Misconception(
            "the_lower_bias_missing",
            "The lower bias is missing.",
            {"h @ Wd.T + b_down": "h @ Wd.T"},
        ),
        Misconception(
            "the_upper_bias_missing",
            "The upper bias is missing.",
            {"Wu.T + b_up": "Wu.T"},
        ),
        Misconception(
            "tanh_for_relu",
            "A tanh stands in the bottleneck, where the docstring has a relu.",
            {"torch.relu(": "torch.tanh("},
        ),
        Misconception(
            "leaky_relu",
            "The relu is leaky here. Below 0 it is 0.",
            {"torch.relu(": "F.leaky_relu("},
        ),
        Misconception(
            "relu_cut_at_6",
            "The relu was cut at 6. It has no upper end.",
            {"torch.relu(h @ Wd.T + b_down)": "(h @ Wd.T + b_down).clamp(0, 6)"},
        ),
        Misconception(
            "square_projection_not_transposed",
            "Where the bottleneck is as wide as the body, the lower projection was not transposed.",
            {"h @ Wd.T": "h @ (Wd if len(Wd) == Wd.shape[1] else Wd.T)"},
        ),
        Misconception(
            "the_upper_projection_not_transposed",
            "Where the bottleneck is as wide as the body, the upper projection was not transposed.",
            {"@ Wu.T": "@ (Wu if len(Wu) == Wu.shape[1] else Wu.T)"},
        ),
        Misconception(
            "the_correction_cut_off",
            "No gradient gets through the bottleneck to h.",
            {"torch.relu(h @": "torch.relu(h.detach() @"},
        ),
        Misconception(
            "the_identity_cut_off",
            "No gradient gets through the identity to h. It is what keeps deep bodies trainable.",
            {"return h + torch": "return h.detach() + torch"},
        ),
        Misconception(
            "one_bias_counted",
            "The lower bias alone was counted. The upper one has d more.",
            {"+ m + d": "+ m"},
        ),
        Misconception(
            "the_upper_bias_alone_counted",
            "The upper bias alone was counted. The lower one has m more.",
            {"+ m + d": "+ d"},
        ),
        Misconception(
            "two_biases_of_one_length",
            "Both biases were counted with m entries. The upper one has d.",
            {"+ m + d": "+ 2 * m"},
        ),
        Misconception(
            "two_biases_of_width_d",
            "Both biases were counted with d entries. The lower one has m.",
            {"+ m + d": "+ 2 * d"},
        ),
        Misconception(
            "two_adapters_counted",
            "Two adapters were counted, as a transformer block has them. One is asked for.",
            {"return 2 * m * d + m + d": "return 2 * (2 * m * d + m + d)"},
        ),
    ],
    "replay_batch": [
        Misconception(
            "with_repetition",
            "Indices were drawn with repetition: some examples come twice in a batch.",
            {
                "torch.randperm(n_new, generator=generator)[: size - old]": "torch.randint(n_new, (size - old,), generator=generator)",
                "torch.randperm(n_buffer, generator=generator)[:old]":
                    "torch.randint(max(n_buffer, 1), (old,), generator=generator)",
            },
        ),
        Misconception(
            "buffer_from_the_new_task",
            "The old examples were drawn from as many as there are new ones. Their indices point into the buffer, which has "
            "another length.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "torch.randperm(n_new, generator=generator)[:old]"},
        ),
        Misconception(
            "rounded_to_the_nearest",
            "The share of the buffer is rounded down. Here it was rounded to the nearest number.",
            {"int(size * frac)": "int(size * frac + 0.5)"},
        ),
        Misconception(
            "rounded_up",
            "The share of the buffer is rounded down. Here it was rounded up.",
            {"int(size * frac)": "math.ceil(size * frac)"},
        ),
        Misconception(
            "a_small_buffer_shortens_the_batch",
            "Where the buffer holds too few, the new data fill the batch. Here the batch became shorter.",
            {"[: size - old]": "[: size - int(size * frac)]"},
        ),
        Misconception(
            "share_exchanged",
            "The share belongs to the buffer; here the new data got it.",
            {"int(size * frac)": "size - int(size * frac)"},
        ),
        Misconception(
            "share_of_the_buffer",
            "The share was taken of the buffer's length. It is a share of the batch.",
            {"int(size * frac)": "int(n_buffer * frac)"},
        ),
        Misconception(
            "always_the_first",
            "The old examples are always the first ones of the buffer. They are drawn anew for each batch.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "torch.arange(n_buffer)[:old]"},
        ),
        Misconception(
            "on_top_of_the_batch",
            "The old examples came on top of a whole batch of new ones. Together they make size.",
            {"[: size - old]": "[:size]"},
        ),
        Misconception(
            "old_ones_with_repetition",
            "The old examples were drawn with repetition: some come twice in a batch.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "torch.randint(max(n_buffer, 1), (old,), generator=generator)"},
        ),
        Misconception(
            "new_ones_with_repetition",
            "The new examples were drawn with repetition: some come twice in a batch.",
            {"torch.randperm(n_new, generator=generator)[: size - old]": "torch.randint(n_new, (size - old,), generator=generator)"},
        ),
        Misconception(
            "round_for_floor",
            "The share was rounded to the nearest number (halves to the even one). It is rounded down.",
            {"int(size * frac)": "round(size * frac)"},
        ),
        Misconception(
            "at_least_one_old",
            "At least one old example is taken. A share of 0, or a small one, means none.",
            {"int(size * frac)": "max(1, int(size * frac))"},
        ),
        Misconception(
            "always_the_first_new_ones",
            "The new examples are always the first ones. They are drawn anew for each batch.",
            {"torch.randperm(n_new, generator=generator)[: size - old]": "torch.arange(n_new)[: size - old]"},
        ),
        Misconception(
            "always_the_last",
            "The old examples are always the last ones of the buffer. They are drawn anew for each batch.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "torch.arange(n_buffer)[n_buffer - old :]"},
        ),
        Misconception(
            "parts_exchanged",
            "The two parts are returned in the wrong order: new ones first.",
            {"    return new, torch.randperm(n_buffer, generator=generator)[:old]": "    return torch.randperm(n_buffer, generator=generator)[:old], new"},
        ),
        Misconception(
            "a_slice_of_minus_nothing",
            "[-0:] is everything: where no old example is wanted, the whole buffer comes.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "torch.randperm(n_buffer, generator=generator)[-old:]"},
        ),
        Misconception(
            "indices_behind_the_new_ones",
            "The old indices were moved behind the new ones. They point into the buffer, which begins at 0.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "torch.randperm(n_buffer, generator=generator)[:old] + n_new"},
        ),
        Misconception(
            "not_int64",
            "The indices are not int64.",
            {
                "torch.randperm(n_buffer, generator=generator)[:old]": "torch.randperm(n_buffer, generator=generator)[:old].int()",
                "[: size - old]": "[: size - old].int()",
            },
        ),
        Misconception(
            "the_same_every_time",
            "The generator was set back in each call, so that all batches are alike. It comes in and goes on.",
            {"    old = min(": "    generator.manual_seed(0)\n    old = min("},
        ),
        Misconception(
            "the_generator_copied",
            "The draws come from a copy of the generator: all batches are alike. Draw from the one that comes in.",
            {"    old = min(": "    generator = generator.clone_state()\n    old = min("},
        ),
        Misconception(
            "both_parts_alike",
            "Both parts were drawn from the same random numbers, so that one depends on the other.",
            {
                "    old = min(": "    twin = generator.clone_state()\n    old = min(",
                "torch.randperm(n_buffer, generator=generator)[:old]": "torch.randperm(n_buffer, generator=twin)[:old]",
            },
        ),
        Misconception(
            "one_block",
            "The old examples are neighbours in the buffer: a block from a random place. Each set of them has to be "
            "as likely.",
            {"torch.randperm(n_buffer, generator=generator)[:old]": "((torch.randint(max(n_buffer, 1), (1,), generator=generator) + torch.arange(old)) % max(n_buffer, 1))"},
        ),
    ],
}
