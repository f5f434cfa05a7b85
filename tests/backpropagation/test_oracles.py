"""The reference against torch, SciPy, scikit-learn and closed forms; and what the notebook claims."""

import itertools
import math

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats
import torch
from sklearn.linear_model import Perceptron

from dlcourse.authoring.worked import worked

NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "swish")
TORCH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "gelu": torch.nn.functional.gelu,
    "swish": torch.nn.functional.silu,
}


def separable(rng, d=3, m=50, margin=0.1):
    w, b, X = rng.normal(size=d), 0.3 * rng.normal(), rng.normal(size=(d, m))
    X = X[:, np.abs(w @ X + b) > margin]
    return X, np.sign(w @ X + b), w, b


@pytest.mark.parametrize("seed", range(5))
def test_perceptron_is_scikit_learns(ref, seed):
    X, y, _, _ = separable(np.random.default_rng(seed))
    w, b, mistakes = ref.perceptron_train(X, y, 0.5, 1000)
    theirs = Perceptron(shuffle=False, eta0=0.5, max_iter=len(mistakes), tol=None).fit(X.T, y)
    np.testing.assert_allclose(w, theirs.coef_[0])
    np.testing.assert_allclose(b, theirs.intercept_[0])
    assert mistakes[-1] == 0 and 0 not in mistakes[:-1]


@pytest.mark.parametrize("seed", range(20))
def test_updates_stay_below_the_bound(ref, seed):
    X, y, w, b = separable(np.random.default_rng(seed))
    assert sum(ref.perceptron_train(X, y, 0.1, 10_000)[2]) <= ref.novikoff_bound(X, y, w, b)


def test_bound_is_tight_for_one_example(ref):
    # the separator along (x, 1) itself gives 1, and one update is needed
    x = np.array([[1.0], [-2.0], [3.0]])
    assert ref.novikoff_bound(x, np.array([1.0]), x[:, 0], 1.0) == pytest.approx(1)


def test_perceptron_by_hand(ref):
    X, y = np.array([[2.0, 1, -1], [1, -1, 1]]), np.array([1.0, -1, -1])
    w, b, mistakes = ref.perceptron_train(X, y, 1.0, 10)
    assert (w.tolist(), b, mistakes) == ([1, 2], -2, [3, 1, 0])
    worked(ref, "perceptron_train", "[3, 1, 0]", mistakes)
    worked(ref, "perceptron_train", r"\tilde w^* = (1, 2, -2)", [w, b])
    bound = ref.novikoff_bound(X, y, w, b)
    worked(ref, "perceptron_train", "The bound is $54$, and there were 4", [bound, sum(mistakes)])
    for passes, row in ((1, "(2, 1) | −1 |"), (2, "(1, 2) | −2 |")):
        w, b, _ = ref.perceptron_train(X, y, 1.0, passes)
        worked(ref, "perceptron_train", row, [w, b])


def test_no_line_separates_xor(ref):
    # the linear program y (w . x + b) >= 1 is infeasible
    X, y = np.array([[0.0, 1, 0, 1], [0, 1, 1, 0]]), np.array([-1.0, -1, 1, 1])
    A = -y[:, None] * np.c_[X.T, np.ones(4)]
    assert (
        scipy.optimize.linprog(np.zeros(3), A, -np.ones(4), bounds=[(None, None)] * 3).status == 2
    )
    assert ref.perceptron_train(X, y, 1.0, 200)[2][-1] > 0


