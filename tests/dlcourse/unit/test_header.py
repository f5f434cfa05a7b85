"""The headers of a script's cells: what is read from them, and which line of the file a message
names.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from dlcourse.authoring.header import Header, read_headers
from dlcourse.authoring.script import read_script
from dlcourse.errors import AuthorError

PATH = Path("solutions/toy.py")


def read(*lines: Any) -> Any:
    return read_headers(PATH, "\n".join(lines) + "\n")


def test_every_key() -> None:
    found = read(
        "# %% [markdown]",
        "# Text",
        '# %% question="soft" minutes=25 further forbid=["softmax", "numpy.linalg.norm"]',
        "x = 1",
        '# %% [markdown] hints="soft"',
        "# idea: one",
        '# %% tags=["demo"]',
        '# %% tags=["predict"]',
        "# %%",
    )
    assert found == [
        Header(1, True),
        Header(3, False, "soft", 25, True, ("softmax", "numpy.linalg.norm")),
        Header(5, True, hints="soft"),
        Header(7, tags=("demo",)),
        Header(8, tags=("predict",)),
        Header(9),
    ]


def test_a_header_within_a_string_is_none() -> None:
    assert [h.line for h in read("# %%", 'x = """', '# %% qestion="a"', '"""', "# %%")] == [1, 5]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('# %% qestion="soft"', "unknown key 'qestion' in a cell's header; did you mean 'question'?"),
        ('# %% question="soft" minuts=20', "unknown key 'minuts' in a cell's header; did you mean 'minutes'?"),
        ('# %% question="soft" core', "unknown key 'core' in a cell's header; a code cell takes question, minutes"),
        ('# %% [markdown] hint="soft"', "unknown key 'hint' in a cell's header; did you mean 'hints'?"),
        ('# %% [markdown] question="soft"', "unknown key 'question' in a cell's header; a prose cell takes hints"),
        ('# %% hints="soft"', "unknown key 'hints'"),
        ("# %% A title", "unknown key 'A'"),
        ('# %% question="soft" ?', "unknown key '?'"),
        ('# %% question="soft" minutes=20 minutes=30', "'minutes' stands twice"),
        ("# %% question=soft", "a question needs a name"),
        ("# %% question", "a question needs a name"),
        ('# %% question="soft" minutes=4', "question soft: minutes is a whole number from 5 to 90, got 4"),
        ('# %% question="soft" minutes=91', "minutes is a whole number from 5 to 90, got 91"),
        ('# %% question="soft" minutes=20.5', "minutes is a whole number from 5 to 90, got 20.5"),
        ('# %% question="soft" minutes', "minutes is a whole number from 5 to 90"),
        ('# %% question="soft" further=False', "further stands alone"),
        ('# %% question="soft" forbid=["norm"]', "question soft: forbid takes a list"),
        ('# %% question="soft" forbid=[norm]', "question soft: forbid takes a list"),
        ("# %% minutes=20", "minutes belongs to a question"),
        ("# %% further", "further belongs to a question"),
        ('# %% forbid=["softmax"]', "forbid belongs to a question"),
        ('# %% question="soft" tags=["demo"]', "a question has no tags"),
        ('# %% tags=["deom"]', "tags is one of ['demo'], ['predict'], got"),
        ('# %% tags="demo"', "tags is one of ['demo'], ['predict'], got"),
        ("# %% [raw]", "a raw cell; only markdown and code cells are built"),
        ("#%%", "a cell begins with '# %%'"),
        ('# %%question="soft"', "a cell begins with '# %%'"),
        ("# % % [markdown]", "a cell begins with '# %%'"),
    ],
)  # fmt: skip
def test_a_misspelt_header_is_refused_by_its_line(header: Any, message: Any) -> None:
    with pytest.raises(AuthorError, match=re.escape(message)) as caught:
        read("# %% [markdown]", "# Text", "", header, "x = 1")
    assert str(caught.value).startswith("solutions/toy.py:4: ")


CELL = "def soft(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n"


def script(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "toy.py"
    path.write_text(text)
    return read_script(path)


def test_questions_know_what_their_header_says(tmp_path: Path) -> None:
    head = '# %% [markdown]\n# Text\n\n# %% question="soft" minutes=25 further\n'
    cells, questions = script(tmp_path, head + CELL)
    soft = questions["soft"]
    assert (soft.minutes, soft.further, soft.line) == (25, True, 5)
    assert [cell.line for cell in cells] == [2, 5]
    _, questions = script(tmp_path, head.replace(" further", "") + CELL)
    assert not questions["soft"].further


def test_text_above_the_first_header(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"toy\.py:1: text above the first cell's header"):
        script(tmp_path, f'"""A docstring."""\n\n# %% question="soft" minutes=25\n{CELL}')
