# %% [markdown]
# # Neural networks and backpropagation
#
# A network misreads a digit. It has two thousand weights. **Which of them are to blame, and by how much?** One
# question, asked of every weight after every mistake, is all there is to training. You will build a
# neural-network library in numpy that answers it: activations, the forward pass, the loss, backpropagation, a
# checker that knows the truth, and initial weights with which the answer still reaches the first of twenty
# layers. At the end your net reads digits, black on white or white on black, and says which pixels misled it.
#
# <!-- questions -->
#
# **You need:** matrix products, the chain rule, numpy broadcasting.
#
# **Article:** [Neural networks and
# backpropagation](https://www.chenk.top/en/ml-math-derivations/19-neural-networks-and-backpropagation/)
#
# **Papers:** Rumelhart, Hinton and Williams, [Learning representations by back-propagating
# errors](https://doi.org/10.1038/323533a0) (1986); Glorot and Bengio, [Understanding the difficulty of
# training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html) (2010); He et
# al., [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852) (2015).
#
# **Conventions of the whole notebook.** An example is a *column*: a batch of $m$ examples with $d_0$ features is
# $X$ of shape $(d_0, m)$. Layer $l = 1, \dots, L$ has $W^{(l)}$ of shape $(d_l, d_{l-1})$ and $b^{(l)}$ of shape
# $(d_l, 1)$; with $h^{(0)} = X$ it computes $z^{(l)} = W^{(l)} h^{(l-1)} + b^{(l)}$ and
# $h^{(l)} = \sigma_l(z^{(l)})$. Python lists start at 0, so `Ws[0]` is $W^{(1)}$. $\odot$ is the elementwise
# product. Arrays are float64, those that you return, too. When a function returns, its arguments are as they
# were. Your code may call numpy and `erf`, which are imported here, and no other library.

# %%
from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy.special import erf

from dlcourse import check, demo, guesses, predict, probe

# %% [markdown]
# ## First look: blame by wiggling
#
# Two interleaved half circles, and a net with 33 weights that should tell them apart. Ask each weight in turn:
# nudge it up, run the net again, and see by how much the loss rises. That is its *blame* (right). Move every
# weight against its blame, and ask again. **Pull `steps` from 0 to 300.** At 0 the boundary is a guess, at 20 it is
# nearly a straight line, at 300 it has learned to bend and reads 98 of 100 new points or more.

# %% tags=["demo"]
def half_circles(
    rng: np.random.Generator, m: int
) -> tuple[Float[np.ndarray, "2 m"], Float[np.ndarray, "m"]]:
    """Noisy points of two interleaved half circles, and the numbers 0 and 1 of their half circles."""
    label = rng.integers(2, size=m)
    angle = rng.uniform(0, np.pi, size=m)
    upper = np.array([np.cos(angle), np.sin(angle)])
    lower = np.array([1 - np.cos(angle), 0.5 - np.sin(angle)])
    return np.where(label, lower, upper) + rng.normal(0, 0.15, size=(2, m)), label


def digit_images() -> tuple[Float[np.ndarray, "64 n"], Float[np.ndarray, "n"]]:
    """scikit-learn's 1797 handwritten digits, one column each, ink +1 and paper -1; and their classes."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.data.T / 8 - 1, digits.target


@demo(steps=(0, 300))
def first_look(steps: int = 300, seed: int = 0) -> dict[str, float]:
    """A net of 33 weights that learns by wiggling each of them. None of your functions is needed."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    (X, label), (X_new, label_new) = half_circles(rng, 150), half_circles(rng, 2000)
    theta = rng.normal(size=33) * np.repeat([1.0, 0.0, 0.3, 0.0], [16, 8, 8, 1])

    def run(thetas: np.ndarray, points: np.ndarray) -> np.ndarray:
        """One score per net (row of ``thetas``) and point."""
        W, b, v = thetas[:, :16].reshape(-1, 8, 2), thetas[:, 16:24, None], thetas[:, None, 24:32]
        return (v @ np.tanh(W @ points + b))[:, 0] + thetas[:, 32:]

    def loss(thetas: np.ndarray) -> np.ndarray:
        return np.logaddexp(0, np.where(label, -1, 1) * run(thetas, X)).mean(axis=1)

    wiggle = 1e-4 * np.eye(33)
    runs, losses = 0, [loss(theta[None])[0]]
    for step in range(steps + 1):
        blame = (loss(theta + wiggle) - loss(theta - wiggle)) / 2e-4
        if step < steps:
            theta, runs = theta - 2.0 * blame, runs + 66
            losses.append(loss(theta[None])[0])
    right = 100 * ((run(theta[None], X_new)[0] > 0) == label_new).mean()
    line, *_ = np.linalg.lstsq(np.vstack([X, np.ones(150)]).T, 2.0 * label - 1, rcond=None)
    straight = 100 * ((line @ np.vstack([X_new, np.ones(2000)]) > 0) == label_new).mean()

    x1, x2 = np.meshgrid(np.linspace(-1.6, 2.6, 120), np.linspace(-1.1, 1.6, 90))
    figure, (left, bars) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=[1.25, 1])
    score = run(theta[None], np.array([x1.ravel(), x2.ravel()])).reshape(x1.shape)
    left.contourf(x1, x2, score, levels=[-1e9, 0, 1e9], colors=["C1", "C0"], alpha=0.15)
    left.contour(x1, x2, score, levels=[0], colors="0.5")
    for k, marker in ((0, "s"), (1, "o")):
        left.plot(*X[:, label == k], marker, color=f"C{1 - k}", ms=3.5)
    left.plot(x1[0], -(line[0] * x1[0] + line[2]) / line[1], ":", color="0.5")
    left.set(xlabel="$x_1$", ylabel="$x_2$", ylim=(-1.1, 1.6))
    left.set_title(f"{right:.0f} of 100 new points right; the best line (dotted): {straight:.0f}")
    bars.bar(range(33), blame, color=np.repeat(["C2", "C3", "C4", "C5"], [16, 8, 8, 1]))
    bars.axhline(0, color="0.5", lw=1)
    bars.set_xticks([7.5, 19.5, 27.5, 32], ["$W^{(1)}$", "$b^{(1)}$", "$W^{(2)}$", "$b^{(2)}$"])
    bars.set(xlabel="weights and biases", ylabel="blame: rise of the loss per unit")
    bars.set_title(f"after {steps} steps and {runs:,} runs of the net: loss {losses[-1]:.2f}")
    return {
        "right": float(right),
        "line": float(straight),
        "runs": float(runs),
        "first_loss": float(losses[0]),
        "last_loss": float(losses[-1]),
    }

# %% [markdown]
# It works, and it needs no calculus. But every step costs 66 runs of the net, two per weight. For a million weights
# it would be two million runs. **Backpropagation** finds the same numbers, for all weights at once, with one
# run forward and one run backward. Wiggling stays with us as the *truth*: whatever you derive, it can check.
#
# Here is the whole machine. The numbers are those of the questions.
#
# ![A row of boxes: X, z1, h1, z2, P, loss. Grey arrows lead to the right through the weights, the activation and the softmax; each layer puts its input and its z into the cache. Orange arrows lead back to the left, carry the error signals delta, and leave the gradients of weights and biases behind.](pictures/backpropagation/machine.svg)
#
# ## 1. Activations
#
# Without a nonlinearity two layers are one: $W^{(2)}(W^{(1)}x + b^{(1)}) + b^{(2)}$ is affine in $x$. Between
# them goes an activation $a = \sigma(z)$, elementwise. Backpropagation needs $\sigma'(z)$ as well, so each
# function here returns both. $\Phi$ and $\varphi(z) = e^{-z^2/2}/\sqrt{2\pi}$ are the distribution function
# and the density of the standard normal distribution.
#
# | name | $a = \sigma(z)$ | $\sigma'(z)$ |
# |---|---|---|
# | `sigmoid` | $s(z) = 1/(1 + e^{-z})$ | $a(1-a)$ |
# | `tanh` | $\tanh z$ | $1 - a^2$ |
# | `relu` | $\max(z, 0)$ | $1$ if $z > 0$, else $0$ |
# | `leaky_relu` | $z$ if $z > 0$, else $\alpha z$ | $1$ if $z > 0$, else $\alpha$ |
# | `gelu` | $z\,\Phi(z)$ | $\Phi(z) + z\,\varphi(z)$ |
# | `swish` | $z\,s(z)$ | $s(z) + z\,s(z)(1 - s(z))$ |
#
# - **Sigmoid.** $s'(z) = e^{-z}/(1+e^{-z})^2$, and $e^{-z}/(1+e^{-z}) = 1 - s(z)$. So $s' = a(1-a)$, with the
#   *output* $a$, not $z$. It is at most $1/4$, at $z = 0$. This small number returns in question 7.
# - **Tanh.** $\tanh = \sinh/\cosh$, and by the quotient rule
#   $\tanh' = (\cosh^2 - \sinh^2)/\cosh^2 = 1 - \tanh^2$.
# - **ReLU** has no derivative at 0. The convention is $\sigma'(0) = 0$. For leaky ReLU it is $\alpha$.
# - **GELU and swish** are products, so the product rule gives two terms. $\Phi$ has the derivative $\varphi$.
#   Use the exact $\Phi(z) = \tfrac12\bigl(1 + \operatorname{erf}(z/\sqrt2)\bigr)$, not the tanh
#   approximation.
#
# **By hand.** At $z = 1$: $\Phi(1) = 0.8413$ and $\varphi(1) = 0.2420$. So GELU is $0.8413$ with slope
# $0.8413 + 1 \cdot 0.2420 = 1.0833$.
#
# **Large inputs.** In float64 $e^{1000}$ is `inf`, and `inf / inf` is `nan`. So $e^{z}/(1+e^{z})$ fails at
# $z = 1000$, and so does $e^{-z}/(1+e^{-z})^2$ at $z = -1000$. One formula that never overflows is
# $s(z) = \exp(-\log(e^0 + e^{-z}))$ with `np.logaddexp` for the logarithm.

# %% question="activation" minutes=25
def activation(
    name: str, z: Float[np.ndarray, "*shape"], alpha: float = 0.01
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """An activation and its derivative, elementwise.

    Args:
        name: "sigmoid", "tanh", "relu", "leaky_relu", "gelu" (exact, with erf) or "swish" (z sigmoid(z)).
        z: pre-activations, of any shape. For every z up to 1000 in magnitude the results are finite and right to
            ten decimals, also far out; a RuntimeWarning on the way does not matter.
        alpha: slope of "leaky_relu" for z <= 0, any number; the others do not use it.

    Returns:
        sigma(z) and sigma'(z), both float64 and of z's shape. At z = 0 the derivative is 0 for "relu" and alpha
        for "leaky_relu".

    Raises:
        ValueError: the name is none of the six, letter for letter.
    """
    ### BEGIN SOLUTION
    if name == "sigmoid":
        a = np.exp(-np.logaddexp(0, -z))  # log(1 + e^-z) without overflow
        return a, a * (1 - a)
    if name == "tanh":
        a = np.tanh(z)
        return a, 1 - a**2
    if name == "relu":
        return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)
    if name == "leaky_relu":
        slope = np.where(z > 0, 1.0, alpha)
        return slope * z, slope
    if name == "gelu":
        Phi = (1 + erf(z / np.sqrt(2))) / 2
        phi = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return z * Phi, Phi + z * phi
    if name == "swish":
        s = np.exp(-np.logaddexp(0, -z))
        return z * s, s + z * s * (1 - s)
    raise ValueError(f"unknown activation {name!r}")
    ### END SOLUTION
