# %% [markdown]
# # BERT: a reader that sees both sides
#
# Take a text, hide some words, and let a network guess them from what stands around. Nobody has to label anything:
# the text is its own answer. **What does a network learn from blanks alone, and what of it would have been there
# without?** That is the one question of this notebook. You will measure it twice. In a small language that a program
# writes, the best possible guess is known exactly. In six novels by Jane Austen, nothing is known.
#
# <!-- questions -->
#
# The core is the path from a sentence to a fine-tuned classifier. The further questions are the pair game, the
# bookkeeping of fine-tuning, and two successors, ALBERT and ELECTRA. The last picture needs the core only.
#
# **You need:** the encoder layer of the assignment *transformer* (given here as code), cross-entropy, some
# PyTorch.
#
# **Article:** [BERT and pretrained models](https://www.chenk.top/en/nlp/bert-pretrained-models/)
#
# **Papers:** Devlin et al., [BERT: Pre-training of deep bidirectional transformers for language
# understanding](https://arxiv.org/abs/1810.04805) (2018); Peters et al., [Deep contextualized word
# representations](https://arxiv.org/abs/1802.05365) (ELMo, 2018); Liu et al.,
# [RoBERTa](https://arxiv.org/abs/1907.11692) (2019); Lan et al., [ALBERT](https://arxiv.org/abs/1909.11942)
# (2019); Clark et al., [ELECTRA](https://arxiv.org/abs/2003.10555) (2020).
#
# **Conventions of the whole notebook.** $B$ is the batch, $L$ the length of a padded sequence, $V$ the size
# of the vocabulary, $D$ the width. Token ids are int64. Masks are bool, and True may be seen. The floating-point
# tensors of one call share a dtype,
# float32 or float64, and so does your result. No function changes its arguments. Where a function takes a
# generator, all its randomness comes from there, in any order of draws that you like. $\ln$ is the natural
# logarithm. The label $-100$ means "no target here": `F.cross_entropy` skips it, and you may use
# `torch.nn.functional` everywhere.

# %%
import copy
import json
import math
from collections.abc import Callable, Iterable

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
# This small BERT has read nine tenths of Jane Austen's six novels, with blanks. The picture shows three passages, chosen
# because there the words after the blank decide, of the
# last tenth, which it has never seen. On the left its five best guesses for a hidden word; the true one is dark.
#
# **Now turn the knob.** `right` is the number of pieces that it may see to the right of the blank. Turn it down to 0, and
# it reads like a GPT, from left to right. The curve on the right counts 300 blanks. One piece to the right
# is worth a lot. Without any, the reader names the hidden word half as often as with all.
#
# The grey lines are what needs no reading: always saying the most frequent word, and the same network before training.
#
# ![Two rows. Left to right: the reader of "we sat by ?" may use only the words before the blank. Both sides: the blank also draws on "of the river".](pictures/bert/sides.svg)

