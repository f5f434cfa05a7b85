"""Other correct implementations of word_embeddings; all of them must earn 100 %."""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np


def skipgram_pairs__slices(sents, m):
    """The left and the right part of the window as slices, appended to one list."""
    rows = []
    for sent in sents:
        for t in range(len(sent)):
            left = sent[:t][-m:]
            right = sent[t + 1 :][:m]
            for context in left + right:
                rows.append([sent[t], context])
    return np.array(rows, dtype=np.int64) if rows else np.empty((0, 2), dtype=np.int64)


def skipgram_pairs__distances(sents, m):
    """All pairs of positions at once, by their distance."""
    parts = [np.zeros((0, 2), dtype=int)]
    for sent in sents:
        ids, position = np.array(sent, dtype=int), np.arange(len(sent))
        distance = np.abs(position[:, None] - position)
        center, context = np.nonzero((0 < distance) & (distance <= m))
        parts.append(np.column_stack([ids[center], ids[context]]))
    return np.concatenate(parts)


def noise_distribution__logs(counts, a=0.75):
    """A softmax of a times the logarithms."""
    logs = a * np.log(counts.astype(float))
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def keep_prob__logs(counts, t):
    """Word by word, in plain Python."""
    total = sum(counts.tolist())
    return np.array([1.0 if n <= t * total else math.sqrt(t * total / n) for n in counts.tolist()])


def noise_distribution__frequencies(counts, a=0.75):
    """On frequencies instead of counts: the total cancels."""
    powered = np.power(counts / np.sum(counts), a)
    return powered * (1 / np.sum(powered))


def keep_prob__frequencies(counts, t):
    """Clipped before the root, in place of after."""
    f = np.true_divide(counts, sum(int(n) for n in counts))
    return np.sqrt(np.clip(t / f, 0, 1))


def sgns_loss_grad__labels(v, pos, neg):
    """True contexts and noise in one array, with the labels 1 and -1; the sigmoid from tanh."""
    contexts = np.concatenate([pos[:, None], neg], axis=1)
    label = np.array([1.0] + [-1.0] * neg.shape[1])
    s = label * (contexts @ v[:, :, None])[..., 0]
    loss = (np.maximum(-s, 0) + np.log1p(np.exp(-np.abs(s)))).sum(axis=1).mean()
    error = -label * (1 - np.tanh(s / 2)) / 2 / len(v)
    gcontexts = error[..., None] * v[:, None]
    return loss, (error[..., None] * contexts).sum(axis=1), gcontexts[:, 0], gcontexts[:, 1:]


def softplus(s):
    return max(s, 0.0) + math.log1p(math.exp(-abs(s)))


def logistic(s):
    return 1 / (1 + math.exp(-s)) if s >= 0 else math.exp(s) / (1 + math.exp(s))


def sgns_loss_grad__loops(v, pos, neg):
    """Pair by pair, with labels 1 and 0 and one list of contexts."""
    B, k, _ = neg.shape
    loss, gv, gpos, gneg = 0.0, np.zeros(v.shape), np.zeros(pos.shape), np.zeros(neg.shape)
    for i in range(B):
        for j in range(k + 1):
            context, label, out = (pos[i], 1, gpos[i]) if j == 0 else (neg[i, j - 1], 0, gneg[i, j - 1])
            s = float(np.dot(v[i], context))
            loss += softplus(-s if label else s) / B
            error = (logistic(s) - label) / B
            out += error * v[i]
            gv[i] += error * context
    return loss, gv, gpos, gneg


def cbow_loss_grad__bag_of_words(ctx, center, W, Wp):
    """The means as one matrix product with the counts of a bag of words."""
    B, V = len(ctx), len(W)
    A = np.zeros((B, V))
    for row, ids in zip(A, ctx):
        for i in ids[ids != -1]:
            row[i] += 1
    A /= A.sum(axis=1, keepdims=True)
    H = A @ W
    Z = H @ Wp
    top = Z.max(axis=1)
    log_sum = top + np.log(np.exp(Z - top[:, None]).sum(axis=1))
    G = (np.exp(Z - log_sum[:, None]) - np.eye(V)[center]) / B
    return float(np.mean(log_sum - Z[np.arange(B), center])), A.T @ (G @ Wp.T), H.T @ G


