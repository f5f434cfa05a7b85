"""The reference of text_preprocessing against scikit-learn, enumeration, closed forms and Porter's paper."""

import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest

from dlcourse.authoring.worked import worked


def test_cleaning_by_a_parser_of_html(ref):
    """The words of a page are the text that html.parser finds, for a page without URLs and addresses."""
    from html.parser import HTMLParser

    page = '<html><body class="a b"><h1>Über uns</h1><p>One<br>two,\n<i\nid=x>three</i></p>4 &lt 5</body></html>'
    found = []
    parser = HTMLParser(convert_charrefs=False)
    parser.handle_data = found.append
    parser.handle_entityref = found.append
    parser.feed(page)
    expected = re.findall(r"[^\W\d_]+", " ".join(found).lower())
    assert ref.clean_text(page).split() == expected


@pytest.mark.parametrize("name", ["iris", "lfw", "twenty_newsgroups"])
def test_cleaned_text_is_clean(ref, name):
    text = ref.clean_text(ref.descriptions()[name])
    assert all(word.isalpha() and word == word.lower() for word in text.split(" "))
    assert ref.clean_text(text) == text
    assert "http" not in text.split()


def test_numbers_of_the_text_on_cleaning(ref):
    cleaned = ref.clean_text("<p>Mail joe@x.org.</p><p>Or see https://x.org/faq!</p>")
    worked(ref, "clean_text", "mail or see", cleaned)
    assert len("cafe\u0301") == 5 and ref.clean_text("cafe\u0301") == "caf\u00e9"
    assert not "\u0301".isalpha()


def test_tokens_are_the_text_without_white_space(ref):
    for text in ref.descriptions().values():
        assert "".join(ref.word_tokenize(text)) == "".join(text.split())


def test_tokens_by_hand(ref):
    *tokens, last = ref.word_tokenize("They can't pay $150,000.")
    listed = ", ".join(f"`{token}`" for token in tokens) + f" and `{last}`"
    worked(ref, "word_tokenize", "`They`, `ca`, `n't`, `pay`, `$`, `150,000` and `.`", listed)


def test_letters_and_digits_of_the_text():
    """Where the text says that isalpha and isdecimal agree with the patterns, and where not."""
    for c in "aZéжΩ東ß0٣_-' ":
        assert (
            bool(re.match(r"[^\W\d_]", c)) == c.isalpha()
            and bool(re.match(r"\d", c)) == c.isdecimal()
        )
    assert all(re.match(r"[^\W\d_]", c) and not c.isalpha() for c in "²½Ⅷ")


# Sentences annotated by hand, after the guidelines of the Penn Treebank.
@pytest.mark.parametrize(
    "sentence",
    [
        "They ca n't pay $ 150,000 .",
        "\" I 'm sure he 'll say it wo n't work , \" she said .",
        "Do n't you think that we 've seen the state-of-the-art model 's 3.5 % ?",
        "IT 'S ; IS N'T IT ?",
        "GPT-2 has 1.5 billion weights ( it 'd need 6,000,000,000 bytes ) .",
    ],
)
def test_annotated_sentences(ref, sentence):
    tokens = sentence.split()
    glued = re.sub(r" (n't|'\w+)\b", r"\1", sentence, flags=re.IGNORECASE)
    glued = re.sub(r" ([.,;?%)])", r"\1", re.sub(r"([$(]) ", r"\1", glued))
    assert ref.word_tokenize(sentence) == ref.word_tokenize(glued) == tokens


def test_merges_of_the_four_words(ref):
    """Sennrich et al.'s example words with the end mark; counts worked out by hand in the text."""
    freqs = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    merges = ["e s", "es t", "est </w>", "l o", "lo w", "n e"]
    assert ref.bpe_train(freqs, 6) == [tuple(merge.split()) for merge in merges]
    assert ref.bpe_encode("lowest", ref.bpe_train(freqs, 6)) == ["low", "est</w>"]
    words = {word: [*word, "</w>"] for word in freqs}
    table = {}
    for a, b in ref.bpe_train(freqs, 6):
        count = sum(freqs[w] for w, s in words.items() if (a, b) in itertools.pairwise(s))
        words = {w: ref.merge_pair(symbols, (a, b)) for w, symbols in words.items()}
        table[f"| `{a}` + `{b}` | {count} |"] = " ".join(words["newest"])
    for row, newest in list(table.items())[:3]:
        worked(ref, "bpe_train", f"{row} `{newest}` |", f"{row} `{newest}` |")
    for row in list(table)[3:]:
        worked(ref, "bpe_train", row, row)
    worked(ref, "bpe_train", "`ne w est</w>`", f"`{list(table.values())[-1]}`")
    steps = [
        "`" + " ".join(ref.bpe_encode("lowest", ref.bpe_train(freqs, n))) + "`" for n in range(6)
    ]
    text = (
        "`l o w e s t </w>` → `l o w es t </w>` → `l o w est </w>` → `l o w est</w>` → "
        "`lo w est</w>` → `low est</w>`"
    )
    worked(ref, "bpe_encode", text, " → ".join(steps))
    assert ref.bpe_train(dict.fromkeys(freqs, 1), 1) == [("l", "o")]


