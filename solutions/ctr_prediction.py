# %% [markdown]
# # Click prediction: what two ids say together
#
# A page has one place for an advertisement, and forty to choose from. All that is known about the moment is a handful of
# ids: who, which ad, what hour, what device. Each id alone says little. What counts is which ids meet, and most pairs
# have never met. **What can a model know about two ids that were never shown together?** One question, one small world
# whose true clicks are known, and nine ways to cross two ids. At the end the best of them paints pixels
# that it never saw.
#
# <!-- questions -->
#
# **You need:** logistic regression, numpy indexing, a little PyTorch (broadcasting, `einsum`).
#
# **Article:** [Recommendation systems (4): CTR prediction](https://www.chenk.top/en/recommendation-systems/04-ctr-prediction/)
#
# **Papers:** Rendle, [Factorization machines](https://doi.org/10.1109/ICDM.2010.127) (2010); Juan et al.,
# [Field-aware factorization machines](https://doi.org/10.1145/2959100.2959134); Guo et al.,
# [DeepFM](https://arxiv.org/abs/1703.04247); Wang et al., [Deep & Cross](https://arxiv.org/abs/1708.05123) and
# [DCN-V2](https://arxiv.org/abs/2008.13535); Lian et al., [xDeepFM](https://arxiv.org/abs/1803.05170); Song et al.,
# [AutoInt](https://arxiv.org/abs/1810.11921); Huang, Zhang and Zhang, [FiBiNET](https://arxiv.org/abs/1905.09433).
#
# **Conventions of the whole notebook.** $B$ impressions in a batch, $F$ fields, $V$ rows of a table over all fields, $k$ the width of
# an embedding. Ids are int64, one id per field. Questions 1, 2 and 9 are numpy: arrays of floating-point numbers are
# float64. Questions 3 to 8 are PyTorch: the floating-point tensors of one call share a dtype, float32 or float64, and so
# does the result; autograd can differentiate it with respect to each of them. No function changes its arguments. Models return **logits**, one per impression,
# of shape `(B,)`, also when $B=1$. $\log$ is the natural logarithm.

# %%
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# Forty users, forty ads. Left, the truth of our world: how much more or less than usual this user likes this ad. It is a matrix
# of rank 3. Second, what the log can tell: 30 % of the pairs have never been shown (grey). From 15 000
# impressions, each a click or none, two models guess the whole table. The third picture is a table with one weight per
# pair: where nothing was shown, it has nothing to say. The last is a **factorization machine**: eight numbers per user, eight
# per ad. The correlation with the truth on the withheld pairs stands above each. You will build all of this.
#
# **Turn the knob** `holes`, the share of pairs that are never shown. How many can be hidden before the machine is lost, too?


# %% tags=["demo"]
@demo(holes=(0.1, 0.9))
def first_look(holes: float = 0.3, seed: int = 0) -> dict[str, float]:
    """The true table, the table with holes, and what two models make of it."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    U, A = (factor - factor.mean(0) for factor in rng.normal(size=(2, 40, 3)))
    truth = 2 * (U @ A.T) / (U @ A.T).std()
    withheld = rng.random((40, 40)) < holes
    shown = np.argwhere(~withheld)
    i, j = torch.tensor(shown[rng.integers(len(shown), size=15_000)]).T
    click = torch.tensor(rng.random(15_000) < 1 / (1 + np.exp(1.2 - truth[i, j]))).float()
    generator = torch.Generator().manual_seed(seed)

    def learn(table: Callable[[], Tensor], params: list[Tensor], decay: float) -> np.ndarray:
        """Fit the table's logits to the clicks by Adam."""
        optimizer = torch.optim.Adam(params, lr=0.02)
        for _ in range(10):
            for batch in torch.randperm(len(i), generator=generator).split(500):
                logit = table()[i[batch], j[batch]] - 1.2
                loss = torch.nn.functional.softplus(logit) - click[batch] * logit
                optimizer.zero_grad()
                (loss.mean() + decay * sum((p**2).sum() for p in params)).backward()
                optimizer.step()
        return table().detach().numpy()

    cells = (0.01 * torch.randn(40, 40, generator=generator)).requires_grad_()
    u, a = ((0.1 * torch.randn(40, 8, generator=generator)).requires_grad_() for _ in range(2))
    pictures = {
        "truth": truth,
        "shown": np.where(withheld, np.nan, truth),
        "one weight per pair": learn(lambda: cells, [cells], 3e-4),
        "factorization machine": learn(lambda: u @ a.T, [u, a], 3e-4),
    }
    fig, axes = plt.subplots(1, 4, figsize=(12, 3.4))
    found = {}
    for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
        ax.imshow(picture, cmap="RdBu", vmin=-5, vmax=5)
        ax.set(title=name, xlabel="ad", xticks=[], yticks=[])
        if name not in ("truth", "shown"):
            found[name] = float(np.corrcoef(picture[withheld], truth[withheld])[0, 1])
            ax.set_title(f"{name}: {found[name]:.2f}")
    axes[0].set_ylabel("user")
    axes[1].set_facecolor("0.6")
    return {"table": found["one weight per pair"], "fm": found["factorization machine"]}


# %% [markdown]
# Below is the world of this notebook and a trainer, both given. An impression has four fields: user (40 values), ad (40),
# hour (8), device (8). The click's true logit is
#
# $$s = -1.2 + a_{\text{ad}} + M_{\text{user},\text{ad}} + N_{\text{hour},\text{device}},$$
#
# where $M$ has rank 3 and $N$ rank 2, and the rows and columns of both have mean 0. So *no* user is keener on ads than another
# and no hour better than another: the effects of single ids are small (those $a$ of the ads); the rest lies in the pairs. 30 % of the cells of $M$ are withheld
# from training.

# %%
FIELD_SIZES = [40, 40, 8, 8]  # user, ad, hour, device


class Clicks:
    """An artificial log of 30 000 impressions whose click probabilities are known.

    Attributes:
        x: ids, (30000, 4). y: clicks, float64. logit: the true logits. pairs: the table M. withheld: its hidden cells.
        train, shown, held: indices of impressions: 15 000 to learn from; more with the same pairs of user and ad; all
            whose pair was withheld.
    """

    def __init__(self, seed: int, n: int = 30_000) -> None:
        rng = np.random.default_rng(seed)
        self.pairs, other = self._table(rng, 40, 3, 2.0), self._table(rng, 8, 2, 0.8)
        self.withheld = rng.random((40, 40)) < 0.3
        self.x = np.stack([rng.integers(size, size=n) for size in FIELD_SIZES], 1)
        user, ad, hour, device = self.x.T
        ads = 0.2 * rng.normal(size=40)
        self.logit = -1.2 + ads[ad] + self.pairs[user, ad] + other[hour, device]
        self.y = (rng.random(n) < 1 / (1 + np.exp(-self.logit))).astype(np.float64)
        hidden = self.withheld[user, ad]
        self.train, self.shown = np.split(np.flatnonzero(~hidden), [15_000])
        self.held = np.flatnonzero(hidden)

    @staticmethod
    def _table(rng: np.random.Generator, n: int, rank: int, spread: float) -> np.ndarray:
        """A matrix of this rank, centred, with entries of this standard deviation."""
        left, right = (factor - factor.mean(0) for factor in rng.normal(size=(2, n, rank)))
        return spread * (left @ right.T) / (left @ right.T).std()