# %% [markdown] hints="activation"
# idea: Each row of the table is two lines of code. Most slopes can be written with the value that you have just
# computed, so compute it once.
#
# shapes: Everything is elementwise. `z` may be a matrix, a row or a single number without axes; no formula needs to
# know. Where a case depends on the sign of `z`, let numpy choose entry by entry.
#
# steps: 1. One branch per name; anything else raises. 2. Sigmoid in the form that cannot overflow; swish needs the
# same. 3. ReLU and leaky ReLU share the question "is z larger than 0?". 4. GELU: first $\Phi$, then $\varphi$,
# then the two results.
#
# mistake: $a(1-a)$ takes the *output*. With $z$ in place of $a$ the slope is negative for $z > 1$, and a sigmoid
# never falls.

# %% tags=["demo"]
@demo
def six_activations(seed: int = 0) -> dict[str, float]:
    """The six activations and their derivatives."""
    import matplotlib.pyplot as plt

    z = np.linspace(-4, 4, 401)
    largest = {}
    figure, axes = plt.subplots(2, 3, figsize=(10, 5), sharex=True)
    for axis, name in zip(axes.flat, ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "swish"]):
        a, slope = activation(name, z)
        largest[name] = float(slope.max())
        axis.axhline(0, color="0.5", lw=0.7)
        axis.plot(z, a, label=r"$\sigma(z)$")
        axis.plot(z, slope, "--", label=r"$\sigma'(z)$")
        axis.set(title=f"{name}: largest slope {slope.max():.2f}", ylim=(-1.2, 2.2))
    axes[0, 0].legend(loc="upper left")
    for axis in axes[1]:
        axis.set_xlabel("$z$")
    return largest

# %% [markdown]
# Only the sigmoid has slopes that are all small: at most 0.25, while those of the other five reach 1 or more.
#
# **Dead units.** A ReLU unit with $z \le 0$ on every example passes no gradient to its own weights: it is *dead*.
# Is it dead for ever? Plain gradient descent cannot move it. But something else can: the layers below, which
# change its inputs, or *momentum*, the part of earlier steps that is carried on. Here are a thousand units, each
# with five examples of its own and a learning rate that is too large.

# %% tags=["demo"]
@demo
def dead_units(seed: int = 0) -> dict[str, float]:
    """How many of a thousand ReLU units are dead, step by step, without and with momentum."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    rng = np.random.default_rng(seed)
    units, steps = 1000, 60
    X = rng.normal(size=(units, 3, 5))
    X[:, 2] = 1.0  # the input of the bias
    target, start = rng.normal(size=(units, 1, 5)), rng.normal(size=(units, 1, 3))
    figure, axis = plt.subplots()
    numbers = {}
    for name, momentum in (("plain gradient descent", 0.0), ("momentum 0.9", 0.9)):
        w, velocity, dead, revived = start.copy(), np.zeros_like(start), [], np.zeros(units, bool)
        back = []
        for _ in range(steps):
            z = w @ X
            a, slope = activation("relu", z)
            dead.append((z <= 0).all(axis=(1, 2)))
            if len(dead) > 1:
                revived |= dead[-2] & ~dead[-1]
            back.append(100 * revived.mean())
            gradient = ((a - target) * slope) @ X.transpose(0, 2, 1) / 5
            velocity = momentum * velocity - 0.5 * gradient
            w = w + velocity
        axis.plot([100 * d.mean() for d in dead], label=f"dead, {name}")
        if momentum:
            axis.plot(back, ":", label="dead before, and alive again since")
        numbers |= {f"{name}, died": float(np.any(dead, axis=0).sum()), f"{name}, revived": float(revived.sum())}
    axis.set(xlabel="step", ylabel="units, %", title="Without momentum, dead is dead")
    label_ends(axis)
    return numbers

# %% [markdown]
# With plain gradient descent not one dead unit comes back, since its own gradient is 0. With momentum more units die,
# and more than a hundred of them come back: the step that killed them goes on, and carries them over to other examples.
#
# ## 2. The forward pass
#
# Put layers on top of each other: for $l = 1, \dots, L$,
#
# $$z^{(l)} = W^{(l)} h^{(l-1)} + b^{(l)}, \qquad h^{(l)} = \sigma_l(z^{(l)}) \quad (l < L).$$
#
# All $m$ columns go through at once; $b^{(l)}$ of shape $(d_l, 1)$ is added to each. The last layer has no
# activation: $z^{(L)}$ are the *logits* of $C = d_L$ classes. The softmax of each **column** turns them into
# probabilities,
#
# $$P_{cj} = \frac{e^{z_{cj}}}{\sum_{c'} e^{z_{c'j}}} = \frac{e^{z_{cj} - M_j}}{\sum_{c'} e^{z_{c'j} - M_j}},
# \qquad M_j = \max_{c'} z_{c'j}.$$
#
# The factor $e^{-M_j}$ cancels. With it every exponent is at most 0 and the denominator at least 1, so
# nothing overflows or is divided by zero. Each column needs its own $M_j$.
#
# **The cache.** The backward pass needs from each layer its input $h^{(l-1)}$ and its pre-activation
# $z^{(l)}$: `cache[l-1]` is the pair $(h^{(l-1)}, z^{(l)})$. The first pair starts with $X$, the last ends
# with the logits.
#
# **XOR.** Are two bits different? No straight line tells $(0,0), (1,1)$ from $(0,1), (1,0)$ (question 9 proves it).
# One hidden layer folds the square, and then a line does.
#
# ![Left: the four corners of the unit square, equal bits as squares, different bits as dots; no line separates them. Right: after the hidden layer both dots lie at (1, 0), the squares at (0, 0) and (2, 1), and the line h1 - 2 h2 = 0.5 separates them.](pictures/backpropagation/xor.svg)
#
# **By hand.** Two ReLU units, and two classes, "equal" (0) and "different" (1):
#
# $$W^{(1)} = \begin{pmatrix} 1 & 1 \\ 1 & 1 \end{pmatrix},\;
# b^{(1)} = \begin{pmatrix} 0 \\ -1 \end{pmatrix},\;
# W^{(2)} = \begin{pmatrix} 0 & 0 \\ 1 & -2 \end{pmatrix},\;
# b^{(2)} = \begin{pmatrix} 0.5 \\ 0 \end{pmatrix}.$$
#
# For $x = (1, 1)$: $z^{(1)} = (2, 1)$, $h^{(1)} = (2, 1)$, logits $(0.5, 0)$, and
# $P = (1, e^{-0.5})/(1 + e^{-0.5}) = (0.6225, 0.3775)$: equal. For $x = (1, 0)$: $z^{(1)} = (1, 0)$, logits
# $(0.5, 1)$, $P = (0.3775, 0.6225)$: different.

# %% question="mlp_forward" minutes=20
def mlp_forward(
    X: Float[np.ndarray, "d0 m"],
    Ws: list[Float[np.ndarray, "d_out d_in"]],
    bs: list[Float[np.ndarray, "d_out 1"]],
    acts: list[str],
) -> tuple[Float[np.ndarray, "C m"], list[tuple[Float[np.ndarray, "d_in m"], Float[np.ndarray, "d_out m"]]]]:
    """Multilayer perceptron with a softmax over the classes; numpy only.

    Args:
        X: one example per column.
        Ws: L weight matrices; ``Ws[l-1]`` has shape (d_l, d_{l-1}), and d_L = C.
        bs: L biases; ``bs[l-1]`` has shape (d_l, 1).
        acts: L-1 names for :func:`activation` (with its default alpha); ``acts[l-1]`` follows layer l. Empty
            if L = 1.

    Returns:
        P, the softmax over axis 0 of the last layer's z, finite for logits of any size and without an epsilon:
        each column sums to 1 up to rounding; and the cache, a list of L pairs (input, pre-activation):
        ``cache[l-1] = (h^(l-1), z^(l))``, with h^(0) = X. All arrays are float64.
    """
    ### BEGIN SOLUTION
    h, cache = X, []
    for layer, (W, b) in enumerate(zip(Ws, bs)):
        z = W @ h + b
        cache.append((h, z))
        if layer < len(acts):  # the last layer gives logits
            h, _ = activation(acts[layer], z)
    e = np.exp(z - z.max(axis=0))  # one maximum per column
    return e / e.sum(axis=0), cache
    ### END SOLUTION
# %% [markdown] hints="mlp_forward"
# idea: One loop over the layers. What leaves a layer is what enters the next; keep each pair as you go.
#
# shapes: $(d_l, d_{l-1})$ times $(d_{l-1}, m)$ is $(d_l, m)$, and a bias with one column is broadcast over all $m$.
# The largest logit of each example has the shape $(m,)$ or $(1, m)$.
#
# steps: 1. Start with X. 2. In each layer: pre-activation, remember the pair, and unless it is the last layer, the
# activation. 3. Softmax of the last pre-activation over the classes: shift by the largest of each column,
# exponentiate, divide by the sum of each column.
#
# mistake: What is remembered as the second of the pair is the value *before* the activation.

# %% [markdown]
# **What can one hidden layer do?** With any continuous activation that is *not a polynomial*, and enough units, it
# approximates every continuous function on a bounded closed set as well as one likes (Leshno et al., 1993). The
# condition matters: with $\sigma(z) = z^2$ the output is a polynomial of degree 2, however many units there are.
#
# Here the task is $\sin 3x$ on $[-2, 2]$. The hidden weights are random, the weights of the output are the best
# there are (least squares). Guess the error with 64 units; that of the best constant is about 0.7.

# %% tags=["predict"]
predict("error with 64 hidden units", relu=..., square=...)

# %% tags=["demo"]
@demo
def one_hidden_layer(seed: int = 0) -> dict[str, float]:
    """Error of one hidden layer against its width, for two activations and the square."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    rng = np.random.default_rng(seed)
    x = np.linspace(-2, 2, 401)[None]
    target, widths = np.sin(3 * x[0]), [1, 2, 4, 8, 16, 32, 64]
    guess = guesses("error with 64 hidden units")
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
    left.plot(x[0], target, color="0.5", lw=4, alpha=0.4)
    errors = {}
    for colour, name in zip(("C0", "C2", "C1"), ("relu", "tanh", "square")):
        W, b = rng.normal(0, 2, size=(64, 1)), rng.normal(0, 2, size=(64, 1))
        _, cache = mlp_forward(x, [W, np.ones((1, 64))], [b, np.zeros((1, 1))], [name.replace("square", "relu")])
        h = cache[0][1] ** 2 if name == "square" else cache[1][0]
        for n in widths:
            features = np.vstack([h[:n], np.ones(401)]).T
            fit = features @ np.linalg.lstsq(features, target, rcond=1e-10)[0]
            errors[f"{name} {n}"] = float(np.sqrt(((fit - target) ** 2).mean()))
        left.plot(x[0], fit, color=colour)
        right.loglog(widths, [errors[f"{name} {n}"] for n in widths], "o-", color=colour, label=name)
        if isinstance(guess.get(name), (int, float)):
            right.plot(64, guess[name], "X", ms=10, color=colour)
    left.set(xlabel="$x$", title="64 units (grey: the target)")
    right.set(xlabel="hidden units", ylabel="root mean square error", title="A square stays a parabola")
    right.set_xticks(widths, [str(n) for n in widths])
    label_ends(right)
    parabola = target - np.polyval(np.polyfit(x[0], target, 2), x[0])
    return errors | {"parabola": float(np.sqrt((parabola**2).mean()))}

