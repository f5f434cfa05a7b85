# %% [markdown]
# # From text to numbers
#
# A model computes with numbers, and a text is a string of characters. Somebody has to cut it. Into characters?
# Words? Something in between? **What should a token be?** That is the question of this notebook. You build what GPT
# answers, byte-pair encoding on bytes, up to special tokens and a training loop that does not take all night. You
# build what search engines answer. And at the end you settle the question with one number that is fair to all
# answers: how many **bits per byte** it takes to predict a text that nobody has seen.
#
# **You need** Python's strings, dicts and regular expressions, a little numpy, and logarithms.
#
# <!-- questions -->
#
# **Article:** [Introduction and text preprocessing](https://www.chenk.top/en/nlp/introduction-and-preprocessing/).
# **Papers:** Sennrich, Haddow and Birch, [Neural machine translation of rare words with subword
# units](https://arxiv.org/abs/1508.07909) (byte-pair encoding); Radford et al., [Language models are unsupervised
# multitask
# learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf)
# (GPT-2: bytes and the split); Porter, [An algorithm for suffix stripping](https://doi.org/10.1108/eb046814)
# (1980); Spärck Jones, [A statistical interpretation of term specificity](https://doi.org/10.1108/eb026526) (1972);
# Chen and Goodman, [An empirical study of smoothing techniques for language
# modeling](https://arxiv.org/abs/cmp-lg/9606011) (1996).
#
# **Data.** The first 22 chapters of *Northanger Abbey* by Jane Austen (1775–1817), in the public domain, from the R
# package *janeaustenr* (MIT licence) as Debian ships it: 300,000 characters. And the descriptions of the 14 data
# sets that come with scikit-learn: raw text with tables, links and markup, as texts are.
#
# ## Conventions
#
# - A *token* is one piece of a text, a *type* is a distinct token. "to be or not to be" has 6 tokens and 4
#   types. A tokenized text is a `list[str]`, in the order of the text.
# - Strings sort as Python sorts them, by code point: capitals before small letters.
# - Counts are int64, other numbers float64. $\ln$ is the natural logarithm.
# - A function leaves its arguments as they were.
# - Your code may call Python's own library and numpy, and no other library.

# %%
import collections
import json
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from dlcourse import check, demo, guesses, predict, probe

DATA = Path("data/text_preprocessing").resolve()


@cache
def novel() -> list[str]:
    """The chapters of Northanger Abbey, a line for each paragraph."""
    return (DATA / "northanger.txt").read_text(encoding="utf-8").strip().split("\n\n")


def plain_words(text: str) -> list[str]:
    """The runs of the letters a to z in lower case."""
    return re.findall("[a-z]+", text.lower())


# %% [markdown]
# ## First look
#
# Catherine has found a mysterious manuscript in a cabinet at Northanger Abbey, and the morning shows what it is.
# The passage stands in a chapter that the tokenizer has not read. Each coloured piece is one token. With 0 merges a
# token is a byte. Each *merge* is a pair of neighbours that the chapters before it hold so often that it was made
# one token, the most frequent pair first.
#
# **Turn the knob** `merges` from 0 to 2000. First endings and little words appear, then stems, then whole words
# with their space in front. Nobody told the program what a word is.
#
# The two other curves are controls. The same passage with the letters of each word shuffled gains little: the
# pieces are English, not just frequent letters. And a Greek sentence gains nothing at all: its letters never met in
# the novel. Only bytes can spell it; a tokenizer of words or letters could not even do that.


