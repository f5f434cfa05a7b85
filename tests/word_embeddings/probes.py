"""Graded tests of word_embeddings; docs/authoring.md says how to write them."""

import math

import numpy as np

from dlcourse import exact, probe


def described(result):
    """Shape and dtype of an array."""
    array = np.asarray(result)
    return array.shape, str(array.dtype)


@probe("skipgram_pairs", points=1, compare=exact())
def ten_pairs_by_hand(skipgram_pairs):
    """The sentence 7 3 7 5 with a window of 2, as in the table."""
    return skipgram_pairs([[7, 3, 7, 5]], 2)


@probe("skipgram_pairs", points=1, compare=exact())
def two_sentences(skipgram_pairs):
    """Two sentences with a window of 1: no pair across the border."""
    return skipgram_pairs([[0, 1, 2], [3, 4]], 1)


@probe("skipgram_pairs", points=3, public=False, compare=exact())
def windows_of_many_sizes(skipgram_pairs, rng):
    """Uneven sentences with repeated words, windows of 1 to 20."""
    sents = [rng.integers(0, 6, size).tolist() for size in (9, 1, 4, 0, 13, 2)]
    return {f"m = {m}": skipgram_pairs(sents, m) for m in (1, 2, 3, 5, 20)}


@probe("skipgram_pairs", points=1, public=False, compare=exact())
def few_words_and_none(skipgram_pairs):
    """A corpus without pairs (its shape and kind), a word next to itself, large ids."""
    kinds = {"no sentence": [], "one word": [[5]], "empty ones": [[], [2], []], "two words": [[5, 0]]}
    return {
        "shape and dtype": {name: described(skipgram_pairs(sents, 3)) for name, sents in kinds.items()},
        "two words": skipgram_pairs([[5, 0]], 3),
        "same word": skipgram_pairs([[4, 4], [4, 4, 4]], 1),
        "large ids": skipgram_pairs([[10**12, 3, 70_000]], 2),
    }


@probe("noise_distribution", points=1)
def noise_by_hand(noise_distribution):
    """Counts 81, 16, 1 to the power 3/4."""
    return noise_distribution(np.array([81, 16, 1]))


@probe("noise_distribution", points=1)
def kept_by_hand(keep_prob):
    """The same counts with the threshold 0.04."""
    return keep_prob(np.array([81, 16, 1]), 0.04)


@probe("noise_distribution", points=3, public=False)
def noise_for_many_powers(noise_distribution, rng):
    """Counts from 1 to a million with powers between 0 and 1.5; the counts afterwards."""
    counts = np.concatenate([rng.integers(1, 500, size=7), [1, 1_000_000]])
    noise = {f"a = {a}": noise_distribution(counts, a) for a in (0.75, 0.0, 0.5, 1.0, 1.5)}
    return {
        **noise,
        "by default": noise_distribution(counts[:5]),
        "one word": noise_distribution(counts[:1]),
        "equal counts": noise_distribution(np.array([7, 7, 3, 7]), 0.3),
        "counts": counts,
    }


@probe("noise_distribution", points=3, public=False)
def kept_words(keep_prob, rng):
    """Frequencies above, at and below several thresholds; the counts afterwards."""
    counts = np.concatenate([rng.integers(1, 2000, size=6), [1, 100_000]])
    even = np.array([50, 25, 20, 5])
    kept = {f"t = {t}": keep_prob(counts, t) for t in (1e-5, 1e-3, 0.02, 2.0)}
    billions = keep_prob(np.array([3, 4_000_000_000, 41]), 1e-9)  # frequencies of 1e-9
    return {
        **kept,
        "25 of 100": keep_prob(even, 0.25),
        "billions": billions,
        "one word": keep_prob(even[:1], 0.3),
        "counts": counts,
        "even counts": even,
    }


