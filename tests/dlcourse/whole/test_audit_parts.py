"""The parts of an audit that need no notebook: equivalent.toml, inputs, tolerances, the table."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from dlcourse.audit import equivalents, forbidden
from dlcourse.audit.findings import AuditReport, Finding, Numbers
from dlcourse.audit.habits import habits_of
from dlcourse.audit.inputs import named_sizes, problems
from dlcourse.audit.mutants import mutants
from dlcourse.audit.registry import CHECKS, columns, documented
from dlcourse.audit.run import read_open, record_open, set_open_aside
from dlcourse.audit.stubs import StubCell, raised_by
from dlcourse.audit.table import COLUMNS, entries, lines, table
from dlcourse.audit.tolerance import changed, leaves
from dlcourse.authoring.assignment import Question
from dlcourse.authoring.course import Course
from dlcourse.errors import AuthorError

REASON = "the dot product of two vectors commutes"


def stub(arguments: str) -> Any:
    source = f"def f({arguments}):\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    return StubCell(Question("f", ("f",), source, (), ())).stubs[0]


def call(**arguments: Any) -> Any:
    return {
        name: {"value": "", "shapes": [list(value)], "type": "ndarray"}
        if isinstance(value, tuple)
        else {"value": repr(value), "shapes": [], "type": "x"}
        for name, value in arguments.items()
    }


X = 'x: Float[np.ndarray, "B T d"]'


def test_sizes_that_coincide_are_found() -> None:
    assert set(problems(stub(X), [call(x=(3, 3, 5)), call(x=(2, 2, 4))])) == {"f: B = T"}
    assert problems(stub(X), [call(x=(3, 3, 5)), call(x=(4, 2, 4))]) == {}


def test_square_matrices_are_found_without_annotation() -> None:
    assert (
        "a transpose would not be noticed"
        in problems(stub("x"), [call(x=(3, 3)), call(x=(2, 2))])["f: x"]
    )
    assert problems(stub("x"), [call(x=(3, 3)), call(x=(2, 4))]) == {}


def test_sizes_and_values_that_never_change_are_found() -> None:
    found = problems(
        stub(X + ", eps: float = 1e-5"), [call(x=(1, 3, 5), eps=0.1), call(x=(1, 2, 4), eps=0.1)]
    )
    assert set(found) == {"f: B", "f: eps"}
    assert (
        problems(
            stub(X + ", eps: float = 1e-5"),
            [call(x=(1, 3, 5), eps=0.1), call(x=(2, 2, 4), eps=0.2)],
        )
        == {}
    )


def test_a_stub_that_no_probe_calls_is_found() -> None:
    assert "is called by no probe" in problems(stub(X), [])["f"]


def test_named_sizes() -> None:
    assert named_sizes(["*batch", "n", "d"], [7, 8, 2, 3]) == {"n": 2, "d": 3}
    assert named_sizes(["B", "..."], [4, 5, 6]) == {"B": 4}
    assert named_sizes(["B", "2", "n+1"], [4, 2, 3]) == {"B": 4}
    assert named_sizes(["B", "d"], [4]) == {}


def test_leaves_and_their_places() -> None:
    tree = (np.ones((2, 3)), {"a": [1.5, "text", None, True]})
    assert [path for path, _ in leaves(tree)] == [(0,), (1, "a", 0)]
    assert changed(tree, (1, "a", 0), 9.0)[1] == {"a": [9.0, "text", None, True]}


def write(folder: Path, text: str) -> Any:
    path = folder / "equivalent.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reading_equivalents(tmp_path: Path) -> None:
    text = f"""
        [[equivalent]]
        stub = "f"
        line = "a @ b"
        becomes = ["b @ a", "b * a"]
        reason = "{REASON}"
        [[equivalent]]
        stub = "f"
        becomes = "n = 1"
        occurrence = 2
        reason = "{REASON}"
        [[allow]]
        question = "f"
        check = "float32"
        subject = "probe"
        reason = "the docstring asks for float64"
    """
    excuses = equivalents.read(write(tmp_path, text))
    assert set(excuses.mutants) == {
        ("f", "a @ b", "b @ a", 1),
        ("f", "a @ b", "b * a", 1),
        ("f", "", "n = 1", 2),
    }
    assert excuses.findings == {("f", "float32", "probe"): "the docstring asks for float64"}
    assert equivalents.read(tmp_path / "missing.toml") == equivalents.Excuses()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[equivalent", "equivalent.toml: "),
        ("[[same]]\nstub = 'f'", "unknown table 'same'"),
        ("[[equivalent]]\nstub = 'f'\nbecomes = 'a'", "gives no reason"),
        ("[[equivalent]]\nstub = 'f'\nbecomes = 'a'\nreason = 'equivalent'", "gives no reason"),
        (f"[[equivalent]]\nbecomes = 'a'\nreason = '{REASON}'", "stub = None"),
        (f"[[equivalent]]\nstub = 'f'\nreason = '{REASON}'", "becomes = None"),
        (2 * f"[[equivalent]]\nstub = 'f'\nbecomes = 'a'\nreason = '{REASON}'\n", "two entries"),
        (
            2 * f"[[allow]]\nquestion = 'f'\ncheck = 'stub'\nsubject = 'p'\nreason = '{REASON}'\n",
            "two entries",
        ),
        (f"[[allow]]\nquestion = 'f'\nsubject = 'p'\nreason = '{REASON}'\n", "check = None"),
    ],
)
def test_entries_that_are_wrong_are_refused(tmp_path: Path, text: Any, message: Any) -> None:
    with pytest.raises(AuthorError, match=message):
        equivalents.read(write(tmp_path, text))


def test_entries_to_paste_can_be_read_back(tmp_path: Path) -> None:
    body = ["a = x['k'] * 2", 'b = "q" * n', "return a, b"]
    source = "\n".join(
        [
            "def f(x, n: int):",
            "    ### BEGIN SOLUTION",
            *(f"    {line}" for line in body),
            "    ### END SOLUTION",
        ]
    )
    found = mutants(Question("f", ("f",), source, (), ()))
    text = entries(found).replace('reason = ""', f'reason = "{REASON}"')
    assert set(equivalents.read(write(tmp_path, text)).mutants) == {m.id for m in found}


def test_forbidden_names_exist() -> None:
    assert forbidden.exists("torch.nn.functional.softmax") and forbidden.exists(
        "torch.distributions"
    )
    assert not forbidden.exists("torch.nn.functional.sofmax") and not forbidden.exists(
        "scypy.special"
    )


def report(**changes: Any) -> Any:
    rows = {
        "f": Numbers(points=4, public=1, hidden=2, mutants=10, killed=8, explained=1, seconds=0.012)
    }
    found = [
        Finding("f", "cheat zeros", "p", "is passed"),
        Finding("f", "mutant", "f: a  →  b", "survives"),
    ]
    return AuditReport("toy", "key", rows, **{"findings": found, "seconds": 3.0, **changes})


def test_the_table_shows_what_is_missed() -> None:
    console = Console(width=170, record=True, file=io.StringIO())
    console.print(table(report()))
    text = console.export_text()
    assert "10 mutants, 8 killed, 1 explained (10.0%), 1 left" in text
    assert "0 1✗" in text and "1+1✗" in text and "12" in text
    assert lines(report())[0] == "f: cheat zeros: p: is passed"


def test_exceptions_of_a_docstring() -> None:
    doc = "Short.\n\nRaises:\n    ValueError: no.\n    KeyError, TypeError: two.\n        OSError: more.\n\nNote:\n    Error: x"
    assert raised_by(doc) == ["ValueError", "KeyError", "TypeError"]
    assert raised_by("Short.") == []


STUB = '''def f(x: Float[Tensor, "B d"], names: dict[str, int], k: int, rng: Generator) -> {0}:
    """{1}"""
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION'''


def test_habits_follow_signature_and_docstring() -> None:
    def modes(returns: str = "None", doc: str = "Short.", changed: Any = ()) -> set[str]:
        cell = StubCell(Question("f", ("f",), STUB.format(returns, doc), (), ()))
        return {mode for mode, *_ in habits_of(cell.stubs[0], set(changed))}

    always = {"kept by form", "kept by first argument", "kept by identity", "squeezes"}
    always |= {"stale: x", "stale: names", "changes: names"}
    assert modes() == always | {"changes: x", "flags: x"}
    assert modes(changed=["x"]) == always
    assert modes('Float[Tensor, "B"]') - modes() == {"squeezed"}
    assert modes('Float[Tensor, "d"]') == modes()
    assert modes("Tensor", "A new tensor.") - modes() == {"aliased"}


def test_every_check_has_its_place() -> None:
    """The table shows its column, docs/audit.md has its row, and no two checks say the same."""
    text = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
    assert set(columns()) <= set(COLUMNS)
    for row in documented():
        assert row in text.splitlines()
    said = [name for check in CHECKS for name in check.says]
    assert len(said) == len(set(said))


def test_json_holds_no_times_and_one_order() -> None:
    one, other = (
        report(),
        report(findings=report().findings[::-1], seconds=99.0, slow=["demo x takes 12 s"]),
    )
    assert one.to_json() == other.to_json()
    assert "seconds" not in str(one.to_json())
    assert not other.passed and not one.passed
    assert report(findings=[]).passed and not report(findings=[], slow=["demo"]).passed


# ---- known and still to be mended ------------------------------------------------------------------------------------


def report_of(*findings: Any) -> Any:
    return AuditReport(
        "toy", "k", {}, [Finding(q, check, subject, "is wrong") for q, check, subject in findings]
    )


def test_open_findings_fail_nothing_and_new_ones_do(tmp_path: Path) -> None:
    old, new = ("f", "cheat zeros", "p"), ("f", "cheat ones", "p")
    report = report_of(old, new)
    set_open_aside(report, {old})
    assert [f.check for f in report.open] == ["cheat zeros"] and not report.passed
    report = report_of(old)
    set_open_aside(report, {old})
    assert report.passed


def test_an_open_finding_that_is_mended_must_leave_the_list() -> None:
    report = report_of()
    set_open_aside(report, {("f", "cheat zeros", "p")})
    (finding,) = report.findings
    assert finding.check == "entry" and "is mended" in finding.text


def test_open_findings_are_written_and_read(tmp_path: Path, course: Course) -> None:
    report = report_of(("f", "cheat zeros", "p"), ("", "slow", "x"))
    record_open(course, report)
    assert report.passed and len(report.open) == 2
    assert read_open(course.files("toy").open) == {("f", "cheat zeros", "p"), ("", "slow", "x")}
    record_open(course, report_of())
    assert not course.files("toy").open.exists() and read_open(course.files("toy").open) == set()
    course.files("toy").open.write_text("[[1")
    with pytest.raises(AuthorError, match="open.json"):
        read_open(course.files("toy").open)