# %% tags=["demo"]
def draw_pieces(ax, pieces: list[str], width: int = 92, height: float = 0.24) -> None:
    """Write tokens one after the other in lines of ``width`` letters, each on a tint of its own."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    ax.axis("off")
    size = (
        0.98 * 72 * ax.figure.bbox.width / ax.figure.dpi / width / 0.602
    )  # 0.602: width of a letter of this font
    line, column = 0, 0
    for j, piece in enumerate(pieces):
        if column + len(piece) > width:
            line, column = line + 1, 0
        tint = [
            0.6 + 0.4 * c for c in to_rgb(f"C{j % 4}")
        ]  # light enough for black letters, in both themes
        x, y = column / width, 1 - line * height
        box = Rectangle(
            (x, y - 0.9 * height), len(piece) / width, 0.92 * height, facecolor=tint, clip_on=False
        )
        ax.add_patch(box).set_transform(ax.transAxes)
        letters = ax.text(
            x, y - 0.45 * height, piece, family="monospace", va="center", transform=ax.transAxes
        )
        letters.set(fontsize=size, color="black", in_layout=False)
        column += len(piece)


@demo(merges=(0, 2000))
def first_look(merges: int = 300, seed: int = 0) -> dict[str, float]:
    """A passage cut with more and more merges, and bytes per token for it and two controls. Nothing is drawn."""
    import matplotlib.pyplot as plt

    texts = json.loads((DATA / "first_look.json").read_text(encoding="utf-8"))
    grid = [0, 10, 30, 100, 200, 300, 500, 800, 1200, 1600, 2000]
    fig, (page, ax) = plt.subplots(2, 1, figsize=(9, 4.8), height_ratios=[0.75, 1.3])
    raw, closed = texts["the novel"]["text"].encode(), texts["the novel"]["cuts"]
    ends = [0, *(i + 1 for i, number in enumerate(closed) if number >= merges), len(raw)]
    draw_pieces(page, [raw[a:b].decode() for a, b in zip(ends, ends[1:])])
    page.set_title(f"{merges} merges: {len(raw)} bytes are {len(ends) - 1} tokens")
    numbers = {}
    for name, stored in texts.items():
        size = len(stored["text"].encode())
        curve = [size / (1 + sum(number >= m for number in stored["cuts"])) for m in grid]
        ax.plot(grid, curve, label=name)
        numbers |= {f"{name}, {m}": value for m, value in zip(grid, curve)}
    ax.axvline(merges, color="0.6", ls="--", lw=1)
    ax.set(xlabel="merges", ylabel="bytes per token", ylim=(0, None))
    ax.legend(loc="upper left")
    plt.show()
    return numbers


# %% [markdown]
# ## 1. Byte-pair encoding: learning the pieces
#
# A vocabulary of words has no entry for tomorrow's words. A vocabulary of characters has an entry for
# everything, but makes sequences long. **Byte-pair encoding** (BPE) lies in between: it starts with
# characters and lets the corpus decide which neighbours to join.
#
# **Start.** Each word is a list of symbols: its characters, then the end mark `</w>`. The end mark is one
# symbol. It lets the model tell the `est` at the end of "newest" from the `est` in "estate".
#
# **Repeat.** Count all pairs of *adjacent* symbols within words. A pair in a word with frequency $f$ counts
# $f$ times, since the word stands in the corpus $f$ times. Take the most frequent pair and join it
# everywhere. Each such *merge* adds one symbol to the vocabulary.
#
# $$\text{pair} = \arg\max_{(a,b)} \sum_{w} f(w)\, \#\{i : s_i(w) = a,\ s_{i+1}(w) = b\}$$
#
# where $s(w)$ is the current list of symbols of $w$. Three conventions make the result unique:
#
# - **Ties** go to the pair that comes first when the words are read in the order of the dict, each from left
#   to right, in their current symbols.
# - In `a a a` the pair $(a, a)$ is *counted* twice, at both places. It is *joined* from left to right without
#   overlap, which gives `aa a`.
# - Pairs never cross from one word to the next.
#
# **Join lists, not strings.** It is tempting to keep the word as the string `"re s t"` and call
# `.replace("e s", "es")`. That gives `"res t"`. It joined `re` and `s`, but the pair was `e` and `s`: the
# replacement does not see where a symbol begins. Compare whole symbols.
#
# **By hand.** The words `low` (5 times), `lower` (2), `newest` (6) and `widest` (3). At first $(e, s)$ stands
# in `newest` and `widest`: $6+3=9$. So do $(s, t)$ and $(t, \texttt{</w>})$. They tie; $(e, s)$ comes first.
# $(w, e)$ stands in `lower` and `newest`, $2+6=8$.
#
# | merge | count | afterwards, for example |
# |---|---|---|
# | `e` + `s` | 9 | `n e w es t </w>` |
# | `es` + `t` | 9 | `n e w est </w>` |
# | `est` + `</w>` | 9 | `n e w est</w>` |
# | `l` + `o` | 7 | `lo w </w>`, `lo w e r </w>` |
# | `lo` + `w` | 7 | `low </w>`, `low e r </w>` |
# | `n` + `e` | 6 | `ne w est</w>` |
#
# Without the frequencies every pair of the first three rows would count 2, and so would $(l, o)$, $(o, w)$
# and $(w, e)$. Then the first merge would be $(l, o)$.
#
# ![Four words as trees: e and s are joined first, es and t second, est and the end mark third, l and o fourth, lo and w fifth; lowest is then low and est with the end mark](pictures/text_preprocessing/tree.svg)

# %% [markdown] hints="bpe_train"
# idea: Keep the words as lists of symbols, beside their frequencies. A merge is one round: count, choose, join.
#
# shapes: One dict from each word to its list of symbols; in each round a fresh counter from pairs (tuples of two
# strings) to numbers. A list of n symbols has n - 1 pairs.
#
# steps: For joining: walk through the list with an index; where this symbol and the next are the pair, append the
# joined one and step by two, otherwise append one and step by one. For learning: count the pairs of all words, each
# with the frequency of its word; stop if there are none; note the pair with the largest count; join it in all
# words; next round.
#
# mistake: Ties. A dict remembers the order in which its keys came, and `max` returns the first of the largest:
# together they are the rule that is asked for, if the words are read in the order of the argument.


# %% question="bpe_train" minutes=25
def merge_pair(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    """Join every occurrence of a pair of adjacent symbols, from left to right and without overlap.

    Args:
        symbols: the symbols of one word, possibly none.
        pair: the two symbols to join. Only whole symbols are compared: ("e", "s") does not occur in
            ["re", "s"].

    Returns:
        A new list, in which the two symbols are replaced by their concatenation wherever they are adjacent.
    """
    ### BEGIN SOLUTION
    merged, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged
    ### END SOLUTION


def bpe_train(word_freqs: dict[str, int], n_merges: int) -> list[tuple[str, str]]:
    """Learn the merges of byte-pair encoding.

    Args:
        word_freqs: how often each word stands in the corpus (positive). The order of the dict decides ties.
            Capitals and small letters are different symbols.
        n_merges: number of merges to learn, 0 or more.

    Returns:
        The merged pairs in the order in which they were learned. At each step the pair with the largest
        frequency-weighted count; among equal counts the one that comes first when the words are read in the
        order of ``word_freqs``, from left to right. Fewer than ``n_merges`` if no two adjacent symbols are
        left.
    """
    ### BEGIN SOLUTION
    words = {word: [*word, "</w>"] for word in word_freqs}
    merges = []
    for _ in range(n_merges):
        counts = collections.Counter()
        for word, symbols in words.items():
            for pair in zip(symbols, symbols[1:]):
                counts[pair] += word_freqs[word]
        if not counts:
            break
        best = max(counts, key=counts.get)  # the first of the largest: a dict keeps the order of insertion
        merges.append(best)
        words = {word: merge_pair(symbols, best) for word, symbols in words.items()}
    return merges
    ### END SOLUTION


# %% [markdown]
# ## 2. Byte-pair encoding: cutting a word
#
# The merges are learned once. A new word is then cut by **replaying them in the order in which they were
# learned**: start from its characters and `</w>`, and for each merge of the list join *all* its occurrences,
# from left to right. What cannot be joined stays in pieces. A word that was never seen is no problem. Even a
# character that was never seen is only a symbol that no merge touches.
#
# The order matters. Take the merges $(b, c)$, $(a, b)$ and the word `abc`. Replaying gives `a b c </w>`, then
# `a bc </w>`, and $(a, b)$ no longer applies. A tokenizer that takes the longest known piece from the left
# would choose `ab` and give `ab c </w>`. That is another method (it is how WordPiece reads), and a model
# trained with one kind of pieces has never seen the other.
#
# **Back again.** Every word ends with a symbol that ends with `</w>`, and no other symbol holds that mark. So
# nothing is lost: join the symbols up to such a one, drop the mark, and begin the next word. Look at each
# symbol, not at the joined text: the word `a</w>b` of a web page holds the same four characters, as symbols
# of their own.
#
# **By hand.** `lowest` was not among the four words above. Replay their six merges:
# `l o w e s t </w>` → `l o w es t </w>` → `l o w est </w>` → `l o w est</w>` → `lo w est</w>` →
# `low est</w>`; $(n, e)$ does not occur. The result is `low` `est</w>`: BPE has found the stem and the
# superlative, with no grammar at all.

# %% [markdown] hints="bpe_encode"
# idea: Cutting is the loop of learning without the counting: the pairs are already chosen.
#
# shapes: A list of symbols that gets shorter; it begins with one symbol more than the word has characters.
#
# steps: Make the list of characters and the end mark. Go through the merges in their order and join each with your
# function of question 1. For the way back collect symbols until one ends a word; take the mark off at the end only.
#
# mistake: Joining all symbols and splitting the text at the marks. A word may hold the four characters itself.


# %% question="bpe_encode" minutes=15 further
def bpe_encode(word: str, merges: list[tuple[str, str]]) -> list[str]:
    """Cut a word into subword symbols.

    Args:
        word: one word, at least one character, without white space; its characters need not occur in
            ``merges``.
        merges: pairs in the order in which they were learned; may be empty.

    Returns:
        Its symbols; the last one is or ends with "</w>". The merges are applied in the order of the list,
        each to all its occurrences from left to right. (GPT-2's code joins, at each step, the adjacent pair
        that stands earliest in the list. That gives the same if the merges that make a symbol stand before
        the pairs that hold it, as in every list of :func:`bpe_train` and in all tests.)
    """
    ### BEGIN SOLUTION
    symbols = [*word, "</w>"]
    for pair in merges:
        symbols = merge_pair(symbols, pair)
    return symbols
    ### END SOLUTION


def bpe_decode(symbols: list[str]) -> list[str]:
    """The words from which symbols were made.

    Args:
        symbols: the symbols of any number of words, one after the other, possibly none. Every word ends
            with a symbol that is or ends with "</w>"; no other symbol holds the mark. A word itself may hold
            these four characters in a row, spread over several symbols.

    Returns:
        The words without end marks, in order.
    """
    ### BEGIN SOLUTION
    words, word = [], ""
    for symbol in symbols:
        word += symbol
        if symbol.endswith("</w>"):
            words.append(word.removesuffix("</w>"))
            word = ""
    return words
    ### END SOLUTION


# %% [markdown]
# Four words that do not stand in the novel, cut with 0, 30, 100 and 300 merges of its 1200 commonest words. The end
# mark is drawn as a dot. Every word gets shorter with the merges, and no word is unknown. Parts of words turn up,
# `re`, `mis`, `ing`, `ed·`, though nothing but counts went in. It shows, too: `own·` is a word of English and no
# part of "nightgown".


# %% tags=["demo"]
@demo
def unseen_words_in_pieces(seed: int = 0) -> dict[str, float]:
    """Words that the novel does not hold, cut with ever more merges."""
    import matplotlib.pyplot as plt

    words_read = [word for chapter in novel()[seed : seed + 20] for word in plain_words(chapter)]
    word_freqs = collections.Counter(words_read)
    merges = bpe_train(dict(word_freqs.most_common(1200)), 300)
    words, steps = (
        ["nightgown", "reclassified", "unbelievable", "misunderstandings"],
        [0, 30, 100, 300],
    )
    figure, axes = plt.subplots(2, 2, figsize=(11, 4.6))
    numbers = {"in the novel": float(sum(word in word_freqs for word in words))}
    for axis, word in zip(axes.flat, words):
        for row, m in enumerate(steps):
            symbols = bpe_encode(word, merges[:m])
            numbers[f"{word} {m}"] = float(len(symbols))
            numbers[f"{word}: {symbols[-1]}"] = 1.0
            left = 0.0
            for j, symbol in enumerate(symbols):
                shown = symbol.replace("</w>", "·")
                axis.barh(
                    row, len(shown) - 0.12, left=left, height=0.75, color=f"C{j % 4}", alpha=0.35
                )
                middle = left + len(shown) / 2 - 0.06
                axis.text(middle, row, shown, ha="center", va="center", family="monospace")
                left += len(shown)
        axis.set_yticks(range(len(steps)), [f"{m} merges" for m in steps])
        axis.set_xticks([])
        axis.invert_yaxis()
        axis.spines[:].set_visible(False)
        axis.tick_params(length=0)
        axis.set_title(f"{word}: {len(word) + 1} symbols → {len(symbols)}")
    plt.show()
    return numbers


# %% [markdown]
# ## 3. Bytes: nothing is unknown, and learning is fast
#
# The symbols so far were characters. Unicode has more than 150,000 of them, and the one that is missing in the
# vocabulary comes tomorrow, in somebody's name. GPT-2 begins one level lower. In UTF-8 every text is a sequence of
# **bytes**, and there are 256: "a" is the byte 97, "é" two bytes (195, 169), "€" three, "😀" four. Begin with all
# 256, and no text is unknown, ever.
#
# **Ids.** From here on a token is a number. The ids 0 to 255 are the bytes themselves; merge $i = 0, 1, \dots$ of
# the list makes the id $256 + i$, and is a pair of ids that existed before it. That is all that a tokenizer has to
# store.
#
# **The split.** Without a fence, merges would run across words: `dog.`, `dog!` and `dog?` would each become tokens.
# So GPT-2 first cuts the text into *pieces*, and no pair crosses from one to the next. At each place of the text
# **the first rule that applies** takes a piece:
#
# 1. `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`, in small letters, whatever comes next;
# 2. perhaps one space (the character `" "`), then one or more letters;
# 3. perhaps one space, then one or more digits;
# 4. perhaps one space, then one or more characters that are neither white space nor letters nor digits; `_` is one
#    of them;
# 5. one or more characters of white space, as many as possible, such that white space or the end of the text comes
#    next;
# 6. one or more characters of white space.
#
# Rules 2 to 6 take as many characters as they can. A *letter* is what `[^\W\d_]` matches in a regular expression, a
# *digit* what `\d` matches, white space `\s`. (GPT-2 asks Unicode, which says the same but for characters such as ²
# and Ⅷ, which no test holds.)
#
# Three things to see. Words carry the **space before them**: ` then` and `then` are two tokens, and pieces joined
# together are the text, space for space, so no end mark is needed. Rule 5 leaves the last space of a run to the
# word behind it: `a`, three spaces and `b` is cut as `a`, two spaces, and ` b`. And rule 1 sees no word: `'tis` is
# `'t` and `is`.
#
# ![The text Café, €5 as pieces: Café, the comma, space and euro sign, 5; under each its bytes: 67 97 102 195 169, then 44, then 32 226 130 172, then 53](pictures/text_preprocessing/bytes.svg)
#
# **Learning fast.** Your trainer of question 1 counts all pairs of all words again for every merge. The novel has
# 5,600 different pieces, and most merges change few of them. The rest is counted again for nothing. GPT-2 learned 50,000 merges from 40 GB; nobody counts that 50,000 times. Keep three tables
# instead, and repair them:
#
# - the ids of each different piece, and how often it occurs;
# - for each pair its count;
# - for each pair the set of pieces in which it stands (or has stood).
#
# A merge looks up its pieces, takes *their* old pairs out of the counts, joins, and puts their new pairs in.
#
# ![Three pieces, the, hen and then, and an index from pairs to pieces: the merge of t and he looks at the and then, and leaves hen alone](pictures/text_preprocessing/index.svg)
#
# **Ties** need another rule: "the first in the text" would mean to look at the text again. Among equal counts the
# smaller pair of ids wins: compare the first ids, and if they are equal the second ones, as Python compares tuples.
#
# **By hand.** The text `the hen then` has the pieces `the`, ` hen` and ` then`. The pair (104, 101), h and e,
# stands in all three, count 3: it becomes 256. Now `the` is 116 256, ` hen` is 32 256 110 and ` then` is 32 116 256
# 110. The pairs (116, 256) and (256, 110) both count 2. The smaller one wins: (116, 256) becomes 257. Only `the`
# and ` then` change; ` hen` is not touched. Four pairs are left, each with count 1, and the smallest is (32, 256),
# which becomes 258: ` he`.

# %% [markdown] hints="byte_train"
# idea: The split is one regular expression with six alternatives. Fast learning is bookkeeping: after each merge
# the tables must be what a fresh count would give.
#
# shapes: A list of lists of ids, one for each different piece, and a list of their frequencies. A dict from pairs
# to counts, and one from pairs to sets of positions in those lists.
#
# steps: Split all texts, count equal pieces, turn each into its bytes. Fill the tables once. Per merge: the largest
# count, the smallest pair that has it. For each piece of its set: subtract the piece's frequency for every old
# pair; join; add it for every new pair, and note the piece in their sets. Pairs with count 0 are no pairs any more.
#
# mistake: In the split, `\w` holds the underscore and the digits. In the tables, subtracting only the merged pair:
# its left and right neighbours lose their pairs, too.


# %% question="byte_train" minutes=40
def gpt2_split(text: str) -> list[str]:
    """GPT-2's pieces of a text.

    Args:
        text: any string, possibly empty.

    Returns:
        The pieces in order, by the six rules above. Joined together they are the text.
    """
    ### BEGIN SOLUTION
    letter = r"[^\W\d_]"
    rules = rf"'(?:s|t|re|ve|m|ll|d)| ?{letter}+| ?\d+| ?(?:[^\w\s]|_)+|\s+(?!\S)|\s+"
    return re.findall(rules, text)
    ### END SOLUTION


def join_pair(ids: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """Replace every occurrence of a pair of adjacent ids by a new id, from left to right and without overlap.

    Args:
        ids: the ids of one piece, possibly none.
        pair: the two ids to replace, which may be equal.
        new: the id that takes their place.

    Returns:
        A new list.
    """
    ### BEGIN SOLUTION
    joined, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            joined.append(new)
            i += 2
        else:
            joined.append(ids[i])
            i += 1
    return joined
    ### END SOLUTION


def byte_train(texts: list[str], n_merges: int) -> list[tuple[int, int]]:
    """Learn the merges of byte-level byte-pair encoding.

    A hidden test learns 800 merges from 3000 different pieces and allows 3 seconds of computing time. Counting
    all pairs anew for each merge takes longer; repairing the counts takes about half a second.

    Args:
        texts: documents, each split by itself with :func:`gpt2_split`; possibly none, each possibly empty.
        n_merges: number of merges to learn, 0 or more.

    Returns:
        The merged pairs of ids in the order in which they were learned. Ids 0 to 255 are the bytes of the text
        in UTF-8, and merge i makes the id 256 + i. At each step the pair with the largest count over all pieces
        of all texts, overlapping occurrences included (three equal ids in a row count their pair twice);
        among equal counts the smallest pair. Fewer than ``n_merges`` if no two adjacent ids are left.
    """
    ### BEGIN SOLUTION
    freqs = collections.Counter(piece for text in texts for piece in gpt2_split(text))
    words, weights = [list(piece.encode()) for piece in freqs], list(freqs.values())
    counts, where = collections.Counter(), collections.defaultdict(set)
    for i, ids in enumerate(words):
        for pair in zip(ids, ids[1:]):
            counts[pair] += weights[i]
            where[pair].add(i)
    merges = []
    while counts and len(merges) < n_merges:
        largest = max(counts.values())
        best = min(pair for pair, count in counts.items() if count == largest)
        for i in where.pop(best):
            for pair in zip(words[i], words[i][1:]):
                counts[pair] -= weights[i]
                if counts[pair] == 0:
                    del counts[pair]
            words[i] = join_pair(words[i], best, 256 + len(merges))
            for pair in zip(words[i], words[i][1:]):
                counts[pair] += weights[i]
                where[pair].add(i)
        merges.append(best)
    return merges
    ### END SOLUTION


# %% [markdown]
# **How much does the repair save?** Guess first: of 5,600 different pieces of the novel, how many does a merge
# touch on average over the first 1000 merges? The control is a trainer that counts everything anew for each merge,
# on the same text and with the same result.

# %% tags=["predict"]
predict("pieces that a merge touches", on_average=...)


# %% tags=["demo"]
@demo
def what_a_merge_touches(seed: int = 0) -> dict[str, float]:
    """Pieces that hold the merged pair, for each of 1000 merges; seconds of your trainer and of one that recounts."""
    import time

    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    chapters = novel()[seed : seed + 20]
    start = time.perf_counter()
    merges = byte_train(chapters, 1000)
    quick = time.perf_counter() - start
    freqs = collections.Counter(piece for text in chapters for piece in gpt2_split(text))
    words = {piece: list(piece.encode()) for piece in freqs}
    rounds, same, start = 10, True, time.perf_counter()
    for i, best in enumerate(merges[:rounds]):
        counts = collections.Counter()
        for piece, ids in words.items():
            for pair in zip(ids, ids[1:]):
                counts[pair] += freqs[piece]
        same &= counts[best] == max(counts.values())
        words = {piece: join_pair(ids, best, 256 + i) for piece, ids in words.items()}
    slow = (time.perf_counter() - start) * len(merges) / rounds
    words = {piece: list(piece.encode()) for piece in freqs}
    touched = []
    for i, best in enumerate(merges):
        hit = [
            piece for piece, ids in words.items() if best[0] in ids and best in zip(ids, ids[1:])
        ]
        touched.append(len(hit))
        words |= {piece: join_pair(words[piece], best, 256 + i) for piece in hit}

    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=[1.6, 1])
    left.loglog(np.arange(1, len(touched) + 1), touched, ".", ms=4, label="touched by the merge")
    left.axhline(len(freqs), color="C1", label="all pieces: the recount")
    guess = guesses("pieces that a merge touches").get("on_average")
    if isinstance(guess, (int, float)) and guess > 0:
        left.axhline(guess, color="C3", ls="--", label="your guess")
    left.set(
        xlabel="number of the merge",
        ylabel="pieces",
        title=f"on average {np.mean(touched):.0f} of {len(freqs)}",
    )
    left.legend(loc="center left")
    bars(right, {"repaired": quick, "recounted": slow}, ["C0", "C1"], "%.1f")
    right.set(
        xlabel="seconds for 1000 merges (recount: from 10)", xlim=(0, 1.25 * max(quick, slow))
    )
    plt.show()
    return {
        "touched": float(np.mean(touched)),
        "median": float(np.median(touched)),
        "first ten": float(np.mean(touched[:10])),
        "pieces": float(len(freqs)),
        "ratio": slow / quick,
        "same": float(same),
    }


# %% [markdown]
# The early merges touch hundreds of pieces, most of the later ones a handful: half of all touch fewer than ten.
# A merge touches 25 pieces on average, one in two hundred. Your trainer is more than ten times as fast as the recount.
#
# ## 4. Text to ids and back; special tokens
#
# **Encoding.** Split the text into pieces, turn each piece into its bytes, and replay the merges. Question 2 went
# through the whole list of merges for each word. With 50,000 merges and six bytes that is the wrong way round: look
# at the *piece*. As long as one of its adjacent pairs stands in the list, join all occurrences of the pair that
# stands **earliest**. Both give the same, since a merge never makes a pair that stands earlier in the list. And
# since words come again and again, cut every distinct piece once and remember it.
#
# **Decoding.** Look up the bytes of each id, join *all* of them, and only then decode. A token need not be a whole
# character: the three bytes of "€" may be spread over three tokens, and none of them is text by itself. A model may
# even write bytes that are no UTF-8. What cannot be decoded becomes `�` (U+FFFD), by Python's own rule
# `errors="replace"`; it must not crash the page.
#
# **Special tokens.** A model needs marks that are no text: the end of a document, the beginning of somebody's turn
# in a chat. GPT-2 has `<|endoftext|>`. A special token has one id of its own, behind all others: the $j$-th of the
# list has $256 + n + j$ with $n$ merges. It is found *before* the split, at each place the **longest** that stands
# there, and merges never see it. What lies between two special tokens is encoded by itself.
#
# **Who may write them?** Here is a hole that real systems had. A user types the letters `<|endoftext|>` into a
# form. If they become the special token, the user has ended the document: everything behind it is read as a new
# one, with nobody's rules. So a tokenizer has two doors. Text that the program writes goes through `special=[...]`.
# Text of strangers goes through `special=()`, and the letters are just letters, a handful of ordinary tokens,
# which decode to the same letters.
#
# ![The text end-of-text mark through two doors: with special tokens allowed it is one id, 259; as a stranger's text it is seven ids of ordinary bytes](pictures/text_preprocessing/special.svg)
#
# **By hand.** With the three merges of question 3, (104, 101), (116, 256) and (32, 256): `then he` has the pieces
# `then` and ` he`. `then` is 116 104 101 110; (104, 101) gives 116 256 110, and (116, 256) gives 257 110. ` he` is
# 32 104 101, then 32 256, then 258. So the text is `[257, 110, 258]`. With `special=["<|end|>"]`, `then<|end|>` is
# `[257, 110, 259]`. Without it `<|end|>` has the pieces `<|`, `end` and `|>` and the ids `[60, 124, 101, 110, 100,
# 124, 62]`.

# %% [markdown] hints="byte_encode"
# idea: Three layers: special tokens cut the text into stretches, the split cuts a stretch into pieces, the merges
# join the bytes of a piece. Write them one inside the other.
#
# shapes: The vocabulary is a list of `bytes` of length 256 + merges + special tokens. A dict from pairs to their
# place in the list of merges answers "which is the earliest?" at once; build it once per call.
#
# steps: Vocabulary: the 256 single bytes; each merge appends the sum of two entries; then the special tokens in
# UTF-8. Encoding: a regular expression of the escaped special tokens, longest first, in a group, so that `re.split`
# returns them as well; for each part its id, or the pieces. Decoding: join, then decode.
#
# mistake: Decoding id by id. And with no special tokens the expression is empty, which matches everywhere: treat
# that case by itself.


# %% question="byte_encode" minutes=30
def token_bytes(merges: list[tuple[int, int]], special: Sequence[str] = ()) -> list[bytes]:
    """What each id stands for.

    Args:
        merges: pairs of ids as :func:`byte_train` returns them; merge i makes the id 256 + i.
        special: special tokens, in the order of their ids.

    Returns:
        A list of ``bytes``, indexed by id: the 256 single bytes, one entry per merge, and the special tokens
        in UTF-8.
    """
    ### BEGIN SOLUTION
    vocabulary = [bytes([i]) for i in range(256)]
    for first, second in merges:
        vocabulary.append(vocabulary[first] + vocabulary[second])
    return vocabulary + [token.encode() for token in special]
    ### END SOLUTION


def byte_encode(text: str, merges: list[tuple[int, int]], special: Sequence[str] = ()) -> list[int]:
    """Token ids of a text.

    A hidden test encodes 10,000 words, of which 200 are different, with 800 merges, and allows 2 seconds of
    computing time.

    Args:
        text: any string, possibly empty.
        merges: pairs of ids as :func:`byte_train` returns them.
        special: special tokens, different and not empty; the j-th has the id 256 + len(merges) + j. Only those
            are recognised: by default every character is ordinary text.

    Returns:
        The ids in order. From left to right, the longest special token that stands at a place becomes one id.
        Each stretch of text between special tokens is cut by :func:`gpt2_split` as if it stood alone, and in
        each piece, as long as an adjacent pair stands in ``merges``, all occurrences of the earliest such pair
        are joined from left to right.
    """
    ### BEGIN SOLUTION
    rank = {pair: i for i, pair in enumerate(merges)}

    @cache
    def encode_piece(piece: str) -> list[int]:
        ids = list(piece.encode())
        while known := [pair for pair in zip(ids, ids[1:]) if pair in rank]:
            best = min(known, key=rank.get)
            ids = join_pair(ids, best, 256 + rank[best])
        return ids

    special_ids = {token: 256 + len(merges) + j for j, token in enumerate(special)}
    longest_first = sorted(special_ids, key=len, reverse=True)
    parts = (
        re.split(f"({'|'.join(map(re.escape, longest_first))})", text) if special_ids else [text]
    )
    ids = []
    for i, part in enumerate(parts):
        if i % 2:  # re.split puts what its group matched at the odd places
            ids.append(special_ids[part])
        else:
            ids += [token for piece in gpt2_split(part) for token in encode_piece(piece)]
    return ids
    ### END SOLUTION


def byte_decode(ids: list[int], merges: list[tuple[int, int]], special: Sequence[str] = ()) -> str:
    """The text of token ids.

    Args:
        ids: from 0 to 255 + len(merges) + len(special), in any order, possibly none.
        merges: as in :func:`byte_encode`.
        special: as in :func:`byte_encode`.

    Returns:
        The bytes of all ids joined and decoded from UTF-8. What is no UTF-8 becomes U+FFFD, as by ``bytes.decode`` with
        ``errors="replace"``. ``byte_decode(byte_encode(text, merges, special), merges, special)`` is the text.
    """
    ### BEGIN SOLUTION
    vocabulary = token_bytes(merges, special)
    return b"".join(vocabulary[i] for i in ids).decode("utf-8", errors="replace")
    ### END SOLUTION


# %% [markdown]
# **Who pays?** The first sentence of the Universal Declaration of Human Rights says the same in every language.
# Your tokenizer, with 1000 merges from an English novel, cuts it in seven of them. Nothing is unknown and everything comes
# back exactly. But an English byte is cheap, and a Hindi one is not. Services charge by the token, and a model's
# window holds a limited number of them.
#
# Guess how many times as many tokens Hindi takes as English. In the second line you may put a sentence of your own,
# in any language, to see it in the picture.

# %% tags=["predict"]
predict("Hindi tokens per English token", ratio=...)
predict("a sentence of my own", text=...)

# %% tags=["demo"]
SENTENCES = {
    "English": "All human beings are born free and equal in dignity and rights.",
    "German": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "French": "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "Russian": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
}


@demo
def who_pays(seed: int = 0) -> dict[str, float]:
    """Tokens of one sentence in seven languages, by merges of an English novel and by bytes alone."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    merges = byte_train(novel()[seed : seed + 20], 1000)
    own = guesses("a sentence of my own").get("text")
    texts = SENTENCES | ({"yours": own} if isinstance(own, str) else {})
    tokens = {name: float(len(byte_encode(text, merges))) for name, text in texts.items()}
    plain = {name: float(len(byte_encode(text, []))) for name, text in texts.items()}
    fig, (page, ax) = plt.subplots(2, 1, figsize=(9, 5.4), height_ratios=[0.35, 1])
    shown = texts.get("yours", texts["English"])
    vocabulary = token_bytes(merges)
    pieces = [vocabulary[i].decode(errors="replace") for i in byte_encode(shown, merges)]
    draw_pieces(page, pieces, width=76, height=0.45)
    ax.barh(list(plain), list(plain.values()), color="0.8", label="bytes: no merges")
    guess = guesses("Hindi tokens per English token").get("ratio")
    guessed = {"Hindi": guess * tokens["English"]} if isinstance(guess, (int, float)) else {}
    bars(ax, tokens, ["C0"] * len(tokens), "%.0f", guessed)
    ax.set(xlabel="tokens of the same sentence (grey: its bytes)")
    plt.show()
    back = all(byte_decode(byte_encode(text, merges), merges) == text for text in texts.values())
    numbers = {name: tokens[name] for name in SENTENCES} | {
        f"{name}, bytes": plain[name] for name in SENTENCES
    }
    return numbers | {"exact": float(back)}


