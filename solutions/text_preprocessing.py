# %% [markdown]
# # From text to numbers
#
# A model computes with numbers, and a text is a string of characters. **You will build** everything in
# between, in plain Python and numpy: a cleaner, a tokenizer, byte-pair encoding (the way GPT cuts words into
# pieces), Porter's stemmer, the document-term matrix, TF-IDF, and a smoothed n-gram language model with its
# perplexity. Halfway through, your functions are a small search engine. At the end they measure three laws
# of text: how frequencies fall with rank, how merges shorten a text, and how much probability to set aside
# for what was never seen.
#
# **You need** Python's strings, dicts and regular expressions, a little numpy, and logarithms.
#
# <!-- questions -->
#
# **Article:** [Introduction and text
# preprocessing](https://www.chenk.top/en/nlp/introduction-and-preprocessing/).
# **Papers:** Sennrich, Haddow and Birch, [Neural machine translation of rare words with subword
# units](https://arxiv.org/abs/1508.07909) (byte-pair encoding); Porter, [An algorithm for suffix
# stripping](https://doi.org/10.1108/eb046814) (1980); Spärck Jones, [A statistical interpretation of term
# specificity](https://doi.org/10.1108/eb026526) (1972); Chen and Goodman, [An empirical study of smoothing
# techniques for language modeling](https://arxiv.org/abs/cmp-lg/9606011) (1996).
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
import math
import re
import unicodedata
from collections.abc import Callable
from functools import cache

import numpy as np
from jaxtyping import Float, Int

from dlcourse import check, demo, probe

# %% [markdown]
# The corpus of all pictures is already on your computer: the descriptions of 14 data sets that come with
# scikit-learn, about 5000 words. They are raw text with tables, links and markup, as texts are.

# %%
@cache
def descriptions() -> dict[str, str]:
    """The descriptions of scikit-learn's data sets by name, in alphabetical order."""
    from importlib.util import find_spec
    from pathlib import Path

    folder = Path(find_spec("sklearn").origin).parent / "datasets" / "descr"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rst"))}

# %% [markdown]
# ## 1. Cleaning
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

# %% question="clean_text" minutes=15 further
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

# %% [markdown]
# ## 2. Tokens
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

# %% question="word_tokenize" minutes=15
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
def one_word_in_many_disguises() -> dict[str, int]:
    """Forms of one word under split(), and the growth of the vocabulary under three tokenizers."""
    import matplotlib.pyplot as plt

    text = "\n".join(descriptions().values())
    streams = {
        "split()": text.split(),
        "word_tokenize, lower case": [token.lower() for token in word_tokenize(text)],
        "clean_text": clean_text(text).split(),
    }
    hidden = [piece for piece in streams["split()"] if re.sub(r"[\W_]", "", piece).lower() == "data"]
    forms = collections.Counter(hidden)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained", facecolor="white")
    shown = forms.most_common()[::-1]
    bars = left.barh(range(len(shown)), [count for _, count in shown], color="tab:orange")
    left.bar_label(bars, padding=3)
    left.set_yticks(range(len(shown)), [form for form, _ in shown], family="monospace")
    left.set(xlabel="occurrences", xlim=(0, 1.15 * max(forms.values())))
    left.set_title(f'"data" is {len(forms)} types for split()')
    types = {}
    for (name, tokens), colour in zip(streams.items(), ("tab:orange", "tab:blue", "tab:green")):
        seen: set[str] = set()
        growth = [len(seen) for token in tokens if not seen.add(token)]
        right.plot(growth, c=colour, lw=2, label=f"{name}: {len(seen)} types")
        types[name] = len(seen)
    right.set(xlabel="tokens read", ylabel="types seen", title="The vocabulary never stops growing")
    right.legend()
    plt.show()
    return {"forms": len(forms)} | types

# %% [markdown]
# ## 3. Byte-pair encoding: learning the pieces
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
# ## 4. Byte-pair encoding: cutting a word
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

# %% question="bpe_encode" minutes=25
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
# Four words that do not stand in the corpus, cut with 0, 30, 120 and 480 merges. The end mark is drawn as a
# dot. The more merges, the more the pieces look like parts of words: prefixes, stems and endings, though
# nothing but counts went in. Where the counts were too small, it shows: "predictable" is cut as `predic` `t`.

