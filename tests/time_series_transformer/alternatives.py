"""Other correct implementations of time_series_transformer; all of them must earn 100 %."""

import datetime
import math

import numpy as np
import torch
import torch.nn.functional as F


def attention_cost__count(L, D, heads, n_bytes, kind, width=None, patch=None):
    """Query by query."""
    n = L
    if kind == "full":
        seen = [L] * L
    elif kind == "causal":
        seen = [i + 1 for i in range(L)]
    elif kind == "window":
        seen = [min(L - 1, i + width) - max(0, i - width) + 1 for i in range(L)]
    elif kind == "patch":
        if not 0 < patch <= L:
            raise ValueError(patch)
        n = L // patch
        seen = [n] * n
    elif kind == "cached":
        seen = [L]
    else:
        raise ValueError(kind)
    pairs = sum(seen)
    return {"flops": 2 * pairs * D + 2 * pairs * D, "bytes": heads * n_bytes * pairs, "pairs": pairs}


def revin_norm__loops(x, gain, bias, eps=1e-5):
    """Window by window, channel by channel."""
    out, mean, std = torch.empty_like(x), x.new_empty(x.shape[0], x.shape[2]), x.new_empty(x.shape[0], x.shape[2])
    for b in range(x.shape[0]):
        for c in range(x.shape[2]):
            values = x[b, :, c]
            mean[b, c] = values.mean()
            std[b, c] = (values.var(correction=0) + eps) ** 0.5
            out[b, :, c] = gain[c] * (values - mean[b, c]) / std[b, c] + bias[c]
    return out, mean, std


def patchify__loops(x, patch, stride):
    """From the end backwards, then reversed."""
    B, L, C = x.shape
    if patch < 1 or patch > L or stride < 1:
        raise ValueError("does not fit")
    rows = []
    for b in range(B):
        for c in range(C):
            end, row = L, []
            while end >= patch:
                row.insert(0, x[b, end - patch : end, c])
                end -= stride
            rows.append(torch.stack(row))
    return torch.stack(rows)


def revin_denorm__loops(y, mean, std, gain, bias):
    """Row by row."""
    B, C = mean.shape
    out = y.new_empty(B, y.shape[1], C)
    for row in range(B * C):
        b, c = divmod(row, C)
        out[b, :, c] = mean[b, c] + std[b, c] * (y[row] - bias[c]) / gain[c]
    return out


def revin_norm__einops(x, gain, bias, eps=1e-5):
    """torch's var_mean with kept axes."""
    var, mean = torch.var_mean(x, dim=1, keepdim=True, unbiased=False)
    std = (var + eps).sqrt()
    return gain * ((x - mean) / std) + bias, mean.squeeze(1), std.squeeze(1)


def patchify__einops(x, patch, stride):
    """A table of indices."""
    B, L, C = x.shape
    if not 1 <= patch <= L or stride <= 0:
        raise ValueError(patch)
    N = (L - patch) // stride + 1
    first = L - patch - (N - 1) * stride
    index = first + stride * torch.arange(N)[:, None] + torch.arange(patch)
    return x[:, index].permute(0, 3, 1, 2).reshape(B * C, N, patch)


def revin_denorm__einops(y, mean, std, gain, bias):
    """Views and permutes."""
    y = y.reshape(mean.shape[0], mean.shape[1], -1).permute(0, 2, 1)
    return (y - bias) * (std / gain).unsqueeze(1) + mean.unsqueeze(1)


def calendar_ids__datetime(times):
    """Python's datetime, one by one."""
    rows = []
    for hours in times.astype(np.int64).ravel().tolist():
        t = datetime.datetime(1970, 1, 1) + datetime.timedelta(hours=hours)
        rows.append([t.hour, t.weekday(), t.day - 1, t.month - 1])
    return np.array(rows, dtype=np.int64).reshape(*times.shape, 4)


