"""What the notebook says about its pictures; each claim holds under the seeds 0, 1 and 2."""

from dlcourse.authoring import Claim

TRUNCATED = ("top-k 20", "top-p 0.9")
SEARCH = ("greedy", "beam 4")

CLAIMS = {
    "guessing_game": [
        Claim(
            "The model's first choice is right about once in four tokens",
            lambda n: 0.22 < n["hits"] < 0.3,
        ),
        Claim(
            "always saying the commonest token of the letter would be right once in seventeen",
            lambda n: 0.053 < n["commonest"] < 0.065,
        ),
    ],
    "who_depends_on_whom": [
        Claim("nothing above the diagonal", lambda n: n["your layer"] == 0),
        Claim(
            "the future leaks in through the denominator",
            lambda n: n["mask after the softmax"] > 0.05,
        ),
    ],
    "your_decoder_reads": [
        Claim("your decoder gives the numbers of the first look", lambda n: n["gap"] < 1e-4),
        Claim(
            "It needs 3.8 nats per token of this letter", lambda n: round(n["trained"], 1) == 3.8
        ),
        Claim("with random weights it needs nearly 7", lambda n: 6.6 < n["random"] < 7),
    ],
    "training_from_nothing": [
        Claim("The small model starts near log V", lambda n: abs(n["first"] - n["uniform"]) < 0.15),
        Claim("and soon beats the unigram model", lambda n: n["last"] < n["unigram"] - 0.2),
        Claim(
            "more than two nats per token above the Austen model",
            lambda n: n["last"] > n["austen"] + 2,
        ),
        Claim("which needs less than 3 nats per token", lambda n: 2.85 < n["austen"] < 3),
    ],
    "temperature": [
        Claim(
            "the nucleus holds 2 tokens at tau=0.5, 62 at 1 and 204 at 1.5",
            lambda n: [n[f"nucleus at {tau}"] for tau in (0.5, 1.0, 1.5)] == [2, 62, 204],
        ),
    ],
    "loops": [
        Claim(
            "More than half of the greedy tokens repeat a run of four", lambda n: n["greedy"] > 0.5
        ),
        Claim(
            "of Austen's, and of those drawn by chance, one in a hundred",
            lambda n: max(n["austen"], n["sampled"]) < 0.02,
        ),
    ],
    "beam_against_exhaustive_search": [
        Claim(
            "Greedy finds the best text in well over half of the cases",
            lambda n: 0.5 < n["found_1"] < 0.85,
        ),
        Claim(
            "a beam of 4 in nearly all of them",
            lambda n: n["found_4"] > 0.9 and n["gap_1"] > 5 * n["gap_4"],
        ),
    ],
    "cost_of_a_token": [
        Claim(
            "the newest of 256 tokens costs 256 times as much",
            lambda n: 250 < n["last_ratio"] < 262,
        ),
        Claim(
            "a token at the end costs a third more than one near the start",
            lambda n: 1.27 < n["growth"] < 1.4,
        ),
        Claim("The logits agree to rounding", lambda n: n["gap"] < 1e-4),
    ],
    "learning_from_the_prompt": [
        Claim("The Austen model does not learn from its prompt", lambda n: abs(n["gain"]) < 0.1),
        Claim(
            "has learned most of the task after 64 examples",
            lambda n: n["one step"] < 0.25 * n["nothing"],
        ),
        Claim("as the closed form says", lambda n: abs(n["one step"] - n["closed form"]) < 0.05),
        Claim("With mixed-up targets there is nothing to learn", lambda n: n["control"] > 0.75),
    ],
    "chat_with_austen": [
        Claim(
            "hardly a difference between its own question and another",
            lambda n: abs(n["listens"]) < 0.15,
        ),
    ],
    "what_should_it_write": [
        Claim(
            "they end in loops", lambda n: min(n[f"{rule}, repetition"] for rule in SEARCH) > 0.15
        ),
        Claim("she does not repeat herself", lambda n: n["Austen, repetition"] < 0.05),
        Claim("does not repeat itself either", lambda n: n["tau 1.5, repetition"] < 0.05),
        Claim(
            "its texts are more probable than the greedy ones",
            lambda n: n["beam 4, log p"] > n["greedy, log p"],
        ),
        Claim(
            "Her words are much less likely, to the model, than what search writes",
            lambda n: n["Austen, log p"] < min(n[f"{rule}, log p"] for rule in SEARCH) - 0.8,
        ),
        Claim("many of its words are none", lambda n: n["tau 1.5, words"] < 0.88),
        Claim(
            "has nearly no repetition and words that are words",
            lambda n: (
                min(n[f"{rule}, words"] for rule in TRUNCATED) > 0.94
                and max(n[f"{rule}, repetition"] for rule in TRUNCATED) < 0.05
            ),
        ),
        Claim(
            "comes nearer to her log-probability than any search does",
            lambda n: (
                abs(n["tau 1, log p"] - n["Austen, log p"])
                < min(abs(n[f"{rule}, log p"] - n["Austen, log p"]) for rule in SEARCH)
            ),
        ),
        Claim(
            "it pays with a slip of the pen here and there",
            lambda n: (
                n["tau 1.5, words"]
                < n["tau 1, words"]
                < min(n[f"{rule}, words"] for rule in TRUNCATED)
            ),
        ),
        Claim(
            "with random weights fewer than half of the words are words",
            lambda n: n["random weights, words"] < 0.5 and n["random weights, log p"] < -9,
        ),
    ],
}
