"""Graded tests of vae; docs/authoring.md says how to write them."""

import math

import torch
from torch import nn

from dlcourse import probe, raises


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def f64(values):
    """A float64 tensor."""
    return torch.tensor(values, dtype=torch.float64)


def pulled_back(output, weight, *inputs):
    """Gradients of the sum of weight * output, one per input; words where no path leads back."""
    grads = [None] * len(inputs)
    if output.requires_grad:
        grads = torch.autograd.grad((weight * output).sum(), inputs, allow_unused=True)
    return ["no gradient: autograd finds no path back" if grad is None else grad for grad in grads]


def covariance(rng, d, spread=0.5):
    """A symmetric positive definite matrix that is not diagonal."""
    A = normal(rng, d, d)
    return spread * (A @ A.T / d + 0.3 * torch.eye(d, dtype=torch.float64))


class Affine(nn.Module):
    """A linear map; an encoder returns its halves as means and log variances."""

    def __init__(self, weight, bias, halves=False):
        super().__init__()
        self.weight, self.bias, self.halves = nn.Parameter(weight), nn.Parameter(bias), halves

    def forward(self, x):
        y = x @ self.weight.T + self.bias
        return tuple(y.chunk(2, -1)) if self.halves else y


def pair_of_networks(rng, D, d, dropout=0.0):
    """An encoder of D pixels and a decoder of d latents, with dropout and batch norm in training mode where asked for."""
    encoder, decoder = Affine(normal(rng, 2 * d, D), normal(rng, 2 * d), True), Affine(normal(rng, D, d), normal(rng, D))
    if not dropout:
        return encoder, decoder
    norm = nn.BatchNorm1d(d, dtype=torch.float64)
    norm.running_mean += normal(rng, d)
    norm.running_var *= 2.5
    return nn.Sequential(nn.Dropout(dropout), encoder), nn.Sequential(norm, nn.Dropout(dropout), decoder)


def modes_of(*networks):
    """Which modules are in training mode, and which parameters require a gradient, by name."""
    modes, trained = {}, {}
    for i, net in enumerate(networks):
        modes |= {f"{i} {name or 'itself'}": module.training for name, module in net.named_modules()}
        trained |= {f"{i} {name}": weight.requires_grad for name, weight in net.named_parameters()}
    return {"in training mode": modes, "require a gradient": trained}


@probe("reparameterize", points=1)
def sample_by_pencil(reparameterize):
    """The latent of the text and one with the variance 1/4, for two noises each."""
    mu, logvar = f64([[1.0, -2.0]]), f64([[math.log(4), -math.log(4)]])
    return [reparameterize(mu, logvar, f64(eps)) for eps in ([[1.5, 1.0]], [[-0.5, 3.0]])]


