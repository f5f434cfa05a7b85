"""Demo cells: run when the stubs are written, else say what they wait for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcourse import guesses, predict
from dlcourse.student import demo as demos
from dlcourse.student.demo import demo, is_stub
from dlcourse.student.figures import bars, label_ends


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


def test_demo_names_cells_that_were_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    run("@demo\ndef payoff():\n    return len([later(1)])\n")
    assert (
        capsys.readouterr().out
        == "payoff is waiting for `later`. Run the cell that defines it, then run this cell again.\n"
    )


def test_names_of_libraries_and_attributes_are_not_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(
        "import math\n@demo\ndef payoff():\n    print(math.pi.real > 3, sorted([x for x in (2, 1)]))\n"
    )
    assert capsys.readouterr().out == "True [1, 2]\n"


def test_knobs_need_a_notebook_and_leave_the_default_picture(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = run("@demo(tau=(0.1, 5.0))\ndef payoff(tau: float = 1.0):\n    print('drawn', tau)\n")
    assert capsys.readouterr().out == "drawn 1.0\n"
    names["payoff"](tau=2.0)
    assert capsys.readouterr().out == "drawn 2.0\n"


def test_figures_have_the_course_look_inside_of_a_demo_only() -> None:
    import matplotlib

    before = matplotlib.rcParams["axes.facecolor"]
    names = run(
        "import matplotlib\nseen = []\n@demo\ndef payoff():\n    seen.append(matplotlib.rcParams['axes.facecolor'])\n"
    )
    assert names["seen"] == ["none"] and matplotlib.rcParams["axes.facecolor"] == before


def test_guesses_are_noted_by_what_they_are_about(capsys: pytest.CaptureFixture[str]) -> None:
    predict("the variance", score=4.0, pathwise=...)
    assert guesses("the variance") == {"score": 4.0} and guesses("anything else") == {}
    assert "score = 4.0" in capsys.readouterr().out
    predict("the variance", score=..., pathwise=...)
    assert guesses("the variance") == {} and "no guess yet" in capsys.readouterr().out


def test_bars_carry_their_numbers_and_the_guesses_about_them() -> None:
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    guessed = {"ours": 0.5, "control": None, "of no bar": 1.0}
    bars(axes, {"ours": 0.25, "control": 1.0}, ["C0", "0.6"], "%.1f", guessed)
    assert [text.get_text() for text in axes.texts] == ["0.2", "1.0"]
    assert [np.asarray(line.get_xydata()).tolist() for line in axes.lines] == [[[0.5, 0.0]]]
    assert axes.yaxis_inverted()  # the first is on top


def test_labels_at_the_ends_do_not_overlap() -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    for name, end in (("a", 1.0), ("b", 1.001), ("c", 0.0)):
        axes.plot([0, 1], [0, end], label=name)
    label_ends(axes, gap=0.1)
    heights = sorted(text.get_position()[1] for text in axes.texts)
    assert (
        len(heights) == 3
        and min(b - a for a, b in zip(heights, heights[1:], strict=False)) > 0.0999
    )
    plt.close(figure)
