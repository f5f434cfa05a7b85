"""Reading an assignment's hand-written files: what is taken from them, and what is refused with
which words.
"""

import ast
import builtins
from pathlib import Path
from typing import Any

import pytest

from dlcourse.authoring.course import Course, course_root
from dlcourse.authoring.helpers import cell_of_helpers
from dlcourse.authoring.read import load, load_reference
from dlcourse.authoring.source_file import Module
from dlcourse.core.cells import student_view
from dlcourse.core.probe import parameters, probe
from dlcourse.errors import AuthorError, CourseError
from dlcourse.student import demo
from tests.support.course import make_course


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The scratch course as written, unbuilt."""
    return make_course(tmp_path_factory.mktemp("written") / "course")


@pytest.fixture
def author(written: Course, tmp_path: Path) -> Any:
    """Copies the course, makes edits in one file, and loads the assignment."""
    import shutil

    root = tmp_path / "course"
    shutil.copytree(written.root, root)

    def edit(name: str, *edits: Any, slug: str = "toy", text: str | None = None) -> Any:
        path = root / name
        found = path.read_text() if text is None else text
        for old, new in edits:
            assert found.count(old) >= 1, f"{old!r} does not stand in {name}"
            found = found.replace(old, new)
        path.write_text(found)
        return load(root, slug)

    edit.root = root  # type: ignore[attr-defined]
    return edit


SCRIPT, PROBES = "solutions/toy.py", "tests/toy/probes.py"
MISTAKES, OTHERS = "tests/toy/misconceptions.py", "tests/toy/alternatives.py"
REFERENCE = "    e = np.exp(logits - logits.max(axis=-1, keepdims=True))"


def refused(author: Any, name: str, *edits: Any, **more: Any) -> Any:
    """The message of the refusal; it names the file."""
    with pytest.raises(AuthorError) as caught:
        author(name, *edits, **more)
    message = str(caught.value)
    assert name.rpartition("/")[2] in message, message
    assert "\n" not in message
    return message


# ---- the template and the fixture load -------------------------------------------------------------------------------


def test_template_loads(written: Course) -> None:
    toy = load(written.root, "toy")
    assert [c.kind for c in toy.cells] == [
        "text",
        "given",
        "text",
        "question",
        "hints",
        "text",
        "predict",
        "demo",
        "text",
    ]
    assert list(toy.questions) == ["softmax"] and toy.questions["softmax"].functions == ("softmax",)
    assert [(n, p.spec.points, p.spec.public) for n, p in toy.probes.items()] == [
        ("quarter_and_three_quarters", 1, True), ("rows_of_a_batch", 2, False), ("large_logits", 1, False),
    ]  # fmt: skip
    assert toy.points == 4
    assert [m.name for m in toy.misconceptions] == ["wrong_axis", "overflow"]
    assert [(a.question, a.name) for a in toy.alternatives] == [("softmax", "rows")]
    assert toy.data == ()


def test_questions_needs_and_forbidden_calls(written: Course) -> None:
    questions = load(written.root, "vectors").questions
    assert {n: q.needs for n, q in questions.items()} == {
        "normalise": (), "cosine": ("normalise",), "centroid": ("normalise", "cosine"), "jitter": (),
    }  # fmt: skip
    assert {n: q.functions for n, q in questions.items()}["centroid"] == ("Centroid",)
    assert (
        questions["normalise"].forbid == ("numpy.linalg.norm",) and questions["cosine"].forbid == ()
    )


def test_question_does_not_need_itself(author: Any) -> None:
    assert (
        author(
            SCRIPT,
            (REFERENCE, f"    if logits.ndim > 2:\n        return softmax(logits[0])\n{REFERENCE}"),
        )
        .questions["softmax"]
        .needs
        == ()
    )


def test_data_files_are_found(written: Course) -> None:
    assert [p.name for p in load(written.root, "vectors").data] == ["table.csv"]


def test_probes_of_a_question(written: Course) -> None:
    assert [p.spec.name for p in load(written.root, "vectors").probes_of("cosine")] == [
        "right_angle",
        "measured_rows",
    ]


# ---- the script ------------------------------------------------------------------------------------------------------


def test_stub_replaces_the_body_at_its_indentation(written: Course) -> None:
    stub = load(written.root, "toy").questions["softmax"].stub
    assert stub.endswith('    """\n    raise NotImplementedError')
    assert "np.exp" not in stub and "SOLUTION" not in stub


