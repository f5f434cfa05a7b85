"""The reference of transfer_learning against scikit-learn, SciPy, torch's optimizers, exhaustive enumeration and closed forms."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import rbf_kernel
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64
LOG2 = math.log(2)


def t(values):
    return torch.tensor(values, dtype=F64)


def test_settings_are_the_surveys_table(ref):
    """Rows as the survey's table has them; all others are none."""
    inductive = {(d, False, s, True) for d in (True, False) for s in (True, False)}
    transductive = {(False, True, True, False)}
    unsupervised = {
        (True, False, False, False),
        (False, True, False, False),
        (False, False, False, False),
    }
    for row in itertools.product((True, False), repeat=4):
        word = (
            "inductive" if row in inductive else "transductive" if row in transductive else "none"
        )
        assert ref.transfer_setting(*row) == ("unsupervised" if row in unsupervised else word)


def test_settings_by_hand(ref):
    assert ref.transfer_setting(False, False, True, True) == "inductive"
    assert ref.transfer_setting(False, True, True, False) == "transductive"


def test_kernel_is_scikit_learns(ref, torch_rng):
    x, y = randn(torch_rng, 6, 3), randn(torch_rng, 4, 3)
    np.testing.assert_allclose(ref.rbf_kernel(x, y, 0.3), rbf_kernel(x, y, gamma=0.3))
    biased = (
        rbf_kernel(x, x, gamma=0.3).mean()
        + rbf_kernel(y, y, gamma=0.3).mean()
        - 2 * rbf_kernel(x, y, gamma=0.3).mean()
    )
    assert ref.mmd2(x, y, 0.3, False).item() == pytest.approx(biased)


def test_kernel_far_from_the_origin(ref):
    x = torch.tensor([[1e4, 1e4], [1e4 + 0.5, 1e4 - 0.25]])
    assert ref.rbf_kernel(x, x, 1.0)[0, 1].item() == pytest.approx(math.exp(-0.3125), rel=1e-5)


def test_unbiased_estimate_has_the_right_mean(ref):
    """All samples of two and three points of two laws on a few points, weighed by their probabilities."""
    points = t([[0.0], [0.7], [2.0]])
    p, q = np.array([0.5, 0.2, 0.3]), np.array([0.1, 0.6, 0.3])
    k = rbf_kernel(points, points, gamma=0.8)
    truth = p @ k @ p + q @ k @ q - 2 * p @ k @ q
    for n, m in ((2, 3), (3, 2)):
        mean = {True: 0.0, False: 0.0}
        for i in itertools.product(range(3), repeat=n):
            for j in itertools.product(range(3), repeat=m):
                weight = np.prod(p[list(i)]) * np.prod(q[list(j)])
                for unbiased in mean:
                    mean[unbiased] += (
                        weight * ref.mmd2(points[list(i)], points[list(j)], 0.8, unbiased).item()
                    )
        assert mean[True] == pytest.approx(truth)
        excess = (1 - p @ k @ p) / n + (1 - q @ k @ q) / m
        assert mean[False] == pytest.approx(truth + excess)


def test_one_law_twice_has_the_mean_of_the_text(ref, torch_rng):
    """400 pairs of samples of 20 points: the standard error is about .001."""
    pairs = randn(torch_rng, 400, 2, 20, 2)
    biased = np.mean([ref.mmd2(a, b, 1.0, False).item() for a, b in pairs])
    unbiased = np.mean([ref.mmd2(a, b, 1.0, True).item() for a, b in pairs])
    assert abs(biased - 0.08) < 0.006
    assert abs(unbiased) < 0.006
    truth = (1 / 20 + 1 / 20) * (1 - (1 + 4 * 1.0) ** (-2 / 2))
    worked(ref, "mmd2", r"$\frac1{10}\cdot\frac45=0.08$", [1 / 10, 4 / 5, truth])


