"""Graded tests of backpropagation; docs/authoring.md says how to write them."""

import math

import numpy as np

from dlcourse import probe, raises, statistical, within_se


def dtype(*arrays):
    """Names of dtypes, in place of values that could be equal although the types differ."""
    return [np.asarray(a).dtype.name for a in arrays]


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
    """Separable data in three dimensions, learning rate 0.3; the same points with other labels."""
    X = rng.normal(size=(60, 3)).T
    z = np.array([1.0, -2.0, 0.5]) @ X + 0.7
    X, y = X[:, np.abs(z) > 0.15], np.sign(z[np.abs(z) > 0.15])
    w, b, mistakes = perceptron_train(X, y, lr=0.3, max_epochs=400)
    counted = {"i": "integers", "u": "integers"}.get(np.asarray(mistakes).dtype.kind, "no integers")
    other = perceptron_train(X, -y, lr=0.3, max_epochs=400)
    return {"w": w, "b": b, "mistakes": mistakes, "they are": counted, "other labels": other}


@probe("perceptron_train", points=2, public=False)
def ties_of_both_labels(perceptron_train):
    """A single example of either label, and points on which z is exactly 0, or tiny."""
    one = np.array([[1.0], [-2], [0.5], [4]])
    X = np.array([[1.0, 0, 1, 0, -1], [0, 1, 1, 1, 1]])
    w, b, mistakes = perceptron_train(X, np.array([1.0, -1, 1, -1, -1]), lr=2.0**-40, max_epochs=50)
    return {
        "one of +1": perceptron_train(one, np.array([1.0]), lr=0.5, max_epochs=7),
        "one of -1": perceptron_train(one, np.array([-1.0]), lr=2.0, max_epochs=7),
        "five points": perceptron_train(X, np.array([1.0, -1, 1, -1, -1]), lr=1.0, max_epochs=50),
        "other labels": perceptron_train(X, np.array([-1.0, 1, 1, -1, 1]), lr=0.25, max_epochs=3),
        "tiny, times 2 to the 40": (2.0**40 * np.asarray(w), 2.0**40 * b, mistakes),
    }


@probe("perceptron_train", points=1, public=False)
def stopped_before_the_end(perceptron_train):
    """XOR, which no line separates, after 1 and after 6 passes; points on which the last pass is not the best."""
    X, y = np.array([[0.0, 1, 0, 1], [0, 1, 1, 0]]), np.array([-1.0, -1, 1, 1])
    worse = np.array([[3.0, -2, 2, -2, -1], [0, 0, 2, 2, 1]]), np.array([-1.0, -1, -1, 1, -1])
    found = {f"XOR, {n} passes": perceptron_train(X, y, lr=0.5, max_epochs=n) for n in (1, 6)}
    return found | {"the last is worse": perceptron_train(*worse, lr=0.5, max_epochs=4)}


@probe("perceptron_train", points=2, public=False)
def bound_in_four_dimensions(novikoff_bound, rng):
    """Novikoff's bound for random separable data and two separators of different length; a narrow margin; one feature."""
    X, w = rng.normal(size=(4, 9)), rng.normal(size=4)
    y = np.where(w @ X - 0.8 > 0, 1.0, -1.0)
    one = np.array([[0.5], [2.0], [-1.0]])
    return {
        "nine points": novikoff_bound(X, y, w, -0.8),
        "a longer separator": novikoff_bound(X, y, 2.5 * w, -2.0),
        "one point": novikoff_bound(one, np.array([-1.0]), np.array([-2.0, 0.0, 1.0]), 0.25),
        "a narrow margin": novikoff_bound(one, np.array([1.0]), np.array([0.0, 0.5, 1.0]), 1e-4),
        "one feature": novikoff_bound(
            np.array([[0.5, -4.0, 3.0]]), np.array([-1.0, 1, -1]), np.array([-1.5]), 0.25
        ),
    }


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


NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "swish")


@probe("activation", points=1, public=False)
def sigmoid_and_tanh_of_a_matrix(activation, rng):
    """Sigmoid and tanh of a matrix."""
    z = rng.normal(0, 2, size=(7, 3)).T
    return {name: activation(name, z) for name in ("sigmoid", "tanh")}


