"""The reference of gumbel_softmax against torch.distributions, autograd, enumeration and closed forms."""

import itertools
import math

import pytest
import torch
from torch import distributions as td

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def rand(rng, *shape):
    return torch.rand(*shape, generator=rng, dtype=F64).clamp(1e-9, 1 - 1e-9)


def test_samplers_are_the_inverse_distribution_functions(ref, torch_rng):
    mu, scale, u = randn(torch_rng, 50), rand(torch_rng, 50) + 0.2, rand(torch_rng, 50)
    logistic = td.TransformedDistribution(
        td.Uniform(torch.zeros((), dtype=F64), torch.ones((), dtype=F64)),
        [td.transforms.SigmoidTransform().inv, td.transforms.AffineTransform(mu, scale)],
    )
    cases = [
        ("normal", (mu, 2 * scale.log()), td.Normal(0.0, 1.0).icdf(u), td.Normal(mu, scale)),
        ("laplace", (mu, scale), u - 0.5, td.Laplace(mu, scale)),
        ("exponential", (scale,), u, td.Exponential(scale)),
        ("logistic", (mu, scale), u, logistic),
        ("gumbel", (mu, scale), u, td.Gumbel(mu, scale)),
    ]
    for dist, params, noise, law in cases:
        torch.testing.assert_close(
            law.cdf(ref.reparam_sample(dist, params, noise)), u, rtol=1e-7, atol=1e-9
        )


def test_sampler_gradients_by_finite_differences(ref, torch_rng):
    u = rand(torch_rng, 6).clamp(0.05, 0.95)
    for dist, shift in (("normal", 0.0), ("laplace", 0.5), ("logistic", 0.0), ("gumbel", 0.0)):
        params = (randn(torch_rng, 6).requires_grad_(), (rand(torch_rng, 6) + 0.5).requires_grad_())
        assert torch.autograd.gradcheck(
            lambda *p, d=dist, n=u - shift: ref.reparam_sample(d, p, n), params
        )
    rate = (rand(torch_rng, 6) + 0.5).requires_grad_()
    assert torch.autograd.gradcheck(lambda r: ref.reparam_sample("exponential", (r,), u), (rate,))


def test_claims_of_the_first_picture(ref):
    numbers = ref.five_laws()
    for dist, mean in {
        "normal": 0,
        "laplace": 0,
        "exponential": 1,
        "logistic": 0,
        "gumbel": 0.5772,
    }.items():
        assert numbers[f"{dist}_mean"] == pytest.approx(mean, abs=0.06)
    assert numbers["pathwise_at_1"] == pytest.approx(4, rel=0.1)
    assert numbers["score_at_1"] == pytest.approx(30, rel=0.2)


def test_gaussian_kl_is_the_librarys(ref, torch_rng):
    mu, logvar = randn(torch_rng, 7, 3), 2 * randn(torch_rng, 7, 3)
    law, prior = td.Normal(mu, (logvar / 2).exp()), td.Normal(torch.zeros(3, dtype=F64), 1.0)
    torch.testing.assert_close(ref.gaussian_kl(mu, logvar), td.kl_divergence(law, prior).sum(-1))


def test_exact_gradient_is_autograds(ref, torch_rng):
    logits, reward = randn(torch_rng, 6).requires_grad_(), randn(torch_rng, 6)
    (expected,) = torch.autograd.grad(torch.softmax(logits, 0) @ reward, logits)
    torch.testing.assert_close(ref.exact_grad(logits.detach(), reward), expected)


@pytest.mark.parametrize("baseline", [0.0, -3.5])
def test_score_function_is_unbiased_by_enumeration(ref, torch_rng, baseline):
    logits, reward = randn(torch_rng, 5), randn(torch_rng, 5)
    rows = ref.score_function_grad(logits, reward, torch.arange(5), baseline)
    torch.testing.assert_close(torch.softmax(logits, 0) @ rows, ref.exact_grad(logits, reward))


