"""Expected results: computed once, kept by content, never taken from a damaged file."""

import ast
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.references import compute, content_key, data_files, references, run_variant
from dlcourse.core.evidence import Raised
from dlcourse.errors import AuthorError
from dlcourse.executor.runner import PROBE_CPU
from dlcourse.executor.warm import Warm
from tests.support.course import copy_course

NEVER: Any = object()
"""Stands for a warm process in which nothing may be run."""


@pytest.fixture(scope="module")
def assignment(built_course: Course) -> Assignment:
    return load(built_course.root, "vectors")


def cache(course: Course) -> Any:
    (path,) = (course.root / ".dlcourse" / "references").glob("vectors-*.json")
    return path


def test_results_come_from_the_cache_and_equal_fresh_ones(
    built_course: Course, assignment: Assignment, warm: Warm
) -> None:
    kept = references(assignment, built_course.seed, NEVER)
    fresh = compute(assignment, built_course.seed, warm)
    for name, expectation in kept.expectations.items():
        got, want = expectation.expected, fresh.expected[name]
        if name == "mean_and_spread":
            got, want = got["values"], want["values"]
        assert np.array_equal(got, want) if isinstance(want, np.ndarray) else got == want, name


def test_expected_values_are_right(built_course: Course, assignment: Assignment) -> None:
    expected = {
        n: e.expected
        for n, e in references(assignment, built_course.seed, NEVER).expectations.items()
    }
    assert np.allclose(expected["three_four"], [[0.6, 0.8]]) and np.allclose(
        expected["one_row"], np.sqrt(0.5)
    )
    assert expected["vectors_are_refused"] == "ValueError" and expected["shape_of_noise"] == (3, 2)


def test_mistakes_that_change_nothing_are_not_kept(
    built_course: Course, assignment: Assignment
) -> None:
    found = {
        n: [m.name for m in e.mistakes]
        for n, e in references(assignment, built_course.seed, NEVER).expectations.items()
    }
    assert found["three_four"] == ["columns_normalised", "squared_length"]
    assert found["vectors_are_refused"] == [] and found["shape_of_noise"] == []
    assert found["one_row"] == [] and found["rows_come_in_parts"] == ["last_part_only"]


def test_every_misconception_differs_somewhere(
    built_course: Course, assignment: Assignment
) -> None:
    found = {
        m.name
        for e in references(assignment, built_course.seed, NEVER).expectations.values()
        for m in e.mistakes
    }
    assert found == {m.name for m in assignment.misconceptions}


def test_limits_follow_the_probe_or_the_reference(
    built_course: Course, assignment: Assignment
) -> None:
    found = references(assignment, built_course.seed, NEVER)
    assert found.limits["three_four"].cpu == 2 and found.limits["three_four"].wall == 8
    toy = references(load(built_course.root, "toy"), built_course.seed, NEVER)
    assert toy.limits["large_logits"].cpu >= PROBE_CPU


def test_hidden_inputs_follow_the_seed_and_public_ones_do_not(
    assignment: Assignment, warm: Warm
) -> None:
    one: Any
    two: Any
    one, two = (run_variant(assignment, seed, warm, {}).results for seed in ("spring", "autumn"))
    assert not np.array_equal(one["rows_have_length_one"], two["rows_have_length_one"])
    assert not np.array_equal(one["rows_come_in_parts"], two["rows_come_in_parts"])
    assert np.array_equal(one["three_four"], two["three_four"])


def test_data_files_by_their_place(assignment: Assignment) -> None:
    assert {name: path.name for name, path in data_files(assignment).items()} == {
        "data/vectors/table.csv": "table.csv"
    }


# ---- the key ---------------------------------------------------------------------------------------------------------


def test_key_depends_on_content_not_on_place(built_course: Course, tmp_path: Path) -> None:
    course = copy_course(built_course, tmp_path / "elsewhere")
    assert content_key(load(course.root, "vectors"), "s") == content_key(
        load(built_course.root, "vectors"), "s"
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("solutions/vectors.py", "    d = len(x)\n", "    d = x.size\n"),
        ("solutions/vectors.py", 'delimiter=","', 'delimiter=",", ndmin=2'),
        ("solutions/vectors.py", ' forbid=["numpy.linalg.norm"]', ""),
        ("tests/vectors/probes.py", "", "\n"),
        ("tests/vectors/misconceptions.py", "", "\n"),
        ("solutions/data/vectors/table.csv", "", "\n"),
    ],
)
def test_key_changes_with_everything_that_matters(
    course: Course, name: str, old: str, new: str
) -> None:
    before = content_key(load(course.root, "vectors"), course.seed)
    path = course.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new) if old else text + new)
    assert content_key(load(course.root, "vectors"), course.seed) != before


