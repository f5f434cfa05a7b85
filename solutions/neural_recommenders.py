# %% [markdown]
# # Neural recommenders
#
# Everybody who visits a shop, a library or a website could be shown its best-sellers. That list costs nothing and
# is hard to beat. **What does a list made for you know that the best-seller list does not?** You build the parts of
# the systems that answer: embeddings, their interactions, negative samples, the two towers behind YouTube's list of
# candidates, and the yardstick that tells them from the best-seller list. At the end they recommend pages of a real
# website to visitors whom they have never met.
#
# <!-- questions -->
#
# **You need:** softmax and cross-entropy, the chain rule, a little PyTorch (indexing, broadcasting).
#
# **Article:** [Recommendation systems: deep learning
# foundations](https://www.chenk.top/en/recommendation-systems/03-deep-learning-basics/)
#
# **Papers:** He and others, [Neural collaborative filtering](https://arxiv.org/abs/1708.05031); Covington, Adams
# and Sargin, [Deep neural networks for YouTube recommendations](https://doi.org/10.1145/2959100.2959190); Cheng and
# others, [Wide & deep learning](https://arxiv.org/abs/1606.07792); Yi and others, [Sampling-bias-corrected neural
# modeling](https://doi.org/10.1145/3298689.3346996).
#
# **Data:** *Anonymous Microsoft Web Data* by Breese, Heckerman and Kadie (UCI Machine Learning Repository, CC BY
# 4.0): which areas of microsoft.com each visitor saw in one week of February 1998; areas with at least 20 visits,
# visitors of at least four of them.
#
# **Conventions of the whole notebook.** Everything is PyTorch and is computed in the arguments' dtype, float32 or
# float64. Ids are int64 and start at 0; masks are bool. A layer's weight has the shape (out, in), as in
# `torch.nn.Linear`: it maps $x$ to $xW^\top+b$. Batches come first. No function changes its arguments. Randomness
# comes in as an argument. $\log$ is the natural logarithm.

# %%
import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread
DATA = Path("data/neural_recommenders").resolve()

# %% [markdown]
# ## First look
#
# You are a visitor of microsoft.com in February 1998. You have seen three pages. Two towers, trained on 8,287 other
# visitors, say what comes next, in two ways: which pages are the likeliest, and which are the most special: visited
# by people like you many times as often as by everybody (of pages with at least 100 visits). On the right are the
# best-sellers, the same for everyone. Blue bars are pages that are not among the ten best-sellers: the lists made
# for you have other pages than the best-seller list. By question 7 you will know what separates the two, and why
# both come from one loss.
#
# Type your own three pages in place of the dots and run both cells. A part of a title will do: *Games*, *Kids*,
# *Visual C*, *Java*, *Germany*, *Excel*, *Typography*, *Job*, *Money*, *Training*.

# %% tags=["predict"]
predict("three pages that you have seen", first=..., second=..., third=...)


# %% tags=["demo"]
@demo
def first_look(seed: int = 0) -> dict[str, float]:
    """Ten pages for a visitor of three, by stored towers, in two orders, beside the ten most visited."""
    import matplotlib.pyplot as plt

    pages = dict(np.load(DATA / "pages.npz"))
    names, vectors = pages["names"], pages["items"].astype(np.float64)
    counts = np.bincount(pages["train"], minlength=len(names))
    typed = [str(word).casefold() for word in guesses("three pages that you have seen").values()]
    found = [[i for i in range(1, len(names)) if word in names[i].casefold()] for word in typed]
    chosen = [ids[0] for ids in found if ids]
    if not chosen:
        chosen = [
            int(np.flatnonzero(names == name)[0])
            for name in ("Visual C", "Java Strategy and Info", "Visual Studio")
        ]
    pooled = pages["table"][chosen].astype(np.float64).mean(0)
    user = np.maximum(pages["w1"] @ pooled + pages["b1"], 0) @ pages["w2"].T + pages["b2"]
    scores = vectors @ user / np.linalg.norm(user) / 0.2
    scores[[0, *chosen]] = -np.inf
    probs = np.exp(scores - scores.max())
    probs /= probs.sum()
    share = np.maximum(counts, 1) / counts.sum()
    lists = {
        "yours: the likeliest": 100 * probs,
        "yours: the most special": probs / share * (counts >= 100),
        "best-sellers": 100 * share,
    }
    best = np.argsort(-counts, kind="stable")[:10]
    fig, axes = plt.subplots(1, 3, figsize=(13, 4))
    numbers = {}
    for ax, (title, values) in zip(axes, lists.items(), strict=True):
        top = np.argsort(-values, kind="stable")[:10]
        ax.barh(range(10), values[top], color=["0.6" if i in best else "C0" for i in top])
        ax.set_yticks(range(10), [names[i][:26] for i in top])
        ax.invert_yaxis()
        ax.set(title=title, xlabel="% of visits")
        numbers[title.rpartition(" ")[2]] = float(sum(i not in best for i in top))
    axes[1].set(xlabel="times as often as others")
    fig.suptitle("after " + ", ".join(names[i] for i in chosen))
    return numbers


# %% [markdown]
# ## 1. An id becomes a vector, and learns
#
# To a network a page is an integer, and integers mean nothing: page 7 is not between 6 and 8. One-hot vectors $e_i$
# do not help either. Any two of them are $\sqrt2$ apart, *Excel* as far from *Word* as from *Games*. An
# **embedding** gives each id a row of a table $P$ of shape $(V,d)$, and looking up is a product with a one-hot
# vector,
#
# $$P^\top e_i = P_i .$$
#
# No library computes that product: it picks the row. But the product tells us the gradient. Let a batch look up the
# ids $i_{bl}$ and let $\delta_{bl}$ be the gradient of the loss with respect to the row that was handed out. Then
#
# $$\frac{\partial L}{\partial P} = \sum_{b,l} e_{i_{bl}}\,\delta_{bl}^\top ,
# \qquad\text{that is,}\qquad
# \frac{\partial L}{\partial P_v} = \sum_{(b,l):\ i_{bl}=v} \delta_{bl} .$$
#
# Each use of a row adds its gradient, and a row that nobody used gets zero. It is here that ids learn what they
# mean: two pages that the same people visit are pulled in the same directions, again and again.
#
# Visitors saw different numbers of pages, so short rows of ids are filled up with a **padding** id. It stands for
# nothing and must learn nothing: its row of the gradient is zero, however large $\delta$ is.
#
# ![Ids 3, 3 and 0 with the gradients (1, 2), (3, -1) and (5, 5). In the gradient of the table row 3 is (4, 1), the sum of the first two; all other rows are zero, that of the padding id 0 included.](pictures/neural_recommenders/rows.svg)
#
# **By hand.** $V=4$ and the ids $3, 3, 0$ with gradients $(1,2)$, $(3,-1)$, $(5,5)$; 0 is padding. Row 3 of the
# gradient is $(4, 1)$, all others are $(0, 0)$. Without padding, row 0 would be $(5, 5)$.


