# %% [markdown]
# # GPT: from the causal mask to a conversation
#
# A GPT does one thing: it reads a text and gives a probability for every possible next token. All that you
# see of a chatbot is made from that by a loop. You will build both, the network and the loops around it.
#
# One question runs through the notebook: **of all the texts that a model can write, which one should it
# write?** The most probable one? To have a truth to measure against, the notebook brings a small GPT that has
# read the six novels of Jane Austen, and the ends of those novels, which it has not read. Its weights are of
# no use without a decoder, and the decoder is yours: from question 2 on it is your own code that reads and
# writes English. At the end you hold seven ways of choosing words against what Austen really wrote.
#
# <!-- questions -->
#
# **You need:** softmax, cross-entropy, PyTorch indexing and broadcasting; the assignment *transformer* or
# what it teaches.
#
# **Article:** [GPT and generative language models](https://www.chenk.top/en/nlp/gpt-generative-models/)
#
# **Papers:** Radford et al., [Language models are unsupervised multitask
# learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf)
# (GPT-2, 2019); Brown et al., [Language models are few-shot learners](https://arxiv.org/abs/2005.14165)
# (GPT-3, 2020); Holtzman et al., [The curious case of neural text
# degeneration](https://arxiv.org/abs/1904.09751) (2020).
#
# **Data.** *Sense and Sensibility*, *Pride and Prejudice*, *Mansfield Park*, *Emma*, *Northanger Abbey* and
# *Persuasion* by Jane Austen (1775–1817), in the public domain, from the R package *janeaustenr* (MIT licence)
# as Debian ships it. The weights were trained for this course on the first nine tenths of each novel:
# 3.6 million characters, seed 0, 4500 steps, 21 minutes on one core. `solutions/training/gpt.py` in the
# course's repository makes all files again.
#
# **Conventions of the whole notebook.** Token ids are int64, in Python lists plain ints. The floating-point
# tensors of one call share a dtype, float32 or float64, and your result is computed in it: do not create
# float32 constants that clash with float64 arguments. No function changes its arguments. A mask is bool, and
# True may be seen. $\log$ is the natural logarithm, with $\log 0=-\infty$. $B$ is the batch, $T$ the number
# of positions, $V$ the size of the vocabulary, $D$ the width, $d$ that of one head, $\tau$ (`tau`) the
# temperature. Positions are counted from 0.

# %%
import json
import math
import re
from collections import deque
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread
DATA = Path("data/gpt").resolve()

# %% [markdown]
# ## A first look: the guessing game
#
# Read half a sentence and say what comes next. Claude Shannon played this game in 1951 to measure how much
# there is to know about English. A language model plays it all day. The passage below is a letter near the end
# of *Persuasion*, which the model has never read. Its text is cut into *tokens*: frequent words are one token,
# rare words several. There are 768 of them.
#
# Play first. "You pierce my soul. I am …": what comes next? And how many of ten tokens will the first choice of a
# small model get right?

# %% tags=["predict"]
predict("tokens out of 10 that are the model's first choice", hits=...)

# %% tags=["demo"]
PASSAGE = json.loads((DATA / "austen_first_look.json").read_text())


def write_text(
    ax, pieces: list[str], colours: list, width: int = 96, y: float = 1.0, y_step: float = 0.12
) -> float:
    """Write tokens in lines of ``width`` letters, each on a tint of its colour; return the height that is left."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    size = 0.98 * 72 * ax.figure.bbox.width / ax.figure.dpi / width / 0.602  # 0.602: width of a letter of this font
    line, column = 0, 0
    for piece, colour in zip(pieces, colours, strict=True):
        for part in re.split(r"(\n)", piece):
            if part == "\n" or column + len(part) > width:
                line, column = line + 1, 0
                part = part.strip("\n ")
            x, top = column / width, y - line * y_step
            if part and colour is not None:
                box = (x, top - 0.92 * y_step), len(part) / width, 0.96 * y_step
                tint = [0.6 + 0.4 * c for c in to_rgb(colour)]  # light enough for black letters, in both themes
                ax.add_patch(
                    Rectangle(*box, facecolor=tint, transform=ax.transAxes, clip_on=False)
                ).set_in_layout(False)
            letters = ax.text(x, top - 0.45 * y_step, part, family="monospace", va="center", transform=ax.transAxes)
            letters.set(fontsize=size, in_layout=False)
            if colour is not None:
                letters.set_color("black")
            column += len(part)
    return y - (line + 1) * y_step


@demo(shown=(1, 84))
def guessing_game(shown: int = 42, seed: int = 0) -> dict[str, float]:
    """How well each token of a letter was expected, and the eight best guesses for the next one. Nothing is drawn."""
    import matplotlib.pyplot as plt
    from matplotlib import colormaps

    pieces, p, best = PASSAGE["pieces"], PASSAGE["p"], PASSAGE["best"]
    hits = sum(row[0][0] == piece for row, piece in zip(best, pieces[1:], strict=True))
    commonest = max(pieces[1:].count(piece) for piece in pieces[1:])
    guess = guesses("tokens out of 10 that are the model's first choice").get("hits")

    fig, (page, bars) = plt.subplots(2, 1, figsize=(9, 4.6), height_ratios=[0.55, 1])
    page.axis("off")
    colour = colormaps["viridis"]
    shades = [None, *(colour(min(1.0, max(0.0, 1 + math.log10(max(q, 1e-9)) / 3))) for q in p)]
    write_text(page, pieces, shades, y_step=0.24)
    said = "" if guess is None else f"; you guessed {guess}"
    page.set_title(f"yellow: expected, violet: a surprise. First choice right {10 * hits / len(p):.1f} times in 10{said}")
    rows, follows = best[shown - 1], (pieces[shown], p[shown - 1])
    rows = rows if any(piece == follows[0] for piece, _ in rows) else [*rows, follows]
    names = [piece.replace(" ", "␣").replace("\n", "¶") for piece, _ in rows]
    colours = ["C1" if piece == follows[0] else "C0" for piece, _ in rows]
    bars.barh(range(len(rows)), [q for _, q in rows], color=colours)
    bars.set_yticks(range(len(rows)), names)
    bars.invert_yaxis()
    before = "".join(pieces[:shown])[-44:]
    bars.set_title(f"after “…{before}”: it goes on with “{follows[0]}”, p = {follows[1]:.2g}", color="C1")
    bars.set_xlabel("probability")
    plt.show()
    return {"hits": hits / len(p), "commonest": commonest / len(p), "nats": -sum(math.log(max(q, 5e-5)) for q in p) / len(p)}

# %% [markdown]
# Move the slider through the letter. The model's first choice is right about once in four tokens; always
# saying the commonest token of the letter would be right once in seventeen. It is sure inside of words
# ("list" goes on with "en", "long" with "er") and surprised by the phrases for which the letter is famous:
# after "I am" it expects "sure", and Austen wrote "half agony, half hope". All these numbers you will compute
# yourself in question 2.
#
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
# other weights still sum to 1.
#
# ![Scores of the two inputs 1 and 2: the entry above the diagonal becomes minus infinity, each row goes through a softmax, and the weights average the values](pictures/gpt/causal_mask.svg)
#
# Two wrong turns:
#
# - Zeroing $a_{ij}$ after the softmax. The rows no longer sum to 1, and the future is still in the
#   denominator, so the output still depends on it.
# - Blocking $j = i$ as well. A position may see itself. The first one would have nothing to look at, and a
#   softmax of nothing but $-\infty$ is nan.
#
# A large negative number in place of $-\infty$ is a score like any other. It works as long as the scores of
# the past are far above it. If they lie below it, the future takes all the weight.
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

# %% question="causal_self_attention" minutes=35 forbid=["attention"]
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

# %% [markdown] hints="causal_self_attention"
# idea: Nothing here needs a loop. All queries meet all keys in one batched matrix product per head; the mask
# then takes out what a query must not see, and only after that the scores become weights.
#
# shapes: The product of the input with its matrix has 3D columns. Give them the shape (3, H, d) in this order,
# with B and T in front: five axes. Then bring the axis of length 3 to the front and the heads before the
# positions. Scores have the shape (B, H, T, T), with rows for queries and columns for keys.
#
# steps: 1. Split. 2. Scores: queries times transposed keys, over the root of the *head's* width. 3. A bool
# triangle of side T that marks the columns right of the diagonal; there the score is replaced. 4. A softmax
# over the last axis. 5. Weights times values. 6. Heads back beside each other: move the head axis behind the
# positions first, then merge the last two axes. 7. The output matrix.
#
# mistake: A bare reshape from (B, T, D) to (B, H, T, d), or back. The shape is right and the numbers are
# scrambled. If the outputs of one head are right and those of two are not, look there.

# %% [markdown]
# Look at what the mask does. The left picture shows the size of $\partial y_i/\partial x_j$ in your layer,
# for random weights: nothing above the diagonal, so no output knows a later input. The right picture is the
# same layer with its mask applied after the softmax. It looks masked, but the future leaks in through the
# denominator. How much? Guess the largest norm above the diagonal; those on the diagonal are about 1.

# %% tags=["predict"]
predict("largest leak from the future", masked_too_late=...)

# %% tags=["demo"]
@demo
def who_depends_on_whom(seed: int = 3) -> dict[str, float]:
    """Norms of the Jacobian blocks of causal attention, and of attention masked after the softmax."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
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
    guess = guesses("largest leak from the future").get("masked_too_late")
    fig, axes = plt.subplots(1, 2, figsize=(9, 4))
    for ax, (name, layer) in zip(axes, layers.items(), strict=True):
        jacobian = torch.autograd.functional.jacobian(layer, x)  # (1, T, D, 1, T, D)
        size = jacobian.norm(dim=(2, 5))[0, :, 0]
        leak = numbers[name] = size.triu(1).max().item()
        image = ax.imshow(size.log10().clamp(min=-3).numpy(), vmin=-3, vmax=1)
        ax.set(xlabel="input position $j$", ylabel="output position $i$")
        said = f" (guess {guess})" if guess is not None and name != "your layer" else ""
        ax.set_title(f"{name}: at most {leak:.2g} for $j>i${said}")
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
# ![The block of the worked example: the stream h = (3, 0) passes attention, which adds (0, 0), and the feed-forward net, which adds (0, 4)](pictures/gpt/block.svg)
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

