"""The reference of tensors against TensorLy, SciPy, torch, enumeration and closed forms."""

import math
import types

import numpy as np
import pytest
import scipy.linalg
import tensorly as tl
import torch
from tensorly.decomposition import parafac, tucker

from dlcourse.authoring.worked import worked

X324 = np.arange(24.0).reshape(3, 4, 2)
"""The tensor of question 1."""


def diagonal() -> np.ndarray:
    """The tensor of question 4."""
    X = np.zeros((2, 2, 2))
    X[0, 0, 0], X[1, 1, 1] = 3, 2
    return X


def w_tensor() -> np.ndarray:
    """The tensor W of question 3."""
    W = np.zeros((2, 2, 2))
    W[1, 0, 0] = W[0, 1, 0] = W[0, 0, 1] = 1
    return W


def rebuilt(core: np.ndarray, frames: list[np.ndarray]) -> np.ndarray:
    return np.asarray(tl.tucker_to_tensor((tl.tensor(core), [tl.tensor(u) for u in frames])))


def test_unfolding_is_tensorlys_on_reversed_axes(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    """With all axes reversed, TensorLy's C order is Kolda's order."""
    X = rng.normal(size=(3, 5, 2, 4))
    for mode in range(4):
        expected = tl.unfold(X.transpose(3, 2, 1, 0), 3 - mode)
        np.testing.assert_array_equal(ref.unfold(X, mode), expected)
        np.testing.assert_array_equal(ref.fold(expected, mode, X.shape), X)
        np.testing.assert_array_equal(ref.unfold(X, mode - 4), expected)


def test_columns_by_the_formula(ref: types.ModuleType, rng: np.random.Generator) -> None:
    X = rng.normal(size=(3, 4, 2))
    for mode in range(3):
        M = ref.unfold(X, mode)
        for index in np.ndindex(3, 4, 2):
            column = sum(
                index[k] * math.prod(X.shape[m] for m in range(k) if m != mode)
                for k in range(3)
                if k != mode
            )
            assert M[index[mode], column] == X[index]


def test_mode_n_product_is_tensorlys(ref: types.ModuleType, rng: np.random.Generator) -> None:
    X = rng.normal(size=(3, 5, 2, 4))
    for mode, size in enumerate(X.shape):
        U = rng.normal(size=(6, size))
        np.testing.assert_allclose(
            ref.mode_n_product(X, U, mode), tl.tenalg.mode_dot(X, U, mode), rtol=1e-12
        )


def test_rules_of_the_product(ref: types.ModuleType, rng: np.random.Generator) -> None:
    X, A, B, C = (rng.normal(size=s) for s in ((3, 4, 5), (2, 4), (6, 2), (7, 3)))
    p = ref.mode_n_product
    np.testing.assert_allclose(p(p(X, A, 1), B, 1), p(X, B @ A, 1))
    np.testing.assert_allclose(p(p(X, A, 1), C, 0), p(p(X, C, 0), A, 1))
    M, V = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    np.testing.assert_allclose(p(p(M, C, 0), V, 1), C @ M @ V.T)


def test_khatri_rao_is_scipys(ref: types.ModuleType, rng: np.random.Generator) -> None:
    A, B = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    np.testing.assert_allclose(ref.khatri_rao(A, B), scipy.linalg.khatri_rao(A, B))


def test_cp_to_tensor_is_tensorlys(ref: types.ModuleType, rng: np.random.Generator) -> None:
    weights, factors = rng.normal(size=3), [rng.normal(size=(s, 3)) for s in (4, 2, 5, 3)]
    np.testing.assert_allclose(
        ref.cp_to_tensor(weights, factors),
        tl.cp_to_tensor((weights, factors)),
        rtol=1e-10,
        atol=1e-12,
    )


def test_unfoldings_of_a_cp_tensor(ref: types.ModuleType, rng: np.random.Generator) -> None:
    """The three formulas of question 3."""
    A, B, C = (rng.normal(size=(s, 2)) for s in (4, 3, 5))
    weights = np.array([1.7, -0.6])
    X, L = ref.cp_to_tensor(weights, [A, B, C]), np.diag(weights)
    np.testing.assert_allclose(ref.unfold(X, 0), A @ L @ ref.khatri_rao(C, B).T)
    np.testing.assert_allclose(ref.unfold(X, 1), B @ L @ ref.khatri_rao(C, A).T)
    np.testing.assert_allclose(ref.unfold(X, 2), C @ L @ ref.khatri_rao(B, A).T)


def test_border_rank_of_w(ref: types.ModuleType) -> None:
    """Two rank-one tensors come as close to W as one likes."""
    for n in (10.0, 1000.0):
        near = np.array([[1.0, 1.0], [1 / n, 0.0]])
        distance = np.linalg.norm(ref.cp_to_tensor(np.array([n, -n]), [near] * 3) - w_tensor())
        assert 0 < distance < 2 / n


def test_hosvd_is_all_orthogonal_and_exact(ref: types.ModuleType, rng: np.random.Generator) -> None:
    X = rng.normal(size=(3, 4, 5))
    core, frames = ref.hosvd(X, X.shape)
    np.testing.assert_allclose(rebuilt(core, frames), X, atol=1e-12)
    for mode in range(3):
        M = tl.unfold(core, mode)
        s = scipy.linalg.svdvals(tl.unfold(X, mode))
        np.testing.assert_allclose(M @ M.T, np.diag(s**2), atol=1e-10)


def test_truncated_hosvd_by_projections(ref: types.ModuleType, rng: np.random.Generator) -> None:
    """Projectors from SciPy's eigenvectors of the Gram matrices."""
    X, ranks = rng.normal(size=(5, 4, 6)), (2, 3, 4)
    expected = X
    for mode, rank in enumerate(ranks):
        M = tl.unfold(X, mode)
        _, v = scipy.linalg.eigh(M @ M.T, subset_by_index=[len(M) - rank, len(M) - 1])
        expected = tl.tenalg.mode_dot(expected, v @ v.T, mode)
    core, frames = ref.hosvd(X, ranks)
    assert core.shape == ranks
    np.testing.assert_allclose(rebuilt(core, frames), expected, atol=1e-10)


def test_quasi_optimality(ref: types.ModuleType, rng: np.random.Generator) -> None:
    """At most sqrt(N) times the error of TensorLy's HOOI."""
    X, ranks = rng.normal(size=(6, 6, 6)), [2, 2, 2]
    core, frames = ref.hosvd(X, tuple(ranks))
    best = tl.tucker_to_tensor(tucker(tl.tensor(X), rank=ranks, init="svd", n_iter_max=200))
    assert np.linalg.norm(rebuilt(core, frames) - X) <= math.sqrt(3) * np.linalg.norm(best - X)


def test_multilinear_rank_is_numpys(ref: types.ModuleType, rng: np.random.Generator) -> None:
    core = rng.normal(size=(2, 3, 4))
    X = rebuilt(core, [rng.normal(size=s) for s in ((5, 2), (6, 3), (7, 4))])
    expected = tuple(int(np.linalg.matrix_rank(tl.unfold(X, mode))) for mode in range(3))
    assert ref.multilinear_rank(X) == expected == (2, 3, 4)


@pytest.mark.parametrize("shape", [(4, 3, 5), (3, 4, 2, 5)])
def test_sweeps_are_tensorlys(
    ref: types.ModuleType, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    """parafac from the same start: reconstruction and error after each number of sweeps."""
    X, start = rng.random(shape), [rng.random((s, 2)) for s in shape]
    _, _, errors = ref.cp_als(X, start, 5)
    for n_sweeps in (2, 5):
        weights, factors, _ = ref.cp_als(X, start, n_sweeps)
        init = (np.ones(2), [A.copy() for A in start])
        theirs = parafac(
            tl.tensor(X), 2, n_iter_max=n_sweeps, init=init, tol=0, normalize_factors=False
        )
        expected = tl.cp_to_tensor(theirs)
        np.testing.assert_allclose(ref.cp_to_tensor(weights, factors), expected, rtol=1e-6)
        assert errors[n_sweeps - 1] == pytest.approx(
            np.linalg.norm(X - expected) / np.linalg.norm(X)
        )
    assert (np.diff(errors) <= 1e-12).all()


def test_each_update_solves_its_least_squares(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    """The gradient with respect to the factor solved last is zero (autograd)."""
    X, start = rng.random((4, 3, 5)), [rng.random((s, 2)) for s in (4, 3, 5)]
    weights, factors, _ = ref.cp_als(X, start, 3)
    A, B = (torch.from_numpy(F) for F in factors[:2])
    C = torch.from_numpy(factors[2] * weights).requires_grad_()
    loss = ((torch.from_numpy(X) - torch.einsum("ir,jr,kr->ijk", A, B, C)) ** 2).sum()
    (gradient,) = torch.autograd.grad(loss, C)
    assert gradient.abs().max() < 1e-10


def test_cp_finds_planted_factors(ref: types.ModuleType, rng: np.random.Generator) -> None:
    truth = [rng.normal(size=(s, 2)) for s in (6, 5, 7)]
    X = np.einsum("ir,jr,kr->ijk", *truth)
    _, factors, errors = ref.cp_als(X, [rng.normal(size=(s, 2)) for s in X.shape], 3000)
    assert errors[-1] < 1e-6
    for found, planted in zip(factors, truth, strict=True):
        cosines = np.abs(found.T @ (planted / np.linalg.norm(planted, axis=0)))
        np.testing.assert_allclose(cosines.max(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 3, 5), (6, 4)])
def test_completion_is_stationary(
    ref: types.ModuleType, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    """After many sweeps the gradient of the loss, as the text writes it, is zero (autograd)."""
    idx = np.stack([rng.integers(0, s, size=30) for s in shape], axis=1)
    vals, reg = rng.normal(size=30), 0.7
    factors = ref.cp_complete(idx, vals, [rng.random((s, 2)) for s in shape], reg, 3000)
    leaves = [torch.from_numpy(A).requires_grad_() for A in factors]
    z = torch.ones(30, 2, dtype=torch.float64)
    for k, A in enumerate(leaves):
        z = z * A[torch.from_numpy(idx[:, k])]
    loss = ((torch.from_numpy(vals) - z.sum(1)) ** 2).sum() + reg * sum(
        (A**2).sum() for A in leaves
    )
    for gradient in torch.autograd.grad(loss, leaves):
        assert gradient.abs().max() < 1e-5


def test_completion_of_a_full_table_is_ridge_regression(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    from sklearn.linear_model import Ridge

    X, start = rng.normal(size=(4, 5)), [rng.normal(size=(4, 2)), rng.normal(size=(5, 2))]
    idx = np.argwhere(np.ones(X.shape, dtype=bool))
    A, B = ref.cp_complete(idx, X.ravel(), start, 0.4, 1)
    model = Ridge(alpha=0.4, fit_intercept=False)
    np.testing.assert_allclose(A, model.fit(start[1], X.T).coef_)
    np.testing.assert_allclose(B, model.fit(A, X).coef_)


def test_hooi_is_tensorlys(ref: types.ModuleType, rng: np.random.Generator) -> None:
    X, ranks = rng.normal(size=(6, 5, 7)), [2, 3, 2]
    core, frames = ref.hooi(X, tuple(ranks), 500)
    theirs = tucker(tl.tensor(X), rank=ranks, init="svd", n_iter_max=500, tol=0)
    np.testing.assert_allclose(rebuilt(core, frames), tl.tucker_to_tensor(theirs), atol=1e-5)
    for u, rank in zip(frames, ranks, strict=True):
        np.testing.assert_allclose(u.T @ u, np.eye(rank), atol=1e-10)


def test_hooi_never_gets_worse(ref: types.ModuleType, rng: np.random.Generator) -> None:
    """The core grows; the error obeys the identity of question 7."""
    X = rng.normal(size=(5, 5, 5))
    sizes = []
    for n_sweeps in range(6):
        core, frames = ref.hooi(X, (2, 2, 2), n_sweeps)
        sizes.append(np.linalg.norm(core))
        rest = np.linalg.norm(X - rebuilt(core, frames)) ** 2
        assert rest == pytest.approx(np.linalg.norm(X) ** 2 - sizes[-1] ** 2)
    assert (np.diff(sizes) >= -1e-12).all() and sizes[-1] > sizes[0]


def test_convolution_is_torchs(ref: types.ModuleType, rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 7, 6))
    A, Bf, C, D = (rng.normal(size=(s, 4)) for s in (5, 3, 2, 3))
    K = tl.cp_to_tensor((np.ones(4), [A, Bf, C, D]))
    expected = torch.nn.functional.conv2d(torch.from_numpy(x), torch.from_numpy(K))
    np.testing.assert_allclose(ref.cp_conv2d(x, A, Bf, C, D), expected.numpy(), atol=1e-12)


def test_parameters_are_those_of_torchs_layers(ref: types.ModuleType) -> None:
    from torch import nn

    Co, Ci, kh, kw, R = 20, 12, 3, 5, 4
    chain = nn.Sequential(
        nn.Conv2d(Ci, R, 1, bias=False),
        nn.Conv2d(R, R, (kh, 1), groups=R, bias=False),
        nn.Conv2d(R, R, (1, kw), groups=R, bias=False),
        nn.Conv2d(R, Co, 1, bias=False),
    )
    full = nn.Conv2d(Ci, Co, (kh, kw), bias=False).weight.numel()
    small = sum(p.numel() for p in chain.parameters())
    assert ref.compression_ratio(Co, Ci, kh, kw, R) == pytest.approx(full / small)


def test_unfoldings_by_pencil(ref: types.ModuleType) -> None:
    first = [ref.unfold(X324, mode)[0] for mode in range(3)]
    worked(ref, "unfold", "$0, 2, 4, 6, 1, 3, 5, 7$", first[0])
    worked(ref, "unfold", "$0, 8, 16, 1, 9, 17$", first[1])
    worked(ref, "unfold", "$0, 8, 16, 2, 10, 18$", first[2][:6])


def test_products_by_pencil(ref: types.ModuleType) -> None:
    Y = ref.mode_n_product(X324, np.ones((1, 3)), 0)
    worked(ref, "mode_n_product", "=24$", Y[0, 0, 0])
    worked(ref, "mode_n_product", "=45$", Y[0, 3, 1])
    worked(ref, "mode_n_product", "has the sizes $1, 4, 2$", list(Y.shape))


def test_khatri_rao_by_pencil(ref: types.ModuleType) -> None:
    A, B = np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6], [7, 8], [9, 0]])
    rows = ref.khatri_rao(A, B)
    worked(ref, "khatri_rao", "$(5,12)$, $(7,16)$, $(9,0)$", rows[:3])
    worked(ref, "khatri_rao", "$(15,24)$, $(21,32)$, $(27,0)$", rows[3:])
    worked(ref, "khatri_rao", "$(-2, -2, 18)$", ref.cp_to_tensor(np.array([2.0, -1]), [A, B])[0])


