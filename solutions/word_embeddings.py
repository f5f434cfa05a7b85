# %% [markdown]
# # Word embeddings and language models
#
# A computer reads two novels and is told nothing about English. It keeps a tally of which words stood side by side. That
# is enough for it to put *mother* next to *father*, *three* next to *four* and *walked* near *ran*.
# **How much of a word's meaning can be read off the company that it keeps, and what cannot?** You will ask it of three
# texts: a toy language whose meanings are known exactly, a formula that says what the best answer would be, and Jane Austen.
#
# **You will build** all of it in numpy: pairs and counts, the three ways to test a set of vectors, the noise and the loss of
# word2vec, GloVe, and further CBOW, FastText's vectors for words never seen, an n-gram model and Bengio's neural language
# model.
#
# <!-- questions -->
#
# **You need** numpy with broadcasting, the chain rule, and the softmax.
#
# **Article:** [Word embeddings and language models](https://www.chenk.top/en/nlp/word-embeddings-lm/).
# **Papers:** Mikolov et al., [Efficient estimation of word representations in vector
# space](https://arxiv.org/abs/1301.3781) and [Distributed representations of words and phrases and their
# compositionality](https://arxiv.org/abs/1310.4546) (2013); Pennington, Socher and Manning,
# [GloVe](https://aclanthology.org/D14-1162/) (2014); Bojanowski et al., [Enriching word vectors with subword
# information](https://arxiv.org/abs/1607.04606) (2017); Bengio et al., [A neural probabilistic language
# model](https://www.jmlr.org/papers/v3/bengio03a.html) (2003).
#
# ## Conventions
#
# - A word is an id, $0 \le w < V$. A sentence is a list of ids, a corpus a list of sentences.
# - Each word has two vectors: row $v_w$ of the input matrix $W$, of shape $(V, d)$, and column $v'_w$ of the
#   output matrix $W'$, of shape $(d, V)$. A word that is *given* uses $W$, a word that is *predicted* uses
#   $W'$. Skip-gram is given the center and predicts its context; CBOW is given the context.
# - $\sigma(s) = 1/(1 + e^{-s})$. It is `expit` in the code, which is exact for any $s$. $\log$ is natural.
# - Every loss is to be **minimised**. Gradients are those of the loss.
# - Ids are int64, numbers float64. A function leaves its arguments as they were.
# - What you write uses Python, numpy and `expit`. Calls of other libraries are refused.

# %%
import itertools
import lzma
import math
from collections import Counter
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, Int64
from scipy.special import expit

from dlcourse import check, demo, guesses, predict, probe

DATA = Path("data/word_embeddings").resolve()

# %% [markdown]
# ## First look
#
# The text: *Sense and Sensibility* and *Pride and Prejudice* (Jane Austen, 1811 and 1813, in the public domain), one sentence
# per line, without capitals and punctuation. The last tenth of each novel is put aside for the end. Words that occur
# fewer than 20 times are left out; about 1,100 are kept.
#
# The next cell also holds fourteen small *families* of words, such as kin, numbers and verbs of saying. The
# computer does not see them. They are our ruler: in what share of the words is the nearest other word, among those
# listed, of the same family?

# %%
def austen() -> tuple[list[list[str]], list[list[str]]]:
    """The sentences of two novels: the first nine tenths of each, and the last."""
    text = lzma.decompress((DATA / "austen.txt.xz").read_bytes()).decode()
    read, held_out = [], []
    for novel in text.split("\n\n"):
        sentences = [line.split() for line in novel.splitlines()]
        end = len(sentences) * 9 // 10
        read += sentences[:end]
        held_out += sentences[end:]
    return read, held_out


def vocabulary(texts: list[list[str]], least: int = 1) -> list[str]:
    """The words that occur at least that often, in alphabetical order."""
    occurrences = Counter(word for text in texts for word in text)
    return sorted(word for word in occurrences if occurrences[word] >= least)


def to_ids(texts: list[list[str]], vocab: list[str]) -> list[list[int]]:
    """The texts as ids; words outside the vocabulary are left out."""
    ids = {word: i for i, word in enumerate(vocab)}
    return [[ids[word] for word in text if word in ids] for text in texts]


FAMILIES = {
    "kin": "mother father sister brother daughter son uncle aunt cousin wife husband niece",
    "numbers": "two three four five six seven eight ten twenty",
    "time": "day week month year hour minute morning evening night",
    "body": "eyes hand face head arm lips cheeks voice",
    "feelings": "joy pleasure delight happiness sorrow grief misery pain anger regret",
    "modals": "would could should might must shall will can may",
    "pronouns": "he she they we you i it",
    "things": "book letter paper note carriage horse horses",
    "places": "london bath town longbourn netherfield rosings",
    "rooms": "room house door window parlour garden",
    "amounts": "all every any some no each many few",
    "saying": "said cried replied answered asked repeated",
    "thinking": "think believe suppose know hope wish fear",
    "moving": "came went returned left entered walked ran",
}


def family_share(E: Float[np.ndarray, "V d"], vocab: list[str]) -> float:
    """Per cent of the families' words whose nearest other one, by cosine, is of their own family."""
    words = [(word, name) for name, listed in FAMILIES.items() for word in listed.split() if word in vocab]
    rows = E[[vocab.index(word) for word, _ in words]]
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    cosine = rows @ rows.T - 9 * np.eye(len(rows))
    name = np.array([name for _, name in words])
    return 100 * float((name[cosine.argmax(axis=1)] == name).mean())


def ppmi(X: Float[np.ndarray, "V V"]) -> Float[np.ndarray, "V V"]:
    """Positive pointwise mutual information of counts; question 2 says what that is."""
    column = X.sum(axis=0) ** 0.75  # why a power: question 4
    expected = X.sum(axis=1, keepdims=True) * column / column.sum()
    return np.log(np.maximum(X / np.maximum(expected, 1e-12), 1.0))


# %% [markdown]
# **Turn the knob.** `window` says how many words on each side count as company. Each word is described by its company alone,
# 1,105 numbers, and the picture lists the nearest words. With a window of 1, more than eight in ten find their own family.
# In the same text with its words shuffled, fewer than one in six do.
#
# With a window of 10 the share falls below seven in ten, and what is lost is of a certain kind. At 1 the five nearest to *walked*
# are verbs, *ran* and *went* among them; at 10 they begin with *room*, *breakfast* and *door*. Narrow company tells what **kind** of
# word it is, wide company what the **talk** is about.

