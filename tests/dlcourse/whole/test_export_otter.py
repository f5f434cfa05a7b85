"""`dlcourse export otter`: the zip, otter's own commands on it, and what cannot be forged."""

import io
import json
import os
import pickle
import re
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from otter.run import AutograderConfig
from otter.run import main as otter_run
from otter.test_files import GradingResults

from dlcourse.authoring.course import Course
from dlcourse.authoring.lint import secrets
from dlcourse.authoring.read import load
from dlcourse.core.evidence import Changed, Raised
from dlcourse.errors import CourseError, SetupError
from dlcourse.executor.isolation import OTHER_USER, SANDBOX, UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.export import gradescope, isolation, pack
from dlcourse.export.otter import autograder
from dlcourse.export.otter_plugin import Verified
from dlcourse.export.results_schema import validate
from dlcourse.export.wheel import wheel
from dlcourse.grading.grader import Grader, open_grader
from tests.support.commands import dlcourse, environment
from tests.support.course import answered, cell_of, perfect, rebuilt, released, submission_of

BROKEN = "def cosine(a, b):\n    return a @ b.T\n"


@pytest.fixture(scope="module")
def grader(built_course: Course, warm: Warm) -> Grader:
    return open_grader(built_course, "vectors", warm)


@pytest.fixture(scope="module")
def archive(grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "autograder.zip"
    path.write_bytes(autograder(grader))
    return path


@pytest.fixture(scope="module")
def document(grader: Grader) -> dict[str, Any]:
    return json.loads(json.dumps(pack.to_document(grader)))


def save(notebook: NotebookNode, folder: Path, name: str = "vectors.ipynb") -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, bytes):
        (folder / name).write_bytes(notebook)
    else:
        nbformat.write(notebook, folder / name)
    return folder / name


def run(path: Path, archive: Any, folder: Path) -> Any:
    """otter's `run` in this process: its results and results.json."""
    with redirect_stdout(io.StringIO()):
        found = otter_run(str(path), autograder=str(archive), output_dir=str(folder), no_logo=True)
    document = json.loads((folder / "results.json").read_text())
    validate(document)
    return found, document


def total(document: Any) -> Any:
    return sum(t.get("score", 0) for t in document["tests"])


def container(archive: Any, folder: Path, submission: Any = None) -> Any:
    """The folders of a grading container."""
    for name in ("source", "submission", "results"):
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder / "source")
    (folder / "submission_metadata.json").write_text("{}")
    return folder


def test_what_is_written(course: Course) -> None:
    said = dlcourse(course, "export", "otter", "vectors")
    folder = course.root / "dist" / "otter" / "vectors"
    assert str(folder) in said
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    questions = [f"student/tests/{q}.py" for q in load(course.root, "vectors").questions]
    assert files == {
        "README.md", "autograder.zip", "student/vectors.ipynb", "student/checks.json", "student/data/vectors/table.csv",
        "student/tests/assignment.json", *questions,
    }  # fmt: skip
    readme = (folder / "README.md").read_text()
    assert "1. " in readme and "3. " in readme and "4. " not in readme and "{" not in readme
    first = (folder / "autograder.zip").read_bytes()
    dlcourse(course, "export", "otter", "vectors")
    assert (folder / "autograder.zip").read_bytes() == first
    assert "no assignment 'vektors'" in dlcourse(course, "export", "otter", "vektors", status=1)


def test_members_of_the_zip(archive: Path, grader: Grader) -> None:
    with zipfile.ZipFile(archive) as files:
        assert {
            "setup.sh",
            "run_autograder",
            "run_otter.py",
            "environment.yml",
            "otter_config.json",
            "files/data/vectors/table.csv",
        } <= set(files.namelist())
        assert files.getinfo("run_autograder").external_attr >> 16 == 0o755
        config = json.loads(files.read("otter_config.json"))
        tests = {
            n: files.read(n).decode()
            for n in files.namelist()
            if n.startswith("tests/") and n.endswith(".py")
        }
    assert config["show_hidden"] is True and "token" not in config
    assert set(tests) == {f"tests/{q}.py" for q in grader.assignment.questions}
    points: dict[str, object] = {}
    for text in tests.values():
        assert text.startswith("OK_FORMAT = False\n")
        points |= {
            m[2]: float(m[1])
            for m in re.finditer(r"points=([\d.]+), hidden=\w+\)\ndef (\w+)\(", text)
        }
    assert points == {n: e.spec.points for n, e in grader.references.expectations.items()}


