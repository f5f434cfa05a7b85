# %% [markdown]
# # GRU: how long does it remember?
#
# A gated recurrent unit mixes, at each step, what it was with what it hears. You will open PyTorch's cell, carry
# weights across from the papers' cell, run it over a batch and over a stream that never ends, and take its derivative
# by hand. One question runs through all of it: **how long does it remember, and who decides?** Before training the
# answer is a formula with one number in it, the bias of one gate. You will see that this number can decide whether a
# network learns at all, and that on a real series it can be nearly irrelevant.
#
# <!-- questions -->
#
# **You need:** the chain rule, PyTorch indexing, the idea of a recurrent network. (The papers' GRU is derived in
# *Recurrent networks*. Here it is given as code.)
#
# **Article:** [Time series (3): GRU](https://www.chenk.top/en/time-series/gru/)
#
# **Papers:** Cho et al., [Learning phrase representations using RNN
# encoder-decoder](https://arxiv.org/abs/1406.1078) (2014); Chung et al., [Empirical evaluation of gated recurrent
# neural networks](https://arxiv.org/abs/1412.3555) (2014); Jozefowicz, Zaremba and Sutskever, [An empirical
# exploration of recurrent network architectures](https://proceedings.mlr.press/v37/jozefowicz15.html) (2015);
# Karpathy, Johnson and Li, [Visualizing and understanding recurrent networks](https://arxiv.org/abs/1506.02078)
# (2015); Tallec and Ollivier, [Can recurrent neural networks warp time?](https://arxiv.org/abs/1804.11188) (2018).
#
# **Data.** Monthly sea-surface temperatures off Peru, 1950 to 2010 (NOAA), which come with statsmodels and are in the
# public domain.
#
# **Conventions of the whole notebook.** $B$ sequences, $T$ steps counted from 0, $D$ inputs per step, $U$ units.
# Everything is PyTorch. The floating-point tensors of one call share a dtype, float32 or float64, and so does the
# result. Lengths are int64. No function changes its arguments, with one exception, in question 4, that says so.
# $\sigma(a)=1/(1+e^{-a})$ is the logistic function, $\odot$ the elementwise product, $\log$ the natural logarithm.
# A gate is called a **keep gate** where 1 means that the old state stays, as $z$ does in PyTorch.

# %%
import math

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# A GRU of one single unit, whose weights were set by hand and not trained. It reads pairs: a number, and a mark that is
# 1 once and 0 at all other steps. The marked number goes in, and stays, while forty other numbers go by. At the mark
# the keep gate is near 0 and the unit takes the number in. At all other steps the gate is $\sigma(b)$.
#
# **Turn the knob** $b$. At 3 the gate is at 0.95, which looks like a good memory. Look at what is left after
# forty steps.


