"""Graded tests of time_series_transformer; docs/authoring.md says how to write them."""

import numpy as np
import torch

from dlcourse import exact, probe, raises


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(np.asarray(rng.normal(size=shape))).to(dtype)


def single(x):
    """In float32."""
    return x.to(torch.float32)


# 1


@probe("attention_cost", points=2, compare=exact())
def costs_by_pencil(attention_cost):
    """The worked examples: steps, days, a local window of 5 steps, half precision."""
    return {
        "192 steps": attention_cost(192, 32, 4, 2, "full"),
        "8 days": attention_cost(192, 32, 4, 2, "patch", patch=24),
        "5 steps, width 2": attention_cost(5, 3, 1, 4, "window", width=2),
        "512 steps, 8 heads": attention_cost(512, 64, 8, 2, "full"),
    }


@probe("attention_cost", points=2, public=False, compare=exact())
def every_kind(attention_cost):
    """All five kinds under several lengths, widths, heads and sizes of a number."""
    return {
        f"{L} steps, {D} wide, {h} heads, {b} bytes, {kind}": attention_cost(L, D, h, b, kind, width=w, patch=P)
        for L, D, h, b, w, P in ((97, 24, 6, 4, 5, 8), (1, 5, 1, 2, 3, 1), (30, 7, 7, 8, 0, 7), (61, 12, 3, 1, 60, 61))
        for kind in ("full", "causal", "window", "patch", "cached")
    }


@probe("attention_cost", points=1, public=False, compare=exact())
def windows_at_the_ends(attention_cost):
    """Local windows of each width up to and beyond the whole sequence."""
    return {
        f"{L} steps, width {w}": attention_cost(L, 6, 2, 2, "window", width=w)
        for L in (1, 2, 6, 7)
        for w in (0, 1, 2, 3, 5, 6, 7, 40)
    }


@probe("attention_cost", points=1, public=False, compare=exact())
def patches_that_do_not_fit(attention_cost):
    """Patches that leave a rest, patches out of range, and a kind that is not there."""
    return {f"15 steps, patch {P}": attention_cost(15, 4, 2, 2, "patch", patch=P) for P in (1, 2, 4, 7, 8, 15)} | {
        "patch 16": raises(attention_cost, 15, 4, 2, 2, "patch", patch=16),
        "patch 0": raises(attention_cost, 15, 4, 2, 2, "patch", patch=0),
        "patch -3": raises(attention_cost, 15, 4, 2, 2, "patch", patch=-3),
        "another kind": raises(attention_cost, 15, 4, 2, 2, "sparse", width=2, patch=3),
        "capital letters": raises(attention_cost, 15, 4, 2, 2, "Full"),
    }


# 2


@probe("revin_patchify", points=2)
def one_channel_by_pencil(revin_norm, patchify, revin_denorm):
    """The worked example: four steps, and ten steps in patches of four."""
    gain, bias = torch.tensor([2.0], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64)
    x = torch.tensor([1.0, 3.0, 5.0, 7.0], dtype=torch.float64).reshape(1, 4, 1)
    z, mean, std = revin_norm(x, gain, bias, eps=0.0)
    steps = torch.arange(10, dtype=torch.float64).reshape(1, 10, 1)
    return {
        "normalised": z,
        "mean": mean,
        "std": std,
        "the model says 2": revin_denorm(torch.full((1, 1), 2.0, dtype=torch.float64), mean, std, gain, bias),
        "stride 4": patchify(steps, 4, 4),
        "stride 3": patchify(steps, 4, 3),
    }


@probe("revin_patchify", points=2, public=False)
def channels_and_windows_apart(revin_norm, rng):
    """Each channel of each window has its own level and scale; channels far apart, in float64 and float32."""
    found = {}
    for name, (B, L, C) in {"3 of 7 by 2": (3, 7, 2), "square": (4, 4, 4), "one": (1, 6, 1), "one step": (2, 1, 3)}.items():
        x = normal(rng, B, L, C) * torch.tensor([0.3, 40.0, 2.0, 7.0])[:C] + torch.tensor([-5.0, 300.0, 1.1, 0.0])[:C]
        gain, bias = normal(rng, C).abs() + 0.3, normal(rng, C)
        found[name] = list(revin_norm(x, gain, bias))
        found[f"{name}, eps 0.7"] = list(revin_norm(x, gain, bias, 0.7))
        found[f"{name}, again"] = list(revin_norm(3 - x, bias, gain))
    found["float32"] = list(revin_norm(single(x), single(gain), single(bias)))
    found["columns of a larger tensor"] = list(revin_norm(normal(rng, 2, 5, 6)[..., ::2], *normal(rng, 2, 3)))
    return found


