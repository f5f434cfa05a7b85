"""The reference of linear_algebra against torch, SciPy, numpy's own routines and closed forms."""

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import torch
import torch.nn.functional as F

from dlcourse.authoring.worked import worked


def tensors(*arrays):
    return [
        torch.tensor(np.ascontiguousarray(a), dtype=torch.float64, requires_grad=True)
        for a in arrays
    ]


def test_linear_gradients_are_autograds(ref, rng):
    for B, m, d in ((4, 3, 5), (1, 2, 6), (3, 3, 3)):
        dZ, X, W, b = (rng.normal(size=s) for s in [(B, m), (B, d), (m, d), (m,)])
        x, w, bias = tensors(X, W, b)
        F.linear(x, w, bias).backward(torch.from_numpy(dZ))
        for ours, theirs in zip(
            ref.linear_backward(dZ, X, W), (w.grad, bias.grad, x.grad), strict=True
        ):
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


def test_gap_is_zero_for_transposes_alone(ref, rng):
    A, M = rng.normal(size=(2, 5, 7))
    x, y = rng.normal(size=7), rng.normal(size=5)
    assert ref.adjoint_gap(lambda x: A @ x, lambda y: A.T @ y, x, y) < 1e-13
    expected = abs(x @ (A.T - M.T) @ y)
    assert ref.adjoint_gap(lambda x: A @ x, lambda y: M.T @ y, x, y) == pytest.approx(expected)
    for forward, backward in (
        (np.fft.fftshift, np.fft.ifftshift),
        (np.cumsum, lambda y: y[::-1].cumsum()[::-1]),
    ):
        assert ref.adjoint_gap(forward, backward, x, x[::-1] + 1) < 1e-12


def test_toeplitz_is_scipys_and_convolves(ref, rng):
    for k, n in ((3, 5), (1, 4), (6, 6), (4, 11)):
        w, x, g = rng.normal(size=k), rng.normal(size=n), rng.normal(size=n - k + 1)
        A = ref.toeplitz_conv_matrix(w, n)
        first_row = np.r_[w[::-1], np.zeros(n - k)]
        first_column = np.r_[w[-1], np.zeros(n - k)]
        np.testing.assert_array_equal(A, scipy.linalg.toeplitz(first_column, first_row))
        np.testing.assert_allclose(A @ x, np.convolve(x, w, "valid"))
        np.testing.assert_allclose(A.T @ g, np.convolve(g, w[::-1], "full"))


CASES = [
    (2, 3, 6, 7, 2, 3, 1, 0),
    (1, 1, 5, 5, 3, 3, 1, 1),
    (2, 2, 8, 5, 3, 2, 2, 1),
    (3, 1, 7, 9, 1, 2, 3, 0),
    (1, 4, 4, 6, 4, 6, 1, 0),
    (2, 2, 3, 4, 5, 2, 2, 2),
]


@pytest.mark.parametrize("case", CASES)
def test_patches_are_torchs(ref, rng, case):
    B, C, H, W, kh, kw, stride, pad = case
    x = rng.normal(size=(B, C, H, W))
    ours = ref.im2col(x, kh, kw, stride, pad)
    theirs = F.unfold(torch.from_numpy(x), (kh, kw), padding=pad, stride=stride)
    np.testing.assert_array_equal(ours, theirs.numpy())
    G = rng.normal(size=ours.shape)
    back = ref.col2im(G, x.shape, kh, kw, stride, pad)
    folded = F.fold(torch.from_numpy(G), (H, W), (kh, kw), padding=pad, stride=stride)
    np.testing.assert_allclose(back, folded.numpy(), rtol=1e-12, atol=1e-12)
    assert abs((ours * G).sum() - (x * back).sum()) < 1e-11


@pytest.mark.parametrize("case", CASES)
def test_convolution_is_torchs_forward_and_backward(ref, rng, case):
    B, C, H, W, kh, kw, stride, pad = case
    x, w, b = rng.normal(size=(B, C, H, W)), rng.normal(size=(4, C, kh, kw)), rng.normal(size=4)
    tx, tw, tb = tensors(x, w, b)
    theirs = F.conv2d(tx, tw, tb, stride=stride, padding=pad)
    ours = ref.conv2d_gemm(x, w, b, stride, pad)
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-11, atol=1e-11)
    dY = rng.normal(size=ours.shape)
    theirs.backward(torch.from_numpy(dY))
    for mine, grad in zip(
        ref.conv2d_gemm_backward(dY, x, w, stride, pad), (tx.grad, tw.grad, tb.grad), strict=True
    ):
        np.testing.assert_allclose(mine, grad.numpy(), rtol=1e-11, atol=1e-11)


