# %% [markdown]
# # Transfer learning: what a borrowed body saves
#
# You want to read an alphabet of which you own one example per letter. Somebody else has a network that reads other
# alphabets. Cut off its last layer, keep the rest, its **body**, and put a new layer on top: the body has seen strokes,
# arcs and corners, and need not learn them again from your few examples. Often this helps. Sometimes it costs.
# **How many labels does a borrowed body save, and when does it cost?** One question, one alphabet that the body has
# never seen, and a small world in which we
# know what should happen.
#
# <!-- questions -->
#
# **You need:** cross-entropy, a training loop in PyTorch, expectations.
#
# **Article:** [Transfer learning (1):
# fundamentals](https://www.chenk.top/en/transfer-learning/01-fundamentals-and-core-concepts/)
#
# **Papers:** Pan and Yang, [A survey on transfer learning](https://doi.org/10.1109/TKDE.2009.191); Yosinski et al.,
# [How transferable are features?](https://arxiv.org/abs/1411.1792); Gretton et al.,
# [A kernel two-sample test](https://jmlr.org/papers/v13/gretton12a.html); Li, Grandvalet and Davoine,
# [Explicit inductive bias (L2-SP)](https://arxiv.org/abs/1802.01483); Ben-David et al.,
# [A theory of learning from different domains](https://doi.org/10.1007/s10994-009-5152-4).
#
# **Conventions of the whole notebook.** Question 3 is numpy, float64. The tensors of questions 2, 5, 6 and 8 are
# PyTorch: the floating-point tensors of one call share a dtype, float32 or float64, and so does the result; a scalar is
# a tensor of shape `()`. Class labels are int64. No function changes its arguments, but for questions 4 and 8, whose
# docstrings say what they change. $\log$ is the natural logarithm, $\log_{10}$ that of base ten.

# %%
import copy
import functools
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread
DATA = Path("data/transfer_learning").resolve()

# %% [markdown]
# ## First look
#
# The 32 letters of the Georgian alphabet, read by a small network. It was trained from scratch, and with the **frozen
# body** of a network that had learned the Latin, Greek and Cyrillic letters. Accuracy on letters in unseen faces,
# against the number of examples per letter; means over three seeds, with five times the steps of the payoff below,
# stored so that you need not wait.
#
# **Turn the knob** `target`, an accuracy. A horizontal line moves, and the distance between its crossings with the two
# curves is what the body saves: at 0.6 about three times as many labels would be needed without it. Push it up: on the
# right the curves come together, and at 64 examples the gain is less than .05. The *vertical* gap, of which papers
# mostly speak, is another thing.


# %% tags=["demo"]
@demo(target=(0.3, 0.82))
def first_look(target: float = 0.6, seed: int = 0) -> dict[str, float]:
    """A stored run: accuracy against labels with and without a borrowed body, cut by a horizontal line."""
    import matplotlib.pyplot as plt

    labels = np.array([1, 4, 16, 64])
    with np.load(DATA / "bodies.npz") as stored:
        curves = {
            way: stored[f"curve.{way}"].astype(np.float64).mean(0) for way in ("scratch", "frozen")
        }
    fig, ax = plt.subplots()
    crossing = {}
    for (way, accuracy), colour in zip(curves.items(), ["0.5", "C0"], strict=True):
        ax.semilogx(
            labels,
            accuracy,
            "o-",
            color=colour,
            label={"scratch": "from scratch", "frozen": "borrowed body"}[way],
        )
        crossing[way] = float(10 ** np.interp(target, accuracy, np.log10(labels)))
        ax.plot(crossing[way], target, "s", color=colour, ms=9)
    ax.axhline(target, color="C1", lw=1)
    saved = crossing["scratch"] / crossing["frozen"]
    ax.set_xticks(labels, [str(n) for n in labels])
    ax.set(
        xlabel="examples per letter",
        ylabel="accuracy",
        title=f"{saved:.1f} times fewer labels for {target:.2f}",
    )
    ax.legend()
    gaps = curves["frozen"] - curves["scratch"]
    return {"saved": saved, "gain_4": float(gaps[1]), "gain_64": float(gaps[3])}


# %% [markdown]
# Below are the letters and the network, both given. The letters come from twelve faces of the DejaVu fonts, which
# matplotlib ships (Bitstream Vera licence; DejaVu's own changes are in the public domain). Each picture is turned,
# sheared, scaled and shifted at random, and noisy. Letters that look alike in two alphabets (A, Α, А) are kept once;
# 137 are left. Eight faces are for training, in the source and in the target; **accuracy is measured on the four
# others**, which nobody has seen.
#
# The body was trained once, for 3000 steps of 128 pictures, by `solutions/training/transfer_learning.py`; it names a
# source letter in an unseen face rightly in 86 of 100 cases. A second body had such pictures with **shuffled
# labels**, and learned those by heart. Both come with the notebook.

# %%
SOURCE_LETTERS = [
    chr(c)
    for a, b in [(0x41, 0x5B), (0x61, 0x7B), (0x391, 0x3CA), (0x410, 0x450)]
    for c in range(a, b)
]
TARGET_LETTERS = [chr(c) for c in range(0x10D0, 0x10F0)]  # Georgian
TEST_FACES = [2, 5, 8, 11]  # Sans Oblique, Sans Mono Bold Oblique, Serif Bold, Serif
TRAIN_FACES = [0, 1, 3, 4, 6, 7, 9, 10]


@functools.cache
def letter_sheets(which: str) -> Tensor:
    """Clean pictures of the letters of "source" or "target": (letters, 12 faces, 32, 32), from 0 to 1."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    files = sorted(path for path in folder.glob("DejaVu*.ttf") if "Display" not in path.name)
    faces = [ImageFont.truetype(str(path), 24) for path in files]

    def typeset(letter: str) -> np.ndarray:
        pages = [Image.new("L", (32, 32)) for _ in faces]
        for page, face in zip(pages, faces, strict=True):
            ImageDraw.Draw(page).text((16, 16), letter, fill=255, font=face, anchor="mm")
        return np.stack([np.asarray(page, dtype=np.float32) / 255 for page in pages])

    looks: dict[bytes, np.ndarray] = {}
    for letter in SOURCE_LETTERS if which == "source" else TARGET_LETTERS:
        pictures = typeset(letter)
        if pictures.any():
            looks.setdefault(pictures[5].tobytes(), pictures)
    return torch.from_numpy(np.stack(list(looks.values())))


def photograph(sheets: Tensor, copies: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Warped and noisy pictures (n, 1, 16, 16) of each letter in each face, ``copies`` of each, and labels (n,)."""
    letters, faces = sheets.shape[:2]
    clean = sheets.repeat_interleave(copies, 1).flatten(0, 1)
    n = len(clean)
    turn, shear, size = torch.randn(3, n, generator=generator)
    turn, shear, size = 0.12 * turn, 0.12 * shear, 0.78 + 0.06 * size
    rows = [size * turn.cos(), size * (shear - turn.sin()), size * turn.sin(), size * turn.cos()]
    shift = 0.08 * torch.randn(n, 2, 1, generator=generator)
    warp = torch.cat([torch.stack(rows, -1).view(n, 2, 2), shift], -1)
    grid = F.affine_grid(warp, [n, 1, 16, 16], align_corners=False)
    pictures = F.grid_sample(clean[:, None], grid, align_corners=False)
    noise = 0.1 * torch.randn(pictures.shape, generator=generator)
    return pictures + noise, torch.arange(letters).repeat_interleave(faces * copies)