def test_environment_is_pinned_and_for_cpus(archive: Path, grader: Grader) -> None:
    with zipfile.ZipFile(archive) as files:
        environment = yaml.safe_load(files.read("environment.yml"))
        text = files.read("environment.yml").decode()
    pip = environment["dependencies"][-1]["pip"]
    assert any(d.startswith("pytorch-cpu=") for d in environment["dependencies"][:-1])
    assert not any(p.startswith(("torch==", "nvidia", "triton")) for p in pip) and "://" not in text
    assert all(
        re.fullmatch(
            r"[\w.\[\],-]+==[\w.]+|/autograder/source/dlcourse/dlcourse-[\d.]+-py3-none-any\.whl", p
        )
        for p in pip
    )
    assert {"numpy", "jupytext", "jsonschema", "scipy"} <= {p.partition("==")[0] for p in pip}
    with zipfile.ZipFile(io.BytesIO(autograder(grader, "https://example.org/cpu"))) as files:
        environment = yaml.safe_load(files.read("environment.yml"))
    pip = environment["dependencies"][-1]["pip"]
    assert "--extra-index-url https://example.org/cpu" in pip and any(
        re.fullmatch(r"torch==[\d.]+\+cpu", p) for p in pip
    )
    assert not any("pytorch" in str(d) for d in environment["dependencies"])


def test_no_line_of_the_reference_is_in_the_zip(archive: Path, grader: Grader) -> None:
    banned = [
        line
        for line, owner in secrets(grader.assignment).items()
        if owner.startswith("the reference")
    ]
    assert len(banned) > 5
    with zipfile.ZipFile(archive) as files:
        text = "".join(
            "".join(files.read(n).decode("utf-8", "replace").replace("\\n", " ").split())
            for n in files.namelist()
            if not n.endswith(".whl")
        )
        name = next(n for n in files.namelist() if n.endswith(".whl"))
        with zipfile.ZipFile(io.BytesIO(files.read(name))) as package:
            code = "".join(
                "".join(package.read(n).decode("utf-8", "replace").split())
                for n in package.namelist()
            )
    assert not [line for line in banned if line in text]
    assert not [line for line in banned if len(line) >= 25 and line in code]


def test_no_traceback_is_written_wherever_an_exception_stands() -> None:
    raised = Raised(
        "ValueError", ("ValueError",), "no", (("fn", 3, "raise ValueError('no')"),), True
    )
    for tree in (raised, [raised], {"a": (raised,)}, Changed(("x",), {"a": raised})):
        assert "raise ValueError" not in repr(pack._untraced(tree))
        assert "message='no'" in repr(pack._untraced(tree))


def test_hidden_probes_are_not_in_the_students_folder(grader: Grader) -> None:
    text = json.dumps(pack.to_document(grader, public_only=True))
    hidden = [p for p in grader.assignment.probes.values() if not p.spec.public]
    assert hidden and not any(p.spec.name in text for p in hidden)
    assert "SECRET_SCALE" not in text and grader.course.seed not in text


def test_wheel_can_be_installed(tmp_path: Path) -> None:
    name, content = wheel()
    (tmp_path / name).write_bytes(content)
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(tmp_path / name)],
        check=True, timeout=120,
    )  # fmt: skip
    code = "import dlcourse, importlib.metadata as m; print(dlcourse.__file__, *m.requires('dlcourse'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(target)) and "torch" in done.stdout


def test_packed_grader_runs_the_same_steps(
    document: dict[str, Any], grader: Grader, built_course: Course, warm: Warm, tmp_path: Path
) -> None:
    packed = pack.from_document(document, tmp_path)
    for answers in ({}, {"cosine": BROKEN}):
        submission = submission_of(answered(built_course, "vectors", answers))
        notebook, other = rebuilt(grader, submission), rebuilt(packed, submission)
        assert packed.steps(other) == grader.steps(notebook)
        record = packed.run(other, warm)
        assert packed.outcomes(other, record) == grader.outcomes(notebook, record)
    assert packed.references.expectations["rows_have_length_one"].judge is not None
    with pytest.raises(CourseError, match="export it again"):
        pack.from_document({**document, "format": 99}, tmp_path)


@pytest.mark.slow
def test_otter_run_as_a_command(course: Course, archive: Path, tmp_path: Path) -> None:
    notebook = perfect(course, "vectors")
    cell_of(notebook, "question-cosine").source = load(course.root, "vectors").edited(
        load(course.root, "vectors").misconceptions[2]
    )
    path = save(notebook, tmp_path)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "otter"), "run", "-a", str(archive), "-o", str(tmp_path), str(path)],
        env=environment(course.root), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((tmp_path / "results.json").read_text())
    validate(document)
    assert total(document) < load(course.root, "vectors").points
    wrong = [t for t in document["tests"] if t.get("status") == "failed"]
    assert wrong and all(t["name"].startswith(("cosine:", "centroid:")) for t in wrong)
    assert "A product of rows that have not length 1 is no cosine." in "".join(
        t["output"] for t in wrong
    )
    assert {t["visibility"] for t in document["tests"] if "score" in t} == {
        "visible",
        "after_published",
    }