# %% tags=["demo"]
@demo(b=(0.0, 9.0))
def first_look(b: float = 7.0, seed: int = 0) -> dict[str, float]:
    """One unit that remembers a marked number, for a keep bias b."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(1, 56, 2, generator=generator, dtype=torch.float64)
    X[..., 1] = 0.0
    X[0, 10] = torch.tensor([1.5, 1.0])
    unit = nn.GRU(2, 1, batch_first=True).double()

    def kept(bias: float) -> Float[Tensor, " T"]:
        """States, in units of the input, when the keep gate rests at this bias."""
        with torch.no_grad():
            for p in unit.parameters():
                p.zero_()
            unit.weight_ih_l0[1, 1] = -30.0  # the mark shuts the keep gate
            unit.weight_ih_l0[2, 0] = 0.1  # small numbers: tanh is nearly a straight line
            unit.bias_ih_l0[1] = bias
            return 10 * unit(X)[0][0, :, 0]

    state = kept(b)
    fig, ax = plt.subplots()
    ax.bar(range(56), X[0, :, 0], color="0.75", label="numbers")
    ax.bar(10, 1.5, color="C1", label="the marked one")
    ax.plot(state, color="C0", label=f"state, keep gate {1 / (1 + math.exp(-b)):.4f}")
    ax.set(xlabel="step", ylabel="value", title=f"keep bias {b:g}", ylim=(-2.9, 3.2))
    ax.legend(loc="upper right", ncols=3)
    return {"at_7": float(kept(7.0)[50]), "at_3": float(kept(3.0)[50]), "mark": 1.5, "shown": float(state[50])}


# %% [markdown]
# With $b=7$ more than nine tenths of 1.5 are there after forty steps. With $b=3$ the number is gone, and what the
# unit holds is an average of what came last.
#
# ## 1. PyTorch's cell, and what it costs
#
# `nn.GRU` computes, for each of $B$ rows,
#
# $$\begin{aligned}
# r &= \sigma(W_{ir}x+b_{ir}+W_{hr}h+b_{hr}) && \text{reset gate}\\
# z &= \sigma(W_{iz}x+b_{iz}+W_{hz}h+b_{hz}) && \text{keep gate (PyTorch says: update gate)}\\
# n &= \tanh\big(W_{in}x+b_{in}+r\odot(W_{hn}h+b_{hn})\big) && \text{candidate}\\
# h' &= (1-z)\odot n+z\odot h .
# \end{aligned}$$
#
# ![A tap that mixes two pipes: the old state 0.8 with share z = 0.75 and the candidate 0.537 with share 0.25 give the new state 0.7343. The reset gate acts on the product of state weights and state, together with the bias of the state](pictures/gru/cell.svg)
#
# Three things are easy to get wrong, and none of them gives an error:
#
# - The weights are packed, `w_ih` $(3U,D)$ and `w_hh` $(3U,U)$, three blocks of $U$ rows, in the order $r$, $z$, $n$.
# - $b_{hn}$ stands **inside** the bracket that $r$ multiplies; $b_{in}$ does not. In the two gates the two biases are
#   only ever seen as a sum. In the candidate they are two different things.
# - $z=1$ means **keep**. In the cell of Chung et al., and in the article, $z=1$ means
#   *refresh*. (Cho et al., who invented the cell, have it as PyTorch does.)
#
# **What it costs.** A block of a recurrent layer has $UD+U\cdot U$ weights, and in PyTorch two biases of $U$. An RNN
# has one block per layer and direction, a GRU three, an LSTM four. So a GRU has exactly three quarters of an LSTM's
# parameters. The second layer reads what the first one says: $U$ numbers, or $2U$ if there are two directions.
#
# **By hand.** One unit, $h=0.8$, with sums $\log 3$ before the sigmoid of $z$ and 0 before that of $r$: $z=0.75$,
# $r=0.5$. $W_{hn}=1$, $b_{hn}=0.4$, nothing from the input: $n=\tanh(0.5\cdot(0.8+0.4))=\tanh0.6=0.5370$, and
# $h'=0.25\cdot0.5370+0.75\cdot0.8=0.7343$. (With $b_{hn}$ outside: 0.7660. With the shares exchanged: 0.6028.) Two
# layers of 64 units on one input: GRU $3\cdot64\cdot(1+64+2)+3\cdot64\cdot(64+64+2)=37824$, LSTM 50432.


# %% question="gru_cell_torch" minutes=25 forbid=["gru"]
def gru_cell_torch(
    x: Float[Tensor, "B D"],
    h: Float[Tensor, "B U"],
    w_ih: Float[Tensor, "3U D"],
    w_hh: Float[Tensor, "3U U"],
    b_ih: Float[Tensor, " 3U"],
    b_hh: Float[Tensor, " 3U"],
) -> Float[Tensor, "B U"]:
    """One step of a GRU as PyTorch computes it.

    ``nn.GRU``, ``nn.GRUCell`` and the functions behind them are not allowed.

    Args:
        x: the input of this step.
        h: the state before it.
        w_ih: weights of the input; three blocks of U rows in the order r, z, n.
        w_hh: weights of the state; the same blocks.
        b_ih: biases beside the input, in the same blocks.
        b_hh: biases beside the state; the last block is multiplied by the reset gate.

    Returns:
        The new state (1 - z) n + z h, a new tensor. Autograd can differentiate it with respect to all arguments, also
        where a gate is fully open or shut.
    """
    ### BEGIN SOLUTION
    ir, iz, i_n = (x @ w_ih.T + b_ih).chunk(3, dim=-1)
    hr, hz, hn = (h @ w_hh.T + b_hh).chunk(3, dim=-1)
    r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)
    n = torch.tanh(i_n + r * hn)
    return (1 - z) * n + z * h
    ### END SOLUTION


def rnn_param_count(kind: str, D: int, U: int, layers: int = 1, directions: int = 1) -> int:
    """Number of weights and biases of PyTorch's recurrent layers, two biases per block.

    Args:
        kind: "rnn", "gru" or "lstm", in small letters.
        D: inputs per step.
        U: units per layer and direction.
        layers: at least 1.
        directions: 1, or 2 for layers that read both ways.

    Returns:
        The count for the recurrent layers; there is no output layer.

    Raises:
        ValueError: another kind.
    """
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError(f"no recurrent layer is called {kind!r}")
    first = D + U + 2
    upper = directions * U + U + 2
    return directions * blocks[kind] * U * (first + (layers - 1) * upper)
    ### END SOLUTION


# %% [markdown] hints="gru_cell_torch"
# idea: One matrix product for the input, one for the state. Keep them apart, since the candidate needs the state's part
# by itself. Counting is a sum over layers of which only the first is special.
#
# shapes: Both products are (B, 3U); cut along the last axis they give three parts (B, U) each.
#
# steps: Two products with their biases; cut both in three; two gates from the sums of the first two parts; the
# candidate from the third parts, one of them multiplied by the reset gate; the mixture. For the count: what a
# block of the first layer has, what a block of a higher layer has, how many blocks and directions.
#
# mistake: Adding the two biases at the start, as one may for an LSTM. Here the state's bias of the candidate is
# multiplied by the reset gate.

# %% [markdown]
# ## 2. Weights from a paper
#
# The papers' cell (that of Chung et al.) has a matrix per gate, which multiplies the state followed by the input:
#
# $$z=\sigma(W_z[h;x]+b_z),\quad r=\sigma(W_r[h;x]+b_r),\quad \tilde h=\tanh(W[r\odot h;x]+b),\quad
# h'=(1-z)\odot h+z\odot\tilde h .$$
#
# Whoever loads weights from a paper, from an old framework or into a microcontroller must translate. What has to be
# done, and can it be done?
#
# **The gate.** Refresh must become keep: the new gate is 1 minus the old one. Since
#
# $$1-\sigma(a)=\frac{e^{-a}}{1+e^{-a}}=\sigma(-a),$$
#
# the sum before the sigmoid changes its sign, which means that *all* weights and the bias of that gate do. Nothing is
# lost.
#
# **The reset.** In the papers $r$ acts on the state before the matrix, in PyTorch on the product, after it. Write
# $W_h$ for the columns of $W$ that multiply the state. The $i$-th entry is $\sum_j W_{h,ij}\,r_j h_j$ before, and
# $r_i\sum_j W_{h,ij}\,h_j$ after. The difference is
#
# $$\sum_j W_{h,ij}\,(r_j-r_i)\,h_j ,$$
#
# which is 0 for all gates and states only if $W_{h,ij}=0$ for all $j\ne i$. So weights can be carried over exactly if
# and only if $W_h$ is **diagonal**. Else there are two different networks, and translated weights have to be trained
# further. In the other direction there is one more condition: the papers' candidate has a single bias outside of the
# reset gate, so $b_{hn}$ must be 0.
#
# ![The same state and matrix, with the reset gate before and after the product: 4.5 and 3.5, or 2.5 and 5](pictures/gru/reset.svg)
#
# **By hand.** $W_h=\begin{pmatrix}1&2\\3&1\end{pmatrix}$, $h=(1,2)$, $r=(0.5,1)$. Before: $W_h(0.5,2)=(4.5,3.5)$.
# After: $W_hh=(5,5)$, times $r$: $(2.5,5)$. And a gate: $b_z=-\log3$ and no weights make the papers' $z=0.25$. In
# PyTorch the bias is $+\log3$, and $z=0.75$: both keep three quarters.


# %%
def gru_cell(
    x: Float[Tensor, "B D"],
    h: Float[Tensor, "B U"],
    Wz: Float[Tensor, "U U+D"],
    Wr: Float[Tensor, "U U+D"],
    W: Float[Tensor, "U U+D"],
    bz: Float[Tensor, " U"],
    br: Float[Tensor, " U"],
    b: Float[Tensor, " U"],
) -> Float[Tensor, "B U"]:
    """Given: the papers' cell. z = 1 refreshes, and the reset gate acts before the product."""
    hx = torch.cat([h, x], dim=-1)
    z, r = torch.sigmoid(hx @ Wz.T + bz), torch.sigmoid(hx @ Wr.T + br)
    return (1 - z) * h + z * torch.tanh(torch.cat([r * h, x], dim=-1) @ W.T + b)


# %% question="to_torch" minutes=25 forbid=["gru"]
def to_torch(
    Wz: Float[Tensor, "U U+D"],
    Wr: Float[Tensor, "U U+D"],
    W: Float[Tensor, "U U+D"],
    bz: Float[Tensor, " U"],
    br: Float[Tensor, " U"],
    b: Float[Tensor, " U"],
) -> tuple[Float[Tensor, "3U D"], Float[Tensor, "3U U"], Float[Tensor, " 3U"], Float[Tensor, " 3U"]]:
    """Weights of the papers' cell for PyTorch's: both then compute the same.

    Args:
        Wz, Wr, W: weights of refresh gate, reset gate and candidate. Their first U columns multiply the state, the
            last D columns the input.
        bz, br, b: their biases.

    Returns:
        w_ih, w_hh, b_ih, b_hh in blocks r, z, n. ``b_ih`` holds all biases, ``b_hh`` is 0. New tensors.

    Raises:
        ValueError: an entry off the diagonal of the first U columns of W is not 0, so that PyTorch's cell cannot
            compute the same.
    """
    ### BEGIN SOLUTION
    U = len(W)
    Wh = W[:, :U]
    if (Wh != torch.diag(Wh.diagonal())).any():
        raise ValueError("a reset before the product cannot be moved behind a matrix that mixes units")
    packed = torch.cat([Wr, -Wz, W])
    bias = torch.cat([br, -bz, b])
    return packed[:, U:], packed[:, :U], bias, torch.zeros_like(bias)
    ### END SOLUTION


def from_torch(
    w_ih: Float[Tensor, "3U D"], w_hh: Float[Tensor, "3U U"], b_ih: Float[Tensor, " 3U"], b_hh: Float[Tensor, " 3U"]
) -> tuple[
    Float[Tensor, "U U+D"],
    Float[Tensor, "U U+D"],
    Float[Tensor, "U U+D"],
    Float[Tensor, " U"],
    Float[Tensor, " U"],
    Float[Tensor, " U"],
]:
    """Weights of PyTorch's cell for the papers': the way back.

    Args:
        w_ih, w_hh, b_ih, b_hh: in blocks r, z, n. In the blocks r and z both biases may be anything.

    Returns:
        Wz, Wr, W, bz, br, b, as :func:`gru_cell` takes them. New tensors.

    Raises:
        ValueError: the block n of w_hh has an entry off its diagonal that is not 0, or the block n of b_hh is not 0.
    """
    ### BEGIN SOLUTION
    Wr, Wz, W = torch.cat([w_hh, w_ih], dim=1).chunk(3)
    br, bz, b = (b_ih + b_hh).chunk(3)
    U = len(W)
    Wh = W[:, :U]
    if (Wh != torch.diag(Wh.diagonal())).any() or (b_hh[2 * U :] != 0).any():
        raise ValueError("the papers' cell has no such candidate")
    return -Wz, Wr, W, -bz, br, b
    ### END SOLUTION