# %% [markdown]
# From 4 units on, the square stays at the error of the best parabola (here a straight line, since a sine is odd). ReLU
# and tanh go on: with 64 units ReLU is more than eight times better, and tanh, smooth like its target, more than a million
# times. The theorem says that good weights exist. It does not say that training finds them, nor that few units
# suffice.
#
# ## 3. Softmax and cross-entropy
#
# The label of example $j$ is a one-hot column of $Y$: $Y_{cj} = 1$ for the true class and 0 elsewhere. The
# loss is the mean negative log-probability of the true classes,
#
# $$\mathcal{L} = -\frac1m \sum_{j=1}^{m} \sum_{c=1}^{C} Y_{cj} \log P_{cj}.$$
#
# **In logs.** Take the logarithm of the softmax before any number is lost:
#
# $$\log P_{cj} = z_{cj} - M_j - \log \sum_{c'} e^{z_{c'j} - M_j}.$$
#
# The sum lies between 1 and $C$. If instead $P$ is computed first, a class with $z - M = -1000$ has $P = 0$
# in float64, and the loss is infinite where the truth is 1000. Adding a small $\varepsilon$ inside the
# logarithm hides this and gives a wrong loss: $-\log(0 + 10^{-12}) = 27.6$.
#
# **Gradient.** For one example with true class $t$, $\ell = -z_t + \log \sum_{c'} e^{z_{c'}}$. So
#
# $$\frac{\partial \ell}{\partial z_c}
# = -\mathbb{1}[c = t] + \frac{e^{z_c}}{\sum_{c'} e^{z_{c'}}} = P_c - Y_c,
# \qquad\text{and for the batch}\qquad
# \frac{\partial \mathcal{L}}{\partial z^{(L)}} = \frac{1}{m} (P - Y).$$
#
# The loss is a mean, so its gradient has the factor $1/m$ too. It is prediction minus label, and each column
# sums to 0: the first blame of all, and the easiest. The squared error $\tfrac12 \lVert z^{(L)} - y \rVert^2$ of a
# regression has the gradient $z^{(L)} - y$, of the same form.
#
# **By hand.** $z = (\ln 2, 0, 0)$ gives $P = (\tfrac12, \tfrac14, \tfrac14)$. If the second class is true,
# the loss is $\ln 4 = 1.3863$ and the gradient $(0.5, -0.75, 0.25)$.

# %% question="softmax_cross_entropy" minutes=20
def softmax_cross_entropy(
    logits: Float[np.ndarray, "C m"], Y: Float[np.ndarray, "C m"]
) -> tuple[float, Float[np.ndarray, "C m"]]:
    """Mean cross-entropy of a batch, and its gradient with respect to the logits; numpy only.

    Args:
        logits: one column per example. The loss is exact for logits of any size, +-1000 included.
        Y: one-hot labels, one column per example.

    Returns:
        The mean over the m columns of -log P[true class] (natural logarithm, without an epsilon), and the
        gradient of that mean, float64, whose columns sum to 0 up to rounding.
    """
    ### BEGIN SOLUTION
    m = logits.shape[1]
    shifted = logits - logits.max(axis=0)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=0))
    loss = -(Y * log_P).sum() / m
    return loss, (np.exp(log_P) - Y) / m
    ### END SOLUTION
# %% [markdown] hints="softmax_cross_entropy"
# idea: Never take the logarithm of a probability that was computed before. Subtract the logarithm of the sum from
# the logit instead.
#
# shapes: Largest logit and sum: one number per column. Loss: one number. Gradient: $(C, m)$.
#
# steps: 1. Shift each column by its largest logit. 2. Log-probabilities: shifted logits minus the logarithm of the
# sum of their exponentials. 3. Pick the true classes with Y, add up, change the sign, divide by the number of columns.
# 4. The gradient from the exponentials of the log-probabilities.
#
# mistake: The same $1/m$ stands in the loss and in the gradient. The number of columns, not the number of entries.

# %% tags=["demo"]
@demo
def a_net_that_is_wrong_and_sure(seed: int = 0) -> dict[str, float]:
    """The loss of one example whose true logit lies far below the other, computed in three ways."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    gaps = np.linspace(0, 1000, 201)
    yours = [softmax_cross_entropy(np.array([[0.0], [gap]]), np.eye(2)[:, :1])[0] for gap in gaps]
    P = np.exp(-gaps) / (1 + np.exp(-gaps))
    with np.errstate(divide="ignore"):
        naive = -np.log(P)
    patched = -np.log(P + 1e-12)
    figure, axis = plt.subplots()
    axis.plot(gaps, yours, lw=5, alpha=0.4, label="yours")
    axis.plot(gaps[np.isfinite(naive)], naive[np.isfinite(naive)], label=r"$-\log P$")
    axis.plot(gaps, patched, label=r"$-\log(P + 10^{-12})$")
    axis.set(xlabel="how far the true logit is below the other", ylabel="loss", title="Sure, and wrong")
    label_ends(axis)
    return {"yours": float(yours[-1]), "patched": float(patched[-1]), "naive_ends": float(gaps[np.isfinite(naive)].max())}

# %% [markdown]
# The logarithm of $P$ breaks off at a gap of 745, where $P$ becomes 0. The patched loss is worse, since it looks
# healthy: it stays at 27.6, and its gradient there is 0. No blame reaches the net, just where it is most wrong.
#
# ## 4. Backpropagation
#
# Let $\delta^{(l)} = \partial \mathcal{L} / \partial z^{(l)}$ be the **error signal** of layer $l$, of shape
# $(d_l, m)$. Question 3 gave $\delta^{(L)}$. The rest is the chain rule, one layer at a time.
#
# **Weights and biases.** For column $j$, $z^{(l)}_{ij} = \sum_k W^{(l)}_{ik} h^{(l-1)}_{kj} + b^{(l)}_i$. The
# weight $W_{ik}$ enters only row $i$, but it enters every column. A variable used in several places gets the
# **sum** of the gradients from all of them:
#
# $$\frac{\partial \mathcal{L}}{\partial W^{(l)}_{ik}} = \sum_{j} \delta^{(l)}_{ij}\, h^{(l-1)}_{kj}
# \;\Rightarrow\; \frac{\partial \mathcal{L}}{\partial W^{(l)}} = \delta^{(l)} h^{(l-1)\top},
# \qquad \frac{\partial \mathcal{L}}{\partial b^{(l)}} = \sum_j \delta^{(l)}_{\cdot j}.$$
#
# These are sums, without a further $1/m$. If the loss is a mean, its $1/m$ is in $\delta^{(L)}$ already.
#
# **One layer down.** $h^{(l)}_{kj}$ enters every unit $i$ of layer $l+1$ with weight $W^{(l+1)}_{ik}$:
# $\partial \mathcal{L}/\partial h^{(l)}_{kj} = \sum_i W^{(l+1)}_{ik} \delta^{(l+1)}_{ij}$. The sum is over
# the **first** index of $W$, hence the transpose. Then through the activation, $h^{(l)} = \sigma_l(z^{(l)})$:
#
# $$\delta^{(l)} = \bigl( W^{(l+1)\top} \delta^{(l+1)} \bigr) \odot \sigma_l'(z^{(l)}),
# \qquad l = L-1, \dots, 1.$$
#
# Check the indices: the weights are those of the layer **above**, while the activation and the point where
# its derivative is taken are both those of layer $l$ itself. A slip here stays hidden in a net with square
# layers and one kind of activation. Shapes are a good guard: $(d_l, d_{l+1})(d_{l+1}, m) = (d_l, m)$.
#
# **By hand.** A 1–1–1 net with tanh and the loss $\tfrac12 (z^{(2)} - y)^2$. Let $x = 2$,
# $w_1 = \tfrac12 \ln 2$, $b_1 = 0$, $w_2 = -1.5$, $b_2 = 0.4$, $y = 0.5$. Note that $\tanh(\ln 2) = 0.6$.
#
# ![A graph from x = 2 through z1 = 0.693, h1 = 0.6 and z2 = -0.5 to the loss 0.5. Under each node stands its gradient in orange: -1 at z2, 1.5 at h1, 0.96 at z1; the weights w1, b1, w2 and b2 have the gradients 1.92, 0.96, -0.6 and -1.](pictures/backpropagation/graph.svg)
#
# - Forward: $z_1 = \ln 2$, $h_1 = 0.6$, $z_2 = -0.5$; the loss is $\tfrac12 (-1)^2 = 0.5$.
# - Backward: $\delta_2 = -1$. So $\partial w_2 = \delta_2 h_1 = -0.6$ and $\partial b_2 = -1$.
#   $\delta_1 = w_2 \delta_2 (1 - 0.6^2) = 1.5 \cdot 0.64 = 0.96$. So $\partial w_1 = \delta_1 x = 1.92$ and
#   $\partial b_1 = 0.96$.
# - A step with $\eta = 0.1$ gives $w_1 = 0.1546$, $b_1 = -0.096$, $w_2 = -1.44$, $b_2 = 0.5$. Then
#   $z_2 = 0.1976$, and the loss falls from $0.5$ to $0.0457$.

# %% question="backprop" minutes=40
def backprop(
    delta: Float[np.ndarray, "C m"],
    cache: list[tuple[Float[np.ndarray, "d_in m"], Float[np.ndarray, "d_out m"]]],
    Ws: list[Float[np.ndarray, "d_out d_in"]],
    acts: list[str],
) -> tuple[list[Float[np.ndarray, "d_out d_in"]], list[Float[np.ndarray, "d_out 1"]]]:
    """Gradients of the loss with respect to all weights and biases; numpy only.

    Args:
        delta: dL/dz of the last layer, z^(L).
        cache: as :func:`mlp_forward` returns it: ``cache[l-1] = (h^(l-1), z^(l))`` for l = 1, ..., L.
        Ws: the L weight matrices, as in :func:`mlp_forward`.
        acts: the L-1 activation names, as in :func:`mlp_forward`.

    Returns:
        (dWs, dbs): two lists in the order of ``Ws``, layer 1 first. ``dWs[l-1]`` has the shape of
        ``Ws[l-1]``, ``dbs[l-1]`` the shape (d_l, 1); all are float64. Columns are summed, not averaged: a mean
        loss has its 1/m in ``delta``.
    """
    ### BEGIN SOLUTION
    dWs, dbs = [], []
    for layer in reversed(range(len(Ws))):
        h, _ = cache[layer]
        dWs.append(delta @ h.T)
        dbs.append(delta.sum(axis=1, keepdims=True))
        if layer > 0:  # the weights of this layer, the slope of the one below
            _, z = cache[layer - 1]
            _, slope = activation(acts[layer - 1], z)
            delta = (Ws[layer].T @ delta) * slope
    return dWs[::-1], dbs[::-1]
    ### END SOLUTION
# %% [markdown] hints="backprop"
# idea: Walk through the layers from the last to the first with one matrix in your hand, the error signal. At each
# layer you leave two gradients behind, then you carry the signal one layer down.
#
# shapes: $(d_l, m)$ times $(m, d_{l-1})$ gives the shape of the weights; what is summed away is the batch. A bias
# keeps its second axis, of length 1. Going down, $(d_{l-1}, d_l)$ times $(d_l, m)$.
#
# steps: For each layer, last first: 1. gradient of the weights from the signal and the layer's *input*; 2. of the
# bias, a sum over the columns; 3. unless it is the first layer: through the transposed weights of this layer, then
# times the slope of the activation *below*, at the pre-activation *below*. At the end put both lists in the order of
# the layers.
#
# mistake: The slope is taken at $z$ of the layer that the signal arrives at, with the name of that layer's activation.
# If tests with one kind of activation pass and those with two fail, look there.

# %% [markdown]
# **What does it save?** The half circles again, now with a net of 114 weights. Wiggling needs 228 runs for one
# step. A step of yours counts as three: one forward, and two products per layer backward. Both start from the same
# weights and may spend 4560 runs: 20 steps against 1520. How many of 100 new points will each read right?

# %% tags=["predict"]
predict("of 100 new points, read right", wiggling=..., backprop=...)

# %% tags=["demo"]
@demo
def the_price_of_blame(seed: int = 0) -> dict[str, float]:
    """The same net trained by wiggling and by your backprop, with equal numbers of runs."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    rng = np.random.default_rng(seed)
    (X, label), (X_new, label_new) = half_circles(rng, 150), half_circles(rng, 2000)
    Y, sizes, acts, rate = np.eye(2)[:, label], [2, 8, 8, 2], ["tanh", "tanh"], 0.3
    start = [rng.normal(0, n_in**-0.5, size=(n_out, n_in)) for n_in, n_out in zip(sizes, sizes[1:])]
    start += [np.zeros((n, 1)) for n in sizes[1:]]

    def loss(params: list[np.ndarray]) -> tuple[float, np.ndarray, list]:
        _, cache = mlp_forward(X, params[:3], params[3:], acts)
        return *softmax_cross_entropy(cache[-1][1], Y), cache

    def wiggled(params: list[np.ndarray]) -> list[np.ndarray]:
        """Central differences, entry by entry."""
        blame = [np.zeros_like(p) for p in params]
        for p, found in zip(params, blame):
            for i, old in np.ndenumerate(p):
                p[i] = old + 1e-5
                up = loss(params)[0]
                p[i] = old - 1e-5
                found[i] = (up - loss(params)[0]) / 2e-5
                p[i] = old
        return blame

    def propagated(params: list[np.ndarray]) -> list[np.ndarray]:
        _, delta, cache = loss(params)
        dWs, dbs = backprop(delta, cache, params[:3], acts)
        return [*dWs, *dbs]

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
    read, numbers = {}, {}
    pairs = zip(wiggled([p.copy() for p in start]), propagated(start))
    numbers["largest_difference"] = float(max(np.abs(a - b).max() for a, b in pairs))
    for name, blame, runs, steps in (("wiggling", wiggled, 228, 20), ("backprop", propagated, 3, 1520)):
        params, losses = [p.copy() for p in start], []
        for _ in range(steps):
            losses.append(loss(params)[0])
            params = [p - rate * b for p, b in zip(params, blame(params))]
        losses.append(loss(params)[0])
        P, _ = mlp_forward(X_new, params[:3], params[3:], acts)
        read[name] = numbers[f"{name}_right"] = float(100 * (P.argmax(axis=0) == label_new).mean())
        left.semilogy(runs * np.arange(steps + 1), losses, label=name, color="C0" if runs == 3 else "C1")
        numbers[f"{name}_loss"] = float(losses[-1])
    left.set(xlabel="runs of the net", ylabel="training loss", title="Same net, same start, same budget")
    left.legend(loc="lower left")
    line, *_ = np.linalg.lstsq(np.vstack([X, np.ones(150)]).T, 2.0 * label - 1, rcond=None)
    read["a straight line"] = float(100 * ((line @ np.vstack([X_new, np.ones(2000)]) > 0) == label_new).mean())
    numbers["line_right"] = read["a straight line"]
    bars(right, read, ["C1", "C0", "0.6"], "%.0f", guesses("of 100 new points, read right"))
    right.set(xlabel="of 100 new points, read right", xlim=(0, 112))
    return numbers