def test_hosvd_by_pencil(ref: types.ModuleType) -> None:
    X = diagonal()
    core, frames = ref.hosvd(X, (1, 1, 1))
    worked(ref, "hosvd", "the core is $3$", np.abs(core))
    error = np.linalg.norm(X - rebuilt(core, frames)) / np.linalg.norm(X)
    worked(ref, "hosvd", "=0.555$", error)
    worked(ref, "hosvd", "The multilinear rank is $(2,2,2)$", list(ref.multilinear_rank(X)))


def test_a_sweep_by_pencil(ref: types.ModuleType) -> None:
    X, ones = diagonal(), [np.ones((2, 1))] * 3
    weights, factors, errors = ref.cp_als(X, ones, 1)
    worked(ref, "cp_als", "=(0.832,0.555)$", factors[0])
    worked(ref, "cp_als", "=(0.914,0.406)$", factors[1])
    worked(ref, "cp_als", r"$\lambda=2.325$", weights)
    worked(ref, "cp_als", "$c=(0.981,0.194)$", factors[2])
    worked(ref, "cp_als", "=7.594$", 13 * errors[0] ** 2)
    worked(ref, "cp_als", "$0.764$", errors[0])
    worked(ref, "cp_als", "it falls to $0.555$", ref.cp_als(X, ones, 30)[2][-1])
    worked(ref, "cp_als", "with length $0.901$", np.linalg.norm(ref.unfold(X, 0).sum(axis=1) / 4))