def train(
    model: Callable[[Tensor], Tensor],
    params: list[Tensor],
    rows: Tensor,
    y: Tensor,
    decay: float = 3e-4,
    seed: int = 0,
) -> Callable[[Tensor], np.ndarray]:
    """Fit ``model``, from rows to logits, to clicks: ten epochs of Adam; returns it as a function to numpy."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(params, lr=0.03)
    for _ in range(10):
        for batch in torch.randperm(len(rows), generator=generator).split(1000):
            logit = model(rows[batch])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logit, y[batch])
            optimizer.zero_grad()
            (loss + decay * sum((p**2).sum() for p in params)).backward()
            optimizer.step()

    def predict_logits(rows: Tensor) -> np.ndarray:
        with torch.no_grad():
            return model(rows).double().numpy()

    return predict_logits


# %% [markdown]
# ## 1. One weight per id
#
# Field $f$ has $n_f$ values, and one table holds a weight for each value of each field: $V=\sum_f n_f$ rows.
# The rows of field $f$ begin where those of the fields before it end:
#
# $$r_f = x_f + o_f,\qquad o_f=\sum_{g<f} n_g .$$
#
# ![Four blocks of rows of sizes 40, 40, 8 and 8, which begin at 0, 40, 80 and 88. The ids 3, 7, 2, 5 fall on the rows 3, 47, 82, 93.](pictures/ctr_prediction/rows.svg)
#
# **By hand.** Sizes 40, 40, 8, 8 begin at 0, 40, 80, 88. The ids $(3, 7, 2, 5)$ are the rows $(3, 47, 82, 93)$.
#
# Logistic regression adds the weights of an impression's rows: $z = b+\sum_f w_{r_f}$, and says $p=\sigma(z)=1/(1+e^{-z})$. Its loss, the mean
# binary cross-entropy, and the derivative with respect to a logit are
#
# $$\ell=\frac1B\sum_{i=1}^B\big(\log(1+e^{z_i})-y_iz_i\big),\qquad \frac{\partial\ell}{\partial z_i}=\frac{p_i-y_i}{B}.$$
#
# Each of the rows of impression $i$ receives this number; a row that occurs several times in the batch receives the **sum**. In numpy
# `gw[rows] += g` keeps only one of several equal rows. And $e^{1000}$ overflows: $\log(1+e^z)$ is `np.logaddexp(0, z)`.
#
# **By hand.** Fields of 2 and 3 values, $w=0$, $b=0$; the rows $(0,3)$ and $(0,4)$ were clicked, $(1,3)$ was not. Each $p=\frac12$,
# so $\ell=\log2=0.693$ and the derivatives are $(-\frac16,-\frac16,\frac16)$. Row 0 receives two of them: $g_w=(-\frac13,\frac16,0,0,-\frac16)$. $g_b=-\frac16$. Row 3
# receives $-\frac16+\frac16=0$.


# %% [markdown] hints="lr_loss_and_grad"
# idea: A one-hot vector times a weight vector is a look-up. The gradient is the way back: what was looked up is where it
# is added.
#
# shapes: `rows` is (B, F); `w[rows]`, too. The derivative is one number per impression, (B,), and goes to F rows.
#
# steps: Exclusive cumulative sum of the sizes; add it to the ids. Logits; loss by `logaddexp`; residuals over B; add them into
# a vector of zeros, repeated rows included; sum them for the bias.
#
# mistake: An assignment with repeated indices keeps the last of them. `np.add.at` and `np.bincount` add all.


# %% question="lr_loss_and_grad" minutes=20 forbid=["autograd", "binary_cross_entropy"]
def field_rows(x: Int[np.ndarray, "B F"], sizes: list[int]) -> Int[np.ndarray, "B F"]:
    """Rows of one common table for the ids of all fields.

    Args:
        x: ids, one per field; field f has the ids 0 to sizes[f] - 1.
        sizes: number of ids of each field, at least 1.

    Returns:
        The rows, int64: the id plus the sizes of all fields before its own. A new array.

    Raises:
        ValueError: an id is negative, or not below the size of its field.
    """
    ### BEGIN SOLUTION
    if (x < 0).any() or (x >= np.array(sizes)).any():
        raise ValueError("an id lies outside of its field")
    return x + (np.cumsum(sizes) - sizes)
    ### END SOLUTION


def lr_loss_and_grad(
    rows: Int[np.ndarray, "B F"], y: np.ndarray, w: Float[np.ndarray, " V"], b: float
) -> tuple[float, Float[np.ndarray, " V"], float]:
    """Mean binary cross-entropy of logistic regression on ids, and its gradient.

    Autograd and torch's cross-entropies are not allowed.

    Args:
        rows: the rows of each impression; a row may occur in many impressions.
        y: clicks, shape (B,), 0 or 1, as int64, bool or float64.
        w: one weight per row; any finite values, logits of ±1000 included.
        b: the bias.

    Returns:
        The mean loss over the B impressions; its gradient with respect to ``w``, 0 for rows that do not occur; and with respect to
        ``b``. All are finite.
    """
    ### BEGIN SOLUTION
    z = b + w[rows].sum(1)
    loss = np.mean(np.logaddexp(0, z) - y * z)
    residual = (np.exp(-np.logaddexp(0, -z)) - y) / len(rows)
    gw = np.zeros(len(w))
    np.add.at(gw, rows, residual[:, None])
    return float(loss), gw, float(residual.sum())
    ### END SOLUTION


# %% [markdown]
# What does a sum of weights miss? Take two fields with two values each, and a click exactly if the ids *differ*: exclusive or.
# No choice of weights gets there, as the upper curve shows: the loss comes down to $\log2$ and stays there. Now give each pair of ids an id of
# its own, a third field with the value $2x_1+x_2$. The same function learns it at once: four weights for four pairs. With forty users and forty ads that
# is 1600 weights, and a pair that was never shown has none. This is the table of the first look.


# %% tags=["demo"]
@demo
def exclusive_or(seed: int = 0) -> dict[str, float]:
    """Logistic regression on exclusive or, with and without an id for the pair."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    ids = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = ids[:, 0] ^ ids[:, 1]
    crossed = np.concatenate([ids, 2 * ids[:, :1] + ids[:, 1:]], 1)
    numbers = {}
    fig, ax = plt.subplots()
    for name, x, sizes in (("two ids", ids, [2, 2]), ("and one for the pair", crossed, [2, 2, 4])):
        w, b, losses = np.random.default_rng(seed).normal(size=sum(sizes)), 0.0, []
        for _ in range(200):
            loss, gw, gb = lr_loss_and_grad(field_rows(x, sizes), y, w, b)
            losses.append(loss)
            w, b = w - 2 * gw, b - 2 * gb
        ax.plot(losses, label=name)
        numbers[name] = losses[-1]
    ax.axhline(np.log(2), color="0.6", lw=1, ls="--")
    ax.set(
        xlabel="step of gradient descent",
        ylabel="mean loss",
        title="exclusive or; dashed: log 2",
        ylim=(0, None),
    )
    label_ends(ax)
    return {"ids": numbers["two ids"], "pair": numbers["and one for the pair"]}


# %% [markdown]
# ## 2. Two rulers, and a thinned log
#
# **AUC** asks for order: of a random clicked and a random unclicked impression, how often has the clicked one the higher score? A tie
# counts one half:
#
# $$\mathrm{AUC}=\frac{1}{N_+N_-}\sum_{i:y_i=1}\ \sum_{j:y_j=0}\Big(\mathbb 1[p_i>p_j]+\tfrac12\mathbb 1[p_i=p_j]\Big).$$
#
# It needs no loop over pairs. Rank all scores from 1 upwards, equal scores sharing their mean rank. Let $R_+$ be the sum of the
# ranks of the clicked. Among themselves they would have $N_+(N_++1)/2$; what is above that was won against the unclicked:
#
# $$\mathrm{AUC}=\frac{R_+-N_+(N_++1)/2}{N_+N_-}.$$
#
# **By hand.** Scores $(0.9,0.6,0.6,0.2)$, the first two clicked. Ranks $(4,2.5,2.5,1)$, $R_+=6.5$: AUC $=(6.5-3)/4=0.875$. By pairs: $(1+1+\frac12+1)/4$.
#
# AUC does not see whether $0.02$ means two clicks in a hundred; who bids money needs that. **Log loss**, the mean of $-\log p$ of what
# happened, does. A single $p=0$ on a click would make it infinite, so $p$ is first limited to $[10^{-7},1-10^{-7}]$.
#
# **By hand.** The same scores: $(0.105+0.511+0.916+0.223)/4=0.439$.
#
# Clicks are rare, so logs are **thinned**: all clicks are kept, and of the others a share $\kappa$. That multiplies the odds $p/(1-p)$ of a
# click by $1/\kappa$. A model trained on the thinned log learns these odds; multiply them by $\kappa$ to come back:
#
# $$\frac{q}{1-q}=\kappa\,\frac{p}{1-p}\quad\Longleftrightarrow\quad q=\frac{p}{p+(1-p)/\kappa}.$$
#
# ![Two bars. The full log has 10 clicks and 100 others, the odds are 1 to 10. Thinned with kappa one tenth it has 10 clicks and 10 others, odds 1 to 1, p one half. Back: p becomes one eleventh.](pictures/ctr_prediction/odds.svg)
#
# **By hand.** $p=\frac12$ at $\kappa=0.1$: $q=0.5/(0.5+5)=\frac1{11}=0.091$. Not $0.05$: it is the odds that are multiplied.