# %% [markdown]
# At the start the two gradients agree to ten decimals: it is the same blame. Wiggling pays 76 times as much for it.
# When the budget is spent, it reads hardly more points than the best straight line, while your backpropagation reads
# 98 of 100 or more. With 114 weights that is a nuisance; with a million it is the difference between learning and not
# learning.
#
# ## 5. Gradient checking
#
# Backpropagation is easy to get slightly wrong, and a net with a slightly wrong gradient often still learns.
# So make wiggling a tool, and learn how far to trust it. Taylor's theorem gives
#
# $$f(\theta \pm \varepsilon)
# = f \pm \varepsilon f' + \tfrac{\varepsilon^2}{2} f'' \pm \tfrac{\varepsilon^3}{6} f''' + \dots$$
#
# In the **central difference** the even terms cancel:
#
# $$\frac{f(\theta + \varepsilon) - f(\theta - \varepsilon)}{2 \varepsilon}
# = f' + \tfrac{\varepsilon^2}{6} f''' + \dots$$
#
# Its error is $O(\varepsilon^2)$; the one-sided $(f(\theta + \varepsilon) - f(\theta))/\varepsilon$ is off by
# $\tfrac{\varepsilon}{2} f''$. Rounding adds an error of about $10^{-16} |f| / \varepsilon$, so $\varepsilon$
# must not be too small; $10^{-5}$ suits float64.
#
# ![The curve theta cubed with its tangent of slope 12 at 2. The chord from 1 to 3 has the slope 13, the chord from 2 to 3 the slope 19.](pictures/backpropagation/chords.svg)
#
# For $\theta \in \mathbb{R}^p$ shift one coordinate at a time and put it back before the next. Call the
# numerical derivative $n_i$ and the gradient to be checked $g_i$. An absolute difference says nothing:
# $10^{-7}$ is excellent if $g_i = 1$ and nonsense if $g_i = 10^{-7}$. So take the **relative** error and
# report the worst coordinate:
#
# $$\max_i \frac{|g_i - n_i|}{\max(|g_i| + |n_i|,\; 10^{-8})}.$$
#
# The floor $10^{-8}$ makes $0/0$ a 0. The result is between 0 and 1. As a rule of thumb for
# $\varepsilon = 10^{-5}$: below $10^{-6}$ the gradient is right; above $10^{-3}$ it is wrong, unless the kink
# of a ReLU is crossed between the two points.
#
# **By hand.** $f(\theta) = \theta^3$ at $\theta = 2$ with $\varepsilon = 0.1$: the central difference is
# $(9.261 - 6.859)/0.2 = 12.01$ and the one-sided one $(9.261 - 8)/0.1 = 12.61$. The true gradient is 12. The
# relative error is $0.01/24.01 = 4.16 \cdot 10^{-4}$.

# %% question="gradient_check" minutes=20
def gradient_check(
    f: Callable[[Float[np.ndarray, "p"]], float],
    theta: Float[np.ndarray, "p"],
    grad: Float[np.ndarray, "p"],
    eps: float = 1e-5,
) -> float:
    """Worst relative error of a gradient against central differences; numpy only.

    Args:
        f: takes a float64 array of shape (p,), returns a number.
        theta: where the gradient is checked. It may be changed during the call; on return it is as before, up to
            rounding.
        grad: the gradient to be checked.
        eps: each coordinate is shifted by +eps and by -eps.

    Returns:
        The largest |g - n| / max(|g| + |n|, 1e-8) over the coordinates, where g is ``grad`` and n the central
        difference.
    """
    ### BEGIN SOLUTION
    numerical = np.zeros_like(theta)
    for i, old in enumerate(theta.copy()):
        theta[i] = old + eps
        f_plus = f(theta)
        theta[i] = old - eps
        f_minus = f(theta)
        theta[i] = old
        numerical[i] = (f_plus - f_minus) / (2 * eps)
    size = np.abs(grad) + np.abs(numerical)
    return (np.abs(grad - numerical) / np.maximum(size, 1e-8)).max()
    ### END SOLUTION
# %% [markdown] hints="gradient_check"
# idea: Two calls of the function per coordinate, nothing else changed between them. Then compare vectors.
#
# shapes: `theta`, the numerical derivative and `grad` have the shape $(p,)$; the result is one number.
#
# steps: 1. For each coordinate remember its value, shift it up, call, shift it down, call, put it back. 2. Divide by
# the *distance* of the two points. 3. Sizes: the sum of the two absolute values, but at least the floor. 4. The
# largest quotient.
#
# mistake: A shifted coordinate that is not put back. The derivatives of all later coordinates are then taken somewhere
# else.

# %% [markdown]
# Now check your own backpropagation. The picture shows the worst relative error of your gradient, in a
# 3–8–6–4 net with tanh and GELU, for many $\varepsilon$. Read it from right to left: the error of the
# difference falls with slope 2 (central) or 1 (one-sided), until rounding takes over. A wrong gradient, here
# one without $\sigma'$, stays where it is for every $\varepsilon$. Which step will be the best for each?

# %% tags=["predict"]
# 1e-3, say
predict("the best step", central=..., one_sided=...)

