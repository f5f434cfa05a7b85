# %% [markdown]
# # The reparameterization trick and Gumbel-softmax
#
# A network rolls a die in the middle of its forward pass. A face comes up, a reward follows, and the weights before
# the die have to learn from it. But a face is an integer, and nothing can be differentiated through it.
# **How do you send a gradient past a random draw, and what does it cost?** One question, one small problem whose exact
# gradient is known, and every estimator measured against it. At the end the best of them writes handwritten digits
# in six symbols.
#
# <!-- questions -->
#
# **You need:** softmax, the chain rule, expectations, a little PyTorch (autograd).
#
# **Article:**
# [Reparameterization trick and Gumbel-softmax](https://www.chenk.top/en/standalone/reparameterization-gumbel-softmax/)
#
# **Papers:** Kingma and Welling, [Auto-encoding variational Bayes](https://arxiv.org/abs/1312.6114); Jang,
# Gu and Poole, [Categorical reparameterization with Gumbel-softmax](https://arxiv.org/abs/1611.01144);
# Maddison, Mnih and Teh, [The Concrete distribution](https://arxiv.org/abs/1611.00712).
#
# **Conventions of the whole notebook.** Everything is PyTorch. The floating-point tensors of one call share
# a dtype, float32 or float64, and your results are computed in it: do not create float32 constants that
# clash with float64 arguments. Class indices are int64. No function changes its arguments. Randomness always
# comes in as an argument, so every function here is deterministic. $\log$ is the natural logarithm.

# %%
import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from dlcourse import check, demo, guesses, predict, probe

torch.set_num_threads(1)  # small models run faster on one thread

# %% [markdown]
# ## First look
#
# A die with eight faces, each with a fixed reward between $-1$ and $1$. Its logits start equal and climb the
# gradient of
# the expected reward. Eight students learn side by side, four rolls a step. In orange the gradient is estimated from
# the
# face that came up; in blue through a soft version of the roll. Grey is the exact gradient. With rewards around 0
# all of
# them climb.
#
# **Now turn the knob.** `shift` adds a constant to all rewards, which changes nothing about which face is best. At
# 5, the
# orange students get lost and the blue ones do not notice. By question 7 you will know why, and have a cure for the
# orange
# ones, too.


# %% tags=["demo"]
@demo(shift=(0.0, 8.0))
def first_look(shift: float = 5.0, seed: int = 0) -> dict[str, float]:
    """Eight learners with either estimator, and the exact gradient, on rewards that are shifted by a constant."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    K, learners, rolls, steps, rate, tau = 8, 8, 4, 120, 0.4, 0.5
    reward = torch.linspace(-1, 1, K, dtype=torch.float64)[torch.randperm(K, generator=generator)]

    def climb(kind: str, shift: float) -> Tensor:
        """Expected unshifted reward of each learner after each step."""
        logits, history = torch.zeros(learners, K, dtype=torch.float64), []
        for _ in range(steps):
            pi = logits.softmax(-1)
            history.append(pi @ reward)
            u = torch.rand(learners, rolls, K, generator=generator, dtype=torch.float64)
            perturbed, r = logits[:, None] - (-u.log()).log(), reward + shift
            if kind == "score function":
                face = perturbed.argmax(-1)
                estimate = r[face][..., None] * (F.one_hot(face, K) - pi[:, None])
            else:
                y = (perturbed / tau).softmax(-1)
                estimate = y * (r - (y @ r)[..., None]) / tau
            if kind == "exact":
                estimate = (pi * (r - (pi @ r)[:, None]))[:, None]
            logits = logits + rate * estimate.mean(1)
        return torch.stack(history)

    curves = {kind: climb(kind, shift) for kind in ("exact", "soft roll", "score function")}
    fig, ax = plt.subplots()
    for (kind, curve), colour in zip(curves.items(), ["0.5", "C0", "C1"], strict=True):
        ax.plot(curve, color=colour, alpha=0.45, lw=1)
        ax.plot(curve.mean(1), color=colour, label=kind)
    ax.set(xlabel="step", ylabel="expected reward, without the shift", title=f"rewards + {shift:g}")
    ax.legend(loc="lower right")
    calm = climb("score function", 0.0)[-1]  # the control: the same estimator without the shift
    return {
        "soft": curves["soft roll"][-1].mean().item(),
        "exact": curves["exact"][-1].mean().item(),
        "score": curves["score function"][-1].mean().item(),
        "score_without_shift": calm.mean().item(),
    }


# %% [markdown]
# Three routes past the draw. You will build all of them.
#
# ![Three rows. Score function: the logits give a class, the class a reward; the gradient goes past the draw, as the reward times the gradient of the log-probability. Pathwise: the logits give a soft sample, the sample a reward, and the gradient goes back through both. Straight-through: the sample is hardened going forward, and the gradient is that of the soft one.](pictures/gumbel_softmax/routes.svg)
#
# ## 1. Samplers with a derivative
#
# We want $\nabla_\theta\, \mathbb E_{z\sim p_\theta}[f(z)]$. The law itself depends on $\theta$, so the
# gradient cannot simply move inside the expectation. Suppose however that $z$ can be written as
#
# $$z = T(\epsilon;\theta), \qquad \epsilon \sim p(\epsilon)\ \text{ free of } \theta .$$
#
# Then $\mathbb E_{z\sim p_\theta}[f(z)] = \mathbb E_\epsilon[f(T(\epsilon;\theta))]$, and for smooth $f$ and
# $T$
#
# $$\nabla_\theta\, \mathbb E_{z\sim p_\theta}[f(z)]
# = \mathbb E_\epsilon\!\left[ f'(z)\,\frac{\partial T(\epsilon;\theta)}{\partial\theta} \right].$$
#
# This is the **reparameterization trick**, or pathwise gradient: fix the noise, and the sample becomes an
# ordinary differentiable function of its parameters. Autograd does the rest.
#
# Where does $T$ come from? If $F$ is an invertible distribution function and $u$ is uniform on $(0,1)$, then
# $\Pr(F^{-1}(u)\le z) = \Pr(u\le F(z)) = F(z)$. So $F^{-1}(u)$ has the law $F$. Solve $u = F(z)$ for $z$:
#
# | law | parameters | noise | sample $z$ | $F(z)$ |
# |---|---|---|---|---|
# | `"normal"` | $\mu,\ \log\sigma^2$ | $\epsilon\sim\mathcal N(0,1)$ | $\mu+\sigma\epsilon$ | $\Phi((z-\mu)/\sigma)$ |
# | `"laplace"` | $\mu,\ b$ | $u\in(-\frac12,\frac12)$ | $\mu-b\,s_u\log(1-2\lvert u\rvert)$ | see below |
# | `"exponential"` | rate $\lambda$ | $u\in(0,1)$ | $-\log(1-u)/\lambda$ | $1-e^{-\lambda z}$ |
# | `"logistic"` | $\mu,\ s$ | $u\in(0,1)$ | $\mu+s\log\frac{u}{1-u}$ | $1/(1+e^{-(z-\mu)/s})$ |
# | `"gumbel"` | $\mu,\ \beta$ | $u\in(0,1)$ | $\mu-\beta\log(-\log u)$ | $\exp(-e^{-(z-\mu)/\beta})$ |
#
# $\Phi$, the standard normal law's $F$, has no elementary inverse; shift and scale a standard normal instead. A
# network outputs $\log\sigma^2$ because that may be any real number. Half of it goes into the exponential,
# $\sigma=e^{\frac12\log\sigma^2}$, since $e^{\log\sigma^2}$ is the variance.
#
# The Laplace law is symmetric about $\mu$, so its uniform noise is centred: $u=F(z)-\frac12$. Right of
# $\mu$, $F(z)=1-\frac12e^{-(z-\mu)/b}$, which gives $1-2u=e^{-(z-\mu)/b}$ and $z=\mu-b\log(1-2u)$. Left of
# it, $F(z)=\frac12e^{(z-\mu)/b}$, which gives $z=\mu+b\log(1+2u)$ with $u<0$. The table says both at once: $s_u$
# is the sign of $u$ (0 at 0).
#
# All five samples *increase* with their noise. That fixes the choice between $\log u$ and $\log(1-u)$ for
# the exponential law, which have the same distribution but are different functions of $u$.
#
# **By hand.** Normal with $\mu=1$, $\log\sigma^2=\log4$ and $\epsilon=1.5$: $\sigma=2$ and $z=4$. Laplace
# with $\mu=0$, $b=1$, $u=\frac14$: $z=-\log\frac12=0.693$. Exponential with $\lambda=2$, $u=\frac12$:
# $z=0.693/2=0.347$. Logistic with $\mu=0$, $s=1$, $u=\frac34$: $z=\log3=1.099$. Gumbel with $\mu=0$,
# $\beta=1$, $u=\frac12$: $z=-\log0.693=0.367$.


# %% [markdown] hints="reparam_sample"
# idea: Each row of the table is one line of code. What has to be chosen is only which functions of torch stay
# differentiable in the parameters: all of them do, as long as no value leaves torch.
#
# shapes: Parameters broadcast against `noise`: a scalar, one per column, or one per entry. Nothing needs to be
# reshaped; write the formula and let torch broadcast.
#
# steps: Look at `dist`; unpack `params` (one number for the exponential law, two for the others); return the
# formula. For any other name raise a ValueError. For the Laplace law the sign of the noise picks the side.
#
# mistake: `exp(logvar)` is the variance. The sample needs its square root.


# %% question="reparam_sample" minutes=25 forbid=["torch.distributions", "torch.nn.functional.gumbel_softmax"]
def reparam_sample(
    dist: str, params: tuple[Float[Tensor, "..."], ...], noise: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Samples of a law as a differentiable function of its parameters.

    The table above gives the five formulas. Every sample increases with its noise. ``torch.distributions`` is
    not to be used.

    Args:
        dist: "normal", "laplace", "exponential", "logistic" or "gumbel".
        params: (mu, logvar), (mu, b), (rate,), (mu, s) or (mu, beta), in the order of that list. Each is a
            tensor that broadcasts to the shape of ``noise``: a scalar, one value per column, or of the same
            shape. b, rate, s and beta are positive; logvar is the log of the variance.
        noise: standard normal for "normal"; strictly between -1/2 and 1/2 (zero included) for "laplace";
            strictly between 0 and 1 for the others.

    Returns:
        One sample per entry of ``noise``, in its shape and dtype. Autograd can differentiate it with respect to
        every parameter.

    Raises:
        ValueError: ``dist`` is none of the five names.
    """
    ### BEGIN SOLUTION
    if dist == "normal":
        mu, logvar = params
        return mu + torch.exp(0.5 * logvar) * noise
    if dist == "laplace":
        mu, b = params
        return mu - b * torch.sign(noise) * torch.log1p(-2 * noise.abs())
    if dist == "exponential":
        (rate,) = params
        return -torch.log1p(-noise) / rate
    if dist == "logistic":
        mu, s = params
        return mu + s * torch.logit(noise)
    if dist == "gumbel":
        mu, beta = params
        return mu - beta * torch.log(-torch.log(noise))
    raise ValueError(f"unknown law {dist!r}")
    ### END SOLUTION


