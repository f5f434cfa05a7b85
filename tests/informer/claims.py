"""What the demos of informer claim, held under three seeds."""

from dlcourse.authoring import Claim

NETWORKS = ("full_attention", "ProbSparse", "at_random")

CLAIMS = {
    "first_look": [
        Claim(
            "Twelve rows drawn at random lose 0.875",
            lambda n: n["at_random"] == 0.875 and n["the_worst_twelve"] > 0.98,
        ),
        Claim("The twelve best ones lose less.", lambda n: n["the_best_twelve"] < 0.8),
    ],
    "which_rows": [
        Claim(
            "it is within 0.05 of the best possible choice",
            lambda n: n["best"] <= n["by_M"] < n["best"] + 0.05,
        ),
        Claim("loses less than half of the energy", lambda n: n["by_M"] < 0.5),
        Claim(
            "whoever lets them attend loses more than nine tenths", lambda n: n["flattest"] > 0.9
        ),
        Claim(
            "Between them chance follows its line.",
            lambda n: abs(n["at_random"] - (1 - 25 / 96)) < 0.05,
        ),
        Claim("even the best choice loses more than a third", lambda n: n["best"] > 1 / 3),
    ],
    "sampled_or_exact": [
        Claim(
            "the rank correlation is above 0.94, and at u=25 it loses at most 0.02 more energy",
            lambda n: (
                n["trained_rank"] > 0.94
                and n["trained_lost_sampled"] - n["trained_lost_exact"] <= 0.02
            ),
        ),
        Claim(
            "the correlation is below 0.85 and the sample costs more than 0.04",
            lambda n: (
                n["random_rank"] < 0.85 and n["random_lost_sampled"] - n["random_lost_exact"] > 0.04
            ),
        ),
    ],
    "what_is_saved": [
        Claim(
            "At L=128 ProbSparse computes two fifths of the scores, at L=2048 a twenty-fifth",
            lambda n: abs(n["scores_128"] - 0.4) < 0.01 and abs(n["scores_2048"] - 0.04) < 0.001,
        ),
        Claim("there it is more than five times as fast", lambda n: n["faster_2048"] > 5),
    ],
    "who_moves": [
        Claim(
            "With another value at 60 no output before 60 moves.",
            lambda n: n["moved_before_values"] == 0,
        ),
        Claim(
            "With another key or query some do",
            lambda n: n["moved_before_keys"] > 0 and n["moved_before_queries"] > 0,
        ),
    ],
    "what_does_sparsity_cost": [
        Claim(
            "ProbSparse raises the error by more than a tenth, and in one network nearly doubles it",
            lambda n: 1.1 < n["ProbSparse"] / n["full_attention"] < 2.2,
        ),
        Claim(
            "as many queries drawn at random cost at least a fifth more error than the chosen ones",
            lambda n: n["at_random"] > 1.2 * n["ProbSparse"],
        ),
        Claim(
            "without any self-attention the error is at least twice that of full attention",
            lambda n: n["no_self-attention"] > 2 * n["full_attention"],
        ),
        Claim(
            "its error under ProbSparse is at most a sixth above that of full attention with the same 40 steps",
            lambda n: n["ProbSparse_40_steps_more"] < 7 / 6 * n["full_attention_40_steps_more"],
        ),
        Claim(
            "is within a tenth of ProbSparse",
            lambda n: abs(n["at_random_40_steps_more"] / n["ProbSparse_40_steps_more"] - 1) < 0.1,
        ),
        Claim(
            "the linear map and last week beat every one of these networks, full attention included",
            lambda n: (
                max(n["linear_map"], n["last_week"])
                < min(n[name + after] for name in NETWORKS for after in ("", "_40_steps_more"))
            ),
        ),
    ],
}
