"""Other correct implementations of backpropagation; all of them must earn 100 %."""

import math

import numpy as np
from scipy.special import erf


def perceptron_train__signed_examples(X, y, lr, max_epochs):
    """One weight vector with the bias as its last entry, trained on examples multiplied by their labels."""
    signed = [np.append(X[:, j], 1.0) * y[j] for j in range(X.shape[1])]
    w, history, finished = np.zeros(X.shape[0] + 1), [], False
    while not finished and len(history) < max_epochs:
        wrong = 0
        for s in signed:
            if np.dot(w, s) <= 0:
                w, wrong = w + lr * s, wrong + 1
        history.append(wrong)
        finished = wrong == 0
    return w[:-1], w[-1], history


def novikoff_bound__signed_examples(X, y, w, b):
    """In plain Python."""
    w, examples = [*w.tolist(), b], [[*column, 1.0] for column in X.T.tolist()]
    radius = max(math.sqrt(sum(x * x for x in e)) for e in examples)
    margin = min(label * sum(p * q for p, q in zip(w, e)) for label, e in zip(y.tolist(), examples))
    return (math.hypot(*w) * radius / margin) ** 2


def activation__masks(name, z, alpha=0.01):
    """Arrays filled part by part; a sigmoid through tanh, or through a clipped exponent."""
    right = z > 0
    if name == "sigmoid":
        a = 0.5 + 0.5 * np.tanh(0.5 * z)
        return a, a - a * a
    if name == "tanh":
        a = 2 / (1 + np.exp(-2 * np.clip(z, -300, 300))) - 1
        return a, (1 - a) * (1 + a)
    if name in ("relu", "leaky_relu"):
        a, slope = np.zeros(z.shape), np.zeros(z.shape)
        a[right], slope[right] = z[right], 1
        if name == "leaky_relu":
            a[~right], slope[~right] = alpha * z[~right], alpha
        return a, slope
    if name == "gelu":
        Phi = 0.5 * erf(z * np.sqrt(0.5)) + 0.5
        return z * Phi, Phi + z * np.exp(-0.5 * np.square(z)) * (2 * np.pi) ** -0.5
    if name == "swish":
        s = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
        a = z * s
        return a, a + s * (1 - a)
    raise ValueError(name)


def scalar_sigmoid(t):
    if t >= 0:
        return 1 / (1 + math.exp(-t))
    return math.exp(t) / (1 + math.exp(t))


def activation__scalars(name, z, alpha=0.01):
    """One number at a time with the math module."""
    pairs = {
        "sigmoid": lambda t: (scalar_sigmoid(t), scalar_sigmoid(t) * scalar_sigmoid(-t)),
        "tanh": lambda t: (math.tanh(t), 1 - math.tanh(t) ** 2),
        "relu": lambda t: (t, 1.0) if t > 0 else (0.0, 0.0),
        "leaky_relu": lambda t: (t, 1.0) if t > 0 else (alpha * t, alpha),
        "gelu": lambda t: (
            t * math.erfc(-t / math.sqrt(2)) / 2,
            math.erfc(-t / math.sqrt(2)) / 2 + t * math.exp(-t * t / 2) / math.sqrt(2 * math.pi),
        ),
        "swish": lambda t: (
            t * scalar_sigmoid(t),
            scalar_sigmoid(t) * (1 + t * scalar_sigmoid(-t)),
        ),
    }
    if name not in pairs:
        raise ValueError(f"no activation {name}")
    results = np.array([pairs[name](t) for t in z.ravel().tolist()])
    return results[:, 0].reshape(z.shape), results[:, 1].reshape(z.shape)


def mlp_forward__log_sum(X, Ws, bs, acts):
    """Hidden layers first; the softmax as exp of the logits minus the logarithm of their sum."""
    h, cache = X, []
    for W, b, act in zip(Ws, bs, acts):
        z = np.add(np.matmul(W, h), b)
        cache.append((h, z))
        h = activation(act, z)[0]
    logits = np.einsum("ij,jk->ik", Ws[-1], h) + bs[-1]
    return np.exp(logits - np.logaddexp.reduce(logits, axis=0)), [*cache, (h, logits)]


