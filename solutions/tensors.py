# %% [markdown]
# # Tensors: a table with more than two axes
#
# A chemist shines light into 56 vials: ten colours in, twelve colours out, five times each. That is a table with four
# axes and 33,600 cells. Now lose 97 of every 100 numbers. By the end of this notebook your code brings them back, and
# says which curves the table was made of.
#
# **How few numbers hold a table, and do they mean anything?** This one question runs through the notebook. For a
# matrix the singular value decomposition answers the first half: the best approximation of every rank. It leaves the
# second half open, since its factors can be turned into each other without changing the matrix. For tensors it is the
# other way round. No method is sure to find the best approximation, but the factors cannot turn.
#
# <!-- questions -->
#
# **You need:** numpy (`reshape`, broadcasting, `@`), least squares, the singular value decomposition.
#
# **Article:** [Tensors and multilinear
# algebra](https://www.chenk.top/en/linear-algebra/13-tensors-and-multilinear-algebra/)
#
# **Papers:** Kolda and Bader, [Tensor decompositions and applications](https://doi.org/10.1137/07070111X); De
# Lathauwer, De Moor and Vandewalle, [A multilinear singular value
# decomposition](https://doi.org/10.1137/S0895479896305696) and [On the best rank-1 and rank-(R1, …, RN)
# approximation](https://doi.org/10.1137/S0895479898346995); Lebedev et al., [Speeding-up convolutional neural
# networks using fine-tuned CP-decomposition](https://arxiv.org/abs/1412.6553).
#
# **Data.** Fluorescence of mixtures, measured by Nikolajsen, Booksh, Hansen and Bro (Quantifying catecholamines using
# multi-way kinetic modelling, Analytica Chimica Acta 475, 2003), "available for public use" and shipped with TensorLy
# (BSD-3). Here: every twelfth time, without eight vials (five that TensorLy lists as outliers, one with most cells
# missing, and two measured next to these), each vial scaled to mean square 1. Cells that are marked as missing there,
# 20 of those here, stand as 0. *china.jpg* by danielbuechele comes with scikit-learn (CC BY 2.0).
#
# **Conventions of the whole notebook.**
#
# - A tensor $X$ has $N$ axes, here called **modes** $0,\dots,N-1$, of sizes $I_0,\dots,I_{N-1}$. A mode may be negative
#   and then counts from the end, as in numpy.
# - Columns of an unfolding stand in the order of Kolda and Bader: the **earliest** remaining mode varies fastest.
#   TensorLy
#   lets the last one vary fastest; its unfoldings have the same columns in another order.
# - A factor matrix of mode $n$ has the shape $(I_n, R)$: one row per index, one column per component.
# - $\odot$ is the Khatri–Rao product, $\ast$ the product entry by entry, $\circ$ the outer product.
# - $\lVert X\rVert$ is the square root of the sum of all squared entries. A relative error is $\lVert X-\hat
#   X\rVert/\lVert X\rVert$.
# - Arrays are float64, those that you return, too, unless a docstring names other types. No function changes its
#   arguments. Your code may use numpy and no other library.

# %%
from functools import cache

import numpy as np
from jaxtyping import Float, Int, Num

from dlcourse import check, demo, guesses, predict, probe

# %% [markdown]
# The next cell holds what the demos share: the two tables, a random start, and a measure of error.


# %%
@cache
def fluorescence() -> np.ndarray:
    """Light of 56 vials: vial x emission (12) x excitation (10) x time (5)."""
    return np.load("data/tensors/kinetic.npy").astype(float)


def planted(rng: np.random.Generator) -> list[np.ndarray]:
    """Factors of ratings that we made ourselves: 60 users, 50 items, 12 months."""
    t = 2 * np.pi * np.arange(12) / 12
    users, items = rng.gamma(2.0, size=(60, 3)), rng.gamma(2.0, size=(50, 3))
    months = np.stack([np.ones(12), 1 + np.cos(t - 0.5), 1 + np.cos(2 * t - 1)], axis=1)
    return [users, items, months]


def positive_start(rng: np.random.Generator, shape: tuple[int, ...], rank: int) -> list[np.ndarray]:
    """Factors of uniform numbers, one per mode."""
    return [rng.random((size, rank)) for size in shape]


def relative_error(guess: np.ndarray, truth: np.ndarray, where: np.ndarray | None = None) -> float:
    """Norm of the difference over that of the truth, in the cells where ``where`` is True."""
    where = np.ones(truth.shape, dtype=bool) if where is None else where
    guess = np.broadcast_to(guess, truth.shape)
    return float(np.linalg.norm((guess - truth)[where]) / np.linalg.norm(truth[where]))


# %% [markdown]
# ## First look
#
# One vial of the 56. In the first row you see all that is kept of it: about three cells in a hundred. The second row
# was filled in from such crumbs of all vials together, as a sum of `rank` products of four curves. The third is what
# was measured.
#
# **Now turn the knob.** At `rank` 1 every vial must be the same picture, brighter or darker. At rank 3 the error on
# the cells that nobody showed is below a tenth. Filling each cell with its mean over the vials that show it leaves
# 0.26.


# %% tags=["demo"]
@demo(rank=(1, 4))
def first_look(rank: int = 3, seed: int = 0) -> dict[str, float]:
    """What is kept of one vial, what a stored model makes of it, and what was measured."""
    import matplotlib.pyplot as plt

    X, vial = fluorescence(), 20 + seed
    stored = np.load("data/tensors/filled.npz")
    seen = np.unpackbits(stored["seen"])[: X.size].reshape(X.shape).astype(bool)
    filled = {}
    for r in range(1, 5):
        vials, out, into, times = (stored[f"rank_{r}_mode_{n}"].astype(float) for n in range(4))
        filled[r] = np.einsum("ar,br,cr,dr->abcd", vials, out, into, times)
    count = seen.sum(axis=0)
    mean = np.where(count > 0, (X * seen).sum(axis=0) / np.maximum(count, 1), X[seen].mean())

    def side_by_side(cells: np.ndarray) -> np.ndarray:
        """The five times of one vial next to each other: 12 rows, 50 columns."""
        return cells.transpose(0, 2, 1).reshape(12, 50)

    kept = np.where(seen, X, np.nan)[vial]
    rows = {"kept": kept, f"filled in, rank {rank}": filled[rank][vial], "measured": X[vial]}
    fig, axes = plt.subplots(3, 1, figsize=(9, 5.4))
    for ax, (name, cells) in zip(axes, rows.items(), strict=True):
        image = ax.imshow(side_by_side(cells), vmin=0, vmax=X[vial].max(), aspect="auto")
        ax.set(title=name, ylabel="colour out", xticks=[4.5 + 10 * k for k in range(5)], yticks=[])
        ax.set_xticklabels([f"time {k}" for k in range(5)] if ax is axes[-1] else [])
        for k in range(1, 5):
            ax.axvline(10 * k - 0.5, color="0.6", lw=1)
    axes[-1].set_xlabel("colours in, at five times")
    fig.colorbar(image, ax=axes, label="light (root mean square of the vial: 1)")
    errors = {f"rank_{r}": relative_error(guess, X, ~seen) for r, guess in filled.items()}
    return errors | {"cell_mean": relative_error(mean, X, ~seen), "share": float(seen.mean())}