# %%
class Layer(nn.Module):
    """One encoder layer: self-attention and a feed-forward net, each with a residual connection and post-LN."""

    def __init__(self, D: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        self.attention = nn.ModuleDict({"LayerNorm": nn.LayerNorm(D, eps=1e-12)})
        self.output = nn.ModuleDict({"LayerNorm": nn.LayerNorm(D, eps=1e-12)})

    def forward(self, h: Float[Tensor, "B L D"], allowed: Bool[Tensor, "B 1 1 L"]) -> Float[Tensor, "B L D"]:
        q, k, v = self.qkv(h).unflatten(-1, (3, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        h = self.attention["LayerNorm"](h + self.out(heads.transpose(1, 2).flatten(2)))
        return self.output["LayerNorm"](h + self.down(F.gelu(self.up(h))))


def load_reader() -> tuple[list[str], dict[str, Tensor], dict[str, np.ndarray]]:
    """The pieces of the small BERT that read Austen, its weights by name, and held-out blanks."""
    stored = np.load("data/bert/reader.npz")
    extra = ("about", "pieces", "counts", "windows", "blank")
    weights = {}
    for name in stored.files:
        if name not in extra and not name.endswith(".scale"):
            scale = stored[name + ".scale"].astype(np.float32) if name + ".scale" in stored else 1
            weights[name] = torch.from_numpy(stored[name].astype(np.float32) * scale)
    return str(stored["pieces"]).split("\n"), weights, {name: stored[name] for name in extra[2:]}

# %% tags=["demo"]
@demo(right=(0, 8))
def first_look(right: int = 8, seed: int = 0) -> dict[str, float]:
    """Guesses of a trained BERT for hidden words, with more and less of the text to their right."""
    import matplotlib.pyplot as plt

    pieces, weights, held_out = load_reader()
    windows, blank = torch.from_numpy(held_out["windows"].astype(np.int64)), held_out["blank"].tolist()
    torch.manual_seed(seed)
    layers = nn.ModuleList([Layer(96, 4) for _ in range(2)])
    random = {name: 0.1 * torch.randn_like(w) for name, w in weights.items()}
    pad, cls, sep, mask_id = (pieces.index(mark) for mark in ("[PAD]", "[CLS]", "[SEP]", "[MASK]"))

    def guess(rows: list[int], right: int, trained: bool = True) -> Tensor:
        """Probabilities of all pieces at the blank of some windows."""
        w = weights if trained else random
        ids = torch.full((len(rows), 24), pad)
        for i, row in enumerate(rows):
            seen = windows[row, : blank[row] + 1 + right].tolist()
            seen[blank[row]] = mask_id
            ids[i, : len(seen) + 2] = torch.tensor([cls, *seen, sep])
        total = w["token"][ids] + w["segment"][0] + w["position"]
        h = F.layer_norm(total, (96,), w["LayerNorm.weight"], w["LayerNorm.bias"], 1e-12)
        for layer in layers:
            h = layer(h, (ids != pad)[:, None, None])
        at = torch.tensor([blank[row] + 1 for row in rows])
        return (h[torch.arange(len(rows)), at] @ w["token"].T + w["mlm.bias"]).softmax(-1)

    rows, widths, numbers = list(range(300)), [0, 1, 2, 4, 8, 22], {}
    truth = torch.tensor([int(windows[row, blank[row]]) for row in rows])
    with torch.no_grad():
        untrained = guess(rows, 22, trained=False).argmax(-1)
        layers.load_state_dict({k.removeprefix("layers."): w for k, w in weights.items() if "layers." in k})
        curve = [(guess(rows, n).argmax(-1) == truth).float().mean().item() for n in widths]
        shown = [59, 123, 11]
        best = guess(shown, right)
    fig, axes = plt.subplots(1, 4, figsize=(13, 3.6), width_ratios=[1, 1, 1, 1.3])
    for ax, row, p in zip(axes, shown, best, strict=False):
        place, top = blank[row], p.topk(5)
        words = [pieces[i] for i in windows[row, : place + 9].tolist()]
        true, words[place] = words[place], "____"
        names = [pieces[i] for i in top.indices.tolist()]
        drawn = ax.barh(range(5), top.values, color=["C0" if name == true else "#56B4E9" for name in names])
        ax.bar_label(drawn, names, padding=3)
        ax.set(yticks=[], xlim=(0, 1), xlabel="probability")
        ax.invert_yaxis()
        first = next(i for i in range(max(0, place - 7), place + 1) if not words[i].startswith("##"))
        text = " ".join(words[first : place + 1 + right]).replace(" ##", "")
        middle = text.rfind(" ", 0, len(text) // 2 + 1)
        ax.set_title(text[:middle] + "\n" + text[middle + 1 :], fontsize=9)
    axes[3].plot(range(6), curve, "o-", color="C0", label="trained")
    frequent = max(range(len(pieces)), key=lambda i: held_out["counts"][i] * pieces[i].isalpha())
    numbers["frequent"] = (truth == frequent).float().mean().item()
    numbers["untrained"] = (untrained == truth).float().mean().item()
    axes[3].axhline(numbers["frequent"], color="0.5", ls="--")
    axes[3].axhline(numbers["untrained"], color="0.5", ls=":")
    axes[3].text(0, numbers["frequent"] + 0.008, f"always “{pieces[frequent]}”", color="0.5", fontsize=9)
    axes[3].text(3.4, numbers["untrained"] + 0.008, "untrained", color="0.5", fontsize=9)
    axes[3].set_xticks(range(6), [*widths[:-1], "all"])
    axes[3].set(xlabel="pieces to the right that it may see", ylabel="hidden words named", ylim=(-0.01, 0.45))
    plt.show()
    return numbers | {"left only": curve[0], "one": curve[1], "all": curve[-1]}

# %% [markdown]
# ## 1. Masking
#
# A language model that sees both sides cannot be trained to predict the next word: it already sees it. In a
# stack of layers, a word would even see *itself*, through its neighbours. So some words are hidden. Each
# token is **selected** with probability $p = 0.15$, independently of the others. Special tokens (`[CLS]` and `[SEP]`,
# which mark the ends of a text, and `[PAD]`, which fills up: question 3) are never selected. The model has to name the
# selected tokens, and only these.
#
# What does the model see in their place?
#
# - with probability 0.8: `[MASK]`;
# - with probability 0.1: a random token, each of the $V$ ids alike (the right one may come up, or a special
#   one);
# - with probability 0.1: the token itself.
#
# ![A tree: of 1000 tokens 150 are selected, 850 are not. Of the selected, 120 become MASK, 15 a random token, 15 stay; the label is the original in all three cases, and -100 for the 850.](pictures/bert/fates.svg)
#
# Why not always `[MASK]`? That token never occurs after pretraining. A model that has only ever been asked
# about `[MASK]` need not produce anything useful at ordinary words. With the rule it must, and Bayes' theorem says how
# often. A token in the input that is no `[MASK]` was either not selected (0.85) or selected and kept or replaced
# ($0.15\cdot0.2=0.03$). So
#
# $$\Pr(\text{asked}\mid\text{no [MASK]})=\frac{0.03}{0.88}=3.4\,\%,\qquad
# \Pr(\text{replaced}\mid\text{no [MASK]})=\frac{0.015}{0.88}=1.7\,\%$$
#
# (a replacement that happens to be the token itself is counted as replaced). The network can trust what it reads,
# but not blindly. And at each token it may be asked. Why keep
# any? So that the vector of a word is drawn towards the word that is really there.
#
# The labels hold the **original** token wherever a token was selected, kept ones included, and $-100$
# elsewhere.
#
# **By hand.** Of 1000 tokens about 150 are selected. 120 become `[MASK]`, 15 random, 15 stay: 15 is 1.5 % of
# all tokens. A common bug makes the second decision by a new draw, on those that did not become `[MASK]`,
# with the old number: 10 % of the remaining 30 are only 3 random tokens, and 27 stay. The new draw must be
# won with probability $\frac12$, since $0.2\cdot\frac12=0.1$.
#
# **Static or dynamic.** BERT masked its corpus once, in ten versions, before training. RoBERTa masks anew
# each time a text is read (*dynamic masking*). That takes no other function: call the same one in every
# epoch, with a generator that goes on.

# %% [markdown] hints="mask_tokens"
# idea: Decide two things for every token, selected or not: whether it is asked for, and what would stand in its place.
# Then put the pieces together.
#
# shapes: Everything has the shape of `ids`. Draw one random tensor of that shape per decision; no loop is needed.
#
# steps: A bool tensor of the selected tokens, without the special ones. One draw that splits 0.8, 0.1 and 0.1. One draw
# of random ids. Build the inputs from the three cases; build the labels from the original ids.
#
# mistake: A second draw among the tokens that did not become [MASK] must win with one half, not with 0.1.

# %% question="mask_tokens" minutes=25
def mask_tokens(
    ids: Int64[Tensor, "B L"],
    special: Bool[Tensor, "B L"],
    V: int,
    mask_id: int,
    rng: torch.Generator,
    p: float = 0.15,
) -> tuple[Int64[Tensor, "B L"], Int64[Tensor, "B L"]]:
    """Inputs and labels of masked language modelling.

    Args:
        ids: the original tokens.
        special: True where a token must not be selected.
        V: size of the vocabulary; ids are 0, ..., V - 1.
        mask_id: the id of [MASK].
        rng: source of all randomness, so that each call gives another mask.
        p: probability that a token which is not special is selected, independently of all others; from 0 to
            1, both included.

    Returns:
        inputs: of the selected tokens, 80 % are replaced by ``mask_id`` and 10 % by ids drawn uniformly from
            all V, each token independently; everything else is as in ``ids``.
        labels: the original id where a token was selected (also if it stays), -100 elsewhere.
    """
    ### BEGIN SOLUTION
    selected = (torch.rand(ids.shape, generator=rng) < p) & ~special
    random_ids = torch.randint(V, ids.shape, generator=rng)
    fate = torch.randint(10, ids.shape, generator=rng)  # 0 to 7: [MASK], 8: random, 9: stays
    replacement = torch.where(fate < 8, mask_id, torch.where(fate < 9, random_ids, ids))
    inputs = torch.where(selected, replacement, ids)
    return inputs, ids.masked_fill(~selected, -100)
    ### END SOLUTION

# %% tags=["predict"]
# After ten epochs: which share of the tokens of a text has been asked for at least once?
predict("share of tokens asked for", one_mask=..., new_masks=...)

# %% [markdown]
# Left, what became of the tokens that your function selected. The dotted lines are the second-draw bug, which
# makes 2 % random and keeps 18 %. Right, why RoBERTa masks anew: the share of the tokens of a text that have
# been asked for at least once after $n$ epochs. With one static mask it is 15 % for ever, with new masks it
# is $1-0.85^n$.

# %% tags=["demo"]
@demo
def fate_of_the_tokens(seed: int = 0) -> dict[str, float]:
    """Shares of masked, random and kept tokens, and the share of tokens that were asked for after n epochs."""
    import matplotlib.pyplot as plt

    rng, V, epochs = torch.Generator().manual_seed(seed), 30000, 25
    ids = torch.randint(1000, V, (40, 500), generator=rng)
    special = torch.zeros(ids.shape, dtype=torch.bool)
    asked, seen, fates = special.clone(), [], torch.zeros(3)
    for epoch in range(epochs):
        inputs, labels = mask_tokens(ids, special, V, 103, rng)
        selected = labels != -100
        if epoch == 0:
            static = selected
        masked, kept = selected & (inputs == 103), selected & (inputs == ids)
        fates += torch.stack([masked.sum(), (selected & ~masked & ~kept).sum(), kept.sum()])
        asked |= selected
        seen.append(asked.float().mean().item())
    shares = (fates / fates.sum()).tolist()
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
    bars = left.bar(["[MASK]", "random", "kept"], shares, color=["C0", "C1", "C2"])
    left.bar_label(bars, [f"{share:.1%}" for share in shares], padding=3)
    bug = {"color": "0.5", "ls": ":", "label": "with the second-draw bug"}
    left.hlines([0.8, 0.02, 0.18], [-0.4, 0.6, 1.6], [0.4, 1.4, 2.4], **bug)
    left.set(ylabel="share of the selected tokens", title="80 / 10 / 10", ylim=(0, 0.9))
    left.legend(labelcolor="0.5")
    n = np.arange(1, epochs + 1)
    right.plot(n, seen, "o", color="C0", label="a new mask per epoch")
    right.plot(n, 1 - 0.85**n, color="0.5", lw=1, label="$1-0.85^n$")
    right.axhline(static.float().mean().item(), color="C1", ls="--", label="one mask for all epochs")
    for name, guess in guesses("share of tokens asked for").items():
        right.plot(10, guess, "X", ms=10, color="C3", label=f"your guess: {name}")
    right.set(xlabel="epochs $n$", ylabel="tokens asked for at least once", ylim=(0, 1.05))
    right.set_title("Dynamic masking")
    right.legend(loc="center right")
    plt.show()
    return {"masked": shares[0], "random": shares[1], "kept": shares[2], "after 10": seen[9], "static": seen[0]}

# %% [markdown]
# ## 2. The loss of masked language modelling
#
# Let $S$ be the set of selected positions of the whole batch and $x$ the original tokens. The loss is the
# mean surprise at the hidden tokens,
#
# $$\mathcal L_\text{MLM} = -\frac{1}{|S|} \sum_{(b,i)\in S} \ln p_{bi}(x_{bi}),
# \qquad p_{bi} = \operatorname{softmax}(\ell_{bi}) .$$
#
# The divisor is $|S|$, not $BL$. Divided by all positions, the loss and its gradient would be too small (by a
# factor of 7 if 15 % are selected and nothing is padded), and would change with the amount of padding. It is
# a mean over positions of the batch, not a mean of the rows' means: a long text has more selected tokens and
# counts for more. Short texts may have no selected token at all; if none is left in the batch, the loss is 0
# and so is its gradient, and not $0/0$, which would turn all weights into nan.
#
# **Where does the loss end?** Let $q$ be the true law of the hidden word given everything else. The mean of
# $-\ln p(x)$ under $q$ is
#
# $$\mathbb E_{x\sim q}[-\ln p(x)] = \underbrace{\mathbb E_{x\sim q}[-\ln q(x)]}_{\text{entropy}}
# + \underbrace{\mathrm{KL}(q\,\Vert\,p)}_{\ge 0} .$$
#
# So no network gets below the entropy, and the best one answers with $q$ itself: it holds all words for possible that
# are possible. Where five words fit equally well the floor is $\ln 5=1.609$ nats.
#
# Only 15 % of the positions teach something. A GPT learns from all of them, which is why MLM needs more
# steps (question 9 comes back to this).
#
# **By hand.** Two rows of 5 positions. In row 1, one token is selected and gets $p=\frac12$; in row 2 two
# are, with $p=\frac18$ and $p = \frac14$. The loss is $(\ln 2 + \ln 8 + \ln 4)/3 = 2\ln 2 = 1.386$. The mean
# of the rows' means would be $(1 + 2.5)/2 \cdot \ln 2=1.213$, and the mean over all ten positions $0.416$.

# %% [markdown] hints="mlm_loss"
# idea: Sum the cross-entropies of the selected positions, and divide by how many there are. Only the case of none needs
# care.
#
# shapes: `F.cross_entropy` wants the classes on axis 1, so $(B,L,V)$ has to be transposed or flattened. The labels
# -100 are skipped by it.
#
# steps: The sum over the batch; the number of labels that are not -100; a quotient whose divisor is never 0, so that
# the result stays connected to the logits.
#
# mistake: The built-in mean is 0/0 = nan if nothing is selected.

# %% question="mlm_loss" minutes=20
def mlm_loss(logits: Float[Tensor, "B L V"], labels: Int64[Tensor, "B L"]) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats over the selected positions.

    ``F.cross_entropy`` may be used.

    Args:
        logits: any finite values, ±1000 included.
        labels: ids between 0 and V - 1, or -100 where nothing is to be predicted.

    Returns:
        The mean of -ln p(label) over all positions of the batch whose label is not -100. If there is none: 0,
        still connected to ``logits``, so that autograd gives a gradient of zeros. Autograd can differentiate
        it.
    """
    ### BEGIN SOLUTION
    total = F.cross_entropy(logits.transpose(1, 2), labels, reduction="sum")  # classes on axis 1; skips -100
    return total / (labels != -100).sum().clamp(min=1)
    ### END SOLUTION

# %% [markdown]
# ## 3. The input of BERT
#
# One format serves all tasks, for one text or for two (question and paragraph, premise and hypothesis):
#
# ![Nine columns: CLS my dog SEP he play ##s SEP PAD. Each column has a token row, a segment (0 up to the first SEP, 1 up to the second, 0 at PAD) and a position; the three are added. The mask is True everywhere but at PAD.](pictures/bert/input.svg)
#
# - `[CLS]` stands first. It is no word, so its output vector is free to describe the whole input.
# - Each text ends with `[SEP]`, and that mark belongs to the text that it closes: the first `[SEP]` is in
#   segment 0, the last one in segment 1. A single text has no second `[SEP]` and no segment 1.
# - `[PAD]` fills up to the length $L$, with segment 0. The attention mask is False there, and True elsewhere: a
#   padded position must not be attended to.
#
# **Truncation.** BERT has 512 positions, and attention costs $L^2$. If the pieces do not fit, pieces are
# taken away *before* the marks are added, so that no mark is lost. One at a time, the **last piece of the
# longer text** goes; if both are equally long, the last of B.
#
# **By hand.** A has 3 pieces, B has 5, and $L=9$. Three marks leave room for 6. B loses two pieces: `[CLS] a
# a a [SEP] b b b [SEP]`. For $L = 8$ both would have 3, and B loses one more. For $L=7$, A is now the longer
# one: `[CLS] a a [SEP] b b [SEP]`.
#
# **Embeddings.** Attention has no sense of order, so each position has a learned vector of its own; and so
# has each segment. The three are **added**, not put next to each other, and normalised:
#
# $$h_i = \mathrm{LN}\bigl(\mathtt{token}[x_i] + \mathtt{segment}[s_i] + \mathtt{position}[i]\bigr),
# \qquad i = 0, \dots, L-1 .$$
#
# Why is adding no loss? Concatenate $t$, $s$ and $p$, and let a matrix bring the result back to the width
# $D$: that gives $W_1t+W_2s+W_3p$. The tables are learned, so each matrix can be taken into its table. What
# is left is the sum.
#
# **By hand.** $\mathtt{token}[x_0]=(1,0,2,0)$, $\mathtt{segment}[s_0]=(0,1,0,0)$ and
# $\mathtt{position}[0]=(0,0,1,3)$ add up to $(1,1,3,3)$. Mean 2, variance 1, so LN gives $(-1,-1,1,1)$. A
# gain of $(1,2,3,4)$ makes it $(-1,-2,3,4)$.
#
# The layer norm is given.

# %%
def layer_norm(
    x: Float[Tensor, "*batch D"], gain: Float[Tensor, " D"], bias: Float[Tensor, " D"]
) -> Float[Tensor, "*batch D"]:
    """gain (x - mean) / sqrt(variance + 1e-12) + bias, over the last axis."""
    return F.layer_norm(x, x.shape[-1:], gain, bias, eps=1e-12)

# %% [markdown] hints="bert_inputs"
# idea: Shorten the two lists of pieces first. Then three lists of equal length grow side by side: pieces, segments, mask.
#
# shapes: All three results are $(L,)$. In `bert_embed` the tables are looked up by $(B,L)$ ids and give $(B,L,D)$;
# the positions are $(L,D)$ and broadcast over the batch.
#
# steps: Count the marks (two or three). While the pieces do not fit, drop the last one of the right list. Put the
# marks in, with the segment of the text that they close. Pad. Look the ids up, unknown pieces as [UNK].
#
# mistake: An empty second text is not the same as no second text: it still gets its [SEP].

# %% question="bert_inputs" minutes=30
def bert_inputs(
    a: list[str], b: list[str] | None, vocab: dict[str, int], max_len: int
) -> tuple[Int64[Tensor, " L"], Int64[Tensor, " L"], Bool[Tensor, " L"]]:
    """Ids, segments and attention mask of one text or a pair of texts.

    Args:
        a: pieces of the first text, possibly none.
        b: pieces of the second text, possibly none; or None for a single text.
        vocab: id of every piece, and of "[PAD]", "[UNK]", "[CLS]" and "[SEP]"; these four may have any ids. A
            piece that is not in it gets the id of "[UNK]".
        max_len: the length L, at least 3.

    Returns:
        (ids, segment, mask), each of shape (max_len,); ids and segment int64, mask bool.

        ids: [CLS] a [SEP], then b [SEP] unless ``b`` is None, then [PAD]. If that is too long, the last
            piece of the longer text is taken away, and again, until it fits; if both texts are equally long,
            that of ``b``.
        segment: 1 at the pieces of ``b`` and at the [SEP] after them, 0 elsewhere.
        mask: False at [PAD], True elsewhere.
    """
    ### BEGIN SOLUTION
    marks = 2 if b is None else 3
    first, second = list(a), list(b or [])
    while len(first) + len(second) > max_len - marks:
        (first if len(first) > len(second) else second).pop()
    pieces = ["[CLS]", *first, "[SEP]"]
    segment = [0] * len(pieces)
    if b is not None:
        pieces += [*second, "[SEP]"]
        segment += [1] * (len(second) + 1)
    n_pad = max_len - len(pieces)
    ids = [vocab.get(piece, vocab["[UNK]"]) for piece in pieces] + [vocab["[PAD]"]] * n_pad
    mask = [True] * len(pieces) + [False] * n_pad
    return torch.tensor(ids), torch.tensor(segment + [0] * n_pad), torch.tensor(mask)
    ### END SOLUTION


def bert_embed(
    ids: Int64[Tensor, "B L"],
    segment: Int64[Tensor, "B L"],
    token_table: Float[Tensor, "V D"],
    segment_table: Float[Tensor, "2 D"],
    position_table: Float[Tensor, "n D"],
    gain: Float[Tensor, " D"],
    bias: Float[Tensor, " D"],
) -> Float[Tensor, "B L D"]:
    """The sum of token, segment and position embeddings, normalised by ``layer_norm``.

    Args:
        ids: token ids; L is at most n.
        segment: 0 or 1 for each position.
        token_table: one row per token.
        segment_table: one row per segment.
        position_table: one row per position; position i = 0, ..., L - 1 uses row i.
        gain: of the layer norm.
        bias: of the layer norm.

    Returns:
        One vector per position; padded positions are treated like all others. Autograd can differentiate it
        with respect to the three tables, the gain and the bias.
    """
    ### BEGIN SOLUTION
    total = token_table[ids] + segment_table[segment] + position_table[: ids.shape[1]]
    return layer_norm(total, gain, bias)
    ### END SOLUTION

# %% [markdown]
# **The rest of the network** is a stack of encoder layers as in the assignment *transformer*, post-LN and
# without a causal mask: every token looks at every other one that is no padding. The layer stands above the first
# picture; here it is stacked, on top of
# your `bert_embed`. BERT-base has 12 layers, $D=768$, 12 heads; BERT-large 24 layers, $D=1024$, 16 heads.
#
# To guess a hidden token, `mlm_logits` compares the output vector with all rows of the token table. The
# output matrix is the input table (*weight tying*).

# %%
class Bert(nn.Module):
    """Embeddings and encoder layers; calling it gives one vector per position."""

    def __init__(self, V: int, n: int, D: int, n_heads: int, n_layers: int) -> None:
        super().__init__()
        self.token = nn.Parameter(0.1 * torch.randn(V, D))
        self.segment, self.position = (nn.Parameter(0.05 * torch.randn(rows, D)) for rows in (2, n))
        self.LayerNorm = nn.LayerNorm(D, eps=1e-12)
        self.layers = nn.ModuleList([Layer(D, n_heads) for _ in range(n_layers)])
        self.mlm = nn.ParameterDict({"bias": torch.zeros(V)})

    def forward(
        self, ids: Int64[Tensor, "B L"], segment: Int64[Tensor, "B L"], mask: Bool[Tensor, "B L"]
    ) -> Float[Tensor, "B L D"]:
        norm = self.LayerNorm
        h = bert_embed(ids, segment, self.token, self.segment, self.position, norm.weight, norm.bias)
        for layer in self.layers:
            h = layer(h, mask[:, None, None])
        return h

    def mlm_logits(self, h: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch V"]:
        return h @ self.token.T + self.mlm["bias"]

# %% [markdown]
# ### A language whose best guess is known
#
# The program below writes sentences on six topics, each with five who act, five things that they
# do, and five places. Each sentence stays with one topic. Three words are shared by two topics and mean two
# things: *bank* (river, money), *bark* (dogs, trees), *bat* (baseball, night).
#
# Here the true law of a hidden word can be written down. Hide who acts, or what is done. The rest of the sentence gives
# the topic away, and its five words are equally likely: the floor is $\ln5=1.61$ nats. A reader that has
# learned the grammar and not the topics must choose among thirty: $\ln30=3.40$. One that knows nothing chooses among all
# 107 pieces: $\ln107=4.67$. Three lines, and the reader's loss against them.

# %%
TOPICS = {
    "river": ("fish boat otter duck canoe", "swim float drift dive paddle", "bank water bridge reed stream"),
    "money": ("clerk broker lender buyer thief", "pay save count invest borrow", "bank loan cash coin account"),
    "dogs": ("dog puppy poodle hound terrier", "wag growl sniff chew beg", "bark bone tail leash kennel"),
    "trees": ("oak maple ivy moss willow", "grow bloom sprout wither sway", "bark branch leaf root twig"),
    "baseball": ("pitcher batter umpire coach rookie", "throw score slide win train", "bat ball glove base inning"),
    "night": ("owl moth ghost wolf hedgehog", "hover glide hunt howl creep", "bat cave moon shadow attic"),
}
NAMES = list(TOPICS)
COMMON = "the and ##s old big small quiet young dark near with by over under from"
DOUBLE = {"bank": ("river", "money"), "bark": ("dogs", "trees"), "bat": ("baseball", "night")}
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES = list(dict.fromkeys(SPECIALS + COMMON.split() + " ".join(" ".join(t) for t in TOPICS.values()).split()))
TOY = {piece: i for i, piece in enumerate(PIECES)}


def write(topic: str, rng: np.random.Generator, where: str | None = None) -> list[str]:
    """The pieces of one sentence, such as: the quiet otter float ##s near the reed."""
    who, does, places = (words.split() for words in TOPICS[topic])

    def one_of(words: list[str]) -> str:
        return words[rng.integers(len(words))]

    sentence = ["the"] * (rng.random() < 0.5)
    sentence += [one_of(COMMON.split()[3:9])] * (rng.random() < 0.4)
    sentence += [one_of(who), one_of(does), "##s", one_of(COMMON.split()[9:]), "the"]
    return [*sentence, where or one_of(places)]


def batch_of(sentences: list[list[str]], L: int = 10) -> list[Tensor]:
    """Ids, segments and masks of many sentences."""
    rows = [bert_inputs(sentence, None, TOY, L) for sentence in sentences]
    return [torch.stack(columns) for columns in zip(*rows)]


READERS: dict[int, tuple[Bert, Bert]] = {}  # by seed, what pretrain made last: before and after


def pretrain(seed: int, steps: int = 400, watch: Callable[[Bert], None] = lambda bert: None) -> tuple[Bert, Bert]:
    """Masked language modelling on 3000 sentences without labels: the network before and after.

    Every 20 steps ``watch`` is called with the network.
    """
    torch.manual_seed(seed)
    fresh = Bert(len(PIECES), 10, 48, n_heads=4, n_layers=2)
    bert, dice, rng = copy.deepcopy(fresh), np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    corpus = batch_of([write(NAMES[i % 6], dice) for i in range(3000)])
    optimizer = torch.optim.AdamW(bert.parameters(), lr=5e-3, betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(steps):
        if step % 20 == 0:
            watch(bert)
        for group in optimizer.param_groups:  # 10 % warm-up, then down to 0 in a straight line
            group["lr"] = 5e-3 * min((step + 1) / (0.1 * steps), (steps - step) / (0.9 * steps))
        chosen = torch.randint(3000, (64,), generator=rng)
        ids, segment, mask = (x[chosen] for x in corpus)
        inputs, labels = mask_tokens(ids, ids < len(SPECIALS), len(PIECES), TOY["[MASK]"], rng)
        loss = mlm_loss(bert.mlm_logits(bert(inputs, segment, mask)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(bert)
    READERS[seed] = fresh, bert
    return READERS[seed]


dice = np.random.default_rng(6)
print(*(" ".join(write(topic, dice)) for topic in TOPICS), sep="\n")

# %% [markdown]
# The word *bank* is one row of the token table. Does the reader tell its two meanings apart? Take the output vectors at
# *bank* (and *bark*, and *bat*) in 80 new sentences each, and ask two questions.
#
# 1. *Whose vector is nearest?* How often does the nearest neighbour have the same meaning?
# 2. *Without a shared word.* Take two other sentences: one with the same meaning in which somebody else does something
#    else, and one with the other meaning. How often is the first one nearer?
#
# By chance both are 50 %. But there is a second control: **the same network before training**. Its weights are random. Guess
# what it scores.

# %% tags=["predict"]
# Of 100 comparisons, how many come out right with random weights? And after training?
predict("nearest has the same meaning", untrained=..., trained=...)
predict("without a shared word", untrained=..., trained=...)

# %% tags=["demo"]
@demo
def meanings_from_blanks(seed: int = 0, steps: int = 400) -> dict[str, float]:
    """Pretrain on the small language; the loss against the best possible; meanings before and after."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    rng = np.random.default_rng(1000 + seed)
    hidden, targets, curve = [], [], []
    for i in range(240):
        sentence = write(NAMES[i % 6], rng)
        place = sentence.index("##s") - 1 - i // 6 % 2  # who, or what is done
        targets.append(TOY[sentence[place]])
        hidden.append([*sentence[:place], "[MASK]", *sentence[place + 1 :]])
    blanks, truth = batch_of(hidden), torch.tensor(targets)

    def watch(bert: Bert) -> None:
        with torch.no_grad():
            logits = bert.mlm_logits(bert(*blanks)[blanks[0] == TOY["[MASK]"]])
        curve.append(F.cross_entropy(logits, truth).item())

    unread, bert = pretrain(seed, steps, watch)

    def compare(model: Bert, word: str) -> tuple[float, float, Tensor]:
        """Shares of both questions, and the vectors in their two main directions."""
        rng = np.random.default_rng(2000 + seed)
        texts = [write(DOUBLE[word][i // 40], rng, word) for i in range(80)]
        words = [{w for w in text if len(w) > 1} - set(COMMON.split()) - {word} for text in texts]
        with torch.no_grad():
            ids, segment, mask = batch_of(texts)
            h = model(ids, segment, mask)[ids == TOY[word]]
        second, distance = torch.arange(80) >= 40, torch.cdist(h, h).fill_diagonal_(torch.inf)
        nearest = (second[distance.argmin(1)] == second).float().mean().item()
        wins = []
        for i in range(80):
            same = [j for j in range(80) if second[j] == second[i] and j != i and not words[i] & words[j]]
            other = distance[i, second != second[i]]
            wins.append((distance[i, same][:, None] < other).float().mean().item())
        directions = torch.linalg.svd(h - h.mean(0), full_matrices=False).Vh[:2]
        return nearest, sum(wins) / 80, (h - h.mean(0)) @ directions.T

    numbers, clouds = {"first": curve[0], "last": curve[-1], "middle": curve[2]}, {}
    for name, model in (("untrained", unread), ("trained", bert)):
        found = [compare(model, word) for word in DOUBLE]
        numbers[f"nearest, {name}"] = sum(nearest for nearest, _, _ in found) / 3
        numbers[f"no word shared, {name}"] = sum(wins for _, wins, _ in found) / 3
        clouds[name] = found[0][2]

    fig, axes = plt.subplots(2, 2, figsize=(11, 6.4))
    ax = axes[0, 0]
    ax.plot(range(0, steps + 1, 20), curve, "o-", ms=4, color="C0")
    for nats, text in ((np.log(5), "topic known: ln 5"), (np.log(30), "grammar only: ln 30"), (np.log(107), "ln 107")):
        ax.axhline(nats, color="0.5", ls="--", lw=1)
        ax.text(0, nats - 0.08, text, color="0.5", va="top", fontsize=9)
    ax.set(xlabel="steps", ylabel="nats at a hidden word", title="the loss in new sentences", ylim=(1.2, 5.6))
    guess = {f"{question}, {who}": guesses(text).get(who) for question, text in (
        ("nearest", "nearest has the same meaning"), ("no word shared", "without a shared word")
    ) for who in ("untrained", "trained")}  # fmt: skip
    shares = {name: 100 * numbers[name] for name in guess}
    bars(axes[0, 1], shares, ["0.6", "C0"] * 2, "%.0f", guess)
    axes[0, 1].axvline(50, color="0.5", ls=":")
    axes[0, 1].set(xlabel="of 100 right (dotted: chance)", xlim=(0, 110), title="same meaning?")
    for ax, (name, points) in zip(axes[1], clouds.items(), strict=True):
        for k, colour in enumerate(("C1", "C2")):
            x, y = points[40 * k : 40 * k + 40].T
            ax.plot(x, y, "o", color=colour, alpha=0.7, label=DOUBLE["bank"][k])
        ax.set(xticks=[], yticks=[], title=f"80 times “bank”, {name}")
        ax.legend()
    plt.show()
    return numbers

# %% [markdown]
# The curve goes down in two stairs. First comes the grammar: which kinds of words stand where. Then the topics; it ends
# within 0.4 nats of $\ln5$ and never below. The reader has nearly the best guess that exists, and no topic was ever named.
#
# **The control is the point.** The nearest neighbour has the same meaning in 80 to 90 of 100 cases *before training*, and a
# claim that rests on this number would prove nothing: random attention mixes the other words of the
# sentence into the vector of *bank*, and sentences that share words end up near each other. Without a shared word, the untrained
# network is at chance, within two points, and the trained one is right in more than 80 of 100. That difference
# was learned: that *otter* and *canoe* belong together, though neither the sentences nor their words are the same. A
# table of word vectors, as in the assignment *word_embeddings*, has one vector for *bank*, somewhere in the middle. Here
# the sentence decides.

# %% [markdown]
# ## 4. WordPiece
#
# A table of word vectors has no row for a word that it has never seen. BERT keeps a vocabulary of about
# 30 000 *pieces* instead: whole words if they are frequent, and parts of words. A piece that **continues** a
# word is written with `##` in front. So `able` is the word, or the beginning of a word, and `##able` is the
# ending of *unaffable*. They are two rows of the table. From the marks the text can be put together again:
# `un ##aff ##able` is one word, `un aff able` would be three.
#
# (The vocabulary is learned as in byte-pair encoding, by merging neighbours. WordPiece merges the pair that
# raises the likelihood of the corpus most: not the pair with the largest count $c(x, y)$, but with the
# largest $c(x, y) / (c(x)\,c(y))$. Here the vocabulary is given.)
#
# **Cutting is greedy: the longest match comes first.** From the place where you stand, try the whole rest of
# the word, then the rest without its last character, and so on. The first candidate that is in the
# vocabulary is taken, and you go on behind it. At the beginning of the word the candidate is looked up as it
# is, anywhere else with `##`. If no candidate fits, *the whole word* is replaced by the single piece `[UNK]`,
# and the pieces found so far are forgotten. There is no going back to a shorter match.
#
# **By hand.** The vocabulary is `un`, `##aff`, `##able`, `##a`, `aff`, `able`, `a`.
#
# - *unaffable*: `un`; then `##affable`, `##affabl`, ... fail and `##aff` fits; then `##able`.
# - *unable*: `un`, `##able`.
# - *affable*: `aff`, `##able`. Without `##` in the look-up it would be `aff`, `able`: two words.
# - *unknown*: `un`, and then nothing fits, so the result is `[UNK]`, not `un [UNK]`.
#
# **Labels for pieces.** In *tagging*, every word has a label: person, place, verb. After the cut a word may
# be three pieces. BERT lets the **first** piece speak for the word. The others get the label $-100$, and the
# loss skips them. If all pieces carried the label, long rare words would count three times.
#
# **By hand.** With `the` added to the vocabulary, the words *the unaffable xy* with the labels 0, 3, 2 become
# `the un ##aff ##able [UNK]` with $0, 3, -100, -100, 2$. An unknown word is one piece, and keeps its label.

# %% [markdown] hints="wordpiece"
# idea: Two loops: the outer one walks through the word piece by piece, the inner one tries ends from far to near.
#
# shapes: Strings only. A candidate is a slice of the word, with the mark in front of it unless it begins the word.
#
# steps: Stand at 0. Try the longest slice, look it up, shorten it. Found: keep the piece and stand behind it. Nothing
# found: give up on the whole word. For the labels: cut each word, then one label and as many -100 as there are pieces left.
#
# mistake: The mark belongs to what is looked up, not only to what is returned.

# %% question="wordpiece" minutes=35
def wordpiece(word: str, vocab: set[str]) -> list[str]:
    """Cut one word into pieces, longest match first.

    Args:
        word: at least one character, without white space and without "#".
        vocab: the known pieces. Those that continue a word begin with "##". Special tokens such as "[CLS]"
            may be among them, and are looked up like all others: the word "[CLS]" is then one piece.

    Returns:
        The pieces from left to right, in a new list: at each place the longest candidate that is in
        ``vocab``. A candidate at the beginning of the word is looked up as it is, a later one with "##" in
        front. If at some place no candidate is in ``vocab``, the result is ["[UNK]"].
    """
    ### BEGIN SOLUTION
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocab:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces
    ### END SOLUTION


def align_labels(words: list[str], labels: list[int], vocab: set[str]) -> tuple[list[str], list[int]]:
    """The pieces of a sentence, with the label of each word on its first piece.

    Args:
        words: the words of the sentence, as for :func:`wordpiece`; possibly none.
        labels: one label for each word.
        vocab: the known pieces.

    Returns:
        The pieces of all words in order, and as many labels: the first piece of a word has the word's label,
        every other piece has -100. No special tokens are added.
    """
    ### BEGIN SOLUTION
    pieces, piece_labels = [], []
    for word, label in zip(words, labels):
        parts = wordpiece(word, vocab)
        pieces += parts
        piece_labels += [label] + [-100] * (len(parts) - 1)
    return pieces, piece_labels
    ### END SOLUTION

# %% [markdown]
# A vocabulary of 38 pieces goes a long way. Dark are the words that it cannot cut: *tokenz*, since `##z` is missing, and
# *unhappy*, since it knows `happy` but not `##happy`. *replayable* shows the greed. `rep` is taken since it
# is longer than `re`; a human would prefer `re` `##play`, but the rule never looks back.

# %% tags=["demo"]
@demo
def cut_into_pieces(seed: int = 0) -> dict[str, float]:
    """Words in pieces, as coloured boxes."""
    import matplotlib.pyplot as plt

    known = (
        "un re rep ##lay ##play play token ##iz ##ize ##ation ##able ##aff ##ing ##ed ##er ##s ##ly ##ness "
        "happy happi ##fold deep ##est learn trans ##form ##act ##late inter ##nation ##al read ##ous friend "
        "##ship mis ##under ##stand"
    )
    vocab = set(known.split())
    words = [
        "unaffable", "tokenization", "tokens", "replayable", "happiness", "unhappy", "transformers",
        "internationally", "learners", "misunderstanding", "friendships", "tokenz",
    ]  # fmt: skip
    cuts = {word: wordpiece(word, vocab) for word in words}
    fig, ax = plt.subplots(figsize=(9, 4.6))
    colours = ["#9ecae1", "#c7e9c0", "#fdd0a2", "#dadaeb", "#fcc5e0"]
    widest = 0.0
    for row, (word, pieces) in enumerate(cuts.items()):
        ax.text(0, -row, word, ha="right", va="center", family="monospace")
        x = 0.4
        for i, piece in enumerate(pieces):
            unknown = piece == "[UNK]"
            width = 0.3 * len(piece) + 0.3
            box = plt.Rectangle((x, -row - 0.38), width, 0.76, color="C1" if unknown else colours[i % len(colours)])
            ax.add_patch(box)
            ink = "white" if unknown else "black"
            ax.text(x + width / 2, -row, piece, ha="center", va="center", family="monospace", color=ink)
            x += width + 0.1
        widest = max(widest, x)
    ax.set(xlim=(-5.2, widest), ylim=(-len(words) + 0.4, 0.6), title="your WordPiece at work")
    ax.axis("off")
    plt.show()
    unknown = {word for word, pieces in cuts.items() if pieces == ["[UNK]"]}
    return {
        "pieces known": float(len(vocab)),
        "tokenz, unhappy alone unknown": float(unknown == {"tokenz", "unhappy"}),
        "replayable": float(cuts["replayable"] == ["rep", "##lay", "##able"]),
        "room on the right": float(ax.get_xlim()[1] - max(box.get_x() + box.get_width() for box in ax.patches)),
    }

# %% [markdown]
# ### Your own blank
#
# Cutting, marks and embeddings are yours now; the weights are those of the first look, and your functions drive
# them. Write a sentence of Austen's kind, with `[MASK]` where it shall guess. The grey bars are the control:
# the same reader with everything to the right of the blank cut off.

# %% tags=["predict"]
# Write a sentence of your own, with one [MASK] in it.
predict("your sentence", text="she was very happy to [MASK] him at the ball")

# %% tags=["demo"]
@demo
def fill_in(seed: int = 0) -> dict[str, float]:
    """The reader of the novels fills the blank of a sentence, with both sides and with the left side only."""
    import matplotlib.pyplot as plt

    pieces, weights, _ = load_reader()
    vocab = {piece: i for i, piece in enumerate(pieces)}
    reader = Bert(len(pieces), 24, 96, n_heads=4, n_layers=2)
    reader.load_state_dict(weights)
    text = str(guesses("your sentence").get("text", ""))
    text = text if text.split().count("[MASK]") == 1 else "she was very happy to [MASK] him at the ball"
    words = text.lower().replace("[mask]", "[MASK]").split()
    cut = words.index("[MASK]")
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.2))
    numbers = {}
    for ax, (name, seen) in zip(axes, {"both sides": words, "left side only": words[: cut + 1]}.items(), strict=True):
        ids, segment, mask = bert_inputs([p for w in seen for p in wordpiece(w, set(vocab))], None, vocab, 24)
        with torch.no_grad():
            h = reader(ids[None], segment[None], mask[None])[0, ids == vocab["[MASK]"]][:1]
            top = reader.mlm_logits(h)[0].softmax(-1).topk(8) if len(h) else None
        if top is None:
            continue
        names = [pieces[i] for i in top.indices.tolist()]
        ax.bar_label(ax.barh(range(8), top.values, color="C0" if name == "both sides" else "0.6"), names, padding=3)
        ax.set(yticks=[], xlim=(0, 1), xlabel="probability")
        ax.set_title(f"{name}:\n" + " ".join(seen), fontsize=10)
        ax.invert_yaxis()
        numbers[name] = top.values[0].item()
    plt.show()
    return numbers

# %% [markdown]
# ## 5. What the vectors are good for
#
# **As features: ELMo.** Before BERT, ELMo trained two LSTMs, one in each direction, and *froze* them. The
# task model gets one vector per token, mixed from all $n$ layers:
#
# $$v = \gamma \sum_{j=0}^{n-1} s_j\, h_j, \qquad s = \operatorname{softmax}(w) .$$
#
# Only $w \in \mathbb R^n$ and the scale $\gamma$ are learned, per task. Lower layers know more of syntax,
# upper ones more of meaning, and the task takes what it needs. $\gamma$ stands **outside** the softmax.
# Inside, it would be a temperature, and could not fit the size of the vectors to that of the task model.
#
# **By hand.** $w=(0,0,\ln 2)$ gives $s=(\frac14,\frac14,\frac12)$. Layers with the values 4, 8 and 2 give
# $1+2+1=4$, and with $\gamma=\frac12$ the result is 2.
#
# **Fine-tuning: GPT-1 and BERT.** Alternatively, put a small *head* on top and train the whole network on.
# GPT-1 did so with a left-to-right model, BERT with one that reads both sides. For classification, of one
# text or of a pair in the format of question 3, the head reads the vector of the **first** position, `[CLS]`:
#
# $$\text{logits} = \tanh\bigl(h_0 W_p + b_p\bigr)\, W + b .$$
#
# The first layer (the *pooler*) is pretrained with the pair game of question 6. The second is new. For
# *tagging*, the same linear layer goes on every position, and the labels are those of question 4.
#
# **By hand.** $D=1$, $h_0=\ln 2$, $W_p=1$, $b_p=0$: $\tanh(\ln 2) = \frac{2-1/2}{2+1/2}=0.6$. With $W=(5,-5)$
# and $b=(0,1)$ the logits are $(3,-2)$.
#
# **Answers as spans.** In extractive question answering the input is `[CLS] question [SEP] paragraph [SEP]`,
# and the answer is a piece of the paragraph. Two linear layers give each position two logits: $a_i$ for "the
# answer starts here" and $z_i$ for "it ends here". The span is
#
# $$(s, e) = \arg\max\,\{\, a_s + z_e \;:\; s \le e < s + m,\ \text{both in the paragraph} \,\},$$
#
# with the largest allowed length $m$, in tokens. Sums of logits belong to products of probabilities.
# *Products* of logits mean nothing: two very bad ones, $(-9)(-9)=81$, would win. And the maximum is over
# *pairs*: the best start and the best end, each chosen for itself, may well be in the wrong order.
#
# ![A grid of starts and ends of the worked example. Legal spans lie on and above the diagonal; the best is (4, 4) with 5. The best start with the best end, (4, 3), would score 7 and is no span.](pictures/bert/spans.svg)
#
# **By hand.** Six positions, of which 2 to 5 are the paragraph. $a=(9,0,1,0,4,2)$, $z=(0,9,0,3,1,0)$. Each
# for itself, the best start of the paragraph is 4 and the best end is 3, which is no span. Over all legal
# pairs: $(4,4)$ has $4+1=5$, $(2,3)$ has $1+3=4$, $(4,5)$ has 4, $(3,3)$ has 3. The answer is position 4
# alone, with the score 5. Now let $a_2$ and $z_4$ both be 6. For $m=3$, $(2,4)$ wins with 12. For $m = 2$ its
# three tokens are too many, and $(4,4)$ wins with 10.

# %% [markdown] hints="qa_best_span"
# idea: The mix and the classifier are one formula each. For the span, think of all starts and all ends as a square table
# of sums, in which some places are forbidden.
#
# shapes: In the mix the weights $(n,)$ meet layers of shape $(n,B,L,D)$: sum over the first axis. The table of spans is
# $(L,L)$, from starts $(L,1)$ plus ends $(L,)$.
#
# steps: Build the table of sums; build a bool table of what is legal, from the length of a span and from the paragraph;
# set the rest to minus infinity; find the largest; turn its place into a row and a column, and all three into Python
# numbers.
#
# mistake: The best start and the best end, each chosen for itself, need not make a span.

# %% question="qa_best_span" minutes=40
def elmo_mix(
    layers: Float[Tensor, "n B L D"], w: Float[Tensor, " n"], gamma: Float[Tensor, ""]
) -> Float[Tensor, "B L D"]:
    """One vector per token as a weighted mean of all layers.

    Args:
        layers: the outputs h_j of all layers.
        w: one number per layer; the weights s are their softmax.
        gamma: multiplies the mean.

    Returns:
        gamma * sum_j s_j h_j. Autograd can differentiate it with respect to all three.
    """
    ### BEGIN SOLUTION
    return gamma * torch.einsum("n,nbld->bld", w.softmax(0), layers)
    ### END SOLUTION


def cls_logits(
    h: Float[Tensor, "B L D"],
    Wp: Float[Tensor, "D P"],
    bp: Float[Tensor, " P"],
    W: Float[Tensor, "P K"],
    b: Float[Tensor, " K"],
) -> Float[Tensor, "B K"]:
    """Logits of a classifier on top of [CLS].

    Args:
        h: the encoder's output; [CLS] is position 0.
        Wp: weights of the pooler, applied from the right. (In BERT, P = D.)
        bp: bias of the pooler.
        W: weights of the output layer.
        b: bias of the output layer.

    Returns:
        tanh(h_0 Wp + bp) W + b for each sequence: no softmax. Autograd can differentiate it.
    """
    ### BEGIN SOLUTION
    return torch.tanh(h[:, 0] @ Wp + bp) @ W + b
    ### END SOLUTION


def qa_best_span(
    start: Float[Tensor, " L"], end: Float[Tensor, " L"], ctx_mask: Bool[Tensor, " L"], max_len: int
) -> tuple[int, int, float]:
    """The best answer span.

    Args:
        start: logits of the first token of the answer; finite.
        end: logits of the last token of the answer; finite.
        ctx_mask: True at the tokens of the paragraph: one run of neighbours, at least one token.
        max_len: largest number of tokens of an answer, at least 1.

    Returns:
        (s, e, score), Python numbers and no tensors: first and last token, counted from 0 in the whole
        sequence, both of them part of the answer, and score = start[s] + end[e], the largest of all spans
        inside the paragraph with at most ``max_len`` tokens. Among equal scores the smaller s, then the
        smaller e. (The tests hold no scores that are equal only after rounding.)
    """
    ### BEGIN SOLUTION
    L = len(start)
    i = torch.arange(L)
    length = i - i[:, None] + 1  # of the span from row to column
    legal = (length >= 1) & (length <= max_len) & ctx_mask[:, None] & ctx_mask
    scores = (start[:, None] + end).masked_fill(~legal, -torch.inf)
    s, e = divmod(int(scores.argmax()), L)  # argmax takes the first of equal ones
    return s, e, float(scores[s, e])
    ### END SOLUTION

# %% [markdown]
# All pairs at once: rows are starts, columns ends, colour is $a_s+z_e$. Empty places are not allowed: before the
# start, outside the paragraph, or longer than four tokens. The cross marks the best start of the paragraph
# with its best end; it lies in an empty place. The star is your span. (The logits are made up; a trained head
# gives such ones when two names are possible answers.)

# %% tags=["demo"]
@demo
def all_spans(seed: int = 0) -> dict[str, float]:
    """Scores of all spans, the independent maxima, and the best legal span."""
    import matplotlib.pyplot as plt

    text = "[CLS] who wrote it ? [SEP] the novel by mary shelley came out before dracula [SEP]"
    tokens = text.split()
    start = [3.0, 1.5, -1, -2, -3, -3, -1, -0.5, 0.5, 4.0, 1.5, -2, -2, 0, 4.4, -3]
    end = [3.0, 0.5, -1, -2, -3, -3, -2, -0.5, -1, 2.5, 5.0, -1, -2, -2, 2.9, -3]
    a, z, L, m = torch.tensor(start), torch.tensor(end), len(tokens), 4
    paragraph = (torch.arange(L) > 5) & (torch.arange(L) < L - 1)
    s, e, score = qa_best_span(a, z, paragraph, m)
    apart = [int(x.masked_fill(~paragraph, -torch.inf).argmax()) for x in (a, z)]
    shown = (a[:, None] + z).clone()
    for i in range(L):
        for j in range(L):
            if not (paragraph[i] and paragraph[j] and i <= j < i + m):
                shown[i, j] = torch.nan
    fig, ax = plt.subplots(figsize=(7, 5.6))
    image = ax.imshow(shown.numpy())
    crossed, answer = " to ".join(tokens[i] for i in apart), " ".join(tokens[s : e + 1])
    ax.plot(apart[1], apart[0], "x", color="C1", ms=13, mew=3, label=f"each for itself: {crossed}")
    ax.plot(e, s, "*", color="C3", ms=18, mec="white", label=f"yours: {answer}")
    ax.set_xticks(range(L), tokens, rotation=60, ha="right")
    ax.set_yticks(range(L), tokens)
    ax.set(xlabel="last token $e$", ylabel="first token $s$", title=f"best span: score {score:.1f}")
    ax.legend(loc="upper right")
    fig.colorbar(image, ax=ax, label="$a_s+z_e$")
    plt.show()
    return {
        "s": float(s),
        "e": float(e),
        "score": score,
        "best start": float(apart[0]),
        "best end": float(apart[1]),
        "mary shelley": float(answer == "mary shelley"),
    }

# %% [markdown]
# ### Six topics from few labels
#
# A head and a few labels. `fine_tune` below is the whole of it: a copy of the encoder, your `cls_logits` on top with a new
# pooler and a new output layer, AdamW on all of it. One thing is different from BERT. So far the reader has only filled
# blanks, and nobody ever asked `[CLS]` anything. So the head gets the **mean** of the output vectors in the place of $h_0$;
# `[CLS]` alone is tried as well. The same labelled sentences then go to three learners: the
# encoder that **read before**, the same one **from scratch**, and a logistic regression on the **bag of pieces** (which
# pieces occur in the sentence). Equal steps for the networks, three draws of labelled sentences, 300 new sentences to be
# measured on.
#
# The task is the topic of a sentence of the small language. With 12 labels, two per topic, most words of a new sentence have
# no label anywhere. Only blanks can have told that *otter* belongs with *canoe*.

# %%
def fine_tune(
    start: Bert, x: list[Tensor], y: Int64[Tensor, " n"], K: int, steps: int, lr: float, pool: str = "mean"
) -> Callable[[list[Tensor]], Tensor]:
    """Train a copy of ``start`` with a new head on labelled sentences; the function from sentences to classes.

    The head reads the mean of the vectors at real tokens, or that at [CLS] if ``pool`` is "[CLS]".
    """
    bert, D = copy.deepcopy(start), start.token.shape[1]
    pooler, output = nn.Linear(D, D), nn.Linear(D, K)
    modules = nn.ModuleList([bert, pooler, output])
    optimizer = torch.optim.AdamW(modules.parameters(), lr=lr, weight_decay=0.01)

    def logits(x: list[Tensor]) -> Tensor:
        h, seen = bert(*x), x[2][..., None].float()
        if pool == "mean":
            h = (h * seen).sum(1, keepdim=True) / seen.sum(1, keepdim=True)
        return cls_logits(h, pooler.weight.T, pooler.bias, output.weight.T, output.bias)

    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * min((step + 1) / (0.1 * steps), (steps - step) / (0.9 * steps))
        i = torch.randperm(len(y))[:16]
        loss = F.cross_entropy(logits([part[i] for part in x]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def classes(x: list[Tensor]) -> Tensor:
        with torch.no_grad():
            return logits(x).argmax(-1)

    return classes

# %% tags=["predict"]
# Of 100 new sentences: how many topics are right after 12 labels?
predict("topics right after 12 labels", read_before=..., from_scratch=..., bag_of_pieces=...)

# %% tags=["demo"]
def three_ways(
    read: Bert,
    fresh: Bert,
    labelled: Callable[[int, int], tuple[list[Tensor], Tensor]],
    test: tuple[list[Tensor], Tensor],
    sizes: list[int],
    steps: int,
    lr: float,
    seed: int,
    scratch_lr: float,
    with_cls: bool = False,
) -> dict[str, float]:
    """Of 100 new sentences, how many each learner gets right after some numbers of labels: means of three draws."""
    from sklearn.linear_model import LogisticRegression

    V, numbers = len(read.token), {}

    def bag(x: list[Tensor]) -> np.ndarray:
        return (F.one_hot(x[0], V).sum(1) > 0).numpy().astype(float)

    K = int(test[1].max()) + 1
    for n in sizes:
        rights = {}
        for draw in range(3):
            x, y = labelled(n, draw)
            torch.manual_seed(100 * seed + draw)
            guess = {"read before": fine_tune(read, x, y, K, steps, lr)(test[0])}
            if with_cls:
                guess["read before, [CLS] alone"] = fine_tune(read, x, y, K, steps, lr, "[CLS]")(test[0])
            guess["from scratch"] = fine_tune(fresh, x, y, K, steps, scratch_lr)(test[0])
            words = LogisticRegression(max_iter=300).fit(bag(x), y.numpy())
            guess["bag of pieces"] = torch.from_numpy(words.predict(bag(test[0])))
            for name, classes in guess.items():
                rights.setdefault(name, []).append(100 * (classes == test[1]).float().mean().item())
        numbers |= {f"{name}, {n}": sum(right) / 3 for name, right in rights.items()}
    return numbers


def draw_ways(ax, numbers: dict[str, float], chance: float, guess: dict[str, float]) -> None:  # noqa: ANN001
    """The numbers of three_ways as curves, with guesses for the smallest size as crosses."""
    colours = {"read before": "C0", "read before, [CLS] alone": "C5", "bag of pieces": "C2", "from scratch": "C1"}
    for name, colour in colours.items():
        points = {int(k.rpartition(", ")[2]): right for k, right in numbers.items() if k.rpartition(", ")[0] == name}
        if not points:
            continue
        ax.semilogx(points.keys(), points.values(), "o-", color=colour, label=name)
        guessed = guess.get(name.replace(" ", "_"))
        if isinstance(guessed, (int, float)):
            ax.plot(min(points), guessed, "X", ms=11, color=colour)
    ax.axhline(chance, color="0.5", ls=":", label="guessing")
    ax.set_xticks(list(points), list(points))
    ax.minorticks_off()
    ax.set(xlabel="labelled sentences", ylabel="of 100 new sentences right")
    ax.legend(loc="center right")


@demo
def topics_from_few_labels(seed: int = 0) -> dict[str, float]:
    """Six topics from 12 and 60 labels, after reading, from scratch, and by a bag of pieces."""
    import matplotlib.pyplot as plt

    fresh, read = READERS.get(seed) or pretrain(seed)  # of the picture in question 3, if it was drawn

    def topics(n: int, draw: int) -> tuple[list[Tensor], Tensor]:
        rng = np.random.default_rng([3000 + seed, draw, n])
        return batch_of([write(NAMES[i % 6], rng) for i in range(n)]), torch.arange(n) % 6

    numbers = three_ways(read, fresh, topics, topics(300, 3), [12, 60], 30, 3e-3, seed, 3e-3, with_cls=True)
    fig, ax = plt.subplots(figsize=(8, 3.8))
    draw_ways(ax, numbers, 100 / 6, guesses("topics right after 12 labels"))
    ax.set(title="six topics, small language", ylim=(0, 103))
    plt.show()
    return numbers

# %% [markdown]
# With 12 labels the network that read before gets more than 85 of 100 right, the same network from scratch 45 to 62, less
# than the bag of pieces. Reading, not the architecture, makes the difference. `[CLS]` alone is worth less than the mean: it has to
# learn from twelve sentences what it should collect. BERT gave it a game of its own for that (question 6).
#
# With 60 labels the bag of pieces is within five points of it: by then most words have been labelled once. Pretraining is
# worth most where labels are few. And a caution: this language was made to be learned in seconds, and a sentence of it is little more
# than a bag of words of one topic.

# %% [markdown]
# ## 6. Pairs of sentences
#
# Many tasks ask how two sentences are related. BERT practises with a second game, **next-sentence
# prediction** (NSP). Take each pair of neighbours $(s_i, s_{i+1})$ in a document. Toss a coin. Heads: the
# pair is used as it is, label *IsNext*. Tails: the second sentence is replaced by a random one from
# **another** document, label *NotNext*. The label is read from the output at `[CLS]`.
#
# The papers give the labels no numbers. We use those of the common implementations: **0 is IsNext**, 1 is
# NotNext.
#
# RoBERTa found that NSP does not help, and dropped it (together with larger batches, more data and dynamic
# masks, that is most of RoBERTa). ALBERT saw why. A sentence from another document mostly has another
# *topic*: the game can be won by comparing words, without reading. So ALBERT plays **sentence-order
# prediction** (SOP). The negative example is the same two neighbours, **swapped**: $(s_{i+1}, s_i)$. The
# topic tells nothing; the order has to be understood. Label 0 is the right order, 1 the swapped one.
#
# Pairs never reach across the end of a document. So documents of $n_1, n_2, \dots$ sentences give
# $\sum_k (n_k-1)$ pairs. A document of a single sentence gives none, but may lend its sentence as a negative.
#
# **By hand.** Documents $(A_0,A_1,A_2)$ and $(B_0,B_1)$: three pairs, which start with $A_0$, $A_1$ and
# $B_0$. With two tails in NSP, this may become $(A_0, B_1, 1)$, $(A_1, A_2, 0)$, $(B_0, A_1, 1)$; in SOP
# $(A_1,A_0,1)$, $(A_1,A_2,0)$, $(B_1, B_0,1)$.
#
# **The whole loss** of BERT is the plain sum
#
# $$\mathcal L = \mathcal L_\text{MLM} + \mathcal L_\text{pair} ,$$
#
# where $\mathcal L_\text{pair}$ is the mean cross-entropy of the $B$ pair labels under the two logits per
# pair.
#
# **By hand.** With the MLM loss $1.386$ of question 2 and pairs that are all classified by equal logits,
# $\mathcal L_\text{pair}=\ln 2=0.693$ and $\mathcal L=2.079$.

# %% [markdown] hints="sentence_pairs"
# idea: Walk through the neighbours of each document and toss one coin per pair. Only what happens on tails differs
# between the two games.
#
# shapes: A list of tuples (text, text, int), as long as the number of neighbours. `pretraining_loss` gives one number.
#
# steps: Look at `task` first. For each document and each pair of neighbours: the coin; on heads the pair as it is; on
# tails either the swapped pair, or a document drawn from the others and then a sentence of it. The whole loss is a sum of
# two means.
#
# mistake: The negative of "nsp" comes from another document, that of "sop" from the same pair.

# %% question="sentence_pairs" minutes=35 further
def sentence_pairs(docs: list[list[str]], rng: np.random.Generator, task: str) -> list[tuple[str, str, int]]:
    """Training pairs for next-sentence prediction or sentence-order prediction.

    Args:
        docs: documents, each a list of at least one sentence. For "nsp" there are at least two.
        rng: source of all randomness.
        task: "nsp" or "sop".

    Returns:
        One tuple (first, second, label) for each pair of neighbours, document after document, in the order of
        the text. Each pair independently, with probability 1/2, is (s_i, s_i+1, 0). Otherwise it is

        - for "nsp" (s_i, r, 1), with r from another document: this document is drawn uniformly from all
          others, then r uniformly from its sentences;
        - for "sop" (s_i+1, s_i, 1).

    Raises:
        ValueError: ``task`` is neither of the two, whatever ``docs`` holds.
    """
    ### BEGIN SOLUTION
    if task not in ("nsp", "sop"):
        raise ValueError(f"unknown task {task!r}")
    pairs = []
    for d, doc in enumerate(docs):
        for first, second in zip(doc, doc[1:]):
            if rng.random() < 0.5:
                pairs.append((first, second, 0))
            elif task == "sop":
                pairs.append((second, first, 1))
            else:
                others = docs[:d] + docs[d + 1 :]
                other = others[rng.integers(len(others))]
                pairs.append((first, other[rng.integers(len(other))], 1))
    return pairs
    ### END SOLUTION


def pretraining_loss(
    mlm_logits: Float[Tensor, "B L V"],
    labels: Int64[Tensor, "B L"],
    pair_logits: Float[Tensor, "B 2"],
    pair_labels: Int64[Tensor, " B"],
) -> Float[Tensor, ""]:
    """The loss of BERT: masked language model plus pairs.

    Args:
        mlm_logits: as in :func:`mlm_loss`.
        labels: as in :func:`mlm_loss`.
        pair_logits: column c scores the label c.
        pair_labels: 0 or 1 for each sequence of the batch.

    Returns:
        The sum of :func:`mlm_loss` and the mean cross-entropy of the pair labels, both in nats, both with
        weight 1. Autograd can differentiate it.
    """
    ### BEGIN SOLUTION
    return mlm_loss(mlm_logits, labels) + F.cross_entropy(pair_logits, pair_labels)
    ### END SOLUTION

# %% [markdown]
# **Topic or order?** A judge that cannot read plays both games on 200 documents of the small language. It knows one thing:
# which topic each word belongs to. If the two sentences have a topic in common it says label 0, otherwise 1. In
# the pairs that your function makes for NSP it is right in 92 of 100. A negative has another
# topic five times in six, so $\frac12+\frac12\cdot\frac56=0.917$. In those for SOP it is right in half: both sentences always
# share their topic. So what NSP teaches in this language is the topic; SOP leaves nothing to be won that way.

# %% tags=["demo"]
@demo
def topic_or_order(seed: int = 0) -> dict[str, float]:
    """How often a judge that only compares topics is right in both pair games."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    topics_of = {}
    for name, lists in TOPICS.items():
        for word in " ".join(lists).split():
            topics_of.setdefault(word, set()).add(name)

    def topic(sentence: str) -> set[str]:
        """The topic that all its words allow."""
        return set.intersection(*(topics_of[w] for w in sentence.split() if w in topics_of))

    rng = np.random.default_rng(seed)
    docs = [[" ".join(write(NAMES[i % 6], rng)) for _ in range(20)] for i in range(200)]
    numbers = {}
    for task in ("nsp", "sop"):
        pairs = sentence_pairs(docs, rng, task)
        right = [(label == 0) == bool(topic(a) & topic(b)) for a, b, label in pairs]
        numbers[task] = sum(right) / len(right)
    fig, ax = plt.subplots(figsize=(8, 2.2))
    shown = {"next sentence": 100 * numbers["nsp"], "sentence order": 100 * numbers["sop"]}
    bars(ax, shown, ["C0", "C1"], "%.0f")
    ax.axvline(50, color="0.5", ls=":")
    ax.set(xlabel="of 100 pairs judged right by topic alone (dotted: chance)", xlim=(0, 105))
    plt.show()
    return numbers

# %% [markdown]
# ## 7. Fine-tuning
#
# Fine-tuning is short: 2 to 4 epochs, with a learning rate of $2\cdot10^{-5}$ to $5\cdot10^{-5}$, less than
# the $10^{-4}$ of BERT's pretraining. A large step destroys what pretraining has found. Three details come
# with it.
#
# **Weight decay by group.** AdamW pulls weights towards 0 in each step. For matrices that is a
# regulariser. A bias, or the gain of a layer norm (which starts at 1!), is no matrix that could overfit, and
# 0 is no sensible place for it. So the parameters are given to the optimizer in two groups. The rule goes by
# the dotted name: *no decay* if the last part is `bias`, or if any part is exactly `LayerNorm`, as in
# `layers.0.output.LayerNorm.weight`. All others decay.
#
# **Warm-up and linear decay.** The factor on the learning rate rises from 0 to 1 during the first `warm`
# steps (usually 10 % of all), while Adam's averages are still unreliable and the new head sends random
# gradients into a good network. Then it falls in a straight line, to exactly 0 at the end:
#
# $$f(t) = \begin{cases} t / t_w & t < t_w \\[2pt] (T-t)/(T-t_w) & t_w \le t \le T \\[2pt] 0 & t > T
# \end{cases}$$
#
# where $t=0,1,2,\dots$ counts the updates that are already done. So the very first update has the factor 0 and
# changes nothing, as in the common implementations.
#
# All factors together add up to $\frac{t_w-1}2+\frac{T-t_w+1}2=\frac T2$: whatever the warm-up, the schedule spends
# half of what the full rate would.
#
# **By hand.** $T=100$, $t_w=10$: $f(5)=0.5$, $f(10)=1$, $f(55)=45/90=0.5$, $f(100)=0$. The 100 factors add up to 50.
#
# **Gradient accumulation.** A batch of 32 does not fit into the memory. Take 4 *micro-batches* of 8, call
# `backward` on each, and update once. `backward` **adds** to `.grad`, so the gradients add up. What we want
# is the gradient of the mean over all 32, and that is the *mean* of the four gradients:
#
# $$\nabla \Bigl(\frac1k\sum_{i=1}^{k} \mathcal L_i\Bigr) = \sum_{i=1}^{k} \nabla \frac{\mathcal L_i}{k} .$$
#
# So each loss is divided by $k$ before its `backward`. Without it, the step is $k$ times too long. With
# one `backward` on the sum at the end, all graphs are in memory at once, and nothing is saved.
#
# **By hand.** $\mathcal L = \text{mean}(w x)$, micro-batches $x=(1,3)$ and $(5,7)$: the gradients are 2 and
# 6, and the whole batch has $\frac12\cdot2+\frac12\cdot6=4$. Undivided it would be 8.

# %% [markdown] hints="parameter_groups"
# idea: Three small functions of bookkeeping. Each has one trap: the name is split at its dots; the warm-up may be 0; a
# loss is divided before its gradient is taken.
#
# shapes: Two lists of parameters; a float; a float. `.grad` adds up by itself.
#
# steps: Go through the pairs once and put each parameter into one of two lists. The factor: one case while warming up,
# one on the way down, never below 0. The accumulation: for each micro-batch the loss, divided by their number, its
# `backward`, and its value added to the mean.
#
# mistake: "LayerNorm" must be a whole part of the dotted name; "bias" must be the last.

# %% question="parameter_groups" minutes=35 further
def parameter_groups(
    named_params: Iterable[tuple[str, nn.Parameter]], wd: float
) -> list[dict[str, list[nn.Parameter] | float]]:
    """Two groups of parameters for ``torch.optim.AdamW``.

    Args:
        named_params: pairs (name, parameter), as ``model.named_parameters()`` gives them: it may be an
            iterator, which can be gone through only once.
        wd: the weight decay of the first group.

    Returns:
        [{"params": [...], "weight_decay": wd}, {"params": [...], "weight_decay": 0.0}], each list in the order
        of ``named_params``. A parameter is in the second group if the last part of its dotted name is "bias",
        or if some part is "LayerNorm"; otherwise in the first. Frozen parameters are sorted like all others. A
        group may be empty.
    """
    ### BEGIN SOLUTION
    decay, no_decay = [], []
    for name, parameter in named_params:
        parts = name.split(".")
        (no_decay if parts[-1] == "bias" or "LayerNorm" in parts else decay).append(parameter)
    return [{"params": decay, "weight_decay": wd}, {"params": no_decay, "weight_decay": 0.0}]
    ### END SOLUTION


def lr_factor(step: int, warm: int, total: int) -> float:
    """Warm-up and linear decay: what the learning rate is multiplied with.

    Args:
        step: number of updates already done, 0, 1, 2, ...; may be larger than ``total``.
        warm: number of warm-up steps, from 0 (no warm-up: the factor starts at 1) to total - 1.
        total: number of all steps, at least 1.

    Returns:
        f(step) as defined above.
    """
    ### BEGIN SOLUTION
    if step < warm:
        return step / warm
    return max(0.0, (total - step) / (total - warm))
    ### END SOLUTION


def accumulate(loss_fn: Callable[[Tensor], Float[Tensor, ""]], micro_batches: list[Tensor]) -> float:
    """Add the gradient of the mean loss of several micro-batches to ``.grad``.

    ``backward`` is to be called on the loss of each micro-batch before ``loss_fn`` is called on the next one,
    so that only one graph is in memory at a time.

    Args:
        loss_fn: gives the mean loss of a batch, connected to the model's parameters.
        micro_batches: k >= 1 batches of equal size, used once each, in order.

    Returns:
        The mean of the k losses, as a float. What was in ``.grad`` before is not removed.
    """
    ### BEGIN SOLUTION
    mean = 0.0
    for batch in micro_batches:
        loss = loss_fn(batch) / len(micro_batches)
        loss.backward()
        mean += loss.item()
    return mean
    ### END SOLUTION

# %% [markdown]
# ## 8. ALBERT: fewer parameters
#
# Where are BERT's 110 million parameters? 23 million are the token table, $V\cdot H$ with $V=30\,522$ and the
# width $H=768$ (in this question the width is $H$, as in the paper, and $E$ is that of the embeddings). 85
# million are twelve layers of the same shape, and one million is all the rest. ALBERT saves at the two large
# places.
#
# **Factorised embeddings.** A token's own vector does not depend on its context, so it need not be as wide as
# a vector that does. Take a narrow table $A$ of shape $(V,E)$ and one matrix $M$ of shape $(E,H)$:
#
# $$h_i = A[x_i]\, M, \qquad VH \;\to\; VE + EH .$$
#
# There is no nonlinearity in between: $AM$ is a $(V,H)$ table of rank at most $E$. But it is never formed.
# Look up the short row first, then multiply. With $V=30\,000$, $E=128$, $H=768$ this is
# $3.84+0.10=3.94$ million instead of $23.04$. It pays as long as $VE+EH<VH$, which is $E<\frac{VH}{V+H}$: here 748.8, so
# any $E$ up to 748.
#
# **By hand.** $A[x]=(1,2)$, $M=\begin{pmatrix}1&0&-1\\0&1&1\end{pmatrix}$: $h=(1,2,1)$.
#
# **Shared layers.** All $n$ layers use the *same* parameters, as if one layer were applied $n$ times. The
# number of parameters is divided by $n$. The time is not: the computation stays what it was.
#
# **Counting.** One set of parameters for each of:
#
# | part | parameters |
# |---|---|
# | tables of $V$ tokens, 512 positions, 2 segments | $(V+514)\,E$ |
# | layer norm of the embeddings | $2E$ |
# | projection $M$ with a bias, only if $E\ne H$ | $EH + H$ |
# | one layer: attention (4 matrices, 4 biases) | $4H^2+4H$ |
# | one layer: feed-forward net $H\to4H\to H$ | $8H^2+5H$ |
# | one layer: two layer norms | $4H$ |
# | pooler | $H^2+H$ |
#
# The output layer of the masked language model is tied to the token table and is not counted.
#
# **By hand.** $V=10$, $E=2$, $H=4$, 3 layers. Tables $524\cdot2=1048$, norm 4, projection $8+4=12$, one layer
# $12\cdot16+13\cdot4=244$, pooler 20. Not shared: $1048+4+12+3\cdot244+20=1816$. Shared: $1328$.
#
# Your function will give 109 482 240 for BERT-base ($V=30\,522$, $E=H=768$, 12 layers), 335 141 888 for
# BERT-large ($E=H=1024$, 24 layers), and 11 683 584 for ALBERT-base ($V=30\,000$, $E=128$, $H=768$, 12 shared
# layers). Those are the numbers that the published models have: "110 million", "340 million", "12 million".

# %% [markdown] hints="albert_embed"
# idea: A look-up and a product; then a sum over the rows of the table above, in which only one row depends on `shared`.
#
# shapes: Rows of $A$ give $(B,L,E)$, times $(E,H)$ gives $(B,L,H)$.
#
# steps: Look up first, multiply then. For the count: the tables and their norm, the projection if there is one, one
# layer, how many layers are counted, the pooler.
#
# mistake: Sharing changes the number of layers that are counted, not the size of one.

# %% question="albert_embed" minutes=25 further
def albert_embed(
    ids: Int64[Tensor, "B L"], A: Float[Tensor, "V E"], M: Float[Tensor, "E H"]
) -> Float[Tensor, "B L H"]:
    """Factorised token embeddings.

    Args:
        ids: rows of ``A``.
        A: the narrow table.
        M: maps a row of ``A`` to the width of the network.

    Returns:
        A[id] M for every position: no bias, no nonlinearity. Autograd can differentiate it.
    """
    ### BEGIN SOLUTION
    return A[ids] @ M
    ### END SOLUTION


def encoder_param_count(V: int, E: int, H: int, n_layers: int, shared: bool) -> int:
    """Number of parameters of BERT or ALBERT by the table above.

    Args:
        V: size of the vocabulary.
        E: width of the embeddings; if it is H, there is no projection.
        H: width of the layers; the feed-forward nets have 4 H hidden units.
        n_layers: number of layers, at least 1.
        shared: whether all layers share one set of parameters.

    Returns:
        The number of different parameters.
    """
    ### BEGIN SOLUTION
    embeddings = (V + 512 + 2) * E + 2 * E
    projection = 0 if E == H else E * H + H
    layer = 12 * H**2 + 13 * H
    pooler = H**2 + H
    return embeddings + projection + (1 if shared else n_layers) * layer + pooler
    ### END SOLUTION

# %% [markdown]
# ## 9. ELECTRA: spot the replaced token
#
# Masked language modelling learns from 15 % of the positions. ELECTRA turns the task around so that **every**
# position teaches. A small *generator*, itself a masked language model, fills the blanks with plausible
# words. The *discriminator*, the network that we want, reads the result and says of each token whether it is
# the original or a replacement.
#
# ![The row "the chef cooked the meal" is masked at chef and cooked; a generator fills in chef and ate; the discriminator must call only ate replaced.](pictures/bert/electra.svg)
#
# Look at *chef*. The position was masked, but the generator has guessed the right word. Then nothing is
# wrong with the token, and its label is **original**. The label asks whether the token differs, not
# whether it was masked: two equal inputs cannot have different right answers.
#
# The fill-ins are **sampled** from the generator's softmax, not its argmax. The most probable word is often
# the right one, and a task without mistakes teaches nothing. No gradient passes through the sampling: the
# generator is not trained to fool the discriminator, as in a GAN, but by its own MLM loss.
#
# The discriminator gives one logit $\ell_{bi}$ per position, for "replaced". With $q=\sigma(\ell)$ and the
# labels $y$, its loss is the mean binary cross-entropy over **all** real tokens $R$ (everything but padding),
#
# $$\mathcal L_\text{disc} = -\frac1{|R|}\sum_{(b,i)\in R}
# \bigl[\, y_{bi}\ln q_{bi} + (1-y_{bi})\ln(1-q_{bi}) \,\bigr] ,$$
#
# and the two networks are trained together on $\mathcal L_\text{MLM}+50\,\mathcal L_\text{disc}$. The factor
# 50 makes up for a binary loss being much smaller than one over 30 000 words. Afterwards the generator is
# thrown away.
#
# **What would the best discriminator say?** At a position, let $\pi$ be the probability, given all that it sees, that the
# token was replaced. The expected loss $-\pi\ln q-(1-\pi)\ln(1-q)$ has the derivative $\frac{q-\pi}{q(1-q)}$ in $q$, which is
# 0 at $q=\pi$ only. So it reports a probability, at every token; and to know it, it must know what could stand there.
#
# **By hand.** Three tokens and one pad. $q=(0.8, 0.25, 0.5)$ with the labels $(1,0,0)$: the losses are
# $-\ln0.8=0.223$, $-\ln0.75=0.288$ and $-\ln0.5=0.693$, their mean is $0.401$.

# %% [markdown] hints="electra_corrupt"
# idea: Draw a token at every position, and keep the draw only where there was a blank. The label compares; it does not
# look at the mask.
#
# shapes: `torch.multinomial` wants rows of probabilities, so $(B,L,V)$ becomes $(BL,V)$ and the draws go back to $(B,L)$.
# The loss is $(B,L)$ before the mean.
#
# steps: Softmax, draw with the generator, put the draws where `masked` is True, compare with the originals. For the loss:
# labels as floats, one loss per position, the mean over those that the mask lets through.
#
# mistake: A lucky guess of the generator is an original.

# %% question="electra_corrupt" minutes=35 further
def electra_corrupt(
    ids: Int64[Tensor, "B L"],
    masked: Bool[Tensor, "B L"],
    gen_logits: Float[Tensor, "B L V"],
    rng: torch.Generator,
) -> tuple[Int64[Tensor, "B L"], Bool[Tensor, "B L"]]:
    """Fill the masked positions with samples of the generator.

    Args:
        ids: the original tokens.
        masked: True where the generator was given [MASK].
        gen_logits: the generator's logits; a token with the logit -inf is never drawn. Every position,
            masked or not, has a finite logit.
        rng: source of all randomness.

    Returns:
        corrupted: at masked positions a token drawn from softmax(gen_logits), independently of all others;
            elsewhere the original.
        is_replaced: bool, True where ``corrupted`` differs from ``ids``.
    """
    ### BEGIN SOLUTION
    probs = gen_logits.softmax(-1).flatten(0, 1)
    samples = torch.multinomial(probs, 1, generator=rng).view(ids.shape)
    corrupted = torch.where(masked, samples, ids)
    return corrupted, corrupted != ids
    ### END SOLUTION


def electra_loss(
    logits: Float[Tensor, "B L"], is_replaced: Bool[Tensor, "B L"], mask: Bool[Tensor, "B L"]
) -> Float[Tensor, ""]:
    """The discriminator's loss, without the factor 50.

    ``F.binary_cross_entropy_with_logits`` may be used.

    Args:
        logits: scores for "replaced"; any finite values, ±1000 included.
        is_replaced: the labels.
        mask: True at real tokens, as :func:`bert_inputs` gives it; at least one True in the batch. What is
            False is not counted.

    Returns:
        The mean binary cross-entropy in nats over all real tokens of the batch, masked ones or not. Autograd
        can differentiate it with respect to the logits.
    """
    ### BEGIN SOLUTION
    losses = F.binary_cross_entropy_with_logits(logits, is_replaced.to(logits.dtype), reduction="none")
    return losses[mask].mean()
    ### END SOLUTION

# %% [markdown]
# ## Payoff: speech or narration
#
# Now real text and a real question: was this sentence said by somebody in the novel, or told by Jane Austen? The labels come
# from her quotation marks, which were taken out of all text that the reader saw. The sentences are from the last tenth of
# each novel, and none of them was read before.
#
# The same labelled sentences are given to the reader of the novels, run by your functions and fine-tuned by
# `fine_tune`; to the same network from random weights, with the same number of steps and a learning rate eight times as large,
# which suits it better; and to a logistic regression
# that sees which pieces occur. Each number is the mean of three draws of labelled sentences, measured on 200 others.

# %% tags=["predict"]
# Of 100 new sentences, how many does each of them get right after 20 labels? Guessing has 50.
predict("speech or narration, 20 labels", read_before=..., from_scratch=..., bag_of_pieces=...)

# %% tags=["demo"]
@demo
def speech_or_narration(seed: int = 0) -> dict[str, float]:
    """Few labels in Austen's novels: after reading, from scratch, and by a bag of pieces."""
    import matplotlib.pyplot as plt

    pieces, weights, _ = load_reader()
    vocab = {piece: i for i, piece in enumerate(pieces)}
    known, rows, kinds = set(vocab), [], []
    with open("data/bert/sentences.tsv", encoding="utf-8") as file:
        for line in file:
            kind, text = line.rstrip("\n").split("\t")
            kinds.append(int(kind == "speech"))
            rows.append(bert_inputs([p for w in text.split() for p in wordpiece(w, known)], None, vocab, 24))
    columns, labels = [torch.stack(c) for c in zip(*rows)], torch.tensor(kinds)
    order = [np.random.default_rng(seed).permutation(np.flatnonzero(labels == k)) for k in (0, 1)]
    held_out = np.concatenate([kind[-100:] for kind in order])

    def sentences(n: int, draw: int) -> tuple[list[Tensor], Tensor]:
        mine = np.random.default_rng([seed, draw, n])
        i = np.concatenate([mine.choice(kind[:-100], n // 2, replace=False) for kind in order])
        return [c[i] for c in columns], labels[i]

    torch.manual_seed(seed)
    fresh = Bert(len(pieces), 24, 96, n_heads=4, n_layers=2)
    read = copy.deepcopy(fresh)
    read.load_state_dict(weights)
    test = [c[held_out] for c in columns], labels[held_out]
    numbers = three_ways(read, fresh, sentences, test, [20, 80], 25, 5e-4, seed, scratch_lr=4e-3)
    fig, ax = plt.subplots(figsize=(8, 3.8))
    draw_ways(ax, numbers, 50, guesses("speech or narration, 20 labels"))
    ax.set(title="speech or narration?", ylim=(0, 103))
    ax.legend(loc="lower right")
    plt.show()
    return numbers

# %% [markdown]
# Reading pays in real text, too, and by less than in the small language. With 20 labels the reader is ahead of the bag of pieces by
# more than two points in each of three seeds, and ahead of its untrained twin by more than twelve. The bag beats the untrained network: a
# network without reading is no better than counting words.
#
# With 80 labels the reader still leads, and the bag is within nine points of it: which words occur says most about
# this task. And the reader is small. Its text has less than a million pieces; BERT read more than three billion words.
#
# **So what was learned from blanks alone?** In the small language nearly all that there is to know: the loss is close to the best
# possible, and sentences without a common word find each other. Of that, nothing was there without training. In the
# novels: which word fits, nearly twice as often with both sides as with one, and a start for tasks with few labels.

# %% [markdown]
# ## What you built, and where it goes next
#
# You have the recipe of 2018 from end to end: pieces, inputs, masks, losses, heads, and a fine-tuning loop;
# and three ideas that came after it.
#
# - **RoBERTa** ([Liu et al.](https://arxiv.org/abs/1907.11692)): no NSP, dynamic masks, batches of 8000, ten
#   times the data. BERT was undertrained.
# - **ALBERT** ([Lan et al.](https://arxiv.org/abs/1909.11942)) and **ELECTRA** ([Clark et
#   al.](https://arxiv.org/abs/2003.10555)): questions 8 and 9.
# - **What to mask:** spans instead of tokens, [SpanBERT](https://arxiv.org/abs/1907.10529). More than 15 %:
#   [Wettig et al.](https://arxiv.org/abs/2202.08005) find 40 % better for large models.
# - **Fine-tuning is unstable** with few labels, and longer training cures it: [Mosbach et
#   al.](https://arxiv.org/abs/2006.04884). The assignments *fine_tuning* and *transfer_learning* go on from
#   here.
# - **Vectors of whole sentences:** the raw `[CLS]` vector is a poor one;
#   [Sentence-BERT](https://arxiv.org/abs/1908.10084) trains pairs to be comparable.
# - **Smaller:** [DistilBERT](https://arxiv.org/abs/1910.01108) learns from a large BERT's outputs, as in
#   *knowledge_distillation*. **Newer:** [ModernBERT](https://arxiv.org/abs/2412.13663) has rotary positions
#   and 8192 of them.
#
# The left-to-right sibling is the assignment *gpt*. The
# [article](https://www.chenk.top/en/nlp/bert-pretrained-models/) tells the same story with more background.