# %% question="gpt_forward" minutes=25 forbid=["attention", "torch.nn.TransformerEncoderLayer"]
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

# %% [markdown] hints="gpt_forward"
# idea: One tensor, the stream $h$ of shape (B, T, D), runs from bottom to top. Everything else reads a
# normalised copy of it and adds its result.
#
# shapes: Looking up (B, T) ids in a table of V rows of width D gives (B, T, D). The positions' vectors are
# (T, D) and broadcast over the batch. The output matrix has to turn D columns into V.
#
# steps: 1. Embeddings plus the first T rows of the position table. 2. For each block, in order: add the
# attention of the normalised stream; then add the feed-forward net of the stream as it is *now*, normalised
# with the second norm. 3. The last norm. 4. Scores against every row of the embedding table.
#
# mistake: Normalising the stream itself, `h = LN(h)` at the start of a block. The branch reads the norm, the
# sum does not. With it the path from bottom to top is no longer the identity.

# %% [markdown]
# **Now give your decoder a mind.** The cell below reads the weights of the Austen model. They are stored as
# int8 with one scale per row, a quarter of their size in float32: $w = \mathrm{scale}\cdot n$. The tokenizer
# comes along (byte-pair encoding, the subject of *text_preprocessing*).

# %%
class Tokenizer:
    """Byte-pair encoding: words with their leading space, merged from characters; lossless.

    Args:
        base: the characters.
        merges: pairs of pieces, the most frequent first.
    """

    PATTERN = re.compile(r" ?[A-Za-z']+| ?[0-9]+| ?[^A-Za-z0-9\s]+|\n| +")

    def __init__(self, base: list[str], merges: list[tuple[str, str]]) -> None:
        self.pieces = [*base, *(a + b for a, b in merges)]
        self.ids = {piece: i for i, piece in enumerate(self.pieces)}
        self.rank = {pair: i for i, pair in enumerate(merges)}

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; characters that Austen never uses are dropped."""
        ids = []
        for word in self.PATTERN.findall("".join(c for c in text if c in self.ids)):
            parts = list(word)
            while len(parts) > 1:
                rank, at = min((self.rank.get(pair, math.inf), i) for i, pair in enumerate(zip(parts, parts[1:])))
                if rank == math.inf:
                    break
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            ids += [self.ids[part] for part in parts]
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of token ids."""
        return "".join(self.pieces[i] for i in ids)


N_HEADS, N_CTX = 4, 96  # of the Austen model: 4 blocks of width 160, 768 tokens, 1.4 million weights


@cache
def load_austen() -> tuple[dict, Tokenizer]:
    """Weights in the layout of :func:`init_gpt`, float32, and the tokenizer."""
    stored = np.load(DATA / "austen_gpt.npz")

    def tensor(name: str) -> Tensor:
        w = stored[name].astype(np.float32)
        return torch.from_numpy(w * stored[name + ".scale"] if name + ".scale" in stored else w)

    def norm(name: str) -> tuple[Tensor, Tensor]:
        return tensor(name + ".gain"), tensor(name + ".bias")

    blocks = []
    while f"blocks.{len(blocks)}.Wo" in stored:
        at = f"blocks.{len(blocks)}."
        block = {name: tensor(at + name) for name in ("Wqkv", "Wo", "W1", "b1", "W2", "b2")}
        blocks.append(block | {name: norm(at + name) for name in ("ln_1", "ln_2")})
    params = {"wte": tensor("wte"), "wpe": tensor("wpe"), "blocks": blocks, "ln_f": norm("ln_f")}
    merges = [tuple(pair.split("\x1f")) for pair in str(stored["merges"]).split("\t")]
    return params, Tokenizer(list(str(stored["base"])), merges)

# %% [markdown]
# Your code reads the letter of the first look. The left picture holds your probabilities against the numbers
# that were stored there. On the right, the same passage from the same decoder with random weights: the
# control. A decoder with one mistake in it runs, too, and predicts nonsense; here you see it.

