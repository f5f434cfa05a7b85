"""What an instructor learns of a graded class: report, similar, viva; numbers against classes made by hand."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load, load_reference
from dlcourse.core.probe import ProbeSpec
from dlcourse.errors import CourseError
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import open_grader
from dlcourse.grading.journal import Journal, JournalEntry, ProbeVerdict
from dlcourse.insight import viva
from dlcourse.insight.code import anonymous
from dlcourse.insight.items import class_items, point_biserial
from dlcourse.insight.report import LOOK, _table, report_csv, report_html, report_json, term_html
from dlcourse.insight.similar import compare, of_class, page
from dlcourse.insight.viva import changes, exercises, sheet_of, spoil, write_sheets
from tests.support.course import answered, perfect, released, submission_of

# ---- item analysis ---------------------------------------------------------------------------------------------------

PROBES = [ProbeSpec(f"p{n}", q, f"Title {n}.", 1 + n, n % 2 == 0) for n, q in enumerate("aabb")]
PASSES = {"ada": "1111", "bob": "1100", "cyd": "1000", "dan": "0010"}


def entry(student: str, passes: str, mistakes: dict[int, str] | None = None) -> JournalEntry:
    verdicts = [
        ProbeVerdict(
            p.question, p.name, "passed" if right == "1" else "failed", (mistakes or {}).get(n, "")
        )
        for n, (p, right) in enumerate(zip(PROBES, passes, strict=True))
    ]
    notes = ["renamed"] if student == "bob" else []
    return JournalEntry(student, "", "", 0.0, 10.0, verdicts, notes, True, 1.0 + len(student))


def test_numbers_of_a_class_made_by_hand() -> None:
    entries = {s: entry(s, p) for s, p in PASSES.items()}
    entries["dan"] = entry("dan", PASSES["dan"], {0: "axis", 1: "axis"})
    entries["cyd"] = entry("cyd", PASSES["cyd"], {3: "sign"})
    found = class_items(PROBES, entries)
    assert found.students == ("ada", "bob", "cyd", "dan") and found.points == 10
    assert found.scores == {"ada": 10.0, "bob": 3.0, "cyd": 1.0, "dan": 3.0}
    assert [i.passed for i in found.items] == [0.75, 0.5, 0.5, 0.25]
    assert found.questions == {"a": (3 * 1 + 2 * 2) / 12, "b": (2 * 3 + 1 * 4) / 28}
    # first test: passed by three; the others' points are 9, 2, 0 and 3
    assert found.items[0].discrimination == pytest.approx(
        np.corrcoef([1, 1, 1, 0], [9, 2, 0, 3])[0, 1]
    )
    assert [(m.question, m.name, m.students) for m in found.mistakes] == [
        ("a", "axis", ("dan",)), ("b", "sign", ("cyd",)),
    ]  # fmt: skip
    assert found.public_only == {"cyd": ("a",), "dan": ("b",)} and found.look == {
        "bob": ("renamed",)
    }


@pytest.mark.parametrize(
    "passed, score, expected",
    [([1, 1], [1, 2], None), ([1, 0], [1, 1], None), ([1, 0], [2, 1], 1.0), ([1, 0], [1, 2], -1.0), ([1], [1], None)],
)  # fmt: skip
def test_discrimination(passed: Any, score: Any, expected: Any) -> None:
    assert point_biserial(passed, score) == (None if expected is None else pytest.approx(expected))


# ---- a graded class --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(built_course: Course, tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Course:
    """A copy of the course in which five students' `vectors` are graded."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(built_course.root, root)
    course = read_course(root)
    assignment = load(root, "vectors")
    wrong = {
        m.name: assignment.edited(m) for m in assignment.misconceptions if m.question == "cosine"
    }
    every = {q.name: q.source for q in assignment.questions.values()}
    secret = "# this is Eve's own work\n" + wrong["not_normalised"]
    notebooks = {
        "ada": perfect(course, "vectors"),
        "bob": answered(course, "vectors", every | {"cosine": wrong["not_normalised"]}),
        "eve": answered(course, "vectors", every | {"cosine": secret}),
        "nil": released(course, "vectors"),
        "zoe": perfect(course, "vectors"),
    }
    grader = open_grader(course, "vectors", warm)
    journal = Journal(course.files("vectors").journal)
    for student, notebook in notebooks.items():
        result = grader.grade(submission_of(notebook), warm)
        path = course.autograded(student, "vectors") / "vectors.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(result.notebook)
        verdicts = [ProbeVerdict.of(o) for o in result.outcomes.values()]
        score = sum(result.scores.values())
        journal.add(JournalEntry(student, "", "", score, 16.5, verdicts, [], True, 0.5))
    return course


