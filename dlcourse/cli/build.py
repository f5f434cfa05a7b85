"""`dlcourse build`: source/ and release/ from solutions/ and tests/."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..authoring.course import Course, course_root, read_course
from ..authoring.home import stale_home, write_home
from ..console import progress, say
from ..errors import AuthorError

if TYPE_CHECKING:
    from ..executor.warm import Warm


def build(
    slugs: Annotated[
        list[str] | None, typer.Argument(help="Assignments to build; all if none is named.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing; fail when source/ or release/ is stale or holds what it must not.",
        ),
    ] = False,
) -> None:
    """Make source/ and release/ from solutions/ and tests/."""
    course = read_course(course_root())
    chosen = [course.entry(s).slug for s in slugs or course.entries]
    if check:
        _check(course, chosen)
        return
    from ..executor.warm import Warm
    from ..nbgrader_port.generate import build as build_one

    with Warm() as warm:
        for slug in chosen:
            with progress(f"building {slug}", None) as step:
                assignment = build_one(course, slug, warm, step)
            by_hand = sum(answer.points for answer in assignment.answers.values())
            words = f", {by_hand:g} more for answers in words" if by_hand else ""
            hidden = sum(not p.spec.public for p in assignment.probes.values())
            say(
                f"{slug}: {len(assignment.questions)} questions, {len(assignment.probes)} tests "
                f"({hidden} hidden), {assignment.points:g} points{words}"
            )
    write_home(course)


def _check(course: Course, chosen: list[str]) -> None:
    """Say what is not up to date, on all cores.

    Raises:
        AuthorError: something is not.
    """
    problems: list[str] = []
    start = time.monotonic()
    count = min(os.cpu_count() or 1, len(chosen))
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, spawned, initializer=_start) as pool:
        for slug, found in zip(chosen, pool.map(partial(_stale, course.root), chosen), strict=True):
            problems += found
            say(f"{slug}: {f'{len(found)} problems' if found else 'up to date'}")
    problems += stale_home(course)
    if problems:
        raise AuthorError(
            "\n".join([*problems, "run `dlcourse build` and commit source/ and release/"])
        )
    say(f"{len(chosen)} checked in {time.monotonic() - start:.0f} s on {count} cores")


_warm: Warm | None = None


def _start() -> None:
    """Initializer of a process that checks builds: its warm process serves all of them."""
    from ..executor.warm import Warm

    global _warm
    _warm = Warm()
    atexit.register(_warm.close)


def _stale(root: Path, slug: str) -> list[str]:
    from ..nbgrader_port.generate import stale

    if _warm is None:
        raise RuntimeError("this process was not prepared by _start")
    return stale(read_course(root), slug, _warm)
