"""Other correct implementations of vae; all of them must earn 100 %."""

import math

import numpy as np
import torch


def reparameterize__sqrt(mu, logvar, eps):
    """The square root of the variance."""
    return torch.addcmul(mu.expand_as(eps), logvar.exp().sqrt().expand_as(eps), eps)


def kl_diag_gaussian__sqrt(mu, logvar):
    """The article's form, minus one half in front."""
    return -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())


def reparameterize__expm1(mu, logvar, eps):
    """sigma as 1 + (sigma - 1)."""
    return mu + eps + torch.expm1(logvar / 2) * eps


def kl_diag_gaussian__expm1(mu, logvar):
    """Accurate near the prior."""
    return (mu * mu + (torch.expm1(logvar) - logvar)) / 2


def negative_elbo__softplus(logits, x, mu, logvar, beta=1.0):
    """The cross-entropy as softplus(l) - l x; the KL written out."""
    B = x.shape[0]
    recon = (torch.nn.functional.softplus(logits, threshold=50) - logits * x).sum() / B
    kl = (mu.square() + logvar.exp() - logvar - 1).sum() / (2 * B)
    return recon + kl * beta, recon, kl


def negative_elbo__library(logits, x, mu, logvar, beta=1.0):
    """The stable form of the text, and an einsum; terms returned in a list."""
    bce = logits.clamp(min=0) - logits * x + torch.log1p(torch.exp(-logits.abs()))
    recon = torch.einsum("bd->", bce) / len(x)
    kl = torch.stack([kl_diag_gaussian(m[None], lv[None]).sum() for m, lv in zip(mu, logvar, strict=True)]).mean()
    return [torch.add(recon, kl, alpha=beta), recon, kl]


def elbo_linear_gaussian__cholesky(x, W, s2, m, S):
    """Everything by the Cholesky factor of S."""
    L = torch.linalg.cholesky(S)
    D, d = W.shape
    residual = x - torch.einsum("Dd,bd->bD", W, m)
    noise = (W @ L).square().sum()
    expected = -(residual.square().sum(1) + noise) / (2 * s2) - D / 2 * math.log(2 * math.pi) - D / 2 * math.log(s2)
    kl = (L.square().sum() + m.square().sum(1) - d) / 2 - torch.log(torch.diagonal(L)).sum()
    return expected - kl


def elbo_linear_gaussian__eigenvalues(x, W, s2, m, S):
    """One example at a time; the determinant by eigenvalues; the trace cycled."""
    D, d = W.shape
    logdet = torch.linalg.eigvalsh(S).log().sum()
    spread = (W.T @ W * S).sum()
    rows = []
    for x_b, m_b in zip(x, m, strict=True):
        r = x_b - W @ m_b
        expected = -0.5 * ((r @ r + spread) / s2 + D * math.log(2 * math.pi * s2))
        rows.append(expected - 0.5 * (S.diagonal().sum() + m_b @ m_b - d - logdet))
    return torch.stack(rows)


def collapse_report__numpy(mu, logvar, threshold=0.01):
    """In numpy, at double precision, and back."""
    m, lv = mu.detach().numpy().astype(np.float64), logvar.detach().numpy().astype(np.float64)
    price = 0.5 * (m**2 + np.exp(lv) - 1 - lv)
    variance = ((m - m.mean(0)) ** 2).mean(0)
    active = variance > threshold
    return {
        "active_units": int(np.count_nonzero(active)),
        "active": torch.from_numpy(active),
        "kl_per_dim": torch.from_numpy(price.mean(0)).to(mu.dtype),
        "variance": torch.from_numpy(variance).to(mu.dtype),
    }


def collapse_report__loop(mu, logvar, threshold=0.01):
    """Latent by latent."""
    report = {"kl_per_dim": [], "variance": [], "active": []}
    for i in range(mu.shape[1]):
        column = mu[:, i]
        variance = (column - column.mean()).pow(2).sum() / len(column)
        report["variance"].append(variance)
        report["active"].append(variance > threshold)
        report["kl_per_dim"].append(kl_diag_gaussian(mu, logvar)[:, i].mean())
    report = {name: torch.stack(values) for name, values in report.items()}
    return report | {"active_units": report["active"].sum().item()}


def free_bits_kl__maximum(mu, logvar, floor, per):
    """torch.where in place of a clamp."""
    if per not in {"sample", "batch"}:
        raise ValueError(per)
    kl = (mu**2 + logvar.exp() - logvar - 1) / 2
    if per == "batch":
        kl = kl.mean(0, keepdim=True)
    return torch.where(kl > floor, kl, torch.full_like(kl, floor)).sum() / kl.shape[0]