@probe("sgns_loss_grad", points=2)
def two_noise_words_by_hand(sgns_loss_grad):
    """The pair worked out above: loss 1.2685 and the three gradients."""
    ln3 = math.log(3)
    v, pos, neg = np.array([[1.0, 1.0]]), np.array([[ln3, 0.0]]), np.array([[[0.0, 0.0], [-ln3, 0.0]]])
    loss, gv, gpos, gneg = sgns_loss_grad(v, pos, neg)
    return {"loss": loss, "gv": gv, "gpos": gpos, "gneg": gneg}


@probe("sgns_loss_grad", points=1)
def two_pairs_by_hand(sgns_loss_grad):
    """Two pairs with one noise word each; the second has only zero vectors as contexts."""
    v, pos = np.array([[1.0, 0, 2], [2.0, -1, 0]]), np.array([[0.0, 3, 1], [0, 0, 0]])
    loss, gv, gpos, gneg = sgns_loss_grad(v, pos, np.array([[[1.0, 0, 0]], [[0, 0, 0]]]))
    return {"loss": loss, "gv": gv, "gpos": gpos, "gneg": gneg}


@probe("sgns_loss_grad", points=3, public=False)
def loss_of_a_batch(sgns_loss_grad, rng):
    """The loss for batches of 5 and 1 with several numbers of noise words."""
    v, pos, neg = rng.normal(size=(5, 4)), rng.normal(size=(5, 4)), rng.normal(size=(5, 3, 4))
    return {
        "5 pairs": sgns_loss_grad(v, pos, neg)[0],
        "1 pair": sgns_loss_grad(v[:1], pos[1:2], neg[2:3])[0],
        "1 noise word": sgns_loss_grad(v[1:], pos[1:], neg[1:, 1:2])[0],
        "other contexts": sgns_loss_grad(v, pos[::-1], neg)[0],
        "other noise words": sgns_loss_grad(v, pos, neg[::-1])[0],
        "equal pairs": sgns_loss_grad(v[[1, 1, 2]], pos[[1, 1, 2]], neg[[1, 1, 2]])[0],
    }


@probe("sgns_loss_grad", points=4, public=False)
def gradients_of_a_batch(sgns_loss_grad, rng):
    """All three gradients for a batch of 6 and for one pair; the vectors afterwards."""
    v, pos = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    neg = rng.normal(size=(6, 3, 5)).transpose(0, 2, 1)  # not contiguous
    _, gv, gpos, gneg = sgns_loss_grad(v, pos, neg)
    names = ("gv", "gpos", "gneg")
    single = dict(zip(names, sgns_loss_grad(v[:1], pos[:1], neg[:1])[1:]))
    number = dict(zip(names, sgns_loss_grad(v[:1, :1], pos[:1, :1], neg[:1, :1, :1])[1:]))
    afterwards = {"v": v, "pos": pos, "neg": neg}
    found = {"gv": gv, "gpos": gpos, "gneg": gneg, "one pair": single, "one number": number}
    return {**found, "afterwards": afterwards}


@probe("sgns_loss_grad", points=2, public=False)
def inner_products_of_a_thousand(sgns_loss_grad):
    """Inner products of ±1000, right ones and wrong ones."""
    v = np.array([[10.0, 0], [0, 10.0], [1.0, 2.0]])
    pos = np.array([[-100.0, 3], [7, 100.0], [0.5, -0.5]])
    neg = np.array([[[100.0, 1], [-100, 2]], [[5, -100], [4, 0.25]], [[1, 1], [-1, 0.5]]])
    loss, gv, gpos, gneg = sgns_loss_grad(v, pos, neg)
    small = sgns_loss_grad(np.array([[1.0, 30.5]]), np.array([[-31.7, 0]]), np.array([[[-0.3, 1.1], [0.9, -1.2]]]))
    return {"loss": loss, "gv": gv, "gpos": gpos, "gneg": gneg, "products of 32": small[0]}


