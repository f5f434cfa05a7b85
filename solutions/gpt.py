# %% [markdown]
# # GPT: from the causal mask to a conversation
#
# A GPT does one thing: it reads a text and gives a probability for every possible next token. All that you
# see of a chatbot is made from that by a loop. You will build both, the network and the loops around it:
#
# 1. causal self-attention, which cannot look ahead;
# 2. the GPT decoder: embeddings, pre-LN blocks, logits;
# 3. the language-model loss and perplexity;
# 4. temperature, top-k and top-p (nucleus) truncation;
# 5. generation, greedy and sampled;
# 6. beam search, which you will hold against an exhaustive search;
# 7. the KV cache, which makes a token cheap;
# 8. in-context learning: a few-shot prompt, and one step of gradient descent written as attention;
# 9. a chat session.
#
# At the end your code trains a character-level GPT on four sonnets by Shakespeare in a few seconds. It then
# shows why greedy decoding repeats itself, and what each of the other strategies does about it.
#
# **You need:** softmax, cross-entropy, PyTorch indexing and broadcasting.
#
# <!-- questions -->
#
# **Article:** [GPT and generative language models](https://www.chenk.top/en/nlp/gpt-generative-models/)
#
# **Papers:** Radford et al., [Language models are unsupervised multitask
# learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf)
# (GPT-2, 2019); Brown et al., [Language models are few-shot learners](https://arxiv.org/abs/2005.14165)
# (GPT-3, 2020); Holtzman et al., [The curious case of neural text
# degeneration](https://arxiv.org/abs/1904.09751) (2020).
#
# **Conventions of the whole notebook.** Token ids are int64, in Python lists plain ints. The floating-point
# tensors of one call share a dtype, float32 or float64, and your result is computed in it: do not create
# float32 constants that clash with float64 arguments. No function changes its arguments. $\log$ is the
# natural logarithm, with $\log 0=-\infty$. $B$ is the batch, $T$ the number of positions, $V$ the size of the
# vocabulary, $D$ the width. Positions are counted from 0. The *arguments* `T` and `p` of questions 4 and 5
# are something else: the temperature, $\tau$ in the text, and the mass of top-p.

# %%
import math
from collections import deque
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from dlcourse import check, demo, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## 1. Causal self-attention
#
# The chain rule of probability splits a text $x_0,\dots,x_{T-1}$ into next-token predictions:
#
# $$p(x_0,\dots,x_{T-1}) = \prod_{t=0}^{T-1} p(x_t \mid x_0,\dots,x_{t-1}) .$$
#
# We want all these predictions from *one* pass over the text: output $i$ predicts token $i+1$. That is
# honest only if output $i$ depends on the inputs $0,\dots,i$ and on nothing later. Attention is the only part
# of a GPT that mixes positions, so this is where it has to be enforced.
#
# **One head.** Each position has a query $q_i$, a key $k_i$ and a value $v_i$ in $\mathbb R^{d}$. Position
# $i$ scores position $j$, the softmax over $j$ turns the scores into weights, and the values are averaged:
#
# $$s_{ij} = \frac{q_i\cdot k_j}{\sqrt d}, \qquad
# a_{ij} = \frac{e^{s_{ij}}}{\sum_{j'} e^{s_{ij'}}}, \qquad y_i = \sum_j a_{ij} v_j .$$
#
# Why $\sqrt d$? If the entries of $q_i$ and $k_j$ are independent with mean 0 and variance 1, their dot
# product is a sum of $d$ terms of variance 1 each. Its standard deviation is $\sqrt d$, where $d$ is the
# width of *one head*. The division keeps the scores near 1 in size and the softmax away from saturation.
#
# **The mask.** Set $s_{ij} = -\infty$ for $j > i$, *before* the softmax. Then $a_{ij}=0$ exactly, and the
# other weights still sum to 1. Two wrong turns:
#
# - Zeroing $a_{ij}$ after the softmax. The rows no longer sum to 1, and the future is still in the
#   denominator, so the output still depends on it.
# - Blocking $j = i$ as well. A position may see itself. The first one would have nothing to look at, and a
#   softmax of nothing but $-\infty$ is nan.
#
# A large negative number in place of $-\infty$ works until a score is larger than it.
#
# **By hand.** $d=1$, $q=k=v=x$, inputs $x_0=1$, $x_1=2$. Row 0 sees only itself: $y_0=1$. Row 1 has the
# scores $2\cdot1=2$ and $2\cdot2=4$, so $a_{10}=1/(1+e^{2})=0.119$, $a_{11}=0.881$ and
# $y_1=0.119+1.762=1.881$. With the mask after the softmax, $y_0$ would be $1/(1+e)=0.269$.
#
# **Heads.** $H$ heads do this side by side, each with its own $d=D/H$ columns. The layout is that of GPT-2.
# $x\,W_{qkv}$ has $3D$ columns: first $D$ for the queries, then $D$ for the keys, then $D$ for the values.
# Within each group, head $h=0,\dots,H-1$ owns the columns $hd,\dots,(h+1)d-1$. The outputs of the heads are
# put next to each other in the same order and multiplied by $W_o$.
#
# A row of width $D$ must be cut into $H$ pieces *before* the head axis is moved in front of the positions. A
# bare reshape from $(B,T,D)$ to $(B,H,T,d)$ has the right shape and mixes positions with heads.