# %% tags=["demo"]
@demo(window=(1, 10))
def first_look(window: int = 1, seed: int = 0) -> dict[str, float]:
    """Words of two novels by the company they keep, for a window that can be chosen."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    read, _ = austen()
    vocab = vocabulary(read, 20)
    sents = to_ids(read, vocab)
    V, flat = len(vocab), np.concatenate(sents).astype(np.int64)
    sentence = np.repeat(np.arange(len(sents)), [len(sent) for sent in sents])

    def company(words: np.ndarray, width: int) -> np.ndarray:
        """Positive PMI of the words within a window."""
        one_sided = np.zeros(V * V)
        for step in range(1, width + 1):
            same = sentence[step:] == sentence[:-step]
            one_sided += np.bincount((words[:-step] * V + words[step:])[same], minlength=V * V)
        square = one_sided.reshape(V, V)
        return ppmi(square + square.T)

    mine, narrow, wide = (company(flat, width) for width in (window, 1, 10))
    shuffled = company(np.random.default_rng(seed).permutation(flat), window)
    numbers = {"narrow": family_share(narrow, vocab), "mine": family_share(mine, vocab)}
    numbers |= {"wide": family_share(wide, vocab), "shuffled": family_share(shuffled, vocab)}

    def neighbours(rows: np.ndarray, word: str) -> list[str]:
        """The five nearest words."""
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        near = np.argsort(-rows @ rows[vocab.index(word)])
        return [vocab[i] for i in near if vocab[i] != word][:5]

    _, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4), width_ratios=[1.5, 1])
    left.set(title=f"nearest words, window {window}", xlim=(0, 1), ylim=(4.6, -0.6), xticks=[], yticks=[])
    left.spines[:].set_visible(False)
    for row, word in enumerate(("mother", "walked", "happy", "three", "elizabeth")):
        left.text(0.0, row, word, weight="bold", color="C0")
        left.text(0.2, row, ", ".join(neighbours(mine, word)))
    shares = {f"window {window}": numbers["mine"], "window 10": numbers["wide"], "shuffled text": numbers["shuffled"]}
    bars(right, shares, [*["C0"] * (len(shares) - 1), "0.6"], "%.0f")
    right.set(xlim=(0, 105), xlabel="% nearest to one of their family")
    kinds = set(FAMILIES["moving"].split())
    numbers["moving near"] = float(len(kinds & set(neighbours(narrow, "walked"))))
    numbers["moving far"] = float(len(kinds & set(neighbours(wide, "walked"))))
    return numbers

# %% [markdown]
# ## A language whose meanings are known
#
# Nobody can say what *mother* means to three decimals. So there is a second text, a toy, in which meaning is planted: short
# sentences about eight people, and about animals,
# games, drinks and cities. A person has three traits: sex, rank and age. A sentence about a king mentions
# one word for each, such as *he*, *throne* and *old*. Nine times out of ten it is a word of the right kind. What a method
# reads off this text can be checked against the truth: the eight people are the corners of a cube.

# %%
PEOPLE = {"king": "mro", "queen": "fro", "prince": "mry", "princess": "fry"}
PEOPLE |= {"man": "mco", "woman": "fco", "boy": "mcy", "girl": "fcy"}
TRAITS = {"m": "he his him himself", "f": "she her hers herself"}
TRAITS |= {"r": "throne crown palace castle", "c": "farm market cottage village"}
TRAITS |= {"o": "old wise tired grey", "y": "young little playful small"}
CITIES = {"paris": ("france", "french"), "rome": ("italy", "italian")}
CITIES |= {"madrid": ("spain", "spanish"), "berlin": ("germany", "german")}


def toy_corpus(n: int, seed: int) -> list[list[str]]:
    """n sentences, each a list of words, drawn from templates."""
    rng = np.random.default_rng(seed)

    def one(words):
        words = words.split() if isinstance(words, str) else list(words)
        return words[rng.integers(len(words))]

    def sentence():
        kind = rng.integers(10)
        if kind < 5:
            name = one(PEOPLE)
            true = [t if rng.random() < 0.8 else one(pair) for t, pair in zip(PEOPLE[name], ("m f", "r c", "o y"))]
            sex, rank, age = (one(TRAITS[t]) for t in true)
            first, second = f"the {age} {name} and {sex} {rank}", f"the {rank} of the {age} {name} is {sex}"
            return one([first, second, f"{sex} was a {age} {name} in the {rank}", f"the {name} in the {rank} is {age} and so is {sex}"])
        if kind < 7:
            city, (country, language) = one(CITIES.items())
            return one([f"the city {city} speaks {language} in its streets", f"the country {country} speaks {language} in its fields"])
        if kind < 8:
            return f"{one('drink pour serve')} the {one('hot cold')} {one('soup tea milk')} from the {one('cup bowl')}"
        if kind < 9 and rng.random() < 0.5:
            return f"hit the ball with the {one('bat racket club')} and {one('win lose')} the game"
        who = one("cat dog cow horse sheep bat")
        return f"the {who} {one('sleeps runs eats')} {one('in on near')} the {one('grass field barn')}"

    return [sentence().split() for _ in range(n)]


def numbered(texts: list[list[str]]) -> tuple[list[list[int]], list[str]]:
    """The corpus as ids, and the vocabulary in alphabetical order."""
    vocab = vocabulary(texts)
    return to_ids(texts, vocab), vocab


for text in toy_corpus(8, seed=5):
    print(" ".join(text))

# %% [markdown]
# ## 1. A word and its company
#
# The plainest vector of a word is *one-hot*: $V$ numbers, a 1 at the word's own id. Any two different words
# then have the inner product 0 and the distance $\sqrt2$. "King" is as far from "queen" as from "soup". With
# a vocabulary of 100,000 words a vector has 100,000 numbers, and they say nothing.
#
# The **distributional hypothesis** is the way out: words that occur in the same contexts have similar
# meanings. You do not know what *brell* is, but after "a glass of brell", "too much brell and your head aches"
# and "they make brell from pears" you have a good idea. So take the contexts as the data.
#
# **Skip-gram** turns a sentence $w_0, \dots, w_{T-1}$ into pairs. Each position $t$ is the center once. Its
# context is made of the words at the positions $u \ne t$ with $|t - u| \le m$. The *window* $m$ counts the words on
# **each** side. At the ends of a sentence the window is cut off: pairs never cross from one sentence to the
# next.
#
# Only the *position* $t$ is left out. If the same word stands at another place in the window, it makes a
# pair with itself.
#
# ![Four rows, one per center of the sentence 7 3 7 5: the window of two words on each side is cut off at the ends, and the pairs of each row stand beside it](pictures/word_embeddings/window.svg)
#
# **By hand.** The sentence $[7, 3, 7, 5]$ with $m = 2$.
#
# | center | its context | pairs |
# |---|---|---|
# | 7 (position 0) | 3, 7 | (7, 3), (7, 7) |
# | 3 | 7, 7, 5 | (3, 7), (3, 7), (3, 5) |
# | 7 (position 2) | 7, 3, 5 | (7, 7), (7, 3), (7, 5) |
# | 5 | 3, 7 | (5, 3), (5, 7) |
#
# Ten pairs. Every pair of positions occurs twice, once in each direction.

# %% [markdown] hints="skipgram_pairs"
# idea: Walk over positions, not over words: only positions know what is near and what is the center.
#
# shapes: A list of 2-tuples becomes an array (N, 2) of int64. An empty list becomes (0,): it needs its second axis.
#
# steps: For each sentence, for each position, find the first and the last position of its window inside the sentence. Go through
# them from left to right and leave out the center's own. Collect, convert once at the end.
#
# mistake: A negative position is no error in Python: it counts from the end of the sentence.

# %% question="skipgram_pairs" minutes=20
def skipgram_pairs(sents: list[list[int]], m: int) -> Int[np.ndarray, "N 2"]:
    """All (center, context) pairs of a corpus.

    Args:
        sents: sentences of word ids; each may be empty or hold one word only. There may be none.
        m: window, at least 1: number of positions on each side.

    Returns:
        int64, one pair per row: the center's id, then the context's. Sentence by sentence, in each the
        centers from left to right, for each center the context from left to right. Shape (0, 2) if there is
        no pair.
    """
    ### BEGIN SOLUTION
    pairs = [
        (word, sent[u])
        for sent in sents
        for t, word in enumerate(sent)
        for u in range(max(0, t - m), min(len(sent), t + m + 1))
        if u != t
    ]
    return np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)  # (0, 2) if empty
    ### END SOLUTION

# %% [markdown]
# Counting is enough for a first result. The picture counts your pairs in the toy language: row $w$ says how often each word was in
# the context of $w$. It shows the cosine of each row with each other. On the left the same with one-hot
# vectors. Nobody told the computer that there are people, animals, drinks and cities; yet any two words of one family have a
# cosine above 0.2, and any two of different families one below 0.1.

# %% tags=["demo"]
@demo
def words_by_the_company_they_keep(seed: int = 0) -> dict[str, float]:
    """Cosines of one-hot vectors, and of rows of counted contexts."""
    import matplotlib.pyplot as plt

    sents, vocab = numbered(toy_corpus(4000, seed))
    counts = np.zeros((len(vocab), len(vocab)))
    np.add.at(counts, tuple(skipgram_pairs(sents, 3).T), 1)
    groups = [list(PEOPLE), ["cat", "dog", "cow", "horse", "sheep"], ["soup", "tea", "milk"], list(CITIES)]
    words = [word for group in groups for word in group]
    common = np.isin(vocab, ["the", "a", "in", "is", "and", "of"])  # they stand next to everything
    rows = counts[[vocab.index(word) for word in words]][:, ~common]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = rows @ rows.T
    figure, axes = plt.subplots(1, 2, figsize=(11, 5))
    titles = ("one-hot vectors: all words are strangers", "counted contexts: four families")
    for axis, values, title in zip(axes, (np.eye(len(words)), cosine), titles):
        image = axis.imshow(values, vmin=0, vmax=1)
        axis.set_xticks(range(len(words)), words, rotation=90)
        axis.set_yticks(range(len(words)), words)
        axis.set_title(title)
    figure.colorbar(image, ax=axes, label="cosine", shrink=0.8)
    family = np.repeat(range(len(groups)), [len(group) for group in groups])
    same, other = family[:, None] == family, family[:, None] != family
    return {"lowest within": float(cosine[same].min()), "highest between": float(cosine[other].max())}

# %% [markdown]
# ## 2. Counting once: the co-occurrence matrix
#
# There are two schools. One counts the corpus once and then works with the counts; the other reads it pair by pair, again and
# again, and is the subject of question 5. Counts come first: $X_{ij}$ says how much word $j$ occurred in the window of word $i$.
#
# For every ordered pair of positions $t \ne u$ of the same sentence with $|t - u| \le m$,
#
# $$X_{w_t w_u} \mathrel{+}= \begin{cases} 1 & \text{plain counts} \\ 1/|t - u| & \text{weighted by
# distance} \end{cases}$$
#
# A neighbour at distance 1 has weight 1, the next one $\frac12$. GloVe weights by distance, since near words
# say more. Both orders of the positions count, so $X$ is symmetric. It is not counted twice beyond that: two
# words that stand next to each other once have $X_{ij} = X_{ji} = 1$. A word with a second occurrence of
# itself in the window adds to the diagonal, once for each order. The plain counts are those of the pairs of
# question 1.
#
# **By hand.** The sentence $[0, 1, 0, 2]$ with $m = 2$. Positions at distance 1: (0, 1), (1, 0), (0, 2) as
# words. At distance 2: (0, 0) and (1, 2).
#
# $$X_{\text{plain}} = \begin{pmatrix} 2 & 2 & 1 \\ 2 & 0 & 1 \\ 1 & 1 & 0 \end{pmatrix}, \qquad
# X_{\text{weighted}} = \begin{pmatrix} 1 & 2 & 1 \\ 2 & 0 & \frac12 \\ 1 & \frac12 & 0 \end{pmatrix}.$$

# %% [markdown] hints="cooccurrence"
# idea: Each pair of places is seen from either side. Look to the right only, and write down both entries.
#
# shapes: X is (V, V), of zeros at first. A word's distance to its neighbour is that of their positions, from 1 to m.
#
# steps: For each place, go through the at most m words after it, with their distances. The weight is 1 or one over the distance;
# it goes into the entry and into the mirrored one.
#
# mistake: Two equal words near each other fill one entry of the diagonal twice: once for each order.

# %% question="cooccurrence" minutes=20
def cooccurrence(sents: list[list[int]], m: int, V: int, distance_weight: bool) -> Float[np.ndarray, "V V"]:
    """Symmetric co-occurrence counts within a window.

    Args:
        sents: sentences of word ids below V; each may be empty.
        m: window, at least 1: number of positions on each side.
        V: size of the vocabulary. Words that do not occur have rows and columns of zeros.
        distance_weight: whether a pair of positions at distance D counts 1/D; otherwise it counts 1.

    Returns:
        float64 X: every ordered pair of different positions t, u of one sentence, at most m apart, adds to
        ``X[sent[t], sent[u]]``.
    """
    ### BEGIN SOLUTION
    X = np.zeros((V, V))
    for sent in sents:
        for t, word in enumerate(sent):
            for distance, other in enumerate(sent[t + 1 : t + 1 + m], 1):
                weight = 1 / distance if distance_weight else 1
                X[word, other] += weight
                X[other, word] += weight
    return X
    ### END SOLUTION

# %% [markdown]
# **The formula for company.** Let $P(i, j) = X_{ij} / \sum X$ be the share of all counts, and $P(i)$ the share of row $i$. If
# words stood anywhere, $P(i, j)$ would be $P(i)\,P(j)$. How much more often they do stand together is the **pointwise mutual
# information**,
#
# $$\text{PMI}(i, j) = \log \frac{P(i, j)}{P(i)\, P(j)} .$$
#
# **By hand.** The plain counts above sum to 10; their rows sum to 5, 3 and 2. Words 1 and 0 meet with the share
# $P(1, 0) = 0.2$, and $P(1)\,P(0) = 0.3 \cdot 0.5 = 0.15$. So $\text{PMI}(1, 0) = \log \frac43 = 0.2877$.
#
# It is 0 for words that ignore each other, $\log 2$ for words that meet twice as often as by chance, and $-\infty$ for a pair
# that never occurs; `ppmi` of the first look puts 0 wherever it is negative. Keep the formula in mind: question 5 finds out that
# word2vec computes it.
#
# **Ratios carry the meaning.** Let $P(c \mid w) = X_{wc} / \sum_j X_{wj}$. That *crown* is frequent near
# *king* says little by itself: so is *the*. Compare with a second word. $P(c \mid \text{king}) / P(c \mid
# \text{queen})$ is large for *he*, small for *she*, and near 1 both for *crown*, which goes with both, and
# for *farm*, which goes with neither. The ratio cancels what two words have in common. On a logarithmic scale
# a ratio is a difference, which is what vectors are good at. The picture draws three ratios from your counts of 16,000 toy sentences.
# *He* is more than four times as likely near *king* as near *queen*, *crown* more than four times as likely near *king* as near
# *man*. What the two words share stays near 1.

# %% tags=["demo"]
@demo
def ratios_of_counts(seed: int = 0) -> dict[str, float]:
    """Ratios of the probability of a context, for three pairs of words that differ in one trait."""
    import matplotlib.pyplot as plt

    sents, vocab = numbered(toy_corpus(16_000, seed))
    X = cooccurrence(sents, 5, len(vocab), distance_weight=True)
    P = X / X.sum(axis=1, keepdims=True)
    contexts = ["he", "his", "she", "her", "crown", "palace", "farm", "village", "old", "wise", "young", "little"]
    columns = [vocab.index(word) for word in contexts]
    _, axes = plt.subplots(1, 3, figsize=(11, 3.8), sharey=True)
    numbers = {}
    compared = (("king", "queen"), ("king", "man"), ("king", "prince"))
    for axis, (one, other), colour in zip(axes, compared, ("C0", "C1", "C2")):
        ratio = P[vocab.index(one), columns] / P[vocab.index(other), columns]
        axis.barh(contexts, np.log10(ratio), color=colour)
        axis.axvline(0, c="0.5", lw=1)
        axis.set_xticks([-1, 0, 1], ["1/10", "1", "10"])
        axis.set(xlim=(-1.7, 1.7), xlabel=f"P(word | {one}) / P(word | {other})", title=f"{one} against {other}")
        numbers |= {f"{one}/{other} {word}": float(value) for word, value in zip(contexts, ratio)}
    axes[0].invert_yaxis()
    return numbers

# %% [markdown]
# ## 3. Three yardsticks
#
# Before vectors are learned, say how they will be judged.
#
# **Neighbours.** The cosine, $\cos(x, y) = \frac{x \cdot y}{\lVert x \rVert \lVert y \rVert}$, ignores the
# length of a vector, which has more to do with a word's frequency than with its meaning. With the vectors
# scaled to length 1, $u_w = v_w / \lVert v_w \rVert$, it is $u_x \cdot u_y$. The neighbours of $w$ are the
# words with the largest cosine, without $w$ itself, which would always win with 1.
#
# **Analogies.** *man* is to *king* as *woman* is to what? If the step from $a$ to $b$ means the same as that
# from $c$ to $d$, then $u_b - u_a \approx u_d - u_c$. So look near
#
# $$t = u_b - u_a + u_c ,$$
#
# and answer with the word of the largest cosine with $t$. Scale **before** adding, so that no word counts
# more because it is long; scale the candidates, too. (The length of $t$ does not matter: it divides all
# cosines alike.) The three words of the question are **not** allowed as an answer. The nearest to $t$ is
# often $b$ or $c$ itself, since the step from $a$ to $b$ is short compared with the vectors.
#
# **By hand.** In two dimensions, $a = (1, 0)$, $b = (3, 4)$, $c = (0, 2)$, and two more words, $p = (4, 3)$
# and $q = (-0.6, 0.8)$.
#
# - Neighbours of $p$: the cosines are $0.96$ for $b$, $0.8$ for $a$, $0.6$ for $c$ and $0$ for $q$. The raw
#   products $24, 4, 6, 0$ would put $c$ before $a$.
# - $a : b = c : {?}$ Scaled, $u_a = (1, 0)$, $u_b = (0.6, 0.8)$, $u_c = (0, 1)$, so $t = (-0.4, 1.8)$. Its
#   products with the scaled words are $1.2$ for $b$, $1.8$ for $c$, $0.76$ for $p$ and $1.68$ for $q$. The
#   largest is $c$'s own, which does not count: the answer is $q$.
#
# ![The arrow from a to b, set on c, points to t; a table of products with t: c 1.8 and b 1.2 may not answer, q with 1.68 is the answer](pictures/word_embeddings/analogy.svg)
#
# - Either scaling left out, $p$ wins. With the target from raw vectors, $(2, 6)$, the products with the scaled
#   words are $5.2$ for $p$ and $3.6$ for $q$. With the right $t$ and raw candidates, $3.8$ and $1.68$.
#
# **Human judgement.** WordSim-353 holds 353 pairs of words and how similar people find them, from 0 to 10.
# Model and people need not use the same scale, so compare the *order* only. **Spearman's** $\rho$ is the
# correlation of the ranks. Rank 1 is the smallest value; equal values share the **mean** of their ranks. With
# $r_i$ and $s_i$ the ranks of the two lists of length $n$, both with mean $\frac{n+1}{2}$,
#
# $$\rho = \frac{\sum_i (r_i - \frac{n+1}{2})(s_i - \frac{n+1}{2})}
# {\sqrt{\sum_i (r_i - \frac{n+1}{2})^2} \sqrt{\sum_i (s_i - \frac{n+1}{2})^2}} .$$
#
# The short form $1 - \frac{6 \sum_i (r_i - s_i)^2}{n(n^2-1)}$ is right only without ties.
#
# **By hand.** People: $(9, 7, 3, 3)$, cosines $(0.8, 0.9, 0.1, 0.3)$. The ranks are $(4, 3, 1.5, 1.5)$ and
# $(3, 4, 1, 2)$. Minus 2.5: $(1.5, 0.5, -1, -1)$ and $(0.5, 1.5, -1.5, -0.5)$. So
# $\rho = 3.5 / \sqrt{4.5 \cdot 5} = 0.7379$. The short form gives $0.75$.

# %% [markdown] hints="analogy"
# idea: Scale every vector to length 1 first; then a product is a cosine, and one matrix product compares with all words.
#
# shapes: E and its scaled rows are (V, d); the products with one vector (V,). For Spearman, comparing all with all is (n, n).
#
# steps: nearest: products, descending order, without the word, the first k. analogy: the target from scaled rows, products, the three
# words out of the race, the largest. spearman: ranks with ties shared, their means taken off, then the usual correlation.
#
# mistake: Scaling the candidates but not the three words of the question, or the other way round.

# %% question="analogy" minutes=25
def nearest(E: Float[np.ndarray, "V d"], w: int, k: int) -> list[int]:
    """The k words with the largest cosine to a word.

    Args:
        E: vectors, one per row, none of them zero.
        w: id of the word.
        k: number of neighbours, from 1 to V - 1.

    Returns:
        k ids without ``w``, the nearest first. (No two words are equally near to w.)
    """
    ### BEGIN SOLUTION
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    order = np.argsort(-U @ U[w])
    return order[order != w][:k].tolist()
    ### END SOLUTION


def analogy(E: Float[np.ndarray, "V d"], a: int, b: int, c: int) -> int:
    """The word that is to c as b is to a.

    Args:
        E: vectors, one per row, none of them zero.
        a: id of the first word ("man").
        b: id of the second ("king").
        c: id of the third ("woman"). The three are different words.

    Returns:
        The id with the largest cosine to u_b - u_a + u_c, where u are the rows of E scaled to length 1; never
        a, b or c. (No two words are equally near.)
    """
    ### BEGIN SOLUTION
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    cosine = U @ (U[b] - U[a] + U[c])  # up to a factor that is the same for all words
    cosine[[a, b, c]] = -np.inf
    return int(cosine.argmax())
    ### END SOLUTION


def spearman(x: Float[np.ndarray, "n"], y: Float[np.ndarray, "n"]) -> float:
    """Spearman's rank correlation.

    Allowed is numpy.

    Args:
        x: n numbers, at least two of them different.
        y: n numbers, at least two of them different.

    Returns:
        The correlation of the ranks of x with the ranks of y. Equal values have the mean of their ranks.
    """
    ### BEGIN SOLUTION
    # 2 (rank - mean rank) is the number of values below minus the number above; a tie counts as neither
    r, s = (np.sign(z[:, None] - z).sum(axis=1) for z in (x, y))
    return r @ s / np.sqrt((r @ r) * (s @ s))
    ### END SOLUTION

# %% [markdown]
# **What counts can do.** Within the cube of people 96 analogies can be asked: king − man + woman, prince − boy + girl, and so
# on. The next picture asks them of your counts, without any learning. Controls: the counts of the same text with its words
# shuffled, and one-hot vectors. The second bar chart is Spearman's $\rho$ between cosines and the number of traits that two
# people share. How many of the 96 will be right? Guess first.

# %% tags=["predict"]
predict("analogies right, of 96", counts=..., shuffled=...)

# %%
def cube_analogies(E: Float[np.ndarray, "V d"], vocab: list[str]) -> tuple[int, int]:
    """How many of the analogies within the cube of the eight people are right, and how many there are."""
    corner = {word: np.array([code[0] == "f", code[1] == "r", code[2] == "y"], dtype=int) for word, code in PEOPLE.items()}
    word_at = {tuple(bits): word for word, bits in corner.items()}
    right = asked = 0
    for a, b, c in itertools.permutations(PEOPLE, 3):
        answer = word_at.get(tuple(corner[b] - corner[a] + corner[c]))  # None: not a corner
        if answer:
            asked += 1
            right += vocab[analogy(E, *(vocab.index(word) for word in (a, b, c)))] == answer
    return right, asked


def shuffled_text(sents: list[list[int]], seed: int) -> list[list[int]]:
    """The same words in sentences of the same lengths, in random order: the control without company."""
    words = iter(np.random.default_rng(seed).permutation(np.array([w for sent in sents for w in sent], dtype=int)).tolist())
    return [[next(words) for _ in sent] for sent in sents]


def trait_rho(E: Float[np.ndarray, "V d"], vocab: list[str]) -> float:
    """Spearman's rho of the cosine of two people and the number of traits that they share, over all 28 pairs."""
    pairs = list(itertools.combinations(PEOPLE, 2))
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    cosine = np.array([U[vocab.index(p)] @ U[vocab.index(q)] for p, q in pairs])
    shared = np.array([sum(s == t for s, t in zip(PEOPLE[p], PEOPLE[q])) for p, q in pairs], dtype=float)
    return float(spearman(cosine, shared))

