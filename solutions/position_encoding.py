# %% [markdown]
# # Position encoding, or how a Transformer learns to count
#
# Attention is blind to order. Shuffle the words of a sentence, and every word gets the same output as before, only
# at another place. Somebody has to tell the network where each word stands, and there are at least six good ways to
# do it. On the lengths that a model was trained on, most of them work. **Which coding of order still works at
# lengths that were never trained on?** You will build all of them, find out with one test what they have in common,
# and at the end let them continue a round, trained on 32 symbols and asked for 128.
#
# <!-- questions -->
#
# **You need:** dot products, softmax attention, sine and cosine, PyTorch indexing and broadcasting.
#
# **Article:** [Position encoding: a brief](https://www.chenk.top/en/standalone/position-encoding-brief/)
#
# **Papers:** Vaswani et al., [Attention is all you need](https://arxiv.org/abs/1706.03762) (2017); Shaw, Uszkoreit
# and Vaswani, [Self-attention with relative position representations](https://arxiv.org/abs/1803.02155) (2018);
# Raffel et al., [T5](https://arxiv.org/abs/1910.10683) (2020); Su et al.,
# [RoFormer](https://arxiv.org/abs/2104.09864) (2021); Press, Smith and Lewis, [Train short, test
# long](https://arxiv.org/abs/2108.12409) (ALiBi, 2022); Chen et al., [Position
# interpolation](https://arxiv.org/abs/2306.15595) (2023); Peng et al., [YaRN](https://arxiv.org/abs/2309.00071)
# (2024).
#
# **Data.** The photograph *flower.jpg* by dany13, which comes with scikit-learn (CC BY 2.0), cut and reduced to 64 ×
# 64 pixels.
#
# **Conventions of the whole notebook.** Everything is PyTorch. Positions and their differences are int64, counted
# from 0; they come in as an argument and may be in any order, repeated, or far from 0. What depends on positions
# alone (codes, matrices, frequencies, biases) is float64. The floating-point tensors of one call share a dtype,
# float32 or float64, and the result of a function that takes them is computed in it. No function changes its
# arguments. $D$ is the width of the model, $d$ the width of one head, $H$ the number of heads, $\theta$ a frequency
# in radians per position. The offset of query $i$ and key $j$ is $i-j$: positive for a key in the past.

# %%
import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# A network that sees the number 37 sees one large number. It is hard to be red at 37, green at 38 and red again at
# 39 if all that you can do with 37 is to multiply it. A *code* of 37 is a vector that makes this easy. The demo
# paints a flower half of whose pixels were thrown away. The painter is as simple as can be: for each colour a linear
# function of the products of a row's and a column's code. Only the code changes:
#
# - *raw*: the code of position $p$ is $(1, p)$. The painter gets a smear.
# - *waves*: a constant and the sines and cosines of question 1, 12 frequencies. The painter gets a flower.
# - *shuffled*: the same waves, dealt out to the wrong rows and columns. Neighbours have nothing in common any more,
#   and the painter has nothing to go by: no better than the mean colour everywhere.
#
# **Turn the knob.** The frequencies run from 1 down to about $1/\text{base}$. Base 10 paints the flower best. At
# base 3 all waves are fast: what changes slowly is lost, and rings remain. At base 10000 most waves are too slow to
# tell neighbours apart, and the flower blurs. (Drawing straight lines between the pixels that are left does better
# than all three: the waves are a code, not the last word on photographs.)


