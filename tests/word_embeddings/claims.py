"""What the demos of word_embeddings claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "With a window of 1, more than eight in ten find their own family.",
            lambda n: n["narrow"] > 80,
        ),
        Claim(
            "In the same text with its words shuffled, fewer than one in six do.",
            lambda n: n["shuffled"] < 100 / 6,
        ),
        Claim(
            "With a window of 10 the share falls below seven in ten",
            lambda n: n["wide"] < 70,
        ),
        Claim(
            "are verbs, *ran* and *went* among them; at 10 they begin with *room*, *breakfast* and *door*",
            lambda n: n["moving near"] >= 2 and n["moving far"] == 0,
        ),
    ],
    "words_by_the_company_they_keep": [
        Claim(
            "any two words of one family have a cosine above 0.2, and any two of different families one below 0.1",
            lambda n: n["lowest within"] > 0.2 and n["highest between"] < 0.1,
        ),
    ],
    "ratios_of_counts": [
        Claim(
            "*He* is more than four times as likely near *king* as near *queen*, *crown* more than four times as "
            "likely near *king* as near *man*.",
            lambda n: n["king/queen he"] > 4 and n["king/man crown"] > 4,
        ),
    ],
    "what_counts_know": [
        Claim(
            "Plain counts answer at least 90 of the 96, the shuffled text at most five, and $\\rho$ is between 0.7 and 0.82.",
            lambda n: n["counts"] >= 90 and n["shuffled"] <= 5 and 0.7 < n["rho"] < 0.82,
        ),
    ],
    "word2vec_measures_pmi": [
        Claim(
            "The first loss is $(k+1) \\log 2 = 4.16$",
            lambda n: abs(n["first loss"] - 4.1589) < 1e-4,
        ),
        Claim(
            "Trained, it falls below 2. On the shuffled text it stays above 2.6",
            lambda n: n["last losses"] < 2 and n["last losses shuffled"] > 2.6,
        ),
        Claim(
            "learned and counted correlate at 0.97 and more",
            lambda n: n["correlation of frequent pairs"] > 0.97,
        ),
    ],
    "king_minus_man_plus_woman": [
        Claim(
            "Your model gets all 96 analogies right. The same training on shuffled words gets fewer than one in ten.",
            lambda n: n["cube"] == n["asked"] == 96 and n["cube shuffled"] < 9.6,
        ),
        Claim(
            "Spearman's $\\rho$ of cosine and shared traits is about 0.9",
            lambda n: 0.86 < n["spearman"] < 0.95,
        ),
        Claim(
            "turned into about 106,000 pairs",
            lambda n: 103_000 < n["pairs"] < 109_000,
        ),
        Claim(
            "The word nearest to *hot* is *cold*, with a cosine of 0.98 or more.",
            lambda n: n["cold nearest to hot"] == 1 and n["hot, cold"] >= 0.98,
        ),
        Claim(
            "its cosines with *dog* and with *racket* are each above 0.65, while those two have less than 0.6 with each other",
            lambda n: min(n["bat, dog"], n["bat, racket"]) > 0.65 and n["dog, racket"] < 0.6,
        ),
    ],
    "three_roads_to_one_cube": [
        Claim(
            "Skip-gram and CBOW answer all 96 analogies, and so do the plain counts of the thinned text",
            lambda n: n["skip-gram"] == n["CBOW"] == n["counts"] == 96,
        ),
        Claim(
            "answers at least 70 and under some seeds misses a few",
            lambda n: n["GloVe"] >= 70,
        ),
    ],
    "spelling_meets_company": [
        Claim(
            "Spelling finds about a third, four times chance and more; the control stays below one in ten.",
            lambda n: 27 < n["spelled"] < 40 and n["wrong"] < 10,
        ),
    ],
    "order_or_mean": [
        Claim(
            "more than half of the held-out triples they have never seen",
            lambda n: n["unseen"] > 50,
        ),
        Claim(
            "The mean of two words brings that to between 110 and 125, and their order is worth at least ten words more.",
            lambda n: (
                174 < n["alone"] < 176 and 110 < n["mean"] < 125 and n["order"] < n["mean"] - 10
            ),
        ),
    ],
    "two_novels": [
        Claim(
            "more than eight words in ten find their family, with 24 numbers each; after training on shuffled words, "
            "or without training, fewer than one in six do",
            lambda n: (
                n["family"] > 80 and max(n["family shuffled"], n["family untrained"]) < 100 / 6
            ),
        ),
        Claim(
            "are told from noise with a loss of about 1.91, where a model that knows only frequencies stays at 2.20",
            lambda n: abs(n["loss"] - 1.91) < 0.01 and abs(n["loss frequencies"] - 2.2) < 0.005,
        ),
        Claim(
            "PPMI, which is nothing but counting, is ahead by a few points on the families",
            lambda n: 1 < n["family ppmi"] - n["family"] < 8,
        ),
        Claim(
            "answers more than a third of the analogies, where your word2vec answers fewer than a quarter",
            lambda n: n["analogies ppmi"] > 100 / 3 and n["analogies"] < 25,
        ),
        Claim(
            "in two novels three such questions in four fail, and more",
            lambda n: n["analogies"] < 25,
        ),
    ],
}