# %% tags=["demo"]
@demo
def unseen_words_in_pieces() -> dict[str, str]:
    """Words that the corpus does not hold, cut with ever more merges."""
    import matplotlib.pyplot as plt

    word_freqs = collections.Counter(clean_text(" ".join(descriptions().values())).split())
    merges = bpe_train(word_freqs, 480)
    words, steps = ["newest", "reclassified", "transformers", "predictable"], [0, 30, 120, 480]
    figure, axes = plt.subplots(2, 2, figsize=(11, 4.6), layout="constrained", facecolor="white")
    pieces = {}
    for axis, word in zip(axes.flat, words):
        for row, m in enumerate(steps):
            symbols = bpe_encode(word, merges[:m])
            pieces[f"{word} {m}"] = " ".join(symbols)
            left = 0.0
            for j, symbol in enumerate(symbols):
                shown = symbol.replace("</w>", "·")
                colour = plt.colormaps["Pastel1"](j % 8)
                axis.barh(row, len(shown) - 0.12, left=left, height=0.75, color=colour, edgecolor="0.4")
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
    return pieces | {"in the corpus": " ".join(word for word in words if word in word_freqs)}

# %% [markdown]
# ## 5. Normalising: stems and stopwords
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

# %% question="stem_step1" minutes=25 further
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
# ## 6. The document-term matrix
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

# %% question="count_matrix" minutes=15 further
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

# %% [markdown]
# ## 7. TF-IDF
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

# %% question="tfidf" minutes=15
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
def search_engine() -> dict[str, str]:
    """Queries against the descriptions, by the cosine of TF-IDF rows."""
    import matplotlib.pyplot as plt

    names = list(descriptions())
    X, vocab = count_matrix([terms(text) for text in descriptions().values()])
    idf = fit_idf(X)
    M = tfidf(X, idf)
    queries = [
        "photographs of human faces",
        "measuring petals of flowers",
        "a sloth in South America",
        "wines made in Italy",
        "patients with high blood sugar",
        "what houses cost",
        "rats in the forest",
        "handwriting",
    ]
    Q = tfidf(count_matrix([terms(query) for query in queries], vocab)[0], idf)
    cosine = Q @ M.T
    answers = {q: names[row.argmax()] if row.any() else "nothing" for q, row in zip(queries, cosine)}

    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12.5, 4.8), layout="constrained", facecolor="white", width_ratios=[1.5, 1]
    )
    image = left.imshow(cosine, cmap="Blues", aspect="auto", vmin=0)
    left.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=9)
    left.set_yticks(range(len(queries)), queries)
    found = [(names.index(name), i) for i, name in enumerate(answers.values()) if name in names]
    left.plot(*zip(*found), "o", c="tab:red", ms=6)
    left.set_title("cosine of query and description; best answer in red")
    figure.colorbar(image, ax=left)
    ticks, labels, heaviest = [], [], {}
    for block, name in enumerate(["wine_data", "olivetti_faces", "iris", "diabetes", "kddcup99"]):
        row = M[names.index(name)]
        best = np.argsort(-row, kind="stable")[:4]
        ticks += [5 * block + j for j in range(4)]
        labels += [vocab[j] for j in best]
        right.barh(ticks[-4:], row[best], color=f"C{block}")
        right.text(0.47, 5 * block + 1.5, name, color=f"C{block}", va="center", weight="bold")
        heaviest[f"heaviest of {name}"] = labels[-4]
    right.set_yticks(ticks, labels)
    right.invert_yaxis()
    right.set(xlabel="TF-IDF", xlim=(0, 0.75), title="the four heaviest stems")
    plt.show()
    return answers | heaviest

# %% [markdown]
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

