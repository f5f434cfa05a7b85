"""The reference of gru against torch.nn, autograd, numpy and closed forms."""

import math

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def unit():
    """The unit of the worked examples."""
    w_hh = torch.tensor([[0.0], [0.0], [1.0]], dtype=F64)
    b_hh = torch.tensor([0.0, math.log(3), 0.4], dtype=F64)
    return [torch.zeros(3, 1, dtype=F64), w_hh, torch.zeros(3, dtype=F64), b_hh]


@pytest.mark.parametrize(("B", "D", "U"), [(3, 2, 4), (1, 1, 1), (2, 5, 3)])
def test_cell_is_torchs(ref, torch_rng, B, D, U):
    cell = torch.nn.GRUCell(D, U).double()
    x, h = randn(torch_rng, B, D), randn(torch_rng, B, U)
    torch.testing.assert_close(ref.gru_cell_torch(x, h, *cell.parameters()), cell(x, h))


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize(
    ("D", "U", "layers", "directions"), [(1, 64, 2, 1), (3, 5, 3, 2), (4, 4, 1, 2)]
)
def test_counts_are_torchs(ref, kind, D, U, layers, directions):
    made = getattr(torch.nn, kind.upper())(D, U, num_layers=layers, bidirectional=directions == 2)
    assert ref.rnn_param_count(kind, D, U, layers, directions) == sum(
        p.numel() for p in made.parameters()
    )
    gru, lstm = (ref.rnn_param_count(k, D, U, layers, directions) for k in ("gru", "lstm"))
    assert 4 * gru == 3 * lstm


def test_cell_by_hand(ref):
    h = torch.tensor([[0.8]], dtype=F64)
    new = ref.gru_cell_torch(torch.zeros(1, 1, dtype=F64), h, *unit()).item()
    n = math.tanh(0.5 * (0.8 + 0.4))
    worked(
        ref,
        "gru_cell_torch",
        r"$n=\tanh(0.5\cdot(0.8+0.4))=\tanh0.6=0.5370$",
        [0.5, 0.8, 0.4, 0.6, n],
    )
    worked(
        ref,
        "gru_cell_torch",
        r"$h'=0.25\cdot0.5370+0.75\cdot0.8=0.7343$",
        [0.25, n, 0.75, 0.8, new],
    )
    outside = 0.25 * math.tanh(0.5 * 0.8 + 0.4) + 0.75 * 0.8
    worked(
        ref,
        "gru_cell_torch",
        "(With $b_{hn}$ outside: 0.7660. With the shares exchanged: 0.6028.)",
        [outside, 0.75 * n + 0.25 * 0.8],
    )
    count = ref.rnn_param_count("gru", 1, 64, 2)
    worked(
        ref,
        "gru_cell_torch",
        r"$3\cdot64\cdot(1+64+2)+3\cdot64\cdot(64+64+2)=37824$",
        [3, 64, 1, 64, 2, 3, 64, 64, 64, 2, count],
    )
    worked(ref, "gru_cell_torch", "LSTM 50432", [ref.rnn_param_count("lstm", 1, 64, 2)])


def test_translated_weights_compute_the_same(ref, torch_rng):
    """Random steps of both cells, there and back."""
    for D, U in ((2, 3), (4, 1), (3, 3)):
        weights = [randn(torch_rng, U, U + D) for _ in range(3)] + [
            randn(torch_rng, U) for _ in range(3)
        ]
        weights[2][:, :U] = torch.diag(weights[2][:, :U].diagonal())
        packed = ref.to_torch(*weights)
        cell = torch.nn.GRUCell(D, U).double()
        with torch.no_grad():
            for p, w in zip(cell.parameters(), packed, strict=True):
                p.copy_(w)
        for _ in range(5):
            x, h = randn(torch_rng, 6, D), randn(torch_rng, 6, U)
            torch.testing.assert_close(cell(x, h), ref.gru_cell(x, h, *weights))
        for ours, old in zip(ref.from_torch(*packed), weights, strict=True):
            torch.testing.assert_close(ours, old)