# %% [markdown]
# The Hindi sentence takes more than nine times as many tokens as the English one. Part of that is UTF-8, which
# spends three bytes on each of its letters (grey), the rest is what the merges were learned from. Greek and Russian
# pay two bytes per letter and get nothing back, German and French only some. The cure is in the training text, not
# in the algorithm: tokenizers of today are trained on many languages, and the gap is smaller, not gone.

# %% [markdown]
# ## 5. Before subwords: cleaning and tokens
#
# Subwords keep everything. The older answer to our question is: a token is a word, and what is not a word should
# go. It is still the right answer where documents are compared and not written: search, spam, statistics.
#
# The second corpus is already on your computer, about 5000 words of it.


# %%
@cache
def descriptions() -> dict[str, str]:
    """The descriptions of scikit-learn's data sets by name, in alphabetical order."""
    from importlib.util import find_spec
    from pathlib import Path

    folder = Path(find_spec("sklearn").origin).parent / "datasets" / "descr"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rst"))}


# %% [markdown]
# ### Cleaning
#
# A word count takes `Data`, `data,` and `<b>data` for three words. The cleaner keeps lower-case words
# with one space between them. It works in six steps, **in this order**:
#
# 1. Bring the text to form NFC (see below), then to lower case.
# 2. Replace each *tag* by one space: `<`, then perhaps `/`, then a letter a–z, then everything up to and
#    including the next `>`, line breaks too.
# 3. Replace each *URL* by one space: `http://`, `https://` or `www.`, wherever it starts (inside a word, too),
#    and everything up to the next white space.
# 4. Replace each *e-mail address* by one space: a whole run of characters other than white space that holds
#    an `@` with at least one character before and one behind it.
# 5. Replace each character that is not a letter (`str.isalpha` is false) by one space.
# 6. Reduce each run of white space to one space, and at the two ends to none.
#
# Three decisions are worth a thought.
#
# - **Why a space and not nothing?** `one</p><p>two` is two words. Deleting the tags glues them to `onetwo`.
# - **Why this order?** A URL and an address are recognised by their punctuation, so they must go before it
#   does. Afterwards `https://x.org` is `https x org`: three words that nobody wrote. And tags go
#   before URLs. In `<a href="https://x.org">here</a>` the characters up to the next white space are
#   `https://x.org">here</a>`, so removing the URL first takes the word "here" with it.
# - **What is a letter?** Not only a–z. `str.isalpha` knows é and ж. But é can be written in two ways, as one
#   character or as an e and a combining accent (U+0301). They look alike, compare as different, and the
#   accent by itself is no letter. Unicode's form NFC composes them:
#   `unicodedata.normalize("NFC", text)`.
#
# The `<` of `3 < x` is followed by a space, not by a letter, so it starts no tag. Entities such as `&amp;`
# are left alone here; `html.unescape` would decode them.
#
# **By hand.** `<p>Mail joe@x.org.</p><p>Or see https://x.org/faq!</p>`
#
# - after step 2: `mail joe@x.org.`, two spaces, `or see https://x.org/faq!` (and a space at both ends);
# - after step 3 the URL is gone together with its exclamation mark, and after step 4 the run `joe@x.org.`;
# - the result is `mail or see`.
#
# With tags deleted instead, step 4 would meet the run `joe@x.org.or` and swallow a word.

