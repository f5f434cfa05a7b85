"""authoring/engine.py: what grades and audits depend on."""

import ast
import re
from typing import Any

import pytest

from dlcourse.audit.run import ENGINE as AUDIT
from dlcourse.authoring.engine import engine_key, engine_sources, meaning, modules_in
from dlcourse.authoring.references import ENGINE as RESULTS
from dlcourse.authoring.references import NO_PART
from dlcourse.grading.grader import ENGINE as GRADE
from tests.support.course import REPOSITORY

PACKAGE = REPOSITORY / "dlcourse"
WINGS = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}


def wings(sources: Any) -> set[str]:
    return {name.partition(".")[0] for name in sources} & WINGS


# ---- what grades and audits depend on --------------------------------------------------------------------------------


def test_a_grade_depends_on_these_wings_and_no_others() -> None:
    assert wings(engine_sources(GRADE)) == {"core", "student", "executor", "authoring", "grading"}


def test_results_depend_on_what_runs_and_reads_and_not_on_what_grades() -> None:
    found = engine_sources(RESULTS, without=NO_PART)
    assert wings(found) == {"core", "executor", "authoring", "student"}
    assert [name for name in found if name.startswith("student")] == ["student"], "what demos call"
    assert not set(NO_PART) & set(found) and set(NO_PART) <= set(engine_sources(RESULTS))
    assert {"core.probe", "executor.driver", "authoring.read", "core.encoding"} <= set(found)
    assert engine_key(RESULTS) != engine_key(RESULTS, without=NO_PART)


def test_a_module_that_is_left_out_must_be_there() -> None:
    with pytest.raises(LookupError, match="no module authoring.gone"):
        engine_sources(RESULTS, without=("authoring.gone",))


def test_an_audit_depends_on_these_wings_and_no_others() -> None:
    assert wings(engine_sources(*AUDIT)) == {"core", "student", "executor", "authoring", "audit"}


def test_every_wing_has_been_thought_of() -> None:
    """A new wing belongs into one of the two tests above, or here."""
    others = {"cli", "nbgrader_port", "export", "insight", "tour"}
    assert wings(engine_sources(GRADE, *AUDIT)) | others == WINGS


@pytest.mark.parametrize("roots", [(GRADE,), AUDIT], ids=["grade", "audit"])
def test_all_that_runs_compares_and_judges_is_reached(roots: Any) -> None:
    found = set(engine_sources(*roots))
    assert set(modules_in("executor.sandbox")) - {"executor.sandbox.trial"} <= found
    assert found >= {
        "core.compare", "core.encoding", "core.evidence", "core.probe", "core.seeds", "core.verdict",
        "executor.driver", "executor.runner", "executor.session", "executor.zygote",
        "authoring.read", "authoring.references", "authoring.script", "core.guards", "core.rules",
    }  # fmt: skip
    assert not found & {"cli", "console", "doctor", "testing", "student.terminal", "authoring.lint"}


def test_the_instrument_of_the_audit_is_reached() -> None:
    assert set(modules_in("audit.instrument")) <= set(engine_sources(*AUDIT))


def test_a_module_that_was_moved_is_missed() -> None:
    with pytest.raises(LookupError, match=re.escape("dlcourse has no module grading.gone")):
        engine_sources("grading.gone")
    assert engine_key(GRADE) != engine_key(*AUDIT)


ONE = 'x = "kept"\n\n\ndef f():\n    """A word."""\n    return 1\n'


@pytest.mark.parametrize(
    "old,new", [("A word", "Another"), ("return 1", "return 1  # one"), ("\n\n\n", "\n\n")]
)
def test_the_key_does_not_follow_docstrings_comments_and_layout(old: str, new: str) -> None:
    assert meaning(ast.parse(ONE)) == meaning(ast.parse(ONE.replace(old, new)))


@pytest.mark.parametrize("old,new", [("kept", "changed"), ("return 1", "return 2"), ("f()", "g()")])
def test_the_key_follows_code(old: str, new: str) -> None:
    assert meaning(ast.parse(ONE)) != meaning(ast.parse(ONE.replace(old, new)))