def test_a_full_matrix_has_no_translation(ref, torch_rng):
    """The two places of the reset gate differ for any matrix with an entry off the diagonal."""
    for _ in range(20):
        W, h, r = (
            randn(torch_rng, 3, 3),
            randn(torch_rng, 3),
            torch.rand(3, generator=torch_rng, dtype=F64),
        )
        gap = W @ (r * h) - r * (W @ h)
        expected = [sum(W[i, j] * (r[j] - r[i]) * h[j] for j in range(3)) for i in range(3)]
        torch.testing.assert_close(gap, torch.stack(expected))
        assert gap.abs().max() > 1e-6
        D = torch.diag(W.diagonal())
        torch.testing.assert_close(D @ (r * h), r * (D @ h))


def test_reset_by_hand(ref):
    W, h, r = np.array([[1.0, 2], [3, 1]]), np.array([1.0, 2]), np.array([0.5, 1])
    worked(ref, "to_torch", "$W_h(0.5,2)=(4.5,3.5)$", [*(r * h), *(W @ (r * h))])
    worked(ref, "to_torch", "$W_hh=(5,5)$", W @ h)
    worked(ref, "to_torch", "$(2.5,5)$", r * (W @ h))
    zero = torch.zeros(1, 2, dtype=F64)
    b = torch.tensor([-math.log(3)], dtype=F64)
    _, _, bias, _ = ref.to_torch(zero, zero, zero, b, 0 * b, 0 * b)
    worked(ref, "to_torch", "papers' $z=0.25$", [torch.sigmoid(b).item()])
    worked(ref, "to_torch", "$z=0.75$: both keep three quarters", [torch.sigmoid(bias[1]).item()])


@pytest.mark.parametrize(("B", "T", "D", "U"), [(3, 7, 2, 4), (1, 1, 5, 5), (4, 4, 4, 4)])
def test_forward_is_torchs(ref, torch_rng, B, T, D, U):
    gru = torch.nn.GRU(D, U, batch_first=True).double()
    X, h = randn(torch_rng, B, T, D), randn(torch_rng, B, U)
    for state in (None, h):
        outs, last = gru(X) if state is None else gru(X, state[None])
        ours, ours_last = ref.gru_forward(X, *gru.parameters(), state)
        torch.testing.assert_close(ours, outs)
        torch.testing.assert_close(ours_last, last[0])


def test_a_stream_is_torchs_batch(ref, torch_rng):
    gru = torch.nn.GRU(3, 4, batch_first=True).double()
    X = randn(torch_rng, 9, 3)
    stream = ref.GRUStream(*gru.parameters())
    said = torch.stack([stream.push(x) for x in X])
    torch.testing.assert_close(said, gru(X[None])[0][0].detach())
    stream.reset()
    torch.testing.assert_close(stream.push(X[4]), gru(X[None, 4:5])[0][0, 0].detach())


def test_stream_by_hand(ref):
    w_ih, zero = torch.tensor([[0.0], [0.0], [1.0]], dtype=F64), torch.zeros(3, 1, dtype=F64)
    bias = torch.tensor([0.0, math.log(3), 0.0], dtype=F64)
    X = torch.tensor([[[0.5], [0.0], [0.0]]], dtype=F64)
    outs = ref.gru_forward(X, w_ih, zero, bias, 0 * bias)[0][0, :, 0].tolist()
    worked(ref, "gru_forward", r"$0.25\cdot0.4621=0.1155$", [0.25, math.tanh(0.5), outs[0]])
    worked(
        ref,
        "gru_forward",
        r"$0.75\cdot0.1155=0.0866$, then $0.0650$",
        [0.75, outs[0], outs[1], outs[2]],
    )
    assert ref.gru_forward(X[:, 1:], w_ih, zero, bias, 0 * bias)[1] == 0


def test_half_life_is_when_half_is_left(ref):
    """By numpy in long double, by bisection on the share, and as inverses of each other."""
    for b in (-3.0, -0.3, 0.0, 1.5, 6.0, 20.0):
        gate = 1 / (1 + np.exp(-np.longdouble(b)))
        assert float(gate ** np.longdouble(ref.half_life(b))) == pytest.approx(0.5, rel=1e-7)
        assert ref.bias_for_half_life(ref.half_life(b)) == pytest.approx(b, abs=1e-12, rel=1e-12)
    for n in (1e-3, 0.2, 7.0, 5e8, 1e13):
        assert ref.half_life(ref.bias_for_half_life(n)) == pytest.approx(n, rel=1e-10)
    assert ref.half_life(1000) == math.inf
    assert ref.half_life(-1000) == pytest.approx(math.log(2) / 1000)


