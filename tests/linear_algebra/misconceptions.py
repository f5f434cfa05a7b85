"""What students get wrong in linear_algebra, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "linear_backward": [
        Misconception(
            "weights_gradient_transposed",
            "dW has the factors in the wrong order: it comes out as its own transpose, inputs first. W is stored "
            "outputs first, and a gradient has the shape of what it belongs to.",
            {"return dZ.T @ X,": "return X.T @ dZ,"},
        ),
        Misconception(
            "input_gradient_through_the_transposed_weights",
            "dX goes back through the wrong one of W and its transpose. Forward, rows met the transpose of W; the "
            "transpose of that is W itself. In a square layer nothing but the numbers tells.",
            {"dZ @ W": "dZ @ W.T"},
        ),
        Misconception(
            "bias_averaged",
            "db is a mean over the batch. The bias was copied to every row, and the transpose of copying is a sum; a 1/B, "
            "if there is one, is in dZ already.",
            {"dZ.sum(axis=0)": "dZ.mean(axis=0)"},
        ),
        Misconception(
            "everything_averaged",
            "dW and db are divided by the size of the batch. The loss decides whether there is a 1/B, and dZ brings it.",
            {"return dZ.T @ X, dZ.sum(axis=0)": "return dZ.T @ X / len(X), dZ.mean(axis=0)"},
        ),
        Misconception(
            "bias_of_the_first_axis",
            "db was summed over the wrong axis: one number per example in place of one per output.",
            {"dZ.sum(axis=0)": "dZ.sum(axis=1)"},
        ),
        Misconception(
            "gap_with_a_sign",
            "The gap is a distance: its sign says only which side is larger. The absolute value is missing.",
            {"float(abs((out * y).sum() - (x * back).sum()))": "float((out * y).sum() - (x * back).sum())"},
        ),
        Misconception(
            "gap_of_means",
            "The inner product is a sum over all entries. With means the two sides are divided by different numbers, "
            "and a right transpose looks wrong.",
            {"(out * y).sum() - (x * back).sum()": "(out * y).mean() - (x * back).mean()"},
        ),
        Misconception(
            "gap_is_relative",
            "The gap is divided by the size of one side. It is asked for as it is.",
            {
                "float(abs((out * y).sum() - (x * back).sum()))":
                    "float(abs((out * y).sum() - (x * back).sum()) / abs((out * y).sum()))",
            },
        ),
        Misconception(
            "shapes_not_compared",
            "Arrays of other shapes broadcast, and the gap is then a number that means nothing. Compare the shapes of what "
            "both maps return first.",
            {"if out.shape != y.shape or back.shape != x.shape:": "if False:"},
        ),
        Misconception(
            "only_the_way_forward_compared",
            "The shape of what comes back is not compared with that of x.",
            {"if out.shape != y.shape or back.shape != x.shape:": "if out.shape != y.shape:"},
        ),
        Misconception(
            "sizes_in_place_of_shapes",
            "The number of entries is compared, and not the shape. A row and a column of equal length broadcast to a square.",
            {"if out.shape != y.shape or back.shape != x.shape:": "if out.size != y.size or back.size != x.size:"},
        ),
        Misconception(
            "results_in_another_order",
            'The three results are there, in another order. It is dW, db, dX, as the docstring says.',
            {
                'return dZ.T @ X, dZ.sum(axis=0), dZ @ W': 'return dZ @ W, dZ.T @ X, dZ.sum(axis=0)',
            },
        ),
        Misconception(
            "weights_gradient_averaged",
            'dW is divided by the size of the batch. It is a sum over the examples; a 1/B, if there is one, is in dZ already.',
            {
                'return dZ.T @ X,': 'return dZ.T @ X / len(X),',
            },
        ),
        Misconception(
            "bias_gradient_keeps_its_axis",
            'db has an axis of length 1 left over. It has the shape of the bias, one axis.',
            {
                'dZ.sum(axis=0)': 'dZ.sum(axis=0, keepdims=True)',
            },
        ),
    ],
    "toeplitz_conv_matrix": [
        Misconception(
            "correlation",
            "The taps are not flipped: this is the matrix of the correlation, which neural networks call a convolution. In a "
            "true convolution the indices of signal and kernel run against each other.",
            {"w[::-1]": "w"},
        ),
        Misconception(
            "band_goes_left",
            "The band runs from the top right to the bottom left. A later output sees later inputs: each row is the one above, "
            "one column to the right.",
            {"A[i, i : i + k] = w[::-1]": "A[n - k - i, i : i + k] = w[::-1]"},
        ),
        Misconception(
            "full_size",
            "This matrix has n + k - 1 rows, the \"full\" convolution, in which the kernel hangs over both ends. Only the places "
            "where it fits are asked for.",
            {
                "    A = np.zeros((n - k + 1, n))\n    for i in range(n - k + 1):\n        A[i, i : i + k] = w[::-1]\n":
                    "    A = np.zeros((n + k - 1, n))\n    for i in range(n):\n        A[i : i + k, i] = w\n",
            },
        ),
        Misconception(
            "transposed",
            "This is the transpose, which spreads outputs over inputs. The matrix has one row per output.",
            {"return A": "return A.T"},
        ),
        Misconception(
            "longest_kernel_refused",
            "A kernel as long as the signal fits in one place. Only longer ones are an error.",
            {"if k > n:": "if k >= n:"},
        ),
        Misconception(
            "one_row_short",
            "The last place at which the kernel fits is missing: there are n - k + 1 of them, the first included.",
            {"A = np.zeros((n - k + 1, n))": "A = np.zeros((n - k, n))", "range(n - k + 1)": "range(n - k)"},
        ),
        Misconception(
            "dtype_of_the_taps",
            "The matrix has the dtype of the taps. It is float64, whatever they are.",
            {"np.zeros((n - k + 1, n))": "np.zeros((n - k + 1, n), dtype=w.dtype)"},
        ),
        Misconception(
            "wrapped_around",
            "The kernel wraps around the end of the signal: this is a circulant matrix, the convolution on a circle. Keep only "
            "the rows in which the kernel fits.",
            {
                "    A = np.zeros((n - k + 1, n))\n    for i in range(n - k + 1):\n        A[i, i : i + k] = w[::-1]\n":
                    "    A = np.zeros((n, n))\n    for i in range(n):\n        A[i, (i + np.arange(k)) % n] = w[::-1]\n",
            },
        ),
        Misconception(
            "nothing_is_refused",
            'A kernel that is longer than the signal by one gives an empty matrix. It is to be refused with a ValueError.',
            {
                'if k > n:': 'if False:',
            },
        ),
    ],
    "im2col": [
        Misconception(
            "channels_last_in_a_patch",
            "The rows are in the order row, column, channel of the patch. Channels come first: all places of the first "
            "channel, then all of the second.",
            {"np.empty((B, C, kh, kw, h_out, w_out))": "np.empty((B, kh, kw, C, h_out, w_out))", "cols[:, :, i, j]": "cols[:, i, j]"},
        ),
        Misconception(
            "patches_column_by_column",
            "The columns go through the image column by column. They go row by row, the order in which an image lies in memory.",
            {
                "return cols.reshape(B, C * kh * kw, h_out * w_out)":
                    "return cols.swapaxes(4, 5).reshape(B, C * kh * kw, h_out * w_out)",
            },
        ),
        Misconception(
            "column_before_row_in_a_patch",
            "Within a patch the places run column by column. Row by row is asked for.",
            {
                "return cols.reshape(B, C * kh * kw, h_out * w_out)":
                    "return cols.swapaxes(2, 3).reshape(B, C * kh * kw, h_out * w_out)",
            },
        ),
        Misconception(
            "sized_before_padding",
            "The output has the size that it would have without padding. The kernel moves over the padded image, which is "
            "larger by twice the padding.",
            {
                "(H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1":
                    "(H - kh) // stride + 1, (W - kw) // stride + 1",
            },
        ),
        Misconception(
            "one_side_padded",
            "Padding is counted once. It is there on both sides, so that the size grows by twice the padding.",
            {
                "(pad, pad), (pad, pad)": "(pad, 0), (pad, 0)",
                "(H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1":
                    "(H + pad - kh) // stride + 1, (W + pad - kw) // stride + 1",
            },
        ),
        Misconception(
            "stride_within_the_patch",
            "The stride was taken between the pixels of a patch, too. It is the distance from one patch to the next; within "
            "a patch pixels are neighbours (a gap there is called dilation).",
            {
                "rows = slice(i, i + stride * h_out, stride)": "rows = np.minimum(stride * (i + np.arange(h_out)), padded.shape[2] - 1)",
                "padded[:, :, rows, j : j + stride * w_out : stride]":
                    "padded[:, :, rows][..., np.minimum(stride * (j + np.arange(w_out)), padded.shape[3] - 1)]",
            },
        ),
        Misconception(
            "kernel_sizes_exchanged",
            "Height and width of the kernel are exchanged.",
            {"    B, C, H, W = x.shape\n": "    B, C, H, W = x.shape\n    kh, kw = kw, kh\n"},
        ),
        Misconception(
            "patches_as_rows",
            "Each patch is a row. It is to be a column: places within the patch run downwards, places of the patch to the right.",
            {
                "return cols.reshape(B, C * kh * kw, h_out * w_out)":
                    "return cols.reshape(B, C * kh * kw, h_out * w_out).swapaxes(1, 2)",
            },
        ),
        Misconception(
            "batch_within_the_rows",
            "The images of the batch are mixed: channels of one stand beside patches of another. Each image has a matrix of its own.",
            {
                "return cols.reshape(B, C * kh * kw, h_out * w_out)":
                    "return cols.swapaxes(0, 1).reshape(B, C * kh * kw, h_out * w_out)",
            },
        ),
        Misconception(
            "dtype_of_the_images",
            "The result has the dtype of the images. It is float64, whatever they are.",
            {"np.empty((B, C, kh, kw, h_out, w_out))": "np.empty((B, C, kh, kw, h_out, w_out), dtype=x.dtype)"},
        ),
        Misconception(
            "padding_forgotten_in_the_check",
            "A kernel that fits into the padded image is refused. Padding counts.",
            {"if kh > H + 2 * pad or kw > W + 2 * pad:": "if kh > H or kw > W:"},
        ),
        Misconception(
            "border_repeated",
            "The padding repeats the border of the image. It consists of zeros.",
            {"(pad, pad), (pad, pad)))": "(pad, pad), (pad, pad)), mode=\"edge\")"},
        ),
        Misconception(
            "nothing_is_refused",
            'A kernel that is larger than the padded image by less than a stride gives an empty array. It is to be refused with a ValueError.',
            {
                'if kh > H + 2 * pad or kw > W + 2 * pad:': 'if False:',
            },
        ),
        Misconception(
            "only_the_height_checked",
            'A kernel that is too wide is not refused. Height and width are checked, either is enough.',
            {
                'if kh > H + 2 * pad or kw > W + 2 * pad:': 'if kh > H + 2 * pad:',
            },
        ),
        Misconception(
            "patches_turned",
            'Within each patch the places run backwards. Laying out a patch flips nothing; whether a kernel is flipped is the affair of the layer.',
            {
                'cols[:, :, i, j] =': 'cols[:, :, kh - 1 - i, kw - 1 - j] =',
            },
        ),
        Misconception(
            "padded_with_ones",
            'The padding is not zero.',
            {
                '(pad, pad), (pad, pad)))': '(pad, pad), (pad, pad)), constant_values=1)',
            },
        ),
        Misconception(
            "one_matrix_for_all_images",
            'The patches of all images stand in one wide matrix. Each image has a matrix of its own, and the batch is the first axis.',
            {
                'return cols.reshape(B, C * kh * kw, h_out * w_out)': 'return cols.transpose(1, 2, 3, 4, 5, 0).reshape(C * kh * kw, -1)',
            },
        ),
    ],
    "conv2d_gemm": [
        Misconception(
            "kernel_flipped",
            "The kernel is flipped: this is the convolution of mathematics. A layer of a network is the cross-correlation, "
            "in which kernel and patch run the same way.",
            {"w.reshape(C_out, -1)": "w[:, :, ::-1, ::-1].reshape(C_out, -1)"},
        ),
        Misconception(
            "channels_and_places_mixed",
            "Places and channels are mixed by a reshape. Where the places come before the channels, the axes have to be "
            "transposed first; a reshape moves no axis.",
            {"return Y.reshape(B, C_out, h_out, w_out)": "return Y.transpose(0, 2, 1).reshape(B, C_out, h_out, w_out)"},
        ),
        Misconception(
            "bias_along_the_width",
            "The bias was added along the last axis, one per column of the image. There is one bias per output channel.",
            {
                "im2col(x, kh, kw, stride, pad) + b[:, None]": "im2col(x, kh, kw, stride, pad)",
                "return Y.reshape(B, C_out, h_out, w_out)": "return Y.reshape(B, C_out, h_out, w_out) + b",
            },
        ),
        Misconception(
            "bias_forgotten",
            "The bias is missing.",
            {" + b[:, None]": ""},
        ),
        Misconception(
            "kernel_transposed",
            "Rows and columns of the kernel are exchanged.",
            {"w.reshape(C_out, -1)": "w.transpose(0, 1, 3, 2).reshape(C_out, -1)"},
        ),
        Misconception(
            "kernels_and_channels_exchanged",
            "Output and input channels of the kernels are exchanged. w has the outputs first.",
            {"w.reshape(C_out, -1)": "w.swapaxes(0, 1).reshape(C_out, -1)"},
        ),
        Misconception(
            "height_and_width_exchanged",
            "Height and width of the output are exchanged when the places are folded back.",
            {"return Y.reshape(B, C_out, h_out, w_out)": "return Y.reshape(B, C_out, w_out, h_out)"},
        ),
        Misconception(
            "channels_last_in_the_kernel",
            'The kernels are laid out in the order row, column, channel, and the patches channel first. Both must be the same.',
            {
                'w.reshape(C_out, -1)': 'w.transpose(0, 2, 3, 1).reshape(C_out, -1)',
            },
        ),
        Misconception(
            "first_bias_for_all",
            'All output channels got the first bias. There is one for each.',
            {
                'b[:, None]': 'b[0]',
            },
        ),
        Misconception(
            "bias_along_the_places",
            'Where there are as many kernels as places, the bias was added place by place. It goes with the output channel, the axis before.',
            {
                '+ b[:, None]': '+ (b if b.size == h_out * w_out else b[:, None])',
            },
        ),
        Misconception(
            "stride_forgotten",
            'The stride is not used: the kernel stops at every place.',
            {
                'kw, stride, pad)': 'kw, 1, pad)',
                '(H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1': 'H + 2 * pad - kh + 1, W + 2 * pad - kw + 1',
            },
        ),
        Misconception(
            "padding_forgotten",
            'The padding is not used: the output is that of the image without its frame of zeros.',
            {
                'kw, stride, pad)': 'kw, stride, 0)',
                '(H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1': '(H - kh) // stride + 1, (W - kw) // stride + 1',
            },
        ),
        Misconception(
            "images_and_kernels_mixed",
            'Images and output channels are mixed: the axes were exchanged before the places were folded back. The batch is first already.',
            {
                'return Y.reshape(B,': 'return Y.transpose(1, 0, 2).reshape(B,',
            },
        ),
    ],
    "conv2d_gemm_backward": [
        Misconception(
            "overlaps_overwritten",
            "Where patches overlap, the last one wins. A pixel was copied to all of them, so that their gradients add up.",
            {"w_out : stride] += patches": "w_out : stride] = patches"},
        ),
        Misconception(
            "padding_not_cut_off",
            "The image is cut out of the top left corner of the padded one. The padding lies on all four sides, and the image "
            "begins after it.",
            {"padded[:, :, pad : pad + H, pad : pad + W]": "padded[:, :, :H, :W]"},
        ),
        Misconception(
            "copies_averaged",
            "The copies of a pixel are averaged. That would be an inverse; the transpose adds them.",
            {
                "    padded = np.zeros((B, C, H + 2 * pad, W + 2 * pad))\n":
                    "    padded = np.zeros((B, C, H + 2 * pad, W + 2 * pad))\n    count = np.zeros(padded.shape)\n",
                "w_out : stride] += patches[:, :, i, j]\n":
                    "w_out : stride] += patches[:, :, i, j]\n            count[:, :, rows, j : j + stride * w_out : stride] += 1\n",
                "return padded[:, :, pad": "padded /= np.maximum(count, 1)\n    return padded[:, :, pad",
            },
        ),
        Misconception(
            "kernel_gradient_of_one_image",
            "The kernels' gradient comes from the first image alone. All images used the same kernels: sum over the batch.",
            {"(delta @ patches.transpose(0, 2, 1)).sum(axis=0)": "(delta @ patches.transpose(0, 2, 1))[0]"},
        ),
        Misconception(
            "kernel_gradient_averaged",
            "The kernels' gradient is a mean over the batch. It is a sum; a 1/B, if there is one, is in dY already.",
            {".sum(axis=0).reshape(w.shape)": ".mean(axis=0).reshape(w.shape)"},
        ),
        Misconception(
            "bias_gradient_over_the_batch_only",
            "The biases' gradient is summed over the batch alone. A bias was added at every place, too: one number "
            "per output channel is left.",
            {"dY.sum(axis=(0, 2, 3))": "dY.sum(axis=0)"},
        ),
        Misconception(
            "bias_gradient_averaged",
            "The biases' gradient is a mean. The bias was copied to every place of every image, and the transpose of copying "
            "is a sum.",
            {"dY.sum(axis=(0, 2, 3))": "dY.mean(axis=(0, 2, 3))"},
        ),
        Misconception(
            "kernel_turned",
            "The images' gradient goes back through a kernel turned by 180 degrees. That is right for a sum over shifted "
            "gradients; col2im puts each patch down where it was taken from, with the kernel as it is.",
            {"col2im(w.reshape(C_out, -1).T": "col2im(w[:, :, ::-1, ::-1].reshape(C_out, -1).T"},
        ),
        Misconception(
            "kernel_gradient_turned",
            "The kernels' gradient is turned by 180 degrees. Nothing was flipped on the way forward.",
            {".sum(axis=0).reshape(w.shape)": ".sum(axis=0).reshape(w.shape)[:, :, ::-1, ::-1]"},
        ),
        Misconception(
            "channels_last_in_a_patch",
            "The rows of the patches are read in the order row, column, channel. im2col wrote them channel first.",
            {
                "cols.reshape(B, C, kh, kw, h_out, w_out)":
                    "cols.reshape(B, kh, kw, C, h_out, w_out).transpose(0, 3, 1, 2, 4, 5)",
            },
        ),
        Misconception(
            "results_in_another_order",
            'The three results are there, in another order. It is dx, dw, db, as the docstring says.',
            {
                'return dx, dw, dY.sum(axis=(0, 2, 3))': 'return dw, dY.sum(axis=(0, 2, 3)), dx',
            },
        ),
        Misconception(
            "kernel_gradient_averaged_over_places",
            "The kernels' gradient is a mean over the places. The kernel was used at every place, and the gradients of all uses are added.",
            {
                '.sum(axis=0).reshape(w.shape)': '.sum(axis=0).reshape(w.shape) / delta.shape[2]',
            },
        ),
        Misconception(
            "bias_gradient_keeps_its_axes",
            "The biases' gradient has axes of length 1 left over. It has the shape of the biases, one axis.",
            {
                'dY.sum(axis=(0, 2, 3))': 'dY.sum(axis=(0, 2, 3), keepdims=True)',
            },
        ),
        Misconception(
            "kernel_transposed",
            "The images' gradient goes back through kernels whose rows and columns are exchanged. The transpose is that of the whole map, and not of each kernel.",
            {
                'col2im(w.reshape(C_out, -1).T': 'col2im(w.transpose(0, 1, 3, 2).reshape(C_out, -1).T',
            },
        ),
        Misconception(
            "sliced_to_minus_the_padding",
            'A slice that ends at -pad is empty where there is no padding, since -0 is 0. Count from the front: it ends at pad plus the size of the image.',
            {
                'padded[:, :, pad : pad + H, pad : pad + W]': 'padded[:, :, pad:-pad, pad:-pad]',
            },
        ),
        Misconception(
            "bias_gradient_averaged_over_the_batch",
            "The biases' gradient is a mean over the batch. It is a sum; a 1/B, if there is one, is in dY already.",
            {
                'dY.sum(axis=(0, 2, 3))': 'dY.sum(axis=(0, 2, 3)) / len(dY)',
            },
        ),
        Misconception(
            "bias_gradient_of_one_image",
            "The biases' gradient comes from the first image alone. All images got the same biases: sum over the batch.",
            {
                'dY.sum(axis=(0, 2, 3))': 'dY[0].sum(axis=(1, 2))',
            },
        ),
        Misconception(
            "kernels_before_images",
            "The kernels' gradient comes before that of the images. The order is dx, dw, db, as the docstring says.",
            {
                'return dx, dw, dY': 'return dw, dx, dY',
            },
        ),
    ],
    "soft_retrieval": [
        Misconception(
            "softmax_over_queries",
            "The softmax runs over the queries: columns of the weights sum to 1, and rows do not. Every query distributes its own "
            "attention over the keys.",
            {
                "scores.max(axis=1, keepdims=True)": "scores.max(axis=0, keepdims=True)",
                "weights / weights.sum(axis=1, keepdims=True)": "weights / weights.sum(axis=0, keepdims=True)",
            },
        ),
        Misconception(
            "divided_by_d",
            "The default temperature is d itself. A dot product of d terms has the variance d, and its standard deviation is "
            "the root of that.",
            {
                "        tau = math.sqrt(q.shape[1])\n    scores": "        tau = q.shape[1]\n    scores",
                "        tau = math.sqrt(q.shape[1])\n    weights": "        tau = q.shape[1]\n    weights",
            },
        ),
        Misconception(
            "no_shift",
            "exp overflows for scores of a thousand, and inf / inf is nan. The largest score of each row may be subtracted first "
            "without changing the weights.",
            {"np.exp(scores - scores.max(axis=1, keepdims=True))": "np.exp(scores)"},
        ),
        Misconception(
            "one_shift_for_all",
            "The largest score of all was subtracted from every row. A row whose scores all lie far below it becomes 0 / 0.",
            {"scores.max(axis=1, keepdims=True)": "scores.max()"},
        ),
        Misconception(
            "multiplied_by_tau",
            "The scores are multiplied by the temperature. They are divided by it: hot means even.",
            {"q @ K.T / tau": "q @ K.T * tau"},
        ),
        Misconception(
            "temperature_ignored",
            "The scores are not divided by the temperature that was passed; it looks as if sqrt(d) were always used.",
            {"    scores = q @ K.T / tau": "    scores = q @ K.T / math.sqrt(q.shape[1])"},
        ),
        Misconception(
            "softmax_as_if_independent",
            "The softmax's gradient lacks the part in which every weight depends on every score: the mean of G under the weights has "
            "to be subtracted.",
            {"weights * (G - (weights * G).sum(axis=1, keepdims=True))": "weights * G"},
        ),
        Misconception(
            "plain_mean_subtracted",
            "The plain mean of G was subtracted. The Jacobian of the softmax has the mean under the weights.",
            {"(weights * G).sum(axis=1, keepdims=True)": "G.mean(axis=1, keepdims=True)"},
        ),
        Misconception(
            "each_weight_on_its_own",
            "p (1 - p) is the derivative of a sigmoid, the diagonal of the softmax's Jacobian. The other entries are not 0.",
            {"weights * (G - (weights * G).sum(axis=1, keepdims=True))": "weights * (1 - weights) * G"},
        ),
        Misconception(
            "no_tau_going_back",
            "The scores were divided by tau, and so are their gradients on the way to queries and keys.",
            {"return dS @ K / tau, dS.T @ q / tau": "return dS @ K, dS.T @ q"},
        ),
        Misconception(
            "default_tau_going_back",
            "The backward pass divides by sqrt(d), although another temperature was passed.",
            {"return dS @ K / tau, dS.T @ q / tau": "return dS @ K / math.sqrt(q.shape[1]), dS.T @ q / math.sqrt(q.shape[1])"},
        ),
        Misconception(
            "mean_over_the_queries",
            "In the softmax's gradient the mean of G was taken down the columns. Each row has a softmax of its own.",
            {"(weights * G).sum(axis=1, keepdims=True)": "(weights * G).sum(axis=0, keepdims=True)"},
        ),
        Misconception(
            "no_default_temperature",
            'Without a temperature the scores are not divided at all. None stands for sqrt(d).',
            {
                '        tau = math.sqrt(q.shape[1])\n    scores': '        tau = 1.0\n    scores',
                '        tau = math.sqrt(q.shape[1])\n    weights': '        tau = 1.0\n    weights',
            },
        ),
        Misconception(
            "hard_choice",
            'The answer is the value of the best key alone. Every value answers, as loud as its weight says.',
            {
                'return weights @ V, weights': 'return V[scores.argmax(axis=1)], weights',
            },
        ),
        Misconception(
            "results_exchanged",
            'Answers and weights are exchanged. The answers come first.',
            {
                'return weights @ V, weights': 'return weights, weights @ V',
            },
        ),
        Misconception(
            "weights_transposed",
            'The weights are returned with the keys first. One row per query is asked for.',
            {
                'return weights @ V, weights': 'return weights @ V, weights.T',
            },
        ),
        Misconception(
            "gradients_in_another_order",
            'The three gradients are there, in another order. It is dq, dK, dV, as the docstring says.',
            {
                'return dS @ K / tau, dS.T @ q / tau, weights.T @ dR': 'return weights.T @ dR, dS.T @ q / tau, dS @ K / tau',
            },
        ),
        Misconception(
            "root_of_the_temperature",
            'The scores are divided by the root of the temperature that was passed. The root belongs to the default alone.',
            {
                'q @ K.T / tau': 'q @ K.T / math.sqrt(tau)',
            },
        ),
        Misconception(
            "temperature_held_above_a_thousandth",
            'A small temperature was replaced by a larger one. Any positive temperature may be passed.',
            {
                '    scores = q @ K.T / tau': '    scores = q @ K.T / max(tau, 1e-3)',
            },
        ),
    ],
    "normalize": [
        Misconception(
            "axes_exchanged",
            "Batch and layer norm are exchanged. A batch norm averages over the batch, one mean per column; a layer norm over "
            "the features, one mean per row.",
            {'axis = 0 if kind == "batch" else 1': 'axis = 1 if kind == "batch" else 0'},
        ),
        Misconception(
            "unbiased_variance",
            "The variance is divided by one less than the number of entries. Normalisation takes the biased one.",
            {
                "(centred**2).mean(axis=axis, keepdims=True)":
                    "(centred**2).sum(axis=axis, keepdims=True) / max(x.shape[axis] - 1, 1)",
            },
        ),
        Misconception(
            "epsilon_outside",
            "Epsilon is added to the root. It stands under the root, added to the variance or to the mean square.",
            {
                "np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)": "(np.sqrt((x**2).mean(axis=1, keepdims=True)) + eps)",
                "np.sqrt((centred**2).mean(axis=axis, keepdims=True) + eps)":
                    "(np.sqrt((centred**2).mean(axis=axis, keepdims=True)) + eps)",
            },
        ),
        Misconception(
            "epsilon_forgotten",
            "Epsilon is missing: a constant row or column becomes 0 / 0.",
            {
                "(x**2).mean(axis=1, keepdims=True) + eps": "(x**2).mean(axis=1, keepdims=True)",
                "(centred**2).mean(axis=axis, keepdims=True) + eps": "(centred**2).mean(axis=axis, keepdims=True)",
            },
        ),
        Misconception(
            "rms_takes_the_mean_away",
            "Root-mean-square norm took the mean away. That is what makes it another norm than layer norm: it leaves the "
            "mean alone.",
            {
                "return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)":
                    "x = x - x.mean(axis=1, keepdims=True)\n        return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)",
            },
        ),
        Misconception(
            "rms_down_the_columns",
            "The mean square was taken down the columns. Rms norm measures each row, like layer norm.",
            {"(x**2).mean(axis=1, keepdims=True)": "(x**2).mean(axis=0, keepdims=True)"},
        ),
        Misconception(
            "length_in_place_of_rms",
            "The rows were divided by their length, the root of the sum of squares. Rms is the root of the mean.",
            {"(x**2).mean(axis=1, keepdims=True)": "(x**2).sum(axis=1, keepdims=True)"},
        ),
        Misconception(
            "mean_of_squares_minus_square_of_mean",
            "The variance was computed as the mean of the squares minus the square of the mean. For large numbers close to each "
            "other that is the difference of two huge, rounded ones.",
            {
                "(centred**2).mean(axis=axis, keepdims=True)":
                    "np.maximum((x**2).mean(axis=axis, keepdims=True) - x.mean(axis=axis, keepdims=True) ** 2, 0)",
            },
        ),
        Misconception(
            "one_mean_for_all",
            'Layer norm took one mean over the whole batch. Each row has its own.',
            {
                'axis = 0 if kind == "batch" else 1': 'axis = 0 if kind == "batch" else (0, 1)',
            },
        ),
        Misconception(
            "unknown_names_taken_for_layer",
            'An unknown name is treated as one of the three. It is to be refused with a ValueError.',
            {
                'if kind not in ("batch", "layer"):': 'if False:',
            },
        ),
        Misconception(
            "one_mean_square_for_all",
            'Rms norm took one mean square over the whole batch. Each row has its own.',
            {
                '(x**2).mean(axis=1, keepdims=True)': '(x**2).mean()',
            },
        ),
        Misconception(
            "epsilon_outside_of_the_standard_deviation",
            'In batch and layer norm epsilon is added to the standard deviation. It is added to the variance, under the root.',
            {
                'np.sqrt((centred**2).mean(axis=axis, keepdims=True) + eps)': '(np.sqrt((centred**2).mean(axis=axis, keepdims=True)) + eps)',
            },
        ),
        Misconception(
            "epsilon_of_its_own",
            'In batch and layer norm epsilon is always 1e-5, whatever is passed.',
            {
                '(centred**2).mean(axis=axis, keepdims=True) + eps': '(centred**2).mean(axis=axis, keepdims=True) + 1e-5',
            },
        ),
    ],
    "landweber": [
        Misconception(
            "square_of_the_norm",
            "This is the square of the norm: the largest eigenvalue of there and back. The singular value is its root.",
            {"float(np.linalg.norm(forward(x)) / np.linalg.norm(x))": "float((np.linalg.norm(forward(x)) / np.linalg.norm(x)) ** 2)"},
        ),
        Misconception(
            "length_of_the_start_forgotten",
            "The result is the length of A x, and x need not have length 1: with no step it has the length of the start.",
            {"float(np.linalg.norm(forward(x)) / np.linalg.norm(x))": "float(np.linalg.norm(forward(x)))"},
        ),
        Misconception(
            "one_step_too_many",
            "There is one step of power iteration too many.",
            {"for _ in range(steps):\n        x = backward(forward(x))": "for _ in range(steps + 1):\n        x = backward(forward(x))"},
        ),
        Misconception(
            "forward_twice",
            "Power iteration goes there and back again, through the transpose. Going forward twice is another matrix, and only possible "
            "in a square one.",
            {"x = backward(forward(x))": "x = forward(forward(x))"},
        ),
        Misconception(
            "never_brought_to_length_1",
            "x is never brought back to length 1. It grows or shrinks by the square of the norm each time, out of the range of "
            "floating-point numbers.",
            {"        x = x / length\n": ""},
        ),
        Misconception(
            "divided_by_nothing",
            "A map that sends x to zero gives 0 / 0. The norm seen in this direction is 0.",
            {"        if length == 0:\n            return 0.0\n": ""},
        ),
        Misconception(
            "uphill",
            "The step goes the wrong way: the residual grows from step to step. Its sign is that of A x - y, and the step is "
            "subtracted.",
            {"x - lr * backward": "x + lr * backward"},
        ),
        Misconception(
            "step_size_ignored",
            "The learning rate is not used.",
            {"x - lr * backward": "x - backward"},
        ),
        Misconception(
            "started_at_zero",
            "The iteration starts from zero in place of x0.",
            {"x = x0.copy()": "x = np.zeros(x0.shape)"},
        ),
        Misconception(
            "gradient_of_the_whole_square",
            "A factor of 2 too many: half of the squared length is made small, and the half cancels the 2.",
            {"x - lr * backward": "x - 2 * lr * backward"},
        ),
        Misconception(
            "start_handed_back",
            "With no step, x0 itself is returned, and whoever changes the result changes the start. A new array is promised.",
            {"x = x0.copy()": "x = x0"},
        ),
        Misconception(
            "at_least_one_step",
            'With no step at all, one is made. No step leaves the start as it is.',
            {
                'for _ in range(steps):\n        x = x - lr': 'for _ in range(max(steps, 1)):\n        x = x - lr',
            },
        ),
        Misconception(
            "never_sent_back",
            'Power iteration only goes forward. Each step goes there and back, through the transpose; otherwise it is the iteration for eigenvalues, and x changes its shape.',
            {
                'x = backward(forward(x))': 'x = forward(x)',
            },
        ),
    ],
}
