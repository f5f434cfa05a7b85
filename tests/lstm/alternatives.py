"""Other correct implementations of lstm; all of them must earn 100 %."""

import copy
import math

import numpy as np
import torch


def windows__views(series, L, H):
    """numpy's sliding windows, copied."""
    if len(series) < L + H:
        return np.zeros((0, L)), np.zeros((0, H))
    rows = np.lib.stride_tricks.sliding_window_view(series, L + H).copy()
    return rows[:, :L].copy(), rows[:, L:].copy()


def split_scale_window__views(series, train_frac, L, H):
    """All pairs are cut first and then shared out by the time of their targets."""
    N = len(series)
    n = int(N * train_frac)
    if N == 0 or n == 0:
        raise ValueError("nothing to train on")
    known = series[:n]
    mean = sum(known.tolist()) / n
    std = math.sqrt(sum((v - mean) ** 2 for v in known.tolist()) / n)
    if len(set(known.tolist())) == 1:
        std = 1.0
    X, Y = windows__views((series - mean) / std, L, H)
    last_of_train = n - L - H
    first_of_test = n - L
    if last_of_train < 0 or first_of_test >= len(X):
        raise ValueError("a side is empty")
    return X[: last_of_train + 1], Y[: last_of_train + 1], X[first_of_test:], Y[first_of_test:], mean, std


def windows__loops(series, L, H):
    """Row by row."""
    X = [series[i : i + L] for i in range(len(series) - L - H + 1)]
    Y = [series[i + L : i + L + H] for i in range(len(series) - L - H + 1)]
    return np.array(X).reshape(-1, L), np.array(Y).reshape(-1, H)


def split_scale_window__loops(series, train_frac, L, H):
    """Two pieces of the series, each with its pairs."""
    n = int(train_frac * len(series))
    train, test = series[:n], series[max(0, n - L) :]
    if len(train) < L + H or len(test) < L + H:
        raise ValueError("no windows")
    mean = np.mean(train)
    std = 1.0 if np.ptp(train) == 0 else np.sqrt(np.mean(np.square(train - mean)))
    return *windows__loops((train - mean) / std, L, H), *windows__loops((test - mean) / std, L, H), mean, std


def rolling_origins__loops(N, first, H, step=1):
    """A while loop."""
    if first <= 0 or step <= 0:
        raise ValueError("no")
    origins = []
    while first + H <= N:
        origins.append(first)
        first += step
    return np.array(origins, dtype=np.int64)


