"""The reference of domain_adaptation against densities, SciPy, scikit-learn, autograd and closed forms."""

import copy
import math

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import scipy.spatial.distance
import scipy.stats
import torch
from sklearn.metrics import confusion_matrix
from sklearn.metrics.pairwise import rbf_kernel
from torch import nn

from dlcourse.authoring.worked import worked

F64 = torch.float64


def normal(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def test_ideal_classifier_gives_the_density_ratio(ref, rng):
    x = rng.normal(size=20)
    p_s, p_t = scipy.stats.norm(0, 1).pdf(x), scipy.stats.norm(0.7, 0.5).pdf(x)
    for n_s, n_t in ((300, 100), (20, 900)):
        p = n_t * p_t / (n_s * p_s + n_t * p_t)
        np.testing.assert_allclose(ref.density_ratio_weights(p, n_s, n_t), p_t / p_s)


def test_weighted_risk_estimates_the_target_risk(ref, rng):
    """E[x^2] under N(0.5, 0.8) from samples of N(0, 1)."""
    x = rng.normal(size=200_000)
    w = scipy.stats.norm(0.5, 0.8).pdf(x) / scipy.stats.norm(0, 1).pdf(x)
    truth = 0.5**2 + 0.8**2
    for normalize in (False, True):
        assert ref.weighted_risk(x**2, w, normalize) == pytest.approx(truth, rel=0.02)
    assert ref.effective_sample_size(w) / len(x) == pytest.approx(1 / np.mean(w**2), rel=0.02)


def test_normalised_risk_is_numpys_weighted_mean(ref, rng):
    losses, w = rng.normal(size=9), rng.uniform(size=9)
    assert ref.weighted_risk(losses, w, True) == pytest.approx(np.average(losses, weights=w))
    assert ref.effective_sample_size(np.ones(9)) == pytest.approx(9)


def test_numbers_of_question_1(ref):
    weights = ref.density_ratio_weights(np.array([0.25, 0.5]), 300, 100)
    np.testing.assert_allclose(weights, [1, 3])
    worked(ref, "density_ratio_weights", r"\frac13\cdot3 = 1", [1 / 3, 3, weights[0]])
    worked(ref, "density_ratio_weights", "the weight is 3", weights[1])
    losses, w = np.array([1.0, 2, 4]), np.array([3.0, 1, 0])
    assert ref.weighted_risk(losses, w, True) == 1.25 and ref.effective_sample_size(w) == 1.6
    worked(ref, "density_ratio_weights", "= 1.667", ref.weighted_risk(losses, w))
    worked(ref, "density_ratio_weights", "= 1.25", ref.weighted_risk(losses, w, True))
    worked(ref, "density_ratio_weights", "= 1.6", ref.effective_sample_size(w))


@pytest.mark.parametrize("seed", range(4))
def test_claims_of_the_weighted_line(ref, seed):
    numbers = ref.a_line_under_covariate_shift(seed=seed)
    assert numbers["weighted_on_target"] < 0.2 * numbers["plain_on_target"]
    error = abs(numbers["plain_estimated"] - numbers["plain_on_target"])
    assert error < 0.5 * abs(numbers["plain_on_source"] - numbers["plain_on_target"])
    assert numbers["mean_weight"] == pytest.approx(1, abs=0.05)
    assert 150 < numbers["effective_sample_size"] < 350


def test_adjusted_posterior_is_bayes_rule_with_the_new_prior(ref, rng):
    x, prior_s, prior_t = (
        rng.normal(size=(30, 1)),
        np.array([0.5, 0.3, 0.2]),
        np.array([0.1, 0.2, 0.7]),
    )
    likelihood = scipy.stats.norm([-1, 0, 2], [1, 0.5, 1.5]).pdf(x)
    post_s, post_t = (likelihood * p / (likelihood @ p)[:, None] for p in (prior_s, prior_t))
    np.testing.assert_allclose(ref.adjust_posterior(post_s, prior_t / prior_s), post_t)


def log_likelihood(post, prior_s, prior_t):
    return np.log(post @ (prior_t / prior_s)).sum()


def test_em_climbs_to_the_maximum_that_scipy_finds(ref, rng):
    post, prior_s = rng.dirichlet([0.7, 0.5, 0.6], size=60), np.array([0.5, 0.2, 0.3])
    climb = [
        log_likelihood(post, prior_s, ref.label_shift_em(post, prior_s, t)[0]) for t in range(30)
    ]
    assert (np.diff(climb) >= -1e-10).all()
    best = scipy.optimize.minimize(
        lambda pi: -log_likelihood(post, prior_s, pi),
        np.full(3, 1 / 3),
        bounds=[(1e-9, 1)] * 3,
        constraints={"type": "eq", "fun": lambda pi: pi.sum() - 1},
        options={"ftol": 1e-14},
    )
    np.testing.assert_allclose(ref.label_shift_em(post, prior_s, 2000)[0], best.x, atol=1e-5)


def test_numbers_of_question_2(ref):
    post, prior_s = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]]), np.array([0.75, 0.25])
    prior, adjusted = ref.label_shift_em(post, prior_s, 1)
    np.testing.assert_allclose(prior, [0.6, 0.4])
    np.testing.assert_allclose(
        adjusted * [[0.88], [1.12], [1.36]], [[0.72, 0.16], [0.48, 0.64], [0.24, 1.12]]
    )
    texts = "= (0.818, 0.182)", "= (0.429, 0.571)", "= (0.176, 0.824)"
    for text, row in zip(texts, adjusted, strict=True):
        worked(ref, "label_shift_em", text, row)
    worked(ref, "label_shift_em", "the mean $(0.6, 0.4)$", prior)
    worked(ref, "label_shift_em", "= (0.8, 1.6)", prior / prior_s)
    for rounds, text in ((2, "(0.474, 0.526)"), (500, "(0.154, 0.846)")):
        worked(ref, "label_shift_em", text, ref.label_shift_em(post, prior_s, rounds)[0])


