# %% [markdown]
# # Pre-training and fine-tuning
#
# A network has learned the digits 0 to 4. Now it has to learn 5 to 9, with the same five outputs. After 300 steps it
# reads the new ones, and more than half of the old ones are gone. **How much of the old task does the new one cost?**
# You will write the tools with which one pre-trains and fine-tunes: a contrastive loss, rates and freezing layer by
# layer, a schedule, an anchor, low-rank updates, adapters, replay. At the end every way to fine-tune is a point in one
# plane: accuracy on the old digits against accuracy on the new ones. Training on both at once is the corner that they
# all aim at.
#
# <!-- questions -->
#
# **You need:** softmax and cross-entropy, gradient descent, a little PyTorch (autograd).
#
# **Article:**
# [Pre-training and fine-tuning](https://www.chenk.top/en/transfer-learning/02-pre-training-and-fine-tuning/)
#
# **Papers:** Chen et al., [SimCLR](https://arxiv.org/abs/2002.05709); He et al.,
# [MoCo](https://arxiv.org/abs/1911.05722); Howard and Ruder, [ULMFiT](https://arxiv.org/abs/1801.06146); Kirkpatrick
# et al., [EWC](https://arxiv.org/abs/1612.00796); Houlsby et al., [Adapters](https://arxiv.org/abs/1902.00751); Hu et
# al., [LoRA](https://arxiv.org/abs/2106.09685).
#
# **Data.** The handwritten digits of scikit-learn: 1,797 images of $8\times8$ pixels (UCI repository, CC BY 4.0).
#
# **Conventions of the whole notebook.** Everything is PyTorch. The floating-point tensors of one call share a dtype,
# float32 or float64, and your results are computed in it. Indices are int64, masks are bool: True means that a layer
# trains. Layers are counted from below; the head is last. No function changes its arguments, with two exceptions that
# say so: `apply_freeze` in question 2, and the queue in question 7. Randomness comes in as an argument. $\log$ is the
# natural logarithm.

# %%
import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# The experiment of the whole notebook. Three small networks (64 pixels, two hidden layers of 64
# units, 5 outputs) learn side by side, each from its own start and with its own split of the data. First they read 0
# to 4. Then they are fine-tuned on 5 to 9: a 5 is to give output 0, a 6 output 1, and so on. All parameters of a network
# are one vector $\theta$ of 8,645 numbers.
#
# On the left is what happens while they are fine-tuned on the new digits: mean accuracy of the three networks on
# held-out digits of both tasks. **Turn the knob**: it stops the training. On the right are old digits and what one
# network says at that moment (its five outputs mean an old digit and a new one). After 20 steps most old digits are
# still there, and four in ten of the new ones are not; after 300 steps it reads fewer than half of the old ones. No moment
# is a good one: the two accuracies never sum to more than 1.75.


# %% tags=["demo"]
SHAPES = [
    (64, 64),
    (64,),
    (64, 64),
    (64,),
    (5, 64),
    (5,),
]  # weights and bias of three layers, from below
COUNTS = [math.prod(shape) for shape in SHAPES]
BODIES = 3


def unpack(theta: Float[Tensor, "S P"]) -> list[Tensor]:
    """Weights (S, out, in) and biases (S, out) of the S networks."""
    return [
        part.unflatten(1, shape)
        for part, shape in zip(theta.split(COUNTS, dim=1), SHAPES, strict=True)
    ]


def outputs(theta: Float[Tensor, "S P"], x: Float[Tensor, "S n 64"]) -> Float[Tensor, "S n 5"]:
    """Logits of S networks, each on images of its own."""
    W1, b1, W2, b2, W3, b3 = unpack(theta)
    h = torch.relu(torch.baddbmm(b1[:, None], x, W1.mT))
    h = torch.relu(torch.baddbmm(b2[:, None], h, W2.mT))
    return torch.baddbmm(b3[:, None], h, W3.mT)


class TwoTasks:
    """Digits 0 to 4, then 5 to 9, on the same five outputs; three networks, each with its own 1,200 training images."""

    def __init__(self, seed: int) -> None:
        from sklearn.datasets import load_digits

        images, digits = load_digits(return_X_y=True)
        self.seed, self.generator = seed, torch.Generator().manual_seed(seed)
        order = torch.stack(
            [torch.randperm(len(images), generator=self.generator) for _ in range(BODIES)]
        )
        self.X = torch.tensor(images / 16, dtype=torch.float32)[order]
        self.digit = torch.tensor(digits)[order]
        self.old_rows = [(self.digit[s, :1200] < 5).nonzero()[:, 0] for s in range(BODIES)]
        self.new_rows = [(self.digit[s, :1200] >= 5).nonzero()[:, 0] for s in range(BODIES)]
        self.before = self.tune(self.fresh(), self.some(self.old_rows))

    def fresh(self) -> Float[Tensor, "S P"]:
        """Parameters of untrained networks."""
        parts = []
        for shape in SHAPES:
            scale = math.sqrt(2 / shape[-1]) if len(shape) == 2 else 0.0
            parts.append(scale * torch.randn(BODIES, math.prod(shape), generator=self.generator))
        return torch.cat(parts, dim=1)

    def some(self, rows: list[Tensor]) -> Callable[[int], Tensor]:
        """Draws 64 of its rows for a network."""
        return lambda s: rows[s][torch.randperm(len(rows[s]), generator=self.generator)[:64]]

    def accuracy(self, theta: Float[Tensor, "S P"], old: bool) -> list[float]:
        """Share of the held-out digits of one task that each network reads."""
        x, digit = self.X[:, 1200:], self.digit[:, 1200:]
        right = (outputs(theta.detach(), x).argmax(2) == digit % 5).float()
        return [right[s][(digit[s] < 5) == old].mean().item() for s in range(BODIES)]

    def scores(
        self, theta: Float[Tensor, "S P"], s: int
    ) -> tuple[Float[Tensor, "n K P"], Float[Tensor, "n K"]]:
        """Gradients of log-probabilities for 200 old images of network s, and the probabilities."""

        def log_probs(theta: Tensor, x: Tensor) -> Tensor:
            return outputs(theta[None], x[None, None])[0, 0].log_softmax(0)

        x = self.X[s, self.old_rows[s][:200]]
        gradients = torch.func.vmap(torch.func.jacrev(log_probs), in_dims=(None, 0))(theta[s], x)
        return gradients, outputs(theta[s : s + 1], x[None])[0].softmax(1)

    def tune(
        self,
        theta: Tensor,
        draw: Callable[[int], Tensor],
        steps: int = 300,
        penalty: Callable[[Tensor], Tensor] | None = None,
        rate: Callable[[int], Tensor | float] = lambda step: 1.0,
        read: Callable[[Tensor], Tensor] = lambda theta: theta,
        watch: Callable[[int, Tensor], None] | None = None,
    ) -> Float[Tensor, "S P"]:
        """AdamW at 0.002 without decay; ``rate`` multiplies the steps, ``read`` makes networks of what is trained."""
        theta = theta.clone().requires_grad_()
        self.generator.manual_seed(self.seed + 1)  # all runs draw their batches alike
        optimizer = torch.optim.AdamW([theta], lr=2e-3, weight_decay=0.0)
        networks = torch.arange(BODIES)[:, None]
        for step in range(steps):
            if watch is not None:
                watch(step, theta.detach())
            rows = torch.stack([draw(s) for s in range(BODIES)])
            logits = outputs(read(theta), self.X[networks, rows])
            loss = (
                F.cross_entropy(logits.flatten(0, 1), self.digit[networks, rows].flatten() % 5)
                * BODIES
            )
            if penalty is not None:
                loss = loss + penalty(theta)
            (theta.grad,) = torch.autograd.grad(loss, theta)
            start = theta.detach().clone()
            optimizer.step()
            theta.data = start + rate(step) * (theta.data - start)
        return read(theta).detach()


TRIED: dict[int, TwoTasks] = {}  # a knob is turned often, the old task is learned once


