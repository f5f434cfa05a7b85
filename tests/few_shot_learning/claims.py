"""What the demos of few_shot_learning claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "The features do better, although nobody trained them for this.",
            lambda n: n["features"] > n["pixels"] + 0.1,
        ),
    ],
    "shots": [
        Claim(
            "One shot stays far below it; with 20 shots the prototypes are nearly there.",
            lambda n: (
                n["shots_1"] < n["best"] - 0.15
                and n["best"] - 0.04 < n["shots_20"] < n["best"] + 0.02
            ),
        ),
    ],
    "sines": [
        Claim(
            "The joint network does not adapt in one step; MAML's does, although before the step it is no better.",
            lambda n: (
                n["joint_1"] > 0.9 * n["joint_0"]
                and n["maml_1"] < 0.6 * n["joint_1"]
                and n["maml_0"] > 0.9 * n["joint_0"]
            ),
        ),
        Claim(
            "First-order MAML lies between them.",
            lambda n: n["maml_1"] < n["fomaml_1"] < n["joint_1"],
        ),
    ],
    "four_ends": [
        Claim(
            "they end at four different points, each where the equations say",
            lambda n: all(
                abs(n[f"{way}_end"] - n[f"{way}_truth"]) < 0.05
                for way in ("joint", "Reptile", "first order", "MAML")
            ),
        ),
        Claim(
            "First-order MAML and Reptile end between MAML and joint training.",
            lambda n: n["MAML_end"] < n["first order_end"] < n["Reptile_end"] < n["joint_end"],
        ),
        Claim(
            "MAML alone descends on it.",
            lambda n: (
                1.5 * n["MAML_after"]
                < min(n["first order_after"], n["Reptile_after"], n["joint_after"])
            ),
        ),
    ],
    "breadth": [
        Claim("a new alphabet is read much worse", lambda n: n["few"] < n["all"] - 0.07),
    ],
    "payoff": [
        Claim(
            "your network reads an unseen alphabet more than twice as well as pixels do",
            lambda n: n["prototypes_32"] > 2 * n["pixels_32"],
        ),
        Claim(
            "and better than the classifier, with either distance",
            lambda n: (
                n["prototypes_32"] - n["prototypes_32_ci"]
                > n["classifier_32"] + n["classifier_32_ci"]
                and n["prototypes_32"] > n["cosine_32"]
                and n["prototypes_5"] > n["cosine_5"]
            ),
        ),
        Claim(
            "The untrained network is about as good as pixels",
            lambda n: abs(n["untrained_32"] - n["pixels_32"]) < 0.05,
        ),
        Claim(
            "The cosine alone is worth some four points to the classifier with 32 letters",
            lambda n: 0.015 < n["cosine_32"] - n["classifier_32"] < 0.07,
        ),
        Claim(
            "what is left are some five points, more or less of them under each of three seeds",
            lambda n: 0.015 < n["prototypes_32"] - n["cosine_32"] < 0.1,
        ),
    ],
}
