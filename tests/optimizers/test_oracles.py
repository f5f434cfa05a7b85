"""The reference of optimizers against torch.optim, lion-pytorch, schedulefree, autograd and closed forms."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from dlcourse.authoring.worked import worked

F64 = torch.float64


def problem(rng, dim=5):
    """A quadratic with a random positive definite matrix: the matrix, the minimum and a start."""
    B = rng.normal(size=(dim, dim))
    return B @ B.T / dim + 0.3 * np.eye(dim), rng.normal(size=dim), rng.normal(size=dim)


def torch_path(make, A, bottom, start, steps=8, rates=None):
    """Iterates of an optimizer of torch's interface on the quadratic, by autograd."""
    x = torch.tensor(start, dtype=F64, requires_grad=True)
    A, bottom = torch.tensor(A), torch.tensor(bottom)
    optimizer, path = make([x]), []
    if hasattr(optimizer, "train"):
        optimizer.train()
    for t in range(steps):
        if rates is not None:
            optimizer.param_groups[0]["lr"] = rates[t]
        optimizer.zero_grad()
        (0.5 * (x - bottom) @ A @ (x - bottom)).backward()
        optimizer.step()
        path.append(x.detach().numpy().copy())
    return np.array(path), optimizer, x


def test_momentum_is_torchs_at_a_constant_rate(ref, rng):
    A, bottom, theta = problem(rng)
    theirs, *_ = torch_path(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8), A, bottom, theta)
    v = np.zeros(5)
    for row in theirs:
        theta, v = ref.momentum_step(theta, A @ (theta - bottom), v, 0.1, 0.8)
        np.testing.assert_allclose(theta, row, rtol=1e-12)


def test_momentum_is_not_torchs_when_the_rate_changes(ref, rng):
    A, bottom, start = problem(rng)
    rates = [0.1] * 4 + [0.02] * 4
    theirs, *_ = torch_path(
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8), A, bottom, start, rates=rates
    )
    theta, v, ours = start, np.zeros(5), []
    for lr in rates:
        theta, v = ref.momentum_step(theta, A @ (theta - bottom), v, lr, 0.8)
        ours.append(theta)
    np.testing.assert_allclose(ours[:4], theirs[:4], rtol=1e-12)
    assert np.abs(ours[4] - theirs[4]).max() > 1e-3


def test_momentum_follows_its_two_term_recursion(ref):
    """Roots of r^2 - (1 + gamma - eta lambda) r + gamma, from the coefficients of the closed form."""
    lam, lr, gamma = 1.7, 0.2, 0.6
    r = np.roots([1, -(1 + gamma - lr * lam), gamma])
    np.testing.assert_allclose(np.abs(r), np.sqrt(gamma))
    first = 1 - lr * lam
    c = np.linalg.solve(np.array([[1, 1], r]), [1, first])
    x, v = np.array(1.0), np.array(0.0)
    for t in range(1, 12):
        x, v = ref.momentum_step(x, lam * x, v, lr, gamma)
        assert x == pytest.approx((c @ r**t).real)


def test_nesterovs_look_ahead_points_are_torchs_iterates(ref, rng):
    A, bottom, start = problem(rng)
    theirs, *_ = torch_path(
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, nesterov=True), A, bottom, start
    )
    theta, v = start, np.zeros(5)
    for row in theirs:
        theta, v = ref.nag_step(theta, lambda at: A @ (at - bottom), v, 0.1, 0.8)
        np.testing.assert_allclose(theta - 0.8 * v, row, rtol=1e-12)


def test_rates_on_the_valley_are_those_of_the_text(ref):
    """Spectral radii of the companion matrices of both recursions over all eigenvalues from 1 to 100."""

    def radius(coefficients):
        return max(
            np.abs(np.roots([1, *coefficients(lam)])).max() for lam in np.linspace(1, 100, 400)
        )

    lr, gamma = (2 / 11) ** 2, (9 / 11) ** 2
    assert radius(lambda lam: (-(1 + gamma - lr * lam), gamma)) == pytest.approx(9 / 11, abs=1e-6)
    beta = 9 / 11
    nesterov = radius(lambda lam: (-(1 + beta) * (1 - lam / 100), beta * (1 - lam / 100)))
    assert nesterov == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("wd", [0.0, 0.4])