def test_leave_one_out_is_unbiased_and_the_batch_mean_is_not(ref, torch_rng):
    """All 27 outcomes of three draws from three classes, with their probabilities."""
    logits, reward, n = randn(torch_rng, 3), randn(torch_rng, 3) + 2, 3
    pi = torch.softmax(logits, 0)
    left_out, batch_mean = torch.zeros(3, dtype=F64), torch.zeros(3, dtype=F64)
    for outcome in itertools.product(range(3), repeat=n):
        idx = torch.tensor(outcome)
        p, r = pi[idx].prod(), reward[idx]
        left_out += p * ref.score_function_grad(
            logits, reward, idx, ref.leave_one_out_baseline(r)
        ).mean(0)
        batch_mean += p * ref.score_function_grad(logits, reward, idx, r.mean().expand(n)).mean(0)
    exact = ref.exact_grad(logits, reward)
    torch.testing.assert_close(left_out, exact)
    torch.testing.assert_close(batch_mean, exact * (n - 1) / n)


@pytest.mark.parametrize(
    "dtype, low, high", [(torch.float32, -4.47, 15.94), (torch.float64, -6.56, 36.04)]
)
def test_noise_has_gumbel_law_and_finite_ends(ref, torch_rng, dtype, low, high):
    u = rand(torch_rng, 40).to(dtype)
    torch.testing.assert_close(torch.exp(-torch.exp(-ref.gumbel_noise(u))), u)
    ends = ref.gumbel_noise(torch.tensor([0.0, 1.0], dtype=dtype))
    assert ends.tolist() == pytest.approx([low, high], abs=0.005)
    assert torch.tensor(1 - 1e-9, dtype=torch.float32) == 1  # why a fixed upper clamp fails


def test_noise_moments(ref, torch_rng):
    g = ref.gumbel_noise(rand(torch_rng, 200_000))
    assert g.mean().item() == pytest.approx(0.5772, abs=0.015)
    assert g.var().item() == pytest.approx(math.pi**2 / 6, rel=0.03)


def test_gumbel_max_draws_from_the_softmax(ref, torch_rng):
    n, logits = 100_000, torch.tensor([0.3, -1.0, 2.0, 0.0], dtype=F64)
    drawn = ref.gumbel_max(logits.expand(n, 4), ref.gumbel_noise(rand(torch_rng, n, 4)))
    pi = torch.softmax(logits, 0)
    assert (
        (torch.bincount(drawn, minlength=4) / n - pi).abs() < 5 * (pi * (1 - pi) / n).sqrt()
    ).all()


def test_top_k_draws_without_replacement(ref, torch_rng):
    """Frequencies of ordered pairs against the Plackett-Luce law."""
    n, pi = 100_000, torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=F64)
    pairs = ref.gumbel_top_k(pi.log().expand(n, 4), ref.gumbel_noise(rand(torch_rng, n, 4)), 2)
    for i, j in itertools.permutations(range(4), 2):
        p = (pi[i] * pi[j] / (1 - pi[i])).item()
        frequency = ((pairs[:, 0] == i) & (pairs[:, 1] == j)).double().mean().item()
        assert abs(frequency - p) < 5 * math.sqrt(p * (1 - p) / n)


def test_gumbel_softmax_has_the_librarys_density(ref, torch_rng):
    """Samples of torch's RelaxedOneHotCategorical have the same first two moments."""
    n, logits, tau = 60_000, torch.tensor([0.5, -0.5, 1.0], dtype=F64), 0.8
    torch.manual_seed(5)
    theirs = td.RelaxedOneHotCategorical(torch.tensor(tau, dtype=F64), logits=logits).sample((n,))
    ours = ref.gumbel_softmax(logits.expand(n, 3), ref.gumbel_noise(rand(torch_rng, n, 3)), tau)
    for power in (1, 2):
        a, b = theirs**power, ours**power
        assert ((a.mean(0) - b.mean(0)).abs() < 5 * ((a.var(0) + b.var(0)) / n).sqrt()).all()


