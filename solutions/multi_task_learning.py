# %% [markdown]
# # Multi-task learning
#
# One network, several tasks. You will build the ways of sharing weights, the tests of whether two tasks
# help or hurt each other, and the methods that settle the dispute when they do not agree: uncertainty
# weighting, GradNorm, PCGrad and CAGrad. At the end one function trains a network with any of them. A
# regression task with large losses drowns a digit classifier in it: plain summing costs it about 11 points
# of accuracy, and you will see which methods win them back.
#
# **You need** PyTorch modules and autograd, and the chain rule (assignment *Neural networks and
# backpropagation*).
#
# <!-- questions -->
#
# **Article** [Transfer Learning (6): Multi-Task
# Learning](https://www.chenk.top/en/transfer-learning/06-multi-task-learning/)
#
# **Papers** [cross-stitch](https://arxiv.org/abs/1604.03539), [MTAN](https://arxiv.org/abs/1803.10704),
# [uncertainty weighting](https://arxiv.org/abs/1705.07115), [GradNorm](https://arxiv.org/abs/1711.02257),
# [PCGrad](https://arxiv.org/abs/2001.06782), [CAGrad](https://arxiv.org/abs/2110.14048).
#
# **Notation** $T$ tasks with losses $L_1,\dots,L_T$; $\theta\in\mathbb R^P$ the shared parameters;
# $g_t=\nabla_\theta L_t$ the gradient of task $t$; $G\in\mathbb R^{T\times P}$ all of them, one row per
# task; $g_0=\frac1T\sum_t g_t$ their mean. Tensors are float32, ids int64, and so are those that you
# return. No function changes its inputs unless its docstring says so.

# %%
from collections.abc import Callable, Sequence

import scipy.optimize
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, probe

torch.set_num_threads(1)

# %% [markdown]
# ## First look: two valleys
#
# Two tasks share two parameters. Each loss is a valley, $L_t(\theta)=\frac12(\theta-c_t)^\top
# H_t(\theta-c_t)$, with a floor of its own. Where the angle between the gradients is acute,
# $g_1\cdot g_2>0$, a small step on one task also helps the other. Where $g_1\cdot g_2<0$ it hurts: the
# gradients **conflict**. The cell below shades that region. It is 33 % of the window, and the two minima
# are joined by a curve that runs inside it: the **Pareto set**, where no step improves both losses. Every
# weighting of the two losses has its minimum on that curve; the question is where to stop on it. Nothing to
# write yet. The valleys come back after question 8.

# %%
CENTRES = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
CURVATURES = torch.tensor([[[5.0, -4.0], [-4.0, 5.0]], [[6.0, 0.0], [0.0, 1.0]]])


def valley_gradients(theta: Float[Tensor, "*n 2"]) -> Float[Tensor, "*n 2 2"]:
    """Gradients of both losses at each point, one row per task."""
    return torch.einsum("tij,...tj->...ti", CURVATURES, theta[..., None, :] - CENTRES)


def valley_losses(theta: Float[Tensor, "*n 2"]) -> Float[Tensor, "*n 2"]:
    """Both losses at each point."""
    return (valley_gradients(theta) * (theta[..., None, :] - CENTRES)).sum(-1) / 2


