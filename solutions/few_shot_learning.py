# %% [markdown]
# # Few-shot learning: one example is enough
#
# Somebody shows you one letter of an alphabet that you have never seen, and you find it again on the next page. A
# network with a million photographs of cats behind it does not. **What must be learned beforehand, so that one example
# is enough?** Three answers are built here: a space in which distances mean something (prototypical, matching,
# Siamese and relation networks), a starting point from which one gradient step suffices (MAML, Reptile), and the
# training that both need, the episode. At the end a network that has read Latin, Greek and Cyrillic letters reads
# Georgian.
#
# <!-- questions -->
#
# **You need:** softmax and cross-entropy, gradient descent, a little PyTorch (autograd).
#
# **Article:** [Few-shot learning](https://www.chenk.top/en/transfer-learning/04-few-shot-learning/)
#
# **Papers:** Snell, Swersky and Zemel, [Prototypical networks](https://arxiv.org/abs/1703.05175); Vinyals et al.,
# [Matching networks](https://arxiv.org/abs/1606.04080); Sung et al.,
# [Learning to compare](https://arxiv.org/abs/1711.06025); Finn, Abbeel and Levine,
# [MAML](https://arxiv.org/abs/1703.03400); Nichol, Achiam and Schulman,
# [On first-order meta-learning](https://arxiv.org/abs/1803.02999); Hadsell, Chopra and LeCun, *Dimensionality
# reduction by learning an invariant mapping* (2006).
#
# **Conventions of the whole notebook.** An episode has $N$ classes (ways), $K$ labelled examples of each (shots), which
# are its support, and a query to be classified. Its labels are $0,\dots,N-1$. `sample_episode` and `mean_ci` are numpy;
# everything else is PyTorch and is computed in the arguments' dtype. Indices and labels are int64. No function
# changes its arguments. $\log$ is the natural logarithm.

# %%
import functools
import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread


# %% [markdown]
# The letters are drawn from the DejaVu fonts, which come with matplotlib (Bitstream Vera licence; DejaVu's own changes
# are in the public domain). Letters that look the same in two alphabets (A, Α, А) are kept once. Each picture has
# 16 × 16 pixels, is turned, sheared, scaled and shifted at random, and is noisy.


# %%
BASE = "".join(
    map(chr, [*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0x391, 0x3CA), *range(0x410, 0x450)])
)
NOVEL = "".join(map(chr, range(0x10D0, 0x10F0)))  # the Georgian letters


def draw_letter(letter: str, font: object) -> np.ndarray:
    """One letter in the middle of 32 x 32 pixels, from 0 to 1."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (32, 32))
    ImageDraw.Draw(image).text((16, 16), letter, fill=255, font=font, anchor="mm")
    return np.asarray(image, dtype=np.float32) / 255


@functools.cache
def letters(alphabet: str, copies: int = 24, seed: int = 0) -> tuple[Tensor, np.ndarray]:
    """Pictures (n, 1, 16, 16) of an alphabet's letters and their labels (n,), ``copies`` of each letter."""
    from pathlib import Path

    import matplotlib
    from PIL import ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    names = sorted(p for p in folder.glob("DejaVu*.ttf") if "Display" not in p.name)
    fonts = [ImageFont.truetype(str(p), 24) for p in names]
    plain = next(f for f, p in zip(fonts, names, strict=True) if p.name == "DejaVuSans.ttf")
    seen: dict[bytes, list[np.ndarray]] = {}
    for letter in alphabet:
        look = draw_letter(letter, plain)
        if look.any():
            seen.setdefault(look.tobytes(), [draw_letter(letter, font) for font in fonts])
    sheets = torch.from_numpy(
        np.stack([faces[i % len(fonts)] for faces in seen.values() for i in range(copies)])
    )
    generator = torch.Generator().manual_seed(seed)
    n = len(sheets)
    angle, shear = (0.12 * torch.randn(n, generator=generator) for _ in range(2))
    size = 1 + 0.08 * torch.randn(n, generator=generator)
    rows = torch.stack(
        [size * angle.cos(), size * (shear - angle.sin()), size * angle.sin(), size * angle.cos()],
        -1,
    )
    warp = torch.cat([rows.view(n, 2, 2), 0.08 * torch.randn(n, 2, 1, generator=generator)], -1)
    grid = F.affine_grid(warp, [n, 1, 16, 16], align_corners=False)
    images = F.grid_sample(sheets[:, None], grid, align_corners=False)
    images = images + 0.1 * torch.randn(images.shape, generator=generator)
    return images, np.repeat(np.arange(len(seen)), copies)


