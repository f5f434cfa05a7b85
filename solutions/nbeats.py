# %% [markdown]
# # N-BEATS: may the parts of a forecast be believed?
#
# You will build a network that does not say numbers but coefficients: so much level, so much slope, so much of a
# yearly wave. Its forecast is a sum of parts that carry names, *trend* and *season*. **What does a basis explain?**
# Only the sum can be compared with what happened; nobody has ever measured the trend of a real series. So you build a
# series whose trend and season are known exactly, and ask the network for both. Then come the measures of the M4
# competition, 44 years of carbon dioxide over a volcano, and a control without any network that is hard to beat.
#
# <!-- questions -->
#
# **You need:** least squares, linear layers and ReLU, a little PyTorch (modules, an optimizer's step).
#
# **Article:** [Time series (7): N-BEATS](https://www.chenk.top/en/time-series/n-beats/)
#
# **Papers:** Oreshkin et al., [N-BEATS: neural basis expansion analysis for interpretable time series
# forecasting](https://arxiv.org/abs/1905.10437) (2019); Makridakis, Spiliotis and Assimakopoulos, [The M4
# competition: 100,000 time series and 61 forecasting methods](https://doi.org/10.1016/j.ijforecast.2019.04.014)
# (2020); Hyndman and Koehler, [Another look at measures of forecast
# accuracy](https://doi.org/10.1016/j.ijforecast.2006.03.001) (2006); Buja, Hastie and Tibshirani, [Linear smoothers
# and additive models](https://doi.org/10.1214/aos/1176347115) (1989).
#
# **Data.** Monthly means of carbon dioxide at Mauna Loa, 1958 to 2001, in parts per million (ppm); they come with
# statsmodels and are in the public domain. Five months are missing, all before 1965, far inside of the training part;
# they are filled by lines between their neighbours.
#
# **Conventions of the whole notebook.** $L$ is the length of a window (the *lookback*), $H$ the number of steps to
# forecast (the *horizon*), $B$ the batch, $k$ the number of rows of a basis, $m$ the period of a season in steps.
# Time is the last axis. Coefficients are rows that stand to the left of their basis: $\theta V$ has the shape $(B,T)$
# for $\theta$ of shape $(B,k)$ and $V$ of shape $(k,T)$. Bases, projections and measures are numpy, in float64.
# Networks, and what is computed from their forecasts, are PyTorch: the floating-point tensors of one call share a
# dtype, float32 or float64, and so does the result. No function changes its arguments, except that question 9 trains
# a model.

# %%
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# Four years of carbon dioxide, and a forecast of the fifth that comes in two parts. Their sum is scored against what
# happened. **Turn the knob:** it moves a constant from one part to the other.

# %% tags=["demo"]
def co2() -> Float[np.ndarray, " N"]:
    """Monthly carbon dioxide at Mauna Loa in ppm, March 1958 to December 2001."""
    from statsmodels.datasets import co2 as data

    return data.load_pandas().data["co2"].resample("MS").mean().interpolate().to_numpy(float, copy=True)


@demo(moved=(-6.0, 6.0))
def first_look(moved: float = 2.0, seed: int = 0) -> dict[str, float]:
    """A forecast in two parts, and the same forecast in two other parts."""
    import matplotlib.pyplot as plt

    series, t = co2()[-108:-48], np.arange(60)
    slope, level = np.polyfit(np.arange(4), series[:48].reshape(4, 12).mean(1), 1)
    trend = level + slope * (t - 5.5) / 12
    season = np.tile((series - trend)[:48].reshape(4, 12).mean(0), 5)
    first, second = trend + moved, season - moved
    fig, axes = plt.subplots(1, 3, figsize=(11, 3.2))
    for ax, (name, values, was) in zip(
        axes, (("trend", first, trend), ("season", second, season), ("sum", first + second, None)), strict=True
    ):
        if was is None:
            ax.plot(t, series, color="0.5", lw=4, alpha=0.4, label="what happened")
            ax.legend()
        else:
            ax.plot(t, was, color="0.6", lw=1, ls=":")
        ax.plot(t[:49], values[:49], color="C0")
        ax.plot(t[48:], values[48:], color="C1")
        ax.set(title=name, xlabel="month", ylabel="ppm")
    error = [float(np.abs(a + b - series)[48:].mean()) for a, b in ((trend, season), (first, second))]
    fig.suptitle(f"mean absolute error of the forecast: {error[1]:.2f} ppm")
    return {"error_before": error[0], "error_after": error[1], "moved": float(np.abs(first - trend).mean())}


# %% [markdown]
# The parts change, the sum does not. So no score of a forecast can say which split is right. A convention can (a
# season has the mean 0), and a *basis* is such a convention: it fixes which curves may be called trend and which
# season. Whatever both can draw is dealt out by something else, and this notebook is about that.
#
# ## 1. A trend and a season are rows of a matrix
#
# A basis $V$ has $k$ rows, one curve each. Coefficients $\theta$ make one curve of them, $\theta V=\sum_i\theta_i
# V_i$. For a *trend* the rows are powers of time, for a *season* they are waves of the periods $m, m/2, m/3,\dots$:
#
# $$V^{\text{trend}}_p(t)=\left(\frac tL\right)^p,\quad p=0,\dots,d;\qquad V^{\text{season}}:\ \cos\frac{2\pi k t}m,\
# k=1,\dots,K,\ \text{ then } \sin\frac{2\pi k t}m,\ k=1,\dots,K .$$
#
# Time is divided by $L$, since $48^3=110\,592$ beside 1 makes an ill-conditioned basis. The wave $k=0$ is missing:
# its cosine is the constant, which the trend has already, and its sine is zero. With steps of 1 there is no wave
# faster than the period 2, so $K\le m/2$. At $K=m/2$ the last sine is zero at all steps (its size is that of
# rounding).
#
# **One clock.** The window has the times $t=0,\dots,L-1$, the horizon $t=L,\dots,L+H-1$. A basis is computed for all
# $L+H$ times and then cut in two, $V_b$ for the window (*backcast*) and $V_f$ for the horizon (*forecast*). So the
# same coefficients mean the same curve on both sides. (Many implementations let both clocks run from 0 to 1. Then a
# season starts anew at the first forecast, in a wrong phase unless $m$ divides $L$; and since both ends of `linspace`
# are included, a full wave has the same value at both and the rows become linearly dependent.)
#
# ![Rows of two bases over a window of 12 and a horizon of 4: constant, line, parabola, a cosine and a sine of period 8. All run on beyond the cut](pictures/nbeats/bases.svg)
#
# **By hand.** $L=4$, $H=2$, degree 2: $t/L$ is $0, 0.25, 0.5, 0.75$ in the window and $1, 1.25$ beyond; the last row
# of the trend ends with $1, 1.5625$. A season of period 3: the first forecast stands at $t=4$, so its cosine is
# $\cos(8\pi/3)=-0.5$ and its sine $0.866$. A clock that starts again would say 1 and 0.


# %% question="window_bases" minutes=25
def trend_basis(degree: int, t: Float[np.ndarray, " T"], L: int) -> Float[np.ndarray, "degree+1 T"]:
    """Powers of time, measured in windows.

    Args:
        degree: the highest power, at least 0.
        t: times in steps, in any order; also negative or beyond the window, and not only whole ones.
        L: length of the window in steps.

    Returns:
        Row p is (t / L) to the power p, for p from 0 to degree; row 0 is 1 everywhere, also at t = 0.
    """
    ### BEGIN SOLUTION
    return (t / L) ** np.arange(degree + 1)[:, None]
    ### END SOLUTION