# %% tags=["demo"]
@demo
def check_your_backprop(seed: int = 0) -> dict[str, float]:
    """Relative error of the gradient against the step of the difference."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    rng = np.random.default_rng(seed)
    sizes, acts = [3, 8, 6, 4], ["tanh", "gelu"]
    X, Y = rng.normal(size=(3, 20)), np.eye(4)[:, rng.integers(4, size=20)]
    shapes = [s for n_in, n_out in zip(sizes, sizes[1:]) for s in ((n_out, n_in), (n_out, 1))]
    theta = np.concatenate([rng.normal(0, 0.7, size=s).ravel() for s in shapes])

    def unpack(theta):
        parts = np.split(theta, np.cumsum([a * b for a, b in shapes])[:-1])
        arrays = [p.reshape(s) for p, s in zip(parts, shapes)]
        return arrays[::2], arrays[1::2]

    def loss(theta):
        _, cache = mlp_forward(X, *unpack(theta), acts)
        return softmax_cross_entropy(cache[-1][1], Y)[0]

    def flatten(dWs, dbs):
        return np.concatenate([g.ravel() for pair in zip(dWs, dbs) for g in pair])

    Ws, bs = unpack(theta)
    _, cache = mlp_forward(X, Ws, bs, acts)
    _, delta = softmax_cross_entropy(cache[-1][1], Y)
    grad = flatten(*backprop(delta, cache, Ws, acts))
    wrong, error = [], delta  # the same without sigma'
    for (h, _), W in zip(cache[::-1], Ws[::-1]):
        wrong = [error @ h.T, error.sum(axis=1, keepdims=True), *wrong]
        error = W.T @ error
    wrong = flatten(wrong[::2], wrong[1::2])

    steps = 10.0 ** np.arange(-11, 0)
    central = [gradient_check(loss, theta, grad, eps) for eps in steps]
    flat = [gradient_check(loss, theta, wrong, eps) for eps in steps]
    one_sided = []
    for eps in steps:
        n = np.array([(loss(theta + eps * e) - loss(theta)) / eps for e in np.eye(theta.size)])
        one_sided.append((np.abs(grad - n) / (np.abs(grad) + np.abs(n))).max())

    figure, axis = plt.subplots()
    axis.loglog(steps, central, "o-", color="C0", label="your gradient, central difference")
    axis.loglog(steps, one_sided, "s--", color="C1", label="your gradient, one-sided")
    axis.loglog(steps, flat, "x-", color="C3", label=r"gradient without $\sigma'$")
    guess = guesses("the best step")
    for name, colour in (("central", "C0"), ("one_sided", "C1")):
        if isinstance(guess.get(name), (int, float)):
            axis.axvline(guess[name], ls=":", color=colour)
    axis.set(xlabel=r"step $\varepsilon$", ylabel="worst relative error")
    axis.set_title(f"Your backprop agrees to {min(central):.0e} (dotted: your guesses)")
    label_ends(axis)
    return {
        "central": float(min(central)),
        "one_sided": float(min(one_sided)),
        "wrong": float(min(flat)),
        "best_central": float(steps[np.argmin(central)]),
        "best_one_sided": float(steps[np.argmin(one_sided)]),
    }

# %% [markdown]
# The central difference is best near $\varepsilon = 10^{-5}$, where Taylor's error and rounding meet; it agrees with your
# gradient to seven digits or more. The one-sided one is best near $10^{-7}$, and even there more than a hundred times
# worse. The gradient without $\sigma'$ is caught by both at every step.
#
# ## 6. Initial weights
#
# How large should random weights be? Let the weights of a layer be independent with mean 0 and variance $v$,
# and independent of its inputs.
#
# **Forward.** $z_i = \sum_{k=1}^{n_\text{in}} W_{ik} h_k$ has mean 0 and variance
# $n_\text{in}\, v\, \mathbb{E}[h^2]$. The **second moment** of $h$ stands there, not its variance. If
# $\sigma$ is odd with slope 1 at 0, as tanh is, then $h \approx z$ for small $z$, and the variance is kept
# from layer to layer if $n_\text{in} v = 1$.
#
# **Backward.** $(W^\top \delta)_k = \sum_{i=1}^{n_\text{out}} W_{ik} \delta_i$ has mean 0 and variance
# $n_\text{out}\, v\, \mathbb{E}[\delta^2]$. The variance of the error signal is kept if $n_\text{out} v = 1$.
#
# - **Xavier.** Both conditions hold only if $n_\text{in} = n_\text{out}$. The compromise is
#   $v = 2/(n_\text{in} + n_\text{out})$. Sigmoid breaks both assumptions: its slope at 0 is $\tfrac14$, and
#   its value there is $\tfrac12$.
# - **He.** For ReLU and a $z$ symmetric about 0, half of $z^2$ survives:
#   $\mathbb{E}[h^2] = \tfrac12 \operatorname{Var}(z)$. So $v = 2/n_\text{in}$ keeps the variance forward.
# - **Leaky He.** Leaky ReLU keeps the other half times $\alpha^2$:
#   $\mathbb{E}[h^2] = \tfrac12 (1 + \alpha^2) \operatorname{Var}(z)$. So
#   $v = \dfrac{2}{(1 + \alpha^2)\, n_\text{in}}$.
#
# **Which numbers have variance $v$?** Normal ones with standard deviation $\sqrt v$; a Generator's `normal`
# takes the standard deviation, not $v$. Uniform ones on $(-r, r)$ have variance
# $\frac{1}{2r} \int_{-r}^{r} t^2\, dt = r^2/3$, so $r = \sqrt{3 v}$; for Xavier that is
# $\sqrt{6/(n_\text{in} + n_\text{out})}$.
#
# **By hand.** $n_\text{in} = 8$, $n_\text{out} = 4$: Xavier has $v = 1/6$ and $r = \sqrt{1/2} = 0.7071$. He
# has $v = 1/4$ and a standard deviation of $0.5$. Leaky He with $\alpha = 1$ (a linear layer) has
# $v = 1/8 = 1/n_\text{in}$, as it should.

# %% question="weight_variance" minutes=20
def weight_variance(n_in: int, n_out: int, scheme: str, alpha: float = 0.01) -> float:
    """Variance of one initial weight.

    Args:
        n_in: number of inputs of the layer.
        n_out: number of its outputs.
        scheme: "xavier_normal" or "xavier_uniform" (the same variance), "he" or "leaky_he" (both count the
            inputs). No other name occurs.
        alpha: slope of leaky ReLU for negative z; used by "leaky_he" only.
    """
    ### BEGIN SOLUTION
    if scheme == "he":
        return 2 / n_in
    if scheme == "leaky_he":
        return 2 / ((1 + alpha**2) * n_in)
    return 2 / (n_in + n_out)
    ### END SOLUTION


def init_weights(
    n_in: int, n_out: int, scheme: str, rng: np.random.Generator, alpha: float = 0.01
) -> Float[np.ndarray, "n_out n_in"]:
    """Independent random weights of mean 0 and the variance of :func:`weight_variance`.

    Args:
        n_in: number of inputs of the layer.
        n_out: number of its outputs.
        scheme: as in :func:`weight_variance`. "xavier_uniform" draws uniformly from (-r, r); the others are
            normal.
        rng: the only source of random numbers.
        alpha: as in :func:`weight_variance`.

    Returns:
        A float64 matrix of shape (n_out, n_in).
    """
    ### BEGIN SOLUTION
    v = weight_variance(n_in, n_out, scheme, alpha)
    if scheme == "xavier_uniform":
        r = np.sqrt(3 * v)  # the variance of U(-r, r) is r^2 / 3
        return rng.uniform(-r, r, size=(n_out, n_in))
    return rng.normal(0, np.sqrt(v), size=(n_out, n_in))
    ### END SOLUTION
# %% [markdown] hints="weight_variance"
# idea: Two small functions. The first is a table of three formulas; the second draws numbers that have this variance.
#
# shapes: The matrix maps $n_\text{in}$ inputs to $n_\text{out}$ outputs, so it has $n_\text{out}$ rows.
#
# steps: 1. Which sizes does each scheme count? Two Xavier names share a formula. 2. Ask your first function for the
# variance, with the slope passed on. 3. Uniform: half-width from the variance. Normal: standard deviation from the
# variance. Draw from `rng` and from nothing else.
#
# mistake: A Generator's `normal` takes a standard deviation. With the variance in its place the weights are far too
# small.

# %% [markdown]
# Does it hold for twenty layers? The picture shows $\mathbb{E}[h^2]$, layer by layer, in ReLU stacks 256 wide without
# biases. **Turn the knob:** `gain` multiplies the weights of He. What will a tenth less per weight do to layer 20?

# %% tags=["demo"]
@demo(gain=(0.5, 1.5))
def signal_in_twenty_layers(gain: float = 0.9, seed: int = 0) -> dict[str, float]:
    """Mean square of the activations in ReLU stacks of twenty layers, for several sizes of the weights."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    depth, n = 20, 256
    figure, axis = plt.subplots()
    numbers = {}
    for name, scheme, factor in (("He", "he", 1.0), (f"He times {gain:.2f}", "he", gain), ("Xavier", "xavier_normal", 1.0)):
        rng = np.random.default_rng(seed)
        h = rng.normal(size=(n, 100))
        squares = [(h**2).mean()]
        for _ in range(depth):
            h, _ = activation("relu", factor * init_weights(n, n, scheme, rng) @ h)
            squares.append((h**2).mean())
        axis.semilogy(squares, "o-", ms=3, label=name)
        numbers[name if factor == 1 else "He times gain"] = float(squares[-1] / squares[0])
    axis.set(xlabel="layer", ylabel=r"mean of $h^2$", title="The signal on its way up")
    axis.set_xticks([0, 5, 10, 15, 20])
    label_ends(axis)
    return numbers

# %% [markdown]
# Each layer multiplies $\mathbb{E}[h^2]$ by the square of the gain, so twenty layers multiply it by
# $0.9^{40} = 0.015$. With Xavier, half of He's variance here, about a millionth is left. With
# He's own weights it stays within a factor of 2 of where it began.
#
# ## 7. How far does the blame reach?
#
# Take a deep stack without biases, all layers with the same activation: $z^{(l)} = W^{(l)} h^{(l-1)}$. In the
# **plain** stack $h^{(l)} = \sigma(z^{(l)})$. In the **residual** stack the input is added back,
# $h^{(l)} = h^{(l-1)} + \sigma(z^{(l)})$, so all widths are equal. Write
# $g^{(l)} = \partial \mathcal{L}/\partial h^{(l)}$. In both,
#
# $$\delta^{(l)} = g^{(l)} \odot \sigma'(z^{(l)}).$$
#
# Going on to $h^{(l-1)}$, the plain stack has one path and the residual stack two, whose gradients add up:
#
# $$g^{(l-1)} = W^{(l)\top} \delta^{(l)} \quad\text{(plain)}, \qquad
# g^{(l-1)} = W^{(l)\top} \delta^{(l)} + g^{(l)} \quad\text{(residual)}.$$
#
# In the plain stack $\delta^{(1)}$ is $\delta^{(L)}$ times $L - 1$ matrices. Let a layer's weights be
# independent with variance $v$. Each column of $W^\top \delta$ has $n_\text{in}$ components, whose variance is $v$
# times the squared norm of that column of $\delta$, and the slope comes on top. So each layer multiplies the
# squared norm, summed over the columns, by about
#
# $$n_\text{in}\, v \cdot \mathbb{E}[\sigma'(z)^2].$$
#
# (Question 6 has $n_\text{out} v$ because it follows the mean square of one component: $\delta$ has
# $n_\text{out}$ of them, $W^\top \delta$ has $n_\text{in}$.)
#
# - Sigmoid with Xavier and equal widths: $n v = 1$ and $\sigma' \le \tfrac14$. The norm shrinks about
#   fourfold per layer or more; 19 of them leave at most about $0.25^{19} = 3.6 \cdot 10^{-12}$. The gradient
#   *vanishes*.
# - ReLU with He: $n v = 2$, and $\sigma'^2$ is 1 for half of the units. The factor is 1.
# - ReLU with $v = 1/n$: the factor is $\tfrac12$, and 19 layers leave $2^{-9.5} = 1.4 \cdot 10^{-3}$ of the
#   norm. With a standard deviation of 0.3 and $n = 64$ it is $64 \cdot 0.09 / 2 = 2.88$, and the norm
#   *explodes* by $2.88^{9.5} = 2.3 \cdot 10^4$.
# - In the residual stack the path $g^{(l)}$ has the factor 1 whatever the weights are.
#
# ![Two stacks of two layers with the worked numbers. Plain: the gradient 10 at the top becomes delta 10, then -30, then delta -0.3. Residual: 10 becomes delta 0.1, then -0.3 through the layer plus 10 along the added path, 9.7, then delta 0.097.](pictures/backpropagation/stacks.svg)
#
# **By hand.** Width 1, $x = 1$, leaky ReLU with $\alpha = 0.01$, $w_1 = -1$, $w_2 = -3$, $g^{(2)} = 10$. In both
# stacks $z_1 = -1$, with slope $0.01$.
#
# - Plain: $h_1 = -0.01$, $z_2 = 0.03$ with slope 1. $\delta_2 = 10$, $g^{(1)} = -30$, $\delta_1 = -0.3$; the
#   profile is $(0.3, 10)$.
# - Residual: $h_1 = 1 - 0.01 = 0.99$, $z_2 = -2.97$ with slope $0.01$. $\delta_2 = 0.1$,
#   $g^{(1)} = -0.3 + 10 = 9.7$, $\delta_1 = 0.097$; the profile is $(0.097, 0.1)$.

# %% question="gradient_norm_profile" minutes=25 further
def gradient_norm_profile(
    X: Float[np.ndarray, "d0 m"],
    Ws: list[Float[np.ndarray, "d_out d_in"]],
    act: str,
    grad_out: Float[np.ndarray, "d_L m"],
    residual: bool = False,
) -> Float[np.ndarray, "L"]:
    """Norms of the error signals in a stack of layers without biases; numpy only.

    Args:
        X: one example per column; h^(0).
        Ws: the weights of layers 1, ..., L. Widths may differ if ``residual`` is False.
        act: the activation after **every** layer, the last one included (with the default alpha).
        grad_out: g^(L) = dL/dh^(L), the gradient with respect to the stack's output.
        residual: whether each layer adds its input: h^(l) = h^(l-1) + sigma(W^(l) h^(l-1)).

    Returns:
        A float64 array of ||delta^(l)|| for l = 1, ..., L, where delta^(l) = dL/dz^(l): input side first.
        The norm is the square root of the sum of squares over all units and columns.
    """
    ### BEGIN SOLUTION
    h, slopes = X, []
    for W in Ws:
        a, slope = activation(act, W @ h)
        slopes.append(slope)
        h = h + a if residual else a
    g, norms = grad_out, []
    for W, slope in zip(Ws[::-1], slopes[::-1]):
        delta = g * slope
        norms.append(np.linalg.norm(delta))
        g = W.T @ delta + g if residual else W.T @ delta
    return np.array(norms[::-1])
    ### END SOLUTION
# %% [markdown] hints="gradient_norm_profile"
# idea: Question 4 without biases and weight gradients: one loop up that remembers slopes, one loop down that
# measures.
#
# shapes: Slopes, $g$ and $\delta$ of a layer all have the shape $(d_l, m)$. The norm of a matrix is one number.
#
# steps: 1. Up: activation and slope of each layer; a residual layer adds its input. 2. Down from `grad_out`: error
# signal, its norm, then the gradient one layer further down; a residual layer adds what it got from above. 3. Turn
# the list around.
#
# mistake: On the added path goes $g$, the gradient at the layer's output, not $\delta$.

# %% [markdown]
# Six stacks of 20 layers, 64 wide, random weights, no training. The picture shows $\lVert \delta^{(l)} \rVert$
# relative to the top. How much of it is left at layer 1?

