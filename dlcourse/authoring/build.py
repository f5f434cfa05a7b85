"""From the hand-written files to source/<slug>/ and, through nbgrader, release/<slug>/."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import sqlite3
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..core.cells import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    STUB,
    CellView,
    Kind,
    nbgrader_metadata,
    numbered_id,
    probe_id,
    question_id,
)
from ..core.progress import Progress, silent
from ..errors import AuthorError, CourseError
from ..executor.warm import Warm
from ..nbgrader_port.config import find_alembic, gradebook_url
from .assignment import Assignment, GradedProbe
from .checks_text import layout, same_checks
from .course import AssignmentFiles, Course
from .lint import lint_release
from .read import load
from .references import data_files, references

KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cell_id(slug: str, grade_id: str) -> str:
    """A cell id that depends on nothing but its place in the assignment."""
    return hashlib.sha256(f"{slug}/{grade_id}".encode()).hexdigest()[:12]


def _points(value: float) -> str:
    number = int(value) if value == int(value) else value
    return f"{number} point{'' if number == 1 else 's'}"


def _cell(
    slug: str, grade_id: str, kind: Kind, source: str, points: float | None = None
) -> nbformat.NotebookNode:
    new = new_markdown_cell if kind == "text" else new_code_cell
    cell = new(source, id=cell_id(slug, grade_id))
    CellView(cell).mark_built(
        nbgrader_metadata(grade_id, kind == "question", points), demo=kind == "demo"
    )
    return cell


def _test_cell(slug: str, graded: GradedProbe) -> nbformat.NotebookNode:
    spec = graded.spec
    code = f"{graded.cell}\n\n\ncheck({spec.name})"
    if not spec.public:
        head = f"# Hidden test, {_points(spec.points)}: {spec.title}"
        code = f"{head}\n{BEGIN_HIDDEN}\n{code}\n{END_HIDDEN}"
    return _cell(slug, probe_id(spec.name), "test", code, spec.points)


def source_notebook(assignment: Assignment) -> nbformat.NotebookNode:
    """The instructor's notebook: authored cells, and after each question one graded cell per probe."""
    slug = assignment.slug
    cells = []
    counts: Counter[Kind] = Counter()
    for cell in assignment.cells:
        if cell.question:
            cells.append(_cell(slug, question_id(cell.question), cell.kind, cell.source))
            ordered = sorted(assignment.probes_of(cell.question), key=lambda p: not p.spec.public)
            cells += [_test_cell(slug, p) for p in ordered]
            continue
        counts[cell.kind] += 1
        grade_id = numbered_id(cell.kind, counts[cell.kind])
        cells.append(_cell(slug, grade_id, cell.kind, cell.source))
    notebook = new_notebook(cells=cells, metadata=json.loads(json.dumps(KERNEL)))
    nbformat.validate(notebook)
    return notebook


def checks(
    assignment: Assignment,
    course: Course,
    warm: Warm,
    progress: Progress,
) -> dict[str, Any]:
    """The data that the notebook's own `check` compares with: public probes only."""
    found = references(assignment, course.seed, warm, progress)
    return {
        "format": 1,
        "assignment": assignment.slug,
        "questions": {
            q.name: {
                "functions": list(q.functions),
                "needs": list(q.needs),
                "forbid": list(q.forbid),
            }
            for q in assignment.questions.values()
        },
        "probes": {name: e.to_json() for name, e in found.expectations.items() if e.spec.public},
    }


def write_source(
    assignment: Assignment,
    course: Course,
    target: AssignmentFiles,
    warm: Warm,
    progress: Progress,
) -> None:
    """Write the source folder of ``target``: notebook, checks.json, data."""
    target.source.mkdir(parents=True, exist_ok=True)
    target.source_notebook.write_text(
        nbformat.writes(source_notebook(assignment)) + "\n", encoding="utf-8"
    )
    text = layout(checks(assignment, course, warm, progress))
    committed = assignment.files.checks
    if committed.is_file() and same_checks(committed.read_text(encoding="utf-8"), text):
        text = layout(json.loads(committed.read_text(encoding="utf-8")))
    target.checks.write_text(text, encoding="utf-8")
    for name, origin in data_files(assignment).items():
        copy = target.source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, copy)


