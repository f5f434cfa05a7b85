"""The reference of vae against torch.distributions, exact likelihoods, quadrature, scikit-learn and closed forms."""

import copy
import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm
from sklearn.decomposition import PCA
from torch import distributions as td
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def t(values):
    return torch.tensor(values, dtype=F64)


def spd(rng, d):
    A = randn(rng, d, d)
    return A @ A.T / d + 0.2 * torch.eye(d, dtype=F64)


def test_samples_are_the_librarys(ref, torch_rng):
    mu, logvar, eps = randn(torch_rng, 4, 3), randn(torch_rng, 4, 3), randn(torch_rng, 2, 4, 3)
    z = ref.reparameterize(mu, logvar, eps)
    u = td.Normal(mu, (logvar / 2).exp()).cdf(z)
    torch.testing.assert_close(u, td.Normal(0.0, 1.0).cdf(eps))
    params = (mu.requires_grad_(), logvar.requires_grad_())
    assert torch.autograd.gradcheck(lambda m, lv: ref.reparameterize(m, lv, eps), params)


def test_price_is_the_librarys_and_an_integral(ref, torch_rng):
    mu, logvar = randn(torch_rng, 4, 3), randn(torch_rng, 4, 3)
    law = td.Normal(mu, (logvar / 2).exp())
    torch.testing.assert_close(
        ref.kl_diag_gaussian(mu, logvar), td.kl_divergence(law, td.Normal(t(0.0), t(1.0)))
    )
    m, sigma = 0.7, 0.4
    value, _ = quad(
        lambda z: norm.pdf(z, m, sigma) * (norm.logpdf(z, m, sigma) - norm.logpdf(z)), -5, 5
    )
    assert ref.kl_diag_gaussian(t([[m]]), t([[2 * math.log(sigma)]])).item() == pytest.approx(value)


def test_sample_and_price_by_hand(ref):
    mu, logvar = t([[1.0]]), t([[math.log(4)]])
    z = ref.reparameterize(mu, logvar, t([[1.5]]))
    worked(ref, "reparameterize", r"$z=1+2\cdot1.5=4$", [z - 3, 2, 1.5, z])
    worked(
        ref,
        "reparameterize",
        r"$\frac12(1+4-1-1.386)=1.307$",
        [0.5, 1, 4, -1, -math.log(4), ref.kl_diag_gaussian(mu, logvar)],
    )
    reverse = td.kl_divergence(td.Normal(0.0, 1.0), td.Normal(1.0, 2.0))
    worked(ref, "reparameterize", r"would be 0.443", reverse)


def test_loss_is_the_librarys(ref, torch_rng):
    logits, x = 3 * randn(torch_rng, 5, 7), torch.rand(5, 7, generator=torch_rng, dtype=F64)
    mu, logvar = randn(torch_rng, 5, 2), randn(torch_rng, 5, 2)
    loss, recon, kl = ref.negative_elbo(logits, x, mu, logvar, 2.5)
    p = torch.sigmoid(logits)
    by_hand = -(x * p.log() + (1 - x) * (1 - p).log()).sum() / 5
    q = td.Independent(td.Normal(mu, (logvar / 2).exp()), 1)
    prior = td.Independent(td.Normal(torch.zeros_like(mu), 1.0), 1)
    torch.testing.assert_close(recon, by_hand)
    torch.testing.assert_close(kl, td.kl_divergence(q, prior).mean())
    torch.testing.assert_close(loss, by_hand + 2.5 * kl)
    binary = (x > 0.5).double()
    _, recon, _ = ref.negative_elbo(logits, binary, mu, logvar)
    torch.testing.assert_close(recon, -td.Bernoulli(logits=logits).log_prob(binary).sum(1).mean())


