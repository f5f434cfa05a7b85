"""Measures the grading of a class and exits with 1 when a bar is missed.

- throughput: `dlcourse grade` against stock `nbgrader autograde` on the same submissions, at least 30 times
- cpu: CPU per submission beyond that of its cells and tests alone in a warm process, without walls and guards, at most
  60 ms; printed is where it goes
- memory: resident memory of each of the grader's own processes, whatever submissions send, below 400 MB
- flat: time per submission of a class of 1,000 against one of 100, and memory, at most 1.2 times
- dask: two Dask workers on this machine against two local ones, wall time, at most 1.2 times
- hostile: time until the honest have their grades, with one attack in five, against without, at most 2 times

What is compared runs by turns in one call on the same submissions. Stock nbgrader gets the same
notebooks without their demos, which `dlcourse grade` leaves out, too, and a checks.json with every
test, so that `check` gives its verdict there.

    python benchmarks/bench_grading.py [--only cpu --only dask] [--assignment backpropagation]
    [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import nbformat
from nbgrader.api import Gradebook

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.build import checks
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.references import data_files, references
from dlcourse.core.cells import NotebookView
from dlcourse.core.handed_in import read_submission
from dlcourse.core.progress import silent
from dlcourse.executor.runner import CellStep
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import open_grader
from dlcourse.grading.worker import Setup, Worker
from dlcourse.nbgrader_port.config import find_alembic, gradebook_url
from dlcourse.nbgrader_port.generate import build
from dlcourse.student.rebuild import rebuild
from dlcourse.tour.samples import sample_class
from dlcourse.tour.term import copy_course

ROOT = Path(__file__).parents[1]
ASSIGNMENTS = ("backpropagation", "multi_task_learning", "gumbel_softmax")

LEFT_OUT = ("endless", "exit", "duplicate", "no_notebook", "nothing")
"""Of the sample class: what stock nbgrader does not grade at all."""


@dataclass
class Bars:
    """What was measured against what must hold."""

    missed: list[str] = field(default_factory=list)

    def report(
        self, what: str, value: float, bar: float, *, least: bool = False, unit: str = " times"
    ) -> None:
        good = value >= bar if least else value <= bar
        if not good:
            self.missed.append(what)
        print(
            f"{'ok  ' if good else 'MISS'} {what:<58} {value:8.2f}{unit}  (bar {'>=' if least else '<='} {bar:g})",
            flush=True,
        )


@dataclass(frozen=True)
class Used:
    """What a command took: seconds of wall time, CPU seconds of it and all its children."""

    wall: float
    cpu: float


@dataclass
class Bench:
    """A built course and honest submissions of one assignment."""

    course: Course
    assignment: Assignment
    honest: list[bytes]
    folder: Path

    @property
    def slug(self) -> str:
        return self.assignment.slug

    @contextmanager
    def classroom(self, notebooks: list[bytes]) -> Iterator[Path]:
        """A copy of the course in which these notebooks are handed in, as s0000, s0001 and so on."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            root = Path(name, "course")
            shutil.copytree(self.course.root, root)
            config = root / "nbgrader_config.py"
            # it names gradebook and exchange by their full paths
            config.write_text(config.read_text().replace(str(self.course.root), str(root)))
            for number, notebook in enumerate(notebooks):
                path = root / "submitted" / f"s{number:04d}" / self.slug / f"{self.slug}.ipynb"
                path.parent.mkdir(parents=True)
                path.write_bytes(notebook)
            yield root

    def students(self, count: int) -> list[bytes]:
        return [self.honest[i % len(self.honest)] for i in range(count)]


def prepare(slug: str, folder: Path) -> Bench:
    course = copy_course(read_course(ROOT), folder / slug)
    with Warm() as warm:
        assignment = build(course, slug, warm)
    release = nbformat.read(course.root / "release" / slug / f"{slug}.ipynb", as_version=4)
    samples = [s for s in sample_class(assignment, release) if s.id not in LEFT_OUT]
    return Bench(course, assignment, [s.files[f"{slug}.ipynb"] for s in samples], folder)


