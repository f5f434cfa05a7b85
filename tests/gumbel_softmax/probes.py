"""Graded tests of gumbel_softmax; docs/authoring.md says how to write them."""

import math

import numpy as np
import torch

from dlcourse import exact, probe, raises


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def uniform(rng, *shape, low=0.02, high=0.98):
    """A float64 tensor of uniform numbers, by default inside (0, 1)."""
    return torch.from_numpy(rng.uniform(low, high, size=shape))


def simplex_points(rng, *shape):
    """Rows that are positive and sum to 1."""
    return torch.softmax(normal(rng, *shape, scale=1.5), -1)


def gumbels(rng, *shape):
    """Standard Gumbel noise."""
    return torch.from_numpy(rng.gumbel(size=shape))


def pulled_back(output, weight, *inputs):
    """Gradients of the sum of weight * output, one per input; words where no path leads back."""
    grads = [None] * len(inputs)
    if output.requires_grad:
        grads = torch.autograd.grad((weight * output).sum(), inputs, allow_unused=True)
    return ["no gradient: autograd finds no path back" if grad is None else grad for grad in grads]


def dtype_of(value):
    """Name of the dtype of a tensor or an array; of anything else its type."""
    return str(getattr(value, "dtype", type(value).__name__)).removeprefix("torch.")


@probe("reparam_sample", points=2)
def five_laws_by_pencil(reparam_sample):
    """The five worked numbers of the text, a second sample of each law, and the dtypes."""
    f = torch.float64
    zero, one, two = (torch.tensor(v, dtype=f) for v in (0.0, 1.0, 2.0))
    samples = {
        "normal": reparam_sample("normal", (one, torch.log(2 * two)), torch.tensor([1.5, -0.5], dtype=f)),
        "laplace": reparam_sample("laplace", (zero, one), torch.tensor([0.25, -0.25], dtype=f)),
        "exponential": reparam_sample("exponential", (two,), torch.tensor([0.5, 0.75], dtype=f)),
        "logistic": reparam_sample("logistic", (zero, one), torch.tensor([0.75, 0.5], dtype=f)),
        "gumbel": reparam_sample("gumbel", (zero, one), torch.tensor([0.5, 1 / math.e], dtype=f)),
    }
    return samples | {f"dtype of {law}": dtype_of(z) for law, z in samples.items()}


@probe("reparam_sample", points=2, public=False)
def one_parameter_per_column(reparam_sample, rng):
    """Samples whose columns have parameters of their own, and a batch of one; arguments stay unchanged."""
    mu, logvar, scale = normal(rng, 3), normal(rng, 3), uniform(rng, 3, low=0.3, high=3.0)
    eps, u = normal(rng, 3, 4).T, uniform(rng, 3, 4).T  # not contiguous
    return {
        "normal": reparam_sample("normal", (mu, logvar), eps),
        "laplace": reparam_sample("laplace", (mu, scale), u - 0.5),
        "exponential": reparam_sample("exponential", (scale,), u),
        "logistic": reparam_sample("logistic", (mu, scale), u),
        "gumbel": reparam_sample("gumbel", (mu, scale), u),
        "one row": reparam_sample("normal", (mu, logvar), eps[1:2]),
        "one number": reparam_sample("exponential", (scale[:1],), u[:1, :1]),
        # float32 has no digits left there
        "far away": [reparam_sample(law, (mu + 1e5, scale), u - 0.5) - 1e5 for law in ("normal", "laplace")],
    }


@probe("reparam_sample", points=2, public=False)
def gradients_reach_every_parameter(reparam_sample, rng):
    """Autograd through the samples, to each parameter of each law."""
    found = {}
    for dist in ("normal", "laplace", "exponential", "logistic", "gumbel"):
        noise = normal(rng, 5) if dist == "normal" else uniform(rng, 5) - 0.5 * (dist == "laplace")
        second = normal(rng, 5) if dist == "normal" else uniform(rng, 5, low=0.3, high=3.0)
        params = (second,) if dist == "exponential" else (normal(rng, 5), second)
        for p in params:
            p.requires_grad_()
        found[dist] = pulled_back(reparam_sample(dist, params, noise), normal(rng, 5), *params)
    return found


