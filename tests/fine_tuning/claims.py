"""What the demos of fine_tuning claim, held under three seeds."""

from dlcourse.authoring import Claim

FEW = (10, 30, 100, 300)

CLAIMS = {
    "first_look": [
        Claim(
            "After 20 steps most old digits are still there, and four in ten of the new ones are not",
            lambda n: n["old_20"] > 0.85 and 0.5 < n["new_20"] < 0.7,
        ),
        Claim(
            "after 300 steps it reads fewer than half of the old ones",
            lambda n: n["old_300"] < 0.5 and n["new_300"] > 0.95,
        ),
        Claim("the two accuracies never sum to more than 1.75", lambda n: n["best_sum"] < 1.75),
    ],
    "pretraining": [
        Claim(
            "The loss starts near $\\log255=5.54$, that of knowing nothing, and ends below 4.5.",
            lambda n: abs(n["loss_first"] - 5.54) < 0.25 and n["loss_last"] < 4.5,
        ),
        Claim(
            "With 300 labels the pre-trained features, read by a line, are right at least eight points more often than a "
            "network trained from scratch, and twenty points more often than a line through the pixels.",
            lambda n: (
                n["probe_pretrained_300"] > n["tuned_untrained_300"] + 8
                and n["probe_pretrained_300"] > n["probe_pixels_300"] + 20
                and n["probe_pretrained_300"] > n["probe_untrained_300"] + 8
            ),
        ),
        Claim(
            "The linear probe beats fine-tuning, too",
            lambda n: all(n[f"probe_pretrained_{k}"] > n[f"tuned_pretrained_{k}"] for k in FEW),
        ),
    ],
    "anchors": [
        Claim(
            "A stronger L2-SP keeps more of the old and learns less of the new.",
            lambda n: (
                n["L2-SP_0.03_old"] < n["L2-SP_0.1_old"] < n["L2-SP_0.4_old"]
                and n["L2-SP_0.03_new"] > n["L2-SP_0.1_new"] > n["L2-SP_0.4_new"]
            ),
        ),
        Claim(
            "the old accuracy is within three points of that without an anchor",
            lambda n: abs(n["bayes_old"] - n["plain_old"]) < 0.03,
        ),
        Claim(
            "at no strength here does EWC keep eight in ten of the old digits, while L2-SP at $\\lambda=0.4$ keeps nine",
            lambda n: (
                max(n[f"EWC_{lam}_old"] for lam in (0.03, 0.1, 0.4)) < 0.8
                and n["L2-SP_0.4_old"] > 0.9
            ),
        ),
    ],
    "pieces": [
        Claim(
            "Weighted by size it is the same up to rounding.",
            lambda n: n["a_loss_per_example_weighted"] < 1e-4,
        ),
        Claim(
            "The plain mean of the four is more than a fifth off.",
            lambda n: n["a_loss_per_example_plain_mean"] > 0.2,
        ),
        Claim(
            "even the weighted mean is more than a twentieth off",
            lambda n: n["NT-Xent_weighted"] > 0.05,
        ),
    ],
    "payoff": [
        Claim(
            "*Plain* fine-tuning reads fewer than half of the old digits.",
            lambda n: n["plain_old"] < 0.5,
        ),
        Claim("From scratch it is fewer than two in ten", lambda n: n["from_scratch_old"] < 0.2),
        Claim(
            "on the mean of both tasks it does worse than plain tuning, and unfreezing gradually keeps the fewest old digits "
            "of all that began with them",
            lambda n: (
                n["head_alone_mean"] < n["plain_mean"] - 0.03
                and n["gradual_old"]
                < min(
                    v
                    for k, v in n.items()
                    if k.endswith("_old") and k not in ("gradual_old", "from_scratch_old")
                )
            ),
        ),
        Claim(
            "*Slower rates below* keep a little more than plain tuning.",
            lambda n: n["slow_below_old"] > n["plain_old"] + 0.02,
        ),
        Claim(
            "it forgets like plain tuning, within ten points",
            lambda n: abs(n["LoRA_old"] - n["plain_old"]) < 0.1,
        ),
        Claim(
            "*Stopping at 40* costs nothing and gets more than two thirds of what L2-SP gains on the mean of both.",
            lambda n: (
                n["stop_at_40_mean"] - n["plain_mean"]
                > 2 / 3 * (n["L2-SP_mean"] - n["plain_mean"])
                > 0.05
            ),
        ),
        Claim(
            "EWC does no better than stopping early.",
            lambda n: n["EWC_mean"] < n["stop_at_40_mean"] + 0.01,
        ),
        Claim(
            "fifty old images do better on that mean than either penalty, and two hundred come within two points of joint "
            "training on all of them",
            lambda n: (
                n["replay_50_mean"] > max(n["EWC_mean"], n["L2-SP_mean"]) + 0.01
                and n["replay_200_mean"] > n["joint_mean"] - 0.02
            ),
        ),
    ],
}
