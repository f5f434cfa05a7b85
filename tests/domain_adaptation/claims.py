"""What the demos of domain_adaptation claim, held under three seeds."""

from dlcourse.authoring import Claim

SEVEN = ("source only", "AdaBN", "CORAL", "DANN", "MMD", "self-training, no cap", "self-training")

CLAIMS = {
    "print_meets_handwriting": [
        Claim(
            "New print it reads to 99 % or better. Of the handwriting it reads little more than half",
            lambda n: n["print"] >= 99 and 50 < n["handwriting"] < 56,
        ),
        Claim(
            "reads more than 95 of 100",
            lambda n: n["handwriting, learned from handwriting"] > 95,
        ),
        Claim(
            "it gives its answers an average probability of more than 70 %",
            lambda n: n["how sure it is of that"] > 70,
        ),
        Claim(
            "All fourteen fonts leave a gap of more than 40",
            lambda n: n["handwriting, learned from handwriting"] - n["handwriting"] > 40,
        ),
    ],
    "a_line_under_covariate_shift": [
        Claim(
            "The weighted line loses less than a fifth of what the unweighted one loses on the target, "
            "and at most 15 % more than a line that was fitted to labels of the target",
            lambda n: (
                n["weighted_on_target"] < 0.2 * n["plain_on_target"]
                and n["weighted_on_target"] < 1.15 * n["knows_on_target"]
            ),
        ),
        Claim(
            "is less than half as far from the truth as the risk on the source",
            lambda n: (
                2 * abs(n["plain_estimated"] - n["plain_on_target"])
                < abs(n["plain_on_source"] - n["plain_on_target"])
            ),
        ),
        Claim(
            "600 examples are worth between 150 and 350",
            lambda n: 150 < n["effective_sample_size"] < 350,
        ),
        Claim(
            "half of them are within 20 % of the true ratio. At $x < -0.5$, where few source examples "
            "lie, the typical error is larger",
            lambda n: n["median_off"] < 0.2 and n["median_off"] < n["tail_off"],
        ),
    ],
    "how_common_is_class_1": [
        Claim(
            "the share of predictions stays below 0.82",
            lambda n: n["share of predictions"] < 0.82,
        ),
        Claim(
            "EM with the calibrated model is right to 0.03, BBSE to 0.06",
            lambda n: abs(n["EM"] - 0.9) < 0.03 and abs(n["BBSE"] - 0.9) < 0.06,
        ),
        Claim(
            "the new prior is worth more than 5 points of accuracy",
            lambda n: n["accuracy adjusted"] > n["accuracy as it is"] + 0.05,
        ),
        Claim(
            "EM reports less than 0.86, while BBSE sees the same predictions as before",
            lambda n: n["EM, overconfident"] < 0.86 and n["BBSE"] == n["BBSE, overconfident"],
        ),
    ],
    "tug_of_war": [
        Claim(
            "Without the layer the direction turns into the shift, within 5°, where nine of ten points "
            "give their domain away",
            lambda n: abs(n["plain_angle"]) < 5 and n["plain_told"] >= 90,
        ),
        Claim(
            "it turns to within 5° of a right angle, and the domain cannot be told any more",
            lambda n: abs(n["reversed_angle"] - 90) < 5 and n["reversed_told"] < 55,
        ),
    ],
    "the_ceiling": [
        Claim(
            "its loss stays below 1. With $\\lambda = 0.5$ it ends within 0.15 of the ceiling",
            lambda n: n["plain_loss"] < 1 and abs(n["dann_loss"] - 1.3863) < 0.15,
        ),
        Claim(
            "the accuracy on the target rises by 10 points or more",
            lambda n: n["dann_right"] >= n["plain_right"] + 10,
        ),
    ],
    "which_bandwidth": [
        Claim(
            "At the median alone the difference drowns: some random split gives a larger MMD².",
            lambda n: n["median"] < 1,
        ),
        Claim(
            "At a quarter of it the humps stand out, above all forty splits.",
            lambda n: n["quarter"] > 1.5,
        ),
        Claim(
            "At eight times the median or more there is nothing to be seen at all",
            lambda n: n["eight medians"] < 0.01 and n["narrowest"] < 1,
        ),
    ],
    "another_instrument": [
        Claim(
            "fewer than 60 of 100 wines are assigned to their grower",
            lambda n: n["as it is"] < 60,
        ),
        Claim(
            "CORAL undoes that, and comes within 2 points of the old instrument",
            lambda n: (
                n["CORAL"] > n["standardised"] + 5
                and n["standardised"] > n["as it is"]
                and n["CORAL"] >= n["old instrument"] - 2
            ),
        ),
        Claim(
            "CORAL removes that as well, and loses more than 10 points",
            lambda n: n["CORAL, two growers"] < n["old instrument, two growers"] - 10,
        ),
    ],
    "digits_in_the_fog": [
        Claim(
            "In the fog the network reads less than 25 %; with AdaBN more than 96 %, and at most 1.5 "
            "points less than in clear sight",
            lambda n: (
                n["fog"] < 0.25 and n["fog, AdaBN"] > 0.96 and n["fog, AdaBN"] > n["clear"] - 0.015
            ),
        ),
        Claim(
            "Eight examples give poor statistics: 2 points or more are lost.",
            lambda n: n["AdaBN, 8 examples"] < n["fog, AdaBN"] - 0.02,
        ),
        Claim(
            "which the network knows to more than 97 %, its accuracy on them falls below 80 %",
            lambda n: n["clear, 0 to 2"] > 0.97 and n["AdaBN, 0 to 2"] < 0.8,
        ),
    ],
    "moons_that_have_moved": [
        Claim(
            "the source model gets 67 to 70 % of the target right. DANN and MMD gain 10 points or more",
            lambda n: (
                66.9 < n["source only"] < 70 and min(n["DANN"], n["MMD"]) >= n["source only"] + 10
            ),
        ),
        Claim(
            "CORAL gains 6 points at most",
            lambda n: n["CORAL"] < n["source only"] + 6,
        ),
        Claim(
            "Self-training without a cap stays within 3 points of where it was.",
            lambda n: abs(n["self-training, no cap"] - n["source only"]) < 3,
        ),
    ],
    "from_print_to_handwriting": [
        Claim(
            "The source model reads fewer than half. AdaBN gains 5 points or more",
            lambda n: n["source only"] < 50 and n["AdaBN"] >= n["source only"] + 5,
        ),
        Claim(
            "CORAL, which moves the correlations as well, 1 to 3 more",
            lambda n: 1 < n["CORAL"] - n["AdaBN"] < 3,
        ),
        Claim(
            "MMD reads 60 of 100 or more. DANN is the warning: it stays 4 points or more behind MMD",
            lambda n: n["MMD"] >= 60 and n["DANN"] <= n["MMD"] - 4,
        ),
        Claim(
            "is the best of the seven with each of our three seeds, 15 points or more above the control",
            lambda n: (
                n["self-training"] == max(n[name] for name in SEVEN)
                and n["self-training"] >= n["source only"] + 15
            ),
        ),
        Claim(
            "Without the cap the same loop stays within 3 points of AdaBN",
            lambda n: abs(n["self-training, no cap"] - n["AdaBN"]) < 3,
        ),
        Claim(
            "a thousand labels are worth 25 points more",
            lambda n: n["labels of the target"] >= n["self-training"] + 25,
        ),
    ],
}
