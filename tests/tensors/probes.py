"""Graded tests of tensors; docs/authoring.md says how to write them."""

import math

import numpy as np

from dlcourse import exact, probe, raises


def cube(*sizes):
    """A tensor that holds 0, 1, 2, … in the order of its indices, the last one fastest."""
    return np.arange(float(math.prod(sizes))).reshape(sizes)


def without_signs(result):
    """Core and frames without signs, and the tensor that they make, in which signs cancel."""
    core, frames = result
    tensor = core
    for mode, u in enumerate(frames):
        tensor = np.moveaxis(np.tensordot(u, tensor, (1, mode)), 0, mode)
    named = {f"frame {mode}, without signs": np.abs(u) for mode, u in enumerate(frames)}
    return {"core, without signs": np.abs(core), **named, "tensor": tensor}


def decomposed(result):
    """What cp_als returns, by name."""
    weights, factors, errors = result
    named = {f"factor {mode}": A for mode, A in enumerate(factors)}
    return {"weights": weights, **named, "errors": errors}


def completed(factors):
    """Factors by name."""
    return {f"factor {mode}": A for mode, A in enumerate(factors)}


@probe("unfold", points=2, compare=exact())
def unfolded_by_hand(unfold):
    """The three unfoldings in the picture."""
    X = np.arange(24.0).reshape(3, 4, 2)
    return {f"mode {mode}": unfold(X, mode) for mode in range(3)}


@probe("unfold", points=1, compare=exact())
def folded_by_hand(fold):
    """Three unfoldings with the numbers 0, 1, 2, … row by row, folded to the sizes 3, 4, 2."""
    shape = (3, 4, 2)
    return {
        f"mode {mode}": fold(np.arange(24.0).reshape(shape[mode], -1), mode, shape)
        for mode in range(3)
    }


@probe("unfold", points=2, public=False, compare=exact())
def unfoldings_of_many_sizes(unfold, rng):
    """Four modes of different sizes, a matrix, modes that count from the end, axes that are not contiguous."""
    X = rng.normal(size=(4, 2, 5, 3))
    found = {f"mode {mode}": unfold(X, mode) for mode in range(-4, 4)}
    Y = rng.normal(size=(2, 6, 3)).transpose(2, 0, 1)
    found |= {f"transposed, mode {mode}": unfold(Y, mode) for mode in range(3)}
    return found | {f"matrix, mode {mode}": unfold(X[0, 0], mode) for mode in (0, 1, -1)}


@probe("unfold", points=1, public=False, compare=exact())
def unfoldings_of_equal_and_single_sizes(unfold, rng):
    """A cube, where no shape gives an error away, and modes of size 1."""
    X, Y = rng.normal(size=(3, 3, 3)), rng.normal(size=(1, 4, 1))
    found = {f"cube, mode {mode}": unfold(X, mode) for mode in range(3)}
    return found | {f"sizes 1, 4, 1, mode {mode}": unfold(Y, mode) for mode in range(3)}


