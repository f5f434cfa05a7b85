"""What students get wrong in few_shot_learning, as small edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "sample_episode": [
        Misconception(
            "support_is_asked_again",
            "The queries begin with the support examples themselves; a query must not be in the support.",
            {"drawn[:, K:]": "drawn[:, :Q]"},
        ),
        Misconception(
            "classes_with_replacement",
            "The same class may be drawn twice, and then there are two right answers.",
            {"rng.choice(large, N, replace=False)": "rng.choice(large, N, replace=True)"},
        ),
        Misconception(
            "examples_with_replacement",
            "An example may be drawn twice, so that support and query overlap now and then.",
            {"K + Q, replace=False)": "K + Q, replace=True)"},
        ),
        Misconception(
            "one_more_than_needed",
            "A class with exactly K + Q examples is large enough.",
            {"counts >= K + Q": "counts > K + Q"},
        ),
        Misconception(
            "new_labels_as_classes",
            "The third result remembers the old label of each row; the new ones are the row numbers anyway.",
            {"drawn[:, K:], classes": "drawn[:, K:], np.arange(N)"},
        ),
        Misconception(
            "always_the_first_classes",
            "The classes must be drawn; these are always the same ones.",
            {"rng.choice(large, N, replace=False)": "large[:N]"},
        ),
        Misconception(
            "large_classes_are_likelier",
            "Every class that is large enough is equally likely. Drawing an example and taking its class prefers large classes.",
            {
                "rng.choice(large, N, replace=False)": "rng.choice(large, N, replace=False, "
                "p=counts[counts >= K + Q] / counts[counts >= K + Q].sum())"
            },
        ),
        Misconception(
            "always_the_first_examples",
            "The examples of a class must be drawn; these are always its first ones.",
            {"rng.choice(np.flatnonzero(labels == c), K + Q, replace=False)": "np.flatnonzero(labels == c)[: K + Q]"},
        ),
        Misconception(
            "drawn_one_after_the_other",
            "Support and query are drawn apart, so that they overlap now and then; draw K + Q at once and cut.",
            {
                "rng.choice(np.flatnonzero(labels == c), K + Q, replace=False)": (
                    "np.concatenate([rng.choice(np.flatnonzero(labels == c), size, replace=False) for size in (K, "
                    "Q)])"
                ),
            },
        ),
        Misconception(
            "classes_sorted",
            "The classes stay in the order in which they were drawn; sorted, a small old label always gets a small new one.",
            {"rng.choice(large, N, replace=False)": "np.sort(rng.choice(large, N, replace=False))"},
        ),
        Misconception(
            "examples_sorted",
            "Sorted examples put the first ones of a class always into the support; keep the order in which they were drawn.",
            {"return drawn[:, :K], drawn[:, K:]": "drawn = np.sort(drawn, 1)\n    return drawn[:, :K], drawn[:, K:]"},
        ),
        Misconception(
            "classes_sorted_at_the_end",
            "classes[i] is the label of row i; sorted afterwards, it belongs to another row.",
            {"drawn[:, K:], classes": "drawn[:, K:], np.sort(classes)"},
        ),
    ],
    "proto_logits": [
        Misconception(
            "not_squared",
            "The Gaussian's exponent holds the squared distance; here is its root.",
            {".sum(-1)": ".sum(-1).sqrt()"},
        ),
        Misconception(
            "plus_the_distance",
            "The nearest class needs the largest logit, so the distance gets a minus sign.",
            {"return -(": "return ("},
        ),
        Misconception(
            "mean_over_dimensions",
            "The squared differences are summed over the dimensions, not averaged.",
            {"** 2).sum(-1)": "** 2).mean(-1)"},
        ),
        Misconception(
            "sum_of_the_support",
            "A prototype is the mean of its examples, not their sum.",
            {".mean(0)": ".sum(0)"},
        ),
        Misconception(
            "interval_without_root_n",
            "The interval of a mean shrinks with the root of n; this is the spread of single episodes.",
            {" / math.sqrt(n))": ")"},
        ),
        Misconception(
            "divides_by_n",
            "The variance of a sample divides by n - 1.",
            {"ddof=1": "ddof=0"},
        ),
        Misconception(
            "rows_in_order",
            "The rows of the support come in any order: ys says which class a row belongs to.",
            {"support[ys == c].mean(0) for c in range(N)": "rows.mean(0) for rows in support.tensor_split(N)"},
        ),
        Misconception(
            "halved",
            "There is no factor 1/2 here; the scale is left to the network.",
            {"return -((query": "return -0.5 * ((query"},
        ),
        Misconception(
            "prototypes_cut_off",
            "The prototypes are detached: the gradient must reach the support as well.",
            {".mean(0) for c in range(N)])": ".mean(0) for c in range(N)]).detach()"},
        ),
        Misconception(
            "root_then_square",
            "A root that is squared again has gradient nan where a query lies on a prototype; sum the squares and stop.",
            {"** 2).sum(-1)": "** 2).sum(-1).sqrt() ** 2"},
        ),
        Misconception(
            "whole_width",
            "The second result is half of the interval's width.",
            {"float(1.96 *": "float(2 * 1.96 *"},
        ),
    ],
    "matching_predict": [
        Misconception(
            "softmax_over_queries",
            "The weights of one query sum to 1 over the support; here they do over the queries.",
            {"@ unit_support.T, -1)": "@ unit_support.T, 0)"},
        ),
        Misconception(
            "no_cosine",
            "The similarity is the cosine: both vectors are divided by their lengths.",
            {"F.normalize(support, dim=-1)": "support", "F.normalize(query, dim=-1)": "query"},
        ),
        Misconception(
            "query_not_normalised",
            "The query is divided by its length as well.",
            {"F.normalize(query, dim=-1)": "query"},
        ),
        Misconception(
            "mean_per_class",
            "Each example votes, so a class with more shots has more votes; this averages within a class.",
            {
                "weights @ F.one_hot(ys, N).to(weights.dtype)": "torch.softmax(scale * unit_query @ unit_support.T @ "
                "(F.one_hot(ys, N) / F.one_hot(ys, N).sum(0).clamp(min=1)).to(weights.dtype), -1)"
            },
        ),
        Misconception(
            "scale_ignored",
            "The similarities are multiplied by scale before the softmax.",
            {"scale * unit_query": "unit_query"},
        ),
        Misconception(
            "scale_divides",
            "The scale multiplies the similarities; a large one makes the weights sharp. It is no temperature.",
            {"scale * unit_query @ unit_support.T": "unit_query @ unit_support.T / scale"},
        ),
        Misconception(
            "normalised_over_examples",
            "Each vector is divided by its own length; here each feature is divided by its length over the examples.",
            {"F.normalize(support, dim=-1)": "F.normalize(support, dim=0)", "F.normalize(query, dim=-1)": "F.normalize(query, dim=0)"},
        ),
        Misconception(
            "second_softmax",
            "The sums of the weights are probabilities already; no further softmax is needed.",
            {
                "return weights @ F.one_hot(ys, N).to(weights.dtype)": (
                    "return torch.softmax(weights @ F.one_hot(ys, N).to(weights.dtype), -1)"
                ),
            },
        ),
        Misconception(
            "length_zero",
            "A vector of length 0 is divided by 0; its cosine with any other is 0.",
            {
                "F.normalize(support, dim=-1)": "support / support.norm(dim=-1, keepdim=True)",
                "F.normalize(query, dim=-1)": "query / query.norm(dim=-1, keepdim=True)",
            },
        ),
        Misconception(
            "euclidean",
            "The similarity is the cosine, not minus the squared distance.",
            {"unit_query @ unit_support.T": "-((query[:, None] - support) ** 2).sum(-1)"},
        ),
        Misconception(
            "exp_overflows",
            "With a scale of 1000 the exponential overflows: take the largest out of it before, or use torch.softmax.",
            {
                "torch.softmax(scale * unit_query @ unit_support.T, -1)": "torch.exp(scale * unit_query @ unit_support.T)",
                "return weights @ F.one_hot(ys, N).to(weights.dtype)": (
                    "return weights @ F.one_hot(ys, N).to(weights.dtype) / weights.sum(-1, keepdim=True)"
                ),
            },
        ),
        Misconception(
            "product_at_least_1e_8",
            "The product of two short lengths is cut off at 1e-8, so that their cosine is too small.",
            {
                "scale * unit_query @ unit_support.T": (
                    "scale * (query @ support.T / (query.norm(dim=-1)[:, None] * "
                    "support.norm(dim=-1)).clamp(min=1e-8))"
                ),
            },
        ),
        Misconception(
            "votes_averaged",
            "Each example has one vote; here those of a class are divided by their number.",
            {
                "return weights @ F.one_hot(ys, N).to(weights.dtype)": (
                    "votes = weights @ (F.one_hot(ys, N) / F.one_hot(ys, N).sum(0).clamp(min=1)).to(weights.dtype)\n "
                    "   return votes / votes.sum(-1, keepdim=True)"
                ),
            },
        ),
    ],
    "inner_adapt": [
        Misconception(
            "gradient_at_the_start",
            "Each step needs the gradient at the parameters after the step before; this takes it at the start.",
            {"loss_fn(current, x, y)": "loss_fn(params, x, y)", "list(current.values())": "list(params.values())"},
        ),
        Misconception(
            "silent_first_order",
            "With create_graph=True the gradients must stay differentiable; here they are constants.",
            {"create_graph=create_graph": "create_graph=False"},
        ),
        Misconception(
            "uphill",
            "Gradient descent subtracts the gradient.",
            {"value - alpha * grad": "value + alpha * grad"},
        ),
        Misconception(
            "one_step",
            "The number of steps is not always one.",
            {"range(steps)": "range(1)"},
        ),
        Misconception(
            "cut_off_from_the_start",
            "The new tensors are detached, so that no derivative reaches the start any more, not even the identity.",
            {"value - alpha * grad": "(value - alpha * grad).detach().requires_grad_()"},
        ),
        Misconception(
            "one_step_too_many",
            "steps = 0 gives the start back; here there is one step more than asked for.",
            {"range(steps)": "range(steps + 1)"},
        ),
        Misconception(
            "unused_ones_get_lost",
            "A tensor on which the loss does not depend belongs to the result as well, as it is.",
            {"zip(current.items(), grads, strict=True)": "zip(current.items(), grads, strict=True) if grad is not None"},
        ),
        Misconception(
            "always_differentiable",
            "Without create_graph the gradients are constants, and the derivative with respect to the start is the identity.",
            {"create_graph=create_graph": "create_graph=True"},
        ),
        Misconception(
            "no_new_dictionary",
            "With 0 steps the argument itself comes back; the result is a new dictionary.",
            {"current = dict(params)": "current = params"},
        ),
    ],
    "maml_meta_grad": [
        Misconception(
            "query_loss_at_the_start",
            "The query loss is taken at the adapted parameters; at the start it never hears of the inner step.",
            {"loss_fn(adapted, x_query": "loss_fn(params, x_query"},
        ),
        Misconception(
            "support_loss_outside",
            "The outer loss belongs to the query examples, which adapting has not seen.",
            {"loss_fn(adapted, x_query, y_query)": "loss_fn(adapted, x_support, y_support)"},
        ),
        Misconception(
            "mean_over_tasks",
            "The outer loss is the sum over the tasks, not their mean.",
            {"torch.stack(losses).sum()": "torch.stack(losses).mean()"},
        ),
        Misconception(
            "always_first_order",
            "The exact gradient goes through the inner steps; this is the first-order one in both cases.",
            {"steps, not first_order)": "steps, False)"},
        ),
        Misconception(
            "first_order_reversed",
            "first_order=True cuts the inner gradients; here it is the other way round.",
            {"steps, not first_order)": "steps, first_order)"},
        ),
        Misconception(
            "one_inner_step",
            "The inner loop has as many steps as the argument says.",
            {"alpha, steps,": "alpha, 1,"},
        ),
        Misconception(
            "optimum_of_the_other_form",
            "In quadratic_optimum the exact weights have one more factor r than the first-order ones; here it is the other way round.",
            {"a_q if first_order else a_q * kept": "a_q * kept if first_order else a_q"},
        ),
        Misconception(
            "optimum_without_the_bracket",
            "In quadratic_optimum the exact form weighs each task with r once more, the factor by which theta moves theta'.",
            {"a_q if first_order else a_q * kept": "a_q"},
        ),
        Misconception(
            "optimum_forgets_the_support",
            "theta' = r theta + (1 - r) c_s: the part that comes from the support's minimum is missing in quadratic_optimum.",
            {"(c_q - (1 - kept) * c_s)": "c_q"},
        ),
        Misconception(
            "optimum_as_a_weighted_mean",
            "In quadratic_optimum theta is multiplied by r as well, so that r belongs into the denominator.",
            {"(weight * kept).sum()": "weight.sum()"},
        ),
        Misconception(
            "steps_multiply_alpha",
            "Each step keeps the part 1 - alpha a of the distance, so that k steps keep its k-th power; one long step is something else.",
            {"(1 - alpha * a_s) ** steps": "(1 - steps * alpha * a_s)"},
        ),
        Misconception(
            "never_first_order",
            "first_order=True cuts the inner gradients; this is the exact form in both cases.",
            {"steps, not first_order)": "steps, True)"},
        ),
        Misconception(
            "only_the_last_step",
            "The exact gradient goes through all inner steps; here only the last one is differentiated.",
            {
                "adapted = inner_adapt(params, loss_fn, x_support, y_support, alpha, steps, not first_order)": (
                    "adapted = inner_adapt(params, loss_fn, x_support, y_support, alpha, max(steps - 1, 0), False)\n "
                    "       adapted = inner_adapt(adapted, loss_fn, x_support, y_support, alpha, min(steps, 1), not "
                    "first_order)"
                ),
            },
        ),
        Misconception(
            "optimum_after_one_step",
            "In quadratic_optimum r has the power steps; this is its value after one step.",
            {"(1 - alpha * a_s) ** steps": "(1 - alpha * a_s)"},
        ),
        Misconception(
            "optimum_with_the_query_curvature",
            "The steps are taken on the support loss, so that r holds a_s in quadratic_optimum.",
            {"(1 - alpha * a_s) ** steps": "(1 - alpha * a_q) ** steps"},
        ),
    ],
    "reptile_step": [
        Misconception(
            "away_from_the_end",
            "The start moves towards the ends of the paths; the sign is that of end minus start.",
            {"(path - theta)": "(theta - path)"},
        ),
        Misconception(
            "starts_where_the_last_ended",
            "Every task's path starts at theta, not where the path of the task before has ended.",
            {"    for grad_fn in grad_fns:\n        path = theta\n": "    path = theta\n    for grad_fn in grad_fns:\n"},
        ),
        Misconception(
            "eps_inside",
            "eps is applied once, to the way from start to end, and not to every step.",
            {"lr * grad_fn(path)": "eps * lr * grad_fn(path)", "theta + eps * moved": "theta + moved"},
        ),
        Misconception(
            "sum_of_the_ways",
            "The displacements are averaged over the tasks.",
            {" / len(grad_fns)": ""},
        ),
        Misconception(
            "gradient_at_theta",
            "Each step of a path needs the gradient where the path has come to.",
            {"grad_fn(path)": "grad_fn(theta)"},
        ),
        Misconception(
            "all_the_way",
            "The new start is only the part eps of the way to the mean of the ends.",
            {"theta + eps * moved": "theta + moved"},
        ),
        Misconception(
            "uphill",
            "The steps on a task are gradient descent: the gradient is subtracted.",
            {"path - lr * grad_fn(path)": "path + lr * grad_fn(path)"},
        ),
        Misconception(
            "one_update_per_task",
            "All paths start at the old theta; here it moves after each task.",
            {
                "    moved = torch.zeros_like(theta)\n": "    start, moved = theta, torch.zeros_like(theta)\n",
                "moved = moved + (path - theta)": "theta = theta + eps * (path - theta) / len(grad_fns)",
                "theta + eps * moved / len(grad_fns)": "theta + moved if theta is not start else theta.clone()",
            },
        ),
        Misconception(
            "one_common_path",
            "Each task has a path of its own; this is one path along the mean gradient.",
            {"lr * grad_fn(path)": "lr * sum(g(path) for g in grad_fns) / len(grad_fns)"},
        ),
    ],
    "contrastive_loss": [
        Misconception(
            "polarity",
            "same = 1 means one class: those pairs are pulled together. Here they are pushed apart.",
            {"same == 1": "same == 0"},
        ),
        Misconception(
            "margin_minus_square",
            "The hinge compares the margin with the distance, not with its square.",
            {"(m - distance)": "(m - distance**2)"},
        ),
        Misconception(
            "hinge_not_squared",
            "The hinge is squared, as the distance of the other pairs is.",
            {".clamp(min=0) ** 2": ".clamp(min=0)"},
        ),
        Misconception(
            "sum_over_pairs",
            "The loss is the mean over the pairs.",
            {"apart).mean()": "apart).sum()"},
        ),
        Misconception(
            "root_of_zero",
            "The values are right, but the slope of a square root is infinite at 0: equal vectors get gradient nan.",
            {"torch.linalg.vector_norm(difference, dim=-1)": "(difference**2).sum(-1).sqrt()"},
        ),
        Misconception(
            "half_as_in_the_paper",
            "Hadsell et al. have a factor 1/2; the loss here has none.",
            {"apart).mean()": "apart).mean() / 2"},
        ),
        Misconception(
            "distance_not_squared",
            "Pairs of one class pay the squared distance.",
            {"(difference**2).sum(-1), apart": "distance, apart"},
        ),
        Misconception(
            "no_hinge",
            "Beyond the margin there is nothing to pay: max(0, m - d), not m - d.",
            {".clamp(min=0) ** 2": " ** 2"},
        ),
        Misconception(
            "difference_of_squares",
            "The hinge is the square of m - d, and not m squared minus d squared.",
            {"(m - distance).clamp(min=0) ** 2": "(m**2 - distance**2).clamp(min=0)"},
        ),
        Misconception(
            "hinge_of_the_square",
            "The hinge holds m - d and is squared; this is m minus the squared distance.",
            {"(m - distance).clamp(min=0) ** 2": "(m - distance**2).clamp(min=0)"},
        ),
        Misconception(
            "mean_of_each_kind",
            "One mean over all pairs, not one for each kind, added.",
            {
                "torch.where(same == 1, (difference**2).sum(-1), apart).mean()": (
                    "((difference**2).sum(-1)[same == 1].sum() / (same == 1).sum().clamp(min=1) + apart[same == "
                    "0].sum() / (same == 0).sum().clamp(min=1))"
                ),
            },
        ),
    ],
    "relation_scores": [
        Misconception(
            "query_first",
            "The pair is the prototype, then the query; the weights are not symmetric.",
            {
                "[prototypes.expand(Q, -1, -1), query[:, None].expand(-1, N, -1)]": "[query[:, None].expand(-1, N, -1), "
                "prototypes.expand(Q, -1, -1)]"
            },
        ),
        Misconception(
            "softmax_over_classes",
            "Each score is a sigmoid of its own; those of one query need not sum to 1.",
            {"torch.sigmoid(torch.relu(pairs @ W1.T + b1) @ w2 + b2)": "torch.softmax(torch.relu(pairs @ W1.T + b1) @ w2 + b2, -1)"},
        ),
        Misconception(
            "no_hidden_relu",
            "Between the two layers there is a relu; without it the comparison is linear.",
            {"torch.relu(pairs @ W1.T + b1)": "(pairs @ W1.T + b1)"},
        ),
        Misconception(
            "sum_over_classes",
            "The mean is over all pairs, queries times classes, not over the queries alone.",
            {"** 2).mean()": "** 2).sum(-1).mean()"},
        ),
        Misconception(
            "cross_entropy_loss",
            "The scores are trained as a regression by squared error, not by cross-entropy.",
            {"((scores - F.one_hot(yq, scores.shape[1])) ** 2).mean()": "F.cross_entropy(scores, yq)"},
        ),
        Misconception(
            "grid_transposed",
            "The scores of all pairs are read in the wrong order: the rows of the result are queries and the columns classes.",
            {
                "return torch.sigmoid(torch.relu(pairs @ W1.T + b1) @ w2 + b2)": "return torch.sigmoid(torch.relu(pairs @ W1.T + b1) @ w2 + b2)"
                ".reshape(N, Q).T"
            },
        ),
        Misconception(
            "no_sigmoid",
            "The score lies between 0 and 1: the sigmoid at the end is missing.",
            {"torch.sigmoid(torch.relu(pairs @ W1.T + b1) @ w2 + b2)": "torch.relu(pairs @ W1.T + b1) @ w2 + b2"},
        ),
        Misconception(
            "sum_over_pairs",
            "The loss is the mean over all pairs, not their sum.",
            {"** 2).mean()": "** 2).sum()"},
        ),
        Misconception(
            "exp_overflows",
            "exp(z) / (1 + exp(z)) overflows for large z; torch.sigmoid does not.",
            {
                "torch.sigmoid(torch.relu(pairs @ W1.T + b1) @ w2 + b2)": (
                    "((torch.relu(pairs @ W1.T + b1) @ w2 + b2).exp() / (1 + (torch.relu(pairs @ W1.T + b1) @ w2 + "
                    "b2).exp()))"
                ),
            },
        ),
        Misconception(
            "classes_of_this_batch",
            "The number of classes is that of the scores' columns; the largest label of the batch may be smaller.",
            {"F.one_hot(yq, scores.shape[1])": "F.one_hot(yq)"},
        ),
        Misconception(
            "no_gradient_of_the_loss",
            "The scores are detached in the loss, so that nothing is learned.",
            {"((scores - F": "((scores.detach() - F"},
        ),
    ],
    "weighted_proto_logits": [
        Misconception(
            "no_log_term",
            "A wide Gaussian is also flat: without the term in the logarithm of its variance it wins too often.",
            {" - 0.5 * rows.shape[1] * variance.log()": ""},
        ),
        Misconception(
            "log_once",
            "The logarithm counts once per dimension, d/2 times.",
            {"0.5 * rows.shape[1] * variance": "0.5 * variance"},
        ),
        Misconception(
            "variance_divides_by_one_less",
            "The variance divides by the number of shots here, not by one less.",
            {"correction=0": "correction=1"},
        ),
        Misconception(
            "no_half",
            "The squared distance is divided by twice the variance.",
            {"(2 * variance)": "variance"},
        ),
        Misconception(
            "floor_added",
            "The floor is a least value; it is not added to every variance.",
            {".clamp(min=eps)": " + eps"},
        ),
        Misconception(
            "one_shot_at_the_floor",
            "One example has no variance; it is taken as 1 and not as the floor.",
            {"if len(rows) > 1:": "if len(rows) > 0:"},
        ),
        Misconception(
            "log_added",
            "A wide Gaussian is flatter: the logarithm of its variance is subtracted.",
            {" - 0.5 * rows.shape[1]": " + 0.5 * rows.shape[1]"},
        ),
        Misconception(
            "variance_of_all_numbers",
            "Each dimension has a mean of its own; the variances are taken over the examples and then averaged over the dimensions.",
            {"rows.var(0, correction=0).mean()": "rows.var(correction=0)"},
        ),
        Misconception(
            "standard_deviation",
            "The density divides by the variance; here is its root, the standard deviation.",
            {"rows.var(0, correction=0).mean()": "rows.std(0, correction=0).mean()"},
        ),
        Misconception(
            "summed_variance",
            "The variances of the dimensions are averaged, not summed.",
            {"rows.var(0, correction=0).mean()": "rows.var(0, correction=0).sum()"},
        ),
        Misconception(
            "one_shot_under_the_floor",
            "The variance of a class with one example is 1, also under a floor above 1.",
            {"variance = rows.new_ones(())": "variance = rows.new_ones(()).clamp(min=eps)"},
        ),
        Misconception(
            "floor_per_dimension",
            "The floor holds for the mean of the variances, not for each dimension.",
            {"rows.var(0, correction=0).mean().clamp(min=eps)": "rows.var(0, correction=0).clamp(min=eps).mean()"},
        ),
        Misconception(
            "floor_of_the_deviation",
            "The floor is one of the variance, not of its root.",
            {"rows.var(0, correction=0).mean().clamp(min=eps)": "rows.var(0, correction=0).mean().sqrt().clamp(min=eps) ** 2"},
        ),
        Misconception(
            "floor_fixed",
            "The floor is the argument eps, not always 0.001.",
            {"clamp(min=eps)": "clamp(min=1e-3)"},
        ),
    ],
}