@probe("activation", points=2, public=False)
def rectifiers_with_several_slopes(activation, rng):
    """ReLU, and leaky ReLU with its default slope and with 0.3, 2, 0 and -0.25; zeros; no axes at all."""
    z = rng.normal(0, 2, size=(2, 5, 3))
    z[:, 2, 1] = 0.0
    found = {"relu": activation("relu", z), "leaky_relu": activation("leaky_relu", z)}
    found |= {f"alpha = {a}": activation("leaky_relu", z, a) for a in (0.3, 2.0, 0.0, -0.25)}
    return found | {f"{name} without axes": activation(name, np.array(-0.7)) for name in NAMES}


@probe("activation", points=2, public=False)
def gelu_of_a_matrix(activation, rng):
    """The exact GELU of a matrix, and its derivative."""
    return activation("gelu", rng.normal(0, 1.5, size=(4, 6)))


@probe("activation", points=2, public=False)
def swish_of_a_matrix(activation, rng):
    """Swish of a matrix, and its derivative."""
    return activation("swish", rng.normal(0, 2, size=(6, 4)))


@probe("activation", points=2, public=False)
def activations_of_1000(activation):
    """All six at 1000, -1000 and near them, next to ordinary values; small values by themselves; the tails."""
    z = np.array([[1000.0, -1000.0, 0.5, 710.1], [-30.0, 30.0, 0.0, -986.4]])
    found = {name: activation(name, z) for name in NAMES}
    left = np.array([-25.0, -22.3, -20.5])
    found |= {f"{name} far left": activation(name, left) for name in ("sigmoid", "swish")}
    far = np.array([-1000.0, -345.6, -40.0, -6.4, 6.4, 40.0])
    for name in ("sigmoid", "gelu", "swish"):  # beside a 1, which sets the scale of the tolerance
        a, slope = activation(name, far)
        limit = np.sign(np.maximum(far, 0)) if name == "sigmoid" else np.maximum(far, 0)
        found[f"{name} far out, times a thousand"] = np.append(1e3 * (a - limit), 1.0)
        found[f"slope of {name} far out, times a thousand"] = np.append(1e3 * slope[:4], 1.0)
    return found | {"tanh far right": activation("tanh", np.array([9.0, 8.2])[None])}


@probe("activation", points=1, public=False)
def alpha_is_for_leaky_relu(activation):
    """The other five with alpha = 0.4, and the dtypes of the results of all."""
    z = np.array([[-1.5, 0.0, 2.5]])
    found = {name: activation(name, z, alpha=0.4) for name in NAMES if name != "leaky_relu"}
    return found | {f"dtypes of {name}": dtype(*activation(name, z)) for name in NAMES}


@probe("activation", points=1, public=False)
def unknown_activations(activation):
    """Names that are none of the six, some of them nearly."""
    names = ("softsign", "ReLU", "GELU", " tanh", "silu", "leaky", "identity", "", "prelu", "relu6", "tan", "tanhshrink", "hard_swish")
    return {name: raises(activation, name, np.array([1.0, -1.0])) for name in names}


@probe("mlp_forward", points=3)
def xor_by_hand(mlp_forward):
    """The XOR net above on (1, 1), (1, 0) and (0, 0): P and the cache."""
    X = np.array([[1.0, 1, 0], [1, 0, 0]])
    Ws = [np.ones((2, 2)), np.array([[0.0, 0], [1, -2]])]
    bs = [np.array([[0.0], [-1]]), np.array([[0.5], [0]])]
    return mlp_forward(X, Ws, bs, ["relu"])


@probe("mlp_forward", points=3, public=False)
def four_layers_and_their_cache(mlp_forward, rng):
    """Four layers of different widths with three activations: P, the cache, dtypes; the same X with other weights."""
    sizes, acts = [4, 5, 3, 6, 2], ["tanh", "leaky_relu", "gelu"]
    X = rng.normal(size=(4, 7))
    Ws = [rng.normal(size=(o, i)) for i, o in zip(sizes, sizes[1:])]
    bs = [rng.normal(size=(o, 1)) for o in sizes[1:]]
    P, cache = mlp_forward(X, Ws, bs, acts)
    other = mlp_forward(X, [W - 0.5 for W in Ws], [2 * b for b in bs], acts)
    dtypes = dtype(P, cache[0][1], cache[-1][0], cache[-1][1])
    return {"P": P, "cache": cache, "dtypes": dtypes, "other weights": other}