def new_body(seed: int) -> list[nn.Module]:
    """Three blocks from (n, 1, 16, 16) to features (n, 128), the lowest first."""
    torch.manual_seed(seed)
    return [
        nn.Sequential(nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU()),
        nn.Sequential(nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()),
        nn.Sequential(nn.Flatten(), nn.Linear(512, 128), nn.ReLU()),
    ]


def borrowed_body(which: str) -> list[nn.Module]:
    """The stored body that learned the source's letters: "trained", or "shuffled" of which the labels were."""
    layers = new_body(0)
    net = nn.Sequential(*layers)
    with np.load(DATA / "bodies.npz") as stored:
        net.load_state_dict(
            {name: torch.tensor(stored[f"{which}.{name}"]).float() for name in net.state_dict()}
        )
    return layers


def new_head(classes: int, seed: int) -> nn.Module:
    """A linear layer on 128 features."""
    torch.manual_seed(1000 + seed)
    return nn.Linear(128, classes)


def fit(
    layers: list[nn.Module],
    groups: list[dict],
    x: Tensor,
    y: Tensor,
    steps: int,
    seed: int,
    penalty=None,
) -> nn.Module:
    """Train ``layers`` by Adam on ``groups``, 32 rows a step, rates falling to 0; ``penalty()`` is added to the loss."""
    net, optimizer = nn.Sequential(*layers), torch.optim.Adam(groups, fused=True)
    generator = torch.Generator().manual_seed(seed)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 - t / steps)
    for _ in range(steps):
        rows = torch.randint(len(x), (32,), generator=generator)
        loss = F.cross_entropy(net(x[rows]), y[rows])
        if penalty is not None:
            loss = loss + penalty()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net


def accuracy(net: nn.Module, x: Tensor, y: Tensor) -> float:
    """Share of rows whose largest logit is the right one."""
    with torch.no_grad():
        return (net(x).argmax(1) == y).double().mean().item()


# %% [markdown]
# ## 1. What is transferred to what
#
# A **domain** is a space of inputs with a law, $\mathcal D=\{\mathcal X,P(X)\}$. A **task** is a space of labels with a
# function to be learned, $\mathcal T=\{\mathcal Y,f\}$, where $f$ stands for $P(Y\mid X)$. There is a source
# $(\mathcal D_S,\mathcal T_S)$ and a target $(\mathcal D_T,\mathcal T_T)$; only the target counts. Transfer is called
# for when something differs, and what can be done depends on who has labels. Pan and Yang name three settings:
#
# - **inductive**: the tasks differ, and the target has some labels: those tell what the new task is.
# - **transductive**: the task is the same, the domains differ, and only the source has labels. Domain adaptation.
# - **unsupervised**: no labels on either side; all that can be shared is structure.
#
# The three do not cover everything, and the order in which one asks matters. In this notebook:
#
# 1. same domain and same task: nothing differs, this is ordinary learning, `"none"`;
# 2. otherwise, no labels anywhere: `"unsupervised"`;
# 3. otherwise, the tasks differ and the target has labels: `"inductive"`, with source labels or without (the source
#    may be a self-supervised body);
# 4. otherwise, the same task, labels in the source, none in the target: `"transductive"`;
# 5. all else: `"none"`. Two kinds of rows end here. Where tasks differ and the target has no labels, nothing says
#    what its task is. The same task in another domain *with* target labels is supervised domain adaptation, for
#    which the survey has no row.
#
# ![A tree of questions. Does anything differ? No: none. Any labels at all? No: unsupervised. Does the task differ? Yes: with target labels inductive, without none. No: source labels alone transductive, else none.](pictures/transfer_learning/settings.svg)
#
# **By hand.** A body that reads Latin letters, a few labelled Georgian ones: another domain, another task, labels on
# both sides: inductive. Typeset digits with labels, handwritten ones without: another domain, the same task:
# transductive.


# %% [markdown] hints="transfer_setting"
# idea: Sixteen rows, five rules, asked one after the other. The first that fits answers.
#
# shapes: Four truth values come in; one of four words goes out.
#
# steps: Ask for "nothing differs" first, then for "no labels at all". What is left is split by the task, and each
# half by who has labels.
#
# mistake: To look at the target's labels alone. They do not tell whether the task differs.


# %% question="transfer_setting" minutes=10
def transfer_setting(
    same_domain: bool, same_task: bool, source_labels: bool, target_labels: bool
) -> str:
    """The setting of a transfer problem, by the five rules above, the first that fits.

    Args:
        same_domain: source and target share inputs and their law.
        same_task: source and target share labels and P(Y | X).
        source_labels: there are labels in the source.
        target_labels: there are some in the target.

    Returns:
        "none" if domain and task are both the same; otherwise "unsupervised" if there are no labels
        on either side; otherwise "inductive" if the tasks differ and the target has labels;
        otherwise "transductive" if the task is the same and only the source has labels; otherwise
        "none".
    """
    ### BEGIN SOLUTION
    if same_domain and same_task:
        return "none"
    if not source_labels and not target_labels:
        return "unsupervised"
    if not same_task:
        return "inductive" if target_labels else "none"
    return "none" if target_labels else "transductive"
    ### END SOLUTION