def test_gradients_of_mmd(ref, torch_rng):
    x, y = randn(torch_rng, 4, 2).requires_grad_(), randn(torch_rng, 3, 2).requires_grad_()
    for unbiased in (True, False):
        assert torch.autograd.gradcheck(lambda a, b, u=unbiased: ref.mmd2(a, b, 0.7, u), (x, y))


def test_mmd_by_hand(ref):
    x, y = t([[0.0], [1.0], [2.0]]), t([[1.0], [2.0]])
    k, across = ref.rbf_kernel(x, x, LOG2), ref.rbf_kernel(x, y, LOG2)
    worked(
        ref,
        "mmd2",
        r"$2(\frac12+\frac12+\frac1{16})=2.125$",
        [2, 1 / 2, 1 / 2, 1 / 16, k.sum() - 3],
    )
    worked(ref, "mmd2", "cross sum is $3.5625$", across.sum())
    worked(
        ref,
        "mmd2",
        r"$2.125/6+1/2-2\cdot3.5625/6=-0.333$",
        [2.125 / 6, 1 / 2, -2, 3.5625 / 6, ref.mmd2(x, y, LOG2, True)],
    )
    worked(
        ref,
        "mmd2",
        r"$5.125/9+3/4-2\cdot3.5625/6=0.132$",
        [k.sum() / 9, 3 / 4, -2, 3.5625 / 6, ref.mmd2(x, y, LOG2, False)],
    )


def test_labels_needed_is_the_first_root(ref, rng):
    """SciPy finds the root of the piecewise straight curve in its first rising piece."""
    n = np.array([2, 5, 11, 40, 300])
    for _ in range(20):
        acc = rng.uniform(0.1, 0.9, 5)
        target = rng.uniform(acc[0], acc.max())
        i = int((acc >= target).argmax())
        root = brentq(
            lambda u, a=acc, g=target: np.interp(u, np.log(n), a) - g,
            math.log(n[i - 1]),
            math.log(n[i]),
        )
        assert ref.labels_needed(n, acc, target) == pytest.approx(math.exp(root))
    assert ref.labels_needed(n, np.full(5, 0.2), 0.3) == math.inf


def test_report_of_a_curve_that_is_moved(ref):
    """A curve moved by a factor on the axis of labels saves that factor; its mirror image loses it."""
    n = np.array([1, 10, 100, 1000])
    slow, fast = 0.1 + 0.2 * np.log10(n), 0.1 + 0.2 * np.log10(3 * n)
    assert ref.transfer_report(n, slow, fast, 0.45)[2] == pytest.approx(3)
    assert ref.transfer_report(n, fast, slow, 0.45)[2] == pytest.approx(1 / 3)
    assert math.isnan(ref.transfer_report(n, slow, fast, 0.95)[2])
    assert ref.transfer_report(n, slow, fast, 0.75)[2] == math.inf
    assert ref.transfer_report(n, fast, slow, 0.75)[2] == 0


def test_report_by_hand(ref):
    n, scratch, transfer = (
        np.array([1, 4, 16]),
        np.array([0.2, 0.4, 0.8]),
        np.array([0.4, 0.6, 0.7]),
    )
    gain, negative, saved = ref.transfer_report(n, scratch, transfer, 0.4)
    worked(ref, "transfer_report", "$(0.2,0.2,-0.1)$", gain)
    assert negative.tolist() == [False, False, True]
    worked(ref, "transfer_report", "a factor 4", saved)
    worked(
        ref, "transfer_report", r"$4\cdot4^{3/4}=11.31$", [4, 4, ref.labels_needed(n, scratch, 0.7)]
    )
    worked(
        ref,
        "transfer_report",
        "the factor is $0.707$",
        ref.transfer_report(n, scratch, transfer, 0.7)[2],
    )


