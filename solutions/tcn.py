# %% [markdown]
# # TCN: how far back does it look?
#
# A temporal convolutional network forecasts a series with nothing but short filters. Each looks at two or three values,
# never at the future, and each layer spreads its filter twice as wide as the one before. So the network looks back by
# a number of steps that you can count before it is trained. You will build it: the causal dilated convolution, weight
# normalisation, the residual block, the network. And you will ask it one question, three times. **How far back does it
# look?** By counting, by measuring with gradients, and by what it learns: a series is made whose values depend on one
# value 48 steps earlier and on nothing else, so that the least possible error is known. A network that looks back 45
# steps must fail. Must one that looks back 49 succeed?
#
# <!-- questions -->
#
# **You need:** PyTorch tensors, `nn.Module`, the gradient of a function. Windows, rolling origins and controls are those
# of *LSTM: forecasting a series without cheating*; what is needed of them is given.
#
# **Article:** [Time series (6): TCN](https://www.chenk.top/en/time-series/temporal-convolutional-networks/)
#
# **Papers:** Bai, Kolter and Koltun, [An empirical evaluation of generic convolutional and recurrent networks for
# sequence modeling](https://arxiv.org/abs/1803.01271) (2018); van den Oord et al.,
# [WaveNet](https://arxiv.org/abs/1609.03499) (2016); Salimans and Kingma, [Weight
# normalization](https://arxiv.org/abs/1602.07868) (2016); Luo et al., [Understanding the effective receptive
# field](https://arxiv.org/abs/1701.04128) (2017).
#
# **Data.** People per hour at three counters in the centre of Auckland, 60 weeks from 1 January 2019 (Heart of the City
# Auckland; CC BY 4.0). Three of 21 counters were kept; nothing else was changed.
#
# **Conventions of the whole notebook.** Series are tensors $(B, C, T)$: batch, channels, time; time is counted from 0 and
# comes last. $k$ is the number of taps of a filter (`kernel_size`), $d$ its dilation, $c$ the number of convolutions per
# block, $L$ the number of levels (blocks), $H$ the number of steps to forecast. All floating-point tensors of one call
# share a dtype, float32 or float64, and so does the result. No function changes its arguments. Autograd can
# differentiate the results of convolutions, of weight normalisation and of networks.

# %%
import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# Each row of dots is a layer, each dot a value in time; the inputs are the lowest row. One value of the output is
# picked, and everything that can reach it lights up. A filter has three taps. **Turn the knobs**: one more level, another
# output. How much further back does the output see with each level?


# %% tags=["demo"]
@demo(levels=(1, 5), output=(0, 47))
def first_look(levels: int = 3, output: int = 40, seed: int = 0) -> dict[str, float]:
    """The tree of taps above one output of a stack of convolutions with dilations 1, 2, 4, …"""
    import matplotlib.pyplot as plt

    T, counts = 48, []
    fig, ax = plt.subplots(figsize=(10, 3.4))
    times = {output}
    for level in range(levels, -1, -1):
        ax.plot(range(T), [level] * T, ".", color="0.6", ms=5, alpha=0.6)
        ax.plot([t for t in times if t >= 0], [level] * sum(t >= 0 for t in times), "o", color="C0", ms=6)
        counts.append(len(times))
        if level > 0:
            d = 2 ** (level - 1)
            for t in times:
                for j in range(3):
                    ax.plot([t, t - j * d], [level, level - 1], color="C0", lw=0.7, alpha=0.7)
            times = {t - j * d for t in times for j in range(3)}
    ax.axvspan(-16.5, -0.5, color="0.7", alpha=0.2)
    ax.text(-16, levels, "zeros", va="top", color="0.5")
    ax.set(xlabel="time", xlim=(-16.5, T), yticks=range(levels + 1), ylabel="level")
    ax.set_title(f"{counts[-1]} inputs reach the output at time {output}; the earliest is {output - min(times)} steps back")
    fields = {f"inputs_{n}_levels": float(1 + 2 * (2**n - 1)) for n in range(1, 6)}
    return fields | {"shown": float(counts[-1])}


# %% [markdown]
# 3, 7, 15, 31, 63: each level doubles the footprint and adds one. Nothing to the right of the output lights up: that is
# what *causal* means. And an output near the beginning looks at zeros.
#
# ## 1. The causal dilated convolution
#
# A filter has $k$ taps $w_0,\dots,w_{k-1}$. Slid over a series with dilation $d$, it reads every $d$-th value, backwards
# from the present. In PyTorch's layout the **last** tap is the one of the present:
#
# $$y_t=b+\sum_{j=0}^{k-1} w_j\,x_{t-(k-1-j)d},\qquad x_t=0\ \text{ for } t<0 .$$
#
# With channels, each tap is a matrix $(C_o, C_i)$, and the sum runs over the input channels as well. (PyTorch's `conv1d`
# is what signal processing calls a cross-correlation. A filter written $f_0x_t+f_1x_{t-d}+\dots$ is the same thing with
# the taps in the opposite order, $f_i=w_{k-1-i}$.)
#
# The output is as long as the input. For that $(k-1)d$ zeros are put on the **left**, and none on the right. A *centred*
# convolution, the one for pictures (`padding="same"`), puts half of them on either side: each output then sees
# $(k-1)d/2$ steps of the future. A third way is common in code: pad $(k-1)d$ on both sides, which makes the output
# $(k-1)d$ too long, and cut it. What is cut must be the *end*.
#
# ![One impulse at time 4 and a filter of three taps with dilation 2. The causal response is at 4, 6 and 8. The centred one is at 2, 4 and 6: it answers before it was asked](pictures/tcn/impulse.svg)
#
# **By hand.** $x=(1,2,3,4,5)$, $w=(1,10)$, $b=0$, $d=2$: $y_t=10x_t+x_{t-2}$, so $y=(10,20,31,42,53)$. With $d=1$ it is
# $(10,21,32,43,54)$. With the taps the wrong way round, $d=2$ would give $(1,2,13,24,35)$.


# %% question="causal_conv1d" minutes=25 forbid=["torch.conv1d", "torch.conv2d", "torch.conv3d", "torch.convolution", "torch.conv_transpose1d", "torch.conv_transpose2d", "torch.conv_transpose3d"]
def causal_conv1d(
    x: Float[Tensor, "B Ci T"], w: Float[Tensor, "Co Ci k"], b: Float[Tensor, " Co"] | None = None, dilation: int = 1
) -> Float[Tensor, "B Co T"]:
    """Convolution in time of which each output sees the present and the past only.

    torch's convolutions are not allowed.

    Args:
        x: series; T at least 1, also shorter than the filter. What comes before the first value counts as 0.
        w: filters. ``w[:, :, -1]`` multiplies the present, ``w[:, :, -2]`` the values ``dilation`` steps earlier, and so
            on. k is any number from 1 on, even ones included.
        b: added to all values of a channel; None adds nothing.
        dilation: distance in time of two neighbouring taps.

    Returns:
        As many steps as x. Each call stands for itself: nothing is kept for the next one.

    Raises:
        ValueError: the dilation is below 1.
    """
    ### BEGIN SOLUTION
    if dilation < 1:
        raise ValueError(f"no dilation {dilation}")
    T, k = x.shape[-1], w.shape[-1]
    padded = F.pad(x, ((k - 1) * dilation, 0))
    y = sum(w[:, :, j] @ padded[:, :, j * dilation : j * dilation + T] for j in range(k))
    return y if b is None else y + b[:, None]
    ### END SOLUTION


