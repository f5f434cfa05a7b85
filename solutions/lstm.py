# %% [markdown]
# # LSTM: forecasting a series without cheating
#
# You will cut a series into windows, run an LSTM over them in PyTorch's own layout, forecast one step and many steps
# ahead, and train it so that it remembers and stops in time. That part is easy to get to run. The hard part is to
# know what a good-looking curve is worth. **Does it beat yesterday, and how would you know if it cheated?** A
# forecast that says "as yesterday" hugs every curve; and a forecast that has seen a bit of the future hugs it even
# better. So you get two series about which everything is known, a *random walk*, on which nobody can beat yesterday,
# and a process whose best possible error is a formula. Only then come sunspots and the Pacific, with their controls.
#
# <!-- questions -->
#
# **You need:** means and variances, PyTorch indexing, the cell of an LSTM (its equations are repeated below; they are
# derived in *Recurrent networks*).
#
# **Article:** [Time series (2): LSTM](https://www.chenk.top/en/time-series/lstm/)
#
# **Papers:** Hochreiter and Schmidhuber, [Long short-term memory](https://doi.org/10.1162/neco.1997.9.8.1735)
# (1997); Gers, Schmidhuber and Cummins, [Learning to forget](https://doi.org/10.1162/089976600300015015) (2000);
# Tallec and Ollivier, [Can recurrent neural networks warp time?](https://arxiv.org/abs/1804.11188) (2018); Taieb et
# al., [A review and comparison of strategies for multi-step ahead time series
# forecasting](https://arxiv.org/abs/1108.3259) (2012); Kaufman et al., [Leakage in data
# mining](https://doi.org/10.1145/2382577.2382579) (2012).
#
# **Data.** Yearly sunspot numbers, 1700 to 2008, and monthly sea-surface temperatures of the eastern Pacific, 1950 to
# 2010 (NOAA); both come with statsmodels and are in the public domain.
#
# **Conventions of the whole notebook.** Time is counted from 0 and is the last axis of a series, the second of a
# batch. $N$ is the length of a series, $L$ the length of a window (the *lookback*), $H$ the number of steps to
# forecast (the *horizon*), $B$ the batch, $T$ the steps that an LSTM reads, $D$ its inputs per step, $U$ its units.
# Series and windows are float64 arrays of numpy, and so are the results made of them. Networks are PyTorch: the
# floating-point tensors of one call share a dtype, float32 or float64, and so does the result. No function changes
# its arguments, with one exception, in question 5, that says so. $\sigma(a)=1/(1+e^{-a})$ is the logistic function,
# $\odot$ the elementwise product.

# %%
import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# A random walk: each step adds a new random number to the last value. Here are 60 steps of it and two forecasts, *A*
# and *B*. Both hug the curve. One of them is nothing but yesterday's value. The other has seen the future.
#
# **Turn the knob** and shift both forecasts back by some steps. On the right is the distance of each forecast from the
# series that was shifted so. A forecast that copies yesterday is at distance 0 when the series is shifted by 1. This
# *shift test* costs one line; run it on every forecast that looks too good.

# %% tags=["predict"]
# Which one is only yesterday? Write 1 for it and 0 for the other.
predict("only yesterday", A=..., B=...)


