# %% [markdown]
# # Attention on irregular time series: do the weights say why?
#
# A patient's blood is drawn at odd hours, a buoy reports when it has power. You will forecast from stamps that are not
# evenly spaced: turn times into features, mask what is padding or future, let heads attend to *times*, and decode many
# steps with an attention that moves. On the way every model draws a picture that looks like an explanation: a weight on
# each observation. **Do the weights say why?** To answer that one needs the truth. So the series is drawn from a
# process for which the best forecast is known exactly, with the weight that each observation *should* get. Some of
# these weights are negative. No softmax can say that.
#
# <!-- questions -->
#
# **You need:** PyTorch indexing and broadcasting, solving a linear system, softmax attention (its formula is
# repeated below; it is derived in *Attention and the Transformer*), what an LSTM cell does (*Recurrent networks*).
#
# **Article:** [Time series (4): Attention](https://www.chenk.top/en/time-series/attention-mechanism/)
#
# **Papers:** Bahdanau, Cho and Bengio, [Neural machine translation by jointly learning to align and
# translate](https://arxiv.org/abs/1409.0473) (2014); Luong, Pham and Manning, [Effective approaches to attention-based
# neural machine translation](https://arxiv.org/abs/1508.04025) (2015); Shukla and Marlin, [Multi-time attention
# networks for irregularly sampled time series](https://arxiv.org/abs/2101.10318) (2021); Jain and Wallace, [Attention
# is not explanation](https://arxiv.org/abs/1902.10186) (2019); Rasmussen and Williams, [Gaussian processes for machine
# learning](https://gaussianprocess.org/gpml/) (2006).
#
# **Data.** Monthly sea-surface temperatures of the eastern Pacific, 1950 to 2010 (NOAA), which come with statsmodels and
# are in the public domain. All other series are drawn.
#
# **Conventions of the whole notebook.** $B$ series per batch, $n$ observations in each, $m$ queries, $d$ features of a
# time, $h$ heads of width $d_k$. An observation is a *stamp* $t_i$ and a value $x_i$; a query is a time $u$. Stamps are
# in no order unless a text says so. Masks are bool, True may be seen. Everything is PyTorch; the floating-point
# tensors of one call share a dtype, and so does the result, except for question 2, which says so. Autograd can
# differentiate all results with respect to values, scores and parameters. No function changes its arguments.

# %%
import functools
import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# The process of the whole notebook. Two of its values, $\tau$ apart in time, have the covariance
#
# $$k(\tau)=e^{-|\tau|/6}\cos(\pi\tau) .$$
#
# It swings with a period of 2 and forgets within some periods; its variance is $k(0)=1$. What is observed carries noise
# of variance 0.05 on top. Observations one unit before a time tell of its opposite: $k(1)=-0.85$.


# %%
NOISE = 0.05