def two_tasks(seed: int) -> TwoTasks:
    """The experiment after the old task."""
    if seed not in TRIED:
        TRIED[seed] = TwoTasks(seed)
    return TRIED[seed]


@demo(stop=(0, 300))
def first_look(stop: int = 300, seed: int = 0) -> dict[str, float]:
    """Accuracy on both tasks while the new one is learned, and what old digits are taken for."""
    import matplotlib.pyplot as plt

    tasks = two_tasks(seed)
    times, curve, kept = list(range(0, 300, 10)), [], {}

    def watch(step: int, theta: Tensor) -> None:
        if step in times:
            kept[step] = theta.clone()
            curve.append([sum(tasks.accuracy(theta, old)) / BODIES for old in (True, False)])

    kept[300] = tasks.tune(tasks.before, tasks.some(tasks.new_rows), watch=watch)
    times.append(300)
    curve.append([sum(tasks.accuracy(kept[300], old)) / BODIES for old in (True, False)])
    old, new = (list(values) for values in zip(*curve, strict=True))

    fig = plt.figure(figsize=(10, 3.6))
    left, right = fig.subfigures(1, 2, width_ratios=[1.3, 1])
    ax = left.subplots()
    ax.plot(times, old, color="C0", label="old digits, 0 to 4")
    ax.plot(times, new, color="C1", label="new digits, 5 to 9")
    ax.axvline(stop, color="0.5", ls=":", lw=1)
    ax.set(xlabel="steps on the new digits", ylabel="held-out accuracy", ylim=(0, 1.02))
    ax.legend(loc="lower right")
    theta = kept[min(10 * round(stop / 10), 300)]
    digits = tasks.digit[0, 1200:]
    shown = [(digits == d).nonzero()[i, 0].item() for i in range(2) for d in range(5)]
    said = outputs(theta, tasks.X[:, 1200:])[0].argmax(1)
    for panel, i in zip(right.subplots(2, 5).flat, shown, strict=True):
        panel.imshow(tasks.X[0, 1200 + i].view(8, 8), cmap="gray_r")
        colour = "C0" if said[i] == digits[i] else "C1"
        panel.set_title(f"{int(said[i])} or {int(said[i]) + 5}", color=colour, fontsize=10)
        panel.axis("off")
    middle = times.index(20)
    return {
        "old_before": old[0], "new_before": new[0], "old_20": old[middle], "new_20": new[middle],
        "old_300": old[-1], "new_300": new[-1], "best_sum": max(a + b for a, b in curve),
    }  # fmt: skip


# %% [markdown]
# ![A plane. Across: accuracy on the new digits; up: accuracy on the old ones. Before fine-tuning the network sits at the upper left; plain fine-tuning leads in an arc to the lower right; both at once is the upper right corner. Between the arc and the corner stands a question mark.](pictures/fine_tuning/plane.svg)
#
# ## 1. Two views of one image: NT-Xent
#
# Where do good first weights come from, if there are no labels? From tasks that the data set themselves. A masked
# language model hides 15 % of the words and guesses them (80 % of those behind `[MASK]`, 10 % behind a random word,
# 10 % left as they are; you write that in *bert*); next-sentence prediction asks whether two sentences follow each other,
# sentence-order prediction whether two neighbours were swapped. For images the most successful task is this one: make two
# random *views* of each image (shift it, drop pixels, add noise) and find out which views belong together.
#
# Take $N$ images and two views of each. Their $2N$ projections $z$ lie stacked, first all first views, then all second
# ones. Row $i$ has its partner at $p(i)=i+N$ in the first half and at $p(i)=i-N$ in the second. With the cosine
# $s_{ij}=z_i\cdot z_j/(\lVert z_i\rVert\,\lVert z_j\rVert)$ and a temperature $\tau$, each row is a classification
# among the others:
#
# $$\ell = \frac1{2N}\sum_{i=1}^{2N} -\log\frac{e^{s_{i,p(i)}/\tau}}{\sum_{k\ne i} e^{s_{ik}/\tau}} .$$
#
# The denominator runs over the $2N-1$ others: the partner is in it, the row itself is not. A row is always at cosine 1
# with itself, and would win against every partner. It does not suffice to set its cosine to 0 either: $e^0=1$ still
# counts. Its term has to vanish, as for a logit of $-\infty$.
#
# What does the number mean? Somebody who knows nothing gives all $2N-1$ others the same chance and pays
# $\log(2N-1)$. What the loss lies below that is information that the two views share: for independent negatives
# $\log(2N-1)-\ell$ is, on average, at most their mutual information. It can never show more than $\log(2N-1)$, which is
# one reason why contrastive learning wants large batches.
#
# ![A grid of four rows and four columns for N = 2. The diagonal is struck out. In the rows 1, 2, 3, 4 the partners 3, 4, 1, 2 are marked with cosine 1, all others have cosine 0.](pictures/fine_tuning/ntxent.svg)
#
# **By hand.** $N=2$, first views $(1,0)$ and $(0,1)$, second views the same, $\tau=1$. Each row sees its partner at
# cosine 1 and two strangers at 0: $\ell=\log(e+2)-1=0.551$. With its own cosine set to 0 instead of taken out it would
# be $\log(e+3)-1=0.744$. Knowing nothing costs $\log3=1.099$. Second views of length 5 change nothing.


# %% [markdown] hints="nt_xent"
# idea: Each row is a classification: which of the others is my partner?
#
# shapes: The stacked views are (2N, d), their cosines (2N, 2N), the partners (2N,).
#
# steps: Rows to length 1; stack; cosines over tau; the diagonal to minus infinity; in each row the logarithm of the sum of
# exponentials minus the partner's entry; the mean.
#
# mistake: A self-similarity of 0 still counts as $e^0=1$ in the denominator.


# %% question="nt_xent" minutes=25
def nt_xent(z1: Float[Tensor, "N d"], z2: Float[Tensor, "N d"], tau: float) -> Float[Tensor, ""]:
    """Normalised temperature-scaled cross-entropy of SimCLR.

    Args:
        z1: projections of the first views, N >= 1.
        z2: projections of the second views; row i belongs to the same image as row i of ``z1``. In both a norm
            below 1e-12 counts as 1e-12, so that a row of zeros has cosine 0 with all others.
        tau: temperature, positive, however small: the logits may lie far below -1e9.

    Returns:
        The mean loss of the 2N rows, each against its 2N - 1 others, the partner included. 0 for N = 1. Autograd can
        differentiate it with respect to both arguments, for N = 1, too.
    """
    ### BEGIN SOLUTION
    z = F.normalize(torch.cat([z1, z2]), dim=1, eps=1e-12)
    n = len(z1)
    logits = z @ z.T / tau
    logits = logits.masked_fill(torch.eye(2 * n, dtype=torch.bool), -math.inf)
    rows = torch.arange(2 * n)
    partner = (rows + n) % (2 * n)
    return (torch.logsumexp(logits, dim=1) - logits[rows, partner]).mean()
    ### END SOLUTION


# %% [markdown]
# ## 2. Which layers move, and how fast
#
# Low layers hold what many tasks share, so they should move least. Let there be $L$ layers above the embeddings, which
# are layer 0. The top layer takes the full rate, and each layer below is slower by the factor $\xi$:
#
# $$\eta_l = \eta\,\xi^{-(L-l)},\qquad l=0,\dots,L .$$
#
# So the first layer above the embeddings is $\xi^{L-1}$ below the top, and the embeddings $\xi^L$. ULMFiT takes
# $\xi=2.6$. These are *discriminative* rates.
#
# **Freezing** is the limit of rate 0. A *linear probe* trains the head alone. Others freeze the lowest layers. *Gradual
# unfreezing* trains the head alone in epoch 0, and in each epoch after that one more layer, from above. What is frozen
# needs two things in PyTorch: its parameters must not ask for gradients, **and** it must be in evaluation mode. Batch
# normalisation updates its running mean in training mode whether its parameters are frozen or not, and a "frozen" body
# drifts with every batch of the new task.
#
# **By hand.** $\eta=1$, $L=2$, $\xi=2$: the rates are $(0.25, 0.5, 1)$. Four layers and a head, gradual, epoch 1: only
# the last two of five train. In epoch 4 all five do, and in all later ones.


