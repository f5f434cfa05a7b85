"""core/names.py: which names code binds and reads."""

import ast
from typing import Any

import pytest

from dlcourse.core.names import bound, bound_inside, code_objects, docstrings, read, top_level


def statement(source: str) -> Any:
    (found,) = ast.parse(source).body
    return found


@pytest.mark.parametrize(
    "source,names",
    [
        ("import a.b, c as d", ["a", "d"]),
        ("from m import *", []),
        ("x, (y, *z) = 1, [2]", ["x", "y", "z"]),
        ("x[i] = y.a = 1", []),
        ("x += 1", ["x"]),
        ("for k in range(3): inner = k", ["k"]),
        ("with f() as g: pass", ["g"]),
        ("async def f(x): y = 1", ["f"]),
        ("print(n := 3)", ["n"]),
        ("if (n := 3): m = 1", []),
    ],
)
def test_names_bound_by_one_statement(source: str, names: Any) -> None:
    assert bound(statement(source)) == names


def test_statements_inside_branches_bind_names_of_their_own() -> None:
    body = ast.parse("if a:\n    x = 1\nelse:\n    y = 2\ndef f():\n    z = 3\n").body
    assert [n for s in top_level(body) for n in bound(s)] == ["x", "y", "f"]


def test_reading_is_not_binding_but_adding_is_both() -> None:
    node = statement("def f(a, b=c):\n    d = a\n    e += d\n    return g(h for h in d)")
    assert read(node) == {"a", "c", "d", "e", "g", "h"}
    assert bound_inside(node) == {"f", "a", "b", "d", "e", "h"}


def test_exceptions_and_patterns_bind_too() -> None:
    source = "try:\n    1\nexcept E as error:\n    match error:\n        case [first, *_]:\n            import m.n"
    assert bound_inside(statement(source)) == {"error", "first", "m"}


def test_docstrings_of_module_class_and_function_but_no_other_strings() -> None:
    source = '"""m"""\nclass A:\n    """a"""\n    x = "kept"\n    def f(self):\n        """f"""\n        "kept"'
    assert sorted(
        ast.literal_eval(ast.unparse(text)) for _, text in docstrings(ast.parse(source))
    ) == ["a", "f", "m"]


def test_code_objects_are_found_at_any_depth() -> None:
    code = compile("def f():\n    class A:\n        g = lambda: [x for x in y]", "<t>", "exec")
    assert {"<module>", "f", "A", "<lambda>"} <= {c.co_name for c in code_objects(code)}