def test_joint_confusion_is_scikit_learns_transposed(ref, rng):
    y_pred, y_true = rng.integers(5, size=40), rng.integers(4, size=40)
    theirs = confusion_matrix(y_true, y_pred, labels=range(5), normalize="all")
    np.testing.assert_allclose(ref.joint_confusion(y_pred, y_true, 5), theirs.T)


def test_bbse_recovers_the_ratio(ref, rng):
    given_truth = rng.dirichlet(np.ones(4), size=4).T + 2 * np.eye(4)
    given_truth /= given_truth.sum(axis=0)
    prior_s, prior_t = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.0, 0.3, 0.6])
    w = ref.bbse_weights(given_truth * prior_s, given_truth @ prior_t)
    np.testing.assert_allclose(w, prior_t / prior_s, atol=1e-12)


def test_numbers_of_question_3(ref):
    # ten examples: 5 of class 0, of which 4 are recognised, and 5 of class 1, of which 3 are
    y_pred, y_true = np.array([0] * 4 + [1] + [1] * 3 + [0] * 2), np.repeat([0, 1], 5)
    joint, mu = ref.joint_confusion(y_pred, y_true, 2), np.array([0.48, 0.52])
    worked(ref, "bbse_weights", r"\begin{pmatrix}0.4 & 0.2\\ 0.1 & 0.3\end{pmatrix} w", joint)
    w = ref.bbse_weights(joint, mu)
    np.testing.assert_allclose(w, [0.4, 1.6])
    assert np.linalg.det(joint) == pytest.approx(0.1)
    np.testing.assert_allclose(joint.sum(axis=0) * w, [0.2, 0.8])
    worked(ref, "bbse_weights", r"= \begin{pmatrix}0.4\\ 1.6\end{pmatrix}", w)
    worked(ref, "bbse_weights", "= (0.2, 0.8)", joint.sum(axis=0) * w)
    worked(ref, "bbse_weights", r"\det J = 0.1", np.linalg.det(joint))


