"""Functions of libraries that compute what a stub returns: found by trying them on the calls of the
probes.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import re
import signal
import sys
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .calls import Call, Memory
from .values import copied, is_tensor, mapped, same, to_numpy, torch

MODULES = (
    "numpy", "numpy.linalg", "scipy.special", "scipy.linalg", "scipy.stats", "scipy.spatial.distance",
    "sklearn.metrics", "sklearn.metrics.pairwise", "torch", "torch.nn.functional", "torch.linalg", "torch.special",
    "torch.nn.utils")  # fmt: skip
"""Where candidates are looked for, besides the methods of tensors and arrays."""
_UNSAFE = re.compile(
    r"^(_|set_|get_|is_|manual_|init|rand|empty|zeros|ones|full|eye|identity|tri$|tril_ind|triu_ind|arange|linspace"
    r"|logspace|geomspace|indices|save|load|from|genfrom|print|use_|fork|compile|jit|seed|show|info|test$|bartlett"
    r"|blackman|hamming|hanning|kaiser|put|copyto|place|fill|resize|partition$|setflags|share_memory|multinomial"
    r"|bernoulli|dropout|alpha_dropout|feature_|rrelu|poisson|normal$|cuda|xpu|hpu|mtia|to$|item|tofile|dump|numpy$"
    r"|requires_grad|retain|register|backward|typename|asarray|array|ascont|asfort|as_|copy|clone|detach|contiguous"
    r"|vander|broadcast_|require|block$|gumbel_softmax|cond$|map|unsafe|backend|module_load|storage|untyped|names"
    r"|rename|align|refine|quant|dequant|q_|fbgemm|sspaddmm|sparse|hspmm|smm|coalesce|vmap|while_loop|svd_lowrank"
    r"|pca_lowrank|lobpcg|profiler|autocast|clear_auto|import_ir|parse|merge_type|wait|unify|memmap|fromiter"
    r"|einsum_path|nested|hadamard|toeplitz|circulant|pascal|hilbert|invhilbert|dft|leslie|companion|fiedler|helmert)|_$|_table$"
)
"""Names that change something, draw at random, read files, only pass on what they get, or make
large arrays of a number.
"""
_OPERATORS = {
    "add", "subtract", "sub", "rsub", "multiply", "mul", "divide", "div", "true_divide", "floor_divide", "matmul", "mm", "bmm",
    "mv", "dot", "vdot", "inner", "power", "pow", "float_power", "negative", "neg", "abs", "absolute", "fabs", "positive",
}  # fmt: skip
"""Functions that Python writes as an operator: no guard could take them away."""
MOST_CALLS, MOST_SIZE, SECONDS = 5, 4000, 1.0
"""Calls and numbers that are kept of each stub, and CPU seconds for each candidate, so that other
work beside it changes nothing.
"""


@dataclass
class Recorded:
    """One call of a stub: arguments by name, and the arrays and numbers of its answer."""

    arguments: dict[str, Any]
    answer: list[np.ndarray]


@dataclass
class Shortcut:
    """A library's function and the call of it that gives a stub's answer, or a part of it.

    Args:
        stub: whose answer.
        path: full name of the function; of a method with its class.
        arguments: names of the stub's arguments that it is given.
        options: further arguments, as source.
        part: which part of the answer it computes; -1 for all of a single one.
        place: which part of the function's result that is; -1 for all of it.
        negative: whether the answer is the negative of it.
    """

    stub: str
    path: str
    arguments: list[str]
    options: list[str] = field(default_factory=list)
    part: int = -1
    place: int = -1
    negative: bool = False


def record(call: Call) -> Any:
    """Keep the arguments and the answer of some calls; the option names the libraries that will be
    searched.
    """
    kept: dict[str, list[Recorded]] = call.memory.kept.setdefault("recorded", {})
    call.memory.kept["libraries"] = call.option.split()
    calls = kept.setdefault(call.stub, [])
    bound = inspect.signature(call.function).bind(*call.args, **call.kwargs)
    bound.apply_defaults()
    given = {n: copied(v) for n, v in list(bound.arguments.items())["." in call.stub :]}
    answer = call.answer()
    found = _leaves(answer)
    size = sum(to_numpy(v).size for v in _flat(list(given.values())))
    if len(calls) < MOST_CALLS and found and size <= MOST_SIZE and _tells(found):
        plain = {n: mapped(v, _detached, same) for n, v in given.items()}
        calls.append(Recorded(plain, found))
    return answer


def _detached(value: Any) -> Any:
    return value.detach() if is_tensor(value) else value


def _flat(value: Any) -> list[Any]:
    found: list[Any] = []

    def leaf(v: Any) -> Any:
        if not isinstance(v, str):
            found.append(v)
        return v

    if isinstance(value, (list, tuple, np.ndarray, float, int)) or is_tensor(value):
        mapped(value, leaf, same)
    return found


def _leaves(answer: Any) -> list[np.ndarray]:
    """Arrays and numbers of an answer that is an array, a number, or a short tuple or list of them."""
    parts = answer if isinstance(answer, (tuple, list)) and len(answer) <= 8 else [answer]
    if not all(is_tensor(p) or isinstance(p, (np.ndarray, np.generic, float, int)) for p in parts):
        return []
    return [to_numpy(p) for p in parts]


def _tells(answer: list[np.ndarray]) -> bool:
    """Whether an answer is no constant, so that a function that gives it too does so for a reason."""
    finite = [a[np.isfinite(a)] for a in answer if a.dtype.kind in "fiu"]
    if len(answer) == 1 and answer[0].size == 1:
        return answer[0].dtype.kind == "f" and bool((finite[0] % 1).any())
    return any(np.unique(a).size > 1 for a in finite)


def candidates(libraries: Collection[str]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Full names of functions and methods of some libraries, and what they stand for."""
    for name in MODULES:
        if name.partition(".")[0] not in libraries:
            continue
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        for part in sorted(vars(module)):
            value: Any = getattr(module, part, None)
            if _is_candidate(part, value):
                yield f"{name}.{part}", value
    owners = {"numpy": ("numpy.ndarray", np.ndarray)}
    if torch is not None:
        owners["torch"] = ("torch.Tensor", torch.Tensor)
    for library in libraries:
        name, owner = owners.get(library, ("", object))
        for part in sorted(set(dir(owner)) - set(dir(sys.modules[library]))):
            value = getattr(owner, part)
            if name and _is_candidate(part, value):
                yield f"{name}.{part}", value


