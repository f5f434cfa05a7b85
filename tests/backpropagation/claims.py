"""What the demos of backpropagation claim, held under three seeds."""

from dlcourse.authoring import Claim

CLAIMS = {
    "first_look": [
        Claim(
            "at 300 it has learned to bend and reads 98 of 100 new points or more",
            lambda n: n["right"] >= 98 and n["line"] < 90,
        ),
        Claim(
            "every step costs 66 runs of the net",
            lambda n: n["runs"] == 300 * 66,
        ),
    ],
    "six_activations": [
        Claim(
            "at most 0.25, while those of the other five reach 1 or more",
            lambda n: (
                n["sigmoid"] <= 0.25 and sum(slope >= 1 for slope in n.values()) == len(n) - 1 == 5
            ),
        ),
    ],
    "dead_units": [
        Claim(
            "With plain gradient descent not one dead unit comes back",
            lambda n: (
                n["plain gradient descent, revived"] == 0
                and n["plain gradient descent, died"] > 300
            ),
        ),
        Claim(
            "With momentum more units die, and more than a hundred of them come back",
            lambda n: (
                n["momentum 0.9, died"] > n["plain gradient descent, died"]
                and n["momentum 0.9, revived"] > 100
            ),
        ),
    ],
    "one_hidden_layer": [
        Claim(
            "From 4 units on, the square stays at the error of the best parabola",
            lambda n: all(
                abs(n[f"square {units}"] - n["parabola"]) < 1e-6 for units in (4, 8, 16, 32, 64)
            ),
        ),
        Claim(
            "with 64 units ReLU is more than eight times better, and tanh, smooth like its target, "
            "more than a million times",
            lambda n: 8 * n["relu 64"] < n["square 64"] and 1e6 * n["tanh 64"] < n["square 64"],
        ),
    ],
    "a_net_that_is_wrong_and_sure": [
        Claim(
            "The logarithm of $P$ breaks off at a gap of 745",
            lambda n: n["naive_ends"] == 745,
        ),
        Claim(
            "it stays at 27.6",
            lambda n: abs(n["patched"] - 27.6) < 0.05 and abs(n["yours"] - 1000) < 1e-9,
        ),
    ],
    "the_price_of_blame": [
        Claim(
            "At the start the two gradients agree to ten decimals",
            lambda n: n["largest_difference"] < 5e-11,
        ),
        Claim(
            "it reads hardly more points than the best straight line, while your backpropagation reads "
            "98 of 100 or more",
            lambda n: n["wiggling_right"] < n["line_right"] + 2 and n["backprop_right"] >= 98,
        ),
    ],
    "check_your_backprop": [
        Claim(
            "it agrees with your gradient to seven digits or more",
            lambda n: n["central"] < 1e-7 and 1.1e-6 < n["best_central"] < 9e-5,
        ),
        Claim(
            "The one-sided one is best near $10^{-7}$, and even there more than a hundred times "
            "worse.",
            lambda n: n["one_sided"] > 100 * n["central"] and 1.1e-8 < n["best_one_sided"] < 9e-7,
        ),
        Claim(
            "The gradient without $\\sigma'$ is caught by both at every step.",
            lambda n: n["wrong"] > 0.5,
        ),
    ],
    "signal_in_twenty_layers": [
        Claim(
            "so twenty layers multiply it by $0.9^{40} = 0.015$",
            lambda n: abs(n["He times gain"] / n["He"] - 0.9**40) < 1e-9,
        ),
        Claim(
            "With Xavier, half of He's variance here, about a millionth is left.",
            lambda n: 3e-7 < n["Xavier"] < 3e-6,
        ),
        Claim(
            "With He's own weights it stays within a factor of 2 of where it began.",
            lambda n: 0.5 < n["He"] < 2,
        ),
    ],
    "gradients_in_twenty_layers": [
        Claim(
            "The sigmoid stack leaves about $10^{-12}$ of the gradient",
            lambda n: 2e-13 < n["sigmoid, Xavier"] < 3.6e-12,
        ),
        Claim(
            "Tanh loses a factor of about 5 over all 20 layers, and ReLU with He weights stays near 1.",
            lambda n: 0.1 < n["tanh, Xavier"] < 0.4 and 0.3 < n["ReLU, He"] < 3,
        ),
        Claim(
            "With half of He's variance about a thousandth is left at layer 1; a standard deviation "
            "of 0.3 explodes by more than $10^4$.",
            lambda n: 3e-4 < n["ReLU, variance 1/n"] < 5e-3 and n["ReLU, std 0.3"] > 1e4,
        ),
        Claim(
            "the gradient does not vanish: it grows about threefold",
            lambda n: 2 < n["sigmoid, Xavier, residual"] < 5,
        ),
    ],
    "twenty_layers_learn": [
        Claim(
            "the sigmoid stack stays at chance, and that with half of He's variance hardly leaves it",
            lambda n: n["sigmoid, Xavier"] < 13 and n["ReLU, variance 1/n"] < 20,
        ),
        Claim(
            "Tanh with Xavier reads more than 80 of 100, ReLU with He about half.",
            lambda n: n["tanh, Xavier"] > 80 and 40 < n["ReLU, He"] < 62,
        ),
        Claim(
            "But the control, without a hidden layer, reads 90 and beats them all.",
            lambda n: 89 < n["no hidden layer"] == max(n.values()),
        ),
    ],
    "two_guards": [
        Claim(
            "Without clipping the net is at chance after the same 300 steps. Clipped, it reads about "
            "half of the digits or more.",
            lambda n: n["no clipping"] < 13 and n["clipped at 1"] > 48,
        ),
        Claim(
            "with He's weights there is nothing to clip, and more digits are right",
            lambda n: n["He's weights, no clipping"] > n["clipped at 1"] + 5,
        ),
        Claim(
            "Dropout gains between one and two digits of 100.",
            lambda n: 1 < n["dropout 0.2"] - n["no dropout"] < 2,
        ),
    ],
    "perceptron_on_two_problems": [
        Claim(
            "The updates end, far below the bound. On XOR every pass makes mistakes",
            lambda n: n["last"] == 0 and 10 * n["updates"] < n["bound"] and n["xor_last"] > 0,
        ),
    ],
    "digits_of_both_kinds": [
        Claim(
            "The linear map is lost: it reads fewer than a third.",
            lambda n: n["no_hidden_layer"] < 33,
        ),
        Claim(
            "A random hidden layer gives it something to work with, about two thirds. When the blame "
            "goes one layer further down, nine in ten are right",
            lambda n: 60 < n["random_hidden_layer"] < 74 and 88 < n["backprop"] < 92,
        ),
        Claim(
            "At the start neighbouring pixels have nothing to do with each other; in what was added "
            "they are correlated",
            lambda n: abs(n["neighbours_alike_start"]) < 0.06 < 0.25 < n["neighbours_alike_added"],
        ),
        Claim(
            "The nearest neighbour beats them all.",
            lambda n: (
                n["nearest_neighbour"]
                > max(n["backprop"], n["random_hidden_layer"], n["no_hidden_layer"], n["untrained"])
            ),
        ),
    ],
    "move_the_pixels": [
        Claim(
            "by a coin: nearly nothing happens",
            lambda n: n["coin"] > n["before"] - 4,
        ),
        Claim(
            "of 100 digits fewer than 35 are still read right",
            lambda n: n["blamed"] < 35 < 85 < n["before"],
        ),
    ],
    "read_mine": [
        Claim(
            "The seven below, with its bar, it reads right both ways.",
            lambda n: n["ink bright"] == n["ink dark"] == 7,
        ),
    ],
}