def mlp_forward__columns(X, Ws, bs, acts):
    """One example after the other."""
    pairs, P = [[] for _ in Ws], []
    for x in X.T:
        h = x
        for i, (W, b) in enumerate(zip(Ws, bs)):
            z = W.dot(h) + b[:, 0]
            pairs[i].append((h, z))
            h = activation(acts[i], z)[0] if i + 1 < len(Ws) else z
        top = max(h)
        weights = [math.exp(t - top) for t in h]
        P.append([w / sum(weights) for w in weights])
    cache = [(np.array([h for h, _ in layer]).T, np.array([z for _, z in layer]).T) for layer in pairs]
    return np.array(P).T, cache


def softmax_cross_entropy__loops(logits, Y):
    """Column by column, from the definition of the log of a sum of exponentials."""
    C, m = logits.shape
    total, gradient = 0.0, [[0.0] * m for _ in range(C)]
    for j in range(m):
        z = [float(logits[c, j]) for c in range(C)]
        log_sum = max(z) + math.log(math.fsum(math.exp(t - max(z)) for t in z))
        true = int(np.argmax(Y[:, j]))
        total += log_sum - z[true]
        for c in range(C):
            gradient[c][j] = (math.exp(z[c] - log_sum) - (c == true)) / m
    return total / m, np.array(gradient)


def softmax_cross_entropy__rows(logits, Y):
    """Examples as rows, the true logit by indexing."""
    z, true = logits.T.copy(), Y.argmax(axis=0)
    rows = np.arange(len(z))
    log_sum = np.logaddexp.reduce(z, axis=1)
    gradient = np.exp(z - log_sum[:, None])
    gradient[rows, true] -= 1
    return (log_sum - z[rows, true]).mean(), gradient.T / len(z)


def backprop__einsum(delta, cache, Ws, acts):
    """All error signals first, gradients after, by einsum."""
    deltas = [delta]
    for W, act, (_, z) in zip(Ws[:0:-1], acts[::-1], cache[-2::-1]):
        deltas.insert(0, np.einsum("ik,ij,kj->kj", W, deltas[0], activation(act, z)[1]))
    dWs = [np.einsum("ij,kj->ik", d, h) for d, (h, _) in zip(deltas, cache)]
    return dWs, [np.einsum("ij->i", d)[:, None] for d in deltas]


def backprop__per_example(delta, cache, Ws, acts):
    """One example at a time; outer products are added up."""
    dWs, dbs = [np.zeros(W.shape) for W in Ws], [np.zeros((len(W), 1)) for W in Ws]
    slopes = [activation(act, pair[1])[1] for act, pair in zip(acts, cache)]
    for j in range(delta.shape[1]):
        d = delta[:, j]
        for i in range(len(Ws) - 1, -1, -1):
            dWs[i] += np.outer(d, cache[i][0][:, j])
            dbs[i][:, 0] += d
            if i:
                d = np.array([sum(w * e for w, e in zip(column, d)) for column in Ws[i].T])
                d = d * slopes[i - 1][:, j]
    return tuple(dWs), tuple(dbs)


def gradient_check__copies(f, theta, grad, eps=1e-5):
    """Shifted copies, nothing changed in place."""
    worst = 0.0
    for i, e in enumerate(np.eye(len(theta))):
        n = (f(theta + eps * e) - f(theta - eps * e)) / 2 / eps
        worst = max(worst, abs(grad[i] - n) / max(abs(grad[i]) + abs(n), 1e-8))
    return float(worst)


def gradient_check__all_minus_first(f, theta, grad, eps=1e-5):
    """In place, relative to the current value, minus side first."""
    errors = []
    for i in range(theta.size):
        theta[i] -= eps
        low = float(f(theta))
        theta[i] += 2 * eps
        high = float(f(theta))
        theta[i] -= eps
        n = (high - low) / (2 * eps)
        errors.append(abs(n - float(grad[i])) / max(1e-8, abs(n) + abs(float(grad[i]))))
    return max(errors)