# %% tags=["demo"]
@demo
def what_counts_know(seed: int = 0) -> dict[str, float]:
    """The cube of people asked of counts, of a shuffled text's counts and of one-hot vectors."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    sents, vocab = numbered(toy_corpus(4000, seed))
    texts = {"counts": sents, "shuffled text": shuffled_text(sents, seed)}
    rows = {name: cooccurrence(text, 5, len(vocab), distance_weight=True) for name, text in texts.items()}
    right = {name: float(cube_analogies(X, vocab)[0]) for name, X in rows.items()}
    right["one-hot"] = float(cube_analogies(np.eye(len(vocab)), vocab)[0])
    rho = {name: trait_rho(X, vocab) for name, X in rows.items()}
    _, (one, other) = plt.subplots(1, 2, figsize=(10, 2.4))
    guess = guesses("analogies right, of 96")
    bars(one, right, ["C0", "0.6", "0.6"], "%.0f", {"counts": guess.get("counts"), "shuffled text": guess.get("shuffled")})
    one.set(xlim=(0, 110), xlabel="analogies right, of 96")
    bars(other, rho, ["C0", "0.6"], "%.2f")
    other.set(xlim=(-0.4, 1.1), xlabel="Spearman's rho with shared traits")
    return {"counts": right["counts"], "shuffled": right["shuffled text"], "one-hot": right["one-hot"], "rho": rho["counts"], "rho shuffled": rho["shuffled text"]}

# %% [markdown]
# Plain counts answer at least 90 of the 96, the shuffled text at most five, and $\rho$ is between 0.7 and 0.82. So in a toy language
# the company says nearly everything.
# Then why learn vectors? A row of counts is as long as the vocabulary, 91 numbers here and 100,000 in a real one, most of them 0.
# And a real text is not so regular. The rest of the notebook looks for short vectors that do as well.

# %% [markdown]
# ## 4. Noise, and words that are too frequent
#
# We want $d$ numbers per word, learned. Skip-gram asks a vector
# $v_w$ to predict the context by a softmax over all words,
#
# $$P(c \mid w) = \frac{\exp(v_w \cdot v'_c)}{\sum_{j=0}^{V-1} \exp(v_w \cdot v'_j)} .$$
#
# The sum over $V$ words is needed for every pair, and $V$ may be a million. **Negative sampling** replaces the
# question "which word?" by an easier one: "is this pair from the text, or did I make it up?" It draws $k$
# noise words for each pair from a distribution $P_n$, and question 5 trains a classifier. First the
# noise.
#
# **Noise distribution.** Let $\#(w)$ be the number of times that $w$ occurs. Mikolov et al. tried several
# powers and found $\frac34$ to work best:
#
# $$P_n(w) = \frac{\#(w)^{a}}{\sum_{j} \#(j)^{a}}, \qquad a = \tfrac34 .$$
#
# The power comes first, then the division. $a = 1$ are the relative frequencies, $a = 0$ is uniform. In
# between, rare words are drawn more often than they occur, so that they meet some noise too.
#
# **By hand.** Counts 81, 16, 1. To the power $\frac34$ they are $27, 8, 1$, with the sum 36. So
# $P_n = (0.75, 0.2222, 0.0278)$. The relative frequencies are $(0.8265, 0.1633, 0.0102)$. Raising *those* to
# $\frac34$ without dividing again gives $(0.867, 0.257, 0.032)$, which sums to 1.16.
#
# **Subsampling.** "The" stands next to everything, and the millionth pair with it teaches nothing. So each
# occurrence of a word is thrown away with probability $1 - \sqrt{t/f(w)}$ before pairs are made, where
# $f(w) = \#(w)/\sum_j \#(j)$ is its relative *frequency* and $t$ a threshold, $10^{-5}$ for texts of
# billions of words. Words with $f \le t$ are always kept. So the probability of **keeping** a word is
#
# $$\min\Bigl(1, \sqrt{t/f(w)}\Bigr).$$
#
# Of a word with $f > t$, what remains is in proportion to $f \sqrt{t/f} = \sqrt{t f}$. So of two such words,
# one that was 100 times as frequent as the other is now 10 times as frequent. As a by-product, removed words
# leave room: the window reaches further.
#
# **By hand.** The same counts with $t = 0.04$: $\sqrt{0.04/0.8265} = 0.22$, $\sqrt{0.04/0.1633} = 0.4950$, and
# $1$.

# %% [markdown] hints="noise_distribution"
# idea: Both functions start from counts and end as probabilities, but only one of them sums to 1 over the words.
#
# shapes: (V,) in, (V,) out. A sum over all words is one number.
#
# steps: Noise: power, then division by the sum of the powers. Keeping: relative frequency, quotient, root, and at most 1.
#
# mistake: The threshold is one for frequencies, not for counts.

# %% question="noise_distribution" minutes=15
def noise_distribution(counts: Int[np.ndarray, "V"], a: float = 0.75) -> Float[np.ndarray, "V"]:
    """Distribution from which negative samples are drawn.

    Args:
        counts: how often each word occurs, each at least 1.
        a: power, at least 0.

    Returns:
        Probabilities proportional to counts^a, with sum 1.
    """
    ### BEGIN SOLUTION
    powered = counts**a
    return powered / powered.sum()
    ### END SOLUTION


def keep_prob(counts: Int[np.ndarray, "V"], t: float) -> Float[np.ndarray, "V"]:
    """Probability that subsampling keeps an occurrence of each word.

    Args:
        counts: how often each word occurs, each at least 1.
        t: threshold for the relative frequency, positive.

    Returns:
        min(1, sqrt(t / f)), where f is the relative frequency of the word.
    """
    ### BEGIN SOLUTION
    f = counts / counts.sum()
    return np.minimum(1, np.sqrt(t / f))
    ### END SOLUTION

# %% [markdown]
# ## 5. Skip-gram with negative sampling
#
# Say that $(w, c)$ is from the text with probability $\sigma(v_w \cdot v'_c)$. For one true pair and $k$ noise
# words $n_1, \dots, n_k$ the log-likelihood of the right answers is
#
# $$J = \log \sigma(v \cdot v'_c) + \sum_{i=1}^{k} \log \sigma(-v \cdot v'_{n_i}),$$
#
# since $1 - \sigma(s) = \sigma(-s)$. A likelihood is to be **maximised**. (Some texts print $J$ and say
# "minimise"; that would drive true pairs apart.) The loss is $\ell = -J$. The $k$ terms are summed, not
# averaged: $k$ is a weight of the noise. Over a batch of $B$ pairs, the loss is the **mean** of $\ell$.
#
# **Without overflow.** $-\log \sigma(s) = \log(1 + e^{-s})$, which is `np.logaddexp(0, -s)`. At $s = -1000$
# it is 1000. Computing $\sigma$ first gives $-\log 0 = \infty$.
#
# **Gradient.** $\frac{d}{ds} \log(1 + e^{-s}) = -\frac{e^{-s}}{1 + e^{-s}} = \sigma(s) - 1$, and
# $\frac{d}{ds} \log(1 + e^{s}) = \sigma(s)$. Both are prediction minus label, as in logistic regression. Call
# them $e_c = \sigma(v \cdot v'_c) - 1$ and $e_i = \sigma(v \cdot v'_{n_i})$. For one pair
#
# $$\frac{\partial \ell}{\partial v} = e_c\, v'_c + \sum_{i} e_i\, v'_{n_i}, \qquad
# \frac{\partial \ell}{\partial v'_c} = e_c\, v, \qquad
# \frac{\partial \ell}{\partial v'_{n_i}} = e_i\, v .$$
#
# A step against it pulls $v$ towards its context and pushes it away from the noise. All three gradients are
# taken at the *same* point: do not change $v$ before the other two are computed. The mean over the batch puts
# a factor $1/B$ in front of each.
#
# ![One row of the table W, with three rows of the table W prime: the true context and two noise words, each with its inner product, sigma, label, error and loss](pictures/word_embeddings/two_tables.svg)
#
# **By hand.** One pair ($B = 1$) with $k = 2$: $v = (1, 1)$, $v'_c = (\ln 3, 0)$, $v'_{n_1} = (0, 0)$,
# $v'_{n_2} = (-\ln 3, 0)$. The inner products are $\ln 3, 0, -\ln 3$, with
# $\sigma = \frac34, \frac12, \frac14$.
#
# - $\ell = -\log \frac34 - \log \frac12 - \log \frac34 = 1.2685$.
# - $e_c = -\frac14$, $e_1 = \frac12$, $e_2 = \frac14$. So $\partial v'_c = (-\frac14, -\frac14)$,
#   $\partial v'_{n_1} = (\frac12, \frac12)$, $\partial v'_{n_2} = (\frac14, \frac14)$.
# - $\partial v = -\frac14 (\ln 3, 0) + \frac12 (0, 0) + \frac14 (-\ln 3, 0) = (-0.5493, 0)$.

# %% [markdown] hints="sgns_loss_grad"
# idea: It is logistic regression 1 + k times: labels 1 for the true pair, 0 for the noise; each error is prediction minus label.
#
# shapes: Inner products: (B,) with pos, (B, k) with neg. The gradients have the shapes of v, pos and neg; errors need one more axis.
#
# steps: Inner products of both kinds; the loss from them, with a form that neither overflows nor takes the logarithm of 0; errors over B;
# then each gradient is an error times the other vector, and v sums over all it met.
#
# mistake: A minus sign lost between the objective that is maximised and the loss that is minimised.

# %% question="sgns_loss_grad" minutes=30
def sgns_loss_grad(
    v: Float[np.ndarray, "B d"], pos: Float[np.ndarray, "B d"], neg: Float[np.ndarray, "B k d"]
) -> tuple[float, Float[np.ndarray, "B d"], Float[np.ndarray, "B d"], Float[np.ndarray, "B k d"]]:
    """Loss of skip-gram with negative sampling on a batch of pairs, and its gradients.

    Args:
        v: input vectors of the B >= 1 centers, one per row.
        pos: output vectors of their true contexts, one per row: columns of W', looked up already.
        neg: output vectors of k >= 1 noise words for each pair.

    Returns:
        The loss: minus log sigma(v . pos), minus the sum over the k noise words of log sigma(-v . neg), as the
        mean over the B pairs; exact for inner products of +-1000. Then the gradients of that mean with
        respect to v, pos and neg, in their shapes.
    """
    ### BEGIN SOLUTION
    B = len(v)
    s_pos = np.einsum("bd,bd->b", v, pos)
    s_neg = np.einsum("bd,bkd->bk", v, neg)
    loss = (np.logaddexp(0, -s_pos).sum() + np.logaddexp(0, s_neg).sum()) / B
    e_pos = (expit(s_pos) - 1)[:, None] / B  # prediction minus label; the label is 1
    e_neg = expit(s_neg)[:, :, None] / B  # the label is 0
    return loss, e_pos * pos + (e_neg * neg).sum(axis=1), e_pos * v, e_neg * v[:, None, :]
    ### END SOLUTION

# %% [markdown]
# **What is learned?** Look at one center $w$ and one word $c$, and let the inner product $s$ be free. Per
# pair with center $w$, the word $c$ is the true context with probability $P(c \mid w)$, and a noise word
# $k P_n(c)$ times on average. What $s$ adds to the expected loss is $P(c \mid w) \log(1 + e^{-s}) + k
# P_n(c) \log(1 + e^{s})$. Its derivative, $P(c \mid w)(\sigma(s) - 1) + k P_n(c)\, \sigma(s)$, is zero at
#
# $$s = \log \frac{P(c \mid w)}{P_n(c)} - \log k .$$
#
# With $P_n(c) = P(c)$ the logarithm is the PMI of question 2. The power in $P_n$ changes it a little. So word2vec factors the
# matrix of shifted PMI into $W$ and $W'$ ([Levy and Goldberg
# 2014](https://papers.nips.cc/paper/5477-neural-word-embedding-as-implicit-matrix-factorization)). The next
# cell holds the training loop around your function, in batches of 512 pairs with AdaGrad, and compares. It
# keeps the output vectors as the rows of $C = W'^\top$, so that both tables are read by row. Along the line
# lie the pairs that occur often: for those that occur 100 times or more, learned and counted correlate at 0.97 and more. Those that
# occur once or twice scatter: 16 numbers cannot store $V$ of them, and the loss gives its attention to frequent pairs. The control
# is a text with its words shuffled, where there is nothing to learn.
#
# The output vectors start at zero. What is the loss of the first batch, with $k = 5$ noise words? You can know it exactly.

# %% tags=["predict"]
predict("loss of the first batch", nats=...)

# %%
class AdaGrad:
    """Each number moves by lr g / sqrt(sum of all its g^2 so far)."""

    def __init__(self, params: list[np.ndarray], lr: float):
        self.params, self.lr = params, lr
        self.squares = [np.full(p.shape, 1e-8) for p in params]

    def step(self, grads: list[np.ndarray]) -> None:
        for p, squares, grad in zip(self.params, self.squares, grads):
            squares += grad**2
            p -= self.lr * grad / np.sqrt(squares)


def summed(ids: Int64[np.ndarray, "n"], rows: Float[np.ndarray, "n d"], V: int) -> Float[np.ndarray, "V d"]:
    """Row w is the sum of all rows whose id is w."""
    from scipy.sparse import csr_matrix

    one_hot = csr_matrix((np.ones(len(ids)), ids, np.arange(len(ids) + 1)), shape=(len(ids), V))
    return one_hot.T @ rows


def train_sgns(
    pairs: Int[np.ndarray, "N 2"], noise: Float[np.ndarray, "V"], d: int = 16, k: int = 5, epochs: int = 6, batch: int = 512, lr: float = 0.1, seed: int = 0
) -> tuple[Float[np.ndarray, "V d"], Float[np.ndarray, "V d"], list[float]]:
    """Input vectors W, output vectors C = W'^T (one per row as well) and the losses of all batches."""
    rng = np.random.default_rng(seed)
    W, C = rng.uniform(-0.5, 0.5, (len(noise), d)) / np.sqrt(d), np.zeros((len(noise), d))
    optimizer, losses = AdaGrad([W, C], lr), []
    for _ in range(epochs):
        order = rng.permutation(len(pairs))
        drawn = rng.choice(len(noise), (len(pairs), k), p=noise)
        for start in range(0, len(pairs), batch):
            w, c = pairs[order[start : start + batch]].T
            n = drawn[start : start + batch]
            loss, gv, gpos, gneg = sgns_loss_grad(W[w], C[c], C[n])
            gC = summed(np.append(c, n), np.concatenate([gpos, gneg.reshape(-1, d)]), len(noise))
            optimizer.step([summed(w, gv, len(noise)), gC])
            losses.append(loss)
    return W, C, losses


