"""Pictures of an assignment: in the notebook, in nbconvert's HTML, and what is refused."""

import base64
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from dlcourse.authoring.assignment import ScriptCell
from dlcourse.authoring.build import source_notebook
from dlcourse.authoring.course import Course
from dlcourse.authoring.pictures import MOST_BYTES, check_pictures, unsafe, with_pictures
from dlcourse.authoring.read import load
from dlcourse.errors import AuthorError
from tests.support.course import released

ALT = "Both on one ray, five and one unit from the origin"
LINK = f"![{ALT}](pictures/vectors/length_one.svg)"
INLINE = re.compile(rf"!\[{ALT}\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)")


def picture(course: Course) -> Path:
    return course.files("vectors").pictures / "length_one.svg"


def test_the_notebook_holds_the_picture(course: Course) -> None:
    for notebook in (source_notebook(load(course.root, "vectors")), released(course, "vectors")):
        (found,) = INLINE.findall("\n".join(cell.source for cell in notebook.cells))
        assert base64.b64decode(found) == picture(course).read_bytes()
        assert "pictures/" not in "".join(cell.source for cell in notebook.cells)
    folder = course.root / "release" / "vectors"
    assert not list(folder.rglob("*.svg"))


def test_html_shows_it(course: Course) -> None:
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(
        nbformat.from_dict(released(course, "vectors"))
    )
    assert re.search(rf'<img[^>]*alt="{ALT}"[^>]*>', html) or re.search(rf"<img[^>]*{ALT}", html)
    assert re.search(r'<img[^>]*src="data:image/svg\+xml;base64,[A-Za-z0-9+/=]{200,}"', html)


def test_code_in_prose_is_left_alone(course: Course) -> None:
    text = f"Write `{LINK}`.\n\n```\n{LINK}\n```\n"
    assert with_pictures(course.files("vectors"), text) == text


def said(course: Course, old: str, new: str) -> str:
    """What is said of an edit of the script."""
    path = course.files("vectors").script
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(AuthorError) as caught:
        load(course.root, "vectors")
    return str(caught.value)


LINE = "solutions/vectors.py:25: "


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (LINK.replace("length_one", "length_two"), f"{LINE}no picture solutions/pictures/vectors/length_two.svg"),
        (LINK.replace(ALT, ""), f"{LINE}pictures/vectors/length_one.svg: no alt text"),
        (LINK.replace(ALT, "  "), f"{LINE}pictures/vectors/length_one.svg: no alt text"),
        ("![A ray](https://example.org/ray.svg)", "write ![what it shows](pictures/vectors/<name>.svg)"),
        ("![A ray](pictures/toy/length_one.svg)", "write ![what it shows](pictures/vectors/<name>.svg)"),
        ("![A ray](pictures/vectors/../../vectors.py)", "write ![what it shows](pictures/vectors/<name>.svg)"),
        ("![A ray](attachment:ray.svg)", "write ![what it shows](pictures/vectors/<name>.svg)"),
        ('<img src="pictures/vectors/length_one.svg">', "write ![what it shows](pictures/vectors/<name>.svg)"),
        ("No picture.", "solutions/pictures/vectors/length_one.svg: no text shows it"),
        (f"`{LINK}`", "solutions/pictures/vectors/length_one.svg: no text shows it"),
    ],
)  # fmt: skip
def test_links_that_are_refused(course: Course, new: str, message: str) -> None:
    assert message in said(course, LINK, new)


def test_pictures_stand_in_prose(course: Course) -> None:
    files, cells = course.files("vectors"), load(course.root, "vectors").cells
    check_pictures(files, cells)
    with pytest.raises(AuthorError, match=r"^solutions/vectors\.py:7: a picture in hints"):
        check_pictures(files, [*cells, ScriptCell("hints", f"idea: {LINK}", "cosine", 7)])


def test_a_stray_file_is_refused(course: Course) -> None:
    (picture(course).parent / "ray.png").write_bytes(b"")
    with pytest.raises(AuthorError, match=r"pictures/vectors/ray\.png: no text shows it"):
        load(course.root, "vectors")


def test_an_unsafe_file_is_refused(course: Course) -> None:
    text = picture(course).read_text()
    picture(course).write_text(text.replace("</svg>", "<script>1</script></svg>"))
    with pytest.raises(AuthorError, match=r"length_one\.svg: <script> is not allowed"):
        load(course.root, "vectors")


GOOD = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">
<title>Nine</title><style>.a { fill: url(#g) }</style>
<defs><linearGradient id="g"/></defs><use xlink:href="#g"/><path class="a" d="M0 0" fill="url(#g)"/>
</svg>"""


def test_harmless_ones_pass() -> None:
    assert not list(unsafe(GOOD.encode()))
    assert not list(unsafe(('<?xml version="1.0" encoding="UTF-8"?>\n' + GOOD).encode()))
    assert not list(unsafe(GOOD.ljust(MOST_BYTES).encode()))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</svg>", "<script>alert(1)</script></svg>", "<script> is not allowed"),
        ("</svg>", "<foreignObject/></svg>", "<foreignObject> is not allowed"),
        ("</svg>", "<image href='#g'/></svg>", "<image> is not allowed"),
        ("</svg>", "<a href='#g'/></svg>", "<a> is not allowed"),
        ("</svg>", "<animate/></svg>", "<animate> is not allowed"),
        ("</svg>", '<iframe xmlns="http://www.w3.org/1999/xhtml"/></svg>', "is not allowed"),
        ('d="M0 0"', 'd="M0 0" onload="alert(1)"', "the event handler onload"),
        ('d="M0 0"', 'd="M0 0" ONCLICK="alert(1)"', "the event handler ONCLICK"),
        ('xlink:href="#g"', 'xlink:href="https://example.org/a.svg#g"', "href='https://example.org/a.svg#g', which leads outside"),
        ('xlink:href="#g"', 'href="other.svg#g"', "href='other.svg#g', which leads outside"),
        ('xlink:href="#g"', 'href="javascript:alert(1)"', "which leads outside"),
        ('fill="url(#g)"', 'fill="url(https://example.org/a.svg#g)"', "which leads outside"),
        ('fill="url(#g)"', "fill=\"url( 'a.svg#g' )\"", "which leads outside"),
        ('d="M0 0"', 'd="M0 0" style="background: URL(a.png)"', "which leads outside"),
        ('d="M0 0"', r'd="M0 0" style="fill: u\72l(a.png)"', "which leads outside"),
        (".a {", "@import 'a.css'; .a {", "<style> holds an @import"),
        ("url(#g) }", "url(a.svg#g) }", "<style> holds an @import or a url()"),
        ('viewBox="0 0 9 9"', "", "no viewBox"),
        ("<title>Nine</title>", "", "no <title>"),
        ("<title>Nine</title>", "<title> </title>", "no <title>"),
        ("<svg", '<!DOCTYPE svg [<!ENTITY a "b">]><svg', "a document type"),
        ("<svg", '<?xml-stylesheet href="a.css"?><svg', "a processing instruction"),
        ("</svg>", "", "no XML"),
        ("http://www.w3.org/2000/svg", "http://www.w3.org/svg", "it begins with"),
        ("</svg>", f"</svg>{' ' * MOST_BYTES}", f"at most {MOST_BYTES} are allowed"),
    ],
)  # fmt: skip
def test_what_could_do_harm_is_refused(old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert message in "\n".join(unsafe(GOOD.replace(old, new).encode()))


def test_other_bytes_are_refused() -> None:
    assert list(unsafe(GOOD.replace("Nine", "é").encode("latin-1"))) == ["no UTF-8"]
