# %% [markdown]
# # Attention and the Transformer
#
# A pronoun needs its noun, a translator the next word of the source, a copyist one letter among many. What is needed
# stands somewhere else, near or far. **How does a token find what it needs, wherever it stands?** The answer of
# *Attention is all you need* is one formula, used in every layer. You build it from its smallest parts:
# scaled dot-product attention, masks, several heads, the encoder layer, the decoder layer, and the whole model with
# teacher forcing and greedy decoding. No `nn.MultiheadAttention`, no `nn.LayerNorm`: every number is yours. Then you
# train it. You give it *stressed*, and it answers *desserts*; and it says how English words sound that it has never
# seen.
#
# <!-- questions -->
#
# **You need** matrix products, the softmax and a little PyTorch (broadcasting, `nn.Module`).
#
# Questions 8 and 9 are the two scores that came before; nothing else needs them.
#
# **Article:** [Attention mechanism and
# Transformer](https://www.chenk.top/en/nlp/attention-transformer/).
#
# **Papers:** Vaswani et al., [Attention is all you need](https://arxiv.org/abs/1706.03762); Bahdanau, Cho and
# Bengio, [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473);
# Luong, Pham and Manning, [Effective approaches to attention-based neural machine
# translation](https://arxiv.org/abs/1508.04025).
#
# **Data.** 5640 words of Jane Austen's novels and how they sound, from the [CMU Pronouncing
# Dictionary](https://github.com/cmusphinx/cmudict) (© Carnegie Mellon University, free to use and to pass on with its
# notice, which lies beside the file).
#
# ## Conventions
#
# - Sizes: $B$ sequences in a batch, $n$ source positions, $m$ target positions, model width $D$, $h$ heads of
#   width $d_k = D/h$. Positions are counted from 0. A batch of sequences has the shape $(B, n, D)$: a token
#   is a **row**.
# - **A mask says what is allowed.** Masks are bool tensors; `True` means that a query may look at a key.
#   A key that is not allowed gets a weight of exactly 0. Every mask that an attention function is given
#   allows each query at least one key. (Some of torch's own modules read their masks the other way round.)
# - A softmax over scores runs over the **keys**. It must stay finite for scores of any size, as
#   `torch.softmax` does.
# - The floating-point tensors of one call share a dtype, float32 or float64, and so does the result. Ids are
#   int64.
# - No function changes its arguments. There is no dropout. Autograd can differentiate every floating-point
#   result with respect to every floating-point argument, so stay in PyTorch.
# - You may use all of PyTorch, `torch.nn.functional` included, except what a docstring rules out.

# %%
import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# A word of $n$ letters is to be written backwards. Letter $t$ of the answer, counted from 0, stands at position
# $n - 1 - t$ of the word. This is the truth against which the notebook measures: in a picture with a row per letter
# written and a column per letter read, the **anti-diagonal**.
#
# Here a *soft look-up* reads the letters. Each position has a code of 32 numbers (question 4 builds them). The code
# of the place that is wanted is compared with the codes of all places, by a dot product. Times a *sharpness* these
# are the scores, a softmax turns the scores into weights, and the letters are averaged with the weights. What is
# written is the letter with the largest share.
#
# **Turn the knob.** At sharpness 0 all places weigh the same: every letter written is the commonest one of the word,
# *ssssssss*. At 1 half of the weight lies where it should, at 5 nearly all of it. On the right, the control: the same
# look-up sent to places that were drawn at random. It gets sharper, too, and stays at one eighth. Try a word of your
# own: `first_look(word="...")`.

# %% tags=["demo"]
@demo(sharpness=(0.0, 5.0))
def first_look(sharpness: float = 1.0, word: str = "stressed", seed: int = 0) -> dict[str, float]:
    """A word is read backwards by a soft look-up whose queries are set by hand."""
    import matplotlib.pyplot as plt

    n, d = len(word), 32
    omega = 10000 ** (-torch.arange(0, d, 2) / d)
    angle = torch.arange(n)[:, None] * omega
    codes = torch.cat([angle.sin(), angle.cos()], dim=1)
    letters = sorted(set(word))
    identity = torch.tensor([[float(letter == other) for other in letters] for letter in word])
    wanted = n - 1 - torch.arange(n)
    anywhere = torch.randint(n, (200, n), generator=torch.Generator().manual_seed(seed))

    def weights(places: Tensor, sharpness: float) -> Tensor:
        return torch.softmax(sharpness * codes[places] @ codes.T, dim=-1)

    def share(places: Tensor, sharpness: float) -> float:
        """Mean weight of the place that is needed."""
        return weights(places, sharpness).expand(len(anywhere), n, n)[:, torch.arange(n), wanted].mean().item()

    grid = [i / 10 for i in range(51)]
    looked = weights(wanted, sharpness)
    written = "".join(letters[i] for i in (looked @ identity).argmax(-1).tolist())
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    image = left.imshow(looked.numpy(), vmin=0, vmax=1)
    left.set_xticks(range(n), list(word))
    left.set_yticks(range(n), list(word[::-1]))
    left.set(xlabel="letter read", ylabel="letter to write", title=f"sharpness {sharpness:.2f}: “{written}”")
    figure.colorbar(image, ax=left, label="weight")
    right.plot(grid, [share(wanted, x) for x in grid], label="the wanted place")
    right.plot(grid, [share(anywhere, x) for x in grid], label="control: any place")
    right.plot(sharpness, share(wanted, sharpness), "o", color="C0")
    right.set(xlabel="sharpness", ylabel="weight on the letter needed", ylim=(0, 1.05))
    right.legend(loc="center right")
    plt.show()
    flat = (weights(wanted, 0.0) @ identity).argmax(-1).tolist()
    return {
        "needed at 0": share(wanted, 0.0),
        "needed at 1": share(wanted, 1.0),
        "needed at 5": share(wanted, 5.0),
        "control at 5": share(anywhere, 5.0),
        "commonest at 0": sum(letters[i] == "s" for i in flat) / n,
        "right": sum(a == b for a, b in zip(written, word[::-1])) / n,
    }

# %% [markdown]
# Three things were put in by hand: the codes, the sharpness, and the place to look at. The Transformer learns all
# that decides where to look. This is the machine, with the question in which you build each part:
#
# ![The Transformer. Left, the encoder: source ids, embedding, positions, then N times self-attention and feed-forward network, each followed by add and norm. Right, the decoder: target ids, embedding, positions, then N times causal self-attention, cross-attention to the encoder's output, feed-forward network, each followed by add and norm; a linear layer gives logits.](pictures/transformer/architecture.svg)
#
# ## 1. Scaled dot-product attention
#
# A look-up has three roles. A **query** $q$ asks, **keys** $k_j$ are compared with it, and **values** $v_j$ are what
# is averaged. With queries, keys and values as the rows of
# $Q$ $(n_q, d_k)$, $K$ $(n_k, d_k)$ and $V$ $(n_k, d_v)$, all queries are answered by two matrix products:
#
# $$\text{Attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V .$$
#
# Row $i$ of $Q K^\top$ holds the scores of query $i$. The softmax runs along the row, over the keys. The weights are
# positive and sum to 1, so the output is a weighted mean of the values. Everything is differentiable: the choice is
# learned together with the rest.
#
# **Why $\sqrt{d_k}$?** Let the entries of $q$ and $k$ be independent with mean 0 and variance 1. Each product
# $q_i k_i$ has mean 0 and variance $\mathbb{E}[q_i^2]\,\mathbb{E}[k_i^2] = 1$, and the products are
# independent. So
#
# $$\operatorname{Var}(q^\top k) = \operatorname{Var}\Bigl(\sum_{i=1}^{d_k} q_i k_i\Bigr) = d_k .$$
#
# With $d_k = 512$ the scores are of size 22.6. A softmax of such scores is nearly one-hot, and then it cannot learn.
# For $w_i = e^{s_i}/Z$ with $Z = \sum_j e^{s_j}$ we have $\log w_i = s_i - \log Z$ and
# $\partial \log Z / \partial s_j = w_j$, hence
#
# $$\frac{\partial w_i}{\partial s_j} = w_i \,(\delta_{ij} - w_j) .$$
#
# If $w$ is one-hot, this is 0 for all $i, j$. Divided by $\sqrt{d_k}$ the scores have variance 1, whatever the width.
# Dividing by $d_k$ would be too much: their variance would be $1/d_k$ and all weights almost equal.
#
# **What may not be seen.** The score of a key that is not allowed is set to $-\infty$ **before** the softmax, since
# $\exp(-\infty) = 0$. A score of 0 would not do: $\exp 0 = 1$. Neither would deleting weights afterwards: the rest
# would no longer sum to 1.
#
# **By hand.** $q = (1, 1, 1, 1)$, keys $(1, 1, 1, 1)$, $(1, 1, 1, -1)$ and $(2, 2, 2, 2)$, the third one not
# allowed. The scores are $(4, 2)/\sqrt4 = (2, 1)$, the weights $(e, 1, 0)/(e + 1) = (0.7311, 0.2689, 0)$.
# With values $(1, 0)$, $(0, 10)$, $(7, 7)$ the output is $(0.7311, 2.6894)$. Without the root the weights
# would be $(0.8808, 0.1192, 0)$.
#
# ![The worked example: a query against three keys gives the scores 4, 2 and 8; divided by 2 they are 2, 1 and, for the key that is not allowed, minus infinity; the softmax gives 0.731, 0.269 and 0; with the values the output is (0.731, 2.689).](pictures/transformer/lookup.svg)

# %% question="scaled_dot_product_attention" minutes=25 forbid=["attention"]
def scaled_dot_product_attention(
    Q: Float[Tensor, "*batch n_q d_k"],
    K: Float[Tensor, "*batch n_k d_k"],
    V: Float[Tensor, "*batch n_k d_v"],
    allowed: Bool[Tensor, "..."] | None = None,
) -> tuple[Float[Tensor, "*batch n_q d_v"], Float[Tensor, "*batch n_q n_k"]]:
    """softmax(Q K^T / sqrt(d_k)) V, with a mask.

    torch's own attention (``scaled_dot_product_attention``, ``MultiheadAttention``) is not to be used.

    Args:
        Q: one query per row; any number of batch axes, or none.
        K: one key per row.
        V: the value of each key.
        allowed: True where a query may look at a key; any shape that broadcasts to (*batch, n_q, n_k). Each
            query may look at at least one key. None allows everything.

    Returns:
        The outputs, and the weights: each row sums to 1, and keys that are not allowed have the weight 0.
        Autograd can differentiate both.
    """
    ### BEGIN SOLUTION
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ V, weights
    ### END SOLUTION

# %% [markdown] hints="scaled_dot_product_attention"
# idea: Two matrix products with a softmax in between. All that can go wrong is the axis, the scale, and the moment at
# which the mask is used.
#
# shapes: The scores are (*batch, n_q, n_k): a row per query, a column per key. There may be any number of batch axes,
# so count axes from the end. The mask broadcasts against the scores.
#
# steps: Scores of all pairs; divide; where the mask is False, put minus infinity (the mask may be None); softmax
# along the keys; average the values.
#
# mistake: `K.T` turns all axes round. Only the last two are meant.

# %% [markdown]
# Test the claim about $\sqrt{d_k}$: random queries, each with 16 random keys, at ten widths. Your function divides by
# $\sqrt{d_k}$; handing it $\sqrt{d_k}\,Q$ undoes that. If all 16 weights were equal, the largest would be 0.06. How
# large is it, on average, at $d_k = 1024$?