# %% [markdown] hints="auc"
# idea: Ranks make of all pairs one sum. Thinning acts on odds, and odds are what a logit is the logarithm of.
#
# shapes: All arrays are (n,). `np.unique` with inverse and counts gives the ties.
#
# steps: Count how many scores have each distinct value; the mean rank of a value is the last of its ranks minus half of (count - 1).
# Sum the ranks of the clicked and apply the formula. Limit, take logarithms, average. Apply the last formula entry by entry.
#
# mistake: `argsort` of `argsort` gives ranks that break ties by position: the answer then depends on the order of the log.


# %% question="auc" minutes=25
def auc(y: Int[np.ndarray, " n"], p: Float[np.ndarray, " n"]) -> float:
    """Area under the ROC curve.

    Args:
        y: clicks, 0 or 1.
        p: scores, any finite numbers; only their order counts. Scores are tied if they are equal in float64.

    Returns:
        The share of pairs of a clicked and an unclicked impression that are in the right order, ties counted one half.

    Raises:
        ValueError: there is no click, or nothing but clicks.
    """
    ### BEGIN SOLUTION
    positives = np.count_nonzero(y)
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("AUC needs both clicks and non-clicks")
    _, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    won = ranks[inverse][y == 1].sum() - positives * (positives + 1) / 2
    return float(won / (positives * negatives))
    ### END SOLUTION


def log_loss(y: Int[np.ndarray, " n"], p: Float[np.ndarray, " n"]) -> float:
    """Mean negative log-likelihood of the clicks.

    Args:
        y: clicks, 0 or 1.
        p: probabilities of a click, from 0 to 1, both included. They are limited to [1e-7, 1 - 1e-7] first.

    Returns:
        The mean over the n impressions.
    """
    ### BEGIN SOLUTION
    p = np.clip(p, 1e-7, 1 - 1e-7)
    costs = np.where(y == 1, -np.log(p), -np.log1p(-p))
    return float(costs.sum() / len(y))
    ### END SOLUTION


def recalibrate(p: Float[np.ndarray, " n"], keep_rate: float) -> Float[np.ndarray, " n"]:
    """Probabilities in the full log from those in a log with thinned negatives.

    Args:
        p: probabilities of a click in the thinned log, from 0 to 1, both included.
        keep_rate: share of the unclicked impressions that were kept, at most 1, which changes nothing.

    Returns:
        The probabilities in the full log; 0 stays 0 and 1 stays 1. A new array.

    Raises:
        ValueError: ``keep_rate`` is not positive, above 1, or NaN.
    """
    ### BEGIN SOLUTION
    if not 0 < keep_rate <= 1:
        raise ValueError("the keep rate lies in (0, 1]")
    return p / (p + (1 - p) / keep_rate)
    ### END SOLUTION


# %% [markdown]
# The log of our world has a click rate of about a third. We keep one negative in ten, and fit $\sigma(\alpha s+\beta)$, two numbers, to the thinned log, where $s$ is
# the true logit. Then we predict the full log. Guess first: what is the mean of $p$ there, before it is recalibrated? And what does the recalibration
# do to the AUC?


# %% tags=["predict"]
# The click rate is .33. What is the mean prediction of a model that saw one negative in ten?
predict("thinned", mean_p=...)


# %% tags=["demo"]
@demo
def one_negative_in_ten(seed: int = 0) -> dict[str, float]:
    """Calibration of a model of the thinned log, before and after."""
    import matplotlib.pyplot as plt

    log, keep = Clicks(seed), 0.1
    rng = np.random.default_rng(seed)
    first, second = np.arange(15_000), np.arange(15_000, 30_000)
    kept = first[(log.y[first] == 1) | (rng.random(15_000) < keep)]
    features = np.stack([log.logit, np.ones_like(log.logit)], 1)
    theta = np.zeros(2)
    for _ in range(20):  # Newton's method
        q = 1 / (1 + np.exp(-features[kept] @ theta))
        hessian = (features[kept].T * (q * (1 - q))) @ features[kept]
        theta -= np.linalg.solve(hessian, features[kept].T @ (q - log.y[kept]))
    p = 1 / (1 + np.exp(-features[second] @ theta))
    y = log.y[second].astype(np.int64)
    fig, ax = plt.subplots(figsize=(5.4, 4.2))
    numbers = {"rate": float(y.mean())}
    for name, values in (("thinned", p), ("recalibrated", recalibrate(p, keep))):
        bins = np.array_split(np.argsort(values), 12)
        ax.plot([values[i].mean() for i in bins], [y[i].mean() for i in bins], "o-", label=name)
        numbers |= {
            f"mean_{name}": float(values.mean()),
            f"auc_{name}": auc(y, values),
            f"loss_{name}": log_loss(y, values),
        }
    ax.plot([0, 1], [0, 1], color="0.6", lw=1)
    guess = guesses("thinned").get("mean_p")
    if isinstance(guess, (int, float)):
        ax.plot(guess, numbers["rate"], "X", ms=10, color="C3", label="your guess")
    ax.set(
        xlabel="mean prediction in twelve bins",
        ylabel="share of clicks",
        title="who says 0.5 should be right half of the time",
    )
    ax.legend()
    return numbers


# %% [markdown]
# Before, the mean prediction is above .6, about twice the rate of clicks; afterwards it is the rate, to within .02. The AUC does not move: recalibration keeps
# the order.
#
# ## 3. Two ids, one dot product
#
# A **factorization machine** gives each row $r$ a vector $v_r\in\mathbb R^k$, and a pair of ids the dot product of theirs:
#
# $$z=b+\sum_f w_{r_f}+\sum_{i<j}\langle v_i,v_j\rangle ,$$
#
# where $v_i$ is the vector of the row of field $i$. A user's vector learns from all ads that this user was shown, an ad's from all its users. So the pair has a
# number although it was never seen.
#
# The sum has $F(F-1)/2$ terms, but needs no loop over pairs. All ordered pairs, equal ones included, make $\|\sum_iv_i\|^2$. Strike the diagonal, halve the rest:
#
# $$\sum_{i<j}\langle v_i,v_j\rangle=\frac12\sum_{c=1}^k\Big[\Big(\sum_iv_{ic}\Big)^2-\sum_iv_{ic}^2\Big].$$
#
# ![A table of the products of 1, 2, 3 with themselves: its nine cells sum to 36. The diagonal 1, 4, 9, in all 14, is struck out; half of the remaining 22 is 11.](pictures/ctr_prediction/square.svg)
#
# **By hand.** $k=1$, $v=(1,2,3)$: $(36-14)/2=11=2+3+6$.
#
# In the **field-aware** variant (FFM) an id has one vector per *other field*: a user shows one side to ads and another to hours. Let $E_{ij}$ be the vector of field $i$'s id *for use against
# field $j$*. A pair then is
#
# $$\sum_{i<j}\langle E_{ij},E_{ji}\rangle .$$
#
# The diagonal $E_{ii}$ is never used. The square trick is lost with it; $F$ times as many numbers are to be learned.
#
# **By hand.** $k=1$, $F=3$, $E=\begin{pmatrix}9&2&3\\5&9&-1\\4&6&9\end{pmatrix}$: $2\cdot5+3\cdot4+(-1)\cdot6=16$.


# %% [markdown] hints="fm_interaction"
# idea: For FM, what is the sum of all ordered pairs, if you may use the square of a sum? For FFM, put the tensor beside its own transpose.
#
# shapes: (B, F, k) becomes (B, k) twice, and (B,). For FFM exchange axes 1 and 2; multiply; sum over k gives (B, F, F), a symmetric matrix.
#
# steps: Sum over fields, square; square, sum over fields; subtract, sum over k, halve. FFM: multiply the tensor with its transposed fields, sum over k, take
# the pairs above the diagonal.
#
# mistake: Squaring after the sum over $k$. Then different coordinates meet, which are in no dot product.