def test_a_gru_at_rest_loses_half_per_half_life(ref, torch_rng):
    """With all other weights 0 torch's layer is the formula."""
    gru = torch.nn.GRU(2, 3, num_layers=2, bidirectional=True).double()
    ref.init_gru(gru, ref.bias_for_half_life(5), torch_rng)
    with torch.no_grad():
        for name, p in gru.named_parameters():
            if name.startswith("weight"):
                p.zero_()
    h = randn(torch_rng, 4, 1, 3)
    _, last = gru(torch.zeros(5, 1, 2, dtype=F64), h)
    torch.testing.assert_close(last, h / 2)


def test_blocks_are_orthogonal_and_inputs_bounded(ref, torch_rng):
    gru = torch.nn.GRU(4, 3, num_layers=2, bidirectional=True).double()
    ref.init_gru(gru, 1.7, torch_rng)
    for name, p in gru.named_parameters():
        if name.startswith("weight_hh"):
            for block in p.detach().chunk(3):
                torch.testing.assert_close(block @ block.T, torch.eye(3, dtype=F64))
        elif name.startswith("weight_ih"):
            bound = math.sqrt(6 / (p.shape[1] + 3))
            assert 0.8 * bound < p.abs().max() <= bound
        else:
            effective = [0.0, 1.7, 0.0] if name.startswith("bias_ih") else [0.0, 0.0, 0.0]
            assert (
                p.detach().chunk(3)[1][0] == effective[1]
                and p[:3].abs().sum() == p[6:].abs().sum() == 0
            )


def test_half_lives_by_hand(ref):
    keep = 1 / (1 + math.exp(-2))
    worked(ref, "init_gru", r"$\sigma(2)=0.8808$", [2, keep])
    worked(ref, "init_gru", r"$-\log\sigma(2)=0.1269$", [2, -math.log(keep)])
    worked(ref, "init_gru", r"$\log 2=0.6931$", [2, math.log(2)])
    worked(ref, "init_gru", "$5.461$", [ref.half_life(2)])
    worked(ref, "init_gru", "$b=4$: $38.19$", [4, ref.half_life(4)])
    y = math.log(2) / 20
    worked(
        ref,
        "init_gru",
        "$e^y-1=0.03526$ with $y=0.03466$, so $b=3.345$",
        [-1, math.expm1(y), y, ref.bias_for_half_life(20)],
    )
    worked(ref, "init_gru", "$0.8808^{40}=0.0062$", [keep, keep**40])
    assert 1 - 1 / (1 + math.exp(2)) == pytest.approx(0.88, abs=0.005)
    assert ref.half_life(-2) == pytest.approx(0.33, abs=0.005)  # in the picture


@pytest.mark.parametrize(("D", "U"), [(2, 3), (1, 1), (3, 3), (4, 2)])
def test_jacobian_is_autograds_through_torchs_cell(ref, torch_rng, D, U):
    cell = torch.nn.GRUCell(D, U).double()
    x, h = randn(torch_rng, D), 2 * randn(torch_rng, U)
    J = torch.autograd.functional.jacobian(lambda s: cell(x[None], s[None])[0], h)
    ours = ref.gru_state_jacobian(x, h, *(p.detach() for p in cell.parameters()))
    torch.testing.assert_close(ours, J)


def test_jacobian_by_hand(ref):
    w_ih, w_hh, b_ih, b_hh = unit()
    w_hh[0], w_hh[1] = -1, 2
    b_hh[0] += 0.8
    b_hh[1] -= 1.6
    J = ref.gru_state_jacobian(
        torch.zeros(1, dtype=F64), torch.tensor([0.8], dtype=F64), w_ih, w_hh, b_ih, b_hh
    )
    n = math.tanh(0.6)
    front = 0.25 * (1 - n**2)
    worked(
        ref,
        "gru_state_jacobian",
        r"$(0.8-0.5370)\cdot0.1875\cdot2=0.0986$",
        [0.8, -n, 0.1875, 2, (0.8 - n) * 0.1875 * 2],
    )
    worked(ref, "gru_state_jacobian", r"$0.25\cdot(1-0.2884)=0.1779$", [0.25, 1, -(n**2), front])
    worked(ref, "gru_state_jacobian", r"$0.1779\cdot0.5=0.0889$", [front, 0.5, front * 0.5])
    worked(
        ref,
        "gru_state_jacobian",
        r"$0.1779\cdot1.2\cdot0.25\cdot(-1)=-0.0534$",
        [front, 1.2, 0.25, -1, -front * 0.3],
    )
    worked(ref, "gru_state_jacobian", "$J=0.8842$", [J.item()])


