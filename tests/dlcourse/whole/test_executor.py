"""Honest code does in the grader what it does in a notebook, in the sandbox and without."""

from __future__ import annotations

import base64
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcourse.core.evidence import Raised
from dlcourse.executor import process as process_module
from dlcourse.executor.isolation import SANDBOX, UNSAFE
from dlcourse.executor.limits import Limits, RunEnded
from dlcourse.executor.outputs import clean
from dlcourse.executor.process import Zygote, ZygoteGone
from dlcourse.executor.sandbox.kernel import SandboxUnavailable
from dlcourse.executor.session import Session

LIMITS = Limits(20, 40)


@pytest.fixture(scope="module", params=["sandbox", "unsafe"])
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote(SANDBOX if request.param == "sandbox" else UNSAFE) as one:
        yield one


@pytest.fixture
def session(zygote: Zygote, tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "words.txt").write_text("to be or not to be\n")
    with Session(zygote, {"data/words.txt": tmp_path / "words.txt"}) as one:
        yield one


def outputs(session: Session, *cells: str) -> list[dict[str, Any]]:
    found = []
    for cell in cells:
        found += session.cell(cell, "cell", LIMITS).outputs
    return found


def printed(session: Session, *cells: str) -> str:
    """What was printed; fails on errors."""
    found = outputs(session, *cells)
    assert not [o for o in found if o["output_type"] == "error"], found
    return "".join(o["text"] for o in found if o["output_type"] == "stream")


def probe(session: Session, program: str, name: str = "probe") -> Any:
    return session.probe(name, program, "x", LIMITS)


def test_state_is_kept_between_cells(session: Session) -> None:
    assert printed(session, "x = 2", "def f(y):\n    return x * y", "print(f(3))") == "6\n"


def test_last_expression_is_shown(session: Session) -> None:
    (shown,) = outputs(session, "1 + 1")
    assert shown["output_type"] == "execute_result" and shown["data"] == {"text/plain": "2"}


def test_semicolon_hides(session: Session) -> None:
    assert outputs(session, "1 + 1;") == []


def test_magics(session: Session) -> None:
    assert "per loop" in printed(session, "%timeit -n1 -r1 1 + 1")
    assert "Wall time" in printed(session, "%%time\nx = 1")
    assert (
        printed(session, "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nprint('on')")
        == "on\n"
    )
    assert "caught" in printed(session, "%%capture c\nprint('caught')", "print(c.stdout)")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("x = 3\n%timeit -n1 -r1 x", "per loop"),
        ("print('%no magic')\ny = (7\n%4)\nprint(y)", "%no magic\n3\n"),
        ("x = '''\n%magic\n!ls\n'''\nprint(x)", "\n%magic\n!ls\n\n"),
        ("names = !echo one two\nprint(names)", "['one two']"),
        ("here = %pwd\nprint('in', here)", "in /"),
        ("    x = 1\n    print(x + 1)", "2\n"),
        (">>> x = 1\n>>> print(x + 2)", "3\n"),
        ("In [1]: x = 1\n   ...: print(x + 3)", "4\n"),
        ("async def f():\n    return 5\nprint(await f())", "5\n"),
        ("awaited = 6\nprint(awaited)", "6\n"),
    ],
)
def test_plain_python_and_what_only_ipython_reads(session: Session, cell: str, shown: str) -> None:
    assert shown in printed(session, cell)


def test_shell_commands(session: Session) -> None:
    assert printed(session, "name = 'world'", "!echo hello {name}") == "hello world\n"
    assert printed(session, "lines = !printf 'a\\nb\\n'", "print(list(lines))") == "['a', 'b']\n"
    assert "to be" in printed(session, "!cat data/words.txt")
    assert printed(session, "!python -c 'import numpy; print(numpy.__name__)'") == "numpy\n"
    assert printed(session, "!false", "print(_exit_code)") == "1\n"


def test_display(session: Session) -> None:
    (shown,) = outputs(
        session, "from IPython.display import display, HTML\ndisplay(HTML('<b>bold</b>'))"
    )
    assert "<b>bold</b>" in shown["data"]["text/html"]


def test_data_frame(session: Session) -> None:
    (shown,) = outputs(session, "import pandas as pd\npd.DataFrame({'a': [1, 2]})")
    assert "<table" in shown["data"]["text/html"] and "a" in shown["data"]["text/plain"]


