"""Scratch assignments for the tests of the audit: cells, probes and what the audit finds about
them.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from dlcourse.audit.findings import AuditReport
from dlcourse.audit.registry import CHECKS
from dlcourse.audit.run import run_audit
from dlcourse.authoring.course import Course, read_course

COURSE = 'title = "Scratch"\ncourse_id = "scratch"\nseed = "one"\n'
ENTRY = '\n[[track]]\ntitle = "T"\n[[track.assignment]]\nslug = "{0}"\ntitle = "{0}"\narticle = "https://example.org"\nneeds = []\n'
HEAD = "# %%\nimport numpy as np\nimport torch\nfrom jaxtyping import Float\nfrom torch import Tensor\n\nfrom dlcourse import check, demo, probe\n"


def question(
    name: str,
    signature: str,
    *body: Any,
    doc: str = "Something.",
    header: str = "",
    returns: str = "",
) -> str:
    """A question's cell."""
    lines = [
        f"def {name}({signature}){f' -> {returns}' if returns else ''}:",
        f'    """{doc}"""',
        "    ### BEGIN SOLUTION",
        *(f"    {line}" for line in body),
        "    ### END SOLUTION",
    ]
    return f'\n# %% question="{name}" minutes=5 {header}\n' + "\n".join(lines) + "\n"


def make(root: Path, slug: str, cells: str | list[str], probes: str, **files: Any) -> Course:
    """A course with one assignment."""
    (root / "solutions").mkdir(parents=True)
    (root / "tests" / slug).mkdir(parents=True)
    (root / "course.toml").write_text(COURSE + ENTRY.format(slug))
    (root / "solutions" / f"{slug}.py").write_text(HEAD + "".join(cells))
    head = "import numpy as np\n\nfrom dlcourse import close, exact, probe, raises\n\n"
    (root / "tests" / slug / "probes.py").write_text(head + textwrap.dedent(probes))
    for name, text in files.items():
        suffix = "toml" if name == "equivalent" else "py"
        (root / "tests" / slug / f"{name}.{suffix}").write_text(textwrap.dedent(text))
    return read_course(root)


def found(report: AuditReport, question: str = "", check: str = "", subject: str = "") -> list[str]:
    """Texts of the findings that fit."""
    return [
        f.text
        for f in report.findings
        if (not question or f.question == question)
        and (not check or f.check == check)
        and (not subject or f.subject == subject)
    ]


def audited(
    root: Path, cells: str | list[str], probes: str, *checks: Any, **files: Any
) -> AuditReport:
    """The report on a scratch assignment by some of the checks, named by their classes; all if none
    is named.
    """
    chosen = tuple(c for c in CHECKS if not checks or type(c).__name__ in checks)
    return run_audit(make(root, "scratch", cells, probes, **files), "scratch", checks=chosen)