# %% [markdown] hints="causal_conv1d"
# idea: A convolution is a sum of $k$ shifted copies of the series, each multiplied by the matrix of one tap. Only the
# shifts depend on the dilation.
#
# shapes: With zeros on the left a series has $T+(k-1)d$ steps. One tap is (Co, Ci), a piece of the series (B, Ci, T);
# their matrix product is (B, Co, T). A bias of shape (Co,) must become (Co, 1).
#
# steps: Refuse bad dilations. Pad the left side only. For each tap take the $T$ steps that it sees (the first tap starts
# at the first zero, the last one at the first true value), multiply, add up. Then the bias, if there is one.
#
# mistake: Padding $k-1$ in place of $(k-1)d$. It is right as long as the dilation is 1, and then misses the length.

# %% [markdown]
# What is a forecast worth that sees ahead? Here is white noise with variance 1, whose next value nobody can know: the
# least possible mean squared error is 1. A single filter of five taps is trained to say the next value at each time,
# once with your causal convolution, and once with a centred one (which is the causal one, shifted to the left).


# %% tags=["demo"]
def centred_conv1d(x: Float[Tensor, "B Ci T"], w: Float[Tensor, "Co Ci k"], dilation: int = 1) -> Float[Tensor, "B Co T"]:
    """The convolution for pictures, k odd: a causal one that was shifted to the left by half of its length."""
    half = (w.shape[-1] - 1) * dilation // 2
    return causal_conv1d(F.pad(x, (0, half)), w, None, dilation)[:, :, half:]