# %% question="fm_interaction" minutes=30
def fm_interaction(E: Float[Tensor, "B F k"]) -> Float[Tensor, " B"]:
    """Sum of the dot products of all unordered pairs of different fields.

    Args:
        E: one vector per field. A single field gives 0.

    Returns:
        One number per impression.
    """
    ### BEGIN SOLUTION
    return 0.5 * (E.sum(1) ** 2 - (E**2).sum(1)).sum(1)
    ### END SOLUTION


def ffm_interaction(E: Float[Tensor, "B F F k"]) -> Float[Tensor, " B"]:
    """Field-aware sum over all unordered pairs of different fields.

    Args:
        E: ``E[:, i, j]`` is the vector of field i's id for use against field j. Those with i = j are not used.

    Returns:
        One number per impression. A single field gives 0.
    """
    ### BEGIN SOLUTION
    i, j = torch.triu_indices(E.shape[1], E.shape[1], offset=1)
    return (E[:, i, j] * E[:, j, i]).sum((1, 2))
    ### END SOLUTION


# %% [markdown]
# Now the width $k$. The table of users and ads has rank 3, that of hours and devices rank 2, and the same $k$ coordinates have to draw both. Turn the knob
# and look at the withheld cells.


# %% tags=["demo"]
@demo(k=(1, 32))
def width_of_the_vectors(k: int = 3, seed: int = 0) -> dict[str, float]:
    """Withheld cells, learned against true, and the correlation for several widths."""
    import matplotlib.pyplot as plt

    log = Clicks(seed)
    rows, y = torch.tensor(field_rows(log.x, FIELD_SIZES)), torch.tensor(log.y, dtype=torch.float32)

    def cells(k: int) -> np.ndarray:
        """The learned table of users and ads, centred as the true one is."""
        generator = torch.Generator().manual_seed(seed)
        b, w = torch.zeros(1, requires_grad=True), torch.zeros(96, requires_grad=True)
        V = (0.1 * torch.randn(96, k, generator=generator)).requires_grad_()
        train(
            lambda r: b + w[r].sum(1) + fm_interaction(V[r]),
            [b, w, V],
            rows[log.train],
            y[log.train],
        )
        table = (V[:40] @ V[40:80].T).detach().double().numpy()
        return table - table.mean(0) - table.mean(1, keepdims=True) + table.mean()

    def correlation(table: np.ndarray) -> float:
        return float(np.corrcoef(table[log.withheld], log.pairs[log.withheld])[0, 1])

    tables = {width: cells(width) for width in {1, 2, 3, 8, 32, int(k)}}
    by_width = {width: correlation(tables[width]) for width in (1, 2, 3, 8, 32)}
    table = tables[int(k)]
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    left.plot(log.pairs[log.withheld], table[log.withheld], ".", alpha=0.5)
    left.set(xlabel="true effect of a withheld pair", ylabel="learned", title=f"k = {int(k)}")
    right.semilogx(list(by_width), list(by_width.values()), "o-")
    right.plot(int(k), correlation(table), "o", color="C1", ms=9)
    right.set(
        xlabel="width $k$",
        ylabel="correlation on withheld pairs",
        xticks=list(by_width),
        xticklabels=list(by_width),
    )
    return {f"k_{width}": value for width, value in by_width.items()}


# %% [markdown]
# One coordinate is too few, and so are two. Eight are better than three, above .9; thirty-two cost no more than .03 again, as weight decay keeps those in check that are not needed.
#
# ## 4. DeepFM: one table, two readers
#
# Dot products are one way to read vectors; a network is another. **DeepFM** lets both read *the same* table and adds their **logits**:
#
# $$z=\underbrace{b+\sum_fw_{r_f}+\sum_{i<j}\langle v_i,v_j\rangle}_{\text{FM}}+\mathrm{MLP}\big([v_1;\dots;v_F]\big).$$
#
# The network takes the *concatenation*, field after field, of length $Fk$: in a sum of vectors it could not tell who is who. Each layer is $h\mapsto\mathrm{ReLU}(Wh+c)$ with $W$ of shape (out, in); the last has no ReLU and one output.
# A sigmoid comes once, at the very end, and here not at all. (In practice there are batch norm and dropout between the layers.)
#
# **By hand.** Two fields, $k=1$, $v=(2,-1)$, $b=0.5$, weights $1$ and $-0.25$. The FM part is $0.5+0.75-2=-0.75$. The network: $W_1=\begin{pmatrix}1&1\\0&-2\end{pmatrix}$,
# $c_1=0$ gives $(1,2)$; $W_2=(1,0.5)$, $c_2=0.25$ gives $2.25$. The logit is $1.5$.


# %% [markdown] hints="deepfm_logit"
# idea: Look up once, use three times.
#
# shapes: The look-up of (B, F) rows is (B, F, k); flattened from axis 1 on it is (B, Fk). The last layer gives (B, 1): take its only column, so that a batch of one
# stays (1,).
#
# steps: Linear part; look-up; interaction of question 3; flatten; each layer but the last with ReLU; the last without; add all.


# %% question="deepfm_logit" minutes=20
def deepfm_logit(rows: Int[Tensor, "B F"], params: dict) -> Float[Tensor, " B"]:
    """Logit of DeepFM; builds on ``fm_interaction``.

    Args:
        rows: rows of the tables, one per field.
        params: "bias": a number, shape (). "w": one weight per row, (V,). "vectors": one vector per row, (V, k). "mlp": a list of at least
            one pair (W, c) of shapes (out, in) and (out,); the first has in = F k, the last out = 1.

    Returns:
        One logit per impression, not a probability.
    """
    ### BEGIN SOLUTION
    E = params["vectors"][rows]
    h = E.flatten(1)
    *hidden, (W_last, c_last) = params["mlp"]
    for W, c in hidden:
        h = torch.relu(h @ W.T + c)
    deep = (h @ W_last.T + c_last)[:, 0]
    return params["bias"] + params["w"][rows].sum(1) + fm_interaction(E) + deep
    ### END SOLUTION


# %% [markdown]
# ## 5. The cross network
#
# Let $x_0\in\mathbb R^d$ be all embeddings of an impression, one after the other. A **cross layer** (Deep & Cross, DCN) multiplies the *original* input by a number
# that it reads off the current state:
#
# $$x_{l+1}=x_0\,(w_l^\top x_l)+b_l+x_l .$$
#
# $w_l^\top x_l$ is one scalar, $b_l$ a vector outside of the product, and $x_l$ is carried along. The degree in $x_0$ rises by one per layer: after $L$ layers it is $L+1$, at the price of $2d$ numbers each.
#
# ![x0 = (1, 2) goes into a dot product with w = (1, 1), which gives 3; 3 times x0 plus x0 plus b = (0, 1) is (4, 9).](pictures/ctr_prediction/cross.svg)
#
# **By hand.** $x_0=(1,2)$, $w_0=(1,1)$, $b_0=(0,1)$: $w_0^\top x_0=3$ and $x_1=(3,6)+(0,1)+(1,2)=(4,9)$. Next $w_1=(1,-1)$, $b_1=0$: $w_1^\top x_1=-5$ and
# $x_2=(-5,-10)+(4,9)=(-1,-1)$. The multiplier is still $x_0$, not $x_1$.


# %% [markdown] hints="cross_network"
# idea: Two vectors are alive: the input, which stays, and the state.
#
# shapes: The dot product of each row with $w$ is (B,), and needs a last axis of one to be multiplied with (B, d).
#
# steps: Begin with the state equal to the input. For each layer: dot product; times the input; plus bias; plus state.


# %% question="cross_network" minutes=20
def cross_network(
    x0: Float[Tensor, "B d"], ws: Float[Tensor, "L d"], bs: Float[Tensor, "L d"]
) -> Float[Tensor, "B d"]:
    """The state after L cross layers.

    Args:
        x0: the input.
        ws: one weight vector per layer, the first layer first.
        bs: one bias vector per layer.

    Returns:
        The last state. Without layers, L = 0, it equals ``x0``.
    """
    ### BEGIN SOLUTION
    x = x0
    for w, b in zip(ws, bs, strict=True):
        x = x0 * (x @ w)[:, None] + b + x
    return x
    ### END SOLUTION


