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
    worked(ref, "word_tokenize", "mail or see", cleaned)
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


# ---- bytes: against Hugging Face's tokenizers, whose core is another program in another language --------------------

TEXTS = [
    "The café's bill: €5, isn't it? They'll say 'sixties-style' DON'T.",
    "snake_case __init__ x86\t tabs\n\n\nlines \n  and   spaces  ",
    "Москва, 東京 – ΑΘΗΝΑ! 😀😀 naïve Zoe\u0308 e\u0301",
    "don<|end|>'t <|end|><|end|>  stop <|e|> now",
    "सभी मनुष्यों को गौरव",
    "",
]


def alphabet():
    """GPT-2's printable stand-ins, indexed by byte."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [b for b in range(256) if b not in kept]
    return [chr(b) if b in kept else chr(256 + moved.index(b)) for b in range(256)]


def theirs(ref, merges, special):
    """Their byte-level BPE with GPT-2's split, our merges and our ids."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letter = alphabet()
    tokens = ["".join(letter[b] for b in entry) for entry in ref.token_bytes(merges)]
    vocab = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab, [(tokens[a], tokens[b]) for a, b in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in special])
    return tokenizer


def test_split_is_that_of_tokenizers(ref, rng):
    from tokenizers import pre_tokenizers

    letter = alphabet()
    split = pre_tokenizers.ByteLevel(add_prefix_space=False)
    signs = list("aZé'stremvld  \n\t_-.,1290€東😀") + ["'s", "'ll", "  "]
    drawn = ["".join(rng.choice(signs, rng.integers(1, 40))) for _ in range(500)]
    for text in [*TEXTS, *drawn, *ref.descriptions().values(), ref.novel()[0]]:
        expected = [piece for piece, _ in split.pre_tokenize_str(text)]
        ours = ["".join(letter[b] for b in piece.encode()) for piece in ref.gpt2_split(text)]
        assert ours == expected
        assert "".join(ref.gpt2_split(text)) == text


def trained_by_tokenizers(ref, texts, n):
    """Their trainer on the same pieces; each byte is a letter of its own, in the order of the bytes."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    first = ord("一")
    pieces = ["".join(chr(first + b) for b in p.encode()) for t in texts for p in ref.gpt2_split(t)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + n,
        initial_alphabet=[chr(first + b) for b in range(256)],
        show_progress=False,
    )
    tokenizer.train_from_iterator([" ".join(pieces)], trainer)
    ids = tokenizer.get_vocab()
    made = sorted((i, token) for token, i in ids.items() if i >= 256)
    return [bytes(ord(c) - first for c in token) for _, token in made]


@pytest.mark.parametrize("seed", range(5))
def test_training_is_that_of_tokenizers(ref, seed):
    rng = np.random.default_rng(seed)
    texts = [" ".join(corpus_of(rng)) + " é€ éé" for _ in range(3)]
    merges = ref.byte_train(texts, 60)
    assert ref.token_bytes(merges)[256:] == trained_by_tokenizers(ref, texts, 60)


def test_training_on_the_novel_is_that_of_tokenizers(ref):
    merges = ref.byte_train(ref.novel(), 1000)
    assert ref.token_bytes(merges)[256:] == trained_by_tokenizers(ref, ref.novel(), 1000)


def test_training_by_counting_everything_again(ref, rng):
    """The definition, word for word: count all pairs of all pieces for each merge."""
    texts = [" ".join(corpus_of(rng)) + " aaaa aaa\n\nbb" for _ in range(3)]
    pieces = [list(p.encode()) for text in texts for p in ref.gpt2_split(text)]
    for new, best in enumerate(ref.byte_train(texts, 80), start=256):
        counts = Counter(pair for ids in pieces for pair in itertools.pairwise(ids))
        assert best == min(counts, key=lambda pair: (-counts[pair], pair))  # noqa: B023
        pieces = [ref.join_pair(ids, best, new) for ids in pieces]


def test_encoding_and_decoding_are_those_of_tokenizers(ref):
    merges = ref.byte_train([*ref.novel()[:4], *TEXTS], 500)
    special = ["<|end|>", "<|e|>"]
    both, plain = theirs(ref, merges, special), theirs(ref, merges, [])
    for text in [*TEXTS, ref.novel()[21], *ref.descriptions().values()]:
        ids = ref.byte_encode(text, merges, special)
        assert ids == both.encode(text).ids
        assert ref.byte_encode(text, merges) == plain.encode(text).ids
        assert ref.byte_decode(ids, merges, special) == text
        assert both.decode(ids, skip_special_tokens=False) == text


def test_half_a_character_is_decoded_as_tokenizers_does(ref):
    plain = theirs(ref, [], [])
    for ids in ([226, 130, 172], [226, 53], [97, 226, 130], [255, 97]):
        assert ref.byte_decode(ids, []) == plain.decode(ids)


def test_numbers_of_the_text_on_bytes(ref):
    numbers = {c: list(c.encode()) for c in "aé€"}
    assert numbers == {"a": [97], "é": [195, 169], "€": [226, 130, 172]}
    assert len("😀".encode()) == 4
    merges = ref.byte_train(["the hen then"], 3)
    worked(ref, "byte_train", "(104, 101), h and e", merges[0])
    worked(ref, "byte_train", "(116, 256) becomes 257", [*merges[1], 257])
    worked(ref, "byte_train", "the smallest is (32, 256), which becomes 258", [*merges[2], 258])
    assert ref.gpt2_split("the hen then") == ["the", " hen", " then"]
    assert ref.gpt2_split("a   b") == ["a", "  ", " b"]
    assert ref.gpt2_split("'tis") == ["'t", "is"]
    assert ref.gpt2_split("Café, €5") == ["Café", ",", " €", "5"]
    worked(ref, "byte_encode", "`[257, 110, 258]`", ref.byte_encode("then he", merges))
    both = ref.byte_encode("then<|end|>", merges, ["<|end|>"])
    worked(ref, "byte_encode", "`[257, 110, 259]`", both)
    typed = ref.byte_encode("<|end|>", merges)
    worked(ref, "byte_encode", "`[60, 124, 101, 110, 100, 124, 62]`", typed)
    assert len({piece for text in ref.novel() for piece in ref.gpt2_split(text)}) == 5614


def test_bits_per_byte_by_hand(ref):
    prob = ref.ngram_lm([["the", "cat", "sat"], ["the", "dog", "sat"]], 2, 1)
    bits = math.log2(ref.perplexity(prob, [["the", "cat", "sat"]]))
    worked(ref, "perplexity", r"$\log_2 3.159 = 1.6594$", [3.159, bits])
    worked(
        ref,
        "perplexity",
        r"$4 \cdot 1.6594 / 11 = 0.603$",
        [4, bits, 11, 4 * bits / len("the cat sat")],
    )


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
    worked(ref, "tfidf", '`["C", "a", "b"]`', f"`{vocab}`".replace("'", '"'))
    worked(ref, "tfidf", r"X = \begin{pmatrix} 0 & 1 & 2 \\ 1 & 0 & 0 \end{pmatrix}", X)
    worked(ref, "tfidf", "$(0, 0, 1)$", ref.count_matrix([["b", "d"]], vocab)[0])


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