# %% tags=["predict"]
# As a fraction, 0.1 or 1e-3, say.
predict("left at layer 1 of 20", sigmoid=..., tanh=..., relu=...)

# %% tags=["demo"]
@demo
def gradients_in_twenty_layers(seed: int = 0) -> dict[str, float]:
    """Norms of the error signal from the input (left) to the output (right)."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    depth, n, m = 20, 64, 32
    xavier, he = weight_variance(n, n, "xavier_normal"), weight_variance(n, n, "he")
    nets = {
        "sigmoid, Xavier": ("sigmoid", xavier, False),
        "tanh, Xavier": ("tanh", xavier, False),
        "ReLU, He": ("relu", he, False),
        "ReLU, variance 1/n": ("relu", 1 / n, False),
        "ReLU, std 0.3": ("relu", 0.3**2, False),
        "sigmoid, Xavier, residual": ("sigmoid", xavier, True),
    }
    figure, axis = plt.subplots(figsize=(9, 4.5))
    guess, ratios = guesses("left at layer 1 of 20"), {}
    for i, (label, (act, variance, residual)) in enumerate(nets.items()):
        X, grad_out = rng.normal(size=(n, m)), rng.normal(size=(n, m))
        Ws = [rng.normal(0, np.sqrt(variance), size=(n, n)) for _ in range(depth)]
        norms = gradient_norm_profile(X, Ws, act, grad_out, residual)
        ratios[label] = float(norms[0] / norms[-1])
        axis.semilogy(
            range(1, depth + 1), norms / norms[-1], "o--" if residual else "o-",
            ms=4, color=f"C{i}", label=f"{label}: {ratios[label]:.1e}",
        )  # fmt: skip
        guessed = guess.get(act)
        if i < 3 and isinstance(guessed, (int, float)) and guessed > 0:
            axis.semilogy(1, guessed, "X", ms=10, color=f"C{i}")
    axis.set(xlabel="layer $l$ (input side left)", ylabel=r"$\|\delta^{(l)}\| \;/\; \|\delta^{(20)}\|$")
    axis.set_xticks([1, 5, 10, 15, 20])
    axis.set_title("What is left of the gradient on its way to layer 1 (crosses: your guesses)")
    axis.legend(title="activation, weights: ratio at layer 1", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ratios

# %% [markdown]
# The sigmoid stack leaves about $10^{-12}$ of the gradient, below the estimate
# $3.6 \cdot 10^{-12}$, since $\sigma'$ is $\tfrac14$ only at 0. Tanh loses a factor of about 5 over all 20
# layers, and ReLU with He weights stays near 1. With half of He's variance about a thousandth is left at layer
# 1; a standard deviation of 0.3 explodes by more than $10^4$. In the sigmoid net with residual connections the
# gradient does not vanish: it grows about threefold.
#
# **Does it matter?** Measure what it should spoil. Four of these plain stacks, with biases and a softmax on top, are
# trained for 300 steps by your own backprop on a thousand handwritten digits, each with the best of three learning
# rates, and read 500 others. The control has no hidden layer at all.

# %% tags=["demo"]
@demo
def twenty_layers_learn(seed: int = 0) -> dict[str, float]:
    """Digits read right by nets of twenty layers after 300 steps, and by one without a hidden layer."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    images, names = digit_images()
    Y = np.eye(10)[:, names]
    nets = {
        "no hidden layer": ([], "he", 1.0),
        "sigmoid, Xavier": (["sigmoid"] * 19, "xavier_normal", 1.0),
        "tanh, Xavier": (["tanh"] * 19, "xavier_normal", 1.0),
        "ReLU, He": (["relu"] * 19, "he", 1.0),
        "ReLU, variance 1/n": (["relu"] * 19, "he", 0.5),
    }
    read = {}
    for label, (acts, scheme, factor) in nets.items():
        sizes, rights = [64, *[32] * len(acts), 10], []
        for rate in (0.03, 0.1, 0.3):
            rng = np.random.default_rng(seed)
            Ws = [factor**0.5 * init_weights(a, b, scheme, rng) for a, b in zip(sizes, sizes[1:])]
            bs = [np.zeros((b, 1)) for b in sizes[1:]]
            for _ in range(300):
                batch = rng.integers(1000, size=50)
                _, cache = mlp_forward(images[:, batch], Ws, bs, acts)
                _, delta = softmax_cross_entropy(cache[-1][1], Y[:, batch])
                for parameter, gradient in zip([*Ws, *bs], sum(backprop(delta, cache, Ws, acts), [])):
                    parameter -= rate * gradient
            P, _ = mlp_forward(images[:, 1000:], Ws, bs, acts)
            hits = P.argmax(axis=0) == names[1000:]
            rights.append((hits[:297].mean(), float(100 * hits[297:].mean())))
        read[label] = max(rights)[1]  # the rate that reads more of the 297 in between
    figure, axis = plt.subplots()
    bars(axis, read, ["0.6", "C0", "C1", "C2", "C3"], "%.0f")
    axis.axvline(10, ls=":", color="0.5")
    axis.set(xlabel="of 100 new digits, read right (dotted: chance)", xlim=(0, 108))
    return read

# %% [markdown]
# Read the bars against the picture before. Where a trillionth of the gradient arrives, nothing is learned: the sigmoid
# stack stays at chance, and that with half of He's variance hardly leaves it. Tanh with Xavier reads more than 80 of 100,
# ReLU with He about half. But the control, without a hidden layer, reads 90 and beats them all. A gradient that arrives is
# what learning needs; it is not all that it needs, and depth is not an advantage by itself.
#
# ## 8. Two guards: clipping and dropout
#
# **Clipping** keeps one exploding gradient from throwing the weights away. Treat all gradient arrays as one
# long vector $g$ with norm $\lVert g \rVert = \bigl( \sum_i g_i^2 \bigr)^{1/2}$. If it is longer than $c$,
# shorten it to length $c$:
#
# $$g \leftarrow g \cdot \frac{c}{\lVert g \rVert}
# \quad \text{if } \lVert g \rVert > c, \qquad \text{else } g \text{ as it is.}$$
#
# All arrays get the **same** factor, so the direction of the step is kept. Clipping array by array or element
# by element turns the step. A short gradient is never made longer.
#
# **By hand.** $g = \bigl((3, 0), (4)\bigr)$ and $c = 1$: $\lVert g \rVert = 5$, and the result is
# $\bigl((0.6, 0), (0.8)\bigr)$. With $c = 10$ nothing changes.
#
# **Dropout** sets each unit to 0 with probability $p$ while training, so that no unit relies on one
# particular other. The mean of a unit's output is then $(1 - p) h$, not $h$. *Inverted* dropout divides by
# $1 - p$ at once:
#
# $$\text{mask}_i = \frac{\mathbb{1}[u_i \ge p]}{1 - p}, \qquad \mathbb{E}[\text{mask}_i] = 1, \qquad
# \tilde h = h \odot \text{mask}, \qquad u_i \sim U(0, 1).$$
#
# The mean of $\tilde h$ is $h$, so at test time the layer does nothing. The backward pass multiplies by the
# same mask: $\partial \tilde h_i / \partial h_i = \text{mask}_i$.
#
# **By hand.** $h = (2, -1, 4)$, $p = 0.2$, $u = (0.9, 0.1, 0.2)$: the mask is $(1.25, 0, 1.25)$ and
# $\tilde h = (2.5, 0, 5)$. The last unit has $u = p$ and is kept.

# %% question="clip_global_norm" minutes=20 further
def clip_global_norm(
    grads: list[Float[np.ndarray, "..."]], c: float
) -> tuple[list[Float[np.ndarray, "..."]], float]:
    """Scale a list of gradients so that their joint norm is at most c.

    Args:
        grads: arrays of any shapes; they are not changed.
        c: largest norm, positive.

    Returns:
        The list of gradients, float64 (unscaled if their norm is at most c; the scaling has no epsilon), and the
        norm before clipping. Gradients that are all zero come back unscaled. What is unscaled may be the
        argument itself.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    if norm > c:
        grads = [g * (c / norm) for g in grads]
    return grads, norm
    ### END SOLUTION


def inverted_dropout(
    h: Float[np.ndarray, "*shape"], p: float, u: Float[np.ndarray, "*shape"]
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """Dropout as used in training.

    Args:
        h: activations.
        p: probability of dropping a unit, 0 <= p < 1.
        u: uniform random numbers in [0, 1) of h's shape. A unit is kept if u >= p.

    Returns:
        h times the mask, and the mask: 1 / (1 - p) where a unit is kept, without an epsilon, 0 where it is
        dropped. Both are float64 and of h's shape.
    """
    ### BEGIN SOLUTION
    mask = (u >= p) / (1 - p)
    return h * mask, mask
    ### END SOLUTION
# %% [markdown] hints="clip_global_norm"
# idea: Clipping needs one number for all arrays, so it takes two passes: measure, then scale. Dropout is one
# comparison and one product.
#
# shapes: The norm is one number, whatever the shapes of the arrays are, an array without axes included. The mask has
# the shape of `h`.
#
# steps: 1. Squares of all entries of all arrays, one sum, one root. 2. Only if it is larger than `c`: every array
# times the same factor. 3. Return the norm from *before*. 4. Mask: which units are kept, as 0 and 1, over the
# probability of being kept.
#
# mistake: A norm of each array by itself. It shortens the long arrays alone, and the step turns.

# %% [markdown]
# Both guards at work on the digits. Left: ten ReLU layers, 64 wide, whose weights are too large (standard deviation
# 0.3), with and without clipping to $c = 1$; equal steps, equal rate. Right: a net that sees only 100 training
# digits, with and without dropout of a fifth of its input pixels; the mean of five nets.

# %% tags=["demo"]
@demo
def two_guards(seed: int = 0) -> dict[str, float]:
    """Digits read right with and without clipping, with and without dropout."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    images, names = digit_images()
    Y = np.eye(10)[:, names]

    def read(depth: int, std: float | None, clip: float, p: float, seen: int, steps: int, seed: int) -> float:
        rng, rate = np.random.default_rng(seed), 0.1
        sizes, acts = [64] * (depth + 1) + [10], ["relu"] * depth
        Ws = [
            rng.normal(0, std, size=(b, a)) if std else init_weights(a, b, "he", rng)
            for a, b in zip(sizes, sizes[1:])
        ]
        bs = [np.zeros((b, 1)) for b in sizes[1:]]
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(steps):
                batch = rng.integers(seen, size=50)
                x, _ = inverted_dropout(images[:, batch], p, rng.uniform(size=(64, 50)))
                _, cache = mlp_forward(x, Ws, bs, acts)
                _, delta = softmax_cross_entropy(cache[-1][1], Y[:, batch])
                gradients, _ = clip_global_norm(sum(backprop(delta, cache, Ws, acts), []), clip)
                for parameter, gradient in zip([*Ws, *bs], gradients):
                    parameter -= rate * gradient
            P, _ = mlp_forward(images[:, 1297:], Ws, bs, acts)
        return float(100 * (P.argmax(axis=0) == names[1297:]).mean())

    clipped = {
        "no clipping": read(10, 0.3, np.inf, 0.0, 1000, 300, seed),
        "clipped at 1": read(10, 0.3, 1.0, 0.0, 1000, 300, seed),
        "He's weights, no clipping": read(10, None, np.inf, 0.0, 1000, 300, seed),
    }
    nets = range(5 * seed, 5 * seed + 5)
    dropped = {
        name: float(np.mean([read(1, None, np.inf, p, 100, 1000, net) for net in nets]))
        for name, p in (("no dropout", 0.0), ("dropout 0.2", 0.2))
    }
    figure, axes = plt.subplots(1, 2, figsize=(10, 2.4))
    for axis, values, title in zip(axes, (clipped, dropped), ("weights too large", "100 training digits")):
        bars(axis, values, ["0.6", "C0", "C2"][: len(values)], "%.1f")
        axis.set(xlabel="of 100 new digits, read right", xlim=(0, 108), title=title)
    return clipped | dropped