# %% [markdown]
# ### Tokens
#
# Cleaning throws away numbers, punctuation and case. A parser or a language model wants them, as separate
# tokens. `text.split()` leaves them stuck to the words: "end." and "end" become two types. Splitting at every
# punctuation mark is wrong as well: it cuts 150,000 into three. So a tokenizer needs rules.
#
# It reads from left to right. At each place it skips white space, and then **the first rule that applies**
# takes a token:
#
# 1. **Clitic:** `n't`, or an apostrophe followed by `s`, `re`, `ve`, `ll`, `d` or `m`; in either case only if
#    no letter, digit or underscore comes next.
# 2. **Number:** digits, with single commas or points *between* digits: `150,000`, `3.14`, `1,234.5`.
# 3. **Word:** a letter, then letters and digits, and also hyphens if a letter or digit follows the hyphen:
#    `state-of-the-art`, `GPT-2`, `word2vec`. The word is as long as possible, with one exception: if, after
#    its first letter, it comes to an `n't` as in rule 1, it ends before it.
# 4. **Anything else:** one single character.
#
# The rules are the same for capitals and small letters. Tokens are returned as they stand in the text, so
# joined together they are the text without its white space. Nothing is lost: that is a good test of your
# own code. An apostrophe is the character `'`. A *digit* is what `\d` matches in a regular expression, a
# *letter* what `[^\W\d_]` matches. (`str.isdecimal` and `str.isalpha` say the same, except for characters
# such as ² and ½, which no test holds.)
#
# Rule 3 with its exception gives the split of the Penn Treebank: `can't` is `ca` + `n't`, because the second
# half is the "not". So all negations share a token: `is` + `n't`, `do` + `n't`, `wo` + `n't`. Splitting at
# the apostrophe would give `can` + `'t` and leave words such as `isn` and `don` that do not exist.
#
# **By hand.** `They can't pay $150,000.` At "can't", rule 3 takes `ca`; then rule 1 takes `n't`. At
# "150,000", rule 2 takes all seven characters, but not the final point, which is not between digits. The
# tokens are `They`, `ca`, `n't`, `pay`, `$`, `150,000` and `.`
#
# **A hint about regular expressions.** `re.findall` with alternatives `a|b|c` does just this: at each place
# the first alternative that matches wins. `+?` and `*?` take as little as possible, and `(?=...)` looks ahead
# without taking anything.

# %% [markdown] hints="word_tokenize"
# idea: Cleaning is six replacements, one after the other. The tokenizer is one `re.findall` with an alternative per
# rule, in the order of the rules.
#
# shapes: From a string to a string, and from a string to a list of strings. Groups inside of the pattern must not
# capture: `(?:...)`, or `findall` returns the groups.
#
# steps: Cleaner: NFC and lower case; three calls of `re.sub` with a space; a space for each character that is no
# letter; split and join. Tokenizer: write the four patterns as strings of their own and put them together with `|`;
# the exception of rule 3 is an alternative of its own, before the plain word, that looks ahead for `n't`.
#
# mistake: `\w` holds digits and the underscore. Letters are `[^\W\d_]`; and `\b` behind a clitic is what keeps `'s`
# out of `'strong'`.