# %% tags=["demo"]
@demo(shift=(-3, 3))
def first_look(shift: int = 0, seed: int = 0) -> dict[str, float]:
    """Two forecasts of a random walk, and their distance from the shifted series."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    walk = rng.normal(size=400).cumsum()
    t = np.arange(5, 395)
    forecast = {"A": np.mean([walk[t + j] for j in range(-2, 3)], axis=0), "B": walk[t - 1]}
    shifts = range(-3, 4)
    distance = {
        name: [float(np.sqrt(np.mean((values - walk[t - s]) ** 2))) for s in shifts]
        for name, values in forecast.items()
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), width_ratios=[2, 1])
    left.plot(t[-60:], walk[t[-60:]], color="0.5", lw=3, alpha=0.5, label="random walk")
    for name, values in forecast.items():
        left.plot(t[-60:] - shift, values[-60:], label=f"forecast {name}")
        right.plot(shifts, distance[name], "o-", label=name)
    for name, guess in guesses("only yesterday").items():
        if guess == 1 and name in distance:
            right.plot(1, distance[name][4], "X", ms=12, color="C3")
    left.set(xlabel="time", ylabel="value", title=f"forecasts shifted back by {shift}")
    left.legend()
    right.axvline(shift, color="0.6", lw=1, ls=":")
    right.set(xlabel="shift of the series", ylabel="root mean square distance")
    right.legend()
    around = float(np.var(walk[t]))
    return {
        "r2_A": 1 - distance["A"][3] ** 2 / around,
        "r2_B": 1 - distance["B"][3] ** 2 / around,
        "B_against_yesterday": distance["B"][4],
        "A_against_yesterday": distance["A"][4],
    }


# %% [markdown]
# *B* is yesterday, exactly. Both explain more than nine tenths of the variance, so this number says nothing. *A* is a
# *centred* average of five values, two of which come after the day that it claims to forecast. You will meet it again.
#
# ## 1. Windows that do not leak
#
# A network for series learns from pairs: $L$ values, and the $H$ values after them. A series of $N$ values has
# $N-L-H+1$ such pairs, one per start:
#
# $$X_i = (s_i,\dots,s_{i+L-1}),\qquad Y_i = (s_{i+L},\dots,s_{i+L+H-1}),\qquad i=0,\dots,N-L-H .$$
#
# Neighbouring pairs share nearly all of their values. Whoever shuffles the pairs and deals some to the test has
# tested on what was trained. So the split is made in *time*, before there are windows. The first $n=\lfloor
# r\,N\rfloor$ values are for training. A pair belongs to the training set if **all** its $L+H$ values are among them.
# A pair belongs to the test set if all its $H$ **targets** are at $n$ or later. The inputs of a test pair may reach
# back before $n$: when you stand at $n$ you know the past. Pairs whose targets lie on both sides of the cut belong to
# nobody; there are $H-1$ of them.
#
# ![A time axis with a cut at n. Training windows end with their targets before the cut. One pair whose targets cross the cut is struck out. Test windows have their targets after the cut; their inputs may reach back over it](pictures/lstm/split.svg)
#
# Then the scale. The mean and the standard deviation of a series that grows know where it will go. They are taken
# from the $n$ training values, once, and applied to everything:
#
# $$z_t = \frac{s_t-\mu}{\sigma_s},\qquad \mu=\frac1n\sum_{t<n}s_t,\qquad \sigma_s^2=\frac1n\sum_{t<n}(s_t-\mu)^2 .$$
#
# A model that is shipped must carry $\mu$ and $\sigma_s$ with it: they are weights like all others.
#
# **By hand.** The series $(1,3,5,3,8,10,12)$ with $r=0.6$, $L=2$, $H=1$: $0.6\cdot7=4.2$, so $n=4$. $\mu=3$ and
# $\sigma_s=\sqrt2=1.414$ (all seven values would have the mean 6). Two training pairs, $(1,3)\to5$ and $(3,5)\to3$,
# and three of the test, $(5,3)\to8$, $(3,8)\to10$, $(8,10)\to12$. The last target becomes $(12-3)/1.414=6.364$: test
# values may lie far outside of what was seen.


# %% question="split_scale_window" minutes=35
def windows(
    series: Float[np.ndarray, " N"], L: int, H: int
) -> tuple[Float[np.ndarray, "n L"], Float[np.ndarray, "n H"]]:
    """All pairs of L values and the H values after them, in the order of time.

    Args:
        series: any length, 0 included.
        L: values of an input, at least 1.
        H: values of a target, at least 1.

    Returns:
        Inputs and targets, one row per start. A series with fewer than L + H values gives arrays of the shapes (0, L)
        and (0, H). Both are new arrays: writing into them changes neither the series nor another row.
    """
    ### BEGIN SOLUTION
    start = np.arange(len(series) - L - H + 1)[:, None]
    return series[start + np.arange(L)], series[start + L + np.arange(H)]
    ### END SOLUTION


def split_scale_window(
    series: Float[np.ndarray, " N"], train_frac: float, L: int, H: int
) -> tuple[
    Float[np.ndarray, "n_train L"],
    Float[np.ndarray, "n_train H"],
    Float[np.ndarray, "n_test L"],
    Float[np.ndarray, "n_test H"],
    float,
    float,
]:
    """Split in time, standardise by the training values, cut into windows.

    Args:
        series: the values.
        train_frac: the first ``int(train_frac * N)`` values are for training; between 0 and 1.
        L: values of an input.
        H: values of a target.

    Returns:
        X_train, Y_train, X_test, Y_test, mean, std. All windows are standardised, in the order of time. Training
        pairs lie wholly among the training values. Test pairs have all targets after them; inputs may reach back.
        Mean and standard deviation (the divisor is the number of values) are those of the training values; where all
        of these are equal, std is 1. (Compare the values: the computed deviation of seven times 0.1 is not exactly 0.)

    Raises:
        ValueError: there is no training pair, or no test pair.
    """
    ### BEGIN SOLUTION
    n = int(train_frac * len(series))
    if n < L + H or len(series) - n < H:
        raise ValueError(f"{n} training values of {len(series)} leave no windows of {L} and {H} on one of the sides")
    mean, std = float(series[:n].mean()), float(series[:n].std())
    if series[:n].min() == series[:n].max():
        std = 1.0
    z = (series - mean) / std
    return *windows(z[:n], L, H), *windows(z[n - L :], L, H), mean, std
    ### END SOLUTION


# %% [markdown] hints="split_scale_window"
# idea: Split, then scale, then cut: each step sees only what the one before has left it. The training pairs are the
# pairs of the training values; the test pairs are the pairs of a piece of the series that begins a little before the
# cut.
#
# shapes: A column of starts (n, 1) plus a row of offsets (L,) is a table of indices (n, L).
#
# steps: How many pairs are there? (A range of a negative number is empty.) Index with two tables, one shifted by
# $L$. Then $n$; complain if a side is empty; mean and deviation of the first part only; scale everything; pairs of
# the first $n$ values; pairs of the values from $n-L$ on.
#
# mistake: Statistics of the whole series. It looks harmless, and it tells the model how high the series will rise.

# %% [markdown]
# ## 2. The score: against yesterday, from rolling origins
#
# An error of 0.3 says nothing. The *skill* compares it with the error of a forecast that costs nothing. The cheapest
# is *persistence*: all $H$ coming values will be as the last known one, $\ell$. Over $n$ forecasts, for each step $h$,
#
# $$\mathrm{skill}_h = 1-\frac{\sum_{j=1}^n (y_{jh}-\hat y_{jh})^2}{\sum_{j=1}^n (y_{jh}-\ell_j)^2} .$$
#
# 1 is perfect, 0 is yesterday, below 0 the model is worse than nothing.
#
# **The exact truth.** In a random walk $s_{t+1}=s_t+\varepsilon_t$ the noise of the next steps is independent of
# all the past. The best forecast of $s_{t+h}$ is $s_t$, and its mean squared error is $h$ times the variance of one
# step. No model has a positive skill. A positive skill on a random walk, beyond noise, is a *leak*.
#
# Where do the forecasts stand? A single forecast from the end of the training data is one draw. A *rolling origin*
# forecasts from many: an origin $o$ is the time of the first value to be forecast, the model knows
# $s_0,\dots,s_{o-1}$, and the next origin is `step` further on. (Here the model is not fitted again between
# origins.)
#
# Series with a season need a stronger control. The *seasonal naive* forecast says: as one period ago. If the
# horizon is longer than the period, the last known period is repeated, since the value one period ago is then
# itself not known:
#
# $$\hat y_{o+h} = s_{\,o-P+(h \bmod P)},\qquad h=0,\dots,H-1 .$$
#
# **By hand.** $s=(1,2,3,2,4,6,3)$, $P=3$, origin $o=6$, $H=4$: the last known period is $(2,4,6)$, the forecast
# $(2,4,6,2)$. Origins from 3 on, with $H=2$ and step 2: 3 and 5 (from 7 nothing is left; 5 still has the values 5 and
# 6). Two forecasts of one step, $y=(5,1)$, $\hat y=(4,2)$, last values $(2,2)$: $1-(1+1)/(9+1)=0.8$. (The mean of the
# two single skills is $(1-1/9+1-1)/2=0.444$: not this.)


# %% question="persistence_skill" minutes=25
def rolling_origins(N: int, first: int, H: int, step: int = 1) -> Int64[np.ndarray, " n"]:
    """Times of the first forecast value: first, first + step, …, as long as H values are left to compare with.

    Args:
        N: length of the series.
        first: the first origin.
        H: steps that are forecast from each origin.
        step: from one origin to the next.

    Returns:
        All origins o with o + H <= N, rising, int64; possibly none.

    Raises:
        ValueError: first or step is below 1 (at origin 0 nothing is known).
    """
    ### BEGIN SOLUTION
    if first < 1 or step < 1:
        raise ValueError("an origin needs a past, and the next one lies ahead")
    return np.arange(first, N - H + 1, step)
    ### END SOLUTION


def seasonal_naive(
    series: Float[np.ndarray, " N"], origins: Int64[np.ndarray, " n"], H: int, period: int
) -> Float[np.ndarray, "n H"]:
    """From each origin, the last known period, repeated as often as needed.

    Args:
        series: the values; only those before an origin are known there.
        origins: in any order; may be so late that the targets are not in the series any more.
        H: steps to forecast, also more than the period.
        period: 1 for persistence.

    Returns:
        A new array, one row per origin.

    Raises:
        ValueError: an origin has less than one period before it.
    """
    ### BEGIN SOLUTION
    if (origins < period).any():
        raise ValueError(f"less than {period} values before an origin")
    return series[origins[:, None] - period + np.arange(H) % period]
    ### END SOLUTION


def persistence_skill(
    y: Float[np.ndarray, "n H"], yhat: Float[np.ndarray, "n H"], last: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " H"]:
    """1 minus the squared error of a forecast over that of persistence, for each step ahead.

    Args:
        y: what happened; at least one row.
        yhat: what was forecast.
        last: the last known value at each origin.

    Returns:
        One number per step; errors are summed over the forecasts before dividing. Where persistence makes no error at
        all: 0 if the forecast makes none either, else minus infinity; without a warning.

    Raises:
        ValueError: y and yhat have different shapes.
    """
    ### BEGIN SOLUTION
    if y.shape != yhat.shape:
        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")
    ours, theirs = ((y - yhat) ** 2).sum(0), ((y - last[:, None]) ** 2).sum(0)
    perfect = theirs == 0
    skill = 1 - ours / np.where(perfect, 1, theirs)
    return np.where(perfect, np.where(ours == 0, 0.0, -np.inf), skill)
    ### END SOLUTION


# %% [markdown] hints="persistence_skill"
# idea: Three short functions. The first is a range, the second an index table, the third a ratio of two sums.
#
# shapes: Origins as a column (n, 1), steps modulo the period as a row (H,). Last values as a column (n, 1), so that
# each is compared with all H values of its row. Sums over the rows: (H,).
#
# steps: Which is the last origin that leaves $H$ values? A range excludes its end. For the seasonal forecast: first
# index of the last known period, plus the step modulo the period. For the skill: two sums of squares; take care of
# a zero below.
#
# mistake: The mean of ratios in place of the ratio of sums. One quiet origin, at which yesterday was nearly right,
# then outweighs all others.

# %% [markdown]
# Now let us cheat, on a random walk of 1200 values, in four ways that are found in published code:
#
# - *shuffled*: all windows are mixed, then dealt to training and test.
# - *smoothed*: the series is cleaned by the centred average of five values before it is cut into windows.
# - *interpolated*: a fifth of the input values are missing and are filled by a line between their neighbours.
# - *one too far*: the window holds the first value that is to be forecast.
#
# ![A row of values with a cut at now. The centred average at the last known time reaches two values into the future; the trailing average does not](pictures/lstm/peep.svg)
#
# Two models: a linear map (ridge regression from the window to the $H$ values) and an LSTM of 24 units with a linear
# layer on its last state, both on windows from which the last value was subtracted. Skill is measured on the test
# windows, for $L=24$ and $H=6$, as mean over the six steps.

# %% tags=["predict"]
# Skill on a random walk, where 0 is the honest limit. Which of these leaks shows?
predict("skill on a random walk", shuffled=..., smoothed=..., interpolated=..., one_too_far=...)


# %% tags=["demo"]
class Forecaster(nn.Module):
    """An LSTM over a window, a linear layer on its last state; differences from the last value if ``relative``."""

    def __init__(self, units: int, H: int, relative: bool = True) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, units, batch_first=True)
        self.head = nn.Linear(units, H)
        self.relative = relative

    def forward(self, window: Float[Tensor, "B L"]) -> Float[Tensor, "B H"]:
        last = window[:, -1:] * self.relative
        return last + self.head(self.lstm((window - last)[..., None])[0][:, -1])


def as_tensor(x: Float[np.ndarray, "..."]) -> Tensor:
    """float32, for training."""
    return torch.tensor(np.ascontiguousarray(x), dtype=torch.float32)


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, X: Tensor, Y: Tensor) -> float:
    """One step of the optimizer on the mean squared error, clipped at norm 1."""
    loss = ((model(X) - Y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def trained(
    X: Float[np.ndarray, "n L"],
    Y: Float[np.ndarray, "n H"],
    seed: int,
    units: int = 24,
    steps: int = 150,
    lr: float = 5e-3,
    relative: bool = True,
) -> Forecaster:
    """So many steps of Adam on random batches of 64 windows."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Forecaster(units, Y.shape[1], relative)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    X, Y = as_tensor(X), as_tensor(Y)
    for _ in range(steps):
        rows = torch.randint(len(X), (64,), generator=generator)
        train_step(model, optimizer, X[rows], Y[rows])
    return model