def _is_candidate(name: str, value: Any) -> bool:
    possible = callable(value) and not isinstance(value, type)
    return possible and name not in _OPERATORS and _UNSAFE.search(name) is None


def _usable(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic)) or is_tensor(value)


def arrangements(arguments: dict[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    """Which arguments a candidate gets, in which order, and which options."""
    arrays = [n for n, v in arguments.items() if _usable(v)]
    numbers = [
        n for n, v in arguments.items() if isinstance(v, (int, float)) and not isinstance(v, bool)
    ]
    lists = [
        n
        for n, v in arguments.items()
        if isinstance(v, (list, tuple)) and v and all(_usable(x) for x in v)
    ]
    for name in [*arrays, *lists]:
        yield [name], []
    for name in arrays:
        yield from (([name], [option]) for option in ("-1", "0"))
        yield from (([name, number], []) for number in numbers)
        yield from (([name, number], ["-1"]) for number in numbers)
    for pair in itertools.permutations(arrays[:5], 2):
        yield list(pair), []
        yield from ((list(pair), [f"reduction={r!r}"]) for r in ("sum", "none"))
    for three in itertools.combinations(arrays[:5], 3):
        yield list(three), []
    if len(arrays) > 3:
        yield arrays, []


def _suits(path: str, value: Any) -> bool:
    """Whether a function can take a first argument at all."""
    if isinstance(value, (list, tuple)):
        value = value[0]
    return path.startswith("torch") == is_tensor(value)


def search(memory: Memory) -> list[dict[str, Any]]:
    """All shortcuts of the stubs whose calls were kept."""
    found: list[Shortcut] = []
    before = signal.signal(signal.SIGPROF, _late)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        every = list(candidates(memory.kept.get("libraries", ())))
        for stub, calls in memory.kept.get("recorded", {}).items():
            if calls:
                smallest = sorted(calls, key=lambda c: -len(c.answer[0].ravel()))
                for path, function in every:
                    try:
                        here = list(_tried(stub, path, function, smallest))
                    except (
                        TimeoutError
                    ):  # it may come anywhere, in the middle of what catches it, too
                        here = []
                    found += [one for s in here for one in (s, *_as_method(s))]
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    return [vars(shortcut) for shortcut in found]


def _as_method(shortcut: Shortcut) -> Iterator[Shortcut]:
    """The same by a method of the first argument, where torch has one of that name."""
    library, _, name = shortcut.path.rpartition(".")
    if library == "torch" and hasattr(torch.Tensor, name):
        yield replace(shortcut, path=f"torch.Tensor.{name}")


def _late(*_: object) -> None:
    raise TimeoutError


def _tried(
    stub: str, path: str, function: Callable[..., Any], calls: list[Recorded]
) -> Iterator[Shortcut]:
    """The first call of one candidate that gives the answer to every kept call."""
    first = calls[0]
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        own = copied(first.arguments)
        for names, options in arrangements(first.arguments):
            if not _suits(path, own[names[0]]):
                continue
            if (options and options[0].startswith("reduction")) and not path.startswith(
                "torch.nn.f"
            ):
                continue
            result = _result(function, own, names, options)
            for shortcut in _matches(stub, path, names, options, result, first):
                if all(_gives(shortcut, function, call) for call in calls[1:]):
                    yield shortcut
                    return
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _result(
    function: Callable[..., Any], arguments: dict[str, Any], names: list[str], options: list[str]
) -> Any:
    plain = [int(o) for o in options if "=" not in o]
    named = {o.partition("=")[0]: o.partition("=")[2].strip("'") for o in options if "=" in o}
    try:
        return function(*(arguments[n] for n in names), *plain, **named)
    except TimeoutError:
        raise
    except Exception:  # most do not take these arguments
        return None


def _parts(result: Any) -> Iterator[tuple[int, np.ndarray]]:
    """A result as a whole, or its parts, with their places."""
    several = isinstance(result, (tuple, list))
    for place, value in enumerate(result[:4] if several else [result]):
        if isinstance(value, float) or (_usable(value) and _plain(value)):
            yield place if several else -1, to_numpy(value)


def _plain(value: Any) -> bool:
    """Whether numpy can hold a result."""
    strided = not is_tensor(value) or (value.layout is torch.strided and not value.is_quantized)
    return (
        strided and re.search(r"^(torch\.)?(float(32|64)|u?int|bool)", str(value.dtype)) is not None
    )


def _matches(
    stub: str, path: str, names: list[str], options: list[str], result: Any, call: Recorded
) -> Iterator[Shortcut]:
    for place, value in _parts(result):
        for part, wanted in enumerate(call.answer):
            if wanted.size < 2 and len(call.answer) > 1 or not _tells([wanted]):
                continue
            if any(_equal(to_numpy(v), wanted) for v in _flat(list(call.arguments.values()))):
                continue  # it is an argument
            for negative in (False, True):
                if _equal(-value if negative and value.dtype.kind in "fi" else value, wanted):
                    alone = part if len(call.answer) > 1 else -1
                    yield Shortcut(stub, path, names, options, alone, place, negative)
                    break


def _equal(value: np.ndarray, wanted: np.ndarray) -> bool:
    return (
        value.shape == wanted.shape
        and value.dtype.kind in "fiub"
        and np.allclose(
            value.astype(np.float64),
            wanted.astype(np.float64),
            rtol=1e-4,
            atol=1e-6,
            equal_nan=True,
        )
    )


def _gives(shortcut: Shortcut, function: Callable[..., Any], call: Recorded) -> bool:
    """Whether a shortcut gives the answer to another call, too."""
    result = _result(function, copied(call.arguments), shortcut.arguments, shortcut.options)
    wanted = call.answer[max(shortcut.part, 0)] if shortcut.part < len(call.answer) else None
    return wanted is not None and any(
        place == shortcut.place and _equal(-value if shortcut.negative else value, wanted)
        for place, value in _parts(result)
    )


def attempt(memory: Memory, way: str, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """Call what a student wrote, and keep whether it was refused; the guard looks on afterwards,
    too.

    Python takes a profiler away that raises, so that it is set again.
    """
    ways: dict[str, dict[str, Any]] = memory.calls
    if way in ways:
        return
    hook = sys.getprofile()
    try:
        function(*given)
        ways[way] = {"way": way, "refused": False}
    except Exception as error:
        if type(error).__name__ == "ForbiddenCall":
            ways[way] = {"way": way, "refused": True}
    finally:
        sys.setprofile(hook)


MODES: dict[str, Callable[[Call], Any]] = {"record": record}
