"""Other correct implementations of gpt; all of them must earn 100 %."""

import itertools
import math

import numpy as np
import torch
import torch.nn.functional as F


def split_heads__loops(x, Wqkv, n_heads):
    """Columns cut out one head at a time."""
    D = x.shape[-1]
    d = D // n_heads
    parts = []
    for part in range(3):
        columns = [Wqkv[:, part * D + h * d : part * D + (h + 1) * d] for h in range(n_heads)]
        parts.append(torch.stack([x @ W for W in columns], dim=1))
    return tuple(parts)


def causal_self_attention__loops(x, Wqkv, Wo, n_heads):
    """Row by row: each position is shown only what it may see, so no mask is needed."""
    B, T, D = x.shape
    d = D // n_heads
    out = []
    for b in range(B):
        q, k, v = (x[b] @ Wqkv[:, i * D : (i + 1) * D] for i in range(3))
        rows = []
        for i in range(T):
            heads = []
            for h in range(n_heads):
                own = slice(h * d, (h + 1) * d)
                scores = k[: i + 1, own] @ q[i, own] * d**-0.5
                heads.append(torch.softmax(scores, 0) @ v[: i + 1, own])
            rows.append(torch.cat(heads))
        out.append(torch.stack(rows))
    return torch.stack(out) @ Wo


def split_heads__einsum(x, Wqkv, n_heads):
    """chunk, reshape and transpose."""
    B, T, D = x.shape
    return [part.reshape(B, T, n_heads, -1).transpose(1, 2) for part in (x @ Wqkv).chunk(3, dim=-1)]


def causal_self_attention__einsum(x, Wqkv, Wo, n_heads):
    """An additive mask of -inf, and einsum throughout."""
    B, T, D = x.shape
    q, k, v = split_heads__einsum(x, Wqkv, n_heads)
    mask = torch.full((T, T), float("-inf"), dtype=x.dtype).triu(diagonal=1)
    scores = torch.einsum("bhid,bhjd->bhij", q / (D / n_heads) ** 0.5, k) + mask
    y = torch.einsum("bhij,bhjd->bihd", F.softmax(scores, dim=-1), v)
    return torch.einsum("btc,cd->btd", y.flatten(2), Wo)


def gpt_forward__one_text_at_a_time(ids, params, n_heads):
    """One sequence after another, the layer norm written out, embeddings by F.embedding and F.linear."""

    def norm(x, weights):
        centred = x - x.mean(-1, keepdim=True)
        return centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5) * weights[0] + weights[1]

    rows = []
    for row in ids:
        x = F.embedding(row, params["wte"]) + F.embedding(torch.arange(len(row)), params["wpe"])
        x = x[None]
        for block in params["blocks"]:
            x = x + causal_self_attention(norm(x, block["ln_1"]), block["Wqkv"], block["Wo"], n_heads)
            inner = F.gelu(F.linear(norm(x, block["ln_2"]), block["W1"].T, block["b1"]))
            x = x + F.linear(inner, block["W2"].T, block["b2"])
        rows.append(F.linear(norm(x, params["ln_f"]), params["wte"]))
    return torch.cat(rows)


def lm_loss_and_perplexity__gather(logits, ids, pad):
    """Log-probabilities gathered and weighted by a mask of zeros and ones."""
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)
    targets = ids[:, 1:]
    picked = log_p.gather(2, targets.unsqueeze(2)).squeeze(2)
    counted = (targets != pad).to(logits.dtype)
    loss = -(picked * counted).sum() / counted.sum()
    return loss, torch.exp(loss)


def lm_loss_and_perplexity__loops(logits, ids, pad):
    """One target after another."""
    losses = []
    for row, text in zip(logits, ids, strict=True):
        for t, target in enumerate(text[1:].tolist()):
            if target != pad:
                losses.append(torch.logsumexp(row[t], 0) - row[t, target])
    loss = torch.stack(losses).mean()
    return loss, loss.detach().exp().item()


def top_k_logits__python(logits, k, tau=1.0):
    """Python's stable sort."""
    out = torch.full(logits.shape, -math.inf, dtype=logits.dtype)
    for b, row in enumerate((logits / tau).tolist()):
        for w in sorted(range(len(row)), key=lambda w: -row[w])[:k]:
            out[b, w] = row[w]
    return out


def top_p_logits__python(logits, p):
    """Add up probabilities until p is reached."""
    out = torch.full_like(logits, -math.inf)
    for b, probs in enumerate(torch.softmax(logits, -1).tolist()):
        mass = 0.0
        for w in sorted(range(len(probs)), key=lambda w: (-logits[b, w].item(), w)):
            if mass >= p:
                break
            out[b, w] = logits[b, w]
            mass += probs[w]
    return out


def top_k_logits__ranks(logits, k, tau=1.0):
    """The rank of every token in place of a scatter."""
    rank = torch.argsort(torch.argsort(-logits, dim=-1, stable=True), dim=-1)
    return torch.where(rank < k, logits / tau, -torch.inf)