@demo
def a_leak(seed: int = 0) -> dict[str, float]:
    """The response to an impulse, and the error on the next value of white noise, causal and centred."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, 1, 4001, generator=generator)
    impulse, taps = torch.zeros(1, 1, 31), torch.tensor([[[0.4, 0.6, 0.8, 0.9, 1.0]]])
    impulse[0, 0, 15] = 1
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2), width_ratios=[1.5, 1])
    error, before = {}, {}
    for i, (name, convolve) in enumerate({"causal": causal_conv1d, "centred": centred_conv1d}.items()):
        response = convolve(impulse, taps, dilation=2)[0, 0]
        before[name] = float(response[:15].abs().sum())
        left.vlines(torch.arange(31) + 0.3 * i - 0.15, 0, response, color=f"C{i}", lw=4, label=name)
        w = torch.zeros(1, 1, 5, requires_grad=True)
        optimizer = torch.optim.Adam([w], lr=0.05)
        for _ in range(80):
            loss = (convolve(noise[:, :, :2000], w) - noise[:, :, 1:2001]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            error[name] = (convolve(noise[:, :, 2000:-1], w) - noise[:, :, 2001:]).square()[:, :, 10:-10].mean().item()
    left.axvline(15, color="0.6", lw=1, ls=":")
    left.set(xlabel="time", ylabel="response to an impulse at 15")
    left.legend(loc="upper left")
    bars(right, error, ["C0", "C1"])
    right.axvline(1, color="0.6", lw=1, ls=":")
    right.set(xlabel="error on the next value (possible: 1)", xlim=(0, 1.3))
    return {f"error_{name}": e for name, e in error.items()} | {f"before_{name}": r for name, r in before.items()}


# %% [markdown]
# The centred filter forecasts noise without error: it has learned to copy. Nothing in training or on the held-out half
# gives it away, since both halves are cheated alike. Only a look at what an output can see does. That look is question 3.
#
# ## 2. How far back, by counting
#
# One convolution lets an output see $(k-1)d$ steps further back than its input does. Stacked, these steps add up, and
# the present counts as one. With $c$ convolutions per level, all of the same dilation, levels of dilations
# $d_1,\dots,d_L$ have the *receptive field*
#
# $$R=1+c\,(k-1)\sum_{\ell=1}^{L}d_\ell .$$
#
# With dilation 1 everywhere $R$ grows by a constant per level. With $d_\ell=2^{\ell-1}$ the sum is $2^L-1$, and $R$
# grows exponentially in the depth:
#
# $$R=1+c\,(k-1)(2^L-1).$$
#
# So the number of levels for a lookback of at least $R$ is the smallest $L$ for which that holds: 0 for $R=1$, else
#
# $$L=\Big\lceil\log_2\Big(\frac{R-1}{c\,(k-1)}+1\Big)\Big\rceil .$$
#
# The formula that is printed most often has $c=1$. The block of question 6, and of most code, has **two** convolutions
# of the same dilation, and sees twice as far.
#
# ![Three levels with dilations 1, 2 and 4 above 15 inputs. The output sees 3 values of the second level, 7 of the first, 15 inputs](pictures/tcn/tree.svg)
#
# **By hand.** $k=3$, dilations $1,2,4$: $1+2\cdot7=15$ inputs with one convolution per level, $1+2\cdot2\cdot7=29$ with
# two. To see a week of hours, 168, with $k=3$: one convolution per level needs $\lceil\log_2(167/2+1)\rceil=7$ levels
# (6 have 127), two need $\lceil\log_2(167/4+1)\rceil=6$ (which have 253; 5 have 125).


# %% question="receptive_field" minutes=20
def receptive_field(kernel_size: int, dilations: list[int], convs_per_block: int = 1) -> int:
    """Inputs from the earliest that can reach an output up to the present, both included.

    Args:
        kernel_size: taps k of each filter, at least 1.
        dilations: one per level, in any order, any numbers from 1 on; none at all for a network that sees the present
            alone.
        convs_per_block: convolutions per level, each with the dilation of the level.

    Returns:
        A Python int. Inputs that are skipped by all filters, between the earliest one and the present, count.
    """
    ### BEGIN SOLUTION
    return 1 + convs_per_block * (kernel_size - 1) * sum(dilations)
    ### END SOLUTION


def required_levels(field: int, kernel_size: int, convs_per_block: int = 1) -> int:
    """The smallest number of levels with dilations 1, 2, 4, … whose receptive field is at least ``field``.

    Args:
        field: inputs that are to be seen, at least 1; as large as you like (a Python int has no largest value, and a
            logarithm of floats is not exact).
        kernel_size: taps of each filter, at least 1.
        convs_per_block: convolutions per level, at least 1.

    Returns:
        0 where the present alone is enough.

    Raises:
        ValueError: the field is below 1; or it is above 1 and the filters have a single tap.
    """
    ### BEGIN SOLUTION
    if field == 1:
        return 0
    if field < 1 or kernel_size < 2:
        raise ValueError(f"no number of levels with {kernel_size} taps has a field of {field}")
    steps = -(-(field - 1) // (convs_per_block * (kernel_size - 1)))  # rounded up, without floats
    return steps.bit_length()  # the smallest L for which 2**L - 1 is at least so much
    ### END SOLUTION


# %% [markdown] hints="receptive_field"
# idea: Count what each convolution adds, not what it multiplies. Levels can be found by trying 0, 1, 2, …: there are never
# many, since the field doubles with each. (A whole number also knows how many binary digits it has.)
#
# shapes: Numbers only. No network is needed.
#
# steps: For the field: a sum over the levels, times what all convolutions have in common, plus the present. For the
# levels: refuse what cannot be reached, then add levels until the field of question 2 is large enough.
#
# mistake: $k$ taps span $k-1$ gaps. With $k$ in place of $k-1$ each level counts $d$ inputs too many.

# %% [markdown]
# ## 3. How far back, by measuring
#
# A formula holds for the network that was meant. What holds for the one that was written? Ask autograd: an input
# reaches an output if the derivative is not zero,
#
# $$s \text{ reaches } t\quad\Longleftrightarrow\quad \frac{\partial\, y_{b,o,t}}{\partial x_{b,i,s}}\ne0\ \text{ for some example } b,\text{ output channel } o,\text{ input channel } i .$$
#
# The set of all $s$ that reach $t$ is the *footprint* of $t$. Two things can be read off it. If it holds an $s>t$, the
# network sees the future. And the measured receptive field is the distance from the last output's earliest input up to
# the present:
#
# $$R=T-\min\{s: s\text{ reaches } T-1\} .$$
#
# That is a **span**, not a number of non-zero derivatives: with dilation, one layer leaves holes. And zeros lie in wait.
# A ReLU passes no derivative where it is shut, so one input may miss paths that another takes: hence "for some example".
# Channels may cancel: the derivative of the *sum* of two outputs can be zero though neither is. Derivatives may be tiny,
# $10^{-30}$, and still not zero: no threshold.
#
# **By hand.** One filter of two taps, both 1, with dilation 3, over six values: $y_5=x_5+x_2$. Two inputs reach the last
# output, 2 and 5. The field is $6-2=4$, as by counting: $1+1\cdot3=4$.


# %% question="empirical_receptive_field" minutes=20
def footprint(model: Callable[[Tensor], Tensor], x: Float[Tensor, "B Ci T"], t: int) -> Bool[Tensor, " T"]:
    """Which inputs reach the output at one time.

    Args:
        model: takes series (B, Ci, T) and gives series (B, Co, T), each example by itself, in a way that autograd can
            follow; a module, which stays in whichever mode it is, or a function. It may have parameters that want
            gradients, or none.
        x: inputs at which derivatives are taken. x wants no gradient before, and none afterwards.
        t: time of the output, 0 to T - 1.

    Returns:
        True at time s if the derivative of at least one output at t with respect to at least one input at s is not
        exactly 0: any example, any input channel, any single output channel. (Those of different output channels may
        cancel; they are not to be added.) Gradients kept in ``.grad`` of the model's parameters stay as they were.
    """
    ### BEGIN SOLUTION
    x = x.detach().requires_grad_()  # another tensor on the same numbers
    outputs = model(x)[:, :, t].sum(0)  # examples are independent: nothing cancels
    reached = torch.zeros(x.shape[-1], dtype=torch.bool)
    for output in outputs:
        (derivative,) = torch.autograd.grad(output, x, retain_graph=True)
        reached |= (derivative != 0).any(1).any(0)
    return reached
    ### END SOLUTION


def empirical_receptive_field(model: Callable[[Tensor], Tensor], x: Float[Tensor, "B Ci T"]) -> int:
    """Distance from the earliest input that reaches the last output to the present, both included.

    Args:
        model: as for :func:`footprint`.
        x: inputs at which derivatives are taken. If T is smaller than the true field, the answer is at most T.

    Returns:
        A Python int; 0 where no input reaches the last output.
    """
    ### BEGIN SOLUTION
    reached = footprint(model, x, x.shape[-1] - 1).nonzero()
    return int(x.shape[-1] - reached[0]) if len(reached) else 0
    ### END SOLUTION


# %% [markdown] hints="empirical_receptive_field"
# idea: `torch.autograd.grad` gives the derivative of one number with respect to a tensor. One number per output channel
# is enough: examples do not see each other, so their outputs may be added.
#
# shapes: The output at $t$, summed over the examples, is (Co,). Each derivative is (B, Ci, T); what counts is whether
# anything along the first two axes is not zero: (T,).
#
# steps: Make a tensor of x's numbers that wants gradients. Run the model. For each output channel take the derivative and mark
# what is not zero. For the field find the first mark of the last output.
#
# mistake: Counting the marks. A dilated filter skips inputs, and the span is larger than the count.

# %% [markdown]
# Your ruler against your count: stacks of two convolutions per level, with random filters and a ReLU after each, one to
# six levels. Left, footprints of the last output. Right, what is measured in a wide network with eight examples, and
# in a narrow one with a single example.


# %% tags=["demo"]
def stack(filters: list[tuple[Tensor, int]], rectify: bool) -> Callable[[Tensor], Tensor]:
    """Causal convolutions one after the other, with a ReLU after each if asked for."""

    def run(x: Tensor) -> Tensor:
        for w, dilation in filters:
            x = causal_conv1d(x, w, None, dilation)
            x = x.relu() if rectify else x
        return x

    return run


def random_filters(channels: list[int], dilations: list[int], generator: torch.Generator) -> list[tuple[Tensor, int]]:
    """Two filters of three taps per level, with normal weights that keep the size of what passes."""
    widths = [channels[0]] + [c for c in channels[1:] for _ in range(2)]
    double = [d for d in dilations for _ in range(2)]
    return [
        (torch.randn(co, ci, 3, generator=generator) * math.sqrt(2 / (3 * ci)), d)
        for ci, co, d in zip(widths[:-1], widths[1:], double, strict=True)
    ]


@demo
def ruler(seed: int = 0) -> dict[str, float]:
    """Footprints of random networks, and the measured field beside the counted one."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    T, counted, measured = 300, [], {"wide": [], "narrow": []}
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), width_ratios=[1.5, 1])
    for levels in range(1, 7):
        dilations = [2**i for i in range(levels)]
        counted.append(receptive_field(3, dilations, 2))
        for name, channels, examples in (("wide", 8, 8), ("narrow", 2, 1)):
            net = stack(random_filters([1] + [channels] * levels, dilations, generator), rectify=True)
            x = torch.randn(examples, 1, T, generator=generator)
            measured[name].append(empirical_receptive_field(net, x))
            seen = footprint(net, x, T - 1)
            height, colour = (levels + 0.15, "C0") if name == "wide" else (levels - 0.15, "C1")
            left.plot(torch.arange(T)[seen] - T + 1, [height] * int(seen.sum()), "|", color=colour, ms=8)
    left.set(xlabel="time before the output", ylabel="levels", xlim=(-T, 5))
    right.plot(range(1, 7), counted, color="0.6", lw=4, alpha=0.6, label="counted")
    right.plot(range(1, 7), measured["wide"], "o", color="C0", label="8 channels, 8 examples")
    right.plot(range(1, 7), measured["narrow"], "x", color="C1", label="2 channels, 1 example")
    right.set(xlabel="levels", ylabel="receptive field", ylim=(0, 290))
    right.legend()
    numbers = {f"counted_{n}": float(c) for n, c in enumerate(counted, start=1)}
    for name, found in measured.items():
        numbers |= {f"{name}_{n}": float(m) for n, m in enumerate(found, start=1)}
    return numbers


