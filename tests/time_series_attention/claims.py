"""What the demos of time_series_attention claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "One unit before the query its weight points down; close to the query it points up.",
            lambda n: n["at_7.5"] < -0.5 and n["at_8.4"] > 0.5,
        ),
    ],
    "controls": [
        Claim(
            "Kriging leaves about 0.37, as its formula says.",
            lambda n: abs(n["kriging"] - 0.37) < 0.04 and abs(n["expected"] - 0.37) < 0.01,
        ),
        Claim(
            "Persistence is worse than forecasting 0, by far",
            lambda n: n["persistence"] > 2 * n["mean"],
        ),
        Claim(
            "The linear map gains less than a tenth.",
            lambda n: 0.9 * n["mean"] < n["linear_map"] < n["mean"],
        ),
        Claim(
            "in nine of ten series the truth has a weight below",
            lambda n: 0.88 < n["negative"] < 0.94,
        ),
    ],
    "precision": [
        Claim(
            "Seventy-two stamps became fewer than thirty, and the feature is off by more than 0.3.",
            lambda n: n["of"] == 72 and n["stamps"] < 30 and n["error"] > 0.3,
        ),
    ],
    "heads": [
        Claim(
            "A second head lowers the error",
            lambda n: n["two_heads"] < n["one_head"] - 0.02,
        ),
        Claim(
            "the two values $v_r$ have unlike signs",
            lambda n: n["v_low"] < -0.1 < 0.1 < n["v_high"],
        ),
        Claim("Four heads add little.", lambda n: abs(n["four_heads"] - n["two_heads"]) < 0.04),
        Claim(
            "On places the same model is where the linear map is.",
            lambda n: 0.85 < n["places"] < 1.05,
        ),
        Claim(
            "All of them stay well above the optimum",
            lambda n: min(n["two_heads"], n["four_heads"]) > 1.15 * n["kriging"],
        ),
    ],
    "looking_again": [
        Claim(
            "The decoder with attention makes the smaller error at the same budget, and stays well above kriging",
            lambda n: 1.15 * n["kriging"] < n["attention"] < 0.9 * n["sees_the_mean"],
        ),
    ],
    "why": [
        Claim(
            "two heads on times have about half the error of the linear map and remain a third above kriging",
            lambda n: (
                0.44 < n["mse two heads"] / n["mse linear map"] < 0.58
                and 1.2 < n["mse two heads"] / n["mse kriging"] < 1.45
            ),
        ),
        Claim(
            "Dealing the learned weights to other observations makes the forecast worse than no forecast",
            lambda n: n["mse shuffled weights"] > 1.1,
        ),
        Claim(
            "have a correlation above 0.7 with the true ones",
            lambda n: n["agree signed"] > 0.7 and abs(n["agree shuffled"]) < 0.15,
        ),
        Claim(
            "usually printed, has a correlation below 0", lambda n: n["agree mean of heads"] < -0.1
        ),
        Claim(
            "Held against the sizes of the true weights it does better.",
            lambda n: 0.5 < n["agree mean, against |true|"] < n["agree signed"],
        ),
        Claim(
            "is found most often by the signed weights",
            lambda n: n["hits signed weight"] > max(n["hits the latest"], n["hits mean of heads"]),
        ),
        Claim(
            'The mean of the heads finds it about as often as somebody who always says "the latest".',
            lambda n: abs(n["hits mean of heads"] - n["hits the latest"]) < 0.1,
        ),
        Claim(
            "It finds the largest contribution of the true forecast in a little more than half of the series.",
            lambda n: 0.5 < n["hits perturbation, of w x"] < 0.6,
        ),
    ],
    "pacific": [
        Claim(
            "are within 3 per cent of each other, both ahead of persistence and of the climatology",
            lambda n: (
                abs(n["attention"] / n["linear_map"] - 1) < 0.03
                and max(n["attention"], n["linear_map"]) < min(n["persistence"], n["climatology"])
            ),
        ),
        Claim(
            "the seasonal naive forecast is the worst",
            lambda n: n["seasonal_naive"] > max(n["climatology"], n["persistence"]),
        ),
    ],
}
