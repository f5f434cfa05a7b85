# %% [markdown]
# # The learning rate
#
# One number decides whether a network learns, crawls or explodes, and most of what is said about it is folklore.
# **How large may a step be, and when must it shrink?** One question, and a parabola on which both answers are exact: an
# edge that no rate may cross, and a floor of noise under which no constant rate gets. Everything else in this notebook,
# from the sharpness of a real network to the schedules that language models are trained with, is measured against these two.
#
# <!-- questions -->
#
# **You need:** gradients, eigenvalues of a symmetric matrix, a little numpy. Nets and their gradients are given.
#
# **Article:** [A guide to the learning rate](https://www.chenk.top/en/standalone/learning-rate-guide/)
#
# **Papers:** Cohen et al., [Gradient descent on neural networks typically occurs at the edge of
# stability](https://arxiv.org/abs/2103.00065); Smith, [Cyclical learning rates](https://arxiv.org/abs/1506.01186); Goyal et
# al., [Accurate, large minibatch SGD](https://arxiv.org/abs/1706.02677); Hu et al.,
# [MiniCPM](https://arxiv.org/abs/2404.06395); Sohl-Dickstein, [The boundary of neural network trainability is
# fractal](https://arxiv.org/abs/2402.06184).
#
# **Conventions of the whole notebook.** Everything is numpy. Arrays are float64; rates and losses are floats, steps and batch
# sizes are ints. Steps count from 0, and a schedule is a function of the step: it keeps nothing between calls. **Momentum has
# its rate outside the velocity**: $v\leftarrow\beta v+g$, then $\theta\leftarrow\theta-\eta v$. The other form,
# $v\leftarrow\beta v+\eta g$, is the same under a constant rate and another method under a schedule. $\eta$ is the rate,
# $\lambda$ an eigenvalue; weight decay is written $\mathrm{wd}$. No function changes its arguments.

# %%
import math
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from dlcourse import check, demo, guesses, predict, probe

# %% [markdown]
# ## First look: the coast
#
# A network with two inputs, three tanh units and one output learns five points by gradient descent. Each pixel is one whole
# training of 120 steps: how large the rate of the first layer is (to the right) and of the second (upwards). The
# darker, the better it has learned; yellow was lost. How simple can the border be between rates that work and rates that do not? Look at the second
# and third picture: the framed part, eight times larger, and eight times again. **There is coast within the coast.** The last
# picture is the control: a parabola in two parameters, a rate for each. Its border is one plain curve.
#
# The number above a picture is the box dimension of the border: 1 for a curve, 2 for something that fills the plane. In the
# net it is above 1 at each zoom, and it is not above 1 in the control. On the diagonal of the control, where
# both rates are equal, you will be able to say exactly where it lies by the end of question 1.