def test_the_loss_is_a_bound_on_average(ref, torch_rng):
    """One latent, three pixels: the average loss against log p(x) by quadrature."""
    w, b, x = randn(torch_rng, 3), randn(torch_rng, 3), t([[1.0, 0.0, 1.0]])
    z = torch.linspace(-8, 8, 4001, dtype=F64)
    log_joint = td.Normal(0.0, 1.0).log_prob(z) + td.Bernoulli(logits=z[:, None] * w + b).log_prob(
        x
    ).sum(1)
    log_p = torch.logsumexp(log_joint, 0) + math.log(16 / 4000)
    mu, logvar = t([[0.4]]), t([[-0.2]])
    eps = randn(torch_rng, 20_000, 1, 1)
    samples = ref.reparameterize(mu, logvar, eps)[:, 0]
    losses = [ref.negative_elbo(row[None] * w + b, x, mu, logvar)[0] for row in samples[:2000]]
    elbo = -torch.stack(losses).mean()
    log_lik = td.Bernoulli(logits=samples * w + b).log_prob(x).sum(1)
    log_w = ref.log_weights(log_lik[:, None], samples[:, None], mu, logvar)
    by_ten = ref.iw_bound(log_w.view(10, -1)).mean()
    by_all = ref.iw_bound(log_w)
    assert elbo < by_ten < log_p + 0.01
    assert by_all.item() == pytest.approx(log_p.item(), abs=0.03)


def test_loss_by_hand(ref):
    args = (t([[0.0, math.log(3)]]), t([[1.0, 0.0]]), t([[1.0, 0.0]]), t([[math.log(4), 0.0]]))
    loss, recon, _ = ref.negative_elbo(*args)
    worked(ref, "negative_elbo", r"$\text{recon}=\log2+\log4=2.079$", [2, 4, recon])
    worked(
        ref,
        "negative_elbo",
        r"$3.386$ for $\beta=1$ and $7.307$ for $\beta=4$",
        [loss, 1, ref.negative_elbo(*args, 4.0)[0], 4],
    )


@pytest.mark.parametrize("D, d", [(5, 2), (3, 3), (2, 4)])
def test_bound_is_tight_at_the_posterior(ref, torch_rng, D, d):
    W, x, s2 = randn(torch_rng, D, d), randn(torch_rng, 6, D), 0.3
    C = (W @ W.T).numpy() + s2 * np.eye(D)
    truth = torch.from_numpy(np.atleast_1d(multivariate_normal(np.zeros(D), C).logpdf(x.numpy())))
    torch.testing.assert_close(ref.log_likelihood(x, W, s2), truth)
    m, S = ref.posterior(x, W, s2)
    torch.testing.assert_close(ref.elbo_linear_gaussian(x, W, s2, m, S), truth)
    other, T = m + 0.3 * randn(torch_rng, 6, d), spd(torch_rng, d)
    q = td.MultivariateNormal(other, T)
    gap = td.kl_divergence(q, td.MultivariateNormal(m, S))
    torch.testing.assert_close(ref.elbo_linear_gaussian(x, W, s2, other, T), truth - gap)


def test_bound_agrees_with_question_1(ref, torch_rng):
    W, x, m, logvar = (
        randn(torch_rng, 4, 2),
        randn(torch_rng, 3, 4),
        randn(torch_rng, 3, 2),
        randn(torch_rng, 2),
    )
    bound = ref.elbo_linear_gaussian(x, torch.zeros_like(W), 1.0, m, torch.diag(logvar.exp()))
    free = td.Normal(0.0, 1.0).log_prob(x).sum(1)
    torch.testing.assert_close(free - bound, ref.kl_diag_gaussian(m, logvar.expand_as(m)).sum(1))


def test_bound_by_hand(ref):
    x, W = t([[2.0]]), t([[1.0]])
    truth = ref.log_likelihood(x, W, 1.0)
    prior = ref.elbo_linear_gaussian(x, W, 1.0, t([[0.0]]), t([[1.0]]))
    exact = ref.elbo_linear_gaussian(x, W, 1.0, t([[1.0]]), t([[0.5]]))
    worked(ref, "elbo_linear_gaussian", r"-1=-2.266$", [-1, truth])
    worked(ref, "elbo_linear_gaussian", r"-0=-3.419$", [0, prior])
    worked(
        ref, "elbo_linear_gaussian", r"-0.919-0.75-0.597=-2.266$", [-0.919, -0.75, -0.597, exact]
    )
    worked(ref, "elbo_linear_gaussian", r"=1.153$", truth - prior)


