# %% [markdown]
# # Optimizers: from gradient descent to Adam, Lion and Sophia
#
# A rule sees one gradient at a time and has to walk down a landscape of a thousand or a billion dimensions. The rules
# differ in a line or two, and papers argue about which line matters. **How far above the best possible loss does each
# rule stop, and which landscape makes it so?** To answer it, the best possible loss must be known. In this notebook
# it is known twice before the first step: for a valley, and for a language model. You will write twelve functions,
# nine families of rules, and find what in a text makes plain gradient descent stop short, and which single idea
# closes the gap.
#
# <!-- questions -->
#
# **You need:** gradients, exponential averages, a little numpy. Eigenvalues help in question 1.
#
# **Article:** [Optimizer evolution: from gradient descent to
# Adam](https://www.chenk.top/en/standalone/optimizer-evolution-gd-to-adam/)
#
# **Papers:** Polyak, *Some methods of speeding up the convergence of iteration methods* (1964); Duchi, Hazan and
# Singer, [AdaGrad](https://jmlr.org/papers/v12/duchi11a.html); Kingma and Ba,
# [Adam](https://arxiv.org/abs/1412.6980); Loshchilov and Hutter, [AdamW](https://arxiv.org/abs/1711.05101); Chen et
# al., [Lion](https://arxiv.org/abs/2302.06675); Liu et al., [Sophia](https://arxiv.org/abs/2305.14342); Defazio et
# al., [The road less scheduled](https://arxiv.org/abs/2405.15682); Kunstner et al., [Heavy-tailed class
# imbalance](https://arxiv.org/abs/2402.19449).
#
# **Conventions of the whole notebook.** Everything is numpy, and every rule *minimises*. One call is one step: it
# takes the parameters `theta`, a gradient, and the state that the last call returned, and gives new parameters and a
# new state. Arrays are float64. `theta`, the gradient and the arrays of the state share one shape: any number of
# axes, a single number (shape `()`) and empty arrays included. Whole numbers may come as int64 arrays; the result is
# float64 all the same. Squares, roots and signs are taken entry by entry, and an entry whose gradient is 0 is treated
# like any other. Learning rates and decays are 0 or larger. $\epsilon$ is added *outside* of the root. No function
# changes its arguments, dictionaries and their arrays included, nor an array that `grad_fn` or `hvp` gave it; what it
# returns are new arrays, which share no memory with any of these or with each other. All memory is in what is passed
# in and returned, so that one function can serve many parameters in turn.

# %%
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float

from dlcourse import check, demo, guesses, predict, probe

DATA = Path("data/optimizers").resolve()

# %% [markdown]
# ## First look: seven rules race down a valley
#
# The valley on the left is a hundred times steeper across than along. All seven rules start at the same point, with
# loss 1. Each has the learning rate that suits it best for this valley, found by trial. On the right is the same
# valley, turned by 45°; again each rule has its own best rate. **Pull `steps`** and watch. AdaGrad wins on the left:
# it is at the bottom before gradient descent is half way. On the right it is the last of the seven. Gradient descent
# does not notice the turn at all.
#
# The paths were computed with the functions that you are about to write.


# %% tags=["demo"]
RACE = json.loads((DATA / "race.json").read_text())


@demo(steps=(1, 60))
def first_look(steps: int = 60, seed: int = 0) -> dict[str, float]:
    """Seven stored paths in a valley and in the same valley turned by 45°. Nothing is drawn at random."""
    import matplotlib.pyplot as plt

    steps = int(steps)
    fig, axes = plt.subplots(2, 2, figsize=(10.5, 6.2), height_ratios=[1.25, 1])
    numbers = {}
    for column, angle in zip(axes.T, ("0", "45"), strict=True):
        top, bottom = column
        A = np.array(RACE["matrix"][angle])
        reach = np.linspace(-1.25, 1.25, 121)
        grid = np.stack(np.meshgrid(reach, reach if angle == "45" else reach * 0.6), -1)
        height = 0.5 * ((grid @ A) * grid).sum(-1)
        top.contour(*np.moveaxis(grid, -1, 0), height, levels=[0.01, 0.1, 0.5, 1, 4, 16], colors="0.6", linewidths=0.6)
        for i, (rule, paths) in enumerate(RACE["paths"].items()):
            path = np.array(paths[angle])
            loss = 0.5 * ((path @ A) * path).sum(-1)
            top.plot(*path[: steps + 1].T, color=f"C{i}", lw=1.2, marker=".", ms=3)
            bottom.semilogy(np.maximum(loss[: steps + 1], 1e-16), color=f"C{i}", label=rule)
            numbers[f"{rule}_{angle}"] = float(loss[-1])
        top.set(title="along the axes" if angle == "0" else "turned by 45°", xlabel="$x_1$", ylabel="$x_2$")
        bottom.set(xlabel="step", ylabel="loss", xlim=(0, 60), ylim=(1e-16, 20))
    axes[1, 1].legend(fontsize=8, ncols=2, loc="lower left")
    return numbers


# %% [markdown]
# ## Two landscapes whose bottom is known
#
# **The valley.** $J(x)=\frac12x^\top Ax$ with a symmetric $A$ whose eigenvalues are positive. Its minimum is 0, at 0.
# In the basis of eigenvectors the coordinates do not touch each other, so for linear rules the whole path has a
# formula. What makes it hard is the ratio of the largest to the smallest eigenvalue, the condition number $\kappa$;
# here $\kappa=100$.
#
# ![A valley with contours like flat ellipses and the point (1, 0.1). From it three arrows: the negative gradient (-1, -10) points nearly straight across the valley, minus the sign (-1, -1) goes at 45 degrees, the Newton step (-1, -0.1) leads straight to the bottom.](pictures/optimizers/valley.svg)
#
# **The text.** The smallest language model has one table of logits $W$: row $i$ holds the logits of the word that
# follows word $i$. Over all neighbouring pairs of a text, with $p_{ij}$ the share of the pair $(i,j)$ and
# $p_i=\sum_jp_{ij}$,
#
# $$J(W)=-\sum_{ij}p_{ij}\log\mathrm{softmax}(W_i)_j
# =\underbrace{-\sum_{ij}p_{ij}\log\frac{p_{ij}}{p_i}}_{\text{conditional entropy }H}
# +\sum_ip_i\,\mathrm{KL}\Big(\tfrac{p_{i\cdot}}{p_i}\,\Big\Vert\,\mathrm{softmax}(W_i)\Big)\ \ge\ H .$$
#
# The loss is convex, and its least value is the entropy $H$ of the counts: known by counting, before any training. The
# **gap** $J-H$ is what a rule has left undone. This is about optimisation alone: the counts themselves are the goal.
#
# **By hand.** Two words; the pairs $(0,0),(0,1),(1,0)$ occur 1, 1 and 2 times. Half of the pairs begin with word 0,
# whose next word is a coin flip; after word 1 comes always word 0. So $H=\frac12\log2+\frac12\cdot0=0.347$ nats. All
# logits 0: $J=\log2=0.693$. The gap is $0.347$.
#
# The text is the reference of the Python language that ships with CPython 3.11 (`pydoc_data.topics`, © Python
# Software Foundation, PSF licence), lower-case words only: 28,997 pairs among its 200 commonest words. The floor is
# $H=2.973$ nats. A uniform guess costs $\log200=5.298$.


