"""What the notebook says about its pictures; each claim holds under the seeds 0, 1 and 2."""

from dlcourse.authoring import Claim

GRID = (0, 100, 300, 1000, 2000, 4000)
WORDS = ("nightgown", "reclassified", "unbelievable", "misunderstandings")
SIX = (
    "photographs of human faces",
    "measuring petals of flowers",
    "a sloth in South America",
    "wines made in Italy",
    "patients with high blood sugar",
    "what houses cost",
)
KS = ("0.0001", "0.001", "0.01", "0.1", "1", "10")


def u_shaped(numbers, n):
    """The best k is none of the outer ones."""
    curve = [numbers[f"n = {n}, k = {k}"] for k in KS]
    return min(curve) < min(curve[0], curve[-1])


def best(numbers, n):
    """The lowest perplexity and its k."""
    return min((numbers[f"n = {n}, k = {k}"], float(k)) for k in KS)


CLAIMS = {
    "first_look": [
        Claim(
            "The same passage with the letters of each word shuffled gains little",
            lambda n: n["its letters shuffled, 2000"] < 2 and n["the novel, 2000"] > 3,
        ),
        Claim("a Greek sentence gains nothing at all", lambda n: n["Greek, 2000"] == 1),
    ],
    "unseen_words_in_pieces": [
        Claim("Four words that do not stand in the novel", lambda n: n["in the novel"] == 0),
        Claim(
            "Every word gets shorter with the merges",
            lambda n: all(
                n[f"{w} 0"] == len(w) + 1
                and n[f"{w} 0"] >= n[f"{w} 30"] >= n[f"{w} 100"] >= n[f"{w} 300"]
                and n[f"{w} 0"] > n[f"{w} 300"]
                for w in WORDS
            ),
        ),
        Claim(
            'It shows, too: `own·` is a word of English and no part of "nightgown".',
            lambda n: n["nightgown: own</w>"] == 1,
        ),
    ],
    "what_a_merge_touches": [
        Claim(
            "A merge touches 25 pieces on average, one in two hundred.",
            lambda n: 23 < n["touched"] < 27 and 190 < n["pieces"] / n["touched"] < 230,
        ),
        Claim(
            "The early merges touch hundreds of pieces, most of the later ones a handful: half of all touch fewer than ten.",
            lambda n: n["first ten"] > 200 and n["median"] < 10,
        ),
        Claim(
            "Your trainer is more than ten times as fast as the recount.",
            lambda n: n["ratio"] > 10 and n["same"] == 1,
        ),
    ],
    "who_pays": [
        Claim(
            "The Hindi sentence takes more than nine times as many tokens as the English one.",
            lambda n: n["Hindi"] > 9 * n["English"],
        ),
        Claim(
            "Greek and Russian pay two bytes per letter and get nothing back, German and French only some.",
            lambda n: (
                all(n[name] == n[f"{name}, bytes"] for name in ("Greek", "Russian"))
                and all(
                    1.5 < n[f"{name}, bytes"] / n[name] < 2 < n["English, bytes"] / n["English"]
                    for name in ("German", "French")
                )
            ),
        ),
        Claim("Nothing is unknown and everything comes back exactly.", lambda n: n["exact"] == 1),
    ],
    "one_word_in_many_disguises": [
        Claim(
            "all the pieces of the corpus in which `split()` hides the word",
            lambda n: n["forms"] >= 10,
        ),
        Claim(
            "All three curves go on rising",
            lambda n: all(
                n[f"{name}, last tenth"] > 50
                for name in ("split()", "word_tokenize, lower case", "clean_text")
            ),
        ),
    ],
    "search_engine": [
        Claim(
            "Two of the queries show what a bag of words cannot do.",
            lambda n: (
                sum(v for q, v in n.items() if q in SIX) == 6
                and n["rats in the forest"] == n["handwriting"] == 0
            ),
        ),
        Claim(
            'a text about forest cover says "forest" more often, and wins',
            lambda n: n["forest cover for the rats"] == 1,
        ),
        Claim('And "handwriting" finds nothing', lambda n: n["nothing for handwriting"] == 1),
        Claim("About two of three find it.", lambda n: 60 < n["TF-IDF"] < 76),
        Claim(
            "the same engine with raw counts finds fewer", lambda n: n["raw counts"] < n["TF-IDF"]
        ),
        Claim(
            "whoever always names the text with the most sentences is right once in four times",
            lambda n: 22 < n["commonest"] < 28,
        ),
    ],
    "two_laws_of_words": [
        Claim(
            "A line through the 300 most frequent of 1406 types, with the slope $-0.75$",
            lambda n: round(n["slope"], 2) == -0.75 and n["types"] == 1406,
        ),
        Claim("the first 1000 ranks give $-0.91$", lambda n: abs(n["slope of 1000"] + 0.91) < 0.01),
        Claim(
            "111 types make half of the text, and 53 % of the types occur only once.",
            lambda n: n["types for half"] == 111 and round(n["seen once"], 2) == 0.53,
        ),
        Claim("Each curve is a U.", lambda n: all(u_shaped(n, order) for order in (1, 2, 3))),
        Claim(
            "the bigram model is *worse* than the unigram model there",
            lambda n: n["n = 2, k = 1"] > 1.2 * n["n = 1, k = 1"],
        ),
        Claim(
            "The longer the history, the thinner the counts and the smaller the best $k$.",
            lambda n: best(n, 1)[1] > best(n, 2)[1] > best(n, 3)[1],
        ),
        Claim(
            "the best trigram model does not reach the best bigram model",
            lambda n: best(n, 3)[0] > best(n, 2)[0],
        ),
    ],
    "what_should_a_token_be": [
        Claim(
            "Bytes cost about 3.5 bits each, and merges save more than a bit of that",
            lambda n: 3.4 < n["learned 0"] < 3.6 and n["learned 1000"] < n["learned 0"] - 1,
        ),
        Claim("With 1000 merges it beats lzma", lambda n: n["learned 1000"] < n["lzma"] - 0.1),
        Claim(
            "with 4000 merges the price is higher again",
            lambda n: (
                n["learned 4000"] > n["learned 1000"] + 0.05
                and n["learned 1000"] == min(n[f"learned {m}"] for m in GRID)
            ),
        ),
        Claim(
            "Shuffled merges help, too, by more than three quarters of a bit",
            lambda n: n["shuffled 1000"] < n["learned 0"] - 0.75,
        ),
        Claim(
            "At 1000 merges the right ones are worth another fifth of a bit.",
            lambda n: n["learned 1000"] < n["shuffled 1000"] - 0.2,
        ),
        Claim(
            "the perplexity rises all the way, from about 11 to more than 350",
            lambda n: (
                [n[f"perplexity {m}"] for m in GRID] == sorted(n[f"perplexity {m}"] for m in GRID)
                and 10 < n["perplexity 0"] < 11.5
                and n["perplexity 4000"] > 350
            ),
        ),
    ],
}
