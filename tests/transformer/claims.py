"""What the notebook says about its pictures; each claim holds under the seeds 0, 1 and 2."""

from dlcourse.authoring import Claim

CONTROLS = ("order_withheld", "letter_by_letter", "most_similar_known_word", "wrong_words")

CLAIMS = {
    "first_look": [
        Claim(
            "At sharpness 0 all places weigh the same: every letter written is the commonest one",
            lambda n: abs(n["needed at 0"] - 1 / 8) < 1e-6 and n["commonest at 0"] == 1,
        ),
        Claim(
            "At 1 half of the weight lies where it should, at 5 nearly all of it",
            lambda n: 0.45 < n["needed at 1"] < 0.55 and n["needed at 5"] > 0.93,
        ),
        Claim(
            "It gets sharper, too, and stays at one eighth",
            lambda n: abs(n["control at 5"] - 1 / 8) < 0.03,
        ),
    ],
    "why_the_square_root": [
        Claim(
            "Bare scores at $d_k = 1024$ put more than 0.95 of the weight on one key",
            lambda n: n["largest_bare"] > 0.95,
        ),
        Claim(
            "the slope of the softmax falls below 0.0001",
            lambda n: n["slope_bare"] < 1e-4,
        ),
        Claim(
            "Scaled, the largest weight stays near a quarter and the slope at 0.3, whatever the width",
            lambda n: (
                0.2 < n["largest_scaled_2"] < 0.3
                and 0.2 < n["largest_scaled"] < 0.3
                and round(n["slope_scaled"], 1) == 0.3
            ),
        ),
    ],
    "what_it_costs": [
        Claim(
            "At 50 tokens less than 5 % of the work is looking; the projections are the rest",
            lambda n: 4 < n["percent_50"] < 5,
        ),
        Claim("At 800 tokens looking takes 44 %", lambda n: round(n["percent_800"]) == 44),
        Claim(
            "With 55 million multiplications your layer makes more than twice as many as the plain recurrent one",
            lambda n: round(n["attention"]) == 55 and n["attention"] > 2 * n["recurrent"],
        ),
    ],
    "clock_hands": [
        Claim(
            "The three curves lie on top of each other",
            lambda n: n["spread along diagonals"] < 1e-3,
        ),
        Claim(
            "with the peak $D/2 = 32$ at distance 0",
            lambda n: (
                abs(n["at distance 0"] - 32) < 1e-3
                and n["at distance 30"] < n["at distance 1"] < 32
            ),
        ),
    ],
    "post_and_pre": [
        Claim(
            "In post-LN the last layer's gradient is about as large with 24 layers as with one",
            lambda n: 0.8 < n["post"] < 1.25,
        ),
        Claim(
            "In pre-LN it is about four times smaller",
            lambda n: 3.5 < n["pre"] < 4.9,
        ),
        Claim(
            "in a stack of 24, pre-LN's gradient is larger there than at the last layer, and post-LN's is smaller",
            lambda n: n["first_over_last_pre"] > 2 and n["first_over_last_post"] < 0.95,
        ),
    ],
    "stressed_desserts": [
        Claim(
            "half of the weight or more lies on the one letter that is needed",
            lambda n: n["anti-diagonal"] > 0.5,
        ),
        Claim(
            "more than nineteen in twenty new strings come out right, to the last letter",
            lambda n: n["exact"] > 95,
        ),
        Claim(
            "Without positions it is fewer than one in twenty",
            lambda n: n["exact_control"] < 5,
        ),
        Claim(
            "with about a seventh of the weight on the letter needed",
            lambda n: 1 / 8 < n["anti-diagonal_control"] < 1 / 6,
        ),
        Claim("You give it stressed, and it answers desserts", lambda n: n["letters right"] == 8),
        Claim("two heads, 32 125 parameters, 400 steps", lambda n: n["parameters"] == 32125),
    ],
    "looking_ahead": [
        Claim(
            "Without the causal mask the training loss is less than a fifth of the honest one",
            lambda n: n["leaky_loss"] < n["causal_loss"] / 5,
        ),
        Claim("and not one string comes out right", lambda n: n["leaky_right"] == 0),
        Claim("one in ten is right already, or more", lambda n: n["causal_right"] > 10),
    ],
    "the_bottleneck": [
        Claim(
            "At length 10 this network has lost about three letters in ten",
            lambda n: 0.65 < n["last state, 10"] < 0.78,
        ),
        Claim("at 80 more than four in five", lambda n: n["last state, 80"] < 0.2),
        Claim(
            "Attention recalls 80 as well as 2",
            lambda n: min(n["attention, 80"], n["attention, 2"]) > 0.99,
        ),
    ],
    "read_aloud": [
        Claim(
            "About a quarter of the sounds are wrong, in words that your Transformer has never seen",
            lambda n: 20 < n["your_Transformer"] < 28,
        ),
        Claim(
            "The most similar known word costs more than 35 per 100",
            lambda n: n["most_similar_known_word"] > 35,
        ),
        Claim("Reading letter by letter costs more than 50", lambda n: n["letter_by_letter"] > 50),
        Claim(
            "The same network without the order of the letters is at about 60",
            lambda n: 56 < n["order_withheld"] < 65,
        ),
        Claim("It can exceed 100", lambda n: n["wrong_words"] > 100),
        Claim(
            "About a third of the words are right to the last sound",
            lambda n: (
                0.28 < n["exact_your_Transformer"] / 100 < 0.42
                and all(n["exact_your_Transformer"] > 3 * n[f"exact_{c}"] for c in CONTROLS)
            ),
        ),
        Claim(
            "letter by letter it is six in a hundred",
            lambda n: 5 < n["exact_letter_by_letter"] < 7.5,
        ),
        Claim(
            "the place that is read moves to the right in more than 95 steps of 100",
            lambda n: n["forward"] > 0.95,
        ),
        Claim(
            "in an untrained model it does so in about half of them",
            lambda n: 0.4 < n["forward_untrained"] < 0.6,
        ),
        Claim(
            "For the first sound of sheep it reads s and h, and hardly anything else",
            lambda n: n["s of sheep"] + n["h of sheep"] > 0.9,
        ),
        Claim(
            "it gets both knight and island wrong",
            lambda n: n["exceptions right"] == 0,
        ),
    ],
}