def test_convolution_is_scipys_correlation(ref, rng):
    x, w = rng.normal(size=(9, 7)), rng.normal(size=(3, 4))
    ours = ref.conv2d_gemm(x[None, None], w[None, None], np.zeros(1))[0, 0]
    np.testing.assert_allclose(ours, scipy.signal.correlate2d(x, w, "valid"))
    dY = rng.normal(size=ours.shape)
    dx, _, _ = ref.conv2d_gemm_backward(dY[None, None], x[None, None], w[None, None])
    np.testing.assert_allclose(dx[0, 0], scipy.signal.convolve2d(dY, w, "full"))


def test_the_camera_is_the_layer(ref, rng):
    """The pair that the notebook brings is the student's layer and its transpose."""
    kernel = ref.shake(rng)
    assert kernel.sum() == pytest.approx(1) and kernel.min() >= 0
    blur, transpose = ref.camera(kernel)
    x, y = rng.normal(size=(120, 160)), rng.normal(size=(114, 154))
    ours = ref.conv2d_gemm(x[None, None], kernel[None, None], np.zeros(1))[0, 0]
    np.testing.assert_allclose(blur(x), ours, atol=1e-12)
    assert ref.adjoint_gap(blur, transpose, x, y) < 1e-10


@pytest.mark.parametrize("tau", [None, 0.5, 3.0])
def test_memory_is_torchs_attention(ref, rng, tau):
    q, K, V, dR = (rng.normal(size=s) for s in [(4, 3), (6, 3), (6, 2), (4, 2)])
    tq, tK, tV = tensors(q, K, V)
    scale = None if tau is None else 1 / tau
    theirs = F.scaled_dot_product_attention(tq, tK, tV, scale=scale)
    out, weights = ref.soft_retrieval(q, K, V, tau)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-11)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert (out >= V.min(axis=0)).all() and (out <= V.max(axis=0)).all()
    theirs.backward(torch.from_numpy(dR))
    gradients = ref.soft_retrieval_backward(dR, q, K, V, tau)
    for mine, grad in zip(gradients, (tq.grad, tK.grad, tV.grad), strict=True):
        np.testing.assert_allclose(mine, grad.numpy(), rtol=1e-10, atol=1e-12)


def test_temperatures_of_the_memory(ref, rng):
    q, K, V = (rng.normal(size=s) for s in [(4, 3), (6, 3), (6, 2)])
    cold, hot = ref.soft_retrieval(q, K, V, 1e-5)[0], ref.soft_retrieval(q, K, V, 1e8)[0]
    np.testing.assert_allclose(cold, V[(q @ K.T).argmax(axis=1)])
    np.testing.assert_allclose(hot, np.broadcast_to(V.mean(axis=0), hot.shape), atol=1e-6)


def test_norms_are_torchs(ref, rng):
    x = rng.normal(size=(5, 3)) * 2 + 1
    t = torch.from_numpy(x)
    for eps in (1e-5, 0.3):
        np.testing.assert_allclose(
            ref.normalize(x, "batch", eps),
            F.batch_norm(t, None, None, training=True, eps=eps).numpy(),
        )
        np.testing.assert_allclose(
            ref.normalize(x, "layer", eps), F.layer_norm(t, (3,), eps=eps).numpy()
        )
        np.testing.assert_allclose(
            ref.normalize(x, "rms", eps), F.rms_norm(t, (3,), eps=eps).numpy()
        )
        np.testing.assert_allclose(
            ref.normalize(x, "batch", eps), ref.normalize(x.T, "layer", eps).T
        )
    np.testing.assert_allclose(np.linalg.norm(ref.normalize(x, "rms", 0.0), axis=1), np.sqrt(3))


def test_norm_is_the_largest_singular_value(ref, rng):
    for shape in ((4, 7), (6, 3)):
        A = rng.normal(size=shape)
        norm = ref.operator_norm(
            lambda x: A @ x, lambda y: A.T @ y, rng.normal(size=shape[1]), 2000
        )
        assert norm == pytest.approx(np.linalg.norm(A, 2), rel=1e-9)


def test_iteration_filters_singular_values(ref, rng):
    """From 0, t steps give the share 1 - (1 - lr s^2)^t of the least-squares solution in each direction."""
    A, y, lr, t = rng.normal(size=(6, 4)), rng.normal(size=6), 0.03, 9
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    expected = Vt.T @ ((1 - (1 - lr * s**2) ** t) / s * (U.T @ y))
    ours = ref.landweber(lambda x: A @ x, lambda y: A.T @ y, y, np.zeros(4), lr, t)
    np.testing.assert_allclose(ours, expected)
    solved = ref.landweber(lambda x: A @ x, lambda y: A.T @ y, y, np.ones(4), 1 / s[0] ** 2, 20_000)
    np.testing.assert_allclose(solved, np.linalg.lstsq(A, y, rcond=None)[0], atol=1e-8)


