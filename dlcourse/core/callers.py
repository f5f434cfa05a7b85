"""Whose code a frame runs: a library's, the probe's, code that the notebook gives, or a student's."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

from .names import code_objects, global_names
from .rules import STANDARD, codes_of

PROBE, GIVEN, STUDENT = "probe", "given", "student"


def _roots() -> tuple[tuple[str, bool], ...]:
    """Folders of libraries, longest first, and whether they hold packages of others (not Python's
    own).
    """
    paths = sysconfig.get_paths()
    packages = {
        paths["purelib"],
        paths["platlib"],
        *(p for p in sys.path if p.endswith("-packages")),
    }
    standard = {paths["stdlib"], paths["platstdlib"]}
    found = [(str(Path(p)) + "/", True) for p in packages] + [
        (str(Path(p)) + "/", False) for p in standard
    ]
    return tuple(sorted(found, key=lambda item: -len(item[0])))


_ROOTS = _roots()
_OURS = str(Path(__file__).parents[1]) + "/"


@lru_cache(maxsize=4096)
def library_of(filename: str) -> str | None:
    """Name of the library that a file belongs to, :data:`STANDARD` for Python's own; None for
    anything else.
    """
    if filename.startswith(("<frozen ", "<__array_function__")):
        return STANDARD
    if filename.startswith(_OURS):
        return "dlcourse"
    filename = filename.replace("\\", "/")
    for root, others in _ROOTS:
        if filename.startswith(root):
            return (
                filename[len(root) :].partition("/")[0].removesuffix(".py") if others else STANDARD
            )
    return None


def _own(probe: Callable[..., Any], stubs: Collection[str]) -> set[CodeType]:
    """Code of a probe, and of the functions and classes of its notebook that it names itself; stubs
    are passed to it.
    """
    found: set[CodeType] = set()
    todo: list[Any] = [probe]
    while todo:
        value = todo.pop()
        if isinstance(value, type):
            todo += [v for v in vars(value).values() if isinstance(v, FunctionType)]
            continue
        code = getattr(value, "__code__", None)
        if code is None or code in found or library_of(code.co_filename):
            continue
        parts = list(code_objects(code))
        found.update(parts)
        mentioned = {name for part in parts for name in part.co_names} - set(stubs)
        helpers = {
            name: value.__globals__[name]
            for name in mentioned & value.__globals__.keys()
            if getattr(value.__globals__[name], "__module__", None) == value.__module__
        }
        if helpers and value.__module__ == "__main__":
            # in the student's own namespace an attribute may have a student's function's name
            helpers = {name: helpers[name] for name in helpers.keys() & set(global_names(code))}
        todo += helpers.values()
    return found


def stream_codes() -> Iterator[CodeType]:
    """Code that `print` runs where output goes to IPython's or Jupyter's streams, which are written
    in Python.
    """
    for stream in (sys.stdout, sys.stderr):
        for name in ("write", "flush"):
            for code in codes_of(getattr(stream, name, None)):
                if library_of(code.co_filename) is not None:
                    yield code


def _made_by(frame: FrameType) -> str | None:
    """The library whose module a piece of generated code runs in; None for code of the notebook."""
    name = str(frame.f_globals.get("__name__", "__main__"))
    module = sys.modules.get(name)
    if name == "__main__" or module is None or vars(module) is not frame.f_globals:
        return None
    return library_of(getattr(module, "__file__", None) or "")


class Callers:
    """Tells the frames of one probe's run apart.

    Args:
        probe: the probe. What else its cell defines is the probe's, too, and so are helpers that it
            names.
        question: the probe's; helpers that belong to no stub belong to it.
        stubs: the question of each stub, by its name.
        given: names of functions and classes that the notebook gives.
    """

    def __init__(
        self,
        probe: Callable[..., Any],
        question: str,
        stubs: Mapping[str, str],
        given: Collection[str],
    ) -> None:
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        self._probe_file = probe.__code__.co_filename
        self._script = self._probe_file if self._probe_file == main else ""
        self._own = _own(probe, stubs)
        self._question, self._stubs, self._given = question, stubs, given
        self._kinds: dict[CodeType, str] = {}

    def kind(self, frame: FrameType) -> str:
        """Name of the library, or one of :data:`PROBE`, :data:`GIVEN` and :data:`STUDENT`."""
        code = frame.f_code
        kind = self._kinds.get(code)
        if kind is None:
            if code in self._own or self._script != code.co_filename == self._probe_file:
                kind = PROBE
            else:
                kind = library_of(code.co_filename) or _made_by(frame)
                if kind is None:
                    given = code.co_qualname.partition(".")[0] in self._given
                    kind = GIVEN if given else STUDENT
            self._kinds[code] = kind
        return kind

    def student(self, frame: FrameType | None, through_libraries: bool) -> FrameType | None:
        """The student's frame that is behind a call, or None where it is somebody else's."""
        while frame is not None:
            kind = self.kind(frame)
            if kind == STUDENT:
                return frame
            if kind in (PROBE, GIVEN) or not (through_libraries or kind == STANDARD):
                return None
            frame = frame.f_back
        return None

    def question_of(self, frame: FrameType | None) -> str:
        """The question whose rules bind a student's frame: that of the innermost stub around it."""
        while frame is not None:
            kind = self.kind(frame)
            if kind == PROBE:
                break
            if kind == STUDENT:
                question = self._stubs.get(frame.f_code.co_qualname.partition(".")[0])
                if question is not None:
                    return question
            frame = frame.f_back
        return self._question