def top_p_logits__ranks(logits, p):
    """The size of the nucleus by searchsorted, in numpy."""
    logits = logits.numpy()
    order = np.argsort(-logits, axis=-1, kind="stable")
    probs = torch.softmax(torch.from_numpy(logits), -1).numpy()
    out = np.full_like(logits, -np.inf)
    for row, ids, values, target in zip(logits, order, probs, out, strict=True):
        size = np.searchsorted(np.cumsum(values[ids]), p) + 1
        target[ids[:size]] = row[ids[:size]]
    return torch.from_numpy(out)


def generate__numpy(model, ids, max_new, ctx, u=None, tau=1.0, k=None, p=1.0, eos=None):
    """A tensor that grows; the inverse distribution function by numpy."""
    text = torch.tensor([ids])
    for step in range(max_new):
        row = model(text[:, max(0, text.shape[1] - ctx) :])[0, -1]
        if u is None:
            token = int(np.argmax(row.numpy()))
        else:
            row = row[None] / tau
            if k is not None:
                row = top_k_logits(row, k)
            if p < 1:
                row = top_p_logits(row, p)
            cumulative = np.cumsum(torch.softmax(row, -1)[0].numpy())
            token = int(np.searchsorted(cumulative, float(u[step]), side="right"))
        text = torch.cat([text, torch.tensor([[token]])], dim=1)
        if token == eos:
            return text[0].tolist()
    return text[0].tolist()


def generate__plain(model, ids, max_new, ctx, u=None, tau=1.0, k=None, p=1.0, eos=None):
    """Everything in plain Python, without the functions of question 4."""
    new = []
    while len(new) < max_new and (not new or new[-1] != eos):
        row = model(torch.tensor((ids + new)[-ctx:]).unsqueeze(0))[0, -1].tolist()
        order = sorted(range(len(row)), key=lambda w: -row[w])
        if u is None:
            new.append(order[0])
            continue
        order = order[:k]
        weights = {w: math.exp((row[w] - row[order[0]]) / tau) for w in order}
        total = math.fsum(weights.values())
        nucleus, mass = [], 0.0
        for w in order:
            if mass >= p:
                break
            nucleus.append(w)
            mass += weights[w] / total
        kept = sorted(nucleus)
        share = math.fsum(weights[w] for w in kept)
        below = itertools.accumulate(weights[w] / share for w in kept)
        new.append(next(w for w, c in zip(kept, below, strict=True) if c > float(u[len(new)])))
    return ids + new


class _Beam:
    def __init__(self, tokens, new, total, alpha, done):
        self.tokens, self.new, self.total, self.done = tokens, new, total, done
        self.score = total / new**alpha if new else 0.0


def beam_search__classes(model, ids, beam, max_new, eos=None, alpha=0.6):
    """Objects in place of tuples, and only the best tokens of each beam; all live beams in one batch."""
    beams = [_Beam(tuple(ids), 0, 0.0, alpha, False)]
    step = 0
    while step < max_new and not all(b.done for b in beams):
        live = [b for b in beams if not b.done]
        log_p = torch.log_softmax(model(torch.tensor([b.tokens for b in live]))[:, -1], dim=-1)
        pool = [b for b in beams if b.done]
        for b, row in zip(live, log_p, strict=True):
            best = row.topk(min(beam, len(row)))
            for value, w in zip(best.values.tolist(), best.indices.tolist(), strict=True):
                pool.append(_Beam((*b.tokens, w), b.new + 1, b.total + value, alpha, w == eos))
        pool.sort(key=lambda b: b.score)
        beams = pool[-beam:]
        step += 1
    return list(beams[-1].tokens), beams[-1].score


def beam_search__tensors(model, ids, beam, max_new, eos=None, alpha=0.6):
    """Tensors of sums and lengths, one top-k over all candidates per step; float64."""
    texts, totals, lengths = [list(ids)], torch.zeros(1, dtype=torch.float64), torch.zeros(1)
    done = [False]
    for _ in range(max_new):
        new_texts, new_totals, new_lengths, new_done = [], [], [], []
        for text, total, n, stop in zip(texts, totals.tolist(), lengths.tolist(), done, strict=True):
            if stop:
                options = [(text, total, n, True)]
            else:
                log_p = F.log_softmax(model(torch.tensor([text]))[0, -1].double(), -1)
                options = [(text + [w], total + lp, n + 1, w == eos) for w, lp in enumerate(log_p.tolist())]
            for t, s, m, f in options:
                new_texts.append(t)
                new_totals.append(s)
                new_lengths.append(m)
                new_done.append(f)
        sums, counts = torch.tensor(new_totals, dtype=torch.float64), torch.tensor(new_lengths)
        scores, keep = (sums / counts**alpha).topk(min(beam, len(sums)))
        texts, done = [new_texts[i] for i in keep], [new_done[i] for i in keep]
        totals, lengths = sums[keep], counts[keep]
        if all(done):
            break
    return texts[0], scores[0]