def test_key_does_not_change_with_prose_and_demos(course: Course) -> None:
    before = content_key(load(course.root, "vectors"), course.seed)
    path = course.root / "solutions/vectors.py"
    text = path.read_text().replace("A running mean", "The mean")
    path.write_text(text.replace("0.1, 50", "0.2, 60") + "\n# later\n")
    assert path.read_text() != text
    assert content_key(load(course.root, "vectors"), course.seed) == before


def test_key_changes_with_the_seed_and_not_with_what_students_never_meet(course: Course) -> None:
    assignment = load(course.root, "vectors")
    before = content_key(assignment, "a")
    assert content_key(assignment, "b") != before
    (course.root / "tests" / "vectors" / "test_oracles.py").write_text("")
    (course.root / "tests" / "vectors" / "alternatives.py").write_text("")
    assert content_key(load(course.root, "vectors"), "a") == before


# ---- the cache -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"expected": {}, "mistakes": {}, "seconds": {}}',
        '{"expected": [], "mistakes": {}}',
        '{"expected": {"three_four": 3}}',
    ],
)
def test_damaged_cache_is_made_anew(course: Course, warm: Warm, text: str) -> None:
    path = cache(course)
    good = json.loads(path.read_text())
    path.write_text(text)
    found = references(load(course.root, "vectors"), course.seed, warm)
    assert np.allclose(found.expectations["three_four"].expected, [[0.6, 0.8]])
    assert json.loads(path.read_text())["expected"] == good["expected"]


def test_each_run_is_reported(course: Course, warm: Warm) -> None:
    cache(course).unlink()
    said: list[str] = []

    def progress(what: str, done: int | None = None, total: int | None = None) -> None:
        said.append(what)

    references(load(course.root, "vectors"), course.seed, warm, progress)
    assert said == [
        "reference",
        "columns_normalised",
        "squared_length",
        "not_normalised",
        "last_part_only",
        "variance_for_deviation",
    ]


def test_reference_that_fails_is_an_error_and_is_not_kept(course: Course, warm: Warm) -> None:
    path = course.root / "solutions" / "vectors.py"
    path.write_text(
        path.read_text()
        .replace("return x + sigma * noise", "return (x + sigma * noise)[5]")
        .replace("x + sigma * noise", "x + sigma * noise")
    )
    text = (course.root / "tests" / "vectors" / "misconceptions.py").read_text()
    assert "x + sigma * noise" in text
    with pytest.raises(
        AuthorError,
        match=r"solutions/vectors\.py: probe shape_of_noise fails on the reference: IndexError: .*jitter, line \d+: return",
    ):
        references(load(course.root, "vectors"), course.seed, warm)
    assert len(list((course.root / ".dlcourse" / "references").glob("vectors-*.json"))) == 1


def test_misconception_may_crash(course: Course, warm: Warm) -> None:
    path = course.root / "tests" / "vectors" / "misconceptions.py"
    path.write_text(path.read_text().replace(': "a, b"', ': "a, b, 1 / 0"'))
    found = references(load(course.root, "vectors"), read_course(course.root).seed, warm)
    (mistake,) = found.expectations["right_angle"].mistakes
    assert isinstance(mistake.result, Raised) and mistake.result.type == "ZeroDivisionError"


def test_syntax_trees_are_made_in_one_thread(
    course: Course, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.11 counts the depth of a tree once for all threads, and raises where two meet."""
    parse, runs = ast.parse, Warm.run
    parsed_in, ran_in = set(), set()

    def noting(*args: Any, **named: Any) -> ast.AST:
        parsed_in.add(threading.current_thread())
        return parse(*args, **named)

    def noting_run(*args: Any, **named: Any) -> Any:
        ran_in.add(threading.current_thread())
        return runs(*args, **named)

    monkeypatch.setattr(ast, "parse", noting)
    monkeypatch.setattr(Warm, "run", noting_run)
    compute(load(course.root, "vectors"), "seed", warm)
    assert parsed_in == {threading.current_thread()}
    assert ran_in - parsed_in, "the misconceptions run in threads"
