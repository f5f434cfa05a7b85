"""Other correct implementations of bert; all of them must earn 100 %."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def wordpiece__recursive(word, vocab):
    """Longest prefix, then the rest with its mark already in front."""
    def cut(rest, mark):
        n = max((n for n in range(1, len(rest) + 1) if mark + rest[:n] in vocab), default=0)
        if n == 0:
            return None
        tail = cut(rest[n:], "##") if n < len(rest) else []
        return None if tail is None else [mark + rest[:n], *tail]

    return cut(word, "") or ["[UNK]"]


def align_labels__recursive(words, labels, vocab):
    """Lists of lists, flattened."""
    cuts = [wordpiece__recursive(word, vocab) for word in words]
    marks = [[label if i == 0 else -100 for i in range(len(cut))] for cut, label in zip(cuts, labels)]
    return sum(cuts, []), sum(marks, [])


def wordpiece__two_pointers(word, vocab):
    """The loop of the original implementation, with a flag."""
    bad, start, out = False, 0, []
    while start < len(word):
        end, found = len(word), None
        while start < end:
            text = word[start:end]
            if start > 0:
                text = "##" + text
            if text in vocab:
                found = text
                break
            end -= 1
        if found is None:
            bad = True
            break
        out.append(found)
        start = end
    return ["[UNK]"] if bad else out


def align_labels__two_pointers(words, labels, vocab):
    """One piece at a time, with the index of its word, as tuples."""
    pieces, owners = [], []
    for k, word in enumerate(words):
        for piece in wordpiece__two_pointers(word, vocab):
            pieces.append(piece)
            owners.append(k)
    out = [labels[k] if i == 0 or owners[i - 1] != k else -100 for i, k in enumerate(owners)]
    return tuple(pieces), tuple(out)


def bert_inputs__lengths(a, b, vocab, max_len):
    """The lengths first, then full rows that are written into."""
    n, m = len(a), 0 if b is None else len(b)
    marks = 2 + (b is not None)
    while n + m + marks > max_len:
        if n > m:
            n -= 1
        else:
            m -= 1
    text = ["[CLS]"] + a[:n] + ["[SEP]"] + ([] if b is None else b[:m] + ["[SEP]"])
    ids = torch.full((max_len,), vocab["[PAD]"], dtype=torch.long)
    ids[: len(text)] = torch.tensor([vocab[t] if t in vocab else vocab["[UNK]"] for t in text])
    where = torch.arange(max_len)
    segment = ((where >= n + 2) & (where < len(text))).long()
    return ids, segment, where < len(text)


def bert_embed__written_out(ids, segment, token_table, segment_table, position_table, gain, bias):
    """F.embedding, and the layer norm written out."""
    positions = torch.arange(ids.shape[1]).expand(*ids.shape)
    x = F.embedding(positions, position_table) + F.embedding(segment, segment_table) + F.embedding(ids, token_table)
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + 1e-12).sqrt() * gain + bias


def mask_tokens__one_uniform(ids, special, V, mask_id, rng, p=0.15):
    """One uniform number decides all: the interval [0, p) is cut into 0.8 p, 0.1 p and 0.1 p."""
    u = torch.rand(ids.shape, generator=rng, dtype=torch.float64)
    u[special] = 2.0
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    labels[u < p] = ids[u < p]
    inputs[u < 0.8 * p] = mask_id
    random = (u >= 0.8 * p) & (u < 0.9 * p)
    inputs[random] = torch.randint(0, V, (int(random.sum()),), generator=rng)
    return inputs, labels


def mask_tokens__bernoulli(ids, special, V, mask_id, rng, p=0.15):
    """Three coins: selected; if so, masked with 0.8; if not, random with 1/2."""
    def coin(chance):
        return torch.bernoulli(chance.double(), generator=rng).bool()

    noise = torch.randint(V, ids.shape, generator=rng)
    chosen = coin(torch.full(ids.shape, p).masked_fill(special, 0.0))
    masked = coin(0.8 * chosen)
    changed = coin(0.5 * (chosen & ~masked))
    inputs = torch.where(masked, torch.tensor(mask_id), torch.where(changed, noise, ids))
    return inputs, torch.where(chosen, ids, torch.tensor(-100))


def mask_tokens__loops(ids, special, V, mask_id, rng, p=0.15):
    """Token by token, with numpy seeded from the generator."""
    dice = np.random.default_rng(int(torch.randint(2**60, (1,), generator=rng)))
    inputs, labels = ids.numpy().copy(), np.full(ids.shape, -100)
    for b, i in np.argwhere(~special.numpy() & (dice.random(ids.shape) < p)):
        labels[b, i] = inputs[b, i]
        u = dice.random()
        if u < 0.8:
            inputs[b, i] = mask_id
        elif u < 0.9:
            inputs[b, i] = dice.integers(V)
    return torch.from_numpy(inputs), torch.from_numpy(labels)


def mlm_loss__gather(logits, labels):
    """Log-probabilities gathered and weighted by zeros and ones."""
    asked = (labels != -100).to(logits.dtype)
    picked = logits.log_softmax(-1).gather(2, labels.clamp(min=0)[..., None])[..., 0]
    return -(picked * asked).sum() / max(asked.sum().item(), 1)


def mlm_loss__selected(logits, labels):
    """Only the selected rows, and a special case."""
    chosen = labels >= 0
    if not chosen.any():
        return 0 * logits.sum()
    return F.cross_entropy(logits[chosen], labels[chosen])


def sentence_pairs__all_draws_first(docs, rng, task):
    """All coins at once; the other document by an index that jumps over its own."""
    if task not in {"nsp", "sop"}:
        raise ValueError("task")
    places = [(d, i) for d, doc in enumerate(docs) for i in range(len(doc) - 1)]
    tails = rng.integers(0, 2, size=len(places))
    out = []
    for (d, i), tail in zip(places, tails):
        a, b = docs[d][i], docs[d][i + 1]
        if tail and task == "sop":
            a, b = b, a
        elif tail:
            k = int(rng.integers(len(docs) - 1))
            k += k >= d
            b = str(rng.choice(docs[k]))
        out.append([a, b, int(tail)])
    return out


def pretraining_loss__log_softmax(mlm_logits, labels, pair_logits, pair_labels):
    """The second loss by log-softmax and indexing."""
    rows = torch.arange(len(pair_labels))
    return -pair_logits.log_softmax(1)[rows, pair_labels].mean() + mlm_loss(mlm_logits, labels)


def elmo_mix__loop(layers, w, gamma):
    """A running sum."""
    total = torch.zeros_like(layers[0])
    for s, h in zip(torch.softmax(w, dim=0), layers):
        total = total + s * h
    return total * gamma


def cls_logits__linear(h, Wp, bp, W, b):
    """F.linear on the first slice."""
    first = h.select(1, 0)
    return F.linear(F.linear(first, Wp.T, bp).tanh(), W.T, b)


def qa_best_span__loops(start, end, ctx_mask, max_len):
    """All pairs in order; only a strictly better one replaces the best."""
    best = (None, None, -math.inf)
    a, z, inside = start.tolist(), end.tolist(), ctx_mask.tolist()
    for s in range(len(a)):
        for e in range(s, min(s + max_len, len(a))):
            if inside[s] and inside[e] and a[s] + z[e] > best[2]:
                best = (s, e, a[s] + z[e])
    return best


def elmo_mix__tensordot(layers, w, gamma):
    """A tensor product."""
    return torch.tensordot(gamma * F.softmax(w, -1), layers, dims=1)


def cls_logits__einsum(h, Wp, bp, W, b):
    """einsum."""
    pooled = torch.tanh(torch.einsum("bd,dp->bp", h[:, 0, :], Wp) + bp)
    return torch.einsum("bp,pk->bk", pooled, W) + b


def qa_best_span__triu(start, end, ctx_mask, max_len):
    """Masks by triu and tril, on the paragraph alone."""
    places = ctx_mask.nonzero().flatten()
    table = start[places][:, None] + end[places][None, :]
    n = len(places)
    legal = torch.ones(n, n).triu().tril(max_len - 1).bool()
    table[~legal] = -math.inf
    flat = np.argmax(table.numpy())
    s, e = np.unravel_index(flat, (n, n))
    return int(places[s]), int(places[e]), table[s, e].item()


def parameter_groups__filter(named_params, wd):
    """A list of the pairs, filtered twice."""
    pairs = list(named_params)

    def exempt(name):
        *front, last = name.split(".")
        return last in ("bias", "LayerNorm") or "LayerNorm" in front

    return [
        {"params": [p for n, p in pairs if not exempt(n)], "weight_decay": wd},
        {"params": [p for n, p in pairs if exempt(n)], "weight_decay": 0},
    ]


def lr_factor__minimum(step, warm, total):
    """The lower one of two lines, cut off at 0."""
    falling = (total - step) / (total - warm)
    rising = step / warm if warm > 0 else math.inf
    return min(rising, falling) if step < total else 0


def accumulate__scaled_backward(loss_fn, micro_batches):
    """The factor goes into backward."""
    losses = []
    for x in micro_batches:
        loss = loss_fn(x)
        loss.backward(gradient=torch.ones_like(loss) / len(micro_batches))
        losses.append(float(loss.detach()))
    return sum(losses) / len(losses)


def albert_embed__one_hot(ids, A, M):
    """One-hot rows times the full table."""
    return F.one_hot(ids, len(A)).to(A.dtype) @ (A @ M)


def encoder_param_count__modules(V, E, H, n_layers, shared):
    """Shapes listed one by one."""
    shapes = [(V, E), (512, E), (2, E), (E,), (E,)]
    if E != H:
        shapes += [(E, H), (H,)]
    layer = [(H, H), (H,)] * 4 + [(H, 4 * H), (4 * H,), (4 * H, H), (H,)] + [(H,)] * 4
    shapes += layer if shared else layer * n_layers
    shapes += [(H, H), (H,)]
    return sum(math.prod(shape) for shape in shapes)


def electra_corrupt__gumbel(ids, masked, gen_logits, rng):
    """The Gumbel-max trick, all positions at once."""
    u = torch.rand(gen_logits.shape, generator=rng, dtype=torch.float64)
    noise = -torch.log(-torch.log(u.clamp(1e-300, 1 - 1e-16)))
    drawn = (gen_logits.double() + noise).argmax(-1)
    out = ids.clone()
    out[masked] = drawn[masked]
    return out, masked & (out != ids)


def electra_loss__softplus(logits, is_replaced, mask):
    """softplus of the signed logit."""
    sign = 1 - 2 * is_replaced.to(logits.dtype)
    weight = mask.to(logits.dtype)
    return (F.softplus(sign * logits) * weight).sum() / weight.sum()


def electra_corrupt__inversion(ids, masked, gen_logits, rng):
    """Only the masked rows, by inversion of the distribution function."""
    c = gen_logits[masked].double().softmax(-1).cumsum(-1)
    u = torch.rand(len(c), 1, generator=rng, dtype=torch.float64) * c[:, -1:]
    out = ids.clone()
    out[masked] = (c <= u).sum(-1)
    return out, out.ne(ids)


def electra_loss__weights(logits, is_replaced, mask):
    """The weights of the library function."""
    y = is_replaced.to(logits.dtype)
    total = F.binary_cross_entropy_with_logits(logits, y, weight=mask.to(logits.dtype), reduction="sum")
    return total / mask.sum()