# %% [markdown]
# ## 2. How far apart are two samples?
#
# Before a body is borrowed one would like to know whether it has seen anything like our inputs. Send both through a
# feature map $\varphi$ and compare the means: the **maximum mean discrepancy** is $\mathrm{MMD}=\lVert\mathbb
# E\varphi(X_S)-\mathbb E\varphi(X_T)\rVert$. Squared and expanded, $\varphi$ occurs only in inner products
# $k(x,y)=\langle\varphi(x),\varphi(y)\rangle$:
#
# $$\mathrm{MMD}^2=\mathbb E\,k(x,x')+\mathbb E\,k(y,y')-2\,\mathbb E\,k(x,y),$$
#
# with $x,x'$ independent draws of the source and $y,y'$ of the target. The Gaussian kernel
# $k(x,y)=e^{-\gamma\lVert x-y\rVert^2}$ is such an inner product, and tells any two laws apart.
#
# From samples of $n$ and $m$ rows there are two estimates. Averaging over *all* pairs gives the **biased** one:
#
# $$\widehat{\mathrm{MMD}}{}^2_b=\frac1{n^2}\sum_{i,i'}k(x_i,x_{i'})+\frac1{m^2}\sum_{j,j'}k(y_j,y_{j'})-\frac2{nm}\sum_{i,j}k(x_i,y_j).$$
#
# It is a squared length, never negative. But $x_i$ is not independent of itself. The diagonal adds $k(x,x)=1$, $n$
# times of $n^2$, where $\mathbb E\,k(x,x')$ was meant. The **unbiased** estimate strikes it out and divides by the
# number of pairs that are left:
#
# $$\widehat{\mathrm{MMD}}{}^2_u=\frac{1}{n(n-1)}\sum_{i\ne i'}k(x_i,x_{i'})+\frac1{m(m-1)}\sum_{j\ne j'}k(y_j,y_{j'})-\frac2{nm}\sum_{i,j}k(x_i,y_j).$$
#
# The cross term has no diagonal: $x_i$ and $y_i$ are independent. The estimate has the right mean, which for equal laws
# is 0; hence it must be negative at times. Cut off at 0 it would be biased again.
#
# ![A five by five grid of kernel values of three source and two target points. The diagonal is struck out. The source block weighs one sixth per entry, the target block one half, the cross block minus two sixths.](pictures/transfer_learning/kernel.svg)
#
# **By hand.** In one dimension, $\gamma=\log2$, so that $k=2^{-(x-y)^2}$. Source $0,1,2$, target $1,2$. The
# off-diagonal sum of the source is $2(\frac12+\frac12+\frac1{16})=2.125$, of the target $2\cdot\frac12=1$; the cross
# sum is $3.5625$. Unbiased: $2.125/6+1/2-2\cdot3.5625/6=-0.333$. Biased: $5.125/9+3/4-2\cdot3.5625/6=0.132$. The sign
# differs.
#
# **The truth of this notebook.** Take both samples from one and the same law, $\mathcal N(0,I_d)$. The difference of
# two draws is $\mathcal N(0,2I_d)$, and each of its coordinates $z$ contributes a factor
# $\mathbb E\,e^{-\gamma z^2}=\int e^{-\gamma z^2-z^2/4}\,dz\,/\sqrt{4\pi}=(1+4\gamma)^{-1/2}$, so
# $\mathbb E\,k(x,x')=(1+4\gamma)^{-d/2}$. All pairs of different points have this mean, the $n$ and $m$ pairs on the
# diagonals have 1. The biased estimate has the mean
#
# $$\Big(\frac1n+\frac1m\Big)\big(1-(1+4\gamma)^{-d/2}\big),$$
#
# which for $d=2$, $\gamma=1$ and $n=m=20$ is $\frac1{10}\cdot\frac45=0.08$, without any difference between the domains.
#
# Compute the distances from differences. $\lVert x\rVert^2+\lVert y\rVert^2-2x^\top y$ is the same on paper; in float32
# and far from the origin nothing of it is left.


# %% [markdown] hints="mmd2"
# idea: One kernel matrix for each of three pairs of samples, and a weighted mean of each.
#
# shapes: (n, 1, d) minus (m, d) is (n, m, d); its squares summed over d are (n, m). The blocks are (n, n), (m, m) and
# (n, m).
#
# steps: Kernel of source with source, target with target, across. For the unbiased estimate subtract the diagonal from
# the first two sums, and divide by the number of pairs of different points. Combine with the factor for the cross term.
#
# mistake: The diagonal has gone, but the sum is still divided by n².


# %% question="mmd2" minutes=25
def rbf_kernel(
    x: Float[Tensor, "n d"], y: Float[Tensor, "m d"], gamma: float
) -> Float[Tensor, "n m"]:
    """The Gaussian kernel exp(-gamma ||x_i - y_j||^2) between all rows of two samples.

    Args:
        x: n points; coordinates up to ±1e4, in float32, too.
        y: m points, likewise.
        gamma: a positive number, which multiplies the squared Euclidean distance as it is.

    Returns:
        The kernel of row i of ``x`` and row j of ``y`` at [i, j], at most 1. Autograd can
        differentiate it with respect to both; the gradient is finite where points coincide, too.
    """
    ### BEGIN SOLUTION
    return torch.exp(-gamma * (x[:, None] - y).square().sum(-1))
    ### END SOLUTION


def mmd2(
    xs: Float[Tensor, "n d"], xt: Float[Tensor, "m d"], gamma: float, unbiased: bool
) -> Float[Tensor, ""]:
    """Squared maximum mean discrepancy of two samples, biased or unbiased, as above.

    Args:
        xs: the source's sample, n rows.
        xt: the target's sample, m rows.
        gamma: of the Gaussian kernel.
        unbiased: leave the diagonals out of the two sums within a sample. Otherwise all pairs
            count.

    Returns:
        The estimate, as it is: the unbiased one may be negative. Autograd can differentiate it with
        respect to both samples.

    Raises:
        ValueError: ``unbiased`` and n or m is below 2.
    """
    ### BEGIN SOLUTION
    n, m = len(xs), len(xt)
    if unbiased and min(n, m) < 2:
        raise ValueError("a single point has no pair")
    within_s, within_t = rbf_kernel(xs, xs, gamma), rbf_kernel(xt, xt, gamma)
    across = rbf_kernel(xs, xt, gamma).mean()
    if unbiased:
        mean_s = (within_s.sum() - within_s.trace()) / (n * (n - 1))
        mean_t = (within_t.sum() - within_t.trace()) / (m * (m - 1))
    else:
        mean_s, mean_t = within_s.mean(), within_t.mean()
    return mean_s + mean_t - 2 * across
    ### END SOLUTION


# %% [markdown]
# One reads now and then that an MMD² below 0.1 means that two domains are close. Below are 400 pairs of samples of
# **the same** law, at each of four sample sizes.


# %% tags=["predict"]
# Ten and ten points of one and the same law, twenty and twenty: the mean of each estimate? The truth is 0.
predict("MMD² of a law with itself", biased_10=..., biased_20=..., unbiased_10=...)