# %% tags=["predict"]
predict("largest of 16 weights at d_k = 1024", bare=..., scaled=...)

# %% tags=["demo"]
@demo
def why_the_square_root(seed: int = 0) -> dict[str, float]:
    """Scores, weights and the slope of the softmax for growing width, with and without scaling."""
    import matplotlib.pyplot as plt

    guessed = guesses("largest of 16 weights at d_k = 1024")
    generator = torch.Generator().manual_seed(seed)
    widths, n_keys, numbers = [2**i for i in range(1, 11)], 16, {}
    spread, largest, slope = [], {True: [], False: []}, {True: [], False: []}
    for d_k in widths:
        Q = torch.randn(500, 1, d_k, generator=generator)
        K = torch.randn(500, n_keys, d_k, generator=generator)
        spread.append((Q @ K.transpose(1, 2)).std().item())
        for scaled in (True, False):
            _, w = scaled_dot_product_attention(Q if scaled else Q * math.sqrt(d_k), K, K)
            w = w[:, 0]
            jacobian = torch.diag_embed(w) - w[:, :, None] * w[:, None, :]
            largest[scaled].append(w.max(-1).values.mean().item())
            slope[scaled].append(jacobian.flatten(1).norm(dim=1).median().item())
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6))
    axes[0].loglog(widths, [math.sqrt(d) for d in widths], color="0.5", label=r"$\sqrt{d_k}$")
    axes[0].loglog(widths, spread, "o", color="C1", label="measured")
    axes[0].set(title=r"Spread of $q^\top k$", ylabel="standard deviation")
    for scaled, colour, name, label in (
        (True, "C0", "scaled", r"scores / $\sqrt{d_k}$"),
        (False, "C1", "bare", "bare scores"),
    ):
        axes[1].semilogx(widths, largest[scaled], "o-", color=colour, label=label)
        axes[2].loglog(widths, slope[scaled], "o-", color=colour, label=label)
        if isinstance(guessed.get(name), (int, float)):
            axes[1].plot(widths[-1], guessed[name], "X", ms=11, color=colour, label=f"your guess: {name}")
        numbers[f"largest_{name}"], numbers[f"slope_{name}"] = largest[scaled][-1], slope[scaled][-1]
    axes[1].set(title="Largest of 16 weights", ylabel="mean", ylim=(0, 1.05))
    axes[2].set(title="Slope of the softmax", ylabel="norm of the Jacobian (median)")
    for axis in axes:
        axis.set_xlabel("$d_k$")
        axis.legend()
    plt.show()
    return {"spread_1024": spread[-1], "largest_scaled_2": largest[True][0]} | numbers

# %% [markdown]
# Bare scores at $d_k = 1024$ put more than 0.95 of the weight on one key, and the slope of the softmax falls below
# 0.0001. Scaled, the largest weight stays near a quarter and the slope at 0.3, whatever the width.
#
# ## 2. Masks
#
# Two things must not be looked at.
#
# - **Padding.** Sentences of one batch are filled up to the same length. A padded *key* is no word and is invisible to
#   every query. So the condition stands on the key axis, the last
#   one. What a padded *query* computes is never used: it needs no mask. (Forbidding it everything would leave
#   a softmax over nothing, which is nan. As it is, every query may look at key 0, since no sentence begins
#   with padding.)
# - **The future.** In training, the decoder gets the whole target sentence at once and predicts, at every
#   position, the next token. Query $i$ may look at the keys $j \le i$ only. The diagonal is **allowed**:
#   token $i$ is known when token $i + 1$ is predicted, and without it the first query would have nothing to
#   look at.
#
# The decoder's self-attention needs both: $j \le i$ **and** token $j$ is no padding.
#
# All masks of the Transformer get the shape $(B, 1, \text{queries}, \text{keys})$, to be broadcast over the
# heads that come in question 3. The source mask does not depend on the query, so its query axis has the
# length 1.
#
# **By hand.** `pad = 0`, `src = [5, 3, 0]`, `tgt = [1, 4, 0]`. The source mask is `[1 1 0]`. The rows of the
# target mask are `[1 0 0]`, `[1 1 0]`, `[1 1 0]`.
#
# ![The target mask of the worked example as a grid of queries and keys: the triangle of the past and the columns that are no padding, joined by and.](pictures/transformer/masks.svg)
#
# The masks are what tells the three families apart. Encoders such as BERT use only the first: every token
# sees the whole text. Decoders such as GPT use only the second. The Transformer for translation has both
# halves, as T5 does. After question 7 you will see what a model learns that may look ahead.

# %% question="make_masks" minutes=20
def make_masks(
    src: Int64[Tensor, "B n"], tgt: Int64[Tensor, "B m"], pad: int
) -> tuple[Bool[Tensor, "B 1 1 n"], Bool[Tensor, "B 1 m m"]]:
    """The masks of a batch, True = allowed.

    Args:
        src: source ids. Column 0 holds no padding.
        tgt: target ids, as fed to the decoder. Column 0 holds no padding.
        pad: the id of padding; any id, not always 0.

    Returns:
        ``src_mask``: True at the keys that are not padding.
        ``tgt_mask``: at [b, 0, i, j], True if j <= i and token j of ``tgt[b]`` is not padding.
    """
    ### BEGIN SOLUTION
    m = tgt.shape[1]
    causal = torch.ones(m, m, dtype=torch.bool).tril()
    return (src != pad)[:, None, None, :], causal & (tgt != pad)[:, None, None, :]
    ### END SOLUTION

# %% [markdown] hints="make_masks"
# idea: A mask is a comparison, not a loop: ids with `pad` for the one, query numbers with key numbers for the other.
#
# shapes: (B, n) needs two axes of length 1 between batch and keys. The triangle is (m, m) and knows nothing of the
# batch; broadcasting joins it with (B, 1, 1, m).
#
# steps: Which ids are no padding; put the axes in. A bool triangle with its diagonal. Both conditions at once.
#
# mistake: The padding of the target on the query axis. Then a padded query sees nothing and real queries see padding.

# %% [markdown]
# ## 3. Multi-head attention
#
# One softmax gives one weighted mean: a token that needs its verb *and* its adjective gets a blend of both.
# So attention is done $h$ times, in $h$ subspaces of width $d_k = D/h$. Head $i$ has its own projections
# $W_i^Q, W_i^K, W_i^V$ of shape $(D, d_k)$, and the results are joined and mixed by $W^O$:
#
# $$\text{head}_i = \text{Attention}(q W_i^Q,\; k W_i^K,\; v W_i^V), \qquad
# \text{out} = [\text{head}_1, \dots, \text{head}_h]\, W^O .$$
#
# The projections are what is *learned* about looking: $W^Q$ says what a token asks for, $W^K$ what it is found by,
# $W^V$ what it hands over. Tokens are rows, so weights multiply from the **right**: $q W$. (`nn.Linear` stores the
# transpose.)
#
# **In one product.** Put the $W_i^Q$ side by side into one $W^Q$ of shape $(D, D)$: head $i$ (counted from 0)
# owns the columns $i d_k$ to $(i + 1) d_k - 1$. Then $q W^Q$ has the shape $(B, n_q, D)$, and its last axis
# is *cut* into $(h, d_k)$:
#
# $$(B, n_q, D) \;\to\; (B, n_q, h, d_k) \;\to\; (B, h, n_q, d_k).$$
#
# The second arrow swaps two axes. A direct reshape to $(B, h, n_q, d_k)$ runs without complaint, too, but it
# mixes tokens: head 0 would get the first part of the *sentence*. On the way back, the axes have to be
# swapped again before the heads are joined. Each head scales by **its own** width, $\sqrt{d_k}$ and not
# $\sqrt D$.
#
# ![Three tokens of width 4 and two heads. Cut and swapped, head 0 holds columns 0 and 1 of every token. Reshaped directly, head 0 holds the first token whole and half of the second.](pictures/transformer/heads.svg)
#
# **By hand.** $D = 2$, $h = 2$, so $d_k = 1$; $W^Q = W^K = W^V = I$. One query $q = (1, 2)$, keys $(1, 0)$
# and $(0, 2)$, values $(1, 3)$ and $(2, 5)$. Head 0 sees first coordinates: scores $1 \cdot (1, 0)$, weights
# $(0.7311, 0.2689)$, result $1.2689$. Head 1: scores $2 \cdot (0, 2) = (0, 4)$, weights $(0.0180, 0.9820)$,
# result $4.9640$. With $W^O = \begin{pmatrix} 1 & 1 \\ 0 & 10 \end{pmatrix}$ the output is
# $(1.2689,\; 1.2689 + 49.6403) = (1.2689, 50.9092)$.

# %% question="multi_head_attention" minutes=30 forbid=["attention"]
def multi_head_attention(
    q: Float[Tensor, "B n_q D"],
    k: Float[Tensor, "B n_k D"],
    v: Float[Tensor, "B n_k D"],
    Wq: Float[Tensor, "D D"],
    Wk: Float[Tensor, "D D"],
    Wv: Float[Tensor, "D D"],
    Wo: Float[Tensor, "D D"],
    h: int,
    mask: Bool[Tensor, "..."] | None = None,
) -> tuple[Float[Tensor, "B n_q D"], Float[Tensor, "B h n_q n_k"]]:
    """Attention in h subspaces, joined and mixed. There are no biases.

    torch's own attention (``scaled_dot_product_attention``, ``MultiheadAttention``) is not to be used.

    Args:
        q: what asks.
        k: what is compared with it.
        v: what is averaged.
        Wq: projection of q, applied as q @ Wq. Head i owns the columns i D/h, ..., (i + 1) D/h - 1.
        Wk: projection of k, likewise.
        Wv: projection of v, likewise.
        Wo: mixes the joined heads, head 0 first: joined @ Wo.
        h: number of heads; divides D.
        mask: True where a query may look at a key; any shape that broadcasts to (B, h, n_q, n_k). None allows
            everything.

    Returns:
        The outputs, and the weights of every head. Autograd can differentiate both.
    """
    ### BEGIN SOLUTION
    def split(x, W):
        return (x @ W).unflatten(-1, (h, -1)).transpose(1, 2)  # (B, h, n, d_k)

    heads, weights = scaled_dot_product_attention(split(q, Wq), split(k, Wk), split(v, Wv), mask)
    return heads.transpose(1, 2).flatten(2) @ Wo, weights
    ### END SOLUTION

# %% [markdown] hints="multi_head_attention"
# idea: Question 1 takes any number of batch axes. Make the heads a batch axis, and it does all heads at once.
#
# shapes: (B, n, D) → (B, n, h, D/h) → (B, h, n, D/h), once for queries, keys and values each. The heads come back as
# (B, h, n_q, D/h) and leave as (B, n_q, D).
#
# steps: Project; cut the last axis; swap heads and positions; attend; swap back; join the last two axes; mix with
# Wo. The mask already broadcasts.
#
# mistake: Going from (B, n, D) to (B, h, n, D/h) by one `view`. It has the right shape and the wrong content.