def test_inline_picture(session: Session) -> None:
    found = outputs(
        session, "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]); plt.title(r'$\\alpha$')"
    )
    assert [o for o in found if o.get("data", {}).get("image/png", "").startswith("iVBOR")]


def test_top_level_await(session: Session) -> None:
    assert (
        printed(
            session,
            "import asyncio\nawait asyncio.sleep(0.01)\nprint(await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2)))",
        )
        == "[1, 2]\n"
    )


def test_asyncio_run_in_a_thread(session: Session) -> None:
    cell = "import asyncio, threading\nt = threading.Thread(target=lambda: print(asyncio.run(asyncio.sleep(0, 5))))\nt.start(); t.join()"
    assert printed(session, cell) == "5\n"


def test_threads(session: Session) -> None:
    cell = "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(8) as p:\n    print(sum(p.map(abs, range(-9, 0))))"
    assert printed(session, cell) == "45\n"


def test_subprocess(session: Session) -> None:
    cell = "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout)"
    assert printed(session, cell).strip() == "42"


def test_fork_pool(session: Session) -> None:
    cell = "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, -2]))"
    assert printed(session, cell) == "[1, 2]\n"


def test_process_queue_and_shared_memory(session: Session) -> None:
    cell = """
import multiprocessing as mp
from multiprocessing.shared_memory import SharedMemory
context = mp.get_context('fork')
queue, block = context.Queue(), SharedMemory(create=True, size=16)
def work():
    block.buf[0] = 7; queue.put('done')
p = context.Process(target=work); p.start()
print(queue.get(timeout=10), block.buf[0]); p.join(); block.close(); block.unlink()
"""
    assert printed(session, cell) == "done 7\n"


def test_data_loader_with_workers(session: Session) -> None:
    cell = """
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(10.))
print(sum(batch.sum().item() for (batch,) in DataLoader(data, batch_size=3, num_workers=2)))
"""
    assert printed(session, cell) == "45.0\n"


def test_autograd_in_two_threads(session: Session) -> None:
    cell = """
import torch, threading
w = torch.ones(3, requires_grad=True)
def back():
    (w * 2).sum().backward()
threads = [threading.Thread(target=back) for _ in range(2)]
[t.start() for t in threads]; [t.join() for t in threads]
print(w.grad.tolist())
"""
    assert printed(session, cell) == "[4.0, 4.0, 4.0]\n"


def test_training(session: Session) -> None:
    cell = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
x = torch.randn(64, 4); y = x.sum(1, keepdim=True)
opt = torch.optim.Adam(model.parameters(), 0.05)
for _ in range(100):
    opt.zero_grad(); loss = ((model(x) - y) ** 2).mean(); loss.backward(); opt.step()
print(loss.item() < 0.1)
"""
    assert printed(session, cell) == "True\n"


def test_tempfile_and_home(session: Session) -> None:
    cell = """
import tempfile, os, getpass
with tempfile.NamedTemporaryFile('w+') as f, tempfile.TemporaryDirectory() as d:
    f.write('x'); f.flush(); open(os.path.join(d, 'y'), 'w').write('y')
    print(open(f.name).read(), os.listdir(d))