# %% [markdown]
# The measured table has noise, and nobody knows its true curves. So we also planted one. `planted` makes the ratings
# that 60 users give to 50 items in 12 months: a first kind of item is loved all year, a second has one season, a
# third has two. There are $60\cdot50\cdot12=36\,000$ ratings, all made of $3\,(60+50+12)=366$ numbers. Whatever a
# method says about this table can be held against the truth.
#
# ## 1. Unfolding
#
# Linear algebra knows matrices. So the first tool turns a tensor into a matrix, and back. Fix all indices but that of
# mode $n$: the entries along it are a **fibre**, the counterpart of a column or a row. The **unfolding** $X_{(n)}$
# has the mode-$n$ fibres as its columns, so its shape is $(I_n, \prod_{k\ne n}I_k)$.
#
# In which order do the fibres stand? Any order will do, as long as everybody keeps to the same. We follow Kolda and
# Bader. Among the remaining modes the earliest varies fastest. Entry $(i_0,\dots,i_{N-1})$ goes to row $i_n$ and to
# column
#
# $$j=\sum_{k\ne n} i_k J_k,\qquad J_k=\prod_{m<k,\ m\ne n} I_m .$$
#
# numpy calls this order `"F"`; its default, `"C"`, lets the last index vary fastest. Folding undoes it. Nothing is
# computed, so $\lVert X_{(n)}\rVert=\lVert X\rVert$.
#
# ![A box of 3 by 4 by 2 cells with the numbers 0 to 23, and its three unfoldings: 3 by 8, 4 by 6 and 2 by 12. In each the earliest remaining mode varies fastest along a row.](pictures/tensors/unfold.svg)
#
# **By hand.** Let $X$ have the sizes $3,4,2$ and the entries $x_{ijk}=8i+2j+k$, as in the picture. The first row of
# $X_{(0)}$ has $i=0$. First $j$ runs, then $k$: $0, 2, 4, 6, 1, 3, 5, 7$. The first row of $X_{(1)}$ has $j=0$: $0,
# 8, 16, 1, 9, 17$. The first row of $X_{(2)}$ begins $0, 8, 16, 2, 10, 18$.


# %% [markdown] hints="unfold"
# idea: A reshape reads cells in a fixed order of the axes and never moves one. What has to come first must be moved
# there before.
#
# shapes: For sizes (3, 4, 2) and mode 1: (3, 4, 2), then (4, 3, 2), then (4, 6). `fold` walks back the same way.
#
# steps: Bring the axis of the mode to the front, the others in their order. Then merge the others, earliest fastest.
# For `fold`, ask first which shape the tensor had after the axis was moved; split; move the axis back.
#
# mistake: `X.reshape(X.shape[mode], -1)` has the right shape for every mode and the right rows for mode 0 only.


# %% question="unfold" minutes=25
def unfold(X: Num[np.ndarray, "..."], mode: int) -> Num[np.ndarray, "I_mode rest"]:
    """Mode-n unfolding: the fibres of one mode as columns.

    The earliest remaining mode varies fastest from column to column (Kolda and Bader).

    Args:
        X: tensor with two modes or more, of any real dtype.
        mode: from -N to N - 1; negative ones count from the end.

    Returns:
        A new array in the dtype of ``X``, with one row per index of the mode.
    """
    ### BEGIN SOLUTION
    return np.array(np.moveaxis(X, mode, 0).reshape(X.shape[mode], -1, order="F"))
    ### END SOLUTION


def fold(
    M: Num[np.ndarray, "I_mode rest"], mode: int, shape: tuple[int, ...]
) -> Num[np.ndarray, "..."]:
    """Tensor of which a matrix is the unfolding: the inverse of :func:`unfold`.

    Args:
        M: unfolding, in the column order of :func:`unfold`, of any real dtype.
        mode: from -N to N - 1; negative ones count from the end.
        shape: sizes of all N modes of the tensor.

    Returns:
        A new array of that shape in the dtype of ``M``.
    """
    ### BEGIN SOLUTION
    moved = (shape[mode], *np.delete(shape, mode))
    return np.array(np.moveaxis(M.reshape(moved, order="F"), 0, mode))
    ### END SOLUTION


# %% [markdown]
# ## 2. A matrix times a tensor
#
# A matrix $U$ of shape $(J, I_n)$ acts on every fibre of mode $n$. The result of this **mode-$n$ product** has $J$ in
# place of $I_n$, in the same place:
#
# $$Y = X\times_n U,\qquad y_{i_0\dots j\dots i_{N-1}}=\sum_{i_n} u_{j i_n}\,x_{i_0\dots i_n\dots i_{N-1}},
# \qquad Y_{(n)} = U X_{(n)} .$$
#
# It is a **contraction**: one shared index is summed over. `np.einsum` writes any contraction as a text; the product
# of a matrix with mode 1 of a tensor with three modes is `"jb,abc->ajc"`. Where nothing is shared nothing is summed,
# and the result is the **outer product**: $a\circ b\circ c$ has the entries $a_ib_jc_k$.
#
# Two rules follow from the sum. Products along **different** modes commute: $X\times_m U\times_n V=X\times_n
# V\times_m U$. Along the **same** mode they compose: $X\times_n A\times_n B=X\times_n(BA)$. A matrix $X$ is a tensor,
# too, and $X\times_0U\times_1V=UXV^\top$.
#
# **By hand.** The tensor of question 1 times the row $(1,1,1)$ along mode 0: the entry at $(0,0,0)$ is $0+8+16=24$,
# and the one at $(0,3,1)$ is $7+15+23=45$. The result has the sizes $1, 4, 2$: the mode stays, with size 1.


# %% [markdown] hints="mode_n_product"
# idea: In the unfolding it is one matrix product. Everything else is bookkeeping that question 1 has done.
#
# shapes: U (J, I_n), unfolding (I_n, rest), product (J, rest), result: the sizes of `X` with J in place n.
#
# steps: Unfold, multiply from the left, fold with the new sizes. Or contract and put the new axis where the old one
# was.
#
# mistake: `np.tensordot` puts the new axis first or last, wherever the old one was.


# %% question="mode_n_product" minutes=15
def mode_n_product(
    X: Float[np.ndarray, "..."], U: Float[np.ndarray, "J I_mode"], mode: int
) -> Float[np.ndarray, "..."]:
    """Mode-n product: a matrix applied to every fibre of one mode.

    Args:
        X: tensor with N modes, two or more.
        U: matrix with one column per index of the mode.
        mode: from -N to N - 1; negative ones count from the end.

    Returns:
        The tensor with J in place of the size of the mode; all other sizes and the order of modes
        stay.

    Raises:
        ValueError: the number of columns of ``U`` is not the size of the mode.
    """
    ### BEGIN SOLUTION
    shape = list(X.shape)
    shape[mode] = len(U)
    return fold(U @ unfold(X, mode), mode, tuple(shape))
    ### END SOLUTION