# %% question="ngram_lm" minutes=25
def ngram_lm(sents: list[list[str]], n: int, k: float) -> Callable[[str, list[str]], float]:
    """An n-gram language model with add-k smoothing.

    Args:
        sents: tokenized training sentences without <s> and </s>, which are added here; each may be empty.
            "<unk>" may stand in them (for rare words that were replaced by it), and is counted as any word.
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
# ## 9. Perplexity and Zipf's law
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
# ## Payoff: three laws of text
#
# Everything together, on the 14 descriptions.
#
# **Left: Zipf.** A line through the 300 most frequent of 1406 types, with the slope $-0.75$: flatter than $-1$.
# The law is rough, above all for 5000 words, and the slope depends on where you look: the first 1000 ranks give
# $-0.91$. 111 types make half of the text, and 53 % of the types occur only once.
#
# **Middle: BPE**, learned on every other word of the corpus. The first merges are worth the most, because
# pairs follow Zipf's law, too. The red curve is for words that were not among those it was learned on: they
# become shorter, too, since they are made of the same parts. A word vocabulary would have read `<unk>` for
# each of them.
#
# **Right: n-gram models**, trained on nine sentences of ten and tested on the tenth. Each curve is a U. With
# $k$ too small, whatever is new costs too much; with $k$ too large, the counts no longer matter. Look at
# Laplace's $k = 1$: the bigram model is *worse* than the unigram model there. With about 1300 types, $k=1$
# pretends to have seen 1300 words after a history that was in truth seen a few times. The longer the history,
# the thinner the counts and the smaller the best $k$. And on a corpus of this size the best trigram model
# does not reach the best bigram model.

# %% tags=["demo"]
@demo
def three_laws_of_text() -> dict[str, float]:
    """Zipf's law, the length of words in BPE symbols, and perplexity against k."""
    import matplotlib.pyplot as plt

    words = clean_text(" ".join(descriptions().values())).split()
    figure, (left, middle, right) = plt.subplots(
        1, 3, figsize=(13, 4.2), layout="constrained", facecolor="white"
    )

    top, freqs = 300, np.array([count for _, count in collections.Counter(words).most_common()])
    slope, ranks = zipf_slope(words, top), np.arange(1, len(freqs) + 1)
    line = np.exp(np.log(freqs[:top]).mean() + slope * (np.log(ranks[:top]) - np.log(ranks[:top]).mean()))
    left.loglog(ranks, freqs, ".", c="tab:blue", label=f"{len(freqs)} types")
    left.loglog(ranks[:top], line, c="tab:red", lw=2, label=f"slope {slope:.2f}")
    left.set(xlabel="rank", ylabel="frequency", title="Zipf: frequency against rank")
    left.legend()
    numbers = {"slope": slope, "types": len(freqs), "seen once": (freqs == 1).mean()}
    numbers["types for half"] = int((freqs.cumsum() < freqs.sum() / 2).sum()) + 1

    learned, steps = collections.Counter(words[::2]), [0, 25, 50, 100, 200, 300, 400]
    new = collections.Counter(word for word in words[1::2] if word not in learned)
    merges = bpe_train(learned, steps[-1])
    for name, freq, colour in (("words learned on", learned, "tab:blue"), ("new words", new, "tab:red")):
        length = {}
        for m in steps:
            symbols = sum(count * len(bpe_encode(word, merges[:m])) for word, count in freq.items())
            length[m] = symbols / freq.total()
        middle.plot(length.keys(), length.values(), "o-", c=colour, label=name)
        numbers |= {f"{name}, {m} merges": value for m, value in length.items()}
    middle.set(xlabel="merges", ylabel="symbols per word", title="BPE: length of words", ylim=(0, 8))
    middle.legend()

    ends = r"(?<=[.!?:])\s+|\n\s*\n"  # of sentences, headings and table entries
    parts = [clean_text(part).split() for text in descriptions().values() for part in re.split(ends, text)]
    sents = [part for part in parts if len(part) > 2]
    train, test = [sent for i, sent in enumerate(sents) if i % 10], sents[::10]
    ks = [1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0]
    for n, colour in ((1, "tab:green"), (2, "tab:blue"), (3, "tab:red")):
        curve = [perplexity(ngram_lm(train, n, k), test) for k in ks]
        right.loglog(ks, curve, "o-", c=colour, label=f"n = {n}: best {min(curve):.0f}")
        numbers |= {f"perplexity, n = {n}, k = {k:g}": value for k, value in zip(ks, curve)}
    right.axvline(1, c="0.6", lw=1, ls="--")
    right.set(xlabel="k  (dashed: Laplace)", ylabel="perplexity", title="Perplexity on new sentences")
    right.legend()
    plt.show()
    return numbers

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
