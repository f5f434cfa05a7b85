"""How often right work fails by bad luck is a number, and too large a one is a finding."""

import pytest

from dlcourse.audit.findings import AuditReport
from tests.support.audits import audited, found, question

CELLS = [
    question("coin", "n: int, rng: np.random.Generator", "return rng.random(n) < 0.5"),
    question("noise", "n: int, rng: np.random.Generator", "return rng.normal(size=n)"),
    question("fixed", "n: int", "return np.arange(n) * 2.0"),
]
PROBES = '''
from dlcourse import statistical, within_se

@probe("coin", public=False, compare=within_se())
def enough_coins(coin, rng):
    """Means and variances of 400 fair coins."""
    return {"coins": coin(400, rng)}


@probe("coin", public=False, compare=within_se(3))
def three_standard_errors(coin, rng):
    """One right program in 370 fails."""
    return coin(4000, rng)


@probe("coin", public=False, compare=within_se(moments=1))
def rare_events(coin, rng):
    """Eight heads in a row."""
    return np.array([coin(8, rng).all() for _ in range(500)])


def by_eye(result, expected):
    return "too large" if abs(float(np.mean(result))) > 0.02 else None


@probe("noise", public=False, judge=by_eye)
def nobody_says_that_it_is_a_matter_of_luck(noise, rng):
    """The mean of 1000 draws."""
    return noise(1000, rng)


@statistical(lambda result, expected: abs(float(np.mean(result))) / 0.02)
def narrow(result, expected):
    return by_eye(result, expected)


@probe("noise", public=False, judge=narrow)
def a_narrow_judge(noise, rng):
    """The mean of 1000 draws."""
    return noise(1000, rng)


@statistical(lambda result, expected: abs(float(np.mean(result))) / 0.5)
def wide(result, expected):
    return "too large" if abs(float(np.mean(result))) > 0.5 else None


@probe("noise", public=False, judge=wide)
def a_wide_judge(noise, rng):
    """The mean of 1000 draws."""
    return noise(1000, rng)


def length(result, expected):
    return None if len(result) == len(expected) else "too short"


@probe("fixed", public=False, judge=length)
def nothing_is_drawn(fixed):
    """A judge of what is no sample."""
    return fixed(3)
'''


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    return audited(tmp_path_factory.mktemp("chance") / "course", CELLS, PROBES, "FalseRejection")


def test_samples_that_are_compared_too_closely_are_found(report: AuditReport) -> None:
    said = {f.subject for f in report.findings}
    assert said == {
        "three_standard_errors",
        "rare_events",
        "nobody_says_that_it_is_a_matter_of_luck",
        "a_narrow_judge",
    }
    (text,) = found(report, "coin", "chance", "three_standard_errors")
    assert "with probability 0.00" in text
    (text,) = found(report, "noise", "chance", "nobody_says_that_it_is_a_matter_of_luck")
    assert "@statistical(margin)" in text


def test_the_largest_chance_of_a_question_is_kept(report: AuditReport) -> None:
    assert report.questions["fixed"].chance == 0
    assert 1e-4 < report.questions["coin"].chance < 1
    assert report.to_json()["questions"]["coin"]["chance"] == pytest.approx(
        report.questions["coin"].chance, rel=0.5
    )
