"""Guards: while the code of a question runs, calls that its rules exclude are refused, whatever
name they go by.

Two hooks see each call. Torch's function mode sees every operator under its plain name; Python's
profiler sees every function of Python and most of C, with the frame that calls it. Where neither
sees anything (numpy's ufuncs), the names in the student's code are resolved when that code first
runs. A call counts as a student's when the nearest frame that is no library's is a student's:
probes and given code are not bound, and neither is a library that calls another one.

The refusal is an exception, so that the student sees the line; it is also kept, since an exception
can be caught.
"""

from __future__ import annotations

import builtins
import dis
import importlib
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

import numpy as np

from .arguments import ArgumentWatch
from .callers import GIVEN, PROBE, STUDENT, Callers, library_of, stream_codes
from .rules import (
    COMPILERS,
    NO_WAY_AROUND,
    Rules,
    Watched,
    compiled,
    home_of,
    plain_name,
)

_ARGUMENT_WATCH = ArgumentWatch.restore.__code__.co_filename
"""Code that turns the profiler off and on around every call of a function under test."""
_SILENT_TYPES = (np.ufunc, type(np.dot), type)


class ForbiddenCall(Exception):
    """A student's code called what its question excludes."""


_QUIET_MODULES = frozenset(
    {
        None,
        "builtins",
        "math",
        "numpy",
        "itertools",
        "_operator",
        "_functools",
        "_collections",
        "numpy._core._multiarray_umath",
        "torch",
        "torch._C",
        "torch._C._linalg",
        "torch._C._nn",
        "sys",
        "time",
        "_abc",
    }
)
"""Modules whose functions of C need no second look, so that a loop stays fast: they are Python's own
or numpy's, or torch's function mode sees them.
"""