def test_adam_family_is_torchs(ref, rng, wd):
    A, bottom, start = problem(rng)
    settings = dict(lr=0.07, betas=(0.8, 0.95), eps=1e-3, weight_decay=wd)
    for make, rule in ((torch.optim.AdamW, ref.adamw_step), (torch.optim.Adam, ref.adam_l2_step)):
        theirs, optimizer, x = torch_path(
            lambda p, make=make: make(p, **settings), A, bottom, start
        )
        theta, state = start, ref.adam_state(start)
        for row in theirs:
            theta, state = rule(theta, A @ (theta - bottom), state, 0.07, 0.8, 0.95, 1e-3, wd)
            np.testing.assert_allclose(theta, row, rtol=1e-10)
        kept = optimizer.state[x]
        np.testing.assert_allclose(state["m"], kept["exp_avg"], rtol=1e-10)
        np.testing.assert_allclose(state["s"], kept["exp_avg_sq"], rtol=1e-10)
        assert state["t"] == kept["step"] == 8


def test_adam_is_torchs(ref, rng):
    A, bottom, theta = problem(rng)
    theirs, *_ = torch_path(lambda p: torch.optim.Adam(p, lr=0.07, eps=1e-8), A, bottom, theta)
    state = ref.adam_state(theta)
    for row in theirs:
        theta, state = ref.adam_step(theta, A @ (theta - bottom), state, 0.07, 0.9, 0.999, 1e-8)
        np.testing.assert_allclose(theta, row, rtol=1e-10)


def test_adagrad_and_rmsprop_are_torchs(ref, rng):
    A, bottom, start = problem(rng)
    cases = (
        (
            lambda p: torch.optim.Adagrad(p, lr=0.3, eps=1e-4),
            lambda *a: ref.adagrad_step(*a, 0.3, 1e-4),
        ),
        (
            lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.7, eps=1e-4),
            lambda *a: ref.rmsprop_step(*a, 0.02, 0.7, 1e-4),
        ),
    )
    for make, rule in cases:
        theirs, *_ = torch_path(make, A, bottom, start)
        theta, memory = start, np.zeros(5)
        for row in theirs:
            theta, memory = rule(theta, A @ (theta - bottom), memory)
            np.testing.assert_allclose(theta, row, rtol=1e-10)


def test_adagrad_is_blind_to_scale(ref, rng):
    """Gradients of each entry multiplied by a constant: the same path."""
    scale, theta, other = 10.0 ** rng.uniform(-3, 3, size=6), np.zeros(6), np.zeros(6)
    G, H = np.zeros(6), np.zeros(6)
    for _ in range(5):
        g = rng.normal(size=6)
        theta, G = ref.adagrad_step(theta, g, G, 0.3, 1e-300)
        other, H = ref.adagrad_step(other, scale * g, H, 0.3, 1e-300)
    np.testing.assert_allclose(theta, other, rtol=1e-10)


def test_lion_is_lion_pytorchs(ref, rng):
    from lion_pytorch import Lion

    A, bottom, theta = problem(rng)
    theirs, *_ = torch_path(
        lambda p: Lion(p, lr=0.03, betas=(0.7, 0.9), weight_decay=0.4), A, bottom, theta
    )
    m = np.zeros(5)
    for row in theirs:
        theta, m = ref.lion_step(theta, A @ (theta - bottom), m, 0.03, 0.7, 0.9, 0.4)
        np.testing.assert_allclose(theta, row, rtol=1e-10)


def test_hutchinson_is_exact_over_all_signs_and_has_the_variances_of_the_text(ref, rng):
    H = rng.normal(size=(4, 4))
    H = H + H.T
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 4)).reshape(4, -1).T
    np.testing.assert_allclose(ref.hutchinson_diag(lambda u: H @ u, signs), np.diag(H))
    off = (H**2).sum(1) - np.diag(H) ** 2
    draws = np.array([ref.hutchinson_diag(lambda u: H @ u, u[None]) for u in signs])
    np.testing.assert_allclose(draws.var(axis=0), off)
    normal = np.array(
        [ref.hutchinson_diag(lambda u: H @ u, u[None]) for u in rng.normal(size=(40_000, 4))]
    )
    variance = off + 2 * np.diag(H) ** 2
    fourth = ((normal - normal.mean(axis=0)) ** 4).mean(axis=0)
    se = np.sqrt((fourth - variance**2) / len(normal))
    assert (np.abs(normal.var(axis=0) - variance) < 4 * se).all()


