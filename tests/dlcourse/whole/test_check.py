"""`check`, as a student meets it: in a terminal, in IPython, and through nbgrader's validation."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcourse import close, demo, probe
from dlcourse.core.evidence import Raised
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import Expectation, KnownMistake
from dlcourse.student import check as module
from dlcourse.student.checks_file import ChecksFile
from dlcourse.student.notebook_session import NotebookSession

X = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
GOOD = np.exp(X) / np.exp(X).sum(1, keepdims=True)
WRONG = np.exp(X) / np.exp(X).sum(0)


@probe("softmax")
def rows(softmax: Any) -> Any:
    """Each row sums to one."""
    return softmax(X.copy())


@probe("softmax")
def again(softmax: Any) -> Any:
    """Twice the logits."""
    return softmax(2 * X)


@probe("loss", points=2)
def mean(loss: Any) -> Any:
    """Mean over two rows."""
    return loss(X.copy())


@probe("train")
def steps(train: Any) -> Any:
    """Two steps."""
    return train()


@probe("softmax", judge=lambda result, expected: None if result == 7 else f"not seven but {result}")
def judged(softmax: Any) -> Any:
    """Judged by a function."""
    return softmax(X)


def document(forbid: list[str] | None = None) -> dict[str, Any]:
    def expected(one: Any, value: Any, *mistakes: KnownMistake) -> tuple[str, Any]:
        spec = replace(one.spec, compare=close())
        return spec.name, Expectation(spec, value, mistakes).to_json()

    both = 2 * X
    axis = KnownMistake("wrong_axis", "Sum over the classes.", WRONG)
    return {
        "format": 3,
        "python": "3.99",
        "cells": [],
        "rules": {
            "libraries": ["numpy"],
            "forbid": {"softmax": forbid or []},
            "stubs": {name: name for name in ("softmax", "loss", "train")},
            "given": [],
        },
        "assignment": "toy",
        "questions": {
            "softmax": {"functions": ["softmax"], "needs": [], "points": 2, "hidden": 3},
            "loss": {"functions": ["loss"], "needs": ["softmax"], "points": 1, "hidden": 2},
            "train": {"functions": ["train"], "needs": ["loss"], "points": 1, "hidden": 0},
        },
        "probes": dict(
            [
                expected(rows, GOOD, KnownMistake("negated", "Mind the sign.", -GOOD), axis),
                expected(again, np.exp(both) / np.exp(both).sum(1, keepdims=True)),
                expected(mean, 1.0),
                expected(steps, 2.0),
                expected(judged, 7),
            ]
        ),
    }


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh session in a folder with a checks.json, outside IPython and nbgrader."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "DLCOURSE_CHECKS",
        "DLCOURSE_GRADING",
        "NBGRADER_VALIDATING",
        "NBGRADER_EXECUTION",
        "JPY_SESSION_NAME",
    ):
        monkeypatch.delenv(name, raising=False)
    session = NotebookSession({})
    monkeypatch.setattr(module, "current_session", lambda: session)
    monkeypatch.setattr(module, "_shell", lambda: None)
    (tmp_path / "checks.json").write_text(json.dumps(document()))
    return tmp_path


@pytest.fixture
def checked(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a check in a namespace, as a script would, and returns what was shown."""

    def call(one: Any, **names: Any) -> str:
        namespace = {"check": module.check, "one": one, **names}
        exec("result = check(one)", namespace)
        assert namespace["result"] is None
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return call


def softmax(x: Any) -> Any:
    e = np.exp(x)
    return e / e.sum(1, keepdims=True)


def wrong_axis(x: Any) -> Any:
    e = np.exp(x)
    return e / e.sum(0)


def stub(*args: Any) -> Any:
    raise NotImplementedError


def test_pass(checked: Any) -> None:
    assert checked(rows, softmax=softmax) == "✓ softmax · Each row sums to one.\n"


