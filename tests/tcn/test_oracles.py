"""The reference of tcn against torch.nn, autograd, enumeration, Monte Carlo and scipy."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.polynomial import polynomial
from scipy.signal import lfilter

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


@pytest.mark.parametrize(
    ("B", "Ci", "Co", "T", "k", "d"), [(2, 3, 4, 20, 3, 2), (3, 1, 2, 5, 4, 3), (1, 2, 2, 1, 1, 1)]
)
def test_convolution_is_torchs_with_zeros_on_the_left(ref, torch_rng, B, Ci, Co, T, k, d):
    x, w, b = randn(torch_rng, B, Ci, T), randn(torch_rng, Co, Ci, k), randn(torch_rng, Co)
    theirs = F.conv1d(F.pad(x, ((k - 1) * d, 0)), w, b, dilation=d)
    torch.testing.assert_close(ref.causal_conv1d(x, w, b, d), theirs)
    cut = F.conv1d(x, w, b, dilation=d, padding=(k - 1) * d)[:, :, :T]  # both sides, then the end
    torch.testing.assert_close(ref.causal_conv1d(x, w, b, d), cut)


def test_convolution_is_scipys_filter(ref, rng):
    x, f = rng.normal(size=30), rng.normal(size=4)
    spread = np.zeros(10)
    spread[::3] = f
    w = torch.from_numpy(f[::-1].copy())[None, None]
    ours = ref.causal_conv1d(torch.from_numpy(x)[None, None], w, None, 3)
    np.testing.assert_allclose(ours[0, 0].numpy(), lfilter(spread, [1.0], x))


def test_convolution_by_hand(ref):
    x = torch.arange(1.0, 6.0, dtype=F64)[None, None]
    w = torch.tensor([[[1.0, 10.0]]], dtype=F64)
    worked(ref, "causal_conv1d", "$y=(10,20,31,42,53)$", ref.causal_conv1d(x, w, None, 2)[0, 0])
    worked(ref, "causal_conv1d", "$(10,21,32,43,54)$", ref.causal_conv1d(x, w)[0, 0])
    worked(
        ref, "causal_conv1d", "$(1,2,13,24,35)$", ref.causal_conv1d(x, w.flip(-1), None, 2)[0, 0]
    )


def test_gradcheck_of_the_convolution(ref, torch_rng):
    inputs = [randn(torch_rng, *s).requires_grad_() for s in ((2, 2, 5), (3, 2, 2), (3,))]
    assert torch.autograd.gradcheck(lambda *a: ref.causal_conv1d(*a, 2), inputs)


def test_counted_field_is_that_of_torchs_convolutions(ref):
    """All weights 1, both counted by the first output that an impulse reaches last."""
    for k, dilations, c in ((3, [1, 2, 4], 1), (2, [3, 1, 5], 2), (4, [2], 3), (1, [1, 2], 2)):
        x = torch.zeros(1, 1, 100, dtype=F64)
        x[0, 0, 0] = 1
        for d in dilations:
            for _ in range(c):
                x = F.conv1d(F.pad(x, ((k - 1) * d, 0)), torch.ones(1, 1, k, dtype=F64), dilation=d)
        last = int(x[0, 0].nonzero().max())
        assert ref.receptive_field(k, dilations, c) == last + 1


def test_levels_by_the_formula(ref):
    for field in range(2, 400):
        for k, c in ((2, 1), (3, 1), (3, 2), (5, 3)):
            levels = ref.required_levels(field, k, c)
            assert levels == math.ceil(math.log2((field - 1) / (c * (k - 1)) + 1) - 1e-12)


def test_fields_by_hand(ref):
    one, two = (ref.receptive_field(3, [1, 2, 4], c) for c in (1, 2))
    worked(ref, "receptive_field", r"$1+2\cdot7=15$", [1, 2, 7, one])
    worked(ref, "receptive_field", r"$1+2\cdot2\cdot7=29$", [1, 2, 2, 7, two])
    seven, six = ref.required_levels(168, 3), ref.required_levels(168, 3, 2)
    worked(ref, "receptive_field", r"+1)\rceil=7$", [1, seven])
    worked(ref, "receptive_field", r"+1)\rceil=6$", [1, six])
    fields = {
        (n, c): ref.receptive_field(3, [2**i for i in range(n)], c) for n in (5, 6) for c in (1, 2)
    }
    worked(ref, "receptive_field", "(6 have 127)", [6, fields[6, 1]])
    worked(ref, "receptive_field", "(which have 253; 5 have 125)", [fields[6, 2], 5, fields[5, 2]])


def test_footprint_is_where_a_change_shows(ref, torch_rng):
    """By changing one input at a time, without derivatives."""
    conv = torch.nn.Conv1d(2, 3, 2, dilation=3, padding=2).double()
    x = randn(torch_rng, 2, 2, 12)

    def model(x):
        return conv(x)[:, :, : x.shape[-1]]

    T = model(x).shape[-1]
    for t in range(T):
        seen = []
        for s in range(12):
            other = x.clone()
            other[:, :, s] += 0.5
            seen.append(bool((model(other)[:, :, t] - model(x)[:, :, t]).abs().max() > 1e-9))
        assert ref.footprint(model, x, t).tolist() == seen


def test_field_by_hand(ref):
    x = torch.ones(1, 1, 6, dtype=F64)
    w = torch.ones(1, 1, 2, dtype=F64)

    def model(x):
        return ref.causal_conv1d(x, w, None, 3)

    assert ref.footprint(model, x, 5).nonzero().flatten().tolist() == [2, 5]
    worked(
        ref,
        "empirical_receptive_field",
        "$6-2=4$",
        [6, -2, ref.empirical_receptive_field(model, x)],
    )
    worked(
        ref, "empirical_receptive_field", r"$1+1\cdot3=4$", [1, 1, 3, ref.receptive_field(2, [3])]
    )


def test_field_of_the_network_is_the_counted_one(ref, torch_rng):
    model = ref.TCN(2, 3, [4, 4, 4], 3).double()
    x = randn(torch_rng, 8, 2, 40)
    assert ref.empirical_receptive_field(model, x) == ref.receptive_field(3, [1, 2, 4], 2)
    for t in (0, 13, 39):
        assert not ref.footprint(model, x, t)[t + 1 :].any()


def test_paths_are_counted_one_by_one(ref):
    for k, dilations, c in ((3, [1, 2, 4], 1), (2, [3, 1], 2), (3, [2, 5], 2)):
        filters = [d for d in dilations for _ in range(c)]
        steps = [sum(p) for p in itertools.product(*(range(0, k * d, d) for d in filters))]
        ways = np.bincount(steps, minlength=ref.receptive_field(k, dilations, c))
        np.testing.assert_array_equal(ref.path_count(k, dilations, c), ways)
        assert ref.path_spread(k, dilations, c) == pytest.approx(np.std(steps))


def test_paths_are_coefficients_of_a_polynomial(ref):
    product = polynomial.polypow([1, 1, 1], 2)
    product = polynomial.polymul(product, polynomial.polypow([1, 0, 0, 1, 0, 0, 1], 2))
    np.testing.assert_allclose(ref.path_count(3, [1, 3], 2), product)


def test_squared_derivatives_follow_the_paths(ref, torch_rng):
    """Mean over many linear networks with random weights, against the number of paths."""
    ways = ref.path_count(3, [1, 2], 1)
    squares = torch.zeros(len(ways), dtype=F64)
    for _ in range(4000):
        first, second = randn(torch_rng, 4, 1, 3), randn(torch_rng, 1, 4, 3)
        x = torch.zeros(1, 1, len(ways), dtype=F64, requires_grad=True)
        y = ref.causal_conv1d(ref.causal_conv1d(x, first), second, None, 2)
        squares += torch.autograd.grad(y[0, 0, -1], x)[0][0, 0].flip(0) ** 2
    np.testing.assert_allclose(squares / squares.sum(), ways / ways.sum(), rtol=0.15)


def test_paths_by_hand(ref):
    worked(ref, "path_count", "$(1,1,2,1,2,1,1)$", ref.path_count(3, [1, 2]))
    worked(ref, "path_count", r"=\sqrt{10/3}=1.826$", [10 / 3, ref.path_spread(3, [1, 2])])
    assert ref.path_count(3, [1, 2]).sum() == 9
    hill = ref.path_count(3, [1, 2, 4], 2)
    assert hill[:3].tolist() == [1, 2, 5] and hill.max() == 59 and len(hill) == 29


def test_weight_norm_is_torchs(ref, torch_rng):
    conv = torch.nn.Conv1d(3, 4, 2).double()
    w, dw, g = conv.weight.detach().clone(), randn(torch_rng, 4, 3, 2), randn(torch_rng, 4)
    torch.nn.utils.parametrizations.weight_norm(conv)
    parts = conv.parametrizations.weight
    torch.testing.assert_close(ref.split_weight(w)[1], parts.original0.detach().flatten())
    torch.testing.assert_close(ref.split_weight(w)[0], parts.original1.detach())
    with torch.no_grad():
        parts.original0.copy_(g[:, None, None])
    v = parts.original1.detach()
    torch.testing.assert_close(ref.weight_norm(v, g), conv.weight.detach())
    (conv.weight * dw).sum().backward()
    dv, dg = ref.weight_norm_backward(v, g, dw)
    torch.testing.assert_close(dv, parts.original1.grad)
    torch.testing.assert_close(dg, parts.original0.grad.flatten())
    assert ((dv * v).flatten(1).sum(1)).abs().max() < 1e-12
    torch.testing.assert_close(ref.weight_norm(*ref.split_weight(w)), w)


def test_a_start_written_into_w_is_lost(ref, torch_rng):
    """The trap of question 5, with torch's own weight normalisation."""
    conv = torch.nn.utils.parametrizations.weight_norm(torch.nn.Conv1d(2, 3, 2))
    before = conv.weight.detach().clone()
    with torch.no_grad():
        conv.weight.normal_(0, 0.01)
    torch.testing.assert_close(conv.weight.detach(), before)