def swing(lag: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """The covariance of two values of the process, by the distance of their times."""
    return torch.exp(-lag.abs() / 6) * torch.cos(math.pi * lag)


# %% [markdown]
# ## First look
#
# Sixteen observations at odd times between 0 and 8, and a query at 8.5. Which observations does the best linear forecast
# use, and how? The bars show it: 20 000 histories were drawn from the process at exactly these times, and a linear map
# was fitted to them. **Turn the knob** and move the last observation (orange) in time. One unit before the query its
# weight points down; close to the query it points up. At places in between it hardly counts, though it is the
# *latest* one.


# %% tags=["demo"]
@demo(moved=(7.0, 8.4))
def first_look(moved: float = 7.5, seed: int = 0) -> dict[str, float]:
    """Weights of the best linear forecast, found by regression on drawn histories."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    others = np.sort(rng.uniform(0, 7, size=15))

    def regression(last: float) -> np.ndarray:
        times = torch.from_numpy(np.r_[others, last, 8.5])
        covariance = swing(times[:, None] - times).numpy()
        root = np.linalg.cholesky(covariance + 1e-9 * np.eye(17))
        values = np.random.default_rng(seed).normal(size=(20_000, 17)) @ root.T
        seen = values[:, :16] + NOISE**0.5 * np.random.default_rng(seed + 1).normal(size=(20_000, 16))
        return np.linalg.lstsq(seen, values[:, 16], rcond=None)[0]

    weights = regression(moved)
    fig, ax = plt.subplots(figsize=(9, 3.2))
    ax.bar(others, weights[:15], width=0.09)
    ax.bar(moved, weights[15], width=0.09, color="C1")
    ax.plot(others, np.zeros(15), "o", color="0.5", ms=4)
    ax.plot(moved, 0, "o", color="C1", ms=5)
    ax.axvline(8.5, color="0.5", ls=":")
    ax.text(8.5, ax.get_ylim()[1], " query", color="0.5", va="top")
    ax.axhline(0, color="0.6", lw=0.8)
    ax.set(xlabel="time", ylabel="weight", xlim=(-0.2, 9.2))
    return {"at_7.5": float(regression(7.5)[15]), "at_8.4": float(regression(8.4)[15]), "smallest": float(weights.min())}


# %% [markdown]
# ## 1. The truth: kriging weights
#
# Let $\hat f=\sum_i w_i x_i$ be a forecast of the value $f(u)$ at time $u$ from observations $x_i=f(t_i)+\varepsilon_i$.
# With $K_{ij}=k(t_i-t_j)$, $\kappa_i=k(u-t_i)$ and noise of variance $\sigma^2$, independent of everything, its expected
# squared error is
#
# $$E(w)=k(0)-2\,\kappa^\top w+w^\top(K+\sigma^2 I)\,w .$$
#
# It is a parabola in $w$, with its minimum where $(K+\sigma^2I)\,w=\kappa$. Put that in:
#
# $$w=(K+\sigma^2 I)^{-1}\kappa,\qquad E=k(0)-\kappa^\top w .$$
#
# Geologists call it *kriging*. (For a Gaussian process it is the best of *all* forecasts, not only of the linear ones.)
# Three things to note. The weights depend on the *times* alone, never on the values. They do not sum to 1. And two
# observations at nearly the same time share a weight that one alone would have: the matrix knows about repetition.
#
# ![A time axis with stamps at odd places and a wave of period 2. The query lies beyond the end. The observation one period before it has a positive weight, the one half a period before it a negative one](pictures/time_series_attention/stamps.svg)
#
# **By hand.** One observation, one unit before the query: $\kappa=k(1)=-e^{-1/6}=-0.8465$, so $w=-0.8465/1.05=-0.8062$
# and $E=1-0.8465\cdot0.8062=0.3176$. The same observation twice (two devices): each gets $-0.8465/2.05=-0.4129$, and
# $E=1-2\cdot0.8465\cdot0.4129=0.3009$: a second device at the same time hardly helps.


# %% question="kriging_weights" minutes=25
def kriging_weights(
    t: Float[Tensor, "B n"],
    u: Float[Tensor, " B"],
    kernel: Callable[[Float[Tensor, "..."]], Float[Tensor, "..."]],
    noise: float,
) -> tuple[Float[Tensor, "B n"], Float[Tensor, " B"]]:
    """Weights of the best linear forecast of the process at time u, and its expected squared error.

    Args:
        t: stamps of the observations, in any order; equal ones may occur where ``noise`` is above 0. n is at least 1.
        u: one query per series, before, between or after the stamps, or at one of them.
        kernel: covariance of two values of the process by the difference of their times; even, works elementwise on
            a floating-point tensor of any shape. The variance ``kernel(0)`` need not be 1.
        noise: variance of the noise on each observation, at least 0. The value to be forecast has no noise.

    Returns:
        The weights, in the order of ``t``, and the expected squared error of each forecast.
    """
    ### BEGIN SOLUTION
    K = kernel(t[:, :, None] - t[:, None, :])
    kappa = kernel(u[:, None] - t)
    w = torch.linalg.solve(K + noise * torch.eye(t.shape[1], dtype=t.dtype), kappa)
    return w, kernel(torch.zeros_like(u)) - (kappa * w).sum(1)
    ### END SOLUTION


# %% [markdown] hints="kriging_weights"
# idea: Everything follows from two tables of time differences: between observations, and from the query to each of them.
#
# shapes: Differences between observations (B, n, n), from the query (B, n). The noise lies on the diagonal only.
#
# steps: Apply the kernel to both tables. Add the noise. Solve one linear system per series (torch solves a batch at
# once). Then the error.
#
# mistake: Noise on every entry of the matrix. Two observations at one time have independent noise; even then the entry
# between them is that of the process alone.

# %% [markdown]
# What is the best forecast worth? Test series of 16 stamps each, at random in 0 to 8, and one query between 8 and 9. The
# controls: the *mean* of the process, 0; *persistence*, the latest value; the *seasonal naive* forecast, the value whose
# stamp is nearest to one period before the query; and a *linear map* (ridge) of the 16 values in the order of time,
# fitted to 6000 other series. It knows which observation is the latest, but not when it was made.

# %% tags=["predict"]
# Mean squared errors; forecasting 0 has about 1, the variance of the process.
predict("how good without a model", persistence=..., seasonal_naive=..., linear_map=...)


# %% tags=["demo"]
def draw(B: int, seed: int, n: int = 16) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Observed values and sorted stamps (B, n), queries and true values there (B,), all float64."""
    rng = np.random.default_rng(seed)
    t, u = np.sort(rng.uniform(0, 8, size=(B, n)), axis=1), rng.uniform(8, 9, size=B)
    times = torch.from_numpy(np.concatenate([t, u[:, None]], axis=1))
    covariance = swing(times[:, :, None] - times[:, None, :]) + 1e-6 * torch.eye(n + 1, dtype=torch.float64)
    f = (torch.linalg.cholesky(covariance) @ torch.from_numpy(rng.normal(size=(B, n + 1, 1))))[..., 0]
    x = f[:, :n] + NOISE**0.5 * torch.from_numpy(rng.normal(size=(B, n)))
    return x, times[:, :n], times[:, n], f[:, n]


def nearest(x: Float[Tensor, "B n"], t: Float[Tensor, "B n"], time: Float[Tensor, " B"]) -> Float[Tensor, " B"]:
    """The value whose stamp is nearest to the given time."""
    return x.gather(1, (t - time[:, None]).abs().argmin(1, keepdim=True))[:, 0]


def ridge(X: Float[Tensor, "N p"], y: Float[Tensor, " N"], X_test: Float[Tensor, "M p"], a: float = 1.0) -> Tensor:
    """Forecasts of a linear map with an intercept, fitted with a small penalty."""
    A, A_test = (torch.cat([Z, torch.ones_like(Z[:, :1])], dim=1) for Z in (X, X_test))
    return A_test @ torch.linalg.solve(A.T @ A + a * torch.eye(A.shape[1], dtype=A.dtype), A.T @ y)


def mse(said: Tensor, y: Tensor) -> float:
    """Mean squared error."""
    return float((said - y).square().mean())


@demo
def controls(seed: int = 0) -> dict[str, float]:
    """Errors of forecasts that know nothing of attention, beside the best possible one."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    x, t, u, y = draw(6000, seed)
    x_test, t_test, u_test, y_test = draw(3000, seed + 100)
    w, E = kriging_weights(t_test, u_test, swing, NOISE)
    found = {
        "mean": mse(0 * y_test, y_test),
        "persistence": mse(x_test[:, -1], y_test),
        "seasonal naive": mse(nearest(x_test, t_test, u_test - 2), y_test),
        "linear map": mse(ridge(x, y, x_test), y_test),
        "kriging": mse((w * x_test).sum(1), y_test),
    }
    guessed = {k.replace("_", " "): v for k, v in guesses("how good without a model").items()}
    fig, ax = plt.subplots(figsize=(8, 2.8))
    bars(ax, found, ["0.7", "0.7", "0.5", "C1", "C2"], guessed=guessed)
    ax.set(xlabel="mean squared error", xlim=(0, 3.2))
    negative = float((w < -0.1).any(1).double().mean())
    return {k.replace(" ", "_"): v for k, v in found.items()} | {"expected": float(E.mean()), "negative": negative}


# %% [markdown]
# Kriging leaves about 0.37, as its formula says. Persistence is worse than forecasting 0, by far: in a series that
# swings, the latest value is often upside down. The linear map gains less than a tenth. What is missing is *when*. And
# in nine of ten series the truth has a weight below $-0.1$.
#
# ## 2. Times as features
#
# Attention sees a set. What it should know of time must be in the features. Positions $0,1,2,\dots$ would say "the
# latest, the one before"; for irregular stamps that is the knowledge of the linear map above. Take the *time since an
# origin* $o$ (the start of the window, say), and write it as the hands of $d/2$ clocks whose periods $p_j$ form a
# geometric sequence from the shortest to the longest:
#
# $$p_j=p_{\min}\Big(\frac{p_{\max}}{p_{\min}}\Big)^{j/(d/2-1)},\quad j=0,\dots,\tfrac d2-1,\qquad
# \phi(t)=\big(\sin\tfrac{2\pi(t-o)}{p_0},\dots,\sin\tfrac{2\pi(t-o)}{p_{d/2-1}},\ \cos\tfrac{2\pi(t-o)}{p_0},\dots\big) .$$
#
# First *all sines*, then *all cosines* (the Transformer's table takes turns; a linear layer does not care, a saved model
# does). Low indices are the *fast* clocks. Why hands of clocks? $\cos a\cos b+\sin a\sin b=\cos(a-b)$: a dot product of
# two such features, clock by clock, depends on the time *between* them, and a softmax of learned combinations can
# look "one period back" from any query.
#
# The trap is precision. Stamps often come as seconds since 1970, today about $1.8\cdot10^9$. Near it, neighbouring
# float32 numbers are 128 apart: minutes vanish. Subtract first, in float64, and stay there: after a thousand turns the
# angle is about 6000, and near 6000 float32 numbers are $5\cdot10^{-4}$ apart. Only sines and cosines, which lie within
# $\pm1$, may become float32.
#
# **By hand.** $d=4$, periods from 2 to 8, origin 10. For $t=13$ the clocks have turned $3/2$ and $3/8$ times:
# $\sin3\pi=0$, $\sin(3\pi/4)=0.7071$, $\cos3\pi=-1$, $\cos(3\pi/4)=-0.7071$. For $t=9.5$: $-1$, $\sin(-\pi/8)=-0.3827$,
# 0, 0.9239. With $d=6$ there would be a clock of period 4 in between.


# %% question="time_features" minutes=20
def time_features(
    t: Float[Tensor, "B n"], origin: Float[Tensor, " B"], d: int, shortest: float, longest: float
) -> Float[Tensor, "B n d"]:
    """Sines and cosines of the time since an origin.

    Args:
        t: float64 times in any order, before or after the origin; seconds since 1970 included.
        origin: float64, the time that counts as 0 in each series.
        d: number of features.
        shortest: period of the first clock, in the unit of ``t``.
        longest: period of the last clock. The periods between form a geometric sequence.

    Returns:
        float32: the d/2 sines, the fastest clock first, then the d/2 cosines in the same order. They are within 1e-5
        of the true values as long as the times lie within a thousand shortest periods of their origin.

    Raises:
        ValueError: d is odd, or less than 4.
    """
    ### BEGIN SOLUTION
    if d % 2 or d < 4:
        raise ValueError(f"d must be even and at least 4, not {d}")
    j = torch.arange(d // 2, dtype=torch.float64)
    periods = shortest * (longest / shortest) ** (j / (d // 2 - 1))
    angle = 2 * math.pi * (t - origin[:, None])[:, :, None] / periods
    return torch.cat([angle.sin(), angle.cos()], dim=-1).float()
    ### END SOLUTION


# %% [markdown] hints="time_features"
# idea: One table of angles, (B, n, d/2), and its sines and cosines side by side.
#
# shapes: Origins are one per series: (B,) becomes (B, 1) before it meets (B, n). Periods are a vector of d/2.
#
# steps: Complain about d. Exponents from 0 to 1 in d/2 steps; periods. Differences, in float64. Angles. Join along the
# last axis. Only then the dtype of the result.
#
# mistake: The difference of neighbouring stamps in place of the time since the origin. It says how long the pause
# was, not when.

# %% [markdown]
# A day of measurements, one every 50 seconds, stamped in seconds since 1970, and a clock of 20 minutes. One line is
# your feature; the other that of the same formula, fed with stamps that were turned into float32 first.


# %% tags=["demo"]
@demo
def precision(seed: int = 0) -> dict[str, float]:
    """The first sine of stamps in seconds since 1970."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    start = 1.8e9 + float(np.random.default_rng(seed).integers(0, 86_400))
    t = start + 50.0 * torch.arange(72, dtype=torch.float64)[None]
    origin = t[:, 0]
    good = time_features(t, origin, 8, 1200.0, 86_400.0)[0, :, 0]
    bad = time_features(t.float().double(), origin.float().double(), 8, 1200.0, 86_400.0)[0, :, 0]
    fig, ax = plt.subplots(figsize=(8, 2.8))
    minutes = (t[0] - start) / 60
    ax.plot(minutes, good, label="differences first")
    ax.plot(minutes, bad, drawstyle="steps-mid", label="float32 first")
    ax.set(xlabel="minutes since the start", ylabel="first sine")
    label_ends(ax)
    return {"error": float((good - bad).abs().max()), "stamps": float(len(t.float().unique())), "of": float(t.numel())}


# %% [markdown]
# Seventy-two stamps became fewer than thirty, and the feature is off by more than 0.3.
#
# ## 3. What may be seen: padding, future, nothing
#
# Series in a batch have different numbers of observations. Short ones are *padded* at the end with anything; the true
# numbers are `lengths`. And a query at time $u$ may look at what was observed up to then: $t_j\le u$, the same time
# included. With regular steps that is the lower triangle with its diagonal. With irregular stamps it is decided by
# *times*, not by places: stamps may be unsorted, or equal (two devices).
#
# $$\mathrm{seen}_{bij}=\big(j<\mathrm{length}_b\big)\wedge\big(t_{bj}\le u_{bi}\big) .$$
#
# Some queries then see *nothing*: a patient without any measurement, a query before the first one. A softmax
# over nothing is $0/0$. Filling in $-\infty$ gives NaN, which spreads even if nobody reads that row: in the product with
# the values, the gradient of each value of that series is $0\cdot\mathrm{NaN}$. Filling in $-10^9$ gives equal weights on what is forbidden, overflows in float16, and is *above* a
# score of $-10^{10}$. The clean answer: where nothing may be seen, all weights are 0, and so are their gradients.
#
# ![A table of three queries and four stamps. The query at 0.5 sees nothing; the query at 1 sees the second stamp with the weight 1; the query at 2 sees the second and the third with 0.7311 and 0.2689; the fourth is padding](pictures/time_series_attention/mask.svg)
#
# **By hand.** Stamps (3, 1, 2, 1) of which 3 are real; queries at 0.5, 1 and 2. The query at 0.5 sees nothing, that at
# 1 the second observation only (the fourth is padding), that at 2 the second and the third. Scores (9, 2, 1, 9) for each
# query: weights 0 everywhere; (0, 1, 0, 0); and (0, 0.7311, 0.2689, 0).


# %% question="attention_mask" minutes=25
def attention_mask(
    t: Float[Tensor, "B n"], lengths: Int64[Tensor, " B"], u: Float[Tensor, "B m"]
) -> Bool[Tensor, "B 1 m n"]:
    """Which observations may be seen from which queries.

    Args:
        t: stamps in any order; equal ones may occur. Those of the padding may be anything, NaN included.
        lengths: the first ``lengths[b]`` observations of series b are real; 0 to n.
        u: times of the queries, in any order.

    Returns:
        True where an observation is real and not later than the query. An observation at the very time of the query may
        be seen. The axis of length 1 is for the heads.
    """
    ### BEGIN SOLUTION
    real = torch.arange(t.shape[1]) < lengths[:, None]
    return (real[:, None, :] & (t[:, None, :] <= u[:, :, None]))[:, None]
    ### END SOLUTION


def masked_softmax(scores: Float[Tensor, "*batch n"], mask: Bool[Tensor, "..."]) -> Float[Tensor, "*batch n"]:
    """Softmax over the last axis among what may be seen.

    Args:
        scores: any floating dtype, float16 included, and any size, ±1e4 in float16 and ±1e10 in float32 included. Scores
            that may not be seen may be anything, infinite and NaN included.
        mask: True may be seen; any shape that broadcasts to that of the scores.

    Returns:
        The weights, in the dtype of the scores. They are 0 where nothing may be seen; a row in which nothing at all may
        be seen is all 0. No gradient of the weights with respect to scores is NaN.
    """
    ### BEGIN SOLUTION
    weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)
    return weights.masked_fill(~mask, 0.0)
    ### END SOLUTION


