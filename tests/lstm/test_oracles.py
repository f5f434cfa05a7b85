"""The reference of lstm against torch.nn, autograd, statsmodels, scipy and simulated processes."""

import math

import numpy as np
import pytest
import torch
from scipy.signal import lfilter
from sklearn.preprocessing import StandardScaler
from statsmodels.tsa.arima_process import arma2ma
from statsmodels.tsa.stattools import acf

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def test_split_by_the_times_of_the_values(ref):
    """The series is its own clock: no training value at n or later, all test targets there."""
    for N, frac, L, H in ((40, 0.7, 5, 3), (23, 0.5, 2, 6), (31, 0.61, 7, 1)):
        n = int(frac * N)
        Xa, Ya, Xb, Yb, mean, std = ref.split_scale_window(np.arange(float(N)), frac, L, H)
        times = [np.rint(a * std + mean).astype(int) for a in (Xa, Ya, Xb, Yb)]
        assert times[0].min() == 0 and times[1].max() == n - 1
        assert times[3].min() == n and times[3].max() == N - 1
        assert len(Xa) == n - L - H + 1 and len(Xb) == N - n - H + 1
        for X, Y in (times[:2], times[2:]):
            joined = np.concatenate([X, Y], axis=1)
            assert (np.diff(joined, axis=1) == 1).all() and (np.diff(joined[:, 0]) == 1).all()
        crossing = (N - L - H + 1) - len(Xa) - len(Xb)
        assert crossing == H - 1


def test_scale_is_scikit_learns(ref, rng):
    series = rng.normal(size=50).cumsum()
    scaler = StandardScaler().fit(series[:30, None])
    X, *_, mean, std = ref.split_scale_window(series, 0.6, 4, 2)
    assert mean == pytest.approx(scaler.mean_[0]) and std == pytest.approx(scaler.scale_[0])
    np.testing.assert_allclose(X[:, 0], scaler.transform(series[:25, None])[:, 0])


def test_windows_by_hand(ref):
    s = np.array([1.0, 3, 5, 3, 8, 10, 12])
    Xa, Ya, Xb, Yb, mean, std = ref.split_scale_window(s, 0.6, 2, 1)
    worked(ref, "split_scale_window", r"$0.6\cdot7=4.2$, so $n=4$", [0.6, 7, 4.2, int(0.6 * 7)])
    worked(ref, "split_scale_window", r"$\sigma_s=\sqrt2=1.414$", [2, std])
    assert mean == 3 and s.mean() == 6
    worked(ref, "split_scale_window", r"$(12-3)/1.414=6.364$", [12, -3, 1.414, Yb[-1, 0]])
    np.testing.assert_allclose(Xa * std + mean, [[1, 3], [3, 5]])
    np.testing.assert_allclose(Ya * std + mean, [[5], [3]])
    np.testing.assert_allclose(Xb * std + mean, [[5, 3], [3, 8], [8, 10]])
    np.testing.assert_allclose(Yb * std + mean, [[8], [10], [12]])


def test_skill_of_a_walk_is_at_most_noise(ref, rng):
    """On a random walk persistence has h times the variance of a step, and a skill of 0."""
    walk = rng.normal(size=200_000).cumsum()
    origins = ref.rolling_origins(len(walk), 10, 5, 7)
    y = walk[origins[:, None] + np.arange(5)]
    naive = ref.seasonal_naive(walk, origins, 5, 1)
    np.testing.assert_allclose(((y - naive) ** 2).mean(0), np.arange(1, 6), rtol=0.05)
    assert (ref.persistence_skill(y, naive, walk[origins - 1]) == 0).all()
    half = ref.persistence_skill(y, (y + naive) / 2, walk[origins - 1])
    np.testing.assert_allclose(half, 0.75)


def test_a_pure_season_is_forecast_without_error(ref):
    s = np.tile([1.0, 5.0, 2.0, 7.0], 9)
    origins = ref.rolling_origins(len(s), 4, 6, 3)
    assert (ref.seasonal_naive(s, origins, 6, 4) == s[origins[:, None] + np.arange(6)]).all()
    assert origins[-1] + 6 <= len(s) < origins[-1] + 3 + 6