# %% [markdown] hints="to_torch"
# idea: Only one gate changes its meaning, and $1-\sigma(a)=\sigma(-a)$. All else is a matter of order and of columns.
#
# shapes: Three matrices (U, U+D), one below the other: (3U, U+D). Columns up to U belong to the state, the others to
# the input.
#
# steps: Check the state's part of the candidate. Stack the three blocks in PyTorch's order, with the sign where it is
# needed; the same for the biases; cut the columns. Back: put the columns side by side, state first, cut the rows in
# three, add the biases.
#
# mistake: Changing the sign of the bias only. The weights stand in the same sum.

# %% [markdown]
# What does a wrong translation do? The papers' cell with eight units and a diagonal $W_h$ reads 60 numbers. Then
# PyTorch's cell reads the same with weights that were translated rightly or wrongly. All run without an error. The
# last one is translated rightly in order and sign, but its $W_h$ is not diagonal.

# %% tags=["predict"]
# Root mean square distance of the states (which lie between -1 and 1) from those of the papers' cell:
predict("lost in translation", sign_kept=..., order_z_r_n=..., bias_only=..., full_matrix=...)


# %% tags=["demo"]
@demo
def lost_in_translation(seed: int = 0) -> dict[str, float]:
    """Distance between the states of the papers' cell and of PyTorch's, with five translations."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    generator = torch.Generator().manual_seed(seed)
    U, D, T = 8, 1, 60

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    weights = [1.5 * draw(U, U + D) for _ in range(3)] + [draw(U) - 1, draw(U), 0.3 * draw(U)]
    full = weights[2].clone()
    weights[2][:, :U] = torch.diag(weights[2][:, :U].diagonal())
    X = draw(T, 1, D)

    def read(cell: object, packed: tuple[Tensor, ...] | list[Tensor]) -> Float[Tensor, "T U"]:
        h, outs = torch.zeros(1, U, dtype=torch.float64), []
        for x in X:
            h = cell(x, h, *packed)
            outs.append(h[0])
        return torch.stack(outs)

    def wrong(change: dict[int, Tensor]) -> tuple[Tensor, ...]:
        return to_torch(*(change.get(i, w) for i, w in enumerate(weights)))

    paper = read(gru_cell, weights)
    right = to_torch(*weights)
    swapped = [torch.cat([w[U : 2 * U], w[:U], w[2 * U :]]) for w in right]
    with_full = list(right)
    with_full[1] = torch.cat([right[1][: 2 * U], full[:, :U]])
    paper_full = read(gru_cell, [*weights[:2], full, *weights[3:]])
    states = {
        "right": read(gru_cell_torch, right) - paper,
        "sign_kept": read(gru_cell_torch, wrong({0: -weights[0], 3: -weights[3]})) - paper,
        "bias_only": read(gru_cell_torch, wrong({0: -weights[0]})) - paper,
        "order_z_r_n": read(gru_cell_torch, swapped) - paper,
        "full_matrix": read(gru_cell_torch, with_full) - paper_full,
    }
    found = {name: float(d.square().mean().sqrt()) for name, d in states.items()}
    fig, ax = plt.subplots(figsize=(8, 2.8))
    bars(ax, found, ["C2", "C1", "C1", "C1", "C0"], guessed=guesses("lost in translation"))
    ax.set(xlabel="root mean square distance from the papers' cell")
    return found


# %% [markdown]
# The right translation is exact. Each of the three wrong ones is off by more than 0.4, without an error, and so is the
# full matrix, for which no right translation exists. The error does not show
# in shapes, types or ranges. It shows when you compare with the network that you came from.
#
# ## 3. A batch, and a stream
#
# A layer runs the cell over $T$ steps, $h_t=\mathrm{cell}(x_t,h_{t-1})$, from a given state or from zeros, and returns
# all states and the last one.
#
# In training all steps are there. In use they come one by one, from a sensor say, and each asks for an answer now. Two
# ways to serve it:
#
# - keep a window of the last $L$ inputs, and run the layer over all of it at each tick: $L$ cells per tick, and the
#   state starts from zeros each time;
# - keep the **state**: one cell per tick, whatever the past was. The state *is* the past, as far as it is remembered.
#
# The second is what a recurrent network is made for. It needs a little care. Autograd must not record it: otherwise
# each state holds on to the one before, the graph grows by a step per tick, and after a week the memory is full. And
# what was handed out must not be the state itself, since a caller who scales it would change the past.
#
# **By hand.** One unit, $z=0.75$ whatever comes, no weight on the state, $n=\tanh x$. The stream $0.5,0,0$: $h_0$ is
# $0.25\cdot0.4621=0.1155$, then $0.75\cdot0.1155=0.0866$, then $0.0650$. A window of two steps would say 0 at the end.


# %% question="gru_forward" minutes=25 forbid=["gru"]
def gru_forward(
    X: Float[Tensor, "B T D"],
    w_ih: Float[Tensor, "3U D"],
    w_hh: Float[Tensor, "3U U"],
    b_ih: Float[Tensor, " 3U"],
    b_hh: Float[Tensor, " 3U"],
    h: Float[Tensor, "B U"] | None = None,
) -> tuple[Float[Tensor, "B T U"], Float[Tensor, "B U"]]:
    """One layer of a GRU over a batch of sequences, equal to PyTorch's with ``batch_first=True``.

    ``nn.GRU``, ``nn.GRUCell`` and the functions behind them are not allowed.

    Args:
        X: inputs, T at least 1.
        w_ih, w_hh, b_ih, b_hh: weights in blocks r, z, n.
        h: the state before the first step; zeros if None.

    Returns:
        The states after each step, and the last one. Autograd can differentiate both with respect to inputs, weights
        and state.
    """
    ### BEGIN SOLUTION
    if h is None:
        h = X.new_zeros(X.shape[0], w_hh.shape[1])
    outs = []
    for x in X.unbind(1):
        h = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs, dim=1), h
    ### END SOLUTION


class GRUStream:
    """A GRU that reads one step at a time and keeps its state.

    Args:
        w_ih, w_hh, b_ih, b_hh: weights in blocks r, z, n. They may be parameters that are trained elsewhere; each
            step uses their values of that moment.

    Attributes:
        h: the state, of shape (U,), zeros before the first step.
    """

    def __init__(
        self,
        w_ih: Float[Tensor, "3U D"],
        w_hh: Float[Tensor, "3U U"],
        b_ih: Float[Tensor, " 3U"],
        b_hh: Float[Tensor, " 3U"],
    ) -> None:
        self.weights = (w_ih, w_hh, b_ih, b_hh)
        self.h = w_hh.new_zeros(w_hh.shape[1])

    def push(self, x: Float[Tensor, " D"]) -> Float[Tensor, " U"]:
        """Read one step.

        Args:
            x: its input.

        Returns:
            The state after it, a new tensor: writing into it changes neither the stream nor what was returned before.
            Nothing is recorded by autograd, and the result does not require a gradient.
        """
        ### BEGIN SOLUTION
        with torch.no_grad():
            self.h = gru_cell_torch(x[None], self.h[None], *self.weights).squeeze(0)
        return self.h.clone()
        ### END SOLUTION

    def reset(self) -> None:
        """Forget everything: the state is zeros again. What was returned before stays as it was."""
        ### BEGIN SOLUTION
        self.h = torch.zeros_like(self.h)
        ### END SOLUTION


# %% [markdown] hints="gru_forward"
# idea: A loop with one variable, the state. The stream is the same loop, turned inside out: the caller loops, the
# object keeps the variable.
#
# shapes: A step of the batch is (B, D), its state (B, U), the stack of all on axis 1 (B, T, U). In the stream a step
# is (D,); your cell wants a batch, of one.
#
# steps: Zeros of the right shape and dtype if there is no state. Loop over the second axis and keep each state. For
# the stream: a batch of one in and out again, without recording; store the state; give away a copy.

# %% [markdown]
# ## 4. Half-lives: memory before training
#
# Let the gates rest at their bias. Then $z=\sigma(b)$, the old state is multiplied by it at each step, and after $n$
# steps the share
#
# $$\sigma(b)^n$$
#
# is left. This is the exact truth of this notebook. It is half after the **half-life**
#
# $$n_{1/2}=\frac{\log 2}{-\log\sigma(b)}=\frac{\log2}{\log(1+e^{-b})},\qquad\text{and from a half-life back to a
# bias:}\qquad b=-\log\big(2^{1/n}-1\big).$$
#
# With $b=0$, where everybody starts, the half-life is one step. A gradient has the same fate on its way back. So decide
# before training how long your network should be able to remember, and set the bias.
#
# Written down like this both formulas break in a computer. $e^{-b}$ overflows for $b=-1000$. For a half-life of a
# billion steps, $2^{1/n}$ rounds to a number in which most digits are lost before the 1 is subtracted. `math.log1p` and
# `math.expm1` are made for that: $\log(1+e^{-b})=\max(-b,0)+\log(1+e^{-|b|})$, and with $y=\log2/n$,
# $2^{1/n}-1=e^y-1=e^y(1-e^{-y})$.
#
# **Where the bias goes.** PyTorch adds `b_iz` and `b_hz`. The article sets both to $-1$, which makes $-2$; and since
# PyTorch's $z$ keeps, that is a network which forgets $1-\sigma(-2)=88\,\%$ at each step, where "remember" was
# wanted. The advice is right for the papers' cell, and wrong twice for PyTorch's.
#
# ![Two bias vectors, each with -1 in the block z, add up to -2: a keep gate of 0.12. The whole +2 in one vector gives 0.88](pictures/gru/biases.svg)
#
# **The other weights.** A state passes through $W_{hn}$ again and again, so each block of `w_hh` should neither
# stretch nor shrink: it is drawn as a random *orthogonal* matrix, one for each of the three blocks. (A matrix of shape
# $(3U,U)$ drawn at once has orthonormal columns as a whole; each of its blocks then shrinks a vector, by
# $1/\sqrt3$ in the root mean square.) The blocks of `w_ih` are drawn after Glorot and Bengio ("Xavier"): uniform
# between $\pm\sqrt{6/(\text{inputs}+U)}$, block by block, since each block is a layer of its own. `nn.init` has both
# draws, for one matrix.
#
# **By hand.** $b=2$: $\sigma(2)=0.8808$, $-\log\sigma(2)=0.1269$, and $\log 2=0.6931$ divided by that is a half-life of
# $5.461$. $b=4$: $38.19$. For a half-life of 20 steps, $e^y-1=0.03526$ with $y=0.03466$, so $b=3.345$. After 40 steps
# with $b=2$ the share $0.8808^{40}=0.0062$ is left.


# %% question="init_gru" minutes=30
def half_life(b: float) -> float:
    """Steps after which a keep gate that rests at sigmoid(b) has left half of the state.

    Args:
        b: any finite number, ±1000 included.

    Returns:
        log 2 / log(1 + exp(-b)), to full precision; infinity where exp(-b) is 0 for a computer.
    """
    ### BEGIN SOLUTION
    loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))
    return math.log(2) / loss if loss > 0 else math.inf
    ### END SOLUTION


def bias_for_half_life(n: float) -> float:
    """The bias whose half-life is n steps: the inverse of :func:`half_life`.

    Args:
        n: steps, also parts of a step (1e-4), also very many (1e12).

    Returns:
        The bias, to full precision.

    Raises:
        ValueError: n is 0 or negative.
    """
    ### BEGIN SOLUTION
    if n <= 0:
        raise ValueError(f"a half-life is positive, not {n}")
    y = math.log(2) / n
    return -y - math.log(-math.expm1(-y))
    ### END SOLUTION


def init_gru(gru: nn.GRU, keep_bias: float, generator: torch.Generator) -> None:
    """Draw all parameters of an ``nn.GRU`` anew, in place, in every layer and every direction.

    Args:
        gru: with biases; any number of layers, one or two directions. In each ``weight_hh_…`` each of the three blocks
            becomes a random orthogonal matrix. In each ``weight_ih_…`` the entries of each block are uniform between
            plus and minus the root of 6 / (inputs of that layer + U). Each ``bias_hh_…`` becomes 0, each ``bias_ih_…``
            too, but for its block z, which becomes ``keep_bias``. The parameters stay the same objects, still to be
            trained (``requires_grad``), and nothing is recorded by autograd.
        keep_bias: the effective bias of the keep gate.
        generator: source of all randomness, from where it stands: a second GRU that is drawn with it gets other
            weights. Blocks are independent. The order of the draws is free.

    Raises:
        ValueError: the GRU was made with ``bias=False``.
    """
    ### BEGIN SOLUTION
    if not gru.bias:
        raise ValueError("this GRU has no biases")
    U = gru.hidden_size
    with torch.no_grad():
        for name, parameter in gru.named_parameters():
            if name.startswith("bias"):
                parameter.zero_()
                if name.startswith("bias_ih"):
                    parameter[U : 2 * U] = keep_bias
                continue
            for block in parameter.split(U):
                if name.startswith("weight_hh"):
                    nn.init.orthogonal_(block, generator=generator)
                else:
                    nn.init.xavier_uniform_(block, generator=generator)
    ### END SOLUTION


# %% [markdown] hints="init_gru"
# idea: The two formulas are each other's inverse; test one with the other. A block of a parameter is a window onto it:
# what is drawn into the block is drawn into the parameter.
#
# shapes: A bias is (3U,), its block z the middle third. A weight has three blocks of U rows; in higher layers and with
# two directions only the number of columns of `weight_ih` differs.
#
# steps: For the half-life: the formula that never takes the exponential of a positive number; then one case for a
# loss of exactly 0. For the bias: check; $y$; the logarithm of the product is a sum. For the GRU: refuse what has no
# bias; no recording; go through all named parameters; tell four kinds by the beginning of the name.
#
# mistake: The whole of a weight handed to `nn.init`. It sees one matrix of $3U$ rows where there are three.

# %% [markdown]
# How long must a window be, until it knows what the stream knows? Below, random GRUs of 24 units with four half-lives
# read random numbers, as a stream and as windows of $L$ steps that start from zeros. What is shown is the distance of
# the two states, as a part of the state's size: the part of the memory that a window of $L$ steps misses. Dotted, the
# formula $\sigma(b)^L$.


# %% tags=["demo"]
@demo
def warm_up(seed: int = 0) -> dict[str, float]:
    """Distance between the state of a stream and that of a window of L steps."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    lengths = [1, 2, 4, 8, 16, 32, 64, 128]
    fig, ax = plt.subplots()
    numbers = {}
    for i, n in enumerate((1, 4, 16, 64)):
        generator = torch.Generator().manual_seed(seed)
        gru = nn.GRU(1, 24, batch_first=True).double()
        init_gru(gru, bias_for_half_life(n), generator)
        weights = [p.detach() for p in gru.parameters()]
        X = torch.randn(20, 400, 1, generator=generator, dtype=torch.float64)
        _, stream = gru_forward(X, *weights)
        windows = {L: gru_forward(X[:, -L:], *weights)[1] for L in lengths}
        missed = [float((state - stream).norm() / stream.norm()) for state in windows.values()]
        seen = [(L, m) for L, m in zip(lengths, missed, strict=True) if m > 1e-3]
        ax.loglog(*zip(*seen, strict=True), color=f"C{i}", label=f"half-life {n}")
        gate = 1 / (1 + math.exp(-bias_for_half_life(n)))
        ax.loglog(lengths, [gate**L for L in lengths], color=f"C{i}", lw=1, ls=":")
        numbers |= {f"missed_{n}_{L}": m for L, m in zip(lengths, missed, strict=True)}
    ax.set(xlabel="length of the window", ylabel="missed part of the state", ylim=(1e-3, 1.5), xticks=lengths)
    ax.set_xticklabels(lengths)
    ax.minorticks_off()
    label_ends(ax, gap=0.07)
    return numbers