# %% [markdown] hints="attention_mask"
# idea: The mask is two conditions joined by "and". The softmax needs two repairs: one of what goes in, one of what comes
# out.
#
# shapes: The first condition is (B, n), the second (B, m, n), the result (B, 1, m, n).
#
# steps: Positions against lengths; stamps against queries; join; one more axis. For the softmax: forbidden scores become
# minus infinity; softmax; forbidden weights become 0, whatever came out.
#
# mistake: Adding minus infinity. What may not be seen can be NaN or infinite, and stays so; replace it.

# %% [markdown]
# ## 4. Heads that look at times
#
# The scaled dot product of queries and keys and the cutting into heads are those of the Transformer. What is different
# here: queries and keys are made from *times alone*, values from *values alone*. With features $\phi(u)$ of the query and
# $\phi(t_i)$ of the observations, head $r$ has
#
# $$a_{ri}=\operatorname{softmax}_i\frac{(W^Q_r\phi(u))^\top W^K_r\phi(t_i)}{\sqrt{d_k}},\qquad
# \hat f=b+\sum_{r=1}^h v_r\sum_i a_{ri}\,x_i=b+\sum_i\underbrace{\Big(\sum_r v_r a_{ri}\Big)}_{\text{signed weight }s_i}x_i .$$
#
# Each head's value is one learned number $v_r$ times $x_i$. So the forecast is *linear in the values*, with weights that
# depend on times: the same form as kriging. Its signed weight $s_i$ can be held against the true $w_i$, one by one. A
# single head has $s_i=v_1a_{1i}$, all of one sign. Two heads with values of unlike signs can do what the truth does.
#
# ![A query card held against three key cards: scores 2, 1 and 0 become the weights 0.665, 0.245 and 0.090](pictures/time_series_attention/cards.svg)
#
# ![Two heads, each with positive weights: one is multiplied by plus 0.35, the other by minus 0.65, and their sum points up in places and down in others](pictures/time_series_attention/signs.svg)
#
# **By hand.** Scores (2, 1, 0) give the weights (0.6652, 0.2447, 0.0900). A second head with the scores (0, 0, 1) gives
# (0.2119, 0.2119, 0.5761). With $v=(0.5,-0.8)$ the signed weights are $(0.1631,-0.0472,-0.4159)$, and for the values
# (1, 2, 3) and $b=0$ the forecast is $-1.1789$.


