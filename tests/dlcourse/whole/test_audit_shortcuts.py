"""Functions of libraries that do an exercise: each is found, and must be refused under every name
or be allowed.
"""

from pathlib import Path

import pytest

from dlcourse.audit.findings import AuditReport
from dlcourse.audit.shortcuts import _let_through, ways_of
from dlcourse.audit.variants import VariantResult
from tests.support.audits import audited, question

X, A = 'x: Float[Tensor, "n"]', 'a: Float[np.ndarray, "n"]'
SOFT = "return torch.exp(x) / torch.exp(x).sum(-1, keepdim=True)"
CELLS = [
    question("soft", X, SOFT),
    question("soft_by_one_name", X, SOFT, header='forbid=["numpy.linalg.norm"]'),
    question("soft_guarded", X, SOFT, header='forbid=["softmax"]'),
    question("length", A, "return (a * a).sum() ** 0.5"),
    question(
        "length_guarded",
        A,
        "return (a * a).sum() ** 0.5",
        header='forbid=["numpy.linalg.norm", "numpy.linalg.vector_norm"]',
    ),
    question("own", X, "return 3 * x - torch.flip(x, (0,)) ** 2"),
]
PROBE = '''
@probe("{0}")
def probe_{0}({0}):
    """Some numbers."""
    return [{0}({1}(row)) for row in ([1.0, -2.0, 0.5], [0.25, 3.0, -1.0, 2.0])]
'''
STUBS = {
    "soft": "torch.tensor", "soft_by_one_name": "torch.tensor", "soft_guarded": "torch.tensor",
    "length": "np.array", "length_guarded": "np.array", "own": "torch.tensor",
}  # fmt: skip
ALLOW = """
[[allow]]
question = "length"
check = "shortcut"
subject = "length: norm"
reason = "A length is no exercise here."
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    root: Path = tmp_path_factory.mktemp("shortcuts") / "course"
    probes = "import torch\n\n" + "".join(PROBE.format(name, make) for name, make in STUBS.items())
    return audited(root, CELLS, probes, "Shortcuts", equivalent=ALLOW)


def test_a_function_that_gives_the_answer_is_found_and_must_be_refused(report: AuditReport) -> None:
    found = {(f.question, f.check, f.subject): f.text for f in report.findings}
    for name in ("soft", "soft_by_one_name"):
        text = found[name, "shortcut", f"{name}: softmax"]
        assert text.startswith(
            "computes the answer and is not refused: torch.softmax (by its full name, "
        )
        assert "torch.nn.functional.softmax" in text and "torch.Tensor.softmax" in text
        assert "through torch.ops" in text and "by a computed name" in text
    assert ("length", "shortcut", "length: vector_norm") in found


def test_what_is_refused_under_every_name_is_no_finding(report: AuditReport) -> None:
    for name in ("soft_guarded", "length_guarded"):
        assert [f.subject for f in report.findings if f.question == name] == []
        assert report.questions[name].shortcuts >= 1  # it was found, and tried


def test_what_is_allowed_and_what_has_no_short_cut(report: AuditReport) -> None:
    assert [(f.question, f.subject) for f, _ in report.excused] == [("length", "length: norm")]
    assert [f.subject for f in report.findings if f.question == "own"] == []
    assert report.questions["own"].shortcuts == 0


@pytest.mark.parametrize(
    "path", ["torch.softmax", "torch.Tensor.softmax", "numpy.linalg.norm", "numpy.ndarray.sum"]
)
def test_each_function_has_several_ways_that_work(path: str) -> None:
    ways = ways_of(path)
    assert len(ways) >= 6 and len({before + called for before, called in ways.values()}) == len(
        ways
    )
    for way, (before, called) in ways.items():
        scope: dict[str, object] = {}
        exec(f"import functools, importlib, operator, sys\n{before}function = {called}", scope)
        assert callable(scope["function"]), way


def test_trials_that_end_the_process_are_no_refusals() -> None:
    (finding,) = _let_through("soft", "soft", [], VariantResult(unknown="ended the Python process"))
    assert finding.text == "the trials failed: ended the Python process"
