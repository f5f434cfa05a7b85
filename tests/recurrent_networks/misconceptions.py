"""What students get wrong in recurrent_networks, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "rnn_forward": [
        Misconception(
            "starts_afresh_at_every_step",
            "Every step starts from h0. The state of step t is made from the state of step t - 1; "
            "without that the network has no memory at all.",
            {"h = torch.tanh(h @ Wh.T": "h = torch.tanh(h0 @ Wh.T"},
        ),
        Misconception(
            "recurrent_matrix_transposed",
            "This multiplies the state by the transpose of W_h. The formula has a matrix times a "
            "column; the code has states in rows, so one of the two has to be transposed. W_h is "
            "square, so no shape complains.",
            {"h @ Wh.T": "h @ Wh"},
        ),
        Misconception(
            "only_the_last_state",
            "Only the state after the last step is returned. All T of them are asked for: what "
            "comes on top may need every one.",
            {"return torch.stack(hs, dim=1)": "return h"},
        ),
        Misconception(
            "states_before_the_input",
            "The list holds the state before each input, h0 first. Position t should hold the "
            "state that has read x_t already.",
            {
                "        h = torch.tanh(h @ Wh.T + x @ Wx.T + b)\n        hs.append(h)\n":
                    "        hs.append(h)\n        h = torch.tanh(h @ Wh.T + x @ Wx.T + b)\n",
            },
        ),
        Misconception(
            "sigmoid_in_place_of_tanh",
            "The activation is the logistic function. The recurrence of this network uses tanh, "
            "whose states can be negative and whose slope at 0 is 1, not 1/4.",
            {"torch.tanh(": "torch.sigmoid("},
        ),
        Misconception(
            "tanh_of_the_input_only",
            "The tanh is applied to the new input and the old state is added outside. It has to "
            "squeeze the sum; otherwise the state can grow without bound.",
            {"torch.tanh(h @ Wh.T + x @ Wx.T + b)": "h @ Wh.T + torch.tanh(x @ Wx.T + b)"},
        ),
        Misconception(
            "initial_state_ignored",
            "The network starts from zeros. It starts from h0, which is an argument and need not be "
            "zero: a long text is read in pieces, and the state is handed on.",
            {"h, hs = h0, []": "h, hs = 0 * h0, []"},
        ),
        Misconception(
            "bias_forgotten",
            "The bias is missing. W_h h + W_x x + b goes into the tanh.",
            {"@ Wx.T + b)": "@ Wx.T)"},
        ),
        Misconception(
            "initial_state_in_the_list",
            "The list begins with h0, so there are T + 1 states. Asked are the T states after the "
            "inputs; h0 was known before.",
            {"h, hs = h0, []": "h, hs = h0, [h0]"},
        ),
        Misconception(
            "time_before_batch",
            "The axes are (T, B, H). A batch is (B, T, H) here: stack the states along axis 1.",
            {"torch.stack(hs, dim=1)": "torch.stack(hs)"},
        ),
        Misconception(
            "rectifier_in_place_of_tanh",
            "The activation is a ReLU. It cuts off everything negative and does not bound what is "
            "positive; a state that is fed back at every step can then explode. Asked is tanh.",
            {"torch.tanh(": "torch.relu("},
        ),
        Misconception(
            "state_detached",
            "The state was detached between the steps, so no gradient reaches the earlier inputs. "
            "Only the border between two windows of a long text cuts the graph, and that is not "
            "decided here.",
            {"h @ Wh.T": "h.detach() @ Wh.T"},
        ),
        Misconception(
            "bias_added_twice",
            "The bias is in the sum twice. This network has one bias, not one beside the state and one beside the input.",
            {"x @ Wx.T + b)": "x @ Wx.T + 2 * b)"},
        ),
        Misconception(
            "axes_exchanged_by_a_reshape",
            "The states were stacked by step and then reshaped: states of different sequences are mixed. A reshape does not exchange axes.",
            {"torch.stack(hs, dim=1)": "torch.stack(hs).reshape(*X.shape[:2], -1)"},
        ),
        Misconception(
            "read_backwards",
            "The inputs were read from the last to the first.",
            {"X.unbind(1)": "X.flip(1).unbind(1)"},
        ),
        Misconception(
            "loop_over_the_batch",
            "The loop runs over the first axis, which is the batch. The steps are the second one.",
            {"X.unbind(1)": "X.unbind(0)"},
        ),
        Misconception(
            "axes_of_length_one_squeezed",
            "All axes of length 1 were squeezed away. A batch of one stays a batch, a single step stays a step.",
            {"torch.stack(hs, dim=1)": "torch.stack(hs, dim=1).squeeze()"},
        ),
        Misconception(
            "tanh_by_hand",
            "A tanh that is written with exponentials is nan where they overflow. torch.tanh is not.",
            {"h = torch.tanh(h @ Wh.T + x @ Wx.T + b)": "z = h @ Wh.T + x @ Wx.T + b\n        h = (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())"},
        ),
        Misconception(
            "states_of_the_default_dtype",
            "The states are float32 whatever comes. They share the dtype of the arguments.",
            {"torch.stack(hs, dim=1)": "torch.stack(hs, dim=1).float()"},
        ),
        Misconception(
            "initial_state_written_into",
            "The states were written into h0. No function changes its arguments.",
            {"        h = torch.tanh(h @ Wh.T + x @ Wx.T + b)\n        hs.append(h)": "        new = torch.tanh(h @ Wh.T + x @ Wx.T + b)\n        h.data.copy_(new.data)\n        h = new\n        hs.append(h)"},
        ),
        Misconception(
            "tanh_of_each_part",
            "State and input each went through a tanh of their own. One tanh is taken of their sum.",
            {"torch.tanh(h @ Wh.T + x @ Wx.T + b)": "torch.tanh(h @ Wh.T) + torch.tanh(x @ Wx.T + b)"},
        ),
    ],
    "rnn_bptt": [
        Misconception(
            "nothing_comes_back_from_later",
            "Each state gets only the gradient of its own prediction. A state also acts through "
            "all later states; that part has to be carried back from step t + 1. Without it this "
            "is no backpropagation through time.",
            {"(dhs[:, t] + carried) *": "dhs[:, t] *"},
        ),
        Misconception(
            "overwritten_at_every_step",
            "The gradients of the weights hold the contribution of one step only. The same weights "
            "act at every step, so the contributions have to be added up over t.",
            {"dWx += ": "dWx = ", "dWh += ": "dWh = ", "db += ": "db = "},
        ),
        Misconception(
            "slope_taken_at_the_output",
            "The slope is 1 - tanh(h)^2, but h is a tanh already: tanh'(z) = 1 - tanh(z)^2 = 1 - "
            "h^2.",
            {"(1 - hs[:, t] ** 2)": "(1 - torch.tanh(hs[:, t]) ** 2)"},
        ),
        Misconception(
            "carried_back_by_the_wrong_transpose",
            "What goes back to step t - 1 was multiplied by the wrong one of W_h and its "
            "transpose. The forward pass is h @ Wh.T, so the backward pass of a row is delta @ Wh.",
            {"carried = delta @ Wh": "carried = delta @ Wh.T"},
        ),
        Misconception(
            "state_of_the_same_step",
            "The gradient of W_h pairs delta_t with h_t. In the forward pass W_h multiplies the "
            "state before, h_{t-1}.",
            {"(hs[:, t - 1] if t > 0 else h0)": "hs[:, t]"},
        ),
        Misconception(
            "initial_state_ignored",
            "At the first step the gradient of W_h has no contribution. There the state before is "
            "h0, which need not be zero.",
            {"if t > 0 else h0)": "if t > 0 else 0 * h0)"},
        ),
        Misconception(
            "carried_without_the_slope",
            "What is carried back passes W_h, but not the tanh of its own step: the slope was "
            "applied to the direct gradient only. Both parts arrive at h_t, and the sum goes "
            "through the tanh.",
            {
                "delta = (dhs[:, t] + carried) * (1 - hs[:, t] ** 2)":
                    "delta = dhs[:, t] * (1 - hs[:, t] ** 2) + carried",
            },
        ),
        Misconception(
            "averaged_over_the_batch",
            "The gradients of the parameters are divided by the size of the batch. If the loss is "
            "a mean, the factor is in dhs already; here it would count twice.",
            {
                "return dX, dWx, dWh, db, carried":
                    "return dX, dWx / len(X), dWh / len(X), db / len(X), carried",
            },
        ),
        Misconception(
            "gradient_of_the_first_state_in_place_of_h0",
            "The last result is the gradient that reaches h_1, or its pre-activation. h0 is one "
            "step further back: there is one more multiplication by the transpose of W_h.",
            {"return dX, dWx, dWh, db, carried": "return dX, dWx, dWh, db, delta"},
        ),
        Misconception(
            "index_wraps_around",
            "At the first step the index t - 1 is -1, and in Python that is the last state. The "
            "state before the first input is h0.",
            {"(hs[:, t - 1] if t > 0 else h0)": "hs[:, t - 1]"},
        ),
        Misconception(
            "gradient_of_wh_transposed",
            "The gradient of W_h is transposed. Row i belongs to the unit that receives, so it is "
            "delta (a column) times the state before (a row). Both are H wide; no shape complains.",
            {"delta.T @ (hs[:, t - 1] if t > 0 else h0)": "(hs[:, t - 1] if t > 0 else h0).T @ delta"},
        ),
        Misconception(
            "slope_of_the_logistic_function",
            "The slope is h (1 - h). That belongs to the logistic function; tanh has 1 - h^2.",
            {"(1 - hs[:, t] ** 2)": "hs[:, t] * (1 - hs[:, t])"},
        ),
        Misconception(
            "slope_forgotten",
            "The slope of the tanh is missing: delta is the gradient at the pre-activation, not at "
            "the state.",
            {" * (1 - hs[:, t] ** 2)": ""},
        ),
        Misconception(
            "walks_forward",
            "The loop runs from the first step to the last. What reaches h_t from later steps has "
            "to be known first, so it runs backward.",
            {"reversed(range(X.shape[1]))": "range(X.shape[1])"},
        ),
        Misconception(
            "initial_state_through_a_tanh",
            "The gradient of h0 was multiplied by 1 - h0^2. h0 is an argument and did not come out "
            "of a tanh here; its gradient is W_h^T delta_1.",
            {"return dX, dWx, dWh, db, carried": "return dX, dWx, dWh, db, carried * (1 - h0**2)"},
        ),
        Misconception(
            "direct_gradient_carried_back",
            "The direct gradient of step t is handed to step t - 1 as well. What goes back passes "
            "the tanh and W_h; nothing goes past them.",
            {"carried = delta @ Wh": "carried = delta @ Wh + dhs[:, t]"},
        ),
        Misconception(
            "slope_of_the_state_before",
            "The slope was taken at the state before the step. It is that of the tanh which made h_t.",
            {"(1 - hs[:, t] ** 2)": "(1 - (hs[:, t - 1] if t > 0 else h0) ** 2)"},
        ),
        Misconception(
            "square_forgotten",
            "The slope of tanh is 1 minus the square of the state.",
            {"hs[:, t] ** 2": "hs[:, t]"},
        ),
        Misconception(
            "averaged_over_the_steps",
            "The gradients of the parameters were divided by the number of steps. They are sums.",
            {"return dX, dWx, dWh, db, carried": "T = X.shape[1]\n    return dX, dWx / T, dWh / T, db / T, carried"},
        ),
        Misconception(
            "only_the_last_direct_gradient",
            "Only the direct gradient of the last state was used. Every state may have one.",
            {"(dhs[:, t] + carried)": "(dhs[:, t] * (t == X.shape[1] - 1) + carried)"},
        ),
        Misconception(
            "first_step_left_out",
            "The loop stops before the first step. It has a share in all gradients, too.",
            {"reversed(range(X.shape[1]))": "reversed(range(1, X.shape[1]))", "torch.empty_like(X)": "torch.zeros_like(X)"},
        ),
        Misconception(
            "gradient_of_h0_zero",
            "The gradient of h0 is 0. What is carried out of the first step reaches it.",
            {"db, carried\n": "db, torch.zeros_like(h0)\n"},
        ),
        Misconception(
            "bias_of_the_first_sequence",
            "The gradient of the bias holds the first sequence alone. It is summed over the batch.",
            {"db += delta.sum(0)": "db += delta[0]"},
        ),
        Misconception(
            "bias_averaged_over_the_batch",
            "The gradient of the bias is a mean over the batch, those of the weights are sums. All are sums.",
            {"db += delta.sum(0)": "db += delta.mean(0)"},
        ),
        Misconception(
            "direct_gradients_written_into",
            "What is carried was added into dhs itself. No function changes its arguments.",
            {"delta = (dhs[:, t] + carried) *": "dhs[:, t] += carried\n        delta = dhs[:, t] *"},
        ),
        Misconception(
            "inputs_gradient_of_the_default_dtype",
            "dX is float32 whatever comes. It shares the dtype of the arguments.",
            {"torch.empty_like(X)": "torch.empty(X.shape)"},
        ),
        Misconception(
            "parameters_gradients_of_the_default_dtype",
            "The gradients of the parameters are float32 whatever comes.",
            {"torch.zeros(len(Wh), dtype=Wh.dtype)": "torch.zeros(len(Wh))", "torch.zeros_like(Wx), torch.zeros_like(Wh)": "torch.zeros(Wx.shape), torch.zeros(Wh.shape)"},
        ),
        Misconception(
            "order_of_the_weights",
            "dWx and dWh have changed places in the result.",
            {"return dX, dWx, dWh, db, carried": "return dX, dWh, dWx, db, carried"},
        ),
        Misconception(
            "carried_before_the_slope",
            "What is carried back did not pass the tanh of its step: delta goes through the weights, not the gradient at the state.",
            {"carried = delta @ Wh": "carried = (dhs[:, t] + carried) @ Wh"},
        ),
        Misconception(
            "truncated",
            "The gradient was cut off after a few steps. Here it goes back to the beginning.",
            {"carried = delta @ Wh": "carried = delta @ Wh if t > X.shape[1] - 5 else 0 * delta"},
        ),
    ],
    "jacobian_norms": [
        Misconception(
            "factors_in_the_wrong_order",
            "The Jacobians are multiplied in the order of time. By the chain rule the latest step "
            "stands on the left, J_T ... J_{t+1}; matrices do not commute.",
            {
                "product = product @ ((1 - h**2)[:, None] * Wh)":
                    "product = ((1 - h**2)[:, None] * Wh) @ product",
            },
        ),
        Misconception(
            "columns_scaled",
            "The derivatives of tanh scale the columns of W_h. They belong to the output units, "
            "which are the rows: diag(1 - h^2) stands on the left of W_h.",
            {"(1 - h**2)[:, None] * Wh": "Wh * (1 - h**2)"},
        ),
        Misconception(
            "slope_at_the_earlier_state",
            "dh_k/dh_{k-1} holds the slope of the tanh that produced h_k, so it is 1 - h_k^2 with "
            "the later of the two states. You used the earlier one.",
            {"hs[1:].flip(0)": "hs[:-1].flip(0)"},
        ),
        Misconception(
            "product_of_the_norms",
            "This is the product of the norms of the single Jacobians. That is only an upper bound "
            "of the norm of their product: the direction that one of them stretches may be shrunk "
            "by the next.",
            {
                "product = torch.eye(len(Wh), dtype=Wh.dtype)":
                    "product = torch.ones((), dtype=Wh.dtype)",
                "product = product @ ((1 - h**2)[:, None] * Wh)":
                    "product = product * torch.linalg.matrix_norm((1 - h**2)[:, None] * Wh, ord=2)",
                "norms.append(torch.linalg.matrix_norm(product, ord=2))": "norms.append(product)",
            },
        ),
        Misconception(
            "frobenius_norm",
            "This is the Frobenius norm, the root of the sum of all squared entries. The spectral "
            "norm is the largest singular value: what can happen to one vector.",
            {"matrix_norm(product, ord=2)": "matrix_norm(product)"},
        ),
        Misconception(
            "slope_forgotten",
            "The factors are W_h alone. The state went through a tanh, whose slope 1 - h^2 belongs "
            "into each Jacobian.",
            {"((1 - h**2)[:, None] * Wh)": "Wh"},
        ),
        Misconception(
            "norms_in_reverse_order",
            "The first entry is the norm of a single Jacobian. It belongs to the end: t = T - 1 is "
            "the neighbour of T; t = 1 is the farthest.",
            {"torch.stack(norms[::-1])": "torch.stack(norms)"},
        ),
        Misconception(
            "spectral_radius_in_the_bound",
            "The bound uses the largest absolute eigenvalue. A matrix can stretch a vector by more "
            "than that; only the largest singular value gives a bound for every step.",
            {"torch.linalg.matrix_norm(Wh, ord=2) **": "torch.linalg.eigvals(Wh).abs().max() **"},
        ),
        Misconception(
            "bound_one_step_off",
            "The exponents are one too small: the bound for neighbours would be 1. From t to T "
            "there are T - t steps, and each of them multiplies by W_h.",
            {"torch.arange(T - 1, 0, -1)": "torch.arange(T - 2, -1, -1)"},
        ),
        Misconception(
            "spectral_radius_of_the_product",
            "This is the largest absolute eigenvalue of the product. Eigenvalues say what happens "
            "when one and the same matrix is applied again and again; the most by which a matrix "
            "can stretch a vector is its largest singular value.",
            {"torch.linalg.matrix_norm(product, ord=2)": "torch.linalg.eigvals(product).abs().max()"},
        ),
        Misconception(
            "slope_taken_at_the_output",
            "The slope is 1 - tanh(h)^2, but the states have been through the tanh already: it is 1 "
            "- h^2.",
            {"(1 - h**2)": "(1 - torch.tanh(h) ** 2)"},
        ),
        Misconception(
            "recurrent_matrix_transposed",
            "The factors hold the transpose of W_h. In the column form the Jacobian is diag(1 - "
            "h^2) W_h; its transpose acts on gradients.",
            {"[:, None] * Wh)": "[:, None] * Wh.T)"},
        ),
        Misconception(
            "last_state_on_itself",
            "There are T entries, and the last is 1: the norm of dh_T/dh_T. The list ends with t = "
            "T - 1.",
            {"norms = []": "norms = [torch.ones((), dtype=Wh.dtype)]"},
        ),
        Misconception(
            "frobenius_norm_in_the_bound",
            "The bound uses the Frobenius norm. That is a bound, too, but a larger one; lambda is "
            "the largest singular value.",
            {"torch.linalg.matrix_norm(Wh, ord=2) **": "torch.linalg.matrix_norm(Wh) **"},
        ),
        Misconception(
            "bounds_in_reverse_order",
            "The first bound is that of neighbours. It belongs to the end: t = 1 is the farthest "
            "from T.",
            {"torch.arange(T - 1, 0, -1)": "torch.arange(1, T)"},
        ),
        Misconception(
            "bound_one_step_too_far",
            "The exponents are one too large. From t to T there are T - t steps; the last entry, "
            "for neighbours, is lambda itself.",
            {"torch.arange(T - 1, 0, -1)": "torch.arange(T, 1, -1)"},
        ),
        Misconception(
            "largest_row_sum",
            "This is the largest sum of absolute values of a row. The spectral norm is the largest singular value.",
            {"matrix_norm(product, ord=2)": "matrix_norm(product, ord=math.inf)"},
        ),
        Misconception(
            "largest_column_sum",
            "This is the largest sum of absolute values of a column, which `ord=1` means. The spectral norm is the largest singular value.",
            {"matrix_norm(product, ord=2)": "matrix_norm(product, ord=1)"},
        ),
        Misconception(
            "determinant",
            "This is the determinant, the product of all singular values. The spectral norm is the largest of them.",
            {"torch.linalg.matrix_norm(product, ord=2)": "torch.linalg.det(product).abs()"},
        ),
        Misconception(
            "smallest_singular_value",
            "This is the smallest singular value. The norm is the largest.",
            {"matrix_norm(product, ord=2)": "matrix_norm(product, ord=-2)"},
        ),
        Misconception(
            "largest_entry",
            "This is the largest entry. A matrix stretches by its largest singular value.",
            {"torch.linalg.matrix_norm(product, ord=2)": "product.abs().max()"},
        ),
        Misconception(
            "square_forgotten",
            "The slope of tanh is 1 minus the square of the state.",
            {"1 - h**2": "1 - h"},
        ),
        Misconception(
            "first_state_used",
            "The slope of the first state is in the product. h_1 plays no part: dh_T/dh_1 ends with the Jacobian of step 2.",
            {"hs[1:].flip(0)": "hs.flip(0)"},
        ),
        Misconception(
            "one_norm_too_few",
            "The norm of dh_T/dh_1 is missing. There are T - 1.",
            {"hs[1:].flip(0)": "hs[2:].flip(0)"},
        ),
        Misconception(
            "single_jacobians",
            "These are the norms of the single Jacobians. From t to T it is their product.",
            {"product = product @ (": "product = ("},
        ),
        Misconception(
            "identity_of_the_default_dtype",
            "The product starts as a float32 identity whatever W_h is.",
            {"torch.eye(len(Wh), dtype=Wh.dtype)": "torch.eye(len(Wh))"},
        ),
        Misconception(
            "square_of_the_norm",
            "The root is missing: the largest eigenvalue of A transposed times A is the square of the norm.",
            {"torch.linalg.matrix_norm(product, ord=2)": "torch.linalg.eigvalsh(product.T @ product).max()"},
        ),
        Misconception(
            "root_of_the_square",
            "The norm was made of A transposed times A. Its entries are squares: of a small product they are 0 for a computer.",
            {"torch.linalg.matrix_norm(product, ord=2)": "torch.linalg.eigvalsh(product.T @ product).max().clamp(min=0.0).sqrt()"},
        ),
        Misconception(
            "bound_for_the_last_state",
            "There are T bounds, and the last one is 1, that of the last state on itself. The list ends with t = T - 1.",
            {"torch.arange(T - 1, 0, -1)": "torch.arange(T - 1, -1, -1)"},
        ),
        Misconception(
            "bound_cut_off_at_1",
            "The bounds were cut off at 1. Above 1 they grow.",
            {"return torch.linalg.matrix_norm(Wh, ord=2) **": "return torch.linalg.matrix_norm(Wh, ord=2).clamp(max=1.0) **"},
        ),
        Misconception(
            "bounds_of_the_default_dtype",
            "The bounds are float32 whatever W_h is.",
            {"torch.linalg.matrix_norm(Wh, ord=2) ** torch.arange(T - 1, 0, -1)": "torch.linalg.matrix_norm(Wh, ord=2).float() ** torch.arange(T - 1, 0, -1)"},
        ),
    ],
    "lstm_cell": [
        Misconception(
            "input_before_the_state",
            "The two are concatenated as [x; h]. Here the first H columns of every matrix belong "
            "to the state: [h; x]. The shapes are the same, the meaning is not.",
            {"torch.cat([h, x], dim=-1)": "torch.cat([x, h], dim=-1)"},
        ),
        Misconception(
            "sigmoid_for_the_candidate",
            "The candidate goes through the logistic function like a gate. It is content, not a "
            "gate: with tanh it can be negative, so that the cell can also shrink.",
            {"candidate = torch.tanh(": "candidate = torch.sigmoid("},
        ),
        Misconception(
            "cell_shown_without_tanh",
            "The new state is o times the cell itself. The cell is not bounded; it goes through a "
            "tanh before the output gate.",
            {"return o * torch.tanh(c_new), c_new": "return o * c_new, c_new"},
        ),
        Misconception(
            "forget_and_input_gate_exchanged",
            "The forget gate multiplies the candidate and the input gate the old cell. f decides "
            "what stays, i what comes in.",
            {"c_new = f * c + i * candidate": "c_new = i * c + f * candidate"},
        ),
        Misconception(
            "old_cell_is_shown",
            "The state is made from the cell before the update. It should show what has just been "
            "written, too.",
            {"o * torch.tanh(c_new)": "o * torch.tanh(c)"},
        ),
        Misconception(
            "gates_coupled_as_in_a_gru",
            "The candidate is weighted by 1 - f. In an LSTM the input gate has weights of its own: "
            "it can keep the old content and add new content at the same time.",
            {"+ i * candidate": "+ (1 - f) * candidate"},
        ),
        Misconception(
            "forget_gate_means_forget",
            "The old cell is multiplied by 1 - f. In spite of its name the forget gate says how "
            "much is kept: f = 1 keeps everything.",
            {"f * c +": "(1 - f) * c +"},
        ),
        Misconception(
            "candidate_left_out_of_its_gate",
            "The candidate is added without the input gate, so everything new comes in at full "
            "strength.",
            {"+ i * candidate": "+ candidate"},
        ),
        Misconception(
            "biases_forgotten",
            "The biases are missing. Each of the four has one, and the forget gate's decides how "
            "long the cell remembers at the start of training.",
            {" + bf)": ")", " + bi)": ")", " + bc)": ")", " + bo)": ")"},
        ),
        Misconception(
            "cell_before_state",
            "The two results have changed places: the state h' comes first, then the cell c'.",
            {"return o * torch.tanh(c_new), c_new": "return c_new, o * torch.tanh(c_new)"},
        ),
        Misconception(
            "cell_stored_after_the_tanh",
            "The tanh was applied to the cell that is kept. It belongs to what is shown only; a "
            "cell that is squeezed at every step forgets as an RNN does.",
            {
                "c_new = f * c + i * candidate":
                    "c_new = torch.tanh(f * c + i * candidate)",
                "return o * torch.tanh(c_new), c_new":
                    "return o * c_new, c_new",
            },
        ),
        Misconception(
            "logistic_function_of_the_cell",
            "The cell goes through the logistic function before it is shown. It is a tanh: what is "
            "shown can be negative.",
            {"o * torch.tanh(c_new)": "o * torch.sigmoid(c_new)"},
        ),
        Misconception(
            "cell_detached",
            "The old cell was detached, which cuts the very path on which the gradient does not "
            "vanish.",
            {"f * c +": "f * c.detach() +"},
        ),
        Misconception(
            "state_in_place_of_the_cell",
            "The forget gate multiplies the state h. It is the cell that stays.",
            {"f * c + i": "f * h + i"},
        ),
        Misconception(
            "cell_stored_behind_the_output_gate",
            "The cell that is kept was multiplied by the output gate. That gate decides what is shown, not what is kept.",
            {"torch.tanh(c_new), c_new": "torch.tanh(c_new), o * c_new"},
        ),
        Misconception(
            "no_output_gate",
            "The whole cell is shown. The output gate decides how much of it.",
            {"return o * torch.tanh(c_new), c_new": "return torch.tanh(c_new), c_new"},
        ),
        Misconception(
            "biases_of_forget_and_input_gate_exchanged",
            "The biases of forget gate and input gate have changed places.",
            {"Wf.T + bf": "Wf.T + bi", "Wi.T + bi": "Wi.T + bf"},
        ),
        Misconception(
            "forget_bias_added",
            "1 was added to the bias of the forget gate. That is a start for training: the cell takes the bias that it is given.",
            {"Wf.T + bf": "Wf.T + bf + 1"},
        ),
        Misconception(
            "bias_of_the_candidate_forgotten",
            "The candidate has no bias.",
            {"Wc.T + bc": "Wc.T"},
        ),
        Misconception(
            "cell_written_into",
            "The new cell was written into the old one. No function changes its arguments.",
            {"    c_new = f * c + i * candidate\n": "    c_new = f * c + i * candidate\n    c.data.copy_(c_new.data)\n"},
        ),
        Misconception(
            "quotient_of_exponentials",
            "A gate as a quotient of two exponentials is nan where both overflow. torch.sigmoid is not.",
            {"f = torch.sigmoid(hx @ Wf.T + bf)": "f = (hx @ Wf.T + bf).exp()\n    f = f / (1 + f)"},
        ),
        Misconception(
            "sigmoid_by_hand",
            "A sigmoid that is written with an exponential has the gradient nan where that overflows, though its value is right.",
            {"f = torch.sigmoid(hx @ Wf.T + bf)": "f = 1 / (1 + torch.exp(-(hx @ Wf.T + bf)))"},
        ),
        Misconception(
            "tanh_by_hand",
            "A tanh that is written with exponentials is nan where they overflow. torch.tanh is not.",
            {"candidate = torch.tanh(hx @ Wc.T + bc)": "a = hx @ Wc.T + bc\n    candidate = (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())"},
        ),
        Misconception(
            "cell_cut_off_at_1",
            "The cell was cut off at ±1. It is not bounded: what is shown of it goes through a tanh.",
            {"    c_new = f * c + i * candidate\n": "    c_new = (f * c + i * candidate).clamp(-1, 1)\n"},
        ),
        Misconception(
            "peephole",
            "The output gate looks at the cell. In this LSTM the gates read state and input alone.",
            {"o = torch.sigmoid(hx @ Wo.T + bo)": "o = torch.sigmoid(hx @ Wo.T + bo + c)"},
        ),
        Misconception(
            "first_axis_squeezed",
            "A batch of one lost its first axis.",
            {"return o * torch.tanh(c_new), c_new": "return (o * torch.tanh(c_new)).squeeze(0), c_new.squeeze(0)"},
        ),
        Misconception(
            "input_and_output_gate_exchanged",
            "Input gate and output gate have changed places.",
            {"i * candidate": "o * candidate", "return o *": "return i *"},
        ),
        Misconception(
            "computed_in_float32",
            "State and input were made float32. The result shares the dtype of the arguments.",
            {"hx = torch.cat([h, x], dim=-1)": "hx = torch.cat([h, x], dim=-1).float()"},
        ),
        Misconception(
            "piecewise_linear_gate",
            "The gate is a hard sigmoid, made of straight lines. The logistic function is meant.",
            {"f = torch.sigmoid(hx @ Wf.T + bf)": "f = F.hardsigmoid(hx @ Wf.T + bf)"},
        ),
    ],
    "gru_cell": [
        Misconception(
            "update_gate_reversed",
            "z weights the old state and 1 - z the candidate. That is PyTorch's convention. Here z "
            "= 1 means replace: the candidate gets z.",
            {"(1 - z) * h + z * candidate": "z * h + (1 - z) * candidate"},
        ),
        Misconception(
            "reset_after_the_product",
            "The reset gate multiplies the product of W and h, as in nn.GRU. Here it multiplies h "
            "before the product: it chooses which units are read, not which are written to.",
            {
                "torch.cat([r * h, x], dim=-1) @ W.T + b":
                    "r * (h @ W[:, : h.shape[1]].T) + x @ W[:, h.shape[1] :].T + b",
            },
        ),
        Misconception(
            "reset_in_the_mixture_as_well",
            "The state that is kept was multiplied by the reset gate. r only limits what the "
            "candidate may read; what z keeps is the old state itself.",
            {"(1 - z) * h +": "(1 - z) * (r * h) +"},
        ),
        Misconception(
            "reset_forgotten",
            "The candidate reads the whole old state. The reset gate should decide which units of "
            "it count.",
            {"torch.cat([r * h, x], dim=-1)": "hx"},
        ),
        Misconception(
            "reset_gates_the_input_too",
            "The reset gate multiplies the whole product, that of the input included. It acts on "
            "the old state only, and before the product.",
            {"torch.cat([r * h, x], dim=-1) @ W.T + b": "r * (hx @ W.T) + b"},
        ),
        Misconception(
            "input_before_the_state",
            "The two are concatenated as [x; h]. Here the first H columns of every matrix belong "
            "to the state.",
            {
                "hx = torch.cat([h, x], dim=-1)": "hx = torch.cat([x, h], dim=-1)",
                "torch.cat([r * h, x], dim=-1)": "torch.cat([x, r * h], dim=-1)",
            },
        ),
        Misconception(
            "gates_exchanged",
            "The two gates have changed places: r mixes and z resets. W_z and b_z belong to the "
            "gate of the mixture.",
            {
                "torch.cat([r * h, x], dim=-1)": "torch.cat([z * h, x], dim=-1)",
                "(1 - z) * h + z * candidate": "(1 - r) * h + r * candidate",
            },
        ),
        Misconception(
            "tanh_of_the_state",
            "A tanh is applied to the new state, as the LSTM does with its cell. A GRU's state is "
            "a weighted mean of numbers between -1 and 1 and needs none; a second tanh would "
            "shrink the memory at every step.",
            {
                "return (1 - z) * h + z * candidate":
                    "return torch.tanh((1 - z) * h + z * candidate)",
            },
        ),
        Misconception(
            "pytorchs_gru",
            "This is nn.GRU: z keeps the old state, and the reset gate multiplies the product of W "
            "and h. Here z = 1 means replace, and r multiplies h before the product.",
            {
                "torch.cat([r * h, x], dim=-1) @ W.T + b":
                    "r * (h @ W[:, : h.shape[1]].T) + x @ W[:, h.shape[1] :].T + b",
                "(1 - z) * h + z * candidate":
                    "z * h + (1 - z) * candidate",
            },
        ),
        Misconception(
            "reset_reversed",
            "The candidate reads the state multiplied by 1 - r. In spite of its name, r = 1 means "
            "that a unit may be read and r = 0 that it is ignored.",
            {"r * h": "(1 - r) * h"},
        ),
        Misconception(
            "old_state_kept_in_full",
            "The old state is not multiplied by 1 - z. The two weights have to sum to 1; otherwise "
            "the state grows without bound.",
            {"(1 - z) * h + z": "h + z"},
        ),
        Misconception(
            "sigmoid_for_the_candidate",
            "The candidate goes through the logistic function like a gate. It is content: with tanh "
            "it can be negative.",
            {"candidate = torch.tanh(": "candidate = torch.sigmoid("},
        ),
        Misconception(
            "biases_of_the_gates_forgotten",
            "The biases of the gates are missing. That of the update gate decides how long the "
            "state is kept at the start of training.",
            {" + bz)": ")", " + br)": ")"},
        ),
        Misconception(
            "bias_of_the_candidate_forgotten",
            "The candidate has no bias. W [r h; x] + b goes into its tanh.",
            {"@ W.T + b)": "@ W.T)"},
        ),
        Misconception(
            "input_first_in_the_candidate",
            "In the candidate the input comes before the state. The first H columns belong to the state there as well.",
            {"torch.cat([r * h, x], dim=-1)": "torch.cat([x, r * h], dim=-1)"},
        ),
        Misconception(
            "update_gate_resets",
            "The candidate reads the state multiplied by the update gate. The reset gate was not used.",
            {"torch.cat([r * h, x]": "torch.cat([z * h, x]"},
        ),
        Misconception(
            "old_state_dropped",
            "The old state is not in the mixture. What is not replaced stays.",
            {"return (1 - z) * h + z * candidate": "return z * candidate"},
        ),
        Misconception(
            "bias_reset",
            "The bias of the candidate was multiplied by the reset gate. It acts on the old state alone.",
            {"@ W.T + b)": "@ W.T + r * b)"},
        ),
        Misconception(
            "state_written_into",
            "The new state was written into the old one. No function changes its arguments.",
            {"return (1 - z) * h + z * candidate": "new = (1 - z) * h + z * candidate\n    h.data.copy_(new.data)\n    return new"},
        ),
        Misconception(
            "quotient_of_exponentials",
            "A gate as a quotient of two exponentials is nan where both overflow. torch.sigmoid is not.",
            {"z = torch.sigmoid(hx @ Wz.T + bz)": "z = (hx @ Wz.T + bz).exp()\n    z = z / (1 + z)"},
        ),
        Misconception(
            "sigmoid_by_hand",
            "A sigmoid that is written with an exponential has the gradient nan where that overflows, though its value is right.",
            {"z = torch.sigmoid(hx @ Wz.T + bz)": "z = 1 / (1 + torch.exp(-(hx @ Wz.T + bz)))"},
        ),
        Misconception(
            "tanh_by_hand",
            "A tanh that is written with exponentials is nan where they overflow. torch.tanh is not.",
            {"candidate = torch.tanh(torch.cat([r * h, x], dim=-1) @ W.T + b)": "a = torch.cat([r * h, x], dim=-1) @ W.T + b\n    candidate = (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())"},
        ),
        Misconception(
            "state_cut_off_at_1",
            "The new state was cut off at ±1. A given state may lie outside, and a mean of two numbers needs no bounds.",
            {"return (1 - z) * h + z * candidate": "return ((1 - z) * h + z * candidate).clamp(-1, 1)"},
        ),
        Misconception(
            "old_state_detached",
            "The old state was detached in the mixture, which cuts the path on which the gradient does not vanish.",
            {"(1 - z) * h +": "(1 - z) * h.detach() +"},
        ),
        Misconception(
            "reset_gate_detached",
            "The reset gate was detached. Its weights are to be learned.",
            {"torch.cat([r * h, x]": "torch.cat([r.detach() * h, x]"},
        ),
        Misconception(
            "state_returned_twice",
            "Two states are returned, as by a layer of PyTorch. The cell returns one.",
            {"return (1 - z) * h + z * candidate": "new = (1 - z) * h + z * candidate\n    return new, new"},
        ),
        Misconception(
            "first_axis_squeezed",
            "A batch of one lost its first axis.",
            {"return (1 - z) * h + z * candidate": "return ((1 - z) * h + z * candidate).squeeze(0)"},
        ),
        Misconception(
            "float64_whatever_comes",
            "The result is float64 whatever the arguments are. It shares their dtype.",
            {"return (1 - z) * h + z * candidate": "return ((1 - z) * h + z * candidate).double()"},
        ),
    ],
    "bidirectional": [
        Misconception(
            "backward_output_not_turned_back",
            "The backward network's output is still in its own order of reading: the state that "
            "has seen only the last entry stands at position 1. Turn it back before the two are "
            "joined.",
            {"bwd(X[row, mirror])[row, mirror]": "bwd(X[row, mirror])"},
        ),
        Misconception(
            "padding_read_first",
            "The whole row was reversed, padding included, so that the backward network starts by "
            "reading the padding. Only the real entries of each row are reversed.",
            {"bwd(X[row, mirror])[row, mirror]": "bwd(X.flip(1)).flip(1)"},
        ),
        Misconception(
            "directions_added",
            "The two directions were added. Joined means side by side: first the H numbers of the "
            "forward network, then those of the backward one. A sum cannot be taken apart again.",
            {"torch.cat([fwd(X), backward], dim=-1)": "(fwd(X) + backward)"},
        ),
        Misconception(
            "backward_network_first",
            "The backward network's numbers come first. The forward ones do.",
            {"torch.cat([fwd(X), backward], dim=-1)": "torch.cat([backward, fwd(X)], dim=-1)"},
        ),
        Misconception(
            "input_not_reversed",
            "The second network reads from left to right as well. It has to be given the reversed "
            "sequence; otherwise no position learns anything about what follows.",
            {"bwd(X[row, mirror])[row, mirror]": "bwd(X)"},
        ),
        Misconception(
            "forward_network_in_both_directions",
            "The forward network was run in both directions. The second direction has a network of "
            "its own.",
            {"backward = bwd(": "backward = fwd("},
        ),
        Misconception(
            "padding_not_blanked",
            "The padded positions hold what the networks made of the padding. They are to be 0, so "
            "that nothing above can use them by accident.",
            {".masked_fill(mirror[..., None] < 0, 0.0)": ""},
        ),
        Misconception(
            "directions_stacked_apart",
            "Each direction was stacked by itself and the two were joined at the top. In a "
            "bidirectional stack both directions of a layer read both directions of the layer "
            "below.",
            {
                "    for fwd, bwd in layers:\n        X = bidirectional(X, lengths, fwd, bwd)\n    return X\n": (
                    "    ahead = back = X\n"
                    "    for fwd, bwd in layers:\n"
                    "        H = fwd(ahead).shape[-1]\n"
                    "        ahead = bidirectional(ahead, lengths, fwd, bwd)[..., :H]\n"
                    "        back = bidirectional(back, lengths, fwd, bwd)[..., H:]\n"
                    "    return torch.cat([ahead, back], dim=-1)\n"
                ),
            },
        ),
        Misconception(
            "upper_layers_read_one_direction",
            "The upper layers are counted with H inputs. In a bidirectional stack their input is "
            "the output of both directions, 2 H numbers.",
            {"width = directions * H": "width = H"},
        ),
        Misconception(
            "upper_layers_read_the_input",
            "All layers are counted with D inputs. From the second layer on the input is what the "
            "layer below puts out.",
            {"        width = directions * H\n": ""},
        ),
        Misconception(
            "two_biases",
            "This counts two biases per gate, as PyTorch has them. One is enough, since they are "
            "only ever added.",
            {"(H + width + 1)": "(H + width + 2)"},
        ),
        Misconception(
            "no_bias",
            "The biases are not counted. Each gate or candidate has H of them.",
            {"(H + width + 1)": "(H + width)"},
        ),
        Misconception(
            "padding_blanked_and_read_first",
            "The padding was set to 0, but the backward network still starts by reading it. Zeros "
            "are an input, too: a network with a bias, or with gates, changes its state while it "
            "reads them. Reverse only the real entries.",
            {
                "bwd(X[row, mirror])[row, mirror]":
                    "bwd(X.masked_fill(mirror[..., None] < 0, 0.0).flip(1)).flip(1)",
            },
        ),
        Misconception(
            "top_layer_first",
            "The layers were run from the top to the bottom. The lowest comes first in the list, "
            "and reads X.",
            {"for fwd, bwd in layers:": "for fwd, bwd in layers[::-1]:"},
        ),
        Misconception(
            "upper_layers_are_given_the_input",
            "Every layer was given the input X. Each one reads what the layer below puts out.",
            {
                "        X = bidirectional(X, lengths, fwd, bwd)\n    return X":
                    "        out = bidirectional(X, lengths, fwd, bwd)\n    return out",
            },
        ),
        Misconception(
            "lengths_of_the_first_layer_only",
            "The upper layers took all rows for full. Their input is padded as before, so that "
            "they, too, need the lengths.",
            {
                "        X = bidirectional(X, lengths, fwd, bwd)\n":
                    "        X = bidirectional(X, lengths, fwd, bwd)\n        lengths = torch.full_like(lengths, X.shape[1])\n",
            },
        ),
        Misconception(
            "added_to_the_input",
            "Where the widths agree, the output of a layer was added to its input. Residual "
            "connections are a good idea, and not asked for here.",
            {
                "        X = bidirectional(X, lengths, fwd, bwd)\n":
                    "        out = bidirectional(X, lengths, fwd, bwd)\n        X = out + X if out.shape == X.shape else out\n",
            },
        ),
        Misconception(
            "candidates_not_counted",
            "Only the gates are counted: two of a GRU, three of an LSTM. The candidate has a matrix "
            "and a bias of its own.",
            {"GATES[cell]": '(GATES[cell] - (cell != "rnn"))'},
        ),
        Misconception(
            "graph_cut",
            "The result carries no gradient. The networks are trained through it, so it has to be "
            "computed without no_grad or detach.",
            {
                "return torch.cat([fwd(X), backward], dim=-1)":
                    "return torch.cat([fwd(X), backward], dim=-1).detach()",
            },
        ),
        Misconception(
            "input_not_reversed_output_turned",
            "The output of the second network was turned round, but its input was not: it read from left to right.",
            {"bwd(X[row, mirror])[row, mirror]": "bwd(X)[row, mirror]"},
        ),
        Misconception(
            "directions_interleaved",
            "The numbers of the two directions alternate. First come the H of the forward network, then the H of the backward one.",
            {"torch.cat([fwd(X), backward], dim=-1)": "torch.stack([fwd(X), backward], dim=-1).flatten(2)"},
        ),
        Misconception(
            "joined_along_time",
            "The directions were joined along the time. They are joined at each position, along the last axis.",
            {"torch.cat([fwd(X), backward], dim=-1)": "torch.cat([fwd(X), backward], dim=1)[:, : X.shape[1]]"},
        ),
        Misconception(
            "rows_exchanged",
            "The table of positions belongs to other rows: each row is reversed by its own length.",
            {"mirror = lengths[:, None] - 1 - t": "mirror = lengths.flip(0)[:, None] - 1 - t"},
        ),
        Misconception(
            "backward_network_in_both_directions",
            "The backward network was run in both directions. The forward direction has a network of its own.",
            {"[fwd(X), backward]": "[bwd(X), backward]"},
        ),
        Misconception(
            "padding_filled_in_place",
            "The padding was filled within X. No function changes its arguments.",
            {"    backward = bwd(": "    X.data.masked_fill_(mirror[..., None] < 0, 0.0)\n    backward = bwd("},
        ),
        Misconception(
            "padding_multiplied_by_0",
            "The output at the padding was multiplied by 0. It may be infinite there, and 0 times infinity is nan.",
            {"torch.cat([fwd(X), backward], dim=-1).masked_fill(mirror[..., None] < 0, 0.0)": "torch.cat([fwd(X), backward], dim=-1) * (mirror >= 0)[..., None]"},
        ),
        Misconception(
            "first_length_for_all",
            "All rows were given the length of the first one.",
            {"lengths[:, None] - 1 - t": "lengths[:1, None] - 1 - t + 0 * lengths[:, None]"},
        ),
        Misconception(
            "forward_direction_detached",
            "The forward direction is cut off from autograd.",
            {"[fwd(X), backward]": "[fwd(X.detach()), backward]"},
        ),
        Misconception(
            "backward_direction_detached",
            "The backward direction is cut off from autograd.",
            {"bwd(X[row, mirror])": "bwd(X[row, mirror].detach())"},
        ),
        Misconception(
            "padding_blanked_before_and_not_after",
            "The padding was set to 0 in the input. What the networks make of zeros is not 0: the output has to be.",
            {"    backward = bwd(": "    X = X.masked_fill(mirror[..., None] < 0, 0.0)\n    backward = bwd(", "return torch.cat([fwd(X), backward], dim=-1).masked_fill(mirror[..., None] < 0, 0.0)": "return torch.cat([fwd(X), backward], dim=-1)"},
        ),
        Misconception(
            "last_backward_state_everywhere",
            "The backward network's last state stands at all positions. Each position has the state after what comes from its right.",
            {"bwd(X[row, mirror])[row, mirror]": "bwd(X[row, mirror])[row, lengths[:, None] - 1].expand(-1, X.shape[1], -1)"},
        ),
        Misconception(
            "lowest_layer_only",
            "Only the lowest layer was run.",
            {"for fwd, bwd in layers:": "for fwd, bwd in layers[:1]:"},
        ),
        Misconception(
            "layers_emptied",
            "The list of layers was emptied. No function changes its arguments.",
            {"    for fwd, bwd in layers:\n": "    while layers:\n        fwd, bwd = layers.pop(0)\n"},
        ),
        Misconception(
            "directions_added_between_layers",
            "Between the layers the two directions were added. Each layer reads both, side by side.",
            {"        X = bidirectional(X, lengths, fwd, bwd)\n    return X": "        out = bidirectional(X, lengths, fwd, bwd)\n        X = out[..., : out.shape[2] // 2] + out[..., out.shape[2] // 2 :]\n    return out"},
        ),
        Misconception(
            "one_direction_counted",
            "With two directions each layer has two networks. One was counted.",
            {"total += directions *": "total +="},
        ),
        Misconception(
            "gru_with_two_blocks",
            "A GRU has two gates and a candidate: three blocks.",
            {"GATES[cell]": "{\"rnn\": 1, \"gru\": 2, \"lstm\": 4}[cell]"},
        ),
        Misconception(
            "lstm_with_three_blocks",
            "An LSTM has three gates and a candidate: four blocks.",
            {"GATES[cell]": "{\"rnn\": 1, \"gru\": 3, \"lstm\": 3}[cell]"},
        ),
        Misconception(
            "count_with_a_point",
            "The count is a float. Parameters are counted in whole numbers.",
            {"    return total": "    return total / 1"},
        ),
        Misconception(
            "count_as_a_tensor",
            "The count is a tensor. An int is asked for.",
            {"    return total": "    return torch.tensor(total)"},
        ),
    ],
    "tbptt_windows": [
        Misconception(
            "text_cut_into_windows_first",
            "The text was cut into windows, and B neighbouring ones were put below each other. "
            "Then a row goes on B windows further on, and the state that it is handed belongs to "
            "another place. Cut into B rows first.",
            {
                "return [(x[:, k : k + T], y[:, k : k + T]) for k in range(0, L - T + 1, T)]": (
                    "starts = [[(k * B + row) * T for row in range(B)] for k in range(L // T)]\n"
                    "    return [\n"
                    "        tuple(torch.stack([ids[s + shift : s + shift + T] for s in rows]) for shift in (0, 1)) for rows in starts\n"
                    "    ]"
                ),
            },
        ),
        Misconception(
            "targets_not_shifted",
            "The targets are the inputs. A network trained like this learns to repeat what it has "
            "just read; the target is the next id.",
            {"ids[1 : B * L + 1].view(B, L)": "ids[: B * L].view(B, L)"},
        ),
        Misconception(
            "rows_rolled_onto_themselves",
            "At the end of a row the target is the first id of the same row. Shift the text, not "
            "the rows: the last id of a row is followed by the id that follows it in the text.",
            {"ids[1 : B * L + 1].view(B, L)": "ids[: B * L].view(B, L).roll(-1, dims=1)"},
        ),
        Misconception(
            "text_dealt_out_like_cards",
            "Neighbouring ids went to different rows. A row has to be a piece of running text; "
            "otherwise the network reads every B-th character.",
            {
                "ids[: B * L].view(B, L)": "ids[: B * L].view(L, B).T",
                "ids[1 : B * L + 1].view(B, L)": "ids[1 : B * L + 1].view(L, B).T",
            },
        ),
        Misconception(
            "overlapping_windows",
            "Each window starts one column after the one before. The state is already T columns "
            "further on, so it would read most of the text again.",
            {"range(0, L - T + 1, T)": "range(0, L - T + 1)"},
        ),
        Misconception(
            "remainder_as_a_short_window",
            "The columns that do not fill a window were returned as a shorter one. They are "
            "dropped here.",
            {"range(0, L - T + 1, T)": "range(0, L, T)"},
        ),
        Misconception(
            "no_window_no_error",
            "A text that is too short gives an empty list. Training then does nothing at all, and "
            "the mean of no losses is a division by zero. Raise a ValueError.",
            {"if L < T:": "if L < 0:"},
        ),
        Misconception(
            "each_tensor_clipped_by_itself",
            "Every tensor was scaled by its own norm. That changes their proportions, and with "
            "them the direction of the step. There is one norm over all of them.",
            {
                "return [scale * g for g in grads], norm":
                    "return [g * torch.clamp(max_norm / g.norm(), max=1.0) for g in grads], norm",
            },
        ),
        Misconception(
            "small_gradients_scaled_up",
            "The gradients always get the norm max_norm, also when theirs was smaller. Clipping "
            "never makes a gradient larger.",
            {"torch.clamp(max_norm / norm, max=1.0)": "max_norm / norm.clamp(min=1e-12)"},
        ),
        Misconception(
            "sum_of_the_norms",
            "The norms of the tensors were added. The norm of the whole gradient is the root of "
            "the sum of their squares.",
            {"torch.cat([g.flatten() for g in grads]).norm()": "sum(g.norm() for g in grads)"},
        ),
        Misconception(
            "entries_clipped_one_by_one",
            "Every entry was clipped to ±max_norm. That is clipping by value; it turns the "
            "gradient. Here the whole vector is shortened.",
            {
                "[scale * g for g in grads], norm":
                    "[g.clamp(-max_norm, max_norm) for g in grads], norm",
            },
        ),
        Misconception(
            "state_reset_in_every_window",
            "Every window starts from the initial state, so the network cannot remember anything "
            "for longer than T steps. The values of the state are carried on; only the gradient is "
            "cut.",
            {"loss, state = loss_fn(x, y, state)": "loss, _ = loss_fn(x, y, state)"},
        ),
        Misconception(
            "state_not_detached",
            "The state still carries its history, so the second window backpropagates into the "
            "first, whose graph is gone: autograd complains. Hand the state on as plain numbers.",
            {"state = tuple(s.detach() for s in state)": "state = tuple(state)"},
        ),
        Misconception(
            "gradients_accumulated",
            "The gradients of a window are added to those of the windows before. Each step uses "
            "the gradient of its own window only.",
            {
                "grads, _ = clip_grad_norm(torch.autograd.grad(loss, params), max_norm)": (
                    "grads = torch.autograd.grad(loss, params)\n"
                    "        grads = [g if p.grad is None else g + p.grad for p, g in zip(params, grads)]\n"
                    "        grads, _ = clip_grad_norm(grads, max_norm)"
                ),
            },
        ),
        Misconception(
            "not_clipped",
            "The optimizer was given the gradients as they are. They are to be clipped before the "
            "step; one exploding window is enough to ruin the weights.",
            {
                "grads, _ = clip_grad_norm(torch.autograd.grad(loss, params), max_norm)":
                    "grads = torch.autograd.grad(loss, params)",
            },
        ),
        Misconception(
            "targets_within_the_row",
            "Inputs and targets were both cut out of rows, so that the last id of a row has no "
            "target there. Its target is the id that follows in the text: the first one of the next "
            "row.",
            {
                "L = (len(ids) - 1) // B":
                    "L = len(ids) // B - 1",
                "x, y = ids[: B * L].view(B, L), ids[1 : B * L + 1].view(B, L)":
                    "rows = ids[: B * (L + 1)].view(B, L + 1)\n    x, y = rows[:, :-1], rows[:, 1:]",
            },
        ),
        Misconception(
            "just_enough_refused",
            "A text with exactly one window is refused. L = T is enough.",
            {"if L < T:": "if L <= T:"},
        ),
        Misconception(
            "epsilon_added_to_the_norm",
            "A small number was added to the norm, as torch does to be safe from a division by 0. "
            "The factor is min(1, max_norm / norm) exactly; for small gradients and limits the "
            "difference is large.",
            {"torch.clamp(max_norm / norm,": "torch.clamp(max_norm / (norm + 1e-6),"},
        ),
        Misconception(
            "largest_of_the_norms",
            "This is the largest norm of a single tensor. The norm of the whole gradient runs over "
            "all entries of all tensors.",
            {"torch.cat([g.flatten() for g in grads]).norm()": "max(g.norm() for g in grads)"},
        ),
        Misconception(
            "square_of_the_norm",
            "The root is missing: this is the square of the norm.",
            {
                "torch.cat([g.flatten() for g in grads]).norm()":
                    "torch.cat([g.flatten() for g in grads]).square().sum()",
            },
        ),
        Misconception(
            "sum_of_the_absolute_values",
            "The norm is the sum of the absolute values. Asked is the Euclidean one, the root of "
            "the sum of the squares.",
            {
                "torch.cat([g.flatten() for g in grads]).norm()":
                    "torch.cat([g.flatten() for g in grads]).abs().sum()",
            },
        ),
        Misconception(
            "norm_after_clipping",
            "The norm that was returned is the one after clipping. Before clipping it says how wild "
            "the gradients are; afterwards hardly anything.",
            {
                "return [scale * g for g in grads], norm":
                    "return [scale * g for g in grads], norm.clamp(max=max_norm)",
            },
        ),
        Misconception(
            "gradients_from_before_the_call",
            "What stood in .grad before the call was added to the first gradient. Gradients have to "
            "be set to zero before a window's backward pass, not only after its step.",
            {
                "grads, _ = clip_grad_norm(torch.autograd.grad(loss, params), max_norm)":
                    "grads = torch.autograd.grad(loss, params)\n        if not losses:\n            grads = [g if p.grad is None else g + p.grad for p, g in zip(params, grads)]\n        grads, _ = clip_grad_norm(grads, max_norm)",
            },
        ),
        Misconception(
            "last_state_keeps_its_history",
            "The state that is returned still carries the history of the last window. Detach it, "
            "too.",
            {
                "loss, state = loss_fn(x, y, state)":
                    "loss, state = loss_fn(x, y, tuple(s.detach() for s in state))",
                "        state = tuple(s.detach() for s in state)\n":
                    "",
            },
        ),
        Misconception(
            "mean_of_the_losses",
            "One number is returned, the mean of the losses. Asked are the losses of all windows.",
            {"return losses, state": "return sum(losses) / len(losses), state"},
        ),
        Misconception(
            "last_id_without_successor",
            "The rows were cut out of all N ids. The last id has no successor: there are N - 1 pairs.",
            {"L = (len(ids) - 1) // B": "L = len(ids) // B"},
        ),
        Misconception(
            "any_pair_enough",
            "It is refused only if there is not a single pair. A window needs T of them in each row.",
            {"if L < T:": "if L == 0:"},
        ),
        Misconception(
            "ids_counted_and_not_pairs",
            "The ids were compared with B times T. There is one pair less than ids, and each row needs T of its own.",
            {"if L < T:": "if len(ids) < B * T:"},
        ),
        Misconception(
            "last_window_missing",
            "The last full window is missing.",
            {"range(0, L - T + 1, T)": "range(0, L - T, T)"},
        ),
        Misconception(
            "beginning_of_the_text_dropped",
            "What does not fill a row was dropped at the beginning of the text. It is dropped at the end.",
            {"x, y = ids[: B * L].view(B, L), ids[1 : B * L + 1].view(B, L)": "x, y = ids[-B * L - 1 : -1].view(B, L), ids[-B * L :].view(B, L)"},
        ),
        Misconception(
            "windows_from_last_to_first",
            "The windows come from the last to the first.",
            {"return [(x[:, k : k + T], y[:, k : k + T]) for k in range(0, L - T + 1, T)]": "return [(x[:, k : k + T], y[:, k : k + T]) for k in range(0, L - T + 1, T)][::-1]"},
        ),
        Misconception(
            "divided_by_zero",
            "The gradients were scaled whatever their norm is, and a norm of 0 was divided by. Up to the limit they stay as they are.",
            {"scale = torch.clamp(max_norm / norm, max=1.0)": "scale = max_norm / norm"},
        ),
        Misconception(
            "largest_entry",
            "The norm is the largest entry. Asked is the Euclidean one, over all entries.",
            {"norm = torch.cat([g.flatten() for g in grads]).norm()": "norm = torch.cat([g.flatten() for g in grads]).abs().max()"},
        ),
        Misconception(
            "root_mean_square",
            "The norm is the root of the mean of the squares. It is the root of their sum.",
            {"norm = torch.cat([g.flatten() for g in grads]).norm()": "norm = torch.cat([g.flatten() for g in grads]).square().mean().sqrt()"},
        ),
        Misconception(
            "gradients_scaled_in_place",
            "The gradients that were passed are scaled themselves. No function changes its arguments.",
            {"return [scale * g for g in grads], norm": "for g in grads:\n        g.mul_(scale)\n    return list(grads), norm"},
        ),
        Misconception(
            "zero_norm_divided_by",
            "max_norm was divided by a norm of 0. Gradients of 0 stay as they are.",
            {"scale = torch.clamp(max_norm / norm, max=1.0)": "scale = min(1.0, max_norm / norm.item())"},
        ),
        Misconception(
            "spectral_norms",
            "Matrices entered with their largest singular value. The norm runs over all entries.",
            {"norm = torch.cat([g.flatten() for g in grads]).norm()": "norm = torch.stack([torch.linalg.norm(g, 2) if g.ndim == 2 else g.norm() for g in grads]).norm()"},
        ),
        Misconception(
            "gradients_cleared_once",
            "The gradients were set to zero before the first window only. Each step uses those of its own window.",
            {"    losses = []\n": "    losses = []\n    optimizer.zero_grad()\n", "        grads, _ = clip_grad_norm(torch.autograd.grad(loss, params), max_norm)\n": "        loss.backward()\n        grads, _ = clip_grad_norm([p.grad for p in params], max_norm)\n"},
        ),
        Misconception(
            "limit_always_1",
            "The limit was 1 whatever max_norm is.",
            {"params), max_norm)": "params), 1.0)"},
        ),
        Misconception(
            "history_kept_by_force",
            "The state keeps its history, and the graph was retained to make it run. The gradient stops at the border of a window.",
            {"torch.autograd.grad(loss, params)": "torch.autograd.grad(loss, params, retain_graph=True)", "tuple(s.detach() for s in state)": "tuple(state)"},
        ),
        Misconception(
            "each_window_from_zeros",
            "Each window starts from zeros. It starts from the state after the one before.",
            {"loss, state = loss_fn(x, y, state)": "loss, state = loss_fn(x, y, tuple(torch.zeros_like(s) for s in state))"},
        ),
        Misconception(
            "loss_after_the_step",
            "The loss was computed once more, after the step. Asked is the one before it, and loss_fn is called once per window.",
            {"losses.append(loss.item())": "with torch.no_grad():\n            losses.append(loss_fn(x, y, state)[0].item())"},
        ),
        Misconception(
            "one_step_per_pass",
            "The optimizer made one step, after the last window. It makes one per window.",
            {"        optimizer.step()\n": "", "    return losses, state": "    optimizer.step()\n    return losses, state"},
        ),
        Misconception(
            "each_gradient_clipped_by_itself",
            "In the epoch each parameter's gradient was clipped by itself. There is one norm for all.",
            {"clip_grad_norm(torch.autograd.grad(loss, params), max_norm)": "[clip_grad_norm([g], max_norm)[0][0] for g in torch.autograd.grad(loss, params)], None"},
        ),
        Misconception(
            "windows_counted_first",
            "The windows were gone through once before the training. A generator is empty after that.",
            {"    losses = []\n": "    if not list(windows):\n        return [], state\n    losses = []\n"},
        ),
        Misconception(
            "first_part_of_the_state_detached",
            "Only the first tensor of the state was detached. All of them carry history.",
            {"tuple(s.detach() for s in state)": "(state[0].detach(), *state[1:])", "torch.autograd.grad(loss, params)": "torch.autograd.grad(loss, params, retain_graph=True)"},
        ),
        Misconception(
            "optimizer_not_used",
            "The weights were changed by hand, by the learning rate times the gradient. The optimizer may do more, momentum for example.",
            {"optimizer.step()": "torch._foreach_sub_([p.data for p in params], [optimizer.param_groups[0][\"lr\"] * g for g in grads])"},
        ),
        Misconception(
            "state_before_the_last_window",
            "The state before the last window was returned. Asked is the one after it.",
            {"loss, state = loss_fn(x, y, state)": "first = state\n        loss, state = loss_fn(x, y, state)", "    return losses, state": "    return losses, first"},
        ),
        Misconception(
            "losses_with_history",
            "The losses still carry their history: as long as they are kept, so are the graphs of all windows. Numbers are asked for.",
            {"losses.append(loss.item())": "losses.append(loss)"},
        ),
    ],
    "sample_text": [
        Misconception(
            "no_warm_up",
            "Only the last id of the seed was fed. The state has to read all of it; otherwise the "
            "network does not know what it is continuing.",
            {"for token in seed_ids:": "for token in seed_ids[-1:]:"},
        ),
        Misconception(
            "last_seed_id_fed_twice",
            "After the warm-up the last id of the seed is fed once more. The logits that came with "
            "it are already those of the first new id.",
            {"    new = []\n": "    logits, state = step(token, state)\n    new = []\n"},
        ),
        Misconception(
            "probabilities_divided",
            "The probabilities were divided by the temperature. That multiplies all of them by the "
            "same number; they no longer sum to 1, and nothing gets sharper or flatter. Divide the "
            "logits.",
            {
                "torch.softmax(logits / temperature, dim=-1)":
                    "torch.softmax(logits, dim=-1) / temperature",
                "new.append(int((probs.cumsum(-1) <= threshold).sum()))":
                    "new.append(min(len(probs) - 1, int((probs.cumsum(-1) <= threshold).sum())))",
            },
        ),
        Misconception(
            "temperature_multiplies",
            "The logits were multiplied by the temperature. A high temperature should flatten, so "
            "they are divided.",
            {"logits / temperature": "logits * temperature"},
        ),
        Misconception(
            "temperature_ignored",
            "The temperature has no influence.",
            {"logits / temperature": "logits"},
        ),
        Misconception(
            "always_the_most_probable",
            "The most probable id was taken each time, and the uniform numbers were not used. This "
            "is greedy decoding; a sampler gives every id its share.",
            {"int((probs.cumsum(-1) <= threshold).sum())": "int(probs.argmax())"},
        ),
        Misconception(
            "one_uniform_number_for_all",
            "All draws used the first uniform number. Each needs its own; otherwise they are not "
            "independent.",
            {"<= threshold)": "<= u[0])"},
        ),
        Misconception(
            "draws_are_not_fed_back",
            "The new ids were not fed to the network: it went on reading the last id of the seed. "
            "Each draw is the next input.",
            {"step(new[-1], state)": "step(token, state)"},
        ),
        Misconception(
            "state_not_carried",
            "The state is not updated while writing, so the network only remembers the seed.",
            {"logits, state = step(new[-1], state)": "logits, _ = step(new[-1], state)"},
        ),
        Misconception(
            "tie_goes_to_the_lower_id",
            "A uniform number that equals a sum was given to the lower id. The interval of an id "
            "includes its left end, not its right one; otherwise u = 0 draws an id of probability "
            "0.",
            {"<= threshold)": "< threshold)"},
        ),
        Misconception(
            "probabilities_to_a_power",
            "The softmax was taken first, and its probabilities to the power 1 / temperature. On "
            "paper that is the same. But at a low temperature all powers are below the smallest "
            "float, and 0 / 0 is no probability: divide the logits.",
            {
                "torch.softmax(logits / temperature, dim=-1)":
                    "torch.softmax(logits, dim=-1) ** (1 / temperature)\n        probs = probs / probs.sum()",
            },
        ),
        Misconception(
            "exponential_without_a_shift",
            "The softmax was written out without a shift, and exp overflows for large logits or low "
            "temperatures. torch.softmax subtracts the maximum first.",
            {
                "torch.softmax(logits / temperature, dim=-1)":
                    "torch.exp(logits / temperature)\n        probs = probs / probs.sum()",
            },
        ),
        Misconception(
            "seed_returned",
            "The result begins with the seed. Asked are the new ids alone.",
            {"return new": "return list(seed_ids) + new"},
        ),
        Misconception(
            "ids_as_tensors",
            "The ids are tensors. They are to be plain ints, so that they can be fed to step, "
            "looked up and joined.",
            {"int((probs.cumsum(-1) <= threshold).sum())": "(probs.cumsum(-1) <= threshold).sum()"},
        ),
        Misconception(
            "first_seed_id_only",
            "Only the first id of the seed was fed. The state has to read all of it.",
            {"for token in seed_ids:": "for token in seed_ids[:1]:"},
        ),
        Misconception(
            "draws_forgotten",
            "The draws were not fed: every id is drawn from the logits after the seed.",
            {"        logits, state = step(new[-1], state)\n": ""},
        ),
        Misconception(
            "one_id_too_low",
            "The id below the right one was taken. The number of sums that are not above the uniform number is the id itself.",
            {"new.append(int((probs.cumsum(-1) <= threshold).sum()))  # how many intervals lie below": "new.append(int((probs.cumsum(-1) <= threshold).sum()) - 1)"},
        ),
        Misconception(
            "seed_grows",
            "The new ids were appended to the list of the seed. No function changes its arguments.",
            {"        logits, state = step(new[-1], state)\n": "        seed_ids.append(new[-1])\n        logits, state = step(new[-1], state)\n"},
        ),
        Misconception(
            "most_probable_first",
            "The ids were sorted by probability before the sums were taken. The sums run over ids in their own order.",
            {"new.append(int((probs.cumsum(-1) <= threshold).sum()))  # how many intervals lie below": "p, order = probs.sort(descending=True)\n        new.append(int(order[int((p.cumsum(-1) <= threshold).sum())]))"},
        ),
        Misconception(
            "state_after_the_seed_forgotten",
            "Each draw was fed with the state before the seed.",
            {"    for token in seed_ids:\n": "    start = state\n    for token in seed_ids:\n", "step(new[-1], state)": "step(new[-1], start)"},
        ),
        Misconception(
            "uniform_numbers_backwards",
            "The uniform numbers were used from the last to the first.",
            {"for threshold in u:": "for threshold in u.flip(0):"},
        ),
        Misconception(
            "warm_up_without_memory",
            "While the seed was read the state was not updated.",
            {"        logits, state = step(token, state)\n    new": "        logits, _ = step(token, state)\n    new"},
        ),
        Misconception(
            "last_draw_missing",
            "The last uniform number was not used: there are as many new ids as numbers.",
            {"for threshold in u:": "for threshold in u[:-1]:"},
        ),
        Misconception(
            "temperature_with_an_epsilon",
            "A small number was added to the temperature. It is at least 0.01, and never 0.",
            {"logits / temperature": "logits / (temperature + 1e-2)"},
        ),
        Misconception(
            "temperature_cut_off_below",
            "Low temperatures were replaced by a higher one. It may be as low as 0.01.",
            {"logits / temperature": "logits / max(temperature, 0.1)"},
        ),
        Misconception(
            "mean_subtracted",
            "The mean of the logits was subtracted. With a logit of minus infinity that gives nan.",
            {"logits / temperature": "(logits - logits.mean()) / temperature"},
        ),
        Misconception(
            "logits_cut_off",
            "The logits were cut off. They may be of any size, and of minus infinity.",
            {"logits / temperature": "(logits / temperature).clamp(-50, 50)"},
        ),
    ],
    "seq2seq_loss": [
        Misconception(
            "target_fed_at_its_own_step",
            "At step t the decoder is fed y_t, the very symbol that it should predict. It will "
            "learn to copy it. Feed y_{t-1}, and sos at the first step.",
            {
                "        logits, state = step(previous, state)\n        loss =":
                    "        logits, state = step(tgt[:, t], state)\n        loss =",
            },
        ),
        Misconception(
            "sos_at_every_step",
            "The decoder is fed sos at every step. It has to be told what was written so far.",
            {"        previous = tgt[:, t]\n": "        previous = torch.full((len(tgt),), sos)\n"},
        ),
        Misconception(
            "state_not_carried",
            "Every step of the decoder starts from the encoder's state. Its own state has to be "
            "carried on; that is how it knows where it is.",
            {
                "        logits, state = step(previous, state)\n        loss =":
                    "        logits, _ = step(previous, state)\n        loss =",
            },
        ),
        Misconception(
            "decoder_starts_from_zeros",
            "The decoder starts from a state of zeros. The state of the encoder is all that it "
            "ever learns about the source; started from anything else it is a language model.",
            {
                "    state = encode(src)\n    previous = torch.full((len(tgt)":
                    "    state = torch.zeros_like(encode(src))\n    previous = torch.full((len(tgt)",
            },
        ),
        Misconception(
            "padding_counted",
            "Padded targets are counted. They are not part of the sentence; the network would be "
            "trained to write padding.",
            {"ignore_index=pad, ": ""},
        ),
        Misconception(
            "mean_over_the_tokens",
            "The loss was divided by the number of targets. Here a sentence's loss is the sum over "
            "its steps, -log p(y | x), and only the sentences are averaged.",
            {"return loss / len(tgt)": "return loss / (tgt != pad).sum()"},
        ),
        Misconception(
            "mean_over_the_steps",
            "The losses of the steps were averaged over the length of the batch's targets. They "
            "are summed.",
            {"return loss / len(tgt)": "return loss / tgt.numel()"},
        ),
        Misconception(
            "sum_over_the_batch",
            "The losses of the sentences were added, not averaged: the loss grows with the size of "
            "the batch.",
            {"return loss / len(tgt)": "return loss"},
        ),
        Misconception(
            "free_running",
            "The decoder was fed its own choices all the time. That is decoding. Under teacher "
            "forcing it is fed the true symbols.",
            {"        previous = tgt[:, t]\n": "        previous = logits.argmax(-1)\n"},
        ),
        Misconception(
            "coins_reversed",
            "The coins are read the wrong way round: True means that the truth is fed.",
            {
                "torch.where(teacher[:, t], previous, logits.argmax(-1))":
                    "torch.where(teacher[:, t], logits.argmax(-1), previous)",
            },
        ),
        Misconception(
            "one_coin_for_the_batch",
            "The coin of the first sentence decided for all. Every sentence has a coin of its own "
            "at every step.",
            {"torch.where(teacher[:, t],": "torch.where(teacher[0, t],"},
        ),
        Misconception(
            "coins_one_step_late",
            "teacher[:, t] decides what is fed after step t. You used the coin of the step before.",
            {"torch.where(teacher[:, t],": "torch.where(teacher[:, max(t - 1, 0)],"},
        ),
        Misconception(
            "own_choice_becomes_the_target",
            "Where the decoder is fed its own choice, that choice was taken for the target as "
            "well. Then it is rewarded for whatever it says. The target is the true symbol, "
            "whatever is fed.",
            {
                '        loss = loss + F.cross_entropy(logits, tgt[:, t], ignore_index=pad, reduction="sum")\n':
                    "",
                "            previous = torch.where(teacher[:, t], previous, logits.argmax(-1))\n": (
                    "            previous = torch.where(teacher[:, t], previous, logits.argmax(-1))\n"
                    '        loss = loss + F.cross_entropy(logits, previous, ignore_index=pad, reduction="sum")\n'
                ),
            },
        ),
        Misconception(
            "eos_kept",
            "The end symbol is still in the translation. The list ends before it.",
            {"row[: row.index(eos)]": "row[: row.index(eos) + 1]"},
        ),
        Misconception(
            "not_cut_at_the_end",
            "What the decoder wrote after its end symbol is still there. The sentence ends at the "
            "first eos; the batch goes on only because other sentences do.",
            {
                "row[: row.index(eos)] if eos in row else row":
                    "[token for token in row if token != eos]",
            },
        ),
        Misconception(
            "greedy_never_reads_itself",
            "While decoding, the decoder was fed sos at every step. It has to be fed the symbol "
            "that it has just chosen.",
            {
                "        previous = logits.argmax(-1)\n        columns.append(previous)\n":
                    "        columns.append(logits.argmax(-1))\n",
            },
        ),
        Misconception(
            "overflow",
            "exp(i/k) overflows for large i. Multiply numerator and denominator by exp(-i/k) "
            "first.",
            {
                "    weight = k * math.exp(-i / k)  # numerator":
                    "    weight = k / math.exp(i / k)  # numerator",
            },
        ),
        Misconception(
            "exponential_decay",
            "This is exp(-i/k), which starts to fall at once. The inverse sigmoid stays near 1 for "
            "a while and then falls.",
            {"return weight / (weight + 1)": "return weight / k"},
        ),
        Misconception(
            "plain_sigmoid",
            "The factor k is missing in numerator and denominator: this starts at one half, "
            "whatever k is.",
            {"weight = k * math.exp(-i / k)": "weight = math.exp(-i / k)"},
        ),
        Misconception(
            "logarithm_of_the_softmax",
            "The logarithm was taken of a softmax. Probabilities below the smallest float are 0 by "
            "then, and the loss is infinite; log-softmax or cross-entropy does both in one step.",
            {
                'F.cross_entropy(logits, tgt[:, t], ignore_index=pad, reduction="sum")':
                    'F.nll_loss(torch.log(logits.softmax(-1)), tgt[:, t], ignore_index=pad, reduction="sum")',
            },
        ),
        Misconception(
            "mean_within_each_step",
            "Each step's losses were averaged over the sentences that are not padded there, and the "
            "means added up. So a step that few sentences reach counts as much as the first. Add up "
            "each sentence, then take the mean over all B.",
            {', reduction="sum")': ")", "return loss / len(tgt)": "return loss"},
        ),
        Misconception(
            "eos_not_predicted",
            "The last target is left out. The targets do not begin with sos, so there is nothing to "
            "shift: every one of them is predicted, eos as well.",
            {"for t in range(tgt.shape[1]):": "for t in range(tgt.shape[1] - 1):"},
        ),
        Misconception(
            "targets_taken_to_begin_with_sos",
            "The first target was fed and not predicted. The targets do not begin with sos; it has "
            "to be fed at the first step, and tgt[:, 0] is what that step predicts.",
            {
                "previous = torch.full((len(tgt),), sos)":
                    "previous = tgt[:, 0]",
                "for t in range(tgt.shape[1]):":
                    "for t in range(1, tgt.shape[1]):",
            },
        ),
        Misconception(
            "graph_cut_between_the_steps",
            "The decoder's state was detached at every step, so that no gradient reaches the "
            "encoder or an earlier step.",
            {
                "        logits, state = step(previous, state)\n        loss":
                    "        logits, state = step(previous, state.detach())\n        loss",
            },
        ),
        Misconception(
            "the_larger_of_equal_logits",
            "Where two logits are equal, the larger id was fed. The smaller one is asked for; "
            "argmax takes it.",
            {
                "torch.where(teacher[:, t], previous, logits.argmax(-1))":
                    "torch.where(teacher[:, t], previous, logits.argsort(-1)[:, -1])",
            },
        ),
        Misconception(
            "sos_in_the_translation",
            "The translation begins with sos. That was fed, not chosen.",
            {"columns = []": "columns = [previous]"},
        ),
        Misconception(
            "stops_with_the_first_sentence",
            "Decoding stopped when one sentence of the batch had ended. The others go on.",
            {
                "        columns.append(previous)\n":
                    "        columns.append(previous)\n        if (previous == eos).any():\n            break\n",
            },
        ),
        Misconception(
            "state_not_carried_while_decoding",
            "While decoding, every step started from the encoder's state. The decoder's own state "
            "has to be carried on.",
            {
                "        logits, state = step(previous, state)\n        previous = logits":
                    "        logits, _ = step(previous, state)\n        previous = logits",
            },
        ),
        Misconception(
            "the_larger_of_equal_logits_while_decoding",
            "Among equal logits the larger id was taken. The smaller one is asked for; argmax takes "
            "it.",
            {
                "previous = logits.argmax(-1)\n        columns":
                    "previous = logits.argsort(-1)[:, -1]\n        columns",
            },
        ),
        Misconception(
            "linear_decay",
            "This falls in a straight line and reaches 0 at step k. The inverse sigmoid stays near "
            "1 for a while, and never reaches 0.",
            {
                "    weight = k * math.exp(-i / k)  # numerator and denominator times exp(-i/k), which cannot overflow\n    return weight / (weight + 1)":
                    "    return max(0.0, 1 - i / k)",
            },
        ),
        Misconception(
            "small_number_in_the_logarithm",
            "A small number was added to the probability before its logarithm was taken. That hides "
            "how wrong a very improbable target is, and its gradient vanishes; log-softmax or "
            "cross-entropy needs no such help.",
            {
                'F.cross_entropy(logits, tgt[:, t], ignore_index=pad, reduction="sum")':
                    'F.nll_loss(torch.log(logits.softmax(-1) + 1e-9), tgt[:, t], ignore_index=pad, reduction="sum")',
            },
        ),
        Misconception(
            "coins_ignored",
            "The coins have no influence: the truth is always fed.",
            {"if teacher is not None:": "if False:"},
        ),
        Misconception(
            "coins_one_step_early",
            "teacher[:, t] decides what is fed after step t. You used the coin of the step after.",
            {"torch.where(teacher[:, t], previous": "torch.where(teacher[:, min(t + 1, tgt.shape[1] - 1)], previous"},
        ),
        Misconception(
            "one_coin_for_all_steps",
            "The first coin of a sentence decided for all its steps. Each step has its own.",
            {"torch.where(teacher[:, t], previous": "torch.where(teacher[:, 0], previous"},
        ),
        Misconception(
            "first_target_not_counted",
            "The first target adds nothing. The targets do not begin with sos: each is predicted.",
            {"loss = loss + F": "loss = loss + (t > 0) * F"},
        ),
        Misconception(
            "loss_without_history",
            "The loss is a number without history. It is to be trained on.",
            {"return loss / len(tgt)": "return torch.tensor(float(loss) / len(tgt))"},
        ),
        Misconception(
            "source_reversed",
            "The source was reversed before it was encoded. It is passed as it is.",
            {"    state = encode(src)\n    previous = torch.full((len(tgt),), sos)": "    state = encode(src.flip(1))\n    previous = torch.full((len(tgt),), sos)"},
        ),
        Misconception(
            "targets_written_into",
            "The padding was changed within the targets. No function changes its arguments.",
            {"    loss = 0.0\n": "    tgt[tgt == pad] = -100\n    loss = 0.0\n", "ignore_index=pad": "ignore_index=-100"},
        ),
        Misconception(
            "padding_taken_for_0",
            "The padding was taken to be the id 0. It is an argument.",
            {"ignore_index=pad": "ignore_index=0"},
        ),
        Misconception(
            "padding_taken_for_2",
            "The padding was taken to be the id 2, as in the example. It is an argument.",
            {"ignore_index=pad": "ignore_index=2"},
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number was added to the probability before its logarithm. What is nearly impossible then costs too little.",
            {"loss = loss + F.cross_entropy(logits, tgt[:, t], ignore_index=pad, reduction=\"sum\")": "loss = loss - ((logits.softmax(-1) + 1e-8).log().gather(1, tgt[:, t : t + 1])[:, 0] * (tgt[:, t] != pad)).sum()"},
        ),
        Misconception(
            "one_step_too_few",
            "Decoding stopped one step too early: there are at most max_len steps.",
            {"range(max_len)": "range(max(max_len - 1, 1))"},
        ),
        Misconception(
            "one_step_too_many",
            "Decoding went on for one step too long: there are at most max_len steps.",
            {"range(max_len)": "range(max_len + 1)"},
        ),
        Misconception(
            "sos_taken_out",
            "sos was taken out of the translation. Where the decoder chooses it, it stays.",
            {"return [row[: row.index(eos)] if eos in row else row for row in rows]": "rows = [[i for i in (row[: row.index(eos)] if eos in row else row) if i != sos] for row in rows]\n    return rows"},
        ),
        Misconception(
            "one_list_for_all",
            "All sentences share one list.",
            {"return [row[: row.index(eos)] if eos in row else row for row in rows]": "shared = [i for column in zip(*rows) for i in column if i != eos]\n    return [shared] * len(rows)"},
        ),
        Misconception(
            "single_source_unwrapped",
            "With one source the list of lists was unwrapped. There is one list per source, also for one.",
            {"return [row[: row.index(eos)] if eos in row else row for row in rows]": "rows = [row[: row.index(eos)] if eos in row else row for row in rows]\n    return rows if len(rows) > 1 else rows[0]"},
        ),
        Misconception(
            "ids_as_tensors",
            "The ids are tensors. Ints are asked for.",
            {"return [row[: row.index(eos)] if eos in row else row for row in rows]": "return [[torch.tensor(i) for i in (row[: row.index(eos)] if eos in row else row)] for row in rows]"},
        ),
        Misconception(
            "eos_taken_for_1",
            "The end symbol was taken to be the id 1. It is an argument.",
            {"return [row[: row.index(eos)] if eos in row else row for row in rows]": "return [row[: row.index(1)] if 1 in row else row for row in rows]"},
        ),
        Misconception(
            "steps_times_k",
            "The step was multiplied by k. It is divided: the larger k, the later the fall.",
            {"weight = k * math.exp(-i / k)": "weight = k * math.exp(-i * k)"},
        ),
        Misconception(
            "whole_part_of_the_quotient",
            "i / k was rounded down to a whole number.",
            {"math.exp(-i / k)": "math.exp(-(i // k))"},
        ),
    ],
}