def seasonality_basis(n_harmonics: int, t: Float[np.ndarray, " T"], period: float) -> Float[np.ndarray, "2K T"]:
    """Waves of a period and of its fractions.

    Args:
        n_harmonics: K, at least 0.
        t: times in steps, in any order.
        period: m in steps; not always a whole number.

    Returns:
        Cosines of 2 pi k t / m for k from 1 to K, then the sines for k from 1 to K. No rows if K is 0.

    Raises:
        ValueError: K is more than half the period.
    """
    ### BEGIN SOLUTION
    if n_harmonics > period / 2:
        raise ValueError(f"a period of {period} steps has no {n_harmonics} harmonics")
    angle = 2 * math.pi * np.arange(1, n_harmonics + 1)[:, None] * t / period
    return np.concatenate([np.cos(angle), np.sin(angle)])
    ### END SOLUTION


def window_bases(
    L: int, H: int, degree: int, n_harmonics: int, period: float
) -> dict[str, tuple[Float[np.ndarray, "k L"], Float[np.ndarray, "k H"]]]:
    """Both bases over a window and the horizon after it, on one clock.

    Args:
        L: length of the window; its times are 0 to L - 1.
        H: length of the horizon; its times are L to L + H - 1.
        degree: of the trend.
        n_harmonics: of the season.
        period: of the season.

    Returns:
        Under "trend" and "season" the pair V_b, V_f: the basis over the window, and over the horizon.

    Raises:
        ValueError: ``n_harmonics`` is more than half the period.
    """
    ### BEGIN SOLUTION
    t = np.arange(float(L + H))
    trend, season = trend_basis(degree, t, L), seasonality_basis(n_harmonics, t, period)
    return {"trend": (trend[:, :L], trend[:, L:]), "season": (season[:, :L], season[:, L:])}
    ### END SOLUTION


# %% [markdown] hints="window_bases"
# idea: A table of exponents or frequencies against times: a column meets a row.
#
# shapes: Exponents (degree+1, 1) and times (T,) broadcast to (degree+1, T). Frequencies (K, 1) and times (T,) to (K,
# T); two such tables, one below the other, are (2K, T).
#
# steps: Scale the time, then raise it. For the waves: check K, make the table of angles once, join its cosines and
# its sines. For the bases: all L + H times, both tables, cut each after L columns.
#
# mistake: A second clock for the horizon. Its first time is L.

# %% [markdown]
# ## 2. A forecast without learning, and what a basis explains
#
# Before a network, the rival. Choose coefficients such that $\theta V_b$ is as near to the window as possible, and
# read the forecast off the same coefficients:
#
# $$\theta=\arg\min_\theta\|x-\theta V_b\|^2=x\,V_b^{+},\qquad \hat y=\theta V_f,$$
#
# with the pseudoinverse $V_b^+$. It gives the shortest $\theta$ when several fit equally well, as with the zero sine
# at $K=m/2$. (There $V_bV_b^\top$ has no inverse, and the usual formula for least squares fails.)
#
# **Together, not one by one.** For trend and season both, stack the rows of the two bases, find all coefficients at
# once, and deal them out again: the forecast has a part for each. Two separate fits are something else, because the
# rows of one basis are not orthogonal to those of the other: over four years a line is a bit like a sawtooth of four
# teeth, and the other way round.
#
# How much can one basis draw of a given window? The share of its variation that least squares explains:
#
# $$R^2=1-\frac{\|x_c-\theta_c V_b\|^2}{\|x_c\|^2},\qquad x_c=x-\bar x,\qquad \theta_c=x_c V_b^+ .$$
#
# If the shares of trend and season add up to more than the share of both together, some of the variation could be
# called either name.
#
# **By hand.** $x=(0,1,2,3)$, a pure line, $L=m=4$, $K=1$. The season's rows are $(1,0,-1,0)$ and $(0,1,0,-1)$. Less its
# mean, $x_c=(-1.5,-0.5,0.5,1.5)$ has with either row the product $-2$, and each row has the square $2$: $\theta_c=(-1,
# -1)$, which draws $(-1,-1,1,1)$ and leaves $(-0.5,0.5,-0.5,0.5)$. Thus the season explains $1-1/5=0.8$ of a pure line,
# and the trend of degree 1 explains 1. Fitted together the trend continues with $4, 5$ and the season with $0, 0$.
# Fitted one by one the season says $-1, -1$ and the sum is $3, 4$.


# %% question="projection_forecast" minutes=30
def project(x: Float[np.ndarray, "B L"], V_b: Float[np.ndarray, "k L"]) -> Float[np.ndarray, "B k"]:
    """Coefficients of the least squares fit of each row.

    Args:
        x: one window per row.
        V_b: a basis; its rows may be linearly dependent, and may be more than L.

    Returns:
        The theta that makes ``theta @ V_b`` nearest to x; of several the shortest. Singular values of V_b below 1e-10
        times the largest count as 0.
    """
    ### BEGIN SOLUTION
    return x @ np.linalg.pinv(V_b, 1e-10)
    ### END SOLUTION


def projection_forecast(
    x: Float[np.ndarray, "B L"], bases: Mapping[str, tuple[Float[np.ndarray, "k L"], Float[np.ndarray, "k H"]]]
) -> dict[str, Float[np.ndarray, "B H"]]:
    """Forecast by one least squares fit of all bases together, in parts.

    Args:
        x: one window per row.
        bases: V_b and V_f by name; one or more, of different numbers of rows.

    Returns:
        By the same names the part of the forecast that each basis draws. The forecast is their sum.
    """
    ### BEGIN SOLUTION
    theta = project(x, np.concatenate([V_b for V_b, _ in bases.values()]))
    ends = np.cumsum([len(V_b) for V_b, _ in bases.values()])
    return {
        name: theta[:, end - len(V_f) : end] @ V_f for (name, (_, V_f)), end in zip(bases.items(), ends)
    }
    ### END SOLUTION