class Guard:
    """Holds the rules while one probe runs.

    Args:
        rules: of the assignment.
        question: the probe's question; helpers that belong to no stub are bound by its rules.
        probe: the probe. It is not bound, nor are its helpers.

    Attributes:
        refused: what was refused first, in words; None while nothing was.
    """

    def __init__(self, rules: Rules, question: str, probe: Callable[..., Any]) -> None:
        self._rules = rules
        self._question = question
        self._compiled = compiled(rules)
        self._callers = Callers(probe, question, self._compiled.stubs, self._compiled.given)
        self._watched: dict[int, Watched] = {}
        self._mode: Any = None
        self.refused: str | None = None

    def __enter__(self) -> Guard:
        self._import = builtins.__import__
        builtins.__import__ = self._guarded_import
        torch = sys.modules.get("torch")
        if torch is not None and self._compiled.needs_operators(self._question):
            self._mode = _mode(self)
            self._mode.__enter__()
        self._watched.update((id(code), (False, code)) for code in stream_codes())
        self._before = sys.getprofile()
        sys.setprofile(self._profiler())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.setprofile(self._before)
        builtins.__import__ = self._import
        if self._mode is not None:
            self._mode.__exit__(kind, error, trace)

    def stub(self, name: str, value: Any) -> Any:
        """A stub as a probe gets it: what is no code of the notebook is put into a function that
        is.
        """
        own = isinstance(value, type) and value.__module__ == "__main__"
        function = getattr(value, "__wrapped__", value)
        if isinstance(function, FunctionType):
            own = library_of(function.__code__.co_filename) is None
        if own or not callable(value):
            return value
        source = f"def {name}(*args, **kwargs):\n    return stub(*args, **kwargs)\n"
        scope: dict[str, Any] = {"stub": value, "__name__": "__main__"}
        exec(compile(source, f"<cell {name}>", "exec"), scope)
        return scope[name]

    def _profiler(self) -> Callable[[FrameType, str, Any], None]:
        """The hook of Python's profiler. It runs at every call and return, so it looks up nothing
        that it can hold.
        """
        watched, libraries = self._watched, self._compiled.watched
        look_at, python_call, c_call = self._look_at, self._python_call, self._c_call
        methods, quiet, watch = self._compiled.methods, _QUIET_MODULES, _ARGUMENT_WATCH

        def hook(frame: FrameType, event: str, arg: Any) -> None:
            if event == "call":
                code = frame.f_code
                known = watched.get(id(code)) or libraries.get(id(code))
                if known is None:
                    known = look_at(frame)
                if known[0]:
                    python_call(frame)
            elif (
                event == "c_call"
                and (arg.__module__ not in quiet or arg.__name__ in methods)
                and frame.f_code.co_filename is not watch
            ):
                c_call(frame, arg)

        return hook

    def _look_at(self, frame: FrameType) -> Watched:
        """Whether calls of a function have to be looked at; a student's own function is read here."""
        code = frame.f_code
        kind = self._callers.kind(frame)
        if kind in (STUDENT, PROBE, GIVEN):
            self._watched[id(code)] = (False, code)
            if kind == STUDENT:
                self._read(frame)
            return self._watched[id(code)]
        module = str(frame.f_globals.get("__name__", ""))
        watched = (
            code is importlib.import_module.__code__
            or bool(self._compiled.forbidden(code))
            or (
                code not in self._compiled.allowed_codes and not self._compiled.allows(kind, module)
            )
        )
        # what a library's function is does not depend on the probe
        found = self._compiled.watched[id(code)] = (watched, code)
        return found

    def _python_call(self, frame: FrameType) -> None:
        compiled_code = "ScriptModule" in frame.f_code.co_qualname
        student = self._callers.student(frame.f_back, through_libraries=compiled_code)
        if student is None:
            return
        code, module = frame.f_code, str(frame.f_globals.get("__name__", ""))
        if code is importlib.import_module.__code__:
            self._check_import(str(frame.f_locals.get("name")), (), student)
            return
        named = self._compiled.forbidden(code)
        question = self._callers.question_of(student)
        if question in named:
            self._refuse(named[question], question, student)
        if code not in self._compiled.allowed_codes and not self._compiled.allows(
            self._callers.kind(frame), module
        ):
            self._refuse(
                f"{module}.{code.co_qualname}".removesuffix(".<module>"), question, student
            )

    def _c_call(self, frame: FrameType, function: Any) -> None:
        student = self._callers.student(frame, through_libraries=False)
        if student is None:
            return
        name, question = plain_name(function.__name__), self._callers.question_of(student)
        if name in NO_WAY_AROUND or type(getattr(function, "__self__", None)).__name__.startswith(
            "DisableTorchFunction"
        ):
            self._refuse(name, question, student)
        module = function.__module__ or ""
        self._check_object(function, f"{module}.{name}", question, student)
        if module.startswith("torch") and question in self._compiled.operators.get(name, {}):
            self._refuse(self._compiled.operators[name][question], question, student)
        library = module.partition(".")[0]
        if not library or library in sys.stdlib_module_names or library.startswith("_"):
            return
        allowed = id(function) in self._compiled.allowed_ids
        if not allowed and not self._compiled.allows(library, module):
            self._refuse(f"{module}.{name}", question, student)

    def operator(self, function: Any, frame: FrameType) -> bool:
        """Look at one of torch's operators; called by the function mode.

        Returns:
            Whether it is allowed to everybody, so that it need not be looked at again.
        """
        name = plain_name(str(getattr(function, "__name__", "")))
        forbidden = self._compiled.operators.get(name)
        torch_allowed = "torch" in self._compiled.roots
        if forbidden is None and torch_allowed:
            return True
        student = self._callers.student(frame, through_libraries=True)
        if student is None:
            return False
        question = self._callers.question_of(student)
        if forbidden is not None and question in forbidden:
            self._refuse(forbidden[question], question, student)
        if not torch_allowed:
            self._refuse(f"torch's {name}", question, student)
        return False

    def _read(self, frame: FrameType) -> None:
        """Resolve what a student's code names, for functions whose calls no hook sees."""
        value: Any = None
        path = ""
        for operation, name in _loads(frame.f_code):
            if operation in ("LOAD_GLOBAL", "LOAD_NAME"):
                path = name
                value = frame.f_globals.get(path)
            elif operation == "LOAD_DEREF":
                path = name
                value = frame.f_locals.get(path)
            elif operation in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(value, ModuleType):
                path = f"{value.__name__}.{name}"
                value = getattr(value, name, None)
            else:
                value = None
            if type(value).__name__ == "ScriptFunction":
                self._refuse("torch.jit", self._callers.question_of(frame), frame)
            if isinstance(value, _SILENT_TYPES) or (
                value is not None and id(value) in self._compiled.ids
            ):
                self._check_object(value, path, self._callers.question_of(frame), frame)

    def _check_object(self, value: Any, name: str, question: str, student: FrameType) -> None:
        named = self._compiled.ids.get(id(value), {})
        if question in named:
            self._refuse(named[question], question, student)
        if isinstance(value, type) and value.__module__ in ("builtins", "__main__"):
            return
        module = home_of(value)
        library = module.partition(".")[0]
        if (
            not library
            or library in sys.stdlib_module_names
            or id(value) in self._compiled.allowed_ids
        ):
            return
        if not self._compiled.allows(library, module) and library not in ("__main__", "builtins"):
            self._refuse(f"{module}.{getattr(value, '__name__', name)}", question, student)

    def _guarded_import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """``import`` in a student's function, of a library that is not allowed."""
        student = None
        if level == 0:
            student = self._callers.student(sys._getframe(1), through_libraries=False)
        if student is None:
            return self._import(name, globals, locals, fromlist, level)
        self._check_import(name, tuple(fromlist or ()), student)
        module = self._import(name, globals, locals, fromlist, level)
        self._compiled = compiled(self._rules)
        return module

    def _check_import(self, name: str, fromlist: tuple[str, ...], student: FrameType) -> None:
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or self._compiled.allows(root, name):
            return
        if not fromlist or any(f"{name}.{part}" not in self._rules.libraries for part in fromlist):
            self._refuse(name, self._callers.question_of(student), student)

    def _refuse(self, name: str, question: str, student: FrameType) -> None:
        """Refuse a call, unless it is that of another question, whose own tests it costs."""
        if question != self._question and name not in NO_WAY_AROUND:
            return
        forbidden = dict(self._rules.forbid).get(question, ())
        text = f"{name} is not allowed in {question} (line {student.f_lineno} of {student.f_code.co_qualname})"
        if name in COMPILERS:
            text += "; what it makes cannot be looked into"
        elif name in forbidden:
            text += "; it would do the exercise, write it yourself"
        elif name not in NO_WAY_AROUND:
            text += f"; allowed are {', '.join(self._rules.libraries) or 'no libraries'} and Python's own"
        self.refused = self.refused or text
        raise ForbiddenCall(text)


@lru_cache(maxsize=1024)
def _loads(code: CodeType) -> tuple[tuple[str, str], ...]:
    """Operations of a function and what they name, in their order."""
    return tuple((i.opname, str(i.argval)) for i in dis.get_instructions(code))


def _mode(guard: Guard) -> Any:
    """Torch's function mode for a guard."""
    from torch.overrides import TorchFunctionMode

    passed: set[Any] = set()

    class Mode(TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if function not in passed and guard.operator(function, sys._getframe(1)):
                passed.add(function)
            return function(*args, **(kwargs or {}))

    return Mode()
