"""From the hand-written files to release/<slug>/ and an entry in the gradebook, through nbgrader's
generate_assignment.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ..authoring.assignment import Assignment
from ..authoring.build import write_source
from ..authoring.course import Course
from ..authoring.lint import lint_release
from ..authoring.read import load
from ..authoring.slips import empty_tests, slips
from ..core.cells import STUB
from ..core.progress import Progress, silent
from ..core.written import TEXT_STUB
from ..errors import AuthorError, CourseError
from ..executor.warm import Warm
from .config import find_alembic, gradebook_url
from .database import open_database


def build(
    course: Course,
    slug: str,
    warm: Warm,
    progress: Progress = silent,
) -> Assignment:
    """Build one assignment in place and enter it into the gradebook.

    Files of earlier builds that are no longer made are removed from release/, never from source/.
    When the build fails, both folders are left as they were.
    """
    folders = [course.files(slug).source, course.files(slug).release]
    with tempfile.TemporaryDirectory() as temporary:
        kept = [Path(temporary, str(n)) for n in range(len(folders))]
        for folder, copy in zip(folders, kept, strict=True):
            if folder.is_dir():
                shutil.copytree(folder, copy, symlinks=True)
        shutil.rmtree(folders[1], ignore_errors=True)
        try:
            url = gradebook_url(course)
            assignment = _build_into(course, url, course, slug, warm, progress)
            open_database(url, course.course_id).close()  # it gets its indexes while it is small
            return assignment
        except BaseException:
            for folder, copy in zip(folders, kept, strict=True):
                shutil.rmtree(folder, ignore_errors=True)
                if copy.is_dir():
                    shutil.copytree(copy, folder, symlinks=True)
            raise


def stale(
    course: Course,
    slug: str,
    warm: Warm,
    progress: Progress = silent,
) -> list[str]:
    """Committed files of an assignment that differ from what a build would write, and what is wrong
    with them.
    """
    with tempfile.TemporaryDirectory() as temporary:
        elsewhere = replace(course, root=Path(temporary))
        # nbgrader starts alembic for an empty database; this one is thrown away
        file = elsewhere.gradebook_url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("create table alembic_version (version_num varchar(32) not null)")
        assignment = _build_into(elsewhere, elsewhere.gradebook_url, course, slug, warm, progress)
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


def _build_into(
    target: Course, db_url: str, course: Course, slug: str, warm: Warm, progress: Progress
) -> Assignment:
    """Build an assignment of ``course`` in another folder, ``target``, and lint the release."""
    assignment, files = load(course.root, slug), target.files(slug)
    found = slips(assignment)
    if found:
        raise AuthorError("\n".join(found))
    write_source(assignment, course, files, warm, progress)
    found = empty_tests(assignment, course.seed, warm)
    if found:
        raise AuthorError("\n".join(found))
    generate_release(target.root, slug, db_url, target.course_id)
    problems = lint_release(assignment, files.release)
    if problems:
        raise AuthorError(
            f"{files.name(files.release)} holds what students must not get:\n  "
            + "\n  ".join(problems)
        )
    return assignment


def generate_release(root: Path, slug: str, db_url: str, course_id: str = "") -> None:
    """Run nbgrader's own generate_assignment for ``slug`` under ``root``.

    Raises:
        CourseError: nbgrader refuses; its message is passed on.
    """
    find_alembic()
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = db_url
    config.CourseDirectory.course_id = course_id
    config.CourseDirectory.assignment_id = slug
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
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


def _files(folder: Path) -> dict[str, bytes]:
    """Contents by path under a folder; nothing where there is no folder."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}