def explained(x: Float[np.ndarray, "B L"], V_b: Float[np.ndarray, "k L"]) -> Float[np.ndarray, " B"]:
    """Share of each window's variation that a basis can draw.

    Args:
        x: one window per row; no row is constant.
        V_b: a basis, with or without the constant among its curves.

    Returns:
        The mean of the row is subtracted, then: 1 minus the sum of squares that least squares leaves over the sum of
        squares. From 0 to 1.
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(1, keepdims=True)
    left = centred - project(centred, V_b) @ V_b
    return 1 - (left**2).sum(1) / (centred**2).sum(1)
    ### END SOLUTION


# %% [markdown] hints="projection_forecast"
# idea: Least squares is one product with a pseudoinverse, which depends on the basis alone. All bases together are
# one tall basis.
#
# shapes: V_b is (k, L), its pseudoinverse (L, k), so that x (B, L) gives (B, k). Stacked bases: (k1 + k2, L). The
# first k1 columns of theta belong to the first basis.
#
# steps: The pseudoinverse with the threshold of the docstring. Join all V_b along the rows, project once, cut theta
# at the running sums of the numbers of rows, multiply each piece by its V_f. For the share: centre each row, project,
# subtract, compare sums of squares.
#
# mistake: One fit per basis. Each then explains what belongs to the other, and the sum counts it twice.

# %% [markdown]
# Now let the last ten years of carbon dioxide be forecast so: 48 months back, 12 ahead, four harmonics of the year,
# from each of 109 origins. **The knob is the degree of the trend.** Left, one forecast, in its parts; right, for
# degrees 0 to 3 the mean absolute error over that of the *seasonal naive* forecast, "as a year ago". (Cutting the series
# into windows is given as code; *LSTM* is about doing this without leaks.)

# %% tags=["predict"]
# Error over that of "as a year ago", for trends of degree 0 to 3. Which one is best?
predict("errors by degree", degree_0=..., degree_1=..., degree_2=..., degree_3=...)


# %% tags=["demo"]
def windows(
    series: Float[np.ndarray, " N"], L: int, H: int
) -> tuple[Float[np.ndarray, "n L"], Float[np.ndarray, "n H"]]:
    """All pairs of L values and the H values after them, in the order of time."""
    start = np.arange(len(series) - L - H + 1)[:, None]
    return series[start + np.arange(L)], series[start + L + np.arange(H)]


def split_windows(
    series: Float[np.ndarray, " N"], n: int, L: int, H: int
) -> tuple[
    Float[np.ndarray, "a L"], Float[np.ndarray, "a H"], Float[np.ndarray, "b L"], Float[np.ndarray, "b H"]
]:
    """Pairs wholly before n, then pairs whose targets all come at n or later (one per origin)."""
    return *windows(series[:n], L, H), *windows(series[n - L :], L, H)


def error(y: Float[np.ndarray, "n H"], yhat: Float[np.ndarray, "n H"]) -> float:
    """Mean absolute error over all origins and steps."""
    return float(np.abs(y - yhat).mean())


@demo(degree=(0, 3))
def bends(degree: int = 1, seed: int = 0) -> dict[str, float]:
    """Forecasts by projection, by degree of the trend; and what the bases explain."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    series = co2()
    n, L, H = len(series) - 120, 48, 12
    X, Y = split_windows(series, n, L, H)[2:]
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), width_ratios=[3, 2])
    numbers = {}
    for d in range(4):
        bases = window_bases(L, H, d, 4, 12)
        parts = projection_forecast(X, bases)
        numbers[f"degree_{d}"] = error(Y, parts["trend"] + parts["season"]) / error(Y, X[:, -12:])
        if d == round(degree):
            j, t = 40, np.arange(-L, H)
            left.plot(t, np.concatenate([X[j], Y[j]]), color="0.5", lw=4, alpha=0.4, label="what happened")
            left.plot(t[L:], parts["trend"][j], color="C1", label="trend")
            left.plot(t[L:], (parts["trend"] + parts["season"])[j], color="C0", label="trend + season")
            left.axvline(0, color="0.6", lw=1, ls=":")
            left.set(xlabel="months from the origin", ylabel="ppm", title=f"degree {d}")
            left.legend()
    bases = window_bases(L, H, 1, 4, 12)
    both = np.concatenate([V_b for V_b, _ in bases.values()])
    for name, V_b in {"trend": bases["trend"][0], "season": bases["season"][0], "both": both}.items():
        numbers[f"explained_{name}"] = float(explained(X, V_b).mean())
    shown = {name: value for name, value in numbers.items() if name.startswith("degree")}
    bars(right, shown, ["C0" if d == round(degree) else "0.7" for d in range(4)], guessed=guesses("errors by degree"))
    right.axvline(1, color="0.6", lw=1, ls=":")
    right.set(xlabel="error over that of a year ago", xlim=(0, 1.15 * max(shown.values())))
    return numbers


# %% [markdown]
# A basis that can draw more is not better: degree 2 is worse than degree 1, and degree 3 is worse still. On the
# window the parabola fits more closely, and beyond it the bend goes on. Degree 0 has no slope and loses against the
# calendar. Degree 1 makes half the error of "as a year ago".
#
# And what do the bases explain of these windows? On average the trend of degree 1 explains 0.376 of the variation,
# the season 0.621, both together 0.982. The sum of the two shares is larger by 0.015: so much could be called either
# name. Over four years trend and season are nearly two different things. Question 4 will look at a single year.
#
# ## 3. A block: the network chooses the coefficients
#
# Least squares takes the coefficients that draw the *past* best. A network may take those that draw the *future*
# best. A block of N-BEATS is a small fully connected network (the paper: four layers of ReLU) with two linear heads,
#
# $$h=\mathrm{ReLU}(\cdots\mathrm{ReLU}(xW_1^\top+b_1)\cdots),\qquad \theta_b=hW_b^\top+c_b,\quad \theta_f=hW_f^\top+c_f,$$
#
# $$\hat x=\theta_bV_b\ \text{ (backcast)},\qquad \hat y=\theta_fV_f\ \text{ (forecast)}.$$
#
# The heads have a bias and no ReLU: a slope may be negative. There are *two* vectors of coefficients. What the block
# says about the past and what it says about the future are free of each other: the backcast need not be the best fit,
# and the forecast need not be its continuation.
#
# ![A window enters four layers; two heads give coefficients; each meets its basis. The worked example has hidden values 3, 2, 0, the backcast 2, 4 and the forecast 6](pictures/nbeats/block.svg)
#
# **By hand.** $x=(3,5)$, one layer with $W=\begin{pmatrix}1&0\\-1&1\\0&-1\end{pmatrix}$, $b=(0,0,1)$: the sums
# $(3,2,-4)$ become $h=(3,2,0)$. Heads $W_b=\begin{pmatrix}0&1&1\\0&2&1\end{pmatrix}$,
# $W_f=\begin{pmatrix}-1&0&2\\3&0&0\end{pmatrix}$ without bias: $\theta_b=(2,4)$, $\theta_f=(-3,9)$. With the trend's
# bases of degree 1, $L=2$ and $H=1$, $V_b=\begin{pmatrix}1&1\\0&0.5\end{pmatrix}$ and
# $V_f=\begin{pmatrix}1\\1\end{pmatrix}$, the backcast is $(2,4)$ and the forecast $-3+9=6$. With a ReLU on the head
# the forecast would be 9.


# %% question="nbeats_block" minutes=20
def nbeats_block(
    x: Float[Tensor, "B L"],
    fc: Sequence[tuple[Float[Tensor, "out in"], Float[Tensor, " out"]]],
    head_b: tuple[Float[Tensor, "k U"], Float[Tensor, " k"]],
    head_f: tuple[Float[Tensor, "j U"], Float[Tensor, " j"]],
    V_b: Float[Tensor, "k L"],
    V_f: Float[Tensor, "j H"],
) -> tuple[Float[Tensor, "B L"], Float[Tensor, "B H"]]:
    """One block of N-BEATS.

    Args:
        x: what is left of the window.
        fc: weight and bias of each layer in torch's layout (a row per unit), at least one layer; a ReLU follows each.
        head_b: weight and bias of the linear head for the backcast's coefficients.
        head_f: the same for the forecast's coefficients.
        V_b: basis over the window.
        V_f: basis over the horizon; it need not have as many rows as V_b.

    Returns:
        Backcast and forecast. Autograd can differentiate both with respect to all arguments, the bases included.
    """
    ### BEGIN SOLUTION
    h = x
    for W, b in fc:
        h = torch.relu(h @ W.T + b)
    backcast, forecast = ((h @ W.T + b) @ V for (W, b), V in ((head_b, V_b), (head_f, V_f)))
    return backcast, forecast
    ### END SOLUTION


# %% [markdown] hints="nbeats_block"
# idea: Layers in a loop, then the same last hidden values go into two heads, and each head has a basis of its own.
#
# shapes: (B, L) to (B, U) through the layers; heads (B, k) and (B, j); products with the bases (B, L) and (B, H).
#
# steps: Keep one variable for the hidden values; transposed weight, bias, ReLU, for each layer. Head, bias, no ReLU,
# basis; twice.
#
# mistake: Coefficients of one head for both curves, or bases exchanged: with $L=H$ the shapes do not tell.

# %% [markdown]
# ## 4. Double residual stacking
#
# Blocks stand in a row. Each sees what the blocks before it have not explained, and the forecast is the sum of what
# all of them say:
#
# $$r^{(0)}=x,\qquad (\hat x^{(b)},\hat y^{(b)})=\text{block}_b\big(r^{(b-1)}\big),\qquad
# r^{(b)}=r^{(b-1)}-\hat x^{(b)},\qquad \hat y=\sum_b\hat y^{(b)} .$$
#
# One residual path runs through the inputs and subtracts, one through the forecasts and adds. Blocks of one kind form
# a *stack*, and the sum of a stack's forecasts is the part of the forecast that bears its name. A part is the sum
# over the blocks of *this* stack, each run on the residual that reaches it; there is no other run for the parts.
#
# ![The window 3, 5 enters block 1, whose backcast 2, 4 is subtracted; 1, 1 enters block 2, whose backcast 1, 0 leaves 0, 1. The forecasts 6 and 1 add up to 7](pictures/nbeats/stack.svg)
#
# **By hand.** $x=(3,5)$. Block 1 says backcast $(2,4)$, forecast 6. Block 2 sees $(3,5)-(2,4)=(1,1)$; its rule is:
# backcast the first value and 0, forecast the second value. It says $(1,0)$ and 1. The forecast is $6+1=7$ and
# $(0,1)$ is left. A block 2 that saw $x$ itself would say 5, and the sum would be 11.
#
# **What is the truth here?** Let each block be a *projection*: its backcast is the least squares fit of its residual
# to its basis. Then a pass through trend and season is not the joint fit of question 2: the first block takes all
# that it can draw, also what the season would have drawn better. Let the same two blocks follow each other again and
# again. The sums of their parts converge to the parts of the joint fit, and in the long run each round multiplies the
# distance by $\cos^2\varphi$, where $\varphi$ is the smallest angle between the two spaces of curves. (Von Neumann
# proved that projections in turn converge; statisticians call it *backfitting*.) So one pass leaves a gap that
# depends on the order, and depth closes it.