# %% [markdown]
# A window as long as one half-life misses about half (between 0.45 and 0.7), whatever the half-life. After four
# half-lives the straight path has a sixteenth left; the
# windows miss more than a tenth. So the curves lie above the dots: there are other paths than the straight one. What
# they
# are worth is the next question.
#
# ## 5. The Jacobian of a step
#
# The formula $\sigma(b)^n$ holds gates and candidate fixed. But they depend on $h$, too. The full derivative of a step,
# $J_{ij}=\partial h'_i/\partial h_j$, has a term for each way from $h$ to $h'$. Write $u=W_{hn}h+b_{hn}$, so that
# $n=\tanh(W_{in}x+b_{in}+r\odot u)$. Then
#
# $$J=\underbrace{\operatorname{diag}(z)}_{\text{keep}}
# +\underbrace{\operatorname{diag}\big((h-n)\odot z(1-z)\big)W_{hz}}_{\text{through }z}
# +\operatorname{diag}\big((1-z)(1-n^2)\big)\Big[\underbrace{\operatorname{diag}(r)\,W_{hn}}_{\text{through }n}
# +\underbrace{\operatorname{diag}\big(u\odot r(1-r)\big)W_{hr}}_{\text{through }r}\Big].$$
#
# Each piece is the chain rule once: $z$ multiplies $h-n$ (since $h'=n+z\odot(h-n)$), and $\sigma'=\sigma(1-\sigma)$;
# the candidate enters with $1-z$, and $\tanh'=1-\tanh^2$; inside of it, $r\odot u$ depends on $h$ by both factors.
# $\operatorname{diag}(a)W$ scales the **rows** of $W$. (In the papers' cell $z$ and $1-z$ change places, and the reset
# gate stands on the other side of the matrix, $W_h\operatorname{diag}(r)$.)
#
# ![Four ways from the old state to the new one: straight through the keep gate, by the keep gate itself, by the candidate, and by the reset gate into the candidate, each with its part of the derivative: 0.75, 0.0986, 0.0889 and -0.0534](pictures/gru/paths.svg)
#
# The derivative over many steps is the product of these, the latest on the left:
# $\partial h_{t+n}/\partial h_t=J_{t+n}\cdots J_{t+1}$.
#
# **By hand.** The unit of question 1, $h=0.8$, $z=0.75$, $r=0.5$, $u=1.2$, $n=0.5370$, and let $W_{hz}=2$,
# $W_{hr}=-1$ (with biases that leave the gates where they are). Keep: $0.75$. Through $z$:
# $(0.8-0.5370)\cdot0.1875\cdot2=0.0986$. In front of the bracket: $0.25\cdot(1-0.2884)=0.1779$. Through $n$:
# $0.1779\cdot0.5=0.0889$. Through $r$: $0.1779\cdot1.2\cdot0.25\cdot(-1)=-0.0534$. Together $J=0.8842$.