def test_fail_names_the_mistake(checked: Any) -> None:
    text = checked(rows, softmax=wrong_axis)
    assert text.startswith(
        "✗ failed · softmax · Each row sums to one.\n  all 6 values differ (shape (2, 3));"
    )
    assert "Looks like wrong axis: Sum over the classes." in text and "Traceback" not in text


def test_stub(checked: Any) -> None:
    assert checked(rows, softmax=stub) == "○ not written yet · softmax · Each row sums to one.\n"


def test_missing_function(checked: Any) -> None:
    assert "softmax is not defined; run the cell that defines it" in checked(rows)


def test_exception_shows_the_students_lines(checked: Any) -> None:
    source = "def softmax(x):\n    y = x[0]\n    return y / undefined\n"
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell In[3]>", "exec"), namespace)
    text = checked(rows, softmax=namespace["softmax"])
    assert "your code raised NameError: name 'undefined' is not defined" in text
    assert "at cell In[3], line 3:" in text and "Traceback" not in text and "probes.py" not in text


def test_exit_does_not_end_the_session(checked: Any) -> None:
    assert "raised SystemExit" in checked(rows, softmax=lambda x: sys.exit(1))


def test_result_too_large(checked: Any) -> None:
    assert "the result holds more than 8 MB" in checked(rows, softmax=lambda x: np.zeros(2_000_000))


