"""Graded tests of text_preprocessing; docs/authoring.md says how to write them."""

import math

import numpy as np

from dlcourse import probe


@probe("word_tokenize", points=1)
def mail_or_see(clean_text):
    """The line worked out above: "mail or see"."""
    return clean_text("<p>Mail joe@x.org.</p><p>Or see https://x.org/faq!</p>")


@probe("word_tokenize", points=1)
def tags_and_signs(clean_text):
    """A tag is no glue, 3 < x is no tag, and e with a combining accent is one letter."""
    texts = ["one</p><p>two", "3 < x and y > 2", "Cafe\u0301, DON'T!"]
    return {text: clean_text(text) for text in texts}


@probe("word_tokenize", points=2, public=False)
def tags_of_all_kinds(clean_text):
    """Tags with attributes, over two lines, in capitals, side by side; brackets that are no tags."""
    texts = {
        "attributes": "<a href=\"https://x.org\" title='b c'>Here</a> and <b>there</b>.<br/>End",
        "two lines": 'left <img src="a.png"\n  alt="no words of this"> right',
        "capitals": "<H1>Big</H1><DIV class=x>small</DIV>",
        "link": '<a href="https://x.org">here</a> now',
        "comparison": "if a < b and c > d then e<f",
        "no letter": "a <3 b> c < i> d <//p> e",
        "no end": "fi<b rst</i> second <b third",
        "only tags": "<p></p>",
    }
    return {name: clean_text(text) for name, text in texts.items()}


@probe("word_tokenize", points=2, public=False)
def urls_and_addresses(clean_text):
    """URLs of three kinds, also inside a word, an address, or alone; addresses in brackets; an @ at the edge of a word."""
    texts = {
        "three kinds": "see HTTP://a.org/b?c=d,e#f or https://g.net or www.h-i.com/j_k. Done",
        "in a tag": "go <i>https://a.org/page</i> on",
        "before a tag": "at www.a.org<br>Next line",
        "line end": "x https://a.org/b\ny www.c.org\tz",
        "addresses": "to (Ann.Lee+news@mail.a.org), or:bob_2@b.net; bye",
        "no address": "@home meet @ noon, look@ me",
        "two signs": "send a@b@c now",
        "no URL": "the www and http are old",
        "inside a word": "see(http://a.org/b) axhttps://c.net/d ewww.f.org g",
        "inside an address": "joe@www.x.org see:https://a@b.c end",
        "nothing behind": "a www. b http:// c https://",
        "another scheme": "ftp://a.org/b mailto:c",
        "no-break space": "x http://a.org\u00a0y @www.b.org\u2003z",
    }
    return {name: clean_text(text) for name, text in texts.items()}


@probe("word_tokenize", points=1, public=False)
def letters_and_spaces(clean_text):
    """Other alphabets, accents in both forms, digits, underscores, all kinds of white space."""
    texts = {
        "alphabets": "Ærø, Москва; ΑΘΗΝΑ: 東京!",
        "not simplified": "Straße ﬁne Ⅷ Ｆull weiß ŉ",
        "accents": "Zoe\u0308 = Zo\u00eb, n\u0303andu\u0301",
        "digits": "B2B in 2024, snake_case x10",
        "spaces": "\t a \n\n b\u00a0c\r\n  d  ",
        "empty": "",
        "nothing left": " 12:30 -- ?! ",
        "entities": "fish &amp; chips, 1 &lt;b&gt; 2 &#233;",
    }
    return {name: clean_text(text) for name, text in texts.items()}


@probe("word_tokenize", points=1)
def they_cant_pay(word_tokenize):
    """The sentence worked out above."""
    return word_tokenize("They can't pay $150,000.")


@probe("word_tokenize", points=1)
def hyphens_and_possessives(word_tokenize):
    """A state-of-the-art model, the dog's word."""
    return word_tokenize("GPT-2 isn't the dog's state-of-the-art model - is it?")


@probe("word_tokenize", points=2, public=False)
def contractions(word_tokenize):
    """Negations and the six clitics, in small letters and capitals, also one after the other."""
    texts = [
        "don't won't isn't couldn't ain't",
        "DON'T Can'T Ann'S",
        "it's we're I've she'll he'd I'm",
        "You'D, THEY'LL",
        "couldn't've y'all're",
        "n't 's an't N'T an'tn't",
        "cannot want not nt",
    ]
    return {text: word_tokenize(text) for text in texts}


@probe("word_tokenize", points=2, public=False)
def apostrophes_that_are_no_clitics(word_tokenize):
    """Apostrophes before longer words and before 't, and clitics with a letter or digit behind them."""
    texts = [
        "the 'strong' and 'double' 'm1' marks",
        "rock'n'roll o'clock dogs'",
        "isn'ts can't2 don't_ it's3",
        "it’s don’t ‘s ʼs `s",
        "'tis 'reading' 'very' 'llama'",
        "'t was wer't 'T",
    ]
    return {text: word_tokenize(text) for text in texts}


@probe("word_tokenize", points=2, public=False)
def numbers(word_tokenize):
    """Commas and points in numbers and behind them, signs, ranges, digits next to letters."""
    texts = [
        "1,234,567.89 and 3.14.",
        "1,, 2.,3 .5 7.",
        "-5 50% 1990-95 3.5-inch 10:30",
        "2nd 3D word2vec covid-19 x1.5",
        "1,2,3",
        "(1,000)",
        "٣٤ ٥,٦ 1٣",
    ]
    return {text: word_tokenize(text) for text in texts}


