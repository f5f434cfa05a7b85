# %% [markdown]
# # Multi-task learning
#
# One network, two tasks, and only so much room in it. Each task pulls the shared weights its own way.
# **Who decides where the network ends: a weight on each loss, or a cleverer step?** One question, and a truth that is
# exact: for two valleys the curve of all best compromises is known, and every method is measured against
# such a curve, at the end on handwritten digits of which eight numbers must hold both halves.
#
# <!-- questions -->
#
# **You need:** PyTorch modules and autograd, and the chain rule (assignment *Neural networks and
# backpropagation*).
#
# **Article:** [Transfer Learning (6): Multi-Task
# Learning](https://www.chenk.top/en/transfer-learning/06-multi-task-learning/)
#
# **Papers:** [cross-stitch](https://arxiv.org/abs/1604.03539), [MTAN](https://arxiv.org/abs/1803.10704),
# [uncertainty weighting](https://arxiv.org/abs/1705.07115), [GradNorm](https://arxiv.org/abs/1711.02257),
# [PCGrad](https://arxiv.org/abs/2001.06782), [CAGrad](https://arxiv.org/abs/2110.14048).
#
# **Conventions of the whole notebook.** $T$ tasks with losses $L_1,\dots,L_T$; $\theta\in\mathbb R^P$ the shared
# parameters; $g_t=\nabla_\theta L_t$ the gradient of task $t$; $G\in\mathbb R^{T\times P}$ all of them, one row per
# task; $g_0=\frac1T\sum_t g_t$ their mean. Tensors are float32, ids int64, and so are those that you
# return. No function changes its inputs unless its docstring says so.

# %%
from collections.abc import Callable, Sequence

import numpy as np
import scipy.optimize
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look: two valleys
#
# Two tasks share two parameters. Each loss is a valley with a floor of its own. **Move the slider:** `share` is
# the weight of task 1, and the rest goes to task 2. Gradient descent on the weighted sum walks to another end each time,
# and all ends lie on one curve, the **Pareto set**: there no step improves both losses. On the right is the same
# curve in the plane of the two losses, the **Pareto front**. The dashed line joins all points that cost the weighted sum
# as much as the end does. The front lies above it and touches it once.
#
# The shaded region, 33 % of the window, is where the gradients **conflict**: $g_1\cdot g_2<0$, so a
# small step on one task hurts the other. The Pareto set runs inside it. On the curve the two gradients are opposite.


# %%
CENTRES = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
CURVATURES = torch.tensor([[[5.0, -4.0], [-4.0, 5.0]], [[6.0, 0.0], [0.0, 1.0]]])


def valley_gradients(theta: Float[Tensor, "*n 2"]) -> Float[Tensor, "*n 2 2"]:
    """Gradients of both losses at each point, one row per task."""
    return torch.einsum("tij,...tj->...ti", CURVATURES, theta[..., None, :] - CENTRES)


def valley_losses(theta: Float[Tensor, "*n 2"]) -> Float[Tensor, "*n 2"]:
    """Both losses at each point: ½ (θ − c)ᵀ H (θ − c)."""
    return (valley_gradients(theta) * (theta[..., None, :] - CENTRES)).sum(-1) / 2


def pareto_set() -> Float[Tensor, "101 2"]:
    """Minimisers of v L1 + (1 - v) L2 for v from 0 to 1."""
    share = torch.linspace(0, 1, 101)[:, None]
    weights = torch.cat([share, 1 - share], dim=1)
    pull = torch.einsum("nt,tij,tj->ni", weights, CURVATURES, CENTRES)
    return torch.linalg.solve(torch.einsum("nt,tij->nij", weights, CURVATURES), pull)