def test_class_stub_keeps_what_stands_outside_of_the_markers(written: Course) -> None:
    stub = load(written.root, "vectors").questions["centroid"].stub
    assert (
        stub.count("raise NotImplementedError") == 2
        and "self.count = 0" in stub
        and "self.count +=" not in stub
    )
    ast.parse(stub)


def test_student_view_keeps_lines_around() -> None:
    source = "a\n    ### BEGIN SOLUTION\n    b\n    ### END SOLUTION\nc"
    assert student_view(source) == "a\n    raise NotImplementedError\nc"


def test_missing_script(author: Any) -> None:
    (author.root / SCRIPT).unlink()
    with pytest.raises(
        AuthorError, match=r"toy\.py: no such file; `dlcourse new toy` writes a template"
    ):
        load(author.root, "toy")


@pytest.mark.parametrize(
    "begin",
    [
        "### begin solution", "### Begin Solution", "# BEGIN SOLUTION", "### BEGIN SOLUTON", "### BEGN SOLUTION", "###BEGIN SOLUTION",
        "### BEGIN_SOLUTION", "### BEGINSOLUTION", "### BEGIN  SOLUTION", "### BEGIN SOLUTION ###", "### BEGIN SOLUTIONS", "### END SOLUTION",
        "### START SOLUTION", "#### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "### BEGIN MARK SCHEME",
    ],
)  # fmt: skip
def test_misspelt_markers_are_refused(author: Any, begin: str) -> None:
    assert "marker" in refused(author, SCRIPT, ("### BEGIN SOLUTION", begin))


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("### BEGN SOLUTION", "### ENDE SOLUTION"), ("# BEGN SOLUTION", "# ENDE SOLUTION"), ("### BEGIN SOLUTON", "### END SOLUTON"),
        ("### START SOLUTION", "### STOP SOLUTION"), ("#BEGIN SOLUTIOM", "#END SOLUTIOM"), ("### begin solution", "### end solution"),
        ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
    ],
)  # fmt: skip
def test_both_markers_misspelt_in_the_second_stub_of_a_cell(
    author: Any, begin: Any, end: Any
) -> None:
    """No other marker is missing then: unnoticed, the body would be handed out."""
    second = f"def other(x):\n    {begin}\n    return 42\n    {end}\n\n\n"
    assert f"misspelt marker {begin!r}" in refused(
        author, SCRIPT, ("def softmax(", second + "def softmax(")
    )


def test_marker_in_a_given_cell(author: Any) -> None:
    assert "stray or misspelt" in refused(
        author, SCRIPT, ("import numpy as np\n", "import numpy as np\n### END SOLUTION\n")
    )


@pytest.mark.parametrize(
    "comment",
    [
        "# end of the epoch",
        "# Begin with the largest",
        "# Solution of the normal equations",
        "### shapes ###",
    ],
)
def test_ordinary_comments_are_no_markers(author: Any, comment: str) -> None:
    assert (
        comment
        in author(SCRIPT, (REFERENCE, f"    {comment}\n{REFERENCE}")).questions["softmax"].source
    )


def test_begin_without_end(author: Any) -> None:
    assert "'### BEGIN SOLUTION' without '### END SOLUTION'" in refused(
        author, SCRIPT, ("    ### END SOLUTION\n", "")
    )


def test_end_without_begin(author: Any) -> None:
    assert "stray or misspelt marker '### END SOLUTION'" in refused(
        author, SCRIPT, ("    ### BEGIN SOLUTION\n", "")
    )


def test_begin_twice(author: Any) -> None:
    assert "stray or misspelt" in refused(
        author, SCRIPT, (REFERENCE, f"    ### BEGIN SOLUTION\n{REFERENCE}")
    )


def test_question_without_markers(author: Any) -> None:
    edits = [("    ### BEGIN SOLUTION\n", ""), ("    ### END SOLUTION\n", "")]
    assert "question softmax: no '### BEGIN SOLUTION' in its cell" in refused(
        author, SCRIPT, *edits
    )


@pytest.mark.parametrize("indentation", ["", "  ", "        "])
def test_markers_that_are_indented_wrongly(author: Any, indentation: str) -> None:
    message = refused(
        author, SCRIPT, ("    ### BEGIN SOLUTION", f"{indentation}### BEGIN SOLUTION")
    )
    assert "question softmax: its stub cannot be run; indent the markers like the body" in message