def valley_map(axes, title: str) -> Float[Tensor, "n m"]:
    """Contours of both losses, the conflict region and the Pareto set; returns g1·g2 on the grid."""
    xs, ys = torch.meshgrid(torch.linspace(-1.6, 3.6, 131), torch.linspace(-2.6, 2.8, 136), indexing="xy")
    grid = torch.stack([xs, ys], dim=-1)
    dots = valley_gradients(grid).prod(dim=-2).sum(-1)
    axes.contourf(xs, ys, dots < 0, levels=[0.5, 1.5], colors=["#f2c14e"], alpha=0.45)
    for task, colour in enumerate(["#1b6ca8", "#b5302a"]):
        loss = valley_losses(grid)[..., task]
        axes.contour(xs, ys, loss, levels=[0.3, 1.5, 4, 9, 18], colors=colour, linewidths=0.7)
        axes.plot(*CENTRES[task], "*", color=colour, markersize=13, label=f"minimum of task {task + 1}")
    pareto = pareto_set()
    axes.plot(pareto[:, 0], pareto[:, 1], color="#333333", linewidth=2.5, label="Pareto set")
    axes.set(title=title, xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", aspect="equal")
    return dots


def pareto_set() -> Float[Tensor, "101 2"]:
    """Minimisers of v L1 + (1 - v) L2 for v from 0 to 1."""
    share = torch.linspace(0, 1, 101)[:, None]
    weights = torch.cat([share, 1 - share], dim=1)
    pull = torch.einsum("nt,tij,tj->ni", weights, CURVATURES, CENTRES)
    return torch.linalg.solve(torch.einsum("nt,tij->nij", weights, CURVATURES), pull)


# %% tags=["demo"]
@demo
def two_valleys() -> dict[str, float]:
    """The share of the window in which the two tasks conflict."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 5.6), facecolor="white", layout="constrained")
    dots = valley_map(axes, "Two tasks, two shared parameters\n(shaded: the gradients conflict)")
    for start in [(-1.0, 1.6), (0.9, -1.7), (2.9, 1.4), (0.7, 1.4), (1.7, 0.9)]:
        point = torch.tensor(start)
        downhill = -F.normalize(valley_gradients(point), dim=1) * 0.6
        for step, colour in zip(downhill, ["#1b6ca8", "#b5302a"], strict=True):
            axes.annotate("", point + step, point, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2})
    axes.legend(loc="lower left", fontsize=8)
    plt.show()
    return {"conflicting_share": (dots < 0).float().mean().item()}


# %% [markdown]
# ## 1. Hard sharing: one encoder, many heads
#
# The simplest multi-task network computes one representation and reads every answer from it:
#
# $$z=\mathrm{ReLU}(W_0x+b_0),\qquad \hat y_t=W_tz+b_t .$$
#
# Trained on $\sum_tw_tL_t$, the encoder gets $\sum_tw_tg_t$. Head $t$ gets $w_t$ times the gradient of its own
# loss and nothing of the others. Three views of why this may help:
#
# - **Regularisation.** The encoder must serve all tasks, so features that fit the noise of one are
#   discouraged.
# - **Data.** Every label of every task shapes the encoder. A task with few labels borrows from the others.
# - **Computation.** One forward pass of the encoder serves all heads. With $d_{in}=64$, $d_{hidden}=16$ and
#   heads of 10 and 1 outputs there are $65\cdot16+17\cdot10+17\cdot1=1227$ parameters. Two separate
#   networks have $1040$ more.
#
# It may also hurt: if the tasks want different features, each gets worse than alone. That is **negative
# transfer**.
#
# **Worked number.** $x=(1,2,-1)$, $W_0=\begin{pmatrix}1&1&0\\1&0&2\end{pmatrix}$, $b_0=0$. Then
# $W_0x=(3,-1)$ and $z=(3,0)$. Head $a$ with weight $(2\;\;5)$ and bias 1 gives $7$. Head $b$ with rows
# $(1\;\;1)$ and $(-1\;\;0)$ and bias 0 gives $(3,-3)$: heads are linear, so outputs may be negative.
#
# The names of the parts are fixed, so that others can address the shared parameters: `encoder.0.weight`,
# `encoder.0.bias`, and `heads.<task>.weight`, `heads.<task>.bias`. A module finds its parameters only in
# attributes that are modules or parameters themselves, which a plain `dict` is not.


# %% question="MultiTaskNet" minutes=25
class MultiTaskNet(nn.Module):
    """Hard parameter sharing: one hidden layer for all tasks, one linear head for each.

    Attributes:
        encoder: ``nn.Sequential`` of a linear layer (with bias) and ``nn.ReLU()``.
        heads: ``nn.ModuleDict`` from task name to a linear layer (with bias); its input is the encoder's
            output.
    """

    def __init__(self, d_in: int, d_hidden: int, heads: dict[str, int]) -> None:
        """Make the layers; their initial values are torch's own.

        Args:
            d_in: number of input features.
            d_hidden: number of shared features.
            heads: number of outputs of each task, by name.
        """
        ### BEGIN SOLUTION
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(d_in, d_hidden), nn.ReLU())
        self.heads = nn.ModuleDict({name: nn.Linear(d_hidden, n) for name, n in heads.items()})
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B d_in"]) -> dict[str, Float[Tensor, "B n_outputs"]]:
        """Outputs of all heads, by task name.

        No activation follows a head. Gradients of every head reach the encoder.
        """
        ### BEGIN SOLUTION
        z = self.encoder(x)
        return {name: head(z) for name, head in self.heads.items()}
        ### END SOLUTION


# %% [markdown]
# ## 2. Soft sharing: separate networks that talk
#
# Instead of sharing weights, every task may keep a network of its own and be tied to the others.
#
# **A penalty on distance.** Let $\theta_i\in\mathbb R^P$ be all weights of network $i$, flattened. Add to
# the loss
#
# $$R=\lambda\sum_{i=1}^T\sum_{j\ne i}\lVert\theta_i-\theta_j\rVert^2 .$$
#
# The sum runs over **ordered** pairs: $(i,j)$ and $(j,i)$ both count. Its gradient is $\partial
# R/\partial\theta_i=4\lambda\sum_j(\theta_i-\theta_j)=4\lambda T(\theta_i-\bar\theta)$: each network is
# pulled to the mean $\bar\theta$ of all, in proportion to its distance. $\lambda\to\infty$ is hard sharing,
# $\lambda=0$ none. *Worked number:* $\theta_1=(1,0)$, $\theta_2=(3,1)$ are $4+1=5$ apart (squared), so
# $\lambda=0.5$ gives $0.5\cdot2\cdot5=5$.
#
# **Cross-stitch units** mix activations rather than weights. With $x_a,x_b$ the features of the two
# networks at some layer and a learned $A\in\mathbb R^{2\times2}$,
#
# $$\begin{pmatrix}x_a'\\x_b'\end{pmatrix}=\begin{pmatrix}A_{00}&A_{01}\\A_{10}&A_{11}\end{pmatrix}
# \begin{pmatrix}x_a\\x_b\end{pmatrix}.$$
#
# Both outputs are made of the *old* features. $A=I$ separates the tasks, equal rows share everything.
# *Worked number:* $x_a=(1,2)$, $x_b=(10,30)$, $A=\begin{pmatrix}.9&.1\\.2&.8\end{pmatrix}$ gives
# $x_a'=(1.9,4.8)$ and $x_b'=(8.2,24.4)$.
#
# **MTAN** shares one network and lets each task choose from its features by a learned mask in $(0,1)$. For
# one example with features $f\in\mathbb R^d$,
#
# $$f'=\sigma(Wf+b)\odot f .$$
#
# Each feature is judged on its own: a task may keep all of them, or none. A softmax would make them compete
# for one unit of attention. In a batch $f$ is a row, so that $Wf$ becomes `features @ W.T`, as in
# `nn.Linear`. *Worked number:* $f=(2,-1)$, $W=\begin{pmatrix}0&1\\3&6\end{pmatrix}$, $b=(1,0)$:
# $Wf+b=(0,0)$, the mask is $(\frac12,\frac12)$ and $f'=(1,-\frac12)$.


# %% question="soft_sharing_penalty" minutes=35 further
def soft_sharing_penalty(thetas: list[Float[Tensor, "P"]], lam: float) -> Float[Tensor, ""]:
    """Squared distances between the weights of T networks, summed over ordered pairs, times ``lam``.

    Args:
        thetas: the flattened weights, one vector per network; T of them, T ≥ 1.
        lam: strength of the tie.

    Returns:
        A scalar through which gradients flow to every vector; 0 for a single network.
    """
    ### BEGIN SOLUTION
    theta = torch.stack(thetas)
    differences = theta[:, None] - theta[None, :]  # the diagonal is 0 and may stay
    return lam * differences.square().sum()
    ### END SOLUTION


def cross_stitch(
    xa: Float[Tensor, "B d"], xb: Float[Tensor, "B d"], A: Float[Tensor, "2 2"]
) -> tuple[Float[Tensor, "B d"], Float[Tensor, "B d"]]:
    """Linear mix of the features of two networks: row 0 of ``A`` makes the new xa, row 1 the new xb.

    Args:
        xa: features of network a; not changed.
        xb: features of network b; not changed.
        A: mixing weights, learned.

    Returns:
        The new xa and the new xb, both made of the old ones. Gradients flow to all three arguments.
    """
    ### BEGIN SOLUTION
    mixed_a = A[0, 0] * xa + A[0, 1] * xb
    mixed_b = A[1, 0] * xa + A[1, 1] * xb
    return mixed_a, mixed_b
    ### END SOLUTION


def mtan_mask(
    features: Float[Tensor, "B d"], W: Float[Tensor, "d d"], b: Float[Tensor, "d"]
) -> Float[Tensor, "B d"]:
    """Shared features under the attention mask of one task, σ(W f + b) ⊙ f for each row f.

    Args:
        features: shared features, one example per row; not changed.
        W: weights of the mask; row i makes the mask of feature i.
        b: bias of the mask.

    Returns:
        The masked features. Pre-activations of ±1000 give a mask of 1 or 0. Gradients flow to all three
        arguments, to ``features`` through the mask as well.
    """
    ### BEGIN SOLUTION
    return torch.sigmoid(features @ W.T + b) * features
    ### END SOLUTION


# %% [markdown]
# ## 3. Do these tasks belong together?
#
# Three measurements: of directions, of what a step does, and of features.
#
# **Gradient cosine.** A small step $-\eta g_i$ changes $L_j$ by $-\eta\,g_i\cdot g_j$ to first order. Free
# of scale,
#
# $$\cos_{ij}=\frac{g_i\cdot g_j}{\lVert g_i\rVert\lVert g_j\rVert}.$$
#
# Tasks $i$ and $j$ conflict if $\cos_{ij}<0$, strictly. There are $T(T-1)/2$ pairs; a task forms no pair
# with itself. A task that is solved has $g_i=0$ and no direction. We set $\cos_{ij}=0$ for all $j$ then,
# $j=i$ included. *Worked number:* $g_1=(0,5)$, $g_2=(4,3)$, $g_3=(-3,0)$: $\cos_{12}=15/25=0.6$,
# $\cos_{13}=0$, $\cos_{23}=-12/15=-0.8$. One of three pairs conflicts.
#
# **Transfer.** The cosine ignores curvature and the size of the step. So take the step, and look. With
# $\theta^{(i)}=\theta-\eta g_i$,
#
# $$Z_{ij}=1-\frac{L_j(\theta^{(i)})}{L_j(\theta)}$$
#
# is the share of task $j$'s loss that one step **on task $i$** removes; negative where it hurts. Every step
# starts from the same $\theta$. For small $\eta$, $Z_{ij}\approx\eta\,g_i\cdot g_j/L_j$: a conflict again,
# but $Z$ is not symmetric, since a loud task moves a quiet one more than the reverse. *Worked number:*
# $L_1=(\theta-1)^2$, $L_2=2(\theta+1)^2$ at $\theta=0$, $\eta=0.1$: $g=(-2,4)$. A step on task 1 leads to
# $0.2$, with losses $0.64$ and $2.88$, so $Z_{1\cdot}=(0.36,-0.44)$. A step on task 2 leads to $-0.4$, with
# losses $1.96$ and $0.72$, so $Z_{2\cdot}=(-0.96,0.64)$.
#
# **Representation.** Do two networks, trained apart, compute the same features? Let $X\in\mathbb R^{n\times
# p}$ and $Y\in\mathbb R^{n\times q}$ be their features on the same $n$ examples. No feature of one belongs
# to a feature of the other, so compare which *examples* are alike: $XX^\top$ against $YY^\top$. Subtract
# from every column its mean over the examples. Then **linear CKA** is the cosine of these two $n\times n$
# matrices. Since $\langle XX^\top,YY^\top\rangle=\mathrm{tr}(XX^\top YY^\top)=\lVert Y^\top X\rVert_F^2$,
#
# $$\mathrm{CKA}(X,Y)=\frac{\lVert Y^\top X\rVert_F^2}
# {\lVert X^\top X\rVert_F\,\lVert Y^\top Y\rVert_F}\in[0,1].$$
#
# It does not change if $X$ is scaled, shifted or rotated. For $p=q=1$ it is the squared correlation.
# *Worked number:* $X=(0,1,2)^\top$ and $Y=(0,0,3)^\top$ have centred columns $(-1,0,1)$ and $(-1,-1,2)$.
# $\lVert Y^\top X\rVert_F^2=3^2=9$, and $9/(2\cdot6)=0.75$.


# %% question="gradient_conflicts" minutes=35 forbid=["torch.nn.functional.cosine_similarity"]
def gradient_conflicts(G: Float[Tensor, "T P"]) -> tuple[Float[Tensor, "T T"], Float[Tensor, ""]]:
    """Cosines between task gradients, and how many pairs of tasks conflict.

    ``cosine_similarity`` is not allowed in this question.

    Args:
        G: gradients, one row per task, T ≥ 2. A row may be zero, and other rows as short as 1e-6.

    Returns:
        The cosines; 0 in row and column of a zero gradient, its diagonal element included. And the fraction
        of the T(T−1)/2 pairs of different tasks whose cosine is below 0, without a tolerance.
    """
    ### BEGIN SOLUTION
    length = G.norm(dim=1, keepdim=True)
    unit = G / torch.where(length > 0, length, 1.0)  # a zero row stays zero
    cosines = unit @ unit.T
    i, j = torch.triu_indices(len(G), len(G), offset=1)
    return cosines, (cosines[i, j] < 0).float().mean()
    ### END SOLUTION


def transfer_affinity(
    losses: Callable[[Float[Tensor, "P"]], Float[Tensor, "T"]], theta: Float[Tensor, "P"], lr: float
) -> Float[Tensor, "T T"]:
    """Z[i, j]: the share of task j's loss that is removed by one gradient step on task i.

    Args:
        losses: maps parameters to the T positive losses, differentiably; every loss depends on them.
        theta: where all steps start; not changed. It does not require a gradient, and still does not afterwards.
        lr: size of the step, θ − lr·g_i.

    Returns:
        1 − L_j(θ − lr·g_i) / L_j(θ), row i for the task stepped on and column j for the task looked at.
    """
    ### BEGIN SOLUTION
    theta = theta.detach().requires_grad_()  # a new tensor on the same values: the caller's is left alone
    before = losses(theta)
    rows = []
    for loss in before:
        (g,) = torch.autograd.grad(loss, theta, retain_graph=True)
        rows.append(1 - losses(theta - lr * g) / before)
    return torch.stack(rows)
    ### END SOLUTION


def linear_cka(X: Float[Tensor, "n p"], Y: Float[Tensor, "n q"]) -> Float[Tensor, ""]:
    """Similarity of two sets of features of the same n examples, from 0 to 1.

    Args:
        X: features of one network, one example per row, not all of them constant; not changed. They are not
            centred: a column's mean may be a thousand times its spread, which may be as small as 0.01.
        Y: features of another network for the same examples, likewise.

    Returns:
        ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) in Frobenius norms, after each column's mean is subtracted.
    """
    ### BEGIN SOLUTION
    X = X - X.mean(dim=0)
    Y = Y - Y.mean(dim=0)
    return (Y.T @ X).square().sum() / ((X.T @ X).norm() * (Y.T @ Y).norm())
    ### END SOLUTION


# %% [markdown]
# ## 4. Auxiliary tasks: labels for free
#
# A second task need not matter to anybody. It may be there to teach the encoder, and its labels may come
# from the data itself. Its loss gets a weight and joins the sum; its head is thrown away after training.
#
# **Rotation.** Turn each image by $k\cdot90°$ and ask for $k\in\{0,1,2,3\}$. Whoever answers must know what
# is up. All four rotations of an image go into the same batch, so that no class is rare. Turns are
# **counter-clockwise** with row 0 on top. *Worked number:* $\begin{pmatrix}1&2\\3&4\end{pmatrix}$ becomes
# $\begin{pmatrix}2&4\\1&3\end{pmatrix}$ for $k=1$: the right column comes to the top. The batch order is
# image by image: image 0 with $k=0,1,2,3$, then image 1. Images and labels are built by different calls and
# must agree on that order; if they do not, the loss stays near $\log4$ and nothing else looks wrong.
#
# **Jigsaw.** Cut the image into $2\times2$ tiles, numbered row by row (0 top left, 1 top right, 2 bottom
# left, 3 bottom right). Shuffle them by one of $K$ permutations $\pi^{(0)},\dots,\pi^{(K-1)}$ and ask which
# one it was. Place $i$ of the new image shows tile $\pi_i$ of the old. *Worked number:* $\pi=(2,0,3,1)$
# makes $\begin{pmatrix}3&1\\4&2\end{pmatrix}$ of $\begin{pmatrix}1&2\\3&4\end{pmatrix}$.
#
# A third family, contrastive learning (are these two views of one image?), has a place in *Fine-tuning*.


# %% question="rotation_task" minutes=25 further
def rotation_task(x: Float[Tensor, "B H H"]) -> tuple[Float[Tensor, "4*B H H"], Int64[Tensor, "4*B"]]:
    """Every image in its four orientations, and the labels to predict.

    Args:
        x: square images, row 0 on top.

    Returns:
        The images turned counter-clockwise by 0°, 90°, 180° and 270°: the four of image 0 first, then the
        four of image 1, and so on. The labels 0, 1, 2, 3 (number of quarter turns) in the same order, int64.
    """
    ### BEGIN SOLUTION
    turned = torch.stack([x.rot90(k, dims=(1, 2)) for k in range(4)], dim=1)
    return turned.flatten(0, 1), torch.arange(4).repeat(len(x))
    ### END SOLUTION


def jigsaw_task(
    x: Float[Tensor, "B H W"], perms: Int64[Tensor, "K 4"], ids: Int64[Tensor, "B"]
) -> Float[Tensor, "B H W"]:
    """Images whose four tiles are shuffled; the label to predict is ``ids``.

    Args:
        x: images of even height and even width, not always equal; not changed.
        perms: permutations of the tiles 0 to 3 (numbered row by row).
        ids: for each image, which permutation it gets.

    Returns:
        Images of the same size: place i of image b shows tile ``perms[ids[b], i]`` of ``x[b]``.
    """
    ### BEGIN SOLUTION
    B, H, W = x.shape
    tiles = x.reshape(B, 2, H // 2, 2, W // 2).transpose(2, 3).flatten(1, 2)
    shuffled = tiles[torch.arange(B)[:, None], perms[ids]]
    return shuffled.reshape(B, 2, 2, H // 2, W // 2).transpose(2, 3).reshape(B, H, W)
    ### END SOLUTION


# %% [markdown]
# ## 5. Uncertainty weighting
#
# Losses come in units. Depth in millimetres has a squared error $10^6$ times that in metres, and a plain
# sum listens to nothing else. How heavy should a task be? Let the likelihood decide. If $y_t$ is Gaussian
# around the prediction with variance $\sigma_t^2$, the negative log-likelihood per example is, up to a
# constant,
#
# $$\frac{(y_t-\hat y_t)^2}{2\sigma_t^2}+\log\sigma_t .$$
#
# The mean squared error $L_t$ stands for the numerator. Learn $s_t=\log\sigma_t^2$, which may take any real
# value and needs no constraint. Then
#
# $$\mathcal L(L,s)=\sum_t\Bigl(\tfrac12e^{-s_t}L_t+\tfrac12s_t\Bigr).$$
#
# Without the second term the best $s_t$ would be $+\infty$: a task that is declared pure noise costs
# nothing. With it, $\partial\mathcal L/\partial s_t=\frac12(1-e^{-s_t}L_t)=0$ at $e^{s_t}=L_t$, that is
# $\sigma_t=\sqrt{L_t}$. Put back, $\mathcal L=\frac12\sum_t(1+\log L_t)$ with gradient $\frac12\sum_t
# g_t/L_t$: the unit of a loss cancels.
#
# For cross-entropy the same form is used, though only approximately derived; some codes then drop the
# $\frac12$ before $L_t$. Here every task has it.
#
# **Worked number.** $L=(4,1,\frac12)$ and $s=(0,0,0)$ give $2+\frac12+\frac14=2.75$. At the optimum
# $s=(\log4,0,-\log2)$ every first term is $\frac12$: $\frac32+\frac12(\log4-\log2)\approx1.847$.


# %% question="uncertainty_loss" minutes=20 forbid=["torch.nn.functional.gaussian_nll_loss"]
def uncertainty_loss(losses: Float[Tensor, "T"], s: Float[Tensor, "T"]) -> Float[Tensor, ""]:
    """Sum over tasks of ½ e^(−s) L + ½ s; ``gaussian_nll_loss`` is not allowed.

    Args:
        losses: the T losses, any scale.
        s: log-variances log σ² of the tasks, learned together with the network; any value from −30 to 30, as it is.

    Returns:
        A scalar through which gradients flow to both arguments.
    """
    ### BEGIN SOLUTION
    return (0.5 * torch.exp(-s) * losses + 0.5 * s).sum()
    ### END SOLUTION


# %% [markdown]
# ## 6. GradNorm
#
# Uncertainty weighting looks at losses. What moves the encoder are gradients, and GradNorm balances those.
# Let $n_t=\lVert\nabla_\theta L_t\rVert$ be the **unweighted** gradient norm of task $t$. In the total
# $\sum_tw_tL_t$ its share has norm $w_tn_t$; the mean is $\bar G=\frac1T\sum_tw_tn_t$.
#
# How fast does a task learn? $L_t/L_t^{(0)}$ is what is left of its first loss: large means slow. Relative
# to the others, $r_t=\dfrac{L_t/L_t^{(0)}}{\frac1T\sum_kL_k/L_k^{(0)}}$. A slow task should get more, so
# the norm we want is $\bar G\,r_t^\alpha$. With $\alpha=0$ all norms are made equal, a larger $\alpha$
# favours the slow more. The weights follow the loss
#
# $$L_{grad}(w)=\sum_t\bigl|\,w_tn_t-\bar G\,r_t^\alpha\,\bigr| ,$$
#
# in which $\bar G\,r_t^\alpha$ is a **constant**, a target to be hit, although $\bar G$ was computed from
# $w$. So $\partial L_{grad}/\partial w_t=n_t\,\mathrm{sign}(w_tn_t-\bar G\,r_t^\alpha)$, with
# $\mathrm{sign}(0)=0$. If gradients were let through the target, the distance could also be closed by
# moving the target, for instance by shrinking all weights together. Each step of gradient descent ends by
# scaling the weights to the sum $T$, so that the learning rate of the network keeps its meaning:
#
# $$\tilde w_t=w_t-\eta\,n_t\,\mathrm{sign}(w_tn_t-\bar G\,r_t^\alpha),\qquad
# w_t'=T\,\tilde w_t\Big/\sum_k\tilde w_k .$$
#
# Nothing keeps $w_t$ positive; $\eta n_t$ must be small against $w_t$.
#
# **Worked number.** $w=(1.5,0.5)$, $n=(4,8)$, $L=(3,1)$, $L^{(0)}=(10,2)$, $\alpha=1$, $\eta=0.1$. Then
# $wn=(6,4)$, $\bar G=5$, $L/L^{(0)}=(0.3,0.5)$ and $r=(0.75,1.25)$, so the targets are $(3.75,6.25)$. Task 1 is
# above, task 2 below: $\tilde w=(1.5-0.4,\;0.5+0.8)=(1.1,1.3)$. The sum is $2.4$, and
# $w'=(11/12,13/12)\approx(0.917,1.083)$.


# %% question="gradnorm_step" minutes=30 further
def gradnorm_step(
    w: Float[Tensor, "T"],
    norms: Float[Tensor, "T"],
    losses: Float[Tensor, "T"],
    initial_losses: Float[Tensor, "T"],
    alpha: float,
    lr: float,
) -> Float[Tensor, "T"]:
    """Task weights after one gradient-descent step on Σ|w n − Ḡ r^α|, scaled to the sum T.

    Args:
        w: present weights, of any positive sum; not changed.
        norms: norms n of the gradients of the unweighted losses.
        losses: present losses.
        initial_losses: losses at the start of training, positive.
        alpha: strength of the preference for slow tasks, ≥ 0.
        lr: step size η.

    Returns:
        New weights. The target Ḡ r^α is a constant in the gradient. A task exactly on its target is not moved
        by the step; there is no tolerance. Weights are not clipped.
    """
    ### BEGIN SOLUTION
    weighted = w * norms
    rate = losses / initial_losses
    rate = rate / rate.mean()
    target = weighted.mean() * rate**alpha
    w = w - lr * norms * torch.sign(weighted - target)
    return len(w) * w / w.sum()
    ### END SOLUTION


# %% [markdown]
# ## 7. PCGrad: projecting conflicts away
#
# Weights change the lengths of gradients. If two of them point against each other, no positive weights
# remove that. *Projecting conflicting gradients* does. If $g\cdot g_j<0$, take from $g$ its component along
# $g_j$:
#
# $$g\;\leftarrow\;g-\frac{g\cdot g_j}{\lVert g_j\rVert^2}\,g_j .$$
#
# Now $g\cdot g_j=0$: to first order this step no longer hurts task $j$. If $g\cdot g_j\ge0$, nothing is
# done. For task $i$ start with $g=g_i$ and visit the other tasks one after the other. The test and the
# projection use the **running** $g$ and the **original** $g_j$. The result is the **mean** of the $T$
# vectors. (The paper adds them up and draws a new random order for each $i$; here the order is an argument,
# the same for all $i$.)
#
# **Worked number.** $g_1=(1,0)$, $g_2=(-1,1)$ with $g_1\cdot g_2=-1$. $g_1$ becomes
# $(1,0)+\frac12(-1,1)=(\frac12,\frac12)$. $g_2$ becomes $(-1,1)+(1,0)=(0,1)$, made with the original $g_1$.
# The mean is $(\frac14,\frac34)$. It has inner product $\frac14$ with $g_1$ and $\frac12$ with $g_2$.
#
# A third task $g_3=(1,-2)$, in the order 1, 2, 3. $g_1$ becomes $(\frac12,\frac12)$ as before. That conflicts with
# $g_3$, although $g_1$ itself does not, and becomes $(\frac12,\frac12)+\frac{1/2}{5}(1,-2)=(0.6,0.3)$. $g_2$
# becomes $(0,1)$, then $(0,1)+\frac25(1,-2)=(0.4,0.2)$. $g_3$ becomes $(1,-2)+\frac32(-1,1)=(-\frac12,-\frac12)$.
# The mean is $(\frac16,0)$.
#
# **What it promises.** For $T=2$ in conflict, let $d$ be the result. Then $d\cdot g_1=\frac12\lVert
# g_1\rVert^2(1-\cos^2)\ge0$, and the same for task 2: no loss rises to first order. For $T\ge3$ this is
# lost, because a later projection can turn $g$ against an earlier task: the $(\frac16,0)$ above has inner product
# $-\frac16$ with $g_2$. With three random Gaussian gradients in $\mathbb R^3$ some task's loss rises in about 13 %
# of draws.
#
# **What it costs.** If $\cos=-1$ both projections are zero and training stops. That holds everywhere on the
# Pareto set but at its two ends, the minima, where one gradient is zero. So where PCGrad stops depends on where it
# started. You will see it in the next demo.


# %% question="pcgrad" minutes=25
def pcgrad(G: Float[Tensor, "T P"], order: Sequence[int]) -> Float[Tensor, "P"]:
    """Mean of the task gradients after each was projected off those it conflicts with.

    Args:
        G: original gradients, one row per task; not changed. A row may be zero: it conflicts with no other.
            Others may be as short as 1e-6; what conflicts is decided without a tolerance.
        order: a permutation of 0 … T−1. Every task i visits the others in this order and leaves itself out.

    Returns:
        The mean of the T projected gradients. Task i's running gradient is tested against, and projected off,
        the original row j.
    """
    ### BEGIN SOLUTION
    projected = []
    for i in range(len(G)):
        g = G[i]
        for j in order:
            if j != i and g @ G[j] < 0:
                g = g - (g @ G[j]) / (G[j] @ G[j]) * G[j]
        projected.append(g)
    return torch.stack(projected).mean(dim=0)
    ### END SOLUTION


# %% [markdown]
# ## 8. CAGrad: conflict-averse and still convergent
#
# CAGrad asks for the best step for the **worst-off** task, near the mean gradient:
#
# $$\max_d\;\min_t\;g_t\cdot d\qquad\text{subject to}\qquad\lVert d-g_0\rVert\le
# c\,\lVert g_0\rVert,\qquad0\le c<1 .$$
#
# The first-order gain of task $t$ is $g_t\cdot d$ (the step is $-\eta d$). Beware of a version that minimises
# $\lVert g\rVert^2$ subject to $g\cdot g_t\ge0$: its answer is $g=0$.
#
# The minimum over $t$ is a minimum over mixtures, $\min_tg_t\cdot d=\min_wg_w\cdot d$ with
# $g_w=\sum_tw_tg_t$, $w\ge0$, $\sum_tw_t=1$. The function is linear in each of $d$ and $w$ and both sets
# are convex and compact, so max and min may change places. For a fixed $w$ the best $d$ in the ball goes
# from its centre straight along $g_w$:
#
# $$d=g_0+c\,\lVert g_0\rVert\,\frac{g_w}{\lVert g_w\rVert},\qquad\text{of value}\qquad
# \Phi(w)=g_w\cdot g_0+c\,\lVert g_0\rVert\,\lVert g_w\rVert .$$
#
# What is left is to **minimise** the convex $\Phi$ over the simplex. With $T=2$, $g_w=w\,g_1+(1-w)\,g_2$ and
# $w\in[0,1]$: a search on an interval. Often the minimum lies at an end. (Real codes compute $\Phi$ from the
# inner products $GG^\top$, so that the search costs the same for any $P$.)
#
# Two ways to search: thirds (cut off the worse outer third, 60 times), or bisection on the sign of $\Phi'$.
# Do it in **float64**. Near its minimum $\Phi$ is flat, and values rounded to float32 show $w$ to about
# three digits only.
#
# **Why it converges.** $d\cdot g_0\ge(1-c)\lVert g_0\rVert^2>0$ for every $d$ in the ball. So the mean loss
# falls in every small step until $g_0=0$, unlike with PCGrad.
#
# **Worked number.** $g_1=(6,0)$, $g_2=(0,8)$, $c=0.2$. $g_0=(3,4)$ has norm 5, so the radius is 1.
# $\Phi'(w)=(g_1-g_2)\cdot\bigl(g_0+g_w/\lVert g_w\rVert\bigr)$, where $(g_1-g_2)\cdot g_0=18-32=-14$ and
# the second part is at most $\lVert g_1-g_2\rVert=10$. $\Phi'<0$ everywhere, so $w=1$, $g_w/\lVert
# g_w\rVert=(1,0)$ and $d=(4,4)$. The mean gradient gains $(18,32)$ on the two tasks, $d$ gains $(24,32)$:
# the worse one is lifted.


# %% question="cagrad" minutes=35
def cagrad(G: Float[Tensor, "2 P"], c: float) -> Float[Tensor, "P"]:
    """The step within c‖g0‖ of the mean gradient g0 whose smaller gain, min(g_1·d, g_2·d), is largest.

    Args:
        G: the gradients of two tasks; not changed. Neither is zero, and neither is their mean; both may be as
            short as 1e-6, and point in the same or in opposite directions.
        c: radius of the ball relative to ‖g0‖, 0 ≤ c < 1.

    Returns:
        d = g0 + c‖g0‖ g_w/‖g_w‖ with g_w = w g_1 + (1−w) g_2 and w the minimiser in [0, 1] of g_w·g0 +
        c‖g0‖‖g_w‖, found to 1e-6 or better (search in float64; a closed form is welcome, too). Its dtype is
        that of ``G``. With c = 0 it is g0.
    """
    ### BEGIN SOLUTION
    g1, g2 = G.double()
    g0 = (g1 + g2) / 2
    radius = c * g0.norm()

    def phi(w: float) -> Float[Tensor, ""]:
        g_w = w * g1 + (1 - w) * g2
        return g_w @ g0 + radius * g_w.norm()

    low, high = 0.0, 1.0
    for _ in range(60):
        third = (high - low) / 3
        if phi(low + third) < phi(high - third):
            high -= third
        else:
            low += third
    g_w = low * g1 + (1 - low) * g2
    return (g0 + radius * g_w / g_w.norm()).to(G.dtype)
    ### END SOLUTION


# %% [markdown]
# ### Three methods in the two valleys
#
# Plain gradient descent, step size 0.1, 300 steps from each of three starts. The mean gradient and CAGrad
# end at the one minimum of the mean loss, $(1.44,0.96)$, from everywhere. PCGrad ends at three different
# points of the Pareto set, at each with $\cos=-1$. No point of the curve is better than another for both
# tasks. But which one you get is decided by the initial weights, and nobody chose it.


# %% tags=["demo"]
@demo
def three_descents() -> dict[str, list[list[float]]]:
    """Where the mean gradient, PCGrad and CAGrad end, from three starts, and the cosine there."""
    import matplotlib.pyplot as plt

    methods = {
        "mean gradient": lambda G: G.mean(dim=0),
        "PCGrad": lambda G: pcgrad(G, [0, 1]),
        "CAGrad, c = 0.5": lambda G: cagrad(G, 0.5),
    }
    starts = [(-1.2, 2.3), (0.9, -2.2), (3.3, 1.8)]
    figure, axes = plt.subplots(1, 4, figsize=(17, 4.6), facecolor="white", layout="constrained")
    pareto = valley_losses(pareto_set())
    axes[3].plot(pareto[:, 0], pareto[:, 1], color="#333333", linewidth=2.5, label="Pareto front")
    markers = dict(zip(methods, ["o", "s", "X"], strict=True))
    colours = dict(zip(methods, ["#444444", "#7b2d8b", "#1a7f4b"], strict=True))
    ends: dict[str, list[list[float]]] = {}
    for panel, (name, direction) in zip(axes, methods.items(), strict=False):
        valley_map(panel, name)
        ends[name] = []
        for start in starts:
            path = [torch.tensor(start)]
            for _ in range(300):
                path.append(path[-1] - 0.1 * direction(valley_gradients(path[-1])))
            track = torch.stack(path)
            panel.plot(track[:, 0], track[:, 1], color=colours[name], linewidth=2)
            panel.plot(*track[0], "o", color=colours[name], markersize=5, fillstyle="none")
            panel.plot(*track[-1], markers[name], color=colours[name], markersize=9, markeredgecolor="white")
            cosine = F.cosine_similarity(*valley_gradients(track[-1]), dim=0).item()
            ends[name].append([*track[-1].tolist(), cosine])
        losses = valley_losses(torch.tensor(ends[name])[:, :2])
        style = {"marker": markers[name], "color": colours[name], "label": name, "zorder": 3}
        axes[3].scatter(losses[:, 0], losses[:, 1], s=190 if name == "mean gradient" else 70, **style)
    axes[0].legend(loc="lower left", fontsize=8)
    axes[3].set(title="Where they stop", xlabel="loss of task 1", ylabel="loss of task 2")
    axes[3].set(xlim=(0.5, 3.5), ylim=(0, 3.5))
    axes[3].legend(fontsize=8)
    plt.show()
    return ends


# %% [markdown]
# ## 9. One training loop for all of them
#
# **The gradients of the tasks.** For $G$ every loss is differentiated on its own, and the gradients with
# respect to a list of parameters are flattened and joined in the order of that list. Three traps:
#
# - The backward pass of one loss must not free the graph that the next one needs.
# - `.grad` *adds up*: whoever calls `backward` per task and reads `.grad` gets $g_1$, then $g_1+g_2$.
# - A parameter that a loss does not use has the gradient `None`, not zeros. Joining only what is there
#   gives rows of different lengths.
#
# *Worked number:* parameters $a=(2,3)$ and $b=5$, losses $L_1=a_1a_2$ and $L_2=a_1b^2$. The rows are
# $(3,2,0)$ and $(25,0,20)$.
#
# **The loop.** In every step, with the losses $L_t$ of the whole batch at the present parameters:
#
# | method | total loss | afterwards |
# |---|---|---|
# | `uniform` | $\sum_tL_t$ | |
# | `uncertainty` | $\sum_t\bigl(\frac12e^{-s_t}L_t+\frac12s_t\bigr)$ | one step of gradient descent on $s$ |
# | `gradnorm` | $\sum_tw_tL_t$ | `gradnorm_step` on $w$ |
# | `pcgrad` | $\sum_tL_t$ | the encoder's gradient is replaced by $T\cdot$`pcgrad`$(G)$ |
# | `cagrad` | $\sum_tL_t$ | the encoder's gradient is replaced by $T\cdot$`cagrad`$(G)$ |
#
# The factor $T$ turns the mean into a sum. Then PCGrad without a conflict, and CAGrad with $c=0$, do
# exactly what `uniform` does. $G$ holds the gradients of the **unweighted** losses with respect to the
# **encoder** only. The heads are nobody's quarrel: head $t$ always follows the total loss. If the surgery
# ran over all parameters, the head's gradient would enter $\lVert g_j\rVert^2$ and every projection would
# come out too short.
#
# $s$ starts at 0 and $w$ at 1. Both are updated after the network, from this step's losses and gradients,
# and used from the next step on. The first losses, $L^{(0)}$, are those of step 0 and stay.


# %% question="train_mtl" minutes=40
def task_gradients(losses: Sequence[Float[Tensor, ""]], params: Sequence[Tensor]) -> Float[Tensor, "T P"]:
    """Gradient of each loss with respect to all parameters, flattened and joined.

    Args:
        losses: T scalars (a list, or a tensor of T elements), each with its graph, which is not freed:
            ``backward`` may still be called afterwards.
        params: tensors that require gradients; P is the sum of their sizes. Their ``.grad`` is not touched.

    Returns:
        One row per task. Within a row the parameters follow in the order of ``params``, each flattened row by
        row; zeros for a parameter which that loss does not depend on.
    """
    ### BEGIN SOLUTION
    rows = []
    for loss in losses:
        gradients = torch.autograd.grad(loss, params, retain_graph=True, materialize_grads=True)
        rows.append(torch.cat([g.flatten() for g in gradients]))
    return torch.stack(rows)
    ### END SOLUTION


def train_mtl(
    net: nn.Module,
    x: Float[Tensor, "B d_in"],
    targets: dict[str, Tensor],
    loss_fns: dict[str, Callable[[Tensor, Tensor], Float[Tensor, ""]]],
    optimizer: torch.optim.Optimizer,
    method: str,
    steps: int,
    weight_lr: float = 0.05,
    alpha: float = 1.5,
    c: float = 0.5,
) -> dict[str, Float[Tensor, "steps T"]]:
    """Train a hard-sharing network on the whole batch; ``net`` is changed.

    Args:
        net: has ``encoder`` and ``heads`` as :class:`MultiTaskNet` has; ``net(x)`` gives outputs by task
            name. Its parameters may hold an old ``.grad``, which must not count.
        x: inputs, the same in every step.
        targets: targets by task name.
        loss_fns: ``loss_fns[name](output, target)`` is the loss of a task. The order of this dictionary is
            the order of the tasks in ``G``, ``s``, ``w``, in PCGrad's order (0, 1, …, T−1) and in the
            history. The other dictionaries may have another order. A head without a loss is not moved.
        optimizer: over all parameters of ``net``. Use nothing but ``optimizer.zero_grad()`` and
            ``optimizer.step()``, the latter once per step.
        method: "uniform", "uncertainty", "gradnorm", "pcgrad" or "cagrad" (the last with two tasks only; you
            need not check).
        steps: number of steps, ≥ 1.
        weight_lr: step size of plain gradient descent on s (uncertainty) and w (gradnorm).
        alpha: GradNorm's α.
        c: CAGrad's c.

    Returns:
        "losses": the unweighted losses before each step. "weights": the factor of each loss in the total loss
        of that step, which is ½e^(−s) for uncertainty, w for gradnorm, and 1 otherwise. Neither carries a
        graph.

    Raises:
        ValueError: the method is unknown ("PCGrad" is); ``net`` has not been changed then.
    """
    ### BEGIN SOLUTION
    if method not in ("uniform", "uncertainty", "gradnorm", "pcgrad", "cagrad"):
        raise ValueError(f"unknown method {method!r}")
    T = len(loss_fns)
    shared = list(net.encoder.parameters())
    s = torch.zeros(T, requires_grad=True)
    w = torch.ones(T)
    history = {"losses": [], "weights": []}
    for step in range(steps):
        outputs = net(x)
        losses = [loss_fn(outputs[name], targets[name]) for name, loss_fn in loss_fns.items()]
        present_losses = torch.stack(losses).detach()
        if step == 0:
            initial_losses = present_losses
        if method == "uncertainty":
            total = uncertainty_loss(torch.stack(losses), s)
            w = torch.exp(-s.detach()) / 2
        else:
            total = w @ torch.stack(losses)
        history["losses"].append(present_losses)
        history["weights"].append(w)

        if method in ("gradnorm", "pcgrad", "cagrad"):
            G = task_gradients(losses, shared)
        optimizer.zero_grad()
        total.backward()
        if method in ("pcgrad", "cagrad"):
            d = pcgrad(G, range(T)) if method == "pcgrad" else cagrad(G, c)
            for p, part in zip(shared, (T * d).split([p.numel() for p in shared])):
                p.grad = part.view_as(p)
        optimizer.step()

        if method == "uncertainty":
            s = (s - weight_lr * s.grad).detach().requires_grad_()
        if method == "gradnorm":
            w = gradnorm_step(w, G.norm(dim=1), present_losses, initial_losses, alpha, weight_lr)
    return {name: torch.stack(rows) for name, rows in history.items()}
    ### END SOLUTION


# %% [markdown]
# ## Payoff: a loud task and a quiet one
#
# 1797 handwritten digits of $8\times8$ pixels, 1200 for training. Task 1 names the digit (cross-entropy,
# near 2.3 at the start). Task 2 predicts how high the ink sits, its vertical centre of gravity, scaled to a
# variance of 137. Its mean squared error starts near 137: the regression is loud. 16 shared features, 300
# steps of Adam. The dashed lines are networks trained on one task only.
#
# - **uniform** lets the regression rule: 83 to 88 % of the test digits are right, against 95 to 98 % for
#   the digits alone.
# - **PCGrad** is hardly better. It mends directions, and here the trouble is length.
# - **GradNorm** lowers the weight of the regression step by step and gains 1 to 4 points. **CAGrad**, which
#   lifts the worse-off task, gains 7 to 10.
# - **Uncertainty weighting** comes within 2 points of the digits-only net. Each weight $\frac12e^{-s_t}$
#   moves towards $1/(2L_t)$.
#
# None of this is a ranking. Divide the heights by 11.7, so that their variance is 1, and `uniform` is as
# accurate: that too is weighting, done by hand. What no weighting can mend is a true conflict, and for that
# you have the other tools.


# %%
def load_digit_tasks(seed: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Digits with two targets: "digit" (int64) and "height" (float32, variance 137), split at random."""
    from sklearn.datasets import load_digits

    images = torch.tensor(load_digits().images, dtype=torch.float32) / 16
    ink_by_row = images.sum(dim=2)
    centre = (ink_by_row * torch.arange(8.0)).sum(dim=1) / ink_by_row.sum(dim=1)
    height = 11.7 * (centre - centre.mean()) / centre.std()
    data = {"x": images.flatten(1), "digit": torch.tensor(load_digits().target), "height": height[:, None]}
    rows = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return {k: v[rows[:1200]] for k, v in data.items()}, {k: v[rows[1200:]] for k, v in data.items()}