def test_report(graded: Course) -> None:
    text = report_html(graded, "vectors")
    assert "5 submissions" in text and text.count("<img") == 2 and "://" not in text
    assert "2 × cosine: not normalised." in text
    example = text[text.index("not normalised") :]
    assert "def cosine" in example and "Eve" not in text
    rows = [line.split(",") for line in report_csv(graded, "vectors").splitlines()]
    assert rows[0][0] == "question" and len(rows) == 1 + len(load(graded.root, "vectors").probes)
    share = {row[1]: float(row[-2]) for row in rows[1:]}
    assert share["three_four"] == 0.8
    assert "vectors" in term_html(graded)
    document = json.loads(report_json(graded, "vectors"))
    assert document["submissions"] == 5 and document["misconceptions"][0]["students"] == 2
    assert json.loads(report_json(graded)) == {"vectors": document}


def test_columns_of_numbers_stand_right_and_titles_that_begin_with_one_do_not() -> None:
    rows = [("8 inputs and 4 outputs.", "2", "76 %", "0.79"), ("b", "", "−1.5 %", f"0.10 {LOOK}")]
    text = _table(("test", "points", "passed", "discrimination"), rows)
    assert '<th class="">test</th><th class="n">points</th>' in text
    assert '<td class="">8 inputs and 4 outputs.</td><td class="n">2</td>' in text
    assert f'<td class="n">−1.5 %</td><td class="n weak">0.10 {LOOK}</td>' in text
    assert '<th class="">a</th>' in _table(("a", "b"), [])


def test_reports_of_nothing(built_course: Course) -> None:
    with pytest.raises(CourseError, match="no submission of toy is graded"):
        report_html(built_course, "toy")


def test_an_example_has_no_comment_and_no_docstring() -> None:
    text = anonymous('def f(x):\n    """Of Eve."""\n    return x  # Eve')
    assert text == "def f(x):\n    return x" and anonymous("def f(:") == ""
    assert anonymous('def f(x):\n    """Of Eve."""') == "def f(x):\n    pass"


# ---- likeness --------------------------------------------------------------------------------------------------------

CODE = """
def first(values, weights):
    total = 0.0
    for value, weight in zip(values, weights):
        if weight > 0 and value is not None:
            total += value * weight / (1 + abs(weight))
    return total / max(len(values), 1)


def second(table, limit):
    kept = [row for row in table if sum(row) < limit]
    ordered = sorted(kept, key=lambda row: (-len(row), row[0]))
    return {row[0]: tuple(row[1:]) for row in ordered[: limit // 2]}
"""
OTHERS = [
    """
def first(values, weights):
    import numpy as np
    v, w = np.asarray(values, float), np.asarray(weights, float)
    good = (w > 0) & ~np.isnan(v)
    return float((v[good] * w[good] / (1 + np.abs(w[good]))).sum() / max(v.size, 1))


def second(table, limit):
    out = {}
    def order(r): return -len(r), r[0]
    for r in sorted(filter(lambda r: sum(r) < limit, table), key=order):
        if len(out) >= limit // 2: break
        out[r[0]] = tuple(r[1:])
    return out
""",
    """
from functools import reduce
def first(values, weights):
    pairs = [(v, w) for v, w in zip(values, weights) if w > 0 if v is not None]
    return reduce(lambda s, p: s + p[0] * p[1] / (1 + abs(p[1])), pairs, 0.0) / (len(values) or 1)
def second(table, limit):
    rows = list(table)
    rows = list(filter(lambda row: not sum(row) >= limit, rows))
    rows.sort(key=lambda row: row[0])
    rows.sort(key=len, reverse=True)
    return dict((row[0], tuple(row[1:])) for row in rows[0 : int(limit / 2)])
""",
    """
def first(values, weights):
    n, i, s = len(values), 0, 0.0
    while i < n:
        w = weights[i]
        if not (w <= 0 or values[i] is None): s = s + (values[i] * w) / (1.0 + (w if w > 0 else -w))
        i += 1
    return s / n if n else s
def second(table, limit):
    result, count = {}, 0
    groups = {}
    for row in table:
        if sum(row) < limit: groups.setdefault(len(row), []).append(row)
    for size in sorted(groups, reverse=True):
        for row in sorted(groups[size], key=lambda r: r[0]):
            if count < limit // 2: result[row[0]] = tuple(row[1:]); count += 1
    return result
""",
]


