"""Graded tests of backpropagation; docs/authoring.md says how to write them."""

import numpy as np

from dlcourse import probe, raises, within_se


@probe("perceptron_train", points=2)
def three_points_by_hand(perceptron_train):
    """The table above: w = (1, 2), b = -2, mistakes [3, 1, 0]."""
    X = np.array([[2.0, 1, -1], [1, -1, 1]])
    return perceptron_train(X, np.array([1.0, -1, -1]), lr=1.0, max_epochs=10)


@probe("perceptron_train", points=1)
def bound_by_hand(novikoff_bound):
    """The bound of the three points above with the separator (1, 2), -2: 54."""
    X = np.array([[2.0, 1, -1], [1, -1, 1]])
    return novikoff_bound(X, np.array([1.0, -1, -1]), np.array([1.0, 2]), -2.0)


@probe("perceptron_train", points=2, public=False)
def separable_points_in_three_dimensions(perceptron_train, rng):
    """Separable data in three dimensions, learning rate 0.3, and the arguments after the call."""
    X = rng.normal(size=(60, 3)).T
    z = np.array([1.0, -2.0, 0.5]) @ X + 0.7
    X, y = X[:, np.abs(z) > 0.15], np.sign(z[np.abs(z) > 0.15])
    return perceptron_train(X, y, lr=0.3, max_epochs=400), X, y


@probe("perceptron_train", points=2, public=False)
def ties_of_both_labels(perceptron_train):
    """A single example of either label, and points on which z is exactly 0."""
    one = np.array([[1.0], [-2], [0.5], [4]])
    X = np.array([[1.0, 0, 1, 0, -1], [0, 1, 1, 1, 1]])
    return [
        perceptron_train(one, np.array([1.0]), lr=0.5, max_epochs=7),
        perceptron_train(one, np.array([-1.0]), lr=2.0, max_epochs=7),
        perceptron_train(X, np.array([1.0, -1, 1, -1, -1]), lr=1.0, max_epochs=50),
        perceptron_train(X, np.array([-1.0, 1, 1, -1, 1]), lr=0.25, max_epochs=3),
    ]


@probe("perceptron_train", points=1, public=False)
def xor_runs_out_of_passes(perceptron_train):
    """XOR, which no line separates, stopped after 1 and after 6 passes."""
    X, y = np.array([[0.0, 1, 0, 1], [0, 1, 1, 0]]), np.array([-1.0, -1, 1, 1])
    return [perceptron_train(X, y, lr=0.5, max_epochs=n) for n in (1, 6)]


@probe("perceptron_train", points=2, public=False)
def bound_in_four_dimensions(novikoff_bound, rng):
    """Novikoff's bound for random separable data and two separators of different length."""
    X, w = rng.normal(size=(4, 9)), rng.normal(size=4)
    y = np.where(w @ X - 0.8 > 0, 1.0, -1.0)
    one = np.array([[0.5], [2.0], [-1.0]])
    return [
        novikoff_bound(X, y, w, -0.8),
        novikoff_bound(X, y, 2.5 * w, -2.0),
        novikoff_bound(one, np.array([-1.0]), np.array([-2.0, 0.0, 1.0]), 0.25),
    ]


@probe("activation", points=1)
def sigmoid_and_tanh_at_three_points(activation):
    """At z = 0 the sigmoid is 0.5 with slope 0.25, tanh is 0 with slope 1."""
    z = np.array([0.0, 1.0, -2.0])
    return activation("sigmoid", z), activation("tanh", z)


@probe("activation", points=1)
def rectifiers_at_three_points(activation):
    """ReLU and leaky ReLU at -2, 0 and 3: slopes 0, 0, 1 and 0.01, 0.01, 1."""
    z = np.array([-2.0, 0.0, 3.0])
    return activation("relu", z), activation("leaky_relu", z)


@probe("activation", points=1)
def gelu_and_swish_at_one(activation):
    """GELU at 1 is 0.8413 with slope 1.0833; swish at 1 is 0.7311 with slope 0.9277."""
    z = np.array([1.0])
    return activation("gelu", z), activation("swish", z)


