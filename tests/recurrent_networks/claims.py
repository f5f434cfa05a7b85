"""What the demos of recurrent_networks claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "At 1 the symbol is gone after eight steps. Turn it up and the symbol lasts longer",
            lambda n: n["chosen after 8"] < 0.3 and n["strongest after 8"] > 0.8,
        ),
        Claim(
            "no strength (in grey) brings it to the last step: there fewer than half of the answers are right",
            lambda n: max(n["best strength at the end"], n["chosen at the end"]) < 0.5,
        ),
        Claim(
            "After 39 steps of noise more than half of its answers are right.",
            lambda n: n["lstm at the end"] > 0.6 > 2 * n["guessing"],
        ),
    ],
    "one_unit_remembers": [
        Claim(
            "Thirteen steps after the first pulse the unit with $W_h = 0.5$ has less than a thousandth left.",
            lambda n: 0 < n["w = 0.5"] < 1e-3 < n["w = 1.0"] < 0.5 and 0.95 < n["w = 2.0"] < 0.96,
        ),
    ],
    "learning_by_your_gradient": [
        Claim(
            "Four steps back, every start learns the task to perfection.",
            lambda n: n["worst at 4"] > 99.8 and n["right at 1"] > 99.8,
        ),
        Claim(
            "Thirty-two steps back, none does: they guess.",
            lambda n: abs(n["right at 32"] - n["guessing"]) < 5 and n["best at 32"] < 35,
        ),
        Claim(
            "on average fewer than six in ten answers are right",
            lambda n: n["right at 16"] < 60,
        ),
        Claim(
            "From 1 step to 32 steps it falls by more than a factor of a million.",
            lambda n: n["arrives at 1"] > 1e6 * n["arrives at 32"],
        ),
    ],
    "forgetting_curves": [
        Claim(
            "At a distance of 40 the norm is below $10^{-18}$ for $\\lambda = 0.6$ and below $10^{-9}$ for $\\lambda = 1$, "
            "although the bound is 1 there",
            lambda n: (
                n["lambda = 0.6"] < 1e-18
                and n["lambda = 1.0"] < 1e-9
                and abs(n["lambda = 1.0, bound"] - 1) < 1e-9
            ),
        ),
        Claim(
            "it has *exploded* to more than 100, more than twenty-six orders of magnitude below its bound",
            lambda n: 100 < n["lambda = 6.0"] < n["lambda = 6.0, bound"] / 1e26,
        ),
    ],
    "who_remembers": [
        Claim(
            "Fewer than half of the RNN's answers are right",
            lambda n: n["rnn"] < 50,
        ),
        Claim(
            "The LSTM with $b_f = 0$ guesses, too",
            lambda n: abs(n["lstm 0"] - n["guessing"]) < 6,
        ),
        Claim(
            "The *same* LSTM with forget gates that start open gets more than nine in ten right.",
            lambda n: n["lstm 4"] > 90,
        ),
    ],
    "which_sign": [
        Claim(
            "With the sign that keeps, more than nine in ten answers are right; with the other sign it guesses.",
            lambda n: n["keep"] > 90 and abs(n["replace"] - n["guessing"]) < 6,
        ),
    ],
    "nonsense": [
        Claim(
            "The verses that it learns from get more and more probable, down to less than 0.8 nats per character.",
            lambda n: n["last"] < 0.8 < 3 < n["first"] < n["uniform"],
        ),
        Claim(
            "they get *less* probable, by more than 0.3 nats until the end",
            lambda n: n["unseen at the end"] > n["unseen at the stop"] + 0.3,
        ),
        Claim(
            "contains pieces of 30 characters and more that stand so in the text",
            lambda n: n["copied at the end"] >= 30,
        ),
        Claim(
            "longer ones than it wrote when stopped, or than the unseen verses share with the text",
            lambda n: n["copied at the end"] > max(n["copied at the stop"], n["copied unseen"]),
        ),
        Claim(
            "neither was ahead by more than 0.15 nats",
            lambda n: abs(n["unseen at the stop"] - n["counting"]) < 0.15,
        ),
        Claim(
            "The 2 limericks choose three among 0 to 5.",
            lambda n: n["characters before"] == 3,
        ),
        Claim(
            "In the unseen verses its correlation with the place is above 0.5.",
            lambda n: n["counter"] > 0.5,
        ),
        Claim(
            "choose the best of the 96 in the *untrained* cell in the same way, and it is below 0.3",
            lambda n: n["counter untrained"] < 0.3,
        ),
    ],
    "when_in_rome": [
        Claim(
            "More than 98 of 100 numbers that it has never seen are right.",
            lambda n: n["right"] > 98,
        ),
        Claim(
            "With nothing of the source in its state the decoder is right about none, and so are random weights",
            lambda n: n["no source"] < 0.5 and n["untrained"] < 0.5,
        ),
        Claim(
            "The plain RNN gets between a third and two thirds with the same budget.",
            lambda n: 100 / 3 < n["rnn"] < 200 / 3,
        ),
        Claim(
            "over the last 100 steps it still gains more than fifteen points",
            lambda n: n["rnn"] > n["rnn at 300"] + 15,
        ),
        Claim(
            "it fails mostly for numbers below 100",
            lambda n: (
                n["wrong below 100"] > n["wrong"] / 2
                and n["right below 100"] < n["right from 100 on"]
            ),
        ),
        Claim(
            "Not more than 25 or so of these were among the 1000 of the training set",
            lambda n: n["small in training"] < 28,
        ),
        Claim(
            "For 3888, a letter's own digit changes it by more than 0.6, the digits after that by less than 0.01",
            lambda n: n["own digit"] > 0.6 and n["later digits"] < 0.01,
        ),
    ],
}
