"""What students get wrong in gru, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "gru_cell_torch": [
        Misconception(
            "refresh_for_keep",
            "The two shares are exchanged: z = 1 refreshes here, as in the papers' cell. In PyTorch z multiplies the old state.",
            {"(1 - z) * n + z * h": "z * n + (1 - z) * h"},
        ),
        Misconception(
            "order_z_r_n",
            "The first block was taken for the keep gate and the second for the reset gate. PyTorch's order is r, z, n.",
            {"ir, iz, i_n = ": "iz, ir, i_n = ", "hr, hz, hn = ": "hz, hr, hn = "},
        ),
        Misconception(
            "candidate_before_gates",
            "The first block was taken for the candidate. PyTorch's order is r, z, n: the candidate comes last.",
            {"ir, iz, i_n = ": "i_n, ir, iz = ", "hr, hz, hn = ": "hn, hr, hz = "},
        ),
        Misconception(
            "order_r_n_z",
            "The second block was taken for the candidate and the third for the keep gate. PyTorch's order is r, z, n.",
            {"ir, iz, i_n = ": "ir, i_n, iz = ", "hr, hz, hn = ": "hr, hn, hz = "},
        ),
        Misconception(
            "state_bias_outside_the_reset",
            "The state's bias of the candidate is not multiplied by the reset gate. It stands inside of the bracket.",
            {
                "torch.tanh(i_n + r * hn)": (
                    "torch.tanh(i_n + r * (hn - b_hh.chunk(3)[2]) + b_hh.chunk(3)[2])"
                )
            },
        ),
        Misconception(
            "reset_before_the_product",
            "The reset gate multiplies the state before the matrix does, as in the papers' cell. In PyTorch it multiplies the product.",
            {
                "torch.tanh(i_n + r * hn)": (
                    "torch.tanh(i_n + (r * h) @ w_hh.chunk(3)[2].T + b_hh.chunk(3)[2])"
                )
            },
        ),
        Misconception(
            "reset_before_the_product_bias_gated",
            "The reset gate multiplies state and bias, but the state before the matrix does. In PyTorch it multiplies the product of the two, and the bias.",
            {
                "torch.tanh(i_n + r * hn)": (
                    "torch.tanh(i_n + (r * h) @ w_hh.chunk(3)[2].T + r * b_hh.chunk(3)[2])"
                )
            },
        ),
        Misconception(
            "reset_gates_the_input_too",
            "The reset gate multiplies the input's part of the candidate as well. It gates the state's part alone.",
            {"torch.tanh(i_n + r * hn)": "torch.tanh(r * (i_n + hn))"},
        ),
        Misconception(
            "no_reset",
            "The reset gate is computed and not used. It multiplies the state's part of the candidate.",
            {"i_n + r * hn": "i_n + hn"},
        ),
        Misconception(
            "sigmoid_candidate",
            "The candidate is a sigmoid. It is a tanh: a state may be negative.",
            {"n = torch.tanh(": "n = torch.sigmoid("},
        ),
        Misconception(
            "state_weights_transposed",
            "The state is multiplied by the blocks of w_hh as they are. A row is multiplied by the transposed block, as the input is.",
            {"h @ w_hh.T + b_hh": "torch.cat([h @ block for block in w_hh.chunk(3)], dim=-1) + b_hh"},
        ),
        Misconception(
            "one_bias_only",
            "The bias beside the state is missing. PyTorch has two.",
            {"h @ w_hh.T + b_hh": "h @ w_hh.T"},
        ),
        Misconception(
            "one_bias_per_block",
            "One bias per block was counted. PyTorch has two.",
            {"first = D + U + 2": "first = D + U + 1", "U + U + 2": "U + U + 1"},
        ),
        Misconception(
            "no_biases_counted",
            "The biases were not counted. PyTorch has two per block.",
            {"first = D + U + 2": "first = D + U", "U + U + 2": "U + U"},
        ),
        Misconception(
            "upper_layers_read_the_input",
            "The higher layers were counted with D inputs. They read what the layer below says.",
            {"directions * U + U + 2": "D + U + 2"},
        ),
        Misconception(
            "upper_layers_read_one_direction",
            "The higher layers were counted with U inputs. With two directions each of them reads both, 2 U numbers.",
            {"directions * U + U + 2": "U + U + 2"},
        ),
        Misconception(
            "directions_not_counted_twice",
            "With two directions each layer has two sets of weights. One was counted.",
            {"return directions * blocks": "return blocks"},
        ),
        Misconception(
            "layers_ignored",
            "Only one layer was counted. Each further layer has a set of weights, too.",
            {"(first + (layers - 1) * upper)": "first"},
        ),
        Misconception(
            "one_layer_too_many",
            "The higher layers were counted once too often: without the first there are one less than layers.",
            {"(layers - 1) * upper": "layers * upper"},
        ),
        Misconception(
            "unknown_kind_fails_otherwise",
            "An unknown kind fails with a KeyError. The docstring asks for a ValueError.",
            {"    if kind not in blocks:\n": "    if False:\n"},
        ),
        Misconception(
            "gates_by_tanh",
            "The gates are tanh. A gate is a share between 0 and 1: a sigmoid.",
            {"torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)": "torch.tanh(ir + hr), torch.tanh(iz + hz)"},
        ),
        Misconception(
            "two_gates_two_blocks",
            "A GRU has two gates and a candidate: three blocks, not two.",
            {'"gru": 3': '"gru": 2'},
        ),
    ],
    "to_torch": [
        Misconception(
            "sign_kept",
            "The refresh gate was taken over as it is. Where the papers refresh, PyTorch keeps: the sum before the sigmoid changes its sign.",
            {"[Wr, -Wz, W]": "[Wr, Wz, W]", "[br, -bz, b]": "[br, bz, b]", "return -Wz,": "return Wz,", " -bz, br": " bz, br"},
        ),
        Misconception(
            "only_the_bias_negated",
            "Only the bias of the gate changed its sign. The weights stand in the same sum, and change it too.",
            {"[Wr, -Wz, W]": "[Wr, Wz, W]", "return -Wz,": "return Wz,"},
        ),
        Misconception(
            "only_the_weights_negated",
            "Only the weights of the gate changed their sign. The bias stands in the same sum, and changes it too.",
            {"[br, -bz, b]": "[br, bz, b]", " -bz, br": " bz, br"},
        ),
        Misconception(
            "one_minus_the_bias",
            "1 minus the sum was taken in place of minus the sum: 1 - sigmoid(a) is sigmoid(-a), not sigmoid(1 - a).",
            {"[br, -bz, b]": "[br, 1 - bz, b]", " -bz, br": " 1 - bz, br"},
        ),
        Misconception(
            "blocks_z_r_n",
            "The blocks are in the papers' order, refresh gate first. PyTorch's is r, z, n.",
            {
                "[Wr, -Wz, W]": "[-Wz, Wr, W]",
                "[br, -bz, b]": "[-bz, br, b]",
                "Wr, Wz, W = torch": "Wz, Wr, W = torch",
                "br, bz, b = (": "bz, br, b = (",
            },
        ),
        Misconception(
            "input_first",
            "The first columns were taken for the input. In the papers' cell they multiply the state.",
            {
                "return packed[:, U:], packed[:, :U], bias": (
                    "D = packed.shape[1] - U\n    return packed[:, :D], packed[:, D:], bias"
                ),
                "torch.cat([w_hh, w_ih], dim=1)": "torch.cat([w_ih, w_hh], dim=1)",
                "    Wh = W[:, :U]\n    if (Wh != torch.diag(Wh.diagonal())).any() or": (
                    "    Wh = w_hh[2 * U :]\n    if (Wh != torch.diag(Wh.diagonal())).any() or"
                ),
            },
        ),
        Misconception(
            "biases_in_both",
            "The biases were written into both vectors. PyTorch adds the two, and each counts twice.",
            {"bias, torch.zeros_like(bias)": "bias, bias.clone()"},
        ),
        Misconception(
            "biases_beside_the_state",
            "The biases went into b_hh. There the candidate's would be multiplied by the reset gate.",
            {"bias, torch.zeros_like(bias)": "torch.zeros_like(bias), bias"},
        ),
        Misconception(
            "second_bias_forgotten",
            "On the way back only b_ih was read. In the gates the sum of the two counts.",
            {"(b_ih + b_hh).chunk(3)": "b_ih.chunk(3)"},
        ),
        Misconception(
            "any_matrix_accepted",
            "A matrix that mixes units went through. With it the two cells compute different things: the docstring asks for a ValueError.",
            {
                "if (Wh != torch.diag(Wh.diagonal())).any():": "if False:",
                "if (Wh != torch.diag(Wh.diagonal())).any() or (b_hh": "if (b_hh",
            },
        ),
        Misconception(
            "bias_behind_the_reset_accepted",
            "A bias behind the reset gate went through. The papers' candidate has none there: the docstring asks for a ValueError.",
            {" or (b_hh[2 * U :] != 0).any():": ":"},
        ),
        Misconception(
            "nearly_diagonal_accepted",
            "Entries off the diagonal were compared with 0 up to a tolerance. The translation is exact or it is none: any entry but 0 is refused.",
            {
                "if (Wh != torch.diag(Wh.diagonal())).any():": (
                    "if not torch.allclose(Wh, torch.diag(Wh.diagonal())):"
                ),
                "if (Wh != torch.diag(Wh.diagonal())).any() or": (
                    "if not torch.allclose(Wh, torch.diag(Wh.diagonal())) or"
                ),
            },
        ),
        Misconception(
            "only_one_triangle_checked",
            "Only the entries above the diagonal were looked at. Those below mix units as well.",
            {
                "if (Wh != torch.diag(Wh.diagonal())).any():": "if Wh.triu(1).any():",
                "if (Wh != torch.diag(Wh.diagonal())).any() or": "if Wh.triu(1).any() or",
            },
        ),
        Misconception(
            "window_onto_an_argument",
            "The candidate's bias is a window onto b_ih: writing into one changes the other. New tensors are asked for.",
            {
                "    Wh = W[:, :U]\n    if (Wh != torch.diag(Wh.diagonal())).any() or": (
                    "    b = b_ih[2 * U :]\n    Wh = W[:, :U]\n    if (Wh != torch.diag(Wh.diagonal())).any() or"
                )
            },
        ),
        Misconception(
            "refused_only_for_both_reasons",
            "On the way back it is refused only if both conditions are broken. Each of them alone makes a translation impossible.",
            {
                "if (Wh != torch.diag(Wh.diagonal())).any() or": "if (Wh != torch.diag(Wh.diagonal())).any() and",
            },
        ),
        Misconception(
            "whole_state_matrix_negated",
            "All three blocks changed their sign. Only the gate that turns from refresh to keep does.",
            {"[Wr, -Wz, W]": "[-Wr, -Wz, -W]", "[br, -bz, b]": "[-br, -bz, -b]", "return -Wz, Wr, W, -bz, br, b": "return -Wz, -Wr, -W, -bz, -br, -b"},
        ),
    ],
    "gru_forward": [
        Misconception(
            "state_not_handed_on",
            "Each step starts from the first state again. The state after a step is the state before the next.",
            {"        h = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)\n        outs.append(h)": "        new = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)\n        outs.append(new)", "torch.stack(outs, dim=1), h": "torch.stack(outs, dim=1), new"},
        ),
        Misconception(
            "given_state_ignored",
            "The start is always from zeros. A given state is where the network goes on.",
            {"if h is None:": "if True:"},
        ),
        Misconception(
            "steps_first",
            "The steps are on the first axis of the result. The batch comes first, the steps are the second axis.",
            {"torch.stack(outs, dim=1)": "torch.stack(outs, dim=0)"},
        ),
        Misconception(
            "loop_over_the_batch",
            "The loop runs over the first axis, which is the batch, not the time.",
            {
                "h = X.new_zeros(X.shape[0], w_hh.shape[1])": "h = X.new_zeros(X.shape[1], w_hh.shape[1])",
                "X.unbind(1)": "X.unbind(0)",
                "torch.stack(outs, dim=1)": "torch.stack(outs, dim=0)",
            },
        ),
        Misconception(
            "read_backwards",
            "The steps were read from the last to the first.",
            {"X.unbind(1)": "X.flip(1).unbind(1)"},
        ),
        Misconception(
            "first_state_for_the_last",
            "The second result is the state after the first step. It is the one after the last.",
            {"torch.stack(outs, dim=1), h": "torch.stack(outs, dim=1), outs[0]"},
        ),
        Misconception(
            "states_detached",
            "The states are cut off from what came before. Training needs the way back through all steps.",
            {"outs.append(h)": "outs.append(h)\n        h = h.detach()"},
        ),
        Misconception(
            "states_before_the_steps",
            "The states before the steps were collected. The output of a step is the state after it.",
            {"        h = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)\n        outs.append(h)": "        outs.append(h)\n        h = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)"},
        ),
        Misconception(
            "stream_forgets",
            "The stream does not keep its state: each step starts from zeros.",
            {"self.h = gru_cell_torch(x[None], self.h[None], *self.weights).squeeze(0)": "self.h = gru_cell_torch(x[None], 0 * self.h[None], *self.weights).squeeze(0)"},
        ),
        Misconception(
            "stream_is_recorded",
            "Autograd records the stream. Each state then holds on to the one before, and the memory fills up.",
            {"with torch.no_grad():": "with torch.enable_grad():"},
        ),
        Misconception(
            "only_the_answer_detached",
            "What is returned is cut off from autograd, but the state that is kept is not: the graph grows all the same.",
            {"with torch.no_grad():": "if True:", "return self.h.clone()": "return self.h.detach().clone()"},
        ),
        Misconception(
            "state_handed_out",
            "The state itself was handed out. Whoever writes into the answer changes the stream: return a copy.",
            {"return self.h.clone()": "return self.h"},
        ),
        Misconception(
            "state_overwritten_in_place",
            "The state is one tensor that is written into at each step, and it was handed out: answers that were returned before change afterwards.",
            {"self.h = gru_cell_torch(x[None], self.h[None], *self.weights).squeeze(0)": "self.h.copy_(gru_cell_torch(x[None], self.h[None], *self.weights).squeeze(0))", "return self.h.clone()": "return self.h"},
        ),
        Misconception(
            "reset_does_nothing",
            "After a reset the stream goes on from its old state. It begins from zeros.",
            {"self.h = torch.zeros_like(self.h)": "pass"},
        ),
        Misconception(
            "reset_to_ones",
            "After a reset the state is 1. A GRU begins from zeros.",
            {"self.h = torch.zeros_like(self.h)": "self.h = torch.ones_like(self.h)"},
        ),
    ],
    "init_gru": [
        Misconception(
            "sign_of_the_article",
            "The sign is that of the papers' cell, where a negative bias remembers. In PyTorch z keeps: the bias goes in as it is.",
            {"parameter[U : 2 * U] = keep_bias": "parameter[U : 2 * U] = -keep_bias"},
        ),
        Misconception(
            "both_bias_vectors",
            "The bias was written into both vectors. PyTorch adds them, and it counts twice.",
            {'if name.startswith("bias_ih"):': "if True:"},
        ),
        Misconception(
            "half_into_each",
            "Half of the bias was written into each vector. Their sum is right, but bias_hh is asked to be 0.",
            {'                if name.startswith("bias_ih"):\n                    parameter[U : 2 * U] = keep_bias': "                parameter[U : 2 * U] = keep_bias / 2"},
        ),
        Misconception(
            "bias_of_the_reset_gate",
            "The bias went into the first block, which is the reset gate's. The keep gate has the middle one.",
            {"parameter[U : 2 * U] = keep_bias": "parameter[:U] = keep_bias"},
        ),
        Misconception(
            "bias_of_the_candidate",
            "The bias went into the last block, which is the candidate's. The keep gate has the middle one.",
            {"parameter[U : 2 * U] = keep_bias": "parameter[2 * U :] = keep_bias"},
        ),
        Misconception(
            "other_biases_kept",
            "The other biases stayed as they were. All of them become 0.",
            {"                parameter.zero_()\n": ""},
        ),
        Misconception(
            "orthogonal_as_a_whole",
            "The whole of weight_hh was drawn at once. Its columns are orthonormal, but each of the three blocks shrinks a state.",
            {"                if name.startswith(\"weight_hh\"):\n                    nn.init.orthogonal_(block, generator=generator)": "                if name.startswith(\"weight_hh\"):\n                    nn.init.orthogonal_(parameter, generator=generator)\n                    break"},
        ),
        Misconception(
            "one_matrix_three_times",
            "The three blocks hold the same matrix. They are drawn independently of each other.",
            {"                    nn.init.orthogonal_(block, generator=generator)": "                    nn.init.orthogonal_(block, generator=generator)\n                    block.copy_(parameter[:U])"},
        ),
        Misconception(
            "xavier_as_a_whole",
            "The whole of weight_ih was drawn at once, so that 3 U outputs entered the bound. Each block is a layer of U outputs.",
            {"                    nn.init.xavier_uniform_(block, generator=generator)": "                    nn.init.xavier_uniform_(parameter, generator=generator)\n                    break"},
        ),
        Misconception(
            "xavier_normal",
            "The weights of the input are normal. They are uniform.",
            {"nn.init.xavier_uniform_(block": "nn.init.xavier_normal_(block"},
        ),
        Misconception(
            "generator_ignored",
            "The draws come from PyTorch's global generator. The one that was passed is the source of all randomness.",
            {"orthogonal_(block, generator=generator)": "orthogonal_(block)", "xavier_uniform_(block, generator=generator)": "xavier_uniform_(block)"},
        ),
        Misconception(
            "first_layer_only",
            "Only the first layer was drawn anew. All layers and directions are.",
            {"            if name.startswith(\"bias\"):": "            if not name.endswith(\"l0\"):\n                continue\n            if name.startswith(\"bias\"):"},
        ),
        Misconception(
            "no_bias_accepted",
            "A GRU without biases went through. It cannot have a keep bias: the docstring asks for a ValueError.",
            {"if not gru.bias:": "if False:"},
        ),
        Misconception(
            "formula_as_printed",
            "The exponential of a large number overflows, or 1 plus a tiny one is rounded to 1. Use the form that never takes the exponential of a positive number, and log1p.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "loss = math.log(1 + math.exp(-b)) if b > -700 else math.inf"},
        ),
        Misconception(
            "overflow_at_minus_1000",
            "For a very negative bias exp(-b) overflows. Take the exponential of -|b| and add the rest.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "loss = math.log1p(math.exp(-b))"},
        ),
        Misconception(
            "one_minus_the_gate",
            "The half-life is that of what is written, 1 - sigmoid(b), not of what is kept.",
            {"loss = max(-b, 0.0)": "b = -b\n    loss = max(-b, 0.0)", "return -y - math.log(-math.expm1(-y))": "return y + math.log(-math.expm1(-y))"},
        ),
        Misconception(
            "time_to_one_over_e",
            "This is the time until 1/e is left. The half-life has log 2 in it.",
            {"return math.log(2) / loss": "return 1 / loss", "y = math.log(2) / n": "y = 1 / n"},
        ),
        Misconception(
            "logarithm_of_base_2",
            "A logarithm of base 2 stands beside one of base e. The share is 1/2 when n times the natural logarithm of the gate is minus log 2.",
            {"return math.log(2) / loss": "return math.log2(2) / loss"},
        ),
        Misconception(
            "chrono_bias",
            "log(n - 1) is the chrono rule, by which a share of 1 - 1/n is kept per step. After n steps that leaves about 1/e, not one half.",
            {"    y = math.log(2) / n\n    return -y - math.log(-math.expm1(-y))": "    return math.log(n - 1) if n > 1 else -math.inf"},
        ),
        Misconception(
            "digits_lost_for_long_half_lives",
            "For very many steps 2 to the power 1/n rounds to nearly 1, and most digits are gone before 1 is subtracted. Use expm1.",
            {"return -y - math.log(-math.expm1(-y))": "return -y - math.log(1 - math.exp(-y))"},
        ),
        Misconception(
            "overflow_for_short_half_lives",
            "For a small part of a step 2 to the power 1/n overflows. Take out the factor exp(y) first.",
            {"return -y - math.log(-math.expm1(-y))": "return -math.log(math.expm1(y))"},
        ),
        Misconception(
            "zero_steps_accepted",
            "A half-life of 0 or less went through, or failed in another way. The docstring asks for a ValueError.",
            {"    if n <= 0:\n        raise ValueError(f\"a half-life is positive, not {n}\")\n": "    if n <= 0:\n        return -math.inf\n"},
        ),
    ],
    "gru_state_jacobian": [
        Misconception(
            "straight_path_only",
            "Only diag(z) is there. Gates and candidate depend on the state, too.",
            {"return torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate": "return torch.diag(z)"},
        ),
        Misconception(
            "keep_gate_held_fixed",
            "The term through the keep gate is missing: z depends on the state, and multiplies h - n.",
            {"torch.diag(z) + through_z +": "torch.diag(z) +"},
        ),
        Misconception(
            "reset_gate_held_fixed",
            "The term through the reset gate is missing: r depends on the state, and multiplies u.",
            {" + (u * r * (1 - r))[:, None] * W_hr": ""},
        ),
        Misconception(
            "candidate_held_fixed",
            "The candidate's own dependence on the state is missing, diag(r) W_hn.",
            {"candidate = r[:, None] * W_hn + ": "candidate = "},
        ),
        Misconception(
            "papers_interpolation",
            "z and 1 - z are exchanged, as in the papers' cell. In PyTorch z multiplies the old state.",
            {
                "((h - n) * z * (1 - z))[:, None] * W_hz": "((n - h) * z * (1 - z))[:, None] * W_hz",
                "torch.diag(z) +": "torch.diag(1 - z) +",
                "((1 - z) * (1 - n**2))": "(z * (1 - n**2))",
            },
        ),
        Misconception(
            "sign_of_the_gate_term",
            "The term through the keep gate has the wrong sign: z multiplies h - n.",
            {"((h - n) * z": "((n - h) * z"},
        ),
        Misconception(
            "state_without_the_candidate",
            "The keep gate multiplies h - n. Here only h is there: the share of the candidate depends on z as well.",
            {"((h - n) * z": "(h * z"},
        ),
        Misconception(
            "columns_scaled",
            "The columns were scaled in place of the rows: diag(a) W multiplies row i by a_i.",
            {
                "r[:, None] * W_hn": "r * W_hn",
                "(u * r * (1 - r))[:, None] * W_hr": "(u * r * (1 - r)) * W_hr",
                "((h - n) * z * (1 - z))[:, None] * W_hz": "((h - n) * z * (1 - z)) * W_hz",
                "((1 - z) * (1 - n**2))[:, None] * candidate": "((1 - z) * (1 - n**2)) * candidate",
            },
        ),
        Misconception(
            "reset_on_the_columns",
            "The reset gate scales the columns of W_hn, as in the papers' cell. In PyTorch it stands behind the product and scales rows.",
            {"r[:, None] * W_hn": "r * W_hn"},
        ),
        Misconception(
            "bias_behind_the_reset_forgotten",
            "The reset gate multiplies W_hn h + b_hn. In its derivative the bias is missing.",
            {"(u * r * (1 - r))": "((u - b_hh.chunk(3)[2]) * r * (1 - r))"},
        ),
        Misconception(
            "state_for_its_product",
            "The reset gate multiplies the product W_hn h + b_hn, not the state: its derivative holds that product.",
            {"(u * r * (1 - r))": "(h * r * (1 - r))"},
        ),
        Misconception(
            "tanh_derivative_forgotten",
            "The derivative of the candidate's tanh is missing, 1 - n².",
            {"((1 - z) * (1 - n**2))": "(1 - z)"},
        ),
        Misconception(
            "share_of_the_candidate_forgotten",
            "The candidate enters with the share 1 - z, and so does its derivative.",
            {"((1 - z) * (1 - n**2))": "(1 - n**2)"},
        ),
        Misconception(
            "sigmoid_derivatives_forgotten",
            "The derivatives of the two sigmoids are missing, z (1 - z) and r (1 - r).",
            {"(h - n) * z * (1 - z)": "(h - n)", "u * r * (1 - r)": "u"},
        ),
        Misconception(
            "transposed",
            "Rows and columns are exchanged: J[i, j] is the derivative of the new h_i by the old h_j.",
            {"return torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate": "return (torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate).T"},
        ),
        Misconception(
            "blocks_z_r_n",
            "The blocks of the gates are exchanged. PyTorch's order is r, z, n.",
            {"ir, iz, i_n = ": "iz, ir, i_n = ", "hr, hz, u = ": "hz, hr, u = ", "W_hr, W_hz, W_hn = ": "W_hz, W_hr, W_hn = "},
        ),
    ],
    "gate_traces": [
        Misconception(
            "gates_from_the_new_state",
            "The gates were computed from the states after the steps. A gate sees the state before its step.",
            {"before = torch.cat([first[:, None], states[:, :-1]], dim=1)": "before = states"},
        ),
        Misconception(
            "first_state_always_zero",
            "The first gates were computed from zeros although a state was given.",
            {"torch.zeros_like(states[:, 0]) if h is None else h": "torch.zeros_like(states[:, 0])"},
        ),
        Misconception(
            "reset_and_keep_exchanged",
            "r and z are exchanged. PyTorch's order of the blocks is r, z, n.",
            {'{"r": r, "z": z,': '{"r": z, "z": r,'},
        ),
        Misconception(
            "refresh_gate_reported",
            "1 - z was reported. PyTorch's z is the share that is kept.",
            {'"z": z,': '"z": 1 - z,'},
        ),
        Misconception(
            "sums_before_the_sigmoid",
            "The sums before the nonlinearities were reported. Gates lie between 0 and 1.",
            {"r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)": "r, z = ir + hr, iz + hz", "torch.tanh(i_n + r * hn)": "i_n + torch.sigmoid(r) * hn"},
        ),
        Misconception(
            "arithmetic_mean",
            "The half-life comes from the arithmetic mean of the gates. Along the path gates are multiplied: the mean of their logarithms counts.",
            {"z.log().mean((0, 1)).abs()": "z.mean((0, 1)).log().abs()"},
        ),
        Misconception(
            "mean_of_half_lives",
            "The half-lives of all steps were averaged. A single gate near 1 then outweighs all others: average the logarithms.",
            {"math.log(2) / z.log().mean((0, 1)).abs()": "(math.log(2) / z.log().abs()).mean((0, 1))"},
        ),
        Misconception(
            "one_over_one_minus_z",
            "1/(1 - z) is the time until about 1/e is left, for gates near 1. The half-life has logarithms in it.",
            {"math.log(2) / z.log().mean((0, 1)).abs()": "1 / (1 - z.log().mean((0, 1)).exp())"},
        ),
        Misconception(
            "time_to_one_over_e",
            "log 2 is missing: this is the time until 1/e is left.",
            {"math.log(2) / z.log()": "1 / z.log()"},
        ),
        Misconception(
            "sum_for_mean",
            "The logarithms were added up. The half-life per step has their mean.",
            {"z.log().mean((0, 1))": "z.log().sum((0, 1))"},
        ),
        Misconception(
            "sign_at_the_ends",
            "Gates that are all 1 give minus infinity: minus zero was divided by. A half-life is not negative.",
            {"math.log(2) / z.log().mean((0, 1)).abs()": "-math.log(2) / z.log().mean((0, 1))"},
        ),
        Misconception(
            "product_underflows",
            "The gates were multiplied first. The product of many small gates is 0 for a computer: add logarithms.",
            {"z.log().mean((0, 1)).abs()": "(z.flatten(0, 1).prod(0).log() / z[..., 0].numel()).abs()"},
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number was added inside of the logarithm. Gates of 0 are allowed: the half-life is then 0, and tiny gates count as they are.",
            {"z.log().mean": "(z + 1e-8).log().mean"},
        ),
        Misconception(
            "margin_included",
            "Gates exactly at the margin were counted. They are not: strictly below, strictly above.",
            {"(gate < margin)": "(gate <= margin)", "(gate > 1 - margin)": "(gate >= 1 - margin)"},
        ),
        Misconception(
            "left_and_right_exchanged",
            "Left and right are exchanged: left-saturated is near 0.",
            {"return (gate < margin).to(gate).mean((0, 1)), (gate > 1 - margin).to(gate).mean((0, 1))": "return (gate > 1 - margin).to(gate).mean((0, 1)), (gate < margin).to(gate).mean((0, 1))"},
        ),
        Misconception(
            "saturated_steps_counted",
            "The steps were counted. What is asked for is their share.",
            {"(gate < margin).to(gate).mean((0, 1)), (gate > 1 - margin).to(gate).mean((0, 1))": "(gate < margin).to(gate).sum((0, 1)), (gate > 1 - margin).to(gate).sum((0, 1))"},
        ),
        Misconception(
            "margin_fixed",
            "The margin is always 0.1. It is an argument.",
            {"(gate < margin)": "(gate < 0.1)", "(gate > 1 - margin)": "(gate > 0.9)"},
        ),
    ],
    "last_valid": [
        Misconception(
            "last_column",
            "The state at the last column was taken. In a padded row that is a state over padding.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs[:, -1].clone()"},
        ),
        Misconception(
            "one_too_far",
            "The state one step after the last real one was taken. Steps are counted from 0.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs[torch.arange(len(outs)), lengths.clamp(max=outs.shape[1] - 1)]"},
        ),
        Misconception(
            "mask_times_states",
            "The padding was multiplied by 0. 0 times nan is nan: pick the state, or fill the padding.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return ((torch.arange(outs.shape[1]) == lengths[:, None] - 1).to(outs)[..., None] * outs).sum(1)"},
        ),
        Misconception(
            "padding_gets_weight",
            "The padding takes part in the softmax. Only real steps do.",
            {"    outs = outs.masked_fill(padding[..., None], 0.0)\n": "", "(outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)": "(outs @ w).softmax(dim=1)"},
        ),
        Misconception(
            "masked_after_the_softmax",
            "The padding was taken out after the softmax. The weights of the real steps then do not add up to 1.",
            {"    outs = outs.masked_fill(padding[..., None], 0.0)\n": "", "(outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)": "(outs @ w).softmax(dim=1).masked_fill(padding, 0.0)"},
        ),
        Misconception(
            "scores_multiplied_by_the_mask",
            "The scores of the padding were set to 0. A score of 0 is as good as any: they have to be minus infinity.",
            {"(outs @ w).masked_fill(padding, -math.inf)": "(outs @ w).masked_fill(padding, 0.0)"},
        ),
        Misconception(
            "large_negative_score",
            "The scores of the padding were set to a large negative number. Where all real scores are lower still, the padding wins: minus infinity is needed.",
            {"masked_fill(padding, -math.inf)": "masked_fill(padding, -1e9)"},
        ),
        Misconception(
            "states_of_the_padding_kept",
            "Padding states were multiplied by weights of 0. 0 times nan is nan: fill them as well.",
            {"    outs = outs.masked_fill(padding[..., None], 0.0)\n": ""},
        ),
        Misconception(
            "softmax_over_the_batch",
            "The softmax runs over the batch. Each sequence has its own weights, over its steps.",
            {"softmax(dim=1)": "softmax(dim=0)"},
        ),
        Misconception(
            "softmax_of_the_states",
            "The softmax was taken over the units of each state. It is taken over the scores of the steps.",
            {"(outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)": "(outs.softmax(dim=-1) @ w).masked_fill(padding, 0.0)"},
        ),
        Misconception(
            "exponential_overflows",
            "The exponentials of the scores were taken as they are. At 1000 they overflow: subtract the largest score, or use a softmax.",
            {"weights = (outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)": "weights = (outs @ w).masked_fill(padding, -math.inf).exp()\n    weights = weights / weights.sum(1, keepdim=True)"},
        ),
        Misconception(
            "scores_not_normalised",
            "The scores themselves are the weights. A softmax makes weights of them.",
            {"(outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)": "(outs @ w).masked_fill(padding, 0.0)"},
        ),
        Misconception(
            "plain_mean",
            "The scores were not used: all real steps have the same weight.",
            {"(outs @ w).masked_fill(padding, -math.inf)": "(0 * (outs @ w)).masked_fill(padding, -math.inf)"},
        ),
        Misconception(
            "scaled_scores",
            "The scores were divided by the root of U, as in attention between queries and keys. Here the score is the product with w.",
            {"(outs @ w).masked": "(outs @ w / len(w) ** 0.5).masked"},
        ),
        Misconception(
            "mean_over_all_steps",
            "The weighted states were averaged over the steps. The weights add up to 1: their sum is the mean.",
            {"(weights[..., None] * outs).sum(1)": "(weights[..., None] * outs).mean(1)"},
        ),
        Misconception(
            "one_step_of_padding",
            "The first step of the padding counts as real: steps are counted from 0, and the last real one is the length minus 1.",
            {"torch.arange(outs.shape[1]) >= lengths[:, None]": "torch.arange(outs.shape[1]) > lengths[:, None]"},
        ),
        Misconception(
            "lengths_not_checked",
            "Lengths that do not exist went through, or failed in another way. The docstring asks for a ValueError.",
            {
                '    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}")\n    return outs[torch.arange(len(outs)), lengths - 1]': "    return outs[torch.arange(len(outs)), (lengths - 1).clamp(0, outs.shape[1] - 1)]",
                '    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}")\n    padding': "    lengths = lengths.clamp(1, outs.shape[1])\n    padding",
            },
        ),
    ],
}
