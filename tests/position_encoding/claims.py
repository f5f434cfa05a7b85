"""What the demos of position_encoding claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim("The painter gets a flower.", lambda n: n["waves"] > n["raw"] + 6),
        Claim(
            "Base 10 paints the flower best.",
            lambda n: n["base_10"] > max(n["base_3"], n["waves"], n["base_10000"]),
        ),
        Claim(
            "all waves are fast: what changes slowly is lost",
            lambda n: n["base_3"] < n["base_10"] - 5,
        ),
        Claim(
            "no better than the mean colour everywhere",
            lambda n: n["shuffled"] < n["mean_colour"] + 0.3,
        ),
        Claim(
            "Drawing straight lines between the pixels that are left does better than all three",
            lambda n: n["straight_lines"] > n["waves"],
        ),
    ],
    "similarity": [
        Claim("Both curves are the same function of the offset.", lambda n: n["difference"] < 1e-9),
        Claim(
            'it knows "here" from "not here", but not near from far',
            lambda n: n["near"] > n["far"] > 20 and n["random_near"] < 12,
        ),
    ],
    "who_sees_offsets_only": [
        Claim(
            "Five pass. The two that add a code to the contents do not",
            lambda n: n["passed"] == 5 and min(n["error_sinusoidal"], n["error_learned"]) > 0.1,
        ),
    ],
    "stretch": [
        Claim(
            "Without mending, RoPE is no better at 128 than guessing.", lambda n: 2.6 < n["none"]
        ),
        Claim("PI makes it worse still", lambda n: n["pi"] > n["none"] + 0.5),
        Claim(
            "NTK helps, but does not heal.", lambda n: n["yarn"] + 1 < n["ntk"] < n["none"] - 0.3
        ),
        Claim(
            "the same weights read rounds of 128 nearly as well as rounds of 32",
            lambda n: n["yarn"] < n["trained_length"] + 0.12 < 0.95,
        ),
        Claim(
            "With its ramp in the wrong place, YaRN is as bad as PI",
            lambda n: n["yarn,_1_to_32"] > n["pi"],
        ),
    ],
    "rows_never_trained": [
        Claim(
            "rows 32 and later have not moved at all",
            lambda n: n["other_rows"] == 0 < 0.5 < n["trained_rows"],
        ),
        Claim(
            "what the same rounds of 32 symbols cost if they stand at other positions",
            lambda n: n["offset_0"] + 1 < min(n["offset_16"], n["offset_32"]),
        ),
    ],
    "the_round_goes_on": [
        Claim(
            "reads rounds of 128 as well as rounds of 32",
            lambda n: abs(n["Shaw_128"] - n["Shaw_32"]) < 0.02 and n["Shaw_128"] < 0.83,
        ),
        Claim(
            "loses a part: its far buckets are wide",
            lambda n: 1.3 < n["T5_128"] < 1.8 and n["T5_32"] < 0.9,
        ),
        Claim(
            "is nearly perfect at 32 and no better than guessing at 128",
            lambda n: n["RoPE_32"] < 0.83 and n["RoPE_128"] > 2.6,
        ),
        Claim(
            "are absolute, and fall in the same way",
            lambda n: (
                min(n["sinusoidal_128"], n["learned_128"])
                > 2.5
                > 1.5
                > max(n["sinusoidal_32"], n["learned_32"])
            ),
        ),
        Claim(
            "is flat, as its paper promises, and never good here",
            lambda n: (
                max(n[f"ALiBi_{L}"] for L in (32, 48, 64, 128))
                - min(n[f"ALiBi_{L}"] for L in (32, 48, 64, 128))
                < 0.15
                and n["ALiBi_32"] > 1.6
            ),
        ),
        Claim(
            "It is better than no positions at all.", lambda n: n["ALiBi_128"] + 0.4 < n["none_128"]
        ),
    ],
}