# %% tags=["demo"]
@demo(log_base=(0.5, 4.0))
def first_look(log_base: float = 2.0, seed: int = 0) -> dict[str, float]:
    """Half of a photograph's pixels, the others painted from codes of their positions."""
    import matplotlib.pyplot as plt
    import numpy as np
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
    from sklearn.datasets import load_sample_image

    n, D = 64, 24
    photo = load_sample_image("flower.jpg")[40:360, 180:500] / 255
    photo = photo.reshape(n, 5, n, 5, 3).mean((1, 3))
    rng = np.random.default_rng(seed)
    hidden = rng.random((n, n)) < 0.5

    def painted(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Ridge regression of the pixels that are left on products of codes."""
        features = np.einsum("ia,jb->ijab", rows, columns).reshape(n * n, -1)
        A, colours = features[~hidden.ravel()], photo[~hidden]
        mean = colours.mean(0)
        A, features = torch.from_numpy(A), torch.from_numpy(features)  # torch has one thread
        gram = A.T @ A + torch.eye(A.shape[1], dtype=A.dtype)
        weights = torch.linalg.solve(gram, A.T @ torch.from_numpy(colours - mean))
        return ((features @ weights).numpy() + mean).clip(0, 1).reshape(n, n, 3)

    def quality(picture: np.ndarray) -> float:
        """Peak signal-to-noise ratio of the hidden pixels, in decibels."""
        return float(-10 * np.log10(((picture - photo)[hidden] ** 2).mean()))

    one, place = np.ones((n, 1)), np.arange(n)[:, None]

    def codes(base: float) -> np.ndarray:
        """A constant, sines and cosines."""
        angle = place * base ** (-np.arange(0, D, 2) / D)
        return np.concatenate([one, np.sin(angle), np.cos(angle)], axis=1)

    waves = codes(10**log_base)
    raw = np.concatenate([one, place / n], axis=1)
    pictures = {
        "half is hidden": np.where(hidden[..., None], 1, photo),
        "raw": painted(raw, raw),
        "waves": painted(waves, waves),
        "shuffled": painted(waves[rng.permutation(n)], waves[rng.permutation(n)]),
    }
    left = np.argwhere(~hidden)
    lines = LinearNDInterpolator(left, photo[~hidden])(np.argwhere(hidden))
    nearest = NearestNDInterpolator(left, photo[~hidden])(np.argwhere(hidden))
    lines = np.where(np.isnan(lines), nearest, lines)  # outside of the triangles
    drawn = photo.copy()
    drawn[hidden] = lines

    fig, axes = plt.subplots(1, 4, figsize=(11, 3.1))
    for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
        ax.imshow(picture)
        said = "" if name.startswith("half") else f": {quality(picture):.1f} dB"
        ax.set(title=name + said, xticks=[], yticks=[])
    fig.suptitle(f"base {10**log_base:.3g}", fontsize="medium")
    flat = np.broadcast_to(photo[~hidden].mean(0), photo.shape)
    scores = {name: quality(picture) for name, picture in pictures.items() if not name.startswith("half")}
    scores |= {f"base_{base}": quality(painted(codes(base), codes(base))) for base in (3, 10, 10000)}
    return scores | {"mean_colour": quality(flat), "straight_lines": quality(drawn)}


# %% [markdown]
# ## 1. Sinusoidal codes
#
# First the illness. Let $X$ hold one row per position and let $P$ be a permutation matrix. Attention without
# positions has scores $s_{ij}=(x_iW_q)(x_jW_k)^\top/\sqrt d$, with $x_i$ for row $i$. Permuting the rows of $X$
# permutes rows and columns of $S$, the softmax goes along row by row, and so
#
# $$\mathrm{Attn}(PX) = P\,\mathrm{Attn}(X) .$$
#
# "Dog bites man" and "man bites dog" have the same outputs in another order. The Transformer's own cure adds a code
# of the position to each row: $x_p + \mathrm{PE}_p$. Vaswani et al. use clock hands. Hand $g=0,\dots,D/2-1$ turns by
# $\theta_g$ radians per position, and the code holds its sine and its cosine:
#
# $$\mathrm{PE}_{p,\,2g} = \sin(p\,\theta_g), \qquad \mathrm{PE}_{p,\,2g+1} = \cos(p\,\theta_g), \qquad
# \theta_g = \text{base}^{-2g/D} .$$
#
# Sine and cosine of one hand are neighbours (*interleaved*), the sine first. (Some programs put all sines before all
# cosines. That is the same code with its columns permuted, but it is not this one.) The usual base is 10000: the
# first hand takes $2\pi\approx6.3$ positions for a turn, the last one almost $2\pi\cdot10000$. (In the picture $D=8$
# and the base is 100.)
#
# ![Four clock faces whose hands stand at position 5, the fastest far round, the slowest hardly moved; an arrow on each shows the turn by three positions to position 8](pictures/position_encoding/clocks.svg)
#
# **Why hands?** Going $k$ positions on turns each hand by a fixed angle, wherever it stands. By the addition
# theorems
#
# $$\begin{pmatrix}\sin((p+k)\theta)\\ \cos((p+k)\theta)\end{pmatrix} =
# \begin{pmatrix}\cos k\theta & \sin k\theta\\ -\sin k\theta & \cos k\theta\end{pmatrix}
# \begin{pmatrix}\sin p\theta\\ \cos p\theta\end{pmatrix} .$$
#
# Put these blocks on the diagonal of a $D\times D$ matrix $M_k$. Then $\mathrm{PE}_{p+k} = M_k\,\mathrm{PE}_p$ for
# every $p$: "three steps on" is one linear map, which a layer can learn. And since $\sin a\sin b+\cos a\cos
# b=\cos(a-b)$,
#
# $$\mathrm{PE}_i^\top \mathrm{PE}_j = \sum_g \cos\big((i-j)\,\theta_g\big)$$
#
# depends on the offset alone. (That is no gift to attention yet: it sees codes through $W_q$ and $W_k$, and mixed
# with contents. Question 6 finds out what is left.)
#
# **By hand.** $D=4$ and base 100, so $\theta=(1,\ 0.1)$. Position 2 has the code
# $(\sin2,\cos2,\sin0.2,\cos0.2)=(0.909,-0.416,0.199,0.980)$. The first block of $M_1$ is
# $\begin{pmatrix}0.540&0.841\\-0.841&0.540\end{pmatrix}$. It takes $(0.909,-0.416)$ to
# $(0.141,-0.990)=(\sin3,\cos3)$.


# %% question="sinusoidal_pe" minutes=25
def sinusoidal_pe(positions: Int[Tensor, " T"], D: int, base: float = 10000.0) -> Float[Tensor, "T D"]:
    """Sine and cosine of each position at D/2 frequencies, interleaved, the sine first.

    Args:
        positions: int64, any integers (negative ones included), in any order, repeated or not; possibly none.
        D: width of the code, even and at least 2.
        base: hand g turns by base^(-2g/D) radians per position.

    Returns:
        One row per position, in the order of ``positions``. The result is float64, and exact enough at position
        100,000: the angles are float64, too.

    Raises:
        ValueError: D is odd.
    """
    ### BEGIN SOLUTION
    if D % 2:
        raise ValueError(f"D is {D}: each frequency needs two columns")
    theta = base ** (-2 * torch.arange(D // 2, dtype=torch.float64) / D)
    angle = positions[:, None] * theta
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2)
    ### END SOLUTION


def shift_matrix(k: int, D: int, base: float = 10000.0) -> Float[Tensor, "D D"]:
    """The matrix that takes the code of any position p to the code of p + k.

    Args:
        k: positions to go on; negative for back.
        D: width of the code, even.
        base: as in :func:`sinusoidal_pe`.

    Returns:
        M with M @ PE_p = PE_(p+k) for code vectors PE_p (a table of codes in rows is multiplied by the transpose
        of M from the right). Blocks of 2 × 2 on the diagonal, 0 elsewhere. The result is float64.

    Raises:
        ValueError: D is odd.
    """
    ### BEGIN SOLUTION
    sin, cos = sinusoidal_pe(torch.tensor([k]), D, base).view(-1, 2).T
    blocks = torch.stack([cos, sin, -sin, cos], dim=-1).view(-1, 2, 2)
    return torch.block_diag(*blocks)
    ### END SOLUTION


# %% [markdown] hints="sinusoidal_pe"
# idea: A table of angles, one row per position and one column per hand, is an outer product. The code is its sines
# and its cosines, woven together.
#
# shapes: Frequencies (D/2,), angles (T, D/2), a stack of the two functions (T, D/2, 2), and its last two axes
# merged: (T, D). For the matrix: D/2 blocks of shape (2, 2).
#
# steps: Refuse an odd D. Exponents are 0, 2, 4, … over D, with a minus. Make everything float64 before you multiply.
# Stack on a new last axis, so that merging interleaves. The matrix: sine and cosine of $k\theta_g$ are just the code
# of position $k$; `torch.block_diag` puts blocks on a diagonal.
#
# mistake: Angles in float32. At position 100,000 they are off by some thousandths, and by more for fast hands
# further out. Python integers and torch's default dtype get you there without a warning.

# %% [markdown]
# Similarity of codes, seen from two places: the dot product of $\mathrm{PE}_{40}$ and of $\mathrm{PE}_{400}$ with
# their neighbours. Both curves are the same function of the offset. The control is a code without plan, independent
# random numbers for each position: it knows "here" from "not here", but not near from far.


# %% tags=["demo"]
@demo
def similarity(seed: int = 0) -> dict[str, float]:
    """Dot products of codes against the offset, for sinusoidal and for random codes."""
    import matplotlib.pyplot as plt

    D, reach = 64, 30
    offsets = torch.arange(-reach, reach + 1)
    generator = torch.Generator().manual_seed(seed)
    random = torch.randn(500, D, generator=generator, dtype=torch.float64) / 2**0.5
    fig, ax = plt.subplots()
    curves = {}
    for centre, style in ((40, "-"), (400, "--")):
        here = sinusoidal_pe(torch.tensor([centre]), D)[0]
        curves[centre] = sinusoidal_pe(centre + offsets, D) @ here
        ax.plot(offsets, curves[centre], style, color="C0" if centre == 40 else "C4", label=f"waves, from {centre}")
    plan = random[40 + offsets] @ random[40]
    ax.plot(offsets, plan, color="0.6", label="random codes")
    ax.set(xlabel="offset", ylabel="dot product of two codes")
    ax.legend()
    near, far = offsets.abs() <= 3, offsets.abs() >= 10
    return {
        "difference": (curves[40] - curves[400]).abs().max().item(),
        "near": curves[40][near].min().item(),
        "far": curves[40][far].max().item(),
        "random_near": plan[near & (offsets != 0)].max().item(),
    }


# %% [markdown]
# ## 2. Shaw: a vector for each distance
#
# Why say where a word stands, if what matters is how far two words are apart? Shaw et al. leave the words alone and
# tell the *score*. There is a learned vector $r_m$ for each offset $m$, and
#
# $$s_{ij} = \frac{q_i^\top\,(k_j + r_{\,\mathrm{clip}(i-j)})}{\sqrt d}, \qquad
# \mathrm{clip}(m) = \max(-K, \min(K, m)) .$$
#
# Clipping makes the table finite, $2K+1$ rows, and it is a promise about lengths never seen: everything further away
# than $K$ is "far", and "far" has been trained. The rows of the table $R$ go from offset $-K$ to offset $K$, so
# offset $m$ is in row $m+K$. A forgotten $+K$ raises no error: a negative index counts from the end.
#
# The paper indexes by $j-i$, which is the same table upside down. (It also adds vectors to the values; few models
# since have kept that. DeBERTa adds a third term, in which the key meets a distance, too.)
#
# Nobody has to build the $T\times T\times d$ tensor of all $r_{i-j}$. $q_i^\top r_m$ takes only $2K+1$ values per
# query: one matrix product, then each $(i,j)$ *gathers* its entry.
#
# ![Matrix of scores with six queries and six keys for each of five schemes. Absolute codes: every entry has a colour of its own. Shaw: equal colours along diagonals, clipped at two. T5: diagonals, merged into buckets. ALiBi: diagonals that fade. RoPE: diagonals that come round again.](pictures/position_encoding/matrices.svg)
#
# **By hand.** $d=2$, $K=2$, query $(1,2)$ at position 5, key $(3,0)$ at position 1. The offset 4 is clipped to 2,
# the last row of $R$; let it be $r_2=(0.5,-1)$. Then $q^\top k=3$, $q^\top r_2=-1.5$, and the score is
# $1.5/\sqrt2=1.061$.


# %% question="shaw_scores" minutes=20
def shaw_scores(
    q: Float[Tensor, "*batch Q d"],
    k: Float[Tensor, "*batch S d"],
    R: Float[Tensor, "rows d"],
    q_pos: Int[Tensor, " Q"],
    k_pos: Int[Tensor, " S"],
) -> Float[Tensor, "*batch Q S"]:
    """Attention scores with a learned vector per clipped offset, on the side of the keys; no mask.

    Args:
        q: queries; any number of batch axes, or none (heads are batch axes, too, and share the table).
        k: keys; as many as you like, not only as many as there are queries.
        R: row m + K belongs to the offset m of query position minus key position, for m = -K..K.
        q_pos: positions of the queries.
        k_pos: positions of the keys. Offsets beyond ±K use the first or last row of R.

    Returns:
        q · (k + r) / sqrt(d) for every query and key. Autograd can differentiate it with respect to q, k and R.

    Raises:
        ValueError: R has an even number of rows, so that no row is in the middle.
    """
    ### BEGIN SOLUTION
    if len(R) % 2 == 0:
        raise ValueError(f"R has {len(R)} rows: offsets -K..K are an odd number")
    K = len(R) // 2
    row = (q_pos[:, None] - k_pos).clamp(-K, K) + K
    with_distance = (q @ R.T).gather(-1, row.expand(*q.shape[:-1], len(k_pos)))
    return (q @ k.transpose(-2, -1) + with_distance) / math.sqrt(q.shape[-1])
    ### END SOLUTION


# %% [markdown] hints="shaw_scores"
# idea: Two terms: query meets key, query meets distance. The second needs one product of all queries with all rows
# of the table, and then the right entry for every pair.
#
# shapes: Offsets (Q, S). Query times table: (…, Q, 2K+1). Gathered along the last axis with an index of shape (…, Q,
# S): again (…, Q, S), which can be added to the scores.
#
# steps: $K$ is half of the rows, rounded down. Offsets: query positions as a column minus key positions as a row.
# Clip, then shift into the table. Gather (the index must have the batch axes, too: `expand`), add, divide both by
# the root.
#
# mistake: The direction. The offset is the query's position minus the key's: a key in the past has a positive one.

# %% [markdown]
# ## 3. T5: distances in buckets
#
# T5 keeps less: one learned *number* per distance and head, added to the score,
#
# $$s_{ij} = \frac{q_i^\top k_j}{\sqrt d} + b_{\,B(j-i)} .$$
#
# (The real T5 does not divide by $\sqrt d$; its initial weights make up for that.) It counts from the other end:
# $\mathrm{rel}=j-i$ is *key minus query*, so keys in the past are negative. And it does not clip, it puts distances
# into buckets. Whether a word is 3 or 4 places back may be grammar; whether it is 103 or 104 places back is not.
# Small distances have buckets of their own, large ones share them, on a logarithmic scale, and everything from
# `max_distance` on is in the last one.
#
# Let $N$ be the number of buckets for one direction, $E=\lfloor N/2\rfloor$ the number of exact ones, $M$
# `max_distance` and $n$ the distance. Then
#
# $$\mathrm{bucket}(n) = \begin{cases} n & n < E\\[2pt]
# \min\!\Big(N-1,\ E + \Big\lfloor (N-E)\,\dfrac{\log(n/E)}{\log(M/E)} \Big\rfloor\Big) & n \ge E . \end{cases}$$
#
# - *Causal* (a decoder): $n=\max(0,-\mathrm{rel})$ and $N$ is all the buckets. Keys in the future, which the mask
#   hides anyway, count as distance 0.
# - *Bidirectional* (an encoder): $n=|\mathrm{rel}|$, $N$ is half of the buckets, and keys in the future
#   ($\mathrm{rel}>0$) have $N$ added: they use the second half.
#
# ![A ruler from minus 20 to 20 with the 32 buckets of T5: single places up to 7 on either side, then intervals that get longer. Past on the left: buckets 1 to 10; future on the right: 17 to 26.](pictures/position_encoding/buckets.svg)
#
# **By hand.** 32 buckets, $M=128$, bidirectional: $N=16$, $E=8$. A key 20 places ahead: $\log(20/8)/\log(16)=0.330$,
# times 8 is 2.64, so the bucket is $8+2=10$ and with $N$ added 26. A key 5 places back: bucket 5. A key 16 places
# back: $8\cdot\log2/\log16=2$ exactly, bucket 10. A key 200 places back would be in bucket 17; capped, it is in
# bucket 15.


# %% question="t5_bucket" minutes=30
def t5_bucket(
    rel: Int[Tensor, "*shape"], num_buckets: int = 32, max_distance: int = 128, bidirectional: bool = True
) -> Int[Tensor, "*shape"]:
    """The bucket of each relative position, as in T5.

    Args:
        rel: position of the key minus position of the query; any integers, in any shape, zero axes included.
        num_buckets: of both directions together; even if ``bidirectional``. At least 4, at least 2 if causal.
        max_distance: all distances from here on are in the last bucket; larger than the number of exact buckets.
        bidirectional: whether keys in the future have buckets of their own. If not, they count as distance 0.

    Returns:
        Bucket indices, int64, by the formula above. Where the number to be rounded down is an integer, the bucket
        is that of the exact number: a border belongs to the bucket that begins there. In floating point it may
        come out a hair too low (with 9 buckets, causal, M = 128 and n = 8 as 0.9999999999999999): add 1e-9 to it.
    """
    ### BEGIN SOLUTION
    first = 0
    if bidirectional:
        num_buckets //= 2
        first = num_buckets * (rel > 0)
        n = rel.abs()
    else:
        n = (-rel).clamp(min=0)
    E = num_buckets // 2
    share = torch.log(n.clamp(min=E).to(torch.float64) / E) / math.log(max_distance / E)
    far = E + (share * (num_buckets - E) + 1e-9).to(torch.int64)  # a border may come out a hair too low
    return first + torch.where(n < E, n, far.clamp(max=num_buckets - 1))
    ### END SOLUTION


def t5_bias(
    table: Float[Tensor, "num_buckets H"],
    q_pos: Int[Tensor, " Q"],
    k_pos: Int[Tensor, " S"],
    max_distance: int = 128,
    bidirectional: bool = True,
) -> Float[Tensor, "H Q S"]:
    """What is added to the scores of every head.

    Args:
        table: one row per bucket, one column per head.
        q_pos: positions of the queries.
        k_pos: positions of the keys.
        max_distance: as in :func:`t5_bucket`.
        bidirectional: as in :func:`t5_bucket`.

    Returns:
        The biases, heads first; in the table's dtype. Autograd can differentiate it with respect to the table.
    """
    ### BEGIN SOLUTION
    bucket = t5_bucket(k_pos - q_pos[:, None], len(table), max_distance, bidirectional)
    return table[bucket].permute(2, 0, 1)
    ### END SOLUTION


# %% [markdown] hints="t5_bucket"
# idea: Compute both formulas for all entries and choose with `torch.where`. The logarithm must not see a 0, not even
# in the branch that is thrown away.
#
# shapes: Everything has the shape of `rel`. In the bias, indexing the table by (Q, S) buckets gives (Q, S, H); the
# heads have to come to the front.
#
# steps: 1. Halve the buckets if there are two directions, and note where the future begins. 2. The distance: an
# absolute value, or the past only. 3. Half of what is left is exact. 4. The logarithmic share of the way from $E$ to
# $M$, in float64, times the number of coarse buckets, plus 1e-9, rounded down. 5. Cap it. 6. Choose. 7. Add the start.
#
# mistake: The sign. The argument is key minus query here: the past is negative, and the second half of the buckets
# is for positive numbers.

# %% [markdown]
# ## 4. RoPE: turn the queries and the keys
#
# Can a code be absolute, computed for each position alone, and the score relative all the same? The hands of
# question 1 show how: do not *add* them, *turn* by them. Cut a query of width $d$ into pairs of neighbours, and turn
# pair $g$ at position $m$ by the angle $m\theta_g$, counter-clockwise:
#
# $$\begin{pmatrix}\tilde q_{2g}\\ \tilde q_{2g+1}\end{pmatrix} =
# \begin{pmatrix}\cos m\theta_g & -\sin m\theta_g\\ \sin m\theta_g & \cos m\theta_g\end{pmatrix}
# \begin{pmatrix}q_{2g}\\ q_{2g+1}\end{pmatrix}, \qquad \theta_g=\text{base}^{-2g/d} .$$
#
# Call this $R_m$ and do the same to the keys. Rotations satisfy $R_m^\top R_n = R_{n-m}$, so
#
# $$\tilde q_m^\top \tilde k_n = q_m^\top R_m^\top R_n\,k_n = q_m^\top R_{n-m}\,k_n .$$
#
# The score depends on $n-m$ alone, lengths are kept, and there is nothing to learn. Three details decide:
#
# - $d$ is the width of *one head*: rotate after the heads are split, with frequencies from the head's width.
# - Only queries and keys are turned. Values carry contents, and no position belongs there.
# - **Pairing.** Here a pair is two neighbours $(2g, 2g+1)$, as in the paper. Llama's weights in Hugging Face's
#   layout pair $g$ with $g+d/2$ (*half-split*). Both are fine, and no test of relativity can tell them apart; but
#   weights trained with one are useless with the other.
#
# Note the two conventions: with the vector $(\sin,\cos)$, question 1's block looks like a rotation the other way
# round.
#
# **By hand.** $d=4$, base 100, $\theta=(1,\ 0.1)$, $x=(1,0,0,2)$ at position 3. The first pair becomes
# $(\cos3,\sin3)=(-0.990,0.141)$, the second $(-2\sin0.3,\,2\cos0.3)=(-0.591,1.911)$. The length is $\sqrt5$, before
# and after.


# %% question="apply_rope" minutes=25
def rope_frequencies(d: int, base: float = 10000.0) -> Float[Tensor, " d/2"]:
    """Radians per position of each pair: base^(-2g/d) for g = 0..d/2-1. The result is float64.

    Args:
        d: width of one head, even.
        base: at least 1.
    """
    ### BEGIN SOLUTION
    return base ** (-2 * torch.arange(d // 2, dtype=torch.float64) / d)
    ### END SOLUTION


def apply_rope(
    x: Float[Tensor, "*batch T d"], positions: Int[Tensor, " T"], theta: Float[Tensor, " d/2"]
) -> Float[Tensor, "*batch T d"]:
    """Queries or keys, each pair of neighbours (2g, 2g+1) turned counter-clockwise by position times theta[g].

    Args:
        x: queries or keys; any number of batch axes, or none.
        positions: of the T rows, as in the conventions: in any order, repeated, far from 0.
        theta: float64, whatever the dtype of x: angles are computed in float64, and their sines and cosines are
            then brought to the dtype of x, so that position 100,000 is as exact as position 1.

    Returns:
        A new tensor, in the dtype of x. Autograd can differentiate it with respect to x.

    Raises:
        ValueError: d is not twice the number of frequencies.
    """
    ### BEGIN SOLUTION
    if x.shape[-1] != 2 * len(theta):
        raise ValueError(f"{len(theta)} frequencies turn {2 * len(theta)} columns, not {x.shape[-1]}")
    angle = positions[:, None] * theta
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)
    ### END SOLUTION


# %% [markdown] hints="apply_rope"
# idea: Take all first members of the pairs and all second members, turn them with four products, and weave them
# together again.
#
# shapes: Angles (T, d/2). First and second members (…, T, d/2) each. Stacked on a new last axis (…, T, d/2, 2), then
# merged: (…, T, d).
#
# steps: Check the widths. Angles in float64 as an outer product of positions and frequencies. Their cosines and
# sines, in x's dtype. Strided slices give the members. Write the two rows of the rotation matrix. Stack and merge.
#
# mistake: Writing the first result back into x before the second one has read it.

# %% [markdown]
# ## 5. ALiBi: a fine for distance
#
# The simplest idea of all has no vectors and no parameters. Each head pays a fine for looking far:
#
# $$s_{ij} = \frac{q_i^\top k_j}{\sqrt d} - m_h\,|i-j| ,$$
#
# added *after* the division. Slopes differ from head to head, in a geometric sequence: for $H=8$ they are
# $\frac12,\frac14,\dots,\frac1{256}$. In general, where $H$ is a power of two,
#
# $$m_h = 2^{-8h/H}, \qquad h=1,\dots,H .$$
#
# So $H=4$ has $\frac14,\frac1{16},\frac1{64},\frac1{256}$ and not $\frac12,\frac14,\frac18,\frac1{16}$: the last
# slope is always $2^{-8}$. For other $H$ the authors' code takes the slopes for the largest power of two $P<H$, and
# then fills up from the sequence for $2P$ heads: its first, third, fifth … entry, until there are $H$.
#
# Distances are those of *positions*. With a cache of keys there may be one query at position 99 and a hundred keys;
# its last key is at distance 0.
#
# **By hand.** $H=6$: $P=4$ gives $\frac14,\frac1{16},\frac1{64},\frac1{256}$. The sequence for 8 begins
# $\frac12,\frac14,\frac18$; its first and third entry are $\frac12$ and $\frac18$. All in all
# $(0.25,0.0625,0.0156,0.0039,0.5,0.125)$. The fifth head, at position 7, sees a key at position 3 with a bias of
# $-0.5\cdot4=-2$.


# %% question="alibi_slopes" minutes=15
def alibi_slopes(H: int) -> Float[Tensor, " H"]:
    """The slope of each head, float64, in the order of the text: for any H of at least 1.

    Args:
        H: number of heads, a power of two or not.
    """
    ### BEGIN SOLUTION
    P = 2 ** (H.bit_length() - 1)
    h = torch.arange(1, 2 * P + 1, dtype=torch.float64)  # of the sequence for 2 P; every second one is that for P
    return 2.0 ** (-4 * torch.cat([h[1::2], h[0::2]])[:H] / P)
    ### END SOLUTION


def alibi_bias(H: int, q_pos: Int[Tensor, " Q"], k_pos: Int[Tensor, " S"]) -> Float[Tensor, "H Q S"]:
    """What is added to the scaled scores: minus slope times distance. No mask.

    Args:
        H: number of heads.
        q_pos: positions of the queries.
        k_pos: positions of the keys; those in the future are at a distance, too.

    Returns:
        The biases, heads first, float64.
    """
    ### BEGIN SOLUTION
    distance = (q_pos[:, None] - k_pos).abs()
    return -alibi_slopes(H)[:, None, None] * distance
    ### END SOLUTION


# %% [markdown] hints="alibi_slopes"
# idea: Two geometric sequences, one for the largest power of two that fits, one for twice that; the first as a
# whole, then every other entry of the second.
#
# shapes: Slopes (H,). Distances (Q, S). A slope needs two axes of length 1 behind it to meet them.
#
# steps: Find $P$. The sequence for $P$. Every other entry of the one for $2P$, beginning with the first. Join them
# and cut at H. The bias: distance of positions, times the slope, with a minus.
#
# mistake: $2^{-h}$ for every $H$. That is right for 8 heads only.

# %% [markdown]
# ## 6. One test for all of them
#
# You have five ways of telling scores about order. Which of them only know offsets? Put the same contents at
# positions $0,\dots,n-1$ and at $k,\dots,n-1+k$. If order is coded relatively, attention must not notice.
#
# What is to be compared? Not the outputs: they are averages, and averages can agree by chance. Scores are stricter,
# even a little too strict: a softmax does not see a constant that is added to a whole row. So for query $i$ look at
# the differences $\Delta_{ij} = s^{(k)}_{ij} - s^{(0)}_{ij}$ over the keys $j$ and ask how far they are from *some*
# constant. The best constant lies in the middle between the largest and the smallest difference, and what is left is
#
# $$e_i = \min_c\max_j|\Delta_{ij}-c| = \tfrac12\big(\max_j\Delta_{ij}-\min_j\Delta_{ij}\big) .$$
#
# The **shift error** is the largest $e_i$ of all queries (and heads). Masked scores need care: $-\infty-(-\infty)$
# is nan. A key that is masked in both runs is left out. If it is masked in one run and not in the other, the error
# is infinite: attention would surely notice.
#
# Three ways to fool oneself. With $k=0$ everything is invariant. With a single key the constant eats the only
# difference, and everything is invariant again. And one shift is no shift: a clock with a period of 7 passes at
# $k=7$, and a code that changes every ten positions often passes at $k=1$.
#
# **By hand.** One query and three keys with the scores $(1,2,4)$, and $(3,5,6)$ after the shift. The differences are
# $(2,3,2)$, the best constant is $2.5$, and the error is $0.5$. If the third key is masked in both, $(2,3)$ are
# left: again $0.5$. If the second is masked in both, $(2,2)$ are left: $0$.


# %% question="is_shift_invariant" minutes=20
def shift_error(score_fn: Callable[[Tensor], Tensor], n: int, k: int) -> float:
    """How much a shift of all positions by k changes what a softmax over the keys can see.

    Args:
        score_fn: scores of fixed contents at given positions: takes n int64 positions and returns (*batch, n, n),
            queries on the axis before the last, keys on the last; entries are finite or -inf (masked).
        n: number of positions: 0..n-1 against k..n-1+k.
        k: the shift; may be negative.

    Returns:
        The largest e_i of the text, as a Python float, over all queries of the whole batch. Keys that are masked
        in both runs do not count, and a query that sees none adds nothing (its error is 0); a key that is masked
        in one run alone makes the result inf.
    """
    ### BEGIN SOLUTION
    before, after = score_fn(torch.arange(n)), score_fn(torch.arange(n) + k)
    if (before.isinf() != after.isinf()).any():
        return math.inf
    change, hidden = after - before, before.isinf()
    highest = change.masked_fill(hidden, -math.inf).amax(-1)
    lowest = change.masked_fill(hidden, math.inf).amin(-1)
    return ((highest - lowest).clamp(min=0) / 2).max().item()
    ### END SOLUTION


def is_shift_invariant(
    score_fn: Callable[[Tensor], Tensor], n: int, shifts: Sequence[int], tol: float = 1e-6
) -> bool:
    """Whether no shift changes anything by more than ``tol``.

    Args:
        score_fn: as in :func:`shift_error`.
        n: number of positions.
        shifts: the shifts to try, each on its own; some may be 0.
        tol: largest shift error that is allowed, itself included.

    Returns:
        True or False, Python's.

    Raises:
        ValueError: the test would say nothing: n is below 2, or no shift differs from 0 (or there is none).
    """
    ### BEGIN SOLUTION
    if n < 2 or not any(shifts):
        raise ValueError("one key, or no real shift: everything would pass")
    return all(shift_error(score_fn, n, k) <= tol for k in shifts)
    ### END SOLUTION


# %% [markdown] hints="is_shift_invariant"
# idea: Two calls, one difference, and per row the spread between its largest and its smallest entry. Masked entries
# must win neither the maximum nor the minimum.
#
# shapes: Scores (…, n, n), spread (…, n), error a number.
#
# steps: Call at both places. Where masks disagree, the answer is infinite. Subtract. Take the maximum with masked
# entries at $-\infty$ and the minimum with masked entries at $\infty$. Half of the difference; a row without any
# visible key gives $-\infty$ there and counts as 0. The largest of all. The second function: refuse what proves
# nothing, then ask for every shift.
#
# mistake: Trying one shift, or 0.

# %% [markdown]
# Given: the front part of an attention layer for seven schemes, built from your functions. It adds absolute codes to
# the inputs, splits queries, keys and values of $H$ heads, makes the scores and masks the future.


# %%
SCHEMES = ("none", "sinusoidal", "learned", "Shaw", "T5", "RoPE", "ALiBi")


def attention_front(
    scheme: str,
    x: Float[Tensor, "B T D"],
    positions: Int[Tensor, " T"],
    Wqkv: Tensor,
    H: int,
    table: Tensor | None = None,
) -> tuple[Float[Tensor, "B H T T"], Float[Tensor, "B H T d"]]:
    """Masked scores and values of H heads; ``table`` holds what the scheme learns, if anything."""
    B, T, D = x.shape
    if scheme == "sinusoidal":
        x = x + sinusoidal_pe(positions, D).to(x.dtype)
    if scheme == "learned":
        x = x + table[positions]
    x = F.layer_norm(x, (D,))
    q, k, v = (x @ Wqkv).view(B, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
    if scheme == "RoPE":
        theta = rope_frequencies(D // H) if table is None else table
        q, k = apply_rope(q, positions, theta), apply_rope(k, positions, theta)
    if scheme == "Shaw":
        scores = shaw_scores(q, k, table, positions, positions)
    else:
        scores = q @ k.transpose(-2, -1) / math.sqrt(D // H)
    if scheme == "T5":
        scores = scores + t5_bias(table, positions, positions, bidirectional=False)
    if scheme == "ALiBi":
        scores = scores + alibi_bias(H, positions, positions).to(scores.dtype)
    future = torch.ones(T, T, dtype=torch.bool).triu(1)  # rows in the order in which they come in
    return scores.masked_fill(future, -torch.inf), v


def initial_table(scheme: str, D: int, H: int, n_learned: int, generator: torch.Generator) -> Tensor | None:
    """Random parameters of a scheme: learned codes, Shaw's vectors for K = 16, or T5's 32 buckets."""
    shapes = {"learned": (n_learned, D), "Shaw": (33, D // H), "T5": (32, H)}
    return 0.1 * torch.randn(*shapes[scheme], generator=generator) if scheme in shapes else None


# %% [markdown]
# Seven schemes with random weights and random contents, six positions moved by 1, 10, 100 and 1000. Which ones do
# not notice? Guess the number of schemes that pass, then look.

# %% tags=["predict"]
# Of seven schemes ("none" is one of them), how many see offsets only?
predict("schemes that pass", of_seven=...)


# %% tags=["demo"]
@demo
def who_sees_offsets_only(seed: int = 0) -> dict[str, float]:
    """Shift errors of seven schemes with random weights, in float64."""
    import matplotlib.pyplot as plt

    D, H, n, shifts = 32, 4, 6, (1, 10, 100, 1000)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, n, D, generator=generator, dtype=torch.float64)
    Wqkv = torch.randn(D, 3 * D, generator=generator, dtype=torch.float64) / D**0.5
    errors, passed = {}, {}
    for scheme in SCHEMES:
        table = initial_table(scheme, D, H, 1100, generator)
        if table is not None:
            table = 10 * table.double()  # as large as the contents

        def scores(positions: Tensor, scheme: str = scheme, table: Tensor | None = table) -> Tensor:
            return attention_front(scheme, x, positions, Wqkv, H, table)[0]

        errors[scheme] = [shift_error(scores, n, k) for k in shifts]
        passed[scheme] = is_shift_invariant(scores, n, shifts)

    fig, ax = plt.subplots()
    for scheme, row in errors.items():
        colour = {"none": "0.6", "sinusoidal": "C4", "learned": "C1"}.get(scheme, "C0")
        ax.loglog(shifts, [max(e, 1e-17) for e in row], "o-", color=colour, label=scheme)
    ax.set(xlabel="shift", ylabel="shift error of the scores", ylim=(3e-18, 30))
    ax.axhline(1e-6, color="0.6", lw=1, ls=":")
    names = ", ".join(scheme for scheme, ok in passed.items() if ok)
    guess = guesses("schemes that pass").get("of_seven")
    said = "" if guess is None else f" (guess: {guess})"
    ax.set_title(f"{sum(passed.values())} of 7 pass{said}: {names}")
    ax.legend(ncols=4, loc="center")
    return {f"error_{scheme}": max(row) for scheme, row in errors.items()} | {"passed": sum(passed.values())}


# %% [markdown]
# Five pass. The two that add a code to the contents do not: $W_q$ and $W_k$ come between the codes, and codes meet
# contents. "No positions" passes as well, and is no use: to be blind to a shift is easy if you are blind. (Not quite
# blind: under a causal mask, the number of visible keys says something about the position.)
#
# ## 7. Stretching RoPE
#
# RoPE knows offsets only. Is it then safe beyond the lengths of training? No: an offset of 100 turns the slow hands
# to angles that no training example ever showed. A model that was trained on $L_{\text{train}}$ positions and is
# asked for $L_{\text{test}} = s\,L_{\text{train}}$ can have its frequencies mended, without a step of training:
#
# - **PI** (position interpolation): squeeze all positions into the trained range, $m \mapsto m/s$. The same as
#   dividing *every* frequency by $s$. No hand leaves the trained angles, but neighbours are now only $1/s$ of a step
#   apart, and the fast hands, which tell neighbours apart, are blurred.
# - **NTK-aware**: change the base instead, to $\text{base}\cdot s^{\,d/(d-2)}$. Then
#
# $$\theta'_g = \text{base}^{-2g/d}\; s^{-2g/(d-2)} :$$
#
# the first hand ($g=0$) keeps its speed, the last one ($2g=d-2$) is slowed by exactly $s$, and those between by
# something between. With the exponent 1 in place of $d/(d-2)$, the last hand would be slowed by $s^{(d-2)/d}$, a
# little too little.
#
# **By hand.** $d=4$, base 100, $s=4$: $\theta=(1,0.1)$. PI gives $(0.25,0.025)$. NTK: the base becomes
# $100\cdot4^{2}=1600$ and $\theta'=(1,1600^{-1/2})=(1,0.025)$.


# %% question="scaled_frequencies" minutes=15 further
def scaled_frequencies(
    d: int, base: float, scaling: str, L_train: int, L_test: int
) -> Float[Tensor, " d/2"]:
    """RoPE's frequencies for a model that was trained on L_train positions and is used on L_test.

    Args:
        d: width of one head, even.
        base: of the frequencies in training.
        scaling: "none", "pi" or "ntk".
        L_train: positions in training.
        L_test: positions in use. If they are not more than L_train, nothing is scaled: s is at least 1.

    Returns:
        One frequency per pair, float64.

    Raises:
        ValueError: ``scaling`` is none of the three; or it is "ntk" and d is 2, where the one hand is the first
            and the last (whatever the lengths).
    """
    ### BEGIN SOLUTION
    s = max(1.0, L_test / L_train)
    if scaling == "none":
        return rope_frequencies(d, base)
    if scaling == "pi":
        return rope_frequencies(d, base) / s
    if scaling == "ntk" and d != 2:
        return rope_frequencies(d, base * s ** (d / (d - 2)))
    raise ValueError(f"no scaling {scaling!r} for width {d}")
    ### END SOLUTION


# %% [markdown] hints="scaled_frequencies"
# idea: All three are question 4's frequencies: as they are, divided, or with another base.
#
# shapes: (d/2,), always.
#
# steps: The factor $s$, at least 1. A branch for each name. The exponent of NTK is $d/(d-2)$: refuse $d=2$ before
# you divide by 0.
#
# mistake: Multiplying where PI divides: a longer text needs *slower* hands.

# %% [markdown]
# ## 8. YaRN: which hands need mending?
#
# Count turns. Over the training length, hand $g$ turns
#
# $$r_g = \frac{L_{\text{train}}\,\theta_g}{2\pi}$$
#
# times round. If $r_g$ is large, training has shown every angle many times: leave this hand alone. If $r_g<1$, the
# hand has not been round once, and beyond $L_{\text{train}}$ lie angles never seen: interpolate this one, as PI
# does. In between, blend. With a ramp
#
# $$\gamma(r) = \begin{cases}0 & r<\alpha\\ (r-\alpha)/(\beta-\alpha) & \alpha\le r\le\beta\\ 1 & r>\beta\end{cases}
# \qquad\quad \theta'_g = \gamma(r_g)\,\theta_g + \big(1-\gamma(r_g)\big)\,\frac{\theta_g}{s}$$
#
# this is the part "NTK-by-parts" of YaRN. The paper takes $\alpha=1$, $\beta=32$ for Llama, trained on thousands of
# positions. (Its ramp is linear in $r$, as here. Most programs, Hugging Face's among them, let it be linear in the
# index $g$ of the hand between the two borders instead.) The other part is a temperature. With more keys to look at,
# the softmax spreads, and YaRN sharpens it: queries and keys are both multiplied by
#
# $$\mu = 0.1\,\log s + 1,$$
#
# so that scores grow by $\mu^2$. The number was fitted to experiments.
#
# **By hand.** $L_{\text{train}}=32$, $s=4$, $d=4$, base 100, $\theta=(1,0.1)$: the hands turn $r=(5.09,0.509)$
# times. With $\alpha=1$ and $\beta=9$, $\gamma=(0.512,0)$, so that $\theta'=(0.634,0.025)$. And
# $\mu=1+0.1\cdot1.386=1.139$.


# %% question="yarn_frequencies" minutes=20 further
def yarn_frequencies(
    d: int, base: float, L_train: int, L_test: int, alpha: float = 1.0, beta: float = 32.0
) -> tuple[Float[Tensor, " d/2"], float]:
    """Frequencies by YaRN's ramp over turns, and the factor for queries and keys.

    Args:
        d: width of one head, even.
        base: of the frequencies in training.
        L_train: positions in training.
        L_test: positions in use. If they are not more than L_train, s is 1.
        alpha: hands with at most so many turns in training are interpolated fully.
        beta: hands with at least so many turns stay as they are; larger than alpha.

    Returns:
        One frequency per pair, float64, and mu, a Python float.
    """
    ### BEGIN SOLUTION
    s = max(1.0, L_test / L_train)
    theta = rope_frequencies(d, base)
    turns = L_train * theta / (2 * math.pi)
    gamma = ((turns - alpha) / (beta - alpha)).clamp(0, 1)
    return gamma * theta + (1 - gamma) * theta / s, 0.1 * math.log(s) + 1
    ### END SOLUTION


# %% [markdown] hints="yarn_frequencies"
# idea: A weighted mean of two answers that you have, "as it is" and "divided by s". The weight is a clipped straight
# line.
#
# shapes: Turns, weights and frequencies are all (d/2,).
#
# steps: s, at least 1. Frequencies. Turns over the training length, a full turn being $2\pi$. The line from 0 at
# $\alpha$ to 1 at $\beta$, clipped. Blend. The factor: natural logarithm.
#
# mistake: The weight on the wrong side. Fast hands, with many turns, stay as they are.

# %% [markdown]
# Now the truth to measure against. A **round** is a melody of 16 symbols in which every voice answers the one three
# steps before it:
#
# $$x_t = (5\,x_{t-3}+3) \bmod 16 \quad\text{with probability } 0.85, \qquad\text{otherwise any of the 16 symbols.}$$
#
# To know the next symbol one has to know which symbol was three steps back: nothing but relative position, at any
# length. The right answer has probability $0.85+0.15/16=0.859$, each other one $0.15/16=0.0094$, so no model can
# have a cross-entropy below $-0.859\log0.859-15\cdot0.0094\log0.0094=0.787$. Guessing blindly has $\log16=2.773$.
#
# A one-layer Transformer with RoPE is trained on rounds of 32 symbols and then reads rounds of 128, with its
# frequencies mended in one of five ways and nothing learned anew. For a model this small, trained this short, the
# ramp must lie where its hands are: they turn 5.1, 0.51, 0.051 and 0.0051 times. With $\alpha=0.5$ and $\beta=4$ the
# first hand stays and the others are interpolated (the second to 99.7 %). The paper's own $\alpha=1$, $\beta=32$,
# meant for long training texts, would slow the first hand, too.

# %% tags=["predict"]
# Cross-entropy on rounds of 128 (best possible 0.787, chance 2.773), without any training at that length:
predict("rounds of 128, RoPE mended", pi=..., ntk=..., yarn=...)


# %% tags=["demo"]
def rounds(n: int, T: int, generator: torch.Generator) -> Int[Tensor, "n T"]:
    """n rounds of T symbols."""
    x = torch.randint(16, (n, T), generator=generator)
    follows = torch.rand(n, T, generator=generator) < 0.85
    for t in range(3, T):
        x[:, t] = torch.where(follows[:, t], (5 * x[:, t - 3] + 3) % 16, x[:, t])
    return x


def initial_weights(scheme: str, generator: torch.Generator, D: int = 32, H: int = 4) -> dict[str, Tensor]:
    """Weights of a Transformer with one layer; "table" is what the scheme learns."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator) / shape[0] ** 0.5

    weights = {"E": normal(16, D) * 4, "Wqkv": normal(D, 3 * D), "Wo": normal(D, D)}
    weights |= {"W1": normal(D, 2 * D), "W2": normal(2 * D, D), "U": normal(D, 16)}
    table = initial_table(scheme, D, H, 31, generator)  # of 32 symbols the last is predicted, not read
    return weights | ({} if table is None else {"table": table})


def read(
    scheme: str, weights: dict[str, Tensor], h: Float[Tensor, "B T D"], mu: float = 1.0
) -> Float[Tensor, "B T 16"]:
    """Logits of the symbol after each embedded one; scores are multiplied by mu squared."""
    positions, table = torch.arange(h.shape[1]), weights.get("table")
    if scheme == "learned":  # past the end of the table the last row is used again
        table = table[positions.clamp(max=len(table) - 1)]
    scores, v = attention_front(scheme, h, positions, weights["Wqkv"], 4, table)
    h = h + ((mu**2 * scores).softmax(-1) @ v).transpose(1, 2).flatten(2) @ weights["Wo"]
    h = h + F.gelu(F.layer_norm(h, h.shape[-1:]) @ weights["W1"]) @ weights["W2"]
    return F.layer_norm(h, h.shape[-1:]) @ weights["U"]


def drawn_loss(logits: Float[Tensor, "B T 16"], x: Int[Tensor, "B T"]) -> Tensor:
    """Mean cross-entropy of the symbols that answer another one: all but the first three."""
    return F.cross_entropy(logits[:, 2:-1].flatten(0, 1), x[:, 3:].flatten())


def expected_loss(logits: Float[Tensor, "B T 16"], x: Int[Tensor, "B T"]) -> float:
    """The same against the law of the round in place of drawn symbols: 0.787 cannot be beaten by luck."""
    law = 0.85 * F.one_hot((5 * x[:, :-3] + 3) % 16, 16) + 0.15 / 16
    return -(law * logits[:, 2:-1].log_softmax(-1)).sum(-1).mean().item()


def fit(parameters: list[Tensor], predict_logits: Callable[[Tensor], Tensor], seed: int, steps: int) -> None:
    """So many steps of Adam on 32 rounds of 32 symbols; the same rounds for every model."""
    for w in parameters:
        w.requires_grad_()
    optimizer = torch.optim.Adam(parameters)
    data = rounds(steps * 32, 32, torch.Generator().manual_seed(1000 + seed)).view(steps, 32, 32)
    for t, x in enumerate(data):
        optimizer.param_groups[0]["lr"] = 1e-2 * min(1, (t + 1) / 20) * (1 - t / steps) + 1e-4
        optimizer.zero_grad()
        drawn_loss(predict_logits(x), x).backward()
        optimizer.step()
    for w in parameters:
        w.requires_grad_(False)


def trained(scheme: str, seed: int, steps: int) -> dict[str, Tensor]:
    """Weights of a Transformer with one layer."""
    weights = initial_weights(scheme, torch.Generator().manual_seed(seed))
    fit(list(weights.values()), lambda x: read(scheme, weights, weights["E"][x]), seed, steps)
    return weights


def test_loss(scheme: str, weights: dict[str, Tensor], x: Int[Tensor, "B T"], mu: float = 1.0) -> float:
    """Expected cross-entropy of a trained model."""
    return expected_loss(read(scheme, weights, weights["E"][x], mu), x)


@demo
def stretch(seed: int = 0) -> dict[str, float]:
    """One RoPE model, trained on 32 symbols, on 128 of them with frequencies mended in several ways."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    d, base, L_train, L_test = 8, 10000.0, 32, 128
    weights = trained("RoPE", seed, 250)
    data = torch.Generator().manual_seed(2000 + seed)
    short, long = rounds(128, L_train, data), rounds(64, L_test, data)
    mended = {name: (scaled_frequencies(d, base, name, L_train, L_test), 1.0) for name in ("none", "pi", "ntk")}
    mended["yarn"] = yarn_frequencies(d, base, L_train, L_test, 0.5, 4.0)
    mended["yarn, 1 to 32"] = yarn_frequencies(d, base, L_train, L_test)
    loss = {"trained length": test_loss("RoPE", weights, short)}
    for name, (theta, mu) in mended.items():
        loss[name] = test_loss("RoPE", weights | {"table": theta}, long, mu)

    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for i, name in enumerate(("none", "pi", "ntk", "yarn")):
        left.semilogy(range(d // 2), mended[name][0], "o-", color=f"C{i}", label=name)
    left.semilogy(range(d // 2), [2 * math.pi / L_train] * 4, ":", color="0.6", label="one turn in training")
    left.set(xlabel="hand $g$", ylabel="radians per position", xticks=range(d // 2))
    left.legend()
    guessed = guesses("rounds of 128, RoPE mended")
    bars(right, loss, ["0.6", "C0", "C1", "C2", "C3", "C3"], guessed=guessed)
    for x, said in ((0.787, "best"), (math.log(16), "chance")):
        right.axvline(x, color="0.6", lw=1, ls=":")
        right.text(x, -0.75, said, ha="center", color="0.5", fontsize="small")
    right.set(xlabel="cross-entropy on 128 symbols (top: on 32)", xlim=(0, 4.6))
    return {name.replace(" ", "_"): value for name, value in loss.items()}


# %% [markdown]
# Without mending, RoPE is no better at 128 than guessing. PI makes it worse still: squeezed, even the trained
# distances look like others (the paper trains on for a while after squeezing). NTK helps, but does not heal. The
# ramp puts things right: with the fast hand left alone and the slow ones kept inside of what they had seen, the same
# weights read rounds of 128 nearly as well as rounds of 32. With its ramp in the wrong place, YaRN is as bad as PI:
# it is a rule about *your* hands and *your* length.
#
# ## 9. A learned table
#
# BERT and GPT-2 do the plainest thing: a table with a learned row for every position, added to the embeddings.
# Everything that the model knows about order it has to learn row by row, and row 512 learns nothing from row 511.
# There is no row after the last. The only honest answer past the end is an error: an index that is clamped or
# wrapped round gives some code, and nobody is told that it belongs to another position.
#
# In decoding with a cache the model sees one new token at a time. That token's position is not 0: it comes after all
# that are in the cache. So the module needs an offset.
#
# **By hand.** A table of 3 rows $(1,1),(2,0),(0,5)$, and an input with 1 token, $(10,20)$. With offset 0 the result
# is $(11,21)$, with offset 2 it is $(10,25)$, with offset 3 it is an error.


# %% question="LearnedPositions" minutes=10 further
class LearnedPositions(nn.Module):
    """Adds a learned vector for each position.

    Args:
        L_max: number of positions that have a row.
        D: width.
        generator: of the initial rows, normal with standard deviation 0.1.
    """

    def __init__(self, L_max: int, D: int, generator: torch.Generator) -> None:
        super().__init__()
        self.table = nn.Parameter(0.1 * torch.randn(L_max, D, generator=generator))

    def forward(self, x: Float[Tensor, "B T D"], offset: int = 0) -> Float[Tensor, "B T D"]:
        """Each x[:, t] plus row offset + t of ``self.table``, the same rows for every batch element.

        Args:
            x: in the dtype of the table; T may be 0 if the offset is from 0 to L_max.
            offset: position of x[:, 0].

        Returns:
            A new tensor. Autograd can differentiate it with respect to x and the table.

        Raises:
            ValueError: a position has no row: offset is negative or offset + T is more than L_max.
        """
        ### BEGIN SOLUTION
        end = offset + x.shape[1]
        if offset < 0 or end > len(self.table):
            raise ValueError(f"the table ends before position {end - 1}")
        return x + self.table[offset:end]
        ### END SOLUTION


# %% [markdown] hints="LearnedPositions"
# idea: A slice of the table and a sum. All the work is in what must not happen silently.
#
# shapes: The slice is (T, D) and broadcasts over the batch.
#
# steps: Where does the slice end? Is it inside of the table on both sides? Slice and add.
#
# mistake: Trusting the slice to complain: Python cuts slices that are too long, and counts negative ones from the
# end.

# %% [markdown]
# A model with a learned table of 64 rows, trained on rounds of 32. Left, how far each row has moved in training:
# rows 32 and later have not moved at all, they are the random numbers of the start. (Nor has row 31: the last symbol
# of a round is predicted, and nobody reads it.) Right, what the same rounds of 32 symbols cost if they stand at
# other positions: at offset 0, as in training, at 16, where half of the rows are untrained, and at 32, where all
# are.


# %% tags=["demo"]
@demo
def rows_never_trained(seed: int = 0) -> dict[str, float]:
    """How far the rows of a learned table move in training, and what a round costs at other offsets."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    weights, positions = initial_weights("none", generator), LearnedPositions(64, 32, generator)
    before = positions.table.detach().clone()
    parameters = [*weights.values(), positions.table]
    fit(parameters, lambda x: read("none", weights, positions(weights["E"][x])), seed, 200)
    moved = (positions.table - before).norm(dim=1)
    x = rounds(128, 32, torch.Generator().manual_seed(4000 + seed))
    loss = {
        f"offset {offset}": expected_loss(read("none", weights, positions(weights["E"][x], offset)), x)
        for offset in (0, 16, 32)
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), width_ratios=[2, 1])
    left.bar(range(64), moved.numpy(), color="C0")
    left.set(xlabel="row of the table", ylabel="distance moved", title="rows 31 to 63: not at all")
    right.bar_label(right.bar(list(loss), list(loss.values()), color=["C0", "C1", "C1"]), fmt="%.2f", padding=2)
    right.axhline(math.log(16), color="0.6", lw=1, ls=":")
    right.text(-0.4, math.log(16) + 0.05, "chance", color="0.5", fontsize="small")
    right.set(ylabel="cross-entropy", ylim=(0, 4.2))
    return {name.replace(" ", "_"): value for name, value in loss.items()} | {
        "trained_rows": moved[:31].min().item(),
        "other_rows": moved[31:].max().item(),
    }