# %%
def valley(angle: float, kappa: float = 100.0) -> Float[np.ndarray, "2 2"]:
    """Matrix of the valley with eigenvalues 1 and ``kappa``, turned by ``angle`` degrees."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, -s], [s, c]])
    return turn @ np.diag([1.0, kappa]) @ turn.T


def pair_loss(
    W: Float[np.ndarray, "V V"], p: Float[np.ndarray, "V V"]
) -> tuple[float, Float[np.ndarray, "V V"]]:
    """Cross-entropy of the next word given the last one, in nats, and its gradient.

    Args:
        W: logits; row i is for the word after word i.
        p: shares of the pairs; they sum to 1.
    """
    shifted = W - W.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    p_first = p.sum(axis=1, keepdims=True)
    return float((p * (np.log(total) - shifted)).sum()), p_first * (e / total) - p


def pair_floor(p: Float[np.ndarray, "V V"]) -> float:
    """The least value of :func:`pair_loss`: the conditional entropy, in nats."""
    seen = p > 0
    return float(-(p[seen] * np.log((p / p.sum(axis=1, keepdims=True))[seen])).sum())


with np.load(DATA / "word_pairs.npz") as pairs:
    WORDS, COUNTS = pairs["words"].tolist(), pairs["counts"].astype(np.float64)
print(f"{COUNTS.sum():,.0f} pairs, floor {pair_floor(COUNTS / COUNTS.sum()):.3f} nats")

# %% [markdown]
# ## 1. Momentum
#
# Gradient descent is $\theta\leftarrow\theta-\eta\,\nabla J(\theta)$. (With the gradient of a random batch in place
# of $\nabla J$ it is called SGD; the rule is the same.) In the valley the gradient is $A\theta$, so the coordinate
# along an eigenvector with eigenvalue $\lambda$ is multiplied by $1-\eta\lambda$ in each step. It shrinks only if
# $\eta<2/\lambda$, and the steepest direction sets that limit for all. The best compromise makes both ends equally
# slow: $1-\eta\lambda_{\min}=\eta\lambda_{\max}-1$, so $\eta=2/(\lambda_{\min}+\lambda_{\max})$, and each step
# multiplies the error by
#
# $$\frac{\kappa-1}{\kappa+1}=\frac{99}{101}=0.980 .$$
#
# **Momentum**, or the heavy ball, keeps a velocity:
#
# $$v\leftarrow\gamma v+\eta g,\qquad \theta\leftarrow\theta-v .$$
#
# Steps across the valley alternate in sign and cancel; steps along it add up. Under a constant gradient $v$ grows to
# $\eta g\,(1+\gamma+\gamma^2+\dots)=\eta g/(1-\gamma)$: ten times the step for $\gamma=0.9$. In the valley, eliminate
# $v$ with $v_t=x_{t-1}-x_t$:
#
# $$x_{t+1}=(1+\gamma-\eta\lambda)\,x_t-\gamma\,x_{t-1} .$$
#
# The roots of $r^2-(1+\gamma-\eta\lambda)r+\gamma=0$ have the product $\gamma$. As long as they are complex, both
# have the modulus $\sqrt\gamma$, *whatever $\lambda$ is*: for $(1-\sqrt\gamma)^2<\eta\lambda<(1+\sqrt\gamma)^2$. Put
# $\lambda_{\min}$ and $\lambda_{\max}$ on the two ends, and
#
# $$\sqrt\gamma=\frac{\sqrt\kappa-1}{\sqrt\kappa+1}=\frac{9}{11}=0.818,\qquad \eta=\Big(\frac{2}{\sqrt{\lambda_{\max}}+\sqrt{\lambda_{\min}}}\Big)^2 .$$
#
# The root of $\kappa$ in place of $\kappa$: that is what a memory of one step back buys.
#
# **Two forms.** Here the learning rate is *inside* of the velocity, as in the article. `torch.optim.SGD` keeps it
# outside: $b\leftarrow\gamma b+g$, $\theta\leftarrow\theta-\eta b$. With a constant $\eta$ both are the same, since
# $v=\eta b$. As soon as $\eta$ changes they are not: inside, the old velocity keeps the rate with which it was made.
# A third form averages, $v\leftarrow\gamma v+(1-\gamma)g$, and is $1-\gamma$ times smaller.
#
# **By hand.** $\theta=1$, $v=0.5$, $\gamma=0.9$, $\eta=0.1$, $g=2$: $v'=0.45+0.2=0.65$ and $\theta'=0.35$. Now halve
# the rate, with $g=2$ again: $v''=0.585+0.1=0.685$ and $\theta''=-0.335$. With the rate outside ($b=5$, then $b'=6.5$
# and $b''=7.85$) the second step would be $0.05\cdot7.85=0.3925$.


# %% [markdown] hints="momentum_step"
# idea: The velocity is a decaying sum of past steps. It already contains learning rates; the step subtracts it as it
# is.
#
# shapes: All arrays have the shape of `theta`; `lr` and `gamma` are numbers.
#
# steps: First the new velocity from the old one and the gradient; then the new parameters from the *new* velocity.
# Return both.
#
# mistake: A learning rate that multiplies the whole velocity, as torch has it. You see the difference only when `lr`
# changes.


# %% question="momentum_step" minutes=15
def momentum_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    v: Float[np.ndarray, "*shape"],
    lr: float,
    gamma: float,
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """One step of gradient descent with momentum, the learning rate inside of the velocity.

    Args:
        theta: parameters.
        g: gradient at theta.
        v: velocity; zeros before the first step.
        lr: learning rate of this step.
        gamma: momentum, from 0 to below 1; 0 is plain gradient descent.

    Returns:
        The new parameters and the new velocity, both float64.
    """
    ### BEGIN SOLUTION
    v = gamma * v + lr * g
    return theta - v, v
    ### END SOLUTION


# %% [markdown]
# ## 2. Nesterov's look-ahead
#
# Momentum measures the slope where it stands and then jumps by $\gamma v$ anyway. Nesterov measures it where the jump
# will land:
#
# $$\tilde\theta=\theta-\gamma v,\qquad v\leftarrow\gamma v+\eta\,\nabla J(\tilde\theta),\qquad \theta\leftarrow\theta-v .$$
#
# In the valley this gives $x_{t+1}=(1-\eta\lambda)\big((1+\gamma)x_t-\gamma x_{t-1}\big)$, and complex roots now have
# the modulus $\sqrt{\gamma(1-\eta\lambda)}$: steep directions are damped more than flat ones. Momentum treats all
# alike and keeps ringing across the valley. The usual choice is $\eta=1/\lambda_{\max}$ with
# $\gamma=(\sqrt\kappa-1)/(\sqrt\kappa+1)=0.818$; the flattest direction then shrinks by $\sqrt{0.818\cdot0.99}=0.9$
# per step.
#
# ![One step from theta = 1 on half theta squared with v = 0.5, gamma = 0.9, eta = 0.1. Momentum: the slope 1 is measured at theta = 1, the new point is 0.45. Nesterov: the slope 0.55 is measured at the look-ahead 0.55, the new point is 0.495.](pictures/optimizers/nesterov.svg)
#
# A gradient at one point no longer suffices. The function gets `grad_fn`, and asks it for the gradient once per step:
# a gradient is the costly part of training. The result is the new $\theta$, *not* a look-ahead point.
# (`torch.optim.SGD(nesterov=True)` steps from one look-ahead point to the next, with the rate outside; under a
# constant rate its iterates are the points $\tilde\theta$ of this form.)
#
# **By hand.** $J=\frac12\theta^2$, so $\nabla J(\theta)=\theta$. From $\theta=1$, $v=0.5$, $\gamma=0.9$, $\eta=0.1$:
# $\tilde\theta=0.55$, $v'=0.45+0.055=0.505$, $\theta'=0.495$. Momentum takes the slope $1$ at $\theta$ and goes
# further, to $1-(0.45+0.1)=0.45$.


# %% [markdown] hints="nag_step"
# idea: Where would the old velocity alone carry the parameters? Ask for the slope there.
#
# shapes: `grad_fn` takes an array of the shape of `theta` and returns one.
#
# steps: Look ahead; evaluate once; update the velocity; step from `theta`, not from the point you looked at.
#
# mistake: The sign of the look-ahead. The velocity is *subtracted* from the parameters, in the look as in the step.


# %% question="nag_step" minutes=20
def nag_step(
    theta: Float[np.ndarray, "*shape"],
    grad_fn: Callable[[Float[np.ndarray, "*shape"]], Float[np.ndarray, "*shape"]],
    v: Float[np.ndarray, "*shape"],
    lr: float,
    gamma: float,
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """One step of Nesterov's accelerated gradient, the learning rate inside of the velocity.

    Args:
        theta: parameters.
        grad_fn: gradient at a point; called exactly once.
        v: velocity; zeros before the first step.
        lr: learning rate of this step.
        gamma: momentum, from 0 to below 1.

    Returns:
        The new parameters (not a look-ahead point) and the new velocity, both float64.
    """
    ### BEGIN SOLUTION
    v = gamma * v + lr * grad_fn(theta - gamma * v)
    return theta - v, v
    ### END SOLUTION


# %% [markdown]
# Now the theory against your functions: the valley with $\kappa=100$, all three rules at the rates derived above. The
# loss is a square, so it falls by the square of the factor. How many steps until it is ten thousand times smaller
# than at the start?

# %% tags=["predict"]
predict("steps to a loss of 1e-4", gradient_descent=..., momentum=...)


# %% tags=["demo"]
@demo
def three_linear_rules(seed: int = 0) -> dict[str, float]:
    """Loss of gradient descent, momentum and Nesterov in the valley against their closed forms."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    A, kappa = valley(30.0), 100.0
    phi = np.random.default_rng(seed).uniform(0.3, 1.2)
    eigen = np.array([np.sqrt(2) * np.cos(phi), np.sqrt(2 / kappa) * np.sin(phi)])
    c, s = np.cos(np.radians(30.0)), np.sin(np.radians(30.0))
    start = np.array([[c, -s], [s, c]]) @ eigen
    gamma, best = (9 / 11) ** 2, (2 / 11) ** 2

    def walk(rule: str) -> np.ndarray:
        theta, v, losses = start, np.zeros(2), []
        for _ in range(260):
            losses.append(0.5 * theta @ A @ theta)
            if rule == "gradient descent":
                theta, _ = momentum_step(theta, A @ theta, np.zeros(2), 2 / (1 + kappa), 0.0)
            elif rule == "momentum":
                theta, v = momentum_step(theta, A @ theta, v, best, gamma)
            else:
                theta, v = nag_step(theta, lambda at: A @ at, v, 1 / kappa, 9 / 11)
        return np.array(losses)

    fig, ax = plt.subplots()
    numbers = {}
    for i, rule in enumerate(("gradient descent", "momentum", "Nesterov")):
        losses = walk(rule)
        ax.semilogy(np.maximum(losses, 1e-16), color=f"C{i}", label=rule)
        numbers[f"steps_{rule}"] = float(np.argmax(losses < 1e-4))
        numbers[f"rate_{rule}"] = float((losses[40] / losses[20]) ** (1 / 40))
    steps = np.arange(260)
    for factor in (99 / 101, 9 / 11, 0.9):
        ax.semilogy(factor ** (2 * steps), ":", color="0.5")
    ax.axhline(1e-4, color="0.6", lw=0.8)
    for i, name in enumerate(("gradient_descent", "momentum")):
        guess = guesses("steps to a loss of 1e-4").get(name)
        if isinstance(guess, (int, float)):
            ax.plot(guess, 1e-4, "X", ms=10, color=f"C{i}")
    ax.set(xlabel="step", ylabel="loss", ylim=(1e-16, 30), title="dotted: 0.980, 0.818 and 0.9 per step, squared")
    label_ends(ax)
    return numbers


