"""Reading what was handed in, whatever it is."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlcourse.core import notebook_file as module
from dlcourse.core import outline
from dlcourse.core.handed_in import read_submission
from dlcourse.core.notebook_file import Submission, SubmittedCell, read_notebook

GOOD = '{"cells":[{"cell_type":"code","source":"a=1","metadata":{}}],"metadata":{},"nbformat":4,"nbformat_minor":5}'


@pytest.fixture(params=["small files at once", "all files in pieces"])
def read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[..., Any]:
    """Reads a notebook file of the given content, in both of the ways that there are."""
    if request.param == "all files in pieces":
        monkeypatch.setattr(outline, "_SMALL", 0)

    def reader(content: Any) -> Any:
        path = tmp_path / "toy.ipynb"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_notebook(path)

    return reader


def sources(submission: Any) -> Any:
    return [c.source for c in submission.cells]


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_plain_notebook(read: Callable[..., Any]) -> None:
    assert read(GOOD) == Submission([SubmittedCell("code", "a=1", None)])


def test_source_as_lines_and_grade_id(read: Callable[..., Any]) -> None:
    cell = {
        "cell_type": "code",
        "source": ["a = 1\n", "b = 2"],
        "metadata": {"nbgrader": {"grade_id": "question-softmax", "points": 9}},
    }
    assert read(json.dumps({"cells": [cell]})).cells == [
        SubmittedCell("code", "a = 1\nb = 2", "question-softmax")
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "Expecting value"),
        ("not json", "Expecting value"),
        (GOOD[:60], "Expecting"),
        (GOOD[:-1], "Expecting"),
        (GOOD[:50] + "\\", "Expecting"),
        (GOOD + GOOD, "Extra data"),
        ("]" * 10, "brackets"),
        (b"\x00\xff\xfejunk", "not UTF-8"),
        (GOOD.encode("utf-16"), "not UTF-8"),
        (GOOD.encode("utf-16-le"), "Expecting"),
        (GOOD.encode().replace(b"a=1", b"a=\xe9"), "not UTF-8"),
        ("[]", "no list of cells"),
        ("5", "no list of cells"),
        ("null", "no list of cells"),
        ('{"cells": {"a": 1}}', "no list of cells"),
        ('{"cells": "a"}', "no list of cells"),
        (
            '{"worksheets": [{"cells": [{"cell_type": "code", "input": "a=1"}]}], "nbformat": 3}',
            "no list of cells",
        ),
        (GOOD.replace('"nbformat":4', '"nbformat":' + "9" * 5000), "limit"),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_what_is_no_notebook_is_said_in_one_line(
    read: Callable[..., Any], content: Any, why: Any
) -> None:
    found = read(content)
    assert not found.readable
    assert found.cells == []
    (note,) = found.notes
    assert (
        why in note
        and note.startswith("toy.ipynb is no notebook (")
        and note.endswith("hand it in again")
        and "\n" not in note
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace('"metadata":{}}]', '"metadata":{"x":NaN,"y":-Infinity}}]'),
        GOOD.replace('"metadata":{}}]', '"metadata":{"n":123456789012345678901234567890}}]'),
        GOOD.replace(
            '"metadata":{}}]',
            '"metadata":{},"outputs":[{"data":{"application/json":{"v":[NaN,99999999999999999999999]}}}]}]',
        ),
        GOOD.replace(
            '"metadata":{}}]', '"metadata":{},"outputs":[{"text":"\\"cells\\": [ ] } { \\\\"}]}]'
        ),
        GOOD.replace('"metadata":{}', '"metadata":[]'),
        GOOD.replace('"metadata":{}', '"metadata":{"nbgrader":[1]}'),
        GOOD.replace('"metadata":{}', '"metadata":{"nbgrader":{"grade_id":7}}'),
        GOOD.replace('{"cells":', '{"cells.item.source":"x","cells":'),
        GOOD.replace(":", " :\r\n\t "),
    ],
    ids=[
        "bom",
        "nan",
        "large int",
        "nan deep",
        "escapes",
        "metadata list",
        "nbgrader list",
        "id number",
        "dotted key",
        "white space",
    ],
)
def test_odd_but_harmless_notebooks_are_read(read: Callable[..., Any], content: Any) -> None:
    assert read(content) == Submission([SubmittedCell("code", "a=1", None)])


def test_cells_of_wrong_types_count_for_nothing(read: Callable[..., Any]) -> None:
    cells: list[Any] = [
        1,
        None,
        "a",
        [],
        {"cell_type": 5, "source": {"a": "b"}},
        {"cell_type": "code", "source": ["a", 1, ["b"], "c"]},
        {},
    ]
    assert read(json.dumps({"cells": cells})).cells == [
        SubmittedCell("", ""),
        SubmittedCell("code", "ac"),
        SubmittedCell("", ""),
    ]


def test_lone_surrogates_become_question_marks(read: Callable[..., Any]) -> None:
    found = read(GOOD.replace("a=1", "a='\\ud800 \\ud83d\\ude00'"))
    assert sources(found) == ["a='? 😀'"]
    sources(found)[0].encode()


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [5, 6, 7, 200_000])
def test_deep_nesting_costs_nothing(read: Callable[..., Any], opening: str, depth: int) -> None:
    closing = {"[": "]"}.get(opening, "}")
    found = read('{"m":' + opening * depth + "1" + closing * depth + "," + GOOD[1:])
    assert sources(found) == ["a=1"]


def test_pieces_of_any_size_give_the_same_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # every chunk border falls into every kind of token once
    outputs = [{"data": {"text/plain": ['é"\\"\\\\', "[{", "\\"]}, "text": 'a"b' * 40_000}]
    document = {
        "cells": [
            {
                "cell_type": "code",
                "source": ['x = "\\\\"\n', "é\\u00e9\u2028"],
                "metadata": {"t": ["}"]},
                "outputs": outputs,
            }
        ]
        * 2
    }
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    want = read_notebook(path)
    monkeypatch.setattr(outline, "_SMALL", 0)
    assert sources(want) == ['x = "\\\\"\né\\u00e9\u2028'] * 2
    for size in (1, 2, 3, 7, 64, 4096):
        monkeypatch.setattr(outline, "_CHUNK", size)
        assert read_notebook(path) == want, size


def test_too_much_text_is_refused(read: Callable[..., Any]) -> None:
    found = read(GOOD.replace("a=1", "#" * (module.MAX_SOURCE + 1)))
    assert not found.readable and "more than 1 MB of text" in found.notes[0]


def test_much_text_is_read(read: Callable[..., Any]) -> None:
    assert (
        len(sources(read(GOOD.replace("a=1", "#" * (module.MAX_SOURCE - 1))))[0])
        == module.MAX_SOURCE - 1
    )


def test_too_many_cells_are_refused(read: Callable[..., Any]) -> None:
    cell = '{"cell_type":"code","source":""}'
    assert (
        len(read('{"cells":[' + ",".join([cell] * module.MAX_CELLS) + "]}").cells)
        == module.MAX_CELLS
    )
    assert (
        "more than 2000 cells"
        in read('{"cells":[' + ",".join([cell] * (module.MAX_CELLS + 1)) + "]}").notes[0]
    )


def test_file_over_the_limit_is_refused(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outline, "MAX_FILE", 1 << 20)
    assert read(GOOD.ljust(1 << 20)).readable
    found = read(GOOD.ljust((1 << 20) + 1))
    assert not found.readable and "larger than 1 MB" in found.notes[0]


_MEASURE = """
import json, resource, sys, time
from pathlib import Path
from dlcourse.core.notebook_file import read_notebook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
found = read_notebook(Path(sys.argv[1]))
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
print(json.dumps([found.readable, [c.source for c in found.cells][:3], found.notes, grown, time.process_time() - start]))
"""

_PARTS = {
    "one string": (b'{"data":{"image/png":"', b"iVBORw0KGgo" * 6000, b'"}}'),
    "lines": (b'{"text":[', b'"0123456789abcdefghijklmnopqrstuvwxyz\\n",' * 1500, b'""]}'),
    "numbers": (b'{"data":{"application/json":[', b"[1.5,[2]]," * 6000, b"0]}}"),
    "escapes": (b'{"text":"', b"\\u00e9\\\\\\n" * 6000, b'"}'),
    "stream text": (b'{"name":"stdout","text":"', "é".encode() * 30000, b'"}'),
}


@pytest.mark.parametrize("kind", _PARTS)
def test_60_megabytes_of_outputs_cost_little_memory_and_time(tmp_path: Path, kind: Any) -> None:
    head, body, tail = _PARTS[kind]
    before, after = GOOD.encode().split(b'"metadata":{}}]')
    path = tmp_path / "toy.ipynb"
    with path.open("wb") as file:
        file.write(before + b'"metadata":{},"outputs":[' + head)
        for _ in range((60 << 20) // len(body) + 1):
            file.write(body)
        file.write(tail + b"]}]" + after)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    readable, cells, notes, megabytes, seconds = json.loads(done.stdout)
    assert readable and cells == ["a=1"]
    assert "60 MB" in notes[0] and "outputs" in notes[0]
    assert megabytes < 30, megabytes
    assert seconds < 10, seconds


def test_nesting_made_to_be_slow_ends_soon(read: Callable[..., Any]) -> None:
    found = read('{"cells":[],"m":[' + "[[[[[],[]]]]]," * 900_000 + "0]}")
    assert not found.readable and "too complex" in found.notes[0]


# ---- files that are no files -----------------------------------------------------------------------------------------


def refused(folder: Path, slug: str = "toy") -> Any:
    found = read_submission(folder, slug)
    assert not found.readable and found.cells == []
    return found.notes[-1]


def test_missing_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "toy") == "no toy.ipynb was handed in"


def test_empty_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == "no toy.ipynb was handed in"


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "toy").write_text("x")
    assert refused(tmp_path / "toy") == "no toy.ipynb was handed in"


def test_directory_named_like_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "toy.ipynb").mkdir()
    assert "not a regular file" in refused(tmp_path)


def test_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "toy.ipynb")
    assert "not a regular file" in refused(tmp_path)


def test_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("toy.ipynb")
        assert "cannot be read" in refused(tmp_path)


@pytest.mark.parametrize("target", ["real.ipynb", "/dev/zero", "nowhere"])
def test_symbolic_link_to_anything(tmp_path: Path, target: str) -> None:
    (tmp_path / "real.ipynb").write_text(GOOD)
    (tmp_path / "toy.ipynb").symlink_to(target)
    assert "symbolic link" in refused(tmp_path)


def test_folder_that_is_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "toy.ipynb").write_text(GOOD)
    (tmp_path / "toy").symlink_to("other")
    assert "symbolic link" in refused(tmp_path / "toy")


def test_single_renamed_notebook_is_taken(tmp_path: Path) -> None:
    (tmp_path / "toy (1).ipynb").write_text(GOOD)
    found = read_submission(tmp_path, "toy")
    assert found.readable and sources(found) == ["a=1"]
    assert found.notes == ["toy (1).ipynb was taken as toy.ipynb; keep the notebook's name"]


def test_renamed_link_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text(GOOD)
    (tmp_path / "other.ipynb").symlink_to("kept.txt")
    assert refused(tmp_path) == "no toy.ipynb was handed in"


def test_other_files_are_named_and_those_of_the_release_are_not(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("toy.ipynb", "checks.json", "timestamp.txt", "data/x.csv", "numpy.py"):
        (tmp_path / name).write_text(GOOD)
    assert read_submission(tmp_path, "toy").notes == ["other files were not used: numpy.py"]


def test_file_names_of_any_bytes_give_notes_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "toy.ipynb").write_text(GOOD)
    with open(os.path.join(os.fsencode(tmp_path), b"\xff\xfe.txt"), "w"):
        pass
    (note,) = read_submission(tmp_path, "toy").notes
    note.encode()
    assert "dcff" in note