def forecasts(model: Forecaster, X: Float[np.ndarray, "n L"]) -> Float[np.ndarray, "n H"]:
    """What a trained model says, as float64."""
    with torch.no_grad():
        return model(as_tensor(X)).double().numpy()


def linear_forecasts(
    X: Float[np.ndarray, "n L"], Y: Float[np.ndarray, "n H"], X_new: Float[np.ndarray, "m L"], relative: bool = True
) -> Float[np.ndarray, "m H"]:
    """Ridge regression from window to targets, fitted on X and Y: the linear control."""
    last, last_new = X[:, -1:] * relative, X_new[:, -1:] * relative
    A, A_new = (np.concatenate([x, np.ones((len(x), 1))], axis=1) for x in (X - last, X_new - last_new))
    gram = torch.from_numpy(A.T @ A + np.eye(A.shape[1]))  # torch keeps to one thread
    weights = torch.linalg.solve(gram, torch.from_numpy(A.T @ (Y - last))).numpy()
    return A_new @ weights + last_new


@demo
def four_leaks(seed: int = 0) -> dict[str, float]:
    """Skill of two models on a random walk, honest and with four leaks."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    N, L, H = 1200, 24, 6
    walk = rng.normal(size=N).cumsum()
    Xa, Ya, Xb, Yb, mean, std = split_scale_window(walk, 0.7, L, H)
    z = (walk - mean) / std
    X, Y = windows(z, L, H)
    order = rng.permutation(len(X))
    smooth = z.copy()
    smooth[2:-2] = np.convolve(z, np.ones(5) / 5, "valid")
    Xs, Ys = windows(smooth, L, H)
    missing = rng.random(N) < 0.2
    missing[[0, -1]] = False
    filled = z.copy()
    filled[missing] = np.interp(np.flatnonzero(missing), np.flatnonzero(~missing), z[~missing])
    Xf, _ = windows(filled, L, H)
    Y_early = np.concatenate([X[:, -1:], Y[:, :-1]], axis=1)  # begins with the last value of the window
    a, b = len(Xa), len(X) - len(Xb)
    cases = {
        "honest": (Xa, Ya, Xb, Yb, Xb[:, -1]),
        "shuffled": (X[order[:a]], Y[order[:a]], X[order[a:]], Y[order[a:]], X[order[a:], -1]),
        "smoothed": (Xs[:a], Ys[:a], Xs[b:], Ys[b:], Xs[b:, -1]),
        "interpolated": (Xf[:a], Ya, Xf[b:], Yb, Xf[b:, -1]),
        "one_too_far": (X[:a], Y_early[:a], X[b:], Y_early[b:], X[b:, -2]),
    }
    skill = {}
    for name, (X1, Y1, X2, Y2, last) in cases.items():
        said = forecasts(trained(X1, Y1, seed), X2)
        skill[name] = float(persistence_skill(Y2, said, last).mean())
        skill[f"linear_{name}"] = float(persistence_skill(Y2, linear_forecasts(X1, Y1, X2), last).mean())
    own = persistence_skill(Y_early[b:, 1:], said[:, 1:], X[b:, -1])  # the first target is the control itself
    skill["one_too_far_own_control"] = float(own.mean())
    fig, ax = plt.subplots(figsize=(8, 3.6))
    place = np.arange(len(cases))
    drawn = ax.barh(place - 0.2, [skill[n] for n in cases], 0.36, color="C0", label="LSTM")
    ax.bar_label(drawn, fmt="%.2f", padding=3)
    drawn = ax.barh(place + 0.2, [skill[f"linear_{n}"] for n in cases], 0.36, color="C1", label="linear map")
    ax.bar_label(drawn, fmt="%.2f", padding=3)
    for name, guess in guesses("skill on a random walk").items():
        if name in cases and isinstance(guess, (int, float)):
            ax.plot(guess, list(cases).index(name) - 0.2, "X", ms=10, color="C3")
    ax.axvline(0, color="0.6", lw=1)
    ax.set(xlabel="mean skill over six steps (possible: 0)", yticks=place, yticklabels=list(cases), xlim=(-0.2, 0.7))
    ax.invert_yaxis()
    ax.legend(loc="lower right")
    return skill


# %% [markdown]
# Smoothing shows, and so does the window that is one step too long, here held against the last value that an honest
# window would have had. Against the last value of its own window it shows nothing: the control then cheats as well.
# The linear map cheats as well as the LSTM does: a leak is in the data, not in the model. Shuffled windows and
# interpolated gaps show no skill here. That does not make them harmless, it means that this test does not find
# them: on series with a level that wanders off, shuffling hides how badly a model does beyond what it has seen.
#
# ## 3. PyTorch's LSTM, opened
#
# One step of an LSTM, with $[h;x]$ for the state followed by the input (this is the cell of *Recurrent networks*; it
# is given below as code):
#
# $$\begin{aligned}
# f_t &= \sigma(W_f[h_{t-1};x_t]+b_f) & i_t &= \sigma(W_i[h_{t-1};x_t]+b_i)\\
# g_t &= \tanh(W_c[h_{t-1};x_t]+b_c) & o_t &= \sigma(W_o[h_{t-1};x_t]+b_o)\\
# c_t &= f_t\odot c_{t-1}+i_t\odot g_t & h_t &= o_t\odot\tanh c_t
# \end{aligned}$$
#
# ![The cell line runs from left to right. It is multiplied by the forget gate and receives input gate times candidate. Above it the derivative of the new cell by the old: f. The output is the output gate times the tanh of the new cell](pictures/lstm/cell.svg)
#
# PyTorch stores these weights in another way. There are two matrices, `w_ih` of shape $(4U, D)$ for the input and
# `w_hh` of shape $(4U, U)$ for the state. Each holds four blocks of $U$ rows, in the order **input gate, forget gate,
# candidate, output gate** ($i,f,g,o$). And there are two biases of length $4U$, `b_ih` and `b_hh`, that are *added*;
# one would do, but cuDNN has two. Whoever loads such weights into a cell of his own, or writes one for a paper, must
# translate. If two gates are exchanged, everything runs, the shapes fit, and the numbers are wrong.
#
# A layer reads $T$ steps from a state $(h_0,c_0)$, zeros if none is given, and returns all $h_t$ and the last
# state. If you give the last state to the next call, the network goes on where it was: a stream may be read in
# pieces. That is a feature for a stream in order. For shuffled windows it is a bug: each window then starts with
# what another window left.
#
# **By hand.** $U=D=1$, all weights 0, biases in torch's order $(0,\ \ln3,\ \ln2,\ -\ln3)$: $i=0.5$, $f=0.75$,
# $g=0.6$, $o=0.25$. From zeros: $c_1=0.3$, $c_2=0.75\cdot0.3+0.3=0.525$, $h_2=0.25\tanh0.525=0.1204$. Read in the
# order $f,i,g,o$ the same numbers would give $c_2=0.675$.


# %%
def lstm_cell(
    x: Float[Tensor, "B D"],
    h: Float[Tensor, "B U"],
    c: Float[Tensor, "B U"],
    Wf: Float[Tensor, "U U+D"],
    Wi: Float[Tensor, "U U+D"],
    Wc: Float[Tensor, "U U+D"],
    Wo: Float[Tensor, "U U+D"],
    bf: Float[Tensor, " U"],
    bi: Float[Tensor, " U"],
    bc: Float[Tensor, " U"],
    bo: Float[Tensor, " U"],
) -> tuple[Float[Tensor, "B U"], Float[Tensor, "B U"]]:
    """Given: one step, with a matrix per gate that multiplies the state followed by the input; new h and new c."""
    hx = torch.cat([h, x], dim=-1)
    f, i, o = (torch.sigmoid(hx @ W.T + b) for W, b in ((Wf, bf), (Wi, bi), (Wo, bo)))
    c_new = f * c + i * torch.tanh(hx @ Wc.T + bc)
    return o * torch.tanh(c_new), c_new


# %% question="lstm_forward" minutes=30 forbid=["lstm"]
def cell_weights(
    w_ih: Float[Tensor, "4U D"], w_hh: Float[Tensor, "4U U"], b_ih: Float[Tensor, " 4U"], b_hh: Float[Tensor, " 4U"]
) -> tuple[dict[str, Float[Tensor, "U U+D"]], dict[str, Float[Tensor, " U"]]]:
    """torch's packed weights as one matrix and one bias per gate.

    Args:
        w_ih: weights of the input; four blocks of rows in the order i, f, g, o.
        w_hh: weights of the state; the same blocks.
        b_ih: a bias in the same blocks.
        b_hh: another one; what counts is their sum.

    Returns:
        Two dicts with the keys "f", "i", "c" (the candidate g), "o". Matrices whose first U columns multiply the state
        and whose last D columns multiply the input, and biases, as :func:`lstm_cell` takes them.
    """
    ### BEGIN SOLUTION
    Wi, Wf, Wc, Wo = torch.cat([w_hh, w_ih], dim=1).chunk(4)
    bi, bf, bc, bo = (b_ih + b_hh).chunk(4)
    return {"f": Wf, "i": Wi, "c": Wc, "o": Wo}, {"f": bf, "i": bi, "c": bc, "o": bo}
    ### END SOLUTION


def lstm_forward(
    X: Float[Tensor, "B T D"],
    w_ih: Float[Tensor, "4U D"],
    w_hh: Float[Tensor, "4U U"],
    b_ih: Float[Tensor, " 4U"],
    b_hh: Float[Tensor, " 4U"],
    state: tuple[Float[Tensor, "B U"], Float[Tensor, "B U"]] | None = None,
) -> tuple[Float[Tensor, "B T U"], tuple[Float[Tensor, "B U"], Float[Tensor, "B U"]]]:
    """One layer of an LSTM over a batch of sequences, equal to torch's with ``batch_first=True``.

    ``nn.LSTM``, ``nn.LSTMCell`` and the functions behind them are not allowed.

    Args:
        X: inputs, T at least 1.
        w_ih, w_hh, b_ih, b_hh: weights in torch's layout, see :func:`cell_weights`.
        state: h and c before the first step; zeros if None.

    Returns:
        All h_1, …, h_T, and the pair of the last h and the last c. Autograd can differentiate all of them with
        respect to inputs, weights and state.
    """
    ### BEGIN SOLUTION
    zeros = X.new_zeros(X.shape[0], w_hh.shape[1])
    h, c = (zeros, zeros) if state is None else state
    W, b = cell_weights(w_ih, w_hh, b_ih, b_hh)
    outs = []
    for x in X.unbind(1):
        h, c = lstm_cell(x, h, c, W["f"], W["i"], W["c"], W["o"], b["f"], b["i"], b["c"], b["o"])
        outs.append(h)
    return torch.stack(outs, dim=1), (h, c)
    ### END SOLUTION


# %% [markdown] hints="lstm_forward"
# idea: Translate once, then loop with the cell that is given. Or multiply once per step by the packed matrices and cut
# the result in four.
#
# shapes: State's and input's weights side by side: (4U, U+D). Cut along the rows: four times (U, U+D). A step's
# input is (B, D), its output (B, U); stacked on axis 1: (B, T, U).
#
# steps: Join, add the biases, cut in four, name the blocks in torch's order. Zeros of the right shape, dtype and
# number of units if there is no state. Loop over the second axis; keep each h; return the last pair.
#
# mistake: The order of the blocks. torch's is i, f, g, o, the papers' is often f, i, g, o or i, f, o, g.

# %% [markdown]
# What does a gate remember? Below, an LSTM of 12 units that has learned to forecast the next year's sunspots (from
# windows of 33 years), opened with your function. Left, its twelve cells over 60 years of the test period. Right, a
# stream read in one piece, in pieces of 11 years with the state carried on, and in the same pieces with the state set
# to zero each time: the difference is what the memory is worth. (Its head says how much comes on top of the last
# value.)


# %% tags=["demo"]
def sunspots() -> Float[np.ndarray, " N"]:
    """Square roots of the yearly sunspot numbers 1700 to 2008 (of nearly constant noise)."""
    from statsmodels.datasets import sunspots as data

    return np.sqrt(data.load_pandas().data["SUNACTIVITY"].to_numpy(float))


@demo
def opened(seed: int = 0) -> dict[str, float]:
    """Cells of a trained LSTM, and one-step errors with and without a carried state."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    series = sunspots()
    X, Y, _, _, mean, std = split_scale_window(series, 0.74, 33, 1)
    model = trained(X, Y, seed, units=12, steps=300, lr=1e-2, relative=False)
    z = as_tensor((series - mean) / std)[None, :, None]
    weights = [p.detach() for p in model.lstm.parameters()]
    whole, _ = lstm_forward(z, *weights)
    n = int(0.74 * len(series))

    def error(outs: Float[Tensor, "1 N U"]) -> float:
        said = model.head(outs[:, n - 1 : -1]).detach()
        return (said - z[:, n:]).square().mean().sqrt().item()

    def in_pieces(carried: bool) -> Float[Tensor, "1 N U"]:
        outs, state = [], None
        for piece in z.split(11, dim=1):
            out, state = lstm_forward(piece, *weights, state if carried else None)
            outs.append(out)
        return torch.cat(outs, dim=1)

    states, cells = None, []
    for t in range(z.shape[1]):
        _, states = lstm_forward(z[:, t : t + 1], *weights, states)
        cells.append(states[1][0])
    found = {
        "in one piece": error(whole),
        "carried": error(in_pieces(True)),
        "set to zero": error(in_pieces(False)),
        "as last year": (z[:, n:] - z[:, n - 1 : -1]).square().mean().sqrt().item(),
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=[1.4, 1])
    left.plot(1700 + np.arange(n, n + 60), torch.stack(cells)[n : n + 60], lw=1)
    left.plot(1700 + np.arange(n, n + 60), z[0, n : n + 60, 0], color="0.5", lw=3, alpha=0.6)
    left.set(xlabel="year", ylabel="standardised value", title="twelve cells, and the sunspots (grey)")
    bars(right, found, ["C0", "C0", "C1", "0.6"])
    right.set(xlabel="root mean square error, one year ahead", xlim=(0, 1.4))
    return {name.replace(" ", "_"): value for name, value in found.items()}