def beta_schedule__maximum(step, warmup, beta_max, kind):
    """A match over kinds, in whole cycles."""
    if warmup > 0 and kind == "cyclical":
        while step > 2 * warmup:
            step -= 2 * warmup
    rise = 1.0 if step >= warmup else step / warmup
    match kind:
        case "linear" | "cyclical":
            return 1.0 * beta_max * rise
        case "cosine":
            return beta_max * math.sin(math.pi * rise / 2) ** 2
    raise ValueError("unknown kind: " + kind)


def free_bits_kl__relu(mu, logvar, floor, per):
    """floor + relu(KL - floor)."""
    kl = kl_diag_gaussian(mu, logvar)
    match per:
        case "sample":
            return (floor + torch.relu(kl - floor)).sum(1).mean(0)
        case "batch":
            return (floor + torch.relu(kl.mean(0) - floor)).sum()
        case _:
            raise ValueError("per")


def beta_schedule__relu(step, warmup, beta_max, kind):
    """A table of functions, in numpy."""
    shapes = {"linear": lambda r: r, "cyclical": lambda r: r, "cosine": lambda r: (1 - np.cos(np.pi * r)) / 2}
    if kind not in shapes:
        raise ValueError(kind)
    if not warmup:
        return beta_max * 1.0
    at = (step - 1) % (2 * warmup) if kind == "cyclical" else step - 1
    return float(beta_max * shapes[kind](np.clip((at + 1) / warmup, 0, 1)))


def cvae_inputs__identity(x, y, z, K):
    """Rows of an identity matrix."""
    label = torch.eye(K, dtype=x.dtype)[y]
    return torch.hstack([x, label]), torch.hstack([z, label])


def cvae_inputs__scatter(x, y, z, K):
    """Zeros, and ones scattered into them."""
    label = x.new_zeros(len(y), K).scatter_(1, y[:, None], 1.0)
    return [torch.cat((x, label), 1), torch.cat((z, label), 1)]


def log_weights__densities(log_lik, z, mu, logvar):
    """Both log densities with their constants."""
    log_p = (-0.5 * math.log(2 * math.pi) - z**2 / 2).sum(-1)
    log_q = (-0.5 * math.log(2 * math.pi) - logvar / 2 - ((z - mu) / torch.exp(logvar / 2)) ** 2 / 2).sum(-1)
    return log_lik + log_p - log_q


def iw_bound__densities(log_w):
    """By hand: shift, exponentiate, average."""
    top = log_w.max(dim=0).values
    return top + torch.log(torch.exp(log_w - top).mean(dim=0))


def log_weights__loop(log_lik, z, mu, logvar):
    """One sample at a time."""
    inverse = torch.exp(-logvar / 2)
    rows = []
    for one, given in zip(z, log_lik, strict=True):
        eps = (one - mu) * inverse
        rows.append(given + (eps.square() - one.square() + logvar).sum(1) / 2)
    return torch.stack(rows)


def iw_bound__loop(log_w):
    """logaddexp, sample after sample."""
    total = log_w[0]
    for row in log_w[1:]:
        total = torch.logaddexp(total, row)
    return total - math.log(log_w.shape[0])


class _Evaluated:
    """Evaluation mode for the length of a block."""

    def __init__(self, *networks):
        self.modules = [m for network in networks for m in network.modules()]

    def __enter__(self):
        self.before = [m.training for m in self.modules]
        for m in self.modules:
            m.training = False

    def __exit__(self, *_):
        for m, mode in zip(self.modules, self.before, strict=True):
            m.training = mode


def interpolate__context(encoder, decoder, x1, x2, steps):
    """A context manager, and torch.lerp."""
    with _Evaluated(encoder, decoder), torch.no_grad():
        a, b = encoder(x1[None])[0][0], encoder(x2[None])[0][0]
        codes = torch.stack([torch.lerp(a, b, j / steps) for j in range(steps + 1)])
        return torch.sigmoid(decoder(codes))


def sample_prior__context(decoder, z):
    """The same for draws of the prior."""
    with _Evaluated(decoder), torch.inference_mode():
        return 1 / (1 + torch.exp(-decoder(z)))


def interpolate__one_by_one(encoder, decoder, x1, x2, steps):
    """Each picture decoded alone; detached at the end."""
    modules = {*encoder.modules(), *decoder.modules()}
    training = [m for m in modules if m.training]
    for m in modules:
        m.training = False
    a, b = (encoder(x[None])[0] for x in (x1, x2))
    pictures = [decoder(a * (1 - j / steps) + b * (j / steps)).sigmoid() for j in range(steps + 1)]
    for m in training:
        m.training = True
    return torch.cat(pictures).detach()


def sample_prior__one_by_one(decoder, z):
    """The same for draws of the prior."""
    training = [m for m in decoder.modules() if m.training]
    decoder.eval()
    pictures = torch.cat([decoder(row[None]) for row in z]).sigmoid().detach()
    for m in training:
        m.training = True
    return pictures