def test_limits_of_the_temperature(ref, torch_rng):
    logits, g = randn(torch_rng, 20, 4), ref.gumbel_noise(rand(torch_rng, 20, 4))
    cold, hot = ref.gumbel_softmax(logits, g, 1e-4), ref.gumbel_softmax(logits, g, 1e6)
    hard = torch.nn.functional.one_hot(ref.gumbel_max(logits, g), 4).double()
    torch.testing.assert_close(cold, hard, atol=1e-3, rtol=0)
    torch.testing.assert_close(hot, torch.full_like(hot, 0.25), atol=1e-4, rtol=0)


def test_schedule_is_exponential_until_its_floor(ref):
    taus = [ref.tau_schedule(t, 2.0, 0.5, 0.1) for t in range(40)]
    reached = math.ceil(math.log(4) / 0.1)
    assert taus[0] == 2.0 and taus[reached:] == [0.5] * (40 - reached)
    for before, after in zip(taus[: reached - 1], taus[1:reached], strict=True):
        assert after / before == pytest.approx(math.exp(-0.1))


def test_jacobian_and_soft_gradient_are_autograds(ref, torch_rng):
    logits, g, reward, tau = randn(torch_rng, 5), randn(torch_rng, 5), randn(torch_rng, 5), 0.4
    y = ref.gumbel_softmax(logits, g, tau)
    expected = torch.autograd.functional.jacobian(
        lambda a: torch.softmax((a + g) / tau, -1), logits
    )
    torch.testing.assert_close(ref.gumbel_softmax_jacobian(y, tau), expected)
    torch.testing.assert_close(ref.gumbel_softmax_grad(y[None], reward, tau)[0], reward @ expected)


@pytest.mark.parametrize("seed", [0, 1])
def test_two_classes_as_worked_out_in_the_text(ref, seed):
    """Mean 1/6 and variance 1/180 at temperature 1; mean 1/4 and second moment 1/(24 tau) for small tau."""
    torch_rng = torch.Generator().manual_seed(seed)
    n, reward = 400_000, torch.tensor([0.0, 1.0], dtype=F64)
    logits, g = torch.zeros(n, 2, dtype=F64), ref.gumbel_noise(rand(torch_rng, n, 2))
    h = ref.gumbel_softmax_grad(ref.gumbel_softmax(logits, g, 1.0), reward, 1.0)[:, 1]
    assert h.mean().item() == pytest.approx(1 / 6, rel=0.01)
    assert h.var().item() == pytest.approx(1 / 180, rel=0.02)
    for tau in (0.1, 0.03):
        h = ref.gumbel_softmax_grad(ref.gumbel_softmax(logits, g, tau), reward, tau)[:, 1]
        assert h.mean().item() == pytest.approx(1 / 4, rel=0.05)
        assert (h**2).mean().item() == pytest.approx(1 / (24 * tau), rel=0.06)


def test_three_samples_by_pencil(ref):
    logits, reward = torch.zeros(2, dtype=F64), torch.tensor([1.0, 3.0], dtype=F64)
    g = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-0.5, 0.5]], dtype=F64)
    for kind, m, v in (("score", 5 / 6, 4 / 3), ("score_baseline", 2 / 3, 1 / 12)):
        mean, var = ref.estimator_stats(kind, logits, reward, 1.0, g)
        assert mean.tolist() == pytest.approx([-m, m]) and var.tolist() == pytest.approx([v, v])
        texts = (r"=-\frac56$", r"=\frac43$")
        if kind == "score_baseline":
            texts = (r"$-\frac23$, variance", r"=\frac1{12}$")
        worked(ref, "estimator_stats", texts[0], mean[0])
        worked(ref, "estimator_stats", texts[1], var[0])
    baselines = ref.leave_one_out_baseline(torch.tensor([1.0, 3, 3]))
    worked(ref, "estimator_stats", "(3,2,2)", baselines)


