"""Other correct implementations of text_preprocessing; all of them must earn 100 %."""

import heapq
import itertools
import math
import re
import unicodedata
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np


def clean_text__scanner(text):
    """Without regular expressions, character by character and run by run."""
    text, out, i = unicodedata.normalize("NFC", text.lower()), [], 0
    while i < len(text):
        first = i + 2 if text.startswith("</", i) else i + 1
        end = text.find(">", first)
        if text[i] == "<" and text[first : first + 1] in tuple("abcdefghijklmnopqrstuvwxyz") and end >= 0:
            out.append(" ")
            i = end + 1
        else:
            out.append(text[i])
            i += 1
    kept = []
    for run in "".join(out).split():
        starts = [run.find(mark) for mark in ("http://", "https://", "www.") if mark in run]
        run = run[: min(starts)] if starts else run
        if "@" not in run[1:-1]:
            kept.append(run)
    letters = [c if c.isalpha() else " " for c in " ".join(kept)]
    return " ".join("".join(letters).split())


CLITICS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")


def clitic_at(text, i):
    """The clitic that starts at position i, or None."""
    for clitic in CLITICS:
        end = i + len(clitic)
        after = text[end : end + 1]
        if text[i:end].lower() == clitic and not (after.isalnum() or after == "_"):
            return text[i:end]
    return None


def word_tokenize__scanner(text):
    """A loop over positions."""
    tokens, i = [], 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        end = i + 1
        clitic = clitic_at(text, i)
        if clitic:
            end = i + len(clitic)
        elif text[i].isdigit():
            while text[end : end + 1].isdigit() or (
                text[end : end + 1] in (",", ".") and text[end + 1 : end + 2].isdigit()
            ):
                end += 1
        elif text[i].isalpha():
            while text[end : end + 1].isalnum() or (
                text[end : end + 1] == "-" and text[end + 1 : end + 2].isalnum()
            ):
                if text[end] in "nN" and clitic_at(text, end):
                    break
                end += 1
        tokens.append(text[i:end])
        i = end
    return tokens


def merge_pair__separators(symbols, pair):
    """In a string, with a separator on both sides of every symbol so that borders are respected."""
    text = "".join(f"\0{s}\1" for s in symbols)
    return re.findall("\0(.*?)\1", text.replace(f"\0{pair[0]}\1\0{pair[1]}\1", f"\0{pair[0]}{pair[1]}\1"))


def bpe_train__separators(word_freqs, n_merges):
    """Lists side by side; the best pair by its count and its first position."""
    segmented, freqs, merges = [list(w) + ["</w>"] for w in word_freqs], list(word_freqs.values()), []
    while len(merges) < n_merges:
        count, first, position = defaultdict(int), {}, 0
        for symbols, freq in zip(segmented, freqs):
            for a, b in itertools.pairwise(symbols):
                count[a, b] += freq
                first.setdefault((a, b), position)
                position += 1
        if not count:
            return merges
        merges.append(min(count, key=lambda p: (-count[p], first[p])))
        segmented = [merge_pair__separators(symbols, merges[-1]) for symbols in segmented]
    return merges


def bpe_encode__lowest_rank(word, merges):
    """The adjacent pair of lowest rank, until there is none."""
    rank = {pair: i for i, pair in reversed(list(enumerate(merges)))}
    symbols = tuple(word) + ("</w>",)
    while True:
        known = [p for p in zip(symbols, symbols[1:]) if p in rank]
        if not known:
            return list(symbols)
        best = min(known, key=rank.get)
        joined = []
        for symbol in symbols:
            if joined and joined[-1] == (best[0], "open") and symbol == best[1]:
                joined[-1] = (best[0] + best[1], "closed")
            else:
                joined.append((symbol, "open"))
        symbols = tuple(symbol for symbol, _ in joined)


def bpe_decode__lowest_rank(symbols):
    """Symbol by symbol."""
    words, current = [], ""
    for symbol in symbols:
        current += symbol
        if symbol.endswith("</w>"):
            words.append(current[:-4])
            current = ""
    return words