@pytest.mark.parametrize("name", NAMES)
def test_activation_is_torchs(ref, name, rng):
    z = np.concatenate([rng.normal(0, 3, size=200), [0.0, 1000, -1000, 40, -40]])
    t = torch.tensor(z, requires_grad=True)
    a = TORCH[name](t)
    (slope,) = torch.autograd.grad(a.sum(), t)
    ours, our_slope = ref.activation(name, z)
    np.testing.assert_allclose(ours, a.detach(), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(our_slope, slope, rtol=1e-9, atol=1e-14)


def test_sigmoid_is_scipys(ref, rng):
    z = rng.normal(0, 30, size=100)
    np.testing.assert_allclose(ref.activation("sigmoid", z)[0], scipy.special.expit(z), rtol=1e-12)


def test_gelu_by_hand(ref):
    a, slope = ref.activation("gelu", np.array([1.0]))
    worked(ref, "activation", "GELU is $0.8413$", a)
    worked(ref, "activation", "= 1.0833", slope)
    worked(ref, "activation", r"$\Phi(1) = 0.8413$", [1, scipy.stats.norm.cdf(1)])
    worked(ref, "activation", r"$\varphi(1) = 0.2420$", [1, scipy.stats.norm.pdf(1)])


@pytest.mark.parametrize("name", NAMES)
def test_slope_integrates_to_the_activation(ref, name):
    area, _ = scipy.integrate.quad(
        lambda t: ref.activation(name, np.array(t), 0.2)[1], -3, 2, points=[0]
    )
    ends = ref.activation(name, np.array([-3.0, 2.0]), 0.2)[0]
    assert area == pytest.approx(ends[1] - ends[0], abs=1e-9)


def test_no_activation_warns(ref):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for name in NAMES:
            ref.activation(name, np.array([1000.0, -1000.0, 0.0]))


def test_unknown_activation(ref):
    with pytest.raises(ValueError):
        ref.activation("elu", np.zeros(1))


def random_net(rng, sizes):
    Ws = [rng.normal(size=(o, i)) for i, o in zip(sizes, sizes[1:])]
    return Ws, [rng.normal(size=(o, 1)) for o in sizes[1:]]


def torch_logits(X, Ws, bs, acts):
    h = X
    for layer, (W, b) in enumerate(zip(Ws, bs)):
        z = torch.nn.functional.linear(h, W, b[:, 0])  # examples as rows
        h = TORCH[acts[layer]](z) if layer < len(acts) else z
    return h


@pytest.mark.parametrize(
    "sizes, acts", [([4, 3], []), ([4, 5, 3], ["gelu"]), ([2, 5, 6, 3], ["tanh", "leaky_relu"])]
)
def test_forward_is_torchs(ref, sizes, acts, rng):
    X, (Ws, bs) = rng.normal(size=(sizes[0], 7)), random_net(rng, sizes)
    logits = torch_logits(
        torch.tensor(X.T), [torch.tensor(W) for W in Ws], [torch.tensor(b) for b in bs], acts
    )
    P, cache = ref.mlp_forward(X, Ws, bs, acts)
    np.testing.assert_allclose(P.T, torch.softmax(logits, dim=1), rtol=1e-10)
    np.testing.assert_allclose(cache[-1][1].T, logits, rtol=1e-10)
    assert cache[0][0] is X and len(cache) == len(Ws)


def test_the_xor_net_solves_xor(ref):
    X = np.array([[0.0, 1, 0, 1], [0, 1, 1, 0]])
    Ws, bs = (
        [np.ones((2, 2)), np.array([[0.0, 0], [1, -2]])],
        [np.array([[0.0], [-1]]), np.array([[0.5], [0]])],
    )
    P, _ = ref.mlp_forward(X, Ws, bs, ["relu"])
    assert P.argmax(axis=0).tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(P.max(axis=0), 1 / (1 + math.exp(-0.5)))
    worked(ref, "mlp_forward", "(0.6225, 0.3775)$: equal", P[:, 1])
    worked(ref, "mlp_forward", "$P = (0.3775, 0.6225)$: different", P[:, 2])


def test_loss_is_torchs_and_gradient_autograds(ref, rng):
    logits = rng.normal(0, 3, size=(5, 8))
    logits[2, 0], logits[1, 3] = 1000, -1000
    labels = rng.integers(5, size=8)
    t = torch.tensor(logits.T.copy(), requires_grad=True)
    expected = torch.nn.functional.cross_entropy(t, torch.tensor(labels))
    expected.backward()
    loss, gradient = ref.softmax_cross_entropy(logits, np.eye(5)[:, labels])
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(gradient.T, t.grad, atol=1e-12)
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-12)


