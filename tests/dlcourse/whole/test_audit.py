"""The auditor is tested: weak probes, wrong tests and broken assignments are caught, each for its
reason.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dlcourse.audit.findings import AuditReport
from dlcourse.audit.registry import CHECKS
from dlcourse.audit.run import key_of, run_audit, state, write
from dlcourse.authoring.course import read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.scaffold import create
from dlcourse.cli import app
from dlcourse.errors import AuthorError
from tests.support.audits import COURSE, found, make, question

WEAK_CELLS = [
    question("sound", 'x: Float[np.ndarray, "B T"]', "return x.sum(axis=1) * np.arange(len(x))"),
    question("shape_only", 'x: Float[np.ndarray, "B T"]', "return x.sum(axis=1)"),
    question("square", "A", "return A.sum(axis=1)"),
    question("same_sizes", 'x: Float[np.ndarray, "B T"], k: int', "return k * x.sum(axis=1)"),
    question("loose", 'x: Float[np.ndarray, "B T"]', "return x.sum(axis=1)"),
    question("itself", 'x: Float[np.ndarray, "B T"]', "return x.sum(axis=1)"),
]
WEAK_PROBES = '''
@probe("sound")
def sound_shown(sound, rng):
    """Shown."""
    return sound(rng.normal(size=(2, 3)))


@probe("sound", points=2, public=False)
def sound_hidden(sound, rng):
    """Hidden."""
    return sound(rng.normal(size=(4, 2)))


@probe("sound", points=2, public=False)
def sound_again(sound, rng):
    """Hidden, too."""
    return sound(rng.normal(size=(3, 5))), sound(rng.normal(size=(1, 4)))


@probe("shape_only", public=False)
def only_the_shape(shape_only, rng):
    """Looks at the shape."""
    return [shape_only(rng.normal(size=s)).shape for s in ((2, 3), (4, 5))]


@probe("square", public=False)
def square_matrices(square, rng):
    """Square matrices."""
    return [square(rng.normal(size=(n, n))) for n in (2, 3)]


@probe("same_sizes", public=False)
def batch_is_time(same_sizes, rng):
    """B = T, and k is always 2."""
    return [same_sizes(rng.normal(size=(n, n)), 2) for n in (4, 5)]


@probe("loose", public=False, compare=close(atol=10.0))
def tolerance_of_ten(loose, rng):
    """Numbers of size 1, tolerance 10."""
    return [loose(rng.normal(size=s)) for s in ((2, 3), (4, 5))]


@probe("itself", public=False)
def compared_with_itself(itself, rng):
    """The student's value less the student's value."""
    differences = []
    for size in ((2, 3), (4, 5)):
        x = rng.normal(size=size)
        differences.append(float(np.sum(np.asarray(itself(x), dtype=float) - np.asarray(itself(x), dtype=float))))
    return differences
'''


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    course = make(tmp_path_factory.mktemp("weak") / "course", "weak", WEAK_CELLS, WEAK_PROBES)
    return run_audit(course, "weak")


def test_probes_that_look_at_shapes_only_are_caught(weak: AuditReport) -> None:
    assert any(
        "only shapes or types are looked at" in t
        for t in found(weak, "shape_only", "values", "only_the_shape")
    )
    assert any(
        "mean" in f.subject
        for f in weak.findings
        if (f.question, f.check) == ("shape_only", "mutant")
    )


def test_square_inputs_are_caught(weak: AuditReport) -> None:
    assert any("square in every call" in t for t in found(weak, "square", "inputs"))


def test_sizes_that_coincide_are_caught(weak: AuditReport) -> None:
    assert any(
        "axes B and T have the same size" in t
        for t in found(weak, "same_sizes", "inputs", "same_sizes: B = T")
    )
    assert any(
        "k is 2 in every call" in t for t in found(weak, "same_sizes", "inputs", "same_sizes: k")
    )
    assert any(f.subject == "same_sizes: + k = 2" for f in weak.findings if f.check == "mutant")


def test_a_tolerance_as_large_as_the_values_is_caught(weak: AuditReport) -> None:
    assert any(
        "the tolerance is as large as the values" in t
        for t in found(weak, "loose", "tolerance", "tolerance_of_ten")
    )


def test_a_value_compared_with_itself_is_caught(weak: AuditReport) -> None:
    assert any(
        "compared with itself" in t for t in found(weak, "itself", "values", "compared_with_itself")
    )


def test_sound_probes_are_left_in_peace(weak: AuditReport) -> None:
    assert {f.check for f in weak.findings if f.question == "sound"} == {"complete"}


BROKEN_CELLS = [
    question("base", "n: int", "return np.arange(n) * 3.0"),
    question("unseeded", "n: int", "return np.random.default_rng().normal(size=n)"),
    question("free", "n: int", "return np.arange(n) * 2.0"),
    question("leaning", "n: int", "return np.arange(n) + 4.0"),
    question("said", "n: int", "return np.arange(n) + 0.5"),
    question("global_draws", "n: int", "return np.random.normal(size=n)"),
    question("picky", "n: int", "return [np.arange(n) * 1.5, 2.5]"),
    question("threaded", "n: int", "return n * torch.get_num_threads()"),
    question(
        "banned",
        "x",
        "return np.sqrt((x * x).sum())",
        header='forbid=["numpy.linalg.norm", "numpy.linalg.nrom"]',
    ),
    question(
        "excused",
        "x",
        "total = 0",
        "for v in x:",
        "    total = total + v if v < 0 else total",
        "return total",
    ),
    question("used_later", "n: int", "return 10 if n >= 0 else 20"),
    question("later", "n: int", "return used_later(n) + 1"),
    '\n# %% tags=["demo"]\n@demo\ndef broken_demo():\n    raise ValueError("no picture")\n',
]
BROKEN_PROBES = '''
@probe("unseeded", public=False)
def draws(unseeded):
    """Draws of nobody's."""
    return unseeded(3)