# %% [markdown]
# ## Payoff: the round goes on
#
# All schemes on one task: the same model, the same rounds, 200 steps at length 32, then rounds of 32, 48, 64 and 128
# symbols that nobody has trained on. The control is a model without positions. Learned codes have no row beyond the
# trained ones: here the last of them is used again and again, as a clamped index would do.
#
# Before you look: RoPE is almost perfect at 32. And at 128?

# %% tags=["predict"]
# Cross-entropy of RoPE on rounds of 128: 0.8 as at 32, somewhat worse, or no better than guessing (2.77)?
predict("cross-entropy at 128 symbols", RoPE=..., Shaw=...)


# %% tags=["demo"]
@demo
def the_round_goes_on(seed: int = 0) -> dict[str, float]:
    """Cross-entropy of seven schemes, trained on 32 symbols, on up to 128."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    lengths = (32, 48, 64, 128)
    data = torch.Generator().manual_seed(3000 + seed)
    tests = {L: rounds(4096 // L, L, data) for L in lengths}
    fig, ax = plt.subplots(figsize=(8, 4.6))
    numbers = {}
    for i, scheme in enumerate(SCHEMES):
        weights = trained(scheme, seed, 200)
        losses = [test_loss(scheme, weights, x) for x in tests.values()]
        ax.plot(lengths, losses, "o-", color="0.6" if scheme == "none" else f"C{i - 1}", label=scheme)
        numbers |= {f"{scheme}_{L}": loss for L, loss in zip(lengths, losses, strict=True)}
    for y, said in ((0.787, "best possible"), (math.log(16), "chance")):
        ax.axhline(y, color="0.6", lw=1, ls=":")
        ax.text(80, y + 0.03, said, color="0.5", fontsize="small")
    for name, guess in guesses("cross-entropy at 128 symbols").items():
        if name in SCHEMES and isinstance(guess, (int, float)):
            ax.plot(128, guess, "X", ms=9, color=f"C{SCHEMES.index(name) - 1}")
    ax.axvspan(30, 32, color="0.6", alpha=0.25)
    ax.set(xlabel="symbols in the round (trained: 32)", ylabel="cross-entropy", xticks=lengths, ylim=(0.6, 4.2))
    label_ends(ax)
    return numbers


# %% [markdown]
# **Clipped distances carry on, unseen angles do not, and flat is not good.**
#
# - *Shaw* reads rounds of 128 as well as rounds of 32. A distance beyond 16 is "far", and training has shown it
#   "far" often enough.
# - *T5* loses a part: its far buckets are wide, and the outer ones were never trained at length 32.
# - *RoPE* is nearly perfect at 32 and no better than guessing at 128: it sees offsets only, but it sees angles that
#   it has never seen.
# - *Sinusoidal* and *learned* codes are absolute, and fall in the same way.
# - *ALiBi* is flat, as its paper promises, and never good here: a fine for distance prefers the nearest key, and the
#   round asks for the third. It is better than no positions at all.
#
# One toy and one layer decide nothing about large models: there, texts reward nearness, and RoPE with mended
# frequencies has won. But the *kinds* of failure are these.
#
# ## What you built, and where it goes next
#
# Absolute codes say where; relative ones say how far; what happens beyond the trained length is decided by what the
# model has *seen*, and clipping, buckets, interpolation and ramps are four ways of never showing it anything new.
#
# - **FLOATER** lets a differential equation produce the codes: [Liu et al. 2020](https://arxiv.org/abs/2003.09229).
# - **Distance terms on both sides**: Transformer-XL, [Dai et al. 2019](https://arxiv.org/abs/1901.02860), and
#   DeBERTa, [He et al. 2021](https://arxiv.org/abs/2006.03654). Multiplicative forms: [Huang et al.
#   2020](https://arxiv.org/abs/2009.13658).
# - **No positions at all** in causal models: [Haviv et al. 2022](https://arxiv.org/abs/2203.16634), and how they
#   extrapolate: [Kazemnejad et al. 2023](https://arxiv.org/abs/2305.19466).
# - **Waves as inputs** of networks that paint: [Tancik et al. 2020](https://arxiv.org/abs/2006.10739).
#
# The [article](https://www.chenk.top/en/standalone/position-encoding-brief/) gives an overview of all of these.