def test_ratings_by_pencil(ref: types.ModuleType) -> None:
    idx, vals = np.array([[0, 0], [0, 1]]), np.array([3.0, 1.0])
    start = [np.zeros((2, 1)), np.array([[1.0], [2.0]])]
    A, _ = ref.cp_complete(idx, vals, start, 1.0, 1)
    worked(ref, "cp_complete", "=5/6$", A[0])
    worked(ref, "cp_complete", "$a_1=0$", A[1])
    worked(ref, "cp_complete", "it would be 1", ref.cp_complete(idx, vals, start, 1e-9, 1)[0][0])


def test_w_by_pencil(ref: types.ModuleType) -> None:
    W = w_tensor()
    errors = []
    for n_sweeps in (0, 1):
        core, frames = ref.hooi(W, (1, 1, 1), n_sweeps)
        errors.append(np.linalg.norm(W - rebuilt(core, frames)) / np.linalg.norm(W))
    worked(ref, "hooi", "the relative error is 1", errors[0])
    worked(ref, "hooi", "=0.816$", errors[1])
    v = np.sqrt([2 / 3, 1 / 3])
    best = np.einsum("abc,a,b,c", W, v, v, v)
    worked(ref, "hooi", "$0.745$", math.sqrt((3 - best**2) / 3))
    weights, _, cp_errors = ref.cp_als(W, [np.array([[1.0], [0.5]])] * 3, 200)
    assert cp_errors[-1] == pytest.approx(math.sqrt((3 - best**2) / 3))


def test_convolution_by_pencil(ref: types.ModuleType) -> None:
    x = np.array([[1.0, 2], [4, 8]])[None, None]
    one = np.array([[1.0]])
    y = ref.cp_conv2d(x, 2 * one, one, np.ones((2, 1)), np.array([[1.0], [-1.0]]))
    worked(ref, "cp_conv2d", "$y=-10$", y)
    worked(ref, "cp_conv2d", "a ratio of $35.79$", ref.compression_ratio(512, 512, 3, 3, 64))
    worked(
        ref, "cp_conv2d", r"=65\,920$", 512 * 512 * 9 / ref.compression_ratio(512, 512, 3, 3, 64)
    )


def test_kruskals_condition_holds_for_the_planted_table(
    ref: types.ModuleType, rng: np.random.Generator
) -> None:
    """All three factors have full column rank, so each k is 3: 3 + 3 + 3 ≥ 2 · 3 + 2."""
    for A in ref.planted(rng):
        assert np.linalg.matrix_rank(A) == 3
