"""Other correct implementations of recurrent_networks; all of them must earn 100 %."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def rnn_forward__concatenated(X, h0, Wx, Wh, b):
    """One matrix for [x; h], states written into a list of columns, F.linear."""
    W = torch.cat([Wx, Wh], dim=1)
    states = [h0]
    for t in range(X.shape[1]):
        states.append(F.linear(torch.cat([X[:, t, :], states[-1]], dim=1), W, b).tanh())
    return torch.stack(states[1:]).transpose(0, 1)


def rnn_forward__one_sequence_at_a_time(X, h0, Wx, Wh, b):
    """Column vectors, as in the formula."""
    rows = []
    for sequence, h in zip(X, h0):
        states = []
        for x in sequence:
            h = torch.tanh(Wh @ h + Wx @ x + b)
            states.append(h)
        rows.append(torch.stack(states))
    return torch.stack(rows)


def rnn_bptt__sums_at_the_end(X, h0, Wx, Wh, hs, dhs):
    """All deltas first, then one einsum per gradient."""
    B, T, H = hs.shape
    slopes = 1 - hs.square()
    deltas = [None] * T
    upstream = dhs[:, T - 1]
    for t in range(T - 1, -1, -1):
        deltas[t] = slopes[:, t] * upstream
        upstream = torch.einsum("bh,hj->bj", deltas[t], Wh)
        if t:
            upstream = upstream + dhs[:, t - 1]
    delta = torch.stack(deltas, dim=1)
    before = torch.cat([h0.unsqueeze(1), hs[:, : T - 1]], dim=1)
    dWx = torch.einsum("bth,bti->hi", delta, X)
    dWh = torch.einsum("bth,btj->hj", delta, before)
    return delta.matmul(Wx), dWx, dWh, delta.sum(dim=(0, 1)), upstream


def rnn_bptt__numpy(X, h0, Wx, Wh, hs, dhs):
    """Sequence by sequence in numpy."""
    X, h0, Wx, Wh, hs, dhs = (a.numpy() for a in (X, h0, Wx, Wh, hs, dhs))
    dX, dWx, dWh, dh0 = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(h0)
    db = np.zeros(len(Wh), dtype=Wh.dtype)
    for n in range(len(X)):
        dh = np.zeros_like(h0[n])
        for t in reversed(range(X.shape[1])):
            dz = (dhs[n, t] + dh) * (1 - hs[n, t] * hs[n, t])
            dWx += np.outer(dz, X[n, t])
            dWh += np.outer(dz, h0[n] if t == 0 else hs[n, t - 1])
            db += dz
            dX[n, t] = Wx.T @ dz
            dh = Wh.T @ dz
        dh0[n] = dh
    return tuple(torch.from_numpy(a) for a in (dX, dWx, dWh, db, dh0))


def jacobian_norms__each_by_itself(Wh, hs):
    """The product for every t from scratch, by numpy's singular values."""
    W, states = Wh.numpy(), hs.numpy()
    jacobians = [np.diag(1 - h * h) @ W for h in states]
    norms = []
    for t in range(len(states) - 1):
        product = np.eye(len(W))
        for k in range(t + 1, len(states)):
            product = jacobians[k] @ product
        norms.append(np.linalg.svd(product, compute_uv=False)[0])
    return torch.tensor(np.array(norms), dtype=Wh.dtype)


def jacobian_bounds__loop(Wh, T):
    """Multiply one factor after the other; the singular value from the eigenvalues of W^T W."""
    lam = math.sqrt(torch.linalg.eigvalsh(Wh.T @ Wh).max().item())
    bounds = [lam]
    for _ in range(T - 2):
        bounds.insert(0, bounds[0] * lam)
    return torch.tensor(bounds, dtype=Wh.dtype)


def lstm_cell__one_product(x, h, c, Wf, Wi, Wc, Wo, bf, bi, bc, bo):
    """All four gates by one matrix, sigmoid written out through tanh."""
    hidden = torch.hstack((h, x))
    f, i, g, o = F.linear(hidden, torch.vstack((Wf, Wi, Wc, Wo)), torch.hstack((bf, bi, bc, bo))).chunk(4, dim=1)
    gate = lambda a: (1 + torch.tanh(a / 2)) / 2  # noqa: E731
    c = gate(f) * c + gate(i) * g.tanh()
    return gate(o) * c.tanh(), c