@probe("reparam_sample", points=1, public=False)
def noise_near_its_ends(reparam_sample):
    """The Laplace law in float32 near both ends and at 0; four laws in float64 close to both ends."""
    noise = torch.tensor([[-0.499, -0.1, 0.0], [0.125, 0.4, 0.499]])
    mu, scale = torch.tensor(-1.3, dtype=torch.float64), torch.tensor(0.7, dtype=torch.float64)

    def from_end_to_end(lowest):
        return torch.tensor([lowest, 0.37, 1 - 2.3e-7], dtype=torch.float64)

    return {
        "laplace": reparam_sample("laplace", (torch.tensor(-3.0), torch.tensor(2.5)), noise),
        "laplace, closer": reparam_sample("laplace", (mu, scale), from_end_to_end(3.1e-7) - 0.5),
        "exponential": reparam_sample("exponential", (scale,), from_end_to_end(1.3e-6)),
        "logistic": reparam_sample("logistic", (mu, scale), from_end_to_end(1.7e-9)),
        "gumbel": reparam_sample("gumbel", (mu, scale), from_end_to_end(3.1e-14)),
    }


@probe("reparam_sample", points=1, public=False)
def an_unknown_law_is_an_error(reparam_sample):
    """A law that is not among the five, a name with a capital letter, and one cut short."""
    params, noise = (torch.tensor(0.0), torch.tensor(1.0)), torch.tensor([0.3, 0.6])
    return {name: raises(reparam_sample, name, params, noise) for name in ("cauchy", "Gumbel", "norm")}