def test_only_unfrozen_layers_are_moved_by_torchs_optimizer(ref):
    """One step of SGD with weight decay: what moves, and by how much."""
    torch.manual_seed(0)
    layers = [nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 2)]
    groups = ref.transfer_param_groups(layers, 1, 0.1, 0.5)
    before = [[p.detach().clone() for p in layer.parameters()] for layer in layers]
    optimizer = torch.optim.SGD(groups, lr=99.0, weight_decay=0.3, momentum=0.9)
    nn.Sequential(*layers)(torch.ones(5, 3)).square().sum().backward()
    assert layers[0].weight.grad is None
    optimizer.step()
    for layer, old, rate in zip(layers, before, (0.0, 0.0, 0.05, 0.1), strict=True):
        for p, start in zip(layer.parameters(), old, strict=True):
            step = rate * (p.grad + 0.3 * start) if rate else torch.zeros_like(start)
            torch.testing.assert_close(p.detach(), start - step)


def test_tied_parameters_go_into_torchs_optimizer_once(ref):
    table, last = nn.Embedding(4, 3), nn.Linear(3, 4)
    last.weight = table.weight
    optimizer = torch.optim.Adam(ref.transfer_param_groups([table, last], 0, 0.1, 0.5))
    assert [len(group["params"]) for group in optimizer.param_groups] == [1, 1]


def test_rates_by_hand(ref):
    groups = ref.transfer_param_groups([nn.Linear(1, 1) for _ in range(4)], 1, 0.01, 0.5)
    worked(
        ref, "transfer_param_groups", "$(0.0025, 0.005, 0.01)$", [group["lr"] for group in groups]
    )


def test_penalty_is_a_log_prior_and_a_pair_of_springs(ref, torch_rng):
    params = {
        "w": randn(torch_rng, 3, 2).requires_grad_(),
        "head": randn(torch_rng, 4).requires_grad_(),
    }
    start = {"w": randn(torch_rng, 3, 2), "old": randn(torch_rng, 2)}
    penalty = ref.l2_sp_penalty(params, start, 0.8, 0.3)
    w, head = params["w"].detach().numpy(), params["head"].detach().numpy()
    prior = -norm.logpdf(w, start["w"], 0.8**-0.5).sum() - norm.logpdf(head, 0, 0.3**-0.5).sum()
    constant = 6 * math.log(math.sqrt(2 * math.pi / 0.8)) + 4 * math.log(
        math.sqrt(2 * math.pi / 0.3)
    )
    assert penalty.item() == pytest.approx(prior - constant)
    penalty.backward()
    torch.testing.assert_close(params["w"].grad, 0.8 * (params["w"] - start["w"]).detach())
    torch.testing.assert_close(params["head"].grad, 0.3 * params["head"].detach())


def test_penalty_on_new_parameters_is_torchs_weight_decay(ref, torch_rng):
    start = randn(torch_rng, 5)
    mine, torchs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    ref.l2_sp_penalty({"w": mine}, {}, 9.0, 0.2).backward()
    torch.optim.SGD([mine], lr=0.1).step()
    torchs.grad = torch.zeros_like(start)
    torch.optim.SGD([torchs], lr=0.1, weight_decay=0.2).step()
    torch.testing.assert_close(mine, torchs)


def test_spring_at_home_does_not_pull(ref, torch_rng):
    """Where training begins, value and gradient are 0, and neither is nan."""
    home = randn(torch_rng, 3, 2)
    mine = home.clone().requires_grad_()
    penalty = ref.l2_sp_penalty({"w": mine}, {"w": home}, 0.8, 0.3)
    penalty.backward()
    assert penalty.item() == 0
    assert torch.equal(mine.grad, torch.zeros_like(home))


def test_kernel_around_two_distant_places(ref):
    """Centring does not help here: pairs within a place are close, the places are far from their mean."""
    x = torch.tensor([[1e4, 1e4], [1e4 + 0.5, 1e4 - 0.25], [-1e4, -1e4]])
    expected = [1.0, math.exp(-0.3125), 0.0]
    np.testing.assert_allclose(ref.rbf_kernel(x, x, 1.0)[0], expected, rtol=1e-5)