# %% question="TimeAttention" minutes=35 further forbid=["attention"]
class TimeAttention(nn.Module):
    """Multi-head attention whose weights depend on times alone and whose values are numbers.

    torch's own attention (``scaled_dot_product_attention``, ``MultiheadAttention``) is not to be used.

    Args:
        d: number of features of a time.
        heads: number of heads h.
        d_k: width of a head.

    Attributes:
        query, key: linear maps without bias from d features to h d_k. The first d_k outputs belong to the first head.
        value: one number per head.
        bias: one number.
    """

    def __init__(self, d: int, heads: int, d_k: int) -> None:
        super().__init__()
        self.heads, self.d_k = heads, d_k
        self.query, self.key = nn.Linear(d, heads * d_k, bias=False), nn.Linear(d, heads * d_k, bias=False)
        self.value, self.bias = nn.Parameter(torch.randn(heads)), nn.Parameter(torch.zeros(()))

    def forward(
        self,
        x: Float[Tensor, "B n"],
        keys: Float[Tensor, "B n d"],
        queries: Float[Tensor, "B m d"],
        mask: Bool[Tensor, "B 1 m n"] | None = None,
    ) -> tuple[Float[Tensor, "B m"], Float[Tensor, "B h m n"]]:
        """Forecasts at the queries, and the weights of each head.

        Args:
            x: values of the observations, finite.
            keys: features of their stamps.
            queries: features of the query times.
            mask: True may be seen, the same for all heads; None allows everything. A query that may see nothing has
                weights of 0, so that its forecast is the bias.
        """
        ### BEGIN SOLUTION
        Q = self.query(queries).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)
        K = self.key(keys).unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)
        scores = Q @ K.transpose(-2, -1) / math.sqrt(self.d_k)
        if mask is None:
            mask = torch.ones_like(scores, dtype=torch.bool)
        weights = masked_softmax(scores, mask)
        return torch.einsum("bhmn,bn,h->bm", weights, x, self.value) + self.bias, weights
        ### END SOLUTION

    def signed_weights(self, weights: Float[Tensor, "B h m n"]) -> Float[Tensor, "B m n"]:
        """What each observation is multiplied by in the forecast, from the weights of the heads.

        Args:
            weights: as ``forward`` returns them.

        Returns:
            The weights s for which the forecast is ``bias`` plus the sum of s times x over the observations.
        """
        ### BEGIN SOLUTION
        return torch.einsum("bhmn,h->bmn", weights, self.value)
        ### END SOLUTION


# %% [markdown] hints="TimeAttention"
# idea: Heads are one more batch axis between projecting and summing up. Signed weights are the forecast's formula with
# the values left out.
#
# shapes: Projected (B, n, h d_k); cut (B, n, h, d_k); heads to the front (B, h, n, d_k). Scores (B, h, m, n). The
# result (B, m): heads and observations are summed away.
#
# steps: Project, cut, transpose, for queries and keys. Scores with the scale of one head. Your masked softmax. A triple
# sum, and the bias once.
#
# mistake: Cutting straight into (B, h, n, d_k): that mixes times and heads, and all shapes are right.

# %% [markdown]
# Train it: 6000 series, 500 steps, the features of question 2 with 8 clocks of periods from 1 to 16 (none has the
# period 2). One, two or four heads, and two heads that are told the *place* 0, 1, … of each observation in place of its
# time. Equal budgets. Which heads reach which error? (Forecasting 0 has about 1; the best possible is about 0.37.)

# %% tags=["predict"]
predict("heads", one_head=..., two_heads=..., four_heads=..., places=...)


# %% tags=["demo"]
def clocks(t: Tensor, u: Tensor, places: bool = False) -> tuple[Tensor, Tensor]:
    """Features of stamps (B, n, d) and queries (B, 1, d), since the first stamp."""
    if places:
        t = torch.arange(t.shape[1], dtype=t.dtype).expand(t.shape) / 2
        u = torch.full_like(u, t.shape[1] / 2)
    origin = t[:, 0]
    return time_features(t, origin, 16, 1.0, 16.0), time_features(u[:, None], origin, 16, 1.0, 16.0)