@probe("unfold", points=2, public=False, compare=exact())
def tensors_of_many_sizes(fold, rng):
    """Folding to four modes, to a matrix, to a cube, to modes of size 1; modes that count from the end."""
    shapes = [(4, 2, 5, 3), (3, 5), (3, 3, 3), (1, 4, 1)]
    found = {}
    for shape in shapes:
        for mode in range(-len(shape), len(shape)):
            M = rng.normal(size=(math.prod(shape) // shape[mode], shape[mode])).T
            found[f"{shape}, mode {mode}"] = fold(M, mode, shape)
    M = rng.normal(size=(4, 12))
    for shape, mode in (((4, 3, 4), 0), ((4, 3, 4), 2), ((4, 12), 0), ((2, 6, 4), 2)):
        found[f"the same matrix, {shape}, mode {mode}"] = fold(M, mode, shape)
    return found


@probe("unfold", points=2, public=False, compare=exact())
def new_arrays_in_the_same_dtype(unfold, fold):
    """Integers, truth values and float32; results that are changed, and what that does to the argument."""
    X = np.asfortranarray(np.arange(24).reshape(3, 4, 2))
    flat = {}
    for dtype in ("int64", "bool", "float32"):
        argument = X.astype(dtype)
        M = unfold(argument, 0)
        other = unfold(argument, 1)
        M[1, 2] = 1 - M[1, 2]
        back = fold(M, 0, (3, 4, 2))
        back[0, 0, 0] = 1 - back[0, 0, 0]
        matrix = argument[:, :, 0].copy()
        same = unfold(matrix, 0)
        same[2, 1] = 1 - same[2, 1]
        again = fold(matrix, 0, (3, 4))
        again[0, 3] = 1 - again[0, 3]
        flat[dtype] = {
            "changed unfolding": M,
            "another unfolding": other,
            "changed tensor": back,
            "changed unfolding of a matrix": same,
            "changed matrix": again,
            "arguments": [argument, matrix],
            "dtypes": [str(a.dtype) for a in (M, other, back)],
        }
    return flat


@probe("mode_n_product", points=2)
def product_by_hand(mode_n_product):
    """The sums of the text along mode 0, and a matrix with two rows along mode 1."""
    X = np.arange(24.0).reshape(3, 4, 2)
    return {
        "ones along mode 0": mode_n_product(X, np.ones((1, 3)), 0),
        "two rows along mode 1": mode_n_product(X, np.array([[1.0, 0, 0, 0], [0, -1, 1, 0]]), 1),
    }


@probe("mode_n_product", points=3, public=False)
def products_along_every_mode(mode_n_product, rng):
    """Four modes of different sizes, from both ends; a matrix; one row; a mode of size 1."""
    X = rng.normal(size=(4, 2, 5, 3))
    found = {}
    for mode in range(-4, 4):
        U = rng.normal(size=(X.shape[mode], 6)).T
        found[f"mode {mode}"] = mode_n_product(X, U, mode)
    found["one row"] = mode_n_product(X, rng.normal(size=(1, 5)), 2)
    found["a mode of size 1"] = mode_n_product(X[:, :1, :, :1], rng.normal(size=(2, 1)), 1)
    found["matrix from the left"] = mode_n_product(X[0, 0], rng.normal(size=(2, 5)), 0)
    found["matrix from the right"] = mode_n_product(X[0, 0], rng.normal(size=(2, 3)), 1)
    return found


@probe("mode_n_product", points=2, public=False)
def square_products(mode_n_product, rng):
    """Square matrices on a cube, where any order and any transpose has the right shape."""
    X, U = rng.normal(size=(3, 3, 3)), rng.normal(size=(3, 3))
    found = {f"mode {mode}": mode_n_product(X, U, mode) for mode in range(3)}
    twice = mode_n_product(mode_n_product(X, U, 0), X[1], 2)
    return found | {"transposed, mode 1": mode_n_product(X, U.T, 1), "two modes": twice}


@probe("mode_n_product", points=1, public=False)
def matrices_that_do_not_fit(mode_n_product, rng):
    """Too many columns, too few, a single one, and several for a mode of size 1."""
    X = rng.normal(size=(3, 4, 1))
    return {
        "rows for columns": raises(mode_n_product, X, rng.normal(size=(3, 2)), 0),
        "too many": raises(mode_n_product, X, rng.normal(size=(2, 5)), 1),
        "one": raises(mode_n_product, X, rng.normal(size=(2, 1)), 1),
        "several for size 1": raises(mode_n_product, X, rng.normal(size=(2, 3)), 2),
        "columns of another mode": raises(mode_n_product, X, rng.normal(size=(2, 4)), 0),
    }


@probe("khatri_rao", points=2)
def columns_by_hand(khatri_rao):
    """The product of the text, and the same with the operands exchanged."""
    A, B = np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6], [7, 8], [9, 0]])
    return {"A, B": khatri_rao(A, B), "B, A": khatri_rao(B, A)}


@probe("khatri_rao", points=1)
def sum_by_hand(cp_to_tensor):
    """The matrix of the text, and a tensor with one cell per component."""
    A, B = np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6], [7, 8], [9, 0]])
    return {
        "matrix": cp_to_tensor(np.array([2.0, -1]), [A, B]),
        "two cells": cp_to_tensor(np.array([3.0, 2]), [np.eye(2), np.eye(2), np.eye(2)]),
    }


@probe("khatri_rao", points=2, public=False)
def products_of_columns(khatri_rao, rng):
    """Operands of other sizes, equal sizes, one row, one column; not contiguous."""
    A, B = rng.normal(size=(3, 5)).T, rng.normal(size=(3, 4)).T
    C, D = rng.normal(size=(2, 3, 3))
    return {
        "five and four rows": khatri_rao(A, B),
        "square": khatri_rao(C, D),
        "one row": khatri_rao(A[1:2], B),
        "one row below": khatri_rao(A, B[2:3]),
        "one column": khatri_rao(A[:, 1:2], B[:, 2:]),
    }


