"""What the demos of bert claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "Without any, the reader names the hidden word half as often as with all.",
            lambda n: 0.4 < n["left only"] / n["all"] < 0.6,
        ),
        Claim(
            "One piece to the right is worth a lot.",
            lambda n: n["one"] > 1.5 * n["left only"] > 3 * n["frequent"] > 3 * n["untrained"],
        ),
    ],
    "fate_of_the_tokens": [
        Claim(
            "The dotted lines are the second-draw bug, which makes 2 % random and keeps 18 %.",
            lambda n: (
                abs(n["masked"] - 0.8) < 0.01
                and abs(n["random"] - 0.1) < 0.01
                and abs(n["kept"] - 0.1) < 0.01
            ),
        ),
        Claim(
            "With one static mask it is 15 % for ever, with new masks it is $1-0.85^n$.",
            lambda n: abs(n["static"] - 0.15) < 0.01 and abs(n["after 10"] - (1 - 0.85**10)) < 0.02,
        ),
    ],
    "meanings_from_blanks": [
        Claim(
            "it ends within 0.4 nats of $\\ln5$ and never below",
            lambda n: 1.609 < n["last"] < 2.009 < 4 < n["first"],
        ),
        Claim(
            "The nearest neighbour has the same meaning in 80 to 90 of 100 cases *before training*",
            lambda n: 0.8 < n["nearest, untrained"] < 0.9,
        ),
        Claim(
            "the untrained network is at chance, within two points",
            lambda n: abs(n["no word shared, untrained"] - 0.5) < 0.02,
        ),
        Claim(
            "and the trained one is right in more than 80 of 100",
            lambda n: n["no word shared, trained"] > 0.8 and n["nearest, trained"] > 0.98,
        ),
    ],
    "cut_into_pieces": [
        Claim(
            "Dark are the words that it cannot cut: *tokenz*, since `##z` is missing, and *unhappy*",
            lambda n: n["tokenz, unhappy alone unknown"] == 1 and n["room on the right"] >= 0,
        ),
        Claim(
            "*replayable* shows the greed. `rep` is taken since it is longer than `re`",
            lambda n: n["replayable"] == 1,
        ),
        Claim("A vocabulary of 38 pieces goes a long way.", lambda n: n["pieces known"] == 38),
    ],
    "all_spans": [
        Claim(
            "The cross marks the best start of the paragraph with its best end; it lies in an empty place.",
            lambda n: n["best start"] > n["best end"] and n["mary shelley"] == 1,
        ),
    ],
    "topics_from_few_labels": [
        Claim(
            "With 12 labels the network that read before gets more than 85 of 100 right",
            lambda n: n["read before, 12"] > 85,
        ),
        Claim(
            "the same network from scratch 45 to 62, less than the bag of pieces",
            lambda n: (
                45 < n["from scratch, 12"] < 62 and n["from scratch, 12"] < n["bag of pieces, 12"]
            ),
        ),
        Claim(
            "`[CLS]` alone is worth less than the mean",
            lambda n: (
                n["from scratch, 12"] + 10
                < n["read before, [CLS] alone, 12"]
                < n["read before, 12"] - 3
            ),
        ),
        Claim(
            "With 60 labels the bag of pieces is within five points of it",
            lambda n: (
                n["read before, 60"] > 99
                and n["bag of pieces, 60"] > 94
                and n["from scratch, 60"] < n["bag of pieces, 60"] - 10
            ),
        ),
    ],
    "topic_or_order": [
        Claim(
            "In the pairs that your function makes for NSP it is right in 92 of 100.",
            lambda n: abs(n["nsp"] - 11 / 12) < 0.015,
        ),
        Claim(
            "In those for SOP it is right in half: both sentences always share their topic.",
            lambda n: abs(n["sop"] - 0.5) < 0.025,
        ),
    ],
    "speech_or_narration": [
        Claim(
            "With 20 labels the reader is ahead of the bag of pieces by more than two points in each of three seeds",
            lambda n: n["read before, 20"] > n["bag of pieces, 20"] + 2,
        ),
        Claim(
            "ahead of its untrained twin by more than twelve. The bag beats the untrained network",
            lambda n: (
                n["read before, 20"] > n["from scratch, 20"] + 12
                and n["bag of pieces, 20"] > n["from scratch, 20"] + 3
            ),
        ),
        Claim(
            "With 80 labels the reader still leads, and the bag is within nine points of it.",
            lambda n: (
                n["bag of pieces, 80"] + 9
                > n["read before, 80"]
                > max(n["bag of pieces, 80"], n["from scratch, 80"]) + 1
            ),
        ),
    ],
}