@probe("mlp_forward", points=2, public=False)
def one_layer_with_logits_of_1000(mlp_forward, rng):
    """No hidden layer, and columns whose logits are near 1000, near -1000, near 0 and far apart."""
    X = np.concatenate([1000 * np.eye(3, 4), rng.normal(size=(3, 1)), -1000 * np.ones((3, 1))], axis=1)
    W = np.array([[1.0, -1.0, 0.5], [0.25, -1.001, -1.0], [1.001, -1.0, 1.0], [-1.0, -2.0, 0.3]])
    b = rng.normal(size=(4, 1))
    P, cache = mlp_forward(X, [W], [b], [])
    far = mlp_forward(np.array([[98765.4, 0.3]]), [np.array([[-1.0], [0.5], [0.7]])], [np.zeros((3, 1))], [])
    tails = mlp_forward(np.array([[30.0, 31.7]]), [np.array([[1.0], [0.0], [-9.0]])], [np.zeros((3, 1))], [])
    return {"P": P, "cache": cache, "far apart": far[0], "small ones, times 1e14": 1e14 * np.asarray(tails[0])[1:]}


@probe("mlp_forward", points=1, public=False)
def forward_of_one_example(mlp_forward, rng):
    """A batch of one, as many examples as there are units, and how exactly the columns of P sum to 1."""
    Ws = [rng.normal(size=(3, 5)).T, rng.normal(size=(4, 5))]
    bs = [rng.normal(size=(5, 1)), rng.normal(size=(4, 1))]
    many = mlp_forward(rng.normal(size=(3, 5)), Ws, bs, ["swish"])
    return {
        "one example": mlp_forward(rng.normal(size=(3, 1)), Ws, bs, ["sigmoid"]),
        "as many as units": many,
        "sums of columns minus 1, in 1e-13": np.round((np.sum(many[0], axis=0) - 1) / 1e-13),
    }


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
    loss, gradient = softmax_cross_entropy(rng.normal(0, 2, size=(5, 3)), np.eye(5)[:, [3, 0, 3]])
    return {"loss": loss, "gradient": gradient, "dtype": dtype(gradient)}


@probe("softmax_cross_entropy", points=2, public=False)
def logits_of_1000(softmax_cross_entropy, rng):
    """Logits of 1000 and -1000, for true and for false classes; larger ones; a class that is almost sure."""
    logits = rng.normal(size=(4, 6))
    logits[1, 0] = logits[2, 1] = 1000.0
    logits[0, 2] = logits[3, 3] = -1000.0
    logits[:, 4] -= 1000.0
    large = np.array([[12345.6, -0.7], [-98765.4, 1.1], [3.2, 4321.0]])
    sure = np.array([[23.5, -21.7], [0.0, 0.4]])
    return {
        "1000": softmax_cross_entropy(logits, np.eye(4)[:, [1, 3, 0, 1, 2, 2]]),
        "larger": softmax_cross_entropy(large, np.eye(3)[:, [1, 0]]),
        "right and sure": softmax_cross_entropy(sure, np.eye(2)),
        "wrong and sure": softmax_cross_entropy(sure, np.eye(2)[::-1]),
    }


@probe("softmax_cross_entropy", points=1, public=False)
def batches_of_one_and_seven(softmax_cross_entropy, rng):
    """One example, more examples than classes, as many as classes; the same logits with other labels."""
    logits, Y = rng.normal(size=(7, 2)).T, np.eye(2)[[0, 1, 1, 0, 1, 1, 1]].T
    seven = softmax_cross_entropy(logits, Y)
    return {
        "seven examples": seven,
        "one": softmax_cross_entropy(logits[:, :1], Y[:, :1]),
        "two": softmax_cross_entropy(logits[:, 1:3], Y[:, 1:3]),
        "other labels": softmax_cross_entropy(logits, Y[::-1]),
        "sums of its columns, in 1e-13": np.round(np.sum(seven[1], axis=0) / 1e-13),
    }


