"""What the demos of tcn claim, held under three seeds."""

from dlcourse.authoring import Claim

LEVELS = range(1, 7)

CLAIMS = {
    "first_look": [
        Claim(
            "each level doubles the footprint and adds one",
            lambda n: (
                all(
                    n[f"inputs_{k + 1}_levels"] == 2 * n[f"inputs_{k}_levels"] + 1
                    for k in range(1, 5)
                )
                and n["shown"] == 15
            ),
        ),
    ],
    "a_leak": [
        Claim(
            "The centred filter forecasts noise without error",
            lambda n: n["error_centred"] < 1e-3 < 0.9 < n["error_causal"],
        ),
        Claim(
            "each output then sees",
            lambda n: n["before_causal"] == 0 < n["before_centred"],
        ),
    ],
    "ruler": [
        Claim(
            "With eight channels and eight examples the ruler gives what was counted, at each depth.",
            lambda n: all(n[f"wide_{k}"] == n[f"counted_{k}"] for k in LEVELS),
        ),
        Claim(
            "With two channels and one example it falls short in a deep network, and may show nothing at all",
            lambda n: (
                any(n[f"narrow_{k}"] < n[f"counted_{k}"] for k in (4, 5, 6))
                and any(n[f"narrow_{k}"] == 0 for k in LEVELS)
            ),
        ),
        Claim(
            "It never shows more than was counted.",
            lambda n: all(n[f"narrow_{k}"] <= n[f"counted_{k}"] for k in LEVELS),
        ),
    ],
    "hill": [
        Claim("The derivatives follow the paths.", lambda n: n["correlation"] > 0.93),
        Claim(
            "Two thirds of the paths lie within one deviation of the middle.",
            lambda n: abs(n["within_one_deviation"] - 2 / 3) < 0.02,
        ),
        Claim(
            "more than a quarter of the field, its two ends, holds less than a twentieth of the paths",
            lambda n: n["offsets_beyond_two"] > 0.25 and n["beyond_two"] < 0.05,
        ),
    ],
    "which_learns_it": [
        Claim(
            "Only the widest field learns it.",
            lambda n: (
                n["field_61"] < 0.17 < 0.9 * n["variance"] < min(n["field_45"], n["field_49"])
            ),
        ),
        Claim(
            "To offset 47 lead 0, 2 and 74 of 6561 paths.",
            lambda n: [n[f"paths_{k}"] for k in (45, 49, 61)] == [0, 2, 74],
        ),
        Claim(
            "The line is better than all three.",
            lambda n: (
                n["line"] < min(n["field_45"], n["field_49"], n["field_61"]) and n["line"] < 0.1
            ),
        ),
    ],
    "leans_on": [
        Claim(
            "without any of them the network is worse",
            lambda n: n["least"] > 0,
        ),
        Claim(
            "the four extra channels together are worth less than 0.02, and ablation charges more than ten times as much",
            lambda n: 0 < n["worth"] < 0.02 and n["ablated"] > 10 * n["worth"],
        ),
    ],
    "how_far_back": [
        Claim(
            "At each lookback the network beats the line.",
            lambda n: all(n[f"tcn_{k}"] < n[f"line_{k}"] for k in (13, 29, 253)),
        ),
        Claim(
            "With half a day it has less than six tenths of the line's error",
            lambda n: n["tcn_13"] < 0.6 * n["line_13"],
        ),
        Claim(
            "With a day and five hours it is already better than the line that sees a week and a half.",
            lambda n: n["tcn_29"] < n["line_253"],
        ),
        Claim(
            "And from there on it gains little or nothing",
            lambda n: n["tcn_253"] > 0.9 * n["tcn_29"],
        ),
        Claim(
            "The line goes on to gain until it holds a whole week.",
            lambda n: n["line_168"] < 0.8 * n["line_125"] and n["line_253"] > 0.9 * n["line_168"],
        ),
        Claim(
            "All of them beat the best naive forecast, the week before, by far: by more than half.",
            lambda n: (
                max(n[f"tcn_{k}"] for k in (13, 29, 253)) < 0.5 * n["week_before"]
                and n["week_before"] < min(n["last_hour"], n["day_before"])
            ),
        ),
        Claim(
            "One pass over a series of",
            lambda n: n["one_pass_against_windows"] < 1e-4,
        ),
    ],
}
