"""What the demos of learning_rate claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "In the net it is above 1 at each zoom, and it is not above 1 in the control.",
            lambda n: min(n["net"], n["8"], n["64"]) > 1.1 and n["control"] <= 1,
        ),
    ],
    "the_edge": [
        Claim(
            "One percent below the edge the iterate dies out, one percent above it explodes, with and without momentum.",
            lambda n: (
                max(n["below_0"], n["below_0.9"]) < 1e-6 and min(n["above_0"], n["above_0.9"]) > 1e6
            ),
        ),
    ],
    "edge_of_stability": [
        Claim(
            "the sharpness of a fresh network is about 3",
            lambda n: abs(n["run_first"] - 3) < 0.3,
        ),
        Claim(
            "the sharpness climbs to its line, $2/0.3=6.67$, and over the last third of the run its mean is within 2 % of it",
            lambda n: abs(n["run_last_third"] / n["line"] - 1) < 0.02,
        ),
        Claim(
            "The loss goes up in hundreds of single steps, and still falls by more than a factor of ten.",
            lambda n: n["run_rises"] > 200 and n["run_end"] < n["run_start"] / 10,
        ),
        Claim(
            "the sharpness passes the first line as if it were not there, and the loss does not rise once",
            lambda n: n["half_last_third"] > 1.5 * n["line"] and n["half_rises"] == 0,
        ),
    ],
    "cooling": [
        Claim(
            "The constant rate $0.4$ sits on its floor, on the line that the formula draws.",
            lambda n: abs(n["constant"] / n["floor"] - 1) < 0.05,
        ),
        Claim(
            "Both of your schedules end below a tenth of it.",
            lambda n: max(n["cosine"], n["WSD"]) < n["floor"] / 10,
        ),
        Claim(
            "It ends below a tenth of the floor, too, and lower than WSD.",
            lambda n: n["averaged"] < min(n["floor"] / 10, n["WSD"]),
        ),
    ],
    "range_test_on_digits": [
        Claim(
            "its validation loss is at most half again the best in the row, and peaks above it do better still",
            lambda n: n["best"] < n["at_suggestion"] < 1.5 * n["best"],
        ),
        Claim(
            "A hundredth of it learns next to nothing in the time.",
            lambda n: n["at_a_hundredth"] > 2.1,
        ),
        Claim(
            "A hundred times it, close to where the test stopped, ends more than three times as high as the best",
            lambda n: (
                n["at_a_hundred"] > 3 * n["best"]
                and 0.5 < n["last_rate"] / (100 * n["suggestion"]) < 2
            ),
        ),
    ],
    "larger_batches": [
        Claim(
            "From batch 8 up to 128 the linear rule keeps the test loss within 15 %.",
            lambda n: max(n["linear_32"], n["linear_128"]) < 1.15 * n["linear_8"],
        ),
        Claim(
            "With the old rate it is more than twice as high at batch 32 already, and ten times at 128.",
            lambda n: n["same_32"] > 2 * n["same_8"] and n["same_128"] > 9.5 * n["same_8"],
        ),
        Claim(
            "The square root is too timid for SGD.",
            lambda n: n["sqrt_128"] > 2 * n["linear_128"],
        ),
        Claim(
            "the loss is more than half again what it was",
            lambda n: n["linear_512"] > 1.5 * n["linear_8"],
        ),
    ],
    "five_schedules": [
        Claim(
            "One cycle ends below a twentieth of the floor of its peak.",
            lambda n: n["one cycle"] < n["floor"] / 20,
        ),
        Claim(
            "is still above a tenth of that floor after 400 steps",
            lambda n: n["inverse root"] > n["floor"] / 10,
        ),
    ],
    "schedules_on_digits": [
        Claim(
            "Cosine and WSD both end below the constant rate, and WSD ends lower than it stood before its cooldown.",
            lambda n: (
                max(n["cosine"], n["WSD"]) < 0.95 * n["constant"]
                and n["WSD"] < 0.95 * n["WSD_before"]
            ),
        ),
        Claim(
            "without any cooling it ends below both schedules",
            lambda n: n["averaged"] < 0.95 * min(n["cosine"], n["WSD"]),
        ),
        Claim(
            "An untrained network is at about $\\log10=2.3$.",
            lambda n: abs(n["untrained"] - 2.303) < 0.05,
        ),
    ],
}