@probe("khatri_rao", points=1, public=False)
def columns_that_do_not_match(khatri_rao, rng):
    """Two columns against three; one column against three, which numpy would repeat."""
    A, B = rng.normal(size=(4, 2)), rng.normal(size=(5, 3))
    return {
        "two and three": raises(khatri_rao, A, B),
        "three and two": raises(khatri_rao, B, A),
        "one and three": raises(khatri_rao, A[:, :1], B),
        "three and one": raises(khatri_rao, B, A[:, :1]),
    }


@probe("khatri_rao", points=3, public=False)
def sums_of_outer_products(cp_to_tensor, rng):
    """Two to five modes, ranks 1 to 4, negative and equal weights, columns of any length, a cube."""

    def factors(*sizes, rank):
        return [rng.normal(size=(rank, size)).T for size in sizes]

    return {
        "three modes": cp_to_tensor(rng.normal(size=2), factors(4, 3, 5, rank=2)),
        "five modes": cp_to_tensor(rng.normal(size=4), factors(2, 3, 1, 4, 2, rank=4)),
        "matrix": cp_to_tensor(-rng.random(size=3), factors(4, 2, rank=3)),
        "rank 1": cp_to_tensor(np.array([-2.7]), factors(3, 2, 4, rank=1)),
        "cube": cp_to_tensor(rng.normal(size=3), factors(3, 3, 3, rank=3)),
        "equal weights": cp_to_tensor(np.full(2, 0.37), factors(2, 3, 4, rank=2)),
    }


@probe("hosvd", points=1)
def ranks_by_hand(multilinear_rank):
    """The tensor of the text, one entry of it alone, and two entries that share an index."""
    X, Y, Z = np.zeros((3, 2, 2, 2))
    X[0, 0, 0], X[1, 1, 1] = 3, 2
    Y[0, 1, 0] = -5
    Z[0, 0, 0] = Z[0, 1, 1] = 1
    return {
        "text": multilinear_rank(X),
        "one entry": multilinear_rank(Y),
        "two entries": multilinear_rank(Z),
    }


@probe("hosvd", points=2)
def frames_by_hand(hosvd):
    """The tensor of the text with the ranks (1, 1, 1) and (2, 2, 2); signs are not looked at."""
    X = np.zeros((2, 2, 2))
    X[0, 0, 0], X[1, 1, 1] = 3, 2
    return {
        "ranks 1, 1, 1": without_signs(hosvd(X, (1, 1, 1))),
        "ranks 2, 2, 2": without_signs(hosvd(X, (2, 2, 2))),
    }


@probe("hosvd", points=3, public=False, compare=exact())
def ranks_of_many_tensors(multilinear_rank, rng):
    """Ranks that differ from mode to mode, thresholds, tiny entries, integers, a matrix, zeros."""
    core = rng.normal(size=(2, 3, 4))
    X = np.einsum(
        "abc,ia,jb,kc->ijk", core, *(rng.normal(size=s) for s in ((5, 2), (6, 3), (4, 4)))
    )
    steps = np.zeros((4, 4, 4))
    steps[range(4), range(4), range(4)] = [8.3, 1.1, 0.21, 3e-4]
    found = {
        "2, 3, 4": multilinear_rank(X),
        "tiny": multilinear_rank(1e-12 * X),
        "huge": multilinear_rank(1e12 * X),
        "axes exchanged": multilinear_rank(X.transpose(2, 0, 1)),
        "integers": multilinear_rank(np.arange(24).reshape(2, 3, 4)),
        "matrix": multilinear_rank(X[:, :, 0] + 0.0),
        "four modes": multilinear_rank(np.multiply.outer(X, np.array([1.0, 2, 3]))),
        "one slice, tol 0.8": multilinear_rank(np.eye(2)[None], 0.8),
        "zeros": multilinear_rank(np.zeros((2, 3, 1))),
        "zeros, generous": multilinear_rank(np.zeros((1, 3, 2)), 0.5),
    }
    return found | {f"tol {tol}": multilinear_rank(steps, tol) for tol in (1e-6, 1e-3, 0.1, 0.5)}


