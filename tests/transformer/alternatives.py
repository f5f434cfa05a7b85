"""Other correct implementations of transformer; all of them must earn 100 %."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def bahdanau_attention__loops(s, H, Ws, Wh, v, mask):
    """Sentence by sentence, over the allowed positions only."""
    contexts, weights = [], []
    for b in range(len(s)):
        places = [j for j in range(H.shape[1]) if mask[b, j]]
        e = torch.stack([v.dot(torch.tanh(Ws.mv(s[b]) + Wh.mv(H[b, j]))) for j in places])
        e = torch.exp(e - e.max())
        alpha = e / e.sum()
        contexts.append(sum(a * H[b, j] for a, j in zip(alpha, places)))
        row = [torch.zeros((), dtype=H.dtype)] * H.shape[1]
        for a, j in zip(alpha, places):
            row[j] = a
        weights.append(torch.stack(row))
    return torch.stack(contexts), torch.stack(weights)


def bahdanau_attention__log_domain(s, H, Ws, Wh, v, mask):
    """Linear layers, an additive mask, and weights from their logarithms."""
    query = F.linear(s, Ws).unsqueeze(1)
    e = F.linear(torch.tanh(query + F.linear(H, Wh)), v[None]).squeeze(-1)
    e = e + torch.zeros_like(e).masked_fill(mask.logical_not(), float("-inf"))
    alpha = torch.exp(F.log_softmax(e, dim=1))
    return torch.bmm(alpha.unsqueeze(1), H).squeeze(1), alpha


def luong_scores__loops(s, H, kind, W=None, v=None):
    """One pair at a time."""
    score = {
        "dot": lambda q, h: q.dot(h),
        "general": lambda q, h: q.dot(W.mv(h)),
        "concat": lambda q, h: v.dot(torch.tanh(W.mv(torch.cat((q, h))))),
    }
    if kind not in score:
        raise ValueError(kind)
    return torch.stack([torch.stack([score[kind](q, h) for h in states]) for q, states in zip(s, H)])


def local_window__loops(p, n, D):
    """One comparison after the other; a numpy array."""
    rows = [[centre - D <= j <= centre + D for j in range(n)] for centre in p.tolist()]
    return np.array(rows)


def luong_scores__products(s, H, kind, W=None, v=None):
    """Batched matrix products; the concat score from its two halves."""
    match kind:
        case "dot":
            return (H @ s.unsqueeze(-1)).squeeze(-1)
        case "general":
            return (H @ (s @ W).unsqueeze(-1)).squeeze(-1)
        case "concat":
            d = s.shape[1]
            hidden = (s @ W[:, :d].T).unsqueeze(1) + H @ W[:, d:].T
            return (torch.tanh(hidden) * v).sum(-1)
    raise ValueError("dot, general or concat")


def local_window__products(p, n, D):
    j = torch.arange(n).expand(len(p), n)
    return (j >= (p - D).unsqueeze(1)) & (j <= (p + D).unsqueeze(1))


def scaled_dot_product_attention__einsum(Q, K, V, allowed=None):
    """Softmax by hand, in the log domain."""
    scores = torch.einsum("...qd,...kd->...qk", Q * Q.shape[-1] ** -0.5, K)
    if allowed is not None:
        scores = torch.where(allowed, scores, -torch.inf)
    w = (scores - torch.logsumexp(scores, dim=-1, keepdim=True)).exp()
    return torch.einsum("...qk,...kv->...qv", w, V), w


def scaled_dot_product_attention__queries(Q, K, V, allowed=None):
    """One query after the other, with a very negative number for what is not allowed."""
    outputs, weights = [], []
    for i in range(Q.shape[-2]):
        score = (Q[..., i : i + 1, :] * K).sum(-1) / math.sqrt(K.shape[-1])
        if allowed is not None:
            row = allowed.expand(*Q.shape[:-1], K.shape[-2])[..., i, :]
            score = score.masked_fill(~row, torch.finfo(score.dtype).min)
        w = F.softmax(score, -1)
        weights.append(w)
        outputs.append((w.unsqueeze(-1) * V).sum(-2))
    return torch.stack(outputs, -2), torch.stack(weights, -2)


def make_masks__loops(src, tgt, pad):
    """Entry by entry."""
    (B, n), m = src.shape, tgt.shape[1]
    src_mask = torch.zeros(B, 1, 1, n, dtype=torch.bool)
    tgt_mask = torch.zeros(B, 1, m, m, dtype=torch.bool)
    for b in range(B):
        for j in range(n):
            src_mask[b, 0, 0, j] = src[b, j].item() != pad
        for i in range(m):
            for j in range(i + 1):
                tgt_mask[b, 0, i, j] = tgt[b, j].item() != pad
    return src_mask, tgt_mask


def make_masks__numpy(src, tgt, pad):
    """By comparing positions, in numpy."""
    place = np.arange(tgt.shape[1])
    future = place[None, :] > place[:, None]
    hidden = future[None, None] | (tgt.numpy() == pad)[:, None, None, :]
    return torch.from_numpy((src.numpy() != pad)[:, None, None, :]), torch.from_numpy(~hidden)


def multi_head_attention__loops(q, k, v, Wq, Wk, Wv, Wo, h, mask=None):
    """Head by head on slices of the matrices; the heads are mixed by slices of Wo."""
    d_k, out, weights = q.shape[-1] // h, 0, []
    for i in range(h):
        own = slice(i * d_k, (i + 1) * d_k)
        scores = (q @ Wq[:, own]) @ (k @ Wk[:, own]).mT / d_k**0.5
        if mask is not None:
            rows = mask.expand(len(q), h, q.shape[1], k.shape[1])[:, i]
            scores = scores.masked_fill(~rows, -torch.inf)
        w = scores.softmax(-1)
        weights.append(w)
        out = out + w @ (v @ Wv[:, own]) @ Wo[own]
    return out, torch.stack(weights, dim=1)


def multi_head_attention__einsum(q, k, v, Wq, Wk, Wv, Wo, h, mask=None):
    """Matrices as tensors with an axis for the heads."""
    D = q.shape[-1]
    Q, K, V = (
        torch.einsum("bnd,dhk->bhnk", x, W.reshape(D, h, D // h)) for x, W in ((q, Wq), (k, Wk), (v, Wv))
    )
    heads, weights = scaled_dot_product_attention(Q, K, V, allowed=mask)
    return torch.einsum("bhnk,hkd->bnd", heads, Wo.reshape(h, D // h, D)), weights


def sinusoidal_positions__loops(n, d):
    """Number by number with the math module, in double precision."""
    table = torch.empty(n, d, dtype=torch.float64)
    for p in range(n):
        for i in range(d // 2):
            omega = 1 / 10000 ** (2 * i / d)
            table[p, 2 * i], table[p, 2 * i + 1] = math.sin(p * omega), math.cos(p * omega)
    return table.float()


def sinusoidal_positions__exponential(n, d):
    """Slices of an empty table; the frequencies as exponentials."""
    PE = torch.zeros(n, d)
    position = torch.arange(n, dtype=torch.float32).unsqueeze(1)
    omega = torch.exp(torch.arange(0, d, 2).float() * (-math.log(10000.0) / d))
    PE[:, 0::2] = torch.sin(position * omega)
    PE[:, 1::2] = torch.cos(position * omega)
    return PE


def layer_norm__tokens(x, gain, bias, eps=1e-5):
    """From the centred features, with a reciprocal root."""
    centred = x - x.sum(-1, keepdim=True) / x.shape[-1]
    return centred * torch.rsqrt((centred**2).mean(-1, keepdim=True) + eps) * gain + bias


def feed_forward__tokens(x, W1, b1, W2, b2):
    """With linear layers."""
    return F.linear(F.linear(x, W1.T, b1).clamp(min=0), W2.T, b2)


def encoder_layer__tokens(x, p, h, mask):
    """Sentence by sentence, without the helpers of the question."""
    rows = []
    for sentence, allowed in zip(x, mask):
        t, a = sentence[None], p["self_attention"]
        t = t + multi_head_attention(t, t, t, a["Wq"], a["Wk"], a["Wv"], a["Wo"], h, allowed[None])[0]
        t = layer_norm__tokens(t, p["norm1"]["gain"], p["norm1"]["bias"])
        f = p["feed_forward"]
        t = t + feed_forward__tokens(t, f["W1"], f["b1"], f["W2"], f["b2"])
        rows.append(layer_norm__tokens(t, p["norm2"]["gain"], p["norm2"]["bias"]))
    return torch.cat(rows)


def encoder_layer__sublayers(x, p, h, mask):
    """The two halves as closures in a loop."""
    halves = {
        "norm1": lambda t: multi_head_attention(
            t, t, t, *(p["self_attention"][W] for W in ("Wq", "Wk", "Wv", "Wo")), h, mask
        )[0],
        "norm2": lambda t: feed_forward(t, **p["feed_forward"]),
    }
    for norm, half in halves.items():
        x = layer_norm(x + half(x), **p[norm])
    return x


def decoder_layer__sublayers(y, memory, p, h, tgt_mask, src_mask):
    """The three parts as closures in a loop; the weights are caught on the way."""
    caught = []

    def attend(name, keys, mask):
        def part(t):
            source = t if keys is None else keys
            out, w = multi_head_attention(t, source, source, **p[name], h=h, mask=mask)
            caught.append(w)
            return out

        return part

    parts = [
        attend("self_attention", None, tgt_mask),
        attend("cross_attention", memory, src_mask),
        lambda t: feed_forward(t, **p["feed_forward"]),
    ]
    for i, part in enumerate(parts, start=1):
        norm = p[f"norm{i}"]
        y = layer_norm(part(y) + y, norm["gain"], norm["bias"])
    return y, caught[1]


def decoder_layer__tokens(y, memory, p, h, tgt_mask, src_mask):
    """One target token after the other: it sees the tokens that its row of the mask allows."""
    new, weights = [], []
    for i in range(y.shape[1]):
        t = y[:, i : i + 1]
        out, _ = multi_head_attention(t, y, y, **p["self_attention"], h=h, mask=tgt_mask[:, :, i : i + 1])
        t = layer_norm(t + out, **p["norm1"])
        out, w = multi_head_attention(t, memory, memory, **p["cross_attention"], h=h, mask=src_mask)
        t = layer_norm(t + out, **p["norm2"])
        new.append(layer_norm(t + feed_forward(t, **p["feed_forward"]), **p["norm3"]))
        weights.append(w)
    return torch.cat(new, dim=1), torch.cat(weights, dim=2)


def parameter_count__rows(n_src, n_tgt, d_model, d_ff, n_layers):
    """Count the parameters of an actual model."""
    model = TransformerParameters(n_src, n_tgt, d_model, 1, d_ff, n_layers, 0)
    return sum(p.numel() for p in model.parameters())


class Transformer__rows(TransformerParameters):
    """Losses from log-probabilities, and one sentence at a time when writing."""

    def embed(self, table, ids):
        rows = table.weight[ids]
        return sinusoidal_positions(ids.size(1), self.d_model).unsqueeze(0) + rows * self.d_model**0.5

    def encode(self, src):
        x, mask = self.embed(self.src_embedding, src), (src != self.pad)[:, None, None, :]
        for layer in self.encoder:
            x = encoder_layer(x, layer, self.n_heads, mask)
        return x, mask

    def decode(self, tgt_in, memory, src_mask):
        y, (_, tgt_mask) = self.embed(self.tgt_embedding, tgt_in), make_masks(tgt_in, tgt_in, self.pad)
        for layer in self.decoder:
            y, w = decoder_layer(y, memory, layer, self.n_heads, tgt_mask, src_mask)
        return y @ self.output.weight.T + self.output.bias, w

    def forward(self, src, tgt_in):
        return self.decode(tgt_in, *self.encode(src))

    def loss(self, src, tgt):
        log_p = torch.log_softmax(self.forward(src, tgt[:, :-1])[0], dim=-1)
        labels = tgt[:, 1:]
        kept = labels != self.pad
        return -log_p.gather(2, labels.unsqueeze(-1)).squeeze(-1)[kept].sum() / kept.sum()

    @torch.no_grad()
    def greedy(self, src, bos, eos, max_len):
        rows = []
        for sentence in src:
            memory, mask = self.encode(sentence[None])
            written = [bos]
            while len(written) <= max_len and (len(written) == 1 or written[-1] != eos):
                logits, _ = self.decode(torch.tensor([written]), memory, mask)
                written.append(int(logits[0, -1].argmax()))
            rows.append(torch.tensor(written[1:]))
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.pad)


def parameter_count__preallocated(n_src, n_tgt, d_model, d_ff, n_layers):
    """Multiplied out by hand."""
    D, f = d_model, d_ff
    per_layer = 12 * D * D + 4 * D * f + 2 * f + 12 * D
    return n_layers * per_layer + D * n_src + (2 * D + 1) * n_tgt


class Transformer__preallocated(TransformerParameters):
    """Writes into a full-size tensor, and runs the model on the incomplete sentences only."""

    def embed(self, table, ids):
        x = F.embedding(ids, table.weight).mul(math.sqrt(self.d_model))
        return torch.stack([row + sinusoidal_positions(len(row), self.d_model) for row in x])

    def forward(self, src, tgt_in):
        src_mask, tgt_mask = make_masks(src, tgt_in, self.pad)
        x, y = self.embed(self.src_embedding, src), self.embed(self.tgt_embedding, tgt_in)
        for i in range(len(self.encoder)):
            x = encoder_layer(x, self.encoder[i], self.n_heads, src_mask)
        weights = []
        for i in range(len(self.decoder)):
            y, w = decoder_layer(y, x, self.decoder[i], self.n_heads, tgt_mask, src_mask)
            weights.append(w)
        return self.output(y), weights[-1]

    def loss(self, src, tgt):
        total, count = 0.0, 0
        for logits, labels in zip(self(src, tgt[:, :-1])[0], tgt[:, 1:]):
            labels = labels[labels != self.pad]
            total = total + F.cross_entropy(logits[: len(labels)], labels, reduction="sum")
            count += len(labels)
        return total / count

    def greedy(self, src, bos, eos, max_len):
        out = torch.full((len(src), max_len + 1), self.pad)
        out[:, 0] = bos
        open_rows = torch.arange(len(src))
        for t in range(max_len):
            with torch.no_grad():
                logits, _ = self.forward(src[open_rows], out[open_rows, : t + 1])
            token = logits[:, t].max(dim=-1).indices
            out[open_rows, t + 1] = token
            open_rows = open_rows[token != eos]
            if len(open_rows) == 0:
                return out[:, 1 : t + 2]
        return out[:, 1:]