# %% [markdown]
# ## 3. Sums of outer products
#
# A tensor of **rank one** is an outer product of vectors: a user's liking times an item's kind times a month's
# season. The **CP decomposition** (canonical polyadic, also CANDECOMP or PARAFAC) is a sum of $R$ of them with
# weights $\lambda_r$:
#
# $$\hat X=\sum_{r=1}^{R}\lambda_r\; a_r^{(0)}\circ a_r^{(1)}\circ\dots\circ a_r^{(N-1)},\qquad
# \hat x_{i_0\dots i_{N-1}}=\sum_r \lambda_r\prod_n a^{(n)}_{i_n r} .$$
#
# The vectors of mode $n$ are the columns of a factor matrix $A^{(n)}$ of shape $(I_n,R)$. The least $R$ for which
# equality is reached is the **rank** of $X$.
#
# ![A box equals the sum of three outer products. Each has a column of users, a row of items and a curve over the months: a constant one, one with a single hill, one with two hills.](pictures/tensors/cp.svg)
#
# Three warnings to those who know matrices. To find the rank of a tensor is NP-hard. It may be larger than every
# size. And a best approximation of rank $R$ need not exist: the tensor $W=e_1\circ e_0\circ e_0+e_0\circ e_1\circ
# e_0+e_0\circ e_0\circ e_1$ has rank 3, but $n\,(e_0+\tfrac1n e_1)\circ(e_0+\tfrac1n e_1)\circ(e_0+\tfrac1n
# e_1)-n\,e_0\circ e_0\circ e_0$ comes as close to it as you like with rank 2. One says that its **border rank** is 2.
# And the good news: let $k_A$ be the largest number such that *every* $k_A$ columns of $A$ are independent. If
#
# $$k_A+k_B+k_C\ \ge\ 2R+2,$$
#
# then the decomposition is **unique** up to the order and the scale of its components (Kruskal 1977). For a matrix,
# $AB^\top=(AT)(BT^{-\top})^\top$ for every invertible $T$: its factors turn. Those of the planted table cannot:
# $3+3+3\ge8$.
#
# To write CP with matrices we need one more product. The **Khatri–Rao product** of $A$ $(I,R)$ and $B$ $(K,R)$ is the
# Kronecker product column by column: column $r$ of $A\odot B$ is $a_r\otimes b_r$, so that row $iK+k$ holds
# $a_{ir}b_{kr}$. The index of the **second** operand varies fastest. With three factors $A,B,C$, unfoldings in our
# order become
#
# $$X_{(0)}=A\,\Lambda\,(C\odot B)^\top,\qquad X_{(1)}=B\,\Lambda\,(C\odot A)^\top,\qquad X_{(2)}=C\,\Lambda\,(B\odot A)^\top,\qquad
# \Lambda=\mathrm{diag}(\lambda).$$
#
# Later modes stand first, since earlier ones have to vary fastest. With unfoldings in C order it would be $B\odot C$.
# Mixing the two conventions gives wrong factors and no error message.
#
# **By hand.** $A=\begin{pmatrix}1&2\\3&4\end{pmatrix}$, $B=\begin{pmatrix}5&6\\7&8\\9&0\end{pmatrix}$. The rows of
# $A\odot B$ are $(5,12)$, $(7,16)$, $(9,0)$, then $(15,24)$, $(21,32)$, $(27,0)$. And with the weights $(2,-1)$ the
# matrix $2\,a_1b_1^\top-a_2b_2^\top$ has the first row $(-2, -2, 18)$.


# %% [markdown] hints="khatri_rao"
# idea: Both are products of entries in which each operand owns one axis. Let broadcasting make them.
#
# shapes: (I, 1, R) times (1, K, R) is (I, K, R); its first two axes merge to I·K rows. For `cp_to_tensor`: the
# product of all factors has as many rows as the tensor has cells.
#
# steps: First the check of the columns. For the tensor: take the product of the factors from the first to the last,
# sum the columns with the weights, and give the cells their shape. In which order do the rows run?
#
# mistake: The weights multiply once, not once per factor.


# %% question="khatri_rao" minutes=20 forbid=["numpy.kron", "numpy.einsum"]
def khatri_rao(
    A: Float[np.ndarray, "I R"], B: Float[np.ndarray, "K R"]
) -> Float[np.ndarray, "IK R"]:
    """Khatri–Rao product: the Kronecker product of column and column.

    ``numpy.kron`` and ``numpy.einsum`` are not to be used.

    Args:
        A: matrix.
        B: matrix with as many columns.

    Returns:
        Row i * K + k holds the products of row i of ``A`` and row k of ``B``.

    Raises:
        ValueError: the numbers of columns differ (also where one of them is 1).
    """
    ### BEGIN SOLUTION
    if A.shape[1] != B.shape[1]:
        raise ValueError("as many columns in both, please")
    return (A[:, None] * B).reshape(-1, A.shape[1])
    ### END SOLUTION


def cp_to_tensor(
    weights: Float[np.ndarray, " R"], factors: list[Float[np.ndarray, "I_n R"]]
) -> Float[np.ndarray, "..."]:
    """Tensor of a CP decomposition: the weighted sum of outer products.

    ``numpy.kron`` and ``numpy.einsum`` are not to be used.

    Args:
        weights: one per component, of any sign.
        factors: one matrix per mode, two or more; their columns need not have length 1.

    Returns:
        The tensor; its sizes are the numbers of rows of the factors, in their order.
    """
    ### BEGIN SOLUTION
    product = factors[0]
    for A in factors[1:]:
        product = khatri_rao(product, A)
    return (product @ weights).reshape([len(A) for A in factors])
    ### END SOLUTION


# %% [markdown]
# ## 4. A core and its frames
#
# CP gives each component one vector per mode. The **Tucker decomposition** lets all of them meet: $R_n$ orthonormal
# vectors in each mode, the columns of $U^{(n)}$, and a small **core** $G$ of sizes $R_0,\dots,R_{N-1}$ that says how
# much of every combination there is:
#
# $$\hat X=G\times_0U^{(0)}\times_1U^{(1)}\cdots\times_{N-1}U^{(N-1)} .$$
#
# ![A box of 106 by 160 by 3 equals a small box of 15 by 20 by 3, the core, with one frame of orthonormal columns along each mode: 106 by 15, 160 by 20, 3 by 3.](pictures/tensors/tucker.svg)
#
# How large must the core be? Mode $n$ needs as many columns as $X_{(n)}$ has independent ones. The tuple of these
# ranks is the **multilinear rank**. Unlike for a matrix, they may differ from mode to mode, and each is easy to find.
# In floating point, count the singular values of $X_{(n)}$ above `tol` times the largest.
#
# And which columns? The first $R_n$ **left singular vectors** of $X_{(n)}$, as for a matrix. Since $U^{(n)}$ is
# orthonormal, the best core for given frames is the projection
#
# $$G = X\times_0U^{(0)\top}\times_1\cdots\times_{N-1}U^{(N-1)\top}.$$
#
# This is the **truncated higher-order SVD** (HOSVD). Untruncated, it is exact, and its core is *all-orthogonal*: two
# slices of the same mode are orthogonal, and their norms are the singular values of that unfolding. Truncated, it is
# not the best approximation of its size, but almost: its error is at most $\sqrt N$ times that of the best one, since
# each of the $N$ truncations alone costs no more than the best approximation does.
#
# In any decomposition of this kind, the columns may change sign and the core with them. Our tests do not look at
# signs.
#
# **By hand.** Let $X$ have the sizes $2,2,2$ with $x_{000}=3$, $x_{111}=2$ and zeros elsewhere. Each unfolding has
# two orthogonal rows of lengths 3 and 2: its singular values. The multilinear rank is $(2,2,2)$. With the ranks
# $(1,1,1)$ each frame is $e_0$, the core is $3$, and the relative error is $2/\sqrt{13}=0.555$.


# %% [markdown] hints="hosvd"
# idea: One SVD per mode, of the *original* tensor's unfolding. The core comes for free: project with the transposed
# frames.
#
# shapes: The left singular vectors of the unfolding have the shape (I_n, …); keep R_n columns. The product of mode n
# with the transpose (R_n, I_n) shrinks the mode to R_n.
#
# steps: A list of frames; then a loop over the modes that shrinks the tensor step by step. For the rank: singular
# values of each unfolding, and a count.
#
# mistake: The core is made with the transposed frames; the frames themselves lead back.


# %% question="hosvd" minutes=30
def multilinear_rank(X: Num[np.ndarray, "..."], tol: float = 1e-10) -> tuple[int, ...]:
    """Rank of each unfolding.

    Args:
        X: tensor with two modes or more, float64 or integers.
        tol: a singular value counts if it is greater than ``tol`` times the largest of its
            unfolding.

    Returns:
        One int per mode; zeros for a tensor of zeros.
    """
    ### BEGIN SOLUTION
    ranks = []
    for mode in range(X.ndim):
        s = np.linalg.svd(unfold(X, mode), compute_uv=False)
        ranks.append(int((s > tol * s[0]).sum()))
    return tuple(ranks)
    ### END SOLUTION