# %% [markdown]
# With eight channels and eight examples the ruler gives what was counted, at each depth. With two channels and one
# example it falls short in a deep network, and may show nothing at all: shut ReLUs stand in the way. It never
# shows more than was counted. So a measured field is a lower bound; give the ruler examples enough.
#
# ## 4. The thin edge: how many ways lead back
#
# An input at the edge of the field reaches the output if every filter on the way uses its oldest tap: one path in time. An
# input in the middle is reached by many combinations of taps. Their number is a convolution. One filter with dilation
# $d$ can step back by $0,d,\dots,(k-1)d$; write that as a row of ones with holes. Steps add, so that numbers of ways are
# convolved: with $c$ filters per level,
#
# $$\sum_{\delta} n_\delta z^\delta=\prod_{\ell=1}^{L}\big(1+z^{d_\ell}+z^{2d_\ell}+\dots+z^{(k-1)d_\ell}\big)^c ,$$
#
# where $n_\delta$ is the number of paths that step back by $\delta$ in all. Their sum is $k^{cL}$.
#
# Why does the number matter? In a linear network with independent random weights of mean 0 and variance $s^2$, the
# derivative with respect to an input is a sum over paths of products of weights. Two different paths differ in at
# least one weight, so their products are uncorrelated, and $\mathbb E\,(\partial y/\partial x_\delta)^2$ is **proportional to
# $n_\delta$**. What the network hears at the start of training from offset $\delta$ is as loud as $\sqrt{n_\delta}$.
#
# The hill has a closed form for its width. A random path takes in each filter one of $k$ steps with equal probability. The
# variance of a number drawn evenly from $0,\dots,k-1$ is $(k^2-1)/12$, and variances of independent steps add:
#
# $$\operatorname{sd}(\delta)=\sqrt{c\,\frac{k^2-1}{12}\sum_\ell d_\ell^2},\qquad\text{around the mean } \frac{R-1}2 .$$
#
# With dilation 1 throughout, the field grows like $L$ and the hill like $\sqrt L$: deep undilated networks see a small
# part of their field. With $d_\ell=2^{\ell-1}$ both grow like $2^L$: the hill keeps its shape, and its thin edges.
#
# ![The numbers of paths over the offset for three levels with two filters each: a hill of 29 bars, 1, 2, 5 at the edges, 59 in the middle](pictures/tcn/hill.svg)
#
# **By hand.** $k=3$, dilations $1,2$, one filter per level: ones at $0,1,2$ convolved with ones at $0,2,4$ give
# $(1,1,2,1,2,1,1)$, nine paths. The deviation is $\sqrt{\frac{8}{12}(1+4)}=\sqrt{10/3}=1.826$ around 3.


# %% question="path_count" minutes=15 further
def path_count(kernel_size: int, dilations: list[int], convs_per_block: int = 1) -> Int64[np.ndarray, " R"]:
    """In how many ways an output is reached from each offset.

    Args:
        kernel_size: taps k of each filter, at least 1.
        dilations: one per level, in any order; none at all gives the one way to the present.
        convs_per_block: filters per level, all with the dilation of the level.

    Returns:
        Exact counts, int64: at index δ the number of ways to step back by δ, from 0, the present, to R - 1. Offsets that
        all filters skip have 0.
    """
    ### BEGIN SOLUTION
    ways = np.ones(1, dtype=np.int64)
    for dilation in dilations:
        steps = np.zeros((kernel_size - 1) * dilation + 1, dtype=np.int64)
        steps[::dilation] = 1
        for _ in range(convs_per_block):
            ways = np.convolve(ways, steps)
    return ways
    ### END SOLUTION


def path_spread(kernel_size: int, dilations: list[int], convs_per_block: int = 1) -> float:
    """Standard deviation of the offset of a path, all paths being equally likely, in closed form.

    Args:
        kernel_size: taps k of each filter, at least 1; as large as you like.
        dilations: one per level, as large as you like: no list of paths is made.
        convs_per_block: filters per level.

    Returns:
        Steps; 0.0 where there is one path only.
    """
    ### BEGIN SOLUTION
    return math.sqrt(convs_per_block * (kernel_size**2 - 1) / 12 * sum(d**2 for d in dilations))
    ### END SOLUTION


# %% [markdown] hints="path_count"
# idea: The ways of two filters together are the convolution of the ways of each. Begin with the one way of no filter.
#
# shapes: One filter: a vector of length $(k-1)d+1$ with $k$ ones. All together: length $R$.
#
# steps: Loop over levels, and within a level over its filters. Make the row with holes, convolve. For the deviation:
# variance of one even step, times the square of its dilation, summed over all filters; then the root.
#
# mistake: Rows of $k$ ones without holes. Then the dilation has no effect.

# %% [markdown]
# Is it so? Below, three levels with two filters each: the number of paths, and the squared derivative of 150 random
# linear networks, eight channels wide, averaged and scaled to the same sum. **Turn the knob** to set the dilation of the
# last level: at 8 in place of 4 the hill moves towards lags that were hardly reached.