def test_hutchinson_with_products_of_autograd(ref, rng):
    """The Hessian of a function that is no quadratic, from torch.autograd.functional."""

    def f(x):
        return (torch.sin(x).sum() * (x**2).sum()) + torch.exp(x[0] * x[1])

    at = torch.tensor(rng.normal(size=3))
    H = torch.autograd.functional.hessian(f, at)
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, -1).T
    estimate = ref.hutchinson_diag(
        lambda u: torch.autograd.functional.hvp(f, at, torch.tensor(u))[1].numpy(), signs
    )
    np.testing.assert_allclose(estimate, torch.diag(H), rtol=1e-10)


def test_sophia_is_newton_on_a_diagonal_valley_and_a_sign_where_it_is_flat(ref, rng):
    curvature, bottom, theta = rng.uniform(0.5, 20, size=6), rng.normal(size=6), rng.normal(size=6)
    zeros = {"m": np.zeros(6), "h": np.zeros(6)}
    g = curvature * (theta - bottom)
    newton, state = ref.sophia_step(theta, g, zeros, curvature, 1.0, 0.0, 0.0, 1.0, 1e-12, 1e9)
    np.testing.assert_allclose(newton, bottom, atol=1e-12)
    np.testing.assert_allclose(state["h"], curvature)
    sign, _ = ref.sophia_step(theta, g, zeros, -curvature, 0.1, 0.0, 0.0, 1.0, 1e-12, 1.0)
    np.testing.assert_allclose(sign, theta - 0.1 * np.sign(g))
    flat, _ = ref.sophia_step(theta, g, zeros, None, 0.1, 0.9, 0.99, 1.0, 1e-12, 1.0)
    lion, _ = ref.lion_step(theta, g, np.zeros(6), 0.1, 0.9, 0.99, 0.0)
    np.testing.assert_allclose(flat, lion)


def test_schedule_free_is_schedulefrees(ref, rng):
    from schedulefree import SGDScheduleFree

    A, bottom, start = problem(rng)
    theirs, optimizer, x = torch_path(
        lambda p: SGDScheduleFree(p, lr=0.1, momentum=0.8), A, bottom, start
    )
    z = mean = start
    for t, row in enumerate(theirs):  # in training mode the package's parameter is y
        z, mean = ref.schedule_free_step(z, mean, lambda at: A @ (at - bottom), t, 0.1, 0.8)
        np.testing.assert_allclose(0.2 * z + 0.8 * mean, row, rtol=1e-6)
    optimizer.eval()
    np.testing.assert_allclose(mean, x.detach().numpy(), rtol=1e-6)


def test_schedule_free_keeps_the_mean_of_all_z(ref, rng):
    A, bottom, start = problem(rng)
    z = x = start
    zs = []
    for t in range(7):
        z, x = ref.schedule_free_step(z, x, lambda at: A @ (at - bottom), t, 0.1, 0.6)
        zs.append(z)
        np.testing.assert_allclose(x, np.mean(zs, axis=0))


def test_the_pair_loss_its_gradient_and_its_floor(ref, rng):
    p = rng.uniform(size=(4, 6)) ** 3
    p[:, 2] = 0
    p /= p.sum()
    W = torch.tensor(rng.normal(size=(4, 6)), requires_grad=True)
    loss = -(torch.tensor(p) * torch.log_softmax(W, 1)).sum()
    loss.backward()
    ours, gradient = ref.pair_loss(W.detach().numpy(), p)
    assert ours == pytest.approx(loss.item())
    np.testing.assert_allclose(gradient, W.grad, atol=1e-14)
    with np.errstate(divide="ignore"):
        best = np.maximum(np.log(p), -700)
    assert ref.pair_floor(p) == pytest.approx(ref.pair_loss(best, p)[0])
    assert ref.pair_floor(p) < ours


def test_the_text_is_what_the_prose_says(ref):
    p = ref.COUNTS / ref.COUNTS.sum()
    assert ref.COUNTS.sum() == 28_997 and ref.COUNTS.shape == (200, 200) and len(ref.WORDS) == 200
    assert ref.pair_floor(p) == pytest.approx(2.973, abs=5e-4)
    assert np.log(200) == pytest.approx(5.298, abs=5e-4)
    assert p.sum(axis=1)[ref.WORDS.index("the")] > 1 / 20
    assert ref.COUNTS.sum(axis=1).min() == 14
    counts = ref.balanced(ref.COUNTS + 0.1)
    np.testing.assert_allclose(counts.sum(axis=0), counts.sum(axis=1), rtol=1e-6)
    tiny = np.array([[1, 1], [2, 0]]) / 4
    assert round(ref.pair_floor(tiny), 3) == 0.347
    assert round(ref.pair_loss(np.zeros((2, 2)), tiny)[0], 3) == 0.693