def train(model: nn.Module, batches: Callable[[int], tuple[Tensor, ...]], steps: int, lr: float) -> None:
    """Adam with a learning rate that rises and falls; a batch is the model's arguments and, last, the truth."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    for step in range(steps):
        *inputs, y = batches(step)
        loss = (model(*inputs)[0] - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


@functools.cache
def fitted(seed: int, heads: int, places: bool = False) -> TimeAttention:
    """A trained model; kept until this cell is run again."""
    x, t, u, y = draw(6000, seed)
    keys, queries = clocks(t, u, places)
    x, y = x.float(), y.float()[:, None]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = TimeAttention(16, heads, 8)
    generator = torch.Generator().manual_seed(seed)

    def batch(step: int) -> tuple[Tensor, ...]:
        rows = torch.randint(len(x), (160,), generator=generator)
        return x[rows], keys[rows], queries[rows], None, y[rows]

    train(model, batch, 500, 2e-2)
    return model.requires_grad_(False)


@demo
def heads(seed: int = 0) -> dict[str, float]:
    """Errors of attention with one, two and four heads, on times and on places."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    x, t, u, y = draw(3000, seed + 100)
    found = {}
    for name, h, places in (("places", 2, True), ("one head", 1, False), ("two heads", 2, False), ("four heads", 4, False)):
        found[name] = mse(fitted(seed, h, places)(x.float(), *clocks(t, u, places))[0][:, 0], y)
    w, _ = kriging_weights(t, u, swing, NOISE)
    found["kriging"] = mse((w * x).sum(1), y)
    fig, ax = plt.subplots(figsize=(8, 2.8))
    bars(ax, found, ["0.6", "C0", "C0", "C0", "C2"], guessed={k.replace("_", " "): v for k, v in guesses("heads").items()})
    ax.set(xlabel="mean squared error", xlim=(0, 1.2))
    values = fitted(seed, 2).value.sort().values
    return {k.replace(" ", "_"): v for k, v in found.items()} | {"v_low": float(values[0]), "v_high": float(values[1])}


# %% [markdown]
# A second head lowers the error, and the two values $v_r$ have unlike signs. Four heads add little. On places the same
# model is where the linear map is. All of them stay well above the optimum: a softmax scores each observation by its own
# time, and has no way of knowing that two of them say the same.
#
# **The knob**: move the query and compare the weights of the two heads, summed with their signs, with the true ones.


# %% tags=["demo"]
@demo(u=(8.0, 9.0))
def side_by_side(u: float = 8.5, seed: int = 0) -> dict[str, float]:
    """Signed weights of two heads and kriging weights of one series, by the time of the query."""
    import matplotlib.pyplot as plt

    _, t, _, _ = draw(1, seed + 200)
    model, query = fitted(seed, 2), torch.tensor([u], dtype=torch.float64)
    _, weights = model(torch.zeros(1, 16), *clocks(t, query))
    signed = model.signed_weights(weights)[0, 0].double()
    true = kriging_weights(t, query, swing, NOISE)[0][0]
    fig, ax = plt.subplots(figsize=(9, 3))
    ax.bar(t[0] - 0.04, true, width=0.08, color="C2", label="true")
    ax.bar(t[0] + 0.04, signed, width=0.08, color="C0", label="two heads, signed")
    ax.plot(t[0], weights[0].mean(0)[0], "o", color="C1", ms=4, label="mean weight of the heads")
    ax.axvline(u, color="0.5", ls=":")
    ax.axhline(0, color="0.6", lw=0.8)
    ax.set(xlabel="time", ylabel="weight", xlim=(-0.2, 9.2))
    ax.legend(loc="lower left")
    return {"correlation": float(torch.corrcoef(torch.stack([signed, true]))[0, 1])}


# %% [markdown]
# ## 5. Ask the forecast: perturbation
#
# Another way to ask "why?" needs no weights at all. Take one observation away, look how far the forecast moves:
#
# $$I_i=\frac1H\sum_{j=1}^H\big|f_j(x)-f_j(x^{(i)})\big|,\qquad x^{(i)}:\ x \text{ with step } i \text{ replaced by a fill value.}$$
#
# It works for any $f$. For a forecast that is linear in the values, with fill 0, $I_i=|s_ix_i|$ exactly: it measures what
# the observation *contributed*, weight times value, not the weight. What is "away" is a choice: 0 is the mean of a
# standardised series; in °C it would be ice.
#
# **By hand.** $f(x)=2x_1-x_2$ and $x=(1,3)$: $f=-1$. Without the first, $-3$, so $I_1=2$. Without the second, $2$, so
# $I_2=3$: the smaller weight has the larger importance. With fill 1: $I_1=0$, $I_2=2$.


# %% question="perturbation_importance" minutes=20
def perturbation_importance(
    f: Callable[[Float[Tensor, "N n F"]], Float[Tensor, "N H"]],
    x: Float[Tensor, "B n F"],
    fill: Float[Tensor, " F"] | None = None,
) -> Float[Tensor, "B n"]:
    """How far the forecast moves when one step is taken away.

    Args:
        f: forecasts H numbers for each series of a batch of any size, each series by itself.
        x: the series, n steps of F numbers.
        fill: what a step that is taken away is replaced by, all of its F numbers; None stands for zeros.

    Returns:
        For each step the mean, over the H numbers, of the absolute change when that step alone is replaced.
    """
    ### BEGIN SOLUTION
    before = f(x)
    moved = []
    for i in range(x.shape[1]):
        without = x.clone()
        without[:, i] = 0.0 if fill is None else fill
        moved.append((f(without) - before).abs().mean(1))
    return torch.stack(moved, dim=1)
    ### END SOLUTION


# %% [markdown] hints="perturbation_importance"
# idea: n questions to the same model, each with one step replaced.
#
# shapes: f gives (B, H) for (B, n, F). One change per step and series; stacked they are (B, n).
#
# steps: The forecast as it is. For each step a fresh copy, the step filled, the forecast, the absolute difference, the
# mean over H.
#
# mistake: Working on one copy. The second step is then taken away in addition to the first.

# %% [markdown]
# ## 6. Two ways to score, one context
#
# Before queries and keys there were decoders. A decoder with state $s$ wants to look back at $n$ encoded observations
# $H_i$. Two scores are usual, and this section puts them side by side:
#
# $$e_i^{\text{additive}}=v^\top\tanh(W_1H_i+W_2s),\qquad e_i^{\text{Luong}}=s^\top W H_i .$$
#
# The first (Bahdanau) is a small network and takes any widths; each score lies within $\pm\sum_k|v_k|$, so that it can
# never be surer than that. The second ("general") is one matrix, unbounded, and is *not* divided by the root of a
# width. Either way
#
# $$\alpha=\operatorname{softmax}(e)\ \text{among what may be seen},\qquad c=\sum_i\alpha_iH_i .$$
#
# **By hand.** $H_1=1$, $H_2=-2$ (widths 1), $s=0.5$. Luong with $W=2$: $e=(1,-2)$, $\alpha=(0.9526,0.0474)$,
# $c=0.9526-2\cdot0.0474=0.8577$. Additive with $W_1=1$, $W_2=2$, $v=3$: $e=3\,(\tanh2,\tanh(-1))=(2.8921,-2.2848)$.


