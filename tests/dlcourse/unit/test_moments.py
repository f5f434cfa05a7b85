"""Moments of samples: right programs agree within what is allowed, and the chance that they do not
is known.
"""

import math
from typing import Any

import numpy as np
import pytest

from dlcourse.core.compare import WithinSE, close, within_se
from dlcourse.core.moments import _weights, chance_of_rejection, moments, tail


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def coins(rng: np.random.Generator, n: int = 400, p: float = 0.5) -> Any:
    return (rng.random(n) < p).astype(np.int8)


def test_two_fair_coins_agree(rng: np.random.Generator) -> None:
    """Their variance is stationary at p = 1/2: it is off by the square of the mean's error, and to
    first order by nothing.
    """
    pairs = [(coins(rng), coins(rng)) for _ in range(2000)]
    assert not any(within_se().difference(*pair) for pair in pairs)
    assert within_se().difference(coins(rng), coins(rng, p=0.8))


def test_a_variance_that_is_wrong_is_still_seen(rng: np.random.Generator) -> None:
    assert "variance" in str(
        within_se().difference(rng.normal(size=2000), rng.normal(scale=1.3, size=2000))
    )


def test_moments_are_those_of_numpy(rng: np.random.Generator) -> None:
    samples = rng.gamma(2.0, size=(500, 3)) + 1e3
    mean, variance = moments(samples, 4, 2)
    np.testing.assert_allclose(mean.value, samples.mean(0))
    np.testing.assert_allclose(variance.value, samples.var(0))
    np.testing.assert_allclose(mean.allowed, 4 * np.sqrt(2 * samples.var(0) / 500), rtol=1e-4)
    assert [m.name for m in moments(samples, 4, 1)] == ["mean"]


@pytest.mark.parametrize("k", [3, 4, 5, 6])
def test_the_chance_is_that_of_a_normal(rng: np.random.Generator, k: int) -> None:
    """Within the noise of a simulation of three times 4000 samples, and within a factor of ten in
    the far tail.
    """
    truth = math.erfc(k / math.sqrt(2))
    groups = [rng.normal(size=4000) for _ in range(3)]
    found = chance_of_rejection(groups, 4000, k, 1, rng)
    assert truth / (2 if k < 5 else 10) < found < truth * (2 if k < 4 else 10)


def test_more_numbers_fail_more_often(rng: np.random.Generator) -> None:
    one, many = (
        chance_of_rejection([rng.normal(size=(4000, d))], 2000, 5, 1, rng) for d in (1, 30)
    )
    assert many > 10 * one


def test_one_column_is_counted_as_one_of_two_equal_ones(rng: np.random.Generator) -> None:
    """Single columns take a faster way to the different values; the chance is the same."""
    one = coins(rng, 8000, 0.01)[:, None]
    found = [
        chance_of_rejection([samples], 4000, 4, 2, np.random.default_rng(1))
        for samples in (one, np.hstack([one, one]))
    ]
    assert found[0] == pytest.approx(found[1] / 2)
    assert found[0] > 0


def test_groups_are_weighed_alike(rng: np.random.Generator) -> None:
    """What never varies under some inputs is rejected less often; a group that is not normal shows
    in the whole.
    """
    normal, constant, rare = rng.normal(size=8000), np.ones(8000), coins(rng, 8000, 0.001)
    alone, half = (
        chance_of_rejection(groups, 4000, 3, 1, np.random.default_rng(1))
        for groups in ([normal], [normal, constant])
    )
    assert half == pytest.approx(alone / 2)
    assert chance_of_rejection([normal, rare], 4000, 6, 1, rng) > 1e-3


@pytest.mark.parametrize("n", [100, 4000])
def test_both_ways_to_draw_have_the_same_law(rng: np.random.Generator, n: int) -> None:
    """One by one where few are drawn, else how often each occurs."""
    count = np.array([1, 5, 2] * 4)
    drawn = _weights(count, n, 4000, rng) * n
    p = count / count.sum()
    assert (drawn.sum(1) == pytest.approx(n)) and drawn.shape == (4000, 12)
    variance = n * p * (1 - p)
    excess = (1 - 6 * p * (1 - p)) / variance  # kurtosis of a binomial, less that of a normal
    mean_se, variance_se = np.sqrt(variance / 4000), variance * np.sqrt((2 + excess) / 4000)
    assert (np.abs(drawn.mean(0) - n * p) < 4 * mean_se).all()
    assert (np.abs(drawn.var(0) - variance) < 4 * variance_se).all()


def test_rare_events_in_few_samples_are_said(rng: np.random.Generator) -> None:
    """The reference may have seen none of them; then a single one is too many."""
    assert chance_of_rejection([coins(rng, 8000, 0.001)], 4000, 6, 1, rng) > 1e-3
    assert chance_of_rejection([coins(rng, 8000, 0.3)], 4000, 6, 1, rng) < 1e-6
    assert chance_of_rejection([np.ones(100)], 50, 1, 2, rng) == 0


def test_a_tail_is_counted_where_it_is_seen_and_continued_where_not(
    rng: np.random.Generator,
) -> None:
    draws = rng.exponential(size=20_000)
    assert tail(draws / 3) == pytest.approx(math.exp(-3), rel=0.1)
    assert math.exp(-20) / 100 < tail(draws / 20) < 100 * math.exp(-20)
    assert tail(np.zeros(50)) == 0


def test_a_comparison_simulates_itself(rng: np.random.Generator) -> None:
    results = [{"a": rng.normal(size=(1000, 2)), "b": [coins(rng, 1000)]} for _ in range(2)]
    assert WithinSE(2).chance_of_rejection([results]) > 0.05
    assert within_se().chance_of_rejection([results]) < 1e-6
    assert close().chance_of_rejection([results]) == 0