# %% tags=["demo"]
@demo
def one_law_twice(seed: int = 0) -> dict[str, float]:
    """Both estimates of MMD² between two samples of one Gaussian law, at four sample sizes."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    sizes, numbers = [10, 20, 50, 100], {}
    fig, axes = plt.subplots(1, 2, sharey=True, figsize=(9, 3.6))
    for ax, unbiased in zip(axes, (False, True), strict=True):
        draws = []
        for n in sizes:
            pairs = torch.randn(400, 2, n, 2, generator=generator)
            draws.append([mmd2(a, b, 1.0, unbiased).item() for a, b in pairs])
            numbers[f"{'unbiased' if unbiased else 'biased'}_{n}"] = float(np.mean(draws[-1]))
        look = {f"{part}props": {"color": "C0"} for part in ("box", "whisker", "cap", "median")}
        mean = {"marker": "o", "markerfacecolor": "C0", "markeredgecolor": "C0"}
        names = [str(n) for n in sizes]
        ax.boxplot(
            draws, tick_labels=names, showfliers=False, showmeans=True, meanprops=mean, **look
        )
        truth = [0.0 if unbiased else 2 / n * 0.8 for n in sizes]
        ax.plot(range(1, 5), truth, "--", color="C1")
        ax.set(xlabel="n = m", title="unbiased" if unbiased else "biased")
        if unbiased:
            numbers["negative_share"] = float(np.mean([value < 0 for value in draws[-1]]))
    guess = guesses("MMD² of a law with itself")
    for place, ax, name in (
        (1, axes[0], "biased_10"),
        (2, axes[0], "biased_20"),
        (1, axes[1], "unbiased_10"),
    ):
        if isinstance(guess.get(name), (int, float)):
            ax.plot(place, guess[name], "X", ms=10, color="C3")
    axes[0].set_ylabel("estimate of MMD²")
    return numbers


# %% [markdown]
# The biased estimate of 20 points is around 0.08, that of 10 points around 0.16, beyond the "limit"; and there is no
# difference to be found. Dots are means over the draws; the dashed line is the truth from above. The unbiased estimate
# is around 0 at every size, and below 0 in more than half of the draws. A number without its $n$, its kernel and its
# estimate says nothing; compare it with what random splits of the pooled sample give.


# %% [markdown]
# ## 3. Did it help?
#
# Let $\varepsilon_0$ be the error of a model trained on the target alone, $\varepsilon_T$ that of the one which used
# the source. Transfer is a success if $\varepsilon_T<\varepsilon_0$, and **negative** if $\varepsilon_T>\varepsilon_0$.
# Both depend on the number of labels, so plot accuracy against labels and read the plot in two ways:
#
# - **vertically**: the *gain* at equal labels, $\mathrm{acc}_{\text{transfer}}-\mathrm{acc}_{\text{scratch}}$. Negative
#   transfer is where it is below 0.
# - **horizontally**: how many labels each curve needs for the same accuracy $a$. Their quotient
#   $N_{\text{scratch}}(a)/N_{\text{transfer}}(a)$ is the factor by which labels are saved; below 1 it is a loss.
#
# ![Two curves of accuracy against labels on a logarithmic axis. A vertical arrow between them is the gain, a horizontal one the saving: at 0.7 the transfer curve needs 16 labels, the other 11.](pictures/transfer_learning/reading.svg)
#
# A curve is known at a few numbers of labels only. Accuracy grows about evenly with the *logarithm* of the number of
# labels, so between two of its points we go along a straight line over $\log_{10}N$. With neighbours $(N_i,a_i)$ and
# $(N_{i+1},a_{i+1})$, $a_i<a\le a_{i+1}$,
#
# $$\log_{10}N(a)=\log_{10}N_i+\frac{a-a_i}{a_{i+1}-a_i}\big(\log_{10}N_{i+1}-\log_{10}N_i\big).$$
#
# Measured curves dip. What counts is the **first** place where the accuracy is reached. If the first point is there
# already, the answer is $N_1$: what would be below it was not measured. If no point gets there, the answer is $\infty$.
#
# **By hand.** Labels $1,4,16$; scratch $0.2,0.4,0.8$; transfer $0.4,0.6,0.7$. The gain is $(0.2,0.2,-0.1)$: negative
# transfer at 16. For $a=0.4$ scratch needs 4, transfer 1: a factor 4. For $a=0.7$ scratch needs $4\cdot4^{3/4}=11.31$
# and transfer 16: the factor is $0.707$. The same pair of curves saves and costs.


# %% [markdown] hints="transfer_report"
# idea: Read each curve from left to right until it reaches the accuracy; then ask where between the last two points it
# was.
#
# shapes: The three arrays are (k,); gain and negative are (k,); the factor is one number.
#
# steps: Find the first index that is there. None: infinity. Index 0: the first number of labels. Otherwise interpolate
# between it and the one before, in log10, and come back by a power of ten. The factor is a quotient; look at its
# infinities one by one.
#
# mistake: `np.interp` of the labels over the accuracies needs sorted accuracies; on a curve that dips it is silently
# wrong.


# %% question="transfer_report" minutes=20
def labels_needed(
    n_labels: Int[np.ndarray, " k"], acc: Float[np.ndarray, " k"], target_acc: float
) -> float:
    """Number of labels at which a curve first reaches an accuracy.

    Args:
        n_labels: numbers of labels, at least 1, strictly increasing; k >= 1.
        acc: the accuracy at each. It need not increase.
        target_acc: the accuracy to be reached; an equal one has reached it.

    Returns:
        One number. With i the first index whose accuracy is at least ``target_acc``:
        n_labels[0] if i is 0; otherwise the number where the straight line over log10 of the labels
        between the points i - 1 and i has the value ``target_acc``; inf if there is no such index.
    """
    ### BEGIN SOLUTION
    reached = np.flatnonzero(acc >= target_acc)
    if len(reached) == 0:
        return math.inf
    i = reached[0]
    if i == 0:
        return float(n_labels[0])
    low, high = np.log10(n_labels[i - 1]), np.log10(n_labels[i])
    part = (target_acc - acc[i - 1]) / (acc[i] - acc[i - 1])
    return float(10 ** (low + part * (high - low)))
    ### END SOLUTION


def transfer_report(
    n_labels: Int[np.ndarray, " k"],
    acc_scratch: Float[np.ndarray, " k"],
    acc_transfer: Float[np.ndarray, " k"],
    target_acc: float,
) -> tuple[Float[np.ndarray, " k"], Bool[np.ndarray, " k"], float]:
    """Read two curves of accuracy against labels, vertically and horizontally.

    Args:
        n_labels: numbers of labels, at least 1, strictly increasing.
        acc_scratch: accuracy of the model that was trained on the target alone.
        acc_transfer: accuracy of the model with transfer.
        target_acc: the accuracy for the horizontal reading.

    Returns:
        The gain in accuracy at each number of labels; whether it is negative transfer there (equal
        accuracies are not); and the labels that scratch needs over those that transfer needs, one
        number: inf if only transfer gets there, 0 if only scratch does, nan if neither does.
    """
    ### BEGIN SOLUTION
    gain = acc_transfer - acc_scratch
    scratch = labels_needed(n_labels, acc_scratch, target_acc)
    transfer = labels_needed(n_labels, acc_transfer, target_acc)
    return gain, gain < 0, scratch / transfer
    ### END SOLUTION


# %% [markdown]
# ## 4. Which layers move, and how fast
#
# Yosinski and colleagues cut trained networks at every layer. The lower layers had learned edges and strokes that serve
# any pictures; the upper ones belonged to their task. Hence the usual recipe: **freeze** the lowest layers, let the
# next ones move slowly, and the new head fast. With layers $i=0,\dots,n-1$ from below,
#
# $$\eta_i=\eta\cdot\rho^{\,n-1-i},\qquad 0<\rho\le1,$$
#
# so that the last layer, the head, learns at the full rate $\eta$.
#
# ![Four layers from below: the first frozen, then rates of 0.0025, 0.005 and 0.01.](pictures/transfer_learning/layers.svg)
#
# A frozen parameter stays **out of the optimizer**, too. One that is in it with a gradient of 0 is still moved by
# weight decay, and by the momentum of earlier steps. And `layer.eval()` freezes nothing: it changes how dropout and
# batch norm behave.
#
# **By hand.** Four layers, one frozen, $\eta=0.01$, $\rho=\frac12$: the rates of the other three are $(0.0025, 0.005,
# 0.01)$.
#
# Two things happen in real networks. Some layers have no parameters (an activation): they count as a layer but give no
# group. And one parameter may occur in two layers (tied embeddings): an optimizer refuses it twice. It belongs to the
# lowest layer that has it.


# %% [markdown] hints="transfer_param_groups"
# idea: Walk through the layers from below. What has been met is remembered; what is met for the first time is frozen or
# gets its layer's rate.
#
# shapes: n layers; at most n - n_frozen groups, each a dictionary with a list of parameters and one number.
#
# steps: Check the number. For each layer, keep those of its parameters that were not met before; set their
# `requires_grad`; if the layer is not frozen and anything was kept, append a group.
#
# mistake: Parameters are compared by identity. `p in list_of_parameters` compares values, entry by entry.


# %% question="transfer_param_groups" minutes=20
def transfer_param_groups(
    layers: list[nn.Module], n_frozen: int, base_lr: float, decay: float
) -> list[dict[str, object]]:
    """Freeze the lowest layers and make the optimizer's groups for the others.

    Changes ``requires_grad`` of the parameters, and nothing else: neither values, nor whether a
    layer, or a module within it, is in training mode.

    Args:
        layers: n modules, the lowest first. Some may have no parameters; a parameter may occur in
            several layers and belongs to the lowest of them.
        n_frozen: how many of them are frozen, counted from below, those without parameters
            included; 0 to n.
        base_lr: rate of the last layer.
        decay: from each layer to the one below the rate is multiplied by it.

    Returns:
        One group per layer that is not frozen and has parameters of its own, the lowest layer
        first: ``{"params": [...], "lr": base_lr * decay ** (n - 1 - i)}``, where i is the layer's
        index among all n; the parameters are in the order of ``layer.parameters()``. Parameters of
        frozen layers are in no group and have ``requires_grad`` False; all others have it True,
        whatever it was before.

    Raises:
        ValueError: ``n_frozen`` is negative or above n.
    """
    ### BEGIN SOLUTION
    n = len(layers)
    if not 0 <= n_frozen <= n:
        raise ValueError("n_frozen is the number of layers to freeze")
    groups: list[dict[str, object]] = []
    met: set[int] = set()
    for i, layer in enumerate(layers):
        own = [p for p in layer.parameters() if id(p) not in met]
        met.update(id(p) for p in own)
        for p in own:
            p.requires_grad_(i >= n_frozen)
        if i >= n_frozen and own:
            groups.append({"params": own, "lr": base_lr * decay ** (n - 1 - i)})
    return groups
    ### END SOLUTION


# %% [markdown]
# ## 5. Do not go far from home
#
# Weight decay pulls all weights towards 0. That is right for weights that began near 0; for borrowed ones it says:
# forget. **L2-SP** pulls each borrowed weight towards where it started, $w^0$, its **starting point**, and only the new
# ones, such as the head's, towards 0:
#
# $$\Omega=\frac\alpha2\sum_{w\ \text{borrowed}}\lVert w-w^0\rVert^2+\frac\beta2\sum_{w\ \text{new}}\lVert w\rVert^2 .$$
#
# Its gradient is $\alpha(w-w^0)$ and $\beta w$: a spring each. Seen as a prior it says that the target's weights are
# normally distributed around the source's, with variance $1/\alpha$. $w^0$ is a constant. If it is the very tensor that
# is being trained, the penalty is 0 for ever and holds nothing.
#
# **By hand.** A borrowed $w=(3,1)$ with $w^0=(1,2)$: $\lVert w-w^0\rVert^2=4+1=5$. A new head $(2)$: 4. With
# $\alpha=0.2$, $\beta=0.1$: $\Omega=0.1\cdot5+0.05\cdot4=0.7$.


# %% [markdown] hints="l2_sp_penalty"
# idea: Two sums with two anchors: for borrowed names the old value, for new names zero.
#
# shapes: Each entry may have any shape; what is added is one number per entry.
#
# steps: Go through the names of what is trained. If the old dictionary knows the name, square the difference to its
# detached value, otherwise the value. Sum; weigh the two sums and halve them.


# %% question="l2_sp_penalty" minutes=15
def l2_sp_penalty(
    params: dict[str, Float[Tensor, "..."]],
    pretrained: dict[str, Float[Tensor, "..."]],
    alpha: float,
    beta: float,
) -> Float[Tensor, ""]:
    """The L2-SP penalty: borrowed parameters are pulled to where they started, new ones to 0.

    Args:
        params: what is trained, by name; at least one; any shapes.
        pretrained: the starting points by name. A name that is also in ``params`` has the same
            shape there; a name that is not is ignored (the source's old head).
        alpha: strength for names that are in both.
        beta: strength for names in ``params`` alone.

    Returns:
        alpha / 2 times the sum of squared differences, which may be tiny beside the parameters, plus
        beta / 2 times the sum of squares, of all entries, those of biases included: sums, not
        means. Autograd can differentiate it with respect to ``params``, also where they are at
        their starting points, as all are before the first step: there the gradient is 0. Starting
        points are constants, and no gradient goes to them, even if they require one.
    """
    ### BEGIN SOLUTION
    total = 0.0
    for name, p in params.items():
        if name in pretrained:
            total = total + 0.5 * alpha * (p - pretrained[name].detach()).square().sum()
        else:
            total = total + 0.5 * beta * p.square().sum()
    return total
    ### END SOLUTION


# %% [markdown]
# ## 6. Features that look alike
#
# Now the transductive case: labels in the source alone. A body is wanted whose features are good for the source's
# labels **and** do not tell source from target. The head on them, trained on the source, then has a chance in the
# target. As a loss:
#
# $$L=\underbrace{-\frac1B\sum_{b}\log p(y_b\mid x_b)}_{\text{cross-entropy, source}}\;+\;\lambda\,\widehat{\mathrm{MMD}}{}^2_b\big(\{h_S\},\{h_T\}\big),$$
#
# with $h=\mathrm{body}(x)$. The gradient of the second term flows into the body through both samples. The biased
# estimate is the usual choice here: within a training run its bias hardly moves, and it is bounded below. It is
# squared; the root would have an infinite slope at 0.
#
# **By hand.** Two classes with equal logits: the cross-entropy is $\log2=0.693$. One feature each, $h_S=0$ and $h_T=1$,
# $\gamma=\log2$: $\widehat{\mathrm{MMD}}{}^2=1+1-2\cdot\frac12=1$. With $\lambda=0.5$, $L=0.693+0.5=1.193$.


# %% [markdown] hints="da_loss"
# idea: One line per term; both functions exist.
#
# shapes: Logits (B, K) and labels (B,) are the source's. The two samples of features may differ in their number of rows.
#
# steps: Mean cross-entropy; question 2 on the features, with the diagonal; the weighted sum. Return all three.
#
# mistake: Anything detached: the body then never learns to make the domains alike.


# %% question="da_loss" minutes=15
def da_loss(
    logits_s: Float[Tensor, "B K"],
    y_s: Int[Tensor, " B"],
    feat_s: Float[Tensor, "B p"],
    feat_t: Float[Tensor, "m p"],
    lam: float,
    gamma: float,
) -> tuple[Float[Tensor, ""], Float[Tensor, ""], Float[Tensor, ""]]:
    """Cross-entropy of the source plus lam times the biased MMD² of the features.

    Args:
        logits_s: the head's outputs on the source's batch; any finite values, ±1000 included.
        y_s: the source's classes.
        feat_s: features of the source's batch.
        feat_t: features of the target's batch; it may have another number of rows, 1 included.
        lam: weight of the second term; 0 switches it off.
        gamma: of the Gaussian kernel.

    Returns:
        The total loss, the mean cross-entropy over the batch, and the biased MMD² (not yet
        multiplied by ``lam``). Autograd can differentiate each with respect to the logits and both
        samples of features, as far as it depends on them.
    """
    ### BEGIN SOLUTION
    ce = F.cross_entropy(logits_s, y_s)
    mmd = mmd2(feat_s, feat_t, gamma, unbiased=False)
    return ce + lam * mmd, ce, mmd
    ### END SOLUTION


# %% [markdown]
# ## 7. What can be promised
#
# Ben-David and colleagues bound the target's error of a classifier $h$ by
#
# $$\varepsilon_T(h)\le\varepsilon_S(h)+\tfrac12 d_{\mathcal H\Delta\mathcal H}+\lambda^*,$$
#
# where $d$ says how well two classifiers' disagreement tells the domains apart, and $\lambda^*$ is the error of the
# best single classifier for both domains together. Nobody can compute $d$. A stand-in, the **proxy A-distance**, trains
# a classifier to tell source from target: with error $\varepsilon$ on held-out rows, half of which are of each domain,
#
# $$\hat d_A=\max\big(0,\,2(1-2\varepsilon)\big).$$
#
# It is 0 if the domains cannot be told apart ($\varepsilon=\frac12$) and 2 if they always can. Errors above $\frac12$
# are bad luck of a finite sample, and count as $\frac12$. Aligning features lowers $d$; it says nothing about
# $\lambda^*$, which may grow meanwhile. `domain_adaptation` goes further into this theory.
#
# **By hand.** A domain classifier that errs on a fifth of the rows: $\hat d_A=2(1-0.4)=1.2$. With $\varepsilon_S=0.1$
# and $\lambda^*=0.05$ the bound is $0.1+0.6+0.05=0.75$: true, and no great help.


# %% [markdown] hints="proxy_a_distance"
# idea: Two lines of arithmetic. What matters is which end of the scale an error of 0 belongs to.
#
# shapes: Numbers in, a number out.
#
# steps: Scale the error so that 1/2 becomes 0 and 0 becomes 2, and cut off below. Add up the bound with half of the
# distance.


# %% question="proxy_a_distance" minutes=10 further
def proxy_a_distance(domain_error: float) -> float:
    """Proxy A-distance from the error of a classifier that tells the domains apart.

    Args:
        domain_error: its error (not its accuracy) on a balanced held-out sample, from 0 to 1.

    Returns:
        A number from 0 to 2; 0 for errors of 1/2 and above.
    """
    ### BEGIN SOLUTION
    return max(0.0, 2 * (1 - 2 * domain_error))
    ### END SOLUTION


def ben_david_bound(eps_s: float, d: float, lam_star: float) -> float:
    """The right side of the bound above; it may exceed 1.

    Args:
        eps_s: error in the source.
        d: the distance d_{H delta H}, from 0 to 2.
        lam_star: error of the best classifier for both domains, summed over the two.

    Returns:
        The bound on the target's error.
    """
    ### BEGIN SOLUTION
    return eps_s + d / 2 + lam_star
    ### END SOLUTION


# %% [markdown]
# ## 8. Align first, then spend the labels
#
# The whole procedure has two stages. **Stage 1** sees labelled source and unlabelled target rows, and minimises the
# loss of question 6. **Stage 2** takes the few labels of the target and minimises their cross-entropy alone: there is
# nothing to be aligned any more, and the source is not needed. The second stage has an optimizer of its own. Adam
# remembers the gradients of the past, and those of stage 1 belong to another loss.
#
# **By hand.** Adam's first step moves each weight by $\eta$ against the sign of its gradient, whatever the gradient's
# size (up to Adam's tiny $\epsilon$). So with $\eta=0.1$ the first step of *each* stage moves every weight whose
# gradient is not 0 by $0.1$.


# %% [markdown] hints="train_with_mmd"
# idea: Two ordinary training loops, one after the other. The first uses question 6.
#
# shapes: Row s of `src_idx` and of `tgt_idx` is the batch of step s. The features of both go through the same network;
# only those of the source go to the classifier.
#
# steps: An Adam for the parameters of both networks. For each row: features, loss, record, gradients to zero, backward,
# step. A new Adam; then `ft_steps` times the same with all labelled target rows and the cross-entropy.
#
# mistake: Only the classifier's parameters in the optimizer.


# %% question="train_with_mmd" minutes=30 further
def train_with_mmd(
    feat: nn.Module,
    clf: nn.Module,
    Xs: Float[Tensor, "n d"],
    ys: Int[Tensor, " n"],
    Xu: Float[Tensor, "m d"],
    Xl: Float[Tensor, "k d"],
    yl: Int[Tensor, " k"],
    src_idx: Int[Tensor, "S b"],
    tgt_idx: Int[Tensor, "S c"],
    ft_steps: int,
    lam: float,
    gamma: float,
    lr: float,
) -> dict[str, list[float]]:
    """Train in two stages: source and alignment, then the target's few labels.

    Changes the parameters of ``feat`` and ``clf`` and their gradients, and nothing else: not
    whether a network is in training mode. Every step is one of
    ``torch.optim.Adam`` with the rate ``lr`` and otherwise its defaults, on all parameters of both
    networks; each stage begins with a new one. Gradients that the parameters bring along do not
    count.

    Args:
        feat: from rows to features, each row by itself.
        clf: from features to logits, which may be large: ±1000.
        Xs: labelled rows of the source.
        ys: their classes.
        Xu: unlabelled rows of the target.
        Xl: labelled rows of the target.
        yl: their classes.
        src_idx: rows of ``Xs`` for each of the S steps of stage 1.
        tgt_idx: rows of ``Xu`` for each of them, fewer or more than b. S may be 0: then stage 2 is all there is.
        ft_steps: steps of stage 2, each on all k rows of ``Xl``; it may be 0, and then k may be 0.
        lam: weight of the MMD² in stage 1.
        gamma: of its kernel.
        lr: rate of both stages.

    Returns:
        Lists of Python floats, each recorded before its step: "total", "ce" and "mmd2", the three
        losses of question 6, of length S, and "fine_tune", the mean cross-entropy of stage 2, of
        length ``ft_steps``.
    """
    ### BEGIN SOLUTION
    params = [*feat.parameters(), *clf.parameters()]
    history: dict[str, list[float]] = {"total": [], "ce": [], "mmd2": [], "fine_tune": []}
    optimizer = torch.optim.Adam(params, lr=lr)
    for i, j in zip(src_idx, tgt_idx, strict=True):
        feat_s, feat_t = feat(Xs[i]), feat(Xu[j])
        total, ce, mmd = da_loss(clf(feat_s), ys[i], feat_s, feat_t, lam, gamma)
        for name, value in (("total", total), ("ce", ce), ("mmd2", mmd)):
            history[name].append(value.item())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    optimizer = torch.optim.Adam(params, lr=lr)
    for _ in range(ft_steps):
        loss = F.cross_entropy(clf(feat(Xl)), yl)
        history["fine_tune"].append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return history
    ### END SOLUTION


# %% [markdown]
# A small world, of which everything is known. In the source the class $y=\pm1$ is where $x_1$ is: $x=(y,0)$ plus noise.
# The target is recorded with another device: the same, **moved by $(1,2)$**. The negatives of the target now stand
# where the source has its border, and a network that knows only the source guesses there. It can see that the domains
# differ: $x_2$ tells. Nobody gives it a label in the target; but its *features* are asked to look alike.
#
# **Turn the knob** $\lambda$ (`lam`). At 0 the border goes through the negatives of the target, and fewer than 8 in 10
# are right. At 3 it leans, passes between the target's classes, and at least 98 in 100 are right.


# %%
def toy_world(
    n: int, positive: float, target: bool, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Rows (n, 2) and classes of the source or the target; ``positive`` is the share of class 1."""
    y = (torch.rand(n, generator=generator) < positive).long()
    x = torch.stack([2.0 * y - 1, torch.zeros(n)], 1) + 0.35 * torch.randn(
        n, 2, generator=generator
    )
    return (x + torch.tensor([1.0, 2.0]) if target else x), y


def toy_run(
    lam: float, positive: float, seed: int
) -> tuple[nn.Module, dict[str, list[float]], float]:
    """Train on a balanced source and an unlabelled target: the network, its history, its accuracy in the target."""
    generator = torch.Generator().manual_seed(seed)
    Xs, ys = toy_world(500, 0.5, False, generator)
    Xu, _ = toy_world(500, positive, True, generator)
    Xe, ye = toy_world(1000, positive, True, generator)
    rows = torch.randint(500, (2, 300, 64), generator=generator)
    torch.manual_seed(seed)
    feat, clf = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)), nn.Linear(2, 2)
    history = train_with_mmd(
        feat, clf, Xs, ys, Xu, Xe[:0], ye[:0], rows[0], rows[1], 0, lam, 1.0, 0.01
    )
    net = nn.Sequential(feat, clf)
    return net, history, accuracy(net, Xe, ye)


