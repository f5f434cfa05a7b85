# %% [markdown]
# # Linear algebra of deep learning: the transpose
#
# A camera shakes while the shutter is open, and the photograph is blurred. At the end of this notebook your own code
# learns the shake from one photograph and takes it out of another. All it needs is a layer that blurs, which every
# library calls a convolution, and the *transpose* of that layer, which every library calls its backward pass.
#
# **What does the transpose of a layer do?** One question runs through the notebook, and there is one exact truth to
# measure against: for a linear map $A$ and any two arrays
#
# $$\langle A x,\ y\rangle = \langle x,\ A^\top y\rangle .$$
#
# Two random arrays check any backward pass with it, to the last digits that a computer has.
#
# <!-- questions -->
#
# **You need:** matrix products, the chain rule, numpy indexing and broadcasting.
#
# **Article:** [Essence of linear algebra (16): deep
# learning](https://www.chenk.top/en/linear-algebra/16-linear-algebra-in-deep-learning/)
#
# **Papers:** Chellapilla, Puri and Simard, [High performance convolutional neural networks for document
# processing](https://inria.hal.science/inria-00112631) (2006), where convolution became a matrix product; Landweber,
# [An iteration formula for Fredholm integral equations of the first kind](https://doi.org/10.2307/2372313) (1951);
# Ba, Kiros and Hinton, [Layer normalization](https://arxiv.org/abs/1607.06450) (2016); Vaswani et al., [Attention is
# all you need](https://arxiv.org/abs/1706.03762) (2017).
#
# **Data.** Two photographs that come with scikit-learn under CC BY 2.0 (*china.jpg* by danielbuechele, *flower.jpg*
# by vultilion, both from Flickr), here in grey and $120\times160$ pixels, and its handwritten digits (UCI, CC BY
# 4.0).
#
# **Conventions of the whole notebook.**
#
# - An example is a row: a batch $X$ has the shape $(B, d)$. A weight matrix $W$ has the shape $(m, d)$, outputs first.
# - A batch of images has the axes batch, channels, height, width: $(B, C, H, W)$. In a shape, $W$ is the width.
# - Arrays are float64, those that you return, too. Where a docstring says "of any real dtype", integers and float32
#   come in, and still float64 goes out.
# - $\langle a, b\rangle=\sum_i a_ib_i$ over all entries, whatever the number of axes; $\lVert a\rVert^2=\langle a,
#   a\rangle$. For a loss $L$, `dX` is $\partial L/\partial X$ and has the shape of `X`.
# - No function changes its arguments. $\log$ is the natural logarithm. Your code may use numpy and
#   Python's own library, and no other.

# %%
import math
from collections.abc import Callable
from functools import cache

import numpy as np
from jaxtyping import Float, Num

from dlcourse import check, demo, guesses, predict, probe

# %% [markdown]
# ## First look
#
# Left, what the camera saw: blurred by a random shake (the little square), with 1 % noise. Middle, the same picture
# after some steps of
#
# $$x \leftarrow x - A^\top(Ax-y),$$
#
# where $A$ blurs, $y$ is what the camera saw and $A^\top$ is the transpose of the blur. **Turn the knob.** The roofs
# come back, then the picture gets grainy: after 1000 steps it is worse than after 30. By question 8 you will know
# why. $A^\top$ will be yours.
#
# (The folded cell also holds what later demos share: two photographs, a random shake, and a camera, which comes as a
# pair of functions, the blur and its transpose. Both use Fourier transforms, so that a thousand steps take a second.)


# %% tags=["demo"]
@cache
def photo(name: str) -> np.ndarray:
    """A photograph of scikit-learn's in grey, 120 x 160, values from 0 to 1."""
    from sklearn.datasets import load_sample_image

    grey = load_sample_image(name).mean(axis=2) / 255
    return grey[30:390, 80:560].reshape(120, 3, 160, 3).mean(axis=(1, 3))


def shake(rng: np.random.Generator) -> np.ndarray:
    """The path of a shaking camera: a 7 x 7 kernel of nonnegative numbers with sum 1."""
    place, speed, kernel = np.array([3.0, 3.0]), rng.normal(size=2), np.zeros((7, 7))
    for _ in range(60):
        speed = speed + 0.6 * rng.normal(size=2)
        speed /= max(1.0, float(np.linalg.norm(speed)))
        place = place + 0.25 * speed
        if place.min() < 0 or place.max() > 6:
            place, speed = place.clip(0, 6), -speed
        i, j = np.minimum(place.astype(int), 5)
        a, b = place - (i, j)
        kernel[i : i + 2, j : j + 2] += np.outer([1 - a, a], [1 - b, b])
    return kernel / kernel.sum()


def camera(kernel: np.ndarray, shape: tuple[int, int] = (120, 160)) -> tuple[Callable, Callable]:
    """The blur by a kernel, without padding, and its transpose."""
    from scipy.fft import irfft2, rfft2

    spectrum = rfft2(kernel, shape)
    h, w = shape[0] - kernel.shape[0] + 1, shape[1] - kernel.shape[1] + 1

    def blur(x: np.ndarray) -> np.ndarray:
        return irfft2(rfft2(x) * spectrum.conj(), shape)[:h, :w]

    def transpose(y: np.ndarray) -> np.ndarray:
        return irfft2(rfft2(y, shape) * spectrum, shape)

    return blur, transpose


def first_guess(y: np.ndarray) -> np.ndarray:
    """The blurred picture in the size of the sharp one; its border is repeated."""
    return np.pad(y, 3, mode="edge")


def psnr(picture: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio in decibels, without a frame of 8 pixels. 6 dB more: half the error."""
    error = (picture - truth)[8:-8, 8:-8]
    return float(-10 * np.log10((error**2).mean()))


@demo(steps=(0, 1000))
def first_look(steps: int = 30, seed: int = 0) -> dict[str, float]:
    """A shaken photograph, and what the transpose of the shake makes of it."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    truth, kernel = photo("china.jpg"), shake(rng)
    blur, transpose = camera(kernel)
    seen = blur(truth) + 0.01 * rng.normal(size=(114, 154))
    x, quality, shown = first_guess(seen), [], None
    for step in range(1001):
        quality.append(psnr(x, truth))
        if step == steps:
            shown = x
        x = x - transpose(blur(x) - seen)
    fig, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.2))
    left.imshow(first_guess(seen), cmap="gray", vmin=0, vmax=1)
    inset = left.inset_axes((0.02, 0.68, 0.24, 0.3))
    inset.imshow(kernel, cmap="gray")
    inset.set(xticks=[], yticks=[])
    left.set(title=f"seen by the camera: {quality[0]:.1f} dB", xticks=[], yticks=[])
    middle.imshow(shown, cmap="gray", vmin=0, vmax=1)
    middle.set(title=f"after {steps} steps: {quality[steps]:.1f} dB", xticks=[], yticks=[])
    right.semilogx(np.arange(1001) + 1, quality)
    right.plot(steps + 1, quality[steps], "o", color="C1")
    right.axhline(quality[0], color="0.6", ls="--")
    right.text(1.3, quality[0] - 0.15, "as seen", va="top", color="0.6")
    right.set(xlabel="steps + 1", ylabel="PSNR (dB)", title="closer to the sharp picture: higher")
    return {"blurred": quality[0], "after_30": quality[30], "after_1000": quality[1000]}