# %% question="gru_state_jacobian" minutes=40 forbid=["autograd", "gru"]
def gru_state_jacobian(
    x: Float[Tensor, " D"],
    h: Float[Tensor, " U"],
    w_ih: Float[Tensor, "3U D"],
    w_hh: Float[Tensor, "3U U"],
    b_ih: Float[Tensor, " 3U"],
    b_hh: Float[Tensor, " 3U"],
) -> Float[Tensor, "U U"]:
    """Derivative of the new state of PyTorch's cell with respect to the old one, for one example.

    Autograd and PyTorch's GRU are not allowed, and finite differences are not exact enough: a state may be 1e8.

    Args:
        x: the input of this step.
        h: the state before it.
        w_ih, w_hh, b_ih, b_hh: weights in blocks r, z, n.

    Returns:
        J with J[i, j] the derivative of the new h_i by the old h_j.
    """
    ### BEGIN SOLUTION
    ir, iz, i_n = (w_ih @ x + b_ih).chunk(3)
    hr, hz, u = (w_hh @ h + b_hh).chunk(3)
    r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)
    n = torch.tanh(i_n + r * u)
    W_hr, W_hz, W_hn = w_hh.chunk(3)
    candidate = r[:, None] * W_hn + (u * r * (1 - r))[:, None] * W_hr
    through_z = ((h - n) * z * (1 - z))[:, None] * W_hz
    return torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate
    ### END SOLUTION


# %% [markdown] hints="gru_state_jacobian"
# idea: Differentiate $h'=n+z\odot(h-n)$ by the product rule. Each derivative of a vector by $h$ is a matrix whose rows
# are scaled by something.
#
# shapes: Vectors (U,) as columns (U, 1) scale the rows of a block (U, U). The result is (U, U).
#
# steps: Gates, $u$ and candidate as in question 1, for one example. Three blocks of `w_hh`. The bracket; then its
# factor; then the term through the gate; then the diagonal.
#
# mistake: $\operatorname{diag}(a)W$ written as `W * a`, which scales the columns. With one unit there is no
# difference.

# %% [markdown]
# **Turn the knob** $b$. A random GRU of 24 units reads 40 random numbers. Blue is what a change of the state is worth
# $n$ steps later, by products of your Jacobians (the root mean square of the singular values). Orange is the straight
# path alone, $\sigma(b)^n$.

# %% tags=["predict"]
# b = 2, after 40 steps. The straight path leaves 0.006. And all paths together?
predict("what is left after 40 steps", all_paths=...)