def temporal_encoding__datetime(x, calendar, tables, start=0):
    """Sines and cosines written out; embeddings by torch's function."""
    B, L, D = x.shape
    code = np.zeros((L, D))
    for t in range(L):
        for i in range(0, D, 2):
            angle = (start + t) / 10_000 ** (i / D)
            code[t, i], code[t, i + 1] = math.sin(angle), math.cos(angle)
    total = x + torch.from_numpy(code).to(x)
    for ids, table in zip(calendar.unbind(-1), tables, strict=True):
        if ids.min() < 0 or ids.max() >= table.shape[0]:
            raise IndexError("no such row")
        total = total + F.embedding(ids, table)
    return total


def encoder_block__steps(x, attention, feed_forward, norm1, norm2, norm_first):
    """Two separate branches, step by step."""
    if not norm_first:
        a = attention(x)
        middle = norm1(a + x)
        return norm2(feed_forward(middle) + middle)
    a = attention(norm1(x))
    middle = a + x
    return feed_forward(norm2(middle)) + middle


def forecast_head__steps(tokens, weight, bias, kind):
    """torch's linear on a reshaped tensor."""
    B, N, D = tokens.shape
    rows = {
        "flatten": lambda: tokens.reshape(B, N * D),
        "mean": lambda: tokens.sum(1) / N,
        "last": lambda: tokens[:, N - 1, :],
    }
    if kind not in rows:
        raise ValueError(kind)
    return F.linear(rows[kind](), weight, bias)


def decoder_window__pad(history, label, horizon):
    """Padded at its end."""
    B, L, C = history.shape
    if label < 0 or label > L:
        raise ValueError(label)
    out = torch.zeros(B, label + horizon, C, dtype=history.dtype)
    if label:
        out[:, :label] = history[:, -label:]
    return out


def decoder_block__pad(y, memory, self_attention, cross_attention, feed_forward, norms, norm_first):
    """Both wirings written out; the mask by comparing places."""
    place = torch.arange(y.shape[1])
    mask = place[None, :] <= place[:, None]
    n1, n2, n3 = norms
    if norm_first:
        z = n1(y)
        y = y + self_attention(z, z, z, mask)
        y = y + cross_attention(n2(y), memory, memory, None)
        return y + feed_forward(n3(y))
    y = n1(y + self_attention(y, y, y, mask))
    y = n2(y + cross_attention(y, memory, memory, None))
    return n3(y + feed_forward(y))


def next_step_loss__list(model, series):
    """torch's loss."""
    known, coming = series[:, : series.shape[1] - 1], series[:, 1:]
    return F.mse_loss(model(known), coming)


def autoregressive_forecast__list(model, history, horizon, context):
    """A list of steps."""
    steps = list(history.unbind(1))
    known = len(steps)
    while len(steps) < known + horizon:
        window = torch.stack(steps[max(0, len(steps) - context) :], dim=1)
        steps.append(model(window)[:, window.shape[1] - 1])
    if horizon == 0:
        return history.new_zeros(history.shape[0], 0, history.shape[2])
    return torch.stack(steps[known:], dim=1)


def kv_cached_step__einsum(q, k, v, cache, max_len=None):
    """einsum, and a softmax written out."""
    if cache is None:
        keys, values = k, v
    else:
        keys, values = torch.cat((cache[0], k), -2), torch.cat((cache[1], v), -2)
    if max_len is not None and keys.shape[2] > max_len:
        too_many = keys.shape[2] - max_len
        keys, values = keys[:, :, too_many:], values[:, :, too_many:]
    scores = torch.einsum("bhqd,bhtd->bhqt", q, keys) / q.shape[-1] ** 0.5
    weights = (scores - scores.amax(-1, keepdim=True)).exp()
    weights = weights / weights.sum(-1, keepdim=True)
    return torch.einsum("bhqt,bhtd->bhqd", weights, values), (keys, values)


