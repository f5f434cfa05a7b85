"""The search for forbidden library calls: what it must find, and what it must leave alone."""

from __future__ import annotations

import pytest

from dlcourse.student.cell_source import without_magics
from dlcourse.student.forbid import message, violations

SOFTMAX = ("torch.nn.functional.softmax",)

FOUND = {
    "module alias": "import torch.nn.functional as F\ny = F.softmax(x, -1)",
    "from torch.nn": "from torch.nn import functional as G\ny = G.softmax(x, -1)",
    "from torch": "from torch import nn\ny = nn.functional.softmax(x, -1)",
    "full name": "import torch\ny = torch.nn.functional.softmax(x, -1)",
    "alias of torch": "import torch as t\ny = t.nn.functional.softmax(x, -1)",
    "renamed": "from torch.nn.functional import softmax as sm\ny = sm(x, -1)",
    "same function in torch": "import torch\ny = torch.softmax(x, -1)",
    "method": "y = x.softmax(-1)",
    "method of a result": "y = (q @ k.T).softmax(-1)",
    "method of a call": "import torch\ny = torch.relu(x).softmax(-1)",
    "assigned": "import torch.nn.functional as F\nf = F.softmax\ny = f(x)",
    "assigned module": "import torch\nF = torch.nn.functional\ny = F.softmax(x)",
    "assigned twice": "import torch\na = torch.nn\nb = a.functional\ny = b.softmax(x)",
    "tuple": "import torch\na, b = torch.nn.functional, 1\ny = a.softmax(x)",
    "annotated": "import torch\nF: object = torch.nn.functional\ny = F.softmax(x)",
    "walrus": "import torch\ny = (F := torch.nn.functional).softmax(x)",
    "choice": "import torch\ny = (torch if x else torch.nn.functional).softmax(x)",
    "getattr": "import torch.nn.functional as F\ny = getattr(F, 'softmax')(x)",
    "getattr of a tensor": "y = getattr(x, 'softmax')(-1)",
    "dict of module": "import torch\ny = vars(torch)['softmax'](x)",
    "__dict__": "import torch\ny = torch.__dict__['softmax'](x)",
    "sys.modules": "import sys\ny = sys.modules['torch'].softmax(x)",
    "__import__": "y = __import__('torch').softmax(x)",
    "__import__ dotted": "y = __import__('torch.nn').nn.functional.softmax(x)",
    "importlib": "import importlib\ny = importlib.import_module('torch.nn.functional').softmax(x)",
    "import_module": "from importlib import import_module as im\ny = im('.functional', 'torch.nn').softmax(x)",
    "star": "from torch.nn.functional import *\ny = softmax(x)",
    "star in function": "def f(x):\n    from torch.nn.functional import softmax\n    return softmax(x)",
    "in a function": "import torch\ndef f(x):\n    return torch.softmax(x, -1)",
    "in a method": "import torch\nclass A:\n    def f(self, x):\n        F = torch.nn.functional\n        return F.softmax(x)",
    "in a lambda": "import torch\nf = lambda x: torch.softmax(x, -1)",
    "in a comprehension": "import torch\ny = [torch.softmax(r, -1) for r in x]",
    "passed on": "import torch\ny = map(torch.softmax, x)",
    "partial": "import torch, functools\nf = functools.partial(torch.softmax, dim=-1)",
    "default": "import torch\ndef f(x, g=torch.softmax):\n    return g(x)",
    "default module": "import torch.nn.functional as F\ndef f(x, lib=F):\n    return lib.softmax(x)",
    "decorator": "import torch\n@torch.softmax\ndef f(x): ...",
    "f-string": "import torch\ny = f'{torch.softmax(x, -1)}'",
    "exec": "exec('import torch\\ny = torch.softmax(x, -1)')",
    "eval": "import torch\ny = eval('torch.softmax(x, -1)')",
    "timed": "import torch\n%time y = torch.softmax(x, -1)",
    "timeit with options": "import torch\n%timeit -n 10 -r 3 torch.softmax(x, -1)",
    "cell magic": "%%time\nimport torch\ny = torch.softmax(x, -1)",
    "beside magics": "!pip list\n%matplotlib inline\nimport torch\nfiles = !ls\ny = torch.softmax(x, -1)",
    "magic in a function": "import torch\ndef f(x):\n    !ls\n    return torch.softmax(x, -1)",
    "in a loop": "import torch\nfor F in (torch, torch.nn.functional):\n    y = F.softmax(x)",
    "in a try": "try:\n    import torch.nn.functional as F\nexcept ImportError:\n    F = None\ny = F.softmax(x)",
    "keyword argument": "import torch\ny = f(x, act=torch.softmax)",
    "the import alone": "from torch.nn.functional import softmax",
    "global in a function": "def f():\n    global F\n    import torch.nn.functional as F\n    return F.softmax(1)",
}

