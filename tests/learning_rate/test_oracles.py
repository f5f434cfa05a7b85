"""The reference of learning_rate against torch, SciPy, pandas, transformers and closed forms."""

import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch.optim import lr_scheduler
from transformers import get_inverse_sqrt_schedule

from dlcourse.authoring.worked import worked


def symmetric(rng: np.random.Generator, n: int) -> np.ndarray:
    half = rng.normal(size=(n, n))
    return half + half.T


def scheduled(make: Callable[..., Any], steps: int, lr: float = 1.0, **kwargs: Any) -> list[float]:
    """The rates of a scheduler of torch at each step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler, rates = make(optimizer, **kwargs), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_iterates_are_those_of_torchs_sgd(
    ref: types.ModuleType, rng: np.random.Generator, beta: float
) -> None:
    H, theta0 = symmetric(rng, 4), rng.normal(size=4)
    theta = torch.tensor(theta0, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.11, momentum=beta)
    rows = [theta0]
    for _ in range(9):
        optimizer.zero_grad()
        (0.5 * theta @ torch.tensor(H) @ theta).backward()
        optimizer.step()
        rows.append(theta.detach().numpy().copy())
    np.testing.assert_allclose(ref.gd_quadratic(H, theta0, 0.11, 9, beta), rows, rtol=1e-10)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_edge_is_where_the_companion_matrix_leaves_the_unit_circle(
    ref: types.ModuleType, rng: np.random.Generator, beta: float
) -> None:
    """The spectral radius of the linear map (theta, v) -> (theta, v), on both sides of the edge."""
    half = rng.normal(size=(5, 5))
    H, eye = half @ half.T + 0.1 * np.eye(5), np.eye(5)
    for share, dies in ((0.99, True), (1.01, False)):
        lr = share * ref.max_stable_lr(H, beta)
        move = np.block([[eye - lr * H, -lr * beta * eye], [H, beta * eye]])
        assert (np.abs(np.linalg.eigvals(move)).max() < 1) == dies


def test_descent_lemma_holds_and_is_tight_along_the_steepest_direction(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    half = rng.normal(size=(4, 4))
    H = half @ half.T
    values, vectors = np.linalg.eigh(H)
    for theta, tight in ((rng.normal(size=4), False), (vectors[:, -1], True)):
        for lr in (0.3 / values[-1], 1 / values[-1], 1.7 / values[-1]):
            after = ref.gd_quadratic(H, theta, lr, 1)[1]
            g = H @ theta
            bound = 0.5 * theta @ H @ theta - lr * (1 - lr * values[-1] / 2) * g @ g
            assert 0.5 * after @ H @ after <= bound + 1e-12
            assert not tight or 0.5 * after @ H @ after == pytest.approx(bound)


def test_sharpness_is_that_of_arpack(ref: types.ModuleType, rng: np.random.Generator) -> None:
    H = symmetric(rng, 12)
    H += 4 * np.outer(v := rng.normal(size=12), v)
    operator = LinearOperator((12, 12), matvec=lambda u: H @ u, dtype=np.float64)
    expected = eigsh(operator, k=1, which="LM", return_eigenvectors=False)[0]
    assert ref.sharpness(lambda u: H @ u, rng.normal(size=12), 400) == pytest.approx(expected)
    assert ref.sharpness(lambda u: -H @ u, rng.normal(size=12), 400) == pytest.approx(-expected)


def test_error_of_the_quotient_falls_with_the_square(ref: types.ModuleType) -> None:
    H, v0 = np.diag([2.0, 1.0]), np.array([1.0, 1.0])
    errors = [2 - ref.sharpness(lambda u: H @ u, v0, k) for k in (10, 11)]
    assert errors[1] / errors[0] == pytest.approx(1 / 4, rel=1e-4)


def test_hessian_vector_product_of_the_network_is_torchs(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    """The given gradients of both losses against autograd."""
    params = ref.init_net((6, 4, 3), rng)
    x, targets = rng.normal(size=(7, 6)), np.eye(3)[rng.integers(3, size=7)]
    for loss in ("cross_entropy", "squared"):
        tensors = [torch.tensor(p, requires_grad=True) for p in params]
        out = torch.tanh(torch.tensor(x) @ tensors[0] + tensors[1]) @ tensors[2] + tensors[3]
        t = torch.tensor(targets)
        if loss == "squared":
            value = ((out - t) ** 2).sum(-1).mean()
        else:
            value = torch.nn.functional.cross_entropy(out[0], t)
        value.backward()
        losses, grads = ref.loss_and_grads(params, x, targets, loss)
        assert losses[0] == pytest.approx(value.item())
        for mine, theirs in zip(grads, tensors, strict=True):
            np.testing.assert_allclose(mine, theirs.grad.numpy(), atol=1e-12)


def test_cosine_is_torchs_after_the_warm_up(ref: types.ModuleType) -> None:
    theirs = scheduled(lr_scheduler.CosineAnnealingLR, 20, lr=0.7, T_max=20, eta_min=0.03)
    mine = [ref.warmup_cosine(t, 25, 5, 0.7, 0.03) for t in range(25)]
    np.testing.assert_allclose(mine[5:], theirs, rtol=1e-12)
    ramp = scheduled(lr_scheduler.LinearLR, 5, lr=0.7, start_factor=1 / 5, total_iters=4)
    np.testing.assert_allclose(mine[:5], ramp)


def test_stable_decay_is_pieced_together_from_torchs(ref: types.ModuleType) -> None:
    down = scheduled(
        lr_scheduler.LinearLR, 7, lr=2.0, start_factor=1.0, end_factor=0.25, total_iters=6
    )
    mine = [ref.wsd(t, 20, 4, 6, 2.0, 0.5) for t in range(20)]
    np.testing.assert_allclose(mine[13:], down)
    assert mine[4:14] == [2.0] * 10
    np.testing.assert_allclose(mine[:4], [0.5, 1.0, 1.5, 2.0])


def test_noise_floor_by_the_sum_of_a_series(ref: types.ModuleType) -> None:
    """The stationary variance is that of an AR(1) process, from statistics' closed form and from a sum."""
    for a, lr in ((2.0, 0.4), (2.0, 0.04), (0.7, 1.9)):
        summed = lr**2 * ((1 - lr * a) ** (2 * np.arange(5000))).sum()
        assert lr / (a * (2 - lr * a)) == pytest.approx(summed)
    worked(ref, "warmup_cosine", r"$0.4/(2\cdot1.2)=0.167$", [0.4, 2, 1.2, 0.4 / (2 * 1.2)])
    worked(ref, "warmup_cosine", "$0.010$ at a tenth", 0.04 / (2 * (2 - 0.04 * 2)))