def test_controls_by_hand(ref):
    s = np.array([1.0, 2, 3, 2, 4, 6, 3])
    worked(ref, "persistence_skill", "$(2,4,6,2)$", ref.seasonal_naive(s, np.array([6]), 4, 3)[0])
    worked(ref, "persistence_skill", "3 and 5 (from 7", [*ref.rolling_origins(7, 3, 2, 2), 7])
    y, yhat, last = np.array([[5.0], [1.0]]), np.array([[4.0], [2.0]]), np.array([2.0, 2.0])
    skill = ref.persistence_skill(y, yhat, last)[0]
    worked(ref, "persistence_skill", "$1-(1+1)/(9+1)=0.8$", [1, 1, 1, 9, 1, skill])
    singles = [
        ref.persistence_skill(y[i : i + 1], yhat[i : i + 1], last[i : i + 1])[0] for i in (0, 1)
    ]
    worked(ref, "persistence_skill", "=0.444$", [np.mean(singles)])


@pytest.mark.parametrize(("B", "T", "D", "U"), [(3, 7, 2, 4), (1, 1, 5, 5)])
def test_forward_is_torchs(ref, torch_rng, B, T, D, U):
    lstm = torch.nn.LSTM(D, U, batch_first=True).double()
    X, h, c = randn(torch_rng, B, T, D), randn(torch_rng, B, U), randn(torch_rng, B, U)
    for state in (None, (h, c)):
        outs, (hn, cn) = lstm(X) if state is None else lstm(X, (h[None], c[None]))
        ours, (h1, c1) = ref.lstm_forward(X, *lstm.parameters(), state)
        for a, b in ((ours, outs), (h1, hn[0]), (c1, cn[0])):
            torch.testing.assert_close(a, b)