# %% tags=["demo"]
@demo
def loud_and_quiet(seed: int = 0, draw: bool = True) -> dict[str, dict[str, float]]:
    """Test accuracy of the digits and test error of the heights, for five methods and the two tasks alone."""
    train, test = load_digit_tasks(seed)
    loss_fns = {"digit": F.cross_entropy, "height": F.mse_loss}
    weight_lr = {"uncertainty": 0.05, "gradnorm": 0.0003}
    results, histories = {}, {}
    for run in ["uniform", "pcgrad", "gradnorm", "cagrad", "uncertainty", "digit", "height"]:
        torch.manual_seed(seed)
        net = MultiTaskNet(64, 16, {"digit": 10, "height": 1})
        optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
        tasks = {run: loss_fns[run]} if run in loss_fns else loss_fns
        method = "uniform" if run in loss_fns else run
        rate = weight_lr.get(run, 0.0)
        histories[run] = train_mtl(net, train["x"], train, tasks, optimizer, method, 300, rate)
        with torch.no_grad():
            outputs = net(test["x"])
        accuracy = (outputs["digit"].argmax(dim=1) == test["digit"]).float().mean().item()
        results[run] = {"accuracy": accuracy, "mse": F.mse_loss(outputs["height"], test["height"]).item()}
    if not draw:
        return results

    import matplotlib.pyplot as plt

    palette = ["#444444", "#7b2d8b", "#d98200", "#1a7f4b", "#1b6ca8"]
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.4), facecolor="white", layout="constrained")
    methods = [run for run in histories if run not in loss_fns]
    colours = dict(zip(methods, palette, strict=True))
    for method in methods:
        axes[0].plot(histories[method]["losses"][:, 0], color=colours[method], label=method)
    axes[0].plot(histories["digit"]["losses"][:, 0], "--", color="#999999", label="digits alone")
    axes[0].set(title="Training loss of the digits", xlabel="step", ylabel="cross-entropy", yscale="log")
    axes[0].legend(fontsize=8)
    for method in methods:
        ratio = histories[method]["weights"][:, 0] / histories[method]["weights"][:, 1]
        dashes = "--" if method == "pcgrad" else "-"
        axes[1].plot(ratio, dashes, color=colours[method], label=method)
    axes[1].set(title="Weight of digits over weight of heights", xlabel="step", ylabel="ratio", yscale="log")
    axes[1].legend(fontsize=8)
    for method in methods:
        accuracy, mse = results[method]["accuracy"], results[method]["mse"]
        axes[2].plot(mse, accuracy, "o", color=colours[method], markersize=10)
        below = method == "pcgrad"
        offset, anchor = ((8, -12), "top") if below else ((8, 4), "bottom")
        style = {"textcoords": "offset points", "va": anchor, "color": colours[method]}
        axes[2].annotate(method, (mse, accuracy), offset, **style)
    axes[2].axhline(results["digit"]["accuracy"], color="#999999", linestyle="--")
    axes[2].axvline(results["height"]["mse"], color="#999999", linestyle="--")
    axes[2].margins(0.5, 0.12)
    axes[2].set(title="Test set (up and left is better)")
    axes[2].set(xlabel="error of the heights (MSE)", ylabel="accuracy of the digits")
    plt.show()
    return results


