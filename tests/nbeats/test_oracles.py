"""The reference of nbeats against least squares of others, torch.nn, scipy, numbers of M4, and a closed form."""

import math

import numpy as np
import pytest
import torch
from numpy.polynomial import Polynomial
from scipy import stats
from sklearn.linear_model import LinearRegression
from statsmodels.api import OLS, add_constant

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def test_trend_draws_polynomials(ref, rng):
    for degree in (0, 1, 2, 4):
        theta, t = rng.normal(size=degree + 1), rng.normal(size=9) * 30
        drawn = theta @ ref.trend_basis(degree, t, 13)
        np.testing.assert_allclose(drawn, Polynomial(theta)(t / 13), rtol=1e-10)


def test_seasons_are_fouriers(ref, rng):
    """Over one whole period the coefficients of a signal are those of the fast Fourier transform."""
    n, K = 11, 5
    x = rng.normal(size=(1, n))
    x -= x.mean()
    V = ref.seasonality_basis(K, np.arange(float(n)), n)
    theta = ref.project(x, V)[0]
    spectrum = np.fft.rfft(x[0]) * 2 / n
    np.testing.assert_allclose(theta[:K], spectrum.real[1:])
    np.testing.assert_allclose(theta[K:], -spectrum.imag[1:])
    np.testing.assert_allclose(theta @ V, x[0])


def test_one_clock_continues_a_curve(ref, rng):
    """A curve that is drawn by the bases is continued without error by the same coefficients."""
    t = np.arange(31.0)
    curve = (
        3 - 0.2 * t + 0.01 * t**2 + np.cos(2 * np.pi * t / 7 + 0.4) - 2 * np.sin(4 * np.pi * t / 7)
    )
    bases = ref.window_bases(20, 11, 2, 3, 7)
    parts = ref.projection_forecast(curve[None, :20], bases)
    np.testing.assert_allclose(parts["trend"] + parts["season"], curve[None, 20:], atol=1e-9)
    np.testing.assert_allclose(parts["trend"][0], (3 - 0.2 * t + 0.01 * t**2)[20:], atol=1e-9)


def test_bases_by_hand(ref):
    bases = ref.window_bases(4, 2, 2, 1, 3)
    V_b, V_f = bases["trend"]
    worked(ref, "window_bases", "$0, 0.25, 0.5, 0.75$", V_b[1])
    worked(ref, "window_bases", "$1, 1.25$", V_f[1])
    worked(ref, "window_bases", "$1, 1.5625$", V_f[2])
    worked(
        ref,
        "window_bases",
        r"$\cos(8\pi/3)=-0.5$ and its sine $0.866$",
        [8, 3, *bases["season"][1][:, 0]],
    )
    anew = ref.seasonality_basis(1, np.zeros(1), 3)
    worked(ref, "window_bases", "would say 1 and 0", anew)
    worked(ref, "window_bases", r"$48^3=110\,592$", [48, 48**3])
    ends = np.concatenate([[np.ones(12)], ref.seasonality_basis(6, np.linspace(0, 1, 12) * 12, 12)])
    right = np.concatenate([[np.ones(12)], ref.seasonality_basis(6, np.arange(12.0), 12)])
    assert np.linalg.matrix_rank(ends) == 11 and np.linalg.matrix_rank(right) == 12


def test_projection_is_that_of_others(ref, rng):
    V, x = rng.normal(size=(3, 9)), rng.normal(size=(4, 9))
    theirs = LinearRegression(fit_intercept=False).fit(V.T, x.T)
    np.testing.assert_allclose(ref.project(x, V), theirs.coef_)
    twice = np.concatenate([V, V[1:2]])
    np.testing.assert_allclose(
        ref.project(x, twice), np.linalg.lstsq(twice.T, x.T, rcond=1e-10)[0].T
    )
    a, b = (V[:1, :6], V[:1, 6:]), (V[1:, :6], V[1:, 6:])
    parts = ref.projection_forecast(x[:, :6], {"a": a, "b": b})
    coef = LinearRegression(fit_intercept=False).fit(V[:, :6].T, x[:, :6].T).coef_
    np.testing.assert_allclose(parts["a"], coef[:, :1] @ a[1])
    np.testing.assert_allclose(parts["b"], coef[:, 1:] @ b[1])