# %% [markdown]
# Gradient descent needs more than 200 steps: $0.980^{2t}=10^{-4}$ gives $t=230$. Momentum and Nesterov need fewer
# than 70. Momentum even rises at first: the modulus of the roots tells how fast the error dies in the end, not that
# it falls in each step.
#
# ## 3. A learning rate for each coordinate: AdaGrad and RMSProp
#
# A word that occurs in one sentence of a thousand gets a thousandth of the gradient, and hardly moves. **AdaGrad**
# divides each entry of the gradient by its own history:
#
# $$G\leftarrow G+g^2,\qquad \theta\leftarrow\theta-\eta\,\frac{g}{\sqrt G+\epsilon} .$$
#
# The first step is $\eta\,\mathrm{sign}(g)$, up to $\epsilon$, for steep and flat directions alike. Multiply one
# coordinate of the gradient by any constant and nothing changes: AdaGrad is blind to scale, which is why the straight
# valley was no obstacle. But $G$ only grows. If all gradients have the size $c$, then after $t$ steps $\sqrt G=c\sqrt
# t$, and steps shrink like $\eta/\sqrt t$. What was large once is held against a coordinate forever.
#
# **RMSProp** forgets. Its $s$ is an exponential average, and no correction is made for its start at zero:
#
# $$s\leftarrow\rho\,s+(1-\rho)\,g^2,\qquad \theta\leftarrow\theta-\eta\,\frac{g}{\sqrt s+\epsilon} .$$
#
# The weights are $\rho$ for the past and $1-\rho$ for the present; $\rho=0.9$ looks back over about ten steps.
#
# $\epsilon$ stands outside of the root, as in all rules here. It keeps an entry whose gradient was always 0 from
# $0/0$: that entry stays where it is. For tiny gradients the place matters: at $g=10^{-9}$, $\epsilon=10^{-8}$ and
# $G=g^2$ the step is $\eta\cdot10^{-9}/(10^{-9}+10^{-8})=\eta/11$; inside of the root $\epsilon$ would drown
# $g^2=10^{-18}$, and the step would be $\eta\cdot10^{-5}$.
#
# **By hand.** Neglect $\epsilon$. $g=4$, $\eta=0.5$. AdaGrad with $G=9$: $G'=25$, the step is $0.5\cdot4/5=0.4$.
# RMSProp with $s=9$, $\rho=0.9$: $s'=8.1+1.6=9.7$, the step is $0.5\cdot4/3.114=0.642$.


# %% [markdown] hints="adagrad_step"
# idea: Both rules are one line for the accumulator and one for the step. They differ only in how the accumulator
# takes in the new square.
#
# shapes: The accumulator has the shape of `theta`: one number for each entry, never one for the whole array.
#
# steps: Square the gradient entry by entry; update the accumulator; take the root; add `eps`; divide; multiply by
# `lr`; subtract.
#
# mistake: Adding `eps` under the root, or using the accumulator from before this gradient.


# %% question="adagrad_step" minutes=25
def adagrad_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    G: Float[np.ndarray, "*shape"],
    lr: float,
    eps: float,
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """One step of AdaGrad.

    Args:
        theta: parameters.
        g: gradient at theta.
        G: sum of the squared gradients of all earlier steps, entry by entry; zeros before the first.
        lr: learning rate.
        eps: positive; added to the root.

    Returns:
        The new parameters and the new sum of squares, this gradient included, both float64.
    """
    ### BEGIN SOLUTION
    G = G + np.square(g, dtype=np.float64)
    return theta - lr * g / (np.sqrt(G) + eps), G
    ### END SOLUTION


def rmsprop_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    s: Float[np.ndarray, "*shape"],
    lr: float,
    rho: float,
    eps: float,
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """One step of RMSProp, without correction for the start at zero.

    Args:
        theta: parameters.
        g: gradient at theta.
        s: exponential average of the squared gradients, entry by entry; zeros before the first step.
        lr: learning rate.
        rho: weight of the past in the average, from 0 to below 1.
        eps: positive; added to the root.

    Returns:
        The new parameters and the new average, this gradient included, both float64.
    """
    ### BEGIN SOLUTION
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / (np.sqrt(s) + eps), s
    ### END SOLUTION