def corpus_of(rng):
    words = {"".join(rng.choice(list("abcd"), rng.integers(2, 8))) for _ in range(40)}
    return {word: int(rng.integers(1, 20)) for word in sorted(words)}


@pytest.mark.parametrize("seed", range(3))
def test_each_merge_is_the_most_frequent_pair(ref, seed):
    """On the corpus written out word by word as one string, with counts by regular expressions."""
    freqs = corpus_of(np.random.default_rng(seed))
    text = "\n".join(f" {' '.join(word)} </w> " for word, f in freqs.items() for _ in range(f))
    for pair in ref.bpe_train(freqs, 12):
        pairs = set(re.findall(r"(?= (\S+) (\S+) )", text))
        count = {
            p: len(re.findall(rf"(?= {re.escape(p[0])} {re.escape(p[1])} )", text)) for p in pairs
        }
        assert count[pair] == max(count.values())
        first = [p for p in count if count[p] == count[pair]]
        assert pair == min(first, key=lambda p: text.index(f" {p[0]} {p[1]} "))
        text = re.sub(
            rf" {re.escape(pair[0])} {re.escape(pair[1])}(?= )", f" {''.join(pair)}", text
        )


@pytest.mark.parametrize("seed", range(3))
def test_encoding_and_decoding(ref, seed):
    """Decoding undoes encoding, also for new letters, and more merges never make a word longer."""
    rng = np.random.default_rng(seed)
    merges = ref.bpe_train(corpus_of(rng), 30)
    words = ["".join(rng.choice(list("abcdxyé"), rng.integers(1, 9))) for _ in range(30)]
    symbols = [ref.bpe_encode(word, merges) for word in words]
    assert ref.bpe_decode([s for word in symbols for s in word]) == words
    for word, final in zip(words, symbols):
        lengths = [len(ref.bpe_encode(word, merges[:m])) for m in range(31)]
        assert lengths[0] == len(word) + 1 and lengths[-1] == len(final)
        assert all(a >= b for a, b in itertools.pairwise(lengths))


def lowest_rank(ref, word, merges):
    """GPT-2's way: at each step the adjacent pair that stands earliest in the list, everywhere."""
    symbols, rank = [*word, "</w>"], {pair: i for i, pair in enumerate(merges)}
    while known := [pair for pair in itertools.pairwise(symbols) if pair in rank]:
        symbols = ref.merge_pair(symbols, min(known, key=rank.get))
    return symbols


@pytest.mark.parametrize("seed", range(20))
def test_lists_of_bpe_train_make_both_ways_of_encoding_agree(ref, seed):
    rng = np.random.default_rng(seed)
    merges = ref.bpe_train(corpus_of(rng), 60)
    assert len({a + b for a, b in merges}) == len(merges)  # why: no symbol is made in two ways
    for _ in range(200):
        word = "".join(rng.choice(list("abcd"), rng.integers(1, 12)))
        assert ref.bpe_encode(word, merges) == lowest_rank(ref, word, merges)
    other = [("ab", "c"), ("a", "b")]  # no such list
    assert ref.bpe_encode("abc", other) == ["ab", "c", "</w>"] != lowest_rank(ref, "abc", other)


def test_a_word_may_hold_the_characters_of_the_end_mark(ref):
    words = ["a</w>b", "</w>", "plain"]
    assert (
        ref.bpe_decode([s for word in words for s in ref.bpe_encode(word, [("a", "<")])]) == words
    )


def test_every_frequent_word_becomes_one_symbol(ref):
    """With merges to the end, each word of the corpus is a symbol of its own."""
    freqs = corpus_of(np.random.default_rng(5))
    merges = ref.bpe_train(freqs, 10_000)
    assert len(merges) < 10_000
    assert all(ref.bpe_encode(word, merges) == [word + "</w>"] for word in freqs)


