"""Short cuts: functions of libraries that compute a question's answer are refused, under every
name, or allowed with a reason.

They are found by trying the functions of the libraries that the assignment allows on the calls that
the probes make. Each one that gives the answer, or a part of it, is then called by the stub itself
in several ways, while the guards look on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.rules import plain_name
from .audit import Audit
from .findings import Finding
from .stubs import split_by_wrappable
from .variants import Variant, VariantResult, wrapped

_SHOWN = 4
_IMPORTS = "import functools, importlib, operator, sys\n"


@dataclass(frozen=True)
class Found:
    """A shortcut as :mod:`dlcourse.audit.instrument.shortcuts` reports it.

    Args:
        stub: whose answer it gives.
        path: full name of the library's function, or of a method with its class.
        given: arguments of the call, as source: names of the stub's arguments, then options.
        arguments: those names.
        whole: whether it gives the whole answer.
    """

    stub: str
    path: str
    given: str
    arguments: tuple[str, ...]
    whole: bool

    @classmethod
    def of(cls, reported: dict[str, Any]) -> Found:
        names = tuple(str(n) for n in reported["arguments"])
        given = ", ".join([*names, *(str(o) for o in reported["options"])])
        return cls(str(reported["stub"]), str(reported["path"]), given, names, reported["part"] < 0)

    @property
    def plain(self) -> str:
        """The name under which equal functions of several libraries are reported together."""
        return plain_name(self.path.rpartition(".")[2])


def ways_of(path: str) -> dict[str, tuple[str, str]]:
    """Ways to get at a function: what stands before the stub, and the expression that is called.

    Args:
        path: full name of the function, or of a method with its class.
    """
    owner, _, name = path.rpartition(".")
    half = len(name) // 2
    built = f"{name[:half]!r} + {name[half:]!r}"
    root, _, rest = path.partition(".")
    is_method = owner in ("torch.Tensor", "numpy.ndarray")
    home = owner if is_method else f"importlib.import_module({owner!r})"
    before = f"import {root if is_method else owner}\n"
    ways = {
        "by its full name": (before, path),
        "by an alias": (f"{before}_alias = {path}\n", "_alias"),
        "by a computed name": (before, f"getattr({home}, {built})"),
        "through functools.partial": (before, f"functools.partial({path})"),
        "through operator.attrgetter": (before, f"operator.attrgetter({rest!r})({root})"),
    }
    if is_method:
        ways["as a method"] = (before, f"(lambda x, *rest, **named: x.{name}(*rest, **named))")
    else:
        ways["through its module's __dict__"] = (
            before,
            f"sys.modules[{owner!r}].__dict__[{built}]",
        )
    if root == "torch" and not is_method:
        ways["through torch.ops"] = (before, f"getattr(torch.ops.aten, {name!r})")
        ways["through torch._C"] = (before, f"getattr(torch._C._VariableFunctions, {name!r})")
    return ways


def _trial(stub: str, shortcuts: Sequence[Found]) -> str:
    """Code after a question's cell: the stub calls each shortcut in each way, and returns what it
    always did.

    The code belongs to the stub by its name, as a student's own would.
    """
    lines = [_IMPORTS, '__audit__.install(globals(), [], "note", [])']
    attempts = []
    for i, shortcut in enumerate(shortcuts):
        for j, (way, (before, called)) in enumerate(ways_of(shortcut.path).items()):
            alias = f"_alias_{i}_{j}"
            lines.append(before.replace("_alias", alias))
            signature = ", ".join(shortcut.arguments)
            lines.append(f"def _way_{i}_{j}({signature}):")
            lines.append(f"    return ({called.replace('_alias', alias)})({shortcut.given})")
            given = "".join(f"given[{n!r}], " for n in shortcut.arguments)
            attempts.append(
                f"    __audit__.shortcuts.attempt(__audit__.memory, {f'{i} {way}'!r}, _way_{i}_{j}, ({given}))"
            )
    name = stub.rpartition(".")[2]
    lines += [
        "import inspect as _inspect",
        f"_reference = {stub}",
        "def _stub(*args, **kwargs):",
        "    bound = _inspect.signature(_reference).bind(*args, **kwargs)",
        "    bound.apply_defaults()",
        "    given = bound.arguments",
        *attempts,
        "    return _reference(*args, **kwargs)",
        f"_stub.__code__ = _stub.__code__.replace(co_name={name!r}, co_qualname={stub!r})",
        "functools.update_wrapper(_stub, _reference).__dict__.pop('__wrapped__')",
        f"{stub} = _stub",
    ]
    return "\n".join(lines) + "\n"


class Shortcuts:
    """For each stub the functions that give its answer are found, then tried."""

    name, column = "shortcuts", "cheats"
    explains = "functions of the allowed libraries that compute an answer, each in six ways or more"
    says = ("shortcut",)

    @staticmethod
    def _questions(audit: Audit) -> list[str]:
        return [q for q in audit.assignment.questions if split_by_wrappable(audit.cells[q])[0]]

    def variants(self, audit: Audit) -> Sequence[Variant]:
        libraries = " ".join(sorted(n.partition(".")[0] for n in audit.assignment.rules.libraries))
        variants = []
        for name in self._questions(audit):
            can, _ = split_by_wrappable(audit.cells[name])
            source = audit.assignment.questions[name].source
            changed = wrapped(source, can, f"record: {libraries}")
            variants.append(Variant({name: changed}, audit.own(name), audit.seed, calls=True))
        return variants

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        found: dict[tuple[str, str], list[Found]] = {}
        for question, result in zip(self._questions(audit), results, strict=True):
            if result.unknown:
                yield Finding(question, "shortcut", "search", f"it failed: {result.unknown}")
            for reported in result.calls:
                shortcut = Found.of(reported)
                found.setdefault((question, shortcut.stub), []).append(shortcut)
            audit.numbers[question].shortcuts = len(result.calls)
        trials = []
        for (question, stub), shortcuts in found.items():
            source = audit.assignment.questions[question].source
            changed = f"{source}\n\n\n{_trial(stub, shortcuts)}"
            trials.append(Variant({question: changed}, audit.own(question), audit.seed, calls=True))
        for (key, shortcuts), result in zip(
            found.items(), audit.run(trials, self.name), strict=True
        ):
            yield from _let_through(*key, shortcuts, result)


def _let_through(
    question: str, stub: str, shortcuts: Sequence[Found], result: VariantResult
) -> Iterator[Finding]:
    """A finding for each name of a function that was called without being refused."""
    if result.unknown:
        yield Finding(question, "shortcut", stub, f"the trials failed: {result.unknown}")
    passed: dict[str, dict[str, list[str]]] = {}
    whole = set()
    for tried in result.calls:
        number, _, way = str(tried["way"]).partition(" ")
        shortcut = shortcuts[int(number)]
        if not tried["refused"]:
            passed.setdefault(shortcut.plain, {}).setdefault(shortcut.path, []).append(way)
            if shortcut.whole:
                whole.add(shortcut.plain)
    for plain, paths in passed.items():
        shown = [f"{path} ({', '.join(ways)})" for path, ways in list(paths.items())[:_SHOWN]]
        what = "computes the answer" if plain in whole else "computes a part of the answer"
        text = f"{what} and is not refused: {'; '.join(shown)}"
        yield Finding(question, "shortcut", f"{stub}: {plain}", text)
