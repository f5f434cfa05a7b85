"""Other correct implementations of gru; all of them must earn 100 %."""

import math

import torch


def gru_cell_torch__slices(x, h, w_ih, w_hh, b_ih, b_hh):
    """Block by block, as a lerp."""
    U = h.shape[1]
    r = (x @ w_ih[:U].T + b_ih[:U] + h @ w_hh[:U].T + b_hh[:U]).sigmoid()
    z = (x @ w_ih[U : 2 * U].T + b_ih[U : 2 * U] + h @ w_hh[U : 2 * U].T + b_hh[U : 2 * U]).sigmoid()
    n = (x @ w_ih[2 * U :].T + b_ih[2 * U :] + r * (h @ w_hh[2 * U :].T + b_hh[2 * U :])).tanh()
    return n + z * (h - n)


def rnn_param_count__slices(kind, D, U, layers=1, directions=1):
    """Layer by layer."""
    if kind == "rnn":
        blocks = 1
    elif kind == "gru":
        blocks = 3
    elif kind == "lstm":
        blocks = 4
    else:
        raise ValueError(kind)
    total, width = 0, D
    for _ in range(layers):
        weights = blocks * U * width + blocks * U * U
        total += directions * (weights + 2 * blocks * U)
        width = directions * U
    return total


def rnn_param_count__built(kind, D, U, layers=1, directions=1):
    """A list of shapes."""
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}.get(kind)
    if blocks is None:
        raise ValueError("kind")
    shapes = []
    for k in range(layers):
        read = D if k == 0 else U * directions
        for _ in range(directions):
            shapes += [(blocks * U, read), (blocks * U, U), (blocks * U, 1), (blocks * U, 1)]
    return sum(a * b for a, b in shapes)


def gru_cell_torch__built(x, h, w_ih, w_hh, b_ih, b_hh):
    """One matrix for the gates, two for the candidate."""
    U = h.shape[-1]
    joint = torch.cat([w_ih[: 2 * U], w_hh[: 2 * U]], dim=1)
    gates = torch.sigmoid(torch.cat([x, h], dim=1) @ joint.T + (b_ih + b_hh)[: 2 * U])
    state = torch.addmm(b_hh[2 * U :], h, w_hh[2 * U :].T)
    n = torch.tanh(torch.addmm(b_ih[2 * U :], x, w_ih[2 * U :].T) + gates[:, :U] * state)
    return torch.lerp(n, h, gates[:, U:])


def to_torch__slices(Wz, Wr, W, bz, br, b):
    """Filled in place, with a mask for what is off the diagonal."""
    U, both = W.shape
    off = W[:, :U][~torch.eye(U, dtype=torch.bool)]
    if torch.count_nonzero(off) > 0:
        raise ValueError("no translation")
    w_ih, w_hh = W.new_zeros(3 * U, both - U), W.new_zeros(3 * U, U)
    b_ih, b_hh = W.new_zeros(3 * U), W.new_zeros(3 * U)
    for k, (matrix, bias, sign) in enumerate(((Wr, br, 1), (Wz, bz, -1), (W, b, 1))):
        rows = slice(k * U, (k + 1) * U)
        w_hh[rows] = sign * matrix[:, :U]
        w_ih[rows] = sign * matrix[:, U:]
        b_ih[rows] = sign * bias
    return w_ih, w_hh, b_ih, b_hh


def from_torch__slices(w_ih, w_hh, b_ih, b_hh):
    """Block by block."""
    U = w_hh.shape[1]
    if b_hh[2 * U :].abs().sum() > 0:
        raise ValueError("a bias behind the reset gate")
    for i in range(U):
        for j in range(U):
            if i != j and w_hh[2 * U + i, j] != 0:
                raise ValueError("not diagonal")
    Wr = torch.hstack([w_hh[:U], w_ih[:U]])
    Wz = torch.hstack([w_hh[U : 2 * U], w_ih[U : 2 * U]])
    W = torch.hstack([w_hh[2 * U :], w_ih[2 * U :]])
    br = b_ih[:U] + b_hh[:U]
    bz = b_ih[U : 2 * U] + b_hh[U : 2 * U]
    return Wz.neg(), Wr, W, bz.neg(), br, b_ih[2 * U :].clone()


def gru_forward__ready(X, w_ih, w_hh, b_ih, b_hh, h=None):
    """The inputs' part of all steps at once."""
    U = w_hh.shape[1]
    if h is None:
        h = torch.zeros(len(X), U, dtype=X.dtype)
    ready, outs = X @ w_ih.T + b_ih, []
    for t in range(X.shape[1]):
        a, s = ready[:, t], h @ w_hh.T + b_hh
        r = torch.sigmoid(a[:, :U] + s[:, :U])
        z = torch.sigmoid(a[:, U : 2 * U] + s[:, U : 2 * U])
        n = torch.tanh(a[:, 2 * U :] + r * s[:, 2 * U :])
        h = n + z * (h - n)
        outs.append(h.unsqueeze(1))
    return torch.cat(outs, 1), outs[-1][:, 0]