@probe("cbow_loss_grad", points=2)
def two_words_and_two_pads_by_hand(cbow_loss_grad):
    """The row worked out above: loss ln 4 and both gradients."""
    W, Wp = np.array([[2.0], [4.0], [7.0]]), np.array([[0.0, math.log(2) / 3, 0.0]])
    loss, dW, dWp = cbow_loss_grad(np.array([[0, 1, -1, -1]]), np.array([2]), W, Wp)
    return {"loss": loss, "dW": dW, "dWp": dWp}


@probe("cbow_loss_grad", points=1)
def a_word_twice_in_one_context(cbow_loss_grad):
    """The context 1 1 0 with two numbers per word."""
    W, Wp = np.array([[3.0, 0], [0, 1.5], [9, 9]]), np.array([[1.0, 0, 0], [0, 1.0, -1.0]])
    loss, dW, dWp = cbow_loss_grad(np.array([[1, 1, 0]]), np.array([1]), W, Wp)
    return {"loss": loss, "dW": dW, "dWp": dWp}


@probe("cbow_loss_grad", points=3, public=False)
def contexts_with_pads(cbow_loss_grad, rng):
    """Six rows with pads at the start, in the middle and at the end; the arguments afterwards."""
    W, Wp = rng.normal(size=(9, 4)), rng.normal(size=(9, 4)).T
    ctx = np.array([[0, 3, -1, 5, 2, 7], [-1, -1, 4, -1, 1, -1], [6, 0, 1, 2, 3, 5]])
    ctx = np.concatenate([ctx, np.array([[5, -1, -1, 6, 1, 0], [-1, 7, -1, -1, -1, -1], [2, 4, 3, 1, -1, 6]])])
    center = np.array([1, 8, 4, 0, 3, 5])
    loss, dW, dWp = cbow_loss_grad(ctx, center, W, Wp)
    afterwards = {"ctx": ctx, "center": center, "W": W, "Wp": Wp}
    return {"loss": loss, "dW": dW, "dWp": dWp, "afterwards": afterwards}


@probe("cbow_loss_grad", points=3, public=False)
def words_that_repeat(cbow_loss_grad, rng):
    """Words that occur several times in one row and in several rows, the center among them."""
    W, Wp = rng.normal(size=(5, 3)), rng.normal(size=(3, 5))
    ctx = np.array([[4, 4, 4, 1], [1, 1, -1, 4], [0, 4, 0, 4], [2, -1, 2, -1]])
    loss, dW, dWp = cbow_loss_grad(ctx, np.array([4, 1, 2, 2]), W, Wp)
    return {"loss": loss, "dW": dW, "dWp": dWp}


@probe("cbow_loss_grad", points=1, public=False)
def one_context_word_is_skip_gram(cbow_loss_grad, rng):
    """Rows of one place (the softmax of skip-gram), and a batch of one row."""
    W, Wp = rng.normal(size=(6, 2)), rng.normal(size=(2, 6))
    found = {
        "one place": cbow_loss_grad(np.array([[3], [5], [3]]), np.array([0, 2, 0]), W, Wp),
        "one row": cbow_loss_grad(np.array([[4, -1, 1]]), np.array([5]), W, Wp),
        "one row, one place": cbow_loss_grad(np.array([[2]]), np.array([0]), W[:, :1], Wp[:1]),
        "last word": cbow_loss_grad(np.array([[5, -1], [-1, 0]]), np.array([5, 5]), W, Wp),
    }
    return {name: dict(zip(("loss", "dW", "dWp"), result)) for name, result in found.items()}


@probe("cbow_loss_grad", points=2, public=False)
def logits_of_a_thousand(cbow_loss_grad):
    """Logits of ±1000, of both signs in one row and of one; centers likely and unlikely."""
    W = np.array([[1000.0, 0], [0, 1000.0], [-1000, 1000], [0.0, 0.5], [0, -1000]])
    Wp = np.array([[1.0, -1.0, 0.999, 0, 0.5], [0.5, 0.75, 1.0, 0.998, 0.501]])
    ctx, center = np.array([[0, -1], [1, -1], [2, 2], [3, 1], [4, -1]]), np.array([0, 2, 0, 3, 4])
    loss, dW, dWp = cbow_loss_grad(ctx, center, W, Wp)
    improbable = cbow_loss_grad(np.array([[0]]), np.array([1]), np.array([[23.7], [0.5]]), np.array([[1.0, 0.11]]))[0]
    return {"loss": loss, "dW": dW, "dWp": dWp, "probability of 7e-10": improbable}