# %% [markdown]
# Here are your samplers at work. The last panel shows why the trick matters. Take $z\sim\mathcal N(\mu,1)$
# and $f(z)=z^2$. Then $\mathbb E[f]=\mu^2+1$, and the gradient in $\mu$ is $2\mu$. The pathwise estimate
# from one sample is $f'(z)\cdot1=2z$. The score-function estimate, which you will meet in question 3, is
# $f(z)\,\partial_\mu\log p(z)=z^2(z-\mu)$. Both have mean $2\mu$. Their variances are $4$ and
# $\mu^4+14\mu^2+15$: at $\mu=1$ that is 4 against 30.


# %% tags=["demo"]
@demo
def five_laws(seed: int = 0) -> dict[str, float]:
    """Histograms of the five samplers, and the variance of two gradient estimators of d E[z^2] / d mu."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    n = 20_000
    u = torch.rand(n, generator=generator, dtype=torch.float64).clamp(1e-12, 1 - 1e-12)
    eps = torch.randn(n, generator=generator, dtype=torch.float64)
    one, zero = torch.ones((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    laws = {
        "normal": ((zero, zero), eps, lambda z: torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)),
        "laplace": ((zero, one), u - 0.5, lambda z: torch.exp(-z.abs()) / 2),
        "exponential": ((one,), u, lambda z: torch.exp(-z) * (z >= 0)),
        "logistic": ((zero, one), u, lambda z: torch.sigmoid(z) * torch.sigmoid(-z)),
        "gumbel": ((zero, one), u, lambda z: torch.exp(-z - torch.exp(-z))),
    }
    fig, axes = plt.subplots(2, 3, figsize=(11, 5.6))
    grid = torch.linspace(-6, 8, 561, dtype=torch.float64)
    numbers = {}
    for ax, (dist, (params, noise, density)) in zip(axes.flat, laws.items(), strict=False):
        z = reparam_sample(dist, params, noise)
        numbers[f"{dist}_mean"] = z.mean().item()
        edges = torch.linspace(-6, 8, 71, dtype=torch.float64)
        height = torch.histogram(z, edges).hist / (n * 0.2)
        ax.bar(
            edges[:-1].numpy(), height.numpy(), width=0.2, align="edge", color="C0", alpha=0.45, label="your samples"
        )
        ax.plot(grid, density(grid), color="C1", label="density")
        ax.set(title=dist, xlabel="$z$", ylabel="density")
        ax.legend()

    ax, means = axes[1, 2], torch.linspace(-2, 2, 9, dtype=torch.float64)
    pathwise, score = [], []
    for mean in means:
        mu = mean.expand(n).clone().requires_grad_()  # one copy per sample: one gradient per sample
        z = reparam_sample("normal", (mu, zero), eps)
        (gradient,) = torch.autograd.grad((z**2).sum(), mu)
        pathwise.append(gradient.var().item())
        score.append((z.detach() ** 2 * (z.detach() - mean)).var().item())
    ax.semilogy(means, score, "o", color="C1", label="score function")
    ax.semilogy(means, means**4 + 14 * means**2 + 15, color="C1", lw=1)
    ax.semilogy(means, pathwise, "o", color="C0", label="pathwise")
    ax.semilogy(means, torch.full_like(means, 4.0), color="C0", lw=1)
    ax.set(title="variance of one gradient sample", xlabel=r"$\mu$", ylabel=r"variance (lines: theory)")
    ax.legend()
    return numbers | {"pathwise_at_1": pathwise[6], "score_at_1": score[6]}


# %% [markdown]
# ## 2. The price of a Gaussian latent
#
# A variational autoencoder maps $x$ to a law $q(z\mid x)$, draws $z$, and reconstructs $x$ by $p(x\mid z)$.
# Jensen's inequality gives
#
# $$\begin{aligned}
# \log p(x) &= \log \mathbb E_{q}\!\left[\frac{p(x\mid z)\,p(z)}{q(z\mid x)}\right] \\
# &\ge \underbrace{\mathbb E_{q}[\log p(x\mid z)]}_{\text{reconstruction: sampled}}
# - \underbrace{\mathrm{KL}\big(q(z\mid x)\,\Vert\,p(z)\big)}_{\text{closed form}} ,
# \end{aligned}$$
#
# the evidence lower bound (ELBO). For $q=\mathcal N(\mu,\sigma^2)$ and the prior $p=\mathcal N(0,1)$ the
# second term needs no samples. With $z=\mu+\sigma\epsilon$ the two log densities are
#
# $$\begin{aligned}
# \log q(z) &= -\tfrac12\log 2\pi - \tfrac12\log\sigma^2 - \tfrac12\epsilon^2, \\
# \log p(z) &= -\tfrac12\log 2\pi - \tfrac12(\mu+\sigma\epsilon)^2 .
# \end{aligned}$$
#
# Subtract and average, using $\mathbb E[\epsilon]=0$ and $\mathbb E[\epsilon^2]=1$. In $d$ independent
# dimensions the terms add up:
#
# $$\mathrm{KL} = \tfrac12 \sum_{i=1}^{d} \left( \mu_i^2 + \sigma_i^2 - 1 - \log\sigma_i^2 \right) \ge 0 .$$
#
# Sum over the dimensions of the latent and keep one number per example. A mean over $d$ would weaken the KL
# against the reconstruction by a factor that depends on the width of the latent.
#
# **By hand.** $\mu=1$, $\sigma^2=1$: $\frac12(1+1-1-0)=0.5$. $\mu=0$, $\sigma^2=4$:
# $\frac12(0+4-1-1.386)=0.807$. A latent with these two dimensions costs $1.307$ nats. $\mu=0$, $\sigma^2=1$
# costs nothing.


# %% [markdown] hints="gaussian_kl"
# idea: The formula holds the variance once and its logarithm once. One of the two is given.
#
# shapes: `mu` and `logvar` are (B, d); the answer is (B,): one number per example.
#
# steps: Write the bracket with four terms for every entry, sum over the last axis, halve.
#
# mistake: A mean over the dimensions in place of the sum.


# %% question="gaussian_kl" minutes=15 further forbid=["torch.distributions", "torch.nn.functional.gumbel_softmax"]
def gaussian_kl(mu: Float[Tensor, "B d"], logvar: Float[Tensor, "B d"]) -> Float[Tensor, " B"]:
    """KL divergence of diagonal Gaussians from the standard normal, in nats.

    ``torch.distributions`` is not to be used.

    Args:
        mu: means.
        logvar: logarithms of the variances. From -1000 to 80: work with logvar itself, since the logarithm of
            a variance that has underflowed to 0 is not finite.

    Returns:
        KL(N(mu, exp(logvar)) || N(0, I)) of each example, summed over the d dimensions, not averaged.
        Autograd can differentiate it with respect to both arguments.
    """
    ### BEGIN SOLUTION
    return 0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar).sum(-1)
    ### END SOLUTION


# %% [markdown]
# ## 3. Discrete choices: the score function
#
# Now let $z$ be one of $K$ classes with probabilities $\pi=\mathrm{softmax}(\alpha)$. The numbers $\alpha_k$
# are called logits. Class $k$ earns the reward $r_k$. The expected reward is $\pi\cdot r$. The Jacobian of
# the softmax is $\partial\pi_i/\partial\alpha_j=\pi_i(\delta_{ij}-\pi_j)$, so
#
# $$\nabla_\alpha\, \mathbb E[r_z] = \pi\odot\big(r-(\pi\cdot r)\big) .$$
#
# Raising the logit of a class helps exactly when the class is better than average. This is the truth against
# which all estimators of this notebook are measured. It needs all $K$ rewards. With six latents of ten
# classes each, there would be $10^6$ of them, and we have to sample.
#
# A sampled class is an integer. It does not move a little when $\alpha$ moves a little, so there is no path
# to differentiate. But the probability moves. Since $\nabla\pi_k=\pi_k\nabla\log\pi_k$,
#
# $$\begin{aligned}
# \nabla_\alpha\sum_k \pi_k r_k &= \sum_k \pi_k\, r_k \nabla_\alpha\log\pi_k
# = \mathbb E_{z\sim\pi}\big[\, r_z\, \nabla_\alpha\log\pi_z \,\big], \\
# \nabla_\alpha\log\pi_z &= e_z-\pi ,
# \end{aligned}$$
#
# where $e_z$ is the one-hot vector of $z$. This is the **score-function estimator**, or REINFORCE. It needs
# only the reward of the class that was drawn. Note that it holds $\nabla\log\pi_z$, not $\nabla\pi_z$: the
# factor $\pi_z$ is supplied by the sampling.
#
# **Baselines.** The score has mean zero, $\mathbb E[e_z-\pi]=\pi-\pi=0$. So any $b$ that does not depend on
# the sampled $z$ may be subtracted from the reward:
#
# $$\hat g_i = (r_{z_i}-b)\,(e_{z_i}-\pi) ,
# \qquad \mathbb E[\hat g_i] = \nabla_\alpha\,\mathbb E[r_z]\ \text{ for every such } b .$$
#
# The mean stays, the variance does not. A good and free choice is the mean reward of the *other* independent
# samples of the batch, the leave-one-out baseline
#
# $$b_i = \frac1{n-1}\sum_{j\ne i} r_{z_j} .$$
#
# The plain batch mean contains the sample's own reward. It depends on $z_i$, and shrinks the gradient by
# $(n-1)/n$ on average.
#
# **By hand.** Two classes, $\alpha=(0,0)$, $r=(1,3)$. Then $\pi\cdot r=2$ and the gradient is
# $\frac12(1-2,\;3-2)=(-\frac12,\frac12)$. If class 0 is drawn, the estimate is $1\cdot(\frac12,-\frac12)$;
# if class 1 is drawn, it is $3\cdot(-\frac12,\frac12)$. Their mean is right, and the variance of each entry
# is $1$. With $b=2$ both outcomes give $(-\frac12,\frac12)$: no variance at all. With rewards $(11,13)$ and
# no baseline the variance is $36$, though the problem is the same. For rewards $(1,3,5)$ of three samples
# the leave-one-out baselines are $(4,3,2)$.


# %% [markdown] hints="score_function_grad"
# idea: `exact_grad` is the formula with $\pi\odot(r-\pi\cdot r)$. An estimate replaces the sum over classes by the
# class that was drawn: reward minus baseline, times the score $e_z-\pi$.
#
# shapes: The rewards of the draws are (n,), the scores (n, K). To multiply each row by its number, the numbers need
# a second axis of length 1. A baseline of shape (n,) and a plain number both work if it is subtracted before.
#
# steps: Probabilities from the logits; one-hot rows of `idx`; score = one-hot minus probabilities; times (reward at
# `idx` minus baseline). The leave-one-out mean: the sum of all, minus one's own, divided by one less than their
# number.
#
# mistake: Multiplying by the probability of the class once more. Sampling already does that.


# %% question="score_function_grad" minutes=25 forbid=["autograd", "torch.distributions"]
def exact_grad(logits: Float[Tensor, " K"], reward: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
    """Gradient of the expected reward under softmax(logits) with respect to the logits.

    Autograd and ``torch.distributions`` are not to be used in this question: the formula is short.

    Args:
        logits: any finite values, ±1000 included.
        reward: reward of each class.

    Returns:
        The exact gradient, by summing over all K classes.
    """
    ### BEGIN SOLUTION
    pi = torch.softmax(logits, dim=-1)
    return pi * (reward - (pi * reward).sum())
    ### END SOLUTION


def score_function_grad(
    logits: Float[Tensor, " K"],
    reward: Float[Tensor, " K"],
    idx: Int[Tensor, " n"],
    baseline: float | Float[Tensor, " n"] = 0.0,
) -> Float[Tensor, "n K"]:
    """One score-function estimate of that gradient per sample; not averaged.

    It points uphill: towards more reward.

    Args:
        logits: any finite values, ±1000 included.
        reward: reward of each class, finite. Only the entries at ``idx`` matter.
        idx: the classes that were drawn; they may repeat.
        baseline: subtracted from the reward: one number for all samples, or one per sample.

    Returns:
        Row i is the estimate made from sample i.
    """
    ### BEGIN SOLUTION
    pi = torch.softmax(logits, dim=-1)
    score = F.one_hot(idx, len(logits)) - pi
    return (reward[idx] - baseline)[:, None] * score
    ### END SOLUTION


def leave_one_out_baseline(r: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """Mean reward of the other samples.

    Args:
        r: rewards of n >= 2 samples (of the samples, not of the classes), of moderate size.

    Returns:
        Entry i is the mean of the n - 1 entries of ``r`` other than entry i.
    """
    ### BEGIN SOLUTION
    return (r.sum() - r) / (len(r) - 1)
    ### END SOLUTION


# %% [markdown]
# ## 4. Gumbel-max: a draw as an argmax
#
# To differentiate through a discrete draw we first need it in the form $z=T(\epsilon;\alpha)$. Here is one.
# A standard **Gumbel** variable has $F(g)=\exp(-e^{-g})$, hence $g=-\log(-\log u)$, as in question 1. Its
# mean is Euler's constant $\gamma\approx0.577$ and its variance is $\pi^2/6$. Give every class its own
# independent noise. Then
#
# $$z = \arg\max_k\,(\alpha_k+g_k) \qquad\text{has}
# \qquad \Pr(z=k)=\frac{e^{\alpha_k}}{\sum_j e^{\alpha_j}} .$$
#
# *Proof.* Let $E_k=e^{-(\alpha_k+g_k)}=e^{-\alpha_k}(-\log u_k)$. The function $e^{-x}$ decreases, so the
# largest $\alpha_k+g_k$ belongs to the smallest $E_k$. Since $-\log u$ is exponential with rate 1, $E_k$ is
# exponential with rate $\lambda_k=e^{\alpha_k}$: a race of $K$ alarm clocks. Clock $k$ rings first with
# probability
#
# $$\int_0^\infty \lambda_k e^{-\lambda_k t}\prod_{j\ne k}e^{-\lambda_j t}\,dt
# = \frac{\lambda_k}{\sum_j\lambda_j}.
# \qquad\blacksquare$$
#
# The logits need no normalising: a common shift moves all $\alpha_k+g_k$ alike. The noise belongs on the
# logits, not on the probabilities.
#
# **Top-$k$.** Exponential clocks have no memory. Once the first has rung, the others race on as if started
# anew, so the second to ring is drawn from the remaining classes with their probabilities renormalised. The
# $k$ largest perturbed logits, in descending order, are therefore $k$ draws *without replacement*.
#
# **The ends of the interval.** `torch.rand` can return exactly 0, and rounding can give 1. Both make $g$
# infinite. So $u$ is clamped. The upper limit depends on the dtype: in float32, `1 - 1e-9` rounds to 1.0 and
# clamping there does nothing. We use $[\texttt{tiny},\,1-\texttt{eps}]$ with both numbers from
# `torch.finfo(u.dtype)`, which in float32 allows $-4.47\le g\le15.94$.
#
# **By hand.** $\alpha=(0,\log3)$, so $\pi=(\frac14,\frac34)$. With $u=(0.9,0.2)$ the noise is
# $g=(2.250,-0.476)$, and $\alpha+g=(2.250,0.623)$: class 0 wins this time. As a race: $-\log0.9=0.105$
# against $-\log(0.2)/3=0.536$.
#
# ![A time axis with two alarm clocks. Class 0 with rate 1 rings at 0.105, class 1 with rate 3 at 0.536. The first to ring is drawn.](pictures/gumbel_softmax/race.svg)


# %% [markdown] hints="gumbel_max"
# idea: All randomness is in `g`. What is left is an argmax (or the k largest) of logits plus noise.
#
# shapes: `gumbel_noise` keeps the shape. `gumbel_max`: (B, K) to (B,), an argmax over the last axis. `gumbel_top_k`:
# (B, K) to (B, k).
#
# steps: Clamp `u` to the two limits of its own dtype, then minus log of minus log. For the draws add, then look for
# the largest; `torch.topk` returns values and indices in descending order.
#
# mistake: Limits such as 1e-9. In float32 the number 1 - 1e-9 is 1.


# %% question="gumbel_max" minutes=20
def gumbel_noise(u: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Standard Gumbel noise from uniform noise.

    Args:
        u: values from 0 to 1, both ends included. They are first clamped to [finfo.tiny, 1 - finfo.eps],
            where finfo is ``torch.finfo(u.dtype)``.

    Returns:
        -log(-log u), finite, in the shape of ``u``.
    """
    ### BEGIN SOLUTION
    finfo = torch.finfo(u.dtype)
    return -torch.log(-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps)))
    ### END SOLUTION


