"""What a question may use: libraries, families of functions, and the forms in which guards look
them up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, ModuleType
from typing import Any, TypeAlias

import numpy as np

FAMILIES: dict[str, frozenset[str]] = {
    "autograd": frozenset({"backward", "grad", "run_backward", "make_dual"}),
    "attention": frozenset(
        {
            "scaled_dot_product_attention", "scaled_dot_product_attention_math", "scaled_dot_product_flash_attention",
            "scaled_dot_product_flash_attention_for_cpu", "scaled_dot_product_efficient_attention",
            "scaled_dot_product_attention_math_for_mps", "scaled_dot_product_fused_attention_overrideable",
            "multi_head_attention_forward", "multi_head_attention", "triton_scaled_dot_attention",
            "triton_multi_head_attention", "transformer_encoder_layer_fwd", "flex_attention",
        }
    ),
    "rnn": frozenset({"rnn_tanh", "rnn_relu", "rnn_tanh_cell", "rnn_relu_cell"}),
    "lstm": frozenset({"lstm", "lstm_cell", "thnn_fused_lstm_cell", "lstm_mps", "mkldnn_rnn_layer", "quantized_lstm_cell", "thnn_differentiable_lstm_cell_backward"}),
    "gru": frozenset({"gru", "gru_cell", "thnn_fused_gru_cell", "quantized_gru_cell"}),
    "layer_norm": frozenset({"layer_norm", "group_norm", "instance_norm", "fused_layer_norm", "rms_norm", "batch_norm", }),
    "softmax": frozenset({"softmax", "log_softmax", "logsumexp", "softmin", "safe_softmax", "sparse_softmax", "sparse_log_softmax", "cross_entropy", "cross_entropy_loss", "masked_softmax", "logcumsumexp"}),
    "cross_entropy": frozenset({"cross_entropy", "cross_entropy_loss", "nll_loss", "nll_loss_nd", "nll_loss2d", "linear_cross_entropy"}),
    "binary_cross_entropy": frozenset({"binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss", "multilabel_soft_margin_loss"}),
    "kl_div": frozenset({"kl_div"}),
}  # fmt: skip
"""Functions that do the same work under several names, by the name under which ``forbid`` lists
them.
"""

NO_WAY_AROUND = {
    "pop_torch_function_stack", "push_on_torch_function_stack", "setprofile", "settrace", "start_new_thread",
    "start_joinable_thread", "fork", "forkpty", "fork_exec", "posix_spawn", "run_backward",
}  # fmt: skip
"""C functions that would switch a guard off, run code where it does not see, or run autograd below
its operators.
"""

COMPILERS = ("torch.jit", "torch._dynamo", "torch.fx", "torch.utils.cpp_extension")
"""Parts of torch that run operators where no guard sees them."""

STANDARD = "standard library"
"""Stands for the name of a library in Python's own modules."""


ALWAYS_ALLOWED = (
    "dlcourse", "jaxtyping", "typing_extensions", "IPython", "ipykernel", "comm", "matplotlib", "matplotlib_inline", "ipywidgets", "tqdm",
)  # fmt: skip
"""Packages that do no exercise: annotations, and what a student looks at results with."""


@dataclass(frozen=True)
class Rules:
    """What the questions of an assignment may use.

    Args:
        libraries: packages, modules or functions by their full names; the standard library is
            always allowed.
        forbid: by question, families of :data:`FAMILIES` and full names of functions, classes or
            modules.
        stubs: the question of each stub, by its name.
        given: names of functions and classes that the notebook gives as code.
    """

    libraries: tuple[str, ...]
    forbid: tuple[tuple[str, tuple[str, ...]], ...]
    stubs: tuple[tuple[str, str], ...]
    given: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a JSON-ready dict."""
        return {
            "libraries": list(self.libraries),
            "forbid": {question: list(names) for question, names in self.forbid},
            "stubs": dict(self.stubs),
            "given": list(self.given),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Rules:
        return cls(
            tuple(document["libraries"]),
            tuple((question, tuple(names)) for question, names in document["forbid"].items()),
            tuple(document["stubs"].items()),
            tuple(document["given"]),
        )


NO_RULES = Rules((), (), ())
"""Of a probe whose assignment states none: nothing is guarded."""


def plain_name(name: str) -> str:
    """Name of one of torch's operators (``_softmax.out``) without what only its variants have."""
    plain = name.partition(".")[0].lstrip("_")
    return plain.removeprefix("special_").removeprefix("native_")