def encoder(seed: int) -> nn.Module:
    """A small convolutional network from (n, 1, 16, 16) to (n, 64)."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 16, 64),
    )  # fmt: skip


def train_classifier(seed: int, steps: int = 250, batch: int = 100) -> nn.Module:
    """The encoder under a linear layer, trained to name the base letters; the layer is thrown away."""
    images, labels = letters(BASE)
    targets = torch.from_numpy(labels)
    body, head = encoder(seed), nn.Linear(64, int(labels.max()) + 1)
    optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()], 2e-3)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        pick = torch.randint(len(images), (batch,), generator=generator)
        loss = F.cross_entropy(head(body(images[pick])), targets[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return body


# %% [markdown]
# ## First look
#
# Five Georgian letters, one example of each in the upper row. Below them are five queries in another order. Which letter is
# each? You can do it without knowing the alphabet. Under a query stands the letter whose example is nearest in *pixels*,
# and then in the features of a network that learned to name letters of **other** alphabets; in brackets what it is. The title counts
# both over 1,000 queries; the episode that is drawn is the first in which pixels get two right and features three, as is
# usual. Pixels name about four in ten right; chance is two in ten. The features do better, although nobody trained them
# for this. What training would be *for* this?


# %% tags=["demo"]
@demo
def first_look(seed: int = 0) -> dict[str, float]:
    """One-shot classification of five letters by nearest example: pixels against features of a classifier."""
    import matplotlib.pyplot as plt

    images, labels = letters(NOVEL)
    by_class = torch.from_numpy(
        np.stack([np.flatnonzero(labels == c) for c in range(labels.max() + 1)])
    )
    classifier = train_classifier(seed)
    with torch.no_grad():
        views = {"pixels": images.flatten(1), "features": classifier(images)}
    generator = torch.Generator().manual_seed(seed)
    right, drawn = dict.fromkeys(views, 0.0), None
    for _ in range(200):
        classes = torch.randperm(len(by_class), generator=generator)[:5]
        order = torch.randperm(by_class.shape[1], generator=generator)
        shown, asked = by_class[classes, order[0]], by_class[classes, order[1]]
        said = {
            name: torch.cdist(view[asked], view[shown]).argmin(1) for name, view in views.items()
        }
        hits = {name: int((view == torch.arange(5)).sum()) for name, view in said.items()}
        for name in views:
            right[name] += hits[name] / 1000
        if drawn is None or (drawn[3] != (2, 3) and tuple(hits.values()) == (2, 3)):
            drawn = (shown, asked, said, tuple(hits.values()))
    shown, asked, said, _ = drawn
    fig, axes = plt.subplots(2, 5, figsize=(8, 4))
    for i, j in enumerate(torch.randperm(5, generator=generator).tolist()):
        axes[0, i].imshow(images[shown[i], 0], cmap="gray_r")
        axes[0, i].set_title(f"letter {i}")
        axes[1, i].imshow(images[asked[j], 0], cmap="gray_r")
        axes[1, i].set_xlabel(
            f"pixels: {said['pixels'][j]}, features: {said['features'][j]}\n(it is {j})", fontsize=8
        )
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    fig.suptitle(f"right: pixels {right['pixels']:.2f}, features {right['features']:.2f}")
    return right


# %% [markdown]
# ## 1. Episodes
#
# Train as you will be tested. The test gives $N$ unknown classes with $K$ examples of each and asks about others of the
# same classes. So each training step is such a test: draw $N$ classes, draw $K+Q$ examples of each, call $K$ of them
# the support and $Q$ the query, and name the classes $0,\dots,N-1$ anew. The new names matter. If a class kept its name,
# the network could learn it by heart, and would know nothing about a class that it has not met.
#
# ![A grid with three rows, one per class: two support pictures and one query each; the original labels 17, 4 and 9 become 0, 1 and 2](pictures/few_shot_learning/episode.svg)
#
# Row $i$ of the index arrays below is the class with the new label $i$; `classes[i]` remembers the old one. Three
# things go wrong easily: a support example that is also a query (the answer is given away), a class that is drawn
# twice (two right answers), and classes that are too small.
#
# **By hand.** With labels $(7, 7, 3, 3, 3, 7, 5)$ and $K=2$, $Q=1$ the classes 3 and 7 have the 3 examples that they
# need, and class 5 has not. So with $N=2$ every episode holds both, in either order, and all of their examples.


# %% [markdown] hints="sample_episode"
# idea: Draw without replacement twice: classes among those that are large enough, then examples within each class.
# What is drawn first is support, the rest is query.
#
# shapes: For one class you get a vector of $K+Q$ indices. $N$ of them, stacked, are cut into columns.
#
# steps: Count each label; keep those with enough examples; raise if they are fewer than $N$; draw the classes; for
# each draw its indices; stack and cut.
#
# mistake: Support and query drawn separately overlap now and then.


# %% question="sample_episode" minutes=15
def sample_episode(
    labels: Int[np.ndarray, "n"], N: int, K: int, Q: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, "N K"], Int[np.ndarray, "N Q"], Int[np.ndarray, "N"]]:
    """Indices of one N-way K-shot episode with Q queries per class.

    Classes are drawn uniformly without replacement among those with at least K + Q examples; a class with exactly
    K + Q is large enough. The examples of a class are drawn uniformly without replacement, so that no
    example is twice in an episode. All randomness comes from ``rng``.

    Args:
        labels: the label of each of n examples, in any order; any integers, with gaps.
        N: classes per episode.
        K: support examples per class.
        Q: query examples per class.
        rng: the source of randomness.

    Returns:
        ``support`` and ``query``, indices into ``labels``: row i holds examples of one class; and
        ``classes``, the label of each row, in the order in which the classes were drawn. All are int64.

    Raises:
        ValueError: fewer than N classes have K + Q examples.
    """
    ### BEGIN SOLUTION
    names, counts = np.unique(labels, return_counts=True)
    large = names[counts >= K + Q]
    if len(large) < N:
        raise ValueError(f"{len(large)} classes have {K + Q} examples; {N} are needed")
    classes = rng.choice(large, N, replace=False)
    drawn = np.stack(
        [rng.choice(np.flatnonzero(labels == c), K + Q, replace=False) for c in classes]
    )
    return drawn[:, :K], drawn[:, K:], classes
    ### END SOLUTION


# %% [markdown]
# ## 2. Prototypes, and how sure we are
#
# Suppose that the features of class $c$ are Gaussian with mean $\mu_c$ and the same covariance $\sigma^2I$ for all
# classes, which are equally frequent. Then
#
# $$\log p(c\mid x) = -\frac{\lVert x-\mu_c\rVert^2}{2\sigma^2} + \text{const},$$
#
# so that the nearest mean is the best answer there is. This is our exact truth: two classes whose means
# are $\Delta$ apart are told apart with error $\Phi(-\Delta/2\sigma)$, and by nobody with less. With $K$ shots $\mu_c$ is
# unknown; its best estimate is the mean of the support, the **prototype**
#
# $$p_c = \frac1{K_c}\sum_{y_i=c} x_i, \qquad \text{logit}_{qc} = -\lVert x_q-p_c\rVert^2 .$$
#
# A prototypical network learns the map into a space in which this assumption is good. The scale $2\sigma^2$ is left
# to the network. The distance is *squared*: in $\lVert x\rVert^2-2x^\top p_c+\lVert p_c\rVert^2$ the first term is the
# same for all classes, so that the border between two classes is a straight line. Without the square the classes'
# probabilities are other ones, and the derivation is lost.
#
# ![Two prototypes at (0, 0) and (4, 0), a query at (1, 1) with squared distances 2 and 10, and the straight border x = 2](pictures/few_shot_learning/prototypes.svg)
#
# **By hand.** Prototypes $(0,0)$ and $(4,0)$, query $(1,1)$: logits $-2$ and $-10$. The softmax gives the first class
# 0.9997. Unsquared it would be 0.852.
#
# The accuracy of one episode says little, since it rests on a few queries. Report the mean over $n$ episodes
# with its 95 % interval, $\bar a\pm1.96\,s/\sqrt n$, where $s^2$ divides by $n-1$. Accuracies $0.4, 0.6, 0.8$ have mean
# 0.6, $s=0.2$ and half-width 0.226.


# %% [markdown] hints="proto_logits"
# idea: A mean per class, found through the labels and not through the order of the rows; then differences of each
# query to each prototype.
#
# shapes: Prototypes are (N, d). Queries as (Q, 1, d) against them broadcast to (Q, N, d).
#
# steps: For each label take the rows with it and average; subtract; square; sum over the last axis; change the sign.
# For the interval: mean, standard deviation with $n-1$, root of $n$.
#
# mistake: `reshape(N, K, d)` is right only when the rows are sorted and the shots are equal.


# %% question="proto_logits" minutes=20 forbid=["torch.cdist", "torch.nn.functional.pairwise_distance"]
def proto_logits(
    support: Float[Tensor, "n d"], ys: Int[Tensor, "n"], query: Float[Tensor, "Q d"], N: int
) -> Float[Tensor, "Q N"]:
    """Logits of a prototypical network: minus the squared Euclidean distance to each class's mean.

    Autograd can differentiate them with respect to ``support`` and ``query``, also where a query lies on a prototype.
    They are accurate for features far from 0: differences are taken before squares. ``torch.cdist`` is not to be used.

    Args:
        support: features of the labelled examples.
        ys: their labels 0..N-1, in any order; every label occurs, not all of them equally often.
        query: features to be classified; there may be none.
        N: number of classes.

    Returns:
        The logit of each query and class.
    """
    ### BEGIN SOLUTION
    prototypes = torch.stack([support[ys == c].mean(0) for c in range(N)])
    return -((query[:, None] - prototypes) ** 2).sum(-1)
    ### END SOLUTION


def mean_ci(accuracies: Float[np.ndarray, "n"]) -> tuple[float, float]:
    """Mean over episodes and half the width of its 95 % interval, 1.96 s / sqrt(n), s^2 with n - 1.

    Args:
        accuracies: one for each episode.

    Raises:
        ValueError: there are fewer than two episodes.
    """
    ### BEGIN SOLUTION
    n = len(accuracies)
    if n < 2:
        raise ValueError("an interval needs two episodes")
    return float(np.mean(accuracies)), float(1.96 * np.std(accuracies, ddof=1) / math.sqrt(n))
    ### END SOLUTION


# %% [markdown]
# How much does one shot cost? Two spherical Gaussian classes in 16 dimensions, means $\Delta=3$ apart, $\sigma=1$. The best possible
# accuracy is $\Phi(1.5)=0.933$. One shot stays far below it; with 20 shots the prototypes are nearly there. Noise in
# dimensions that do not matter is what makes one shot hard: what must be learned is a space without them.


# %% tags=["demo"]
@demo
def shots(seed: int = 0) -> dict[str, float]:
    """Accuracy of prototypes on Gaussian classes against the number of shots, with intervals, and the exact limit."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    counts, numbers = [1, 2, 5, 20], {}
    means = torch.zeros(2, 1, 16, dtype=torch.float64)
    means[1, 0, 0] = 3.0
    fig, ax = plt.subplots()
    for K in counts:
        accuracies = []
        for _ in range(300):
            x = means + torch.randn(2, K + 10, 16, generator=generator, dtype=torch.float64)
            ys, yq = torch.arange(2).repeat_interleave(K), torch.arange(2).repeat_interleave(10)
            logits = proto_logits(x[:, :K].flatten(0, 1), ys, x[:, K:].flatten(0, 1), 2)
            accuracies.append((logits.argmax(1) == yq).double().mean().item())
        mean, half = mean_ci(np.array(accuracies))
        ax.errorbar(K, mean, half, fmt="o", color="C0", capsize=4)
        numbers[f"shots_{K}"] = mean
    best = 0.5 * (1 + math.erf(1.5 / math.sqrt(2)))
    ax.axhline(best, color="0.5", lw=1)
    ax.text(1, best - 0.005, f"best possible: {best:.3f}", va="top")
    ax.set(
        xscale="log",
        xlabel="shots K",
        ylabel="accuracy on held-out queries",
        xticks=counts,
        xticklabels=counts,
    )
    return numbers | {"best": best}