def test_numbers_of_question_4(ref):
    x = torch.tensor(3.0, requires_grad=True)
    y = ref.GradReverse.apply(x, 0.5)
    (y**2).backward()
    worked(ref, "GradReverse", "Forward: $y = 3$ and $L = 9$", [y, y**2])
    worked(ref, "GradReverse", "arrives, and $-3$ leaves", x.grad)


@pytest.mark.parametrize("seed", range(4))
def test_claims_about_em_and_bbse(ref, seed):
    numbers = ref.how_common_is_class_1(seed=seed)
    assert numbers["EM"] == pytest.approx(0.9, abs=0.03)
    assert numbers["BBSE"] == pytest.approx(0.9, abs=0.06)
    assert numbers["BBSE, overconfident"] == numbers["BBSE"]
    assert numbers["EM, overconfident"] < 0.86
    assert numbers["share of predictions"] < 0.82
    assert numbers["accuracy adjusted"] > numbers["accuracy as it is"] + 0.05


def test_reversal_has_the_gradient_of_minus_lam_times_the_loss(ref, rng):
    x, W = normal(rng, 3, 4).requires_grad_(), normal(rng, 4, 2)
    for lam in (0.0, 0.3, 2.0):
        (expected,) = torch.autograd.grad(-lam * torch.tanh(x @ W).sum(), x)
        y = ref.GradReverse.apply(x, lam)
        assert torch.equal(y, x)
        (actual,) = torch.autograd.grad(torch.tanh(y @ W).sum(), x)
        torch.testing.assert_close(actual, expected)


def test_ramp_is_a_hyperbolic_tangent(ref):
    for p in np.linspace(0, 1, 7):
        assert ref.dann_lambda(p, 3.0) == pytest.approx(math.tanh(1.5 * p), abs=1e-15)
    assert [round(ref.dann_lambda(p), 3) for p in (0, 0.1, 0.5)] == [0, 0.462, 0.987]


def test_one_backward_pass_is_two_opposite_descents(ref, rng):
    """c and d descend their losses; f descends class loss - lam * domain loss, without any reversal layer."""
    torch.manual_seed(0)
    f, c, d = (nn.Linear(i, o, dtype=F64) for i, o in ((3, 5), (5, 4), (5, 1)))
    xs, xt, ys, lam = normal(rng, 6, 3), normal(rng, 4, 3), torch.tensor([0, 1, 2, 3, 1, 1]), 0.7
    class_loss, domain_loss = ref.dann_losses(f, c, d, xs, ys, xt, lam)
    ours = torch.autograd.grad(class_loss + domain_loss, [f.weight, c.weight, d.weight])
    D_s, D_t = torch.sigmoid(d(f(xs))), torch.sigmoid(d(f(xt)))
    plain_domain = -D_s.log().mean() - (1 - D_t).log().mean()
    plain_class = -torch.softmax(c(f(xs)), 1)[range(6), ys].log().mean()
    torch.testing.assert_close(
        torch.stack([class_loss, domain_loss]), torch.stack([plain_class, plain_domain])
    )
    theirs = (
        *torch.autograd.grad(plain_class - lam * plain_domain, f.weight, retain_graph=True),
        *torch.autograd.grad(plain_class, c.weight, retain_graph=True),
        *torch.autograd.grad(plain_domain, d.weight),
    )
    torch.testing.assert_close(ours, theirs)


def test_loss_of_the_best_domain_classifier_is_the_jensen_shannon_divergence(ref):
    """On a space of four points the features' law is a table, and the best d is known."""
    n, p_s, p_t = 20, np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.1, 0.3, 0.2, 0.4])
    best = torch.tensor(np.log(np.maximum(p_s, 1e-12) / p_t))
    points = [
        torch.tensor(np.repeat(np.arange(4), (p * n).round().astype(int)))[:, None]
        for p in (p_s, p_t)
    ]
    _, loss = ref.dann_losses(
        lambda x: x,
        lambda h: torch.zeros(len(h), 2, dtype=F64),
        lambda h: best[h],
        points[0],
        torch.zeros(n).long(),
        points[1],
        0.0,
    )
    js = scipy.spatial.distance.jensenshannon(p_s, p_t) ** 2
    assert loss.item() == pytest.approx(2 * math.log(2) - 2 * js, rel=1e-9)