def test_the_stored_race_is_run_by_the_reference(ref):
    """The paths of the first look, with the rates that are stored beside them."""
    race = json.loads(
        (Path(__file__).parents[2] / "solutions/data/optimizers/race.json").read_text()
    )
    for angle, A in race["matrix"].items():
        A = np.array(A)
        np.testing.assert_allclose(A, ref.valley(float(angle)), atol=1e-9)
        A = ref.valley(float(angle))
        c, s = np.cos(np.radians(float(angle))), np.sin(np.radians(float(angle)))
        start = np.array([c - 0.1 * s, s + 0.1 * c])  # (1, 0.1), turned with the valley
        rules = {
            "gradient descent": lambda x, k, lr: ref.momentum_step(x, A @ x, k * 0, lr, 0.0),
            "momentum": lambda x, k, lr: ref.momentum_step(x, A @ x, k, lr, 0.7),
            "Nesterov": lambda x, k, lr: ref.nag_step(x, lambda at: A @ at, k, lr, 0.7),
            "AdaGrad": lambda x, k, lr: ref.adagrad_step(x, A @ x, k, lr, 1e-8),
            "RMSProp": lambda x, k, lr: ref.rmsprop_step(x, A @ x, k, lr, 0.9, 1e-8),
            "Adam": lambda x, k, lr: ref.adam_step(x, A @ x, k, lr, 0.9, 0.999, 1e-8),
            "Lion": lambda x, k, lr: ref.lion_step(x, A @ x, k, lr, 0.9, 0.99, 0.0),
        }
        assert list(rules) == list(race["paths"])
        for name, rule in rules.items():
            path = np.array(race["paths"][name][angle])
            x = start
            memory = ref.adam_state(x) if name == "Adam" else np.zeros(2)
            assert 0.5 * x @ A @ x == pytest.approx(1.0, abs=1e-3)
            tried = np.logspace(-3.5, 1, 91)  # of which the best is stored with four digits
            lr = tried[np.abs(tried - race["rates"][name][angle]).argmin()]
            np.testing.assert_allclose(x, path[0], rtol=6e-5)  # coordinates have five digits
            for row in path[1:]:
                x, memory = rule(x, memory, lr)
                np.testing.assert_allclose(x, row, rtol=6e-5, atol=1e-12)


def test_steps_by_hand(ref):
    one = lambda *values: [np.array(v) for v in values]
    section = "momentum_step"
    theta, v = ref.momentum_step(*one(1.0, 2.0, 0.5), 0.1, 0.9)
    worked(ref, section, "=0.65$ and $\\theta'=0.35$", [v, theta])
    theta, v = ref.momentum_step(theta, np.array(2.0), v, 0.05, 0.9)
    worked(ref, section, "=0.685$\nand $\\theta''=-0.335$", [v, theta])
    worked(ref, section, "\\frac{99}{101}=0.980", [99 / 101, 99 / 101])
    worked(ref, section, "=\\frac{9}{11}=0.818", [9 / 11, 9 / 11])
    worked(ref, section, "$b=5$, then $b'=6.5$ and $b''=7.85$", [5, 0.9 * 5 + 2, 0.9 * 6.5 + 2])
    worked(ref, section, "=0.3925$", 0.05 * 7.85)
    theta, v = ref.nag_step(np.array(1.0), lambda at: at, np.array(0.5), 0.1, 0.9)
    worked(ref, "nag_step", "=0.505$, $\\theta'=0.495$", [v, theta])
    worked(ref, "nag_step", "=0.45$", ref.momentum_step(*one(1.0, 1.0, 0.5), 0.1, 0.9)[0])