def seasonal_naive__loops(series, origins, H, period):
    """The last period of each origin, tiled."""
    rows = np.zeros((len(origins), H))
    for row, o in zip(rows, origins.tolist(), strict=True):
        if o < period:
            raise ValueError(o)
        row[:] = np.tile(series[o - period : o], H // period + 1)[:H]
    return rows


def persistence_skill__loops(y, yhat, last):
    """Step by step, in plain Python."""
    if np.shape(y) != np.shape(yhat):
        raise ValueError("shapes")
    skills = []
    for h in range(y.shape[1]):
        ours = sum((a - b) ** 2 for a, b in zip(y[:, h].tolist(), yhat[:, h].tolist(), strict=True))
        theirs = sum((a - b) ** 2 for a, b in zip(y[:, h].tolist(), last.tolist(), strict=True))
        if theirs > 0:
            skills.append(1 - ours / theirs)
        else:
            skills.append(0.0 if ours == 0 else -math.inf)
    return np.array(skills)


def cell_weights__slices(w_ih, w_hh, b_ih, b_hh):
    """Slices of the packed tensors."""
    U = w_hh.shape[1]
    part = {name: slice(k * U, (k + 1) * U) for k, name in enumerate("ifco")}
    W = {name: torch.hstack([w_hh[s], w_ih[s]]) for name, s in part.items()}
    return W, {name: b_ih[s] + b_hh[s] for name, s in part.items()}


def lstm_forward__slices(X, w_ih, w_hh, b_ih, b_hh, state=None):
    """The inputs' part of all steps at once, then one matrix product per step."""
    B, T, _ = X.shape
    U = w_hh.shape[1]
    h = c = torch.zeros(B, U, dtype=X.dtype)
    if state is not None:
        h, c = state
    ready = X @ w_ih.T + (b_ih + b_hh)
    outs = []
    for t in range(T):
        a = ready[:, t] + h @ w_hh.T
        i, f, o = a[:, :U].sigmoid(), a[:, U : 2 * U].sigmoid(), a[:, 3 * U :].sigmoid()
        c = f * c + i * a[:, 2 * U : 3 * U].tanh()
        h = o * c.tanh()
        outs.append(h.unsqueeze(1))
    return torch.cat(outs, 1), (h, c)


def recursive_forecast__grow(f, window, H):
    """A window that grows; the model sees its end."""
    L = window.shape[1]
    for _ in range(H):
        window = torch.hstack([window, f(window[:, window.shape[1] - L :]).unsqueeze(1)])
    return window[:, L:]


def direct_forecast__grow(models, window):
    """Columns, joined."""
    return torch.cat([f(window).reshape(-1, 1) for f in models], dim=1)


def forecast_variance__grow(phi, H, sigma=1.0):
    """A list of responses."""
    psi = [phi.new_ones(())]
    for j in range(1, H):
        psi.append(sum((phi[i] * psi[j - 1 - i] for i in range(min(j, len(phi)))), phi.new_zeros(())))
    total, result = phi.new_zeros(()), []
    for p in psi:
        total = total + (sigma * p) ** 2
        result.append(total)
    return torch.stack(result)


def forecast_variance__companion(phi, H, sigma=1.0):
    """Powers of the companion matrix."""
    p = max(1, len(phi))
    companion = torch.zeros(p, p, dtype=phi.dtype)
    companion[0, : len(phi)] = phi
    companion[1:, :-1] = torch.eye(p - 1, dtype=phi.dtype)
    psi = [torch.linalg.matrix_power(companion, j)[0, 0] for j in range(H)]
    return (sigma * torch.stack(psi)).pow(2).cumsum(0)


def recursive_forecast__companion(f, window, H):
    """A copy that is written into."""
    said = window.new_zeros(window.shape[0], 0)
    while said.shape[1] < H:
        known = torch.cat([window, said], dim=1)
        said = torch.cat([said, f(known[:, -window.shape[1] :])[:, None]], dim=1)
    return said


def direct_forecast__companion(models, window):
    """Stacked and transposed."""
    return torch.stack([model(window) for model in models]).T


def set_forget_bias__data(lstm, value):
    """By the names of all layers and directions."""
    if not lstm.bias:
        raise ValueError("no bias")
    n = lstm.hidden_size
    for layer in range(lstm.num_layers):
        for end in ("", "_reverse") if lstm.bidirectional else ("",):
            getattr(lstm, f"bias_ih_l{layer}{end}").data[n : n + n].fill_(value)
            getattr(lstm, f"bias_hh_l{layer}{end}").data[n : n + n].zero_()


def chrono_bias__data(T):
    """The logit of the share."""
    if T <= 1:
        raise ValueError(T)
    return math.log1p(T - 2)


def cell_gradient_product__data(F, k):
    """Backwards, gate by gate."""
    if k < 0 or k >= F.shape[0]:
        raise ValueError(k)
    product = torch.ones_like(F[0])
    for t in range(F.shape[0] - 1, k, -1):
        product = product * F[t]
    return product


def autocorrelation__correlate(series, max_lag):
    """numpy's correlation of the centred series with itself."""
    if max_lag < 0 or max_lag >= len(series):
        raise ValueError(max_lag)
    if np.all(series == series[0]):
        return np.array([1.0] + [0.0] * max_lag)
    s = series - np.mean(series)
    full = np.correlate(s, s, mode="full")[len(s) - 1 :]
    return full[: max_lag + 1] / full[0]


def pick_lookback__correlate(series, threshold, period, max_lag):
    """From the largest lag down."""
    rho = autocorrelation__correlate(series, max_lag)
    for lag in range(max_lag, 0, -1):
        if abs(rho[lag]) > threshold:
            return math.ceil(lag / period) * period
    return period


class EarlyStopping__deepcopy:
    """Counts down, and keeps a deep copy."""

    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.best_state, self.bad = math.inf, None, 0

    def step(self, val, state):
        """One check."""
        improved = not math.isnan(val) and self.best - val > self.min_delta
        if not improved:
            self.bad = self.bad + 1
            return not self.bad < self.patience
        self.best = float(val)
        self.best_state = copy.deepcopy({k: v.detach() for k, v in state.items()})
        self.bad = 0
        return False


def lstm_bptt__loops(X, w_ih, w_hh, b_ih, b_hh, d_outs):
    """Forwards with all gates kept, then step by step with running sums."""
    B, T, _ = X.shape
    U = w_hh.shape[1]
    h, c, kept = X.new_zeros(B, U), X.new_zeros(B, U), []
    for t in range(T):
        a = X[:, t] @ w_ih.T + h @ w_hh.T + b_ih + b_hh
        i, f, g, o = a[:, :U].sigmoid(), a[:, U : 2 * U].sigmoid(), a[:, 2 * U : 3 * U].tanh(), a[:, 3 * U :].sigmoid()
        new = f * c + i * g
        kept.append((h, c, i, f, g, o, new.tanh()))
        h, c = o * new.tanh(), new
    grads = {"X": torch.zeros_like(X), "w_ih": torch.zeros_like(w_ih), "w_hh": torch.zeros_like(w_hh)}
    grads |= {"b_ih": torch.zeros_like(b_ih), "b_hh": torch.zeros_like(b_hh)}
    dh, dc = torch.zeros_like(h), torch.zeros_like(c)
    for t in range(T - 1, -1, -1):
        h, c, i, f, g, o, shown = kept[t]
        dh = dh + d_outs[:, t]
        dc = dc + dh * o * (1 - shown * shown)
        da = torch.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * shown * o * (1 - o)])
        grads["X"][:, t] = da @ w_ih
        grads["w_ih"] += torch.einsum("bk,bd->kd", da, X[:, t])
        grads["w_hh"] += torch.einsum("bk,bu->ku", da, h)
        grads["b_ih"] += da.sum(0)
        grads["b_hh"] += da.sum(0)
        dh, dc = da @ w_hh, dc * f
    return grads