# %% tags=["demo"]
@demo(b=(-3.0, 6.0))
def all_paths(b: float = 2.0, seed: int = 0) -> dict[str, float]:
    """Size of products of Jacobians against the straight path, for a keep bias b."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    U, T = 24, 40

    def left(bias: float) -> list[float]:
        """Root mean square of the singular values of the product of the last n Jacobians, mean over three inputs."""
        generator = torch.Generator().manual_seed(seed)
        gru = nn.GRU(1, U, batch_first=True).double()
        init_gru(gru, bias, generator)
        weights = [p.detach() for p in gru.parameters()]
        sizes = torch.zeros(T + 1, dtype=torch.float64)
        for _ in range(3):
            h, product = torch.zeros(U, dtype=torch.float64), torch.eye(U, dtype=torch.float64)
            history = [product.norm()]
            for x in torch.randn(T, 1, generator=generator, dtype=torch.float64):
                product = gru_state_jacobian(x, h, *weights) @ product
                h = gru_cell_torch(x[None], h[None], *weights)[0]
                history.append(product.norm())
            sizes += torch.stack(history) / U**0.5 / 3
        return sizes.tolist()

    gate = 1 / (1 + math.exp(-b))
    fig, ax = plt.subplots()
    ax.semilogy(left(b), color="C0", label="all paths")
    ax.semilogy([gate**n for n in range(T + 1)], color="C1", label="straight path")
    guess = guesses("what is left after 40 steps").get("all_paths")
    if isinstance(guess, (int, float)) and guess > 0:
        ax.plot(T, guess, "X", ms=10, color="C3")
    ax.set(xlabel="$n$ steps later", ylabel="left of a change of the state", title=f"keep bias {b:g}")
    label_ends(ax, gap=0.07)
    numbers = {}
    for value in (-2.0, 0.0, 2.0, 4.0):
        numbers[f"all_{value:g}"] = left(value)[-1]
        numbers[f"straight_{value:g}"] = (1 / (1 + math.exp(-value))) ** T
    return numbers


# %% [markdown]
# With $b=2$ all paths together leave four to six times as much as the straight path; with $b=0$ they leave a million
# times
# as much, and it is still next to nothing: below $10^{-5}$. With $b=4$ the straight path is nearly all there is, and
# half of a change survives. So before training $\sigma(b)^n$ is a lower estimate, and the bias decides.
#
# ## 6. Reading gates: what did it learn to keep?
#
# After training the gates do not rest. They answer to what comes in. To see what a network remembers, look at them:
# run it, and keep $r$, $z$ and $n$ of each step beside the states.
#
# A number that sums them up: along the straight path unit $i$ keeps $z_{1i}z_{2i}\cdots z_{Ti}$, a product, so the
# right
# average of a keep gate is the **geometric** mean. With $\overline{\log z_i}$ the mean over all steps of all
# sequences, the half-life of the unit is
#
# $$n_{1/2,i}=\frac{\log2}{-\overline{\log z_i}} .$$
#
# The arithmetic mean flatters. A gate that is at 1 for nineteen steps and at 0 in the twentieth has the mean 0.95 and
# remembers nothing beyond.
#
# And two numbers per unit by Karpathy et al.: how often is its gate **left-saturated**, below 0.1, and how often
# **right-saturated**, above 0.9? A unit that is always right-saturated is a store that nobody writes to. A unit that
# is always left-saturated has no memory. A useful store is right-saturated most of the time, and left-saturated when
# something is to be stored.
#
# **By hand.** Gates $0.5,0.8,0.9$: the product is $0.36$, $-\log0.36=1.0217$, and $3\log2=2.0794$ divided by that is
# $2.035$. From the arithmetic mean $0.7333$ it would be $2.235$. Left-saturated: 0 of 3 steps.


# %% question="gate_traces" minutes=20 further forbid=["gru"]
def gate_traces(
    X: Float[Tensor, "B T D"],
    w_ih: Float[Tensor, "3U D"],
    w_hh: Float[Tensor, "3U U"],
    b_ih: Float[Tensor, " 3U"],
    b_hh: Float[Tensor, " 3U"],
    h: Float[Tensor, "B U"] | None = None,
) -> dict[str, Float[Tensor, "B T U"]]:
    """Gates, candidates and states of a layer at each step.

    Args:
        X: inputs, T at least 1.
        w_ih, w_hh, b_ih, b_hh: weights in blocks r, z, n.
        h: the state before the first step; zeros if None.

    Returns:
        Under "r", "z", "n" the gates and candidates of PyTorch's cell, under "h" the states after each step.
    """
    ### BEGIN SOLUTION
    states, _ = gru_forward(X, w_ih, w_hh, b_ih, b_hh, h)
    first = torch.zeros_like(states[:, 0]) if h is None else h
    before = torch.cat([first[:, None], states[:, :-1]], dim=1)
    ir, iz, i_n = (X @ w_ih.T + b_ih).chunk(3, dim=-1)
    hr, hz, hn = (before @ w_hh.T + b_hh).chunk(3, dim=-1)
    r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)
    return {"r": r, "z": z, "n": torch.tanh(i_n + r * hn), "h": states}
    ### END SOLUTION


def keep_half_lives(z: Float[Tensor, "B T U"]) -> Float[Tensor, " U"]:
    """Half-life of each unit along the straight path.

    Args:
        z: keep gates, from 0 to 1.

    Returns:
        log 2 over minus the mean of log z over sequences and steps. Infinity for a unit whose gates are all 1, 0 for
        one with a gate of 0. Products of many small gates do not underflow.
    """
    ### BEGIN SOLUTION
    return math.log(2) / z.log().mean((0, 1)).abs()
    ### END SOLUTION


def saturation(gate: Float[Tensor, "B T U"], margin: float = 0.1) -> tuple[Float[Tensor, " U"], Float[Tensor, " U"]]:
    """How often the gate of each unit is nearly shut, and nearly open.

    Args:
        gate: from 0 to 1.
        margin: below 0.5.

    Returns:
        The share of all steps of all sequences with a gate strictly below ``margin``, and strictly above
        ``1 - margin``, in the dtype of the gate.
    """
    ### BEGIN SOLUTION
    return (gate < margin).to(gate).mean((0, 1)), (gate > 1 - margin).to(gate).mean((0, 1))
    ### END SOLUTION


# %% [markdown] hints="gate_traces"
# idea: Once all states are known, all gates of all steps are two matrix products. Or write the loop again and keep
# more. The half-life is made of a mean of logarithms.
#
# shapes: States (B, T, U), shifted by one step with the first state in front: (B, T, U) again. Means over the first two
# axes: (U,).
#
# steps: States; the states *before* each step; two products; cut along the last axis; gates and candidate. Logarithm,
# mean, divide. Two comparisons, as numbers, and their means.
#
# mistake: The gates of a step come from the state before it, not from the one after it.

# %% [markdown]
# ## 7. The last state, or all of them
#
# A classifier or a forecaster needs one vector for a sequence. Sequences of a batch have different lengths and are
# padded on the right, so that "the last state" of row $b$ is the one at step $\ell_b-1$. The state at step $T-1$ has
# gone
# on over the padding, and knows about it.
#
# The last state must have remembered all that matters. *Attention pooling* asks for less: a vector $w$ scores each
# state, a softmax over the real steps makes weights of the scores, and the answer is the weighted mean:
#
# $$\alpha_{bt}=\frac{\exp(w^\top h_{bt})}{\sum_{s<\ell_b}\exp(w^\top h_{bs})}\quad(t<\ell_b),\qquad
# c_b=\sum_{t<\ell_b}\alpha_{bt}\,h_{bt} .$$
#
# A gradient then reaches each step directly. (Both are for sequences that are known to their end. In a stream, softmax
# and mean run over the past.)
#
# **By hand.** One unit with states $1,3,9$, of which two are real. The last is 3. With $w=\log(3)/2$ the scores differ
# by $\log3$, the weights are $0.25$ and $0.75$, and the mean is $0.25\cdot1+0.75\cdot3=2.5$. With the padding it would
# be $8.69$.


# %% question="last_valid" minutes=25
def last_valid(outs: Float[Tensor, "B T U"], lengths: Int64[Tensor, " B"]) -> Float[Tensor, "B U"]:
    """The state after the last real step of each sequence.

    Args:
        outs: states, padded on the right. The padding may hold anything, also nan and infinity.
        lengths: how many steps of each row are real, from 1 to T.

    Returns:
        A new tensor, one state per row. Autograd can differentiate it with respect to outs.

    Raises:
        ValueError: a length is below 1 or above T.
    """
    ### BEGIN SOLUTION
    if (lengths < 1).any() or (lengths > outs.shape[1]).any():
        raise ValueError(f"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}")
    return outs[torch.arange(len(outs)), lengths - 1]
    ### END SOLUTION


def attn_pool(
    outs: Float[Tensor, "B T U"], w: Float[Tensor, " U"], lengths: Int64[Tensor, " B"]
) -> Float[Tensor, "B U"]:
    """Mean of the real states, weighted by a softmax of their scores.

    Args:
        outs: states, padded on the right. The padding may hold anything, also nan and infinity.
        w: the score of a state is its product with w; scores may be of any size, 1000 and -1e12 included.
        lengths: how many steps of each row are real, from 1 to T.

    Returns:
        One vector per row. Autograd can differentiate it with respect to outs and w: the padding gets the gradient 0.

    Raises:
        ValueError: a length is below 1 or above T.
    """
    ### BEGIN SOLUTION
    if (lengths < 1).any() or (lengths > outs.shape[1]).any():
        raise ValueError(f"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}")
    padding = torch.arange(outs.shape[1]) >= lengths[:, None]
    outs = outs.masked_fill(padding[..., None], 0.0)
    weights = (outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)
    return (weights[..., None] * outs).sum(1)
    ### END SOLUTION


# %% [markdown] hints="last_valid"
# idea: One index per row picks one step per row. For the mean, take the padding out of the scores before the softmax,
# and out of the states as well: 0 times nan is nan.
#
# shapes: Row numbers (B,) and steps (B,) together index (B, T, U) and give (B, U). Steps (T,) compared with lengths
# (B, 1) give the padding (B, T). Scores and weights are (B, T).
#
# steps: Check the lengths. Pick. For the pooling: which places are padding; zeros there; scores; minus infinity at
# the padding; softmax over the steps; weighted sum.
#
# mistake: Softmax first, zeros at the padding afterwards. The weights then no longer add up to 1.

# %% [markdown]
# ## Payoff: who decides whether it learns?
#
# The task of the first look, now to be learned. Forty pairs, a number and a mark; the mark is on one of the first
# twenty. At the end the network says the marked number. There is nothing random about the answer: a mean squared error
# of 0 is possible, guessing 0 costs 1. GRUs of 32 units, drawn by your `init_gru`, 200 steps of Adam, all with the same
# batches. The numbers are from the last 20 batches, which were never seen before. Two controls: a linear map of all 80
# inputs (fitted on 12,000 sequences; each network sees 6,400), and the *same* GRU with $b=0$ whose answer is pooled
# by attention.

# %% tags=["predict"]
# Mean squared error after 200 steps, where guessing costs 1:
predict("error of the recall", keep_minus_2=..., keep_0=..., keep_2=..., keep_8=..., keep_0_pooled=...)


# %% tags=["demo"]
def recall_batch(B: int, T: int, generator: torch.Generator) -> tuple[Float[Tensor, "B T 2"], Float[Tensor, " B"]]:
    """Numbers with a mark at one of the first T/2 of them, and the marked number."""
    numbers = torch.randn(B, T, generator=generator)
    place = torch.randint(T // 2, (B,), generator=generator)
    marks = (torch.arange(T) == place[:, None]).float()
    return torch.stack([numbers, marks], dim=-1), (numbers * marks).sum(1)


@demo
def who_decides(seed: int = 0) -> dict[str, float]:
    """Recall of a marked number: five networks, a linear control, and the keep gates of one that solved it."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    T, U, B, steps = 40, 32, 32, 200
    runs = {"keep_minus_2": (-2.0, False), "keep_0": (0.0, False), "keep_2": (2.0, False), "keep_8": (8.0, False)}
    runs["keep_0_pooled"] = (0.0, True)
    shown = dict(zip(runs, ("b = −2", "b = 0", "b = 2", "b = 8", "b = 0, pooled"), strict=True))
    guessed = guesses("error of the recall")
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=[1, 1])
    numbers, solved = {}, None
    for i, (name, (b, pooled)) in enumerate(runs.items()):
        gru, head, w = nn.GRU(2, U, batch_first=True), nn.Linear(U, 1), nn.Parameter(torch.zeros(U))
        init_gru(gru, b, torch.Generator().manual_seed(seed))
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)
        parameters = [*gru.parameters(), *head.parameters(), w]
        optimizer = torch.optim.Adam(parameters, lr=1e-2)
        generator, losses = torch.Generator().manual_seed(1000 + seed), []
        lengths = torch.full((B,), T)
        for _ in range(steps):
            X, y = recall_batch(B, T, generator)
            outs, _ = gru(X)
            read = attn_pool(outs, w, lengths) if pooled else last_valid(outs, lengths)
            loss = (head(read)[:, 0] - y).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)  # given: the global norm is at most 1
            optimizer.step()
            losses.append(loss.item())
        left.plot(np.convolve(losses, np.ones(20) / 20, "valid"), label=shown[name], color=f"C{i}")
        if isinstance(guessed.get(name), (int, float)):
            left.plot(steps - 20, guessed[name], "X", ms=9, color=f"C{i}")
        numbers[name] = float(np.mean(losses[-20:]))
        if name == "keep_2":
            solved = [p.detach() for p in gru.parameters()]
    generator = torch.Generator().manual_seed(2000 + seed)
    X, y = recall_batch(12_000, T, generator)
    X_new, y_new = recall_batch(4000, T, generator)
    A = X.flatten(1).double()
    weights = torch.linalg.solve(A.T @ A + torch.eye(2 * T), A.T @ y.double())
    numbers["linear"] = float((X_new.flatten(1).double() @ weights - y_new).square().mean())
    left.plot([0, steps - 20], 2 * [numbers["linear"]], color="0.5", ls=":", label="linear map")
    left.set(xlabel="step of training", ylabel="mean squared error", ylim=(-0.05, 1.6))
    label_ends(left, gap=0.075)
    X[0, :, 1] = 0.0
    X[0, 12, 1] = 1.0
    z = gate_traces(X[:1], *solved)["z"][0]
    order = (z[12] - z[13:].mean(0)).argsort()
    picture = right.imshow(z[:, order].T, aspect="auto", vmin=0.5, vmax=1)
    fig.colorbar(picture, ax=right, label="keep gate")
    right.set(xlabel="step (the mark is at 12)", ylabel="unit", title="b = 2 after training", yticks=[])
    numbers["gate_at_mark"] = float(z[12, order[:5]].mean())
    numbers["gate_after_mark"] = float(z[13:, order[:5]].mean())
    lives = keep_half_lives(gate_traces(X[:100], *solved)["z"])
    numbers["longest_half_life"] = float(lives.max())
    return numbers