def test_statistics_of_the_score_function_by_enumeration(ref, torch_rng):
    n, logits, reward = 100_000, randn(torch_rng, 4), randn(torch_rng, 4)
    g, pi = ref.gumbel_noise(rand(torch_rng, n, 4)), torch.softmax(logits, 0)
    rows = ref.score_function_grad(logits, reward, torch.arange(4))
    exact = ref.exact_grad(logits, reward)
    mean, var = ref.estimator_stats("score", logits, reward, 1.0, g)
    truth = pi @ rows**2 - exact**2
    assert ((mean - exact).abs() < 5 * (truth / n).sqrt()).all()
    torch.testing.assert_close(var, truth, rtol=0.05, atol=0)


def test_shifting_the_rewards(ref, torch_rng):
    """Neither Gumbel-softmax nor the baseline feels a constant; the bare score function does."""
    logits, reward, g = (
        randn(torch_rng, 6),
        randn(torch_rng, 6),
        ref.gumbel_noise(rand(torch_rng, 2000, 6)),
    )
    for kind in ("gumbel_softmax", "score_baseline"):
        before, after = (ref.estimator_stats(kind, logits, reward + c, 0.5, g) for c in (0, 5))
        torch.testing.assert_close(before, after)
    before, after = (
        ref.estimator_stats("score", logits, reward + c, 0.5, g)[1].sum() for c in (0, 5)
    )
    assert after > 5 * before


def test_variance_is_that_of_one_sample(ref, torch_rng):
    logits, reward, g = (
        randn(torch_rng, 3),
        randn(torch_rng, 3),
        ref.gumbel_noise(rand(torch_rng, 40_000, 3)),
    )
    few = ref.estimator_stats("gumbel_softmax", logits, reward, 0.7, g[:20_000])[1]
    many = ref.estimator_stats("gumbel_softmax", logits, reward, 0.7, g)[1]
    torch.testing.assert_close(few, many, rtol=0.1, atol=0)


def test_claims_of_the_bias_and_variance_picture(ref):
    numbers = ref.bias_and_variance()
    exact = numbers["exact"]
    assert abs(numbers["mean_0.1"] - exact) < 0.05 * abs(exact)
    assert abs(numbers["mean_1"] - exact) > 0.2 * abs(exact)
    assert abs(numbers["mean_5"]) < 0.25 * abs(exact)
    assert (
        0.7 < 0.03 * numbers["variance_0.03"] / (0.1 * numbers["variance_0.1"]) < 1.4
    )  # slope 1 / tau
    assert numbers["variance_0.1"] > 2 * numbers["REINFORCE_0"] > 2 * numbers["variance_0.5"]
    assert numbers["REINFORCE_5"] > 20 * numbers["REINFORCE_0"]
    assert numbers["with_5"] == pytest.approx(numbers["with_0"])
    assert numbers["soft_shifted"] == pytest.approx(numbers["variance_0.5"])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_forward_is_bitwise_one_hot(ref, torch_rng, dtype):
    for K in (2, 3, 7, 50):
        y = torch.softmax(randn(torch_rng, 20_000, K), -1).to(dtype)
        hard = torch.nn.functional.one_hot(y.argmax(-1), K).to(dtype)
        assert torch.equal(ref.straight_through(y), hard)
    assert not torch.equal(hard + y - y, hard)  # the order that the text warns of


def test_backward_is_the_gradient_at_the_hard_point(ref, torch_rng):
    def loss(y):
        return (torch.sin(3 * y) + y**2).sum()

    y = torch.softmax(randn(torch_rng, 6, 4), -1).requires_grad_()
    hard = torch.nn.functional.one_hot(y.argmax(-1), 4).double().requires_grad_()
    (expected,) = torch.autograd.grad(loss(hard), hard)
    (actual,) = torch.autograd.grad(loss(ref.straight_through(y)), y)
    torch.testing.assert_close(actual, expected)


