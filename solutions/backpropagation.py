# %% [markdown]
# # Neural networks and backpropagation
#
# **You will build** a small neural-network library in numpy: the perceptron, six activations with their
# derivatives, the forward pass, the loss, backpropagation, a gradient checker, weight initialisation, an
# instrument that measures the gradient in every layer, and two guards for training. At the end your code
# learns a boundary that no straight line can draw. It also shows why the first layer of a 20-layer sigmoid
# net does not learn: its gradient is about $10^{-12}$ of the one at the top.
#
# **You need** matrix products, the chain rule and numpy broadcasting.
#
# <!-- questions -->
#
# **Article:** [Neural networks and
# backpropagation](https://www.chenk.top/en/ml-math-derivations/19-neural-networks-and-backpropagation/).
# **Papers:** Rumelhart, Hinton and Williams, [Learning representations by back-propagating
# errors](https://doi.org/10.1038/323533a0) (1986); Glorot and Bengio, [Understanding the difficulty of
# training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html) (2010); He et
# al., [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852) (2015).
#
# ## Conventions
#
# - **An example is a column.** A batch of $m$ examples with $d_0$ features is $X$ of shape $(d_0, m)$.
# - Layer $l = 1, \dots, L$ has $W^{(l)}$ of shape $(d_l, d_{l-1})$ and $b^{(l)}$ of shape $(d_l, 1)$. With
#   $h^{(0)} = X$ it computes $z^{(l)} = W^{(l)} h^{(l-1)} + b^{(l)}$ and $h^{(l)} = \sigma_l(z^{(l)})$.
# - Python lists start at 0, so `Ws[0]` is $W^{(1)}$.
# - $\odot$ is the elementwise product. Arrays are float64, those that you return, too. When a function returns,
#   its arguments are as they were.
# - Your code may call numpy and `erf`, which are imported here, and no other library.

# %%
from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy.special import erf

from dlcourse import check, demo, probe

# %% [markdown]
# ## 1. The perceptron
#
# A perceptron has weights $w \in \mathbb{R}^d$ and a bias $b$. It computes $z = w^\top x + b$ and predicts
# $+1$ if $z \ge 0$, otherwise $-1$. Labels are $y \in \{-1, +1\}$.
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
# The mistakes per pass are `[3, 1, 0]`. Take the result as $\tilde w^* = (1, 2, -2)$:
# $\lVert \tilde w^* \rVert^2 = 9$, $R^2 = 6$ (first example), $\gamma = 1$ (third). The bound is $54$, and
# there were 4 updates.

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

# %% [markdown]
# See it run. Left, data that a line separates. Right, mistakes per pass, also for XOR: the points
# $(0,0), (1,1)$ against $(0,1), (1,0)$. XOR has no separating line. If there were one, then $b < 0$ and
# $w_1 + w_2 + b < 0$, but $w_1 + b > 0$ and $w_2 + b > 0$. The first pair sums to $w_1 + w_2 + 2b < 0$, the
# second to $w_1 + w_2 + 2b > 0$. Question 3 solves XOR with one hidden layer.

