"""What the demos of time_series_transformer claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "A does not move at all: a mean has no order.",
            lambda n: n["A_moved"] < 1e-9 < 0.1 < n["B_moved"],
        ),
    ],
    "price": [
        Claim(
            "With a day per token attention becomes 576 times cheaper.", lambda n: n["ratio"] == 576
        ),
    ],
    "risen": [
        Claim(
            "at the new one its error is more than thirty times that of the same map on normalised windows",
            lambda n: n["mse_raw"] > 30 * n["mse_RevIN"],
        ),
        Claim(
            "which is close to the noise",
            lambda n: n["noise"] < 1.05 * n["mse_RevIN"] < 1.25 * n["noise"],
        ),
    ],
    "shuffled_cards": [
        Claim(
            "The mean head without positions does not notice",
            lambda n: abs(n["mean_bare_shuffled"] / n["mean_bare"] - 1) < 1e-4,
        ),
        Claim(
            "its error in order is several times that of the others",
            lambda n: (
                n["mean_bare"]
                > 4 * max(n["mean_positions"], n["flatten_positions"], n["flatten_bare"])
            ),
        ),
        Claim(
            "With positions the same head is close to the noise.",
            lambda n: n["mean_positions"] < 1.2 * 0.0225,
        ),
        Claim(
            "the flatten head needs no positions at all",
            lambda n: (
                n["flatten_bare"] < 1.05 * n["flatten_positions"]
                and n["flatten_bare_shuffled"] > 5 * n["flatten_bare"]
            ),
        ),
    ],
    "with_and_without": [
        Claim(
            "The two forecasts agree to rounding, and without a cache more than twenty times as many pairs are scored.",
            lambda n: n["difference"] < 1e-4 and n["again"] > 20 * n["cached"],
        ),
    ],
    "lags_of_a_street": [
        Claim(
            "At least four in five of the lags that are chosen for the street are whole days",
            lambda n: n["street_whole_days"] >= 0.8 > 0.4 > n["noise_whole_days"],
        ),
        Claim(
            "whole weeks have a quarter of the weight",
            lambda n: 0.24 < n["street_weeks"] < 0.3 and n["noise_weeks"] < 0.02,
        ),
    ],
    "a_step_or_a_day": [
        Claim(
            "Patches of a day and of half a day are within two per cent of each other",
            lambda n: abs(n["patch_24"] / n["patch_12"] - 1) < 0.02,
        ),
        Claim(
            "not much above the noise",
            lambda n: all(n["noise"] < n[f"patch_{p}"] < 1.12 * 0.0225 for p in (12, 24)),
        ),
        Claim(
            '"one week ago" pays for its own noise a second time',
            lambda n: 0.9 < n["week_ago"] / (2 * 0.0225) < 1.1,
        ),
        Claim(
            "The ridge with a penalty of 1 is three to six per cent worse than the patches",
            lambda n: all(1.03 < n["linear_untuned"] / n[f"patch_{p}"] < 1.06 for p in (12, 24)),
        ),
        Claim(
            "the same linear map is ahead of both patches, by one to four per cent",
            lambda n: all(1.01 < n[f"patch_{p}"] / n["linear"] < 1.04 for p in (12, 24)),
        ),
    ],
    "street": [
        Claim(
            'The Transformer beats "one week ago" by far, and it does not beat the linear map',
            lambda n: n["linear"] < n["patch_24"] < 0.75 * n["week_ago"],
        ),
        Claim(
            "its error is a little higher, by at most four per cent",
            lambda n: 1 < n["patch_24"] / n["linear"] < 1.04,
        ),
        Claim("Yesterday alone is far behind", lambda n: n["yesterday"] > 3 * n["week_ago"]),
    ],
}
