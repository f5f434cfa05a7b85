"""What students get wrong in multi_task_learning, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = [
    # ----------------------------------------------------------------- hard sharing
    Misconception(
        question="MultiTaskNet",
        name="head_on_raw_input",
        hint="The heads read the raw input, so nothing is shared: the encoder is computed and thrown "
        "away. A head's input is the encoder's output.",
        edits=[("nn.Linear(d_hidden, n)", "nn.Linear(d_in, n)"), ("head(z)", "head(x)")],
    ),
    Misconception(
        question="MultiTaskNet",
        name="one_encoder_per_head",
        hint="Each task has an encoder of its own: these are separate networks. Count the parameters; "
        "hard sharing has one encoder, whatever the number of tasks.",
        edits=[
            (
                "self.encoder = nn.Sequential(nn.Linear(d_in, d_hidden), nn.ReLU())",
                "self.encoder = nn.ModuleDict("
                "{name: nn.Sequential(nn.Linear(d_in, d_hidden), nn.ReLU()) for name in heads})",
            ),
            ("        z = self.encoder(x)\n", ""),
            ("head(z)", "head(self.encoder[name](x))"),
        ],
    ),
    Misconception(
        question="MultiTaskNet",
        name="second_head_detached",
        hint="The outputs are right, but only the first task teaches the encoder: the features are "
        "detached for the other heads. In hard sharing the gradients of all tasks meet in the "
        "encoder.",
        edits=[("head(z)", "head(z if name == next(iter(self.heads)) else z.detach())")],
    ),
    Misconception(
        question="MultiTaskNet",
        name="activation_on_the_outputs",
        hint="An activation follows the heads. A regression could then never predict a negative number, "
        "and logits below zero would all look alike to the softmax.",
        edits=[("head(z)", "head(z).relu()")],
    ),
    Misconception(
        question="MultiTaskNet",
        name="linear_encoder",
        hint="There is no non-linearity between encoder and heads, so each task is a linear map of the "
        "input and the hidden layer adds nothing.",
        edits=[("nn.Linear(d_in, d_hidden), nn.ReLU()", "nn.Linear(d_in, d_hidden)")],
    ),
    Misconception(
        question="MultiTaskNet",
        name="heads_in_a_plain_dict",
        hint="The heads are kept in a plain Python dict. PyTorch does not look inside it: "
        "net.parameters() lacks the heads, so an optimizer never trains them and state_dict() does "
        "not save them.",
        edits=[
            (
                "nn.ModuleDict({name: nn.Linear(d_hidden, n) for name, n in heads.items()})",
                "{name: nn.Linear(d_hidden, n) for name, n in heads.items()}",
            )
        ],
    ),
    # ----------------------------------------------------------------- soft sharing
    Misconception(
        question="soft_sharing_penalty",
        name="unordered_pairs",
        hint="Each pair of networks is counted once. The sum runs over ordered pairs, (i, j) and (j, i),"
        " so it is twice as large; with half of it the same strength means half the tie.",
        edits=[("lam * differences", "lam / 2 * differences")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="unsquared_distances",
        hint="The distances are not squared. The gradient then has the same length however far apart the"
        " networks are, and none that is smooth where they meet.",
        edits=[("differences.square().sum()", "differences.norm(dim=-1).sum()")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="distance_to_the_mean",
        hint="This measures the distance of each network from the mean of all. It has the same minimum, "
        "but the sum over ordered pairs is 2T times as large, so the strength would depend on the "
        "number of tasks.",
        edits=[("theta[:, None] - theta[None, :]", "theta - theta.mean(dim=0)")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="cross_stitch_transposed",
        hint="Rows and columns of the mixing matrix are swapped. Row 0 holds the weights of the new xa; "
        "your new xa uses column 0.",
        edits=[("A[0, 1] * xb", "A[1, 0] * xb"), ("A[1, 0] * xa + A[1, 1]", "A[0, 1] * xa + A[1, 1]")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="cross_stitch_uses_the_new_xa",
        hint="The second output is made from the new xa instead of the old one. Both outputs are "
        "mixtures of the old features; otherwise task b sees its own features twice.",
        edits=[("A[1, 0] * xa", "A[1, 0] * mixed_a")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="mask_by_softmax",
        hint="The mask of an example sums to 1 over the features, as a softmax does. Each feature has a "
        "gate of its own in (0, 1), so that a task may keep all features or none.",
        edits=[("torch.sigmoid(features @ W.T + b)", "torch.softmax(features @ W.T + b, dim=1)")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="mask_matrix_transposed",
        hint="The matrix of the mask acts on rows as if they were columns. Row i of W makes the mask of "
        "feature i, as in nn.Linear.",
        edits=[("features @ W.T", "features @ W")],
    ),
    Misconception(
        question="soft_sharing_penalty",
        name="mask_without_features",
        hint="This is the mask itself. It has still to be applied to the features.",
        edits=[("torch.sigmoid(features @ W.T + b) * features", "torch.sigmoid(features @ W.T + b)")],
    ),
    # ----------------------------------------------------------------- affinity
    Misconception(
        question="gradient_conflicts",
        name="raw_inner_products",
        hint="These are inner products, not cosines: their size depends on the scale of the losses, and "
        "tasks in other units cannot be compared.",
        edits=[("F.normalize(G, dim=1)", "G")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="zero_gradient_gives_nan",
        hint="A task with gradient zero, one that is solved, is divided by its length 0, and the nan "
        "spreads through its row and column. Its cosines are 0 by convention.",
        edits=[("F.normalize(G, dim=1)", "G / G.norm(dim=1, keepdim=True)")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="diagonal_counted",
        hint="The fraction is taken over all T² elements. A task and itself are no pair; with the "
        "diagonal in the denominator even two opposite tasks only reach one half.",
        edits=[("cosines[i, j] < 0", "cosines < 0")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="right_angles_counted",
        hint="A cosine of exactly 0 is counted as a conflict. At a right angle a step on one task leaves"
        " the other's loss as it is, to first order.",
        edits=[("cosines[i, j] < 0", "cosines[i, j] <= 0")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="transfer_transposed",
        hint="Rows and columns are swapped. Row i is the task whose gradient is stepped along, column j "
        "the task whose loss is looked at; transfer is not symmetric.",
        edits=[("torch.stack(rows)", "torch.stack(rows, dim=1)")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="transfer_steps_add_up",
        hint="The step on the second task starts where the step on the first ended. Every step starts "
        "from the same parameters, or the result depends on the order of the tasks.",
        edits=[
            ("    before = losses(theta)\n", "    before, moved = losses(theta), theta\n"),
            ("rows.append(1 - losses(theta - lr * g) / before)",
             "moved = moved - lr * g\n        rows.append(1 - losses(moved) / before)"),
        ],
    ),
    Misconception(
        question="gradient_conflicts",
        name="loss_ratio_instead_of_gain",
        hint="This is the share of the loss that is left after the step, near 1 for small steps. The "
        "gain is the share that is removed: positive where tasks help, negative where they hurt.",
        edits=[("1 - losses(theta - lr * g) / before", "losses(theta - lr * g) / before")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="cka_not_centred",
        hint="The columns are not centred. Any two sets of positive features then look alike, since they"
        " share the direction of their mean.",
        edits=[("X = X - X.mean(dim=0)", "X = X"), ("Y = Y - Y.mean(dim=0)", "Y = Y")],
    ),
    Misconception(
        question="gradient_conflicts",
        name="cka_centred_by_example",
        hint="The mean is taken over the features of each example. Subtract from each feature its mean "
        "over the examples instead: shifting a feature must change nothing.",
        edits=[
            ("X.mean(dim=0)", "X.mean(dim=1, keepdim=True)"),
            ("Y.mean(dim=0)", "Y.mean(dim=1, keepdim=True)"),
        ],
    ),
    Misconception(
        question="gradient_conflicts",
        name="cka_norm_not_squared",
        hint="The norm in the numerator is not squared, so scaling the features changes the result and "
        "CKA(X, X) is not 1. The square comes from the trace of a product of two Gram matrices.",
        edits=[("(Y.T @ X).square().sum()", "(Y.T @ X).norm()")],
    ),
    # ----------------------------------------------------------------- pretext tasks
    Misconception(
        question="rotation_task",
        name="clockwise",
        hint="The images are turned clockwise: quarter turns 1 and 3 are swapped. The class k means k "
        "quarter turns counter-clockwise, with row 0 on top.",
        edits=[("x.rot90(k, dims=(1, 2))", "x.rot90(-k, dims=(1, 2))")],
    ),
    Misconception(
        question="rotation_task",
        name="labels_in_blocks",
        hint="The images come in the order image by image, but the labels in blocks of one class. Most "
        "labels are then wrong, and the loss stays near log 4.",
        edits=[("torch.arange(4).repeat(len(x))", "torch.arange(4).repeat_interleave(len(x))")],
    ),
    Misconception(
        question="rotation_task",
        name="images_in_blocks",
        hint="The images come in blocks of one orientation, but the labels image by image. Most labels "
        "are then wrong, and the loss stays near log 4.",
        edits=[("for k in range(4)], dim=1)", "for k in range(4)], dim=0)")],
    ),
    Misconception(
        question="rotation_task",
        name="inverse_permutation",
        hint="The permutation is read backwards: it says which tile is shown at place i, not where tile "
        "i goes. The two agree only for permutations that undo themselves.",
        edits=[("perms[ids]", "perms.argsort(dim=1)[ids]")],
    ),
    Misconception(
        question="rotation_task",
        name="tiles_numbered_by_column",
        hint="The tiles are numbered column by column. Tile 1 is the top right one, tile 2 the bottom "
        "left one.",
        edits=[
            (".transpose(2, 3).flatten(1, 2)", ".permute(0, 3, 1, 2, 4).flatten(1, 2)"),
            (".transpose(2, 3).reshape(B, H, W)", ".permute(0, 2, 3, 1, 4).reshape(B, H, W)"),
        ],
    ),
    Misconception(
        question="rotation_task",
        name="one_permutation_for_all",
        hint="All images of the batch are shuffled by the permutation of the first. Their labels differ,"
        " so most of them are wrong.",
        edits=[("perms[ids]", "perms[ids[:1]]")],
    ),
    # ----------------------------------------------------------------- uncertainty weighting
    Misconception(
        question="uncertainty_loss",
        name="no_regulariser",
        hint="The term that charges for a large variance is missing. Without it the best s is +∞: every "
        "task is declared noise, and learning stops.",
        edits=[("0.5 * torch.exp(-s) * losses + 0.5 * s", "0.5 * torch.exp(-s) * losses")],
    ),
    Misconception(
        question="uncertainty_loss",
        name="weight_grows_with_the_variance",
        hint="The exponent has the wrong sign: a noisy task gets more weight. s is the log-variance, and"
        " the loss is divided by the variance.",
        edits=[("torch.exp(-s)", "torch.exp(s)")],
    ),
    Misconception(
        question="uncertainty_loss",
        name="log_variance_for_log_sigma",
        hint="The penalty is log σ, and s is log σ² = 2 log σ. With the whole of s the optimum moves to "
        "σ² = L/2.",
        edits=[("0.5 * s)", "s)")],
    ),
    Misconception(
        question="uncertainty_loss",
        name="no_half_before_the_loss",
        hint="The half of the Gaussian exponent is missing, so the optimum moves to σ² = 2L. Some codes "
        "do so for cross-entropy; here every task has the half.",
        edits=[("0.5 * torch.exp(-s) * losses", "torch.exp(-s) * losses")],
    ),
    Misconception(
        question="uncertainty_loss",
        name="sigma_for_variance",
        hint="The loss is divided by the standard deviation. s is the logarithm of the variance: the "
        "loss is divided by exp(s), not by its root.",
        edits=[("torch.exp(-s)", "torch.exp(-0.5 * s)")],
    ),
    # ----------------------------------------------------------------- GradNorm
    Misconception(
        question="gradnorm_step",
        name="gradient_through_the_target",
        hint="The target depends on the weights through the mean norm, and your step differentiates "
        "through it. The target is a constant; otherwise all weights are pushed to shrink or grow "
        "together.",
        edits=[
            (
                "norms * torch.sign(weighted - target)",
                "norms * (torch.sign(weighted - target)"
                " - (torch.sign(weighted - target) * rate**alpha).mean())",
            )
        ],
    ),
    Misconception(
        question="gradnorm_step",
        name="rate_inverted",
        hint="The training rate is upside down. What is left of the first loss is large for a slow task,"
        " and slow tasks are to get more; yours helps those that need no help.",
        edits=[("losses / initial_losses", "initial_losses / losses")],
    ),
    Misconception(
        question="gradnorm_step",
        name="not_renormalised",
        hint="The weights are not scaled back to the sum T, so they drift and change the learning rate "
        "of the whole network.",
        edits=[("return len(w) * w / w.sum()", "return w")],
    ),
    Misconception(
        question="gradnorm_step",
        name="weights_sum_to_one",
        hint="The weights sum to 1 instead of T. A weight of 1 should mean that the task counts as in "
        "the plain sum.",
        edits=[("len(w) * w / w.sum()", "w / w.sum()")],
    ),
    Misconception(
        question="gradnorm_step",
        name="weights_left_out_of_the_norm",
        hint="The norms given are those of the unweighted losses. What is balanced is the share in the "
        "total, weight times norm; without the weight the method never notices what it has done "
        "already.",
        edits=[("weighted = w * norms", "weighted = norms")],
    ),
    Misconception(
        question="gradnorm_step",
        name="weighted_norm_as_slope",
        hint="The derivative of |w n − target| with respect to w is ± n. Yours has ± w n, as if the step"
        " were taken in log w.",
        edits=[("lr * norms *", "lr * weighted *")],
    ),
    Misconception(
        question="gradnorm_step",
        name="rate_not_relative",
        hint="The rate is not divided by its mean over the tasks. As training goes on all targets then "
        "fall with the losses, and no task reaches its own.",
        edits=[("rate = rate / rate.mean()\n", "rate = rate\n")],
    ),
    Misconception(
        question="gradnorm_step",
        name="squared_distance",
        hint="This is the gradient of a squared distance. GradNorm uses the absolute value: the step "
        "depends on which side of the target a task is, not on how far.",
        edits=[("torch.sign(weighted - target)", "2 * (weighted - target)")],
    ),
    # ----------------------------------------------------------------- PCGrad
    Misconception(
        question="pcgrad",
        name="projects_on_projected_gradients",
        hint="Later tasks are compared with gradients that were projected already. Every comparison and "
        "projection uses the original gradient of the other task, so that no task goes first.",
        edits=[
            (
                "projected.append(g)",
                "projected.append(g)\n        G = torch.cat([G[:i], g[None], G[i + 1 :]])",
            )
        ],
    ),
    Misconception(
        question="pcgrad",
        name="projects_agreeing_gradients",
        hint="The test is the wrong way round: what is removed is the part on which the tasks agree, and"
        " conflicts stay as they are.",
        edits=[("g @ G[j] < 0", "g @ G[j] > 0")],
    ),
    Misconception(
        question="pcgrad",
        name="divides_by_the_norm",
        hint="The inner product is divided by the length of the other gradient and not by its square. "
        "The result is at a right angle to it only if that length is 1.",
        edits=[("(G[j] @ G[j])", "G[j].norm()")],
    ),
    Misconception(
        question="pcgrad",
        name="sum_for_mean",
        hint="The projected gradients are added up, as in the paper. Here their mean is asked for.",
        edits=[(".mean(dim=0)", ".sum(dim=0)")],
    ),
    Misconception(
        question="pcgrad",
        name="tests_the_original_gradient",
        hint="The test and the component to remove come from the task's original gradient. After one "
        "projection g is another vector: a second projection with the old inner product removes the"
        " wrong amount.",
        edits=[("g @ G[j] < 0", "G[i] @ G[j] < 0"), ("(g @ G[j]) /", "(G[i] @ G[j]) /")],
    ),
    Misconception(
        question="pcgrad",
        name="order_ignored",
        hint="The other tasks are visited in the order 0, 1, 2, … whatever the argument says. With three"
        " tasks or more the result depends on the order.",
        edits=[("for j in order", "for j in range(len(G))")],
    ),
    Misconception(
        question="pcgrad",
        name="projects_all_pairs",
        hint="Every pair is projected, in conflict or not. Where tasks agree this throws away the common"
        " part, which is what sharing was for.",
        edits=[("j != i and g @ G[j] < 0", "j != i and (G[j] != 0).any()")],
    ),
    # ----------------------------------------------------------------- CAGrad
    Misconception(
        question="cagrad",
        name="shortest_feasible_vector",
        hint="The programme min ‖g‖² subject to g·g_t ≥ 0 has the solution 0, always: the zero vector "
        "hurts nobody and trains nothing. CAGrad maximises the smallest gain within a ball around "
        "the mean gradient.",
        edits=[("return (g0 + radius * g_w / g_w.norm()).to(G.dtype)", "return torch.zeros_like(G[0])")],
    ),
    Misconception(
        question="cagrad",
        name="mixture_outside_the_simplex",
        hint="The mixing weight leaves [0, 1]. A negative weight turns a task's gradient round, and the "
        "smaller of the two gains is no longer what is maximised.",
        edits=[("low, high = 0.0, 1.0", "low, high = -10.0, 10.0")],
    ),
    Misconception(
        question="cagrad",
        name="direction_not_normalised",
        hint="The correction is not scaled to the radius of the ball: it has the length of g_w times the"
        " radius, so it grows with the square of the gradients.",
        edits=[("radius * g_w / g_w.norm()).to", "radius * g_w).to")],
    ),
    Misconception(
        question="cagrad",
        name="radius_not_relative",
        hint="The radius is c itself. It is c times the length of the mean gradient: the ball scales "
        "with the gradients, and it must not contain 0.",
        edits=[("radius = c * g0.norm()", "radius = torch.tensor(c)")],
    ),
    Misconception(
        question="cagrad",
        name="maximises_the_dual",
        hint="The mixture is chosen to make Φ largest. The gain is maximised over d, but minimised over "
        "the mixture: it looks for the task that is worst off.",
        edits=[("phi(low + third) < phi(high - third)", "phi(low + third) > phi(high - third)")],
    ),
    Misconception(
        question="cagrad",
        name="shortest_mixture",
        hint="The mixture of smallest length is the one of MGDA. Here Φ has a second term, the inner "
        "product with the mean gradient.",
        edits=[("return g_w @ g0 + radius * g_w.norm()", "return g_w.norm()")],
    ),
    Misconception(
        question="cagrad",
        name="mixture_fixed_at_half",
        hint="The weight w is fixed at ½, so the correction only makes the mean gradient longer. w is to be "
        "searched: it is the one in [0, 1] for which Φ is smallest.",
        edits=[
            ("g_w = low * g1 + (1 - low) * g2\n    return (g0", "g_w = g0\n    return (g0"),
        ],
    ),
    Misconception(
        question="cagrad",
        name="sum_for_mean_gradient",
        hint="The centre of the ball is the sum of the gradients. It is their mean.",
        edits=[("g0 = (g1 + g2) / 2", "g0 = g1 + g2")],
    ),
    # ----------------------------------------------------------------- the loop
    Misconception(
        question="train_mtl",
        name="gradients_add_up_over_tasks",
        hint="Row 2 holds the gradient of the first task plus that of the second: this is what .grad "
        "shows if it is not cleared between two backward passes.",
        edits=[("return torch.stack(rows)\n", "return torch.stack(rows).cumsum(dim=0)\n")],
    ),
    Misconception(
        question="train_mtl",
        name="surgery_over_all_parameters",
        hint="The gradients that are compared contain the heads as well. No head is shared, so the inner"
        " products stay the same, but the lengths grow: projections are too short, norms are too "
        "large.",
        edits=[("shared = list(net.encoder.parameters())", "shared = list(net.parameters())")],
    ),
    Misconception(
        question="train_mtl",
        name="initial_losses_set_again",
        hint="The first losses are set anew in every step. All training rates are then 1, and GradNorm "
        "forgets which task is slow.",
        edits=[("if step == 0:", "if step >= 0:")],
    ),
    Misconception(
        question="train_mtl",
        name="old_gradients_kept",
        hint="Gradients of earlier steps are never cleared, so each step also repeats the earlier ones. "
        ".grad adds up until somebody empties it.",
        edits=[("        optimizer.zero_grad()\n", "")],
    ),
    Misconception(
        question="train_mtl",
        name="mean_step_for_sum",
        hint="The combined gradient is a mean over the tasks, while the plain sum steps T times as far. "
        "Without a conflict both should take the same step.",
        edits=[("(T * d)", "d")],
    ),
    Misconception(
        question="train_mtl",
        name="s_never_updated",
        hint="The log-variances stay at 0, so all tasks keep the weight ½: the uncertainties are not "
        "learned.",
        edits=[("s - weight_lr * s.grad", "s - 0 * s.grad")],
    ),
    Misconception(
        question="train_mtl",
        name="norms_of_weighted_gradients",
        hint="GradNorm gets the norms of the weighted gradients and multiplies them by the weights once "
        "more. It wants the norms of the unweighted losses.",
        edits=[("G.norm(dim=1)", "w * G.norm(dim=1)")],
    ),
    Misconception(
        question="train_mtl",
        name="tasks_in_the_order_of_the_heads",
        hint="The tasks are numbered in the order of the heads. Their order is that of the dictionary of"
        " losses, which may be another one; a task is found by its name.",
        edits=[
            (
                "[loss_fn(outputs[name], targets[name]) for name, loss_fn in loss_fns.items()]",
                "[loss_fns[name](outputs[name], targets[name]) for name in outputs]",
            )
        ],
    ),
]
