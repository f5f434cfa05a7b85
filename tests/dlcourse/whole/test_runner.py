"""Running the steps of one notebook: what dies is left out, the rest goes on."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from dlcourse.core.compare import within_se
from dlcourse.core.evidence import NotRun, Raised
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import FAILED, Expectation, judge
from dlcourse.executor.limits import Limits
from dlcourse.executor.process import Zygote
from dlcourse.executor.runner import CellStep, ProbeStep, probe_limits, run
from dlcourse.executor.warm import Warm

SHORT = Limits(cpu=0.5, wall=30.0)  # wall time says little on a busy machine


def cell(key: str, source: str | NotebookNode, limits: Any = SHORT) -> Any:
    return CellStep(key, str(source), key, limits)


def probe(
    name: str, body: str, parameters: str = "f", limits: Any = SHORT, question: str = "q"
) -> Any:
    spec = ProbeSpec(name, question, "Title.", 1, True)
    return ProbeStep(spec, f"def {name}({parameters}):\n    return {body}\n", "", limits)


@pytest.fixture(scope="module")
def zygote(warm: Warm) -> Zygote:
    return warm.start()


def test_results_outputs_and_times(zygote: Zygote) -> None:
    record = run([cell("a", "x = 1\nprint(x)\ndef f(): return x + 1"), probe("p", "f()")], zygote)
    assert record.results == {"p": 2} and record.ended == {}
    assert record.outputs["a"][0]["text"] == "1\n"
    assert set(record.seconds) == {"a", "p"} and all(s >= 0 for s in record.seconds.values())


def test_cells_share_a_namespace_and_runs_do_not(zygote: Zygote) -> None:
    steps = [cell("a", "import builtins\nbuiltins.leak = f = lambda: 'mine'"), probe("p", "f()")]
    assert run(steps, zygote).results == {"p": "mine"}
    assert run(
        [cell("b", "f = lambda: hasattr(__builtins__, 'leak')"), probe("p", "f()")], zygote
    ).results == {"p": False}


def test_missing_name_is_tried_again_after_the_last_cell(zygote: Zygote) -> None:
    steps = [probe("p", "f()"), cell("late", "f = lambda: 5"), probe("q", "f()")]
    assert run(steps, zygote).results == {"p": 5, "q": 5}


def test_missing_name_inside_a_function_is_tried_again(zygote: Zygote) -> None:
    steps = [cell("a", "f = lambda: g()"), probe("p", "f()"), cell("b", "g = lambda: 6")]
    assert run(steps, zygote).results == {"p": 6}


def test_name_that_never_comes(zygote: Zygote) -> None:
    (result,) = run([probe("p", "f()"), cell("a", "x = 1")], zygote).results.values()
    assert isinstance(result, Raised)
    assert result.type == "MissingFunction" and "NameError" in result.bases


def test_failing_cell_stops_nothing(zygote: Zygote) -> None:
    record = run([cell("a", "def f(): return 1"), cell("b", "1 / 0"), probe("p", "f()")], zygote)
    assert record.results == {"p": 1} and record.outputs["b"][0]["ename"] == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import os; os._exit(7)", "exit code 7"),
        ("import os; os.kill(os.getpid(), 9)", "killed"),
        ("while True: pass", "0.5 s of computing time"),
    ],
)
def test_cell_that_ends_the_process_is_left_out(
    zygote: Zygote, source: NotebookNode, how: Any
) -> None:
    steps = [
        cell("a", "def f(): return 1"),
        cell("bad", source),
        cell("c", "y = f()"),
        probe("p", "f()"),
    ]
    record = run(steps, zygote)
    assert record.results == {"p": 1}
    assert set(record.ended) == {"bad"} and how in record.ended["bad"]


def test_probe_that_ends_the_process_costs_itself_only(zygote: Zygote) -> None:
    steps = [
        cell("a", "import os\nf = lambda k=0: os._exit(3) if k else 1"),
        probe("p", "f()"),
        probe("bad", "f(1)"),
        probe("r", "f()"),
    ]
    record = run(steps, zygote)
    assert (record.results["p"], record.results["r"]) == (1, 1)
    assert record.results["bad"] == NotRun("died", record.ended["bad"])
    assert "exit code 3" in record.ended["bad"]


def test_a_reply_that_cannot_be_read_is_said_so_not_that_student_code_raised(
    zygote: Zygote,
) -> None:
    forged = "from dlcourse.executor import driver\nf = lambda: 1\ndriver.pack_result = lambda result: b'torn'"
    record = run([cell("a", forged), probe("p", "f()")], zygote)
    assert isinstance(record.results["p"], NotRun) and record.results["p"].reason == "malformed"
    verdict = judge(Expectation(ProbeSpec("p", "q", "Title.", 1, True), 1), record.results["p"])
    assert verdict.status == FAILED and verdict.message.startswith("malformed result")


def test_cell_that_ends_the_process_the_second_time_is_left_out_then(zygote: Zygote) -> None:
    # the first run leaves a mark on the machine's clock only: the second process starts later
    once = "import os, time\nif time.time() > {}: os._exit(1)".format
    import time

    steps = [
        cell("a", "f = lambda: 1"),
        cell("later", once(time.time() + 1.0)),
        cell("wait", "import time; time.sleep(1.1); import os; os._exit(2)"),
        probe("p", "f()"),
    ]
    record = run(steps, zygote)
    assert record.results == {"p": 1} and set(record.ended) == {"wait", "later"}


def test_budget_ends_everything_with_a_result_for_each_probe(zygote: Zygote) -> None:
    steps = [
        cell("a", "import time\nf = lambda: time.sleep(0.4)"),
        *(probe(f"p{n}", "f()") for n in range(8)),
    ]
    record = run(steps, zygote, budget=0.9)
    assert set(record.results) == {f"p{n}" for n in range(8)}
    assert record.results["p0"] is None
    last = record.results["p7"]
    assert last == NotRun("budget", "not run: the notebook had used up its 0.9 s")
    assert not record.complete


def test_probes_after_one_that_ran_out_of_time_get_less_of_it(zygote: Zygote) -> None:
    endless, limits = cell("a", "def f():\n    while True: pass\ng = lambda: 1"), Limits(0.8, 4.0)
    steps = [
        endless,
        *(probe(n, "f()", limits=limits, question="f") for n in ("p", "q", "r")),
        probe("s", "g()", "g", question="g"),
    ]
    start = time.monotonic()
    record = run(steps, zygote)
    assert record.complete and record.results["s"] == 1
    assert (
        "0.8 s" in str(record.results["p"])
        and "0.2 s" in str(record.results["q"])
        and "0.2 s" in str(record.results["r"])
    )
    assert time.monotonic() - start < 4


def test_empty_notebook(zygote: Zygote) -> None:
    assert run([], zygote).results == {}


def test_data_files_lie_where_the_notebook_expects_them(zygote: Zygote, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1,2")
    record = run(
        [cell("a", "f = lambda: open('data/x/t.csv').read()"), probe("p", "f()")],
        zygote,
        {"data/x/t.csv": tmp_path / "t.csv"},
    )
    assert record.results == {"p": "1,2"}


def test_data_file_changed_by_a_student_is_a_copy(zygote: Zygote, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1,2")
    run(
        [cell("a", "import os\ntry:\n    open('t.csv', 'w').write('x')\nexcept OSError: pass")],
        zygote,
        {"t.csv": tmp_path / "t.csv"},
    )
    assert (tmp_path / "t.csv").read_text() == "1,2"


def test_every_step_is_reported(zygote: Zygote) -> None:
    steps = []
    run(
        [cell("a", "f = lambda: 1"), cell("b", "import os; os._exit(1)"), probe("p", "f()")],
        zygote,
        progress=lambda what, *_: steps.append(what),
    )
    assert steps == ["a", "b", "p"]


def test_steps_are_values() -> None:
    assert cell("a", "x") == cell("a", "x") and dataclasses.replace(
        cell("a", "x"), source="y"
    ) != cell("a", "x")


def test_limits_of_a_probe() -> None:
    assert probe_limits(None, 0.001) == Limits(2.0, 8.0)
    assert probe_limits(None, 0.001, least=1.0) == Limits(1.0, 4.0)
    assert probe_limits(None, 0.5) == Limits(10.0, 40.0)
    assert probe_limits(3.0, 0.5) == Limits(3.0, 12.0)  # the author knows better


CACHE = "kept = {}\ndef f(x): return kept.setdefault(x.shape, float(x.sum()))"


@pytest.mark.parametrize(("public", "noticed"), [(False, True), (True, False)])
def test_a_stub_that_keeps_its_first_result_gives_that_of_other_inputs(
    zygote: Zygote, public: Any, noticed: Any
) -> None:
    """Where the probe is hidden and draws its inputs: it is run on others first."""
    one = probe("p", "f(rng.normal(size=3))", "f, rng")
    step = dataclasses.replace(one, spec=dataclasses.replace(one.spec, public=public))
    right = run([cell("a", "def f(x): return float(x.sum())"), step], zygote).results["p"]
    assert (run([cell("a", CACHE), step], zygote).results["p"] != right) is noticed


def test_statistics_are_not_run_twice(zygote: Zygote) -> None:
    one = probe("p", "f()", "f, rng")
    spec = dataclasses.replace(one.spec, public=False, compare=within_se())
    counting = cell("a", "n = [0]\ndef f():\n    n[0] += 1\n    return n[0]")
    assert run([counting, dataclasses.replace(one, spec=spec)], zygote).results == {"p": 1}