def command(
    root: Path,
    *arguments: str,
    status: tuple[int, ...] = (0,),
    watch: Callable[[int], None] | None = None,
) -> Used:
    """Run a Python command in a course."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        ended = threading.Event()
        watcher = (
            threading.Thread(target=lambda: _watch(process.pid, ended, watch)) if watch else None
        )
        if watcher:
            watcher.start()
        _, code, usage = os.wait4(process.pid, 0)
        ended.set()
        if watcher:
            watcher.join()
        process.returncode = os.waitstatus_to_exitcode(code)
        if process.returncode not in status:
            log.seek(0)
            raise SystemExit(
                f"{' '.join(arguments)}: exit code {process.returncode}\n{log.read().decode(errors='replace')[-4000:]}"
            )
    return Used(time.monotonic() - start, usage.ru_utime + usage.ru_stime)


def _watch(pid: int, ended: threading.Event, watch: Callable[[int], None]) -> None:
    while not ended.wait(0.1):
        watch(pid)


def ours(root: Path, slug: str, *more: str, watch: Callable[[int], None] | None = None) -> Used:
    return command(root, "-m", "dlcourse.cli", "grade", slug, *more, status=(0, 2), watch=watch)


def scores(root: Path, slug: str) -> dict[str, float]:
    course = read_course(root)
    with Gradebook(gradebook_url(course), course.course_id) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(slug)}


# ---- throughput ------------------------------------------------------------------------------------------------------


def stock_course(bench: Bench, root: Path) -> None:
    """Turn a course into one that plain nbgrader grades: no demos, every expected result in
    checks.json, stock configuration.
    """
    course = read_course(root)
    assignment = load(root, bench.slug)
    with Warm() as warm:
        document = checks(assignment, course, warm, silent)
        document["probes"] = {
            name: e.to_json() for name, e in references(assignment, "", warm).expectations.items()
        }
    source = root / "source" / bench.slug
    (source / "checks.json").write_text(json.dumps(document))
    path = source / f"{bench.slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    demos = {cell.grade_id for cell in NotebookView(notebook).code if cell.kind == "demo"}
    for changed in [path, *(root / "submitted").rglob("*.ipynb")]:
        notebook = nbformat.read(changed, as_version=4)
        kept = (cell for cell in NotebookView(notebook).cells if cell.grade_id not in demos)
        notebook.cells = [cell.cell for cell in kept]
        nbformat.write(notebook, changed)
    (root / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = {course.course_id!r}\n"
    )
    (root / "gradebook.db").unlink()
    shutil.rmtree(root / "release" / bench.slug)
    command(root, "-m", "nbgrader", "generate_assignment", bench.slug, "--force")


def throughput(bench: Bench, bars: Bars, rounds: int, students: int) -> None:
    ratios, stock_rate, our_rate = [], [], []
    for number in range(rounds):
        some = bench.honest[4 * number :][:4] or bench.honest[:4]
        with bench.classroom(some) as root:
            stock_course(bench, root)
            stock = command(root, "-m", "nbgrader", "autograde", bench.slug)
            expected = scores(root, bench.slug)
        with bench.classroom([some[i % len(some)] for i in range(students)]) as root:
            mine = ours(root, bench.slug)
            found = scores(root, bench.slug)
        differ = {s: (expected[s], found[s]) for s in expected if expected[s] != found[s]}
        if differ or len(found) != students:
            raise SystemExit(
                f"{bench.slug}: scores of stock nbgrader and of dlcourse grade differ: {differ}"
            )
        stock_rate.append(60 * len(some) / stock.wall)
        our_rate.append(60 * students / mine.wall)
        ratios.append(our_rate[-1] / stock_rate[-1])
    median = statistics.median
    print(
        f"     {bench.slug}: {median(stock_rate):.1f} per minute stock, {median(our_rate):.0f} per minute with {students} students, scores equal"
    )
    bars.report(f"{bench.slug}: throughput", median(ratios), 30, least=True)


# ---- CPU -------------------------------------------------------------------------------------------------------------

_ALONE = """
import ast, contextlib, io, json, sys, time, warnings
from dlcourse.core.probe import run
from dlcourse.core.rules import NO_RULES, Rules
warnings.simplefilter("ignore")
LIMIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

