"""What the demos of gru claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "With b=7 more than nine tenths of 1.5 are there after forty steps.",
            lambda n: n["at_7"] > 0.9 * n["mark"],
        ),
        Claim("With b=3 the number is gone", lambda n: abs(n["at_3"]) < 0.2 * n["mark"]),
    ],
    "lost_in_translation": [
        Claim("The right translation is exact.", lambda n: n["right"] < 1e-12),
        Claim(
            "Each of the three wrong ones is off by more than 0.4, without an error, and so is the full matrix",
            lambda n: (
                min(n[k] for k in ("sign_kept", "bias_only", "order_z_r_n", "full_matrix")) > 0.4
            ),
        ),
    ],
    "warm_up": [
        Claim(
            "A window as long as one half-life misses about half (between 0.45 and 0.7), whatever the half-life",
            lambda n: all(0.45 < n[f"missed_{k}_{k}"] < 0.7 for k in (1, 4, 16, 64)),
        ),
        Claim(
            "the windows miss more than a tenth",
            lambda n: all(n[f"missed_{k}_{4 * k}"] > 0.1 for k in (1, 4, 16)),
        ),
    ],
    "all_paths": [
        Claim(
            "With b=2 all paths together leave four to six times as much as the straight path",
            lambda n: 4 < n["all_2"] / n["straight_2"] < 6,
        ),
        Claim(
            "with b=0 they leave a million times as much, and it is still next to nothing: below 10^{-5}",
            lambda n: n["all_0"] > 1e6 * n["straight_0"] and n["all_0"] < 1e-5,
        ),
        Claim(
            "With b=4 the straight path is nearly all there is, and half of a change survives.",
            lambda n: n["straight_4"] < n["all_4"] < 1.1 * n["straight_4"] and n["all_4"] > 0.48,
        ),
    ],
    "who_decides": [
        Claim(
            "With b=-2 and b=0, PyTorch's own start, nothing is learned in 200 steps",
            lambda n: min(n["keep_minus_2"], n["keep_0"]) > 0.85,
        ),
        Claim(
            "With b=2 and b=8 the same networks solve it.",
            lambda n: n["keep_2"] < 0.05 and n["keep_8"] < 0.1,
        ),
        Claim(
            "comes in last of those that solve it under each seed",
            lambda n: n["keep_8"] > max(n["keep_2"], n["keep_0_pooled"]),
        ),
        Claim(
            "The linear map, with nearly twice the data, stays at guessing",
            lambda n: n["linear"] > 0.9,
        ),
        Claim(
            "The fifth curve has b=0, and learns best of all.",
            lambda n: n["keep_0_pooled"] < min(0.01, n["keep_2"], n["keep_8"]),
        ),
        Claim(
            "the upper rows fall from about 0.9 to below 0.8",
            lambda n: n["gate_at_mark"] < 0.8 and 0.87 < n["gate_after_mark"] < 0.95,
        ),
        Claim(
            "Training has lengthened the longest half-life from 5.5 steps to more than 8.",
            lambda n: n["longest_half_life"] > 8,
        ),
    ],
    "el_nino": [
        Claim(
            "The GRUs with b=-2 and b=0 come out within 3 % of ridge regression",
            lambda n: all(0.97 < n[k] / n["ridge"] < 1.03 for k in ("keep_minus_2", "keep_0")),
        ),
        Claim(
            "6 % or more below climatology",
            lambda n: max(n["keep_minus_2"], n["keep_0"]) < 0.94 * n["climatology"],
        ),
        Claim(
            "A longer memory at the start is worse under each seed: b=2 and b=4 fall behind both",
            lambda n: min(n["keep_2"], n["keep_4"]) > max(n["keep_minus_2"], n["keep_0"]),
        ),
        Claim(
            "b=4 gains less than 2 % on climatology",
            lambda n: n["keep_4"] > 0.98 * n["climatology"],
        ),
        Claim(
            "at six months persistence is worse than an anomaly of 0",
            lambda n: n["persistence"] > n["climatology"],
        ),
    ],
}