@probe("cooccurrence", points=1)
def both_matrices_by_hand(cooccurrence):
    """The sentence 0 1 0 2 with a window of 2, plain and weighted."""
    sents = [[0, 1, 0, 2]]
    return {"plain": cooccurrence(sents, 2, 3, False), "weighted": cooccurrence(sents, 2, 3, True)}


@probe("cooccurrence", points=2, public=False)
def plain_counts(cooccurrence, rng):
    """Uneven sentences, windows of 1 to 30, words that do not occur."""
    sents = [rng.integers(0, 5, size).tolist() for size in (11, 0, 3, 1, 8)]
    return {f"m = {m}": cooccurrence(sents, m, 7, False) for m in (1, 2, 4, 30)}


@probe("cooccurrence", points=3, public=False)
def counts_weighted_by_distance(cooccurrence, rng):
    """Weights from 1 down to one seventh, in a corpus of three sentences."""
    sents = [rng.permutation(9).tolist(), [3, 1], rng.integers(0, 4, 12).tolist()]
    return {f"m = {m}": cooccurrence(sents, m, 9, distance_weight=True) for m in (1, 3, 7)}


@probe("cooccurrence", points=1, public=False)
def a_word_next_to_itself(cooccurrence):
    """Repeated words on the diagonal, plain and weighted, and an empty corpus next to them."""
    return {
        "plain": cooccurrence([[1, 1, 1], [0, 1, 1]], 2, 2, False),
        "weighted": cooccurrence([[1, 1, 1, 0, 1]], 4, 4, True),
        "empty": [np.shape(cooccurrence(sents, 2, 5, True)) for sents in ([], [[]], [[3]])],
        "one word": cooccurrence([[0, 0]], 1, 1, True),
        "dtype of plain counts": str(np.asarray(cooccurrence([[0, 1]], 1, 2, False)).dtype),
    }


def glove_named(result):
    return dict(zip(("loss", "dW", "dWt", "db", "dbt"), result))


@probe("glove_loss_grad", points=2)
def one_pair_by_hand(glove_loss_grad):
    """The pair worked out above, in a vocabulary of two words."""
    W, Wt, b, bt = np.array([[1.0], [5.0]]), np.array([[-3.0], [2.0]]), np.array([0.5, 4]), np.array([7, 0.2])
    return glove_named(glove_loss_grad(W, Wt, b, bt, np.array([[0.0, 1], [0, 0]]), xmax=81.0))


@probe("glove_loss_grad", points=1)
def above_and_below_the_cap(glove_loss_grad):
    """Counts 250, 100 and 50 with the default weight; the vectors are zero."""
    X = np.array([[250.0, 100], [50, 0]])
    return glove_named(glove_loss_grad(np.zeros((2, 3)), np.ones((2, 3)), np.zeros(2), np.zeros(2), X))


@probe("glove_loss_grad", points=4, public=False)
def a_sparse_matrix(glove_loss_grad, rng):
    """Asymmetric counts, many 0, some below 1; an empty row; the arguments afterwards."""
    W, Wt, b, bt = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), rng.normal(size=6), rng.normal(size=6)
    X = rng.integers(1, 300, size=(6, 6)) * (rng.random((6, 6)) < 0.5) / 4
    X[2], X[0, 4], X[5, 1], X[4, 0], X[3, 3] = 0, 1.0, 0.25, 1 / 3, 180.0
    result = glove_named(glove_loss_grad(W, Wt, b, bt, X))
    return result | {"afterwards": {"W": W, "Wt": Wt, "b": b, "bt": bt, "X": X}}