# %% [markdown]
# **What it costs.** Count multiplications for $n$ tokens of width $D$. The four projections take $D^2$ per token
# each, $4 n D^2$ in all. The scores take $h \cdot n^2 \cdot d_k = n^2 D$, and so do the weighted means: $2 n^2 D$,
# whatever $h$ is. The other ways to mix a sequence:
#
# | layer | multiplications | steps one after the other | longest path between two tokens |
# |---|---|---|---|
# | self-attention | $4 n D^2 + 2 n^2 D$ | 1 | 1 |
# | recurrent (plain) | $2 n D^2$: input and state | $n$ | $n$ |
# | convolution, kernel $k$ | $k n D^2$ | 1 | $\log_k n$ layers if dilated, $n/k$ if not |
#
# The table of the paper gives orders: $n^2 D$ for attention, $n D^2$ for the recurrent layer. Taken as numbers they
# flatter attention: at $n = 50$ and $D = 512$ they read $1.28$ against $13.11$ million, and the four projections,
# which are left out, are forty times the $1.28$.
#
# **By hand.** $n = 50$, $D = 512$. Scores and means take $2 \cdot 50^2 \cdot 512 = 2.56$ million, the projections
# $4 \cdot 50 \cdot 512^2 = 52.43$ million, together $54.99$. The recurrent layer takes $26.21$ million and a
# convolution with $k = 3$ takes $39.32$. The square overtakes the projections at $n = 2D = 1024$.
#
# Guess before you look: of all the multiplications of your layer at $n = 50$, how many per cent are spent on looking
# (scores and means), and how many at $n = 800$?

# %% tags=["predict"]
predict("per cent of the multiplications spent on looking", n_50=..., n_800=...)

# %% tags=["demo"]
@demo
def what_it_costs(seed: int = 0) -> dict[str, float]:
    """Multiplications of your multi-head attention as torch counts them, beside other layers."""
    import matplotlib.pyplot as plt
    from torch.utils.flop_counter import FlopCounterMode

    D, h, k, lengths = 512, 8, 3, [10, 50, 200, 800]
    generator = torch.Generator().manual_seed(seed)
    W = [torch.randn(D, D, generator=generator) / math.sqrt(D) for _ in range(4)]

    def counted(layer: Callable[[Tensor], object], n: int) -> float:
        """Millions of multiplications; torch counts each with the addition after it as two operations."""
        x = torch.randn(1, n, D, generator=generator)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            layer(x)
        return counter.get_total_flops() / 2e6

    recurrent = nn.RNN(D, D, bias=False, batch_first=True)
    convolution = nn.Conv1d(D, D, k, padding=1, bias=False)
    counts = {
        "self-attention": [counted(lambda x: multi_head_attention(x, x, x, *W, h), n) for n in lengths],
        "convolution, k = 3": [counted(lambda x: convolution(x.transpose(1, 2)), n) for n in lengths],
        "recurrent": [counted(recurrent, n) for n in lengths],
    }
    looking = [total - 4 * n * D**2 / 1e6 for total, n in zip(counts["self-attention"], lengths)]
    percent = {n: 100 * part / total for part, total, n in zip(looking, counts["self-attention"], lengths)}

    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.8))
    for name, values in counts.items():
        left.loglog(lengths, values, "o-", label=name)
    left.loglog(lengths, looking, "o:", color="C0", label="of it, scores and means")
    left.set(xlabel="tokens $n$", ylabel="million multiplications", title="One layer of width 512")
    left.legend()
    long = [10 * 2 ** (i / 4) for i in range(40)]
    right.semilogx(long, [100 * n / (n + 2 * D) for n in long], color="0.5", label="$n / (n + 2D)$")
    right.semilogx(lengths, list(percent.values()), "o", color="C0", label="your layer")
    for n, guess in ((50, guesses("per cent of the multiplications spent on looking").get("n_50")),
                     (800, guesses("per cent of the multiplications spent on looking").get("n_800"))):
        if isinstance(guess, (int, float)):
            right.plot(n, guess, "X", ms=11, color="C3", label=f"your guess at {n}")
    right.set(xlabel="tokens $n$", ylabel="per cent", title="Spent on looking", ylim=(0, 100))
    right.legend()
    plt.show()
    at_50 = lengths.index(50)
    return {
        "attention": counts["self-attention"][at_50],
        "looking": looking[at_50],
        "recurrent": counts["recurrent"][at_50],
        "convolution": counts["convolution, k = 3"][at_50],
        "percent_50": percent[50],
        "percent_800": percent[800],
    }

# %% [markdown]
# At 50 tokens less than 5 % of the work is looking; the projections are the rest. At 800 tokens looking takes 44 %.
# With 55 million multiplications your layer makes more than twice as many as the plain recurrent one. Attention is
# not chosen because it is cheap. It is chosen for the two other columns of the table: all of its multiplications
# can be done at once, and the gradient between any two tokens passes through one layer, not through $n$ steps.
#
# ## 4. Positions
#
# Reorder the tokens: let $P$ be a permutation matrix and replace $X$ by $PX$. The scores become
# $P Q K^\top P^\top$. A softmax along rows is reordered with its rows and columns, and
# $P \operatorname{softmax}(\cdot) P^\top P V = P \operatorname{softmax}(\cdot) V$, since $P^\top P = I$. So
#
# $$\text{SelfAttention}(PX) = P \, \text{SelfAttention}(X) .$$
#
# The outputs are the same vectors in the new order: self-attention is *equivariant* to permutations. (Not
# *invariant*: the outputs do move.) To attention, a text is a bag of tokens. The order has to be written into
# the tokens. One can learn a vector for each position, up to a largest one. Vaswani et al. use waves, which
# need no training and have no end. With $D/2$ frequencies $\omega_i$, for $i = 0, \dots, D/2 - 1$,
#
# $$PE_{p,\,2i} = \sin(\omega_i\, p), \qquad PE_{p,\,2i+1} = \cos(\omega_i\, p), \qquad
# \omega_i = 10000^{-2i/D} .$$
#
# Sines stand in the even columns and cosines in the odd ones, so a pair of neighbours shares a frequency. The
# first pair turns by 1 radian per position, the last one, for large $D$, almost 10000 times slower: like the
# hands of a clock, from seconds to days. Count pairs *or* columns: the column $2i$ **is** the $2i$ of the
# exponent, and must not be doubled again.
#
# **What it is good for.** By the addition theorems, moving on by $k$ is a rotation of each pair, the same at
# every $p$:
#
# $$\begin{pmatrix} \sin \omega (p + k) \\ \cos \omega (p + k) \end{pmatrix} =
# \begin{pmatrix} \cos \omega k & \sin \omega k \\ -\sin \omega k & \cos \omega k \end{pmatrix}
# \begin{pmatrix} \sin \omega p \\ \cos \omega p \end{pmatrix}.$$
#
# So "the token three places back" is a linear map, which $W^Q$ and $W^K$ can hold. Also
# $PE_p^\top PE_q = \sum_i \cos \omega_i (p - q)$ depends on the distance only (that was the look-up of the first
# look), and $\lVert PE_p \rVert^2 = D/2$ everywhere.
#
# **By hand.** $D = 4$: $\omega = (1, 0.01)$, and
# $PE_2 = (\sin 2, \cos 2, \sin 0.02, \cos 0.02) = (0.9093, -0.4161, 0.0200, 0.9998)$. $PE_0 = (0, 1, 0, 1)$.
#
# Other ways to write the order into a model are the subject of the assignment *position_encoding*.

# %% question="sinusoidal_positions" minutes=20 further
def sinusoidal_positions(n: int, d: int) -> Float[Tensor, "n d"]:
    """Sinusoidal position encodings.

    Args:
        n: number of positions; they are 0, ..., n - 1.
        d: width, even.

    Returns:
        One row per position: sin(omega_i p) in column 2i, cos(omega_i p) in column 2i + 1, where omega_i is
        10000^(-2i/d). The result is float32; the angles may be computed in float32 or in float64.
    """
    ### BEGIN SOLUTION
    omega = 10000 ** (-torch.arange(0, d, 2) / d)
    angle = torch.arange(n)[:, None] * omega
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
    ### END SOLUTION

# %% [markdown] hints="sinusoidal_positions"
# idea: One table of angles, position times frequency; then its sines and its cosines, zipped column by column.
#
# shapes: Frequencies (d/2,), positions (n, 1), angles (n, d/2). Stacked on a new last axis, sines and cosines are
# (n, d/2, 2); flattening the last two axes zips them.
#
# steps: The even numbers below d; the frequencies; the angles; sine and cosine; zip.
#
# mistake: `arange(0, d, 2)` already holds the numbers 2i of the exponent. Doubling them again halves the clock.

# %% [markdown]
# Left, the hands of the clock: each pair of columns is one hand. Right, the similarity of position $p$ to all
# others, for three $p$. The three curves lie on top of each other, with the peak $D/2 = 32$ at distance 0.

# %% tags=["demo"]
@demo
def clock_hands(seed: int = 0) -> dict[str, float]:
    """The encodings, and how similar the encodings of two positions are. Nothing in it is random."""
    import matplotlib.pyplot as plt

    n, d = 100, 64
    PE = sinusoidal_positions(n, d)
    similarity = PE @ PE.T
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    image = left.imshow(PE.numpy(), cmap="RdBu", vmin=-1, vmax=1, aspect="auto")
    left.set(xlabel="column: fast pairs left, slow ones right", ylabel="position $p$", title="$PE$, width 64")
    figure.colorbar(image, ax=left)
    for p, style in ((10, "-"), (50, "--"), (80, ":")):
        right.plot(torch.arange(n) - p, similarity[p], style, label=f"$p = {p}$")
    right.axhline(d / 2, color="0.5", lw=1)
    right.set(xlabel="distance $q - p$", ylabel=r"$PE_p^\top PE_q$", title="Only the distance matters")
    right.legend()
    plt.show()
    diagonals = [similarity.diagonal(k) for k in range(60)]
    return {
        "spread along diagonals": max(x.max().item() - x.min().item() for x in diagonals),
        "at distance 0": diagonals[0].mean().item(),
        "at distance 1": diagonals[1].mean().item(),
        "at distance 30": diagonals[30].mean().item(),
    }

# %% [markdown]
# ## 5. The encoder layer
#
# Attention lets tokens exchange information; a small network then works on each token alone. Both are wrapped
# in the same way: a **residual connection**, then **layer normalisation**. Write
# $\text{Attn}(x) = \text{MultiHead}(x, x, x)$. The layer is
#
# $$x' = \text{LN}_1\bigl(x + \text{Attn}(x)\bigr), \qquad
# x'' = \text{LN}_2\bigl(x' + \text{FFN}(x')\bigr) .$$
#
# The second residual starts from $x'$, not from the layer's input.
#
# **Layer normalisation** gives each **token** mean 0 and variance 1 over its $D$ features, then a learned
# gain $g$ and bias $b$ per feature:
#
# $$\text{LN}(x) = g \odot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + b, \qquad
# \mu = \frac1D \sum_{i=1}^D x_i, \qquad \sigma^2 = \frac1D \sum_{i=1}^D (x_i - \mu)^2 .$$
#
# The variance is divided by $D$, not by $D - 1$ (`torch.var` divides by $D - 1$ unless told otherwise), and
# $\varepsilon$ stands under the root. No statistic runs over the batch or over positions. So nothing
# passes from one token to another here.
#
# **The feed-forward network** is the same for all positions, with one hidden layer, as a rule 4 times as
# wide: $\text{FFN}(x) = \max(0,\, x W_1 + b_1)\, W_2 + b_2$.
#
# **By hand.** $\text{LN}$ of $(1, 3, 5, 7)$ with $g = 1$, $b = 0$: $\mu = 4$, $\sigma^2 = 5$, result
# $(-3, -1, 1, 3)/\sqrt5 = (-1.3416, -0.4472, 0.4472, 1.3416)$. Dividing by $D - 1$ would give 1.1619 at
# the end.
#
# A whole layer: one token $x = (1, 3)$, one head, $W^Q = W^K = W^V = W^O = I$. The only weight is 1, so
# $\text{Attn}(x) = x$ and $x' = \text{LN}(2, 6) = (-1, 1)$. Let $W_1 = (0, 4)^\top$, $W_2 = (1, 0)$ and the
# biases be 0: the hidden unit is $\max(0, 4) = 4$, $\text{FFN}(x') = (4, 0)$, and
# $x'' = \text{LN}(3, 1) = (1, -1)$. (All up to $\varepsilon$.)
#
# ![The worked layer: (1, 3) goes into attention and around it, the sum (2, 6) is normalised to (-1, 1); this goes into the feed-forward network, which gives (4, 0), and around it; the sum (3, 1) is normalised to (1, -1).](pictures/transformer/encoder_layer.svg)
#
# **Parameters** come as a dictionary of dictionaries, named like the arguments of the functions that take
# them. The given cell below says so in code. `layer_norm(x, **p["norm1"])` gets `gain` and `bias` by name,
# and `**p["self_attention"]` hands `Wq`, `Wk`, `Wv` and `Wo` to `multi_head_attention`.