# %% question="double_residual" minutes=25
def double_residual(
    x: Float[Tensor, "B L"],
    stacks: Mapping[str, Sequence[Callable[[Tensor], tuple[Tensor, Tensor]]]],
) -> tuple[Float[Tensor, "B H"], dict[str, Float[Tensor, "B H"]], Float[Tensor, "B L"]]:
    """Run stacks of blocks one after the other.

    Args:
        x: windows.
        stacks: the blocks of each stack, at least one, by the name of the stack, in the order in which they run. A
            block takes what is left and returns backcast and forecast, possibly the very tensor that it was given. The
            same block may occur several times.

    Returns:
        The forecast; the part of each stack, whose sum is the forecast; and what is left of the windows after the last
        block. Each block is called once per occurrence. Autograd can differentiate all of them with respect to x and to
        the weights of the blocks.
    """
    ### BEGIN SOLUTION
    parts = {}
    for name, blocks in stacks.items():
        forecasts = []
        for block in blocks:
            backcast, forecast = block(x)
            x = x - backcast
            forecasts.append(forecast)
        parts[name] = torch.stack(forecasts).sum(0)
    return torch.stack(list(parts.values())).sum(0), parts, x
    ### END SOLUTION


# %% [markdown] hints="double_residual"
# idea: One variable is carried through all blocks of all stacks: what is left. One sum is kept per stack.
#
# shapes: What is left stays (B, L) all along. Each part is (B, H), and so is their sum.
#
# steps: Loop over stacks, inside of it over blocks. Call the block on what is left; make a new tensor without the
# backcast; add the forecast to this stack's sum. At the end add the parts.
#
# mistake: Subtracting in place. Then the caller's windows change, too, and a block that returned its input subtracts
# something else than it said.

# %% [markdown]
# Here they are, blocks that project, on one window of carbon dioxide: degree 1, and a season of one harmonic, over 12
# months: within a single year the two are easily mistaken. In blue the trend comes first in each round, in orange the
# season. Left, the slope of the trend's part after so many rounds; right, the distance from the joint fit.

# %% tags=["predict"]
# The joint fit finds a slope. After one round, how far off is it in ppm per year?
predict("slope after one round", trend_first=..., season_first=...)


# %% tags=["demo"]
def projecting_block(V_b: Float[np.ndarray, "k L"], V_f: Float[np.ndarray, "k H"]) -> Callable:
    """A block without weights: the least squares fit of what it sees, and its continuation."""
    back, fore = (torch.from_numpy(project(np.eye(V_b.shape[1]), V_b) @ V) for V in (V_b, V_f))
    return lambda x: (x @ back, x @ fore)


@demo
def rounds(seed: int = 0) -> dict[str, float]:
    """Projections in turn, in both orders, against the joint fit."""
    import matplotlib.pyplot as plt

    L, H, most = 12, 12, 16
    series = co2()
    start = len(series) - 120 + 12 * seed
    x = series[None, start : start + L]
    bases = window_bases(L, H, 1, 1, 12)
    joint = projection_forecast(x, bases)
    blocks = {name: projecting_block(*pair) for name, pair in bases.items()}
    true_slope = float(joint["trend"][0, 1] - joint["trend"][0, 0]) * 12
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
    numbers = {"joint": true_slope}
    for i, order in enumerate((("trend", "season"), ("season", "trend"))):
        slope, distance = [], []
        for n in range(1, most + 1):
            stacks = {f"{name} {r}": [blocks[name]] for r in range(n) for name in order}
            forecast, parts, _ = double_residual(torch.from_numpy(x), stacks)
            trend = sum(part for name, part in parts.items() if name.startswith("trend"))[0]
            slope.append(float(trend[1] - trend[0]) * 12)
            distance.append(float(np.abs(trend.numpy() - joint["trend"][0]).max()))
        left.plot(range(1, most + 1), slope, "o-", ms=3, label=f"{order[0]} first")
        right.semilogy(range(1, most + 1), distance, "o-", ms=3, label=f"{order[0]} first")
        guess = guesses("slope after one round").get(f"{order[0]}_first")
        if isinstance(guess, (int, float)):
            left.plot(1, true_slope + guess, "X", ms=9, color=f"C{i}")
        numbers |= {f"{order[0]}_first_1": slope[0], f"{order[0]}_first_{most}": slope[-1]}
        numbers[f"{order[0]}_first_factor"] = distance[-1] / distance[-2]
    Q = [np.linalg.svd(V_b, full_matrices=False)[2] for V_b, _ in bases.values()]
    numbers["cos2"] = float(np.linalg.svd(Q[0] @ Q[1].T)[1].max() ** 2)
    left.axhline(true_slope, color="0.6", lw=1, ls=":")
    left.set(xlabel="rounds", ylabel="slope of the trend in ppm per year")
    right.set(xlabel="rounds", ylabel="distance from the joint fit in ppm")
    left.legend()
    return numbers


# %% [markdown]
# After one round with the trend first, the slope has the wrong sign: within a year a falling season looks like a
# falling trend, and the first block takes it all. With the season first it is less than half of that of the joint
# fit. After 16 rounds both orders agree with the joint fit to 0.01 ppm per year. Each round multiplies the distance
# by 0.626, which is $\cos^2\varphi$.
#
# So a *name* on a stack is not enough. What a stack explains depends on its basis, on what stands before it, and on
# how often it gets another turn. Trained blocks are not projections, and can do better: they know from other windows
# how the season looks.
#
# ## 5. A module: what is learned and what is not
#
# PyTorch has two places for a tensor that belongs to a module. A *parameter* is trained. A *buffer* is saved with the
# module and moves and changes its dtype with it, but no optimizer touches it. A basis with a name must be a buffer:
# if the rows of the season were trained, they would not be waves any more.
#
# The *generic* block of the paper is the other case. Its bases are parameters: $\theta V$ with a learned $V$ is one
# more linear layer, without bias. What do its coefficients mean? Nothing. For any invertible matrix $A$ the head
# $\theta A^{-1}$ with the basis $AV$ draws the same curves. And nothing says which of two generic stacks draws what.
#
# **By hand.** A block of four layers of 64 units, $L=48$, $H=12$, degree 2. Layers: $48\cdot64+64=3136$, then three
# times $64\cdot64+64=4160$. Two heads of $64\cdot3+3=195$. Together $3136+12480+390=16006$ numbers to train. With
# learned bases $3\cdot48+3\cdot12=180$ more: 16186.