@probe("revin_patchify", points=1, public=False)
def channels_that_do_not_move(revin_norm, rng):
    """A constant channel beside a moving one, a very small scale, and a level of ten million."""
    x = normal(rng, 2, 8, 3)
    x[0, :, 1] = 5.3
    x[1, :, 2] *= 1e-3
    gain, bias = normal(rng, 3), normal(rng, 3)
    return {
        "constant": list(revin_norm(x, gain, bias)),
        "high": list(revin_norm(1e7 + x, gain, bias)),
        "eps 1e-3": list(revin_norm(x, gain, bias, eps=1e-3)),
    }


@probe("revin_patchify", points=2, public=False)
def patches_end_with_the_newest(patchify, rng):
    """Lengths that fit and that do not, overlaps, gaps, a single patch, several channels."""
    found = {}
    for B, L, C, P, S in (
        (2, 11, 3, 4, 4),
        (2, 12, 3, 4, 4),
        (3, 13, 2, 5, 2),
        (2, 14, 2, 3, 5),
        (1, 9, 4, 9, 2),
        (3, 9, 3, 3, 3),
        (2, 7, 1, 1, 1),
        (2, 7, 2, 1, 3),
        (1, 8, 2, 5, 11),
    ):
        found[f"{B} windows of {L} by {C}, patch {P}, stride {S}"] = patchify(normal(rng, B, L, C), P, S)
    found["float32"] = patchify(normal(rng, 2, 6, 2, dtype=torch.float32), 4, 1)
    found["every second step"] = patchify(normal(rng, 2, 14, 2)[:, ::2], 3, 2)
    return found


@probe("revin_patchify", points=1, public=False)
def patches_are_new_and_in_range(patchify, rng):
    """Writing into a patch changes neither the window nor another patch; sizes that cannot be cut."""
    x = normal(rng, 2, 8, 1)
    overlapping, whole = patchify(x, 4, 2), patchify(x, 8, 8)
    overlapping[0, 0] = 100.0
    whole[1] = -50.0
    steps = patchify(x, 1, 1)
    steps[1, 2] = 25.0
    return {
        "window": x,
        "step by step": steps,
        "overlapping": overlapping,
        "whole": whole,
        "too long": raises(patchify, x, 9, 1),
        "patch 0": raises(patchify, x, 0, 1),
        "stride 0": raises(patchify, x, 3, 0),
        "stride -2": raises(patchify, x, 3, -2),
    }


@probe("revin_patchify", points=2, public=False)
def forecasts_in_their_own_levels(revin_denorm, rng):
    """Rows go back to their windows and channels; two batches with other statistics after each other."""
    found = {}
    for B, C, H in ((3, 2, 5), (3, 3, 3), (1, 4, 2), (4, 1, 6), (2, 3, 1)):
        for turn in ("first", "second"):
            y, mean, std = normal(rng, B * C, H), 10 * normal(rng, B, C), normal(rng, B, C).abs() + 0.2
            gain, bias = normal(rng, C).abs() + 0.5, normal(rng, C)
            found[f"{B} windows, {C} channels, {H} steps, {turn}"] = revin_denorm(y, mean, std, -gain, bias)
        found[f"{B} windows, {C} channels, {H} steps, risen"] = revin_denorm(y, mean + 3.7, std, -gain, bias)
    found["small gains"] = revin_denorm(y, mean, std, 1e-7 * gain, bias)  # nothing may be added to them
    found["float32"] = revin_denorm(*(single(a) for a in (y, mean, std, gain, bias)))
    return found


# 3


@probe("temporal_encoding", points=2)
def a_friday_in_march(calendar_ids, temporal_encoding):
    """The worked example: 13:00 on 1 March 2024, and one token of width 2."""
    x = torch.tensor([[[0.5, -1.0]]], dtype=torch.float64)
    ids = calendar_ids(np.array(["2024-03-01T13"], dtype="datetime64[h]"))
    tables = [torch.tensor([[0.25, 0.5]], dtype=torch.float64).repeat(n, 1) for n in (24, 7, 31, 12)]
    return {"ids": ids, "token": temporal_encoding(x, torch.tensor([[[13, 4, 0, 2]]]), tables)}