@probe("glove_loss_grad", points=3, public=False)
def other_caps_and_powers(glove_loss_grad, rng):
    """Three choices of cap and power, counts below, at and above the cap."""
    W, Wt, b, bt = rng.normal(size=(4, 5)), rng.normal(size=(4, 5)), rng.normal(size=4), rng.normal(size=4)
    X = np.array([[0, 10.0, 3, 25], [12, 0, 0.5, 1], [9.5, 100, 10, 0], [2, 0, 0, 7]])
    return {
        "10, 0.5": glove_named(glove_loss_grad(W, Wt, b, bt, X, 10.0, 0.5)),
        "25, 1": glove_named(glove_loss_grad(W, Wt, b, bt, X, xmax=25.0, a=1.0)),
        "default power": glove_named(glove_loss_grad(W, Wt, b, bt, X, xmax=5.0)),
        "default cap": glove_named(glove_loss_grad(W, Wt, b, bt, X, a=2.0)),
        "tiny counts": glove_named(glove_loss_grad(W, Wt, b, bt, X * 1e-10, 3e-9, 0.1)),
        "one word": glove_named(glove_loss_grad(W[:1, :1], Wt[:1, :1], b[:1], bt[:1], X[1:2, :1])),
        "no pairs": glove_named(glove_loss_grad(W, Wt, b, bt, 0 * X)),
    }


@probe("char_ngrams", points=1)
def pieces_by_hand(char_ngrams):
    """where in pieces of 3, cat in pieces of 3 to 6, and a."""
    return {"where": char_ngrams("where", 3, 3), "cat": char_ngrams("cat"), "a": char_ngrams("a")}


@probe("char_ngrams", points=1)
def vectors_by_hand(fasttext_vector):
    """cat and bat from the table of four pieces."""
    table = {"<ca": np.array([1.0, 0]), "at>": np.array([0, 2.0]), "cat": np.array([1.0, 1]), "dog": np.array([5.0, 5])}
    return {"cat": fasttext_vector("cat", table, 2), "bat": fasttext_vector("bat", table, 2)}


@probe("char_ngrams", points=3, public=False, compare=exact())
def pieces_of_many_lengths(char_ngrams):
    """Short and long words with the default lengths and with others, 1 among them."""
    words = ["embeddings", "banana", "word", "is", "ox-eye", "naïve", "東京", "McDonald", "Straße", "c++", "ﬁne", "x"]
    return {
        "default": {word: char_ngrams(word) for word in words},
        "1 to 2": {word: char_ngrams(word, 1, 2) for word in words},
        "4 to 5": {word: char_ngrams(word, n_min=4, n_max=5) for word in words},
        "from 5": {word: char_ngrams(word, n_min=5) for word in words},
        "up to 4": {word: char_ngrams(word, n_max=4) for word in words},
        "9 to 12": {word: char_ngrams(word, 9, 12) for word in words},
    }


@probe("char_ngrams", points=3, public=False)
def vectors_of_known_words(char_ngrams, fasttext_vector, rng):
    """Whole words, pieces of all lengths, a piece that occurs twice; the table afterwards."""
    pieces = ["<ba", "ana", "nan", "na>", "<banana>", "<bana", "banana", "<ban", "anana>", "<cab", "her", "<her>"]
    pieces += ["<banan", "a", "<b", "<banana"]  # of lengths that count, and of lengths that do not
    table = {piece: rng.normal(size=5) for piece in pieces}
    table |= {piece: rng.normal(size=5) for piece in ("<Ban", "NAN", "<HER>", "bana")}
    vectors = {word: fasttext_vector(word, table, 5) for word in ("banana", "her", "where", "cabana", "Banana", "HER")}
    return {"vectors": vectors, "table": table}