# %% question="causal_self_attention" minutes=30 forbid=["attention"]
def split_heads(
    x: Float[Tensor, "B T D"], Wqkv: Float[Tensor, "D 3*D"], n_heads: int
) -> tuple[Float[Tensor, "B H T d"], Float[Tensor, "B H T d"], Float[Tensor, "B H T d"]]:
    """Queries, keys and values of every head.

    Args:
        x: the input of the attention layer.
        Wqkv: columns 0..D-1 give the queries, D..2D-1 the keys, 2D..3D-1 the values. Within each group, head
            h owns the columns h d .. (h+1) d - 1, where d = D / n_heads.
        n_heads: H, a divisor of D.

    Returns:
        (q, k, v), parts of x @ Wqkv, each of shape (B, H, T, d). Nothing is scaled yet.
    """
    ### BEGIN SOLUTION
    B, T, D = x.shape
    heads = (x @ Wqkv).view(B, T, 3, n_heads, D // n_heads)
    q, k, v = heads.permute(2, 0, 3, 1, 4)
    return q, k, v
    ### END SOLUTION


def causal_self_attention(
    x: Float[Tensor, "B T D"], Wqkv: Float[Tensor, "D 3*D"], Wo: Float[Tensor, "D D"], n_heads: int
) -> Float[Tensor, "B T D"]:
    """Multi-head self-attention in which position i attends to the positions j <= i.

    To be written with matrix products and a softmax: ``F.scaled_dot_product_attention``,
    ``F.multi_head_attention_forward`` and ``nn.MultiheadAttention`` are not allowed.

    Args:
        x: one row per position.
        Wqkv: as in :func:`split_heads`; no biases.
        Wo: multiplies the outputs of the heads, concatenated in the order of the heads, from the right.
        n_heads: H, a divisor of D. Scores are divided by the square root of d = D / n_heads.

    Returns:
        The attention output. A later position has weight exactly 0, however large the scores are. Autograd
        can differentiate it with respect to all three tensors.
    """
    ### BEGIN SOLUTION
    q, k, v = split_heads(x, Wqkv, n_heads)
    T, d = q.shape[2:]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    future = torch.ones(T, T, dtype=torch.bool).triu(1)  # j > i
    weights = scores.masked_fill(future, -torch.inf).softmax(-1)
    return (weights @ v).transpose(1, 2).reshape(x.shape) @ Wo
    ### END SOLUTION

# %% [markdown]
# Look at what the mask does. The left picture shows the size of $\partial y_i/\partial x_j$ in your layer,
# for random weights: nothing above the diagonal, so no output knows a later input. The right picture is the
# same layer with its mask applied after the softmax. It looks masked, but the future leaks in through the
# denominator.

# %% tags=["demo"]
@demo
def who_depends_on_whom() -> dict[str, float]:
    """Norms of the Jacobian blocks of causal attention, and of attention masked after the softmax."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(3)
    T, D, H = 12, 16, 4
    x, Wqkv, Wo = (torch.randn(*s, generator=generator) for s in [(1, T, D), (D, 3 * D), (D, D)])
    Wqkv, Wo = Wqkv / D**0.5, Wo / D**0.5

    def masked_too_late(x):
        q, k, v = split_heads(x, Wqkv, H)
        weights = (q @ k.transpose(-2, -1) / (D / H) ** 0.5).softmax(-1).tril()
        return (weights @ v).transpose(1, 2).reshape(x.shape) @ Wo

    layers = {
        "your layer": lambda x: causal_self_attention(x, Wqkv, Wo, H),
        "mask after the softmax": masked_too_late,
    }
    numbers = {}
    fig, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", facecolor="white")
    for ax, (name, layer) in zip(axes, layers.items(), strict=True):
        jacobian = torch.autograd.functional.jacobian(layer, x)  # (1, T, D, 1, T, D)
        size = jacobian.norm(dim=(2, 5))[0, :, 0]
        leak = numbers[name] = size.triu(1).max().item()
        image = ax.imshow(size.log10().clamp(min=-3).numpy(), cmap="viridis", vmin=-3, vmax=1)
        ax.set(xlabel="input position $j$", ylabel="output position $i$")
        ax.set_title(f"{name}: largest entry for $j>i$ is {leak:.2g}", fontsize=10)
    fig.colorbar(image, ax=axes, label=r"$\log_{10}\|\partial y_i/\partial x_j\|$, at least $-3$", shrink=0.9)
    plt.show()
    return numbers

# %% [markdown]
# ## 2. The decoder
#
# Around the attention there is surprisingly little. Given: the layer norm, which brings each position to mean
# 0 and variance 1 over its $D$ entries and then applies a gain and a bias; and the feed-forward net, which
# treats each position alone. Weights live in a plain dictionary, so that you see all of them.

# %%
def layer_norm(x: Float[Tensor, "*batch D"], weights: tuple[Tensor, Tensor]) -> Float[Tensor, "*batch D"]:
    """(x - mean) / sqrt(variance + 1e-5) over the last axis, times a gain, plus a bias."""
    gain, bias = weights
    return F.layer_norm(x, x.shape[-1:], gain, bias)


def feed_forward(x: Float[Tensor, "*batch D"], block: dict) -> Float[Tensor, "*batch D"]:
    """Two linear layers with a GELU in between."""
    return F.gelu(x @ block["W1"] + block["b1"]) @ block["W2"] + block["b2"]


def init_gpt(vocab: int, n_ctx: int, D: int, n_layers: int, generator: torch.Generator) -> dict:
    """Random weights of a GPT, in float32.

    wte (vocab, D): token embeddings. wpe (n_ctx, D): position embeddings. blocks: one dictionary per layer.
    ln_1, ln_2, ln_f: gain and bias of a layer norm. The other names are those of the text.
    """

    def normal(*shape: int) -> Tensor:
        return 0.05 * torch.randn(*shape, generator=generator)

    def norm() -> tuple[Tensor, Tensor]:
        return torch.ones(D), torch.zeros(D)

    blocks = [
        {
            "ln_1": norm(), "Wqkv": normal(D, 3 * D), "Wo": normal(D, D),
            "ln_2": norm(), "W1": normal(D, 4 * D), "b1": torch.zeros(4 * D),
            "W2": normal(4 * D, D), "b2": torch.zeros(D),
        }
        for _ in range(n_layers)
    ]  # fmt: skip
    return {"wte": normal(vocab, D), "wpe": normal(n_ctx, D), "blocks": blocks, "ln_f": norm()}

# %% [markdown]
# **Embeddings.** Attention does not know the order of its inputs: it treats them as a set, apart from the
# mask. So each position $t=0,1,\dots$ adds a learned vector of its own. For token ids $x_0,\dots,x_{T-1}$,
#
# $$h_t = \mathtt{wte}[x_t] + \mathtt{wpe}[t] .$$
#
# **Blocks.** Each block adds two corrections to $h$, one that mixes positions and one that does not:
#
# $$h \leftarrow h + \mathrm{Attention}\big(\mathrm{LN}_1(h)\big), \qquad
# h \leftarrow h + \mathrm{FFN}\big(\mathrm{LN}_2(h)\big) .$$
#
# The second line uses the $h$ that the first one has made. The norm stands *inside* the branch: this is
# **pre-LN**, the order of GPT-2 and of nearly all that came after. The original transformer normalised the
# sum, $h \leftarrow \mathrm{LN}(h + \dots)$. In pre-LN the path $h \to h \to h$ from the last layer to the
# first is the identity, and the gradient passes it undamped.
#
# **Logits.** Nothing has normalised the sum so far. One last layer norm does it, and the token embeddings are
# used a second time, as the output matrix (*weight tying*):
#
# $$\ell_t = \mathrm{LN}_f(h_t)\,\mathtt{wte}^\top \in \mathbb R^{V} .$$
#
# These are logits: no softmax here. $\ell_t$ scores the candidates for token $t+1$.
#
# **By hand.** $D=2$, $V=2$, $\mathtt{wte} = \begin{pmatrix}1&0\\0&2\end{pmatrix}$, $\mathtt{wpe}[0]=(2,0)$,
# and a single block with $W_o=0$, $W_2=0$ and $b_2=(0,4)$. All gains are 1 and their biases 0. The text is
# token 0. Then $h=(1,0)+(2,0)=(3,0)$. Attention adds 0, the feed-forward net adds $(0,4)$: $h=(3,4)$. Its
# mean is 3.5 and its variance 0.25, so $\mathrm{LN}_f(h)=(-1,1)$. The logits are
# $(-1,1)\,\mathtt{wte}^\top=(-1,2)$, up to the $10^{-5}$ under the root.
#
# **How large is GPT-2?** A block holds $3D^2+D^2$ weights for attention and $2\cdot4D^2$ for the feed-forward
# net, $12D^2$ in all. The small GPT-2 has 12 blocks, $D=768$, $V=50257$ and 1024 positions:
# $12\cdot12\cdot768^2 + 50257\cdot768 + 1024\cdot768 = 124.3$ million.

# %% question="gpt_forward" minutes=30 forbid=["attention", "torch.nn.TransformerEncoderLayer"]
def gpt_forward(ids: Int[Tensor, "B T"], params: dict, n_heads: int) -> Float[Tensor, "B T V"]:
    """Logits of a decoder-only transformer with pre-LN blocks.

    The transformer classes of ``torch.nn`` are not allowed. ``layer_norm`` and ``feed_forward`` are given.

    Args:
        ids: token ids; T is at most the number of rows of ``params["wpe"]``.
        params: weights as :func:`init_gpt` makes them: "wte", "wpe", "ln_f", and "blocks", a list of any
            length of dictionaries with "ln_1", "Wqkv", "Wo", "ln_2" and the weights of the feed-forward net.
            The width of the feed-forward net need not be 4 D.
        n_heads: number of attention heads in every block.

    Returns:
        logits: entry [b, t, w] scores token w as the successor of ids[b, :t+1]. The output matrix is wte.
        Autograd can differentiate them with respect to all weights.
    """
    ### BEGIN SOLUTION
    h = params["wte"][ids] + params["wpe"][: ids.shape[1]]
    for block in params["blocks"]:
        h = h + causal_self_attention(layer_norm(h, block["ln_1"]), block["Wqkv"], block["Wo"], n_heads)
        h = h + feed_forward(layer_norm(h, block["ln_2"]), block)
    return layer_norm(h, params["ln_f"]) @ params["wte"].T
    ### END SOLUTION

# %% [markdown]
# ## 3. Loss and perplexity
#
# Maximum likelihood on the chain rule of question 1: minimise the negative log-probability of each token,
# given the tokens before it. The first factor, $p(x_0)$, is left out: the model needs a token to read before
# it can predict one. The logits $\ell_t$ belong to token $x_{t+1}$, so prediction and target are shifted
# against each other by one. The logits at the last position have no target.
#
# A batch holds sequences of unequal length, filled up on the right with a padding token. A padded target is
# not a prediction. Let $M$ be the set of pairs $(b,t)$ with $0\le t\le T-2$ whose target $x_{b,t+1}$ is not
# padding. The loss is the mean over all of them,
#
# $$\mathcal L = -\frac{1}{|M|}\sum_{(b,t)\in M}
# \log p_{bt}(x_{b,t+1}), \qquad p_{bt} = \mathrm{softmax}(\ell_{bt}) ,$$
#
# in nats. Texts often print a sum; the mean does not depend on how much text there is. Each *token* counts
# the same, so a long sequence counts for more than a short one.
#
# **Perplexity** is $e^{\mathcal L}$: the inverse of the geometric mean of the probabilities that the model
# gave to the right tokens. A model that cannot choose among $V$ tokens has $p=1/V$ everywhere, and perplexity
# $V$. So perplexity reads as a number of equally likely choices. The base must match the logarithm:
# $2^{\mathcal L}$ belongs to a loss in bits.
#
# **By hand.** One sequence has two targets with $p=\frac12$ each. A second one, padded, has one target with
# $p=\frac1{16}$. The loss is $(\log2+\log2+4\log2)/3=2\log2=1.386$, the perplexity 4. Averaging the two
# sequences' perplexities 2 and 16 would give 9, and averaging their losses first would give
# $2^{2.5}=5.66$.
#
# A check for every training run: before the first step the loss should be near $\log V$. If it falls below
# the best loss you can imagine, look for the missing shift. A model that is asked to predict its own input
# learns to copy.

# %% question="lm_loss_and_perplexity" minutes=20
def lm_loss_and_perplexity(
    logits: Float[Tensor, "B T V"], ids: Int[Tensor, "B T"], pad: int
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Mean next-token loss in nats, and perplexity.

    ``F.cross_entropy`` may be used.

    Args:
        logits: ``logits[b, t]`` predicts ``ids[b, t + 1]``. Any finite values, ±1000 included.
        ids: token ids between 0 and V - 1. Shorter sequences are padded on the right.
        pad: the padding id. Targets equal to it are not counted. -1 if there is no padding. At least one
            target is left.

    Returns:
        The mean of -log p over all counted targets of the whole batch, every target with the same weight, and
        the exponential of that mean. Autograd can differentiate the loss with respect to the logits.
    """
    ### BEGIN SOLUTION
    targets = ids[:, 1:]
    loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=pad)  # classes on axis 1
    return loss, loss.exp()
    ### END SOLUTION