@probe("temporal_encoding", points=2, public=False, compare=exact())
def calendars_of_two_centuries(calendar_ids, rng):
    """Ends of days, months, years and leap years, before and after 1970, in several shapes."""
    days = "1900-01-01T00 1969-12-31T23 1970-01-01T00 1970-01-05T05 2000-02-29T12 2024-12-31T23 2023-02-28T23 2100-10-31T17".split()
    first = np.datetime64("1900-01-01T00", "h")
    drawn = calendar_ids(first + rng.integers(0, 1_750_000, size=(2, 5, 3)))
    return {
        "dtype": str(drawn.dtype),
        "chosen": calendar_ids(np.array(days, dtype="datetime64[h]")),
        "a year in steps of 37 hours": calendar_ids(np.arange("2023-12-25T03", "2025-01-07T00", 37, dtype="datetime64[h]")),
        "drawn": drawn,
        "drawn again": calendar_ids(first + rng.integers(0, 1_750_000, size=(2, 5, 3))),
        "one": calendar_ids(np.array("1987-06-14T22", dtype="datetime64[h]")),
    }


@probe("temporal_encoding", points=3, public=False)
def places_and_tables(temporal_encoding, rng):
    """Several windows, widths and first places; repeated ids; many tables, and none at all; codes to all their digits."""
    found = {}
    for name, (B, L, D), rows, start in (
        ("four tables", (3, 5, 6), (24, 7, 31, 12), 0),
        ("from place 9", (2, 4, 6), (5, 3), 9),
        ("from place 1", (2, 4, 6), (5, 3), 1),
        ("square", (4, 4, 4), (4, 4, 4, 4), 0),
        ("six tables", (2, 3, 4), (3, 2, 5, 4, 2, 3), 0),
        ("no tables", (2, 3, 8), (), 2),
        ("one step", (1, 1, 2), (2,), 70),
    ):
        ids = torch.from_numpy(np.stack([rng.integers(0, n, size=(B, L)) for n in rows] or [np.zeros((B, L))], -1)).long()
        tables = [normal(rng, n, D) for n in rows]
        found[name] = temporal_encoding(normal(rng, B, L, D), ids[..., : len(rows)], tables, start)
        x = normal(rng, B, L, D)
        found[f"{name}, again"] = temporal_encoding(x, ids[..., : len(rows)], tables, start=start)
        found[f"{name}, later"] = temporal_encoding(x, ids[..., : len(rows)], tables, start + 3)
    angle = torch.arange(5, dtype=torch.float64)[:, None] / torch.tensor([1.0, 100.0], dtype=torch.float64)
    codes = torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)  # taken out, so that all digits of them show
    ids = torch.from_numpy(rng.integers(0, 3, size=(2, 5, 1)))
    found["codes taken out"] = temporal_encoding(1e-5 * normal(rng, 2, 5, 4) - codes, ids, [1e-5 * normal(rng, 3, 4)])
    tables = [normal(rng, n, 4, dtype=torch.float32) for n in (3, 2)]
    found["float32"] = temporal_encoding(normal(rng, 2, 2, 4, dtype=torch.float32), torch.tensor([[[2, 1], [0, 1]]] * 2), tables)
    return found


@probe("temporal_encoding", points=1, public=False)
def a_new_tensor_with_gradients(temporal_encoding, rng):
    """Gradients of the values and of the rows that were used; the result is not the argument."""
    x, table = normal(rng, 2, 3, 4).requires_grad_(), normal(rng, 5, 4).requires_grad_()
    out = temporal_encoding(x, torch.tensor([[[0], [4], [4]], [[1], [4], [0]]]), [table])
    (out * normal(rng, 2, 3, 4)).sum().backward()
    plain = normal(rng, 1, 2, 4)
    other = temporal_encoding(plain, torch.zeros(1, 2, 0, dtype=torch.int64), [])
    other += 7.0
    return {"of x": x.grad, "of the table": table.grad, "x": plain, "changed": other}


@probe("temporal_encoding", points=1, public=False)
def ids_outside_of_their_table(temporal_encoding, rng):
    """A 31st counted from 1, a negative id, and an id that fits into another table only."""
    x, tables = normal(rng, 1, 2, 4), [normal(rng, n, 4) for n in (24, 31)]
    return {
        "31 of 31": raises(temporal_encoding, x, torch.tensor([[[3, 30], [3, 31]]]), tables),
        "-1": raises(temporal_encoding, x, torch.tensor([[[3, 0], [-1, 4]]]), tables),
        "-1 of the second": raises(temporal_encoding, x, torch.tensor([[[3, -1], [1, 4]]]), tables),
        "24 of 24": raises(temporal_encoding, x, torch.tensor([[[24, 3], [1, 4]]]), tables),
        "the last rows": temporal_encoding(x, torch.tensor([[[23, 30], [0, 0]]]), tables),
    }


# 4