def hosvd(
    X: Float[np.ndarray, "..."], ranks: tuple[int, ...]
) -> tuple[Float[np.ndarray, "..."], list[Float[np.ndarray, "I_n R_n"]]]:
    """Truncated higher-order SVD.

    All frames come from unfoldings of ``X`` itself. (The sequentially truncated variant, which
    shrinks the tensor before the next SVD, gives other frames.)

    Args:
        X: tensor with two modes or more.
        ranks: one number per mode, at least 1, at most the size of the mode and the product of the
            other sizes.

    Returns:
        The core, whose sizes are ``ranks``, and a list with the frame of each mode: its first
        ``ranks[n]`` left singular vectors as columns, that of the largest singular value first,
        each with either sign.
    """
    ### BEGIN SOLUTION
    frames = []
    for mode, rank in enumerate(ranks):
        u = np.linalg.svd(unfold(X, mode), full_matrices=False)[0]
        frames.append(u[:, :rank])
    core = X
    for mode, u in enumerate(frames):
        core = mode_n_product(core, u.T, mode)
    return core, frames
    ### END SOLUTION


# %% [markdown]
# A photograph is a tensor of rows, columns and three colours. Your HOSVD keeps 15, 20 and 3 of them, which takes
# 5,699 numbers in place of 50,880: nine times fewer. The controls have the same budget: one SVD of the rows against
# all columns and colours, and a smaller picture that is enlarged again. The mean colour alone leaves 0.5.
#
# The HOSVD has the smallest error of the three. It alone treats rows, columns and colours as what they are: three
# modes. And the planted table has the multilinear rank (3, 3, 3), as it was made.


# %% tags=["predict"]
# Nine times fewer numbers. Which relative error do you expect? (The mean colour alone leaves 0.5.)
predict("error of the photograph", hosvd=...)


# %% tags=["demo"]
@demo
def photograph(seed: int = 0) -> dict[str, float]:
    """One photograph in 5,699 numbers, three ways."""
    import matplotlib.pyplot as plt
    from PIL import Image
    from sklearn.datasets import load_sample_image

    full = load_sample_image("china.jpg")[:424].astype(float) / 255
    X = full.reshape(106, 4, 160, 4, 3).mean(axis=(1, 3))
    core, frames = hosvd(X, (15, 20, 3))
    tucker = core
    for mode, u in enumerate(frames):
        tucker = mode_n_product(tucker, u, mode)
    budget = core.size + sum(u.size for u in frames)

    u, s, vt = np.linalg.svd(X.reshape(106, -1), full_matrices=False)
    k = round(budget / (106 + 480))  # ten, a little above the budget
    joint = ((u[:, :k] * s[:k]) @ vt[:k]).reshape(X.shape)
    small = Image.fromarray((255 * X).round().astype(np.uint8)).resize(
        (53, 36), Image.Resampling.BOX
    )
    shrunk = np.asarray(small.resize((160, 106), Image.Resampling.BICUBIC)) / 255
    images = {"original": X, "HOSVD": tucker, "one SVD": joint, "shrunk": shrunk}
    errors = {name: relative_error(image, X) for name, image in images.items()}
    mean = relative_error(X.mean(axis=(0, 1)), X)

    fig, axes = plt.subplots(1, 5, figsize=(13, 2.6), width_ratios=[4, 4, 4, 4, 3])
    for ax, (name, image) in zip(axes, images.items(), strict=False):
        ax.imshow(image.clip(0, 1))
        ax.set(title=name, xticks=[], yticks=[])
    bars = axes[4].barh(list(errors)[1:], list(errors.values())[1:], color=["C0", "0.6", "0.6"])
    axes[4].bar_label(bars, fmt="%.3f", padding=3)
    for guess in guesses("error of the photograph").values():
        if isinstance(guess, (int, float)):
            axes[4].axvline(guess, color="C3", ls="--")
    axes[4].invert_yaxis()
    axes[4].margins(x=0.35)
    axes[4].set(xlabel="relative error")
    truth = planted(np.random.default_rng(seed))
    table = np.einsum("ar,br,cr->abc", *truth)
    ranks = {f"rank_{n}": float(r) for n, r in enumerate(multilinear_rank(table))}
    return ranks | {
        "hosvd": errors["HOSVD"],
        "one_svd": errors["one SVD"],
        "shrunk": errors["shrunk"],
        "mean_colour": mean,
        "budget": float(budget),
    }


# %% [markdown]
# ## 5. CP by alternating least squares
#
# HOSVD's frames are orthonormal; curves of nature are not. How do we find the CP factors of a table? The squared
# error $\lVert X-\hat X\rVert^2$ is no easy function of all factors at once. But with all factors except $A^{(n)}$
# fixed, it is plain least squares. In the unfolding,
#
# $$\min_A\ \lVert X_{(n)}-A\,Z^\top\rVert^2,\qquad Z=A^{(N-1)}\odot\cdots\odot A^{(n+1)}\odot A^{(n-1)}\odot\cdots\odot A^{(0)} .$$
#
# The solution is $A=X_{(n)}Z\,(Z^\top Z)^\dagger$, where $\dagger$ is the pseudo-inverse. And here the Khatri–Rao
# product shows what it is good for: the inner product of two Kronecker products is the product of inner products, so
#
# $$Z^\top Z=\mathop{\ast}_{k\ne n}A^{(k)\top}A^{(k)} ,$$
#
# an $R\times R$ matrix that never needs $Z$. Do this for one mode after the other, always with the newest factors,
# and start again: **alternating least squares** (ALS). After each solution the columns of the new factor are scaled
# to length 1, and their lengths are the weights $\lambda$. No step can increase the error. But it may stay above the
# least possible one; several starts help.
#
# **By hand.** $X$ as in question 4 ($x_{000}=3$, $x_{111}=2$), rank 1, start with $(1,1)$ in all modes. Mode 0:
# $X_{(0)}Z=(3,2)$, $Z^\top Z=2\cdot2=4$, so the column is $(3,2)/4$ with length $0.901$, and
# $a=(3,2)/\sqrt{13}=(0.832,0.555)$. Mode 1: $X_{(1)}Z=(9,4)/\sqrt{13}$, so $b=(9,4)/\sqrt{97}=(0.914,0.406)$. Mode 2:
# $(81,16)/\sqrt{1261}$ with the length $\lambda=2.325$, so $c=(0.981,0.194)$. The squared error is
# $13-\lambda^2=7.594$, the relative error after this sweep $0.764$. Sweep by sweep it falls to $0.555$, that of
# question 4.


# %% [markdown] hints="cp_als"
# idea: Each update is a regression of the unfolding's rows on the columns of Z, whose Gram matrix comes from small
# Gram matrices.
#
# shapes: The unfolding (I_n, rest) times Z (rest, R) is (I_n, R); the Gram matrix is (R, R). Weights: (R,).
#
# steps: Copy the start. For every sweep and mode: the product of the other factors, last mode first; their Gram
# matrices, multiplied entry by entry; the solution; its column lengths; the scaled factor, put back at once. After
# the last mode of a sweep: the error.
#
# mistake: The order of the Khatri–Rao product belongs to the order of the unfolding's columns: later modes first.