def once(steps, guarded):
    namespace = {"__name__": "__main__"}
    for source, name, seed, warms_up, question, rules in steps:
        if name is None:
            with contextlib.suppress(Exception):
                exec(compile(source, "<cell>", "exec", LIMIT), namespace)
        else:
            scope = {}
            exec(tests[source], scope)
            if guarded:
                run(scope[name], namespace, seed, warms_up, question, Rules.from_json(rules))
            else:
                run(scope[name], namespace, seed)

times = []
notebooks = json.load(sys.stdin)
# as in grading, where tests are compiled once for all submissions
tests = {source: compile(source, "<probe>", "exec") for steps in notebooks for source, name, *_ in steps if name is not None}
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for steps in notebooks:
        once(steps, True)
    for steps in notebooks:
        runs = [[], []]
        for guarded in (False, True) * 3:
            start = time.process_time()
            once(steps, guarded)
            runs[guarded].append(time.process_time() - start)
        times.append([sorted(taken)[1] for taken in runs])
print(json.dumps(times))
"""


def cells_alone(bench: Bench, root: Path) -> tuple[float, float]:
    """CPU seconds per submission of its cells and tests, executed one submission after the other in
    a process that did so before: without and with guards and second inputs.
    """
    course = read_course(root)
    with Warm() as warm:
        grader = open_grader(course, bench.slug, warm)
    notebooks = []
    for folder in sorted((root / "submitted").iterdir())[: len(bench.honest)]:
        steps = grader.steps(
            rebuild(grader.source, read_submission(folder / bench.slug, bench.slug), bench.slug)
        )
        notebooks.append(
            [
                (s.source, None, None, None, None, None)
                if isinstance(s, CellStep)
                else (
                    s.program,
                    s.spec.name,
                    s.seed,
                    s.spec.warms_up,
                    s.spec.question,
                    s.rules.to_json(),
                )
                for s in steps
            ]
        )
    with tempfile.TemporaryDirectory() as place:
        for name, origin in data_files(bench.assignment).items():
            target = Path(place, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, target)
        done = subprocess.run(
            [sys.executable, "-c", _ALONE], cwd=place, input=json.dumps(notebooks), capture_output=True, text=True, check=False,
            env={**os.environ, "MPLBACKEND": "agg"},
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    bare, guarded = zip(*json.loads(done.stdout), strict=True)
    return statistics.mean(bare), statistics.mean(guarded)


def where_it_goes(bench: Bench, root: Path) -> dict[str, float]:
    """CPU seconds per submission of each part of a worker; the student's process is what the
    worker's children used.
    """
    submissions = [
        read_submission(f / bench.slug, bench.slug)
        for f in sorted((root / "submitted").iterdir())[: len(bench.honest)]
    ]
    parts = dict.fromkeys(("rebuild", "run: the grader's side", "verdicts and notebook"), 0.0)
    children = []
    for repeats in (0, 3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        worker = Worker(Setup.of(read_course(root), bench.slug), Warm())
        for submission in submissions * repeats:
            times = [time.process_time()]
            notebook = rebuild(worker.grader.source, submission, bench.slug)
            times.append(time.process_time())
            record = worker.grader.run(notebook, worker.warm)
            times.append(time.process_time())
            judged = worker.grader.judge(notebook, record, worker.warm)
            worker.grader.write(notebook, judged)
            json.dumps(notebook, ensure_ascii=False)
            times.append(time.process_time())
            for name, start, end in zip(parts, times, times[1:], strict=False):
                parts[name] += (end - start) / (3 * len(submissions))
        worker.close()
        worker.warm.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        children.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"the student's process": (children[1] - children[0]) / (3 * len(submissions)), **parts}


def cpu(bench: Bench, bars: Bars, rounds: int, students: int) -> None:
    beyond = []
    for _ in range(rounds):
        few = 2 * len(bench.honest)
        used = []
        for count in (few, few + students):
            with bench.classroom(bench.students(count)) as root:
                used.append(ours(root, bench.slug).cpu)
        with bench.classroom(bench.students(few)) as root:
            alone, guarded = cells_alone(bench, root)
        whole = (used[1] - used[0]) / students
        beyond.append(1e3 * (whole - alone))
    with bench.classroom(bench.students(len(bench.honest))) as root:
        parts = where_it_goes(bench, root)
    print(
        f"     {bench.slug}: {1e3 * whole:.0f} ms of CPU per submission, cells and tests alone {1e3 * alone:.0f} ms"
    )
    child = parts.pop("the student's process")
    for name, seconds in {
        "cells and tests": alone,
        "guards and second inputs": guarded - alone,
        "fork, walls, cold memory": child - guarded,
        **parts,
        "reading, gradebook, files": whole - child - sum(parts.values()),
    }.items():
        print(f"       {name:<28} {1e3 * seconds:6.1f} ms")
    bars.report(f"{bench.slug}: CPU beyond cells alone", statistics.median(beyond), 60, unit=" ms")


# ---- memory ----------------------------------------------------------------------------------------------------------


class Peaks:
    """Largest resident memory of the grader's own processes: the command and its workers, not the
    students' side.
    """

    def __init__(self) -> None:
        self.of: dict[int, int] = {}

    def __call__(self, pid: int) -> None:
        for one in (pid, *(c for c in _children(pid) if b"spawn_main" in _line(c))):
            with _gone():
                lines = Path(f"/proc/{one}/status").read_text().splitlines()
                peak = next(int(s.split()[1]) for s in lines if s.startswith("VmHWM:"))
                self.of[one] = max(self.of.get(one, 0), peak)

    @property
    def megabytes(self) -> list[float]:
        return sorted((peak / 1024 for peak in self.of.values()), reverse=True)


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except (OSError, StopIteration):
        pass


def _children(pid: int) -> list[int]:
    with _gone():
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _line(pid: int) -> bytes:
    with _gone():
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


_FLOODS = {
    "prints": "for _ in range(200_000):\n    print('x' * 5_000)",
    "writes to the terminal": "import os\nfor _ in range(20_000):\n    os.write(1, b'x' * 65_536)",
    "displays": "from IPython.display import display, HTML\nfor _ in range(300):\n    display(HTML('<b>' + 'x' * 3_000_000 + '</b>'))",
    "shows one large value": "'x' * 300_000_000",
    "raises with a large message": "raise ValueError('x' * 300_000_000)",
}
_LARGE_RESULT = "import numpy as np\ndef {name}(*args, **kwargs):\n    return np.zeros(60_000_000)"
_MANY_RESULTS = (
    "def {name}(*args, **kwargs):\n    return [list(range(1000)) for _ in range(20_000)]"
)


def with_cell(notebook: bytes, source: str, first: bool = False) -> bytes:
    """A notebook with a cell of the student's own."""
    read = nbformat.reads(notebook.decode(), as_version=4)
    read.cells.insert(0 if first else len(read.cells), nbformat.v4.new_code_cell(source))
    return nbformat.writes(read).encode()