def cbow_loss_grad__rows(ctx, center, W, Wp):
    """Row by row, in plain Python but for the products."""
    loss, dW, dWp = 0.0, np.zeros(W.shape), np.zeros(Wp.shape)
    for row, y in zip(ctx.tolist(), center.tolist()):
        words = [i for i in row if i != -1]
        h = sum(W[i] for i in words) / len(words)
        z = h @ Wp
        log_sum = np.logaddexp.reduce(z)
        loss += (log_sum - z[y]) / len(ctx)
        g = np.exp(z - log_sum) / len(ctx)
        g[y] -= 1 / len(ctx)
        dWp += np.outer(h, g)
        for i in words:
            dW[i] += Wp @ g / len(words)
    return loss, dW, dWp


def cooccurrence__pairs(sents, m, V, distance_weight):
    """Each ordered pair of positions by itself."""
    totals = defaultdict(float)
    for sent in sents:
        for t, u in itertools.product(range(len(sent)), repeat=2):
            gap = abs(t - u)
            if 1 <= gap <= m:
                totals[sent[t], sent[u]] += 1.0 / gap if distance_weight else 1.0
    X = np.zeros((V, V))
    for place, value in totals.items():
        X[place] = value
    return X


def cooccurrence__shifts(sents, m, V, distance_weight):
    """The sentence against itself, shifted by 1, 2, ..., m."""
    X = np.zeros((V, V))
    for sent in sents:
        for gap in range(1, min(m, len(sent) - 1) + 1):
            pairs = Counter(zip(sent, sent[gap:]))
            for (i, j), n in pairs.items():
                X[i, j] += n * (1 / gap if distance_weight else 1)
    return X + X.T


def glove_loss_grad__sparse(W, Wt, b, bt, X, xmax=100.0, a=0.75):
    """Only over the places of positive counts, one after the other."""
    loss, grads = 0.0, [np.zeros(np.shape(p)) for p in (W, Wt, b, bt)]
    for i, j in zip(*np.nonzero(X)):
        error = float(W[i] @ Wt[j] + b[i] + bt[j] - math.log(X[i, j]))
        weight = (X[i, j] / xmax) ** a if X[i, j] < xmax else 1.0
        loss += weight * error**2
        for grad, k, direction in zip(grads, (i, j, i, j), (Wt[j], W[i], 1.0, 1.0)):
            grad[k] += 2 * weight * error * direction
    return loss, *grads


def glove_loss_grad__masked(W, Wt, b, bt, X, xmax=100.0, a=0.75):
    """Only the pairs that occur, all at once; sums by np.add.at."""
    i, j = np.nonzero(X)
    x = X[i, j]
    error = np.einsum("nd,nd->n", W[i], Wt[j]) + b[i] + bt[j] - np.log(x)
    weight = np.where(x < xmax, (x / xmax) ** a, 1.0)
    g = 2 * weight * error
    grads = [np.zeros(np.shape(p)) for p in (W, Wt, b, bt)]
    for grad, places, parts in zip(grads, (i, j, i, j), (g[:, None] * Wt[j], g[:, None] * W[i], g, g)):
        np.add.at(grad, places, parts)
    return np.sum(weight * error * error), *grads


def char_ngrams__windows(word, n_min=3, n_max=6):
    """Windows over the characters, the whole word appended."""
    letters = ["<", *word, ">"]
    found = []
    n = n_min
    while n <= n_max and n < len(letters):
        found += ["".join(piece) for piece in zip(*(letters[i:] for i in range(n)))]
        n += 1
    found.append("".join(letters))
    return found


def fasttext_vector__windows(word, table, d):
    """The rows stacked, then summed."""
    rows = [table[piece] for piece in char_ngrams__windows(word) if table.get(piece) is not None]
    return np.sum(np.reshape(rows, (-1, d)), axis=0)