@probe("gaussian_kl", points=1)
def kl_by_pencil(gaussian_kl):
    """The latent of the text, with a third dimension that costs nothing; and the prior."""
    mu = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    logvar = torch.tensor([[0.0, math.log(4), 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    return gaussian_kl(mu, logvar)


@probe("gaussian_kl", points=2, public=False)
def kl_of_a_batch(gaussian_kl, rng):
    """A batch of four and a batch of one; arguments stay unchanged."""
    mu, logvar = normal(rng, 4, 5), normal(rng, 5, 4).T
    return {
        "four": gaussian_kl(mu, logvar),
        "one": gaussian_kl(mu[:1], logvar[1:2]),
        "one dimension": gaussian_kl(mu[:, :1], logvar[:, :1]),
    }


@probe("gaussian_kl", points=1, public=False)
def kl_of_extreme_latents(gaussian_kl):
    """Log-variances down to -1000 and up to 80, means of ±1000."""
    mu = torch.tensor([[0.5, -0.25, 2.0]], dtype=torch.float64)
    narrow = gaussian_kl(mu, torch.tensor([[-1000.0, 0.0, -800.0]], dtype=torch.float64))
    wide = gaussian_kl(mu, torch.tensor([[80.0, 0.5, 0.0]], dtype=torch.float64))
    far = gaussian_kl(torch.tensor([[1000.0, -1000.0]]), torch.tensor([[1.0, -1.0]]))
    return narrow, wide, far


@probe("gaussian_kl", points=2, public=False)
def kl_pulls_towards_the_prior(gaussian_kl, rng):
    """Autograd through the KL, to the means and to the log-variances."""
    mu, logvar = normal(rng, 3, 2).requires_grad_(), normal(rng, 3, 2).requires_grad_()
    return pulled_back(gaussian_kl(mu, logvar), normal(rng, 3), mu, logvar)


@probe("score_function_grad", points=2)
def two_classes_by_pencil(exact_grad, score_function_grad):
    """Rewards 1 and 3, equal logits: the exact gradient, both draws with and without baseline."""
    logits, reward = torch.zeros(2, dtype=torch.float64), torch.tensor([1.0, 3.0], dtype=torch.float64)
    idx = torch.tensor([0, 1])
    return {
        "exact": exact_grad(logits, reward),
        "no baseline": score_function_grad(logits, reward, idx),
        "baseline 2": score_function_grad(logits, reward, idx, 2.0),
    }


@probe("score_function_grad", points=1)
def mean_of_the_others(leave_one_out_baseline):
    """Leave-one-out baselines of the rewards 1, 3 and 5."""
    return leave_one_out_baseline(torch.tensor([1.0, 3.0, 5.0], dtype=torch.float64))


@probe("score_function_grad", points=2, public=False)
def exact_gradient_of_many_classes(exact_grad, rng):
    """The exact gradient for five classes, and with logits of ±1000; arguments stay unchanged."""
    logits, reward = normal(rng, 5), normal(rng, 5)
    far = torch.tensor([1000.0, -1000.0, 999.0, 998.0], dtype=torch.float64)
    return {
        "five": exact_grad(logits, reward),
        "other rewards": exact_grad(logits, reward + torch.arange(5)),
        "far": exact_grad(far, reward[:4]),
        "one class": exact_grad(logits[:1], reward[:1]),
    }


@probe("score_function_grad", points=3, public=False)
def estimates_of_repeated_draws(score_function_grad, rng):
    """Seven draws from five classes: no baseline, one number, one number per sample, other draws, one draw."""
    logits, reward, baseline = normal(rng, 5), normal(rng, 5), normal(rng, 7)
    idx = torch.tensor([3, 0, 3, 2, 3, 1, 0])  # class 4 never drawn
    others = torch.tensor([1, 4, 0, 0, 2, 4, 3])
    # the entries of a row add up to 0, to the precision of float64
    precise = 1 + score_function_grad(logits, 1e6 * reward, idx).sum(-1)
    return {
        "no baseline": score_function_grad(logits, reward, idx),
        "sums of rows, plus 1": precise,
        "one number": score_function_grad(logits, reward, idx, -0.7),
        "one per sample": score_function_grad(logits, reward, idx, baseline),
        "other draws": score_function_grad(logits, reward, others),
        "one draw": score_function_grad(logits, reward, idx[3:4], baseline[:1]),
    }


@probe("score_function_grad", points=1, public=False)
def estimates_under_extreme_logits(score_function_grad):
    """Logits of ±1000, in float32."""
    logits, reward = torch.tensor([-1000.0, 1000.0, 999.0]), torch.tensor([2.0, -1.0, 4.0])
    return score_function_grad(logits, reward, torch.tensor([1, 2, 1, 0]), 0.5)


@probe("score_function_grad", points=2, public=False)
def leave_one_out_of_many(leave_one_out_baseline, rng):
    """Leave-one-out baselines of six samples, of two, and of five of which three are equal; arguments stay unchanged."""
    r = normal(rng, 6)
    return {
        "six": leave_one_out_baseline(r),
        "two": leave_one_out_baseline(r[1:3]),
        "some equal": leave_one_out_baseline(r[torch.tensor([2, 0, 2, 2, 5])]),
    }


@probe("gumbel_max", points=1)
def noise_by_pencil(gumbel_noise):
    """The noise of the text in float64, and both ends of the interval in float32."""
    inside = gumbel_noise(torch.tensor([[0.9, 0.2, 0.5]], dtype=torch.float64))
    return inside, gumbel_noise(torch.tensor([0.0, 1.0, 0.5]))


@probe("gumbel_max", points=1, compare=exact())
def a_draw_by_pencil(gumbel_max, gumbel_top_k):
    """The draw of the text, and one in which both classes of a row are equal."""
    logits = torch.tensor([[0.0, math.log(3)], [1.0, 1.0], [0.0, math.log(3)]], dtype=torch.float64)
    g = torch.tensor([[2.250, -0.476], [0.5, 0.5], [0.1, 0.3]], dtype=torch.float64)
    return gumbel_max(logits, g), gumbel_top_k(logits[::2], g[::2], 2)


@probe("gumbel_max", points=2, public=False)
def noise_up_to_the_ends(gumbel_noise, rng):
    """Uniform noise in a matrix, in float64 down to 0 and up to 1; arguments stay unchanged."""
    u = uniform(rng, 3, 2).T
    ends = torch.tensor([0.0, 1e-300, 1e-12, 1 - 1e-12, 1.0], dtype=torch.float64)
    inside, at_the_ends = gumbel_noise(u), gumbel_noise(ends)
    # a clamp in place moves 0 and 1 by less than any tolerance
    unchanged = {"u": u, "zeros in u": ends == 0, "ones in u": ends == 1}
    return {"inside": inside, "at the ends": at_the_ends, "after the call": unchanged}


@probe("gumbel_max", points=2, public=False, compare=exact())
def draws_of_a_batch(gumbel_max, rng):
    """Many rows of four classes under two noises, and a batch of one; arguments stay unchanged."""
    logits, g, other = normal(rng, 40, 4, scale=2.0), gumbels(rng, 40, 4), gumbels(rng, 40, 4)
    return {
        "many": gumbel_max(logits, g),
        "dtype": dtype_of(gumbel_max(logits, g)),
        "other noise": gumbel_max(logits, other),
        "one": gumbel_max(logits[:1], g[:1]),
    }


@probe("gumbel_max", points=1, public=False, compare=exact())
def draws_with_ties_and_extreme_logits(gumbel_max, rng):
    """Equal and almost equal perturbed logits, and logits of ±1000."""
    logits = torch.tensor([[0.0, 2.0, 1.0], [-1000.0, -1001.0, -3000.0], [1000.0, 999.0, 1000.5]])
    g = torch.tensor([[-1.0, 0.0, 1.0], [0.0, 2.0, 5.0], [1.0, 1.0, 0.0]])
    # quarters add without rounding: many exact ties among many classes, also at the first and the last one
    wide = torch.from_numpy(rng.integers(0, 6, size=(2, 24, 33)) / 4)
    close = torch.tensor([[0.5, 0.25, -1.0], [0.25, 0.5, 0.0]], dtype=torch.float64)
    ahead = torch.tensor([[0.0, 0.25 + 1e-10, 1.0], [0.25 + 1e-10, 0.0, 0.0]], dtype=torch.float64)
    return {
        "few": gumbel_max(logits, g),
        "many": gumbel_max(wide[0], wide[1]),
        "almost equal": gumbel_max(close, ahead),
    }


@probe("gumbel_max", points=2, public=False, compare=exact())
def classes_without_replacement(gumbel_top_k, rng):
    """One, three and all five classes of each row, in order, and a batch of one; arguments stay unchanged."""
    logits, g = normal(rng, 6, 5, scale=2.0), gumbels(rng, 6, 5)
    drawn = {f"k = {k}": gumbel_top_k(logits, g, k) for k in (1, 3, 5)}
    drawn["dtype"] = dtype_of(drawn["k = 3"])
    return drawn | {"one row": gumbel_top_k(logits[:1], g[2:3], 2)}


@probe("gumbel_softmax", points=1)
def soft_samples_by_pencil(gumbel_softmax):
    """Perturbed logits (1, 0) at three temperatures, in two rows that differ in their noise."""
    logits = torch.tensor([[0.25, 0.5], [1.0, 3.0]], dtype=torch.float64)
    g = torch.tensor([[0.75, -0.5], [0.0, -3.0]], dtype=torch.float64)
    return [gumbel_softmax(logits, g, tau) for tau in (1.0, 0.5, 2.0)]


@probe("gumbel_softmax", points=1)
def temperatures_by_pencil(tau_schedule):
    """The schedule of the text at steps 0, 50 and 100."""
    return [tau_schedule(t, 1.0, 0.5, 0.01) for t in (0, 50, 100)]


@probe("gumbel_softmax", points=3, public=False)
def soft_samples_of_any_rank(gumbel_softmax, rng):
    """One, two and three axes, a batch of one, at low and high temperatures; arguments stay unchanged."""
    logits, g = normal(rng, 2, 3, 4), gumbels(rng, 2, 4, 3).transpose(1, 2)
    return {
        "three axes": gumbel_softmax(logits, g, 0.3),
        "two axes": gumbel_softmax(logits[1], g[0], 2.5),
        "one axis": gumbel_softmax(logits[1, 2], g[1, 0], 0.7),
        "one row": gumbel_softmax(logits[:1, :1], g[1:, 2:], 1.4),
    }


@probe("gumbel_softmax", points=1, public=False)
def soft_samples_of_extreme_logits(gumbel_softmax):
    """Logits of ±1000 at the temperature 0.01, and at one that is as large as they are."""
    logits = torch.tensor([[1000.0, -1000.0, 999.0], [-1000.0, -1000.0, -1000.0]], dtype=torch.float64)
    g = torch.tensor([[0.5, 3.0, 1.5], [0.25, 0.26, -1.0]], dtype=torch.float64)
    return {"cold": gumbel_softmax(logits, g, 0.01), "hot": gumbel_softmax(logits, g, 730.0)}


@probe("gumbel_softmax", points=2, public=False)
def gradients_reach_the_logits(gumbel_softmax, rng):
    """Autograd through the soft samples, to the logits."""
    logits = normal(rng, 3, 4).requires_grad_()
    return pulled_back(gumbel_softmax(logits, gumbels(rng, 3, 4), 0.6), normal(rng, 3, 4), logits)


@probe("gumbel_softmax", points=2, public=False)
def a_whole_annealing(tau_schedule):
    """Two schedules from step 0 to far below their floors."""
    steps = (0, 1, 7, 30, 200, 5000)
    return {
        f"from {tau0}, step {t}": tau_schedule(t, tau0, tau_min, rate)
        for tau0, tau_min, rate in ((2.5, 0.3, 0.02), (0.8, 0.1, 0.005))
        for t in steps
    }


@probe("gumbel_softmax_jacobian", points=2)
def jacobian_by_pencil(gumbel_softmax_jacobian, gumbel_softmax_grad):
    """The sample of the text: its Jacobian, and the gradient for the reward (1, 0, 0)."""
    y = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    reward = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    return gumbel_softmax_jacobian(y, 0.5), gumbel_softmax_grad(y[None], reward, 0.5)


@probe("gumbel_softmax_jacobian", points=3, public=False)
def jacobians_of_a_batch(gumbel_softmax_jacobian, rng):
    """One, two and three axes, a batch of one, at four temperatures; arguments stay unchanged."""
    y = simplex_points(rng, 2, 3, 4)
    return {
        "three axes": gumbel_softmax_jacobian(y, 0.3),
        "hotter": gumbel_softmax_jacobian(y, 1.7),
        "two axes": gumbel_softmax_jacobian(y[1], 2.0),
        "one axis": gumbel_softmax_jacobian(y[0, 2], 1.0),
        "one row": gumbel_softmax_jacobian(y[:1, :1], 0.8),
    }


@probe("gumbel_softmax_jacobian", points=1, public=False)
def jacobians_at_the_corners(gumbel_softmax_jacobian, gumbel_softmax_grad):
    """Samples with entries of exactly 0 and 1, in float32 and in float64."""
    y, reward = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]), torch.tensor([3.0, -2.0, 7.0])
    corner, far = y[:1].double(), 1e9 * reward.double()  # exactly 0, however large the rewards
    return {
        "jacobian": gumbel_softmax_jacobian(y, 0.1),
        "gradient": gumbel_softmax_grad(y, reward, 0.1),
        "jacobian at one-hot, times 1e9": 1e9 * gumbel_softmax_jacobian(corner, 0.1),
        "gradient at one-hot": gumbel_softmax_grad(corner, far, 0.1),
    }


@probe("gumbel_softmax_jacobian", points=3, public=False)
def gradients_of_the_soft_reward(gumbel_softmax_grad, rng):
    """Six samples of four classes, two temperatures, a batch of one; arguments stay unchanged."""
    y, reward = simplex_points(rng, 6, 4), normal(rng, 4, scale=2.0)
    return {
        "cold": gumbel_softmax_grad(y, reward, 0.4),
        "hot": gumbel_softmax_grad(y, reward, 2.0),
        "one row": gumbel_softmax_grad(y[:1], reward, 1.5),
    }


@probe("estimator_stats", points=2)
def three_samples_by_pencil(estimator_stats):
    """Rewards 1 and 3 under equal logits, and noise that draws the classes 0, 1, 1."""
    logits, reward = torch.zeros(2, dtype=torch.float64), torch.tensor([1.0, 3.0], dtype=torch.float64)
    g = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-0.5, 0.5]], dtype=torch.float64)
    return {kind: estimator_stats(kind, logits, reward, 1.0, g) for kind in ("score", "score_baseline")}