# %% [markdown]
# **The bias decides.** With $b=-2$ and $b=0$, PyTorch's own start, nothing is learned in 200 steps: the networks are
# where
# guessing is. With $b=2$ and $b=8$ the *same* networks solve it. Is more memory better, then? $b=8$ forgets nothing,
# and
# comes in last of those that solve it under each seed: at $\sigma(8)=0.9997$ next to nothing is written into the
# state, and
# the gate's own derivative $z(1-z)$ is next to nothing, too. The linear map, with nearly twice the data, stays at
# guessing as
# well: which input to look at is itself an input, and a linear map cannot multiply.
#
# **The read-out decides, too.** The fifth curve has $b=0$, and learns best of all. Attention pooling looks at each
# state
# directly, so that no gradient has to come back through time, and the state has to hold the number for a single
# step. If
# you may look back, you need not remember. In a stream you may not.
#
# On the right, what the network with $b=2$ has learned to do with its gates: some units open at the mark (the upper
# rows
# fall from about 0.9 to below 0.8), and hold on afterwards. Training has lengthened the longest half-life from 5.5
# steps to
# more than 8.
#
# ## Payoff, second part: the Pacific
#
# And on a real series? The sea off Peru, less the mean of each calendar month over the first 40 years: what is left is
# called the *anomaly*. When it stays far above 0 for half a year or more, that is an El Niño. The forecast is for
# six months ahead. The
# GRU reads the anomaly and the time of year, month by month, as **one stream** through 61 years, and gives a
# forecast at
# each month. It is trained on pieces of six years from the first 40 years, and scored on the last 21, 247 origins, with
# weights that stay as they are. Nothing after the 40 years enters means, scales or weights.
#
# The controls: climatology (an anomaly of 0), persistence (the anomaly of now), the seasonal naive forecast (the
# temperature of the same month in the last year), and ridge regression from the last 24 anomalies.