def test_traces_rebuild_the_states(ref, torch_rng):
    """The gates of torch's layer are those with which its own states follow from each other."""
    gru = torch.nn.GRU(3, 4, batch_first=True).double()
    X, h = randn(torch_rng, 2, 6, 3), randn(torch_rng, 2, 4)
    outs = gru(X, h[None])[0].detach()
    traces = ref.gate_traces(X, *(p.detach() for p in gru.parameters()), h)
    torch.testing.assert_close(traces["h"], outs)
    before = torch.cat([h[:, None], outs[:, :-1]], dim=1)
    z, n = traces["z"], traces["n"]
    torch.testing.assert_close((1 - z) * n + z * before, outs)
    w_ih, w_hh, b_ih, b_hh = (p.detach() for p in gru.parameters())
    for t in range(6):  # gate by gate, with torch's own functions
        a = (
            torch.nn.functional.linear(X[:, t], w_ih, b_ih)[:, :8]
            + torch.nn.functional.linear(before[:, t], w_hh, b_hh)[:, :8]
        )
        torch.testing.assert_close(torch.cat([traces["r"][:, t], z[:, t]], dim=1), a.sigmoid())


def test_half_lives_of_traces(ref, rng):
    """Scipy's way: the half-life of a geometric mean."""
    from scipy.stats import gmean

    z = rng.uniform(0.1, 1, size=(3, 8, 2))
    mean = gmean(z.reshape(-1, 2))
    np.testing.assert_allclose(mean ** ref.keep_half_lives(torch.from_numpy(z)).numpy(), 0.5)
    left, right = ref.saturation(torch.from_numpy(z), 0.3)
    np.testing.assert_allclose(left, [np.mean(z[..., i] < 0.3) for i in range(2)])
    np.testing.assert_allclose(right, [np.mean(z[..., i] > 0.7) for i in range(2)])


def test_traces_by_hand(ref):
    z = torch.tensor([0.5, 0.8, 0.9], dtype=F64)[None, :, None]
    life = ref.keep_half_lives(z).item()
    worked(ref, "gate_traces", r"$-\log0.36=1.0217$", [0.36, -math.log(0.36)])
    worked(ref, "gate_traces", r"$3\log2=2.0794$", [3, 2, 3 * math.log(2)])
    worked(ref, "gate_traces", "$2.035$", [life])
    mean = float(z.mean())
    worked(
        ref,
        "gate_traces",
        "mean $0.7333$ it would be $2.235$",
        [mean, math.log(2) / -math.log(mean)],
    )
    assert z.prod().item() == pytest.approx(0.36) and ref.saturation(z)[1].item() == 0


def test_last_valid_is_that_of_packed_sequences(ref, torch_rng):
    gru = torch.nn.GRU(2, 3, batch_first=True).double()
    X, lengths = randn(torch_rng, 4, 6, 2), torch.tensor([3, 6, 1, 4])
    packed = pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
    _, last = gru(packed)
    torch.testing.assert_close(ref.last_valid(gru(X)[0], lengths), last[0])


def test_pooling_row_by_row(ref, torch_rng):
    outs, w, lengths = randn(torch_rng, 4, 6, 3), randn(torch_rng, 3), torch.tensor([3, 6, 1, 4])
    for row, n, ours in zip(outs, lengths.tolist(), ref.attn_pool(outs, w, lengths), strict=True):
        attended = torch.nn.functional.scaled_dot_product_attention(
            w[None, None], row[None, :n], row[None, :n], scale=1.0
        )
        torch.testing.assert_close(ours, attended[0, 0])


def test_pooling_by_hand(ref):
    outs, w = (
        torch.tensor([[[1.0], [3.0], [9.0]]], dtype=F64),
        torch.tensor([math.log(3) / 2], dtype=F64),
    )
    pooled = ref.attn_pool(outs, w, torch.tensor([2])).item()
    worked(ref, "last_valid", r"$0.25\cdot1+0.75\cdot3=2.5$", [0.25, 1, 0.75, 3, pooled])
    everything = ref.attn_pool(outs, w, torch.tensor([3])).item()
    worked(ref, "last_valid", "be $8.69$", [everything])
    assert ref.last_valid(outs, torch.tensor([2])).item() == 3