def cached_forecast__einsum(step, history, horizon):
    """First the history, then the forecasts."""
    cache = None
    for place, x in enumerate(history.split(1, dim=1)):
        y, cache = step(x, place, cache)
    out = [y]
    for place in range(history.shape[1], history.shape[1] + horizon - 1):
        y, cache = step(y, place, cache)
        out.append(y)
    return torch.cat(out, 1)


def averages(L, k, dtype):
    """The matrix of the moving average, row by row."""
    M = torch.zeros(L, L, dtype=dtype)
    for t in range(L):
        for s in range(t - k // 2, t + k // 2 + 1):
            M[t, min(max(s, 0), L - 1)] += 1 / k
    return M


def series_decomp__matrix(x, k):
    """A matrix of averages."""
    if k <= 0 or k % 2 != 1:
        raise ValueError(k)
    trend = torch.einsum("ts,bsc->btc", averages(x.shape[1], k, x.dtype), x)
    return x - trend, trend


def dlinear__matrix(x, w_season, w_trend, bias, k):
    """einsum over the window."""
    season, trend = series_decomp__matrix(x, k)
    said = torch.einsum("hl,blc->bhc", w_season, season) + torch.einsum("hl,blc->bhc", w_trend, trend)
    return said + bias.reshape(1, -1, 1)


def dlinear_matrix__matrix(w_season, w_trend, k):
    """The formula."""
    return w_season + (w_trend - w_season) @ averages(w_season.shape[1], k, w_season.dtype)


def series_decomp__pool(x, k):
    """torch's average pooling on a padded window."""
    if k < 1 or k % 2 == 0:
        raise ValueError(k)
    padded = F.pad(x.transpose(1, 2), ((k - 1) // 2, (k - 1) // 2), mode="replicate")
    trend = F.avg_pool1d(padded, k, stride=1).transpose(1, 2)
    return x - trend, trend


def dlinear__pool(x, w_season, w_trend, bias, k):
    """torch's linear, channels first."""
    season, trend = series_decomp__pool(x, k)
    said = F.linear(season.transpose(1, 2), w_season, bias) + F.linear(trend.transpose(1, 2), w_trend)
    return said.transpose(1, 2)


def dlinear_matrix__pool(w_season, w_trend, k):
    """What comes out for each unit vector."""
    L = w_season.shape[1]
    nothing = torch.zeros(w_season.shape[0], dtype=w_season.dtype)
    columns = [
        dlinear__pool(torch.eye(L, dtype=w_season.dtype)[i].reshape(1, L, 1), w_season, w_trend, nothing, k)[0, :, 0]
        for i in range(L)
    ]
    return torch.stack(columns, dim=1)


def auto_correlation__roll(q, k, v, top_k):
    """Sums over time instead of a spectrum, and rolls."""
    L = q.shape[2]
    R = torch.stack([(q * torch.roll(k, lag, dims=2)).sum(2).mean((1, 2)) for lag in range(L)], dim=1)
    out = []
    for b in range(q.shape[0]):
        order = sorted(range(L), key=lambda lag, b=b: -R[b, lag].item())[:top_k]
        weights = torch.softmax(R[b, order], 0)
        out.append(sum(w * torch.roll(v[b], lag, dims=1) for w, lag in zip(weights, order, strict=True)))
    return torch.stack(out)


def fourier_block__roll(x, modes, weight):
    """The full spectrum, with the conjugate written at the negative frequencies."""
    B, L, D = x.shape
    for f in modes.tolist():
        if f < 0 or f > L // 2:
            raise ValueError(f)
    old = torch.fft.fft(x, dim=1)
    new = torch.zeros_like(old)
    for j, f in enumerate(modes.tolist()):
        product = old[:, f] @ weight[j]
        if f == 0 or 2 * f == L:
            new[:, f] = product.real.to(old.dtype)
        else:
            new[:, f] = product
            new[:, L - f] = product.conj()
    return torch.fft.ifft(new, dim=1).real