# %% [markdown]
# ## What you built, and where it goes next
#
# You have three ways to share (an encoder, a penalty, mixed features), three measurements of whether to
# share, two ways to weigh losses and two to combine gradients, in one loop. Published codes differ from
# yours in bookkeeping: PCGrad draws its orders at random, CAGrad searches the simplex of more than two
# tasks and may rescale its step.
#
# - Which tasks to train together, from transfer affinities: [Fifty et al.,
#   2021](https://arxiv.org/abs/2109.04617).
# - CKA and what it sees: [Kornblith et al., 2019](https://arxiv.org/abs/1905.00414).
# - The step that is shortest instead of best for the worst-off: [MGDA, Sener and Koltun,
#   2018](https://arxiv.org/abs/1810.04650).
# - Pretext tasks: [rotation](https://arxiv.org/abs/1803.07728), [jigsaw](https://arxiv.org/abs/1603.09246).
# - A sober look: well-tuned plain sums often do as well as any of these methods ([Kurin et al.,
#   2022](https://arxiv.org/abs/2201.04122), [Xin et al., 2022](https://arxiv.org/abs/2209.11379)).
# - The article of this assignment: [Transfer Learning (6): Multi-Task
#   Learning](https://www.chenk.top/en/transfer-learning/06-multi-task-learning/).