# %% [markdown]
# ## 3. Matching: every example votes
#
# A prototype forgets the single examples. A **matching network** keeps them: each support example votes for its
# own label, with a weight that falls with its distance from the query. The weights are attention, a softmax over the
# support of the cosine similarity:
#
# $$a_{qi} = \frac{e^{s\cos(x_q, x_i)}}{\sum_j e^{s\cos(x_q, x_j)}}, \qquad
# p(c\mid x_q) = \sum_{i:\,y_i=c} a_{qi}.$$
#
# This is a kernel estimate, and a probability already: train it with $-\log p$, not with another softmax. The paper
# has $s=1$. As a cosine lies between $-1$ and $1$, the weights are then nearly even; a scale $s$ of about 10 makes them
# sharp. (The paper's full context embeddings, an LSTM over the support, change the features and not this formula.)
#
# **By hand.** Support $(1,0)$ of class 0 and $(0,2)$, $(3,4)$ of class 1, query $(2,0)$, $s=1$. The cosines are
# $1, 0, 0.6$, their exponentials $2.718, 1, 1.822$. The classes get 0.491 and 0.509: two weak votes beat a perfect match. Classes
# with more shots have more votes.


# %% [markdown] hints="matching_predict"
# idea: Attention with the support as keys and the one-hot labels as values.
#
# shapes: Similarities and weights are (Q, n), one-hot labels (n, N).
#
# steps: Divide each vector by its length, where a length of 0 needs care; products of all pairs; scale; softmax
# over the support; sum the weights per label.
#
# mistake: The weights of one query sum to 1 over the support, not over the queries.


# %% question="matching_predict" minutes=20 forbid=["torch.nn.functional.cosine_similarity", "attention"]
def matching_predict(
    support: Float[Tensor, "n d"],
    ys: Int[Tensor, "n"],
    query: Float[Tensor, "Q d"],
    N: int,
    scale: float = 1.0,
) -> Float[Tensor, "Q N"]:
    """Class probabilities of a matching network: softmax attention over the support by cosine similarity.

    ``torch.softmax`` may be used, attention and cosine similarity of torch may not.

    Args:
        support: features of the labelled examples.
        ys: their labels 0..N-1, in any order, not equally often; a label that does not occur gets probability 0.
        query: features to be classified.
        N: number of classes.
        scale: the similarities are multiplied by it before the softmax; 1000 is allowed.

    Returns:
        Probabilities; each row sums to 1. The cosine with a vector of length 0 is 0; that with any other does not
        depend on its length, down to 1e-5.
    """
    ### BEGIN SOLUTION
    unit_support = F.normalize(support, dim=-1)
    unit_query = F.normalize(query, dim=-1)
    weights = torch.softmax(scale * unit_query @ unit_support.T, -1)
    return weights @ F.one_hot(ys, N).to(weights.dtype)
    ### END SOLUTION