def test_markers_around_a_whole_method(author: Any) -> None:
    name, old = "solutions/vectors.py", "        ### BEGIN SOLUTION\n        mean_direction"
    message = refused(
        author, name, (old, "    ### BEGIN SOLUTION\n        mean_direction"), slug="vectors"
    )
    assert "question centroid: its stub cannot be run" in message


def test_cell_with_markers_needs_a_name(author: Any) -> None:
    message = refused(author, SCRIPT, ('# %% question="softmax" minutes=5', "# %%"))
    assert "a question needs a name" in message


def test_question_needs_its_minutes(author: Any) -> None:
    message = refused(author, SCRIPT, ("minutes=5", ""))
    assert "toy.py:30: question softmax needs its minutes" in message


@pytest.mark.parametrize("name", ['"soft max"', "3", '""'])
def test_question_names_are_identifiers(author: Any, name: str) -> None:
    assert "a question needs a name" in refused(
        author, SCRIPT, ('question="softmax"', f"question={name}")
    )


def test_two_questions_of_one_name(author: Any) -> None:
    path = author.root / SCRIPT
    cell = path.read_text()
    cell = cell[cell.index("# %% question") : cell.index("# %% [markdown]\n# ## What you built")]
    assert "two questions are named softmax" in refused(
        author, SCRIPT, text=path.read_text() + "\n" + cell
    )


def test_script_without_questions(author: Any) -> None:
    assert "no question" in refused(author, SCRIPT, text="# %%\nimport numpy as np\n")


def test_syntax_error_in_a_question(author: Any) -> None:
    line = (author.root / SCRIPT).read_text().splitlines().index(REFERENCE) + 1
    message = refused(author, SCRIPT, (REFERENCE, "    e = = 1"))
    assert f"toy.py:{line}: invalid syntax" in message


@pytest.mark.parametrize("value", ['["norm"]', '"numpy.linalg.norm"', "[1]", "3"])
def test_forbid_takes_full_names(author: Any, value: str) -> None:
    message = refused(author, SCRIPT, ('question="softmax"', f'question="softmax" forbid={value}'))
    assert "question softmax: forbid takes a list of full dotted names" in message


def test_raw_cells_are_refused(author: Any) -> None:
    path = author.root / SCRIPT
    assert "a raw cell" in refused(
        author, SCRIPT, text=path.read_text() + "\n# %% [raw]\n# secret\n"
    )


# ---- probes ----------------------------------------------------------------------------------------------------------


def test_missing_probes(author: Any) -> None:
    (author.root / PROBES).unlink()
    with pytest.raises(AuthorError, match=r"probes\.py: no such file"):
        load(author.root, "toy")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"softmax", points=1)', '"softmx", points=1)', "no question 'softmx'; did you mean 'softmax'?"),
        ("quarter_and_three_quarters(softmax)", "quarter_and_three_quarters(sofmax)", "no stub 'sofmax'; did you mean 'softmax'?"),
        ("quarter_and_three_quarters(softmax)", "quarter_and_three_quarters(zzz)", "no stub 'zzz'"),
        ('    """The worked example."""\n', "", "no docstring"),
        ("np.log(3.0)", "log(3.0)", "log cannot be found at the top level"),
        ("def large_logits", "def rows_of_a_batch", "a second function is named rows_of_a_batch"),
        ("points=1, public=False", "points=0, public=False", "points=0; give a positive number"),
        ("points=1, public=False", "points='3', public=False", "points='3'; give a positive number"),
        ("points=1, public=False", "points=True, public=False", "points=True; give a positive number"),
        ("points=1, public=False", "points=float('nan'), public=False", "points=nan; give a positive number"),
        ("points=1, public=False", "points=1, seconds=-1, public=False", "seconds=-1; give a positive number"),
        ("import numpy as np", "import numpy as np\n1 / 0", ":4: ZeroDivisionError: division by zero"),
        ("import numpy as np", "import numpy as np\nimport nowhere_at_all", "No module named 'nowhere_at_all'"),
        ("import numpy as np", "import numpy as np\nprobe(", "SyntaxError"),
        ("points=1)", "pionts=1)", "unexpected keyword argument 'pionts'"),
    ],
)  # fmt: skip
def test_wrong_probes_are_refused(author: Any, old: Any, new: Any, message: Any) -> None:
    assert message in refused(author, PROBES, (old, new))