@probe("estimator_stats", points=1)
def soft_samples_have_their_own_statistics(estimator_stats):
    """Gumbel-softmax at two temperatures, for three noises on two classes."""
    logits, reward = torch.zeros(2, dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64)
    g = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], dtype=torch.float64)
    return [estimator_stats("gumbel_softmax", logits, reward, tau, g) for tau in (1.0, 0.5)]


@probe("estimator_stats", points=2, public=False)
def statistics_of_score_functions(estimator_stats, rng):
    """Score-function gradients of nine samples of four classes, for rewards near 0 and near 5; of one class."""
    logits, reward, g = normal(rng, 4), normal(rng, 4), gumbels(rng, 9, 4)
    return {
        "near 0": estimator_stats("score", logits, reward, 0.5, g),
        "near 5": estimator_stats("score", logits, reward + 5.0, 0.5, g),
        "one class": estimator_stats("score", logits[:1], reward[:1], 0.5, g[:, :1]),
    }


@probe("estimator_stats", points=2, public=False)
def statistics_with_a_baseline(estimator_stats, rng):
    """Seven samples with the leave-one-out baseline, for rewards near 0 and near 5."""
    logits, reward, g = normal(rng, 4), normal(rng, 4), gumbels(rng, 7, 4)
    return {
        "near 0": estimator_stats("score_baseline", logits, reward, 0.5, g),
        "near 5": estimator_stats("score_baseline", logits, reward + 5.0, 2.0, g),
    }