# %%
Parameters = Mapping[str, Mapping[str, Tensor]]


def layer_parameters(d_model: int, d_ff: int, attentions: list[str]) -> nn.ModuleDict:
    """Parameters of one layer: ``attentions``, "feed_forward", and "norm1", "norm2", ... in order of use.

    Matrices are Xavier-uniform, biases 0, gains 1.
    """

    def matrix(rows: int, columns: int) -> Tensor:
        return nn.init.xavier_uniform_(torch.empty(rows, columns))

    p = {name: {W: matrix(d_model, d_model) for W in ("Wq", "Wk", "Wv", "Wo")} for name in attentions}
    p["feed_forward"] = {
        "W1": matrix(d_model, d_ff),
        "b1": torch.zeros(d_ff),
        "W2": matrix(d_ff, d_model),
        "b2": torch.zeros(d_model),
    }
    for i in range(1, len(attentions) + 2):
        p[f"norm{i}"] = {"gain": torch.ones(d_model), "bias": torch.zeros(d_model)}
    return nn.ModuleDict({name: nn.ParameterDict(values) for name, values in p.items()})


print(layer_parameters(d_model=4, d_ff=16, attentions=["self_attention"]))

# %% question="encoder_layer" minutes=35 forbid=["layer_norm", "attention"]
def layer_norm(
    x: Float[Tensor, "*batch D"], gain: Float[Tensor, " D"], bias: Float[Tensor, " D"], eps: float = 1e-5
) -> Float[Tensor, "*batch D"]:
    """Layer normalisation over the last axis.

    ``torch.nn.LayerNorm``, ``torch.nn.functional.layer_norm`` and ``torch.native_layer_norm`` are not to be
    used.

    Args:
        x: features on the last axis.
        gain: multiplies each normalised feature.
        bias: is added to each feature.
        eps: added to the variance, under the root.

    Returns:
        gain (x - mean) / sqrt(variance + eps) + bias; the variance is the mean squared deviation (divided by
        D), and right for float32 features such as 1000, 1000.25, 1000.5, too. Autograd can differentiate it.
    """
    ### BEGIN SOLUTION
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, unbiased=False)
    return gain * (x - mean) / torch.sqrt(variance + eps) + bias
    ### END SOLUTION


def feed_forward(
    x: Float[Tensor, "*batch D"],
    W1: Float[Tensor, "D d_ff"],
    b1: Float[Tensor, " d_ff"],
    W2: Float[Tensor, "d_ff D"],
    b2: Float[Tensor, " D"],
) -> Float[Tensor, "*batch D"]:
    """max(0, x W1 + b1) W2 + b2, for each position alone. Autograd can differentiate it.

    Args:
        x: features on the last axis.
        W1: weights of the hidden layer, applied as x @ W1.
        b1: its biases.
        W2: weights of the output.
        b2: its biases.
    """
    ### BEGIN SOLUTION
    return torch.relu(x @ W1 + b1) @ W2 + b2
    ### END SOLUTION


def encoder_layer(
    x: Float[Tensor, "B n D"], p: Parameters, h: int, mask: Bool[Tensor, "B 1 1 n"]
) -> Float[Tensor, "B n D"]:
    """One post-LN encoder layer: self-attention, then the feed-forward network. eps is the default.

    ``torch.nn.TransformerEncoderLayer`` is not to be used.

    Args:
        x: the tokens.
        p: "self_attention" (Wq, Wk, Wv, Wo), "norm1" (gain, bias) after it, "feed_forward" (W1, b1, W2, b2),
            "norm2" after it.
        h: number of heads.
        mask: True at the keys that may be looked at.

    Returns:
        The new tokens. Autograd can differentiate them.
    """
    ### BEGIN SOLUTION
    attended, _ = multi_head_attention(x, x, x, **p["self_attention"], h=h, mask=mask)
    x = layer_norm(x + attended, **p["norm1"])
    return layer_norm(x + feed_forward(x, **p["feed_forward"]), **p["norm2"])
    ### END SOLUTION

# %% [markdown] hints="encoder_layer"
# idea: Two sub-layers with the same wrapping: what goes in is added to what comes out, and the sum is normalised.
#
# shapes: Mean and variance of (*batch, D) are (*batch, 1): keep the axis, so that they broadcast. The layer changes
# no shape at all.
#
# steps: layer_norm: centre, divide by the root of variance plus eps, gain, bias. feed_forward: one line.
# encoder_layer: attention of x with itself; add, norm1; the network on *that*; add, norm2. Hand parameters over by
# name.
#
# mistake: The unbiased variance, which is torch's default. And E[x²] − μ², which loses all digits for features such
# as 1000, 1000.25, 1000.5.

# %% [markdown]
# **Post and pre.** This order, LN after the sum, is that of the paper: *post-LN*. Most later models put it before,
# *pre-LN*: $x + \text{Attn}(\text{LN}(x))$, and one LN at the very end. What is the difference? In pre-LN the
# residual path is the identity from end to end, so after $N$ layers the stream is a sum of many terms. Were they
# independent and of one size, the sum would be $\sqrt N$ times as large as one of them. The last LN divides by
# that: the gradient of each term shrinks like $1/\sqrt N$. In post-LN each sum is normalised at once, and the
# gradient that reaches the last layer does not know how deep the stack is.
#
# Measure it at the start of training: stacks of 1 to 24 of your layers with random weights, and the gradient of a
# loss with respect to $W_1$ of the **last** layer. By what factor does it shrink from 1 layer to 24?

# %% tags=["predict"]
predict("gradient of the last layer, 1 layer against 24", post=..., pre=...)

# %% tags=["demo"]
@demo
def post_and_pre(seed: int = 0) -> dict[str, float]:
    """The gradient at the last and at the first layer of untrained stacks, in both orders."""
    import matplotlib.pyplot as plt

    torch.manual_seed(seed)
    D, n, depths = 64, 16, [1, 2, 4, 8, 12, 16, 24]
    layers = [layer_parameters(D, 4 * D, ["self_attention"]) for _ in range(max(depths))]
    x, target, mask = torch.randn(8, n, D), torch.randn(8, n, D), torch.ones(8, 1, 1, n, dtype=torch.bool)

    def pre_layer(x: Tensor, p: Parameters, h: int, mask: Tensor) -> Tensor:
        normed = layer_norm(x, **p["norm1"])
        x = x + multi_head_attention(normed, normed, normed, **p["self_attention"], h=h, mask=mask)[0]
        return x + feed_forward(layer_norm(x, **p["norm2"]), **p["feed_forward"])

    norms = {}
    for name, layer in (("post", encoder_layer), ("pre", pre_layer)):
        for depth in depths:
            y = x
            for p in layers[:depth]:
                y = layer(y, p, 4, mask)
            if name == "pre":
                y = layer_norm(y, torch.ones(D), torch.zeros(D))
            weights = [layers[i]["feed_forward"]["W1"] for i in (0, depth - 1)]
            for end, g in zip(("first", "last"), torch.autograd.grad(((y - target) ** 2).mean(), weights)):
                norms.setdefault((name, end), []).append(g.norm().item())
    factor = {name: norms[name, "last"][0] / norms[name, "last"][-1] for name in ("post", "pre")}

    guessed = guesses("gradient of the last layer, 1 layer against 24")
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
    for axis, end in zip(axes, ("last", "first")):
        for name, colour in (("post", "C0"), ("pre", "C1")):
            label = f"{name}-LN" + (f": {factor[name]:.1f} times smaller" if end == "last" else "")
            axis.loglog(depths, norms[name, end], "o-", color=colour, label=label)
            guess = guessed.get(name)
            if end == "last" and isinstance(guess, (int, float)) and guess > 0:
                axis.plot(24, norms[name, end][0] / guess, "X", ms=11, color=colour, label=f"your guess: {name}")
        axis.set(xlabel="layers", title=f"{end} layer".capitalize())
    decay = [norms["pre", "last"][0] / math.sqrt(N) for N in depths]
    axes[0].loglog(depths, decay, ":", color="0.5", label=r"$1/\sqrt{N}$")
    for axis in axes:
        axis.set_xticks(depths, depths)
        axis.xaxis.minorticks_off()
    axes[0].set_ylabel("norm of the gradient of $W_1$")
    axes[0].legend()
    axes[1].legend()
    plt.show()
    return {
        "post": factor["post"],
        "pre": factor["pre"],
        "first_over_last_pre": norms["pre", "first"][-1] / norms["pre", "last"][-1],
        "first_over_last_post": norms["post", "first"][-1] / norms["post", "last"][-1],
    }

# %% [markdown]
# In post-LN the last layer's gradient is about as large with 24 layers as with one. In pre-LN it is about four
# times smaller. ($\sqrt{24} = 4.9$ holds for independent terms of one size, which these are not quite.) At the
# first layer it is the other way round: in a stack of 24, pre-LN's gradient is larger there than at the last layer,
# and post-LN's is smaller. So the last layers of a deep post-LN stack take full steps while everything below them
# is still noise. Xiong et al. trace the need for a *warm-up* to this: a learning rate that starts small. Here:
# post-LN, and each training below warms up for 50 steps.
#
# ## 6. The decoder layer
#
# The decoder writes the target $y$ while it reads the encoder's output, the *memory* $M$. Its layer has three
# parts, each with a residual connection and an LN of its own:
#
# $$\begin{aligned}
# y' &= \text{LN}_1\bigl(y + \text{MultiHead}(y, y, y)\bigr) && \text{self-attention, causal} \\
# y'' &= \text{LN}_2\bigl(y' + \text{MultiHead}(y', M, M)\bigr) && \text{cross-attention} \\
# y''' &= \text{LN}_3\bigl(y'' + \text{FFN}(y'')\bigr)
# \end{aligned}$$
#
# In cross-attention the **queries** come from the target; **keys and values** both come from the memory. Its
# weights have the shape $(B, h, m, n)$: which source token is read for which target position. This is the picture of
# the first look, $h$ times, and now it can be learned.
#
# Each attention has its own mask. The causal one belongs to self-attention. The source is known completely
# before the first word is written, so in cross-attention only source padding is forbidden. A causal mask
# there would show target position 0 nothing but source position 0, though a translation may well begin with
# the last word.
#
# ![The decoder layer with its two masks: self-attention under the causal triangle takes queries, keys and values from the target; cross-attention takes queries from the target, keys and values from the memory, under the padding mask of the source.](pictures/transformer/decoder_layer.svg)
#
# **By hand.** $D = 2$, one head, one target token $y = (1, 3)$, memory with the tokens $(5, 1)$, $(5, 1)$ and
# a third that is padding. The self-attention has $W^V = 0$: it adds nothing, and
# $y' = \text{LN}(1, 3) = (-1, 1)$. In cross-attention all matrices are $I$. The two allowed keys are equal,
# so their weights are $(\tfrac12, \tfrac12, 0)$ and the result is $(5, 1)$:
# $y'' = \text{LN}(4, 2) = (1, -1)$. A feed-forward network with $W_2 = 0$ and $b_2 = (-1, 3)$ gives
# $y''' = \text{LN}(0, 2) = (-1, 1)$.

