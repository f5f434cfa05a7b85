"""What the demos of multi_task_learning claim, held under three seeds."""

from dlcourse.authoring import Claim

METHODS = ("pcgrad", "cagrad", "uncertainty", "gradnorm")

CLAIMS = {
    "first_look": [
        Claim(
            "The front lies above it and touches it once.",
            lambda n: abs(n["slack"]) < 1e-3,
        ),
        Claim(
            "The shaded region, 33 % of the window",
            lambda n: abs(n["conflicting_share"] - 0.33) < 0.005,
        ),
        Claim(
            "On the curve the two gradients are opposite.",
            lambda n: n["cosine"] < -0.9999,
        ),
    ],
    "who_helps_whom": [
        Claim(
            "After 150 steps at least two thirds of the pairs conflict, and no cosine between two tasks is above 0.11",
            lambda n: n["conflicts_late"] > 0.66 and n["largest_late"] < 0.11,
        ),
        Claim(
            "so the steps of the other tasks move it most, in relation",
            lambda n: n["affinity_on_height"] > 2 * n["affinity_on_digit_or_odd"],
        ),
        Claim(
            "the loss of the die, near $\\log10=2.3$, they hardly move",
            lambda n: n["affinity_on_die"] < 0.1 * n["affinity_on_digit_or_odd"],
        ),
        Claim(
            "*digit* and *odd* are the two most alike, 0.45 to 0.66",
            lambda n: 0.445 < n["cka_digit_odd"] < 0.665 and n["cka_digit_odd"] > n["cka_others"],
        ),
        Claim(
            "is at 0.36 or more with *digit*",
            lambda n: n["cka_digit_untrained"] > 0.355,
        ),
    ],
    "labels_for_free": [
        Claim(
            "the second task costs 2 to 3 digits in 100",
            lambda n: 1.5 < n["alone"] - n["turns"] < 3.5 and n["all"] > n["alone"] + 5,
        ),
        Claim(
            "although the network tells turns of unseen digits apart, nine times in ten",
            lambda n: 88 < n["turns_right"] < 94,
        ),
    ],
    "three_descents": [
        Claim(
            "The mean gradient and CAGrad end at the one minimum of the mean loss, $(1.44,0.96)$, from everywhere.",
            lambda n: max(n["mean_from_best"], n["CAGrad_from_best"]) < 1e-3,
        ),
        Claim(
            "PCGrad ends at three different points of the Pareto set, at each with $\\cos=-1$.",
            lambda n: n["PCGrad_least_apart"] > 0.3 and n["PCGrad_cosine"] < -0.9999,
        ),
    ],
    "bent_front": [
        Claim(
            "All twenty weightings end next to one of the two minima: the smaller loss is below 0.02",
            lambda n: n["weightings_largest_smaller"] < 0.02,
        ),
        Claim(
            "CAGrad ends there, too",
            lambda n: n["CAGrad_largest_smaller"] < 0.02,
        ),
        Claim(
            "PCGrad stops in between, wherever the path first meets the line.",
            lambda n: n["PCGrad_least_smaller"] > 0.04 and n["PCGrad_least_apart"] > 0.2,
        ),
        Claim(
            "all three runs end in the middle, within 0.03 of each other's loss",
            lambda n: n["larger loss_least_smaller"] > 0.6 and n["larger loss_largest_gap"] < 0.03,
        ),
    ],
    "loud_and_quiet": [
        Claim(
            "it reads 83 to 88 digits in 100, against 95 to 97 for the digits alone",
            lambda n: 83 < n["uniform"] < 88 and 95 < n["digits alone"] < 97,
        ),
        Claim(
            "**PCGrad** gains 0.2 to 1.2 digits.",
            lambda n: 0.15 < n["pcgrad"] - n["uniform"] < 1.25,
        ),
        Claim(
            "**CAGrad**, which lifts the worse-off task, gains 7 to 10.",
            lambda n: 7 < n["cagrad"] - n["uniform"] < 10,
        ),
        Claim(
            "**Uncertainty weighting** comes within a digit of the digits-only net.",
            lambda n: abs(n["uncertainty"] - n["digits alone"]) < 1,
        ),
        Claim(
            "it stays within one digit of uncertainty weighting and has the smallest error of the heights of all that is shown",
            lambda n: (
                abs(n["standardised"] - n["uncertainty"]) < 1
                and n["standardised_mse"] == min(v for k, v in n.items() if k.endswith("_mse"))
            ),
        ),
        Claim(
            "From 0.0001 to 0.01 its digits rise by 7 or more",
            lambda n: n["gradnorm_0.01"] - n["gradnorm_0.0001"] > 7,
        ),
        Claim(
            "below 3 at the two small rates and 10 or more at the two large ones",
            lambda n: (
                max(n["gradnorm_0.0001_mse"], n["gradnorm_mse"]) < 3
                and min(n["gradnorm_0.001_mse"], n["gradnorm_0.01_mse"]) > 10
            ),
        ),
        Claim(
            "At 0.01 a weight becomes negative on the way",
            lambda n: n["gradnorm_0.01_least_weight"] < 0,
        ),
    ],
    "two_halves": [
        Claim(
            "At PCGrad's end the two gradients have a cosine of $-0.96$ or less.",
            lambda n: n["cosine"] < -0.96,
        ),
        Claim(
            "the error of the upper half runs from 0.2 to above 0.7, and that of the lower half from above 0.7 to 0.2",
            lambda n: (
                0.18 < min(n["upper_last"], n["lower_first"])
                and max(n["upper_last"], n["lower_first"]) < 0.23
                and min(n["upper_first"], n["lower_last"]) > 0.7
            ),
        ),
        Claim(
            "their leads lie between $-0.01$ and $0.01$",
            lambda n: all(abs(n[f"{m}_lead"]) < 0.01 for m in METHODS),
        ),
        Claim(
            "where a weighting leads the other nineteen by up to 0.006",
            lambda n: 0.003 < n["spare_largest"] < 0.0065,
        ),
        Claim(
            "From end to end the weight moves an error by 0.48 or more.",
            lambda n: (
                min(n["upper_first"] - n["upper_last"], n["lower_last"] - n["lower_first"]) > 0.48
            ),
        ),
        Claim(
            "The front itself is the exact one of the linear encoder, to 0.02.",
            lambda n: n["front_to_exact"] < 0.02,
        ),
        Claim(
            "all four end near the middle, with both errors between 0.29 and 0.38",
            lambda n: all(
                0.285 < n[f"{m}_{half}"] < 0.385 for m in METHODS for half in ("upper", "lower")
            ),
        ),
    ],
}
