"""Graded tests of linear_algebra; docs/authoring.md says how to write them."""

import numpy as np

from dlcourse import probe, raises


def by_matrix(A, shape_in=None, shape_out=None):
    """A matrix as a map of arrays of any shape, and its transpose."""
    m, n = A.shape
    shape_in, shape_out = shape_in or (n,), shape_out or (m,)

    def forward(x):
        if x.shape != shape_in:
            raise TypeError(f"the map takes {shape_in}, not {x.shape}")
        return (A @ x.reshape(-1)).reshape(shape_out)

    def backward(y):
        if y.shape != shape_out:
            raise TypeError(f"the transpose takes {shape_out}, not {y.shape}")
        return (A.T @ y.reshape(-1)).reshape(shape_in)

    return forward, backward


def three(results):
    """The three gradients of a linear layer by their names."""
    dW, db, dX = results
    return {"dW": dW, "db": db, "dX": dX}


def layer_gradients(results):
    """The three gradients of a convolution by their names."""
    dx, dw, db = results
    return {"dx": dx, "dw": dw, "db": db}


def answered(results):
    """What a soft memory returns, by name."""
    out, weights = results
    return {"answers": out, "weights": weights}


def memory_gradients(results):
    """The three gradients of a soft memory by their names."""
    dq, dK, dV = results
    return {"dq": dq, "dK": dK, "dV": dV}


@probe("linear_backward", points=2)
def layer_by_hand(linear_backward):
    """The three gradients that are worked out above."""
    X = np.array([[1.0, 2, 0], [0, 1, -1]])
    W = np.array([[1.0, 0, 2], [3, 1, 0]])
    return three(linear_backward(np.array([[1.0, 0], [2, -1]]), X, W))


@probe("linear_backward", points=1)
def gap_by_hand(adjoint_gap):
    """A matrix with its transpose, with its own copy in place of the transpose, and with half of it."""
    A, x, y = np.array([[1.0, 2], [5, -1]]), np.array([1.0, 3]), np.array([2.0, 1])
    forward, backward = by_matrix(A)
    itself, _ = by_matrix(A)
    return {
        "the transpose": adjoint_gap(forward, backward, x, y),
        "the matrix itself": adjoint_gap(forward, itself, x, y),
        "half the transpose": adjoint_gap(forward, lambda y: backward(y) / 2, x, y),
    }


@probe("linear_backward", points=2, public=False)
def batches_of_many_shapes(linear_backward, rng):
    """Four examples, one example, one output, one input; arrays that are not contiguous."""
    dZ, X, W = rng.normal(size=(3, 4)).T, rng.normal(size=(5, 4)).T, rng.normal(size=(5, 3)).T
    return {
        "four examples": three(linear_backward(dZ, X, W)),
        "one example": three(linear_backward(dZ[1:2], X[2:3], W)),
        "one output": three(linear_backward(dZ[:, :1], X, W[1:2])),
        "one input": three(linear_backward(dZ, X[:, :1], W[:, 3:4])),
        "more outputs than inputs": three(linear_backward(X, dZ[:, :2], W[:2].T)),
    }


@probe("linear_backward", points=2, public=False)
def square_in_every_way(linear_backward, rng):
    """Three examples, three inputs, three outputs, where any order of factors has the right shape."""
    dZ, X, W = rng.normal(size=(3, 3, 3))
    return {
        "first": three(linear_backward(dZ, X, W)),
        "exchanged": three(linear_backward(X, W, dZ)),
        "a mean's 1/B is in it": three(linear_backward(dZ / 3, X, W)),
    }