def valley_map(ax, title: str) -> Float[Tensor, "n m"]:
    """Contours of both losses, the conflict region and the Pareto set; returns g1·g2 on the grid."""
    xs, ys = torch.meshgrid(torch.linspace(-1.6, 3.6, 131), torch.linspace(-2.6, 2.8, 136), indexing="xy")
    grid = torch.stack([xs, ys], dim=-1)
    dots = valley_gradients(grid).prod(dim=-2).sum(-1)
    ax.contourf(xs, ys, dots < 0, levels=[0.5, 1.5], colors=["C4"], alpha=0.25)
    for task, colour in enumerate(["C0", "C1"]):
        loss = valley_losses(grid)[..., task]
        ax.contour(xs, ys, loss, levels=[0.3, 1.5, 4, 9, 18], colors=colour, linewidths=0.7)
        ax.plot(*CENTRES[task], "*", color=colour, markersize=13)
        ax.annotate(f"task {task + 1}", CENTRES[task].tolist(), (4, -14), textcoords="offset points", color=colour)
    ax.plot(*pareto_set().T, color="0.5", linewidth=2.5)
    ax.set(title=title, xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", aspect="equal", xlim=(-1.6, 3.6), ylim=(-2.6, 2.8))
    return dots


# %% tags=["demo"]
@demo(share=(0.0, 1.0))
def first_look(share: float = 0.5, seed: int = 0) -> dict[str, float]:
    """Where gradient descent on a weighted sum of two losses ends."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    weights = torch.tensor([share, 1 - share])
    fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.6))
    dots = valley_map(left, f"weights {share:.2f} and {1 - share:.2f}")
    for start in torch.rand(4, 2, generator=generator) * torch.tensor([4.6, 4.8]) + torch.tensor([-1.3, -2.3]):
        path = [start]
        for _ in range(200):
            path.append(path[-1] - 0.1 * weights @ valley_gradients(path[-1]))
        left.plot(*torch.stack(path).T, color="C2", linewidth=1.2)
        left.plot(*start, "o", color="C2", fillstyle="none", markersize=5)
    end = path[-1]
    left.plot(*end, "o", color="C2", markersize=9)
    front, at = valley_losses(pareto_set()), valley_losses(end)
    right.plot(*front.T, color="0.5", linewidth=2.5, label="Pareto front")
    right.plot(*at, "o", color="C2", markersize=9, label="end")
    if 0 < share < 1:
        across = torch.tensor([0.0, 10.0])
        right.plot(across, (weights @ at - share * across) / (1 - share), "--", color="C2", linewidth=1)
    right.set(xlabel="loss of task 1", ylabel="loss of task 2", xlim=(-0.3, 10), ylim=(-0.3, 13), title="the same in losses")
    right.legend()
    slack = (front @ weights - weights @ at).min().item()
    cosine = F.cosine_similarity(*valley_gradients(end), dim=0).item()
    share_of_window = (dots < 0).float().mean().item()
    return {"conflicting_share": share_of_window, "cosine": cosine, "slack": slack, "x": end[0].item(), "y": end[1].item()}


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
# ![Left: an input goes through one encoder to two heads, with the numbers of the example below; dashed arrows bring the weighted gradients of both tasks back into the encoder. Right: two weight vectors tied by a spring, and one feature vector under a mask of each task.](pictures/multi_task_learning/sharing.svg)
#
# It may also hurt: if the tasks want different features, each gets worse than alone. That is **negative
# transfer**.
#
# **By hand.** $x=(1,2,-1)$, $W_0=\begin{pmatrix}1&1&0\\1&0&2\end{pmatrix}$, $b_0=0$. Then
# $W_0x=(3,-1)$ and $z=(3,0)$. Head $a$ with weight $(2\;\;5)$ and bias 1 gives $7$. Head $b$ with rows
# $(1\;\;1)$ and $(-1\;\;0)$ and bias 0 gives $(3,-3)$: heads are linear, so outputs may be negative.
#
# The names of the parts are fixed, so that others can address the shared parameters: `encoder.0.weight`,
# `encoder.0.bias`, and `heads.<task>.weight`, `heads.<task>.bias`. A module finds its parameters only in
# attributes that are modules or parameters themselves, which a plain `dict` is not.


# %% [markdown] hints="MultiTaskNet"
# idea: One representation is computed once; every answer is read from it. What is shared has one name, what is not has one name per task.
#
# shapes: (B, d_in) → (B, d_hidden) → one (B, n_outputs) per task. Draw the picture above for heads of 10 and 1 outputs and count the parameters: 1227.
#
# steps: In the constructor initialise `nn.Module`, then make the two attributes. In the forward pass compute the features, then ask each head in turn and collect its outputs under its name.
#
# mistake: A plain `dict` of layers looks right and trains only the encoder: torch does not see what is in it.


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
# The sum runs over **ordered** pairs: $(i,j)$ and $(j,i)$ both count. That is one factor 2 of the gradient, the square brings
# the other: $\partial R/\partial\theta_i=4\lambda\sum_j(\theta_i-\theta_j)=4\lambda T(\theta_i-\bar\theta)$. Each network is
# pulled to the mean $\bar\theta$ of all, in proportion to its distance. $\lambda\to\infty$ is hard sharing,
# $\lambda=0$ none. **By hand.** $\theta_1=(1,0)$, $\theta_2=(3,1)$ are $4+1=5$ apart (squared), so
# $\lambda=0.5$ gives $0.5\cdot2\cdot5=5$.
#
# **Cross-stitch units** mix activations rather than weights. With $x_a,x_b$ the features of the two
# networks at some layer and a learned $A\in\mathbb R^{2\times2}$,
#
# $$\begin{pmatrix}x_a'\\x_b'\end{pmatrix}=\begin{pmatrix}A_{00}&A_{01}\\A_{10}&A_{11}\end{pmatrix}
# \begin{pmatrix}x_a\\x_b\end{pmatrix}.$$
#
# Both outputs are made of the *old* features. $A=I$ separates the tasks, equal rows share everything.
# **By hand.** $x_a=(1,2)$, $x_b=(10,30)$, $A=\begin{pmatrix}.9&.1\\.2&.8\end{pmatrix}$ gives
# $x_a'=(1.9,4.8)$ and $x_b'=(8.2,24.4)$.
#
# **MTAN** shares one network and lets each task choose from its features by a learned mask in $(0,1)$. For
# one example with features $f\in\mathbb R^d$,
#
# $$f'=\sigma(Wf+b)\odot f .$$
#
# Each feature is judged on its own: a task may keep all of them, or none. A softmax would make them compete
# for one unit of attention. In a batch $f$ is a row, so that $Wf$ becomes `features @ W.T`, as in
# `nn.Linear`. **By hand.** $f=(2,-1)$, $W=\begin{pmatrix}0&1\\3&6\end{pmatrix}$, $b=(1,0)$:
# $Wf+b=(0,0)$, the mask is $(\frac12,\frac12)$ and $f'=(1,-\frac12)$.


# %% [markdown] hints="soft_sharing_penalty"
# idea: The penalty is a sum over a table of T × T squared distances of which the diagonal is 0. The other two functions are one line of linear algebra each.
#
# shapes: T vectors of P stacked are (T, P); all differences are (T, T, P). `cross_stitch` keeps (B, d) for both outputs. In `mtan_mask` the mask has the shape of `features`.
#
# steps: Stack; subtract every network from every other by broadcasting; square; add up. For the stitch compute both outputs from the arguments before anything is overwritten. For the mask: pre-activations, sigmoid, product.
#
# mistake: $(i,j)$ and $(j,i)$ both count.


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
# $j=i$ included. **By hand.** $g_1=(0,5)$, $g_2=(4,3)$, $g_3=(-3,0)$: $\cos_{12}=15/25=0.6$,
# $\cos_{13}=0$, $\cos_{23}=-12/15=-0.8$. One of three pairs conflicts.
#
# **Transfer.** The cosine ignores curvature and the size of the step. So take the step, and look. With
# $\theta^{(i)}=\theta-\eta g_i$,
#
# $$Z_{ij}=1-\frac{L_j(\theta^{(i)})}{L_j(\theta)}$$
#
# is the share of task $j$'s loss that one step **on task $i$** removes; negative where it hurts. Every step
# starts from the same $\theta$. For small $\eta$, $Z_{ij}\approx\eta\,g_i\cdot g_j/L_j$: a conflict again,
# but $Z$ is not symmetric, since a loud task moves a quiet one more than the reverse. **By hand.**
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
# **By hand.** $X=(0,1,2)^\top$ and $Y=(0,0,3)^\top$ have centred columns $(-1,0,1)$ and $(-1,-1,2)$.
# $\lVert Y^\top X\rVert_F^2=3^2=9$, and $9/(2\cdot6)=0.75$.


# %% [markdown] hints="gradient_conflicts"
# idea: Normalise the rows and a matrix product gives all cosines at once. An affinity is what a step does, so take the step. For CKA the centring matters more than the formula.
#
# shapes: cosines (T, T); pairs are the T(T−1)/2 entries above the diagonal. Z is (T, T), its row from one step. In CKA, with p and q features, the three products are (q, p), (p, p) and (q, q).
#
# steps: Lengths of the rows; keep a row of zeros from being divided by 0; product; fraction of negative entries above the diagonal. For Z: losses at a copy of θ that requires a gradient; one gradient per task; losses after its step; ratios. For CKA: means of the columns off, then the formula.
#
# mistake: Counting the whole matrix, diagonal included, or each pair twice.


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
# ### Who helps whom on digits?
#
# Four tasks on 1200 handwritten digits of $8\times8$ pixels (Alpaydin and Kaynak 1998, from scikit-learn) share one encoder of 16
# features: which *digit* it is, whether it is *odd*, how *high* its ink sits, and the throws of a *die* with ten faces, of which
# the pixels know nothing. After 5 and after 150 steps of training on the plain sum your `gradient_conflicts` compares the encoder's gradients; then your
# `transfer_affinity` takes a step of size 0.1 on each task (row) and looks at all
# losses (column), in thousandths.
# On the right your `linear_cka` compares networks that were trained on one task each, and an untrained one.


# %%
def digit_tasks(seed: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Digits in a random order: "x" (64 pixels), "digit" (int64) and "height" of the ink (variance 1); 1200 and 597."""
    from sklearn.datasets import load_digits

    images = torch.tensor(load_digits().images, dtype=torch.float32) / 16
    ink_by_row = images.sum(dim=2)
    centre = (ink_by_row * torch.arange(8.0)).sum(dim=1) / ink_by_row.sum(dim=1)
    height = (centre - centre.mean()) / centre.std()
    data = {"x": images.flatten(1), "digit": torch.tensor(load_digits().target), "height": height[:, None]}
    rows = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return {k: v[rows[:1200]] for k, v in data.items()}, {k: v[rows[1200:]] for k, v in data.items()}


# %% tags=["demo"]
@demo
def who_helps_whom(seed: int = 0) -> dict[str, float]:
    """Cosines between four tasks early and late in training, and CKA between networks of one task each."""
    import matplotlib.pyplot as plt

    train, test = digit_tasks(seed)
    dice = torch.randint(10, (len(train["x"]),), generator=torch.Generator().manual_seed(seed))
    targets = {"digit": train["digit"], "odd": train["digit"] % 2, "height": train["height"], "die": dice}
    sizes = {"digit": 10, "odd": 2, "height": 1, "die": 10}

    def losses(net: nn.Module, theta: Tensor | None = None) -> Tensor:
        """All four losses, with other encoder weights if a vector of them is given."""
        shared = dict(net.encoder.named_parameters(prefix="encoder"))
        if theta is None:
            outputs = net(train["x"])
        else:
            parts = theta.split([p.numel() for p in shared.values()])
            weights = {k: part.view_as(p) for (k, p), part in zip(shared.items(), parts, strict=True)}
            outputs = torch.func.functional_call(net, weights, train["x"])
        return torch.stack(
            [(F.mse_loss if k == "height" else F.cross_entropy)(outputs[k], targets[k]) for k in sizes]
        )

    def fit(tasks: list[int], steps: int) -> nn.Module:
        """Train on the sum of some of the losses."""
        torch.manual_seed(seed)
        net = MultiTaskNet(64, 16, sizes)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(steps):
            optimizer.zero_grad()
            losses(net)[tasks].sum().backward()
            optimizer.step()
        return net

    def gradients(net: nn.Module) -> tuple[Tensor, Tensor]:
        """The encoder's weights as one vector, and its gradients for all tasks."""
        theta = nn.utils.parameters_to_vector(net.encoder.parameters()).detach()
        return theta, torch.autograd.functional.jacobian(lambda at: losses(net, at), theta)

    joint = fit([0, 1, 2, 3], 150)
    _, early = gradients(fit([0, 1, 2, 3], 5))
    theta, late = gradients(joint)
    affinity = transfer_affinity(lambda at: losses(joint, at), theta, 0.1).detach()
    nets = [fit([t], 150) for t in range(4)]
    torch.manual_seed(seed + 1)
    nets.append(MultiTaskNet(64, 16, sizes))
    features = [net.encoder(test["x"]).detach() for net in nets]
    cka = torch.stack([torch.stack([linear_cka(a, b) for b in features]) for a in features])
    tables = {"cosines after 5 steps": gradient_conflicts(early)[0], "cosines after 150": gradient_conflicts(late)[0]}
    first, last = tables.values()
    tables |= {"affinity after 150, in 1/1000": 1000 * affinity, "CKA on test digits": cka}
    fig, axes = plt.subplots(1, 4, figsize=(15, 4))
    for ax, (title, table) in zip(axes, tables.items(), strict=True):
        names = [*sizes, "untrained"][: len(table)]
        largest, form = (table.abs().max(), ".1f") if "1/1000" in title else (1, ".2f")
        ax.imshow(table, vmin=-largest, vmax=largest, cmap="PuOr")
        for i, row in enumerate(table.tolist()):
            for j, value in enumerate(row):
                ax.text(j, i, f"{value:{form}}", ha="center", va="center", color="white" if abs(value) > 0.6 * largest else "black")
        ax.set_xticks(range(len(names)), names, rotation=30)
        ax.set_yticks(range(len(names)), names)
        ax.set_title(title)
    off = ~torch.eye(4, dtype=torch.bool)
    across = affinity * off
    return {
        "digit_odd_early": first[0, 1].item(),
        "die_early": first[3, :3].abs().max().item(),
        "affinity_own_least": affinity.diag().min().item(),
        "affinity_on_height": across[:, 2].abs().max().item(),
        "affinity_on_digit_or_odd": across[:, :2].abs().max().item(),
        "affinity_on_die": across[:, 3].abs().max().item(),
        "conflicts_early": gradient_conflicts(early)[1].item(),
        "conflicts_late": gradient_conflicts(late)[1].item(),
        "largest_late": last[off].max().item(),
        "cka_digit_odd": cka[0, 1].item(),
        "cka_others": max(cka[0, 2].item(), cka[0, 3].item()),
        "cka_digit_untrained": cka[0, 4].item(),
    }


# %% [markdown]
# Three things to take along.
#
# - **A conflict is no alarm.** After 150 steps at least two thirds of the pairs conflict, and no cosine between two tasks is above 0.11: near a minimum of the
#   sum the gradients add up to almost nothing, so some of them *must* point against each other. Even the die, which cannot be
#   learned, takes part.
# - **Affinity is not symmetric.** To first order $Z_{ij}/Z_{ji}=L_i/L_j$. The loss of the heights is the smallest by now, so the steps of the other tasks
#   move it most, in relation; the loss of the die, near $\log10=2.3$, they hardly move.
# - **CKA needs a control, too.** Among the trained networks, *digit* and *odd* are the two most alike, 0.45 to 0.66. But the untrained network,
#   which has learned nothing, is at 0.36 or more with *digit*: the same pixels go in.
#
# %% [markdown]
# ## 4. Auxiliary tasks: labels for free
#
# A second task need not matter to anybody. It may be there to teach the encoder, and its labels may come
# from the data itself. Its loss gets a weight and joins the sum; its head is thrown away after training.
#
# **Rotation.** Turn each image by $k\cdot90°$ and ask for $k\in\{0,1,2,3\}$. Whoever answers must know what
# is up. All four rotations of an image go into the same batch, so that no class is rare. Turns are
# **counter-clockwise** with row 0 on top. **By hand.** $\begin{pmatrix}1&2\\3&4\end{pmatrix}$ becomes
# $\begin{pmatrix}2&4\\1&3\end{pmatrix}$ for $k=1$: the right column comes to the top. The batch order is
# image by image: image 0 with $k=0,1,2,3$, then image 1. Images and labels are built by different calls and
# must agree on that order; if they do not, the loss stays near $\log4$ and nothing else looks wrong.
#
# **Jigsaw.** Cut the image into $2\times2$ tiles, numbered row by row (0 top left, 1 top right, 2 bottom
# left, 3 bottom right). Shuffle them by one of $K$ permutations $\pi^{(0)},\dots,\pi^{(K-1)}$ and ask which
# one it was. Place $i$ of the new image shows tile $\pi_i$ of the old. **By hand.** $\pi=(2,0,3,1)$
# makes $\begin{pmatrix}3&1\\4&2\end{pmatrix}$ of $\begin{pmatrix}1&2\\3&4\end{pmatrix}$.
#
# A third family, contrastive learning (are these two views of one image?), has a place in *Pre-training and fine-tuning*.


# %% [markdown] hints="rotation_task"
# idea: Both are rearrangements: no pixel changes its value. Work on the two-pixel-wide example on paper first.
#
# shapes: Stacked turns are (B, 4, H, H) before they become (4B, H, H). Tiles are (B, 4, H/2, W/2), from a view (B, 2, H/2, 2, W/2) whose middle axes change places.
#
# steps: Turn by 0, 1, 2, 3 quarters; put the turns on an axis behind the batch; join the axes; repeat the labels in that order. For the jigsaw: cut, pick the tiles by the permutation of each image, put together.
#
# mistake: Place i *shows* tile $\pi_i$; it does not *send* its tile there.


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
# ### Is a free task a useful task?
#
# 60 digits have labels, 1140 more have none. Your `rotation_task` makes 4800 labelled turns of all of them. One network learns from the 60
# labels alone, one learns the turns as well, with weight 1, and one control has all 1200 labels; each takes 200 steps. **Guess first**
# how many of 100 test digits each reads.


# %% tags=["predict"]
predict("digits read right", alone=..., with_turns=..., all_labels=...)


# %% tags=["demo"]
@demo
def labels_for_free(seed: int = 0) -> dict[str, float]:
    """Test accuracy from 60 labels, with and without rotation as a second task, and from all labels."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    train, test = digit_tasks(seed)
    images = train["x"].view(-1, 8, 8)
    turned, turns = rotation_task(images)
    perms = torch.tensor([[0, 1, 2, 3], [2, 0, 3, 1], [3, 2, 1, 0]])
    read = {}
    for name, n, weight in (("60 labels", 60, 0.0), ("and the turns", 60, 1.0), ("1200 labels", 1200, 0.0)):
        torch.manual_seed(seed)
        net = MultiTaskNet(64, 32, {"digit": 10, "turn": 4})
        optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
        for _ in range(200):
            loss = F.cross_entropy(net(train["x"][:n])["digit"], train["digit"][:n])
            if weight:
                loss = loss + weight * F.cross_entropy(net(turned.flatten(1))["turn"], turns)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            outputs = net(test["x"])
            read[name] = 100 * (outputs["digit"].argmax(1) == test["digit"]).float().mean().item()
            if weight:
                seen, what = rotation_task(test["x"].view(-1, 8, 8))
                right = 100 * (net(seen.flatten(1))["turn"].argmax(1) == what).float().mean().item()

    fig, (left, ax) = plt.subplots(1, 2, figsize=(11, 3.4))
    shuffled = [jigsaw_task(images[:1], perms, torch.tensor([k])) for k in range(3)]
    tiles = F.pad(torch.cat([turned[:4], *shuffled]), (0, 1, 0, 0))
    left.imshow(tiles.transpose(0, 1).flatten(1), cmap="gray_r")
    left.set_xticks([9 * i + 3.5 for i in range(7)], ["k = 0", "1", "2", "3", "π = 0123", "2031", "3210"], fontsize=8)
    left.set(yticks=[], title="a digit, turned and shuffled by your functions")
    guess = guesses("digits read right")
    guessed = dict(zip(read, map(guess.get, ("alone", "with_turns", "all_labels")), strict=True))
    bars(ax, read, ["C0", "C1", "0.6"], "%.1f", guessed)
    ax.set(xlabel="of 100 test digits, read right", xlim=(0, 115))
    return {"alone": read["60 labels"], "turns": read["and the turns"], "all": read["1200 labels"], "turns_right": right}


# %% [markdown]
# Free, and worse than nothing: the second task costs 2 to 3 digits in 100, although the network tells turns of unseen
# digits apart, nine times in ten. What it needs for that is not what telling a 3 from an 8 needs, and 32 features have to serve both. That is
# **negative transfer**. The papers' gains are those of large networks on photographs. Whether an auxiliary task helps is a question for a held-out
# set.
#
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
# ![For a loss of 4 the sum falls from 2 at s = 0 to its minimum 1.193 at s = log 4 and rises slowly after that; without the second term it falls towards 0 for ever.](pictures/multi_task_learning/uncertainty.svg)
#
# For cross-entropy the same form is used, though only approximately derived; some codes then drop the
# $\frac12$ before $L_t$. Here every task has it.
#
# **By hand.** $L=(4,1,\frac12)$ and $s=(0,0,0)$ give $2+\frac12+\frac14=2.75$. At the optimum
# $s=(\log4,0,-\log2)$ every first term is $\frac12$: $\frac32+\frac12(\log4-\log2)\approx1.847$.


# %% [markdown] hints="uncertainty_loss"
# idea: A price for ignoring a task. The first term falls with s, the second one rises.
#
# shapes: (T,) and (T,) to a scalar.
#
# steps: Weight each loss by half the inverse variance, add half the log-variance, sum over the tasks.
#
# mistake: $s$ is $\log\sigma^2$, so $\log\sigma$ is half of it.


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
# **By hand.** $w=(1.5,0.5)$, $n=(4,8)$, $L=(3,1)$, $L^{(0)}=(10,2)$, $\alpha=1$, $\eta=0.1$. Then
# $wn=(6,4)$, $\bar G=5$, $L/L^{(0)}=(0.3,0.5)$ and $r=(0.75,1.25)$, so the targets are $(3.75,6.25)$. Task 1 is
# above, task 2 below: $\tilde w=(1.5-0.4,\;0.5+0.8)=(1.1,1.3)$. The sum is $2.4$, and
# $w'=(11/12,13/12)\approx(0.917,1.083)$.


# %% [markdown] hints="gradnorm_step"
# idea: Only the sign of the distance to the target counts: each weight moves by the same rate times its own norm, up or down.
#
# shapes: Everything is (T,); the mean $\bar G$ and the mean of the loss ratios are numbers.
#
# steps: Weighted norms and their mean; ratios of losses to first losses, divided by their mean; targets; the step; scale to the sum T.
#
# mistake: The norms are those of the unweighted losses, so they are multiplied by w once. The target takes no part in the gradient.


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
# Weights change the lengths of gradients, and with them the sum. If $g_1\cdot g_2<0$, a step along a weighted sum may
# raise the loss of one task, while a suitable direction lowers both. *Projecting conflicting gradients* finds one
# without a choice of weights. If $g\cdot g_j<0$, take from $g$ its component along $g_j$:
#
# $$g\;\leftarrow\;g-\frac{g\cdot g_j}{\lVert g_j\rVert^2}\,g_j .$$
#
# Now $g\cdot g_j=0$: to first order this step no longer hurts task $j$. If $g\cdot g_j\ge0$, nothing is
# done. For task $i$ start with $g=g_i$ and visit the other tasks one after the other. The test and the
# projection use the **running** $g$ and the **original** $g_j$. The result is the **mean** of the $T$
# vectors. (The paper adds them up and draws a new random order for each $i$; here the order is an argument,
# the same for all $i$.)
#
# **By hand.** $g_1=(1,0)$, $g_2=(-1,1)$ with $g_1\cdot g_2=-1$. $g_1$ becomes
# $(1,0)+\frac12(-1,1)=(\frac12,\frac12)$. $g_2$ becomes $(-1,1)+(1,0)=(0,1)$, made with the original $g_1$.
# The mean is $(\frac14,\frac34)$. It has inner product $\frac14$ with $g_1$ and $\frac12$ with $g_2$.
#
# ![Three panels. The first gradient loses its component along the second, and the second its component along the first. Their mean has an acute angle with both.](pictures/multi_task_learning/pcgrad.svg)
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


# %% [markdown] hints="pcgrad"
# idea: Two loops: whose gradient, and off whom. Of the pair in the formula one changes on the way and the other does not.
#
# shapes: Each running gradient is (P,); T of them are averaged to (P,).
#
# steps: For each task start from its row. Go through the order, skip the task itself; where the inner product with the other's row is negative, remove the component. Average what is left.
#
# mistake: Projecting off rows that were projected already. Keep G as it came.


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
# The slope is $\Phi'(w)=(g_1-g_2)\cdot d$ with the $d$ of this $w$, so it compares the two gains. At a minimum inside the
# interval both tasks gain the same; at $w=1$ task 1 gains no more than task 2, and at $w=0$ no less. Check your $d$ by that.
#
# Two ways to search: thirds (cut off the worse outer third, 60 times), or bisection on the sign of $\Phi'$.
# Do it in **float64**. Near its minimum $\Phi$ is flat, and values rounded to float32 show $w$ to about
# three digits only.
#
# **Why it converges.** $d\cdot g_0\ge(1-c)\lVert g_0\rVert^2>0$ for every $d$ in the ball. So the mean loss
# falls in every small step until $g_0=0$, unlike with PCGrad.
#
# **By hand.** $g_1=(6,0)$, $g_2=(0,8)$, $c=0.2$. $g_0=(3,4)$ has norm 5, so the radius is 1.
# $\Phi'(w)=(g_1-g_2)\cdot\bigl(g_0+g_w/\lVert g_w\rVert\bigr)$, where $(g_1-g_2)\cdot g_0=18-32=-14$ and
# the second part is at most $\lVert g_1-g_2\rVert=10$. $\Phi'<0$ everywhere, so $w=1$, $g_w/\lVert
# g_w\rVert=(1,0)$ and $d=(4,4)$. The mean gradient gains $(18,32)$ on the two tasks, $d$ gains $(24,32)$:
# the worse one is lifted.
#
# ![A ball of radius 1 around the mean gradient (3, 4). The step (4, 4) lies on its rim, in the direction of the first gradient.](pictures/multi_task_learning/cagrad.svg)


# %% [markdown] hints="cagrad"
# idea: The hard problem over d is an easy one over one number w. First find w, then write d down.
#
# shapes: $g_1,g_2,g_0,g_w$ and d are (P,); $\Phi$ of a number is a number.
#
# steps: To float64; the mean and the radius; $\Phi$ as a small function; a search on [0, 1] that halves or thirds the interval often enough; d from the w that was found; back to the old dtype.
#
# mistake: $\Phi$ is *minimised*; and in d the mixture counts by its direction only.


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
# Plain gradient descent, step size 0.1, 150 steps, from each of three starts: with the mean gradient, with your `pcgrad` and with your
# `cagrad`. **Guess first:** in how many different points do the three runs of each method end?


# %% tags=["predict"]
predict("different ends of three runs", mean_gradient=..., PCGrad=..., CAGrad=...)


# %% tags=["demo"]
@demo
def three_descents(seed: int = 0) -> dict[str, float]:
    """Where the mean gradient, PCGrad and CAGrad end in the valleys, from three starts."""
    import matplotlib.pyplot as plt

    methods = {
        "mean gradient": lambda G: G.mean(dim=0),
        "PCGrad": lambda G: pcgrad(G, [0, 1]),
        "CAGrad": lambda G: cagrad(G, 0.5),
    }
    generator = torch.Generator().manual_seed(seed)
    jitter = torch.rand(3, 2, generator=generator) * 0.4 - 0.2
    starts = torch.tensor([[-0.5, 0.6], [0.6, -2.3], [2.6, -0.4]]) + jitter
    fig, axes = plt.subplots(1, 4, figsize=(15, 4.2))
    axes[3].plot(*valley_losses(pareto_set()).T, color="0.5", linewidth=2.5, label="Pareto front")
    guess, numbers = guesses("different ends of three runs"), {}
    for (name, direction), panel, mark, colour in zip(methods.items(), axes, "osX", ["C2", "C3", "C5"], strict=False):
        guessed = guess.get(name.replace(" ", "_"))
        valley_map(panel, name if guessed is None else f"{name} (your guess: {guessed} ends)")
        ends = []
        for start in starts:
            path = [start]
            for _ in range(150):
                path.append(path[-1] - 0.1 * direction(valley_gradients(path[-1])))
            panel.plot(*torch.stack(path).T, color=colour)
            panel.plot(*path[0], "o", color=colour, markersize=5, fillstyle="none")
            panel.plot(*path[-1], mark, color=colour, markersize=9)
            ends.append(path[-1])
        where = torch.stack(ends)
        size = 12 if name == "mean gradient" else 7
        axes[3].plot(*valley_losses(where).T, mark, color=colour, label=name, markersize=size)
        cosines = F.cosine_similarity(*valley_gradients(where).unbind(1))
        best = torch.tensor([1.44, 0.96])
        key = name.partition(" ")[0]
        numbers[f"{key}_least_apart"] = torch.pdist(where).min().item()
        numbers[f"{key}_from_best"] = torch.cdist(where, best[None]).max().item()
        numbers[f"{key}_off_the_curve"] = torch.cdist(where, pareto_set()).min(dim=1).values.max().item()
        numbers[f"{key}_cosine"] = cosines.max().item()
    axes[3].set(title="where they stop", xlabel="loss of task 1", ylabel="loss of task 2", xlim=(0, 7), ylim=(0, 7))
    axes[3].legend()
    return numbers


# %% [markdown]
# The mean gradient and CAGrad end at the one minimum of the mean loss, $(1.44,0.96)$, from everywhere. PCGrad ends at three different
# points of the Pareto set, at each with $\cos=-1$. No point of the curve is better than another for both
# tasks. But which one you get is decided by the initial weights, and nobody chose it. And each of these ends is also the minimum of
# a weighted sum: look back at the slider.
#
# ### Which compromises can a weight reach?
#
# In the valleys: all. If both losses are convex, the pairs of losses that can be reached or exceeded,
# $\{(a,b):a\ge L_1(\theta),\,b\ge L_2(\theta)\}$, form a convex set: the losses at the midpoint of two $\theta$ are at most the
# means of the losses. Through each point of the rim of a convex set there is a line with the whole set on one side. Its normal
# $(v,1-v)$ has no negative entry, and the point minimises $vL_1+(1-v)L_2$.
#
# A network's losses are not convex, and a front may be bent the other way. Then the line through a point of its middle cuts the
# front, and the lowest line touches at the ends.
#
# ![Left, a convex front: dashed lines of two weightings touch it at two points. Right, a front bent outwards: the lowest line joins its two ends, and the line that touches in the middle lies above them.](pictures/multi_task_learning/bent.svg)
#
# The next demo has such a front, $L_t=1-e^{-\lVert\theta-c_t\rVert^2}$ with $c=(\mp1,0)$. Halfway both losses are
# $1-e^{-1}=0.63$. Twenty weightings descend from one start; the three methods from three.


# %% tags=["demo"]
@demo
def bent_front(seed: int = 0) -> dict[str, float]:
    """Ends of twenty weightings, of PCGrad, CAGrad and of the larger loss where the Pareto front is not convex."""
    import matplotlib.pyplot as plt

    centres = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])

    def losses(theta: Tensor) -> Tensor:
        return 1 - torch.exp(-(theta[..., None, :] - centres).square().sum(-1))

    def gradients(theta: Tensor) -> Tensor:
        return 2 * (1 - losses(theta))[..., None] * (theta[..., None, :] - centres)

    jitter = 0.1 * torch.rand(3, 2, generator=torch.Generator().manual_seed(seed))
    starts = torch.tensor([[-0.5, 1.0], [0.2, -1.0], [0.6, 0.8]]) + jitter
    fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.4))
    line = torch.stack([torch.linspace(-1, 1, 101), torch.zeros(101)], 1)
    left.plot(*line.T, color="0.5", linewidth=2.5)
    left.plot(*centres.T, "*", color="0.5", markersize=13)
    right.plot(*losses(line).T, color="0.5", linewidth=2.5, label="Pareto front")

    shares = (torch.arange(20) + 0.5) / 20
    theta = starts[1].expand(20, 2)
    for _ in range(2000):
        theta = theta - 0.2 * (torch.stack([shares, 1 - shares], 1)[..., None] * gradients(theta)).sum(1)
    twenty = losses(theta)
    right.plot(*twenty.T, "o", color="C2", markersize=11, fillstyle="none", label="twenty weightings")
    steps = {
        "PCGrad": (lambda now, G: pcgrad(G, [0, 1]), "s", "C3"),
        "CAGrad": (lambda now, G: cagrad(G, 0.5), "X", "C5"),
        "larger loss": (lambda now, G: G[now.argmax()], "^", "C1"),
    }
    numbers = {"weightings_largest_smaller": twenty.amin(1).max().item()}
    for name, (direction, mark, colour) in steps.items():
        ends = []
        for start in starts:
            path = [start]
            for k in range(300):
                G = gradients(path[-1])
                path.append(path[-1] - 0.2 * 0.99**k * direction(losses(path[-1]), G))
            left.plot(*torch.stack(path).T, color=colour)
            left.plot(*path[-1], mark, color=colour, markersize=8)
            ends.append(losses(path[-1]))
        ends = torch.stack(ends)
        right.plot(*ends.T, mark, color=colour, markersize=8, label=name)
        numbers[f"{name}_least_smaller"] = ends.amin(1).min().item()
        numbers[f"{name}_largest_smaller"] = ends.amin(1).max().item()
        numbers[f"{name}_least_apart"] = torch.pdist(ends).min().item()
        numbers[f"{name}_largest_gap"] = (ends[:, 0] - ends[:, 1]).abs().max().item()
    left.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", aspect="equal", title="paths; the grey line is the Pareto set")
    right.set(xlabel="loss of task 1", ylabel="loss of task 2", title="where they end")
    right.legend(loc="lower left")
    return numbers


# %% [markdown]
# All twenty weightings end next to one of the two minima: the smaller loss is below 0.02, the other near 1. CAGrad ends there, too, since it
# follows the mean loss. PCGrad stops in between, wherever the path first meets the line. Whoever wants *equal* losses has to say so: descend whichever loss
# is the larger, and all three runs end in the middle, within 0.03 of each other's loss.
#
# So the question has become an experiment. Weights suffice where the front is convex; is that of a network?
#
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
# **By hand.** parameters $a=(2,3)$ and $b=5$, losses $L_1=a_1a_2$ and $L_2=a_1b^2$. The rows are
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


# %% [markdown] hints="train_mtl"
# idea: Five methods differ in two places: what is summed up to the total loss, and what is written into the encoder's gradients before the optimizer steps.
#
# shapes: G is (T, P) with P the size of the encoder; a combined direction (P,) is cut into pieces of the shapes of the encoder's parameters. History: steps rows of T.
#
# steps: Reject unknown methods first. In each step: outputs, losses, total; record; G, if the method needs it, before the graph is gone; clear gradients; backward; replace the encoder's gradients, for the two surgeries; step; then s or w.
#
# mistake: The first losses are those of the first step only. And `.grad` adds up until it is cleared.


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
# ### A loud task and a quiet one
#
# Task 1 names the digit (cross-entropy, near 2.3 at the start). Task 2 predicts how high the ink sits, in a unit in which the
# variance is 137. Its mean squared error starts near 137: the regression is loud. 16 shared features, 300
# steps of Adam for every run, each from the same initial weights. Two controls: networks with one task only, and the plain sum
# after *standardising*: the heights are divided by 11.7, so that their variance is 1. (The errors shown are all in the loud unit.) **Guess first** how many of
# 100 test digits are read right.


# %% tags=["predict"]
predict("digits beside a loud task", uniform=..., pcgrad=..., standardised=...)


# %% tags=["demo"]
@demo
def loud_and_quiet(seed: int = 0) -> dict[str, float]:
    """Test accuracy of the digits and test error of the heights, for five methods and three controls."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    train, test = digit_tasks(seed)
    loss_fns = {"digit": F.cross_entropy, "height": F.mse_loss}
    numbers: dict[str, float] = {}

    def run(name: str, method: str, rate: float = 0.0, unit: float = 11.7, only: str = "") -> Tensor:
        """Train once, keep accuracy and error under a name, return the weights of all steps."""
        torch.manual_seed(seed)
        net = MultiTaskNet(64, 16, {"digit": 10, "height": 1})
        optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
        tasks = {only: loss_fns[only]} if only else loss_fns
        data = {"digit": train["digit"], "height": unit * train["height"]}
        history = train_mtl(net, train["x"], data, tasks, optimizer, method, 300, rate)
        with torch.no_grad():
            outputs = net(test["x"])
        numbers[name] = 100 * (outputs["digit"].argmax(dim=1) == test["digit"]).float().mean().item()
        numbers[f"{name}_mse"] = 11.7**2 * F.mse_loss(outputs["height"] / unit, test["height"]).item()
        return history["weights"]

    rates = {0.0001: "gradnorm_0.0001", 0.0003: "gradnorm", 0.001: "gradnorm_0.001", 0.01: "gradnorm_0.01"}
    weights = {m: run(m, m, 0.05) for m in ("uniform", "pcgrad", "cagrad", "uncertainty")}
    weights["gradnorm"] = run("gradnorm", "gradnorm", 0.0003)
    run("standardised", "uniform", unit=1.0)
    run("digits alone", "uniform", only="digit")
    run("heights alone", "uniform", only="height")
    for rate in (0.0001, 0.001, 0.01):
        w = run(rates[rate], "gradnorm", rate)
    numbers["gradnorm_0.01_least_weight"] = w.min().item()

    fig, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.2))
    colours = {"uniform": "0.6", "pcgrad": "C3", "cagrad": "C5", "gradnorm": "C4", "uncertainty": "C0"}
    colours |= {"standardised": "C2", "digits alone": "0.6"}
    bars(left, {name: numbers[name] for name in colours}, list(colours.values()), "%.1f", guesses("digits beside a loud task"))
    left.set(xlabel="of 100 test digits, read right", xlim=(0, 115))
    for name in ("uniform", "gradnorm", "uncertainty"):
        middle.semilogy(weights[name][:, 0] / weights[name][:, 1], color=colours[name], label=name)
    middle.axhline(11.7**2, color=colours["standardised"], ls="--")
    middle.text(300, 11.7**2 * 1.1, "standardised", color=colours["standardised"], ha="right", va="bottom")
    middle.set_ylim(0.7, 400)
    middle.set(title="weight of the digits over weight of the heights", xlabel="step", ylabel="ratio")
    middle.legend()
    tuned = [[numbers[f"{name}{what}"] for name in rates.values()] for what in ("_mse", "")]
    right.plot(*tuned, "o-", color=colours["gradnorm"], markersize=5)
    for rate, mse, accuracy in zip(rates, *tuned, strict=True):
        right.annotate(f"gradnorm {rate:g}", (mse, accuracy), (6, -10), textcoords="offset points", color="C4", fontsize=8)
    for name in colours:
        if name not in ("gradnorm", "digits alone"):
            place = (numbers[f"{name}_mse"], numbers[name])
            right.plot(*place, "o", color=colours[name], markersize=9)
            lift = {"pcgrad": 5, "uniform": -5}.get(name, 0)
            right.annotate(name, place, (-8, lift), textcoords="offset points", ha="right", va="center", color=colours[name])
    right.axhline(numbers["digits alone"], color="0.6", ls="--", lw=1)
    right.axvline(numbers["heights alone_mse"], color="0.6", ls="--", lw=1)
    right.set(title="test set: up and left is better; dashed: one task alone", xscale="log", xlim=(0.3, 120))
    right.set(xlabel="error of the heights (MSE)", ylabel="digits read right, of 100")
    return numbers