@probe("free", public=False)
def costs_nothing(free):
    """Passes without the function."""
    return 1.5


@probe("free", public=False)
def hides_the_stub(free, base):
    """Passes on the stub where base is solved."""
    base(2)
    try:
        return free(2)
    except NotImplementedError:
        return np.array([0.0, 2.0])


@probe("base", public=False)
def base_values(base):
    """Values."""
    return [base(n) for n in (2, 3)]


@probe("leaning", public=False)
def leans_on_base(leaning, base):
    """Needs a question that leaning does not build on."""
    return leaning(2) + base(2), leaning(3)


@probe("said", public=False)
def said_values(said):
    """Values."""
    return [said(n) for n in (2, 3)]


@probe("global_draws", public=False)
def global_values(global_draws):
    """Values of the global generator."""
    return [global_draws(n) for n in (2, 3)]


@probe("picky", public=False)
def dtype_counts(picky):
    """float64 only."""
    return str(picky(3)[0].dtype)


@probe("picky", public=False)
def layout_counts(picky):
    """Contiguous only."""
    return bool(picky(3)[0].flags.c_contiguous)


@probe("picky", public=False)
def list_counts(picky):
    """A list only."""
    return len(picky(4) + [1])


@probe("picky", public=False)
def float_counts(picky):
    """A Python float only."""
    return type(picky(2)[1]).__name__


@probe("threaded", public=False)
def threads_count(threaded):
    """One thread only."""
    return [threaded(n) for n in (2, 3)]


@probe("banned", public=False)
def norms(banned):
    """Norms."""
    return [banned(np.arange(n)) for n in (3, 4)]


@probe("excused", public=False)
def totals(excused):
    """Sums of negative numbers."""
    return [excused(np.array(x)) for x in ([-1.0, 2.0, -5.0], [3.0, -4.0])]


@probe("used_later", public=False)
def of_one(used_later):
    """Never at the boundary."""
    return [used_later(n) for n in (1, -1)]


@probe("later", public=False)
def at_zero(later):
    """At the boundary."""
    return [later(n) for n in (0, 2, -3)]
