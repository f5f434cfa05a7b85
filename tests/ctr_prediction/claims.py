"""What the demos of ctr_prediction claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "The third picture is a table with one weight per pair: where nothing was shown, it has nothing to say.",
            lambda n: abs(n["table"]) < 0.15 and n["fm"] > 0.9,
        ),
    ],
    "exclusive_or": [
        Claim(
            "the loss comes down to $\\log2$ and stays there",
            lambda n: abs(n["ids"] - 0.6931) < 1e-3,
        ),
        Claim("The same function learns it at once", lambda n: n["pair"] < 0.02),
    ],
    "one_negative_in_ten": [
        Claim(
            "Before, the mean prediction is above .6, about twice the rate of clicks; afterwards it is the rate, to within .02.",
            lambda n: (
                n["mean_thinned"] > 0.6
                and 1.8 < n["mean_thinned"] / n["rate"] < 2.2
                and abs(n["mean_recalibrated"] - n["rate"]) < 0.02
            ),
        ),
        Claim(
            "The AUC does not move: recalibration keeps the order",
            lambda n: abs(n["auc_thinned"] - n["auc_recalibrated"]) < 1e-9,
        ),
    ],
    "width_of_the_vectors": [
        Claim(
            "Eight are better than three, above .9; thirty-two cost no more than .03 again",
            lambda n: (
                n["k_8"] > 0.9
                and n["k_8"] > n["k_3"] > n["k_1"]
                and n["k_8"] > n["k_2"]
                and n["k_32"] > n["k_8"] - 0.03
            ),
        ),
    ],
    "one_number_per_input": [
        Claim(
            "All states point exactly where the input did (cosine $\\pm1$)",
            lambda n: n["least_cosine"] > 1 - 1e-9,
        ),
        Claim(
            "along a ray $t\\mapsto tx_0$ the factor $\\alpha$ is a polynomial of degree $L$",
            lambda n: all(n[f"misfit_{L}"] < 1e-6 for L in (1, 2, 3, 4)),
        ),
    ],
    "hashed_and_grouped": [
        Claim(
            "Collisions cost AUC: with as many rows as ids, more than .05.",
            lambda n: n["rows_1536"] - 0.05 > n["rows_96"] > n["rows_24"],
        ),
        Claim(
            "AUC is impressed; GAUC is exactly one half.",
            lambda n: n["auc"] > 0.7 and n["gauc"] == 0.5,
        ),
    ],
    "pairs_that_never_met": [
        Claim(
            "On shown pairs the table is far better than logistic regression; on withheld pairs it loses most of that",
            lambda n: (
                n["table_shown"] > n["lr_shown"] + 0.12
                and n["table_held"] - n["lr_held"] < 0.11
                and n["table_shown"] > n["table_held"] + 0.1
            ),
        ),
        Claim(
            "The FM loses hardly anything: less than .04 in AUC, and its gap to the truth is below .06.",
            lambda n: n["fm_shown"] - n["fm_held"] < 0.04 and n["truth_held"] - n["fm_held"] < 0.06,
        ),
        Claim(
            "FFM and DeepFM stay within .03 of it",
            lambda n: all(abs(n[f"{m}_held"] - n["fm_held"]) < 0.03 for m in ("ffm", "deepfm")),
        ),
        Claim(
            "On withheld pairs DCN stays behind the FM by more than .1",
            lambda n: n["dcn_held"] < n["fm_held"] - 0.1,
        ),
        Claim(
            "The FM of shuffled clicks is at chance, between .45 and .55.",
            lambda n: 0.45 < n["shuffled_held"] < 0.55 and 0.45 < n["shuffled_shown"] < 0.55,
        ),
    ],
    "the_other_crosses": [
        Claim(
            "All four are above logistic regression by more than .1",
            lambda n: (
                min(n[m] for m in ("dcn_v2", "cin", "autoint", "fibinet"))
                > n["logistic_regression"] + 0.1
            ),
        ),
        Claim(
            "None is above the FM by more than .03",
            lambda n: max(n[m] for m in ("dcn_v2", "cin", "autoint", "fibinet")) < n["fm"] + 0.03,
        ),
    ],
    "pixels_never_seen": [
        Claim(
            "The FM is better than logistic regression by more than .05 in AUC on pixels that it never saw",
            lambda n: n["fm"] > n["lr"] + 0.05,
        ),
        Claim(
            "Logistic regression says nothing that the mean of the place does not say",
            lambda n: abs(n["lr"] - n["place"]) < 0.01,
        ),
    ],
}