# %% question="context" minutes=25
def additive_scores(
    H: Float[Tensor, "B n d_h"],
    s: Float[Tensor, "B d_s"],
    W1: Float[Tensor, "d_a d_h"],
    W2: Float[Tensor, "d_a d_s"],
    v: Float[Tensor, " d_a"],
) -> Float[Tensor, "B n"]:
    """The additive score of each encoded observation, v . tanh(W1 H_i + W2 s).

    Args:
        H: encoded observations, one per row.
        s: state of the decoder.
        W1, W2, v: parameters.
    """
    ### BEGIN SOLUTION
    return torch.tanh(H @ W1.T + (s @ W2.T)[:, None]) @ v
    ### END SOLUTION


def luong_scores(
    H: Float[Tensor, "B n d_h"], s: Float[Tensor, "B d_s"], W: Float[Tensor, "d_s d_h"]
) -> Float[Tensor, "B n"]:
    """The "general" score of each encoded observation, s . W H_i, without a scale."""
    ### BEGIN SOLUTION
    return torch.einsum("bs,sh,bnh->bn", s, W, H)
    ### END SOLUTION


def context(
    scores: Float[Tensor, "B n"], H: Float[Tensor, "B n d_h"], mask: Bool[Tensor, "B n"]
) -> tuple[Float[Tensor, "B d_h"], Float[Tensor, "B n"]]:
    """The weighted mean of the encoded observations, and the weights.

    Args:
        scores: one per observation.
        H: encoded observations, finite.
        mask: True may be seen. Where a series has nothing to see, weights and context are 0.
    """
    ### BEGIN SOLUTION
    alpha = masked_softmax(scores, mask)
    return torch.einsum("bn,bnh->bh", alpha, H), alpha
    ### END SOLUTION


# %% [markdown] hints="context"
# idea: Three formulas, each for a whole batch. The state is one per series and meets all n observations of its series.
#
# shapes: W1 turns (B, n, d_h) into (B, n, d_a); W2 turns (B, d_s) into (B, d_a), which needs an axis for n. v takes the
# last axis away.
#
# steps: Rows are observations, so that a matrix acts from the right, transposed. Then the sums; then question 3.
#
# mistake: Transposing W where both widths are equal. It runs, and it is another score.

# %% [markdown]
# ## 7. A decoder that looks again at each step
#
# To forecast $H$ steps, the decoder takes turns. At step $j$, with state $(s,c^{\text{cell}})$ and the last forecast
# $\hat y_{j-1}$:
#
# 1. look: scores with the state **as it is before** this step, $e_i=s^\top WH_i$, hence $\alpha^{(j)}$ and context $c$;
# 2. think: feed the row $[\hat y_{j-1};c]$ to the LSTM cell, which gives the new state, with output $o=s_{\text{new}}$;
# 3. speak: $\hat y_j$ is a linear map of $[o;c]$, and is fed back in the next step.
#
# Each step has a context of its own. Since nobody has seen the future, what is fed back is the *forecast*, never the
# truth. The weights of all steps form a picture, $H$ rows of $n$: the picture that is printed in papers as the
# explanation.
#
# ![Two steps side by side, each of three boxes: look, with weights and a context; think, where the cell reads the last forecast and the context; speak, where the head reads the new state and the context. State and forecast go on to the second step](pictures/time_series_attention/decoder.svg)
#
# **By hand.** Widths 1, $H=(1,-2)$, $W=2$, state $s=0.5$, cell 0, $\hat y_0=0.25$. The first look is that of question
# 6, $c=0.8577$. If the cell has weights of 0 only, all its gates are 0.5 and its candidate 0: $s$ becomes 0. A head that
# adds up, with $\hat y=2\,\hat o+1\,c+0.1$, says $0.9577$. In the next step $s=0$, all scores are 0, $\alpha=(0.5,0.5)$,
# $c=-0.5$ and $\hat y_2=-0.4$.


# %%
class Decoder(nn.Module):
    """Parameters of a decoder with attention, for encoded observations of width d_h and states of width d_s.

    Attributes:
        W: matrix of the Luong score, (d_s, d_h).
        cell: an LSTM cell from 1 + d_h inputs (last forecast, context) to d_s units.
        head: a linear map from d_s + d_h inputs (output of the cell, context) to 1.
    """

    def __init__(self, d_h: int, d_s: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(d_s, d_h) / math.sqrt(d_h))
        self.cell = nn.LSTMCell(1 + d_h, d_s)
        self.head = nn.Linear(d_s + d_h, 1)


# %% question="attention_decoder" minutes=40
def attention_decoder(
    H: Float[Tensor, "B n d_h"],
    mask: Bool[Tensor, "B n"],
    state: tuple[Float[Tensor, "B d_s"], Float[Tensor, "B d_s"]],
    y0: Float[Tensor, " B"],
    horizon: int,
    decoder: Decoder,
) -> tuple[Float[Tensor, "B horizon"], Float[Tensor, "B horizon n"]]:
    """Forecast step by step, looking back at the observations before each step.

    Args:
        H: encoded observations, finite.
        mask: True may be seen, the same in all steps. A series with nothing to see has contexts of 0.
        state: h and c of the LSTM cell at the beginning.
        y0: what is fed in at the first step, usually the last known value.
        horizon: number of steps, at least 1.
        decoder: the parameters; ``decoder.cell`` and ``decoder.head`` may be called.

    Returns:
        The forecasts, and the weights of each step.
    """
    ### BEGIN SOLUTION
    h, c = state
    y, said, alphas = y0, [], []
    for _ in range(horizon):
        seen, alpha = context(luong_scores(H, h, decoder.W), H, mask)
        h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))
        y = decoder.head(torch.cat([h, seen], dim=1))[:, 0]
        said.append(y)
        alphas.append(alpha)
    return torch.stack(said, dim=1), torch.stack(alphas, dim=1)
    ### END SOLUTION


# %% [markdown] hints="attention_decoder"
# idea: A loop that carries three things from step to step: h, c and the last forecast.
#
# shapes: The cell reads (B, 1 + d_h), the last forecast in column 0. The head reads (B, d_s + d_h) and gives (B, 1).
#
# steps: Look with the old state. Join, call the cell, take both of its results. Join the new h with the same context,
# call the head, drop the last axis. Keep forecast and weights.
#
# mistake: Calling the cell first. The weights then belong to the state after the step, one step too late.

# %% [markdown]
# Twelve observations at odd times between 0 and 6; the decoder forecasts the process at 6.25, 6.5, …, 7.5. An encoded
# observation is its value and features of its stamp. Control: the same decoder, trained as long, whose $W$ stays 0, so
# that it sees the mean of all observations at each step. Left, the errors; right, the weights of one series (the size of
# a dot), with a ring at the time one period before each forecast.