def test_penalty_by_hand(ref):
    penalty = ref.l2_sp_penalty(
        {"w": t([3.0, 1.0]), "head": t([2.0])}, {"w": t([1.0, 2.0])}, 0.2, 0.1
    )
    worked(ref, "l2_sp_penalty", r"$\Omega=0.1\cdot5+0.05\cdot4=0.7$", [0.1, 5, 0.05, 4, penalty])


def test_losses_are_scikit_learns(ref, rng):
    logits, y = rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
    h_s, h_t = rng.normal(size=(6, 2)), rng.normal(size=(4, 2)) + 1
    total, ce, mmd = ref.da_loss(t(logits), torch.tensor(y), t(h_s), t(h_t), 0.7, 0.4)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert ce.item() == pytest.approx(log_loss(y, p, labels=[0, 1, 2]))
    weights = np.concatenate([np.full(6, 1 / 6), np.full(4, -1 / 4)])
    pooled = np.concatenate([h_s, h_t])
    assert mmd.item() == pytest.approx(weights @ rbf_kernel(pooled, pooled, gamma=0.4) @ weights)
    assert total.item() == pytest.approx(ce.item() + 0.7 * mmd.item())


def test_losses_by_hand(ref):
    total, ce, mmd = ref.da_loss(
        torch.zeros(1, 2, dtype=F64), torch.tensor([1]), t([[0.0]]), t([[1.0]]), 0.5, LOG2
    )
    worked(ref, "da_loss", r"$\log2=0.693$", [2, ce])
    worked(
        ref, "da_loss", r"$\widehat{\mathrm{MMD}}{}^2=1+1-2\cdot\frac12=1$", [1, 1, -2, 0.5, mmd]
    )
    worked(ref, "da_loss", r"$L=0.693+0.5=1.193$", [ce, 0.5, total])


def test_proxy_distance_is_twice_the_total_variation(ref):
    """The best domain classifier of two normal laws errs on their overlap; SciPy knows it."""
    for shift in (0.0, 0.5, 1.3, 4.0):
        total_variation = norm.cdf(shift / 2) - norm.cdf(-shift / 2)
        error = norm.cdf(-shift / 2)  # threshold in the middle
        assert ref.proxy_a_distance(float(error)) == pytest.approx(2 * total_variation)
    assert ref.proxy_a_distance(0.7) == 0


def test_bound_holds_for_every_threshold(ref, rng):
    """Eight points, two laws, labels of their own in each domain: all classifiers enumerated."""
    x = np.arange(8)
    for _ in range(20):
        p_s, p_t = rng.dirichlet(np.ones(8)), rng.dirichlet(np.ones(8))
        f_s, f_t = rng.integers(0, 2, 8), rng.integers(0, 2, 8)
        hypotheses = [x >= c for c in range(9)] + [x < c for c in range(9)]
        eps_s = [p_s @ (h != f_s) for h in hypotheses]
        eps_t = [p_t @ (h != f_t) for h in hypotheses]
        d = 2 * max(abs((p_s - p_t) @ (g != h)) for g in hypotheses for h in hypotheses)
        lam_star = min(a + b for a, b in zip(eps_s, eps_t, strict=True))
        for a, b in zip(eps_s, eps_t, strict=True):
            assert b <= ref.ben_david_bound(a, d, lam_star) + 1e-12


def test_distance_by_hand(ref):
    worked(
        ref, "proxy_a_distance", r"$\hat d_A=2(1-0.4)=1.2$", [2, 1, -0.4, ref.proxy_a_distance(0.2)]
    )
    worked(
        ref,
        "proxy_a_distance",
        "$0.1+0.6+0.05=0.75$",
        [0.1, 0.6, 0.05, ref.ben_david_bound(0.1, 1.2, 0.05)],
    )


