"""Claims: what the prose says of a demo must stand there, and hold under every seed."""

from pathlib import Path
from typing import Any

import pytest

from dlcourse.audit.run import key_of
from dlcourse.authoring.claims import Claim, unsupported
from dlcourse.authoring.read import load
from dlcourse.authoring.slips import slips
from dlcourse.errors import AuthorError
from tests.support.audits import audited, found, make, question

PROSE = """
# %% [markdown]
# The picture shows it: *your* estimate beats the **control**, under
# every seed ($\\tau = 2$ or not).
"""
DEMO = """
# %% tags=["demo"]
@demo
def payoff(seed: int = 0) -> dict[str, float]:
    {0}
"""
GOOD = "return {'mine': double(1.0), 'control': 3.0 + seed, 'seed': float(seed)}"
PROBES = """
@probe("double", points=1)
def two(double):
    \"\"\"Two.\"\"\"
    return double(2.0)
"""
CLAIMS = """
from dlcourse.authoring import Claim

CLAIMS = {{"payoff": [Claim("your estimate beats the control under every seed", lambda n: {0})]}}
"""
STUB = question("double", "x: float", "return 2 * x")


def cells(body: Any = GOOD, prose: Any = PROSE, more: Any = "") -> Any:
    return [STUB, prose, more, DEMO.format(body)]


def test_a_claim_that_holds_under_every_seed(tmp_path: Path) -> None:
    report = audited(
        tmp_path, cells(), PROBES, "Demos", claims=CLAIMS.format("n['mine'] < n['control']")
    )
    assert report.passed, report.findings


def test_scalars_of_numpy_are_numbers(tmp_path: Path) -> None:
    body = (
        "return {'mine': np.ones(3).mean(), 'control': np.float32(2), 'rows': np.ones(3).argmax()}"
    )
    claim = "n['mine'] < n['control'] and isinstance(n['mine'], float)"
    assert audited(tmp_path, cells(body), PROBES, "Demos", claims=CLAIMS.format(claim)).passed


@pytest.mark.parametrize(
    "body,claim,text",
    [
        (GOOD, "n['seed'] < 2", "does not hold under seed 2: mine = 2, control = 5, seed = 2"),
        (GOOD, "n['mine'] > n['control']", "does not hold under seed 0: mine = 2"),
        (GOOD, "n['yours'] < 1", "cannot be judged under seed 0: KeyError: 'yours'"),
        ("return {'mine': 1 / (1 - seed)}", "True", "the demo fails under seed 1: ZeroDivisionError"),
        ("return {'mine': float('nan') if seed else 1.0}", "True", "no dictionary of finite numbers under seed 1"),
        ("return 3.0", "True", "no dictionary of finite numbers under seed 0"),
        ("return {'name': 'Ada'}", "True", "no dictionary of finite numbers under seed 0"),
        ("return {'all': np.ones(3)}", "True", "no dictionary of finite numbers under seed 0"),
    ],
)  # fmt: skip
def test_a_claim_that_does_not_hold(tmp_path: Path, body: str, claim: str, text: str) -> None:
    report = audited(tmp_path, cells(body), PROBES, "Demos", claims=CLAIMS.format(claim))
    assert not report.passed
    (said,) = found(report, check="claim")
    assert text in said


def test_a_demo_without_a_seed_cannot_bear_a_claim(tmp_path: Path) -> None:
    script = cells()
    script[-1] = script[-1].replace("seed: int = 0", "").replace("seed", "0")
    report = audited(tmp_path, script, PROBES, "Demos", claims=CLAIMS.format("True"))
    assert "unexpected keyword argument 'seed'" in found(report, check="claim")[0]


def test_without_claims_a_demo_runs_once(tmp_path: Path) -> None:
    body = "import pathlib; assert not seed; return {'mine': 1.0}"
    assert audited(tmp_path, cells(body), PROBES, "Demos").passed


def test_time_is_that_of_the_slowest_seed(tmp_path: Path) -> None:
    body = "import time\n    end = time.process_time() + (11 if seed == 1 else 0)\n    while time.process_time() < end:\n        pass\n    return {'mine': 1.0}"  # fmt: skip
    report = audited(tmp_path, cells(body), PROBES, "Demos", claims=CLAIMS.format("True"))
    assert report.findings == [] and not report.passed
    assert report.slow == ["demo payoff takes 11 s of computing time; at most 10 are allowed"]


# ---- what stands in the prose ----------------------------------------------------------------------------------------


def assignment(root: Path, claims: str, script: Any = None) -> Any:
    course = make(root, "scratch", script or cells(), PROBES, claims=claims)
    return load(course.root, "scratch")


def test_marks_and_line_breaks_do_not_count(tmp_path: Path) -> None:
    assert slips(assignment(tmp_path, CLAIMS.format("True"))) == []


def test_a_sentence_that_the_prose_does_not_say(tmp_path: Path) -> None:
    text = CLAIMS.format("True").replace("beats the control", "is far below the control")
    (said,) = slips(assignment(tmp_path, text))
    assert said == (
        "tests/scratch/claims.py: payoff: the prose does not say "
        "'your estimate is far below the control under every seed'"
    )


def test_a_payoff_about_which_nothing_is_claimed(tmp_path: Path) -> None:
    last = '\n# %% tags=["demo"]\n@demo\ndef last(seed=0):\n    return {"a": 1.0}\n'
    (said,) = slips(assignment(tmp_path, CLAIMS.format("True"), [*cells(), last]))
    assert said == "tests/scratch/claims.py: nothing is claimed about the payoff, last"


def test_part_of_a_word_is_no_word() -> None:
    claims = {"d": (Claim("art is long now", lambda n: True),)}
    assert list(unsupported(Path("f"), claims, ["d"], "part is long now"))
    assert not list(unsupported(Path("f"), claims, ["d"], "(Art is *long*, now.)"))


@pytest.mark.parametrize(
    "text,message",
    [
        ("CLAIMS = []", "must map each demo to a list of Claim"),
        ("CLAIMS = {'payoff': ['a sentence']}", "must map each demo to a list of Claim"),
        (CLAIMS.format("True").replace('"payoff"', '"payof"'), "no demo 'payof'; did you mean 'payoff'?"),
        (CLAIMS.format("True").replace("your estimate beats the control under every seed", "it wins"), "is no sentence of 4 words"),
        (CLAIMS.format("True").replace("lambda n: True", "3"), "holds must be a function"),
        ("1 / 0", "claims.py:1: ZeroDivisionError"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AuthorError) as caught:
        assignment(tmp_path, text)
    assert message in str(caught.value)


def test_claims_and_their_demos_belong_to_what_was_audited(tmp_path: Path) -> None:
    one = assignment(tmp_path / "a", CLAIMS.format("True"))
    other = assignment(tmp_path / "b", CLAIMS.format("n['mine'] < 9"))
    redrawn = assignment(tmp_path / "c", CLAIMS.format("True"), cells(GOOD + "  # drawn anew"))
    assert len({key_of(a, "seed") for a in (one, other, redrawn)}) == 3