@probe("hosvd", points=3, public=False)
def truncated_to_many_ranks(hosvd, rng):
    """Different ranks per mode, four modes, a matrix; axes that are not contiguous; signs are not looked at."""
    X = rng.normal(size=(4, 6, 5)).transpose(2, 0, 1)
    Y = rng.normal(size=(3, 4, 2, 5))
    return {
        "ranks 2, 3, 4": without_signs(hosvd(X, (2, 3, 4))),
        "ranks 4, 1, 2": without_signs(hosvd(X, (4, 1, 2))),
        "four modes": without_signs(hosvd(Y, (2, 3, 1, 4))),
        "matrix": without_signs(hosvd(X[0], (3, 2))),
        "one fibre": without_signs(hosvd(X[:1, :, :1], (1, 1, 1))),
    }


@probe("hosvd", points=2, public=False)
def cubes_and_exact_ranks(hosvd, rng):
    """A cube with equal ranks, all ranks kept, and ranks that lose nothing; signs are not looked at."""
    X = rng.normal(size=(3, 3, 3))
    small = np.einsum(
        "abc,ia,jb,kc->ijk", X[:2, :, :2], *(rng.normal(size=s) for s in ((5, 2), (4, 3), (6, 2)))
    )
    return {
        "ranks 2, 2, 2": without_signs(hosvd(X, (2, 2, 2))),
        "ranks 3, 3, 3": without_signs(hosvd(X, (3, 3, 3))),
        "nothing lost": without_signs(hosvd(small, (2, 3, 2))),
    }


@probe("cp_als", points=3)
def a_sweep_by_hand(cp_als):
    """The sweep of the text, and the same after four sweeps."""
    X = np.zeros((2, 2, 2))
    X[0, 0, 0], X[1, 1, 1] = 3, 2
    start = [np.ones((2, 1)), np.ones((2, 1)), np.ones((2, 1))]
    return {
        "one sweep": decomposed(cp_als(X, start, 1)),
        "four sweeps": decomposed(cp_als(X, start, 4)),
    }


def starts(rng, shape, rank):
    """A start of uniform numbers, columns of different lengths."""
    return [rng.random((rank, size)).T * rng.uniform(0.5, 3, size=rank) for size in shape]


@probe("cp_als", points=4, public=False)
def sweeps_of_many_tensors(cp_als, rng):
    """One and three sweeps, three modes, four modes, a matrix; ranks 1 to 3; numbers of a millionth; not contiguous."""
    X = rng.normal(size=(4, 6, 5)).transpose(2, 0, 1) + 1
    Y = rng.random((3, 4, 2, 5))
    return {
        "one sweep": decomposed(cp_als(X, starts(rng, X.shape, 2), 1)),
        "three sweeps": decomposed(cp_als(X, starts(rng, X.shape, 3), 3)),
        "four modes": decomposed(cp_als(Y, starts(rng, Y.shape, 2), 2)),
        "tiny numbers": decomposed(cp_als(1e-6 * X, starts(rng, X.shape, 2), 1)),
        "matrix, rank 1": decomposed(cp_als(X[0], starts(rng, X.shape[1:], 1), 2)),
        "one vial": decomposed(cp_als(Y[:1], starts(rng, (1, 4, 2, 5), 1), 2)),
    }


@probe("cp_als", points=2, public=False)
def sweeps_of_a_cube(cp_als, rng):
    """Equal sizes and a rank as large, where any order of factors has the right shape; integers."""
    X = rng.random((3, 3, 3)) + 0.3 * rng.normal(size=(3, 3, 3))
    whole = np.array([[[4, 1], [0, 2]], [[7, 3], [5, 9]]])
    return {
        "cube": decomposed(cp_als(X, starts(rng, X.shape, 2), 2)),
        "rank 3": decomposed(cp_als(X, starts(rng, X.shape, 3), 1)),
        "integers": decomposed(cp_als(whole, starts(rng, whole.shape, 1), 2)),
    }