# %% tags=["demo"]
@demo(last=(1, 8))
def hill(last: int = 4, seed: int = 0) -> dict[str, float]:
    """Paths per offset, and squared derivatives of random linear networks."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    dilations, generator = [1, 2, last], torch.Generator().manual_seed(seed)
    ways = path_count(3, dilations, 2)
    squared = torch.zeros(len(ways))
    for _ in range(150):
        net = stack(random_filters([1, 8, 8, 8], dilations, generator), rectify=False)
        x = torch.zeros(1, 1, len(ways), requires_grad=True)
        (derivative,) = torch.autograd.grad(net(x)[0, :, -1] @ torch.randn(8, generator=generator), x)
        squared += derivative[0, 0].flip(0) ** 2
    share, heard = ways / ways.sum(), (squared / squared.sum()).numpy()
    fig, ax = plt.subplots(figsize=(8, 3.4))
    ax.bar(range(len(ways)), share, color="C0", alpha=0.5)
    ax.plot(share, color="C0", lw=0, label="paths")
    ax.plot(heard, "o-", color="C1", label="squared derivative")
    mean, spread = (len(ways) - 1) / 2, path_spread(3, dilations, 2)
    ax.axvspan(mean - spread, mean + spread, color="0.7", alpha=0.2)
    ax.set(xlabel="offset in steps", ylabel="share", ylim=(0, 1.2 * max(heard.max(), share.max())))
    label_ends(ax, gap=0.08)
    outer = np.abs(np.arange(len(ways)) - mean) > 2 * spread
    return {
        "correlation": float(np.corrcoef(share, heard)[0, 1]),
        "field": float(len(ways)),
        "within_one_deviation": float(share[np.abs(np.arange(len(ways)) - mean) <= spread].sum()),
        "beyond_two": float(share[outer].sum()),
        "offsets_beyond_two": float(outer.mean()),
    }


# %% [markdown]
# The derivatives follow the paths. Two thirds of the paths lie within one deviation of the middle. And more than a
# quarter of the field, its two ends, holds less than a twentieth of the paths. So the far end of the field is inside by
# the definition, and hardly heard. What that does to learning is measured after question 7.

# %% [markdown]
# ## 5. Weight normalisation
#
# The filters of a TCN are usually not parameters themselves. Each filter, that is each output channel $o$ with all its
# $C_ik$ numbers, is made of a direction $v_o$ and a length $g_o$:
#
# $$w_o=g_o\,\frac{v_o}{\lVert v_o\rVert} .$$
#
# The norm is over input channels *and* taps, one per output channel. Optimizers then move lengths and directions
# separately. With $\bar w=\partial\mathcal L/\partial w$ and $u_o=v_o/\lVert v_o\rVert$, differentiate $g_ou_o$:
#
# $$\bar g_o=\langle \bar w_o, u_o\rangle,\qquad
# \bar v_o=\frac{g_o}{\lVert v_o\rVert}\big(\bar w_o-\bar g_o\,u_o\big) .$$
#
# The second one is $\bar w$ with its part along $v$ taken away: $\bar v_o\perp v_o$. So a step of gradient descent
# can only make $v$ longer (Pythagoras), and the longer $v$ is, the smaller is the next turn: a step size that falls by
# itself.
#
# **A trap in published code.** Under weight normalisation $w$ is computed anew in each forward pass. Whoever wants to
# start from other weights and writes them into $w$ has changed nothing: the next pass overwrites them. A start must be
# written into $v$ and $g$: for given filters, $v=w$ and $g_o=\lVert w_o\rVert$.
#
# **By hand.** One filter, $v=(3,4)$, $g=10$: $w=(6,8)$. With $\bar w=(1,0)$: $\bar g=\frac35=0.6$ and $\bar
# v=\frac{10}{5}\big((1,0)-0.6\,(0.6,0.8)\big)=(1.28,-0.96)$. Indeed $3\cdot1.28-4\cdot0.96=0$.


# %% question="weight_norm" minutes=20 further forbid=["autograd", "torch.nn.utils.weight_norm", "torch.nn.utils.parametrizations.weight_norm", "torch._weight_norm", "torch._weight_norm_interface"]
def weight_norm(v: Float[Tensor, "Co Ci k"], g: Float[Tensor, " Co"]) -> Float[Tensor, "Co Ci k"]:
    """Filters of given directions and lengths.

    torch's own weight normalisation is not allowed, nor is autograd.

    Args:
        v: directions, one per output channel; of any length but 0 whose square the dtype can hold.
        g: lengths; 0 and negative ones are possible.

    Returns:
        For each output channel its v scaled to norm |g|, in the direction of v (or the opposite one, if g is negative).
    """
    ### BEGIN SOLUTION
    return v * (g / v.flatten(1).norm(dim=1))[:, None, None]
    ### END SOLUTION


def weight_norm_backward(
    v: Float[Tensor, "Co Ci k"], g: Float[Tensor, " Co"], dw: Float[Tensor, "Co Ci k"]
) -> tuple[Float[Tensor, "Co Ci k"], Float[Tensor, " Co"]]:
    """Derivatives of a loss with respect to directions and lengths.

    Args:
        v, g: as for :func:`weight_norm`.
        dw: derivative of the loss with respect to the filters.

    Returns:
        Derivatives with respect to v and to g.
    """
    ### BEGIN SOLUTION
    norm = v.flatten(1).norm(dim=1)
    dg = (dw * v).flatten(1).sum(1) / norm
    dv = (g / norm)[:, None, None] * (dw - v * (dg / norm)[:, None, None])
    return dv, dg
    ### END SOLUTION


def split_weight(w: Float[Tensor, "Co Ci k"]) -> tuple[Float[Tensor, "Co Ci k"], Float[Tensor, " Co"]]:
    """Directions and lengths from which given filters are made: the start of a training.

    Args:
        w: filters, none of them 0.

    Returns:
        v, equal to w but a new tensor, and g, the positive norms.
    """
    ### BEGIN SOLUTION
    return w.clone(), w.flatten(1).norm(dim=1)
    ### END SOLUTION


# %% [markdown] hints="weight_norm"
# idea: One norm per output channel, over everything else. Make each filter a row and the formulas are those of vectors.
#
# shapes: Filters as rows: (Co, Ci·k). A norm or an inner product per row: (Co,). To scale filters it needs two more
# axes: (Co, 1, 1).
#
# steps: Norms along the row. For the way back: inner products of $\bar w$ with the unit directions; take that part
# away from $\bar w$; scale what is left.
#
# mistake: One norm for the whole tensor, or one per tap. Both give the right result for a single filter with one tap.

# %% [markdown]
# ## 6. The block
#
# A level of a TCN is two convolutions with the same dilation, each followed by a ReLU and dropout, and a path around
# both:
#
# $$h^{(1)}=\operatorname{drop}(\operatorname{relu}(\operatorname{conv}_1 x)),\qquad
# h^{(2)}=\operatorname{drop}(\operatorname{relu}(\operatorname{conv}_2 h^{(1)})),\qquad
# y=\operatorname{relu}\big(h^{(2)}+\operatorname{skip}(x)\big).$$
#
# The skip is the identity where the numbers of channels agree, so that it has no parameters. Where they do not, it is a
# convolution with one tap, a matrix per time step. The last ReLU comes *after* the sum.
#
# ![A block: the input goes up through convolution, ReLU, dropout, twice; around it a path to the sum; a ReLU above the sum](pictures/tcn/block.svg)
#
# Dropout sets each number to 0 with probability $p$ while training, independently, and divides the others by $1-p$; when
# the network is used (`model.eval()`), it does nothing. `nn.Dropout` is that.
#
# The weight-normalised causal convolution is given as a module; it is made of questions 1 and 5. Its filters start with
# norm $\sqrt2$ (He's rule for ReLUs, in lengths: $C_ik$ numbers of variance $2/(C_ik)$).
#
# **By hand.** One channel, $k=2$, $d=1$, no biases, filters $(1,1)$ and $(-1,1)$, $x=(2,-3,3)$. The first
# convolution gives $(2,-1,0)$, its ReLU $(2,0,0)$; the second $(2,-2,0)$, its ReLU $(2,0,0)$; plus $x$ it is $(4,-3,3)$,
# and the block gives $(4,0,3)$.


# %%
class CausalConv(nn.Module):
    """A causal convolution with weight-normalised filters.

    Parameters: ``v`` (co, ci, k), directions; ``g`` (co,), lengths; ``bias`` (co,).
    """

    def __init__(self, ci: int, co: int, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.v = nn.Parameter(torch.randn(co, ci, kernel_size))
        self.g = nn.Parameter(torch.full((co,), math.sqrt(2)))
        self.bias = nn.Parameter(torch.zeros(co))

    def forward(self, x: Float[Tensor, "B ci T"]) -> Float[Tensor, "B co T"]:
        return causal_conv1d(x, weight_norm(self.v, self.g), self.bias, self.dilation)


# %% question="TCNBlock" minutes=30
BUILT_ON = causal_conv1d, weight_norm  # CausalConv runs these two functions of yours


class TCNBlock(nn.Module):
    """One level: two dilated causal convolutions and a path around them.

    Args:
        ci: channels of the input.
        co: channels of the output, and between the convolutions.
        kernel_size: taps of both convolutions.
        dilation: of both convolutions.
        dropout: probability p with which each number after each of the two inner ReLUs is set to 0 in training mode.

    Its parts, by which parameters are named: ``conv1`` and ``conv2``, of class :class:`CausalConv`; ``skip``, None where ci
    equals co, else ``nn.Conv1d(ci, co, 1)``. No other parameters.
    """

    def __init__(self, ci: int, co: int, kernel_size: int, dilation: int, dropout: float = 0.0) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = CausalConv(ci, co, kernel_size, dilation)
        self.conv2 = CausalConv(co, co, kernel_size, dilation)
        self.skip = nn.Conv1d(ci, co, 1) if ci != co else None
        self.drop = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B ci T"]) -> Float[Tensor, "B co T"]:
        """The output y of the formulas, no number below 0; as many steps as x.

        Dropout draws from torch's global generator, in training mode only. In evaluation mode, or with p = 0, nothing is
        random.
        """
        ### BEGIN SOLUTION
        h = self.drop(self.conv1(x).relu())
        h = self.drop(self.conv2(h).relu())
        return (h + (x if self.skip is None else self.skip(x))).relu()
        ### END SOLUTION


# %% [markdown] hints="TCNBlock"
# idea: The constructor makes parts, the forward pass connects them. Each arrow of the picture is one expression.
#
# shapes: (B, ci, T), then (B, co, T) three times. The skip has to bring (B, ci, T) to (B, co, T).
#
# steps: Call the constructor of `nn.Module` first. Two convolutions: which channels does each of them have? A skip or
# None. In the forward pass: convolution, ReLU, dropout; again; add what went around; ReLU.
#
# mistake: Giving the dilation to the first convolution only. Nothing fails, and the network sees hardly half as far as you
# believe. (Your ruler of question 3 shows it.)

# %% [markdown]
# ## 7. The network, and its forecast
#
# Blocks with dilations $1,2,4,\dots$, and a head, a convolution with one tap that turns the channels of each time step
# into the outputs. With `co` $=H$ outputs the network forecasts $H$ steps directly: from what it has seen up to
# time $t$, output $h$ (counted from 0) at time $t$ is the value at $t+1+h$.
#
# Since nothing sees the future, **every position is a forecast**. One pass over a series of $T$ values gives forecasts
# from $T$ origins, and in training $T$ losses, where an LSTM must go step by step. Used on a window, only the last position
# counts, since it alone knows the whole window: the forecast is $y_{b,:,T-1}$, of shape $(B,H)$. (Comparing all positions
# $(B,1,T)$ with targets $(B,1,H)$ fails, or worse, is broadcast.) A window shorter than the receptive field is
# continued with zeros into the past, which is the mean of standardised values, and not what happened.
#
# **By hand.** How many parameters has a TCN of one input, channels $16, 16$, $k=3$, one output? First block: $16\cdot3$
# directions, 16 lengths, 16 biases, $80$; $16\cdot16\cdot3+32=800$; a skip, $16+16=32$. Second block: $800+800$, no
# skip. Head: $17$. In all $912+1600+17=2529$. And it sees $1+2\cdot2\cdot(1+2)=13$ steps.


# %% question="TCN" minutes=20
class TCN(nn.Module):
    """A temporal convolutional network: blocks, then a head.

    Args:
        ci: channels of the input.
        co: channels of the output.
        channels: of the output of each block; at least one block. Its length is the number of levels.
        kernel_size: taps of the convolutions in the blocks.
        dilations: one per block; None for 1, 2, 4, and so on.
        dropout: of all blocks.

    Its parts: ``blocks``, an ``nn.ModuleList`` of :class:`TCNBlock`; ``head``, ``nn.Conv1d(channels[-1], co, 1)``. No other
    parameters.

    Raises:
        ValueError: there are not as many dilations as blocks.
    """

    def __init__(
        self,
        ci: int,
        co: int,
        channels: list[int],
        kernel_size: int,
        dilations: list[int] | None = None,
        dropout: float = 0.0,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        if dilations is None:
            dilations = [2**level for level in range(len(channels))]
        levels = zip([ci, *channels], channels, dilations, strict=False)
        if len(dilations) != len(channels):
            raise ValueError(f"{len(dilations)} dilations for {len(channels)} blocks")
        self.blocks = nn.ModuleList([TCNBlock(a, b, kernel_size, d, dropout) for a, b, d in levels])
        self.head = nn.Conv1d(channels[-1], co, 1)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B ci T"]) -> Float[Tensor, "B co T"]:
        """Outputs at all times; there is no ReLU after the head."""
        ### BEGIN SOLUTION
        for block in self.blocks:
            x = block(x)
        return self.head(x)
        ### END SOLUTION


def forecast(model: nn.Module, X: Float[Tensor, "B ci T"]) -> Float[Tensor, "B H"]:
    """What a network with H outputs says after having seen whole windows.

    Args:
        model: gives (B, H, T). All its parts are in training mode or all in evaluation mode; afterwards it is in the same
            mode again.
        X: windows.

    Returns:
        The outputs at the last time, computed in evaluation mode (no dropout) and without recording gradients. Gradients
        that the parameters hold stay as they are.
    """
    ### BEGIN SOLUTION
    mode = model.training
    model.eval()
    with torch.no_grad():
        said = model(X)[:, :, -1]
    model.train(mode)
    return said
    ### END SOLUTION


# %% [markdown] hints="TCN"
# idea: A list of blocks in which each takes what the one before gives. The forecast is one slice, in the right mode.
#
# shapes: Block $i$ goes from the $i$-th of (ci, channels…) to the next. The network: (B, ci, T) to (B, co, T). The
# forecast: (B, H), the last step.
#
# steps: Dilations, if none are given; refuse lists of different lengths. Input channels of the blocks are the output
# channels shifted by one, with `ci` in front. For the forecast: remember the mode, switch, no gradients, one slice,
# switch back.
#
# mistake: Dilations $2i$ or $i+1$ in place of $2^i$. For the first two levels they may even agree.

# %% [markdown]
# Now the experiment of the beginning: $x_t=0.8\,x_{t-48}+0.3\,\varepsilon_t$. The next value depends on the one 47
# steps before the last known one, and on no other. The least possible error is $0.3^2=0.09$; who does not reach that far
# back can do no better than the variance, $0.09/(1-0.64)=0.25$.
#
# Three networks with four levels, $k=3$, 16 channels, as many parameters each. Their dilations are $1,2,4,4$ with a field
# of $1+4\cdot11=45$; $1,2,4,5$, field 49; and $1,2,4,8$, field 61. To offset 47 lead 0, 2 and 74 of 6561 paths. Each is
# trained for 250 steps on every position. Controls: the value of 48 steps ago (*lag naive*), and a line through the last
# 48 values.

# %% tags=["predict"]
# Mean squared error on new data, between 0.09 and 0.25. Which of the three learns it?
predict("error at lag 48", field_45=..., field_49=..., field_61=...)


# %% tags=["demo"]
def make_windows(Z: Float[Tensor, "F N"], starts: Int64[Tensor, " B"], L: int) -> Float[Tensor, "B F L"]:
    """Given: from each start L values of all channels."""
    return Z[:, starts[:, None] + torch.arange(L)].transpose(0, 1)


def train_tcn(
    model: nn.Module, Z: Float[Tensor, "F N"], field: int, steps: int, seed: int, batch: int = 8, lr: float = 1e-2
) -> None:
    """Adam on the next value of channel 0 at 128 positions of each window, all of which see a full field."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / steps)
        starts = torch.randint(Z.shape[1] - field - 127, (batch,), generator=generator)
        window = make_windows(Z, starts, field + 128)
        loss = (model(window[:, :, :-1])[:, 0, -128:] - window[:, 0, -128:]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def from_every_origin(model: nn.Module, Z: Float[Tensor, "F N"], first: int, field: int) -> Float[Tensor, " n"]:
    """One-step forecasts of the values from ``first`` to the end: one causal pass over the series."""
    with torch.no_grad():
        return model(Z[None, :, first - field : -1])[0, 0, field - 1 :]


def line_forecasts(s: Float[Tensor, " N"], first: int, lookback: int) -> Float[Tensor, " n"]:
    """The linear control: ridge regression on the last values, fitted before ``first``."""
    rows = s.double().unfold(0, lookback + 1, 1)
    A = torch.cat([rows[:, :-1], torch.ones(len(rows), 1, dtype=torch.float64)], dim=1)
    n = first - lookback
    gram = A[:n].T @ A[:n] + torch.eye(lookback + 1, dtype=torch.float64)
    return (A[n:] @ torch.linalg.solve(gram, A[:n].T @ rows[:n, -1])).to(s.dtype)


def tcn(seed: int, ci: int, levels: int, dilations: list[int] | None = None) -> TCN:
    """A network with 16 channels and three taps, started from a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return TCN(ci, 1, [16] * levels, 3, dilations)


@demo
def which_learns_it(seed: int = 0) -> dict[str, float]:
    """Errors of three networks on a series that depends on its value 48 steps ago alone."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    lag, N, first = 48, 12000, 8000
    s, generator = torch.zeros(N + 500), torch.Generator().manual_seed(seed)
    noise = 0.3 * torch.randn(N + 500, generator=generator)
    for t in range(0, len(s), lag):  # 48 steps at once
        old = s[t - lag : t] if t else torch.zeros(lag)
        s[t : t + lag] = 0.8 * old[: len(s) - t] + noise[t : t + lag]
    s = s[500:]
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), width_ratios=[1.3, 1])
    numbers, error = {}, {}
    for i, dilations in enumerate(([1, 2, 4, 4], [1, 2, 4, 5], [1, 2, 4, 8])):
        field = receptive_field(3, dilations, 2)
        ways = path_count(3, dilations, 2)
        left.plot(ways, color=f"C{i}", label=f"field {field}")
        numbers[f"paths_{field}"] = float(ways[lag - 1]) if field >= lag else 0.0
        model = tcn(seed, 1, 4, dilations)
        train_tcn(model, s[None, :first], field, 250, seed, batch=4, lr=2e-2)
        said = from_every_origin(model, s[None], first, field)
        error[f"field_{field}"] = (said - s[first:]).square().mean().item()
    error["line"] = (line_forecasts(s, first, lag) - s[first:]).square().mean().item()
    error["lag_naive"] = (s[first - lag : -lag] - s[first:]).square().mean().item()
    error["variance"] = s[first:].var().item()
    left.axvline(lag - 1, color="0.6", lw=1, ls=":")
    left.set(xlabel="offset in steps", ylabel="paths", yscale="log")
    left.legend(loc="lower center")
    bars(right, error, ["C0", "C1", "C2", "0.5", "0.6", "0.7"], guessed=guesses("error at lag 48"))
    right.axvline(0.09, color="0.6", lw=1, ls=":")
    right.set(xlabel="mean squared error (possible: 0.09)", xlim=(0, 0.36))
    return numbers | error


