"""What the demos of linear_algebra claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "The roofs come back, then the picture gets grainy: after 1000 steps it is worse than after 30.",
            lambda n: n["after_30"] > n["blurred"] + 3 and n["after_1000"] < n["after_30"] - 3,
        ),
    ],
    "two_random_arrays": [
        Claim(
            "The right ones stay below $10^{-10}$.",
            lambda n: max(n["your dx"], n["your dw"]) < 1e-10,
        ),
        Claim(
            "The wrong ones are off by more than $10$.",
            lambda n: min(n["kernel turned"], n["overwritten"], n["blurred again"]) > 10,
        ),
    ],
    "half_a_digit": [
        Claim(
            "With plain dot products the memory is *worse* than the mean unless $\\tau$ is large",
            lambda n: n["plain_cold"] > n["mean"],
        ),
        Claim(
            "the mixture beats the mean and the nearest key",
            lambda n: (
                n["best"] < 0.9 * n["nearest"]
                and n["nearest"] < n["mean"]
                and 0.002 < n["best_tau"] < 0.5
            ),
        ),
        Claim(
            "from the upper half alone about nine in ten digits are named right",
            lambda n: 0.85 < n["named"] < 0.95,
        ),
    ],
    "stop_early": [
        Claim(
            "Without noise more steps are better.",
            lambda n: n["clean_1000"] > n["clean_30"] + 5,
        ),
        Claim(
            "With 1 % noise the best number of steps is below 100, and 1000 are worse.",
            lambda n: 1 < n["best_step"] < 100 and n["after_1000"] < n["after_30"] - 3,
        ),
        Claim(
            "A step of $2.2$, just above $2/\\lVert A\\rVert^2$, explodes.",
            lambda n: n["too_long"] < n["seen"] - 10 and 2 / n["norm"] ** 2 < 2.2,
        ),
    ],
    "a_shake_undone": [
        Claim(
            "The learned kernel is right to within a hundredth",
            lambda n: n["kernel_error"] < 0.01 < 0.1 < n["kernel_peak"],
        ),
        Claim(
            "the palace comes out as good as with the true kernel, to a tenth of a decibel",
            lambda n: abs(n["restored"] - n["true_kernel"]) < 0.1,
        ),
        Claim(
            "Two transposes learn a blur on one photo and remove it from another.",
            lambda n: n["restored"] > max(n["blurred"], n["sharpened"]) + 3,
        ),
        Claim(
            "Sharpening gains next to nothing",
            lambda n: n["sharpened"] < n["blurred"] + 0.3,
        ),
        Claim(
            "the turned kernel and the box leave the picture worse than it was seen",
            lambda n: max(n["turned"], n["box"]) < n["blurred"] - 1,
        ),
    ],
}