@probe("char_ngrams", points=2, public=False)
def vectors_of_new_words(fasttext_vector, rng):
    """Words with one, several and no known pieces; entries that are no pieces; tables of other widths, also afterwards."""
    table = {piece: rng.normal(size=3) for piece in ["<un", "ing>", "<unt", "eat", "ating", "eat>"]}
    table |= {bare: rng.normal(size=3) for bare in ("unbeatable", "ox")}  # the words without their marks
    wide = {"<zq": np.arange(7.0)}
    vectors = {word: fasttext_vector(word, table, 3) for word in ("untie", "eating", "unbeatable", "eat", "ox", "yes")}
    new, again = fasttext_vector("zqx", wide, 7), fasttext_vector("zqx", wide, 7)
    return {
        "vectors": vectors,
        "one piece": new,
        "is the table's own array": np.shares_memory(new, wide["<zq"]),
        "is an earlier result": np.shares_memory(new, again),
        "no table": fasttext_vector("eat", {}, 4),
        "tables": {"narrow": table, "wide": wide},
    }


@probe("nnlm_forward", points=1)
def the_cat_sat(ngram_prob):
    """the cat sat, the cat ran, the cat: probabilities after "the cat", "the" and nothing."""
    sents = [[0, 1, 2], [0, 1, 3], [0, 1]]
    return {
        "sat after the cat": ngram_prob(sents, [0, 1], 2),
        "cat after the": ngram_prob(sents, [0], 1),
        "cat": ngram_prob(sents, [], 1),
        "sat after ran": ngram_prob(sents, [3], 2),
    }


@probe("nnlm_forward", points=2)
def two_orders_by_hand(nnlm_forward):
    """The two contexts worked out above: probabilities 1/4, 3/4 and 3/4, 1/4, as logarithms."""
    E, Wh, Wo = np.array([[0.0], [math.log(2)]]), np.array([[1.0, -1.0]]), np.array([[0.0], [5 / 3 * math.log(3)]])
    return nnlm_forward(np.array([[1, 0], [0, 1]]), E, Wh, np.zeros(1), Wo, np.zeros(2))


@probe("nnlm_forward", points=3, public=False)
def counted_contexts(ngram_prob, rng):
    """All words after contexts of 0 to 3 words; uneven sentences; the arguments afterwards."""
    sents = [rng.integers(0, 3, size).tolist() for size in (14, 1, 0, 6, 2, 3, 9)] + [[3, 0, 3], [0, 3]]
    contexts = [[], [0], [3], [1, 1], [2, 0], [0, 3], [0, 1, 2], [2, 2, 1]]
    probs = {f"after {c}": {f"word {w}": ngram_prob(sents, c, w) for w in range(5)} for c in contexts}
    return {**probs, "afterwards": {"sents": sents, "contexts": contexts}}


@probe("nnlm_forward", points=2, public=False)
def contexts_at_the_edge(ngram_prob):
    """Contexts at the ends of sentences, across borders, overlapping, never seen, too long; words that repeat."""
    sents = [[5, 6, 7], [6, 7], [6, 8, 7, 6], [5, 5, 5, 5, 6], [7], [3, 3, 4, 1], [4, 3, 3, 0], [4, 4, 3, 2]]
    cases = {
        "at the end": ([6, 7], 6),
        "across": ([7], 6),
        "once at the end": ([6], 7),
        "overlapping": ([5, 5], 5),
        "never seen": ([9], 5),
        "never followed": ([8, 7, 6], 5),
        "not adjacent": ([5, 7], 6),
        "too long": ([5, 5, 5, 5, 6, 5], 7),
        "whole beginning": ([5, 5, 5, 5], 6),
        "one word twice": ([3, 3, 4], 1),
        "the other word twice": ([4, 4, 3], 2),
        "no context": ([], 7),
    }
    long = [[11, 2, 5], [1, 2, 4], [1, 12, 3], [1, 1, 23], [112, 3], [1, 2]]
    digits = {"1, 2": ([1, 2], 3), "1, 12": ([1, 12], 3), "1": ([1], 2), "11": ([11], 2), "1, 1": ([1, 1], 2)}
    return {
        "found": {name: ngram_prob(sents, *case) for name, case in cases.items()},
        "ids of several digits": {f"after {name}": ngram_prob(long, *case) for name, case in digits.items()},
        "empty": ngram_prob([], [], 3),
    }


