"""Measures what `import dlcourse` and `check` cost a student; exits with 1 when a limit is missed.

    import dlcourse      < 100 ms, a fresh interpreter's numpy included, and no torch
    check                <  50 ms beyond the student's own code: first call (reads checks.json) and
    later ones, with a
                                  small and with a large checks.json, in a notebook of 300 executed
                                  cells with `forbid`
    feedback page        <  50 ms per page beyond nbgrader's own database work

CPU time, the best of several runs: what a machine takes that has nothing else to do.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

IMPORT_LIMIT, CHECK_LIMIT, PAGE_LIMIT = 100.0, 50.0, 50.0
_IMPORT = "import time; t = time.process_time(); import dlcourse, sys; print(1e3 * (time.process_time() - t)); assert 'torch' not in sys.modules"


def milliseconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return 1e3 * (time.process_time() - start)


def import_time(runs: int = 7) -> float:
    """Best of several fresh interpreters."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", _IMPORT],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(runs)
    ]
    return min(times)


def write_checks(path: Path, probes: int, elements: int) -> None:
    """A checks.json with ``probes`` tests of ``elements`` numbers each, and three known mistakes
    per test.
    """
    from dlcourse.core.probe import ProbeSpec
    from dlcourse.core.rules import Rules
    from dlcourse.core.verdict import Expectation, KnownMistake
    from dlcourse.student.checks_file import FORMAT, PYTHON

    rng = np.random.default_rng(0)
    document: dict[str, Any] = {
        "format": FORMAT,
        "python": PYTHON,
        "cells": [],
        "assignment": "bench",
        "questions": {},
        "probes": {},
    }
    for i in range(probes):
        good = np.arange(elements, dtype=float)
        mistakes = tuple(
            KnownMistake(f"mistake{k}", "A hint.", rng.normal(size=elements)) for k in range(3)
        )
        document["questions"][f"q{i}"] = {
            "functions": ["answer"],
            "needs": [f"q{i - 1}"] if i else [],
            "points": 1,
            "hidden": 2,
        }
        document["probes"][f"p{i}"] = Expectation(
            ProbeSpec(f"p{i}", f"q{i}", "A title.", 1, True), good, mistakes
        ).to_json()
    questions = tuple(document["questions"])
    forbid = tuple((question, ("softmax",)) for question in questions)
    document["rules"] = Rules(("numpy",), forbid, (("answer", questions[0]),)).to_json()
    path.write_text(json.dumps(document, indent=1))


_SESSION = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
said = []
shell.display_pub.publish = lambda data, **kwargs: said.append(data["text/plain"][0])
shell.run_cell("import numpy as np\\nfrom dlcourse import check, probe", store_history=True)
for i in range(300):
    shell.run_cell(f"def helper_{i}(x):\\n    y = x + {i}\\n    return y.sum() if x is None else [y for _ in range(3)]", store_history=True)
shell.run_cell("def answer(n, wrong):\\n    return np.arange(n, dtype=float) + wrong", store_history=True)
for i in (0, 1):
    for wrong in (0, 1):
        test = f"@probe('q{i}')\\ndef p{i}(answer):\\n    'A title.'\\n    return answer({sys.argv[1]}, {wrong})\\np{i}_{wrong} = p{i}"
        shell.run_cell(test)
times = []
for name in ("p0_0", "p1_1", "p0_0", "p0_1", "p1_0", "p1_1"):
    start = time.process_time()
    shell.run_cell(f"check({name})")
    times.append(1e3 * (time.process_time() - start))
assert "".join(said) == "✓✗✓✗✓✗", said
print(json.dumps(times))
"""


def check_times(probes: int, elements: int, sessions: int = 3) -> list[float]:
    """Milliseconds of the first and of later checks, each the best of several sessions."""
    with tempfile.TemporaryDirectory() as folder:
        write_checks(Path(folder, "checks.json"), probes, elements)
        print(
            f"  checks.json of {Path(folder, 'checks.json').stat().st_size / 1e6:.1f} MB, {probes} tests of {elements} numbers"
        )
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "DLCOURSE"))
        }
        environment |= {"IPYTHONDIR": folder, "OMP_NUM_THREADS": "1"}
        runs: list[list[float]] = []
        for _ in range(sessions):
            done = subprocess.run(
                [sys.executable, "-c", _SESSION, str(elements)],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise SystemExit(done.stderr)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        return [min(times) for times in zip(*runs, strict=True)]


def page_time() -> float:
    """Milliseconds of a feedback page of 9 questions and 45 tests."""
    from nbformat import from_dict
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from dlcourse.core.cells import question_id
    from dlcourse.core.explain import Outcome
    from dlcourse.core.probe import ProbeSpec
    from dlcourse.core.verdict import Verdict
    from dlcourse.nbgrader_port.feedback import FeedbackExporter

    cells = []
    for q in range(9):
        source = "\n".join(
            f"def f{q}_{i}(x, y):\n    # a comment\n    return x @ y + {i}" for i in range(12)
        )
        cell = new_code_cell(source, outputs=[new_output("stream", text="printed\n" * 50)])
        cell.metadata = from_dict(
            {
                "nbgrader": {"solution": True, "grade_id": question_id(f"q{q}")},
                "dlcourse": {"question": f"q{q}"},
            }
        )
        cells.append(cell)
        for p in range(5):
            test = new_code_cell("")
            verdict = Verdict(
                "failed",
                "all 6 values differ",
                (("name", "A hint."),),
                (("q", 3, "return x"),),
            )
            probe = ProbeSpec(f"p{p}", f"q{q}", "T.", 1, True)
            test.metadata = from_dict(
                {
                    "nbgrader": {"grade": True, "score": 0, "points": 1},
                    "dlcourse": Outcome.of(probe, verdict).to_metadata(),
                }
            )
            cells.append(test)
    notebook = new_notebook(cells=cells, metadata={"dlcourse": {"slug": "bench", "notes": []}})
    exporter = FeedbackExporter()  # type: ignore[no-untyped-call]
    exporter.from_notebook_node(notebook)
    return min(milliseconds(lambda: exporter.from_notebook_node(notebook)) for _ in range(9))


def main() -> int:
    missed = 0

    def report(what: str, value: float, limit: float) -> None:
        nonlocal missed
        missed += value >= limit
        print(
            f"{'ok  ' if value < limit else 'MISS'} {what:<46} {value:7.1f} ms  (limit {limit:g} ms)"
        )

    report("import dlcourse", import_time(), IMPORT_LIMIT)
    for probes, elements in ((20, 100), (40, 5000)):
        first, *later = check_times(probes, elements)
        report("first check of a session", first, CHECK_LIMIT)
        report("slowest later check", max(later), CHECK_LIMIT)
    if importlib.util.find_spec("nbconvert"):
        report("feedback page", page_time(), PAGE_LIMIT)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