def test_water_line_is_probabilistic_pca(ref, torch_rng):
    """The optimum of the text, against scikit-learn's likelihood of the same model."""
    x = (
        randn(torch_rng, 400, 6)
        @ torch.diag(t([2.0, 1.5, 1.0, 0.4, 0.3, 0.2]))
        @ randn(torch_rng, 6, 6)
    )
    x = x - x.mean(0)
    values, vectors = torch.linalg.eigh(x.T @ x / (len(x) - 1))
    s2 = values[:3].mean().item()
    lam, U = values[3:], vectors[:, 3:]
    W = U * (lam - s2).sqrt()
    m, S = ref.posterior(x, W, s2)
    bound = ref.elbo_linear_gaussian(x, W, s2, m, S).mean().item()
    assert bound == pytest.approx(PCA(3).fit(x.numpy()).score(x.numpy()))
    report = ref.collapse_report(m, torch.diagonal(S).log().expand_as(m))
    torch.testing.assert_close(torch.diagonal(S), s2 / lam)
    scale = len(x) / (len(x) - 1)  # eigenvalues above have the divisor n - 1
    torch.testing.assert_close(report["variance"] * scale, 1 - s2 / lam)
    torch.testing.assert_close(
        report["kl_per_dim"] + (scale - 1) / 2 * report["variance"], 0.5 * (lam / s2).log()
    )


def test_report_is_numpys(ref, torch_rng):
    mu, logvar = randn(torch_rng, 8, 4) * t([1.0, 0.05, 0.5, 0.0]), randn(torch_rng, 8, 4)
    report = ref.collapse_report(mu, logvar)
    variance = np.var(mu.numpy(), axis=0)
    np.testing.assert_allclose(report["variance"], variance)
    assert report["active"].tolist() == (variance > 0.01).tolist()
    assert report["active_units"] == int((variance > 0.01).sum())
    law = td.Normal(mu, (logvar / 2).exp())
    price = td.kl_divergence(law, td.Normal(t(0.0), t(1.0)))
    torch.testing.assert_close(report["kl_per_dim"], price.mean(0))


def test_report_by_hand(ref):
    quarter = math.log(0.25)
    report = ref.collapse_report(t([[1.0, 0.1], [-1.0, 0.1]]), t([[quarter, 0.0], [quarter, 0.0]]))
    price = report["kl_per_dim"]
    worked(ref, "collapse_report", r"=0.818$", price[0])
    worked(ref, "collapse_report", r"$\frac12\cdot0.01=0.005$", [0.5, 0.01, price[1]])
    worked(ref, "collapse_report", "Variances of the means: 1 and 0.", report["variance"])
    assert report["active_units"] == 1
    worked(
        ref,
        "collapse_report",
        r"$\frac12\log\frac{0.699}{0.16}=0.737$",
        [0.5, 0.699, 0.16, 0.5 * math.log(0.699 / 0.16)],
    )


def test_floors_by_loops(ref, torch_rng):
    mu, logvar = 0.7 * randn(torch_rng, 6, 3), 0.4 * randn(torch_rng, 6, 3)
    kl = td.kl_divergence(td.Normal(mu, (logvar / 2).exp()), td.Normal(t(0.0), t(1.0))).tolist()
    for lam in (0.0, 0.1, 0.5):
        by_sample = sum(max(lam, v) for row in kl for v in row) / 6
        by_batch = sum(max(lam, sum(column) / 6) for column in zip(*kl, strict=True))
        assert ref.free_bits_kl(mu, logvar, lam, "sample").item() == pytest.approx(by_sample)
        assert ref.free_bits_kl(mu, logvar, lam, "batch").item() == pytest.approx(by_batch)
        assert by_sample >= by_batch - 1e-12