def test_cell_weights_feed_lstm_cell(ref, torch_rng):
    cell = torch.nn.LSTMCell(3, 2).double()
    W, b = ref.cell_weights(*cell.parameters())
    x, h, c = randn(torch_rng, 4, 3), randn(torch_rng, 4, 2), randn(torch_rng, 4, 2)
    new = ref.lstm_cell(x, h, c, *(W[k] for k in "fico"), *(b[k] for k in "fico"))
    for ours, theirs in zip(new, cell(x, (h, c)), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_cell_by_hand(ref):
    zero, bias = torch.zeros(4, 1, dtype=F64), torch.tensor([1.0, 3, 2, 1 / 3], dtype=F64).log()
    X = torch.zeros(1, 2, 1, dtype=F64)
    outs, (_, c) = ref.lstm_forward(X, zero, zero, bias, 0 * bias)
    _, (_, c1) = ref.lstm_forward(X[:, :1], zero, zero, bias, 0 * bias)
    worked(ref, "lstm_forward", "$c_1=0.3$", [c1.item()])
    worked(ref, "lstm_forward", r"$c_2=0.75\cdot0.3+0.3=0.525$", [0.75, 0.3, 0.3, c.item()])
    worked(ref, "lstm_forward", r"$h_2=0.25\tanh0.525=0.1204$", [0.25, 0.525, outs[0, 1, 0].item()])
    _, (_, wrong) = ref.lstm_forward(X, zero, zero, bias[[1, 0, 2, 3]], 0 * bias)
    worked(ref, "lstm_forward", "$c_2=0.675$", [wrong.item()])


def test_recursion_of_the_right_model_is_a_filter(ref):
    """An autoregressive process without noise, continued by scipy's filter."""
    phi = [1.6, -0.8, 0.1]
    start = lfilter([1.0], [1.0, *(-v for v in phi)], np.r_[1.0, np.zeros(20)])
    window = torch.from_numpy(start[4:10])[None]
    weights = torch.tensor([0, 0, 0, *phi[::-1]], dtype=F64)
    said = ref.recursive_forecast(lambda w: w @ weights, window, 11)
    torch.testing.assert_close(said[0], torch.from_numpy(start[10:]))
    direct = ref.direct_forecast(
        [
            lambda w, h=h: ref.recursive_forecast(lambda v: v @ weights, w, h + 1)[:, h]
            for h in range(11)
        ],
        window,
    )
    torch.testing.assert_close(direct, said)


def test_variance_is_that_of_statsmodels_responses(ref):
    for phi in ([1.6, -0.8], [0.5], [0.2, 0.3, -0.4, 0.1], []):
        psi = arma2ma(np.r_[1, -np.array(phi)], [1.0], lags=9)
        ours = ref.forecast_variance(torch.tensor(phi, dtype=F64), 9, 1.5)
        np.testing.assert_allclose(ours.numpy(), 2.25 * np.cumsum(psi**2))


def test_no_forecast_of_a_simulated_process_is_better(ref, rng):
    """The best linear forecast, fitted to a very long series, reaches the variance and stays above it."""
    s = lfilter([1.0], [1.0, -1.6, 0.8], rng.normal(size=400_000))
    A = np.stack([s[1:-6], s[:-7]], axis=1)
    least = ref.forecast_variance(torch.tensor([1.6, -0.8], dtype=F64), 6).numpy()
    for h in range(1, 7):
        y = s[1 + h : len(s) - 6 + h]
        coefficients = np.linalg.lstsq(A, y, rcond=None)[0]
        assert np.mean((y - A @ coefficients) ** 2) == pytest.approx(least[h - 1], rel=0.02)


def test_forecasts_by_hand(ref):
    v = ref.forecast_variance(torch.tensor([1.6, -0.8], dtype=F64), 4)
    worked(ref, "recursive_forecast", "$1$, $3.56$, $6.658$,\n$9.017$", v)
    psi = v.diff().sqrt()
    worked(ref, "recursive_forecast", "$1.6\\cdot1.6-0.8=1.76$", [1.6, 1.6, -0.8, psi[1].item()])
    worked(
        ref,
        "recursive_forecast",
        "$1.6\\cdot1.76-0.8\\cdot1.6=1.536$",
        [1.6, 1.76, -0.8, 1.6, psi[2].item()],
    )
    assert 2 * math.pi / math.atan2(math.sqrt(0.8 - 0.64), 0.8) == pytest.approx(13.55, abs=0.01)
    said = ref.recursive_forecast(
        lambda w: w[:, 1] + (w[:, 1] - w[:, 0]) / 2, torch.tensor([[2.0, 4.0]], dtype=F64), 3
    )
    worked(ref, "recursive_forecast", "it says 5.5, then 5.75", said[0, 1:])
    assert said[0, 0] == 5


def test_forget_bias_is_what_the_gate_sees(ref, torch_rng):
    """With all weights and inputs 0 the cell shrinks by sigmoid(value), in every layer and direction."""
    lstm = torch.nn.LSTM(2, 3, num_layers=2, bidirectional=True).double()
    others = {n: p.detach().clone() for n, p in lstm.named_parameters()}
    ref.set_forget_bias(lstm, 1.7)
    for name, p in lstm.named_parameters():
        same = p == others[name]
        assert same[:3].all() and same[6:].all() and (name.startswith("bias") or same.all())
    with torch.no_grad():
        for name, p in lstm.named_parameters():
            if name.startswith("weight"):
                p.zero_()
            else:
                p[:3], p[6:9] = -1000.0, 0.0  # nothing comes in
    c = randn(torch_rng, 4, 1, 3)
    _, (_, cn) = lstm(torch.zeros(5, 1, 2, dtype=F64), (torch.zeros_like(c), c))
    torch.testing.assert_close(cn, c * torch.sigmoid(torch.tensor(1.7, dtype=F64)) ** 5)


def test_product_is_the_derivative_of_a_cell_with_given_gates(ref, torch_rng):
    F, c = torch.rand(6, 3, generator=torch_rng, dtype=F64), randn(torch_rng, 3)
    for k in range(6):
        start = c.clone().requires_grad_()
        cell = start
        for t in range(k + 1, 6):
            cell = F[t] * cell + 0.3 * t
        torch.testing.assert_close(
            ref.cell_gradient_product(F, k), torch.autograd.grad(cell.sum(), start)[0]
        )


def test_memory_by_hand(ref):
    F = torch.tensor([[0.9, 0.4], [0.8, 0.5], [0.5, 1.0], [0.6, 0.25]], dtype=F64)
    worked(ref, "set_forget_bias", "=(0.3,0.25)$", ref.cell_gradient_product(F, 1))
    worked(ref, "set_forget_bias", "$(0.24,0.125)$", ref.cell_gradient_product(F, 0))
    worked(ref, "set_forget_bias", r"$\log39=3.664$", [39, ref.chrono_bias(40)])
    keep = 1 / (1 + math.exp(-ref.chrono_bias(40)))
    worked(ref, "set_forget_bias", "$0.975^{40}=0.363$", [keep, keep**40])
    gates = torch.full((41, 1), 1 / (1 + math.exp(-1)), dtype=F64)
    assert ref.cell_gradient_product(gates, 0).item() == pytest.approx(3.6e-6, rel=0.02)


def test_autocorrelation_is_statsmodels(ref, rng):
    for s in (rng.normal(size=40).cumsum(), ref.sunspots(), ref.pacific()):
        np.testing.assert_allclose(
            ref.autocorrelation(s, 30), acf(s, nlags=30, adjusted=False, fft=False), atol=1e-12
        )


def test_lookback_by_hand(ref):
    s = np.array([2.0, 0, -2, 0, 2, 0, -2, 0])
    rho = ref.autocorrelation(s, 7)
    worked(ref, "pick_lookback", r"$\rho_2=-12/16=-0.75$", [-12 / 16, rho[2]])
    worked(ref, "pick_lookback", r"$\rho_4=8/16=0.5$", [8 / 16, rho[4]])
    worked(ref, "pick_lookback", r"$\rho_6=-4/16=-0.25$", [-4 / 16, rho[6]])
    assert (rho[1::2] == 0).all() and ref.pick_lookback(s, 0.4, 5, 7) == 5
    unbiased = acf(s, nlags=7, adjusted=True, fft=False)
    assert (
        unbiased[6] == pytest.approx(-1)
        and math.ceil(np.flatnonzero(abs(unbiased) > 0.4).max() / 5) * 5 == 10
    )


def test_lookback_of_a_wave_is_the_largest_lag_by_search(ref, rng):
    for _ in range(20):
        s = np.sin(np.arange(60) * rng.uniform(0.3, 1.5)) + rng.normal(size=60)
        threshold, period, max_lag = (
            rng.uniform(0.1, 0.6),
            int(rng.integers(1, 9)),
            int(rng.integers(5, 40)),
        )
        rho = acf(s, nlags=max_lag, fft=False)
        lags = [k for k in range(1, max_lag + 1) if abs(rho[k]) > threshold] or [period]
        multiple = next(m for m in range(period, 200, period) if m >= lags[-1])
        assert ref.pick_lookback(s, threshold, period, max_lag) == multiple


def test_early_stopping_by_search(ref, rng):
    """The rule, written as a search over all calls so far."""
    for _ in range(30):
        values, patience = rng.integers(0, 6, size=12) / 2, int(rng.integers(1, 5))
        stopping = ref.EarlyStopping(patience)
        for n in range(1, 13):
            stop = stopping.step(float(values[n - 1]), {"n": torch.tensor(n)})
            best = int(np.argmin(values[:n]))  # the first of equals
            records = [i for i in range(n) if i == 0 or values[i] < values[:i].min()]
            assert stopping.best == values[best] and stopping.best_state["n"] == best + 1
            assert stop == (n - 1 - records[-1] >= patience)


def test_stopping_by_hand(ref):
    stopping = ref.EarlyStopping(2)
    answers = [stopping.step(v, {"w": torch.tensor(v)}) for v in (3.0, 2.0, 2.0, 2.5)]
    assert answers == [False, False, False, True] and stopping.best_state["w"] == 2
    worked(ref, "EarlyStopping", "Patience 2, validation errors 3, 2, 2, 2.5", [2, 3, 2, 2, 2.5])


@pytest.mark.parametrize(("B", "T", "D", "U"), [(3, 6, 2, 4), (1, 1, 3, 1), (2, 9, 3, 3)])
def test_bptt_is_autograds_through_torchs_layer(ref, torch_rng, B, T, D, U):
    lstm = torch.nn.LSTM(D, U, batch_first=True).double()
    X, d_outs = randn(torch_rng, B, T, D).requires_grad_(), randn(torch_rng, B, T, U)
    outs, _ = lstm(X)
    grads = torch.autograd.grad((outs * d_outs).sum(), [X, *lstm.parameters()])
    with torch.no_grad():
        ours = ref.lstm_bptt(X.detach(), *(p.detach() for p in lstm.parameters()), d_outs)
    for name, theirs in zip(("X", "w_ih", "w_hh", "b_ih", "b_hh"), grads, strict=True):
        torch.testing.assert_close(ours[name], theirs)


def test_bptt_by_hand(ref):
    zero, bias = torch.zeros(4, 1, dtype=F64), torch.tensor([1.0, 3, 2, 1 / 3], dtype=F64).log()
    one = torch.ones(1, 1, 1, dtype=F64)
    grads = ref.lstm_bptt(0 * one, zero, zero, bias, 0 * bias, one)
    i, f, g, o = grads["b_ih"].tolist()
    worked(ref, "lstm_bptt", r"$0.2288\cdot0.6\cdot0.25=0.0343$", [0.2288, 0.6, 0.25, i])
    worked(ref, "lstm_bptt", r"$0.2288\cdot0.5\cdot(1-0.36)=0.0732$", [0.2288, 0.5, 1, -0.36, g])
    worked(ref, "lstm_bptt", r"$0.2913\cdot0.25\cdot0.75=0.0546$", [0.2913, 0.25, 0.75, o])
    worked(ref, "lstm_bptt", r"$c=0.3$, $\tanh c=0.2913$", [0.3, math.tanh(0.3)])
    assert f == 0