# %% [markdown]
# ## 4. The inner loop
#
# The second answer: not a space, but a starting point. A task has a support loss $L_s$; the learner takes a few steps
# of gradient descent on it from shared parameters $\theta$,
#
# $$\theta_0=\theta, \qquad \theta_{k+1} = \theta_k - \alpha\,\nabla L_s(\theta_k) .$$
#
# The result is a *function of $\theta$*, and the next question differentiates it. So nothing may be changed in place,
# and with `create_graph=True` each gradient must itself stay differentiable. Parameters are a dictionary, and the loss
# a function of it, so that the same model can be run at $\theta$ and at $\theta_k$.
#
# **By hand.** $L_s=\frac12a(\theta-c)^2$ with $a=2$, $c=3$, $\theta=0$, $\alpha=0.1$. The gradient is $-6$, so
# $\theta_1=0.6$; there it is $-4.8$, so $\theta_2=1.08$.


# %% [markdown] hints="inner_adapt"
# idea: `torch.autograd.grad` returns gradients without touching anything. Make a new dictionary in each step.
#
# shapes: Every tensor keeps its shape and its name.
#
# steps: Start with the tensors of `params`; ask for the loss there; its gradients with respect to the current tensors;
# a new dictionary; again. A gradient of None means that the loss does not depend on that tensor.
#
# mistake: The second step's gradient belongs to the parameters after the first step.


# %% question="inner_adapt" minutes=25 forbid=["torch.optim", "torch.func"]
def inner_adapt(
    params: dict[str, Float[Tensor, "..."]],
    loss_fn: Callable[[dict[str, Tensor], Tensor, Tensor], Tensor],
    x: Tensor,
    y: Tensor,
    alpha: float,
    steps: int,
    create_graph: bool,
) -> dict[str, Float[Tensor, "..."]]:
    """Plain gradient descent on one task, as a function of the starting point.

    Args:
        params: the starting point; tensors that require a gradient.
        loss_fn: ``loss_fn(params, x, y)``, a scalar.
        x: the task's support inputs.
        y: their targets.
        alpha: step size.
        steps: number of steps; 0 gives the starting point back.
        create_graph: whether the gradients of the steps stay differentiable. If not, they count as
            constants: the derivative of the result with respect to ``params`` is then the identity.

    Returns:
        A new dictionary with the same keys, also after 0 steps. A tensor on which the loss does not depend stays as it is.
    """
    ### BEGIN SOLUTION
    current = dict(params)
    for _ in range(steps):
        loss = loss_fn(current, x, y)
        grads = torch.autograd.grad(
            loss, list(current.values()), create_graph=create_graph, allow_unused=True
        )
        current = {
            name: value if grad is None else value - alpha * grad
            for (name, value), grad in zip(current.items(), grads, strict=True)
        }
    return current
    ### END SOLUTION


# %% [markdown]
# ## 5. MAML: differentiate through the steps
#
# What makes a starting point good is the loss *after* adapting, on examples that adapting has not seen:
#
# $$M(\theta)=\sum_{\text{tasks}} L_q(\theta'), \qquad \theta'=\theta-\alpha\nabla L_s(\theta) .$$
#
# By the chain rule
#
# $$\nabla M = \sum_{\text{tasks}} \big(I-\alpha\nabla^2L_s(\theta)\big)\,\nabla L_q(\theta') .$$
#
# The bracket holds second derivatives; autograd multiplies with it without ever forming it. **First-order MAML**
# (FOMAML) drops the bracket and moves $\theta$ by the query gradient at $\theta'$. Do not confuse what happens where:
# the support gradient is taken at $\theta$, the query gradient at $\theta'$, and the update is made at $\theta$.
#
# ![A path from theta to theta prime by the support gradient; the query gradient at theta prime is carried back to theta, with the factor 1 minus alpha times the curvature for MAML and without it for FOMAML](pictures/few_shot_learning/maml.svg)
#
# On a quadratic everything is exact. With $L_s=\frac12a_s(\theta-c_s)^2$ and $L_q=\frac12a_q(\theta-c_q)^2$,
#
# $$\nabla M=(1-\alpha a_s)\,a_q(\theta'-c_q), \qquad \nabla M_{\text{first}}=a_q(\theta'-c_q).$$
#
# **By hand.** $a_s=2$, $c_s=3$, $\alpha=0.1$, $\theta=0$: $\theta'=0.6$. With $a_q=4$, $c_q=-1$ the query gradient is
# $4\cdot1.6=6.4$. MAML's gradient is $0.8\cdot6.4=5.12$, FOMAML's is 6.4.
#
# For one quadratic the two differ by a factor and stop at the same point. For several tasks the factor is another weight
# for each, and they stop at *different* points. After $k$ steps $\theta'=c_s+r(\theta-c_s)$ with $r=(1-\alpha a_s)^k$, so
#
# $$\nabla M=\sum_{\text{tasks}} r\,a_q\big(r\theta+(1-r)c_s-c_q\big)=0, \qquad
# \nabla M_{\text{first}}=\sum_{\text{tasks}} a_q\big(r\theta+(1-r)c_s-c_q\big)=0$$
#
# are linear equations in $\theta$. Their solutions are the truth against which both can be measured.
#
# **By hand.** Two tasks with equal support and query loss: $a=1$, $c=0$ and $a=4$, $c=10$; $\alpha=0.2$, one step. Then
# $r=0.8$ and $0.2$. If $a_s=a_q$ and $c_s=c_q$, the conditions are $\sum r^2a(\theta-c)=0$ and $\sum ra(\theta-c)=0$. MAML's weights
# $r^2a$ are 0.64 and 0.16: it ends at $\theta=2$. FOMAML's weights $ra$ are 0.8 and 0.8: it ends at 5. Joint training weighs
# with $a$, 1 and 4, and ends at 8. MAML cares little for the steep task: one step nearly solves it from anywhere.