def test_the_layer_by_pencil(ref):
    X, W = np.array([[1.0, 2, 0], [0, 1, -1]]), np.array([[1.0, 0, 2], [3, 1, 0]])
    dZ = np.array([[1.0, 0], [2, -1]])
    dW, db, dX = ref.linear_backward(dZ, X, W)
    worked(ref, "linear_backward", "`dX` has the rows $(1,0,2)$ and $(-1,-1,4)$", dX)
    worked(ref, "linear_backward", "`dW` the rows $(1,4,-2)$ and $(0,-1,1)$", dW)
    worked(ref, "linear_backward", "`db` is $(3,-1)$", db)
    worked(ref, "linear_backward", "has the rows $(1,5)$ and $(-2,1)$", X @ W.T)
    worked(ref, "linear_backward", r"\langle XW^\top,\Delta\rangle=-4$", (X @ W.T * dZ).sum())
    worked(ref, "linear_backward", r"\langle X,\mathtt{dX}\rangle=-4", (X * dX).sum())
    worked(ref, "linear_backward", r"\langle W,\mathtt{dW}\rangle=-4", (W * dW).sum())
    worked(ref, "linear_backward", "would be $(1.5,-0.5)$", db / 2)
    one = np.ones(2)
    copied = ref.adjoint_gap(lambda b: np.tile(b, (2, 1)), lambda y: y.sum(axis=0), one, dZ)
    assert copied == 0
    gap = ref.adjoint_gap(lambda b: np.tile(b, (2, 1)), lambda y: y.mean(axis=0), one, dZ)
    worked(ref, "linear_backward", r"would say $1$ where", (one * db / 2).sum())
    assert gap == 1


def test_the_band_by_pencil(ref):
    A, g = ref.toeplitz_conv_matrix(np.array([1.0, -2, 4]), 5), np.array([1.0, 0, 2])
    x = np.array([1.0, 0, 2, -1, 3])
    worked(ref, "toeplitz_conv_matrix", "$(4,-2,1,0,0)$, and", A[0])
    worked(ref, "toeplitz_conv_matrix", "$Ax=(6,-5,13)$", A @ x)
    worked(ref, "toeplitz_conv_matrix", "=(4,-2,9,-4,2)$", A.T @ g)
    worked(ref, "toeplitz_conv_matrix", r"\langle Ax,g\rangle=32$", A @ x @ g)
    worked(ref, "toeplitz_conv_matrix", r"x,A^\top g\rangle=32$", x @ (A.T @ g))


def test_patches_by_pencil(ref):
    x = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    cols = ref.im2col(x, 2, 2)[0].T
    worked(ref, "im2col", "$(1,2,4,5)$, $(2,3,5,6)$, $(4,5,7,8)$ and $(5,6,8,9)$", cols)
    padded = ref.im2col(x, 2, 2, 2, 1)[0].T
    worked(ref, "im2col", "is $(0,0,0,1)$ and the last $(5,6,8,9)$", padded[[0, -1]])
    worked(
        ref,
        "im2col",
        "$36$ entries from $16$ pixels",
        [ref.im2col(np.ones((1, 1, 4, 4)), 3, 3).size, 16],
    )
    photo = ref.im2col(np.ones((1, 1, 120, 160)), 7, 7)
    worked(ref, "im2col", r"$17\,556\times19\,200$", [photo.shape[2], 120 * 160])
    assert 19_200 / 49 == pytest.approx(400, rel=0.03)


def test_parameters_by_pencil(ref):
    full = np.ones((128, 64, 3, 3)).size + 128
    depthwise, pointwise = np.ones((64, 1, 3, 3)).size + 64, np.ones((128, 64, 1, 1)).size + 128
    worked(ref, "conv2d_gemm", r"$128\cdot64\cdot9+128=73\,856$", [128, 64, 9, 128, full])
    worked(
        ref,
        "conv2d_gemm",
        r"$(64\cdot9+64)+(64\cdot128+128)=8\,960$",
        [64, 9, 64, 64, 128, 128, depthwise + pointwise],
    )
    torch_layers = (torch.nn.Conv2d(64, 64, 3, groups=64), torch.nn.Conv2d(64, 128, 1))
    assert sum(p.numel() for layer in torch_layers for p in layer.parameters()) == 8960