def gpt2_split__scanner(text):
    """A loop over places, with the kind of each character."""

    def kind(c):
        return "s" if c.isspace() else "l" if c.isalpha() else "d" if c.isdigit() else "o"

    pieces, i = [], 0
    while i < len(text):
        short = next((c for c in ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d") if text.startswith(c, i)), None)
        start = i + 1 if text[i] == " " and i + 1 < len(text) else i
        end = start
        if short:
            end = i + len(short)
        elif kind(text[start]) != "s":
            while end < len(text) and kind(text[end]) == kind(text[start]):
                end += 1
        else:
            end = i
            while end < len(text) and text[end].isspace():
                end += 1
            if end < len(text) and end - i > 1:
                end -= 1
        pieces.append(text[i:end])
        i = end
    return pieces


def join_pair__scanner(ids, pair, new):
    """With a stack that remembers what was joined."""
    out = []
    for i in ids:
        if out and out[-1] == (pair[0], True) and i == pair[1]:
            out[-1] = (new, False)
        else:
            out.append((i, True))
    return [i for i, _ in out]


def byte_train__scanner(texts, n_merges):
    """Tuples of ids with their frequencies; a heap with old entries that are thrown away when they come up."""
    freqs = Counter(tuple(p.encode("utf-8")) for text in texts for p in gpt2_split__scanner(text))
    words, count, index = dict(enumerate(freqs)), Counter(), defaultdict(set)
    weight = list(freqs.values())

    def add(i, sign):
        changed = set()
        for pair in itertools.pairwise(words[i]):
            count[pair] += sign * weight[i]
            index[pair].add(i)
            changed.add(pair)
        return changed

    for i in words:
        add(i, 1)
    heap = [(-c, pair) for pair, c in count.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < n_merges:
        negative, pair = heapq.heappop(heap)
        if count[pair] != -negative or count[pair] <= 0:
            continue
        changed = set()
        for i in list(index[pair]):
            if pair in itertools.pairwise(words[i]):
                changed |= add(i, -1)
                words[i] = tuple(join_pair__scanner(words[i], pair, 256 + len(merges)))
                changed |= add(i, 1)
        merges.append(pair)
        for other in changed:
            heapq.heappush(heap, (-count[other], other))
    return merges


def token_bytes__replay(merges, special=()):
    """By recursion."""

    def spell(i):
        return bytes((i,)) if i < 256 else b"".join(spell(j) for j in merges[i - 256])

    return [spell(i) for i in range(256 + len(merges))] + [bytes(s, "utf-8") for s in special]


def byte_encode__replay(text, merges, special=()):
    """Replays all merges, once for each different piece; finds special tokens by trying every place."""
    known = {}

    def piece_ids(piece):
        if piece not in known:
            ids = list(bytes(piece, "utf-8"))
            for i, (a, b) in enumerate(merges):
                j = 0
                while j < len(ids) - 1:
                    if ids[j] == a and ids[j + 1] == b:
                        ids[j : j + 2] = [256 + i]
                    j += 1
            known[piece] = ids
        return known[piece]

    ids, start, i = [], 0, 0

    def flush(end):
        for piece in gpt2_split__scanner(text[start:end]):
            ids.extend(piece_ids(piece))

    while special and i < len(text):
        here = [token for token in special if text.startswith(token, i)]
        if here:
            flush(i)
            longest = max(here, key=len)
            ids.append(256 + len(merges) + list(special).index(longest))
            i = start = i + len(longest)
        else:
            i += 1
    flush(len(text))
    return ids


def byte_decode__replay(ids, merges, special=()):
    """Into one bytearray."""
    raw, entries = bytearray(), token_bytes__replay(merges, special)
    for i in ids:
        raw += entries[i]
    return str(bytes(raw), "utf-8", "replace")


def cv_pattern__regex(word):
    """Marks vowels by substitution; every second y of a run of y is one, beginning after a consonant."""
    kinds = []
    for i, letter in enumerate(word):
        if letter == "y":
            kinds.append(i > 0 and not kinds[i - 1])
        else:
            kinds.append(letter in set("aeiou"))
    return "".join("cv"[kind] for kind in kinds)


def stem_step1__regex(word):
    """Rules as regular expressions, the measure by splitting into runs."""

    def measure(stem):
        return len(re.findall("v+c+", cv_pattern__regex(stem)))

    if len(word) < 3:
        return word
    for ending, new in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")):
        if word.endswith(ending):
            word = word[: len(word) - len(ending)] + new
            break
    if word.endswith("eed"):
        return word[:-3] + "ee" if measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            if "v" not in cv_pattern__regex(stem):
                return word
            if re.search("(at|bl|iz)$", stem):
                return stem + "e"
            if re.search(r"([bcdfghjkmnpqrtvwx])\1$", stem):
                return stem[:-1]
            short = measure(stem) == 1 and cv_pattern__regex(stem).endswith("cvc")
            if short and not re.search("[wxy]$", stem):
                return stem + "e"
            return stem
    return word


def remove_stopwords__regex(tokens, stop):
    """A copy, filtered."""
    return list(filter(lambda token: token.lower() not in frozenset(stop), tokens))


def count_matrix__counters(docs, vocab=None):
    """A Counter per document."""
    words = sorted(set(itertools.chain.from_iterable(docs))) if vocab is None else list(vocab)
    rows = [[Counter(doc)[word] for word in words] for doc in docs]
    return np.array(rows, dtype=np.int64).reshape(len(docs), len(words)), words


def fit_idf__loops(X):
    """Plain Python."""
    rows = X.tolist()
    documents = [sum(row[j] != 0 for row in rows) for j in range(X.shape[1])]
    return np.array([1 - math.log(Fraction(1 + df, 1 + len(rows))) for df in documents])


def tfidf__loops(X, idf):
    """Row by row."""
    rows = []
    for counts in X.tolist():
        row = [count * weight for count, weight in zip(counts, idf.tolist())]
        length = math.hypot(*row) or 1.0
        rows.append([x / length for x in row])
    return np.array(rows)


def fit_idf__columns(X):
    """One column after the other, in Python's own floats."""
    n = len(X)
    return np.array([math.log((n + 1) / (sum(row[j] > 0 for row in X) + 1)) + 1 for j in range(X.shape[1])])


def tfidf__columns(X, idf):
    """Each row by its length from math.hypot; a row of zeros stays."""
    rows = [[float(count) * weight for count, weight in zip(row, idf)] for row in X]
    scaled = [[v / (math.hypot(*row) or 1.0) for v in row] for row in rows]
    return np.array(scaled, dtype=float).reshape(X.shape)



def ngram_lm__searching(sents, n, k):
    """Counts by going through all n-grams at every question."""
    known = {word for sent in sents for word in sent} | {"</s>", "<unk>"}
    start = ("<s>",) * (n - 1)
    grams = []
    for sent in sents:
        padded = start + tuple(sent) + ("</s>",)
        grams += list(zip(*(padded[i:] for i in range(n))))

    def prob(word, context):
        padded = start + tuple(w if w in known else "<unk>" for w in context)
        history = padded[len(padded) - n + 1 :]
        after = [gram[-1] for gram in grams if gram[:-1] == history]
        return (after.count(word if word in known else "<unk>") + k) / (len(after) + k * len(known))

    return prob


class TableModel:
    """Counts in nested dicts; an instance is called."""

    def __init__(self, sents, n, k):
        self.n, self.k, self.types = n, k, {"<unk>"}
        self.after = defaultdict(lambda: defaultdict(int))
        for sent in sents:
            for t, word in enumerate([*sent, "</s>"]):
                self.types.add(word)
                self.after[self.history(sent[:t])][word] += 1
        self.types.add("</s>")

    def history(self, words):
        last = words[len(words) - self.n + 1 :] if len(words) >= self.n else words
        last = last if self.n > 1 else []
        return tuple(["<s>"] * (self.n - 1 - len(last)) + last)

    def __call__(self, word, context):
        counts = self.after.get(self.history([w if w in self.types else "<unk>" for w in context]), {})
        word = word if word in self.types else "<unk>"
        return (counts.get(word, 0) + self.k) / (sum(counts.values()) + self.k * len(self.types))


def ngram_lm__class(sents, n, k):
    """A class in place of a closure."""
    return TableModel(sents, n, k)


def perplexity__bits(prob, sents):
    """Bits and powers of two, one word at a time."""
    bits, positions = 0.0, 0
    for sent in sents:
        context = []
        for word in sent:
            bits -= math.log2(prob(word, list(context)))
            context.append(word)
        bits -= math.log2(prob("</s>", context))
        positions += len(sent) + 1
    return 2 ** (bits / positions)


def zipf_slope__bits(tokens, top):
    """Covariance over variance, logarithms to base 10."""
    y = [math.log10(count) for _, count in Counter(tokens).most_common(top)]
    x = [math.log10(rank) for rank in range(1, len(y) + 1)]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)