# %% question="decoder_layer" minutes=25 forbid=["layer_norm", "attention"]
def decoder_layer(
    y: Float[Tensor, "B m D"],
    memory: Float[Tensor, "B n D"],
    p: Parameters,
    h: int,
    tgt_mask: Bool[Tensor, "B 1 m m"],
    src_mask: Bool[Tensor, "B 1 1 n"],
) -> tuple[Float[Tensor, "B m D"], Float[Tensor, "B h m n"]]:
    """One post-LN decoder layer: self-attention, cross-attention, feed-forward network. eps is the default.

    ``torch.nn.TransformerDecoderLayer``, ``MultiheadAttention``, ``LayerNorm`` and
    ``torch.nn.functional.layer_norm`` are not to be used.

    Args:
        y: the target tokens.
        memory: the output of the last encoder layer.
        p: "self_attention" with "norm1" after it, "cross_attention" with "norm2" after it, "feed_forward"
            with "norm3" after it; each holds what it holds in :func:`encoder_layer`.
        h: number of heads, in both attentions.
        tgt_mask: what a target token may look at among the target tokens.
        src_mask: what it may look at in the memory.

    Returns:
        The new target tokens, and the weights of the cross-attention. Autograd can differentiate both.
    """
    ### BEGIN SOLUTION
    attended, _ = multi_head_attention(y, y, y, **p["self_attention"], h=h, mask=tgt_mask)
    y = layer_norm(y + attended, **p["norm1"])
    read, weights = multi_head_attention(y, memory, memory, **p["cross_attention"], h=h, mask=src_mask)
    y = layer_norm(y + read, **p["norm2"])
    return layer_norm(y + feed_forward(y, **p["feed_forward"]), **p["norm3"]), weights
    ### END SOLUTION

# %% [markdown] hints="decoder_layer"
# idea: The encoder layer with one more sub-layer in the middle, whose keys and values are the memory's.
#
# shapes: y stays (B, m, D). The weights of the cross-attention are (B, h, m, n): target positions down, source
# positions across.
#
# steps: Attention of y with itself under the target mask; add, norm1. Attention of that with the memory under the
# source mask, keeping its weights; add, norm2. The network; add, norm3.
#
# mistake: Values taken from y, or the two masks exchanged. With m = n both run.

# %% [markdown]
# ## 7. The Transformer
#
# **Tokens into vectors.** Look up each id in the embedding table, multiply by $\sqrt D$, add the positions:
#
# $$x_p = \sqrt D \; E[\text{id}_p] + PE_p .$$
#
# Why $\sqrt D$? The table starts with entries of variance $1/D$, so that a row has about norm 1. A position
# has the norm $\sqrt{D/2}$: 16 for $D = 512$. It would drown the word. Times $\sqrt D = 22.6$ the word is the
# larger of the two. Only the embedding is scaled, not the position.
#
# **Through the layers.** The source goes through $N$ encoder layers. The target goes through $N$ decoder
# layers, and **each** of them reads the output of the **last** encoder layer. A linear layer turns
# each target token into the logits of the next one.
#
# **Teacher forcing.** A target is `[bos, 7, 5, eos]`. In training the decoder gets the true tokens, all at
# once, and has to predict at each position the one that follows:
#
# | | position 0 | position 1 | position 2 |
# |---|---|---|---|
# | input: all but the last | `bos` | `7` | `5` |
# | label: all but the first | `7` | `5` | `eos` |
#
# The causal mask keeps it honest. If the labels were not shifted, each position would only have to copy its
# input: the loss would go to 0 and nothing would be learned. The loss is the mean cross-entropy, in nats, over
# all labels of the batch that are no padding. Each such label counts the same, in long and in short
# sentences.
#
# **By hand.** If all logits are equal, each of $n_\text{tgt}$ tokens has the probability $1/n_\text{tgt}$.
# With 8 tokens the loss is $\ln 8 = 2.0794$, however long the targets are.
#
# **Greedy decoding.** At test time there is no target. Start with `bos`; run the model on what has been
# written so far; append the likeliest token at the **last** position; repeat. A sentence that has produced
# `eos` is complete and gets `pad` from then on. Stop when all sentences are complete.
#
# **Counting.** An attention has $4D^2$ parameters, whatever $h$ is. A feed-forward network has
# $2 D d_\text{ff} + d_\text{ff} + D$, an LN $2D$. An encoder layer holds one attention, one feed-forward
# network and two LNs; a decoder layer two attentions, one feed-forward network and three LNs. Then there are
# two embedding tables, and the output layer with $D\, n_\text{tgt}$ weights and $n_\text{tgt}$ biases. The
# positions are not learned.
#
# **By hand.** $n_\text{src} = 10$, $n_\text{tgt} = 8$, $D = 4$, $d_\text{ff} = 16$, $N = 1$. Attention 64,
# FFN $128 + 16 + 4 = 148$, LN 8. Encoder $64 + 148 + 16 = 228$, decoder $128 + 148 + 24 = 300$, tables
# $40 + 32 = 72$, output $32 + 8 = 40$. Together 640. For the sizes of the paper, $D = 512$,
# $d_\text{ff} = 2048$ and vocabularies of 10 000, two layers make 30.1 million and six 59.5 million.
#
# The cell below holds the parameters. Your class inherits its constructor; it needs none of its own.

# %%
class TransformerParameters(nn.Module):
    """All parameters of a Transformer.

    Attributes:
        d_model, n_heads, pad: the width D, the number of heads h, and the id of padding.
        src_embedding, tgt_embedding: tables of shapes (n_src, D) and (n_tgt, D), entries of variance 1/D.
        encoder, decoder: lists of ``n_layers`` dictionaries, one per layer, first layer first.
        output: a linear layer from D features to n_tgt logits.
    """

    def __init__(
        self, n_src: int, n_tgt: int, d_model: int, n_heads: int, d_ff: int, n_layers: int, pad: int
    ) -> None:
        super().__init__()
        self.d_model, self.n_heads, self.pad = d_model, n_heads, pad
        self.src_embedding, self.tgt_embedding = nn.Embedding(n_src, d_model), nn.Embedding(n_tgt, d_model)
        for table in (self.src_embedding, self.tgt_embedding):
            nn.init.normal_(table.weight, std=d_model**-0.5)
        one, two = ["self_attention"], ["self_attention", "cross_attention"]
        self.encoder = nn.ModuleList([layer_parameters(d_model, d_ff, one) for _ in range(n_layers)])
        self.decoder = nn.ModuleList([layer_parameters(d_model, d_ff, two) for _ in range(n_layers)])
        self.output = nn.Linear(d_model, n_tgt)
        nn.init.xavier_uniform_(self.output.weight)
        nn.init.zeros_(self.output.bias)

# %% question="Transformer" minutes=50 forbid=["attention", "torch.nn.Transformer"]
def parameter_count(n_src: int, n_tgt: int, d_model: int, d_ff: int, n_layers: int) -> int:
    """Number of parameters of :class:`TransformerParameters`.

    Args:
        n_src: size of the source vocabulary.
        n_tgt: size of the target vocabulary.
        d_model: width D.
        d_ff: width of the hidden layer of the feed-forward networks.
        n_layers: number of encoder layers, and of decoder layers.
    """
    ### BEGIN SOLUTION
    attention = 4 * d_model**2
    ffn = 2 * d_model * d_ff + d_ff + d_model
    norm = 2 * d_model
    encoder = attention + ffn + 2 * norm
    decoder = 2 * attention + ffn + 3 * norm
    output = d_model * n_tgt + n_tgt
    return (n_src + n_tgt) * d_model + n_layers * (encoder + decoder) + output
    ### END SOLUTION


class Transformer(TransformerParameters):
    """The encoder-decoder model. The constructor and all parameters are those of the base class.

    ``torch.nn.Transformer``, ``TransformerEncoder`` and ``TransformerDecoder`` are not to be used.
    """

    def embed(self, table: nn.Embedding, ids: Int64[Tensor, "B t"]) -> Float[Tensor, "B t D"]:
        """sqrt(D) times the embeddings, plus the sinusoidal positions 0, ..., t - 1.

        Args:
            table: ``self.src_embedding`` or ``self.tgt_embedding``.
            ids: rows of the table. Padding is embedded like any other id.

        Returns:
            One vector per id, in the dtype of the table. Autograd can differentiate it.
        """
        ### BEGIN SOLUTION
        return table(ids) * math.sqrt(self.d_model) + sinusoidal_positions(ids.shape[1], self.d_model)
        ### END SOLUTION

    def forward(
        self, src: Int64[Tensor, "B n"], tgt_in: Int64[Tensor, "B m"]
    ) -> tuple[Float[Tensor, "B m n_tgt"], Float[Tensor, "B h m n"]]:
        """Logits of the token that follows each target position.

        Args:
            src: source ids, padded with ``self.pad``.
            tgt_in: target ids as fed to the decoder, beginning with bos; padding is masked as in question 2.

        Returns:
            The logits (without softmax), and the cross-attention weights of the last decoder layer. Autograd
            can differentiate both.
        """
        ### BEGIN SOLUTION
        src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)
        memory = self.embed(self.src_embedding, src)
        for p in self.encoder:
            memory = encoder_layer(memory, p, self.n_heads, src_mask)
        y = self.embed(self.tgt_embedding, tgt_in)
        for p in self.decoder:
            y, weights = decoder_layer(y, memory, p, self.n_heads, tgt_mask, src_mask)
        return self.output(y), weights
        ### END SOLUTION

    def loss(self, src: Int64[Tensor, "B n"], tgt: Int64[Tensor, "B m"]) -> Float[Tensor, ""]:
        """Mean cross-entropy under teacher forcing, in nats.

        Args:
            src: source ids, padded.
            tgt: whole targets: bos, tokens, eos, padding. At least one label is not padding.

        Returns:
            A scalar: the mean over all labels of the batch that are not padding. The decoder gets ``tgt``
            without its last column; the labels are ``tgt`` without its first column. Logits may be of any
            size, 1000 included. Autograd can differentiate it.
        """
        ### BEGIN SOLUTION
        logits, _ = self(src, tgt[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=self.pad)
        ### END SOLUTION

    def greedy(self, src: Int64[Tensor, "B n"], bos: int, eos: int, max_len: int) -> Int64[Tensor, "B t"]:
        """Translate by taking the likeliest token at every step. Ties are not tested.

        The model stays as it is: its parameters, and whether it is in training mode.

        Args:
            src: source ids, padded.
            bos: the id that every target begins with.
            eos: the id that ends a target. bos, eos and ``self.pad`` are three different ids.
            max_len: largest number of tokens to write, at least 1; eos counts as one.

        Returns:
            What was written, without bos. A row that has produced eos keeps it and gets ``self.pad`` from
            then on; before that, ``self.pad`` is a token like any other. There are as many columns as steps:
            writing stops after the step at which the last row produces eos, or after ``max_len`` steps.
        """
        ### BEGIN SOLUTION
        tgt = torch.full((len(src), 1), bos)
        complete = torch.zeros(len(src), dtype=torch.bool)
        for _ in range(max_len):
            logits, _ = self(src, tgt)
            token = logits[:, -1].argmax(dim=-1).masked_fill(complete, self.pad)
            tgt = torch.cat([tgt, token[:, None]], dim=1)
            complete |= token == eos
            if complete.all():
                break
        return tgt[:, 1:]
        ### END SOLUTION

# %% [markdown] hints="Transformer"
# idea: Everything is there already. `forward` connects it, `loss` shifts the target by one, `greedy` calls
# `forward` on what it has written so far.
#
# shapes: Logits (B, m, n_tgt). The loss wants one row of logits and one label per token: join batch and positions. In
# `greedy` the written ids start as (B, 1), all bos, and grow by one column per step.
#
# steps: embed: look up, scale, add positions. forward: masks; source through all encoder layers; target through all
# decoder layers, always with the finished memory. loss: without the last column in, without the first column as
# labels, padding left out of the mean. greedy: last position, likeliest id, pad where complete, append, note who is
# complete now.
#
# mistake: A row that is complete must be remembered, not recognised by its last token: the last token of a complete
# row is pad, and pad is a token like any other before eos.

# %% [markdown]
# ### *stressed*
#
# The task of the first look, and now nobody sets the queries. The training data are random strings of 3 to 8 letters;
# no word is among them but by chance. The model is tiny: one encoder and one decoder layer, $D = 32$,
# two heads, 32 125 parameters, 400 steps of Adam with 48 strings each.
#
# To write letter $t$ of the answer, the decoder has to find position $n - 1 - t$ of the source, where $n$ is
# the length, which nobody tells it. It must do so by position alone: *stressed* has three s and two e. The control is
# the same model with the same budget, whose source has no positions (its target has). It gets the letters, and must
# guess their order.

# %% tags=["predict"]
predict("new strings reversed without a mistake, of 100", model=..., control=...)

# %% tags=["demo"]
def train(
    model: TransformerParameters, batch: Callable[[], tuple[Tensor, Tensor]], steps: int, lr: float = 1e-2
) -> list[float]:
    """Adam, with a rate that starts small (post-LN) and falls to 0. Returns the losses."""
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.98), fused=True), []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * min((step + 1) / 50, 1 - step / steps)
        loss = model.loss(*batch())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


