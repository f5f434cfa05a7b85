"""Probes: parameters, seeds, exceptions as data."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from dlcourse import close, exact, probe, raises
from dlcourse.core.compare import within_se
from dlcourse.core.evidence import Raised
from dlcourse.core.probe import Probe, ProbeSpec, describe_exception, parameters, run, seed_of
from dlcourse.errors import AuthorError


@probe("double", points=2, public=False, compare=exact(), seconds=3)
def twice(double: Any, rng: np.random.Generator) -> Any:
    """What is tested.

    More, for the author.
    """
    return double(rng.integers(100, size=3))


def given(one: Probe, namespace: dict[str, Any], slug: str, seed: str) -> Any:
    """What a probe gives under a course seed."""
    return run(one.function, namespace, seed_of(seed, slug, one.spec))


def test_spec_survives_json() -> None:
    for spec in (twice.spec, ProbeSpec("p", "q", "Title.", 0.5, True, within_se(3, 1))):
        document = json.loads(json.dumps(spec.to_json()))
        assert ProbeSpec.from_json(document) == spec
        assert ProbeSpec.from_json({**document, "verdict": {}}) == spec
        for field in document:
            with pytest.raises(KeyError):
                ProbeSpec.from_json({k: v for k, v in document.items() if k != field})


def test_probe_carries_what_its_author_said() -> None:
    assert isinstance(twice, Probe)
    assert (
        twice.spec.name,
        twice.spec.title,
        twice.spec.question,
        twice.spec.points,
        twice.spec.public,
    ) == (
        "twice",
        "What is tested.",
        "double",
        2,
        False,
    )
    assert (
        parameters(twice.function) == ("double", "rng")
        and twice.spec.compare == exact()
        and twice.seconds == 3
    )


def test_defaults() -> None:
    one = probe("q")(lambda f: f)
    assert (
        one.spec.public
        and one.spec.points == 1
        and one.spec.compare == close()
        and one.judge is None
        and one.seconds is None
    )


@pytest.mark.parametrize("points", [0, -1, "2", None, True, float("nan"), float("inf"), 1e9])
def test_points_must_be_positive_numbers(points: Any) -> None:
    with pytest.raises(AuthorError, match="points"):
        probe("q", points=points)


@pytest.mark.parametrize("seconds", [0, -1, "2", True])
def test_seconds_must_be_positive_numbers(seconds: Any) -> None:
    with pytest.raises(AuthorError, match="seconds"):
        probe("q", seconds=seconds)


def test_inputs_depend_on_seed_slug_and_name_only() -> None:
    def identity(x: Any) -> Any:
        return x

    def inputs(slug: str, seed: str) -> list[int]:
        return list(given(twice, {"double": identity}, slug, seed))

    assert inputs("a", "1") == inputs("a", "1")
    assert inputs("a", "1") != inputs("a", "2")
    assert inputs("a", "1") != inputs("b", "1")


def test_public_inputs_do_not_depend_on_the_course_seed() -> None:
    @probe("q")
    def public(rng: np.random.Generator) -> Any:
        """T."""
        return rng.normal()

    assert given(public, {}, "a", "1") == given(public, {}, "a", "2")


def test_global_generators_are_seeded() -> None:
    torch = pytest.importorskip("torch")

    @probe("q")
    def draws() -> Any:
        """T."""
        return [random.random(), np.random.rand(), torch.rand(1).item()]

    assert given(draws, {}, "a", "") == given(draws, {}, "a", "")


def test_missing_function_is_said() -> None:
    found = given(twice, {}, "a", "")
    assert (
        found.type == "MissingFunction"
        and found.message == "double is not defined"
        and "NameError" in found.bases
    )


class Rude(BaseException):
    pass


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("no"), "ValueError"),
        (SystemExit(3), "SystemExit"),
        (Rude(), "Rude"),
        (Unprintable(), "Unprintable"),
    ],
)
def test_exceptions_come_back_as_data(error: BaseException, name: str) -> None:
    def double(x: Any) -> Any:
        raise error

    found = given(twice, {"double": double}, "a", "")
    assert isinstance(found, Raised) and found.type == name and not found.expected


def test_interrupt_is_the_users() -> None:
    def double(x: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        given(twice, {"double": double}, "a", "")


def test_raises_gives_the_exception_or_the_result() -> None:
    found = raises(int, "x")
    assert found.type == "ValueError" and found.expected and "Exception" in found.bases
    assert raises(int, "3") == 3


def test_raises_does_not_take_a_stub_for_an_answer() -> None:
    def stub() -> None:
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        raises(stub)


def test_trace_holds_the_students_lines_only() -> None:
    source = "def f(x):\n    y = x\n    return int(y)\n"
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell softmax>", "exec"), namespace)
    with pytest.raises(ValueError) as caught:
        namespace["f"]("x")
    assert [frame[:2] for frame in describe_exception(caught.value).trace] == [("cell softmax", 3)]


def test_trace_is_bounded() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile("def f(n):\n    return f(n + 1)\n", "<cell q>", "exec"), namespace)
    found = given(probe("q")(lambda f: f(0)), {"f": namespace["f"]}, "a", "")
    assert found.type == "RecursionError" and len(found.trace) == 6


def test_a_hidden_probes_seed_tells_nothing_of_the_course_seed_and_of_other_probes() -> None:
    one, other = (ProbeSpec(name, "q", "A title.", 1, False) for name in ("one", "other"))
    seeds = {seed_of(course, slug, spec) for course in "ab" for slug in ("x", "y") for spec in (one, other)}  # fmt: skip
    assert len(seeds) == 8 and all(len(seed) == 64 for seed in seeds)
    assert seed_of("2026-autumn", "x", one) == seed_of("2026-autumn", "x", one)
    assert not any("autumn" in seed_of("2026-autumn", "x", spec) for spec in (one, other))
    public = ProbeSpec("one", "q", "A title.", 1, True)
    assert seed_of("a", "x", public) == seed_of("b", "x", public)