class GRUStream__ready:
    """Keeps its own copy beside what it hands out."""

    def __init__(self, w_ih, w_hh, b_ih, b_hh):
        self.w_ih, self.w_hh, self.b_ih, self.b_hh = w_ih, w_hh, b_ih, b_hh
        self.reset()

    def push(self, x):
        """One step."""
        outs, _ = gru_forward__ready(
            x.detach().reshape(1, 1, -1), self.w_ih.detach(), self.w_hh.detach(), self.b_ih.detach(), self.b_hh.detach(), self.h.reshape(1, -1)
        )
        self.h = outs[0, 0]
        return outs[0, 0].clone()

    def reset(self):
        """Zeros."""
        self.h = torch.zeros(self.w_hh.shape[1], dtype=self.w_hh.dtype)


def half_life__cases(b):
    """Two cases by the sign."""
    if b < 0:
        return math.log(2) / (-b + math.log1p(math.exp(b)))
    rest = math.log1p(math.exp(-b))
    return float("inf") if rest == 0 else math.log(2) / rest


def bias_for_half_life__cases(n):
    """Two cases by the length."""
    if not n > 0:
        raise ValueError(n)
    y = math.log(2) / n
    if y > 30:
        return -y - math.log1p(-math.exp(-y))
    return -math.log(math.expm1(y))


def init_gru__cases(gru, keep_bias, generator):
    """Layer by layer, by QR with signs and scaled uniform draws, in another order."""
    if gru.bias is False:
        raise ValueError("bias")
    U = gru.hidden_size
    for layer in range(gru.num_layers):
        for end in ("", "_reverse") if gru.bidirectional else ("",):
            w_ih, w_hh, b_ih, b_hh = (getattr(gru, f"{kind}_l{layer}{end}").data for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            for k in (2, 1, 0):
                q, r = torch.linalg.qr(torch.randn(U, U, generator=generator, dtype=w_hh.dtype))
                w_hh[k * U : (k + 1) * U] = q * r.diagonal().sign()
            bound = math.sqrt(6 / (w_ih.shape[1] + U))
            w_ih.copy_((2 * torch.rand(w_ih.shape, generator=generator, dtype=w_ih.dtype) - 1) * bound)
            b_ih.fill_(0)
            b_hh.fill_(0)
            b_ih[U : U + U] = keep_bias


def gru_state_jacobian__loops(x, h, w_ih, w_hh, b_ih, b_hh):
    """Entry by entry."""
    U = len(h)
    a, s = w_ih @ x + b_ih, w_hh @ h + b_hh
    J = torch.zeros(U, U, dtype=h.dtype)
    for i in range(U):
        r, z = torch.sigmoid(a[i] + s[i]), torch.sigmoid(a[U + i] + s[U + i])
        u = s[2 * U + i]
        n = torch.tanh(a[2 * U + i] + r * u)
        for j in range(U):
            dz = z * (1 - z) * w_hh[U + i, j]
            dr = r * (1 - r) * w_hh[i, j]
            dn = (1 - n * n) * (dr * u + r * w_hh[2 * U + i, j])
            J[i, j] = dz * h[i] - dz * n + (1 - z) * dn
        J[i, i] += z
    return J


def gate_traces__loop(X, w_ih, w_hh, b_ih, b_hh, h=None):
    """The loop again, with everything kept."""
    B, T, _ = X.shape
    U = w_hh.shape[1]
    h = torch.zeros(B, U, dtype=X.dtype) if h is None else h
    kept = {name: [] for name in "rznh"}
    for t in range(T):
        a, s = X[:, t] @ w_ih.T + b_ih, h @ w_hh.T + b_hh
        r = (a[:, :U] + s[:, :U]).sigmoid()
        z = (a[:, U : 2 * U] + s[:, U : 2 * U]).sigmoid()
        n = (a[:, 2 * U :] + r * s[:, 2 * U :]).tanh()
        h = (1 - z) * n + z * h
        for name, value in (("r", r), ("z", z), ("n", n), ("h", h)):
            kept[name].append(value)
    return {name: torch.stack(values, 1) for name, values in kept.items()}


def keep_half_lives__loop(z):
    """Unit by unit."""
    found = []
    for unit in range(z.shape[2]):
        loss = -torch.log(z[:, :, unit]).mean().item()
        if loss == 0:
            found.append(math.inf)
        else:
            found.append(math.log(2) / loss)
    return torch.tensor(found, dtype=z.dtype)


def saturation__loop(gate, margin=0.1):
    """Counts over the number of steps."""
    flat = gate.reshape(-1, gate.shape[-1])
    left, right = (flat < margin).sum(0), (flat > 1 - margin).sum(0)
    return left.to(gate.dtype) / len(flat), right.to(gate.dtype) / len(flat)


def last_valid__gather(outs, lengths):
    """torch.gather."""
    B, T, U = outs.shape
    if lengths.min() < 1 or lengths.max() > T:
        raise ValueError("lengths")
    index = (lengths - 1).reshape(B, 1, 1).expand(B, 1, U)
    return outs.gather(1, index).squeeze(1)


def attn_pool__gather(outs, w, lengths):
    """Row by row."""
    if not all(1 <= n <= outs.shape[1] for n in lengths.tolist()):
        raise ValueError("lengths")
    pooled = []
    for row, n in zip(outs, lengths.tolist(), strict=True):
        real = row[:n]
        scores = (real * w).sum(-1)
        e = torch.exp(scores - scores.max())
        pooled.append((e / e.sum()) @ real)
    return torch.stack(pooled)