# %% [markdown] hints="maml_meta_grad"
# idea: One number is differentiated with respect to $\theta$: the sum of the query losses at the adapted parameters.
# What differs between the two forms is whether the inner steps stay differentiable. For the optimum, collect what
# multiplies $\theta$ on one side.
#
# shapes: One tensor per name, shaped like the parameter. The four vectors of the quadratics have one number per task, and the
# optimum is a scalar.
#
# steps: For each task adapt on its support; the query loss at the result; add up; ask for gradients with respect to
# the original tensors. For the optimum: $r$ of each task; the weight of each task, which differs between the two forms; a sum
# divided by a sum.
#
# mistake: A query loss at $\theta$ itself never hears of the inner step.


# %% question="maml_meta_grad" minutes=40 forbid=["torch.func", "torch.optim"]
def maml_meta_grad(
    params: dict[str, Float[Tensor, "..."]],
    loss_fn: Callable[[dict[str, Tensor], Tensor, Tensor], Tensor],
    tasks: list[tuple[Tensor, Tensor, Tensor, Tensor]],
    alpha: float,
    steps: int = 1,
    first_order: bool = False,
) -> dict[str, Float[Tensor, "..."]]:
    """Gradient of the sum over tasks of the query loss after adapting to the support.

    Nothing is added to ``.grad``.

    Args:
        params: the starting point; tensors that require a gradient.
        loss_fn: ``loss_fn(params, x, y)``, a scalar.
        tasks: support inputs and targets, query inputs and targets, of each task; at least one.
        alpha: step size of the inner loop.
        steps: number of inner steps.
        first_order: whether the inner gradients count as constants (FOMAML).

    Returns:
        The gradient with respect to each tensor, by the same keys; zeros where no query loss depends on it.
    """
    ### BEGIN SOLUTION
    losses = []
    for x_support, y_support, x_query, y_query in tasks:
        adapted = inner_adapt(params, loss_fn, x_support, y_support, alpha, steps, not first_order)
        losses.append(loss_fn(adapted, x_query, y_query))
    grads = torch.autograd.grad(torch.stack(losses).sum(), list(params.values()), allow_unused=True)
    return {
        name: torch.zeros_like(value) if grad is None else grad
        for (name, value), grad in zip(params.items(), grads, strict=True)
    }
    ### END SOLUTION


def quadratic_optimum(
    a_s: Float[Tensor, "T"],
    c_s: Float[Tensor, "T"],
    a_q: Float[Tensor, "T"],
    c_q: Float[Tensor, "T"],
    alpha: float,
    steps: int = 1,
    first_order: bool = False,
) -> Float[Tensor, ""]:
    """The scalar theta at which the meta-gradient of T quadratic tasks is zero, in closed form.

    Args:
        a_s: curvatures of the support losses 0.5 * a_s * (theta - c_s)^2; alpha * a_s is below 1.
        c_s: their minima.
        a_q: curvatures of the query losses, positive.
        c_q: their minima.
        alpha: step size of the inner loop.
        steps: number of inner steps; 0 is joint training on the query losses.
        first_order: whether the gradient is that of FOMAML.
    """
    ### BEGIN SOLUTION
    kept = (1 - alpha * a_s) ** steps
    weight = a_q if first_order else a_q * kept
    return (weight * (c_q - (1 - kept) * c_s)).sum() / (weight * kept).sum()
    ### END SOLUTION


# %% [markdown]
# The classic toy: each task is a sine with its own amplitude between 0.1 and 5 and its own phase; ten points are shown. A
# network that was trained on all tasks together learns their average, $1.62\cos x$ (the phases lie between 0 and $\pi$), which is the
# answer to none of them. Guess: after *one* step on ten points of a new sine, what is the mean squared error of each starting
# point?


# %% tags=["predict"]
predict("error after one step", joint=..., maml=...)


# %%
def net(params: dict[str, Tensor], x: Tensor) -> Tensor:
    """A network 1-40-40-1 with tanh, run with the given parameters."""
    h = torch.tanh(x @ params["W1"] + params["b1"])
    h = torch.tanh(h @ params["W2"] + params["b2"])
    return h @ params["W3"] + params["b3"]