@probe("word_tokenize", points=2, public=False)
def words_and_marks(word_tokenize):
    """Hyphens in and around words, punctuation, other alphabets, white space, no text at all."""
    texts = [
        "well-known- -but a--b x-ray's A-1-b",
        "Wait... what?! (Yes.) e.g. U.S.",
        "snake_case a_ _b",
        "Œuvre na\u00efve-looking Тест",
        "a\n\tb\u00a0c  ",
        "Zoe\u0308 a\u200bb 😀x",
        "mother-in-law's self-don't",
        "",
        "  \n",
    ]
    return {text: word_tokenize(text) for text in texts}


@probe("bpe_train", points=1)
def four_words_by_hand(bpe_train):
    """The table above: six merges of low, lower, newest, widest."""
    return bpe_train({"low": 5, "lower": 2, "newest": 6, "widest": 3}, 6)


@probe("bpe_train", points=1)
def whole_symbols_only(merge_pair):
    """("e", "s") does not occur in re s t, but in r e s t; ("a", "a") in a a a."""
    return {
        "re s t": merge_pair(["re", "s", "t"], ("e", "s")),
        "r e s t": merge_pair(["r", "e", "s", "t"], ("e", "s")),
        "a a a": merge_pair(["a", "a", "a"], ("a", "a")),
    }


@probe("bpe_train", points=2, public=False)
def joining_pairs(merge_pair):
    """Pairs at both ends, overlapping, in the wrong order, of long symbols; the list afterwards."""
    cases = {
        "both ends": (["x", "y", "a", "x", "y"], ("x", "y")),
        "only one": (["x"], ("x", "y")),
        "none": ([], ("x", "y")),
        "the whole word": (["lo", "w</w>"], ("lo", "w</w>")),
        "five equal": (["a"] * 5, ("a", "a")),
        "wrong order": (["y", "x", "z", "y"], ("x", "y")),
        "new neighbours": (["a", "b", "ab", "a", "b", "b"], ("a", "b")),
        "left part longer": (["re", "s", "e", "s"], ("e", "s")),
        "right part longer": (["e", "st", "e", "s"], ("e", "s")),
        "same text, other symbols": (["th", "e", "t", "he", "t", "h", "e"], ("t", "he")),
        "capitals": (["E", "s", "e", "S", "e", "s"], ("e", "s")),
    }
    found = {name: (merge_pair(symbols, pair), symbols) for name, (symbols, pair) in cases.items()}
    symbols = ["x", "y", "x"]
    return {**found, "the list itself comes back": merge_pair(symbols, ("y", "y")) is symbols}


@probe("bpe_train", points=3, public=False)
def frequencies_and_borders(bpe_train, rng):
    """Words with drawn frequencies, merges of long symbols; then the same dict with other frequencies."""
    words = ["rest", "resets", "essences", "stress", "rests", "tester", "serene", "nest", "sent", "tees"]
    freqs = {word: int(f) for word, f in zip(words, 1 + rng.permutation(10) * 7 + rng.integers(0, 7, 10))}
    merges, before = bpe_train(freqs, 22), dict(freqs)
    freqs |= {word: 1 + 5 * len(word) % 7 for word in words}
    return {"merges": merges, "dict": before, "other frequencies": bpe_train(freqs, 22)}


@probe("bpe_train", points=2, public=False)
def ties(bpe_train):
    """Equal counts, decided by the order of the dict and of the letters in a word."""
    return {
        "one word": bpe_train({"zebra": 4}, 3),
        "z first": bpe_train({"zy": 3, "ab": 3, "cab": 1}, 4),
        "the first reaches the count last": bpe_train({"ab": 1, "cd": 2, "xab": 1}, 2),
        "capitals": bpe_train({"ab": 1, "AB": 3, "aB": 1}, 2),
        "a first": bpe_train({"cab": 1, "ab": 3, "zy": 3}, 4),
        "sum of three": bpe_train({"xq": 2, "dog": 1, "dot": 1, "doe": 1, "axq": 1}, 5),
    }


@probe("bpe_train", points=1, public=False)
def repeated_letters(bpe_train):
    """Words such as aaaa, whose pairs overlap."""
    return {
        "aaaa": bpe_train({"aaaa": 2, "baa": 3}, 3),
        "overlaps count": bpe_train({"aaa": 2, "bc": 3}, 2),
        "twice in a word": bpe_train({"cd": 3, "abab": 2}, 2),
        "end to end": bpe_train({"na": 3, "nn": 2}, 2),
    }


@probe("bpe_train", points=1, public=False)
def number_of_merges(bpe_train):
    """No merge, one merge, and more merges than there are pairs."""
    return {
        "none": bpe_train({"ab": 2}, 0),
        "one": bpe_train({"ab": 2}, 1),
        "all": bpe_train({"ab": 2, "b": 5}, 10),
        "no words": bpe_train({}, 3),
    }


@probe("bpe_encode", points=1)
def lowest_by_hand(bpe_encode):
    """lowest by the six merges above: low, est</w>."""
    merges = [("e", "s"), ("es", "t"), ("est", "</w>"), ("l", "o"), ("lo", "w"), ("n", "e")]
    return bpe_encode("lowest", merges)


@probe("bpe_encode", points=1)
def two_words_back(bpe_decode):
    """The words of low er</w> and w i d est</w>."""
    return bpe_decode(["low", "er</w>", "w", "i", "d", "est</w>"])


