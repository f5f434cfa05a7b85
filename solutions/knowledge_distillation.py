# %% [markdown]
# # Knowledge distillation
#
# A student that never sees a 3 learns to read one, from what its teacher says about the other nine digits. Nobody
# told it what a 3 looks like. **What does a teacher's answer hold beyond the label?** One question, and a truth that
# is exact: from labels alone such a student reads none of the 3s, so whatever it knows of them came from the teacher.
# At the end a student learns to read digits from pictures of letters.
#
# <!-- questions -->
#
# **You need:** softmax, cross-entropy, a little PyTorch (modules, autograd).
#
# **Article:** [Knowledge distillation](https://www.chenk.top/en/transfer-learning/05-knowledge-distillation/)
#
# **Papers:** Hinton, Vinyals and Dean, [Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531);
# Romero et al., [FitNets](https://arxiv.org/abs/1412.6550); Zagoruyko and Komodakis,
# [Paying more attention to attention](https://arxiv.org/abs/1612.03928); Huang and Wang,
# [Neuron selectivity transfer](https://arxiv.org/abs/1707.01219); Park et al.,
# [Relational knowledge distillation](https://arxiv.org/abs/1904.05068); Furlanello et al.,
# [Born-again networks](https://arxiv.org/abs/1805.04770); Zhang et al.,
# [Deep mutual learning](https://arxiv.org/abs/1706.00384); Tian, Krishnan and Isola,
# [Contrastive representation distillation](https://arxiv.org/abs/1910.10699).
#
# **Conventions of the whole notebook.** Everything is PyTorch. The floating-point tensors of one call share a dtype,
# float32 or float64, and so does the result; only question 4 fixes its own. $B$ examples in rows, $K$ classes on the
# last axis, labels int64. $z^S$ and $z^T$ are the logits of student and teacher, `zs` and `zt`; features are $F^S$ and $F^T$,
# `Fs` and `Ft`. $\tau>0$ is the temperature. A loss is a tensor without axes, and autograd can differentiate it. No
# gradient reaches a teacher. No function changes its arguments. $\log$ is the natural logarithm.

# %%
import copy
from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# Given below: handwritten digits of 8×8 pixels (Alpaydin and Kaynak 1998, from scikit-learn), a small network and a
# loop that trains it on any loss. A teacher with 128 hidden units reads more than 95 of 100 digits that it has not seen.