# %% tags=["demo"]
@demo
def word2vec_measures_pmi(seed: int = 0) -> dict[str, float]:
    """Inner products after training against the shifted PMI of the corpus."""
    import matplotlib.pyplot as plt

    sents, vocab = numbered(toy_corpus(4000, seed))
    pairs, k = skipgram_pairs(sents, 3), 5
    noise = noise_distribution(np.bincount(np.concatenate(sents)))
    W, C, losses = train_sgns(pairs, noise, k=k, seed=seed)
    _, _, nothing = train_sgns(skipgram_pairs(shuffled_text(sents, seed), 3), noise, k=k, seed=seed)
    counts = np.zeros((len(vocab), len(vocab)))
    np.add.at(counts, tuple(pairs.T), 1)
    w, c = np.nonzero(counts)
    n = counts[w, c]
    pmi = np.log(n / counts.sum(axis=1)[w] / noise[c]) - np.log(k)
    learned = (W[w] * C[c]).sum(axis=1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for curve, colour, label in ((losses, "C0", "toy language"), (nothing, "0.6", "words shuffled")):
        left.plot(np.convolve(curve, np.ones(50) / 50, mode="valid"), c=colour, label=label)
    left.plot(0, losses[0], "o", c="C0", label=f"first batch: {losses[0]:.2f}")
    guess = guesses("loss of the first batch").get("nats")
    if isinstance(guess, (int, float)):
        left.plot(0, guess, "X", ms=10, c="C3", label="your guess")
    left.set(xlabel="batch", ylabel="loss in nats (mean of 50 batches)", title="Your word2vec learns", ylim=(0, None))
    left.legend()
    order, often = np.argsort(n), n >= 100
    dots = right.scatter(pmi[order], learned[order], s=14, c=np.log10(n[order]), cmap="viridis_r")
    right.axline((0, 0), slope=1, c="C1", lw=1)
    right.set(xlabel=r"counted: PMI $- \log k$", ylabel=r"learned: $v_w \cdot v'_c$", title="What it learns is PMI")
    figure.colorbar(dots, ax=right, label=r"$\log_{10}$ occurrences of the pair")
    return {
        "first loss": float(losses[0]),
        "last losses": float(np.mean(losses[-100:])),
        "last losses shuffled": float(np.mean(nothing[-100:])),
        "correlation of frequent pairs": float(np.corrcoef(pmi[often], learned[often])[0, 1]),
    }

# %% [markdown]
# The first loss is $(k+1) \log 2 = 4.16$: with zero vectors each of the six answers is a coin. Trained, it falls below 2. On
# the shuffled text it stays above 2.6: there it can learn no more than how frequent each word is.

# %% [markdown]
# ### King − man + woman
#
# Now from the toy text to the cube. 4000 sentences are subsampled with your `keep_prob` and turned into about 106,000
# pairs, and your skip-gram learns 16 numbers per word, in one or two seconds.
#
# **Left:** the eight people, seen from the side on which they spread the most. Each has one of two sexes, of
# two ranks and of two ages, so they are the corners of a cube. Edges of one colour are one step in meaning,
# and they are nearly parallel wherever they start. That is why the arithmetic works: king − man is an
# edge of rank, and from woman the same edge leads to queen. Your model
# gets all 96 analogies right. The same training on shuffled words gets fewer than one in ten. Spearman's $\rho$ of
# cosine and shared traits is about 0.9, where the counts of question 3 stay below 0.82: 16 numbers, and better than 91.
#
# **Right:** all 91 words, arranged in the plane by t-SNE. It keeps neighbours together, but neither distances
# nor directions between groups mean anything. So the picture keeps only the order of the words along each axis, which gives
# each of them room.
#
# Two failures can be seen as well.
#
# - **Antonyms are neighbours.** The word nearest to *hot* is *cold*, with a cosine of 0.98 or more. Whatever may
#   stand near one may stand near the other. Contexts tell what kind of word it is, not which end of the
#   scale.
# - **One vector for two meanings.** *bat* is an animal and a thing to hit balls with. Its vector has to serve
#   both: its cosines with *dog* and with *racket* are each above 0.65, while those two have less than 0.6 with each other.
#   Which of its two lives its neighbours are from is a matter of the seed: with 0 they are from the game, with 1 animals.

# %%
def subsampled(sents: list[list[int]], keep: Float[np.ndarray, "V"], seed: int) -> list[list[int]]:
    """The corpus without the occurrences that subsampling throws away."""
    rng = np.random.default_rng(seed)
    return [[w for w in sent if rng.random() < keep[w]] for sent in sents]


def principal(E: Float[np.ndarray, "n d"], d: int) -> Float[np.ndarray, "n d2"]:
    """Coordinates along the d directions in which the rows, scaled to length 1, spread the most."""
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    U = U - U.mean(axis=0)
    return U @ np.linalg.svd(U, full_matrices=False)[2][:d].T


EDGES = {"sex": ("C0", 0), "rank": ("C1", 1), "age": ("C2", 2)}


def draw_cube(axis, E: Float[np.ndarray, "V d"], vocab: list[str], title: str) -> None:
    """The eight people in a plane, with the twelve edges of their cube."""
    names = list(PEOPLE)
    x = principal(E[[vocab.index(name) for name in names]], 3)
    x = x @ np.array([[1.0, 0.0], [0.15, 1.0], [0.45, -0.3]])  # an oblique view of three dimensions
    for i, j in itertools.combinations(range(8), 2):
        differ = [p != q for p, q in zip(PEOPLE[names[i]], PEOPLE[names[j]])]
        if sum(differ) == 1:
            colour = next(colour for colour, trait in EDGES.values() if differ[trait])
            axis.plot(*x[[i, j]].T, c=colour, lw=2, zorder=1)
    axis.scatter(*x.T, s=40, c="C6", zorder=2)
    for name, (left, up) in zip(names, x):
        axis.annotate(name, (left, up), xytext=(6, 6), textcoords="offset points", weight="bold")
    for label, (colour, _) in EDGES.items():
        axis.plot([], [], c=colour, lw=2, label=label)
    axis.margins(0.2)
    axis.set(title=title, xticks=[], yticks=[])
    axis.set_aspect("equal", adjustable="datalim")

# %% tags=["demo"]
@demo
def king_minus_man_plus_woman(seed: int = 0) -> dict[str, float]:
    """word2vec from a corpus to the cube of people and the map of all words."""
    import matplotlib.pyplot as plt
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    sents, vocab = numbered(toy_corpus(4000, seed))
    counts = np.bincount(np.concatenate(sents))
    sents, noise = subsampled(sents, keep_prob(counts, 0.01), seed), noise_distribution(counts)
    pairs = skipgram_pairs(sents, 5)
    W, _, _ = train_sgns(pairs, noise, seed=seed)
    W_shuffled, _, _ = train_sgns(skipgram_pairs(shuffled_text(sents, seed), 5), noise, seed=seed)

    def ask(a: str, b: str, c: str) -> str:
        return vocab[analogy(W, vocab.index(a), vocab.index(b), vocab.index(c))]

    asked = (("man", "king", "woman", "queen"), ("boy", "prince", "girl", "princess"), ("king", "prince", "queen", "princess"))
    numbers = {"pairs": float(len(pairs)), "three right": float(all(ask(a, b, c) == d for a, b, c, d in asked))}
    for a, b, c in (*(three[:3] for three in asked), ("france", "paris", "italy")):
        print(f"{b} − {a} + {c} = {ask(a, b, c)}")
    near = {word: [vocab[i] for i in nearest(W, vocab.index(word), 4)] for word in ("cat", "paris", "hot", "bat")}
    for word, words in near.items():
        print(f"nearest to {word}:", ", ".join(words))
    numbers["animals near cat"] = float(len(set(near["cat"]) & {"cow", "dog", "horse", "sheep"}))
    numbers["cold nearest to hot"] = float(near["hot"][0] == "cold")
    game = {"hit", "the", "ball", "with", "racket", "club", "and", "win", "lose", "game"}
    numbers["game near bat"] = float(len(set(near["bat"]) & game))
    right_answers, of_all = cube_analogies(W, vocab)
    numbers |= {"cube": float(right_answers), "asked": float(of_all), "cube shuffled": float(cube_analogies(W_shuffled, vocab)[0])}
    numbers["cities"] = float(sum(ask(CITIES[a][0], a, CITIES[b][0]) == b for a, b in itertools.permutations(CITIES, 2)))
    U = W / np.linalg.norm(W, axis=1, keepdims=True)
    for one, other in (("bat", "dog"), ("bat", "racket"), ("dog", "racket"), ("hot", "cold")):
        numbers[f"{one}, {other}"] = float(U[vocab.index(one)] @ U[vocab.index(other)])
    print(", ".join(f"cos({pair}) = {numbers[pair]:.2f}" for pair in ("bat, dog", "bat, racket", "dog, racket", "hot, cold")))
    numbers["spearman"] = trait_rho(W, vocab)

    _, (left, right) = plt.subplots(1, 2, figsize=(13, 6.4), width_ratios=[1, 1.7])
    draw_cube(left, W, vocab, f"king − man + woman = {ask('man', 'king', 'woman')}: {right_answers} of {of_all} right\nshuffled words: {numbers['cube shuffled']:.0f} of {of_all}")
    left.legend(loc="best")
    with threadpool_limits(1):  # several threads are slower on 91 points
        place = TSNE(perplexity=8, init="pca", random_state=0).fit_transform(W)
    place = place.argsort(axis=0).argsort(axis=0)  # ranks along each axis, so that words do not cover each other
    groups = {"people": list(PEOPLE), "animals": ["cat", "dog", "cow", "horse", "sheep"], "bat": ["bat"]}
    groups["games"] = ["ball", "racket", "club", "win", "lose", "game", "hit"]
    groups["drinks"] = ["hot", "cold", "soup", "tea", "milk", "cup", "bowl", "drink", "pour", "serve"]
    groups["places"] = [word for city, home in CITIES.items() for word in (city, *home)]
    colour_of = {word: f"C{i}" for i, words in enumerate(groups.values()) for word in words}
    for word, (x, y) in zip(vocab, place):
        right.plot(x, y, ".", ms=4, c=colour_of.get(word, "0.6"))
        right.annotate(word, (x, y), xytext=(2, 2), textcoords="offset points", fontsize=8, color=colour_of.get(word, "0.5"), weight="bold" if word in ("bat", *PEOPLE) else "normal")
    right.set(title="All words, arranged by t-SNE (ranks); grey: traits and small words", xticks=[], yticks=[])
    return numbers

# %% [markdown]
# ## 6. GloVe
#
# Can the counts of question 2 be turned into short vectors directly? We want vectors whose *differences* give log-ratios: $(w_i - w_j) \cdot \tilde w_k = \log P(k \mid i) - \log
# P(k \mid j)$. That holds if $w_i \cdot \tilde w_k = \log P(k \mid i) = \log X_{ik} - \log X_i$, where $X_i$
# is the sum of row $i$. The term $\log X_i$ does not depend on $k$, so it goes into a bias $b_i$; a second
# bias $\tilde b_k$ makes the model symmetric:
#
# $$w_i \cdot \tilde w_j + b_i + \tilde b_j \approx \log X_{ij} .$$
#
# **GloVe** fits this by weighted least squares over the pairs that occur:
#
# $$\mathcal L = \sum_{X_{ij} > 0} f(X_{ij})\, e_{ij}^2, \qquad
# e_{ij} = w_i \cdot \tilde w_j + b_i + \tilde b_j - \log X_{ij}, \qquad
# f(x) = \min\Bigl(\frac{x}{x_{\max}},\, 1\Bigr)^{a} .$$
#
# - The weight trusts a count of 50 more than a count of 1, and above $x_{\max}$ it stops growing; otherwise
#   "of the" would decide everything. GloVe uses $x_{\max} = 100$ and $a = \frac34$.
# - $f(0) = 0$: a pair that never occurs has no say. But code that computes $\log 0$ gets
#   $0 \cdot (-\infty)^2$, which is `nan`. It must not be evaluated there. Nor is $\log(1 + X)$ a way out: it changes
#   every small count, $\log 1$ to $\log 2$.
# - The loss is a sum. It is not divided by anything.
#
# **Gradient.** Let $g_{ij} = 2 f(X_{ij})\, e_{ij}$, the 2 from the square, and $g_{ij} = 0$ where
# $X_{ij} = 0$. Then
#
# $$\frac{\partial \mathcal L}{\partial w_i} = \sum_j g_{ij} \tilde w_j, \qquad
# \frac{\partial \mathcal L}{\partial \tilde w_j} = \sum_i g_{ij} w_i, \qquad
# \frac{\partial \mathcal L}{\partial b_i} = \sum_j g_{ij}, \qquad
# \frac{\partial \mathcal L}{\partial \tilde b_j} = \sum_i g_{ij} .$$
#
# **By hand.** One pair with $X = 1$, $x_{\max} = 81$, $a = \frac34$: $f = 1/27$. With $w = 1$,
# $\tilde w = 2$, $b = 0.5$, $\tilde b = 0.2$, the error is $e = 2 + 0.5 + 0.2 - \log 1 = 2.7$. The loss is
# $2.7^2 / 27 = 0.27$ and $g = 2 \cdot 2.7 / 27 = 0.2$. So $\partial w = 0.2 \cdot 2 = 0.4$ and
# $\partial \tilde w = \partial b = \partial \tilde b = 0.2$.
#
# After training, $w_i$ and $\tilde w_i$ play the same role, because $X$ is symmetric. They differ by the
# random start only, and their sum $w_i + \tilde w_i$ is the word's vector.

# %% [markdown] hints="glove_loss_grad"
# idea: It is weighted least squares. One matrix g of the shape of X holds the derivative by each prediction; all gradients are sums of g.
#
# shapes: Predictions, errors, weights and g: (V, V). b goes along the rows, bt along the columns. A gradient has its parameter's shape.
#
# steps: Weights with the cap; a logarithm that never meets a 0; errors; loss; g with the 2 of the square; four sums or products of g.
#
# mistake: nan from the pairs that never occur: what is multiplied by weight 0 must still be finite.

# %% question="glove_loss_grad" minutes=25
def glove_loss_grad(
    W: Float[np.ndarray, "V d"],
    Wt: Float[np.ndarray, "V d"],
    b: Float[np.ndarray, "V"],
    bt: Float[np.ndarray, "V"],
    X: Float[np.ndarray, "V V"],
    xmax: float = 100.0,
    a: float = 0.75,
) -> tuple[
    float, Float[np.ndarray, "V d"], Float[np.ndarray, "V d"], Float[np.ndarray, "V"], Float[np.ndarray, "V"]
]:
    """Loss of GloVe on a matrix of counts, and its gradients.

    Args:
        W: vectors w_i, one per row.
        Wt: context vectors w~_j, one per row.
        b: biases b_i of the rows of X.
        bt: biases b~_j of the columns of X.
        X: counts, zero or positive; not necessarily whole numbers, nor symmetric.
        xmax: counts from here on have weight 1; positive.
        a: power of the weight; positive.

    Returns:
        The loss, a sum over all pairs with X > 0, and its gradients with respect to W, Wt, b and bt.
    """
    ### BEGIN SOLUTION
    f = np.minimum(X / xmax, 1) ** a  # 0 where X is 0
    log_X = np.log(np.where(X > 0, X, 1))  # where X is 0 any finite number will do
    e = W @ Wt.T + b[:, None] + bt - log_X
    g = 2 * f * e
    return (f * e**2).sum(), g @ Wt, g.T @ W, g.sum(axis=1), g.sum(axis=0)
    ### END SOLUTION

# %% [markdown]
# ## 7. CBOW, with the softmax in full
#
# **CBOW** (continuous bag of words) turns the question round: given the context, which word is in the middle?
# So the roles are exchanged: context words have their vectors in $W$, the center has its own in $W'$. Let
# row $b$ of a batch have the center $y_b$ and $n_b$ context words. The hidden vector is the **mean** of
# their input vectors,
#
# $$h_b = \frac{1}{n_b} \sum_{j} v_{\text{ctx}_{bj}}, \qquad z_b = h_b W' \in \mathbb{R}^V, \qquad
# P_b = \operatorname{softmax}(z_b), \qquad \mathcal L = -\frac1B \sum_{b=1}^{B} \log P_{b, y_b} .$$
#
# A window has $2m$ places. Near the ends of a sentence fewer are filled; the others hold the id $-1$, a
# *pad*. Pads count neither in the sum nor in $n_b$. Beware: in numpy `W[-1]` is the last word and raises
# no error.
#
# The softmax in full is affordable here, with $V$ in the dozens. In a row with the one context word $x$,
# $P_{b, y} = P(y \mid x)$ is the softmax of section 4, with the context word in the place of the center.
#
# **Gradient.** In one row, $-\log P_y = -z_y + \log \sum_j e^{z_j}$, and its derivative with respect to $z_j$
# is $P_j - 1[j = y]$: prediction minus label. With the mean over the rows, $g_b = \partial \mathcal L /
# \partial z_b = (P_b - \text{onehot}(y_b)) / B$. Let $H$ and $G$ hold the rows $h_b$ and $g_b$. Then
#
# $$\frac{\partial \mathcal L}{\partial W'} = \sum_b h_b^\top g_b = H^\top G, \qquad
# \frac{\partial \mathcal L}{\partial h_b} = g_b W'^\top, \qquad
# \frac{\partial \mathcal L}{\partial v_{\text{ctx}_{bj}}} \mathrel{+}= \frac{1}{n_b}
# \frac{\partial \mathcal L}{\partial h_b} .$$
#
# The $1/n_b$ of the mean comes back in the gradient. And it is "$\mathrel{+}=$": a word may occur several
# times, in one context or in several rows, and gets the sum of all. `dW[ids] += g` does **not** do that: with
# a repeated id, numpy keeps one of the additions. `np.add.at(dW, ids, g)` adds them all.
#
# **By hand.** $d = 1$, $V = 3$, $W = (2, 4, 7)^\top$, $W' = (0, \tfrac13 \ln 2, 0)$. One row with the context
# $[0, 1, -1, -1]$ and the center 2.
#
# - $h = \frac{2 + 4}{2} = 3$, $z = (0, \ln 2, 0)$, $P = (\frac14, \frac12, \frac14)$. The loss is
#   $\ln 4 = 1.3863$.
# - $g = (\frac14, \frac12, -\frac34)$, so $\partial W' = 3g = (0.75, 1.5, -2.25)$.
# - $\partial h = \frac12 \cdot \frac13 \ln 2 = 0.1155$. Words 0 and 1 get half of it each: $0.0578$. Word 2
#   is not in the context and gets 0.

# %% [markdown] hints="cbow_loss_grad"
# idea: Forward: a mean of rows, a matrix product, a softmax. Backward: the same three in reverse order.
#
# shapes: Hidden vectors (B, d), logits and their gradient (B, V). The context's share of a place is (B, 2m): 1/n for a word, 0 for a pad.
#
# steps: Which places are words, and how many per row; means; logits minus the row's largest; logarithms of the softmax; prediction minus
# label over B; dWp as one product; what goes back to each word of the context, added up.
#
# mistake: `dW[ids] += g` with repeated ids keeps one of the additions.

# %% question="cbow_loss_grad" minutes=25 further
def cbow_loss_grad(
    ctx: Int[np.ndarray, "B 2m"],
    center: Int[np.ndarray, "B"],
    W: Float[np.ndarray, "V d"],
    Wp: Float[np.ndarray, "d V"],
) -> tuple[float, Float[np.ndarray, "V d"], Float[np.ndarray, "d V"]]:
    """Loss of CBOW with a softmax over all words, and its gradients.

    Allowed are numpy and ``expit``.

    Args:
        ctx: ids of the context words of each row; -1 is a pad and may stand at any place. Every row has at
            least one word. A word may occur repeatedly. The number of columns may be any, odd ones too.
        center: ids of the words to be predicted.
        W: input vectors, one per row.
        Wp: output vectors W', one per column.

    Returns:
        The mean over the B rows of -log P[center], exact for logits of +-1000; and the gradients of that
        mean with respect to W and Wp, in their shapes.
    """
    ### BEGIN SOLUTION
    B = len(center)
    known = ctx >= 0
    share = (known / known.sum(axis=1, keepdims=True))[:, :, None]  # 1/n for a word, 0 for a pad
    H = (share * W[ctx]).sum(axis=1)
    logits = H @ Wp
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    G = np.exp(log_P) / B
    G[np.arange(B), center] -= 1 / B
    dW = np.zeros_like(W)
    np.add.at(dW, ctx, share * (G @ Wp.T)[:, None, :])  # adds up for repeated words; a pad adds 0
    return -log_P[np.arange(B), center].mean(), dW, H.T @ G
    ### END SOLUTION

# %% [markdown]
# **Three roads.** The toy language, read by the three methods that you have written. Skip-gram, CBOW and GloVe
# minimise different losses, in different ways, and find the same cube (turned in space, since only relative
# positions mean anything). Skip-gram and CBOW answer all 96 analogies, and so do the plain counts of the thinned text; GloVe, which learns
# nothing from pairs that never occur, answers at least 70 and under some seeds misses a few. The 16 learned numbers do the work of 91.

# %%
def train_cbow(sents: list[list[int]], m: int, V: int, d: int = 16, epochs: int = 6, seed: int = 0) -> Float[np.ndarray, "V d"]:
    """Input vectors of CBOW with a full softmax."""
    rng = np.random.default_rng(seed)
    rows = [(sent[max(0, t - m) : t] + sent[t + 1 : t + 1 + m], word) for sent in sents for t, word in enumerate(sent)]
    rows = [(context, word) for context, word in rows if context]
    ctx = np.array([context + [-1] * (2 * m - len(context)) for context, _ in rows])
    center = np.array([word for _, word in rows])
    W, Wp = rng.uniform(-0.5, 0.5, (V, d)) / np.sqrt(d), np.zeros((d, V))
    optimizer = AdaGrad([W, Wp], lr=0.1)
    for _ in range(epochs):
        order = rng.permutation(len(center))
        for start in range(0, len(center), 256):
            batch = order[start : start + 256]
            _, dW, dWp = cbow_loss_grad(ctx[batch], center[batch], W, Wp)
            optimizer.step([dW, dWp])
    return W


def train_glove(X: Float[np.ndarray, "V V"], d: int = 16, steps: int = 1000, seed: int = 0) -> Float[np.ndarray, "V d"]:
    """Vectors w + w~ of GloVe."""
    rng = np.random.default_rng(seed)
    W, Wt = rng.uniform(-0.5, 0.5, (2, len(X), d)) / np.sqrt(d)
    params = [W, Wt, np.zeros(len(X)), np.zeros(len(X))]
    optimizer = AdaGrad(params, lr=0.05)
    for _ in range(steps):
        _, *grads = glove_loss_grad(*params, X, xmax=10.0)
        optimizer.step(grads)
    return W + Wt

# %% tags=["demo"]
@demo
def three_roads_to_one_cube(seed: int = 0) -> dict[str, float]:
    """Skip-gram, CBOW and GloVe on the same corpus."""
    import matplotlib.pyplot as plt

    sents, vocab = numbered(toy_corpus(4000, seed))
    counts = np.bincount(np.concatenate(sents))
    sents = subsampled(sents, keep_prob(counts, 0.01), seed)
    X = cooccurrence(sents, 5, len(vocab), distance_weight=True)
    vectors = {
        "skip-gram": train_sgns(skipgram_pairs(sents, 5), noise_distribution(counts), seed=seed)[0],
        "CBOW": train_cbow(sents, 5, len(vocab), seed=seed),
        "GloVe": train_glove(X, seed=seed),
    }
    _, axes = plt.subplots(1, 3, figsize=(13, 4.4))
    numbers = {"counts": float(cube_analogies(X, vocab)[0])}
    for axis, (name, E) in zip(axes, vectors.items()):
        right, asked = cube_analogies(E, vocab)
        numbers[name] = float(right)
        draw_cube(axis, E, vocab, f"{name}: {right} of {asked} analogies right")
    axes[0].legend(loc="best")
    return numbers

# %% [markdown]
# ## 8. FastText: words that were never seen
#
# To all models so far a word is an id. They do not see that *walked* belongs to *walk*, and for a word
# outside the vocabulary they have no vector at all. **FastText** gives vectors to *pieces* of words, and a
# word is the sum of its pieces.
#
# **Pieces.** Put `<` in front of the word and `>` behind it. Take all substrings of this marked word with
# $n_{\min} \le n \le n_{\max}$ characters (3 to 6 by default) that are **shorter** than it. Add the marked
# word itself, as one more piece.
#
# The marks count as characters. They tell the start and the end of a word from its middle: the piece `her` of
# *where* is not the word `<her>`. Order: shorter pieces first, equal lengths from left to right, the marked
# word last. A piece that occurs twice stands in the list twice.
#
# **By hand.** *where* with $n_{\min} = n_{\max} = 3$: `<wh`, `whe`, `her`, `ere`, `re>`, and `<where>`. *cat*
# with 3 to 6: the marked word `<cat>` has 5 characters, so pieces of 3 and 4: `<ca`, `cat`, `at>`, `<cat`,
# `cat>`, and `<cat>`. *a* has only `<a>`, since its 3 characters are the marked word itself.
#
# **Vector.** $u_w = \sum_{g \in \text{pieces}(w)} z_g$, a **sum**, as in the paper; a mean would also shrink
# the whole word's own vector the longer the word is. For a new word, the pieces that the table holds are
# summed and the rest are left out. So *catlike* starts from `<ca`, `cat` and `<cat`. If the table holds no
# piece at all, the vector is zero.
#
# **By hand.** The table has `<ca`: $(1, 0)$, `at>`: $(0, 2)$, `cat`: $(1, 1)$ and `dog`: $(5, 5)$. Then
# *cat* is $(2, 3)$, and *bat* is $(0, 2)$.
#
# ![The six pieces of cat, three of which are in the table and sum to (2, 3), and the six pieces of bat, one of which is, which gives (0, 2)](pictures/word_embeddings/pieces.svg)

# %% [markdown] hints="char_ngrams"
# idea: All lengths, all starts: two loops over slices of the marked word. The marked word itself is a case of its own.
#
# shapes: A list of texts; then a sum of arrays (d,), starting from zeros.
#
# steps: Mark the word; lengths from the shortest up to the longest that is allowed and shorter than the marked word; for each length the
# slices from left to right; the marked word last. For the vector add what the table holds.
#
# mistake: A length equal to the marked word's lists it twice.

# %% question="char_ngrams" minutes=25 further
def char_ngrams(word: str, n_min: int = 3, n_max: int = 6) -> list[str]:
    """Character n-grams of a word with boundary marks, and the marked word.

    Args:
        word: at least one character, without < and >.
        n_min: shortest n-gram, at least 1.
        n_max: longest n-gram, at least n_min.

    Returns:
        The substrings of "<" + word + ">" with n_min to n_max characters and fewer than the whole; by rising
        length, equal lengths from left to right; one that stands in the word twice is listed twice. As the
        last entry the whole, "<" + word + ">", exactly once and whatever its length.
    """
    ### BEGIN SOLUTION
    marked = f"<{word}>"
    lengths = range(n_min, min(n_max + 1, len(marked)))
    return [marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)] + [marked]
    ### END SOLUTION


