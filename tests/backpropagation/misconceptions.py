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
        Misconception(
            "judged_by_the_weights_before_the_pass",
            "All examples of a pass are judged by the weights from before it. w and b change "
            "right after a mistake, and the next example meets the new ones.",
            {
                "        mistakes.append(0)\n":
                    "        mistakes.append(0)\n        w_old, b_old = w.copy(), b\n",
                "z = w @ x + b": "z = w_old @ x + b_old",
            },
        ),
        Misconception(
            "mistakes_counted_after_the_pass",
            "The mistakes are counted at the end of the pass, with its last weights. They are to "
            "be counted where they are met: each one is an update.",
            {
                "        if mistakes[-1] == 0:\n":
                    "        mistakes[-1] = int((y * (w @ X + b) <= 0).sum())\n        if mistakes[-1] == 0:\n",
            },
        ),
        Misconception(
            "mistakes_added_up",
            "The list holds running totals. Each entry is for one pass alone.",
            {"return w, b, mistakes": "return w, b, np.cumsum(mistakes).tolist()"},
        ),
        Misconception(
            "last_pass_left_out",
            "The pass without a mistake is left out of the list. Its 0 is the last entry.",
            {"return w, b, mistakes": "return w, b, [k for k in mistakes if k > 0]"},
        ),
        Misconception(
            "step_of_two",
            "The step is the learning rate times (y - prediction) x. For labels of +1 and -1 "
            "that difference is 2, so every step is twice too long.",
            {"w += lr * label * x": "w += 2 * lr * label * x", "b += lr * label": "b += 2 * lr * label"},
        ),
        Misconception(
            "ties_judged_by_strict_sign",
            "A mistake is judged by the predicted sign, where z = 0 counts as -1. Then a tie is "
            "right for negative labels. The rule y z <= 0 treats both labels alike.",
            {"label * z <= 0": "label != (1 if z > 0 else -1)"},
        ),
        Misconception(
            "step_of_two_and_ties_by_sign",
            "The step is the learning rate times (y - prediction) x, which is twice too long for "
            "labels of +1 and -1; and with a prediction in place of y z, the tie z = 0 is no "
            "mistake for one of the labels.",
            {
                "label * z <= 0": "label != (1 if z > 0 else -1)",
                "w += lr * label * x": "w += 2 * lr * label * x",
                "b += lr * label": "b += 2 * lr * label",
            },
        ),
        Misconception(
            "threshold_for_bias",
            "b is subtracted, as a threshold. Here z = w . x + b, so that b grows with positive "
            "labels.",
            {"z = w @ x + b": "z = w @ x - b", "b += lr * label": "b -= lr * label"},
        ),
        Misconception(
            "mean_radius",
            "R is the largest length of an example. The mean bounds nothing: one long example "
            "can make a large update.",
            {"+ 1).max()": "+ 1).mean()"},
        ),
        Misconception(
            "largest_margin",
            "gamma is taken from the example farthest from the boundary. The bound holds for the "
            "smallest margin.",
            {"(w @ X + b)).min()": "(w @ X + b)).max()"},
        ),
        Misconception(
            "margin_without_labels",
            "The margin of an example is y z. Without the label, a right example on the negative "
            "side counts as the smallest margin.",
            {"(y * (w @ X + b)).min()": "(w @ X + b).min()"},
        ),
        Misconception(
            "root_of_the_bound",
            "This is the root of the bound: all three factors are to be squared.",
            {
                "return (w @ w + b**2) * R_squared / gamma**2":
                    "return np.sqrt((w @ w + b**2) * R_squared) / gamma",
            },
        ),
        Misconception(
            "bound_rounded_down",
            "The bound is returned as a whole number. It is a real number; what is rounded is "
            "the count that it bounds.",
            {
                "return (w @ w + b**2) * R_squared / gamma**2":
                    "return int((w @ w + b**2) * R_squared / gamma**2)",
            },
        ),
        Misconception(
            "small_margins_taken_for_ties",
            "Small positive margins were taken for mistakes. Only y z <= 0 is one, however small y z is.",
            {"label * z <= 0": "label * z <= 1e-9"},
        ),
        Misconception(
            "tiny_margins_taken_for_ties",
            "Tiny positive margins were taken for mistakes. Only y z <= 0 is one, however small y z is.",
            {"label * z <= 0": "label * z <= 1e-12"},
        ),
        Misconception(
            "learning_rate_left_out_of_weights",
            "The weights move without the learning rate.",
            {"w += lr * label * x": "w += label * x"},
        ),
        Misconception(
            "learning_rate_ignored",
            "The learning rate is ignored.",
            {"    w, b, mistakes = ": "    lr = 1.0\n    w, b, mistakes = "},
        ),
        Misconception(
            "weights_move_away",
            "The weights move the wrong way: the margin of the mistaken example shrinks.",
            {"w += lr * label * x": "w -= lr * label * x"},
        ),
        Misconception(
            "bias_without_label",
            "The bias moves up at every mistake. It moves with the label.",
            {"b += lr * label": "b += lr"},
        ),
        Misconception(
            "examples_in_reverse",
            "The examples are visited from the last to the first.",
            {"zip(X.T, y)": "zip(X.T[::-1], y[::-1])"},
        ),
        Misconception(
            "never_stops_early",
            "The training goes on after a pass without a mistake.",
            {"        if mistakes[-1] == 0:\n            break\n": ""},
        ),
        Misconception(
            "one_pass_more",
            "There is one pass too many: at most max_epochs.",
            {"range(max_epochs)": "range(max_epochs + 1)"},
        ),
        Misconception(
            "one_pass_less",
            "There is one pass too few: max_epochs of them are allowed.",
            {"range(max_epochs)": "range(max(max_epochs - 1, 1))"},
        ),
        Misconception(
            "mistakes_in_all",
            "The mistakes of all passes were added. There is one number per pass.",
            {"return w, b, mistakes": "return w, b, sum(mistakes)"},
        ),
        Misconception(
            "pass_ends_at_a_mistake",
            "A pass ended with its first mistake. It goes on with the new weights.",
            {
                "                mistakes[-1] += 1\n": "                mistakes[-1] += 1\n                break\n",
            },
        ),
        Misconception(
            "best_pass_kept",
            "The weights of the best pass were returned. The perceptron ends with those it has.",
            {
                "        if mistakes[-1] == 0:\n": (
                    "        if mistakes[-1] == min(mistakes):\n"
                    "            best = w.copy(), b\n"
                    "        if mistakes[-1] == 0:\n"
                ),
                "return w, b, mistakes": "return *best, mistakes",
            },
        ),
        Misconception(
            "weights_begin_at_one",
            "The weights begin at 1. They begin at 0.",
            {"np.zeros(X.shape[0])": "np.ones(X.shape[0])"},
        ),
        Misconception(
            "sum_of_radii",
            "The squared lengths were added. R² is the largest of them.",
            {"+ 1).max()": "+ 1).sum()"},
        ),
        Misconception(
            "smallest_radius",
            "R² is the largest squared length, not the smallest.",
            {"+ 1).max()": "+ 1).min()"},
        ),
        Misconception(
            "lengths_of_features",
            "The squares were summed over the examples. An example is a column.",
            {"(X**2).sum(axis=0)": "(X**2).sum(axis=1)"},
        ),
        Misconception(
            "radius_not_squared",
            "R stands where R² belongs.",
            {"* R_squared /": "* np.sqrt(R_squared) /"},
        ),
        Misconception(
            "mean_margin",
            "γ is the smallest margin, not the mean.",
            {"(y * (w @ X + b)).min()": "(y * (w @ X + b)).mean()"},
        ),
        Misconception(
            "margin_without_bias",
            "The margin lacks the bias.",
            {"(y * (w @ X + b)).min()": "(y * (w @ X)).min()"},
        ),
        Misconception(
            "margin_of_unit_weights",
            "The margin was divided by the length of w. In this bound the length stands above the line already.",
            {"(y * (w @ X + b)).min()": "(y * (w @ X + b)).min() / np.linalg.norm(w)"},
        ),
        Misconception(
            "length_of_the_separator_left_out",
            "The length of the separator is missing: a separator twice as long has twice the margin, and the bound must "
            "not change.",
            {"return (w @ w + b**2) * R_squared / gamma**2": "return R_squared / gamma**2"},
        ),
        Misconception(
            "bound_rounded_up",
            "The bound was rounded up. It is asked for as it is.",
            {
                "return (w @ w + b**2) * R_squared / gamma**2": "return float(np.ceil((w @ w + b**2) * R_squared / gamma**2))",
            },
        ),
        Misconception(
            "bound_floored",
            "The bound was rounded down. It is asked for as it is.",
            {
                "return (w @ w + b**2) * R_squared / gamma**2": "return float(np.floor((w @ w + b**2) * R_squared / gamma**2))",
            },
        ),
        Misconception(
            "length_not_squared",
            "The length of the separator is not squared.",
            {"(w @ w + b**2) *": "np.sqrt(w @ w + b**2) *"},
        ),
        Misconception(
            "small_number_under_the_margin",
            "A small number was added to γ². A separator has a positive margin, nothing has to be protected.",
            {"/ gamma**2": "/ (gamma**2 + 1e-8)"},
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
        Misconception(
            "overflow_in_the_sigmoid_slope",
            "exp(-z) / (1 + exp(-z))^2 is inf / inf = nan for z = -1000. With the output a the "
            "slope is a (1 - a), and nothing overflows.",
            {"return a, a * (1 - a)": "return a, np.exp(-z) / (1 + np.exp(-z)) ** 2"},
        ),
        Misconception(
            "overflow_in_the_swish_slope",
            "This quotient of exponentials is inf / inf = nan for z = -1000. Write the slope "
            "with the sigmoid s, which is safe.",
            {
                "return z * s, s + z * s * (1 - s)":
                    "return z * s, (1 + np.exp(-z) + z * np.exp(-z)) / (1 + np.exp(-z)) ** 2",
            },
        ),
        Misconception(
            "overflow_in_tanh_of_large_z",
            "(exp(2z) - 1) / (exp(2z) + 1) is inf / inf = nan for large z. numpy has a tanh that "
            "is safe.",
            {"np.tanh(z)": "(np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)"},
        ),
        Misconception(
            "sigmoid_slope_for_tanh",
            "a (1 - a) is the slope of the sigmoid. That of tanh is 1 - a^2: at z = 0 it is 1.",
            {"1 - a**2": "a * (1 - a)"},
        ),
        Misconception(
            "leaky_relu_by_maximum",
            "max(z, alpha z) is leaky ReLU only for alpha up to 1. For a larger slope the other "
            "piece is the maximum.",
            {"return slope * z, slope": "return np.maximum(z, alpha * z), slope"},
        ),
        Misconception(
            "leaky_slope_of_one_at_zero",
            "At z = 0 the derivative of leaky ReLU is 1 here; the convention is alpha.",
            {"np.where(z > 0, 1.0, alpha)": "np.where(z >= 0, 1.0, alpha)"},
        ),
        Misconception(
            "relu_slope_of_a_half_at_zero",
            "At z = 0 the derivative of ReLU is 1/2 here; the convention is 0.",
            {"np.where(z > 0, 1.0, 0.0)": "(np.sign(z) + 1) / 2"},
        ),
        Misconception(
            "relu_slope_of_booleans",
            "The slope of ReLU is an array of True and False. Derivatives are numbers: float64.",
            {"np.where(z > 0, 1.0, 0.0)": "z > 0"},
        ),
        Misconception(
            "relu_slope_of_integers",
            "The slope of ReLU is an array of integers. Derivatives are float64; a product with "
            "integers in place would fail.",
            {"np.where(z > 0, 1.0, 0.0)": "np.where(z > 0, 1, 0)"},
        ),
        Misconception(
            "gelu_sigmoid_approximation",
            "This is the approximation z s(1.702 z) of GELU, off by up to 0.02. The exact form "
            "with erf is asked for.",
            {
                "Phi = (1 + erf(z / np.sqrt(2))) / 2": "Phi = 1 / (1 + np.exp(-1.702 * z))",
                "Phi + z * phi": "Phi + 1.702 * z * Phi * (1 - Phi)",
            },
        ),
        Misconception(
            "gelu_slope_without_z",
            "The derivative of z Phi(z) is Phi + z phi. The density is there, but not multiplied "
            "by z.",
            {"Phi + z * phi": "Phi + phi"},
        ),
        Misconception(
            "density_not_normalised",
            "exp(-z^2/2) is the density only after division by the square root of 2 pi.",
            {" / np.sqrt(2 * np.pi)": ""},
        ),
        Misconception(
            "density_divided_by_two_pi",
            "The density of the standard normal distribution is divided by the square root of 2 "
            "pi, not by 2 pi.",
            {"np.sqrt(2 * np.pi)": "(2 * np.pi)"},
        ),
        Misconception(
            "density_without_the_half",
            "exp(-z^2) belongs to a variance of 1/2. The exponent of the standard normal density "
            "is -z^2 / 2.",
            {"-(z**2) / 2": "-(z**2)"},
        ),
        Misconception(
            "swish_slope_from_the_output",
            "s (1 - s) is formed with the output z s in place of the sigmoid s.",
            {"s + z * s * (1 - s)": "s + z * s * (1 - z * s)"},
        ),
        Misconception(
            "swish_slope_of_the_sigmoid_alone",
            "Only the first term of the product rule is there. z times the sigmoid's slope is "
            "missing.",
            {"return z * s, s + z * s * (1 - s)": "return z * s, s"},
        ),
        Misconception(
            "swish_slope_of_the_sigmoid",
            "This is the slope of the sigmoid. Swish is z times the sigmoid, a product with two "
            "terms in its derivative.",
            {"return z * s, s + z * s * (1 - s)": "return z * s, s * (1 - s)"},
        ),
        Misconception(
            "names_in_any_letters",
            "The name is made small before it is compared. It has to be one of the six, letter "
            'for letter: "ReLU" is none.',
            {'    if name == "sigmoid":\n': '    name = name.lower()\n    if name == "sigmoid":\n'},
        ),
        Misconception(
            "names_stripped",
            "Blanks around the name are dropped. It has to be one of the six, letter for letter.",
            {'    if name == "sigmoid":\n': '    name = name.strip()\n    if name == "sigmoid":\n'},
        ),
        Misconception(
            "other_names_for_swish",
            'Swish is accepted under a second name, "silu". The six names are the only ones.',
            {'if name == "swish":': 'if name in ("swish", "silu"):'},
        ),
        Misconception(
            "key_error_for_unknown_names",
            "An unknown name raises KeyError. The docstring asks for ValueError, which says that "
            "the argument is wrong.",
            {'raise ValueError(f"unknown activation {name!r}")': "raise KeyError(name)"},
        ),
        Misconception(
            "unknown_names_pass",
            "An unknown name is let through. A misspelt activation should stop the program.",
            {'raise ValueError(f"unknown activation {name!r}")': "return None"},
        ),
        Misconception(
            "unknown_names_are_linear",
            "An unknown name gives z itself with slope 1. A misspelt activation should stop the "
            "program.",
            {'raise ValueError(f"unknown activation {name!r}")': "return z, np.ones_like(z)"},
        ),
        Misconception(
            "sigmoid_slope_without_its_value",
            "The slope of the sigmoid has two factors, the output and one minus the output. One of them is missing.",
            {"return a, a * (1 - a)": "return a, 1 - a"},
        ),
        Misconception(
            "overflow_in_sigmoid_and_swish",
            "The sigmoid is a quotient of two exponentials that overflow, and swish uses it, too. The text has a form "
            "that never does.",
            {
                "        a = np.exp(-np.logaddexp(0, -z))  # log(1 + e^-z) without overflow\n": (
                    "        a = np.exp(z) / (1 + np.exp(z))\n"
                ),
                "        s = np.exp(-np.logaddexp(0, -z))\n": "        s = np.exp(z) / (1 + np.exp(z))\n",
            },
        ),
        Misconception(
            "overflow_in_swish",
            "The sigmoid inside swish overflows. It needs the same care as the sigmoid itself.",
            {"        s = np.exp(-np.logaddexp(0, -z))\n": "        s = np.exp(z) / (1 + np.exp(z))\n"},
        ),
        Misconception(
            "sigmoid_of_minus_z",
            "This sigmoid falls: the exponent has the wrong sign.",
            {
                "        a = np.exp(-np.logaddexp(0, -z))  # log(1 + e^-z) without overflow\n": (
                    "        a = np.exp(-np.logaddexp(0, z))\n"
                ),
            },
        ),
        Misconception(
            "exponent_cut_off",
            "The exponent was cut off at some number, so that the sigmoid never comes closer to 0. Multiplied by a large "
            "z, as in swish, that shows.",
            {
                "        a = np.exp(-np.logaddexp(0, -z))  # log(1 + e^-z) without overflow\n": (
                    "        a = 1 / (1 + np.exp(-np.clip(z, -30, 30)))\n"
                ),
                "        s = np.exp(-np.logaddexp(0, -z))\n": "        s = 1 / (1 + np.exp(-np.clip(z, -30, 30)))\n",
            },
        ),
        Misconception(
            "tanh_slope_not_squared",
            "The slope of tanh is one minus the square of the output.",
            {"1 - a**2": "1 - a"},
        ),
        Misconception(
            "relu_slope_by_division",
            "The slope of ReLU was found by dividing by the size of z, which is 0 at 0.",
            {"np.where(z > 0, 1.0, 0.0)": "np.maximum(z, 0) / np.abs(z)"},
        ),
        Misconception(
            "relu_in_place",
            "ReLU wrote its zeros into z itself. The caller still needs it.",
            {
                "        return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)": (
                    "        slope = np.where(z > 0, 1.0, 0.0)\n"
                    "        z[z < 0] = 0\n"
                    "        return z, slope"
                ),
            },
        ),
        Misconception(
            "leaky_slope_by_the_output",
            "Which slope holds was asked of the output. With a negative alpha the output is positive on both sides: ask "
            "z.",
            {"return slope * z, slope": "return slope * z, np.where(slope * z > 0, 1.0, alpha)"},
        ),
        Misconception(
            "elu_for_leaky_relu",
            "Below 0 this is an exponential, as in ELU. Leaky ReLU is a straight line.",
            {"return slope * z, slope": "return np.where(z > 0, z, alpha * (np.exp(z) - 1)), slope"},
        ),
        Misconception(
            "leaky_relu_with_a_minus",
            "Below 0 the sign is wrong: with a positive alpha a leaky ReLU rises everywhere.",
            {"return slope * z, slope": "return np.where(z > 0, z, -alpha * z), slope"},
        ),
        Misconception(
            "density_that_grows",
            "The exponent of the density has the wrong sign: the minus was squared with the z.",
            {"-(z**2) / 2": "(-z) ** 2 / 2"},
        ),
        Misconception(
            "swish_slope_with_the_value_for_s",
            "The product rule leaves the sigmoid as its first term. Here stands the value of swish, and the z of the "
            "second term is missing.",
            {"s + z * s * (1 - s)": "z * s + s * (1 - s)"},
        ),
        Misconception(
            "swish_slope_without_z",
            "In the second term of the product rule z itself stays as a factor.",
            {"s + z * s * (1 - s)": "s + s * (1 - s)"},
        ),
        Misconception(
            "activations_in_float32",
            "z was made float32, which loses half of the digits. All arrays are float64.",
            {
                '    if name == "sigmoid":\n': '    z = np.asarray(z, dtype=np.float32)\n    if name == "sigmoid":\n',
            },
        ),
        Misconception(
            "an_axis_too_many",
            "A number without axes came back with one. The results have the shape of z.",
            {'    if name == "sigmoid":\n': '    z = np.atleast_1d(z)\n    if name == "sigmoid":\n'},
        ),
        Misconception(
            "names_by_their_end",
            "Any name with this ending passes. Only the six do, letter for letter.",
            {'if name == "relu":': 'if name.endswith("relu") and name != "leaky_relu":'},
        ),
        Misconception(
            "names_by_their_beginning",
            "Any name with this beginning passes. Only the six do, letter for letter.",
            {'if name == "tanh":': 'if name.startswith("tan"):'},
        ),
        Misconception(
            "gelu_without_its_tails",
            "Far out, GELU was replaced by 0 and z. The exact one is not quite there yet.",
            {
                "Phi = (1 + erf(z / np.sqrt(2))) / 2": "Phi = np.where(z < -6, 0, np.where(z > 6, 1, (1 + erf(z / np.sqrt(2))) / 2))",
            },
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
        Misconception(
            "cache_last_layer_first",
            "The pairs are in the order of the backward pass. cache[0] belongs to layer 1.",
            {"return e / e.sum(axis=0), cache": "return e / e.sum(axis=0), cache[::-1]"},
        ),
        Misconception(
            "last_pair_missing",
            "The last layer has no pair. The gradient of its weights needs its input, and the "
            "loss its logits.",
            {"return e / e.sum(axis=0), cache": "return e / e.sum(axis=0), cache[:-1]"},
        ),
        Misconception(
            "pairs_swapped",
            "The pairs are (pre-activation, input). The input stands first.",
            {"cache.append((h, z))": "cache.append((z, h))"},
        ),
        Misconception(
            "logits_for_probabilities",
            "The first result is the logits. P is their softmax.",
            {"return e / e.sum(axis=0), cache": "return z, cache"},
        ),
        Misconception(
            "logits_shifted_in_the_cache",
            "The last z in the cache has lost its maximum: it was shifted for the softmax. Shift "
            "a copy; the cache holds W h + b.",
            {
                "return e / e.sum(axis=0), cache":
                    "return e / e.sum(axis=0), [*cache[:-1], (h, z - z.max(axis=0))]",
            },
        ),
        Misconception(
            "maximum_over_the_batch",
            "The maximum of each row is subtracted, so that the rows of one column are scaled "
            "differently. One number per column cancels; take the maximum down the column.",
            {"z.max(axis=0)": "z.max(axis=1, keepdims=True)"},
        ),
        Misconception(
            "epsilon_in_the_denominator",
            "A small number is added to the denominator, and P no longer sums to 1. After the "
            "shift the denominator is at least 1; it needs no guard.",
            {"e / e.sum(axis=0)": "e / (e.sum(axis=0) + 1e-8)"},
        ),
        Misconception(
            "sigmoid_for_softmax",
            "Each logit goes through the sigmoid by itself. The softmax divides by the sum over "
            "the classes of a column.",
            {"return e / e.sum(axis=0), cache": "return np.exp(-np.logaddexp(0, -z)), cache"},
        ),
        Misconception(
            "divided_by_the_sum_of_all",
            "All entries of P together sum to 1. Each column does.",
            {"e / e.sum(axis=0)": "e / e.sum()"},
        ),
        Misconception(
            "shifted_by_the_mean",
            "The logits were shifted by their mean. Only the largest one makes every exponent at most 0.",
            {"z.max(axis=0)": "z.mean(axis=0)"},
        ),
        Misconception(
            "shifted_by_the_largest_size",
            "The logits were shifted by the largest absolute value. If all are very negative, every exponential is 0.",
            {"z.max(axis=0)": "np.abs(z).max(axis=0)"},
        ),
        Misconception(
            "tiny_epsilon_in_the_denominator",
            "A small number was added to the sum. It is at least 1, and the columns then do not quite sum to 1.",
            {"e / e.sum(axis=0)": "e / (e.sum(axis=0) + 1e-12)"},
        ),
        Misconception(
            "logits_cut_off",
            "The logits were cut off to keep the exponentials finite. Those beyond then all look alike: shift instead.",
            {"np.exp(z - z.max(axis=0))": "np.exp(np.clip(z, -500, 500))"},
        ),
        Misconception(
            "probabilities_cut_off",
            "The probabilities were kept away from 0. That is an epsilon, too: the columns no longer sum to 1.",
            {"return e / e.sum(axis=0), cache": "return np.clip(e / e.sum(axis=0), 1e-12, 1), cache"},
        ),
        Misconception(
            "cached_after_the_activation",
            "The pair was kept after the activation, when the input of the layer had been replaced by its output.",
            {
                "        cache.append((h, z))\n        if layer < len(acts):  # the last layer gives logits\n            h, _ = activation(acts[layer], z)\n": (
                    "        if layer < len(acts):  # the last layer gives logits\n"
                    "            h, _ = activation(acts[layer], z)\n"
                    "        cache.append((h, z))\n"
                ),
            },
        ),
        Misconception(
            "probabilities_for_the_last_z",
            "The last pair of the cache holds P. It holds the logits.",
            {
                "return e / e.sum(axis=0), cache": (
                    "cache[-1] = (h, e / e.sum(axis=0))\n"
                    "    return e / e.sum(axis=0), cache"
                ),
            },
        ),
        Misconception(
            "activations_in_reverse",
            "The activations are used from the last to the first.",
            {"activation(acts[layer], z)": "activation(acts[len(acts) - 1 - layer], z)"},
        ),
        Misconception(
            "relu_everywhere",
            "All hidden layers have a ReLU. `acts` says which activation follows which layer.",
            {"h, _ = activation(acts[layer], z)": "h = np.maximum(z, 0)"},
        ),
        Misconception(
            "slope_for_value",
            "The slope of the activation went up to the next layer. Its value does.",
            {"h, _ = activation(acts[layer], z)": "_, h = activation(acts[layer], z)"},
        ),
        Misconception(
            "bias_without_its_axis",
            "The biases lost their second axis, and are then added along the examples. With (d, 1) numpy adds one to each "
            "row.",
            {"z = W @ h + b": "z = W @ h + b.ravel()"},
        ),
        Misconception(
            "logarithms_of_probabilities",
            "These are the logarithms of P.",
            {"return e / e.sum(axis=0), cache": "return np.log(e / e.sum(axis=0)), cache"},
        ),
        Misconception(
            "probabilities_in_float32",
            "P is float32. All arrays are float64.",
            {"return e / e.sum(axis=0), cache": "return (e / e.sum(axis=0)).astype(np.float32), cache"},
        ),
        Misconception(
            "axis_of_one_example_lost",
            "A batch of one lost its second axis.",
            {"return e / e.sum(axis=0), cache": "return (e / e.sum(axis=0)).squeeze(), cache"},
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
        Misconception(
            "sums_for_means",
            "Loss and gradient are sums over the batch. Both are means: divided by the m "
            "columns.",
            {"-(Y * log_P).sum() / m": "-(Y * log_P).sum()", "(np.exp(log_P) - Y) / m": "np.exp(log_P) - Y"},
        ),
        Misconception(
            "loss_not_averaged",
            "The gradient is that of the mean, but the loss is a sum over the batch.",
            {"-(Y * log_P).sum() / m": "-(Y * log_P).sum()"},
        ),
        Misconception(
            "one_loss_per_example",
            "The loss is one number per column. The mean over them is asked for.",
            {"-(Y * log_P).sum() / m": "-(Y * log_P).sum(axis=0)"},
        ),
        Misconception(
            "overflow_in_the_log_sum",
            "The exponential of a logit near 1000 is infinite. Subtract each column's maximum "
            "first.",
            {"logits - logits.max(axis=0)": "logits"},
        ),
        Misconception(
            "one_maximum_for_the_batch",
            "One maximum is subtracted from the whole batch. In a column far below it all "
            "exponentials are 0, and the logarithm of their sum is infinite. Each column needs "
            "its own.",
            {"logits.max(axis=0)": "logits.max()"},
        ),
        Misconception(
            "gradient_divided_by_all_entries",
            "The gradient is divided by the number of entries, C m. The mean is over the m "
            "columns.",
            {"(np.exp(log_P) - Y) / m": "(np.exp(log_P) - Y) / logits.size"},
        ),
        Misconception(
            "loss_and_gradient_over_all_entries",
            "Loss and gradient are divided by the number of entries, C m. Each example has one "
            "term that counts, so the mean is over the m columns.",
            {
                "-(Y * log_P).sum() / m": "-(Y * log_P).mean()",
                "(np.exp(log_P) - Y) / m": "(np.exp(log_P) - Y) / logits.size",
            },
        ),
        Misconception(
            "loss_without_minus",
            "The sign of the loss is missing: a logarithm of a probability is negative, its loss "
            "is not.",
            {"-(Y * log_P).sum()": "(Y * log_P).sum()"},
        ),
        Misconception(
            "probabilities_clipped",
            "Probabilities are kept away from 0 before the logarithm, clipped or raised by 1e-15, "
            "which caps the loss near 35. The exact loss of a logit 1000 below the maximum is "
            "1000.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))":
                    "log_P = np.log(np.maximum(np.exp(shifted) / np.exp(shifted).sum(axis=0), 1e-15))",
            },
        ),
        Misconception(
            "false_classes_counted",
            "The loss has a term log(1 - P) for each false class, as for labels that are "
            "independent. The cross-entropy of a softmax counts the true class alone.",
            {"-(Y * log_P).sum()": "-(Y * log_P + (1 - Y) * np.log(1 - np.exp(log_P))).sum()"},
        ),
        Misconception(
            "logarithm_to_base_two",
            "The logarithm is to base 2. The natural one is asked for, and the gradient P - Y "
            "belongs to it.",
            {"-(Y * log_P).sum() / m": "-(Y * log_P).sum() / m / np.log(2)"},
        ),
        Misconception(
            "epsilon_under_the_softmax",
            "A small number is added to the denominator of P, so the columns of the gradient no "
            "longer sum to 0. After the shift the denominator is at least 1; it needs no guard.",
            {"(np.exp(log_P) - Y) / m": "(np.exp(shifted) / (np.exp(shifted).sum(axis=0) + 1e-8) - Y) / m"},
        ),
        Misconception(
            "tiny_epsilon_in_the_log",
            "A tiny number in the logarithm keeps the loss finite and wrong: it stops growing where P underflows. Stay in "
            "logs.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))": (
                    "P = np.exp(shifted) / np.exp(shifted).sum(axis=0)\n"
                    "    log_P = np.log(P + 1e-300)"
                ),
                "(np.exp(log_P) - Y) / m": "(P - Y) / m",
            },
        ),
        Misconception(
            "logarithm_of_the_true_probability",
            "The logarithm is taken of a probability that may have underflowed, even if only of the true ones. Stay in "
            "logs.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))": (
                    "P = np.exp(shifted) / np.exp(shifted).sum(axis=0)\n"
                    "    log_P = np.where(Y > 0, np.log(np.where(Y > 0, P, 1)), 0)"
                ),
                "(np.exp(log_P) - Y) / m": "(P - Y) / m",
            },
        ),
        Misconception(
            "infinite_loss_replaced",
            "The infinite loss of an underflowed probability was replaced by some finite number. The right one is not "
            "hard to have: stay in logs.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))": (
                    "P = np.exp(shifted) / np.exp(shifted).sum(axis=0)\n"
                    "    log_P = np.nan_to_num(np.log(P), neginf=-1e3)"
                ),
                "(np.exp(log_P) - Y) / m": "(P - Y) / m",
            },
        ),
        Misconception(
            "gradient_of_the_true_class_alone",
            "Only the true class got a gradient. The others are in the sum of the softmax, and are pushed down.",
            {"(np.exp(log_P) - Y) / m": "Y * (np.exp(log_P) - 1) / m"},
        ),
        Misconception(
            "gradient_by_the_probabilities",
            "That is the derivative by P. It is asked for by the logits, behind the softmax.",
            {"(np.exp(log_P) - Y) / m": "-Y / np.exp(log_P) / m"},
        ),
        Misconception(
            "softmax_slope_once_more",
            "A slope of the softmax was multiplied on. P - Y holds it already.",
            {"(np.exp(log_P) - Y) / m": "(np.exp(log_P) - Y) * np.exp(log_P) * (1 - np.exp(log_P)) / m"},
        ),
        Misconception(
            "logarithm_to_base_ten",
            "The logarithm has base 10. It is the natural one.",
            {"-(Y * log_P).sum() / m": "-(Y * log_P).sum() / m / np.log(10)"},
        ),
        Misconception(
            "squared_error",
            "That is a squared error between P and Y. The loss is the mean of -log P of the true classes.",
            {"-(Y * log_P).sum() / m": "((np.exp(log_P) - Y) ** 2).sum() / m"},
        ),
        Misconception(
            "shifted_logits_cut_off",
            "The shifted logits were cut off, so that the loss cannot grow any further.",
            {
                "shifted = logits - logits.max(axis=0)": "shifted = np.clip(logits - logits.max(axis=0), -700, 0)",
            },
        ),
        Misconception(
            "logits_overwritten",
            "The gradient was written into the logits. The cache of the net still holds them.",
            {"(np.exp(log_P) - Y) / m": "np.subtract(np.exp(log_P), Y, out=logits) / m"},
        ),
        Misconception(
            "maximum_not_subtracted_everywhere",
            "The maximum was subtracted inside the sum, but not from the logit that stands before it.",
            {
                "log_P = shifted - np.log(np.exp(shifted).sum(axis=0))": "log_P = logits - np.log(np.exp(shifted).sum(axis=0))",
            },
        ),
        Misconception(
            "gradient_in_float32",
            "The gradient is float32. All arrays are float64.",
            {"(np.exp(log_P) - Y) / m": "(np.exp(log_P) - Y).astype(np.float32) / m"},
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
        Misconception(
            "bias_gradient_without_its_axis",
            "The bias gradients have lost an axis. b has shape (d, 1), and so has its gradient; "
            "with shape (d,) an update would spread over a square.",
            {"delta.sum(axis=1, keepdims=True)": "delta.sum(axis=1)"},
        ),
        Misconception(
            "bias_gradient_as_a_row",
            "The bias gradients are rows. b is a column of shape (d, 1).",
            {"delta.sum(axis=1, keepdims=True)": "delta.sum(axis=1, keepdims=True).T"},
        ),
        Misconception(
            "bias_gradient_summed_over_units",
            "The bias gradient is summed over the units of a layer. Each unit has a bias of its "
            "own; the sum goes over the columns.",
            {"delta.sum(axis=1, keepdims=True)": "delta.sum(axis=0, keepdims=True)"},
        ),
        Misconception(
            "value_for_slope",
            "The error signal is multiplied by the activation's value. Its derivative is the "
            "second thing that activation returns.",
            {"_, slope = activation(acts[layer - 1], z)": "slope, _ = activation(acts[layer - 1], z)"},
        ),
        Misconception(
            "slope_of_the_layer_above",
            "The slope is taken at z of the layer above and multiplied before the weights. The "
            "error signal goes through the weights first, then through the slope at the z of the "
            "layer below.",
            {
                "_, z = cache[layer - 1]": "_, z = cache[layer]",
                "(Ws[layer].T @ delta) * slope": "Ws[layer].T @ (delta * slope)",
            },
        ),
        Misconception(
            "slope_at_the_input_below",
            "The derivative is taken at the input of the layer below, not at its pre-activation "
            "z. Each pair is (input, pre-activation).",
            {"_, z = cache[layer - 1]": "z, _ = cache[layer - 1]"},
        ),
        Misconception(
            "pre_activations_for_inputs",
            "The weight gradient is formed with the pre-activation of the layer below. A layer's "
            "input is behind the activation: h stands first in its pair.",
            {"dWs.append(delta @ h.T)": "dWs.append(delta @ (cache[layer - 1][1] if layer else h).T)"},
        ),
        Misconception(
            "pairs_per_layer",
            "The result is a list of pairs (dW, db), one per layer. Two lists are asked for: all "
            "dWs, then all dbs.",
            {"return dWs[::-1], dbs[::-1]": "return list(zip(dWs[::-1], dbs[::-1]))"},
        ),
        Misconception(
            "slope_of_relu_everywhere",
            "Every layer gets the slope of ReLU. Each has the activation that acts names for it.",
            {"_, slope = activation(acts[layer - 1], z)": "slope = (z > 0) * 1.0"},
        ),
        Misconception(
            "sign_of_descent",
            "All gradients have the opposite sign, as if the step of descent were in them. The "
            "caller subtracts them.",
            {"return dWs[::-1], dbs[::-1]": "return [-g for g in dWs[::-1]], [-g for g in dbs[::-1]]"},
        ),
        Misconception(
            "first_layer_left_out",
            "The gradients of layer 1 are missing. Its input is X, the first entry of the cache.",
            {"return dWs[::-1], dbs[::-1]": "return dWs[:-1][::-1], dbs[:-1][::-1]"},
        ),
        Misconception(
            "slope_at_z_of_the_layer_above",
            "The slope was taken at the pre-activation of the layer above. It belongs where the signal arrives.",
            {"_, z = cache[layer - 1]": "_, z = cache[layer]"},
        ),
        Misconception(
            "slope_on_the_logits",
            "A slope was applied to the error signal of the last layer as well. That layer has no activation, and delta "
            "is already by its z.",
            {
                "    dWs, dbs = [], []\n": (
                    "    dWs, dbs = [], []\n"
                    "    if acts:\n"
                    "        delta = delta * activation(acts[-1], cache[-1][1])[1]\n"
                ),
            },
        ),
        Misconception(
            "first_activation_everywhere",
            "The slope of the first activation was used in every layer.",
            {"activation(acts[layer - 1], z)": "activation(acts[0], z)"},
        ),
        Misconception(
            "last_activation_everywhere",
            "The slope of the last activation was used in every layer.",
            {"activation(acts[layer - 1], z)": "activation(acts[-1], z)"},
        ),
        Misconception(
            "activations_in_reverse",
            "The activations were counted from the wrong end.",
            {"activation(acts[layer - 1], z)": "activation(acts[len(acts) - layer], z)"},
        ),
        Misconception(
            "bias_gradient_of_one_example",
            "The gradient of the bias is that of the first example. The bias enters every column: sum.",
            {"delta.sum(axis=1, keepdims=True)": "delta[:, :1]"},
        ),
        Misconception(
            "bias_gradient_summed_over_units_as_a_column",
            "The error signal was summed over the units. The gradient of a bias is a sum over the examples.",
            {"delta.sum(axis=1, keepdims=True)": "delta.sum(axis=0)[:, None]"},
        ),
        Misconception(
            "weight_gradient_of_one_example",
            "The gradient of the weights is that of the first example. A weight is used in every column: sum.",
            {"delta @ h.T": "np.outer(delta[:, 0], h[:, 0])"},
        ),
        Misconception(
            "biases_last_layer_first",
            "The gradients of the weights are in order, those of the biases begin with the last layer.",
            {"return dWs[::-1], dbs[::-1]": "return dWs[::-1], dbs"},
        ),
        Misconception(
            "relu_passes_at_zero",
            "ReLU lets the signal pass where z is exactly 0. The convention is a slope of 0.",
            {
                "_, slope = activation(acts[layer - 1], z)": (
                    "_, slope = activation(acts[layer - 1], z)\n"
                    '            slope = np.where((z == 0) & (acts[layer - 1] == "relu"), 1.0, slope)'
                ),
            },
        ),
        Misconception(
            "weight_gradients_in_float32",
            "The gradients of the weights are float32. All arrays are float64.",
            {"delta @ h.T": "(delta @ h.T).astype(np.float32)"},
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
        Misconception(
            "norms_of_whole_vectors",
            "The norms of the whole vectors are compared. One wrong coordinate among large right "
            "ones would disappear; take the relative error of each coordinate and report the "
            "worst.",
            {
                "return (np.abs(grad - numerical) / np.maximum(size, 1e-8)).max()":
                    "return np.linalg.norm(grad - numerical) / max(np.linalg.norm(grad) + np.linalg.norm(numerical), 1e-8)",
            },
        ),
        Misconception(
            "larger_of_the_sizes",
            "The denominator is the larger of |g| and |n|. It should be their sum, so that the "
            "result is at most 1.",
            {"size = np.abs(grad) + np.abs(numerical)": "size = np.maximum(np.abs(grad), np.abs(numerical))"},
        ),
        Misconception(
            "mean_of_the_sizes",
            "The denominator is the mean of |g| and |n|. It should be their sum, so that the "
            "result is at most 1.",
            {"np.abs(grad) + np.abs(numerical)": "(np.abs(grad) + np.abs(numerical)) / 2"},
        ),
        Misconception(
            "floor_added",
            "1e-8 is added to the denominator. It is a floor: the larger of the two counts.",
            {"np.maximum(size, 1e-8)": "(size + 1e-8)"},
        ),
        Misconception(
            "no_floor",
            "Where gradient and difference are both 0 the error is 0/0 = nan. The floor 1e-8 "
            "makes it 0.",
            {"np.maximum(size, 1e-8)": "size"},
        ),
        Misconception(
            "size_of_the_gradient_alone",
            "The error is taken relative to |g| alone. If g is wrong and tiny, the quotient is "
            "huge; the sum |g| + |n| bounds it by 1.",
            {"size = np.abs(grad) + np.abs(numerical)": "size = np.abs(grad)"},
        ),
        Misconception(
            "size_of_the_difference_alone",
            "The error is taken relative to |n| alone. The denominator is the sum |g| + |n|.",
            {"size = np.abs(grad) + np.abs(numerical)": "size = np.abs(numerical)"},
        ),
        Misconception(
            "signed_errors",
            "The errors keep their sign, so that a gradient that is too small looks excellent. "
            "Take the absolute value first.",
            {"np.abs(grad - numerical) /": "(grad - numerical) /"},
        ),
        Misconception(
            "eps_ignored",
            "The step is 1e-5, whatever eps says.",
            {"old + eps": "old + 1e-5", "old - eps": "old - 1e-5", "(2 * eps)": "2e-5"},
        ),
        Misconception(
            "worst_error_over_largest_size",
            "The largest difference is divided by the largest size, which may belong to another "
            "coordinate. Divide each by its own, then take the maximum.",
            {
                "(np.abs(grad - numerical) / np.maximum(size, 1e-8)).max()":
                    "np.abs(grad - numerical).max() / max(size.max(), 1e-8)",
            },
        ),
        Misconception(
            "all_coordinates_at_once",
            "All coordinates were shifted together. One at a time, the others as they were.",
            {
                "theta[i] = old + eps": "kept = theta.copy()\n        theta += eps",
                "theta[i] = old - eps": "theta[:] = kept - eps",
                "        theta[i] = old\n": "        theta[:] = kept\n",
            },
        ),
        Misconception(
            "floor_too_low",
            "The floor of the denominator is too low. It is 1e-8.",
            {"np.maximum(size, 1e-8)": "np.maximum(size, 1e-12)"},
        ),
        Misconception(
            "floor_too_high",
            "The floor of the denominator is too high. It is 1e-8, so that small gradients are judged as well.",
            {"np.maximum(size, 1e-8)": "np.maximum(size, 1e-6)"},
        ),
        Misconception(
            "sum_instead_of_worst",
            "The errors of all coordinates were added. The worst one is asked for.",
            {"np.maximum(size, 1e-8)).max()": "np.maximum(size, 1e-8)).sum()"},
        ),
        Misconception(
            "last_coordinate_alone",
            "The error is that of the last coordinate. The worst one is asked for.",
            {
                "(np.abs(grad - numerical) / np.maximum(size, 1e-8)).max()": "(np.abs(grad - numerical) / np.maximum(size, 1e-8))[-1]",
            },
        ),
        Misconception(
            "default_step_too_large",
            "The default of eps is another one, and larger. It is 1e-5.",
            {"eps: float = 1e-5": "eps: float = 1e-4"},
        ),
        Misconception(
            "default_step_too_small",
            "The default of eps is another one, and smaller. It is 1e-5.",
            {"eps: float = 1e-5": "eps: float = 1e-6"},
        ),
        Misconception(
            "step_in_units_of_theta",
            "The step was multiplied by the size of the coordinate. It is eps for each.",
            {
                "old + eps": "old + eps * max(abs(old), 1)",
                "old - eps": "old - eps * max(abs(old), 1)",
                "(2 * eps)": "(2 * eps * max(abs(old), 1))",
            },
        ),
        Misconception(
            "four_points",
            "The difference takes four points. It is the central one of two, whose error the text computes.",
            {
                "        theta[i] = old\n        numerical[i] = (f_plus - f_minus) / (2 * eps)\n": (
                    "        theta[i] = old + 2 * eps\n"
                    "        far = f(theta)\n"
                    "        theta[i] = old - 2 * eps\n"
                    "        far -= f(theta)\n"
                    "        theta[i] = old\n"
                    "        numerical[i] = (8 * (f_plus - f_minus) - far) / (12 * eps)\n"
                ),
            },
        ),
        Misconception(
            "zero_gradients_skipped",
            "Coordinates whose gradient is given as 0 were not judged. A 0 may be wrong like any other number.",
            {
                "    size = np.abs(grad)": "    numerical = np.where(grad == 0, 0, numerical)\n    size = np.abs(grad)",
            },
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
        Misconception(
            "standard_deviation_for_variance",
            "This is the standard deviation. The variance is its square; the root is taken where "
            "the weights are drawn.",
            {
                "return 2 / n_in": "return np.sqrt(2 / n_in)",
                "return 2 / ((1 + alpha**2) * n_in)": "return np.sqrt(2 / ((1 + alpha**2) * n_in))",
                "return 2 / (n_in + n_out)": "return np.sqrt(2 / (n_in + n_out))",
            },
        ),
        Misconception(
            "one_over_the_inputs_for_xavier",
            "1 / n_in looks at the forward pass alone. Xavier's compromise with the backward "
            "pass is 2 / (n_in + n_out).",
            {"return 2 / (n_in + n_out)": "return 1 / n_in"},
        ),
        Misconception(
            "half_width_squared_for_variance",
            "6 / (n_in + n_out) is the square of the half-width r. The variance of a uniform "
            "number on (-r, r) is r^2 / 3.",
            {"return 2 / (n_in + n_out)": 'return (6 if scheme == "xavier_uniform" else 2) / (n_in + n_out)'},
        ),
        Misconception(
            "leak_in_he",
            'The scheme "he" is for ReLU, without a leak: alpha has no part in it.',
            {"return 2 / n_in": "return 2 / ((1 + alpha**2) * n_in)"},
        ),
        Misconception(
            "leak_added_before_squaring",
            "The two halves contribute 1 and alpha squared. (1 + alpha)^2 has a mixed term that "
            "does not belong there.",
            {"(1 + alpha**2)": "(1 + alpha) ** 2"},
        ),
        Misconception(
            "leak_subtracted",
            "The negative half adds to the second moment: 1 + alpha^2, not 1 - alpha^2.",
            {"1 + alpha**2": "1 - alpha**2"},
        ),
        Misconception(
            "normal_for_uniform",
            'The variance is right, but "xavier_uniform" draws normal numbers. It asks for '
            "uniform ones on (-r, r).",
            {'if scheme == "xavier_uniform":\n        r': "if False:\n        r"},
        ),
        Misconception(
            "uniform_for_normal",
            'The variance is right, but all schemes draw uniform numbers. Only "xavier_uniform" '
            "does.",
            {'if scheme == "xavier_uniform":\n        r': "if True:\n        r"},
        ),
        Misconception(
            "uniform_from_zero",
            "The uniform numbers are all positive. Weights have mean 0: draw from (-r, r).",
            {"rng.uniform(-r, r,": "rng.uniform(0, r,"},
        ),
        Misconception(
            "six_for_both_xaviers",
            "The 6 belongs to the square of the half-width. The variance has a 2.",
            {"return 2 / (n_in + n_out)": "return 6 / (n_in + n_out)"},
        ),
        Misconception(
            "half_width_squared_and_drawn",
            "For the uniform scheme the variance is the square of the half-width, three times too large. The numbers that "
            "were drawn do have the right one.",
            {
                "return 2 / (n_in + n_out)": 'return (6 if scheme == "xavier_uniform" else 2) / (n_in + n_out)',
                "np.sqrt(3 * v)": "np.sqrt(v)",
            },
        ),
        Misconception(
            "deviation_of_xavier",
            "For the Xavier schemes that is the standard deviation. The variance is its square.",
            {"return 2 / (n_in + n_out)": "return np.sqrt(2 / (n_in + n_out))"},
        ),
        Misconception(
            "outputs_in_he",
            "He counts the inputs: it is the forward pass that it keeps.",
            {"return 2 / n_in": "return 2 / n_out"},
        ),
        Misconception(
            "outputs_in_leaky_he",
            "Leaky He counts the inputs: it is the forward pass that it keeps.",
            {"* n_in)": "* n_out)"},
        ),
        Misconception(
            "one_for_two_in_he",
            "A ReLU lets half of the second moment through, so He has a 2.",
            {"return 2 / n_in": "return 1 / n_in"},
        ),
        Misconception(
            "he_from_the_mean_of_both",
            "He counts the inputs only, not the mean of inputs and outputs.",
            {"return 2 / n_in": "return 4 / (n_in + n_out)"},
        ),
        Misconception(
            "leak_ignored",
            "The leak is ignored: what comes through below 0 counts as well, with its square.",
            {"2 / ((1 + alpha**2) * n_in)": "2 / n_in"},
        ),
        Misconception(
            "leak_above_the_line",
            "The factor of the leak stands above the line. More comes through, so the weights are smaller.",
            {"2 / ((1 + alpha**2) * n_in)": "2 * (1 + alpha**2) / n_in"},
        ),
        Misconception(
            "inputs_above_the_line",
            "A pair of parentheses is missing: the number of inputs multiplies instead of dividing.",
            {"2 / ((1 + alpha**2) * n_in)": "2 / (1 + alpha**2) * n_in"},
        ),
        Misconception(
            "integer_division",
            "The division is one of integers, and mostly gives 0.",
            {"return 2 / (n_in + n_out)": "return 2 // (n_in + n_out)"},
        ),
        Misconception(
            "uniform_from_zero_to_twice",
            "The uniform weights begin at 0. Their mean is to be 0: from -r to r.",
            {"rng.uniform(-r, r,": "rng.uniform(0, 2 * r,"},
        ),
        Misconception(
            "whole_width_for_half",
            "The half-width is twice too large: the variance of (-r, r) is r²/3, that of a whole width w is w²/12.",
            {"np.sqrt(3 * v)": "np.sqrt(12 * v)"},
        ),
        Misconception(
            "generator_of_its_own",
            "The weights come from a generator made inside. Then all layers of one shape begin alike: draw from `rng`.",
            {"    v = weight_variance(": "    rng = np.random.default_rng(0)\n    v = weight_variance("},
        ),
        Misconception(
            "one_number_per_row",
            "All weights of a unit are the same number. Each weight is drawn by itself.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": "return rng.normal(0, np.sqrt(v), size=(n_out, 1)) * np.ones((1, n_in))",
            },
        ),
        Misconception(
            "one_row_for_all_units",
            "All units have the same weights, and will learn the same. Each weight is drawn by itself.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": "return np.tile(rng.normal(0, np.sqrt(v), size=n_in), (n_out, 1))",
            },
        ),
        Misconception(
            "mean_subtracted",
            "The mean of the weights was subtracted. Independent weights have a mean that is not quite 0.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": (
                    "W = rng.normal(0, np.sqrt(v), size=(n_out, n_in))\n"
                    "    return W - W.mean()"
                ),
            },
        ),
        Misconception(
            "deviation_adjusted",
            "The weights were divided by their own deviation. Independent ones have one that is not quite the right one.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": (
                    "W = rng.normal(0, 1, size=(n_out, n_in))\n"
                    "    return W / W.std() * np.sqrt(v)"
                ),
            },
        ),
        Misconception(
            "tails_cut_off",
            "Large weights were cut off at two standard deviations, which takes variance away.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": "return np.clip(rng.normal(0, np.sqrt(v), size=(n_out, n_in)), -2 * np.sqrt(v), 2 * np.sqrt(v))",
            },
        ),
        Misconception(
            "signs_alone",
            "All weights have the same size. The mean and the variance are right, the distribution is not: it is normal.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": "return np.sqrt(v) * rng.choice([-1.0, 1.0], size=(n_out, n_in))",
            },
        ),
        Misconception(
            "he_uniform",
            "He's weights are uniform here. Only the scheme with that name is.",
            {'if scheme == "xavier_uniform":\n        r': 'if scheme in ("xavier_uniform", "he"):\n        r'},
        ),
        Misconception(
            "weights_in_float32",
            "The weights are float32. All arrays are float64.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": "return rng.normal(0, np.sqrt(v), size=(n_out, n_in)).astype(np.float32)",
            },
        ),
        Misconception(
            "sizes_for_weights",
            "All weights are positive. Their mean is to be 0.",
            {
                "return rng.normal(0, np.sqrt(v), size=(n_out, n_in))": "return np.abs(rng.normal(0, np.sqrt(v), size=(n_out, n_in)))",
            },
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
        Misconception(
            "root_mean_square",
            "This is the root of the mean square. The norm is the root of the sum of squares.",
            {"np.linalg.norm(delta)": "np.sqrt((delta**2).mean())"},
        ),
        Misconception(
            "norm_not_rooted",
            "These are sums of squares; the root is missing.",
            {"np.linalg.norm(delta)": "(delta**2).sum()"},
        ),
        Misconception(
            "sum_of_sizes",
            "These are sums of absolute values. The norm is the root of the sum of squares.",
            {"np.linalg.norm(delta)": "np.abs(delta).sum()"},
        ),
        Misconception(
            "mean_norm_of_the_columns",
            "The norms of the columns are averaged. One norm over all units and columns is asked "
            "for.",
            {"np.linalg.norm(delta)": "np.linalg.norm(delta, axis=0).mean()"},
        ),
        Misconception(
            "relative_to_the_top",
            "The norms are divided by that of the last layer. They are asked for as they are.",
            {"return np.array(norms[::-1])": "return np.array(norms[::-1]) / norms[0]"},
        ),
        Misconception(
            "norms_of_weight_gradients",
            "These are norms of delta h^T, the gradients of the weights. The error signal is "
            "delta itself.",
            {
                "h, slopes = X, []": "h, slopes, inputs = X, [], []",
                "a, slope = activation(act, W @ h)":
                    "inputs.append(h)\n        a, slope = activation(act, W @ h)",
                "norms.append(np.linalg.norm(delta))":
                    "norms.append(np.linalg.norm(delta @ inputs[len(Ws) - 1 - len(norms)].T))",
            },
        ),
        Misconception(
            "skip_backward_only",
            "The backward pass has two paths, but the forward pass does not add the input: h^(l) "
            "= h^(l-1) + sigma(z^(l)).",
            {"h = h + a if residual else a": "h = a"},
        ),
        Misconception(
            "slope_at_the_output",
            "The derivative is taken at the layer's output. It belongs at the pre-activation z = "
            "W h.",
            {
                "        slopes.append(slope)\n        h = h + a if residual else a\n":
                    "        h = h + a if residual else a\n        slopes.append(activation(act, h)[1])\n",
            },
        ),
        Misconception(
            "top_layer_taken_as_linear",
            "The gradient at the output is taken for the error signal of the last layer. The "
            "last layer has an activation, too, so its slope comes in between.",
            {
                "for W, slope in zip(Ws[::-1], slopes[::-1]):":
                    "slopes[-1] = np.ones_like(slopes[-1])\n    for W, slope in zip(Ws[::-1], slopes[::-1]):",
            },
        ),
        Misconception(
            "always_residual",
            "The input is added whether residual is set or not.",
            {
                "h = h + a if residual else a": "h = h + a if residual or h.shape == a.shape else a",
                "W.T @ delta + g if residual else W.T @ delta":
                    "W.T @ delta + g if residual or W.shape[0] == W.shape[1] else W.T @ delta",
            },
        ),
        Misconception(
            "largest_entry",
            "That is the largest entry. The norm is the root of the sum of all squares.",
            {"np.linalg.norm(delta)": "np.abs(delta).max()"},
        ),
        Misconception(
            "norms_of_the_columns_added",
            "The norms of the columns were added. All squares are summed first, then comes one root.",
            {"np.linalg.norm(delta)": "np.linalg.norm(delta, axis=0).sum()"},
        ),
        Misconception(
            "never_residual",
            "`residual` is ignored.",
            {"    h, slopes = X, []\n": "    residual = False\n    h, slopes = X, []\n"},
        ),
        Misconception(
            "input_of_the_stack_added",
            "Each residual layer adds the input of the whole stack. It adds its own.",
            {"h = h + a if residual": "h = X + a if residual"},
        ),
        Misconception(
            "input_added_before_the_activation",
            "The input was added before the activation. It is added to its result.",
            {
                "activation(act, W @ h)": "activation(act, W @ h + h if residual else W @ h)",
                "h = h + a if residual else a": "h = a",
            },
        ),
        Misconception(
            "added_path_in_the_slope",
            "The added path was put into the slope, so that delta is too large. delta is by z, and z is only on the other "
            "path.",
            {"delta = g * slope": "delta = g * (slope + residual)"},
        ),
        Misconception(
            "gradient_of_the_top_added",
            "Each residual layer got the gradient of the stack's output added. It gets the one that arrived at its own "
            "output.",
            {"W.T @ delta + g if residual": "W.T @ delta + grad_out if residual"},
        ),
        Misconception(
            "slopes_left_out",
            "The slopes are missing: delta is by z, before the activation.",
            {"delta = g * slope": "delta = g"},
        ),
        Misconception(
            "weights_not_transposed",
            "On the way down the weights are transposed.",
            {"W.T @ delta + g if residual else W.T @ delta": "W @ delta + g if residual else W @ delta"},
        ),
        Misconception(
            "slopes_from_the_bottom",
            "The slopes were used from the first layer on, while the weights come from the last.",
            {"zip(Ws[::-1], slopes[::-1])": "zip(Ws[::-1], slopes)"},
        ),
        Misconception(
            "slope_at_the_activation",
            "The slope was taken at the activation's value. It is taken at z.",
            {"slopes.append(slope)": "slopes.append(activation(act, a)[1])"},
        ),
        Misconception(
            "slope_at_the_input",
            "The slope was taken at the input of the layer. It is taken at z.",
            {"slopes.append(slope)": "slopes.append(activation(act, h)[1])"},
        ),
        Misconception(
            "value_for_slope",
            "The value of the activation stands where its slope belongs.",
            {"slopes.append(slope)": "slopes.append(a)"},
        ),
        Misconception(
            "norms_in_float32",
            "The norms are float32. All arrays are float64.",
            {"return np.array(norms[::-1])": "return np.array(norms[::-1], dtype=np.float32)"},
        ),
        Misconception(
            "norms_as_a_list",
            "A list came back. An array can be divided by a number, and the demo does that.",
            {"return np.array(norms[::-1])": "return norms[::-1]"},
        ),
        Misconception(
            "input_overwritten",
            "The residual layers added into X itself.",
            {"h = h + a if residual": "h = np.add(h, a, out=h) if residual"},
        ),
        Misconception(
            "grad_out_overwritten",
            "The slope was multiplied into grad_out itself.",
            {"delta = g * slope": "g *= slope\n        delta = g"},
        ),
        Misconception(
            "divided_by_m_in_each_layer",
            "Each layer divided by the number of examples. A mean belongs to the loss, hence to grad_out.",
            {"delta = g * slope": "delta = g * slope / g.shape[1]"},
        ),
        Misconception(
            "divided_by_m",
            "grad_out was divided by the number of examples. A mean belongs to the loss, and is in it already.",
            {"g, norms = grad_out, []": "g, norms = grad_out / grad_out.shape[1], []"},
        ),
        Misconception(
            "norm_at_the_input_too",
            "There is one number too many: the stack's input has no z.",
            {"return np.array(norms[::-1])": "return np.array([*norms, np.linalg.norm(g)][::-1])"},
        ),
        Misconception(
            "relu_everywhere",
            "All layers have a ReLU. `act` says which activation it is.",
            {"activation(act, W @ h)": 'activation("relu", W @ h)'},
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
        Misconception(
            "epsilon_under_the_norm",
            "A small number is added to the norm, so the clipped gradient is shorter than c; "
            "with small gradients it shows. The norm is larger than c > 0, and division is safe "
            "without it.",
            {"c / norm": "c / (norm + 1e-6)"},
        ),
        Misconception(
            "squared_norm",
            "The sum of squares is compared with c; its root is missing.",
            {"np.sqrt(sum((g**2).sum() for g in grads))": "sum((g**2).sum() for g in grads)"},
        ),
        Misconception(
            "largest_entry_for_the_norm",
            "The largest absolute entry stands for the norm. The norm is the root of the sum of "
            "all squares.",
            {"np.sqrt(sum((g**2).sum() for g in grads))": "max(np.abs(g).max() for g in grads)"},
        ),
        Misconception(
            "root_mean_square",
            "The squares are averaged over all entries. The norm is the root of their sum.",
            {
                "np.sqrt(sum((g**2).sum() for g in grads))":
                    "np.sqrt(sum((g**2).sum() for g in grads) / sum(g.size for g in grads))",
            },
        ),
        Misconception(
            "gradients_flattened",
            "The arrays come back without their shapes. Each keeps the shape of its parameter.",
            {"return grads, norm": "return [g.ravel() for g in grads], norm"},
        ),
        Misconception(
            "mask_without_the_factor",
            "The output is scaled, but the mask is not. The backward pass multiplies by the "
            "mask, so the factor 1 / (1 - p) belongs to it.",
            {"return h * mask, mask": "return h * mask, mask * (1 - p)"},
        ),
        Misconception(
            "boolean_mask",
            "The mask is an array of True and False, without the factor 1 / (1 - p). The "
            "backward pass multiplies by the mask.",
            {"return h * mask, mask": "return h * mask, u >= p"},
        ),
        Misconception(
            "scaled_by_one_over_p",
            "The kept units are divided by p. A unit is kept with probability 1 - p, so 1 / (1 - "
            "p) keeps the mean.",
            {"(u >= p) / (1 - p)": "(u >= p) / (p or 1)"},
        ),
        Misconception(
            "kept_with_probability_p",
            "p is taken for the probability of keeping a unit. It is that of dropping one.",
            {"(u >= p) / (1 - p)": "(u < p) / (p or 1)"},
        ),
        Misconception(
            "kept_below_one_minus_p",
            "A unit is kept where u < 1 - p. The probability is right, but the rule here is u >= "
            "p, so that given numbers u give one mask.",
            {"(u >= p) / (1 - p)": "(u < 1 - p) / (1 - p)"},
        ),
        Misconception(
            "scaled_by_the_share_that_was_kept",
            "The kept units are divided by the share that was kept by chance. The factor is 1 / "
            "(1 - p), whatever u turned out to be.",
            {"(u >= p) / (1 - p)": "(u >= p) / max((u >= p).mean(), 1e-12)"},
        ),
        Misconception(
            "scaled_in_testing_for_training",
            "The kept units are multiplied by 1 - p. In training they are divided by it, so that "
            "nothing is left to do at test time.",
            {"(u >= p) / (1 - p)": "(u >= p) * (1 - p)"},
        ),
        Misconception(
            "tiny_epsilon_under_the_norm",
            "A tiny number was added to the norm. Gradients may be as tiny, and are then too short.",
            {"c / norm": "c / (norm + 1e-12)"},
        ),
        Misconception(
            "sum_of_sizes",
            "The sizes of all entries were added. The norm is the root of the sum of squares.",
            {"np.sqrt(sum((g**2).sum() for g in grads))": "sum(np.abs(g).sum() for g in grads)"},
        ),
        Misconception(
            "largest_norm",
            "The norm is that of the longest array. All arrays are one long vector.",
            {"np.sqrt(sum((g**2).sum() for g in grads))": "max(np.sqrt((g**2).sum()) for g in grads)"},
        ),
        Misconception(
            "gradients_scaled_in_place",
            "The caller's arrays were scaled. Make new ones.",
            {
                "        grads = [g * (c / norm) for g in grads]\n": (
                    "        for g in grads:\n"
                    "            g *= c / norm\n"
                ),
            },
        ),
        Misconception(
            "scaled_to_length_one",
            "The gradients were scaled to the length 1. It is c.",
            {"c / norm": "1 / norm"},
        ),
        Misconception(
            "factor_upside_down",
            "The factor is upside down: long gradients become longer.",
            {"c / norm": "norm / c"},
        ),
        Misconception(
            "means_of_squares",
            "Each array gave the mean of its squares. The norm sums them, so that large arrays count more.",
            {"np.sqrt(sum((g**2).sum() for g in grads))": "np.sqrt(sum((g**2).mean() for g in grads))"},
        ),
        Misconception(
            "zero_by_zero",
            "The factor was computed whether it is needed or not. For gradients that are all 0 it is a division by 0.",
            {
                "np.sqrt(sum((g**2).sum() for g in grads))": "float(np.sqrt(sum((g**2).sum() for g in grads)))",
                "    if norm > c:\n        grads = [g * (c / norm) for g in grads]": "    grads = [g * min(1.0, c / norm) for g in grads]",
            },
        ),
        Misconception(
            "gradients_in_float32",
            "The clipped gradients are float32. All arrays are float64.",
            {"g * (c / norm)": "(g * (c / norm)).astype(np.float32)"},
        ),
        Misconception(
            "threshold_with_a_margin",
            "A norm a little above c was let through. It is at most c afterwards.",
            {"if norm > c:": "if norm > c + 1e-6:"},
        ),
        Misconception(
            "threshold_with_a_relative_margin",
            "A norm a thousandth above c was let through. It is at most c afterwards.",
            {"if norm > c:": "if norm > c * 1.001:"},
        ),
        Misconception(
            "clipped_gradients_flattened",
            "The clipped gradients lost their shapes.",
            {"g * (c / norm)": "np.ravel(g) * (c / norm)"},
        ),
        Misconception(
            "epsilon_under_the_share",
            "A small number was added to 1 - p. p is below 1, nothing has to be protected.",
            {"(u >= p) / (1 - p)": "(u >= p) / (1 - p + 1e-8)"},
        ),
        Misconception(
            "activations_dropped_in_place",
            "The caller's activations were overwritten. Make a new array.",
            {"return h * mask, mask": "h *= mask\n    return h, mask"},
        ),
        Misconception(
            "numbers_of_its_own",
            "The mask was drawn inside. The random numbers are passed, so that a result can be repeated.",
            {"(u >= p) / (1 - p)": "(np.random.default_rng(0).uniform(size=h.shape) >= p) / (1 - p)"},
        ),
        Misconception(
            "mask_in_float32",
            "The mask is float32. All arrays are float64.",
            {"(u >= p) / (1 - p)": "((u >= p) / (1 - p)).astype(np.float32)"},
        ),
        Misconception(
            "mask_first",
            "The mask came first. The activations do.",
            {"return h * mask, mask": "return mask, h * mask"},
        ),
        Misconception(
            "mask_read_off_the_result",
            "The mask was read off the result. A unit that is kept and has the value 0 then looks dropped.",
            {"return h * mask, mask": "return h * mask, (h * mask != 0) / (1 - p)"},
        ),
    ],
}