# %% question="word_tokenize" minutes=35 further
def clean_text(text: str) -> str:
    """Lower-case words with single spaces between them.

    The six steps above, in their order: NFC and lower case; tags; URLs; e-mail addresses; characters that
    are no letters; runs of white space. What is found is replaced by one space each time.

    Args:
        text: any string, possibly empty.

    Returns:
        The words that are left, joined by single spaces, without a space at either end. An apostrophe is no
        letter, so "don't" becomes "don t". Letters are only made small and composed (`str.lower`, NFC): "ß" and
        "ﬁ" stay one character each.
    """
    ### BEGIN SOLUTION
    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub(r"</?[a-z][^>]*>", " ", text)
    text = re.sub(r"(https?://|www\.)\S*", " ", text)
    text = re.sub(r"\S+@\S+", " ", text)
    text = "".join(c if c.isalpha() else " " for c in text)
    return " ".join(text.split())
    ### END SOLUTION


def word_tokenize(text: str) -> list[str]:
    """Words, clitics, numbers and punctuation marks as separate tokens.

    Args:
        text: any string, possibly empty.

    Returns:
        The tokens in order, as they stand in the text (not lower-cased). At each place the first of the four
        rules above applies: clitic, number, word, any other single character except white space. Only ' is an
        apostrophe; ’ is any other character.
    """
    ### BEGIN SOLUTION
    clitic = r"(?:n't|'(?:s|re|ve|ll|d|m))\b"
    number = r"\d+(?:[.,]\d+)*"
    word = r"[^\W\d_](?:[^\W_]|-(?=[^\W_]))*"
    before_not = word + r"?(?=n't\b)"  # the ? makes the star above take as little as possible
    return re.findall(rf"{clitic}|{number}|{before_not}|{word}|\S", text, re.IGNORECASE)
    ### END SOLUTION


# %% [markdown]
# Why this matters: every way of writing a word is a row of its own in a model's embedding table, with fewer
# examples to learn from. Left, all the pieces of the corpus in which `split()` hides the word "data". Right,
# the number of types met while reading the corpus. All three curves go on rising, and that is **Heaps' law**:
# however much you have read, the next page has a word that you have not seen.