def test_weight_norm_by_hand(ref):
    v, g = torch.tensor([[[3.0, 4.0]]], dtype=F64), torch.tensor([10.0], dtype=F64)
    dv, dg = ref.weight_norm_backward(v, g, torch.tensor([[[1.0, 0.0]]], dtype=F64))
    worked(ref, "weight_norm", "$w=(6,8)$", ref.weight_norm(v, g)[0, 0])
    worked(ref, "weight_norm", r"=\frac35=0.6$", [0.6, dg.item()])
    worked(ref, "weight_norm", "=(1.28,-0.96)$", dv[0, 0])
    worked(ref, "weight_norm", r"$3\cdot1.28-4\cdot0.96=0$", [3, dv[0, 0, 0], -4, -dv[0, 0, 1], 0])


def torch_block(block, x):
    """The block written with torch's convolutions, padded on both sides and cut."""

    def conv(part, h):
        w = torch._weight_norm(part.v, part.g[:, None, None], 0)
        k, d = w.shape[-1], part.dilation
        return F.conv1d(h, w, part.bias, dilation=d, padding=(k - 1) * d)[:, :, : h.shape[-1]]

    h = F.relu(conv(block.conv2, F.relu(conv(block.conv1, x))))
    around = x if block.skip is None else F.conv1d(x, block.skip.weight, block.skip.bias)
    return F.relu(h + around)