# %% [markdown]
# ## 1. The backward pass is a transpose
#
# Let a layer be linear, $y=Ax$, and let the loss $L$ depend on $y$ with the gradient $g=\partial L/\partial y$. A
# small change $\mathrm dx$ of the input changes the output by $A\,\mathrm dx$ and the loss by
#
# $$\mathrm dL=\langle g,\ A\,\mathrm dx\rangle=\langle A^\top g,\ \mathrm dx\rangle .$$
#
# What stands beside $\mathrm dx$ is the gradient: $\partial L/\partial x=A^\top g$. That is all of backpropagation:
# **the backward pass of a linear map is its transpose**, and that of a chain of maps is the chain of their
# transposes, last one first. If a layer is not linear, its Jacobian takes the place of $A$.
#
# **A linear layer on a batch.** $Z=XW^\top+\mathbf 1b^\top$, row $i$ being $z_i=Wx_i+b$. It is linear in each of its
# three arguments, so it has three transposes. With $\Delta=\partial L/\partial Z$ of shape $(B,m)$,
#
# $$\begin{aligned}
# \mathrm dL&=\langle\Delta,\ \mathrm dX\,W^\top\rangle=\langle\Delta W,\ \mathrm dX\rangle &&\Rightarrow\quad
# \partial L/\partial X=\Delta W,\\
# \mathrm dL&=\langle\Delta,\ X\,\mathrm dW^\top\rangle=\langle\Delta^\top X,\ \mathrm dW\rangle &&\Rightarrow\quad
# \partial L/\partial W=\Delta^\top X,\\
# \mathrm dL&=\langle\Delta,\ \mathbf 1\,\mathrm db^\top\rangle=\langle\Delta^\top\mathbf 1,\ \mathrm db\rangle
# &&\Rightarrow\quad\partial L/\partial b=\Delta^\top\mathbf 1 .
# \end{aligned}$$
#
# The bias is *copied* to every row; the transpose of copying is **summing**. If the loss is a mean over the batch,
# its $1/B$ is in $\Delta$ already, and nothing divides again.
#
# ![A linear layer as a box: forward, x of shape B by d goes through W to z of shape B by m and b is copied to each row. Backward, Delta comes in; Delta times W leaves towards x, Delta transposed times X leaves towards W, and the column sums of Delta leave towards b.](pictures/linear_algebra/linear.svg)
#
# **The adjoint test.** Take random $x$ and $y$ and compare $\langle Ax,y\rangle$ with $\langle x,A^\top y\rangle$.
# They are equal for the transpose. For any other linear map $M$ in its place they differ by $\langle
# x,(A^\top-M)y\rangle$, which is 0 for random $x$ and $y$ only by a chance of zero. No derivative, no small step, and
# the arrays may have any shape. Only the linear part of a layer can be tested so: leave out the bias.
#
# **By hand.** $B=2$, $d=3$, $m=2$:
#
# $$X=\begin{pmatrix}1&2&0\\0&1&-1\end{pmatrix},\quad W=\begin{pmatrix}1&0&2\\3&1&0\end{pmatrix},\quad
# \Delta=\begin{pmatrix}1&0\\2&-1\end{pmatrix}.$$
#
# Then `dX` has the rows $(1,0,2)$ and $(-1,-1,4)$, `dW` the rows $(1,4,-2)$ and $(0,-1,1)$, and `db` is $(3,-1)$. The
# test: $XW^\top$ has the rows $(1,5)$ and $(-2,1)$, so $\langle XW^\top,\Delta\rangle=-4$. And $\langle
# X,\mathtt{dX}\rangle=-4$, $\langle W,\mathtt{dW}\rangle=-4$: three routes, one number. With the mean instead of the
# sum, `db` would be $(1.5,-0.5)$, and its test with $b=(1,1)$ would say $1$ where $\langle\mathbf
# 1b^\top,\Delta\rangle=2$.


# %% question="linear_backward" minutes=20
def linear_backward(
    dZ: Float[np.ndarray, "B m"], X: Float[np.ndarray, "B d"], W: Float[np.ndarray, "m d"]
) -> tuple[Float[np.ndarray, "m d"], Float[np.ndarray, "m"], Float[np.ndarray, "B d"]]:
    """The three transposes of the linear layer Z = X W^T + 1 b^T.

    Args:
        dZ: gradient of the loss with respect to Z. A factor 1/B of a mean is in it already.
        X: one example per row.
        W: weights, outputs first.

    Returns:
        dW, db and dX, in this order: the gradients of the loss with respect to W, b and X, each in the
        shape of what it belongs to.
    """
    ### BEGIN SOLUTION
    return dZ.T @ X, dZ.sum(axis=0), dZ @ W
    ### END SOLUTION


def adjoint_gap(
    forward: Callable[[np.ndarray], np.ndarray],
    backward: Callable[[np.ndarray], np.ndarray],
    x: Float[np.ndarray, "*n"],
    y: Float[np.ndarray, "*m"],
) -> float:
    """How far ``backward`` is from being the transpose of ``forward``, seen on one pair of arrays.

    Args:
        forward: a linear map from arrays of the shape of ``x`` to arrays of the shape of ``y``.
        backward: goes the other way.
        x: any shape with at least one axis.
        y: any shape with at least one axis.

    Returns:
        The absolute difference of <forward(x), y> and <x, backward(y)>, a float. It is not divided by anything.

    Raises:
        ValueError: forward(x) does not have the shape of y, or backward(y) does not have the shape of x; shapes
            that would broadcast are no exception.
    """
    ### BEGIN SOLUTION
    out, back = forward(x), backward(y)
    if out.shape != y.shape or back.shape != x.shape:
        raise ValueError(f"forward: {x.shape} to {out.shape}; backward: {y.shape} to {back.shape}")
    return float(abs((out * y).sum() - (x * back).sum()))
    ### END SOLUTION


# %% [markdown] hints="linear_backward"
# idea: Do not derive indices. There are few ways to multiply these matrices, and only one gives each result the shape
# that it must have. The square case, where all ways fit, is decided by the formulas above.
#
# shapes: `dW` is (m, d), made of (B, m) and (B, d): the batch axis is summed away. `db` is (m,). `dX` is (B, d).
#
# steps: Three products or sums for the layer. For the test: call both maps once, compare the shapes, multiply
# entry by entry, sum, subtract, take the absolute value as a Python float.
#
# mistake: A mean over the batch where a sum is asked for.


# %% [markdown]
# ## 2. A convolution is a matrix
#
# Slide a kernel $w$ of $k$ taps over a signal $x$ of length $n$ and keep the positions where it fits ("valid"):
#
# $$y_i=\sum_{j=0}^{k-1}w_j\,x_{i+k-1-j},\qquad i=0,\dots,n-k .$$
#
# This is the true convolution of mathematics: the indices of $w$ and $x$ run against each other. It is linear in $x$,
# so it is a matrix $A$ of shape $(n-k+1,\,n)$. The coefficient of $x_l$ in $y_i$ is the tap $j=i+k-1-l$:
#
# $$A_{i,l}=w_{\,i+k-1-l}\quad\text{for }0\le i+k-1-l\le k-1,\qquad\text{and }0\text{ elsewhere.}$$
#
# $A_{i,l}$ depends on $i-l$ alone: a **Toeplitz** matrix, one number per diagonal. Row $i$ holds the taps from column
# $i$ on, *flipped*, and each row is the one above, one column to the right. Three taps $w_0,w_1,w_2$ and $n=5$:
#
# ![Left a matrix of three rows and five columns whose rows hold w2, w1, w0, each row one column further right. Right its transpose: one output is spread over three inputs, w2, w1, w0.](pictures/linear_algebra/toeplitz.svg)
#
# A layer of this kind has $k$ weights where a linear layer has $n(n-k+1)$, and needs no more than $k$ products per
# output.
#
# **Its transpose.** Column $i$ of $A^\top$ is row $i$ of $A$: one output is *spread* over the $k$ inputs that it came
# from, and where the footprints of outputs overlap, they add up: $(A^\top g)_l=\sum_i g_i\,w_{i+k-1-l}$. The index of
# $w$ now runs *with* that of $g$. The transpose of a convolution is thus a correlation with the same taps, in the
# size $n$ of the input. Neural networks start from the correlation and have the convolution as their backward pass;
# question 4 does so.
#
# **By hand.** $w=(1,-2,4)$ and $x=(1,0,2,-1,3)$. The first row of $A$ is $(4,-2,1,0,0)$, and $Ax=(6,-5,13)$. For
# $g=(1,0,2)$ the transpose gives $(4,-2,1,0,0)+2\cdot(0,0,4,-2,1)=(4,-2,9,-4,2)$. The test: $\langle Ax,g\rangle=32$
# and $\langle x,A^\top g\rangle=32$.


