"""Formulas in the prose that a notebook could not set: said by the build, with the line of the
file.

A parser of LaTeX in Python, so that every machine says the same; what it cannot know, it lets pass.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache

_CODE = re.compile(r"^(```|~~~).*?^\1|(`+)(?!`).*?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL)
_SIGN = re.compile(r"\\[\\$]|\$\$|\$")
_MACRO = re.compile(r"(?<!\\)(?:\\\\)*\\([A-Za-z]+)")
_GROUP = re.compile(r"\{[^{}]*\}")
_TWICE = re.compile(r"([\^_])\s*(?:\x00|\\[A-Za-z]+\x00*|\\.|[^\s\\])\s*\1")
_MORE = """
tfrac dfrac cfrac binom tbinom dbinom operatorname mathrel mathbin mathop mathord mathopen mathclose mathpunct
begin end left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm ne arg det Pr
gcd deg dim hom ker lg inf sup lim liminf limsup arcsin arccos arctan sinh cosh tanh cot sec csc lVert rVert lvert
rvert Vert vert lfloor rfloor lceil rceil langle rangle lbrace rbrace lbrack rbrack mathbb mathbf mathcal mathfrak
mathit mathrm mathsf mathtt mathscr boldsymbol bm text textbf textit textrm texttt underbrace overbrace overset
underset stackrel substack limits nolimits displaystyle textstyle scriptstyle hat widehat tilde widetilde bar vec
dot ddot overline underline cancel bcancel xrightarrow xleftarrow tag notag nonumber label quad qquad hspace
hphantom vphantom phantom mid nmid not color textcolor boxed hline cline dots ldots cdots vdots ddots dotsb dotsc
prime top bot circ bullet ast star odot otimes oplus iff implies impliedby to gets mapsto colon coloneqq triangleq
propto sim approx equiv cong simeq asymp argmax argmin mod bmod pmod pod ell hbar nabla partial infty forall
exists emptyset varnothing le ge leq geq ll gg lt gt succ prec succeq preceq subset supset subseteq supseteq in ni
cup cap setminus
"""
"""Macros that notebooks set and the parser's tables lack."""


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Formulas of a cell of prose that cannot be set: the line in the cell, from 0, and what is
    wrong.

    Args:
        text: markdown; formulas stand between ``$`` or ``$$``. Code is passed over.
    """
    bare = _CODE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    for start, formula in _formulas(bare):
        line = bare.count("\n", 0, start)
        if formula is None:
            yield line, "a $ without its partner"
        elif wrong := _wrong(formula):
            shown = " ".join(formula.split())
            yield line, f"{wrong} in the formula {shown if len(shown) < 60 else shown[:57] + '…'}"


def _formulas(text: str) -> Iterator[tuple[int, str | None]]:
    """Where formulas begin, and their LaTeX; None for a sign without its partner in the same
    paragraph.
    """
    at = 0
    for paragraph in re.split(r"(\n[ \t]*(?:\n|\Z))", text):
        opened: re.Match[str] | None = None
        for sign in _SIGN.finditer(paragraph):
            if sign[0].startswith("\\"):
                continue
            if opened is None:
                opened = sign
            elif sign[0] == opened[0]:
                yield at + opened.start(), paragraph[opened.end() : sign.start()]
                opened = None
        if opened is not None:
            yield at + opened.start(), None
        at += len(paragraph)


def _wrong(formula: str) -> str:
    """What is wrong with a formula; empty where nothing is seen."""
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerParseError

    for name in _MACRO.findall(formula):
        if name not in _known():
            near = difflib.get_close_matches(name, _known(), 1)
            return f"unknown \\{name}" + (f"; did you mean \\{near[0]}?" if near else "")
    if (left := len(re.findall(r"\\left\b", formula))) != len(re.findall(r"\\right\b", formula)):
        return f"{left} \\left and another number of \\right"
    try:
        LatexWalker(formula, tolerant_parsing=False).get_latex_nodes()
    except LatexWalkerParseError as error:
        return str(error.msg).partition("\n")[0].rstrip(".")
    if hanging := re.search(r"([\^_])\s*(?:\}|\Z)", formula):
        return f"nothing after {hanging[1]}"
    flat = formula
    while (inner := _GROUP.sub("\x00", flat)) != flat:
        flat = inner
    if twice := _TWICE.search(flat):
        return f"two {twice[1]} in a row, which need braces"
    return ""


@cache
def _known() -> frozenset[str]:
    from pylatexenc import latex2text, latexwalker

    tables = (
        latexwalker.get_default_latex_context_db(),
        latex2text.get_default_latex_context_db(),
    )
    listed = (str(macro.macroname) for table in tables for macro in table.iter_macro_specs())
    return frozenset(_MORE.split()) | {name for name in listed if name.isalpha()}