# %%
def digits(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Handwritten digits in an order of their own for each seed.

    Returns:
        Images (1200, 64) between 0 and 1 and labels to learn from; 597 images and labels to be tested on.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    order = torch.randperm(len(data.target), generator=torch.Generator().manual_seed(seed))
    x, y = torch.tensor(data.data / 16).float()[order], torch.tensor(data.target)[order]
    return x[:1200], y[:1200], x[1200:], y[1200:]


def network(width: int, seed: int) -> nn.Sequential:
    """An untrained network with one hidden layer: 64 pixels in, ten logits out."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))


def fit(
    model: nn.Module, n: int, loss: Callable[[Tensor], Tensor], seed: int, steps: int = 800
) -> None:
    """Train in place by Adam: ``loss`` is given the numbers of 64 of the n examples in each step."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(torch.randint(n, (64,), generator=generator)).backward()
        optimizer.step()


def percent_right(logits: Tensor, y: Tensor) -> float:
    """How many of 100 examples have their largest logit at the label."""
    return 100 * float((logits.argmax(-1) == y).float().mean())


@lru_cache
def trained_teacher(seed: int) -> nn.Module:
    """A network with 128 hidden units that has learned all ten digits; it is trained once."""
    x, y, _, _ = digits(seed)
    teacher = network(128, seed)
    fit(teacher, len(x), lambda i: F.cross_entropy(teacher(x[i]), y[i]), seed)
    return teacher.eval().requires_grad_(False)


# %% [markdown]
# Three test images, and the teacher's answer to each: the logits divided by a temperature $\tau$, then a softmax. They
# were chosen for the 3 in them. On the right is its mean answer to all images of each digit, the digit itself left out: a
# row says whom this digit resembles.
#
# **Turn the knob** `tau` down to 1: one bar is left. There the label has more than nine tenths of the answer on average; at 8
# it has less than half, and each picture shows its relatives. Watch the column of the 3 on the right. A student that
# is given these rows hears much about the 3 and never sees one.


# %% tags=["demo"]
@demo(tau=(1.0, 16.0))
def first_look(tau: float = 8.0, seed: int = 0) -> dict[str, float]:
    """A teacher's answers at a temperature: to three images, and the mean for each digit."""
    import matplotlib.pyplot as plt

    _, _, x, y = digits(seed)
    z = trained_teacher(seed)(x)
    cold, warm = torch.softmax(z, -1), torch.softmax(z / tau, -1)
    fig, axes = plt.subplots(1, 4, figsize=(12, 3.4), width_ratios=[1, 1, 1, 1.3])
    for ax, digit in zip(axes, (5, 8, 9), strict=False):
        sure = (y == digit) & (cold[:, digit] > 0.95)
        like_3 = int(torch.where(sure, cold[:, 3], -1.0).argmax())
        ax.bar(range(10), warm[like_3], color=["C0" if k == digit else "C1" for k in range(10)])
        ax.set(title=f"a {digit}", xlabel="class", xticks=range(10), ylim=(0, 1))
        inset = ax.inset_axes((0.02 if digit > 5 else 0.62, 0.55, 0.4, 0.42))
        inset.imshow(x[like_3].view(8, 8), cmap="gray_r")
        inset.axis("off")
    axes[0].set_ylabel(f"the teacher's answer at tau = {tau:.3g}")
    means = torch.stack([warm[y == digit].mean(0) for digit in range(10)])
    means.fill_diagonal_(float("nan"))
    axes[3].imshow(means)
    axes[3].set(title="mean answer", xlabel="class", ylabel="digit", xticks=range(10))
    axes[3].set(yticks=range(10))
    own = torch.arange(len(y))
    return {
        "label_at_1": float(cold[own, y].mean()),
        "label": float(warm[own, y].mean()),
        "most_3_of_a_digit": float(means[:, 3].nan_to_num().max()),
        "least_3_of_a_digit": float(means[:, 3].nan_to_num(1.0).min()),
    }


# %% [markdown]
# ## 1. Soft targets
#
# $$p_k(\tau)=\frac{e^{z_k/\tau}}{\sum_j e^{z_j/\tau}}$$
#
# $\tau=1$ is the plain softmax. A larger $\tau$ brings the logits together before they are compared, so that the wrong
# classes are seen, too. For $\tau\to\infty$, $e^{x}\approx1+x$ gives $p_k\approx\frac1K+\frac{z_k-\bar z}{K\tau}$: all
# classes equal, and a first correction that is linear in the logits. For $\tau\to0$ the largest logit takes all. The order of the
# classes is the same at every temperature.
#
# ![Bars of the probabilities for the logits 5, 3, 1: 0.867, 0.117, 0.016 at temperature 1 and 0.563, 0.289, 0.148 at temperature 3.](pictures/knowledge_distillation/temperature.svg)
#
# **By hand.** $z=(5,3,1)$: $e^{-2}=0.135$ and $e^{-4}=0.018$ against the first, so $(0.867,0.117,0.016)$ at $\tau=1$. At
# $\tau=3$ the ratios are $e^{-2/3}=0.513$ and $e^{-4/3}=0.264$: $(0.563,0.289,0.148)$.
#
# Logits of a sure teacher are large. $e^{1000}$ overflows; but adding the same number to all logits of a row changes nothing.


# %% [markdown] hints="soft_targets"
# idea: Which number may be subtracted from each row so that no exponential exceeds 1?
#
# shapes: The largest logit of each row and the sum of each row have the shape (B, 1).
#
# steps: Divide by the temperature, shift each row by its largest entry, exponentiate, divide by the row's sum.


# %% question="soft_targets" minutes=10 forbid=["softmax"]
def soft_targets(z: Float[Tensor, "B K"], tau: float) -> Float[Tensor, "B K"]:
    """Class probabilities at temperature tau.

    torch's softmax and its relatives are not allowed.

    Args:
        z: logits, any finite value, ±1000 included.
        tau: positive; a number, whole or not.

    Returns:
        The softmax of ``z / tau`` over the classes of each row; all entries are finite.
    """
    ### BEGIN SOLUTION
    warm = z / tau
    weights = (warm - warm.amax(-1, keepdim=True)).exp()
    return weights / weights.sum(-1, keepdim=True)
    ### END SOLUTION


# %% [markdown]
# ## 2. The loss of distillation
#
# The student is to give the teacher's answer at the teacher's temperature. How far is it from that? The Kullback-Leibler
# divergence says it, with the teacher's probabilities as weights: where the teacher sees nothing, the student may say what it likes.
# Labels, where there are any, get the rest of the weight:
#
# $$L=\alpha\,\tau^2\,\frac1B\sum_b\mathrm{KL}\big(p^T_b(\tau)\,\Vert\,p^S_b(\tau)\big)+(1-\alpha)\,\mathrm{CE}(y,p^S(1)),
# \qquad \mathrm{KL}(p\Vert q)=\sum_k p_k\log\frac{p_k}{q_k}.$$
#
# The labels' term is at temperature 1 and has no $\tau^2$; it is the mean of $-\log p^S_{b,y_b}(1)$ over the batch. Question 3 says where the
# $\tau^2$ comes from.
#
# ![The input goes to a frozen teacher and to a student. Both answers at temperature tau meet in alpha tau squared KL; the student's answer at temperature 1 meets the label in one minus alpha cross-entropy. No gradient goes to the teacher.](pictures/knowledge_distillation/losses.svg)
#
# **By hand.** $z^S=(0,0)$, $z^T=(\log3,0)$, $\tau=1$: $p^T=(\frac34,\frac14)$ and
# $\mathrm{KL}=\frac34\log\frac32+\frac14\log\frac12=0.131$; with label 0, $\mathrm{CE}=\log2=0.693$; at $\alpha=\frac12$ the loss
# is $0.412$. At $\tau=2$, $p^T=(0.634,0.366)$, $\mathrm{KL}=0.036$ and $\tau^2\,\mathrm{KL}=0.145$.
#
# With logits of $\pm1000$ a probability of the student is 0 in floating point and its logarithm $-\infty$, though the divergence is
# finite: take the logarithm of the softmax in one step. The mean is over the **examples**. `kl_div` of PyTorch with its default `reduction`
# divides by $B\cdot K$, and its input is a logarithm on one side only: two reasons to write it out once.


# %% [markdown] hints="kd_loss"
# idea: Two terms, each a mean over the batch. In the first both distributions are at tau, in the second the student's is at 1.
#
# shapes: The log-ratio is (B, K). A sum over the classes leaves (B,), a mean over the examples a number.
#
# steps: Log-softmax of both logits at tau, the teacher's detached; the teacher's probabilities by `exp`; weighted sum and
# mean; cross-entropy of the undivided logits; put the factors on.
#
# mistake: `KL(student || teacher)`, a mean over all B·K entries, and a forgotten square each give a loss that trains, too.


# %% question="kd_loss" minutes=25 forbid=["kl_div"]
def kd_loss(
    zs: Float[Tensor, "B K"],
    zt: Float[Tensor, "B K"],
    y: Int[Tensor, " B"],
    tau: float,
    alpha: float,
) -> Float[Tensor, ""]:
    """Soft targets and labels, weighed.

    torch's kl_div is not allowed.

    Args:
        zs: the student's logits, any finite value, ±1000 included.
        zt: the teacher's logits, likewise. No gradient reaches them.
        y: labels.
        tau: temperature of the soft targets, a number, whole or not.
        alpha: weight of the soft targets, from 0 to 1; the labels have the rest.

    Returns:
        The loss of the text, both terms means over the B examples. It is finite, and so is its gradient with respect
        to ``zs``.
    """
    ### BEGIN SOLUTION
    log_pt, log_ps = torch.log_softmax(zt.detach() / tau, -1), torch.log_softmax(zs / tau, -1)
    kl = (log_pt.exp() * (log_pt - log_ps)).sum(-1).mean()
    return alpha * tau**2 * kl + (1 - alpha) * F.cross_entropy(zs, y)
    ### END SOLUTION


# %% [markdown]
# ## 3. Its gradient, and both ends of the temperature
#
# As with cross-entropy, $\partial\,\mathrm{KL}/\partial(z^S_k/\tau)=p^S_k-p^T_k$, and the chain rule gives another $1/\tau$. Times
# $\tau^2/B$:
#
# $$g=\frac{\partial}{\partial z^S}\,\frac{\tau^2}{B}\sum_b\mathrm{KL}=\frac{\tau\,(p^S-p^T)}{B}.$$
#
# **Hot.** By the linearisation of question 1, $p^S-p^T\approx\frac{(z^S-\bar z^S)-(z^T-\bar z^T)}{K\tau}$, so
#
# $$g\;\xrightarrow{\tau\to\infty}\;\frac{(z^S-\bar z^S)-(z^T-\bar z^T)}{BK}.$$
#
# This is the gradient of a squared error: hot distillation is a regression on centred logits, those of the wrong classes included. Without
# the $\tau^2$ it would vanish as $1/\tau^2$, and $\alpha$ would mean something else at each temperature.
#
# **Cold.** For $\tau\to0$, $p$ is 1 at the largest logit, and $g/\tau$ tends to the difference of two such rows over $B$: the
# teacher is heard only as far as its first choice. If $n$ classes share the largest logit exactly, each has $\frac1n$.
#
# **By hand.** $z^S=(0,0)$, $z^T=(\log3,0)$, $B=1$. At $\tau=1$ the gradient is $(-0.25,0.25)$. Hot, it is $(-0.275,0.275)$, since
# $\frac12\cdot\frac12\log3=0.275$. Cold, $g/\tau$ is $(\frac12,\frac12)-(1,0)=(-0.5,0.5)$.


# %% [markdown] hints="kd_grad"
# idea: The formulas are the answer. The mean of a row is what a softmax cannot see, so the hot limit cannot see it, either.
#
# shapes: All results are (B, K). Means, maxima and counts per row are (B, 1).
#
# steps: Two soft targets, their difference, two factors. Hot: centre both logits by rows, subtract, divide by B·K. Cold: compare
# each logit with the largest of its row, divide by how many are equal to it, subtract, divide by B.
#
# mistake: The square of the temperature and the chain rule leave one factor tau, which multiplies.


# %% question="kd_grad" minutes=20 forbid=["autograd"]
def kd_grad(zs: Float[Tensor, "B K"], zt: Float[Tensor, "B K"], tau: float) -> Float[Tensor, "B K"]:
    """Gradient of question 2's loss at alpha = 1 with respect to ``zs``, in closed form.

    Autograd is not allowed.

    Args:
        zs: the student's logits.
        zt: the teacher's logits.
        tau: temperature, a number, whole or not.

    Returns:
        The gradient, with the 1/B of the mean.
    """
    ### BEGIN SOLUTION
    return tau * (soft_targets(zs, tau) - soft_targets(zt, tau)) / len(zs)
    ### END SOLUTION


def kd_grad_limits(
    zs: Float[Tensor, "B K"], zt: Float[Tensor, "B K"]
) -> tuple[Float[Tensor, "B K"], Float[Tensor, "B K"]]:
    """What the gradient comes to at both ends of the temperature.

    Args:
        zs: the student's logits; classes whose logits are equal and the largest of the row share the 1 equally.
        zt: the teacher's logits, likewise.

    Returns:
        The limit of the gradient divided by tau for tau to 0, and that of the gradient itself for tau to infinity;
        both with the 1/B of the mean.
    """

    ### BEGIN SOLUTION
    def coldest(z: Tensor) -> Tensor:
        largest = (z == z.amax(-1, keepdim=True)).to(z.dtype)
        return largest / largest.sum(-1, keepdim=True)

    B, K = zs.shape
    difference = zs - zt
    hot = (difference - difference.mean(-1, keepdim=True)) / (B * K)
    return (coldest(zs) - coldest(zt)) / B, hot
    ### END SOLUTION


# %% [markdown]
# The teacher's logits for 200 digits, and those of an untrained student: the length of the gradient over all temperatures,
# with the $\tau^2$ and without. Guess first: at $\tau=100$, how long are both, as parts of the hot limit?


# %% tags=["predict"]
predict("length at tau = 100, as a part of the hot limit", with_square=..., without=...)


# %% tags=["demo"]
@demo
def both_ends(seed: int = 0) -> dict[str, float]:
    """Length of the gradient against the temperature, with and without the square."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    x = digits(seed)[0][:200]
    zs, zt = network(32, seed + 1)(x).detach(), trained_teacher(seed)(x)
    limit = float(kd_grad_limits(zs, zt)[1].norm())
    taus = [10 ** (k / 10) for k in range(-10, 21)]
    lengths = torch.stack([kd_grad(zs, zt, tau).norm() for tau in taus]) / limit
    without = lengths / torch.tensor(taus) ** 2
    _, ax = plt.subplots()
    ax.axhline(1, color="0.6", lw=1, ls="--")
    ax.loglog(taus, lengths, label="with tau²")
    ax.loglog(taus, without, label="without")
    guessed = guesses("length at tau = 100, as a part of the hot limit")
    for name, colour in (("with_square", "C0"), ("without", "C1")):
        if isinstance(guess := guessed.get(name), (int, float)) and guess > 0:
            ax.plot(100, guess, "X", ms=10, color=colour)
    ax.set(xlabel="temperature", ylabel="length of the gradient / hot limit")
    label_ends(ax)
    return {"with": float(lengths[-1]), "without": float(without[-1]), "at 8": float(lengths[-12])}


# %% [markdown]
# With the square the gradient is the hot limit's within one part in ten at $\tau=100$; without, it is one ten-thousandth of
# that. A learning rate that suits $\tau=1$ would then do nothing.
#
# ## 4. The control: smoothed labels
#
# Are soft targets good because of what they say, or because they are soft? **Label smoothing** is soft and says nothing:
#
# $$q_k=(1-\epsilon)\,\mathbb 1[k=y]+\frac{\epsilon}{K}$$
#
# has the same for every wrong class. Whatever a student gains from a teacher beyond this control is knowledge about *which* classes are near.
#
# **By hand.** $K=4$, $\epsilon=0.2$, label 1: $(0.05,0.85,0.05,0.05)$.


# %% [markdown] hints="smooth_labels"
# idea: A mixture of two distributions: the label's and the uniform one.
#
# shapes: (B,) in, (B, K) out; one number fills all entries, one is added at the label.
#
# steps: One-hot rows as floats, times what is left of the weight, plus the uniform share.


# %% question="smooth_labels" minutes=10
def smooth_labels(y: Int[Tensor, " B"], K: int, eps: float) -> Float[Tensor, "B K"]:
    """Smoothed labels, in float32.

    Args:
        y: labels from 0 to K - 1; B may be 0.
        K: number of classes.
        eps: from 0 to 1, shared equally by all K classes, the right one included.

    Returns:
        A new tensor; rows sum to 1. The result is float32.
    """
    ### BEGIN SOLUTION
    return (1 - eps) * F.one_hot(y, K) + eps / K
    ### END SOLUTION


# %% [markdown]
# ## 5. Hints: the features in between
#
# A teacher has more to give than its answer. **FitNets** compare feature maps of a middle layer. The student's have other channels, so a
# $1\times1$ convolution $W$ of shape $(C_T,C_S)$ brings *the student's* to the teacher's, at each pixel by itself:
#
# $$L_{\text{hint}}=\frac{1}{B\,C_T\,H\,W}\sum_{b,t,h,w}\Big(\sum_c W_{tc}F^S_{bchw}-F^T_{bthw}\Big)^2 .$$
#
# (The paper has half a sum in place of the mean.) $W$ is learned together with the student and thrown away afterwards. Were the
# teacher's features projected, the easiest solution would be a projection to nothing.
#
# ![Three student channels go through a matrix of five rows and three columns and give five channels, which are compared with the teacher's five.](pictures/knowledge_distillation/hint.svg)
#
# **By hand.** One pixel, $F^S=(1,2)$, $W=\begin{pmatrix}3&1\\0&1\end{pmatrix}$, $F^T=(2,2)$: $WF^S=(5,2)$ and
# $\frac12(3^2+0^2)=4.5$.


# %% [markdown] hints="hint_loss"
# idea: A 1×1 convolution is a matrix product over the channels, the same at each pixel.
#
# shapes: The rows of the matrix are the teacher's channels: (Ct, Cs) times (B, Cs, H, W) is (B, Ct, H, W).
#
# steps: Project the student's maps (`einsum` names the axes), subtract the teacher's without gradient, square, average over all.


# %% question="hint_loss" minutes=15
def hint_loss(
    Fs: Float[Tensor, "B Cs H W"], Ft: Float[Tensor, "B Ct H W"], Wr: Float[Tensor, "Ct Cs"]
) -> Float[Tensor, ""]:
    """Mean squared error of the student's projected features.

    Args:
        Fs: the student's feature maps.
        Ft: the teacher's. No gradient reaches them.
        Wr: the 1x1 convolution, from the student's channels to the teacher's; it learns, too.

    Returns:
        The mean over all B·Ct·H·W entries.
    """
    ### BEGIN SOLUTION
    return (torch.einsum("tc,bchw->bthw", Wr, Fs) - Ft.detach()).square().mean()
    ### END SOLUTION


# %% [markdown]
# ## 6. Without a bigger teacher: peers and generations
#
# In **deep mutual learning** $M$ students start from different weights and learn together. Each has the labels, and each other peer $j$ is a
# fixed target for student $i$, at temperature 1:
#
# $$L_i=\mathrm{CE}(y,p_i)+\frac1{M-1}\sum_{j\ne i}\frac1B\sum_b\mathrm{KL}(p_{j,b}\Vert p_{i,b}).$$
#
# **By hand.** Three peers with the logits $(0,0)$, $(\log3,0)$, $(\log3,0)$, label 0. $L_1=0.693+\frac12(0.131+0.131)=0.824$. For the
# second, $\mathrm{CE}=-\log\frac34=0.288$, and of its two peers only the first differs:
# $\mathrm{KL}=\frac12\log\frac23+\frac12\log2=0.144$. $L_2=0.288+\frac12(0.144+0)=0.360$.
#
# **Born again**: generation 0 learns from labels. Each later one has the same architecture, starts afresh and learns from the one
# before, which is frozen: a copy, in eval mode (no dropout, batch norm as it was trained), without gradients. A copy, because the
# model itself is a result: whoever freezes it hands back a model that no longer trains.


# %% [markdown] hints="mutual_losses"
# idea: A peer that is held fixed is a teacher at temperature 1, and question 2's loss has a term without labels. In `born_again` all
# depends on what is copied, and when.
#
# shapes: Each logits tensor is (B, K); the result is a list of M numbers, in the order of the peers.
#
# steps: For each student: cross-entropy; the divergence from each *other* peer to it; their mean added. Generations: make a copy
# of the last model, if there is one, for the next to learn from; set its mode and switch its gradients off; make, train, keep.
#
# mistake: There are M - 1 peers, not M, and with M = 2 a sum looks like a mean.


# %% question="mutual_losses" minutes=30 forbid=["kl_div"]
def mutual_losses(
    logits: list[Float[Tensor, "B K"]], y: Int[Tensor, " B"]
) -> list[Float[Tensor, ""]]:
    """The loss of each of several peers that learn from the labels and from one another.

    torch's kl_div is not allowed.

    Args:
        logits: those of each of M >= 2 peers for the same examples.
        y: labels.

    Returns:
        M losses, in the order of ``logits``. The gradient of loss i reaches logits i alone.
    """
    ### BEGIN SOLUTION
    M = len(logits)
    losses = []
    for i in range(M):
        soft = sum(kd_loss(logits[i], logits[j], y, 1.0, 1.0) for j in range(M) if j != i)
        losses.append(F.cross_entropy(logits[i], y) + soft / (M - 1))
    return losses
    ### END SOLUTION


def born_again(
    make: Callable[[], nn.Module],
    fit: Callable[[nn.Module, nn.Module | None], None],
    generations: int,
) -> list[nn.Module]:
    """Train generations one after another.

    Args:
        make: called once per generation, gives an untrained model.
        fit: ``fit(student, teacher)`` trains the student in place; the teacher is None in the first generation.
        generations: at least 1.

    Returns:
        The trained models in order, as ``fit`` left them. Each teacher is a deep copy of the model before, in eval
        mode, and none of its parameters asks for a gradient.
    """
    ### BEGIN SOLUTION
    models: list[nn.Module] = []
    for _ in range(generations):
        teacher = copy.deepcopy(models[-1]).eval().requires_grad_(False) if models else None
        models.append(make())
        fit(models[-1], teacher)
    return models
    ### END SOLUTION


# %% [markdown]
# Does a network get better by teaching itself? Left, digits. Right, a curve with noise, sixty points of it, fitted by ridge regression on
# thirty bumps: there the truth is known, and a generation is a formula. Guess for digits with a hundred labels: how many of 100 are read right by one network, by each of
# three peers, and by the third generation born again?


# %% tags=["predict"]
predict("digits read right after 100 labels", alone=..., peers=..., third_generation=...)


# %% tags=["demo"]
@demo
def among_equals(seed: int = 0) -> dict[str, float]:
    """Peers and generations on digits with few labels; generations of a ridge regression."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars, label_ends

    x, y, x_test, y_test = digits(seed)
    x, y, n = x[:100], y[:100], 100
    smooth = smooth_labels(y, 10, 0.1)

    def right(nets: list[nn.Module]) -> float:
        with torch.no_grad():
            return sum(percent_right(net(x_test), y_test) for net in nets) / len(nets)

    def three(target: Tensor) -> list[nn.Module]:
        nets = [network(32, 10 * seed + i) for i in range(3)]
        for net in nets:
            fit(net, n, lambda b, net=net: F.cross_entropy(net(x[b]), target[b]), seed, 300)
        return nets

    peers = nn.ModuleList([network(32, 10 * seed + i) for i in range(3)])
    fit(peers, n, lambda b: sum(mutual_losses([p(x[b]) for p in peers], y[b])), seed, 300)
    starts = iter(range(10 * seed, 10 * seed + 3))

    def by_teacher(student: nn.Module, teacher: nn.Module | None) -> None:
        def loss(b: Tensor) -> Tensor:
            if teacher is None:
                return F.cross_entropy(student(x[b]), y[b])
            return kd_loss(student(x[b]), teacher(x[b]), y[b], 4.0, 0.9)

        fit(student, n, loss, seed, 300)

    generations = born_again(lambda: network(32, next(starts)), by_teacher, 3)
    values = {
        "alone": right(three(y)),
        "smoothed labels": right(three(smooth)),
        "three peers": right(list(peers)),
        "2nd generation": right([generations[1]]),
        "3rd generation": right([generations[2]]),
    }
    fig, (left, ax) = plt.subplots(1, 2, figsize=(11, 3.6))
    guessed = guesses("digits read right after 100 labels")
    shown = {
        "alone": guessed.get("alone"),
        "three peers": guessed.get("peers"),
        "3rd generation": guessed.get("third_generation"),
    }
    bars(left, values, ["0.6", "0.6", "C0", "C1", "C1"], "%.0f", shown)
    left.set(xlabel="of 100 test digits, read right", xlim=(0, 105))

    # Ridge regression on 30 bumps, where the best that one regression can do is known.
    generator = torch.Generator().manual_seed(seed)
    where = 6 * torch.rand(60, generator=generator, dtype=torch.float64) - 3
    noisy = torch.sin(2 * where) + torch.randn(60, generator=generator, dtype=torch.float64)
    grid, centres = (torch.linspace(-3, 3, k, dtype=torch.float64) for k in (300, 30))

    def bumps(x: Tensor) -> Tensor:
        return torch.exp(-((x[:, None] - centres) ** 2) / 0.18)

    X, X_grid = bumps(where), bumps(grid)

    def errors(decay: float, generations: int) -> list[float]:
        """Mean squared distance from the truth of each generation."""

        def ridge(student: nn.Module, teacher: nn.Module | None) -> None:
            target = noisy if teacher is None else teacher(X)[:, 0]
            gram = X.T @ X + decay * torch.eye(30, dtype=torch.float64)
            student.weight.data = torch.linalg.solve(gram, X.T @ target)[None]

        def make() -> nn.Module:
            return nn.Linear(30, 1, bias=False, dtype=torch.float64)

        truth = torch.sin(2 * grid)
        with torch.no_grad():
            models = born_again(make, ridge, generations)
            return [float((m(X_grid)[:, 0] - truth).square().mean()) for m in models]

    best = min(errors(10 ** (k / 4), 1)[0] for k in range(-16, 9))
    for decay, colour in ((0.1, "C0"), (10.0, "C1")):
        curve = errors(decay, 12)
        ax.plot(curve, color=colour, marker="o", ms=4, label=f"decay {decay:g}")
        steps = [later - earlier for earlier, later in zip(curve, curve[1:], strict=False)]
        values |= {f"last, {decay:g}": curve[-1], f"least step, {decay:g}": min(steps)}
        values |= {f"largest step, {decay:g}": max(steps)}
    ax.axhline(best, color="0.6", lw=1, ls="--")
    ax.set(xlabel="generation", ylabel="error against the truth", ylim=(0, None))
    ax.set_title("ridge regression; dashed: best decay, no teacher")
    label_ends(ax)
    return values | {"best": best}


# %% [markdown]
# **Here it gets nothing out of itself.** Left, the peers are within one digit in a hundred of the networks that learn alone, and the third generation reads
# fewer digits than the control with smoothed labels. The papers' gains, a point or two, are those of large networks on CIFAR-100; a student of 32 units that
# has fitted a hundred labels has little to add to them.
#
# Right, where a generation can be written down: ridge regression scales each principal direction by $s^2/(s^2+\lambda)$, and each generation does so once more. Self-distillation
# *is* regularisation (Mobahi, Farajtabar and Bartlett, [2020](https://arxiv.org/abs/2002.05715)). With a decay that is too small the error falls
# from generation to generation, and after twelve it is still above that of the best decay, which needs no teacher. With a decay that is large enough already,
# each generation makes it worse.
#
# ## 7. Where the teacher looks, and its textures
#
# Two ways to compare feature maps without a matrix $W$. **Attention transfer** leaves out the channels: $A=\sum_c|F_c|^p$ says how much happens at each
# pixel. Flattened to $Q$ with $HW$ entries and brought to length 1,
#
# $$L_{AT}=\frac1B\sum_b\Big\lVert \frac{Q^S_b}{\lVert Q^S_b\rVert_2}-\frac{Q^T_b}{\lVert Q^T_b\rVert_2}\Big\rVert_2 ,$$
#
# so that student and teacher may have other channels and another scale. The **Gram matrix** leaves out the positions: with $F$ flattened to
# $(C,HW)$, $G=FF^\top/(HW)$ of shape $(C,C)$ says which channels fire together. $L_G$ is the mean squared difference of two of them.
# (Neuron selectivity transfer takes each channel, brought to length 1, for a sample, and compares the two sets of samples; with the kernel
# $\langle x,y\rangle^2$ that is a distance of the *other* Gram matrices, $(HW,HW)$, which say which pixels are lit together.)
#
# **By hand.** Maps of two pixels. One channel, $p=1$: $Q^S=(3,4)$ and $Q^T=(4,3)$ give $\lVert(0.6,0.8)-(0.8,0.6)\rVert=0.283$.
# Two channels, $F^S=\begin{pmatrix}1&0\\1&2\end{pmatrix}$, $F^T=\begin{pmatrix}1&0\\0&1\end{pmatrix}$: the Gram matrices
# $\frac12\begin{pmatrix}1&1\\1&5\end{pmatrix}$ and $\frac12\begin{pmatrix}1&0\\0&1\end{pmatrix}$ differ by $0,\frac12,\frac12,2$:
# $L_G=4.5/4=1.125$.


# %% [markdown] hints="attention_transfer_loss"
# idea: Both losses first sum one kind of axis away, channels or positions, and then compare what is left.
#
# shapes: Attention: (B, C, H, W) to (B, HW). Gram: (B, C, HW) times its transpose is (B, C, C).
#
# steps: Absolute value, power, sum over channels, flatten, length 1 per image, length of the difference, mean over images. Gram:
# flatten the positions, matrix product, divide by their number, squared difference, mean over all.
#
# mistake: Each image has a length of its own; and with an odd power the sign matters before it is gone.


# %% question="attention_transfer_loss" minutes=25 further
def attention_transfer_loss(
    Fs: Float[Tensor, "B Cs H W"], Ft: Float[Tensor, "B Ct H W"], p: float = 2
) -> Float[Tensor, ""]:
    """Distance of two attention maps of length 1.

    Args:
        Fs: the student's feature maps; no attention map is zero everywhere.
        Ft: the teacher's, likewise. No gradient reaches them.
        p: power of the absolute values, at least 1.

    Returns:
        The Euclidean distance, mean over the B images.
    """
    ### BEGIN SOLUTION
    Qs, Qt = (X.abs().pow(p).sum(1).flatten(1) for X in (Fs, Ft.detach()))
    return (F.normalize(Qs, dim=1) - F.normalize(Qt, dim=1)).norm(dim=1).mean()
    ### END SOLUTION


def gram_loss(Fs: Float[Tensor, "B C H W"], Ft: Float[Tensor, "B C H W"]) -> Float[Tensor, ""]:
    """Squared difference of two Gram matrices of channels.

    Args:
        Fs: the student's feature maps.
        Ft: the teacher's, with as many channels. No gradient reaches them.

    Returns:
        The mean over all B·C·C entries; the Gram matrices are means over the H·W positions.
    """
    ### BEGIN SOLUTION
    Gs, Gt = (X.flatten(2) @ X.flatten(2).mT / X.shape[2:].numel() for X in (Fs, Ft.detach()))
    return (Gs - Gt).square().mean()
    ### END SOLUTION


# %% [markdown]
# ## 8. Relations between examples
#
# Features of student and teacher may have nothing in common, and still place the images in the same way: what is near in one is near in the other.
# **Relational distillation** compares distances and angles within the batch. With $\mu$ the mean distance over all pairs $i\ne j$,
#
# $$\psi_{ij}=\frac{\lVert x_i-x_j\rVert}{\mu},\qquad \omega_{ijk}=\cos\angle(x_i,x_j,x_k)
# =\Big\langle\frac{x_i-x_j}{\lVert x_i-x_j\rVert},\frac{x_k-x_j}{\lVert x_k-x_j\rVert}\Big\rangle ,$$
#
# the angle at $x_j$. Differences of both go through the Huber loss $\ell(a,b)=\frac12(a-b)^2$ where $|a-b|\le1$, else $|a-b|-\frac12$. Scale, shift and
# rotation of either side do not matter, and neither does the number of features.
#
# ![A triangle with sides 3, 4, 5 and one with sides 30, 40, 50, turned over: equal ratios 0.75, 1, 1.25, equal cosines 0, 0.6, 0.8, loss 0.](pictures/knowledge_distillation/triangles.svg)
#
# **By hand.** A teacher's triangle with sides 3, 4, 5 has $\mu=4$, $\psi=0.75,1,1.25$ and cosines $0,0.6,0.8$; a student's with equal sides
# has $\psi=1$ and cosines $0.5$. Distances: each pair counts in both orders, so the mean over $3\cdot3$ is
# $2\,(\frac12 0.25^2+\frac12 0.25^2)/9=0.0139$. Angles: the mean over $27$ triples is $2\cdot\frac12(0.5^2+0.1^2+0.3^2)/27=0.0130$. With
# weights 1 and 2 the loss is $0.0398$.
#
# A square root has no finite slope at 0, and the diagonal is 0: keep it away from the root, or the student's gradient is `nan`.


# %% [markdown] hints="rkd_loss"
# idea: All differences of two points form one array, and everything comes from it: lengths by a norm, cosines by products of unit vectors.
#
# shapes: Differences (B, B, d), distances (B, B), cosines (B, B, B) with the corner j first, say.
#
# steps: Differences; distances, with the diagonal cut off before the root; mean over the B·(B − 1) others; unit
# vectors, zero on the diagonal; their products for each corner. Twice, then two Huber losses.
#
# mistake: The mean distance leaves the diagonal out; the means of the losses do not.


# %% question="rkd_loss" minutes=35 further
def rkd_loss(
    s: Float[Tensor, "B d"], t: Float[Tensor, "B e"], wd: float = 1.0, wa: float = 2.0
) -> Float[Tensor, ""]:
    """Relational distillation.

    Args:
        s: the student's features of B >= 2 examples; no two rows are equal.
        t: the teacher's, of any width, likewise. No gradient reaches them.
        wd: weight of the distances.
        wa: weight of the angles.

    Returns:
        ``wd`` times the distances' loss, the mean over all B·B ordered pairs (i = j counts as 0), plus ``wa`` times the
        angles', the mean over all B·B·B triples, where a triple with i = j or k = j has cosine 0 on both sides. The
        gradient of ``s`` is finite.
    """

    ### BEGIN SOLUTION
    def relations(x: Tensor) -> tuple[Tensor, Tensor]:
        same = torch.eye(len(x), dtype=torch.bool)
        difference = x[None] - x[:, None]  # [j, i] leads from j to i
        # A square root has no finite slope at 0: no gradient goes through the diagonal.
        distance = difference.square().sum(-1).masked_fill(same, 0.0).sqrt()
        unit = F.normalize(difference, dim=-1)
        return distance / distance[~same].mean(), unit @ unit.mT

    (ds, cs), (dt, ct) = relations(s), relations(t.detach())
    return wd * F.smooth_l1_loss(ds, dt) + wa * F.smooth_l1_loss(cs, ct)
    ### END SOLUTION


# %% [markdown]
# ## 9. Contrast
#
# **Contrastive distillation** asks the student a question: of the $B$ teacher vectors in this batch, which is that of your image? With unit
# vectors and a temperature,
#
# $$L=-\frac1B\sum_i\log\frac{e^{s_i\cdot t_i/\tau}}{\sum_je^{s_i\cdot t_j/\tau}} ,$$
#
# a cross-entropy in which row $i$ has the label $i$. The other images are pushed apart, and so a student cannot win by saying the same of all. (The paper draws many
# negatives from a memory and decides on each pair by itself; this is InfoNCE within the batch. $\log B-L$ is, on average, a lower bound of the mutual information of both
# features.)
#
# ![A table of two student rows and two teacher columns: ones on the diagonal, zeros beside it. The softmax of the first row is 0.731, 0.269, its loss 0.313.](pictures/knowledge_distillation/contrast.svg)
#
# **By hand.** Two orthogonal pairs, $s_i=t_i$, $\tau=1$: $\log(1+e^{-1})=0.313$. With the pairs swapped, $\log(1+e)=1.313$.


# %% [markdown] hints="contrastive_loss"
# idea: A table of all similarities is a table of logits, and you know which class is right in each row.
#
# shapes: Scores (B, B): students in rows, teachers in columns.
#
# steps: Length 1 for both, the teacher without gradient; all dot products over tau; cross-entropy with the row's own number.


# %% question="contrastive_loss" minutes=15 further
def contrastive_loss(
    s: Float[Tensor, "B d"], t: Float[Tensor, "B d"], tau: float
) -> Float[Tensor, ""]:
    """InfoNCE from student to teacher.

    Args:
        s: the student's vectors, none is zero; they are brought to length 1 first.
        t: the teacher's vectors of the same B examples, likewise. No gradient reaches them.
        tau: temperature of the cosines.

    Returns:
        The mean over the B students; 0 for a batch of one.
    """
    ### BEGIN SOLUTION
    scores = F.normalize(s, dim=-1) @ F.normalize(t.detach(), dim=-1).mT / tau
    return F.cross_entropy(scores, torch.arange(len(s)))
    ### END SOLUTION


# %% [markdown]
# ## Five ways to hand over features
#
# A convolutional teacher with 12 channels has learned all digits. Students with 6 channels are trained on the same 1200 images **without any label**, each by one
# of your losses on the feature maps, with equal start, batches and steps. Then a ridge regression reads the digit off their features, from 60 labels. Three controls
# go the same way: a student that was not trained; one that was trained on the 60 labels; and one that was given the teacher's features of *other* images. What is known about hints
# and Gram matrices with fewer channels holds here as well: a matrix $W$ brings the student's channels to the teacher's.


# %% tags=["predict"]
predict("features read off with 60 labels", hint=..., attention=..., relations=..., contrast=...)


# %% tags=["demo"]
@demo
def five_ways(seed: int = 0) -> dict[str, float]:
    """Features of students that five losses taught without labels, read off with 60 labels."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    x, y, x_test, y_test = digits(seed)
    x, x_test = x.view(-1, 1, 8, 8), x_test.view(-1, 1, 8, 8)
    few = 60

    def body(channels: int, seed: int) -> nn.Sequential:
        """Feature maps of 4x4 pixels."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            first = nn.Conv2d(1, channels, 3, padding=1)
            second = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
        return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())

    def linear(width: int, out: int) -> nn.Linear:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return nn.Linear(width, out)

    teacher, head = body(12, seed), linear(192, 10)
    both = nn.Sequential(teacher, nn.Flatten(), head)
    fit(both, len(x), lambda i: F.cross_entropy(both(x[i]), y[i]), seed, 300)
    with torch.no_grad():
        taught = teacher(x)
    centred = taught.flatten(1) - taught.flatten(1).mean(0)
    mixed = centred[torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))]

    def read_off(student: nn.Module) -> float:
        """Ridge regression from the features of the first images to their labels."""
        with torch.no_grad():
            known, new = (student(images).flatten(1) for images in (x[:few], x_test))
        known, new = known - known.mean(0), new - known.mean(0)
        scale = known.norm(dim=1).mean() ** 2
        gram = known @ known.mT / scale + 0.05 * torch.eye(few)
        weights = torch.linalg.solve(gram, F.one_hot(y[:few], 10).float() - 0.1)
        return percent_right(new @ known.mT / scale @ weights, y_test)

    def taught_by(loss: Callable[[Tensor, Tensor], Tensor], n: int, *extra: nn.Module) -> float:
        student = body(6, seed + 100)
        parts = nn.ModuleList([student, *extra])
        fit(parts, n, lambda i: loss(student(x[i.unique()]), i.unique()), seed, 200)
        return read_off(student)

    hint, gram = linear(6, 12), linear(6, 12)
    ask, ask_mixed, reader = linear(96, 192), linear(96, 192), linear(96, 10)
    n = len(x)
    values = {
        "not trained": read_off(body(6, seed + 100)),
        "60 labels": taught_by(
            lambda f, i: F.cross_entropy(reader(f.flatten(1)), y[i]), few, reader
        ),
        "contrast, other images": taught_by(
            lambda f, i: contrastive_loss(ask_mixed(f.flatten(1)), mixed[i], 0.2), n, ask_mixed
        ),
        "hint": taught_by(lambda f, i: hint_loss(f, taught[i], hint.weight), n, hint),
        "attention": taught_by(lambda f, i: attention_transfer_loss(f + 1e-6, taught[i] + 1e-6), n),
        "Gram": taught_by(
            lambda f, i: gram_loss(torch.einsum("tc,bchw->bthw", gram.weight, f), taught[i]),
            n,
            gram,
        ),
        "relations": taught_by(lambda f, i: rkd_loss(f.flatten(1), taught[i].flatten(1)), n),
        "contrast": taught_by(
            lambda f, i: contrastive_loss(ask(f.flatten(1)), centred[i], 0.2), n, ask
        ),
    }
    _, ax = plt.subplots()
    bars(ax, values, ["0.6"] * 3 + ["C0"] * 5, "%.0f", guesses("features read off with 60 labels"))
    ax.set(xlabel="of 100 test digits, read right from 60 labels", xlim=(0, 105))
    return values


