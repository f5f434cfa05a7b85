"""What students get wrong in backpropagation, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "perceptron_train": [
        Misconception(
            "ties_passed_as_right",
            "An example with y z = 0 is treated as right. At the start all weights are 0, so every "
            "z is 0 and training ends before it began. The tie is a mistake for both labels.",
            {"label * z <= 0": "label * z < 0"},
        ),
        Misconception(
            "mistake_judged_by_prediction",
            "A mistake is judged by the predicted sign, where z = 0 counts as +1. Then a tie is "
            "right for positive labels and wrong for negative ones. The rule y z <= 0 treats both "
            "labels alike.",
            {"label * z <= 0": "label != (1 if z >= 0 else -1)"},
        ),
        Misconception(
            "bias_not_updated",
            "The bias stays 0, so every boundary goes through the origin. The bias is a weight "
            "whose input is always 1 and is learned by the same rule.",
            {"                b += lr * label\n": ""},
        ),
        Misconception(
            "passes_counted_not_mistakes",
            "Each entry says whether the pass had a mistake, not how many. Novikoff's bound is "
            "about the number of updates; a pass over the data can hold many.",
            {"mistakes[-1] += 1": "mistakes[-1] = 1"},
        ),
        Misconception(
            "learning_rate_left_out_of_bias",
            "The weights move by the learning rate times y x, but the bias moves by y alone. Both "
            "are parts of one vector and take the same step size.",
            {"b += lr * label": "b += label"},
        ),
        Misconception(
            "radius_without_bias_input",
            "R is the largest length of x, but the bias counts as a weight with input 1. So the "
            "vector in the bound is (x, 1), and its squared length is one larger.",
            {"((X**2).sum(axis=0) + 1).max()": "(X**2).sum(axis=0).max()"},
        ),
        Misconception(
            "separator_norm_without_bias",
            "The norm of the separator counts w only. The bias is a part of the weight vector in "
            "the proof.",
            {"(w @ w + b**2) * R_squared": "(w @ w) * R_squared"},
        ),
        Misconception(
            "margin_not_squared",
            "The bound divides by the margin, not by its square. Then it would change with the "
            "length of the separator, which says nothing about the data.",
            {"R_squared / gamma**2": "R_squared / gamma"},
        ),
    ],
    "activation": [
        Misconception(
            "sigmoid_slope_from_z",
            "The sigmoid's derivative a(1 - a) is formed with z where the output a is meant. "
            "Evaluate it at z = 0: it should be 1/4.",
            {"return a, a * (1 - a)": "return a, z * (1 - z)"},
        ),
        Misconception(
            "tanh_slope_from_z",
            "The derivative of tanh is 1 minus the square of the output. Here z is squared.",
            {"return a, 1 - a**2": "return a, 1 - z**2"},
        ),
        Misconception(
            "overflow_in_the_sigmoid",
            "e^z / (1 + e^z) is inf / inf = nan for large z. Rewrite it so that no exponential of "
            "a large positive number is taken.",
            {"        a = np.exp(-np.logaddexp(0, -z))": "        a = np.exp(z) / (1 + np.exp(z))"},
        ),
        Misconception(
            "overflow_in_tanh",
            "The quotient of exponentials for tanh is inf / inf = nan for large inputs. numpy has "
            "a tanh that is safe.",
            {"np.tanh(z)": "(np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"},
        ),
        Misconception(
            "relu_slope_of_one_at_zero",
            "At z = 0 the derivative of ReLU is 1 here; the convention is 0. A unit that is "
            "exactly off passes nothing back.",
            {"np.where(z > 0, 1.0, 0.0)": "np.where(z >= 0, 1.0, 0.0)"},
        ),
        Misconception(
            "zero_slope_of_leaky_relu_below_zero",
            "Leaky ReLU's derivative for negative z is alpha, not 0. That it never vanishes is the "
            "point of the leak.",
            {"return slope * z, slope": "return slope * z, np.where(z > 0, 1.0, 0.0)"},
        ),
        Misconception(
            "alpha_ignored",
            "The slope is fixed at 0.01, whatever alpha says.",
            {"np.where(z > 0, 1.0, alpha)": "np.where(z > 0, 1.0, 0.01)"},
        ),
        Misconception(
            "gelu_slope_without_density",
            "z times Phi(z) is a product, so its derivative has two terms. The one with the "
            "density is missing.",
            {"return z * Phi, Phi + z * phi": "return z * Phi, Phi"},
        ),
        Misconception(
            "gelu_tanh_approximation",
            "This is the tanh approximation of GELU, off by up to 5e-4. The exact form with erf is "
            "asked for.",
            {
                "Phi = (1 + erf(z / np.sqrt(2))) / 2":
                    "Phi = (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))) / 2",
            },
        ),
        Misconception(
            "gelu_erf_without_sqrt2",
            "erf belongs to a normal distribution of variance 1/2. Without the square root of 2 in "
            "its argument, Phi is too steep.",
            {"erf(z / np.sqrt(2))": "erf(z)"},
        ),
        Misconception(
            "swish_slope_without_product_rule",
            "Swish is a product of z and the sigmoid. Its derivative has two terms; only z times "
            "the sigmoid's slope is there.",
            {"return z * s, s + z * s * (1 - s)": "return z * s, z * s * (1 - s)"},
        ),
    ],
    "mlp_forward": [
        Misconception(
            "softmax_over_the_batch",
            "The softmax runs over the examples (axis 1), so each row sums to 1. An example is a "
            "column here: the probabilities of its classes must sum to 1 down the column.",
            {
                "z - z.max(axis=0)": "z - z.max(axis=1, keepdims=True)",
                "e / e.sum(axis=0)": "e / e.sum(axis=1, keepdims=True)",
            },
        ),
        Misconception(
            "outputs_cached_in_place_of_z",
            "The second entry of each pair is the layer's output. The derivative of an activation "
            "is taken at its input, the pre-activation z, so z must be kept.",
            {
                "cache.append((h, z))":
                    "cache.append((h, activation(acts[layer], z)[0] if layer < len(acts) else z))",
            },
        ),
        Misconception(
            "outputs_cached_in_place_of_inputs",
            "The pairs hold each layer's output where its input is meant, so X appears nowhere. "
            "The gradient of the first weights needs X.",
            {
                "cache.append((h, z))":
                    "cache.append((activation(acts[layer], z)[0] if layer < len(acts) else z, z))",
            },
        ),
        Misconception(
            "outputs_and_P_cached_in_place_of_z",
            "The second entry of each pair is the layer's output, and P in the last one. The "
            "backward pass takes derivatives at the pre-activations, and the loss is computed from "
            "the logits: keep z.",
            {
                "return e / e.sum(axis=0), cache": (
                    "P = e / e.sum(axis=0)\n"
                    "    return P, [(x, a) for (x, _), a in zip(cache, [x for x, _ in cache[1:]] + [P])]"
                ),
            },
        ),
        Misconception(
            "outputs_and_P_cached_in_place_of_inputs",
            "The pairs hold each layer's output where its input is meant, and P in the last one. X "
            "appears nowhere, and the gradient of the first weights needs it.",
            {
                "return e / e.sum(axis=0), cache": (
                    "P = e / e.sum(axis=0)\n"
                    "    return P, [(a, z) for (_, z), a in zip(cache, [x for x, _ in cache[1:]] + [P])]"
                ),
            },
        ),
        Misconception(
            "sum_over_the_batch",
            "The exponentials are divided by their sum over the examples (axis 1). An example is a "
            "column: the sum goes down the column.",
            {"e / e.sum(axis=0)": "e / e.sum(axis=1, keepdims=True)"},
        ),
        Misconception(
            "overflow_in_the_softmax",
            "The exponential of a logit near 1000 is infinite, and P is nan. Subtract a number "
            "from all logits of a column first; it cancels.",
            {"np.exp(z - z.max(axis=0))": "np.exp(z)"},
        ),
        Misconception(
            "one_maximum_for_the_batch",
            "One maximum is subtracted from the whole batch. A column far below it underflows to "
            "zeros, and 0/0 is nan. Each column needs its own maximum.",
            {"z.max(axis=0)": "z.max()"},
        ),
        Misconception(
            "bias_left_out",
            "The pre-activation has no bias, so every layer maps 0 to 0.",
            {"z = W @ h + b": "z = W @ h + 0 * b"},
        ),
        Misconception(
            "first_activation_everywhere",
            "All hidden layers use the first activation. Each layer has its own entry in the list.",
            {"activation(acts[layer], z)": "activation(acts[0], z)"},
        ),
    ],
    "softmax_cross_entropy": [
        Misconception(
            "gradient_not_averaged",
            "The loss is a mean over the m columns, but the gradient is that of the sum. Step "
            "sizes would grow with the batch.",
            {"(np.exp(log_P) - Y) / m": "np.exp(log_P) - Y"},
        ),
        Misconception(
            "wrong_sign_of_the_gradient",
            "The gradient has the wrong sign: label minus prediction. Descent along it would climb "
            "the loss.",
            {"(np.exp(log_P) - Y) / m": "(Y - np.exp(log_P)) / m"},
        ),
        Misconception(
            "log_of_underflowed_softmax",
            "The softmax is computed first and its logarithm after. A class far below the maximum "
            "has probability 0 in floating point, and log 0 is infinite. Take the logarithm on "
            "paper.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))":
                    "log_P = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=0))",
            },
        ),
        Misconception(
            "epsilon_in_the_log",
            "A small number inside the logarithm caps the loss near 28, however wrong the net is. "
            "The exact loss of a logit 1000 below the maximum is 1000.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))":
                    "log_P = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=0) + 1e-12)",
            },
        ),
        Misconception(
            "mean_over_all_entries",
            "The loss is averaged over all C m entries. Each example has one term that counts, so "
            "the mean is over the m columns.",
            {"-(Y * log_P).sum() / m": "-(Y * log_P).mean()"},
        ),
        Misconception(
            "softmax_over_the_batch",
            "The softmax runs over the examples (axis 1). The classes of one example stand in a "
            "column.",
            {
                "logits.max(axis=0)": "logits.max(axis=1, keepdims=True)",
                "np.exp(shifted).sum(axis=0)": "np.exp(shifted).sum(axis=1, keepdims=True)",
            },
        ),
        Misconception(
            "sum_over_the_batch",
            "The exponentials are summed over the examples (axis 1). The classes of one example "
            "stand in a column, and the sum goes down the column.",
            {"np.exp(shifted).sum(axis=0)": "np.exp(shifted).sum(axis=1, keepdims=True)"},
        ),
        Misconception(
            "divided_by_classes",
            "The mean divides by the number of rows. Rows are classes; the examples are the "
            "columns.",
            {"m = logits.shape[1]": "m = logits.shape[0]"},
        ),
    ],
    "backprop": [
        Misconception(
            "weights_not_transposed",
            "The error signal goes down through W without transposing it. The sum runs over the "
            "units of the upper layer, the first index of W. With square layers the shapes fit and "
            "the numbers are wrong.",
            {"Ws[layer].T @ delta": "Ws[layer] @ delta"},
        ),
        Misconception(
            "weights_of_the_layer_below",
            "The error signal of a layer comes through the weights of the layer above it, not "
            "through its own. Only square layers let this pass without an error.",
            {"Ws[layer].T @ delta": "Ws[layer - 1].T @ delta"},
        ),
        Misconception(
            "slope_at_the_output",
            "The activation's derivative is taken at the output h of the layer. It belongs at the "
            "pre-activation z. ReLU does not show the difference; tanh does.",
            {
                "_, slope = activation(acts[layer - 1], z)":
                    "_, slope = activation(acts[layer - 1], h)",
            },
        ),
        Misconception(
            "activation_of_the_layer_above",
            "The pre-activation is right, but the derivative is that of the next layer's "
            "activation. It is invisible as long as all layers use the same one.",
            {"activation(acts[layer - 1], z)": "activation(acts[min(layer, len(acts) - 1)], z)"},
        ),
        Misconception(
            "no_slope",
            "The error signal passes the activation unchanged. The factor from its derivative is "
            "missing, as if the net were linear.",
            {"(Ws[layer].T @ delta) * slope": "(Ws[layer].T @ delta) * slope**0"},
        ),
        Misconception(
            "bias_gradient_not_summed",
            "The bias gradient has one column per example. The same bias is added to every column, "
            "so its gradient is their sum.",
            {"delta.sum(axis=1, keepdims=True)": "delta"},
        ),
        Misconception(
            "bias_gradient_averaged",
            "The bias gradient is a mean over the columns while the weight gradient is a sum. "
            "Whether the loss is a mean is settled in delta already.",
            {"delta.sum(axis=1, keepdims=True)": "delta.mean(axis=1, keepdims=True)"},
        ),
        Misconception(
            "weight_gradient_averaged",
            "The weight gradient is a mean over the columns while the bias gradient is a sum. "
            "Whether the loss is a mean is settled in delta already.",
            {"delta @ h.T": "delta @ h.T / h.shape[1]"},
        ),
        Misconception(
            "weight_gradient_transposed",
            "The weight gradient has inputs as rows. It has the shape of W: one row per unit of "
            "the layer, one column per input.",
            {"delta @ h.T": "h @ delta.T"},
        ),
        Misconception(
            "divided_by_m_again",
            "The gradients are divided by the batch size here. The 1/m of a mean loss is in delta "
            "already, so it would count twice.",
            {
                "delta @ h.T": "delta @ h.T / h.shape[1]",
                "delta.sum(axis=1, keepdims=True)": "delta.mean(axis=1, keepdims=True)",
            },
        ),
        Misconception(
            "last_layer_first",
            "The lists are in the order in which they were computed, last layer first. They should "
            "match Ws.",
            {"dWs[::-1], dbs[::-1]": "dWs, dbs"},
        ),
    ],
    "gradient_check": [
        Misconception(
            "one_sided_difference",
            "The difference is one-sided: its error shrinks like eps, that of the central one like "
            "eps squared. A right gradient then looks worse than it is.",
            {"theta[i] = old - eps": "theta[i] = old", "(2 * eps)": "eps"},
        ),
        Misconception(
            "coordinate_not_restored",
            "A coordinate stays shifted when the next one is measured, so the later derivatives "
            "are taken at another point, and the caller's parameters are changed.",
            {"        theta[i] = old\n": ""},
        ),
        Misconception(
            "absolute_error",
            "The error is absolute. A gradient of 1e-6 that is wrong by 100 % then looks "
            "excellent.",
            {
                "(np.abs(grad - numerical) / np.maximum(size, 1e-8)).max()":
                    "np.abs(grad - numerical).max()",
            },
        ),
        Misconception(
            "divided_by_eps_only",
            "The two points are 2 eps apart, but the difference is divided by eps, so the "
            "numerical derivative is twice too large.",
            {"(2 * eps)": "eps"},
        ),
        Misconception(
            "mean_instead_of_worst",
            "The errors are averaged over the coordinates. One wrong coordinate among thousands "
            "would disappear.",
            {"np.maximum(size, 1e-8)).max()": "np.maximum(size, 1e-8)).mean()"},
        ),
        Misconception(
            "size_of_the_sum_in_the_denominator",
            "The denominator is the size of g + n, in which a gradient of the wrong sign cancels. "
            "The sizes are to be added, not the numbers.",
            {"np.abs(grad) + np.abs(numerical)": "np.abs(grad + numerical)"},
        ),
    ],
    "weight_variance": [
        Misconception(
            "variance_as_standard_deviation",
            "The generator takes the standard deviation and is given the variance. Weights come "
            "out too small (if the variance is below 1).",
            {"rng.normal(0, np.sqrt(v),": "rng.normal(0, v,"},
        ),
        Misconception(
            "fan_out_for_fan_in",
            "He initialisation counts the outputs here. The forward variance is a sum over the "
            "inputs of a unit.",
            {"return 2 / n_in": "return 2 / n_out", "* n_in)": "* n_out)"},
        ),
        Misconception(
            "standard_deviation_as_half_width",
            "The uniform distribution's half-width is set to the standard deviation. A uniform "
            "number on (-r, r) has variance r^2 / 3, so the weights are too small by the square "
            "root of 3.",
            {"np.sqrt(3 * v)": "np.sqrt(v)"},
        ),
        Misconception(
            "he_without_the_two",
            "The variance is that of a linear layer. ReLU removes half of the second moment, which "
            "the weights must make up for.",
            {
                "return 2 / n_in": "return 1 / n_in",
                "return 2 / ((1 + alpha**2)": "return 1 / ((1 + alpha**2)",
            },
        ),
        Misconception(
            "leak_not_squared",
            "The negative half is multiplied by alpha, so its second moment is multiplied by alpha "
            "squared.",
            {"1 + alpha**2": "1 + alpha"},
        ),
        Misconception(
            "xavier_without_the_two",
            "Xavier's variance is 1 over the mean of inputs and outputs. Here it is 1 over their "
            "sum, half of it.",
            {"return 2 / (n_in + n_out)": "return 1 / (n_in + n_out)"},
        ),
        Misconception(
            "shape_transposed",
            "The matrix has inputs as rows. In this notebook W has shape (n_out, n_in), so that W "
            "h works on columns.",
            {
                "rng.uniform(-r, r, size=(n_out, n_in))": "rng.uniform(-r, r, size=(n_in, n_out))",
                "np.sqrt(v), size=(n_out, n_in))": "np.sqrt(v), size=(n_in, n_out))",
            },
        ),
        Misconception(
            "alpha_not_passed_on",
            "The weights are drawn with the default leak, whatever alpha says.",
            {"weight_variance(n_in, n_out, scheme, alpha)": "weight_variance(n_in, n_out, scheme)"},
        ),
    ],
    "gradient_norm_profile": [
        Misconception(
            "slope_of_the_layer_below",
            "The derivative is taken at the pre-activation of another layer. delta of layer l "
            "needs the slope at z of the same layer l.",
            {"zip(Ws[::-1], slopes[::-1])": "zip(Ws[::-1], [*slopes[-2::-1], slopes[0]])"},
        ),
        Misconception(
            "output_side_first",
            "The norms are in the order in which they were computed, output side first. A "
            "vanishing gradient would look like an exploding one.",
            {"np.array(norms[::-1])": "np.array(norms)"},
        ),
        Misconception(
            "norms_of_weights",
            "These are norms of the weights. They say nothing about the gradient, which also "
            "depends on the slopes.",
            {"np.linalg.norm(delta)": "np.linalg.norm(W)"},
        ),
        Misconception(
            "norms_before_the_activation",
            "These are norms of the gradient with respect to the layer's output h. The error "
            "signal delta is with respect to z, behind the activation.",
            {"np.linalg.norm(delta)": "np.linalg.norm(g)"},
        ),
        Misconception(
            "spectral_norm",
            "This is the largest singular value of delta. The norm asked for is that of all its "
            "entries as one vector.",
            {"np.linalg.norm(delta)": "np.linalg.norm(delta, 2)"},
        ),
        Misconception(
            "skip_forward_only",
            "The forward pass adds the input, the backward pass knows one path only. Both uses of "
            "h send a gradient back, and the two add up.",
            {"W.T @ delta + g if residual else W.T @ delta": "W.T @ delta"},
        ),
        Misconception(
            "delta_on_the_skip_path",
            "The skip path carries delta. It goes around the activation, so it should carry the "
            "gradient with respect to the layer's output.",
            {"W.T @ delta + g if residual": "W.T @ delta + delta if residual"},
        ),
    ],
    "clip_global_norm": [
        Misconception(
            "clipping_array_by_array",
            "Each array is clipped by its own norm. Then the arrays get different factors and the "
            "step changes its direction. One norm over all arrays decides.",
            {
                "    if norm > c:\n": "",
                "        grads = [g * (c / norm) for g in grads]":
                    "    grads = [g * (c / np.linalg.norm(g)) if np.linalg.norm(g) > c else g for g in grads]",
            },
        ),
        Misconception(
            "short_gradients_made_longer",
            "Gradients shorter than c are scaled up to length c. Near a minimum they should be "
            "small; clipping only shortens.",
            {"if norm > c:": "if norm > 0:"},
        ),
        Misconception(
            "clipping_element_by_element",
            "Each entry is cut off at c. That changes the direction, and the norm can still exceed "
            "c.",
            {"[g * (c / norm) for g in grads]": "[np.clip(g, -c, c) for g in grads]"},
        ),
        Misconception(
            "norm_after_clipping",
            "The norm returned is that after clipping, which is never more than c. The norm before "
            "it is the useful one to watch.",
            {"return grads, norm": "return grads, min(norm, c)"},
        ),
        Misconception(
            "sum_of_norms",
            "The norms of the arrays are added up. The norm of the long vector is the root of the "
            "sum of all squares.",
            {
                "np.sqrt(sum((g**2).sum() for g in grads))":
                    "sum(np.sqrt((g**2).sum()) for g in grads)",
            },
        ),
        Misconception(
            "dropout_not_rescaled",
            "Units are dropped but the others are not scaled up, so the mean activation is smaller "
            "in training than at test time.",
            {"(u >= p) / (1 - p)": "(u >= p) * 1.0"},
        ),
        Misconception(
            "dropped_and_kept_swapped",
            "A unit is kept with probability p here. p is the probability of dropping it.",
            {"(u >= p) / (1 - p)": "(u < p) / (1 - p)"},
        ),
        Misconception(
            "units_dropped_at_ties",
            "A unit with u equal to p is dropped here; it is to be kept. With p = 0 and u = 0 a "
            "unit would be lost.",
            {"(u >= p) / (1 - p)": "(u > p) / (1 - p)"},
        ),
    ],
}