@probe("linear_backward", points=2, public=False)
def gaps_of_maps_that_are_no_transposes(adjoint_gap, rng):
    """Gaps of either sign, large and small, between vectors and between arrays with up to four axes."""
    A, M = rng.normal(size=(2, 24, 30))
    flat, _ = by_matrix(A)
    forward, right = by_matrix(A, (2, 3, 1, 5), (4, 6))
    _, wrong = by_matrix(M, (2, 3, 1, 5), (4, 6))
    x, y = rng.normal(size=(2, 3, 1, 5)), rng.normal(size=(6, 4)).T
    return {
        "vectors": adjoint_gap(flat, lambda y: M.T @ y, x.ravel(), y.ravel()),
        "images": adjoint_gap(forward, wrong, x, y),
        "minus x": adjoint_gap(forward, wrong, -x, y),
        "a thousand x": adjoint_gap(forward, wrong, 1000 * x, y),
        "a ten-millionth too much": adjoint_gap(
            forward, lambda y: (1 + 1e-7) * right(y), 3e4 * x, y
        ),
        "twice the transpose": adjoint_gap(forward, lambda y: 2 * right(y), x, y),
        "one number": adjoint_gap(lambda x: 3.1 * x, lambda y: 2.7 * y, x[:1, :1, :1, 0], y[:1, :1, None]),
    }


@probe("linear_backward", points=1, public=False)
def shapes_of_the_maps_are_checked(adjoint_gap, rng):
    """Maps whose results have another shape, one that broadcasts included."""
    x, y = rng.normal(size=4), rng.normal(size=3)
    forward, backward = by_matrix(rng.normal(size=(3, 4)))
    return {
        "forward too long": raises(adjoint_gap, lambda x: x, backward, x, y),
        "forward has one entry": raises(adjoint_gap, lambda x: forward(x)[:1], backward, x, y),
        "forward has one more axis": raises(adjoint_gap, lambda x: forward(x)[:, None], backward, x, y),
        "backward too short": raises(adjoint_gap, forward, lambda y: y, x, y),
        "backward has one entry": raises(adjoint_gap, forward, lambda y: backward(y)[:1], x, y),
        "backward has one more axis": raises(adjoint_gap, forward, lambda y: backward(y)[None], x, y),
    }


@probe("toeplitz_conv_matrix", points=2)
def band_by_hand(toeplitz_conv_matrix):
    """The matrix that is worked out above; two taps on a signal of three."""
    return {
        "three taps, five places": toeplitz_conv_matrix(np.array([1.0, -2, 4]), 5),
        "two taps, three places": toeplitz_conv_matrix(np.array([1.0, 3]), 3),
    }


@probe("toeplitz_conv_matrix", points=2, public=False)
def bands_of_other_sizes(toeplitz_conv_matrix, rng):
    """Kernels of four and of one tap, a signal as long as the kernel and one longer; taps that are not contiguous."""
    w = rng.normal(size=8)[::2]
    return {
        "four taps": toeplitz_conv_matrix(w, 9),
        "one tap": toeplitz_conv_matrix(w[1:2], 3),
        "one tap, one place": toeplitz_conv_matrix(w[2:3], 1),
        "as long as the signal": toeplitz_conv_matrix(w, 4),
        "one longer": toeplitz_conv_matrix(w, 5),
    }


@probe("toeplitz_conv_matrix", points=1, public=False)
def taps_of_any_dtype(toeplitz_conv_matrix):
    """Integers, twice in the same length, and float32."""
    return {
        "integers": toeplitz_conv_matrix(np.array([3, -1, 7]), 6),
        "other integers": toeplitz_conv_matrix(np.array([-2, 5, 4]), 6),
        "float32": toeplitz_conv_matrix(np.array([0.5, 0.25], dtype=np.float32), 4),
    }


@probe("toeplitz_conv_matrix", points=1, public=False)
def a_kernel_that_does_not_fit(toeplitz_conv_matrix, rng):
    """Kernels that are longer than the signal by one and by many."""
    w = rng.normal(size=6)
    return {f"{n} places": raises(toeplitz_conv_matrix, w, n) for n in (5, 2, 1)}