# %% [markdown]
# Each of the five beats the student that was not trained, and the one that was shown the features of other images: without a label, something of the digits came
# over. But all are within six digits in a hundred of the student that learned from the sixty labels, some above it and some below: for 8×8 pixels and
# two layers sixty labels are a lot. The papers' gains are from deep teachers, on CIFAR-100, ImageNet and in metric learning.


# %% [markdown]
# ## Payoff: the digit that was never shown
#
# The student's training images hold no 3. All students have the same 32 units, the same start, steps and batches, and see the same 1080 images or
# so. They learn from labels; from smoothed labels; from the teacher's answers at temperature 1; at temperature 8. And two controls at temperature 8: a teacher that never
# saw a 3 itself, and the right teacher whose wrong-class logits were shuffled within each row, so that its answers are as soft as before but say nothing of
# *which* class is near. No labels are mixed in ($\alpha=1$).
#
# Each student is tested on the 59 to 62 threes of the test images. Guess.


# %% tags=["predict"]
predict("3s read right, of 100", tau_1=..., tau_8=..., shuffled=...)


# %% tags=["demo"]
@demo
def the_missing_digit(seed: int = 0) -> dict[str, float]:
    """Accuracy on 3s of students that never saw one."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    x, y, x_test, y_test = digits(seed)
    x, y = x[y != 3], y[y != 3]
    generator = torch.Generator().manual_seed(seed)

    def trained(width: int, loss: Callable[[Tensor, Tensor], Tensor]) -> nn.Module:
        net = network(width, seed + 1)
        fit(net, len(x), lambda i: loss(net(x[i]), i), seed)
        return net.requires_grad_(False)

    def distilled(z: Tensor, tau: float) -> nn.Module:
        return trained(32, lambda zs, i: kd_loss(zs, z[i], y[i], tau, 1.0))

    zt, smooth = trained_teacher(seed)(x), smooth_labels(y, 10, 0.1)
    blind = trained(128, lambda z, i: F.cross_entropy(z, y[i]))
    shuffled = zt.clone()
    for row, label in zip(shuffled, y.tolist(), strict=True):
        wrong = torch.tensor([k for k in range(10) if k != label])
        row[wrong] = row[wrong[torch.randperm(9, generator=generator)]]
    students = {
        "labels": trained(32, lambda z, i: F.cross_entropy(z, y[i])),
        "smoothed labels": trained(32, lambda z, i: F.cross_entropy(z, smooth[i])),
        "teacher, tau = 1": distilled(zt, 1.0),
        "teacher, tau = 8": distilled(zt, 8.0),
        "blind teacher, tau = 8": distilled(blind(x), 8.0),
        "shuffled, tau = 8": distilled(shuffled, 8.0),
    }
    is_3 = y_test == 3
    threes = {k: percent_right(net(x_test[is_3]), y_test[is_3]) for k, net in students.items()}
    _, ax = plt.subplots()
    guessed = guesses("3s read right, of 100")
    shown = {
        "teacher, tau = 1": guessed.get("tau_1"),
        "teacher, tau = 8": guessed.get("tau_8"),
        "shuffled, tau = 8": guessed.get("shuffled"),
    }
    bars(ax, threes, ["0.6", "0.6", "C1", "C0", "0.6", "0.6"], "%.0f", shown)
    ax.set(xlabel="of 100 test 3s, read right by a student that never saw one", xlim=(0, 105))
    return threes | {
        "all, labels": percent_right(students["labels"](x_test), y_test),
        "all, tau = 8": percent_right(students["teacher, tau = 8"](x_test), y_test),
        "all, teacher": percent_right(trained_teacher(seed)(x_test), y_test),
    }


# %% [markdown]
# **The student learned a class from its relatives, and only because the teacher knew that class.** From labels, smoothed or not, it reads none of the
# 3s: nothing ever asked for a large logit there. At temperature 1 hardly any. With the teacher's answers at temperature 8 it reads more than seven in ten, and over all ten digits it comes within four
# in a hundred of the teacher. The blind teacher's answers are as warm and say nothing of the 3; the shuffled ones are as soft and say nothing of anything: next to none of the 3s.
# So softness is not what helps.
#
# Why 8, and not 1? By question 3 a warm gradient is that of a regression on centred logits. The logit of the 3 is one of ten functions that the student is taught, at
# each of its images, and it goes on to be a function where the images are 3s. At temperature 1 the same logit is heard as a probability, nearly always near zero,
# and little is learned of how far below it lies.
#
# ## Encore: a reader of digits that has seen letters only
#
# Then the student needs no digits at all. Two thousand letters, in the four DejaVu typefaces that come with matplotlib (free: the Bitstream Vera
# licence), are drawn a little askew and squeezed into 8×8 pixels. The teacher is asked for its opinion about each: a digit, it must say, ten digits more or less.
# The student learns these answers and is tested on handwritten digits. The controls: the teacher's first choice alone, as a label; an untrained teacher; answers
# that were dealt out to the wrong letters; the student before it learned anything.
#
# **Try your own alphabet** afterwards: `only_letters(alphabet="OIlZSb")` in a cell of your own. Which few letters are enough, and which digits are lost without them?


# %% tags=["demo"]
@demo
def only_letters(
    seed: int = 0, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
) -> dict[str, float]:
    """Digits read right by students that have seen no digit."""
    import random

    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    from dlcourse.student.figures import bars

    draw = random.Random(seed)
    faces = [
        ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVu{face}.ttf", 40)
        for face in ("Sans", "Sans-Bold", "Serif", "SansMono")
    ]

    def letter() -> Tensor:
        """A letter askew, as high as the picture and as wide as it is."""
        page = Image.new("L", (80, 80))
        form = {"font": draw.choice(faces), "fill": 255, "anchor": "mm"}
        ImageDraw.Draw(page).text((40, 40), draw.choice(alphabet), **form)
        page = page.rotate(draw.gauss(0, 12))
        page = page.crop(page.getbbox())
        width = min(8, max(3, round(8 * page.width / page.height)))
        small = Image.new("L", (8, 8))
        small.paste(page.resize((width, 8), Image.Resampling.BOX), ((8 - width) // 2, 0))
        return torch.tensor(np.array(small) / 255).float().flatten()

    letters = torch.stack([letter() for _ in range(2000)])
    _, _, x_test, y_test = digits(seed)
    z, nowhere = trained_teacher(seed)(letters), torch.zeros(2000, dtype=torch.int64)
    with torch.no_grad():
        untrained = network(128, seed + 50)(letters)
    dealt = z[torch.randperm(2000, generator=torch.Generator().manual_seed(seed))]

    def reads(loss: Callable[[Tensor, Tensor], Tensor] | None) -> float:
        net = network(32, seed + 100)
        if loss is not None:
            fit(net, 2000, lambda i: loss(net(letters[i]), i), seed)
        return percent_right(net(x_test), y_test)

    def answers(z: Tensor, tau: float) -> float:
        return reads(lambda zs, i: kd_loss(zs, z[i], nowhere[i], tau, 1.0))

    values = {
        "answers, tau = 4": answers(z, 4.0),
        "answers, tau = 1": answers(z, 1.0),
        "first choice": reads(lambda zs, i: F.cross_entropy(zs, z[i].argmax(-1))),
        "untrained teacher": answers(untrained, 4.0),
        "answers dealt out": answers(dealt, 4.0),
        "untrained student": reads(None),
    }
    fig, (left, ax) = plt.subplots(1, 2, figsize=(11, 3.6), width_ratios=[1, 1.4])
    rows = F.pad(letters[:24].view(24, 8, 8), (1, 1, 1, 1)).view(3, 8, 10, 10)
    rows = rows.transpose(1, 2).reshape(30, 80)
    left.imshow(rows, cmap="gray_r")
    left.set(title="what the student sees", xticks=[], yticks=[])
    bars(ax, values, ["C0", "C0", "C1", "0.6", "0.6", "0.6"], "%.0f")
    ax.set(xlabel="of 100 handwritten digits, read right", xlim=(0, 110))
    return values


# %% [markdown]
# Letters are enough for nine digits in ten, at both temperatures, and the teacher's answers beat its first choices under each seed. An S is somewhat 5 and
# somewhat 8; the first choice says only 5. From an untrained teacher, or from answers to other letters, it learns nothing about digits.
#
# This is the use of distillation where the data are gone, secret or too few: the questions need not be from the teacher's world, as long as the answers are.
#
# ## What you built, and where it goes next
#
# The softened answer, its loss, its gradient at both ends of the temperature, and the control that tells softness from knowledge; hints, attention maps, Gram
# matrices, relations and contrast for what lies below the answer; peers and generations for those without a teacher.
#
# Everything larger is made of these parts. **DistilBERT** ([Sanh et al. 2019](https://arxiv.org/abs/1910.01108)) adds three losses: soft targets (question 2), the
# masked-language loss on the labels, and the cosine between hidden states of both. **Quantised and pruned** networks are retrained with their own full-precision
# selves as teachers. Language models distil **sequences** ([Kim and Rush 2016](https://arxiv.org/abs/1606.07947)): the teacher writes, the student learns to
# write the same. And a question to keep: students often end well below a teacher that they could represent, because the optimisation does not find it
# ([Stanton et al. 2021](https://arxiv.org/abs/2106.05945)).
#
# The [article](https://www.chenk.top/en/transfer-learning/05-knowledge-distillation/) has more on training recipes. (It has 0.84, 0.11, 0.04 for the softmax
# of $(5,3,1)$; the numbers of question 1 are the right ones. Its relational code compares unit vectors without the mean distance and without triplets; the formulas of question 8 are the paper's.)