@probe("estimator_stats", points=2, public=False)
def statistics_of_soft_samples(estimator_stats, rng):
    """Gumbel-softmax gradients of eight samples: two temperatures, rewards near 0 and near 5."""
    logits, reward, g = normal(rng, 5), normal(rng, 5), gumbels(rng, 8, 5)
    return {
        "cold": estimator_stats("gumbel_softmax", logits, reward, 0.2, g),
        "cold, near 5": estimator_stats("gumbel_softmax", logits, reward + 5.0, 0.2, g),
        "hot": estimator_stats("gumbel_softmax", logits, reward, 3.0, g),
    }


@probe("straight_through", points=1)
def forward_by_pencil(straight_through):
    """The sample of the text; two rows of which one has a tie."""
    one = straight_through(torch.tensor([0.3, 0.5, 0.2], dtype=torch.float64))
    return one, straight_through(torch.tensor([[0.1, 0.2, 0.7], [0.4, 0.2, 0.4]], dtype=torch.float64))


@probe("straight_through", points=2)
def backward_by_pencil(straight_through):
    """The gradient of the sum of squares at the sample of the text."""
    y = torch.tensor([0.3, 0.5, 0.2], dtype=torch.float64, requires_grad=True)
    return pulled_back(straight_through(y) ** 2, 1.0, y)