# %% question="cp_als" minutes=40
def cp_als(
    X: Num[np.ndarray, "..."], start: list[Float[np.ndarray, "I_n R"]], n_sweeps: int
) -> tuple[
    Float[np.ndarray, " R"], list[Float[np.ndarray, "I_n R"]], Float[np.ndarray, " n_sweeps"]
]:
    """CP decomposition by alternating least squares.

    A sweep updates the modes 0, 1, …, N - 1 in this order, each with the newest factors of the
    others. Each update is the least-squares solution (the one of least norm, where the Gram matrix
    is singular), and then scales every column to length 1; a column of zeros stays as it is, with
    the weight 0. The order of the components is that of ``start``.

    Args:
        X: tensor with two modes or more, float64 or integers, not all zeros.
        start: one factor per mode, columns of any length. (That of mode 0 does not matter: it is
            solved for first.)
        n_sweeps: number of sweeps, at least 1.

    Returns:
        The weights: the lengths from the last update. The factors, a new list of new arrays. The
        relative error ‖X - X̂‖ / ‖X‖ after each sweep.
    """
    ### BEGIN SOLUTION
    factors, errors = list(start), []
    for _ in range(n_sweeps):
        for mode in range(X.ndim):
            others = factors[:mode] + factors[mode + 1 :]
            product, gram = others[-1], others[-1].T @ others[-1]
            for A in others[-2::-1]:
                product = khatri_rao(product, A)
                gram = gram * (A.T @ A)
            A = unfold(X, mode) @ product @ np.linalg.pinv(gram)
            weights = np.linalg.norm(A, axis=0)
            factors[mode] = np.divide(A, weights, out=np.zeros_like(A), where=weights > 0)
        rest = X - cp_to_tensor(weights, factors)
        errors.append(np.linalg.norm(rest) / np.linalg.norm(X))
    return weights, factors, np.array(errors)
    ### END SOLUTION


# %% [markdown]
# Do the numbers mean anything? Split the vials at random into two halves that share none, and decompose each. If the
# factors of emission, excitation and time are properties of the molecules, both halves must find the same. Three
# short runs for each half, and the best goes on. The figure pairs the components and takes the **worst** cosine of
# two columns, over three components and three modes.
#
# CP finds the same factors twice: the worst cosine is above 0.95. The control takes the right singular vectors of
# vials against everything else, which are orthogonal by force; their worst cosine stays below 0.93. They are ordered
# by size and may mix what is close in size; CP's components cannot.


# %% tags=["demo"]
@demo
def found_twice(seed: int = 0) -> dict[str, float]:
    """CP of two halves of the vials, the best of three starts each: are the curves the same?"""
    from itertools import permutations

    import matplotlib.pyplot as plt

    X, rng = fluorescence(), np.random.default_rng(seed)
    vials = rng.permutation(len(X))
    halves = [X[vials[:28]], X[vials[28:]]]
    fits = []
    for half in halves:
        tries = [cp_als(half, positive_start(rng, half.shape, 3), 40) for _ in range(3)]
        _, best, _ = min(tries, key=lambda fit: fit[2][-1])
        fits.append(cp_als(half, best, 120)[1])
    cosines = [np.abs(a.T @ b) for a, b in zip(fits[0][1:], fits[1][1:], strict=True)]
    order = max(permutations(range(3)), key=lambda p: np.prod(cosines, axis=0)[range(3), p].sum())
    worst = min(float(c[range(3), order].min()) for c in cosines)
    bases = [np.linalg.svd(half.reshape(28, -1), full_matrices=False)[2][:3] for half in halves]
    mixed = np.abs(bases[0] @ bases[1].T)
    control = max(float(mixed[range(3), p].min()) for p in permutations(range(3)))

    names = ["colour out", "colour in", "time"]
    fig, axes = plt.subplots(1, 4, figsize=(13, 3.2), width_ratios=[3, 3, 3, 2])
    for mode, (ax, name) in enumerate(zip(axes, names, strict=False), start=1):
        for r in range(3):
            ax.plot(np.abs(fits[0][mode][:, r]), color=f"C{r}")
            ax.plot(np.abs(fits[1][mode][:, order[r]]), "o", color=f"C{r}", ms=4)
        ax.set(xlabel=f"index of {name}", ylabel="entry of the column, without sign", title=name)
    bars = axes[3].bar(["CP", "SVD"], [worst, control], color=["C0", "0.6"])
    axes[3].bar_label(bars, fmt="%.3f")
    axes[3].set(ylim=(0, 1.2), title="worst cosine", ylabel="cosine of two halves")
    fig.suptitle("lines: one half of the vials; dots: the other half")
    return {"cp": worst, "svd": control}


# %% [markdown]
# ## 6. A table with holes
#
# Most tables are not full. A user rates a few items in a few months. To treat a missing rating as the number 0 is a
# claim, and a false one. So the loss runs over the **observed** cells only, with a penalty that keeps the factors
# small:
#
# $$L=\sum_{m}\Big(v_m-\sum_r\prod_n a^{(n)}_{i_{mn} r}\Big)^2+\rho\sum_n\lVert A^{(n)}\rVert^2 .$$
#
# Entry $m$ has the indices $i_{m0},\dots,i_{m,N-1}$ and the value $v_m$. The weights are part of the factors here.
# Again one mode is solved for at a time, but now each **row** of $A^{(n)}$ has a regression of its own. Only the
# entries with $i_{mn}=i$ know row $i$. Let $z_m$ be the product, entry by entry, of the rows that the other factors
# have for entry $m$. Then
#
# $$a^{(n)}_i=\Big(\sum_{m:\,i_{mn}=i}z_mz_m^\top+\rho I\Big)^{-1}\sum_{m:\,i_{mn}=i}v_mz_m .$$
#
# The loss is a *sum* over entries. If it were their mean, the same $\rho$ would weigh as many times more as there are
# entries. A row without entries becomes 0: the matrix is $\rho I$, and the right-hand side is empty. Without the
# penalty that row would have no solution. With $N=2$ this is the matrix factorisation of recommender systems.
#
# ![Five observed cells of a table of users, items and months. The two cells of one user give two rows z, each the product of an item's row and a month's row; a small regression on them gives the user's row. A user without cells gets zeros.](pictures/tensors/rows.svg)
#
# **By hand.** A matrix of rank 1, $\rho=1$. User 0 has rated item 0 with 3 and item 1 with 1; the items have the
# numbers 1 and 2. Then $a_0=(3\cdot1+1\cdot2)/(1+4+1)=5/6$. Without the penalty it would be 1. User 1 has no ratings:
# $a_1=0$.


# %% [markdown] hints="cp_complete"
# idea: For one mode, every entry votes for one row: with the matrix of its z, and with its value times z. Collect the
# votes, then solve for all rows.
#
# shapes: The rows `A[idx[:, k]]` of another factor are (m, R), and so is z. Votes: (m, R, R) and (m, R); collected:
# (I_n, R, R) and (I_n, R).
#
# steps: Copy the start. For each sweep and mode: z from the other factors; sums over the entries of each row (a loop
# over rows, or `np.add.at`); add the penalty to every diagonal; solve; go on with the new factor.
#
# mistake: `G[idx[:, n]] += votes` counts an index that occurs twice only once.


# %% question="cp_complete" minutes=40
def cp_complete(
    idx: Int[np.ndarray, "m N"],
    vals: Float[np.ndarray, " m"],
    start: list[Float[np.ndarray, "I_n R"]],
    reg: float,
    n_sweeps: int,
) -> list[Float[np.ndarray, "I_n R"]]:
    """CP of a table with holes, by alternating regularised least squares over the observed cells.

    A sweep updates the modes 0, 1, …, N - 1 in this order, each with the newest factors of the
    others. Columns are not scaled, and there are no weights. The loss is the sum of squared errors
    over the m entries plus ``reg`` times the sum of all squared entries of all factors.

    Args:
        idx: indices of the observed cells, one row per entry, one column per mode, two modes or
            more. A cell may occur more than once; each time counts.
        vals: values of the entries.
        start: one factor per mode; its number of rows is the size of the mode.
        reg: weight of the penalty, positive.
        n_sweeps: number of sweeps; 0 gives the start.

    Returns:
        The factors, a new list of new arrays. Rows without an entry are 0 (after at least one
        sweep).
    """
    ### BEGIN SOLUTION
    factors = [np.array(A) for A in start]
    for _ in range(n_sweeps):
        for mode in range(len(factors)):
            rows = [A[idx[:, k]] for k, A in enumerate(factors) if k != mode]
            z = np.prod(rows, axis=0)
            rank = z.shape[1]
            gram = np.zeros((len(factors[mode]), rank, rank))
            right = np.zeros((len(factors[mode]), rank))
            np.add.at(gram, idx[:, mode], z[:, :, None] * z[:, None])
            np.add.at(right, idx[:, mode], vals[:, None] * z)
            gram += reg * np.eye(rank)
            factors[mode] = np.linalg.solve(gram, right[:, :, None]).squeeze(-1)
    return factors
    ### END SOLUTION