# %% [markdown] hints="embedding_backward"
# idea: Start from a table of zeros and let every looked-up position add its vector to the row of its id.
#
# shapes: There are B·L positions. The ids become one axis of that length, the gradients a matrix with as many rows
# and d columns.
#
# steps: Zeros of shape (vocab, d) like `dE`; add with an operation that accumulates where ids repeat; clear the
# padding row, if there is one, last.
#
# mistake: `dP[ids] += dE` writes once per distinct id: of repeated ids only one gradient survives.


# %% question="embedding_backward" minutes=15 forbid=["autograd", "torch.ops.aten.embedding_dense_backward", "torch.nn.functional.embedding", "torch.nn.functional.embedding_bag"]
def embedding_backward(
    ids: Int64[Tensor, "B L"],
    dE: Float[Tensor, "B L d"],
    vocab: int,
    padding_idx: int | None = None,
) -> Float[Tensor, "vocab d"]:
    """Gradient of the loss with respect to an embedding table.

    Autograd, ``torch.nn.functional.embedding``, ``embedding_bag`` and ``embedding_dense_backward`` are not to be used.

    Args:
        ids: the rows that were looked up, from 0 to vocab - 1; the same id may occur many times.
        dE: gradient of the loss with respect to each vector that was handed out; finite numbers.
        vocab: number of rows of the table; some of them may not occur in ``ids``.
        padding_idx: the id that learns nothing; None if every id learns.

    Returns:
        The sum, for each row, of the gradients at the positions of its id; zero for rows that were not looked up,
        and zero for the row of ``padding_idx``. In the dtype of ``dE``.
    """
    ### BEGIN SOLUTION
    d = dE.shape[-1]
    dP = dE.new_zeros(vocab, d)
    dP.index_add_(0, ids.reshape(-1), dE.reshape(-1, d))
    if padding_idx is not None:
        dP[padding_idx] = 0
    return dP
    ### END SOLUTION


# %% [markdown]
# ## 2. A visitor is the mean of what was seen
#
# YouTube's network has no row per user. A user is what he or she watched: the *mean* of the embeddings of the
# watched videos. That works for somebody who arrived a minute ago, and the mean has the same width after two videos
# as after fifty. Searched words are averaged in the same way; the two means are laid side by side, numbers such as
# the age beside them, and some ReLU layers make the user vector of it all.
#
# The mean runs over what is there. With ids $i_{bl}$ and the padding id 0,
#
# $$m_{bl} = [\,i_{bl}\ne 0\,], \qquad
# u_b = \frac{\sum_l m_{bl}\,E_{bl}}{\max\big(1, \sum_l m_{bl}\big)} .$$
#
# Dividing by $L$ instead would make a visitor's vector the shorter the more padding the *longest* visitor of the
# batch causes. The maximum is for the visitor of whom nothing is known: $0/1$ is a vector, $0/0$ is not.
#
# What stands in $E$ at a padded position does not matter. In a new table the padding row is mostly zero, but a
# table may come from anywhere, and a product $0\cdot\infty$ is not zero: leave such a position out rather than
# multiply it.
#
# ![Three vectors: (2, 4) and (4, 0) of pages 7 and 2, and (9, 9) at the padding id 0. The masked mean is (3, 2); the sum of two divided by three, or all three averaged, would be wrong.](pictures/neural_recommenders/pool.svg)
#
# **By hand.** The ids $(7, 2, 0)$ with the vectors $(2,4)$, $(4,0)$, $(9,9)$: the mean is $(3, 2)$.


# %% [markdown] hints="masked_mean_pool"
# idea: A sum over what counts, divided by how many count, but at least by one.
#
# shapes: The mask is (B, L) and needs a last axis of length 1 against (B, L, d). The counts are (B, 1) against (B,
# d).
#
# steps: Compare ids with pad; zeros where they agree; sum over the positions; count the rest, at least 1; divide.


# %% question="masked_mean_pool" minutes=10
def masked_mean_pool(
    E: Float[Tensor, "B L d"], ids: Int64[Tensor, "B L"], pad: int = 0
) -> Float[Tensor, "B d"]:
    """Mean of the vectors of each row whose id is not the padding.

    Args:
        E: the vector of each position. At padded positions it may hold anything, inf and nan included, and is left
            out; elsewhere it is finite.
        ids: the id of each position; padding may stand anywhere in a row.
        pad: the padding id.

    Returns:
        One mean per row, over the positions that are not padded; zeros for a row that is all padding. Autograd can
        differentiate it with respect to ``E``.
    """
    ### BEGIN SOLUTION
    there = ids != pad
    total = torch.where(there[..., None], E, 0).sum(1)
    return total / there.sum(1, keepdim=True).clamp(min=1)
    ### END SOLUTION


# %% [markdown]
# ## 3. When a product is not enough
#
# Matrix factorisation scores visitor $p$ and page $q$ by $p\cdot q=\sum_k p_kq_k$: each feature of the one meets
# the same feature of the other. A **multilayer perceptron** (MLP) lets all of them meet. Lay both side by side and
# put a hidden layer of $H$ units on top:
#
# $$s(p,q) = w_2^\top\,\mathrm{ReLU}\big(W_1\,[p;q]+b_1\big),
# \qquad W_1\in\mathbb R^{H\times 2d} .$$
#
# All depends on the ReLU. Without it, $w_2^\top W_1[p;q]=a\cdot p+c\cdot q$ with some vectors $a$ and $c$: a score
# of the visitor plus a score of the page. Such a sum ranks the pages in the same order for everybody: a best-seller
# list. It has
#
# $$s(p,q)+s(p',q') = s(p,q')+s(p',q)$$
#
# for any two visitors and pages, and so cannot like *one of the two, but not both*.
#
# **By hand.** $d=1$, $W_1=\begin{pmatrix}1&1\\1&1\end{pmatrix}$, $b_1=(0,-1)$, $w_2=(1,-2)$: the scores of
# $(p,q)=(0,0),(0,1),(1,0),(1,1)$ are $0, 1, 1, 0$: exclusive or. Without the ReLU they are $2, 1, 1, 0$.


# %% [markdown] hints="mlp_interaction"
# idea: One hidden layer over both vectors at once; its output is one number per pair.
#
# shapes: Two (B, d) side by side are (B, 2d); the hidden layer is (B, H); the weighted sum over it is (B,).
#
# steps: Join along the feature axis, p first; the linear layer with its weight transposed; ReLU; the dot product
# with $w_2$.


# %% question="mlp_interaction" minutes=15 further
def mlp_interaction(
    p: Float[Tensor, "B d"],
    q: Float[Tensor, "B d"],
    W1: Float[Tensor, "H d2"],
    b1: Float[Tensor, " H"],
    w2: Float[Tensor, " H"],
) -> Float[Tensor, " B"]:
    """Score of each pair of vectors by a network with one hidden layer.

    Args:
        p: vectors of the visitors.
        q: vectors of the pages, one for each visitor.
        W1: weight of the hidden layer; its first d columns belong to ``p``, its last d to ``q``.
        b1: bias of the hidden layer, added before the ReLU.
        w2: weight of each hidden unit in the score; there is no second bias.

    Returns:
        One score per pair, any real number. Autograd can differentiate it with respect to every argument.
    """
    ### BEGIN SOLUTION
    hidden = torch.relu(torch.cat([p, q], dim=1) @ W1.T + b1)
    return hidden @ w2
    ### END SOLUTION