@probe("straight_through", points=2, public=False)
def forward_of_any_rank(straight_through, rng):
    """One-hot rows in two and three axes, ties, classes never chosen, and a batch of one."""
    y = simplex_points(rng, 2, 6, 5)
    y[1, :3] = torch.tensor([0.1, 0.1, 0.35, 0.35, 0.1], dtype=torch.float64)
    few = torch.tensor(
        [[0.6, 0.1, 0.1, 0.2], [0.2, 0.5, 0.2, 0.1], [0.4, 0.4, 0.1, 0.1]]
    )  # classes 2, 3 never win
    many = torch.softmax(normal(rng, 60, 7), -1).float()
    return {
        "three axes": straight_through(y),
        "few": straight_through(few),
        "many": straight_through(many),
        "one row": straight_through(few[1:2]),
    }


@probe("straight_through", points=2, public=False)
def backward_is_the_identity(straight_through, rng):
    """A random gradient that arrives at a batch of samples in three axes."""
    y = simplex_points(rng, 2, 3, 4).requires_grad_()
    hard = straight_through(y)
    return {"forward": hard, "gradient": pulled_back(hard, normal(rng, 2, 3, 4), y)}


@probe("straight_through", points=2, public=False)
def backward_through_a_curved_loss(straight_through, rng):
    """From a loss that is not linear, through the hard sample and a softmax, to logits."""
    logits, table = normal(rng, 5, 3).requires_grad_(), normal(rng, 3, 4)
    hidden = torch.tanh(straight_through(torch.softmax(logits / 0.7, -1)).to(table.dtype) @ table)
    return pulled_back(hidden**2, normal(rng, 5, 4), logits)