def test_claims_of_the_picture_of_pieces(ref):
    pieces = ref.unseen_words_in_pieces()
    assert pieces["in the corpus"] == ""
    for word in ("newest", "reclassified", "transformers", "predictable"):
        sizes = [len(pieces[f"{word} {m}"].split()) for m in (0, 30, 120, 480)]
        assert sizes[0] == len(word) + 1 and sizes == sorted(sizes, reverse=True) and sizes[-1] <= 3
    assert pieces["newest 480"] == "new est</w>"
    assert pieces["predictable 480"] == "predic t able</w>"


# The examples that Porter gives for the rules of steps 1a and 1b.
PORTER = """
caresses caress ponies poni ties ti caress caress cats cat feed feed agreed agree plastered plaster
bled bled motoring motor sing sing conflated conflate troubled trouble sized size hopping hop tanned tan
falling fall hissing hiss fizzed fizz failing fail filing file
"""


@pytest.mark.parametrize("word, stem", list(zip(PORTER.split()[::2], PORTER.split()[1::2])))
def test_examples_of_porters_paper(ref, word, stem):
    assert ref.stem_step1(word) == stem


def test_stems_by_hand(ref):
    worked(ref, "stem_step1", '"file"', f'"{ref.stem_step1("filing")}"')
    worked(ref, "stem_step1", '"meet"', f'"{ref.stem_step1("meetings")}"')


@pytest.mark.parametrize(
    "measure, words",
    [(0, "tr ee tree y by"), (1, "trouble oats trees ivy"), (2, "troubles private oaten orrery")],
)
def test_measures_of_porters_paper(ref, measure, words):
    for word in words.split():
        assert ref.cv_pattern(word).count("vc") == measure


def test_stems_against_a_full_porter_stemmer(ref):
    """On words that the later steps leave alone: those whose stem is a fixed point of the full stemmer."""
    snowballstemmer = pytest.importorskip("snowballstemmer")
    full = snowballstemmer.stemmer("porter").stemWord
    words = {
        w for w in ref.clean_text(" ".join(ref.descriptions().values())).split() if w.isascii()
    }
    endings = {f"{w}{e}" for w in list(words) for e in ("s", "ed", "ing", "eed")}
    compared = 0
    for word in sorted(words | endings):
        stem = ref.stem_step1(word)
        if len(stem) > 2 and full(stem) == stem and not re.search("(s|ed|ing)$", stem):
            compared += 1
            assert full(word) == stem, word
    assert compared > 1000


def test_stopwords_by_set_arithmetic(ref, rng):
    tokens = rng.choice(["The", "the", "sea", "Sea", "there", "of"], 50).tolist()
    kept = ref.remove_stopwords(tokens, {"the", "of"})
    assert Counter(kept) == Counter(
        {t: c for t, c in Counter(tokens).items() if t in {"sea", "Sea", "there"}}
    )


def documents(rng, n=12):
    return [[f"w{j}" for j in rng.integers(0, 15, rng.integers(1, 20))] for _ in range(n)]


def test_counts_are_sklearns(ref, rng):
    from sklearn.feature_extraction.text import CountVectorizer

    train, test = documents(rng), [*documents(rng, 3), [], ["new", "w1"]]
    vectorizer = CountVectorizer(analyzer=lambda doc: doc).fit(train)
    X, vocab = ref.count_matrix(train)
    assert vocab == vectorizer.get_feature_names_out().tolist()
    np.testing.assert_array_equal(X, vectorizer.transform(train).toarray())
    np.testing.assert_array_equal(
        ref.count_matrix(test, vocab)[0], vectorizer.transform(test).toarray()
    )
    assert X.dtype == np.int64


def test_tfidf_is_sklearns(ref, rng):
    from sklearn.feature_extraction.text import TfidfVectorizer

    train, test = documents(rng), [*documents(rng, 3), [], ["new", "w1"]]
    vectorizer = TfidfVectorizer(analyzer=lambda doc: doc).fit(train)
    X, vocab = ref.count_matrix(train)
    idf = ref.fit_idf(X)
    np.testing.assert_allclose(idf, vectorizer.idf_)
    np.testing.assert_allclose(ref.tfidf(X, idf), vectorizer.transform(train).toarray())
    new = ref.tfidf(ref.count_matrix(test, vocab)[0], idf)
    np.testing.assert_allclose(new, vectorizer.transform(test).toarray())


def test_numbers_of_the_text_on_tfidf(ref):
    X = np.array([[1, 2, 0], [1, 0, 1], [3, 0, 0]])
    M = ref.tfidf(X, ref.fit_idf(X))
    np.testing.assert_allclose(M[2], [1, 0, 0])
    idf = ref.fit_idf(X)
    worked(ref, "tfidf", r"(1,\ 1.6931,\ 1.6931)", idf)
    worked(ref, "tfidf", r"(1,\ 3.3863,\ 0)$ with length", X[0] * idf)
    worked(ref, "tfidf", "= 3.5309", np.linalg.norm(X[0] * idf))
    worked(ref, "tfidf", r"(0.2832,\ 0.9591,\ 0)", M[0])
    worked(ref, "tfidf", "The last row ends as $(1, 0, 0)$", M[2])