PAD, BOS, EOS, FIRST, LONGEST = 0, 1, 2, 3, 8


def letter_ids(word: str) -> Tensor:
    return torch.tensor([[ord(letter) - ord("a") + FIRST for letter in word]])


def strings(size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random strings of 3 to 8 letters, and the same backwards between bos and eos."""
    n, j = torch.randint(3, LONGEST + 1, (size, 1), generator=generator), torch.arange(LONGEST)
    src = torch.randint(FIRST, FIRST + 26, (size, LONGEST), generator=generator).masked_fill(j >= n, PAD)
    backwards = src.gather(1, (n - 1 - j).clamp(min=0)).masked_fill(j >= n, PAD)
    tgt = F.pad(backwards, (1, 1), value=PAD)
    tgt[:, 0] = BOS
    return src, tgt.scatter(1, n + 1, EOS)


@torch.no_grad()
def reversed_right(model: TransformerParameters, src: Tensor, tgt: Tensor) -> float:
    """Per cent of strings that greedy decoding reverses without a mistake."""
    written = model.greedy(src, BOS, EOS, LONGEST + 1)
    same = F.pad(written, (0, LONGEST + 1 - written.shape[1])) == tgt[:, 1:]
    return 100 * same.all(1).float().mean().item()


@demo
def stressed_desserts(seed: int = 0, word: str = "stressed") -> dict[str, float]:
    """A small Transformer learns to reverse random strings; its cross-attention before and after, and a control."""
    import matplotlib.pyplot as plt

    class Unordered(Transformer):
        """The control: no positions in the source."""

        def embed(self, table: nn.Embedding, ids: Tensor) -> Tensor:
            if table is self.src_embedding:
                return table(ids) * math.sqrt(self.d_model)
            return super().embed(table, ids)

    @torch.no_grad()
    def answer(model: Transformer, word: str) -> str:
        row = model.greedy(letter_ids(word), BOS, EOS, LONGEST + 1)[0].tolist()
        return "".join(chr(i - FIRST + ord("a")) if i >= FIRST else "·" * (i != EOS) for i in row)

    @torch.no_grad()
    def reading(model: Transformer, word: str) -> Tensor:
        tgt = torch.cat([torch.tensor([[BOS]]), letter_ids(word[::-1])], dim=1)
        return model(letter_ids(word), tgt)[1][0].mean(0)[: len(word)]  # mean over the heads

    models, losses, pictures, right = {}, {}, {}, {}
    src, tgt = strings(1000, torch.Generator().manual_seed(10_000 + seed))
    for name, kind in (("your Transformer", Transformer), ("control: no positions", Unordered)):
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        model = models[name] = kind(FIRST + 26, FIRST + 26, d_model=32, n_heads=2, d_ff=128, n_layers=1, pad=PAD)
        if not pictures:
            pictures[f"before: “{answer(model, word)}”"] = reading(model, word)
        losses[name] = train(model, partial(strings, 48, generator), 400)
        kept = "after" if kind is Transformer else "control"
        pictures[f"{kept}: “{answer(model, word)}”"] = reading(model, word)
        right[name] = reversed_right(model, src, tgt)

    full = src[:, -1] != PAD

    def anti_diagonal(model: Transformer) -> float:
        """Weight on the letter that is needed; mean over strings of 8 letters, heads and letters to write."""
        with torch.no_grad():
            weights = model(src[full], tgt[full, :-1])[1]
        return weights.mean((0, 1))[:LONGEST].flip(1).diagonal().mean().item()

    figure, axes = plt.subplots(1, 4, figsize=(14, 3.8), width_ratios=[1.25, 1, 1, 1])
    for name, values in losses.items():
        axes[0].semilogy(values, lw=1, label=f"{name}: {right[name]:.0f} % right")
    axes[0].axhline(math.log(26), color="0.5", ls=":", label="guessing letters")
    axes[0].set(xlabel="step", ylabel="nats per token", title="Training loss")
    noted = guesses("new strings reversed without a mistake, of 100")
    said = ", ".join(f"{name} {noted[name]}" for name in ("model", "control") if name in noted)
    axes[0].legend(title=f"your guess: {said}" if said else None, fontsize="small")
    for axis, (title, picture) in zip(axes[1:], pictures.items()):
        image = axis.imshow(picture.numpy(), vmin=0, vmax=1)
        axis.set_xticks(range(len(word)), list(word))
        axis.set_yticks(range(len(word)), list(word[::-1]))
        axis.set(xlabel="letter read", title=title)
    axes[1].set_ylabel("letter to write")
    figure.colorbar(image, ax=axes[1:], label="cross-attention, mean of 2 heads", shrink=0.8)
    plt.show()
    model, control = models.values()
    words = ["stressed", "drawer", "repaid", "stop", "diaper", "reviled"]
    print(", ".join(f"{w} → {answer(model, w)}" for w in words))
    return {
        "first loss": losses["your Transformer"][0],
        "last loss": sum(losses["your Transformer"][-20:]) / 20,
        "exact": right["your Transformer"],
        "exact_control": right["control: no positions"],
        "anti-diagonal": anti_diagonal(model),
        "anti-diagonal_control": anti_diagonal(control),
        "letters right": float(sum(a == b for a, b in zip(answer(model, "stressed"), "desserts"))),
        "parameters": float(sum(p.numel() for p in model.parameters())),
    }

# %% [markdown]
# (In the titles, · stands for padding or bos.) Nobody said "read from the back". The anti-diagonal was found by
# gradient descent through your softmax, your masks and your residual connections. In strings of eight letters, half
# of the weight or more lies on the one letter that is needed, and more than nineteen in twenty new strings come out
# right, to the last letter. Without positions it is fewer than one in twenty, with about a seventh of the weight on
# the letter needed, hardly more than the eighth that an even spread would give. A word of three to eight letters of
# your own: `stressed_desserts(word="...")`.
#
# ### What if it may look ahead?
#
# The causal mask costs something: a query sees less. Train the same model twice, 200 steps each, once with your
# target mask, once with a mask that hides padding only.

# %% tags=["predict"]
predict("without the causal mask", training_loss=..., strings_right_of_100=...)

# %% tags=["demo"]
@demo
def looking_ahead(seed: int = 0) -> dict[str, float]:
    """Training loss and greedy decoding, with and without the causal mask, under equal budgets."""
    import matplotlib.pyplot as plt

    class Leaky(Transformer):
        """A decoder whose queries see the whole target."""

        def forward(self, src: Tensor, tgt_in: Tensor) -> tuple[Tensor, Tensor]:
            src_mask, _ = make_masks(src, tgt_in, self.pad)
            memory, y = self.embed(self.src_embedding, src), self.embed(self.tgt_embedding, tgt_in)
            for p in self.encoder:
                memory = encoder_layer(memory, p, self.n_heads, src_mask)
            tgt_mask = (tgt_in != self.pad)[:, None, None].expand(-1, 1, tgt_in.shape[1], -1)
            for p in self.decoder:
                y, weights = decoder_layer(y, memory, p, self.n_heads, tgt_mask, src_mask)
            return self.output(y), weights

    src, tgt = strings(500, torch.Generator().manual_seed(10_000 + seed))
    numbers, losses = {}, {}
    for name, kind in (("causal", Transformer), ("leaky", Leaky)):
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        model = kind(FIRST + 26, FIRST + 26, d_model=32, n_heads=2, d_ff=128, n_layers=1, pad=PAD)
        losses[name] = train(model, partial(strings, 32, generator), 200)
        numbers[f"{name}_loss"] = sum(losses[name][-20:]) / 20
        numbers[f"{name}_right"] = reversed_right(model, src, tgt)
    guessed = guesses("without the causal mask")
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for name, label in (("causal", "causal mask"), ("leaky", "may look ahead")):
        left.semilogy(losses[name], label=label)
    if isinstance(guessed.get("training_loss"), (int, float)) and guessed["training_loss"] > 0:
        left.plot(199, guessed["training_loss"], "X", ms=11, color="C3", label="your guess")
    left.set(xlabel="step", ylabel="nats per token", title="Training loss")
    left.legend()
    shown = {"causal mask": numbers["causal_right"], "may look ahead": numbers["leaky_right"]}
    drawn = right.barh(list(shown), list(shown.values()), color=["C0", "C1"])
    right.bar_label(drawn, fmt="%.0f", padding=3)
    if isinstance(guessed.get("strings_right_of_100"), (int, float)):
        right.plot(guessed["strings_right_of_100"], "may look ahead", "X", ms=11, color="C3")
    right.invert_yaxis()
    right.set(xlabel="new strings right, per cent", title="Greedy decoding", xlim=(0, 100))
    plt.show()
    return numbers

# %% [markdown]
# Without the causal mask the training loss is less than a fifth of the honest one, and not one string comes out
# right. (With the mask, at half the budget of before, one in ten is right already, or more.) The label of position
# $t$ is the input of position $t + 1$: a decoder that may look there copies it. At test time there is nothing to
# copy yet. The training curve looks splendid; only decoding shows the mistake.
#
# ## 8. Additive attention
#
# Attention is older than the Transformer. A translator used to be a pair of recurrent networks. The encoder read
# the source $x_1, \dots, x_n$ into hidden states $h_1, \dots, h_n$ and handed over the last one. The decoder had to
# write the translation from $h_n$ alone: a vector of fixed size, whether the sentence has 5 words or 50. This is
# the *bottleneck*.
#
# Bahdanau's remedy: keep all $h_j$, and let the decoder choose at every step which ones to read. Its state
# $s$ (the one before the step) is compared with each $h_j$ by a small network with one hidden layer. The
# scores become weights, and the weights average the states:
#
# $$e_j = v^\top \tanh(W_s s + W_h h_j), \qquad
# \alpha_j = \frac{\exp e_j}{\sum_{j'} \exp e_{j'}}, \qquad c = \sum_{j} \alpha_j h_j .$$
#
# The state $s$ is the query; the $h_j$ are keys and values at once. The *context* $c$ is a weighted mean of the $h_j$
# themselves.
#
# The $\tanh$ stands **inside**, on the hidden units. Without it $v^\top W_s s$ would be added to every score
# alike and cancel in the softmax: the decoder's state would have no influence. A $\tanh$ of the finished
# score is not much better. It is monotone, so the order of the positions would be the same for every $s$.
#
# Padding is masked as in question 1, before the softmax.
#
# **By hand.** All sizes 1, $W_s = W_h = 1$, $v = 5$, $\ell = \ln 2$. Let $s = \ell$ and
# $H = (0, -\ell, 5\ell)$, the last being padding. Since $\tanh \ell = 0.6$, the scores are
# $(5 \cdot 0.6,\; 5 \cdot 0,\; -\infty) = (3, 0, -\infty)$. So
# $\alpha = (e^3, 1, 0)/(e^3 + 1) = (0.9526, 0.0474, 0)$ and $c = -0.0474\,\ell = -0.0329$. Unmasked, the
# padding would have the largest weight, 0.875.

# %% question="bahdanau_attention" minutes=20 further
def bahdanau_attention(
    s: Float[Tensor, "B d_s"],
    H: Float[Tensor, "B n d_h"],
    Ws: Float[Tensor, "d_a d_s"],
    Wh: Float[Tensor, "d_a d_h"],
    v: Float[Tensor, " d_a"],
    mask: Bool[Tensor, "B n"],
) -> tuple[Float[Tensor, "B d_h"], Float[Tensor, "B n"]]:
    """Additive attention of one decoder state per sentence over that sentence's encoder states.

    Args:
        s: decoder states.
        H: encoder states h_j.
        Ws: weights of the decoder state; W_s s is a matrix times a column vector.
        Wh: weights of the encoder states, likewise.
        v: weights of the hidden units.
        mask: True where position j may be read; at least one per sentence.

    Returns:
        The contexts, and the weights alpha: each row sums to 1, and positions that may not be read have the
        weight 0. Autograd can differentiate both.
    """
    ### BEGIN SOLUTION
    hidden = torch.tanh((s @ Ws.T)[:, None] + H @ Wh.T)  # (B, n, d_a)
    e = (hidden @ v).masked_fill(~mask, -math.inf)
    alpha = torch.softmax(e, dim=-1)
    return torch.einsum("bn,bnd->bd", alpha, H), alpha
    ### END SOLUTION

# %% [markdown] hints="bahdanau_attention"
# idea: For each pair of state and position: a hidden layer, a number, and then the softmax of question 1.
#
# shapes: W_s s is (B, d_a), one per sentence; W_h h is (B, n, d_a). The first needs an axis of length 1 for the
# positions before the two can be added. Scores (B, n).
#
# steps: Both projections; sum; tanh; weigh the hidden units with v; mask; softmax over the positions; average the
# encoder states.
#
# mistake: A matrix times a column vector, written for rows, has the matrix transposed on the right.

# %% [markdown]
# See what the bottleneck costs. A string of random letters is read by a linear recurrent network,
# $h_j = A h_{j-1} + x_j$, with 64 units and a fixed orthogonal matrix $A$. Then the letters are to be named
# one by one, the last letter first. From $h_n$ alone, this is done by multiplying with $A^{-1} = A^\top$ once
# per step. With attention, two hidden units are enough to point at position $t$. Give the encoder states the
# entries $(x_j, j, 1)$ and take
#
# $$e_j = c \tanh\bigl(\beta (j - t + \tfrac12)\bigr) - c \tanh\bigl(\beta (j - t - \tfrac12)\bigr),$$
#
# a bump at $j = t$. It has the form above, with $s = t$. Nothing is trained here.

# %% tags=["demo"]
@demo
def the_bottleneck(seed: int = 0) -> dict[str, float]:
    """Letters recalled from one state of fixed size, and from all states by additive attention."""
    import matplotlib.pyplot as plt

    d, n_letters, beta, c = 64, 26, 4.0, 6.0
    generator = torch.Generator().manual_seed(seed)
    letters = torch.randn(n_letters, d, generator=generator) / math.sqrt(d)
    A = torch.linalg.qr(torch.randn(d, d, generator=generator)).Q
    Ws, v = torch.tensor([[-beta], [-beta]]), torch.tensor([c, -c])
    Wh = torch.zeros(2, d + 2)
    Wh[:, d], Wh[:, d + 1] = beta, torch.tensor([beta / 2, -beta / 2])

    lengths, recalled = [2, 5, 10, 20, 40, 80], {"last state": [], "attention": []}
    for n in lengths:
        ids = torch.randint(n_letters, (50, n), generator=generator)
        x, state = letters[ids], torch.zeros(50, d)
        for j in range(n):
            state = state @ A.T + x[:, j]
        position = torch.arange(n).expand(50, n)
        H = torch.cat([x, position[..., None], torch.ones(50, n, 1)], dim=-1)
        hits, weights = {"last state": 0, "attention": 0}, []
        for t in reversed(range(n)):
            context, alpha = bahdanau_attention(
                torch.full((50, 1), float(t)), H, Ws, Wh, v, torch.ones(50, n, dtype=torch.bool)
            )
            weights.append(alpha[0])
            for name, vector in (("last state", state), ("attention", context[:, :d])):
                hits[name] += ((vector @ letters.T).argmax(-1) == ids[:, t]).sum().item()
            state = state @ A  # A^T undoes A
        for name in recalled:
            recalled[name].append(hits[name] / (50 * n))
        if n == 10:
            picture = torch.stack(weights)

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
    left.semilogx(lengths, recalled["attention"], "o-", label="attention over all states")
    left.semilogx(lengths, recalled["last state"], "o-", label="last state only (64 numbers)")
    left.axhline(1 / n_letters, color="0.5", ls=":", label="guessing")
    left.set_xticks(lengths, lengths)
    left.minorticks_off()
    left.set(xlabel="length of the string", ylabel="share of letters recalled", title="The bottleneck", ylim=(0, 1.05))
    left.legend(loc="center left", bbox_to_anchor=(0.0, 0.35))
    image = right.imshow(picture.numpy(), vmin=0, vmax=1)
    right.set(xlabel="source position $j$", ylabel="decoder step", title=r"Your weights $\alpha$, 10 letters")
    figure.colorbar(image, ax=right)
    plt.show()
    return {f"{name}, {n}": a for name, values in recalled.items() for n, a in zip(lengths, values)}

# %% [markdown]
# At length 10 this network has lost about three letters in ten, at 80 more than four in five. Attention recalls 80 as
# well as 2. (A trained network may use its 64 numbers better, but it has no more of them.) The weights lie on the
# anti-diagonal once more.
#
# ## 9. Luong's scores
#
# Additive attention runs a small network for every pair $(s, h_j)$. Luong compared it with two cheaper
# scores:
#
# $$\text{dot: } s^\top h_j, \qquad \text{general: } s^\top W h_j, \qquad
# \text{concat: } v^\top \tanh\bigl(W [s; h_j]\bigr).$$
#
# - *dot* needs no parameters, but $s$ and $h_j$ must have the same width, and the same coordinates must mean
#   the same thing.
# - *general* first maps $h_j$ into the space of $s$: $W$ has the shape $(d_s, d_h)$. With square $W$ the
#   transpose fits as well, and is wrong. (The Transformer's score is *general*, too:
#   $(x_i W^Q)(x_j W^K)^\top = x_i\, (W^Q W^{K\top})\, x_j^\top$, with a $W$ of rank $d_k$.)
# - *concat* is additive attention again. Cut $W$ into the columns for $s$ and those for $h_j$:
#   $W [s; h_j] = W_s s + W_h h_j$. The state $s$ comes **first** in $[s; h_j]$.
#
# None of them is divided by anything. Softmax and context are those of question 8; here you return the bare
# scores. (Luong's $s$ is the decoder state *after* the step.)
#
# **By hand.** *dot*: $s = (1, 2)$, $h_1 = (3, 0)$, $h_2 = (0, 1)$ gives $(3, 2)$. *general*: $s = (1, 2)$,
# $W = (3, -1)^\top$ and one-dimensional $h = 1, -1, 2$: $s^\top W = 1$, so the scores are $(1, -1, 2)$.
# *concat*: the same $s$ and $h$, $W = \ell\,(1, -\tfrac12, 1)$ with $\ell = \ln 2$, $v = 10$:
# $W [s; h_j] = \ell h_j$, and the scores are $10 \tanh(\ell h_j) = (6, -6, 8.824)$.
#
# **Local attention.** A translator that reads from left to right need not look at all of a long text. Luong
# centres a window at a position $p$ (the current step, or a position that the model predicts and that need
# not be whole) and allows only
#
# $$p - D \le j \le p + D .$$
#
# ($D$ is Luong's half-width here, not the width of the model.) That is $2D + 1$ positions if $p$ is whole,
# fewer where the window sticks out of the sentence, none if it lies outside. Both ends belong to it. The
# result is a mask for the softmax of question 8.
#
# **By hand.** $n = 8$, $D = 2$: $p = 5$ allows 3, 4, 5, 6, 7, and $p = 1$ allows 0, 1, 2, 3. With $D = 1$,
# $p = 2.6$ allows the two positions in $[1.6, 3.6]$: 2 and 3.

# %% question="luong_scores" minutes=25 further
def luong_scores(
    s: Float[Tensor, "B d_s"],
    H: Float[Tensor, "B n d_h"],
    kind: str,
    W: Float[Tensor, "..."] | None = None,
    v: Float[Tensor, " d_a"] | None = None,
) -> Float[Tensor, "B n"]:
    """Unnormalised attention scores of one decoder state per sentence: no softmax, no scaling.

    Args:
        s: decoder states.
        H: encoder states h_j.
        kind: "dot" (s . h_j, with d_s = d_h), "general" (s . W h_j) or "concat" (v . tanh(W [s; h_j])).
        W: shape (d_s, d_h) for "general", (d_a, d_s + d_h) for "concat"; None for "dot".
        v: weights of the hidden units for "concat"; None for the others.

    Returns:
        The score of every position of every sentence. Autograd can differentiate it.

    Raises:
        ValueError: ``kind`` is none of the three.
    """
    ### BEGIN SOLUTION
    if kind == "dot":
        return torch.einsum("bd,bnd->bn", s, H)
    if kind == "general":
        return torch.einsum("bi,ij,bnj->bn", s, W, H)
    if kind == "concat":
        states = s[:, None].expand(-1, H.shape[1], -1)  # the same state next to every h_j
        return torch.tanh(torch.cat([states, H], dim=-1) @ W.T) @ v
    raise ValueError(f"unknown score {kind!r}")
    ### END SOLUTION


def local_window(p: Float[Tensor, " B"], n: int, D: int) -> Bool[Tensor, "B n"]:
    """Mask of the positions at most D away from a centre.

    Args:
        p: the centre of each sentence's window, a whole number or not, as floats; it is not rounded. p - D
            and p + D are exact in its dtype.
        n: number of positions.
        D: half width of the window.

    Returns:
        True at the positions j = 0, ..., n - 1 with p - D <= j <= p + D. A window that holds no position
        gives a row of False.
    """
    ### BEGIN SOLUTION
    return (torch.arange(n) - p[:, None]).abs() <= D
    ### END SOLUTION

# %% [markdown] hints="luong_scores"
# idea: Each score is one line. For the window: a distance, compared with the half-width.
#
# shapes: `s` is (B, d_s), `H` is (B, n, d_h), every score (B, n). For *concat* the same state has to stand beside
# every h_j: (B, n, d_s + d_h).
#
# steps: Look at `kind`; sum over the features and never over positions; raise a ValueError for any other name.
# Window: positions (n,), centres (B, 1), absolute difference, compare.
#
# mistake: A transposed W in *general*, which only unequal widths reveal. Rounding the centre of the window.

# %% [markdown]
# ## Payoff: read aloud
#
# Now real data. English spelling is a look-up problem: *knight* is N AY T, and which letters make the AY? The model
# reads letters and writes sounds, in the 39 symbols of the CMU Pronouncing Dictionary. It is as small as the one that
# reversed strings ($d_\text{ff} = 64$), and gets 300 steps of 48 words. 500 words are held out and never seen. Four
# others answer for the same 500:
#
# - *letter by letter*: each letter gets its commonest sound, counted in the words that have as many sounds as letters;
# - *most similar known word*: the sounds of the training word that shares most pairs of neighbouring letters;
# - *order withheld*: your Transformer, the same budget, but the letters of each word come in alphabetical order;
# - and *wrong words*: the sounds of some other held-out word, which is what guessing costs.
#
# The measure is the number of sounds to insert, delete or replace, per hundred sounds of the truth. It can exceed
# 100. Words of your own, in lower case: `read_aloud(words=("your", "three", "words"))`. They are taken out of the
# training set first, like the three in the picture.

# %% tags=["predict"]
predict("wrong sounds of 100", your_Transformer=..., letter_by_letter=...)

# %% tags=["demo"]
SOUNDS = Path("data/transformer/sounds.txt")


def edits(a: list[int], b: list[int]) -> int:
    """Levenshtein's distance: insertions, deletions and replacements that turn a into b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, before = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def some(src: Tensor, tgt: Tensor, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Rows drawn at random, the same of both."""
    chosen = torch.randint(len(src), (size,), generator=generator)
    return src[chosen], tgt[chosen]


@demo
def read_aloud(seed: int = 0, words: tuple[str, ...] = ("sheep", "knight", "island")) -> dict[str, float]:
    """Sounds of held-out English words by a small Transformer, against four controls; what it reads for each sound."""
    from collections import Counter

    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    lines = [line.split() for line in SOUNDS.read_text().splitlines()]
    names = sorted({name for _, *said in lines for name in said})
    spelt = {word: [ord(letter) - ord("a") + FIRST for letter in word] for word, *_ in lines}
    sounds = {word: [FIRST + names.index(name) for name in said] for word, *said in lines}
    spelt |= {word: letter_ids(word)[0].tolist() for word in words}
    known = sorted(set(sounds) - {"sheep", "knight", "island", *words})
    order = torch.randperm(len(known), generator=torch.Generator().manual_seed(seed)).tolist()
    held_out, training = [known[i] for i in order[:500]], [known[i] for i in order[500:]]

    def padded(rows: list[list[int]]) -> Tensor:
        return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], True, PAD)

    def wrong(answers: list[list[int]]) -> float:
        """Edits per hundred sounds of the held-out words."""
        truth = [sounds[word] for word in held_out]
        return 100 * sum(map(edits, answers, truth)) / sum(map(len, truth))

    def written(model: Transformer, src: Tensor) -> list[list[int]]:
        with torch.no_grad():
            rows = model.greedy(src, BOS, EOS, 11).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]

    tgt = padded([[BOS, *sounds[word], EOS] for word in training])
    models, answers = {}, {}
    for name, arranged in (("your Transformer", list), ("order withheld", sorted)):
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        src = padded([arranged(spelt[word]) for word in training])
        model = models[name] = Transformer(FIRST + 26, FIRST + len(names), 32, 2, 64, 1, PAD)
        train(model, partial(some, src, tgt, 48, generator), 300)
        answers[name] = written(model, padded([arranged(spelt[word]) for word in held_out]))

    counted: dict[int, Counter[int]] = {}
    for word in training:
        if len(spelt[word]) == len(sounds[word]):
            for letter, sound in zip(spelt[word], sounds[word]):
                counted.setdefault(letter, Counter())[sound] += 1
    answers["letter by letter"] = [[counted[i].most_common(1)[0][0] for i in spelt[word]] for word in held_out]

    def pairs(words: list[str]) -> Tensor:
        """Which pairs of neighbouring letters a word has, its two ends included; rows of norm 1."""
        table = torch.zeros(len(words), 27 * 27)
        for row, word in zip(table, words):
            ids = [0, *(i - FIRST + 1 for i in spelt[word]), 0]
            row[[27 * a + b for a, b in zip(ids, ids[1:])]] = 1
        return F.normalize(table)

    nearest = (pairs(held_out) @ pairs(training).T).argmax(1).tolist()
    answers["most similar known word"] = [sounds[training[i]] for i in nearest]
    answers["wrong words"] = [sounds[word] for word in [*held_out[1:], held_out[0]]]
    scores = {name: wrong(rows) for name, rows in answers.items()}
    exact = {name: sum(row == sounds[w] for row, w in zip(rows, held_out)) / 5 for name, rows in answers.items()}

    src, tgt = padded([spelt[word] for word in held_out]), padded([[BOS, *sounds[word]] for word in held_out])

    @torch.no_grad()
    def goes_forward(model: Transformer) -> float:
        """Share of the steps from one sound to the next at which the mean position read moves to the right."""
        weights = model(src, tgt)[1].mean(1)
        place = weights @ torch.arange(weights.shape[-1], dtype=weights.dtype)
        return (place.diff(dim=1)[:, :-1] > 0)[tgt[:, 2:] != PAD].float().mean().item()

    torch.manual_seed(seed)
    untrained = Transformer(FIRST + 26, FIRST + len(names), 32, 2, 64, 1, PAD)
    guessed = {name.replace("_", " "): guess for name, guess in guesses("wrong sounds of 100").items()}
    figure = plt.figure(figsize=(13.5, 3.9))
    axes = figure.subplots(1, 1 + len(words), width_ratios=[1.5] + [1] * len(words))
    bars(axes[0], scores, ["C0", "C1", "0.6", "0.6", "0.6"], "%.0f", guessed)
    axes[0].set(xlabel="wrong sounds per 100", title="500 words never seen", xlim=(0, 1.15 * max(scores.values())))

    @torch.no_grad()
    def read(word: str) -> tuple[list[int], Tensor]:
        """The sounds that your Transformer writes, and what it reads for each (mean of the heads)."""
        model, ids = models["your Transformer"], torch.tensor([spelt[word]])
        (said,) = written(model, ids)
        return said, model(ids, torch.tensor([[BOS, *said]]))[1][0].mean(0)[: len(said)]

    for axis, word in zip(axes[1:], words):
        said, weights = read(word)
        axis.imshow(weights.numpy(), vmin=0, vmax=1, aspect="auto")
        axis.set_xticks(range(len(word)), list(word))
        axis.set_yticks(range(len(said)), [names[i - FIRST] if i >= FIRST else "·" for i in said])
        axis.set(xlabel="letter read", title=word)
    axes[1].set_ylabel("sound written")
    plt.show()
    for word in held_out[:8]:
        said = answers["your Transformer"][held_out.index(word)]
        print(f"{word}: " + " ".join(names[i - FIRST] if i >= FIRST else "·" for i in said), end="; ")
    print()
    return {name.replace(" ", "_"): score for name, score in scores.items()} | {
        f"exact_{name}".replace(" ", "_"): share for name, share in exact.items()
    } | {
        "forward": goes_forward(models["your Transformer"]),
        "forward_untrained": goes_forward(untrained),
        "s of sheep": read("sheep")[1][0, 0].item(),
        "h of sheep": read("sheep")[1][0, 1].item(),
        "exceptions right": float(sum(read(word)[0] == sounds[word] for word in ("knight", "island"))),
    }