def fasttext_vector(word: str, table: dict[str, Float[np.ndarray, "d"]], d: int) -> Float[np.ndarray, "d"]:
    """Vector of a word as the sum of the vectors of its pieces.

    Args:
        word: at least one character, known or not.
        table: vectors of pieces.
        d: length of the vectors.

    Returns:
        A new array: the sum of ``table[piece]`` over the pieces of ``char_ngrams(word)`` (lengths 3 to 6)
        that the table holds; a piece that is listed twice counts twice. Zeros if it holds none.
    """
    ### BEGIN SOLUTION
    vector = np.zeros(d)
    for piece in char_ngrams(word):
        if piece in table:
            vector += table[piece]
    return vector
    ### END SOLUTION

# %% [markdown]
# What can a sum of pieces do **before any training**? Give every piece of ten known words a random vector.
# Random vectors of many dimensions are nearly orthogonal, so the cosine of two words says how many pieces
# they share. The picture compares six words that the table does not hold with the ten that it does. Each of
# them finds a relative, and two find the wrong one: *walked* shares more pieces with *talked* than with
# *walk*, and *talking* more with *walking* than with *talked*. So far this is spelling. What the pieces mean, and that `walk` weighs
# more than `alked`, is for the training to learn.

# %% tags=["demo"]
@demo
def relatives_of_new_words(seed: int = 0) -> dict[str, float]:
    """Cosines of new words and known words, with random vectors for the pieces of the known ones."""
    import matplotlib.pyplot as plt

    known = ["walk", "walking", "talked", "kingdom", "queen", "friend", "happiness", "nation", "national", "apple"]
    new = ["walked", "talking", "kingdoms", "unfriendly", "unhappy", "international"]
    rng = np.random.default_rng(seed)
    table = {piece: rng.normal(size=300) for piece in sorted({piece for word in known for piece in char_ngrams(word)})}
    rows, columns = (np.array([fasttext_vector(word, table, 300) for word in words]) for words in (new, known))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    columns /= np.linalg.norm(columns, axis=1, keepdims=True)
    cosine = rows @ columns.T
    figure, axis = plt.subplots(figsize=(9, 3.8))
    image = axis.imshow(cosine, vmin=0, vmax=1)
    for i, j in np.ndindex(cosine.shape):
        axis.text(j, i, f"{cosine[i, j]:.2f}", ha="center", va="center", fontsize=8, color="black" if cosine[i, j] > 0.5 else "white")
    axis.set_xticks(range(len(known)), known, rotation=40, ha="right")
    axis.set_yticks(range(len(new)), new)
    axis.set(title="Six new words find a relative, two of them the wrong one", xlabel="words of the table")
    figure.colorbar(image, ax=axis, label="cosine")
    return {f"{word}: {known[j]}": float(row[j]) for word, row in zip(new, cosine) for j in [row.argmax()]}