# %% [markdown] hints="trainable_mask"
# idea: Count from the top: the last entry is the top layer, or the head.
#
# shapes: L + 1 rates; n_layers + 1 truth values; one module per entry of the mask.
#
# steps: Exponents L, L - 1, …, 0. For the mask find out which layer is the lowest that trains, and compare all layer
# numbers with it. To freeze, go through layers and mask together: the mode of the layer, then each of its parameters.
#
# mistake: Leaving a frozen batch normalisation in training mode.


# %% question="trainable_mask" minutes=30
def discriminative_lrs(lr: float, L: int, xi: float = 2.6) -> Float[Tensor, " L+1"]:
    """Learning rates from the embeddings (first) to the top layer (last), which takes ``lr`` itself.

    Args:
        lr: rate of the top layer.
        L: number of layers above the embeddings, at least 0.
        xi: factor between neighbours, positive.

    Returns:
        The rates lr / xi^(L - l) for l = 0, ..., L. The result is float64.
    """
    ### BEGIN SOLUTION
    return lr / xi ** torch.arange(L, -1, -1, dtype=torch.float64)
    ### END SOLUTION


def trainable_mask(
    n_layers: int, epoch: int, mode: str, n_frozen: int = 0
) -> Bool[Tensor, " n_layers+1"]:
    """Which of the layers train in an epoch; layer 0 is the lowest, the last entry is the head.

    Args:
        n_layers: number of layers below the head, at least 0.
        epoch: number of the epoch, from 0; it matters for "gradual" alone.
        mode: "full" trains all, "probe" the head alone, "freeze-bottom" all but the lowest ``n_frozen`` layers,
            "gradual" the head and the ``epoch`` layers right below it (all, when there are fewer).
        n_frozen: from 0 to n_layers; it matters for "freeze-bottom" alone.

    Returns:
        True where the layer trains. The head always does.

    Raises:
        ValueError: ``mode`` is none of the four names.
    """
    ### BEGIN SOLUTION
    first = {"full": 0, "probe": n_layers, "freeze-bottom": n_frozen, "gradual": n_layers - epoch}
    if mode not in first:
        raise ValueError(f"unknown mode {mode!r}")
    return torch.arange(n_layers + 1) >= first[mode]
    ### END SOLUTION


def apply_freeze(layers: Sequence[nn.Module], mask: Bool[Tensor, " n"]) -> None:
    """Make layers train or rest; this changes ``layers``.

    A layer that trains is put into training mode, and all its parameters ask for gradients, whatever they did before. A
    frozen layer is put into evaluation mode, so that running statistics stay as they are, and none of its parameters asks
    for gradients. No number in the layers changes, neither running statistics nor gradients.

    Args:
        layers: from below; a layer may hold others, for which the same is true.
        mask: one entry per layer, True where it trains.

    Raises:
        ValueError: there are more layers than entries, or fewer. Then no layer is touched.
    """
    ### BEGIN SOLUTION
    pairs = list(zip(layers, mask.tolist(), strict=True))  # all of them before the first change
    for layer, trains in pairs:
        layer.train(trains)
        for parameter in layer.parameters():
            parameter.requires_grad_(trains)
    ### END SOLUTION


# %% [markdown]
# ## 3. Warm up, then cool down
#
# At the first steps Adam knows its second moments from a handful of gradients, and a new head sends random gradients
# into a good body. So the rate starts at 0. A factor on it climbs linearly to 1 in $w$ steps and then falls to 0 at step
# $T$. The second phase has its own clock, the progress $u=(t-w)/(T-w)$ from 0 to 1:
#
# $$f(t) = \begin{cases} t/w & t<w \\ 1-u \ \text{ or }\ \frac12(1+\cos\pi u) & w\le t<T \\ 0 & t\ge T\end{cases}$$
#
# Both forms are 1 at $t=w$: no jump. A cosine over all of $T$ in place of $T-w$ would start the fall below 1.
#
# **By hand.** $w=2$, $T=10$. Step 1: $0.5$. Step 4: $u=\frac14$, linear $0.75$, cosine $0.854$. Step 10: 0.


# %% [markdown] hints="lr_schedule"
# idea: Two phases; the second has its own clock.
#
# shapes: Plain numbers.
#
# steps: Check the name. From total on: 0. Before warm: a ratio. Between: the progress from 0 to 1, then one of the two
# forms.
#
# mistake: Looking at the warm-up before the end. With $w=T$ there is no way down, and step $T$ belongs to the end.


# %% question="lr_schedule" minutes=10 forbid=["torch.optim.lr_scheduler"]
def lr_schedule(step: int, warm: int, total: int, kind: str) -> float:
    """Factor on the learning rate; ``torch.optim.lr_scheduler`` is not to be used.

    Args:
        step: from 0 on, beyond ``total`` too.
        warm: steps of warm-up, 0 <= warm <= total. With 0 the factor starts at 1 (if total > 0).
        total: step from which on the factor is 0; that holds first, when warm equals total as well.
        kind: "linear" or "cosine", the form of the fall.

    Returns:
        step / warm before ``warm``, 1 at ``warm`` (if warm < total), 0 from ``total`` on.

    Raises:
        ValueError: ``kind`` is neither name, at any step.
    """
    ### BEGIN SOLUTION
    if kind not in ("linear", "cosine"):
        raise ValueError(f"unknown kind {kind!r}")
    if step >= total:
        return 0.0
    if step < warm:
        return step / warm
    u = (step - warm) / (total - warm)
    return 1 - u if kind == "linear" else (1 + math.cos(math.pi * u)) / 2
    ### END SOLUTION


# %% [markdown]
# Time to use the first three. All images are moved by up to a pixel, across and down, at random: a nuisance that says
# nothing about the digit. A body (64 pixels, twice 128 units) is pre-trained on 1,200 of them *without their labels*. The
# two views of an image move it once more, drop a fifth of its pixels and add noise; NT-Xent at $\tau=0.2$ with $N=128$,
# AdamW under your schedule, 400 steps. The loss starts near $\log255=5.54$, that of knowing nothing, and ends below 4.5.
#
# Then labels become available, one to thirty per class, and two things are tried. A *linear probe* reads the frozen
# features, or as controls the raw pixels and the features of the untrained body. *Fine-tuning* trains everything, from the
# pre-trained weights or as a control from the untrained ones. All numbers are accuracies on held-out digits, averaged over
# six draws of labels. Guess before you look.


# %% tags=["predict"]
# Accuracy in per cent with 300 labels, 30 per class. Replace a ... by a number.
predict("300 labels", probe_pixels=..., probe_pretrained=..., tuned_pretrained=...)