'''
MISCONCEPTIONS = """
from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "base": [Misconception("no_effect", "None.", {"* 3.0": "* 3.0 * 1.0"})],
    "said": [
        Misconception("spreads", "Four.", {"+ 0.5": "+ 4.0 + 0 * len(str(torch.set_num_threads(7)))"}),
        Misconception("first", "One.", {"+ 0.5": "+ 1.5"}),
        Misconception("second", "Two.", {"+ 0.5": "+ 3.0 / 2.0"}),
        Misconception("crashes", "Three.", {"def said(n: int):": "def said(n: itn):"}),
    ],
}
"""
ALTERNATIVES = """'''Said in one line.'''

import numpy as np


def base__wrong(n):
    return np.arange(n) * 3.1


def said__right(n):
    return np.array([k + 0.5 for k in range(n)])
"""
EQUIVALENT = """
[[equivalent]]
stub = "excused"
line = "total = total + v if v < 0 else total"
becomes = "total = total + v if v <= 0 else total"
reason = "at v = 0 nothing is added either way"

[[equivalent]]
stub = "excused"
line = "total = total + v if v < 0 else total"
becomes = "total = total - v if v < 0 else total"
reason = "wrongly said to be equivalent"

[[equivalent]]
stub = "excused"
line = "no line of it"
becomes = "at all"
reason = "the line was edited away"

[[allow]]
question = "picky"
check = "float32"
subject = "dtype_counts"
reason = "the docstring asks for float64"

[[allow]]
question = "picky"
check = "float32"
subject = "list_counts"
reason = "there is nothing to allow here"
"""
ORACLES = """'''Said in
two lines.'''

def test_base(ref=None):
    assert ref is None or ref.base
"""


@pytest.fixture(scope="module")
def broken_course(tmp_path_factory: pytest.TempPathFactory) -> Any:
    files = {
        "misconceptions": MISCONCEPTIONS,
        "alternatives": ALTERNATIVES,
        "equivalent": EQUIVALENT,
        "test_oracles": ORACLES,
    }
    root = tmp_path_factory.mktemp("broken") / "course"
    return make(root, "broken", BROKEN_CELLS, BROKEN_PROBES, **files)


@pytest.fixture(scope="module")
def broken(broken_course: Any) -> AuditReport:
    return run_audit(broken_course, "broken")


def test_a_reference_that_gives_something_else_each_time(broken: AuditReport) -> None:
    assert any(
        "two runs of the reference differ" in t
        for t in found(broken, "unseeded", "reference", "draws")
    )


def test_points_on_the_stub(broken: AuditReport) -> None:
    assert found(broken, "free", "stub", "costs_nothing") == ["passes on the untouched stub"]
    assert found(broken, "free", "stub", "hides_the_stub") == [
        "passes on the untouched stub when the other questions are solved"
    ]
    assert not found(broken, "base", "stub")


def test_a_probe_that_needs_another_question(broken: AuditReport) -> None:
    texts = found(broken, "leaning", "alone", "leans_on_base")
    assert any("fails when base is not solved" in t for t in texts)
    assert any("fails when only leaning and what it builds on are solved" in t for t in texts)
    assert not found(broken, "later", "alone")  # it says by its code that it builds on used_later


def test_misconceptions_that_cannot_be_told(broken: AuditReport) -> None:
    assert found(broken, "base", "misconception", "no_effect") == [
        "loses no point on its own question"
    ]
    assert found(broken, "said", "misconception", "second") == [
        "is never named in the feedback; first is named instead"
    ]
    assert any("its cell raises" in t for t in found(broken, "said", "misconception", "crashes"))
    assert not found(broken, "said", "misconception", "first")


def test_misconception_that_costs_points_elsewhere(broken: AuditReport) -> None:
    text = "loses points of threaded, which does not build on it"
    accused = {
        f.subject.partition(" on ")[0]
        for f in broken.findings
        if f.check == "misconception" and f.text == text
    }
    assert accused == {"spreads"}


def test_a_wrong_alternative(broken: AuditReport) -> None:
    assert any(
        "loses points" in t for t in found(broken, "base", "alternative", "wrong on base_values")
    )
    assert not found(broken, "said", "alternative")


def test_right_answers_that_are_rejected(broken: AuditReport) -> None:
    for check, subject in (
        ("strided", "layout_counts"),
        ("tuples", "list_counts"),
        ("scalars", "float_counts"),
        ("threads", "threads_count"),
    ):
        assert [f.question for f in broken.findings if (f.check, f.subject) == (check, subject)], (
            check
        )
    assert found(broken, "global_draws", "seeds") and found(broken, "global_draws", "draws")
    assert not found(broken, "said", "float32") and not found(broken, "base", "draws")


def test_forbidden_calls(broken: AuditReport) -> None:
    assert any(
        "nothing of that name" in t for t in found(broken, "banned", "forbid", "numpy.linalg.nrom")
    )
    assert not found(broken, "banned", "forbid", "numpy.linalg.norm")


def test_survivors_and_their_excuses(broken: AuditReport) -> None:
    """One survivor is excused; an entry on a killed mutant and one on no mutant are errors."""
    assert broken.questions["excused"].explained == 1
    texts = found(broken, "excused", "entry")
    assert len(texts) == 2
    assert any("is killed by a probe now" in t for t in texts) and any(
        "is no mutant" in t for t in texts
    )
    assert [f.check for f, _ in broken.excused] == ["float32"]
    assert any(
        "there is no finding 'float32' on 'list_counts' to allow" in t
        for t in found(broken, "picky", "entry")
    )


def test_only_the_own_question_counts(broken: AuditReport) -> None:
    """The boundary of used_later is noticed by a probe of later; the points are lost in the wrong
    place.
    """
    assert broken.questions["used_later"].elsewhere >= 1
    assert any(
        "only at_zero of a later question notices" in t
        for t in found(broken, "used_later", "mutant")
    )


def test_what_is_missing(broken: AuditReport) -> None:
    assert found(broken, "base", "complete", "public probe") and found(
        broken, "said", "complete", "oracle"
    )
    assert not found(broken, "base", "complete", "oracle") and not found(
        broken, "said", "complete", "misconception"
    )


def test_findings_bear_the_names_that_their_checks_give(
    weak: AuditReport, broken: AuditReport
) -> None:
    said = {name for check in CHECKS for name in check.says}
    for report in (weak, broken):
        assert {f.check.split()[0] for f in report.findings} <= said


HABITS = [
    question(
        name,
        'x: Float[np.ndarray, "B d"], names: list[str]',
        "if not names:",
        "    raise ValueError('no names')",
        "return np.array(x * len(names[0]))",
        doc="Scaled.\n\n    Returns:\n        A new array.\n\n    Raises:\n        ValueError: there are no names.\n    ",
    ).replace("]):", ']) -> Float[np.ndarray, "B d"]:')
    for name in ("careless", "careful")
]
HABIT_PROBES = '''
@probe("careless", public=False)
def shapes_of_their_own(careless):
    """Each shape once, more than one row, names of one letter once."""
    x = np.arange(6.0).reshape(2, 3)
    return [careless(x, ["a"]), careless(x.T, ["aa", "b", "c"]), careless(x[:, :2], ["bbb", "c"])]