# %% [markdown]
# **Only the widest field learns it.** With 45 steps nothing can be learned: the lag is out of sight, and counting was
# right. With 49 the lag is inside the field, and nothing was learned either: two paths of 6561 are too faint to be heard
# among the noise in 250 steps. At 61 the error falls to less than 0.17. So a field is a bound, and not a promise: leave
# room at its edge.
#
# And the controls? **The line is better than all three.** The truth is a line here, after all; what the network needs 250
# steps to find, least squares finds at once. On this series a TCN has nothing to offer but its field.
#
# ## 8. Which channels does it use?
#
# A forecast may read several series. To ask which of them a trained network uses, set one to a constant and see how much
# worse it gets: *ablation*. With $E$ the mean squared error over all examples and steps ahead,
#
# $$\Delta_f=E\big(X\text{ with channel } f \text{ set to a constant}\big)-E(X).$$
#
# The constant should be harmless: the mean of the channel, which is 0 if the channel was standardised. All other channels
# stay as they are, also those that were ablated before.
#
# **By hand.** The model says $2a+b$ for the last values $a,b$ of two channels. Two examples, $(1,2)$ and $(3,-1)$, with
# targets 5 and 5: it says 4 and 5, $E=\frac12(1+0)=0.5$. Without $a$ it says $2$ and $-1$: $\frac12(9+36)=22.5$. Without
# $b$ it says 2 and 6: $\frac12(9+1)=5$. So $\Delta=(22,\ 4.5)$.