def test_linear_loss_gives_the_soft_gradient(ref, torch_rng):
    logits, g, reward, tau = (
        randn(torch_rng, 6, 4).requires_grad_(),
        randn(torch_rng, 6, 4),
        randn(torch_rng, 4),
        0.7,
    )
    y = ref.gumbel_softmax(logits, g, tau)
    (actual,) = torch.autograd.grad((ref.straight_through(y) @ reward).sum(), logits)
    torch.testing.assert_close(actual, ref.gumbel_softmax_grad(y.detach(), reward, tau))


def test_vae_loss_is_the_librarys(ref, torch_rng):
    recon_logits, q_logits = randn(torch_rng, 3, 6), 3 * randn(torch_rng, 3, 4, 5)
    x = (rand(torch_rng, 3, 6) > 0.5).double()
    rec, kl = ref.cat_vae_loss(recon_logits, x, q_logits)
    torch.testing.assert_close(rec, -td.Bernoulli(logits=recon_logits).log_prob(x).sum(-1))
    uniform = td.Categorical(logits=torch.zeros(5, dtype=F64))
    torch.testing.assert_close(
        kl, td.kl_divergence(td.Categorical(logits=q_logits), uniform).sum(-1)
    )


def test_gray_pixels_by_the_definition(ref, torch_rng):
    recon_logits, x = randn(torch_rng, 2, 5), rand(torch_rng, 2, 5)
    p = torch.sigmoid(recon_logits)
    expected = -(x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    torch.testing.assert_close(
        ref.cat_vae_loss(recon_logits, x, torch.zeros(2, 1, 3, dtype=F64))[0], expected
    )


def test_samples_by_pencil(ref):
    for dist, params, noise, text in (
        ("normal", (1.0, math.log(4)), 1.5, r"$\sigma=2$ and $z=4$"),
        ("laplace", (0.0, 1.0), 0.25, "=0.693$. Exponential"),
        ("exponential", (2.0,), 0.5, "=0.347"),
        ("logistic", (0.0, 1.0), 0.75, r"z=\log3=1.099"),
        ("gumbel", (0.0, 1.0), 0.5, "=0.367"),
    ):
        params = tuple(torch.tensor(p, dtype=F64) for p in params)
        z = ref.reparam_sample(dist, params, torch.tensor([noise], dtype=F64))
        values = {"normal": [2, z], "logistic": [3, z]}.get(dist, z)
        worked(ref, "reparam_sample", text, values)


def test_divergences_by_pencil(ref):
    mu, logvar = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[0.0, math.log(4), 0.0]])
    parts = [ref.gaussian_kl(mu[:, [i]], logvar[:, [i]]) for i in range(3)]
    worked(ref, "gaussian_kl", "=0.5$. $", parts[0])
    worked(ref, "gaussian_kl", "=0.807", parts[1])
    worked(ref, "gaussian_kl", "costs $1.307$", ref.gaussian_kl(mu[:, :2], logvar[:, :2]))
    assert parts[2].item() == 0


def test_score_gradients_by_pencil(ref):
    logits, reward, both = torch.zeros(2), torch.tensor([1.0, 3.0]), torch.tensor([0, 1])
    exact = ref.exact_grad(logits, reward)
    worked(ref, "score_function_grad", r"=(-\frac12,\frac12)$. If", exact)
    drawn = ref.score_function_grad(logits, reward, both)
    worked(ref, "score_function_grad", r"1\cdot(\frac12,-\frac12)", [1, drawn[0]])
    worked(ref, "score_function_grad", r"3\cdot(-\frac12,\frac12)", [3, drawn[1] / 3])
    torch.testing.assert_close(drawn.mean(0), exact)
    variance = drawn.var(0, correction=0)
    worked(ref, "score_function_grad", "variance of each entry is $1$", variance[0])
    with_baseline = ref.score_function_grad(logits, reward, both, 2.0)
    text = r"both outcomes give $(-\frac12,\frac12)$"
    for outcome in with_baseline:
        worked(ref, "score_function_grad", text, outcome)
    shifted = ref.score_function_grad(logits, reward + 10, both).var(0, correction=0)
    worked(ref, "score_function_grad", "the variance is $36$", shifted[0])
    baselines = ref.leave_one_out_baseline(torch.tensor([1.0, 3, 5]))
    worked(ref, "score_function_grad", "(4,3,2)", baselines)