@probe("cp_als", points=2, public=False)
def columns_that_vanish_or_coincide(cp_als, rng):
    """A start with a column of zeros, one whose two components are equal, and sweeps that change nothing."""
    X = rng.random((4, 3, 5))
    diagonal = np.zeros((2, 2, 2))
    diagonal[0, 0, 0], diagonal[1, 1, 1] = 3, 2
    zero, equal = starts(rng, X.shape, 3), starts(rng, X.shape, 2)
    zero[2][:, 1] = 0
    for A in equal:
        A[:, 1] = A[:, 0]
    return {
        "a column of zeros": decomposed(cp_als(X, zero, 2)),
        "two equal columns": decomposed(cp_als(X, equal, 1)),
        "sweeps that change nothing": decomposed(
            cp_als(diagonal, [np.ones((2, 1)) for _ in range(3)], 9)
        ),
    }


@probe("cp_complete", points=3)
def ratings_by_hand(cp_complete):
    """The user of the text with two ratings and the one with none; a table with three modes and three entries."""
    idx, vals = np.array([[0, 0], [0, 1]]), np.array([3.0, 1.0])
    three_idx, three_vals = np.array([[0, 0, 0], [1, 1, 0], [0, 1, 0]]), np.array([3.0, 1.0, 2.0])
    start = [np.ones((2, 1)), np.array([[1.0], [2.0]])]
    three = [np.ones((2, 1)), np.ones((2, 1)), np.ones((2, 1))]
    return {
        "text": completed(cp_complete(idx, vals, start, 1.0, 1)),
        "three modes": completed(cp_complete(three_idx, three_vals, three, 0.5, 1)),
    }


def entries(rng, m, shape):
    """Indices of m cells, the last index of each mode left out, two cells twice; and their values, one of them 0."""
    idx = np.stack([rng.integers(0, max(size - 1, 1), size=m) for size in shape], axis=1)
    idx[-2:] = idx[:2]
    vals = rng.normal(size=m) + 1.5
    vals[4] = 0
    return idx, vals


@probe("cp_complete", points=4, public=False)
def tables_with_holes(cp_complete, rng):
    """Two to four modes, one to three sweeps, two penalties; cells that occur twice, rows that never occur, a value 0."""
    found = {}
    for shape, rank, reg, n_sweeps in (
        ((5, 6, 4), 2, 0.13, 1),
        ((5, 6, 4), 3, 2.7, 3),
        ((3, 4, 2, 5), 2, 0.4, 2),
        ((7, 5), 3, 0.9, 2),
    ):
        idx, vals = entries(rng, 40, shape)
        factors = cp_complete(idx, vals, starts(rng, shape, rank), reg, n_sweeps)
        found[f"sizes {shape}, rank {rank}, {n_sweeps} sweeps"] = completed(factors)
    return found


@probe("cp_complete", points=2, public=False)
def equal_sizes_and_single_entries(cp_complete, rng):
    """A cube with rank 3, one entry alone, one component, indices that are not contiguous."""
    idx, vals = entries(rng, 15, (3, 3, 3))
    other, _ = entries(rng, 15, (3, 3, 3))
    return {
        "cube": completed(cp_complete(idx, vals, starts(rng, (3, 3, 3), 3), 0.6, 2)),
        "one entry": completed(
            cp_complete(idx[:1], np.array([37.3]), starts(rng, (3, 3, 3), 2), 0.6, 2)
        ),
        "not contiguous": completed(
            cp_complete(other[:, ::-1], vals, starts(rng, (3, 3, 3), 1), 1.9, 1)
        ),
        "modes of size 1": completed(
            cp_complete(idx[:, :2] * [0, 1], vals, starts(rng, (1, 3), 1), 0.3, 1)
        ),
    }


@probe("cp_complete", points=1, public=False)
def no_sweep_and_new_arrays(cp_complete, rng):
    """No sweep at all: results that are changed, and what that does to the start."""
    idx, vals = entries(rng, 9, (3, 4))
    start = starts(rng, (3, 4), 2)
    factors = cp_complete(idx, vals, start, 0.5, 0)
    before = [np.array(A) for A in factors]
    for A in factors:
        A += 1
    more = cp_complete(idx, vals, start, 0.5, 1)
    return {"factors": before, "start": start, "after one sweep": completed(more)}


@probe("hooi", points=2)
def w_by_hand(hooi):
    """The tensor W of the text after no sweep and after one; signs are not looked at."""
    W = np.zeros((2, 2, 2))
    W[1, 0, 0] = W[0, 1, 0] = W[0, 0, 1] = 1
    return {f"{n} sweeps": without_signs(hooi(W, (1, 1, 1), n)) for n in (0, 1)}


