"""What the demos of knowledge_distillation claim, held under three seeds."""

from dlcourse.authoring import Claim

FIVE = ("hint", "attention", "Gram", "relations", "contrast")
CONTROLS = ("untrained teacher", "answers dealt out", "untrained student")

CLAIMS = {
    "first_look": [
        Claim(
            "There the label has more than nine tenths of the answer on average; at 8 it has less than half",
            lambda n: n["label_at_1"] > 0.9 and n["label"] < 0.5,
        ),
    ],
    "both_ends": [
        Claim(
            "With the square the gradient is the hot limit's within one part in ten at $\\tau=100$; without, it is one ten-thousandth of that.",
            lambda n: abs(n["with"] - 1) < 0.1 and abs(n["without"] / n["with"] * 1e4 - 1) < 1e-3,
        ),
    ],
    "among_equals": [
        Claim(
            "the peers are within one digit in a hundred of the networks that learn alone",
            lambda n: abs(n["three peers"] - n["alone"]) < 1,
        ),
        Claim(
            "the third generation reads fewer digits than the control with smoothed labels",
            lambda n: n["3rd generation"] < n["smoothed labels"],
        ),
        Claim(
            "With a decay that is too small the error falls from generation to generation, and after twelve it is still above that of the best decay",
            lambda n: n["largest step, 0.1"] < 0 and n["last, 0.1"] > n["best"],
        ),
        Claim("each generation makes it worse", lambda n: n["least step, 10"] > 0),
    ],
    "five_ways": [
        Claim(
            "Each of the five beats the student that was not trained, and the one that was shown the features of other images",
            lambda n: min(n[k] for k in FIVE) > max(n["not trained"], n["contrast, other images"]),
        ),
        Claim(
            "all are within six digits in a hundred of the student that learned from the sixty labels",
            lambda n: max(abs(n[k] - n["60 labels"]) for k in FIVE) < 6,
        ),
    ],
    "the_missing_digit": [
        Claim(
            "A teacher with 128 hidden units reads more than 95 of 100 digits",
            lambda n: n["all, teacher"] > 95,
        ),
        Claim(
            "From labels, smoothed or not, it reads none of the 3s",
            lambda n: n["labels"] == 0 and n["smoothed labels"] == 0,
        ),
        Claim("At temperature 1 hardly any.", lambda n: n["teacher, tau = 1"] < 10),
        Claim(
            "With the teacher's answers at temperature 8 it reads more than seven in ten, and over all ten digits it comes within four in a hundred of the teacher.",
            lambda n: n["teacher, tau = 8"] > 70 and n["all, teacher"] - n["all, tau = 8"] < 4,
        ),
        Claim(
            "next to none of the 3s",
            lambda n: max(n["blind teacher, tau = 8"], n["shuffled, tau = 8"]) < 5,
        ),
    ],
    "only_letters": [
        Claim(
            "Letters are enough for nine digits in ten, at both temperatures, and the teacher's answers beat its first choices under each seed.",
            lambda n: (
                min(n["answers, tau = 4"], n["answers, tau = 1"]) > max(90, n["first choice"])
            ),
        ),
        Claim(
            "From an untrained teacher, or from answers to other letters, it learns nothing about digits.",
            lambda n: max(n[k] for k in CONTROLS) < 25,
        ),
    ],
}