# %% [markdown]
# What forgetting is worth: a coordinate whose gradient is 1 for 200 steps and 0.01 afterwards. Both rules have
# $\eta=1$. After the drop RMSProp's step falls to a hundredth and is back at more than four fifths of its full length
# after 100 steps. AdaGrad's step never recovers: 200 steps after the drop it is still a hundred times shorter than
# just before it.


# %% tags=["demo"]
@demo
def gradient_drop(seed: int = 0) -> dict[str, float]:
    """Length of the steps of AdaGrad and RMSProp when a gradient becomes a hundred times smaller. Nothing is random."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    lengths: dict[str, list[float]] = {"AdaGrad": [], "RMSProp": []}
    theta, G, s = np.zeros(2), np.zeros(()), np.zeros(())
    for t in range(400):
        g = np.array(1.0 if t < 200 else 0.01)
        first, G = adagrad_step(theta[0], g, G, 1.0, 1e-8)
        second, s = rmsprop_step(theta[1], g, s, 1.0, 0.9, 1e-8)
        lengths["AdaGrad"].append(float(theta[0] - first))
        lengths["RMSProp"].append(float(theta[1] - second))
        theta = np.array([float(first), float(second)])
    fig, ax = plt.subplots()
    for rule, values in lengths.items():
        ax.semilogy(values, label=rule)
    ax.axvline(200, color="0.6", lw=0.8)
    ax.set(xlabel="step", ylabel="length of the step", title="at step 200 the gradient falls from 1 to 0.01")
    label_ends(ax)
    return {
        "adagrad_before": lengths["AdaGrad"][199],
        "adagrad_end": lengths["AdaGrad"][399],
        "rmsprop_after": lengths["RMSProp"][200],
        "rmsprop_recovered": lengths["RMSProp"][300],
    }


# %% [markdown]
# ## 4. Adam
#
# **Adam** is RMSProp with an averaged gradient in the numerator, and with a correction for the start at zero. With
# $t$ counted from 1,
#
# $$m_t=\beta_1m_{t-1}+(1-\beta_1)g_t,\qquad s_t=\beta_2s_{t-1}+(1-\beta_2)g_t^2,$$
#
# $$\hat m_t=\frac{m_t}{1-\beta_1^t},\qquad \hat s_t=\frac{s_t}{1-\beta_2^t},\qquad \theta_t=\theta_{t-1}-\eta\,\frac{\hat m_t}{\sqrt{\hat s_t}+\epsilon} .$$
#
# (The paper calls the second average $v$; here $v$ is a velocity.) **Why the correction?** Unroll the average:
# $m_t=(1-\beta_1)\sum_{i=1}^t\beta_1^{t-i}g_i$. The weights sum to
# $(1-\beta_1)\frac{1-\beta_1^t}{1-\beta_1}=1-\beta_1^t$, not to 1. Dividing by it makes $\hat m_t$ a true weighted
# mean. For $\beta_2=0.999$ this matters for a thousand steps: without it the first step would be
# $0.1/\sqrt{0.001}=3.16$ times as long as $\eta$.
#
# ![At t = 1 with beta1 = 0.9 and beta2 = 0.999: m = 0.1 g and s = 0.001 g squared; divided by 0.1 and 0.001 they become g and g squared; the step is eta times g over the absolute value of g, which is eta times the sign.](pictures/optimizers/adam.svg)
#
# So the first step has the length $\eta$ in every coordinate: $\hat m_1=g$, $\hat s_1=g^2$. Afterwards the ratio
# $\hat m/\sqrt{\hat s}$ says how well the recent gradients agree: near $\pm1$ when they all point one way, near 0
# when they are noise.
#
# The averages that are *kept* are the uncorrected ones. A corrected $\hat m$ that is stored back would be corrected
# again and again. The step count belongs to the state, too. A counter in a global variable or in a default argument
# is shared by all parameters: the second one to be updated would find its first step counted as the second.
#
# **By hand.** $\beta_1=0.9$, $\beta_2=0.999$, $\eta=0.1$; neglect $\epsilon$. First gradient 4: $m=0.4$, $s=0.016$;
# corrected 4 and 16; the step is $0.1$. Second gradient $-2$: $m=0.36-0.2=0.16$, $s=0.015984+0.004=0.019984$;
# corrected $0.16/0.19=0.842$ and $0.019984/0.001999=9.997$; the step is $0.1\cdot0.842/3.162=0.0266$.


# %%
def adam_state(theta: Float[np.ndarray, "*shape"]) -> dict:
    """The state before Adam's first step: both averages 0, no step done."""
    return {"m": np.zeros(np.shape(theta)), "s": np.zeros(np.shape(theta)), "t": 0}


# %% [markdown] hints="adam_step"
# idea: Two averages go into the state as they are. Corrected copies of them are made for this step alone.
#
# shapes: `m` and `s` have the shape of `theta`, `t` is a plain integer.
#
# steps: Count the step; update both averages; correct copies of both; take the root of the second and add `eps`;
# step. Return a dictionary with the three entries, made anew.
#
# mistake: `t` is raised before it is used: at the first step it is 1. With 0 the correction divides by zero.


# %% question="adam_step" minutes=25
def adam_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    state: dict,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[Float[np.ndarray, "*shape"], dict]:
    """One step of Adam.

    Args:
        theta: parameters.
        g: gradient at theta.
        state: "m" and "s", the uncorrected averages of the gradients and of their squares, and "t", the number
            of steps done so far (int); :func:`adam_state` gives that of the start. It is not changed.
        lr: learning rate.
        beta1: weight of the past in "m", from 0 to below 1.
        beta2: weight of the past in "s", from 0 to below 1.
        eps: positive; added to the root of the corrected average.

    Returns:
        The new parameters (float64) and a new state with the same three keys, this step included.
    """
    ### BEGIN SOLUTION
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * g
    s = beta2 * state["s"] + (1 - beta2) * g**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(s_hat) + eps), {"m": m, "s": s, "t": t}
    ### END SOLUTION


# %% [markdown]
# ## 5. Weight decay, inside and outside of Adam
#
# Weight decay pulls the parameters towards 0. For gradient descent there are two ways to say it that agree: add
# $\frac\lambda2\Vert\theta\Vert^2$ to the loss, so that $\lambda\theta$ joins the gradient, or shrink $\theta$ by
# $\eta\lambda\theta$ in each step. For Adam they do *not* agree.
#
# - **Adam with L2**: $g+\lambda\theta$ takes the place of $g$ everywhere, in both averages. The pull is then divided
#   by $\sqrt{\hat s}$ like everything else. A coordinate with large gradients is
#   hardly pulled at all.
# - **AdamW** leaves the gradient alone and shrinks beside Adam's step:
#
# $$\theta_t=\theta_{t-1}-\eta\,\lambda\,\theta_{t-1}-\eta\,\frac{\hat m_t}{\sqrt{\hat s_t}+\epsilon} .$$
#
# Both terms use the *old* $\theta$. "Decoupled" means decoupled from the gradients' scale, not from the learning
# rate: the factor is $\eta\lambda$, as in `torch.optim.AdamW`. A schedule that lowers $\eta$ lowers the decay with
# it.
#
# **By hand.** First step, $\theta=10$, $g=4$, $\eta=0.1$, $\lambda=0.5$; neglect $\epsilon$. AdamW:
# $10-0.1\cdot0.5\cdot10-0.1=9.4$. Adam with L2: the gradient becomes $4+5=9$, the first step has the length $\eta$
# whatever the gradient is, $\theta'=9.9$: the decay has had no effect at all.


# %% [markdown] hints="adamw_step"
# idea: Both rules use Adam's step of question 4. Ask what each of them feeds it, and what is left to do beside it.
#
# shapes: State and arguments are those of `adam_step`, with one number more.
#
# steps: L2: make the new gradient, then an ordinary Adam step. AdamW: an ordinary Adam step, and from its result
# subtract the decay of the parameters as they were before the step.
#
# mistake: Decaying what Adam returned. The decay belongs to the parameters from before the step; at large rates the
# difference shows.