def resolve(name: str) -> Any:
    """What a full name stands for among the modules that are loaded; None where there is nothing."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        value: Any = sys.modules.get(".".join(parts[:cut]))
        if value is None:
            continue
        for part in parts[cut:]:
            value = getattr(value, part, None)
        return value
    return None


def codes_of(value: Any) -> Iterator[CodeType]:
    """Code objects that run when a Python function or class is called."""
    if isinstance(value, type):
        for member in vars(value).values():
            yield from codes_of(
                getattr(member, "__func__", member) if not isinstance(member, type) else None
            )
        return
    while hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    code = getattr(value, "__code__", None)
    if isinstance(code, CodeType):
        yield code


Watched: TypeAlias = tuple[bool, CodeType]
"""Whether calls of a function have to be looked at. Such pairs are kept by the id of the code, since
hashing one reads all of its constants; the code is in it so that it stays alive.
"""


class CompiledRules:
    """Rules as the hooks need them: by operator, by code object, by identity."""

    def __init__(self, rules: Rules) -> None:
        self.stubs = dict(rules.stubs)
        self.given = frozenset(rules.given)
        self.roots = {name.partition(".")[0] for name in rules.libraries}
        self.whole = tuple(
            n for n in rules.libraries if isinstance(resolve(n), ModuleType) or "." not in n
        )
        allowed = [resolve(n) for n in rules.libraries if n not in self.whole]
        self.allowed_ids = {id(value) for value in allowed if value is not None}
        self.allowed_codes = {code for value in allowed for code in codes_of(value)}
        self.operators: dict[
            str, dict[str, str]
        ] = {}  # operator -> question -> as the author named it
        self.codes: dict[CodeType, dict[str, str]] = {}
        self.ids: dict[int, dict[str, str]] = {}
        self.folders: list[tuple[str, str, str]] = []
        self.watched: dict[int, Watched] = {}
        for question, names in rules.forbid:
            for name in names:
                self._add(question, name)
            if names:
                for name in COMPILERS:
                    self._add(question, name)
        named = set(self.operators) | NO_WAY_AROUND
        self.methods = named | {f"_{name}" for name in named} | {"__enter__"}

    def _add(self, question: str, name: str) -> None:
        for operator in FAMILIES.get(name, ()):
            self.operators.setdefault(operator, {})[question] = name
        if name in FAMILIES:
            return
        value = resolve(name)
        if isinstance(value, ModuleType):
            file = getattr(value, "__file__", None) or "<nowhere>"
            self.folders.append((file.removesuffix("__init__.py"), question, name))
            return
        if name.startswith("torch."):
            self.operators.setdefault(plain_name(name.rpartition(".")[2]), {})[question] = name
        if value is not None:
            self.ids.setdefault(id(value), {})[question] = name
            for code in codes_of(value):
                self.codes.setdefault(code, {})[question] = name

    def needs_operators(self, question: str) -> bool:
        """Whether torch's operators have to be looked at while a probe of a question runs."""
        return "torch" not in self.roots or any(
            question in questions for questions in self.operators.values()
        )

    def allows(self, library: str, module: str) -> bool:
        """Whether all of a module may be used."""
        if library == STANDARD or library in ALWAYS_ALLOWED:
            return True
        if module.startswith(f"{library}._") and library in {
            n.partition(".")[0] for n in self.whole
        }:
            return True  # what an allowed function returns may be defined in a library's own corner
        return any(
            module == name or module.startswith(name + ".") or name == library
            for name in self.whole
        )

    def forbidden(self, code: CodeType) -> dict[str, str]:
        """Questions that forbid a function of Python, and the name by which they do."""
        found = dict(self.codes.get(code, {}))
        found.update(
            {
                question: name
                for folder, question, name in self.folders
                if code.co_filename.startswith(folder)
            }
        )
        return found


@lru_cache(maxsize=8)
def _compiled(rules: Rules, loaded: int) -> CompiledRules:
    return CompiledRules(rules)


def compiled(rules: Rules) -> CompiledRules:
    """The rules as the hooks need them; made anew only where modules have been loaded since."""
    return _compiled(rules, len(sys.modules))


def home_of(value: Any) -> str:
    """Full name of the module that a function or class of C belongs to."""
    module = getattr(value, "__module__", None)
    if module:
        return str(module)
    special = sys.modules.get("scipy.special")
    if (
        special is not None
        and isinstance(value, np.ufunc)
        and getattr(special, value.__name__, None) is value
    ):
        return "scipy.special"
    return "numpy" if isinstance(value, np.ufunc) else ""