@pytest.mark.parametrize(("ci", "co"), [(2, 3), (3, 3)])
def test_block_is_torchs(ref, torch_rng, ci, co):
    block = ref.TCNBlock(ci, co, 3, 2).double()
    with torch.no_grad():
        block.conv1.bias.copy_(randn(torch_rng, co))
    x = randn(torch_rng, 2, ci, 9)
    torch.testing.assert_close(block(x), torch_block(block, x))


def test_block_by_hand(ref):
    block = ref.TCNBlock(1, 1, 2, 1).double()
    with torch.no_grad():
        for conv, taps in ((block.conv1, [1.0, 1.0]), (block.conv2, [-1.0, 1.0])):
            v, g = ref.split_weight(torch.tensor([[taps]], dtype=F64))
            conv.v.copy_(v)
            conv.g.copy_(g)
    x = torch.tensor([[[2.0, -3.0, 3.0]]], dtype=F64)
    first = block.conv1(x)
    second = block.conv2(first.relu())
    worked(ref, "TCNBlock", "gives $(2,-1,0)$", first[0, 0])
    worked(ref, "TCNBlock", "the second $(2,-2,0)$", second[0, 0])
    worked(ref, "TCNBlock", "$(4,-3,3)$", (second.relu() + x)[0, 0])
    worked(ref, "TCNBlock", "$(4,0,3)$", block(x)[0, 0])


