"""Finding the notebook in what was handed in, whatever it is wrapped in."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dlcourse.core.handed_in import (
    MAX_DIRECTORY,
    SeveralNotebooks,
    holds_answers,
    read_submission,
)
from dlcourse.core.notebook_file import Submission, SubmittedCell

STUB = "def f(x):\n    raise NotImplementedError"


def notebook(*sources: str) -> str:
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


ANSWERED = notebook("def f(x):\n    return x")
OTHER = notebook("def f(x):\n    return 2 * x")
UNTOUCHED = notebook(STUB)


def read(folder: Path) -> Submission:
    return read_submission(folder, "toy", lambda: [STUB])


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        archive, _, member = name.partition("!")
        path = folder / archive
        path.parent.mkdir(parents=True, exist_ok=True)
        if member:
            with zipfile.ZipFile(folder / archive, "a") as file:
                file.writestr(member, text)
        else:
            path.write_text(text)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "toy (1).ipynb",
        "toy.ipynb.json",
        "toy.ipynb.txt",
        "toy.IPYNB",
        "Toy.Ipynb.TXT",
        "toy/toy.ipynb",
        "toy/deeper/toy.ipynb",
        "work.zip!toy.ipynb",
        "work.ZIP!folder/other name.ipynb",
        "handed in/work.zip!toy.ipynb",
    ],
)
def test_right_work_in_a_wrong_wrapper_is_taken(tmp_path: Path, name: str) -> None:
    folder = put(
        tmp_path,
        {
            name: ANSWERED,
            "._toy.ipynb": "\0\5\26\7",
            "__MACOSX/._toy.ipynb": "\0\5\26\7",
            "__MACOSX/toy.ipynb": OTHER,
            ".ipynb_checkpoints/toy-checkpoint.ipynb": OTHER,
        },
    )
    found = read(folder)
    assert [c.source for c in found.cells] == ["def f(x):\n    return x"]
    assert found.notes == [
        f"{name.replace('!', '/')} was taken as toy.ipynb; keep the notebook's name"
    ]


def test_a_macs_archive_in_an_archive_is_no_second_notebook(tmp_path: Path) -> None:
    folder = put(
        tmp_path, {"a.zip!toy.ipynb": ANSWERED, "a.zip!__MACOSX/._toy.ipynb": "x", "a.zip!._toy.ipynb": "x"}
    )  # fmt: skip
    assert read(folder).readable and len(read(folder).cells) == 1


@pytest.mark.parametrize(
    "own, other", [(UNTOUCHED, ANSWERED), (ANSWERED, UNTOUCHED), ("{}", ANSWERED)]
)
def test_of_two_the_one_with_answers_is_taken(tmp_path: Path, own: str, other: str) -> None:
    folder = put(tmp_path, {"toy.ipynb": own, "toy (1).ipynb": other})
    found = read(folder)
    assert [c.source for c in found.cells] == ["def f(x):\n    return x"]
    taken, left = (
        ("toy.ipynb", "toy (1).ipynb") if own == ANSWERED else ("toy (1).ipynb", "toy.ipynb")
    )
    assert f"other files were not used: {left}" in found.notes
    why = f"{taken} was taken as toy.ipynb; it is the only one that holds answers"
    assert (why in found.notes) == (taken != "toy.ipynb")


def test_untouched_ones_alone_give_the_one_of_the_right_name(tmp_path: Path) -> None:
    found = read(put(tmp_path, {"toy.ipynb": UNTOUCHED, "toy (1).ipynb": UNTOUCHED}))
    assert found.notes == ["other files were not used: toy (1).ipynb"]


@pytest.mark.parametrize(
    "names",
    [("toy.ipynb", "toy (1).ipynb"), ("a.ipynb", "b.ipynb"), ("a.zip!a.ipynb", "a.zip!b.ipynb"),
     ("toy.ipynb", "sub/toy.ipynb")],
)  # fmt: skip
def test_several_with_answers_are_left_to_a_person(tmp_path: Path, names: Any) -> None:
    folder = put(tmp_path, dict(zip(names, (ANSWERED, OTHER), strict=True)))
    with pytest.raises(SeveralNotebooks) as caught:
        read(folder)
    assert all(name.replace("!", "/") in str(caught.value) for name in names)


def test_a_copy_with_the_same_code_is_no_second_notebook(tmp_path: Path) -> None:
    copy = notebook("def f(x):\n    return x  ", "")
    folder = put(tmp_path, {"toy.ipynb": ANSWERED, "toy-Copy1.ipynb": ANSWERED, "c.ipynb": copy})
    assert [c.source for c in read(folder).cells] == ["def f(x):\n    return x"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", {"toy.ipynb": ANSWERED, "a.zip!toy.ipynb": ANSWERED})
    folder = tmp_path / "handed_in"
    folder.mkdir()
    (folder / "inner").symlink_to(outside)
    (folder / "x.ipynb").symlink_to(outside / "toy.ipynb")
    (folder / "x.zip").symlink_to(outside / "a.zip")
    found = read(folder)
    assert not found.readable and found.notes == ["no toy.ipynb was handed in"]


def test_what_is_no_archive_or_a_bomb_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\5\6 no archive")
    (tmp_path / "b.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(MAX_DIRECTORY // 60):
            archive.writestr(f"folder/{number:05d}.ipynb", "")
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("toy.ipynb", ANSWERED)
    assert read(tmp_path).notes == ["no toy.ipynb was handed in"]
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("toy.ipynb", b'{"cells": [{"source": "' + b"a" * (64 << 20) + b'"}]}')
    found = read(tmp_path)
    assert not found.readable and "bomb.zip/toy.ipynb was not graded" in found.notes[-1]


def test_an_encrypted_member_is_said_to_be_unreadable(tmp_path: Path) -> None:
    folder = put(tmp_path, {"a.zip!toy.ipynb": ANSWERED})
    data = bytearray((folder / "a.zip").read_bytes())
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + at] |= 1  # the flag of an encrypted member
    (folder / "a.zip").write_bytes(data)
    found = read(folder)
    assert not found.readable and "a.zip/toy.ipynb cannot be read" in found.notes[-1]


@pytest.mark.parametrize(
    "source, answered",
    [
        (STUB, False),
        ("def f(x):\n\n    raise NotImplementedError ", False),
        ("def f(x): return x", True),
        ("def g(x): return x", False),
        ("x = 1", False),
        ("def f(x):\n    return (", True),
    ],
)
def test_answers_are_what_differs_from_the_stub(source: str, answered: bool) -> None:
    assert holds_answers(Submission([SubmittedCell("code", source)]), [STUB]) == answered


def test_without_stubs_any_code_is_an_answer() -> None:
    assert holds_answers(Submission([SubmittedCell("code", "x = 1")]), [])
    assert not holds_answers(Submission([SubmittedCell("markdown", "x = 1")]), [])
