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
        Misconception(
            "both_biases_behind_the_reset",
            "Both biases of the candidate are multiplied by the reset gate. Only the one beside the state is.",
            {"torch.tanh(i_n + r * hn)": "torch.tanh(i_n - b_ih.chunk(3)[2] + r * (hn + b_ih.chunk(3)[2]))"},
        ),
        Misconception(
            "state_written_into",
            "The step writes into the state that it was given. No function changes its arguments.",
            {"    return (1 - z) * n + z * h": "    return h.mul_(z).add_((1 - z) * n)"},
        ),
        Misconception(
            "old_state_returned",
            "Where all gates keep, the old state itself comes back. A new tensor is asked for.",
            {"    return (1 - z) * n + z * h": "    return h if (z == 1).all() else (1 - z) * n + z * h"},
        ),
        Misconception(
            "state_clamped",
            "The new state was cut off at ±1. A given state may lie outside, and a keep gate near 1 leaves it there.",
            {"    return (1 - z) * n + z * h": "    return ((1 - z) * n + z * h).clamp(-1, 1)"},
        ),
        Misconception(
            "quotient_of_exponentials",
            "A gate as a quotient of two exponentials is nan where both overflow. PyTorch's own sigmoid is not.",
            {"torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)": "(ir + hr).exp() / (1 + (ir + hr).exp()), (iz + hz).exp() / (1 + (iz + hz).exp())"},
        ),
        Misconception(
            "sigmoid_by_hand",
            "A sigmoid that is written with an exponential has the gradient nan where that overflows, though its value is right. PyTorch's own has not.",
            {"torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)": "1 / (1 + torch.exp(-(ir + hr))), 1 / (1 + torch.exp(-(iz + hz)))"},
        ),
        Misconception(
            "tanh_by_hand",
            "A tanh that is written with exponentials is nan where they overflow. PyTorch's own is not.",
            {"torch.tanh(i_n + r * hn)": "i_n + r * hn\n    n = (n.exp() - (-n).exp()) / (n.exp() + (-n).exp())"},
        ),
        Misconception(
            "relu_candidate",
            "The candidate is a ReLU. PyTorch's cell has a tanh there.",
            {"n = torch.tanh(": "n = torch.relu("},
        ),
        Misconception(
            "blocks_of_the_width_of_the_input",
            "The blocks were cut with the number of inputs. Each has U rows, one per unit.",
            {"b_ih).chunk(3, dim=-1)": "b_ih).split(x.shape[1], dim=-1)", "b_hh).chunk(3, dim=-1)": "b_hh).split(x.shape[1], dim=-1)"},
        ),
        Misconception(
            "batch_of_one_squeezed",
            "A batch of one lost its first axis. The result has the shape of the state, whatever B is.",
            {"    return (1 - z) * n + z * h": "    return ((1 - z) * n + z * h).squeeze(0)"},
        ),
        Misconception(
            "state_cut_off",
            "The share of the old state is cut off from autograd. The gradient has to reach the state by this way, too.",
            {"+ z * h": "+ z * h.detach()"},
        ),
        Misconception(
            "biases_cut_off",
            "The biases are cut off from autograd. They are trained like the weights.",
            {"w_ih.T + b_ih)": "w_ih.T + b_ih.detach())", "w_hh.T + b_hh)": "w_hh.T + b_hh.detach())"},
        ),
        Misconception(
            "capital_letters_accepted",
            "Capital letters went through. The kinds are written in small letters, all else is another kind.",
            {"    if kind not in blocks:\n": "    kind = kind.lower()\n    if kind not in blocks:\n"},
        ),
        Misconception(
            "part_of_a_name_accepted",
            "A part of a name, or an empty one, went through: `in` looks for parts where it is asked of a string.",
            {"    if kind not in blocks:\n": "    if kind not in \"rnn gru lstm\":\n", "blocks[kind]": "blocks.get(kind, 1)"},
        ),
        Misconception(
            "unknown_kind_counted_as_nothing",
            "An unknown kind gave a number. The docstring asks for a ValueError.",
            {"raise ValueError(f\"no recurrent layer is called {kind!r}\")": "return 0"},
        ),
        Misconception(
            "three_blocks_of_an_lstm",
            "An LSTM was counted with as many blocks as a GRU. It has a third gate.",
            {"\"lstm\": 4": "\"lstm\": 3"},
        ),
        Misconception(
            "counts_with_a_point",
            "The count is a float. Weights are counted in whole numbers.",
            {"return directions * blocks[kind]": "return 0.25 * 4 * directions * blocks[kind]"},
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
        Misconception(
            "sign_kept_on_the_way_there",
            "For PyTorch the refresh gate was taken over as it is: what refreshed keeps now, and the other way round.",
            {"[Wr, -Wz, W]": "[Wr, Wz, W]", "[br, -bz, b]": "[br, bz, b]"},
        ),
        Misconception(
            "sign_kept_on_the_way_back",
            "For the papers' cell the keep gate was taken over as it is: what kept refreshes now.",
            {"return -Wz,": "return Wz,", " -bz, br": " bz, br"},
        ),
        Misconception(
            "only_the_bias_negated_there",
            "For PyTorch only the bias of the gate changed its sign. The weights stand in the same sum.",
            {"[Wr, -Wz, W]": "[Wr, Wz, W]"},
        ),
        Misconception(
            "only_the_bias_negated_back",
            "For the papers' cell only the bias of the gate changed its sign. The weights stand in the same sum.",
            {"return -Wz,": "return Wz,"},
        ),
        Misconception(
            "only_the_weights_negated_there",
            "For PyTorch only the weights of the gate changed their sign. The bias stands in the same sum.",
            {"[br, -bz, b]": "[br, bz, b]"},
        ),
        Misconception(
            "only_the_weights_negated_back",
            "For the papers' cell only the weights of the gate changed their sign. The bias stands in the same sum.",
            {" -bz, br": " bz, br"},
        ),
        Misconception(
            "blocks_z_r_n_there",
            "The blocks for PyTorch are in the papers' order, refresh gate first. PyTorch's is r, z, n.",
            {"[Wr, -Wz, W]": "[-Wz, Wr, W]", "[br, -bz, b]": "[-bz, br, b]"},
        ),
        Misconception(
            "blocks_z_r_n_back",
            "On the way back the first block was taken for the keep gate. PyTorch's order is r, z, n.",
            {"Wr, Wz, W = torch": "Wz, Wr, W = torch", "br, bz, b = (": "bz, br, b = ("},
        ),
        Misconception(
            "reset_gate_negated",
            "The reset gate changed its sign in place of the refresh gate. The reset gate means the same in both cells.",
            {"[Wr, -Wz, W]": "[-Wr, Wz, W]", "[br, -bz, b]": "[-br, bz, b]"},
        ),
        Misconception(
            "one_minus_the_weights",
            "Weights and bias were subtracted from 1. It is the gate that is subtracted from 1: what does that do to the sum before its sigmoid?",
            {"[Wr, -Wz, W]": "[Wr, 1 - Wz, W]", "[br, -bz, b]": "[br, 1 - bz, b]"},
        ),
        Misconception(
            "input_first_there",
            "For PyTorch the first columns were taken for the input. In the papers' cell they multiply the state.",
            {"return packed[:, U:], packed[:, :U], bias": "D = packed.shape[1] - U\n    return packed[:, :D], packed[:, D:], bias"},
        ),
        Misconception(
            "input_first_back",
            "For the papers' cell the columns of the input were put first. The first U multiply the state.",
            {"torch.cat([w_hh, w_ih], dim=1)": "torch.cat([w_ih, w_hh], dim=1)", "    Wh = W[:, :U]\n    if (Wh != torch.diag(Wh.diagonal())).any() or": "    Wh = w_hh[2 * U :]\n    if (Wh != torch.diag(Wh.diagonal())).any() or"},
        ),
        Misconception(
            "nearly_diagonal_accepted_there",
            "For PyTorch entries off the diagonal were compared with 0 up to a tolerance. Any entry but 0 is refused.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if not torch.allclose(Wh, torch.diag(Wh.diagonal())):"},
        ),
        Misconception(
            "nearly_diagonal_accepted_back",
            "On the way back entries off the diagonal were compared with 0 up to a tolerance. Any entry but 0 is refused.",
            {"if (Wh != torch.diag(Wh.diagonal())).any() or": "if not torch.allclose(Wh, torch.diag(Wh.diagonal())) or"},
        ),
        Misconception(
            "only_one_triangle_checked_there",
            "For PyTorch only the entries above the diagonal were looked at. Those below mix units as well.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if Wh.triu(1).any():"},
        ),
        Misconception(
            "negative_entries_accepted",
            "A negative entry off the diagonal went through. It mixes units as a positive one does.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if (Wh - torch.diag(Wh.diagonal()) > 0).any():"},
        ),
        Misconception(
            "sum_of_entries_checked",
            "The entries off the diagonal were added up before they were compared with 0. Two that cancel mix units all the same.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if (Wh - torch.diag(Wh.diagonal())).sum() != 0:"},
        ),
        Misconception(
            "too_many_entries_refused",
            "The entries that are not 0 were counted, and up to U of them went through. The diagonal itself may hold zeros, and then an entry beside it is not noticed.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if torch.count_nonzero(Wh) > U:"},
        ),
        Misconception(
            "zeros_on_the_diagonal_refused",
            "A diagonal matrix with zeros on its diagonal was refused. It mixes no units.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if torch.count_nonzero(Wh) != U:"},
        ),
        Misconception(
            "gates_must_be_diagonal",
            "The gates were asked to be diagonal as well. The reset gate acts in the candidate alone: the matrices of the gates may mix units.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if any((M[:, :U] != torch.diag(M[:, :U].diagonal())).any() for M in (Wz, Wr, W)):"},
        ),
        Misconception(
            "any_matrix_accepted_there",
            "For PyTorch a matrix that mixes units went through. With it the two cells compute different things.",
            {"if (Wh != torch.diag(Wh.diagonal())).any():": "if False:"},
        ),
        Misconception(
            "any_matrix_accepted_back",
            "On the way back a matrix that mixes units went through. With it the two cells compute different things.",
            {"if (Wh != torch.diag(Wh.diagonal())).any() or": "if"},
        ),
        Misconception(
            "refused_in_another_way",
            "What cannot be carried over is refused with another exception. The docstring asks for a ValueError.",
            {"raise ValueError(\"a reset": "raise RuntimeError(\"a reset"},
        ),
        Misconception(
            "sum_of_biases_checked",
            "The biases behind the reset gate were added up before they were compared with 0. Two that cancel are there all the same.",
            {" or (b_hh[2 * U :] != 0).any():": " or b_hh[2 * U :].sum() != 0:"},
        ),
        Misconception(
            "negative_bias_accepted",
            "A negative bias behind the reset gate went through.",
            {" or (b_hh[2 * U :] != 0).any():": " or (b_hh[2 * U :] > 0).any():"},
        ),
        Misconception(
            "tiny_bias_accepted",
            "A tiny bias behind the reset gate went through. The translation is exact or it is none.",
            {" or (b_hh[2 * U :] != 0).any():": " or (b_hh[2 * U :].abs() > 1e-8).any():"},
        ),
        Misconception(
            "first_bias_checked",
            "Only the first unit's bias behind the reset gate was looked at.",
            {" or (b_hh[2 * U :] != 0).any():": " or b_hh[2 * U] != 0:"},
        ),
        Misconception(
            "all_biases_beside_the_state_refused",
            "The biases of the gates beside the state were refused. In a gate both biases may be anything: only the candidate's has no place in the papers' cell.",
            {" or (b_hh[2 * U :] != 0).any():": " or (b_hh != 0).any():"},
        ),
        Misconception(
            "second_bias_dropped",
            "On the way back the biases beside the state were dropped. In the gates the sum of the two counts.",
            {"(b_ih + b_hh).chunk(3)": "b_ih.clone().chunk(3)"},
        ),
        Misconception(
            "mean_of_the_biases",
            "On the way back the mean of the two biases was taken. PyTorch adds them.",
            {"(b_ih + b_hh).chunk(3)": "((b_ih + b_hh) / 2).chunk(3)"},
        ),
        Misconception(
            "half_a_bias_in_each",
            "Half of each bias was written into each vector. The candidate's half in b_hh is multiplied by the reset gate, and b_hh is asked to be 0.",
            {"bias, torch.zeros_like(bias)": "bias / 2, bias / 2"},
        ),
        Misconception(
            "zeros_of_the_default_dtype",
            "b_hh is float32 whatever the other weights are. The results share the dtype of the arguments.",
            {"bias, torch.zeros_like(bias)": "bias, torch.zeros(3 * U)"},
        ),
        Misconception(
            "gate_negated_in_place",
            "The sign was changed within the argument. No function changes its arguments.",
            {"packed = torch.cat([Wr, -Wz, W])": "packed = torch.cat([Wr, Wz.neg_(), W])"},
        ),
        Misconception(
            "matrices_transposed",
            "The matrices were transposed. Both cells have a row per unit.",
            {"return packed[:, U:], packed[:, :U], bias": "return packed[:, U:].T, packed[:, :U].T, bias"},
        ),
        Misconception(
            "results_in_torchs_order",
            "The results of the way back are in PyTorch's order, reset gate first. The papers' cell takes Wz, Wr, W.",
            {"return -Wz, Wr, W, -bz, br, b": "return Wr, -Wz, W, br, -bz, b"},
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
        Misconception(
            "zeros_of_the_default_dtype",
            "The first state is float32 whatever the inputs are. It shares their dtype.",
            {"h = X.new_zeros(X.shape[0], w_hh.shape[1])": "h = torch.zeros(X.shape[0], w_hh.shape[1])"},
        ),
        Misconception(
            "first_state_of_the_width_of_the_input",
            "The first state has as many entries as there are inputs. It has one per unit.",
            {"h = X.new_zeros(X.shape[0], w_hh.shape[1])": "h = torch.zeros_like(X[:, 0])"},
        ),
        Misconception(
            "axes_exchanged_by_a_reshape",
            "The states were stacked by step and then reshaped: the numbers of different sequences are mixed. A reshape does not exchange axes.",
            {"torch.stack(outs, dim=1)": "torch.stack(outs).reshape(*X.shape[:2], -1)"},
        ),
        Misconception(
            "each_step_cut_off",
            "Each step sees the state before it without its history. Training needs the way back through all steps.",
            {"gru_cell_torch(x, h, w_ih": "gru_cell_torch(x, h.detach(), w_ih"},
        ),
        Misconception(
            "each_step_from_zeros",
            "Each step starts from zeros. The state after a step is the state before the next.",
            {"gru_cell_torch(x, h, w_ih": "gru_cell_torch(x, torch.zeros_like(h), w_ih"},
        ),
        Misconception(
            "last_state_with_an_axis_for_layers",
            "The last state has a first axis of 1, as that of nn.GRU has for its layers. Here it is (B, U).",
            {"torch.stack(outs, dim=1), h": "torch.stack(outs, dim=1), h[None]"},
        ),
        Misconception(
            "last_state_cut_off",
            "The last state is cut off from autograd. Both results can be differentiated.",
            {"torch.stack(outs, dim=1), h": "torch.stack(outs, dim=1), h.detach()"},
        ),
        Misconception(
            "all_states_cut_off",
            "The states that were collected are cut off from autograd. Both results can be differentiated.",
            {"outs.append(h)": "outs.append(h.detach())"},
        ),
        Misconception(
            "buffer_of_the_default_dtype",
            "The states were written into float32 zeros. The result shares the dtype of the arguments.",
            {"torch.stack(outs, dim=1), h": "torch.stack(outs, dim=1).float(), h"},
        ),
        Misconception(
            "given_state_written_into",
            "The state that was given was written into at each step. No function changes its arguments.",
            {"        h = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)\n        outs.append(h)": "        new = gru_cell_torch(x, h, w_ih, w_hh, b_ih, b_hh)\n        h.data.copy_(new.data)\n        h = new\n        outs.append(h)"},
        ),
        Misconception(
            "last_step_left_out",
            "The loop ends one step too early: there are as many states as steps.",
            {"X.unbind(1)": "X[:, :-1].unbind(1)"},
        ),
        Misconception(
            "weights_of_the_start",
            "The stream copied its weights when it was made. Each step uses their values of that moment.",
            {"self.weights = (w_ih, w_hh, b_ih, b_hh)": "self.weights = tuple(w.detach().clone() for w in (w_ih, w_hh, b_ih, b_hh))"},
        ),
        Misconception(
            "reset_writes_into_what_was_handed_out",
            "The state was handed out, and the reset writes zeros into it: what was returned before becomes 0.",
            {"return self.h.clone()": "return self.h", "self.h = torch.zeros_like(self.h)": "self.h.zero_()"},
        ),
        Misconception(
            "reset_to_the_default_dtype",
            "After a reset the state is float32 whatever the weights are.",
            {"self.h = torch.zeros_like(self.h)": "self.h = torch.zeros(len(self.h))"},
        ),
        Misconception(
            "reset_to_none",
            "After a reset there is no state. It is asked to be zeros, as before the first step.",
            {"self.h = torch.zeros_like(self.h)": "self.h = None"},
        ),
        Misconception(
            "state_with_an_axis_for_the_batch",
            "The state that is kept has an axis for a batch of one. It is asked to be (U,).",
            {"self.h[None], *self.weights).squeeze(0)": "self.h.reshape(1, -1), *self.weights)", "return self.h.clone()": "return self.h[0].clone()"},
        ),
        Misconception(
            "answers_that_cannot_be_written_into",
            "Under inference_mode the answers are tensors that nobody may write into afterwards. Not recording is enough.",
            {"with torch.no_grad():": "with torch.inference_mode():", "return self.h.clone()": "    return self.h.clone()"},
        ),
        Misconception(
            "one_state_for_all_streams",
            "The state belongs to the class: all streams share it. It belongs to one stream.",
            {"        self.h = w_hh.new_zeros(w_hh.shape[1])": "        GRUStream.h = w_hh.new_zeros(w_hh.shape[1])", "self.h = gru_cell": "GRUStream.h = gru_cell", "self.h = torch.zeros_like": "GRUStream.h = torch.zeros_like"},
        ),
        Misconception(
            "answer_asks_for_a_gradient",
            "What is returned asks for a gradient. A stream only answers.",
            {"return self.h.clone()": "return self.h.clone().requires_grad_()"},
        ),
        Misconception(
            "recording_switched_off_for_all",
            "Recording was switched off and stays off for everybody, so that nothing can be trained afterwards. Switch it off for the step alone.",
            {"with torch.no_grad():": "torch.set_grad_enabled(False)\n        if True:"},
        ),
        Misconception(
            "weights_frozen",
            "The stream takes from the weights that they are trained. They are trained elsewhere.",
            {"        with torch.no_grad():\n": "        for w in self.weights:\n            w.requires_grad_(False)\n        with torch.no_grad():\n"},
        ),
        Misconception(
            "past_read_again",
            "The stream keeps all inputs and reads them again at each step, with the weights of today. The state is the past: each step is read once.",
            {"self.h = gru_cell_torch(x[None], self.h[None], *self.weights).squeeze(0)": "self.seen = [*getattr(self, \"seen\", []), x.clone()]\n            self.h = gru_forward(torch.stack(self.seen)[None], *self.weights)[1][0]", "self.h = torch.zeros_like(self.h)": "self.h = torch.zeros_like(self.h)\n        self.seen = []"},
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
        Misconception(
            "one_plus_rounds",
            "1 plus a tiny number is 1 for a computer, and its logarithm 0. log1p takes the tiny number itself.",
            {"math.log1p(math.exp(-abs(b)))": "math.log(1 + math.exp(-abs(b)))"},
        ),
        Misconception(
            "infinity_too_early",
            "From about 37 on the half-life is infinite. exp(-b) is small there, and not 0 yet.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "if b > 36:\n        return math.inf\n    loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))"},
        ),
        Misconception(
            "infinity_at_700",
            "From 700 on the half-life is infinite. exp(-b) becomes 0 only later.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "if b > 700:\n        return math.inf\n    loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))"},
        ),
        Misconception(
            "zero_for_very_negative_biases",
            "For a very negative bias 0 came back. The half-life is short there, and a number.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "if b < -700:\n        return 0.0\n    loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))"},
        ),
        Misconception(
            "softplus_with_a_threshold",
            "PyTorch's softplus takes a straight line above 20, and float32 unless told otherwise. Full precision is asked for.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "loss = nn.functional.softplus(torch.tensor(-b, dtype=torch.float64)).item()"},
        ),
        Misconception(
            "softplus_in_float32",
            "The half-life was computed in float32, with seven digits. Full precision is asked for.",
            {"loss = max(-b, 0.0) + math.log1p(math.exp(-abs(b)))": "loss = nn.functional.softplus(torch.tensor(-float(b))).item()"},
        ),
        Misconception(
            "half_life_of_what_is_written",
            "The half-life is that of 1 - sigmoid(b), what is written, not of what is kept.",
            {"loss = max(-b, 0.0)": "loss = max(b, 0.0)"},
        ),
        Misconception(
            "division_by_zero",
            "Where exp(-b) is 0 for a computer it was divided by 0. Infinity is asked for.",
            {"return math.log(2) / loss if loss > 0 else math.inf": "return math.log(2) / loss"},
        ),
        Misconception(
            "large_number_for_infinity",
            "A large number stands for infinity. Infinity is asked for.",
            {"else math.inf": "else 1e308"},
        ),
        Misconception(
            "bias_as_printed",
            "2 to the power 1/n overflows for a small part of a step, and rounds to nearly 1 for very many steps. Neither happens with y and expm1.",
            {"return -y - math.log(-math.expm1(-y))": "return -math.log(2 ** (1 / n) - 1)"},
        ),
        Misconception(
            "zero_steps_divided_by",
            "0 steps fail with a division by 0. The docstring asks for a ValueError.",
            {"    if n <= 0:\n": "    if False:\n"},
        ),
        Misconception(
            "parts_of_a_step_refused",
            "Half-lives below one step were refused. Parts of a step are allowed.",
            {"if n <= 0:": "if n < 1:"},
        ),
        Misconception(
            "whole_steps_only",
            "The half-life was rounded to whole steps.",
            {"y = math.log(2) / n": "n = max(1, round(n))\n    y = math.log(2) / n"},
        ),
        Misconception(
            "sign_of_the_bias",
            "The sign of the bias is wrong: the longer the half-life, the larger the bias.",
            {"return -y - math.log": "return y + math.log"},
        ),
        Misconception(
            "approximation_for_many_steps",
            "For many steps an approximation was used, which has half of the digits. Full precision is asked for.",
            {"    return -y - math.log": "    if n > 1e6:\n        return math.log(n / math.log(2))\n    return -y - math.log"},
        ),
        Misconception(
            "keep_bias_beside_the_state",
            "The keep bias went into bias_hh, which is asked to be 0. It goes into bias_ih.",
            {"name.startswith(\"bias_ih\")": "name.startswith(\"bias_hh\")"},
        ),
        Misconception(
            "bias_added_to_the_old_one",
            "The keep bias was added to what stood there. All parameters are drawn anew.",
            {"                parameter.zero_()\n                if": "                if name.startswith(\"bias_hh\"):\n                    parameter.zero_()\n                if", "parameter[U : 2 * U] = keep_bias": "parameter[U : 2 * U] += keep_bias"},
        ),
        Misconception(
            "second_direction_forgotten",
            "The layers that read backwards were not drawn anew. All layers and directions are.",
            {"            if name.startswith(\"bias\"):": "            if name.endswith(\"reverse\"):\n                continue\n            if name.startswith(\"bias\"):"},
        ),
        Misconception(
            "keep_bias_in_the_first_layer_only",
            "Only the first layer got the keep bias. Each layer has a memory.",
            {"name.startswith(\"bias_ih\")": "name.startswith(\"bias_ih_l0\")"},
        ),
        Misconception(
            "keep_bias_in_one_direction_only",
            "Only the layers that read forwards got the keep bias.",
            {"if name.startswith(\"bias_ih\"):": "if name.startswith(\"bias_ih\") and \"reverse\" not in name:"},
        ),
        Misconception(
            "new_parameters",
            "The parameters were replaced by new ones. An optimizer that knows the old ones would go on training those.",
            {"in gru.named_parameters():\n": "in list(gru.named_parameters()):\n            parameter = nn.Parameter(parameter.clone())\n            setattr(gru, name, parameter)\n"},
        ),
        Misconception(
            "frozen_ones_thawed",
            "A parameter that was frozen is trained again. The values are drawn anew, what is trained stays as it was.",
            {"in gru.named_parameters():\n": "in gru.named_parameters():\n            parameter.requires_grad_(True)\n"},
        ),
        Misconception(
            "parameters_frozen",
            "The parameters do not ask for gradients any more. They are still to be trained.",
            {"in gru.named_parameters():\n": "in gru.named_parameters():\n            parameter.requires_grad_(False)\n"},
        ),
        Misconception(
            "recording_switched_off_for_all",
            "Recording was switched off and stays off for everybody, so that the GRU cannot be trained. Switch it off for the draws alone.",
            {"    with torch.no_grad():\n": "    torch.set_grad_enabled(False)\n    if True:\n"},
        ),
        Misconception(
            "generator_started_again",
            "The draws start from the generator's seed, not from where it stands: each GRU that is drawn with it gets the same weights.",
            {"    with torch.no_grad():\n": "    generator = torch.Generator().manual_seed(generator.initial_seed())\n    with torch.no_grad():\n"},
        ),
        Misconception(
            "seed_fixed",
            "The generator was given a seed of its own. Whoever passes a generator has chosen one.",
            {"    with torch.no_grad():\n": "    generator.manual_seed(0)\n    with torch.no_grad():\n"},
        ),
        Misconception(
            "kaiming_for_xavier",
            "The bound is that of He et al. (\"Kaiming\"), which knows the inputs alone. Inputs and units both stand under the root.",
            {"nn.init.xavier_uniform_(block": "nn.init.kaiming_uniform_(block"},
        ),
        Misconception(
            "gain_of_tanh",
            "The bound was multiplied by a gain for tanh. It is the root of 6 / (inputs + U), without one.",
            {"xavier_uniform_(block, ": "xavier_uniform_(block, gain=5 / 3, "},
        ),
        Misconception(
            "identity_for_orthogonal",
            "The blocks of the state's weights are the identity. They are random orthogonal matrices.",
            {"nn.init.orthogonal_(block, generator=generator)": "nn.init.eye_(block)"},
        ),
        Misconception(
            "inputs_of_the_first_layer",
            "The bound of each layer was made with the inputs of the first one. A higher layer has other inputs.",
            {"nn.init.xavier_uniform_(block, generator=generator)": "bound = (6 / (gru.input_size + U)) ** 0.5\n                    block.uniform_(-bound, bound, generator=generator)"},
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
        Misconception(
            "columns_scaled_in_front",
            "The factor in front of the bracket scales the columns. It scales rows, as each diag(a) W does.",
            {"((1 - z) * (1 - n**2))[:, None] * candidate": "((1 - z) * (1 - n**2)) * candidate"},
        ),
        Misconception(
            "columns_scaled_through_z",
            "In the term through the keep gate the columns were scaled. diag(a) W multiplies row i by a_i.",
            {"((h - n) * z * (1 - z))[:, None] * W_hz": "((h - n) * z * (1 - z)) * W_hz"},
        ),
        Misconception(
            "columns_scaled_through_r",
            "In the term through the reset gate the columns were scaled. diag(a) W multiplies row i by a_i.",
            {"(u * r * (1 - r))[:, None] * W_hr": "(u * r * (1 - r)) * W_hr"},
        ),
        Misconception(
            "straight_path_forgotten",
            "The straight path is missing: the old state itself enters with the share z.",
            {"torch.diag(z) + through_z": "through_z"},
        ),
        Misconception(
            "bracket_forgotten",
            "The whole bracket is missing: the candidate depends on the state.",
            {" + ((1 - z) * (1 - n**2))[:, None] * candidate": ""},
        ),
        Misconception(
            "bias_behind_the_reset_nowhere",
            "The bias behind the reset gate is missing, in the candidate and in its derivative.",
            {"    r, z = torch.sigmoid": "    u = w_hh.chunk(3)[2] @ h\n    r, z = torch.sigmoid"},
        ),
        Misconception(
            "square_forgotten",
            "The derivative of tanh is 1 minus the square of its value.",
            {"(1 - n**2)": "(1 - n)"},
        ),
        Misconception(
            "straight_path_of_the_papers",
            "The straight path has the share 1 - z. In PyTorch the old state enters with z.",
            {"torch.diag(z) +": "torch.diag(1 - z) +"},
        ),
        Misconception(
            "reset_of_the_papers",
            "The reset gate stands on the side of the state, as in the papers' cell. In PyTorch it multiplies the product of matrix and state.",
            {"r[:, None] * W_hn": "r * W_hn", "(u * r * (1 - r))": "(h * r * (1 - r))"},
        ),
        Misconception(
            "no_reset_in_front_of_W",
            "The reset gate is missing in front of W_hn. The candidate sees the product of the two.",
            {"r[:, None] * W_hn": "W_hn"},
        ),
        Misconception(
            "half_a_derivative_of_the_keep_gate",
            "The derivative of the keep gate has only one of its two factors: it is z (1 - z).",
            {"(h - n) * z * (1 - z)": "(h - n) * z"},
        ),
        Misconception(
            "half_a_derivative_of_the_reset_gate",
            "The derivative of the reset gate has only one of its two factors: it is r (1 - r).",
            {"u * r * (1 - r)": "u * r"},
        ),
        Misconception(
            "gates_right_and_their_weights_exchanged",
            "The gates are right, but their weights in the derivative are exchanged. PyTorch's order is r, z, n.",
            {"W_hr, W_hz, W_hn = ": "W_hz, W_hr, W_hn = "},
        ),
        Misconception(
            "differences",
            "Finite differences lose digits, most where a state is large. The formula loses none.",
            {"return torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate": "columns = []\n    for j in range(len(h)):\n        e = torch.zeros_like(h)\n        e[j] = 1e-5\n        ends = [gru_cell_torch(x[None], s[None], w_ih, w_hh, b_ih, b_hh)[0] for s in (h + e, h - e)]\n        columns.append((ends[0] - ends[1]) / 2e-5)\n    return torch.stack(columns, dim=1)"},
        ),
        Misconception(
            "exponentials_in_the_derivative",
            "A derivative of the sigmoid that is written with exponentials is nan where they overflow. The gate itself holds all that it needs.",
            {"(h - n) * z * (1 - z)": "(h - n) * (-(iz + hz)).exp() / (1 + (-(iz + hz)).exp()) ** 2"},
        ),
        Misconception(
            "float64_whatever_comes",
            "The result is float64 whatever the arguments are. It shares their dtype.",
            {"return torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate": "return torch.diag(z) + through_z + ((1 - z) * (1 - n**2))[:, None] * candidate.double()"},
        ),
        Misconception(
            "blocks_of_the_width_of_the_input",
            "The blocks were cut with the number of inputs. Each has one row per unit.",
            {"(w_ih @ x + b_ih).chunk(3)": "(w_ih @ x + b_ih).split(len(x))"},
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
        Misconception(
            "states_from_zeros",
            "The states start from zeros although a state was given.",
            {"gru_forward(X, w_ih, w_hh, b_ih, b_hh, h)": "gru_forward(X, w_ih, w_hh, b_ih, b_hh)"},
        ),
        Misconception(
            "states_before_the_steps",
            "Under h are the states before the steps. Those after them are asked for.",
            {"\"h\": states}": "\"h\": before}"},
        ),
        Misconception(
            "candidate_without_reset",
            "The candidate was reported without its reset gate.",
            {"torch.tanh(i_n + r * hn)": "torch.tanh(i_n + hn)"},
        ),
        Misconception(
            "keep_gate_before_the_sigmoid",
            "The sum before the sigmoid was reported for the keep gate. A gate lies between 0 and 1.",
            {"torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)": "torch.sigmoid(ir + hr), iz + hz"},
        ),
        Misconception(
            "last_state_before_the_first_step",
            "The states were rolled: the first step sees the last state. Before it stands the given state, or zeros.",
            {"before = torch.cat([first[:, None], states[:, :-1]], dim=1)": "before = states.roll(1, 1)"},
        ),
        Misconception(
            "steps_first",
            "The steps are on the first axis. The batch comes first, as everywhere.",
            {"\"h\": states}": "\"h\": states.transpose(0, 1)}"},
        ),
        Misconception(
            "more_than_was_asked_for",
            "There are more entries than the four that are asked for.",
            {"\"h\": states}": "\"h\": states, \"before\": before}"},
        ),
        Misconception(
            "half_lives_of_sequences_averaged",
            "The half-lives of the sequences were averaged. Average the logarithms over all steps of all sequences.",
            {"math.log(2) / z.log().mean((0, 1)).abs()": "(math.log(2) / z.log().mean(1).abs()).mean(0)"},
        ),
        Misconception(
            "first_sequence_only",
            "Only the first sequence was looked at. The mean runs over all.",
            {"z.log().mean((0, 1))": "z[0].log().mean(0)"},
        ),
        Misconception(
            "gates_cut_off_below",
            "Small gates were replaced by a smallest number. A gate of 0 is allowed, and tiny gates count as they are.",
            {"z.log()": "z.clamp(min=1e-12).log()"},
        ),
        Misconception(
            "gates_cut_off_at_the_smallest_number",
            "A gate of 0 was replaced by the smallest number there is. With a gate of 0 the half-life is 0.",
            {"z.log()": "z.clamp(min=torch.finfo(z.dtype).tiny).log()"},
        ),
        Misconception(
            "gates_cut_off_above",
            "Gates of 1 were replaced by a little less. A unit whose gates are all 1 never forgets.",
            {"z.log()": "z.clamp(max=1 - 1e-7).log()"},
        ),
        Misconception(
            "logarithm_of_base_2",
            "A logarithm of base 2 stands beside one of base e.",
            {"z.log()": "z.log2()"},
        ),
        Misconception(
            "mean_over_units",
            "The mean runs over steps and units. There is a half-life per unit: it runs over sequences and steps.",
            {"z.log().mean((0, 1))": "z.log().mean((1, 2))"},
        ),
        Misconception(
            "margin_included_on_the_right",
            "Gates exactly at 1 - margin were counted. They are not: strictly above.",
            {"(gate > 1 - margin)": "(gate >= 1 - margin)"},
        ),
        Misconception(
            "distance_to_one_compared",
            "1 - gate was compared with the margin, and rounding decides at the margin itself. Compare the gate with 1 - margin.",
            {"(gate > 1 - margin)": "(1 - gate < margin)"},
        ),
        Misconception(
            "right_is_what_is_not_left",
            "All that is not left-saturated was counted as right-saturated. Between the two a gate is neither.",
            {"(gate > 1 - margin).to(gate).mean((0, 1))": "1 - (gate < margin).to(gate).mean((0, 1))"},
        ),
        Misconception(
            "shares_in_float32",
            "The shares are float32 whatever the gates are.",
            {"return (gate < margin).to(gate).mean((0, 1)), (gate > 1 - margin).to(gate).mean((0, 1))": "return (gate < margin).float().mean((0, 1)), (gate > 1 - margin).float().mean((0, 1))"},
        ),
        Misconception(
            "shares_of_each_sequence",
            "There is a share for each sequence. It is taken over all steps of all sequences.",
            {"return (gate < margin).to(gate).mean((0, 1)), (gate > 1 - margin).to(gate).mean((0, 1))": "return (gate < margin).to(gate).mean(1), (gate > 1 - margin).to(gate).mean(1)"},
        ),
        Misconception(
            "share_of_all_units",
            "All units have the same share. Each has its own.",
            {"return (gate < margin).to(gate).mean((0, 1)), (gate > 1 - margin).to(gate).mean((0, 1))": "U = gate.shape[2]\n    return (gate < margin).to(gate).mean().repeat(U), (gate > 1 - margin).to(gate).mean().repeat(U)"},
        ),
        Misconception(
            "logarithms_in_place",
            "The gates that were passed now hold their logarithms. No function changes its arguments.",
            {"z.log()": "z.log_()"},
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
        Misconception(
            "window_onto_the_last_column",
            "The last column was taken, and as a window: in a padded row it is a state over padding, and writing into the result changes the states.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs[:, -1]"},
        ),
        Misconception(
            "first_row_for_all",
            "All states were taken from the first length: with one index after the other each row meets all lengths.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs[:, lengths - 1][:, 0]"},
        ),
        Misconception(
            "rows_and_steps_exchanged",
            "Rows and steps are exchanged in the index. The batch is the first axis.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs.transpose(0, 1)[torch.arange(len(outs)), lengths - 1]"},
        ),
        Misconception(
            "all_ones_squeezed",
            "All axes of length 1 were squeezed away. A batch of one stays a batch, one unit stays a unit.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs.gather(1, (lengths - 1)[:, None, None].expand(-1, 1, outs.shape[2])).squeeze()"},
        ),
        Misconception(
            "last_state_cut_off",
            "The last state is cut off from autograd.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "return outs.detach()[torch.arange(len(outs)), lengths - 1]"},
        ),
        Misconception(
            "window_where_all_rows_are_full",
            "Where all rows are full the result is a window onto the states. A new tensor is asked for.",
            {"return outs[torch.arange(len(outs)), lengths - 1]": "if (lengths == outs.shape[1]).all():\n        return outs[:, -1]\n    return outs[torch.arange(len(outs)), lengths - 1]"},
        ),
        Misconception(
            "lengths_as_python_takes_them",
            "Lengths were not checked: 0 and negative ones count from the end, as indices do in Python. The docstring asks for a ValueError.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if False:\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if False:\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "lengths_below_1_accepted",
            "Lengths below 1 went through. The docstring asks for a ValueError.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "negative_lengths_accepted",
            "Of the lengths below 1 only 0 was refused.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if (lengths == 0).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if (lengths == 0).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "lengths_above_T_accepted",
            "Lengths above T went through, or failed in another way. The docstring asks for a ValueError.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if (lengths < 1).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if (lengths < 1).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "refused_only_if_all_are_wrong",
            "Lengths were refused only if all of them do not exist. One is enough.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if (lengths < 1).all() or (lengths > outs.shape[1]).all():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if (lengths < 1).all() or (lengths > outs.shape[1]).all():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "lengths_taken_for_sorted",
            "Only the first and the last length were checked, as if they were sorted.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if lengths[-1] < 1 or lengths[0] > outs.shape[1]:\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if lengths[-1] < 1 or lengths[0] > outs.shape[1]:\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "longest_row_must_be_full",
            "It was refused if no row is full. Padding may be longer than the longest row.",
            {"    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch": "    if (lengths < 1).any() or lengths.max() != outs.shape[1]:\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    return outs[torch", "    if (lengths < 1).any() or (lengths > outs.shape[1]).any():\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = ": "    if (lengths < 1).any() or lengths.max() != outs.shape[1]:\n        raise ValueError(f\"lengths from 1 to {outs.shape[1]}, not {lengths.tolist()}\")\n    padding = "},
        ),
        Misconception(
            "scores_of_the_padding",
            "The scores were taken before the padding was filled: a score of nan is masked, but its gradient by w is nan.",
            {"    outs = outs.masked_fill(padding[..., None], 0.0)\n    weights = (outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)\n": "    weights = (outs @ w).masked_fill(padding, -math.inf).softmax(dim=1)\n    outs = outs.masked_fill(padding[..., None], 0.0)\n"},
        ),
        Misconception(
            "padding_filled_in_place",
            "The padding was filled within the argument. No function changes its arguments.",
            {"outs = outs.masked_fill(padding[..., None], 0.0)": "outs.data.masked_fill_(padding[..., None], 0.0)"},
        ),
        Misconception(
            "tanh_before_the_score",
            "A tanh stands before the score, as in additive attention. Here the score is the product of state and w.",
            {"(outs @ w)": "(outs.tanh() @ w)"},
        ),
        Misconception(
            "mean_without_scores",
            "The plain mean was taken. The scores decide how much each state counts.",
            {"return (weights[..., None] * outs).sum(1)": "return outs.sum(1) / lengths[:, None]"},
        ),
        Misconception(
            "divided_by_the_length",
            "The weighted sum was divided by the length. The weights of a softmax add up to 1 already.",
            {"(weights[..., None] * outs).sum(1)": "(weights[..., None] * outs).sum(1) / lengths[:, None]"},
        ),
        Misconception(
            "last_step_taken_for_padding",
            "The last real step was taken for padding. Steps are counted from 0.",
            {">= lengths[:, None]": ">= lengths[:, None] - 1"},
        ),
        Misconception(
            "padding_on_the_left",
            "The padding was looked for on the left. It is on the right.",
            {"torch.arange(outs.shape[1]) >= lengths[:, None]": "torch.arange(outs.shape[1]) < outs.shape[1] - lengths[:, None]"},
        ),
        Misconception(
            "scores_cut_off",
            "The scores were cut off at ±50. They may be of any size.",
            {"(outs @ w).masked": "(outs @ w).clamp(-50, 50).masked"},
        ),
        Misconception(
            "largest_score_of_all_rows",
            "The largest score of the whole batch was subtracted. In a row that is far below it all exponentials are 0: each row has its own.",
            {"masked_fill(padding, -math.inf).softmax(dim=1)": "masked_fill(padding, -math.inf)\n    weights = (weights - weights.max()).exp()\n    weights = weights / weights.sum(1, keepdim=True)"},
        ),
        Misconception(
            "weights_cut_off",
            "The weights are cut off from autograd. w is to be learned.",
            {"softmax(dim=1)": "softmax(dim=1).detach()"},
        ),
        Misconception(
            "float64_whatever_comes",
            "The result is float64 whatever the states are. It shares their dtype.",
            {"softmax(dim=1)": "double().softmax(dim=1)"},
        ),
        Misconception(
            "best_state_only",
            "The state with the largest score was taken alone. A softmax gives each its share.",
            {"softmax(dim=1)": "argmax(dim=1)\n    weights = nn.functional.one_hot(weights, outs.shape[1]).to(outs)"},
        ),
        Misconception(
            "epsilon_under_the_softmax",
            "A small number was added under the softmax. The largest term of the sum is 1: it is never 0, and the weights add up to 1 exactly.",
            {"masked_fill(padding, -math.inf).softmax(dim=1)": "masked_fill(padding, -math.inf)\n    weights = (weights - weights.max(1, keepdim=True).values).exp()\n    weights = weights / (weights.sum(1, keepdim=True) + 1e-8)"},
        ),
    ],
}