@probe("activation", points=1, public=False)
def sigmoid_and_tanh_of_a_matrix(activation, rng):
    """Sigmoid and tanh of a matrix, and the matrix after the calls."""
    z = rng.normal(0, 2, size=(7, 3)).T
    return activation("sigmoid", z), activation("tanh", z), z


@probe("activation", points=2, public=False)
def rectifiers_with_two_slopes(activation, rng):
    """ReLU, and leaky ReLU with its default slope and with alpha = 0.3; zeros among the inputs."""
    z = rng.normal(0, 2, size=(2, 5, 3))
    z[:, 2, 1] = 0.0
    return activation("relu", z), activation("leaky_relu", z), activation("leaky_relu", z, 0.3), z


@probe("activation", points=2, public=False)
def gelu_of_a_matrix(activation, rng):
    """The exact GELU of a matrix, its derivative, and the matrix after the call."""
    z = rng.normal(0, 1.5, size=(4, 6))
    return activation("gelu", z), z


@probe("activation", points=2, public=False)
def swish_of_a_matrix(activation, rng):
    """Swish of a matrix, its derivative, and the matrix after the call."""
    z = rng.normal(0, 2, size=(6, 4))
    return activation("swish", z), z


@probe("activation", points=2, public=False)
def activations_of_1000(activation):
    """All six at z = 1000 and z = -1000, next to ordinary values."""
    z = np.array([[1000.0, -1000.0, 0.5], [-30.0, 30.0, 0.0]])
    return {name: activation(name, z) for name in ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "swish")}


@probe("activation", points=1, public=False)
def unknown_activation(activation):
    """A name that is none of the six."""
    return raises(activation, "softsign", np.array([1.0, -1.0]))


@probe("mlp_forward", points=3)
def xor_by_hand(mlp_forward):
    """The XOR net above on (1, 1), (1, 0) and (0, 0): P and the cache."""
    X = np.array([[1.0, 1, 0], [1, 0, 0]])
    Ws = [np.ones((2, 2)), np.array([[0.0, 0], [1, -2]])]
    bs = [np.array([[0.0], [-1]]), np.array([[0.5], [0]])]
    return mlp_forward(X, Ws, bs, ["relu"])


@probe("mlp_forward", points=3, public=False)
def four_layers_and_their_cache(mlp_forward, rng):
    """Four layers of different widths with three different activations: P and the whole cache."""
    sizes = [4, 5, 3, 6, 2]
    X = rng.normal(size=(4, 7))
    Ws = [rng.normal(size=(o, i)) for i, o in zip(sizes, sizes[1:])]
    bs = [rng.normal(size=(o, 1)) for o in sizes[1:]]
    return mlp_forward(X, Ws, bs, ["tanh", "leaky_relu", "gelu"])


@probe("mlp_forward", points=2, public=False)
def one_layer_with_logits_of_1000(mlp_forward, rng):
    """No hidden layer, and columns whose logits are near 1000, near -1000 and near 0."""
    X = np.concatenate([1000 * np.eye(3, 4), rng.normal(size=(3, 1)), -1000 * np.ones((3, 1))], axis=1)
    W = np.array([[1.0, -1.0, 0.5], [0.25, -1.001, -1.0], [1.001, -1.0, 1.0], [-1.0, -2.0, 0.3]])
    b = rng.normal(size=(4, 1))
    return mlp_forward(X, [W], [b], [])


@probe("mlp_forward", points=1, public=False)
def forward_of_one_example(mlp_forward, rng):
    """A batch of one, and the arguments after the call."""
    X = rng.normal(size=(3, 1))
    Ws, bs = (
        [rng.normal(size=(3, 5)).T, rng.normal(size=(4, 5))],
        [rng.normal(size=(5, 1)), rng.normal(size=(4, 1))],
    )
    return mlp_forward(X, Ws, bs, ["sigmoid"]), X, Ws, bs