# %% [markdown]
# **After training.** Now the pieces learn, from Austen. FastText itself trains them inside the loss of question 5. Here a shorter way
# does: take vectors of the known words (50 numbers each, from the PPMI of your counts), hide 150 words, and fit the pieces so that
# their sums come as near as they can to the vectors of the others (least squares with a small penalty). Then spell the hidden
# words. Their pieces are all that is known of them. Is the vector that comes out the one that the word has by its company?
#
# The test: among the true vectors of the 150 hidden words, is its own one within the ten nearest? By chance in 7 of 100 cases. The
# control fits the same pieces to the vectors dealt out to the wrong words. Spelling finds about a third, four times chance and more;
# the control stays below one in ten. Endings tell what kind of word it is: *looked* comes near to *looking* and *called*. A root that no known
# word shares tells nothing.

# %% tags=["demo"]
@demo
def spelling_meets_company(seed: int = 0) -> dict[str, float]:
    """Vectors of hidden words from pieces that were fitted to the vectors of other words."""
    import matplotlib.pyplot as plt

    from dlcourse.student.figures import bars

    read, _ = austen()
    vocab = vocabulary(read, 20)
    rows = ppmi(cooccurrence(to_ids(read, vocab), 1, len(vocab), False))
    values, axes = np.linalg.eigh(rows @ rows.T)
    U = axes[:, -50:] * values[-50:] ** 0.25  # the best 50 numbers per word, as by a singular value decomposition
    U /= np.linalg.norm(U, axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    hidden = rng.choice([i for i, word in enumerate(vocab) if len(word) > 4], 150, replace=False)
    known = np.setdiff1d(np.arange(len(vocab)), hidden)
    lists = [char_ngrams(vocab[i]) for i in known]
    pieces = sorted({piece for listed in lists for piece in listed})
    column = {piece: j for j, piece in enumerate(pieces)}
    B = np.zeros((len(known), len(pieces)))
    for row, listed in enumerate(lists):
        np.add.at(B[row], [column[piece] for piece in listed], 1)
    shared = B @ B.T + np.eye(len(known))

    def spelled(targets: np.ndarray) -> np.ndarray:
        """Vectors of the hidden words, from pieces fitted to the targets of the known ones."""
        Z = B.T @ np.linalg.solve(shared, targets)
        table = dict(zip(pieces, Z))
        found = np.array([fasttext_vector(vocab[i], table, 50) for i in hidden])
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)

    def in_ten(found: np.ndarray) -> float:
        """Per cent of the hidden words whose own vector is among the ten nearest."""
        cosine = found @ U[hidden].T
        return 100 * float(((cosine >= np.diag(cosine)[:, None]).sum(axis=1) <= 10).mean())

    spelling = spelled(U[known])
    shares = {"pieces fitted": in_ten(spelling), "fitted to wrong words": in_ten(spelled(U[rng.permutation(known)]))}
    _, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2), width_ratios=[1.5, 1])
    left.set(title="hidden words, and what their spelling comes near to", xlim=(0, 1), ylim=(6.6, -0.6), xticks=[], yticks=[])
    left.spines[:].set_visible(False)
    own = (spelling * U[hidden]).sum(axis=1)
    for row, i in enumerate(np.argsort(-own)[[0, 1, 2, 3, 4, 75, 149]]):  # the best five, the middle one, the worst
        near = known[np.argsort(-U[known] @ spelling[i])[:4]]
        left.text(0.0, row, vocab[hidden[i]], weight="bold", color="C0" if row < 5 else "C1")
        left.text(0.3, row, ", ".join(vocab[j] for j in near))
    bars(right, shares, ["C0", "0.6"], "%.0f")
    right.axvline(1000 / 150, c="0.6", ls="--")
    right.set(xlim=(0, 60), xlabel="% with their own vector among ten of 150")
    return {"spelled": shares["pieces fitted"], "wrong": shares["fitted to wrong words"]}