def test_smoothing_is_pandas_adjusted_mean(ref: types.ModuleType, rng: np.random.Generator) -> None:
    raw = rng.uniform(1, 3, size=40)
    losses = iter(raw)
    lrs, smoothed = ref.lr_range_test(lambda lr: next(losses), 1e-5, 3.0, 40, 0.85, 100.0)
    np.testing.assert_allclose(smoothed, pd.Series(raw).ewm(alpha=0.15, adjust=True).mean())
    np.testing.assert_allclose(lrs, np.logspace(-5, math.log10(3), 40))


def test_range_test_stops_on_a_parabola_beyond_its_edge(ref: types.ModuleType) -> None:
    """On a parabola the loss explodes once the rate is past 2/a, and not before."""
    theta = 1.0

    def step_fn(lr: float) -> float:
        nonlocal theta
        loss = 0.5 * 4.0 * theta**2 + 1e-3
        theta -= lr * 4.0 * theta
        return loss

    lrs, _ = ref.lr_range_test(step_fn, 1e-3, 10.0, 60, 0.0, 4.0)
    assert 2 / 4 < lrs[-1] < 10


def test_suggestion_is_pandas_first_minimum(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    for _ in range(20):
        losses = rng.integers(1, 5, size=9).astype(float)
        losses[rng.integers(9, size=3)] = np.nan
        lrs = np.geomspace(1e-4, 1, 9)
        assert ref.suggest_lr(lrs, losses) == pytest.approx(pd.Series(losses, lrs).idxmin() / 10)


def test_rules_keep_what_they_promise(ref: types.ModuleType, rng: np.random.Generator) -> None:
    """Mean and variance of k small steps against one large step; an epoch of decay at both batch sizes."""
    lr, wd, batch, new_batch, examples = 1e-3, 0.2, 16, 80, 16_000
    big, _ = ref.retune(lr, wd, batch, new_batch, "linear", "step")
    k, sigma2 = new_batch / batch, 3.0
    assert big == pytest.approx(k * lr)
    assert big**2 * sigma2 / new_batch == pytest.approx(k * lr**2 * sigma2 / batch)
    walk = np.sqrt((rng.choice([-lr, lr], size=(200_000, int(k))).sum(1) ** 2).mean())
    assert ref.retune(lr, wd, batch, new_batch, "sqrt", "step")[0] == pytest.approx(walk, rel=0.02)
    for rule in ("linear", "sqrt"):
        new_lr, new_wd = ref.retune(lr, wd, batch, new_batch, rule, "step")
        assert 1 - new_lr * new_wd == pytest.approx(1 - lr * wd)
        new_lr, new_wd = ref.retune(lr, wd, batch, new_batch, rule, "epoch")
        before = ref.decay_factor(np.full(examples // batch, lr), wd)
        after = ref.decay_factor(np.full(examples // new_batch, new_lr), new_wd)
        assert after == pytest.approx(before, rel=1e-3)


def test_effective_rate_is_the_pace_of_torchs_sgd(ref: types.ModuleType) -> None:
    theta = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.02, momentum=0.8)
    for _ in range(200):
        theta.grad = torch.ones_like(theta)
        before = theta.item()
        optimizer.step()
    assert before - theta.item() == pytest.approx(ref.effective_lr(0.02, 0.8))


def test_decay_is_that_of_adamw_without_gradients(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    lrs = rng.uniform(0.01, 0.9, size=12)
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.AdamW([weight], weight_decay=0.3)
    for lr in lrs:
        optimizer.param_groups[0]["lr"] = float(lr)
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    assert weight.item() == pytest.approx(ref.decay_factor(lrs, 0.3))


def test_staircase_is_torchs(ref: types.ModuleType) -> None:
    for milestones in ([3, 7, 8], [9, 2, 2, 5]):
        theirs = scheduled(lr_scheduler.MultiStepLR, 12, lr=0.6, milestones=milestones, gamma=0.3)
        mine = [ref.step_decay(t, milestones, 0.3, 0.6) for t in range(12)]
        np.testing.assert_allclose(mine, theirs)


def test_resumed_run_is_the_tail_of_a_whole_one(ref: types.ModuleType) -> None:
    for resume, total, cooldown in ((5, 20, 6), (14, 20, 6), (3, 9, 0)):
        whole = [ref.wsd(t, total, 3, cooldown, 0.9, 0.2) for t in range(resume, total)]
        np.testing.assert_allclose(ref.extend_wsd(resume, total, cooldown, 0.9, 0.2), whole)


def test_layers_and_ratios_by_definition(ref: types.ModuleType, rng: np.random.Generator) -> None:
    rates = ref.layerwise_lrs(6, 0.3, 0.7)
    assert rates[-1] == 0.3
    np.testing.assert_allclose(rates[:-1] / rates[1:], 0.7)
    old, new = rng.normal(size=(2, 3, 4, 5))
    theirs = torch.linalg.vector_norm(torch.tensor(new - old)) / torch.linalg.vector_norm(
        torch.tensor(old)
    )
    assert ref.update_ratio(old, new) == pytest.approx(theirs.item())


@pytest.mark.parametrize(("total", "peak"), [(20, 5), (30, 11)])
def test_cycle_is_torchs(ref: types.ModuleType, total: int, peak: int) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.8, total_steps=total, pct_start=(peak + 1) / total, div_factor=5.0,
        final_div_factor=30.0, base_momentum=0.8, max_momentum=0.97,
    )  # fmt: skip
    for t in range(total):
        group = optimizer.param_groups[0]
        expected = (group["lr"], group["momentum"])
        assert ref.one_cycle(t, total, peak, 0.8, 5.0, 30.0, 0.8, 0.97) == pytest.approx(expected)
        optimizer.step()
        if t < total - 1:
            scheduler.step()


def test_inverse_root_is_that_of_transformers_and_of_the_paper(ref: types.ModuleType) -> None:
    warmup = 6
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    scheduler = get_inverse_sqrt_schedule(optimizer, num_warmup_steps=warmup, timescale=warmup)
    D = 64
    for t in range(40):
        optimizer.step()
        scheduler.step()  # theirs starts at 0, one step before ours
        mine = ref.inverse_sqrt(t, warmup, 0.4)
        assert mine == pytest.approx(optimizer.param_groups[0]["lr"])
        noam = D**-0.5 * min((t + 1) ** -0.5, (t + 1) * warmup**-1.5)
        assert ref.inverse_sqrt(t, warmup, (D * warmup) ** -0.5) == pytest.approx(noam)


def test_the_parabola_by_hand(ref: types.ModuleType) -> None:
    H, one = np.array([[2.0]]), np.array([1.0])
    for lr, text in ((0.4, "$1, 0.2, 0.04$"), (0.9, "$1, -0.8, 0.64$"), (1.1, "$1, -1.2, 1.44$")):
        worked(ref, "gd_quadratic", text, ref.gd_quadratic(H, one, lr, 2))
    worked(ref, "gd_quadratic", "$2/2=1$", [1, ref.max_stable_lr(H)])
    worked(ref, "gd_quadratic", r"$2\cdot1.9/2=1.9$", [2, 0.95, ref.max_stable_lr(H, 0.9)])
    path = ref.gd_quadratic(H, one, 0.4, 2, 0.5)
    worked(ref, "gd_quadratic", r"\theta_1=0.2$", path[1])
    worked(ref, "gd_quadratic", r"$\theta_2=0.2-0.56=-0.36$", [0.2, -0.56, path[2]])


def test_the_quotients_by_hand(ref: types.ModuleType) -> None:
    H, v0 = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([1.0, 0.0])
    quotients = [ref.sharpness(lambda u: H @ u, v0, k) for k in range(3)]
    worked(ref, "sharpness", "the quotient is $2$", quotients[0])
    worked(ref, "sharpness", "$14/5=2.8$", [14 / 5, quotients[1]])
    worked(ref, "sharpness", "$122/41=2.976$", [122 / 41, quotients[2]])
    worked(ref, "sharpness", "has the eigenvalues 3 and 1", np.linalg.eigvalsh(H)[::-1])


def test_the_schedules_by_hand(ref: types.ModuleType) -> None:
    cosine = [ref.warmup_cosine(t, 10, 2, 1.0, 0.1) for t in range(10)]
    worked(ref, "warmup_cosine", "have the rates $0.5, 1, 1$", cosine[:3])
    worked(ref, "warmup_cosine", "half-way, $0.55$", cosine[6])
    worked(ref, "warmup_cosine", "=0.134$", cosine[9])
    stable = [ref.wsd(t, 10, 2, 4, 1.0, 0.1) for t in range(10)]
    worked(ref, "warmup_cosine", "$1-0.9/4=0.775$", [1, -0.9 / 4, stable[6]])
    worked(ref, "warmup_cosine", "step 9 has $0.1$", [9, stable[9]])
    assert stable[5] == 1.0


def test_the_range_test_by_hand(ref: types.ModuleType) -> None:
    losses = iter([4.0, 2.0, 9.0])
    lrs, smoothed = ref.lr_range_test(lambda lr: next(losses), 0.01, 1.0, 3, 0.5, 3.0)
    worked(ref, "lr_range_test", "$0.01, 0.1, 1$", lrs)
    worked(ref, "lr_range_test", "$s=4, 2.667, 6.286$", smoothed)
    worked(ref, "lr_range_test", r"$2\cdot2.667=5.333$", [2, smoothed[1], 2 * smoothed[1]])
    losses = iter([4.0, 2.0, 9.0])
    assert len(ref.lr_range_test(lambda lr: next(losses), 0.01, 1.0, 3, 0.5, 2.0)[0]) == 2
    rate = ref.suggest_lr(np.array([0.001, 0.01, 0.1, 1.0]), np.array([2.3, 2.0, 0.8, 1.9]))
    worked(ref, "suggest_lr", "the suggestion is $0.01$", rate)


def test_the_batches_by_hand(ref: types.ModuleType) -> None:
    found = {
        (rule, keep): ref.retune(0.1, 0.05, 32, 128, rule, keep)
        for rule in ("linear", "sqrt")
        for keep in ("step", "epoch")
    }
    text = "the rate is $0.4$; decay $0.0125$ keeps the shrink per step, $0.05$ that per epoch"
    worked(ref, "retune", text, [*found["linear", "step"], found["linear", "epoch"][1]])
    text = "the rate is $0.2$; decay $0.025$ and $0.1$"
    worked(ref, "retune", text, [*found["sqrt", "step"], found["sqrt", "epoch"][1]])
    worked(ref, "retune", "is effectively $1$", ref.effective_lr(0.1, 0.9))
    worked(
        ref,
        "retune",
        r"$0.95\cdot0.9=0.855$",
        [0.95, 0.9, ref.decay_factor(np.array([0.1, 0.2]), 0.5)],
    )


def test_the_staircase_and_the_resumed_run_by_hand(ref: types.ModuleType) -> None:
    steps = [ref.step_decay(t, [3, 6], 0.5, 0.8) for t in (2, 3, 6)]
    worked(ref, "extend_wsd", "$0.8, 0.4, 0.2$", steps)
    worked(ref, "extend_wsd", "$1, 1, 0.8, 0.6, 0.4, 0.2$", ref.extend_wsd(6, 12, 4, 1.0, 0.2))


def test_the_layers_by_hand(ref: types.ModuleType) -> None:
    worked(ref, "layerwise_lrs", "$0.1, 0.2, 0.4, 0.8$", ref.layerwise_lrs(4, 0.8, 0.5))
    ratio = ref.update_ratio(np.array([3.0, 4.0]), np.array([3.0, 4.01]))
    worked(ref, "layerwise_lrs", "$0.01/5=0.002$", [0.01 / 5, ratio])


def test_the_cycle_by_hand(ref: types.ModuleType) -> None:
    cycle = [ref.one_cycle(t, 11, 4, 1.0, 4.0, 10.0, 0.85, 0.95) for t in (0, 2, 4, 7, 10)]
    worked(ref, "one_cycle", "$0.25, 0.625, 1, 0.5125, 0.025$", [lr for lr, _ in cycle])
    worked(ref, "one_cycle", "$0.95, 0.9, 0.85, 0.9, 0.95$", [beta for _, beta in cycle])
    worked(
        ref,
        "one_cycle",
        "$0.5, 1, 0.5, 0.2$",
        [ref.inverse_sqrt(t, 4, 1.0) for t in (1, 3, 15, 99)],
    )


def test_averaging_beats_the_floor_as_the_closed_form_says(ref: types.ModuleType) -> None:
    """The variance of the mean of n correlated iterates of the parabola, against the demo's particles."""
    numbers = ref.cooling()
    a, lr, n = 2.0, 0.4, 80
    rho, floor = 1 - lr * a, lr / (a * (2 - lr * a))
    lags = np.arange(1, n)
    variance = floor / n * (1 + 2 * ((1 - lags / n) * rho**lags).sum())
    assert numbers["averaged"] == pytest.approx(a / 2 * variance, rel=0.1)
    assert numbers["averaged"] < min(numbers["cosine"], numbers["WSD"], numbers["floor"] / 10)


def test_payoff_cooling_and_averaging_beat_the_constant_rate(ref: types.ModuleType) -> None:
    numbers = ref.schedules_on_digits(seed=0)
    assert max(numbers["cosine"], numbers["WSD"]) < 0.95 * numbers["constant"]
    assert numbers["averaged"] < 0.95 * min(numbers["cosine"], numbers["WSD"])
    assert numbers["untrained"] > 2