@probe("cat_vae_loss", points=2)
def vae_loss_by_pencil(cat_vae_loss):
    """The pixels and the latent of the text, and an example with a uniform latent."""
    recon_logits = torch.tensor([[2.0, 2.0], [0.0, 0.0]], dtype=torch.float64)
    x = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    q_logits = torch.tensor([[[0.0, 0.0, -800.0, -800.0]], [[1.0, 1.0, 1.0, 1.0]]], dtype=torch.float64)
    return cat_vae_loss(recon_logits, x, q_logits)


@probe("cat_vae_loss", points=3, public=False)
def vae_loss_of_a_batch(cat_vae_loss, rng):
    """Three examples of five pixels and two latents with four classes, other pixels, and a batch of one."""
    recon_logits, x, q_logits = normal(rng, 3, 5), uniform(rng, 5, 3).T, normal(rng, 3, 4, 2).transpose(1, 2)
    uniform_logits = normal(rng, 3, 2, 1).expand(3, 2, 7)
    return {
        "three": cat_vae_loss(recon_logits, x, q_logits),
        "other pixels": cat_vae_loss(recon_logits, 1 - x**2, q_logits.flip(0)),
        "one": cat_vae_loss(recon_logits[1:2], x[:1].round(), q_logits[2:]),
        # the KL is 0 to the precision of float64
        "uniform latents, 1 + 1e6 KL": 1 + 1e6 * cat_vae_loss(recon_logits, x, uniform_logits)[1],
    }


@probe("cat_vae_loss", points=2, public=False)
def vae_loss_of_extreme_logits(cat_vae_loss):
    """Logits of ±1000 for pixels and for latents: values in float32, and gradients of the KL in float64."""
    recon_logits = torch.tensor([[1000.0, -1000.0, 1000.0, -0.5], [30.0, -30.0, 0.25, 1.0]])
    x = torch.tensor([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]])
    q_logits = torch.tensor([[[1000.0, -1000.0, 0.0]], [[-1000.0, -1000.0, -1001.0]]])
    rec, kl = cat_vae_loss(recon_logits, x, q_logits)
    far = torch.tensor([[[0.0, -1000.0, 0.5]], [[3.0, 900.0, 899.0]]], dtype=torch.float64, requires_grad=True)
    _, far_kl = cat_vae_loss(recon_logits.double(), x.double(), far)
    gradient = pulled_back(far_kl, torch.tensor([1.5, -0.5], dtype=torch.float64), far)
    return {"reconstruction": rec, "KL": kl, "gradient of the KL": gradient}


@probe("cat_vae_loss", points=2, public=False)
def gradients_reach_both_networks(cat_vae_loss, rng):
    """Autograd through both terms, to the pixel logits and to the latent logits."""
    recon_logits, q_logits = normal(rng, 2, 3).requires_grad_(), normal(rng, 2, 4, 5).requires_grad_()
    rec, kl = cat_vae_loss(
        recon_logits, torch.from_numpy(np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])), q_logits
    )
    weight = normal(rng, 2)
    return pulled_back(rec, weight, recon_logits), pulled_back(kl, weight, q_logits)
