"""What the text of neural_recommenders claims about its demos; held under the seeds 0, 1 and 2."""

from dlcourse.authoring import Claim

MODELS = ("MF", "GMF", "MLP", "NeuMF")

CLAIMS = {
    "first_look": [
        Claim(
            "the lists made for you have other pages than the best-seller list",
            lambda n: n["likeliest"] >= 3 and n["special"] >= 8 and n["best-sellers"] == 0,
        ),
    ],
    "small_world": [
        Claim(
            "All four beat the best-seller list, and none reaches the truth.",
            lambda n: (
                min(n[m] for m in MODELS) > n["best_sellers"] + 0.05
                and max(n[m] for m in MODELS) < n["the_truth"] - 0.01
            ),
        ),
        Claim("NeuMF does not win here.", lambda n: n["NeuMF"] < n["MF"] and n["NeuMF"] < n["MLP"]),
    ],
    "table_truth": [
        Claim(
            "Without the correction visitor 1's list begins with page 2",
            lambda n: n["first_without"] == 2,
        ),
        Claim("With it, the list begins with page 0.", lambda n: n["first_with"] == 0),
        Claim(
            "to within a tenth: each model learned exactly what its loss asks for",
            lambda n: max(n["error_without"], n["error_with"]) < 0.1 and n["wrong_truth"] > 1,
        ),
    ],
    "clickbait": [
        Claim(
            "By clicks the lurid one comes first. By time it comes last",
            lambda n: (
                n["first_by_clicks"] == 0 and n["last_by_time"] == 0 and n["first_by_time"] == 3
            ),
        ),
        Claim(
            "the odds are too high by an eighth at most",
            lambda n: 1.01 < n["smallest_ratio"] and n["largest_ratio"] < 1.125,
        ),
    ],
    "three_pages_of_a_stranger": [
        Claim(
            "the list made for you beats the best-seller list by eight points or more of a hundred",
            lambda n: (
                n["towers"] > n["popular"] + 8 and n["ndcg_towers"] > n["ndcg_popular"] + 0.05
            ),
        ),
        Claim(
            "with another's pages it falls below the best-seller list",
            lambda n: n["another"] < n["popular"] - 5,
        ),
        Claim(
            "trained on swapped histories it *is* the best-seller list, to within a point",
            lambda n: abs(n["swapped"] - n["popular"]) < 1,
        ),
        Claim(
            "the towers are no better than plain MF or counting neighbours",
            lambda n: n["towers"] < min(n["mf"], n["neighbours"]) + 0.5,
        ),
        Claim(
            "find about half as many as the corrected ones",
            lambda n: 0.45 < n["without"] / n["towers"] < 0.55,
        ),
        Claim(
            "At $\\beta=1$ they are as good as the corrected ones, to within two points",
            lambda n: abs(n["knob"] - n["towers"]) < 2,
        ),
    ],
}