def gumbel_max(logits: Float[Tensor, "B K"], g: Float[Tensor, "B K"]) -> Int[Tensor, " B"]:
    """One class per row, drawn from softmax(logits) by the Gumbel-max trick.

    Args:
        logits: unnormalised log-probabilities, any finite values, ±1000 included.
        g: standard Gumbel noise.

    Returns:
        The class with the largest perturbed logit, ``logits + g``; among equals the smallest index. Normalising
        the logits first would round equals apart.
    """
    ### BEGIN SOLUTION
    return (logits + g).argmax(dim=-1)
    ### END SOLUTION


def gumbel_top_k(logits: Float[Tensor, "B K"], g: Float[Tensor, "B K"], k: int) -> Int[Tensor, "B k"]:
    """k different classes per row, drawn without replacement.

    Args:
        logits: unnormalised log-probabilities.
        g: standard Gumbel noise. No two perturbed logits of a row are equal.
        k: how many, from 1 to K.

    Returns:
        The classes of the k largest perturbed logits, the largest first.
    """
    ### BEGIN SOLUTION
    return (logits + g).topk(k).indices
    ### END SOLUTION


# %% [markdown]
# ## 5. Gumbel-softmax: the argmax made soft
#
# Gumbel-max has moved all randomness into $g$. What is left is deterministic, but the argmax is piecewise
# constant: its derivative is 0 almost everywhere. Replace it by a softmax with temperature $\tau>0$:
#
# $$y = \mathrm{softmax}\!\left(\frac{\alpha+g}{\tau}\right), \qquad y_k>0,\quad \sum_k y_k=1 .$$
#
# This is the **Gumbel-softmax**, or Concrete, distribution. It is a random point of the simplex.
#
# - The order of the entries does not depend on $\tau$: the largest entry of $y$ is always at the class that
#   Gumbel-max draws.
# - $\tau\to0$: $y$ tends to that one-hot vector. $\tau\to\infty$: $y$ tends to $(\frac1K,\dots,\frac1K)$.
# - For $\tau>0$ the mean $\mathbb E[y]$ is in general not $\pi$. The relaxation is biased, and the bias grows
#   with $\tau$. (For uniform $\pi$ symmetry gives $\mathbb E[y]=\pi$, but the gradient is biased even then:
#   question 6.)
#
# The temperature divides the noise as well as the logits. If it divided only the logits, $\tau\to0$ would
# give the most likely class every time, and no sample of $\pi$.
#
# **Annealing.** Start warm, where the gradients are calm, and cool down towards the discrete model:
#
# $$\tau_t = \max\big(\tau_{\min},\ \tau_0 e^{-\rho t}\big) .$$
#
# The floor $\tau_{\min}$ is there because the gradient's variance grows without bound as $\tau\to0$; the
# next question shows how.
#
# **By hand.** Let $\alpha+g=(1,0)$. Then $y_0=1/(1+e^{-1/\tau})$: $0.731$ at $\tau=1$, $0.881$ at
# $\tau=\frac12$, $0.622$ at $\tau=2$. With $\tau_0=1$, $\rho=0.01$, $\tau_{\min}=0.5$:
# $\tau_{50}=e^{-0.5}=0.607$, and $\tau_{100}=0.5$ since $e^{-1}=0.368$ lies below the floor.