# %% [markdown]
# ## 4. Temperature, top-k, top-p
#
# A trained model gives every token a positive probability. The tail is long: tens of thousands of tokens,
# each of them unlikely, together perhaps a tenth of the mass. Sampling from the raw distribution leaves the
# sensible path every ten tokens, and there is no way back. Three remedies act on the logits $\ell$ before the
# softmax.
#
# **Temperature** $\tau$ (the argument `T`) divides: $\tilde\pi_w \propto e^{\ell_w/\tau}$. In terms of the
# old probabilities $\pi=\mathrm{softmax}(\ell)$, $\tilde\pi_w \propto \pi_w^{1/\tau}$. $\tau<1$ sharpens,
# $\tau>1$ flattens; $\tau\to0$ leaves only the largest. The ranking never changes.
#
# **Top-k** keeps the $k$ largest logits and sets the others to $-\infty$. The softmax then gives the others
# weight exactly 0 and renormalises the rest. A 0 in place of $-\infty$ is a logit like any other: $e^0=1$.
#
# Ties must not let more than $k$ tokens through, as a comparison with the $k$-th largest logit would do. We
# sort by logit, largest first, and *among equal logits the smaller id comes first*. Top-k keeps the first
# $k$.
#
# **Top-p**, or nucleus sampling, adapts the number to the distribution. Go through the same sorted list and
# stop as soon as the tokens together have probability $p$ or more. With sorted probabilities
# $\pi_{(1)}\ge \pi_{(2)}\ge\dots$, the nucleus is the *smallest* $n$ with
#
# $$\pi_{(1)}+\dots+\pi_{(n)} \;\ge\; p .$$
#
# The token that crosses the line belongs to it. In other words: token $(n)$ is kept if the mass *before* it,
# $\pi_{(1)}+\dots+\pi_{(n-1)}$, is less than $p$. The first token has nothing before it and is always kept.
# The second one is not: if $\pi_{(1)}=0.9$ and $p=0.8$, one token is the nucleus. Code that shifts its mask
# once too often keeps two.
#
# All of this happens in sorted order, and the result must go back to the order of the vocabulary.
#
# **By hand.** $\ell=(0,\log4,0,\log2)$: the exponentials are $1,4,1,2$, and
# $\pi=(\frac18,\frac12,\frac18,\frac14)$. Sorted ids: 1, 3, 0, 2.
#
# - $\tau=\frac12$ squares the exponentials to $1,16,1,4$ and gives $(0.045,0.727,0.045,0.182)$.
# - Top-k with $k=3$ keeps 1, 3 and 0, though tokens 0 and 2 are equal: $(\frac17,\frac47,0,\frac27)$.
# - Top-p with $p=0.7$ keeps 1 and 3: $\frac12<0.7\le\frac34$. With $p=0.4$ it keeps 1 alone.
#
# The usual order is temperature first, then top-k, then top-p, so that $p$ speaks of the distribution that is
# sampled from. Question 5 does it so.

# %% question="top_k_logits" minutes=30
def top_k_logits(logits: Float[Tensor, "B V"], k: int, T: float = 1.0) -> Float[Tensor, "B V"]:
    """Temperature, then the k most probable tokens of each row.

    Args:
        logits: any finite values, or -inf for a token that is ruled out already.
        k: how many tokens stay, at least 1; if k >= V, all of them.
        T: temperature, positive; the logits are divided by it.

    Returns:
        logits / T where a token stays, -inf elsewhere. Exactly k tokens of each row stay, or all finite ones
        if they are fewer; among equal logits the smaller id is preferred.
    """
    ### BEGIN SOLUTION
    ranked, order = (logits / T).sort(dim=-1, descending=True, stable=True)  # stable: the smaller id first
    ranked[:, k:] = -torch.inf
    return torch.empty_like(logits).scatter(-1, order, ranked)  # back to the order of the vocabulary
    ### END SOLUTION


def top_p_logits(logits: Float[Tensor, "B V"], p: float) -> Float[Tensor, "B V"]:
    """The nucleus of each row: the fewest tokens whose probabilities sum to p or more.

    Args:
        logits: any finite values, or -inf for a token that is ruled out already.
        p: mass to be kept, 0 < p <= 1. At p = 1 rounding may cut off tokens of negligible probability; this
            is not tested.

    Returns:
        The logits unchanged where a token stays, -inf elsewhere. Tokens are taken in the order of falling
        logits, among equal ones the smaller id first. A token stays if the sum over those before it is
        less than p; so the most probable one always does. Probabilities are ``torch.softmax(logits, -1)``:
        for equal logits they are exactly equal, and a sum that hits p exactly ends the nucleus.
    """
    ### BEGIN SOLUTION
    ranked, order = logits.sort(dim=-1, descending=True, stable=True)
    probs = ranked.softmax(-1)
    before = probs.cumsum(-1) - probs
    ranked = ranked.masked_fill(before >= p, -torch.inf)
    return torch.empty_like(logits).scatter(-1, order, ranked)
    ### END SOLUTION

# %% [markdown]
# The same next-token distribution under each of your tools. Grey bars are the model's own probabilities.