def net(rng, sizes, m, acts):
    """Random weights, and the cache of a forward pass."""
    Phi = np.vectorize(lambda z: math.erfc(-z / math.sqrt(2)) / 2)
    apply = {
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0),
        "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "swish": lambda z: z / (1 + np.exp(-z)),
        "gelu": lambda z: z * Phi(z),
    }
    Ws = [rng.normal(size=(o, i)) for i, o in zip(sizes, sizes[1:])]
    h, cache = rng.normal(size=(sizes[0], m)), []
    for W, act in zip(Ws, [*acts, "relu"]):
        z = W @ h + rng.normal(size=(len(W), 1))
        z[0, 0] = 0.0
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
    """The XOR net of question 2 on three inputs, with small integers as error signal."""
    X = np.array([[1.0, 1, 0], [1, 0, 0]])
    cache = [
        (X, np.array([[2.0, 1, 0], [1, 0, -1]])),
        (np.array([[2.0, 1, 0], [1, 0, 0]]), np.array([[0.5, 0.5, 0.5], [0, 1, 0]])),
    ]
    Ws = [np.ones((2, 2)), np.array([[0.0, 0], [1, -2]])]
    return backprop(np.array([[1.0, 2, -3], [4, -1, 1]]), cache, Ws, ["relu"])


@probe("backprop", points=3, public=False)
def tanh_then_relu(backprop, rng):
    """Three layers of different widths, tanh then ReLU, a zero among the pre-activations; dtypes; another cache."""
    acts = ["tanh", "relu"]
    cache, Ws = net(rng, [4, 5, 3, 2], 6, acts)
    delta = rng.normal(size=(2, 6))
    dWs, dbs = backprop(delta, cache, Ws, acts)
    other = backprop(delta, *net(rng, [4, 5, 3, 2], 6, acts), acts)
    return {"dWs": dWs, "dbs": dbs, "dtypes": dtype(*dWs, *dbs), "another cache": other}


@probe("backprop", points=2, public=False)
def layers_of_equal_width(backprop, rng):
    """Nets of width 3, where every product fits: sigmoid, tanh, sigmoid; GELU, leaky ReLU, swish."""
    found = {}
    for acts, m in ((["sigmoid", "tanh", "sigmoid"], 5), (["gelu", "leaky_relu", "swish"], 3)):
        cache, Ws = net(rng, [3, 3, 3, 3, 3], m, acts)
        found[", ".join(acts)] = backprop(rng.normal(size=(3, m)), cache, Ws, acts)
    return found


@probe("backprop", points=2, public=False)
def no_hidden_layer(backprop, rng):
    """A single layer, for a batch of four and for a batch of one."""
    many, Ws_many = net(rng, [5, 2], 4, [])
    one, Ws_one = net(rng, [2, 3], 1, [])
    return {
        "four examples": backprop(rng.normal(size=(2, 4)), many, Ws_many, []),
        "one": backprop(rng.normal(size=(3, 1)), one, Ws_one, []),
    }


@probe("backprop", points=2, public=False)
def backprop_of_one_example(backprop, rng):
    """A batch of one, large error signals, and weights that are not contiguous."""
    cache, Ws = net(rng, [2, 6, 4], 1, ["tanh"])
    Ws = [np.asfortranarray(W) for W in Ws]
    return {
        "ordinary": backprop(rng.normal(size=(4, 1)), cache, Ws, ["tanh"]),
        "large": backprop(rng.normal(0, 1000, size=(4, 1)), cache, Ws, ["tanh"]),
    }


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
    """A function in which all coordinates meet, two values of eps, two points."""
    A = rng.normal(size=(5, 5))

    def f(t):
        return np.exp(t @ A @ t / 9)

    found = {}
    for point in ("first", "second"):
        theta = rng.uniform(0.5, 1.5, size=5)
        grad = f(theta) * (A + A.T) @ theta / 9
        found |= {f"{point} point, eps = {eps}": gradient_check(f, theta, grad, eps) for eps in (0.2, 0.05)}
    return found


