"""Guards at run time: a forbidden function is refused under any name; probes, given code and
libraries are not bound.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special  # students may find it loaded
import torch
from IPython.utils.io import Tee

from dlcourse.core.arguments import CALLS, EVERY
from dlcourse.core.callers import library_of
from dlcourse.core.evidence import NotRun
from dlcourse.core.guards import ForbiddenCall, Guard
from dlcourse.core.probe import run
from dlcourse.core.rules import FAMILIES, Rules, compiled

FORBIDDEN = ("layer_norm", "softmax", "autograd", "attention", "lstm", "torch.distributions")
TORCH = Rules(("torch", "numpy"), (("f", FORBIDDEN),), (("f", "f"), ("g", "g")), ("given_norm",))
NUMPY = Rules(
    ("numpy", "scipy.special.erf"),
    (("f", ("numpy.linalg.svd", "numpy.convolve", "numpy.dot")),),
    (("f", "f"),),
)


def refused(source: str, rules: Rules, call: str = "f(x)", question: str = "f") -> str:
    """What a guard says while a probe calls a student's function; empty where nothing was refused."""
    x = torch.arange(12.0).reshape(3, 4) if rules is TORCH else np.arange(12.0).reshape(3, 4)
    names: dict[str, Any] = {"__name__": "__main__", "np": np, "torch": torch, "x": x}
    exec(compile(source, "<cell f>", "exec"), names)
    names["__builtins__"] = __builtins__
    probe = compile(f"def probe(f, x):\n    return {call}", "<probe p>", "exec")
    scope: dict[str, Any] = {"torch": torch, "np": np}
    exec(probe, scope)
    guard = Guard(rules, question, scope["probe"])
    before = (
        __builtins__["__import__"] if isinstance(__builtins__, dict) else __builtins__.__import__
    )
    try:
        with guard:
            scope["probe"](guard.stub("f", names["f"]), x)
    except ForbiddenCall as error:
        assert guard.refused is not None and str(error)
    after = (
        __builtins__["__import__"] if isinstance(__builtins__, dict) else __builtins__.__import__
    )
    assert after is before
    return guard.refused or ""