@probe("encoder_block", points=2)
def two_wirings_by_pencil(encoder_block, forecast_head):
    """The worked example: one number through both blocks, two tokens through a flatten head."""
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    parts = (lambda x: 2 * x, lambda x: x + 1, lambda x: x / 2, lambda x: x / 2)
    tokens = torch.tensor([3.0, 5.0], dtype=torch.float64).reshape(1, 2, 1)
    weight, bias = torch.tensor([[1.0, 10.0]], dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    return {
        "post-norm": encoder_block(one, *parts, False),
        "pre-norm": encoder_block(one, *parts, True),
        "flatten": forecast_head(tokens, weight, bias, "flatten"),
    }


@probe("encoder_block", points=3, public=False)
def parts_that_do_not_commute(encoder_block, rng):
    """Both wirings with four different nonlinear parts, on several shapes."""
    found = {}
    for B, N, D in ((2, 3, 5), (4, 4, 4), (1, 1, 2)):
        mix, A, F = normal(rng, N, N), normal(rng, D, D), normal(rng, D, D)

        def attention(x, mix=mix, A=A):
            return mix @ torch.tanh(x @ A)

        def feed_forward(x, F=F):
            return torch.relu(x @ F) + 0.3

        def norm1(x):
            return 1.7 * torch.nn.functional.layer_norm(x, x.shape[-1:]) - 0.2

        def norm2(x):
            return 0.4 * torch.nn.functional.layer_norm(x, x.shape[-1:]) + 0.9

        for first in (False, True):
            for turn in ("first", "second"):
                x = normal(rng, B, N, D)
                name = f"{B} of {N} by {D}, {'pre' if first else 'post'}, {turn}"
                found[name] = encoder_block(x, attention, feed_forward, norm1, norm2, first)
    return found


@probe("encoder_block", points=1, public=False)
def called_once_in_order(encoder_block, rng):
    """Which parts are called, in which order, and with what; the gradient of the tokens."""
    found = {}
    for first in (True, False):
        calls = {}

        def part(name, factor, calls=calls):
            def f(x):
                calls[f"call {len(calls) + 1}, {name}"] = x.detach() + 0
                return torch.sin(x) * x * factor

            return f

        x = normal(rng, 2, 3, 4).requires_grad_()
        parts = (part(n, s) for n, s in (("attention", 0.5), ("feed-forward", 0.8), ("norm 1", 1.3), ("norm 2", -0.9)))
        out = encoder_block(x, *parts, first)
        (out * normal(rng, 2, 3, 4)).sum().backward()
        found["pre" if first else "post"] = {"calls": calls, "result": out.detach(), "gradient": x.grad}
    return found


@probe("encoder_block", points=2, public=False)
def three_heads(forecast_head, rng):
    """Flatten, mean and last token, on several shapes, one token and one step included."""
    found = {}
    for B, N, D, H in ((3, 4, 2, 5), (2, 3, 3, 3), (1, 1, 4, 2), (4, 2, 5, 1)):
        for kind in ("flatten", "mean", "last"):
            for turn in ("first", "second"):
                tokens, bias = normal(rng, B, N, D), normal(rng, H)
                weight = normal(rng, H, N * D if kind == "flatten" else D)
                found[f"{B} of {N} by {D} to {H}, {kind}, {turn}"] = forecast_head(tokens, weight, bias, kind)
            found[f"{B} of {N} by {D} to {H}, {kind}, bias and weights turned"] = forecast_head(tokens, -weight, -bias, kind)
    found["float32"] = forecast_head(*(single(normal(rng, *s)) for s in ((2, 3, 2), (4, 6), (4,))), "flatten")
    for kind in ("max", "Mean"):
        found[f"kind {kind}"] = raises(forecast_head, normal(rng, 2, 3, 2), normal(rng, 4, 2), normal(rng, 4), kind)
    found["every second token"] = forecast_head(normal(rng, 2, 6, 2)[:, ::2], normal(rng, 3, 6), normal(rng, 3), "flatten")
    return found


# 5


def mean_of_what_is_seen(q, k, v, mask):
    """Attention without scores."""
    if mask is None:
        return v.mean(1, keepdim=True).expand(-1, q.shape[1], -1)
    share = mask.to(v.dtype)
    return share / share.sum(1, keepdim=True) @ v


@probe("decoder_block", points=2)
def a_decoder_by_pencil(decoder_window, decoder_block):
    """The worked example: a label window of two steps, and means of what is seen."""
    history = torch.tensor([5.0, 7.0, 9.0], dtype=torch.float64).reshape(1, 3, 1)
    y = torch.tensor([2.0, 4.0], dtype=torch.float64).reshape(1, 2, 1)
    memory = torch.tensor([9.0, 3.0, 6.0], dtype=torch.float64).reshape(1, 3, 1)
    same = [lambda x: x] * 3
    seen = mean_of_what_is_seen
    return {
        "input": decoder_window(history, 2, 3),
        "block": decoder_block(y, memory, seen, seen, torch.zeros_like, same, True),
    }


@probe("decoder_block", points=2, public=False)
def label_windows(decoder_window, rng):
    """Labels from none to all of the history, several channels and horizons, and a new tensor."""
    found = {}
    for B, L, C, label, H in ((2, 5, 3, 2, 4), (2, 5, 3, 0, 2), (1, 4, 1, 4, 1), (3, 3, 3, 1, 3), (2, 6, 2, 5, 3)):
        found[f"{label} of {L}, {H} to come, {C} channels"] = decoder_window(normal(rng, B, L, C), label, H)
        found[f"{label} of {L}, {H} to come, {C} channels, again"] = decoder_window(normal(rng, B, L, C), label, H)
    history = normal(rng, 1, 3, 2)
    window = decoder_window(history, 3, 1)
    window += 100.0
    return found | {
        "history": history,
        "float32": decoder_window(single(history), 2, 2),
        "one too many": raises(decoder_window, history, 4, 2),
        "negative": raises(decoder_window, history, -1, 2),
    }


@probe("decoder_block", points=3, public=False)
def three_parts_in_both_wirings(decoder_block, rng):
    """Real attention with other weights in either place, memories of other lengths, three different norms."""
    found = {}
    for B, n, m, D in ((2, 3, 5, 4), (3, 4, 4, 4), (1, 1, 3, 2), (2, 5, 1, 3)):

        def attention(A, K, V):
            def f(q, k, v, mask):
                scores = (q @ A) @ (k @ K).transpose(1, 2)
                if mask is not None:
                    scores = scores.masked_fill(~mask, -torch.inf)
                return scores.softmax(-1) @ (v @ V)

            return f

        own, other = (attention(*normal(rng, 3, D, D)) for _ in range(2))
        F, scale = normal(rng, D, D), normal(rng, 3)
        norms = [lambda x, s=s: torch.tanh(x - x.mean(-1, keepdim=True)) * s + s for s in scale]
        for first in (True, False):
            for turn in ("first", "second"):
                name, y = f"{n} steps, {m} in memory, {'pre' if first else 'post'}", normal(rng, B, n, D)
                for memory in ("a memory", "another"):
                    found[f"{name}, {turn}, {memory}"] = decoder_block(
                        y, normal(rng, B, m, D), own, other, lambda x, F=F: torch.relu(x @ F), norms, first
                    )
    return found


@probe("decoder_block", points=2, public=False)
def what_each_part_is_given(decoder_block, rng):
    """Queries, keys, values and masks of both attentions, and the order of the calls."""
    found = {}
    for first in (True, False):
        y, memory, calls = normal(rng, 2, 3, 4), normal(rng, 2, 5, 4), {}

        def attention(name, calls=calls):
            def f(q, k, v, mask):
                calls[f"call {len(calls) + 1}, {name}"] = {"q": q + 0, "k": k + 0, "v": v + 0, "mask": mask}
                return 0.5 * q

            return f

        def part(name, factor, calls=calls):
            def f(x):
                calls[f"call {len(calls) + 1}, {name}"] = x + 0
                return factor * x

            return f

        norms = [part(f"norm {i}", 1 + i / 10) for i in (1, 2, 3)]
        out = decoder_block(y, memory, attention("self"), attention("cross"), part("feed-forward", 0.3), norms, first)
        found["pre" if first else "post"] = {"calls": calls, "result": out}
    return found


# 6


@probe("autoregressive_forecast", points=2)
def fibonacci(next_step_loss, autoregressive_forecast):
    """The worked example: a model that says the sum of all that it has seen."""
    history = torch.tensor([1.0, 2.0], dtype=torch.float64).reshape(1, 2, 1)
    series = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64).reshape(1, 3, 1)
    return {
        "context 2": autoregressive_forecast(lambda x: x.cumsum(1), history, 3, 2),
        "context 9": autoregressive_forecast(lambda x: x.cumsum(1), history, 3, 9),
        "loss": next_step_loss(lambda x: x.cumsum(1), series),
    }