# %% tags=["demo"]
@demo
def shapes_of_a_distribution() -> dict[str, float]:
    """One distribution over twelve words: temperatures, top-k and top-p."""
    import matplotlib.pyplot as plt

    words = ["the", "a", "his", "her", "this", "my", "an", "its", "no", "every", "green", "seven"]
    logits = torch.tensor([[4.0, 3.5, 2.9, 2.8, 2.2, 2.0, 1.5, 1.2, 0.9, 0.4, -0.3, -0.8]])
    V = len(words)
    versions = {
        "T = 0.5": top_k_logits(logits, V, 0.5),
        "T = 1.5": top_k_logits(logits, V, 1.5),
        "top-k, k = 4": top_k_logits(logits, 4),
        "top-p, p = 0.8": top_p_logits(logits, 0.8),
        "T = 1.5, then top-p 0.8": top_p_logits(top_k_logits(logits, V, 1.5), 0.8),
        "T = 0.5, then top-p 0.8": top_p_logits(top_k_logits(logits, V, 0.5), 0.8),
    }
    plain = logits.softmax(-1)[0].numpy()
    numbers = {}
    fig, axes = plt.subplots(
        2, 3, figsize=(11, 5), sharex=True, sharey=True, layout="constrained", facecolor="white"
    )
    for ax, (name, shaped) in zip(axes.flat, versions.items(), strict=True):
        probs = shaped.softmax(-1)[0].numpy()
        kept = int((probs > 0).sum())
        ax.bar(range(V), plain, color="0.8", width=0.9, label="model")
        ax.bar(range(V), probs, color="#1f77b4", width=0.5, label="sampled from")
        ax.set_title(f"{name}: {kept} of {V} words", fontsize=10)
        numbers[name] = kept
    for ax in axes[1]:
        ax.set_xticks(range(V), words, rotation=60, fontsize=9)
    for ax in axes[:, 0]:
        ax.set_ylabel("probability")
    axes[0, 0].legend(frameon=False)
    plt.show()
    return numbers

# %% [markdown]
# The nucleus grows and shrinks with the distribution. With the same $p$ it holds six words at $\tau=1.5$,
# four at $\tau=1$ and two at $\tau=0.5$. Top-k would keep its $k$ in all cases.
#
# ## 5. Generation
#
# Generation is a loop: show the model the text, take the logits of its **last** position, choose a token,
# append it, repeat. Three things to watch:
#
# - **Context.** The model has `ctx` positions. If the text is longer, show it the *last* `ctx` tokens. The
#   result still holds the whole text.
# - **End.** A special token, `eos`, ends the text. It is appended, and then the loop stops. Only a token that
#   the loop itself has chosen counts: GPT-2's prompts often *begin* with the same token.
# - **Length.** At most `max_new` tokens are added, whatever the length of the prompt.
#
# **Greedy** decoding takes the largest logit; among equals the smallest id.
#
# **Sampling** draws from the softmax of the truncated logits. How does one draw from
# $\pi_0,\dots,\pi_{V-1}$ with a uniform number $u\in[0,1)$? Lay the probabilities end to end on the unit
# interval, in the order of the ids, and see where $u$ falls. With $c_w=\pi_0+\dots+\pi_w$, token $w$ owns the
# interval $[c_{w-1},c_w)$ of length $\pi_w$:
#
# $$\text{token} = \min\{\, w : c_w > u \,\} .$$
#
# The inequality is strict. A truncated token has an empty interval, and with "$\ge$" a $u$ of exactly 0 would
# choose token 0 though its probability is 0. Here the uniform numbers come as an argument, one for each new
# token, so that everybody's program draws the same text.
#
# **By hand.** The logits $(0,\log4,0,\log2)$ of question 4 have $c=(0.125,0.625,0.75,1)$. $u=0.1$ gives token
# 0, $u=0.5$ token 1 and $u=0.7$ token 2. With top-k and $k=2$, $c=(0,\frac23,\frac23,1)$: now $u=0.1$ gives
# token 1 and $u=0.7$ token 3.

# %% question="generate" minutes=30
def generate(
    model: Callable[[Int[Tensor, "1 n"]], Float[Tensor, "1 n V"]],
    ids: list[int],
    max_new: int,
    ctx: int,
    u: Float[Tensor, " max_new"] | None = None,
    T: float = 1.0,
    k: int | None = None,
    p: float = 1.0,
    eos: int | None = None,
) -> list[int]:
    """Continue a text token by token.

    Args:
        model: maps a batch of one sequence of ids to the logits of all its positions. It is shown the last
            ``ctx`` tokens, or all if there are fewer.
        ids: the prompt, at least one token. The list is not changed.
        max_new: largest number of new tokens; may be 0.
        ctx: context length of the model, at least 1.
        u: None for greedy decoding (largest logit, among equals the smallest id; T, k and p have no effect).
            Otherwise one uniform number in [0, 1) for each new token: ``u[0]`` for the first. The token is
            the smallest id w whose cumulative probability c_w, summed in the order of the ids, is greater
            than the uniform number. Apart from exact zeros, no number is so close to a c_w that rounding
            matters.
        T: temperature. It acts first.
        k: top-k acts second; None keeps all tokens.
        p: top-p acts third, on the softmax of what temperature and top-k have left.
        eos: generation stops after this token has been appended; None for no such token. In the prompt it
            has no effect.

    Returns:
        The prompt and the new tokens, a list of ints.
    """
    ### BEGIN SOLUTION
    ids = list(ids)
    for t in range(max_new):
        logits = model(torch.tensor([ids[-ctx:]]))[:, -1]
        if u is None:
            token = logits.argmax()
        else:
            logits = top_k_logits(logits, logits.shape[1] if k is None else k, T)
            cumulative = top_p_logits(logits, p).softmax(-1).cumsum(-1)
            token = (cumulative <= u[t]).sum()  # how many intervals lie below u
        ids.append(int(token))
        if ids[-1] == eos:
            break
    return ids
    ### END SOLUTION

# %% [markdown]
# ## 6. Beam search
#
# Greedy decoding takes the best *next* token. The best *text* may begin with the second-best token. **Beam
# search** keeps the `beam` best beginnings instead of one.
#
# **Length.** Every token adds a negative log-probability, so the sum $R=\sum\log p$ prefers short texts, and
# would love the empty one. The usual correction divides by a power of the length,
#
# $$\text{score} = \frac{R}{n^{\alpha}} ,$$
#
# where $n$ counts the *generated* tokens, `eos` included. $\alpha=0$ is the plain sum, $\alpha=1$ the mean
# per token; $\alpha=0.6$ is a common choice. The prompt does not count: a long one would make all $n$ nearly
# equal and switch the correction off. Note that $R$ is negative. Dividing by more makes the score *larger*.
#
# **The algorithm.** A beam is a pair: the sequence, and its raw sum $R$. Start with the prompt and $R=0$.
# Then, at most `max_new` times:
#
# 1. A beam is *finished* if its last token is an `eos` that was generated. A finished beam is a candidate as
#    it is: same sequence, same $R$, same $n$.
# 2. Every other beam gives $V$ candidates: the sequence and one more token $w$, with the sum
#    $R+\log p(w\mid\text{sequence})$. Here $\log p$ is the log-softmax of the last position's logits. Raw
#    logits cannot be added up: each position has its own unknown normalising constant.
# 3. Keep the `beam` candidates with the highest scores, finished or not.
# 4. Stop if all of them are finished.
#
# The result is the beam with the highest score. What is carried on is $R$. The score serves only to compare:
# adding the next $\log p$ to a score that is already divided would divide the early tokens again and again.
#
# With `beam=1` this is greedy decoding. With a beam so wide that nothing is ever dropped it is exhaustive
# search.
#
# **By hand.** Token 0 is `eos`, 1 and 2 are words, and 3 begins the text and never occurs again. After token
# 3, $p=(0,\,0.6,\,0.4,\,0)$. After word 1, $p=(0.4,\,0.3,\,0.3,\,0)$. After word 2,
# $p=(0.9,\,0.05,\,0.05,\,0)$.
#
# - Greedy goes to word 1, then to `eos`: probability $0.6\cdot0.4=0.24$.
# - A beam of 2 keeps both words. The next candidates have the probabilities $0.36$ (word 2, `eos`), $0.24$
#   (word 1, `eos`), $0.18$, $0.18$, $0.02$, $0.02$, 0 and 0. The two best are finished. The search stops and
#   returns word 2 and `eos`, with $R=\log0.36=-1.022$ and, for $\alpha=0.6$, the score
#   $-1.022/2^{0.6}=-0.674$.
#
# Now let $p=(0.45,\,0.55)$ for `eos` and a single word, and after that word $p=(0.6,\,0.4)$. The text `eos`
# has $R=\log0.45=-0.799$; word and `eos` have $R=\log0.33=-1.109$. With $\alpha=0$ the first wins. With
# $\alpha=1$ it is $-0.799$ against $-1.109/2=-0.554$, and the second wins.