def answered(bench: Bench, template: str) -> bytes:
    """Every function of every question replaced."""
    read = nbformat.reads(bench.honest[0].decode(), as_version=4)
    for cell in NotebookView(read).cells:
        if cell.kind == "question":
            functions = bench.assignment.questions[cell.name].functions
            cell.cell["source"] = "\n".join(template.format(name=name) for name in functions)
    return nbformat.writes(read).encode()


def memory(bench: Bench, bars: Bars) -> None:
    floods = [with_cell(bench.honest[0], source) for source in _FLOODS.values()]
    floods += [answered(bench, _LARGE_RESULT), answered(bench, _MANY_RESULTS)]
    large = json.loads(bench.honest[0])
    large["cells"][0]["attachments"] = {"picture": {"image/png": "x" * 150_000_000}}
    nested = json.dumps(large).encode()
    floods += [nested, b'{"cells": ' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}"]
    peaks, calm = Peaks(), Peaks()
    with bench.classroom(floods) as root:
        used = ours(root, bench.slug, watch=peaks)
    with bench.classroom(bench.students(len(floods))) as root:
        ours(root, bench.slug, watch=calm)
    each = " + ".join(f"{m:.0f}" for m in peaks.megabytes)
    print(
        f"     {len(floods)} floods in {used.wall:.0f} s: {each} MB; honest submissions {' + '.join(f'{m:.0f}' for m in calm.megabytes)} MB"
    )
    bars.report("largest of the grader's processes", max(peaks.megabytes), 400, unit=" MB")
    bars.report(
        "all of them, floods against honest submissions",
        sum(peaks.megabytes) / sum(calm.megabytes),
        1.1,
    )