# %% question="Block" minutes=20 further
class Block(nn.Module):
    """A block of N-BEATS with fixed or learned bases.

    Args:
        V_b: basis over the window, (k, L). The layers get its dtype.
        V_f: basis over the horizon, (j, H).
        hidden: units of each layer.
        layers: number of layers before the heads, at least 1.
        learned: whether the bases are trained, too.

    Attributes:
        fc: ``nn.ModuleList`` of ``nn.Linear``, the first from L to hidden, the others from hidden to hidden.
        head_b, head_f: ``nn.Linear`` with bias, from hidden to k and to j.
        V_b, V_f: copies of the arguments; buffers of the state dict, or parameters if ``learned``.
    """

    def __init__(
        self, V_b: Float[Tensor, "k L"], V_f: Float[Tensor, "j H"], hidden: int, layers: int = 4, learned: bool = False
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        dtype, sizes = V_b.dtype, [V_b.shape[1]] + [hidden] * (layers - 1)
        self.fc = nn.ModuleList(nn.Linear(size, hidden, dtype=dtype) for size in sizes)
        self.head_b = nn.Linear(hidden, len(V_b), dtype=dtype)
        self.head_f = nn.Linear(hidden, len(V_f), dtype=dtype)
        for name, V in (("V_b", V_b), ("V_f", V_f)):
            if learned:
                self.register_parameter(name, nn.Parameter(V.clone()))
            else:
                self.register_buffer(name, V.clone())
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B L"]) -> tuple[Float[Tensor, "B L"], Float[Tensor, "B H"]]:
        """Backcast and forecast of :func:`nbeats_block` with the module's own weights and bases."""
        ### BEGIN SOLUTION
        fc = [(layer.weight, layer.bias) for layer in self.fc]
        heads = [(head.weight, head.bias) for head in (self.head_b, self.head_f)]
        return nbeats_block(x, fc, *heads, self.V_b, self.V_f)
        ### END SOLUTION


# %% [markdown] hints="Block"
# idea: The module only stores; your function computes.
#
# shapes: The first layer takes L numbers, which V_b knows. The heads give as many numbers as their basis has rows.
#
# steps: Sizes; list of layers; two heads; each basis as a copy, registered one way or the other under its name.
# Forwards: collect pairs of weight and bias, call the function.
#
# mistake: A plain attribute. `self.V_b = V_b` is neither saved nor moved.

# %% [markdown]
# ## 6. One window, one scale
#
# A network that has seen 315 to 355 ppm cannot know what to do at 370. So each window is given to it in its own
# units,
#
# $$z=\frac{x-\mu}{s},\qquad \mu=\frac1L\sum_t x_t,\qquad s^2=\frac1{L-1}\sum_t(x_t-\mu)^2,$$
#
# and what it says is brought back: $\hat y=s\,\hat z+\mu$. Statistics of the *window*, never of the horizon, and of
# each window by itself, never of the batch. A window whose values are all equal has no scale; there $s$ is 1.
#
# A forecast in parts needs more care. $\hat z=\hat z^{\text{trend}}+\hat z^{\text{season}}$ gives $\hat y=s\hat
# z^{\text{trend}}+s\hat z^{\text{season}}+\mu$: the scale goes to every part, and the level only to one. It belongs
# to the trend, by convention and nothing else.
#
# **By hand.** $x=(2,4,6,8)$: $\mu=5$, $s=\sqrt{20/3}=2.582$, and $z$ begins with $-1.162$. Parts $1$ and $-0.5$ come
# back as $1\cdot2.582+5=7.582$ and $-0.5\cdot2.582=-1.291$; their sum $6.291$ is the forecast $0.5$ brought back.
# (Had both parts got the level, the sum would be $11.291$.)


# %% question="normalize_window" minutes=15
def normalize_window(
    x: Float[Tensor, "B L"],
) -> tuple[Float[Tensor, "B L"], Float[Tensor, "B 1"], Float[Tensor, "B 1"]]:
    """Each window in units of its own mean and deviation.

    Args:
        x: windows of at least two values.

    Returns:
        z, mean and deviation (the divisor is L - 1). For a window whose values are all equal the mean is this value,
        the deviation is 1, and z is 0, exactly. (Compare the values: the computed deviation of equal values is not
        always 0.)
    """
    ### BEGIN SOLUTION
    level = x.amax(1, keepdim=True) == x.amin(1, keepdim=True)
    mean = torch.where(level, x[:, :1], x.mean(1, keepdim=True))
    std = torch.where(level, 1.0, x.std(1, keepdim=True))
    return (x - mean) / std, mean, std
    ### END SOLUTION


def denormalize(
    parts: Mapping[str, Float[Tensor, "B H"]], mean: Float[Tensor, "B 1"], std: Float[Tensor, "B 1"], level: str
) -> dict[str, Float[Tensor, "B H"]]:
    """Parts of a forecast in the units of the series.

    Args:
        parts: by name, in units of the window.
        mean, std: of each window.
        level: name of the part that gets scale and mean; the others get the scale alone.

    Returns:
        The parts by the same names; their sum is the sum of the given parts times std plus mean.

    Raises:
        KeyError: there is no part of the name ``level``.
    """
    ### BEGIN SOLUTION
    if level not in parts:
        raise KeyError(level)
    return {name: part * std + mean if name == level else part * std for name, part in parts.items()}
    ### END SOLUTION


# %% [markdown] hints="normalize_window"
# idea: Statistics per row that keep their axis. Then everything broadcasts.
#
# shapes: Windows (B, L), mean and deviation (B, 1), parts (B, H).
#
# steps: Which rows are level? Mean and deviation along axis 1, replaced where level. Subtract, divide. Backwards:
# multiply all, add to one.
#
# mistake: Adding the mean to every part. The sum then holds it twice.

# %% [markdown]
# ## 7. The measures of M4
#
# The M4 competition (2018) had 100,000 series, of sales, populations, interest rates, each with its own unit. An
# error in dollars cannot be averaged with one in degrees. Two measures have no unit. The *symmetric* percentage error
#
# $$\mathrm{sMAPE}=\frac{200}{nH}\sum_{j,h}\frac{|y_{jh}-\hat y_{jh}|}{|y_{jh}|+|\hat y_{jh}|}$$
#
# lies between 0 and 200. It is not as symmetric as its name: too low costs more than too high by the same amount. The
# *scaled* error compares with what a calendar would have done,
#
# $$\mathrm{MASE}=\frac{\frac1{nH}\sum_{j,h}|y_{jh}-\hat y_{jh}|}{\frac1{N-m}\sum_{t=m}^{N-1}|s_t-s_{t-m}|},$$
#
# where $s_0,\dots,s_{N-1}$ is the *training* part: the error of "as one period ago", one step ahead of the data that
# were known. So the scale does not depend on the test, and 1 means about as good as the calendar in the past.
#
# ![A ruler of MASE for carbon dioxide: 1 is the seasonal naive forecast within the training part](pictures/nbeats/ruler.svg)
#
# **By hand.** $y=(100,50)$, $\hat y=(110,40)$: the terms are $200\cdot10/210=9.524$ and $200\cdot10/90=22.222$, the
# sMAPE is their mean $15.873$. (The ratio of the sums would give $200\cdot20/300=13.333$.) Training part
# $(1,4,2,6,3)$, $m=2$: $|2-1|,|6-4|,|3-2|$ have the mean $4/3$, so an error of 10 is a MASE of $10/(4/3)=7.5$. (At
# lag 1 the scale would be 3.)


# %% question="mase" minutes=20
def smape(y: Float[np.ndarray, "n H"], yhat: Float[np.ndarray, "n H"]) -> float:
    """Symmetric mean absolute percentage error as in M4, from 0 to 200.

    Args:
        y: what happened, one row per origin.
        yhat: what was forecast.

    Returns:
        200 times the mean of |y - yhat| / (|y| + |yhat|). Where both are 0 the term is 0, without a warning.

    Raises:
        ValueError: the shapes differ.
    """
    ### BEGIN SOLUTION
    if y.shape != yhat.shape:
        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")
    size = np.abs(y) + np.abs(yhat)
    return 200 * float(np.mean(np.abs(y - yhat) / np.where(size == 0, 1, size)))
    ### END SOLUTION


def mase(
    y: Float[np.ndarray, "n H"], yhat: Float[np.ndarray, "n H"], insample: Float[np.ndarray, " N"], m: int
) -> float:
    """Mean absolute scaled error.

    Args:
        y: what happened, one row per origin.
        yhat: what was forecast.
        insample: the training part of the series.
        m: the period; 1 scales by the error of persistence.

    Returns:
        The mean absolute error over all origins and steps, over the mean absolute difference of training values that
        are m steps apart.

    Raises:
        ValueError: the shapes of y and yhat differ; the training part has no two values m steps apart; or in
            every such pair the two values are equal (the series repeats itself), so that there is no scale.
    """
    ### BEGIN SOLUTION
    if y.shape != yhat.shape:
        raise ValueError(f"{y.shape} values, {yhat.shape} forecasts")
    steps = np.abs(insample[m:] - insample[:-m])
    if not steps.any():
        raise ValueError(f"{len(insample)} training values give no scale at lag {m}")
    return float(np.abs(y - yhat).mean() / steps.mean())
    ### END SOLUTION


# %% [markdown] hints="mase"
# idea: Means of ratios for the first, a ratio of means for the second.
#
# shapes: Terms (n, H), then one number. Differences of the training part: (N-m,).
#
# steps: Compare shapes. Sizes; where a size is 0 divide by something else, since the error there is 0. For the scale:
# the series without its first m values less the series without its last m values.
#
# mistake: The scale of the test part, or at lag 1 for a series with a season.

# %% [markdown]
# ## 8. One number for a competition, and 180 models for one forecast
#
# M4 ranked by the *overall weighted average*: both measures over those of *Naive2* (the last value, with a season
# taken out before and put back after), averaged,
#
# $$\mathrm{OWA}=\frac12\left(\frac{\mathrm{sMAPE}}{\mathrm{sMAPE}_{\text{Naive2}}}+\frac{\mathrm{MASE}}{\mathrm{MASE}_{\text{Naive2}}}\right).$$
#
# The winner, a hybrid of exponential smoothing and an LSTM, had an sMAPE of 11.374 and a MASE of 1.536 over all series,
# Naive2 13.564 and 1.912: an OWA of $0.821$. N-BEATS took no part; the paper came a year later and held its numbers
# against the list. Its sMAPE was 11.135. That was no single network. It was the *median* of 180, which differ in their
# lookback ($2H$ to $7H$), their loss and their random seed.
#
# A median resists one member that has gone astray; a mean does not. For an even number of members it is the mean of
# the two in the middle. (`torch.median` returns the *lower* of these two.) Members of different lookback are not
# given the same window: each takes the last values that it needs.
#
# **By hand.** sMAPE 12 against 15, MASE 1.5 against 2: $\frac12(0.8+0.75)=0.775$. Four members say $1, 2, 10, 4$: the
# median is $(2+4)/2=3$, the mean $4.25$, the lower middle 2.


# %% question="ensemble_forecast" minutes=15 further forbid=["torch.median", "torch.Tensor.median"]
def owa(smape: float, mase: float, smape_naive2: float, mase_naive2: float) -> float:
    """Overall weighted average of M4; 1 is as good as Naive2.

    Args:
        smape, mase: of a method.
        smape_naive2, mase_naive2: of Naive2; positive.

    Returns:
        The mean of the two ratios, a Python float.
    """
    ### BEGIN SOLUTION
    return 0.5 * (smape / smape_naive2 + mase / mase_naive2)
    ### END SOLUTION


def ensemble_forecast(
    members: Sequence[tuple[int, Callable[[Tensor], Tensor]]], history: Float[Tensor, "B N"], how: str = "median"
) -> Float[Tensor, "B H"]:
    """Combine forecasts of models that look back differently far.

    ``torch.median`` is not allowed: it has another convention.

    Args:
        members: lookback L and model of each, at least one. A model takes the last L values of the history, (B, L), and
            returns (B, H).
        history: what is known, the latest value last.
        how: "median" (for an even number of members the mean of the two in the middle) or "mean", over the members.

    Raises:
        ValueError: ``how`` is something else, or the history is shorter than a lookback.
    """
    ### BEGIN SOLUTION
    N = history.shape[1]
    if how not in ("median", "mean") or any(L > N for L, _ in members):
        raise ValueError(f"no {how!r} of members with the lookbacks {[L for L, _ in members]} on {N} values")
    said = torch.stack([model(history[:, N - L :]) for L, model in members])
    if how == "median":
        middle = (len(members) - 1) // 2
        said = said.sort(0).values[middle : len(members) - middle]
    return said.mean(0)
    ### END SOLUTION


# %% [markdown] hints="ensemble_forecast"
# idea: Stack what the members say on a new axis in front, and reduce along this axis alone.
#
# shapes: Each member (B, H); all of them (M, B, H); the result (B, H).
#
# steps: Check. Cut the end off the history for each member. Stack. For the median: sort along the members; how many
# remain in the middle when M is odd, and when it is even? Their mean.
#
# mistake: The median over everything, or over the batch.

# %% [markdown]
# ## 9. A step of training
#
# The loss is the mean absolute error (L1), as M4's measures are, in the units of the window: $y$ is brought to the
# window's scale, *by the window's mean and deviation*. Were $y$ normalised by its own, the network would learn a
# forecast that nobody can bring back, since at the time of the forecast the horizon's mean is not known.
#
# **By hand.** $x=(2,4,6,8)$, $y=(10)$: in the window's units $(10-5)/2.582=1.936$. A model that says 1 has the loss
# $0.936$.


# %% question="train_step" minutes=15 further
def train_step(
    model: Callable[[Tensor], Tensor], x: Float[Tensor, "B L"], y: Float[Tensor, "B H"], opt: torch.optim.Optimizer
) -> float:
    """One step of an optimizer on the L1 loss in the units of each window.

    Args:
        model: from normalised windows to normalised forecasts (B, H); a module stays in its mode. Its parameters are
            changed by ``opt``; gradients that they hold from before play no part.
        x: windows in the units of the series, see :func:`normalize_window`.
        y: what happened after them, in the same units.
        opt: an optimizer of the model's parameters; makes one step.

    Returns:
        The loss before the step: the mean over batch and horizon of the absolute errors in units of the window.
    """
    ### BEGIN SOLUTION
    z, mean, std = normalize_window(x)
    loss = (model(z) - (y - mean) / std).abs().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown] hints="train_step"