@probe("nnlm_forward", points=4, public=False)
def a_batch_of_contexts(nnlm_forward, rng):
    """Contexts of three words in several orders, and of one; the arguments afterwards."""
    E, Wh, bh = rng.normal(size=(7, 2)), rng.normal(size=(5, 6)), rng.normal(size=5)
    Wo, bo = rng.normal(size=(5, 7)).T, rng.normal(size=7)
    ctx = np.array([[0, 6, 2], [2, 6, 0], [6, 0, 2], [4, 4, 1]])
    logs = nnlm_forward(ctx, E, Wh, bh, Wo, bo)
    single = nnlm_forward(ctx[:1, 1:2], E, Wh[:, 2:4], bh, Wo, bo)
    afterwards = {"ctx": ctx, "E": E, "Wh": Wh, "bh": bh, "Wo": Wo, "bo": bo}
    return {
        "three words": logs,
        "one word": single,
        "one of each": nnlm_forward(ctx[:1, :1], E[:, :1], Wh[:1, :1], bh[:1], Wo[:, :1], bo),
        "one context": nnlm_forward(ctx[3:], E, Wh, bh, Wo, bo),
        "afterwards": afterwards,
    }


@probe("nnlm_forward", points=2, public=False)
def log_probabilities_of_a_thousand(nnlm_forward):
    """Logits from −1000 to 1000 and hidden units that are saturated."""
    E, Wh, bh = np.array([[1.0, -2], [0, 3], [50, 0.5]]), np.array([[1.0, 0, 0, 2], [0, 40, -40, 1]]), np.array([0.1, -0.2])
    Wo, bo = np.array([[1000.0, 0], [-1000, 3], [999, 1]]), np.array([0.0, 0.0, 0.5])
    both = nnlm_forward(np.array([[0, 1], [1, 0], [2, 1], [2, 2], [1, 1]]), E, Wh, bh, Wo, bo)
    one_sign = np.array([[1000.0, 0], [1000.5, 3], [999, 1]])
    far_apart = nnlm_forward(np.array([[0], [1]]), np.array([[40.0], [-40]]), np.ones((1, 1)), np.zeros(1), np.array([[1000.5], [1000.0]]), np.zeros(2))
    return {
        "both signs": both,
        "one sign per row": nnlm_forward(np.array([[1, 0], [2, 1]]), E, Wh, bh, one_sign, bo),
        "rows far apart": far_apart,
    }


def uneven_vectors(rng, V, d):
    """Vectors with a common direction, whose lengths are from 0.1 to 30."""
    return (rng.normal(size=(V, d)) + 0.5) * 10 ** rng.uniform(-1, 1.5, size=(V, 1))


@probe("analogy", points=1, compare=exact())
def five_words_by_hand(analogy, nearest):
    """The five vectors worked out above: the answer is q; the neighbours of p in order."""
    E = np.array([[1.0, 0], [3, 4], [0, 2], [4, 3], [-0.6, 0.8]])
    return {"a : b = c : ?": analogy(E, 0, 1, 2), "neighbours of p": nearest(E, 3, 4)}


@probe("analogy", points=1)
def four_pairs_by_hand(spearman):
    """People 9, 7, 3, 3 and cosines 0.8, 0.9, 0.1, 0.3."""
    return spearman(np.array([9.0, 7, 3, 3]), np.array([0.8, 0.9, 0.1, 0.3]))