# %% [markdown] hints="gumbel_softmax"
# idea: The argmax of question 4 made soft: a softmax with a temperature. The schedule is one line with a maximum in it.
#
# shapes: Classes are on the last axis, whatever stands before it; the result has the shape of the logits.
#
# steps: Add logits and noise, divide the sum by the temperature, softmax over the last axis. For the schedule
# multiply `tau0` by an exponential of minus rate times t, and do not go below the floor.
#
# mistake: Dividing only the logits by the temperature. The noise belongs under it, too.


# %% question="gumbel_softmax" minutes=20 forbid=["torch.distributions", "torch.nn.functional.gumbel_softmax"]
def gumbel_softmax(
    logits: Float[Tensor, "*batch K"], g: Float[Tensor, "*batch K"], tau: float
) -> Float[Tensor, "*batch K"]:
    """Relaxed one-hot samples of softmax(logits).

    ``torch.nn.functional.gumbel_softmax`` and ``torch.distributions`` are not to be used; ``torch.softmax``
    may be.

    Args:
        logits: unnormalised log-probabilities, any finite values, ±1000 included; classes on the last axis.
        g: standard Gumbel noise.
        tau: temperature, 0.01 or more.

    Returns:
        Points of the simplex: positive up to rounding, and summing to 1 over the last axis. Autograd can
        differentiate them with respect to the logits.
    """
    ### BEGIN SOLUTION
    return torch.softmax((logits + g) / tau, dim=-1)
    ### END SOLUTION


def tau_schedule(t: int, tau0: float, tau_min: float, rate: float) -> float:
    """Exponentially annealed temperature.

    Args:
        t: step, counted from 0.
        tau0: temperature at step 0.
        tau_min: the temperature never falls below it.
        rate: decay per step.

    Returns:
        max(tau_min, tau0 * exp(-rate * t)).
    """
    ### BEGIN SOLUTION
    return max(tau_min, tau0 * math.exp(-rate * t))
    ### END SOLUTION