# idea: The usual four lines; the only question is in which units the two sides of the difference stand.
#
# shapes: Windows (B, L), targets (B, H), mean and deviation (B, 1); the loss is one number.
#
# steps: Normalise the windows. Bring the targets to the same units. Absolute difference, mean. Clear, backwards,
# step. Return a number of Python.
#
# mistake: Normalising the targets by themselves. That is a leak, and the forecasts lose their level.

# %% [markdown]
# All parts are there. A model of two trend blocks (degree 2) and two season blocks (four harmonics of the year), 64
# units each, learns for 300 steps on the 347 windows of carbon dioxide whose 48 + 12 months end before the last ten
# years.
#
# Two stacks can stand in two orders. Let the season come first. And, as a control, leave the order as it is and begin
# from another random start.

# %% tags=["predict"]
# By how much do forecast and trend move, in ppm (root mean square), when the stacks are swapped?
# (The season swings by 3 ppm up and down.)
predict("swapped stacks", forecast=..., trend=...)


# %% tags=["demo"]
class NBeats(nn.Module):
    """Stacks of blocks; the forecast of normalised windows."""

    def __init__(self, stacks: dict[str, list[Block]]) -> None:
        super().__init__()
        self.stacks = nn.ModuleDict({name: nn.ModuleList(blocks) for name, blocks in stacks.items()})

    def forward(self, z: Float[Tensor, "B L"]) -> Float[Tensor, "B H"]:
        return double_residual(z, dict(self.stacks.items()))[0]


def as_tensor(x: Float[np.ndarray, "..."]) -> Tensor:
    """float32, for training."""
    return torch.tensor(np.ascontiguousarray(x), dtype=torch.float32)


