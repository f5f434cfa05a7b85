"""Slips of an author: each is one line with its place, and what is right is left alone."""

from pathlib import Path

import pytest

from dlcourse.authoring.course import Course
from dlcourse.authoring.formulas import faults
from dlcourse.authoring.read import load
from dlcourse.authoring.slips import empty_tests, slips
from dlcourse.errors import AuthorError
from dlcourse.executor.warm import Warm
from dlcourse.nbgrader_port.generate import build
from tests.support.course import REPOSITORY, make_course

SCRIPT, PROBES = "solutions/vectors.py", "tests/vectors/probes.py"
OTHERS = "tests/vectors/alternatives.py"


def edited(root: Path, name: str, old: str, new: str) -> Course:
    course = make_course(root / "course")
    path = course.root / name
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new))
    return course


COSINE = '    """Cosine of every row of a with every row of b."""\n'
THREE_FOUR = "    return normalise(np.array([[3.0, 4.0]]))\n"
PROSE = "# The product of two normalised rows is the cosine of their angle."


@pytest.mark.parametrize(
    "name,old,new,at,message",
    [
        (SCRIPT, COSINE, "", "def cosine", "cosine has no docstring; it says what a student is to write"),
        (SCRIPT, '    """Mean of the directions of all rows added so far."""\n\n', "", "class Centroid", "Centroid has no docstring"),
        (SCRIPT, PROSE, "#\n# So $\\frca{1}{2}$.", "# So", "unknown \\frca; did you mean \\frac? in the formula \\frca{1}{2}"),
        (SCRIPT, PROSE, "# So\n# $$\n# \\frac{1}{2\n# $$", "# $$", "Unexpected end of stream"),
        (SCRIPT, '"data/vectors/table.csv"', '"data/vectors/tabel.csv"', "tabel", "data/vectors/tabel.csv: no such file; data files lie in solutions/data/vectors/"),
        (SCRIPT, '"data/vectors/table.csv"', '"data/other/table.csv"', "data/other", "data/other/table.csv: no such file"),
        (PROBES, THREE_FOUR, "    normalise(np.array([[3.0, 4.0]]))\n", "def three_four", "probe three_four returns None, which is no evidence"),
        (PROBES, THREE_FOUR, "    normalise(np.array([[3.0, 4.0]]))\n    return None\n", "def three_four", "returns None"),
        (PROBES, THREE_FOUR, "    normalise(np.array([[3.0, 4.0]]))\n    return [1.0, -2]\n", "def three_four", "probe three_four returns a constant"),
        (PROBES, THREE_FOUR, "    return np.array([[3.0, 4.0]])\n", "def three_four", "probe three_four never uses normalise"),
        (OTHERS, "def normalise__", "def normalise_", "def normalise_", "is no alternative and nothing uses it; an alternative of normalise is named normalise__"),
    ],
)  # fmt: skip
def test_a_slip_is_one_line_with_its_place(
    tmp_path: Path, name: str, old: str, new: str, at: str, message: str
) -> None:
    course = edited(tmp_path, name, old, new)
    (said,) = slips(load(course.root, "vectors"))
    lines = (course.root / name).read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if at in line)
    assert said.startswith(f"{name}:{number}: ") and message in said, (said, number)


@pytest.mark.parametrize("slug", ["toy", "vectors"])
def test_what_is_right_is_left_alone(tmp_path: Path, slug: str) -> None:
    assert slips(load(make_course(tmp_path / "course").root, slug)) == []


@pytest.mark.parametrize("slug", sorted(p.stem for p in (REPOSITORY / "solutions").glob("*.py")))
def test_the_courses_own_assignments_have_none(slug: str) -> None:
    assert slips(load(REPOSITORY, slug)) == []