def test_question_without_probes(author: Any) -> None:
    found = author.root / SCRIPT
    more = '\n# %% [markdown] hints="other"\n# idea: a\n#\n# shapes: b\n#\n# steps: c\n'
    more += '\n# %% question="other" minutes=5\ndef other(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n'
    found.write_text(found.read_text() + more)
    assert "question other has no probe" in refused(author, PROBES)


def test_probe_may_take_what_a_given_cell_defines(written: Course) -> None:
    measured_rows = load(written.root, "vectors").probes["measured_rows"].probe
    assert parameters(measured_rows.function) == ("cosine", "table")


def program(author: Any, text: str, name: str = "p") -> Any:
    """The program of one probe, executed the way the student's process does; returns (source,
    namespace).
    """
    graded = author(
        PROBES, text="import numpy as np\n\nfrom dlcourse import exact, probe\n\n" + text
    ).probes[name]
    space: dict[str, Any] = {}
    exec(compile(graded.program, "<probe>", "exec"), space)
    return graded, space


HEAD = '@probe("softmax")\ndef p(softmax):\n    """Title."""\n    '


def test_program_carries_helpers_constants_and_imports(author: Any) -> None:
    text = (
        "import math\nfrom itertools import chain as link, count\n\nSCALE = 2.0\nTABLE: dict = {'a': SCALE}\nLOW, (HIGH, _) = 1, (2, 3)\n\n\n"
        "def _inner(x):\n    return x * TABLE['a'] + math.pi * 0\n\n\n"
        "class Box:\n    def __init__(self, v):\n        self.v = _inner(v)\n\n\n"
        "def _unused():\n    return count()\n\n\n"
        + HEAD
        + "return Box(LOW + HIGH).v, list(link([1], [2])), softmax(0)\n"
    )
    graded, space = program(author, text)
    assert space["p"](lambda x: x + 9) == (6.0, [1, 2], 9)
    assert (
        "_unused" not in graded.program
        and "count" not in graded.program
        and "probe" not in graded.program
    )


def test_program_has_no_judge_and_none_of_its_helpers(author: Any) -> None:
    text = (
        "SECRET = 42\n\n\ndef _deep(x):\n    return x == SECRET\n\n\ndef _judge(result, expected):\n    return None if _deep(result) else 'no'\n\n\n"
        '@probe("softmax", judge=_judge, compare=exact())\ndef p(softmax):\n    """Title."""\n    return softmax(1)\n'
    )
    graded, space = program(author, text)
    assert space["p"](lambda x: x) == 1
    for word in ("SECRET", "_judge", "_deep", "exact", "probe", "@"):
        assert word not in graded.program, word
        assert word in graded.cell + cell_of_helpers(graded.helpers), word
    assert graded.probe.judge(42, None) is None and graded.probe.judge(41, None) == "no"


def test_two_imports_of_one_package_both_travel(author: Any) -> None:
    text = (
        "import os.path\nimport os.path as osp\nimport xml.dom\nimport xml.sax\n\n\n"
        + HEAD
        + "return xml.sax.__name__, xml.dom.__name__, osp.sep\n"
    )
    graded, space = program(author, text)
    assert "import xml.dom" in graded.program and "import xml.sax" in graded.program
    assert space["p"](None) == ("xml.sax", "xml.dom", "/")


def test_constant_made_in_two_steps_travels_whole(author: Any) -> None:
    _, space = program(author, "V = 1\nV = V + 1\n\n\n" + HEAD + "return V\n")
    assert space["p"](None) == 2


def test_defaults_and_annotations_of_a_probe_travel(author: Any) -> None:
    text = (
        "N = 3\nK = int\n\n\ndef _help(x: K = N) -> K:\n    return x\n\n\n"
        + HEAD
        + "return _help()\n"
    )
    assert program(author, text)[1]["p"](None) == 3


def test_locals_are_not_taken_for_missing_names(author: Any) -> None:
    body = (
        "import math as m\n    from os import sep\n    total = 0\n    for i, (a, b) in enumerate([(1, 2)]):\n        total += a + b + i\n"
        "    with open(m.__name__ + sep) if False else _null() as f:\n        pass\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n"
        "        total += len(e.args)\n    def inner(*args, k=1, **kw):\n        return [z for z in args if (w := z)]\n    class C: pass\n"
        "    return (lambda q: q)(total), inner(1), C and f\n"
    )
    text = "from contextlib import nullcontext as _null\n\n\n" + HEAD + body
    assert program(author, text)[1]["p"](None)[:2] == (4, [1])