def show_border(ax, net: nn.Module, positive: float, seed: int, title: str) -> None:
    """Both domains of the small world, and where ``net`` changes its mind."""
    generator, span = torch.Generator().manual_seed(seed + 1), torch.linspace(-2.5, 4, 80)
    x1, x2 = torch.meshgrid(span, span, indexing="xy")
    with torch.no_grad():
        logits = net(torch.stack([x1.flatten(), x2.flatten()], 1))
    for target, marker in ((False, "."), (True, "x")):
        X, y = toy_world(150, positive if target else 0.5, target, generator)
        for c in (0, 1):
            ax.plot(*X[y == c].T, marker, color=f"C{c}", ms=5, alpha=0.6)
    ax.contour(
        x1, x2, (logits[:, 1] - logits[:, 0]).view(80, 80), levels=[0], colors="0.45", linewidths=2
    )
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title=title)


# %% tags=["demo"]
@demo(lam=(0.0, 10.0))
def align(lam: float = 3.0, seed: int = 0) -> dict[str, float]:
    """The border in the small world, without and with the MMD term; dots are the source, crosses the target."""
    import matplotlib.pyplot as plt

    net, history, right = toy_run(lam, 0.5, seed)
    blind, _, control = toy_run(0.0, 0.5, seed)
    fig, axes = plt.subplots(1, 3, figsize=(11, 3.6))
    show_border(axes[0], blind, 0.5, seed, f"λ = 0: {control:.2f} of the target right")
    show_border(axes[1], net, 0.5, seed, f"λ = {lam:g}: {right:.2f} of the target right")
    axes[2].plot(history["mmd2"], color="C2")
    axes[2].set(
        xlabel="step of stage 1",
        ylabel="MMD² of the features",
        title=f"λ = {lam:g}",
        ylim=(0, None),
    )
    return {"aligned": right, "control": control}