@probe("bpe_encode", points=3, public=False)
def order_of_the_merges(bpe_encode):
    """Words in which the merges do not give the longest pieces; two orders of one list."""
    merges = [("b", "c"), ("a", "b"), ("bc", "d"), ("d", "e"), ("ab", "e"), ("e", "</w>")]
    other = [merges[i] for i in (3, 1, 4, 5, 0, 2)]
    words = ["abc", "abcde", "abe", "deabcd", "cabed", "abcd"]
    return {
        "one order": {word: bpe_encode(word, merges) for word in words},
        "another": {word: bpe_encode(word, other) for word in words},
    }


@probe("bpe_encode", points=2, public=False)
def every_occurrence(bpe_encode):
    """Pairs that stand in a word several times, also overlapping; the merges afterwards."""
    merges = [("a", "n"), ("an", "a"), ("s", "s"), ("i", "ss"), ("o", "o"), ("oo", "o"), ("oo", "oo")]
    words = ["banana", "ananas", "mississippi", "oo", "ooooo", "oooooo"]
    return {"encoded": {word: bpe_encode(word, merges) for word in words}, "merges": merges}


@probe("bpe_encode", points=2, public=False)
def end_of_the_word(bpe_encode):
    """A pair with the end mark, letters in no merge, no merges at all, a word of one letter."""
    merges = [("s", "</w>"), ("e", "s</w>"), ("e", "s")]
    return {
        "esses": bpe_encode("esses", merges),
        "ESé東": bpe_encode("ESé東", merges),
        "no merges": bpe_encode("es", []),
        "s": bpe_encode("s", merges),
        "x": bpe_encode("x", merges),
    }


@probe("bpe_encode", points=2, public=False)
def words_from_symbols(bpe_decode):
    """No, one and several words, end marks alone and attached, words that hold < / w >."""
    symbols = ["un", "s", "een", "</w>", "a</w>", "b", "c", "</w>"]
    return {
        "several": bpe_decode(symbols),
        "as many others": bpe_decode(["Un", "S", "</w>", "e", "n</w>", "b", "c", "</w>"]),
        "the list": symbols,
        "one": bpe_decode(["w", "</w>"]),
        "none": bpe_decode([]),
        "parts of a mark": bpe_decode(["<", "w>", "</w>", "w</w>"]),
        "a mark in a word": bpe_decode(["a", "<", "/", "w", ">", "b</w>", "c</", "w>", "</w>"]),
    }


@probe("byte_train", points=2)
def pieces_by_hand(gpt2_split):
    """The text of the picture, three spaces in a row, and 'tis."""
    return {text: gpt2_split(text) for text in ("Café, €5", "a   b", "'tis they're")}


@probe("byte_train", points=2)
def the_hen_then(byte_train):
    """The merges worked out above: 256 is he, 257 is the, 258 is he with its space."""
    return byte_train(["the hen then"], 3)


@probe("byte_train", points=3, public=False)
def words_numbers_and_marks(gpt2_split):
    """Contractions, digits next to letters, underscores, several alphabets, marks in a row."""
    texts = {
        "contractions": "I'm sure they'll say it's what we've said: don't, she'd, you're",
        "whatever comes next": "'sixties 'tea' 'llama rock'n'roll 'd2 's_",
        "capitals": "DON'T IT'S She'LL 'S 'Re",
        "digits": "GPT2 in 1995, 150,000 3.14 2nd x86 42 7",
        "underscores": "snake_case _a a_ __init__ 1_000 _ _",
        "alphabets": "Ærø naïve Москва 東京 Zoe\u0308 ΑΘΗΝΑ",
        "other digits": "٣٤ ٥٦a",
        "marks": "what?! (yes) ... a--b €5 $ 20% \U0001f600\U0001f600 hi",
        "curly": "it’s don’t",
        "mark and space": "a ! b , c",
    }
    return {name: gpt2_split(text) for name, text in texts.items()}


@probe("byte_train", points=2, public=False)
def white_space(gpt2_split):
    """Spaces, tabs and line breaks, alone and in runs, at both ends; no text at all."""
    texts = {
        "runs of spaces": "a b  c   d    e",
        "before marks": "a  !   ?",
        "before digits": "a  1   22",
        "tabs": "a\tb\t\tc \td\t e",
        "tabs before other signs": "a\t! \t1\t2",
        "lines": "a\nb\n\nc\n d \n e\r\nf",
        "at the ends": "  a b  ",
        "at the end": "a \n",
        "only": " ",
        "only many": " \n \t",
        "no-break": "a\u00a0b \u00a0c\u2003\u2003d",
        "apostrophe": "a 's  's 't",
        "empty": "",
    }
    return {name: gpt2_split(text) for name, text in texts.items()}


@probe("byte_train", points=1, public=False)
def joining_ids(join_pair):
    """Pairs at both ends, overlapping, in the wrong order; equal ids; the list afterwards."""
    cases = {
        "both ends": ([7, 300, 5, 7, 300], (7, 300), 301),
        "only one": ([7], (7, 8), 256),
        "none": ([], (7, 8), 256),
        "five equal": ([9] * 5, (9, 9), 256),
        "wrong order": ([8, 7, 1, 8], (7, 8), 256),
        "all": ([7, 8], (7, 8), 400),
        "new neighbours": ([1, 2, 256, 1, 2, 2], (1, 2), 256),
    }
    found = {name: (join_pair(*case), case[0]) for name, case in cases.items()}
    ids = [1, 2, 3]
    return {**found, "the list itself comes back": join_pair(ids, (3, 1), 256) is ids}


def drawn_texts(rng, letters, n_texts, n_words):
    """Texts of words over few letters."""
    sizes = rng.integers(1, 9, (n_texts, n_words))
    return [" ".join("".join(rng.choice(letters, size)) for size in row) for row in sizes]