# %% [markdown]
# About a quarter of the sounds are wrong, in words that your Transformer has never seen. The most similar known
# word costs more than 35 per 100: memory alone does not do it. Reading letter by letter costs more than 50: a
# letter's sound depends on its neighbours. The same network without the order of the letters is at about 60. About
# a third of the words are right to the last sound, after not even three passes over the training words; letter by
# letter it is six in a hundred.
#
# The anti-diagonal has become a diagonal, and nobody said that either. From one sound to the next, the place that is
# read moves to the right in more than 95 steps of 100; in an untrained model it does so in about half of them. Same
# formula, same code, other data: where to look was learned. For the first sound of *sheep* it reads s and h, and
# hardly anything else. Where spelling breaks its own rules, it has only the rules: it gets both *knight* and *island*
# wrong.
#
# ## What you built, and where it goes next
#
# You have all of the Transformer but its dropout, its label smoothing and its size. And the question of the title
# has its answer: a token finds what it needs by a query that it computes from itself, compared with keys that the
# others compute from themselves, their positions included. Where to look is a matter of two matrices.
#
# - Xiong et al., [On layer normalization in the Transformer architecture](https://arxiv.org/abs/2002.04745):
#   why post-LN needs a warm-up and pre-LN does not.
# - Su et al., [RoFormer](https://arxiv.org/abs/2104.09864): the rotation of question 4 applied to queries and
#   keys, as in most language models of today. The assignment *position_encoding* compares the schemes.
# - Devlin et al., [BERT](https://arxiv.org/abs/1810.04805), and Raffel et al.,
#   [T5](https://arxiv.org/abs/1910.10683): encoder alone, and both halves. The assignment *bert* goes on from
#   your encoder layer; *gpt* from your causal mask, with a cache that saves greedy decoding from recomputing
#   everything; *time_series_attention* asks what attention weights say and what they do not.
# - Dao et al., [FlashAttention](https://arxiv.org/abs/2205.14135): question 1 without ever storing the
#   $n^2$ weights.
# - Ainslie et al., [GQA](https://arxiv.org/abs/2305.13245): heads that share keys and values.
# - Dosovitskiy et al., [An image is worth 16x16 words](https://arxiv.org/abs/2010.11929): question 5 on
#   pieces of a picture.
#
# The [article](https://www.chenk.top/en/nlp/attention-transformer/) treats the same ground with more
# background.