# %% question="toeplitz_conv_matrix" minutes=20 forbid=["numpy.convolve", "numpy.correlate"]
def toeplitz_conv_matrix(w: Num[np.ndarray, "k"], n: int) -> Float[np.ndarray, "n_out n"]:
    """The matrix of the true convolution with ``w``, at the places where it fits into a signal of length ``n``.

    ``np.convolve`` and ``np.correlate`` are not to be used.

    Args:
        w: k >= 1 taps, of any real dtype.
        n: length of the signal.

    Returns:
        A of shape (n - k + 1, n), float64, with A @ x the convolution of x with w. Taps are flipped, as in the
        formula above.

    Raises:
        ValueError: the kernel is longer than the signal. (One as long as the signal fits: the matrix has one row.)
    """
    ### BEGIN SOLUTION
    k = len(w)
    if k > n:
        raise ValueError(f"{k} taps do not fit into a signal of length {n}")
    A = np.zeros((n - k + 1, n))
    for i in range(n - k + 1):
        A[i, i : i + k] = w[::-1]
    return A
    ### END SOLUTION


# %% [markdown] hints="toeplitz_conv_matrix"
# idea: All rows hold the same numbers. Find out what row 0 is, and where row $i$ begins.
#
# shapes: As many rows as there are places for the kernel: $n-k+1$. As many columns as the signal is long.
#
# steps: Refuse a kernel that is too long; make a matrix of zeros that are floats; write the flipped taps into each
# row, one column further right each time.
#
# mistake: Taps that are not flipped. That is the correlation, which neural networks call a convolution.


# %% [markdown]
# ## 3. Patches as columns: im2col
#
# In two dimensions the matrix of a convolution would be huge and nearly empty: for a $7\times7$ kernel on our
# photographs $17\,556\times19\,200$, with one entry in 400 that is not 0. There is a better way to make a matrix
# product of it, since the convolution is linear in the *kernel*, too. Lay every patch that the kernel will see out as
# a column. Then one small matrix with the kernel as its row meets one wide matrix of patches, and a matrix product is
# what computers do best.
#
# With stride $s$ and $p$ zeros of padding on each side, a kernel of height $k_h$ on an image of height $H$ has
#
# $$H_\mathrm{out}=\Big\lfloor\frac{H+2p-k_h}{s}\Big\rfloor+1$$
#
# places from top to bottom: it starts at row $0,s,2s,\dots$ of the padded image, and the last start that fits is
# $H+2p-k_h$ or less. What is left over at the bottom is never seen. The same for the width.
#
# The order of rows and columns has to be fixed, as the kernel will be laid out in the same order:
#
# - **rows** are the places *within* a patch: channel first, then row, then column of the patch. Row $(c\,k_h+i)\,k_w+j$;
# - **columns** are the places *of* the patch, row by row of the image. Column $u\,W_\mathrm{out}+v$.
#
# $$X_\mathrm{col}\big[(c\,k_h+i)\,k_w+j,\ \ u\,W_\mathrm{out}+v\big]=x^\mathrm{pad}\big[c,\ us+i,\ vs+j\big] .$$
#
# ![A four by four image with the numbers 0 to 15. Its four three by three patches become the four columns of a nine by four matrix. On the right, how many patches hold each pixel: one at the corners, two at the edges, four in the middle.](pictures/linear_algebra/im2col.svg)
#
# Memory is the price: with stride 1 nearly every pixel is copied $k_hk_w$ times.
#
# **By hand.** The image $\begin{pmatrix}1&2&3\\4&5&6\\7&8&9\end{pmatrix}$ with a $2\times2$ kernel, stride 1, no
# padding, has four columns: $(1,2,4,5)$, $(2,3,5,6)$, $(4,5,7,8)$ and $(5,6,8,9)$. With padding 1 and stride 2, the
# first column is $(0,0,0,1)$ and the last $(5,6,8,9)$. A $4\times4$ image with a $3\times3$ kernel: $36$ entries from
# $16$ pixels.


# %% question="im2col" minutes=30
def im2col(
    x: Num[np.ndarray, "B C H W"], kh: int, kw: int, stride: int = 1, pad: int = 0
) -> Float[np.ndarray, "B rows cols"]:
    """Every patch that a kernel of size (kh, kw) sees, as a column.

    Args:
        x: images, of any real dtype, contiguous in memory or not.
        kh: height of the kernel, at least 1.
        kw: width of the kernel, at least 1.
        stride: rows from one patch to the next, and columns likewise; at least 1. It may be larger than the kernel.
        pad: rows of zeros above and below, and columns of zeros left and right; at least 0.

    Returns:
        A new array of shape (B, C * kh * kw, H_out * W_out), float64. Its rows are in the order channel, row,
        column of the patch; its columns are the places of the patch, row by row. There are no places at which
        the patch would reach beyond the padded image.

    Raises:
        ValueError: the kernel is higher than the padded image, or wider.
    """
    ### BEGIN SOLUTION
    B, C, H, W = x.shape
    if kh > H + 2 * pad or kw > W + 2 * pad:
        raise ValueError(f"a {kh} x {kw} kernel does not fit into {H} x {W} with padding {pad}")
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    h_out, w_out = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    cols = np.empty((B, C, kh, kw, h_out, w_out))
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + stride * h_out, stride)
            cols[:, :, i, j] = padded[:, :, rows, j : j + stride * w_out : stride]
    return cols.reshape(B, C * kh * kw, h_out * w_out)
    ### END SOLUTION


# %% [markdown] hints="im2col"
# idea: Do not loop over patches but over the places *within* a patch: there are only `kh * kw`, and the pixel at one
# such place of all patches at once is the padded image, sliced with the stride.
#
# shapes: Fill an array of six axes, (B, C, kh, kw, H_out, W_out). Flattening the middle three and the last two gives
# rows and columns in the right order.
#
# steps: Refuse a kernel that does not fit; pad the last two axes; compute both output sizes from the padded ones; for
# each place within the patch copy one strided slice; reshape.
#
# mistake: A slice that is one too long or too short when the stride leaves a rest. Its length is the output size;
# end it accordingly.


# %% [markdown]
# ## 4. Convolution as one matrix product
#
# A convolutional layer has $O$ kernels over $C$ channels, $w$ of shape $(O,C,k_h,k_w)$, and computes
#
# $$Y[b,o,u,v]=\beta_o+\sum_{c,i,j}w[o,c,i,j]\;x^\mathrm{pad}[b,c,us+i,vs+j] .$$
#
# Nothing is flipped: this is the *cross-correlation*. Since the kernels are learned, the name makes no difference,
# and everybody says convolution. Lay each kernel out as a row, in the order channel, row, column, and the sum over
# three indices is one matrix product per image,
#
# $$\underset{O\,\times\,P}{Y_b}=\underset{O\,\times\,Ck_hk_w}{W_\mathrm{row}}\;\underset{Ck_hk_w\,\times\,P}{X_{\mathrm{col},b}}
# +\beta\mathbf 1^\top,\qquad P=H_\mathrm{out}W_\mathrm{out},$$
#
# whose row $o$ is output channel $o$, place by place. Folding the places back into rows and columns ends the layer.
# (Libraries call this GEMM, after the routine for general matrix products.)
#
# **Fewer numbers: a low rank.** For one input channel $c$, the kernels $w[o,c,:,:]$ are an $O\times k_hk_w$ matrix. A
# *depthwise-separable* layer gives each of these matrices rank 1, $w[o,c,i,j]=a_{oc}\,d_{cij}$: one kernel per input channel, then a
# mixture of channels. From 64 to 128 channels with $3\times3$ kernels and biases, the full layer has
# $128\cdot64\cdot9+128=73\,856$ parameters, the separable one $(64\cdot9+64)+(64\cdot128+128)=8\,960$.
#
# **By hand.** The image with 1 to 9 of question 3 and the kernel $\begin{pmatrix}1&0\\0&-1\end{pmatrix}$, $\beta=0$:
# each output is a pixel minus the one below and to its right, here $-4$ everywhere. The flipped kernel would give
# $+4$.