def test_floor_and_price_by_hand(ref):
    mu, logvar = t([[math.sqrt(0.2)], [math.sqrt(1.4)]]), t([[0.0], [0.0]])
    by_sample, by_batch = (ref.free_bits_kl(mu, logvar, 0.5, per) for per in ("sample", "batch"))
    worked(ref, "free_bits_kl", r"$\frac12(0.5+0.7)=0.6$", [0.5, 0.5, 0.7, by_sample])
    worked(
        ref,
        "free_bits_kl",
        r"$\max(0.5,0.4)=0.5$",
        [0.5, ref.free_bits_kl(mu, logvar, 0, "batch"), by_batch],
    )
    linear = [ref.beta_schedule(step, 4, 2.0, "linear") for step in range(1, 6)]
    worked(ref, "free_bits_kl", r"linear $0.5,1,1.5,2,2,\dots$", linear)
    worked(ref, "free_bits_kl", "=0.293$", ref.beta_schedule(1, 4, 2.0, "cosine"))
    worked(
        ref,
        "free_bits_kl",
        "cyclical at step 9: 0.5",
        [9, ref.beta_schedule(9, 4, 2.0, "cyclical")],
    )


def test_schedules_against_numpy(ref):
    steps = np.arange(1, 61)
    for warmup in (1, 5, 12):
        ramp = np.interp(steps, [0, warmup], [0, 3.0])
        period = np.tile(np.r_[np.arange(1, warmup + 1) / warmup, np.ones(warmup)], 60)[:60]
        assert [ref.beta_schedule(int(s), warmup, 3.0, "linear") for s in steps] == pytest.approx(
            ramp
        )
        cosine = 3 * np.sin(np.pi / 2 * ramp / 3) ** 2
        assert [ref.beta_schedule(int(s), warmup, 3.0, "cosine") for s in steps] == pytest.approx(
            cosine
        )
        assert [ref.beta_schedule(int(s), warmup, 3.0, "cyclical") for s in steps] == pytest.approx(
            3 * period
        )


def test_labels_are_an_identitys_rows(ref, torch_rng):
    x, z, y = randn(torch_rng, 4, 3), randn(torch_rng, 4, 2), torch.tensor([2, 0, 4, 2])
    enc_in, dec_in = ref.cvae_inputs(x, y, z, 6)
    label = np.eye(6)[y.numpy()]
    np.testing.assert_array_equal(enc_in, np.hstack([x, label]))
    np.testing.assert_array_equal(dec_in, np.hstack([z, label]))


def test_inputs_by_hand(ref):
    enc_in, dec_in = ref.cvae_inputs(t([[0.2, 0.8]]), torch.tensor([1]), t([[-1.5]]), 3)
    worked(ref, "cvae_inputs", "the encoder gets $(0.2,0.8,0,1,0)$", enc_in)
    worked(ref, "cvae_inputs", "$(-1.5,0,1,0)$", dec_in)


def test_weights_of_a_linear_model(ref, torch_rng):
    """With the posterior as q every weight is p(x); the densities are the library's."""
    W, x, s2 = randn(torch_rng, 4, 1), randn(torch_rng, 3, 4), 0.4
    m, S = ref.posterior(x, W, s2)
    logvar = torch.diagonal(S).log().expand_as(m)
    z = ref.reparameterize(m, logvar, randn(torch_rng, 5, 3, 1))
    log_lik = td.Normal(z @ W.T, math.sqrt(s2)).log_prob(x).sum(-1)
    log_w = ref.log_weights(log_lik, z, m, logvar)
    truth = ref.log_likelihood(x, W, s2)
    torch.testing.assert_close(log_w, truth.expand(5, 3))
    torch.testing.assert_close(ref.iw_bound(log_w), truth)
    mu, lv = randn(torch_rng, 3, 2), randn(torch_rng, 3, 2)
    z = randn(torch_rng, 5, 3, 2)
    densities = td.Normal(0.0, 1.0).log_prob(z) - td.Normal(mu, (lv / 2).exp()).log_prob(z)
    torch.testing.assert_close(ref.log_weights(log_lik, z, mu, lv), log_lik + densities.sum(-1))