# %% tags=["demo"]
@demo
def perceptron_on_two_problems() -> dict[str, float]:
    """A separable problem within Novikoff's bound, and XOR that never ends."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(1)
    w_true, b_true = np.array([0.8, 0.6]), 1.2
    X = rng.uniform(-3, 3, size=(2, 160))
    X = X[:, np.abs(w_true @ X + b_true) > 0.15]
    y = np.where(w_true @ X + b_true > 0, 1.0, -1.0)
    w, b, mistakes = perceptron_train(X, y, lr=1.0, max_epochs=100)
    bound = novikoff_bound(X, y, w_true, b_true)
    xor = np.array([[0.0, 1, 0, 1], [0, 1, 1, 0]]), np.array([-1.0, -1, 1, 1])
    xor_mistakes = perceptron_train(*xor, lr=1.0, max_epochs=12)[2]

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", facecolor="white")
    for label, colour, marker in ((1, "tab:blue", "o"), (-1, "tab:orange", "s")):
        left.scatter(*X[:, y == label], c=colour, marker=marker, s=22, label=f"y = {label:+d}")
    x1 = np.array([-3.0, 3.0])
    left.plot(x1, -(w[0] * x1 + b) / w[1], "k", label="perceptron")
    left.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), xlabel="$x_1$", ylabel="$x_2$")
    left.set_title(f"{sum(mistakes)} updates; Novikoff allows {bound:.0f}")
    left.legend(loc="lower left", framealpha=0.95)
    right.plot(range(1, len(mistakes) + 1), mistakes, "o-", c="tab:green", label="separable")
    right.plot(range(1, len(xor_mistakes) + 1), xor_mistakes, "s-", c="tab:red", label="XOR")
    right.set(xlabel="pass over the data", ylabel="mistakes", title="Mistakes end, or never do")
    right.set_ylim(bottom=-0.3)
    right.legend()
    plt.show()
    return {"updates": sum(mistakes), "bound": bound, "last": mistakes[-1], "xor_last": xor_mistakes[-1]}

# %% [markdown]
# ## 2. Activations
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
#   *output* $a$, not $z$. It is at most $1/4$, at $z = 0$. This small number returns in question 8.
# - **ReLU** has no derivative at 0. The convention is $\sigma'(0) = 0$. For leaky ReLU it is $\alpha$.
#   A ReLU unit with $z \le 0$ on all examples passes no gradient to its weights: it is *dead*. Only a change of
#   its inputs, by the layers below, can revive it.
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

# %% question="activation" minutes=20
def activation(
    name: str, z: Float[np.ndarray, "*shape"], alpha: float = 0.01
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """An activation and its derivative, elementwise.

    Args:
        name: "sigmoid", "tanh", "relu", "leaky_relu", "gelu" (exact, with erf) or "swish" (z sigmoid(z)).
        z: pre-activations, of any shape. Results are finite and right for every z up to 1000 in magnitude; a
            RuntimeWarning on the way does not matter.
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

# %% tags=["demo"]
@demo
def six_activations() -> dict[str, float]:
    """The six activations and their derivatives."""
    import matplotlib.pyplot as plt

    z = np.linspace(-4, 4, 401)
    largest = {}
    figure, axes = plt.subplots(2, 3, figsize=(10, 5), sharex=True, layout="constrained", facecolor="white")
    for axis, name in zip(axes.flat, ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "swish"]):
        a, slope = activation(name, z)
        largest[name] = slope.max()
        axis.axhline(0, c="0.8", lw=1)
        axis.plot(z, a, c="tab:blue", lw=2, label=r"$\sigma(z)$")
        axis.plot(z, slope, "--", c="tab:red", lw=2, label=r"$\sigma'(z)$")
        axis.set(title=f"{name}: largest slope {slope.max():.2f}", ylim=(-1.2, 2.2))
    axes[0, 0].legend(loc="upper left")
    for axis in axes[1]:
        axis.set_xlabel("$z$")
    plt.show()
    return largest

# %% [markdown]
# ## 3. The forward pass
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
# One hidden layer is enough to approximate any continuous function on a bounded closed set as well as one
# likes, if it is wide enough. The theorem says that the weights exist, not that training finds them.
#
# **The cache.** The backward pass needs from each layer its input $h^{(l-1)}$ and its pre-activation
# $z^{(l)}$: `cache[l-1]` is the pair $(h^{(l-1)}, z^{(l)})$. The first pair starts with $X$, the last ends
# with the logits.
#
# **XOR by hand.** Two ReLU units, and two classes, "equal" (0) and "different" (1):
#
# $$W^{(1)} = \begin{pmatrix} 1 & 1 \\ 1 & 1 \end{pmatrix},\;
# b^{(1)} = \begin{pmatrix} 0 \\ -1 \end{pmatrix},\;
# W^{(2)} = \begin{pmatrix} 0 & 0 \\ 1 & -2 \end{pmatrix},\;
# b^{(2)} = \begin{pmatrix} 0.5 \\ 0 \end{pmatrix}.$$
#
# For $x = (1, 1)$: $z^{(1)} = (2, 1)$, $h^{(1)} = (2, 1)$, logits $(0.5, 0)$, and
# $P = (1, e^{-0.5})/(1 + e^{-0.5}) = (0.6225, 0.3775)$: equal. For $x = (1, 0)$: $z^{(1)} = (1, 0)$, logits
# $(0.5, 1)$, $P = (0.3775, 0.6225)$: different.