def test_loss_by_hand(ref):
    loss, gradient = ref.softmax_cross_entropy(
        np.array([[math.log(2)], [0], [0]]), np.array([[0.0], [1], [0]])
    )
    assert loss == pytest.approx(math.log(4))
    np.testing.assert_allclose(gradient[:, 0], [0.5, -0.75, 0.25])
    worked(ref, "softmax_cross_entropy", "= 1.3863", loss)
    worked(ref, "softmax_cross_entropy", "(0.5, -0.75, 0.25)", gradient)
    P, _ = ref.mlp_forward(
        np.ones((1, 1)), [np.array([[math.log(2)], [0], [0]])], [np.zeros((3, 1))], []
    )
    worked(ref, "softmax_cross_entropy", r"P = (\tfrac12, \tfrac14, \tfrac14)", P)
    worked(ref, "softmax_cross_entropy", "= 27.6", -math.log(1e-12))


@pytest.mark.parametrize(
    "acts", list(itertools.product(("tanh", "gelu", "relu", "swish"), repeat=2))
)
def test_backprop_is_autograds(ref, acts, rng):
    acts = list(acts)
    X, labels, (Ws, bs) = (
        rng.normal(size=(4, 7)),
        rng.integers(3, size=7),
        random_net(rng, [4, 6, 5, 3]),
    )
    tWs, tbs = ([torch.tensor(a, requires_grad=True) for a in arrays] for arrays in (Ws, bs))
    torch.nn.functional.cross_entropy(
        torch_logits(torch.tensor(X.T), tWs, tbs, acts), torch.tensor(labels)
    ).backward()
    _, cache = ref.mlp_forward(X, Ws, bs, acts)
    _, delta = ref.softmax_cross_entropy(cache[-1][1], np.eye(3)[:, labels])
    dWs, dbs = ref.backprop(delta, cache, Ws, acts)
    for ours, theirs in zip([*dWs, *dbs], [*tWs, *tbs], strict=True):
        np.testing.assert_allclose(ours, theirs.grad, rtol=1e-9, atol=1e-13)


def test_backprop_by_hand_and_its_step(ref):
    x, y, w1, b1, w2, b2 = 2.0, 0.5, math.log(2) / 2, 0.0, -1.5, 0.4

    def loss(w1, b1, w2, b2):
        return 0.5 * (w2 * math.tanh(w1 * x + b1) + b2 - y) ** 2

    assert math.tanh(math.log(2)) == pytest.approx(0.6)
    cache = [(np.array([[x]]), np.array([[math.log(2)]])), (np.array([[0.6]]), np.array([[-0.5]]))]
    dWs, dbs = ref.backprop(
        np.array([[-1.0]]), cache, [np.array([[w1]]), np.array([[w2]])], ["tanh"]
    )
    grads = [dWs[0].item(), dbs[0].item(), dWs[1].item(), dbs[1].item()]
    np.testing.assert_allclose(grads, [1.92, 0.96, -0.6, -1])
    numerical = scipy.optimize.approx_fprime([w1, b1, w2, b2], lambda t: loss(*t))
    np.testing.assert_allclose(grads, numerical, rtol=1e-5)
    after = [p - 0.1 * g for p, g in zip((w1, b1, w2, b2), grads)]
    worked(ref, "backprop", r"\partial w_1 = \delta_1 x = 1.92", grads[0])
    worked(ref, "backprop", r"\partial b_1 = 0.96", grads[1])
    worked(ref, "backprop", r"\partial w_2 = \delta_2 h_1 = -0.6", grads[2])
    worked(ref, "backprop", r"\partial b_2 = -1", grads[3])
    worked(ref, "backprop", "$w_1 = 0.1546$, $b_1 = -0.096$, $w_2 = -1.44$, $b_2 = 0.5$", after)
    z2 = after[2] * math.tanh(after[0] * x + after[1]) + after[3]
    worked(ref, "backprop", "$z_2 = 0.1976$", z2)
    losses = loss(w1, b1, w2, b2), loss(*after)
    worked(ref, "backprop", "falls from $0.5$ to $0.0457$", losses)
    assert losses[0] == pytest.approx(0.5)