# %% [markdown]
# Now the planted table, of which 12 % is seen, with a little noise. The error is measured on the other 88 %. Always
# guessing the mean rating leaves 0.6. The controls: a matrix of users against items and months together, and one that
# forgets the months (both by your function, with $N=2$, and each at its best rank from 1 to 4), holes filled with
# zeros, and months shuffled for each user, so that there is no common season to find.
#
# CP of rank 3 leaves an error below 0.02 and finds both seasons with a cosine above 0.999. No matrix gets below 0.15,
# and without the months none gets below 0.35. Rating the holes as zeros costs nearly everything: an error above 0.85.


# %% tags=["predict"]
# Relative error on the hidden ratings. (Always guessing the mean rating leaves 0.6.)
predict("hidden ratings", cp=..., no_months=...)


# %% tags=["demo"]
@demo
def seasons(seed: int = 0) -> dict[str, float]:
    """CP on 12 % of the planted ratings, against matrices, zeros and shuffled months."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    rng = np.random.default_rng(seed)
    truth = planted(rng)
    X = cp_to_tensor(np.ones(3), truth)
    noisy = X + 0.01 * X.std() * rng.normal(size=X.shape)
    seen = rng.random(X.shape) < 0.12
    idx = np.argwhere(seen)
    reg, n_sweeps = 0.1, 60

    def fit(rank: int, table: np.ndarray = noisy) -> tuple[float, list[np.ndarray]]:
        factors = cp_complete(idx, table[seen], positive_start(rng, X.shape, rank), reg, n_sweeps)
        goal = X if table is noisy else table
        return relative_error(cp_to_tensor(np.ones(rank), factors), goal, ~seen), factors

    cp = {rank: fit(rank) for rank in (1, 2, 3, 4)}
    joint, no_months = [], []
    pairs = np.stack([idx[:, 0], 12 * idx[:, 1] + idx[:, 2]], axis=1)
    for rank in (1, 2, 3, 4):
        A, B = cp_complete(pairs, noisy[seen], positive_start(rng, (60, 600), rank), reg, n_sweeps)
        joint.append(relative_error((A @ B.T).reshape(X.shape), X, ~seen))
        A, B = cp_complete(
            idx[:, :2], noisy[seen], positive_start(rng, (60, 50), rank), reg, n_sweeps
        )
        no_months.append(relative_error((A @ B.T)[:, :, None], X, ~seen))
    weights, factors, _ = cp_als(
        np.where(seen, noisy, 0), positive_start(rng, X.shape, 3), n_sweeps
    )
    zeros = relative_error(cp_to_tensor(weights, factors), X, ~seen)
    shuffled, _ = fit(3, np.stack([user[:, rng.permutation(12)] for user in noisy]))

    def unit(A: np.ndarray) -> np.ndarray:
        return A / np.linalg.norm(A, axis=0)

    cosines = np.abs(unit(truth[2]).T @ unit(cp[3][1][2]))
    errors = {
        "CP, rank 3": cp[3][0],
        "matrix, joint": min(joint),
        "without months": min(no_months),
        "holes are zeros": zeros,
        "months shuffled": shuffled,
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4))
    guess = guesses("hidden ratings")
    guessed = {"CP, rank 3": guess.get("cp"), "without months": guess.get("no_months")}
    bars(left, errors, ["C0"] + 4 * ["0.6"], "%.3f", guessed)
    left.set(xlabel="relative error on the hidden ratings", xlim=(0, 1.15))
    for r in range(3):
        match = cosines[r].argmax()
        right.plot(unit(truth[2])[:, r], color=f"C{r}")
        right.plot(np.abs(unit(cp[3][1][2])[:, match]), "o", color=f"C{r}", ms=5)
    right.set(xlabel="month", ylabel="unit column", title="lines: planted; dots: found")
    return {
        **{f"cp_{rank}": error for rank, (error, _) in cp.items()},
        "joint": min(joint),
        "no_months": min(no_months),
        "zeros": zeros,
        "shuffled": shuffled,
        "cosine": float(cosines.max(axis=1).min()),
        "mean": relative_error(noisy[seen].mean(), X, ~seen),
    }


# %% [markdown]
# ## 7. Better frames: HOOI
#
# HOSVD finds the frame of each mode as if no other mode were truncated. But they all are. Fix all frames except
# $U^{(n)}$; for orthonormal frames and the best core,
#
# $$\lVert X-\hat X\rVert^2=\lVert X\rVert^2-\lVert G\rVert^2,$$
#
# so the best $U^{(n)}$ makes the core as large as possible. With $Y=X\times_{k\ne n}U^{(k)\top}$ that is $\max\lVert
# U^{(n)\top}Y_{(n)}\rVert$, and the answer is the first $R_n$ left singular vectors of $Y_{(n)}$. Go round and round,
# from the frames of the HOSVD: **higher-order orthogonal iteration** (HOOI). It is ALS for Tucker. The error never
# increases, and again nothing promises the best.
#
# **By hand.** Take $W$ of question 3: $w_{100}=w_{010}=w_{001}=1$. The rows of each unfolding are orthogonal; row 0
# has the squared length 2, row 1 has 1. So each frame of the HOSVD with ranks $(1,1,1)$ is $e_0$, the core is
# $w_{000}=0$, and the relative error is 1: nothing is kept. One sweep of HOOI: in mode 0,
# $Y=(w_{000},w_{100})=(0,1)$, so $U^{(0)}=e_1$. Then modes 1 and 2 keep $e_0$. The core is now $w_{100}=1$, the
# relative error $\sqrt{2/3}=0.816$. (The best possible is $0.745$, with $(\sqrt{2/3},\sqrt{1/3})$ in all modes. HOOI
# stays at a saddle point.)


# %% [markdown] hints="hooi"
# idea: The SVD of question 4, but of a tensor that all other frames have shrunk already.
#
# shapes: For sizes (6, 7, 8), ranks (2, 3, 4) and mode 1: Y is (2, 7, 4), its unfolding (7, 8), the new frame (7, 3).
#
# steps: Begin with the frames of `hosvd`. For each sweep and mode: shrink `X` along all modes but this one, with the
# newest frames; unfold, SVD, keep the first columns. At the end shrink `X` along all modes.
#
# mistake: The core that the HOSVD has left belongs to its frames. The new frames need a new one.


# %% question="hooi" minutes=25 further
def hooi(
    X: Float[np.ndarray, "..."], ranks: tuple[int, ...], n_sweeps: int
) -> tuple[Float[np.ndarray, "..."], list[Float[np.ndarray, "I_n R_n"]]]:
    """Tucker decomposition by higher-order orthogonal iteration, from the truncated HOSVD.

    A sweep updates the modes 0, 1, …, N - 1 in this order, each with the newest frames of the
    others.

    Args:
        X: tensor with two modes or more.
        ranks: one number per mode, at least 1, at most the size of the mode and the product of the
            other ranks.
        n_sweeps: number of sweeps; 0 gives the truncated HOSVD.

    Returns:
        The core of the final frames, whose sizes are ``ranks``, and a list with the frame of each
        mode: orthonormal columns, that of the largest singular value first, each with either sign.
    """
    ### BEGIN SOLUTION
    core, frames = hosvd(X, ranks)
    for _ in range(n_sweeps):
        for mode in range(X.ndim):
            Y = X
            for other in range(X.ndim):
                if other != mode:
                    Y = mode_n_product(Y, frames[other].T, other)
            u = np.linalg.svd(unfold(Y, mode), full_matrices=False)[0]
            frames[mode] = u[:, : ranks[mode]]
        core = mode_n_product(Y, frames[-1].T, -1)
    return core, frames
    ### END SOLUTION


# %% [markdown]
# How much is there to gain? On the vials the first sweep takes the error from 0.101 to 0.097, and later ones add
# nothing that one can see. On a tensor of pure noise more sweeps help, and still the error stays near 0.9. HOOI is
# never worse than HOSVD. The grey line is a bound that no approximation of these ranks can pass: the worst single
# truncation alone.


# %% tags=["demo"]
@demo
def better_frames(seed: int = 0) -> dict[str, float]:
    """Error of HOOI after each sweep, on the vials and on noise; sweep 0 is the HOSVD."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    tables = {
        "vials, ranks 2": (fluorescence(), (2, 2, 2, 2)),
        "noise, ranks 3": (rng.normal(size=(10, 10, 10)), (3, 3, 3)),
    }
    numbers = {}
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.2))
    for ax, (name, (X, ranks)) in zip(axes, tables.items(), strict=True):
        total, errors = np.linalg.norm(X), []
        for n_sweeps in range(6):
            core, _ = hooi(X, ranks, n_sweeps)
            errors.append(float(np.sqrt(1 - (np.linalg.norm(core) / total) ** 2)))
        tails = []
        for mode, rank in enumerate(ranks):
            s = np.linalg.svd(unfold(X, mode), compute_uv=False)
            tails.append(float(np.linalg.norm(s[rank:]) / total))
        ax.plot(errors, "o-")
        ax.axhline(max(tails), color="0.6", label="no Tucker of these ranks is below")
        ax.legend()
        ax.set(title=name, xlabel="sweeps of HOOI", ylabel="relative error")
        key = name.split(",")[0]
        numbers |= {
            f"{key}_hosvd": errors[0],
            f"{key}_first": errors[1],
            f"{key}_hooi": errors[-1],
            f"{key}_bound": max(tails),
        }
    return numbers