# %% question="mlp_forward" minutes=15
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

# %% [markdown]
# ## 4. Softmax and cross-entropy
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
# sums to 0. The squared error $\tfrac12 \lVert z^{(L)} - y \rVert^2$ of a regression has the gradient
# $z^{(L)} - y$, of the same form.
#
# **By hand.** $z = (\ln 2, 0, 0)$ gives $P = (\tfrac12, \tfrac14, \tfrac14)$. If the second class is true,
# the loss is $\ln 4 = 1.3863$ and the gradient $(0.5, -0.75, 0.25)$.

# %% question="softmax_cross_entropy" minutes=15
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

# %% [markdown]
# ## 5. Backpropagation
#
# Let $\delta^{(l)} = \partial \mathcal{L} / \partial z^{(l)}$ be the **error signal** of layer $l$, of shape
# $(d_l, m)$. Question 4 gave $\delta^{(L)}$. The rest is the chain rule, one layer at a time.
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
# - Forward: $z_1 = \ln 2$, $h_1 = 0.6$, $z_2 = -0.5$; the loss is $\tfrac12 (-1)^2 = 0.5$.
# - Backward: $\delta_2 = -1$. So $\partial w_2 = \delta_2 h_1 = -0.6$ and $\partial b_2 = -1$.
#   $\delta_1 = w_2 \delta_2 (1 - 0.6^2) = 1.5 \cdot 0.64 = 0.96$. So $\partial w_1 = \delta_1 x = 1.92$ and
#   $\partial b_1 = 0.96$.
# - A step with $\eta = 0.1$ gives $w_1 = 0.1546$, $b_1 = -0.096$, $w_2 = -1.44$, $b_2 = 0.5$. Then
#   $z_2 = 0.1976$, and the loss falls from $0.5$ to $0.0457$.

# %% question="backprop" minutes=30
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

# %% [markdown]
# ## 6. Gradient checking
#
# Backpropagation is easy to get slightly wrong, and a net with a slightly wrong gradient often still learns.
# So compare with a derivative that needs no derivation. Taylor's theorem gives
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
        theta: where the gradient is checked. It may be changed during the call; on return it is as before.
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

# %% [markdown]
# Now check your own backpropagation. The picture shows the worst relative error of your gradient, in a
# 3–8–6–4 net with tanh and GELU, for many $\varepsilon$. Read it from right to left: the error of the
# difference falls with slope 2 (central) or 1 (one-sided), until rounding takes over. A wrong gradient, here
# one without $\sigma'$, stays where it is for every $\varepsilon$.