@probe("im2col", points=2)
def patches_by_hand(im2col):
    """The image with 1 to 9: four patches; with padding and stride 2; two channels."""
    x = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    two = np.concatenate([x, 10 * x], axis=1)
    return {
        "2 x 2": im2col(x, 2, 2),
        "padding 1, stride 2": im2col(x, 2, 2, stride=2, pad=1),
        "two channels": im2col(two, 2, 2),
    }


@probe("im2col", points=3, public=False)
def kernels_that_are_not_square(im2col, rng):
    """Two images of three channels, higher or wider kernels, all sizes different; not contiguous in memory."""
    x = rng.normal(size=(7, 2, 6, 3)).transpose(1, 3, 2, 0)
    return {
        "2 x 3": im2col(x, 2, 3),
        "5 x 1": im2col(x, 5, 1, 1, 0),
        "1 x 4": im2col(x, 1, 4),
        "the whole image": im2col(x, 6, 7),
        "one image, one channel": im2col(x[:1, 1:2], 3, 2),
        "square": im2col(x[:, :2, :4, :4], 2, 2),
    }


@probe("im2col", points=3, public=False)
def strides_and_padding(im2col, rng):
    """Strides with and without a rest, larger than the kernel, padding of 1 and 2, a 1 x 1 kernel."""
    x = rng.normal(size=(2, 2, 5, 8))
    return {
        "stride 2": im2col(x, 2, 2, 2),
        "stride 3, padding 1": im2col(x, 3, 2, stride=3, pad=1),
        "padding 2": im2col(x, 2, 4, pad=2),
        "stride larger than the kernel": im2col(x, 1, 2, 3, 0),
        "1 x 1, stride 2, padding 1": im2col(x, 1, 1, 2, 1),
        "one place, because of the stride": im2col(x, 4, 5, 7, 1),
        "padding larger than the kernel": im2col(x, 1, 2, 1, 3),
        "fits only with padding": im2col(x, 7, 10, 1, 1),
    }


@probe("im2col", points=1, public=False)
def images_of_any_dtype(im2col):
    """Integers, bytes and float32; the images themselves stay out of the result."""
    whole = np.arange(-6, 6).reshape(1, 1, 3, 4)
    bytes_ = (np.arange(24) * 10).astype(np.uint8).reshape(1, 2, 3, 4)
    single = (np.arange(12) / 8).astype(np.float32).reshape(1, 1, 4, 3)
    double = np.arange(12.0).reshape(1, 1, 3, 4)
    cols = im2col(double, 1, 1)
    before = cols.copy()
    cols += 1
    return {
        "integers": im2col(whole, 2, 2),
        "other integers": im2col(whole[:, :, ::-1], 2, 2),
        "bytes": im2col(bytes_, 2, 3, 1, 1),
        "float32": im2col(single, 3, 2),
        "1 x 1": before,
        "images after the result was changed": double,
    }


@probe("im2col", points=1, public=False)
def a_kernel_larger_than_the_image(im2col, rng):
    """Kernels that are too high or too wide by one, with and without padding."""
    x = rng.normal(size=(1, 2, 4, 6))
    cases = {
        "too high": (5, 2, 1, 0),
        "too wide": (2, 7, 1, 0),
        "too high, padded": (7, 3, 1, 1),
        "too wide, padded": (1, 11, 2, 2),
        "much too high": (9, 3, 3, 0),
    }
    return {name: raises(im2col, x, *case) for name, case in cases.items()}


@probe("conv2d_gemm", points=2)
def layer_of_one_kernel_by_hand(conv2d_gemm):
    """The image with 1 to 9 and the kernel above; with a bias and padding; two kernels."""
    x, w = np.arange(1.0, 10).reshape(1, 1, 3, 3), np.array([[[[1.0, 0], [0, -1]]]])
    return {
        "by hand": conv2d_gemm(x, w, np.zeros(1)),
        "bias 10, padding 1": conv2d_gemm(x, w, np.full(1, 10.0), pad=1),
        "two kernels": conv2d_gemm(x, np.concatenate([w, 2 * w]), np.array([0.5, 0.0])),
    }