def test_hostile_result(checked: Any) -> None:
    class Liar(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            raise RuntimeError

    assert "failed · softmax" in checked(rows, softmax=lambda x: Liar(a=1))
    assert "failed · softmax" in checked(rows, softmax=lambda x: (i for i in x))


def test_judge_of_the_notebook_is_used(checked: Any) -> None:
    assert checked(judged, softmax=lambda x: 7).startswith("✓")
    assert "not seven but 8" in checked(judged, softmax=lambda x: 8)


def test_inputs_cannot_be_spoilt_for_the_next_check(checked: Any) -> None:
    def destructive(x: Any) -> Any:
        good = softmax(x)
        x[:] = 0
        return good

    assert "`x` was changed" in checked(rows, softmax=destructive)
    assert checked(rows, softmax=softmax) == "✓ softmax · Each row sums to one.\n"


def test_needs_point_to_an_earlier_question_that_fails(checked: Any) -> None:
    names = {"softmax": wrong_axis, "loss": lambda x: 3.0}
    assert "look there first" not in checked(mean, **names), (
        "softmax has not been checked in this session"
    )
    checked(rows, **names)
    assert "This question uses softmax, whose own tests fail: look there first." in checked(
        mean, **names
    )
    assert "look there first" not in checked(mean, **{**names, "softmax": softmax}), (
        "softmax was written anew since"
    )
    assert checked(mean, **{**names, "loss": lambda x: 1.0}) == "✓ loss · Mean over two rows.\n"


def test_needs_point_to_a_question_that_is_not_written(checked: Any) -> None:
    names = {"softmax": stub, "loss": lambda x: stub()}
    text = checked(mean, **names)
    assert "waits for another question · loss" in text
    assert " ".join(text.split()).endswith(
        "This question uses softmax, which is not written yet: look there first."
    )
    assert "waits" not in checked(mean, softmax=stub, loss=stub), (
        "this question itself is to be written"
    )


def test_several_functions_of_a_question_are_told_apart(checked: Any, place: Path) -> None:
    several = document()
    several["questions"]["softmax"]["functions"] = ["softmax", "log_softmax", "unused"]
    several["probes"]["both"] = Expectation(
        ProbeSpec("both", "softmax", "Two at once.", 1, True), X
    ).to_json()
    (place / "checks.json").write_text(json.dumps(several))

    @probe("softmax")
    def both(softmax: Any, log_softmax: Any) -> Any:
        """Two at once."""
        return softmax(X) + log_softmax(X)

    assert "not written yet · log_softmax · Two at once." in checked(
        both, softmax=softmax, log_softmax=stub
    )
    assert "not written yet · log_softmax · Two at once." in checked(both, softmax=softmax)
    assert "not written yet · softmax, log_softmax · Two" in checked(
        both, softmax=stub, log_softmax=stub
    )
    assert "failed · softmax, log_softmax · Two" in checked(
        both, softmax=softmax, log_softmax=lambda x: x
    )
    assert "✓ softmax · Each row" in checked(rows, softmax=softmax, log_softmax=stub)


def test_a_session_knows_the_status_of_each_question() -> None:
    session = NotebookSession({"softmax": wrong_axis, "loss": lambda x: 1.0})
    assert [session.status(q) for q in ("softmax", "loss", "train")] == [
        "passed",
        "passed",
        "unwritten",
    ]
    assert session.judge(rows).verdict.status == session.status("softmax") == "failed"
    assert session.failing_needs("train") == (("softmax", "failed"),)
    session.namespace = {**session.namespace, "softmax": softmax}
    assert session.status("softmax") == "passed" and session.failing_needs("train") == ()


def test_needs_are_followed_further(checked: Any) -> None:
    text = " ".join(checked(steps, softmax=stub, loss=lambda x: 1.0, train=lambda: 5.0).split())
    assert "This question uses softmax, which is not written yet: look there first." in text


def test_one_mistake_per_question(checked: Any, place: Path) -> None:
    both = document()
    both["probes"]["again"] = Expectation(
        ProbeSpec("again", "softmax", "T.", 1, True),
        X,
        (KnownMistake("wrong_axis", "Sum over the classes.", WRONG),),
    ).to_json()
    both["probes"]["rows"]["mistakes"][0]["result"] = both["probes"]["rows"]["mistakes"][1][
        "result"
    ]
    (place / "checks.json").write_text(json.dumps(both))
    namespace = {"softmax": lambda x: WRONG}
    assert "Looks like negated" in checked(rows, **namespace)
    checked(again, **namespace)
    text = checked(rows, **namespace)
    assert "Looks like wrong axis" in text and "negated" not in text


def test_forbidden_call_in_a_script_is_told(place: Path) -> None:
    (place / "checks.json").write_text(json.dumps(document(["scipy.special.softmax"])))
    head = "import numpy as np\nimport scipy.special as sp\nfrom dlcourse import check, probe\n\n\n"
    bodies = {
        "def softmax(x):\n    good = x\n    return sp.softmax(good, axis=1)\n": "✗",
        "def helper(x):\n    return sp.softmax(x, axis=1)\n\n\ndef softmax(x):\n    return helper(x)\n": "✗",
        RIGHT + "\n\n\nprint(sp.softmax(np.eye(2)).shape)\n": "✓",
    }
    for body, mark in bodies.items():
        (place / "work.py").write_text(head + body + TEST_CELL)
        done = subprocess.run(
            [sys.executable, "work.py"], cwd=place, capture_output=True, text=True, timeout=60
        )
        text = done.stdout[done.stdout.index(mark) :]
        assert done.returncode == 0 and (
            "scipy.special.softmax is not allowed in softmax" in text
        ) == (mark == "✗")


@pytest.mark.parametrize(
    ("encoding", "said"), [("ascii", "+ softmax - "), ("cp1252", "+ softmax · ")]
)
def test_marks_in_a_terminal_that_lacks_them(place: Path, encoding: str, said: str) -> None:
    (place / "work.py").write_text(f"{IMPORTS}\n{RIGHT}\n{TEST_CELL}")
    done = subprocess.run(
        [sys.executable, "work.py"],
        cwd=place,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        encoding=encoding,
        timeout=60,
    )
    assert done.returncode == 0 and done.stdout == f"{said}Each row sums to one.\n"


@pytest.mark.filterwarnings("default:mind the step")
def test_warnings_and_stderr_do_not_fail_a_check(checked: Any) -> None:
    def noisy(x: Any) -> Any:
        warnings.warn("mind the step", stacklevel=1)
        print("to stderr", file=sys.stderr)
        return softmax(x)

    text = checked(rows, softmax=noisy)
    assert (
        "✓ softmax · Each row sums to one." in text
        and "note: UserWarning: mind the step" in text
        and "to stderr" in text
    )


def test_random_numbers_of_the_notebook_go_on(checked: Any) -> None:
    import random

    torch = pytest.importorskip("torch")

    def draw() -> list[float]:
        return [random.random(), float(np.random.rand()), float(torch.rand(1))]

    def seeded() -> None:
        random.seed(1)
        np.random.seed(1)
        torch.manual_seed(1)

    seeded()
    expected = draw()
    seeded()
    checked(rows, softmax=softmax)
    assert draw() == expected


TROUBLE = {
    "no file": (None, "checks.json is not there: it comes with the assignment"),
    "no JSON": ("{", "is damaged (JSONDecodeError); get the file again"),
    "another JSON": ("[]", "is damaged (TypeError)"),
    "nothing in it": ("{}", "is damaged (KeyError)"),
    "no UTF-8": (b"\xff\xfe\xff", "is damaged (UnicodeDecodeError)"),
    "newer format": (
        '{"format": 4}',
        "is of format 4, this version of dlcourse reads format 3: update dlcourse",
    ),
    "older format": (
        '{"format": 0}',
        "this version of dlcourse reads format 3: get the assignment again",
    ),
    "probes missing": (json.dumps({**document(), "probes": []}), "is damaged"),
    "questions of another form": (
        json.dumps({**document(), "questions": {"softmax": {}}}),
        "is damaged",
    ),
    "unknown test": (
        json.dumps({**document(), "probes": {}}),
        "checks.json (assignment toy) has no test 'rows': the notebook and this file are not of the same release",
    ),
    "damaged test": (
        json.dumps({**document(), "probes": {"rows": {"question": "softmax"}}}),
        "test 'rows' is damaged",
    ),
    "damaged result": (
        json.dumps(
            {
                **document(),
                "probes": {
                    "rows": {
                        **document()["probes"]["rows"],
                        "expected": {"tree": {"t": "ndarray"}, "buffers": []},
                    }
                },
            }
        ),
        "test 'rows' is damaged",
    ),
}


@pytest.mark.parametrize("case", TROUBLE)
def test_trouble_is_one_clear_line(
    case: str, place: Path, checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, expected = TROUBLE[case]
    path = place / "checks.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    text = checked(rows, softmax=softmax)
    assert (
        expected in text
        and "checks.json" in text
        and text.startswith("○ not checked: ")
        and text.count("\n") == 1
    )
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    with pytest.raises(module.CheckFailed, match="checks.json"):
        checked(rows, softmax=softmax)


@pytest.mark.parametrize("value", [softmax, None, 3, "rows"])
def test_no_test_at_all(value: Any, checked: Any) -> None:
    assert "check takes a test, that is a function under @probe, not" in checked(value)


def test_file_named_by_the_environment(
    place: Path, checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "checks.json").rename(place / "other.json")
    monkeypatch.setenv("DLCOURSE_CHECKS", str(place / "other.json"))
    assert checked(rows, softmax=softmax).startswith("✓")
    monkeypatch.setenv("DLCOURSE_CHECKS", str(place / "none.json"))
    assert "none.json is not there" in checked(rows, softmax=softmax)


def test_file_is_found_after_a_change_of_folder(
    place: Path, checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(rows, softmax=softmax)
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    assert checked(rows, softmax=softmax).startswith("✓")


def test_file_next_to_the_notebook_that_jupyter_names(
    place: Path, checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    monkeypatch.setenv("JPY_SESSION_NAME", str(place / "toy.ipynb"))
    assert checked(rows, softmax=softmax).startswith("✓")


def test_file_is_read_again_when_it_changes(place: Path, checked: Any) -> None:
    assert checked(mean, loss=lambda x: 1.0).startswith("✓")
    changed = document()
    changed["probes"]["mean"]["title"] = "Another title, longer than before."
    (place / "checks.json").write_text(json.dumps(changed))
    assert "Another title" in checked(mean, loss=lambda x: 1.0)


def test_unchanged_file_is_read_once(checked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(rows, softmax=softmax)
    monkeypatch.setattr(ChecksFile, "_parse", lambda *args: pytest.fail("read again"))
    checked(again, softmax=softmax)


def test_while_grading_a_check_is_harmless_and_quick(
    place: Path, checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLCOURSE_GRADING", "1")
    assert checked(rows, softmax=lambda x: time.sleep(60)) == "check: not run while grading\n"


def test_nothing_is_raised_interactively_and_everything_under_validation(
    checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(rows, softmax=wrong_axis)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    checked(rows, softmax=softmax)
    for bad in (wrong_axis, stub):
        with pytest.raises(module.CheckFailed) as caught:
            checked(rows, softmax=bad)
        assert caught.value._render_traceback_()[0][2:].startswith(
            ("failed · softmax", "not written yet · softmax")
        )


def in_ipython(cells: list[str], folder: Path) -> list[dict[str, str]]:
    """Run cells in a real IPython shell; what each displayed."""
    script = f"""
        import json, sys
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.core.displaypub import DisplayPublisher
        shown = []
        class Publisher(DisplayPublisher):
            def publish(self, data, metadata=None, **kwargs):
                shown.append(data)
        InteractiveShell.display_pub_class = Publisher
        shell = InteractiveShell.instance(colors="nocolor")
        for source in {cells!r}:
            result = shell.run_cell(source, store_history=True)
            if result.error_in_exec is not None:
                shown.append({{"error": type(result.error_in_exec).__name__}})
        print("RESULT" + json.dumps(shown))
    """
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "DLCOURSE"))
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=folder,
        env={**environment, "IPYTHONDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout.rpartition("RESULT")[2])
    return found


TEST_CELL = '''
@probe("softmax")
def rows(softmax):
    """Each row sums to one."""
    return softmax(np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]]))


check(rows)
'''
IMPORTS = "import numpy as np\nfrom dlcourse import check, probe"
RIGHT = "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum(1, keepdims=True)"


def test_in_ipython(place: Path) -> None:
    (place / "checks.json").write_text(json.dumps(document(["scipy.special.softmax"])))
    found = in_ipython(
        [
            IMPORTS,
            RIGHT,
            TEST_CELL,
            "def softmax(x):\n    e = np.exp(x)\n    return e / e.som(0)",
            TEST_CELL,
            "from scipy.special import softmax as library",
            "%time library(np.eye(2))  # comparing is no crime",
            "def softmax(x):\n    return library(x, axis=1)",
            TEST_CELL,
            RIGHT,
            TEST_CELL,
            "class softmax:\n    def __new__(cls, x):\n        return library(x, axis=1)",
            TEST_CELL,
            "softmax = library",
            TEST_CELL,
        ],
        place,
    )
    texts = [" ".join(f["text/plain"].split()) for f in found if "text/html" in f]
    assert len(texts) == 6 and not [f for f in found if "error" in f]
    assert texts[0] == "✓ softmax · Each row sums to one."
    assert (
        "has no attribute 'som'" in texts[1]
        and "cell In[4], line 3: return e / e.som(0)" in texts[1]
    )
    assert "scipy.special.softmax is not allowed in softmax (line 1 of softmax)" in texts[2]
    assert texts[3] == "✓ softmax · Each row sums to one."
    assert "scipy.special.softmax is not allowed in softmax (line" in texts[4]
    assert "scipy.special.softmax is not allowed in softmax" in texts[5]
    assert "✗" in [f for f in found if "text/html" in f][1]["text/html"]


def test_nbgrader_validate(place: Path) -> None:
    pytest.importorskip("nbgrader")
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook
    from nbgrader.validator import Validator

    def notebook(softmax_source: str) -> Path:
        cells = [new_code_cell(source) for source in (IMPORTS, softmax_source, TEST_CELL.strip())]
        for number, cell in enumerate(cells):
            cell.metadata["nbgrader"] = {
                "grade": number == 2, "grade_id": f"cell{number}", "locked": number != 1, "schema_version": 3, "solution": number == 1,
                "task": False, "cell_type": "code", **({"points": 1} if number == 2 else {}),
            }  # fmt: skip
        path = place / "toy.ipynb"
        nbformat.write(
            new_notebook(
                cells=cells,
                metadata={
                    "kernelspec": {
                        "name": "python3",
                        "display_name": "Python 3 (ipykernel)",
                        "language": "python",
                    }
                },
            ),
            path,
        )
        return path

    noisy = (
        RIGHT
        + "\n\nimport sys, warnings\nprint('x', file=sys.stderr)\nplain = softmax"
        + "\n\ndef softmax(x):\n    warnings.warn('w')\n    return plain(x)"
    )
    assert Validator().validate(str(notebook(noisy))) == {}
    out = io.StringIO()
    validator = Validator()
    validator.stream = out
    validator.validate_and_print(
        str(notebook("def softmax(x):\n    e = np.exp(x)\n    return e / e.sum(0)"))
    )
    text = out.getvalue()
    assert "VALIDATION FAILED ON 1 CELL(S)" in text
    assert (
        "✗ failed · softmax · Each row sums to one." in text
        and "Looks like wrong axis: Sum over the classes." in text
    )
    assert "Traceback" not in text and "CheckFailed" not in text
    failed = Validator().validate(str(notebook("def softmax(x):\n    raise NotImplementedError")))[
        "failed"
    ]
    assert failed[0]["raw_error"] == "○ not written yet · softmax · Each row sums to one."


def test_import_needs_numpy_only() -> None:
    code = "import sys, dlcourse; print([m for m in ('torch', 'IPython', 'nbformat', 'jinja2', 'jupytext', 'numpy.ma') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_raised_results_in_checks(place: Path, checked: Any) -> None:
    changed = document()
    changed["probes"]["mean"] = Expectation(
        ProbeSpec("mean", "loss", "T.", 1, True),
        Raised("ValueError", ("ValueError",), "", (), True),
    ).to_json()
    (place / "checks.json").write_text(json.dumps(changed))
    assert "should raise ValueError, but returned 1.0" in checked(mean, loss=lambda x: 1.0)


# ---- demos know what was checked -------------------------------------------------------------------------------------

DRAWS = """
def softmax(x):
    return {body}


def helper(x):
    return softmax(x)


check(one)


@demo
def picture():
    print("drawn", helper(X).shape)
"""


def drawn(body: str, capsys: pytest.CaptureFixture[str], **names: Any) -> str:
    source = DRAWS.format(body=body)
    exec(source, {"__name__": "__main__", "np": np, "X": X, "one": rows, "check": module.check, "demo": demo} | names)  # fmt: skip
    return capsys.readouterr().out


def test_a_demo_says_that_it_was_drawn_with_what_fails(capsys: pytest.CaptureFixture[str]) -> None:
    text = drawn("x", capsys)
    assert text.endswith(
        "drawn (2, 3)\nDrawn with `softmax`, whose tests fail: the picture may be wrong.\n"
    )


def test_a_demo_of_what_passes_or_was_not_checked_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    right = "np.exp(x) / np.exp(x).sum(1, keepdims=True)"
    assert drawn(right, capsys).endswith("\ndrawn (2, 3)\n")
    assert drawn("x", capsys, check=lambda one: None) == "drawn (2, 3)\n"


def test_a_demo_after_a_repair_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "__main__", "np": np, "X": X, "one": rows, "demo": demo}
    names["check"] = module.check
    exec(DRAWS.format(body="x"), names)
    assert "tests fail" in capsys.readouterr().out
    right = "np.exp(x) / np.exp(x).sum(1, keepdims=True)"
    exec(DRAWS.format(body=right).replace("check(one)", ""), names)
    assert capsys.readouterr().out == "drawn (2, 3)\n"