def test_public_cell_does_not_repeat_what_the_notebook_imports(written: Course) -> None:
    cell = load(written.root, "toy").probes["quarter_and_three_quarters"].cell
    assert cell.startswith('@probe("softmax", points=1)\ndef quarter')


def test_a_cell_shows_the_test_and_its_helpers_stand_above(author: Any) -> None:
    text = (
        "SIZE = 3\nKIND = int\nLIMIT = SIZE + 1\n\n\ndef _judge(result, expected):\n    return None if result < LIMIT else 'no'\n\n\n"
        "STEP = 2\n\n\nclass Base:\n    step = STEP\n\n\nclass Box(Base):\n    pass\n\n\ndef _help():\n    return Box().step\n\n\n"
        '@probe("softmax", judge=_judge)\ndef p(softmax: KIND):\n    """Title."""\n    return softmax(_help() + SIZE)\n'
    )
    graded, _ = program(author, text)
    shown = f"{cell_of_helpers(graded.helpers)}\n\n\n{graded.cell}"
    parts = (
        "LIMIT =",
        "def _judge",
        "STEP = 2",
        "class Base",
        "class Box",
        "def _help",
        "KIND = int",
        "def p(",
    )
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)
    assert "def _" not in graded.cell and "KIND = int" in graded.cell
    space: dict[str, Any] = {"probe": probe}
    exec(shown, space)
    assert space["p"].function(lambda x: x) == 5 and space["p"].judge(5, None) == "no"


def test_hidden_cell_of_the_fixture_brings_its_helpers(written: Course) -> None:
    graded = load(written.root, "vectors").probes["rows_have_length_one"]
    for word in ("SECRET_SCALE = 7.25", "def _wide", "def _scaled", "def rows_have_length_one"):
        assert word in graded.program
    assert "_unit_rows" in graded.cell and "_unit_rows" not in graded.program


def test_no_probe_needs_a_name_from_outside(written: Course) -> None:
    for slug in ("toy", "vectors"):
        for graded in load(written.root, slug).probes.values():
            space = {"__builtins__": builtins}
            exec(graded.program, space)
            assert callable(space[graded.spec.name])


# ---- misconceptions --------------------------------------------------------------------------------------------------


def test_edited_cell(written: Course) -> None:
    toy = load(written.root, "toy")
    assert "e.sum(axis=0, keepdims=True)" in toy.edited(toy.misconceptions[0])
    assert toy.edited(toy.misconceptions[0]) != toy.questions["softmax"].source


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("e / e.sum(axis=-1, keepdims=True)", "e / nothing", "stands 0 times in the question's cell; it must stand once"),
        ('"logits - logits.max(axis=-1, keepdims=True)": "logits"', '"keepdims": "keep"', "stands 2 times"),
        ("e / e.sum(axis=0, keepdims=True)", "e /", "softmax/wrong_axis: the edited cell is no Python"),
        ('"softmax": [', '"sofmax": [', "no question 'sofmax'; did you mean 'softmax'?"),
        ('"softmax": [', "3: [", "no question 3"),
        ('"overflow"', '"wrong_axis"', "two misconceptions of softmax are named wrong_axis"),
        ("MISCONCEPTIONS = {", "MISTAKES = {", "MISCONCEPTIONS must map each question to a list of Misconception"),
        ("MISCONCEPTIONS = {", "MISCONCEPTIONS = [3] or {", "MISCONCEPTIONS must map each question to a list of Misconception"),
        ('"softmax": [', '"softmax": [3,', "MISCONCEPTIONS must map each question to a list of Misconception"),
        ('"softmax": [', '"softmax": [], "softmax": [', "'softmax' stands 2 times as a key of one dictionary; only the last would count"),
        ('{"logits - logits.max(axis=-1, keepdims=True)": "logits"}', '[("logits - logits", "logits")]', "edits must be a dictionary of old and new texts"),
        ('{"logits - logits.max(axis=-1, keepdims=True)": "logits"}', "{}", "edits must be a dictionary of old and new texts"),
        ('{"logits - logits.max(axis=-1, keepdims=True)": "logits"}', '{"logits": 3}', "edits must be a dictionary of old and new texts"),
        ('{"logits - logits.max(axis=-1, keepdims=True)": "logits"}', '{3: "logits"}', "edits must be a dictionary of old and new texts"),
        ('"logits"},', '"logits"}, hnit="",', "unexpected keyword argument 'hnit'"),
        ('"overflow"', '"exp(1000) is infinite."', "softmax: a misconception's name is an identifier, got 'exp(1000) is infinite.'"),
    ],
)  # fmt: skip
def test_wrong_misconceptions_are_refused(author: Any, old: Any, new: Any, message: Any) -> None:
    assert message in refused(author, MISTAKES, (old, new))