# %% question="beam_search" minutes=35 further
def beam_search(
    model: Callable[[Int[Tensor, "1 n"]], Float[Tensor, "1 n V"]],
    ids: list[int],
    beam: int,
    max_new: int,
    eos: int | None = None,
    alpha: float = 0.6,
) -> tuple[list[int], float]:
    """Beam search with a length-normalised score.

    Args:
        model: maps a batch of one sequence of ids to the logits of all its positions. A logit may be -inf:
            that token is impossible. Some token is possible at every position, so it does not matter whether
            impossible candidates are kept.
        ids: the prompt, at least one token. The list is not changed. An ``eos`` in it has no effect.
        beam: number of candidates kept after each step, at least 1. Finished and unfinished ones compete for
            these places by score.
        max_new: largest number of new tokens, at least 1. The search ends as soon as all kept beams are
            finished.
        eos: the token that finishes a beam; None for no such token.
        alpha: exponent of the length in the score R / n^alpha, where R is the sum of the log-probabilities of
            the n generated tokens, an ``eos`` included.

    Returns:
        The best sequence that was kept (prompt and new tokens, finished or not) as a list of ints, and its
        score R / n^alpha. Ties between scores are not tested.
    """
    ### BEGIN SOLUTION
    def finished(sequence):
        return len(sequence) > len(ids) and sequence[-1] == eos

    def score(candidate):
        total, sequence = candidate
        return total / (len(sequence) - len(ids)) ** alpha

    beams = [(0.0, ids)]
    for _ in range(max_new):
        candidates = []
        for total, sequence in beams:
            if finished(sequence):
                candidates.append((total, sequence))
                continue
            log_probs = model(torch.tensor([sequence]))[0, -1].log_softmax(-1)
            for token, log_p in enumerate(log_probs.tolist()):
                candidates.append((total + log_p, sequence + [token]))
        beams = sorted(candidates, key=score, reverse=True)[:beam]
        if all(finished(sequence) for _, sequence in beams):
            break
    return beams[0][1], score(beams[0])
    ### END SOLUTION

# %% [markdown]
# How good is a narrow beam? On a small problem we can know. Take 100 random models over four tokens whose
# predictions depend on the last two tokens, and texts of six tokens. There are $4^6=4096$ texts; exhaustive
# search scores them all and finds the true optimum. The picture shows how often your search finds it, and how
# much probability it misses when it does not.