def lstm_cell__split_weights(x, h, c, Wf, Wi, Wc, Wo, bf, bi, bc, bo):
    """Weights of the state and of the input apart; returns a list."""
    H = h.shape[1]

    def affine(W, b):
        return h @ W[:, :H].T + x @ W[:, H:].T + b

    kept = c * affine(Wf, bf).sigmoid()
    new = affine(Wc, bc).tanh() * affine(Wi, bi).sigmoid()
    cell = kept + new
    return [cell.tanh() * affine(Wo, bo).sigmoid(), cell]


def gru_cell__increment(x, h, Wz, Wr, W, bz, br, b):
    """The update as a step towards the candidate; weights of state and input apart."""
    H = h.shape[-1]
    z = F.sigmoid(F.linear(h, Wz[:, :H]) + F.linear(x, Wz[:, H:], bz))
    r = F.sigmoid(F.linear(h, Wr[:, :H]) + F.linear(x, Wr[:, H:], br))
    candidate = F.tanh(F.linear(r.mul(h), W[:, :H]) + F.linear(x, W[:, H:], b))
    return h + z * (candidate - h)


def gru_cell__columns(x, h, Wz, Wr, W, bz, br, b):
    """One sequence at a time, in column vectors."""
    rows = []
    for x_n, h_n in zip(x, h):
        both = torch.cat((h_n, x_n))
        z, r = torch.sigmoid(Wz @ both + bz), torch.sigmoid(Wr @ both + br)
        candidate = torch.tanh(W @ torch.cat((r * h_n, x_n)) + b)
        rows.append(torch.lerp(h_n, candidate, z))
    return torch.stack(rows)


def bidirectional__one_sequence_at_a_time(X, lengths, fwd, bwd):
    """Each sequence without its padding."""
    B, T, _ = X.shape
    rows = []
    for x, n in zip(X, lengths.tolist()):
        real = x[None, :n]
        both = torch.cat([fwd(real), torch.flip(bwd(torch.flip(real, dims=[1])), dims=[1])], dim=2)[0]
        rows.append(F.pad(both, (0, 0, 0, T - n)))
    return torch.stack(rows)


def stacked__one_sequence_at_a_time(X, lengths, layers):
    """By recursion."""
    if not layers:
        return X
    fwd, bwd = layers[0]
    below = bidirectional__one_sequence_at_a_time(X, lengths, fwd, bwd)
    return stacked__one_sequence_at_a_time(below, lengths, layers[1:])


def parameter_count__one_sequence_at_a_time(cell, D, H, layers=1, directions=1):
    """The layers above the first are all alike."""

    def block(width):
        return H * width + H * H + H

    n = 1 if cell == "rnn" else 3 if cell == "gru" else 4
    return n * directions * (block(D) + (layers - 1) * block(directions * H))


def bidirectional__gather(X, lengths, fwd, bwd):
    """An index that is clamped, and a mask that chooses."""
    T = X.shape[1]
    index = torch.clamp(lengths.unsqueeze(1) - torch.arange(1, T + 1), min=0).unsqueeze(2)
    backward = bwd(torch.gather(X, 1, index.expand(-1, -1, X.shape[2])))
    backward = torch.gather(backward, 1, index.expand(-1, -1, backward.shape[2]))
    real = (torch.arange(T) < lengths.unsqueeze(1)).unsqueeze(2)
    zero = X.new_zeros(())
    return torch.cat([torch.where(real, fwd(X), zero), torch.where(real, backward, zero)], dim=2)


def tbptt_windows__generator(ids, B, T):
    """Row by row in plain Python, one window after the other; complains when it is iterated over."""
    ids = ids.tolist()
    L = (len(ids) - 1) // B
    if L // T == 0:
        raise ValueError("not a single window")
    for k in range(L // T):
        starts = [b * L + k * T for b in range(B)]
        x = torch.tensor([ids[s : s + T] for s in starts])
        y = torch.tensor([ids[s + 1 : s + T + 1] for s in starts])
        yield x, y


def clip_grad_norm__generator(grads, max_norm):
    """The norm as a Python float."""
    norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in grads))
    if norm <= max_norm:
        return [g.clone() for g in grads], norm
    return [g * (max_norm / norm) for g in grads], norm