def test_a_helper_of_an_alternative_is_none(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    path = course.root / OTHERS
    text = path.read_text()
    more = "\n\ndef cosine_rows(x):\n    return normalise(x)\n\n\ndef cosine__helped(a, b):\n    return cosine_rows(a) @ cosine_rows(b).T\n"
    path.write_text(text + more)
    assert slips(load(course.root, "vectors")) == []


@pytest.mark.parametrize("into", ["test", "helper", "demo"])
def test_an_import_that_grading_does_not_have(tmp_path: Path, into: str) -> None:
    """A student's `math.sqrt` works where a test or a demo has imported it."""
    course = make_course(tmp_path / "course")
    script, probes = course.root / SCRIPT, course.root / PROBES
    if into == "demo":
        script.write_text(
            script.read_text() + '\n# %% tags=["demo"]\nimport math\n\nprint(math.pi)\n'
        )
    else:
        text = probes.read_text().replace("import numpy", "import math\n\nimport numpy", 1)
        helper = "def _three():\n    return math.sqrt(9.0)\n\n\n" if into == "helper" else ""
        three = "_three()" if helper else "math.sqrt(9.0)"
        text = text.replace(THREE_FOUR, THREE_FOUR.replace("3.0", three))
        probes.write_text(text.replace('@probe("normalise"', f'{helper}@probe("normalise"', 1))
    (said,) = slips(load(course.root, "vectors"))
    assert " imports math and no given cell does" in said and "write 'import math' into" in said
    script.write_text(script.read_text().replace("import numpy", "import math\nimport numpy", 1))
    assert slips(load(course.root, "vectors")) == []


def test_a_build_says_all_slips_at_once(tmp_path: Path, warm: Warm) -> None:
    course = edited(tmp_path, SCRIPT, COSINE, "")
    path = course.root / PROBES
    path.write_text(path.read_text().replace(THREE_FOUR, "    normalise(np.ones((1, 2)))\n"))
    with pytest.raises(AuthorError) as caught:
        build(course, "vectors", warm)
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [SCRIPT, PROBES]


def test_a_test_that_an_untouched_notebook_passes(tmp_path: Path, warm: Warm) -> None:
    """Nothing in its text gives it away."""
    body = "    try:\n        normalise(np.array([[3.0, 4.0]]))\n    except Exception:\n        pass\n    return np.ones(2) * 2\n"
    course = edited(tmp_path, PROBES, THREE_FOUR, body)
    assert slips(load(course.root, "vectors")) == []
    with pytest.raises(AuthorError) as caught:
        build(course, "vectors", warm)
    assert "probe three_four passes on the empty stub: what it returns does not depend on" in str(
        caught.value
    )
    assert str(caught.value).startswith(f"{PROBES}:")


def test_no_test_of_the_fixture_passes_on_the_empty_stub(built_course: Course, warm: Warm) -> None:
    assert empty_tests(load(built_course.root, "vectors"), built_course.seed, warm) == []


# ---- formulas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        r"$\frac12$ and $\tfrac{1}{2}$", r"$x'^2 + e^{x^2}_i$", r"a `$` in code, $x$ outside", "```\na $ alone\n```\n$x$",
        r"it costs \$5", r"$$\begin{pmatrix}a\\x\end{pmatrix}$$", r"$\left(\frac{a}{b}\right)_i^2$", "$$\na\n= b\n$$",
        r"$\operatorname{softmax}(z)_k$ with $\lVert x \rVert_2$", r"$\mathbb{E}_{q}[\log p] \ge 0$", r"$a_{b_c}^{d^e}$",
    ],
)  # fmt: skip
def test_formulas_that_can_be_set(text: str) -> None:
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    "text,line,message",
    [
        (r"$\frac{1}$", 0, "End of input"),
        ("a\n\nb $\\frac{1}{2$", 2, "Unexpected end of stream"),
        (r"$\begin{aligned} a \end{align}$", 0, "mismatching closing environment"),
        (r"$\alhpa$", 0, r"unknown \alhpa; did you mean \alpha?"),
        (r"$\left( x$", 0, r"1 \left and another number of \right"),
        ("$x^a^b$", 0, "two ^ in a row"),
        ("$x_{i}_j$", 0, "two _ in a row"),
        ("one\ntwo $5 and\n\nthree", 1, "a $ without its partner"),
        ("$$x$", 0, "a $ without its partner"),
        ("$x}$", 0, "mismatching closing brace"),
        ("$x^$", 0, "nothing after ^"),
        ("$a_{b^}$", 0, "nothing after ^"),
    ],
)  # fmt: skip
def test_formulas_that_cannot(text: str, line: int, message: str) -> None:
    (found,) = faults(text)
    assert found[0] == line and message in found[1]