# %% [markdown]
# ## 8. A convolution in four small ones
#
# A convolution's kernel is a tensor with four modes: output channels, input channels, rows, columns. Suppose that it
# has the CP form
#
# $$K_{ocij}=\sum_{r=1}^{R}A_{or}\,B_{cr}\,C_{ir}\,D_{jr} .$$
#
# Put it into the sum of a convolution layer and pull the sums apart:
#
# $$y_{o,h,w}=\sum_{c,i,j}K_{ocij}\,x_{c,h+i,w+j}=\sum_rA_{or}\sum_jD_{jr}\sum_iC_{ir}\underbrace{\sum_cB_{cr}\,x_{c,h+i,w+j}}_{1\times1\text{ convolution}} .$$
#
# Read it from the right: a $1\times1$ convolution to $R$ channels; in each channel by itself (*depthwise*) a column
# of $k_h$ taps, then a row of $k_w$ taps; a $1\times1$ convolution to $C_o$ channels. As in networks, this is a
# cross-correlation: the kernel is not flipped. We use no padding and step 1. The number of parameters is a sum where
# it was a product: $R\,(C_o+C_i+k_h+k_w)$ in place of $C_o\,C_i\,k_h\,k_w$.
#
# ![An image of Ci channels goes through a 1 by 1 convolution to R channels, a depthwise column of kh taps, a depthwise row of kw taps, and a 1 by 1 convolution to Co channels. Below each arrow its number of parameters: R Ci, R kh, R kw, R Co.](pictures/tensors/conv.svg)
#
# (A Tucker decomposition of the two channel modes alone gives three convolutions: $1\times1$, a small full one,
# $1\times1$.)
#
# **By hand.** A layer of VGG with $512$ channels in and out and $3\times3$ taps has $2\,359\,296$ parameters; with
# $R=64$ there are $64\,(512+512+3+3)=65\,920$, a ratio of $35.79$. And one channel, $R=1$, $A=2$, $B=1$, $C=(1,1)$,
# $D=(1,-1)$ on the image $\begin{pmatrix}1&2\\4&8\end{pmatrix}$: columns give $(5,10)$, rows $5-10=-5$, and $y=-10$.


# %% [markdown] hints="cp_conv2d"
# idea: Four small steps, each a sum over one index. Two of them are mode-n products.
#
# shapes: (B, C_i, H, W), then (B, R, H, W), then H - k_h + 1 rows, then W - k_w + 1 columns, then C_o channels.
#
# steps: Mix channels. Then add up k_h shifted pieces of the image, each times its row of C (one number per channel).
# Likewise for the columns with D. Mix channels again.
#
# mistake: In the middle, component r of C and D meets channel r only; nothing is summed over r before the last step.


# %% question="cp_conv2d" minutes=30 further forbid=["numpy.convolve", "numpy.correlate"]
def cp_conv2d(
    x: Float[np.ndarray, "B Ci H W"],
    A: Float[np.ndarray, "Co R"],
    Bf: Float[np.ndarray, "Ci R"],
    C: Float[np.ndarray, "kh R"],
    D: Float[np.ndarray, "kw R"],
) -> Float[np.ndarray, "B Co Hout Wout"]:
    """Convolution layer whose kernel is a CP decomposition; without padding, step 1, no bias.

    As in torch it is a cross-correlation: the kernel K[o, c, i, j] = Σ_r A[o, r] Bf[c, r] C[i, r]
    D[j, r] is not flipped. ``numpy.convolve`` and ``numpy.correlate`` are not to be used.

    Args:
        x: batch of images, at least as large as the kernel.
        A: factor of output channels.
        Bf: factor of input channels.
        C: factor of the kernel's rows.
        D: factor of the kernel's columns.

    Returns:
        Images with Co channels, H - kh + 1 rows and W - kw + 1 columns.
    """
    ### BEGIN SOLUTION
    z = mode_n_product(x, Bf.T, 1)
    height = x.shape[2] - len(C) + 1
    z = sum(C[i][:, None, None] * z[:, :, i : i + height] for i in range(len(C)))
    width = x.shape[3] - len(D) + 1
    z = sum(D[j][:, None, None] * z[:, :, :, j : j + width] for j in range(len(D)))
    return mode_n_product(z, A, 1)
    ### END SOLUTION


def compression_ratio(Co: int, Ci: int, kh: int, kw: int, R: int) -> float:
    """Parameters of the full kernel over those of its CP factors.

    Args:
        Co: output channels.
        Ci: input channels.
        kh: rows of the kernel.
        kw: columns of the kernel.
        R: rank.

    Returns:
        The ratio; below 1 where the factors have more numbers than the kernel.
    """
    ### BEGIN SOLUTION
    return Co * Ci * kh * kw / (R * (Co + Ci + kh + kw))
    ### END SOLUTION


# %% [markdown]
# Does a real bank of filters have such a form? Sixteen Gabor filters of $7\times7$ pixels look for edges in eight
# directions; each looks at its own mixture of three colours. Your `cp_als` decomposes the bank at several ranks, and
# `cp_conv2d` runs the result over the photograph. The control: a kernel of noise with the same sizes.
#
# At rank 12 the filters' answers are off by less than 0.25, with nearly six times fewer numbers. The noise kernel is
# off by more than 0.6: compression works where there is structure, and nowhere else.