"""
    assert printed(session, cell) == "x ['y']\n"


def test_own_data_file(session: Session) -> None:
    assert (
        printed(
            session,
            "print(open('data/words.txt').read().split()[:2])",
            "open('out.txt', 'w').write('1')",
            "print(open('out.txt').read())",
        )
        == "['to', 'be']\n1\n"
    )


def test_torch_save_and_load(session: Session) -> None:
    assert (
        printed(
            session,
            "import torch\ntorch.save({'w': torch.ones(2)}, 'm.pt')\nprint(torch.load('m.pt')['w'].sum().item())",
        )
        == "2.0\n"
    )


def test_warnings_are_no_errors(session: Session) -> None:
    found = outputs(session, "import warnings\nwarnings.warn('careful')\nprint('on')")
    assert {o["name"] for o in found} == {"stdout", "stderr"} and not [
        o for o in found if o["output_type"] == "error"
    ]


def test_big_prints_are_cut(session: Session) -> None:
    text = printed(session, "for i in range(200_000):\n    print(i)", "print('after')")
    assert len(text) < 100_000 and "the rest was dropped" in text and text.endswith("after\n")


def test_custom_eq(session: Session) -> None:
    cell = "class V:\n    def __init__(s, a): s.a = a\n    def __eq__(s, o): return V(s.a == o.a)\n    def __bool__(s): raise ValueError\nv = V(1)\nv == v"
    assert outputs(session, cell)[0]["output_type"] == "execute_result"


def test_errors_name_cell_and_line(session: Session) -> None:
    (error,) = outputs(session, "x = 1\nx / 0")
    assert error["ename"] == "ZeroDivisionError" and "line 2: x / 0" in error["traceback"][0]
    (error,) = outputs(session, "def f(:")
    assert error["ename"] == "SyntaxError"


def test_dlcourse_is_there(session: Session) -> None:
    assert (
        printed(
            session,
            "from dlcourse import check, probe, raises, demo, close\nimport dlcourse\nprint(dlcourse.__name__)",
        )
        == "dlcourse\n"
    )


def test_imports_of_the_course(session: Session) -> None:
    cell = "import scipy.linalg, sklearn.datasets, statsmodels.api, pandas, jaxtyping\nprint(len(sklearn.datasets.load_iris().data))"
    assert printed(session, cell) == "150\n"


def test_probe_results(session: Session) -> None:
    outputs(session, "def f(x):\n    return {'a': [x, 1.5, None], 'b': 'text'}")
    result = probe(session, "def probe(f, rng):\n    return f(rng.normal(size=3))")
    assert result["a"][0].shape == (3,) and result["a"][1:] == [1.5, None] and result["b"] == "text"


def test_probe_errors(session: Session) -> None:
    result = probe(session, "def probe(absent):\n    return absent")
    assert isinstance(result, Raised) and result.type == "MissingFunction"


def test_runs_are_equal(zygote: Zygote) -> None:
    """Each run starts from the same seeds and the same hashes."""
    cell = "import torch, random, numpy as np\nprint(torch.rand(2), random.random(), np.random.rand(), hash('a'))"
    texts = set()
    for _ in range(2):
        with Session(zygote) as one:
            texts.add(printed(one, cell))
    assert len(texts) == 1


def test_two_runs_do_not_meet(zygote: Zygote) -> None:
    with Session(zygote) as one, Session(zygote) as two:
        outputs(one, "x = 1\nopen('x', 'w').write('1')")
        assert outputs(two, "x")[0]["ename"] == "NameError"
        assert printed(two, "import os; print(os.listdir('.'))") == "[]\n"


def test_threads_of_the_grader_share_a_zygote(zygote: Zygote) -> None:
    found: list[str] = []

    def work(number: int) -> None:
        with Session(zygote) as one:
            found.append(printed(one, f"print({number})"))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(found) == [f"{i}\n" for i in range(4)]


def test_time_limits(session: Session) -> None:
    with pytest.raises(RunEnded, match="more than 0.5 s of computing time") as caught:
        session.cell("while True: pass", "cell", Limits(0.5, 20))
    assert caught.value.reason == "time"


def test_quick_steps_do_not_add_up(session: Session) -> None:
    burn = "import time\nend = time.process_time() + 0.015\nwhile time.process_time() < end: pass"
    for _ in range(40):
        session.cell(burn, "cell", Limits(0.3, 20))


def test_wall_limit(session: Session) -> None:
    start = time.monotonic()
    with pytest.raises(RunEnded, match="more than 0.5 s"):
        session.cell("import time; time.sleep(100)", "cell", Limits(20, 0.5))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.closerange(3, 999)", "ended"),
    ],
)
def test_causes_of_death(session: Session, code: str, cause: str) -> None:
    with pytest.raises(RunEnded, match=cause) as caught:
        session.cell(code, "cell", LIMITS)
    assert caught.value.reason == "died"


def test_nothing_is_left(zygote: Zygote) -> None:
    fds = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Session(zygote) as one:
            outputs(one, "1")
    assert len(os.listdir("/proc/self/fd")) == fds


def test_spawned_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where processes cannot be forked the same code runs in fresh ones, and only unsafely."""
    monkeypatch.setattr(process_module, "_FORKS", False)
    with pytest.raises(SandboxUnavailable, match="--unsafe-no-sandbox"):
        Zygote()
    with Zygote(UNSAFE) as one, Session(one) as session:
        assert printed(session, "x = 2", "print(x)") == "2\n"
        np.testing.assert_array_equal(
            probe(session, "def probe(x, rng):\n    return rng.normal(size=2) * 0 + x"), [2.0, 2.0]
        )
        with pytest.raises(RunEnded, match="exit code 4"):
            session.cell("import os; os._exit(4)", "cell", LIMITS)
    with (
        Zygote(UNSAFE) as one,
        Session(one) as session,
        pytest.raises(RunEnded, match="more than 1 s"),
    ):
        session.cell("import time; time.sleep(100)", "cell", Limits(20, 1))