# %% tags=["demo"]
@demo
def check_your_backprop() -> dict[str, float]:
    """Relative error of the gradient against the step of the difference."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(0)
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

    figure, axis = plt.subplots(figsize=(7, 4.2), layout="constrained", facecolor="white")
    axis.loglog(steps, flat, "x-", c="tab:red", label=r"gradient without $\sigma'$")
    axis.loglog(steps, one_sided, "s--", c="tab:orange", label="your gradient, one-sided difference")
    axis.loglog(steps, central, "o-", c="tab:blue", label="your gradient, central difference")
    axis.set(xlabel=r"step $\varepsilon$", ylabel="worst relative error")
    axis.set_title(f"Your backprop agrees to {min(central):.0e}")
    axis.grid(alpha=0.3)
    axis.legend()
    plt.show()
    return {"central": min(central), "one_sided": min(one_sided), "wrong": min(flat)}

# %% [markdown]
# ## 7. Initial weights
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

# %% [markdown]
# ## 8. How far does the gradient reach?
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
# (Question 7 has $n_\text{out} v$ because it follows the mean square of one component: $\delta$ has
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
# Measure it: the norm of $\delta^{(l)}$ for every layer.
#
# **By hand.** Width 1, $x = 1$, leaky ReLU with $\alpha = 0.01$, $w_1 = -1$, $w_2 = -3$, $g^{(2)} = 10$. In both
# stacks $z_1 = -1$, with slope $0.01$.
#
# - Plain: $h_1 = -0.01$, $z_2 = 0.03$ with slope 1. $\delta_2 = 10$, $g^{(1)} = -30$, $\delta_1 = -0.3$; the
#   profile is $(0.3, 10)$.
# - Residual: $h_1 = 1 - 0.01 = 0.99$, $z_2 = -2.97$ with slope $0.01$. $\delta_2 = 0.1$,
#   $g^{(1)} = -0.3 + 10 = 9.7$, $\delta_1 = 0.097$; the profile is $(0.097, 0.1)$.

# %% question="gradient_norm_profile" minutes=20 further
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

# %% [markdown]
# ## 9. Two guards: clipping and dropout
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

# %% question="clip_global_norm" minutes=15 further
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

# %% [markdown]
# ## Payoff 1: twenty layers deep
#
# Six stacks of 20 layers, 64 wide, random weights, no training. The picture shows
# $\lVert \delta^{(l)} \rVert$ relative to the top.

# %% tags=["demo"]
@demo
def gradients_in_twenty_layers(seed: int = 0) -> dict[str, float]:
    """Norms of the error signal from the input (left) to the output (right)."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    depth, n, m = 20, 64, 32
    xavier, he = weight_variance(n, n, "xavier_normal"), weight_variance(n, n, "he")
    nets = {
        "sigmoid, Xavier": ("sigmoid", xavier, False, "tab:red"),
        "tanh, Xavier": ("tanh", xavier, False, "tab:blue"),
        "ReLU, He": ("relu", he, False, "tab:green"),
        "ReLU, variance 1/n": ("relu", 1 / n, False, "tab:orange"),
        "ReLU, std 0.3": ("relu", 0.3**2, False, "tab:purple"),
        "sigmoid, Xavier, residual": ("sigmoid", xavier, True, "tab:pink"),
    }
    figure, axis = plt.subplots(figsize=(9, 4.5), layout="constrained", facecolor="white")
    ratios = {}
    for label, (act, variance, residual, colour) in nets.items():
        X, grad_out = rng.normal(size=(n, m)), rng.normal(size=(n, m))
        Ws = [rng.normal(0, np.sqrt(variance), size=(n, n)) for _ in range(depth)]
        norms = gradient_norm_profile(X, Ws, act, grad_out, residual)
        ratios[label] = norms[0] / norms[-1]
        axis.semilogy(
            range(1, depth + 1), norms / norms[-1], "o--" if residual else "o-",
            ms=4, c=colour, label=f"{label}: {ratios[label]:.1e}",
        )  # fmt: skip
    axis.set(xlabel="layer $l$ (input side left)", ylabel=r"$\|\delta^{(l)}\| \;/\; \|\delta^{(20)}\|$")
    axis.set_xticks([1, 5, 10, 15, 20])
    axis.set_title("What is left of the gradient on its way to layer 1")
    axis.grid(alpha=0.3)
    axis.legend(title="activation, weights: ratio at layer 1", loc="center left", bbox_to_anchor=(1.0, 0.5))
    plt.show()
    return ratios

# %% [markdown]
# Read it against question 8. The sigmoid stack leaves about $10^{-12}$ of the gradient, below the estimate
# $3.6 \cdot 10^{-12}$, since $\sigma'$ is $\tfrac14$ only at 0. Tanh loses a factor of about 5 over all 20
# layers, and ReLU with He weights stays near 1. With half of He's variance about a thousandth is left at layer
# 1; a standard deviation of 0.3 explodes by more than $10^4$. In the sigmoid net with residual connections the
# gradient does not vanish: it grows about threefold.
#
# ## Payoff 2: two moons
#
# Your code from data to picture: `init_weights`, `mlp_forward`, `softmax_cross_entropy`, `backprop` and
# `clip_global_norm` in 600 steps of gradient descent, next to the perceptron of question 1 on the same 300
# points.