# %% [markdown]
# How rich is this? Leave the biases out. Then $x_1=(1+w_0^\top x_0)\,x_0$ and, layer by layer, $x_L=\alpha(x_0)\,x_0$: a *number* times the input. Below,
# random inputs go through up to four layers. All states point exactly where the input did (cosine $\pm1$), and along a ray $t\mapsto tx_0$ the factor $\alpha$ is a polynomial of
# degree $L$. One number per impression has to express all pairs. Keep that in mind for the payoff.


# %% tags=["demo"]
@demo
def one_number_per_input(seed: int = 0) -> dict[str, float]:
    """The factor between state and input along a ray, and the cosine of the two."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    generator = torch.Generator().manual_seed(seed)
    x0, ws = (
        torch.randn(200, 6, generator=generator).double(),
        torch.randn(4, 6, generator=generator).double() / 2,
    )
    t = torch.linspace(-2, 2, 101).double()[:, None]
    fig, ax = plt.subplots()
    cosines, numbers = [], {}
    for L in (1, 2, 3, 4):
        zeros = torch.zeros(L, 6).double()
        states = cross_network(x0, ws[:L], zeros)
        cosines.append(torch.cosine_similarity(states, x0).abs().min().item())
        ray = cross_network(t * x0[:1] / x0[0].norm(), ws[:L], zeros)
        factor = (ray @ x0[0] / x0[0].norm()) / (t[:, 0] + 1e-12)
        factor[50] = 1.0  # at t = 0 state and input are both 0
        fitted = np.polynomial.Polynomial.fit(t[:, 0].numpy(), factor.numpy(), L)
        numbers[f"misfit_{L}"] = float(np.abs(fitted(t[:, 0].numpy()) - factor.numpy()).max())
        ax.plot(t[:, 0], factor, label=f"$L={L}$")
    ax.set(xlabel="$t$", ylabel=r"$\alpha(t\,x_0)$", title="the state is a multiple of the input")
    label_ends(ax)
    return numbers | {"least_cosine": min(cosines)}


# %% [markdown]
# ## 6. Crosses with more room: DCN-V2 and CIN
#
# **DCN-V2** replaces the one number by one per coordinate, read off by a matrix; the bias stands inside of the product this time:
#
# $$x_{l+1}=x_0\odot(W_lx_l+b_l)+x_l .$$
#
# **By hand.** $x_0=(1,2)$, $x_1=(4,9)$, $W=\begin{pmatrix}1&0\\1&-1\end{pmatrix}$, $b=(0,1)$: $Wx_1+b=(4,-4)$, and $x_2=(4,-8)+(4,9)=(8,1)$.
#
# **CIN**, the compressed interaction network of xDeepFM, crosses *vectors*, not coordinates. Its state is a list of $H$ maps of width $k$; its first state is the list of the $F$ embeddings.
# A new map is a weighted sum of all products of an old map with an embedding, taken coordinate by coordinate:
#
# $$X'_{h}=\sum_{i=1}^{H}\sum_{j=1}^{F}W_{hij}\,\big(X_i\odot X^0_j\big)\in\mathbb R^k .$$
#
# Coordinate $c$ of a new map sees coordinate $c$ of the old ones only. For the output, each map is summed over its $k$ coordinates ("pooled"). The paper has no activation here, and neither have we;
# many implementations put a ReLU.
#
# **By hand.** One old map $(2,3)$; embeddings $(1,-1)$ and $(4,0)$; weights $1$ and $0.5$. $X'=(2,-3)+0.5\,(8,0)=(6,-3)$, pooled $3$.


# %% [markdown] hints="cin_layer"
# idea: Write the formula with its indices. Which of them stand on both sides? Those are kept, the others are summed.
#
# shapes: $W$ is (H_new, H, F), the two inputs (B, H, k) and (B, F, k), the result (B, H_new, k).
#
# steps: V2: the state times the transposed matrix, plus bias, times the input, plus state. CIN: one `einsum` of three tensors, or all products (B, H, F, k) first, and a
# weighted sum then; sum over the last axis for the pooled ones.
#
# mistake: Crossing the state with itself. In the first layer that is the same, as state and embeddings are equal there.


# %% question="cin_layer" minutes=30 further
def cross_layer_v2(
    x0: Float[Tensor, "B d"],
    x: Float[Tensor, "B d"],
    W: Float[Tensor, "d d"],
    b: Float[Tensor, " d"],
) -> Float[Tensor, "B d"]:
    """One layer of DCN-V2.

    Args:
        x0: the input of the network.
        x: the state.
        W: its rows belong to the coordinates of the result, its columns to those of the state.
        b: the bias, inside of the product.

    Returns:
        The next state.
    """
    ### BEGIN SOLUTION
    return x0 * (x @ W.T + b) + x
    ### END SOLUTION


def cin_layer(
    X: Float[Tensor, "B H k"], X0: Float[Tensor, "B F k"], W: Float[Tensor, "H_new H F"]
) -> tuple[Float[Tensor, "B H_new k"], Float[Tensor, "B H_new"]]:
    """One layer of the compressed interaction network, without activation.

    Args:
        X: the state.
        X0: the embeddings of the fields.
        W: for each new map the weights of all pairs (old map, field).

    Returns:
        The new maps, and each of them summed over its k coordinates.
    """
    ### BEGIN SOLUTION
    maps = torch.einsum("hij,bik,bjk->bhk", W, X, X0)
    return maps, maps.sum(-1)
    ### END SOLUTION


# %% [markdown]
# ## 7. AutoInt: fields attend to each other
#
# Attention belongs to another notebook; here is the function. It takes queries, keys and values, and returns the mixed values and the weights.


# %%
def attention(
    queries: Float[Tensor, "*batch F dh"],
    keys: Float[Tensor, "*batch F dh"],
    values: Float[Tensor, "*batch F dh"],
) -> tuple[Float[Tensor, "*batch F dh"], Float[Tensor, "*batch F F"]]:
    """Scaled dot-product attention over the fields; row i of the weights is how field i looks at all fields."""
    scores = queries @ keys.transpose(-1, -2) / queries.shape[-1] ** 0.5
    weights = torch.softmax(scores, dim=-1)
    return weights @ values, weights


# %% [markdown]
# **AutoInt** lets each field look at all fields of its impression, itself included. Head $h$ has matrices $W_q^h,W_k^h,W_v^h$ of shape $k\times d_h$, applied from the right. With $E\in\mathbb R^{F\times k}$:
#
# $$O^h=\mathrm{attention}\big(EW_q^h,\,EW_k^h,\,EW_v^h\big)\in\mathbb R^{F\times d_h},$$
#
# $$\mathrm{out}=\mathrm{ReLU}\big([O^1;\dots;O^K]+EW_{\mathrm{res}}\big).$$
#
# The heads of a field stand side by side, head 1 first, $Kd_h$ numbers in all. What a field was goes straight to the sum through $W_{\mathrm{res}}$; the ReLU comes *after* the sum. (The paper does not scale the
# scores; the given function divides by $\sqrt{d_h}$, as has become usual.)
#
# **By hand.** Two fields with $k=1$, $E=(2,4)$; two heads with $W_q=0$, so that both weights are $\frac12$; $W_v=1$ and $-1$: each field gets $(3,-3)$. $W_{\mathrm{res}}=(1,1)$: the sums are
# $(5,-1)$ and $(7,1)$, and $\mathrm{out}=(5,0)$ and $(7,1)$.


# %% [markdown] hints="autoint_layer"
# idea: All heads at once are one more batch axis.
#
# shapes: (B, 1, F, k) @ (K, k, dh) is (B, K, F, dh). The mixed values have to become (B, F, K, dh) before the last two axes are joined.
#
# steps: Three projections; the given attention; move the head axis behind the fields; flatten; add the residual; ReLU.
#
# mistake: A reshape of (B, K, F, dh) to (B, F, K dh) without moving the axes mixes fields with heads. Its shape is right.


# %% question="autoint_layer" minutes=30 further forbid=["attention"]
def autoint_layer(
    E: Float[Tensor, "B F k"],
    Wq: Float[Tensor, "K k dh"],
    Wk: Float[Tensor, "K k dh"],
    Wv: Float[Tensor, "K k dh"],
    Wres: Float[Tensor, "k Kdh"],
) -> tuple[Float[Tensor, "B F Kdh"], Float[Tensor, "B K F F"]]:
    """One layer of AutoInt; torch's own attention is not allowed, the given function is.

    Args:
        E: one vector per field.
        Wq, Wk, Wv: one matrix per head for queries, keys and values.
        Wres: the matrix of the residual.

    Returns:
        The new vectors, heads side by side, and the weights: [b, h, i, j] is how much field i takes from field j in head h.
    """
    ### BEGIN SOLUTION
    heads, weights = attention(E[:, None] @ Wq, E[:, None] @ Wk, E[:, None] @ Wv)
    joined = heads.transpose(1, 2).flatten(2)
    return torch.relu(joined + E @ Wres), weights
    ### END SOLUTION


# %% [markdown]
# ## 8. FiBiNET: which fields, and a bent product
#
# Two small ideas. First, not all fields matter equally. A **squeeze-and-excitation gate** squeezes each field's vector to its mean, and reads from all $F$ means a gate for each field:
#
# $$s_i=\frac1k\sum_cE_{ic},\qquad g=\sigma\big(\mathrm{ReLU}(sW_1)\,W_2\big)\in(0,1)^F .$$
#
# $W_1$ is $F\times r$ with $r<F$ usually. Each gate is a sigmoid of its own: fields do not compete, and the gates need not sum to 1. (The paper has a ReLU in place of the sigmoid; the article a sigmoid, and so have we.)
#
# Second, bend the product. With one matrix $W$ for all pairs,
#
# $$P_{ij}=(v_iW)\odot v_j\in\mathbb R^k,\qquad i<j,$$
#
# a vector per pair, in the order $(1,2),(1,3),\dots,(1,F),(2,3),\dots$ Its sum over the $k$ coordinates is the bilinear form $v_iWv_j^\top$; FM is $W=I$, summed. The paper takes the products of the raw embeddings *and* of the gated ones $g_iv_i$, and gives both to
# a network.
#
# **By hand.** $v_1=(1,3)$, $v_2=(2,-2)$, $v_3=(0,4)$: $s=(2,0,2)$. With $W_1=(1,1,0)^\top$ and $W_2=(0,0.5,-1)$: $\mathrm{ReLU}(2)=2$, and the gates are
# $\sigma(0,1,-2)=(0.5,0.731,0.119)$. With $W=\begin{pmatrix}0&1\\2&0\end{pmatrix}$: $v_1W=(6,1)$, $v_2W=(-4,2)$, and the pairs are $(12,-2)$, $(0,4)$, $(0,8)$.


# %% [markdown] hints="fibinet_interaction"
# idea: The gate is a network of two layers whose inputs are numbers, one per field. The pairs are an elementwise product of two lists.
#
# shapes: (B, F, k) squeezes to (B, F), then (B, r), then (B, F). Of the pairs there are F(F - 1)/2; left and right members are both (B, pairs, k).
#
# steps: Mean over the last axis, two matrix products with ReLU between, sigmoid. For the pairs: indices above the diagonal, row by row; the left member times the matrix; times the right one.
#
# mistake: Multiplying with the matrix after the product: $(v_i\odot v_j)W$ is another thing.


# %% question="fibinet_interaction" minutes=25 further
def senet_gates(
    E: Float[Tensor, "B F k"], W1: Float[Tensor, "F r"], W2: Float[Tensor, "r F"]
) -> Float[Tensor, "B F"]:
    """Squeeze-and-excitation gates of the fields.

    Args:
        E: one vector per field.
        W1: from the F means to r numbers, which go through ReLU.
        W2: from these to F numbers, which go through a sigmoid.

    Returns:
        One gate between 0 and 1 per impression and field.
    """
    ### BEGIN SOLUTION
    return torch.sigmoid(torch.relu(E.mean(-1) @ W1) @ W2)
    ### END SOLUTION


def fibinet_interaction(
    E: Float[Tensor, "B F k"], W: Float[Tensor, "k k"]
) -> Float[Tensor, "B pairs k"]:
    """Bilinear products of all pairs of fields i < j, with one matrix for all ("field-all").

    Args:
        E: one vector per field.
        W: multiplied from the right to the vector of the first field of a pair.

    Returns:
        One vector per pair, ordered by i, then by j.
    """
    ### BEGIN SOLUTION
    i, j = torch.triu_indices(E.shape[1], E.shape[1], offset=1)
    return (E @ W)[:, i] * E[:, j]
    ### END SOLUTION


# %% [markdown]
# ## 9. A log without a dictionary, and an AUC per user
#
# Real fields have a hundred million ids, and new ones every minute. **Hashing** needs no dictionary: a row is computed from the id. Take the prime $2^{31}-1$, two multipliers $a$ and $c$, and
#
# $$r_f=\Big(\big(a\,(x_f+1)+c\,(f+1)\big)\bmod(2^{31}-1)\Big)\bmod n ,\qquad f=0,\dots,F-1,$$
#
# for a table of $n$ rows that all fields share. The field's number is in it, so that id 3 of one field and id 3 of another mostly fall on different rows. Two ids on one row are a collision: they share their weight.
#
# **By hand.** $a=3$, $c=5$, $n=8$. Id 10 in field 0: $3\cdot11+5=38$, row $6$. Id 10 in field 1: $33+10=43$, row $3$.
#
# Who ranks ads *for one user* does not care whether another user clicks more. AUC does: it compares impressions of different users. **GAUC** takes the AUC of each user's impressions and averages, weighted by their number $n_u$:
#
# $$\mathrm{GAUC}=\frac{\sum_un_u\,\mathrm{AUC}_u}{\sum_un_u},$$
#
# over the users who have both clicks and non-clicks; the others have no AUC and are left out above *and* below.
#
# **By hand.** User 7: clicks $(1,0)$, scores $(0.2,0.1)$, AUC 1. User 3: clicks $(1,0,0)$, scores $(0.5,0.7,0.4)$, AUC $\frac12$. User 5: clicks $(1,1)$, left out. GAUC $=(2\cdot1+3\cdot0.5)/5=0.7$.


# %% [markdown] hints="grouped_auc"
# idea: A hash is arithmetic on whole arrays. A GAUC is your AUC in a loop over users.
#
# shapes: The number of the field is one axis of (F,) that broadcasts against (B, F).
#
# steps: Formula; two remainders, first by the prime, then by the rows. GAUC: for each distinct group its impressions; skip those with one kind; sum the products and the weights; divide.
#
# mistake: Leaving a user out of the sum, but not out of the weights.


# %% question="grouped_auc" minutes=20 further
def hash_rows(x: Int[np.ndarray, "B F"], n: int, a: int, c: int) -> Int[np.ndarray, "B F"]:
    """Rows of a table of n rows, computed from ids and fields.

    Args:
        x: ids from 0 to 2**31 - 1, one per field.
        n: number of rows of the table.
        a: multiplier of the id plus 1, from 1 to 2**31 - 2. The product fits into int64.
        c: multiplier of the field's number plus 1, from 0 to 2**31 - 2; fields are numbered from 0.

    Returns:
        The rows, int64, from 0 to n - 1.
    """
    ### BEGIN SOLUTION
    fields = np.arange(1, x.shape[1] + 1)
    return (a * (x + 1) + c * fields) % (2**31 - 1) % n
    ### END SOLUTION


def grouped_auc(
    y: Int[np.ndarray, " n"], p: Float[np.ndarray, " n"], group: Int[np.ndarray, " n"]
) -> float:
    """Mean of the groups' AUC, weighted by their impressions; builds on ``auc``.

    Args:
        y: clicks, 0 or 1.
        p: scores, any finite numbers.
        group: the user of each impression, any integers in any order.

    Returns:
        The mean over the groups with both clicks and non-clicks; each has its number of impressions as weight.

    Raises:
        ValueError: there is no such group.
    """
    ### BEGIN SOLUTION
    total, weight = 0.0, 0
    for g in np.unique(group):
        mine = group == g
        if 0 < np.count_nonzero(y[mine]) < mine.sum():
            total += mine.sum() * auc(y[mine], p[mine])
            weight += mine.sum()
    if weight == 0:
        raise ValueError("no group has both clicks and non-clicks")
    return float(total / weight)
    ### END SOLUTION


# %% [markdown]
# Two small experiments. Left: factorization machines on hashed rows. Our log has 96 ids; the table gets 1536 rows, or 96, or 24. Collisions cost AUC: with as many rows as ids, more than .05. Right: another log in which users differ in how much they click. The score is nothing but the user's own
# click rate, which says nothing about which ad to show. AUC is impressed; GAUC is exactly one half.


# %% tags=["demo"]
@demo
def hashed_and_grouped(seed: int = 0) -> dict[str, float]:
    """AUC of hashed factorization machines, and a score that AUC likes and GAUC does not."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    log, rng = Clicks(seed), np.random.default_rng(seed)
    y, found = torch.tensor(log.y, dtype=torch.float32), {}
    for n in (1536, 96, 24):
        a, c = (int(v) for v in rng.integers(1, 2**31 - 1, size=2))
        rows = torch.tensor(hash_rows(log.x, n, a, c))
        generator = torch.Generator().manual_seed(seed)
        b, w = torch.zeros(1, requires_grad=True), torch.zeros(n, requires_grad=True)
        V = (0.1 * torch.randn(n, 8, generator=generator)).requires_grad_()
        score = train(
            lambda r, b=b, w=w, V=V: b + w[r].sum(1) + fm_interaction(V[r]),
            [b, w, V],
            rows[log.train],
            y[log.train],
        )
        found[f"{n} rows"] = auc(log.y[log.shown].astype(np.int64), score(rows[log.shown]))
    user = rng.integers(40, size=4000)
    click = (rng.random(4000) < 1 / (1 + np.exp(-1.5 * rng.normal(size=40)[user]))).astype(np.int64)
    rate = np.bincount(user, click) / np.bincount(user)
    grouped = {"AUC": auc(click, rate[user]), "GAUC": grouped_auc(click, rate[user], user)}
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6))
    bars(left, found, ["C0", "C0", "C0"])
    left.set(xlabel="AUC of shown pairs", xlim=(0.4, 1), title="hashed factorization machines")
    bars(right, grouped, ["C1", "C0"])
    right.set(xlabel="AUC and GAUC", xlim=(0.4, 1), title="score: the user's click rate")
    return {f"rows_{name.split()[0]}": value for name, value in found.items()} | {
        "auc": grouped["AUC"],
        "gauc": grouped["GAUC"],
    }