def test_counts_by_hand(ref):
    X, vocab = ref.count_matrix([["b", "a", "b"], ["C"]])
    worked(ref, "count_matrix", '`["C", "a", "b"]`', f"`{vocab}`".replace("'", '"'))
    worked(ref, "count_matrix", r"X = \begin{pmatrix} 0 & 1 & 2 \\ 1 & 0 & 0 \end{pmatrix}", X)
    worked(ref, "count_matrix", "$(0, 0, 1)$", ref.count_matrix([["b", "d"]], vocab)[0])


def test_claims_of_the_search_engine(ref):
    numbers = ref.search_engine()
    assert numbers["photographs of human faces"] == "lfw"
    assert numbers["measuring petals of flowers"] == "iris"
    assert numbers["a sloth in South America"] == "species_distributions"
    assert numbers["wines made in Italy"] == "wine_data"
    assert numbers["patients with high blood sugar"] == "diabetes"
    assert numbers["what houses cost"] == "california_housing"
    assert numbers["rats in the forest"] == "covtype"  # the two failures that the text explains
    assert numbers["handwriting"] == "nothing"
    assert "rat" in ref.terms(ref.descriptions()["species_distributions"])
    assert "handwritten" in ref.terms(ref.descriptions()["digits"])
    assert len(ref.descriptions()) == 14


def test_claims_of_the_first_picture(ref):
    numbers = ref.one_word_in_many_disguises()
    assert numbers["forms"] >= 10
    assert numbers["split()"] > numbers["word_tokenize, lower case"] > numbers["clean_text"]


SENTS = [["a", "b", "a", "c"], ["b"], [], ["a", "b"], ["<unk>", "c", "b"]]
VOCAB = ["a", "b", "c", "</s>", "<unk>"]


@pytest.mark.parametrize("n, k", [(1, 1.0), (2, 0.01), (3, 1.0), (4, 0.01)])
def test_probabilities_add_up_to_one(ref, n, k):
    prob = ref.ngram_lm(SENTS, n, k)
    for size in range(4):
        for context in itertools.product(["a", "b", "c", "<unk>", "never seen"], repeat=size):
            assert sum(prob(word, list(context)) for word in VOCAB) == pytest.approx(1)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_sentences_of_all_lengths_add_up_to_one(ref, n):
    """A proper law over sentences: the mass of those with at most T words tends to 1."""
    prob, mass = ref.ngram_lm(SENTS, n, 0.1), []
    alive = {(): 1.0}  # probability of each beginning, grouped by the n - 1 last words
    for _ in range(60):
        mass.append(sum(p * prob("</s>", list(c)) for c, p in alive.items()))
        following = Counter()
        for context, p in alive.items():
            for word in ("a", "b", "c", "<unk>"):
                last = (*context, word)[-(n - 1) :] if n > 1 else ()
                following[last] += p * prob(word, list(context))
        alive = following
    assert sum(mass) == pytest.approx(1, abs=1e-3)


def test_small_k_is_the_relative_frequency_and_large_k_is_uniform(ref):
    prob = ref.ngram_lm(SENTS, 2, 1e-9)
    # a is followed by b, c, b; at the beginning stand a, b, </s>, a, <unk>
    assert prob("b", ["a"]) == pytest.approx(2 / 3)
    assert prob("a", []) == pytest.approx(2 / 5)
    assert prob("</s>", []) == pytest.approx(1 / 5)
    assert ref.ngram_lm(SENTS, 2, 1e9)("b", ["a"]) == pytest.approx(1 / 5)


def test_unigrams_are_smoothed_relative_frequencies(ref, rng):
    """The posterior mean of a Dirichlet prior with all parameters k, by a simulation of the posterior."""
    counts = Counter(itertools.chain(*([*sent, "</s>"] for sent in SENTS)))
    draws = rng.dirichlet([counts[word] + 0.5 for word in VOCAB], 40_000).mean(axis=0)
    prob = ref.ngram_lm(SENTS, 1, 0.5)
    np.testing.assert_allclose([prob(word, ["a"]) for word in VOCAB], draws, atol=5e-3)