# %% [markdown]
# - **uniform** lets the regression rule: it reads 83 to 88 digits in 100, against 95 to 97 for the digits alone.
# - **PCGrad** gains 0.2 to 1.2 digits. It mends directions, and here the trouble is length. **CAGrad**, which
#   lifts the worse-off task, gains 7 to 10.
# - **Uncertainty weighting** comes within a digit of the digits-only net. Each weight $\frac12e^{-s_t}$
#   moves towards $1/(2L_t)$.
# - **Standardising**, one division before the training, does as much: it stays within one digit of uncertainty weighting
#   and has the smallest error of the heights of all that is shown. Do that first.
# - **GradNorm** is what its rate makes of it. From 0.0001 to 0.01 its digits rise by 7 or more, and its error of the heights is
#   below 3 at the two small rates and 10 or more at the two large ones. At 0.01 a weight becomes negative on the way: the network then
#   *unlearns* the heights. With the rate tuned on the test set one can prove anything; it has to be chosen like every other.
#
# What was broken here was a unit, and a weight mends a unit.
#
# ## Payoff: eight numbers for two halves
#
# Now a conflict that no unit explains. An encoder turns a digit into 8 numbers. One head draws the upper half of the
# digit from them, the other the lower half, 32 pixels each. Both errors are standardised: 1 is what the mean image scores. There is room
# for one half or for a bit of both, so that the tasks compete.
#
# The control is the Pareto front itself: **twenty weightings** $v\cdot2L_1+(1-v)\cdot2L_2$ with $v=0.025,0.075,\dots,0.975$, of the same 200 steps of
# Adam from the same initial weights, drawn by their errors on 597 digits that were not trained on. Against them: where your
# `train_mtl` ends with PCGrad, CAGrad, uncertainty weighting and GradNorm.
# There is even an exact curve: for encoder and heads *without* the ReLU the best weights for each $v$ are the 8 leading
# principal components of the digits, whose halves are scaled by $\sqrt v$ and $\sqrt{1-v}$.
#
# We measure a method by its **lead over the front**: the amount by which the front, joined by straight lines, would have to move towards the origin, along both axes,
# to meet it. Positive: better in both tasks than any weighting. The yardstick is a weighting against the front of the other nineteen.
# **Guess first** the two errors where PCGrad ends.