def new_model(
    order: Sequence[str], seed: int, L: int, H: int, period: float = 12, n_harmonics: int = 4, learned: bool = False
) -> NBeats:
    """Two blocks per stack; with learned bases the names of the stacks mean nothing."""
    bases = window_bases(L, H, 2, n_harmonics, period)
    stacks = {}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name in order:
            V_b, V_f = (as_tensor(V) for V in bases[name])
            if learned:
                V_b, V_f = torch.randn(16, L) / 4, torch.randn(16, H) / 4
            stacks[name] = [Block(V_b, V_f, 64, learned=learned) for _ in range(2)]
    return NBeats(stacks)


def trained(
    model: NBeats, X: Float[np.ndarray, "n L"], Y: Float[np.ndarray, "n H"], seed: int, steps: int = 300
) -> NBeats:
    """So many steps of Adam on random batches of 64 windows; the learning rate falls along half a cosine."""
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(opt, steps)
    generator = torch.Generator().manual_seed(seed)
    X, Y = as_tensor(X), as_tensor(Y)
    for _ in range(steps):
        rows = torch.randint(len(X), (64,), generator=generator)
        train_step(model, X[rows], Y[rows], opt)
        falling.step()
    return model


def parts_of(model: NBeats, X: Float[np.ndarray, "n L"]) -> dict[str, Float[np.ndarray, "n H"]]:
    """The parts of a model's forecasts in the units of the series; the level goes to "trend"."""
    with torch.no_grad():
        z, mean, std = normalize_window(as_tensor(X))
        parts = denormalize(double_residual(z, dict(model.stacks.items()))[1], mean, std, "trend")
    return {name: part.double().numpy() for name, part in parts.items()}


def rms(a: Float[np.ndarray, "..."]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(a**2)))


@demo
def swapped(seed: int = 0) -> dict[str, float]:
    """Two orders of the stacks, and two random starts."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    series, L, H = co2(), 48, 12
    n = len(series) - 120
    Xa, Ya, X, Y = split_windows(series, n, L, H)
    said = {}
    for name, order, start in (
        ("trend first", ("trend", "season"), seed),
        ("season first", ("season", "trend"), seed),
        ("another start", ("trend", "season"), seed + 100),
    ):
        said[name] = parts_of(trained(new_model(order, start, L, H), Xa, Ya, start), X)
        said[name]["forecast"] = said[name]["trend"] + said[name]["season"]
    fig, axes = plt.subplots(1, 3, figsize=(11, 3.4), width_ratios=[2, 2, 3])
    j, t = 40, np.arange(1, H + 1)
    for ax, part in zip(axes, ("trend", "season"), strict=False):
        for i, (name, parts) in enumerate(said.items()):
            ax.plot(t, parts[part][j], color=f"C{i}", ls=("-", "--", ":")[i], label=name)
        ax.set(title=part, xlabel="months ahead", ylabel="ppm")
    axes[0].legend()
    moved = {
        f"{part}, {'order' if name == 'season first' else 'start'}": rms(said[name][part] - said["trend first"][part])
        for name in ("season first", "another start")
        for part in ("forecast", "trend", "season")
    }
    guessed = {f"{part}, order": guess for part, guess in guesses("swapped stacks").items()}
    bars(axes[2], moved, ["C1"] * 3 + ["C2"] * 3, guessed=guessed)
    axes[2].set(xlabel="moved by (ppm, root mean square)", xlim=(0, 1.25 * max(moved.values())))
    numbers = {name.replace(", ", "_"): value for name, value in moved.items()}
    return numbers | {
        f"mase_{name.replace(' ', '_')}": mase(Y, parts["forecast"], series[:n], 12) for name, parts in said.items()
    }


# %% [markdown]
# Swapping the stacks moves forecast and trend by less than 0.2 ppm, on a season that swings by 3 ppm up and down.
# Another random start moves them by as much. So the order, which mattered so much for projections on one year, is no
# more than a detail of training here: windows of four years keep trend and season apart.
#
# Does that make the parts right? It makes them *stable*. Three runs can agree on what is wrong.
#
# ## With the truth in hand
#
# Real parts cannot be scored. So here is a series of 600 months whose parts are known,
#
# $$T_t=0.05\,t+4\sin\frac{2\pi t}{400},\qquad S_t=2\cos\frac{2\pi t}{12}+0.8\sin\frac{4\pi t}{12},$$
#
# plus noise of deviation 0.3, and each part has an error of its own. Three networks with equal budgets: one whose
# season has the period 12; one whose season has the period 48, the length of the window (as in codes in which the
# clock of each window runs from 0 to 1), with eight harmonics, the fourth and the eighth of which are the true waves;
# one with learned bases, two stacks that are merely called trend and season. Controls: the projection of question 2,
# and for the sum a linear map (ridge regression) of the same windows.

# %% tags=["predict"]
# Root mean square error of the season's part (the true one has 1.52; noise 0.3):
predict("error of the season", period_12=..., period_48=..., learned=..., projection=...)


# %% tags=["demo"]
def linear_forecasts(
    X: Float[np.ndarray, "n L"], Y: Float[np.ndarray, "n H"], X_new: Float[np.ndarray, "m L"]
) -> Float[np.ndarray, "m H"]:
    """Ridge regression from normalised windows to normalised targets, fitted on X and Y: the linear control."""

    def scaled(x: Float[np.ndarray, "n L"]) -> tuple[Float[np.ndarray, "n L+1"], np.ndarray, np.ndarray]:
        mean, std = x.mean(1, keepdims=True), x.std(1, keepdims=True)
        return np.concatenate([(x - mean) / std, np.ones((len(x), 1))], axis=1), mean, std

    A, mean, std = scaled(X)
    A_new, mean_new, std_new = scaled(X_new)
    gram = torch.from_numpy(A.T @ A + 0.1 * np.eye(A.shape[1]))  # torch keeps to one thread
    weights = torch.linalg.solve(gram, torch.from_numpy(A.T @ ((Y - mean) / std))).numpy()
    return A_new @ weights * std_new + mean_new


def known_series(seed: int) -> dict[str, Float[np.ndarray, " N"]]:
    """600 months of a trend, a season, and their sum with noise."""
    t = np.arange(600.0)
    trend = 0.05 * t + 4 * np.sin(2 * np.pi * t / 400)
    season = 2 * np.cos(2 * np.pi * t / 12) + 0.8 * np.sin(4 * np.pi * t / 12)
    noise = 0.3 * np.random.default_rng(seed).normal(size=len(t))
    return {"trend": trend, "season": season, "series": trend + season + noise}


@demo
def against_the_truth(seed: int = 0) -> dict[str, float]:
    """Errors of the sum and of the parts where both are known."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    known, n, L, H = known_series(seed), 480, 48, 12
    series = known["series"]
    Xa, Ya, X, Y = split_windows(series, n, L, H)
    truth = {part: split_windows(known[part], n, L, H)[3] for part in ("trend", "season")}
    order = ("trend", "season")
    said = {
        "period 12": parts_of(trained(new_model(order, seed, L, H), Xa, Ya, seed), X),
        "period 48": parts_of(trained(new_model(order, seed, L, H, 48, 8), Xa, Ya, seed), X),
        "learned": parts_of(trained(new_model(order, seed, L, H, learned=True), Xa, Ya, seed), X),
        "projection": projection_forecast(X, window_bases(L, H, 2, 4, 12)),
    }
    numbers, off = {}, {}
    for name, parts in said.items():
        key = name.replace(" ", "_")
        numbers[f"mase_{key}"] = mase(Y, parts["trend"] + parts["season"], series[:n], 12)
        for part in order:
            numbers[f"{part}_{key}"] = rms(parts[part] - truth[part])
        off[name] = numbers[f"season_{key}"]
    numbers["mase_linear"] = mase(Y, linear_forecasts(Xa, Ya, X), series[:n], 12)
    numbers["mase_truth"] = mase(Y, truth["trend"] + truth["season"], series[:n], 12)
    numbers["mase_naive"] = mase(Y, X[:, -12:], series[:n], 12)
    fig, axes = plt.subplots(1, 3, figsize=(12, 3.6), width_ratios=[3, 2, 2])
    colours, t = ["C0", "C1", "C3", "0.6"], np.arange(1, H + 1)
    j = int(np.abs(said["period 48"]["season"] - truth["season"]).mean(1).argmax())  # where it is easiest to see
    axes[0].plot(t, truth["season"][j], color="0.5", lw=5, alpha=0.4, label="truth")
    for (name, parts), colour in zip(said.items(), colours, strict=True):
        axes[0].plot(t, parts["season"][j], color=colour, label=name)
    axes[0].set(xlabel="months ahead", ylabel="season", title="what is called season")
    axes[0].legend()
    sums = {name: numbers[f"mase_{name.replace(' ', '_')}"] for name in (*said, "linear", "truth")}
    bars(axes[1], sums, [*colours, "0.6", "0.4"])
    axes[1].set(xlabel="MASE of the sum", xlim=(0, 1.3 * max(sums.values())))
    guessed = {name.replace("_", " "): guess for name, guess in guesses("error of the season").items()}
    bars(axes[2], off, colours, guessed=guessed)
    axes[2].set(xlabel="error of the season", xlim=(0, 1.3 * max(off.values())))
    return numbers


