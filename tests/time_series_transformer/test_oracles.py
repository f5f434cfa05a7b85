"""The reference of time_series_transformer against torch's own layers, numpy's masks and spectra, pandas' calendar and statsmodels."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view
from statsmodels.tsa.stattools import acovf
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def test_pairs_are_those_of_a_mask(ref):
    """Each kind written as a matrix of what is seen, and counted."""
    for L in (1, 5, 12):
        i, j = np.indices((L, L))
        for w in (0, 1, 3, 20):
            assert (
                ref.attention_cost(L, 3, 2, 2, "window", width=w)["pairs"]
                == (abs(i - j) <= w).sum()
            )
        assert ref.attention_cost(L, 3, 2, 2, "causal")["pairs"] == (j <= i).sum()
        for P in range(1, L + 1):
            tokens = len(list(range(L, P - 1, -P)))
            assert ref.attention_cost(L, 3, 2, 2, "patch", patch=P)["pairs"] == tokens**2


def test_operations_are_those_that_torch_counts(ref):
    from torch.utils.flop_counter import FlopCounterMode

    q, k, v = torch.randn(3, 1, 4, 20, 6)
    with FlopCounterMode(display=False) as counter:
        (q @ k.transpose(-1, -2)).softmax(-1) @ v
    cost = ref.attention_cost(20, 24, 4, 4, "full")
    assert cost["flops"] == counter.get_total_flops()
    assert cost["bytes"] == 4 * (q @ k.transpose(-1, -2)).numel()


def test_costs_by_hand(ref):
    full, days = (
        ref.attention_cost(192, 32, 8, 2, kind, patch=24)["pairs"] for kind in ("full", "patch")
    )
    worked(ref, "attention_cost", "$192^2=36864$", [192, full])
    worked(ref, "attention_cost", "$8^2=64$", [8, days])
    assert full == 24**2 * days
    worked(
        ref,
        "attention_cost",
        "$3+4+5+4+3=19$",
        [3, 4, 5, 4, 3, ref.attention_cost(5, 1, 1, 1, "window", 2)["pairs"]],
    )
    worked(
        ref,
        "attention_cost",
        r"$8\cdot512^2\cdot2=4194304$",
        [8, 512, 2, ref.attention_cost(512, 64, 8, 2, "full")["bytes"]],
    )


def test_revin_is_instance_norm(ref, torch_rng):
    x, gain, bias = randn(torch_rng, 3, 9, 4), randn(torch_rng, 4), randn(torch_rng, 4)
    z, mean, std = ref.revin_norm(x, gain, bias)
    theirs = F.instance_norm(x.transpose(1, 2), weight=gain, bias=bias, eps=1e-5).transpose(1, 2)
    torch.testing.assert_close(z, theirs)
    back = ref.revin_denorm(z.transpose(1, 2).reshape(12, 9), mean, std, gain, bias)
    torch.testing.assert_close(back, x)


def test_patches_are_numpys_windows_from_the_end(ref, torch_rng):
    for L, P, S in ((11, 4, 4), (10, 3, 2), (7, 7, 3), (9, 1, 4)):
        x = randn(torch_rng, 2, L, 3)
        theirs = sliding_window_view(x.numpy(), P, axis=1)[:, ::-1][:, ::S][:, ::-1].transpose(
            0, 2, 1, 3
        )
        np.testing.assert_array_equal(ref.patchify(x, P, S), theirs.reshape(6, -1, P))


def test_revin_by_hand(ref):
    x, gain, bias = (
        torch.tensor([1.0, 3, 5, 7], dtype=F64).reshape(1, 4, 1),
        torch.full((1,), 2.0),
        torch.ones(1),
    )
    z, mean, std = ref.revin_norm(x, gain.double(), bias.double(), 0.0)
    worked(ref, "revin_patchify", r"$s=\sqrt5=2.236$", [5, std.item()])
    worked(ref, "revin_patchify", "+1=3.683$", [1, z[0, -1, 0].item()])
    said = ref.revin_denorm(
        torch.full((1, 1), 2.0, dtype=F64), mean, std, gain.double(), bias.double()
    )
    worked(ref, "revin_patchify", r"$2.236\cdot(2-1)/2+4=5.118$", [2.236, 2, -1, 2, 4, said.item()])
    steps = ref.patchify(torch.arange(10.0).reshape(1, 10, 1), 4, 4)[0]
    worked(ref, "revin_patchify", "$(2,3,4,5)$", steps[0])
    worked(ref, "revin_patchify", "$(6,7,8,9)$", steps[1])
    assert ref.patchify(torch.arange(10.0).reshape(1, 10, 1), 4, 3)[0, :, 0].tolist() == [0, 3, 6]


def test_calendar_is_pandas(ref, rng):
    hours = np.datetime64("1900-01-01T00", "h") + rng.integers(0, 1_750_000, size=400)
    times = pd.DatetimeIndex(hours.astype("datetime64[s]"))
    theirs = np.stack([times.hour, times.day_of_week, times.day - 1, times.month - 1], axis=1)
    np.testing.assert_array_equal(ref.calendar_ids(hours), theirs)


def test_embeddings_are_torchs(ref, torch_rng):
    layers = [nn.Embedding(n, 6).double() for n in (24, 7)]
    ids = torch.stack([torch.randint(n, (2, 5), generator=torch_rng) for n in (24, 7)], -1)
    x = randn(torch_rng, 2, 5, 6)
    ours = ref.temporal_encoding(x, ids, [layer.weight for layer in layers], 3)
    theirs = (
        x + ref.sinusoidal_positions(8, 6)[3:] + layers[0](ids[..., 0]) + layers[1](ids[..., 1])
    )
    torch.testing.assert_close(ours, theirs)


def test_positions_turn_like_clock_hands(ref):
    """Sine and cosine of a frequency are a point on a circle that moves by the same angle each step."""
    code = ref.sinusoidal_positions(50, 8).unflatten(1, (4, 2))
    points = torch.complex(code[..., 1].contiguous(), code[..., 0].contiguous())
    turns = points[1:] / points[:-1]
    torch.testing.assert_close(turns, turns[:1].expand(49, -1))
    torch.testing.assert_close(turns[0].angle(), 10_000 ** -(torch.arange(4, dtype=F64) / 4))


def test_token_by_hand(ref):
    ids = ref.calendar_ids(np.array(["2024-03-01T13"], dtype="datetime64[h]"))
    worked(ref, "temporal_encoding", "$(13,4,0,2)$", ids[0])
    tables = [torch.tensor([[0.25, 0.5]], dtype=F64).repeat(n, 1) for n in (24, 7, 31, 12)]
    token = ref.temporal_encoding(
        torch.tensor([[[0.5, -1.0]]], dtype=F64), torch.from_numpy(ids)[None], tables
    )
    worked(ref, "temporal_encoding", "=(1.5,2)$", token[0, 0])


@pytest.mark.parametrize("norm_first", [True, False])
def test_encoder_is_torchs_layer(ref, torch_rng, norm_first):
    layer = nn.TransformerEncoderLayer(
        6, 2, 10, 0.0, batch_first=True, norm_first=norm_first
    ).double()
    x = randn(torch_rng, 3, 5, 6)
    ours = ref.encoder_block(
        x,
        lambda a: layer.self_attn(a, a, a, need_weights=False)[0],
        lambda a: layer.linear2(torch.relu(layer.linear1(a))),
        layer.norm1,
        layer.norm2,
        norm_first,
    )
    torch.testing.assert_close(ours, layer(x))


def test_heads_are_linear_layers(ref, torch_rng):
    x = randn(torch_rng, 3, 4, 5)
    wide, narrow = nn.Linear(20, 7).double(), nn.Linear(5, 7).double()
    torch.testing.assert_close(
        ref.forecast_head(x, wide.weight, wide.bias, "flatten"),
        nn.Sequential(nn.Flatten(), wide)(x),
    )
    torch.testing.assert_close(
        ref.forecast_head(x, narrow.weight, narrow.bias, "mean"), narrow(x).mean(1)
    )
    torch.testing.assert_close(
        ref.forecast_head(x, narrow.weight, narrow.bias, "last"), narrow(x)[:, 3]
    )


def test_block_by_hand(ref):
    parts = (lambda x: 2 * x, lambda x: x + 1, lambda x: x / 2, lambda x: x / 2)
    one = torch.ones(1, 1, 1, dtype=F64)
    worked(
        ref,
        "encoder_block",
        "$(1.5+2.5)/2=2$",
        [1.5, 2.5, 2, ref.encoder_block(one, *parts, False).item()],
    )
    worked(
        ref, "encoder_block", "$2+(1+1)=4$", [2, 1, 1, ref.encoder_block(one, *parts, True).item()]
    )
    tokens, weight = torch.tensor([[[3.0], [5.0]]]), torch.tensor([[1.0, 10.0]])
    worked(
        ref,
        "encoder_block",
        "$3+50=53$",
        [3, 50, ref.forecast_head(tokens, weight, torch.zeros(1), "flatten").item()],
    )


@pytest.mark.parametrize("norm_first", [True, False])
def test_decoder_is_torchs_layer(ref, torch_rng, norm_first):
    layer = nn.TransformerDecoderLayer(
        6, 2, 10, 0.0, batch_first=True, norm_first=norm_first
    ).double()

    def attention(module):
        def f(q, k, v, mask):
            hidden = (
                None if mask is None else ~mask
            )  # torch's bool masks are True where nothing may be seen
            return module(q, k, v, attn_mask=hidden, need_weights=False)[0]

        return f

    y, memory = randn(torch_rng, 3, 4, 6), randn(torch_rng, 3, 7, 6)
    ours = ref.decoder_block(
        y,
        memory,
        attention(layer.self_attn),
        attention(layer.multihead_attn),
        lambda a: layer.linear2(torch.relu(layer.linear1(a))),
        [layer.norm1, layer.norm2, layer.norm3],
        norm_first,
    )
    torch.testing.assert_close(
        ours, layer(y, memory, tgt_mask=~torch.ones(4, 4, dtype=torch.bool).tril())
    )


def test_decoder_by_hand(ref):
    def seen(q, k, v, mask):
        share = torch.ones(q.shape[1], k.shape[1], dtype=F64) if mask is None else mask.double()
        return share / share.sum(1, keepdim=True) @ v

    history = torch.tensor([5.0, 7, 9], dtype=F64).reshape(1, 3, 1)
    worked(ref, "decoder_block", "$(7,9,0,0,0)$", ref.decoder_window(history, 2, 3)[0, :, 0])
    y, memory = (
        torch.tensor([[[2.0], [4.0]]], dtype=F64),
        torch.tensor([[[9.0], [3.0], [6.0]]], dtype=F64),
    )
    out = ref.decoder_block(y, memory, seen, seen, torch.zeros_like, [lambda x: x] * 3, True)
    worked(ref, "decoder_block", "$(10,13)$", out[0, :, 0])


def test_forecast_of_a_recurrence_is_the_recurrence(ref):
    """The right model of a second-order recurrence goes on as the recurrence does."""
    phi = (1.6, -0.8)
    values = [1.0, 0.5]
    for _ in range(30):
        values.append(phi[0] * values[-1] + phi[1] * values[-2])
    series = torch.tensor(values, dtype=F64).reshape(1, -1, 1)

    def model(x):
        before = torch.cat([x[:, :1] * 0, x[:, :-1]], dim=1)
        return phi[0] * x + phi[1] * before

    for context in (2, 5, 100):
        torch.testing.assert_close(
            ref.autoregressive_forecast(model, series[:, :12], 20, context), series[:, 12:]
        )
    assert ref.next_step_loss(model, series[:, 1:]).item() == pytest.approx(
        (phi[1] * values[0] * 1.0) ** 2 / 30
    )


def test_forecast_by_hand(ref):
    def total(x):
        return x.cumsum(1)

    history = torch.tensor([1.0, 2.0], dtype=F64).reshape(1, 2, 1)
    assert ref.autoregressive_forecast(total, history, 3, 2)[0, :, 0].tolist() == [3, 5, 8]
    long = ref.autoregressive_forecast(total, history, 3, 9)[0, :, 0].tolist()
    worked(ref, "autoregressive_forecast", "$1+2+3=6$", [1, 2, 3, long[1]])
    assert long == [3, 6, 12]
    loss = ref.next_step_loss(total, torch.tensor([1.0, 2, 4], dtype=F64).reshape(1, 3, 1))
    worked(ref, "autoregressive_forecast", "$(1+1)/2=1$", [1, 1, 2, loss.item()])


def test_cached_steps_are_the_rows_of_causal_attention(ref, torch_rng):
    q, k, v = (randn(torch_rng, 2, 3, 9, 4) for _ in range(3))
    rows, cache = [], None
    for t in range(9):
        out, cache = ref.kv_cached_step(
            q[:, :, t : t + 1], k[:, :, t : t + 1], v[:, :, t : t + 1], cache
        )
        rows.append(out)
    torch.testing.assert_close(
        torch.cat(rows, 2), F.scaled_dot_product_attention(q, k, v, is_causal=True)
    )
    i, j = np.indices((9, 9))
    band = torch.from_numpy((j <= i) & (i - j < 4))
    rows, cache = [], None
    for t in range(9):
        out, cache = ref.kv_cached_step(
            q[:, :, t : t + 1], k[:, :, t : t + 1], v[:, :, t : t + 1], cache, 4
        )
        rows.append(out)
    torch.testing.assert_close(torch.cat(rows, 2), F.scaled_dot_product_attention(q, k, v, band))


def test_cached_forecast_is_the_uncached_one(ref, torch_rng):
    """A model with positions: the whole window again, or the newest step with its place and a running sum."""
    A, places = randn(torch_rng, 3, 3), randn(torch_rng, 20, 3)

    def whole(x):
        t = torch.arange(1, x.shape[1] + 1, dtype=F64)[:, None]
        return torch.tanh((x + places[: x.shape[1]]).cumsum(1) / t @ A)

    def step(x, place, cache):
        total = x + places[place] + (0 if cache is None else cache)
        return torch.tanh(total / (place + 1) @ A), total

    history = randn(torch_rng, 2, 5, 3)
    torch.testing.assert_close(
        ref.cached_forecast(step, history, 8), ref.autoregressive_forecast(whole, history, 8, 99)
    )


def test_cache_by_hand(ref):
    q, k, v = (torch.full((1, 1, 1, 1), a, dtype=F64) for a in (1.0, math.log(3), 6.0))
    cache = (torch.zeros(1, 1, 1, 1, dtype=F64), torch.full((1, 1, 1, 1), 2.0, dtype=F64))
    out = ref.kv_cached_step(q, k, v, cache)[0].item()
    worked(ref, "kv_cached_step", r"$0.25\cdot2+0.75\cdot6=5$", [0.25, 2, 0.75, 6, out])
    assert ref.kv_cached_step(q, k, v, cache, 1)[0].item() == 6


def test_trend_is_a_padded_convolution(ref, torch_rng):
    x = randn(torch_rng, 2, 11, 3)
    for k in (1, 3, 7, 25):
        season, trend = ref.series_decomp(x, k)
        padded = np.pad(x.numpy(), ((0, 0), (k // 2, k // 2), (0, 0)), mode="edge")
        theirs = np.apply_along_axis(np.convolve, 1, padded, np.ones(k) / k, "valid")
        np.testing.assert_allclose(trend.numpy(), theirs, atol=1e-12)
        torch.testing.assert_close(season + trend, x)


def test_dlinear_is_one_matrix(ref, torch_rng):
    x, ws, wt, b = (randn(torch_rng, *s) for s in ((2, 9, 3), (4, 9), (4, 9), (4,)))
    A = ref.dlinear_matrix(ws, wt, 5)
    torch.testing.assert_close(
        ref.dlinear(x, ws, wt, b, 5), torch.einsum("hl,blc->bhc", A, x) + b[:, None]
    )
    torch.testing.assert_close(ref.dlinear_matrix(ws, ws, 5), ws)
    jacobian = torch.autograd.functional.jacobian(
        lambda a: ref.dlinear(a[None, :, None], ws, wt, b, 5)[0, :, 0], x[0, :, 0]
    )
    torch.testing.assert_close(A, jacobian)


def test_dlinear_by_hand(ref):
    x = torch.tensor([1.0, 2, 6, 3], dtype=F64).reshape(1, 4, 1)
    season, trend = ref.series_decomp(x, 3)
    np.testing.assert_allclose(trend[0, :, 0], [4 / 3, 3, 11 / 3, 4])
    np.testing.assert_allclose(season[0, :, 0], [-1 / 3, -1, 7 / 3, -1])
    nothing, last = torch.zeros(1, 4, dtype=F64), torch.eye(4, dtype=F64)[3:]
    np.testing.assert_allclose(ref.dlinear_matrix(nothing, last, 3)[0], [0, 0, 1 / 3, 2 / 3])
    said = ref.dlinear(x, nothing, last, torch.zeros(1, dtype=F64), 3).item()
    worked(ref, "dlinear", r"$6/3+2\cdot3/3=4$", [6 / 3, 2, 3 / 3, said])


def test_one_lag_finds_what_was_moved(ref, torch_rng):
    """Queries that are the keys moved by some steps fetch the values moved by as many."""
    for L, lag in ((12, 3), (11, 8)):
        k, v = randn(torch_rng, 2, 2, L, 3), randn(torch_rng, 2, 2, L, 3)
        moved = ref.auto_correlation(torch.roll(k, lag, 2), k, v, 1)
        torch.testing.assert_close(moved, torch.roll(v, lag, 2))


def test_correlation_is_statsmodels_autocovariance(ref, rng):
    """Padded with zeros the circular correlation is the ordinary one; a pulse as values shows weights and lags."""
    n = 20
    s = rng.normal(size=n)
    x = torch.from_numpy(np.r_[s, np.zeros(n)]).reshape(1, 1, 2 * n, 1)
    pulse = torch.zeros_like(x)
    pulse[0, 0, 0, 0] = 1
    weights = ref.auto_correlation(x, x, pulse, 2 * n)[0, 0, :n, 0].numpy()
    theirs = n * acovf(s, demean=False, fft=False, nlag=n - 1)
    np.testing.assert_allclose(np.log(weights / weights[0]), theirs - theirs[0], atol=1e-8)


def test_block_is_a_matrix_between_spectra(ref, torch_rng, rng):
    """numpy's real spectrum of the result: the products at the chosen frequencies, nothing elsewhere."""
    for L in (9, 10):
        x, modes = randn(torch_rng, 2, L, 3), [3, 1]
        W = torch.complex(randn(torch_rng, 2, 3, 3), randn(torch_rng, 2, 3, 3))
        y = np.fft.rfft(ref.fourier_block(x, torch.tensor(modes), W).numpy(), axis=1)
        expected = np.zeros_like(y)
        for j, f in enumerate(modes):
            expected[:, f] = np.fft.rfft(x.numpy(), axis=1)[:, f] @ W[j].numpy()
        np.testing.assert_allclose(y, expected, atol=1e-10)


