"""What students get wrong in tensors, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "unfold": [
        Misconception(
            "reshape_alone",
            "A reshape reads the cells in the order in which they lie and never moves an axis. The rows are right for mode 0 "
            "only; for any other mode they mix fibres. The axis has to come to the front first.",
            {
                'np.array(np.moveaxis(X, mode, 0).reshape(X.shape[mode], -1, order="F"))':
                    'np.array(X.reshape(X.shape[mode], -1, order="F"))',
            },
        ),
        Misconception(
            "columns_in_c_order",
            "The columns are those of the unfolding, in another order: here the last remaining mode varies fastest (TensorLy's "
            "convention). This notebook lets the earliest one vary fastest, and the Khatri–Rao formulas rely on it.",
            {
                'reshape(X.shape[mode], -1, order="F")': "reshape(X.shape[mode], -1)",
                'M.reshape(moved, order="F")': "M.reshape(moved)",
            },
        ),
        Misconception(
            "axes_swapped",
            "The mode was exchanged with mode 0. The remaining modes then no longer stand in their order, and the columns of "
            "modes beyond the second are shuffled. Move the axis; do not swap.",
            {"np.moveaxis(X, mode, 0)": "np.swapaxes(X, mode, 0)"},
        ),
        Misconception(
            "transposed",
            "This is the transpose of the unfolding: the fibres of the mode are its columns, so there is one row per index.",
            {'.reshape(X.shape[mode], -1, order="F"))': '.reshape(X.shape[mode], -1, order="F").T)'},
        ),
        Misconception(
            "axis_not_moved_back",
            "`fold` splits the columns, but leaves the axis of the mode in front. It has to go back to its place.",
            {'np.moveaxis(M.reshape(moved, order="F"), 0, mode)': 'M.reshape(moved, order="F")'},
        ),
        Misconception(
            "folded_without_moving",
            "The matrix was given the final shape at once. Its rows belong to one mode, which comes first until it is moved back.",
            {
                'np.moveaxis(M.reshape(moved, order="F"), 0, mode)': 'M.reshape(shape, order="F")',
            },
        ),
        Misconception(
            "a_view_of_the_argument",
            "The numbers are right, but the result shares memory with the argument: who changes one changes the other. The "
            "docstring asks for a new array.",
            {
                'np.array(np.moveaxis(X, mode, 0).reshape(X.shape[mode], -1, order="F"))':
                    'np.moveaxis(X, mode, 0).reshape(X.shape[mode], -1, order="F")',
            },
        ),
        Misconception(
            "fold_shares_memory",
            "The numbers are right, but the tensor that `fold` returns shares memory with the matrix. The docstring asks for a new array.",
            {
                'np.array(np.moveaxis(M.reshape(moved, order="F"), 0, mode))':
                    'np.moveaxis(M.reshape(moved, order="F"), 0, mode)',
            },
        ),
        Misconception(
            "axes_rolled",
            "The axes were rolled until the mode came first, so that those before it now stand behind the others. Move one axis; the others keep "
            "their order.",
            {"np.moveaxis(X, mode, 0)": "np.transpose(X, np.roll(np.arange(X.ndim), -mode))"},
        ),
    ],
    "mode_n_product": [
        Misconception(
            "transposed_matrix",
            "The matrix acts with its columns where its rows should act. Where it is square, no shape gives that away. Each entry of the result "
            "is a row of U times a fibre.",
            {
                "shape[mode] = len(U)": "shape[mode] = len(U if U.shape[0] != U.shape[1] else U.T)",
                "fold(U @ unfold(X, mode)": "fold((U if U.shape[0] != U.shape[1] else U.T) @ unfold(X, mode)",
            },
        ),
        Misconception(
            "new_axis_first",
            "The new axis stands in front, as a contraction leaves it. It belongs where the old one was.",
            {"fold(U @ unfold(X, mode), mode, tuple(shape))": "np.tensordot(U, X, (1, mode))"},
        ),
        Misconception(
            "new_axis_last",
            "The new axis stands at the end, as a contraction leaves it. It belongs where the old one was.",
            {"fold(U @ unfold(X, mode), mode, tuple(shape))": "np.tensordot(X, U, (mode, 1))"},
        ),
        Misconception(
            "one_column_is_repeated",
            "A matrix with the wrong number of columns went through: numpy's broadcasting (einsum does it, too) repeats an axis of size 1. The docstring "
            "asks for a ValueError.",
            {
                "shape = list(X.shape)":
                    "if U.shape[1] == 1:\n        U = np.repeat(U, X.shape[mode], axis=1)\n    shape = list(X.shape)",
            },
        ),
        Misconception(
            "axes_of_size_one_dropped",
            "Modes of size 1 have vanished from the result. A product with one row leaves the mode in its place, with size 1.",
            {"fold(U @ unfold(X, mode), mode, tuple(shape))": "fold(U @ unfold(X, mode), mode, tuple(shape)).squeeze()"},
        ),
    ],
    "khatri_rao": [
        Misconception(
            "operands_exchanged",
            "These are the rows of B ⊙ A. The index of the second operand varies fastest: row i·K + k.",
            {"(A[:, None] * B)": "(B[:, None] * A)"},
        ),
        Misconception(
            "row_by_row",
            "This multiplies row with row (the face-splitting product). Khatri–Rao is the Kronecker product of column with column.",
            {
                "(A[:, None] * B).reshape(-1, A.shape[1])":
                    "np.array([np.outer(a, b).ravel() for a, b in zip(A, B)])",
            },
        ),
        Misconception(
            "first_columns_of_the_kronecker_product",
            "The Kronecker product pairs every column with every column. Its first R columns all belong to the first column of A.",
            {
                "(A[:, None] * B).reshape(-1, A.shape[1])":
                    "(A[:, None, :, None] * B[None, :, None, :]).reshape(len(A) * len(B), -1)[:, : A.shape[1]]",
            },
        ),
        Misconception(
            "one_column_is_repeated",
            "One column against several went through, since numpy repeats an axis of size 1. The docstring asks for a ValueError.",
            {"A.shape[1] != B.shape[1]": "A.shape[1] != B.shape[1] and 1 not in (A.shape[1], B.shape[1])",
             "reshape(-1, A.shape[1])": "reshape(len(A) * len(B), -1)"},
        ),
        Misconception(
            "weights_ignored",
            "The outer products are summed without their weights.",
            {"product @ weights": "product.sum(axis=1)"},
        ),
        Misconception(
            "weights_once_per_factor",
            "Each factor has been multiplied by the weights, so that they count once per mode. A weight multiplies its outer product once.",
            {"product @ weights": "product @ weights ** len(factors)"},
        ),
        Misconception(
            "weights_made_positive",
            "A negative weight was taken as positive (a root of it, or its size). Weights may have any sign.",
            {"product @ weights": "product @ np.abs(weights)"},
        ),
        Misconception(
            "cells_in_the_other_order",
            "The cells are right, but they were put into the tensor in the wrong order. In the product of factor 0 with factor 1 and so on, the last "
            "index varies fastest.",
            {
                "reshape([len(A) for A in factors])":
                    'reshape([len(A) for A in factors], order="F")',
            },
        ),
    ],
    "hosvd": [
        Misconception(
            "one_rank_for_all",
            "All modes got the same rank, that of the first unfolding. Unlike the row and column ranks of a matrix, the ranks of a tensor's unfoldings may differ.",
            {"unfold(X, mode), compute_uv": "unfold(X, 0), compute_uv"},
        ),
        Misconception(
            "smallest_rank_for_all",
            "The least of the ranks stands for all of them. Each mode has a rank of its own.",
            {"return tuple(ranks)": "return (min(ranks),) * X.ndim"},
        ),
        Misconception(
            "absolute_threshold",
            "The threshold is relative to the largest singular value of the unfolding. An absolute one calls a tensor of tiny numbers zero, and rounding of large numbers rank.",
            {"tol * s[0]": "tol"},
        ),
        Misconception(
            "right_singular_vectors",
            "These frames come from the right singular vectors, of whose entries only the first I_n were kept. The fibres of the mode are the columns of the unfolding; what spans columns are the left ones.",
            {
                "u = np.linalg.svd(unfold(X, mode), full_matrices=False)[0]":
                    "u = np.linalg.svd(unfold(X, mode))[2].T[: X.shape[mode]]",
            },
        ),
        Misconception(
            "smallest_singular_vectors",
            "The columns kept belong to the smallest singular values: the part of the tensor that may go. `svd` sorts from the largest down (`eigh` sorts up).",
            {"u[:, :rank]": "u[:, ::-1][:, :rank]"},
        ),
        Misconception(
            "columns_scaled",
            "The frames are scaled by the singular values. A frame is orthonormal; how much there is of each column stands in the core.",
            {
                "u = np.linalg.svd(unfold(X, mode), full_matrices=False)[0]":
                    "u, s, _ = np.linalg.svd(unfold(X, mode), full_matrices=False)\n        u = u * s",
            },
        ),
        Misconception(
            "sequentially_truncated",
            "Each SVD was taken of the tensor that the earlier frames had shrunk already (the sequentially truncated HOSVD). Here all frames come from the unfoldings of X itself.",
            {
                "frames = []\n": "frames = []\n    rest = X\n",
                "np.linalg.svd(unfold(X, mode), full_matrices=False)[0]":
                    "np.linalg.svd(unfold(rest, mode), full_matrices=False)[0]",
                "frames.append(u[:, :rank])":
                    "frames.append(u[:, :rank])\n        rest = mode_n_product(rest, u[:, :rank].T, mode)",
            },
        ),
        Misconception(
            "core_not_shrunk",
            "The core was projected and not shrunk: U Uᵀ leaves the size of the mode as it is. Uᵀ alone makes the small core.",
            {"core = mode_n_product(core, u.T, mode)": "core = mode_n_product(core, u @ u.T, mode)"},
        ),
        Misconception(
            "threshold_of_the_norm",
            "The threshold was taken as a share of the norm of the tensor. It is a share of the largest singular value of the same unfolding.",
            {"tol * s[0]": "tol * np.linalg.norm(X)"},
        ),
    ],
    "cp_als": [
        Misconception(
            "grams_added",
            "The Gram matrices of the other factors were added. The inner product of two Kronecker products is the *product* of the inner products, entry by entry.",
            {"gram = gram * (A.T @ A)": "gram = gram + A.T @ A"},
        ),
        Misconception(
            "grams_multiplied_as_matrices",
            "The Gram matrices of the other factors were multiplied as matrices. ZᵀZ is their product entry by entry.",
            {"gram = gram * (A.T @ A)": "gram = gram @ (A.T @ A)"},
        ),
        Misconception(
            "earlier_modes_first",
            "The Khatri–Rao product has the earlier modes first. In this unfolding the earliest mode varies fastest, and in a Khatri–Rao product the last operand does: later modes stand first.",
            {
                "product, gram = others[-1], others[-1].T @ others[-1]":
                    "product, gram = others[0], others[0].T @ others[0]",
                "others[-2::-1]": "others[1:]",
            },
        ),
        Misconception(
            "stale_factors",
            "All factors of a sweep were solved from those of the sweep before (Jacobi). Each update uses the newest factors of the others; otherwise the error may rise.",
            {
                "for mode in range(X.ndim):": "old = list(factors)\n        for mode in range(X.ndim):",
                "others = factors[:mode] + factors[mode + 1 :]": "others = old[:mode] + old[mode + 1 :]",
            },
        ),
        Misconception(
            "lengths_thrown_away",
            "The columns were scaled to length 1, and the lengths were lost: all weights are 1. They are what the scaled columns lack.",
            {"weights = np.linalg.norm(A, axis=0)\n": "lengths = np.linalg.norm(A, axis=0)\n            weights = np.ones(len(lengths))\n",
             "np.divide(A, weights, out=np.zeros_like(A), where=weights > 0)": "A / np.where(lengths > 0, lengths, 1)"},
        ),
        Misconception(
            "columns_not_scaled",
            "The weights are the lengths of the columns, but the columns kept their lengths. So each length counts twice.",
            {"np.divide(A, weights, out=np.zeros_like(A), where=weights > 0)": "A"},
        ),
        Misconception(
            "zero_over_zero",
            "A column of zeros was divided by its length 0, which gives nan. It stays as it is, with the weight 0.",
            {"np.divide(A, weights, out=np.zeros_like(A), where=weights > 0)": "A / weights"},
        ),
        Misconception(
            "squared_error",
            "This is the squared relative error. The norm in ‖X - X̂‖ / ‖X‖ has a square root.",
            {
                "np.linalg.norm(rest) / np.linalg.norm(X)":
                    "(np.linalg.norm(rest) / np.linalg.norm(X)) ** 2",
            },
        ),
        Misconception(
            "absolute_error",
            "The error is relative: divided by the norm of X.",
            {"np.linalg.norm(rest) / np.linalg.norm(X)": "np.linalg.norm(rest)"},
        ),
        Misconception(
            "lengths_used_nowhere",
            "The columns were left as the regression gave them. Each has to be scaled to length 1; its length becomes the weight.",
            {"np.divide(A, weights, out=np.zeros_like(A), where=weights > 0)": "A",
             "cp_to_tensor(weights, factors)": "cp_to_tensor(np.ones(len(weights)), factors)"},
        ),
        Misconception(
            "scaled_by_the_largest_entry",
            "The columns were scaled until their largest entry was 1. Length 1 means that the sum of the squares is 1.",
            {"np.linalg.norm(A, axis=0)": "np.abs(A).max(axis=0)"},
        ),
        Misconception(
            "components_sorted",
            "The components were sorted by weight. They keep the order that they have in the start.",
            {"    return weights, factors, np.array(errors)":
                "    order = np.argsort(-weights)\n    return weights[order], [A[:, order] for A in factors], np.array(errors)"},
        ),
        Misconception(
            "fit_for_error",
            "This is 1 minus the relative error, the fit that some libraries report. The error itself is asked for.",
            {"np.linalg.norm(rest) / np.linalg.norm(X)": "1 - np.linalg.norm(rest) / np.linalg.norm(X)"},
        ),
        Misconception(
            "stopped_early",
            "The sweeps ended when the error no longer fell. The number of sweeps is an argument: there is one error for each.",
            {"        errors.append(np.linalg.norm(rest) / np.linalg.norm(X))":
                "        errors.append(np.linalg.norm(rest) / np.linalg.norm(X))\n"
                "        if len(errors) > 1 and errors[-2] - errors[-1] < 1e-8:\n            break"},
        ),
    ],
    "cp_complete": [
        Misconception(
            "penalty_forgotten",
            "The penalty is missing from the regressions. Rows with fewer entries than components then have no unique solution.",
            {"gram += reg * np.eye(rank)": "gram += 1e-12 * np.eye(rank)"},
        ),
        Misconception(
            "mean_of_the_errors",
            "The errors of a row were averaged over its entries, the penalty was not. The loss is a sum: a user with many ratings feels the penalty less.",
            {
                "gram += reg * np.eye(rank)":
                    "gram += reg * np.maximum(1, np.bincount(idx[:, mode], minlength=len(gram)))[:, None, None] * np.eye(rank)",
            },
        ),
        Misconception(
            "mean_over_all_entries",
            "The errors were averaged over all m entries, the penalty was not: it weighs m times too much. The loss is a sum over the entries.",
            {"gram += reg * np.eye(rank)": "gram += reg * len(vals) * np.eye(rank)"},
        ),
        Misconception(
            "penalty_on_every_entry",
            "The penalty was added to the whole Gram matrix. The squared length of a row has the identity as its matrix: only the diagonal grows.",
            {"reg * np.eye(rank)": "reg"},
        ),
        Misconception(
            "penalty_squared",
            "The penalty weighs reg squared here. In ρ‖A‖², only the factor is squared.",
            {"reg * np.eye(rank)": "reg**2 * np.eye(rank)"},
        ),
        Misconception(
            "holes_are_zeros",
            "The holes were counted as the value 0: the Gram matrix is that of all cells. The regressions run over the observed cells only.",
            {
                "np.add.at(gram, idx[:, mode], z[:, :, None] * z[:, None])":
                    "full = np.ones((rank, rank))\n            for k, A in enumerate(factors):\n"
                    "                if k != mode:\n                    full = full * (A.T @ A)\n"
                    "            gram += full",
            },
        ),
        Misconception(
            "repeated_rows_count_once",
            "With `+=` and an index array, an index that occurs several times counts once: the last entry wins. Every entry has to be added.",
            {
                "np.add.at(gram, idx[:, mode], z[:, :, None] * z[:, None])": "gram[idx[:, mode]] += z[:, :, None] * z[:, None]",
                "np.add.at(right, idx[:, mode], vals[:, None] * z)": "right[idx[:, mode]] += vals[:, None] * z",
            },
        ),
        Misconception(
            "stale_factors",
            "All factors of a sweep were solved from those of the sweep before (Jacobi). Each update uses the newest factors of the others.",
            {
                "for mode in range(len(factors)):": "old = list(factors)\n        for mode in range(len(factors)):",
                "enumerate(factors) if": "enumerate(old) if",
            },
        ),
        Misconception(
            "own_factor_in_the_regression",
            "The factor that is solved for stands in its own regression: z holds the rows of the *other* factors.",
            {" if k != mode]": "]"},
        ),
        Misconception(
            "penalty_twice",
            "The penalty counts twice here. Both terms of the loss are squares, so the 2 of their derivatives cancels.",
            {"reg * np.eye(rank)": "2 * reg * np.eye(rank)"},
        ),
        Misconception(
            "rows_without_entries_kept",
            "Rows without an entry kept the numbers of the start. Only the penalty knows them, and it is least at 0.",
            {
                "factors[mode] = np.linalg.solve(gram, right[:, :, None]).squeeze(-1)":
                    "seen = np.isin(np.arange(len(gram)), idx[:, mode])[:, None]\n"
                    "            factors[mode] = np.where(seen, np.linalg.solve(gram, right[:, :, None]).squeeze(-1), factors[mode])",
            },
        ),
        Misconception(
            "last_value_of_a_cell",
            "Where a cell occurs more than once only its last value was used, as in a dictionary. Each time counts.",
            {
                "factors = [np.array(A) for A in start]":
                    "factors = [np.array(A) for A in start]\n"
                    "    cells = {tuple(i): v for i, v in zip(idx, vals)}\n"
                    "    idx, vals = np.array(list(cells)), np.array(list(cells.values()))",
            },
        ),
        Misconception(
            "zeros_are_holes",
            "Entries with the value 0 were left out. What was observed is said by the indices; 0 is a value like others.",
            {
                "factors = [np.array(A) for A in start]":
                    "factors = [np.array(A) for A in start]\n    idx, vals = idx[vals != 0], vals[vals != 0]",
            },
        ),
    ],
    "hooi": [
        Misconception(
            "hosvd_again",
            "The frames are still those of the HOSVD: the SVD was taken of the unfolding of X. It has to be that of Y, which the other frames have shrunk.",
            {"svd(unfold(Y, mode)": "svd(unfold(X, mode)"},
        ),
        Misconception(
            "stale_frames",
            "All frames of a sweep were computed from those of the sweep before. Each update uses the newest frames of the others; otherwise the error may rise.",
            {
                "for mode in range(X.ndim):": "old = list(frames)\n        for mode in range(X.ndim):",
                "mode_n_product(Y, frames[other].T, other)": "mode_n_product(Y, old[other].T, other)",
                "core = mode_n_product(Y, frames[-1].T, -1)":
                    "core = X\n        for other, frame in enumerate(frames):\n"
                    "            core = mode_n_product(core, frame.T, other)",
            },
        ),
        Misconception(
            "core_of_the_hosvd",
            "The core is that of the HOSVD, the frames are new. For other frames the best core is another projection.",
            {"core = mode_n_product(Y, frames[-1].T, -1)": "pass"},
        ),
        Misconception(
            "own_mode_shrunk_too",
            "Y was shrunk along its own mode, too. Then the new frame can only turn inside of the old one: its columns have the wrong length, or nothing improves.",
            {
                "u = np.linalg.svd(unfold(Y, mode), full_matrices=False)[0]":
                    "Z = mode_n_product(Y, frames[mode].T, mode)\n"
                    "            u = frames[mode] @ np.linalg.svd(unfold(Z, mode), full_matrices=False)[0]",
            },
        ),
        Misconception(
            "smallest_singular_vectors",
            "The columns kept belong to the smallest singular values of Y. They make the core as small as possible.",
            {"frames[mode] = u[:, : ranks[mode]]": "frames[mode] = u[:, ::-1][:, : ranks[mode]]"},
        ),
        Misconception(
            "one_sweep_only",
            "Whatever the number of sweeps, only one was made.",
            {"range(n_sweeps)": "range(min(n_sweeps, 1))"},
        ),
    ],
    "cp_conv2d": [
        Misconception(
            "rows_and_columns_exchanged",
            "The taps of the rows run along the columns and the other way round. A square kernel and a square image hide it. C belongs to the height, D to the width.",
            {"z = mode_n_product(x, Bf.T, 1)": "C, D = D, C\n    z = mode_n_product(x, Bf.T, 1)"},
        ),
        Misconception(
            "kernel_flipped",
            "The kernel is flipped, as in the mathematician's convolution. Layers of networks are cross-correlations: tap (0, 0) meets the upper left pixel.",
            {"z = mode_n_product(x, Bf.T, 1)": "C, D = C[::-1], D[::-1]\n    z = mode_n_product(x, Bf.T, 1)"},
        ),
        Misconception(
            "middle_not_depthwise",
            "In the middle steps the channels were mixed: every channel met the sum of all components' taps. Component r has its own taps, for channel r alone.",
            {
                "z = mode_n_product(x, Bf.T, 1)":
                    "C, D = (np.repeat(M.sum(axis=1, keepdims=True), M.shape[1], axis=1) for M in (C, D))\n"
                    "    z = mode_n_product(x, Bf.T, 1)",
            },
        ),
        Misconception(
            "one_step_too_few",
            "The result has a row and a column too few: a kernel as large as the image still has one position.",
            {
                "height = x.shape[2] - len(C) + 1": "height = x.shape[2] - len(C)",
                "width = x.shape[3] - len(D) + 1": "width = x.shape[3] - len(D)",
            },
        ),
        Misconception(
            "sizes_multiplied",
            "The sizes of the factors were multiplied. Four matrices of R columns have R times the *sum* of the sizes.",
            {"(R * (Co + Ci + kh + kw))": "(R * Co * Ci * kh * kw)"},
        ),
        Misconception(
            "rank_forgotten",
            "Each factor has R columns, so the sum of the sizes counts R times.",
            {"(R * (Co + Ci + kh + kw))": "(Co + Ci + kh + kw)"},
        ),
        Misconception(
            "ratio_upside_down",
            "This is the share that is left. The ratio asked for says how many times fewer numbers there are.",
            {
                "Co * Ci * kh * kw / (R * (Co + Ci + kh + kw))": "(R * (Co + Ci + kh + kw)) / (Co * Ci * kh * kw)",
            },
        ),
        Misconception(
            "whole_numbers_only",
            "The ratio was rounded down to a whole number. It is a float.",
            {"Co * Ci * kh * kw / (R": "Co * Ci * kh * kw // (R"},
        ),
        Misconception(
            "rows_flipped",
            "The taps of the rows are flipped, those of the columns are not. In a cross-correlation neither is.",
            {"sum(C[i][:": "sum(C[::-1][i][:"},
        ),
        Misconception(
            "taps_multiplied",
            "The taps were counted as kh·kw. A CP has a factor for the rows and one for the columns: kh + kw.",
            {"(Co + Ci + kh + kw)": "(Co + Ci + kh * kw)"},
        ),
        Misconception(
            "never_below_one",
            "The ratio was kept at 1 or above. Where the factors have more numbers than the kernel it is below 1.",
            {"Co * Ci * kh * kw / (R * (Co + Ci + kh + kw))": "max(1.0, Co * Ci * kh * kw / (R * (Co + Ci + kh + kw)))"},
        ),
    ],
}
