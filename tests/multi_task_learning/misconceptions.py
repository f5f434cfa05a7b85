"""What students get wrong in multi_task_learning, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "MultiTaskNet": [
        Misconception(
            "head_on_raw_input",
            "The heads read the raw input, so nothing is shared: the encoder is computed and "
            "thrown away. A head's input is the encoder's output.",
            {"nn.Linear(d_hidden, n)": "nn.Linear(d_in, n)", "head(z)": "head(x)"},
        ),
        Misconception(
            "one_encoder_per_head",
            "Each task has an encoder of its own: these are separate networks. Count the "
            "parameters; hard sharing has one encoder, whatever the number of tasks.",
            {
                "self.encoder = nn.Sequential(nn.Linear(d_in, d_hidden), nn.ReLU())": (
                    "self.encoder = nn.ModuleDict("
                    "{name: nn.Sequential(nn.Linear(d_in, d_hidden), nn.ReLU()) for name in heads})"
                ),
                "        z = self.encoder(x)\n": "",
                "head(z)": "head(self.encoder[name](x))",
            },
        ),
        Misconception(
            "second_head_detached",
            "The outputs are right, but only the first task teaches the encoder: the features are "
            "detached for the other heads. In hard sharing the gradients of all tasks meet in the "
            "encoder.",
            {"head(z)": "head(z if name == next(iter(self.heads)) else z.detach())"},
        ),
        Misconception(
            "activation_on_the_outputs",
            "An activation follows the heads. A regression could then never predict a negative "
            "number, and logits below zero would all look alike to the softmax.",
            {"head(z)": "head(z).relu()"},
        ),
        Misconception(
            "linear_encoder",
            "There is no non-linearity between encoder and heads, so each task is a linear map of "
            "the input and the hidden layer adds nothing.",
            {"nn.Linear(d_in, d_hidden), nn.ReLU()": "nn.Linear(d_in, d_hidden)"},
        ),
        Misconception(
            "heads_in_a_plain_dict",
            "The heads are kept in a plain Python dict. PyTorch does not look inside it: "
            "net.parameters() lacks the heads, so an optimizer never trains them and state_dict() "
            "does not save them.",
            {
                "nn.ModuleDict({name: nn.Linear(d_hidden, n) for name, n in heads.items()})":
                    "{name: nn.Linear(d_hidden, n) for name, n in heads.items()}",
            },
        ),
    ],
    "soft_sharing_penalty": [
        Misconception(
            "unordered_pairs",
            "Each pair of networks is counted once. The sum runs over ordered pairs, (i, j) and "
            "(j, i), so it is twice as large; with half of it the same strength means half the "
            "tie.",
            {"lam * differences": "lam / 2 * differences"},
        ),
        Misconception(
            "unsquared_distances",
            "The distances are not squared. The gradient then has the same length however far "
            "apart the networks are, and none that is smooth where they meet.",
            {"differences.square().sum()": "differences.norm(dim=-1).sum()"},
        ),
        Misconception(
            "distance_to_the_mean",
            "This measures the distance of each network from the mean of all. It has the same "
            "minimum, but the sum over ordered pairs is 2T times as large, so the strength would "
            "depend on the number of tasks.",
            {"theta[:, None] - theta[None, :]": "theta - theta.mean(dim=0)"},
        ),
        Misconception(
            "cross_stitch_transposed",
            "Rows and columns of the mixing matrix are swapped. Row 0 holds the weights of the new "
            "xa; your new xa uses column 0.",
            {"A[0, 1] * xb": "A[1, 0] * xb", "A[1, 0] * xa + A[1, 1]": "A[0, 1] * xa + A[1, 1]"},
        ),
        Misconception(
            "cross_stitch_uses_the_new_xa",
            "The second output is made from the new xa instead of the old one. Both outputs are "
            "mixtures of the old features; otherwise task b sees its own features twice.",
            {"A[1, 0] * xa": "A[1, 0] * mixed_a"},
        ),
        Misconception(
            "mask_by_softmax",
            "The mask of an example sums to 1 over the features, as a softmax does. Each feature "
            "has a gate of its own in (0, 1), so that a task may keep all features or none.",
            {"torch.sigmoid(features @ W.T + b)": "torch.softmax(features @ W.T + b, dim=1)"},
        ),
        Misconception(
            "mask_matrix_transposed",
            "The matrix of the mask acts on rows as if they were columns. Row i of W makes the "
            "mask of feature i, as in nn.Linear.",
            {"features @ W.T": "features @ W"},
        ),
        Misconception(
            "mask_without_features",
            "This is the mask itself. It has still to be applied to the features.",
            {"torch.sigmoid(features @ W.T + b) * features": "torch.sigmoid(features @ W.T + b)"},
        ),
    ],
    "gradient_conflicts": [
        Misconception(
            "raw_inner_products",
            "These are inner products, not cosines: their size depends on the scale of the losses, "
            "and tasks in other units cannot be compared.",
            {"F.normalize(G, dim=1)": "G"},
        ),
        Misconception(
            "zero_gradient_gives_nan",
            "A task with gradient zero, one that is solved, is divided by its length 0, and the "
            "nan spreads through its row and column. Its cosines are 0 by convention.",
            {"F.normalize(G, dim=1)": "G / G.norm(dim=1, keepdim=True)"},
        ),
        Misconception(
            "diagonal_counted",
            "The fraction is taken over all T² elements. A task and itself are no pair; with the "
            "diagonal in the denominator even two opposite tasks only reach one half.",
            {"cosines[i, j] < 0": "cosines < 0"},
        ),
        Misconception(
            "right_angles_counted",
            "A cosine of exactly 0 is counted as a conflict. At a right angle a step on one task "
            "leaves the other's loss as it is, to first order.",
            {"cosines[i, j] < 0": "cosines[i, j] <= 0"},
        ),
        Misconception(
            "transfer_transposed",
            "Rows and columns are swapped. Row i is the task whose gradient is stepped along, "
            "column j the task whose loss is looked at; transfer is not symmetric.",
            {"torch.stack(rows)": "torch.stack(rows, dim=1)"},
        ),
        Misconception(
            "transfer_steps_add_up",
            "The step on the second task starts where the step on the first ended. Every step "
            "starts from the same parameters, or the result depends on the order of the tasks.",
            {
                "    before = losses(theta)\n": "    before, moved = losses(theta), theta\n",
                "rows.append(1 - losses(theta - lr * g) / before)":
                    "moved = moved - lr * g\n        rows.append(1 - losses(moved) / before)",
            },
        ),
        Misconception(
            "loss_ratio_instead_of_gain",
            "This is the share of the loss that is left after the step, near 1 for small steps. "
            "The gain is the share that is removed: positive where tasks help, negative where they "
            "hurt.",
            {"1 - losses(theta - lr * g) / before": "losses(theta - lr * g) / before"},
        ),
        Misconception(
            "cka_not_centred",
            "The columns are not centred. Any two sets of positive features then look alike, since "
            "they share the direction of their mean.",
            {"X = X - X.mean(dim=0)": "X = X", "Y = Y - Y.mean(dim=0)": "Y = Y"},
        ),
        Misconception(
            "cka_centred_by_example",
            "The mean is taken over the features of each example. Subtract from each feature its "
            "mean over the examples instead: shifting a feature must change nothing.",
            {
                "X.mean(dim=0)": "X.mean(dim=1, keepdim=True)",
                "Y.mean(dim=0)": "Y.mean(dim=1, keepdim=True)",
            },
        ),
        Misconception(
            "cka_norm_not_squared",
            "The norm in the numerator is not squared, so scaling the features changes the result "
            "and CKA(X, X) is not 1. The square comes from the trace of a product of two Gram "
            "matrices.",
            {"(Y.T @ X).square().sum()": "(Y.T @ X).norm()"},
        ),
    ],
    "rotation_task": [
        Misconception(
            "clockwise",
            "The images are turned clockwise: quarter turns 1 and 3 are swapped. The class k means "
            "k quarter turns counter-clockwise, with row 0 on top.",
            {"x.rot90(k, dims=(1, 2))": "x.rot90(-k, dims=(1, 2))"},
        ),
        Misconception(
            "labels_in_blocks",
            "The images come in the order image by image, but the labels in blocks of one class. "
            "Most labels are then wrong, and the loss stays near log 4.",
            {"torch.arange(4).repeat(len(x))": "torch.arange(4).repeat_interleave(len(x))"},
        ),
        Misconception(
            "images_in_blocks",
            "The images come in blocks of one orientation, but the labels image by image. Most "
            "labels are then wrong, and the loss stays near log 4.",
            {"for k in range(4)], dim=1)": "for k in range(4)], dim=0)"},
        ),
        Misconception(
            "inverse_permutation",
            "The permutation is read backwards: it says which tile is shown at place i, not where "
            "tile i goes. The two agree only for permutations that undo themselves.",
            {"perms[ids]": "perms.argsort(dim=1)[ids]"},
        ),
        Misconception(
            "tiles_numbered_by_column",
            "The tiles are numbered column by column. Tile 1 is the top right one, tile 2 the "
            "bottom left one.",
            {
                ".transpose(2, 3).flatten(1, 2)": ".permute(0, 3, 1, 2, 4).flatten(1, 2)",
                ".transpose(2, 3).reshape(B, H, W)": ".permute(0, 2, 3, 1, 4).reshape(B, H, W)",
            },
        ),
        Misconception(
            "one_permutation_for_all",
            "All images of the batch are shuffled by the permutation of the first. Their labels "
            "differ, so most of them are wrong.",
            {"perms[ids]": "perms[ids[:1]]"},
        ),
    ],
    "uncertainty_loss": [
        Misconception(
            "no_regulariser",
            "The term that charges for a large variance is missing. Without it the best s is +∞: "
            "every task is declared noise, and learning stops.",
            {"0.5 * torch.exp(-s) * losses + 0.5 * s": "0.5 * torch.exp(-s) * losses"},
        ),
        Misconception(
            "weight_grows_with_the_variance",
            "The exponent has the wrong sign: a noisy task gets more weight. s is the "
            "log-variance, and the loss is divided by the variance.",
            {"torch.exp(-s)": "torch.exp(s)"},
        ),
        Misconception(
            "log_variance_for_log_sigma",
            "The penalty is log σ, and s is log σ² = 2 log σ. With the whole of s the optimum "
            "moves to σ² = L/2.",
            {"0.5 * s)": "s)"},
        ),
        Misconception(
            "no_half_before_the_loss",
            "The half of the Gaussian exponent is missing, so the optimum moves to σ² = 2L. Some "
            "codes do so for cross-entropy; here every task has the half.",
            {"0.5 * torch.exp(-s) * losses": "torch.exp(-s) * losses"},
        ),
        Misconception(
            "sigma_for_variance",
            "The loss is divided by the standard deviation. s is the logarithm of the variance: "
            "the loss is divided by exp(s), not by its root.",
            {"torch.exp(-s)": "torch.exp(-0.5 * s)"},
        ),
    ],
    "gradnorm_step": [
        Misconception(
            "gradient_through_the_target",
            "The target depends on the weights through the mean norm, and your step differentiates "
            "through it. The target is a constant; otherwise all weights are pushed to shrink or "
            "grow together.",
            {
                "norms * torch.sign(weighted - target)": (
                    "norms * (torch.sign(weighted - target)"
                    " - (torch.sign(weighted - target) * rate**alpha).mean())"
                ),
            },
        ),
        Misconception(
            "rate_inverted",
            "The training rate is upside down. What is left of the first loss is large for a slow "
            "task, and slow tasks are to get more; yours helps those that need no help.",
            {"losses / initial_losses": "initial_losses / losses"},
        ),
        Misconception(
            "not_renormalised",
            "The weights are not scaled back to the sum T, so they drift and change the learning "
            "rate of the whole network.",
            {"return len(w) * w / w.sum()": "return w"},
        ),
        Misconception(
            "weights_sum_to_one",
            "The weights sum to 1 instead of T. A weight of 1 should mean that the task counts as "
            "in the plain sum.",
            {"len(w) * w / w.sum()": "w / w.sum()"},
        ),
        Misconception(
            "weights_left_out_of_the_norm",
            "The norms given are those of the unweighted losses. What is balanced is the share in "
            "the total, weight times norm; without the weight the method never notices what it has "
            "done already.",
            {"weighted = w * norms": "weighted = norms"},
        ),
        Misconception(
            "weighted_norm_as_slope",
            "The derivative of |w n − target| with respect to w is ± n. Yours has ± w n, as if the "
            "step were taken in log w.",
            {"lr * norms *": "lr * weighted *"},
        ),
        Misconception(
            "rate_not_relative",
            "The rate is not divided by its mean over the tasks. As training goes on all targets "
            "then fall with the losses, and no task reaches its own.",
            {"rate = rate / rate.mean()\n": "rate = rate\n"},
        ),
        Misconception(
            "squared_distance",
            "This is the gradient of a squared distance. GradNorm uses the absolute value: the "
            "step depends on which side of the target a task is, not on how far.",
            {"torch.sign(weighted - target)": "2 * (weighted - target)"},
        ),
    ],
    "pcgrad": [
        Misconception(
            "projects_on_projected_gradients",
            "Later tasks are compared with gradients that were projected already. Every comparison "
            "and projection uses the original gradient of the other task, so that no task goes "
            "first.",
            {
                "projected.append(g)":
                    "projected.append(g)\n        G = torch.cat([G[:i], g[None], G[i + 1 :]])",
            },
        ),
        Misconception(
            "projects_agreeing_gradients",
            "The test is the wrong way round: what is removed is the part on which the tasks "
            "agree, and conflicts stay as they are.",
            {"g @ G[j] < 0": "g @ G[j] > 0"},
        ),
        Misconception(
            "divides_by_the_norm",
            "The inner product is divided by the length of the other gradient and not by its "
            "square. The result is at a right angle to it only if that length is 1.",
            {"(G[j] @ G[j])": "G[j].norm()"},
        ),
        Misconception(
            "sum_for_mean",
            "The projected gradients are added up, as in the paper. Here their mean is asked for.",
            {".mean(dim=0)": ".sum(dim=0)"},
        ),
        Misconception(
            "tests_the_original_gradient",
            "The test and the component to remove come from the task's original gradient. After "
            "one projection g is another vector: a second projection with the old inner product "
            "removes the wrong amount.",
            {"g @ G[j] < 0": "G[i] @ G[j] < 0", "(g @ G[j]) /": "(G[i] @ G[j]) /"},
        ),
        Misconception(
            "order_ignored",
            "The other tasks are visited in the order 0, 1, 2, … whatever the argument says. With "
            "three tasks or more the result depends on the order.",
            {"for j in order": "for j in range(len(G))"},
        ),
        Misconception(
            "projects_all_pairs",
            "Every pair is projected, in conflict or not. Where tasks agree this throws away the "
            "common part, which is what sharing was for.",
            {"j != i and g @ G[j] < 0": "j != i and (G[j] != 0).any()"},
        ),
    ],
    "cagrad": [
        Misconception(
            "shortest_feasible_vector",
            "The programme min ‖g‖² subject to g·g_t ≥ 0 has the solution 0, always: the zero "
            "vector hurts nobody and trains nothing. CAGrad maximises the smallest gain within a "
            "ball around the mean gradient.",
            {
                "return (g0 + radius * g_w / g_w.norm()).to(G.dtype)":
                    "return torch.zeros_like(G[0])",
            },
        ),
        Misconception(
            "mixture_outside_the_simplex",
            "The mixing weight leaves [0, 1]. A negative weight turns a task's gradient round, and "
            "the smaller of the two gains is no longer what is maximised.",
            {"low, high = 0.0, 1.0": "low, high = -10.0, 10.0"},
        ),
        Misconception(
            "direction_not_normalised",
            "The correction is not scaled to the radius of the ball: it has the length of g_w "
            "times the radius, so it grows with the square of the gradients.",
            {"radius * g_w / g_w.norm()).to": "radius * g_w).to"},
        ),
        Misconception(
            "radius_not_relative",
            "The radius is c itself. It is c times the length of the mean gradient: the ball "
            "scales with the gradients, and it must not contain 0.",
            {"radius = c * g0.norm()": "radius = torch.tensor(c)"},
        ),
        Misconception(
            "maximises_the_dual",
            "The mixture is chosen to make Φ largest. The gain is maximised over d, but minimised "
            "over the mixture: it looks for the task that is worst off.",
            {"phi(low + third) < phi(high - third)": "phi(low + third) > phi(high - third)"},
        ),
        Misconception(
            "shortest_mixture",
            "The mixture of smallest length is the one of MGDA. Here Φ has a second term, the "
            "inner product with the mean gradient.",
            {"return g_w @ g0 + radius * g_w.norm()": "return g_w.norm()"},
        ),
        Misconception(
            "mixture_fixed_at_half",
            "The weight w is fixed at ½, so the correction only makes the mean gradient longer. w "
            "is to be searched: it is the one in [0, 1] for which Φ is smallest.",
            {"g_w = low * g1 + (1 - low) * g2\n    return (g0": "g_w = g0\n    return (g0"},
        ),
        Misconception(
            "sum_for_mean_gradient",
            "The centre of the ball is the sum of the gradients. It is their mean.",
            {"g0 = (g1 + g2) / 2": "g0 = g1 + g2"},
        ),
    ],
    "train_mtl": [
        Misconception(
            "gradients_add_up_over_tasks",
            "Row 2 holds the gradient of the first task plus that of the second: this is what "
            ".grad shows if it is not cleared between two backward passes.",
            {"return torch.stack(rows)\n": "return torch.stack(rows).cumsum(dim=0)\n"},
        ),
        Misconception(
            "surgery_over_all_parameters",
            "The gradients that are compared contain the heads as well. No head is shared, so the "
            "inner products stay the same, but the lengths grow: projections are too short, norms "
            "are too large.",
            {"shared = list(net.encoder.parameters())": "shared = list(net.parameters())"},
        ),
        Misconception(
            "initial_losses_set_again",
            "The first losses are set anew in every step. All training rates are then 1, and "
            "GradNorm forgets which task is slow.",
            {"if step == 0:": "if step >= 0:"},
        ),
        Misconception(
            "old_gradients_kept",
            "Gradients of earlier steps are never cleared, so each step also repeats the earlier "
            "ones. .grad adds up until somebody empties it.",
            {"        optimizer.zero_grad()\n": ""},
        ),
        Misconception(
            "mean_step_for_sum",
            "The combined gradient is a mean over the tasks, while the plain sum steps T times as "
            "far. Without a conflict both should take the same step.",
            {"(T * d)": "d"},
        ),
        Misconception(
            "s_never_updated",
            "The log-variances stay at 0, so all tasks keep the weight ½: the uncertainties are "
            "not learned.",
            {"s - weight_lr * s.grad": "s - 0 * s.grad"},
        ),
        Misconception(
            "norms_of_weighted_gradients",
            "GradNorm gets the norms of the weighted gradients and multiplies them by the weights "
            "once more. It wants the norms of the unweighted losses.",
            {"G.norm(dim=1)": "w * G.norm(dim=1)"},
        ),
        Misconception(
            "tasks_in_the_order_of_the_heads",
            "The tasks are numbered in the order of the heads. Their order is that of the "
            "dictionary of losses, which may be another one; a task is found by its name.",
            {
                "[loss_fn(outputs[name], targets[name]) for name, loss_fn in loss_fns.items()]":
                    "[loss_fns[name](outputs[name], targets[name]) for name in outputs]",
            },
        ),
    ],
}