# %% tags=["demo"]
@demo
def beam_against_exhaustive_search(n_models: int = 100, seed: int = 0) -> dict[str, float]:
    """How often beam search finds the most probable text of six tokens, and how far off it is."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    V, length, widths = 4, 6, [1, 2, 3, 4, 6, 8]
    digits = torch.arange(V**length)[:, None] // V ** torch.arange(length) % V
    every_text = F.pad(digits, (2, 0))  # all continuations of the prompt [0, 0]
    found, gaps = dict.fromkeys(widths, 0.0), {b: [] for b in widths}
    for _ in range(n_models):
        table = 2 * torch.randn(V, V, V, generator=generator)  # logits after each pair of tokens

        def model(ids: Tensor, table: Tensor = table) -> Tensor:
            return F.pad(table[ids[:, :-1], ids[:, 1:]], (0, 0, 1, 0))

        log_p = table.log_softmax(-1)[every_text[:, :-2], every_text[:, 1:-1]]
        best = log_p.gather(-1, every_text[:, 2:, None]).sum((1, 2)).max().item()
        for b in widths:
            gap = best - beam_search(model, [0, 0], b, length, alpha=0.0)[1]
            found[b] += (gap < 1e-4) / n_models
            gaps[b].append(gap)
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained", facecolor="white")
    bars = left.bar([str(b) for b in widths], [100 * found[b] for b in widths], color="#1f77b4")
    left.bar_label(bars, fmt="%.0f")
    left.set(xlabel="beam (1 is greedy)", ylabel="% of models", ylim=(0, 109))
    left.set_title("the best of 4096 texts is found")
    mean_gap = {b: sum(gaps[b]) / n_models for b in widths}
    right.plot([str(b) for b in widths], [mean_gap[b] for b in widths], "o-", color="#d62728")
    right.set(xlabel="beam (1 is greedy)", ylabel="nats", title="mean log-probability missed")
    right.set_ylim(bottom=0)
    right.grid(alpha=0.3)
    plt.show()
    return {f"found_{b}": found[b] for b in widths} | {f"gap_{b}": mean_gap[b] for b in widths}

# %% [markdown]
# Greedy finds the best text in well over half of the cases, a beam of 4 in nearly all of them. Keep this in
# mind for the payoff: there the most probable text turns out not to be the one you want.
#
# ## 7. The KV cache
#
# `generate` runs the whole text through the model for every new token. To write $N$ tokens from scratch it
# processes $1+2+\dots+N=N(N+1)/2$ positions: 5050 for $N=100$. Nearly all of this has been computed before.
# The mask guarantees that nothing at position $j$ depends on later tokens. So when a token is appended, all
# earlier activations stay as they were.
#
# What does a *new* position need from the old ones? Only their keys and values, in every layer. Keep those,
# and a new token costs one position.
#
# **The step.** Let the cache hold $P$ positions, and let $S$ new tokens arrive. ($S=1$ while generating; the
# whole prompt at once is the *prefill*, with $P=0$ and $S=T$.) Go through the decoder of question 2 for the
# $S$ new positions alone, with three changes:
#
# 1. New token $i=0,\dots,S-1$ stands at position $P+i$ of the text. It takes `wpe[P + i]`.
# 2. In each layer, the keys and values of the new positions are appended to the cached ones, along the axis
#    of the *positions*. Attention runs over all $P+S$ of them.
# 3. The mask is a rectangle of $S$ rows and $P+S$ columns. New token $i$ sees the columns
#
# $$j \le P+i .$$
#
# For $S=1$ this is no restriction at all: the newest token sees everything. A triangular mask of shape
# $(1, P+1)$ would leave it the very first token only.
#
# **By hand.** $P=2$, $S=2$. Old positions 0 and 1, new ones 2 and 3. New token 0 sees columns 0, 1, 2; new
# token 1 sees 0, 1, 2, 3. Of the eight entries of the mask exactly one is blocked.
#
# **A step by hand.** $D=4$, one head, one block, $a=(1,-1,1,-1)$ and $b=(1,1,-1,-1)$. A layer norm with gain
# 1 and bias 0 divides $xa+yb$ by $\sqrt{x^2+y^2}$. The rows of `wte` are $a$ and $b$, those of `wpe` 0 and
# $-2b$. In $W_{qkv}$ the part of the values is $I$, the rest 0: all positions get the same weight. $W_o=6I$,
# and the feed-forward net gives 0. The text is 0, 1.
#
# - Prefill with token 0: $h=a$ and $v=a$. Attention adds $6a$, and $\mathrm{LN}_f(7a)=a$ has the logits
#   $(4,0)$. The cache keeps $k=0$ and $v=a$.
# - Token 1 stands at position 1: $h=b-2b=-b$ and $v=-b$. Attention adds $6\cdot\frac12(a-b)$, so $h=3a-4b$.
#   $\mathrm{LN}_f(h)=\frac15(3a-4b)$ has the logits $\frac45(3,-4)=(2.4,-3.2)$. With `wpe[0]` they would be
#   $(2.4,3.2)$.
#
# **The price** is memory: two vectors of width $D$ per layer and position. GPT-2 small with its 1024
# positions stores $2\cdot12\cdot1024\cdot768=18.9$ million numbers per sequence.
#
# Here the cache is a list with one pair $(K,V)$ per layer, both of shape $(B,H,P,d)$ as `split_heads` gives
# them. An empty cache has $P=0$, so it needs no special case. The step returns a *new* cache and leaves the
# old one as it was. Several continuations can then branch off from one prefix, as they do in beam search.

# %%
def empty_cache(params: dict, batch: int, n_heads: int) -> list[tuple[Tensor, Tensor]]:
    """Keys and values of no positions: one pair of shape (batch, H, 0, d) per layer."""
    wte = params["wte"]
    nothing = wte.new_zeros(batch, n_heads, 0, wte.shape[1] // n_heads)
    return [(nothing, nothing) for _ in params["blocks"]]

# %% question="kv_cache_step" minutes=30 forbid=["attention"]
def kv_cache_step(
    ids: Int[Tensor, "B S"],
    cache: list[tuple[Float[Tensor, "B H P d"], Float[Tensor, "B H P d"]]],
    params: dict,
    n_heads: int,
) -> tuple[Float[Tensor, "B S V"], list[tuple[Float[Tensor, "B H P+S d"], Float[Tensor, "B H P+S d"]]]]:
    """Logits of new tokens, given the keys and values of the tokens before them.

    The same logits as :func:`gpt_forward` gives for these positions of the whole text. ``split_heads``,
    ``layer_norm`` and ``feed_forward`` may be used; the attention functions of torch are not allowed.

    Args:
        ids: the S >= 1 new tokens of each sequence. They stand at positions P, ..., P + S - 1 of the text.
        cache: (keys, values) of the first P >= 0 positions, per layer; for P = 0 as :func:`empty_cache` makes
            it. It is not changed.
        params: weights, as in :func:`gpt_forward`, with at least one block.
        n_heads: number of attention heads.

    Returns:
        The logits of the new positions, and the cache of all P + S positions in the order of the text, in the
        layout of ``cache``.
    """
    ### BEGIN SOLUTION
    S, past = ids.shape[1], cache[0][0].shape[2]
    future = torch.ones(S, past + S, dtype=torch.bool).triu(past + 1)  # j > past + i
    h = params["wte"][ids] + params["wpe"][past : past + S]
    new_cache = []
    for block, (old_k, old_v) in zip(params["blocks"], cache):
        q, k, v = split_heads(layer_norm(h, block["ln_1"]), block["Wqkv"], n_heads)
        k, v = torch.cat([old_k, k], dim=2), torch.cat([old_v, v], dim=2)
        new_cache.append((k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        weights = scores.masked_fill(future, -torch.inf).softmax(-1)
        h = h + (weights @ v).transpose(1, 2).reshape(h.shape) @ block["Wo"]
        h = h + feed_forward(layer_norm(h, block["ln_2"]), block)
    return layer_norm(h, params["ln_f"]) @ params["wte"].T, new_cache
    ### END SOLUTION

# %% [markdown]
# Count the work. The left picture shows the floating-point operations for one more token, as PyTorch counts
# them, without and with your cache. The right one shows the time that 256 tokens took here.

# %% tags=["demo"]
@demo
def cost_of_a_token() -> dict[str, float]:
    """Operations and seconds per generated token, with the whole text recomputed and with a KV cache."""
    import time

    import matplotlib.pyplot as plt
    from torch.utils.flop_counter import FlopCounterMode

    n, D, H = 256, 128, 4
    generator = torch.Generator().manual_seed(0)
    params, ids = init_gpt(50, n, D, 2, generator), torch.randint(50, (1, n), generator=generator)

    places, work = range(15, n, 16), {"whole text": [], "KV cache": []}
    for t in places:
        with FlopCounterMode(display=False) as counter:
            gpt_forward(ids[:, : t + 1], params, H)
        work["whole text"].append(counter.get_total_flops())
        _, cache = kv_cache_step(ids[:, :t], empty_cache(params, 1, H), params, H)
        with FlopCounterMode(display=False) as counter:
            kv_cache_step(ids[:, t : t + 1], cache, params, H)
        work["KV cache"].append(counter.get_total_flops())

    clock, logits = {}, {}
    for name in work:
        cache, rows, times, start = empty_cache(params, 1, H), [], [], time.perf_counter()
        for t in range(n):
            if name == "KV cache":
                row, cache = kv_cache_step(ids[:, t : t + 1], cache, params, H)
            else:
                row = gpt_forward(ids[:, : t + 1], params, H)
            rows.append(row[0, -1])
            times.append(time.perf_counter() - start)
        clock[name], logits[name] = times, torch.stack(rows)
    gap = (logits["whole text"] - logits["KV cache"]).abs().max().item()

    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained", facecolor="white")
    for name, colour in (("whole text", "#d62728"), ("KV cache", "#1f77b4")):
        left.semilogy([t + 1 for t in places], work[name], "o-", ms=4, color=colour, label=name)
        right.plot(range(1, n + 1), clock[name], color=colour, lw=2, label=name)
    left.set(xlabel="tokens so far", ylabel="floating-point operations", title="work for the newest token")
    right.set(xlabel="tokens so far", ylabel="seconds")
    right.set_title(f"total time; logits differ by at most {gap:.0e}")
    for ax in (left, right):
        ax.grid(alpha=0.3)
        ax.legend(frameon=False)
    plt.show()
    return {
        "gap": gap,
        "first_ratio": work["whole text"][0] / work["KV cache"][0],
        "last_ratio": work["whole text"][-1] / work["KV cache"][-1],
        "growth": work["KV cache"][-1] / work["KV cache"][0],
    }

# %% [markdown]
# Without the cache the newest of 256 tokens costs 256 times as much: every position is computed again. With
# it, a token at the end costs a third more than one near the start, for the longer attention. The clock shows
# less, since calling PyTorch takes longer than the arithmetic of so small a model.
#
# ## 8. Learning from the prompt
#
# A large enough model can do a new task from a few examples in its prompt, without any change of its weights:
# **in-context learning**. Two sides of it.
#
# **The prompt.** A text model continues patterns. So the prompt is a pattern with its last field left open:
#
#     Give the plural.
#
#     Input: mouse
#     Output: mice
#
#     Input: ox
#     Output: oxen
#
#     Input: goose
#     Output:
#
# The task, the examples and the query are separated by one empty line each. The query looks exactly like an
# example up to the point where the answer would start. The prompt ends with the colon: most tokenizers glue
# the space to the word that follows it, and a prompt that ends with a space asks for a token the model has
# seldom seen. If the pool of examples contains the query itself, with its answer, that example is left out.
# Otherwise the model can copy the answer, and the evaluation measures copying.
#
# **What could attention do with the examples?** Let the examples be pairs $(x_i, y_i)$ with
# $x_i\in\mathbb R^d$, and let the task be linear regression. Start at $w_0=0$ and take a single step of
# gradient descent, with learning rate $\eta$, on
#
# $$L(w)=\tfrac12\sum_{i=1}^{n}(w\cdot x_i-y_i)^2, \qquad
# \nabla L(w)=\sum_{i=1}^n (w\cdot x_i-y_i)\,x_i, \qquad
# w_1 = 0-\eta\,\nabla L(0) = \eta\sum_{i=1}^n y_i\,x_i .$$
#
# The prediction for a query $x_q$ is
#
# $$w_1\cdot x_q = \eta\sum_{i=1}^n y_i\,(x_i\cdot x_q) .$$
#
# Read it again: $x_q$ is compared with every $x_i$ by a dot product, and the $y_i$ are added with these
# weights. That is attention with query $x_q$, keys $x_i$ and values $\eta y_i$, but *without the softmax*:
# linear attention. The weights do not sum to 1 and may be negative. One such layer can take a gradient step
# in its forward pass. Whether trained language models do so is another question; in small transformers
# trained on regression it has been observed.
#
# **By hand.** $x_1=(1,0)$ with $y_1=2$, $x_2=(1,1)$ with $y_2=-1$, $x_q=(2,3)$, $\eta=\frac12$. The dot
# products are 2 and 5. The prediction is $\frac12(2\cdot2-1\cdot5)=-\frac12$. Check:
# $w_1=\frac12\big(2\,(1,0)-(1,1)\big)=(\frac12,-\frac12)$ and $w_1\cdot x_q=1-\frac32$.

# %% question="icl_prompt" minutes=20 further
def icl_prompt(task: str, examples: list[tuple[str, str]], query: str) -> str:
    """A few-shot prompt that leaves the query's output open.

    Args:
        task: one line that says what to do; the first line of the prompt.
        examples: (input, output) pairs, shown in this order; may be empty. A pair whose input equals
            ``query`` is left out. All texts are taken as they are, without stripping.
        query: the input to be answered.

    Returns:
        The task; then for each example the lines "Input: <input>" and "Output: <output>"; then the lines
        "Input: <query>" and "Output:". One empty line stands before every "Input:" line. The prompt ends with
        the colon of the last "Output:", without a space or a newline.
    """
    ### BEGIN SOLUTION
    shown = [(x, y) for x, y in examples if x != query]
    blocks = [f"Input: {x}\nOutput: {y}" for x, y in shown]
    return "\n\n".join([task, *blocks, f"Input: {query}\nOutput:"])
    ### END SOLUTION


def icl_gd_predict(
    X: Float[Tensor, "n d"], y: Float[Tensor, " n"], xq: Float[Tensor, " d"], lr: float
) -> Float[Tensor, ""]:
    """Prediction after one gradient step from w = 0 on 1/2 sum_i (w . x_i - y_i)^2.

    Args:
        X: one example per row; n may be 0.
        y: their targets.
        xq: the query; it is not one of the examples.
        lr: learning rate of the step. The loss is the sum over the examples, not their mean.

    Returns:
        The prediction w_1 . xq.
    """
    ### BEGIN SOLUTION
    return lr * (y @ (X @ xq))
    ### END SOLUTION

# %% [markdown]
# ## 9. A chat
#
# A language model has no memory and no notion of a conversation. A chat program keeps the record, writes it
# as a text in which two speakers alternate, and lets the model continue:
#
#     User: Hello
#     Assistant: Hi there
#     User: How are you?
#     Assistant:
#
# **Window.** The context is finite. We show the last `max_turns` finished turns. A turn is a question *and*
# its answer, so this makes $2\cdot$`max_turns` messages. After them come the new message and the open
# `Assistant:`.
#
# **Cutting out the reply.** Like `generate`, the model gives back the *whole* text: prompt and continuation.
# And it does not stop where it should. It goes on with the pattern and invents what the user says next:
#
#     (the prompt) Fine, thanks.
#     User: Tell me a joke.
#     Assistant: Knock knock.
#
# The reply is `Fine, thanks.` So take what follows the prompt, and cut it before the first line break that is
# followed by `User:`. Searching for the word `Assistant:` goes wrong in several ways. Its first occurrence is
# an old turn; its last one may be invented (`Knock knock.`); and a user may type the word.
#
# Only the reply goes into the record. If the invented user line is stored, the model answers itself from then
# on.

# %% question="ChatSession" minutes=15 further
class ChatSession:
    """A conversation with a text model.

    Args:
        respond_fn: the model. It takes the prompt and returns the prompt followed by its continuation.
        max_turns: how many finished turns the prompt shows, at least 0.
    """

    def __init__(self, respond_fn: Callable[[str], str], max_turns: int) -> None:
        ### BEGIN SOLUTION
        self.respond_fn = respond_fn
        self.record = deque(maxlen=2 * max_turns)  # a turn is two messages
        ### END SOLUTION

    def reply(self, user: str) -> str:
        """Answer one message.

        ``respond_fn`` is called once, with a prompt of these lines, joined by newlines: for each of the last
        ``max_turns`` finished turns (fewer at the start), oldest first, "User: <message>" and
        "Assistant: <reply>"; then "User: <user>"; then "Assistant:", without a space or a newline after it.
        In a finished turn the space after the colon stands even if the reply is empty.

        Args:
            user: the new message, taken as it is. It may contain any text, such as "Assistant:".

        Returns:
            The reply: what ``respond_fn`` returned after the prompt, cut before the first newline that is
            directly followed by "User:" (if there is one, be it the first character; a "User:" without a
            newline before it stays), and then stripped of white space at both ends. It may hold several
            lines. Message and reply become the newest finished turn.
        """
        ### BEGIN SOLUTION
        prompt = "\n".join([*self.record, f"User: {user}", "Assistant:"])
        continuation = self.respond_fn(prompt)[len(prompt) :]
        answer = continuation.split("\nUser:")[0].strip()
        self.record += [f"User: {user}", f"Assistant: {answer}"]
        return answer
        ### END SOLUTION

# %% [markdown]
# ## Payoff: four sonnets
#
# Sonnets 18, 73, 116 and 130 by William Shakespeare (printed 1609, public domain; spelling modernised): 2446
# characters, 47 different ones. Your GPT learns to predict the next character. Two layers of width 48 and a
# context of 32 characters are enough to see what matters.

# %%
SONNETS = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade
Nor lose possession of that fair thou owest;
Nor shall Death brag thou wander'st in his shade,
When in eternal lines to time thou growest:
So long as men can breathe or eyes can see,
So long lives this and this gives life to thee.

That time of year thou mayst in me behold
When yellow leaves, or none, or few, do hang
Upon those boughs which shake against the cold,
Bare ruin'd choirs, where late the sweet birds sang.
In me thou see'st the twilight of such day
As after sunset fadeth in the west,
Which by and by black night doth take away,
Death's second self, that seals up all in rest.
In me thou see'st the glowing of such fire
That on the ashes of his youth doth lie,
As the death-bed whereon it must expire,
Consumed with that which it was nourish'd by.
This thou perceivest, which makes thy love more strong,
To love that well which thou must leave ere long.

Let me not to the marriage of true minds
Admit impediments. Love is not love
Which alters when it alteration finds,
Or bends with the remover to remove:
O no! it is an ever-fixed mark
That looks on tempests and is never shaken;
It is the star to every wandering bark,
Whose worth's unknown, although his height be taken.
Love's not Time's fool, though rosy lips and cheeks
Within his bending sickle's compass come:
Love alters not with his brief hours and weeks,
But bears it out even to the edge of doom.
If this be error and upon me proved,
I never writ, nor no man ever loved.

My mistress' eyes are nothing like the sun;
Coral is far more red than her lips' red;
If snow be white, why then her breasts are dun;
If hairs be wires, black wires grow on her head.
I have seen roses damask'd, red and white,
But no such roses see I in her cheeks;
And in some perfumes is there more delight
Than in the breath that from my mistress reeks.
I love to hear her speak, yet well I know
That music hath a far more pleasing sound;
I grant I never saw a goddess go;
My mistress, when she walks, treads on the ground:
And yet, by heaven, I think my love as rare
As any she belied with false compare.
"""