def weight_variance__table(n_in, n_out, scheme, alpha=0.01):
    xavier = 1 / ((n_in + n_out) / 2)
    table = {"xavier_normal": xavier, "xavier_uniform": xavier, "he": 2 / n_in}
    return table.get(scheme, 2 / n_in / (1 + alpha * alpha))


def init_weights__table(n_in, n_out, scheme, rng, alpha=0.01):
    """Scaled standard numbers, drawn transposed: another order of the random numbers."""
    std = math.sqrt(weight_variance(n_in, n_out, scheme, alpha))
    if scheme == "xavier_uniform":
        return ((2 * rng.random((n_in, n_out)) - 1) * std * math.sqrt(3)).T
    return std * rng.standard_normal((n_in, n_out)).T


def weight_variance__float32(n_in, n_out, scheme, alpha=0.01):
    if "xavier" in scheme:
        return float(np.float32(2) / np.float32(n_in + n_out))
    factor = np.float32(1 + (alpha**2 if scheme == "leaky_he" else 0))
    return float(np.float32(2 / n_in) / factor)


def init_weights__float32(n_in, n_out, scheme, rng, alpha=0.01):
    """One number after the other, from a variance in single precision."""
    v = float(weight_variance(n_in, n_out, scheme, alpha))
    W = np.empty((n_out, n_in))
    for index in np.ndindex(n_out, n_in):
        if scheme == "xavier_uniform":
            W[index] = rng.uniform(-((3 * v) ** 0.5), (3 * v) ** 0.5)
        else:
            W[index] = rng.normal(scale=v**0.5)
    return W


def gradient_norm_profile__jacobians(X, Ws, act, grad_out, residual=False):
    """Column by column with the full Jacobian matrix of each layer."""
    squares = np.zeros(len(Ws))
    for x, g in zip(X.T, grad_out.T):
        h, diagonals = x, []
        for W in Ws:
            a, slope = activation(act, W @ h)
            diagonals.append(np.diag(slope))
            h = a + h if residual else a
        for i in range(len(Ws) - 1, -1, -1):
            squares[i] += ((diagonals[i] @ g) ** 2).sum()
            jacobian = diagonals[i] @ Ws[i]
            if residual:
                jacobian = jacobian + np.eye(len(h))
            g = jacobian.T @ g
    return np.sqrt(squares)


def gradient_norm_profile__recursive(X, Ws, act, grad_out, residual=False):
    """Forward on the way down the recursion, backward on the way up."""

    def descend(h, rest):
        if not rest:
            return grad_out, []
        a, slope = activation(act, rest[0] @ h)
        g, norms = descend(a + h if residual else a, rest[1:])
        delta = slope * g
        back = rest[0].T @ delta
        return (back + g if residual else back), [float(np.sqrt(np.sum(np.square(delta)))), *norms]

    return np.array(descend(X, list(Ws))[1])


def clip_global_norm__concatenated(grads, c):
    """As one long vector, cut into pieces again."""
    flat = np.concatenate([g.ravel() for g in grads])
    norm = np.linalg.norm(flat)
    if norm > c:
        flat = flat / norm * c
    pieces = np.split(flat, np.cumsum([g.size for g in grads])[:-1])
    return [piece.reshape(g.shape) for piece, g in zip(pieces, grads)], norm


def inverted_dropout__concatenated(h, p, u):
    mask = np.where(u < p, 0.0, 1 / (1 - p))
    return mask * h, mask


def clip_global_norm__minimum(grads, c):
    """One factor that is at most 1."""
    norm = math.sqrt(math.fsum(float(x) ** 2 for g in grads for x in g.ravel()))
    factor = min(1.0, c / norm) if norm else 1.0
    return tuple(factor * g for g in grads), norm


def inverted_dropout__minimum(h, p, u):
    kept = (~(u < p)).astype(np.float64)
    return h * kept / (1 - p), kept / (1 - p)