@probe("byte_train", points=3, public=False)
def merges_of_drawn_texts(byte_train, rng):
    """Three texts over five letters, one of them not in ASCII; then other texts of the same lengths; the texts afterwards."""
    first = drawn_texts(rng, list("abné7"), 3, 60)
    second = drawn_texts(rng, list("a7éb_"), 3, 60)
    return {"first": byte_train(first, 40), "second": byte_train(second, 40), "texts": first}


@probe("byte_train", points=2, public=False)
def equal_counts(byte_train):
    """Ties among bytes, among new ids, and between both, also against the order of the text."""
    return {
        "against the order": byte_train(["zy ab zy ab"], 4),
        "second id decides": byte_train(["ac ab ad"], 3),
        "new ids": byte_train(["abcd abcd cdab cdab"], 6),
        "space": byte_train(["b a b a b"], 3),
        "one word": byte_train(["zebra"], 4),
        "growing": byte_train(["xyxyxyxy xyxy"], 4),
    }


@probe("byte_train", points=2, public=False)
def counts_and_borders(byte_train):
    """Frequent pieces, letters in a row, borders of pieces and of texts, characters of several bytes."""
    return {
        "frequent": byte_train(["up up up up down town gown"], 5),
        "in a row": byte_train(["aaaa aaaaaaa baa"], 5),
        "twice in a piece": byte_train(["abab cd cd cd"], 3),
        "texts": byte_train(["a", "b", "ab", "b a", "a", "b"], 4),
        "texts of letters": byte_train(["don", "'t", "don't", "t"], 9),
        "texts with spaces at their ends": byte_train(["up ", " up", "\n", "on "], 9),
        "pieces": byte_train(["ab.ab.ab!c"], 9),
        "bytes": byte_train(["ééé €€ é"], 9),
        "capitals": byte_train(["The THE the then"], 5),
    }


@probe("byte_train", points=1, public=False)
def number_of_byte_merges(byte_train):
    """No merge, one merge, more merges than there are pairs, no text."""
    return {
        "none": byte_train(["the hen"], 0),
        "one": byte_train(["the hen"], 1),
        "all": byte_train(["the hen the", "pen"], 50),
        "pairs that occur once": byte_train(["abc"], 9),
        "no texts": byte_train([], 3),
        "empty texts": byte_train(["", ""], 3),
    }


SYLLABLES = [c + v for c in "bcdfghklmnprst" for v in "aeiou"]


@probe("byte_train", points=2, public=False, seconds=3)
def eight_hundred_merges(byte_train):
    """3000 different pieces and 800 merges, in 3 seconds of computing time."""
    draw = np.random.default_rng(11)
    words = ["".join(draw.choice(SYLLABLES, size)) for size in draw.integers(2, 7, 3000)]
    return byte_train([" ".join(words)], 800)


@probe("byte_encode", points=1)
def then_he(byte_encode):
    """The text worked out above: 257, 110, 258."""
    return byte_encode("then he", [(104, 101), (116, 256), (32, 256)])


@probe("byte_encode", points=1)
def two_doors(byte_encode):
    """<|end|> as a special token, and as a stranger's text."""
    merges = [(104, 101), (116, 256), (32, 256)]
    return {
        "program": byte_encode("then<|end|>", merges, ["<|end|>"]),
        "stranger": byte_encode("<|end|>", merges),
    }


@probe("byte_encode", points=1)
def a_euro_in_three_tokens(byte_decode):
    """226, 130 and 172 are one character; 226 alone is none."""
    return {"euro": byte_decode([226, 130, 172], []), "alone": byte_decode([226, 53], [])}


@probe("byte_encode", points=1)
def entries_by_hand(token_bytes):
    """256 is he, 257 is the; <|end|> comes last."""
    entries = token_bytes([(104, 101), (116, 256)], ["<|end|>"])
    return {"length": len(entries), "last four": [list(entry) for entry in entries[-4:]]}


def drawn_merges(rng, letters, n):
    """Pairs of ids, each of ids that were there before, in a drawn order."""
    ids, merges = list("".join(letters).encode()), []
    while len(merges) < n:
        pair = tuple(rng.choice(ids, 2).tolist())
        if pair not in merges:
            merges.append(pair)
            ids.append(255 + len(merges))
    return merges


@probe("byte_encode", points=2, public=False)
def vocabulary_of_drawn_merges(token_bytes, rng):
    """Thirty merges, some of half characters, and special tokens that are not in ASCII; the arguments afterwards."""
    merges, special = drawn_merges(rng, "xé€ ", 30), ["<FIN>", "«é»"]
    entries, others = token_bytes(merges, special), token_bytes(drawn_merges(rng, "xé€ ", 30), ["<a>", "«B»"])
    return {
        "length": len(entries),
        "bytes": {str(i): list(entry) for i, entry in enumerate(entries)},
        "other merges": {str(i): list(entry) for i, entry in enumerate(others)},
        "type": type(entries[270]).__name__,
        "no merges": {str(i): list(entry) for i, entry in enumerate(token_bytes([]))},
        "merges": merges,
        "special": special,
    }


@probe("byte_encode", points=3, public=False)
def order_of_the_pairs(byte_encode, rng):
    """Drawn texts over three letters with drawn merges, in which the longest piece is often not the right one."""
    merges, others = drawn_merges(rng, "abc ", 40), drawn_merges(rng, "bac ", 40)
    texts = drawn_texts(rng, list("abc"), 6, 12)
    return {
        "ids": {text: byte_encode(text, merges) for text in texts},
        "other merges": {text: byte_encode(text, others) for text in texts[:3]},
        "merges": merges,
    }