# %% [markdown]
# ## 4. NeuMF: both at once
#
# **Neural matrix factorisation** runs a product and an MLP side by side, each with tables of its own:
#
# $$\begin{aligned}
# g &= P^{G}_u \odot Q^{G}_i &&\text{(GMF, generalised matrix factorisation)}\\
# x_0 &= [P^{M}_u; Q^{M}_i], \quad x_l = \mathrm{ReLU}(W_l x_{l-1}+b_l) &&\text{(MLP, } n \text{ layers)}\\
# \hat y_{ui} &= \sigma\big(h^\top[g; x_n]+b\big) .
# \end{aligned}$$
#
# The product $\odot$ is taken entry by entry and *not* summed: the head $h$ weighs each entry. With $h=(1,\dots,1)$
# and no MLP it is plain matrix factorisation. Both paths meet in one head under one sigmoid. The two pairs of
# tables may have different widths, and what is good for a product need not be good for an MLP: that is why they are
# not shared. He and others train each path alone first and start from the two; here all is trained at once.
#
# **By hand.** $P^G_u=(1,2)$, $Q^G_i=(3,\frac12)$: $g=(3,1)$. $P^M_u=1$, $Q^M_i=-2$, one layer with
# $W_1=\begin{pmatrix}1&1\\2&\frac12\end{pmatrix}$, $b_1=(0,-\frac12)$: $x_1=\mathrm{ReLU}(-1,\frac12)=(0,\frac12)$.
# With $h=(\frac12,-1,2,1)$ and $b=0$ the head gives $1.5-1+0+0.5=1$, and $\hat y=\sigma(1)=0.731$.


# %% [markdown] hints="neumf_forward"
# idea: Two paths that know nothing of each other until the head reads both.
#
# shapes: The product is (B, d); the MLP starts with (B, 2e) and ends with (B, w); the head is (d + w,).
#
# steps: Look up four times; multiply the two of the first path; join the two of the second and send them through
# the layers, with ReLU after each; join both paths, product first; head, bias, sigmoid.
#
# mistake: Summing the product to one number. Then the head has nothing left to weigh.


# %% question="neumf_forward" minutes=20
def neumf_forward(
    u: Int64[Tensor, " B"], i: Int64[Tensor, " B"], params: dict
) -> Float[Tensor, " B"]:
    """Probabilities that each visitor visits each page, by NeuMF.

    Args:
        u: ids of the visitors.
        i: ids of the pages, one for each visitor.
        params: a dict with ``"P_gmf"`` (users, d) and ``"Q_gmf"`` (items, d), the tables of the product;
            ``"P_mlp"`` (users, e) and ``"Q_mlp"`` (items, e), those of the MLP; ``"layers"``, a list of pairs
            (W, b) of shapes (out, in) and (out,), the first with in = 2e, of any number, none included; ``"head"``
            of shape (d + w,), where w is the width that comes out of the last layer (2e without layers), the
            product's entries first; ``"bias"``, a tensor without axes. The width d or e may be 0: then that path
            says nothing.

    Returns:
        One probability per pair, 0 or 1 for logits of ±1000. ReLU follows every layer, the last one included; one
        sigmoid follows the head. Autograd can differentiate it with respect to all tensors in ``params``.
    """
    ### BEGIN SOLUTION
    product = params["P_gmf"][u] * params["Q_gmf"][i]
    x = torch.hstack([params["P_mlp"][u], params["Q_mlp"][i]])
    for W, b in params["layers"]:
        x = torch.relu(x @ W.T + b)
    return torch.sigmoid(torch.hstack([product, x]) @ params["head"] + params["bias"])
    ### END SOLUTION


# %% [markdown]
# ## 5. What was not clicked
#
# A log of visits holds only positives. A network that sees nothing else learns to say yes. So each visit is joined
# by some pages that the visitor has *not* seen, as **negatives**, and cross-entropy does the rest. (Four for each
# visit are usual.) They are drawn from
#
# $$\pi_u(j) \propto w_j\,[\,j \text{ not seen by } u\,] .$$
#
# Equal weights make *uniform* negatives: mostly pages that hardly anybody visits, so easy ones. Weights that are
# the visit counts, or a power of them, make *popular* negatives: harder ones, which keep the model from repeating
# the best-seller list. A page that the visitor has seen, even long ago, is no negative: the whole history is
# excluded, not just the page of the moment.
#
# Drawing again until a page is new takes forever for a visitor who has seen nearly all. Inverting the distribution
# function does not. Let $c_j=\sum_{j'\le j} w_{j'}[\,j'\text{ not seen}\,]$ be the running total. For $\epsilon$
# uniform on $[0,1)$ the negative is
#
# $$\min\,\{\,j:\ c_j > \epsilon\,c_{\text{last}}\,\} .$$
#
# The inequality is strict: a page that was seen, or has the weight 0, adds nothing to the total, is never the first
# to exceed anything, and is never drawn, not even for $\epsilon=0$.
#
# **By hand.** Five pages, of which 1 and 3 are seen. Equal weights: the running totals are $1, 1, 2, 2, 3$.
# $\epsilon=0.5$ gives $1.5$, which page 2 exceeds first; $\epsilon=0.9$ gives $2.7$ and page 4. With the weights
# $(4, 9, 1, 9, 1)$ the totals are $4, 4, 5, 5, 6$: $\epsilon=0.5$ now gives $3$ and page 0, $\epsilon=0.75$ gives
# $4.5$ and page 2.


# %% [markdown] hints="sample_negatives"
# idea: A running total over the pages that may be drawn; the noise says how far along it to stop.
#
# shapes: `seen[users]` is (B, I), and so are the running totals. Comparing them with (B, m) numbers needs a third
# axis.
#
# steps: Each visitor's weights with zeros where seen; running totals; refuse if a last total is 0; the noise times
# the last total; count, for each draw, how many totals do not exceed it: that count is the page.
#
# mistake: Row b of `seen` is that of visitor b, not of the b-th entry of `users`.


# %% question="sample_negatives" minutes=20
def sample_negatives(
    users: Int64[Tensor, " B"],
    seen: Bool[Tensor, "U I"],
    weight: Float[Tensor, " I"],
    noise: Float[Tensor, "B m"],
) -> Int64[Tensor, "B m"]:
    """Pages that the visitors have not seen, drawn in proportion to their weights.

    Args:
        users: ids of the visitors, rows of ``seen``; the same may occur several times.
        seen: True where a visitor has seen a page.
        weight: of each page, at least 0; need not sum to 1.
        noise: numbers from 0 to below 1, one for each draw, independent of each other: a draw may repeat.

    Returns:
        For each draw the smallest page id whose running total of the weights of unseen pages exceeds the noise
        times the total of all of them. int64.

    Raises:
        ValueError: a visitor in ``users`` has no unseen page with a weight above 0. Other visitors do not matter.
    """
    ### BEGIN SOLUTION
    free = torch.where(seen[users], 0, weight)
    running = free.cumsum(1)
    total = running[:, -1:]
    if (total == 0).any():
        raise ValueError("a visitor has seen everything")
    return (running[:, None, :] <= (noise * total)[:, :, None]).sum(-1)
    ### END SOLUTION


