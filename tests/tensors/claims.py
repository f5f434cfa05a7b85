"""What the demos of tensors claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "At rank 3 the error on the cells that nobody showed is below a tenth.",
            lambda n: n["rank_3"] < 0.1 < n["rank_1"],
        ),
        Claim(
            "Filling each cell with its mean over the vials that show it leaves 0.26.",
            lambda n: 0.255 < n["cell_mean"] < 0.265,
        ),
        Claim("about three cells in a hundred", lambda n: 0.028 < n["share"] < 0.032),
    ],
    "photograph": [
        Claim(
            "The HOSVD has the smallest error of the three.",
            lambda n: n["hosvd"] < 0.95 * min(n["one_svd"], n["shrunk"]),
        ),
        Claim("takes 5,699 numbers in place of 50,880", lambda n: n["budget"] == 5699),
        Claim("The mean colour alone leaves 0.5.", lambda n: 0.49 < n["mean_colour"] < 0.51),
        Claim(
            "the planted table has the multilinear rank (3, 3, 3)",
            lambda n: (n["rank_0"], n["rank_1"], n["rank_2"]) == (3, 3, 3),
        ),
    ],
    "found_twice": [
        Claim(
            "CP finds the same factors twice: the worst cosine is above 0.95.",
            lambda n: n["cp"] > 0.95,
        ),
        Claim("their worst cosine stays below 0.93", lambda n: n["svd"] < 0.93),
    ],
    "seasons": [
        Claim(
            "CP of rank 3 leaves an error below 0.02 and finds both seasons with a cosine above 0.999.",
            lambda n: n["cp_3"] < 0.02 and n["cosine"] > 0.999,
        ),
        Claim("No matrix gets below 0.15", lambda n: n["joint"] > 0.15),
        Claim("without the months none gets below 0.35", lambda n: n["no_months"] > 0.35),
        Claim("an error above 0.85", lambda n: n["zeros"] > 0.85),
        Claim("Always guessing the mean rating leaves 0.6.", lambda n: 0.55 < n["mean"] < 0.7),
        Claim(
            "so that there is no common season to find", lambda n: n["shuffled"] > 10 * n["cp_3"]
        ),
    ],
    "better_frames": [
        Claim(
            "HOOI is never worse than HOSVD.",
            lambda n: (
                n["vials_hooi"] <= n["vials_hosvd"] and n["noise_hooi"] < n["noise_hosvd"] - 0.02
            ),
        ),
        Claim(
            "On the vials the first sweep takes the error from 0.101 to 0.097",
            lambda n: (round(n["vials_hosvd"], 3), round(n["vials_first"], 3)) == (0.101, 0.097),
        ),
        Claim(
            "later ones add nothing that one can see",
            lambda n: n["vials_first"] - n["vials_hooi"] < 5e-4,
        ),
        Claim("still the error stays near 0.9", lambda n: 0.88 < n["noise_hooi"] < 0.92),
        Claim(
            "a bound that no approximation of these ranks can pass",
            lambda n: n["vials_bound"] <= n["vials_hooi"] and n["noise_bound"] <= n["noise_hooi"],
        ),
    ],
    "filters": [
        Claim(
            "At rank 12 the filters' answers are off by less than 0.25, with nearly six times fewer numbers.",
            lambda n: n["filters"] < 0.25 and 5.8 < n["ratio"] < 6,
        ),
        Claim("The noise kernel is off by more than 0.6", lambda n: n["noise"] > 0.6),
    ],
    "three_percent": [
        Claim(
            "Shared curves fill in what a matrix cannot: CP of rank 3 leaves an error of about 0.1 on the hidden cells, the cell "
            "means about 0.26, the matrix above 0.45.",
            lambda n: (
                0.085 < n["cp_3"] < 0.115 and 0.255 < n["cell_mean"] < 0.275 and n["matrix"] > 0.45
            ),
        ),
        Claim("One component is not enough (0.16).", lambda n: 0.155 < n["cp_1"] < 0.165),
        Claim(
            "With zeros in the holes nearly everything is lost, and with shuffled cells more than half",
            lambda n: n["zeros"] > 0.9 and n["shuffled"] > 0.5,
        ),
        Claim("About a thousand of the 33,600 cells are kept", lambda n: 950 < n["kept"] < 1050),
    ],
}