def test_numbers_of_the_text_on_bigrams(ref):
    prob = ref.ngram_lm([["the", "cat", "sat"], ["the", "dog", "sat"]], 2, 1)
    assert prob("cat", ["the"]) == 1 / 4 and prob("bird", ["the"]) == 1 / 8
    assert prob("the", []) == 3 / 8 and prob("dog", ["bird"]) == pytest.approx(1 / 6)
    worked(ref, "ngram_lm", r"= \frac14$ and", prob("cat", ["the"]))
    worked(ref, "ngram_lm", r"= \frac18$. All six", prob("bird", ["the"]))
    worked(ref, "ngram_lm", r"= \frac38$", prob("the", []))
    worked(ref, "ngram_lm", r"everything has $\frac16$", prob("dog", ["bird"]))
    sentence = ["the", "cat", "sat"]
    factors = [prob(word, sentence[:t]) for t, word in enumerate([*sentence, "</s>"])]
    text = r"\frac38 \cdot \frac14 \cdot \frac27 \cdot \frac38 = 0.010045"
    worked(ref, "perplexity", text, [*factors, math.prod(factors)])
    worked(ref, "perplexity", "= 3.159", ref.perplexity(prob, [sentence]))
    tokens = [word for word, n in zip("abcd", (12, 6, 4, 3), strict=True) for _ in range(n)]
    worked(ref, "perplexity", "The slope is exactly $-1$", ref.zipf_slope(tokens, 4))


def test_perplexity_is_the_exponential_of_a_cross_entropy(ref, rng):
    """A unigram model on a text with exact proportions: exp of the entropy, by SciPy."""
    from scipy.stats import entropy

    p = {"a": 0.5, "b": 0.2, "c": 0.1, "</s>": 0.2}
    sents = [["a", "a", "b"], ["c", "a", "a", "b", "a"]]
    assert ref.perplexity(lambda word, context: p[word], sents) == pytest.approx(
        math.exp(entropy(list(p.values())))
    )


def test_perplexity_is_sklearns_log_loss(ref, rng):
    from sklearn.metrics import log_loss

    test = [["a", "b", "b"], ["c"], []]
    prob = ref.ngram_lm(SENTS, 2, 0.3)
    positions = [(sent[:i], word) for sent in test for i, word in enumerate([*sent, "</s>"])]
    labels = sorted(VOCAB)
    P = [[prob(word, context) for word in labels] for context, _ in positions]
    assert ref.perplexity(prob, test) == pytest.approx(
        math.exp(log_loss([w for _, w in positions], P, labels=labels))
    )


def test_slope_is_scipys(ref, rng):
    from scipy.stats import linregress

    tokens = [f"w{j}" for j in rng.zipf(1.8, 500)]
    counts = np.sort(np.unique(tokens, return_counts=True)[1])[::-1]
    for top in (4, 20):
        expected = linregress(np.log2(1 + np.arange(top)), np.log2(counts[:top])).slope
        assert ref.zipf_slope(tokens, top) == pytest.approx(expected)


@pytest.mark.parametrize("s", [0.7, 1.0, 1.4])
def test_slope_of_a_power_law(ref, s):
    tokens = [f"w{r}" for r in range(1, 60) for _ in range(round(1e4 * r**-s))]
    assert ref.zipf_slope(tokens, 59) == pytest.approx(-s, abs=0.01)


def test_claims_of_the_payoff(ref):
    numbers = ref.three_laws_of_text()
    assert numbers["slope"] == pytest.approx(-0.75, abs=0.02)
    words = ref.clean_text(" ".join(ref.descriptions().values())).split()
    assert ref.zipf_slope(words, 1000) == pytest.approx(-0.91, abs=0.02)
    assert numbers["types"] == pytest.approx(1406, abs=30)
    assert numbers["types for half"] == pytest.approx(111, abs=6)
    assert numbers["seen once"] == pytest.approx(0.53, abs=0.02)
    for name in ("words learned on", "new words"):
        length = [numbers[f"{name}, {m} merges"] for m in (0, 50, 100, 200, 400)]
        assert length == sorted(length, reverse=True)
        assert (
            length[0] - length[1] > length[1] - length[-1] > 0
        )  # the first merges are worth the most
    ks = ["0.0001", "0.001", "0.01", "0.1", "1", "10"]
    curve = {n: [numbers[f"perplexity, n = {n}, k = {k}"] for k in ks] for n in (1, 2, 3)}
    best = {n: ks[int(np.argmin(values))] for n, values in curve.items()}
    assert best == {1: "1", 2: "0.01", 3: "0.001"}  # all inside: each curve is a U
    assert curve[2][4] > 1.2 * curve[1][4]  # Laplace's rule: two words of context hurt
    assert min(curve[2]) < 0.6 * min(curve[1])
    assert min(curve[2]) < 0.8 * min(curve[3])