def generate_release(root: Path, slug: str, db_url: str, course_id: str = "") -> None:
    """Run nbgrader's own generate_assignment for ``slug`` under ``root``.

    Raises:
        CourseError: nbgrader refuses; its message is passed on.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    find_alembic()
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = db_url
    config.CourseDirectory.course_id = course_id
    config.CourseDirectory.assignment_id = slug
    config.ClearSolutions.code_stub = {"python": STUB}
    directory = CourseDirectory(config=config)
    converter = GenerateAssignment(coursedir=directory, config=config)
    converter.force = True
    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    converter.log.addHandler(handler)
    try:
        converter.start()
    except NbGraderException as error:
        if any("Cannot add or remove cells" in line for line in lines):
            raise CourseError(
                f"gradebook.db holds submissions of an earlier build of {slug!r} that had other tests; export its grades, then run "
                f"`nbgrader db assignment remove {slug} --force`, or move gradebook.db away, and build again"
            ) from error
        raise CourseError(
            f"nbgrader generate_assignment {slug}: {error}: {'; '.join(lines)[-1500:]}"
        ) from error
    finally:
        converter.log.removeHandler(handler)


def build_into(
    course: Course,
    slug: str,
    root: Path,
    db_url: str,
    warm: Warm,
    progress: Progress = silent,
) -> Assignment:
    """Build one assignment under ``root`` (source/ and release/) and lint the release."""
    assignment = load(course.root, slug)
    target = AssignmentFiles(root, slug)
    write_source(assignment, course, target, warm, progress)
    generate_release(root, slug, db_url, course.course_id)
    problems = lint_release(assignment, target.release)
    if problems:
        raise AuthorError(
            f"{target.name(target.release)} holds what students must not get:\n  "
            + "\n  ".join(problems)
        )
    return assignment


def _files(folder: Path) -> dict[str, bytes]:
    return (
        {
            p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        }
        if folder.is_dir()
        else {}
    )


def stale(
    course: Course,
    slug: str,
    warm: Warm,
    progress: Progress = silent,
) -> list[str]:
    """Committed files of an assignment that differ from what a build would write, and what is wrong with them."""
    with tempfile.TemporaryDirectory() as temporary:
        elsewhere = replace(course, root=Path(temporary))
        # nbgrader starts alembic for an empty database; this one is thrown away
        file = elsewhere.gradebook_url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("create table alembic_version (version_num varchar(32) not null)")
        assignment = build_into(
            course, slug, elsewhere.root, elsewhere.gradebook_url, warm, progress
        )
        old, new = course.files(slug), elsewhere.files(slug)
        found = lint_release(assignment, old.release)
        for built, kept in ((new.source, old.source), (new.release, old.release)):
            fresh, committed = _files(built), _files(kept)
            for name in sorted(set(fresh) | set(committed)):
                file = f"{old.name(kept)}/{name}"
                if name not in committed:
                    found.append(f"{file} is missing")
                elif name not in fresh:
                    found.append(f"{file} is not built from anything")
                elif fresh[name] != committed[name]:
                    found.append(f"{file} is stale")
    return found


def build(
    course: Course,
    slug: str,
    warm: Warm,
    progress: Progress = silent,
) -> Assignment:
    """Build one assignment in place and enter it into the gradebook.

    Files of earlier builds that are no longer made are removed from release/, never from source/. When the build
    fails, both folders are left as they were.
    """
    folders = [course.files(slug).source, course.files(slug).release]
    with tempfile.TemporaryDirectory() as temporary:
        kept = [Path(temporary, str(n)) for n in range(len(folders))]
        for folder, copy in zip(folders, kept, strict=True):
            if folder.is_dir():
                shutil.copytree(folder, copy, symlinks=True)
        shutil.rmtree(folders[1], ignore_errors=True)
        try:
            return build_into(course, slug, course.root, gradebook_url(course), warm, progress)
        except BaseException:
            for folder, copy in zip(folders, kept, strict=True):
                shutil.rmtree(folder, ignore_errors=True)
                if copy.is_dir():
                    shutil.copytree(copy, folder, symlinks=True)
            raise
