"""What the demos of transfer_learning claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "at 0.6 about three times as many labels would be needed without it",
            lambda n: 2.5 < n["saved"] < 3.5,
        ),
        Claim(
            "at 64 examples the gain is less than .05",
            lambda n: n["gain_64"] < 0.05 and n["gain_4"] > 0.2,
        ),
    ],
    "one_law_twice": [
        Claim(
            "The biased estimate of 20 points is around 0.08, that of 10 points around 0.16",
            lambda n: abs(n["biased_20"] - 0.08) < 0.005 and abs(n["biased_10"] - 0.16) < 0.01,
        ),
        Claim(
            "The unbiased estimate is around 0 at every size, and below 0 in more than half of the draws",
            lambda n: (
                max(abs(n[f"unbiased_{k}"]) for k in (10, 20, 50, 100)) < 0.01
                and n["negative_share"] > 0.5
            ),
        ),
    ],
    "align": [
        Claim(
            "At 0 the border goes through the negatives of the target, and fewer than 8 in 10 are right.",
            lambda n: 0.55 < n["control"] < 0.8,
        ),
        Claim(
            "At 3 it leans, passes between the target's classes, and at least 98 in 100 are right.",
            lambda n: n["aligned"] >= 0.98,
        ),
    ],
    "label_shift": [
        Claim(
            "Without alignment more than 9 in 10 are right; at $\\lambda=3$ fewer than 7 in 10",
            lambda n: n["0.9_0"] > 0.9 and n["0.9_3"] < 0.7 and n["0.5_3"] > 0.98,
        ),
        Claim(
            "The MMD² falls as it should, below a tenth of what it was",
            lambda n: (
                n["mmd_0.9_3"] < 0.1 * n["mmd_0.9_0"] and n["mmd_0.5_3"] < 0.1 * n["mmd_0.5_0"]
            ),
        ),
    ],
    "one_example_per_letter": [
        Claim(
            "With one example per letter the frozen body reads more than twice as many letters as a new one.",
            lambda n: n["frozen_1"] > 2 * n["scratch_1"],
        ),
        Claim(
            "For what scratch reads with 16 examples it needs three to five times fewer.",
            lambda n: 3 < n["saved"] < 5,
        ),
        Claim(
            "fine-tuned is behind frozen, and L2-SP makes up a part of that",
            lambda n: (
                n["fine-tuned_1"] < n["L2-SP_1"] < n["frozen_1"] + 0.01
                and n["fine-tuned_1"] < n["frozen_1"]
            ),
        ),
        Claim(
            "With 16 examples frozen and fine-tuned are within .04 of each other",
            lambda n: abs(n["frozen_16"] - n["fine-tuned_16"]) < 0.04,
        ),
        Claim(
            "is a burden at every number of labels",
            lambda n: n["negative"] == 1.0 and n["shuffled_16"] < 0.55 * n["scratch_16"],
        ),
    ],
}
