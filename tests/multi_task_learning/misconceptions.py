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
        Misconception(
            "relu_outside_of_the_encoder",
            "The ReLU is applied in forward and is no part of the encoder. Whoever calls "
            "net.encoder gets features before the ReLU; the text asks for nn.Sequential with both.",
            {
                "nn.Linear(d_in, d_hidden), nn.ReLU())":
                    "nn.Linear(d_in, d_hidden))",
                "self.encoder(x)\n":
                    "F.relu(self.encoder(x))\n",
            },
        ),
        Misconception(
            "heads_in_a_module_list",
            "The heads are numbered. They are to be found by the name of their task: nn.ModuleDict "
            "calls a parameter heads.<task>.weight.",
            {
                "nn.ModuleDict({name: nn.Linear(d_hidden, n) for name, n in heads.items()})":
                    "nn.ModuleList([nn.Linear(d_hidden, n) for n in heads.values()])\n        self.names = list(heads)",
                "in self.heads.items()":
                    "in zip(self.names, self.heads)",
            },
        ),
        Misconception(
            "heads_without_bias",
            "The heads have no bias. A regression whose targets have another mean than 0 needs one, "
            "and the parameter heads.<task>.bias is asked for.",
            {
                "nn.Linear(d_hidden, n)":
                    "nn.Linear(d_hidden, n, bias=False)",
            },
        ),
        Misconception(
            "encoder_without_bias",
            "The encoder has no bias: encoder.0.bias is missing, and every feature switches on at "
            "0.",
            {
                "nn.Linear(d_in, d_hidden)":
                    "nn.Linear(d_in, d_hidden, bias=False)",
            },
        ),
        Misconception(
            "softmax_on_the_outputs",
            "A softmax follows the heads. Heads give plain linear outputs: cross_entropy takes the "
            "softmax itself, and a regression has no use for one.",
            {
                "head(z)":
                    "head(z).softmax(dim=-1)",
            },
        ),
        Misconception(
            "outputs_squeezed",
            "Axes of length 1 are removed from the outputs. A head with one output gives (B, 1): "
            "next to targets of shape (B, 1), outputs of shape (B,) are broadcast to (B, B).",
            {
                "head(z)":
                    "head(z).squeeze()",
            },
        ),
        Misconception(
            "one_layer_for_heads_of_one_size",
            "Tasks with equally many outputs share one head. Each task has a head of its own, "
            "whatever its size.",
            {
                "self.heads = nn.ModuleDict({name: nn.Linear(d_hidden, n) for name, n in heads.items()})":
                    "made = {n: nn.Linear(d_hidden, n) for n in heads.values()}\n        self.heads = nn.ModuleDict({name: made[n] for name, n in heads.items()})",
            },
        ),
        Misconception(
            "initial_values_zero",
            "All parameters start at 0. No gradient then reaches the encoder, and all its features "
            "stay alike; torch's own initial values are asked for.",
            {
                "for name, n in heads.items()})\n":
                    "for name, n in heads.items()})\n        for p in self.parameters():\n            nn.init.zeros_(p)\n",
            },
        ),
        Misconception(
            "xavier_initial_values",
            "The weights are drawn by a rule of your own. The initial values are to be those that "
            "nn.Linear gives.",
            {
                "for name, n in heads.items()})\n":
                    "for name, n in heads.items()})\n        for m in self.modules():\n            if isinstance(m, nn.Linear):\n                nn.init.xavier_uniform_(m.weight)\n",
            },
        ),
        Misconception(
            "tanh_for_relu",
            "The encoder ends in tanh. ReLU is asked for, so features are never negative and may be "
            "large.",
            {
                "nn.Linear(d_in, d_hidden), nn.ReLU()":
                    "nn.Linear(d_in, d_hidden), nn.Tanh()",
            },
        ),
        Misconception(
            "features_detached",
            "The outputs are right, but the features are detached from the encoder: no head teaches "
            "it anything, and it stays as it was drawn.",
            {
                "z = self.encoder(x)\n":
                    "z = self.encoder(x).detach()\n",
            },
        ),
        Misconception(
            "last_axis_squeezed",
            "The last axis is removed from outputs of length 1. A head with one output gives (B, 1), "
            "as its targets are.",
            {
                "head(z)":
                    "head(z).squeeze(-1)",
            },
        ),
        Misconception(
            "softmax_where_there_are_classes",
            "Heads of several outputs end in a softmax. Heads are linear: cross_entropy takes the "
            "softmax itself, and a second one flattens its gradients.",
            {
                "head(z)":
                    "(head(z).softmax(dim=-1) if head.out_features > 1 else head(z))",
            },
        ),
        Misconception(
            "biases_start_at_zero",
            "The biases start at 0. The initial values are to be those that nn.Linear gives, and it "
            "draws biases as well.",
            {
                "for name, n in heads.items()})\n":
                    "for name, n in heads.items()})\n        for m in (self.encoder[0], *self.heads.values()):\n            nn.init.zeros_(m.bias)\n",
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
        Misconception(
            "mean_of_squares",
            "The squared differences are averaged. They are to be summed, over the parameters and "
            "over the pairs.",
            {
                "differences.square().sum()":
                    "differences.square().mean()",
            },
        ),
        Misconception(
            "neighbours_only",
            "Only networks that follow each other in the list are compared. Every pair of different "
            "networks counts, in both orders.",
            {
                "differences = theta[:, None] - theta[None, :]":
                    "differences = theta[1:] - theta[:-1]",
            },
        ),
        Misconception(
            "all_tied_to_the_first",
            "All networks are compared with the first one. Every pair of different networks counts, "
            "in both orders.",
            {
                "theta[None, :]":
                    "theta[:1]",
            },
        ),
        Misconception(
            "root_of_the_sum",
            "This is the root of the sum of squares. The penalty is the sum of squared distances "
            "itself, without a root.",
            {
                "differences.square().sum()":
                    "differences.norm()",
            },
        ),
        Misconception(
            "other_network_detached",
            "The value is right, but half of the gradient is missing: each pair pulls on both of "
            "its networks.",
            {
                "theta[None, :]":
                    "theta[None, :].detach()",
            },
        ),
        Misconception(
            "squares_multiplied_out",
            "The squared distances come from |a|² + |b|² − 2ab. Of networks that are close "
            "together, far from 0, rounding leaves nothing: subtract first, and square then.",
            {
                "differences.square().sum()":
                    "(2 * len(theta) * theta.square().sum() - 2 * (theta @ theta.T).sum())",
            },
        ),
        Misconception(
            "mean_over_pairs",
            "The sum is divided by the number of pairs. It is to be a sum; a single network, which "
            "has no pair, would also divide by 0.",
            {
                "lam * differences.square().sum()":
                    "lam * differences.square().sum() / (len(theta) * (len(theta) - 1))",
            },
        ),
        Misconception(
            "absolute_differences",
            "These are sums of absolute differences. The distances are to be squared.",
            {
                "differences.square().sum()":
                    "differences.abs().sum()",
            },
        ),
        Misconception(
            "cross_stitch_outputs_swapped",
            "The two outputs are swapped: row 0 of the matrix makes the new xa, which comes first.",
            {
                "return mixed_a, mixed_b":
                    "return mixed_b, mixed_a",
            },
        ),
        Misconception(
            "cross_stitch_rows_sum_to_one",
            "The rows of the matrix are normalised by a softmax. A is used as it is; its elements "
            "may be negative and sum to anything.",
            {
                "    mixed_a = A[0, 0] * xa":
                    "    A = A.softmax(dim=1)\n    mixed_a = A[0, 0] * xa",
            },
        ),
        Misconception(
            "cross_stitch_matrix_detached",
            "The outputs are right, but the matrix never learns: its elements are taken out of the "
            "graph.",
            {
                "    mixed_a = A[0, 0] * xa":
                    "    A = A.detach()\n    mixed_a = A[0, 0] * xa",
            },
        ),
        Misconception(
            "mask_overflows",
            "exp of a large number is infinite, and infinite over infinite is nan. torch.sigmoid is "
            "safe at ±1000.",
            {
                "return torch.sigmoid(features @ W.T + b) * features":
                    "e = torch.exp(features @ W.T + b)\n    return e / (1 + e) * features",
            },
        ),
        Misconception(
            "mask_without_bias",
            "The bias of the mask is missing: it decides what a feature is worth before anything is "
            "seen.",
            {
                "features @ W.T + b":
                    "features @ W.T",
            },
        ),
        Misconception(
            "mask_by_tanh",
            "The mask is a tanh, between −1 and 1: it can turn a feature's sign round. A sigmoid "
            "keeps between nothing and all.",
            {
                "torch.sigmoid(":
                    "torch.tanh(",
            },
        ),
        Misconception(
            "mask_with_residual",
            "The masked features are added to the features. What is asked for is their product "
            "alone, so that a mask of 0 removes a feature.",
            {
                "* features\n":
                    "* features + features\n",
            },
        ),
        Misconception(
            "mask_detached",
            "The values are right, but the mask does not learn: no gradient flows through it to W "
            "and b.",
            {
                "torch.sigmoid(features @ W.T + b)":
                    "torch.sigmoid(features @ W.T + b).detach()",
            },
        ),
        Misconception(
            "hard_mask",
            "The mask is rounded to 0 or 1. σ itself is the mask; a step has no gradient.",
            {
                "torch.sigmoid(features @ W.T + b)":
                    "(torch.sigmoid(features @ W.T + b) > 0.5).float()",
            },
        ),
        Misconception(
            "mean_over_the_weights",
            "The squared differences are averaged over the weights of a network. The squared distance "
            "is their sum: with the mean, a larger network would be tied more loosely.",
            {
                "differences.square().sum()":
                    "differences.square().mean(dim=-1).sum()",
            },
        ),
        Misconception(
            "features_detached_in_the_mask",
            "The values are right, but the mask does not pass a gradient on to the features that it "
            "was computed from. Both factors of the product depend on them.",
            {
                "torch.sigmoid(features @ W.T + b)":
                    "torch.sigmoid(features.detach() @ W.T + b)",
            },
        ),
        Misconception(
            "masked_features_detached",
            "The values are right, but the features get a gradient only through the mask. The other "
            "factor of the product depends on them as well.",
            {
                "* features\n":
                    "* features.detach()\n",
            },
        ),
    ],
    "gradient_conflicts": [
        Misconception(
            "raw_inner_products",
            "These are inner products, not cosines: their size depends on the scale of the losses, "
            "and tasks in other units cannot be compared.",
            {"G / torch.where(length > 0, length, 1.0)": "G"},
        ),
        Misconception(
            "zero_gradient_gives_nan",
            "A task with gradient zero, one that is solved, is divided by its length 0, and the "
            "nan spreads through its row and column. Its cosines are 0 by convention.",
            {"torch.where(length > 0, length, 1.0)": "length"},
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
        Misconception(
            "tolerance_for_conflicts",
            "A cosine counts as negative only from a threshold on. The comparison is with 0 itself, "
            "strictly: −0.005 is a conflict.",
            {
                "cosines[i, j] < 0":
                    "cosines[i, j] < -0.01",
            },
        ),
        Misconception(
            "small_epsilon_against_zero",
            "An epsilon is added to the product of the lengths. Short gradients then lose their "
            "cosine: lengths of 1e-6 have a product of 1e-12. Treat a zero row by itself.",
            {
                "unit @ unit.T":
                    "G @ G.T / (length * length.T + 1e-8)",
            },
        ),
        Misconception(
            "diagonal_always_one",
            "The diagonal is set to 1 everywhere. A task without a gradient has no direction, and "
            "its cosine with itself is 0 by convention.",
            {
                "cosines = unit @ unit.T":
                    "cosines = (unit @ unit.T).fill_diagonal_(1.0)",
            },
        ),
        Misconception(
            "divided_by_all_elements",
            "The conflicting pairs are divided by T². There are T(T−1)/2 pairs of different tasks.",
            {
                "(cosines[i, j] < 0).float().mean()":
                    "(cosines[i, j] < 0).sum() / len(G) ** 2",
            },
        ),
        Misconception(
            "divided_by_ordered_pairs",
            "Each conflict is counted once, but divided by the number of ordered pairs T(T−1), so "
            "the fraction is half of what it should be.",
            {
                "(cosines[i, j] < 0).float().mean()":
                    "(cosines[i, j] < 0).sum() / (len(G) * (len(G) - 1))",
            },
        ),
        Misconception(
            "number_of_conflicts",
            "This is the number of conflicting pairs. The fraction of all pairs is asked for.",
            {
                ".float().mean()":
                    ".float().sum()",
            },
        ),
        Misconception(
            "right_angles_left_out",
            "Pairs with cosine 0 are left out of the count of pairs. They are pairs like all "
            "others, only without a conflict.",
            {
                "(cosines[i, j] < 0).float().mean()":
                    "(cosines[i, j] < 0).sum() / (cosines[i, j] != 0).sum().clamp(min=1)",
            },
        ),
        Misconception(
            "gain_not_relative",
            "This is the loss that a step removes. It is to be divided by the loss before the step, "
            "so that tasks in other units compare.",
            {
                "1 - losses(theta - lr * g) / before":
                    "before - losses(theta - lr * g)",
            },
        ),
        Misconception(
            "gain_relative_to_the_new_loss",
            "The gain is divided by the loss after the step. It is the share of the loss before it.",
            {
                "1 - losses(theta - lr * g) / before":
                    "before / losses(theta - lr * g) - 1",
            },
        ),
        Misconception(
            "gain_relative_to_the_stepped_task",
            "The gain of task j is divided by the loss of task i. Each task's gain is a share of "
            "its own loss.",
            {
                "1 - losses(theta - lr * g) / before":
                    "(before - losses(theta - lr * g)) / loss",
            },
        ),
        Misconception(
            "step_uphill",
            "The step goes along the gradient, uphill. Descent subtracts it: θ − lr·g.",
            {
                "theta - lr * g":
                    "theta + lr * g",
            },
        ),
        Misconception(
            "transfer_to_first_order",
            "This is the first-order estimate lr·g_i·g_j / L_j. Take the step and look at the "
            "losses: the estimate knows nothing of curvature.",
            {
                "1 - losses(theta - lr * g) / before":
                    "lr * torch.stack([g @ torch.autograd.grad(one, theta, retain_graph=True)[0] for one in before]) / before",
            },
        ),
        Misconception(
            "step_of_unit_length",
            "The gradient is normalised before the step. A loud task takes a longer step: θ − "
            "lr·g_i, with g_i as it is.",
            {
                "theta - lr * g":
                    "theta - lr * g / g.norm()",
            },
        ),
        Misconception(
            "step_on_all_tasks",
            "Every step follows the gradient of the sum of all losses. Row i is about a step on "
            "task i alone.",
            {
                "torch.autograd.grad(loss, theta":
                    "torch.autograd.grad(before.sum(), theta",
            },
        ),
        Misconception(
            "transfer_clipped",
            "The gains are clipped at −1. A harmful step may make a loss many times as large, and Z "
            "then is far below −1.",
            {
                "return torch.stack(rows)":
                    "return torch.stack(rows).clamp(min=-1)",
            },
        ),
        Misconception(
            "cka_divided_by_traces",
            "The numerator is divided by the traces of the Gram matrices. CKA divides by their "
            "Frobenius norms, or CKA(X, X) is not 1.",
            {
                "(X.T @ X).norm() * (Y.T @ Y).norm()":
                    "(X.T @ X).trace() * (Y.T @ Y).trace()",
            },
        ),
        Misconception(
            "cka_one_mean_for_all",
            "One mean over all elements is subtracted. Every column has a mean of its own.",
            {
                "X.mean(dim=0)":
                    "X.mean()",
                "Y.mean(dim=0)":
                    "Y.mean()",
            },
        ),
        Misconception(
            "cka_standardised",
            "The columns are divided by their standard deviations as well. CKA only centres: a "
            "feature that varies more counts for more.",
            {
                "X = X - X.mean(dim=0)":
                    "X = (X - X.mean(dim=0)) / X.std(dim=0)",
                "Y = Y - Y.mean(dim=0)":
                    "Y = (Y - Y.mean(dim=0)) / Y.std(dim=0)",
            },
        ),
        Misconception(
            "cka_means_subtracted_last",
            "The means are subtracted from the products. Where they are large against the spread, "
            "rounding leaves nothing: centre the features first.",
            {
                "    X = X - X.mean(dim=0)\n    Y = Y - Y.mean(dim=0)\n    return (Y.T @ X).square().sum() / ((X.T @ X).norm() * (Y.T @ Y).norm())":
                    "    x, y, n = X.mean(dim=0), Y.mean(dim=0), len(X)\n    XX, YY = X.T @ X - n * torch.outer(x, x), Y.T @ Y - n * torch.outer(y, y)\n    return (Y.T @ X - n * torch.outer(y, x)).square().sum() / (XX.norm() * YY.norm())",
            },
        ),
        Misconception(
            "cka_epsilon",
            "An epsilon is added to the denominator. Of small features the Gram matrices are "
            "smaller still, and CKA no longer is free of scale.",
            {
                "((X.T @ X).norm() * (Y.T @ Y).norm())":
                    "((X.T @ X).norm() * (Y.T @ Y).norm() + 1e-6)",
            },
        ),
        Misconception(
            "epsilon_beside_the_length",
            "An epsilon is added to every length. Of a gradient of length 1e-6 it is no small part. "
            "Only a row of zeros needs care.",
            {
                "torch.where(length > 0, length, 1.0)":
                    "(length + 1e-8)",
            },
        ),
        Misconception(
            "tiny_epsilon_against_zero",
            "An epsilon is added to the product of the lengths. Two gradients of length 1e-6 have a "
            "product of 1e-12, so that even this one counts. Treat a zero row by itself.",
            {
                "unit @ unit.T":
                    "G @ G.T / (length * length.T + 1e-12)",
            },
        ),
        Misconception(
            "diagonal_among_the_pairs",
            "The diagonal is among the pairs, so that one divides by T(T+1)/2. A task forms no pair "
            "with itself.",
            {
                "offset=1":
                    "offset=0",
            },
        ),
        Misconception(
            "divided_by_the_number_of_tasks",
            "The conflicting pairs are divided by T. There are T(T−1)/2 pairs of different tasks; for "
            "three tasks both numbers are 3.",
            {
                "(cosines[i, j] < 0).float().mean()":
                    "(cosines[i, j] < 0).sum() / len(G)",
            },
        ),
        Misconception(
            "small_tolerance_for_conflicts",
            "A cosine counts as negative only from a small threshold on. The comparison is with 0 "
            "itself, strictly.",
            {
                "cosines[i, j] < 0":
                    "cosines[i, j] < -1e-6",
            },
        ),
        Misconception(
            "tasks_in_columns",
            "These are cosines between parameters. A row of G is the gradient of one task, so rows "
            "are compared with rows.",
            {
                "    length = G.norm(dim=1":
                    "    G = G.T\n    length = G.norm(dim=1",
            },
        ),
        Misconception(
            "transfer_without_harm",
            "Negative gains are set to 0. They are what the measurement is for: a step on one task "
            "that hurts another has Z below 0.",
            {
                "return torch.stack(rows)":
                    "return torch.stack(rows).clamp(min=0)",
            },
        ),
        Misconception(
            "cka_only_one_centred",
            "Only one of the two sets of features is centred. That is enough in the numerator; in the "
            "denominator the other norm still holds the mean.",
            {
                "    Y = Y - Y.mean(dim=0)\n":
                    "",
            },
        ),
        Misconception(
            "cka_spectral_norm",
            "These are spectral norms, the largest singular value. CKA takes Frobenius norms, the "
            "root of the sum of all squares.",
            {
                "(Y.T @ X).square().sum() / ((X.T @ X).norm() * (Y.T @ Y).norm())":
                    "torch.linalg.norm(Y.T @ X, 2) ** 2 / (torch.linalg.norm(X.T @ X, 2) * torch.linalg.norm(Y.T @ Y, 2))",
            },
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
        Misconception(
            "labels_as_floats",
            "The labels are floats. Class numbers are integers, int64: cross_entropy takes floats "
            "for probabilities.",
            {
                "torch.arange(4).repeat":
                    "torch.arange(4.0).repeat",
            },
        ),
        Misconception(
            "labels_from_one",
            "The labels start at 1. They are the number of quarter turns, 0 to 3.",
            {
                "torch.arange(4).repeat":
                    "torch.arange(1, 5).repeat",
            },
        ),
        Misconception(
            "labels_in_degrees",
            "The labels are angles. They are the number of quarter turns, 0 to 3: the index of a "
            "class.",
            {
                "torch.arange(4).repeat(len(x))":
                    "90 * torch.arange(4).repeat(len(x))",
            },
        ),
        Misconception(
            "batch_in_blocks",
            "Images and labels both come in blocks of one orientation. They agree, but the order "
            "asked for is image by image: the four of image 0 first.",
            {
                "for k in range(4)], dim=1)":
                    "for k in range(4)], dim=0)",
                "torch.arange(4).repeat(len(x))":
                    "torch.arange(4).repeat_interleave(len(x))",
            },
        ),
        Misconception(
            "transposed_and_mirrored",
            "These are reflections and no turns: a transposition or a mirroring alone changes left "
            "and right.",
            {
                "x.rot90(k, dims=(1, 2))":
                    "(x, x.transpose(1, 2), x.flip(1, 2), x.flip(1))[k]",
            },
        ),
        Misconception(
            "permutation_by_place_in_the_batch",
            "Image b gets permutation b. It gets the one that its id names: perms[ids[b]].",
            {
                "perms[ids]":
                    "perms[torch.arange(B) % len(perms)]",
            },
        ),
        Misconception(
            "tiles_not_put_back",
            "The shuffled tiles are written one after the other. Rows of two tiles beside each "
            "other have to be interleaved again.",
            {
                ".transpose(2, 3).reshape(B, H, W)":
                    ".reshape(B, H, W)",
            },
        ),
        Misconception(
            "tiles_cut_by_reshape",
            "The tiles are cut by a reshape alone: these are bands of rows. A tile is a quarter "
            "with half the height and half the width.",
            {
                "x.reshape(B, 2, H // 2, 2, W // 2).transpose(2, 3)":
                    "x.reshape(B, 2, 2, H // 2, W // 2)",
            },
        ),
        Misconception(
            "permutation_backwards",
            "The permutation is read from its end. Place 0 shows tile π_0.",
            {
                "perms[ids]]":
                    "perms[ids].flip(1)]",
            },
        ),
        Misconception(
            "mirrored_for_turned",
            "The images are mirrored. A mirror changes left and right; a quarter turn swaps rows and "
            "columns as well.",
            {
                "x.rot90(k, dims=(1, 2))":
                    "(x, x.flip(1), x.flip(2), x.flip(1, 2))[k]",
            },
        ),
        Misconception(
            "labels_of_32_bits",
            "The labels are int32. cross_entropy takes class numbers as int64.",
            {
                "torch.arange(4).repeat":
                    "torch.arange(4, dtype=torch.int32).repeat",
            },
        ),
        Misconception(
            "tiles_overwritten_before_they_are_read",
            "Tiles are read from the image that is being written: a place that was filled already "
            "shows its new tile, so that some tiles appear twice and others are lost. Read from x.",
            {
                "    shuffled = tiles[torch.arange(B)[:, None], perms[ids]]\n":
                    "    shuffled = tiles.clone()\n    for b in range(B):\n        for i in range(4):\n            shuffled[b, i] = shuffled[b, perms[ids[b], i]]\n",
            },
        ),
        Misconception(
            "tiles_as_wide_as_high",
            "The width of a tile is taken from the height of the image. Height and width may differ.",
            {
                "x.reshape(B, 2, H // 2, 2, W // 2)":
                    "x.reshape(B, 2, H // 2, 2, H // 2)",
                "shuffled.reshape(B, 2, 2, H // 2, W // 2)":
                    "shuffled.reshape(B, 2, 2, H // 2, H // 2)",
            },
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
        Misconception(
            "mean_over_tasks",
            "The terms are averaged over the tasks. They are summed.",
            {
                ").sum()":
                    ").mean()",
            },
        ),
        Misconception(
            "s_taken_for_log_sigma",
            "s is taken for log σ. It is log σ²: the loss is divided by e^s, and the penalty is ½ "
            "s.",
            {
                "0.5 * torch.exp(-s) * losses + 0.5 * s":
                    "0.5 * torch.exp(-2 * s) * losses + s",
            },
        ),
        Misconception(
            "twice_the_exponent",
            "The loss is divided by e^(2s), as if s were log σ. s is log σ², so that e^s is the "
            "variance already.",
            {
                "torch.exp(-s)":
                    "torch.exp(-2 * s)",
            },
        ),
        Misconception(
            "penalty_subtracted",
            "The penalty is subtracted: then a large variance is rewarded twice.",
            {
                "+ 0.5 * s)":
                    "- 0.5 * s)",
            },
        ),
        Misconception(
            "losses_detached",
            "The value is right, but the network never learns: no gradient flows to the losses.",
            {
                "* losses +":
                    "* losses.detach() +",
            },
        ),
        Misconception(
            "weights_detached",
            "The weights are taken out of the graph, so that s only feels its penalty and falls for "
            "ever.",
            {
                "torch.exp(-s)":
                    "torch.exp(-s).detach()",
            },
        ),
        Misconception(
            "not_summed",
            "There is one term for each task. Their sum is asked for, a scalar.",
            {
                ").sum()":
                    ")",
            },
        ),
        Misconception(
            "s_clamped",
            "s is clamped. It is used as it is: that is what learning the logarithm is for.",
            {
                "    return (0.5":
                    "    s = s.clamp(-10, 10)\n    return (0.5",
            },
        ),
        Misconception(
            "positive_penalty",
            "The penalty is log(1 + σ²), which is never negative. It is log σ; of a precise task it "
            "is negative.",
            {
                "0.5 * s)":
                    "0.5 * torch.log1p(torch.exp(s)))",
            },
        ),
        Misconception(
            "epsilon_beside_the_variance",
            "An epsilon is added to the variance. Of a precise task the variance is smaller still; "
            "e^(−s) needs none.",
            {
                "torch.exp(-s) * losses":
                    "losses / (torch.exp(s) + 1e-8)",
            },
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
        Misconception(
            "task_on_target_is_moved",
            "A task exactly on its target is moved. The derivative of |x| at 0 is taken as sign(0) "
            "= 0, so its weight only changes with the scaling.",
            {
                "torch.sign(weighted - target)":
                    "torch.where(weighted > target, 1.0, -1.0)",
            },
        ),
        Misconception(
            "task_on_target_is_lowered",
            "A task exactly on its target is moved down. sign(0) = 0: its weight only changes with "
            "the scaling.",
            {
                "torch.sign(weighted - target)":
                    "torch.where(weighted >= target, 1.0, -1.0)",
            },
        ),
        Misconception(
            "tolerance_around_the_target",
            "Tasks near their target are not moved. Only one exactly on it stays; there is no "
            "tolerance.",
            {
                "torch.sign(weighted - target)":
                    "torch.sign(weighted - target) * ((weighted - target).abs() > 1e-3)",
            },
        ),
        Misconception(
            "step_uphill",
            "The step goes uphill: a task above its target gets more weight. Descent subtracts the "
            "gradient.",
            {
                "w - lr * norms":
                    "w + lr * norms",
            },
        ),
        Misconception(
            "weights_clipped",
            "Negative weights are cut off. They are not clipped here; keep the learning rate small "
            "instead.",
            {
                "w - lr * norms * torch.sign(weighted - target)":
                    "(w - lr * norms * torch.sign(weighted - target)).clamp(min=0.0)",
            },
        ),
        Misconception(
            "scaled_by_absolute_values",
            "The weights are divided by the sum of their absolute values. Their sum itself is to be "
            "T.",
            {
                "w / w.sum()":
                    "w / w.abs().sum()",
            },
        ),
        Misconception(
            "old_sum_kept",
            "The weights are scaled to the sum that they had. It is to be T, whatever it was.",
            {
                "    w = w - lr":
                    "    before = w.sum()\n    w = w - lr",
                "len(w) * w / w.sum()":
                    "before * w / w.sum()",
            },
        ),
        Misconception(
            "scaled_before_the_step",
            "The weights are scaled before the step, and the result has another sum. Scale what "
            "comes out of the step.",
            {
                "    w = w - lr":
                    "    w = len(w) * w / w.sum()\n    w = w - lr",
                "return len(w) * w / w.sum()":
                    "return w",
            },
        ),
        Misconception(
            "target_from_unweighted_norms",
            "The mean is taken over the unweighted norms. Ḡ is the mean of w n, what the tasks "
            "contribute at present.",
            {
                "weighted.mean()":
                    "norms.mean()",
            },
        ),
        Misconception(
            "sum_for_mean_norm",
            "The target is a multiple of the sum of the norms. It is their mean: otherwise every "
            "task is below its target.",
            {
                "weighted.mean()":
                    "weighted.sum()",
            },
        ),
        Misconception(
            "alpha_as_a_factor",
            "α multiplies the rate. It is its exponent: with α = 0 all targets are equal, and not "
            "0.",
            {
                "rate**alpha":
                    "rate * alpha",
            },
        ),
        Misconception(
            "ratio_of_mean_losses",
            "The rates are divided by the ratio of the mean losses. Divide by the mean of the "
            "ratios: otherwise a loud task decides it alone.",
            {
                "rate / rate.mean()":
                    "rate / (losses.mean() / initial_losses.mean())",
            },
        ),
        Misconception(
            "power_before_the_mean",
            "The ratios are raised to α first and divided by the mean then. The relative rate r "
            "comes first, the power of it after.",
            {
                "    rate = rate / rate.mean()\n":
                    "    rate = rate**alpha\n    rate = rate / rate.mean()\n",
                "* rate**alpha":
                    "* rate",
            },
        ),
        Misconception(
            "step_without_the_norm",
            "The step is lr times a sign. The derivative of |w n − target| has the factor n.",
            {
                "lr * norms *":
                    "lr *",
            },
        ),
        Misconception(
            "mean_of_distances",
            "The distances are averaged over the tasks; the loss on the weights is their sum.",
            {
                "lr * norms *":
                    "lr / len(w) * norms *",
            },
        ),
        Misconception(
            "epsilon_beside_the_first_loss",
            "An epsilon is added to the first loss, which is positive and may be as small as the "
            "epsilon. The ratio needs none.",
            {
                "losses / initial_losses":
                    "losses / (initial_losses + 1e-8)",
            },
        ),
        Misconception(
            "rates_of_weighted_losses",
            "The rates are those of the weighted losses. How fast a task learns is seen on its own "
            "loss: L against its first value, without w.",
            {
                "losses / initial_losses":
                    "w * losses / initial_losses",
            },
        ),
        Misconception(
            "scaled_twice",
            "The weights are scaled to the sum T before the step as well. It starts from the weights "
            "as they are; only its result is scaled.",
            {
                "    weighted = w * norms\n":
                    "    w = len(w) * w / w.sum()\n    weighted = w * norms\n",
            },
        ),
        Misconception(
            "weights_by_softmax",
            "The weights go through a softmax. They are divided by their sum: a softmax changes their "
            "ratios.",
            {
                "len(w) * w / w.sum()":
                    "len(w) * w.softmax(dim=0)",
            },
        ),
        Misconception(
            "rate_relative_to_the_sum",
            "The rate is divided by the sum over the tasks. Divide by the mean: a task of average "
            "speed has r = 1, and its target is the mean norm.",
            {
                "rate / rate.mean()":
                    "rate / rate.sum()",
            },
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
        Misconception(
            "tolerance_for_conflicts",
            "Only conflicts beyond a threshold are projected. Any negative inner product is a "
            "conflict, and of short gradients it is tiny.",
            {
                "g @ G[j] < 0":
                    "g @ G[j] < -1e-6",
            },
        ),
        Misconception(
            "epsilon_in_the_projection",
            "An epsilon is added to ‖g_j‖². Of short gradients that is no small part of it. It is "
            "not needed: a zero gradient conflicts with no other.",
            {
                "(G[j] @ G[j])":
                    "(G[j] @ G[j] + 1e-8)",
            },
        ),
        Misconception(
            "divides_by_its_own_square",
            "The inner product is divided by the squared length of the gradient that is changed. "
            "The component along g_j has ‖g_j‖² below.",
            {
                "(G[j] @ G[j])":
                    "(g @ g)",
            },
        ),
        Misconception(
            "component_added",
            "The component along g_j is added. It points against g_j: take it away.",
            {
                "g = g - (g":
                    "g = g + (g",
            },
        ),
        Misconception(
            "gradients_normalised_first",
            "The gradients are brought to length 1 before. PCGrad only removes components and "
            "leaves lengths as they are.",
            {
                "        g = G[i]\n":
                    "        g = F.normalize(G[i], dim=0)\n",
            },
        ),
        Misconception(
            "zero_gradient_gives_nan",
            "A right angle, or a task with gradient zero, is projected as well: 0 over 0 is nan. "
            "Only a negative inner product is a conflict.",
            {
                "g @ G[j] < 0":
                    "g @ G[j] <= 0",
            },
        ),
        Misconception(
            "visits_itself",
            "A task visits itself. Once it was projected it may point against its own first "
            "gradient, which is then removed from it.",
            {
                "j != i and g":
                    "g",
            },
        ),
        Misconception(
            "projected_gradients_only_once",
            "Each task is projected off the one that it conflicts with most. It visits all others, "
            "one after the other.",
            {
                "        for j in order:\n":
                    "        for j in [min(order, key=lambda k: float(g @ G[k]))]:\n",
            },
        ),
        Misconception(
            "scaled_to_its_own_direction",
            "The component is taken along g. What is removed points along g_j.",
            {
                "* G[j]\n":
                    "* g\n",
            },
        ),
        Misconception(
            "one_order_for_a_ring",
            "Task i starts with the task after it. Every task visits the others in the order that "
            "is given, from its beginning.",
            {
                "for j in order:":
                    "for j in [k for k in order if k > i] + [k for k in order if k < i]:",
            },
        ),
        Misconception(
            "projects_whatever_the_sign",
            "Every pair is projected, in conflict or not, and a gradient of zero divides 0 by 0. "
            "Project where the inner product is negative.",
            {
                "j != i and g @ G[j] < 0":
                    "j != i",
            },
        ),
        Misconception(
            "each_pair_once",
            "Each pair is visited once, so that only one of its two tasks is projected. Every task "
            "visits all others.",
            {
                "j != i and g":
                    "j > i and g",
            },
        ),
        Misconception(
            "tests_the_original_projects_the_running",
            "The test looks at the original gradient of the task, the projection at the running one. "
            "Both are about the running g: a conflict may arise, or be gone, on the way.",
            {
                "g @ G[j] < 0":
                    "G[i] @ G[j] < 0",
            },
        ),
        Misconception(
            "component_of_the_original_gradient",
            "The component that is removed is that of the task's original gradient. After one "
            "projection g has another component along g_j; use the running g in the formula as in the "
            "test.",
            {
                "(g @ G[j]) /":
                    "(G[i] @ G[j]) /",
            },
        ),
        Misconception(
            "stops_after_the_first_conflict",
            "The visit ends at the first conflict. It goes on with the projected g, which may "
            "conflict with the next task.",
            {
                "(G[j] @ G[j]) * G[j]\n":
                    "(G[j] @ G[j]) * G[j]\n                break\n",
            },
        ),
        Misconception(
            "tiny_epsilon_in_the_projection",
            "An epsilon is added to ‖g_j‖². Of a gradient of length 1e-6 the square is 1e-12 itself. "
            "None is needed: a zero gradient conflicts with no other.",
            {
                "(G[j] @ G[j])":
                    "(G[j] @ G[j] + 1e-12)",
            },
        ),
        Misconception(
            "relative_tolerance_for_conflicts",
            "Only angles that are clearly over a right angle are taken for conflicts. Any negative "
            "inner product is one: beside a long gradient even a small angle is a large part of a "
            "short one.",
            {
                "g @ G[j] < 0":
                    "g @ G[j] < -1e-4 * g.norm() * G[j].norm()",
            },
        ),
        Misconception(
            "gradients_changed_in_place",
            "The running g is a view of G, and an update in place changes the row: G is not as it "
            "came, and later tasks meet projected gradients.",
            {
                "g = g - (g":
                    "g -= (g",
            },
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
        Misconception(
            "search_in_float32",
            "The search runs in float32. Near its minimum Φ is flat, and rounded values do not show "
            "where it is: convert the gradients to float64 first.",
            {
                "g1, g2 = G.double()":
                    "g1, g2 = G",
            },
        ),
        Misconception(
            "epsilon_beside_the_length",
            "An epsilon is added to the length of g_w. Of short gradients it is no small part of "
            "it, and d no longer reaches the edge of the ball.",
            {
                "g_w / g_w.norm()).to":
                    "g_w / (g_w.norm() + 1e-8)).to",
            },
        ),
        Misconception(
            "rescaled_as_in_the_code_of_the_paper",
            "The step is divided by 1 + c, as some published code does. Here d is not rescaled.",
            {
                ".to(G.dtype)":
                    ".to(G.dtype) / (1 + c)",
            },
        ),
        Misconception(
            "rescaled_by_c_squared",
            "The step is divided by 1 + c², as some published code does. Here d is not rescaled.",
            {
                ".to(G.dtype)":
                    ".to(G.dtype) / (1 + c**2)",
            },
        ),
        Misconception(
            "result_in_float64",
            "The result is in float64. Search in float64, and return the dtype of G: otherwise the "
            "step cannot be mixed with float32 parameters.",
            {
                ".to(G.dtype)":
                    "",
            },
        ),
        Misconception(
            "always_an_end",
            "The mixture is always one of the two gradients. Where they conflict the minimum of Φ "
            "mostly lies between.",
            {
                "    g_w = low * g1 + (1 - low) * g2\n":
                    "    g_w = g1 if g1 @ g0 + radius * g1.norm() < g2 @ g0 + radius * g2.norm() else g2\n",
            },
        ),
        Misconception(
            "coarse_grid",
            "The mixture is taken from a grid. It is asked for to 1e-6: a search that narrows the "
            "interval gets there.",
            {
                "    for _ in range(60):":
                    "    low = min(torch.linspace(0, 1, 101).tolist(), key=phi)\n    for _ in range(0):",
            },
        ),
        Misconception(
            "mixture_added_with_factor_c",
            "c times the mixture is added. The correction has the length c‖g0‖, along g_w.",
            {
                "radius * g_w / g_w.norm()":
                    "c * g_w",
            },
        ),
        Misconception(
            "phi_without_the_norm_of_the_mean",
            "In Φ the second term lacks the factor ‖g0‖: the radius of the ball is c‖g0‖ there, "
            "too.",
            {
                "+ radius * g_w.norm()\n":
                    "+ c * g_w.norm()\n",
            },
        ),
        Misconception(
            "mixture_the_other_way_round",
            "The weight that is found belongs to the other gradient: w goes with g_1 and 1 − w with "
            "g_2, in the search and afterwards.",
            {
                "    g_w = low * g1 + (1 - low) * g2\n":
                    "    g_w = (1 - low) * g1 + low * g2\n",
            },
        ),
        Misconception(
            "root_of_c",
            "The radius is √c‖g0‖. In the dual of the published code c² appears under a root; the "
            "radius is c‖g0‖.",
            {
                "c * g0.norm()":
                    "c**0.5 * g0.norm()",
            },
        ),
        Misconception(
            "too_few_steps",
            "The search ends too early. It is to find w to 1e-6: each third takes the interval to "
            "2/3, so that 60 steps are plenty and 15 are not.",
            {
                "range(60)":
                    "range(15)",
            },
        ),
        Misconception(
            "result_always_in_float32",
            "The result is float32 whatever G is. It is to have the dtype of G.",
            {
                ".to(G.dtype)":
                    ".float()",
            },
        ),
        Misconception(
            "fine_grid",
            "The mixture is taken from a grid of a thousand steps, so that w is off by up to 5e-4. It "
            "is asked for to 1e-6: a search that narrows the interval gets there.",
            {
                "    for _ in range(60):":
                    "    low = min(torch.linspace(0, 1, 1001).tolist(), key=phi)\n    for _ in range(0):",
            },
        ),
        Misconception(
            "without_the_mean_gradient",
            "The mean gradient is missing: this is only the correction. d lies on the rim of a ball "
            "around g_0; with c = 0 it is g_0 itself.",
            {
                "(g0 + radius":
                    "(radius",
            },
        ),
        Misconception(
            "phi_without_the_radius",
            "In Φ the length of g_w has no factor. It is c‖g0‖, the radius of the ball, that comes "
            "from the best d.",
            {
                "+ radius * g_w.norm()\n":
                    "+ g_w.norm()\n",
            },
        ),
        Misconception(
            "default_tolerance_of_the_library",
            "The bounded search of SciPy stops 1e-5 before the end of the interval unless it is told "
            "otherwise. w is asked for to 1e-6, and often it is an end: set xatol, and compare with "
            "the ends.",
            {
                "    for _ in range(60):":
                    '    low = scipy.optimize.minimize_scalar(lambda v: float(phi(v)), bounds=(0, 1), method="bounded").x\n    for _ in range(0):',
            },
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
        Misconception(
            "weights_of_the_next_step",
            "The history holds the weights after their update. It is to hold those that were used "
            "in that step, 1 (or ½) at first.",
            {
                '        history["weights"].append(w)\n':
                    "",
                "    return {name: torch":
                    '        history["weights"].append(w if method != "uncertainty" else torch.exp(-s.detach()) / 2)\n    return {name: torch',
            },
        ),
        Misconception(
            "losses_after_the_step",
            "The history holds the losses after the step. It is to hold those before it, from which "
            "the gradients were taken.",
            {
                '        history["losses"].append(present_losses)\n':
                    "",
                "        optimizer.step()\n":
                    '        optimizer.step()\n        outputs = net(x)\n        history["losses"].append(torch.stack([f(outputs[n], targets[n]) for n, f in loss_fns.items()]).detach())\n',
            },
        ),
        Misconception(
            "history_with_graphs",
            "The losses in the history still have their graphs, so that no step's memory is ever "
            "freed. Detach what is kept.",
            {
                "torch.stack(losses).detach()":
                    "torch.stack(losses)",
            },
        ),
        Misconception(
            "weights_updated_before_the_step",
            "GradNorm's weights are updated before the step of the network and used in it. They are "
            "to be used from the next step on.",
            {
                "        optimizer.zero_grad()\n":
                    '        if method == "gradnorm":\n            w = gradnorm_step(w, G.norm(dim=1), present_losses, initial_losses, alpha, weight_lr)\n            total = w @ torch.stack(losses)\n        optimizer.zero_grad()\n',
                '        if method == "gradnorm":\n            w = gradnorm_step(w, G.norm(dim=1), present_losses, initial_losses, alpha, weight_lr)\n    return':
                    "    return",
            },
        ),
        Misconception(
            "weights_of_uncertainty_without_half",
            "The weight in the history is e^(−s). The factor of a loss in the total is ½e^(−s).",
            {
                "torch.exp(-s.detach()) / 2":
                    "torch.exp(-s.detach())",
            },
        ),
        Misconception(
            "weighted_losses_in_the_history",
            "The history holds weighted losses. It is to hold the losses themselves.",
            {
                "append(present_losses)":
                    "append(present_losses * w)",
            },
        ),
        Misconception(
            "surgery_added_to_the_gradient",
            "The combined gradient is added to the encoder's gradient. It is to replace it: "
            "otherwise the conflict is still there.",
            {
                "p.grad = part":
                    "p.grad += part",
            },
        ),
        Misconception(
            "factor_two_for_any_number_of_tasks",
            "The combined gradient is multiplied by 2. The mean becomes a sum by the factor T, the "
            "number of tasks.",
            {
                "(T * d)":
                    "(2 * d)",
            },
        ),
        Misconception(
            "heads_without_a_step",
            "The heads get no gradient where the encoder's is replaced. Head t always follows the "
            "total loss.",
            {
                '        if method in ("pcgrad", "cagrad"):\n':
                    '        if method in ("pcgrad", "cagrad"):\n            for p in net.heads.parameters():\n                p.grad = None\n',
            },
        ),
        Misconception(
            "mean_of_the_losses",
            "The total is the mean of the losses. It is their (weighted) sum.",
            {
                "total = w @ torch.stack(losses)":
                    "total = w @ torch.stack(losses) / T",
            },
        ),
        Misconception(
            "alpha_not_passed_on",
            "alpha is not used: GradNorm always runs with 1.5.",
            {
                "initial_losses, alpha, weight_lr)":
                    "initial_losses, 1.5, weight_lr)",
            },
        ),
        Misconception(
            "c_not_passed_on",
            "c is not used: CAGrad always runs with 0.5.",
            {
                "cagrad(G, c)":
                    "cagrad(G, 0.5)",
            },
        ),
        Misconception(
            "targets_by_position",
            "Targets and losses are matched by their places in the dictionaries, whose orders "
            "differ. Find a task by its name.",
            {
                "for name, loss_fn in loss_fns.items()]":
                    "for (name, _), loss_fn in zip(targets.items(), loss_fns.values())]",
            },
        ),
        Misconception(
            "norms_of_the_weights_alone",
            "GradNorm looks at the encoder's weights without its bias. The gradients are those with "
            "respect to all of the encoder's parameters.",
            {
                "shared = list(net.encoder.parameters())":
                    'shared = [p for p in net.encoder.parameters() if p.ndim > 1 or method != "gradnorm"]',
            },
        ),
        Misconception(
            "unknown_method_is_uniform",
            "An unknown method is taken for plain summing. A misspelt name should be noticed: "
            "ValueError.",
            {
                'raise ValueError(f"unknown method {method!r}")':
                    'method = "uniform"',
            },
        ),
        Misconception(
            "method_in_any_case",
            "Capital letters in the method's name are made small. Only the names of the text are "
            "known.",
            {
                "    if method not in":
                    "    method = method.lower()\n    if method not in",
            },
        ),
        Misconception(
            "another_exception",
            "An unknown method raises another exception. A value that is not known is a ValueError.",
            {
                "raise ValueError(":
                    "raise KeyError(",
            },
        ),
        Misconception(
            "parameters_in_reverse",
            "The parts of the combined gradient go to the wrong parameters. They come in the order "
            "in which the parameters were given.",
            {
                "zip(shared, (T * d).split([p.numel() for p in shared]))":
                    "zip(shared[::-1], (T * d).split([p.numel() for p in shared[::-1]]))",
            },
        ),
        Misconception(
            "old_grad_lost",
            "`.grad` is emptied on the way. Somebody may still need it: it is to be as it was.",
            {
                "    rows = []\n":
                    "    rows = []\n    for p in params:\n        p.grad = None\n",
            },
        ),
        Misconception(
            "unused_parameters_left_out",
            "A parameter that a loss does not use is left out of its row. Rows then have different "
            "lengths; put zeros there.",
            {
                "retain_graph=True, materialize_grads=True)":
                    "retain_graph=True, allow_unused=True)\n        gradients = [g for g in gradients if g is not None]",
            },
        ),
        Misconception(
            "graph_freed",
            "The graph of the last loss is freed. It is still needed: for the backward pass of the "
            "total loss.",
            {
                "retain_graph=True":
                    "retain_graph=loss is not losses[-1]",
            },
        ),
        Misconception(
            "first_losses_of_an_earlier_training",
            "The first losses are kept on the net, and a second training finds those of the first. "
            "Step 0 is that of this call.",
            {
                "        if step == 0:\n            initial_losses = present_losses\n":
                    '        if not hasattr(net, "first_losses"):\n            net.first_losses = present_losses\n        initial_losses = net.first_losses\n',
            },
        ),
        Misconception(
            "orders_drawn_in_reverse",
            "PCGrad visits the tasks from the last to the first. Its order is 0, 1, …, T−1.",
            {
                "pcgrad(G, range(T))":
                    "pcgrad(G, range(T)[::-1])",
            },
        ),
        Misconception(
            "s_climbs",
            "s goes along its gradient, uphill. It is trained by descent, as the network is.",
            {
                "s - weight_lr * s.grad":
                    "s + weight_lr * s.grad",
            },
        ),
        Misconception(
            "s_starts_at_one",
            "s starts at 1. It starts at 0, so that every loss has the factor ½ at first.",
            {
                "s = torch.zeros(T, requires_grad=True)":
                    "s = torch.ones(T, requires_grad=True)",
            },
        ),
        Misconception(
            "losses_after_the_step_for_gradnorm",
            "GradNorm's weights are updated with the losses after the step. Its norms and its losses "
            "are those of the same parameters, before it.",
            {
                '        if method == "gradnorm":\n            w = gradnorm_step(w, G.norm(dim=1), present_losses':
                    '        if method == "gradnorm":\n            outputs = net(x)\n            present_losses = torch.stack([f(outputs[k], targets[k]) for k, f in loss_fns.items()]).detach()\n            w = gradnorm_step(w, G.norm(dim=1), present_losses',
            },
        ),
        Misconception(
            "number_of_heads_for_tasks",
            "The factor is the number of heads. T is the number of tasks that have a loss.",
            {
                "(T * d)":
                    "(len(net.heads) * d)",
            },
        ),
        Misconception(
            "sign_of_the_gradient_for_s",
            "s moves by a fixed amount in the direction of its gradient. Plain gradient descent "
            "multiplies by the gradient itself.",
            {
                "s - weight_lr * s.grad":
                    "s - weight_lr * s.grad.sign()",
            },
        ),
        Misconception(
            "error_after_the_first_step",
            "The method is looked at too late: the network has taken a step by then. Reject an "
            "unknown method before anything else.",
            {
                '    if method not in ("uniform", "uncertainty", "gradnorm", "pcgrad", "cagrad"):\n        raise ValueError(f"unknown method {method!r}")\n':
                    "",
                "        optimizer.step()\n":
                    '        optimizer.step()\n        if method not in ("uniform", "uncertainty", "gradnorm", "pcgrad", "cagrad"):\n            raise ValueError(f"unknown method {method!r}")\n',
            },
        ),
        Misconception(
            "gradients_of_idle_heads_kept",
            "Only the gradients of the heads that have a loss are cleared. A head without one then "
            "moves along its old gradient in every step.",
            {
                "        optimizer.zero_grad()\n":
                    "        for p in shared + [p for name in loss_fns for p in net.heads[name].parameters()]:\n            p.grad = None\n",
            },
        ),
        Misconception(
            "cleared_after_the_step",
            "The gradients are cleared after each step and not before the first: an old .grad, left over from "
            "before the training, counts in the first step.",
            {
                "        optimizer.zero_grad()\n":
                    "",
                "        optimizer.step()\n":
                    "        optimizer.step()\n        optimizer.zero_grad()\n",
            },
        ),
        Misconception(
            "tasks_in_the_order_of_the_targets",
            "The tasks are numbered in the order of the targets. Their order is that of the dictionary of "
            "losses, which may be another one.",
            {
                "for name, loss_fn in loss_fns.items()]":
                    "for name in targets for loss_fn in [loss_fns[name]]]",
            },
        ),
        Misconception(
            "losses_of_the_history_with_graphs",
            "The losses in the history still have their graphs, so that no step's memory is ever freed. What is "
            "kept is to be detached.",
            {
                'history["losses"].append(present_losses)':
                    'history["losses"].append(torch.stack(losses))',
            },
        ),
        Misconception(
            "backward_for_every_loss",
            "The rows are right, but each of them was left in .grad on the way, over what stood there. "
            "torch.autograd.grad returns gradients and leaves .grad alone.",
            {
                "        gradients = torch.autograd.grad(loss, params, retain_graph=True, materialize_grads=True)\n":
                    "        for p in params:\n            p.grad = None\n        loss.backward(retain_graph=True)\n        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in params]\n",
            },
        ),
    ],
}
