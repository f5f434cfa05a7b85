"""The reference of recurrent_networks against torch.nn, autograd, differences and enumeration."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def lstm_weights(rng, D, H):
    return [randn(rng, H, H + D) for _ in range(4)] + [randn(rng, H) for _ in range(4)]


def torch_lstm(weights, D, H):
    """nn.LSTM with our weights: packed in the order i, f, g, o, input and state apart, the second bias zero."""
    f, i, g, o, bf, bi, bg, bo = weights
    layer = nn.LSTM(D, H, batch_first=True, dtype=F64)
    with torch.no_grad():
        packed = torch.cat([i, f, g, o])
        layer.weight_hh_l0.copy_(packed[:, :H])
        layer.weight_ih_l0.copy_(packed[:, H:])
        layer.bias_ih_l0.copy_(torch.cat([bi, bf, bg, bo]))
        layer.bias_hh_l0.zero_()
    return layer


def test_rnn_is_torchs(ref, torch_rng):
    X, h0, Wx, Wh, b = (
        randn(torch_rng, 3, 6, 2),
        randn(torch_rng, 3, 4),
        randn(torch_rng, 4, 2),
        randn(torch_rng, 4, 4),
        randn(torch_rng, 4),
    )
    layer = nn.RNN(2, 4, batch_first=True, dtype=F64)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(Wx)
        layer.weight_hh_l0.copy_(Wh)
        layer.bias_ih_l0.copy_(0.25 * b)
        layer.bias_hh_l0.copy_(0.75 * b)
    torch.testing.assert_close(ref.rnn_forward(X, h0, Wx, Wh, b), layer(X, h0[None])[0])


def test_one_pulse_by_hand(ref):
    X, one, zero = (
        torch.tensor([[[1.0], [0], [0]]], dtype=F64),
        torch.ones(1, 1, dtype=F64),
        torch.zeros(1, dtype=F64),
    )
    for w, texts in (
        (0.5, (r"\tanh 1 = 0.7616$ |", "= 0.3634", "= 0.1797")),
        (2.0, (r"$W_h = 2$ | $\tanh 1 = 0.7616", "= 0.9093", "= 0.9487")),
    ):
        first, second, third = ref.rnn_forward(X, 0 * one, one, w * one, zero).flatten()
        worked(ref, "rnn_forward", texts[0], [1, first] if w < 1 else [2, 1, first])
        worked(ref, "rnn_forward", texts[1], second)
        worked(ref, "rnn_forward", texts[2], third)
    without = ref.rnn_forward(X, 0 * one, one, 0 * one, zero)
    worked(ref, "rnn_forward", "$0.7616, 0, 0$", without)


def test_one_unit_forgets_or_keeps(ref):
    numbers = ref.one_unit_remembers()
    assert abs(numbers["w = 0.5"]) < 1e-3
    assert 0.2 < numbers["w = 1.0"] < 0.4
    assert numbers["w = 2.0"] == pytest.approx(0.957, abs=1e-3)
    assert math.tanh(2 * 0.9575) == pytest.approx(0.9575, abs=1e-4)
    assert 2 * (1 - numbers["w = 2.0"] ** 2) == pytest.approx(
        0.17, abs=5e-3
    )  # the slope in the text


def test_bptt_is_autograds(ref, torch_rng):
    leaves = [
        randn(torch_rng, 3, 6, 2),
        randn(torch_rng, 3, 4),
        randn(torch_rng, 4, 2),
        randn(torch_rng, 4, 4),
        randn(torch_rng, 4),
    ]
    X, h0, Wx, Wh, b = (leaf.requires_grad_() for leaf in leaves)
    h, hs = h0, []
    for t in range(6):
        h = torch.tanh(F.linear(X[:, t], Wx, b) + F.linear(h, Wh))
        hs.append(h)
    hs, upstream = torch.stack(hs, dim=1), randn(torch_rng, 3, 6, 4)
    expected = torch.autograd.grad(hs, (X, Wx, Wh, b, h0), upstream)
    ours = ref.rnn_bptt(*(a.detach() for a in (X, h0, Wx, Wh, hs)), upstream)
    for mine, theirs in zip(ours, expected):
        torch.testing.assert_close(mine, theirs)


def test_bptt_by_finite_differences(ref, torch_rng):
    X, h0, Wx, Wh, b = (
        randn(torch_rng, 2, 5, 3),
        randn(torch_rng, 2, 4),
        randn(torch_rng, 4, 3),
        randn(torch_rng, 4, 4),
        randn(torch_rng, 4),
    )
    weight = randn(torch_rng, 2, 5, 4)
    ours = ref.rnn_bptt(X, h0, Wx, Wh, ref.rnn_forward(X, h0, Wx, Wh, b), weight)
    for array, gradient in zip((X, Wx, Wh, b, h0), ours):
        for index in itertools.islice(np.ndindex(array.shape), 7):
            values = []
            for shift in (1e-6, -2e-6):
                array[index] += shift
                values.append((weight * ref.rnn_forward(X, h0, Wx, Wh, b)).sum().item())
            array[index] += 1e-6
            assert (values[0] - values[1]) / 2e-6 == pytest.approx(
                gradient[index].item(), rel=1e-5, abs=1e-7
            )


def test_two_steps_by_hand(ref):
    X, one = torch.tensor([[[1.0], [0]]], dtype=F64), torch.ones(1, 1, dtype=F64)
    hs = ref.rnn_forward(X, 0 * one, one, 0.5 * one, torch.zeros(1, dtype=F64))
    dX, dWx, dWh, db, dh0 = ref.rnn_bptt(
        X, 0 * one, one, 0.5 * one, hs, torch.tensor([[[0.0], [1]]], dtype=F64)
    )
    worked(ref, "rnn_bptt", "h = (0.7616, 0.3634)", hs)
    worked(ref, "rnn_bptt", "= 0.1823$. - $", dX[0, 0])  # W_x = 1: these are the deltas
    worked(ref, "rnn_bptt", "= 0.8679$.", dX[0, 1])
    worked(ref, "rnn_bptt", "= 0.6610$", dWh)
    worked(ref, "rnn_bptt", "= 0.1823$,", dWx)
    worked(ref, "rnn_bptt", r"\partial L/\partial b = 1.0502", db)
    worked(ref, "rnn_bptt", "= 0.0911$", dh0)


def test_norms_are_those_of_autograds_jacobians(ref, torch_rng):
    H, T = 5, 6
    Wh, X = randn(torch_rng, H, H), randn(torch_rng, T, H)

    def run(h, first):
        states = []
        for x in X[first:]:
            h = torch.tanh(Wh @ h + x)
            states.append(h)
        return torch.stack(states)

    hs = run(torch.zeros(H, dtype=F64), 0)
    norms = ref.jacobian_norms(Wh, hs)
    for t in range(T - 1):
        jacobian = torch.autograd.functional.jacobian(lambda h, t=t: run(h, t + 1)[-1], hs[t])
        assert norms[t].item() == pytest.approx(
            np.linalg.svd(jacobian.numpy(), compute_uv=False)[0]
        )
    assert (norms <= ref.jacobian_bounds(Wh, T)).all()


def test_bounds_hold_and_eigenvalues_do_not(ref, torch_rng):
    Wh = torch.tensor([[0.5, 5.0], [0.0, 0.5]], dtype=F64)
    silent = torch.zeros(4, 2, dtype=F64)  # slope 1 everywhere: the norms of the powers of W_h
    norms = ref.jacobian_norms(Wh, silent)
    powers = [np.linalg.norm(np.linalg.matrix_power(Wh.numpy(), k), 2) for k in (3, 2, 1)]
    assert norms.tolist() == pytest.approx(powers)
    assert (norms <= ref.jacobian_bounds(Wh, 4)).all()
    assert norms[-1] >= 5 > 0.5  # the spectral radius is 0.5


def test_three_states_by_hand(ref):
    Wh = torch.tensor([[0, 2], [0.5, 0]], dtype=F64)
    hs = torch.tensor([[0.3, 0.1], [0.6, 0], [0, 0.8]], dtype=F64)
    norms, bounds = ref.jacobian_norms(Wh, hs), ref.jacobian_bounds(Wh, 3)
    assert norms.tolist() == pytest.approx([1, 2])
    assert bounds.tolist() == pytest.approx([4, 2])
    assert torch.linalg.eigvals(Wh).abs().max().item() == pytest.approx(1)
    worked(ref, "jacobian_norms", r"\partial h_1 \rVert_2 = 1$", norms[0])
    worked(ref, "jacobian_norms", r"\partial h_2 \rVert_2 = 2$", norms[1])
    worked(ref, "jacobian_norms", "the bounds are $4$ and $2$", bounds)
    worked(ref, "jacobian_norms", "spectral radius is 1", torch.linalg.eigvals(Wh).abs().max())
    other = ref.jacobian_norms(Wh, hs[[0, 1]])
    worked(ref, "jacobian_norms", r"2 \cdot 1.28 = 2.56", [norms[1], other[0], norms[1] * other[0]])


def test_forgetting_curves_stay_below_their_bounds(ref):
    numbers = ref.forgetting_curves()
    for lam in (0.6, 1.0, 1.6, 6.0):
        assert (
            numbers[f"lambda = {lam}"]
            <= numbers[f"lambda = {lam}, bound"]
            == pytest.approx(lam**40)
        )


def test_lstm_is_torchs(ref, torch_rng):
    X, h, c, weights = (
        randn(torch_rng, 3, 5, 2),
        randn(torch_rng, 3, 4),
        randn(torch_rng, 3, 4),
        lstm_weights(torch_rng, 2, 4),
    )
    expected, (h_n, c_n) = torch_lstm(weights, 2, 4)(X, (h[None], c[None]))
    for t in range(5):
        h, c = ref.lstm_cell(X[:, t], h, c, *weights)
        torch.testing.assert_close(h, expected[:, t])
    torch.testing.assert_close((h, c), (h_n[0], c_n[0]))


def test_direct_path_of_the_cell_is_the_forget_gate(ref, torch_rng):
    weights = lstm_weights(torch_rng, 2, 3)
    x, h, c = randn(torch_rng, 1, 2), randn(torch_rng, 1, 3), randn(torch_rng, 1, 3)
    jacobian = torch.autograd.functional.jacobian(lambda c: ref.lstm_cell(x, h, c, *weights)[1], c)[
        0, :, 0
    ]
    f = torch.sigmoid(weights[0] @ torch.cat([h, x], 1)[0] + weights[4])
    torch.testing.assert_close(jacobian, torch.diag(f))


def test_numbers_of_the_lstm_section(ref):
    logs, zero, W = (
        (math.log(3), 0.0, math.log(2), -math.log(3)),
        torch.zeros(1, 1, dtype=F64),
        torch.zeros(1, 2, dtype=F64),
    )
    h, c = ref.lstm_cell(
        zero, zero, zero + 2, W, W, W, W, *(torch.tensor([b], dtype=F64) for b in logs)
    )
    assert (h.item(), c.item()) == pytest.approx((0.2367, 1.8), abs=5e-5)
    worked(ref, "lstm_cell", "= 1.8$ and $h' = 0.25", [c, 0.25])
    worked(ref, "lstm_cell", "= 0.2367", h)
    exchanged = (0.0, math.log(3), math.log(2), -math.log(3))
    biases = (torch.tensor([b], dtype=F64) for b in exchanged)
    worked(ref, "lstm_cell", "$1.45$", ref.lstm_cell(zero, zero, zero + 2, W, W, W, W, *biases)[1])
    assert [
        torch.sigmoid(torch.tensor(b, dtype=F64)).item() ** 40 for b in (0.0, 1.0, 4.0)
    ] == pytest.approx([9e-13, 4e-6, 0.48], rel=0.11)


def test_gru_is_torchs_where_the_two_agree(ref, torch_rng):
    """nn.GRUCell with z for 1 - z. The reset gate is wide open, since before or after the product differ."""
    x, h = randn(torch_rng, 3, 2), randn(torch_rng, 3, 4)
    Wz, W = randn(torch_rng, 4, 6), randn(torch_rng, 4, 6)
    bz, b, open_gate = randn(torch_rng, 4), randn(torch_rng, 4), torch.full((4,), 50.0, dtype=F64)
    cell = nn.GRUCell(2, 4, dtype=F64)
    with torch.no_grad():
        packed = torch.cat([0 * Wz, -Wz, W])  # r, z, n; sigmoid(-a) = 1 - sigmoid(a)
        cell.weight_hh.copy_(packed[:, :4])
        cell.weight_ih.copy_(packed[:, 4:])
        cell.bias_ih.copy_(torch.cat([open_gate, -bz, b]))
        cell.bias_hh.zero_()
        expected = cell(x, h)
    torch.testing.assert_close(ref.gru_cell(x, h, Wz, 0 * Wz, W, bz, open_gate, b), expected)


def test_gru_is_torchs_with_a_diagonal_candidate(ref, torch_rng):
    """A diagonal recurrent matrix commutes with the reset gate, so the two networks agree for every gate."""
    x, h = randn(torch_rng, 5, 2), randn(torch_rng, 5, 3)
    Wz, Wr, bz, br, b = (
        randn(torch_rng, 3, 5),
        randn(torch_rng, 3, 5),
        randn(torch_rng, 3),
        randn(torch_rng, 3),
        randn(torch_rng, 3),
    )
    W = torch.cat([torch.diag(randn(torch_rng, 3)), randn(torch_rng, 3, 2)], dim=1)
    cell = nn.GRUCell(2, 3, dtype=F64)
    with torch.no_grad():
        packed = torch.cat([Wr, -Wz, W])
        cell.weight_hh.copy_(packed[:, :3])
        cell.weight_ih.copy_(packed[:, 3:])
        cell.bias_ih.copy_(torch.cat([br, -bz, b]))
        cell.bias_hh.zero_()
        expected = cell(x, h)
    torch.testing.assert_close(ref.gru_cell(x, h, Wz, Wr, W, bz, br, b), expected)


def test_gru_entry_by_entry(ref, torch_rng):
    """The equations of the text in plain Python, for a full recurrent matrix and gates in between."""
    x, h = randn(torch_rng, 1, 2)[0].tolist(), randn(torch_rng, 1, 3)[0].tolist()
    weights = [randn(torch_rng, 3, 5) for _ in range(3)] + [randn(torch_rng, 3) for _ in range(3)]
    Wz, Wr, W, bz, br, b = (w.tolist() for w in weights)

    def affine(M, v, bias):
        return [
            sum(m * e for m, e in zip(row, v, strict=True)) + bias[k] for k, row in enumerate(M)
        ]

    z, r = (
        [1 / (1 + math.exp(-a)) for a in affine(M, h + x, bias)] for M, bias in ((Wz, bz), (Wr, br))
    )
    candidate = [math.tanh(a) for a in affine(W, [p * q for p, q in zip(r, h)] + x, b)]
    expected = [(1 - p) * q + p * s for p, q, s in zip(z, h, candidate)]
    ours = ref.gru_cell(torch.tensor([x], dtype=F64), torch.tensor([h], dtype=F64), *weights)[0]
    assert ours.tolist() == pytest.approx(expected, rel=1e-12)


def test_numbers_of_the_gru_section(ref):
    W, b = torch.zeros(1, 2, dtype=F64), torch.zeros(1, dtype=F64)
    h = torch.tensor([[0.8]], dtype=F64)
    Wc = torch.tensor([[1.0, 0]], dtype=F64)
    new = ref.gru_cell(0 * h, h, W, W, Wc, b - math.log(3), b, b)
    worked(ref, "gru_cell", "= 0.6950", new)
    worked(ref, "gru_cell", "= 0.3799", (new - 0.75 * h) / 0.25)
    reversed_roles = ref.gru_cell(0 * h, h, W, W, Wc, b + math.log(3), b, b)
    worked(ref, "gru_cell", "$0.4850$", reversed_roles)


def test_the_contestants_are_equally_large(ref):
    """About 4800 parameters each, with the output layer."""
    for cell, H in (("rnn", 64), ("lstm", 32)):
        assert ref.parameter_count(cell, 4, H) + 4 * H + 4 == pytest.approx(4800, abs=150)
    rnn, lstm = (
        ref.parameter_count(cell, 13, H) + ref.parameter_count(cell, 10, H) + 10 * H + 10
        for cell, H in (("rnn", 134), ("lstm", 64))
    )
    assert rnn == pytest.approx(lstm, rel=0.03)


def test_two_bidirectional_layers_are_torchs(ref, torch_rng):
    D, H, lengths = 3, 2, torch.tensor([5, 2, 4])
    X = randn(torch_rng, 3, 5, D)
    theirs = nn.LSTM(D, H, num_layers=2, bidirectional=True, batch_first=True, dtype=F64)

    def part(layer, suffix):
        one = nn.LSTM(D if layer == 0 else 2 * H, H, batch_first=True, dtype=F64)
        with torch.no_grad():
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                getattr(one, f"{name}_l0").copy_(getattr(theirs, f"{name}_l{layer}{suffix}"))
        return lambda X: one(X)[0]

    layers = [(part(layer, ""), part(layer, "_reverse")) for layer in (0, 1)]
    packed = nn.utils.rnn.pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
    expected, _ = nn.utils.rnn.pad_packed_sequence(theirs(packed)[0], batch_first=True)
    torch.testing.assert_close(ref.stacked(X, lengths, layers), expected)


@pytest.mark.parametrize("layers, directions", [(1, 1), (3, 1), (1, 2), (4, 2)])
def test_parameters_are_torchs_minus_the_second_bias(ref, layers, directions):
    for cell, module in (("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)):
        net = module(7, 5, num_layers=layers, bidirectional=directions == 2)
        size = sum(
            p.numel() for name, p in net.named_parameters() if not name.startswith("bias_hh")
        )
        assert ref.parameter_count(cell, 7, 5, layers, directions) == size
        weights = ref.init_weights(cell, 7, 5, torch.Generator())
        assert ref.parameter_count(cell, 7, 5) == sum(w.numel() for w in weights)


def test_running_sums_by_hand(ref):
    X, n = torch.tensor([[[1.0], [2], [3], [9]]]), torch.tensor([3])
    both = (lambda X: X.cumsum(1),) * 2
    assert ref.bidirectional(X, n, *both)[0].tolist() == [[1, 6], [3, 5], [6, 3], [0, 0]]
    assert ref.stacked(X, n, [both] * 2)[0, 0].tolist() == [1, 6, 10, 14]
    text = "(1, 6), (3, 5), (6, 3), (0, 0)"
    worked(ref, "bidirectional", text, ref.bidirectional(X, n, *both))
    deep = ref.stacked(X, n, [both] * 2)[0]
    worked(ref, "bidirectional", "(1, 6, 10, 14)", deep[0])
    columns = deep[:3].T
    worked(ref, "bidirectional", "into $1, 4, 10$ and $6, 11, 14$ forward", columns[:2])
    worked(ref, "bidirectional", "$10, 9, 6$ and $14, 8, 3$ backward", columns[2:])
    assert [ref.parameter_count(cell, 3, 2) for cell in ("rnn", "gru", "lstm")] == [12, 36, 48]
    assert ref.parameter_count("lstm", 3, 2, 2, 2) == 208
    worked(ref, "bidirectional", "in the second: 208", ref.parameter_count("lstm", 3, 2, 2, 2))


def test_windows_by_hand(ref):
    (first, second), one = ref.tbptt_windows(torch.arange(13), 2, 3), torch.arange(12)
    for texts, window in (
        ((r"x = \begin{pmatrix} 0&1&2\\6&7&8", r"y = \begin{pmatrix} 1&2&3\\7&8&9"), first),
        ((r"x = \begin{pmatrix} 3&4&5\\9&10&11", r"y = \begin{pmatrix} 4&5&6\\10&11&12"), second),
    ):
        for text, ids in zip(texts, window, strict=True):
            worked(ref, "tbptt_windows", text, ids)
    assert len(list(ref.tbptt_windows(one, 2, 3))) == 1


def test_clipping_by_hand(ref):
    grads = [torch.tensor([3.0]), torch.tensor([4.0])]
    clipped, norm = ref.clip_grad_norm(grads, 1.0)
    worked(ref, "tbptt_windows", "the norm is 5", norm)
    worked(ref, "tbptt_windows", "become $0.6$ and $0.8$", clipped)
    assert [g.item() for g in ref.clip_grad_norm(grads, 10.0)[0]] == [3, 4]


def test_two_windows_by_hand(ref):
    w = torch.tensor(0.5, requires_grad=True)

    def loss_fn(x, y, state):
        new = w * state[0] + x.sum()
        return new, (new,)

    weights = []
    for n in (1, 2):
        with torch.no_grad():
            w.fill_(0.5)
        windows = [(torch.tensor([[x]]), torch.zeros(1, 1)) for x in (1.0, 2.0)][:n]
        optimizer, state = torch.optim.SGD([w], lr=0.1), (torch.tensor(1.0),)
        losses, _ = ref.tbptt_epoch(loss_fn, [w], optimizer, windows, state, 1.2)
        weights.append(w.item())
    worked(ref, "tbptt_windows", "The losses are $1.5$ and $2.6$", losses)
    worked(ref, "tbptt_windows", "$w = 0.5 - 0.1 = 0.4$", [0.5, -0.1, weights[0]])
    worked(ref, "tbptt_windows", "$w = 0.4 - 0.12 = 0.28$", [0.4, -0.12, weights[1]])


def test_windows_put_end_to_end_give_the_text_back(ref):
    for N, B, T in itertools.product((17, 24, 25, 40), (1, 2, 3), (1, 4, 5)):
        windows = list(ref.tbptt_windows(torch.arange(N), B, T))
        x, y = (torch.cat(parts, dim=1) for parts in zip(*windows))
        assert (y == x + 1).all() and y.max() < N
        assert (x.diff(dim=1) == 1).all()
        assert x[:, 0].tolist() == [b * ((N - 1) // B) for b in range(B)]
        assert (N - 1) // B - x.shape[1] < T
    with pytest.raises(ValueError):
        list(ref.tbptt_windows(torch.arange(260), 50, 16))


def test_clipping_is_torchs(ref, torch_rng):
    grads = [randn(torch_rng, 3, 4), randn(torch_rng, 5), randn(torch_rng, 2, 1, 3)]
    for limit in (0.1, 2.0, 100.0):
        params = [torch.zeros_like(g).requires_grad_() for g in grads]
        for p, g in zip(params, grads):
            p.grad = g.clone()
        norm = nn.utils.clip_grad_norm_(params, limit)
        ours, ours_norm = ref.clip_grad_norm(grads, limit)
        torch.testing.assert_close(ours_norm, norm)
        for mine, p in zip(ours, params):
            torch.testing.assert_close(
                mine, p.grad, rtol=2e-5, atol=0
            )  # torch adds 1e-6 to the norm


def test_epoch_is_a_plain_training_loop(ref, torch_rng):
    """nn.LSTM, backward, clip_grad_norm_ and Adam, with the state detached between windows."""

    def network():
        torch.manual_seed(3)
        return nn.LSTM(4, 5, batch_first=True, dtype=F64)

    windows = [(randn(torch_rng, 2, 6, 4), randn(torch_rng, 2, 6, 5)) for _ in range(4)]
    zeros = (torch.zeros(1, 2, 5, dtype=F64),) * 2
    ours, theirs = network(), network()

    def loss_fn(x, y, state):
        out, state = ours(x, state)
        return 50 * F.mse_loss(out, y), state

    params = list(ours.parameters())
    losses, state = ref.tbptt_epoch(
        loss_fn, params, torch.optim.Adam(params, lr=0.1), windows, zeros, 0.3
    )
    optimizer, carried = torch.optim.Adam(theirs.parameters(), lr=0.1), zeros
    for (x, y), loss in zip(windows, losses, strict=True):
        optimizer.zero_grad()
        out, carried = theirs(x, tuple(s.detach() for s in carried))
        expected = 50 * F.mse_loss(out, y)
        assert loss == pytest.approx(expected.item(), rel=1e-4)
        expected.backward()
        nn.utils.clip_grad_norm_(theirs.parameters(), 0.3)
        optimizer.step()
    for p, q in zip(ours.parameters(), theirs.parameters()):
        torch.testing.assert_close(p, q, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(state[0], carried[0].detach(), rtol=1e-3, atol=1e-5)
    assert not any(s.requires_grad for s in state)


def test_shares_of_the_samples(ref, torch_rng):
    """A fine grid of uniform numbers gives every id its share of softmax(logits / temperature)."""
    logits = randn(torch_rng, 6)
    u = (torch.arange(20_000, dtype=F64) + 0.5) / 20_000
    for temperature in (0.5, 1.0, 3.0):
        ids = ref.sample_text(lambda token, state: (logits, state), None, [0], u, temperature)
        shares = np.bincount(ids, minlength=6) / 20_000
        weights = np.exp(logits.numpy() / temperature)
        assert shares == pytest.approx(weights / weights.sum(), abs=1e-4)


def test_text_is_that_of_the_whole_history(ref, torch_rng):
    """Each new id is drawn from nn.LSTM run over the whole text from the start."""
    V, H = 7, 5
    weights, Wy = lstm_weights(torch_rng, V, H), 3 * randn(torch_rng, V, H)
    eye, zeros, net = (
        torch.eye(V, dtype=F64),
        torch.zeros(1, H, dtype=F64),
        torch_lstm(weights, V, H),
    )

    def step(token, state):
        h, c = ref.lstm_cell(eye[token][None], *state, *weights)
        return (Wy @ h[0]), (h, c)

    u = torch.rand(12, generator=torch_rng, dtype=F64)
    new = ref.sample_text(step, (zeros, zeros), [3, 3, 0], u, 0.8)
    text = [3, 3, 0]
    with torch.no_grad():
        for threshold in u.tolist():
            p = torch.softmax(Wy @ net(eye[text][None])[0][0, -1] / 0.8, 0).numpy()
            text.append(int(np.searchsorted(np.cumsum(p), threshold, side="right")))
    assert text[3:] == new


def test_the_limericks(ref):
    assert (len(ref.LIMERICKS), len(set(ref.LIMERICKS))) == (3823, 55)
    assert ref.LIMERICKS.count("There was a") == 24


def toy(rng, V=4):
    """Sizes so small that all sentences can be listed."""
    mix, table, out = randn(rng, 3, 3), randn(rng, V, 3), 2 * randn(rng, 3, V)

    def encode(src):
        return torch.tanh(src.double() @ mix)

    def step(previous, state):
        state = torch.tanh(state @ mix + table[previous])
        return state @ out, state

    return encode, step


def test_probabilities_of_all_sentences_sum_to_one(ref, torch_rng):
    """exp(-loss) is a probability: over all sentences of up to four symbols, and those cut off there, it sums to 1."""
    encode, step = toy(torch_rng)
    src, total = torch.tensor([[1, 0, 2]]), 0.0
    for n in range(5):
        for words in itertools.product((0, 2, 3), repeat=n):  # 1 is eos
            tgt = torch.tensor([[*words, 1] if n < 4 else list(words)])
            total += math.exp(-ref.seq2seq_loss(encode, step, src, tgt, 0, 99).item())
    assert total == pytest.approx(1)


def test_loss_of_a_padded_batch_is_the_mean_of_its_sentences(ref, torch_rng):
    encode, step = toy(torch_rng)
    src, tgt = (
        torch.tensor([[1, 0, 2], [0, 3, 1], [2, 2, 2]]),
        torch.tensor([[3, 0, 3, 1], [1, 2, 2, 2], [0, 1, 2, 2]]),
    )
    alone = [
        ref.seq2seq_loss(encode, step, src[b : b + 1], tgt[b : b + 1, :n], 0, 2)
        for b, n in enumerate((4, 1, 2))
    ]
    assert ref.seq2seq_loss(encode, step, src, tgt, 0, 2).item() == pytest.approx(
        torch.stack(alone).mean().item()
    )


def test_free_running_loss_scores_what_greedy_decoding_was_fed(ref, torch_rng):
    """Where the truth is what the decoder says itself, coins make no difference."""
    encode, step = toy(torch_rng)
    src = torch.tensor([[1, 0, 2]])
    (words,) = ref.greedy_decode(encode, step, src, 0, 99, 5)
    tgt = torch.tensor([words])
    forced = ref.seq2seq_loss(encode, step, src, tgt, 0, 99)
    free = ref.seq2seq_loss(encode, step, src, tgt, 0, 99, torch.zeros(1, 5, dtype=torch.bool))
    assert forced.item() == pytest.approx(free.item())
    worse = [tgt.clone() for _ in range(4)]
    for w, other in enumerate(worse):
        other[0, 0] = w  # greedy: no other first symbol is more probable
        first = ref.seq2seq_loss(encode, step, src, other[:, :1], 0, 99).item()
        assert first >= ref.seq2seq_loss(encode, step, src, tgt[:, :1], 0, 99).item() - 1e-12


def test_two_sentences_by_hand(ref):
    p = torch.tensor(
        [[0.1, 0.25, 0.15, 0.5], [0.25] * 4, [0.25] * 4, [0.3, 0.25, 0.15, 0.3]], dtype=F64
    ).log()
    src, tgt = torch.tensor([[3], [3]]), torch.tensor([[3, 1], [1, 2]])
    loss = ref.seq2seq_loss(
        lambda src: None, lambda previous, state: (p[previous], state), src, tgt, 0, 2
    )
    assert loss.item() == pytest.approx(2.5 * math.log(2))
    worked(ref, "seq2seq_loss", "= 1.733", loss)
    worked(ref, "seq2seq_loss", "10/11 = 0.909", [10 / 11, ref.teacher_probability(0, 10)])
    worked(ref, "seq2seq_loss", "= 0.063", ref.teacher_probability(50, 10))


def test_draws_by_hand(ref):
    logits, u = torch.tensor([0.0, math.log(4), 0, math.log(2)]), torch.tensor([0.7])

    def drawn(temperature):
        return ref.sample_text(lambda token, state: (logits, state), None, [0], u, temperature)

    worked(ref, "sample_text", "$u = 0.7$ draws 2", [0.7, drawn(1.0)])
    worked(ref, "sample_text", "now $u = 0.7$ draws 1", [0.7, drawn(0.5)])
    sums = logits.softmax(0).cumsum(0), (2 * logits).softmax(0).cumsum(0)
    worked(ref, "sample_text", "$0.125, 0.625, 0.75, 1$", sums[0])
    worked(ref, "sample_text", "$0.045, 0.773, 0.818, 1$", sums[1])


def test_inverse_sigmoid_decay(ref):
    for i, k in itertools.product((0, 3, 50, 200), (1, 7.5, 100)):
        assert ref.teacher_probability(i, k) == pytest.approx(k / (k + math.exp(i / k)))
    assert [ref.teacher_probability(i, 10) for i in (0, 50)] == pytest.approx(
        [0.909, 0.063], abs=5e-4
    )
    assert ref.teacher_probability(10**6, 1) == 0


def test_roman_numerals(ref):
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    for n in range(1, 4000):
        total, numeral = 0, ref.roman(n)
        for letter, following in zip(numeral, numeral[1:] + "I"):
            total += -values[letter] if values[following] > values[letter] else values[letter]
        assert total == n
    assert ref.roman(1994) == "MCMXCIV"


def test_the_order_of_the_digits_matters_to_the_plain_network(ref):
    """Thousands first: 94 of 100 unseen numbers for the LSTM, fewer than 5 for the RNN."""
    numbers = ref.when_in_rome(backwards=False)
    assert numbers["right"] > 94
    assert numbers["rnn"] < 5
