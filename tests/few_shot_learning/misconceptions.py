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
            {"return weights @ F.one_hot(ys, N).to(weights.dtype)": "return torch.softmax(weights @ F.one_hot(ys, N).to(weights.dtype), -1)"},
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
    ],
}
