"""Demo cells: run when the stubs are written, else say what they wait for."""

from __future__ import annotations

from typing import Any

import pytest

from dlcourse.student import demo as demos
from dlcourse.student.demo import demo, is_stub


def run(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"demo": demo, "__name__": "__main__"}
    exec(source, namespace)
    return namespace


STUBS = {
    "bare": "def f(x):\n    raise NotImplementedError",
    "with docstring": 'def f(x):\n    """Doc."""\n    raise NotImplementedError',
    "called": "def f(x):\n    raise NotImplementedError()",
    "method": "class f:\n    def __init__(self): self.a = 1\n    def g(self):\n        raise NotImplementedError",
    "property": "class f:\n    @property\n    def g(self):\n        raise NotImplementedError",
    "static": "class f:\n    @staticmethod\n    def g():\n        raise NotImplementedError",
}
WRITTEN = {
    "function": "def f(x):\n    return x",
    "raises on bad input": "def f(x):\n    if x < 0:\n        raise NotImplementedError\n    return abs(x)",
    "class": "class f:\n    def g(self): return 1",
    "class that holds itself": "class f:\n    def g(self): return 1\nf.me = f",
    "number": "f = 3",
    "builtin": "f = len",
}


@pytest.mark.parametrize("case", STUBS)
def test_stubs_are_seen(case: str) -> None:
    assert is_stub(run(STUBS[case])["f"])


@pytest.mark.parametrize("case", WRITTEN)
def test_written_functions_are_no_stubs(case: str) -> None:
    assert not is_stub(run(WRITTEN[case])["f"])


def test_demo_waits_for_stubs_it_uses_directly_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    run(
        "def a(): raise NotImplementedError\ndef b(): return c()\ndef c(): raise NotImplementedError\ndef d(): raise NotImplementedError\n"
        "@demo\ndef payoff():\n    def inner(): return b()\n    a(); inner(); print('ran')\n"
    )
    assert (
        capsys.readouterr().out
        == "payoff is waiting for `a`, `c`. Write them, then run this cell again.\n"
    )


def test_demo_runs_and_stays_callable(capsys: pytest.CaptureFixture[str]) -> None:
    namespace = run(
        "def a(): return 1\n@demo\ndef payoff():\n    print('ran', a())\n    return 5\n"
    )
    assert capsys.readouterr().out == "ran 1\n"
    assert namespace["payoff"]() == 5


def test_demo_through_a_class_waits(capsys: pytest.CaptureFixture[str]) -> None:
    run(
        "class Net:\n    def forward(self): return helper()\n"
        "def helper(): raise NotImplementedError\n@demo\ndef payoff():\n    Net().forward()\n"
    )
    assert "waiting for `helper`. Write it," in capsys.readouterr().out


def test_demo_that_meets_a_stub_anyway_gives_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(
        "def a(): raise NotImplementedError\ntable = {'a': a}\n@demo\ndef payoff():\n    table['a']()\n"
    )
    assert "waiting for a function that is not written yet" in capsys.readouterr().out


def test_demo_shows_real_errors() -> None:
    with pytest.raises(ZeroDivisionError):
        run("@demo\ndef payoff():\n    1 / 0\n")


def test_demo_is_not_run_while_loading(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demos, "run_at_once", False)
    run("@demo\ndef payoff():\n    print('ran')\n")
    assert capsys.readouterr().out == ""


def test_a_librarys_class_is_no_stub_of_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    """Counter.fromkeys raises NotImplementedError for good."""
    run(
        "from collections import Counter\n@demo\ndef count():\n    print(Counter('abb').most_common(1))"
    )
    assert capsys.readouterr().out == "[('b', 2)]\n"