# %% [markdown]
# Carried on, the pieces are the whole. Set to zero at each piece, the network knows nothing of the cycle for some
# years and the error rises. Some cells swing with the sun, with a lag of their own: together they say where in the
# cycle it is, which one value cannot.
#
# ## 4. Many steps ahead: recursive or direct
#
# A model that forecasts one step forecasts many if it eats its own words. *Recursive*: append the forecast to the
# window, drop the oldest value, ask again. It has one model for all horizons, and its errors come back to it as
# inputs. *Direct*: a model for each step ahead (or one with $H$ outputs). Each sees true values only, and each has
# to be learned from the same data.
#
# Here is a second truth. In an autoregressive process
#
# $$s_t=\varphi_1 s_{t-1}+\dots+\varphi_p s_{t-p}+\varepsilon_t,\qquad \operatorname{Var}\varepsilon_t=\sigma^2,$$
#
# follow one shock $\varepsilon_t=1$ into the future: $\psi_0=1$, and then the recursion of the process itself,
# $\psi_j=\sum_{i=1}^{\min(p,j)}\varphi_i\,\psi_{j-i}$. The value $h$ steps ahead is what the past implies plus
# $\psi_0\varepsilon_{t+h}+\psi_1\varepsilon_{t+h-1}+\dots+\psi_{h-1}\varepsilon_{t+1}$, all of it unknown and
# independent. So *no* forecast has a mean squared error below
#
# $$v_h=\sigma^2\sum_{j=0}^{h-1}\psi_j^2,\qquad h=1,\dots,H .$$
#
# For the random walk, $p=1$ and $\varphi_1=1$: all $\psi_j=1$ and $v_h=h\sigma^2$, as above.
#
# **By hand.** $\varphi=(1.6,-0.8)$, which swings with a period of about 14 steps: $\psi=1$, $1.6$,
# $1.6\cdot1.6-0.8=1.76$, $1.6\cdot1.76-0.8\cdot1.6=1.536$, so with $\sigma=1$ the variances are $1$, $3.56$,
# $6.658$, $9.017$. And a recursion: the model "the last value plus half of the last rise" on the window $(2,4)$
# says 5, then from $(4,5)$ it says 5.5, then 5.75. A window that is not shifted says 5, 5, 5.


# %% question="recursive_forecast" minutes=30
def recursive_forecast(
    f: Callable[[Float[Tensor, "B L"]], Float[Tensor, " B"]], window: Float[Tensor, "B L"], H: int
) -> Float[Tensor, "B H"]:
    """H steps ahead with a model of one step, which reads its own forecasts.

    Args:
        f: takes a window, the oldest value first, and returns the next value of each row. It is called with windows of
            the same shape (B, L) each time, H times in all.
        window: the known values; it stays as it was.
        H: steps to forecast, at least 1.

    Returns:
        The forecasts, the nearest first.
    """
    ### BEGIN SOLUTION
    said = []
    for _ in range(H):
        said.append(f(window))
        window = torch.cat([window[:, 1:], said[-1][:, None]], dim=1)
    return torch.stack(said, dim=1)
    ### END SOLUTION