def test_edits_apply_one_after_another(author: Any) -> None:
    found = author(
        MISTAKES, ('keepdims=True)": "logits"', 'keepdims=True)": "zzz", "zzz": "logits"')
    )
    assert "np.exp(logits)" in found.edited(found.misconceptions[1])


def test_assignment_without_misconceptions_and_alternatives(author: Any) -> None:
    (author.root / MISTAKES).unlink()
    (author.root / OTHERS).unlink()
    toy = load(author.root, "toy")
    assert toy.misconceptions == () and toy.alternatives == ()


# ---- alternatives ----------------------------------------------------------------------------------------------------


def test_alternative_is_renamed_to_the_stub(written: Course) -> None:
    (one,) = load(written.root, "toy").alternatives
    assert (
        "def softmax(logits):" in one.source
        and "__rows" not in one.source
        and "import numpy as np" in one.source
    )


def test_alternatives_bring_helpers_and_recursion_is_renamed(author: Any) -> None:
    text = (
        "import math\n\nBASE = math.e\n\n\ndef _power(x):\n    return BASE**x\n\n\n"
        "def softmax__again(logits):\n    return softmax__again(_power(logits)) if softmax__againx else 0\n"
    )
    (one,) = author(OTHERS, text=text).alternatives
    assert one.source.count("softmax(") == 2 and "softmax__againx" in one.source
    for word in ("import math", "BASE = math.e", "def _power"):
        assert word in one.source


def test_class_alternative(written: Course) -> None:
    found = {a.question: a.source for a in load(written.root, "vectors").alternatives}
    assert set(found) == {"normalise", "cosine", "centroid", "jitter"}
    assert "class Centroid:" in found["centroid"] and "def _length" in found["normalise"]


def test_alternative_of_part_of_a_question_keeps_the_rest(author: Any) -> None:
    second = "def other(x):\n    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION\n\n\n"
    (one,) = author(SCRIPT, ("def softmax(", second + "def softmax(")).alternatives
    space: dict[str, Any] = {}
    exec("import numpy as np\nfrom jaxtyping import Float\n" + one.source, space)
    assert space["other"](0) == 42 and "logarithm of the sum" in space["softmax"].__doc__


def test_alternative_of_an_unknown_stub(author: Any) -> None:
    assert "no stub 'sofmax'; did you mean 'softmax'?" in refused(
        author, OTHERS, ("softmax__rows", "sofmax__rows")
    )


def test_alternatives_with_a_syntax_error(author: Any) -> None:
    assert "alternatives.py:6: '(' was never closed" in refused(
        author, OTHERS, ("def softmax__rows(logits):", "def softmax__rows(logits:")
    )


# ---- the course's folder, the reference ------------------------------------------------------------------------------


def test_course_root_is_found_from_below(written: Course) -> None:
    assert course_root(written.root / "tests" / "toy") == written.root.resolve()


def test_no_course_above(tmp_path: Path) -> None:
    with pytest.raises(
        CourseError, match=r"no course\.toml here or above; change into the course's folder"
    ):
        course_root(tmp_path)


def test_reference_is_loaded_without_running_demos(written: Course) -> None:
    ref = load_reference("toy", written.root)
    assert ref.softmax.__name__ == "softmax" and callable(ref.temperature)
    assert demo.run_at_once is True


def test_reference_that_fails_names_file_and_line(author: Any) -> None:
    author(SCRIPT, ("import numpy as np\n", "import numpy as np\n\nboom = 1 / 0\n"))
    with pytest.raises(AuthorError, match=r"toy\.py:\d+: ZeroDivisionError"):
        load_reference("toy", author.root)


# ---- pieces of a file ------------------------------------------------------------------------------------------------


def test_a_piece_holds_statements_that_change_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "probes.py"
    path.write_text("table = {}\ntable['a'] = 1\nother = {}\n\n\ndef probe():\n    return table\n")
    module = Module(path)
    piece = module.piece(module.body[-1], decorators=False)  # type: ignore[arg-type]
    assert piece == "table = {}\n\n\ntable['a'] = 1\n\n\ndef probe():\n    return table"
