"""Mutations of how texts are read: other cases, other normal forms, separators that are needed,
parts of words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import called

_FORMS = {"NFC": "NFKC", "NFD": "NFKD", "NFKC": "NFC", "NFKD": "NFD"}
_OF_TEXTS = re.compile(r"^(list|Sequence|Iterable|tuple|set|Collection)\[str(, \.\.\.)?\]$")
_WORDS = re.compile(r"(words?|tokens?|pieces|docs?|sentence|sent|labels|symbols|chars|text)$")


@operator
def case_ignored(site: Site) -> Iterator[Edit]:
    """Capital letters of an argument are taken for small ones."""
    lowered = re.search(r"\.(lower|casefold)\(", ast.unparse(site.stub.node))
    if re.search(r"lower.?case|small letters", site.stub.doc, re.IGNORECASE):
        return
    for name, annotation in site.stub.annotations.items():
        if name not in site.read:
            continue
        if annotation == "str" and not lowered:
            yield site.insert(f"{name} = {name}.lower()")
        elif _OF_TEXTS.match(annotation):
            yield site.insert(f"{name} = [text.lower() for text in {name}]")


@operator
def other_letters(site: Site) -> Iterator[Edit]:
    """casefold for lower, a compatibility form for a canonical one, neither; blanks for white
    space.
    """
    for node in site.of(ast.Call):
        if isinstance(node.func, ast.Attribute) and not node.args:
            text = site.text(node.func.value)
            if called(node) == "lower":
                yield site.replace(node, f"{text}.casefold()")
                yield site.replace(node, text)
            elif called(node) == "split":
                yield site.replace(node, f"{text}.split(' ')")
    for constant in site.of(ast.Constant):
        if isinstance(constant.value, str) and constant.value in _FORMS:
            yield site.replace(constant, repr(_FORMS[constant.value]))


@operator
def parts_of_words(site: Site) -> Iterator[Edit]:
    """Words are joined without a separator, or counted inside of each other."""
    for node in site.of(ast.Call):
        if not node.args:
            continue
        words = site.text(node.args[0])
        if called(node) == "join" and isinstance(node.func, ast.Attribute):
            separator = node.func.value
            if isinstance(separator, ast.Constant) and separator.value:
                yield site.replace(separator, "''")
        elif called(node) == "tuple" and re.search(r"hist|context|words|tokens", words):
            yield site.replace(node, f"''.join({words})")
        elif called(node) == "Counter" and _WORDS.search(words):
            counts = f"{{w: ' '.join({words}).count(w) for w in {words}}}"
            yield site.replace(node, f"{site.text(node.func)}({counts})")
        elif called(node) == "count" and isinstance(node.func, ast.Attribute):
            counted = site.text(node.func.value)
            if _WORDS.search(counted):
                yield site.replace(node.func.value, f"' '.join({counted})")