# %% question="adamw_step" minutes=25
def adamw_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    state: dict,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    wd: float,
) -> tuple[Float[np.ndarray, "*shape"], dict]:
    """One step of AdamW: Adam with decoupled weight decay.

    Args:
        theta, g, state, lr, beta1, beta2, eps: as in :func:`adam_step`, which may be called.
        wd: weight decay; the old parameters times lr * wd are subtracted beside Adam's step.

    Returns:
        The new parameters (float64) and the new state. The decay leaves no trace in the state.
    """
    ### BEGIN SOLUTION
    stepped, state = adam_step(theta, g, state, lr, beta1, beta2, eps)
    return stepped - lr * wd * theta, state
    ### END SOLUTION


def adam_l2_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    state: dict,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    wd: float,
) -> tuple[Float[np.ndarray, "*shape"], dict]:
    """One step of Adam on the loss plus wd / 2 times the sum of the squared parameters.

    Args:
        theta, g, state, lr, beta1, beta2, eps: as in :func:`adam_step`, which may be called; g is the
            gradient of the loss alone.
        wd: weight of the penalty; its gradient joins g in both averages.

    Returns:
        The new parameters (float64) and the new state.
    """
    ### BEGIN SOLUTION
    return adam_step(theta, g + wd * theta, state, lr, beta1, beta2, eps)
    ### END SOLUTION


# %% [markdown]
# Weights that start at 1 and get gradients of pure noise: nothing asks them to stay, so decay should remove them. The
# noise of each group has another size, from a hundredth to a hundred. With $\eta=0.01$ and $\lambda=1$, 300 steps of
# AdamW leave $0.99^{300}=5\,\%$ of every weight. Under L2 it depends on the noise: the groups with the largest
# gradients keep more than nine tenths of their weight.


# %% tags=["demo"]
@demo
def who_decays(seed: int = 0) -> dict[str, float]:
    """What is left of weights of 1 after 300 steps of decay under gradients of noise, by the size of the noise."""
    import matplotlib.pyplot as plt

    scales = np.logspace(-2, 2, 9)
    rng = np.random.default_rng(seed)
    left = {}
    for name, rule in (("AdamW", adamw_step), ("Adam with L2", adam_l2_step)):
        theta = np.ones((9, 400))
        state = adam_state(theta)
        for _ in range(300):
            g = scales[:, None] * rng.normal(size=theta.shape)
            theta, state = rule(theta, g, state, 0.01, 0.9, 0.999, 1e-8, 1.0)
        left[name] = theta.mean(axis=1)
    fig, ax = plt.subplots()
    for name, mean in left.items():
        ax.semilogx(scales, mean, "o-", label=name)
    ax.axhline(0.99**300, color="0.6", lw=0.8)
    ax.set(xlabel="size of the gradient noise", ylabel="mean weight left", title="line: $0.99^{300}$", ylim=(-0.1, 1.1))
    ax.legend()
    return {
        "adamw_least": float(left["AdamW"].min()),
        "adamw_most": float(left["AdamW"].max()),
        "l2_small_noise": float(left["Adam with L2"][0]),
        "l2_large_noise": float(left["Adam with L2"][-1]),
    }


# %% [markdown]
# ## 6. Lion: only the sign
#
# Adam's step is a sign, softened. **Lion**, found by a search over programs, takes the sign itself, of a mix of the
# averaged and the present gradient:
#
# $$u=\mathrm{sign}\big(\beta_1m+(1-\beta_1)g\big),\qquad \theta\leftarrow\theta-\eta\,(u+\lambda\theta),\qquad m\leftarrow\beta_2m+(1-\beta_2)g .$$
#
# Two things are easily mixed up. The sign uses the *old* $m$; the average is updated afterwards. And there are two
# weights: $\beta_1=0.9$ in the sign, $\beta_2=0.99$ in the average, so that the present gradient counts more in the
# step than in the memory. The decay is decoupled, outside of the sign. $\mathrm{sign}(0)=0$: an entry with no
# gradient and no memory is moved by the decay alone.
#
# Every entry of $u$ has the size 1, so $\eta$ *is* the length of the step. Rates are about ten times smaller than
# Adam's and, to keep $\eta\lambda$, the decay ten times larger. With $\beta_1=0$ Lion is plain sign descent. One
# state array in place of Adam's two: 4 bytes a parameter in float32 in place of 8.
#
# The price: steps do not get shorter near a minimum. With a constant $\eta$ Lion ends up circling it at a distance of
# the order of $\eta$ in every coordinate.
#
# **By hand.** $\beta_1=0.9$, $\beta_2=0.99$, $m=1$, $g=-8.5$, $\theta=2$, $\eta=0.1$, $\lambda=0.25$. The mix is
# $0.9-0.85=0.05$, so $u=1$ and $\theta'=2-0.1\,(1+0.5)=1.85$; $m'=0.99-0.085=0.905$. With the new $m$ in the sign the
# mix would be $0.8145-0.85<0$, a step the other way.


# %% [markdown] hints="lion_step"
# idea: The memory that decides is the one from before this step.
#
# shapes: Everything has the shape of `theta`.
#
# steps: Mix with `beta1`; take the sign; step and decay together; then the average with `beta2`, for the next call.
#
# mistake: The two weights exchanged, or the average updated too early.


# %% question="lion_step" minutes=20
def lion_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    m: Float[np.ndarray, "*shape"],
    lr: float,
    beta1: float,
    beta2: float,
    wd: float,
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """One step of Lion with decoupled weight decay.

    Args:
        theta: parameters.
        g: gradient at theta.
        m: exponential average of the earlier gradients; zeros before the first step.
        lr: learning rate.
        beta1: weight of m under the sign, from 0 to below 1.
        beta2: weight of m in the new average, from 0 to below 1.
        wd: weight decay; lr times wd times the old parameters is subtracted.

    Returns:
        The new parameters and the new average, both float64. The sign of 0 is 0.
    """
    ### BEGIN SOLUTION
    update = np.sign(beta1 * m + (1 - beta1) * g)
    return theta - lr * (update + wd * theta), beta2 * m + (1 - beta2) * g
    ### END SOLUTION


# %% [markdown]
# **The knob.** Turn the valley from 0° to 45°. All seven rules start from the same four points of loss 1, given in
# the valley's own axes, so that they turn with it. Each rule takes 100 steps at the best of 26 rates. Which of them
# can tell a turned valley from a straight one? Look at the formulas: some combine whole gradients, some treat
# coordinates one by one.
#
# Before you run it: how many of the seven will notice a turn of 45°?

# %% tags=["predict"]
predict("rules that notice the turn", how_many=...)