# %% [markdown]
# ## Payoff: pairs that never met
#
# All on the same 15 000 impressions, with the same ten epochs, optimizer and weight decay: logistic regression, the control of every cross; one weight per pair; FM, FFM, DeepFM and DCN
# (three cross layers and a linear read-out). The last bar is the truth's own AUC; the other control is an FM whose clicks were shuffled. Two numbers for each: on new impressions of pairs that
# were shown in training, and on **withheld** pairs.
#
# Guess first. The table has a weight for each pair of user and ad, of which the withheld ones were never trained. What is its AUC there? And that of the FM?


# %% tags=["predict"]
# AUC on withheld pairs: 0.5 is chance, the truth itself reaches about .86.
predict("withheld", one_weight_per_pair=..., FM=...)


# %% tags=["demo"]
@demo
def pairs_that_never_met(seed: int = 0) -> dict[str, float]:
    """AUC of seven models on shown and on withheld pairs."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    log = Clicks(seed)
    rows, y = torch.tensor(field_rows(log.x, FIELD_SIZES)), torch.tensor(log.y, dtype=torch.float32)
    starts = torch.tensor([0, 40, 80, 88])
    generator = torch.Generator().manual_seed(seed)

    def new(*shape: int, scale: float = 0.1) -> Tensor:
        return (scale * torch.randn(*shape, generator=generator)).requires_grad_()

    def linear() -> tuple[Tensor, Tensor]:
        return new(1, scale=0.0), new(96, scale=0.01)

    def evaluate(
        model: Callable[[Tensor], Tensor], params: list[Tensor], clicks: Tensor = y
    ) -> dict[str, float]:
        score = train(model, params, rows[log.train], clicks[log.train], seed=seed)
        return {
            name: auc(log.y[i].astype(np.int64), score(rows[i]))
            for name, i in (("shown", log.shown), ("held", log.held))
        }

    found = {}
    b, w = linear()
    found["logistic regression"] = evaluate(lambda r: b + w[r].sum(1), [b, w])
    b1, w1 = linear()
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    tables = {(i, j): new(FIELD_SIZES[i], FIELD_SIZES[j], scale=0.01) for i, j in pairs}

    def table(r: Tensor) -> Tensor:
        x = r - starts
        return b1 + w1[r].sum(1) + sum(tables[i, j][x[:, i], x[:, j]] for i, j in pairs)

    found["one weight per pair"] = evaluate(table, [b1, w1, *tables.values()])
    b2, w2, V2 = *linear(), new(96, 8)
    found["FM"] = evaluate(lambda r: b2 + w2[r].sum(1) + fm_interaction(V2[r]), [b2, w2, V2])
    b3, w3, V3 = *linear(), new(96, 4, 8)
    found["FFM"] = evaluate(lambda r: b3 + w3[r].sum(1) + ffm_interaction(V3[r]), [b3, w3, V3])
    b4, w4, V4 = *linear(), new(96, 8)
    mlp = [(new(32, 32, scale=0.2), new(32, scale=0.0)), (new(1, 32, scale=0.2), new(1, scale=0.0))]
    deep = {"bias": b4, "w": w4, "vectors": V4, "mlp": mlp}
    found["DeepFM"] = evaluate(
        lambda r: deepfm_logit(r, deep), [b4, w4, V4, *(t for layer in mlp for t in layer)]
    )
    b5, V5, ws, bs, out = (
        new(1, scale=0.0),
        new(96, 8, scale=0.3),
        new(3, 32, scale=0.2),
        new(3, 32, scale=0.0),
        new(32, scale=0.2),
    )
    found["DCN"] = evaluate(
        lambda r: b5 + cross_network(V5[r].flatten(1), ws, bs) @ out, [b5, V5, ws, bs, out]
    )
    b6, w6, V6 = *linear(), new(96, 8)
    shuffled = y.clone()
    shuffled[log.train] = y[log.train][torch.randperm(len(log.train), generator=generator)]
    found["FM, shuffled clicks"] = evaluate(
        lambda r: b6 + w6[r].sum(1) + fm_interaction(V6[r]), [b6, w6, V6], shuffled
    )
    found["truth"] = {
        name: auc(log.y[i].astype(np.int64), log.logit[i])
        for name, i in (("shown", log.shown), ("held", log.held))
    }

    fig, axes = plt.subplots(1, 2, figsize=(11, 3.8), sharey=True)
    guess = guesses("withheld")
    guessed = {"one weight per pair": guess.get("one_weight_per_pair"), "FM": guess.get("FM")}
    colours = ["0.6", "C1", "C0", "C0", "C0", "C0", "0.6", "C2"]
    for ax, name, title in zip(
        axes, ("shown", "held"), ("pairs shown in training", "withheld pairs"), strict=True
    ):
        bars(
            ax,
            {model: value[name] for model, value in found.items()},
            colours,
            "%.2f",
            guessed if name == "held" else None,
        )
        ax.set(xlabel="AUC", xlim=(0.4, 1), title=title)
    axes[0].invert_yaxis()  # both share one axis, which each turned
    short = ("lr", "table", "fm", "ffm", "deepfm", "dcn", "shuffled", "truth")
    return {
        f"{s}_{name}": value[name]
        for s, value in zip(short, found.values(), strict=True)
        for name in ("shown", "held")
    }


# %% [markdown]
# **A table remembers, a factorisation generalises.** On shown pairs the table is far better than logistic regression; on withheld pairs it loses most of that (what it keeps comes from hours and devices). The FM loses
# hardly anything: less than .04 in AUC, and its gap to the truth is below .06. FFM and DeepFM stay within .03 of it: the world *is* a sum of dot products, and there is nothing more to learn. On withheld pairs DCN stays behind the FM by more than .1: one number per layer is a narrow door. The FM of shuffled clicks
# is at chance, between .45 and .55.
#
# ### The other crosses
#
# DCN-V2, CIN, AutoInt and FiBiNET on the same log, again with logistic regression and FM beside them. All four are above logistic regression by more than .1, on pairs that were never shown. None is above the FM by more than .03, and none was made
# for this: ten epochs on a log of pairs, untuned. They pay off on logs of a billion lines in which triples matter.


# %% tags=["demo"]
@demo
def the_other_crosses(seed: int = 0) -> dict[str, float]:
    """AUC of the four further crosses on withheld pairs, with their controls."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    log = Clicks(seed)
    rows, y = torch.tensor(field_rows(log.x, FIELD_SIZES)), torch.tensor(log.y, dtype=torch.float32)
    generator = torch.Generator().manual_seed(seed)
    labels, found = log.y[log.held].astype(np.int64), {}

    def new(*shape: int, scale: float = 0.2) -> Tensor:
        return (scale * torch.randn(*shape, generator=generator)).requires_grad_()

    def evaluate(
        name: str, readout: Callable[[Tensor, Tensor], Tensor], params: list[Tensor]
    ) -> None:
        b, w, V = new(1, scale=0.0), new(96, scale=0.01), new(96, 8)
        score = train(
            lambda r: b + w[r].sum(1) + readout(V[r], r),
            [b, w, V, *params],
            rows[log.train],
            y[log.train],
            seed=seed,
        )
        found[name] = auc(labels, score(rows[log.held]))

    evaluate("logistic regression", lambda E, r: torch.zeros(len(r)), [])
    evaluate("FM", lambda E, r: fm_interaction(E), [])
    W, c, out = new(2, 32, 32), new(2, 32, scale=0.0), new(32)

    def dcn_v2(E: Tensor, r: Tensor) -> Tensor:
        x0 = E.flatten(1)
        return cross_layer_v2(x0, cross_layer_v2(x0, x0, W[0], c[0]), W[1], c[1]) @ out

    evaluate("DCN-V2", dcn_v2, [W, c, out])
    C1, C2, cin_out = new(8, 4, 4), new(8, 8, 4), new(16)

    def cin(E: Tensor, r: Tensor) -> Tensor:
        maps, first = cin_layer(E, E, C1)
        return torch.cat([first, cin_layer(maps, E, C2)[1]], 1) @ cin_out

    evaluate("CIN", cin, [C1, C2, cin_out])
    Wq, Wk, Wv, Wres, auto_out = new(2, 8, 8), new(2, 8, 8), new(2, 8, 8), new(8, 16), new(64)
    evaluate(
        "AutoInt",
        lambda E, r: autoint_layer(E, Wq, Wk, Wv, Wres)[0].flatten(1) @ auto_out,
        [Wq, Wk, Wv, Wres, auto_out],
    )
    G1, G2, raw, gated, fib_out = new(4, 2), new(2, 4), new(8, 8), new(8, 8), new(96)

    def fibinet(E: Tensor, r: Tensor) -> Tensor:
        bent = (
            fibinet_interaction(E, raw),
            fibinet_interaction(senet_gates(E, G1, G2)[..., None] * E, gated),
        )
        return torch.cat(bent, 1).flatten(1) @ fib_out

    evaluate("FiBiNET", fibinet, [G1, G2, raw, gated, fib_out])
    fig, ax = plt.subplots()
    bars(ax, found, ["0.6", "C2", "C0", "C0", "C0", "C0"])
    ax.set(xlabel="AUC on withheld pairs", xlim=(0.4, 1))
    return {
        name.lower().replace(" ", "_").replace("-", "_"): value for name, value in found.items()
    }