def squared_error(params: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of the network."""
    return ((net(params, x) - y) ** 2).mean()


def start(generator: torch.Generator) -> dict[str, Tensor]:
    """Random parameters of the network."""
    sizes = {"W1": (1, 40), "b1": (40,), "W2": (40, 40), "b2": (40,), "W3": (40, 1), "b3": (1,)}
    return {
        name: (torch.randn(size, generator=generator) / math.sqrt(size[0])).requires_grad_()
        for name, size in sizes.items()
    }


def sine_task(generator: torch.Generator, n: int = 10) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Support and query of one sine, n points each."""
    amplitude = 0.1 + 4.9 * torch.rand((), generator=generator)
    phase = math.pi * torch.rand((), generator=generator)
    x = 10 * torch.rand(2, n, 1, generator=generator) - 5
    y = amplitude * torch.sin(x + phase)
    return x[0], y[0], x[1], y[1]


# %% tags=["demo"]
@demo
def sines(seed: int = 0) -> dict[str, float]:
    """Error on held-out sines after 0 to 10 steps: joint training, FOMAML and MAML, with equal numbers of tasks."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    fig, ax = plt.subplots()
    numbers: dict[str, float] = {}
    for name in ("joint", "fomaml", "maml"):
        generator = torch.Generator().manual_seed(seed)
        params = start(generator)
        optimizer = torch.optim.Adam(params.values(), 3e-3)
        for _ in range(450):
            tasks = [sine_task(generator) for _ in range(4)]
            if name == "joint":
                loss = sum(
                    squared_error(params, torch.cat(t[::2]), torch.cat(t[1::2])) for t in tasks
                )
                grads = dict(
                    zip(params, torch.autograd.grad(loss, list(params.values())), strict=True)
                )
            else:
                grads = maml_meta_grad(params, squared_error, tasks, 0.02, 1, name == "fomaml")
            for key, grad in grads.items():
                params[key].grad = grad
            optimizer.step()
        test = torch.Generator().manual_seed(1000 + seed)
        curve = torch.zeros(11)
        for _ in range(100):
            x_support, y_support, x_query, y_query = sine_task(test)
            current = params
            for step in range(11):
                curve[step] += squared_error(current, x_query, y_query).item() / 100
                current = inner_adapt(current, squared_error, x_support, y_support, 0.02, 1, False)
        ax.plot(curve, label=name)
        numbers |= {f"{name}_{step}": float(curve[step]) for step in (0, 1, 10)}
    for name, guess in guesses("error after one step").items():
        if isinstance(guess, (int, float)):
            ax.plot(1, guess, "X", ms=10, color="C0" if name == "joint" else "C2")
    ax.set(
        xlabel="steps of 0.02 on ten points",
        ylabel="mean squared error on a new sine",
        ylim=(0, None),
    )
    label_ends(ax)
    return numbers


# %% [markdown]
# The joint network does not adapt in one step; MAML's does, although before the step it is no better. First-order MAML lies
# between them.
#
# ## 6. Reptile: no second derivative, no query
#
# Run $k$ ordinary steps on a task, see where you end, and move the starting point a part $\epsilon$ of the way:
#
# $$\theta \leftarrow \theta + \epsilon\,\frac1n\sum_{i=1}^n(\tilde\theta_i-\theta),
# \qquad \tilde\theta_i=\text{$k$ steps from $\theta$ on task $i$}.$$
#
# With $k=1$ this is gradient descent on the mean of the losses, joint training. With $k\ge2$ it also pulls in directions in
# which the gradients of one task's successive steps agree, which is what MAML's bracket does to first order in the step size.
#
# ![From theta two paths of k steps lead to two ends; the new theta is a part epsilon of the way to their mean](pictures/few_shot_learning/reptile.svg)
#
# **By hand.** $\theta=0$, tasks $\frac12(\theta-4)^2$ and $\frac12(\theta+2)^2$, step size 0.5, $k=2$: the first
# path is $0, 2, 3$, the second $0, -1, -1.5$. The mean displacement is 0.75; with $\epsilon=0.1$ the new $\theta$ is 0.075.


# %% [markdown] hints="reptile_step"
# idea: The update looks only at where each path ends.
#
# shapes: Everything has the shape of `theta`.
#
# steps: For each task start a path at `theta`, take the steps, keep the displacement; average; move.


# %% question="reptile_step" minutes=10 forbid=["torch.optim"]
def reptile_step(
    theta: Float[Tensor, "*shape"],
    grad_fns: list[Callable[[Tensor], Tensor]],
    k: int,
    lr: float,
    eps: float,
) -> Float[Tensor, "*shape"]:
    """One update of batched Reptile; every task's path starts at ``theta``.

    Args:
        theta: the starting point.
        grad_fns: for each task the gradient of its loss, as a function of the parameters; at least one.
        k: steps per task; with 0 nothing moves.
        lr: their size.
        eps: part of the way to the mean of the ends.

    Returns:
        The new starting point, a new tensor.
    """
    ### BEGIN SOLUTION
    moved = torch.zeros_like(theta)
    for grad_fn in grad_fns:
        path = theta
        for _ in range(k):
            path = path - lr * grad_fn(path)
        moved = moved + (path - theta)
    return theta + eps * moved / len(grad_fns)
    ### END SOLUTION


# %% [markdown]
# Four ways to train a starting point, on the two quadratics of question 5: they end at four different points, each where the
# equations say. The right picture has the loss *after* one inner step. MAML alone descends on it. First-order MAML
# and Reptile end between MAML and joint training. With $k=2$ and steps of 0.2 Reptile weighs the tasks with
# $1-(1-0.2a)^2$, which is 0.36 and 0.96, and ends at 7.27; with many steps the weights would be equal and it would end at 5.


# %% tags=["demo"]
@demo
def four_ends(seed: int = 0) -> dict[str, float]:
    """Descent by joint training, Reptile, FOMAML and MAML on two quadratics, with the ends in closed form."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars, label_ends

    a, c = torch.tensor([[1.0, 4.0], [0.0, 10.0]], dtype=torch.float64)
    tasks = [(a[i], c[i], a[i], c[i]) for i in range(2)]
    ways = {
        "joint": (0, False),
        "Reptile": (0, False),
        "first order": (1, True),
        "MAML": (1, False),
    }
    first = 4 + 3 * torch.rand(1, generator=torch.Generator().manual_seed(seed)).double().item()
    fig, (left, right) = plt.subplots(1, 2, width_ratios=[2, 1])
    numbers: dict[str, float] = {}
    after: dict[str, float] = {}
    for name, (steps, first_order) in ways.items():
        theta, path = torch.tensor(first, dtype=torch.float64), [first]
        for _ in range(40):
            if name == "Reptile":
                grad_fns = [lambda t, i=i: a[i] * (t - c[i]) for i in range(2)]
                theta = reptile_step(theta, grad_fns, 2, 0.2, 0.3)
            else:
                params = {"theta": theta.requires_grad_()}
                loss = lambda p, x, y: 0.5 * x * (p["theta"] - y) ** 2  # noqa: E731
                grad = maml_meta_grad(params, loss, tasks, 0.2, steps, first_order)["theta"]
                theta = (theta - 0.15 * grad).detach()
            path.append(float(theta))
        (line,) = left.plot(path, label=name)
        if name == "Reptile":
            pull = 1 - (1 - 0.2 * a) ** 2
            truth = float((pull * c).sum() / pull.sum())
        else:
            truth = float(quadratic_optimum(a, c, a, c, 0.2, steps, first_order))
        left.plot(40, truth, "o", mfc="none", color=line.get_color())
        after[name] = float((0.5 * a * ((1 - 0.2 * a) * (theta - c)) ** 2).sum())
        numbers |= {f"{name}_end": path[-1], f"{name}_truth": truth, f"{name}_after": after[name]}
    left.set(xlabel="updates", ylabel="theta", title="circles: closed form")
    label_ends(left)
    bars(right, after, ["C0", "C1", "C2", "C3"], form="%.1f")
    right.set(title="loss after one inner step", xlim=(0, 28))
    return numbers


# %% [markdown]
# ## 7. Siamese networks: pairs
#
# The oldest answer needs no episodes. Two examples go through the same network; if they are of one class they are
# pulled together, and if not they are pushed apart until they are a margin $m$ away:
#
# $$\ell = y\,d^2+(1-y)\,\max(0,\,m-d)^2,\qquad d=\lVert z_1-z_2\rVert,$$
#
# with $y=1$ for a pair of one class. (Hadsell et al. call that $Y=0$ and have a factor $\frac12$.) Beyond the margin a
# pair of different classes has no gradient. At $d=0$ the root $\sqrt{d^2}$ has an infinite slope, and
# autograd makes it nan; there the gradient is chosen as 0.
#
# **By hand.** $z_1=(0,0)$, $z_2=(3,4)$: $d=5$. As a pair of one class the loss is 25; of different classes with
# $m=6$ it is 1, with $m=4$ it is 0. The mean of the first two is 13.


# %% [markdown] hints="contrastive_loss"
# idea: Pairs of one class never see the margin, pairs of different classes see nothing else.
#
# shapes: One distance per pair, (B,); the result is a scalar.
#
# steps: Differences; lengths, with a gradient that is finite at 0; the hinge; choose per pair; average.
#
# mistake: The hinge holds the distance, and then is squared.


# %% question="contrastive_loss" minutes=15 further
def contrastive_loss(
    z1: Float[Tensor, "B d"], z2: Float[Tensor, "B d"], same: Int[Tensor, "B"], m: float
) -> Float[Tensor, ""]:
    """Contrastive loss, the mean over the pairs.

    The gradient is finite everywhere; a pair of equal vectors has gradient 0.

    Args:
        z1: features of the first of each pair.
        z2: features of the second.
        same: 1 where both are of one class, 0 where not.
        m: margin, positive.
    """
    ### BEGIN SOLUTION
    difference = z1 - z2
    distance = torch.linalg.vector_norm(difference, dim=-1)
    apart = (m - distance).clamp(min=0) ** 2
    return torch.where(same == 1, (difference**2).sum(-1), apart).mean()
    ### END SOLUTION


# %% [markdown]
# ## 8. Relation networks: learn the comparison
#
# Why should distance be Euclidean? A **relation network** learns it: query and prototype are put side by side and a small
# network gives a score between 0 and 1,
#
# $$r_{qc}=\mathrm{sigmoid}\big(w_2^\top\mathrm{relu}(W_1[p_c;x_q]+b_1)+b_2\big).$$
#
# The scores of one query need not sum to 1. The paper trains them as a regression to 1 for the right class and 0
# for the others, by the mean squared error over all $Q\cdot N$ pairs.
#
# **By hand.** $d=1$, $p=1$, $x=2$, $W_1=(-1,1)$, $b_1=0$, $w_2=2$, $b_2=-1$: the hidden unit is 1 and the score is
# $\mathrm{sigmoid}(1)=0.731$. Exchanged, $p=2$ and $x=1$, it is 0.269.


# %% [markdown] hints="relation_scores"
# idea: All pairs at once: repeat prototypes along a new axis of queries and queries along a new axis of classes.
#
# shapes: Pairs are (Q, N, 2d), hidden units (Q, N, H), scores (Q, N).
#
# steps: Expand both to (Q, N, d); concatenate, prototype first; first layer; second layer; sigmoid. For the loss compare
# with the one-hot labels.


# %% question="relation_scores" minutes=20 further forbid=["torch.nn.functional.mse_loss", "torch.nn.Linear"]
def relation_scores(
    prototypes: Float[Tensor, "N d"],
    query: Float[Tensor, "Q d"],
    W1: Float[Tensor, "H 2d"],
    b1: Float[Tensor, "H"],
    w2: Float[Tensor, "H"],
    b2: Float[Tensor, ""],
) -> Float[Tensor, "Q N"]:
    """Score in (0, 1) of each query and class; a pair is the prototype, then the query."""
    ### BEGIN SOLUTION
    Q, N = len(query), len(prototypes)
    pairs = torch.cat([prototypes.expand(Q, -1, -1), query[:, None].expand(-1, N, -1)], -1)
    return torch.sigmoid(torch.relu(pairs @ W1.T + b1) @ w2 + b2)
    ### END SOLUTION


def relation_loss(scores: Float[Tensor, "Q N"], yq: Int[Tensor, "Q"]) -> Float[Tensor, ""]:
    """Mean squared error, over all pairs, of the scores against 1 for the right class ``yq`` and 0 for the others.

    A class may have no query.
    """
    ### BEGIN SOLUTION
    return ((scores - F.one_hot(yq, scores.shape[1])) ** 2).mean()
    ### END SOLUTION


# %% [markdown]
# ## 9. Classes of different widths
#
# Prototypes assume that all classes are equally wide. If class $c$ has covariance $\sigma_c^2I$, the Gaussian log density
# keeps two terms that depend on $c$:
#
# $$\text{logit}_{qc} = -\frac{\lVert x_q-p_c\rVert^2}{2\sigma_c^2}-\frac d2\log\sigma_c^2 .$$
#
# Without the second term a class could win every query by being wide. $\sigma_c^2$ is the mean over the dimensions of
# the variances of the support of $c$, each of which divides by the number of shots, and at least a floor $\epsilon$. One
# shot has no variance; it is taken as 1.
#
# (A full matrix per class would need more shots than there are. A *learned* matrix $M=LL^\top$ for all classes, the Mahalanobis
# distance, is nothing new either: it is the squared distance between $L^\top x_q$ and $L^\top p_c$, one more linear layer.)
#
# **By hand.** Class 0: $(0,0)$, $(2,2)$, so $p=(1,1)$ and $\sigma^2=1$. Class 1: $(-3,3)$, $(5,3)$, so $p=(1,3)$, the
# variances are 16 and 0, and $\sigma^2=8$. The query $(1,3)$ lies *on* the second prototype. Its logits are $-2$ and $-2.079$: the
# narrow class has it.


# %% [markdown] hints="weighted_proto_logits"
# idea: A Gaussian log density without the constant; the width is estimated from the support.
#
# shapes: Prototypes (N, d), widths (N,), logits (Q, N).
#
# steps: Per class: rows, mean, variance over rows, mean over dimensions, floor; one shot apart. Then both terms.


# %% question="weighted_proto_logits" minutes=15 further forbid=["torch.cdist", "torch.distributions"]
def weighted_proto_logits(
    support: Float[Tensor, "n d"],
    ys: Int[Tensor, "n"],
    query: Float[Tensor, "Q d"],
    N: int,
    eps: float = 1e-3,
) -> Float[Tensor, "Q N"]:
    """Gaussian logits with one variance per class, shared by its dimensions.

    They are accurate for features far from 0: differences are taken before squares, in the variance as well.

    Args:
        support: features of the labelled examples.
        ys: their labels 0..N-1, in any order; every label occurs, not all of them equally often.
        query: features to be classified.
        N: number of classes.
        eps: the variances are at least this; one of a class with one example is 1, whatever eps is.
    """
    ### BEGIN SOLUTION
    logits = []
    for c in range(N):
        rows = support[ys == c]
        squares = ((query - rows.mean(0)) ** 2).sum(-1)
        variance = rows.new_ones(())
        if len(rows) > 1:
            variance = rows.var(0, correction=0).mean().clamp(min=eps)
        logits.append(-squares / (2 * variance) - 0.5 * rows.shape[1] * variance.log())
    return torch.stack(logits, -1)
    ### END SOLUTION


# %% [markdown]
# ## Payoff: an alphabet never seen
#
# Your episodes and your prototypes train a small network on Latin, Greek and Cyrillic letters; then it meets Georgian. Four
# controls see the same episodes: raw pixels; the same network untrained; the same network trained as a classifier of the
# base letters with as many steps and pictures; and this classifier with features of length one, so that they are compared by their
# cosine, which is known as a strong control (Baseline++). Chance is 0.20 for five letters, 0.03 for all 32. Guess the accuracy
# with one example of each of the 32 letters.


# %% tags=["predict"]
predict("32 letters, one example each", pixels=..., prototypes=...)


# %%
def evaluate(
    features: Tensor, labels: np.ndarray, N: int, K: int, episodes: int, seed: int
) -> tuple[float, float]:
    """Accuracy of nearest prototypes over held-out episodes: mean and half-width of its interval."""
    rng, accuracies = np.random.default_rng(seed), []
    for _ in range(episodes):
        support, query, _ = sample_episode(labels, N, K, 5, rng)
        ys, yq = torch.arange(N).repeat_interleave(K), torch.arange(N).repeat_interleave(5)
        said = proto_logits(features[support.ravel()], ys, features[query.ravel()], N).argmax(1)
        accuracies.append((said == yq).double().mean().item())
    return mean_ci(np.array(accuracies))


def train_prototypes(seed: int, steps: int = 250, base: int = 1000) -> nn.Module:
    """The encoder, trained one-shot on ``base`` letters drawn at random: 20 of them and 100 pictures in each episode."""
    images, labels = letters(BASE)
    names = np.random.default_rng(seed).permutation(int(labels.max()) + 1)[:base]
    kept = np.flatnonzero(np.isin(labels, names))
    N = min(20, len(names))
    body, rng = encoder(seed), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(body.parameters(), 2e-3)
    Q = 100 // N - 1
    ys, yq = torch.arange(N), torch.arange(N).repeat_interleave(Q)
    for _ in range(steps):
        support, query, _ = sample_episode(labels[kept], N, 1, Q, rng)
        z = body(images[kept[np.concatenate([support.ravel(), query.ravel()])]])
        loss = F.cross_entropy(proto_logits(z[:N], ys, z[N:], N), yq)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return body


# %% [markdown]
# First: how many letters must it have met? With 8 letters instead of 139 and as many steps and pictures per step, each picture
# is seen about seventeen times as often, and a new alphabet is read much worse. Episodes need many classes more than many
# pictures of each. Turn the knob.


# %% tags=["demo"]
@demo(base=(8, 128))
def breadth(base: int = 8, seed: int = 0) -> dict[str, float]:
    """One-shot accuracy on Georgian after training on few or all of the base letters, with equal steps."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    images, labels = letters(NOVEL)
    accuracy = {}
    for name, count in ((f"{base} letters", int(base)), ("all letters", 1000)):
        network = train_prototypes(seed, 150, count)
        with torch.no_grad():
            features = network(images)
        accuracy[name] = evaluate(features, labels, 5, 1, 60, seed)[0]
    fig, ax = plt.subplots(figsize=(8, 2))
    bars(ax, accuracy, ["C1", "C0"])
    ax.set(
        xlabel="5-way one-shot accuracy, Georgian",
        xlim=(0, 1),
        title="trained on some letters, or on all",
    )
    return {"few": accuracy[f"{base} letters"], "all": accuracy["all letters"]}


# %% tags=["demo"]
@demo
def payoff(seed: int = 0) -> dict[str, float]:
    """Accuracy on Georgian letters: prototypes against pixels, the untrained network and a classifier."""
    import matplotlib.pyplot as plt

    images, labels = letters(NOVEL)
    networks = {
        "untrained": encoder(seed),
        "classifier": train_classifier(seed),
        "prototypes": train_prototypes(seed),
    }
    with torch.no_grad():
        views = {"pixels": images.flatten(1)} | {
            name: network(images) for name, network in networks.items()
        }
    views["classifier, cosine"] = F.normalize(views["classifier"], dim=-1)
    views["prototypes"] = views.pop("prototypes")  # last in the picture
    fig, axes = plt.subplots(1, 2, figsize=(9, 2.8))
    numbers: dict[str, float] = {}
    for ax, (N, K, episodes) in zip(axes, [(5, 1, 150), (32, 1, 25)], strict=True):
        result = {
            name: evaluate(view, labels, N, K, episodes, 100 + seed) for name, view in views.items()
        }
        means, halves = ([pair[i] for pair in result.values()] for i in (0, 1))
        ax.barh(
            list(views), means, xerr=halves, ecolor="0.5", color=["0.7"] * 2 + ["C1"] * 2 + ["C0"]
        )
        for row, (mean, half) in enumerate(zip(means, halves, strict=True)):
            ax.text(mean + half + 0.02, row, f"{mean:.2f} ± {half:.2f}", va="center")
        for name, guess in guesses("32 letters, one example each").items() if N == 32 else ():
            if name in views and isinstance(guess, (int, float)):
                ax.plot(guess, name, "X", ms=10, color="C3")
        ax.invert_yaxis()
        ax.axvline(1 / N, color="0.5", lw=1, ls=":")
        ax.set(title=f"{N} letters, one example each", xlabel="accuracy", xlim=(0, 1))
        short = {name: name.replace("classifier, ", "") for name in views}
        numbers |= {f"{short[name]}_{N}": mean for name, (mean, _) in result.items()}
        numbers |= {f"{short[name]}_{N}_ci": half for name, (_, half) in result.items()}
    axes[1].set_yticklabels([])
    return numbers


# %% [markdown]
# With all 32 letters your network reads an unseen alphabet more than twice as well as pixels do, and better than the
# classifier, with either distance, which had the same number of steps and pictures. The untrained network is about as good
# as pixels: it is the training and not the architecture. The cosine alone is worth some four points to the classifier with 32 letters, so
# that a weak control would have flattered the episodes; what is left are some five points, more or less of them under each of three
# seeds. One small data set and one set of step sizes do not settle that episodes beat a classifier everywhere; with larger
# networks the classifier has caught up (Chen et al., [A closer look](https://arxiv.org/abs/1904.04232)).
#
# What must be learned beforehand, so that one example is enough? Which differences do not count. Pixels do not know it.