def test_a_dead_zygote_is_an_error() -> None:
    one = Zygote(UNSAFE)
    one._process.kill()
    one._process.wait()
    with pytest.raises(ZygoteGone, match="zygote"):
        Session(one)
    one.close()


# ---- outputs


def test_clean_takes_anything() -> None:
    junk: Any
    for junk in (
        None,
        1,
        "x",
        {},
        [1, None, [], {}],
        [{"output_type": "stream"}],
        [{"output_type": "display_data", "data": 3}],
        [{"output_type": []}],
    ):
        assert clean(junk) == []


def test_clean_keeps_form() -> None:
    error = {
        "output_type": "error",
        "ename": 3,
        "evalue": None,
        "traceback": ["a", 5, None],
        "more": 1,
    }
    assert clean([error]) == [
        {"output_type": "error", "ename": "", "evalue": "", "traceback": ["a", "", ""]}
    ]
    stream = {"output_type": "stream", "name": "evil", "text": "a\ud800", "metadata": {}}
    assert clean([stream]) == [{"output_type": "stream", "name": "stdout", "text": "a?"}]


def test_clean_bounds() -> None:
    many = clean([{"output_type": "stream", "name": "stdout", "text": "x" * 300_000}] * 1000)
    assert sum(len(o["text"]) for o in many) < 5 << 20 and "dropped" in many[-1]["text"]


def test_clean_pictures() -> None:
    def kept(mime: str, value: object) -> bool:
        return bool(clean([{"output_type": "display_data", "data": {mime: value}}]))

    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    assert kept("image/png", png) and kept("image/png", png + "\n")
    assert (
        not kept("image/png", "x" + png)
        and not kept("image/png", [png])
        and not kept("image/jpeg", png)
    )
    raw = base64.b64decode(png)
    bomb = raw[:16] + struct.pack(">II", 100_000, 100_000) + raw[24:]
    assert not kept("image/png", base64.b64encode(bomb).decode())
    assert not kept("image/svg+xml", "<svg/>") and not kept("application/javascript", "alert(1)")


def test_valid_notebook_outputs(session: Session) -> None:
    import nbformat

    found = outputs(
        session,
        "print(1)\n1/0",
        "import matplotlib.pyplot as plt; plt.plot([1]); 5",
        "from IPython.display import *; display(Markdown('*x*'))",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=found)])
    nbformat.validate(notebook)


def test_python_is_ours(session: Session) -> None:
    assert printed(session, "import sys; print(sys.version_info[:3])").strip() == str(
        sys.version_info[:3]
    )


@pytest.mark.parametrize("isolation", ["SANDBOX", "UNSAFE"])
def test_runs_end_with_a_grader_that_is_killed(isolation: str) -> None:
    """A loop that nobody waits for any more would burn a core for ever."""
    program = f"""
from dlcourse.executor.isolation import SANDBOX, UNSAFE
from dlcourse.executor.limits import Limits
from dlcourse.executor.process import Zygote
from dlcourse.executor.session import Session
zygote = Zygote({isolation})
session = Session(zygote)
print(zygote._process.pid, flush=True)
session.cell("while True: pass", "loop", Limits(600, 600))
"""
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    zygote_pid = int(grader.stdout.readline())
    children = Path(f"/proc/{zygote_pid}/task/{zygote_pid}/children")
    wait_for(lambda: bool(children.read_text().split()))
    runs = [Path("/proc", pid) for pid in children.read_text().split()]
    grader.kill()
    grader.wait()
    grader.stdout.close()
    wait_for(lambda: not any(p.exists() for p in [*runs, Path("/proc", str(zygote_pid))]))


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