def test_a_turn_of_all_frequencies_moves_in_time(ref, torch_rng):
    """Weights exp(-2πi f/L) move the series by one step."""
    L = 9
    x, f = randn(torch_rng, 2, L, 2), torch.arange(L // 2 + 1)
    W = torch.exp(-2j * math.pi * f / L)[:, None, None] * torch.eye(2)
    torch.testing.assert_close(
        ref.fourier_block(x, f, W.to(torch.complex128)), torch.roll(x, 1, 1), atol=1e-6, rtol=0
    )


def test_frequencies_by_hand(ref):
    def row(*numbers):
        return torch.tensor(numbers, dtype=F64).reshape(1, 1, -1, 1)

    v = row(5.0, 6, 7, 8)
    moved = ref.auto_correlation(row(0.0, 1, 0, 0), row(1.0, 0, 0, 0), v, 1)
    worked(ref, "auto_correlation", "$(8,5,6,7)$", moved.flatten())
    two = ref.auto_correlation(row(0.5, 1, 0, 0), row(1.0, 0, 0, 0), row(1.0, 0, 0, 0), 2).flatten()
    worked(ref, "auto_correlation", "=0.622$", [two[1].item()])
    worked(ref, "auto_correlation", "$0.378$", [two[0].item()])
    y = ref.fourier_block(
        row(1.0, 2, 3, 4)[0], torch.tensor([1]), torch.tensor([[[1j]]], dtype=torch.complex128)
    )
    worked(ref, "auto_correlation", "$(-1,1,1,-1)$", y.flatten())