def test_gradient_check_by_hand(ref):
    error = ref.gradient_check(lambda t: t[0] ** 3, np.array([2.0]), np.array([12.0]), 0.1)
    assert error == pytest.approx(0.01 / 24.01, rel=1e-9)
    worked(ref, "gradient_check", r"4.16 \cdot 10^{-4}", error)
    worked(ref, "gradient_check", "12.01", 12 * (1 + error) / (1 - error))
    worked(ref, "gradient_check", "12.61", (2.1**3 - 2**3) / 0.1)
    error = ref.gradient_check(lambda t: t[0] ** 3, np.array([2.0]), np.array([12.0]), 1.0)
    central = 12 * (1 + error) / (1 - error)
    worked(ref, "gradient_check", "from 1 to 3 has the slope 13", [1, 3, central])
    worked(ref, "gradient_check", "from 2 to 3 the slope 19", [2, 3, 3**3 - 2**3])


def test_gradient_check_accepts_scipys_gradient_and_rejects_others(ref, rng):
    theta = rng.normal(size=6)
    grad = scipy.optimize.rosen_der(theta)
    assert ref.gradient_check(scipy.optimize.rosen, theta, grad) < 1e-6
    for i in range(6):
        assert (
            ref.gradient_check(scipy.optimize.rosen, theta, grad * (1 + 0.01 * (np.arange(6) == i)))
            > 1e-3
        )


def test_gradient_check_has_the_error_of_taylors_theorem(ref):
    # central difference of e^t is e^t sinh(eps) / eps
    for eps in (0.5, 0.1, 0.01):
        n = math.exp(0.7) * math.sinh(eps) / eps
        expected = (n - math.exp(0.7)) / (n + math.exp(0.7))
        grad = np.exp(np.array([0.7]))
        assert ref.gradient_check(
            lambda t: math.exp(t[0]), np.array([0.7]), grad, eps
        ) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("n_in, n_out", [(400, 30), (20, 500)])
@pytest.mark.parametrize("scheme", ["xavier_normal", "xavier_uniform", "he", "leaky_he"])
def test_weights_have_the_distribution_of_torchs(ref, scheme, n_in, n_out, rng):
    theirs = torch.empty(n_out, n_in, dtype=torch.float64)
    torch.manual_seed(0)
    fill = {
        "xavier_normal": torch.nn.init.xavier_normal_,
        "xavier_uniform": torch.nn.init.xavier_uniform_,
        "he": lambda t: torch.nn.init.kaiming_normal_(t, nonlinearity="relu"),
        "leaky_he": lambda t: torch.nn.init.kaiming_normal_(t, a=0.6, nonlinearity="leaky_relu"),
    }[scheme]
    fill(theirs)
    W = ref.init_weights(n_in, n_out, scheme, rng, alpha=0.6)
    assert W.shape == (n_out, n_in)
    assert scipy.stats.ks_2samp(W.ravel(), theirs.numpy().ravel()).pvalue > 1e-4
    n = W.size
    assert W.var() == pytest.approx(
        ref.weight_variance(n_in, n_out, scheme, 0.6), rel=6 * math.sqrt(2 / n)
    )


def test_variances_by_hand(ref):
    v = ref.weight_variance
    assert [v(8, 4, "xavier_normal"), v(8, 4, "he"), v(8, 4, "leaky_he", 1.0)] == pytest.approx(
        [1 / 6, 1 / 4, 1 / 8]
    )
    worked(ref, "weight_variance", "Xavier has $v = 1/6$", v(8, 4, "xavier_normal"))
    worked(ref, "weight_variance", "0.7071", math.sqrt(3 * v(8, 4, "xavier_uniform")))
    he = v(8, 4, "he")
    worked(ref, "weight_variance", "v = 1/4$ and a standard deviation of $0.5", [he, math.sqrt(he)])
    worked(ref, "weight_variance", "v = 1/8", v(8, 4, "leaky_he", 1.0))
    assert v(9, 5, "leaky_he") == pytest.approx(
        (torch.nn.init.calculate_gain("leaky_relu", 0.01) / 3) ** 2
    )