def causal(rng, C, dtype=torch.float64):
    """A causal model: mixes all that it has seen, and its channels."""
    A, W = normal(rng, C, C, dtype=dtype) / C, normal(rng, C, dtype=dtype)

    def model(x):
        t = torch.arange(1, x.shape[1] + 1, dtype=x.dtype)[:, None]
        return torch.tanh(x @ A + W) + 0.3 * x.cumsum(1) / t.sqrt()

    return model


@probe("autoregressive_forecast", points=3, public=False)
def forecasts_of_any_length(autoregressive_forecast, rng):
    """Contexts shorter than the history or the horizon, equal, and longer; one step, no step, one known step."""
    found = {}
    for B, L, C, H, context in (
        (2, 5, 3, 4, 3),
        (2, 5, 3, 4, 5),
        (3, 3, 3, 3, 4),
        (1, 1, 1, 6, 50),
        (2, 6, 2, 1, 1),
        (2, 4, 2, 0, 3),
        (2, 4, 1, 7, 6),
        (1, 5, 2, 6, 2),
    ):
        model = causal(rng, C)
        for turn in ("first", "second"):
            name = f"{L} known, {H} to come, context {context}, {turn}"
            found[name] = autoregressive_forecast(model, normal(rng, B, L, C), H, context)
    found["float32"] = autoregressive_forecast(causal(rng, 2, torch.float32), normal(rng, 2, 3, 2, dtype=torch.float32), 3, 4)
    return found


