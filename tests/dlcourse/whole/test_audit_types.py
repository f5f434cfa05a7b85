"""Results in another kind or dtype: what is promised must be noticed, what is not must be accepted."""

from pathlib import Path

import pytest

from dlcourse.audit.findings import AuditReport
from dlcourse.audit.promised_types import Kinds, kinds_of
from dlcourse.authoring.promises import dtype_is_promised
from tests.support.audits import audited, question

GIVEN = "\n# %%\nfrom jaxtyping import Bool\n"
PROMISE = "\n# %% [markdown]\n# Numbers are float64.\n"
X, ARRAY = 'x: Float[np.ndarray, "n"]', 'Float[np.ndarray, "n"]'
CELLS = [
    question("mask", X, "return x > 0", returns='Bool[np.ndarray, "n"]'),
    question("mask_seen", X, "return x > 0", returns='Bool[np.ndarray, "n"]'),
    question("count", X, "return int((x > 0).sum())", returns="int"),
    question("count_seen", X, "return [int((x > 0).sum())]", returns="list[int]"),
    question("flag", X, "return int(x[0] > 0)", returns="int"),
    question("flag_seen", X, "return int(x[0] > 0)", returns="int"),
    question("mean", X, "return float(x.mean()) if len(x) else 0", returns="float"),
    question("scaled", X, "return 2 * x", returns=ARRAY),
    question("scaled_seen", X, "return 2 * x", returns=ARRAY),
    question("strict", X, "return 2 * x", returns=ARRAY),
    question("loss", X, "return torch.tensor(x).sum()", returns='Float[Tensor, ""]'),
    question("loss_seen", X, "return torch.tensor(x).sum()", returns='Float[Tensor, ""]'),
]
PROBES = '''
@probe("mask")
def mask_as_floats(mask):
    """Truth values become floats."""
    return np.asarray(mask(np.array([1.0, -2.0])), dtype=float)


@probe("mask_seen")
def mask_as_it_is(mask_seen):
    """Truth values."""
    return mask_seen(np.array([1.0, -2.0]))


@probe("count")
def count_as_float(count):
    """A count becomes a float."""
    return float(count(np.array([1.0, -2.0, 3.0])))


@probe("count_seen")
def count_as_it_is(count_seen):
    """A count."""
    return count_seen(np.array([1.0, -2.0, 3.0]))


@probe("flag")
def flag_as_number(flag):
    """Whether the first is positive becomes a number."""
    return [0 + flag(np.array([x])) for x in (1.0, -2.0)]


@probe("flag_seen")
def flag_as_it_is(flag_seen):
    """Whether the first is positive."""
    return [flag_seen(np.array([x])) for x in (1.0, -2.0)]


@probe("mean")
def mean_of_nothing(mean):
    """The mean of nothing is 0, which the reference gives as an integer."""
    return {"nothing": mean(np.array([])), "something": mean(np.array([1.0, 2.0]))}


@probe("scaled")
def scaled_as_float64(scaled):
    """The dtype is lost."""
    return np.asarray(scaled(np.array([1.0, 2.0])), dtype=np.float64)


@probe("scaled_seen")
def scaled_as_it_is(scaled_seen):
    """The dtype is kept."""
    return scaled_seen(np.array([1.0, 2.0]))


@probe("strict")
def dtype_by_name(strict):
    """Asks for the dtype."""
    return str(strict(np.array([1.0, 2.0])).dtype)


@probe("loss")
def loss_as_float(loss):
    """A tensor becomes a float."""
    return float(loss(np.array([1.0, 2.5])))


@probe("loss_seen")
def loss_as_it_is(loss_seen):
    """A tensor."""
    return loss_seen(np.array([1.0, 2.5])).detach()
'''
ALWAYS = {
    ("kind", "mask: bool as int"),
    ("kind", "mask: bool as float"),
    ("kind", "count: int as float"),
    ("kind", "flag: int as bool"),
    ("kind", "mean: int as float"),
}


def said(tmp_path: Path, cells: list[str]) -> tuple[dict[tuple[str, str], str], AuditReport]:
    report = audited(tmp_path / "course", cells, PROBES, "PromisedTypes", "AcceptedForms")
    return {(f.check, f.subject): f.text for f in report.findings}, report


def test_kinds_and_promised_dtypes_must_be_noticed(tmp_path: Path) -> None:
    found, report = said(tmp_path, [GIVEN, PROMISE, *CELLS])
    dtypes = {("dtype", f"{stub}: float64 as float32") for stub in ("scaled", "loss")}
    assert set(found) == ALWAYS | dtypes
    assert found["kind", "count: int as float"] == "no probe of the question notices"
    assert "is rejected by mean_of_nothing" in found["kind", "mean: int as float"]
    assert report.questions["scaled_seen"].types == 1  # float32
    assert report.questions["flag_seen"].types == 2  # a truth value, a float


def test_dtypes_that_nobody_promises_must_be_accepted(tmp_path: Path) -> None:
    found, _ = said(tmp_path, [GIVEN, *CELLS])
    assert set(found) == ALWAYS | {
        ("dtype", "strict: float64 as float32"),
        ("float32", "dtype_by_name"),
    }
    assert "is rejected by dtype_by_name" in found["dtype", "strict: float64 as float32"]


@pytest.mark.parametrize(
    "text",
    [
        "The floating-point tensors of one call share\na dtype, float32 or float64, and so does the result.",
        "Your result is computed in the arguments' dtype.",
        "Counts are int64, other numbers float64.",
        "numpy, float64",
        "Numbers are **float64**.",
        "One sample per entry of ``noise``, in its shape and dtype.",
        "Its dtype is that of ``G``.",
        "The result is float32; the angles may be computed in either.",
        "Tensors are float32, ids int64.",
    ],
)
def test_sentences_that_promise_a_dtype(text: str) -> None:
    assert dtype_is_promised(text)


@pytest.mark.parametrize(
    "text",
    [
        "In float64 e^1000 is infinite.",
        "Features of any shape and floating dtype.",
        "Token ids are int64.",
        "The smallest positive float64 is 5e-324.",
    ],
)
def test_sentences_that_promise_none(text: str) -> None:
    assert not dtype_is_promised(text)


@pytest.mark.parametrize(
    ("annotation", "kinds"),
    [
        ("int", Kinds(False, True, False)),
        ("dict[str, float]", Kinds(False, False, True)),
        ("Float[Tensor, 'B T']", Kinds(False, False, True)),
        ("tuple[Int64[Tensor, 'B'], Bool[Tensor, 'B']]", Kinds(True, True, False)),
        ("dict[str, Float[np.ndarray, 'n']]", Kinds(False, False, True)),
        ("Tensor", Kinds(True, True, True)),
        ("dict", Kinds(True, True, True)),
        ("", Kinds(True, True, True)),
        ("str", Kinds(False, False, False)),
    ],
)
def test_kinds_that_an_annotation_can_mean(annotation: str, kinds: Kinds) -> None:
    assert kinds_of(annotation) == kinds