@pytest.mark.parametrize("alpha", [0.0, 0.2])
def test_he_keeps_the_second_moment(ref, alpha, rng):
    h = rng.normal(size=(600, 200))
    scheme, name = ("he", "relu") if alpha == 0 else ("leaky_he", "leaky_relu")
    for _ in range(5):
        h, _ = ref.activation(name, ref.init_weights(600, 600, scheme, rng, alpha) @ h, alpha)
    assert (h**2).mean() == pytest.approx(1, rel=0.25)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_profile_is_autograds(ref, name, residual, rng):
    sizes = [4] * 6 if residual else [4, 6, 3, 5, 2]
    Ws = [rng.normal(size=(o, i)) for i, o in zip(sizes, sizes[1:])]
    X, g = rng.normal(size=(sizes[0], 7)), rng.normal(size=(sizes[-1], 7))
    h, zs = torch.tensor(X, requires_grad=True), []
    for W in Ws:
        zs.append(torch.tensor(W) @ h)
        h = TORCH[name](zs[-1]) + (h if residual else 0)
    deltas = torch.autograd.grad((h * torch.tensor(g)).sum(), zs)
    expected = [d.norm().item() for d in deltas]
    np.testing.assert_allclose(
        ref.gradient_norm_profile(X, Ws, name, g, residual), expected, rtol=1e-9
    )


def test_profiles_by_hand(ref):
    x, g, Ws = np.array([[1.0]]), np.array([[10.0]]), [np.array([[-1.0]]), np.array([[-3.0]])]
    for residual, z2, expected in ((False, 0.03, [0.3, 10]), (True, -2.97, [0.097, 0.1])):
        h = ref.activation("leaky_relu", Ws[0] @ x)[0] + (x if residual else 0)
        assert (Ws[1] @ h).item() == pytest.approx(z2)
        profile = ref.gradient_norm_profile(x, Ws, "leaky_relu", g, residual)
        np.testing.assert_allclose(profile, expected)
        text = "(0.097, 0.1)" if residual else "(0.3, 10)"
        worked(ref, "gradient_norm_profile", text, profile)
        worked(ref, "gradient_norm_profile", f"z_2 = {z2}", Ws[1] @ h)


def test_squared_norm_grows_by_inputs_times_variance(ref, rng):
    # widths differ, so that inputs and outputs cannot be mixed up; ReLU's mean squared slope is 1/2
    W1, W2 = rng.normal(0, 0.2, size=(300, 500)), rng.normal(0, 0.1, size=(700, 300))
    first, second = ref.gradient_norm_profile(
        rng.normal(size=(500, 50)), [W1, W2], "relu", rng.normal(size=(700, 50))
    )
    assert (first / second) ** 2 == pytest.approx(300 * 0.1**2 / 2, rel=0.1)


def test_gain_of_question_6(ref):
    worked(ref, "weight_variance", r"$0.9^{40} = 0.015$", [0.9, 0.9**40])


def test_numbers_of_question_7(ref):
    worked(ref, "gradient_norm_profile", r"0.25^{19} = 3.6 \cdot 10^{-12}", [0.25, 0.25**19])
    worked(ref, "gradient_norm_profile", r"2^{-9.5} = 1.4 \cdot 10^{-3}", [2, 2**-9.5])
    worked(ref, "gradient_norm_profile", r"2.88^{9.5} = 2.3 \cdot 10^4", [2.88, 2.88**9.5])
    assert 64 * 0.3**2 / 2 == pytest.approx(2.88)


@pytest.mark.parametrize("c", [0.5, 3.0, 100.0])
def test_clipping_is_torchs(ref, c, rng):
    grads = [rng.normal(size=s) for s in ((3, 4), (5,), (2, 1, 3))]
    parameters = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in grads]
    for p, g in zip(parameters, grads):
        p.grad = torch.tensor(g)
    norm = torch.nn.utils.clip_grad_norm_(parameters, c)
    ours, our_norm = ref.clip_global_norm(grads, c)
    assert our_norm == pytest.approx(norm.item())
    for a, p in zip(ours, parameters, strict=True):
        np.testing.assert_allclose(a, p.grad, rtol=1e-5)  # torch adds 1e-6 to the norm