@probe("autoregressive_forecast", points=1, public=False)
def what_the_model_is_shown(autoregressive_forecast, rng):
    """The input of each call, and the gradient of the last forecast."""
    shown, inner = {}, causal(rng, 2)

    def model(x):
        shown[f"call {len(shown) + 1}"] = x.detach() + 0
        return inner(x)

    history = normal(rng, 1, 3, 2).requires_grad_()
    said = autoregressive_forecast(model, history, 4, 5)
    said[:, -1].sum().backward()
    return {"shown": shown, "said": said.detach(), "gradient": history.grad}


@probe("autoregressive_forecast", points=2, public=False)
def loss_of_all_positions(next_step_loss, rng):
    """Several shapes; the last step is not shown; one call; gradients."""
    found, shown = {}, {}
    for B, L, C in ((2, 6, 3), (3, 3, 3), (1, 2, 1)):
        model = causal(rng, C)

        def watched(x, model=model):
            shown[f"call {len(shown) + 1}"] = x + 0
            return model(x)

        for turn in ("first", "second"):
            found[f"{B} of {L} by {C}, {turn}"] = next_step_loss(watched, normal(rng, B, L, C))
    scale = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    next_step_loss(lambda x: scale * x, normal(rng, 2, 4, 2)).backward()
    return found | {"shown": shown, "gradient": scale.grad}


# 7


@probe("kv_cached_step", points=2)
def a_cached_pair_by_pencil(kv_cached_step):
    """The worked example: one cached pair and a new one, without and with a limit."""
    q, k, v = (torch.tensor(a, dtype=torch.float64).reshape(1, 1, 1, 1) for a in (1.0, float(np.log(3)), 6.0))
    cache = (torch.zeros(1, 1, 1, 1, dtype=torch.float64), torch.full((1, 1, 1, 1), 2.0, dtype=torch.float64))
    out, (keys, values) = kv_cached_step(q, k, v, cache)
    short, (few, _) = kv_cached_step(q, k, v, cache, max_len=1)
    return {"out": out, "keys": keys, "values": values, "one pair": short, "its keys": few}


@probe("kv_cached_step", points=3, public=False)
def steps_from_an_empty_cache(kv_cached_step, rng):
    """Seven steps from no cache on, without limit and with limits of one to nine."""
    found = {}
    for B, h, d, limit in ((2, 3, 4, None), (3, 3, 3, 2), (1, 1, 1, 1), (2, 2, 5, 4), (1, 2, 3, 9)):
        cache = None
        for t in range(7):
            q, k, v = normal(rng, 3, B, h, 1, d) * torch.tensor([3.0, 2.0, 1.0]).reshape(3, 1, 1, 1, 1)
            out, cache = kv_cached_step(q, k, v, cache, limit)
            found[f"width {d}, limit {limit}, step {t}"] = out
        found[f"width {d}, limit {limit}, cache"] = list(cache)
    q, k, v = normal(rng, 3, 2, 2, 1, 3, dtype=torch.float32)
    out, cache = kv_cached_step(q, k, v, None)
    found["float32"] = [out, *cache]
    found["float32, next"] = kv_cached_step(k, q, v, cache)[0]
    q, k, v = 1000 * normal(rng, 3, 1, 2, 1, 3)
    found["scores of a million"] = kv_cached_step(q, k, v, (normal(rng, 1, 2, 4, 3), normal(rng, 1, 2, 4, 3)))[0]
    return found


@probe("kv_cached_step", points=1, public=False)
def two_futures_of_one_cache(kv_cached_step, rng):
    """Two tokens that both follow the same cache, which is longer than a new limit."""
    cache = (normal(rng, 2, 2, 5, 3), normal(rng, 2, 2, 5, 3))
    found = {}
    for name, limit in (("one", None), ("other", None), ("limit 3", 3), ("limit 5", 5), ("limit 6", 6)):
        out, (keys, values) = kv_cached_step(*normal(rng, 3, 2, 2, 1, 3), cache, limit)
        found[name] = [out, keys, values]
    found["the cache"] = list(cache)
    return found