# %% [markdown]
# ## 9. Language models: from counts to vectors
#
# Word vectors were a by-product at first. The aim was a **language model**: the probability of the next word.
#
# **N-grams.** Estimate it by relative frequency. For a context $h$ of $n-1$ words,
#
# $$P(w \mid h) = \frac{c(h\, w)}{\sum_{w'} c(h\, w')} ,$$
#
# where $c(h\, w)$ counts the places of the corpus at which $h$ is followed by $w$, within one sentence. The
# denominator counts the places at which $h$ is followed by **anything**. A context at the end of a sentence is
# followed by nothing and does not count; otherwise the probabilities would sum to less than 1. (The assignment
# *text_preprocessing* has end marks and smoothing; here both are left out.)
#
# **By hand.** "the cat sat", "the cat ran", "the cat". *the cat* stands in all three, and is followed by a
# word in two. $P(\text{sat} \mid \text{the cat}) = \frac12$, not $\frac13$.
#
# **Why this ends.** With $V = 10{,}000$ there are $10^{12}$ trigrams, and nearly all of them never occur. To
# the counts, "the cat sat" says nothing about "a dog sat". **Bengio's neural language model** (2003) lets
# similar words share what they learn. It looks up a vector for each of the $n-1$ context words and
# **concatenates** them, in their order:
#
# $$x = [E_{w_1};\, \dots;\, E_{w_{n-1}}] \in \mathbb{R}^{(n-1)d}, \qquad
# h = \tanh(W_h x + b_h), \qquad \log P = \operatorname{log\,softmax}(W_o h + b_o) .$$
#
# Concatenation, unlike CBOW's mean, keeps apart who stood where. "Dog bites man" and "man bites dog" have the
# same mean, so a model of the mean predicts the same next word after both. (The paper also has direct
# connections from $x$ to the output. They are left out here.)
#
# ![Two words in either order. Their mean is the same. Side by side they give the hidden units 0.6 and minus 0.6 and opposite predictions](pictures/word_embeddings/order.svg)
#
# The log-softmax is taken over the words of each row, with the row's largest logit subtracted first:
# $\log P_j = z_j - M - \log \sum_{i} e^{z_i - M}$.
#
# **By hand.** $V = 2$, $d = 1$, $n - 1 = 2$, one hidden unit. $E = (0, \ln 2)^\top$, $W_h = (1, -1)$, $b_h =
# 0$, $W_o = (0, \tfrac53 \ln 3)^\top$, $b_o = (0, 0)$. Note that $\tanh(\ln 2) = 0.6$.
#
# - Context $(1, 0)$: $x = (\ln 2, 0)$, $h = 0.6$, logits $(0, \ln 3)$, $P = (\frac14, \frac34)$.
# - Context $(0, 1)$: $x = (0, \ln 2)$, $h = -0.6$, logits $(0, -\ln 3)$, $P = (\frac34, \frac14)$.
#
# The same two words in the other order give the opposite prediction.

# %% [markdown] hints="nnlm_forward"
# idea: Counting: find the places at which the context is followed by something, then ask how often it is the word. The network: look up, lay
# side by side, two layers.
#
# shapes: E[ctx] is (B, n-1, d); side by side it is (B, (n-1)d). Hidden units (B, h), logits (B, V).
#
# steps: Go through each sentence's places that have enough words before them and compare that slice with the context. For the network:
# look-up, concatenation, tanh, logits, the row's largest off, minus the log of the summed exponentials.
#
# mistake: A context at the end of a sentence is followed by nothing, and is not counted below the line.

# %% question="nnlm_forward" minutes=30 further
def ngram_prob(sents: list[list[int]], context: list[int], word: int) -> float:
    """Relative frequency of a word after a context.

    Args:
        sents: sentences of word ids, without marks for their ends; each may be empty.
        context: the words before, of any number; empty for a unigram model.
        word: id of the next word.

    Returns:
        The number of places at which ``context`` is followed by ``word``, divided by the number of places at
        which it is followed by any word of the same sentence; 0 if it is followed nowhere. Places may overlap.
        After the empty context stands every word of the corpus.
    """
    ### BEGIN SOLUTION
    n = len(context)
    places = [(sent, t) for sent in sents for t in range(n, len(sent)) if sent[t - n : t] == context]
    if not places:
        return 0.0
    return sum(sent[t] == word for sent, t in places) / len(places)
    ### END SOLUTION


def nnlm_forward(
    ctx: Int[np.ndarray, "B n-1"],
    E: Float[np.ndarray, "V d"],
    Wh: Float[np.ndarray, "h (n-1)d"],
    bh: Float[np.ndarray, "h"],
    Wo: Float[np.ndarray, "V h"],
    bo: Float[np.ndarray, "V"],
) -> Float[np.ndarray, "B V"]:
    """Log-probabilities of the next word in Bengio's neural language model.

    Allowed are numpy and ``expit``.

    Args:
        ctx: ids of the n-1 words before, one context per row, the oldest word first.
        E: vectors of the words, one per row.
        Wh: weights of the hidden layer; its columns 0..d-1 belong to the oldest word, the next d to the
            second, and so on.
        bh: biases of the hidden layer.
        Wo: weights of the output layer.
        bo: biases of the output layer.

    Returns:
        log P(word | context), natural logarithm, one row per context; exact for logits of +-1000.
    """
    ### BEGIN SOLUTION
    x = np.hstack([E[words] for words in ctx.T])  # place by place: the order counts
    hidden = np.tanh(x @ Wh.T + bh)
    logits = hidden @ Wo.T + bo
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    ### END SOLUTION

# %% [markdown]
# **Does the order matter, and do vectors help?** 5000 sentences of Austen are read, and the third of each three words in a row is
# predicted in 1000 sentences that were not. Counts know exactly what followed each pair of words, but more than half of the
# held-out triples they have never seen: to these they give the probability 0, and one 0 makes the perplexity infinite. Two
# networks, trained alike with 250 steps of Adam: Bengio's, and one that
# sees only the mean of its two words (both places share their weights). Perplexity is $\exp$ of the mean loss: the number of words
# among which the model is undecided. The control sees no context and knows how frequent each word is.
#
# It is undecided among 175 words. The mean of two words brings that to between 110 and 125, and their order is worth at least ten
# words more.