def test_dropout_keeps_the_mean_and_its_backward_is_the_mask(ref, rng):
    h = np.repeat([[1.0], [-2.0], [5.0]], 200_000, axis=1)
    out, mask = ref.inverted_dropout(h, 0.3, rng.uniform(size=h.shape))
    np.testing.assert_allclose(out.mean(axis=1), [1, -2, 5], rtol=0.01)
    assert (mask == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert set(np.unique(mask)) == {0.0, 1 / 0.7}
    t = torch.tensor(h[:, :5], requires_grad=True)
    (t * torch.tensor(mask[:, :5])).sum().backward()
    np.testing.assert_array_equal(t.grad, mask[:, :5])


def test_dropout_by_hand(ref):
    out, mask = ref.inverted_dropout(np.array([2.0, -1, 4]), 0.2, np.array([0.9, 0.1, 0.2]))
    assert mask.tolist() == [1.25, 0, 1.25] and out.tolist() == [2.5, 0, 5]
    worked(ref, "clip_global_norm", "(1.25, 0, 1.25)", mask)
    worked(ref, "clip_global_norm", "(2.5, 0, 5)", out)


def test_clipping_by_hand(ref):
    grads = [np.array([3.0, 0.0]), np.array([4.0])]
    clipped, norm = ref.clip_global_norm(grads, 1.0)
    worked(ref, "clip_global_norm", r"\lVert g \rVert = 5", norm)
    worked(ref, "clip_global_norm", r"\bigl((0.6, 0), (0.8)\bigr)", clipped)
    assert [g.tolist() for g in ref.clip_global_norm(grads, 10.0)[0]] == [[3, 0], [4]]


# what the notebook says about its pictures, under more seeds than those of claims.py


@pytest.mark.parametrize("seed", range(3, 7))
def test_gradients_in_twenty_layers(ref, seed):
    ratio = ref.gradients_in_twenty_layers(seed)
    assert 2e-13 < ratio["sigmoid, Xavier"] < 3.6e-12
    assert 0.1 < ratio["tanh, Xavier"] < 0.4
    assert 0.3 < ratio["ReLU, He"] < 3
    assert 3e-4 < ratio["ReLU, variance 1/n"] < 5e-3
    assert 7e3 < ratio["ReLU, std 0.3"] < 8e4
    assert 2 < ratio["sigmoid, Xavier, residual"] < 5


@pytest.mark.parametrize("seed", range(3, 6))
def test_backpropagation_beats_its_controls(ref, seed):
    read = ref.digits_of_both_kinds(seed)
    assert read["no_hidden_layer"] < 40
    assert read["no_hidden_layer"] + 20 < read["random_hidden_layer"] < read["backprop"] - 10
    assert read["untrained"] < 25 < 87 < read["backprop"] < read["nearest_neighbour"]


def test_moved_pixels_are_autograds(ref):
    # the blame of the pixels that the last demos compute, against torch
    Ws, bs, acts = ref.trained(0, 32, 0.1, steps=50)
    images, names = ref.positives_and_negatives(0)
    x = torch.tensor(images[:, 1300:1301].T, requires_grad=True)
    logits = torch_logits(x, [torch.tensor(W) for W in Ws], [torch.tensor(b) for b in bs], acts)
    torch.nn.functional.cross_entropy(logits, torch.tensor(names[1300:1301])).backward()
    _, cache = ref.mlp_forward(images[:, 1300:1301], Ws, bs, acts)
    _, delta = ref.softmax_cross_entropy(cache[-1][1], np.eye(10)[:, names[1300:1301]])
    _, dbs = ref.backprop(delta, cache, Ws, acts)
    np.testing.assert_allclose((Ws[0].T @ dbs[0]).T, x.grad, rtol=1e-9, atol=1e-13)


def test_size_of_the_net(ref):
    Ws, bs, _ = ref.trained(0, 32, 0.1, steps=0)
    size = sum(a.size for a in (*Ws, *bs))
    worked(ref, "Payoff: digits, black on white or white on black", "your net keeps 2410", size)