# %% question="conv2d_gemm" minutes=15
def conv2d_gemm(
    x: Float[np.ndarray, "B C H W"],
    w: Float[np.ndarray, "O C kh kw"],
    b: Float[np.ndarray, "O"],
    stride: int = 1,
    pad: int = 0,
) -> Float[np.ndarray, "B O H_out W_out"]:
    """A convolutional layer (cross-correlation) by im2col and a matrix product.

    ``im2col`` of question 3 may be used.

    Args:
        x: images.
        w: one kernel per output channel; nothing is flipped.
        b: one bias per output channel.
        stride: as in ``im2col``.
        pad: as in ``im2col``.

    Returns:
        The output images, with the sizes of question 3.
    """
    ### BEGIN SOLUTION
    B, _, H, W = x.shape
    C_out, _, kh, kw = w.shape
    h_out, w_out = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    Y = w.reshape(C_out, -1) @ im2col(x, kh, kw, stride, pad) + b[:, None]
    return Y.reshape(B, C_out, h_out, w_out)
    ### END SOLUTION


# %% [markdown] hints="conv2d_gemm"
# idea: The kernels are laid out in the same order as the patches by a plain reshape. Then a matrix product of a
# matrix with a batch of matrices is one `@`.
#
# shapes: (O, C kh kw) times (B, C kh kw, P) gives (B, O, P). The bias goes with the rows of that.
#
# steps: Patches; kernels as rows; the product; the bias on the channel axis; fold $P$ into height and width.
#
# mistake: A bias of shape (O,) added to an array whose last axis are places.


# %% [markdown]
# ## 5. Two transposes, and one of a copy
#
# The layer is linear in the image and in the kernel, so it has two transposes. With $\Delta_b$, the gradient of image
# $b$ as an $O\times P$ matrix, question 1 gives
#
# $$\partial L/\partial W_\mathrm{row}=\sum_b\Delta_bX_{\mathrm{col},b}^\top,\qquad
# \partial L/\partial X_{\mathrm{col},b}=W_\mathrm{row}^\top\Delta_b,\qquad
# \partial L/\partial\beta_o=\sum_{b,u,v}\Delta[b,o,u,v] .$$
#
# The kernel is used for every image and at every place: its gradient is a sum over both. What is left is to go back
# from patches to pixels. im2col is linear, too: it *copies* each pixel to all the patches that hold it. So its
# transpose **col2im** *adds* all copies of a pixel up:
#
# $$\big(\mathrm{im2col}^\top G\big)[c,r,t]=\sum_{\substack{i,j,u,v\\us+i=r+p,\ vs+j=t+p}}
# G\big[(c\,k_h+i)\,k_w+j,\ u\,W_\mathrm{out}+v\big] .$$
#
# It is not the inverse. $\mathrm{im2col}^\top\mathrm{im2col}$ multiplies each pixel by the number of its copies: for
# $4\times4$ with $3\times3$ these are $1,2,2,1$ in the first row and $2,4,4,2$ in the second. Gradients that fell on
# the padding belong to constants and are cut off. Pixels in no patch have the gradient 0.
#
# **By hand.** Image and kernel of question 4, $\Delta=\begin{pmatrix}1&0\\0&2\end{pmatrix}$. Patch one once and patch
# four twice: $\partial L/\partial w=\begin{pmatrix}11&14\\20&23\end{pmatrix}$. The kernel put down at the top left
# once and at the bottom right twice: $\partial L/\partial x=\mathrm{diag}(1,1,-2)$. In the middle $-1$ and $2$ meet
# and add up. $\partial L/\partial\beta=3$. The test: $\langle Y,\Delta\rangle=-12$, $\langle x,\partial L/\partial
# x\rangle=1+5-18=-12$, and $\langle w,\partial L/\partial w\rangle=11-23=-12$.