@probe("gradient_check", points=2, public=False)
def small_gradients(gradient_check, rng):
    """Gradients of about 1e-6, one of them wrong in its sign or by a factor of two or a half."""
    a = 1e-6 * rng.uniform(1, 2, size=4)
    wrong = {"doubled": [1, 1, 2, 1], "other sign": [1, 1, 1, -1], "halved": [0.5, 1, 1, 1]}
    return {
        name: gradient_check(lambda t: t @ a, np.arange(4.0), a * np.array(factors), 0.5)
        for name, factors in wrong.items()
    }


@probe("gradient_check", points=2, public=False)
def coordinates_without_influence(gradient_check):
    """Coordinates that the function ignores, with a gradient of 0, of 1e-9 and of 1e-7; and one that it does not."""
    theta = np.array([3.0, -1.0, 2.0])
    found = {
        f"gradient {g}": gradient_check(lambda t: 7.0, theta, np.array([0.0, g, 0.0]), 0.01)
        for g in (0.0, 1e-9, -1e-7)
    }
    return found | {"0 where it is not": gradient_check(lambda t: t[0] + 3 * t[1], theta, np.array([1.0, 0.0, 0.0]), 0.01)}


@probe("gradient_check", points=1, public=False)
def default_step(gradient_check):
    """The default eps, on a function with large third derivatives."""
    theta = np.array([0.3, -0.2])
    return gradient_check(lambda t: np.sin(1000 * t).sum(), theta, 1000 * np.cos(1000 * theta))