# %% [markdown]
# ## 6. The yardstick
#
# A list is as good as what comes true of it. Of each visitor one visited page is kept aside, the **test page**. The
# model scores all pages, those already seen are taken out, and we ask for the place of the test page among the
# rest. Let its rank be $r=0$ at the top.
#
# $$\mathrm{HR@}k = \frac1U\sum_u [\,r_u<k\,], \qquad
# \mathrm{NDCG@}k = \frac1U\sum_u \frac{[\,r_u<k\,]}{\log_2(r_u+2)} .$$
#
# The **hit rate** asks whether the page is on the list, the **normalised discounted cumulative gain** also where:
# $1$ at the top, $0.631$ one below, $0.5$ at the third place. With one test page per visitor the best possible sum
# is $1$, so that nothing is left to normalise. Both are means over *all* visitors; a miss counts 0.
#
# Three traps. The seen pages must go: a model has every reason to score them high, and they would fill its list.
# They must really go: a score of $-10^9$ is not low for a model whose scores are $-10^{10}$. And ties: a model that
# scores all pages alike must not look like an oracle, so here, of two equal scores, the page with the smaller id
# stands first.
#
# **By hand.** Two visitors, $k=2$. Scores $(0.9, 0.8, 0.7, 0.6)$, page 0 seen, test page 2: only page 1 is ahead,
# $r=1$, a hit that counts $1/\log_2 3=0.631$. Scores $(0.1, 0.5, 0.5, 0.9)$, nothing seen, test page 2: page 3 is
# ahead, and page 1, which is equal and has the smaller id; $r=2$, a miss. HR@2 is $0.5$, NDCG@2 is $0.315$.


# %% [markdown] hints="hit_rate_ndcg_at_k"
# idea: Nothing need be sorted. The rank of a page is the number of pages that stand ahead of it.
#
# shapes: The test page's own score is (U, 1) against scores of (U, I); counting along the pages leaves (U,).
#
# steps: A copy of the scores with seen pages at minus infinity; the score of the test page; who is greater, or
# equal with a smaller id; count; compare with k; discount; average over all visitors.
#
# mistake: Ranks that begin at 1 under a formula for ranks that begin at 0.


# %% question="hit_rate_ndcg_at_k" minutes=25
def hit_rate_ndcg_at_k(
    scores: Float[Tensor, "U I"], test_item: Int64[Tensor, " U"], seen: Bool[Tensor, "U I"], k: int
) -> tuple[float, float]:
    """Hit rate and NDCG of one test page per visitor among all pages that were not seen.

    Args:
        scores: finite numbers, up to 1e300 in size; of equal scores the page with the smaller id stands first.
        test_item: id of the test page of each visitor; ``seen`` is False there.
        seen: True for the pages that are taken out; they take up no place.
        k: length of the list, at least 1; it may be longer than there are pages.

    Returns:
        HR@k and NDCG@k as floats, both averaged over all U visitors.
    """
    ### BEGIN SOLUTION
    own = scores.gather(1, test_item[:, None])
    smaller_id = torch.arange(scores.shape[1]) < test_item[:, None]
    ahead = torch.where(smaller_id, scores >= own, scores > own) & ~seen
    rank = ahead.sum(1)
    hit = (rank < k).double()
    return hit.mean().item(), (hit / torch.log2(rank + 2)).mean().item()
    ### END SOLUTION


# %% [markdown]
# ### A small world
#
# Time to compare. In a world of 600 visitors and 200 pages everybody has a taste for five hidden genres, every page
# belongs to one of them, some pages are more popular than others, and everybody has seen 23 pages. Since the world
# is ours, we know the best possible list: that of the true probabilities. Your negatives and your NeuMF train four
# models under equal budgets, with 12 passes and one learning rate for all: plain matrix factorisation (MF: a head
# of ones), GMF, MLP, and both (NeuMF).
#
# All four beat the best-seller list, and none reaches the truth. **NeuMF does not win here.** In this world the
# truth *is* a product of tastes and genres, and 22 visits each are little to learn more from. Rendle and others
# ([2020](https://arxiv.org/abs/2005.09683)) found the same on larger data: a well-tuned product is hard to beat by
# an MLP.