@probe("reparameterize", points=1)
def price_by_pencil(kl_diag_gaussian):
    """The latent of the text beside a narrow one, and the prior, which costs nothing."""
    mu = f64([[1.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    return kl_diag_gaussian(mu, f64([[math.log(4), math.log(0.25), 0.0], [0.0, 0.0, math.log(4)]]))


@probe("reparameterize", points=1, public=False)
def samples_of_a_batch(reparameterize, rng):
    """One draw and three draws for each of five examples, a square batch, and a batch of one; arguments stay unchanged."""
    mu, logvar = normal(rng, 2, 5).T, normal(rng, 5, 2)
    return {
        "one draw": reparameterize(mu, logvar, normal(rng, 5, 2)),
        "three draws": reparameterize(mu, logvar, normal(rng, 3, 5, 2)),
        "square": reparameterize(mu[:2], logvar[1:3], normal(rng, 2, 2)),
        "as many draws as examples": reparameterize(mu, logvar, normal(rng, 5, 5, 2)),
        "batch of one": reparameterize(mu[:1], logvar[:1], normal(rng, 1, 2)),
        "one latent": reparameterize(mu[:, :1], logvar[:, :1], normal(rng, 5, 1)),
        "wide and narrow": reparameterize(mu[:1], f64([[13.7, -41.3]]), normal(rng, 1, 2)),
        "narrow around 0": reparameterize(f64([[0.0, 0.0]]), f64([[-37.0, -91.3]]), normal(rng, 1, 2)),
        "float32": reparameterize(mu.float(), logvar.float(), normal(rng, 5, 2).float()),
    }


@probe("reparameterize", points=1, public=False)
def gradients_reach_mean_and_variance(reparameterize, rng):
    """Autograd through one draw and through four, to means and log variances."""
    mu, logvar = normal(rng, 3, 2).requires_grad_(), normal(rng, 3, 2).requires_grad_()
    found = {}
    for name, shape in {"one draw": (3, 2), "four draws": (4, 3, 2)}.items():
        z = reparameterize(mu, logvar, normal(rng, *shape))
        d_mu, d_logvar = pulled_back(z, normal(rng, *shape), mu, logvar)
        found |= {f"{name}: to mu": d_mu, f"{name}: to logvar": d_logvar}
    return found


@probe("reparameterize", points=1, public=False)
def prices_of_a_batch(kl_diag_gaussian, rng):
    """The KL of each example and latent, of a batch of one, in float32, and of extreme latents; arguments stay unchanged."""
    mu, logvar = normal(rng, 5, 3), normal(rng, 3, 5, scale=1.5).T
    return {
        "batch": kl_diag_gaussian(mu, logvar),
        "square": kl_diag_gaussian(mu[:3], logvar[:3]),
        "batch of one": kl_diag_gaussian(mu[:1], logvar[1:2]),
        "one latent": kl_diag_gaussian(mu[:, :1], logvar[:, :1]),
        "narrow": kl_diag_gaussian(f64([[0.5, -0.25]]), f64([[-1000.0, -797.0]])),
        "wide": kl_diag_gaussian(f64([[0.5, -0.25]]), f64([[79.3, 31.0]])),
        "far": kl_diag_gaussian(torch.tensor([[1000.0, -1000.0]]), torch.tensor([[1.0, -1.3]])),
    }


@probe("reparameterize", points=1, public=False)
def prices_pull_towards_the_prior(kl_diag_gaussian, rng):
    """Autograd through the KL, ordinary latents and narrow ones."""
    mu, logvar = normal(rng, 3, 2).requires_grad_(), normal(rng, 3, 2).requires_grad_()
    narrow = f64([[-800.0, 0.0], [0.0, 3.0], [-30.0, 20.0]]).requires_grad_()
    found = {}
    for name, lv in {"ordinary": logvar, "extreme": narrow}.items():
        d_mu, d_lv = pulled_back(kl_diag_gaussian(mu, lv), normal(rng, 3, 2), mu, lv)
        found |= {f"{name}: to mu": d_mu, f"{name}: to logvar": d_lv}
    return found


@probe("negative_elbo", points=2)
def loss_by_pencil(negative_elbo):
    """The example of the text at two prices, and beside a second example in a batch."""
    logits, x = f64([[0.0, math.log(3)], [0.0, 0.0]]), f64([[1.0, 0.0], [0.0, 1.0]])
    mu, logvar = f64([[1.0, 0.0], [2.0, 0.0]]), f64([[math.log(4), 0.0], [0.0, 0.0]])
    one = logits[:1], x[:1], mu[:1], logvar[:1]
    return {
        "beta 1": negative_elbo(*one),
        "beta 4": negative_elbo(*one, 4.0),
        "two examples": negative_elbo(logits, x, mu, logvar),
    }


@probe("negative_elbo", points=2, public=False)
def losses_of_grey_pixels(negative_elbo, rng):
    """Batches of grey pixels with more pixels than latents, fewer, and as many; four prices; arguments stay unchanged."""
    x = torch.from_numpy(rng.uniform(size=(4, 7)))
    logits, mu, logvar = normal(rng, 7, 4, scale=2.0).T, normal(rng, 4, 3), normal(rng, 4, 3)
    few = x[:, :2], mu[:, :2], logvar[:, :2]
    return {
        "plain": negative_elbo(logits, x, mu, logvar),
        "cheap": negative_elbo(logits, x, mu, logvar, 0.3),
        "dear": negative_elbo(logits, x, mu, logvar, 7.0),
        "free": negative_elbo(logits, x, mu, logvar, 0),
        "fewer pixels than latents": negative_elbo(logits[:, :2], x[:, :2], mu, logvar, 2.0),
        "as many": negative_elbo(logits[:, :2], *few, 1.5),
        "batch of one": negative_elbo(logits[:1], x[:1], mu[:1], logvar[:1], 1.5),
        "float32": negative_elbo(logits.float(), x.float(), mu.float(), logvar.float(), 2.5),
    }


@probe("negative_elbo", points=1, public=False)
def losses_of_certain_pixels(negative_elbo):
    """Logits of ±37, ±1000, right and wrong, in float64 and float32; a latent of almost no width."""
    logits, x = f64([[37.0, -37.5, 1000.0, -1000.0], [1000.0, -1000.0, 0.3, -90.0]]), f64([[0.0, 1.0, 1.0, 0.0], [0.3, 0.7, 1.0, 1.0]])
    mu, logvar = f64([[0.3], [-1000.0]]), f64([[-797.0], [0.4]])
    return {
        "float64": negative_elbo(logits, x, mu, logvar, 2.0),
        "float32": negative_elbo(logits.float(), x.float(), mu.float() / 300, logvar.float() / 100, 2.0),
    }


@probe("negative_elbo", points=2, public=False)
def gradients_of_the_three(negative_elbo, rng):
    """Autograd through the loss and its two terms, with large logits among others."""
    logits, x = normal(rng, 3, 4, scale=2.0), torch.from_numpy(rng.uniform(size=(3, 4)))
    logits[0, 0], logits[1, 2] = 43.0, -1000.0
    logits.requires_grad_()
    mu, logvar = normal(rng, 3, 2).requires_grad_(), normal(rng, 3, 2).requires_grad_()
    loss, recon, kl = negative_elbo(logits, x, mu, logvar, 2.7)
    parts = {"loss": (loss, (logits, mu, logvar)), "recon": (recon, (logits,)), "kl": (kl, (mu, logvar))}
    names = {"loss": ("logits", "mu", "logvar"), "recon": ("logits",), "kl": ("mu", "logvar")}
    found = {}
    for part, (value, inputs) in parts.items():
        if value.requires_grad:
            grads = torch.autograd.grad(value, inputs, allow_unused=True, retain_graph=True)
        else:
            grads = [None] * len(inputs)
        found |= {
            f"{part} to {name}": "no gradient" if g is None else g for name, g in zip(names[part], grads, strict=True)
        }
    return found


@probe("elbo_linear_gaussian", points=2)
def bound_by_pencil(elbo_linear_gaussian):
    """The model of the text with the prior and the posterior as q, and a second x."""
    W, x = f64([[1.0]]), f64([[2.0], [0.0]])
    return {
        "q is the prior": elbo_linear_gaussian(x, W, 1.0, f64([[0.0], [0.0]]), f64([[1.0]])),
        "q is the posterior": elbo_linear_gaussian(x, W, 1.0, f64([[1.0], [0.0]]), f64([[0.5]])),
        "more noise": elbo_linear_gaussian(x, W, 4.0, f64([[1.0], [0.0]]), f64([[0.5]])),
    }


@probe("elbo_linear_gaussian", points=1)
def two_latents_by_pencil(elbo_linear_gaussian):
    """One pixel that sees only the first of two latents, which are correlated under q."""
    W, x, m = f64([[2.0, 0.0]]), f64([[1.0]]), f64([[0.5, 1.0]])
    return [elbo_linear_gaussian(x, W, 1.0, m, f64(S)) for S in ([[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.25], [0.25, 0.5]])]


@probe("elbo_linear_gaussian", points=3, public=False)
def bounds_of_a_batch(elbo_linear_gaussian, rng):
    """Full covariances; more pixels than latents, as many, fewer; a batch of one; two noises; arguments stay unchanged."""
    x, m = normal(rng, 5, 4), normal(rng, 4, 3, 2)
    wide, square, tall = normal(rng, 3, 4).T, normal(rng, 4, 4), normal(rng, 2, 3)
    means, S2, S3, S4 = normal(rng, 5, 3), covariance(rng, 2), covariance(rng, 3, 2.0), covariance(rng, 4)
    return {
        "more pixels": elbo_linear_gaussian(x, wide, 0.3, means, S3),
        "more noise": elbo_linear_gaussian(x, wide, 2.7, means, S3),
        "as many": elbo_linear_gaussian(x, square, 0.8, normal(rng, 5, 4), S4),
        "as many examples, too": elbo_linear_gaussian(x[:4], square, 1.3, normal(rng, 4, 4), S4),
        "fewer pixels": elbo_linear_gaussian(x[:, :2], tall, 0.8, means, S3),
        "two latents": elbo_linear_gaussian(x[:, 1:], wide[1:, :2], 0.4, means[:, :2], S2),
        "batch of one": elbo_linear_gaussian(x[:1], wide, 0.3, means[:1], S3),
        "one latent": elbo_linear_gaussian(x[:3], wide[:, :1], 0.3, m[:3, :1, 0], f64([[0.6]])),
        "one pixel": elbo_linear_gaussian(x[:, :1], wide[:1], 0.3, means, S3),
        "float32": elbo_linear_gaussian(x.float(), wide.float(), 0.9, means.float(), S3.float()),
    }


@probe("elbo_linear_gaussian", points=2, public=False)
def bound_at_the_truth(elbo_linear_gaussian, rng):
    """q equal to the posterior, where the bound is log p(x), and q equal to the prior."""
    found = {}
    for D, d, s2 in ((6, 2, 0.05), (3, 3, 1.7)):
        W, x = normal(rng, D, d), normal(rng, 4, D)
        M = W.T @ W + s2 * torch.eye(d, dtype=torch.float64)
        m, S = torch.linalg.solve(M, W.T @ x.T).T, s2 * torch.linalg.inv(M)
        found[f"posterior, D = {D}"] = elbo_linear_gaussian(x, W, s2, m, S)
        found[f"prior, D = {D}"] = elbo_linear_gaussian(x, W, s2, torch.zeros_like(m), torch.eye(d, dtype=torch.float64))
    return found


@probe("elbo_linear_gaussian", points=1, public=False)
def bounds_of_a_narrow_q(elbo_linear_gaussian, rng):
    """A q so narrow that the determinant of its covariance is below the smallest float; far examples, far and well explained ones."""
    W, x, m = normal(rng, 3, 12), normal(rng, 2, 3), normal(rng, 2, 12)
    S = covariance(rng, 12)
    return {
        "narrow": elbo_linear_gaussian(x, W, 0.4, m, 1.3e-31 * S),
        "narrow, float32": elbo_linear_gaussian(x.float(), W.float(), 0.4, m.float(), (1.7e-5 * S).float()),
        "far": elbo_linear_gaussian(1000 * x, W, 0.4, m, S),
        "far and explained": elbo_linear_gaussian(
            997 * m @ W.T + 1e-4 * x, 997 * W, 1.7e-11, m, 1e-15 * S
        ),
    }


@probe("elbo_linear_gaussian", points=1, public=False)
def gradients_of_the_bound(elbo_linear_gaussian, rng):
    """Autograd through the bound, to the decoder, the means and the covariance."""
    W, m = normal(rng, 4, 3).requires_grad_(), normal(rng, 5, 3).requires_grad_()
    S = covariance(rng, 3).requires_grad_()
    d_W, d_m, d_S = pulled_back(elbo_linear_gaussian(normal(rng, 5, 4), W, 0.6, m, S), normal(rng, 5), W, m, S)
    if not isinstance(d_S, str):
        d_S = d_S + d_S.T  # a symmetric matrix has no other derivative
    return {"to W": d_W, "to m": d_m, "to S": d_S}


@probe("collapse_report", points=2)
def report_by_pencil(collapse_report):
    """The two examples of the text, at the usual threshold and at one that nobody passes."""
    mu, quarter = f64([[1.0, 0.1], [-1.0, 0.1]]), math.log(0.25)
    logvar = f64([[quarter, 0.0], [quarter, 0.0]])
    return {"usual": collapse_report(mu, logvar), "strict": collapse_report(mu, logvar, 1.5)}


@probe("collapse_report", points=2, public=False)
def reports_of_a_batch(collapse_report, rng):
    """Live and dead latents, in a wide and a square batch, at three thresholds; arguments stay unchanged."""
    spread = f64([1.2, 0.0, 0.09, 0.4, 0.0])
    mu, logvar = (normal(rng, 5, 9) * spread[:, None]).T + normal(rng, 5), normal(rng, 9, 5)
    return {
        "usual": collapse_report(mu, logvar),
        "threshold 0.1": collapse_report(mu, logvar, 0.1),
        "threshold 1e-6": collapse_report(mu, logvar, 1e-6),
        "square": collapse_report(mu[:5], logvar[:5]),
        "float32": collapse_report(mu.float(), logvar.float(), threshold=0.1),
    }


@probe("collapse_report", points=2, public=False)
def reports_at_the_edges(collapse_report):
    """A variance equal to the threshold, a batch of one, one latent, means far from 0, a dead latent with a wide q."""
    edge = f64([[0.5, 0.75, 3.0], [-0.5, -0.75, 3.0]])
    far = torch.tensor([[1000.0, 0.0], [1000.5, 0.0], [1001.0, 0.0], [1000.0, 0.01]])
    return {
        "tie": collapse_report(edge, torch.zeros_like(edge), 0.25),
        "batch of one": collapse_report(edge[:1], torch.ones_like(edge[:1])),
        "one latent": collapse_report(edge[:, :1], edge[:, 1:2]),
        "far, float32": collapse_report(far, torch.zeros_like(far)),
        "wide q": collapse_report(f64([[0.3, 0.3], [0.3, -0.3], [0.3, 0.1]]), f64([[3.0, -2.0], [-3.0, -4.0], [2.0, 1.0]])),
        "narrow q": collapse_report(f64([[0.3, 0.2], [0.1, 0.7]]), f64([[-800.0, -1.0], [-900.0, 1.0]])),
    }


@probe("free_bits_kl", points=1)
def floor_by_pencil(free_bits_kl):
    """The two examples of the text in both variants, and without a floor."""
    mu, logvar = f64([[math.sqrt(0.2)], [math.sqrt(1.4)]]), f64([[0.0], [0.0]])
    return {f"{per}, {lam}": free_bits_kl(mu, logvar, lam, per) for per in ("sample", "batch") for lam in (0.5, 0.0)}


@probe("free_bits_kl", points=1)
def prices_by_pencil(beta_schedule):
    """A warm-up of four steps to the price 2: the numbers of the text and a few more."""
    return {
        "linear": [beta_schedule(t, 4, 2.0, "linear") for t in (1, 2, 5)],
        "cosine": [beta_schedule(t, 4, 2.0, "cosine") for t in (1, 2, 4)],
        "cyclical": [beta_schedule(t, 4, 2.0, "cyclical") for t in (1, 8, 9)],
    }


@probe("free_bits_kl", points=2, public=False)
def floors_of_a_batch(free_bits_kl, rng):
    """Both variants over live and dead latents, four floors, a square batch, a batch of one; arguments stay unchanged."""
    spread = f64([1.5, 0.02, 0.6])
    mu, logvar = normal(rng, 3, 7).T * spread, normal(rng, 7, 3) * spread
    found = {f"{per}, floor {lam}": free_bits_kl(mu, logvar, lam, per) for per in ("sample", "batch") for lam in (0, 0.05, 0.4, 3.0)}
    for per in ("sample", "batch"):
        found |= {
            f"{per}, square": free_bits_kl(mu[:3], logvar[:3], 0.2, per),
            f"{per}, one example": free_bits_kl(mu[:1], logvar[:1], 0.2, per),
            f"{per}, one latent": free_bits_kl(mu[:, 2:], logvar[:, 2:], 0.2, per),
            f"{per}, narrow": free_bits_kl(f64([[0.3, 0.0]]), f64([[-797.0, 0.1]]), 0.2, per),
            f"{per}, float32": free_bits_kl(mu.float(), logvar.float(), 0.3, per),
        }
    return found


@probe("free_bits_kl", points=2, public=False)
def no_pull_below_the_floor(free_bits_kl, rng):
    """Autograd through both variants, with latents below and above the floor."""
    spread = f64([1.5, 0.02, 0.6])
    mu, logvar = (normal(rng, 5, 3) * spread).requires_grad_(), (normal(rng, 5, 3) * spread).requires_grad_()
    found = {}
    for per in ("sample", "batch"):
        for lam in (0.0, 0.25):
            d_mu, d_logvar = pulled_back(free_bits_kl(mu, logvar, lam, per), 1.7, mu, logvar)
            found |= {f"{per}, {lam}: to mu": d_mu, f"{per}, {lam}: to logvar": d_logvar}
    return found


@probe("free_bits_kl", points=2, public=False)
def whole_schedules(beta_schedule):
    """Three kinds over several cycles, two warm-ups and two prices; a warm-up of one step and of none."""
    steps = (1, 2, 3, 5, 6, 7, 11, 12, 13, 14, 15, 25, 36, 1000)
    found = {}
    for kind in ("linear", "cosine", "cyclical"):
        for warmup, beta_max in ((6, 4.0), (13, 0.7), (1, 3.0), (0, 2.5), (0, 2)):
            found[f"{kind}, warm-up {warmup} to {beta_max}"] = {
                f"step {t}": beta_schedule(t, warmup, beta_max, kind) for t in steps
            }
    return found


@probe("free_bits_kl", points=1, public=False)
def unknown_names_are_errors(free_bits_kl, beta_schedule):
    """A variant and a kind that do not exist, a name with a capital letter, and no warm-up."""
    mu = f64([[0.3, 0.1], [0.2, -1.0]])
    return {
        "per dim": raises(free_bits_kl, mu, mu, 0.1, "dim"),
        "per Batch": raises(free_bits_kl, mu, mu, 0.1, "Batch"),
        "sigmoid": raises(beta_schedule, 3, 4, 1.0, "sigmoid"),
        "Linear": raises(beta_schedule, 9, 4, 1.0, "Linear"),
        "no warm-up": raises(beta_schedule, 1, 0, 1.0, "step"),
    }


@probe("cvae_inputs", points=1)
def inputs_by_pencil(cvae_inputs):
    """The example of the text and a second one with another label."""
    return cvae_inputs(f64([[0.2, 0.8], [0.5, 0.1]]), torch.tensor([1, 0]), f64([[-1.5], [2.5]]), 3)


@probe("cvae_inputs", points=1, public=False)
def inputs_of_a_batch(cvae_inputs, rng):
    """Repeated and missing labels, two numbers of classes, a batch of one, float32; arguments stay unchanged."""
    x, z = normal(rng, 6, 5).T, normal(rng, 5, 2)
    y = torch.tensor([3, 0, 3, 1, 0])

    def named(*args):
        return dict(zip(("encoder", "decoder"), cvae_inputs(*args), strict=True))

    return {
        "four classes": named(x, y, z, 4),
        "seven classes": named(x, y, z, 7),
        "as many as examples": named(x[:, :5], y, z, 5),
        "other labels": named(x, torch.tensor([1, 1, 2, 0, 3]), z, 4),
        "batch of one": named(x[:1], y[1:2], z[:1], 3),
        "one class": named(x, torch.zeros(5, dtype=torch.int64), z, 1),
        "float32": named(x.float(), y, z.float(), 4),
    }


@probe("cvae_inputs", points=1, public=False)
def gradients_of_the_inputs(cvae_inputs, rng):
    """Autograd through both inputs, to the pixels and to the latents."""
    x, z = normal(rng, 4, 6).requires_grad_(), normal(rng, 4, 3).requires_grad_()
    enc_in, dec_in = cvae_inputs(x, torch.tensor([2, 0, 1, 0]), z, 5)
    return {"to x": pulled_back(enc_in, normal(rng, 4, 11), x)[0], "to z": pulled_back(dec_in, normal(rng, 4, 8), z)[0]}


@probe("iw_bound", points=1)
def weight_by_pencil(log_weights):
    """The sample of the text, at its own mean, and with a second latent."""
    one, log4 = f64([[-1.0], [-1.0]]), math.log(4)
    return {
        "one latent": log_weights(one, f64([[[2.0]], [[0.0]]]), f64([[0.0]]), f64([[log4]])),
        "two latents": log_weights(one, f64([[[2.0, 1.0]], [[0.0, 3.0]]]), f64([[0.0, 1.0]]), f64([[log4, 0.0]])),
    }


@probe("iw_bound", points=1)
def mean_weight_by_pencil(iw_bound):
    """Weights 1 and 3 for one example, 2 and 2 for the other; then a single sample."""
    log_w = torch.log(f64([[1.0, 2.0], [3.0, 2.0]]))
    return {"two samples": iw_bound(log_w), "one sample": iw_bound(log_w[:1])}


@probe("iw_bound", points=2, public=False)
def weights_of_a_batch(log_weights, rng):
    """Four samples of three examples, as many samples as examples, one of each; narrow laws; arguments stay unchanged."""
    mu, logvar = normal(rng, 3, 2), normal(rng, 2, 3).T
    z, log_lik = normal(rng, 4, 3, 2), normal(rng, 4, 3, scale=5.0)
    return {
        "batch": log_weights(log_lik, z, mu, logvar),
        "square": log_weights(log_lik[:3], z[1:], mu, logvar),
        "one sample": log_weights(log_lik[:1], z[:1], mu, logvar),
        "one example": log_weights(log_lik[:, :1], z[:, :1], mu[:1], logvar[:1]),
        "one latent": log_weights(log_lik, z[..., :1], mu[:, :1], logvar[:, :1]),
        "narrow": log_weights(log_lik, mu + 1e-6 * z, mu, logvar - 27.0),
        "at the ends": log_weights(log_lik[:1], mu[None], mu, torch.full_like(mu, -97.0)),
        "float32": log_weights(log_lik.float(), z.float(), mu.float(), logvar.float()),
    }


@probe("iw_bound", points=1, public=False)
def gradients_of_the_weights(log_weights, rng):
    """Autograd through the log weights, to all four arguments."""
    args = normal(rng, 4, 3), normal(rng, 4, 3, 2), normal(rng, 3, 2), normal(rng, 3, 2)
    for a in args:
        a.requires_grad_()
    grads = pulled_back(log_weights(*args), normal(rng, 4, 3), *args)
    return dict(zip(("to log_lik", "to z", "to mu", "to logvar"), grads, strict=True))


@probe("iw_bound", points=2, public=False)
def bounds_of_far_weights(iw_bound, rng):
    """Log weights near 0, near -3000 and -90000, at 900, with -inf among them, high and low, equal, in float32; arguments stay unchanged."""
    log_w = normal(rng, 3, 5, scale=2.0).T
    impossible = log_w.clone()
    impossible[1, 0], impossible[0, 2] = -math.inf, -math.inf
    return {
        "ordinary": iw_bound(log_w),
        "square": iw_bound(log_w[:3]),
        "one sample": iw_bound(log_w[2:3]),
        "one example": iw_bound(log_w[:, 1:2]),
        "low": iw_bound(log_w - 3000.7),
        "very low": iw_bound(1000 * log_w - 90000),
        "high": iw_bound(log_w + 913.3),
        "impossible samples": iw_bound(impossible),
        "impossible samples, very low": iw_bound(impossible - 90000),
        "equal": iw_bound(torch.full_like(log_w, -713.3)),
        "float32": iw_bound((log_w - 211.3).float()),
    }


@probe("iw_bound", points=1, public=False)
def gradients_are_the_normalised_weights(iw_bound, rng):
    """Autograd through the bound, near 0 and at -3000."""
    found = {}
    for name, shift in {"ordinary": 0.0, "low": -3000.0}.items():
        log_w = (normal(rng, 4, 3) + shift).requires_grad_()
        (found[name],) = pulled_back(iw_bound(log_w), normal(rng, 3), log_w)
    return found


@probe("interpolate", points=2)
def line_by_pencil(interpolate):
    """Codes (0, 2) and (4, 0), decoded by a network that hands them on, in four steps and in one."""
    weight = torch.cat([torch.eye(2), torch.ones(2, 2)]).double()
    encoder, decoder = Affine(weight, f64([0.0] * 4), True), Affine(torch.eye(2).double(), f64([0.0, 0.0]))
    x1, x2 = f64([0.0, 2.0]), f64([4.0, 0.0])
    return {
        "four steps": interpolate(encoder, decoder, x1, x2, 4),
        "one step": interpolate(encoder, decoder, x1, x2, 1),
        "and back": interpolate(encoder, decoder, x2, x1, 4),
    }


@probe("interpolate", points=2, public=False)
def lines_of_other_networks(interpolate, sample_prior, rng):
    """Networks of five pixels and three latents, of as many, a bent encoder, lines of any length, and prior samples; arguments stay unchanged."""
    encoder, decoder = pair_of_networks(rng, 5, 3)
    square = pair_of_networks(rng, 4, 4)
    x1, x2, z = normal(rng, 5), normal(rng, 10)[::2], normal(rng, 3, 4).T
    eye = torch.eye(2, dtype=torch.float64)
    plain = Affine(torch.cat([eye, eye]), f64([0.0] * 4), True), Affine(eye, f64([0.0, 0.0]))
    return {
        "far ends": interpolate(*plain, f64([-1000.0, 600.0]), f64([2000.0, -300.0]), 3),
        "seven steps": interpolate(encoder, decoder, x1, x2, 7),
        "two steps": interpolate(encoder, decoder, x2, x1, 2),
        "one step": interpolate(encoder, decoder, x1, x2, 1),
        "as many latents": interpolate(*square, x1[:4], x2[:4], 3),
        "bent encoder": interpolate(nn.Sequential(nn.Tanh(), encoder), decoder, x1, x2, 4),
        "nowhere to go": interpolate(encoder, decoder, x1, x1.clone(), 3),
        "prior": sample_prior(decoder, z),
        "one of the prior": sample_prior(decoder, z[:1]),
        "as many as latents": sample_prior(decoder, z[:3]),
        "far": sample_prior(decoder, 30 * z),
        "four latents": sample_prior(square[1], normal(rng, 6, 4)),
    }


@probe("interpolate", points=2, public=False)
def networks_in_training(interpolate, sample_prior, rng):
    """Networks with dropout and batch norm that are found in training mode."""
    encoder, decoder = pair_of_networks(rng, 5, 3, dropout=0.5)
    pictures = interpolate(encoder, decoder, normal(rng, 5), normal(rng, 5), 4)
    samples = sample_prior(decoder, normal(rng, 6, 3))
    return {
        "line": pictures,
        "prior": samples,
        "running mean": decoder[0].running_mean,
        "graph": {"line": bool(pictures.requires_grad), "prior": bool(samples.requires_grad)},
    }


@probe("interpolate", points=2, public=False)
def modes_are_given_back(interpolate, sample_prior, rng):
    """Pictures, and what can be trained after the call: submodules all, none, or all but one in training mode."""
    found = {}
    for name in ("all in training", "all in evaluation", "one frozen"):
        encoder, decoder = pair_of_networks(rng, 5, 3, dropout=0.5)
        if name == "all in evaluation":
            encoder.eval()
            decoder.eval()
        if name == "one frozen":
            decoder[0].eval()
            encoder[1].eval()
        x1, x2, z = normal(rng, 5), normal(rng, 5), normal(rng, 6, 3)
        line = interpolate(encoder, decoder, x1, x2, 2)
        found[f"interpolate, {name}"] = {"line": line, "found": modes_of(encoder, decoder)}
        if name == "one frozen":
            decoder.train()
            decoder[0].eval()
        pictures = sample_prior(decoder, z)
        found[f"sample_prior, {name}"] = {"pictures": pictures, "found": modes_of(decoder)}
    return found