def test_share_is_the_r2_of_statsmodels(ref, rng):
    V, x = rng.normal(size=(2, 12)), rng.normal(size=(3, 12)).cumsum(1) + 40
    ours = ref.explained(x, np.concatenate([np.ones((1, 12)), V]))
    theirs = [OLS(row, add_constant(V.T)).fit().rsquared for row in x]
    np.testing.assert_allclose(ours, theirs)
    without = [OLS(row - row.mean(), V.T).fit().rsquared for row in x]
    np.testing.assert_allclose(ref.explained(x, V), without)


def test_projection_by_hand(ref):
    x, t = np.array([[0.0, 1, 2, 3]]), np.arange(6.0)
    trend, season = ref.trend_basis(1, t, 4), ref.seasonality_basis(1, t, 4)
    worked(ref, "projection_forecast", "$(1,0,-1,0)$ and $(0,1,0,-1)$", season[:, :4])
    centred = x - x.mean()
    worked(ref, "projection_forecast", "$x_c=(-1.5,-0.5,0.5,1.5)$", centred)
    np.testing.assert_allclose(centred @ season[:, :4].T, [[-2, -2]], atol=1e-12)
    theta = ref.project(centred, season[:, :4])
    worked(ref, "projection_forecast", r"$\theta_c=(-1, -1)$", theta)
    worked(ref, "projection_forecast", "draws $(-1,-1,1,1)$", theta @ season[:, :4])
    left = centred - theta @ season[:, :4]
    worked(ref, "projection_forecast", "leaves $(-0.5,0.5,-0.5,0.5)$", left)
    worked(
        ref, "projection_forecast", "$1-1/5=0.8$", [1, -1 / 5, ref.explained(x, season[:, :4])[0]]
    )
    assert ref.explained(x, trend[:, :4])[0] == pytest.approx(1)
    bases = {"trend": (trend[:, :4], trend[:, 4:]), "season": (season[:, :4], season[:, 4:])}
    parts = ref.projection_forecast(x, bases)
    worked(
        ref,
        "projection_forecast",
        "continues with $4, 5$ and the season with $0, 0$",
        list(parts.values()),
    )
    alone = {name: ref.projection_forecast(x, {name: pair})[name] for name, pair in bases.items()}
    worked(
        ref,
        "projection_forecast",
        "the season says $-1, -1$ and the sum is $3, 4$",
        [alone["season"], sum(alone.values())],
    )


