"""Wrong answers and other forms of right ones, as they are made inside the process that runs a
notebook.
"""

import collections
from typing import Any

import numpy as np
import pytest
import torch

from dlcourse.audit import instrument
from dlcourse.audit.false_rejection import DRAWS
from dlcourse.audit.instrument.calls import Memory
from dlcourse.core.arguments import ArgumentWatch


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nothing is remembered."""
    monkeypatch.setattr(instrument, "memory", Memory())
    return instrument.memory


Point = collections.namedtuple("Point", "x y")


def answer(n: int) -> Any:
    """One of everything."""
    return {
        "array": np.arange(1.0, 1 + n),
        "tensor": torch.ones(n, dtype=torch.int64),
        "list": [1.5, (True, "text")],
        "point": Point(2, None),
    }


def run(mode: str, function: Any, *args: Any, public: Any = (), **kwargs: Any) -> Any:
    namespace = {"f": function}
    instrument.install(namespace, ["f"], mode, list(public))
    return namespace["f"](*args, **kwargs)


def test_zeros_keep_structure_shape_and_kind() -> None:
    found = run("zeros", answer, 3)
    assert found["array"].tolist() == [0, 0, 0] and found["array"].dtype == np.float64
    assert found["tensor"].tolist() == [0, 0, 0] and found["tensor"].dtype is torch.int64
    assert found["list"] == [0.0, (False, "")] and isinstance(found["list"][0], float)
    assert found["point"] == Point(0, None)


def test_ones_random_and_constant() -> None:
    assert run("ones", answer, 2)["array"].tolist() == [1, 1]
    one, other, again = (run("random", lambda n: np.zeros(4), n) for n in (1, 2, 1))
    assert len(set(one)) == 4 and not np.array_equal(one, other) and np.array_equal(one, again)
    assert run("constant", lambda: np.zeros(2)).tolist() == [
        0.5,
        0.5,
    ]  # no example was seen


def test_first_argument_and_none() -> None:
    assert run("first argument", answer, 3) == 3
    assert run("first argument", answer, n=4) == 4
    assert run("none", answer, 3) is None


def test_a_cheat_does_not_do_the_references_work() -> None:
    """Neither changes of arguments nor exceptions come through."""
    array = np.ones(3)

    def grow(a: Any) -> Any:
        a += 1
        return a

    assert run("zeros", grow, array).tolist() == [0, 0, 0]
    assert array.tolist() == [1, 1, 1]

    def refuse() -> None:
        raise ValueError

    assert run("zeros", refuse) is None


def test_stored_example() -> None:
    namespace = {"f": lambda x: 10 * x}
    instrument.install(namespace, ["f"], "example", ["shown"])
    call = "def {0}(f, x):\n    return f(x)\n"
    scope: dict[str, Any] = {}
    for name in ("shown", "hidden"):
        exec(compile(call.format(name), f"<probe {name}>", "exec"), scope)
    assert scope["shown"](namespace["f"], np.array([1.0, 2.0])).tolist() == [10, 20]
    assert scope["hidden"](namespace["f"], np.array([7.0])).tolist() == [10, 20]
    assert scope["hidden"](namespace["f"], np.array([1.0, 2.0])).tolist() == [10, 20]
    instrument.install(namespace := {"f": lambda x: 10 * x}, ["f"], "constant", ["shown"])
    scope["shown"](namespace["f"], np.array([3.0]))
    assert scope["hidden"](namespace["f"], np.array([7.0, 8.0, 9.0])).tolist() == [10, 10, 10]


def test_other_forms_have_the_same_numbers() -> None:
    x = np.linspace(0, 1, 6).reshape(2, 3)
    single = run("float32", lambda: (x, torch.ones(2, dtype=torch.float64), 1.5))
    assert single[0].dtype == np.float32 and single[1].dtype is torch.float32 and single[2] == 1.5
    strided = run("strided", lambda: (x, torch.ones(2, 3)))
    assert np.array_equal(strided[0], x) and not strided[0].flags.contiguous
    assert not strided[1].is_contiguous() and strided[1].tolist() == [[1, 1, 1], [1, 1, 1]]
    scalars = run("scalars", lambda: (1.5, 2, True, np.float64(3)))
    assert [type(s) for s in scalars] == [np.float64, np.int64, np.bool_, float]
    assert run("tuples", lambda: [1, {"a": [2]}]) == (1, {"a": (2,)})


def test_gradients_pass_through_another_form() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    run("strided", lambda v: v * 2, x).sum().backward()
    assert x.grad is not None and x.grad.tolist() == [[2, 2, 2], [2, 2, 2]]


def test_other_random_numbers() -> None:
    def draw(rng: np.random.Generator) -> Any:
        return rng.random(), np.random.random(), torch.rand(1).item()

    def seeded(mode: str) -> Any:
        np.random.seed(0)
        torch.manual_seed(0)
        return run(mode, draw, np.random.default_rng(0))

    plain, draws, seeds = seeded("note"), seeded("draws"), seeded("seeds")
    assert all(a != b for a, b in zip(plain, draws, strict=True))
    assert (
        plain[0] == seeds[0] and plain[1:] != seeds[1:]
    )  # a generator that is passed keeps its seed


def test_each_way_to_draw_gives_other_numbers() -> None:
    drawn = {run(mode, lambda g: g.random(), np.random.default_rng(0)) for mode in DRAWS}
    assert len(drawn) == len(DRAWS)


def test_calls_of_one_stub_by_another_are_left_alone() -> None:
    namespace: dict[str, Any] = {}
    exec("def g(x):\n    return x + 1.0\n\n\ndef f(x):\n    return g(x) * 10", namespace)
    instrument.install(namespace, ["f", "g"], "note", [])
    assert namespace["f"](1) == 20.0
    assert [c["stub"] for c in namespace["audit_calls"]()] == ["f"]


def test_notes_of_calls(memory: Any) -> None:
    def f(x: Any, k: int = 2, *, name: str = "a") -> Any:
        return x

    run("note", f, [np.ones((2, 3)), torch.ones(4)])
    (call,) = memory.calls.values()
    assert call["arguments"]["x"]["shapes"] == [[2, 3], [4]]
    assert call["arguments"]["k"]["value"] == "2" and call["arguments"]["name"]["value"] == "'a'"


def test_functions_as_answers_and_methods() -> None:
    def make() -> Any:
        def inner(x: Any) -> Any:
            return x + 1.0

        return inner

    assert run("zeros", make)(5.0) == 0.0

    class Layer:
        def forward(self, x: Any) -> Any:
            return x * 2

    namespace = {"Layer": Layer}
    instrument.install(namespace, ["Layer.forward"], "first argument", [])
    assert Layer().forward(3) == 3


def twice(x: Any, y: Any = None) -> Any:
    return x * 2 if y is None else x * 2 + y


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("kept by form", (np.ones(2), 1), (np.zeros(2), 1)),
        ("kept by form", ("ab",), ("cd",)),
        ("kept by first argument", (np.ones(2), 1), (np.ones(2), 5)),
        ("stale: x", (np.ones(2), 1), (np.zeros(2), 1)),
        ("stale: y", (np.ones(2), np.ones(1)), (np.ones(2), np.zeros(1))),
    ],
)
def test_a_stub_with_state_answers_as_before(mode: Any, first: Any, second: Any) -> None:
    """To arguments that it takes for the same; to others it is right."""
    namespace = {"f": twice}
    instrument.install(namespace, ["f"], mode, [])
    before = namespace["f"](*first)
    assert np.array_equal(before, twice(*first))
    assert np.array_equal(namespace["f"](*second), before)
    other = np.ones(3), np.ones((1, 3))
    assert np.array_equal(namespace["f"](*other), twice(*other))


def test_a_stub_keeps_the_first_set_of_its_size() -> None:
    """Two sets of stopwords are told apart by what they hold."""
    namespace = {"f": lambda words, stop: [w for w in words if w not in stop]}
    instrument.install(namespace, ["f"], "stale: stop", [])
    assert namespace["f"](["a", "b"], {"a"}) == ["b"]
    assert namespace["f"](["a", "b"], {"b"}) == ["b"]
    assert namespace["f"](["a", "b"], {"a", "b"}) == []


def test_a_stub_keeps_the_first_module_of_its_class() -> None:
    """Two tables of embeddings are told apart by what they hold."""
    namespace = {"f": lambda table, ids: table(ids)}
    instrument.install(namespace, ["f"], "stale: table", [])
    one, other, ids = torch.nn.Embedding(3, 2), torch.nn.Embedding(3, 2), torch.tensor([2, 0])
    assert torch.equal(namespace["f"](one, ids), one(ids))
    assert torch.equal(namespace["f"](other, ids), one(ids))


def test_the_same_dict_gives_the_same_answer_whatever_it_holds() -> None:
    namespace = {"f": lambda vocab: len(vocab)}
    instrument.install(namespace, ["f"], "kept by identity", [])
    vocab = {"a": 0}
    assert namespace["f"](vocab) == 1
    vocab["b"] = 1
    assert namespace["f"](vocab) == 1 and namespace["f"](dict(vocab)) == 2


def test_a_method_keeps_its_state_in_its_object() -> None:
    class Layer:
        def forward(self, x: Any) -> Any:
            return x * 2

    namespace = {"Layer": Layer}
    instrument.install(namespace, ["Layer.forward"], "kept by form", [])
    one, other = Layer(), Layer()
    assert one.forward(np.ones(1)) == one.forward(np.zeros(1)) == 2
    assert other.forward(np.zeros(1)) == 0


@pytest.mark.parametrize(
    "argument",
    [
        np.ones(2),
        np.ones(2, dtype=bool),
        torch.ones(2, requires_grad=True),
        [1, 2],
        [],
        {"a": 1},
        {},
        {1},
        (np.ones(1), "a"),
        [{"W": np.ones(2)}, {"W": torch.ones(1)}],
        torch.nn.Linear(1, 1),
    ],
)
def test_an_argument_is_changed_after_the_right_answer(argument: Any) -> None:
    watch = ArgumentWatch()
    namespace = {"f": lambda x, y: 3}
    instrument.install(namespace, ["f"], "changes: x", [])
    assert watch.hand_out(namespace["f"])(argument, [1]) == 3
    assert list(watch.changed) == ["x"]


@pytest.mark.parametrize("argument", [torch.ones(2), [torch.ones(1, requires_grad=True)]])
def test_a_flag_is_changed(argument: Any) -> None:
    watch = ArgumentWatch()
    namespace = {"f": lambda x: 3}
    instrument.install(namespace, ["f"], "flags: x", [])
    assert watch.hand_out(namespace["f"])(argument) == 3
    assert list(watch.changed) == ["x"]


def test_axes_of_length_1_go() -> None:
    assert run("squeezed", lambda: (np.ones((1, 2)), torch.ones(2, 1), "a"))[0].shape == (2,)
    assert run("squeezes", lambda x, y: (x.shape, y), np.ones((1, 2)), y=3) == ((2,), 3)


def test_a_promised_exception_is_not_raised() -> None:
    def refuse(error: Any) -> None:
        raise error

    assert run("silent: LookupError", refuse, KeyError("a")) is None
    with pytest.raises(ValueError, match="b"):
        run("silent: LookupError", refuse, ValueError("b"))


def test_an_answer_that_equals_an_argument_is_that_argument() -> None:
    x, table = np.ones(2), torch.arange(6.0).view(3, 2)
    assert run("aliased", lambda x: [x.copy()], x)[0] is x
    row = run("aliased", lambda table: table[1].clone(), table)
    assert row.untyped_storage().data_ptr() == table.untyped_storage().data_ptr()
    assert run("aliased", lambda x: x + 1, x) is not x
