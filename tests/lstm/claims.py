"""What the demos of lstm claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "B is yesterday, exactly.",
            lambda n: n["B_against_yesterday"] == 0 < n["A_against_yesterday"],
        ),
        Claim(
            "Both explain more than nine tenths of the variance",
            lambda n: min(n["r2_A"], n["r2_B"]) > 0.9,
        ),
    ],
    "four_leaks": [
        Claim(
            "Smoothing shows, and so does the window that is one step too long",
            lambda n: min(n["smoothed"], n["one_too_far"]) > 0.1 > 0.05 > n["honest"],
        ),
        Claim(
            "Against the last value of its own window it shows nothing",
            lambda n: n["one_too_far_own_control"] < 0.05,
        ),
        Claim(
            "The linear map cheats as well as the LSTM does",
            lambda n: (
                min(n["linear_smoothed"], n["linear_one_too_far"]) > 0.2
                and n["linear_honest"] < 0.05
            ),
        ),
        Claim(
            "Shuffled windows and interpolated gaps show no skill here.",
            lambda n: (
                max(n[f"{m}{k}"] for m in ("", "linear_") for k in ("shuffled", "interpolated"))
                < 0.05
            ),
        ),
    ],
    "opened": [
        Claim(
            "Carried on, the pieces are the whole.",
            lambda n: abs(n["carried"] - n["in_one_piece"]) < 1e-4,
        ),
        Claim(
            "the network knows nothing of the cycle for some years and the error rises",
            lambda n: n["in_one_piece"] + 0.08 < n["set_to_zero"] < n["as_last_year"],
        ),
    ],
    "fans": [
        Claim(
            "The linear map is at the truth.",
            lambda n: all(abs(n[f"linear_{k}"] / n[f"least_{k}"] - 1) < 0.06 for k in (1, 4, 12)),
        ),
        Claim(
            "The recursive LSTM is less than a tenth above it at one step.",
            lambda n: 1 < n["recursive_1"] / n["least_1"] < 1.1,
        ),
        Claim("is more than a tenth above it", lambda n: n["direct_1"] / n["least_1"] > 1.1),
        Claim(
            "At twelve steps both come close",
            lambda n: max(n["direct_12"], n["recursive_12"]) / n["least_12"] < 1.15,
        ),
        Claim(
            "Persistence is a bad control for a series that swings",
            lambda n: n["persistence_4"] > 2.5 * n["least_4"],
        ),
    ],
    "latch": [
        Claim(
            "With the chrono bias the network solves it within 150 steps.",
            lambda n: n["chrono"] < 0.05,
        ),
        Claim(
            "With 0 and with 1 it has learned nothing",
            lambda n: min(n["bias_0"], n["bias_1"]) > 0.97,
        ),
    ],
    "lookbacks": [
        Claim("33 years and 36 months.", lambda n: (n["sunspots"], n["Pacific"]) == (33, 36)),
        Claim(
            "the autocorrelation is below 0.1 for the first time, and at 11 it is above 0.5 again",
            lambda n: abs(n["sunspots_at_quarter"]) < 0.1 and n["sunspots_at_period"] > 0.5,
        ),
    ],
    "too_long": [
        Claim(
            "Long before the last step the training error is small and the validation error rises.",
            lambda n: n["train_last"] < 0.2 and n["val_last"] > 1.5 * n["val_best"],
        ),
        Claim(
            "The stop comes early, and the best weights are better than the last ones on the test windows as well",
            lambda n: n["stop"] < 300 and n["test_best"] < 0.85 * n["test_last"],
        ),
    ],
    "against_yesterday": [
        Claim(
            "The direct LSTM and the seasonal naive forecast have skills of 0.4 and more against persistence",
            lambda n: (
                min(n[f"{s}_{k}"] for s in ("sun", "pacific") for k in ("skill", "naive_skill"))
                > 0.4
            ),
        ),
        Claim(
            "their errors are below those of the linear map, by little, and a fifth below those of the seasonal naive forecast",
            lambda n: (
                max(n["pacific_direct"], n["pacific_recursive"]) < min(0.83, n["pacific_linear"])
                and n["pacific_direct"] > 0.7
            ),
        ),
        Claim(
            'on the sunspots the direct LSTM loses against the linear map and even against "as 11 years ago"',
            lambda n: n["sun_direct"] > 1 > n["sun_linear"],
        ),
        Claim(
            "The linear map itself is hardly better than 11 years ago",
            lambda n: 0.94 < n["sun_linear"] < 1,
        ),
        Claim(
            "On the sunspots the recursive model beats the direct one under each seed and is about as good as the linear map.",
            lambda n: (
                n["sun_recursive"] < n["sun_direct"]
                and abs(n["sun_recursive"] - n["sun_linear"]) < 0.05
            ),
        ),
        Claim(
            "On the Pacific there is nothing between them.",
            lambda n: abs(n["pacific_direct"] - n["pacific_recursive"]) < 0.03,
        ),
    ],
}