def tbptt_epoch__generator(loss_fn, params, optimizer, windows, state, max_norm):
    """zero_grad and backward; clipped gradients copied into .grad; a tuple of losses."""
    losses = ()
    for window in windows:
        optimizer.zero_grad()
        loss, after = loss_fn(*window, state)
        loss.backward()
        clipped, _ = clip_grad_norm__generator([p.grad for p in params], max_norm)
        with torch.no_grad():
            for p, g in zip(params, clipped, strict=True):
                p.grad.copy_(g)
        optimizer.step()
        state = tuple(s.clone().detach() for s in after)
        losses += (float(loss),)
    return losses, state


def clip_grad_norm__norm_of_norms(grads, max_norm):
    """The norm of the tensors' norms."""
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm()
    if norm > max_norm:
        grads = [g / norm * max_norm for g in grads]
    return list(grads), norm


def tbptt_epoch__norm_of_norms(loss_fn, params, optimizer, windows, state, max_norm):
    """backward, and gradients scaled where they lie."""
    losses = []
    for x, y in windows:
        for p in params:
            p.grad = None
        loss, state = loss_fn(x, y, tuple(s.detach() for s in state))
        loss.backward()
        norm = torch.stack([p.grad.norm() for p in params]).norm()
        if norm > max_norm:
            for p in params:
                p.grad[:] *= max_norm / norm
        optimizer.step()
        losses.append(loss.item())
    return losses, tuple(s.detach() for s in state)


def sample_text__searchsorted(step, state, seed_ids, u, temperature=1.0):
    """numpy's searchsorted; the last logits are not computed in vain."""
    logits = None
    for token in seed_ids:
        logits, state = step(token, state)
    text = []
    for t, threshold in enumerate(u.tolist()):
        if t:
            logits, state = step(text[-1], state)
        sums = torch.softmax(logits / temperature, 0).numpy().cumsum()
        text.append(int(np.searchsorted(sums, threshold, side="right")))
    return text


def sample_text__loops(step, state, seed_ids, u, temperature=1.0):
    """A loop over the ids."""
    pending, text = list(seed_ids), []
    for threshold in u:
        for token in pending:
            logits, state = step(token, state)
        probs = logits.div(temperature).softmax(dim=0).tolist()
        w, mass = 0, probs[0]
        while mass <= threshold:
            w += 1
            mass += probs[w]
        text.append(w)
        pending = [w]
    return text


def seq2seq_loss__gather(encode, step, src, tgt, sos, pad, teacher=None):
    """Logits collected first, then log-softmax, gather and a mask."""
    B, m = tgt.shape
    state, fed, columns = encode(src), torch.full((B,), sos, dtype=torch.int64), []
    for t in range(m):
        logits, state = step(fed, state)
        columns.append(logits)
        fed = tgt[:, t].clone()
        if teacher is not None:
            own = ~teacher[:, t]
            fed[own] = logits.argmax(dim=1)[own]
    log_p = torch.stack(columns, dim=1).log_softmax(dim=-1)
    picked = log_p.gather(2, tgt[..., None])[..., 0]
    return -(picked * (tgt != pad)).sum(dim=1).mean()


def greedy_decode__gather(encode, step, src, sos, eos, max_len):
    """Sentences that grow until all are finished."""
    B = src.shape[0]
    state, fed = encode(src), torch.tensor([sos] * B)
    sentences, finished = [[] for _ in range(B)], [False] * B
    for _ in range(max_len):
        logits, state = step(fed, state)
        fed = logits.argmax(dim=-1)
        for b, token in enumerate(fed.tolist()):
            if token == eos:
                finished[b] = True
            if not finished[b]:
                sentences[b].append(token)
        if all(finished):
            break
    return sentences


def teacher_probability__gather(i, k):
    """A sigmoid."""
    return torch.sigmoid(torch.tensor(math.log(k) - i / k, dtype=torch.float64)).item()


def seq2seq_loss__one_step_at_a_time(encode, step, src, tgt, sos, pad, teacher=None):
    """The coins default to the truth; the loss of each step weighted by a mask."""
    teacher = torch.ones(tgt.shape, dtype=torch.bool) if teacher is None else teacher
    state, losses = encode(src), []
    choices = torch.full(tgt.shape[:1], sos)
    for target, truth in zip(tgt.T, teacher.T):
        logits, state = step(choices, state)
        nll = torch.logsumexp(logits, dim=1) - logits[torch.arange(len(target)), target]
        losses.append(torch.where(target == pad, torch.zeros_like(nll), nll))
        choices = torch.where(truth, target, logits.argmax(dim=1))
    return torch.stack(losses).sum(dim=0).mean()
