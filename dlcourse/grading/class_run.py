"""Grades a whole class: workers run notebooks, one writer keeps the gradebook, a journal makes it
resumable.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..authoring.course import Course
from ..core.cells import probe_id, question_id
from ..core.notebook_file import notebook_name
from ..core.progress import Progress, silent
from ..core.verdict import PASSED
from ..core.written import answer_id
from ..executor.warm import Warm
from .deadlines import deadline_of
from .gradebook import Gradebook, NotEntered, Standing
from .grader import Grader, open_grader
from .journal import Change, Journal, JournalEntry, ProbeVerdict
from .plan import Inbox, Known, Settings, plan_class
from .pool import Finished, Lost, Pool, Workers, local_workers
from .worker import Setup


@dataclass
class ClassReport:
    """How a class run went.

    Args:
        entries: by student, graded now or before.
        graded: students graded by this run.
        failed: students without a grade, and why.
        changes: what became of those of ``graded`` who had a grade before.
        penalties: for handing in late, before and after, where they changed.
        standings: what each student has now.
        public_only: questions of which a student passes public tests and none of the hidden ones,
            where there are any; expected results of public tests are in the student's checks.json.
        strangers: ids that are not on the roster, and the nearest one that is.
    """

    entries: dict[str, JournalEntry] = field(default_factory=dict)
    graded: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    penalties: dict[str, tuple[float, float]] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    public_only: dict[str, list[str]] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)

    def add(self, outcome: JournalEntry | Lost, before: JournalEntry | None) -> None:
        if isinstance(outcome, Lost):
            self.failed[outcome.student] = outcome.reason
        else:
            self.entries[outcome.student] = outcome
            self.graded.append(outcome.student)
            if before is not None:
                self.changes.append(Change.between(before, outcome))

    @property
    def attention(self) -> dict[str, list[str]]:
        """What an instructor should look at, by student."""
        return {s: e.notes for s, e in sorted(self.entries.items()) if e.notes}


def start_workers(settings: Settings, setup: Setup) -> Workers:
    """The workers that an instructor chose.

    Raises:
        SetupError: they cannot be had; the message names the cure.
    """
    if settings.cluster:
        from .cluster import dask_workers

        return dask_workers(settings.cluster, setup)
    return local_workers(setup, settings.jobs)


def grade_class(
    course: Course,
    slug: str,
    settings: Settings,
    gradebook: Gradebook,
    progress: Progress = silent,
) -> ClassReport:
    """Grade every submission of ``slug`` under ``course.root/submitted``.

    Args:
        course: the course.
        slug: the assignment.
        settings: what to grade and where.
        gradebook: of this assignment.
        progress: called as ``progress(student, done, total)``.

    Returns:
        A report; ``failed`` is empty when everybody has a grade.

    Raises:
        DlcourseError: nothing can be graded at all; the message names the cure.
    """
    deadline = deadline_of(course, slug)
    inbox = Inbox(course, slug, gradebook.submitted_at, gradebook.students(), gradebook.roster())
    inbox.check(settings.only)
    with Warm(settings.isolation) as warm:  # starts only where expected results must be computed
        grader = open_grader(course, slug, warm)
    records = Records(course, slug, grader, gradebook, inbox)
    gradebook.check_points(records.points)
    plan = plan_class(inbox, settings, records.known())
    report = ClassReport(strangers=inbox.strangers)
    for student, entry in plan.unchanged.items():
        report.entries[student] = entry
        progress(student, len(report.entries), len(inbox.folders))
    if plan.todo:
        setup = Setup.of(course, slug, settings.isolation)
        with Pool(lambda: start_workers(settings, setup), inbox.read) as pool:
            for outcome in pool.grade(plan.todo):
                before = None if isinstance(outcome, Lost) else records.entry(outcome)
                result = outcome if isinstance(outcome, Lost) else records.commit(outcome)
                report.add(result, before)
                if isinstance(result, JournalEntry):
                    progress(result.student, len(report.entries), len(inbox.folders))
    report.penalties = gradebook.settle(deadline)
    report.standings = gradebook.standings()
    report.public_only = {
        student: questions
        for student, entry in sorted(report.entries.items())
        if (questions := _public_only(entry, grader))
    }
    return report


def _public_only(entry: JournalEntry, grader: Grader) -> list[str]:
    """Questions of which public tests pass and no hidden one."""
    passed: dict[str, dict[bool, list[bool]]] = {}
    for verdict in entry.verdicts:
        if expectation := grader.references.expectations.get(verdict.probe):
            kinds = passed.setdefault(verdict.question, {True: [], False: []})
            kinds[expectation.spec.public].append(verdict.status == PASSED)
    return [q for q, of in passed.items() if any(of[True]) and of[False] and not any(of[False])]


class Records:
    """Where results are kept: files in autograded/, the gradebook, the journal.

    They are written in this order, so that whoever is in the journal is in the others, too: a kill
    between them costs a second run of one submission and nothing else.
    """

    def __init__(
        self, course: Course, slug: str, grader: Grader, gradebook: Gradebook, inbox: Inbox
    ) -> None:
        self._course, self._slug, self._build = course, slug, grader.key
        self._gradebook, self._inbox = gradebook, inbox
        self._journal = Journal(course.files(slug).journal)
        self.points = {
            probe_id(name): float(e.spec.points)
            for name, e in grader.references.expectations.items()
        } | {answer_id(a.name): a.points for a in grader.assignment.answers.values()}

    def known(self) -> Known:
        """What earlier runs left."""
        return Known(
            self._build,
            dict(self._journal.entries),
            self._gradebook.graded_students(),
            lambda student: self._folder(student) / notebook_name(self._slug),
        )

    def entry(self, finished: Finished) -> JournalEntry | None:
        """What the journal holds of a student so far."""
        return self._journal.entries.get(finished.handed_in.student)

    def commit(self, finished: Finished) -> JournalEntry | Lost:
        """Keep one result."""
        handed_in, result = finished.handed_in, finished.result
        student, before = handed_in.student, self.entry(finished)
        try:
            exchange = self._gradebook.exchange_files(self._inbox.folders[student])
            self._write_files(student, result.notebook, exchange)
            score = self._gradebook.write(
                student,
                handed_in.timestamp,
                {
                    **{probe_id(name): score for name, score in result.scores.items()},
                    # nobody has to look at what is not there
                    **{answer_id(n): None if there else 0.0 for n, there in result.written.items()},
                },
                {
                    **{question_id(name): is_so for name, is_so in result.untouched.items()},
                    **{answer_id(name): not there for name, there in result.written.items()},
                },
                before is None or before.digest != handed_in.digest,
            )
        except NotEntered as error:
            return Lost(student, str(error))
        except (OSError, ValueError, LookupError) as error:
            # a folder that cannot be written, a name that no file can have, a worker that left a
            # test out: one student's trouble
            said = str(error).partition("\n")[0]
            return Lost(student, f"{type(error).__name__}: {said}")
        entry = JournalEntry(
            student,
            handed_in.digest,
            self._build,
            score,
            sum(self.points.values()),
            [ProbeVerdict.of(outcome) for outcome in result.outcomes.values()],
            list(result.notes),
            handed_in.submission.readable,
            round(result.seconds, 3),
        )
        self._journal.add(entry)
        return entry

    def _folder(self, student: str) -> Path:
        return self._course.autograded(student, self._slug)

    def _write_files(self, student: str, notebook: str, exchange: Mapping[str, str]) -> None:
        """autograded/<student>/<slug>/ as nbgrader leaves it, put in place in one step."""
        final = self._folder(student)
        final.parent.mkdir(parents=True, exist_ok=True)
        fresh = final.parent / f".{self._slug}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        source = self._course.files(self._slug).source
        shutil.copytree(source, fresh, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        (fresh / notebook_name(self._slug)).write_text(notebook, encoding="utf-8")
        for name, text in exchange.items():
            (fresh / name).write_text(text, encoding="utf-8")
        if final.exists():
            shutil.rmtree(final)
        fresh.rename(final)
