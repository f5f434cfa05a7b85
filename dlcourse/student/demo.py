"""Demos: cells that draw something with the student's own functions as soon as those are written."""

from __future__ import annotations

import builtins
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from ..core.names import global_names
from .figures import style

F = TypeVar("F", bound=Callable[..., Any])

run_at_once = True
"""False while a script is loaded for its functions only
(:func:`dlcourse.authoring.load_reference`).
"""


@dataclass(frozen=True)
class Use:
    """What a function uses of its notebook, directly or through other functions.

    Args:
        empty: names of stubs that are not written yet.
        missing: names whose cells were not run.
        written: names of the notebook's own functions and classes that are there.
    """

    empty: tuple[str, ...]
    missing: tuple[str, ...]
    written: tuple[str, ...]


def is_stub(value: object) -> bool:
    """Whether a function, or a method of a class, is still ``raise NotImplementedError``."""
    if isinstance(value, type):
        # not into classes that it holds: torch.autograd.Function holds one that points back
        return any(is_stub(v) for v in vars(value).values() if not isinstance(v, type))
    if isinstance(value, (staticmethod, classmethod, property)):
        value = value.fget if isinstance(value, property) else value.__func__
    code = getattr(value, "__code__", None)
    return isinstance(code, types.CodeType) and code.co_names == ("NotImplementedError",)


def use_of(function: Callable[..., Any]) -> Use:
    """Follow ``function`` through the functions and classes of its notebook."""
    namespace = function.__globals__
    todo = sorted(set(global_names(function.__code__)))
    seen: set[str] = set()
    empty, missing, written = [], [], []
    while todo:
        name = todo.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name not in namespace:
            if not hasattr(builtins, name):
                missing.append(name)
            continue
        value = namespace[name]
        if getattr(value, "__module__", None) != namespace.get("__name__"):
            continue  # nothing of the notebook's own: a library's class may raise NotImplementedError for good
        if is_stub(value):
            empty.append(name)
            continue
        codes = _codes(value, namespace)
        if codes:
            written.append(name)
        todo.extend(sorted({n for code in codes for n in global_names(code)}))
    return Use(tuple(empty), tuple(missing), tuple(written))


def _codes(value: object, namespace: dict[str, Any]) -> list[types.CodeType]:
    if isinstance(value, types.FunctionType) and value.__globals__ is namespace:
        return [value.__code__]
    if isinstance(value, type):
        members = vars(value).values()
        return [m.__code__ for m in members if isinstance(m, types.FunctionType)]
    return []


@overload
def demo(function: F) -> F: ...
@overload
def demo(**knobs: tuple[float, float]) -> Callable[[F], F]: ...
def demo(function: Any = None, **knobs: tuple[float, float]) -> Any:
    """Run ``function`` now, or say what it waits for.

    The function is returned unchanged, so that it can be called again.

    Args:
        function: draws with the notebook's functions; its parameters have defaults.
        knobs: by parameter, the range of a slider under the picture. Without a widget manager the
            picture of the defaults stands alone.
    """
    if function is None:
        return lambda later: _run(later, knobs)
    return _run(function, knobs)


def _run(function: F, knobs: dict[str, tuple[float, float]]) -> F:
    if not run_at_once:
        return function
    use = use_of(function)
    if use.empty or use.missing:
        print(f"{function.__name__} is waiting for {_waiting(use)}, then run this cell again.")
        return function
    try:
        with _look():
            function()
    except NotImplementedError:
        print(f"{function.__name__} is waiting for a function that is not written yet.")
        return function
    failing = _failing(use)
    if failing:
        names = ", ".join(f"`{name}`" for name in failing)
        print(f"Drawn with {names}, whose tests fail: the picture may be wrong.")
    if knobs:
        _show_knobs(function, knobs)
    return function


def _waiting(use: Use) -> str:
    parts = []
    if use.empty:
        names = ", ".join(f"`{name}`" for name in use.empty)
        parts.append(f"{names}. Write {'them' if len(use.empty) > 1 else 'it'}")
    if use.missing:
        names = ", ".join(f"`{name}`" for name in use.missing)
        what = "cells that define them" if len(use.missing) > 1 else "cell that defines it"
        parts.append(f"{names}. Run the {what}")
    return "; and for ".join(parts)


def _failing(use: Use) -> list[str]:
    """Those of the functions in use whose last tests failed in this session."""
    from .check import current_session

    failed = current_session().failed_functions()
    return [name for name in use.written if name in failed]


@contextmanager
def _look() -> Iterator[None]:
    """The course's figure style, where there is matplotlib.

    Only what the style sets is put back. Jupyter's backend makes matplotlib interactive with the
    first figure; ``rc_context`` would undo that, and no later figure would be shown.
    """
    try:
        import matplotlib
    except ImportError:
        yield
        return
    parameters: Any = matplotlib.rcParams
    settings = style()
    before = {name: parameters[name] for name in settings}
    parameters.update(settings)
    try:
        yield
    finally:
        parameters.update(before)


def _show_knobs(function: Callable[..., Any], knobs: dict[str, tuple[float, float]]) -> None:
    """Sliders under the default picture; a new picture is drawn below them when one is moved."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is None:
        return
    try:
        import ipywidgets
        from IPython.display import display
        from ipywidgets.widgets.interaction import show_inline_matplotlib_plots
    except ImportError:
        return
    defaults = {name: p.default for name, p in inspect.signature(function).parameters.items()}
    output = ipywidgets.Output()
    sliders = {
        name: _slider(ipywidgets, name, defaults[name], low, high)
        for name, (low, high) in knobs.items()
    }

    def redraw(_: object) -> None:
        with output, _look():
            output.clear_output(wait=True)
            function(**{name: slider.value for name, slider in sliders.items()})
            show_inline_matplotlib_plots()  # no cell ends here, which would show them

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    display(ipywidgets.VBox([*sliders.values(), output]))


def _slider(ipywidgets: Any, name: str, value: float, low: float, high: float) -> Any:
    options = {"value": value, "min": low, "max": high, "description": name}
    if isinstance(value, int) and isinstance(low, int) and isinstance(high, int):
        return ipywidgets.IntSlider(**options, continuous_update=False)
    if low > 0 and high / low >= 20:
        import math

        options |= {"min": math.log10(low), "max": math.log10(high)}
        return ipywidgets.FloatLogSlider(**options, continuous_update=False)
    return ipywidgets.FloatSlider(**options, step=(high - low) / 100, continuous_update=False)
