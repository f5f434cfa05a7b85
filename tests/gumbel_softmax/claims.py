"""What the demos of gumbel_softmax claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "With rewards around 0 all of them climb.",
            lambda n: min(n["score_without_shift"], n["soft"], n["exact"]) > 0.9,
        ),
        Claim(
            "At 5, the orange students get lost and the blue ones do not notice.",
            lambda n: n["score"] < 0.9 * n["score_without_shift"] and n["soft"] > 0.95,
        ),
    ],
    "five_laws": [
        Claim(
            "Their variances are $4$ and $\\mu^4+14\\mu^2+15$: at $\\mu=1$ that is 4 against 30.",
            lambda n: abs(n["pathwise_at_1"] - 4) < 0.4 and abs(n["score_at_1"] - 30) < 4,
        ),
    ],
    "simplex": [
        Claim(
            "none ever crosses into another colour's sector",
            lambda n: n["same_class"] == 1,
        ),
        Claim(
            "The dots wander from the middle to the corners as $\\tau$ falls",
            lambda n: n["largest_hot"] < 0.5 and n["largest_cold"] > 0.95,
        ),
        Claim(
            "The relaxation is biased, and the bias grows with $\\tau$.",
            lambda n: n["bias_hot"] > 5 * n["bias_cold"],
        ),
    ],
    "bias_and_variance": [
        Claim(
            "At $\\tau=0.1$ it has *more*, on these zero-centred rewards.",
            lambda n: n["variance_0.1"] > 2 * n["REINFORCE_0"] > 2 * n["variance_0.5"],
        ),
        Claim(
            "It is after the shift.",
            lambda n: n["REINFORCE_5"] > 20 * n["REINFORCE_0"],
        ),
        Claim(
            "The leave-one-out baseline undoes the shift exactly.",
            lambda n: abs(n["with_5"] - n["with_0"]) < 1e-9,
        ),
    ],
    "digits_in_six_symbols": [
        Claim(
            "recognises nine in ten of the real test digits",
            lambda n: 88 < n["read_real"] < 94,
        ),
        Claim(
            "the codes stay cheap, below two nats, and more than a third of the decoded digits are read as another digit",
            lambda n: n["kl_full_price"] < 2 and n["read_full_price"] < 66,
        ),
        Claim(
            "the code says five times as much, and more than eight digits in ten survive",
            lambda n: n["kl_tenth"] > 5 * n["kl_full_price"] and n["read_tenth"] > 80,
        ),
        Claim(
            "Both are at chance, one in ten.",
            lambda n: max(n["read_another"], n["read_untrained"]) < 16,
        ),
        Claim(
            "with one-hot draws its reconstruction gets worse",
            lambda n: n["soft_model_one_hot"] > n["soft_model_soft_codes"] + 0.2,
        ),
    ],
}