# %% question="channel_ablation" minutes=15
def channel_ablation(
    model: Callable[[Float[Tensor, "B F T"]], Float[Tensor, "B H"]],
    X: Float[Tensor, "B F T"],
    Y: Float[Tensor, "B H"],
    fill: Float[Tensor, " F"] | None = None,
) -> Float[Tensor, " F"]:
    """By how much the mean squared error grows when one channel at a time is set to a constant.

    Args:
        model: forecasts from windows; called F + 1 times, in any order. It may write into what it is given.
        X: windows; they stay as they are, whatever the model does with its argument.
        Y: what happened.
        fill: the constant of each channel; 0 for all if None.

    Returns:
        The increase for each channel, negative where the model does better without it. Errors are averaged over examples
        and steps ahead. No gradients are recorded.
    """
    ### BEGIN SOLUTION
    def error(windows: Tensor) -> Tensor:
        return (model(windows) - Y).square().mean()

    with torch.no_grad():
        base, increase = error(X.clone()), []
        for f in range(X.shape[1]):
            without = X.clone()
            without[:, f] = 0 if fill is None else fill[f]
            increase.append(error(without) - base)
    return torch.stack(increase)
    ### END SOLUTION


# %% [markdown] hints="channel_ablation"
# idea: One error with all channels, then one error per channel from a fresh copy.
#
# shapes: Channels are the second axis: (B, F, T). What is set is all examples and all times of one channel.
#
# steps: Switch recording off. The base error. For each channel: copy, overwrite, ask the model, subtract the base.
#
# mistake: One copy for all. From the second channel on, the channels before are missing as well.

# %% [markdown]
# People on Queen Street in the coming hour, from five channels: the counts at number 45 itself, at number 210 up the
# street, on Te Ara Tāhuhu near by, and the hour that is to be forecast as a point on the clock, a sine and a cosine. A
# network with a field of 5 hours was trained on all five, another one on the street's own counts alone. What the four
# others are worth is the difference of their errors. What says ablation?