@pytest.mark.slow
def test_otter_check_runs_public_tests_in_the_students_own_process(
    course: Course, tmp_path: Path
) -> None:
    dlcourse(course, "export", "otter", "vectors")
    student = course.root / "dist" / "otter" / "vectors" / "student"
    notebook = perfect(course, "vectors")
    cell_of(
        notebook, "question-jitter"
    ).source = "def jitter(x, sigma, n, rng):\n    while True:\n        try:\n            rng.normal()\n        except Exception:\n            pass"
    # otter has no limit for cells, only our tests have one
    notebook.cells = [
        c
        for c in notebook.cells
        if not c.metadata.nbgrader["grade"] and "demo" not in c.metadata.get("tags", [])
    ]
    save(notebook, student)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "otter"), "check", "vectors.ipynb"],
        cwd=student,
        env=environment(course.root),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "took more than 8 s" in done.stdout, done.stdout + done.stderr
    assert "normalise results: All test cases passed!" in done.stdout
    assert "cosine results: All test cases passed!" in done.stdout


FORGERIES = {
    "results as a pickle of the kernel's": """
import glob, pickle, otter.test_files as t
from otter.execute import Checker
class Full(t.TestFile):
    run = from_file = from_metadata = None
    score = possible = 1998
Checker._test_files = []
Checker.check = classmethod(lambda *a, **k: None)
for path in glob.glob("/tmp/*.pkl"):
    open(path, "wb").write(b"cos\\nsystem\\n(S'touch %s'\\ntR.")
""",
    "patched comparison": """
import dlcourse.core.verdict, dlcourse.export.otter_tests as o, numpy
dlcourse.core.verdict.wrong = lambda *a: None
o.verdicts = __import__("collections").defaultdict(lambda: [True, ""])
numpy.testing.assert_allclose = numpy.allclose = lambda *a, **k: True
""",
    "the expected results": """
import json, os
for base, _, names in os.walk("/"):
    if "assignment.json" in names:
        found = json.load(open(os.path.join(base, "assignment.json")))
        def cosine(a, b): raise RuntimeError("found")
""",
    "the scores": """
import os
for base in ("..", "../results", "/autograder/results"):
    try:
        os.makedirs(base, exist_ok=True)
        open(base + "/results.json", "w").write('{"score": 1998}')
    except OSError:
        pass
""",
}


