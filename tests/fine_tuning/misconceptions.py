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
            "Where warm equals total, or lies beyond the step, the end comes first: from total on the factor is 0.",
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
            {"scale * (x @ A.T) @ Bm.T": "(x @ A.T) @ Bm.T", "W0 + scale * Bm @ A": "W0 + Bm @ A"},
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
            {"W0 + scale * Bm @ A": "W0 + Bm @ A"},
        ),
        Misconception(
            "merged_in_place",
            "The update was added to W0 itself. Called again, it is added again; and the old model is lost.",
            {"return W0 + scale * Bm @ A": "W0 += scale * Bm @ A\n    return W0"},
        ),
        Misconception(
            "merged_without_a_gradient",
            "The numbers are right, but autograd finds no path through the merged matrix to A and Bm.",
            {"W0 + scale * Bm @ A": "W0 + (scale * Bm @ A).detach()"},
        ),
        Misconception(
            "merged_the_update_alone",
            "This is the update without W0. The merged matrix replaces the layer as a whole.",
            {"W0 + scale * Bm @ A": "scale * Bm @ A"},
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
    ],
}
