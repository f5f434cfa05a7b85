"""Mutants: every operator makes the change that it names, and each mutant keeps its identity."""

import copy
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float

from dlcourse.audit.edits import OPERATORS, Site
from dlcourse.audit.mutants import mutants
from dlcourse.audit.stubs import StubCell, axes_of, axis_nodes
from dlcourse.authoring.assignment import Question

NP = 'x: Float[np.ndarray, "B d"], y: Float[np.ndarray, "B d"], n: int, eps: float = 1e-5'
TORCH = 'x: Float[Tensor, "B d"], y: Float[Tensor, "B d"], mask: Tensor | None = None'


def question(*body: Any, arguments: str = NP, doc: str = "Something.") -> Any:
    lines = [
        f"def f({arguments}):",
        f'    """{doc}"""',
        "    ### BEGIN SOLUTION",
        *(f"    {line}" for line in body),
        "    ### END SOLUTION",
    ]
    return Question("f", ("f",), "\n".join(lines), (), ())


def changes(*body: Any, operator: Any, **options: Any) -> Any:
    """What an operator of our own turns the body into, line by line where it changed."""
    cell = StubCell(question(*body, **options))
    found = set()
    for edit in OPERATORS[operator](Site(cell, cell.stubs[0])):
        lines = edit.apply(cell.source).splitlines()
        found |= {line.strip() for line in lines} - {line.strip() for line in cell.lines}
    return found