def disguised(code: str) -> str:
    """Other names, other comments, the functions the other way round."""
    for old, new in {
        "values": "xs",
        "weights": "ws",
        "total": "acc",
        "table": "data",
        "kept": "rest",
        "row": "line",
    }.items():
        code = re.sub(rf"\b{old}\b", new, code)
    one, two = code.strip().split("\n\n\n")
    return f"# all mine\n{two}\n\n\n{one}  # really\n"


def test_renamed_and_reordered_code_is_found_and_independent_work_is_not() -> None:
    codes = {
        "ada": CODE,
        "bob": disguised(CODE),
        **{f"s{n}": text for n, text in enumerate(OTHERS)},
    }
    found = compare(codes)
    assert [p.students for p in found.pairs] == [("ada", "bob")] and found.pairs[0].likeness > 0.6
    assert "<mark>" in found.pairs[0].marked[0]
    assert compare({name: codes[name] for name in codes if name != "bob"}).pairs == ()


def test_what_everybody_has_is_no_likeness() -> None:
    assert compare({"ada": CODE, "bob": disguised(CODE), "cyd": OTHERS[0]}, [CODE]).pairs == ()
    many = {f"s{n}": CODE for n in range(8)} | {"x": OTHERS[0], "y": OTHERS[1]}
    assert compare(many).pairs == (), "what a good part of the class has is common"


def test_a_class_of_the_course(graded: Course) -> None:
    found = of_class(graded, load(graded.root, "vectors"))
    assert found.students == 4 and found.pairs == (), "all of it is the reference, and thus common"
    assert "4 students" in page("t", found)
    assert "<script" not in page("<script>", found).replace("&lt;script", "")


# ---- sheets ----------------------------------------------------------------------------------------------------------


def test_changes_are_small_and_compile() -> None:
    source = "def f(x, y=1):\n    # a + b\n    return (x + y).mean(axis=0) < 1\n"
    found = changes(source)
    assert {text.splitlines()[2].strip() for _, text in found} >= {
        "return (x - y).mean(axis=0) < 1", "return (x + y).sum(axis=0) < 1", "return (x + y).mean(axis=1) < 1",
    }  # fmt: skip
    assert all(row == 3 for row, _ in found) and changes("def f(:") == []


def test_only_a_mistake_that_loses_points_is_used() -> None:
    source = "def f(x):\n    return x + 1\n"
    assert spoil("q", source, lambda text: False, random.Random(0)) is None
    found = spoil("q", source, lambda text: "x - 1" in text, random.Random(0))
    assert found is not None and (found.line, found.before, found.after) == (
        2,
        "return x + 1",
        "return x - 1",
    )


def test_exercises_are_the_references_numbers(graded: Course) -> None:
    assignment = load(graded.root, "vectors")
    found = list(exercises(assignment, "normalise", "seed"))
    assert found and all(e.call.startswith("normalise(") for e in found)
    assert any("0.6" in e.answer and "0.8" in e.answer for e in found), "rows of length one"
    other = list(exercises(assignment, "jitter", "another seed"))
    assert other != list(exercises(assignment, "jitter", "seed")) or not other


def test_guesses_of_the_script_are_not_printed(
    graded: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def reference(slug: str, root: Path) -> Any:
        print("the best step: no guess yet")
        return load_reference(slug, root)

    monkeypatch.setattr(viva, "load_reference", reference)
    assert list(exercises(load(graded.root, "vectors"), "normalise", "seed"))
    assert capsys.readouterr().out == ""


def test_sheets(graded: Course, tmp_path: Path, warm: Warm) -> None:
    sheets, instructor = write_sheets(graded, "vectors", tmp_path, warm, ("ada", "bob"))
    text, told = sheets.read_text(), instructor.read_text()
    assert text.count("<section>") == told.count("<section>") == 2
    assert "ada" in text and "became" in told and "became" not in text
    assert "class=told" in told and "class=told" not in text
    again, _ = write_sheets(graded, "vectors", tmp_path / "again", warm, ("ada", "bob"))
    assert again.read_text() == text, "the same student gets the same sheet"
    with pytest.raises(CourseError, match="no graded vectors of nobody"):
        write_sheets(graded, "vectors", tmp_path, warm, ("nobody",))


def test_a_student_without_answers_gets_no_question(graded: Course) -> None:
    assignment = load(graded.root, "vectors")
    stubs = {q.name: q.stub for q in assignment.questions.values()}
    none = entry("nil", "0000")
    sheet = sheet_of(assignment, none, stubs, lambda q, text: True, "seed")
    assert sheet.functions == () and sheet.spoilt is None