# %% tags=["demo"]
@demo
def first_look(seed: int = 0) -> dict[str, float]:
    """Which pairs of rates train a tiny net, at three zooms; and a parabola as the control."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    first, second = rng.normal(size=(2, 3)), rng.normal(size=(3, 1))
    pixels, steps = 112, 120

    def net(lr_first: np.ndarray, lr_second: np.ndarray) -> np.ndarray:
        """Loss after training, one net per pair of rates, as a part of the loss before."""
        W = np.repeat(first[None], lr_first.size, 0)
        V = np.repeat(second[None], lr_first.size, 0)
        start = ((np.tanh(x @ first) @ second - y) ** 2).mean()
        for _ in range(steps):
            h = np.tanh(x @ W)
            d = 2 * (h @ V - y) / 5
            dW = x.T @ (d @ V.swapaxes(1, 2) * (1 - h * h))
            V = np.clip(V - lr_second.reshape(-1, 1, 1) * (h.swapaxes(1, 2) @ d), -1e6, 1e6)
            W = np.clip(W - lr_first.reshape(-1, 1, 1) * dW, -1e6, 1e6)
        return ((np.tanh(x @ W) @ V - y) ** 2).mean((1, 2)) / start

    half = rng.normal(size=(5, 2))
    hessian = 2 * half.T @ half / 5

    def parabola(lr_first: np.ndarray, lr_second: np.ndarray) -> np.ndarray:
        """The same for a parabola in two parameters."""
        rates, theta = np.stack([lr_first.ravel(), lr_second.ravel()], -1), np.ones((lr_first.size, 2))
        for _ in range(steps):
            theta = np.clip(theta - rates * (theta @ hessian), -1e6, 1e6)
        return (theta @ hessian * theta).sum(-1) / hessian.sum()

    def coast(relative: np.ndarray) -> tuple[np.ndarray, float]:
        """Pixels with another fate than a neighbour's, and the box dimension of that set."""
        learned = relative < 1
        border = np.zeros_like(learned)
        border[:-1] |= learned[:-1] != learned[1:]
        border[:, :-1] |= learned[:, :-1] != learned[:, 1:]
        sides = np.array([1, 2, 4, 8])
        boxes = [border.reshape(pixels // k, k, pixels // k, k).any((1, 3)).sum() for k in sides]
        return border, float(-np.polyfit(np.log(sides), np.log(np.maximum(boxes, 1)), 1)[0])

    fig, axes = plt.subplots(1, 4, figsize=(12, 3.4))
    corner, width, numbers = np.array([-1.0, -1.0]), 3.0, {}
    for ax, name in zip(
        axes, ("net", "8 times larger", "64 times larger", "control: a parabola"), strict=True
    ):
        control = name.startswith("control")
        if control:
            corner, width = np.array([-1.0, -1.0]), 3.0
        one, two = (np.logspace(low, low + width, pixels) for low in corner)
        fates = (parabola if control else net)(*np.meshgrid(one, two)).reshape(pixels, pixels)
        border, dimension = coast(fates)
        ax.imshow(np.log10(fates.clip(1e-4, 1e2)), origin="lower", extent=(0, 1, 0, 1))
        ax.set(
            title=f"{name}\ndimension {dimension:.2f}", xticks=[], yticks=[], xlabel="rate of layer 1 (log)"
        )
        numbers["control" if control else name.split()[0]] = dimension
        if not control and not name.startswith("64"):
            busy = border.reshape(7, 16, 7, 16).sum((1, 3))  # the next zoom goes where the border is longest
            row, column = np.unravel_index(busy.argmax(), busy.shape)
            centre = np.array([(column + 0.5) / 7, (row + 0.5) / 7])
            ax.add_patch(plt.Rectangle(tuple(centre - 1 / 16), 1 / 8, 1 / 8, fill=False, color="C3", lw=1.5))
            corner, width = corner + width * (centre - 1 / 16), width / 8
    axes[0].set_ylabel("rate of layer 2 (log)")
    return {name: float(number) for name, number in numbers.items()}


# %% [markdown]
# ## 1. The edge
#
# Near a minimum every smooth loss looks like a parabola. Take one direction of it, $L(\theta)=\frac12a\theta^2$. Its gradient
# is $a\theta$, and a step of gradient descent multiplies:
#
# $$\theta_{t+1} = \theta_t-\eta a\theta_t = (1-\eta a)\,\theta_t, \qquad \theta_t=(1-\eta a)^t\,\theta_0 .$$
#
# It shrinks exactly if $|1-\eta a|<1$, that is for $0<\eta<2/a$. Up to $1/a$ it creeps in from one side, at $1/a$ it is there
# in one step, beyond that it jumps from side to side, and beyond $2/a$ each jump is longer than the last.
#
# ![A parabola three times. Rate 0.4: from 1 to 0.2 to 0.04, on one side. Rate 0.9: from 1 to -0.8 to 0.64, from side to side and inwards. Rate 1.1: from 1 to -1.2 to 1.44, outwards.](pictures/learning_rate/parabola.svg)
#
# In many dimensions $L(\theta)=\frac12\theta^\top H\theta$ with a symmetric Hessian $H$. Along an eigenvector the same holds with
# $a$ replaced by the eigenvalue. One rate serves all directions, so the steepest one decides:
#
# $$\eta < \frac{2}{\lambda_{\max}(H)} .$$
#
# For other losses there is a one-sided version, the **descent lemma**. If no eigenvalue of the Hessian exceeds $\lambda$
# anywhere, Taylor's formula gives
# $L(\theta-\eta\nabla L)\le L(\theta)-\eta\,(1-\tfrac12\eta\lambda)\,\lVert\nabla L\rVert^2$. The bound is best at
# $\eta=1/\lambda$ and promises nothing beyond $2/\lambda$.
#
# **Momentum** moves the edge. The heavy ball starts at rest, $v_0=0$:
#
# $$v_{t+1}=\beta v_t+H\theta_t, \qquad \theta_{t+1}=\theta_t-\eta v_{t+1} .$$
#
# Since $\eta v_t=\theta_{t-1}-\theta_t$, along an eigenvector
# $\theta_{t+1}=(1+\beta-\eta\lambda)\,\theta_t-\beta\,\theta_{t-1}$. Solutions are powers $r^t$ with
# $r^2-(1+\beta-\eta\lambda)\,r+\beta=0$. Both roots lie inside the unit circle exactly if $|\beta|<1$ and
# $|1+\beta-\eta\lambda|<1+\beta$. For $0\le\beta<1$ this means
#
# $$0<\eta<\frac{2(1+\beta)}{\lambda_{\max}} .$$
#
# Along an eigenvector with $\lambda<0$ the loss has no floor. There $\theta$ grows at *every* rate, so such directions say
# nothing about an edge. If no eigenvalue is positive, there is none.
#
# **By hand.** $a=2$ and $\theta_0=1$. With $\eta=0.4$ the factor is $0.2$: $1, 0.2, 0.04$. With $\eta=0.9$ it is $-0.8$:
# $1, -0.8, 0.64$. With $\eta=1.1$ it is $-1.2$: $1, -1.2, 1.44$. The edge is $2/2=1$, and with $\beta=0.9$ it is
# $2\cdot1.9/2=1.9$. With $\beta=0.5$ and $\eta=0.4$: $v_1=2$, $\theta_1=0.2$; $v_2=0.5\cdot2+2\cdot0.2=1.4$, and
# $\theta_2=0.2-0.56=-0.36$.


# %% [markdown] hints="gd_quadratic"
# idea: The gradient of $\frac12\theta^\top H\theta$ is $H\theta$. For the edge look at the eigenvalues; only one of them matters.
#
# shapes: `theta0` and the velocity are (n,), `H` is (n, n). The result has one row more than there are steps, since the
# first row is the start.
#
# steps: Keep a list that begins with the start. In each step update the velocity first, and then move by the rate times the
# new velocity. For the edge take the largest eigenvalue with its sign.
#
# mistake: Using the largest absolute value. An eigenvalue of -5 has no edge.


# %% question="gd_quadratic" minutes=20
def gd_quadratic(
    H: Float[np.ndarray, "n n"], theta0: Float[np.ndarray, " n"], lr: float, steps: int, beta: float = 0.0
) -> Float[np.ndarray, "rows n"]:
    """Iterates of gradient descent with heavy-ball momentum on L = 1/2 theta^T H theta.

    The velocity starts at zero; the rate stands outside of it (conventions of the notebook).

    Args:
        H: symmetric Hessian, its eigenvalues of any sign.
        theta0: where it starts.
        lr: learning rate.
        steps: how many steps, 0 or more.
        beta: momentum, from 0 to below 1; 0 is plain gradient descent.

    Returns:
        A new array of steps + 1 rows: ``theta0``, and the iterate after each step. Iterates that
        grow are returned as they are.
    """
    ### BEGIN SOLUTION
    theta, velocity = theta0, np.zeros(len(theta0))
    path = [theta]
    for _ in range(steps):
        velocity = beta * velocity + H @ theta
        theta = theta - lr * velocity
        path.append(theta)
    return np.array(path)
    ### END SOLUTION


def max_stable_lr(H: Float[np.ndarray, "n n"], beta: float = 0.0) -> float:
    """The edge: along each direction of positive curvature, iterates die out at every rate between 0 and it.

    Args:
        H: symmetric Hessian, its eigenvalues of any sign. Those that are not positive do not count.
        beta: momentum as in ``gd_quadratic``, from 0 to below 1.

    Returns:
        2 (1 + beta) over the largest eigenvalue; ``math.inf`` if no eigenvalue is positive.
    """
    ### BEGIN SOLUTION
    top = float(np.linalg.eigvalsh(H)[-1])
    return 2 * (1 + beta) / top if top > 0 else math.inf
    ### END SOLUTION


# %% [markdown]
# Here is the edge, tried out: a parabola in 20 dimensions with eigenvalues between 1 and 50, and rates on both sides of what
# `max_stable_lr` says. One percent below the edge the iterate dies out, one percent above it explodes, with and without
# momentum.


# %% tags=["demo"]
@demo
def the_edge(seed: int = 0) -> dict[str, float]:
    """Distance from the minimum after many steps, at rates around the edge."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    H = axes @ np.diag(np.linspace(1, 50, 20)) @ axes.T
    theta0, numbers = rng.normal(size=20), {}
    fig, ax = plt.subplots()
    for beta in (0.0, 0.9):
        edge = max_stable_lr(H, beta)
        shares = np.linspace(0.95, 1.05, 41)
        sizes = [np.linalg.norm(gd_quadratic(H, theta0, s * edge, 600, beta)[-1]) for s in shares]
        ax.semilogy(shares, sizes, "o-", ms=3, label=rf"$\beta={beta:g}$, edge {edge:.3f}")
        for name, share in (("below", 0.99), ("above", 1.01)):
            path = gd_quadratic(H, theta0, share * edge, 1000, beta)
            numbers[f"{name}_{beta:g}"] = float(np.linalg.norm(path[-1]) / np.linalg.norm(theta0))
    ax.axvline(1, color="0.5", lw=1)
    ax.axhline(np.linalg.norm(theta0), color="0.5", lw=1, ls=":", label="start")
    ax.set(
        xlabel="rate as a part of the edge", ylabel=r"$\Vert\theta\Vert$ after 600 steps", ylim=(1e-12, 1e12)
    )
    ax.legend()
    return {name: float(number) for name, number in numbers.items()}


# %% [markdown]
# ## 2. Sharpness: the edge of a network
#
# A network's Hessian is too large to write down: $n$ weights make $n^2$ entries. But the product $Hv$ with one vector costs
# about two gradients, since
#
# $$H(\theta)\,v \approx \frac{\nabla L(\theta+\epsilon v)-\nabla L(\theta-\epsilon v)}{2\epsilon} .$$
#
# That is enough for the largest eigenvalue. Write $v$ in eigenvectors, $v=\sum_i\alpha_ie_i$. Then
# $H^qv=\sum_i\alpha_i\lambda_i^qe_i$, and the term with the largest $|\lambda_i|$ outgrows the others. This is **power
# iteration**. $H^qv$ itself would soon leave
# the range of floating-point numbers, so $v$ is brought back to length 1 after each product.
#
# How is the eigenvalue read off? $\lVert Hv\rVert$ loses the sign. The **Rayleigh quotient** keeps it:
#
# $$\frac{v^\top Hv}{v^\top v} = \frac{\sum_i\alpha_i^2\lambda_i}{\sum_i\alpha_i^2} ,$$
#
# a weighted mean of eigenvalues. After $q$ products the weights are $\alpha_i^2\lambda_i^{2q}$, so its error falls like
# $(\lambda_2/\lambda_1)^{2q}$, twice as fast on a log scale as that of the vector. The largest eigenvalue of a network's Hessian is
# called its **sharpness**; in practice it is also the largest in absolute value.
#
# **By hand.** $H=\begin{pmatrix}2&1\\1&2\end{pmatrix}$ has the eigenvalues 3 and 1. Start at $v=(1,0)$: the quotient is $2$. One
# product gives the direction $(2,1)$, and the quotient $14/5=2.8$. A second one gives $(5,4)$ and $122/41=2.976$.


# %% [markdown] hints="sharpness"
# idea: Multiply, shorten to length 1, multiply again. At the end ask how much $H$ stretches the vector along itself.
#
# shapes: The vector has the shape of `v0` throughout, (n,). The quotient is a number: a dot product over a dot product.
#
# steps: In each of `iters` rounds apply `hvp`, stop with 0.0 if what comes back is zero, and divide by the length. After the
# rounds apply `hvp` once more for the quotient. Build new arrays; what `hvp` returns may be somebody else's.
#
# mistake: Returning the length of $Hv$. For an eigenvalue of -5 that is 5.


# %% question="sharpness" minutes=25 forbid=["numpy.linalg.eig", "numpy.linalg.eigh", "numpy.linalg.eigvals", "numpy.linalg.eigvalsh", "numpy.linalg.svd", "numpy.linalg.svdvals"]
def sharpness(
    hvp: Callable[[Float[np.ndarray, " n"]], Float[np.ndarray, " n"]], v0: Float[np.ndarray, " n"], iters: int
) -> float:
    """The eigenvalue of largest absolute value of a symmetric matrix, by power iteration.

    Decompositions of ``numpy.linalg`` are not to be used; its ``norm`` may be.

    Args:
        hvp: takes a vector v and returns H v. It may return v itself, or an array that it keeps: do
            not change either. The entries of H may be as large as 1e12 and as small as 1e-12.
        v0: where to start; not zero, of any length.
        iters: products after each of which the vector is brought back to length 1; 0 or more.

    Returns:
        The Rayleigh quotient v^T H v / v^T v of the vector after ``iters`` products, with its sign;
        for ``iters=0`` that of ``v0``. If a product is exactly the zero vector, 0.0.
    """
    ### BEGIN SOLUTION
    v = v0
    for _ in range(iters):
        Hv = hvp(v)
        length = np.linalg.norm(Hv)
        if length == 0:
            return 0.0
        v = Hv / length
    return float(v @ hvp(v) / (v @ v))
    ### END SOLUTION


# %% [markdown]
# The rest of the notebook needs networks: one hidden layer of tanh units on scikit-learn's digits, $8\times8$ pixels, with the
# mean digit subtracted. Here are its loss and its gradient, given. The first axis of each parameter numbers *runs*, so
# that many networks train side by side at the cost of one.


# %%
def init_net(sizes: tuple[int, int, int], rng: np.random.Generator, runs: int = 1) -> list[np.ndarray]:
    """Weights and biases (W, b, V, c) of ``runs`` networks; V is half as large as usual."""
    n_in, hidden, n_out = sizes
    W = rng.normal(size=(runs, n_in, hidden)) / math.sqrt(n_in)
    V = 0.5 * rng.normal(size=(runs, hidden, n_out)) / math.sqrt(hidden)
    return [W, np.zeros((runs, 1, hidden)), V, np.zeros((runs, 1, n_out))]


def loss_and_grads(
    params: list[np.ndarray], x: np.ndarray, targets: np.ndarray, loss: str = "cross_entropy"
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Mean loss of each run, and its gradients: cross-entropy, or squared error summed over outputs."""
    W, b, V, c = params
    h = np.tanh(x @ W + b)
    out = h @ V + c
    if loss == "squared":
        losses, d = ((out - targets) ** 2).sum(-1).mean(-1), 2 * (out - targets) / x.shape[-2]
    else:
        out = out - out.max(-1, keepdims=True)
        log_p = out - np.log(np.exp(out).sum(-1, keepdims=True))
        losses, d = -(targets * log_p).sum(-1).mean(-1), (np.exp(log_p) - targets) / x.shape[-2]
    back = (d @ V.swapaxes(-1, -2)) * (1 - h**2)
    grads = [
        x.swapaxes(-1, -2) @ back,
        back.sum(-2, keepdims=True),
        h.swapaxes(-1, -2) @ d,
        d.sum(-2, keepdims=True),
    ]
    return losses, grads


def load_digits_split(seed: int, noise: float = 0.0) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Digits and one-hot labels: 1200 to train (a part redrawn), 300 to choose by, 297 to test."""
    from sklearn.datasets import load_digits

    rng, digits = np.random.default_rng(seed), load_digits()
    order = rng.permutation(1797)
    x, names = (digits.data / 16)[order], digits.target[order].copy()
    redrawn = np.flatnonzero(rng.random(1200) < noise)
    names[redrawn] = rng.integers(10, size=len(redrawn))
    x, onehot = x - x[:1200].mean(0), np.eye(10)[names]
    return {
        "train": (x[:1200], onehot[:1200]),
        "val": (x[1200:1500], onehot[1200:1500]),
        "test": (x[1500:], onehot[1500:]),
    }


def fresh_run(x: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> Callable[[float], float]:
    """A new network and its training, as a range test asks for it: a call with a rate makes one step of SGD with
    momentum 0.9 on 32 digits, and returns the loss from before the step.
    """
    params = init_net((64, 16, 10), rng)
    velocity = [np.zeros_like(p) for p in params]

    def step_fn(lr: float) -> float:
        batch = rng.integers(len(x), size=32)
        losses, grads = loss_and_grads(params, x[batch], targets[batch])
        for p, v, g in zip(params, velocity, grads, strict=True):
            v[:] = 0.9 * v + g
            p -= lr * v
        return float(losses[0])

    return step_fn


# %% [markdown]
# Now the experiment of Cohen et al. Full-batch gradient descent on 200 digits, squared error, and your `sharpness` every 25
# steps. At first nothing is near the edge: the sharpness of a fresh network is about 3. Then it climbs, by itself, as the
# network learns. This is called **progressive sharpening**. Where does it stop? On a parabola the curvature cannot change, and
# beyond the edge the iterates explode. In a network the curvature moves.
#
# A second run takes half the rate for twice as many steps.


# %% tags=["predict"]
# The rate is 0.3. At which value will the sharpness settle?
predict("where the sharpness settles", sharpness=...)


# %% tags=["demo"]
@demo(lr=(0.05, 0.3))
def edge_of_stability(lr: float = 0.3, seed: int = 0) -> dict[str, float]:
    """Sharpness and loss along gradient descent at a rate, and at half of it for the same time."""
    import matplotlib.pyplot as plt

    x, targets = (part[:200] for part in load_digits_split(seed)["train"])

    def descend(lr: float) -> tuple[np.ndarray, np.ndarray]:
        """Losses at all steps and sharpness at every 25th."""
        rng = np.random.default_rng(seed)
        params = init_net((64, 32, 10), rng)
        last = rng.normal(size=sum(p.size for p in params))
        cuts = np.cumsum([p.size for p in params])[:-1]

        def gradient_at(shift: np.ndarray) -> np.ndarray:
            moved = [p + s.reshape(p.shape) for p, s in zip(params, np.split(shift, cuts), strict=True)]
            return np.concatenate([g.ravel() for g in loss_and_grads(moved, x, targets, "squared")[1]])

        def hvp(v: np.ndarray) -> np.ndarray:
            nonlocal last
            last = v  # the best start for the next time
            epsilon = 1e-4 / np.linalg.norm(v)
            return (gradient_at(epsilon * v) - gradient_at(-epsilon * v)) / (2 * epsilon)

        losses, sharp = [], []
        for step in range(min(4000, round(600 / lr))):
            loss, grads = loss_and_grads(params, x, targets, "squared")
            losses.append(loss[0])
            if step % 25 == 0:
                sharp.append(sharpness(hvp, last, 8 if step else 60))
            params = [p - lr * g for p, g in zip(params, grads, strict=True)]
        return np.array(losses), np.array(sharp)

    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6))
    numbers = {"line": 2 / lr}
    for name, rate, colour in (("run", lr, "C0"), ("half", lr / 2, "C1")):
        losses, sharp = descend(rate)
        left.plot(rate * 25 * np.arange(len(sharp)), sharp, color=colour, label=rf"$\eta={rate:g}$")
        left.axhline(2 / rate, color=colour, lw=1, ls="--")
        right.semilogy(rate * np.arange(len(losses)), losses, color=colour, lw=1, label=rf"$\eta={rate:g}$")
        numbers |= {
            f"{name}_first": sharp[0],
            f"{name}_last_third": sharp[2 * len(sharp) // 3 :].mean(),
            f"{name}_largest": sharp.max(),
            f"{name}_rises": float((np.diff(losses) > 0).sum()),
            f"{name}_start": losses[0],
            f"{name}_end": losses[-1],
        }
    for guess in guesses("where the sharpness settles").values():
        if isinstance(guess, (int, float)):
            left.axhline(guess, color="C3", lw=1, ls=":", label="your guess")
    left.set(xlabel=r"time: $\eta$ × step", ylabel="sharpness", title=r"dashed: $2/\eta$")
    right.set(xlabel=r"time: $\eta$ × step", ylabel="squared error, summed over classes")
    left.legend()
    right.legend()
    return {name: float(number) for name, number in numbers.items()}


# %% [markdown]
# With $\eta=0.3$ the sharpness climbs to its line, $2/0.3=6.67$, and over the last third of the run its mean is within 2 % of it.
# The loss goes up in hundreds of single steps, and still falls by more than a factor of ten. With half the rate, the control, the sharpness passes
# the first line as if it were not there, and the loss does not rise once. **The step, not the data, holds it**: the
# rate chooses how sharp a place it can stay in.
#
# ![A curve of sharpness over training steps climbs to the dashed line two over eta and then stays at it, jagged. A second curve, of half the rate, climbs smoothly on and past the first line.](pictures/learning_rate/sharpening.svg)
#
# **Turn the knob**: each rate has its own line $2/\eta$.
#
# So $2/\eta$ is no border that a network must be kept away from by a prudent choice. It comes to the border by itself. What kills
# a run is a rate that is far beyond the edge at the *start*, before the curvature can give way. That is what warm-up is for.
#
# ## 3. When must it shrink? Warm-up, cosine, and stable-then-decay
#
# A large rate is good at travelling and bad at arriving. The parabola says why, exactly. Let each gradient carry noise,
# $a\theta+\xi$ with variance $\sigma^2$. Then $\theta_{t+1}=(1-\eta a)\theta_t-\eta\xi_t$, and the mean square
# $m_t=\mathbb E[\theta_t^2]$ follows
#
# $$m_{t+1}=(1-\eta a)^2\,m_t+\eta^2\sigma^2 , \qquad m_\infty=\frac{\eta\,\sigma^2}{a\,(2-\eta a)} .$$
#
# This is the **noise floor** of a constant rate. It does not go away with more steps, it is about proportional to the
# rate, and it is infinite at the edge of question 1. Its loss is $\frac12am_\infty$. To get below it, the rate must shrink, or the
# weights must be averaged.
#
# With a batch of $B$ examples $\sigma^2$ is divided by $B$; question 6 comes back to that.
#
# **Warm-up, then cosine.** With $N$ steps in all, of which $w$ warm up, steps $t=0,\dots,N-1$:
#
# $$\eta_t=\begin{cases} \eta_{\max}\,\dfrac{t+1}{w} & t<w \\[2mm]
# \eta_{\min}+(\eta_{\max}-\eta_{\min})\;\tfrac12\Big(1+\cos\pi\,\dfrac{t-w}{N-w}\Big) & w\le t<N \\[2mm]
# \eta_{\min} & t\ge N\end{cases}$$
#
# The warm-up has $t+1$, so that the first step is not wasted at rate 0; $\eta_{\max}$ is reached at step $w-1$, and again at
# step $w$. The last step, $N-1$, is still slightly above $\eta_{\min}$. (Other libraries divide by $N-1-w$, count the warm-up
# from 0, or leave it out of the period.)
#
# **Warm-up, stable, decay** (WSD): the same ramp, a plateau at $\eta_{\max}$, and a straight cooldown of the last $c$ steps. With
# $j=t-(N-c)$, the number of the cooldown step counted from 0,
#
# $$\eta_t=\eta_{\max}+(\eta_{\min}-\eta_{\max})\,\frac{j+1}{c} , \qquad N-c\le t<N .$$
#
# The first cooldown step is already lower, and the last one is at $\eta_{\min}$ exactly. The plateau does not know when it will end:
# you may go on from it later (question 7), which a cosine does not allow.
#
# ![Three schedules of twenty steps as dots. Warm-up and cosine: up in four steps, then down along a cosine that ends just above the minimum. Warm-up, stable, decay: up, a plateau, and a straight line that ends at the minimum. Steps: a staircase.](pictures/learning_rate/schedules.svg)
#
# **By hand.** $N=10$, $w=2$, $\eta_{\max}=1$, $\eta_{\min}=0.1$. Cosine: steps 0, 1, 2 have the rates $0.5, 1, 1$; step 6 is half-way,
# $0.55$; step 9, the last, has $0.1+0.45\,(1+\cos\frac{7\pi}8)=0.134$. WSD with $c=4$: the plateau ends with step 5, step 6 has
# $1-0.9/4=0.775$, and step 9 has $0.1$. The floor for $a=2$, $\sigma=1$: $0.4/(2\cdot1.2)=0.167$ at $\eta=0.4$, and
# $0.010$ at a tenth of that rate.


# %% [markdown] hints="warmup_cosine"
# idea: A schedule is a case distinction on the step. Write the cases in the order of time.
#
# shapes: Plain numbers go in and come out. Divide with `/`: the steps are ints.
#
# steps: Ramp first; after the end the minimum; in between the formula. For WSD find the first step of the cooldown, and on which
# step of it you are. With no warm-up or no cooldown a case never happens, so that nothing is divided by zero.
#
# mistake: Off by one. Check the first step, the last step of the ramp, and the last step of all.


# %% question="warmup_cosine" minutes=25
def warmup_cosine(step: int, total: int, warmup: int, lr_max: float, lr_min: float) -> float:
    """Rate of a linear warm-up followed by half a cosine.

    Args:
        step: from 0; it may lie beyond the end.
        total: number of steps N, 1 or more, warm-up included.
        warmup: steps w of the warm-up, from 0 (none) to ``total`` (nothing else).
        lr_max: the peak.
        lr_min: what the cosine falls to. The warm-up does not depend on it.

    Returns:
        The rate of this step, as in the formula above; ``lr_min`` from step ``total`` on.
    """
    ### BEGIN SOLUTION
    if step >= total:
        return lr_min
    if step < warmup:
        return lr_max * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return lr_min + (lr_max - lr_min) * 0.5 * (1 + math.cos(math.pi * progress))
    ### END SOLUTION


def wsd(step: int, total: int, warmup: int, cooldown: int, lr_max: float, lr_min: float) -> float:
    """Rate of warm-up, plateau and linear cooldown.

    Args:
        step: from 0; it may lie beyond the end.
        total: number of steps N, 1 or more, warm-up and cooldown included.
        warmup: steps w of the warm-up, 0 or more.
        cooldown: steps c of the cooldown, 0 or more; without one the plateau lasts to the end.
        lr_max: the plateau.
        lr_min: the rate of the last cooldown step.

    Returns:
        The rate of this step, as in the formula above; ``lr_min`` from step ``total`` on, also
        without a cooldown.

    Raises:
        ValueError: warm-up and cooldown together are longer than ``total``.
    """
    ### BEGIN SOLUTION
    if warmup + cooldown > total:
        raise ValueError(f"{warmup} + {cooldown} steps do not fit into {total}")
    if step >= total:
        return lr_min
    if step < warmup:
        return lr_max * (step + 1) / warmup
    done = step - (total - cooldown) + 1
    if done <= 0:
        return lr_max
    return lr_max + (lr_min - lr_max) * done / cooldown
    ### END SOLUTION


# %% [markdown]
# Four thousand particles on the noisy parabola with $a=2$ and $\sigma=1$, for 400 steps: the constant rate $0.4$, a cosine from
# there to 0, and WSD with a cooldown of 80 steps. And a control that does not cool at all: it keeps the constant rate and
# **averages** the weights of the last 80 steps.


# %% tags=["predict"]
# The floor is 0.167. How high is the loss of the averaged weights, without any cooling?
predict("loss of the averaged weights", averaged=...)


# %% tags=["demo"]
@demo
def cooling(seed: int = 0) -> dict[str, float]:
    """Mean loss of particles on a noisy parabola, under three schedules and under averaging."""
    import matplotlib.pyplot as plt

    a, lr, steps, tail = 2.0, 0.4, 400, 80
    schedules = {
        "constant": lambda t: wsd(t, steps, 0, 0, lr, 0.0),
        "cosine": lambda t: warmup_cosine(t, steps, 0, lr, 0.0),
        "WSD": lambda t: wsd(t, steps, 0, tail, lr, 0.0),
    }
    floor, numbers = a / 2 * lr / (a * (2 - lr * a)), {}
    fig, ax = plt.subplots()
    for name, rate in schedules.items():
        rng = np.random.default_rng(seed)
        theta, mean, curve = np.ones(4000), np.zeros(4000), []
        for t in range(steps):
            theta = theta - rate(t) * (a * theta + rng.normal(size=4000))
            mean += theta / tail if t >= steps - tail else 0
            curve.append(a / 2 * (theta**2).mean())
        ax.semilogy(curve, label=name)
        numbers[name] = float(np.mean(curve[-20:])) if name == "constant" else curve[-1]
        if name == "constant":
            numbers["averaged"] = float(a / 2 * (mean**2).mean())
    ax.plot(steps - 1, numbers["averaged"], "D", color="C3", label="constant, averaged")
    ax.axhline(floor, color="0.5", lw=1, ls="--")
    for guess in guesses("loss of the averaged weights").values():
        if isinstance(guess, (int, float)) and guess > 0:
            ax.plot(steps - 1, guess, "X", color="C3", ms=9, label="your guess")
    ax.set(xlabel="step", ylabel="mean loss", title="dashed: the floor of the constant rate")
    ax.legend(loc="lower left")
    return {name: float(number) for name, number in numbers.items()} | {"floor": floor}


# %% [markdown]
# The constant rate $0.4$ sits on its floor, on the line that the formula draws. Both of your schedules end below a tenth of it.
# And the control? It ends below a tenth of the floor, too, and lower than WSD. Cooling removes noise; so does averaging.
#
# ## 4. The range test
#
# For a network nobody tells you the edge. The **range test** looks for it in one short run: raise the rate a little after each
# batch, geometrically, from hopelessly small to absurdly large, and watch the loss. With $n$ rates
#
# $$\eta_i=\eta_{\mathrm{lo}}\left(\frac{\eta_{\mathrm{hi}}}{\eta_{\mathrm{lo}}}\right)^{i/(n-1)} ,\qquad i=0,\dots,n-1 .$$
#
# There are $n-1$ steps between $n$ rates, so the last is $\eta_{\mathrm{hi}}$. Linear steps would spend nine tenths of the run in the
# last decade.
#
# The loss of one batch is noisy. Smooth it by an exponential moving average that starts at 0, and divide out what the start
# takes away, as Adam does:
#
# $$\bar\ell_i=\beta\,\bar\ell_{i-1}+(1-\beta)\,\ell_i,\quad \bar\ell_{-1}=0, \qquad s_i=\frac{\bar\ell_i}{1-\beta^{i+1}} .$$
#
# The weights $(1-\beta)\beta^j$ of the last $i+1$ losses sum to $1-\beta^{i+1}$, so $s_i$ is a weighted mean. Without the
# correction the curve starts near 0 and seems to *rise* when nothing happens: a false minimum at the very start, and then a false
# alarm.
#
# The test stops when the smoothed loss exceeds `stop_factor` times the smallest smoothed loss so far, or is no number any
# more. Mind that every comparison with nan is false.
#
# ![A loss over rates on a log axis: flat, falling, a minimum, a steep rise. Marked are the minimum, a tenth of it to its left, and the stop to its right.](pictures/learning_rate/range.svg)
#
# **By hand.** Rates from $0.01$ to $1$ with $n=3$: $0.01, 0.1, 1$. The losses are $4, 2, 9$ and $\beta=0.5$. Then
# $\bar\ell=2, 2, 5.5$ and $s=4, 2.667, 6.286$. With `stop_factor` 2 the third exceeds $2\cdot2.667=5.333$: the test stops, and two
# rates are returned.


# %% [markdown] hints="lr_range_test"
# idea: A loop of `n` rounds that may end early, three numbers that it carries along: the moving average, the best so far, the
# round.
#
# shapes: Two arrays of equal length, `n` or less; empty ones, of shape (0,), when the first loss is already no number.
#
# steps: Compute the rate from its number. Call `step_fn` once. Update the average, divide. Is the result not finite, or more
# than the factor times the best so far? Stop without recording. Otherwise record the rate and the result, and update the best.
#
# mistake: Keeping the uncorrected average. Its first value is only $1-\beta$ of the loss.


# %% question="lr_range_test" minutes=25
def lr_range_test(
    step_fn: Callable[[float], float], lr_min: float, lr_max: float, n: int, beta: float, stop_factor: float
) -> tuple[Float[np.ndarray, " recorded"], Float[np.ndarray, " recorded"]]:
    """Train with a rate that grows geometrically, until the smoothed loss explodes.

    Args:
        step_fn: makes one training step at a rate, and returns the loss of its batch *before* that
            step; a positive number, inf or nan. It is called once per rate, in order, and not again
            once the test has stopped.
        lr_min: the first rate, positive.
        lr_max: the n-th rate.
        n: how many rates at most, 2 or more.
        beta: of the moving average, from 0 (no smoothing) to below 1. The average starts at 0 and
            is corrected for it.
        stop_factor: the test stops at the first smoothed loss that is not finite, or larger than
            ``stop_factor`` times the smallest one before it (equal is not larger). The first loss
            has none before it.

    Returns:
        The rates, and the smoothed loss that belongs to each. What made the test stop is left out.
    """
    ### BEGIN SOLUTION
    lrs: list[float] = []
    losses: list[float] = []
    average = 0.0
    for i in range(n):
        lr = lr_min * (lr_max / lr_min) ** (i / (n - 1))
        average = beta * average + (1 - beta) * step_fn(lr)
        smoothed = average / (1 - beta ** (i + 1))
        if not math.isfinite(smoothed) or (losses and smoothed > stop_factor * min(losses)):
            break
        lrs.append(lr)
        losses.append(smoothed)
    return np.array(lrs), np.array(losses)
    ### END SOLUTION


# %% [markdown]
# ## 5. Reading a rate off it
#
# "Take 0.3 to 1 times the edge" is common advice, and of no use until it is said which edge: where the loss is smallest, where it
# turns, or where the test stopped. From the first to the last it is about a factor of ten. Well defined, and on the safe side, is **a
# tenth of the rate at which the smoothed loss is smallest**. During the test the network sees each rate for one step only; to live
# at it for a whole run, it may have to be smaller. How much smaller, nobody knows beforehand: so try it out, below.
#
# **By hand.** Rates $0.001, 0.01, 0.1, 1$ with losses $2.3, 2.0, 0.8, 1.9$: the smallest loss belongs to $0.1$, and the suggestion is
# $0.01$.


# %% [markdown] hints="suggest_lr"
# idea: Find the position of the smallest loss, look up its rate, divide by ten.
#
# shapes: Two arrays (n,) go in; one float comes out.
#
# steps: Put inf in the place of losses that are no finite numbers. If nothing is left, raise a ValueError. The first of several
# equal minima is the one with the smallest rate, since the rates ascend.


# %% question="suggest_lr" minutes=10
def suggest_lr(lrs: Float[np.ndarray, " n"], losses: Float[np.ndarray, " n"]) -> float:
    """A tenth of the rate with the smallest loss.

    Args:
        lrs: rates in ascending order.
        losses: smoothed losses that belong to them. Those that are not finite (nan, inf, -inf) do
            not count.

    Returns:
        The suggestion; among equal losses the smallest rate counts.

    Raises:
        ValueError: no loss is finite, or there is none at all.
    """
    ### BEGIN SOLUTION
    finite = np.isfinite(losses)
    if not finite.any():
        raise ValueError("no finite loss")
    return float(lrs[np.where(finite, losses, np.inf).argmin()] / 10)
    ### END SOLUTION


# %% [markdown]
# Your test on the digits: batches of 32, momentum 0.9, 15 % of the training labels redrawn at random. Then the check that is
# usually left out: whole runs of 300 steps with a cosine, at peaks that are multiples of the suggestion. A tenth of the minimum
# is safe rather than best: its validation loss is at most half again the best in the row, and peaks above it do better
# still. A hundredth of it learns next to nothing in the time. A hundred times it, close to where the test stopped, ends more
# than three times as high as the best: the last rate of a range test is no useful edge. So take the suggestion as the
# middle of a search, not as its result.


# %% tags=["demo"]
@demo
def range_test_on_digits(seed: int = 0) -> dict[str, float]:
    """A range test, and whole runs at multiples of what it suggests."""
    import matplotlib.pyplot as plt

    data, rng = load_digits_split(seed, noise=0.15), np.random.default_rng(seed)
    x, targets = data["train"]
    lrs, losses = lr_range_test(fresh_run(x, targets, rng), 1e-4, 100.0, 200, 0.9, 4.0)
    suggestion = suggest_lr(lrs, losses)

    shares, steps = np.array([0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]), 300
    params = init_net((64, 16, 10), rng, runs=len(shares))
    velocity = [np.zeros_like(p) for p in params]
    for t in range(steps):
        batch = rng.integers(len(x), size=32)
        _, grads = loss_and_grads(params, x[batch], targets[batch])
        lr = np.array([warmup_cosine(t, steps, 15, s * suggestion, 0.0) for s in shares])[:, None, None]
        velocity = [0.9 * v + g for v, g in zip(velocity, grads, strict=True)]
        params = [p - lr * v for p, v in zip(params, velocity, strict=True)]
    final = loss_and_grads(params, *data["val"])[0]

    fig, ax = plt.subplots()
    ax.loglog(lrs, losses, label="range test, smoothed")
    ax.loglog(shares * suggestion, final, "o-", ms=4, label="whole runs, validation")
    for rate, name in ((suggestion, "suggestion"), (10 * suggestion, "smallest loss")):
        ax.axvline(rate, color="0.5", lw=1, ls="--")
        ax.annotate(
            name, (rate, 1), xycoords=("data", "axes fraction"), rotation=90, va="top", ha="right", fontsize=8
        )
    ax.set(xlabel="rate (whole runs: peak)", ylabel="cross-entropy")
    ax.legend(loc="upper left")
    return {
        "suggestion": float(suggestion),
        "last_rate": float(lrs[-1]),
        "best": float(final.min()),
        "at_suggestion": float(final[4]),
        "at_minimum": float(final[6]),
        "at_a_hundred": float(final[8]),
        "at_a_hundredth": float(final[0]),
    }


# %% [markdown]
# ## 6. Another batch size, the same training
#
# You have a rate that works at batch size $B$, and now a larger machine. Compare $k$ steps of rate $\eta$ at batch $B$ with one
# step of rate $\eta'$ at batch $kB$; both see the same examples. While the gradient $g$ hardly changes, the $k$ steps move by $k\eta g$, plus
# noise of variance $k\,\eta^2\sigma^2/B$. The one step moves by $\eta'g$ plus noise of variance $\eta'^2\sigma^2/(kB)$. With
#
# $$\eta'=k\,\eta, \qquad k=\frac{B'}{B} ,$$
#
# both agree: the **linear scaling rule** of SGD. It cannot hold for ever. The noise shrinks with the batch, but the edge
# $2(1+\beta)/\lambda_{\max}$ of question 1 does not move.
#
# Adam divides the gradient by its own size. Where noise dominates, each of its steps has about the same length $\eta$ in a random
# direction, $k$ of them make a random walk of length $\sqrt k\,\eta$, and the rule becomes
# $\eta'=\sqrt k\,\eta$, the **square-root rule**.
#
# **Weight decay comes along.** Decoupled decay multiplies the weights by $1-\eta\,\mathrm{wd}$ in each step. Change the rate, and you
# have changed the decay. Two things can be kept:
#
# - the shrink **per step**, about $\eta\,\mathrm{wd}$;
# - the shrink **per epoch**: an epoch of $M$ examples has $M/B$ steps, so $\eta\,\mathrm{wd}/B$ is to stay.
#
# Over a whole run with rates $\eta_t$ the decay alone leaves the part $\prod_t(1-\eta_t\,\mathrm{wd})$ of a weight: a schedule
# is a schedule of the decay, too.
#
# **Momentum.** With a constant gradient the velocity tends to $g(1+\beta+\beta^2+\dots)=g/(1-\beta)$. The **effective rate** is
# $\eta/(1-\beta)$: going from $\beta=0$ to $0.9$ at the same rate makes steps ten times as long.
#
# **By hand.** Rate $0.1$, decay $0.05$, batch 32, new batch 128, so $k=4$. Linear: the rate is $0.4$; decay $0.0125$ keeps the shrink per
# step, $0.05$ that per epoch. Square root: the rate is $0.2$; decay $0.025$ and $0.1$. Rate $0.1$ with $\beta=0.9$ is effectively $1$.
# Rates $0.1$ and $0.2$ with decay $0.5$ leave $0.95\cdot0.9=0.855$.


# %% [markdown] hints="retune"
# idea: First the factor of the rate. Then solve "this product stays" for the new decay.
#
# shapes: Plain numbers, but for `decay_factor`, where rates of shape (n,) become one number.
#
# steps: $k$ is new over old. Pick the factor of the rate by `rule`. Per step: decay times old rate over new rate. Per epoch: that
# times $k$. Unknown names are errors. The factor is a product of one bracket per step.
#
# mistake: Leaving the decay as it is. That is right in one of the four cases only.


# %% question="retune" minutes=25
def retune(lr: float, wd: float, batch: int, new_batch: int, rule: str, keep: str) -> tuple[float, float]:
    """Rate and decoupled weight decay for another batch size.

    Args:
        lr: rate at the old batch size, positive.
        wd: weight decay at the old batch size, 0 or more.
        batch: old batch size.
        new_batch: new batch size; it may be smaller.
        rule: "linear" or "sqrt", for the rate.
        keep: "step" keeps the product lr * wd, "epoch" keeps lr * wd / batch.

    Returns:
        The new rate and the new weight decay.

    Raises:
        ValueError: ``rule`` or ``keep`` is none of its two names.
    """
    ### BEGIN SOLUTION
    if rule not in ("linear", "sqrt") or keep not in ("step", "epoch"):
        raise ValueError(f"unknown rule {rule!r} or keep {keep!r}")
    k = new_batch / batch
    factor = k if rule == "linear" else math.sqrt(k)
    return lr * factor, wd * (1 if keep == "step" else k) / factor
    ### END SOLUTION


def effective_lr(lr: float, beta: float) -> float:
    """The rate that gradient descent without momentum would need for steps of the same length.

    Args:
        lr: rate, with momentum as in ``gd_quadratic``.
        beta: momentum, from 0 to below 1.

    Returns:
        What ``lr`` amounts to once the velocity has settled under a constant gradient.
    """
    ### BEGIN SOLUTION
    return lr / (1 - beta)
    ### END SOLUTION


def decay_factor(lrs: Float[np.ndarray, " n"], wd: float) -> float:
    """What decoupled weight decay leaves of a weight over a run, gradients aside.

    Args:
        lrs: the rate of each step; there may be none.
        wd: weight decay.

    Returns:
        The product of 1 - lr * wd over all steps, also where a factor is negative; 1.0 without a
        step.
    """
    ### BEGIN SOLUTION
    return float(np.prod(1 - lrs * wd))
    ### END SOLUTION


# %% [markdown]
# The rule on the digits, at five passes over the data whatever the batch size. From batch 8 up to 128 the linear rule keeps
# the test loss within 15 %. With the old rate it is more than twice as high at batch 32 already, and ten times at
# 128. The square root is too timid for SGD. At 512 the linear rule prescribes 64 times the rate for eleven steps, and
# $k$ steps are no longer one: the loss is more than half again what it was.


# %% tags=["demo"]
@demo
def larger_batches(seed: int = 0) -> dict[str, float]:
    """Test loss after five epochs at four batch sizes: the rate scaled linearly, by the square root, or not."""
    import matplotlib.pyplot as plt

    data, numbers = load_digits_split(seed), {}
    x, targets = data["train"]
    sizes, replicas = (8, 32, 128, 512), 4
    for size in sizes:
        rng = np.random.default_rng(seed)
        lrs = np.array([retune(0.02, 0.0, 8, size, rule, "step")[0] for rule in ("linear", "sqrt")] + [0.02])
        params = init_net((64, 16, 10), rng, runs=3 * replicas)
        velocity = [np.zeros_like(p) for p in params]
        for _ in range(5 * len(x) // size):
            batch = rng.integers(len(x), size=size)
            _, grads = loss_and_grads(params, x[batch], targets[batch])
            velocity = [0.9 * v + g for v, g in zip(velocity, grads, strict=True)]
            params = [
                p - lrs.repeat(replicas)[:, None, None] * v for p, v in zip(params, velocity, strict=True)
            ]
        losses = loss_and_grads(params, *data["test"])[0].reshape(3, replicas).mean(1)
        numbers |= {f"{name}_{size}": v for name, v in zip(("linear", "sqrt", "same"), losses, strict=True)}
    fig, ax = plt.subplots()
    for name, label in (("linear", "linear rule"), ("sqrt", "square-root rule"), ("same", "the old rate")):
        ax.loglog(sizes, [numbers[f"{name}_{size}"] for size in sizes], "o-", label=label)
    ax.set(xlabel="batch size", ylabel="test cross-entropy after 5 epochs", xticks=sizes, xticklabels=sizes)
    ax.legend()
    return {name: float(number) for name, number in numbers.items()}


# %% [markdown]
# ## 7. Steps, and a run that goes on
#
# The oldest schedule is a staircase: at each **milestone** the rate is multiplied by $\gamma$. From the milestone's own step on the new
# rate holds:
#
# $$\eta_t=\eta\,\gamma^{\,\#\{\text{milestones}\,\le\,t\}} .$$
#
# The plateau of WSD has a use that no cosine has. Save the weights *before* the cooldown. If there is more data later, go on
# from there: no new warm-up, since the optimizer is in full swing, a longer plateau, and a new cooldown at the new end. The short run and
# the long one share all of the plateau's work. A cosine's rate depends on $N$ from the first step on, so a longer run has to start anew.
#
# **By hand.** Rate $0.8$, $\gamma=0.5$, milestones 3 and 6: steps 2, 3, 6 have the rates $0.8, 0.4, 0.2$. A run is resumed at step 6, now to
# end after 12 steps, with a cooldown of 4 from $1$ to $0.2$: steps 6 to 11 have the rates $1, 1, 0.8, 0.6, 0.4, 0.2$.


# %% [markdown] hints="extend_wsd"
# idea: The staircase counts; the number of milestones behind you is the exponent. The resumed run is a plateau and a straight
# line, one after the other.
#
# shapes: `step_decay` gives a number, `extend_wsd` an array with an entry per step that is left.
#
# steps: Count with "smaller or equal", whatever the order. For the resumed run find how many plateau steps are left; if that is negative,
# raise; then put the plateau before the cooldown, whose entries have the parts $1/c, 2/c, \dots, 1$ of the way down.
#
# mistake: Warming up once more.


# %% question="extend_wsd" minutes=15 further
def step_decay(step: int, milestones: Sequence[int], gamma: float, lr: float) -> float:
    """Rate of a staircase.

    Args:
        step: from 0.
        milestones: steps, in any order, from whose own step on the rate is multiplied once more;
            one that is listed twice counts twice. There may be none.
        gamma: the factor.
        lr: rate before the first milestone.

    Returns:
        The rate of this step.
    """
    ### BEGIN SOLUTION
    return lr * gamma ** sum(milestone <= step for milestone in milestones)
    ### END SOLUTION


def extend_wsd(
    resume_step: int, new_total: int, cooldown: int, lr_max: float, lr_min: float
) -> Float[np.ndarray, " left"]:
    """Rates of a run that is resumed on the plateau of warm-up, stable, decay.

    Args:
        resume_step: the first step that is still to be made.
        new_total: number of steps of the whole run, those made before included.
        cooldown: how many steps at the end are the cooldown, as in ``wsd``; 0 for none.
        lr_max: the plateau. There is no second warm-up.
        lr_min: the rate of the last cooldown step.

    Returns:
        The rates of the steps ``resume_step``, ..., ``new_total - 1``; there may be none.

    Raises:
        ValueError: the cooldown does not fit into the steps that are left.
    """
    ### BEGIN SOLUTION
    plateau = new_total - resume_step - cooldown
    if plateau < 0:
        raise ValueError(f"{cooldown} steps of cooldown do not fit between {resume_step} and {new_total}")
    done = np.arange(1, cooldown + 1) / cooldown  # empty without a cooldown
    return np.concatenate([np.full(plateau, lr_max), lr_max + (lr_min - lr_max) * done])
    ### END SOLUTION


# %% [markdown]
# ## 8. A rate for each layer, and a gauge for all
#
# In fine-tuning the last layer, the head, is new, and the first ones already know something. **Layer-wise decay** gives the
# head the base rate and each layer below it a fixed part of the rate above. Layers are numbered from the input, $i=0,\dots,n-1$, the head is
# $n-1$:
#
# $$\eta_i=\eta_{\mathrm{base}}\;d^{\,n-1-i} .$$
#
# And how do you see whether a rate is right while the run goes on? Not by the gradient, whose size depends on how the
# loss is scaled, but by how far a step moves the weights **relative to their size**:
#
# $$\frac{\lVert\theta_{\mathrm{new}}-\theta_{\mathrm{old}}\rVert}{\lVert\theta_{\mathrm{old}}\rVert} ,$$
#
# with the root of the sum of all squared entries as the norm. About $10^{-3}$ is a common aim; at $10^{-1}$ the weights are replaced rather
# than trained, at $10^{-6}$ they stand still.
#
# **By hand.** Four layers, base $0.8$, decay $0.5$: $0.1, 0.2, 0.4, 0.8$. Weights $(3,4)$ that become $(3,4.01)$ have moved by
# $0.01/5=0.002$.


# %% [markdown] hints="layerwise_lrs"
# idea: Count the layers from the head downwards; the count is the exponent. The ratio has two norms and one difference.
#
# shapes: (n,) rates, the first for the layer next to the input. Arrays of any shape, and one number for all of their entries.
#
# steps: Exponents from n - 1 down to 0. For the ratio take the norm over all entries, also of matrices and larger
# arrays; check for zero weights before.
#
# mistake: The reversed order, which trains the old layers fast and the head slowly.


# %% question="layerwise_lrs" minutes=15 further
def layerwise_lrs(n: int, base: float, decay: float) -> Float[np.ndarray, " n"]:
    """Rates that fall from the head to the input.

    Args:
        n: number of layers, 1 or more, the head included.
        base: rate of the head, which is the last layer.
        decay: factor from a layer to the one before it.

    Returns:
        Entry i is the rate of layer i, counted from the input.
    """
    ### BEGIN SOLUTION
    return base * decay ** np.arange(n - 1, -1, -1.0)
    ### END SOLUTION


def update_ratio(old: Float[np.ndarray, "*shape"], new: Float[np.ndarray, "*shape"]) -> float:
    """How far a step moved the weights, relative to their size.

    Args:
        old: weights before the step, of any shape.
        new: weights after it.

    Returns:
        The norm of the difference over the norm of the old weights; norms over all entries.

    Raises:
        ValueError: all old weights are zero.
    """
    ### BEGIN SOLUTION
    size = math.sqrt((old**2).sum())
    if size == 0:
        raise ValueError("all weights are zero")
    return math.sqrt(((new - old) ** 2).sum()) / size
    ### END SOLUTION


# %% [markdown]
# ## 9. One cycle, and a schedule without an end
#
# **One cycle** (Smith and Topin) starts low, climbs for a good part of the run to a rate that would be too large to stay at, and
# comes down to far below the start. While the rate is high the momentum is low, and back. There are several variants, with
# straight lines or cosines, in two phases or three. Here is the one of fastai and PyTorch: two phases, each half a cosine.
# From $x$ to $y$, at the part $p\in[0,1]$ of the way,
#
# $$\mathrm{between}(x,y,p)=y+\tfrac12(x-y)\,(1+\cos\pi p) .$$
#
# The rate goes from $\eta_{\max}/\mathrm{div}$ at step 0 to $\eta_{\max}$ at the step `peak`, and from there to
# $\eta_{\max}/(\mathrm{div}\cdot\mathrm{final\_div})$ at the last step, $N-1$. So $p=t/\mathrm{peak}$ in the first phase and
# $p=(t-\mathrm{peak})/(N-1-\mathrm{peak})$ in the second. The momentum goes from $\beta_{\mathrm{high}}$ to $\beta_{\mathrm{low}}$ and back in the
# same phases. It counts with $N-1$, unlike the cosine of question 3: the last step is at the minimum.
#
# **Inverse square root** is the schedule of the first Transformer. It has no $N$ at all:
#
# $$\eta_t=\eta_{\max}\,\min\!\left(\frac{t+1}{w},\ \sqrt{\frac{w}{t+1}}\right) .$$
#
# Both arms meet at step $w-1$, at $\eta_{\max}$. (The paper writes $\eta_{\max}=1/\sqrt{D\,w}$ and counts its steps from 1.) You may stop at any
# time, but it never gets close to zero either: a run that ends on it has not been cooled.
#
# **By hand.** $N=11$, peak 4, $\eta_{\max}=1$, div 4, final div 10, momentum between $0.85$ and $0.95$. Rates at the steps 0, 2, 4, 7, 10:
# $0.25, 0.625, 1, 0.5125, 0.025$; momentum $0.95, 0.9, 0.85, 0.9, 0.95$. Inverse square root with $w=4$: steps 1, 3, 15, 99 have the rates
# $0.5, 1, 0.5, 0.2$.


# %% [markdown] hints="one_cycle"
# idea: Both phases are the same half cosine between two values. A helper for it halves the work.
#
# shapes: Numbers go in; a pair of numbers comes out of `one_cycle`, one number out of `inverse_sqrt`.
#
# steps: Before the peak the part is step over peak; from the peak on it is counted from there, and is at most 1. Run rate
# and momentum through the same helper with the ends exchanged.
#
# mistake: Taking the final rate as the peak over `final_div`. It is the *initial* rate that is divided once more.


# %% question="one_cycle" minutes=25 further
def one_cycle(
    step: int,
    total: int,
    peak: int,
    lr_max: float,
    div: float,
    final_div: float,
    beta_low: float,
    beta_high: float,
) -> tuple[float, float]:
    """Rate and momentum of one cycle with two cosine phases.

    Args:
        step: from 0; beyond the end the values of the last step hold.
        total: number of steps N.
        peak: the step with the largest rate, from 0 (no first phase) to ``total - 2``.
        lr_max: the largest rate.
        div: the first rate is ``lr_max / div``, if there is a first phase.
        final_div: the last rate, at step ``total - 1``, is ``lr_max / div / final_div``.
        beta_low: momentum at the peak.
        beta_high: momentum at both ends, at the first one if there is a first phase.

    Returns:
        The rate and the momentum of this step.
    """
    ### BEGIN SOLUTION
    def between(start: float, end: float, part: float) -> float:
        return end + 0.5 * (start - end) * (1 + math.cos(math.pi * part))

    first = lr_max / div
    if step < peak:
        return between(first, lr_max, step / peak), between(beta_high, beta_low, step / peak)
    part = min((step - peak) / (total - 1 - peak), 1.0)
    return between(lr_max, first / final_div, part), between(beta_low, beta_high, part)
    ### END SOLUTION


def inverse_sqrt(step: int, warmup: int, lr_max: float) -> float:
    """Rate of a linear warm-up followed by a decay with the inverse square root.

    Args:
        step: from 0.
        warmup: steps w of the warm-up, 1 or more.
        lr_max: the largest rate, at step ``warmup - 1``.

    Returns:
        The rate of this step, as in the formula above.
    """
    ### BEGIN SOLUTION
    return lr_max * min((step + 1) / warmup, math.sqrt(warmup / (step + 1)))
    ### END SOLUTION


# %% [markdown]
# Five schedules on the noisy parabola, without particles this time: the recursion of question 3 gives the mean square exactly.
# One cycle ends below a twentieth of the floor of its peak. The inverse square root, which may be stopped at any time, is
# still above a tenth of that floor after 400 steps.


# %% tags=["demo"]
@demo
def five_schedules(seed: int = 0) -> dict[str, float]:
    """Rates, and the exact mean loss on a noisy parabola, under five schedules with the same peak."""
    import matplotlib.pyplot as plt

    a, peak, steps = 2.0, 0.4, 400
    schedules = {
        "cosine": lambda t: warmup_cosine(t, steps, 20, peak, 0.0),
        "WSD": lambda t: wsd(t, steps, 20, 80, peak, 0.0),
        "steps": lambda t: step_decay(t, [200, 300], 0.1, peak),
        "one cycle": lambda t: one_cycle(t, steps, 120, peak, 25.0, 1e4, 0.85, 0.95)[0],
        "inverse root": lambda t: inverse_sqrt(t, 20, peak),
    }
    floor, numbers = a / 2 * peak / (a * (2 - peak * a)), {}
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6))
    for name, schedule in schedules.items():
        rates, square, curve = [schedule(t) for t in range(steps)], 1.0, []
        for lr in rates:
            square = (1 - lr * a) ** 2 * square + lr**2
            curve.append(a / 2 * square)
        left.plot(rates, label=name)
        right.semilogy(curve, label=name)
        numbers[name] = curve[-1]
    right.axhline(floor, color="0.5", lw=1, ls="--")
    left.set(xlabel="step", ylabel="rate")
    right.set(xlabel="step", ylabel="mean loss", title="dashed, the control: the floor of the constant peak")
    right.legend()
    return {name: float(number) for name, number in numbers.items()} | {"floor": floor}


# %% [markdown]
# ## Payoff: when must it shrink?
#
# Digits again, with 15 % of the training labels redrawn, momentum 0.9. A range test at batch 32 suggests a rate, your `retune` brings it
# to batch 8, and the candidates for the peak are $\frac13$, 1, 3 and 10 times that. Each schedule runs all four, for 600 steps, four
# networks each, and keeps the peak with the best *validation* loss. What is shown is the *test* loss, on other digits with
# true labels: equal budgets, and everybody at their own best rate.
#
# The control is the constant rate once more, with the weights of its last fifth averaged and its peak chosen by that average.


# %% tags=["predict"]
# The test loss of the constant rate ends near 0.4. Where do the others end?
predict("test loss", cosine=..., wsd=..., averaged=...)


# %% tags=["demo"]
@demo
def schedules_on_digits(seed: int = 0) -> dict[str, float]:
    """Three schedules, and averaging, each at its own best peak."""
    import matplotlib.pyplot as plt

    data, rng = load_digits_split(seed, noise=0.15), np.random.default_rng(seed)
    x, targets = data["train"]
    suggestion = suggest_lr(*lr_range_test(fresh_run(x, targets, rng), 1e-4, 100.0, 200, 0.9, 4.0))
    centre, _ = retune(suggestion, 0.0, 32, 8, "linear", "step")
    peaks, replicas, steps, warmup, tail = centre * np.array([1 / 3, 1, 3, 10]), 4, 600, 30, 120
    schedules = {
        "constant": lambda t, peak: wsd(t, steps, warmup, 0, peak, 0.0),
        "cosine": lambda t, peak: warmup_cosine(t, steps, warmup, peak, 0.0),
        "WSD": lambda t, peak: wsd(t, steps, warmup, tail, peak, 0.0),
    }
    shape = (len(schedules), len(peaks), replicas)
    start = init_net((64, 16, 10), rng, runs=replicas)  # the same starts and batches for all
    params = [np.tile(p, (len(schedules) * len(peaks), 1, 1)) for p in start]
    velocity, mean = ([np.zeros_like(p) for p in params] for _ in range(2))
    curves = []
    for t in range(steps):
        batch = np.tile(rng.integers(len(x), size=(replicas, 8)), (len(schedules) * len(peaks), 1))
        _, grads = loss_and_grads(params, x[batch], targets[batch])
        lr = np.array([[rate(t, peak)] * replicas for rate in schedules.values() for peak in peaks]).reshape(
            -1, 1, 1
        )
        velocity = [0.9 * v + g for v, g in zip(velocity, grads, strict=True)]
        params = [p - lr * v for p, v in zip(params, velocity, strict=True)]
        if t >= steps - tail:
            mean = [m + p / tail for m, p in zip(mean, params, strict=True)]
        if t % 20 == 19:
            curves.append(loss_and_grads(params, *data["test"])[0].reshape(shape).mean(-1))
    by_validation = loss_and_grads(params, *data["val"])[0].reshape(shape).mean(-1).argmin(1)
    averaged = [loss_and_grads(mean, *data[part])[0].reshape(shape)[0].mean(-1) for part in ("val", "test")]

    history, numbers = np.array(curves), {"suggestion": float(suggestion), "centre": centre}
    fig, ax = plt.subplots()
    times = np.arange(20, steps + 1, 20)
    for i, name in enumerate(schedules):
        best = by_validation[i]
        ax.plot(times, history[:, i, best], label=f"{name}, peak {peaks[best]:.3f}")
        numbers |= {name: history[-1, i, best], f"{name}_peak": peaks[best]}
    before = (steps - tail) // 20 - 1
    numbers["WSD_before"] = history[before, 2, by_validation[2]]
    chosen = averaged[0].argmin()
    numbers |= {"averaged": averaged[1][chosen], "averaged_peak": peaks[chosen]}
    numbers["untrained"] = loss_and_grads(start, *data["test"])[0].mean()
    ax.plot(
        steps, numbers["averaged"], "D", color="C3", label=f"constant, averaged, peak {peaks[chosen]:.3f}"
    )
    for name, guess in guesses("test loss").items():
        if isinstance(guess, (int, float)):
            ax.plot(steps, guess, "X", ms=9, color="C4")
            ax.annotate(f"guess: {name}", (steps, guess), fontsize=8, ha="right", va="bottom")
    ax.axvline(steps - tail, color="0.5", lw=1, ls=":")
    ax.set(xlabel="step", ylabel="test cross-entropy", ylim=(0.2, 0.8), title="dotted: WSD begins to cool")
    ax.legend()
    return {name: float(number) for name, number in numbers.items()}


# %% [markdown]
# Cosine and WSD both end below the constant rate, and WSD ends lower than it stood before its cooldown. So cooling matters.
# But look at the control: without any cooling it ends below both schedules. **Cooling removes noise; so does averaging.**
# That is the floor of question 3, on real data. An untrained network is at about $\log10=2.3$.
#
# ## What you built, and where it goes next
#
# How large may a step be? Below $2/\lambda_{\max}$ on a parabola; in a network the curvature comes to the step. When must it shrink? When what is
# left of the loss is noise; not before, since small rates travel slowly; and averaging is the other way.
#
# - **Published recipes.** GPT-3, LLaMA and Chinchilla warm up, follow a cosine and end at about a tenth of the peak; MiniCPM uses WSD. Peaks
#   fall as models grow.
# - **Averaging instead of cooling:** [Izmailov et al. 2018](https://arxiv.org/abs/1803.05407); schedule-free methods,
#   [Defazio et al. 2024](https://arxiv.org/abs/2405.15682), which the notebook on optimizers builds.
# - **Rates that find themselves:** D-Adaptation, [Defazio and Mishchenko 2023](https://arxiv.org/abs/2301.07733).
# - **Schedules that do not know the batch or the budget:** the Power scheduler, [Shen et al. 2024](https://arxiv.org/abs/2408.13359).
# - **Square-root scaling for Adam:** [Malladi et al. 2022](https://arxiv.org/abs/2205.10287).
# - **One cycle:** [Smith and Topin 2017](https://arxiv.org/abs/1708.07120).
#
# The [article](https://www.chenk.top/en/standalone/learning-rate-guide/) tells the same story with more background.