@probe("byte_encode", points=2, public=False)
def pieces_and_bytes(byte_encode):
    """Pairs across pieces, letters in a row, characters of several bytes, no merges, no text."""
    merges = [(97, 97), (46, 97), (195, 169), (97, 32), (32, 97), (256, 256), (98, 46), (130, 172), (226, 263), (258, 258)]
    texts = {
        "across": "aa.aa b.b a",
        "in a row": "aaa aaaa aaaaaaa",
        "bytes": "é €é éé ééé €€",
        "white space": "a  a\n\na ",
        "contraction": "aa's aa",
        "empty": "",
        "other": "\U0001f600 東",
    }
    found = {name: byte_encode(text, merges) for name, text in texts.items()}
    return {"merges": found, "no merges": {name: byte_encode(text, []) for name, text in texts.items()}}


@probe("byte_encode", points=3, public=False)
def special_tokens(byte_encode):
    """Special tokens in a row, at the ends, one the beginning of another, with signs and spaces, not in the list, and not allowed."""
    merges = [(97, 98), (32, 256), (60, 124), (124, 62), (101, 110)]
    special = ["<|e|>", "<|end|>", "<|end|>+", "(.*)", " ab ", "é", ".", "<|BOS|>"]
    texts = {
        "ends": "<|end|>ab ab<|e|>",
        "in a row": "<|e|><|e|><|end|>",
        "the longest": "ab<|end|>+ ab<|end|>-",
        "signs": "ab(.*)ab (a) c|d",
        "spaces": "ab ab ab ab  ab",
        "not in ASCII": "éab e",
        "point": "ab. ab.ab",
        "nearly": "<|e|> <| e|> <|END|>",
        "split at the token": "ab  <|e|>  ab\n<|e|>\n",
        "contraction": "don<|e|>'t",
        "alone": "<|e|>",
        "capitals": "<|BOS|>ab <|bos|>",
        "of another program": "ab<|endoftext|>ab",
        "empty": "",
    }
    found = {name: byte_encode(text, merges, special) for name, text in texts.items()}
    return {
        "allowed": found,
        "two of them": {name: byte_encode(text, merges, ("<|end|>", "<|e|>")) for name, text in texts.items()},
        "not allowed": {name: byte_encode(text, merges) for name, text in texts.items()},
        "no merges": byte_encode("ab<|e|>ab", [], ["<|e|>"]),
        "overlapping": byte_encode("axyyx", [], ["xy", "xx", "yyx"]),
        "special": special,
    }


@probe("byte_encode", points=3, public=False)
def ids_to_text(byte_decode):
    """Half characters side by side and apart, bytes that are no text, special tokens, no ids."""
    merges, special = [(226, 130), (256, 172), (195, 169), (32, 257), (159, 152)], ["<|End|>", "é€"]
    others = [(195, 169), (226, 130), (257, 172), (32, 256), (159, 152)]
    ids = {
        "several": [97, 257, 259, 258, 32, 256, 172],
        "spread": [195, 169, 240, 260, 128],
        "halves": [195, 97, 256, 98, 172, 130],
        "no text": [255, 254, 192, 128, 97],
        "cut short": [97, 256],
        "special": [261, 97, 262, 261],
        "between halves": [195, 261, 169],
        "lines": [97, 13, 10, 32, 32, 9, 0],
        "none": [],
    }
    found = {name: byte_decode(row, merges, special) for name, row in ids.items()}
    return {
        "found": found,
        "other merges": {name: byte_decode(row, others, special) for name, row in ids.items()},
        "ids": ids,
        "no special tokens": byte_decode([97, 258, 260], merges),
        "no merges": byte_decode([104, 105, 256], [], ("!?",)),
    }


@probe("byte_encode", points=2, public=False)
def there_and_back(byte_encode, byte_decode, rng):
    """Texts of many kinds through both functions, with and without special tokens."""
    merges, special = drawn_merges(rng, "aé€ ", 30), ["<|e|>", "€€"]
    texts = [*drawn_texts(rng, list("aé€"), 3, 10), "a <|e|>  €€\n\ta_1", "\U0001f600 \x00 Zoe\u0308", ""]
    found = {}
    for text in texts:
        for allowed in ((), special):
            ids = byte_encode(text, merges, allowed)
            found[f"{text!r}, {len(allowed)} special"] = {"ids": ids, "text": byte_decode(ids, merges, allowed)}
    return found