# %%
def digit_halves(seed: int) -> tuple[dict[str, Tensor], dict[str, Tensor], Callable[[Sequence[Tensor]], Tensor]]:
    """Digits, their upper and their lower halves, centred and scaled to mean square 1 on the 1200 for training.

    Returns:
        The digits for training, the 597 for testing, and a function from two halves (…, 32) to pixels (…, 8, 8) from 0 to 1.
    """
    from sklearn.datasets import load_digits

    x = torch.tensor(load_digits().data / 16, dtype=torch.float32)
    x = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))]
    mean = x[:1200].mean(dim=0)
    data = {"x": x - mean, "upper": (x - mean)[:, :32], "lower": (x - mean)[:, 32:]}
    scale = {name: part[:1200].square().mean().sqrt() for name, part in data.items()}
    data = {name: part / scale[name] for name, part in data.items()}

    def pixels(halves: Sequence[Tensor]) -> Tensor:
        flat = torch.cat([halves[0] * scale["upper"], halves[1] * scale["lower"]], dim=-1) + mean
        return flat.unflatten(-1, (8, 8)).clamp(0, 1)

    return {k: v[:1200] for k, v in data.items()}, {k: v[1200:] for k, v in data.items()}, pixels


def train_weightings(
    net: MultiTaskNet, data: dict[str, Tensor], shares: Float[Tensor, "N"], steps: int, lr: float
) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """N copies of a net, trained side by side by Adam on 2 v L_upper + 2 (1 - v) L_lower.

    Returns:
        A function from inputs (B, 64) to both halves as all copies draw them, (N, B, 32) each.
    """
    N, weights = len(shares), 2 * torch.stack([shares, 1 - shares])
    copies = {k: p.detach().expand(N, *p.shape).clone().requires_grad_() for k, p in net.named_parameters()}
    W, bias = copies["encoder.0.weight"], copies["encoder.0.bias"]

    def outputs(x: Tensor) -> tuple[Tensor, Tensor]:
        z = (x @ W.flatten(0, 1).T + bias.flatten()).relu().view(len(x), N, -1).transpose(0, 1)
        heads = [(copies[f"heads.{k}.bias"][:, None], copies[f"heads.{k}.weight"].mT) for k in ("upper", "lower")]
        return torch.baddbmm(heads[0][0], z, heads[0][1]), torch.baddbmm(heads[1][0], z, heads[1][1])

    optimizer = torch.optim.Adam(copies.values(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (weights * half_errors(outputs(data["x"]), data)).sum().backward()
        optimizer.step()
    return outputs


def half_errors(outputs: tuple[Tensor, Tensor], data: dict[str, Tensor]) -> Tensor:
    """Mean squared errors of both halves over pixels and examples, (2, …)."""
    return torch.stack([(o - data[k]).square().mean((-1, -2)) for o, k in zip(outputs, ("upper", "lower"), strict=True)])


def linear_front(train: dict[str, Tensor], test: dict[str, Tensor], width: int) -> Float[Tensor, "2 n"]:
    """Test errors of the best linear encoder of some width for each weighting: principal components of weighted halves."""
    errors = []
    for v in torch.linspace(0.01, 0.99, 50):
        scale = torch.cat([v.sqrt().expand(32), (1 - v).sqrt().expand(32)])
        both = [torch.cat([d["upper"], d["lower"]], dim=1) * scale for d in (train, test)]
        leading = torch.linalg.eigh(both[0].T @ both[0])[1][:, -width:]
        drawn = both[1] @ leading @ leading.T / scale
        errors.append(half_errors((drawn[:, :32], drawn[:, 32:]), test))
    return torch.stack(errors, dim=1)


def lead(front: Float[Tensor, "2 n"], point: Float[Tensor, "2"]) -> float:
    """How far the front must move along both axes towards 0 to meet a point; negative for a point behind it."""
    between = torch.linspace(0, 1, 41)[:, None, None]
    line = ((1 - between) * front[:, :-1] + between * front[:, 1:]).transpose(0, 1).flatten(1)
    return (line - point[:, None]).amax(0).min().item()


# %% tags=["predict"]
predict("errors of the two halves", pcgrad_upper=..., pcgrad_lower=...)


# %% tags=["demo"]
@demo
def two_halves(seed: int = 0, width: int = 8) -> dict[str, float]:
    """Test errors of both halves: twenty weightings, four methods and the best linear encoders."""
    import matplotlib.pyplot as plt

    train, test, pixels = digit_halves(seed)
    steps, lr = 200, 0.015

    def fresh() -> MultiTaskNet:
        torch.manual_seed(seed)
        return MultiTaskNet(64, width, {"upper": 32, "lower": 32})

    shares = (torch.arange(20) + 0.5) / 20
    outputs = train_weightings(fresh(), train, shares, steps, lr)
    methods = {"pcgrad": ("s", "C3", 0.0), "cagrad": ("X", "C5", 0.0), "uncertainty": ("D", "C0", 0.05)}
    methods["gradnorm"] = ("^", "C4", 0.01)
    nets = {}
    for name, (_, _, rate) in methods.items():
        nets[name] = fresh()
        optimizer = torch.optim.Adam(nets[name].parameters(), lr=lr)
        loss_fns = {"upper": F.mse_loss, "lower": F.mse_loss}
        train_mtl(nets[name], train["x"], train, loss_fns, optimizer, name, steps, rate)
    out = nets["pcgrad"](train["x"])
    apart = [F.mse_loss(out[k], train[k]) for k in ("upper", "lower")]
    cosines, _ = gradient_conflicts(task_gradients(apart, list(nets["pcgrad"].encoder.parameters())))
    with torch.no_grad():
        drawn = outputs(test["x"])
        front, exact = half_errors(drawn, test), linear_front(train, test, width)
        halves = {name: net(test["x"]).values() for name, net in nets.items()}
        ends = {name: half_errors(tuple(pair), test) for name, pair in halves.items()}
    others = [torch.cat([front[:, :i], front[:, i + 1 :]], dim=1) for i in range(20)]
    spare = [lead(others[i], front[:, i]) for i in range(1, 19)]
    leads = {name: lead(front, end) for name, end in ends.items()}

    fig, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.4), width_ratios=[1, 1, 0.9])
    guess = guesses("errors of the two halves")
    for ax in (left, middle):
        ax.plot(*exact, color="0.6", ls="--", label="exact, linear")
        ax.plot(*front, "o-", color="C2", markersize=4, lw=1, label="20 weightings")
        for name, (mark, colour, _) in methods.items():
            ax.plot(*ends[name], mark, color=colour, markersize=8, label=name)
        if isinstance(guess.get("pcgrad_upper"), (int, float)) and isinstance(guess.get("pcgrad_lower"), (int, float)):
            ax.plot(guess["pcgrad_upper"], guess["pcgrad_lower"], "P", color="C6", markersize=10, label="your guess")
        ax.set(xlabel="error of the upper half", ylabel="error of the lower half")
    left.set(xlim=(0, 1), ylim=(0, 1), title="test set; the mean image scores (1, 1)")
    left.legend()
    middle.set(title="lead: " + ", ".join(f"{name} {value:+.3f}" for name, value in leads.items()))
    middle.title.set_fontsize(8)
    low, high = torch.stack(list(ends.values())).aminmax(dim=0)
    (x, y), (x_end, y_end) = low.tolist(), high.tolist()
    middle.set(xlim=(x - 0.06, x_end + 0.06), ylim=(y - 0.06, y_end + 0.06))
    chosen = {"digit": [test["upper"], test["lower"]]}
    chosen |= {f"v = {shares[i]:.3f}": [half[i] for half in drawn] for i in (0, 10, 19)}
    chosen["pcgrad"] = list(halves["pcgrad"])
    rows = torch.stack([pixels(pair)[[0, 1, 2, 3, 4, 8]] for pair in chosen.values()])
    framed = F.pad(rows, (1, 1, 1, 1)).transpose(1, 2).flatten(2).flatten(0, 1)
    right.imshow(framed, cmap="gray_r", vmin=0, vmax=1)
    right.set_yticks([4.5 + 10 * i for i in range(len(chosen))], list(chosen))
    right.set(xticks=[], title="six test digits and what is drawn of them")
    numbers = {f"{name}_lead": value for name, value in leads.items()}
    for name, end in ends.items():
        numbers |= {f"{name}_upper": end[0].item(), f"{name}_lower": end[1].item()}
    numbers |= {"spare_least": min(spare), "spare_largest": max(spare), "cosine": cosines[0, 1].item()}
    numbers |= {"lower_first": front[1, 0].item(), "upper_first": front[0, 0].item()}
    numbers |= {"lower_last": front[1, 19].item(), "upper_last": front[0, 19].item()}
    mean_image = half_errors((torch.zeros(597, 32), torch.zeros(597, 32)), test)
    numbers |= {"mean_upper": mean_image[0].item(), "mean_lower": mean_image[1].item()}
    numbers["front_to_exact"] = max(abs(lead(exact, front[:, i])) for i in range(20))
    return numbers