@probe("softmax_cross_entropy", points=2)
def three_classes_by_hand(softmax_cross_entropy):
    """Logits (ln 2, 0, 0), second class true: loss ln 4, gradient (0.5, -0.75, 0.25)."""
    return softmax_cross_entropy(np.array([[np.log(2)], [0], [0]]), np.array([[0.0], [1], [0]]))


@probe("softmax_cross_entropy", points=1)
def mean_of_two_columns(softmax_cross_entropy):
    """Two copies of that column, the first and the second class true: loss (ln 2 + ln 4) / 2."""
    logits = np.array([[np.log(2), np.log(2)], [0, 0], [0, 0]])
    return softmax_cross_entropy(logits, np.array([[1.0, 0], [0, 1], [0, 0]]))


@probe("softmax_cross_entropy", points=2, public=False)
def five_classes_three_examples(softmax_cross_entropy, rng):
    """More classes than examples; one class is the true one twice."""
    return softmax_cross_entropy(rng.normal(0, 2, size=(5, 3)), np.eye(5)[:, [3, 0, 3]])


@probe("softmax_cross_entropy", points=2, public=False)
def logits_of_1000(softmax_cross_entropy, rng):
    """Logits of 1000 and -1000, for true and for false classes."""
    logits = rng.normal(size=(4, 6))
    logits[1, 0] = logits[2, 1] = 1000.0
    logits[0, 2] = logits[3, 3] = -1000.0
    logits[:, 4] -= 1000.0
    return softmax_cross_entropy(logits, np.eye(4)[:, [1, 3, 0, 1, 2, 2]])


@probe("softmax_cross_entropy", points=1, public=False)
def loss_leaves_its_arguments(softmax_cross_entropy, rng):
    """More examples than classes, arrays not contiguous, and the arguments after the call."""
    logits, Y = rng.normal(size=(7, 2)).T, np.eye(2)[[0, 1, 1, 0, 1, 1, 1]].T
    return softmax_cross_entropy(logits, Y), logits, Y


def net(rng, sizes, m, acts):
    """Random weights, and the cache of a forward pass through tanh, relu and sigmoid layers."""
    apply = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
    Ws = [rng.normal(size=(o, i)) for i, o in zip(sizes, sizes[1:])]
    h, cache = rng.normal(size=(sizes[0], m)), []
    for W, act in zip(Ws, [*acts, "relu"]):
        z = W @ h + rng.normal(size=(len(W), 1))
        cache.append((h, z))
        h = apply[act](z)
    return cache, Ws


@probe("backprop", points=2)
def one_one_one_by_hand(backprop):
    """The 1-1-1 net above: dW = 1.92, -0.6 and db = 0.96, -1."""
    cache = [(np.array([[2.0]]), np.array([[np.log(2)]])), (np.array([[0.6]]), np.array([[-0.5]]))]
    Ws = [np.array([[np.log(2) / 2]]), np.array([[-1.5]])]
    return backprop(np.array([[-1.0]]), cache, Ws, ["tanh"])


@probe("backprop", points=2)
def two_relu_units_by_hand(backprop):
    """The XOR net of question 3 on three inputs, with small integers as error signal."""
    X = np.array([[1.0, 1, 0], [1, 0, 0]])
    cache = [
        (X, np.array([[2.0, 1, 0], [1, 0, -1]])),
        (np.array([[2.0, 1, 0], [1, 0, 0]]), np.array([[0.5, 0.5, 0.5], [0, 1, 0]])),
    ]
    Ws = [np.ones((2, 2)), np.array([[0.0, 0], [1, -2]])]
    return backprop(np.array([[1.0, 2, -3], [4, -1, 1]]), cache, Ws, ["relu"])


@probe("backprop", points=3, public=False)
def tanh_then_relu(backprop, rng):
    """Three layers of different widths, tanh then ReLU."""
    cache, Ws = net(rng, [4, 5, 3, 2], 6, ["tanh", "relu"])
    return backprop(rng.normal(size=(2, 6)), cache, Ws, ["tanh", "relu"])