NOT_FOUND = {
    "own function": "def softmax(x):\n    return softmax(x - 1)",
    "own function after a star": "from torch.nn.functional import *\ndef softmax(x):\n    return x\ny = softmax(1)",
    "own method": "class A:\n    def softmax(self, x): return x\ny = A().softmax(1)\nz = a.softmax(2)",
    "self": "class A(Base):\n    def f(self, x): return self.softmax(x)",
    "super": "class A(Base):\n    def f(self, x): return super().softmax(x)",
    "another library": "import scipy.special as sp\ny = sp.softmax(x)",
    "another module of torch": "import torch\ny = torch.sparse.softmax(x)",
    "longer name": "import torch\ny = torch.log_softmax(x, -1)",
    "comment": "# torch.softmax(x)\ny = 1",
    "string": "y = 'torch.softmax(x)'",
    "docstring": 'def f(x):\n    """Like torch.softmax(x), F.softmax."""\n    return x',
    "parameter": "def f(softmax, x):\n    return softmax(x)",
    "local variable": "from torch.nn.functional import *\ndef f(x):\n    softmax = x\n    return softmax",
    "keyword": "f(softmax=True)",
    "attribute that is no call": "y = config.softmax",
    "dict key": "y = {'softmax': 1}['softmax']",
    "stored attribute": "class A:\n    def __init__(self): self.softmax = 3",
    "does not parse": "import torch\ny = torch.softmax(x,",
    "shell line": "!python -c 'import torch; torch.softmax(x)'",
    "foreign cell": "%%bash\ntorch.softmax(x)",
    "help": "import torch\ntorch.softmax?",
    "unrelated import": "import torch\nfrom torch import nn",
    "getattr by variable": "import torch\nfor name in ['softmax']:\n    getattr(torch, name)",
    "own module variable": "class F:\n    @staticmethod\n    def softmax(x): return x\ny = F.softmax(1)",
    "shadowed alias": "import torch.nn.functional as F\ndef f(F, x):\n    return F.log_softmax(x)",
    "empty": "",
}


@pytest.mark.parametrize("case", FOUND)
def test_found(case: str) -> None:
    found = violations([FOUND[case]], SOFTMAX)
    assert found and {name for name, _, _ in found} == set(SOFTMAX)


@pytest.mark.parametrize("case", NOT_FOUND)
def test_not_found(case: str) -> None:
    assert violations([NOT_FOUND[case]], SOFTMAX) == []


def test_line_and_text() -> None:
    source = "import torch\n\n\ndef f(x):\n    # a comment\n    return torch.softmax(x, -1)  # here"
    assert violations([source], SOFTMAX) == [(SOFTMAX[0], 6, "return torch.softmax(x, -1)  # here")]


def test_aliases_reach_over_cells() -> None:
    assert violations(["import torch.nn.functional as F", "y = F.softmax(x)"], SOFTMAX) == [
        (SOFTMAX[0], 1, "y = F.softmax(x)")
    ]


def test_a_later_cell_rebinds_an_alias() -> None:
    assert (
        violations(
            ["import torch.nn.functional as F", "import mine as F", "y = F.softmax(x)"], SOFTMAX
        )
        == []
    )


def test_a_parameter_hides_a_global() -> None:
    given = "from torch.nn.functional import softmax as sm"
    assert violations([given, "def f(sm, x):\n    return sm(x)"], SOFTMAX, searched=[1]) == []
    assert violations([given, "def f(x):\n    return sm(x)"], SOFTMAX, searched=[1])


GIVEN = "import torch\nimport torch.nn.functional as F"
EXPLORE = "print(torch.softmax(x, -1))"
OWN = "def softmax(x):\n    return x"


def test_other_cells_may_compare_with_the_library() -> None:
    assert (
        violations([GIVEN, EXPLORE, OWN, EXPLORE], SOFTMAX, searched=[2], functions=["softmax"])
        == []
    )
    assert violations([GIVEN, EXPLORE, OWN + "\n" + EXPLORE], SOFTMAX, searched=[2])


@pytest.mark.parametrize(
    "helper",
    [
        "def helper(x):\n    return F.softmax(x)",
        "helper = lambda x: F.softmax(x)",
        "helper = F.softmax",
        "class helper:\n    f = F.softmax",
        "from torch import softmax as helper",
    ],
)
def test_what_the_question_uses_is_searched_wherever_it_stands(helper: str) -> None:
    assert violations(
        [GIVEN, helper, "def softmax(x):\n    return helper(x)"], SOFTMAX, searched=[2]
    )
    assert violations(
        [GIVEN, "def softmax(x):\n    return middle(x)", "def middle(x): return helper(x)", helper],
        SOFTMAX,
        searched=[1],
    )
    assert violations([GIVEN, helper, OWN], SOFTMAX, searched=[2]) == []