CASES = [
    ("axis", NP, ["return x.sum(axis=-1)"], {"return x.sum(axis=-2)"}),
    (
        "axis",
        'x: Float[np.ndarray, "B T d"]',
        ["return np.argmax(x, 1)"],
        {"return np.argmax(x, 0)", "return np.argmax(x, 2)"},
    ),
    ("axis_dropped", NP, ["return x.sum(axis=-1, keepdims=True)"], {"return x.sum(keepdims=True)"}),
    (
        "axis_dropped",
        TORCH,
        ["return x.mean((0, 1))"],
        {"return x.mean()", "return x.mean((1,))", "return x.mean((0,))"},
    ),
    ("transpose", NP, ["return x @ y.T"], {"return x @ y", "return y.T @ x", "return x * y.T"}),
    ("transpose", TORCH, ["return x.transpose(0, 1)"], {"return x"}),
    ("other_function", NP, ["return np.mean(x)"], {"return np.sum(x)"}),
    (
        "other_function",
        NP,
        ["return x.max() - max(n, 2)"],
        {"return x.min() - max(n, 2)", "return x.max() - min(n, 2)"},
    ),
    ("call_dropped", NP, ["return np.sqrt(x + y)"], {"return (x + y)"}),
    ("call_dropped", NP, ["z = x.copy()", "return z"], {"z = x"}),
    ("call_dropped", NP, ["return np.where(x > 0, x, y)"], {"return x", "return y"}),
    (
        "argument_ignored",
        NP,
        ["return x + n + eps"],
        {"n = 1", "n = 2", "eps = 1e-05", "eps = 1.0", "eps = 0.0"},
    ),
    ("argument_ignored", TORCH, ["return x + mask"], {"mask = None"}),
    (
        "argument_ignored",
        "rng: np.random.Generator",
        ["return rng.normal()"],
        {"rng = np.random.default_rng(0)", "rng = np.random"},
    ),
    ("argument_confused", NP, ["return x * 2 + len(x)"], {"return y * 2 + len(x)"}),
    ("arguments_swapped", NP, ["return np.where(x > 0, x, y)"], {"return np.where(x > 0, y, x)"}),
    ("arguments_swapped", NP, ["return np.outer(x, y)"], {"return np.outer(y, x)"}),
    ("in_place", NP, ["z = x - y", "return z + n"], {"z = x.__isub__(y)"}),
    ("in_place", NP, ["return np.exp(x)"], {"return np.exp(x, out=x)"}),
    ("in_place", TORCH, ["return x.clamp(0, 1)"], {"return x.clamp_(0, 1)"}),
    ("update", NP, ["z = 0", "z += n", "return z"], {"z -= n", "z = n"}),
    (
        "off_by_one",
        NP,
        ["return [i for i in range(n)]"],
        {f"return [i for i in {r}]" for r in ("range(n - 1)", "range(n + 1)", "range(1, n)")},
    ),
    ("off_by_one", NP, ["return x[:n]"], {"return x[:n - 1]", "return x[:n + 1]"}),
    ("off_by_one", NP, ["return list(enumerate(x))"], {"return list(enumerate(x, 1))"}),
    ("dtype", NP, ["return np.zeros(n)"], {"return np.zeros(n, dtype=int)"}),
    (
        "dtype",
        TORCH,
        ["return torch.ones(3, dtype=torch.float64)"],
        {"return torch.ones(3, dtype=torch.int64)"},
    ),
    (
        "epsilon",
        NP,
        ["return np.sqrt(x + eps)"],
        {"return np.sqrt(x)", "return (np.sqrt(x) + eps)"},
    ),
    (
        "epsilon",
        NP,
        ["return x / (np.sqrt(y) + 1e-8)"],
        {"return x / (np.sqrt(y))", "return x / (np.sqrt(y + 1e-8))"},
    ),
    (
        "epsilon",
        TORCH,
        ["return (x + 1e-6).log()"],
        {"return (x).log()", "return (x.log() + 1e-6)"},
    ),
    (
        "constant",
        NP,
        ["return 0.5 * x + 1e-3"],
        {"return 0.525 * x + 1e-3", "return 0.5 * x + 0.01", "return 0.5 * x + 0.0"},
    ),
    (
        "masked_value",
        NP,
        ["return np.where(y > 0, x, -np.inf)"],
        {
            f"return np.where(y > 0, x, -{value})"
            for value in ("0.0", "1.0", "10.0", "100.0", "1e4", "1e9")
        },
    ),
    (
        "masked_value",
        NP,
        ["x[n] = -np.inf", "return x.argmax()"],
        {"x[n] = -0.0", "x[n] = -10.0"},
    ),
    (
        "masked_value",
        TORCH,
        ["return x.masked_fill(mask, float('-inf'))"],
        {
            f"return x.masked_fill(mask, {value})"
            for value in ("0.0", "1.0", "10.0", "100.0", "1e4", "1e9")
        },
    ),
    (
        "draw_reused",
        "rng: np.random.Generator",
        ["return rng.normal()"],
        {"return globals().setdefault('first_draw_4', rng.normal())"},
    ),
    ("statement_dropped", NP, ["z = []", "z.append(n)", "z[0] = 2", "return z"], {"pass"}),
    ("exception", NP, ["raise ValueError('no')"], {"raise RuntimeError('no')"}),
    (
        "condition",
        NP,
        ["return x if n > 3 else y"],
        {"return x if True else y", "return x if False else y"},
    ),
    ("reversal", NP, ["return x[::-1]"], {"return x"}),
]


@pytest.mark.parametrize(("operator", "arguments", "body", "expected"), CASES)
def test_each_operator_makes_the_change_it_names(
    operator: Any, arguments: Any, body: Any, expected: Any
) -> None:
    assert changes(*body, operator=operator, arguments=arguments) == expected


def test_every_operator_has_a_case() -> None:
    elsewhere = {name for name, *_ in [*COINCIDENCES, *NUMERICS]} | {"shared_gradient"}
    assert set(OPERATORS) - {case[0] for case in CASES} - elsewhere == {"detach"}