# %% tags=["demo"]
def counters() -> dict[str, Float[Tensor, " N"]]:
    """Standardised logarithms of people per hour, by 48 weeks of training; the last 12 weeks are for the test."""
    with np.load("data/tcn/steps.npz") as file:
        logs = {name: np.log1p(file[name].astype(float)) for name in file.files}
    n = 48 * 168
    return {name: torch.tensor((s - s[:n].mean()) / s[:n].std(), dtype=torch.float32) for name, s in logs.items()}


@demo
def leans_on(seed: int = 0) -> dict[str, float]:
    """Increase of the error without each of five channels, and what four of them are worth."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    series, first = counters(), 48 * 168
    angle = 2 * math.pi * (torch.arange(len(series["quay"])) + 7) / 24  # the first row is the hour from 6 to 7
    channels = {"45 Queen St": series["queen_45"], "210 Queen St": series["queen_210"], "Te Ara Tāhuhu": series["quay"]}
    channels |= {"sine of the hour": angle.sin() * math.sqrt(2), "cosine of the hour": angle.cos() * math.sqrt(2)}
    Z, field = torch.stack(list(channels.values())), receptive_field(3, [1], 2)
    error, models = {}, {}
    for name, used in (("own counts alone", 1), ("all five", 5)):
        models[name] = tcn(seed, used, 1)
        train_tcn(models[name], Z[:used, :first], field, 200, seed)
        said = from_every_origin(models[name], Z[:used], first, field)
        error[name] = (said - Z[0, first:]).square().mean().item()
    starts = torch.arange(first - field, Z.shape[1] - field)
    X, Y = make_windows(Z, starts, field), Z[0, first:, None]
    increase = channel_ablation(lambda X: forecast(models["all five"], X), X, Y).tolist()
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2), width_ratios=[1, 1.3])
    bars(left, error, ["0.6", "C0"], "%.3f")
    left.set(xlabel="error on the coming hour", xlim=(0, 1.4 * error["own counts alone"]))
    bars(right, dict(zip(channels, increase, strict=True)), ["C0"] * 5, "%.3f")
    right.set(xlabel="increase of the error without the channel", xlim=(min(0.0, *increase), 1.2 * max(increase)))
    worth = error["own counts alone"] - error["all five"]
    return {"alone": error["own counts alone"], "all": error["all five"], "worth": worth} | {
        "ablated": float(sum(increase[1:])),
        "least": float(min(increase)),
    }


# %% [markdown]
# Each channel is used: without any of them the network is worse. But the four extra channels together are worth less
# than 0.02, and ablation charges more than ten times as much for them. A network that has learned to lean on a channel
# falls when it is pulled away; had it never had it, it would have leaned on another. **Ablation says what this network
# uses, and not what the forecast needs.** For that, train again without it.
#
# ## Payoff: how far back is worth it?
#
# The same street, now from its own counts alone, in the coming hour. Networks with 2, 3 and 6 levels see 13, 29 and 253
# hours: half a day, a bit more than a day, a week and a half. The control at each lookback is a line through the same
# values. Three more need no fit: the last hour, the same hour of the day before, the same hour of the week before.
# Trained on 48 weeks, then forecast from each of the 2016 hours of the last twelve, with each network given equal steps
# and an equal number of targets. Errors are those of standardised logarithms: the variance is 1.

# %% tags=["predict"]
# Mean squared error; "the same hour a week before" has 0.10. And which will win, network or line?
predict("people in the coming hour", tcn_13=..., tcn_29=..., tcn_253=..., line_253=...)


# %% tags=["demo"]
@demo
def how_far_back(seed: int = 0) -> dict[str, float]:
    """Errors on the coming hour by lookback: networks, lines, and three naive forecasts."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    s, first = counters()["queen_45"], 48 * 168
    truth = s[first:]

    def error(said: Float[Tensor, " n"]) -> float:
        return (said - truth).square().mean().item()

    numbers = {
        name: error(s[first - back : -back]) for name, back in (("last_hour", 1), ("day_before", 24), ("week_before", 168))
    }
    for lookback in (5, 13, 29, 61, 125, 168, 253):
        numbers[f"line_{lookback}"] = error(line_forecasts(s, first, lookback))
    for levels in (2, 3, 6):
        model = tcn(seed, 1, levels)
        field = receptive_field(3, [2**i for i in range(levels)], 2)
        train_tcn(model, s[None, :first], field, 200, seed)
        said = from_every_origin(model, s[None], first, field)
        numbers[f"tcn_{field}"] = error(said)
    window = make_windows(s[None], torch.arange(first - field, first - field + 20), field)
    numbers["one_pass_against_windows"] = (forecast(model, window)[:, 0] - said[:20]).abs().max().item()
    fig, ax = plt.subplots(figsize=(8, 3.8))
    for name, colour in (("line", "C1"), ("tcn", "C0")):
        found = {int(key.split("_")[1]): value for key, value in numbers.items() if key.startswith(f"{name}_")}
        ax.plot(list(found), list(found.values()), "o-", color=colour, label={"tcn": "TCN", "line": "line"}[name])
    for name, colour in (("last_hour", "0.7"), ("week_before", "0.5")):
        ax.plot([5, 253], [numbers[name]] * 2, ":", color=colour, label=name.replace("_", " "))
    for name, guess in guesses("people in the coming hour").items():
        if name in numbers and isinstance(guess, (int, float)):
            ax.plot(int(name.split("_")[1]), guess, "X", ms=10, color="C3")
    ax.set(xlabel="hours of lookback", ylabel="mean squared error", xscale="log", ylim=(0, 0.16))
    ax.set_xticks([5, 13, 29, 61, 125, 253], ["5", "13", "29", "61", "125", "253"])
    label_ends(ax, gap=0.07)
    return numbers


# %% [markdown]
# **Both axes matter.** At each lookback the network beats the line. With half a day it has less than six tenths of
# the line's error: from the course of a morning it can tell a working day from a Sunday, which no weighted sum can. With a day and
# five hours it is already better than the line that sees a week and a half. And from there on it gains little or nothing:
# never as much as a tenth. The line goes on to gain until it holds a whole week.
#
# **So how far back does it look?** As far as you count, at most; as far as paths are many, at first; and as far as it
# pays, in the end. All of them beat the best naive forecast, the week before, by far: by more than half.
#
# (One street, one summer, one network of 16 channels: a larger one may make more of the week. What holds in general is
# the question, and its three rulers.)
#
# ## What you built, and where it goes next
#
# A convolution that cannot see the future, two rulers for how far it sees, a block that trains, and a network of them that
# forecasts from every origin in one pass. Try a longer field on your own series: `required_levels` says how deep. Further:
# gates, $\tanh(a)\odot\sigma(b)$ of two convolutions in place of the ReLU, as in WaveNet; quantiles in place of a mean, by the
# pinball loss $\max(\tau e,(\tau-1)e)$ of the error $e=y-\hat y$; residual networks over a *basis* of curves, N-BEATS, the
# next question of this track.
#
# The [article](https://www.chenk.top/en/time-series/temporal-convolutional-networks/) has more on its training. (Its
# code for a small normal start writes into weights that weight normalisation overwrites: question 5.)