@pytest.mark.parametrize(
    "later",
    [
        "softmax = F.softmax",
        "def softmax(x):\n    return F.softmax(x)",
        "from torch import softmax",
        "softmax = lambda x: F.softmax(x)",
    ],
)
def test_a_stub_that_is_replaced_later_is_searched_there(later: str) -> None:
    assert violations([GIVEN, OWN, later], SOFTMAX, searched=[1], functions=["softmax"])


def test_prefixes_and_several_names() -> None:
    forbidden = ("torch.autograd", "numpy.dot")
    source = "import torch, numpy as np\ng = torch.autograd.grad(y, x)\nz = np.dot(a, b)\nw = a.dot(b)\nv = np.vdot(a, b)"
    assert [(name, line) for name, line, _ in violations([source], forbidden)] == [
        ("torch.autograd", 2),
        ("numpy.dot", 3),
        ("numpy.dot", 4),
    ]


def test_class_is_forbidden_where_it_is_used() -> None:
    source = "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        self.rnn = nn.LSTM(3, 4)"
    assert violations([source], ["torch.nn.LSTM"]) == [
        ("torch.nn.LSTM", 4, "self.rnn = nn.LSTM(3, 4)")
    ]
    assert violations(["from torch import nn\nclass Net(nn.LSTM): ..."], ["torch.nn.LSTM"])
    assert violations([source], ["torch.nn.GRU"]) == []


def test_backward_of_own_layers_is_no_autograd() -> None:
    layers = "class Linear:\n    def backward(self, g): return g\nfor layer in reversed(layers):\n    g = layer.backward(g)"
    assert violations([layers], ["torch.Tensor.backward"]) == []
    assert violations(["loss.backward()"], ["torch.Tensor.backward"])


def test_method_of_a_function_outside_the_families_is_left_alone() -> None:
    assert violations(["y = x.logsumexp(0)"], ["scipy.special.logsumexp"]) == []
    assert violations(["y = x.norm()"], ["numpy.linalg.norm"]) == []
    assert violations(
        ["from scipy.special import logsumexp as l\ny = l(x)"], ["scipy.special.logsumexp"]
    )


def test_nothing_forbidden_finds_nothing() -> None:
    assert violations(["import torch\ntorch.softmax(x)"], ()) == []


DEEP = {
    "sum": "x = " + "+".join(["1"] * 1200),
    "attributes": "x = a" + ".b" * 1200,
    "attributes of a module": "x = torch" + ".b" * 1200,
    "calls": "x = f" + "()" * 900,
    "items": "x = f" + "['k']" * 900,
    "choices": "x = " + "1 if y else " * 900 + "2",
    "signs": "x = " + "-" * 900 + "1",
    "lambdas": "x = " + "lambda: " * 90 + "1",
    "branches": "if x: pass\n" + "elif y: pass\n" * 900,
    "too deep for Python": "x = " + "+".join(["1"] * 5000),
    "too deep for the parser": "x = " + "-" * 9000 + "1",
}


def runs(source: str) -> bool:
    try:
        compile(source, "cell", "exec")
    except (RecursionError, MemoryError):
        return False
    return True


@pytest.mark.parametrize("case", DEEP)
def test_depth_does_not_end_the_search(case: str) -> None:
    source = f"import torch\n{DEEP[case]}\ny = torch.softmax(x, -1)"
    assert bool(violations([source], SOFTMAX)) == runs(source), "what cannot run hides nothing"
    assert runs(source) == (not case.startswith("too deep"))


def test_magics_keep_the_lines() -> None:
    source = "%matplotlib inline\nx = 1\nif x:\n    %time y = f(x)\nz = %who\nprint?\nw = x % 3"
    assert without_magics(source).splitlines() == [
        "pass",
        "x = 1",
        "if x:",
        "    y = f(x)",
        "z = None",
        "pass",
        "w = x % 3",
    ]
    text = 's = """\n%time in a string\n"""'
    assert without_magics(text) == text


def test_message_names_the_line() -> None:
    assert message([]) == ""
    assert message([("torch.softmax", 3, "y = torch.softmax(x)")]) == (
        "this question must be solved without torch.softmax; line 3 uses it: y = torch.softmax(x)"
    )
    assert "line 3 uses it, and 2 more do:" in message([("torch.softmax", 3, "y")] * 3)