def test_a_student_may_print_to_a_stream_that_is_a_librarys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPython's and Jupyter's streams are written in Python."""
    with closing(Tee(str(tmp_path / "said.txt"))) as tee:
        monkeypatch.setattr(sys, "stdout", tee)
        monkeypatch.setattr(sys, "stderr", tee)
        body = "import sys\nprint('here', flush=True)\nprint('there', file=sys.stderr)\nreturn x"
        source = "def f(x):\n    " + body.replace("\n", "\n    ")
        assert refused(source, NUMPY) == ""
    assert (tmp_path / "said.txt").read_text() == "here\nthere\n"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("torch.softmax(x, -1)", "softmax"),
        ("x.softmax(-1)", "softmax"),
        ("torch.Tensor.softmax(x, -1)", "softmax"),
        ("torch.nn.functional.log_softmax(x, -1).exp()", "softmax"),
        ("torch.ops.aten._softmax(x, -1, False)", "softmax"),
        ("torch.ops.aten.softmax.int(x, -1)", "softmax"),
        ("getattr(torch, 'soft' + 'max')(x, -1)", "softmax"),
        ("__import__('torch').special.softmax(x, -1)", "softmax"),
        ("torch.nn.Softmax(-1)(x)", "softmax"),
        ("torch._C._VariableFunctions.softmax(x, -1)", "softmax"),
        ("eval('torch.softmax')(x, -1)", "softmax"),
        ("list(map(lambda row: row.softmax(-1), x))", "softmax"),
        ("__import__('functools').partial(torch.softmax, dim=-1)(x)", "softmax"),
        ("torch.nn.functional.layer_norm(x, (4,))", "layer_norm"),
        ("torch.nn.functional.group_norm(x[None], 1)", "layer_norm"),
        ("torch.native_layer_norm(x, [4], None, None, 1e-5)", "layer_norm"),
        ("torch.nn.LayerNorm(4)(x)", "layer_norm"),
        ("torch.nn.LSTM(4, 5)(x[None])", "lstm"),
        ("torch.nn.LSTMCell(4, 5)(x)", "lstm"),
        (
            "torch.nn.functional.scaled_dot_product_attention(x[None], x[None], x[None])",
            "attention",
        ),
        ("torch._scaled_dot_product_attention_math(x[None], x[None], x[None])", "attention"),
        ("torch.nn.MultiheadAttention(4, 2)(x, x, x)", "attention"),
        ("x.requires_grad_().sum().backward()", "autograd"),
        ("torch.autograd.grad(x.requires_grad_().sum(), x)", "autograd"),
        ("torch.autograd.functional.jacobian(lambda t: t * t, x)", "autograd"),
        ("torch.func.grad(lambda t: t.sum())(x)", "autograd"),
        ("torch.func.vjp(lambda t: t * 2, x)[1](x)", "autograd"),
        ("torch.func.jacrev(lambda t: t * 2)(x)", "autograd"),
        ("torch.distributions.Normal(0.0, 1.0).log_prob(x)", "torch.distributions"),
        ("torch.jit.script(torch.nn.Softmax(-1))(x)", "torch.jit"),
        ("torch._C.DisableTorchFunction().__enter__()", "enter"),
        ("torch._C._pop_torch_function_stack()", "pop_torch_function_stack"),
        ("__import__('sys').setprofile(None)", "setprofile"),
        ("__import__('_thread').start_new_thread(print, ())", "start_new_thread"),
        ("__import__('scipy.special').special.softmax(x.numpy())", "scipy"),
    ],
)
def test_forbidden_in_torch_by_any_name(body: str, name: str) -> None:
    said = refused(f"def f(x):\n    return {body}\n", TORCH)
    assert said.startswith(name) and "is not allowed in f (line 2 of f" in said


@pytest.mark.parametrize(
    ("before", "body", "name"),
    [
        ("", "np.linalg.svd(x)", "numpy.linalg.svd"),
        ("from numpy.linalg import svd as s", "s(x)", "numpy.linalg.svd"),
        ("", "np.convolve(x[0], x[1])", "numpy.convolve"),
        ("dot = np.dot", "dot(x, x.T)", "numpy.dot"),
        ("", "np.dot(x, x.T)", "numpy.dot"),
        ("import scipy.special as sp", "sp.expit(x)", "scipy.special.expit"),
        ("from scipy.special import expit", "expit(x)", "scipy.special.expit"),
        ("from scipy.special import softmax as so", "so(x)", "scipy.special"),
        ("import scipy.stats", "scipy.stats.norm.cdf(x)", "scipy.stats"),
        ("", "torch.tensor(x)", "torch"),
        ("import torch as t", "t.tensor(x)", "torch"),
        ("", "__import__('scipy.special').special.expit(x)", "scipy.special"),
        ("import importlib", "importlib.import_module('scipy.special').expit(x)", "scipy.special"),
        ("import sys", "sys.modules['scipy.special'].softmax(x)", "scipy.special"),
        ("from sklearn.preprocessing import StandardScaler", "StandardScaler().fit(x)", "sklearn"),
    ],
)
def test_libraries_that_are_not_allowed(before: str, body: str, name: str) -> None:
    assert refused(f"{before}\ndef f(x):\n    return {body}\n", NUMPY).startswith(name)


@pytest.mark.parametrize(
    "body",
    [
        "np.linalg.pinv(x)",  # numpy's own use of svd is not the student's
        "erf(x)",
        "Counter(x.ravel().tolist())",
        "np.einsum('ij->j', x)",
        "sorted(x.ravel(), key=lambda v: -v)",
    ],
)
def test_what_is_allowed_in_numpy(body: str) -> None:
    source = "from collections import Counter\nfrom scipy.special import erf\n"
    assert refused(f"{source}def f(x):\n    return {body}\n", NUMPY) == ""


@pytest.mark.parametrize(
    "body",
    [
        "x.exp() / x.exp().sum(-1, keepdim=True)",
        "torch.einsum('ij->i', x)",
        "torch.no_grad()(lambda: x)()",
        "x.detach().requires_grad_().grad",
        "torch.nn.Linear(4, 2)(x)",
        "given_norm(x)",
        "g(x)",
        "display(x) or x",
    ],
)
def test_what_is_allowed_in_torch(body: str) -> None:
    source = (
        "from IPython.display import display\n"
        "def given_norm(x):\n    return torch.nn.functional.layer_norm(x, (4,))\n"
        "def g(x):\n    return x.softmax(-1)\n"
    )
    assert refused(f"{source}def f(x):\n    return {body}\n", TORCH) == ""


def test_a_probe_is_not_bound() -> None:
    source = "def f(x):\n    return (x.requires_grad_() ** 2).sum()\n"
    assert refused(source, TORCH, "f(x).backward() or torch.softmax(x, -1)") == ""


def test_an_earlier_question_is_not_held_up_by_a_later_ones_test() -> None:
    source = "def f(x):\n    return x.softmax(-1)\ndef g(x):\n    return f(x)\n"
    assert refused(source.replace("def g", "def other") + "g = f\n", TORCH, question="g") == ""
    assert refused(source, TORCH, question="f").startswith("softmax")


def test_helper_is_bound_by_the_question_around_it() -> None:
    helper = "def helper(x):\n    return x.softmax(-1)\n"
    assert refused(f"{helper}def f(x):\n    return helper(x)\n", TORCH).startswith("softmax")
    assert (
        refused(f"{helper}def f(x):\n    return g(x)\ndef g(x):\n    return helper(x)\n", TORCH)
        == ""
    )
    assert refused(f"{helper}f = helper\n", TORCH).startswith("softmax")


def test_a_caught_refusal_is_kept() -> None:
    body = "    try:\n        return x.softmax(-1)\n    except BaseException:\n        return x\n"
    assert refused(f"def f(x):\n{body}", TORCH).startswith("softmax")


@pytest.mark.parametrize(
    ("value", "rules", "name"),
    [
        ("torch.nn.functional.softmax", TORCH, "softmax"),
        ("__import__('functools').partial(torch.softmax, dim=-1)", TORCH, "softmax"),
        ("torch.nn.Softmax(-1)", TORCH, "softmax"),
        ("scipy.special.softmax", NUMPY, "scipy.special"),
        ("scipy.special.expit", NUMPY, "scipy.special.expit"),
        ("np.dot", NUMPY, "numpy.dot"),
        ("np.linalg.svd", NUMPY, "numpy.linalg.svd"),
    ],
)
def test_a_stub_that_is_a_library_function(value: str, rules: Rules, name: str) -> None:
    call = "f(x, x.T)" if value == "np.dot" else "f(x)"
    assert refused(f"import scipy.special\nf = {value}\n", rules, call).startswith(name)


def test_compiled_before_the_probe_runs() -> None:
    assert "torch.jit" in refused(
        "scripted = torch.jit.trace(torch.nn.Softmax(-1), torch.zeros(2, 2))\ndef f(x):\n    return scripted(x)\n",
        TORCH,
    )


def test_rules_as_json() -> None:
    assert Rules.from_json(TORCH.to_json()) == TORCH


def test_families_hold_plain_names() -> None:
    for names in FAMILIES.values():
        assert not any(name.startswith(("_", "special_", "native_")) for name in names)


def test_library_of_a_file() -> None:
    assert library_of(np.__file__) == "numpy" and library_of(torch.__file__) == "torch"
    assert library_of(str(__import__("json").__file__)) == "standard library"
    assert library_of("<cell f>") is None and library_of("/home/student/a.py") is None


def test_in_a_script_the_probe_is_told_from_the_students_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There both stand in one file."""
    source = "def f(x):\n    return x.softmax(-1)\ndef probe(f, x):\n    return f(x).softmax(0)\n"
    path = str(tmp_path / "work.py")
    names: dict[str, Any] = {"__name__": "__main__", "torch": torch}
    exec(compile(source, path, "exec"), names)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", path, raising=False)
    with pytest.raises(ForbiddenCall), Guard(TORCH, "f", names["probe"]):
        names["probe"](names["f"], torch.ones(2, 2))
    with Guard(TORCH, "f", names["probe"]) as guard:
        names["probe"](lambda x: x, torch.ones(2, 2))
    assert guard.refused is None