@probe("backprop", points=2, public=False)
def four_layers_of_equal_width(backprop, rng):
    """Four layers, all of width 3, where every product fits: sigmoid, tanh, sigmoid."""
    acts = ["sigmoid", "tanh", "sigmoid"]
    cache, Ws = net(rng, [3, 3, 3, 3, 3], 5, acts)
    return backprop(rng.normal(size=(3, 5)), cache, Ws, acts)


@probe("backprop", points=2, public=False)
def no_hidden_layer(backprop, rng):
    """A single layer, for a batch of four and for a batch of one."""
    many, Ws_many = net(rng, [5, 2], 4, [])
    one, Ws_one = net(rng, [2, 3], 1, [])
    return backprop(rng.normal(size=(2, 4)), many, Ws_many, []), backprop(
        rng.normal(size=(3, 1)), one, Ws_one, []
    )


@probe("backprop", points=2, public=False)
def backprop_leaves_its_arguments(backprop, rng):
    """A batch of one, weights that are not contiguous, and the arguments after the call."""
    cache, Ws = net(rng, [2, 6, 4], 1, ["tanh"])
    Ws = [np.asfortranarray(W) for W in Ws]
    delta = rng.normal(size=(4, 1))
    return backprop(delta, cache, Ws, ["tanh"]), delta, cache, Ws


@probe("gradient_check", points=1)
def cube_by_hand(gradient_check):
    """The cube at 2 with gradient 12: 0.01 / 24.01 for eps = 0.1."""
    return gradient_check(lambda theta: theta[0] ** 3, np.array([2.0]), np.array([12.0]), 0.1)


@probe("gradient_check", points=2)
def one_wrong_coordinate(gradient_check):
    """The product of three numbers; the second partial derivative, 8, is given as 9: 1 / 17."""
    return gradient_check(lambda theta: theta.prod(), np.array([2.0, 3, 4]), np.array([12.0, 9, 6]), 0.1)


@probe("gradient_check", points=2, public=False)
def coupled_coordinates(gradient_check, rng):
    """A function in which all coordinates meet, two values of eps, and the arguments after."""
    A, theta = rng.normal(size=(5, 5)), rng.uniform(0.5, 1.5, size=5)
    grad = np.exp(theta @ A @ theta / 9) * (A + A.T) @ theta / 9

    def f(t):
        return np.exp(t @ A @ t / 9)

    errors = [gradient_check(f, theta, grad, eps) for eps in (0.2, 0.05)]
    return errors, theta, grad


@probe("gradient_check", points=2, public=False)
def small_gradients(gradient_check, rng):
    """Gradients of about 1e-6, one of them wrong in its sign or by a factor of two."""
    a = 1e-6 * rng.uniform(1, 2, size=4)
    wrong = [a * np.array([1, 1, 2, 1]), a * np.array([1, 1, 1, -1])]
    return [gradient_check(lambda t: t @ a, np.arange(4.0), grad, 0.5) for grad in wrong]


@probe("gradient_check", points=2, public=False)
def coordinates_without_influence(gradient_check):
    """Coordinates that the function ignores, with a gradient of 0, of 1e-9 and of 1e-7."""
    theta = np.array([3.0, -1.0, 2.0])
    grads = [np.array([0.0, g, 0.0]) for g in (0.0, 1e-9, -1e-7)]
    return [gradient_check(lambda t: 7.0, theta, grad, 0.01) for grad in grads]


@probe("gradient_check", points=1, public=False)
def default_step(gradient_check):
    """The default eps, on a function with large third derivatives."""
    theta = np.array([0.3, -0.2])
    return gradient_check(lambda t: np.sin(1000 * t).sum(), theta, 1000 * np.cos(1000 * theta))


def moments(draws):
    """Samples and their squares, to be compared through means and variances along axis 0."""
    W = np.stack(draws)
    return {"weights": W, "squared weights": W**2}