def test_dropout_has_the_right_mean(ref):
    """All ReLUs open: the mean over masks is the value without dropout."""
    block = ref.TCNBlock(1, 2, 1, 1, 0.4).double()
    with torch.no_grad():
        for p in block.parameters():
            p.fill_(0.8)
    torch.manual_seed(0)
    x = torch.ones(40000, 1, 1, dtype=F64)
    quiet = block.eval()(x[:1])
    torch.testing.assert_close(block.train()(x).mean(0, keepdim=True), quiet, rtol=0.02, atol=0)


def test_network_is_torchs(ref, torch_rng):
    model = ref.TCN(2, 3, [4, 3, 3], 2).double()
    x = randn(torch_rng, 2, 2, 11)
    h = x
    for block in model.blocks:
        h = torch_block(block, h)
    torch.testing.assert_close(model(x), F.conv1d(h, model.head.weight, model.head.bias))
    assert [block.conv2.dilation for block in model.blocks] == [1, 2, 4]
    torch.testing.assert_close(ref.forecast(model, x), model(x)[:, :, -1].detach())


def test_one_pass_is_a_forecast_from_every_origin(ref, torch_rng):
    model = ref.TCN(1, 1, [4, 4], 3).double()
    field, s = ref.receptive_field(3, [1, 2], 2), randn(torch_rng, 1, 40)
    passed = ref.from_every_origin(model, s, field, field)
    windows = ref.make_windows(s, torch.arange(40 - field), field)
    torch.testing.assert_close(passed, ref.forecast(model, windows)[:, 0])


def test_parameters_by_hand(ref):
    model = ref.TCN(1, 1, [16, 16], 3)
    count = [sum(p.numel() for p in part.parameters()) for part in (*model.blocks, model.head)]
    worked(ref, "TCN", "$912+1600+17=2529$", [*count, sum(count)])
    first = model.blocks[0]
    parts = [
        sum(p.numel() for p in part.parameters()) for part in (first.conv1, first.conv2, first.skip)
    ]
    assert parts == [80, 800, 32]
    worked(
        ref, "TCN", r"$1+2\cdot2\cdot(1+2)=13$", [1, 2, 2, 1, 2, ref.receptive_field(3, [1, 2], 2)]
    )


def test_ablation_of_a_linear_model_is_its_weights(ref, torch_rng):
    """Independent channels, no error but noise: the increase is the squared weight times the variance."""
    X = randn(torch_rng, 200_000, 3, 1)
    weight = torch.tensor([2.0, 0.0, -0.5], dtype=F64)
    Y = (X[:, :, 0] @ weight)[:, None] + 0.3 * randn(torch_rng, 200_000, 1)
    increase = ref.channel_ablation(lambda X: (X[:, :, 0] @ weight)[:, None], X, Y)
    torch.testing.assert_close(increase, weight**2, rtol=0.03, atol=0.01)


def test_ablation_by_hand(ref):
    X = torch.tensor([[[1.0], [2.0]], [[3.0], [-1.0]]], dtype=F64)
    Y = torch.full((2, 1), 5.0, dtype=F64)
    increase = ref.channel_ablation(lambda X: 2 * X[:, :1, 0] + X[:, 1:, 0], X, Y)
    worked(ref, "channel_ablation", r"$\Delta=(22,\ 4.5)$", increase)


def test_paths_to_lag_48(ref):
    """What the text says of the three networks."""
    ways = [ref.path_count(3, d, 2) for d in ([1, 2, 4, 4], [1, 2, 4, 5], [1, 2, 4, 8])]
    assert [len(w) for w in ways] == [45, 49, 61]
    assert [int(w[47]) if len(w) > 47 else 0 for w in ways] == [0, 2, 74]
    assert ways[0].sum() == 6561


def test_the_payoff(ref, torch_rng):
    """A network whose field holds the lag learns a pure echo; one whose field does not, does not."""
    s = torch.zeros(3000)
    s[:12] = torch.randn(12, generator=torch_rng)
    noise = torch.randn(3000, generator=torch_rng)
    for t in range(12, 3000):
        s[t] = 0.9 * s[t - 12] + 0.3 * noise[t]
    error = {}
    for levels in (1, 3):
        model = ref.tcn(0, 1, levels)
        field = ref.receptive_field(3, [2**i for i in range(levels)], 2)
        ref.train_tcn(model, s[None, :2000], field, 150, 0)
        said = ref.from_every_origin(model, s[None], 2000, field)
        error[levels] = float((said - s[2000:]).square().mean() / s[2000:].var())
    assert error[3] < 0.5 < 0.85 < error[1]