# %% tags=["demo"]
@demo(shift=(0, 1))
def pretraining(shift: int = 1, seed: int = 0) -> dict[str, float]:
    """Held-out accuracy over the number of labels, with and without contrastive pre-training."""
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_digits

    generator = torch.Generator().manual_seed(seed)
    images, digits = load_digits(return_X_y=True)
    order = torch.randperm(len(images), generator=generator)
    X, y = torch.tensor(images / 16, dtype=torch.float32)[order], torch.tensor(digits)[order]
    width, steps, draws, few = 128, 400, 6, (10, 30, 100, 300)

    def moved(x: Tensor, by: int) -> Tensor:
        """Each image moved at random, by as many pixels at most; what leaves it is lost."""
        padded = F.pad(x.view(-1, 8, 8), (by, by, by, by))
        down, right = (
            torch.randint(0, 2 * by + 1, (len(x), 1, 1), generator=generator) for _ in range(2)
        )
        rows, columns = down + torch.arange(8)[:, None], right + torch.arange(8)
        return padded[torch.arange(len(x))[:, None, None], rows, columns].flatten(1)

    X = moved(X, shift)

    def view(x: Tensor) -> Tensor:
        x = moved(x, 1)
        seen = torch.rand(x.shape, generator=generator) > 0.2
        return x * seen + 0.1 * torch.randn(x.shape, generator=generator)

    def weights(n_in: int, n_out: int) -> Tensor:
        return math.sqrt(2 / n_in) * torch.randn(n_out, n_in, generator=generator)

    def body(layers: list[Tensor], x: Tensor) -> Tensor:
        W1, b1, W2, b2 = layers[:4]
        return torch.relu(torch.relu(x @ W1.mT + b1) @ W2.mT + b2)

    untrained = [
        weights(64, width),
        torch.zeros(1, width),
        weights(width, width),
        torch.zeros(1, width),
    ]
    trained = [t.clone().requires_grad_() for t in (*untrained, weights(width, 64))]
    optimizer = torch.optim.AdamW(trained, lr=2e-3)
    losses = []
    for step in range(steps):
        batch = X[:1200][torch.randperm(1200, generator=generator)[:128]]
        z1, z2 = (body(trained, view(batch)) @ trained[4].T for _ in range(2))
        loss = nt_xent(z1, z2, 0.2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = 2e-3 * lr_schedule(step, 40, steps, "cosine")
        optimizer.step()
        losses.append(loss.item())
    trained = [t.detach() for t in trained[:4]]

    def labelled(n: int) -> list[Tensor]:
        """Rows with n / 10 images of each digit, the same for all methods."""
        local = torch.Generator().manual_seed(seed)
        orders = [torch.randperm(1200, generator=local) for _ in range(draws)]
        return [torch.cat([o[y[o] == d][: n // 10] for d in range(10)]) for o in orders]

    def probe_accuracy(features: Tensor, n: int) -> float:
        """Ridge regression on standardised features, with the better of two penalties: a gift to all alike."""
        f = (
            (features - features[:1200].mean(0))
            / (features[:1200].std(0) + 1e-3)
            / math.sqrt(features.shape[1])
        )
        best = 0.0
        for ridge in (0.1, 1.0):
            hits = []
            for rows in labelled(n):
                gram = f[rows] @ f[rows].T + 1 + ridge * torch.eye(n)  # the 1 is a constant feature
                weight = torch.linalg.solve(gram, F.one_hot(y[rows], 10) - 0.1)
                scores = (f[1200:] @ f[rows].T + 1) @ weight
                hits.append((scores.argmax(1) == y[1200:]).float().mean().item())
            best = max(best, sum(hits) / draws)
        return 100 * best

    def tuned_accuracy(start: list[Tensor], n: int) -> float:
        """All layers trained for 100 steps, the networks of all draws side by side."""
        rows, local = torch.stack(labelled(n)), torch.Generator().manual_seed(seed)
        layers = [t.expand(draws, *t.shape).clone().requires_grad_() for t in start]
        head = [
            torch.zeros(draws, 10, width).requires_grad_(),
            torch.zeros(draws, 1, 10).requires_grad_(),
        ]
        optimizer = torch.optim.AdamW([*layers, *head], lr=2e-3)
        for _ in range(100):
            batch = rows.gather(1, torch.randint(0, n, (draws, min(n, 32)), generator=local))
            logits = body(layers, X[batch]) @ head[0].mT + head[1]
            loss = F.cross_entropy(logits.flatten(0, 1), y[batch].flatten()) * draws
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            logits = body(layers, X[1200:].expand(draws, -1, -1)) @ head[0].mT + head[1]
        return 100 * (logits.argmax(2) == y[1200:]).float().mean().item()

    features = {"pretrained": body(trained, X), "pixels": X, "untrained": body(untrained, X)}
    curves = {f"probe {name}": [probe_accuracy(f, n) for n in few] for name, f in features.items()}
    curves["tuned pretrained"] = [tuned_accuracy(trained, n) for n in few]
    curves["tuned untrained"] = [tuned_accuracy(untrained, n) for n in few]

    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=[1, 1.6])
    left.plot(losses, color="C0")
    left.axhline(math.log(255), color="0.5", ls=":", lw=1)
    left.text(steps, math.log(255), "knowing nothing", ha="right", va="bottom")
    left.set(xlabel="step of pre-training", ylabel="NT-Xent")
    colour = {"pretrained": "C0", "pixels": "C2", "untrained": "C1"}
    for name, curve in curves.items():
        how, what = name.split()
        right.plot(
            few, curve, "o-" if how == "tuned" else "s--", color=colour[what], ms=5, label=name
        )
    for name, guess in guesses("300 labels").items():
        if isinstance(guess, (int, float)):
            right.plot(300, guess, "X", ms=10, color="C3")
            right.annotate(name.replace("_", " "), (300, guess), ha="right", color="C3", fontsize=8)
    right.set(xscale="log", xlabel="labels", ylabel="held-out accuracy, %")
    right.set_xticks(few, [str(n) for n in few])
    right.legend(loc="upper left")
    numbers = {
        f"{name.replace(' ', '_')}_{n}": v
        for name, c in curves.items()
        for n, v in zip(few, c, strict=True)
    }
    return numbers | {"loss_first": losses[0], "loss_last": sum(losses[-20:]) / 20}


# %% [markdown]
# With 300 labels the pre-trained features, read by a line, are right at least eight points more often than a network trained
# from scratch, and twenty points more often than a line through the pixels. The linear probe beats fine-tuning, too: a
# network with 26,000 parameters and a few labels forgets what it had learned without them.
#
# Now be sober and **turn the knob** to 0: the digits as they come, centred. There is no nuisance to see through, 1,200
# small images hold little that 300 labels do not, and the pre-trained lines come down to the others. Pre-training pays
# for what the views know and the labels do not say.
#
# ## 4. An anchor with a memory: EWC
#
# Back to the two tasks. What should fine-tuning hold on to? Ask Bayes. The old data turned a prior into
# $p(\theta\mid\text{old})$, and that is the prior for the new data:
#
# $$\log p(\theta\mid\text{old},\text{new}) = \log p(\text{new}\mid\theta)+\log p(\theta\mid\text{old})+\text{const}.$$
#
# Around the old optimum $\theta^*$ the second term is a bowl upside down. Its gradient is 0 there, and its curvature is
# measured by the **Fisher information**, the mean square of the score $\partial_p\log\pi$. Its full matrix has $P^2$
# entries, so one keeps the diagonal. For a classifier with probabilities $\pi_{ic}$ for example $i$ and class $c$, the
# expectation runs over the model's *own* classes:
#
# $$F_p=\frac1n\sum_{i=1}^n\sum_{c=1}^{K} \pi_{ic}\,\big(\partial_p\log\pi_{ic}\big)^2,\qquad
# \Omega(\theta)=\frac\lambda2\sum_p F_p\,(\theta_p-\theta^*_p)^2 .$$
#
# $\Omega$ is added to the new loss: elastic weight consolidation. Stiff directions are those in which the old outputs
# change; the others are free. Square first, average afterwards: the mean of the score itself under the model is 0,
# since $\sum_c\pi_{ic}\,\partial_p\log\pi_{ic}=\partial_p\sum_c\pi_{ic}=0$. Differentiate that once more, and you see why
# the square is a curvature: $\sum_c\pi_{ic}(\partial_p\log\pi_{ic})^2=-\sum_c\pi_{ic}\,\partial_p^2\log\pi_{ic}$.
#
# One drawn label in place of the sum over classes is often seen, or the true label. A good model is sure of it, and then
# its score is nearly 0: on our networks such a Fisher is noise. With $F_p=1$ for all $p$ the same penalty is
# **L2-SP**, an anchor without a memory of what mattered. Anchoring at 0 instead of $\theta^*$ would be plain weight decay.
#
# ![Contour lines of a bowl around theta star with Fisher (4, 1): narrow across, wide upwards. The step (1, 2) costs 4, the step (2, 1) costs 8.5; both have the same length.](pictures/fine_tuning/bowl.svg)
#
# **By hand.** One example, $\pi=(0.8, 0.2)$, scores $0.5$ and $-2$ (their mean under $\pi$ is 0):
# $F=0.8\cdot0.25+0.2\cdot4=1$. With $F=(4,1)$, $\lambda=1$ and $\theta-\theta^*=(1,2)$: $\Omega=\frac12(4+4)=4$. The step
# $(2,1)$ is as long and costs $\frac12(16+1)=8.5$. L2-SP charges $2.5$ for either.


# %% [markdown] hints="ewc_penalty"
# idea: Square first, average after: the mean of the scores under the model is 0.
#
# shapes: Scores (n, K, P), probabilities (n, K), Fisher (P,). The probabilities need a third axis.
#
# steps: Square; weight by the class; sum over classes; mean over examples. The penalty: differences, squares, weights,
# one sum over parameters, half of lam.
#
# mistake: Averaging over classes equally. Each counts with its probability.


# %% question="ewc_penalty" minutes=25
def diag_fisher(scores: Float[Tensor, "n K P"], probs: Float[Tensor, "n K"]) -> Float[Tensor, " P"]:
    """Diagonal of the Fisher information.

    Args:
        scores: gradient of log probs[i, c] with respect to the P parameters, for each example and class.
        probs: the model's probabilities; rows sum to 1. Some may be 0.

    Returns:
        The squared scores, averaged over classes by ``probs`` and over the n >= 1 examples equally.
    """
    ### BEGIN SOLUTION
    return (probs[..., None] * scores**2).sum(1).mean(0)
    ### END SOLUTION


def ewc_penalty(
    theta: Float[Tensor, " P"], theta0: Float[Tensor, " P"], fisher: Float[Tensor, " P"], lam: float
) -> Float[Tensor, ""]:
    """Half of lam times the squared distance from ``theta0``, weighted by the Fisher information.

    The anchor and the Fisher information are constants: autograd differentiates with respect to ``theta`` alone, even when
    the other two ask for gradients.

    Args:
        theta: the parameters that are trained.
        theta0: those at the end of the old task.
        fisher: weight of each parameter, not negative. All ones make L2-SP of it.
        lam: strength, not negative.

    Returns:
        The penalty, a sum over the parameters.
    """
    ### BEGIN SOLUTION
    return lam / 2 * (fisher.detach() * (theta - theta0.detach()) ** 2).sum()
    ### END SOLUTION


# %% [markdown]
# Your anchor at work on the two tasks, for strengths from weak to strong: L2-SP, and EWC with the Fisher of 200 old
# images, whose $\lambda$ is 5,000 times as large because its $F_p$ are that small. **Turn the knob** and walk along the
# two curves. A stronger L2-SP keeps more of the old and learns less of the new.
#
# Bayes would take $\lambda$ near 1 for EWC, since both tasks have equally many examples. At $\lambda=1$ it protects nothing:
# the old accuracy is within three points of that without an anchor. And at no strength here does EWC keep eight in ten of
# the old digits, while L2-SP at $\lambda=0.4$ keeps nine. The Fisher is exact at $\theta^*$ and nowhere else: the networks are
# sure of their answers there, most $F_p$ are nearly 0, and along these free directions they walk far out of the region
# where the bowl is the old loss. An anchor without a memory does not let them.


# %% tags=["demo"]
FRONTS: dict[
    int, dict[str, list[list[float]]]
] = {}  # by seed: the curves do not move with the knob


@demo(log10_lambda=(-2.0, 0.5))
def anchors(log10_lambda: float = -0.7, seed: int = 0) -> dict[str, float]:
    """Accuracy on both tasks along the strength of two anchors, and at the strength of choice."""
    import matplotlib.pyplot as plt

    tasks = two_tasks(seed)
    start = tasks.before.flatten()
    fisher = torch.cat([diag_fisher(*tasks.scores(tasks.before, s)) for s in range(BODIES)])
    weights = {"L2-SP": torch.ones_like(start), "EWC": 5000 * fisher}

    def point(kind: str, lam: float) -> list[float]:
        """Accuracy on new and old digits after fine-tuning."""
        theta = tasks.tune(
            tasks.before,
            tasks.some(tasks.new_rows),
            penalty=lambda theta: ewc_penalty(theta.flatten(), start, weights[kind], lam),
        )
        return [sum(tasks.accuracy(theta, old)) / BODIES for old in (False, True)]

    strengths = (0.03, 0.1, 0.4)
    if seed not in FRONTS:
        FRONTS[seed] = {kind: [point(kind, lam) for lam in strengths] for kind in weights}
        FRONTS[seed]["plain"] = [point("L2-SP", 0.0)]
        FRONTS[seed]["Bayes"] = [point("EWC", 1 / 5000)]
    fig, ax = plt.subplots(figsize=(6.5, 4))
    for colour, kind in zip(("C0", "C1"), weights, strict=True):
        ax.plot(*zip(*FRONTS[seed][kind], strict=True), "o-", color=colour, ms=4, label=kind)
        x, y = point(kind, 10**log10_lambda)
        lam = 10**log10_lambda * (5000 if kind == "EWC" else 1)
        shown = f"{lam:.0f}" if lam > 10 else f"{lam:.2g}"
        ax.plot(x, y, "D", ms=9, color=colour, label=rf"{kind}, $\lambda$ = {shown}")
    for name, label, down in (("plain", "no anchor", -12), ("Bayes", r"EWC, $\lambda$ = 1", 6)):
        x, y = FRONTS[seed][name][0]
        ax.plot(x, y, "o", color="0.5")
        ax.annotate(label, (x, y), xytext=(-8, down), textcoords="offset points", ha="right")
    ax.set(
        xlabel="accuracy on the new digits",
        ylabel="accuracy on the old digits",
        xlim=(0.6, 1),
        ylim=(0.3, 1),
    )
    ax.legend(loc="lower left")
    numbers = {"plain_old": FRONTS[seed]["plain"][0][1], "bayes_old": FRONTS[seed]["Bayes"][0][1]}
    for kind in weights:
        for lam, (new, old) in zip(strengths, FRONTS[seed][kind], strict=True):
            numbers |= {f"{kind}_{lam:g}_old": old, f"{kind}_{lam:g}_new": new}
    return numbers


# %% [markdown]
# ## 5. LoRA: a thin update
#
# Large models have too many weights to store a tuned copy for each task. LoRA keeps $W_0$ as it is and learns a change of
# low rank, $\Delta W=sBA$ with $A$ of shape $(r, d_\text{in})$ and $B$ of shape $(d_\text{out}, r)$:
#
# $$h = W_0x+s\,B(Ax).$$
#
# In the forward pass go through the narrow waist: $Ax$ has $r$ entries, and the large matrix $BA$ is never built. The
# gradients are $\partial\ell/\partial B=s\,g\,(Ax)^\top$ and $\partial\ell/\partial A=s\,B^\top g\,x^\top$ for a gradient
# $g$ that arrives at $h$. At the start $B=0$, so that the tuned model is the old one. Then $A$ gets no gradient in the
# first step, but $B$ does, since $A\ne0$. If both were 0, neither would ever move. The literature scales by
# $s=\alpha/r$; here $s$ is an argument. After training, $W_0+sBA$ is one matrix again, and nothing is slower than before;
# and whoever subtracts $sBA$ has the old model back, up to rounding. For the gradients of $B$ and $A$, write
# $h_i=\dots+s\sum_jB_{ij}(Ax)_j$: $\partial h_i/\partial B_{ij}=s(Ax)_j$, and $(Ax)_j=\sum_kA_{jk}x_k$ passes on
# $s\sum_ig_iB_{ij}$ to $A_{jk}$, times $x_k$.
#
# Our networks have 8,645 parameters. Rank 4 on their three matrices makes $4(128+128+69)=1{,}300$ that train.
#
# ![W zero with rows (1,0), (0,1), (1,1), plus one half times the column (1,0,2) times the row (1,-1), is the merged matrix with rows (1.5,-0.5), (0,1), (2,0). Below: the input (3,1) goes through W zero to (3,1,4), and through the waist 2 to (1,0,2).](pictures/fine_tuning/lora.svg)
#
# **By hand.** $W_0$ of shape (3, 2) with rows $(1,0),(0,1),(1,1)$, $B=(1,0,2)^\top$, $A=(1,-1)$, $s=0.5$, $x=(3,1)$:
# $W_0x=(3,1,4)$, $Ax=2$, $sBAx=(1,0,2)$, together $(4,1,6)$. Merged, the rows are $(1.5,-0.5),(0,1),(2,0)$. Noise
# $(2,-4,6,8)$ for four inputs starts with $A=(1,-2,3,4)$.


# %% [markdown] hints="lora_linear"
# idea: Go through the narrow waist; never build the large update in the forward pass.
#
# shapes: x times A transposed is (B, r); that times Bm transposed is (B, d_out). At the start A is (r, d_in) and Bm is
# (d_out, r).
#
# steps: The frozen product, plus scale times the narrow one. Merging: a new matrix of the shape of W0. Start: the noise
# divided by a root, and zeros in its dtype.
#
# mistake: $AB$ for $BA$. If $d_\text{in}=d_\text{out}$, the shapes do not tell.


# %% question="lora_linear" minutes=30
def lora_init(
    noise: Float[Tensor, "r d_in"], d_out: int
) -> tuple[Float[Tensor, "r d_in"], Float[Tensor, "d_out r"]]:
    """Where the update starts: with an effect of 0, and with a gradient.

    Args:
        noise: standard normal numbers.
        d_out: number of outputs of the layer.

    Returns:
        A, the noise over the square root of d_in, and Bm, all zeros, both in the dtype of ``noise``.
    """
    ### BEGIN SOLUTION
    r, d_in = noise.shape
    return noise / math.sqrt(d_in), noise.new_zeros(d_out, r)
    ### END SOLUTION


def lora_linear(
    x: Float[Tensor, "B d_in"],
    W0: Float[Tensor, "d_out d_in"],
    A: Float[Tensor, "r d_in"],
    Bm: Float[Tensor, "d_out r"],
    scale: float,
) -> Float[Tensor, "B d_out"]:
    """Linear layer with a low-rank update, without bias.

    Args:
        x: one input per row.
        W0: frozen weights.
        A: lower factor of the update.
        Bm: upper factor of the update (B is the batch).
        scale: factor on the update.

    Returns:
        x (W0 + scale Bm A)^T, through the narrow waist: for a small batch no new tensor on the way has as many entries as
        ``W0``. Autograd can differentiate it with respect to x, A and Bm; no gradient reaches ``W0``, even when it asks for
        one.
    """
    ### BEGIN SOLUTION
    return x @ W0.detach().T + scale * (x @ A.T) @ Bm.T
    ### END SOLUTION


def merge(
    W0: Float[Tensor, "d_out d_in"],
    A: Float[Tensor, "r d_in"],
    Bm: Float[Tensor, "d_out r"],
    scale: float,
) -> Float[Tensor, "d_out d_in"]:
    """The one matrix that does what the layer does.

    Args:
        W0: frozen weights; they stay as they are, so that two calls give the same.
        A: lower factor of the update.
        Bm: upper factor of the update.
        scale: factor on the update.

    Returns:
        A new tensor. Autograd can differentiate it with respect to A and Bm; no gradient reaches ``W0``.
    """
    ### BEGIN SOLUTION
    return W0.detach() + scale * Bm @ A
    ### END SOLUTION


# %% [markdown]
# ## 6. Large batches in small pieces
#
# A batch of 32 long sequences does not fit into memory; four pieces of 8 do. Each piece gives the mean gradient of its own
# examples, and the pieces are *accumulated* before one step. If piece $m$ has $n_m$ examples and the mean gradient $g_m$,
#
# $$g=\frac{\sum_m n_m\,g_m}{\sum_m n_m} .$$
#
# The last piece of an epoch is often smaller, and must count for less. Then, once, the norm is clipped: a gradient
# longer than the limit is shortened to it. Clipping each piece before adding is another method, with another direction.
#
# This works for every loss that is a mean over examples. It does not work for question 1: the negatives of an image are
# the *other images of its batch*, and four batches of 8 are not one of 32. (With 16-bit numbers the loss is multiplied by
# a large factor before going back, so that small gradients do not become 0; the gradient is divided by it before it is
# clipped.)
#
# `clip_by_norm` is given; it is derived in *Recurrent networks*.
#
# **By hand.** Sizes 3 and 1, mean gradients $(2,0)$ and $(0,8)$: $g=(1.5,2)$, of norm $2.5$. Clipped to 1:
# $(0.6,0.8)$. Each piece clipped first would give $(0.75,0.25)$.


# %%
def clip_by_norm(grad: Float[Tensor, " P"], limit: float) -> Float[Tensor, " P"]:
    """The gradient, shortened to the norm ``limit`` where it is longer; a zero gradient stays zero."""
    norm = grad.norm()
    return grad * (limit / norm) if norm > limit else grad.clone()


# %% [markdown] hints="accumulate"
# idea: Turn means back into sums.
#
# shapes: Gradients (M, P), sizes (M,), result (P,).
#
# steps: Multiply each row by its size and add; divide by the number of all examples; then `clip_by_norm`.
#
# mistake: The plain mean of the rows. It is right only where all pieces have the same size.


# %% question="accumulate" minutes=15
def accumulate(
    micro: Float[Tensor, "M P"], sizes: Int[Tensor, " M"], limit: float
) -> Float[Tensor, " P"]:
    """Gradient of the whole batch from those of its pieces, clipped.

    Args:
        micro: mean gradient of each piece, M >= 1.
        sizes: number of examples in each piece, positive; they may differ.
        limit: largest norm of the result, positive.

    Returns:
        The mean gradient over all examples, scaled down to the norm ``limit`` if it is longer. A zero gradient stays zero.
    """
    ### BEGIN SOLUTION
    weights = sizes.to(micro.dtype) / sizes.sum()
    return clip_by_norm(weights @ micro, limit)
    ### END SOLUTION


# %% [markdown]
# Your accumulation on a hundred new digits, in pieces of 32, 32, 32 and 4. How far is the accumulated gradient of a network
# from that of the whole batch, relative to its length? Weighted by size it is the same up to rounding. The plain mean of the
# four is more than a fifth off. With NT-Xent, whose negatives end at the border of a piece, even the weighted mean is more
# than a twentieth off.


# %% tags=["demo"]
@demo
def pieces(seed: int = 0) -> dict[str, float]:
    """Relative error of gradients put together from pieces, for a loss per example and for a contrastive one."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    tasks = two_tasks(seed)
    theta = tasks.before[:1].clone().requires_grad_()
    x, y = tasks.X[0, tasks.new_rows[0][:100]], tasks.digit[0, tasks.new_rows[0][:100]] % 5
    noise = torch.Generator().manual_seed(seed)
    views = [x + 0.3 * torch.randn(x.shape, generator=noise) for _ in range(2)]

    def supervised(rows: Tensor) -> Tensor:
        return F.cross_entropy(outputs(theta, x[rows][None])[0], y[rows])

    def contrastive(rows: Tensor) -> Tensor:
        z1, z2 = (outputs(theta, view[rows][None])[0] for view in views)
        return nt_xent(z1, z2, 0.2)

    def gradient(loss: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
        return torch.autograd.grad(loss(rows), theta)[0][0]

    def error(mine: Tensor, whole: Tensor) -> float:
        return ((mine - whole).norm() / whole.norm()).item()

    parts, sizes = torch.arange(100).split(32), torch.tensor([32, 32, 32, 4])
    found = {}
    for name, loss in (("a loss per example", supervised), ("NT-Xent", contrastive)):
        whole = gradient(loss, torch.arange(100))
        micro = torch.stack([gradient(loss, rows) for rows in parts])
        found[f"{name}, weighted"] = error(accumulate(micro, sizes, 1e9), whole)
        found[f"{name}, plain mean"] = error(micro.mean(0), whole)
    fig, ax = plt.subplots(figsize=(8, 2.4))
    bars(ax, found, ["C0", "C1", "C0", "C1"])
    ax.set(xlabel="relative error of the gradient")
    return {name.replace(", ", "_").replace(" ", "_"): value for name, value in found.items()}


# %% [markdown]
# ## 7. More negatives than a batch holds: MoCo
#
# NT-Xent finds its negatives in the batch. Momentum contrast keeps older ones: a **queue** of $K$ keys (65,536 in the
# paper) from the batches before. Keys of different ages can be compared only if the encoder that makes them changes
# slowly. So there are two: queries come from an encoder that learns by gradients, keys from its slow copy,
#
# $$\theta_k\leftarrow m\,\theta_k+(1-m)\,\theta_q,\qquad m\approx0.999 .$$
#
# The logits of query $i$ are its product with its own key in column 0 and with all keys of the queue after that, over
# $\tau$; the right class is 0 in every row. No gradient flows into keys. The keys of the batch join the queue **after**
# the logits are made: if they joined before, each query would find its own key once more, among the negatives.
#
# The queue is a ring: a pointer says which column is written next, and behind the last column comes the first.
#
# ![A ring buffer of five columns. The pointer stands at column 3. A push of three keys writes columns 3, 4 and 0, and the pointer moves to 1.](pictures/fine_tuning/queue.svg)
#
# **By hand.** $m=0.9$, $\theta_k=1$, $\theta_q=2$: $1.1$. A queue of $K=5$ with the pointer at 3 takes three keys into the
# columns $3,4,0$, and the pointer moves to 1. Query $(0.6,0.8)$, key $(1,0)$, queue columns $(0,1)$ and $(-1,0)$,
# $\tau=0.5$: logits $(1.2,1.6,-1.2)$.


# %% [markdown] hints="moco"
# idea: The positive is column 0; the queue holds only older keys.
#
# shapes: Row-wise products (N, 1); queries times queue (N, K); side by side (N, 1 + K).
#
# steps: The ring writes at (pointer + 0, 1, …) modulo K, one key per column, and moves the pointer on by as many. A step: first the
# logits, then the push.
#
# mistake: Pushing first: then each key is a negative of its own query. And a push that writes into the tensor from which the
# logits were made spoils their gradient: autograd still needs the old keys.


# %% question="moco" minutes=30 further
def momentum_update(
    k: Float[Tensor, "*s"], q: Float[Tensor, "*s"], m: float
) -> Float[Tensor, "*s"]:
    """Parameters of the slow encoder after a step.

    Args:
        k: those of the slow encoder.
        q: those of the encoder that learns; they may ask for gradients.
        m: momentum, from 0 (a copy of q) to 1 (no change).

    Returns:
        m k + (1 - m) q, as a new tensor without gradient.
    """
    ### BEGIN SOLUTION
    return (m * k + (1 - m) * q).detach()
    ### END SOLUTION


def moco_logits(
    q: Float[Tensor, "N d"], k: Float[Tensor, "N d"], queue: Float[Tensor, "d K"], tau: float
) -> Float[Tensor, "N 1+K"]:
    """Logits of each query among its key and the queue.

    Args:
        q: queries. They and all keys come with length 1: nothing is normalised here.
        k: their keys.
        queue: older keys, one per column.
        tau: temperature.

    Returns:
        Products as they are over tau, in column 0 with the own key, then with the queue. Autograd can differentiate them with respect to
        q; no gradient reaches ``k`` or ``queue``, even when they ask for one.
    """
    ### BEGIN SOLUTION
    positive = (q * k.detach()).sum(1, keepdim=True)
    return torch.cat([positive, q @ queue.detach()], dim=1) / tau
    ### END SOLUTION


class KeyQueue:
    """A ring of K keys: ``keys`` (d, K), one per column, and ``pointer``, the column that is written next."""

    def __init__(self, keys: Float[Tensor, "d K"]) -> None:
        self.keys, self.pointer = keys.clone(), 0

    def push(self, k: Float[Tensor, "N d"]) -> None:
        """Put keys into the ring.

        Args:
            k: N keys, 0 <= N <= K, one per row. Row 0 goes to the column ``pointer``, the next row to the next column, after
                the last column to the first. The pointer moves on by N in the same way. What is stored has no gradient and
                does not change when ``k`` does; K stays as it is.
        """
        ### BEGIN SOLUTION
        K = self.keys.shape[1]
        self.keys[:, (self.pointer + torch.arange(len(k))) % K] = k.detach().T
        self.pointer = (self.pointer + len(k)) % K
        ### END SOLUTION


def moco_step(
    q: Float[Tensor, "N d"], k: Float[Tensor, "N d"], queue: KeyQueue, tau: float
) -> Float[Tensor, "N 1+K"]:
    """The logits of a batch against the older keys; then its keys join the queue, which this changes.

    Args:
        q: queries of length 1.
        k: their keys, at most as many as the queue holds.
        queue: the keys of the batches before.
        tau: temperature.

    Returns:
        As ``moco_logits``. What is pushed, now or later, changes neither these logits nor their gradient.
    """
    ### BEGIN SOLUTION
    logits = moco_logits(q, k, queue.keys.clone(), tau)
    queue.push(k)
    return logits
    ### END SOLUTION


# %% [markdown]
# ## 8. Adapters
#
# Before LoRA there were adapters: small bottlenecks between frozen layers, beside the identity,
#
# $$h\ \mapsto\ h+W_u\,\mathrm{relu}(W_d\,h+b_d)+b_u,\qquad
# W_d\in\mathbb R^{m\times d},\ W_u\in\mathbb R^{d\times m},\ m\ll d .$$
#
# They change nothing at first only if $W_u$ and $b_u$ are 0 (or nearly): the residual path does not suffice. Unlike LoRA,
# they cannot be merged into the layer below, since there is a relu inside; the model stays a little slower. The two
# matrices and the two biases have to be stored for each task, and nothing else.
#
# **By hand.** Without biases, $h=(1,2)$, $W_d=(1,1)$, $W_u=(1,-1)^\top$: $W_dh=3$, and the output is $(4,-1)$. With
# $W_d=(1,-1)$ the relu closes, and $h$ stays $(1,2)$. $m=8$ in a body of width $d=64$: $1096$ parameters.


# %% [markdown] hints="adapter"
# idea: Identity plus correction.
#
# shapes: Down to (B, m), up to (B, d).
#
# steps: Down, bias, relu, up, bias, add.
#
# mistake: Leaving the identity out. At the start the layer would give 0.


# %% question="adapter" minutes=10 further
def adapter(
    h: Float[Tensor, "B d"],
    Wd: Float[Tensor, "m d"],
    b_down: Float[Tensor, " m"],
    Wu: Float[Tensor, "d m"],
    b_up: Float[Tensor, " d"],
) -> Float[Tensor, "B d"]:
    """Bottleneck adapter.

    Args:
        h: activations, one example per row.
        Wd: projection down.
        b_down: its bias.
        Wu: projection up.
        b_up: its bias.

    Returns:
        h + relu(h Wd^T + b_down) Wu^T + b_up. Autograd can differentiate it with respect to all five.
    """
    ### BEGIN SOLUTION
    return h + torch.relu(h @ Wd.T + b_down) @ Wu.T + b_up
    ### END SOLUTION


def adapter_size(d: int, m: int) -> int:
    """Number of parameters of one adapter.

    Args:
        d: width of the body.
        m: width of the bottleneck.

    Returns:
        The entries of Wd, b_down, Wu and b_up.
    """
    ### BEGIN SOLUTION
    return 2 * m * d + m + d
    ### END SOLUTION


# %% [markdown]
# ## 9. Replay
#
# The bluntest memory: keep some old examples in a buffer and mix them into each batch. No Fisher, no anchor. What it
# needs is the right to store data.
#
# **By hand.** A batch of 8 with a share of 0.3 old: $\lfloor2.4\rfloor=2$ from the buffer, 6 new. If the buffer holds one
# image, 1 and 7.


# %% [markdown] hints="replay_batch"
# idea: Two draws without repetition, one from each pool.
#
# shapes: Two index tensors whose lengths sum to size.
#
# steps: Round the old share down, and not above what the buffer holds; two random permutations from the generator; cut.
#
# mistake: Drawing with repetition.


# %% question="replay_batch" minutes=15 further
def replay_batch(
    n_new: int, n_buffer: int, size: int, frac: float, generator: torch.Generator
) -> tuple[Int[Tensor, " new"], Int[Tensor, " old"]]:
    """Indices of a mixed batch: into the new data, and into the buffer.

    Args:
        n_new: number of new examples; there are enough.
        n_buffer: number of examples in the buffer; it may be empty.
        size: length of the batch.
        frac: share of the buffer, from 0 to 1.
        generator: the source of all randomness.

    Returns:
        New indices and buffer indices, int64. The buffer gives floor(size * frac), but at most ``n_buffer``; the new data
        give the rest. Each part is drawn uniformly without repetition, independently of the other and of earlier calls; its
        order does not matter.
    """
    ### BEGIN SOLUTION
    old = min(int(size * frac), n_buffer)
    new = torch.randperm(n_new, generator=generator)[: size - old]
    return new, torch.randperm(n_buffer, generator=generator)[:old]
    ### END SOLUTION


# %% [markdown]
# ## Payoff: what does the new task cost?
#
# All of them on the experiment of the first look: the same networks, the same 300 steps of AdamW at 0.002, held-out
# accuracy. The controls: *plain* fine-tuning, *from scratch* (no old task at all), *stop at 40* (the cheapest anchor: fewer
# steps), *head alone* (a frozen body), and *joint* training on all old and new images, which needs all the old data.
#
# Guess first. The networks read 99 % of the old digits before.


# %% tags=["predict"]
# Accuracy on the old digits, in per cent, after 300 steps on the new ones. Replace a ... by a number.
predict("old digits", plain=..., head_alone=..., LoRA=..., replay_50=...)


# %% tags=["demo"]
@demo
def payoff(seed: int = 0) -> dict[str, float]:
    """Old and new accuracy on held-out digits of each way to fine-tune."""
    import matplotlib.pyplot as plt

    tasks = two_tasks(seed)
    before, generator, new = tasks.before, tasks.generator, tasks.some(tasks.new_rows)
    layer = torch.cat([torch.full((count,), i // 2) for i, count in enumerate(COUNTS)])
    fisher = torch.cat([diag_fisher(*tasks.scores(before, s)) for s in range(BODIES)])

    def anchored(weights: Tensor, lam: float) -> Tensor:
        start = before.flatten()
        return tasks.tune(
            before, new, penalty=lambda theta: ewc_penalty(theta.flatten(), start, weights, lam)
        )

    def replayed(kept: int) -> Tensor:
        def draw(s: int) -> Tensor:
            fresh, old = replay_batch(len(tasks.new_rows[s]), kept, 64, 0.5, generator)
            return torch.cat([tasks.new_rows[s][fresh], tasks.old_rows[s][:kept][old]])

        return tasks.tune(before, draw)

    matrices = [i for i, shape in enumerate(SHAPES) if len(shape) == 2]
    factors = [
        lora_init(torch.randn(4, SHAPES[i][1], generator=generator), SHAPES[i][0])
        for _ in range(BODIES)
        for i in matrices
    ]
    flat = torch.stack(
        [
            torch.cat([f.flatten() for pair in factors[3 * s : 3 * s + 3] for f in pair])
            for s in range(BODIES)
        ]
    )

    def with_update(trained: Tensor) -> Tensor:
        """The networks with the low-rank updates merged into their three matrices."""
        parts, place = unpack(before), 0
        for i in matrices:
            (n_out, n_in), W0 = SHAPES[i], parts[i]
            A = trained[:, place : place + 4 * n_in].view(BODIES, 4, n_in)
            Bm = trained[:, place + 4 * n_in : place + 4 * (n_in + n_out)].view(BODIES, n_out, 4)
            parts[i] = torch.stack([merge(W0[s], A[s], Bm[s], 1.0) for s in range(BODIES)])
            place += 4 * (n_in + n_out)
        return torch.cat([part.flatten(1) for part in parts], dim=1)

    every = [torch.cat(rows) for rows in zip(tasks.old_rows, tasks.new_rows, strict=True)]
    ends = {
        "before": before,
        "plain": tasks.tune(before, new),
        "from scratch": tasks.tune(tasks.fresh(), new),
        "stop at 40": tasks.tune(before, new, steps=40),
        "head alone": tasks.tune(
            before, new, rate=lambda step: trainable_mask(2, 0, "probe")[layer].float()
        ),
        "gradual": tasks.tune(
            before, new, rate=lambda step: trainable_mask(2, step // 100, "gradual")[layer].float()
        ),
        "slow below": tasks.tune(
            before, new, rate=lambda step: discriminative_lrs(1.0, 2)[layer].float()
        ),
        "LoRA": tasks.tune(flat, new, read=with_update),
        "EWC": anchored(fisher, 1000.0),
        "L2-SP": anchored(torch.ones(before.numel()), 0.2),
        "replay 50": replayed(50),
        "replay 200": replayed(200),
        "joint": tasks.tune(before, tasks.some(every)),
    }
    fig, ax = plt.subplots(figsize=(8, 5.2))
    numbers, guessed = {}, guesses("old digits")
    controls = ("before", "plain", "from scratch", "stop at 40", "head alone", "joint")
    colours = iter(["C6", "C5", "C0", "C1", "C2", "C9", "C4"])
    for name, theta in ends.items():
        old, new_ = tasks.accuracy(theta, True), tasks.accuracy(theta, False)
        x, y = sum(new_) / BODIES, sum(old) / BODIES
        key = name.replace(" ", "_")
        numbers |= {f"{key}_old": y, f"{key}_new": x, f"{key}_mean": (x + y) / 2}
        if name == "before":  # far to the left
            ax.annotate(
                f"before: new {x:.2f}, old {y:.2f}",
                (0.781, y),
                (0.8, y),
                va="center",
                arrowprops={"arrowstyle": "->", "color": "0.5"},
            )
            continue
        colour = "0.5" if name in controls else next(colours)
        ax.plot(new_, old, "o", ms=4, alpha=0.4, color=colour)
        ax.plot(x, y, "s" if name in controls else "o", ms=9, color=colour)
        right = name in ("plain", "replay 50", "replay 200", "from scratch")
        ax.annotate(
            name,
            (x, y),
            (11 if right else -11, 4),
            textcoords="offset points",
            ha="left" if right else "right",
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
        )
        guess = guessed.get(key)
        if isinstance(guess, (int, float)):
            ax.plot([x, x], [y, guess / 100], ":", color="C3", lw=1)
            ax.plot(x, guess / 100, "X", ms=10, color="C3")
    ax.set(
        xlabel="accuracy on the new digits",
        ylabel="accuracy on the old digits",
        xlim=(0.78, 1.03),
        ylim=(0, 1.05),
    )
    return numbers


# %% [markdown]
# Every number is the mean of three networks; the pale dots are the three.
#
# - *Plain* fine-tuning reads fewer than half of the old digits. From scratch it is fewer than two in ten, so even
#   plain tuning leaves something of the old task.
# - *The head alone* is no protection: on the mean of both tasks it does worse than plain tuning, and unfreezing gradually
#   keeps the fewest old digits of all that began with them. The body is untouched for a while, but the head is what both
#   tasks share, and it is overwritten. Freezing protects features, and a task only if it has a head of its own.
# - *Slower rates below* keep a little more than plain tuning.
# - *LoRA* protects nothing: it forgets like plain tuning, within ten points. But it can be taken off. Keep $A$ and $B$
#   beside $W_0$, and the old network is there whenever it is needed.
# - *Stopping at 40* costs nothing and gets more than two thirds of what L2-SP gains on the mean of both. EWC does no
#   better than stopping early.
# - *Replay*: fifty old images do better on that mean than either penalty, and two hundred come within two points of joint
#   training on all of them.
#
# So: if you may keep data, keep some. If you may not, an anchor or fewer steps; if you may keep the weights, LoRA or
# adapters. And measure the old task, always. It cost nothing to look, and nobody would have seen it in the new one.
#
# **Go on:** give each task a head of its own; replay twenty images; let EWC's Fisher be taken at a higher temperature, where
# the networks are less sure; put your adapters between the layers.