def test_numbers_of_question_5(ref):
    h_s, h_t = (
        torch.tensor([[math.log(3)]], requires_grad=True),
        torch.zeros(1, 1, requires_grad=True),
    )
    _, loss = ref.dann_losses(
        lambda x: x, lambda h: h, lambda h: h, h_s, torch.tensor([0]), h_t, 2.0
    )
    parts = [-math.log(0.75), math.log(2)]
    worked(ref, "dann_losses", "= 0.288 + 0.693 = 0.981", [*parts, loss])
    gradients = torch.autograd.grad(loss, (h_s, h_t))
    assert [g.item() for g in gradients] == pytest.approx([0.5, -1.0])
    worked(ref, "dann_losses", r"the features get $+\frac12$ and $-1$", gradients)
    ramp = [ref.dann_lambda(p) for p in (0.0, 0.1, 0.5)]
    text = r"$\lambda(0) = 0$, $\lambda(0.1) = 0.462$, $\lambda(0.5) = 0.987$"
    worked(ref, "dann_losses", text, [0, ramp[0], 0.1, ramp[1], 0.5, ramp[2]])


def test_mmd_is_made_of_scikit_learns_kernels(ref, rng):
    X, Y, sigmas = normal(rng, 7, 3), normal(rng, 5, 3) + 1, [0.5, 2.0]

    def mean(A, B):
        return np.mean([rbf_kernel(A, B, gamma=1 / (2 * s**2)).mean() for s in sigmas])

    expected = mean(X, X) + mean(Y, Y) - 2 * mean(X, Y)
    assert ref.mmd2(X, Y, sigmas).item() == pytest.approx(expected)
    assert ref.mmd2(X, X, sigmas).item() == pytest.approx(0, abs=1e-15)


def test_mmd_gradient_by_finite_differences(ref, rng):
    X, Y = normal(rng, 4, 2).requires_grad_(), normal(rng, 3, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda X, Y: ref.mmd2(X, Y, [0.6, 1.5]), (X, Y))


def test_mmd_is_the_distance_of_mean_random_features(ref, rng):
    """cos and sin of random projections: an explicit feature map of the Gaussian kernel."""
    X, Y, sigma = normal(rng, 6, 2), normal(rng, 4, 2) + 0.5, 1.3
    W = rng.normal(size=(2, 200_000)) / sigma
    means = [
        np.concatenate([np.cos(Z.numpy() @ W).mean(0), np.sin(Z.numpy() @ W).mean(0)])
        for Z in (X, Y)
    ]
    explicit = ((means[0] - means[1]) ** 2).sum() / W.shape[1]
    assert ref.mmd2(X, Y, [sigma]).item() == pytest.approx(explicit, rel=0.02)


def test_bias_of_the_estimate(ref, rng):
    """Mean over many pairs of samples of one law: (1/n + 1/m)(1 - E k), with E k = (1 + 2/sigma^2)^(-1/2)."""
    n, m, sigma = 5, 8, 1.0
    values = [ref.mmd2(normal(rng, n, 1), normal(rng, m, 1), [sigma]).item() for _ in range(3000)]
    expected = (1 / n + 1 / m) * (1 - 1 / math.sqrt(3))
    assert np.mean(values) == pytest.approx(expected, abs=5 * np.std(values) / math.sqrt(3000))
    assert min(values) >= 0


@pytest.mark.parametrize("n, m", [(4, 3), (4, 4), (1, 1), (5, 2)])
def test_median_is_scipys(ref, n, m, rng):
    X, Y = normal(rng, n, 3), normal(rng, m, 3)
    expected = np.median(scipy.spatial.distance.pdist(np.concatenate([X, Y])))
    assert ref.median_sigma(X, Y) == pytest.approx(expected)


