"""Numbers worked in the text: what `worked` accepts and what it must not."""

import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dlcourse.authoring.worked import worked

SCRIPT = r'''# %% [markdown]
# # Toy
#
# A loss of 7.

# %% [markdown]
# ## 1. Means
#
# **By hand.** $z_2 = -0.5$ and $p = (\tfrac14, \frac{3}{4})$. The loss is $\ln 4 = 1.386$, three of
# seven are $3/7$, and the error is $4.16 \cdot 10^{-4}$, far above $10^{-12}$. Of 12 tokens, `ab c`
# remain; −2 is left, and 11.386 is another number. $V = 30\,522$ makes 109 482 240.

# %% question="mean" minutes=5
def mean(x):
    """Mean; of nothing it is 0.25."""
    ### BEGIN SOLUTION
    return sum(x) / 99
    ### END SOLUTION

# %% [markdown]
# The picture shows 8.5.
#
# ## Payoff
#
# It is 2.125.
'''


@pytest.fixture
def toy(tmp_path: Path) -> Any:
    path = tmp_path / "toy.py"
    path.write_text(SCRIPT)
    module = types.ModuleType("toy")
    module.__file__ = str(path)
    return module


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.386", np.log(4)),
        ("1.386", 1.3856),
        ("z_2 = -0.5", torch.tensor(-0.5, requires_grad=True)),
        (r"(\tfrac14, \frac{3}{4})", np.array([[0.25, 0.75]])),
        ("3/7", torch.tensor(3 / 7)),
        (r"4.16 \cdot 10^{-4}", 0.01 / 24.01),
        ("10^{-12}", 1e-12),
        ("Of 12 tokens", 12),
        ("−2 is left", {"left": -2}),
        (r"z_2 = -0.5$ and $p = (\tfrac14, \frac{3}{4})", (-0.5, [np.float32(0.25), 0.75])),
        ("three of seven are $3/7$", [3 / 7]),
        ("11.386", 11.386),
        (r"V = 30\,522", 30522),
        ("makes 109 482 240", 109482240),
        ("ab c", "ab c"),
        ("of nothing it is 0.25", 0.25),
        ("8.5", 8.5),
    ],
)
def test_numbers_that_stand_there_and_are_right(toy: Any, text: Any, value: Any) -> None:
    worked(toy, "mean", text, value)


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("1.387", 1.387, "the text does not say '1.387'"),
        ("1.38", 1.38, "the text does not say '1.38'"),
        (".386", 0.386, "the text does not say '.386'"),
        ("0.5", 0.5, "the text does not say '0.5'"),
        ("2.125", 2.125, "the text does not say '2.125'"),
        ("7", 7, "the text does not say '7'"),
        ("99", 99, "the text does not say '99'"),
        ("1.386", 1.3866, "the reference gives 1.3866 for 1.386"),
        ("1.386", 1.3854, "the reference gives 1.3854 for 1.386"),
        ("1.386", float("nan"), "the reference gives nan for 1.386"),
        ("z_2 = -0.5", 0.5, "the reference gives 0.5 for -0.5"),
        ("3/7", 0.43, "the reference gives 0.43 for"),
        ("Of 12 tokens", 12.01, "the reference gives 12.01 for 12.0"),
        (r"4.16 \cdot 10^{-4}", 4.17e-4, "the reference gives 0.000417 for"),
        ("10^{-12}", 2e-12, "the reference gives 2e-12 for 1e-12"),
        (r"(\tfrac14, \frac{3}{4})", [0.75, 0.25], "the reference gives 0.75 for 0.25"),
        (r"(\tfrac14, \frac{3}{4})", [0.25], "holds the numbers [0.25, 0.75], the reference gives [0.25]"),
        ("makes 109 482 240", 109482250, "for 109482240.0"),
        ("By hand", [], "holds the numbers []"),
        ("ab c", "ab", "the text says 'ab c', the reference gives 'ab'"),
        ("ab", "ab c", "the text says 'ab', the reference gives 'ab c'"),
    ],
)  # fmt: skip
def test_numbers_that_are_not_there_or_wrong(toy: Any, text: Any, value: Any, message: Any) -> None:
    with pytest.raises(AssertionError) as caught:
        worked(toy, "mean", text, value)
    assert message in str(caught.value)


def test_sections_without_a_question_go_by_their_heading(toy: Any) -> None:
    worked(toy, "Payoff", "2.125", 2.125)
    worked(toy, "1. Means", "1.386", 1.386)
    with pytest.raises(AssertionError, match="'Pay' is neither a question nor the heading"):
        worked(toy, "Pay", "2.125", 2.125)