# %% [markdown]
# ### Real data: pixels instead of ads
#
# Most logs of ratings and clicks come with terms that do not allow to pass them on, so here is a log of another kind: 600 handwritten digits of $8\times8$ pixels, from scikit-learn. The *user* is the image, the *ad* is one of 64 places on the paper, and a *click* is ink there
# (a grey value above 7 of 16). Half of all pairs is withheld at random. Nobody tells the model which places are neighbours, or what a digit is.
#
# The controls are the mean of each place, and logistic regression: how much ink has this image, how often is ink at this place? The FM gives each image and each place sixteen numbers besides.


# %% tags=["predict"]
# AUC on pixels that were never shown to the model: 0.5 is chance.
predict("withheld pixels", logistic_regression=..., FM=...)


# %% tags=["demo"]
@demo
def pixels_never_seen(seed: int = 0) -> dict[str, float]:
    """Logistic regression and FM on digits of which half of the pixels are withheld."""
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(seed)
    ink = (load_digits().data[rng.permutation(1797)[:600]] > 7).astype(np.int64)
    known = rng.random(ink.shape) < 0.5
    x = np.argwhere(np.ones_like(ink))
    rows = torch.tensor(field_rows(x, [600, 64]))
    y, seen = ink.ravel(), known.ravel()
    clicks = torch.tensor(y, dtype=torch.float32)
    generator = torch.Generator().manual_seed(seed)
    scores = {}
    for name, k in (("logistic regression", 0), ("FM", 16)):
        b, w = torch.zeros(1, requires_grad=True), torch.zeros(664, requires_grad=True)
        V = (0.1 * torch.randn(664, k, generator=generator)).requires_grad_()
        score = train(
            lambda r, b=b, w=w, V=V: b + w[r].sum(1) + fm_interaction(V[r]),
            [b, w, V],
            rows[seen],
            clicks[seen],
            decay=1e-4,
            seed=seed,
        )
        scores[name] = score(rows)
    place = (ink * known).sum(0) / known.sum(0)
    scores = {"mean of the place": np.tile(place, 600)} | scores
    found = {name: auc(y[~seen], score[~seen]) for name, score in scores.items()}
    fig, axes = plt.subplots(4, 10, figsize=(11, 5))
    if layout := fig.get_layout_engine():  # the notebooks' style has one
        layout.set(hspace=0.35)  # room for the names of the rows
    fig.suptitle("ten of 600 digits")
    panels = {"half of the pixels": np.where(known, ink, 0.5)}
    panels |= {
        f"{name}: {found[name]:.3f}": 1 / (1 + np.exp(-scores[name].reshape(600, 64)))
        for name in ("logistic regression", "FM")
    }
    panels["the digit"] = ink
    for line, (name, images) in zip(axes, panels.items(), strict=True):
        for ax, image in zip(line, images[:10], strict=True):
            ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
        guess = guesses("withheld pixels").get(name.split(":")[0].replace(" ", "_"))
        guessed = f", guessed {guess}" if isinstance(guess, (int, float)) else ""
        text = f"{name} (AUC on the withheld{guessed})" if ":" in name else name
        label = line[0].text(0, 1.06, text, transform=line[0].transAxes)
        label.set_in_layout(False)  # it may be wider than its column
    return {
        "place": found["mean of the place"],
        "lr": found["logistic regression"],
        "fm": found["FM"],
    }