# %% tags=["demo"]
@demo
def one_word_in_many_disguises(seed: int = 0) -> dict[str, float]:
    """Forms of one word under split(), and the growth of the vocabulary under three tokenizers."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    text = "\n".join(descriptions().values())
    streams = {
        "split()": text.split(),
        "word_tokenize, lower case": [token.lower() for token in word_tokenize(text)],
        "clean_text": clean_text(text).split(),
    }
    hidden = [
        piece for piece in streams["split()"] if re.sub(r"[\W_]", "", piece).lower() == "data"
    ]
    forms = collections.Counter(hidden)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
    bars(
        left,
        {f"{form} ": float(count) for form, count in forms.most_common()},
        ["C1"] * len(forms),
        "%.0f",
    )
    left.set(xlabel="occurrences", xlim=(0, 1.15 * max(forms.values())))
    left.set_title(f'"data" is {len(forms)} types for split()')
    types = {}
    for (name, tokens), colour in zip(streams.items(), ("C1", "C0", "C2")):
        seen: set[str] = set()
        growth = [len(seen) for token in tokens if not seen.add(token)]
        right.plot(growth, c=colour, label=f"{name}: {len(seen)} types")
        types[name] = float(len(seen))
        types[f"{name}, last tenth"] = float(growth[-1] - growth[9 * len(growth) // 10])
    right.set(xlabel="tokens read", ylabel="types seen", title="The vocabulary never stops growing")
    right.legend()
    plt.show()
    return {"forms": float(len(forms))} | types


# %% [markdown]
# ## 6. Normalising: stems and stopwords
#
# "connect", "connects", "connected" and "connecting" are one thing to a search engine. **Stemming** cuts
# endings by rule; the result need not be a word. (Lemmatising looks the base form up in a dictionary: it
# maps "better" to "good", which no rule can, and needs the dictionary.) You will write the first step of
# Porter's stemmer, parts 1a and 1b, which does plurals, -ed and -ing.
#
# **Vowels and consonants.** A vowel is a, e, i, o or u, and also a *y that follows a consonant*. All other
# letters are consonants; so is a y at the beginning of a word or after a vowel. Write `c` and `v` for each
# letter: "toy" is `cvc`, "syzygy" is `cvcvcv`, "yes" is `cvc`. Every word has the form $[C](VC)^m[V]$, where
# $C$ and $V$ are runs of consonants and vowels and the brackets mark what may be missing. The **measure** $m$
# is about the number of syllables. It is the number of places where a `c` follows a `v`: 0 for "tree"
# (`ccvv`), 1 for "trees" (`ccvvc`), 2 for "private" (`ccvcvcv`).
#
# A word that is given with one or two letters stays as it is. All others go through 1a, and the result,
# however short, through 1b. **In each part only the first row with a fitting ending counts.** If its
# condition fails, the part does nothing; it does not try the next row.
#
# | 1a | ending | becomes | example |
# |---|---|---|---|
# | | `sses` | `ss` | caresses → caress |
# | | `ies` | `i` | ponies → poni |
# | | `ss` | `ss` | caress → caress |
# | | `s` | nothing | cats → cat |
#
# | 1b | ending | becomes | if what stands before the ending | example |
# |---|---|---|---|---|
# | | `eed` | `ee` | has $m > 0$ | agreed → agree, but feed → feed |
# | | `ed` | nothing, then repair | holds a vowel | plastered → plaster, but bled → bled |
# | | `ing` | nothing, then repair | holds a vowel | motoring → motor, but sing → sing |
#
# The condition on -ing is what keeps "sing" from becoming "s". And the word "feed" shows why a row that fits
# closes the part: it ends in `eed` with $m(\text{f}) = 0$. If the next row were tried, "fe" holds a vowel,
# and "feed" would become "fe".
#
# **Repair.** Removing -ed and -ing leaves "hopp" of "hopping" and "hop" of "hoping". Where one of them was
# removed, the first row that fits is applied to the rest:
#
# | the rest | repair | example |
# |---|---|---|
# | ends in `at`, `bl` or `iz` | add `e` | conflat(ed) → conflate, troubl(ing) → trouble, siz(ed) → size |
# | ends in two equal consonants, not l, s or z | drop one | hopp(ing) → hop, but fall(ing) → fall |
# | has $m=1$ and ends in `cvc`, not in w, x, y | add `e` | hop(ing) → hope; but show(ing) → show |
#
# **By hand.** "filing": 1a does nothing. 1b finds `ing`; "fil" (`cvc`) holds a vowel, so it goes. Repair: not
# `at`, `bl`, `iz`; `i` and `l` differ; $m = 1$ and `cvc` with an l, so "file". "meetings": 1a gives
# "meeting", 1b "meet" (`cvvc`, no repair).
#
# **Stopwords** such as "the" and "of" are the most frequent words and say the least about the subject. A list
# of them is removed by comparing *whole* words: "there" holds "the" and is another word. Think before
# you remove "not": for a sentiment classifier it is the most important word of the sentence.

# %% [markdown] hints="stem_step1"
# idea: Everything is a question about the pattern of consonants and vowels: the measure is how often `vc` stands in
# it.
#
# shapes: The pattern has as many letters as the word. The condition of a row looks at the pattern of what stands
# *before* the ending.
#
# steps: Pattern from left to right; a y looks at what the letter before it was. 1a: four rows, the first that fits.
# 1b: `eed` first, and it closes the part; then `ed` or `ing`, if a vowel stands before. Only if one of these two
# was removed: the three rows of repair, the first that fits.
#
# mistake: A row whose ending fits but whose condition fails ends the part. The next row is not tried.


# %% question="stem_step1" minutes=30 further
def cv_pattern(word: str) -> str:
    """Consonants and vowels of a word.

    Args:
        word: lower-case letters a to z, possibly none.

    Returns:
        One character per letter: "v" for a, e, i, o, u and for a y that follows a consonant, else "c".
    """
    ### BEGIN SOLUTION
    pattern = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and pattern.endswith("c"))
        pattern += "v" if vowel else "c"
    return pattern
    ### END SOLUTION


def stem_step1(word: str) -> str:
    """Steps 1a and 1b of Porter's stemmer, with the repair after -ed and -ing.

    Args:
        word: lower-case letters a to z.

    Returns:
        The word by the three tables above. If ``word`` has one or two letters, it is returned as it is.
    """
    ### BEGIN SOLUTION
    if len(word) <= 2:
        return word
    # 1a
    if word.endswith(("sses", "ies")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    # 1b
    if word.endswith("eed"):
        return word[:-1] if "vc" in cv_pattern(word[:-3]) else word
    match = re.fullmatch("(.*)(ed|ing)", word)
    if match is None or "v" not in cv_pattern(match[1]):
        return word
    # repair
    stem, pattern = match[1], cv_pattern(match[1])
    if stem.endswith(("at", "bl", "iz")):
        return stem + "e"
    if pattern.endswith("cc") and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if pattern.count("vc") == 1 and pattern.endswith("cvc") and stem[-1] not in "wxy":
        return stem + "e"
    return stem
    ### END SOLUTION


def remove_stopwords(tokens: list[str], stop: set[str]) -> list[str]:
    """The tokens that are no stopwords.

    Args:
        tokens: words, in upper or lower case.
        stop: the stopwords, in lower case.

    Returns:
        A new list of the tokens whose lower-case form is not in ``stop``, as they were, in their order and
        with repetitions.
    """
    ### BEGIN SOLUTION
    return [token for token in tokens if token.lower() not in stop]
    ### END SOLUTION


# %% [markdown]
# ## 7. Counts and TF-IDF
#
# ### The document-term matrix
#
# A *bag of words* forgets the order and keeps the counts. For $n$ documents and a vocabulary of $V$ words,
# $X_{ij}$ is how often word $j$ stands in document $i$. A row is a document.
#
# - **The columns need a fixed order**, or a second run cannot be compared with the first. The vocabulary is
#   sorted. (The order of a Python `set` of strings changes from one run of the interpreter to the next.)
# - **The vocabulary belongs to the training documents.** A model has one weight per column. Later documents
#   are counted in the *same* columns, and words outside the vocabulary are left out. A matrix with columns of
#   its own might even have the right shape, and every weight would meet the wrong word.
#
# **By hand.** The documents `b a b` and `C` have the vocabulary `["C", "a", "b"]` (capitals first) and
# $X = \begin{pmatrix} 0 & 1 & 2 \\ 1 & 0 & 0 \end{pmatrix}$. In these columns the new document `b d` is
# $(0, 0, 1)$.

# %% [markdown]
# ### TF-IDF
#
# Counts let "data" outvote "sloth", although only one of the two says what a text is about. A word that
# stands in few documents tells more. If $\mathrm{df}_j$ of $N$ documents hold word $j$, then finding it in a
# document is an event of probability $\mathrm{df}_j/N$ and carries $-\ln(\mathrm{df}_j/N)$ nats of
# information. That is the **inverse document frequency**, up to two repairs:
#
# - A word of the vocabulary that no document holds would get $-\ln 0$. Add one imaginary document that
#   holds every word once: $\ln\frac{1+N}{1+\mathrm{df}_j}$.
# - A word in all documents would get $\ln 1 = 0$ and vanish. Add 1 to the result.
#
# $$\mathrm{idf}_j = \ln\frac{1+N}{1+\mathrm{df}_j} + 1$$
#
# This is scikit-learn's default; textbooks often print $\ln(N/\mathrm{df})$. $\mathrm{df}_j$ counts
# *documents*: ten times in one document is still 1. The term frequency is the raw count, and then each
# **row** is divided by its length, so that a long document is not closer to everything than a short one:
#
# $$M_{ij} = \frac{X_{ij}\,\mathrm{idf}_j}{\sqrt{\sum_{j'} (X_{ij'}\,\mathrm{idf}_{j'})^2}}$$
#
# Now the dot product of two rows is the cosine of the angle between them. A row without any word has
# length 0 and stays zero.
#
# There are two functions because there are two moments. `idf` is *fitted* on the training documents. A new
# document is *transformed* with that same `idf`. Computed from the new document alone, $N = 1$ and every word
# in it would have the weight 1.
#
# **By hand.** Three documents; the columns are "data", "sloth" and "forest":
# $X = \begin{pmatrix} 1 & 2 & 0 \\ 1 & 0 & 1 \\ 3 & 0 & 0 \end{pmatrix}$. The words stand in 3, 1 and 1
# documents, so $\mathrm{idf} = (\ln\frac44 + 1,\ \ln\frac42 + 1,\ \ln\frac42 + 1)$, which is
# $(1,\ 1.6931,\ 1.6931)$. The first row becomes $(1,\ 3.3863,\ 0)$ with length
# $\sqrt{1 + 11.467} = 3.5309$, so it ends as $(0.2832,\ 0.9591,\ 0)$. The last row ends as $(1, 0, 0)$: three
# times "data" is still only "data".

# %% [markdown] hints="tfidf"
# idea: A dict from words to columns makes counting one loop. The weights are one line of numpy each.
#
# shapes: X is (n, V), one row per document. idf has V entries and multiplies each row. Lengths are one per row:
# keep them as (n, 1) so that they divide the rows.
#
# steps: Vocabulary only if none is given; then count what is in it. Document frequency: how many entries of a
# column are positive. Weigh, then divide by the rows' lengths, where they are not 0.
#
# mistake: The document frequency counts documents, not occurrences. And an empty list as vocabulary is a
# vocabulary.


# %% question="tfidf" minutes=25
def count_matrix(
    docs: list[list[str]], vocab: list[str] | None = None
) -> tuple[Int[np.ndarray, "n V"], list[str]]:
    """Word counts per document.

    Args:
        docs: tokenized documents; each may be empty.
        vocab: the words of the columns, in the order of the columns and each once; may be an empty list. None
            takes all types of ``docs``, sorted as Python sorts strings.

    Returns:
        X and the vocabulary (``vocab`` itself or an equal list). ``X[i, j]`` is how often ``vocab[j]`` stands
        in ``docs[i]`` as a whole token, int64. Tokens that are not in the vocabulary are not counted. Documents
        may be equal; each has its row.
    """
    ### BEGIN SOLUTION
    if vocab is None:
        vocab = sorted({token for doc in docs for token in doc})
    column = {word: j for j, word in enumerate(vocab)}
    X = np.zeros((len(docs), len(vocab)), dtype=np.int64)
    for i, doc in enumerate(docs):
        for token in doc:
            if token in column:
                X[i, column[token]] += 1
    return X, vocab
    ### END SOLUTION


def fit_idf(X: Int[np.ndarray, "n V"]) -> Float[np.ndarray, "V"]:
    """Smoothed inverse document frequencies.

    Args:
        X: word counts, one document per row.

    Returns:
        ln((1 + n) / (1 + df)) + 1 of each column, float64, where df is the number of rows with a positive count.
    """
    ### BEGIN SOLUTION
    df = (X > 0).sum(axis=0)
    return np.log((1 + len(X)) / (1 + df)) + 1
    ### END SOLUTION


def tfidf(X: Int[np.ndarray, "n V"], idf: Float[np.ndarray, "V"]) -> Float[np.ndarray, "n V"]:
    """Counts weighted by given inverse document frequencies, each row of length 1.

    Args:
        X: word counts, one document per row; not necessarily those that ``idf`` was fitted on.
        idf: a weight for each column, at least 0.01.

    Returns:
        X times idf, float64, each row divided by its Euclidean length, without an epsilon: rows have length 1
        up to rounding. Rows of zeros stay zero (no nan).
    """
    ### BEGIN SOLUTION
    M = X * idf
    length = np.linalg.norm(M, axis=1, keepdims=True)
    return np.divide(M, length, out=np.zeros_like(M), where=length > 0)
    ### END SOLUTION


# %% [markdown]
# That is a search engine: clean, remove stopwords, stem, count, weigh. A query is a very short document,
# counted in the same columns and weighted with the same idf. The best answer is the row with the largest
# cosine. Left, eight queries against the 14 descriptions. Right, the heaviest stems of five of them: nobody
# told the program what they are about.
#
# Two of the queries show what a bag of words cannot do. The rat in "rats in the forest" lives among the
# species distributions, but a text about forest cover says "forest" more often, and wins. And "handwriting"
# finds nothing: the digits are "handwritten", another string, hence another column. To a count matrix two
# words are equal or have nothing in common. Word embeddings, the next assignment, are the answer to that.

# %%
function_words = (
    "a about after all also an and any are as at be been by can do for from has have in into is it its more "
    "no not of on one only or other our over so some such than that the their them these they this those to "
    "two up use used using was we were what when where which who will with you your"
)
STOPWORDS = set(function_words.split())


def terms(text: str) -> list[str]:
    """Cleaned and stemmed words without stopwords."""
    words = remove_stopwords(clean_text(text).split(), STOPWORDS)
    return [stem_step1(word) for word in words if word.isascii()]  # the stemmer knows a to z


# %% tags=["demo"]
@demo
def search_engine(seed: int = 0) -> dict[str, float]:
    """Queries against the descriptions, by the cosine of TF-IDF rows; held-out sentences, with a control."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    names = list(descriptions())
    X, vocab = count_matrix([terms(text) for text in descriptions().values()])
    idf = fit_idf(X)
    M = tfidf(X, idf)
    meant = {
        "photographs of human faces": "lfw",
        "measuring petals of flowers": "iris",
        "a sloth in South America": "species_distributions",
        "wines made in Italy": "wine_data",
        "patients with high blood sugar": "diabetes",
        "what houses cost": "california_housing",
        "rats in the forest": "species_distributions",
        "handwriting": "digits",
    }
    queries = list(meant)
    counted = count_matrix([terms(query) for query in queries], vocab)[0]
    cosine = tfidf(counted, idf) @ M.T

    def answers(table: np.ndarray) -> list[str]:
        return [names[row.argmax()] if row.any() else "nothing" for row in table]

    figure, (left, right, score) = plt.subplots(1, 3, figsize=(14, 4.6), width_ratios=[1.4, 1, 0.6])
    left.imshow(cosine, aspect="auto", vmin=0)
    left.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=9)
    left.set_yticks(range(len(queries)), queries)
    found = [(names.index(name), i) for i, name in enumerate(answers(cosine)) if name in names]
    left.plot(*zip(*found), "o", c="C1", ms=7)
    left.set_title("cosine of query and description; best answer marked")
    ticks, labels = [], []
    for block, name in enumerate(["wine_data", "olivetti_faces", "iris", "diabetes", "kddcup99"]):
        row = M[names.index(name)]
        best = np.argsort(-row, kind="stable")[:4]
        ticks += [5 * block + j for j in range(4)]
        labels += [vocab[j] for j in best]
        right.barh(ticks[-4:], row[best], color=f"C{block}")
        right.text(0.47, 5 * block + 1.5, name, color=f"C{block}", va="center", weight="bold")
    right.set_yticks(ticks, labels, fontsize=8)
    right.invert_yaxis()
    right.set(xlabel="TF-IDF", xlim=(0, 0.75), title="the four heaviest stems")

    # held out: a quarter of the sentences of each description look for the rest of it
    rng, ends = np.random.default_rng(seed), r"(?<=[.!?:])\s+|\n\s*\n"
    rest, asked, home = [], [], []
    for i, text in enumerate(descriptions().values()):
        parts = [part for part in map(terms, re.split(ends, text)) if len(part) >= 5]
        out = set(rng.choice(len(parts), max(1, len(parts) // 4), replace=False).tolist())
        rest.append([word for j, part in enumerate(parts) if j not in out for word in part])
        asked += [parts[j] for j in sorted(out)]
        home += [i] * len(out)
    X, vocab = count_matrix(rest)
    counted, home = count_matrix(asked, vocab)[0], np.array(home)
    shares = {}
    for kind, weights in (("TF-IDF", fit_idf(X)), ("raw counts", np.ones(len(vocab)))):
        best = (tfidf(counted, weights) @ tfidf(X, weights).T).argmax(axis=1)
        shares[kind] = 100 * float((best == home).mean())
    shares["commonest"] = 100 * float(np.bincount(home).max() / len(home))
    bars(score, shares, ["C0", "0.6", "0.6"], "%.0f")
    score.set(
        xlabel="%", xlim=(0, 100), title=f"{len(home)} held-out sentences:\nfound the right text"
    )
    plt.show()
    numbers = {
        query: float(answer == meant[query]) for query, answer in zip(queries, answers(cosine))
    }
    rats = float(answers(cosine)[queries.index("rats in the forest")] == "covtype")
    nothing = float(answers(cosine)[-1] == "nothing")
    return (
        numbers | shares | {"forest cover for the rats": rats, "nothing for handwriting": nothing}
    )


# %% [markdown]
# **How good is it?** Eight chosen queries prove nothing. So a quarter of the sentences of each description was
# taken out, and each of them looked for the text that it came from. About two of three find it. The controls: the
# same engine with raw counts finds fewer, and whoever always names the text with the most sentences is right once
# in four times. The weights are worth several sentences in a hundred, for free.
#
# ## 8. An n-gram language model
#
# A bag of words cannot tell "dog bites man" from the opposite. A **language model** gives every sentence a
# probability, word by word: $P(w_1, \dots, w_T) = \prod_t P(w_t \mid w_1, \dots, w_{t-1})$, exactly. Few
# histories occur twice, so an n-gram model looks only at the last $n-1$ words: a *unigram* model ($n=1$) at
# none, a *bigram* model ($n=2$) at one.
#
# **Padding.** The first word needs a history and the end of the sentence must be predicted too (otherwise the
# probabilities of sentences of *each* length add up to 1). A sentence gets $n-1$ marks `<s>` in front and one
# `</s>` behind. `<s>` is only ever history: it is given and never predicted. `</s>` is predicted and never
# history.
#
# **Counting.** Slide over the predicted positions, the $T$ words and `</s>`. At each, $h$ is the tuple of the
# $n-1$ symbols before it: count $c(h, w)$ and $c(h) = \sum_w c(h, w)$. For $n=1$ the history is empty and
# $c(h)$ is the number of all predicted positions.
#
# **Smoothing.** The relative frequency $c(h,w)/c(h)$ gives probability 0 to every bigram not yet seen, and
# one zero makes the whole sentence impossible. Pretend to have seen every word $k$ times more after every
# history:
#
# $$P(w \mid h) = \frac{c(h, w) + k}{c(h) + k\,\lvert\mathcal V\rvert}$$
#
# (Laplace's rule for $k=1$.) The denominator is forced: the sum over $w \in \mathcal V$ must be 1. It is, if
# $\mathcal V$ holds *everything that can be predicted*: all types of the training sentences, `</s>`, and
# `<unk>`, which stands for all words that were never seen. `<s>` is not in $\mathcal V$. A word outside
# $\mathcal V$ is read as `<unk>`, whether it is to be predicted or stands in the history. A history that
# never occurred has $c(h) = 0$ and gives $1/\lvert\mathcal V\rvert$ to all.
#
# **By hand.** Train a bigram model with $k=1$ on "the cat sat" and "the dog sat". $\mathcal V$ has 6 members:
# the, cat, dog, sat, `</s>`, `<unk>`. $c(\text{the}) = 2$, so
# $P(\text{cat} \mid \text{the}) = \frac{1+1}{2+6} = \frac14$ and
# $P(\text{bird} \mid \text{the}) = \frac{0+1}{8} = \frac18$. All six:
# $\frac14 + \frac14 + 4 \cdot \frac18 = 1$. At the beginning, "the" has $\frac{2+1}{2+6} = \frac38$. After a
# word never seen, everything has $\frac16$.
#
# ![The sentence the cat sat with a start mark before and an end mark behind; a window of two slides over it; four positions are predicted, the start mark is not](pictures/text_preprocessing/window.svg)

# %% [markdown] hints="ngram_lm"
# idea: Two tables of counts, filled once; the function that comes back only looks up. It remembers them because it
# is made inside.
#
# shapes: A history is a tuple of n - 1 symbols, empty for n = 1. A sentence of T words has T + 1 predicted
# positions.
#
# steps: Vocabulary: all training words and two marks. Pad each sentence; slide over the predicted positions; count
# (history, word) and history. In `prob`: replace unknown words, pad the context, take its last n - 1 symbols, look
# up, smooth.
#
# mistake: The last n - 1 of a list as `[-(n - 1):]`. For n = 1 that is `[0:]`, the whole list.


# %% question="ngram_lm" minutes=25
def ngram_lm(sents: list[list[str]], n: int, k: float) -> Callable[[str, list[str]], float]:
    """An n-gram language model with add-k smoothing.

    Args:
        sents: tokenized training sentences without <s> and </s>, which are added here; each may be empty.
            "<unk>" may stand in them (for rare words that were replaced by it), and is counted as any word. A word
            may hold any characters, spaces too, as GPT-2's pieces do.
        n: length of the n-grams, at least 1.
        k: added to every count, positive.

    Returns:
        A function ``prob(word, context)``: the probability that ``word`` comes next. ``word`` is any string
        except "<s>"; "</s>" is the end of the sentence. ``context`` is the list of **all words of the sentence
        before it**, without <s>: possibly empty, possibly longer or shorter than n-1. ``prob`` puts n-1 times
        <s> in front of it and looks at the last n-1 symbols; for n = 1 at none. Words that are not in the
        training sentences count as <unk>, in both arguments.
    """
    ### BEGIN SOLUTION
    vocab = {"</s>", "<unk>"}.union(*sents)
    ngrams, histories = collections.Counter(), collections.Counter()
    for sent in sents:
        padded = ["<s>"] * (n - 1) + sent + ["</s>"]
        for start in range(len(sent) + 1):
            history, word = tuple(padded[start : start + n - 1]), padded[start + n - 1]
            ngrams[history, word] += 1
            histories[history] += 1

    def prob(word: str, context: list[str]) -> float:
        known = [w if w in vocab else "<unk>" for w in context]
        history = tuple((["<s>"] * (n - 1) + known)[len(context) :])  # the last n-1, also for n = 1
        word = word if word in vocab else "<unk>"
        return (ngrams[history, word] + k) / (histories[history] + k * len(vocab))

    return prob
    ### END SOLUTION


# %% [markdown]
# ## 9. Perplexity, bits per byte, and Zipf's law
#
# **Perplexity** says how good a language model is. Take the $M$ predicted positions of a test text: in every
# sentence its words *and* the `</s>`. The start marks are given, not predicted, and do not count. Then
#
# $$\mathrm{PPL} = \exp\!\Bigl(-\frac1M \sum_{i=1}^{M} \ln P(w_i \mid h_i)\Bigr)
# = \Bigl(\prod_{i=1}^{M} P(w_i \mid h_i)\Bigr)^{-1/M}.$$
#
# It is the inverse of the *geometric* mean probability. A uniform choice among $V$ words has perplexity $V$:
# perplexity is the number of equally likely words between which the model hesitates.
#
# - The logarithm and the exponential need the same base. $2^x$ goes with $\log_2$; $e^x$ with $\log_2$ is
#   wrong.
# - Average over the positions of all sentences together, so that a long sentence weighs more than a short
#   one.
# - Sum logarithms. A product of 2000 probabilities of $10^{-3}$ is $10^{-6000}$. The smallest positive float64
#   is $5\cdot10^{-324}$, and whatever is much smaller becomes 0.
#
# **By hand.** "the cat sat" under the bigram model of question 8 has the probability
# $\frac38 \cdot \frac14 \cdot \frac27 \cdot \frac38 = 0.010045$; the last factor is for `</s>` after "sat".
# Four positions, so $\mathrm{PPL} = 0.010045^{-1/4} = 3.159$. The vocabulary has 6 members, and the model
# hesitates between about three.
#
# **Zipf's law.** Rank the types by falling frequency: rank 1 is the most frequent. In texts of all languages
# the frequency falls about like $f(r) = C\,r^{-s}$, with an $s$ near 1 if the corpus is large. Then $\ln f =
# \ln C - s \ln r$: a straight line with slope $-s$ in logarithmic axes. (The base does not matter for the
# slope: both logarithms change by the same factor.) A few types make up half of any text, and half of all
# types occur only once. This is why stopwords are worth removing, why rare words are cut into pieces, and why
# counts must be smoothed.
#
# **By hand.** Frequencies 12, 6, 4, 3 are $12/r$. The slope is exactly $-1$.
#
# **Bits per byte.** Perplexity is per *token*, so it depends on what a token is. A model of bytes that hesitates
# between 8 needs 3 bits for each byte. A model of words may hesitate between 200, at every fifth byte. Who is
# better? Divide what the whole text costs by something that does not depend on the cutting, its length $L$ in
# bytes:
#
# $$\text{bits per byte} = \frac{M \log_2 \mathrm{PPL}}{L} .$$
#
# **By hand.** "the cat sat" above cost 4 positions of $\log_2 3.159 = 1.6594$ bits each. The text has 11 bytes, so
# that is $4 \cdot 1.6594 / 11 = 0.603$ bits per byte. Less than seven flips of a coin for a whole
# sentence: the model was trained on it.

# %% [markdown] hints="perplexity"
# idea: Both live on logarithms. The perplexity is a mean of them in disguise, and the slope belongs to a straight
# line through them.
#
# shapes: A list of T words gives T + 1 terms, each with the list of words before it. The slope is one number from
# two vectors of length at most `top`.
#
# steps: Walk through the words and the end mark of each sentence, ask for the probability given what came before,
# collect the logarithms of all sentences in one list; mean, minus, exp. For the slope: frequencies sorted down, the
# first `top`, ranks from 1, a least-squares line (`np.polyfit`).
#
# mistake: The average of the perplexities of sentences. The mean is over positions, all together.


# %% question="perplexity" minutes=20
def perplexity(prob: Callable[[str, list[str]], float], sents: list[list[str]]) -> float:
    """Perplexity of a language model on test sentences.

    Args:
        prob: ``prob(word, context)`` is the positive probability of ``word`` after the list of all words of
            the sentence before it, as :func:`ngram_lm` returns it. "</s>" is the word at the end.
        sents: tokenized sentences, at least one, without <s> and </s>; each may be empty.

    Returns:
        exp of minus the mean log-probability over all predicted positions of all sentences together: every
        word, and one "</s>" per sentence. Finite also where the product of the probabilities underflows, and
        exact for the smallest probabilities: nothing is added to them.
    """
    ### BEGIN SOLUTION
    logs = [math.log(prob(word, sent[:i])) for sent in sents for i, word in enumerate([*sent, "</s>"])]
    return math.exp(-sum(logs) / len(logs))
    ### END SOLUTION


def zipf_slope(tokens: list[str], top: int) -> float:
    """Slope of the rank-frequency line in logarithmic axes.

    Args:
        tokens: a text of at least two types; "The" and "the" are two.
        top: how many of the most frequent types to use, at least 2; all, if there are fewer.

    Returns:
        The slope of the least-squares line of ln(frequency) over ln(rank), for the ranks 1, 2, ..., ``top``.
        Types of equal frequency get consecutive ranks.
    """
    ### BEGIN SOLUTION
    freqs = sorted(collections.Counter(tokens).values(), reverse=True)[:top]
    ranks = np.arange(1, len(freqs) + 1)
    slope, _ = np.polyfit(np.log(ranks), np.log(freqs), 1)
    return slope
    ### END SOLUTION


# %% [markdown]
# **Two laws first**, on the descriptions, cut into words.
#
# **Left: Zipf.** A line through the 300 most frequent of 1406 types, with the slope $-0.75$: flatter than $-1$.
# The law is rough, above all for 5000 words, and the slope depends on where you look: the first 1000 ranks give
# $-0.91$. 111 types make half of the text, and 53 % of the types occur only once.
#
# **Right: n-gram models**, trained on nine sentences of ten and tested on the tenth. Each curve is a U. With
# $k$ too small, whatever is new costs too much; with $k$ too large, the counts no longer matter. Look at
# Laplace's $k = 1$: the bigram model is *worse* than the unigram model there. With about 1300 types, $k=1$
# pretends to have seen 1300 words after a history that was in truth seen a few times. The longer the history,
# the thinner the counts and the smaller the best $k$. And on a corpus of this size the best trigram model
# does not reach the best bigram model.


# %% tags=["demo"]
@demo
def two_laws_of_words(seed: int = 0) -> dict[str, float]:
    """Zipf's law, and perplexity against k."""
    import matplotlib.pyplot as plt

    words = clean_text(" ".join(descriptions().values())).split()
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    top, freqs = 300, np.array([count for _, count in collections.Counter(words).most_common()])
    slope, ranks = zipf_slope(words, top), np.arange(1, len(freqs) + 1)
    line = np.exp(
        np.log(freqs[:top]).mean() + slope * (np.log(ranks[:top]) - np.log(ranks[:top]).mean())
    )
    left.loglog(ranks, freqs, ".", c="C0", label=f"{len(freqs)} types")
    left.loglog(ranks[:top], line, c="C1", label=f"slope {slope:.2f}")
    left.set(xlabel="rank", ylabel="frequency", title="Zipf: frequency against rank")
    left.legend()
    numbers = {
        "slope": float(slope),
        "slope of 1000": float(zipf_slope(words, 1000)),
        "types": float(len(freqs)),
    }
    numbers["seen once"] = float((freqs == 1).mean())
    numbers["types for half"] = float((freqs.cumsum() < freqs.sum() / 2).sum()) + 1

    ends = r"(?<=[.!?:])\s+|\n\s*\n"  # of sentences, headings and table entries
    parts = [
        clean_text(part).split()
        for text in descriptions().values()
        for part in re.split(ends, text)
    ]
    sents = [part for part in parts if len(part) > 2]
    train, test = [sent for i, sent in enumerate(sents) if i % 10 != seed], sents[seed::10]
    ks = [1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0]
    for n, colour in ((1, "C2"), (2, "C0"), (3, "C1")):
        curve = [perplexity(ngram_lm(train, n, k), test) for k in ks]
        right.loglog(ks, curve, "o-", c=colour, label=f"n = {n}: best {min(curve):.0f}")
        numbers |= {f"n = {n}, k = {k:g}": float(value) for k, value in zip(ks, curve)}
    right.axvline(1, c="0.6", lw=1, ls="--")
    right.set(
        xlabel="k  (dashed: Laplace)", ylabel="perplexity", title="Perplexity on new sentences"
    )
    right.legend()
    plt.show()
    return numbers


# %% [markdown]
# ## Payoff: what should a token be?
#
# Now the question can be settled, by your own functions. Nine chapters of the novel are read, one chooses the best
# $k$ of four, two are held out; which ones, the seed decides. Your trainer learns up to 4000 merges. Your encoder
# cuts the sentences, one special token between two of them. Your bigram model learns from the tokens, and the
# held-out sentences are priced. Every byte of them is paid for, since every byte is in the vocabulary: there is no
# `<unk>` to hide behind.
#
# Three controls. *Shuffled*: as many merges, but learned from the novel with the letters of each word shuffled;
# what they gain comes from having longer tokens at all, and not from the right ones. *lzma*: a strong compressor from Python's library, which has read the same chapters; it answers the question by its own means. And 8 bits per byte for
# who has learned nothing.
#
# Guess before you look: how many merges are best for a text of this size?

# %% tags=["predict"]
predict("the best number of merges", merges=...)


# %% tags=["demo"]
@demo
def what_should_a_token_be(seed: int = 0) -> dict[str, float]:
    """Bits per byte and perplexity of bigram models over ever longer tokens, on chapters never read."""
    import lzma

    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    order, end = rng.permutation(len(novel())), "<|endoftext|>"

    def sentences(chapters: np.ndarray) -> list[str]:
        lines = [line for i in chapters for line in novel()[i].split("\n")]
        return [sentence for line in lines for sentence in re.split(r"(?<=[.!?;])(?= )", line)]

    new, chosen, read = (
        sentences(order[:2])[:120],
        sentences(order[2:3])[:60],
        sentences(order[3:12]),
    )
    size = len("".join(new).encode())
    shuffled = [
        re.sub("[A-Za-z]+", lambda m: "".join(rng.permutation(list(m[0]))), text) for text in read
    ]
    learned = {"learned": byte_train(read, 4000), "shuffled": byte_train(shuffled, 1000)}

    def price(merges: list[tuple[int, int]]) -> tuple[float, float]:
        """Bits per byte and perplexity of the held-out sentences."""
        mark, cut = 256 + len(merges), []
        for texts in (read, chosen, new):
            tokens = byte_encode(end.join(texts), merges, [end])
            ends = [i for i, token in enumerate(tokens) if token == mark]
            spans = zip([0, *(i + 1 for i in ends)], [*ends, len(tokens)])
            cut.append([list(map(str, tokens[a:b])) for a, b in spans])
        every = [[str(i)] for i in range(mark)]  # each token once: nothing is unknown
        models = [ngram_lm(cut[0] + every, 2, k) for k in (0.1, 0.03, 0.01, 0.003)]
        ppl = perplexity(min(models, key=lambda prob: perplexity(prob, cut[1])), cut[2])
        return sum(len(sent) + 1 for sent in cut[2]) * math.log2(ppl) / size, ppl

    steps = {"learned": [0, 100, 300, 1000, 2000, 4000], "shuffled": [300, 1000]}
    prices = {kind: {m: price(learned[kind][:m]) for m in grid} for kind, grid in steps.items()}
    packed = [len(lzma.compress("".join(texts).encode(), preset=9)) for texts in (read, read + new)]
    compressor = 8 * (packed[1] - packed[0]) / size

    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), width_ratios=[1.5, 1])
    places = {m: j for j, m in enumerate(steps["learned"])}
    for kind, colour in (("learned", "C0"), ("shuffled", "0.6")):
        xs, ys = [places[m] for m in prices[kind]], [bits for bits, _ in prices[kind].values()]
        left.plot(xs, ys, "o-", color=colour, label=f"{kind} merges")
    left.axhline(compressor, color="C1", ls="--", lw=1, label=f"lzma: {compressor:.2f}")
    guess = guesses("the best number of merges").get("merges")
    if isinstance(guess, (int, float)) and guess >= 0:
        grid = steps["learned"]
        left.axvline(
            np.interp(guess, grid, range(len(grid))), color="C3", ls="--", label="your guess"
        )
    left.set_xticks(list(places.values()), list(map(str, places)))
    left.set(
        xlabel="merges", ylabel="bits per byte (nothing learned: 8)", title="What the text costs"
    )
    left.legend()
    right.plot(list(places.values()), [ppl for _, ppl in prices["learned"].values()], "o-")
    right.set_xticks(list(places.values()), list(map(str, places)))
    right.set(xlabel="merges", ylabel="perplexity per token", title="What the perplexity says")
    plt.show()
    numbers = {f"{kind} {m}": bits for kind, row in prices.items() for m, (bits, _) in row.items()}
    numbers |= {f"perplexity {m}": ppl for m, (_, ppl) in prices["learned"].items()}
    return numbers | {"lzma": compressor}


# %% [markdown]
# **Left.** Bytes cost about 3.5 bits each, and merges save more than a bit of that: the bigram model looks back one
# token, and a longer token is a longer memory. With 1000 merges it beats lzma, by counting pairs. Then the curve
# turns: with 4000 merges the price is higher again, since most tokens are rare by then and the counts are thin.
# GPT-2 can afford 50,257 tokens because it has read some 300,000 times as much.
#
# **The control says where the gain comes from.** Shuffled merges help, too, by more than three quarters of a bit:
# any longer token is a longer memory. At 1000 merges the right ones are worth another fifth of a bit. That part is
# what BPE found out about English.
#
# **Right.** On the same texts the perplexity rises all the way, from about 11 to more than 350, while the price
# falls and turns. Who compares models with different tokenizers by perplexity picks the worst one. Compare bits per
# byte.
#
# So: what should a token be? A piece that the corpus holds often enough to know what follows it. More text, longer
# tokens.

# %% [markdown]
# ## What you built, and where it goes next
#
# You have the path from a string to numbers twice. One way forgets the order: clean, normalise, count, weigh.
# It is still the baseline that a classifier or a search engine has to beat. The other keeps it: tokens,
# subwords, and a model of the next token. Language models of today do the same with better counts.
#
# - **BPE on bytes** leaves no unknown character: GPT-2, and the pieces of most models since. **Unigram**
#   tokenizers choose pieces by likelihood: [Kudo 2018](https://arxiv.org/abs/1804.10959),
#   [SentencePiece](https://arxiv.org/abs/1808.06226).
# - **Better smoothing.** Kneser-Ney subtracts a discount from every count and gives it to shorter histories,
#   weighing a word by how many *different* histories it follows: [Chen and Goodman
#   1996](https://arxiv.org/abs/cmp-lg/9606011).
# - **Sharing between similar words** instead of counting each alone: the neural language model of [Bengio et
#   al. 2003](https://www.jmlr.org/papers/v3/bengio03a.html), and word embeddings ([Mikolov et al.
#   2013](https://arxiv.org/abs/1301.3781)), which is the assignment *word_embeddings*.
# - **Is cleaning still needed?** A large model reads raw text in subwords: case and punctuation carry
#   meaning, and stemming would destroy it. What remains is Unicode normalisation, deduplication, and removing
#   markup.
#
# The [article](https://www.chenk.top/en/nlp/introduction-and-preprocessing/) tells the same story with a
# decision table.
