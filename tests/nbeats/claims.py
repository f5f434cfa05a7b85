"""What the demos of nbeats claim, held under three seeds."""

from dlcourse.authoring import Claim

PERIODS = ("period_12", "period_48", "learned")

CLAIMS = {
    "first_look": [
        Claim(
            "The parts change, the sum does not.",
            lambda n: n["moved"] > 1 and abs(n["error_after"] - n["error_before"]) < 1e-9,
        ),
    ],
    "bends": [
        Claim(
            "degree 2 is worse than degree 1, and degree 3 is worse still",
            lambda n: n["degree_1"] < n["degree_2"] < n["degree_3"] < 1,
        ),
        Claim("Degree 0 has no slope and loses against the calendar.", lambda n: n["degree_0"] > 1),
        Claim(
            'Degree 1 makes half the error of "as a year ago".',
            lambda n: 0.45 < n["degree_1"] < 0.5,
        ),
        Claim(
            "the trend of degree 1 explains 0.376 of the variation, the season 0.621, both together 0.982",
            lambda n: (
                round(n["explained_trend"], 3) == 0.376
                and round(n["explained_season"], 3) == 0.621
                and round(n["explained_both"], 3) == 0.982
            ),
        ),
        Claim(
            "The sum of the two shares is larger by 0.015",
            lambda n: (
                round(n["explained_trend"] + n["explained_season"] - n["explained_both"], 3)
                == 0.015
            ),
        ),
    ],
    "rounds": [
        Claim(
            "After one round with the trend first, the slope has the wrong sign",
            lambda n: n["trend_first_1"] < -1 < 1 < n["joint"],
        ),
        Claim(
            "With the season first it is less than half of that of the joint fit.",
            lambda n: 0.3 * n["joint"] < n["season_first_1"] < 0.5 * n["joint"],
        ),
        Claim(
            "After 16 rounds both orders agree with the joint fit to 0.01 ppm per year.",
            lambda n: max(abs(n[f"{p}_first_16"] - n["joint"]) for p in ("trend", "season")) < 0.01,
        ),
        Claim(
            "Each round multiplies the distance by 0.626",
            lambda n: (
                max(
                    abs(n[k] - 0.626) for k in ("cos2", "trend_first_factor", "season_first_factor")
                )
                < 5e-4
            ),
        ),
    ],
    "swapped": [
        Claim(
            "Swapping the stacks moves forecast and trend by less than 0.2 ppm",
            lambda n: 0.05 < max(n["forecast_order"], n["trend_order"]) < 0.2,
        ),
        Claim(
            "Another random start moves them by as much.",
            lambda n: (
                max(abs(n[f"{p}_order"] / n[f"{p}_start"] - 1) for p in ("forecast", "trend")) < 0.5
            ),
        ),
    ],
    "against_the_truth": [
        Claim(
            "their MASE differs by less than 0.015",
            lambda n: (
                max(n[f"mase_{p}"] for p in PERIODS) - min(n[f"mase_{p}"] for p in PERIODS) < 0.015
            ),
        ),
        Claim(
            "all three are about as good as the linear map",
            lambda n: max(abs(n[f"mase_{p}"] - n["mase_linear"]) for p in PERIODS) < 0.03,
        ),
        Claim(
            "With the right period the season is right to 0.15 and the trend to 0.25.",
            lambda n: n["season_period_12"] < 0.15 and n["trend_period_12"] < 0.25,
        ),
        Claim(
            "the error of the season is at least one and a half times as large",
            lambda n: n["season_period_48"] > 1.5 * n["season_period_12"],
        ),
        Claim(
            "the error of what is called season is about the size of the season itself",
            lambda n: 1.2 < n["season_learned"] < 2,
        ),
        Claim(
            "has the same bases, and its season is right to 0.15, too",
            lambda n: n["season_projection"] < 0.15,
        ),
    ],
    "over_the_volcano": [
        Claim(
            "N-BEATS beats every naive rule, and does not beat a linear map.",
            lambda n: (
                n["linear_map"]
                < n["N-BEATS"]
                < min(n["Naive2"], n["seasonal_naive"], n["plus_last_change"])
            ),
        ),
        Claim(
            'One network is below Naive2, "as a year ago", the same plus the last change, and the projection with the same kind of bases, by three tenths and more.',
            lambda n: (
                n["N-BEATS"]
                < 0.7
                * min(n["Naive2"], n["seasonal_naive"], n["plus_last_change"], n["projection"])
            ),
        ),
        Claim(
            "The median of three is better than the network at 48 months under each seed",
            lambda n: n["median_of_three"] < n["N-BEATS"],
        ),
        Claim(
            "their MASE differs by less than 0.01",
            lambda n: abs(n["median_of_three"] - n["linear_map"]) < 0.01,
        ),
        Claim(
            "Learned bases forecast as well as named ones.",
            lambda n: abs(n["learned_bases"] / n["N-BEATS"] - 1) < 0.06,
        ),
    ],
}