# %% [markdown]
# The FM is better than logistic regression by more than .05 in AUC on pixels that it never saw, and most of the digits can be read. Logistic regression says nothing that the mean of the place does not say: on real clicks, too, that is the control to beat. And an image of which *no* pixel was shown has an untrained vector: the FM
# knows as little about a new user as the table about a new pair. For those one needs fields that are not ids of their own: age, text, category.
#
# ## What you built, and where it goes next
#
# Nine ways to say what two ids mean together, and the rulers to compare them. Logistic regression adds, a table remembers, a factorisation generalises; deep and cross networks pay off where triples matter and data are plenty.
#
# - **Rare clicks:** weights $N_-/N_+$ on the clicks shift the odds as thinning does, and have to be undone likewise; focal loss
#   ([Lin et al. 2017](https://arxiv.org/abs/1708.02002)) also bends the probabilities. Calibrate afterwards on untouched data: Platt's sigmoid, or isotonic regression.
# - **Test in time:** a random split lets the model look into the future. Train on earlier days, test on later ones; expect less.
# - **Which cross?** [Open benchmarking for CTR prediction](https://arxiv.org/abs/2009.05794) finds that tuned models differ by thousandths.
# - **Users with a history:** [Deep interest network](https://arxiv.org/abs/1706.06978), from which GAUC comes, attends to what was clicked before.
# - **Hashing:** [Weinberger et al. 2009](https://arxiv.org/abs/0902.2206), with a sign that makes collisions cancel on average.
#
# The [article](https://www.chenk.top/en/recommendation-systems/04-ctr-prediction/) tells the same story with more background.