# %% [markdown]
# The loss starts near $\log47=3.85$ and comes down to about 1.7 nats per character in 300 steps. Then your
# strategies continue five passages, with 100 new characters each. Two numbers are taken from what they write:
#
# - **distinct-4**: the number of different runs of four characters, divided by the number of all such runs. A
#   text that goes round in circles has few.
# - the mean log-probability per character that the model itself gives to the text.

# %% tags=["demo"]
@demo
def four_sonnets(seed: int = 0, steps: int = 300) -> dict[str, float]:
    """A character-level GPT, and what seven decoding strategies make of it."""
    import textwrap

    import matplotlib.pyplot as plt

    characters = sorted(set(SONNETS))
    encode = {c: i for i, c in enumerate(characters)}
    text = torch.tensor([encode[c] for c in SONNETS])
    n_ctx, D, H, n_new = 32, 48, 4, 100
    generator = torch.Generator().manual_seed(seed)
    params = init_gpt(len(characters), n_ctx, D, 2, generator)

    def leaves(tree: object) -> list[Tensor]:
        if isinstance(tree, Tensor):
            return [tree.requires_grad_()]
        return [leaf for part in (tree.values() if isinstance(tree, dict) else tree) for leaf in leaves(part)]

    optimizer = torch.optim.AdamW(leaves(params), lr=5e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min((t + 1) / 20, 1 - t / steps))
    losses = []
    for _ in range(steps):
        start = torch.randint(len(text) - n_ctx, (16, 1), generator=generator)
        ids = text[start + torch.arange(n_ctx + 1)]
        # n_ctx + 1 characters make n_ctx predictions; the logits of the last one are not needed
        logits = F.pad(gpt_forward(ids[:, :-1], params, H), (0, 0, 0, 1))
        loss, _ = lm_loss_and_perplexity(logits, ids, pad=-1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())

    def model(ids: Tensor) -> Tensor:
        return gpt_forward(ids[:, -n_ctx:], params, H)

    def uniform() -> Tensor:
        return torch.rand(n_new, generator=generator)

    strategies = {
        "greedy": lambda ids: generate(model, ids, n_new, n_ctx),
        "beam 4": lambda ids: beam_search(model, ids, 4, n_new)[0],
        "T = 0.5": lambda ids: generate(model, ids, n_new, n_ctx, uniform(), T=0.5),
        "top-k 3": lambda ids: generate(model, ids, n_new, n_ctx, uniform(), k=3),
        "top-p 0.8": lambda ids: generate(model, ids, n_new, n_ctx, uniform(), p=0.8),
        "T = 1": lambda ids: generate(model, ids, n_new, n_ctx, uniform()),
        "T = 1.5": lambda ids: generate(model, ids, n_new, n_ctx, uniform(), T=1.5),
    }

    def measure(texts: list[list[int]]) -> tuple[float, float]:
        """distinct-4 and mean log-probability of what follows the first n_ctx characters."""
        distinct, log_p = 0.0, 0.0
        for ids in texts:
            grams = [tuple(ids[i : i + 4]) for i in range(n_ctx, len(ids) - 3)]
            distinct += len(set(grams)) / len(grams) / len(texts)
            windows = torch.tensor(ids).unfold(0, n_ctx + 1, 1)
            picked = model(windows[:, :-1])[:, -1].log_softmax(-1).gather(1, windows[:, -1:])
            log_p += picked.mean().item() / len(texts)
        return distinct, log_p

    starts = range(0, len(text) - n_ctx - n_new, 480)
    prompts = [text[i : i + n_ctx].tolist() for i in starts]
    numbers, samples = {"first": losses[0], "last": sum(losses[-20:]) / 20}, {}
    with torch.no_grad():
        for name, strategy in strategies.items():
            texts = [strategy(ids) for ids in prompts]
            numbers[f"{name}, distinct"], numbers[f"{name}, log p"] = measure(texts)
            samples[name] = "".join(characters[i] for i in texts[0][n_ctx:])
        human = [text[i : i + n_ctx + n_new].tolist() for i in starts]
        numbers["Shakespeare, distinct"], numbers["Shakespeare, log p"] = measure(human)

    fig = plt.figure(figsize=(12, 7.2), layout="constrained", facecolor="white")
    grid = fig.add_gridspec(2, 2, height_ratios=[1, 0.95])
    curve, plane, page = fig.add_subplot(grid[0, 0]), fig.add_subplot(grid[0, 1]), fig.add_subplot(grid[1, :])
    curve.plot(losses, color="#1f77b4")
    curve.axhline(math.log(len(characters)), color="0.5", ls="--", label="log 47: every character alike")
    curve.set(xlabel="step", ylabel="nats per character")
    curve.set_title(f"training loss: down to {numbers['last']:.2f}")
    curve.legend(frameon=False)
    for name in strategies:
        plane.plot(numbers[f"{name}, distinct"], numbers[f"{name}, log p"], "o", ms=9, label=name)
    x, y = numbers["Shakespeare, distinct"], numbers["Shakespeare, log p"]
    plane.plot(x, y, "*", ms=15, color="black", label="Shakespeare himself")
    plane.legend(frameon=False, loc="lower left", fontsize=9)
    plane.set(xlabel="distinct-4", ylabel="mean log-probability", title="likely texts repeat themselves")
    plane.set_xlim(0, 1.04)
    plane.grid(alpha=0.3)
    page.axis("off")
    for row, (name, sample) in enumerate(samples.items()):
        shown = textwrap.shorten(sample.replace("\n", " / "), 112)
        page.text(0, 1 - (row + 0.5) / len(samples), name, va="center", weight="bold", color="black")
        page.text(0.1, 1 - (row + 0.5) / len(samples), shown, va="center", family="monospace", color="black")
    page.set_title("how they go on from: " + "".join(characters[i] for i in prompts[0]), fontsize=10)
    plt.show()
    return numbers