# %% tags=["demo"]
@demo
def filters(seed: int = 0) -> dict[str, float]:
    """A bank of Gabor filters and a kernel of noise, compressed by CP and run over a photograph."""
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_sample_image

    rng = np.random.default_rng(seed)
    full = load_sample_image("china.jpg")[:424].astype(float) / 255
    x = full.reshape(106, 4, 160, 4, 3).mean(axis=(1, 3)).transpose(2, 0, 1)[None]
    x = x - x.mean(axis=(2, 3), keepdims=True)
    grid = np.arange(7.0) - 3
    bank = np.zeros((16, 3, 7, 7))
    for o in range(16):
        angle, phase = np.pi * (o % 8) / 8, np.pi / 2 * (o // 8)
        along = np.cos(angle) * grid[:, None] + np.sin(angle) * grid
        wave = np.cos(2 * np.pi * along / 6 + phase) * np.exp(-(grid[:, None] ** 2 + grid**2) / 8)
        bank[o] = rng.dirichlet(np.ones(3))[:, None, None] * wave
    kernels = {"filters": bank, "noise": rng.normal(size=bank.shape)}
    windows = np.lib.stride_tricks.sliding_window_view(x[0], (7, 7), axis=(1, 2))
    ranks, errors = (4, 8, 12, 16), {}
    for name, kernel in kernels.items():
        full_answer = np.einsum("chwij,ocij->ohw", windows, kernel)[None]
        errors[name] = []
        for rank in ranks:
            start = [rng.normal(size=(size, rank)) for size in kernel.shape]
            weights, (A, *others), _ = cp_als(kernel, start, 60)
            errors[name].append(relative_error(cp_conv2d(x, A * weights, *others), full_answer))
    ratios = [compression_ratio(16, 3, 7, 7, rank) for rank in ranks]
    fig, ax = plt.subplots(figsize=(7, 3.4))
    for (name, values), colour in zip(errors.items(), ["C0", "0.6"], strict=True):
        ax.plot(ratios, values, "o-", color=colour, label=name)
    for ratio, rank in zip(ratios, ranks, strict=True):
        ax.annotate(f"rank {rank}", (ratio, 1.02), ha="center", fontsize=8)
    ax.set(xlabel="times fewer numbers", ylabel="relative error of the answers", ylim=(0, 1.12))
    ax.legend(loc="center right")
    at = ranks.index(12)
    return {"filters": errors["filters"][at], "noise": errors["noise"][at], "ratio": ratios[at]}


# %% [markdown]
# ## Payoff: 97 cells in a hundred are lost
#
# Back to the vials. About a thousand of the 33,600 cells are kept, at random: some 18 of the 600 of each vial. Your
# `cp_complete` fills in the rest, and the error is measured on cells that it never saw. All factorisations get the
# same cells, the same penalty, the same sweeps.
#
# The controls: the same function on a matrix of vials against everything else (it must learn 600 numbers of its own
# per component); each cell's mean over the vials that show it; one number for all; zeros in the holes; and the same
# table with the cells of each vial shuffled, which has the same numbers and no curves.
#
# Shared curves fill in what a matrix cannot: CP of rank 3 leaves an error of about 0.1 on the hidden cells, the cell
# means about 0.26, the matrix above 0.45. One component is not enough (0.16). With zeros in the holes nearly
# everything is lost, and with shuffled cells more than half: it is the structure that fills the holes, not the
# method.


# %% tags=["predict"]
# Relative error on the cells that were never seen; the means of the cells leave 0.26.
predict("cells never seen", cp_rank_3=..., matrix=...)


# %% tags=["demo"]
@demo
def three_percent(seed: int = 0) -> dict[str, float]:
    """CP on 3 % of the cells of the vials, with its controls, and one vial."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    X, rng = fluorescence(), np.random.default_rng(seed)
    seen = rng.random(X.shape) < 0.03
    hidden, idx = ~seen, np.argwhere(seen)
    reg, n_sweeps = 0.3, 40

    def fill(table: np.ndarray, rank: int) -> np.ndarray:
        start = positive_start(rng, X.shape, rank)
        return cp_to_tensor(np.ones(rank), cp_complete(idx, table[seen], start, reg, n_sweeps))

    filled = {rank: fill(X, rank) for rank in (1, 2, 3)}
    pairs = np.stack([idx[:, 0], np.ravel_multi_index(tuple(idx[:, 1:].T), X.shape[1:])], axis=1)
    A, B = cp_complete(pairs, X[seen], positive_start(rng, (56, 600), 1), reg, n_sweeps)
    count = seen.sum(axis=0)
    mean = np.where(count > 0, (X * seen).sum(axis=0) / np.maximum(count, 1), X[seen].mean())
    weights, factors, _ = cp_als(np.where(seen, X, 0), positive_start(rng, X.shape, 3), n_sweeps)
    shuffled = rng.permuted(X.reshape(56, 600), axis=1).reshape(X.shape)
    errors = {
        f"CP, rank {rank}": relative_error(table, X, hidden) for rank, table in filled.items()
    }
    errors |= {
        "mean of the cell": relative_error(mean, X, hidden),
        "one number": relative_error(X[seen].mean(), X, hidden),
        "matrix, rank 1": relative_error((A @ B.T).reshape(X.shape), X, hidden),
        "CP, cells shuffled": relative_error(fill(shuffled, 3), shuffled, hidden),
        "CP, holes are zeros": relative_error(cp_to_tensor(weights, factors), X, hidden),
    }
    vial = 20
    fig = plt.figure(figsize=(12, 4.4))
    grid = fig.add_gridspec(3, 2, width_ratios=[3, 2])
    rows = {
        "kept": np.where(seen, X, np.nan)[vial],
        "filled in, rank 3": filled[3][vial],
        "measured": X[vial],
    }
    for place, (name, cells) in enumerate(rows.items()):
        ax = fig.add_subplot(grid[place, 0])
        ax.imshow(
            cells.transpose(0, 2, 1).reshape(12, 50), vmin=0, vmax=X[vial].max(), aspect="auto"
        )
        ax.set(title=name, xticks=[], yticks=[], ylabel="colour out")
    ax.set_xlabel("colours in, at five times")
    right = fig.add_subplot(grid[:, 1])
    guess = guesses("cells never seen")
    guessed = {"CP, rank 3": guess.get("cp_rank_3"), "matrix, rank 1": guess.get("matrix")}
    bars(right, errors, 3 * ["C0"] + 5 * ["0.6"], guessed=guessed)
    right.set(xlabel="relative error on cells never seen", xlim=(0, 1.2))
    return {
        **{f"cp_{rank}": errors[f"CP, rank {rank}"] for rank in filled},
        "cell_mean": errors["mean of the cell"],
        "one_number": errors["one number"],
        "matrix": errors["matrix, rank 1"],
        "shuffled": errors["CP, cells shuffled"],
        "zeros": errors["CP, holes are zeros"],
        "kept": float(len(idx)),
    }


# %% [markdown]
# ## What you built, and where it goes next
#
# Bring your own table: `cp_complete` needs a list of indices and values, with two modes or five. Begin with a small
# rank, hide a tenth of what you know, and look at the error there.
#
# You can now unfold a tensor, decompose it by CP and by Tucker, fill its holes, and run a network's layer in
# compressed form. And you know the price: CP's factors are unique, but its rank is hard to find and its best
# approximation may not exist; Tucker's ranks are easy, but its frames turn.
#
# - **Tensor trains** (matrix product states) write a tensor with many modes as a chain of three-way cores, with a
#   number of parameters that grows linearly with $N$; a core of Tucker grows exponentially. [Oseledets
#   2011](https://doi.org/10.1137/090752286)
# - **Non-negative factorisation** keeps all factors at or above 0, so that components can only add: spectra, topics.
#   [Cichocki et al. 2009](https://doi.org/10.1002/9780470747278)
# - **Border rank and swamps:** why ALS sometimes stalls. [de Silva and Lim 2008](https://arxiv.org/abs/math/0607647)
# - **NP-hardness:** [Hillar and Lim 2013](https://arxiv.org/abs/0911.1393). **Uniqueness:** [Kruskal
#   1977](https://doi.org/10.1016/0024-3795(77)90069-6).
# - **Tucker for convolutions:** [Kim et al. 2016](https://arxiv.org/abs/1511.06530).
#
# The [article](https://www.chenk.top/en/linear-algebra/13-tensors-and-multilinear-algebra/) tells the same story with
# more background.