@pytest.mark.parametrize(("L", "widths", "k", "j", "H"), [(5, [4, 3], 2, 3, 6), (4, [4], 4, 4, 4)])
def test_block_is_torchs_layers(ref, torch_rng, L, widths, k, j, H):
    sizes = [L, *widths]
    layers = [torch.nn.Linear(a, b).double() for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    body = torch.nn.Sequential(*(m for layer in layers for m in (layer, torch.nn.ReLU())))
    heads = [torch.nn.Linear(widths[-1], n).double() for n in (k, j)]
    V_b, V_f, x = randn(torch_rng, k, L), randn(torch_rng, j, H), randn(torch_rng, 3, L)
    backcast, forecast = ref.nbeats_block(
        x, [(m.weight, m.bias) for m in layers], *((m.weight, m.bias) for m in heads), V_b, V_f
    )
    torch.testing.assert_close(backcast, heads[0](body(x)) @ V_b)
    torch.testing.assert_close(forecast, heads[1](body(x)) @ V_f)


def test_block_by_hand(ref):
    x = torch.tensor([[3.0, 5.0]])
    W, b = torch.tensor([[1.0, 0], [-1, 1], [0, -1]]), torch.tensor([0.0, 0, 1])
    worked(ref, "nbeats_block", "the sums $(3,2,-4)$", x @ W.T + b)
    worked(ref, "nbeats_block", "$h=(3,2,0)$", torch.relu(x @ W.T + b))
    W_b, W_f, zero = (
        torch.tensor([[0.0, 1, 1], [0, 2, 1]]),
        torch.tensor([[-1.0, 0, 2], [3, 0, 0]]),
        torch.zeros(2),
    )
    eye = torch.eye(2)
    coefficients = ref.nbeats_block(x, [(W, b)], (W_b, zero), (W_f, zero), eye, eye)
    worked(ref, "nbeats_block", r"$\theta_b=(2,4)$, $\theta_f=(-3,9)$", coefficients)
    bases = ref.window_bases(2, 1, 1, 0, 12)["trend"]
    np.testing.assert_allclose(bases[0], [[1, 1], [0, 0.5]])
    backcast, forecast = ref.nbeats_block(
        x,
        [(W, b)],
        (W_b, zero),
        (W_f, zero),
        *(torch.tensor(V, dtype=torch.float32) for V in bases),
    )
    worked(
        ref,
        "nbeats_block",
        "backcast is $(2,4)$ and the forecast $-3+9=6$",
        [backcast, -3, 9, forecast],
    )
    worked(
        ref,
        "nbeats_block",
        "the forecast would be 9",
        coefficients[1].relu() @ torch.tensor(bases[1]).float(),
    )


def test_stacking_of_linear_blocks_is_a_product(ref, torch_rng):
    """Blocks x -> (x A, x F): what is left is x (1 - A1)(1 - A2)…; the forecast is linear, too."""
    L, H = 5, 3
    A, F = randn(torch_rng, 4, L, L) / 3, randn(torch_rng, 4, L, H)
    blocks = [lambda r, i=i: (r @ A[i], r @ F[i]) for i in range(4)]
    x, eye = randn(torch_rng, 2, L), torch.eye(L, dtype=F64)
    forecast, parts, rest = ref.double_residual(x, {"u": blocks[:1], "v": blocks[1:]})
    left = [eye]
    for i in range(4):
        left.append(left[-1] @ (eye - A[i]))
    torch.testing.assert_close(rest, x @ left[4])
    torch.testing.assert_close(forecast, sum(x @ left[i] @ F[i] for i in range(4)))
    torch.testing.assert_close(parts["u"], x @ F[0])
    torch.testing.assert_close(parts["u"] + parts["v"], forecast)


def test_projections_in_turn_reach_the_joint_fit(ref, rng):
    """The theorem of question 4, for curves that are not orthogonal."""
    x, bases = (
        rng.normal(size=(3, 9)),
        {"u": rng.normal(size=(2, 13)), "v": rng.normal(size=(3, 13))},
    )
    cut = {name: (V[:, :9], V[:, 9:]) for name, V in bases.items()}
    joint = ref.projection_forecast(x, cut)
    blocks = {name: ref.projecting_block(*pair) for name, pair in cut.items()}
    stacks = {f"{name}{n}": [blocks[name]] for n in range(400) for name in bases}
    _, parts, _ = ref.double_residual(torch.from_numpy(x), stacks)
    for name in bases:
        total = sum(part for key, part in parts.items() if key.startswith(name))
        np.testing.assert_allclose(total, joint[name], atol=1e-6)


def test_stacking_by_hand(ref):
    x = torch.tensor([[3.0, 5.0]])
    seen = []

    def first(r):
        return torch.tensor([[2.0, 4.0]]), torch.tensor([[6.0]])

    def second(r):
        seen.append(r)
        return r * torch.tensor([1.0, 0.0]), r[:, 1:]

    forecast, parts, rest = ref.double_residual(x, {"u": [first], "v": [second]})
    worked(ref, "double_residual", "sees $(3,5)-(2,4)=(1,1)$", [3, 5, 2, 4, seen[0]])
    worked(ref, "double_residual", "It says $(1,0)$ and 1.", [second(seen[0])[0], parts["v"]])
    worked(ref, "double_residual", "$6+1=7$ and $(0,1)$ is left", [6, 1, forecast, rest])
    worked(
        ref,
        "double_residual",
        "would say 5, and the sum would be 11",
        [second(x)[1], 6 + second(x)[1]],
    )


def test_block_has_so_many_numbers(ref):
    def count(learned):
        block = ref.Block(torch.ones(3, 48), torch.ones(3, 12), 64, learned=learned)
        return sum(p.numel() for p in block.parameters())

    assert count(False) == 48 * 64 + 64 + 3 * (64 * 64 + 64) + 2 * (64 * 3 + 3)
    worked(ref, "Block", "$3136+12480+390=16006$", [3136, 12480, 390, count(False)])
    worked(
        ref,
        "Block",
        r"$3\cdot48+3\cdot12=180$ more: 16186",
        [3, 48, 3, 12, count(True) - count(False), count(True)],
    )
    worked(ref, "Block", r"$48\cdot64+64=3136$", [48, 64, 64, 48 * 64 + 64])
    worked(ref, "Block", r"$64\cdot64+64=4160$", [64, 64, 64, 64 * 64 + 64])
    worked(ref, "Block", r"$64\cdot3+3=195$", [64, 3, 3, 64 * 3 + 3])


@pytest.mark.parametrize("learned", [False, True])
def test_block_is_torchs_layers_and_moves_only_what_is_learned(ref, torch_rng, learned):
    V_b, V_f, x = randn(torch_rng, 2, 5), randn(torch_rng, 3, 4), randn(torch_rng, 6, 5)
    block = ref.Block(V_b, V_f, 7, 2, learned)
    h = torch.relu(block.fc[1](torch.relu(block.fc[0](x))))
    backcast, forecast = block(x)
    torch.testing.assert_close(backcast, block.head_b(h) @ V_b)
    torch.testing.assert_close(forecast, block.head_f(h) @ V_f)
    opt = torch.optim.SGD(block.parameters(), lr=0.1)
    (backcast.square().sum() + forecast.square().sum()).backward()
    opt.step()
    assert torch.equal(block.V_b, V_b) != learned and torch.equal(block.V_f, V_f) != learned


def test_normalised_windows_are_scipys_scores(ref, torch_rng):
    x = randn(torch_rng, 4, 7) * torch.tensor([[1.0], [30.0], [0.01], [2.0]], dtype=F64) + 11
    z, mean, std = ref.normalize_window(x)
    np.testing.assert_allclose(z, stats.zscore(x, axis=1, ddof=1))
    back = ref.denormalize({"u": 0.3 * z, "v": 0.7 * z}, mean, std, "v")
    torch.testing.assert_close(back["u"] + back["v"], x)
    torch.testing.assert_close(back["u"], 0.3 * (x - mean))
    level = torch.full((1, 9), 0.1)
    z, mean, std = ref.normalize_window(level)
    assert (z == 0).all() and mean == 0.1 * torch.ones(1) and std == 1


def test_normalisation_by_hand(ref):
    x = torch.tensor([[2.0, 4.0, 6.0, 8.0]], dtype=F64)
    z, mean, std = ref.normalize_window(x)
    worked(ref, "normalize_window", r"$\mu=5$, $s=\sqrt{20/3}=2.582$", [mean, 20 / 3, std])
    worked(ref, "normalize_window", "$-1.162$", z[0, 0])
    one = torch.ones(1, 1, dtype=F64)
    parts = ref.denormalize({"trend": one, "season": -0.5 * one}, mean, std, "trend")
    worked(ref, "normalize_window", r"$1\cdot2.582+5=7.582$", [1, std, 5, parts["trend"]])
    worked(ref, "normalize_window", r"$-0.5\cdot2.582=-1.291$", [-0.5, std, parts["season"]])
    total = parts["trend"] + parts["season"]
    worked(ref, "normalize_window", "their sum $6.291$", total)
    worked(ref, "normalize_window", "the sum would be $11.291$", total + mean)


def test_smape_has_its_limits_and_mase_its_unit(ref, rng):
    y = rng.uniform(1, 5, size=(6, 4))
    assert ref.smape(y, 0 * y) == pytest.approx(200) and ref.smape(y, y) == 0
    assert ref.smape(y, 3 * y) == pytest.approx(100)  # |1 - 3| / (1 + 3), everywhere
    assert ref.smape(y, y / 3) == pytest.approx(100)
    too_low, too_high = ref.smape(y, y - 0.5), ref.smape(y, y + 0.5)
    assert too_low > too_high
    s = rng.normal(size=60).cumsum()
    naive, true = s[None, :-7], s[None, 7:]
    assert ref.mase(true, naive, s, 7) == pytest.approx(1)  # the scale is this error itself
    assert ref.mase(4 * true + 9, 4 * naive + 9, 4 * s + 9, 7) == pytest.approx(1)


def test_measures_by_hand(ref):
    y, yhat = np.array([[100.0, 50.0]]), np.array([[110.0, 40.0]])
    worked(
        ref, "mase", r"$200\cdot10/210=9.524$", [200, 10 / 210, ref.smape(y[:, :1], yhat[:, :1])]
    )
    worked(ref, "mase", r"$200\cdot10/90=22.222$", [200, 10 / 90, ref.smape(y[:, 1:], yhat[:, 1:])])
    worked(ref, "mase", "$15.873$", ref.smape(y, yhat))
    worked(ref, "mase", r"$200\cdot20/300=13.333$", [200, 20 / 300, 200 * 20 / 300])
    s = np.array([1.0, 4, 2, 6, 3])
    worked(ref, "mase", "$10/(4/3)=7.5$", [10, 4 / 3, ref.mase(y, yhat, s, 2)])
    assert np.abs(np.diff(s)).mean() == 3


def test_owa_of_the_winner_of_m4(ref):
    """sMAPE and MASE of the winner and of Naive2 over all 100,000 series, as published."""
    assert ref.owa(11.374, 1.536, 13.564, 1.912) == pytest.approx(0.821, abs=5e-4)
    worked(ref, "ensemble_forecast", "$0.821$", ref.owa(11.374, 1.536, 13.564, 1.912))
    worked(
        ref,
        "ensemble_forecast",
        r"$\frac12(0.8+0.75)=0.775$",
        [0.5, 0.8, 0.75, ref.owa(12, 1.5, 15, 2)],
    )


def test_median_is_numpys(ref, torch_rng):
    history = randn(torch_rng, 3, 12)
    for M in range(1, 7):
        members = [(n + 2, lambda x, n=n: x[:, :2] * (n - 1.5) + x[:, -2:]) for n in range(M)]
        said = np.stack([model(history[:, 12 - L :]) for L, model in members])
        np.testing.assert_allclose(ref.ensemble_forecast(members, history), np.median(said, axis=0))
        np.testing.assert_allclose(ref.ensemble_forecast(members, history, "mean"), said.mean(0))
    members = [(1, lambda x, v=v: v + 0 * x) for v in (1.0, 2.0, 10.0, 4.0)]
    worked(
        ref,
        "ensemble_forecast",
        "$(2+4)/2=3$, the mean $4.25$",
        [
            2,
            4,
            2,
            ref.ensemble_forecast(members, history)[0, 0],
            ref.ensemble_forecast(members, history, "mean")[0, 0],
        ],
    )


def test_step_is_the_sign_of_the_errors(ref, torch_rng):
    """The gradient of a mean of absolute errors, by hand, for a linear map and gradient descent."""
    x, y = 20 + 3 * randn(torch_rng, 5, 4), 20 + 3 * randn(torch_rng, 5, 2)
    W = randn(torch_rng, 4, 2).requires_grad_()
    z = torch.from_numpy(stats.zscore(x, axis=1, ddof=1))
    errors = z @ W.detach() - (y - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)
    expected = W.detach() - 0.3 * z.T @ errors.sign() / 10
    loss = ref.train_step(lambda window: window @ W, x, y, torch.optim.SGD([W], lr=0.3))
    assert loss == pytest.approx(errors.abs().mean().item())
    torch.testing.assert_close(W.detach(), expected)


def test_training_by_hand(ref):
    said = torch.tensor([1.0], dtype=F64, requires_grad=True)
    x, y = torch.tensor([[2.0, 4.0, 6.0, 8.0]], dtype=F64), torch.tensor([[10.0]], dtype=F64)
    worked(ref, "train_step", "$(10-5)/2.582=1.936$", [10, -5, 2.582, 5 / math.sqrt(20 / 3)])
    loss = ref.train_step(lambda z: said + 0 * z[:, :1], x, y, torch.optim.SGD([said], lr=0.1))
    worked(ref, "train_step", "has the loss\n$0.936$", loss)


def test_numbers_of_the_ruler(ref):
    """MASE of the controls on carbon dioxide, as in the picture."""
    series = ref.co2()
    n = len(series) - 120
    assert (len(series), n) == (526, 406)
    Xa, Ya, X, Y = ref.split_windows(series, n, 48, 12)
    assert len(Xa) == 347 and len(X) == 109

    def score(yhat):
        return ref.mase(Y, yhat, series[:n], 12)

    assert score(np.repeat(X[:, -1:], 12, axis=1)) == pytest.approx(2.148, abs=5e-4)
    assert score(X[:, -12:]) == pytest.approx(1.277, abs=5e-4)
    parts = ref.projection_forecast(X, ref.window_bases(48, 12, 1, 4, 12))
    assert score(parts["trend"] + parts["season"]) == pytest.approx(0.609, abs=5e-4)
    assert score(ref.linear_forecasts(Xa, Ya, X)) == pytest.approx(0.361, abs=5e-4)