@probe("conv2d_gemm", points=2, public=False)
def layers_of_many_shapes(conv2d_gemm, rng):
    """All sizes different, with strides and padding; a 1 x 1 kernel; one image, one channel, one kernel."""
    x, w, b = rng.normal(size=(2, 3, 6, 9)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    return {
        "plain": conv2d_gemm(x, w, b),
        "stride 2": conv2d_gemm(x, w, b, stride=2),
        "stride 3, padding 2": conv2d_gemm(x, w, b, 3, 2),
        "1 x 1": conv2d_gemm(x, w[:, :, :1, :1], b),
        "one of each": conv2d_gemm(x[:1, :1], w[:1, :1], b[:1], 1, 1),
        "not contiguous": conv2d_gemm(x[::-1, :, ::-1], w.transpose(0, 1, 3, 2), b),
    }


@probe("conv2d_gemm", points=2, public=False)
def layer_with_equal_sizes(conv2d_gemm, rng):
    """As many images as kernels, channels, rows and columns; as many kernels as places."""
    x, w, b = rng.normal(size=(3, 3, 5, 5)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
    return {
        "3 x 3 places": conv2d_gemm(x, w, b),
        "padding 1, stride 2": conv2d_gemm(x, w, b, 2, 1),
        "no bias": conv2d_gemm(x, w, np.zeros(3)),
        "as many kernels as places": conv2d_gemm(x[:, :, :3], w, b),
    }


@probe("conv2d_gemm_backward", points=1)
def copies_are_counted(col2im):
    """A matrix of ones goes back to a 4 x 4 image: how many patches hold each pixel."""
    return {
        "3 x 3": col2im(np.ones((1, 9, 4)), (1, 1, 4, 4), 3, 3),
        "2 x 2, stride 2": col2im(np.ones((1, 4, 4)), (1, 1, 4, 4), 2, 2, stride=2),
    }


@probe("conv2d_gemm_backward", points=2)
def gradients_by_hand(conv2d_gemm_backward):
    """The layer that is worked out above."""
    x, w = np.arange(1.0, 10).reshape(1, 1, 3, 3), np.array([[[[1.0, 0], [0, -1]]]])
    return layer_gradients(conv2d_gemm_backward(np.array([[[[1.0, 0], [0, 2]]]]), x, w))


@probe("conv2d_gemm_backward", points=2, public=False)
def patches_go_back(col2im, rng):
    """Random matrices with strides, rests and padding; not contiguous; one image and one channel."""
    G = rng.normal(size=(64, 18, 2)).transpose(2, 1, 0)
    return {
        "plain": col2im(G[:, :, :40], (2, 3, 6, 10), 2, 3),
        "square": col2im(G[:, :16, :36], (2, 4, 7, 7), 2, 2),
        "stride 2 with a rest": col2im(G[:, :, :12], (2, 3, 8, 8), 3, 2, 2),
        "padding 2, stride 3": col2im(G[:, :, :12], (2, 3, 5, 8), 2, 3, stride=3, pad=2),
        "padding 1": col2im(G[:, :, :24], (2, 3, 4, 5), 3, 2, pad=1),
        "stride larger than the kernel": col2im(G[:, :2, :8], (2, 1, 5, 11), 1, 2, 3),
        "padding larger than the kernel": col2im(G[:, :2], (2, 1, 2, 3), 1, 2, 1, 3),
        "one image, one channel": col2im(G[:1, 2:3, :20], (1, 1, 4, 5), 1, 1),
    }


@probe("conv2d_gemm_backward", points=3, public=False)
def layers_go_back(conv2d_gemm_backward, rng):
    """Batches with all sizes different; strides that leave a rest, padding, a 1 x 1 kernel, one of each."""
    x, w = rng.normal(size=(2, 3, 6, 9)), rng.normal(size=(4, 3, 2, 3))
    dY = rng.normal(size=(9, 2, 5, 4)).transpose(1, 3, 2, 0)

    def back(kernel, rows, columns, *how, images=x):
        some = dY[: len(images), : len(kernel), :rows, :columns]
        return layer_gradients(conv2d_gemm_backward(some, images, kernel, *how))

    return {
        "plain": back(w, 5, 7),
        "stride 2 with a rest": back(w, 3, 4, 2),
        "stride 3, padding 1": back(w, 3, 3, 3, 1),
        "stride larger than the kernel": back(w[:, :, :1, :2], 2, 2, 4),
        "1 x 1": back(w[:3, :, :1, :1], 5, 9, images=x[:, :, :5]),
        "one of each": back(w[:1, :1], 5, 8, 1, 1, images=x[:1, 1:2, :4, :8]),
    }


@probe("conv2d_gemm_backward", points=2, public=False)
def equal_sizes_go_back(conv2d_gemm_backward, rng):
    """As many images as kernels, channels, rows and columns."""
    x, w, dY = rng.normal(size=(3, 3, 5, 5)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=(3, 3, 3, 3))
    return {
        "plain": layer_gradients(conv2d_gemm_backward(dY, x, w)),
        "padding 1, stride 2": layer_gradients(conv2d_gemm_backward(dY, x, w, 2, 1)),
    }


@probe("soft_retrieval", points=2)
def memory_by_hand(soft_retrieval):
    """The memory of two keys above; a second query; the same with another temperature."""
    q, K = np.array([[2.0, 0, 0, 0], [-2, 0, 0, 0]]), np.array([[np.log(3), 0, 0, 0], [0, 0, 0, 0]])
    V = np.array([[4.0], [8.0]])
    return {
        "default": answered(soft_retrieval(q, K, V)),
        "tau = 1": answered(soft_retrieval(q, K, V, tau=1.0)),
    }


@probe("soft_retrieval", points=1)
def memory_backward_by_hand(soft_retrieval_backward):
    """The gradients of the memory above."""
    q, K = np.array([[2.0, 0, 0, 0]]), np.array([[np.log(3), 0, 0, 0], [0, 0, 0, 0]])
    return memory_gradients(soft_retrieval_backward(np.array([[1.0]]), q, K, np.array([[4.0], [8]])))


@probe("soft_retrieval", points=2, public=False)
def memories_of_many_shapes(soft_retrieval, rng):
    """More keys than queries and fewer, temperatures, one query, one key, equal sizes; not contiguous."""
    q, K, V = rng.normal(size=(3, 4)).T, rng.normal(size=(3, 6)).T, rng.normal(size=(2, 6)).T
    square = rng.normal(size=(3, 3, 3))
    return {
        "default": answered(soft_retrieval(q, K, V)),
        "tau = 0.5": answered(soft_retrieval(q, K, V, 0.5)),
        "tau = 3": answered(soft_retrieval(q, K, V, tau=3.0)),
        "few keys, two entries": answered(soft_retrieval(q[:, :2], K[:3, :2], V[:3])),
        "one query, one number": answered(soft_retrieval(q[:1], K, V[:, :1])),
        "one key": answered(soft_retrieval(q, K[:1], V[:1])),
        "equal sizes": answered(soft_retrieval(*square)),
    }


@probe("soft_retrieval", points=1, public=False)
def scores_of_a_thousand(soft_retrieval, soft_retrieval_backward):
    """Scores far above and below what exp can take, two largest ones close together, and a temperature near 0."""
    q, K = np.array([[37.1, 1.3], [-36.7, 0.7]]), np.array([[41.3, -2.1], [41.4, -5.81], [-40.9, 1.7], [-40.81, 5.37]])
    V, dR = np.array([[0.5, -1.5], [2.5, 1.25], [3.0, 0.75], [-0.25, 7.0]]), np.array([[1.5, -0.5], [0.25, 2.0]])
    return {
        "tau = 1": answered(soft_retrieval(q, K, V, 1.0)),
        "tau = 0.001": answered(soft_retrieval(q[::-1], K[::-1], V, 0.001)),
        "small scores, tau = 0.000001": answered(soft_retrieval(q * 1e-4, K * 1e-4, V, 1e-6)),
        "gradients": memory_gradients(soft_retrieval_backward(dR, q, K, V, 1.0)),
        "all scores at -2000": answered(soft_retrieval(-q[:1], K[:2] * 1.7, V[:2], 1.3)),
    }


@probe("soft_retrieval", points=3, public=False)
def gradients_of_memories(soft_retrieval_backward, rng):
    """More keys than queries and fewer, temperatures, one query, one key, equal sizes; not contiguous."""
    q, K, V = rng.normal(size=(3, 4)).T, rng.normal(size=(3, 6)).T, rng.normal(size=(2, 6)).T
    dR, square = rng.normal(size=(2, 4)).T, rng.normal(size=(4, 3, 3))
    return {
        "default": memory_gradients(soft_retrieval_backward(dR, q, K, V)),
        "tau = 0.5": memory_gradients(soft_retrieval_backward(dR, q, K, V, 0.5)),
        "tau = 3": memory_gradients(soft_retrieval_backward(dR, q, K, V, tau=3.0)),
        "few keys, two entries": memory_gradients(soft_retrieval_backward(dR, q[:, :2], K[:3, :2], V[:3])),
        "one query, one number": memory_gradients(soft_retrieval_backward(dR[:1, :1], q[:1], K, V[:, :1])),
        "one key": memory_gradients(soft_retrieval_backward(dR, q, K[:1], V[:1])),
        "equal sizes": memory_gradients(soft_retrieval_backward(*square)),
    }


@probe("normalize", points=2)
def norms_by_hand(normalize):
    """The batch of two that is worked out above, in three ways; and with an epsilon of 3."""
    x = np.array([[1.0, 7], [3, 3]])
    found = {kind: normalize(x, kind, 1e-12) for kind in ("batch", "layer", "rms")}
    return found | {"batch, eps = 3": normalize(x, "batch", 3.0)}


@probe("normalize", points=2, public=False)
def norms_of_batches(normalize, rng):
    """Three kinds on more rows than columns, one row, one column, equal sizes; epsilons that matter."""
    x = rng.normal(size=(3, 5)).T + 0.7
    cases = {
        "five rows": (x, 0.3),
        "four rows and three columns of others": (x[:4] * 2, 1e-5),
        "one row": (x[1:2], 0.2),
        "one column": (x[:, 2:], 0.01),
        "equal sizes": (x[1:4], 2.0),
    }
    return {f"{kind}, {name}": normalize(*case[:1], kind, case[1]) for name, case in cases.items() for kind in ("batch", "layer", "rms")}


@probe("normalize", points=2, public=False)
def numbers_far_from_0(normalize, rng):
    """Columns and rows near 1e8 that differ by little, tiny ones with no epsilon at all, and constant ones."""
    near = 1e8 + np.arange(12.0).reshape(4, 3) ** 2 % 7
    tiny = 1e-9 * rng.normal(size=(3, 4))
    still = np.array([[2.7, 2.7, 2.7], [2.7, -1.3, 2.7]])
    found = {f"{kind} near 1e8": normalize(near, kind, 0.1) for kind in ("batch", "layer", "rms")}
    found |= {f"{kind} without epsilon": normalize(tiny, kind, 0.0) for kind in ("batch", "layer", "rms")}
    return found | {f"{kind}, constant": normalize(still, kind, 0.5) for kind in ("batch", "layer")}


@probe("normalize", points=1, public=False)
def an_unknown_kind_is_an_error(normalize, rng):
    """Names that are not among the three."""
    x = rng.normal(size=(3, 2))
    return {f"kind {kind!r}": raises(normalize, x, kind, 1e-5) for kind in ("group", "Layer", "")}


@probe("landweber", points=1)
def power_iteration_by_hand(operator_norm):
    """The matrix with 2 and 1 on its diagonal, from (1, 1): no step, one, two, twenty."""
    forward, backward = by_matrix(np.diag([2.0, 1.0]))
    return {f"{steps} steps": operator_norm(forward, backward, np.ones(2), steps) for steps in (0, 1, 2, 20)}


@probe("landweber", points=1)
def iteration_by_hand(landweber):
    """The matrix with 1 and 0.1 on its diagonal, from 0: one step, 30, 1000."""
    forward, backward = by_matrix(np.diag([1.0, 0.1]))
    y = np.array([1.0, 0.15])
    return {f"{steps} steps": landweber(forward, backward, y, np.zeros(2), 1.0, steps) for steps in (1, 30, 1000)}


@probe("landweber", points=2, public=False)
def norms_of_other_maps(operator_norm, rng):
    """Maps between vectors and images, from starts of any length, after few steps; maps that give nothing."""
    A = rng.normal(size=(6, 12))
    images, tall = by_matrix(A, (3, 1, 4), (1, 2, 3)), by_matrix(A.T)
    x, u = 3.7 * rng.normal(size=(3, 1, 4)), 0.2 * rng.normal(size=6)
    shift = by_matrix(np.array([[0.0, 1.5], [0, 0]]))
    found = {f"images, {steps} steps": operator_norm(*images, x, steps) for steps in (0, 1, 2, 3)}
    found |= {f"vectors, {steps} steps": operator_norm(*tall, u, steps) for steps in (0, 1, 4)}
    return found | {
        "many steps": operator_norm(*by_matrix(1e3 * np.diag([3.0, 1, 0.2])), np.ones(3), 300),
        "weak map, many steps": operator_norm(*by_matrix(1e-9 * np.diag([0.5, 3, 0.2])), np.ones(3), 300),
        "tiny start, no step": operator_norm(*images, 1e-9 * x, 0),
        "identity": operator_norm(lambda x: x, lambda y: y, u, 2),
        "nothing": operator_norm(*by_matrix(np.zeros((2, 3))), np.ones(3), 5),
        "nothing, no step": operator_norm(*by_matrix(np.zeros((2, 3))), np.ones(3), 0),
        "nothing in this direction": operator_norm(*shift, np.array([1.0, 0]), 2),
        "something in that one": operator_norm(*shift, np.array([0.0, 2]), 2),
    }


@probe("landweber", points=2, public=False)
def iterations_of_other_maps(landweber, rng):
    """Vectors and images, from 0 and from elsewhere, short steps and too long ones; no step at all."""
    A = rng.normal(size=(6, 12)) / 4
    forward, backward = by_matrix(A, (1, 3, 4), (2, 1, 3))
    y, x0, zero = rng.normal(size=(2, 1, 3)), rng.normal(size=(4, 3, 1)).T, np.zeros((1, 3, 4))
    start = x0.copy()
    same = landweber(forward, backward, y, start, 0.3, 0)
    before = same.copy()
    same += 1
    return {
        "images, from 0": landweber(forward, backward, y, zero, 0.4, 7),
        "from elsewhere": landweber(forward, backward, y, x0, 0.4, 7),
        "one short step": landweber(forward, backward, y, x0, 0.05, 1),
        "too long": landweber(forward, backward, y, x0, 3.0, 4),
        "vectors": landweber(*by_matrix(A.T), x0.ravel(), y.ravel(), 0.2, 5),
        "identity": landweber(lambda x: x, lambda y: y, y, 2 * y[::-1], 0.3, 3),
        "no step": before,
        "start after the result was changed": start,
    }
