"""What the demos of optimizers claim, held under three seeds."""

from dlcourse.authoring import Claim

RULES = ("gradient descent", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "Lion")
SEPARATE = ("AdaGrad", "RMSProp", "Adam", "Lion")

CLAIMS = {
    "first_look": [
        Claim(
            "AdaGrad wins on the left",
            lambda n: n["AdaGrad_0"] < 1e-16 < min(n[f"{r}_0"] for r in RULES if r != "AdaGrad"),
        ),
        Claim(
            "On the right it is the last of the seven.",
            lambda n: n["AdaGrad_45"] > max(n[f"{r}_45"] for r in RULES if r != "AdaGrad"),
        ),
        Claim(
            "Gradient descent does not notice the turn at all.",
            lambda n: abs(n["gradient descent_45"] / n["gradient descent_0"] - 1) < 1e-3,
        ),
    ],
    "three_linear_rules": [
        Claim(
            "Gradient descent needs more than 200 steps",
            lambda n: (
                200 < n["steps_gradient descent"] < 240
                and abs(n["rate_gradient descent"] - 99 / 101) < 2e-3
            ),
        ),
        Claim(
            "Momentum and Nesterov need fewer than 70.",
            lambda n: 0 < max(n["steps_momentum"], n["steps_Nesterov"]) < 70,
        ),
    ],
    "gradient_drop": [
        Claim(
            "RMSProp's step falls to a hundredth and is back at more than four fifths of its full length after 100 steps.",
            lambda n: 0.009 < n["rmsprop_after"] < 0.012 and n["rmsprop_recovered"] > 0.8,
        ),
        Claim(
            "200 steps after the drop it is still a hundred times shorter than just before it.",
            lambda n: 99 < n["adagrad_before"] / n["adagrad_end"] < 101,
        ),
    ],
    "who_decays": [
        Claim(
            "300 steps of AdamW leave $0.99^{300}=5\\,\\%$ of every weight",
            lambda n: 0.03 < n["adamw_least"] < n["adamw_most"] < 0.07,
        ),
        Claim(
            "the groups with the largest gradients keep more than nine tenths of their weight",
            lambda n: n["l2_large_noise"] > 0.9 > 0.1 > n["l2_small_noise"],
        ),
    ],
    "turned_valley": [
        Claim(
            "a turn of the valley turns their paths: nothing changes",
            lambda n: all(
                abs(n[f"{r}_turned"] / n[f"{r}_straight"] - 1) < 1e-4
                for r in ("GD", "momentum", "Nesterov")
            ),
        ),
        Claim(
            "Rules that treat coordinates one by one depend on the axes.",
            lambda n: (
                n["noticed"] == 4 and all(n[f"{r}_turned"] != n[f"{r}_straight"] for r in SEPARATE)
            ),
        ),
        Claim(
            "Adam depends on them, too, but in this valley hardly to its harm.",
            lambda n: 0.1 < n["Adam_turned"] / n["Adam_straight"] < 10,
        ),
        Claim(
            "AdaGrad loses more than ten orders of magnitude.",
            lambda n: n["AdaGrad_turned"] > 1e10 * n["AdaGrad_straight"],
        ),
    ],
    "ten_rules_on_digits": [
        Claim(
            "every rule reads between 93 and 99 of 100 held-out digits",
            lambda n: (
                all(93 < v < 99 for rule, v in n.items() if rule != "untrained")
                and n["untrained"] < 25
            ),
        ),
    ],
    "gap_to_the_floor": [
        Claim(
            "The start is about 2.3 above the floor.",
            lambda n: abs(n["start, the text"] - 2.3) < 0.05,
        ),
        Claim(
            "Plain gradient descent stops more than a quarter of a nat above the floor.",
            lambda n: 0.25 < n["GD, the text"] < 0.4,
        ),
        Claim(
            "With 0.1 added to the counts it still stops more than ten times as far above as with all words equal, where its gap is below a hundredth.",
            lambda n: (
                n["GD, 0.1 added"] > 10 * n["GD, all words equal"]
                and n["GD, all words equal"] < 0.01
            ),
        ),
        Claim(
            "Balancing the first words alone takes it below 0.02, the next words alone below 0.04.",
            lambda n: n["GD, first words equal"] < 0.02 < n["GD, next words equal"] < 0.04,
        ),
        Claim(
            "without any memory, sign descent ends below one hundredth of a nat on the text",
            lambda n: n["sign, the text"] < 0.01 < n["momentum, the text"],
        ),
        Claim(
            "Adam, a softened sign whose steps get shorter near the bottom, gets below a thousandth.",
            lambda n: n["Adam, the text"] < 0.001,
        ),
        Claim(
            "Momentum closes most of it.",
            lambda n: n["momentum, the text"] < 0.25 * n["GD, the text"],
        ),
    ],
}