def test_the_convolution_by_pencil(ref):
    x, w = np.arange(1.0, 10).reshape(1, 1, 3, 3), np.array([[[[1.0, 0], [0, -1]]]])
    Y = ref.conv2d_gemm(x, w, np.zeros(1))
    assert (Y == -4).all()
    worked(ref, "conv2d_gemm", "here $-4$ everywhere", Y[0, 0, 0, 0])
    worked(
        ref,
        "conv2d_gemm",
        "would give $+4$",
        ref.conv2d_gemm(x, w[:, :, ::-1, ::-1], np.zeros(1))[0, 0, 0, 0],
    )
    dY = np.array([[[[1.0, 0], [0, 2]]]])
    dx, dw, db = ref.conv2d_gemm_backward(dY, x, w)
    worked(ref, "conv2d_gemm_backward", r"\begin{pmatrix}11&14\\20&23\end{pmatrix}", dw)
    worked(ref, "conv2d_gemm_backward", r"\mathrm{diag}(1,1,-2)", np.diag(dx[0, 0]))
    assert np.count_nonzero(dx) == 3
    worked(ref, "conv2d_gemm_backward", r"\partial L/\partial\beta=3$", db)
    worked(ref, "conv2d_gemm_backward", r"\langle Y,\Delta\rangle=-12$", (Y * dY).sum())
    worked(ref, "conv2d_gemm_backward", "=1+5-18=-12$", [1, 5, -18, (x * dx).sum()])
    worked(ref, "conv2d_gemm_backward", "=11-23=-12$", [11, -23, (w * dw).sum()])
    counts = ref.col2im(np.ones((1, 9, 4)), (1, 1, 4, 4), 3, 3)[0, 0]
    worked(
        ref,
        "conv2d_gemm_backward",
        "$1,2,2,1$ in the first row and $2,4,4,2$ in the second",
        counts[:2],
    )


def test_the_memory_by_pencil(ref):
    q, K = np.array([[2.0, 0, 0, 0]]), np.array([[np.log(3), 0, 0, 0], [0, 0, 0, 0]])
    V, one = np.array([[4.0], [8]]), np.ones((1, 1))
    out, weights = ref.soft_retrieval(q, K, V)
    worked(ref, "soft_retrieval", "Scores $(1.099,0)$", q @ K.T / 2)
    worked(ref, "soft_retrieval", "weights $(0.75,0.25)$, answer $5$", [weights, out])
    dq, dK, dV = ref.soft_retrieval_backward(one, q, K, V)
    worked(ref, "soft_retrieval", "V=(0.75,0.25)$", dV)
    worked(
        ref, "soft_retrieval", "$G=(4,8)$ with mean $5$", [one @ V.T, (weights * (one @ V.T)).sum()]
    )
    worked(ref, "soft_retrieval", r"S=(-0.75,0.75)$", weights * ((one @ V.T) - 5))
    worked(
        ref,
        "soft_retrieval",
        "begins with $-0.412$, those of the keys with $-0.75$ and $0.75$",
        [dq[0, 0], dK[:, 0]],
    )


def test_the_norms_by_pencil(ref):
    x = np.array([[1.0, 7], [3, 3]])
    layer, batch, rms = (ref.normalize(x, kind, 1e-12) for kind in ("layer", "batch", "rms"))
    worked(ref, "normalize", "become $(-1,1)$ and $(0,0)$", layer)
    worked(ref, "normalize", "become $(-1,1)$ and $(1,-1)$", batch)
    worked(ref, "normalize", "$(0.2,1.4)$ and $(1,1)$", rms)
    worked(ref, "normalize", "has mean 4 and variance 9", [x[0].mean(), x[0].var()])
    worked(
        ref, "normalize", "have means 2 and 5, variances 1 and 4", [x.mean(axis=0), x.var(axis=0)]
    )


def test_the_iterations_by_pencil(ref):
    def weak(x):
        return np.array([1, 0.1]) * x

    after = [
        ref.landweber(weak, weak, np.array([1, 0.15]), np.zeros(2), 1.0, t)[1]
        for t in (30, 110, 1000)
    ]
    worked(
        ref,
        "landweber",
        "after 30 steps $0.390$, after 110 steps $1.003$, after 1000 steps $1.500$",
        [30, after[0], 110, after[1], 1000, after[2]],
    )

    def strong(x):
        return np.array([2.0, 1]) * x

    norms = [ref.operator_norm(strong, strong, np.ones(2), t) for t in range(3)]
    worked(
        ref,
        "landweber",
        "is $1.581$ at the start, $1.955$ after one step, $1.997$ after two",
        norms,
    )


def test_squares_of_large_numbers_lose_the_variance(ref):
    """Neighbours of 1e16 are 2 apart."""
    assert np.spacing(1e16) == 2
    x = np.array([[1e8, 1e8 + 1, 1e8 + 2]])
    assert abs((x**2).mean() - x.mean() ** 2 - 2 / 3) > 0.3
    assert ref.normalize(x, "layer", 0.0)[0].tolist() == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])