@probe("kv_cached_step", points=2, public=False)
def places_go_on(cached_forecast, rng):
    """What a step model is given at each call: values, places, caches."""
    found = {}
    for B, L, C, H in ((2, 3, 2, 4), (1, 1, 1, 3), (2, 5, 3, 1), (3, 3, 3, 3)):
        A = normal(rng, C, C)
        for turn in ("first", "second"):
            calls = {}

            def step(x, place, cache, A=A, calls=calls):
                calls[f"call {len(calls) + 1}"] = {"x": x + 0, "place": place, "cache": -1.0 if cache is None else cache}
                seen = 0.0 if cache is None else cache
                return torch.tanh(x @ A + place / 5 + seen), 0.5 * seen + float(x.sum())

            said = cached_forecast(step, normal(rng, B, L, C), H)
            found[f"{L} known, {H} to come, {turn}"] = {"said": said, "calls": calls}
    return found


# 8


@probe("dlinear", points=2)
def a_trend_by_pencil(series_decomp, dlinear, dlinear_matrix):
    """The worked example: four steps, an average over three."""
    x = torch.tensor([1.0, 2.0, 6.0, 3.0], dtype=torch.float64).reshape(1, 4, 1)
    season, trend = series_decomp(x, 3)
    nothing, last = torch.zeros(1, 4, dtype=torch.float64), torch.eye(4, dtype=torch.float64)[3:]
    return {
        "season": season,
        "trend": trend,
        "forecast": dlinear(x, nothing, last, torch.zeros(1, dtype=torch.float64), 3),
        "matrix": dlinear_matrix(nothing, last, 3),
    }


@probe("dlinear", points=2, public=False)
def averages_of_any_length(series_decomp, rng):
    """Averages over one step, a few, and more than there are; several channels; even lengths."""
    found = {}
    for B, L, C, k in ((2, 7, 3, 3), (2, 7, 3, 5), (1, 4, 1, 9), (3, 3, 3, 3), (2, 5, 2, 5)):
        for turn in ("first", "second"):
            found[f"{L} steps, {C} channels, k {k}, {turn}"] = list(series_decomp(3 + normal(rng, B, L, C), k))
        found[f"{L} steps, {C} channels, average over one"] = list(series_decomp(normal(rng, B, L, C), 1))
    for k in (3, 5):  # whole numbers, so that the season of a single step is 0 and not nearly 0
        found[f"one step, k {k}"] = list(series_decomp(torch.tensor([[[2.0, -7.0]], [[5.0, 3.0]]], dtype=torch.float64), k))
    found["float32"] = list(series_decomp(normal(rng, 2, 5, 2, dtype=torch.float32), 3))
    for k in (0, 2, -1, 6):
        found[f"k {k}"] = raises(series_decomp, normal(rng, 1, 8, 1), k)
    return found


@probe("dlinear", points=2, public=False)
def two_maps_and_a_bias(dlinear, rng):
    """Several windows, channels and horizons; horizon, window and channels of one size, too."""
    found = {}
    for B, L, C, H, k in ((2, 6, 3, 4, 3), (4, 4, 4, 4, 3), (1, 5, 1, 2, 5), (3, 3, 2, 1, 1), (2, 4, 2, 7, 9)):
        for turn in ("first", "second"):
            x, maps = 2 + normal(rng, B, L, C), (normal(rng, H, L), normal(rng, H, L), normal(rng, H))
            found[f"{L} steps, {C} channels, {H} to come, k {k}, {turn}"] = dlinear(x, *maps, k)
        found[f"{L} steps, {C} channels, {H} to come, k {k}, other maps"] = dlinear(x, *(-m for m in maps), k)
    found["float32"] = dlinear(*(single(normal(rng, *s)) for s in ((2, 5, 2), (3, 5), (3, 5), (3,))), 3)
    return found


@probe("dlinear", points=2, public=False)
def one_matrix(dlinear_matrix, rng):
    """The matrix for several sizes and averages, square ones included."""
    found = {}
    for L, H, k in ((6, 4, 3), (4, 4, 3), (5, 2, 5), (3, 7, 9), (4, 3, 1)):
        for turn in ("first", "second"):
            w_season, w_trend = normal(rng, H, L), normal(rng, H, L)
            found[f"{L} to {H}, k {k}, {turn}"] = dlinear_matrix(w_season, w_trend, k)
        found[f"{L} to {H}, k {k}, other trend"] = dlinear_matrix(w_season, 1 - w_trend, k)
    found["float32"] = dlinear_matrix(*normal(rng, 2, 3, 5, dtype=torch.float32), 3)
    return found