# %% tags=["demo"]
@demo
def your_decoder_reads(seed: int = 0) -> dict[str, float]:
    """Probability of each token of the letter: by the student's decoder, as stored, and with random weights."""
    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    ids = torch.tensor([[tokenizer.ids[piece] for piece in PASSAGE["pieces"]]])
    generator = torch.Generator().manual_seed(seed)
    untrained = init_gpt(len(tokenizer.pieces), N_CTX, params["wte"].shape[1], len(params["blocks"]), generator)
    mine, random = (
        gpt_forward(ids[:, :-1], weights, N_HEADS).softmax(-1).gather(-1, ids[:, 1:, None])[0, :, 0].detach()
        for weights in (params, untrained)
    )
    stored = torch.tensor(PASSAGE["p"])

    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    left.loglog([1e-5, 1], [1e-5, 1], color="C6", lw=1)
    left.loglog(stored.clamp(min=1e-5), mine.clamp(min=1e-5), "o", ms=4, alpha=0.7)
    left.set(xlabel="probability as stored", ylabel="probability by your decoder", title="the first look, again")
    for weights, p in (("trained weights", mine), ("random weights", random)):
        right.semilogy(range(1, len(p) + 1), p.clamp(min=1e-6), lw=1.2, label=f"{weights}: {-p.log().mean():.2f} nats")
    right.set(xlabel="token of the letter", title="probability of the token that comes")
    right.legend(loc="lower right")
    plt.show()
    return {
        "gap": (mine - stored).abs().max().item(),
        "trained": -mine.log().mean().item(),
        "random": -random.log().mean().item(),
    }

# %% [markdown]
# The points lie on the line: your decoder gives the numbers of the first look. It needs 3.8 nats per token of
# this letter; with random weights it needs nearly 7, a little more than $\log768=6.64$, which is what knowing
# nothing costs. Why the average of $-\log p$ is the number to look at is the subject of the next question.
#
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