def test_bound_is_numpys_and_rises(ref, torch_rng):
    log_w = 2 * randn(torch_rng, 512, 200)
    np.testing.assert_allclose(ref.iw_bound(log_w), np.log(np.exp(log_w.numpy()).mean(0)))
    means = [ref.iw_bound(log_w.view(S, -1)).mean().item() for S in (1, 4, 32, 512)]
    assert means == sorted(means)
    assert means[-1] == pytest.approx(2, abs=0.3)  # the mean of a log-normal weight


def test_weights_by_hand(ref):
    log_w = ref.log_weights(t([[-1.0]]), t([[[2.0]]]), t([[0.0]]), t([[math.log(4)]]))
    worked(ref, "iw_bound", r"$\log w=-1-2+0.693+0.5=-1.807$", [-1, -2, math.log(2), 0.5, log_w])
    two = t([[1.0], [3.0]]).log()
    worked(ref, "iw_bound", r"$\log2=0.693$", [2, ref.iw_bound(two)])
    worked(ref, "iw_bound", r"$\frac12\log3=0.549$", [0.5, 3, two.mean()])


class Means(nn.Module):
    """An encoder with a linear layer for the means and log variances that would shake the line."""

    def __init__(self, D, d):
        super().__init__()
        self.layer = nn.Linear(D, d, dtype=F64)

    def forward(self, x):
        return self.layer(x), torch.full((len(x), self.layer.out_features), 9.0, dtype=F64)


def test_line_against_numpy(ref, torch_rng):
    torch.manual_seed(0)
    encoder, decoder = Means(5, 2), nn.Sequential(nn.Linear(2, 5, dtype=F64), nn.Dropout(0.5))
    x1, x2 = randn(torch_rng, 5), randn(torch_rng, 5)
    found = ref.interpolate(encoder, decoder, x1, x2, 6)
    A, b = (p.detach().numpy() for p in encoder.layer.parameters())
    C, e = (p.detach().numpy() for p in decoder[0].parameters())
    codes = np.linspace(A @ x1.numpy() + b, A @ x2.numpy() + b, 7)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-(codes @ C.T + e))))
    assert decoder.training and decoder[1].training
    z = randn(torch_rng, 3, 2)
    np.testing.assert_allclose(
        ref.sample_prior(decoder, z), 1 / (1 + np.exp(-(z.numpy() @ C.T + e)))
    )


def test_networks_are_left_alone(ref, torch_rng):
    encoder = Means(4, 3)
    decoder = nn.Sequential(nn.BatchNorm1d(3, dtype=F64), nn.Linear(3, 4, dtype=F64))
    decoder[0].eval()
    before = copy.deepcopy(decoder.state_dict())
    ref.interpolate(encoder, decoder, randn(torch_rng, 4), randn(torch_rng, 4), 3)
    ref.sample_prior(decoder, randn(torch_rng, 5, 3))
    assert [m.training for m in decoder.modules()] == [True, False, True]
    for name, value in decoder.state_dict().items():
        assert torch.equal(value, before[name])


def test_line_by_hand(ref):
    encoder, decoder = nn.Linear(2, 2, dtype=F64), nn.Identity()
    with torch.no_grad():
        encoder.weight.copy_(torch.eye(2))
        encoder.bias.zero_()

    class Both(nn.Module):
        def forward(self, x):
            return encoder(x), torch.zeros_like(x)

    codes = torch.logit(ref.interpolate(Both(), decoder, t([0.0, 2.0]), t([4.0, 0.0]), 4))
    worked(
        ref,
        "interpolate",
        "$(0,2)$, $(1,1.5)$, $(2,1)$, $(3,0.5)$, $(4,0)$",
        codes,
    )