def blocks(samples):
    """Means of 200 equal blocks of samples along axis 0. Their mean is that of all samples, with the same standard
    error, in a file so much smaller.
    """
    samples = np.asarray(samples, dtype=float)
    return samples.reshape(200, len(samples) // 200, *samples.shape[1:]).mean(axis=1)


def features(draws):
    """What the means of samples say about the distribution of weights, by name; axis 0 counts samples.

    Args:
        draws: many weight matrices of one small layer.
    """
    W = np.stack(draws).reshape(len(draws), -1)
    i, j = np.triu_indices(W.shape[1], 1)
    found = {
        "1 + weights": 1 + W,
        "squared weights": W**2,
        "sizes of all weights": np.abs(W).ravel(),
        "1 + products of two weights": 1 + W[:, i] * W[:, j],
        "square of the sum of all": W.sum(axis=1) ** 2,
        "square of the squared norm": (W**2).sum(axis=1) ** 2,
    }
    return {name: blocks(samples) for name, samples in found.items()}


@probe("weight_variance", points=1)
def variances_by_hand(weight_variance):
    """8 inputs and 4 outputs: 1/6, 1/6, 1/4, and 1/8 for alpha = 1."""
    return [
        weight_variance(8, 4, "xavier_normal"),
        weight_variance(8, 4, "xavier_uniform"),
        weight_variance(8, 4, "he"),
        weight_variance(8, 4, "leaky_he", alpha=1.0),
    ]


@probe("weight_variance", points=2, compare=within_se(6))
def he_weights_of_one_layer(init_weights, rng):
    """For 8 inputs mean 0, variance 1/4, up to chance. Expected is what the reference drew."""
    generators = [np.random.default_rng(seed) for seed in range(600)]
    return {
        "weights of one layer, 600 outputs": init_weights(8, 600, "he", rng),
        "weights from 600 generators, 2 outputs": np.array([init_weights(8, 2, "he", g) for g in generators]),
    }


@probe("weight_variance", points=2, public=False)
def variances_of_other_layers(weight_variance):
    """All schemes, with more outputs than inputs and the reverse; leaky He with five slopes."""
    schemes = ("xavier_normal", "xavier_uniform", "he", "leaky_he")
    found = {
        f"{n_in} to {n_out}, {scheme}": weight_variance(n_in, n_out, scheme)
        for n_in, n_out in ((7, 300), (500, 3))
        for scheme in schemes
    }
    found |= {f"leaky_he, alpha = {a}": weight_variance(6, 9, "leaky_he", a) for a in (0.0, 0.46, 2.0, -0.5)}
    return found | {f"{scheme}, alpha = 0.4": weight_variance(6, 9, scheme, 0.4) for scheme in schemes}


def wide(W, scale):
    """What the means of samples say about one large matrix, by name.

    Args:
        W: the matrix.
        scale: the standard deviation that its weights should have.
    """
    W = np.asarray(W) / scale
    above, below = np.split(W, 2)
    left, right = np.split(W, 2, axis=1)
    return {
        "squared weights": blocks((W**2).ravel()),
        "farther out than 2.3 standard deviations": np.abs(W).ravel() > 2.3,
        "1 + products of the upper and the lower half": blocks((1 + above * below).ravel()),
        "1 + products of the left and the right half": blocks((1 + left * right).ravel()),
    }


@probe("weight_variance", points=2, public=False, compare=within_se(6.5, moments=1))
def uniform_weights(init_weights, rng):
    """2000 uniform matrices of 5 inputs and 2 outputs, and a large one: mean, variance and shape of the weights, pairs."""
    found = features([init_weights(5, 2, "xavier_uniform", rng) for _ in range(2000)])
    return {"small": found, "large": wide(init_weights(80, 120, "xavier_uniform", rng), 0.1)}


@probe("weight_variance", points=2, public=False, compare=within_se(6.5, moments=1))
def normal_weights(init_weights, rng):
    """2000 matrices for each of the normal schemes, leaky He with alpha = 2, and large ones: the same statistics."""
    return {
        "xavier_normal": features([init_weights(1, 6, "xavier_normal", rng) for _ in range(2000)]),
        "xavier_normal, large": wide(init_weights(80, 120, "xavier_normal", rng), 0.1),
        "he": features([init_weights(2, 4, "he", rng) for _ in range(2000)]),
        "he, large": wide(init_weights(128, 100, "he", rng), 0.125),
        "leaky_he": features([init_weights(3, 2, "leaky_he", rng, alpha=2.0) for _ in range(2000)]),
    }


def nothing_left_to_chance(result, expected):
    """The judge below compares a result with itself alone: right work cannot fail by bad luck."""
    return 0.0


@statistical(nothing_left_to_chance)
def same_seed_same_weights(result, expected):
    """Judge of `only_the_generator_decides`."""
    if not isinstance(result, dict) or set(result) != set(expected):
        return f"results for {', '.join(expected)} are expected"
    for scheme, given in result.items():
        try:
            first, again, later, default = (np.asarray(W, dtype=np.float64) for W in given["weights"])
        except (TypeError, ValueError):
            return f"{scheme}: four matrices are expected"
        if any(W.shape != (4, 3) for W in (first, again, later, default)):
            return f"{scheme}: a matrix for 3 inputs and 4 outputs should have the shape (4, 3)"
        if not all(np.isfinite(W).all() for W in (first, again, later, default)):
            return f"{scheme}: some weights are nan or infinite"
        if not np.array_equal(first, again):
            return f"{scheme}: two generators with the same seed gave different weights: use no other source of randomness"
        if (first == later).any():
            return f"{scheme}: two calls with one generator gave the same weights: draw from the generator that is passed"
        if not np.allclose(first, default, rtol=1e-9, atol=0):
            return f"{scheme}: the default of alpha should be 0.01"
        if given["dtype"] != ["float64"]:
            return f"{scheme}: the weights are {given['dtype'][0]}, expected float64"
    return None


@probe("weight_variance", points=1, public=False, judge=same_seed_same_weights)
def only_the_generator_decides(init_weights):
    """Two generators of one seed, one generator twice, the default alpha, the dtype; for all schemes."""
    found = {}
    for scheme in ("xavier_normal", "xavier_uniform", "he", "leaky_he"):
        rng = np.random.default_rng(5)
        first = init_weights(3, 4, scheme, rng, 0.01)
        later = init_weights(3, 4, scheme, rng, 0.01)
        again = init_weights(3, 4, scheme, np.random.default_rng(5), 0.01)
        default = init_weights(3, 4, scheme, np.random.default_rng(5))
        found[scheme] = {"weights": (first, again, later, default), "dtype": dtype(first)}
    return found


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
    """A plain stack of widths 5, 4, 6, 3 with tanh, and the dtype; the same with leaky ReLU."""
    Ws = [rng.normal(size=s) for s in ((4, 5), (6, 4), (3, 6))]
    X, grad_out = rng.normal(size=(5, 7)), rng.normal(size=(3, 7))
    norms = gradient_norm_profile(X, Ws, "tanh", grad_out)
    leaky = gradient_norm_profile(X, Ws, "leaky_relu", grad_out)
    return {"tanh": norms, "leaky_relu": leaky, "dtype": dtype(norms), "an array": isinstance(norms, np.ndarray)}


@probe("gradient_norm_profile", points=2, public=False)
def plain_stack_of_equal_widths(gradient_norm_profile, rng):
    """A plain stack of six sigmoid layers of width 4, and a single GELU layer for one example."""
    Ws = [rng.normal(0, 1.5, size=(4, 4)) for _ in range(6)]
    X, grad_out = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    x, W, g = rng.normal(size=(2, 1)), rng.normal(size=(3, 2)), rng.normal(size=(3, 1))
    return {
        "six layers": gradient_norm_profile(X, Ws, "sigmoid", grad_out, False),
        "one layer": gradient_norm_profile(x, [W], "gelu", g),
    }


@probe("gradient_norm_profile", points=3, public=False)
def residual_stack(gradient_norm_profile, rng):
    """A residual stack of five swish layers of width 3, with as many examples and with one."""
    Ws = [rng.normal(size=(3, 3)) for _ in range(5)]
    found = {}
    for name, m in (("six examples", 6), ("three", 3), ("one", 1)):
        X, grad_out = rng.normal(size=(3, m)), rng.normal(size=(3, m))
        found[name] = gradient_norm_profile(X, Ws, "swish", grad_out, True)
    return found


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
def clip_arrays_of_several_shapes(clip_global_norm, rng):
    """Four arrays of different shapes, one of them without axes, clipped and not clipped; dtypes."""
    grads = [rng.normal(size=(2, 3)), 5 * rng.normal(size=(4,)), 0.1 * rng.normal(size=(1, 2, 2)), np.array(0.7)]
    found = {f"c = {c}": clip_global_norm(grads, c) for c in (0.5, 3.0, 1000.0)}
    return found | {"dtypes": dtype(*clip_global_norm(grads, 0.5)[0])}


@probe("clip_global_norm", points=2, public=False)
def clip_at_the_edge(clip_global_norm):
    """Gradients that are all zero, a norm equal to c or a little above, a single entry, and small gradients in units of c."""
    found = {
        "zero": clip_global_norm([np.zeros((2, 3)), np.zeros(1)], 0.7),
        "norm equal to c": clip_global_norm([np.array([[6.0], [0.0]]), np.array([-8.0])], 10.0),
        "single entry": clip_global_norm([np.array([-3.0])], 0.25),
        "norm a little above c": clip_global_norm([np.array([3.0, -4.0])], 4.997),
    }
    for c in (1e-3, 1e-9):
        grads, norm = clip_global_norm([c * np.array([0.3, 0.0, 4.0]), c * np.array([[-3.0]])], c)
        found[f"c = {c}"] = {"gradients over c": [np.asarray(g) / c for g in grads], "norm over c": norm / c}
    return found


@probe("clip_global_norm", points=3, public=False)
def dropout_of_arrays(inverted_dropout, rng):
    """Three rates, u equal to p among the numbers, zeros that are kept, p = 0, arrays of one to three axes, a row, a column; dtypes."""
    h, u = rng.normal(size=(3, 5)), rng.uniform(size=(3, 5))
    h[0], h[1, 2] = np.maximum(h[0], 0), 0.0
    u[1, 2] = 0.9999
    u[0, 1:4] = 0.25, 0.75, 0.0
    u[2, :2] = 0.9995, 0.999
    found = {f"p = {p}": inverted_dropout(h, p, u) for p in (0.25, 0.75, 0.0, 0.999)}
    long, deep = rng.normal(size=7), rng.normal(size=(2, 3, 4))
    found["one axis"] = inverted_dropout(long, 0.5, rng.uniform(size=7))
    found["three axes"] = inverted_dropout(deep, 0.25, rng.uniform(size=(2, 3, 4)))
    found |= {"a row": inverted_dropout(h[:1], 0.25, u[:1]), "a column": inverted_dropout(h[:, :1], 0.75, u[:, 1:2])}
    return found | {"dtypes": dtype(*inverted_dropout(h, 0.25, u), *inverted_dropout(h, 0.0, u))}