def test_numbers_of_question_6(ref):
    X, Y = torch.tensor([[0.0], [1.0]], dtype=F64), torch.tensor([[2.0]], dtype=F64)
    sigma = math.sqrt(1 / (2 * math.log(2)))
    assert ref.mmd2(X, Y, [sigma]).item() == pytest.approx(1.1875)
    assert ref.median_sigma(X, Y) == 1
    worked(ref, "mmd2", "= 1.1875", ref.mmd2(X, Y, [sigma]))
    worked(ref, "mmd2", "their median is 1", ref.median_sigma(X, Y))


def test_coral_loss_is_numpys(ref, rng):
    S, T = normal(rng, 7, 3), 2 * normal(rng, 5, 3) + 1
    gap = np.cov(S.numpy(), rowvar=False) - np.cov(T.numpy(), rowvar=False)
    assert ref.coral_loss(S, T).item() == pytest.approx(np.linalg.norm(gap, "fro") ** 2 / 36)
    assert torch.autograd.gradcheck(ref.coral_loss, (S.requires_grad_(), T.requires_grad_()))


def test_moved_source_has_the_moments_of_the_target(ref, rng):
    S, T = normal(rng, 30, 4) @ normal(rng, 4, 4) + 3, normal(rng, 20, 4) @ normal(rng, 4, 4) - 5
    moved = ref.coral_transform(S, T, 0.0)
    torch.testing.assert_close(moved.mean(0), T.mean(0))
    torch.testing.assert_close(torch.cov(moved.T), torch.cov(T.T))
    torch.testing.assert_close(ref.coral_transform(S, S, 0.3), S)


def test_moved_source_by_scipys_roots(ref, rng):
    S, T, eps = normal(rng, 6, 4), normal(rng, 3, 4), 0.2
    C_S, C_T = (np.cov(Z.numpy(), rowvar=False) + eps * np.eye(4) for Z in (S, T))
    A = scipy.linalg.fractional_matrix_power(C_S, -0.5) @ scipy.linalg.sqrtm(C_T)
    expected = (S.numpy() - S.numpy().mean(0)) @ A + T.numpy().mean(0)
    np.testing.assert_allclose(ref.coral_transform(S, T, eps), expected)


def test_numbers_of_question_7(ref):
    S = torch.tensor([[1.0, 0], [-1, 0], [0, 2], [0, -2]], dtype=F64)
    T = torch.tensor([[7.0, 1], [3, 1], [5, 2], [5, 0]], dtype=F64)
    torch.testing.assert_close(torch.cov(S.T), torch.diag(torch.tensor([2 / 3, 8 / 3], dtype=F64)))
    torch.testing.assert_close(torch.cov(T.T), torch.diag(torch.tensor([8 / 3, 2 / 3], dtype=F64)))
    assert ref.coral_loss(S, T).item() == pytest.approx(0.5)
    worked(ref, "coral_loss", "= 0.5", ref.coral_loss(S, T))
    moved = ref.coral_transform(S, T, 0.0)
    torch.testing.assert_close(moved[[0, 2]], torch.tensor([[7.0, 1], [5, 2]], dtype=F64))
    worked(ref, "coral_loss", r"$(1, 0)\mapsto(7, 1)$", [S[0], moved[0]])
    worked(ref, "coral_loss", r"$(0, 2)\mapsto(5, 2)$", [S[2], moved[2]])


def test_pooled_statistics_are_numpys(ref, rng):
    batches = [normal(rng, n, 3) * n + n for n in (1, 5, 2)]
    mean, var = ref.adabn_stats(batches)
    z = np.concatenate([b.numpy() for b in batches])
    np.testing.assert_allclose(mean, z.mean(0))
    np.testing.assert_allclose(var, z.var(0))


def test_numbers_of_question_8(ref):
    batches = [torch.tensor([[0.0], [2.0]]), torch.tensor([[10.0]])]
    mean, var = ref.adabn_stats(batches)
    assert mean.item() == 4
    worked(ref, "adapt_batchnorm", r"\frac{12}3 = 4", [12 / 3, mean])
    worked(ref, "adapt_batchnorm", "= 18.67", var)
    means, variances = zip(*(ref.adabn_stats([batch]) for batch in batches), strict=True)
    worked(ref, "adapt_batchnorm", "batch means 1 and 10 average to 5.5", [*means, sum(means) / 2])
    text = "the batch variances 1 and 0 to 0.5"
    worked(ref, "adapt_batchnorm", text, [*variances, sum(variances) / 2])