# %% [markdown]
# **The conflict is real.** At PCGrad's end the two gradients have a cosine of $-0.96$ or less. Along the front the error of the upper half runs from
# 0.2 to above 0.7, and that of the lower half from above 0.7 to 0.2: in the picture one half is sharp and the other a blur.
#
# **And weighting suffices.** All four methods end on the front of the twenty weightings: their leads lie between $-0.01$ and $0.01$, where a
# weighting leads the other nineteen by up to 0.006. From end to end the weight moves an error by 0.48 or more. The front itself is the exact one of the
# linear encoder, to 0.02. It bends as in the valleys, although the network's losses are not.
#
# What the methods do, then, is choose: all four end near the middle, with both errors between 0.29 and 0.38. That is worth having when nobody can try twenty
# weights. It is not a better compromise, and if the upper half matters more, a weight is how to say so.
#
# **Your turn.** Run `two_halves(width=2)` and `two_halves(width=32)`. Before each, say which way the front moves, and whether anything will leave it. Then try a
# method of your own in `train_mtl`: descend the larger loss, as on the bent front.
#
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
# - Fronts that are not convex, and how to choose a point on them: [Lin et al., 2019](https://arxiv.org/abs/1912.12854).
# - Pretext tasks: [rotation](https://arxiv.org/abs/1803.07728), [jigsaw](https://arxiv.org/abs/1603.09246); *Pre-training and fine-tuning*
#   learns from contrasts instead.
# - A sober look, on large networks: well-tuned plain sums often do as well as any of these methods ([Kurin et al.,
#   2022](https://arxiv.org/abs/2201.04122), [Xin et al., 2022](https://arxiv.org/abs/2209.11379)).
# - The article of this assignment: [Transfer Learning (6): Multi-Task
#   Learning](https://www.chenk.top/en/transfer-learning/06-multi-task-learning/).