# ---- growth ----------------------------------------------------------------------------------------------------------


def flat(bench: Bench, bars: Bars, sizes: tuple[int, int, int] = (10, 100, 1000)) -> None:
    walls, peaks = [], []
    for size in sizes:
        watch = Peaks()
        with bench.classroom(bench.students(size)) as root:
            walls.append(ours(root, bench.slug, watch=watch).wall)
        peaks.append(sum(watch.megabytes))
        print(
            f"     {size:5d} submissions: {walls[-1]:6.1f} s, grader's memory {peaks[-1]:.0f} MB",
            flush=True,
        )
    early = (walls[1] - walls[0]) / (sizes[1] - sizes[0])
    late = (walls[2] - walls[1]) / (sizes[2] - sizes[1])
    bars.report(f"time of each one beyond {sizes[1]} against each one before", late / early, 1.2)
    bars.report(f"memory with {sizes[2]} against {sizes[1]}", peaks[2] / peaks[1], 1.2)


# ---- Dask ------------------------------------------------------------------------------------------------------------


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A Dask scheduler and workers as processes of their own; gives the address."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "scheduler.json")
        quiet: Any = {"cwd": place, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        run = [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
        ]
        work = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            "--nthreads",
            "1",
            "--no-dashboard",
        ]
        started = [subprocess.Popen([*run, "--scheduler-file", str(file)], **quiet)]
        try:
            started += [
                subprocess.Popen([*work, "--scheduler-file", str(file)], **quiet)
                for _ in range(workers)
            ]
            deadline = time.monotonic() + 60
            while not file.is_file():
                if time.monotonic() > deadline:
                    raise SystemExit("the Dask scheduler does not start")
                time.sleep(0.1)
            address = json.loads(file.read_text())["address"]
            from distributed import Client

            with Client(address, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait()


def dask(bench: Bench, bars: Bars, rounds: int, students: int) -> None:
    ratios = []
    for _ in range(rounds):
        with bench.classroom(bench.students(students)) as root:
            local = ours(root, bench.slug, "--jobs", "2")
            expected = scores(root, bench.slug)
        with bench.classroom(bench.students(students)) as root, cluster(2) as address:
            remote = ours(root, bench.slug, "--cluster", address)
            found = scores(root, bench.slug)
        if found != expected:
            raise SystemExit("scores on Dask differ")
        ratios.append(remote.wall / local.wall)
        print(
            f"     {students} submissions: {local.wall:.1f} s with two local workers, {remote.wall:.1f} s with two Dask workers, scores equal",
            flush=True,
        )
    bars.report("Dask against local", statistics.median(ratios), 1.2)


# ---- hostile classes -------------------------------------------------------------------------------------------------

_HOSTILE = {
    "loops for ever at the top": "while True:\n    pass",
    "sleeps for ever": "import time\ntime.sleep(1e6)",
    "forks without end": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "takes all memory": "x = []\nwhile True:\n    x.append(bytearray(50_000_000))",
    "starts threads": "import threading, time\nfor _ in range(5_000):\n    threading.Thread(target=time.sleep, args=(1e6,)).start()",
    "fills the disk": "with open('f', 'wb') as f:\n    while True:\n        f.write(bytes(1 << 20))",
    "ends the process": "import os\nos._exit(0)",
    **_FLOODS,
}
_ENDLESS = "def {name}(*args, **kwargs):\n    while True:\n        pass"
_SLEEPS = "def {name}(*args, **kwargs):\n    import time\n    time.sleep(1e6)"
_EXITS = "import os\ndef {name}(*args, **kwargs):\n    os._exit(0)"


def hostile(bench: Bench, bars: Bars, students: int) -> None:
    attacks = [answered(bench, template) for template in (_ENDLESS, _SLEEPS, _EXITS, _LARGE_RESULT)]
    attacks += [with_cell(bench.honest[0], source, first=True) for source in _HOSTILE.values()]
    honest = bench.students(students)
    mixed: list[bytes] = []
    evil = set()
    for number, notebook in enumerate(honest):
        mixed.append(notebook)
        if number % 4 == 3:
            evil.add(len(mixed))
            mixed.append(attacks[len(evil) % len(attacks)])
    seconds, whole, points = [], [], []
    for notebooks, bad in ((honest, set()), (mixed, evil)):
        with bench.classroom(notebooks) as root:
            used = ours(root, bench.slug)
            lines = [
                json.loads(line)
                for line in (root / ".dlcourse/journal" / f"{bench.slug}.jsonl")
                .read_text()
                .splitlines()
            ]
            times = [
                at
                for at, line in zip(_stamps(root, lines), lines, strict=True)
                if int(line["student"][1:]) not in bad
            ]
            points.append(
                [
                    line["score"]
                    for line in sorted(lines, key=lambda x: x["student"])
                    if int(line["student"][1:]) not in bad
                ]
            )
        seconds.append(max(times) - min(times))
        whole.append(used.wall)
    if points[0] != points[1]:
        raise SystemExit("honest students of the hostile class have other scores")
    print(
        f"     {students} honest: {seconds[0]:.1f} s alone, {seconds[1]:.1f} s among {len(evil)} attacks ({whole[1]:.0f} s until all had a grade), scores equal"
    )
    bars.report("honest grades among attacks against alone", seconds[1] / seconds[0], 2)


def _stamps(root: Path, lines: list[dict[str, str]]) -> list[float]:
    """When each graded notebook was written."""
    return [
        next((root / "autograded" / line["student"]).rglob("*.ipynb")).stat().st_mtime
        for line in lines
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=["throughput", "cpu", "memory", "flat", "dask", "hostile"],
        help="may be given again",
    )
    parser.add_argument(
        "--assignment",
        action="append",
        help=f"may be given again; {', '.join(ASSIGNMENTS)} if not given",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--students", type=int, default=240, help="class size where a bar does not name one"
    )
    options = parser.parse_args()
    wanted = options.only or ["throughput", "cpu", "memory", "flat", "dask", "hostile"]
    find_alembic()
    bars = Bars()
    with tempfile.TemporaryDirectory(prefix="dlcourse-bench-") as folder:
        benches = [prepare(slug, Path(folder)) for slug in options.assignment or ASSIGNMENTS]
        for bench in benches:
            if "throughput" in wanted:
                throughput(bench, bars, options.rounds, options.students)
            if "cpu" in wanted:
                cpu(bench, bars, options.rounds, options.students)
        if "memory" in wanted:
            memory(benches[0], bars)
        if "flat" in wanted:
            flat(benches[0], bars)
        if "dask" in wanted:
            dask(benches[0], bars, options.rounds, options.students)
        if "hostile" in wanted:
            hostile(benches[0], bars, min(options.students, 80))
    print(f"{len(bars.missed)} bars missed" if bars.missed else "all bars reached")
    return 1 if bars.missed else 0


if __name__ == "__main__":
    sys.exit(main())