@pytest.mark.slow
def test_forgeries_gain_nothing(built_course: Course, archive: Path, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    notebook = answered(built_course, "vectors", {})
    for source in FORGERIES.values():
        notebook.cells.insert(1, new_code_cell(source.replace("%s", str(marker))))
    notebook.metadata["otter"] = {
        "assignment_name": "x",
        "OK_FORMAT": False,
        "tests": {"cosine": {"name": "cosine", "points": 99, "suites": []}},
    }
    results, document = run(save(notebook, tmp_path / "in"), archive, tmp_path)
    assert total(document) == 0 and results.total == 0 and "score" not in document
    assert not marker.exists()
    assert document["extra_data"]["isolation"] in isolation.CHOICES


@pytest.mark.slow
def test_files_handed_in_beside_the_notebook_are_not_run(
    built_course: Course, archive: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "owned"
    touch = f"open({str(marker)!r}, 'w').close()\n"
    names = (
        "json.py",
        "pandas.py",
        "dlcourse.py",
        "otter.py",
        "sitecustomize.py",
        "ipython_kernel_config.py",
        "__init__.py",
        "conftest.py",
    )
    submission = tmp_path / "submission.zip"
    with zipfile.ZipFile(submission, "w") as files:
        files.writestr("vectors.ipynb", nbformat.writes(released(built_course, "vectors")))
        files.writestr(".OTTER_LOG", f"cbuiltins\nexec\n(S{touch.strip()!r}\ntR.".encode())
        files.writestr("tests/cosine.py", touch)
        for name in names:
            files.writestr(name, touch)
    results, document = run(submission, archive, tmp_path)
    assert not marker.exists() and total(document) == results.total == 0
    assert len([t for t in document["tests"] if "score" in t]) == len(
        load(built_course.root, "vectors").probes
    )


def test_what_the_kernel_says_is_replaced(
    document: dict[str, Any], built_course: Course, tmp_path: Path
) -> None:
    graded = gradescope.grade(
        document, submission_of(released(built_course, "vectors")), UNSAFE.kind
    )
    plugin = Verified(str(tmp_path / "x.ipynb"), {}, {})
    plugin.graded = graded
    for kernel in (
        GradingResults([]),
        GradingResults.without_results(RuntimeError("the kernel died")),
    ):
        kernel.results["bonus"] = None
        plugin.after_grading(kernel)
        assert (
            set(kernel.results) == set(graded.questions)
            and kernel.total == 0
            and kernel.possible == load(built_course.root, "vectors").points
        )
        assert not kernel.has_catastrophic_failure()
        validate(
            kernel.to_gradescope_dict(
                AutograderConfig({"show_hidden": True, "points_possible": 100})
            )
        )
        kernel.hide_everything()
        assert {
            t["visibility"] for t in kernel.to_gradescope_dict(AutograderConfig())["tests"]
        } == {"hidden"}
        pickle.dumps(kernel)
    cells = plugin.before_execution(released(built_course, "vectors")).cells
    assert len(cells) == 1 and "cosine(" not in cells[0].source


def test_a_loop_ends_and_costs_its_own_tests_only(
    document: dict[str, Any], built_course: Course
) -> None:
    notebook = perfect(built_course, "vectors")
    cell_of(
        notebook, "question-jitter"
    ).source = "def jitter(x, sigma, n, rng):\n    while True:\n        pass"
    graded = gradescope.grade(document, submission_of(notebook), UNSAFE.kind)
    lost = {o.probe.question for o in graded.outcomes if not o.verdict.passed}
    assert lost == {"jitter"}
    assert "took more than" in gradescope.text_of(graded.of("jitter")[0])


def test_code_that_kills_the_warm_process_gets_a_result(
    document: dict[str, Any], built_course: Course
) -> None:
    notebook = perfect(built_course, "vectors")
    notebook.cells.insert(
        1, new_code_cell("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
    )
    graded = gradescope.grade(document, submission_of(notebook), UNSAFE.kind)
    validate(gradescope.results(graded))
    assert not any(o.score for o in graded.outcomes) and "ended the process" in graded.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "earned", "said"),
    [
        ({}, False, "no vectors.ipynb was handed in"),
        ({"vectors.ipynb": b"\x89PNG\r\n\x1a\n"}, False, "is no notebook"),
        ({"vectors.ipynb": "perfect", "copy.ipynb": b"{}"}, True, ""),
    ],
)
def test_what_otter_refuses_is_graded_all_the_same(
    built_course: Course, archive: Path, tmp_path: Path, files: Any, earned: Any, said: Any
) -> None:
    folder = container(archive, tmp_path / "autograder")
    for name, content in files.items():
        save(
            perfect(built_course, "vectors") if content == "perfect" else content,
            folder / "submission",
            name,
        )
    with redirect_stdout(io.StringIO()) as printed:
        gradescope.main(str(folder))
    assert "otter gave up" in printed.getvalue()
    document = json.loads((folder / "results" / "results.json").read_text())
    validate(document)
    assert (
        total(document) == (load(built_course.root, "vectors").points if earned else 0)
        and said in document["output"]
    )
    assert folder.stat().st_mode & 0o077 == 0


def test_isolation_is_chosen() -> None:
    with pytest.raises(SetupError, match="unknown"):
        isolation.choices("docker")
    assert isolation.choices("none") == (UNSAFE,)
    assert isolation.choices() == (SANDBOX, OTHER_USER, UNSAFE)


def _reachable() -> Any:
    return os.geteuid() == 0 and all(
        p.stat().st_mode & 0o001 for p in Path(sys.executable).resolve().parents
    )


@pytest.mark.skipif(not _reachable(), reason="needs root, and a Python that other users can reach")
def test_another_user_cannot_read_or_write_what_is_the_graders(
    document: dict[str, Any], built_course: Course, tmp_path: Path
) -> None:
    secret = tmp_path / "autograder" / "assignment.json"
    secret.parent.mkdir()
    secret.write_text("expected results")
    gradescope.close_to_others(secret.parent)
    notebook = perfect(built_course, "vectors")
    spy = f"""
import os
def cosine(a, b):
    done = [os.getresuid()]
    for act in (lambda: open({str(secret)!r}).read(), lambda: open({str(secret)!r}, "w"), lambda: os.setuid(0), lambda: os.kill({os.getpid()}, 0)):
        try:
            act()
            done.append("done")
        except PermissionError:
            done.append("refused")
    raise RuntimeError(str(done))
"""
    cell_of(notebook, "question-cosine").source = spy
    graded = gradescope.grade(document, submission_of(notebook), OTHER_USER.kind)
    assert graded.isolation == OTHER_USER.kind and os.getresuid() == (0, 0, 0)
    assert graded.score("normalise") == 4.5
    text = " ".join(gradescope.text_of(graded.of("cosine")[0]).split())
    assert text.count("'refused'") == 4 and "'done'" not in text and "(0," not in text