# %% [markdown]
# And when does alignment cost? Let the target have nine positives in ten, while the source still has half. Nothing else
# has changed. The *laws* of the features can become alike only if two fifths of the target, all of them positives, get
# features of negatives. Cross-entropy does not object: it never sees a label of the target.


# %% tags=["predict"]
# The same world, nine positives in ten in the target. Which share of it is right without alignment, and at lambda = 3?
predict("right with nine positives in ten", unaligned=..., aligned=...)


# %% tags=["demo"]
@demo
def label_shift(seed: int = 0) -> dict[str, float]:
    """Accuracy and MMD² against lambda, in a balanced target and in one with nine positives in ten."""
    import matplotlib.pyplot as plt

    lams, numbers = [0.0, 1.0, 3.0, 10.0], {}
    fig, (border, left, right) = plt.subplots(1, 3, figsize=(11, 3.6))
    for positive, colour in ((0.5, "C0"), (0.9, "C1")):
        runs = [toy_run(lam, positive, seed) for lam in lams]
        hits = [run[2] for run in runs]
        gaps = [float(np.mean(run[1]["mmd2"][-20:])) for run in runs]
        left.plot(range(4), hits, "o-", color=colour, label=f"{positive:.0%} positive")
        right.semilogy(range(4), gaps, "o-", color=colour, label=f"{positive:.0%} positive")
        for lam, hit, gap in zip(lams, hits, gaps, strict=True):
            numbers[f"{positive}_{lam:g}"] = hit
            numbers[f"mmd_{positive}_{lam:g}"] = gap
    show_border(border, runs[2][0], 0.9, seed, "nine in ten positive, λ = 3")
    guess = guesses("right with nine positives in ten")
    for place, name in ((0, "unaligned"), (2, "aligned")):
        if isinstance(guess.get(name), (int, float)):
            left.plot(place, guess[name], "X", ms=10, color="C3")
    for ax in (left, right):
        ax.set_xticks(range(4), [f"{lam:g}" for lam in lams])
        ax.set_xlabel("λ")
        ax.legend()
    left.set(ylabel="accuracy in the target", ylim=(0.4, 1.03))
    right.set(ylabel="MMD² of the features")
    return numbers