# %% tags=["demo"]
@demo
def two_moons(seed: int = 0) -> dict[str, float]:
    """A 2-16-16-2 net against the perceptron on two interleaved half circles."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)

    def moons(m):
        label = rng.integers(2, size=m)
        angle = rng.uniform(0, np.pi, size=m)
        upper = np.array([np.cos(angle), np.sin(angle)])
        lower = np.array([1 - np.cos(angle), 0.5 - np.sin(angle)])
        return np.where(label, lower, upper) + rng.normal(0, 0.15, size=(2, m)), label

    (X, label), (X_test, label_test) = moons(300), moons(2000)
    Y = np.eye(2)[:, label]
    sizes, acts = [2, 16, 16, 2], ["tanh", "relu"]
    Ws = [
        init_weights(n_in, n_out, scheme, rng)
        for n_in, n_out, scheme in zip(sizes, sizes[1:], ["xavier_uniform", "he", "xavier_normal"])
    ]
    bs = [np.zeros((n, 1)) for n in sizes[1:]]
    losses = []
    for _ in range(600):
        _, cache = mlp_forward(X, Ws, bs, acts)
        loss, delta = softmax_cross_entropy(cache[-1][1], Y)
        dWs, dbs = backprop(delta, cache, Ws, acts)
        grads, _ = clip_global_norm([*dWs, *dbs], 1.0)
        for parameter, grad in zip([*Ws, *bs], grads):
            parameter -= 0.5 * grad
        losses.append(loss)
    w, b, _ = perceptron_train(X, 2.0 * label - 1, lr=1.0, max_epochs=20)

    x1, x2 = np.meshgrid(np.linspace(-1.7, 2.7, 200), np.linspace(-1.2, 1.7, 150))
    grid = np.array([x1.ravel(), x2.ravel()])
    P, _ = mlp_forward(grid, Ws, bs, acts)
    maps = {"perceptron": (w @ grid + b >= 0).astype(float), "your net": P[1]}
    P_test, _ = mlp_forward(X_test, Ws, bs, acts)
    accuracy = {
        "perceptron": ((w @ X_test + b >= 0) == label_test).mean(),
        "your net": (P_test.argmax(axis=0) == label_test).mean(),
    }
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained", facecolor="white")
    for axis, (name, values) in zip(axes, maps.items()):
        values = values.reshape(x1.shape)
        axis.contourf(x1, x2, values, levels=np.linspace(0, 1, 11), cmap="RdBu", alpha=0.4)
        axis.contour(x1, x2, values, levels=[0.5], colors="k")
        for k, colour, marker in ((0, "tab:red", "s"), (1, "tab:blue", "o")):
            axis.scatter(*X[:, label == k], c=colour, marker=marker, s=10, edgecolors="white", linewidths=0.3)
        axis.set(title=f"{name}: {accuracy[name]:.1%} of new points", xlabel="$x_1$", ylabel="$x_2$")
    axes[2].semilogy(losses, c="tab:blue")
    axes[2].set(title="Training loss of your net", xlabel="step", ylabel="mean cross-entropy")
    axes[2].grid(alpha=0.3)
    plt.show()
    return {"first_loss": losses[0], "last_loss": losses[-1], **accuracy}

# %% [markdown]
# ## What you built, and where it goes next
#
# Layer by layer, from a rule for one neuron to a net that trains, with a checker for every gradient. PyTorch
# does the same for any program: it records the operations in the forward pass and runs your question 5 over
# the record.
#
# - Rumelhart, Hinton and Williams, [Learning representations by back-propagating
#   errors](https://doi.org/10.1038/323533a0).
# - He et al., [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852): He initialisation.
#   [Deep residual learning](https://arxiv.org/abs/1512.03385): the added path of question 8.
# - Pascanu, Mikolov and Bengio, [On the difficulty of training recurrent neural
#   networks](https://arxiv.org/abs/1211.5063): clipping.
# - Hinton et al., [Improving neural networks by preventing co-adaptation of feature
#   detectors](https://arxiv.org/abs/1207.0580): dropout.
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
