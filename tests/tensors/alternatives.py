"""Other correct implementations of tensors; all of them must earn 100 %."""

import itertools
import string

import numpy as np


def unfold__cells(X, mode):
    """One cell at a time, by the formula for the column."""
    n = mode % X.ndim
    M = np.empty((X.shape[n], X.size // X.shape[n]), X.dtype)
    for index in itertools.product(*map(range, X.shape)):
        column, step = 0, 1
        for k, (i, size) in enumerate(zip(index, X.shape, strict=True)):
            if k != n:
                column += i * step
                step *= size
        M[index[n], column] = X[index]
    return M


def fold__cells(M, mode, shape):
    """One cell at a time, by the formula for the column."""
    n = mode % len(shape)
    X = np.empty(shape, M.dtype)
    for index in itertools.product(*map(range, shape)):
        column, step = 0, 1
        for k, (i, size) in enumerate(zip(index, shape, strict=True)):
            if k != n:
                column += i * step
                step *= size
        X[index] = M[index[n], column]
    return X


def unfold__transposed(X, mode):
    """The other modes reversed, so that the default order of reshape serves."""
    n = mode % X.ndim
    axes = [n] + [k for k in range(X.ndim - 1, -1, -1) if k != n]
    return np.transpose(X, axes).reshape(X.shape[n], -1).copy()


def fold__transposed(M, mode, shape):
    """Split in the default order, then all axes back at once."""
    n = mode % len(shape)
    axes = [n] + [k for k in range(len(shape) - 1, -1, -1) if k != n]
    return np.transpose(M.reshape([shape[k] for k in axes]), np.argsort(axes)).copy()


def mode_n_product__tensordot(X, U, mode):
    """A contraction, and the new axis put back."""
    return np.moveaxis(np.tensordot(U, X, axes=(1, mode)), 0, mode)


def mode_n_product__einsum(X, U, mode):
    """A contraction written as a text."""
    if U.shape[1] != X.shape[mode]:
        raise ValueError("sizes differ")
    letters = string.ascii_lowercase[: X.ndim]
    old = letters[mode]
    return np.einsum(f"Z{old},{letters}->{letters.replace(old, 'Z')}", U, X)


def khatri_rao__columns(A, B):
    """Column by column."""
    if A.shape[1] != B.shape[1]:
        raise ValueError(f"{A.shape[1]} columns and {B.shape[1]}")
    return np.stack([np.outer(a, b).ravel() for a, b in zip(A.T, B.T, strict=True)], axis=1)


def cp_to_tensor__columns(weights, factors):
    """A sum of outer products."""
    X = np.zeros([len(A) for A in factors])
    for r, weight in enumerate(weights):
        term = np.array(weight)
        for A in factors:
            term = np.multiply.outer(term, A[:, r])
        X += term
    return X


def khatri_rao__repeated(A, B):
    """Rows repeated and tiled."""
    if np.shape(A)[1] != np.shape(B)[1]:
        raise ValueError
    return np.repeat(A, len(B), axis=0) * np.tile(B, (len(A), 1))


def cp_to_tensor__unfolded(weights, factors):
    """The first unfolding, folded by hand."""
    product = np.ones((1, len(weights)))
    for A in factors[:0:-1]:
        product = np.repeat(product, len(A), axis=0) * np.tile(A, (len(product), 1))
    flat = (factors[0] * weights) @ product.T
    return flat.reshape([len(A) for A in factors], order="F")


def _matrix(X, n):
    return np.moveaxis(X, n, 0).reshape(X.shape[n], -1)


def multilinear_rank__gram(X, tol=1e-10):
    """numpy's own count, with the threshold made absolute."""
    ranks = []
    for n in range(np.ndim(X)):
        M = _matrix(np.asarray(X, dtype=float), n)
        ranks.append(int(np.linalg.matrix_rank(M, tol=tol * np.linalg.norm(M, 2))))
    return tuple(ranks)


def hosvd__gram(X, ranks):
    """Eigenvectors of the small Gram matrices; one contraction for the core."""
    frames = []
    for n, rank in enumerate(ranks):
        M = _matrix(X, n)
        _, vectors = np.linalg.eigh(M @ M.T)
        frames.append(vectors[:, ::-1][:, :rank])
    core = X
    for u in frames:
        core = np.tensordot(core, u, (0, 0))
    return core, frames


def _others_product(factors, n):
    """Rows in the order of C for the modes without n."""
    product = np.ones((1, factors[0].shape[1]))
    for k, A in enumerate(factors):
        if k != n:
            product = (product[:, None] * A).reshape(-1, A.shape[1])
    return product


def cp_als__lstsq(X, start, n_sweeps):
    """Least squares by a library's routine, with unfoldings in C order."""
    factors = [np.array(A, dtype=float) for A in start]
    errors = []
    for _ in range(n_sweeps):
        for n in range(X.ndim):
            Z = _others_product(factors, n)
            A = np.linalg.lstsq(Z, _matrix(X, n).T, rcond=None)[0].T
            weights = np.sqrt((A**2).sum(axis=0))
            factors[n] = np.divide(A, weights, out=np.zeros_like(A), where=weights > 0)
        guess = (factors[-1] * weights) @ _others_product(factors, X.ndim - 1).T
        rest = _matrix(X, X.ndim - 1) - guess
        errors.append(np.sqrt((rest**2).sum() / (np.asarray(X, float) ** 2).sum()))
    return weights, factors, np.array(errors)


def cp_als__pseudo_inverse(X, start, n_sweeps):
    """The pseudo-inverse of the whole product."""
    factors, errors = [A.copy() for A in start], np.empty(n_sweeps)
    for sweep in range(n_sweeps):
        for n in range(X.ndim):
            A = _matrix(X, n) @ np.linalg.pinv(_others_product(factors, n).T)
            weights = np.linalg.norm(A, axis=0)
            for r, length in enumerate(weights):
                if length:
                    A[:, r] /= length
            factors[n] = A
        product = (factors[0] * weights) @ _others_product(factors, 0).T
        errors[sweep] = np.linalg.norm(_matrix(X, 0) - product) / np.linalg.norm(X * 1.0)
    return weights, factors, errors


def cp_complete__rows(idx, vals, start, reg, n_sweeps):
    """Row by row, each as an ordinary least-squares problem with extra rows for the penalty."""
    factors = [A.copy() for A in start]
    R = factors[0].shape[1]
    for _ in range(n_sweeps):
        for n, A in enumerate(factors):
            new = np.zeros_like(A)
            for i in range(len(A)):
                mine = idx[:, n] == i
                Z = np.ones((mine.sum(), R))
                for k, other in enumerate(factors):
                    if k != n:
                        Z *= other[idx[mine, k]]
                tall = np.vstack([Z, np.sqrt(reg) * np.eye(R)])
                new[i] = np.linalg.lstsq(tall, np.append(vals[mine], np.zeros(R)), rcond=None)[0]
            factors[n] = new
    return factors


def cp_complete__one_hot(idx, vals, start, reg, n_sweeps):
    """Sums over entries by a matrix of zeros and ones."""
    factors = list(map(np.copy, start))
    for _ in range(n_sweeps):
        for n in range(idx.shape[1]):
            rows = [factors[k][idx[:, k]] for k in range(idx.shape[1]) if k != n]
            z = np.prod(rows, axis=0)
            picks = (np.arange(len(factors[n]))[:, None] == idx[:, n]).astype(float)
            for i, pick in enumerate(picks):
                gram = (z * pick[:, None]).T @ z + reg * np.eye(z.shape[1])
                factors[n][i] = np.linalg.inv(gram) @ (z.T @ (pick * vals))
    return factors


def hooi__gram(X, ranks, n_sweeps):
    """Eigenvectors of Gram matrices, and contractions from the last mode."""

    def frame(M, rank):
        return np.linalg.eigh(M @ M.T)[1][:, : -rank - 1 : -1]

    def shrunk(frames, skip):
        Y = X
        for k, u in enumerate(frames):
            if k != skip:
                Y = np.moveaxis(np.tensordot(Y, u, (k, 0)), -1, k)
        return Y

    frames = [frame(_matrix(X, n), rank) for n, rank in enumerate(ranks)]
    for _ in range(n_sweeps):
        for n, rank in enumerate(ranks):
            frames[n] = frame(_matrix(shrunk(frames, n), n), rank)
    return shrunk(frames, None), frames


def cp_conv2d__kernel(x, A, Bf, C, D):
    """The kernel is built, and windows meet it."""
    K = np.einsum("or,cr,ir,jr->ocij", A, Bf, C, D)
    windows = np.lib.stride_tricks.sliding_window_view(x, K.shape[2:], axis=(2, 3))
    return np.einsum("bchwij,ocij->bohw", windows, K)


def compression_ratio__shares(Co, Ci, kh, kw, R):
    """Parameters counted from shapes."""
    return float(np.prod([Co, Ci, kh, kw])) / sum(n * R for n in (Co, Ci, kh, kw))


def cp_conv2d__columns_first(x, A, Bf, C, D):
    """Channels last; the columns before the rows."""
    z = np.tensordot(x, Bf, (1, 0))
    width, height = x.shape[3] - len(D) + 1, x.shape[2] - len(C) + 1
    across = np.zeros(z.shape[:2] + (width, z.shape[3]))
    for j, tap in enumerate(D):
        across += tap * z[:, :, j : j + width]
    down = np.zeros((len(x), height, width, z.shape[3]))
    for i, tap in enumerate(C):
        down += tap * across[:, i : i + height]
    return np.moveaxis(down @ A.T, -1, 1)