# %% tags=["demo"]
class Forecaster(nn.Module):
    """A decoder whose first state is learned; W stays 0 if it is blind."""

    def __init__(self, d_h: int, d_s: int, horizon: int, blind: bool) -> None:
        super().__init__()
        self.decoder, self.horizon = Decoder(d_h, d_s), horizon
        self.h, self.c = nn.Parameter(0.5 * torch.randn(d_s)), nn.Parameter(torch.zeros(d_s))
        if blind:
            self.decoder.W = nn.Parameter(torch.zeros(d_s, d_h), requires_grad=False)

    def forward(self, H: Float[Tensor, "B n d_h"], y0: Float[Tensor, " B"]) -> tuple[Tensor, Tensor]:
        B = len(H)
        mask = torch.ones(H.shape[:2], dtype=torch.bool)
        return attention_decoder(H, mask, (self.h.expand(B, -1), self.c.expand(B, -1)), y0, self.horizon, self.decoder)


AHEAD = 6 + 0.25 * torch.arange(1, 7, dtype=torch.float64)


def draw_ahead(B: int, seed: int, n: int = 12) -> tuple[Tensor, Tensor, Tensor]:
    """Observed values and sorted stamps (B, n), and the true values at the times AHEAD."""
    rng = np.random.default_rng(seed)
    t = torch.from_numpy(np.sort(rng.uniform(0, 6, size=(B, n)), axis=1))
    times = torch.cat([t, AHEAD.expand(B, -1)], dim=1)
    covariance = swing(times[:, :, None] - times[:, None, :]) + 1e-6 * torch.eye(n + 6, dtype=torch.float64)
    f = (torch.linalg.cholesky(covariance) @ torch.from_numpy(rng.normal(size=(B, n + 6, 1))))[..., 0]
    return f[:, :n] + NOISE**0.5 * torch.from_numpy(rng.normal(size=(B, n))), t, f[:, n:]


def encoded(x: Tensor, t: Tensor) -> Tensor:
    """Values and eight features of the stamps since time 0."""
    features = time_features(t, torch.zeros(len(t), dtype=torch.float64), 8, 1.0, 16.0)
    return torch.cat([x.float()[:, :, None], 3 * features], dim=-1)


@demo
def looking_again(seed: int = 0) -> dict[str, float]:
    """Errors by steps ahead of a decoder with and without attention, and its weights."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    x, t, y = draw_ahead(4000, seed)
    H, Y = encoded(x, t), y.float()
    x_test, t_test, y_test = draw_ahead(2000, seed + 100)
    H_test, errors = encoded(x_test, t_test), {}
    for name, blind in (("sees the mean", True), ("attention", False)):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = Forecaster(9, 16, 6, blind)
        generator = torch.Generator().manual_seed(seed)

        def batch(step: int, generator: torch.Generator = generator) -> tuple[Tensor, ...]:
            rows = torch.randint(len(H), (64,), generator=generator)
            return H[rows], H[rows, -1, 0], Y[rows]

        train(model, batch, 350, 2e-2)
        with torch.no_grad():
            said, alphas = model(H_test, H_test[:, -1, 0])
        errors[name] = (said - y_test).square().mean(0)
    best = [kriging_weights(t_test, a.expand(len(t_test)), swing, NOISE)[0] for a in AHEAD]
    errors["kriging"] = torch.stack([((w * x_test).sum(1) - y_test[:, j]).square().mean() for j, w in enumerate(best)])
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
    for (name, e), colour in zip(errors.items(), ("0.6", "C0", "C2"), strict=True):
        left.plot(AHEAD - 6, e, color=colour, label=name)
    left.set(xlabel="time ahead", ylabel="mean squared error", ylim=(0, 1.3))
    label_ends(left, gap=0.07)
    for j, ahead in enumerate(AHEAD.tolist()):
        right.scatter(t_test[0], [ahead] * 12, s=250 * alphas[0, j], color="C0")
        right.plot(ahead - 2, ahead, "o", mfc="none", mec="C1", ms=12)
    right.set(xlabel="time of the observation", ylabel="time of the forecast", xlim=(-0.2, 6.2))
    return {k.replace(" ", "_"): float(e.mean()) for k, e in errors.items()}


# %% [markdown]
# The decoder with attention makes the smaller error at the same budget, and stays well above kriging, which was fitted to
# nothing. But read the right picture with care. Here the context is not values alone: it holds features of times, too, and
# passes through a cell and a head that bend it. A large weight says that the decoder *looked* there. What it did with
# what it saw, and with which sign, no weight tells. For the model of question 4 it can be told, so that is where the
# question is put.
#
# ## Payoff: do the weights say why?
#
# Back to the sixteen observations, two heads, and the truth. Several explanations of the same forecasts are held against the
# kriging weights of 3000 test series.

# %% tags=["predict"]
# Correlation with the true weights, from -1 to 1:
predict("why", signed=..., mean_of_heads=...)


# %% tags=["demo"]
def agreement(said: Float[Tensor, "B n"], true: Float[Tensor, "B n"]) -> float:
    """Mean over series of the correlation of two sets of weights."""
    said, true = said - said.mean(1, keepdim=True), true - true.mean(1, keepdim=True)
    return float(((said * true).sum(1) / (said.norm(dim=1) * true.norm(dim=1))).mean())


def hits(said: Float[Tensor, "B n"], true: Float[Tensor, "B n"]) -> float:
    """How often the step that is said to be most important is the most important one."""
    return float((said.argmax(1) == true.argmax(1)).double().mean())


@demo
def why(seed: int = 0) -> dict[str, float]:
    """Errors of all forecasts, and how well weights and perturbations agree with the truth."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    x, t, u, y = draw(3000, seed + 100)
    X, _, _, Y = draw(6000, seed)
    model, (keys, queries) = fitted(seed, 2), clocks(t, u)
    said, weights = model(x.float(), keys, queries)
    signed, raw = model.signed_weights(weights)[:, 0].double(), weights.mean(1)[:, 0].double()
    true, _ = kriging_weights(t, u, swing, NOISE)
    importance = perturbation_importance(lambda z: model(z[:, :, 0], keys, queries)[0], x.float()[:, :, None]).double()
    mixed = signed[:, torch.randperm(16, generator=torch.Generator().manual_seed(seed))]
    errors = {
        "persistence": mse(x[:, -1], y),
        "seasonal naive": mse(nearest(x, t, u - 2), y),
        "linear map": mse(ridge(X, Y, x), y),
        "shuffled weights": mse((mixed * x).sum(1), y),
        "two heads": mse(said[:, 0], y),
        "kriging": mse((true * x).sum(1), y),
    }
    agree = {
        "signed": agreement(signed, true),
        "mean of heads": agreement(raw, true),
        "mean, against |true|": agreement(raw, true.abs()),
        "shuffled": agreement(mixed, true),
    }
    found = {
        "signed weight": hits(signed.abs(), true.abs()),
        "mean of heads": hits(raw, true.abs()),
        "the latest": hits(t, true.abs()),
        "perturbation, of w x": hits(importance, (true * x).abs()),
    }
    guessed = {k.replace("_of_", " of "): v for k, v in guesses("why").items()}
    fig, axes = plt.subplots(1, 3, figsize=(13, 3.2))
    bars(axes[0], errors, ["0.7", "0.7", "C1", "0.7", "C0", "C2"])
    axes[0].set(xlabel="mean squared error", xlim=(0, 3.4))
    bars(axes[1], agree, ["C0", "C1", "C1", "0.7"], guessed=guessed)
    axes[1].set(xlabel="correlation with the true weights", xlim=(-0.6, 1.1))
    bars(axes[2], found, ["C0", "C1", "0.7", "C3"])
    axes[2].set(xlabel="most important step found", xlim=(0, 1))
    numbers = {f"mse {k}": v for k, v in errors.items()} | {f"agree {k}": v for k, v in agree.items()}
    return numbers | {f"hits {k}": v for k, v in found.items()}