# %% question="lm_loss_and_perplexity" minutes=15
def lm_loss_and_perplexity(
    logits: Float[Tensor, "B T V"], ids: Int[Tensor, "B T"], pad: int
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Mean next-token loss in nats, and perplexity.

    ``F.cross_entropy`` may be used.

    Args:
        logits: ``logits[b, t]`` predicts ``ids[b, t + 1]``. Any finite values, ±1000 included.
        ids: token ids between 0 and V - 1. Shorter sequences are padded on the right.
        pad: the padding id. Targets equal to it are not counted. -1 if there is no padding. At least one
            target of the batch is left; a sequence may have none.

    Returns:
        The mean of -log p over all counted targets of the whole batch, every target with the same weight, and
        the exponential of that mean. Autograd can differentiate the loss with respect to the logits.
    """
    ### BEGIN SOLUTION
    targets = ids[:, 1:]
    loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=pad)  # classes on axis 1
    return loss, loss.exp()
    ### END SOLUTION

# %% [markdown] hints="lm_loss_and_perplexity"
# idea: Every position but the last makes a prediction, every token but the first is a target. Line them up,
# leave out the padded targets, and take one mean over all that is left.
#
# shapes: Predictions (B, T-1, V), targets (B, T-1). The function of torch wants the classes on axis 1, or
# everything flattened to two axes and one.
#
# steps: 1. Cut off the last position of the logits and the first of the ids. 2. Cross-entropy that ignores the
# padding id. 3. The exponential of the result.
#
# mistake: Averaging per sequence first. One mean, over all targets of the batch; and a mask that multiplies is
# dangerous: an impossible padded target has the loss inf, and 0 · inf is nan.

# %% [markdown]
# **How well does the Austen model read?** The picture measures nats per token on pages that no model here
# was trained on. The curve is a small GPT (2 layers of width 64, a context of 32) that starts from nothing and
# trains, with your code, on 47,000 characters, an hour's reading. The lines are what to hold it against:
#
# - $\log768=6.64$: every token alike;
# - the *unigram* model, which knows how often each token occurs and nothing of the context: the control;
# - the Austen model, in your decoder. It has read 76 times as much, for 21 minutes.
#
# Where will the curve be after 160 steps, a few seconds of training?

# %% tags=["predict"]
predict("nats per token after 160 steps", held_out=...)

# %% tags=["demo"]
@demo
def training_from_nothing(seed: int = 0, steps: int = 160) -> dict[str, float]:
    """Loss of a small GPT on held-out pages while it trains, against no context and against the Austen model."""
    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    text = (DATA / "austen_heldout.txt").read_text()
    V, n_ctx = len(tokenizer.pieces), 32
    ids = torch.tensor(tokenizer.encode(text))
    cut = int(0.8 * len(ids))
    train, pages = ids[:cut], ids[cut:]
    counts = torch.bincount(train, minlength=V) + 1.0  # one more, so that no token is impossible
    unigram = -(counts / counts.sum()).log()[pages].mean().item()

    windows = pages[: len(pages) // n_ctx * n_ctx].view(-1, n_ctx)

    def held_out(weights: dict, n_heads: int) -> float:
        with torch.no_grad():
            return lm_loss_and_perplexity(gpt_forward(windows, weights, n_heads), windows, -1)[0].item()

    def leaves(tree: object) -> list[Tensor]:
        if isinstance(tree, Tensor):
            return [tree.requires_grad_()]
        return [leaf for part in (tree.values() if isinstance(tree, dict) else tree) for leaf in leaves(part)]

    generator = torch.Generator().manual_seed(seed)
    small = init_gpt(V, n_ctx, 64, 2, generator)
    optimizer = torch.optim.AdamW(leaves(small), lr=4e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min((t + 1) / 20, 1 - t / steps))
    losses, tests = [], {0: held_out(small, 4)}
    for step in range(1, steps + 1):
        start = torch.randint(len(train) - n_ctx, (16, 1), generator=generator)
        batch = train[start + torch.arange(n_ctx)]
        loss, _ = lm_loss_and_perplexity(gpt_forward(batch, small, 4), batch, -1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 20 == 0:
            tests[step] = held_out(small, 4)
    austen = held_out(params, N_HEADS)

    guess = guesses("nats per token after 160 steps").get("held_out")
    fig, ax = plt.subplots(figsize=(8, 4))
    ax.plot(range(1, steps + 1), losses, color="C5", lw=0.8, label="its training batches")
    ax.plot(list(tests), list(tests.values()), "o-", ms=4, label="from nothing")
    for name, height in (("every token alike", math.log(V)), ("unigram", unigram), ("Austen model", austen)):
        ax.plot([0, steps], [height] * 2, ls="--", color={"unigram": "C1", "Austen model": "C2"}.get(name, "C6"))
        ax.text(steps, height, f" {name} {height:.2f}", va="center")
    ax.text(steps, tests[steps] - 0.2, f" from nothing {tests[steps]:.2f}", va="center", color="C0")
    if isinstance(guess, (int, float)):
        ax.plot(steps, guess, "*", ms=14, color="C4")
        ax.text(steps, guess, "your guess  ", ha="right", va="center")
    ax.set(xlabel="step", ylabel="nats per token", title="pages that no model here was trained on")
    plt.show()
    return {"first": tests[0], "last": tests[steps], "unigram": unigram, "austen": austen, "uniform": math.log(V)}

# %% [markdown]
# The small model starts near $\log V$, as it should, and soon beats the unigram model: it has learned to look
# at the tokens before. But it stays more than two nats per token above the Austen model, which needs less
# than 3 nats per token: about 1 nat per character, or a perplexity of 19. It hesitates as if between 19
# tokens, not 768.
#
# ## 4. Temperature, top-k, top-p
#
# A trained model gives every token a positive probability. The tail is long: tens of thousands of tokens,
# each of them unlikely, together perhaps a tenth of the mass. Sampling from the raw distribution leaves the
# sensible path every ten tokens, and there is no way back. Three remedies act on the logits $\ell$ before the
# softmax.
#
# **Temperature** $\tau$ (the argument `tau`) divides: $\tilde\pi_w \propto e^{\ell_w/\tau}$. In terms of the
# old probabilities $\pi=\mathrm{softmax}(\ell)$, $\tilde\pi_w \propto \pi_w^{1/\tau}$. $\tau<1$ sharpens,
# $\tau>1$ flattens; $\tau\to0$ leaves only the largest. The ranking never changes.
#
# **Top-k** keeps the $k$ largest logits and sets the others to $-\infty$. The softmax then gives the others
# weight exactly 0 and renormalises the rest. A 0 in place of $-\infty$ is a logit like any other: $e^0=1$.
#
# Ties must not let more than $k$ tokens through, as a comparison with the $k$-th largest logit would do. We
# sort by logit, largest first, and *among equal logits the smaller id comes first*. Top-k keeps the first
# $k$. PyTorch's sort keeps this order among equals only if asked: `x.sort(dim=-1, descending=True, stable=True)`,
# with `dim` by its name.
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
def top_k_logits(logits: Float[Tensor, "B V"], k: int, tau: float = 1.0) -> Float[Tensor, "B V"]:
    """Temperature, then the k most probable tokens of each row.

    Args:
        logits: any finite values, or -inf for a token that is ruled out already.
        k: how many tokens stay, at least 1; if k >= V, all of them.
        tau: temperature, positive; the logits are divided by it.

    Returns:
        logits / tau where a token stays, -inf elsewhere. Exactly k tokens of each row stay, or all finite ones
        if they are fewer; among equal logits the smaller id is preferred.
    """
    ### BEGIN SOLUTION
    ranked, order = (logits / tau).sort(dim=-1, descending=True, stable=True)  # stable: the smaller id first
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

# %% [markdown] hints="top_k_logits"
# idea: Sort once, decide in sorted order how many tokens stay, and bring the result back to the order of the
# vocabulary. For top-p the question about each token is: how much mass stands *before* it?
#
# shapes: Everything stays (B, V). A sort gives values and places; the places say where each value came from,
# and a scatter along the last axis is the way back. A cumulative sum runs along the last axis, too.
#
# steps: Top-k: divide, sort in falling order and *stably*, overwrite all from place k on, scatter back. Top-p:
# sort likewise, softmax, cumulative sum, subtract the token's own probability, cut where that is p or more,
# scatter back.
#
# mistake: Comparing the cumulative sum itself with p. It includes the token, so the one that crosses the line
# is lost, and with a first token above p nothing is left.

# %% [markdown]
# **Turn the temperature.** The text says "I am", and the Austen model, in your decoder, says what comes next.
# Below you see its ten likeliest tokens under your tools. Grey bars are the model's own probabilities. How
# many of the 768 tokens are in the nucleus of $p=0.9$ at $\tau=0.5$, at 1, at 1.5?

# %% tags=["predict"]
predict("tokens in the nucleus of p = 0.9", tau_0_5=..., tau_1=..., tau_1_5=...)

# %% tags=["demo"]
@demo(tau=(0.1, 5.0))
def temperature(tau: float = 1.0, seed: int = 0) -> dict[str, float]:
    """The next token after "I am" under a temperature, and what top-k and top-p leave of it. Nothing is drawn."""
    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    with torch.no_grad():
        ids = torch.tensor([tokenizer.encode("My soul. I am")])
        logits = gpt_forward(ids, params, N_HEADS)[:, -1]
    V = logits.shape[1]
    sizes = {t: int(top_p_logits(top_k_logits(logits, V, t), 0.9).isfinite().sum()) for t in (0.5, 1.0, 1.5)}

    tempered = top_k_logits(logits, V, tau)
    versions = {"temperature": tempered, "then top-k, k = 5": top_k_logits(tempered, 5)}
    versions["then top-p, p = 0.9"] = top_p_logits(tempered, 0.9)
    plain = logits.softmax(-1)[0]
    order = plain.argsort(descending=True)[:10]
    noted = guesses("tokens in the nucleus of p = 0.9")
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.6), sharey=True, sharex=True)
    for ax, (name, shaped) in zip(axes, versions.items(), strict=True):
        probs = shaped.softmax(-1)[0]
        ax.barh(range(10), plain[order], color="C6", alpha=0.35, height=0.9)
        ax.barh(range(10), probs[order], height=0.5)
        ax.set_title(f"{name}: {int((probs > 0).sum())} tokens")
        ax.set_xlabel("probability")
    axes[0].set_yticks(range(10), [tokenizer.pieces[i].replace(" ", "␣") for i in order])
    axes[0].invert_yaxis()
    said = "; you guessed " + ", ".join(f"{v}" for v in noted.values()) if noted else ""
    fig.suptitle(f"after “I am”, tau = {tau:.2g}. Nucleus at tau 0.5, 1, 1.5: {', '.join(map(str, sizes.values()))}{said}")
    plt.show()
    return {f"nucleus at {t}": n for t, n in sizes.items()} | {"first": plain.max().item()}

# %% [markdown]
# A low temperature puts nearly all on "sure", a high one levels everything. With the same $p$ the nucleus
# holds 2 tokens at $\tau=0.5$, 62 at 1 and 204 at 1.5, where most of them are nonsense. Top-k would keep its
# $k$ in all cases.
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

# %% question="generate" minutes=25
def generate(
    model: Callable[[Int[Tensor, "1 n"]], Float[Tensor, "1 n V"]],
    ids: list[int],
    max_new: int,
    ctx: int,
    u: Float[Tensor, " max_new"] | None = None,
    tau: float = 1.0,
    k: int | None = None,
    p: float = 1.0,
    eos: int | None = None,
) -> list[int]:
    """Continue a text token by token.

    Args:
        model: maps a batch of one sequence of ids to the logits of all its positions. It is shown the last
            ``ctx`` tokens, or all if there are fewer. Logits may be of any size.
        ids: the prompt, at least one token. The list is not changed.
        max_new: largest number of new tokens; may be 0.
        ctx: context length of the model, at least 1.
        u: None for greedy decoding (largest logit, among equals the smallest id; tau, k and p have no effect).
            Otherwise one uniform number in [0, 1) for each new token: ``u[0]`` for the first. The token is
            the smallest id w whose cumulative probability c_w, summed in the order of the ids, is greater
            than the uniform number. Apart from exact zeros, no number is so close to a c_w that rounding
            matters.
        tau: temperature. It acts first.
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
            logits = top_k_logits(logits, logits.shape[1] if k is None else k, tau)
            cumulative = top_p_logits(logits, p).softmax(-1).cumsum(-1)
            token = (cumulative <= u[t]).sum()  # how many intervals lie below u
        ids.append(int(token))
        if ids[-1] == eos:
            break
    return ids
    ### END SOLUTION

# %% [markdown] hints="generate"
# idea: One loop, in which only the choice of the token differs. Greedy is an argmax; sampling is a search for
# the interval in which the uniform number falls.
#
# shapes: The model wants a batch of one: shape (1, n). What you need of its answer is one row of V logits. The
# tools of question 4 take and give (1, V).
#
# steps: Copy the list. Then, up to the number of new tokens: the last `ctx` ids as a tensor; the logits of the
# last position; either the largest, or temperature, top-k, top-p, softmax, cumulative sum, and the first
# token whose sum is greater than this step's number; append an int; stop if it is the end token.
#
# mistake: Looking for the end token in the whole text, so that a prompt that begins with it ends at once.

# %% [markdown]
# **Your decoder writes.** Greedy decoding takes the likeliest token every time. What does that sound like?
# The text below continues two beginnings for 100 tokens, with a context of 96. Tokens are orange where the
# last four tokens have stood in the text before. The control is what Austen wrote, measured in the same way.

# %% tags=["predict"]
predict("share of tokens that repeat a run of four", greedy=..., sampled=..., austen=...)

# %% tags=["demo"]
def repeated(ids: list[int], n: int = 4) -> list[bool]:
    """Whether the ``n`` tokens that end at each place have stood in this order before."""
    seen, flags = set(), []
    for end in range(1, len(ids) + 1):
        gram = tuple(ids[max(0, end - n) : end])
        flags.append(len(gram) == n and gram in seen)
        seen.add(gram)
    return flags


@demo
def loops(seed: int = 0) -> dict[str, float]:
    """Greedy and sampled texts with their repetitions marked, and how often Austen repeats herself."""
    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    generator = torch.Generator().manual_seed(seed)
    beginnings = ["Emma was", '"My dear,"']
    n = 100

    def model(ids: Tensor) -> Tensor:
        with torch.no_grad():
            return gpt_forward(ids, params, N_HEADS)

    prompts = [tokenizer.encode("\n" + beginning) for beginning in beginnings]
    texts = {
        "greedy": [generate(model, ids, n, N_CTX) for ids in prompts],
        "sampled": [generate(model, ids, n, N_CTX, torch.rand(n, generator=generator)) for ids in prompts],
    }
    held_out = tokenizer.encode((DATA / "austen_heldout.txt").read_text())
    starts = torch.randint(len(held_out) - n, (12,), generator=generator).tolist()
    texts["austen"] = [held_out[i : i + n + 4] for i in starts]
    share = {name: sum(map(sum, map(repeated, rows))) / n / len(rows) for name, rows in texts.items()}

    noted = guesses("share of tokens that repeat a run of four")
    fig, page = plt.subplots(figsize=(9, 5.4))
    page.axis("off")
    y = 1.0
    for name in ("greedy", "sampled"):
        page.text(0, y, name, weight="bold", va="top", transform=page.transAxes)
        y -= 0.05
        for ids in texts[name]:
            marks = ["C1" if flag else None for flag in repeated(ids[1:])]
            y = write_text(page, [tokenizer.pieces[i] for i in ids[1:]], marks, y=y, y_step=0.049) - 0.02
    said = "".join(f" (guess {noted[name]})" for name in noted)
    parts = ", ".join(f"{name} {100 * value:.0f} %" for name, value in share.items())
    page.set_title(f"repeats a run of four tokens: {parts}{said}")
    plt.show()
    return share

# %% [markdown]
# The likeliest token each time, and the text walks in circles: "I am sure I am sure". A repeated phrase makes
# its next repetition likelier, and nothing ever breaks the circle. More than half of the greedy tokens repeat
# a run of four; of Austen's, and of those drawn by chance, one in a hundred. Sampling does not loop. But
# listen to it: it stumbles over words. Between the two there should be something better. Is it a better
# *search*?

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
# per token; the default here, 0.6, lies between. (Translation systems often divide by another function of the
# length, $\big((5+n)/6\big)^{\alpha}$ with $\alpha$ between 0.6 and 0.7: Wu et al., 2016.) The prompt does
# not count: a long one would make all $n$ nearly equal and switch the correction off. Note that $R$ is
# negative. Dividing by more makes the score *larger*.
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
# ![Beam search of width 2 on the example below: word 1 looks better at first, word 2 followed by the end token wins](pictures/gpt/beam_tree.svg)
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

# %% question="beam_search" minutes=40 further
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

# %% [markdown] hints="beam_search"
# idea: Keep a short list of beginnings. In each round every unfinished one has V children, every finished one
# is its own only child; all children compete for the places of the next list.
#
# shapes: A beam is a pair of a number and a list of ids. The model is asked for one sequence at a time and
# answers (1, n, V); the last row of it, through a log-softmax, gives the V numbers to add.
#
# steps: 1. Start with the prompt and the sum 0. 2. Collect the children. 3. Sort them by score, which is the
# sum over the new length to the power alpha, and keep the first few. 4. Stop when all that are kept have ended,
# or after `max_new` rounds. 5. Return the first with its score.
#
# mistake: Carrying on the divided score. Write two small functions, one that tells whether a beam is finished
# and one that gives its score, and keep the raw sum in the pair.

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
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    bars = left.bar([str(b) for b in widths], [100 * found[b] for b in widths])
    left.bar_label(bars, fmt="%.0f")
    left.set(xlabel="beam (1 is greedy)", ylabel="% of models", ylim=(0, 109))
    left.set_title("the best of 4096 texts is found")
    mean_gap = {b: sum(gaps[b]) / n_models for b in widths}
    right.plot([str(b) for b in widths], [mean_gap[b] for b in widths], "o-", color="C1")
    right.set(xlabel="beam (1 is greedy)", ylabel="nats", title="mean log-probability missed")
    right.set_ylim(bottom=0)
    plt.show()
    return {f"found_{b}": found[b] for b in widths} | {f"gap_{b}": mean_gap[b] for b in widths}

# %% [markdown]
# Greedy finds the best text in well over half of the cases, a beam of 4 in nearly all of them. So beam search
# searches well. The payoff will show whether the most probable text is the one you want.
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
# ![The KV cache of the example below: two cached positions, two new tokens, a mask of two rows and four columns with one blocked entry](pictures/gpt/kv_cache.svg)
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

# %% question="kv_cache_step" minutes=35 forbid=["attention"]
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

# %% [markdown] hints="kv_cache_step"
# idea: It is the decoder of question 2, run for the new rows only. Queries come from the new rows; keys and
# values are those of the cache and the new ones together.
#
# shapes: New queries (B, H, S, d), all keys (B, H, P+S, d), so scores and mask have S rows and P+S columns. The
# axis that grows is the third. P stands in the cache.
#
# steps: 1. P from the cache. 2. Embeddings, with rows P to P+S of the position table. 3. Per block: split the
# normalised stream; append to the old keys and values; note the pair for the new cache; scores, mask, softmax,
# values, heads merged, output matrix; the feed-forward net. 4. Last norm and logits.
#
# mistake: A triangle that starts at column 0. Its corner has to move P columns to the right, so that new
# token i sees the columns up to P + i.

# %% [markdown]
# Count the work. The left picture shows the floating-point operations for one more token, as PyTorch counts
# them, without and with your cache. The right one shows the time that 256 tokens took here.

# %% tags=["demo"]
@demo
def cost_of_a_token(seed: int = 0) -> dict[str, float]:
    """Operations and seconds per generated token, with the whole text recomputed and with a KV cache."""
    import time

    import matplotlib.pyplot as plt
    from torch.utils.flop_counter import FlopCounterMode

    n, D, H = 256, 128, 4
    generator = torch.Generator().manual_seed(seed)
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

    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    for name, colour in (("whole text", "C1"), ("KV cache", "C0")):
        left.semilogy([t + 1 for t in places], work[name], "o-", ms=4, color=colour, label=name)
        right.plot(range(1, n + 1), clock[name], color=colour, lw=2, label=name)
    left.set(xlabel="tokens so far", ylabel="floating-point operations", title="work for the newest token")
    right.set(xlabel="tokens so far", ylabel="seconds")
    right.set_title(f"total time; logits differ by at most {gap:.0e}")
    left.legend(loc="center right")
    plt.show()
    return {
        "gap": gap,
        "first_ratio": work["whole text"][0] / work["KV cache"][0],
        "last_ratio": work["whole text"][-1] / work["KV cache"][-1],
        "growth": work["KV cache"][-1] / work["KV cache"][0],
    }

# %% [markdown]
# Without the cache the newest of 256 tokens costs 256 times as much: every position is computed again. With
# it, a token at the end costs a third more than one near the start, for the longer attention. The logits
# agree to rounding. The clock shows less, since calling PyTorch takes longer than the arithmetic of so small
# a model.
#
# The class below puts your cache under `generate` and `beam_search`. It looks up the longest beginning of the
# text that it has met, and runs only the rest through your `kv_cache_step`. Beams that share a beginning
# share its cache: this is what the promise *the old cache stays as it was* is good for.

# %%
class Remembering:
    """A model that runs no position twice; texts have at most N_CTX tokens.

    Args:
        params: weights of a GPT with N_HEADS heads.
    """

    def __init__(self, params: dict) -> None:
        self.params = params
        self.known = {(): (empty_cache(params, 1, N_HEADS), params["wte"].new_zeros(1, 0, len(params["wte"])))}

    def __call__(self, ids: Int[Tensor, "1 n"]) -> Float[Tensor, "1 n V"]:
        """Logits of all positions."""
        text = tuple(ids[0].tolist())
        past = next(n for n in range(len(text), -1, -1) if text[:n] in self.known)
        cache, logits = self.known[text[:past]]
        if past < len(text):
            with torch.no_grad():
                new, cache = kv_cache_step(ids[:, past:], cache, self.params, N_HEADS)
            logits = torch.cat([logits, new], dim=1)
            self.known[text] = cache, logits
        return logits

# %% [markdown]
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

# %% [markdown] hints="icl_prompt"
# idea: The prompt is a list of blocks with one empty line between two of them; the last block is unfinished.
# The prediction is a weighted sum of the targets, and the weights are dot products.
#
# shapes: The examples (n, d) and the query (d) give n dot products; with n targets they give one number. With
# n = 0 both are empty, and so is the sum.
#
# steps: Leave out the pairs whose input *equals* the query. Make a block of two lines of each of the others. Join
# the task, the blocks and the open block with two newlines. For the prediction: dot products, times targets,
# sum, times the learning rate.
#
# mistake: `query in x` in place of `x == query`: it throws away "cats" when the query is "cat".

# %% [markdown]
# **Does it work?** Two models read prompts. The first is the Austen model, which gets your `icl_prompt`:
# words are to be repeated, `Input: Emma`, `Output: Emma`. How many nats does the right answer cost after 0 to
# 4 examples? The control has the same examples with their outputs mixed up. The second is linear attention,
# your `icl_gd_predict`, on tasks in $d=8$ dimensions: $w$ is drawn anew for each prompt, $y_i=w\cdot x_i$,
# and the weights of the "model" are nothing but the step size $\eta=1/(n+d+1)$. Here the truth is known: for
# normal $x$ the squared error is $\frac{d+1}{n+d+1}$ of what the prediction 0 has. The control has its
# targets mixed up among the examples.
#
# Guess: does the Austen model learn from the examples? How many nats are gained by right ones against
# mixed-up ones?

# %% tags=["predict"]
predict("nats gained by right examples", austen=...)

# %% tags=["demo"]
@demo
def learning_from_the_prompt(seed: int = 0) -> dict[str, float]:
    """The Austen model on few-shot prompts, and linear attention on regression; both with mixed-up controls."""
    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    generator = torch.Generator().manual_seed(seed)
    words = [
        "Emma", "Elinor", "Fanny", "Anne", "Catherine", "Harriet", "Jane", "Marianne", "Bath", "London", "father", "sister",
        "letter", "morning",
    ]  # fmt: skip

    def cost(shown: list[str], outputs: list[str], query: str) -> float:
        """Nats of the right answer."""
        prompt = icl_prompt("Repeat it.", list(zip(shown, outputs, strict=True)), query)
        answer = tokenizer.encode(" " + query)
        ids = torch.tensor([[*tokenizer.encode(prompt), *answer][-N_CTX:]])
        with torch.no_grad():
            log_p = gpt_forward(ids[:, :-1], params, N_HEADS).log_softmax(-1)
        return -log_p.gather(-1, ids[:, 1:, None])[0, -len(answer) :].sum().item()

    costs = {n: [] for n in range(5)}
    for n in costs:
        for _ in range(25):
            *shown, query = (words[i] for i in torch.randperm(len(words), generator=generator)[: n + 1].tolist())
            rotated = shown[1:] + shown[:1]
            costs[n].append((cost(shown, shown, query), cost(shown, rotated, query)))
    right, mixed = ({n: sum(row[i] for row in rows) / len(rows) for n, rows in costs.items()} for i in (0, 1))
    gain = sum(mixed[n] - right[n] for n in (2, 3, 4)) / 3

    d, sizes = 8, (0, 1, 2, 4, 8, 16, 32, 64)
    error = {"one step": {}, "control: mixed targets": {}}
    for n in sizes:
        rows = {name: [] for name in error}
        for _ in range(300):
            X, w, xq = (torch.randn(*shape, generator=generator) for shape in ((n, d), (d,), (d,)))
            y = X @ w
            targets = {"one step": y, "control: mixed targets": y[torch.randperm(n, generator=generator)]}
            for name, target in targets.items():
                rows[name].append((icl_gd_predict(X, target, xq, 1 / (n + d + 1)) - w @ xq).item() ** 2 / d)
        for name in error:
            error[name][n] = sum(rows[name]) / len(rows[name])

    guess = guesses("nats gained by right examples").get("austen")
    said = "" if guess is None else f", guess {guess}"
    fig, (left, right_ax) = plt.subplots(1, 2, figsize=(9.5, 3.8))
    left.plot(list(right), list(right.values()), "o-", label="right examples")
    left.plot(list(mixed), list(mixed.values()), "s--", label="control: mixed up")
    left.set(xlabel="examples", ylabel="nats for the right answer", ylim=(0, 10), xticks=range(5))
    left.set_title(f"Austen model: gained {gain:.2f} nats{said}")
    left.legend(loc="lower left")
    right_ax.plot(sizes, [(d + 1) / (n + d + 1) for n in sizes], "--", color="C6", label="closed form")
    for name, marker in (("one step", "o"), ("control: mixed targets", "s")):
        right_ax.plot(sizes, list(error[name].values()), marker, label=name)
    right_ax.set(xlabel="examples", ylabel="squared error (prediction 0: 1)", ylim=(0, 2))
    right_ax.set_title("linear attention: one step of descent")
    right_ax.legend(loc="upper right")
    plt.show()
    return {
        "gain": gain, "one step": error["one step"][64], "closed form": (d + 1) / (64 + d + 1),
        "control": error["control: mixed targets"][64], "nothing": error["one step"][0],
    }  # fmt: skip

# %% [markdown]
# The Austen model does not learn from its prompt: right and mixed-up examples serve it equally badly. It is
# too small, and novels gave it little reason to look for such patterns. In-context learning is not in the
# architecture; training puts it there. The *layer* can do it, as the right picture shows: one layer of linear
# attention, with no trained weight but a step size, has learned most of the task after 64 examples, as the
# closed form says, and what it has learned comes from the prompt alone. With mixed-up targets there is
# nothing to learn: it does about as badly as saying 0.
#
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

# %% question="ChatSession" minutes=20 further
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

# %% [markdown] hints="ChatSession"
# idea: Keep a list of finished turns. The prompt is written anew each time from the last few of them, and the
# reply is what comes *after* the prompt.
#
# shapes: A turn is two lines. With `max_turns` = 0 the prompt has exactly two lines: the new message and the
# open one.
#
# steps: 1. Lines of the last turns, the new message, the open line; join with newlines. 2. Call the model once.
# 3. Cut off as many characters as the prompt has. 4. Cut before the first newline that is followed by "User:".
# 5. Strip. 6. Store the message and the reply, nothing else.
#
# mistake: Slicing a list with `[-0:]`, which is the whole list, when `max_turns` is 0. And replacing the
# prompt by nothing with `replace`, which also removes it where the model repeats it.

# %% [markdown]
# **Talk to it.** Here your session talks to the Austen model. It was never taught to answer; it continues.
# The picture also says whether it listens at all: how much likelier each reply is after its own question than
# after another one of the conversation, in nats per token. An answer that ignores the question has 0. Put in
# your own messages: `chat_with_austen(messages=("What is your opinion of Mr. Darcy?", ...))`.

# %% tags=["demo"]
@demo
def chat_with_austen(
    seed: int = 0,
    messages: tuple[str, ...] = ("Is Emma at home?", "Do you like to dance?", "What do you think of Bath?"),
) -> dict[str, float]:
    """A conversation with the Austen model, and how much its replies depend on the questions."""
    import textwrap

    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    generator = torch.Generator().manual_seed(seed)

    def model(ids: Tensor) -> Tensor:
        with torch.no_grad():
            return gpt_forward(ids, params, N_HEADS)

    def respond(prompt: str) -> str:
        ids = tokenizer.encode(prompt)
        u = torch.rand(24, generator=generator)
        return prompt + tokenizer.decode(generate(model, ids, 24, N_CTX, u, tau=0.8, k=20)[len(ids) :])

    def log_p(question: str, reply: str) -> float:
        asked = tokenizer.encode(f"User: {question}\nAssistant:")
        ids = torch.tensor([(asked + tokenizer.encode(" " + reply))[:N_CTX]])
        rows = model(ids[:, :-1]).log_softmax(-1).gather(-1, ids[:, 1:, None])
        return rows[0, len(asked) - 1 :].mean().item()

    session = ChatSession(respond, 1)
    replies = [session.reply(message) for message in messages]
    lines = []
    for message, reply in zip(messages, replies, strict=True):
        lines += [f"User: {message}", *textwrap.wrap(f"Assistant: {reply}", 100, subsequent_indent="  ")]
    gains = [
        log_p(own, reply) - log_p(other, reply)
        for own, reply in zip(messages, replies, strict=True)
        for other in messages
        if other != own and reply
    ]
    listens = sum(gains) / max(1, len(gains))
    fig, page = plt.subplots(figsize=(9, 0.24 * len(lines) + 0.6))
    page.axis("off")
    page.text(0, 1, "\n".join(lines), va="top", family="monospace", fontsize=9, transform=page.transAxes)
    page.set_title(f"replies are {listens:.2f} nats per token likelier after their own question")
    plt.show()
    return {"listens": listens}

# %% [markdown]
# Grammatical, more or less, and beside the point: hardly a difference between its own question and another. A
# session around a text model is not yet an assistant. What is missing is training on conversations, and on
# what people prefer.
#
# ## Payoff: what should a model write?
#
# Now the question of the beginning. Four passages from the ends of the novels are broken off after 32 tokens,
# and seven rules continue each of them by 56 tokens, all with your decoder, your cache, your `generate` and
# your `beam_search`. The star is what Austen wrote there. Three numbers are taken of every text:
#
# - **repetition**: the share of tokens that end a run of four which has stood in the text before;
# - **log-probability**: the mean per token that the model itself gives to the text;
# - **words**: the share of words that occur at least twice in the training text (9162 words). This is a
#   measure that no rule aims at.
#
# The control writes with random weights, by plain sampling. And a guess: which rule comes closest to Austen
# on repetition and log-probability together? (`"greedy"`, `"beam 4"`, `"tau 0.5"`, `"top-k 20"`, `"top-p
# 0.9"`, `"tau 1"`, `"tau 1.5"`)

# %% tags=["predict"]
predict("the rule that comes closest to Austen", rule=...)

# %% tags=["demo"]
RULES = {
    "greedy": None,
    "beam 4": None,
    "tau 0.5": {"tau": 0.5},
    "top-k 20": {"k": 20},
    "top-p 0.9": {"p": 0.9},
    "tau 1": {},
    "tau 1.5": {"tau": 1.5},
}


def continuations(seed: int, n_texts: int = 4, shown: int = 32, n_new: int = 56) -> dict[str, list[list[int]]]:
    """Token ids by rule, prompt included: the seven rules, "random weights" and "Austen"."""
    params, tokenizer = load_austen()
    generator = torch.Generator().manual_seed(seed)
    ids = tokenizer.encode((DATA / "austen_heldout.txt").read_text())
    newline = tokenizer.ids["\n"]
    starts = [i + 1 for i, token in enumerate(ids[: -shown - n_new]) if token == newline]
    chosen = [starts[i] for i in torch.randperm(len(starts), generator=generator)[:n_texts].tolist()]
    passages = [ids[i : i + shown + n_new] for i in chosen]
    untrained = init_gpt(len(tokenizer.pieces), N_CTX, params["wte"].shape[1], len(params["blocks"]), generator)
    texts = {name: [] for name in (*RULES, "random weights")} | {"Austen": passages}
    for passage in passages:
        model, prompt = Remembering(params), passage[:shown]
        for name, setting in RULES.items():
            if name == "beam 4":
                text, _ = beam_search(model, prompt, 4, n_new)
            elif name == "greedy":
                text = generate(model, prompt, n_new, N_CTX)
            else:
                text = generate(model, prompt, n_new, N_CTX, torch.rand(n_new, generator=generator), **setting)
            texts[name].append(text)
        u = torch.rand(n_new, generator=generator)
        texts["random weights"].append(generate(Remembering(untrained), prompt, n_new, N_CTX, u))
    return texts


@demo
def what_should_it_write(seed: int = 0) -> dict[str, float]:
    """Seven rules, a control and Austen: repetition, log-probability, words."""
    import matplotlib.pyplot as plt

    params, tokenizer = load_austen()
    shown = 32
    vocabulary = set((DATA / "austen_words.txt").read_text().split())
    texts, numbers = continuations(seed), {}
    for name, rows in texts.items():
        ids = torch.tensor(rows)
        with torch.no_grad():
            log_p = gpt_forward(ids[:, :-1], params, N_HEADS).log_softmax(-1).gather(-1, ids[:, 1:, None])
        written = [tokenizer.decode(row[shown:]).lower() for row in rows]
        words = [word for text in written for word in re.findall(r"[a-z]+(?:'[a-z]+)?", text)]
        new = [flag for row in rows for flag in repeated(row)[shown:]]
        numbers[f"{name}, repetition"] = sum(new) / len(new)
        numbers[f"{name}, log p"] = log_p[:, shown - 1 :].mean().item()
        numbers[f"{name}, words"] = sum(word in vocabulary for word in words) / max(1, len(words))

    guess = guesses("the rule that comes closest to Austen").get("rule")
    top, bottom = plt.figure(figsize=(9.5, 8.6)).subfigures(2, 1, height_ratios=[0.8, 1.2])
    plane, bars = top.subplots(1, 2)
    page = bottom.subplots()
    below = math.inf  # where the next label may stand at most: labels of points side by side must not meet
    for name in sorted(set(texts) - {"random weights"}, key=lambda name: -numbers[f"{name}, log p"]):
        x, y = 100 * numbers[f"{name}, repetition"], numbers[f"{name}, log p"]
        colour = "C1" if name == "Austen" else "C4" if name == guess else "C0"
        plane.plot(x, y, "*" if name == "Austen" else "o", ms=15 if name == "Austen" else 7, color=colour)
        height = min(y, below) if x < 15 else y
        below = height - 0.27 if x < 15 else below
        plane.annotate(name, (x, height), xytext=(9, -3), textcoords="offset points", color=colour)
    plane.set(xlabel="repetition, % of tokens", ylabel="log-probability per token")
    plane.set_title("likely texts repeat themselves")
    plane.set(xlim=(-5, 75), ylim=(-5.2, -1))
    names = [*texts][::-1]
    shares = [100 * numbers[f"{name}, words"] for name in names]
    colours = ["C1" if name == "Austen" else "C6" if name == "random weights" else "C0" for name in names]
    bars.bar_label(bars.barh(names, shares, color=colours), fmt="%.0f", padding=2)
    bars.set(xlim=(0, 112), xlabel="words that the training text knows, %", title="words or word-like noise?")
    page.axis("off")
    y, step = 1.0, 0.043
    y = write_text(page, ["… " + tokenizer.decode(texts["Austen"][0][:shown])[-150:]], [None], y=y, y_step=step) - 0.012
    for name in ("greedy", "beam 4", "top-p 0.9", "tau 1.5", "random weights", "Austen"):
        page.text(0, y, name, weight="bold", va="top", transform=page.transAxes)
        y -= step
        row = texts[name][0]
        marks = ["C1" if flag else None for flag in repeated(row)[shown:]]
        y = write_text(page, [tokenizer.pieces[i] for i in row[shown:]], marks, y=y, y_step=step) - 0.012
    plt.show()
    return numbers

# %% [markdown]
# All of this is written by your code. Read the plane from right to left.
#
# Greedy decoding and beam search go for what the model finds likely, and they end in loops; the orange tokens
# show them. Beam search is the better search, its texts are more probable than the greedy ones, and that does
# not cure them: the likeliest texts *are* the loops. Austen stands far from there. Her words are much less
# likely, to the model, than what search writes, and she does not repeat herself. People do not say the most
# probable thing at every step.
#
# At the other end $\tau=1.5$ does not repeat itself either, and can no longer spell: many of its words are
# none. That is what the third number is for. The control marks the end of the scale: with random weights
# fewer than half of the words are words.
#
# Truncated sampling, top-k or top-p, has nearly no repetition and words that are words. Plain sampling,
# $\tau=1$, comes nearer to her log-probability than any search does, as it must if the model's probabilities
# are good; but it pays with a slip of the pen here and there. That is the case for truncated sampling in
# open-ended text. Where there is one right answer, as in translation, search is the better choice.
#
# What the numbers do not measure is sense. Each clause is English, the whole is about nothing: this is what
# 1.4 million weights can hold.
#
# **Reflect.** Three questions without points. Why is the log-probability of plain samples near minus the
# model's held-out loss? What would the plane look like for a perfect model of Austen? And which rule would
# you choose for a program that completes code?
#
# ## What you built, and where it goes next
#
# You have the whole path: from a mask that hides the future to a program that holds a conversation. What
# separates this from a GPT that you would want to talk to is some billions of weights, some trillions of
# tokens, and training on human preferences.
#
# - **Scaling.** The loss falls as a power of the number of weights, $L=(N_c/N)^{0.076}$: [Kaplan et
#   al.](https://arxiv.org/abs/2001.08361). For a fixed budget, weights and data should grow together, with
#   about 20 tokens per weight: [Hoffmann et al.](https://arxiv.org/abs/2203.15556) (Chinchilla). The Austen
#   model has read 1.3 million tokens, one per weight; it had to read them eight times.
# - **Pre-LN or post-LN:** [Xiong et al.](https://arxiv.org/abs/2002.04745) on why the first needs no warm-up.
# - **Decoding.** Nucleus sampling: [Holtzman et al.](https://arxiv.org/abs/1904.09751). A length penalty for
#   translation: [Wu et al.](https://arxiv.org/abs/1609.08144), equation 14. The most probable translation is
#   often the empty one: [Stahlberg and Byrne](https://arxiv.org/abs/1908.10090). Why repetition feeds itself:
#   [Xu et al.](https://arxiv.org/abs/2206.02369).
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