def direct_forecast(
    models: list[Callable[[Float[Tensor, "B L"]], Float[Tensor, " B"]]], window: Float[Tensor, "B L"]
) -> Float[Tensor, "B H"]:
    """As many steps ahead as there are models, each of which reads the known values only.

    Args:
        models: the first forecasts one step ahead, the second two steps, and so on.
        window: the known values, the oldest first.

    Returns:
        The forecasts, the nearest first.
    """
    ### BEGIN SOLUTION
    return torch.stack([f(window) for f in models], dim=1)
    ### END SOLUTION


def forecast_variance(phi: Float[Tensor, " p"], H: int, sigma: float = 1.0) -> Float[Tensor, " H"]:
    """Least possible mean squared error of a forecast of an autoregressive process, 1 to H steps ahead.

    Args:
        phi: weight of the last value first; any number of weights, also more than H, also none (white noise).
        H: steps, at least 1.
        sigma: standard deviation of the noise of one step.

    Returns:
        v_1, …, v_H, in the dtype of phi.
    """
    ### BEGIN SOLUTION
    psi = phi.new_zeros(H)
    psi[0] = 1
    for j in range(1, H):
        past = psi[max(0, j - len(phi)) : j].flip(0)
        psi[j] = phi[: len(past)] @ past
    return sigma**2 * psi.square().cumsum(0)
    ### END SOLUTION


# %% [markdown] hints="recursive_forecast"
# idea: A window is a queue: what is newest goes in on the right, what is oldest falls out on the left. The
# variances are sums of squares of a response to one shock, and the response follows the same recursion as the
# process.
#
# shapes: A forecast is (B,). As a column (B, 1) it can be joined to (B, L-1). H forecasts stacked on axis 1: (B, H).
#
# steps: Loop: ask, keep, build a new window. For the variances: fill $\psi$ from left to right; at $j$ there are
# $\min(p,j)$ terms, the newest $\psi$ meets $\varphi_1$; square, add up, scale.
#
# mistake: Writing the forecast into the window that was passed in. The caller's data then hold forecasts, and the next
# experiment takes them for observations.

# %% [markdown]
# Now measure both on the AR(2) process of the worked example, of which nobody knows more than $v_h$. Train on 1500
# values, test on the next 1500, windows of 12. The linear map is the right model here. **Turn the knob** $h$: the
# fan on the left shows forecasts from one origin up to $h$, with a band of $\pm2\sqrt{v_h}$.


# %% tags=["demo"]
FITTED: dict[int, dict[str, np.ndarray]] = {}  # a knob is turned often, a model is trained once


def ar2_forecasts(seed: int) -> dict[str, np.ndarray]:
    """Windows, targets and the forecasts of four models on an AR(2) process."""
    if seed not in FITTED:
        rng = np.random.default_rng(seed)
        s, noise = np.zeros(3100), rng.normal(size=3100)
        for t in range(2, len(s)):
            s[t] = 1.6 * s[t - 1] - 0.8 * s[t - 2] + noise[t]
        L, H = 12, 12
        X, Y, X_test, Y_test, _, std = split_scale_window(s[100:], 0.5, L, H)
        X1, Y1 = X[:, :], Y[:, :1]
        one = trained(X1, Y1, seed, steps=400, lr=1e-2, relative=False)
        many = trained(X, Y, seed, steps=400, lr=1e-2, relative=False)
        with torch.no_grad():
            recursive = recursive_forecast(lambda w: one(w)[:, 0], as_tensor(X_test), H).double().numpy()
            steps = [lambda w, h=h: many(w)[:, h] for h in range(H)]
            direct = direct_forecast(steps, as_tensor(X_test)).double().numpy()
        FITTED[seed] = {"window": X_test * std, "truth": Y_test * std, "recursive": recursive * std}
        FITTED[seed] |= {"direct": direct * std, "linear": linear_forecasts(X, Y, X_test, False) * std}
        FITTED[seed]["persistence"] = np.repeat(X_test[:, -1:], H, axis=1) * std
    return FITTED[seed]