@probe("weight_variance", points=1)
def variances_by_hand(weight_variance):
    """8 inputs and 4 outputs: 1/6, 1/6, 1/4, and 1/8 for alpha = 1."""
    return [
        weight_variance(8, 4, "xavier_normal"),
        weight_variance(8, 4, "xavier_uniform"),
        weight_variance(8, 4, "he"),
        weight_variance(8, 4, "leaky_he", alpha=1.0),
    ]


@probe("weight_variance", points=2, compare=within_se(5))
def he_weights_of_one_layer(init_weights, rng):
    """For 8 inputs mean 0, variance 1/4, up to chance. Expected is what the reference drew."""
    generators = [np.random.default_rng(seed) for seed in range(300)]
    return {
        "weights of one layer, 300 outputs": init_weights(8, 300, "he", rng),
        "weights from 300 generators, 2 outputs": np.array([init_weights(8, 2, "he", g) for g in generators]),
    }


@probe("weight_variance", points=2, public=False)
def variances_of_other_layers(weight_variance):
    """All schemes, with more outputs than inputs and the reverse; leaky He with three slopes."""
    schemes = ("xavier_normal", "xavier_uniform", "he", "leaky_he")
    return [
        [weight_variance(n_in, n_out, scheme) for n_in, n_out in ((7, 300), (500, 3)) for scheme in schemes],
        [weight_variance(6, 9, "leaky_he", alpha) for alpha in (0.0, 0.4)],
        [weight_variance(6, 9, scheme, 0.4) for scheme in schemes],
    ]


@probe("weight_variance", points=2, public=False, compare=within_se(5))
def uniform_weights(init_weights, rng):
    """4000 uniform matrices of 5 inputs, 2 outputs: each weight's distribution."""
    return moments([init_weights(5, 2, "xavier_uniform", rng) for _ in range(4000)])


@probe("weight_variance", points=2, public=False, compare=within_se(5))
def normal_weights(init_weights, rng):
    """4000 matrices for each of the normal schemes, leaky He with alpha = 2."""
    return {
        "xavier_normal": moments([init_weights(1, 6, "xavier_normal", rng) for _ in range(4000)]),
        "he": moments([init_weights(2, 5, "he", rng) for _ in range(4000)]),
        "leaky_he": moments([init_weights(3, 2, "leaky_he", rng, alpha=2.0) for _ in range(4000)]),
    }


def same_seed_same_weights(result, expected):
    """Judge of `only_the_generator_decides`."""
    try:
        first, again, later, default = (np.asarray(W, dtype=np.float64) for W in result)
    except (TypeError, ValueError):
        return "four matrices are expected"
    if any(W.shape != (4, 3) for W in (first, again, later, default)):
        return "a matrix for 3 inputs and 4 outputs should have the shape (4, 3)"
    if not all(np.isfinite(W).all() for W in (first, again, later, default)):
        return "some weights are nan or infinite"
    if not np.array_equal(first, again):
        return "two generators with the same seed gave different weights: use no other source of randomness"
    if (first == later).any():
        return "two calls with one generator gave the same weights: draw from the generator that is passed"
    if not np.allclose(first, default, rtol=1e-9, atol=0):
        return "the default of alpha should be 0.01"
    return None


@probe("weight_variance", points=1, public=False, judge=same_seed_same_weights)
def only_the_generator_decides(init_weights):
    """Leaky He weights: two generators of one seed, one generator twice, the default alpha."""
    rng = np.random.default_rng(5)
    first = init_weights(3, 4, "leaky_he", rng, 0.01)
    later = init_weights(3, 4, "leaky_he", rng, 0.01)
    again = init_weights(3, 4, "leaky_he", np.random.default_rng(5), 0.01)
    return first, again, later, init_weights(3, 4, "leaky_he", np.random.default_rng(5))


@probe("gradient_norm_profile", points=1)
def two_layers_by_hand(gradient_norm_profile):
    """The plain stack of width 1 above: (0.3, 10)."""
    Ws = [np.array([[-1.0]]), np.array([[-3.0]])]
    return gradient_norm_profile(np.array([[1.0]]), Ws, "leaky_relu", np.array([[10.0]]))