@probe("careful", public=False)
def all_that_is_promised(careful, rng):
    """Other numbers and names in the same shapes, a single row, no names, a new array."""
    results = [raises(careful, np.ones((1, 2)), [])]
    for names in (["a"], ["bb"], ["a"]):
        x = rng.normal(size=(1, 2))
        result = careful(x, names)
        result += 1
        results += [result, x, careful(x, ["ccc"])]
    return results
'''


@pytest.fixture(scope="module")
def habits(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    return run_audit(make(tmp_path_factory.mktemp("h") / "course", "h", HABITS, HABIT_PROBES), "h")


@pytest.mark.parametrize(
    ("check", "modes"),
    [
        ("state", {"kept by form", "kept by first argument", "stale: x", "stale: names"}),
        ("squeeze", {"squeezes", "squeezed"}),
        ("raises", {"silent: ValueError"}),
        ("aliased", {"aliased"}),
        ("changes", set()),
    ],
)
def test_habits_that_no_probe_notices(habits: AuditReport, check: Any, modes: Any) -> None:
    """Changed arguments are always noticed, by the engine."""
    subjects = {f.subject for f in habits.findings if f.check == check}
    assert subjects == {f"careless: {mode}" for mode in modes}
    assert not any(f.question == "careful" and f.check == check for f in habits.findings)


def test_files_that_do_not_say_in_one_line_what_they_hold(broken: AuditReport) -> None:
    subjects = {f.subject for f in broken.findings if f.subject.startswith("docstring")}
    assert subjects == {
        f"docstring of {name}.py" for name in ("probes", "misconceptions", "test_oracles")
    }


def test_a_demo_that_fails(broken: AuditReport) -> None:
    assert found(broken, check="demo", subject="broken_demo") == ["fails: ValueError: no picture"]


def test_a_reference_that_raises_ends_the_audit(tmp_path: Path) -> None:
    course = make(
        tmp_path / "course",
        "raising",
        [question("f", "n: int", "return 1 / 0")],
        '@probe("f")\ndef p(f):\n    """P."""\n    return f(1)\n',
    )
    with pytest.raises(
        AuthorError, match="probe p fails on the reference under the seed 'one': ZeroDivisionError"
    ):
        run_audit(course, "raising")


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The template of `dlcourse new`, in a course of its own."""
    (tmp_path / "course.toml").write_text(COURSE)
    create(read_course(tmp_path), "toy", "Toy", "T", "https://example.org", 5)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*words: Any) -> Any:
    result = CliRunner().invoke(app, ["audit", *words])
    return result.exit_code, result.output + str(result.exception or "")


def test_the_template_passes_and_its_result_is_the_same_twice(toy: Any) -> None:
    code, output = command("toy")
    assert code == 0 and "0 left" in output
    first = (toy / "tests/toy/audit.json").read_bytes()
    report = run_audit(read_course(toy), "toy", jobs=1)
    assert report.passed and report.survivors == []
    write(read_course(toy), report)
    assert (toy / "tests/toy/audit.json").read_bytes() == first


def test_missing_stale_and_failed_results(toy: Any) -> None:
    course = read_course(toy)
    assert state(course, "toy") == "missing"
    assert "audit.json: missing" in command("--check")[1]
    path = toy / "tests/toy/audit.json"
    path.write_text(json.dumps({"key": key_of(load(toy, "toy"), course.seed), "findings": []}))
    assert command("--check")[0] == 0
    code, output = command("--changed")
    assert code == 0 and "unchanged, passed" in output
    path.write_text(json.dumps({"key": key_of(load(toy, "toy"), course.seed), "findings": [{}]}))
    assert state(course, "toy") == "failed"
    assert command("--check")[0] == 1 and command("--changed")[0] == 1
    path.write_text(json.dumps({"key": "another", "findings": []}))
    assert state(course, "toy") == "stale"


def test_the_key_follows_code_and_tests_but_not_prose(toy: Any) -> None:
    before = key_of(load(toy, "toy"), "one")
    script = toy / "solutions/toy.py"
    script.write_text(
        script.read_text().replace("that every classifier ends", "that each classifier ends")
    )
    assert key_of(load(toy, "toy"), "one") == before
    assert key_of(load(toy, "toy"), "two") != before
    for path, old, new in (
        (script, "Softmax over the last axis.", "Softmax along the last axis."),
        (toy / "tests/toy/probes.py", "points=2", "points=3"),
        (toy / "tests/toy/misconceptions.py", "infinite", "inf"),
        (toy / "tests/toy/alternatives.py", "Row by row", "Each row"),
    ):
        key, text = key_of(load(toy, "toy"), "one"), path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        assert key_of(load(toy, "toy"), "one") != key, path.name


def test_a_survivor_makes_the_command_fail_and_its_entry_can_be_pasted(toy: Any) -> None:
    """Without large logits, what is subtracted from them cancels."""
    probes = toy / "tests/toy/probes.py"
    large = "[[1000.0, 0.0, 1000.0, -1000.0], [-1000.0, -1001.0, -1000.0, -1002.0]]"
    assert large in probes.read_text()
    probes.write_text(probes.read_text().replace(large, "[[1.0, 0.0, 1.0, -1.0]]"))
    code, output = command("toy", "--entries")
    assert code == 1
    assert "logits - logits.min(" in output
    assert "[[equivalent]]" in output and "stub = 'softmax'" in output
    code, output = command("toy", "--seed", "another")
    assert code == 1 and state(read_course(toy), "toy") == "failed"


def test_one_question_is_audited_alone_and_nothing_is_written(
    broken_course: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = broken_course.root
    (root / "tests" / "broken" / "open.json").write_text('[["said", "complete", "oracle"]]')
    monkeypatch.chdir(root)
    before = sorted(p for p in root.rglob("*") if p.is_file())
    ran = CliRunner().invoke(
        app, ["audit", "broken", "--question", "said", "--question", "excused"]
    )
    assert ran.exit_code == 1, ran.output
    assert "second" in ran.output and "no line of it" in ran.output
    assert "excused: entry: total = total + v if v < 0" in ran.output
    assert "said: complete: hidden probe" in ran.output and "open: said: complete" in ran.output
    for other in ("threaded", "picky", "used_later", "no picture", "hidden points"):
        assert other not in ran.output
    assert sorted(p for p in root.rglob("*") if p.is_file()) == before
    refused = CliRunner().invoke(app, ["audit", "broken", "--question", "nonsense"])
    assert refused.exit_code == 1 and "has no question 'nonsense'; there are base" in str(
        refused.exception
    )
    together = CliRunner().invoke(app, ["audit", "broken", "--question", "said", "--check"])
    assert together.exit_code == 1 and "goes with one assignment" in str(together.exception)
