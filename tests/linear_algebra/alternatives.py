"""Other correct implementations of linear_algebra; all of them must earn 100 %."""

import math

import numpy as np


def linear_backward__loops(dZ, X, W):
    """One example after the other, outer products added up."""
    dW, db, dX = np.zeros(W.shape), np.zeros(len(W)), np.zeros(X.shape)
    for i in range(len(X)):
        dW += np.outer(dZ[i], X[i])
        db += dZ[i]
        for o in range(len(W)):
            dX[i] += dZ[i, o] * W[o]
    return dW, db, dX


def adjoint_gap__loops(forward, backward, x, y):
    """Flat arrays and Python's sum; a list would do as well."""
    out = forward(x)
    if np.shape(out) != np.shape(y):
        raise ValueError("forward")
    back = backward(y)
    if np.shape(back) != np.shape(x):
        raise ValueError("backward")
    left = sum(a * b for a, b in zip(out.ravel().tolist(), y.ravel().tolist(), strict=True))
    right = sum(a * b for a, b in zip(x.ravel().tolist(), back.ravel().tolist(), strict=True))
    return abs(left - right)


def linear_backward__einsum(dZ, X, W):
    """Indices instead of transposes; a list in place of a tuple."""
    return [
        np.einsum("bm,bd->md", dZ, X),
        np.ones(len(dZ)) @ dZ,
        np.einsum("bm,md->bd", dZ, W),
    ]


def adjoint_gap__einsum(forward, backward, x, y):
    """np.vdot, and the shapes compared axis by axis."""
    out, back = forward(x), backward(y)
    for got, wanted in ((out, y), (back, x)):
        if got.ndim != wanted.ndim or any(a != b for a, b in zip(got.shape, wanted.shape, strict=True)):
            raise ValueError("shape")
    return math.fabs(float(np.vdot(out, y)) - float(np.vdot(x, back)))


def toeplitz_conv_matrix__diagonals(w, n):
    """One diagonal per tap."""
    w = np.asarray(w, dtype=float)
    k = w.size
    if n < k:
        raise ValueError("does not fit")
    return sum(w[j] * np.eye(n - k + 1, n, k - 1 - j) for j in range(k))


def toeplitz_conv_matrix__indices(w, n):
    """The formula for every entry, by broadcasting."""
    k = len(w)
    if k > n:
        raise ValueError("does not fit")
    tap = np.arange(n - k + 1)[:, None] + k - 1 - np.arange(n)
    inside = (tap >= 0) & (tap < k)
    return np.where(inside, np.asarray(w, dtype=np.float64)[tap.clip(0, k - 1)], 0.0)