# %% [markdown]
# Without clipping the net is at chance after the same 300 steps. Clipped, it reads about half of the digits or more. The
# better cure is question 6: with He's weights there is nothing to clip, and more digits are right. Dropout gains between
# one and two digits of 100. That is little; between two single nets chance can hide it, which is why five are averaged.
#
# ## 9. Where it began: the perceptron
#
# Before there was blame for hidden units there was a rule for one. A perceptron has weights $w \in \mathbb{R}^d$ and
# a bias $b$. It computes $z = w^\top x + b$ and predicts $+1$ if $z \ge 0$, otherwise $-1$. Labels are
# $y \in \{-1, +1\}$.
#
# **Learning.** Start at $w = 0$, $b = 0$. Go through the examples in order. An example is a *mistake* if
# $y z \le 0$; then, with the learning rate $\eta$,
#
# $$w \leftarrow w + \eta\, y\, x, \qquad b \leftarrow b + \eta\, y,$$
#
# and the next example meets the new $w$ and $b$. The update is right because it raises the margin of that
# example: $y z$ grows by $\eta (\lVert x \rVert^2 + 1)$. The tie $z = 0$ is a mistake for **both** labels. At
# the start every $z$ is 0, so a rule that lets ties pass never moves. Stop after the first pass without a
# mistake.
#
# **By hand.** $\eta = 1$ and three examples: $(2, 1)$ with $y = +1$; $(1, -1)$ and $(-1, 1)$ with $y = -1$.
#
# | pass | example | $z$ | mistake? | $w$ after | $b$ after |
# |---|---|---|---|---|---|
# | 1 | 1 | 0 | yes (tie) | (2, 1) | 1 |
# | 1 | 2 | 2 | yes | (1, 2) | 0 |
# | 1 | 3 | 1 | yes | (2, 1) | −1 |
# | 2 | 1 | 4 | no | | |
# | 2 | 2 | 0 | yes (tie) | (1, 2) | −2 |
# | 2 | 3 | −1 | no | | |
# | 3 | all | 2, −3, −1 | no | | |
#
# The mistakes per pass are `[3, 1, 0]`.
#
# **It stops if it can.** Write $\tilde x = (x, 1)$ and $\tilde w = (w, b)$, so that
# $z = \tilde w^\top \tilde x$. Suppose some $\tilde w^*$ separates the data with margin
# $\gamma = \min_i y_i\, \tilde w^{*\top} \tilde x_i > 0$, and let $R = \max_i \lVert \tilde x_i \rVert$.
# Count the updates with $k$.
#
# - Each update adds $\eta\, y\, \tilde w^{*\top} \tilde x \ge \eta \gamma$ to $\tilde w^{*\top} \tilde w$.
#   After $k$ updates, $\tilde w^{*\top} \tilde w \ge k \eta \gamma$.
# - Each update changes $\lVert \tilde w \rVert^2$ by
#   $2 \eta\, y z + \eta^2 \lVert \tilde x \rVert^2 \le \eta^2 R^2$, since $y z \le 0$. After $k$ updates,
#   $\lVert \tilde w \rVert \le \sqrt{k}\, \eta R$.
#
# By Cauchy–Schwarz, $k \eta \gamma \le \lVert \tilde w^* \rVert \sqrt{k}\, \eta R$. So $\eta$ cancels and
#
# $$k \;\le\; \frac{\lVert \tilde w^* \rVert^2 R^2}{\gamma^2} \qquad \text{(Novikoff).}$$
#
# The bound counts updates, not passes over the data.
#
# **By hand.** Take the result of the table as $\tilde w^* = (1, 2, -2)$:
# $\lVert \tilde w^* \rVert^2 = 9$, $R^2 = 6$ (first example), $\gamma = 1$ (third). The bound is $54$, and
# there were 4 updates.
#
# **XOR has no line.** If one separated $(0,0), (1,1)$ (below) from $(0,1), (1,0)$ (above), then $b < 0$ and
# $w_1 + w_2 + b < 0$, but $w_1 + b > 0$ and $w_2 + b > 0$. The first pair sums to $w_1 + w_2 + 2b < 0$, the
# second to $w_1 + w_2 + 2b > 0$.

# %% question="perceptron_train" minutes=25 further
def perceptron_train(
    X: Float[np.ndarray, "d m"], y: Float[np.ndarray, "m"], lr: float, max_epochs: int
) -> tuple[Float[np.ndarray, "d"], float, list[int]]:
    """Rosenblatt's perceptron, trained from zero weights.

    The examples are visited in the order 0, 1, ..., m-1 in every pass; w and b change right after a mistake.

    Args:
        X: one example per column.
        y: labels, each -1 or +1.
        lr: learning rate.
        max_epochs: largest number of passes over the data, at least 1.

    Returns:
        w (float64), b, and the list of the number of mistakes (y z <= 0, however small y z is) in each pass.
        Training stops after the first pass without a mistake, whose 0 is the last entry of the list, or after
        ``max_epochs`` passes.
    """
    ### BEGIN SOLUTION
    w, b, mistakes = np.zeros(X.shape[0]), 0.0, []
    for _ in range(max_epochs):
        mistakes.append(0)
        for x, label in zip(X.T, y):
            z = w @ x + b
            if label * z <= 0:  # a tie is a mistake: otherwise the zero weights would never move
                w += lr * label * x
                b += lr * label
                mistakes[-1] += 1
        if mistakes[-1] == 0:
            break
    return w, b, mistakes
    ### END SOLUTION


def novikoff_bound(
    X: Float[np.ndarray, "d m"], y: Float[np.ndarray, "m"], w: Float[np.ndarray, "d"], b: float
) -> float:
    """Upper bound on the number of perceptron updates, from a separating (w, b).

    Args:
        X: one example per column.
        y: labels, each -1 or +1.
        w: weights of a separator: y (w . x + b) > 0 for every example.
        b: its bias.

    Returns:
        (||w||^2 + b^2) R^2 / gamma^2. R^2 is the largest ||x||^2 + 1, gamma the smallest y (w . x + b).
    """
    ### BEGIN SOLUTION
    gamma = (y * (w @ X + b)).min()
    R_squared = ((X**2).sum(axis=0) + 1).max()  # the 1 is the input that the bias multiplies
    return (w @ w + b**2) * R_squared / gamma**2
    ### END SOLUTION
# %% [markdown] hints="perceptron_train"
# idea: Two nested loops, passes and examples, with the rule inside. The bound is one line once $\gamma$ and $R^2$ have
# names.
#
# shapes: One example is a column of X, of shape $(d,)$. All the margins at once have the shape $(m,)$, all the squared
# lengths too.
#
# steps: 1. Zeros; an empty list. 2. Per pass: append a 0, visit every example with the weights as they are *now*, and
# after a mistake move both and count. 3. Leave after a pass that counted none. 4. The bound: smallest margin, largest
# squared length of $(x, 1)$, squared length of $(w, b)$.
#
# mistake: $yz < 0$ in place of $yz \le 0$. With zero weights nothing is ever wrong, and nothing is learned.

# %% [markdown]
# See it run. Left, data that a line separates. Right, mistakes per pass, also for XOR.