@probe("analogy", points=3, public=False, compare=exact())
def many_analogies(analogy, rng):
    """Analogies among vectors of very different lengths, tiny ones too; the vectors afterwards."""
    answers = {}
    for V, d, scale in ((12, 3, 1), (25, 6, 1), (20, 5, 1e-13)):
        E = scale * uneven_vectors(rng, V, d)
        before = E.copy()
        asked = [rng.permutation(V)[:3].tolist() for _ in range(25)]
        found = [analogy(E, a, b, c) for a, b, c in asked]
        found += [analogy(E[::-1].copy(), a, b, c) for a, b, c in asked[:6]]
        answers[f"{V} words"] = {"answers": np.array(found), "unchanged": (E == before).all(axis=1)}
    return answers


@probe("analogy", points=2, public=False, compare=exact())
def the_answer_is_none_of_the_three(analogy):
    """Words close together, of which the inputs themselves lie nearest to the target."""
    angle = np.deg2rad([0.0, 10, 40, 62, 75, 200])
    E = np.c_[np.cos(angle), np.sin(angle), np.full(6, 0.3)] * np.array([[1], [4], [0.5], [2], [9], [1]])
    asked = [(0, 1, 2), (1, 0, 2), (2, 1, 0), (3, 2, 1), (0, 4, 5), (4, 3, 5)]
    opposite = np.array([[0, 1.0], [2, 0], [0, 3], [-5, 0]])  # the target is (1, 0)
    beyond = np.array([[-1.0, 0], [2, 0], [0, 3], [-3, -2], [-3, -1]])  # the target is (2, 1)
    left = {"opposite": opposite, "far beyond": beyond}
    return {
        "close together": {f"{a} : {b} = {c} : ?": analogy(E, a, b, c) for a, b, c in asked},
        "all that is left": {name: analogy(vectors, 0, 1, 2) for name, vectors in left.items()},
    }


@probe("analogy", points=2, public=False, compare=exact())
def neighbours_in_order(nearest, rng):
    """One, four and all neighbours among vectors of uneven lengths, tiny ones too; the vectors afterwards."""
    E = uneven_vectors(rng, 11, 4).T.copy().T
    before = E.copy()
    found = {f"of {w}": {f"k = {k}": nearest(E, w, k) for k in (1, 4, 10)} for w in (0, 3, 10)}
    tiny = {f"of {w}": nearest(1e-13 * uneven_vectors(rng, 12, 4), w, 11) for w in (1, 7)}
    twin = np.array([[1.0, 0], [0.1, 0.7], [0.3, 2.1], [-0.2, -1.4], [0.6, 4.2]])[:4]  # 2 is parallel to 1
    parallel = {f"of {w}": nearest(twin, w, 3) for w in (1, 2)}
    few = nearest(twin[[0, 1]], 1, 1)
    return {"found": found, "tiny": tiny, "unchanged": E == before, "parallel": parallel, "two words": few}


@probe("analogy", points=3, public=False)
def correlations_of_ranks(spearman, rng):
    """Lists with and without ties, curved, reversed, with ±1000; the lists afterwards."""
    x, y = rng.normal(size=9), rng.normal(size=9)
    ties, more = np.array([3.0, 1, 3, 2, 3, 1, 0, 5, 5]), np.array([0.0, 0, 1, 0, 1, 1, 0, 1, 1])
    far = np.array([-1000.0, 1000, 0, 1e-3, 999, -2, 7, 7.5, -1000])
    lists = {"x": x, "y": y, "ties": ties, "two values": more, "far": far, "curved": np.exp(3 * x), "reversed": -x}
    lists["half"] = x + 2 * y
    lists["barely apart"] = 1 + 1e-12 * np.array([0.0, 3, 1, 4, -2, 7, -5, 9, 2])
    lists["some barely apart"] = np.array([1, 1 + 1e-12, 5, -3, 1 + 2e-12, 7, 2, 8, 0])
    found = {f"{p}, {q}": spearman(lists[p], lists[q]) for p in lists for q in lists}
    short = spearman(np.array([2.0, 5, 5]), np.array([0.5, 0.1, 0.7]))
    return {"found": found, "three": short, "two": spearman(x[:2], y[:2]), "lists": lists}