def test_what_an_allowed_function_returns_may_be_used() -> None:
    rules = Rules(("numpy", "scipy.optimize"), (), (("f", "f"),))
    body = "scipy.optimize.minimize_scalar(lambda t: (t - 1) ** 2).x"
    source = f"import scipy.optimize\nimport scipy.special\ndef f(x):\n    return {body}\n"
    assert refused(source, rules) == ""
    assert refused(source.replace(body, "scipy.special.softmax(x)"), rules).startswith(
        "scipy.special"
    )


_READ = """
import dataclasses
@dataclasses.dataclass
class Box:
    value: object
class Sly(list):
    def __iter__(self):
        return iter([sp.expit(0.0)])
class Net(torch.nn.Module):
    def named_parameters(self, *args, **kwargs):
        sp.softmax(np.ones(2))
        return iter(())
def use(box):
    return 0.0
"""


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("(Net(), 2)", "scipy"),
        ("[Net()]", "scipy"),
        ("{'net': (Net(), 1)}", "scipy"),
        ("Sly([1])", "scipy"),
        ("Box(Net())", "scipy"),
        ("[1, 'a', None, np.ones(2), torch.ones(2), {'a': (1.0, {2})}]", ""),
        ("np.random.default_rng(0)", ""),
    ],
)
def test_reading_an_argument_can_run_a_students_code(made: str, said: str) -> None:
    """What is passed to a stub is read before and after the call, for which the profiler is off,
    unless that runs code of the student.
    """
    main: dict[str, Any] = {"__name__": "__main__", "np": np, "torch": torch, "sp": scipy.special}
    exec(compile(_READ, "<cell f>", "exec"), main)
    scope: dict[str, Any] = {}
    exec(compile("def probe(use, make):\n    return use(make)", "<probe p>", "exec"), scope)
    rules = Rules(("numpy", "torch"), (("f", ()),), (("f", "f"),))
    box = eval(made, main)
    # the watch forgives what cannot be read; the guard keeps what it refused
    result = run(scope["probe"], {"use": main["use"], "make": box}, "seed", False, "f", rules)
    assert isinstance(result, NotRun) == bool(said)
    if isinstance(result, NotRun):
        assert said in result.message


def test_operators_are_looked_at_only_where_that_can_find_something() -> None:
    assert compiled(TORCH).needs_operators("f")
    assert not compiled(TORCH).needs_operators("g")
    assert compiled(NUMPY).needs_operators("f")


@pytest.mark.parametrize("calls, caught", [(CALLS + EVERY, True), (CALLS + EVERY - 1, False)])
def test_of_many_calls_one_in_sixteen_is_held_to_the_rules(calls: int, caught: bool) -> None:
    """Where a probe calls a stub by the hundred. The first were done by hand, so there is nothing
    to be gained by the others.
    """
    source = f"""
def f(x, number):
    if number > {CALLS}:
        return special.logsumexp(x)
    return np.log(np.exp(x).sum())
"""
    main: dict[str, Any] = {"__name__": "__main__", "np": np, "special": scipy.special}
    exec(compile(source, "<cell f>", "exec"), main)
    scope: dict[str, Any] = {"np": np}
    body = f"def probe(f):\n    return [f(np.ones(3), i + 1) for i in range({calls})]"
    exec(compile(body, "<probe p>", "exec"), scope)
    result = run(scope["probe"], main, "seed", False, "f", NUMPY)
    assert isinstance(result, NotRun) == caught
    assert sys.getprofile() is None