# %% question="conv2d_gemm_backward" minutes=35
def col2im(
    cols: Float[np.ndarray, "B rows cols"],
    shape: tuple[int, int, int, int],
    kh: int,
    kw: int,
    stride: int = 1,
    pad: int = 0,
) -> Float[np.ndarray, "B C H W"]:
    """The transpose of ``im2col``: every entry goes back to the pixel it was copied from, and copies add up.

    Args:
        cols: as ``im2col(x, kh, kw, stride, pad)`` would return it.
        shape: that of x, (B, C, H, W), without padding.
        kh: height of the kernel.
        kw: width of the kernel.
        stride: as in ``im2col``.
        pad: as in ``im2col``. What belongs to the padding is dropped.

    Returns:
        An array of that shape. Pixels that no patch holds are 0.
    """
    ### BEGIN SOLUTION
    B, C, H, W = shape
    h_out, w_out = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    patches = cols.reshape(B, C, kh, kw, h_out, w_out)
    padded = np.zeros((B, C, H + 2 * pad, W + 2 * pad))
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + stride * h_out, stride)
            padded[:, :, rows, j : j + stride * w_out : stride] += patches[:, :, i, j]
    return padded[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


def conv2d_gemm_backward(
    dY: Float[np.ndarray, "B O H_out W_out"],
    x: Float[np.ndarray, "B C H W"],
    w: Float[np.ndarray, "O C kh kw"],
    stride: int = 1,
    pad: int = 0,
) -> tuple[Float[np.ndarray, "B C H W"], Float[np.ndarray, "O C kh kw"], Float[np.ndarray, "O"]]:
    """The backward pass of ``conv2d_gemm``.

    ``im2col`` and ``col2im`` may be used.

    Args:
        dY: gradient of the loss with respect to the output.
        x: images that went in.
        w: kernels.
        stride: as in the forward pass.
        pad: as in the forward pass.

    Returns:
        dx, dw and db, in this order: gradients with respect to the images, the kernels and the biases, each in
        the shape of what it belongs to. dw and db are sums over the batch and over all places.
    """
    ### BEGIN SOLUTION
    B, C_out = dY.shape[:2]
    kh, kw = w.shape[2:]
    delta = dY.reshape(B, C_out, -1)
    patches = im2col(x, kh, kw, stride, pad)
    dw = (delta @ patches.transpose(0, 2, 1)).sum(axis=0).reshape(w.shape)
    dx = col2im(w.reshape(C_out, -1).T @ delta, x.shape, kh, kw, stride, pad)
    return dx, dw, dY.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% [markdown] hints="conv2d_gemm_backward"
# idea: Read `im2col` backwards. Where it copied a slice of the padded image into the patches, add that part of the
# patches to the same slice. The backward pass of the layer is then two matrix products and one sum.
#
# shapes: `dY` as (B, O, P). With the patches (B, C kh kw, P) it gives one (O, C kh kw) per image; with the kernels
# (O, C kh kw) it gives (B, C kh kw, P).
#
# steps: Zeros in the size of the padded image; add slice by slice over the places within a patch; cut the padding
# off. Then: kernels' gradient from `dY` and patches, images' gradient by `col2im`, biases' gradient by a sum over
# three axes.
#
# mistake: Writing where adding is meant. `a[index] += b` with an index array that repeats keeps one of the
# repeats; slices one by one, or `np.add.at`, keep all.


# %% [markdown]
# Your test on your layer, with a photograph as $x$: is `dx` the transpose in the image, `dw` the one in the kernel?
# Beside them, three wrong backward passes of the right shape: the kernel turned by 180° (the transpose of the
# *flipped* layer), overlaps that overwrite each other instead of adding, and a layer with padding that is taken for
# its own transpose. The right ones stay below $10^{-10}$. The wrong ones are off by more than $10$.


# %% tags=["demo"]
@demo
def two_random_arrays(seed: int = 0) -> dict[str, float]:
    """The adjoint test of the convolution on a photograph, and of three wrong backward passes."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    x, w = photo("china.jpg")[None, None], rng.normal(size=(1, 1, 7, 7))
    none = np.zeros(1)
    y, small = rng.normal(size=(1, 1, 120, 160)), rng.normal(size=(1, 1, 114, 154))

    def overwrite(y: np.ndarray) -> np.ndarray:
        """Each pixel gets the last of its copies."""
        last = np.zeros((1, 1, 120, 160))
        for i in range(7):
            for j in range(7):
                last[:, :, i : i + 114, j : j + 154] = w[0, 0, i, j] * y
        return last

    def blur(x: np.ndarray) -> np.ndarray:
        return conv2d_gemm(x, w, none, pad=3)

    gaps = {
        "your dx": adjoint_gap(
            lambda x: conv2d_gemm(x, w, none), lambda y: conv2d_gemm_backward(y, x, w)[0], x, small
        ),
        "your dw": adjoint_gap(
            lambda w: conv2d_gemm(x, w, none), lambda y: conv2d_gemm_backward(y, x, w)[1], w, small
        ),
        "kernel turned": adjoint_gap(
            lambda x: conv2d_gemm(x, w, none),
            lambda y: conv2d_gemm_backward(y, x, w[:, :, ::-1, ::-1])[0],
            x,
            small,
        ),
        "overwritten": adjoint_gap(lambda x: conv2d_gemm(x, w, none), overwrite, x, small),
        "blurred again": adjoint_gap(blur, blur, x, y),
    }
    fig, ax = plt.subplots(figsize=(8, 2.8))
    bars = ax.barh(
        list(gaps), [max(gap, 1e-16) for gap in gaps.values()], color=["C0", "C0", "C1", "C1", "C1"]
    )
    ax.bar_label(bars, [f"{gap:.0e}" for gap in gaps.values()], padding=3)
    ax.invert_yaxis()
    ax.set(
        xscale="log",
        xlim=(1e-16, 1e6),
        xlabel=r"adjoint gap $|\langle Ax,y\rangle-\langle x,My\rangle|$",
    )
    ax.set_title("right to the last digits, or wrong")
    return gaps


# %% [markdown]
# ## 6. A soft memory, forward and backward
#
# A memory holds $n$ *keys* $k_j$, rows of $K$, and to each a *value* $v_j$, row of $V$. A *query* $q_i$ asks for the
# value whose key is most like it. Dot products measure likeness, and all of them at once are one matrix product with
# a transpose, $QK^\top$. A hard choice of the largest has no useful gradient. So every value answers, and the softmax
# of the scores says how loud:
#
# $$S=\frac{QK^\top}{\tau},\qquad P_{ij}=\frac{e^{S_{ij}}}{\sum_le^{S_{il}}},\qquad R=PV .$$
#
# Each row of $P$ is positive and sums to 1: a row of $R$ is a weighted mean of the values and cannot leave their
# convex hull. As $\tau\to0$ the nearest key takes all; as $\tau\to\infty$ every query gets the mean of all values. If
# the entries of $q$ and $k$ are independent with mean 0 and variance 1, then $q\cdot k$ has variance $d$, and
# $\tau=\sqrt d$ brings the scores back to variance 1. That is the default. The softmax does not notice a constant
# added to a row of scores: subtract the row's largest, and $e^{1000}$ never occurs. (Attention in a Transformer is
# this memory, with masks and heads; another assignment builds it.)
#
# ![Two queries and three keys: the scores form a matrix of two rows and three columns, the softmax goes along each row, and each row of weights mixes the three values into one output.](pictures/linear_algebra/retrieval.svg)
#
# **Backward.** Three products and a softmax: three transposes as in question 1, and one Jacobian. For one row,
# $\partial p_j/\partial s_l=p_j(\delta_{jl}-p_l)$, so the Jacobian is $\mathrm{diag}(p)-pp^\top$. It is symmetric:
# **the softmax is its own transpose.** For a row $g$ of gradients it gives $p_j(g_j-\sum_lp_lg_l)$: each gradient is
# compared with its mean under $p$. With $\Delta=\partial L/\partial R$:
#
# $$\frac{\partial L}{\partial V}=P^\top\Delta,\qquad G=\Delta V^\top,\qquad
# \frac{\partial L}{\partial S_{ij}}=P_{ij}\Big(G_{ij}-\sum_lP_{il}G_{il}\Big),\qquad
# \frac{\partial L}{\partial Q}=\frac1\tau\frac{\partial L}{\partial S}K,\qquad
# \frac{\partial L}{\partial K}=\frac1\tau\Big(\frac{\partial L}{\partial S}\Big)^{\!\top}Q .$$
#
# **By hand.** $d=4$, so $\tau=2$. One query $(2,0,0,0)$, two keys $(\log3,0,0,0)$ and $(0,0,0,0)$, values $4$ and
# $8$. Scores $(1.099,0)$, weights $(0.75,0.25)$, answer $5$. With $\Delta=1$: $\partial L/\partial V=(0.75,0.25)$;
# $G=(4,8)$ with mean $5$; $\partial L/\partial S=(-0.75,0.75)$. The query's gradient begins with $-0.412$, those of
# the keys with $-0.75$ and $0.75$; the other entries are 0.


# %% question="soft_retrieval" minutes=30
def soft_retrieval(
    q: Float[np.ndarray, "m d"],
    K: Float[np.ndarray, "n d"],
    V: Float[np.ndarray, "n p"],
    tau: float | None = None,
) -> tuple[Float[np.ndarray, "m p"], Float[np.ndarray, "m n"]]:
    """Answers of a soft memory: for each query a mean of the values, weighted by the softmax of its scores.

    Args:
        q: queries, one per row.
        K: n >= 1 keys, one per row.
        V: values, one per key.
        tau: temperature, positive; the dot products are divided by it. None stands for sqrt(d).

    Returns:
        The answers, and the weights, whose rows sum to 1. Scores may be of any finite size, ±1000 and more.
    """
    ### BEGIN SOLUTION
    if tau is None:
        tau = math.sqrt(q.shape[1])
    scores = q @ K.T / tau
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return weights @ V, weights
    ### END SOLUTION


def soft_retrieval_backward(
    dR: Float[np.ndarray, "m p"],
    q: Float[np.ndarray, "m d"],
    K: Float[np.ndarray, "n d"],
    V: Float[np.ndarray, "n p"],
    tau: float | None = None,
) -> tuple[Float[np.ndarray, "m d"], Float[np.ndarray, "n d"], Float[np.ndarray, "n p"]]:
    """The backward pass of the answers.

    ``soft_retrieval`` may be used.

    Args:
        dR: gradient of the loss with respect to the answers.
        q: queries.
        K: keys.
        V: values.
        tau: as in ``soft_retrieval``.

    Returns:
        dq, dK and dV, in this order, each in the shape of what it belongs to.
    """
    ### BEGIN SOLUTION
    if tau is None:
        tau = math.sqrt(q.shape[1])
    weights = soft_retrieval(q, K, V, tau)[1]
    G = dR @ V.T
    dS = weights * (G - (weights * G).sum(axis=1, keepdims=True))
    return dS @ K / tau, dS.T @ q / tau, weights.T @ dR
    ### END SOLUTION


# %% [markdown] hints="soft_retrieval"
# idea: Every query has a softmax of its own: along its row, over the keys. Backward, go through the three formulas
# from right to left, one transpose each.
#
# shapes: Scores, weights, $G$ and the gradient of the scores are all (m, n). A maximum or sum over keys keeps its
# axis as (m, 1), so that it broadcasts over the row.
#
# steps: tau; scores; subtract each row's largest; exponentiate; divide by the row's sum; mix the values. Backward:
# weights; `dV`; $G$; the gradient of the scores; `dq` and `dK`, both divided by tau.
#
# mistake: A softmax over the queries. Then columns sum to 1, and rows do not.


# %% [markdown]
# **Half a digit asks for the other half.** Keys are the upper halves of 1400 digits, values their lower halves and
# their names; queries are the upper halves of the other 397. Everything that is learned is a table of examples. Two
# controls: the mean of all lower halves, which needs no query, and the lower half of the single most similar key.
#
# With plain dot products the memory is *worse* than the mean unless $\tau$ is large: a key with much ink has large
# products with every query. Bring queries and keys to length 1, and likeness is the cosine of their angle. Then the
# best temperature is neither end: the mixture beats the mean and the nearest key. The names come along as one-hot
# values: from the upper half alone about nine in ten digits are named right, where guessing gives one in ten.


# %% tags=["predict"]
# The dot products of vectors of length 1 lie between -1 and 1. At which tau is the memory best?
predict("the best temperature", tau=...)


# %% tags=["demo"]
@demo
def half_a_digit(seed: int = 0) -> dict[str, float]:
    """Lower halves of digits retrieved by their upper halves: error against temperature, with two controls."""
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.data))
    old, new = order[:1400], order[1400:]
    upper, lower = digits.data[:, :32] / 16, digits.data[:, 32:] / 16
    unit = upper / np.linalg.norm(upper, axis=1, keepdims=True)
    values = np.hstack([lower[old], np.eye(10)[digits.target[old]]])

    def rms(answer: np.ndarray) -> float:
        return float(np.sqrt(((answer[:, :32] - lower[new]) ** 2).mean()))

    taus = np.geomspace(0.001, 1, 13)
    plain = [rms(soft_retrieval(upper[new], upper[old], values, tau)[0]) for tau in taus]
    answers = [soft_retrieval(unit[new], unit[old], values, tau)[0] for tau in taus]
    cosine = [rms(answer) for answer in answers]
    mean = rms(np.broadcast_to(values.mean(axis=0), answers[0].shape))
    nearest = rms(values[(unit[new] @ unit[old].T).argmax(axis=1)])
    best = int(np.argmin(cosine))
    named = float((answers[best][:, 32:].argmax(axis=1) == digits.target[new]).mean())

    fig, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), width_ratios=[1.1, 1])
    left.semilogx(taus, plain, color="C1", label="plain")
    left.semilogx(taus, cosine, color="C0", label="length 1")
    for height, name in ((mean, "mean of all"), (nearest, "nearest key")):
        left.axhline(height, color="0.6", ls="--")
        left.text(0.001, height + 0.003, name, color="0.6")
    guess = guesses("the best temperature").get("tau")
    if isinstance(guess, (int, float)) and guess > 0:
        left.axvline(guess, color="C3", ls=":")
        left.text(guess, max(plain), " your guess", color="C3", va="top")
    left.set(
        xlabel=r"temperature $\tau$",
        ylabel="error of the lower half (rms)",
        title="lower is better",
    )
    left.legend(loc="lower right")
    shown = [int(np.flatnonzero(digits.target[new] == d)[0]) for d in range(10)]
    rows = [lower[new][shown], *(answers[i][shown, :32] for i in (0, best, len(taus) - 1))]
    tiles = [
        np.hstack([np.pad(np.r_[u, r].reshape(8, 8), 1) for u, r in zip(upper[new][shown], row)])
        for row in rows
    ]
    right.imshow(1 - np.vstack(tiles), cmap="gray", vmin=0, vmax=1)
    names = ["truth", *(rf"$\tau$ = {taus[i]:.2g}" for i in (0, best, len(taus) - 1))]
    right.set_yticks([5 + 10 * i for i in range(4)], names)
    right.set(xticks=[], title="upper half given, lower half retrieved")
    return {
        "best_tau": float(taus[best]),
        "best": cosine[best],
        "plain_cold": plain[best],
        "mean": mean,
        "nearest": nearest,
        "named": named,
    }


# %% [markdown]
# ## 7. Norms of columns and norms of rows
#
# Layers multiply, and so do the sizes of what passes through them. Normalisation resets the size. There are three
# habits, and they differ in *which axis* is measured. $x$ has the shape $(B,d)$, one example per row:
#
# $$\text{batch: }\ \frac{x_{ij}-\mu_j}{\sqrt{\sigma_j^2+\epsilon}},\qquad
# \text{layer: }\ \frac{x_{ij}-\mu_i}{\sqrt{\sigma_i^2+\epsilon}},\qquad
# \text{rms: }\ \frac{x_{ij}}{\sqrt{\frac1d\sum_lx_{il}^2+\epsilon}} .$$
#
# $\mu_j$ and $\sigma_j^2$ are mean and variance of *column* $j$, one feature over all examples; $\mu_i$ and
# $\sigma_i^2$ those of *row* $i$, one example over all its features. Variances are biased: divided by $B$ or by $d$,
# not by one less. $\epsilon$ stands under the root. Here, too, the transpose has a meaning:
# $\mathrm{batch}(x)=\mathrm{layer}(x^\top)^\top$. With layer norm an example does not depend on the company it is in.
# Root-mean-square norm leaves the mean where it is; without $\epsilon$ it brings each row to the length $\sqrt d$:
# the unit vectors of the digits above, up to a constant. In networks a learned gain and bias follow; they are left
# out here.
#
# The mean has to be taken away *before* squaring. $\overline{x^2}-\bar x^2$ is the same on paper. For numbers near
# $10^8$ that differ by 1, the squares are about $10^{16}$, where neighbouring floats are $2$ apart, and nothing of
# the variance is left.
#
# **By hand.** $x=\begin{pmatrix}1&7\\3&3\end{pmatrix}$ and a very small $\epsilon$. Layer: the rows become $(-1,1)$
# and $(0,0)$; the first has mean 4 and variance 9. Batch: the columns have means 2 and 5, variances 1 and 4, and the
# rows become $(-1,1)$ and $(1,-1)$. Rms: the mean square of the first row is 25; $(0.2,1.4)$ and $(1,1)$.


# %% question="normalize" minutes=20 further
def normalize(x: Float[np.ndarray, "B d"], kind: str, eps: float) -> Float[np.ndarray, "B d"]:
    """Batch, layer or root-mean-square normalisation, without gain and bias.

    Args:
        x: one example per row. Numbers far from 0, such as 1e8 + 1, keep their variance.
        kind: "batch" (each column to mean 0 and variance 1), "layer" (each row likewise) or "rms" (each row
            divided by the root of its mean square; no mean is taken away).
        eps: nonnegative; added to the variance or to the mean square, under the root.

    Returns:
        The normalised batch. Variances are biased.

    Raises:
        ValueError: ``kind`` is none of the three names.
    """
    ### BEGIN SOLUTION
    if kind == "rms":
        return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    if kind not in ("batch", "layer"):
        raise ValueError(f"unknown kind {kind!r}")
    axis = 0 if kind == "batch" else 1
    centred = x - x.mean(axis=axis, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + eps)
    ### END SOLUTION


# %% [markdown] hints="normalize"
# idea: One piece of code for batch and layer; only the axis is another.
#
# shapes: A mean over axis 0 is (1, d), over axis 1 it is (B, 1), if the axis is kept. Both broadcast against (B, d).
#
# steps: The third kind first; refuse unknown names; choose the axis; take the mean away; mean of squares of what is
# left; add eps; divide by the root.
#
# mistake: The axes: a batch norm averages *over the batch*.


# %% [markdown]
# ## 8. How far, how often: undoing a layer
#
# The camera saw $y=Ax+\text{noise}$. Look for an $x$ that explains it: make $\frac12\lVert Ax-y\rVert^2$ small. Its
# gradient is $A^\top(Ax-y)$, by question 1, and gradient descent with step $\eta$ is **Landweber's iteration**
#
# $$x\leftarrow x-\eta\,A^\top(Ax-y) .$$
#
# **How far?** $A$ has singular vectors: $Av=\sigma u$ and $A^\top u=\sigma v$. If $x$ is off the solution by $e$
# along $v$, a step turns $e$ into $(1-\eta\sigma^2)\,e$. It shrinks for every $\sigma>0$ if $\eta<2/\lVert
# A\rVert^2$, where the **operator norm** $\lVert A\rVert$ is the largest $\sigma$: the most by which $A$ can lengthen
# anything. With a longer step the largest direction explodes. Forward and backward pass are enough to find $\lVert
# A\rVert$, by **power iteration**: $A^\top A$ multiplies each direction by its $\sigma^2$, so the largest one takes
# over.
#
# $$x\leftarrow\frac{A^\top Ax}{\lVert A^\top Ax\rVert},\qquad\lVert A\rVert\approx\frac{\lVert Ax\rVert}{\lVert x\rVert} .$$
#
# A blur is a sum of shifted pictures, with the kernel's numbers as weights. A shift lengthens nothing, so $\lVert
# A\rVert\le\sum_{ij}|w_{ij}|=1$ for a shake. That is why the first look could take $\eta=1$. In a network, the same
# numbers bound gradients: through a chain of layers the gradient's length is multiplied by at most $\lVert
# W_1\rVert\cdots\lVert W_L\rVert$; ten layers of norm $\frac12$ leave less than a thousandth. A residual layer
# $x+f(x)$ with the Jacobian $J$ of $f$ goes back by $(I+J)^\top=I+J^\top$: what arrives is handed on as it is, and
# $J^\top$ adds to it.
#
# **How often?** From $x=0$, $t$ steps give the share $1-(1-\eta\sigma^2)^t$ of what belongs to $\sigma$: strong
# directions come at once, weak ones late. In weak directions there is more noise than signal, since dividing by
# $\sigma$ divides the noise, too. So *stop early*.
#
# **By hand.** $A=\mathrm{diag}(1,0.1)$, true $x=(1,1)$, noise $(0,0.05)$: $y=(1,0.15)$. With $\eta=1$ from 0, $x_1=1$
# at once, and $x_2=1.5\,(1-0.99^t)$: after 30 steps $0.390$, after 110 steps $1.003$, after 1000 steps $1.500$. Power
# iteration for $\mathrm{diag}(2,1)$ from $(1,1)$: $\lVert Ax\rVert/\lVert x\rVert$ is $1.581$ at the start, $1.955$
# after one step, $1.997$ after two.


# %% question="landweber" minutes=25 further forbid=["numpy.linalg.svd", "numpy.linalg.lstsq", "numpy.linalg.eigh", "numpy.linalg.pinv"]
def operator_norm(
    forward: Callable[[np.ndarray], np.ndarray],
    backward: Callable[[np.ndarray], np.ndarray],
    x: Float[np.ndarray, "*n"],
    steps: int,
) -> float:
    """The largest singular value of a linear map by power iteration.

    Args:
        forward: a linear map A.
        backward: its transpose.
        x: start, not zero; any shape with at least one axis.
        steps: how often x is replaced by A^T A x, brought to length 1; 0 is possible.

    Returns:
        ||A x|| / ||x|| for the last x, a float. It is 0.0 as soon as A^T A x is zero.
    """
    ### BEGIN SOLUTION
    for _ in range(steps):
        x = backward(forward(x))
        length = np.linalg.norm(x)
        if length == 0:
            return 0.0
        x = x / length
    return float(np.linalg.norm(forward(x)) / np.linalg.norm(x))
    ### END SOLUTION


def landweber(
    forward: Callable[[np.ndarray], np.ndarray],
    backward: Callable[[np.ndarray], np.ndarray],
    y: Float[np.ndarray, "*m"],
    x0: Float[np.ndarray, "*n"],
    lr: float,
    steps: int,
) -> Float[np.ndarray, "*n"]:
    """Gradient descent on ||A x - y||^2 / 2.

    Args:
        forward: a linear map A.
        backward: its transpose.
        y: what was seen.
        x0: where to start.
        lr: size of a step.
        steps: number of steps; 0 is possible.

    Returns:
        x after the last step, a new array.
    """
    ### BEGIN SOLUTION
    x = x0.copy()
    for _ in range(steps):
        x = x - lr * backward(forward(x) - y)
    return x
    ### END SOLUTION


# %% [markdown] hints="landweber"
# idea: Both maps are functions: call them. Nothing here needs a matrix, a singular vector or a solver.
#
# shapes: $x$ has the shape of the start throughout; `forward(x)` that of $y$. A length is taken over all entries,
# whatever the number of axes.
#
# steps: Norm: in a loop, there and back, length, divide; at the end one more `forward`. Iteration: residual, back
# through the transpose, a step against it.
#
# mistake: The residual with the wrong sign. The iteration then walks away from the solution.


# %% [markdown]
# Your iteration on the shaken photograph, with the camera that the notebook brings: without noise, with 1 % noise,
# and with a step of $2.2$, just above $2/\lVert A\rVert^2$.


# %% tags=["predict"]
# The picture seen by the camera has about 22 dB, after 30 steps it has about 28.5. What does it have after 1000?
predict("dB after 1000 steps", with_noise=..., without_noise=...)


# %% tags=["demo"]
@demo
def stop_early(seed: int = 0) -> dict[str, float]:
    """Quality against steps, with and without noise, and with a step that is too long."""
    import matplotlib.pyplot as plt

    rng = np.random.default_rng(seed)
    truth, (blur, transpose) = photo("china.jpg"), camera(shake(rng))
    clean = blur(truth)
    noisy = clean + 0.01 * rng.normal(size=clean.shape)
    marks = [0, 1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000]

    def curve(seen: np.ndarray, lr: float, last: int) -> list[float]:
        x, found = first_guess(seen), []
        for before, mark in zip([0, *marks], [m for m in marks if m <= last]):
            x = landweber(blur, transpose, seen, x, lr, mark - before)
            found.append(psnr(x, truth))
        return found

    curves = {
        "no noise": curve(clean, 1.0, 1000),
        "1 % noise": curve(noisy, 1.0, 1000),
        "step 2.2": curve(noisy, 2.2, 30),
    }
    fig, ax = plt.subplots(figsize=(8, 3.6))
    for name, found in curves.items():
        ax.semilogx(np.array(marks[: len(found)]) + 1, found, label=name)
    ax.axhline(curves["1 % noise"][0], color="0.6", ls="--")
    ax.text(1000, curves["1 % noise"][0] - 0.4, "as seen", ha="right", va="top", color="0.6")
    colours = {"without_noise": "C0", "with_noise": "C1"}
    for name, guess in guesses("dB after 1000 steps").items():
        if name in colours and isinstance(guess, (int, float)):
            ax.plot(1001, guess, "X", ms=10, color=colours[name])
    ax.set(
        xlabel="steps + 1",
        ylabel="PSNR (dB)",
        ylim=(10, None),
        title="closer to the sharp picture: higher",
    )
    ax.legend(loc="upper left")
    found = dict(zip(marks, curves["1 % noise"]))
    return {
        "norm": operator_norm(blur, transpose, np.ones(truth.shape), 50),
        "seen": found[0],
        "after_30": found[30],
        "after_1000": found[1000],
        "best_step": float(max(found, key=lambda mark: found[mark])),
        "clean_30": curves["no noise"][marks.index(30)],
        "clean_1000": curves["no noise"][-1],
        "too_long": curves["step 2.2"][-1],
    }


# %% [markdown]
# Without noise more steps are better. With 1 % noise the best number of steps is below 100, and 1000 are worse. A
# step of $2.2$, just above $2/\lVert A\rVert^2$, explodes.
#
# ## Payoff: learn a shake on one photograph, remove it from another
#
# One random shake blurs two photographs, with 1 % noise. Of the flower you have the sharp version, too; of the palace
# only the blurred one. Your layer is linear in its kernel: `dw` is the transpose there, and least squares for the 49
# numbers of the kernel needs nothing else. It is linear in the image: `dx` is the transpose there, and your iteration
# undoes the learned kernel on the palace, 30 steps of size 1. (The kernel takes conjugate gradients, 60 steps, since
# few numbers can be solved to the end.)
#
# **Two transposes learn a blur on one photo and remove it from another.** The learned kernel is right to within a
# hundredth, and the palace comes out as good as with the true kernel, to a tenth of a decibel. Controls, with the
# same 30 steps: the kernel turned by 180°, as if convolution and correlation were the same; a flat box; and the best
# of twelve sharpening filters of the usual kind, chosen by looking at the truth.


# %% tags=["predict"]
# The palace as seen by the camera has 22 dB, restored with the right kernel 28.5. With the kernel turned by 180°?
predict("dB of the palace", turned=...)


# %% tags=["demo"]
@demo
def a_shake_undone(seed: int = 0) -> dict[str, float]:
    """A kernel learned from the flower through dw, and the palace restored through dx, with controls."""
    import matplotlib.pyplot as plt
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    palace, flower, kernel, none = photo("china.jpg"), photo("flower.jpg"), shake(rng), np.zeros(1)

    def layer(kernel: np.ndarray) -> tuple[Callable, Callable]:
        """Your layer as a map of the image, and its transpose."""
        w, blank = kernel[None, None], np.zeros((1, 1, 120, 160))
        return (
            lambda x: conv2d_gemm(x[None, None], w, none)[0, 0],
            lambda y: conv2d_gemm_backward(y[None, None], blank, w)[0][0, 0],
        )

    def noisy(clean: np.ndarray) -> np.ndarray:
        return clean + 0.01 * rng.normal(size=clean.shape)

    seen, seen_flower = noisy(layer(kernel)[0](palace)), noisy(layer(kernel)[0](flower))

    def as_map_of_kernel(w: np.ndarray) -> np.ndarray:
        return conv2d_gemm(flower[None, None], w[None, None], none)[0, 0]

    def transpose_in_kernel(y: np.ndarray) -> np.ndarray:
        return conv2d_gemm_backward(y[None, None], flower[None, None], np.zeros((1, 1, 7, 7)))[1][
            0, 0
        ]

    learned = np.zeros((7, 7))
    residual = transpose_in_kernel(seen_flower)
    direction = residual
    for _ in range(60):  # conjugate gradients for the normal equations of the kernel
        image = transpose_in_kernel(as_map_of_kernel(direction))
        size = (residual**2).sum()
        step = size / (direction * image).sum()
        learned = learned + step * direction
        residual = residual - step * image
        direction = residual + (residual**2).sum() / size * direction

    def restored(kernel: np.ndarray) -> np.ndarray:
        return landweber(*layer(kernel), seen, first_guess(seen), 1.0, 30)

    start = first_guess(seen)
    sharpened = [
        start + amount * (start - gaussian_filter(start, width))
        for width in (0.7, 1.0, 1.5, 2.0)
        for amount in (0.5, 1.0, 2.0)
    ]
    pictures = {
        "as seen": start,
        "sharpened, best of 12": max(sharpened, key=lambda picture: psnr(picture, palace)),
        "flat box": restored(np.full((7, 7), 1 / 49)),
        "learned, turned": restored(learned[::-1, ::-1]),
        "learned": restored(learned),
        "true kernel": restored(kernel),
    }
    quality = {name: psnr(picture, palace) for name, picture in pictures.items()}
    fig, axes = plt.subplots(2, 3, figsize=(12, 6.4), layout="constrained")
    for ax, name in zip(axes.flat, ["as seen", "learned", "learned, turned"]):
        ax.imshow(pictures[name], cmap="gray", vmin=0, vmax=1)
        ax.set(title=f"{name}: {quality[name]:.1f} dB", xticks=[], yticks=[])
    axes[1, 0].imshow(seen_flower, cmap="gray", vmin=0, vmax=1)
    axes[1, 0].set(title="what the kernel was learned from", xticks=[], yticks=[])
    axes[1, 1].imshow(np.hstack([kernel, np.full((7, 1), np.nan), learned]), cmap="viridis")
    axes[1, 1].set(title="the shake, true and learned", xticks=[], yticks=[])
    bars = axes[1, 2].barh(
        list(quality), list(quality.values()), color=["0.6", "0.6", "C1", "C1", "C0", "0.6"]
    )
    axes[1, 2].bar_label(bars, fmt="%.1f", padding=3)
    guess = guesses("dB of the palace").get("turned")
    if isinstance(guess, (int, float)):
        axes[1, 2].plot(guess, "learned, turned", "X", ms=10, color="C3")
    axes[1, 2].invert_yaxis()
    axes[1, 2].set(xlabel="PSNR of the palace (dB)", xlim=(0, 36))
    return {
        "blurred": quality["as seen"],
        "sharpened": quality["sharpened, best of 12"],
        "box": quality["flat box"],
        "turned": quality["learned, turned"],
        "restored": quality["learned"],
        "true_kernel": quality["true kernel"],
        "kernel_error": float(np.abs(learned - kernel).max()),
        "kernel_peak": float(kernel.max()),
    }


# %% [markdown]
# Sharpening gains next to nothing; the turned kernel and the box leave the picture worse than it was seen.
#
# Call `a_shake_undone(seed=7)` for another shake. Where does the turned kernel do least harm, and why? (Look at the
# shake.)
#
# ## What you built, and where it goes next
#
# The transpose of a layer sends blame back where it came from: what was copied is summed, what was gathered is
# spread, what was laid out is added up again. It is not the inverse; but there and back, with small steps, undoes
# what can be undone. Two random arrays tell a right backward pass from a wrong one.
#
# - **Transposes of everything:** automatic differentiation is a library of such pairs; JAX lets one define the transpose of a
#   new primitive. [Bradbury et al.](https://docs.jax.dev/en/latest/jax-primitives.html)
# - **Faster convolutions:** Winograd's minimal filtering, [Lavin and Gray 2015](https://arxiv.org/abs/1509.09308); no im2col in memory,
#   [Chetlur et al. 2014](https://arxiv.org/abs/1410.0759).
# - **Fewer numbers:** depthwise-separable layers, [Chollet 2017](https://arxiv.org/abs/1610.02357); low-rank updates,
#   [Hu et al. 2021](https://arxiv.org/abs/2106.09685), in the assignment *fine_tuning*.
# - **Bounded layers:** spectral normalisation holds operator norms at 1, by the power iteration of question 8.
#   [Miyato et al. 2018](https://arxiv.org/abs/1802.05957)
# - **Both unknown:** deblurring without a sharp partner. [Levin et al. 2009](https://doi.org/10.1109/CVPR.2009.5206815)
# - **Memories:** softmax retrieval as a Hopfield network, [Ramsauer et al. 2021](https://arxiv.org/abs/2008.02217).
#
# The [article](https://www.chenk.top/en/linear-algebra/16-linear-algebra-in-deep-learning/) tells more of the
# background.