@demo(h=(1, 12))
def fans(h: int = 12, seed: int = 0) -> dict[str, float]:
    """Forecasts from one origin, and mean squared errors against the least possible."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    data = ar2_forecasts(seed)
    least = forecast_variance(torch.tensor([1.6, -0.8], dtype=torch.float64), 12).numpy()
    models = {"persistence": "0.6", "linear": "C1", "direct": "C2", "recursive": "C0"}
    error = {name: ((data[name] - data["truth"]) ** 2).mean(0) for name in models}
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    j, ahead = 40, np.arange(1, h + 1)
    left.plot(np.arange(-11, 1), data["window"][j], color="0.5")
    left.plot(ahead, data["truth"][j, :h], "o", color="0.5", ms=4, label="what happened")
    for name in ("linear", "direct", "recursive"):
        left.plot(ahead, data[name][j, :h], color=models[name])
    band = 2 * np.sqrt(least[:h])
    left.fill_between(ahead, data["linear"][j, :h] - band, data["linear"][j, :h] + band, color="C1", alpha=0.15)
    left.set(xlabel="steps ahead", ylabel="value", xlim=(-11, 12.5))
    for name, colour in models.items():
        right.plot(range(1, 13), error[name], color=colour, label=name)
    right.plot(range(1, 13), least, ":", color="C3", lw=2.5, label="least possible")
    right.axvline(h, color="0.6", lw=1, ls=":")
    right.set(xlabel="steps ahead", ylabel="mean squared error", ylim=(0, 42))
    label_ends(right, gap=0.07)
    numbers = {f"{name}_{k}": float(error[name][k - 1]) for name in models for k in (1, 4, 12)}
    return numbers | {f"least_{k}": float(least[k - 1]) for k in (1, 4, 12)}


# %% [markdown]
# The linear map is at the truth. (It may come out a little below: 1500 test values are a sample.) The recursive
# LSTM is less than a tenth above it at one step. The direct one, which has to learn twelve things from the same
# data in the same time, is more than a tenth above it. At twelve steps both come close: there is hardly anything
# left to know. Persistence is a bad control for a series that swings: half a period ahead it is on the wrong side.
# Which of the two strategies wins elsewhere is an empirical question. The payoff asks it twice.
#
# ## 5. Memory before training: the forget bias
#
# Follow the cell line of the picture. With the gates held fixed,
#
# $$\frac{\partial c_t}{\partial c_{t-1}}=\operatorname{diag}(f_t),\qquad
# \frac{\partial c_{T-1}}{\partial c_k}=\operatorname{diag}\Big(\prod_{t=k+1}^{T-1} f_t\Big).$$
#
# That is the *direct* path. The gates depend on $c_{t-1}$, too, through $h_{t-1}$, so that the full derivative has
# more terms; but the direct path alone can carry a gradient over a long time. It does so only if the forget gates
# are near 1, and at the beginning of training they are near $\sigma(b_f)$. torch starts with $b_f\approx0$: a
# gradient is halved at each step. So set $b_f$ before training. Two rules:
#
# - $b_f=1$ (Gers et al. 2000; Jozefowicz et al. 2015), a good habit.
# - $b_f=\log(T-1)$, where $T$ is how long something is to be remembered (Tallec and Ollivier's *chrono* rule; they
#   draw $T$ at random for each unit). Then $\sigma(b_f)=1-1/T$, and after $T$ steps $(1-1/T)^T\approx1/e$ is left.
#
# **Where the two biases bite.** torch adds `b_ih` and `b_hh`. A loop over all parameters whose name contains
# "bias", as it stands in many tutorials, sets both, and the effective forget bias is twice what was asked for. Here
# the forget quarter of each `bias_ih` gets the value, and the forget quarter of each `bias_hh` becomes 0.
#
# **By hand.** Forget gates of two units over four steps, $(0.9,0.4)$, $(0.8,0.5)$, $(0.5,1)$, $(0.6,0.25)$. From
# $k=1$ to the end: $(0.5\cdot0.6,\ 1\cdot0.25)=(0.3,0.25)$. (With step $k$ itself it would be $(0.24,0.125)$.) Over
# 40 steps, $\sigma(1)^{40}=0.731^{40}=3.6\cdot10^{-6}$; the chrono rule has $\log39=3.664$, and $0.975^{40}=0.363$.


# %% question="set_forget_bias" minutes=25
def set_forget_bias(lstm: nn.LSTM, value: float) -> None:
    """Set the forget bias of an ``nn.LSTM``, in place, in every layer and every direction.

    Args:
        lstm: with biases; any number of layers, one or two directions. The forget quarter (of i, f, g, o) of each
            ``bias_ih_…`` becomes ``value``, that of each ``bias_hh_…`` becomes 0. All other entries, all weights,
            gradients that stand and the mode (training or not) stay as they were. The parameters stay the same
            objects, still to be trained (``requires_grad``). This call is not recorded by autograd, later ones are.
        value: the effective forget bias.

    Raises:
        ValueError: the LSTM was made with ``bias=False``.
    """
    ### BEGIN SOLUTION
    if not lstm.bias:
        raise ValueError("this LSTM has no biases")
    U = lstm.hidden_size
    with torch.no_grad():
        for name, parameter in lstm.named_parameters():
            if name.startswith("bias"):
                parameter[U : 2 * U] = value if name.startswith("bias_ih") else 0.0
    ### END SOLUTION


def chrono_bias(T: int) -> float:
    """The forget bias with which a cell keeps a share of 1 - 1/T per step.

    Args:
        T: steps to remember, at least 2.

    Raises:
        ValueError: T is below 2.
    """
    ### BEGIN SOLUTION
    return math.log(T - 1)  # of 0 or less: a ValueError
    ### END SOLUTION


def cell_gradient_product(F: Float[Tensor, "T U"], k: int) -> Float[Tensor, " U"]:
    """Derivative of the last cell with respect to the cell at time k along the direct path, unit by unit.

    Args:
        F: forget gates, one row per step, from 0 to 1; 0 may occur.
        k: a step from 0 to T - 1; the last gives ones.

    Returns:
        The product of the forget gates after step k.

    Raises:
        ValueError: there is no step k. Negative numbers are no steps.
    """
    ### BEGIN SOLUTION
    if not 0 <= k < len(F):
        raise ValueError(f"no step {k} among {len(F)}")
    return F[k + 1 :].prod(0)
    ### END SOLUTION


# %% [markdown] hints="set_forget_bias"
# idea: A slice of a parameter is a window onto it: assigning to it changes the parameter. The product is over rows.
#
# shapes: A bias is (4U,); its forget part is the second block of U entries, in every layer and direction, whatever the
# number of inputs. Gates after step k: (T-1-k, U).
#
# steps: Refuse what has no bias. Switch recording off. Go through all named parameters, tell the two kinds of bias
# by the beginning of their names, fill one slice each. For the product, check the range first.
#
# mistake: Both biases. The network adds them, and then 1 means 2.

# %% [markdown]
# An LSTM of 16 units reads 40 numbers. The first is 1 or −1, the others are noise with deviation 0.3. At the end it
# is to say what the first was. Left, what the direct path leaves of a gradient before any training. Right, how
# training goes: 150 steps with each forget bias. The control says 0 always, and has a mean squared error of 1.

# %% tags=["predict"]
# Mean squared error after 150 steps, for forget biases 0, 1 and log 39:
predict("error of the latch", bias_0=..., bias_1=..., chrono=...)


# %% tags=["demo"]
@demo
def latch(seed: int = 0) -> dict[str, float]:
    """Remembering one bit over 40 steps, from three forget biases."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    T, steps, units = 40, 150, 16
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    guessed = guesses("error of the latch")
    numbers = {}
    for i, (name, bias) in enumerate({"bias_0": 0.0, "bias_1": 1.0, "chrono": chrono_bias(T)}.items()):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            lstm, head = nn.LSTM(1, units, batch_first=True), nn.Linear(units, 1)
        set_forget_bias(lstm, bias)
        gates = torch.full((T, 1), 1 / (1 + math.exp(-bias)), dtype=torch.float64)
        left.semilogy(range(T), [cell_gradient_product(gates, k).item() for k in range(T)], color=f"C{i}")
        parameters = [*lstm.parameters(), *head.parameters()]
        optimizer = torch.optim.Adam(parameters, lr=1e-2)
        generator = torch.Generator().manual_seed(1000 + seed)
        losses = []
        for _ in range(steps):
            x = 0.3 * torch.randn(32, T, 1, generator=generator)
            x[:, 0, 0] = 2.0 * torch.randint(2, (32,), generator=generator) - 1
            loss = (head(lstm(x)[0][:, -1]) - x[:, 0]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            losses.append(loss.item())
        right.plot(losses, color=f"C{i}", label=name)
        if isinstance(guessed.get(name), (int, float)):
            right.plot(steps, guessed[name], "X", ms=9, color=f"C{i}")
        numbers[name] = float(np.mean(losses[-10:]))
    right.axhline(1, color="0.6", lw=1, ls=":")
    left.set(xlabel="$k$", ylabel="share that arrives from step $k$", title="before training")
    right.set(xlabel="step of training", ylabel="mean squared error", ylim=(-0.05, 1.5))
    label_ends(right, gap=0.08)
    return numbers


# %% [markdown]
# With the chrono bias the network solves it within 150 steps. With 0 and with 1 it has learned nothing: it is at the
# control, since what it should learn from does not arrive. That is a matter of numbers before training, not of the
# architecture. (A much larger bias is no better: what never forgets, remembers the noise, too.)
#
# ## 6. How far back? The lookback from the autocorrelation
#
# $L$ is a choice that data can inform. The *autocorrelation* at lag $k$, in its biased form (all lags are divided
# by the same sum),
#
# $$\rho_k=\frac{\sum_{t=0}^{N-1-k}(s_t-\bar s)(s_{t+k}-\bar s)}{\sum_{t=0}^{N-1}(s_t-\bar s)^2},\qquad \rho_0=1 .$$
#
# It is called biased, since at lag $k$ there are only $N-k$ products, and it is preferred, since the "unbiased"
# one, which divides each sum by its number of products, explodes where there are few. The rule: the **largest** lag
# up to `max_lag` with $|\rho_k|>\theta$, rounded **up** to a multiple of the period. Not the first lag below: a
# swinging series passes through 0 twice per period and comes back. And not $\rho_k>\theta$: half a period ago is as
# good a witness, with the other sign. Use the training part only; the rest is the future.
#
# **By hand.** $s=(2,0,-2,0,2,0,-2,0)$ has mean 0 and sum of squares 16. $\rho_1=0$, $\rho_2=-12/16=-0.75$,
# $\rho_4=8/16=0.5$, $\rho_6=-4/16=-0.25$, and 0 at odd lags. With $\theta=0.4$, `max_lag` 7 and period 5 the
# largest lag is 4, rounded up to 5. (Unbiased, $\rho_6$ would be $-1$, and the answer 10.)


# %% question="pick_lookback" minutes=20
def autocorrelation(series: Float[np.ndarray, " N"], max_lag: int) -> Float[np.ndarray, " max_lag+1"]:
    """Biased autocorrelation at the lags 0 to max_lag.

    Args:
        series: at least one value.
        max_lag: from 0 to N - 1.

    Returns:
        1 at lag 0, then the formula above. For a series of equal values, whose sum of squares is 0 but for rounding,
        0 at all lags from 1 on.

    Raises:
        ValueError: max_lag is N or more, or negative.
    """
    ### BEGIN SOLUTION
    N = len(series)
    if not 0 <= max_lag < N:
        raise ValueError(f"{N} values have lags 0 to {N - 1}")
    if series.min() == series.max():
        return np.array([1.0] + [0.0] * max_lag)
    s = series - series.mean()
    return np.array([s[k:] @ s[: N - k] for k in range(max_lag + 1)]) / (s @ s)
    ### END SOLUTION


def pick_lookback(series: Float[np.ndarray, " N"], threshold: float, period: int, max_lag: int) -> int:
    """The largest lag that still tells something, rounded up to whole periods.

    Args:
        series: the training part.
        threshold: a lag counts if its absolute autocorrelation is strictly above; from 0 to 1.
        period: at least 1.
        max_lag: lags from 1 to here are looked at; from 1 to N - 1.

    Returns:
        A multiple of the period, possibly more than max_lag; a lag that is a multiple stays. If no lag counts, one
        period.

    Raises:
        ValueError: max_lag is N or more.
    """
    ### BEGIN SOLUTION
    counts = np.flatnonzero(np.abs(autocorrelation(series, max_lag)[1:]) > threshold) + 1
    lag = int(counts.max()) if counts.size else period
    return -(-lag // period) * period
    ### END SOLUTION


# %% [markdown] hints="pick_lookback"
# idea: Centre the series once; each lag is a dot product of the series with itself, shifted; all are divided by the
# one of lag 0.
#
# shapes: The series without its first k values and without its last k values, both (N-k,).
#
# steps: Check the range. Take care of a constant series. Subtract the mean of the whole series. One dot product per
# lag. Then: lags whose size is above, without lag 0; their maximum; round up with integers.
#
# mistake: Taking the lag before the first that falls below. A season has a zero at every quarter period.

# %% [markdown]
# The two real series, their autocorrelations on the first 74 % and 70 %, $\theta=0.1$ and lags up to three periods.
# The Pacific has a year of 12 months; the sun's period is not fixed, 11 years is its mean.


# %% tags=["demo"]
def pacific() -> Float[np.ndarray, " N"]:
    """Monthly sea-surface temperature off Peru, 1950 to 2010, in degrees Celsius."""
    from statsmodels.datasets import elnino

    return elnino.load_pandas().data.iloc[:, 1:].to_numpy(float).ravel()


@demo
def lookbacks(seed: int = 0) -> dict[str, float]:
    """Autocorrelation of two series, and the lookback that is picked."""
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, 2, figsize=(10, 3.2), sharey=True)
    numbers = {}
    for ax, (name, series, frac, period) in zip(
        axes, (("sunspots", sunspots(), 0.74, 11), ("Pacific", pacific(), 0.7, 12)), strict=True
    ):
        known = series[: int(frac * len(series))]
        rho = autocorrelation(known, 3 * period)
        L = pick_lookback(known, 0.1, period, 3 * period)
        ax.bar(range(len(rho)), rho, color=["C0" if abs(r) > 0.1 else "0.7" for r in rho])
        ax.axvline(L, color="C1")
        ax.axhspan(-0.1, 0.1, color="0.6", alpha=0.2)
        ax.set(xlabel="lag", title=f"{name}: lookback {L}")
        numbers |= {name: float(L), f"{name}_at_period": float(rho[period]), f"{name}_at_quarter": float(rho[3])}
    axes[0].set(ylabel="autocorrelation")
    return numbers


# %% [markdown]
# 33 years and 36 months. At lag 3, a quarter of the sun's cycle, the autocorrelation is below 0.1 for the first
# time, and at 11 it is above 0.5 again: a rule that stops at the first small one would look at three years of an
# eleven-year cycle.
#
# The same function watches a model at work. The errors of a good one-step forecast are not correlated. If their
# autocorrelation leaves the band of about $\pm2/\sqrt N$, there is something left to learn, or the world has changed.
#
# ## 7. Stopping in time
#
# Training errors fall as long as you train. Errors on other data do not. *Early stopping* keeps the weights that
# were best on a validation set (a later part of the training period, never the test), and gives up when `patience`
# checks in a row have brought nothing better. Four things go wrong in practice: the best weights are kept as a
# *reference* and are trained on; the *last* weights are restored; ties count as progress; and the count is off by
# one.
#
# **By hand.** Patience 2, validation errors 3, 2, 2, 2.5: the second is the best. The third is a tie, which is no
# improvement, the fourth is worse: that is two in a row, and the fourth call says stop. The best is 2, with the
# state of the second call.


# %% question="EarlyStopping" minutes=15 further
class EarlyStopping:
    """Remembers the best weights and says when to stop.

    Args:
        patience: so many calls in a row without an improvement end the training; at least 1.
        min_delta: an improvement is below the best so far by more than this; at least 0.

    Attributes:
        best: least validation error so far among the improvements, infinity before the first.
        best_state: copies of the tensors of that call's state, None before the first improvement.
        bad: calls since the last improvement (or since the beginning).
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        self.patience, self.min_delta = patience, min_delta
        self.best = math.inf
        self.best_state: dict[str, Tensor] | None = None
        self.bad = 0

    def step(self, val: float, state: dict[str, Tensor]) -> bool:
        """Take note of one check.

        Args:
            val: validation error; NaN is never an improvement.
            state: a model's ``state_dict()``. What happens to its tensors later does not reach ``best_state``.

        Returns:
            True if this is at least the ``patience``-th call in a row that has brought no improvement. (After that it
            may be called on.)
        """
        ### BEGIN SOLUTION
        if val < self.best - self.min_delta:
            self.best, self.bad = val, 0
            self.best_state = {name: tensor.clone() for name, tensor in state.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience
        ### END SOLUTION


# %% [markdown] hints="EarlyStopping"
# idea: One comparison decides between two things: remember, or count.
#
# shapes: A state is a dict of tensors of any shapes; the copy has the same keys and new tensors.
#
# steps: Compare with the best less the margin. Better: store error and copies, set the count to 0. Else: count. Say
# whether the count has reached the patience.
#
# mistake: Keeping the dict. Its tensors are the parameters themselves, and the optimizer writes into them.

# %% [markdown]
# An LSTM of 48 units on the sunspots, 11 years ahead from 33, trained without mercy for 400 steps. Validation: the
# last 40 windows of the training period; the $H-1$ windows before them, whose targets overlap with theirs, are not
# used. Where does your rule stop, and what would going on to the end cost, on the validation windows and on the
# test that comes after?


# %% tags=["demo"]
def stopped_in_time(
    X: Float[np.ndarray, "n L"],
    Y: Float[np.ndarray, "n H"],
    seed: int,
    units: int = 32,
    lr: float = 3e-3,
    steps: int = 600,
    held_back: int = 60,
    patience: int = 10,
    to_the_end: bool = False,
) -> tuple[Forecaster, Forecaster, list[tuple[int, float, float]], int]:
    """Train with a check every ten steps on the last windows, held back.

    The H - 1 windows before them, whose targets overlap with theirs, are not used.

    Returns the model with the best weights, the model with the last ones, the curve, and the step of the stop.
    """
    X, Y = as_tensor(X), as_tensor(Y)
    gap = Y.shape[1] - 1
    X_val, Y_val = X[-held_back:], Y[-held_back:]
    X, Y = X[: len(X) - held_back - gap], Y[: len(Y) - held_back - gap]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model, best = Forecaster(units, Y.shape[1]), Forecaster(units, Y.shape[1])
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    stopping, curve, stop = EarlyStopping(patience), [], steps
    for t in range(1, steps + 1):
        rows = torch.randint(len(X), (64,), generator=generator)
        loss = train_step(model, optimizer, X[rows], Y[rows])
        if t % 10 == 0:
            with torch.no_grad():
                val = (model(X_val) - Y_val).square().mean().item()
            curve.append((t, loss, val))
            if stop == steps and stopping.step(val, model.state_dict()):
                stop = t
                if not to_the_end:
                    break
    best.load_state_dict(stopping.best_state)
    return best, model, curve, stop


@demo
def too_long(seed: int = 0) -> dict[str, float]:
    """Training and validation error, and the place where early stopping stops."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    X, Y, X_test, Y_test, _, _ = split_scale_window(sunspots(), 0.74, 33, 11)
    best, last, curve, stop = stopped_in_time(X, Y, seed, 48, 1e-2, 400, 40, 8, to_the_end=True)
    t, loss, val = np.array(curve).T
    fig, ax = plt.subplots()
    ax.plot(t, loss, label="training")
    ax.plot(t, val, label="validation")
    ax.axvline(stop, color="0.6", ls=":")
    ax.text(stop, 1.05 * val.max(), " stop", color="0.5")
    ax.set(xlabel="step of training", ylabel="mean squared error", ylim=(0, 1.15 * val.max()))
    label_ends(ax)

    def error(model: Forecaster) -> float:
        return float(((forecasts(model, X_test) - Y_test) ** 2).mean())

    return {"stop": float(stop), "val_best": float(val[t <= stop].min()), "val_last": float(val[-1])} | {
        "train_last": float(loss[-1]),
        "test_best": error(best),
        "test_last": error(last),
    }


# %% [markdown]
# Long before the last step the training error is small and the validation error rises. The stop comes early, and the
# best weights are better than the last ones on the test windows as well, which played no part in the choice.
#
# ## 8. Backwards through the cells
#
# What autograd does behind `loss.backward()`, by hand. Let $\bar h_t$ be the derivative of the loss with respect to
# $h_t$ from *everything* that comes after, and $\bar c_t$ that with respect to $c_t$. Go from the last step to the
# first. At step $t$, $\bar h_t$ is what the loss says about this output (`d_outs`) plus what came from step $t+1$.
# Then, with all products elementwise,
#
# $$\begin{aligned}
# \bar c_t &\mathrel{+}= \bar h_t\, o_t\,(1-\tanh^2 c_t) && \text{besides what came from step } t+1\\
# \bar o_t &= \bar h_t\tanh c_t,\qquad \bar f_t=\bar c_t\,c_{t-1},\qquad \bar i_t=\bar c_t\,g_t,\qquad \bar g_t=\bar
# c_t\,i_t\\
# a_t &= \big(\bar i_t\, i_t(1-i_t),\ \ \bar f_t\, f_t(1-f_t),\ \ \bar g_t(1-g_t^2),\ \ \bar o_t\, o_t(1-o_t)\big)
# \end{aligned}$$
#
# $a_t$ is the derivative with respect to the $4U$ sums before the nonlinearities, in torch's order. Everything else
# follows as in a linear layer: with row vectors, $x_t$ gets $a_t W_{ih}$, $h_{t-1}$ gets $a_t W_{hh}$, the weights
# get $\sum_t a_t^\top x_t$ and $\sum_t a_t^\top h_{t-1}$ over steps and batch, both biases get $\sum_t a_t$. And
# the cell before gets $\bar c_{t-1}=\bar c_t f_t$: the cell line, backwards.
#
# The gates are needed on the way back. They can be had without storing them: your `lstm_forward` gives all $h_t$, so
# all the sums before the nonlinearities are two matrix products, and the cells follow by $c_t=f_tc_{t-1}+i_tg_t$.
#
# **By hand.** One step of the cell of question 3, from zeros, with `d_outs` 1: $c=0.3$, $\tanh c=0.2913$. $\bar
# c=0.25\,(1-0.2913^2)=0.2288$. The biases get, in the order $i,f,g,o$, $0.2288\cdot0.6\cdot0.25=0.0343$, then $0$
# (there was nothing to forget), $0.2288\cdot0.5\cdot(1-0.36)=0.0732$, and $0.2913\cdot0.25\cdot0.75=0.0546$.


# %% question="lstm_bptt" minutes=45 further forbid=["autograd", "lstm"]
def lstm_bptt(
    X: Float[Tensor, "B T D"],
    w_ih: Float[Tensor, "4U D"],
    w_hh: Float[Tensor, "4U U"],
    b_ih: Float[Tensor, " 4U"],
    b_hh: Float[Tensor, " 4U"],
    d_outs: Float[Tensor, "B T U"],
) -> dict[str, Tensor]:
    """Gradients of a loss through one layer of an LSTM that starts from zeros.

    Autograd, ``nn.LSTM``, ``nn.LSTMCell`` and the functions behind them are not allowed.

    Args:
        X: inputs, T at least 1.
        w_ih, w_hh, b_ih, b_hh: weights in torch's layout (i, f, g, o).
        d_outs: derivative of the loss with respect to each output h_t, as far as the loss uses it directly.

    Returns:
        Under the keys "X", "w_ih", "w_hh", "b_ih", "b_hh": the derivatives of the loss, in the shapes of the arguments,
        summed over batch and steps where these have no such axis. New tensors, also the two of the biases.
    """
    ### BEGIN SOLUTION
    outs, _ = lstm_forward(X, w_ih, w_hh, b_ih, b_hh)
    B, T, U = outs.shape
    before = torch.cat([outs.new_zeros(B, 1, U), outs[:, :-1]], dim=1)  # h of the step before
    i, f, g, o = (X @ w_ih.T + before @ w_hh.T + b_ih + b_hh).chunk(4, dim=-1)
    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    cells = [outs.new_zeros(B, U)]
    for t in range(T):
        cells.append(f[:, t] * cells[-1] + i[:, t] * g[:, t])
    dh, dc, A = outs.new_zeros(B, U), outs.new_zeros(B, U), []
    for t in reversed(range(T)):
        dh = d_outs[:, t] + dh
        shown = torch.tanh(cells[t + 1])
        dc = dc + dh * o[:, t] * (1 - shown**2)
        a_i = dc * g[:, t] * i[:, t] * (1 - i[:, t])
        a_f = dc * cells[t] * f[:, t] * (1 - f[:, t])
        a_g = dc * i[:, t] * (1 - g[:, t] ** 2)
        a_o = dh * shown * o[:, t] * (1 - o[:, t])
        A.append(torch.cat([a_i, a_f, a_g, a_o], dim=1))
        dh, dc = A[-1] @ w_hh, dc * f[:, t]
    A = torch.stack(A[::-1], dim=1)
    flat = A.flatten(0, 1)
    return {
        "X": A @ w_ih,
        "w_ih": flat.T @ X.flatten(0, 1),
        "w_hh": flat.T @ before.flatten(0, 1),
        "b_ih": flat.sum(0),
        "b_hh": flat.sum(0),
    }
    ### END SOLUTION


# %% [markdown] hints="lstm_bptt"
# idea: Two loops. One forwards, which recovers gates and cells; one backwards, which carries two things from step to
# step: the derivatives of state and of cell.
#
# shapes: Gates (B, T, 4U), cut in four along the last axis. One step's $a_t$: (B, 4U), joined in torch's order. All of
# them, put back in the order of time: (B, T, 4U). Flattened over batch and time: (BT, 4U), whose transpose meets
# (BT, D).
#
# steps: States; states shifted by one with zeros in front; gates; cells with zeros in front. Backwards: join what
# the loss says with what came; add to the cell's derivative; four pieces; hand on to the step before. At the end
# the products.
#
# mistake: Losing a stream. The state's derivative and the cell's derivative both go on to the step before, by
# different ways.

# %% [markdown]
# ## Payoff: does it beat yesterday?
#
# Sunspots, 11 years ahead, and the Pacific off Peru, 12 months ahead. All your parts: lookback from the training data,
# windows without leaks, early stopping on the last 60 training windows, recursive and direct LSTMs of 32 units (equal
# budgets), forecasts from each possible origin of the test period. The controls: persistence, the seasonal naive
# forecast, and a linear map of the same window.

# %% tags=["predict"]
# Mean absolute error divided by that of the seasonal naive forecast; 1 is "as one period ago":
predict("against one period ago", sun_linear=..., sun_lstm=..., pacific_linear=..., pacific_lstm=...)


# %% tags=["demo"]
@demo
def against_yesterday(seed: int = 0) -> dict[str, float]:
    """Errors of five forecasts of two real series, by steps ahead."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    fig, axes = plt.subplots(1, 2, figsize=(11, 4))
    guessed = guesses("against one period ago")
    numbers = {}
    for ax, (name, series, frac, period, unit, scale) in zip(
        axes,
        (
            ("sun", sunspots(), 0.74, 11, "years", "root of the number"),
            ("pacific", pacific(), 0.7, 12, "months", "°C"),
        ),
        strict=True,
    ):
        n, H = int(frac * len(series)), period
        L = pick_lookback(series[:n], 0.1, period, 3 * period)
        X, Y, X_test, Y_test, mean, std = split_scale_window(series, frac, L, H)
        origins = rolling_origins(len(series), n, H)
        many = stopped_in_time(X, Y, seed)[0]
        one = stopped_in_time(X, Y[:, :1], seed)[0]
        with torch.no_grad():
            recursive = recursive_forecast(lambda w, one=one: one(w)[:, 0], as_tensor(X_test), H).double().numpy()
        said = {
            "persistence": np.repeat(X_test[:, -1:], H, axis=1),
            "seasonal naive": (seasonal_naive(series, origins, H, period) - mean) / std,
            "linear": linear_forecasts(X, Y, X_test),
            "direct": forecasts(many, X_test),
            "recursive": recursive,
        }
        error = {kind: np.abs(yhat - Y_test) * std for kind, yhat in said.items()}
        colours = ("0.7", "0.4", "C1", "C2", "C0")
        for (kind, e), colour in zip(error.items(), colours, strict=True):
            ax.plot(range(1, H + 1), e.mean(0), color=colour, label=kind)
            numbers[f"{name}_{kind.replace(' ', '_')}"] = float(e.mean() / error["seasonal naive"].mean())
        for kind, colour in (("linear", "C1"), ("lstm", "C2")):
            guess = guessed.get(f"{name}_{kind}")
            if isinstance(guess, (int, float)):
                ax.plot(H, guess * error["seasonal naive"].mean(), "X", ms=9, color=colour)
        top = 1.15 * max(e.mean(0).max() for e in error.values())
        ax.set(xlabel=f"{unit} ahead", ylabel=f"mean absolute error ({scale})", ylim=(0, top))
        ax.set_title(f"{name}, {len(origins)} origins")
        label_ends(ax, gap=0.06)
        skill = persistence_skill(Y_test, said["direct"], X_test[:, -1]).mean()
        numbers[f"{name}_skill"] = float(skill)
        numbers[f"{name}_naive_skill"] = float(persistence_skill(Y_test, said["seasonal naive"], X_test[:, -1]).mean())
    return numbers


# %% [markdown]
# **It beats yesterday by far, on both series. So does a calendar.** The direct LSTM and the seasonal naive forecast
# have skills of 0.4 and more against persistence: for a series with a season, yesterday is no control at all.
# Against the other two controls,
#
# - *on the Pacific both LSTMs win*: their errors are below those of the linear map, by little, and a fifth below
#   those of the seasonal naive forecast;
# - *on the sunspots the direct LSTM loses* against the linear map and even against "as 11 years ago". After the gap
#   and the validation windows 115 training windows are left, and neighbours share nearly all of their values. The
#   linear map itself is hardly better than 11 years ago;
# - *recursive or direct?* On the sunspots the recursive model beats the direct one under each seed and is about as
#   good as the linear map. On the Pacific there is nothing between them.
#
# (The linear map was fitted on all training windows. The LSTM paid sixty of them for knowing when to stop.)
#
# Two series decide nothing in general. What is general is the form of the answer: an error beside three controls, from
# many origins, over several seeds, with nothing from the future.
#
# ## What you built, and where it goes next
#
# A pipeline that cannot peep, a truth against which a peep shows, PyTorch's layer with its lid off, and the habits
# that make it learn. Further: several inputs per step (known calendars, other series); forecasts of whole
# distributions ([DeepAR](https://arxiv.org/abs/1704.04110)); fewer gates in the next notebook, which asks what a
# GRU leaves out; and simple linear maps, which are often hard to beat ([Zeng et al.
# 2022](https://arxiv.org/abs/2205.13504)).
#
# The [article](https://www.chenk.top/en/time-series/lstm/) has more on stacked and bidirectional LSTMs. (A
# bidirectional one reads the window from both ends, which is honest; a bidirectional one over the whole series
# reads the future.)
