"""Changed arguments are noticed whatever the probe looks at, and by their name."""

from __future__ import annotations

import collections
import dataclasses
import functools
import random
import time
from typing import Any

import numpy as np
import pytest
import torch

from dlcourse import probe, raises, within_se
from dlcourse.core.arguments import CALLS, EVERY, ROOM, ArgumentWatch
from dlcourse.core.encoding import EncodingError, from_json, pack, to_json, unpack
from dlcourse.core.evidence import GLOBAL_GENERATORS, Changed
from dlcourse.core.probe import ProbeSpec, run
from dlcourse.core.verdict import Expectation, KnownMistake, judge


@dataclasses.dataclass
class State:
    m: np.ndarray
    step: int


def changed(function: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """Names of the arguments that one watched call changes."""
    watch = ArgumentWatch()
    watch.hand_out(function)(*args, **kwargs)
    return tuple(watch.changed)


def halve(x: Any) -> None:
    x /= 2


def scale_last(blocks: Any) -> None:
    blocks[-1]["W"][0] *= 2


def track(x: Any) -> None:
    x.requires_grad_()


def step(model: Any) -> None:
    with torch.no_grad():
        for p in model.parameters():
            p.sub_(0.1)


def advance(state: Any) -> None:
    state.step += 1


SPOILED = [
    (halve, np.ones(3)),
    (halve, np.ones((4, 4))[:, ::2]),
    (halve, torch.ones(3)),
    (halve, torch.ones(3, dtype=torch.bfloat16)),
    (lambda x: x.data.mul_(2), torch.ones(2, requires_grad=True)),
    (track, torch.ones(2)),
    (lambda x: x.requires_grad_(False), torch.ones(2, requires_grad=True)),
    (lambda x: x.sort(), ["b", "a"]),
    (lambda x: x.append(1), [1, 2]),
    (lambda x: x.pop("a"), {"a": 1, "b": 2}),
    (lambda x: x["new"], collections.defaultdict(int, a=1)),
    (lambda x: x.update("a"), collections.Counter("ab")),
    (lambda x: x.discard(1), {1, 2}),
    (lambda x: x.append(1), collections.deque([1])),
    (lambda x: x[0].append(1), ([1], 2)),
    (lambda x: halve(x[1]), (np.ones(2), np.ones(2))),
    (scale_last, [{"W": np.ones(2)}, {"W": np.ones(2)}]),
    (lambda x: x[0].append(1), np.array([[1], [2, 3]], dtype=object)),
    (step, torch.nn.Linear(2, 1)),
    (advance, State(np.ones(2), 0)),
    (lambda x: x.__setitem__(0, np.nan), np.ones(2)),
    (lambda x: x.__setitem__(0, np.inf), np.ones(2)),
    (lambda x: x.__iadd__(1e-10), np.full(2, 0.5)),  # as in log(p + 1e-10)
]


@pytest.mark.parametrize(("spoil", "argument"), SPOILED)
def test_any_change_of_any_argument_is_noticed(spoil: Any, argument: Any) -> None:
    def stub(first: Any, x: Any, last: Any = None) -> int:
        spoil(x)
        return 1

    assert changed(stub, np.ones(2), argument, [3]) == ("x",)


def test_arguments_given_by_keyword_or_as_many_have_names_too() -> None:
    assert changed(lambda *, lr, x: halve(x), lr=1, x=np.ones(2)) == ("x",)
    assert changed(lambda *arrays: halve(arrays[1]), np.ones(2), np.ones(2)) == ("argument 2",)


def put_back(x: Any) -> None:
    """What a numerical derivative does: not to the last digit what it was."""
    x[0] += 1e-3
    x[0] -= 2e-3
    x[0] += 1e-3


def consume(x: Any) -> None:
    next(x)


KEPT = [
    (lambda x: x * 2, np.ones(2)),
    (put_back, np.array([0.1, 7.0])),
    (lambda x: x.copy(), np.array([np.nan, np.inf])),
    (lambda x: x.__setitem__(0, x[0]), [float("nan")]),
    (lambda x: x.normal(), np.random.default_rng(0)),
    (lambda x: torch.rand(1, generator=x), torch.Generator()),
    (consume, iter([1, 2])),
    (lambda x: x(np.ones(2)), halve),
    (lambda x: x.sum().backward(), torch.ones(2, requires_grad=True)),
    (lambda x: x["b"], collections.Counter("a")),
]


@pytest.mark.parametrize(("use", "argument"), KEPT)
def test_use_is_no_change(use: Any, argument: Any) -> None:
    assert changed(lambda x: use(x), argument) == ()


def test_what_cannot_be_read_is_left_alone() -> None:
    class Hostile:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    loop: list[Any] = []
    loop.append(loop)
    assert changed(lambda x: 1, [Hostile(), loop, object()]) == ()


def test_a_function_calls_another_on_arrays_of_its_own() -> None:
    watch = ArgumentWatch()
    inner = watch.hand_out(halve)
    outer = watch.hand_out(lambda x: inner(x * 2))
    outer(np.ones(2))
    assert not watch.changed
    inner(np.ones(2))
    assert tuple(watch.changed) == ("x",)


def test_methods_are_watched_until_the_probe_ends() -> None:
    class Reverse(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            return grad_output.mul_(-1)

    class Layer:
        def __init__(self, weights: list[float]) -> None:
            weights.append(0.0)

        def __call__(self, x: Any) -> Any:
            self.x = x
            halve(x)

        @classmethod
        def read(cls, rows: Any) -> Any:
            rows.clear()

    before = dict(vars(Layer)), dict(vars(Reverse))
    watch = ArgumentWatch()
    layer = watch.hand_out(Layer)([1.0])
    layer(np.ones(2))
    Layer.read([1])
    watch.hand_out(Reverse).apply(torch.ones(2, requires_grad=True)).backward(torch.ones(2))
    assert tuple(watch.changed) == ("weights", "x", "rows", "grad_output")
    watch.restore()
    assert (dict(vars(Layer)), dict(vars(Reverse))) == before


def test_a_cached_function_is_watched() -> None:
    class Words(list[str]):
        __hash__ = object.__hash__  # type: ignore[assignment]

    assert changed(functools.cache(lambda words: words.sort()), Words("ba")) == ("words",)


@probe("spoil", public=False)
def looks_at_the_result_only(spoil: Any) -> Any:
    """The result."""
    return spoil(np.arange(3.0), np.ones(3))


def spoiler(x: Any, y: Any) -> Any:
    total = x + y
    x *= 2
    return total


def outcome(function: Any) -> Any:
    return unpack(pack(run(looks_at_the_result_only.function, {"spoil": function}, "1")))


def expectation(function: Any, *mistakes: KnownMistake) -> Expectation:
    return Expectation(looks_at_the_result_only.spec, outcome(function), mistakes)


def test_the_message_names_the_argument_and_stops_there() -> None:
    right = expectation(lambda x, y: x + y)
    verdict = judge(right, outcome(spoiler))
    assert (verdict.status, verdict.message) == ("failed", "`x` was changed")
    both = judge(right, Changed(("x", "y"), np.zeros(3)))
    assert both.message == "`x` and `y` were changed"


def test_what_the_reference_changes_may_be_changed() -> None:
    assert judge(expectation(spoiler), outcome(spoiler)).passed
    assert judge(expectation(spoiler), outcome(lambda x, y: x + y)).passed


def test_a_judge_sees_the_evidence_alone() -> None:
    seen: list[Any] = []
    one = dataclasses.replace(
        expectation(spoiler), judge=lambda result, expected: seen.extend([result, expected])
    )
    assert judge(one, outcome(spoiler)).passed
    assert [type(v) for v in seen] == [np.ndarray, np.ndarray]


def test_a_misconception_that_changes_an_argument_is_named_only_for_that() -> None:
    known = KnownMistake("in_place", "Make a new array.", outcome(spoiler))
    right = expectation(lambda x, y: x + y, known)
    assert judge(right, outcome(spoiler)).mistakes == (("in_place", "Make a new array."),)
    assert not judge(right, outcome(lambda x, y: x - y)).mistakes


def test_arguments_of_calls_that_raise() -> None:
    def refuse(x: Any) -> Any:
        x.clear()
        raise ValueError("no")

    @probe("refuse")
    def refused(refuse: Any) -> Any:
        """T."""
        return raises(refuse, [1])

    result = run(refused.function, {"refuse": refuse}, "1")
    assert isinstance(result, Changed) and result.arguments == ("x",)
    assert result.evidence.type == "ValueError"


def test_names_travel_as_data() -> None:
    result = Changed(("x", "y"), {"a": [1, None]})
    assert unpack(pack(result)) == from_json(to_json(result)) == result


@pytest.mark.parametrize("names", [[], "x", None, ["x"] * 21])
def test_malformed_names_are_refused(names: Any) -> None:
    document = to_json(Changed(("x",), 1))
    document["tree"]["arguments"] = names
    with pytest.raises(EncodingError):
        from_json(document)


def test_a_nested_claim_is_refused() -> None:
    document = to_json(Changed(("x",), 1))
    document["tree"]["v"] = dict(document["tree"])
    with pytest.raises(EncodingError):
        from_json(document)


def test_small_arguments_cost_microseconds_and_large_ones_a_bounded_copy() -> None:
    watched = ArgumentWatch().hand_out(lambda *args: None)
    small = [np.ones((4, 5)), torch.ones(3, 2), [1, 2, 3], {"a": np.ones(3)}]
    watched(*small)
    start = time.perf_counter()
    for _ in range(100):
        watched(*small)
    assert (time.perf_counter() - start) / 100 < 1e-3
    large = np.ones(ROOM // 8 // 4)
    watch = ArgumentWatch()
    spoil = watch.hand_out(lambda x: x)
    for _ in range(10):
        spoil(large)
    assert watch._room <= 0 and not watch.changed


@probe("sample", public=False)
def one_sample(sample: Any, rng: np.random.Generator) -> Any:
    """A sample."""
    return sample(4, rng), sample(4, torch.Generator().manual_seed(int(rng.integers(9))))


def from_the_generator(n: int, generator: Any) -> Any:
    if isinstance(generator, torch.Generator):
        return torch.rand(n, generator=generator)
    return generator.random(n)


def sampled(function: Any) -> Any:
    return unpack(pack(run(one_sample.function, {"sample": function}, "1")))


@pytest.mark.parametrize(
    "noise",
    [lambda n: torch.rand(n).numpy(), lambda n: np.random.rand(n), lambda n: random.random()],
)
def test_a_global_generator_where_another_was_passed(noise: Any) -> None:
    def mixed(n: int, generator: Any) -> Any:
        return np.asarray(from_the_generator(n, generator)) + noise(n)

    result = sampled(mixed)
    assert isinstance(result, Changed) and result.arguments == (GLOBAL_GENERATORS,)
    right = Expectation(
        ProbeSpec("p", "q", "T", 1, False, within_se()), sampled(from_the_generator)
    )
    assert judge(right, result).message == (
        "the result depends on a global generator, not on the generator that was passed alone"
    )
    assert judge(right, sampled(from_the_generator)).passed


def test_global_draws_that_make_no_difference_are_no_fault() -> None:
    def overwritten(n: int, generator: Any) -> Any:
        layer = torch.nn.Linear(n, 1, bias=False)  # torch fills it with numbers of its own
        with torch.no_grad():
            layer.weight[0] = torch.as_tensor(from_the_generator(n, generator))
        return layer.weight[0]

    assert not isinstance(sampled(overwritten), Changed)


def test_a_function_without_a_generator_may_draw_as_it_likes() -> None:
    @probe("noise")
    def noisy(noise: Any) -> Any:
        """T."""
        return noise(3)

    assert not isinstance(run(noisy.function, {"noise": np.random.rand}, "1"), Changed)


def test_of_many_calls_one_in_sixteen_is_watched() -> None:
    watch = ArgumentWatch()
    seen = []

    def late(x: Any, number: int, spoil: int) -> None:
        if number >= spoil:
            x /= 2

    watched = watch.hand_out(late)
    for spoil in (CALLS, CALLS + 1):
        watch.changed.clear()
        numbers = range(1 if spoil == CALLS else CALLS + 1, CALLS + EVERY + 1)
        for number in numbers:
            watched(np.ones(3), number, spoil)
            seen.append((number, bool(watch.changed)))
            if watch.changed:
                break
    # the 64th is seen at once; of those after it the 80th
    assert seen[CALLS - 1] == (CALLS, True)
    assert seen[-1] == (CALLS + EVERY, True)


def test_a_late_call_that_fails_leaves_the_watch_as_it_was() -> None:
    watch = ArgumentWatch()

    def loud(x: Any, number: int) -> None:
        x += 1
        if number == CALLS + 1:
            raise ValueError

    watched = watch.hand_out(loud)
    for number in range(1, CALLS + EVERY + 1):
        watch.changed.clear()
        raises(watched, np.ones(3), number)
    assert tuple(watch.changed) == ("x",)