# %% [markdown]
# Without alignment more than 9 in 10 are right; at $\lambda=3$ fewer than 7 in 10: **negative transfer**. The MMD²
# falls as it should, below a tenth of what it was: from unlabelled data alone you could not tell this run from the good
# one. MMD compares laws, and a law has shares of classes in it. In terms of question 7, $d$ has become small and
# $\lambda^*$ has grown. So ask first whether the shares are the same; `domain_adaptation` has remedies where they are
# not.


# %% [markdown]
# ## Payoff: an alphabet from one example of each letter
#
# Now the question of the title, with your functions. The body has learned the Latin, Greek and Cyrillic letters. Then
# Georgian, with 1, 4 or 16 examples per letter, read in faces that nobody has seen; a guess would be right once in 32.
# Five ways, 300 steps each:
#
# - **scratch**: a new body, everything trained. The control.
# - **frozen**: the borrowed body as it is, a new head.
# - **fine-tuned**: everything moves, by the rates of question 4: the head at full rate, each layer below at half of the
#   one above.
# - **L2-SP**: the same, held by question 5; for one example per letter alone.
# - **shuffled**: a frozen body that learned shuffled labels of such pictures. What does a body do that has learned the
#   wrong thing?
#
# One body of each kind; the seed draws the examples, the test pictures, the heads and the new bodies. Scratch has the
# better of two rates that were tried.


