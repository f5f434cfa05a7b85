from dlcourse.authoring import Misconception

MISCONCEPTIONS = [
    # 1
    Misconception(
        question="perceptron_train",
        name="ties_passed_as_right",
        hint="An example with y z = 0 is treated as right. At the start all weights are 0, so every z is 0 "
        "and training ends before it began. The tie is a mistake for both labels.",
        edits=[("label * z <= 0", "label * z < 0")],
    ),
    Misconception(
        question="perceptron_train",
        name="mistake_judged_by_prediction",
        hint="A mistake is judged by the predicted sign, where z = 0 counts as +1. Then a tie is right for "
        "positive labels and wrong for negative ones. The rule y z <= 0 treats both labels alike.",
        edits=[("label * z <= 0", "label != (1 if z >= 0 else -1)")],
    ),
    Misconception(
        question="perceptron_train",
        name="bias_not_updated",
        hint="The bias stays 0, so every boundary goes through the origin. The bias is a weight whose "
        "input is always 1 and is learned by the same rule.",
        edits=[("                b += lr * label\n", "")],
    ),
    Misconception(
        question="perceptron_train",
        name="passes_counted_not_mistakes",
        hint="Each entry says whether the pass had a mistake, not how many. Novikoff's bound is about the "
        "number of updates; a pass over the data can hold many.",
        edits=[("mistakes[-1] += 1", "mistakes[-1] = 1")],
    ),
    Misconception(
        question="perceptron_train",
        name="learning_rate_left_out_of_bias",
        hint="The weights move by the learning rate times y x, but the bias moves by y alone. Both are "
        "parts of one vector and take the same step size.",
        edits=[("b += lr * label", "b += label")],
    ),
    Misconception(
        question="perceptron_train",
        name="radius_without_bias_input",
        hint="R is the largest length of x, but the bias counts as a weight with input 1. So the vector in "
        "the bound is (x, 1), and its squared length is one larger.",
        edits=[("((X**2).sum(axis=0) + 1).max()", "(X**2).sum(axis=0).max()")],
    ),
    Misconception(
        question="perceptron_train",
        name="separator_norm_without_bias",
        hint="The norm of the separator counts w only. The bias is a part of the weight vector in the "
        "proof.",
        edits=[("(w @ w + b**2) * R_squared", "(w @ w) * R_squared")],
    ),
    Misconception(
        question="perceptron_train",
        name="margin_not_squared",
        hint="The bound divides by the margin, not by its square. Then it would change with the length of "
        "the separator, which says nothing about the data.",
        edits=[("R_squared / gamma**2", "R_squared / gamma")],
    ),
    # 2
    Misconception(
        question="activation",
        name="sigmoid_slope_from_z",
        hint="The sigmoid's derivative a(1 - a) is formed with z where the output a is meant. Evaluate it "
        "at z = 0: it should be 1/4.",
        edits=[("return a, a * (1 - a)", "return a, z * (1 - z)")],
    ),
    Misconception(
        question="activation",
        name="tanh_slope_from_z",
        hint="The derivative of tanh is 1 minus the square of the output. Here z is squared.",
        edits=[("return a, 1 - a**2", "return a, 1 - z**2")],
    ),
    Misconception(
        question="activation",
        name="overflow_in_the_sigmoid",
        hint="e^z / (1 + e^z) is inf / inf = nan for large z. Rewrite it so that no exponential of a large "
        "positive number is taken.",
        edits=[("        a = np.exp(-np.logaddexp(0, -z))", "        a = np.exp(z) / (1 + np.exp(z))")],
    ),
    Misconception(
        question="activation",
        name="overflow_in_tanh",
        hint="The quotient of exponentials for tanh is inf / inf = nan for large inputs. numpy has a tanh "
        "that is safe.",
        edits=[("np.tanh(z)", "(np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))")],
    ),
    Misconception(
        question="activation",
        name="relu_slope_of_one_at_zero",
        hint="At z = 0 the derivative of ReLU is 1 here; the convention is 0. A unit that is exactly off "
        "passes nothing back.",
        edits=[("np.where(z > 0, 1.0, 0.0)", "np.where(z >= 0, 1.0, 0.0)")],
    ),
    Misconception(
        question="activation",
        name="zero_slope_of_leaky_relu_below_zero",
        hint="Leaky ReLU's derivative for negative z is alpha, not 0. That it never vanishes is the point "
        "of the leak.",
        edits=[("return slope * z, slope", "return slope * z, np.where(z > 0, 1.0, 0.0)")],
    ),
    Misconception(
        question="activation",
        name="alpha_ignored",
        hint="The slope is fixed at 0.01, whatever alpha says.",
        edits=[("np.where(z > 0, 1.0, alpha)", "np.where(z > 0, 1.0, 0.01)")],
    ),
    Misconception(
        question="activation",
        name="gelu_slope_without_density",
        hint="z times Phi(z) is a product, so its derivative has two terms. The one with the density is "
        "missing.",
        edits=[("return z * Phi, Phi + z * phi", "return z * Phi, Phi")],
    ),
    Misconception(
        question="activation",
        name="gelu_tanh_approximation",
        hint="This is the tanh approximation of GELU, off by up to 5e-4. The exact form with erf is asked "
        "for.",
        edits=[
            (
                "Phi = (1 + erf(z / np.sqrt(2))) / 2",
                "Phi = (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))) / 2",
            )
        ],
    ),
    Misconception(
        question="activation",
        name="gelu_erf_without_sqrt2",
        hint="erf belongs to a normal distribution of variance 1/2. Without the square root of 2 in its "
        "argument, Phi is too steep.",
        edits=[("erf(z / np.sqrt(2))", "erf(z)")],
    ),
    Misconception(
        question="activation",
        name="swish_slope_without_product_rule",
        hint="Swish is a product of z and the sigmoid. Its derivative has two terms; only z times the "
        "sigmoid's slope is there.",
        edits=[("return z * s, s + z * s * (1 - s)", "return z * s, z * s * (1 - s)")],
    ),
    # 3
    Misconception(
        question="mlp_forward",
        name="softmax_over_the_batch",
        hint="The softmax runs over the examples (axis 1), so each row sums to 1. An example is a column "
        "here: the probabilities of its classes must sum to 1 down the column.",
        edits=[
            ("z - z.max(axis=0)", "z - z.max(axis=1, keepdims=True)"),
            ("e / e.sum(axis=0)", "e / e.sum(axis=1, keepdims=True)"),
        ],
    ),
    Misconception(
        question="mlp_forward",
        name="outputs_cached_in_place_of_z",
        hint="The second entry of each pair is the layer's output. The derivative of an activation is "
        "taken at its input, the pre-activation z, so z must be kept.",
        edits=[
            (
                "cache.append((h, z))",
                "cache.append((h, activation(acts[layer], z)[0] if layer < len(acts) else z))",
            )
        ],
    ),
    Misconception(
        question="mlp_forward",
        name="outputs_cached_in_place_of_inputs",
        hint="The pairs hold each layer's output where its input is meant, so X appears nowhere. The "
        "gradient of the first weights needs X.",
        edits=[
            (
                "cache.append((h, z))",
                "cache.append((activation(acts[layer], z)[0] if layer < len(acts) else z, z))",
            )
        ],
    ),
    Misconception(
        question="mlp_forward",
        name="outputs_and_P_cached_in_place_of_z",
        hint="The second entry of each pair is the layer's output, and P in the last one. The backward pass "
        "takes derivatives at the pre-activations, and the loss is computed from the logits: keep z.",
        edits=[
            (
                "return e / e.sum(axis=0), cache",
                "P = e / e.sum(axis=0)\n"
                "    return P, [(x, a) for (x, _), a in zip(cache, [x for x, _ in cache[1:]] + [P])]",
            )
        ],
    ),
    Misconception(
        question="mlp_forward",
        name="outputs_and_P_cached_in_place_of_inputs",
        hint="The pairs hold each layer's output where its input is meant, and P in the last one. X appears "
        "nowhere, and the gradient of the first weights needs it.",
        edits=[
            (
                "return e / e.sum(axis=0), cache",
                "P = e / e.sum(axis=0)\n"
                "    return P, [(a, z) for (_, z), a in zip(cache, [x for x, _ in cache[1:]] + [P])]",
            )
        ],
    ),
    Misconception(
        question="mlp_forward",
        name="sum_over_the_batch",
        hint="The exponentials are divided by their sum over the examples (axis 1). An example is a column: "
        "the sum goes down the column.",
        edits=[("e / e.sum(axis=0)", "e / e.sum(axis=1, keepdims=True)")],
    ),
    Misconception(
        question="mlp_forward",
        name="overflow_in_the_softmax",
        hint="The exponential of a logit near 1000 is infinite, and P is nan. Subtract a number from all "
        "logits of a column first; it cancels.",
        edits=[("np.exp(z - z.max(axis=0))", "np.exp(z)")],
    ),
    Misconception(
        question="mlp_forward",
        name="one_maximum_for_the_batch",
        hint="One maximum is subtracted from the whole batch. A column far below it underflows to zeros, "
        "and 0/0 is nan. Each column needs its own maximum.",
        edits=[("z.max(axis=0)", "z.max()")],
    ),
    Misconception(
        question="mlp_forward",
        name="bias_left_out",
        hint="The pre-activation has no bias, so every layer maps 0 to 0.",
        edits=[("z = W @ h + b", "z = W @ h + 0 * b")],
    ),
    Misconception(
        question="mlp_forward",
        name="first_activation_everywhere",
        hint="All hidden layers use the first activation. Each layer has its own entry in the list.",
        edits=[("activation(acts[layer], z)", "activation(acts[0], z)")],
    ),
    # 4
    Misconception(
        question="softmax_cross_entropy",
        name="gradient_not_averaged",
        hint="The loss is a mean over the m columns, but the gradient is that of the sum. Step sizes would "
        "grow with the batch.",
        edits=[("(np.exp(log_P) - Y) / m", "np.exp(log_P) - Y")],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="wrong_sign_of_the_gradient",
        hint="The gradient has the wrong sign: label minus prediction. Descent along it would climb the "
        "loss.",
        edits=[("(np.exp(log_P) - Y) / m", "(Y - np.exp(log_P)) / m")],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="log_of_underflowed_softmax",
        hint="The softmax is computed first and its logarithm after. A class far below the maximum has "
        "probability 0 in floating point, and log 0 is infinite. Take the logarithm on paper.",
        edits=[
            (
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))",
                "log_P = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=0))",
            )
        ],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="epsilon_in_the_log",
        hint="A small number inside the logarithm caps the loss near 28, however wrong the net is. The "
        "exact loss of a logit 1000 below the maximum is 1000.",
        edits=[
            (
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))",
                "log_P = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=0) + 1e-12)",
            )
        ],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="mean_over_all_entries",
        hint="The loss is averaged over all C m entries. Each example has one term that counts, so the "
        "mean is over the m columns.",
        edits=[("-(Y * log_P).sum() / m", "-(Y * log_P).mean()")],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="softmax_over_the_batch",
        hint="The softmax runs over the examples (axis 1). The classes of one example stand in a column.",
        edits=[
            ("logits.max(axis=0)", "logits.max(axis=1, keepdims=True)"),
            ("np.exp(shifted).sum(axis=0)", "np.exp(shifted).sum(axis=1, keepdims=True)"),
        ],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="sum_over_the_batch",
        hint="The exponentials are summed over the examples (axis 1). The classes of one example stand in a "
        "column, and the sum goes down the column.",
        edits=[("np.exp(shifted).sum(axis=0)", "np.exp(shifted).sum(axis=1, keepdims=True)")],
    ),
    Misconception(
        question="softmax_cross_entropy",
        name="divided_by_classes",
        hint="The mean divides by the number of rows. Rows are classes; the examples are the columns.",
        edits=[("m = logits.shape[1]", "m = logits.shape[0]")],
    ),
    # 5
    Misconception(
        question="backprop",
        name="weights_not_transposed",
        hint="The error signal goes down through W without transposing it. The sum runs over the units of "
        "the upper layer, the first index of W. With square layers the shapes fit and the numbers are "
        "wrong.",
        edits=[("Ws[layer].T @ delta", "Ws[layer] @ delta")],
    ),
    Misconception(
        question="backprop",
        name="weights_of_the_layer_below",
        hint="The error signal of a layer comes through the weights of the layer above it, not through its "
        "own. Only square layers let this pass without an error.",
        edits=[("Ws[layer].T @ delta", "Ws[layer - 1].T @ delta")],
    ),
    Misconception(
        question="backprop",
        name="slope_at_the_output",
        hint="The activation's derivative is taken at the output h of the layer. It belongs at the "
        "pre-activation z. ReLU does not show the difference; tanh does.",
        edits=[("_, slope = activation(acts[layer - 1], z)", "_, slope = activation(acts[layer - 1], h)")],
    ),
    Misconception(
        question="backprop",
        name="activation_of_the_layer_above",
        hint="The pre-activation is right, but the derivative is that of the next layer's activation. It "
        "is invisible as long as all layers use the same one.",
        edits=[("activation(acts[layer - 1], z)", "activation(acts[min(layer, len(acts) - 1)], z)")],
    ),
    Misconception(
        question="backprop",
        name="no_slope",
        hint="The error signal passes the activation unchanged. The factor from its derivative is missing, "
        "as if the net were linear.",
        edits=[("(Ws[layer].T @ delta) * slope", "(Ws[layer].T @ delta) * slope**0")],
    ),
    Misconception(
        question="backprop",
        name="bias_gradient_not_summed",
        hint="The bias gradient has one column per example. The same bias is added to every column, so its "
        "gradient is their sum.",
        edits=[("delta.sum(axis=1, keepdims=True)", "delta")],
    ),
    Misconception(
        question="backprop",
        name="bias_gradient_averaged",
        hint="The bias gradient is a mean over the columns while the weight gradient is a sum. Whether the "
        "loss is a mean is settled in delta already.",
        edits=[("delta.sum(axis=1, keepdims=True)", "delta.mean(axis=1, keepdims=True)")],
    ),
    Misconception(
        question="backprop",
        name="weight_gradient_averaged",
        hint="The weight gradient is a mean over the columns while the bias gradient is a sum. Whether the "
        "loss is a mean is settled in delta already.",
        edits=[("delta @ h.T", "delta @ h.T / h.shape[1]")],
    ),
    Misconception(
        question="backprop",
        name="weight_gradient_transposed",
        hint="The weight gradient has inputs as rows. It has the shape of W: one row per unit of the layer, "
        "one column per input.",
        edits=[("delta @ h.T", "h @ delta.T")],
    ),
    Misconception(
        question="backprop",
        name="divided_by_m_again",
        hint="The gradients are divided by the batch size here. The 1/m of a mean loss is in delta "
        "already, so it would count twice.",
        edits=[
            ("delta @ h.T", "delta @ h.T / h.shape[1]"),
            ("delta.sum(axis=1, keepdims=True)", "delta.mean(axis=1, keepdims=True)"),
        ],
    ),
    Misconception(
        question="backprop",
        name="last_layer_first",
        hint="The lists are in the order in which they were computed, last layer first. They should match "
        "Ws.",
        edits=[("dWs[::-1], dbs[::-1]", "dWs, dbs")],
    ),
    # 6
    Misconception(
        question="gradient_check",
        name="one_sided_difference",
        hint="The difference is one-sided: its error shrinks like eps, that of the central one like eps "
        "squared. A right gradient then looks worse than it is.",
        edits=[
            ("theta[i] = old - eps", "theta[i] = old"),
            ("(2 * eps)", "eps"),
        ],
    ),
    Misconception(
        question="gradient_check",
        name="coordinate_not_restored",
        hint="A coordinate stays shifted when the next one is measured, so the later derivatives are taken "
        "at another point, and the caller's parameters are changed.",
        edits=[("        theta[i] = old\n", "")],
    ),
    Misconception(
        question="gradient_check",
        name="absolute_error",
        hint="The error is absolute. A gradient of 1e-6 that is wrong by 100 % then looks excellent.",
        edits=[
            ("(np.abs(grad - numerical) / np.maximum(size, 1e-8)).max()", "np.abs(grad - numerical).max()")
        ],
    ),
    Misconception(
        question="gradient_check",
        name="divided_by_eps_only",
        hint="The two points are 2 eps apart, but the difference is divided by eps, so the numerical "
        "derivative is twice too large.",
        edits=[("(2 * eps)", "eps")],
    ),
    Misconception(
        question="gradient_check",
        name="mean_instead_of_worst",
        hint="The errors are averaged over the coordinates. One wrong coordinate among thousands would "
        "disappear.",
        edits=[("np.maximum(size, 1e-8)).max()", "np.maximum(size, 1e-8)).mean()")],
    ),
    Misconception(
        question="gradient_check",
        name="size_of_the_sum_in_the_denominator",
        hint="The denominator is the size of g + n, in which a gradient of the wrong sign cancels. The "
        "sizes are to be added, not the numbers.",
        edits=[("np.abs(grad) + np.abs(numerical)", "np.abs(grad + numerical)")],
    ),
    # 7
    Misconception(
        question="weight_variance",
        name="variance_as_standard_deviation",
        hint="The generator takes the standard deviation and is given the variance. Weights come out too "
        "small (if the variance is below 1).",
        edits=[("rng.normal(0, np.sqrt(v),", "rng.normal(0, v,")],
    ),
    Misconception(
        question="weight_variance",
        name="fan_out_for_fan_in",
        hint="He initialisation counts the outputs here. The forward variance is a sum over the inputs of "
        "a unit.",
        edits=[("return 2 / n_in", "return 2 / n_out"), ("* n_in)", "* n_out)")],
    ),
    Misconception(
        question="weight_variance",
        name="standard_deviation_as_half_width",
        hint="The uniform distribution's half-width is set to the standard deviation. A uniform number on "
        "(-r, r) has variance r^2 / 3, so the weights are too small by the square root of 3.",
        edits=[("np.sqrt(3 * v)", "np.sqrt(v)")],
    ),
    Misconception(
        question="weight_variance",
        name="he_without_the_two",
        hint="The variance is that of a linear layer. ReLU removes half of the second moment, which the "
        "weights must make up for.",
        edits=[
            ("return 2 / n_in", "return 1 / n_in"),
            ("return 2 / ((1 + alpha**2)", "return 1 / ((1 + alpha**2)"),
        ],
    ),
    Misconception(
        question="weight_variance",
        name="leak_not_squared",
        hint="The negative half is multiplied by alpha, so its second moment is multiplied by alpha "
        "squared.",
        edits=[("1 + alpha**2", "1 + alpha")],
    ),
    Misconception(
        question="weight_variance",
        name="xavier_without_the_two",
        hint="Xavier's variance is 1 over the mean of inputs and outputs. Here it is 1 over their sum, "
        "half of it.",
        edits=[("return 2 / (n_in + n_out)", "return 1 / (n_in + n_out)")],
    ),
    Misconception(
        question="weight_variance",
        name="shape_transposed",
        hint="The matrix has inputs as rows. In this notebook W has shape (n_out, n_in), so that W h works "
        "on columns.",
        edits=[
            ("rng.uniform(-r, r, size=(n_out, n_in))", "rng.uniform(-r, r, size=(n_in, n_out))"),
            ("np.sqrt(v), size=(n_out, n_in))", "np.sqrt(v), size=(n_in, n_out))"),
        ],
    ),
    Misconception(
        question="weight_variance",
        name="alpha_not_passed_on",
        hint="The weights are drawn with the default leak, whatever alpha says.",
        edits=[("weight_variance(n_in, n_out, scheme, alpha)", "weight_variance(n_in, n_out, scheme)")],
    ),
    # 8
    Misconception(
        question="gradient_norm_profile",
        name="slope_of_the_layer_below",
        hint="The derivative is taken at the pre-activation of another layer. delta of layer l needs the "
        "slope at z of the same layer l.",
        edits=[("zip(Ws[::-1], slopes[::-1])", "zip(Ws[::-1], [*slopes[-2::-1], slopes[0]])")],
    ),
    Misconception(
        question="gradient_norm_profile",
        name="output_side_first",
        hint="The norms are in the order in which they were computed, output side first. A vanishing "
        "gradient would look like an exploding one.",
        edits=[("np.array(norms[::-1])", "np.array(norms)")],
    ),
    Misconception(
        question="gradient_norm_profile",
        name="norms_of_weights",
        hint="These are norms of the weights. They say nothing about the gradient, which also depends on "
        "the slopes.",
        edits=[("np.linalg.norm(delta)", "np.linalg.norm(W)")],
    ),
    Misconception(
        question="gradient_norm_profile",
        name="norms_before_the_activation",
        hint="These are norms of the gradient with respect to the layer's output h. The error signal delta "
        "is with respect to z, behind the activation.",
        edits=[("np.linalg.norm(delta)", "np.linalg.norm(g)")],
    ),
    Misconception(
        question="gradient_norm_profile",
        name="spectral_norm",
        hint="This is the largest singular value of delta. The norm asked for is that of all its entries "
        "as one vector.",
        edits=[("np.linalg.norm(delta)", "np.linalg.norm(delta, 2)")],
    ),
    Misconception(
        question="gradient_norm_profile",
        name="skip_forward_only",
        hint="The forward pass adds the input, the backward pass knows one path only. Both uses of h send "
        "a gradient back, and the two add up.",
        edits=[("W.T @ delta + g if residual else W.T @ delta", "W.T @ delta")],
    ),
    Misconception(
        question="gradient_norm_profile",
        name="delta_on_the_skip_path",
        hint="The skip path carries delta. It goes around the activation, so it should carry the gradient "
        "with respect to the layer's output.",
        edits=[("W.T @ delta + g if residual", "W.T @ delta + delta if residual")],
    ),
    # 9
    Misconception(
        question="clip_global_norm",
        name="clipping_array_by_array",
        hint="Each array is clipped by its own norm. Then the arrays get different factors and the step "
        "changes its direction. One norm over all arrays decides.",
        edits=[
            ("    if norm > c:\n", ""),
            (
                "        grads = [g * (c / norm) for g in grads]",
                "    grads = [g * (c / np.linalg.norm(g)) if np.linalg.norm(g) > c else g for g in grads]",
            ),
        ],
    ),
    Misconception(
        question="clip_global_norm",
        name="short_gradients_made_longer",
        hint="Gradients shorter than c are scaled up to length c. Near a minimum they should be small; "
        "clipping only shortens.",
        edits=[("if norm > c:", "if norm > 0:")],
    ),
    Misconception(
        question="clip_global_norm",
        name="clipping_element_by_element",
        hint="Each entry is cut off at c. That changes the direction, and the norm can still exceed c.",
        edits=[("[g * (c / norm) for g in grads]", "[np.clip(g, -c, c) for g in grads]")],
    ),
    Misconception(
        question="clip_global_norm",
        name="norm_after_clipping",
        hint="The norm returned is that after clipping, which is never more than c. The norm before it is "
        "the useful one to watch.",
        edits=[("return grads, norm", "return grads, min(norm, c)")],
    ),
    Misconception(
        question="clip_global_norm",
        name="sum_of_norms",
        hint="The norms of the arrays are added up. The norm of the long vector is the root of the sum of "
        "all squares.",
        edits=[("np.sqrt(sum((g**2).sum() for g in grads))", "sum(np.sqrt((g**2).sum()) for g in grads)")],
    ),
    Misconception(
        question="clip_global_norm",
        name="dropout_not_rescaled",
        hint="Units are dropped but the others are not scaled up, so the mean activation is smaller in "
        "training than at test time.",
        edits=[("(u >= p) / (1 - p)", "(u >= p) * 1.0")],
    ),
    Misconception(
        question="clip_global_norm",
        name="dropped_and_kept_swapped",
        hint="A unit is kept with probability p here. p is the probability of dropping it.",
        edits=[("(u >= p) / (1 - p)", "(u < p) / (1 - p)")],
    ),
    Misconception(
        question="clip_global_norm",
        name="units_dropped_at_ties",
        hint="A unit with u equal to p is dropped here; it is to be kept. With p = 0 and u = 0 a unit "
        "would be lost.",
        edits=[("(u >= p) / (1 - p)", "(u > p) / (1 - p)")],
    ),
]