# %% tags=["demo"]
@demo
def small_world(seed: int = 0) -> dict[str, float]:
    """MF, GMF, MLP and NeuMF under equal budgets, best-sellers and the true probabilities, on a world that is known."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    users, items, genres, seen_each, width, epochs, rate = 600, 200, 5, 23, 8, 12, 0.02
    g = torch.Generator().manual_seed(seed)
    taste = torch.randn(users, genres, generator=g) * 1.6
    genre = torch.randint(genres, (items,), generator=g)
    popular = torch.randn(items, generator=g) * 0.7
    truth = taste[:, genre] + popular
    gumbel = -torch.log(-torch.log(torch.rand(users, items, generator=g).clamp(1e-9, 1 - 1e-7)))
    visited = (truth + gumbel).argsort(1, descending=True)[:, :seen_each]  # without replacement
    visited = visited.gather(1, torch.rand(visited.shape, generator=g).argsort(1))
    test, train = visited[:, 0], visited[:, 1:]
    seen = torch.zeros(users, items, dtype=torch.bool).scatter_(1, train, True)
    u_all, i_all = torch.arange(users).repeat_interleave(items), torch.arange(items).repeat(users)
    positive_u, positive_i = torch.arange(users).repeat_interleave(seen_each - 1), train.reshape(-1)

    def fit(product: int, mlp: int, free_head: bool) -> tuple[float, float]:
        start = torch.Generator().manual_seed(seed + 1)

        def weights(*shape: int, scale: float) -> Tensor:
            return (scale * torch.randn(shape, generator=start)).requires_grad_()

        layers = (
            []
            if not mlp
            else [
                (weights(out, into, scale=(2 / into) ** 0.5), torch.zeros(out, requires_grad=True))
                for into, out in ((2 * mlp, 16), (16, 8))
            ]
        )
        head = torch.cat([torch.ones(product), 0.3 * torch.randn(8 if mlp else 0, generator=start)])
        params = {
            "P_gmf": weights(users, product, scale=0.1), "Q_gmf": weights(items, product, scale=0.1),
            "P_mlp": weights(users, mlp, scale=0.1), "Q_mlp": weights(items, mlp, scale=0.1),
            "layers": layers, "head": head.requires_grad_(free_head), "bias": torch.zeros((), requires_grad=True),
        }  # fmt: skip
        flat = [v for v in params.values() if isinstance(v, Tensor) and v.requires_grad]
        optimizer = torch.optim.Adam(
            [*flat, *(w for layer in layers for w in layer)], lr=rate, weight_decay=1e-5
        )
        for epoch in range(epochs):
            optimizer.param_groups[0]["lr"] = rate * (1 - epoch / epochs)
            noise = torch.rand(len(positive_u), 4, generator=start)
            negative = sample_negatives(positive_u, seen, torch.ones(items), noise)
            u = torch.cat([positive_u, positive_u.repeat_interleave(4)])
            i = torch.cat([positive_i, negative.reshape(-1)])
            y = torch.cat([torch.ones(len(positive_u)), torch.zeros(negative.numel())])
            for batch in torch.randperm(len(u), generator=start).split(2048):
                loss = F.binary_cross_entropy(neumf_forward(u[batch], i[batch], params), y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        with torch.no_grad():
            scores = neumf_forward(u_all, i_all, params).view(users, items)
        return hit_rate_ndcg_at_k(scores, test, seen, 10)

    counts = torch.bincount(positive_i, minlength=items).float()
    results = {
        "best-sellers": hit_rate_ndcg_at_k(counts.expand(users, -1), test, seen, 10),
        "MF": fit(width, 0, False),
        "GMF": fit(width, 0, True),
        "MLP": fit(0, width, True),
        "NeuMF": fit(width, width, True),
        "the truth": hit_rate_ndcg_at_k(truth, test, seen, 10),
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2))
    colours = ["0.6", "C1", "C0", "C0", "C0", "C2"]
    bars(left, {name: hr for name, (hr, _) in results.items()}, colours)
    left.set(xlabel="HR@10")
    bars(right, {name: ndcg for name, (_, ndcg) in results.items()}, colours)
    right.set(xlabel="NDCG@10")
    return {
        name.replace(" ", "_").replace("-", "_"): float(hr) for name, (hr, _) in results.items()
    }


# %% [markdown]
# ## 7. Two towers and the batch as its own negatives
#
# A shop has millions of pages. No network can look at each of them for every visitor. So large systems work in two
# stages:
#
# ![Stage one: pages visited, masked mean and ReLU layers make a user vector; a table holds page vectors; dot products give a few hundred candidates. Stage two: a ranker orders these by expected time.](pictures/neural_recommenders/towers.svg)
#
# The first stage is a classifier with one class per page: $p(i\mid u)=\mathrm{softmax}_i(u\cdot v_i/\tau)$. Its
# normaliser runs over all pages. **In-batch sampled softmax** replaces them by the pages of the batch: row $b$ of
# the batch is a visitor $u_b$ with the page $v_b$ that came next, and everybody else's page is a negative.
#
# Those negatives are not uniform. A page is in the batch because somebody visited it, so it turns up with the
# frequency $q_i$ of its visits. *Free Downloads* is a negative all the time, *Typography Site* hardly ever. What
# does the minimum look like? Among pages of the batch, drawn from $q$, row $b$ is classified with
#
# $$\frac{e^{s_{ui}}}{\sum_{j\in \text{batch}} e^{s_{uj}}}
# \;\approx\; \frac{e^{s_{ui}}}{B\sum_j q_j\,e^{s_{uj}}} ,$$
#
# which is a softmax over *all* pages of $s_{uj}+\log q_j$, up to a factor that does not depend on $s$. So training
# makes $s_{ui}+\log q_i$ the log-probability, and
#
# $$s_{ui} = \log\frac{p(i\mid u)}{q_i} + \text{a constant of } u :$$
#
# not what you will visit, but what you visit *more than others do*. The **logQ correction** takes $\log q_j$ off
# every column first, so that $s$ itself becomes the log-probability:
#
# $$L=-\frac1B\sum_b \log\frac{e^{z_{bb}}}{\sum_{j=1}^{B}e^{z_{bj}}},
# \qquad z_{bj}=\frac{u_b\cdot v_j}{\tau}-\log q_j .$$
#
# The temperature divides the product alone, not $\log q$. The correction is for training; at serving, the score is
# $u\cdot v/\tau$. If two rows of a batch have the same page, both columns stay: the approximation above counts each
# of them. (Leaving duplicates out *and* taking $\log q$ off is biased.)
#
# ![Three visitors and three pages: the nine products form a matrix; the diagonal is right; the softmax runs along rows; log q is taken off each column.](pictures/neural_recommenders/batch.svg)
#
# **By hand.** Two rows with products $\begin{pmatrix}2&1\\0&1\end{pmatrix}$, $\tau=1$, and $q=(\frac12,\frac14)$,
# so $-\log q=(0.693, 1.386)$. Row 1: $(2.693, 2.386)$, loss $0.551$. Row 2: $(0.693, 2.386)$, loss $0.169$. The
# mean is $0.360$. Without the correction both rows would cost $0.313$.


# %% [markdown] hints="inbatch_sampled_softmax"
# idea: An ordinary classification in which the classes are the columns of the batch and the right class of row b is
# b.
#
# shapes: (B, D) times (D, B) is (B, B), visitors in rows. `logq` belongs to pages, that is, to columns.
#
# steps: Products over the temperature; take log q off each column; log-softmax along rows; the diagonal; minus its
# mean.
#
# mistake: Adding log q. That is right at serving, for a model that was trained without the correction.


# %% question="inbatch_sampled_softmax" minutes=30
def inbatch_sampled_softmax(
    user: Float[Tensor, "B D"],
    page: Float[Tensor, "B D"],
    logq: Float[Tensor, " B"],
    tau: float = 1.0,
) -> Float[Tensor, ""]:
    """Mean cross-entropy of a batch in which each row's page is right and the pages of all rows are the classes.

    Args:
        user: one vector per visitor, as it is: it is not normalised here.
        page: one vector per page; row b is the page that visitor b went to. Pages may repeat, and every row counts.
        logq: logarithm of the probability that a page is in the batch, one per row of ``page``; zeros for no
            correction. It is subtracted from the logits, which are divided by ``tau`` already.
        tau: temperature, which divides the products.

    Returns:
        The loss in nats, a tensor without axes; 0 for a batch of one. Products of ±1000 are no problem. Autograd can
        differentiate it with respect to ``user`` and ``page``.
    """
    ### BEGIN SOLUTION
    logits = user @ page.T / tau - logq
    return -logits.log_softmax(1).diagonal().mean()
    ### END SOLUTION


# %% [markdown]
# ### What it learns, exactly
#
# Three visitors, six pages, and probabilities that we know:
#
# | $p(i\mid u)$ | 0 | 1 | 2 | 3 | 4 | 5 |
# |---|---|---|---|---|---|---|
# | visitor 1 | 0.50 | 0.05 | 0.25 | 0.10 | 0.05 | 0.05 |
# | visitor 2 | 0.60 | 0.20 | 0.05 | 0.05 | 0.05 | 0.05 |
# | visitor 3 | 0.55 | 0.05 | 0.05 | 0.05 | 0.10 | 0.20 |
#
# Page 0 is everybody's favourite. Each visitor and each page gets a free vector, and batches of 256 visits train
# them, once without and once with the correction.


# %% tags=["predict"]
# Which page does visitor 1 get first from a model that was trained without, and from one trained with the correction?
predict("the first page of visitor 1", without=..., with_logq=...)


# %% tags=["demo"]
@demo
def table_truth(seed: int = 0) -> dict[str, float]:
    """Scores learned by in-batch softmax, without and with logQ, against log p/q and log p."""
    import matplotlib.pyplot as plt

    p = torch.tensor(
        [
            [0.5, 0.05, 0.25, 0.1, 0.05, 0.05],
            [0.6, 0.2, 0.05, 0.05, 0.05, 0.05],
            [0.55, 0.05, 0.05, 0.05, 0.1, 0.2],
        ],
        dtype=torch.float64,
    )
    q = p.mean(0)

    def learn(correction: Tensor) -> Tensor:
        g = torch.Generator().manual_seed(seed)
        U = torch.randn(3, 6, generator=g, dtype=torch.float64).requires_grad_()
        V = torch.randn(6, 6, generator=g, dtype=torch.float64).requires_grad_()
        optimizer = torch.optim.Adam([U, V])
        steps, rows = (
            1500,
            torch.multinomial((p / 3).reshape(-1), 1500 * 256, replacement=True, generator=g),
        )
        for step, batch in enumerate(rows.view(steps, 256)):
            optimizer.param_groups[0]["lr"] = 0.05 * (1 - step / steps) ** 2
            u, i = batch // 6, batch % 6
            loss = inbatch_sampled_softmax(U[u], V[i], correction[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scores = (U @ V.T).detach()
        return scores - scores.mean(1, keepdim=True)

    without, corrected = learn(torch.zeros(6, dtype=torch.float64)), learn(q.log())
    lift = (p / q).log() - (p / q).log().mean(1, keepdim=True)
    log_p = p.log() - p.log().mean(1, keepdim=True)
    fig, axes = plt.subplots(1, 2, figsize=(11, 3.6))
    guess = guesses("the first page of visitor 1")
    for ax, learned, truth, name, key in (
        (axes[0], without, lift, r"without: $\log\,p/q$", "without"),
        (axes[1], corrected, log_p, r"with logQ: $\log\,p$", "with_logq"),
    ):
        for row in range(3):
            ax.plot(truth[row], color=f"C{row}", label=f"visitor {row + 1}")
            ax.plot(learned[row], "o", color=f"C{row}")
        if isinstance(guess.get(key), (int, float)):
            ax.plot(guess[key], 0, "X", ms=10, color="C3")
        ax.set(
            title=f"{name} (lines), learned (dots)",
            xlabel="page",
            ylabel="score, less the row's mean",
        )
    axes[1].legend()
    return {
        "error_without": (without - lift).abs().max().item(),
        "error_with": (corrected - log_p).abs().max().item(),
        "first_without": float(without[0].argmax()),
        "first_with": float(corrected[0].argmax()),
        "wrong_truth": (without - log_p).abs().max().item(),
    }


# %% [markdown]
# Without the correction visitor 1's list begins with page 2, whose probability of 0.25 is more than twice the
# average visitor's (0.117). With it, the list begins with page 0. The dots lie on their lines, to within a tenth:
# each model learned exactly what its loss asks for. Which of the two is wanted depends on what the list is for. The
# hit rate asks for $\log p$.
#
# ## 8. Ranking by time
#
# A ranker that learns clicks learns clickbait. YouTube's second stage was trained to expect *watch time*, by one
# change to logistic regression: a click weighs as many times as it lasted seconds, an impression without a click
# once. With the logit $z$, the click $y\in\{0,1\}$ and $t$ seconds,
#
# $$L = -\frac1B\sum_b \Big( y_b\,t_b\,\log\sigma(z_b) + (1-y_b)\log\big(1-\sigma(z_b)\big) \Big) .$$
#
# It is divided by the number of impressions, not by the sum of weights. Take all impressions of one video, $n$ of
# them, and one logit $z$ for them. The derivative vanishes where
# $\sum_{\text{clicked}}t_b\,(1-\sigma)=(n-n_{\text{clicked}})\,\sigma$, that is, where the odds are
#
# $$e^{z} = \frac{\sigma}{1-\sigma} = \frac{\sum_{\text{clicked}} t_b}{n-n_{\text{clicked}}}
# = \frac{\mathbb E[\text{watch time}]}{1-\text{CTR}} ,$$
#
# with $\text{CTR}=n_{\text{clicked}}/n$, the click-through rate. As long as it is small, $e^z$ is the expected
# watch time of an impression. So at serving the score is $e^z$, not $\sigma(z)$.
#
# **By hand.** Ten impressions, two clicks of 30 and 50 seconds. The odds are $80/8=10$, and $z=\log 10=2.303$; the
# mean watch time is $8$. At that $z$ the loss is $(80\cdot 0.0953+8\cdot 2.398)/10=2.681$.


# %% [markdown] hints="watch_time_loss"
# idea: Two softplus terms, of which each impression uses one.
#
# shapes: Everything is (B,); the mean runs over all B impressions.
#
# steps: Minus the log-sigmoid of the logit for clicks, times seconds; minus the log-sigmoid of the negated logit
# for the rest; choose by `clicked`; mean.
#
# mistake: Multiplying both classes by the seconds. Impressions without a click have none, and would vanish.


# %% question="watch_time_loss" minutes=20 further forbid=["binary_cross_entropy"]
def watch_time_loss(
    logit: Float[Tensor, " B"], clicked: Bool[Tensor, " B"], secs: Float[Tensor, " B"]
) -> Float[Tensor, ""]:
    """Logistic loss in which a click weighs its seconds and all other impressions weigh 1.

    ``binary_cross_entropy`` and its relatives are not to be used.

    Args:
        logit: of each impression; ±1000 included.
        clicked: True where the impression was clicked.
        secs: seconds watched, at least 0, where clicked; elsewhere it may hold any finite number and does not count.

    Returns:
        The weighted sum divided by the number B of impressions, a tensor without axes. Autograd can differentiate it
        with respect to ``logit``.
    """
    ### BEGIN SOLUTION
    return torch.where(clicked, -secs * F.logsigmoid(logit), -F.logsigmoid(-logit)).mean()
    ### END SOLUTION


def expected_watch_time(logit: Float[Tensor, " B"]) -> Float[Tensor, " B"]:
    """What is served: the odds that belong to each logit, in seconds. Logits of ±50 are no problem."""
    ### BEGIN SOLUTION
    return torch.exp(logit)
    ### END SOLUTION


# %% [markdown]
# Four videos, 20,000 impressions each: a lurid title that one in ten clicks and leaves after four seconds, and
# three that fewer click and more watch. One logit per video is fitted with your loss; as a control, with the same
# loss in which every click lasts one second, which is plain logistic regression. By clicks the lurid one comes
# first. By time it comes last, and the odds are too high by an eighth at most, by the factor $1/(1-\text{CTR})$.


# %% tags=["demo"]
@demo
def clickbait(seed: int = 0) -> dict[str, float]:
    """Four videos ranked by click probability and by expected watch time."""
    import matplotlib.pyplot as plt

    names, n = ["lurid", "song", "lecture", "match"], 20_000
    ctr = torch.tensor([0.10, 0.06, 0.02, 0.04], dtype=torch.float64)
    mean = torch.tensor([4.0, 20.0, 60.0, 100.0], dtype=torch.float64)
    g = torch.Generator().manual_seed(seed)
    clicked = torch.rand(4, n, generator=g, dtype=torch.float64) < ctr[:, None]
    secs = -mean[:, None] * torch.log(1 - torch.rand(4, n, generator=g, dtype=torch.float64))
    video = torch.arange(4).repeat_interleave(n)

    def fit(seconds: Tensor) -> Tensor:
        z = torch.zeros(4, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([z], line_search_fn="strong_wolfe")
        for _ in range(3):

            def closure() -> Tensor:
                optimizer.zero_grad()
                loss = watch_time_loss(z[video], clicked.reshape(-1), seconds)
                loss.backward()
                return loss

            optimizer.step(closure)
        return z.detach()

    clicks = torch.sigmoid(fit(torch.ones(4 * n, dtype=torch.float64)))
    served = expected_watch_time(fit(secs.reshape(-1)))
    watched = (secs * clicked).mean(1)
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3))
    left.barh(names, clicks, color="C1")
    left.set(xlabel="probability of a click: the control")
    right.barh(names, served, color="C0")
    right.plot(watched, names, "k|", ms=20, label="mean watch time")
    right.set(xlabel="served value, seconds")
    right.legend(labelcolor="0.5")
    for ax in (left, right):
        ax.invert_yaxis()
    return {
        "first_by_clicks": float(clicks.argmax()),
        "first_by_time": float(served.argmax()),
        "last_by_time": float(served.argmin()),
        "largest_ratio": (served / watched).max().item(),
        "smallest_ratio": (served / watched).min().item(),
    }


# %% [markdown]
# ## 9. Wide & Deep
#
# An embedding generalises: it puts *Excel* near *Word* and treats them alike. Sometimes that is wrong, and the
# exception must be **memorised**: visitors from *this* country who come for *that* product go to one particular
# page. Wide & Deep adds both in one logit and trains them together:
#
# $$z = \underbrace{\sum_{(a,c)\in\text{pairs}} w^{(a,c)}_{\mathrm{id}(x_a,\,x_c)}}_{\text{wide: one weight per combination}}
# +\ \underbrace{h^\top\,\mathrm{MLP}\big([E^{(1)}_{x_1};\dots;E^{(F)}_{x_F}]\big)}_{\text{deep: embeddings and ReLU layers}} + b,
# \qquad \hat y=\sigma(z) .$$
#
# An example has $F$ fields, each with an id. The **cross** of two fields is an AND: it has one weight for each
# combination of their ids. The combination needs an id of its own: if field $c$ has $V_c$ ids,
#
# $$\mathrm{id}(x_a,x_c)=x_a\,V_c+x_c ,$$
#
# as a two-digit number with the base $V_c$. A sum $x_a+x_c$ would give $(1,2)$ and $(2,1)$ one weight, a product
# would give all $(0,\cdot)$ one. In the paper the wide side is trained with an optimizer that makes most weights
# exactly zero (FTRL with an L1 penalty), the deep side with AdaGrad; a single optimizer for both is common, too.
#
# **By hand.** $V_c=4$: $(x_a,x_c)=(2,1)$ has the id $9$, $(1,2)$ the id $6$. Let the id 9 have the weight $0.5$.
# Deep: one layer with the outputs $(1.5,-3)$ before its ReLU and $h=(0.5,2)$ gives $0.75$. With $b=-0.25$ the logit
# is $1$.


# %% [markdown] hints="wide_and_deep_logit"
# idea: Two sums of different kinds, added before any sigmoid.
#
# shapes: `x[:, f]` is the (B,) column of ids of field f. Each pair adds a (B,) vector; the embeddings of all fields
# side by side are (B, Σd_f).
#
# steps: Start from the bias; for each pair, look up the weight of the combined id; embed every field with its own
# table, join in the order of the fields; layers with ReLU; the head's product; add.
#
# mistake: The base of the combined id is the number of ids of the *second* field of the pair.


# %% question="wide_and_deep_logit" minutes=20 further
def cross_id(a: Int64[Tensor, " B"], c: Int64[Tensor, " B"], size_c: int) -> Int64[Tensor, " B"]:
    """The id of each combination, a · size_c + c: different combinations have different ids.

    Args:
        a: ids of the first field.
        c: ids of the second field, from 0 to size_c - 1.
        size_c: number of ids of the second field.

    Returns:
        int64; fields may have so many ids that their combinations need more than 32 bits.
    """
    ### BEGIN SOLUTION
    return a * size_c + c
    ### END SOLUTION


def wide_and_deep_logit(
    x: Int64[Tensor, "B F"], pairs: list[tuple[int, int]], params: dict
) -> Float[Tensor, " B"]:
    """Logits of Wide & Deep; no sigmoid is applied.

    Args:
        x: ids, one column per field.
        pairs: the crosses: pairs (a, c) of fields, in this order; there may be none.
        params: a dict with ``"wide"``, a list of weights of shape (V_a · V_c,), one per pair, in the order of
            ``pairs``; ``"tables"``, a list of embedding tables (V_f, d_f), one per field, in the order of the
            columns; ``"layers"``, a list of pairs (W, b) of shapes (out, in) and (out,), ReLU after each;
            ``"head"``, weights of the last layer's outputs (of the joined embeddings, if there are no layers);
            ``"bias"``, a tensor without axes. The number of ids of a field is the number of rows of its table.

    Returns:
        The sum of the crosses' weights, the head's product and the bias, one number per row. Autograd can
        differentiate it with respect to all tensors in ``params``.
    """
    ### BEGIN SOLUTION
    tables = params["tables"]
    h = torch.cat([table[x[:, f]] for f, table in enumerate(tables)], dim=1)
    for W, b in params["layers"]:
        h = torch.relu(h @ W.T + b)
    logit = h @ params["head"] + params["bias"]
    for (a, c), w in zip(pairs, params["wide"], strict=True):
        logit = logit + w[cross_id(x[:, a], x[:, c], len(tables[c]))]
    return logit
    ### END SOLUTION


# %% [markdown]
# ## Payoff: three pages of a stranger
#
# Now the real website. Two towers are trained on 8,287 visitors with your pooling and your loss: a user is the
# masked mean of up to three visited pages, sent through one ReLU layer and a linear one (not a ReLU last: that
# would keep all user vectors in one corner of the space), normalised; a page is a row of a table. Then 1,288
# *other* visitors come. Of each we see three pages, drawn at random, a fourth is hidden, and your yardstick asks
# whether it is among ten recommendations out of 179 pages.
#
# The controls are what matters. **Best-sellers**: the list that needs no learning. **Plain MF**: a truncated SVD of
# the table of visits, its columns scaled to length one, into whose 16 dimensions a stranger's three pages are
# projected. **Counting neighbours**: pages that the same people visit, by the cosine of their columns. **Swapped in
# training**: the same network, trained on somebody else's history. And **another's pages**: the trained network,
# asked with the three pages of another stranger.
#
# What comes out: the list made for you beats the best-seller list by eight points or more of a hundred. It knows
# your three pages, and that is all the difference: with another's pages it falls below the best-seller list, and
# trained on swapped histories it *is* the best-seller list, to within a point. But the towers are no better than
# plain MF or counting neighbours: on a site of 179 pages there is little that a count does not see. Towers earn
# their place where pages are millions, and where what is known of a visitor is more than a set of pages.
#
# Without logQ the towers recommend what is special about you, $\log p/q$, and find about half as many as the
# corrected ones. **Now turn the knob**: $\beta\log q$ is added to their scores at serving. At $\beta=1$ they are as
# good as the corrected ones, to within two points, as the formula of question 7 says; in between lies every
# compromise between the special and the popular.


# %% tags=["predict"]
# Of 100 strangers, for how many is the hidden page on the list of ten?
predict("hidden pages found", best_sellers=..., towers=...)


# %%
def read_pages() -> tuple[np.ndarray, Tensor, Tensor]:
    """Titles (0 is the padding), and the visits of training and of test visitors, padded with 0."""
    pages = dict(np.load(DATA / "pages.npz"))
    padded = []
    for group in ("train", "test"):
        rows = np.split(
            pages[group].astype(np.int64), np.cumsum(pages[f"{group}_lengths"], dtype=np.int64)[:-1]
        )
        padded.append(
            nn.utils.rnn.pad_sequence([torch.from_numpy(row) for row in rows], batch_first=True)
        )
    return pages["names"], padded[0], padded[1]


def hide_one(visits: Tensor, generator: torch.Generator, given: int = 3) -> tuple[Tensor, Tensor]:
    """Up to three pages of each visitor, drawn without replacement, and one more that is hidden."""
    order = (torch.rand(visits.shape, generator=generator) + 2 * (visits == 0)).argsort(1)
    shuffled = visits.gather(1, order)
    return shuffled[:, 1 : 1 + given], shuffled[:, 0]


@lru_cache(maxsize=8)
def fit_towers(
    seed: int, corrected: bool, swapped: bool, pool: Callable, loss_of: Callable
) -> nn.ModuleDict:
    """Train two towers with a pooling function and a loss; kept for the same arguments, so that a knob turns fast."""
    names, visits, _ = read_pages()
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    width, steps, rows, rate = 24, 1000, 192, 8e-3
    towers = nn.ModuleDict({
        "table": nn.Embedding(len(names), width, padding_idx=0),
        "pages": nn.Embedding(len(names), width),
        "net": nn.Sequential(nn.Linear(width, 48), nn.ReLU(), nn.Linear(48, width)),
    })  # fmt: skip
    counts = torch.bincount(visits[visits > 0], minlength=len(names)).clamp_min(1)
    logq = (counts / counts.sum()).log() * corrected
    optimizer = torch.optim.Adam(towers.parameters(), lr=rate)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * (1 - step / steps) + 1e-5
        batch = visits[torch.randint(len(visits), (rows,), generator=generator)]
        given, target = hide_one(batch, generator)
        if swapped:
            given = given.roll(1, 0)
        page = F.normalize(towers["pages"](target), dim=-1)
        loss = loss_of(user_vectors(towers, given, pool), page, logq[target], 0.2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return towers


def user_vectors(towers: nn.ModuleDict, given: Tensor, pool: Callable) -> Tensor:
    """The user tower: mean of the pages, a hidden layer, length one."""
    return F.normalize(towers["net"](pool(towers["table"](given), given)), dim=-1)


# %% tags=["demo"]
@demo(beta=(0.0, 1.5))
def three_pages_of_a_stranger(beta: float = 1.0, seed: int = 0) -> dict[str, float]:
    """Hit rates of towers with and without logQ on strangers, with six controls."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    names, train, test = read_pages()
    given, hidden = hide_one(test, torch.Generator().manual_seed(100 + seed))
    seen = torch.zeros(len(test), len(names), dtype=torch.bool).scatter_(1, given, True)
    seen[:, 0] = True  # the padding is no page
    counts = torch.bincount(train[train > 0], minlength=len(names))
    logq = (counts.clamp_min(1) / counts.sum()).log()

    def scores(towers: nn.ModuleDict, pages: Tensor) -> Tensor:
        with torch.no_grad():
            return (
                user_vectors(towers, pages, masked_mean_pool)
                @ F.normalize(towers["pages"].weight, dim=-1).T
                / 0.2
            )

    def fit(corrected: bool, swapped: bool = False) -> nn.ModuleDict:
        return fit_towers(seed, corrected, swapped, masked_mean_pool, inbatch_sampled_softmax)

    visited = torch.zeros(len(train), len(names)).scatter_(1, train, 1.0)
    visited[:, 0] = 0
    together = visited.T @ visited
    length = together.diagonal().sqrt().clamp_min(1)
    cosine = (together / length / length[:, None]).fill_diagonal_(0)
    scaled = torch.linalg.eigh(together / length / length[:, None]).eigenvectors[:, -16:]
    stranger = torch.zeros(len(test), len(names)).scatter_(1, given, 1.0)
    corrected, plain = fit(True), scores(fit(False), given)
    lists = {
        "best-sellers": counts.float().expand(len(test), -1),
        "plain MF": stranger / length @ scaled @ scaled.T * length,
        "counting neighbours": cosine[given].sum(1),
        "towers + logQ": scores(corrected, given),
        "towers, another's pages": scores(corrected, given.roll(1, 0)),
        "towers, swapped in training": scores(fit(True, swapped=True), given),
        "towers without logQ": plain,
        f"without logQ, served + {beta:g} log q": plain + beta * logq,
    }
    results = {name: hit_rate_ndcg_at_k(s, hidden, seen, 10) for name, s in lists.items()}
    rates = {name: 100 * hr for name, (hr, _) in results.items()}
    guess = guesses("hidden pages found")
    fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4), width_ratios=[3, 2])
    colours = ["0.6", "0.6", "0.6", "C0", "0.6", "0.6", "C1", "C4"]
    bars(
        left,
        rates,
        colours,
        "%.0f",
        {"best-sellers": guess.get("best_sellers"), "towers + logQ": guess.get("towers")},
    )
    left.set(xlabel="hidden pages found, of 100 strangers (HR@10)", xlim=(0, 80))
    shown = {
        name: len(s.masked_fill(seen, -torch.inf).topk(10).indices.unique())
        for name, s in lists.items() if name not in ("plain MF", "counting neighbours")
    }  # fmt: skip
    bars(
        right,
        {name.removeprefix("towers, "): float(n) for name, n in shown.items()},
        ["0.6", *colours[3:]],
        "%.0f",
    )
    right.set(xlabel="different pages on all the lists", xlim=(0, 200))
    keys = ("popular", "mf", "neighbours", "towers", "another", "swapped", "without", "knob")
    return dict(zip(keys, rates.values(), strict=True)) | {
        "ndcg_popular": results["best-sellers"][1],
        "ndcg_towers": results["towers + logQ"][1],
    }


# %% [markdown]
# ## What you built, and where it goes next
#
# You can turn ids into vectors and train them, cross them by products, networks and tables, draw negatives, build
# both stages of a large recommender, and say by how much it beats the list that knows nothing of you. Three pages
# are enough to beat it; a fair control costs a line and is worth more than a layer.
#
# - **Finding neighbours among millions**: approximate search in the page vectors, [Johnson and others
# 2017](https://arxiv.org/abs/1702.08734).
# - **Crosses that are learned, not listed**: factorisation machines and their deep descendants, in the assignment
# on click-through rates.
# - **Orders of visits**, not only sets: [Hidasi and others 2015](https://arxiv.org/abs/1511.06939), [Kang and
# McAuley 2018](https://arxiv.org/abs/1808.09781).
# - **How often reported progress is real**: [Ferrari Dacrema and others 2019](https://arxiv.org/abs/1907.06902).
#
# The [article](https://www.chenk.top/en/recommendation-systems/03-deep-learning-basics/) tells the same story with
# more background.