# %% [markdown]
# Read the plane from left to right. Greedy decoding and beam search go for what the model finds likely, and
# they end in loops: a repeated phrase makes its next repetition more likely, and nothing ever breaks the
# circle. Beam search is the better search: its texts are more probable than the greedy ones, and no less
# repetitive. At the other end, $\tau=1.5$ hardly ever repeats itself, and can no longer spell.
#
# The star is what Shakespeare wrote at these places. It does not sit at the top: people do not say the most
# probable thing at every step. Its log-probability lies between those of top-p 0.8 and of plain sampling, and
# it repeats itself hardly more than they do. That is the case for truncated sampling in open-ended text.
# Where there is one right answer, as in translation, search is the better choice.
#
# One caution: these are the sonnets that the model was trained on, and it is small and half trained. With 500
# steps it knows long passages by heart, and even greedy decoding no longer loops, since it recites.
#
# ## What you built, and where it goes next
#
# You have the whole path: from a mask that hides the future to a program that holds a conversation. What
# separates this from a GPT that you would want to talk to is a tokenizer, some billions of weights, and
# training on human preferences.
#
# - **Scaling.** The loss falls as a power of the number of weights, $L=(N_c/N)^{0.076}$: [Kaplan et
#   al.](https://arxiv.org/abs/2001.08361). For a fixed budget, weights and data should grow together, with
#   about 20 tokens per weight: [Hoffmann et al.](https://arxiv.org/abs/2203.15556) (Chinchilla).
# - **Pre-LN or post-LN:** [Xiong et al.](https://arxiv.org/abs/2002.04745) on why the first needs no warm-up.
# - **Decoding.** Nucleus sampling: [Holtzman et al.](https://arxiv.org/abs/1904.09751). The length penalty:
#   [Wu et al.](https://arxiv.org/abs/1609.08144). The most probable translation is often the empty one:
#   [Stahlberg and Byrne](https://arxiv.org/abs/1908.10090). Distinct-n: [Li et
#   al.](https://arxiv.org/abs/1510.03055).
# - **Cheaper caches.** One key and value for several heads: [Shazeer](https://arxiv.org/abs/1911.02150). A
#   small model that drafts and a large one that checks: [Leviathan et al.](https://arxiv.org/abs/2211.17192).
# - **In-context learning.** Gradient descent in the forward pass: [von Oswald et
#   al.](https://arxiv.org/abs/2212.07677). Inference of a latent task: [Xie et
#   al.](https://arxiv.org/abs/2111.02080).
# - **From a text model to an assistant:** [Ouyang et al.](https://arxiv.org/abs/2203.02155).
#
# The model that reads in both directions is the subject of the assignment *bert*; encoder and decoder
# together are that of *transformer*; other ways to tell position are that of *position_encoding*. The
# [article](https://www.chenk.top/en/nlp/gpt-generative-models/) tells the same story with more background.