def bn_net(rng):
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Linear(5, 3)
    ).double().eval()  # fmt: skip


def test_adapted_network_is_the_network_in_training_mode(ref, rng):
    """With all of the target as one batch, training mode normalises by the batch: the same outputs."""
    net, x = bn_net(rng), 3 * normal(rng, 12, 4) - 1
    expected = copy.deepcopy(net).train()(x)
    ref.adapt_batchnorm(net, [x[:7], x[7:8], x[8:]])
    torch.testing.assert_close(net(x), expected)
    assert not any(layer.training for layer in net)


def test_contrast_and_brightness_are_undone_exactly(ref, rng):
    net, x = bn_net(rng), normal(rng, 40, 4)
    for layer in net:
        if isinstance(layer, nn.BatchNorm1d):
            layer.eps = 0.0
    foggy = copy.deepcopy(net)
    ref.adapt_batchnorm(net, [x])
    ref.adapt_batchnorm(foggy, list((0.4 * x + 0.5).split(9)))
    torch.testing.assert_close(foggy(0.4 * x + 0.5), net(x))


@pytest.mark.parametrize("seed", range(4))
def test_claims_about_the_fog(ref, seed):
    numbers = ref.digits_in_the_fog(seed=seed)
    assert numbers["fog"] < 0.35
    assert numbers["fog, AdaBN"] > 0.96 and numbers["fog, AdaBN"] > numbers["clear"] - 0.015
    assert numbers["AdaBN, 8 examples"] < numbers["fog, AdaBN"] - 0.01
    assert numbers["clear, 0 to 2"] > 0.97 and numbers["AdaBN, 0 to 2"] < 0.85


@pytest.mark.parametrize("tau, cap", [(0.3, 1), (0.5, 2), (0.6, 5), (0.0, 100)])
def test_selection_by_its_definition(ref, tau, cap, rng):
    """An example is kept if and only if it is confident and fewer than cap of its class come before it."""
    probs = torch.from_numpy(rng.multinomial(8, [0.5, 0.3, 0.2], size=60) / 8)  # many ties
    idx, y = ref.select_pseudo_labels(probs, tau, cap)
    label, confidence = np.argmax(probs.numpy(), axis=1), probs.numpy().max(axis=1)
    expected = [
        i
        for i in range(60)
        if confidence[i] >= tau
        and sum(
            label[j] == label[i] and (-confidence[j], j) < (-confidence[i], i) for j in range(60)
        )
        < cap
    ]
    assert idx.tolist() == expected and y.tolist() == label[expected].tolist()


def test_numbers_of_question_9(ref):
    probs = torch.tensor([[0.875, 0.125], [0.25, 0.75], [0.875, 0.125], [0.5, 0.5], [1.0, 0.0]])
    idx, y = ref.select_pseudo_labels(probs, 0.75, 2)
    assert (idx.tolist(), y.tolist()) == ([0, 1, 4], [0, 1, 0])
    text = "indices $(0, 1, 4)$ with labels $(0, 1, 0)$"
    worked(ref, "select_pseudo_labels", text, [idx, y])


def test_claims_about_some_of_the_seeds(ref):
    """What the text says of two seeds out of three; claims.py holds what is true of each."""
    moons = [ref.moons_that_have_moved(seed=seed) for seed in range(3)]
    best = [max(n, key=n.__getitem__) == "self-training, growing cap" for n in moons]
    assert sum(best) == 2
    for n, is_best in zip(moons, best, strict=True):
        capped = n["self-training, growing cap"]
        assert capped > 90 if is_best else capped < min(n["DANN"], n["MMD"])
    digits = [ref.from_print_to_handwriting(seed=seed) for seed in range(3)]
    assert sum(n["DANN"] < n["AdaBN"] for n in digits) == 2