@probe("hooi", points=4, public=False)
def iterated_to_many_ranks(hooi, rng):
    """Different ranks per mode, one to three sweeps, four modes, a matrix; signs are not looked at."""
    X = rng.normal(size=(4, 6, 5)).transpose(2, 0, 1)
    Y = rng.normal(size=(3, 4, 2, 5))
    return {
        "ranks 2, 3, 4": without_signs(hooi(X, (2, 3, 4), 1)),
        "ranks 2, 1, 2": without_signs(hooi(X, (2, 1, 2), 3)),
        "four modes": without_signs(hooi(Y, (2, 3, 1, 2), 2)),
        "matrix": without_signs(hooi(X[0], (2, 2), 1)),
        "no sweep": without_signs(hooi(X, (2, 2, 3), 0)),
    }


@probe("hooi", points=2, public=False)
def iterated_on_cubes(hooi, rng):
    """A cube with equal ranks, and one with modes of size 1; signs are not looked at."""
    X = rng.normal(size=(4, 4, 4))
    return {
        "ranks 2, 2, 2": without_signs(hooi(X, (2, 2, 2), 2)),
        "ranks 1, 1, 1": without_signs(hooi(X, (1, 1, 1), 1)),
        "sizes 1, 4, 4": without_signs(hooi(X[:1], (1, 2, 2), 1)),
    }


@probe("cp_conv2d", points=2)
def convolution_by_hand(cp_conv2d):
    """The image of the text, and one row more."""
    A, Bf = np.array([[2.0]]), np.array([[1.0]])
    C, D = np.array([[1.0], [1.0]]), np.array([[1.0], [-1.0]])
    x = np.array([[1.0, 2], [4, 8], [3, 0]])[None, None]
    return {"text": cp_conv2d(x[:, :, :2], A, Bf, C, D), "one row more": cp_conv2d(x, A, Bf, C, D)}


@probe("cp_conv2d", points=1)
def parameters_by_hand(compression_ratio):
    """The layer of the text, and a kernel that is smaller than its factors."""
    return {
        "VGG": compression_ratio(512, 512, 3, 3, 64),
        "no gain": compression_ratio(2, 3, 1, 4, 5),
    }


@probe("cp_conv2d", points=3, public=False)
def convolutions_of_many_sizes(cp_conv2d, rng):
    """All sizes different, kernels of 1 x 1 and as large as the image, one component, a batch of one."""

    def layer(out, channels, kh, kw, rank):
        return [rng.normal(size=(rank, size)).T for size in (out, channels, kh, kw)]

    x = rng.normal(size=(2, 7, 8, 3)).transpose(0, 3, 1, 2)
    return {
        "2 x 4 taps": cp_conv2d(x, *layer(5, 3, 2, 4, rank=6)),
        "3 x 1 taps": cp_conv2d(x, *layer(4, 3, 3, 1, rank=2)),
        "1 x 1 taps": cp_conv2d(x, *layer(2, 3, 1, 1, rank=4)),
        "as large as the image": cp_conv2d(x, *layer(2, 3, 7, 8, rank=2)),
        "one component": cp_conv2d(x[:1], *layer(3, 3, 3, 2, rank=1)),
        "one channel": cp_conv2d(x[:, :1], *layer(1, 1, 2, 3, rank=3)),
    }


@probe("cp_conv2d", points=2, public=False)
def square_convolutions(cp_conv2d, rng):
    """Square images, kernels and factors, where any exchange has the right shape."""
    x = rng.normal(size=(3, 3, 6, 6))
    A, Bf, C, D = rng.normal(size=(4, 3, 3))
    return {
        "one order": cp_conv2d(x, A, Bf, C, D),
        "other order": cp_conv2d(x, D, A, Bf, C),
        "turned": cp_conv2d(x.transpose(1, 0, 3, 2), A, Bf, D, C),
    }


@probe("cp_conv2d", points=2, public=False)
def ratios_of_many_layers(compression_ratio):
    """Sizes that all differ, a rank of one, and layers whose factors are larger than the kernel."""
    layers = [
        (7, 5, 3, 2, 4),
        (7, 9, 2, 3, 5),
        (7, 9, 2, 3, 6),
        (64, 3, 11, 5, 1),
        (1, 1, 1, 1, 1),
        (10, 20, 1, 1, 30),
        (256, 128, 3, 5, 37),
    ]
    return {f"Co, Ci, kh, kw, R = {layer}": compression_ratio(*layer) for layer in layers}