# %% tags=["demo"]
@demo
def order_or_mean(seed: int = 0) -> dict[str, float]:
    """Held-out perplexity of Bengio's model and of one that sees a mean, and what counts have never seen."""
    import matplotlib.pyplot as plt
    import torch

    from dlcourse.student.figures import bars

    read, held_out = (texts[:n] for texts, n in zip(austen(), (5000, 1000)))
    vocab = vocabulary(read, 20)
    read, held_out = to_ids(read, vocab), to_ids(held_out, vocab)
    V, d, h = len(vocab), 24, 48

    def triples(texts: list[list[int]]) -> np.ndarray:
        return np.array([sent[t - 2 : t + 1] for sent in texts for t in range(2, len(sent))])

    train, test = triples(read), triples(held_out)
    rng = np.random.default_rng(seed)
    asked = test[rng.choice(len(test), 100, replace=False)]
    with_both = {(a, b): [sent for sent in read if a in sent and b in sent] for a, b, _ in asked.tolist()}
    unseen = np.mean([ngram_prob(with_both[a, b], [a, b], c) == 0 for a, b, c in asked.tolist()])
    alone = np.bincount(train[:, 2], minlength=V) / len(train)
    alone = np.maximum(alone, 1e-5)

    def fitted(shared: bool) -> list[np.ndarray]:
        """E, Wh, bh, Wo, bo after 250 steps of Adam."""
        generator = torch.Generator().manual_seed(seed)
        shapes = ((V, d), (h, d if shared else 2 * d), (h,), (V, h), (V,))
        params = [(0.3 * torch.randn(shape, generator=generator)).requires_grad_() for shape in shapes]
        optimizer = torch.optim.Adam(params, lr=0.02)
        for _ in range(250):
            batch = torch.tensor(train[torch.randint(len(train), (256,), generator=generator).numpy()])
            E, Wh, bh, Wo, bo = params
            both = torch.cat([Wh, Wh], dim=1) if shared else Wh
            logits = torch.tanh(E[batch[:, :2]].flatten(1) @ both.T + bh) @ Wo.T + bo
            loss = torch.nn.functional.cross_entropy(logits, batch[:, 2])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        E, Wh, bh, Wo, bo = (p.detach().double().numpy() for p in params)
        return [E, np.hstack([Wh, Wh]) if shared else Wh, bh, Wo, bo]

    def perplexity(model: list[np.ndarray]) -> float:
        logs = nnlm_forward(test[:, :2], *model)
        return float(np.exp(-logs[np.arange(len(test)), test[:, 2]].mean()))

    found = {
        "no context": float(np.exp(-np.log(alone[test[:, 2]]).mean())),
        "mean of two": perplexity(fitted(shared=True)),
        "side by side": perplexity(fitted(shared=False)),
    }
    _, axis = plt.subplots(figsize=(8, 2.2))
    bars(axis, found, ["0.6", "C1", "C0"], "%.1f")
    axis.set(xlabel="perplexity per held-out word; counts of three: infinite", title=f"{100 * unseen:.0f} % of the held-out triples were never seen")
    return {"alone": found["no context"], "mean": found["mean of two"], "order": found["side by side"], "unseen": 100 * float(unseen)}

# %% [markdown]
# ## Payoff: two novels
#
# Now a text that nobody made for the purpose. Your skip-gram reads nine tenths of both novels, 190,000 words, with a window of 1,
# and learns 24 numbers for each of the 1,105 words. That takes a few seconds. Three tests, each with its controls.
#
# - **Families.** In what share of the words is the nearest other one of the same family? Controls: the same training on
#   the text with its words shuffled, and vectors that were not trained. Rivals: the counts of question 2, 1,105 numbers per word,
#   plain and as PPMI.
# - **Held out.** The last tenths of the novels were never read. How well does the model tell their true pairs from noise? Controls: a
#   model that knows nothing, $(k+1)\log 2 = 2.77$ with $k = 3$, and one that knows how frequent each word is and nothing else.
# - **Analogies.** *He* is to *she* as *brother* is to *sister*: 13 such pairs, 156 questions. Chance is one in a thousand.
#
# Guess before you run. Then ask for words of your own: `two_novels(words=("pride", "prejudice"))`.

# %% tags=["predict"]
predict("nearest of the same family, %", word2vec=..., shuffled=..., counts=...)

# %% tags=["demo"]
@demo
def two_novels(seed: int = 0, words: tuple[str, ...] = ("mother", "walked", "happy", "elizabeth")) -> dict[str, float]:
    """word2vec on two novels of Jane Austen: families, held-out pairs, analogies and a map."""
    import matplotlib.pyplot as plt
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    from dlcourse.student.figures import bars

    texts, vocab = austen(), []
    vocab = vocabulary(texts[0], 20)
    read, held_out = (to_ids(text, vocab) for text in texts)
    V, k, rng = len(vocab), 3, np.random.default_rng(seed)
    counts = np.bincount(np.concatenate(read).astype(int), minlength=V)
    keep, noise = keep_prob(counts, 0.01), noise_distribution(counts)
    read, held_out = subsampled(read, keep, seed), subsampled(held_out, keep, seed + 1)
    pairs, new = skipgram_pairs(read, 1), skipgram_pairs(held_out, 1)
    budget = {"d": 24, "k": k, "epochs": 4, "batch": 4096, "lr": 0.3, "seed": seed}
    W, C, _ = train_sgns(pairs, noise, **budget)
    W_shuffled, C_shuffled, _ = train_sgns(skipgram_pairs(shuffled_text(read, seed), 1), noise, **budget)

    X = np.bincount(pairs @ [V, 1], minlength=V * V).reshape(V, V).astype(float)
    tables = {"word2vec": W, "PPMI": ppmi(X), "plain counts": X, "shuffled": W_shuffled, "untrained": rng.normal(size=W.shape)}
    family = {name: family_share(E, vocab) for name, E in tables.items()}

    drawn = rng.choice(V, (len(new), k), p=noise)
    share = np.bincount(pairs[:, 1], minlength=V) / len(pairs)
    frequency = np.log(np.maximum(share, 1e-9) / noise / k)[:, None]  # the best s that does not look at the center

    def surprise(W: np.ndarray, C: np.ndarray) -> float:
        return float(sgns_loss_grad(W[new[:, 0]], C[new[:, 1]], C[drawn])[0])

    loss = {"word2vec": surprise(W, C), "only frequencies": surprise(np.ones((V, 1)), frequency)}
    loss |= {"shuffled": surprise(W_shuffled, C_shuffled), "knows nothing": surprise(0 * W, C)}

    couples = "he she,him her,himself herself,brother sister,father mother,husband wife,uncle aunt,man woman"
    couples += ",gentleman lady,son daughter,mr mrs,gentlemen ladies,sir madam"
    ids = [[vocab.index(word) for word in couple.split()] for couple in couples.split(",")]
    right = {}
    for name in ("word2vec", "PPMI", "shuffled"):
        E = tables[name] + 1e-9  # no row is zero
        answers = [analogy(E, a, b, c) == d for (a, b), (c, d) in itertools.permutations(ids, 2)]
        right[name] = 100 * float(np.mean(answers))

    for word in words:
        if word in vocab:
            print(f"nearest to {word}:", ", ".join(vocab[i] for i in nearest(W, vocab.index(word), 6)))
        else:
            print(f"{word}: fewer than 20 times in the text")

    figure = plt.figure(figsize=(12, 8.4))
    top, bottom = figure.subfigures(2, 1, height_ratios=[1, 2.2])
    one, two, three = top.subplots(1, 3)
    guess = guesses("nearest of the same family, %")
    guessed = {"word2vec": guess.get("word2vec"), "shuffled": guess.get("shuffled"), "plain counts": guess.get("counts")}
    bars(one, family, ["C0", "C2", "C2", "0.6", "0.6"], "%.0f", guessed)
    one.set(xlim=(0, 115), xlabel="% nearest to one of their family")
    bars(two, loss, ["C0", "0.6", "0.6", "0.6"], "%.2f")
    two.set(xlim=(0, 3.4), xlabel="loss on held-out pairs (nats)")
    bars(three, right, ["C0", "C2", "0.6"], "%.0f")
    three.set(xlim=(0, 60), xlabel="% of 156 analogies right")
    plane = bottom.subplots()
    listed = [(word, i) for i, name in enumerate(FAMILIES.values()) for word in name.split() if word in vocab]
    U = W[[vocab.index(word) for word, _ in listed]]
    with threadpool_limits(1):
        place = TSNE(perplexity=8, init="pca", metric="cosine", random_state=0).fit_transform(U)
    for (word, i), (x, y) in zip(listed, place):
        plane.plot(x, y, ".", ms=3, c=f"C{i % 7}")
        plane.annotate(word, (x, y), xytext=(2, 1), textcoords="offset points", fontsize=8.5, color=f"C{i % 7}")
    plane.set(title="words of the families, by word2vec and t-SNE; a colour is a family (or two)", xticks=[], yticks=[])
    numbers = {"family": family["word2vec"], "family ppmi": family["PPMI"], "family counts": family["plain counts"]}
    numbers |= {"family shuffled": family["shuffled"], "family untrained": family["untrained"]}
    numbers |= {"loss": loss["word2vec"], "loss frequencies": loss["only frequencies"], "loss shuffled": loss["shuffled"], "loss nothing": loss["knows nothing"]}
    return numbers | {"analogies": right["word2vec"], "analogies ppmi": right["PPMI"], "analogies shuffled": right["shuffled"]}

# %% [markdown]
# **What came out.** Company does carry meaning, in real text too: more than eight words in ten find their family, with 24 numbers
# each; after training on shuffled words, or without training, fewer than one in six do. On text that was never read the true pairs
# are told from noise with a loss of about 1.91, where a model that knows only frequencies stays at 2.20.
#
# But learning did not win. PPMI, which is nothing but counting, is ahead by a few points on the families, and
# answers more than a third of the analogies, where your word2vec answers fewer than a quarter. It has 1,105 numbers per word for it.
# [Levy, Goldberg and Dagan 2015](https://aclanthology.org/Q15-1016/) compared the two schools on far more text and found no consistent
# winner, once both are tuned with the same care.
# What learning buys is size: the table of counts grows with $V^2$, the vectors with $V d$. And king − man + woman, famous as it is,
# needs a great deal of text: in two novels three such questions in four fail, and more.
#
# So the answer to the question of the title cell: company says what *kind* of word it is. It does not tell *hot* from *cold*, nor
# one *bat* from the other.

# %% [markdown]
# ## What you built, and where it goes next
#
# Vectors from counts, from predicting contexts and from pieces of words, and the language model that they came from. In gensim, your arguments are
# called as follows: $m$ is `window`, $k$ is `negative`, $a$ is `ns_exponent`, $t$ is `sample`; `sg=1` is
# skip-gram, `sg=0` with `cbow_mean=1` is CBOW; `min_n` and `max_n` belong to FastText;
# `wv.most_similar(positive=["king", "woman"], negative=["man"])` is your `analogy`. Some things differ there:
#
# - CBOW is trained with negative sampling;
# - each window has a random width up to `window`;
# - `sample` follows the C program's formula, which keeps a little more;
# - FastText takes the mean of a word's pieces and not the sum, and a hash assigns the n-grams to `bucket` rows,
#   so that some have to share one. That leaves no n-gram without a vector.
#
# Where to read on:
#
# - **Why do directions mean something?** Because log-ratios of counts are differences: [Levy and Goldberg
#   2014](https://papers.nips.cc/paper/5477-neural-word-embedding-as-implicit-matrix-factorization), [Allen
#   and Hospedales 2019](https://arxiv.org/abs/1901.09813).
# - **What else they learn.** Vectors from real text repeat its prejudices: [Bolukbasi et al.
#   2016](https://arxiv.org/abs/1607.06520).
# - **Other languages.** As a whole, the vectors of two languages have nearly the same shape. A rotation,
#   found from a few thousand translated words, takes one to the other: [Mikolov et al.
#   2013](https://arxiv.org/abs/1309.4168), [Conneau et al. 2017](https://arxiv.org/abs/1710.04087).
# - **One vector per occurrence.** *bat* needs a vector that depends on its sentence. That is what recurrent
#   networks and attention compute: [ELMo](https://arxiv.org/abs/1802.05365),
#   [BERT](https://arxiv.org/abs/1810.04805), and the assignments that follow. Their first layer is still a
#   table of word vectors, and their last one still a softmax over the vocabulary.
#
# The [article](https://www.chenk.top/en/nlp/word-embeddings-lm/) tells the same story with code for gensim.