# 9


@probe("auto_correlation", points=2)
def pulses_by_pencil(auto_correlation, fourier_block):
    """The worked example: two pulses, and one frequency of (1, 2, 3, 4)."""

    def row(*numbers):
        return torch.tensor(numbers, dtype=torch.float64).reshape(1, 1, -1, 1)

    q, half, k, v = row(0, 1.0, 0, 0), row(0.5, 1, 0, 0), row(1.0, 0, 0, 0), row(5.0, 6, 7, 8)
    turn = torch.tensor([[[1j]]], dtype=torch.complex128)
    return {
        "one lag": auto_correlation(q, k, v, 1),
        "two lags": auto_correlation(half, k, v, 2),
        "one frequency": fourier_block(row(1.0, 2, 3, 4)[0], torch.tensor([1]), turn),
    }


@probe("auto_correlation", points=3, public=False)
def lags_of_each_window(auto_correlation, rng):
    """Even and odd lengths, one lag to all of them, windows with lags of their own, several heads."""
    found = {}
    for B, h, L, d, m in ((2, 3, 7, 2, 3), (3, 2, 8, 4, 2), (1, 1, 5, 1, 5), (4, 4, 4, 4, 1), (2, 2, 6, 3, 6), (1, 2, 1, 2, 1)):
        for turn in ("first", "second"):
            q, k, v = normal(rng, 3, B, h, L, d)
            found[f"{B} of {L}, {h} heads of {d}, {m} lags, {turn}"] = auto_correlation(q, k, v, m)
        found[f"{B} of {L}, {h} heads of {d}, {m} lags, keys and values exchanged"] = auto_correlation(q, v, k, m)
    return found


@probe("auto_correlation", points=2, public=False)
def lags_planted(auto_correlation, rng):
    """Queries that are the keys moved by a known number of steps; all correlations negative; float32."""
    found = {}
    for L, lag in ((9, 2), (10, 7), (6, 5)):
        k, v = normal(rng, 2, 2, 2, L, 3)
        found[f"{L} steps, moved by {lag}"] = auto_correlation(torch.roll(k, lag, dims=2), k, v, 1)
        found[f"{L} steps, moved by {lag}, two lags"] = auto_correlation(torch.roll(k, lag, dims=2) + 0.3 * v, k, v, 2)
    q, k, v = normal(rng, 3, 1, 2, 6, 2)
    found["negative"] = auto_correlation(q - 30, k + 30, v, 2)
    found["strong"] = auto_correlation(20 * q, 20 * k, v, 3)
    found["float32"] = auto_correlation(single(q), single(k), single(v), 2)
    return found


@probe("auto_correlation", points=3, public=False)
def a_few_frequencies(fourier_block, rng):
    """Even and odd lengths, frequencies in any order, the lowest and the highest, all of them, none."""
    found = {}
    for B, L, D, modes in (
        (2, 7, 3, [2, 0]),
        (2, 8, 3, [3, 1, 4]),
        (1, 9, 2, [4]),
        (4, 4, 4, [0, 1, 2]),
        (3, 6, 2, [2, 3]),
        (2, 1, 2, [0]),
        (2, 5, 2, []),
    ):
        for turn in ("first", "second"):
            W = torch.complex(normal(rng, len(modes), D, D), normal(rng, len(modes), D, D))
            where = torch.tensor(modes, dtype=torch.int64)
            x = normal(rng, B, L, D)
            found[f"{B} of {L} by {D}, frequencies {modes}, {turn}"] = fourier_block(x, where, W)
        found[f"{B} of {L} by {D}, frequencies {modes}, turned"] = fourier_block(x, where, 1j * W)
    W = torch.complex(*normal(rng, 2, 2, 3, 3, dtype=torch.float32))
    found["float32"] = fourier_block(normal(rng, 2, 7, 3, dtype=torch.float32), torch.tensor([1, 3]), W)
    return found


@probe("auto_correlation", points=1, public=False)
def frequencies_that_are_not_there(fourier_block, rng):
    """One above half of the length, a negative one."""
    found = {}
    for L, modes in ((8, [1, 5]), (7, [4, 0]), (8, [-1, 2]), (7, [0, -3])):
        W = torch.complex(normal(rng, 2, 2, 2), normal(rng, 2, 2, 2))
        found[f"{modes} of {L} steps"] = raises(fourier_block, normal(rng, 1, L, 2), torch.tensor(modes), W)
    return found
