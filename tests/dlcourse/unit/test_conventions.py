"""docs/conventions.md, as far as it can be looked for in the scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.course import REPOSITORY

SCRIPTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((REPOSITORY / "solutions").glob("*.py"))
}


OLDER = {
    "gpt": {
        "a temperature is tau, not T, in top_k_logits",
        "a temperature is tau, not T, in generate",
        "ids are Int64",
    },
}
"""What assignments of the first edition still do otherwise; to be mended when they get the second's
form.
"""


def functions(text: str) -> Iterator[ast.FunctionDef]:
    yield from (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))


def violations(text: str) -> list[str]:
    """What a script does otherwise, each with its line."""
    return [
        f"{line}: {what}"
        for look in (temperatures, layer_norms, masks, ids, worked_numbers)
        for line, what in look(text)
    ]


def temperatures(text: str) -> Iterator[tuple[int, str]]:
    """A temperature is `tau`."""
    for function in functions(text):
        doc = ast.get_docstring(function) or ""
        names = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
        for name in names:
            said = re.search(rf"^\s*{re.escape(name)}: (the )?temperature\b", doc, re.MULTILINE)
            if said and not name.startswith("tau"):
                yield function.lineno, f"a temperature is tau, not {name}, in {function.name}"


def layer_norms(text: str) -> Iterator[tuple[int, str]]:
    """The weights of a layer norm are `gain` and `bias`."""
    for function in functions(text):
        if "layer_norm" in function.name:
            names = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
            if wrong := names & {"gamma", "beta", "weight", "scale", "shift"}:
                yield (
                    function.lineno,
                    f"layer norm has gain and bias, not {', '.join(sorted(wrong))}",
                )


def masks(text: str) -> Iterator[tuple[int, str]]:
    """A mask is bool."""
    for function in functions(text):
        for argument in (*function.args.args, *function.args.kwonlyargs):
            name, shown = argument.arg, argument.annotation and ast.unparse(argument.annotation)
            is_mask = name == "mask" or name.endswith("_mask")
            if is_mask and shown and re.match(r"(Float|Int|Int64)\[", shown):
                yield argument.lineno, f"the mask {name} of {function.name} is no bool: {shown}"
            doc = ast.get_docstring(function) or ""
            hides = re.search(rf"^\s*{re.escape(name)}: True[^.]*\b(hidden|padding|ignored|masked)\b", doc, re.MULTILINE)  # fmt: skip
            if is_mask and hides and not re.search(r"\bnot\b|\bno\b", hides[0]):
                yield function.lineno, f"True in {name} of {function.name} may be seen"


def ids(text: str) -> Iterator[tuple[int, str]]:
    """Ids are int64."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\bids: Int32\[|\bids: Int\[", line):
            yield number, "ids are Int64"


def worked_numbers(text: str) -> Iterator[tuple[int, str]]:
    """What can be redone begins with **By hand.**, in these words."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"# \*\*(Worked example|Example|With numbers|In numbers|By Hand)\b", line):
            yield number, f"a worked number begins with **By hand.**, not {line[2:40]}"


@pytest.mark.parametrize("slug", SCRIPTS)
def test_a_script_keeps_to_the_conventions(slug: str) -> None:
    found = {violation.partition(": ")[2] for violation in violations(SCRIPTS[slug])}
    assert found <= OLDER.get(slug, set())


WRONG = {
    "temperature": 'def f(z, T):\n    """Doc.\n\n    Args:\n        T: temperature, positive.\n    """\n',
    "gain and bias": "def layer_norm(x, gamma, beta): ...\n",
    "no bool": 'def f(mask: Float[Tensor, "n"]): ...\n',
    "may be seen": 'def f(pad_mask):\n    """Doc.\n\n    Args:\n        pad_mask: True at padding.\n    """\n',
    "Int64": 'def f(ids: Int32[Tensor, "n"]): ...\n',
    "By hand": "# **Worked example.** $1 + 1 = 2$.\nx = 1\n",
}


@pytest.mark.parametrize("what", WRONG)
def test_a_violation_is_found(what: str) -> None:
    (found,) = violations(WRONG[what])
    assert what in found


RIGHT = (
    'def f(z, tau):\n    """Doc.\n\n    Args:\n        tau: temperature.\n    """\n'
    "def layer_norm(x, gain, bias): ...\n"
    'def g(mask: Bool[Tensor, "n"], ids: Int64[Tensor, "n"]):\n    """Doc.\n\n    Args:\n'
    '        mask: True where a token is not padding.\n    """\n'
    "# **By hand.** $1 + 1 = 2$.\n"
)


def test_what_is_right_is_left_alone() -> None:
    assert violations(RIGHT) == []