def ngram_prob__counters(sents, context, word):
    """A table of all n-grams of this length."""
    n = len(context) + 1
    grams = Counter(tuple(sent[i : i + n]) for sent in sents for i in range(len(sent) - n + 1))
    total = sum(count for gram, count in grams.items() if gram[:-1] == tuple(context))
    return grams[(*context, word)] / total if total else 0


def nnlm_forward__counters(ctx, E, Wh, bh, Wo, bo):
    """One context after the other, place by place."""
    d, rows = E.shape[1], []
    for ids in ctx:
        a = np.array(bh, dtype=float)
        for place, i in enumerate(ids):
            a = a + Wh[:, place * d : (place + 1) * d] @ E[i]
        z = Wo @ np.tanh(a) + bo
        top = max(z)
        log_sum = top + math.log(sum(math.exp(t - top) for t in z))
        rows.append([t - log_sum for t in z])
    return np.array(rows)


def ngram_prob__text(sents, context, word):
    """A walk through each sentence with a sliding window."""
    followed = hit = 0
    for sent in sents:
        for start in range(len(sent)):
            stop = start + len(context)
            if stop < len(sent) and all(p == q for p, q in zip(sent[start:stop], context)):
                followed += 1
                hit += sent[stop] == word
    return hit / max(followed, 1)


def nnlm_forward__text(ctx, E, Wh, bh, Wo, bo):
    """The vectors flattened, the sum of exponentials by logaddexp."""
    x = np.take(E, ctx, axis=0).reshape(len(ctx), -1)
    z = np.einsum("vh,bh->bv", Wo, np.tanh(bh + np.inner(x, Wh))) + bo
    return z - np.logaddexp.reduce(z, axis=-1, keepdims=True)


def cosine_of(x, y):
    return float(np.dot(x, y)) / math.sqrt(float(np.dot(x, x)) * float(np.dot(y, y)))


def nearest__sorted(E, w, k):
    """Python's sorted, with the cosine as the key."""
    others = [i for i in range(len(E)) if i != w]
    return sorted(others, key=lambda i: cosine_of(E[i], E[w]), reverse=True)[:k]


def analogy__sorted(E, a, b, c):
    """The candidates one by one; the cosine in full."""
    unit = [row / math.sqrt(float(row @ row)) for row in E]
    target = unit[b] - unit[a] + unit[c]
    return max((i for i in range(len(E)) if i not in (a, b, c)), key=lambda i: cosine_of(unit[i], target))


def spearman__sorted(x, y):
    """Mean ranks from sorting, then Pearson's correlation."""

    def ranks(z):
        places = defaultdict(list)
        for place, value in enumerate(sorted(z.tolist()), start=1):
            places[value].append(place)
        return [sum(places[value]) / len(places[value]) for value in z.tolist()]

    return np.corrcoef(ranks(x), ranks(y))[0, 1]


def nearest__distance(E, w, k):
    """The Euclidean distance of scaled vectors, which orders as the cosine does; an array of ids."""
    U = E / np.sqrt((E**2).sum(axis=-1))[:, None]
    distance = np.linalg.norm(U - U[w], axis=1)
    distance[w] = np.inf
    return np.argsort(distance)[:k]


def analogy__distance(E, a, b, c):
    """The nearest scaled vector to the scaled target, among those that are left."""
    U = E / np.sqrt((E**2).sum(axis=-1))[:, None]
    target = U[b] - U[a] + U[c]
    target = target / np.sqrt(target @ target)
    left = np.setdiff1d(np.arange(len(E)), [a, b, c])
    return left[np.square(U[left] - target).sum(axis=1).argmin()]


def spearman__distance(x, y):
    """Ranks from counting values below and equal values."""
    r, s = (np.array([(z < v).sum() + ((z == v).sum() + 1) / 2 for v in z]) for z in (x, y))
    r, s = r - r.mean(), s - s.mean()
    return float((r * s).sum() / (np.sqrt((r**2).sum()) * np.sqrt((s**2).sum())))