def calls_of(name: str, arguments: str, doc: str, body: str, *inputs: Any) -> Any:
    """What the reference and each mutant of one operator return, or the exceptions that they raise."""
    cell = StubCell(question(*body, arguments=arguments, doc=doc))
    sources = [cell.source]
    sources += [e.apply(cell.source) for e in OPERATORS[name](Site(cell, cell.stubs[0]))]
    outcomes = []
    for source in sources:
        namespace: Any = {"np": np, "torch": torch, "F": torch.nn.functional, "Counter": Counter}
        namespace |= {"Tensor": torch.Tensor, "Float": Float, "Generator": np.random.Generator}
        exec(source, namespace)
        try:
            outcomes.append(namespace["f"](*(copy.deepcopy(i) for i in inputs)))
        except (TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
            outcomes.append(type(error).__name__)
    return outcomes[0], outcomes[1:]


def agree(a: Any, b: Any) -> Any:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        a, b = a.detach().numpy(), b.detach().numpy()
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and np.allclose(a, b, rtol=1e-6, equal_nan=True)
    if isinstance(a, float) and isinstance(b, float):
        return np.isclose(a, b, rtol=1e-6)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(agree(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and a == b


F64: Any = {"dtype": torch.float64}
X = 'x: Float[Tensor, "n"]'
XM = 'x: Float[Tensor, "n"], mask: Tensor'
TWO = 'x: Float[np.ndarray, "n"], y: Float[np.ndarray, "n"]'
MASK = torch.tensor([False, False, True])
NUMERICS = [
    ("softmax_before_mask", XM, ["return x.masked_fill(mask, -torch.inf).softmax(-1)"], 2,
     (torch.tensor([1.0, 2, 0], **F64), MASK), (torch.tensor([1.0, 2, 2000], **F64), MASK)),
    ("softmax_before_mask", XM,
     ["if mask is not None:", "    x = x.masked_fill(mask, -torch.inf)", "return torch.softmax(x, dim=-1)"], 2,
     (torch.tensor([1.0, 2, 0], **F64), MASK), (torch.tensor([1.0, 2, 2000], **F64), MASK)),
    ("softmax_before_mask", XM, ["return torch.softmax(torch.where(mask, x, -torch.inf), -1)"], 2,
     (torch.tensor([1.0, 2, 0], **F64), ~MASK), (torch.tensor([1.0, 2, 2000], **F64), ~MASK)),
    ("unstable_logarithm", X, ["return torch.log_softmax(x, -1)"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([0.0, 2000], **F64),)),
    ("unstable_logarithm", X, ["return x.logsumexp(-1)"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([0.0, 2000], **F64),)),
    ("unstable_logarithm", "x: Tensor, y: Tensor", ["return F.cross_entropy(x, y)"], 1,
     (torch.tensor([[1.0, 2]], **F64), torch.tensor([0])), (torch.tensor([[0.0, 2000]], **F64), torch.tensor([0]))),
    ("unstable_logarithm", "x: Tensor, y: Tensor", ["return F.binary_cross_entropy_with_logits(x, y)"], 1,
     (torch.tensor([1.0, 2], **F64), torch.ones(2, **F64)), (torch.tensor([-2000.0], **F64), torch.ones(1, **F64))),
    ("unstable_logarithm", X, ["return F.softplus(x)"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([2000.0], **F64),)),
    ("unstable_logarithm", TWO, ["return np.logaddexp(x, y)"], 1, (np.ones(2), np.ones(2)), (np.full(2, 2e3), np.ones(2))),
    ("unstable_logarithm", X, ["return torch.xlogy(x, x)"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([0.0], **F64),)),
    ("hidden_nan", X, ["x.requires_grad_()", "z = x.log_softmax(-1)",
      "return torch.autograd.grad((z.exp() * z).sum(), x)[0]"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([0.0, -2000], **F64),)),
    ("hidden_nan", X, ["x.requires_grad_()", "return torch.autograd.grad(torch.special.entr(x).sum(), x)[0]"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([0.0], **F64),)),
    ("epsilon_added", TWO, ["return np.log(x) + y"], 1, (np.ones(2), np.ones(2)), (np.full(2, 1e-9), np.ones(2))),
    ("epsilon_added", TWO, ["return x / np.linalg.norm(y)"], 1, (np.ones(2), np.ones(2)), (np.ones(2), np.full(2, 1e-6))),
    ("epsilon_added", TWO, ["norm = np.sqrt((y**2).sum())", "return x / norm"], 1,
     (np.ones(2), np.ones(2)), (np.ones(2), np.full(2, 1e-6))),
    ("epsilon_added", TWO, ["return x / np.sqrt(2 * np.pi) + np.log(1 + y) + x / (np.sqrt(y) + 1e-8)"], 0,
     (np.ones(2), np.ones(2)), (np.ones(2), np.ones(2))),
    ("no_shift", TWO, ["z = x - x.max()", "return np.exp(z) / np.exp(z).sum() + y"], 1,
     (np.ones(2), np.ones(2)), (np.full(2, 2e3), np.ones(2))),
    ("cancellation", X, ["return x.var(dim=-1, unbiased=False)"], 1,
     (torch.tensor([1.0, 2], **F64),), (torch.tensor([1e9, 1e9 + 1], **F64),)),
    ("cancellation", TWO, ["return x.std(axis=0) + y"], 1, (np.arange(3.0), np.ones(3)), (1e9 + np.arange(3.0), np.ones(3))),
    ("cancellation", TWO, ["return ((x - y) ** 2).sum(axis=-1)"], 1,
     (np.arange(3.0), np.ones(3)), (1e9 + np.arange(3.0), 1e9 + np.ones(3))),
    ("cancellation", TWO, ["return np.linalg.norm(x - y, axis=-1)"], 1,
     (np.arange(3.0), np.ones(3)), (1e9 + np.arange(3.0), 1e9 + np.ones(3))),
    ("cancellation", "x: Tensor, y: Tensor", ["return torch.cdist(x, y)"], 1,
     (torch.eye(2, **F64), torch.zeros(3, 2, **F64)), (1e9 + torch.eye(2, **F64), 1e9 + torch.zeros(3, 2, **F64))),
    ("noise_clamped", 'u: Float[np.ndarray, "n"]', ["return -np.log(-np.log(u))"], 1, (np.full(2, 0.5),), (np.full(2, 1e-9),)),
    ("noise_clamped", X, ["return torch.logit(x)"], 1,
     (torch.tensor([0.5], **F64),), (torch.tensor([1e-9], **F64),)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "body", "made", "ordinary", "extreme"), NUMERICS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numerics_are_right_for_ordinary_numbers_only(
    name: Any, arguments: Any, body: Any, made: Any, ordinary: Any, extreme: Any
) -> None:
    doc = "Autograd can differentiate it."
    right, mutated = calls_of(name, arguments, doc, body, *ordinary)
    assert len(mutated) == made
    assert all(agree(right, m) for m in mutated) or name == "softmax_before_mask"
    right, mutated = calls_of(name, arguments, doc, body, *extreme)
    assert not any(agree(right, m) for m in mutated)


WORDS = "words: list[str], labels: list[int]"
Y = torch.arange(24.0)
COINCIDENCES = [
    ("last_of_ties", X, ["return x.argmax()"], (torch.tensor([1.0, 2]),), (torch.tensor([2.0, 2]),)),
    ("last_of_ties", X, ["return x.argmin(dim=-1)"], (torch.tensor([1.0, 2]),), (torch.tensor([2.0, 2]),)),
    ("last_of_ties", TWO, ["return x.argmax() + np.argmin(y, axis=0)"], (np.arange(2.0),) * 2, (np.ones(2), np.ones(2))),
    ("last_of_ties", X, ["return x.sort(stable=True)[1]"], (torch.tensor([1.0, 2]),), (torch.tensor([2.0, 2]),)),
    ("last_of_ties", X, ["return x.sort(dim=-1, stable=True).indices"], (torch.tensor([1.0, 2]),), (torch.tensor([2.0, 2]),)),
    ("last_of_ties", X, ["return torch.argsort(x, descending=True, stable=True)"],
     (torch.tensor([1.0, 2]),), (torch.tensor([2.0, 2]),)),
    ("last_of_ties", TWO, ["return np.argsort(x, kind='stable')"], (np.arange(2.0),) * 2, (np.ones(2),) * 2),
    ("last_of_ties", WORDS, ["return sorted(words, key=len), max(words, key=len)"],
     (["a", "bb"], []), (["a", "b"], [])),
    ("last_of_ties", WORDS, ["return Counter(words).most_common(1)"], (["a", "b", "a"], []), (["a", "b"], [])),
    ("by_value", WORDS, ["return [(i, w) for i, w in enumerate(words)]"], (["a", "b"], []), (["a", "a"], [])),
    ("by_value", WORDS, ["return [(w, n) for w, n in zip(words, labels)]"], (["a", "b"], [1, 2]), (["a", "a"], [1, 2])),
    ("middle", TWO, ["return float(np.median(x))"], (np.arange(3.0),) * 2, (np.arange(4.0),) * 2),
    ("middle", X, ["return x.median().item()"], (torch.arange(3.0),), (torch.arange(4.0),)),
    ("middle", X, ["return x.quantile(0.5).item()"], (torch.arange(3.0),), (torch.arange(4.0),)),
    ("axes_confused", X, ["a, b = len(x), 1", "return x.view(a, b, 2 * b // 2)"], (Y,), None),
    ("axes_confused", X, ["a, b = 2, 3", "return x.reshape(a, b, -1)"], None, (Y,)),
    ("dependent_draws", "rng: Generator", ["return rng.normal(size=(2, 3))"], None, (np.random.default_rng(0),)),
    ("dependent_draws", "rng: Generator", ["return rng.random(4)"], None, (np.random.default_rng(0),)),
    ("dependent_draws", X, ["return torch.randn(2, len(x))"], None, (Y,)),
    ("global_generator", "rng: Generator", ["return rng.normal(size=2), rng.integers(1000)"], None, (np.random.default_rng(0),)),
    ("global_generator", "gen, x: Tensor", ["return torch.rand(2, generator=gen) + x"], None, (torch.Generator(), Y[:1])),
    ("case_ignored", WORDS, ["return words"], (["a"], []), (["A"], [])),
    ("case_ignored", "word: str", ["return word"], ("a",), ("A",)),
    ("other_letters", "word: str", ["return word.lower().split()"], None, ("Stra\u00dfe  A",)),
    ("parts_of_words", WORDS, ["return '-'.join(words)"], (["a"], []), (["a", "b"], [])),
    ("parts_of_words", WORDS, ["return Counter(words)['a']"], (["a", "b"], []), (["a", "ba"], [])),
    ("parts_of_words", WORDS, ["return words.count('a')"], (["a", "b"], []), (["a", "ba"], [])),
    ("parts_of_words", WORDS, ["history = words[1:]", "return {('b', 'c'): 1}.get(tuple(history))"], None, (["a", "b", "c"], [])),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "body", "apart", "alike"), COINCIDENCES)
def test_what_shows_only_where_values_coincide(
    name: Any, arguments: Any, body: Any, apart: Any, alike: Any
) -> None:
    """Equal to the reference while values are apart, other than it where they coincide."""
    doc = "Among equal ones the first."
    if apart is not None:
        right, mutated = calls_of(name, arguments, doc, body, *apart)
        assert mutated and all(agree(right, m) for m in mutated)
    if alike is not None:
        right, mutated = calls_of(name, arguments, doc, body, *alike)
        assert mutated and not any(agree(right, m) for m in mutated)


def test_ties_are_free_where_the_docstring_says_nothing() -> None:
    assert changes("return np.argmax(x)", operator="last_of_ties") == set()
    assert (
        changes(
            "return word", operator="case_ignored", arguments="word: str", doc="Of lowercase words."
        )
        == set()
    )


def test_a_gradient_that_others_use_is_changed() -> None:
    body = ["class G(torch.autograd.Function):", "    @staticmethod", "    def backward(ctx, g):"]
    found = changes(*body, "        return -g, g * 2", operator="shared_gradient", arguments=TORCH)
    assert found == {"return g.mul_(-1), g * 2", "return -g, g.mul_(2)"}


def test_the_graph_is_cut_only_where_a_gradient_is_promised() -> None:
    body = ["z = x * 2", "return z, y.argmax()"]
    promised = changes(
        *body, operator="detach", arguments=TORCH, doc="Autograd can differentiate it."
    )
    assert promised == {"z = (x * 2).detach()", "return z.detach(), y.argmax()"}
    assert (
        changes(*body, operator="detach", arguments=TORCH, doc="A differentiably written loss.")
        == set()
    )
    assert changes("with torch.no_grad():", "    return x", operator="detach", arguments=TORCH) == {
        "with torch.enable_grad():"
    }


def test_generic_operators_come_from_cosmic_ray() -> None:
    found = {m.becomes: m.operator for m in mutants(question("return 2 * x < y"))}
    assert found["return 2 / x < y"] == "ReplaceBinaryOperator_Mul_Div"
    assert found["return 2 * x <= y"] == "ReplaceComparisonOperator_Lt_LtE"
    assert found["return 3 * x < y"] == "NumberReplacer"


def test_axes_are_left_to_our_own_operator() -> None:
    """-1 for 1 is no change to a matrix; cosmic-ray cannot know that."""
    found = {
        m.becomes: m.operator
        for m in mutants(question("return x.sum(-1)", arguments='x: Float[np.ndarray, "B d"]'))
    }
    assert found == {
        "return x.sum(-2)": "axis",
        "return x.sum()": "axis_dropped",
        "return x.mean(-1)": "other_function",
    }


def test_messages_asserts_and_text_outside_of_the_body_are_left_alone() -> None:
    found = mutants(
        question(
            "assert n > 0, 'a' + 'b'",
            "if n > 7:",
            "    raise ValueError(f'{n + 1} is too large')",
            "return x",
        )
    )
    assert {m.line for m in found} == {
        "if n > 7:",
        "raise ValueError(f'{n + 1} is too large')",
        "",
        "return x",
    }
    assert {m.becomes for m in found if m.line.startswith("raise")} == {
        "pass",
        "raise RuntimeError(f'{n + 1} is too large')",
    }


def test_mutants_that_compile_to_the_same_code_are_dropped() -> None:
    sources = [m.source for m in mutants(question("return x + 0 * 1"))]
    assert len(sources) == len(set(sources))
    assert not any(m.becomes == m.line for m in mutants(question("return -x", "y = 1 # dead")))


def test_every_mutant_compiles() -> None:
    for mutant in mutants(
        question(
            "a = x.sum(axis=(0, 1))",
            "for i in range(n):",
            "    a -= eps * x[i:n, ::-1] ** 2",
            "return a if n else -y.T",
        )
    ):
        compile(mutant.source, "cell", "exec")


def test_identity_survives_edits_elsewhere() -> None:
    before = question("a = x * 2  # twice", "b = y * 2", "return a + b")
    after = question("c = 1", "a = x * 2  # two times", "b = y * 2", "d = c", "return a + b")
    assert {m.id for m in mutants(before)} <= {m.id for m in mutants(after)}


def test_the_same_change_in_two_places_counts_up() -> None:
    found = [
        m
        for m in mutants(question("a = x * y", "a = x * y", "return a"))
        if m.becomes == "a = x / y"
    ]
    assert [m.occurrence for m in found] == [1, 2]
    assert found[0].source != found[1].source


def test_lines_with_letters_beyond_ascii() -> None:
    found = {m.becomes for m in mutants(question("a = {'θ': x * 2}['θ'] * y", "return a"))}
    assert "a = {'θ': x * 2}['θ'] / y" in found
    assert "a = {'θ': x / 2}['θ'] * y" in found


def test_methods_are_found_by_class() -> None:
    source = "class A(nn.Module):\n    def forward(self, x: Tensor):\n        ### BEGIN SOLUTION\n        return x * 2\n        ### END SOLUTION"
    assert {m.stub for m in mutants(Question("A", ("A",), source, (), ()))} == {"A.forward"}


def test_axes_in_annotations() -> None:
    assert axes_of("list[tuple[Float[np.ndarray, 'd_in m'], Float[Tensor, '*B T']]] | None") == [
        ["d_in", "m"],
        ["*B", "T"],
    ]
    assert axes_of("float") == axes_of("") == []


def test_axis_arguments() -> None:
    import ast

    def axes(text: str) -> Any:
        return [ast.unparse(a) for a in axis_nodes(ast.parse(text, mode="eval").body)]  # type: ignore[arg-type]

    assert axes("x.sum(0)") == axes("np.sum(x, 0)") == axes("x.sum(axis=0)") == ["0"]
    assert axes("x.permute(0, 1)") == axes("x.sum(n)") == axes("x.reshape(-1)") == []
    assert axes("torch.mean(x, (0, -1))") == ["0", "-1"]
