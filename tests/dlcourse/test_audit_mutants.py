"""Mutants: every operator makes the change that it names, and each mutant keeps its identity."""

import pytest

from dlcourse.audit.edits import OPERATORS, Site
from dlcourse.audit.mutants import mutants
from dlcourse.audit.stubs import StubCell, axes_of, axis_nodes
from dlcourse.authoring.assignment import Question

NP = 'x: Float[np.ndarray, "B d"], y: Float[np.ndarray, "B d"], n: int, eps: float = 1e-5'
TORCH = 'x: Float[Tensor, "B d"], y: Float[Tensor, "B d"], mask: Tensor | None = None'


def question(*body, arguments=NP, doc="Something."):
    lines = [
        f"def f({arguments}):",
        f'    """{doc}"""',
        "    ### BEGIN SOLUTION",
        *(f"    {line}" for line in body),
        "    ### END SOLUTION",
    ]
    return Question("f", ("f",), "\n".join(lines), (), ())


def changes(*body, operator, **options):
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
        {"return np.where(y > 0, x, -0.0)", "return np.where(y > 0, x, -10.0)"},
    ),
    (
        "masked_value",
        TORCH,
        ["return x.masked_fill(mask, float('-inf'))"],
        {"return x.masked_fill(mask, 0.0)", "return x.masked_fill(mask, 10.0)"},
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
def test_each_operator_makes_the_change_it_names(operator, arguments, body, expected):
    assert changes(*body, operator=operator, arguments=arguments) == expected


def test_every_operator_has_a_case():
    assert set(OPERATORS) - {case[0] for case in CASES} == {"detach"}


def test_the_graph_is_cut_only_where_a_gradient_is_promised():
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


def test_generic_operators_come_from_cosmic_ray():
    found = {m.becomes: m.operator for m in mutants(question("return 2 * x < y"))}
    assert found["return 2 / x < y"] == "ReplaceBinaryOperator_Mul_Div"
    assert found["return 2 * x <= y"] == "ReplaceComparisonOperator_Lt_LtE"
    assert found["return 3 * x < y"] == "NumberReplacer"


def test_axes_are_left_to_our_own_operator():
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


def test_messages_asserts_and_text_outside_of_the_body_are_left_alone():
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


def test_mutants_that_compile_to_the_same_code_are_dropped():
    sources = [m.source for m in mutants(question("return x + 0 * 1"))]
    assert len(sources) == len(set(sources))
    assert not any(m.becomes == m.line for m in mutants(question("return -x", "y = 1 # dead")))


def test_every_mutant_compiles():
    for mutant in mutants(
        question(
            "a = x.sum(axis=(0, 1))",
            "for i in range(n):",
            "    a -= eps * x[i:n, ::-1] ** 2",
            "return a if n else -y.T",
        )
    ):
        compile(mutant.source, "cell", "exec")


def test_identity_survives_edits_elsewhere():
    before = question("a = x * 2  # twice", "b = y * 2", "return a + b")
    after = question("c = 1", "a = x * 2  # two times", "b = y * 2", "d = c", "return a + b")
    assert {m.id for m in mutants(before)} <= {m.id for m in mutants(after)}


def test_the_same_change_in_two_places_counts_up():
    found = [
        m
        for m in mutants(question("a = x * y", "a = x * y", "return a"))
        if m.becomes == "a = x / y"
    ]
    assert [m.occurrence for m in found] == [1, 2]
    assert found[0].source != found[1].source


def test_lines_with_letters_beyond_ascii():
    found = {m.becomes for m in mutants(question("a = {'θ': x * 2}['θ'] * y", "return a"))}
    assert "a = {'θ': x * 2}['θ'] / y" in found
    assert "a = {'θ': x / 2}['θ'] * y" in found


def test_methods_are_found_by_class():
    source = "class A(nn.Module):\n    def forward(self, x: Tensor):\n        ### BEGIN SOLUTION\n        return x * 2\n        ### END SOLUTION"
    assert {m.stub for m in mutants(Question("A", ("A",), source, (), ()))} == {"A.forward"}


def test_axes_in_annotations():
    assert axes_of("list[tuple[Float[np.ndarray, 'd_in m'], Float[Tensor, '*B T']]] | None") == [
        ["d_in", "m"],
        ["*B", "T"],
    ]
    assert axes_of("float") == axes_of("") == []


def test_axis_arguments():
    import ast

    def axes(text):
        return [ast.unparse(a) for a in axis_nodes(ast.parse(text, mode="eval").body)]

    assert axes("x.sum(0)") == axes("np.sum(x, 0)") == axes("x.sum(axis=0)") == ["0"]
    assert axes("x.permute(0, 1)") == axes("x.sum(n)") == axes("x.reshape(-1)") == []
    assert axes("torch.mean(x, (0, -1))") == ["0", "-1"]