@probe("gradient_norm_profile", points=2)
def two_residual_layers_by_hand(gradient_norm_profile):
    """The residual stack of width 1 above: (0.097, 0.1)."""
    Ws = [np.array([[-1.0]]), np.array([[-3.0]])]
    return gradient_norm_profile(np.array([[1.0]]), Ws, "leaky_relu", np.array([[10.0]]), residual=True)


@probe("gradient_norm_profile", points=2, public=False)
def plain_stack_of_different_widths(gradient_norm_profile, rng):
    """A plain stack of widths 5, 4, 6, 3 with tanh, and the arguments after the call."""
    Ws = [rng.normal(size=s) for s in ((4, 5), (6, 4), (3, 6))]
    X, grad_out = rng.normal(size=(5, 7)), rng.normal(size=(3, 7))
    return gradient_norm_profile(X, Ws, "tanh", grad_out), X, Ws, grad_out


@probe("gradient_norm_profile", points=2, public=False)
def plain_stack_of_equal_widths(gradient_norm_profile, rng):
    """A plain stack of six sigmoid layers of width 4, and a single GELU layer for one example."""
    Ws = [rng.normal(0, 1.5, size=(4, 4)) for _ in range(6)]
    one = gradient_norm_profile(
        rng.normal(size=(2, 1)), [rng.normal(size=(3, 2))], "gelu", rng.normal(size=(3, 1))
    )
    return gradient_norm_profile(rng.normal(size=(4, 5)), Ws, "sigmoid", rng.normal(size=(4, 5)), False), one


@probe("gradient_norm_profile", points=3, public=False)
def residual_stack(gradient_norm_profile, rng):
    """A residual stack of five swish layers of width 3, and the arguments after the call."""
    Ws = [rng.normal(size=(3, 3)) for _ in range(5)]
    X, grad_out = rng.normal(size=(3, 6)), rng.normal(size=(3, 6))
    return gradient_norm_profile(X, Ws, "swish", grad_out, True), X, Ws, grad_out


@probe("clip_global_norm", points=2)
def clip_by_hand(clip_global_norm):
    """(3, 0) and (4) with c = 1 and c = 10; the norm is 5 both times."""
    grads = [np.array([3.0, 0.0]), np.array([4.0])]
    return clip_global_norm(grads, 1.0), clip_global_norm(grads, 10.0)


@probe("clip_global_norm", points=1)
def dropout_by_hand(inverted_dropout):
    """h = (2, -1, 4), p = 0.2 and u = (0.9, 0.1, 0.2)."""
    return inverted_dropout(np.array([2.0, -1, 4]), 0.2, np.array([0.9, 0.1, 0.2]))


@probe("clip_global_norm", points=3, public=False)
def clip_three_arrays(clip_global_norm, rng):
    """Three arrays of different shapes, clipped and not clipped, and the arrays after the calls."""
    grads = [rng.normal(size=(2, 3)), 5 * rng.normal(size=(4,)), 0.1 * rng.normal(size=(1, 2, 2))]
    return [clip_global_norm(grads, c) for c in (0.5, 3.0, 1000.0)], grads


@probe("clip_global_norm", points=2, public=False)
def clip_at_the_edge(clip_global_norm):
    """Gradients that are all zero, a norm equal to c, and a single array with one entry."""
    return [
        clip_global_norm([np.zeros((2, 3)), np.zeros(1)], 0.7),
        clip_global_norm([np.array([[6.0], [0.0]]), np.array([-8.0])], 10.0),
        clip_global_norm([np.array([-3.0])], 0.25),
    ]


@probe("clip_global_norm", points=3, public=False)
def dropout_of_a_matrix(inverted_dropout, rng):
    """Two rates, u equal to p among the numbers, p = 0, and the arguments after the calls."""
    h, u = rng.normal(size=(3, 5)), rng.uniform(size=(3, 5))
    u[0, 1:4] = 0.25, 0.75, 0.0
    return [inverted_dropout(h, p, u) for p in (0.25, 0.75, 0.0)], h, u