def kv_cache_step__one_by_one(ids, cache, params, n_heads):
    """Chunks are taken one token at a time, so that no mask is needed."""
    logits = []
    for t in range(ids.shape[1]):
        pos = cache[0][0].size(2)
        x = (params["wte"][ids[:, t]] + params["wpe"][pos])[:, None]
        longer = []
        for (keys, values), block in zip(cache, params["blocks"], strict=True):
            q, k, v = split_heads(layer_norm(x, block["ln_1"]), block["Wqkv"], n_heads)
            keys, values = torch.cat((keys, k), -2), torch.cat((values, v), -2)
            longer.append((keys, values))
            weights = torch.softmax((q * keys).sum(-1) / q.shape[-1] ** 0.5, -1)  # B H P+1
            y = (weights[..., None] * values).sum(2).flatten(1)
            x = x + (y @ block["Wo"])[:, None]
            x = x + feed_forward(layer_norm(x, block["ln_2"]), block)
        cache = longer
        logits.append(F.linear(layer_norm(x, params["ln_f"]), params["wte"]))
    return torch.cat(logits, 1), cache


def kv_cache_step__index_mask(ids, cache, params, n_heads):
    """The mask by comparing positions; a new buffer filled in place; a list of lists."""
    B, S = ids.shape
    P = cache[0][0].shape[2]
    place = torch.arange(P, P + S)
    visible = torch.arange(P + S)[None, :] <= place[:, None]
    x, longer = params["wte"][ids] + params["wpe"][place], []
    for layer, block in enumerate(params["blocks"]):
        new = split_heads(layer_norm(x, block["ln_1"]), block["Wqkv"], n_heads)
        buffers = []
        for old, fresh in zip(cache[layer], new[1:], strict=True):
            buffer = fresh.new_empty(B, n_heads, P + S, fresh.shape[-1])
            buffer[:, :, :P], buffer[:, :, P:] = old, fresh
            buffers.append(buffer)
        longer.append(buffers)
        scores = torch.einsum("bhid,bhjd->bhij", new[0], buffers[0]) / math.sqrt(new[0].size(-1))
        weights = torch.where(visible, scores, -math.inf).softmax(-1)
        x = x + torch.einsum("bhij,bhjd->bihd", weights, buffers[1]).flatten(2) @ block["Wo"]
        x = x + feed_forward(layer_norm(x, block["ln_2"]), block)
    return layer_norm(x, params["ln_f"]) @ params["wte"].T, longer


def icl_prompt__lines(task, examples, query):
    """A list of lines."""
    lines = [task]
    for x, y in examples:
        if x == query:
            continue
        lines += ["", "Input: " + x, "Output: " + y]
    lines += ["", "Input: " + query, "Output:"]
    return "\n".join(lines)


def icl_gd_predict__lines(X, y, xq, lr):
    """Linear attention, in plain Python."""
    total = 0.0
    for x, target in zip(X.tolist(), y.tolist(), strict=True):
        total += target * sum(a * b for a, b in zip(x, xq.tolist(), strict=True))
    return lr * total


def icl_prompt__format(task, examples, query):
    """Concatenation."""
    text = task
    for pair in filter(lambda pair: pair[0] != query, examples):
        text += "\n\nInput: {}\nOutput: {}".format(*pair)
    return text + f"\n\nInput: {query}\nOutput:"


def icl_gd_predict__format(X, y, xq, lr):
    """The gradient step taken by autograd."""
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    (gradient,) = torch.autograd.grad(0.5 * ((X @ w - y) ** 2).sum(), w)
    return -lr * gradient @ xq


class ChatSession__lists:
    """Turns as pairs in an ordinary list."""

    def __init__(self, respond_fn, max_turns):
        self.model, self.window, self.turns = respond_fn, max_turns, []

    def reply(self, user):
        prompt = ""
        for i, (question, answer) in enumerate(self.turns):
            if i >= len(self.turns) - self.window:
                prompt += f"User: {question}\nAssistant: {answer}\n"
        prompt += f"User: {user}\nAssistant:"
        text = self.model(prompt).removeprefix(prompt)
        end = text.find("\nUser:")
        answer = (text if end < 0 else text[:end]).strip()
        self.turns.append((user, answer))
        return answer


class ChatSession__closure:
    """The prompt built by a closure that owns the history."""

    def __init__(self, respond_fn, max_turns):
        history = []

        def reply(user):
            head = "".join(history[len(history) - min(max_turns, len(history)) :])
            prompt = head + "User: " + user + "\nAssistant:"
            continuation, _, _ = respond_fn(prompt)[len(prompt) :].partition("\nUser:")
            history.append("User: " + user + "\nAssistant: " + continuation.strip() + "\n")
            return continuation.strip()

        self._reply = reply

    def reply(self, user):
        return self._reply(user)