def test_the_race_by_pencil(ref):
    logits, g = torch.tensor([[0.0, math.log(3)]]), ref.gumbel_noise(torch.tensor([[0.9, 0.2]]))
    worked(ref, "gumbel_max", "g=(2.250,-0.476)", g)
    worked(ref, "gumbel_max", r"\alpha+g=(2.250,0.623)", logits + g)
    worked(ref, "gumbel_max", "class 0 wins", ref.gumbel_max(logits, g))
    worked(ref, "gumbel_max", "=0.105", (-logits - g).exp()[0, 0])
    worked(ref, "gumbel_max", "=0.536", (-logits - g).exp()[0, 1])


def test_temperatures_by_pencil(ref):
    perturbed, zero = torch.tensor([1.0, 0.0]), torch.zeros(2)
    y = {tau: ref.gumbel_softmax(perturbed, zero, tau)[0] for tau in (1.0, 0.5, 2.0)}
    worked(ref, "gumbel_softmax", r"$0.731$ at $\tau=1$", [y[1.0], 1])
    worked(ref, "gumbel_softmax", r"$0.881$ at $\tau=\frac12$", [y[0.5], 0.5])
    worked(ref, "gumbel_softmax", r"$0.622$ at $\tau=2$", [y[2.0], 2])
    late, later = (ref.tau_schedule(t, 1.0, 0.5, 0.01) for t in (50, 100))
    worked(ref, "gumbel_softmax", "=0.607", late)
    worked(ref, "gumbel_softmax", r"\tau_{100}=0.5", later)
    worked(ref, "gumbel_softmax", "=0.368", ref.tau_schedule(100, 1.0, 0.0, 0.01))


def test_the_jacobian_by_pencil(ref):
    y = torch.tensor([0.5, 0.3, 0.2])
    J = ref.gumbel_softmax_jacobian(y, 0.5)
    worked(ref, "gumbel_softmax_jacobian", "=(0.5,-0.3,-0.2)", J[0])
    gradient = ref.gumbel_softmax_grad(y[None], torch.tensor([1.0, 0, 0]), 0.5)
    torch.testing.assert_close(gradient[0], J[0])


def test_straight_through_by_pencil(ref):
    y = torch.tensor([0.3, 0.5, 0.2], requires_grad=True)
    hard = ref.straight_through(y)
    f = (hard**2).sum()
    f.backward()
    worked(
        ref, "straight_through", "=(0,1,0)$, $f=1$", [hard.round(decimals=6), f.round(decimals=6)]
    )
    worked(ref, "straight_through", "=(0,2,0)", y.grad.round(decimals=6))
    worked(ref, "straight_through", "(0.6,1,0.4)", 2 * y)


def test_the_autoencoders_loss_by_pencil(ref):
    logits, x = torch.full((1, 2), 2.0), torch.tensor([[1.0, 0.0]])
    q_logits = torch.tensor([[[0.0, 0.0, -1e9, -1e9]]])
    reconstruction, kl = ref.cat_vae_loss(logits, x, q_logits)
    worked(ref, "cat_vae_loss", "=0.693", kl)
    worked(ref, "cat_vae_loss", "=2.254", reconstruction)
    pixels = [ref.cat_vae_loss(logits[:, :1], x[:, [i]], q_logits)[0] for i in range(2)]
    worked(ref, "cat_vae_loss", "$0.127+2.127=", pixels)