def adam(params, losses, lr):
    """Adam by its formulas, on detached copies; returns the losses before each step."""
    m, v, seen = [0.0] * len(params), [0.0] * len(params), []
    for step, loss in enumerate(losses, 1):
        value = loss()
        seen.append(value.item())
        grads = torch.autograd.grad(value, params)
        with torch.no_grad():
            for i, (p, g) in enumerate(zip(params, grads, strict=True)):
                m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
                p -= lr * (m[i] / (1 - 0.9**step)) / ((v[i] / (1 - 0.999**step)).sqrt() + 1e-8)
    return seen


def test_training_is_adams_formulas_in_two_stages(ref, torch_rng):
    torch.manual_seed(0)
    feat, clf = nn.Linear(3, 2, dtype=F64), nn.Linear(2, 2, dtype=F64)
    w, b, u, c = copies = [
        p.detach().clone().requires_grad_() for p in (*feat.parameters(), *clf.parameters())
    ]
    Xs, ys, Xu = (
        randn(torch_rng, 6, 3),
        torch.tensor([0, 1, 1, 0, 1, 0]),
        randn(torch_rng, 5, 3) + 1,
    )
    Xl, yl = randn(torch_rng, 2, 3), torch.tensor([1, 0])
    src, tgt = torch.tensor([[0, 2], [5, 1], [3, 4]]), torch.tensor([[4, 4], [0, 1], [3, 2]])
    history = ref.train_with_mmd(feat, clf, Xs, ys, Xu, Xl, yl, src, tgt, 4, 0.6, 0.5, 0.03)

    def ce(x, y):
        return nn.functional.cross_entropy((x @ w.T + b) @ u.T + c, y)

    def aligned(i, j):
        h = torch.cat([Xs[i] @ w.T + b, Xu[j] @ w.T + b])
        weights = torch.tensor([0.5, 0.5, -0.5, -0.5], dtype=F64)
        kernel = torch.exp(-0.5 * torch.stack([(h - row).square().sum(1) for row in h]))
        return ce(Xs[i], ys[i]) + 0.6 * weights @ kernel @ weights

    steps = [lambda i=i, j=j: aligned(i, j) for i, j in zip(src, tgt, strict=True)]
    assert history["total"] == pytest.approx(adam(copies, steps, 0.03))
    assert history["fine_tune"] == pytest.approx(adam(copies, 4 * [lambda: ce(Xl, yl)], 0.03))
    for p, copy in zip((*feat.parameters(), *clf.parameters()), copies, strict=True):
        torch.testing.assert_close(p.detach(), copy.detach())


def test_first_steps_by_hand(ref, torch_rng):
    feat, clf = nn.Linear(2, 2, dtype=F64), nn.Linear(2, 2, dtype=F64)
    before = [p.detach().clone() for p in (*feat.parameters(), *clf.parameters())]
    X, y, rows = randn(torch_rng, 4, 2), torch.tensor([0, 1, 1, 0]), torch.tensor([[0, 1, 2]])
    ref.train_with_mmd(feat, clf, X, y, X + 1, X, y, rows, rows, 0, 0.5, 1.0, 0.1)
    moved = [
        (p - old).abs()
        for p, old in zip((*feat.parameters(), *clf.parameters()), before, strict=True)
    ]
    for distance in moved:
        torch.testing.assert_close(
            distance.detach(), torch.full_like(distance, 0.1), rtol=1e-3, atol=0
        )
    worked(ref, "train_with_mmd", r"$\eta=0.1$ the first step", moved[0].mean())
    before = [p.detach().clone() for p in (*feat.parameters(), *clf.parameters())]
    ref.train_with_mmd(feat, clf, X, y, X + 1, X, y, rows[:0], rows[:0], 1, 0.5, 1.0, 0.1)
    for p, old in zip((*feat.parameters(), *clf.parameters()), before, strict=True):
        torch.testing.assert_close(
            (p - old).abs().detach(), torch.full_like(p, 0.1).detach(), rtol=1e-3, atol=0
        )