# %% tags=["predict"]
# Root mean square error in °C, six months ahead, where climatology has 1.17:
predict("El Niño in six months", persistence=..., ridge=..., keep_minus_2=..., keep_2=...)


# %% tags=["demo"]
def fitted(
    X: Float[Tensor, "N 3"], b: float, known: int, seed: int, n: int, steps: int = 60, ahead: int = 6
) -> tuple[int, nn.ModuleList]:
    """Train on pieces of the first ``known`` months; the step that was best on the months from there to n, and the GRU.

    AdamW on batches of 16 pieces of six years, whose first year only warms the state up and is not scored.
    """
    generator = torch.Generator().manual_seed(seed)
    gru, head = nn.GRU(3, 12, batch_first=True), nn.Linear(12, 1)
    init_gru(gru, b, generator)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    model = nn.ModuleList([gru, head])
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    best, best_step = math.inf, steps
    for step in range(1, steps + 1):
        start = torch.randint(known - ahead - 72 + 1, (16, 1), generator=generator)
        months = start + torch.arange(72)
        error = head(gru(X[months])[0])[..., 0] - X[months + ahead, 0]
        loss = error[:, 12:].square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if known < n and step % 5 == 0:
            with torch.no_grad():
                said = head(gru(X[None, :n])[0])[0, :, 0]
            held_back = (said[known : n - ahead] - X[known + ahead : n, 0]).square().mean().item()
            if held_back < best:
                best, best_step = held_back, step
    return best_step, model


@demo
def el_nino(seed: int = 0) -> dict[str, float]:
    """Anomalies of the Pacific, six months ahead, by one stream, with four keep biases and four controls."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars
    from statsmodels.datasets import elnino

    sea = elnino.load_pandas().data.iloc[:, 1:].to_numpy(float).ravel()
    N, n, ahead, L = len(sea), 480, 6, 24
    anomaly = sea - np.tile(sea[:n].reshape(-1, 12).mean(0), N // 12)
    scale = anomaly[:n].std()
    z, year = anomaly / scale, 2 * np.pi * np.arange(N) / 12
    X = torch.tensor(np.stack([z, np.sin(year), np.cos(year)], axis=1), dtype=torch.float32)
    now = np.arange(n - 1, N - ahead)  # the last known month of each forecast
    truth = anomaly[now + ahead]

    def rows(months: Float[np.ndarray, " m"]) -> Float[np.ndarray, "m k"]:
        """The last L anomalies, the time of year, and 1."""
        return np.stack([np.r_[z[t - L + 1 : t + 1], np.sin(year[t]), np.cos(year[t]), 1.0] for t in months])

    known = np.arange(L - 1, n - ahead)
    A = torch.from_numpy(rows(known))
    ridge = torch.linalg.solve(A.T @ A + torch.eye(A.shape[1]), A.T @ torch.from_numpy(z[known + ahead])).numpy()
    said = {
        "climatology": 0 * truth,
        "persistence": anomaly[now],
        "seasonal naive": anomaly[now + ahead - 12],
        "ridge": scale * (rows(now) @ ridge),
    }
    for b in (-2.0, 0.0, 2.0, 4.0):
        steps, _ = fitted(X, b, 384, seed, n)  # the last eight of the 40 years say how long to train
        _, (gru, head) = fitted(X[:n], b, n, seed, n, steps)  # and then all 40 are used
        stream = GRUStream(*gru.parameters())
        with torch.no_grad():
            forecast = torch.stack([head(stream.push(x))[0] for x in X]).double().numpy()
        said[f"GRU, b = {b:g}".replace("-", "−")] = scale * forecast[now]
    found = {name: float(np.sqrt(np.mean((s - truth) ** 2))) for name, s in said.items()}
    names = ("climatology", "persistence", "naive", "ridge", "keep_minus_2", "keep_0", "keep_2", "keep_4")
    keys = dict(zip(found, names, strict=True))
    guessed = guesses("El Niño in six months")
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=[1.3, 1])
    when = 1950 + (now + ahead) / 12
    left.plot(when, truth, color="0.6", label="what came")
    left.plot(when, said["GRU, b = −2"], color="C0", label="GRU, b = −2")
    left.plot(when, said["ridge"], color="C1", lw=1, label="ridge")
    left.set(xlabel="year", ylabel="anomaly in °C", title="forecasts of half a year before")
    left.legend(loc="upper right")
    crosses = {name: guessed.get(key) for name, key in keys.items()}
    bars(right, found, ["0.75"] * 3 + ["C1"] + ["C0"] * 4, guessed=crosses)
    right.set(xlabel="root mean square error in °C", xlim=(0, 1.9))
    return {keys[name]: value for name, value in found.items()}


# %% [markdown]
# **Here the same knob hardly matters, or does harm.** The GRUs with $b=-2$ and $b=0$ come out within 3 % of ridge
# regression, above it or below it depending on the seed, and 6 % or more below climatology. A longer memory at the
# start
# is worse under each seed: $b=2$ and $b=4$ fall behind both, and $b=4$ gains less than 2 % on climatology. The sea
# forgets:
# at six months persistence is worse than an anomaly of 0. A state that holds on to more has to learn to let go
# first, from
# 40 years of data, in a few dozen steps.
#
# All of that on 21 years, with a handful of El Niños among them. A difference of 1 % proves nothing. What the
# comparison
# with the recall shows is where a memory is needed: where the *task* asks for it. Measure that first (ridge on windows
# of growing length will do), then set the bias.
#
# ## What you built, and where it goes next
#
# PyTorch's cell and its derivative, weights that can be carried across and the proof of when they cannot, a stream that
# runs for ever, a bias in units of time, and gates that can be read. The answer to the question of the notebook: before
# training one number decides how long it remembers. After training the data do, if a gradient gets there. And who may
# look back need not remember.
#
# Further: a layer norm and dropout between the state and its head, a `Conv1d` in front that shortens the sequence (and
# with it the memory that is needed), the bidirectional GRU of *Recurrent networks* (for sequences that are known to
# their end; never for a forecast). The [article](https://www.chenk.top/en/time-series/gru/) has more on all of
# them. Newer recurrent networks keep the idea of this notebook and drop the rest: their gates do not look at the state,
# so that the Jacobian *is* the straight path and all steps can be computed at once (minimal GRUs,
# [Feng et al. 2024](https://arxiv.org/abs/2410.01201); [LRU](https://arxiv.org/abs/2303.06349);
# [Mamba](https://arxiv.org/abs/2312.00752)).