def test_adaptive_steps_by_hand(ref):
    zero, four = np.array(0.0), np.array(4.0)
    theta, G = ref.adagrad_step(zero, four, np.array(9.0), 0.5, 1e-12)
    worked(ref, "adagrad_step", "$G'=25$", G)
    worked(ref, "adagrad_step", "=0.4$", -theta)
    theta, s = ref.rmsprop_step(zero, four, np.array(9.0), 0.5, 0.9, 1e-12)
    worked(ref, "adagrad_step", "=9.7$", s)
    assert np.sqrt(s) == pytest.approx(3.114, abs=5e-4)
    worked(ref, "adagrad_step", "=0.642$", -theta)
    tiny, _ = ref.adagrad_step(zero, np.array(1e-9), zero, 1.0, 1e-8)
    assert -tiny == pytest.approx(1 / 11)
    theta, state = ref.adam_step(zero, four, ref.adam_state(zero), 0.1, 0.9, 0.999, 1e-12)
    worked(
        ref,
        "adam_step",
        "$m=0.4$, $s=0.016$; corrected 4 and 16; the step is $0.1$",
        [state["m"], state["s"], state["m"] / 0.1, state["s"] / 0.001, -theta],
    )
    before = theta
    theta, state = ref.adam_step(theta, np.array(-2.0), state, 0.1, 0.9, 0.999, 1e-12)
    worked(ref, "adam_step", "=0.16$, $s=", state["m"])
    worked(ref, "adam_step", "=0.019984$", state["s"])
    worked(ref, "adam_step", "=0.842$", state["m"] / (1 - 0.9**2))
    worked(ref, "adam_step", "=9.997$", state["s"] / (1 - 0.999**2))
    worked(ref, "adam_step", "=0.0266$", before - theta)
    worked(ref, "adam_step", "=3.16$", 0.1 / np.sqrt(0.001))
    ten = np.array(10.0)
    rest = (0.1, 0.9, 0.999, 1e-12, 0.5)
    worked(ref, "adamw_step", "=9.4$", ref.adamw_step(ten, four, ref.adam_state(ten), *rest)[0])
    worked(
        ref,
        "adamw_step",
        "$\\theta'=9.9$",
        ref.adam_l2_step(ten, four, ref.adam_state(ten), *rest)[0],
    )


def test_signs_curvatures_and_averages_by_hand(ref):
    theta, m = ref.lion_step(np.array(2.0), np.array(-8.5), np.array(1.0), 0.1, 0.9, 0.99, 0.25)
    worked(ref, "lion_step", "=1.85$", theta)
    worked(ref, "lion_step", "=0.905$", m)
    H = np.array([[2.0, 1.0], [1.0, 3.0]])
    one, other = np.array([[1.0, -1.0]]), np.array([[1.0, 1.0]])
    question = "hutchinson_diag"
    worked(ref, question, "Hu=(1,2)$", ref.hutchinson_diag(lambda u: H @ u, one))
    worked(ref, question, "$(3,4)$", ref.hutchinson_diag(lambda u: H @ u, other))
    worked(
        ref,
        question,
        "mean $(2,3)$",
        ref.hutchinson_diag(lambda u: H @ u, np.concatenate([one, other])),
    )
    state = {"m": np.ones(2), "h": np.array([100.0, -2.0])}
    theta, state = ref.sophia_step(
        np.zeros(2), np.array([2.0, 2.0]), state, None, 0.1, 0.9, 0.99, 0.05, 1e-12, 1.0
    )
    worked(ref, question, "$m'=(1.1,1.1)$", state["m"])
    worked(ref, question, "=0.22$", state["m"][0] / (0.05 * state["h"][0]))
    worked(ref, question, "$(0.022,0.1)$", -theta)
    z = x = np.array(1.0)
    steps = []
    for t in range(3):
        z, x = ref.schedule_free_step(z, x, lambda at: at, t, 0.5, 0.9)
        steps.append((float(z), float(x)))
    question = "schedule_free_step"
    worked(ref, question, "$y=1$, $z=0.5$, $c=1$, $x=0.5$", [1, steps[0][0], 1, steps[0][1]])
    worked(ref, question, "$y=0.5$, $z=0.25$, $x=0.375$", [steps[0][1], *steps[1]])
    worked(ref, question, "=0.3625$", 0.1 * steps[1][0] + 0.9 * steps[1][1])
    worked(ref, question, "$z=0.06875$", steps[2][0])
    worked(ref, question, "=0.273$", steps[2][1])


SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gap_of_gradient_descent_is_made_by_rare_words(ref, seed):
    n = ref.gap_to_the_floor(seed)
    assert n["GD, the text"] > 0.25 > 0.01 > n["GD, all words equal"]
    assert n["GD, 0.1 added"] > 10 * n["GD, all words equal"]
    assert max(n["sign, the text"], n["Adam, the text"]) < 0.01