# %% tags=["demo"]
@demo
def perceptron_on_two_problems(seed: int = 0) -> dict[str, float]:
    """A separable problem within Novikoff's bound, and XOR that never ends."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    w_true, b_true = np.array([0.8, 0.6]), 1.2
    X = rng.uniform(-3, 3, size=(2, 160))
    X = X[:, np.abs(w_true @ X + b_true) > 0.15]
    y = np.where(w_true @ X + b_true > 0, 1.0, -1.0)
    w, b, mistakes = perceptron_train(X, y, lr=1.0, max_epochs=200)
    bound = novikoff_bound(X, y, w_true, b_true)
    xor = np.array([[0.0, 1, 0, 1], [0, 1, 1, 0]]), np.array([-1.0, -1, 1, 1])
    xor_mistakes = perceptron_train(*xor, lr=1.0, max_epochs=12)[2]

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for label, colour, marker in ((1, "C0", "o"), (-1, "C1", "s")):
        left.plot(*X[:, y == label], marker, color=colour, ms=4)
    x1 = np.array([-3.0, 3.0])
    left.plot(x1, -(w[0] * x1 + b) / w[1], color="0.5")
    left.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), xlabel="$x_1$ (dots: +1, squares: −1)", ylabel="$x_2$")
    left.set_title(f"{sum(mistakes)} updates; Novikoff allows {bound:.0f}")
    right.plot(range(1, len(mistakes) + 1), mistakes, "o-", color="C2", label="separable")
    right.plot(range(1, len(xor_mistakes) + 1), xor_mistakes, "s-", color="C3", label="XOR")
    right.set(xlabel="pass over the data", ylabel="mistakes", title="Mistakes end, or never do")
    right.set_ylim(bottom=-0.3)
    right.legend()
    return {
        "updates": float(sum(mistakes)),
        "bound": float(bound),
        "last": float(mistakes[-1]),
        "xor_last": float(xor_mistakes[-1]),
    }

# %% [markdown]
# The updates end, far below the bound. On XOR every pass makes mistakes, for ever. What was missing in 1958 is
# question 4: a way to blame units that have no label of their own.
#
# ## Payoff: digits, black on white or white on black
#
# A thousand handwritten digits of 64 pixels, half of them dark on light and half of them as negatives. What a bright
# pixel means depends on all the others: it is XOR in 64 dimensions. Your code trains a net with 32 hidden ReLU
# units, 1000 steps, and then reads 500 digits that it has not seen.
#
# The controls have the same steps and batches, and each its best of three learning rates, chosen on 297 further
# digits:
#
# - **no hidden layer**: the softmax of a linear map;
# - **hidden layer left at random**: the same net, but the blame stops at the last layer;
# - **untrained**: the net at its start.
#
# For comparison, a **nearest neighbour**: it does not learn, it keeps all thousand digits and looks them up.

# %% tags=["predict"]
predict("of 100 new digits, read right", no_hidden_layer=..., random_hidden_layer=..., backprop=...)

# %% tags=["demo"]
def positives_and_negatives(seed: int) -> tuple[Float[np.ndarray, "64 n"], Float[np.ndarray, "n"]]:
    """The digits, each with its ink bright or dark by the toss of a coin, and their classes."""
    images, names = digit_images()
    return images * np.random.default_rng(seed).choice([-1.0, 1.0], size=len(names)), names


def trained(seed: int, hidden: int, rate: float, last_only: bool = False, steps: int = 1000) -> tuple[list, list, list]:
    """Weights, biases and activations of a net that was trained on the first thousand digits."""
    images, names = positives_and_negatives(seed)
    Y, rng = np.eye(10)[:, names], np.random.default_rng(seed)
    sizes, acts = ([64, hidden, 10], ["relu"]) if hidden else ([64, 10], [])
    Ws = [init_weights(a, b, "he", rng) for a, b in zip(sizes, sizes[1:])]
    bs = [np.zeros((b, 1)) for b in sizes[1:]]
    for _ in range(steps):
        batch = rng.integers(1000, size=50)
        _, cache = mlp_forward(images[:, batch], Ws, bs, acts)
        _, delta = softmax_cross_entropy(cache[-1][1], Y[:, batch])
        dWs, dbs = backprop(delta, cache, Ws, acts)
        for layer in range(len(Ws) - 1 if last_only else 0, len(Ws)):
            Ws[layer] -= rate * dWs[layer]
            bs[layer] -= rate * dbs[layer]
    return Ws, bs, acts


@demo
def digits_of_both_kinds(seed: int = 0) -> dict[str, float]:
    """Digits and negatives of digits, read by your net and by its controls; first-layer weights; the worst errors."""
    import matplotlib.pyplot as plt
    from sklearn.neighbors import KNeighborsClassifier

    from dlcourse.student.figures import bars

    images, names = positives_and_negatives(seed)

    def right(net: tuple[list, list, list], part: slice) -> float:
        P, _ = mlp_forward(images[:, part], *net)
        return float(100 * (P.argmax(axis=0) == names[part]).mean())

    between, new = slice(1000, 1297), slice(1297, None)
    nets = {
        name: max((trained(seed, hidden, rate, last_only) for rate in (0.03, 0.1, 0.3)), key=lambda net: right(net, between))
        for name, hidden, last_only in (
            ("no hidden layer", 0, False), ("random hidden layer", 32, True), ("backprop", 32, False),
        )
    }  # fmt: skip
    nets["untrained"] = trained(seed, 32, 0.0, steps=0)
    read = {name: right(net, new) for name, net in nets.items()}
    neighbour = KNeighborsClassifier(1).fit(images[:, :1000].T, names[:1000])
    read["nearest neighbour"] = float(100 * neighbour.score(images[:, new].T, names[new]))

    start = trained(seed, 32, 0.0, steps=0)[0][0]
    Ws, bs, acts = nets["backprop"]
    P, _ = mlp_forward(images[:, new], Ws, bs, acts)
    loss = -np.log(P[names[new], np.arange(500)])
    worst = np.argsort(-loss)[:8]

    figure = plt.figure(figsize=(11, 7))
    top, bottom = figure.subfigures(2, 1, height_ratios=[1.2, 1])
    chart, *weights = top.subplots(1, 3, width_ratios=[1, 1.15, 1.15])
    guess = guesses("of 100 new digits, read right")
    guessed = {
        "no hidden layer": guess.get("no_hidden_layer"),
        "random hidden layer": guess.get("random_hidden_layer"),
        "backprop": guess.get("backprop"),
    }
    bars(chart, read, ["0.6", "0.6", "C0", "0.6", "C2"], "%.0f", guessed)
    chart.set(xlabel="of 100 new digits, read right", xlim=(0, 108))
    for axis, W, title in zip(weights, (start, Ws[0] - start), ("30 of the hidden units at the start", "what training added")):
        tiles = np.pad(W[:30].reshape(6, 5, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
        size = 0.7 * np.abs(tiles).max()
        axis.imshow(tiles.transpose(0, 2, 1, 3).reshape(60, 50), cmap="RdBu", vmin=-size, vmax=size)
        axis.set(title=title, xticks=[], yticks=[])
    for axis, i in zip(bottom.subplots(2, 8, height_ratios=[1, 1]).T, worst):
        x, name = images[:, new][:, i : i + 1], names[new][i]
        _, cache = mlp_forward(x, Ws, bs, acts)
        _, delta = softmax_cross_entropy(cache[-1][1], np.eye(10)[:, [name]])
        _, dbs = backprop(delta, cache, Ws, acts)
        blame = (Ws[0].T @ dbs[0]).reshape(8, 8)  # for one example, dbs[0] is the error signal of layer 1
        axis[0].imshow(x.reshape(8, 8), cmap="gray", vmin=-1, vmax=1)
        axis[0].set_title(f"{name} read as {P[:, i].argmax()}")
        axis[1].imshow(blame, cmap="RdBu", vmin=-np.abs(blame).max(), vmax=np.abs(blame).max())
        for a in axis:
            a.set(xticks=[], yticks=[])
    bottom.suptitle("the eight worst errors, and the blame of each pixel")
    smooth = {
        name: float(np.mean([np.corrcoef(w.reshape(8, 8)[:, 1:].ravel(), w.reshape(8, 8)[:, :-1].ravel())[0, 1] for w in W]))
        for name, W in (("start", start), ("added", Ws[0] - start))
    }
    return {name.replace(" ", "_").replace("-", "_"): value for name, value in read.items()} | {
        "neighbours_alike_start": smooth["start"],
        "neighbours_alike_added": smooth["added"],
    }

# %% [markdown]
# The linear map is lost: it reads fewer than a third. A random hidden layer gives it something to work with, about two
# thirds. When the blame goes one layer further down, nine in ten are right: the hidden units have become detectors of
# something. Look at their weights at the start, and at what 1000 steps of blame have added to them. At the start
# neighbouring pixels have nothing to do with each other; in what was added they are correlated, as pieces of strokes
# are. Under each of the worst errors stands the blame of its pixels: where it is blue, a brighter pixel would have made
# it worse, where it is red, better.
#
# The nearest neighbour beats them all. With a thousand small and similar images, looking up is hard to beat. But it keeps
# 64,000 numbers and compares with all of them; your net keeps 2410.
#
# ## Payoff: the pixels to blame
#
# One step further back there are no weights any more, but the input itself:
# $\partial \mathcal{L} / \partial X = W^{(1)\top} \delta^{(1)}$, the blame of every pixel. If it is right, then moving
# all pixels a *little* with it must hurt much more than moving them as far in random directions. **Turn the knob:**
# `eps` is how far each pixel moves; black and white are 2 apart.

# %% tags=["demo"]
@demo(eps=(0.0, 0.6))
def move_the_pixels(eps: float = 0.2, seed: int = 0) -> dict[str, float]:
    """Digits read right after every pixel was moved by eps, by the sign of its blame or by a coin."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    images, names = positives_and_negatives(seed)
    Ws, bs, acts = trained(seed, 32, 0.1, steps=600)
    X, label = images[:, 1297:], names[1297:]
    _, cache = mlp_forward(X, Ws, bs, acts)
    delta = softmax_cross_entropy(cache[-1][1], np.eye(10)[:, label])[1]
    blame = np.empty_like(X)
    for j in range(X.shape[1]):  # one example at a time: then dbs[0] is the error signal of layer 1
        one = [(h[:, j : j + 1], z[:, j : j + 1]) for h, z in cache]
        blame[:, j] = Ws[0].T @ backprop(delta[:, j : j + 1], one, Ws, acts)[1][0][:, 0]
    moves = {"with the blame": np.sign(blame), "by a coin": np.random.default_rng(seed).choice([-1.0, 1.0], size=X.shape)}

    def right(move: np.ndarray, eps: float) -> float:
        P, _ = mlp_forward(X + eps * move, Ws, bs, acts)
        return float(100 * (P.argmax(axis=0) == label).mean())

    figure, (left, *shown) = plt.subplots(1, 4, figsize=(11, 3.2), width_ratios=[2.2, 1, 1, 1])
    grid = np.linspace(0, 0.6, 13)
    for name, move in moves.items():
        left.plot(grid, [right(move, e) for e in grid], label=name)
    left.axvline(eps, ls=":", color="0.5")
    left.set(xlabel="eps", ylabel="of 100 digits, read right", ylim=(0, 100))
    label_ends(left)
    before, after = (mlp_forward(X + e * moves["with the blame"], Ws, bs, acts)[0].argmax(axis=0) for e in (0.0, eps))
    misled = (before == label) & (after != label)
    first = int(np.flatnonzero(misled if misled.any() else before == label)[0])
    pictures = {"as it was": 0 * X, **moves}
    for axis, (name, move) in zip(shown, pictures.items()):
        x = X[:, first : first + 1] + eps * move[:, first : first + 1]
        P, _ = mlp_forward(x, Ws, bs, acts)
        axis.imshow(x.reshape(8, 8), cmap="gray", vmin=-1.6, vmax=1.6)
        axis.set(title=f"{name}:\nread as {P.argmax()}, P = {P.max():.2f}", xticks=[], yticks=[])
    return {
        "before": right(0 * X, 0.0),
        "blamed": right(moves["with the blame"], eps),
        "coin": right(moves["by a coin"], eps),
    }

# %% [markdown]
# A move of 0.2, a tenth of the way from black to white, by a coin: nearly nothing happens. The same move with the blame:
# of 100 digits fewer than 35 are still read right. The gradient knows the one direction in which the net is weak, and
# weak it is. A wrong backpropagation would not find it: that is one more test of yours.
#
# **Reflect.** Three questions without points. Why can a linear map without biases read at most one of an image and its
# negative? A derivative can also be pushed *forward*, from one weight to the loss: what would a whole gradient cost that
# way, and for which nets would it be the cheaper one? And if the nearest neighbour reads more digits, what would
# have to change about the digits for it to lose?
#
# **Your own hand.** Draw a digit of eight lines with eight signs each, `#` for ink, `+` for half of it, a full stop for
# paper, and call `read_mine(yours)`. The net reads it and its negative. The seven below, with its bar, it reads right
# both ways. Keep to the middle, as the writers of the training digits did: shift the seven by two columns, and see.

# %% tags=["demo"]
SEVEN = """
. . + # # # # .
. . + + + # # .
. . . . . # . .
. . . . # # . .
. + # # # # # .
. . + # # + . .
. . . # . . . .
. . . # . . . ."""


@demo
def read_mine(drawing: str = SEVEN, seed: int = 0) -> dict[str, float]:
    """What the net makes of a digit drawn with signs, and of its negative."""
    import matplotlib.pyplot as plt

    ink = {"#": 1.0, "+": 0.0, ".": -1.0}
    x = np.array([ink[sign] for sign in drawing if sign in ink]).reshape(64, 1)
    net = trained(seed, 32, 0.1)
    figure, axes = plt.subplots(1, 4, figsize=(11, 2.4), width_ratios=[1, 2, 1, 2])
    found = {}
    for (picture, chart), (name, sign) in zip(axes.reshape(2, 2), (("ink bright", 1.0), ("ink dark", -1.0))):
        P, _ = mlp_forward(sign * x, *net)
        picture.imshow(sign * x.reshape(8, 8), cmap="gray", vmin=-1, vmax=1)
        picture.set(xticks=[], yticks=[], title=name)
        chart.bar(range(10), P[:, 0])
        chart.set(xticks=range(10), ylim=(0, 1), xlabel="digit", ylabel="probability")
        found[name] = float(P.argmax())
    return found

# %% [markdown]
# ## What you built, and where it goes next
#
# A net, the blame of each of its weights, and a truth to check it against. PyTorch does the same for any program: it
# records the operations in the forward pass and runs your question 4 over the record.
#
# - Rumelhart, Hinton and Williams, [Learning representations by back-propagating
#   errors](https://doi.org/10.1038/323533a0).
# - Leshno et al., [Multilayer feedforward networks with a nonpolynomial activation function can approximate any
#   function](https://doi.org/10.1016/S0893-6080(05)80131-5): the condition of question 2.
# - He et al., [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852): He initialisation.
#   [Deep residual learning](https://arxiv.org/abs/1512.03385): the added path of question 7.
# - Pascanu, Mikolov and Bengio, [On the difficulty of training recurrent neural
#   networks](https://arxiv.org/abs/1211.5063): clipping.
# - Hinton et al., [Improving neural networks by preventing co-adaptation of feature
#   detectors](https://arxiv.org/abs/1207.0580): dropout.
# - Goodfellow, Shlens and Szegedy, [Explaining and harnessing adversarial
#   examples](https://arxiv.org/abs/1412.6572): pixels moved by the sign of their gradient.
# - Hendrycks and Gimpel, [Gaussian error linear units](https://arxiv.org/abs/1606.08415);
#   Ramachandran, Zoph and Le, [Searching for activation functions](https://arxiv.org/abs/1710.05941): swish.
# - Baydin et al., [Automatic differentiation in machine learning: a
#   survey](https://arxiv.org/abs/1502.05767).
#
# Initial weights alone keep the gradient alive only at the first step; normalisation layers ([batch
# normalization](https://arxiv.org/abs/1502.03167)) do so during training. Which step to take along the
# gradient is the subject of the assignments *optimizers* and *learning_rate*. The
# [article](https://www.chenk.top/en/ml-math-derivations/19-neural-networks-and-backpropagation/) treats the
# same ground with more theory.