# %% tags=["demo"]
@demo(angle=(0.0, 45.0))
def turned_valley(angle: float = 45.0, seed: int = 0) -> dict[str, float]:
    """Loss after 100 steps at the best of 26 rates, for seven rules in the straight and in the turned valley."""
    import matplotlib.pyplot as plt

    phi = np.random.default_rng(seed).uniform(0.2, 1.37, size=4) + np.pi / 2 * np.arange(4)
    starts = np.stack([np.sqrt(2) * np.cos(phi), np.sqrt(2 / 100) * np.sin(phi)], axis=1)

    def last_loss(rule: str, A: np.ndarray, theta: np.ndarray, lr: float) -> float:
        """Geometric mean of the last losses over the four starts."""
        memory, state = np.zeros_like(theta), adam_state(theta)
        for _ in range(100):
            g = theta @ A
            if rule == "GD":
                theta, _ = momentum_step(theta, g, np.zeros_like(theta), lr, 0.0)
            elif rule == "momentum":
                theta, memory = momentum_step(theta, g, memory, lr, 0.7)
            elif rule == "Nesterov":
                theta, memory = nag_step(theta, lambda at: at @ A, memory, lr, 0.7)
            elif rule == "AdaGrad":
                theta, memory = adagrad_step(theta, g, memory, lr, 1e-8)
            elif rule == "RMSProp":
                theta, memory = rmsprop_step(theta, g, memory, lr, 0.9, 1e-8)
            elif rule == "Adam":
                theta, state = adam_step(theta, g, state, lr, 0.9, 0.999, 1e-8)
            else:
                theta, memory = lion_step(theta, g, memory, lr, 0.9, 0.99, 0.0)
            if not np.abs(theta).max() < 1e6:
                return np.inf
        losses = 0.5 * ((theta @ A) * theta).sum(axis=1)
        return float(np.exp(np.log(np.maximum(losses, 1e-30)).mean()))

    rules = ("GD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "Lion")
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turned = starts @ np.array([[c, s], [-s, c]])
    numbers = {}
    for rule in rules:
        rates = np.logspace(-3.5, 1, 26)
        numbers[f"{rule}_straight"] = min(last_loss(rule, valley(0.0), starts, lr) for lr in rates)
        numbers[f"{rule}_turned"] = min(last_loss(rule, valley(angle), turned, lr) for lr in rates)
    noticed = [
        r for r in rules if abs(np.log(numbers[f"{r}_straight"] / numbers[f"{r}_turned"])) > 1e-3
    ]
    fig, ax = plt.subplots()
    for i, rule in enumerate(rules):
        pair = numbers[f"{rule}_straight"], numbers[f"{rule}_turned"]
        ax.semilogy([i, i], pair, color="0.7", lw=4)
        said = f"× {pair[1] / pair[0]:.2g}" if rule in noticed else "same"
        ax.annotate(said, (i, max(pair)), xytext=(0, 9), textcoords="offset points", ha="center", fontsize=8)
    for name, mark in (("straight", "o"), ("turned", "D")):
        ax.semilogy(range(7), [numbers[f"{rule}_{name}"] for rule in rules], mark, ms=8, label=name)
    ax.set_xticks(range(7), rules)
    guess = guesses("rules that notice the turn").get("how_many")
    said = f", you said {guess}" if guess is not None else ""
    ax.set(yscale="log", ylim=(1e-31, 1e3), ylabel="loss after 100 steps", title=f"{angle:.0f}°: {len(noticed)} of 7 notice{said}")
    ax.legend(loc="lower left")
    return numbers | {"noticed": float(len(noticed))}


# %% [markdown]
# Gradient descent, momentum and Nesterov are built from sums of gradients, and a turn of the valley turns their
# paths: nothing changes. Rules that treat coordinates one by one depend on the axes. AdaGrad loses more than ten
# orders of magnitude. Adam depends on them, too, but in this valley hardly to its harm.
#
# ## 7. Curvature: Hutchinson and Sophia
#
# Newton's step $H^{-1}g$ leads to the bottom of any valley at once (first picture), but a Hessian of $n$ parameters
# has $n^2$ entries. What can be had cheaply is its product with a vector: $Hu$ is the derivative of the gradient
# along $u$, and costs about two gradients. **Hutchinson's estimator** of the diagonal multiplies entry by entry,
#
# $$\mathbb E\big[u\odot Hu\big]_i=\sum_jH_{ij}\,\mathbb E[u_iu_j]=H_{ii},$$
#
# for any random $u$ with mean 0 and covariance $I$. Entries $\pm1$ are best: the error comes from the off-diagonal
# entries alone, its variance being $\sum_{j\ne i}H_{ij}^2$. Normal entries add $2H_{ii}^2$. The mean is over draws,
# one for each row of $U$; the result is a *vector*. (Summed over $i$ it estimates the trace, Hutchinson's original
# use.)
#
# **Sophia** divides the averaged gradient by an averaged diagonal, and clips the ratio entry by entry:
#
# $$m\leftarrow\beta_1m+(1-\beta_1)g,\qquad h\leftarrow\beta_2h+(1-\beta_2)\hat h,\qquad
# \theta\leftarrow\theta-\eta\,\mathrm{clip}\Big(\frac{m}{\max(\gamma h,\,\epsilon)},\,-\rho,\,\rho\Big) .$$
#
# A fresh estimate $\hat h$ is made only every ten steps or so; on the steps between, $h$ stays as it is. Where $h$ is
# negative or tiny, the quadratic picture is wrong, a Newton step would go uphill or very far, and the maximum picks
# $\epsilon$: the ratio is huge, gets clipped, and the step is $\eta\rho$ times the sign, that of Lion. No absolute
# value: it would trust a negative curvature. In the paper's notation $\rho=1$. This is Sophia-H; Sophia-G estimates
# the diagonal from sampled labels. Weight decay, decoupled in the paper, is left out here, and nothing is corrected
# for the start at 0.
#
# **By hand.** $H=\begin{pmatrix}2&1\\1&3\end{pmatrix}$. For $u=(1,-1)$: $Hu=(1,-2)$ and $u\odot Hu=(1,2)$. For
# $u=(1,1)$: $(3,4)$. Their mean $(2,3)$ is the diagonal, here exactly. Sophia with $\beta_1=0.9$, $m=(1,1)$,
# $g=(2,2)$, $h=(100,-2)$ kept, $\gamma=0.05$, $\epsilon=10^{-12}$, $\rho=1$: $m'=(1.1,1.1)$, the ratios are
# $1.1/5=0.22$ and $1.1/10^{-12}$, clipped to 1. With $\eta=0.1$ the step is $(0.022,0.1)$.


# %% [markdown] hints="hutchinson_diag"
# idea: Each row of `U` asks one question of the Hessian. A product entry by entry, not a dot product, keeps the
# answers of the coordinates apart.
#
# shapes: `U` is (n, dim), one call of `hvp` takes and gives (dim,), the answer is (dim,).
#
# steps: For each row multiply it with its Hessian product; average over rows. For Sophia: the average of the
# gradients; the curvature, if there is a new estimate; the floor; the ratio; the clip; the step.
#
# mistake: Clipping the average and not the ratio. A clipped `m` is divided by a tiny number afterwards, and explodes
# all the same.


# %% question="hutchinson_diag" minutes=35 further
def hutchinson_diag(
    hvp: Callable[[Float[np.ndarray, " dim"]], Float[np.ndarray, " dim"]], U: Float[np.ndarray, "n dim"]
) -> Float[np.ndarray, " dim"]:
    """Hutchinson's estimate of the diagonal of a Hessian.

    Args:
        hvp: product of the Hessian with a vector; called once per row of U, with one row at a time.
        U: n >= 1 independent random vectors with mean 0 and covariance I, as rows: entries of ±1, or normal ones.

    Returns:
        The mean over the rows u of u times hvp(u), entry by entry; float64, one number per parameter.
    """
    ### BEGIN SOLUTION
    return np.mean([u * hvp(u) for u in U], axis=0)
    ### END SOLUTION


def sophia_step(
    theta: Float[np.ndarray, "*shape"],
    g: Float[np.ndarray, "*shape"],
    state: dict,
    h_hat: Float[np.ndarray, "*shape"] | None,
    lr: float,
    beta1: float,
    beta2: float,
    gamma: float,
    eps: float,
    rho: float,
) -> tuple[Float[np.ndarray, "*shape"], dict]:
    """One step of Sophia-H, without weight decay and without bias correction.

    Args:
        theta: parameters.
        g: gradient at theta.
        state: "m" and "h", the averages of the gradients and of the diagonal estimates; zeros before the first
            step. It is not changed.
        h_hat: a fresh estimate of the Hessian's diagonal, of any sign; or None on the steps between, when h stays
            as it is.
        lr: learning rate.
        beta1: weight of the past in "m".
        beta2: weight of the past in "h".
        gamma: positive; scales h.
        eps: positive; the least that is divided by.
        rho: positive; bound of the ratio, entry by entry, on both sides.

    Returns:
        The new parameters (float64) and a new state with the same two keys, this step included. The step uses the
        new averages.
    """
    ### BEGIN SOLUTION
    m = beta1 * state["m"] + (1 - beta1) * g
    h = np.array(state["h"], dtype=np.float64)
    if h_hat is not None:
        h = beta2 * h + (1 - beta2) * h_hat
    ratio = m / np.maximum(gamma * h, eps)
    return theta - lr * np.clip(ratio, -rho, rho), {"m": m, "h": h}
    ### END SOLUTION


# %% [markdown]
# ## 8. Without a schedule
#
# A constant rate leaves noise at the end; a rate that falls to 0 has to know when the end is. Averaging the iterates
# removes the noise without a plan, but an average lags behind. **Schedule-free** descent keeps two sequences and
# takes the gradient between them:
#
# $$y=(1-\beta)\,z+\beta\,x,\qquad z\leftarrow z-\eta\,\nabla J(y),\qquad x\leftarrow(1-c)\,x+c\,z,\qquad c=\frac1{t+1} .$$
#
# $z$ does the walking, $x$ is the plain mean of all $z$ so far, and is what one would use at the end. With $t$ the
# number of steps done before, $c=1$ at the first step: $x_1=z_1$, and the starting point drops out of the mean. (The
# article leaves $c$ open. The paper's formulas count $t$ from 1 and the start in; the authors' code, with a constant
# rate, does what is written here.) $\beta=0$ is gradient descent with averaging on the side; $\beta=1$ takes the
# gradient at the average itself; $\beta=0.9$ is the usual choice.
#
# **By hand.** $J=\frac12\theta^2$, $\eta=0.5$, $\beta=0.9$, $z=x=1$. First step ($t=0$): $y=1$, $z=0.5$, $c=1$,
# $x=0.5$. Second ($t=1$): $y=0.5$, $z=0.25$, $x=0.375$. Third ($t=2$): $y=0.025+0.3375=0.3625$, $z=0.06875$,
# $x=\frac23\cdot0.375+\frac13\cdot0.06875=0.273$.


# %% [markdown] hints="schedule_free_step"
# idea: One sequence walks, the other averages it. The gradient is taken near the average, at neither of them.
#
# shapes: `z` and `x` have the same shape; `c` is a number that depends on `t` alone.
#
# steps: Mix the point for the gradient; one call of `grad_fn`; step from the walking sequence; average in the *new*
# point.
#
# mistake: The weights of the mix exchanged: with 0.9 the point is close to the average, not to the walker.


# %% question="schedule_free_step" minutes=25 further
def schedule_free_step(
    z: Float[np.ndarray, "*shape"],
    x: Float[np.ndarray, "*shape"],
    grad_fn: Callable[[Float[np.ndarray, "*shape"]], Float[np.ndarray, "*shape"]],
    t: int,
    lr: float,
    beta: float,
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """One step of schedule-free gradient descent.

    Args:
        z: the sequence that takes the steps.
        x: the mean of the z of all earlier steps; before the first step it is z itself.
        grad_fn: gradient at a point; called exactly once.
        t: number of steps done before this one: 0 at the first.
        lr: learning rate.
        beta: weight of x in the point where the gradient is taken, from 0 to 1.

    Returns:
        The new z and the new x, both float64. After the first step they are equal.
    """
    ### BEGIN SOLUTION
    z_new = z - lr * grad_fn((1 - beta) * z + beta * x)
    c = 1 / (t + 1)
    return z_new, (1 - c) * x + c * z_new
    ### END SOLUTION


# %% [markdown]
# ## All ten on handwritten digits
#
# A network of $64-32-10$ units learns scikit-learn's digits from 1297 of them; 500 are held out. 400 steps on batches
# of 64, the same start and the same batches for all, rates as first guesses, not tuned. Sophia gets a fresh diagonal
# every ten steps, from one $u$ and a finite difference of gradients. The control is the untrained network. On an easy
# task like this **every rule reads between 93 and 99 of 100 held-out digits**: the differences that papers argue
# about do not show here. Where they do show is the payoff below.


# %% tags=["demo"]
@demo
def ten_rules_on_digits(seed: int = 0) -> dict[str, float]:
    """Held-out accuracy of a small network after 400 steps of each rule, and of the untrained network."""
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_digits

    from dlcourse.student.figures import bars

    rng = np.random.default_rng(seed)
    digits = load_digits()
    order = rng.permutation(len(digits.data))
    X, y = digits.data[order] / 16, np.eye(10)[digits.target[order]]
    test = slice(1297, None)
    sizes = [(64, 32), (1, 32), (32, 10), (1, 10)]
    ends = np.cumsum([0] + [a * b for a, b in sizes])

    def layers(theta: np.ndarray) -> list[np.ndarray]:
        return [theta[i:j].reshape(size) for i, j, size in zip(ends[:-1], ends[1:], sizes, strict=True)]

    def gradient(theta: np.ndarray, rows: np.ndarray) -> np.ndarray:
        W1, b1, W2, b2 = layers(theta)
        hidden = np.maximum(X[rows] @ W1 + b1, 0)
        logits = hidden @ W2 + b2
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        d = (e / e.sum(axis=1, keepdims=True) - y[rows]) / len(rows)
        back = (d @ W2.T) * (hidden > 0)
        parts = (X[rows].T @ back, back.sum(0), hidden.T @ d, d.sum(0))
        return np.concatenate([part.ravel() for part in parts])

    def accuracy(theta: np.ndarray) -> float:
        W1, b1, W2, b2 = layers(theta)
        logits = np.maximum(X[test] @ W1 + b1, 0) @ W2 + b2
        return 100 * float((logits.argmax(1) == y[test].argmax(1)).mean())

    start = np.concatenate([(rng.normal(size=size) * (2 / size[0]) ** 0.5 * (size[0] > 1)).ravel() for size in sizes])
    batches = rng.integers(0, 1297, size=(400, 64))
    signs = rng.choice([-1.0, 1.0], size=(40, 1, start.size))

    def train_by(rule: str) -> float:
        theta, memory, state = start, np.zeros_like(start), adam_state(start)
        curvature = {"m": memory, "h": memory}
        x = start
        for t, rows in enumerate(batches):
            g = gradient(theta, rows)
            at = lambda point, rows=rows: gradient(point, rows)
            if rule == "SGD":
                theta, _ = momentum_step(theta, g, np.zeros_like(theta), 0.5, 0.0)
            elif rule == "momentum":
                theta, memory = momentum_step(theta, g, memory, 0.1, 0.9)
            elif rule == "Nesterov":
                theta, memory = nag_step(theta, at, memory, 0.1, 0.9)
            elif rule == "AdaGrad":
                theta, memory = adagrad_step(theta, g, memory, 0.05, 1e-8)
            elif rule == "RMSProp":
                theta, memory = rmsprop_step(theta, g, memory, 0.005, 0.9, 1e-8)
            elif rule == "Adam":
                theta, state = adam_step(theta, g, state, 0.005, 0.9, 0.999, 1e-8)
            elif rule == "AdamW":
                theta, state = adamw_step(theta, g, state, 0.005, 0.9, 0.999, 1e-8, 0.1)
            elif rule == "Lion":
                theta, memory = lion_step(theta, g, memory, 0.001, 0.9, 0.99, 0.1)
            elif rule == "Sophia":
                fresh = None
                if t % 10 == 0:
                    hvp = lambda u, at=at, theta=theta: (at(theta + 1e-4 * u) - at(theta - 1e-4 * u)) / 2e-4
                    fresh = hutchinson_diag(hvp, signs[t // 10])
                theta, curvature = sophia_step(theta, g, curvature, fresh, 0.005, 0.9, 0.9, 1.0, 1e-4, 1.0)
            else:
                theta, x = schedule_free_step(theta, x, at, t, 1.0, 0.9)
        return accuracy(x if rule == "schedule-free" else theta)

    rules = (
        "SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW", "Lion", "Sophia", "schedule-free",
    )  # fmt: skip
    read = {"untrained": accuracy(start)} | {rule: train_by(rule) for rule in rules}
    fig, ax = plt.subplots(figsize=(8, 4))
    bars(ax, read, ["0.6"] + ["C0"] * 10, "%.1f")
    ax.set(xlabel="of 100 held-out digits, read right", xlim=(0, 108))
    return read


# %% [markdown]
# ## Payoff: what stops gradient descent
#
# Back to the text, whose floor is known. The table of logits has 40,000 entries. Each rule takes 100 steps with the
# whole text as its batch, no noise anywhere, from a small random start, at the best of four to seven rates, each twice
# the one before. What is left above the floor?
#
# Words are very unequal: `the` alone is more than a twentieth of all first words, and the rarest stands there 14
# times. To see whether *that* is what matters, the control changes it and nothing else. Add 0.1 to all counts, and
# scale rows and columns in turn until every word is equally frequent, first and second in its pair (Sinkhorn's
# algorithm). Still a text of pairs with a structure to learn, but without rare words. Adding 0.1 changes the problem
# by itself: a pair that never occurs wants a logit of minus infinity, and now no pair does. So a third landscape has
# only that.
#
# What do you expect of gradient descent's gap, in nats? The start is about 2.3 above the floor.

# %% tags=["predict"]
predict("gap of gradient descent", text=..., all_words_equal=...)


# %% tags=["demo"]
def balanced(counts: Float[np.ndarray, "V V"]) -> Float[np.ndarray, "V V"]:
    """Counts scaled by rows and columns until all rows and all columns have the same sum (Sinkhorn)."""
    for _ in range(300):
        counts = counts / counts.sum(axis=1, keepdims=True)
        counts = counts / counts.sum(axis=0, keepdims=True)
    return counts


@demo
def gap_to_the_floor(seed: int = 0) -> dict[str, float]:
    """Gap to the known minimum after 100 steps of four rules, on the text, smoothed, and with all words equal."""
    import matplotlib.pyplot as plt

    start = 0.1 * np.random.default_rng(seed).normal(size=COUNTS.shape)
    smooth = COUNTS + 0.1
    texts = {"the text": COUNTS, "0.1 added": smooth, "all words equal": balanced(smooth)}
    halves = {"first words equal": smooth / smooth.sum(1, keepdims=True), "next words equal": smooth / smooth.sum(0)}
    rates = {
        "GD": (100, 200, 400, 800, 1600, 3200),
        "momentum": (50, 100, 200, 400, 800, 1600, 3200),
        "sign": (0.025, 0.05, 0.1, 0.2),
        "Adam": (0.25, 0.5, 1.0, 2.0),
    }

    def descend(rule: str, p: np.ndarray, lr: float) -> list[float]:
        W, memory, state, losses = start, np.zeros_like(start), adam_state(start), []
        for _ in range(100):
            loss, g = pair_loss(W, p)
            losses.append(loss)
            if rule == "GD":
                W, memory = momentum_step(W, g, memory, lr, 0.0)
            elif rule == "momentum":
                W, memory = momentum_step(W, g, memory, lr, 0.9)
            elif rule == "sign":
                W, memory = lion_step(W, g, memory, lr, 0.0, 0.99, 0.0)
            else:
                W, state = adam_step(W, g, state, lr, 0.9, 0.999, 1e-8)
        return [*losses, pair_loss(W, p)[0]]

    numbers, curves = {}, {}
    for text, counts in (texts | halves).items():
        p = counts / counts.sum()
        floor = pair_floor(p)
        for rule in rates if text in texts else ("GD",):
            curve = min((descend(rule, p, lr) for lr in rates[rule]), key=lambda losses: losses[-1])
            curves[text, rule] = np.array(curve) - floor
            numbers[f"{rule}, {text}"] = float(curves[text, rule][-1])
        numbers[f"start, {text}"] = float(curves[text, "GD"][0])

    fig, axes = plt.subplots(1, 3, figsize=(12, 3.8), sharey=True)
    for ax, text in zip(axes, texts, strict=True):
        for i, rule in enumerate(rates):
            ax.semilogy(np.maximum(curves[text, rule], 1e-6), color=f"C{i}", label=f"{rule} {curves[text, rule][-1]:.1e}")
        ax.set(xlabel="step", title=text, ylim=(1e-6, 10))
        ax.legend(fontsize=8, loc="lower left")
    for name, ax in (("text", axes[0]), ("all_words_equal", axes[2])):
        guess = guesses("gap of gradient descent").get(name)
        if isinstance(guess, (int, float)) and guess > 0:
            ax.plot(100, guess, "X", ms=10, color="C0", clip_on=False)
    axes[0].set(ylabel="nats above the floor")
    return numbers


# %% [markdown]
# Plain gradient descent stops more than a quarter of a nat above the floor. With 0.1 added to the counts it still
# stops more than ten times as far above as with all words equal, where its gap is below a hundredth. So most of the
# gap is made by unequal words. Balancing the first words alone takes it below 0.02, the next words alone below 0.04.
# For the first words the reason is plain: the gradient of a row is proportional to how often its word occurs; a rate
# that suits `the` is far too small for the rest, and a larger one overshoots on `the`.
#
# Momentum closes most of it. But **the sign alone closes it**: without any memory, sign descent ends below one
# hundredth of a nat on the text, because it takes steps of the same length for rare words and for frequent ones.
# Adam, a softened sign whose steps get shorter near the bottom, gets below a thousandth. This, and not its averages,
# is where Adam's advantage on language begins (Kunstner et al. find the same in real language models).
#
# **Try it:** put counts of your own text in place of `COUNTS`; or run Lion with $\beta_1=0.9$ and see whether memory
# helps a sign.
#
# ## What you built, and where it goes next
#
# | rule | state per parameter | bytes in float32 | sees |
# |---|---|---|---|
# | gradient descent | none | 0 | the gradient |
# | momentum, Nesterov | $v$ | 4 | its history |
# | AdaGrad, RMSProp | $G$ or $s$ | 4 | its scale |
# | Adam, AdamW | $m$, $s$ | 8 | both |
# | Lion | $m$ | 4 | its sign |
# | Sophia | $m$, $h$ | 8 | curvature |
# | schedule-free | a second sequence | 4 | the average |
#
# In mixed-precision training a float32 master copy of the weights, 4 bytes more, comes with each of them. Adafactor
# keeps row and column sums of $s$ in place of $s$; 8-bit Adam rounds both averages to a byte each: [Shazeer and Stern
# 2018](https://arxiv.org/abs/1804.04235), [Dettmers et al. 2022](https://arxiv.org/abs/2110.02861).
#
# - **Schedules**, warm-up and clipping: the assignment `learning_rate`.
# - **Turn-proof preconditioners** see whole matrices: Shampoo ([Gupta et al.
#   2018](https://arxiv.org/abs/1802.09568)), Muon, SOAP ([Vyas et al. 2024](https://arxiv.org/abs/2409.11321)).
# - **Why signs help**: [Balles and Hennig 2018](https://arxiv.org/abs/1705.07774); rare classes: [Kunstner et al.
#   2024](https://arxiv.org/abs/2402.19449).
#
# The [article](https://www.chenk.top/en/standalone/optimizer-evolution-gd-to-adam/) tells the story with more
# history. Two of its slips are not followed here: AdamW's decay is scaled by the learning rate, and Lion's sign uses
# the average from before the update.