# %% [markdown]
# The picture shows 1 500 samples for $\pi=(0.5,0.3,0.2)$. Each dot has the colour of the class that Gumbel-max would
# draw.
# **Turn the knob**: the noise stays the same, only $\tau$ moves. The dots wander from the middle to the corners as
# $\tau$
# falls, but none ever crosses into another colour's sector. The cross is their mean; the star is $\pi$.


# %% tags=["demo"]
@demo(tau=(0.05, 5.0))
def simplex(tau: float = 1.0, seed: int = 1) -> dict[str, float]:
    """The same Gumbel noise at a temperature of choice, on the triangle of three probabilities."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    pi = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    logits = pi.log().expand(1500, 3)
    g = gumbel_noise(torch.rand(1500, 3, generator=generator, dtype=torch.float64))
    drawn = gumbel_max(logits, g)
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, math.sqrt(0.75)]], dtype=torch.float64)
    y = gumbel_softmax(logits, g, tau)
    fig, ax = plt.subplots(figsize=(5.2, 4.4))
    ax.plot(*corners[[0, 1, 2, 0]].T, color="0.5", lw=1)
    for k, (x, height) in enumerate(corners.tolist()):
        dots = y[drawn == k] @ corners
        ax.scatter(*dots.T, s=6, alpha=0.5, color=f"C{k}", linewidths=0)
        gap, va = (0.03, "bottom") if height else (-0.03, "top")
        share = (drawn == k).double().mean()
        ax.text(x, height + gap, f"class {k}: drawn {share:.0%}", ha="center", va=va, color=f"C{k}")
    ax.plot(*(pi @ corners), "*", ms=14, color="0.3", mec="white")
    ax.plot(*(y.mean(0) @ corners), "X", ms=9, color="0.3", mec="white")
    ax.set(title=rf"$\tau={tau:.2g}$", xlim=(-0.2, 1.2), ylim=(-0.12, 1.0), aspect="equal")
    ax.axis("off")

    def bias(at: float) -> float:
        return (gumbel_softmax(logits, g, at).mean(0) - pi).abs().max().item()

    return {
        "same_class": (y.argmax(-1) == drawn).double().mean().item(),
        "largest_cold": gumbel_softmax(logits, g, 0.05).amax(-1).mean().item(),
        "largest_hot": gumbel_softmax(logits, g, 5.0).amax(-1).mean().item(),
        "bias_cold": bias(0.05),
        "bias_hot": bias(5.0),
    }


# %% [markdown]
# ## 6. What the temperature does to the gradient
#
# With $y=\mathrm{softmax}(x)$ and $x=(\alpha+g)/\tau$, the chain rule gives
#
# $$J_{ij} = \frac{\partial y_i}{\partial\alpha_j} = \frac1\tau\,y_i(\delta_{ij}-y_j), \qquad
# J = \frac1\tau\left(\mathrm{diag}(y)-y\,y^\top\right) .$$
#
# $J$ is symmetric and its rows sum to 0, since a common shift of all logits changes nothing. The reward of a
# soft choice is $r\cdot y$. Its pathwise gradient is
#
# $$\nabla_\alpha\,(r\cdot y) = J\,r = \frac1\tau\; y\odot\big(r-(y\cdot r)\big) .$$
#
# Compare with the exact gradient of question 3: $\pi$ has become the sample $y$, and a factor $1/\tau$ has
# appeared. Adding a constant to all rewards changes nothing here, for every single sample. No baseline is
# needed.
#
# **Bias and variance, worked out.** Take two classes with $\alpha=(0,0)$ and $r=(0,1)$. The exact gradient
# in $\alpha_1$ is $\frac12\cdot\frac12=\frac14$. The difference of two Gumbel variables, $l=g_1-g_0$, is
# logistic, so $y_1=\mathrm{sigmoid}(l/\tau)$, and the estimate is $h=y_1(1-y_1)/\tau$.
#
# - $\tau=1$: sigmoid is the distribution function of $l$, so $y_1$ is uniform on $(0,1)$.
#   $\mathbb E[h]=\int_0^1y(1-y)\,dy=\frac16$, not $\frac14$: a third of the gradient is lost. The variance
#   is $\frac1{30}-\frac1{36}=\frac1{180}=0.0056$.
# - $\tau\to0$: $h$ is large, of order $1/\tau$, only if $|l|$ is of order $\tau$. That happens with a
#   probability of order $\tau$. The density of $l$ at 0 is $\frac14$. With $l=\tau s$ and
#   $\sigma(s)=\mathrm{sigmoid}(s)$, so that $h=\sigma'(s)/\tau$,
#
# $$\begin{aligned}
# \mathbb E[h]&\to\tfrac14\int\sigma'(s)\,ds=\tfrac14 , \\
# \mathbb E[h^2]&\approx\frac1{4\tau}\int\sigma'(s)^2\,ds
# =\frac1{4\tau}\int_0^1\sigma(1-\sigma)\,d\sigma=\frac1{24\,\tau} .
# \end{aligned}$$
#
# The bias vanishes and the variance grows like $1/\tau$. (One often reads $1/\tau^2$, from the size of $J$
# alone. That forgets how rarely $J$ is that large.) At large $\tau$ it is the other way round: $y$ hardly
# moves, the variance is tiny, and so is the gradient.
#
# **By hand.** $y=(0.5,0.3,0.2)$, $\tau=\frac12$. First row of $J$:
# $2\cdot(0.25,-0.15,-0.10)=(0.5,-0.3,-0.2)$. With $r=(1,0,0)$ the gradient is the first column of $J$, which
# is the same three numbers.


# %% [markdown] hints="gumbel_softmax_jacobian"
# idea: A softmax has the derivative $y_i(\delta_{ij}-y_j)$ in its own argument. The argument is divided by the
# temperature.
#
# shapes: The Jacobian adds an axis: (..., K) to (..., K, K). The outer product of a row with itself is a product of
# (..., K, 1) and (..., 1, K). The gradient keeps (n, K).
#
# steps: `torch.diag_embed` puts rows on diagonals; subtract the outer product; divide by the temperature. For the
# gradient do not build the matrix: $y\odot(r-y\cdot r)$, then divide.
#
# mistake: Forgetting the chain rule's factor $1/\tau$.


# %% question="gumbel_softmax_jacobian" minutes=20 further forbid=["autograd"]
def gumbel_softmax_jacobian(y: Float[Tensor, "*batch K"], tau: float) -> Float[Tensor, "*batch K K"]:
    """Derivative of Gumbel-softmax samples with respect to their logits.

    Autograd is not to be used in this question.

    Args:
        y: samples, ``gumbel_softmax(logits, g, tau)``; any number of batch axes, or none. Entries may be
            exactly 0 or 1.
        tau: the temperature with which they were made.

    Returns:
        Entry [..., i, j] is the derivative of y_i with respect to logit j, given the noise.
    """
    ### BEGIN SOLUTION
    return (torch.diag_embed(y) - y[..., :, None] * y[..., None, :]) / tau
    ### END SOLUTION


def gumbel_softmax_grad(
    y: Float[Tensor, "n K"], reward: Float[Tensor, " K"], tau: float
) -> Float[Tensor, "n K"]:
    """One pathwise gradient of the soft reward per sample; not averaged.

    Args:
        y: samples, ``gumbel_softmax(logits, g, tau)``. Entries may be exactly 0 or 1.
        reward: reward of each class.
        tau: the temperature with which the samples were made.

    Returns:
        Row i is the gradient of the dot product of reward and y[i] with respect to the logits.
    """
    ### BEGIN SOLUTION
    return y * (reward - (y * reward).sum(-1, keepdim=True)) / tau
    ### END SOLUTION


# %% [markdown]
# ## 7. A fair comparison
#
# Which estimator is better? Run them on the same noise $g$ and compare mean and variance. The mean tells the
# bias, by comparison with the exact gradient. The variance *of a single sample's gradient* tells how many
# samples are needed: the average of $m$ independent ones has $1/m$ of it. Estimate it, for each logit, by
#
# $$\widehat{\mathrm{Var}}_k = \frac1{n-1}\sum_{i=1}^n\big(\hat g_{ik}-\bar g_k\big)^2,
# \qquad \bar g_k=\frac1n\sum_{i=1}^n\hat g_{ik} .$$
#
# Three kinds, all built from what you have:
#
# - `"score"`: classes by Gumbel-max from $\alpha+g$, the score-function estimate without a baseline;
# - `"score_baseline"`: the same classes, with the leave-one-out baseline of their rewards;
# - `"gumbel_softmax"`: the soft samples $y$ at temperature $\tau$, and their pathwise gradient. Do not
#   harden $y$ first: at a one-hot vector the Jacobian is zero.
#
# **By hand.** $\alpha=(0,0)$, $r=(1,3)$, and three samples which draw the classes 0, 1, 1. The score
# gradients are $(\frac12,-\frac12)$ and twice $(-\frac32,\frac32)$. For $\alpha_0$: mean
# $(\frac12-\frac32-\frac32)/3=-\frac56$; deviations $\frac43,-\frac23,-\frac23$; variance
# $(\frac{16}9+\frac49+\frac49)/(3-1)=\frac43$. The rewards $(1,3,3)$ have the leave-one-out baselines
# $(3,2,2)$. With them the first entries are $-2\cdot\frac12=-1$ and twice $1\cdot(-\frac12)=-\frac12$: mean
# $-\frac23$, variance $(\frac19+\frac1{36}+\frac1{36})/2=\frac1{12}$. For $\alpha_1$ the means have the other
# sign, and the variances are the same.


# %% [markdown] hints="estimator_stats"
# idea: You have all the pieces. This question only puts them together, on one and the same noise.
#
# shapes: `logits` is (K,), the noise (n, K): the samplers want n rows of logits. Gradients are (n, K), mean and
# variance (K,).
#
# steps: For the two score kinds draw classes by Gumbel-max, look up their rewards, and use no baseline or the
# leave-one-out one. For the third make soft samples and their pathwise gradients. Then mean and variance over the
# samples, with n - 1.
#
# mistake: Hardening the soft samples first: at a one-hot vector the Jacobian is zero.


# %% question="estimator_stats" minutes=20 further
def estimator_stats(
    kind: str, logits: Float[Tensor, " K"], reward: Float[Tensor, " K"], tau: float, g: Float[Tensor, "n K"]
) -> tuple[Float[Tensor, " K"], Float[Tensor, " K"]]:
    """Mean and variance of a gradient estimator over n samples.

    Args:
        kind: "score", "score_baseline" or "gumbel_softmax". No other name occurs.
        logits: logits of the one distribution that all samples share.
        reward: reward of each class.
        tau: temperature; the two score-function kinds do not depend on it.
        g: standard Gumbel noise, one row per sample, n >= 2.

    Returns:
        The mean of the n gradients, and their variance, entry by entry, with n - 1 in the denominator. It is
        the variance of one sample's gradient, not of their mean.
    """
    ### BEGIN SOLUTION
    if kind == "gumbel_softmax":
        y = gumbel_softmax(logits.expand_as(g), g, tau)
        grads = gumbel_softmax_grad(y, reward, tau)
    else:
        idx = gumbel_max(logits.expand_as(g), g)
        baseline = leave_one_out_baseline(reward[idx]) if kind == "score_baseline" else 0.0
        grads = score_function_grad(logits, reward, idx, baseline)
    return grads.mean(0), grads.var(0)
    ### END SOLUTION


# %% [markdown]
# Eight classes whose rewards average to zero. The left panel shows the bias of Gumbel-softmax, the middle one its
# variance, and the right one adds 5 to all rewards. Two statements that are often made turn out to depend on the
# setting:
#
# - "Gumbel-softmax has far less variance than REINFORCE." At $\tau=0.1$ it has *more*, on these zero-centred rewards.
# - "REINFORCE is hopelessly noisy." It is after the shift. The leave-one-out baseline undoes the shift exactly.
#
# Guess first; the picture draws your guesses beside the result.


# %% tags=["predict"]
# One REINFORCE gradient has a variance of about 0.5 here, summed over the logits. And Gumbel-softmax? Replace a ...
predict("variance of one gradient", tau_0_1=..., tau_0_5=..., tau_2=...)


# %% tags=["demo"]
@demo
def bias_and_variance(seed: int = 3) -> dict[str, float]:
    """Bias and variance of the estimators over temperature, and under a shift of all rewards."""
    import matplotlib.pyplot as plt

    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(8, generator=generator, dtype=torch.float64)
    reward = torch.randn(8, generator=generator, dtype=torch.float64)
    reward = reward - (torch.softmax(logits, -1) * reward).sum()  # the expected reward is 0
    g = gumbel_noise(torch.rand(20_000, 8, generator=generator, dtype=torch.float64))
    exact = exact_grad(logits, reward)
    k = exact.abs().argmax()

    taus = [0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]
    soft = [estimator_stats("gumbel_softmax", logits, reward, tau, g) for tau in taus]
    means = torch.stack([mean[k] for mean, _ in soft])
    errors = torch.stack([(var[k] / len(g)).sqrt() for _, var in soft])
    variances = torch.stack([var.sum() for _, var in soft])
    fig, (left, middle, right) = plt.subplots(
        1, 3, figsize=(12, 3.8), facecolor="white", layout="constrained"
    )
    left.axhline(exact[k], color="0.5", ls="--", label="exact gradient")
    left.errorbar(taus, means, 2 * errors, fmt="o-", color="C0", label="Gumbel-softmax, mean ± 2 s.e.")
    left.set(
        xscale="log",
        xlabel=r"temperature $\tau$",
        ylabel=f"gradient, logit {int(k)}",
        title="bias grows with the temperature",
    )
    left.legend()

    def total(kind: str, shift: float, tau: float) -> Tensor:
        return estimator_stats(kind, logits, reward + shift, tau, g)[1].sum()

    bars = {}
    for shift in (0.0, 5.0):
        bars["REINFORCE", shift] = total("score", shift, 1.0)
        bars["with\nbaseline", shift] = total("score_baseline", shift, 1.0)
        bars["Gumbel-\nsoftmax\nτ = 0.5", shift] = total("gumbel_softmax", shift, 0.5)
        bars["Gumbel-\nsoftmax\nτ = 0.1", shift] = total("gumbel_softmax", shift, 0.1)
    middle.loglog(taus, variances, "o-", color="C0", label="Gumbel-softmax")
    middle.loglog(
        taus[:5], variances[0] * taus[0] / torch.tensor(taus[:5]), ":", color="0.5", label=r"slope $1/\tau$"
    )
    middle.axhline(bars["REINFORCE", 0.0], color="C1", label="REINFORCE")
    for name, guess in guesses("variance of one gradient").items():
        tau = {"tau_0_1": 0.1, "tau_0_5": 0.5, "tau_2": 2.0}.get(name)
        if tau is not None and isinstance(guess, (int, float)) and guess > 0:
            middle.plot(tau, guess, "X", ms=10, color="C3", label="your guess" if name == "tau_0_1" else None)
    middle.set(
        xlabel=r"temperature $\tau$",
        ylabel="variance, summed over logits",
        title="variance falls with the temperature",
    )
    middle.legend()

    names = list(dict.fromkeys(name for name, _ in bars))
    for i, (shift, colour) in enumerate([(0.0, "C0"), (5.0, "C1")]):
        heights = [bars[name, shift].item() for name in names]
        places = [j + (i - 0.5) * 0.38 for j in range(len(names))]
        drawn = right.bar(
            places,
            heights,
            0.36,
            color=colour,
            label=f"rewards + {shift:g}" if shift else "zero-centred rewards",
        )
        right.bar_label(drawn, fmt="%.2g", fontsize=8)
    right.set_xticks(range(len(names)), names, fontsize=8)
    right.set(
        yscale="log", ylim=(0.05, 120), ylabel="variance, summed over logits", title="adding 5 to all rewards"
    )
    right.legend()

    numbers = {f"variance_{tau:g}": v.item() for tau, v in zip(taus, variances, strict=True)}
    numbers |= {f"mean_{tau:g}": m.item() for tau, m in zip(taus, means, strict=True)}
    numbers |= {
        f"{name.split()[0]}_{shift:g}": bars[name, shift].item() for name in names[:2] for shift in (0.0, 5.0)
    }
    return numbers | {"exact": exact[k].item(), "soft_shifted": bars[names[2], 5.0].item()}


# %% [markdown]
# ## 8. Straight through
#
# Sometimes the forward pass must be discrete: a decoder that takes a real one-hot vector, a routing
# decision, a token. The **straight-through** estimator is hard in the forward pass and soft in the backward
# pass:
#
# $$y_{\mathrm{ST}} = y_{\mathrm{hard}} - \mathrm{sg}(y_{\mathrm{soft}}) + y_{\mathrm{soft}} .$$
#
# $\mathrm{sg}$ is "stop gradient" (`detach`): the identity going forward, the zero going backward. In value
# the two soft terms cancel and $y_{\mathrm{ST}}=y_{\mathrm{hard}}$. In the gradient $y_{\mathrm{hard}}$
# counts as a constant, as does the detached copy, and $\partial y_{\mathrm{ST}}/\partial y_{\mathrm{soft}}$
# is the identity. Without the `detach` the two soft terms cancel in the gradient, too, and nothing is
# learned. Evaluated from left to right as written, the forward value is exactly 0 or 1; adding first and
# subtracting afterwards can miss them by a rounding error, which the tests allow.
#
# For a loss $f$ the gradient that arrives at $y_{\mathrm{soft}}$ is $f'(y_{\mathrm{hard}})$: the derivative
# is taken at the *hard* point and multiplied by the Jacobian of the *soft* one. The two do not belong
# together, and the estimate is biased in general. If $f$ is linear, as the reward $r\cdot y$ was, $f'$ is the
# same everywhere, and straight-through gives exactly the gradient of question 6.
#
# **By hand.** $y_{\mathrm{soft}}=(0.3,0.5,0.2)$ and $f(y)=\sum_ky_k^2$. Forward:
# $y_{\mathrm{ST}}=(0,1,0)$, $f=1$. Backward: $f'(y_{\mathrm{ST}})=2y_{\mathrm{ST}}=(0,2,0)$. The soft sample
# itself would have given $(0.6,1,0.4)$.


# %% [markdown] hints="straight_through"
# idea: The value of one thing with the gradient of another: add and subtract the same number, once with its gradient
# and once without.
#
# shapes: The result has the shape of `y_soft`; the argmax and the one-hot vectors run over the last axis.
#
# steps: A one-hot vector of the argmax with as many classes as the last axis is long; subtract a detached copy of
# the soft sample; add the soft sample.
#
# mistake: Leaving the `detach` out. The two soft terms then cancel in the gradient, too.


# %% question="straight_through" minutes=15 forbid=["torch.distributions", "torch.nn.functional.gumbel_softmax"]
def straight_through(y_soft: Float[Tensor, "*batch K"]) -> Float[Tensor, "*batch K"]:
    """One-hot going forward, the identity going backward.

    ``torch.nn.functional.gumbel_softmax`` and ``torch.distributions`` are not to be used.

    Args:
        y_soft: points of the simplex, classes on the last axis; any number of batch axes, or none.

    Returns:
        One 1 per row (up to rounding), at the largest entry of the row, among equals at the smallest index; 0
        elsewhere. The gradient that arrives at the result is handed to ``y_soft`` unchanged.
    """
    ### BEGIN SOLUTION
    y_hard = F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])
    return y_hard - y_soft.detach() + y_soft
    ### END SOLUTION


# %% [markdown]
# ## 9. The categorical variational autoencoder
#
# The latent now consists of $N$ categorical variables with $K$ classes each. The encoder gives logits of
# shape $(B,N,K)$: the classes are the *last* axis. The prior is uniform. For one variable with probabilities
# $q$,
#
# $$\begin{aligned}
# \mathrm{KL}(q\,\Vert\,\mathrm{uniform}) &= \sum_k q_k\log\frac{q_k}{1/K} = \log K-H(q), \\
# H(q)&=-\sum_kq_k\log q_k .
# \end{aligned}$$
#
# It is 0 for a uniform $q$ and at most $\log K$: that is all the information a class can carry. The $N$
# variables are independent given $x$, so their terms add up. For $q_k\to0$ the term $q_k\log q_k$ tends to
# 0, but $0\cdot\log0$ is nan on a computer. `log_softmax` keeps the logarithm finite.
#
# The pixels $x\in[0,1]^D$ are Bernoulli with logits $\ell$. Since
# $\log\mathrm{sigmoid}(\ell)=-\log(1+e^{-\ell})$, the reconstruction term is
#
# $$\begin{aligned}
# -\log p(x\mid z)
# = \sum_{d=1}^D&\Big(-x_d\log\mathrm{sigmoid}(\ell_d) \\[-6pt]
# &\quad-(1-x_d)\log\mathrm{sigmoid}(-\ell_d)\Big) \\
# = \sum_{d=1}^D&\Big(\max(\ell_d,0)-\ell_dx_d+\log\big(1+e^{-|\ell_d|}\big)\Big) .
# \end{aligned}$$
#
# The last form cannot overflow. It takes logits: a sigmoid before it would squeeze them into $(0,1)$, and no
# pixel could be predicted with a probability below $\frac12$.
#
# Both terms are *sums* over one example, in nats. The negative ELBO of the example is their sum, and
# training minimises the mean over the batch. A mean over pixels would make the reconstruction $D$ times
# smaller, and the KL would switch the latents off.
#
# The ELBO is for one-hot samples $z\sim q$. If the decoder reads soft samples $y$ instead, the two terms no
# longer belong to one model, and their sum is no bound on $\log p(x)$: it is only what is trained.
#
# ![A digit of 64 pixels goes through an encoder to six rows of ten logits; noise and argmax make six one-hot rows, the code 3 7 1 5 8 3; a decoder makes 64 pixels of it. The KL is the price of the code in nats, the reconstruction is minus log p of x given z.](pictures/gumbel_softmax/vae.svg)
#
# **By hand.** One variable with $K=4$ and $q=(\frac12,\frac12,0,0)$: $H=\log2$, so the KL is
# $\log4-\log2=0.693$. Two pixels with logits $(2,2)$ and $x=(1,0)$: $0.127+2.127=2.254$.


# %% [markdown] hints="cat_vae_loss"
# idea: Two terms, two library calls: a binary cross-entropy that takes logits, and a log-softmax that never meets
# $\log0$.
#
# shapes: The reconstruction goes from (B, D) to (B,): sum over pixels. The KL goes from (B, N, K) to (B,): sum over
# classes and variables.
#
# steps: Cross-entropy of each pixel without reduction, then a sum. `log_softmax` over the last axis gives $\log q$;
# its exponential is $q$; sum $q(\log q+\log K)$ over the last two axes.
#
# mistake: A mean where a sum is asked for: over pixels, latents or the batch.


# %% question="cat_vae_loss" minutes=20 forbid=["torch.distributions", "torch.nn.functional.gumbel_softmax"]
def cat_vae_loss(
    recon_logits: Float[Tensor, "B D"], x: Float[Tensor, "B D"], q_logits: Float[Tensor, "B N K"]
) -> tuple[Float[Tensor, " B"], Float[Tensor, " B"]]:
    """The two terms of the negative ELBO of a categorical VAE, per example, in nats.

    ``torch.distributions`` is not to be used; the losses of ``torch.nn.functional`` may be.

    Args:
        recon_logits: logits of the pixels given the sampled latents, any finite values, ±1000 included.
        x: pixels, from 0 to 1.
        q_logits: logits of N latent variables with K classes, classes last; any finite values, ±1000
            included.

    Returns:
        The reconstruction term -log p(x | z), summed over the D pixels, and KL(q || uniform), summed over
        the N variables; one number of each per example, neither averaged nor summed over the batch.
        Autograd can differentiate both with respect to the logits.
    """
    ### BEGIN SOLUTION
    rec = F.binary_cross_entropy_with_logits(recon_logits, x, reduction="none").sum(-1)
    log_q = torch.log_softmax(q_logits, dim=-1)
    kl = (log_q.exp() * (log_q + math.log(q_logits.shape[-1]))).sum((-2, -1))
    return rec, kl
    ### END SOLUTION


# %% [markdown]
# ## Payoff: digits in six symbols
#
# Your functions now train an autoencoder that writes an $8\times8$ digit as six symbols out of an alphabet of ten: a
# million possible words. Every test digit is then sent through its *discrete* code, six integers and nothing else. A
# judge
# reads what comes out: a logistic regression that was trained on real digits and recognises nine in ten of the real
# test
# digits.
#
# The KL is a price: a code that says more costs more nats. At the **full price**, the ELBO of question 9, the codes
# stay
# cheap, below two nats, and more than a third of the decoded digits are read as another digit. At a **tenth of the
# price**
# ($\mathrm{rec}+0.1\,\mathrm{KL}$: no bound on $\log p(x)$ any more, but that is not what we want here) the code
# says five
# times as much, and more than eight digits in ten survive.
#
# The controls: an untrained autoencoder, and the trained decoder given *somebody else's* code. Both are at chance,
# one in
# ten. A third model shows a trap. It is trained at a tenth of the price with the soft samples $y$, and looks better
# than
# it is as long as its decoder may read soft codes: with one-hot draws its reconstruction gets worse. The decoder of the
# straight-through models has only ever seen one-hot codes.


# %% tags=["predict"]
# Of 100 test digits, how many will the judge still read right after they went through six symbols?
predict("digits read right", full_price=..., tenth=...)


# %% tags=["demo"]
@demo
def digits_in_six_symbols(seed: int = 0) -> dict[str, float]:
    """A categorical VAE on digits at two prices of its code, straight-through and soft, read by a judge."""
    import matplotlib.pyplot as plt
    import numpy as np
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from torch import nn

    from dlcourse.student.figures import bars

    n_latents, n_classes, steps = 6, 10, 1000
    digits = load_digits()
    images = torch.tensor(digits.data / 16, dtype=torch.float32)
    train, test, names = images[:1500], images[1500:], digits.target[1500:]
    judge = LogisticRegression(C=1.0, max_iter=300).fit(train.numpy(), digits.target[:1500])

    def networks() -> tuple[nn.Module, nn.Module]:
        torch.manual_seed(seed)
        encoder = nn.Sequential(
            nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 60), nn.Unflatten(1, (n_latents, n_classes))
        )
        return encoder, nn.Sequential(nn.Flatten(), nn.Linear(60, 128), nn.ReLU(), nn.Linear(128, 64))

    def fit(price: float, hard: bool) -> tuple[nn.Module, nn.Module]:
        encoder, decoder = networks()
        optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()])
        for t in range(steps):
            optimizer.param_groups[0]["lr"] = 4e-3 * (1 - t / steps) + 1e-5
            x = train[torch.randint(len(train), (64,))]
            q_logits = encoder(x)
            y = gumbel_softmax(
                q_logits, gumbel_noise(torch.rand_like(q_logits)), tau_schedule(t, 1.0, 0.5, 1e-3)
            )
            rec, kl = cat_vae_loss(decoder(straight_through(y) if hard else y), x, q_logits)
            optimizer.zero_grad()
            (rec + price * kl).mean().backward()
            optimizer.step()
        return encoder, decoder

    def send(model: tuple[nn.Module, nn.Module]) -> tuple[Tensor, Tensor, dict[str, float]]:
        """Codes of the test digits, what they decode to, and numbers."""
        encoder, decoder = model
        with torch.no_grad():
            q_logits = encoder(test)
            g = gumbel_noise(torch.rand_like(q_logits))
            codes = gumbel_max(q_logits.flatten(0, 1), torch.zeros(len(test) * n_latents, n_classes))
            codes = codes.view(-1, n_latents)  # the likeliest symbols
            drawn = gumbel_max(q_logits.flatten(0, 1), g.flatten(0, 1)).view(-1, n_latents)
            decoded = decoder(F.one_hot(codes, n_classes).float())
            _, kl = cat_vae_loss(decoded, test, q_logits)
            one_hot, _ = cat_vae_loss(decoder(F.one_hot(drawn, n_classes).float()), test, q_logits)
            soft, _ = cat_vae_loss(decoder(gumbel_softmax(q_logits, g, 0.5)), test, q_logits)
        pictures = torch.sigmoid(decoded)
        read = (judge.predict(pictures.numpy()) == names).mean()
        numbers = {"read": 100 * read, "kl": kl.mean(), "soft": soft.mean(), "one_hot": one_hot.mean()}
        return codes, pictures, {name: float(value) for name, value in numbers.items()}

    models = {
        "full price": fit(1.0, hard=True),
        "a tenth": fit(0.1, hard=True),
        "a tenth, soft": fit(0.1, hard=False),
    }
    sent = {name: send(model) for name, model in models.items()}
    codes, best, _ = sent["a tenth"]
    others = torch.randperm(len(test), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        swapped = torch.sigmoid(models["a tenth"][1](F.one_hot(codes[others], n_classes).float()))
    reads = {
        "real digits": 100 * judge.score(test.numpy(), names),
        "full price": sent["full price"][2]["read"],
        "a tenth": sent["a tenth"][2]["read"],
        "another's code": 100 * float((judge.predict(swapped.numpy()) == names).mean()),
        "untrained": send(networks())[2]["read"],
    }

    def tile(flat: Tensor, rows: int) -> np.ndarray:
        """Images with a white frame, side by side."""
        framed = F.pad(1 - flat.view(rows, -1, 8, 8), (1, 1, 1, 1), value=1.0)
        return framed.transpose(1, 2).flatten(2).flatten(0, 1).numpy()

    fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2), width_ratios=[2, 1])
    chosen = [int(np.flatnonzero(names == d)[2]) for d in range(10)]
    rows = torch.cat([test[chosen], sent["full price"][1][chosen], best[chosen]])
    left.imshow(tile(rows, 3), cmap="gray", vmin=0, vmax=1)
    left.set_yticks([4.5, 14.5, 24.5], ["digit", "full price", "a tenth"])
    words = ["".join(map(str, row)) for row in codes[chosen].tolist()]
    left.set_xticks([4.5 + 10 * i for i in range(10)], words, fontsize=8)
    left.set(title="test digits, and what their six symbols decode to (below: the code)")
    guess = guesses("digits read right")
    guessed = {"full price": guess.get("full_price"), "a tenth": guess.get("tenth")}
    bars(right, reads, ["0.6", "C1", "C0", "0.6", "0.6"], "%.0f", guessed)
    right.set(xlabel="of 100 test digits, read right by the judge", xlim=(0, 105))
    cheap, full, soft = sent["a tenth"][2], sent["full price"][2], sent["a tenth, soft"][2]
    return {
        "read_real": reads["real digits"],
        "read_full_price": reads["full price"],
        "read_tenth": reads["a tenth"],
        "read_another": reads["another's code"],
        "read_untrained": reads["untrained"],
        "kl_full_price": full["kl"],
        "kl_tenth": cheap["kl"],
        "soft_model_soft_codes": soft["soft"],
        "soft_model_one_hot": soft["one_hot"],
    }


# %% [markdown]
# ## What you built, and where it goes next
#
# You can now train through a random choice in three ways, and you know their prices. The score function is
# unbiased and works for any reward, but its variance feels every constant in the reward: use a baseline.
# Gumbel-softmax ignores such constants and is calm at moderate temperatures, but it is biased, needs a
# differentiable reward, and gets noisy as $\tau\to0$. Straight-through keeps the forward pass discrete, at
# the cost of a backward pass that does not match it.
#
# - **Laws without a tractable inverse** (gamma, beta, Dirichlet): differentiate $F(z;\theta)=u$ implicitly.
#   [Figurnov et al. 2018](https://arxiv.org/abs/1805.08498)
# - **Unbiased and calm:** use the relaxation as a control variate for the score function: REBAR,
#   [Tucker et al. 2017](https://arxiv.org/abs/1703.07370), and RELAX,
#   [Grathwohl et al. 2018](https://arxiv.org/abs/1711.00123).
# - **Leave-one-out baselines** in language-model training:
#   [Ahmadian et al. 2024](https://arxiv.org/abs/2402.14740).
# - **Straight-through:** [Bengio et al. 2013](https://arxiv.org/abs/1308.3432). Vector-quantised
#   autoencoders use it: [van den Oord et al. 2017](https://arxiv.org/abs/1711.00937).
# - **Gumbel-top-$k$** for sequences and subsets: [Kool et al. 2019](https://arxiv.org/abs/1903.06059).
# - **Gates that are exactly 0:** the hard Concrete law,
#   [Louizos et al. 2018](https://arxiv.org/abs/1712.01312).
# - **Permutations:** Gumbel-Sinkhorn, [Mena et al. 2018](https://arxiv.org/abs/1802.08665).
#
# The [article](https://www.chenk.top/en/standalone/reparameterization-gumbel-softmax/) tells the same story
# with more background.