# %% [markdown]
# **With signs, yes; without, no.** First the errors: two heads on times have about half the error of the linear map and
# remain a third above kriging. Dealing the learned weights to other observations makes the forecast worse than no forecast:
# the weights do matter. Now what they say:
#
# - the *signed* weights have a correlation above 0.7 with the true ones. They explain because this model is linear in
#   the values: $s_i$ is what $x_i$ is multiplied by;
# - the *mean weight of the heads*, the picture that is usually printed, has a correlation below 0: most of the true
#   weight is negative, and a softmax cannot say so. Held against the *sizes* of the true weights it does better. It
#   says where the model looks, not what for;
# - the *most important step* is found most often by the signed weights. The mean of the heads finds it about as often
#   as somebody who always says "the latest". An explanation needs a control, too;
# - *perturbation* asks another question: what did this observation contribute, weight times value? It finds the largest
#   contribution of the true forecast in a little more than half of the series. It is right about the *model*, exactly; but the model
#   is not the truth.
#
# And in the ocean? Temperatures off Peru as deviations from the mean of each calendar month in 1950 to 1985. A window
# is 36 months of which 18 at random were kept; forecast 1 to 6 months after its end. Training windows and their targets
# end before 1986; test forecasts start from each month after that, at rolling origins. Nothing else than past values
# enters. The controls: the climatology (a deviation of 0), persistence, the seasonal naive forecast from what was kept,
# and a linear map of the window with its holes filled forward, for each number of months ahead a map of its own.


# %% tags=["demo"]
def ocean(rng: np.random.Generator, months: slice, repeats: int) -> tuple[Tensor, ...]:
    """Kept values (N, 18), stamps, queries and truths (N, 6), and windows filled forward (N, 36); standardised."""
    from statsmodels.datasets import elnino

    table = elnino.load_pandas().data.to_numpy(float)[:, 1:]
    anomaly = (table - table[:36].mean(0)).ravel()
    anomaly = anomaly / anomaly[: 36 * 12].std()
    values = anomaly[months]
    start = np.tile(np.arange(len(values) - 41), repeats)[:, None]
    window, truth = values[start + np.arange(36)], values[start + 36 + np.arange(6)]
    kept = np.sort(np.argsort(rng.random(window.shape), axis=1)[:, :18], axis=1)
    last = np.zeros(window.shape, dtype=int)
    np.put_along_axis(last, kept, kept, axis=1)
    filled = np.take_along_axis(window, np.maximum(np.maximum.accumulate(last, axis=1), kept[:, :1]), axis=1)
    queries = np.tile(np.arange(36.0, 42.0), (len(start), 1))
    made = (np.take_along_axis(window, kept, axis=1), kept.astype(float), queries, truth, filled)
    return tuple(torch.from_numpy(a) for a in made)


@demo
def pacific(seed: int = 0) -> dict[str, float]:
    """Forecasts of the eastern Pacific from half of the months, beside four controls."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    rng = np.random.default_rng(seed)
    x, t, u, y, filled = ocean(rng, slice(0, 36 * 12), 10)
    x_test, t_test, u_test, y_test, filled_test = ocean(rng, slice(36 * 12 - 36, None), 1)

    def inputs(x: Tensor, t: Tensor, u: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        end = torch.full_like(t[:, 0], 36.0)
        return x.float(), time_features(t, end, 16, 2.0, 72.0), time_features(u, end, 16, 2.0, 72.0)

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = TimeAttention(16, 2, 8)
    ready, generator = inputs(x, t, u), torch.Generator().manual_seed(seed)

    def batch(step: int) -> tuple[Tensor, ...]:
        rows = torch.randint(len(x), (128,), generator=generator)
        return *(a[rows] for a in ready), None, y[rows].float()

    train(model, batch, 300, 2e-2)
    with torch.no_grad():
        attention = model(*inputs(x_test, t_test, u_test))[0]
    said = {
        "climatology": 0 * y_test,
        "persistence": x_test[:, -1:].expand(y_test.shape),
        "seasonal naive": torch.stack([nearest(x_test, t_test, u_test[:, j] - 12) for j in range(6)], dim=1),
        "linear map": torch.stack([ridge(filled, y[:, j], filled_test, 100.0) for j in range(6)], dim=1),
        "attention": attention,
    }
    fig, ax = plt.subplots(figsize=(8, 3.4))
    error = {name: (z - y_test).square().mean(0).sqrt() for name, z in said.items()}
    for (name, e), colour in zip(error.items(), ("0.75", "0.55", "0.4", "C1", "C0"), strict=True):
        ax.plot(range(1, 7), e, color=colour, label=name)
    ax.set(xlabel="months ahead", ylabel="root mean square error\n(deviations)", ylim=(0, None))
    label_ends(ax, gap=0.07)
    return {name.replace(" ", "_"): float(e.square().mean().sqrt()) for name, e in error.items()}


# %% [markdown]
# **A tie.** Attention on irregular months and the linear map of filled windows are within 3 per cent of each other, both ahead
# of persistence and of the climatology; the seasonal naive forecast is the worst, since the season was taken out and
# last year's deviation does not return. The linear map cannot use the holes; where half of the months are left in a
# slow series, filling forward costs it next to nothing. And here nobody knows the true weights. That is the usual case:
# which is why it was worth asking where they are known.
#
# ## What you built, and where it goes next
#
# The exact truth of a forecast from odd times; clocks that survive seconds since 1970; masks that decide by time, and a
# softmax over nothing; heads that look at times, with signs; perturbation; a decoder that looks again at each step. A
# weight explains when the model is linear in what it weighs, and its sign is kept. Further: [multi-time
# attention](https://arxiv.org/abs/2101.10318), which learns its clocks; [attention is not not
# explanation](https://arxiv.org/abs/1908.04626), the reply; neural processes, which forecast a distribution from a set
# of observations; the next notebook, which builds a whole Transformer for series.
#
# The [article](https://www.chenk.top/en/time-series/attention-mechanism/) has more on kinds of heads and on costs: $n$
# observations take $n^2$ weights per head, 64 MB for 4096 of them in float32.