@probe("byte_encode", points=2, public=False, seconds=2)
def ten_thousand_words(byte_encode):
    """10,000 words, 200 of them different, with 800 merges, in 2 seconds of computing time."""
    draw = np.random.default_rng(12)
    words = ["".join(draw.choice(SYLLABLES, size)) for size in draw.integers(1, 5, 200)]
    merges = [tuple(syllable.encode()) for syllable in SYLLABLES]
    pairs = draw.permutation(70 * 70)[:730]
    merges += [(256 + int(p) // 70, 256 + int(p) % 70) for p in pairs]
    ids = byte_encode(" ".join(draw.choice(words, 10_000)), merges)
    return {"length": len(ids), "begin": ids[:300], "how often": np.bincount(ids, minlength=1056)}


@probe("stem_step1", points=1)
def patterns_by_hand(cv_pattern):
    """toy is cvc, syzygy cvcvcv, yes cvc, private ccvcvcv."""
    return {word: cv_pattern(word) for word in ("toy", "syzygy", "yes", "private")}


@probe("stem_step1", points=2)
def stems_by_hand(stem_step1):
    """One word for each row of the tables above."""
    words = (
        "caresses ponies caress cats agreed feed plastered bled motoring sing "
        "conflated troubling sized hopping falling hoping showing filing meetings"
    )
    return {word: stem_step1(word) for word in words.split()}


@probe("stem_step1", points=1)
def stopwords_in_any_case(remove_stopwords):
    """The cat and there: only whole words are stopwords."""
    return remove_stopwords(["The", "cat", "is", "THE", "other", "there"], {"the", "is"})


@probe("stem_step1", points=1, public=False)
def patterns_with_y(cv_pattern):
    """y at the beginning, after vowels, after consonants, and twice in a row."""
    words = ("", "y", "by", "day", "yoyo", "xyy", "yyy", "crypt", "eye", "employees", "queue", "waltz")
    return {word: cv_pattern(word) for word in words}


@probe("stem_step1", points=2, public=False)
def plurals(stem_step1):
    """Words in sses, ies, ss and s, short ones among them."""
    words = "glasses ties ies gas buses class boss miss series process is as us s ass ads bees yes sses sings virus thus"
    return {word: stem_step1(word) for word in words.split()}


@probe("stem_step1", points=2, public=False)
def words_in_eed(stem_step1):
    """Words in eed with measures 0, 1 and more, also by a y, and their plurals."""
    words = "need speed freed exceed succeed proceeds needs indeed reed eed oeed yeed aided weeds atheeds flyweed"
    return {word: stem_step1(word) for word in words.split()}


@probe("stem_step1", points=2, public=False)
def vowels_before_ed_and_ing(stem_step1):
    """Words in ed and ing with and without a vowel before it; y as vowel and as consonant."""
    words = "red shred ring strings being used using flying tying dyed ying eyed ed ing seeing queued nothing"
    return {word: stem_step1(word) for word in words.split()}


@probe("stem_step1", points=3, public=False)
def repairs(stem_step1):
    """What is left after ed and ing: at, bl, iz, doubled letters, and an e that was dropped."""
    words = (
        "created doubled realizing fizzed hissing filled rubbed planned adding egged ebbing "
        "making boxed playing rowed visiting developed owed skiing agreeing failed hiding typing tried "
        "trying conveyed sued syzed aying eating using baaed staying snowing cited bating enabling "
        "attitudes blazing starting asking erring inned bagging quizzed swimming opened focusing exceeding"
    )
    return {word: stem_step1(word) for word in words.split()}


@probe("stem_step1", points=2, public=False)
def neighbouring_stopwords(remove_stopwords):
    """Stopwords side by side, repeated, as parts of words; both arguments afterwards."""
    tokens = ["To", "be", "or", "not", "to", "be", "Torment", "forbear", "or", "OR", "Notion", "Notion"]
    stop = {"to", "be", "or"}
    return {
        "kept": remove_stopwords(tokens, stop),
        "tokens": tokens,
        "stop": sorted(stop),
        "other stopwords": remove_stopwords(tokens, {"not", "torment", "be"}),
        "other tokens": remove_stopwords(["A", "or", "b", "c", "BE", "d", "to", "e", "f", "g", "h", "or"], stop),
        "no stopwords": remove_stopwords(tokens[:3], set()),
        "the list itself comes back": remove_stopwords(tokens, set()) is tokens,
        "no tokens": remove_stopwords([], stop),
        "two ways of one letter": remove_stopwords(["Straße", "STRASSE", "ﬁne", "fine"], {"straße", "fine"}),
    }


@probe("tfidf", points=1)
def two_documents_by_hand(count_matrix):
    """b a b and C: the vocabulary C, a, b and the counts."""
    return count_matrix([["b", "a", "b"], ["C"]])


@probe("tfidf", points=1)
def new_document_in_old_columns(count_matrix):
    """b d in the columns C, a, b: 0, 0, 1."""
    return count_matrix([["b", "d"]], ["C", "a", "b"])


@probe("tfidf", points=2, public=False)
def counts_of_drawn_words(count_matrix, rng):
    """Six documents of different lengths, one empty, two equal, with capitals and repetitions."""
    words = np.array(["pear", "Fig", "apple", "kiwi", "Zest", "fig", "éclair", "10", "b-a", "lime"])
    docs = [words[rng.integers(0, 10, size)].tolist() for size in (7, 0, 31, 3, 12)]
    docs.append(list(docs[3]))
    X, vocab = count_matrix(docs)
    return {"X": X, "vocabulary": vocab}


@probe("tfidf", points=3, public=False)
def given_vocabulary(count_matrix):
    """A vocabulary out of order, with words of no document; unknown words; no words at all."""
    docs = [["wolf", "ant", "wolf", "bee"], ["cow"], ["yak", "cow", "yak", "yak", "ant"]]
    vocab = ["yak", "Ant", "wolf", "cow", "gnu"]
    return {
        "not sorted": count_matrix(docs, vocab),
        "vocab": vocab,
        "by name": count_matrix(docs[2:], vocab=["cow", "yak"]),
        "as many words": count_matrix([["b", "a"], ["c", "b", "b"]], ["c", "b", "d"]),
        "words in words": count_matrix([["data", "a"], ["a", "data", "at"]], ["a", "data", "dat"]),
        "words with blanks": count_matrix([["new york", "new"], ["york", "new", "york"]], ["new york", "york"]),
        "empty": count_matrix(docs, []),
    }


@probe("tfidf", points=1, public=False)
def few_documents(count_matrix):
    """One document, documents without words, and the dtype of the counts."""
    return {
        "one": count_matrix([["b", "c", "b", "a"]]),
        "without words": count_matrix([[], [], []]),
        "dtype": str(np.asarray(count_matrix([["a"]])[0]).dtype),
    }


SMALL = np.array([[1, 2, 0], [1, 0, 1], [3, 0, 0]])


@probe("tfidf", points=1)
def idf_by_hand(fit_idf):
    """The three documents above: 1, 1.6931, 1.6931."""
    return fit_idf(SMALL)


@probe("tfidf", points=1)
def rows_by_hand(tfidf):
    """The three documents above: the first row is 0.2832, 0.9591, 0."""
    return tfidf(SMALL, np.array([1, 1 + math.log(2), 1 + math.log(2)]))


@probe("tfidf", points=2, public=False)
def idf_of_drawn_counts(fit_idf, rng):
    """Large counts, a word in no document and one in all, a single document; X afterwards."""
    X = (rng.integers(0, 5, size=(9, 6)) * rng.integers(0, 2, size=(9, 6))).T
    X[:, 3], X[:, 5] = 0, [1, 4, 2, 1, 1000, 3]
    return {"X": X, "idf": fit_idf(X), "of one document": fit_idf(X[4:5])}


@probe("tfidf", points=2, public=False)
def rows_of_drawn_counts(tfidf, rng):
    """More words than documents, a row of zeros, a large count; the arguments afterwards."""
    X = rng.integers(0, 4, size=(7, 4)).T
    X[1], X[2, 5] = 0, 1000
    idf = rng.uniform(0.2, 3, size=7)
    return {"M": tfidf(X, idf), "X": X, "idf": idf}


@probe("tfidf", points=2, public=False)
def idf_from_elsewhere(fit_idf, tfidf, rng):
    """Two new documents, weighted with the idf that was fitted on six others."""
    train, test = rng.integers(0, 3, size=(6, 5)), np.array([[2, 0, 1, 0, 3], [0, 0, 0, 1, 0]])
    train[:, 0], train[1:, 4] = 1, 0
    return {"new documents": tfidf(test, fit_idf(train)), "one of them": tfidf(test[:1], fit_idf(train))}


@probe("tfidf", points=1, public=False)
def small_weights(tfidf):
    """Rows of length 0.04, 1 and 3, how exactly they end with length 1, and rows of zeros only."""
    X = np.array([[1, 0, 2], [0, 1, 0], [0, 0, 0], [0, 3, 1]])
    M = tfidf(X, np.array([0.01, 1.0, 0.02]))
    return {
        "short": M,
        "squared lengths minus 1, in 1e-13": np.round((np.sum(np.square(M)[[0, 1, 3]], axis=1) - 1) / 1e-13),
        "zero": tfidf(np.zeros((2, 3), int), np.ones(3)),
        "one word": tfidf(np.array([[2], [0]]), np.array([0.01])),
    }


TWO = [["the", "cat", "sat"], ["the", "dog", "sat"]]
SENTS = [
    ["we", "saw", "a", "sea", "a", "sea", "a", "star"],
    ["a", "star"],
    [],
    ["we", "saw", "a", "star", "we", "saw"],
    ["star"],
]
WORDS = ["we", "saw", "a", "sea", "star", "</s>", "<unk>"]


def table(prob, contexts, words=WORDS):
    """Probabilities of all words after each context."""
    return {" ".join(c) or "(none)": {word: prob(word, list(c)) for word in words} for c in contexts}


@probe("ngram_lm", points=2)
def bigrams_by_hand(ngram_lm):
    """Two sentences, k = 1: after "the" 1/4, 1/4 and four times 1/8; after "bird" 1/6 each."""
    words = ["the", "cat", "dog", "sat", "</s>", "<unk>"]
    return table(ngram_lm(TWO, 2, 1.0), [["the"], [], ["the", "bird"]], words)


@probe("ngram_lm", points=1)
def unigrams_by_hand(ngram_lm):
    """The same sentences with n = 1: "the" has (2 + 1) / (8 + 6), whatever comes before."""
    return table(ngram_lm(TWO, 1, 1.0), [[], ["the", "cat"]], ["the", "cat", "</s>", "bird"])


@probe("ngram_lm", points=3, public=False)
def bigrams_of_five_sentences(ngram_lm):
    """All words after each word and at the beginning, for k = 0.3 and k = 2."""
    contexts = [[], ["we"], ["saw"], ["a"], ["star"], ["saw", "a", "sea"], ["we", "saw", "a", "star"]]
    return {f"k = {k}": table(ngram_lm(SENTS, 2, k), contexts) for k in (0.3, 2.0)}


@probe("ngram_lm", points=2, public=False)
def unigrams_ignore_the_context(ngram_lm):
    """n = 1 after contexts of no, one and several words."""
    return table(ngram_lm(SENTS, 1, 0.5), [[], ["a"], ["we", "saw", "a"]])


@probe("ngram_lm", points=3, public=False)
def longer_ngrams(ngram_lm):
    """n = 3 and n = 4 after contexts that are shorter and longer than n - 1."""
    contexts = [
        [],
        ["a"],
        ["we"],
        ["a", "sea"],
        ["we", "saw"],
        ["sea", "a", "star"],
        ["saw", "a", "sea", "a"],
    ]
    return {
        "n = 3": table(ngram_lm(SENTS, 3, 0.4), contexts),
        "n = 4": table(ngram_lm(SENTS, 4, 0.05), contexts),
    }


@probe("ngram_lm", points=2, public=False)
def words_never_seen(ngram_lm):
    """New words to predict, in the context, in the part of it that is not looked at."""
    two, three = ngram_lm(SENTS, 2, 0.3), ngram_lm(SENTS, 3, 0.3)
    words = ["a", "moon", "We", "</s>", "<unk>"]
    contexts = [["moon"], ["moon", "a"], ["a", "moon"], ["saw", "A"]]
    return {
        "n = 2": table(two, contexts, words),
        "n = 3": table(three, [*contexts, ["moon", "we", "saw"]], words),
    }


@probe("ngram_lm", points=1, public=False)
def rare_words_replaced(ngram_lm):
    """Training sentences in which <unk> stands, and new words in both arguments; words that run together, and words with a space."""
    sents = [["a", "<unk>", "sea"], ["a", "<unk>", "<unk>", "sky"], ["<unk>", "sea"]]
    contexts = [["moon"], ["<unk>"], ["a", "moon"], ["moon", "mars"], []]
    words = ["sea", "mars", "<unk>", "</s>"]
    found = {f"n = {n}": table(ngram_lm(sents, n, 0.2), contexts, words) for n in (1, 2, 3)}
    glued = ngram_lm([["ab", "c", "x"], ["ab", "c", "x"], ["a", "bc", "y"], ["a", "b", "y"]], 3, 0.5)
    spaced = [["a b", "c", "x"], ["a b", "c", "x"], ["a", "b c", "y"], ["a", "b", "y"]]
    two, three = ngram_lm(spaced, 2, 0.5), ngram_lm(spaced, 3, 0.5)
    return found | {
        "ab c, a bc": table(glued, [["ab", "c"], ["a", "bc"], ["a", "b"]], ["x", "y", "z"]),
        "a space in a word, n = 2": table(two, [["a b"], ["a"]], ["b", "c", "b c"]),
        "a space in a word, n = 3": table(three, [["a b", "c"], ["a", "b c"]], ["x", "y", "z"]),
    }


@probe("ngram_lm", points=1, public=False)
def two_models_at_once(ngram_lm):
    """Three models asked in turn, and the sentences and the context afterwards."""
    sents, context = [["up", "<unk>", "up", "down"], ["down"]], ["up", "up", "in"]
    first, second = ngram_lm(sents, 2, 1.0), ngram_lm([["in"], *sents], 3, 0.1)
    third = ngram_lm([["up", "down", "up", "in"], ["in"]], 2, 1.0)
    models = {"first": first, "second": second, "third": third}
    asked = {f"{m}: {w}": f(w, context) for w in ("up", "down", "in") for m, f in models.items()}
    begun = {f"{m}, after up: {w}": f(w, ["up"]) for w in ("up", "down") for m, f in models.items()}
    return {"asked": asked | begun, "sents": sents, "context": context}


@probe("perplexity", points=1)
def uniform_model(perplexity):
    """A uniform choice among 50 words has perplexity 50."""
    return perplexity(lambda word, context: 1 / 50, [["a", "b", "c"], ["d"]])


@probe("perplexity", points=1)
def cat_by_hand(perplexity):
    """ "the cat sat" with the probabilities 3/8, 1/4, 2/7, 3/8: 3.159."""
    given = {("the", 0): 3 / 8, ("cat", 1): 1 / 4, ("sat", 2): 2 / 7, ("</s>", 3): 3 / 8}
    return perplexity(lambda word, context: given.get((word, len(context)), 1.0), [["the", "cat", "sat"]])


@probe("perplexity", points=1)
def harmonic_frequencies(zipf_slope):
    """Frequencies 12, 6, 4, 3: slope -1."""
    return zipf_slope(["a"] * 6 + ["b"] * 3 + ["c"] * 12 + ["d"] * 4, 4)


def bumpy(word, context):
    """A made-up model that looks at the word and at every word before it."""
    key = sum((i + 1) * ord(w[0]) for i, w in enumerate(context + [word]))  # the context is a list
    return (1 + key % 97) / 100


@probe("perplexity", points=3, public=False)
def sentences_of_several_lengths(perplexity):
    """A model that looks at the whole context; sentences of 0 to 9 words, alone and together."""
    sents = [["the", "old", "man", "and", "the", "sea", "and", "the", "fish"], [], ["so", "be", "it"], ["no"]]
    return {
        "together": perplexity(bumpy, sents),
        "alone": {f"{len(sent)} words": perplexity(bumpy, [sent]) for sent in sents},
        "two of them": perplexity(bumpy, sents[2:]),
        "sents": sents,
    }


@probe("perplexity", points=2, public=False)
def long_text(perplexity):
    """3000 words of small probability, of the smallest there are, and a model that is almost always right."""
    sents = [["word"] * 3000, ["end"]]
    return {
        "unlikely": perplexity(lambda word, context: 1e-4 if word == "word" else 1e-3, sents),
        "sure": perplexity(lambda word, context: 1 - 1e-3 if word == "word" else 0.25, sents),
        "tiny": {str(p): perplexity(lambda w, c, p=p: p, [["a", "b"], []]) for p in (1e-9, 3e-17, 2e-300)},
        "certain": perplexity(lambda word, context: 1.0, sents),
    }


@probe("perplexity", points=3, public=False)
def slopes(zipf_slope, rng):
    """Equal frequencies, shuffled tokens, top from 2 to more than there are types."""
    counts = [40, 23, 23, 9, 9, 9, 4, 2, 1, 1, 1]
    tokens = rng.permutation([f"w{j}" for j, count in enumerate(counts) for _ in range(count)]).tolist()
    found = {f"top {top}": zipf_slope(tokens, top) for top in (2, 5, 10, 11, 50)}
    other = zipf_slope([f"w{j % 13}" for j in range(80)] + ["w3"] * (len(tokens) - 80), 5)
    capitals = zipf_slope("the The the THE of Of the a the".split(), 6)
    return {"found": found, "as many other tokens": other, "capitals": capitals, "tokens": tokens}