# %% tags=["predict"]
# 32 letters that the body has never seen, one example of each: which share will be read right? Chance is .03.
predict(
    "accuracy from one example per letter", scratch=..., frozen=..., fine_tuned=..., shuffled=...
)


# %% tags=["demo"]
@demo
def one_example_per_letter(seed: int = 0) -> dict[str, float]:
    """Georgian letters from 1 to 16 examples each: scratch, a borrowed body used in three ways, and a wrong body."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars, label_ends

    generator = torch.Generator().manual_seed(seed)
    counts, steps = np.array([1, 4, 16]), 300
    sheets = letter_sheets("target")
    pool, _ = photograph(sheets[:, TRAIN_FACES], 2, generator)
    x_test, y_test = photograph(sheets[:, TEST_FACES], 5, generator)
    order = torch.randperm(16, generator=generator)
    body, shuffled = borrowed_body("trained"), borrowed_body("shuffled")

    def tuned(
        layers: list[nn.Module], lr: float, decay: float, x: Tensor, y: Tensor, alpha: float = 0.0
    ) -> float:
        """Train all of these layers and a new head; a positive alpha switches L2-SP on."""
        layers = [*copy.deepcopy(layers), new_head(32, seed)]
        groups = transfer_param_groups(layers, 0, lr, decay)
        params = dict(nn.Sequential(*layers).named_parameters())
        start = {
            name: p.detach().clone() for name, p in params.items() if not name.startswith("3.")
        }
        pull = (
            functools.partial(l2_sp_penalty, params, start, alpha, alpha / 100) if alpha else None
        )
        return accuracy(fit(layers, groups, x, y, steps, seed, pull), x_test, y_test)

    def frozen(layers: list[nn.Module], x: Tensor, y: Tensor) -> float:
        """Train a new head on features that are computed once."""
        layers = [*layers, new_head(32, seed)]
        groups, trunk = transfer_param_groups(layers, 3, 1e-2, 1.0), nn.Sequential(*layers[:3])
        with torch.no_grad():
            h, h_test = trunk(x), trunk(x_test)
        return accuracy(fit(layers[3:], groups, h, y, steps, seed), h_test, y_test)

    curves: dict[str, list[float]] = {
        way: [] for way in ("scratch", "frozen", "fine-tuned", "L2-SP", "shuffled")
    }
    for k in counts.tolist():
        x, y = (
            pool.view(32, 16, 1, 16, 16)[:, order[:k]].flatten(0, 1),
            torch.arange(32).repeat_interleave(k),
        )
        curves["scratch"].append(tuned(new_body(100 + seed), 4e-3, 1.0, x, y))
        curves["frozen"].append(frozen(body, x, y))
        curves["fine-tuned"].append(tuned(body, 5e-3, 0.5, x, y))
        if k == 1:
            curves["L2-SP"].append(tuned(body, 5e-3, 0.5, x, y, 0.1))
        curves["shuffled"].append(frozen(shuffled, x, y))
    results = {way: np.array(curve) for way, curve in curves.items()}
    colours = dict(zip(results, ["0.5", "C0", "C2", "C4", "C1"], strict=True))
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), width_ratios=[3, 2])
    for way, curve in results.items():
        if way != "L2-SP":
            left.semilogx(counts, curve, "o-", color=colours[way], label=way)
    left.set_xticks(counts, [str(n) for n in counts])
    left.set(xlabel="examples per letter", ylabel="accuracy on unseen faces", ylim=(0, 1))
    label_ends(left)
    guess = guesses("accuracy from one example per letter")
    guessed = guess | {"fine-tuned": guess.get("fine_tuned")}
    bars(
        right,
        {way: float(curve[0]) for way, curve in results.items()},
        list(colours.values()),
        "%.2f",
        guessed,
    )
    right.set(xlabel="accuracy from one example per letter", xlim=(0, 0.5))
    target = float(results["scratch"][2])
    gain, _, saved = transfer_report(counts, results["scratch"], results["frozen"], target)
    _, negative, _ = transfer_report(counts, results["scratch"], results["shuffled"], target)
    left.set_title(f"frozen: {saved:.1f} times fewer labels for what scratch does with 16")
    numbers = {
        f"{way}_{k}": float(a)
        for way, curve in results.items()
        for k, a in zip(counts, curve, strict=False)
    }
    return numbers | {"saved": saved, "gain_1": float(gain[0]), "negative": float(negative.mean())}


# %% [markdown]
# With one example per letter the frozen body reads more than twice as many letters as a new one. For what scratch reads
# with 16 examples it needs three to five times fewer. Letting everything move at once costs a little when there is one
# example: fine-tuned is behind frozen, and L2-SP makes up a part of that. With 16 examples frozen and fine-tuned are
# within .04 of each other: what is worth moving can be learned by then.
#
# The shuffled body has seen the same letters for as many steps, and is a burden at every number of labels: with 16
# examples it reads about half of what a new body does. That is **negative transfer**; a body is worth the question that
# it was asked.
#
# Two cautions. Part of what is saved are *steps*, not labels: with five times the steps the first look finds a factor
# near 3 where this picture shows 3 to 5. And at 64 examples per letter there is little left to save. **Three times
# fewer labels when they are scarce, little when there are plenty, a loss when the body learned the wrong thing or when
# the shares of classes moved and you aligned all the same.**
#
# ## What you built, and where it goes next
#
# - A name for each transfer problem, from what differs and who has labels.
# - Two estimates of how far apart two samples are, and which of them is 0 for equal laws.
# - A report that reads curves horizontally, and says when it was negative.
# - Freezing, rates by layer, L2-SP: three ways to hold on to what is borrowed.
# - Alignment of features, and a case in which it must not be used.
#
# `domain_adaptation` goes on with several kernels and adversaries. Fine-tuning has more ways to hold on and to save
# (forgetting, adapters, LoRA), and few-shot learning trains bodies to be borrowed. **Try it yourself:** exchange source
# and target in `letter_sheets`; freeze two layers of three; or give `toy_world` another move and say, before you run
# it, what alignment will do.