# %% [markdown]
# The sums do not tell the networks apart: their MASE differs by less than 0.015, and all three are about as good as the
# linear map. The parts do. With the right period the season is right to 0.15 and the trend to 0.25. With the period of
# the window the error of the season is at least one and a half times as large: slow waves can draw what a bent trend
# draws, and nothing in the loss says who should. With learned bases the error of what is called season is about the size
# of the season itself.
#
# The right parts are not due to the network. The projection, which has learned nothing, has the same bases, and its
# season is right to 0.15, too. **What a basis explains is decided when the basis is chosen.** The network chooses the
# coefficients.
#
# ## Payoff: 44 years over a volcano
#
# Carbon dioxide again, the last ten years, 109 origins, and M4's measures. N-BEATS with lookbacks of 24, 36 and 48
# months and the median of the three; the same with learned bases at 48. Controls: Naive2, the seasonal naive
# forecast, and the same plus the change of the last year; the projection; the linear map.

# %% tags=["predict"]
# MASE; 1 is the seasonal naive forecast within the training part. Persistence has 2.15.
predict("MASE over the volcano", seasonal_naive=..., projection=..., linear=..., N_BEATS=..., median=...)


# %% tags=["demo"]
def naive2(series: Float[np.ndarray, " N"], n: int, H: int, m: int) -> Float[np.ndarray, "origins H"]:
    """M4's Naive2 from each origin at n or later; the season (factors) is that of the first n values."""
    ends = np.full(m + 1, 1 / m)
    ends[[0, -1]] /= 2
    ratio = series[m // 2 : n - m // 2] / np.convolve(series[:n], ends, "valid")
    factor = np.array([ratio[(i - m // 2) % m :: m].mean() for i in range(m)])
    factor /= factor.mean()
    o = np.arange(n, len(series) - H + 1)[:, None]
    return series[o - 1] / factor[(o - 1) % m] * factor[(o + np.arange(H)) % m]


@demo
def over_the_volcano(seed: int = 0) -> dict[str, float]:
    """Eight forecasts of carbon dioxide, and one of them in its parts."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    series, H = co2(), 12
    n = len(series) - 120
    Xa, Ya, X, Y = split_windows(series, n, 48, H)
    models, members = {}, []
    for L in (24, 36, 48):
        models[L] = trained(new_model(("trend", "season"), seed, L, H), *split_windows(series, n, L, H)[:2], seed)
        members.append((L, lambda x, L=L: torch.from_numpy(sum(parts_of(models[L], x.numpy()).values()))))
    learned = trained(new_model(("trend", "season"), seed, 48, H, learned=True), Xa, Ya, seed)
    parts = parts_of(models[48], X)
    last_year, before = X[:, -12:], X[:, -24:-12]
    said = {
        "Naive2": naive2(series, n, H, 12),
        "seasonal naive": last_year,
        "plus last change": last_year + (last_year - before).mean(1, keepdims=True),
        "projection": sum(projection_forecast(X, window_bases(48, H, 1, 4, 12)).values()),
        "learned bases": sum(parts_of(learned, X).values()),
        "N-BEATS": parts["trend"] + parts["season"],
        "median of three": ensemble_forecast(members, torch.from_numpy(X)).numpy(),
        "linear map": linear_forecasts(Xa, Ya, X),
    }
    score = {name: mase(Y, yhat, series[:n], 12) for name, yhat in said.items()}
    percent = {name: smape(Y, yhat) for name, yhat in said.items()}
    numbers = {name.replace(" ", "_"): value for name, value in score.items()}
    numbers |= {f"smape_{name.replace(' ', '_')}": value for name, value in percent.items()}
    for name in ("N-BEATS", "linear map"):
        numbers[f"owa_{name.replace(' ', '_')}"] = owa(
            percent[name], score[name], percent["Naive2"], score["Naive2"]
        )
    fig, (left, right) = plt.subplots(1, 2, figsize=(11.5, 4), width_ratios=[3, 2])
    j, t = 60, np.arange(-48, H)
    left.plot(t, np.concatenate([X[j], Y[j]]), color="0.5", lw=5, alpha=0.35, label="what happened")
    left.plot(t[48:], parts["trend"][j], color="C1", label="trend")
    left.plot(t[48:], said["N-BEATS"][j], color="C0", label="trend + season")
    left.plot(t[48:], parts["season"][j] + X[j].min() - 3, color="C2", label="season (moved up to here)")
    left.set(xlabel="months from the origin", ylabel="ppm")
    left.legend(loc="upper left")
    guessed = {name.replace("_", " "): guess for name, guess in guesses("MASE over the volcano").items()}
    full = {"N BEATS": "N-BEATS", "linear": "linear map", "median": "median of three"}
    guessed = {full.get(name, name): guess for name, guess in guessed.items()}
    bars(right, score, ["0.7"] * 4 + ["C3", "C0", "C0", "0.4"], guessed=guessed)
    right.axvline(1, color="0.6", lw=1, ls=":")
    right.set(xlabel="MASE", xlim=(0, 1.2 * max(score.values())))
    return numbers


# %% [markdown]
# **N-BEATS beats every naive rule, and does not beat a linear map.** One network is below Naive2, "as a year ago",
# the same plus the last change, and the projection with the same kind of bases, by three tenths and more. The median
# of three is better than the network at 48 months under each seed, and it is level with the ridge regression from 48
# numbers to 12: their MASE differs by less than 0.01. Learned bases forecast as well as named ones.
#
# What does N-BEATS add, then? A readable split: 44 years over a volcano, and of each forecast how much is the climb
# and how much is the breathing of the forests. You know now what that is worth. The names are right as far as the
# bases cannot imitate each other, and on real data no score will tell you. Look at the angle between the spaces, swap
# the stacks, begin from another start, and make a series of which you know the truth.
#
# **Your turn.** Give `new_model` a period of 48 and 8 harmonics and look at the parts over the volcano. Does the MASE
# warn you?
#
# ## What you built, and where it goes next
#
# Two bases on one clock, least squares as the rival, blocks, double residual stacking with named parts, fixed and
# learned bases, the scale of a window, M4's measures, a median of networks, and a step of training. Further: external
# inputs in the bases ([N-BEATSx](https://arxiv.org/abs/2104.05522)); coefficients at several rates
# ([N-HiTS](https://arxiv.org/abs/2201.12886)); and linear maps with a trend and a rest ([Zeng et al.
# 2022](https://arxiv.org/abs/2205.13504)), for which you have built the control. (In the paper the blocks of an
# interpretable stack share their weights; here each has its own.)
#
# The [article](https://www.chenk.top/en/time-series/n-beats/) has more on the M4 results and on deployment.