def im2col__windows(x, kh, kw, stride=1, pad=0):
    """numpy's sliding windows."""
    x = np.pad(np.asarray(x, dtype=np.float64), [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    if x.shape[2] < kh or x.shape[3] < kw:
        raise ValueError("does not fit")
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 1, 4, 5, 2, 3)
    return np.array(windows).reshape(x.shape[0], x.shape[1] * kh * kw, -1)


def im2col__patches(x, kh, kw, stride=1, pad=0):
    """Patch by patch."""
    B, C, H, W = x.shape
    big = np.zeros((B, C, H + 2 * pad, W + 2 * pad))
    big[:, :, pad : pad + H, pad : pad + W] = x
    tops = range(0, H + 2 * pad - kh + 1, stride)
    lefts = range(0, W + 2 * pad - kw + 1, stride)
    if not tops or not lefts:
        raise ValueError("does not fit")
    columns = [big[:, :, t : t + kh, u : u + kw].reshape(B, -1) for t in tops for u in lefts]
    return np.stack(columns, axis=2)


def conv2d_gemm__shifts(x, w, b, stride=1, pad=0):
    """No patches: one shifted image per place of the kernel."""
    B, C, H, W = x.shape
    C_out, _, kh, kw = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    h, v = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    y = np.zeros((B, C_out, h, v)) + b.reshape(1, C_out, 1, 1)
    for i in range(kh):
        for j in range(kw):
            y += np.einsum("oc,bchv->bohv", w[:, :, i, j], x[:, :, i::stride, j::stride][:, :, :h, :v])
    return y


def conv2d_gemm__loops(x, w, b, stride=1, pad=0):
    """One output after the other."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    B, C, H, W = x.shape
    C_out, _, kh, kw = w.shape
    y = np.empty((B, C_out, (H - kh) // stride + 1, (W - kw) // stride + 1))
    for n, o, r, c in np.ndindex(*y.shape):
        patch = x[n, :, r * stride : r * stride + kh, c * stride : c * stride + kw]
        y[n, o, r, c] = (patch * w[o]).sum() + b[o]
    return y


def col2im__add_at(cols, shape, kh, kw, stride=1, pad=0):
    """An index for every entry, and np.add.at."""
    B, C, H, W = shape
    numbers = np.arange(C * (H + 2 * pad) * (W + 2 * pad)).reshape(C, H + 2 * pad, W + 2 * pad)
    windows = np.lib.stride_tricks.sliding_window_view(numbers, (kh, kw), axis=(1, 2))
    index = windows[:, ::stride, ::stride].transpose(0, 3, 4, 1, 2).reshape(C * kh * kw, -1)
    image = np.zeros((B, numbers.size))
    for n in range(B):
        np.add.at(image[n], index, cols[n])
    image = image.reshape(B, C, H + 2 * pad, W + 2 * pad)
    return image[:, :, pad : H + pad, pad : W + pad]


def conv2d_gemm_backward__add_at(dY, x, w, stride=1, pad=0):
    """Patch by patch, without im2col."""
    B, C_out, h, v = dY.shape
    kh, kw = w.shape[2:]
    big = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dbig, dw = np.zeros(big.shape), np.zeros(w.shape)
    for r in range(h):
        for c in range(v):
            here = (slice(None), slice(None), slice(r * stride, r * stride + kh), slice(c * stride, c * stride + kw))
            dw += np.einsum("bo,bcij->ocij", dY[:, :, r, c], big[here])
            dbig[here] += np.einsum("bo,ocij->bcij", dY[:, :, r, c], w)
    H, W = x.shape[2:]
    return dbig[:, :, pad : pad + H, pad : pad + W], dw, dY.sum(axis=3).sum(axis=2).sum(axis=0)


def soft_retrieval__loops(q, K, V, tau=None):
    """One query after the other."""
    tau = q.shape[1] ** 0.5 if tau is None else tau
    answers, weights = [], []
    for row in q:
        s = np.array([row @ key for key in K]) / tau
        p = np.exp(s - max(s))
        weights.append(p / sum(p))
        answers.append(weights[-1] @ V)
    return np.array(answers), np.array(weights)


def soft_retrieval_backward__loops(dR, q, K, V, tau=None):
    """One query after the other, with the Jacobian of its softmax as a matrix."""
    tau = q.shape[1] ** 0.5 if tau is None else tau
    _, P = soft_retrieval__loops(q, K, V, tau)
    dq, dK, dV = np.zeros(q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for i, p in enumerate(P):
        dV += np.outer(p, dR[i])
        ds = (np.diag(p) - np.outer(p, p)) @ (V @ dR[i]) / tau
        dq[i] = ds @ K
        dK += np.outer(ds, q[i])
    return dq, dK, dV


def soft_retrieval__logsumexp(q, K, V, tau=None):
    """Through the logarithm of the sum."""
    s = np.einsum("md,nd->mn", q, K) / (np.sqrt(q.shape[1]) if tau is None else tau)
    weights = np.exp(s - np.logaddexp.reduce(s, axis=1)[:, None])
    return np.einsum("mn,np->mp", weights, V), weights


def soft_retrieval_backward__logsumexp(dR, q, K, V, tau=None):
    """The mean of G is the product of the gradient with the answer."""
    out, P = soft_retrieval__logsumexp(q, K, V, tau)
    tau = np.sqrt(q.shape[1]) if tau is None else tau
    dS = P * (dR @ V.T - (dR * out).sum(1)[:, None]) / tau
    return dS @ K, np.transpose(dS) @ q, np.transpose(P) @ dR


def normalize__library(x, kind, eps):
    """np.mean and np.var; batch as the transpose of layer."""
    if kind == "batch":
        return normalize__library(x.T, "layer", eps).T
    if kind == "layer":
        return (x - np.mean(x, 1)[:, None]) * (1 / np.sqrt(np.var(x, 1) + eps))[:, None]
    if kind == "rms":
        return x * (np.mean(np.square(x), -1) + eps)[:, None] ** -0.5
    raise ValueError(kind)


def normalize__loops(x, kind, eps):
    """Vector by vector."""
    if kind not in {"batch", "layer", "rms"}:
        raise ValueError(kind)
    rows = x.T if kind == "batch" else x
    out = []
    for row in rows:
        mean = 0.0 if kind == "rms" else row.mean()
        out.append((row - mean) / math.sqrt(np.mean((row - mean) ** 2) + eps))
    return np.array(out).T if kind == "batch" else np.array(out)


def operator_norm__library(forward, backward, x, steps):
    """np.linalg.norm of flat arrays; brought to length 1 before each step."""
    x = x / np.linalg.norm(x.ravel())
    while steps > 0:
        x = backward(forward(x))
        if not x.any():
            return 0.0
        x = x / np.linalg.norm(x.ravel())
        steps -= 1
    return float(np.linalg.norm(forward(x).ravel()))


def landweber__library(forward, backward, y, x0, lr, steps):
    """The residual with the other sign."""
    x = np.array(x0)
    for _ in range(steps):
        x += lr * backward(y - forward(x))
    return x


def operator_norm__recursive(forward, backward, x, steps):
    """One step, and then the rest."""
    if steps == 0:
        return math.sqrt(np.vdot(forward(x), forward(x)) / np.vdot(x, x))
    x = backward(forward(x))
    length = math.sqrt(np.vdot(x, x))
    return operator_norm__recursive(forward, backward, x / length, steps - 1) if length else 0.0


def landweber__recursive(forward, backward, y, x0, lr, steps):
    """What was seen goes back once; each step subtracts there and back."""
    goal, x = backward(y), x0 + 0.0
    while steps:
        x, steps = x + lr * (goal - backward(forward(x))), steps - 1
    return x
