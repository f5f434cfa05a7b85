from dlcourse.authoring import Misconception

MISCONCEPTIONS = [
    # 1. reparam_sample
    Misconception(
        question="reparam_sample",
        name="variance_for_standard_deviation",
        hint="exp(logvar) is the variance. The noise is multiplied by the standard deviation, its "
        "square root; otherwise the spread is wrong everywhere but at variance 1.",
        edits=[("torch.exp(0.5 * logvar) * noise", "torch.exp(logvar) * noise")],
    ),
    Misconception(
        question="reparam_sample",
        name="constant_scale",
        hint="The samples of the normal law are right, but no gradient reaches logvar. "
        "Reparameterization is worth its name only if autograd sees every parameter: nothing may "
        "be detached or taken out as a Python number.",
        edits=[("torch.exp(0.5 * logvar) * noise", "torch.exp(0.5 * logvar).detach() * noise")],
    ),
    Misconception(
        question="reparam_sample",
        name="laplace_noise_from_0_to_1",
        hint="The Laplace noise comes centred, from -1/2 to 1/2. It looks as if it had been taken for "
        "a uniform number from 0 to 1 and centred a second time.",
        edits=[
            (
                "torch.sign(noise) * torch.log1p(-2 * noise.abs())",
                "torch.sign(noise - 0.5) * torch.log((1 - 2 * (noise - 0.5).abs()).abs())",
            )
        ],
    ),
    Misconception(
        question="reparam_sample",
        name="laplace_one_sided",
        hint="The Laplace law has two sides. Noise below 0 has to give samples below mu: the sign of "
        "the noise is missing.",
        edits=[("b * torch.sign(noise) * torch.log1p", "b * torch.log1p")],
    ),
    Misconception(
        question="reparam_sample",
        name="laplace_mirrored",
        hint="The Laplace sample has the wrong sign in front of its scale. log(1 - 2|u|) is negative, and "
        "noise above 0 has to give samples above mu.",
        edits=[("mu - b * torch.sign(noise)", "mu + b * torch.sign(noise)")],
    ),
    Misconception(
        question="reparam_sample",
        name="rate_as_scale",
        hint="lambda is a rate: the mean waiting time is 1 / lambda. A larger rate must give smaller "
        "samples.",
        edits=[("-torch.log1p(-noise) / rate", "-torch.log1p(-noise) * rate")],
    ),
    Misconception(
        question="reparam_sample",
        name="exponential_decreasing",
        hint="-log(u) / lambda has the right law, but it falls as u grows. The text asks for the "
        "inverse distribution function at u, which rises with it.",
        edits=[("-torch.log1p(-noise) / rate", "-torch.log(noise) / rate")],
    ),
    Misconception(
        question="reparam_sample",
        name="gumbel_mirrored",
        hint="The Gumbel sample has the wrong sign in front of its scale: this is the law of minima, "
        "with the long tail on the left. For maxima the tail lies on the right, and the sample "
        "rises with u.",
        edits=[("mu - beta * torch.log(-torch.log(noise))", "mu + beta * torch.log(-torch.log(noise))")],
    ),
    # 2. gaussian_kl
    Misconception(
        question="gaussian_kl",
        name="negated",
        hint="A KL divergence is never negative. This is its negative, the term as it stands in the "
        "ELBO, which is maximised.",
        edits=[("0.5 * (mu", "-0.5 * (mu")],
    ),
    Misconception(
        question="gaussian_kl",
        name="averaged_over_dimensions",
        hint="The KL of independent dimensions is their sum. A mean makes it d times too cheap to "
        "leave the prior.",
        edits=[(".sum(-1)", ".mean(-1)")],
    ),
    Misconception(
        question="gaussian_kl",
        name="standard_deviation_for_variance",
        hint="The formula holds the variance, exp(logvar). This value has the standard deviation in "
        "its place.",
        edits=[("torch.exp(logvar)", "torch.exp(0.5 * logvar)")],
    ),
    Misconception(
        question="gaussian_kl",
        name="half_forgotten",
        hint="Exactly twice the right value: the 1/2 of the Gaussian's exponent (and of log sigma = "
        "1/2 log sigma^2) is missing.",
        edits=[("0.5 * (mu", "(mu")],
    ),
    Misconception(
        question="gaussian_kl",
        name="log_of_the_exponential",
        hint="exp(-1000) is 0 in floating point, and its logarithm is -inf. The logarithm of the "
        "variance is given; use it.",
        edits=[("- 1 - logvar", "- 1 - torch.log(torch.exp(logvar))")],
    ),
    # 3. score_function_grad
    Misconception(
        question="score_function_grad",
        name="gradient_of_the_probability",
        hint="Each row is multiplied by the probability of its class: that is the gradient of pi, not "
        "of log pi. Sampling already supplies this factor, so now likely classes count twice.",
        edits=[("[:, None] * score", "[:, None] * pi[idx][:, None] * score")],
    ),
    Misconception(
        question="score_function_grad",
        name="reward_forgotten",
        hint="The rows hold the score alone. Its mean is zero whatever the rewards are; the reward has"
        " to weight it.",
        edits=[("return (reward[idx] - baseline)[:, None] * score", "return score")],
    ),
    Misconception(
        question="score_function_grad",
        name="downhill",
        hint="The sign is that of a loss to be minimised. The function returns the gradient of the "
        "reward, which points uphill.",
        edits=[("- pi\n    return (reward", "- pi\n    return -(reward")],
    ),
    Misconception(
        question="score_function_grad",
        name="score_without_pi",
        hint="The derivative of log softmax has two parts: the one-hot vector, and minus the "
        "probabilities from the normaliser. Without the second the score does not have mean zero,"
        " and a baseline would bias it.",
        edits=[("F.one_hot(idx, len(logits)) - pi", "F.one_hot(idx, len(logits)) - 0 * pi")],
    ),
    Misconception(
        question="score_function_grad",
        name="baseline_from_the_gradient",
        hint="The baseline is subtracted from the reward, before the product with the score. "
        "Subtracted from the gradient itself it shifts the mean of the estimator.",
        edits=[
            (
                "(reward[idx] - baseline)[:, None] * score",
                "reward[idx][:, None] * score - torch.as_tensor(baseline).reshape(-1, 1)",
            )
        ],
    ),
    Misconception(
        question="score_function_grad",
        name="exact_gradient_without_mean",
        hint="pi * reward is only the diagonal part. Raising one logit lowers the probabilities of all"
        " classes, so the mean reward is subtracted; a constant reward must give the gradient 0.",
        edits=[("pi * (reward - (pi * reward).sum())", "pi * reward")],
    ),
    Misconception(
        question="score_function_grad",
        name="exact_gradient_own_term_only",
        hint="pi (1 - pi) r is the derivative of each probability in its own logit. The other "
        "probabilities move, too: the off-diagonal terms of the softmax Jacobian are missing.",
        edits=[("pi * (reward - (pi * reward).sum())", "pi * (1 - pi) * reward")],
    ),
    Misconception(
        question="score_function_grad",
        name="own_reward_in_the_baseline",
        hint="The plain batch mean contains the sample's own reward. It then depends on what was "
        "drawn, and the gradient is biased towards 0 by the factor (n - 1) / n.",
        edits=[("(r.sum() - r) / (len(r) - 1)", "r.mean().expand_as(r)")],
    ),
    Misconception(
        question="score_function_grad",
        name="others_divided_by_all",
        hint="Own reward left out of the sum, but counted in the denominator: the mean of the others "
        "has n - 1 terms.",
        edits=[("(r.sum() - r) / (len(r) - 1)", "(r.sum() - r) / len(r)")],
    ),
    Misconception(
        question="score_function_grad",
        name="own_reward_as_baseline",
        hint="The baseline of a sample is its own reward. Reward minus baseline is then always 0, and "
        "nothing is learnt.",
        edits=[("(r.sum() - r) / (len(r) - 1)", "r.clone()")],
    ),
    # 4. gumbel_max
    Misconception(
        question="gumbel_max",
        name="one_logarithm",
        hint="-log u is exponential noise, always positive. Gumbel noise takes minus the logarithm of "
        "that once more.",
        edits=[
            (
                "-torch.log(-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps)))",
                "-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps))",
            )
        ],
    ),
    Misconception(
        question="gumbel_max",
        name="outer_minus_missing",
        hint="The noise has the wrong sign: log(-log u) has its long tail on the left. With it the "
        "argmax does not draw from the softmax.",
        edits=[("return -torch.log(-torch.log(", "return torch.log(-torch.log(")],
    ),
    Misconception(
        question="gumbel_max",
        name="clamped_at_a_fixed_number",
        hint="Fixed limits such as 1e-9 and 1 - 1e-9 do not fit every dtype. In float32, 1 - 1e-9 is "
        "1.0, so the upper clamp does nothing and the noise is infinite; in float64 they cut the "
        "tails off.",
        edits=[("u.clamp(finfo.tiny, 1 - finfo.eps)", "u.clamp(1e-9, 1 - 1e-9)")],
    ),
    Misconception(
        question="gumbel_max",
        name="limits_of_u_after_the_logarithm",
        hint="The limits belong to u, but -log u was clamped to them. It may be any positive number, and is "
        "above 1 for every u below 1 / e.",
        edits=[
            (
                "-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps))",
                "-(torch.log(u).clamp(finfo.eps - 1, -finfo.tiny))",
            )
        ],
    ),
    Misconception(
        question="gumbel_max",
        name="clamping_after_the_logarithm",
        hint="-log u was kept away from 0, in place of u. That leaves u = 0, where the noise is -inf, and gives "
        "u = 1 another value. Clamp u itself, at both ends.",
        edits=[
            (
                "-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps))",
                "torch.clamp(-torch.log(u), min=finfo.tiny)",
            )
        ],
    ),
    Misconception(
        question="gumbel_max",
        name="last_index_on_ties",
        hint="Among equal perturbed logits the last class was taken. The smallest index is asked for.",
        edits=[
            (
                "return (logits + g).argmax(dim=-1)",
                "return logits.shape[-1] - 1 - (logits + g).flip(-1).argmax(dim=-1)",
            )
        ],
    ),
    Misconception(
        question="gumbel_max",
        name="noise_on_probabilities",
        hint="The noise was added to the probabilities. It belongs on the logits: only there the race "
        "of exponential clocks has the right rates.",
        edits=[
            (
                "return (logits + g).argmax(dim=-1)",
                "return (torch.softmax(logits, dim=-1) + g).argmax(dim=-1)",
            )
        ],
    ),
    Misconception(
        question="gumbel_max",
        name="one_noise_for_all_classes",
        hint="Every class needs noise of its own. One number added to a whole row does not change its "
        "argmax: this is always the most likely class.",
        edits=[("return (logits + g).argmax(dim=-1)", "return (logits + g[:, :1]).argmax(dim=-1)")],
    ),
    Misconception(
        question="gumbel_max",
        name="top_k_without_noise",
        hint="These are the k most likely classes, the same at every call. Drawing without replacement"
        " needs the noise, too.",
        edits=[("(logits + g).topk(k)", "logits.topk(k)")],
    ),
    Misconception(
        question="gumbel_max",
        name="top_k_ascending",
        hint="The right classes in reverse order. The first to be drawn is the one with the largest "
        "perturbed logit.",
        edits=[("(logits + g).topk(k).indices", "(logits + g).argsort(dim=-1)[:, -k:]")],
    ),
    # 5. gumbel_softmax
    Misconception(
        question="gumbel_softmax",
        name="temperature_on_logits_only",
        hint="The temperature divides the sum of logits and noise. If it divides only the logits, a "
        "low temperature drowns the noise and always gives the most likely class.",
        edits=[("(logits + g) / tau", "logits / tau + g")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="temperature_on_noise_only",
        hint="The temperature divides the sum of logits and noise. If it divides only the noise, a low"
        " temperature drowns the logits, and the classes come out uniform.",
        edits=[("(logits + g) / tau", "logits + g / tau")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="temperature_multiplies",
        hint="The perturbed logits were multiplied by the temperature. Low temperatures have to make "
        "the sample sharper, not flatter.",
        edits=[("(logits + g) / tau", "(logits + g) * tau")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="softmax_over_the_first_axis",
        hint="The classes are on the last axis, and the entries of every row have to sum to 1. This "
        "softmax runs over the first axis.",
        edits=[("(logits + g) / tau, dim=-1", "(logits + g) / tau, dim=0")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="noise_on_probabilities",
        hint="The noise was added to probabilities. It belongs on the logits; otherwise the largest "
        "entry does not follow the softmax law.",
        edits=[("(logits + g) / tau", "(torch.softmax(logits, dim=-1) + g) / tau")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="no_floor",
        hint="The temperature falls below tau_min. Without the floor the variance of the gradient "
        "grows without bound.",
        edits=[("max(tau_min, tau0 * math.exp(-rate * t))", "tau0 * math.exp(-rate * t)")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="floor_as_a_ceiling",
        hint="min in place of max: the temperature starts at tau_min or below and cools from there. "
        "tau_min is a lower bound.",
        edits=[("return max(tau_min,", "return min(tau_min,")],
    ),
    Misconception(
        question="gumbel_softmax",
        name="linear_decay",
        hint="The temperature falls along a straight line. The schedule is exponential: every step "
        "multiplies it by the same factor.",
        edits=[("tau0 * math.exp(-rate * t)", "tau0 * (1 - rate * t)")],
    ),
    # 6. gumbel_softmax_jacobian
    Misconception(
        question="gumbel_softmax_jacobian",
        name="jacobian_without_temperature",
        hint="This is the Jacobian of the softmax in its own argument. The argument is (logits + g) / "
        "tau, and the chain rule adds its derivative.",
        edits=[("- y[..., :, None] * y[..., None, :]) / tau", "- y[..., :, None] * y[..., None, :])")],
    ),
    Misconception(
        question="gumbel_softmax_jacobian",
        name="diagonal_only",
        hint="Only the diagonal is filled. A softmax couples all entries: raising one logit lowers all"
        " other outputs, and every row of the Jacobian sums to 0.",
        edits=[
            (
                "(torch.diag_embed(y) - y[..., :, None] * y[..., None, :]) / tau",
                "torch.diag_embed(y * (1 - y)) / tau",
            )
        ],
    ),
    Misconception(
        question="gumbel_softmax_jacobian",
        name="jacobian_times_temperature",
        hint="Multiplied by the temperature. A lower temperature makes the softmax steeper, so its "
        "derivative must grow.",
        edits=[("* y[..., None, :]) / tau", "* y[..., None, :]) * tau")],
    ),
    Misconception(
        question="gumbel_softmax_jacobian",
        name="gradient_without_temperature",
        hint="The gradient of the soft reward lacks the factor that the temperature brings in through "
        "the chain rule.",
        edits=[("keepdim=True)) / tau", "keepdim=True))")],
    ),
    Misconception(
        question="gumbel_softmax_jacobian",
        name="gradient_without_mean_reward",
        hint="y * reward is only the diagonal part of J r. The soft mean reward of the sample is to be"
        " subtracted; a constant reward must give the gradient 0.",
        edits=[("y * (reward - (y * reward).sum(-1, keepdim=True)) / tau", "y * reward / tau")],
    ),
    Misconception(
        question="gumbel_softmax_jacobian",
        name="reward_of_the_hard_class",
        hint="The reward subtracted is that of the class with the largest entry. The soft reward is "
        "the dot product of reward and y; mixing hard and soft gives the gradient of neither.",
        edits=[("(y * reward).sum(-1, keepdim=True)", "reward[y.argmax(-1)][:, None]")],
    ),
    # 7. estimator_stats
    Misconception(
        question="estimator_stats",
        name="variance_of_the_mean",
        hint="Smaller by the factor n: this is the variance of the mean of n samples. Asked is that of"
        " a single sample, which does not depend on how many were drawn.",
        edits=[("grads.var(0)", "grads.var(0) / len(grads)")],
    ),
    Misconception(
        question="estimator_stats",
        name="denominator_n",
        hint="The squared deviations were divided by n. The deviations are from the samples' own mean,"
        " so n - 1 makes the variance unbiased.",
        edits=[("grads.var(0)", "grads.var(0, unbiased=False)")],
    ),
    Misconception(
        question="estimator_stats",
        name="standard_deviation",
        hint="This is the standard deviation, the square root of what is asked.",
        edits=[("grads.var(0)", "grads.std(0)")],
    ),
    Misconception(
        question="estimator_stats",
        name="hard_samples_in_the_soft_gradient",
        hint="The Gumbel-softmax gradient was taken at hardened samples. At a one-hot vector the "
        "Jacobian is zero, so mean and variance vanish.",
        edits=[
            (
                "grads = gumbel_softmax_grad(y, reward, tau)",
                "grads = gumbel_softmax_grad(F.one_hot(y.argmax(-1), len(logits)).to(y.dtype), reward, tau)",
            )
        ],
    ),
    Misconception(
        question="estimator_stats",
        name="batch_mean_baseline",
        hint="The baseline is the mean over all samples. It has to leave out the sample it serves, or "
        "the gradient shrinks by (n - 1) / n.",
        edits=[("leave_one_out_baseline(reward[idx])", "reward[idx].mean()")],
    ),
    Misconception(
        question="estimator_stats",
        name="baseline_of_the_classes",
        hint="The baseline is made from the rewards of the classes. It is to be made from the rewards "
        "of the samples that were drawn: REINFORCE knows no others.",
        edits=[("leave_one_out_baseline(reward[idx])", "leave_one_out_baseline(reward)[idx]")],
    ),
    # 8. straight_through
    Misconception(
        question="straight_through",
        name="no_detach",
        hint="Forward is right, but the gradient is 0: the two soft terms cancel in the gradient as "
        "well. One of them must be a constant for autograd.",
        edits=[("y_soft.detach() + y_soft", "y_soft + y_soft")],
    ),
    Misconception(
        question="straight_through",
        name="everything_detached",
        hint="No path leads back to y_soft: an argmax has no gradient, and nothing else was kept. The "
        "soft sample has to stay in the sum without changing its value.",
        edits=[("return y_hard - y_soft.detach() + y_soft", "return y_hard.to(y_soft.dtype)")],
    ),
    Misconception(
        question="straight_through",
        name="wrong_copy_detached",
        hint="The gradient has the wrong sign: the soft copy that is subtracted carries it. That copy "
        "has to be detached, and the one that is added has to stay.",
        edits=[("y_hard - y_soft.detach() + y_soft", "y_hard - y_soft + y_soft.detach()")],
    ),
    Misconception(
        question="straight_through",
        name="argmax_over_the_batch",
        hint="The largest entry was looked for along the first axis. Classes are on the last one: "
        "every row gets exactly one 1.",
        edits=[
            (
                "F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])",
                "torch.zeros_like(y_soft).scatter_(0, y_soft.argmax(dim=0, keepdim=True), 1.0)",
            )
        ],
    ),
    Misconception(
        question="straight_through",
        name="several_ones_in_a_tie",
        hint="Comparing with the maximum marks every entry that equals it. In a tie only the smallest "
        "index gets the 1.",
        edits=[
            (
                "F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])",
                "(y_soft == y_soft.amax(-1, keepdim=True)).to(y_soft.dtype)",
            )
        ],
    ),
    Misconception(
        question="straight_through",
        name="last_index_on_ties",
        hint="Among equal entries the last one was taken. The smallest index is asked for.",
        edits=[
            (
                "F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])",
                "F.one_hot(y_soft.shape[-1] - 1 - y_soft.flip(-1).argmax(dim=-1), y_soft.shape[-1])",
            )
        ],
    ),
    Misconception(
        question="straight_through",
        name="soft_going_forward",
        hint="The result is the soft sample itself. Going forward it has to be exactly one-hot.",
        edits=[("return y_hard - y_soft.detach() + y_soft", "return y_hard - y_hard + y_soft")],
    ),
    # 9. cat_vae_loss
    Misconception(
        question="cat_vae_loss",
        name="pixels_averaged",
        hint="The reconstruction is averaged over the pixels while the KL is summed. That makes the KL"
        " D times too strong against it, and the latents switch off.",
        edits=[('reduction="none").sum(-1)', 'reduction="none").mean(-1)')],
    ),
    Misconception(
        question="cat_vae_loss",
        name="sigmoid_twice",
        hint="The pixel logits went through a sigmoid before a loss that takes logits. Squeezed into "
        "(0, 1), they cannot express a probability below 1/2.",
        edits=[("with_logits(recon_logits, x", "with_logits(torch.sigmoid(recon_logits), x")],
    ),
    Misconception(
        question="cat_vae_loss",
        name="entropy_without_log_k",
        hint="This is minus the entropy, which is not positive. The KL to the uniform prior also holds"
        " log K and is 0 for a uniform q.",
        edits=[("(log_q.exp() * (log_q + math.log(q_logits.shape[-1])))", "(log_q.exp() * log_q)")],
    ),
    Misconception(
        question="cat_vae_loss",
        name="softmax_over_latents",
        hint="The softmax runs over the latent variables. Each variable has a distribution of its own,"
        " over its classes on the last axis.",
        edits=[("torch.log_softmax(q_logits, dim=-1)", "torch.log_softmax(q_logits, dim=-2)")],
    ),
    Misconception(
        question="cat_vae_loss",
        name="number_of_latents_for_classes",
        hint="log N in place of log K: shape[-2] counts the latent variables, shape[-1] their classes.",
        edits=[("math.log(q_logits.shape[-1])", "math.log(q_logits.shape[-2])")],
    ),
    Misconception(
        question="cat_vae_loss",
        name="kl_turned_round",
        hint="This is KL(uniform || q), which averages under the prior. The ELBO holds KL(q || prior),"
        " averaged under q.",
        edits=[
            (
                "log_q.exp() * (log_q + math.log(q_logits.shape[-1]))",
                "-(log_q + math.log(q_logits.shape[-1])) / q_logits.shape[-1]",
            )
        ],
    ),
    Misconception(
        question="cat_vae_loss",
        name="kl_averaged_over_latents",
        hint="The KL is averaged over the latent variables. They are independent given x, so their "
        "terms add up.",
        edits=[(".sum((-2, -1))", ".sum(-1).mean(-1)")],
    ),
    Misconception(
        question="cat_vae_loss",
        name="probability_times_its_log",
        hint="The probabilities were computed first and their logarithm taken afterwards. A "
        "probability that rounds to 0 then gives 0 * -inf = nan.",
        edits=[
            (
                "log_q = torch.log_softmax(q_logits, dim=-1)",
                "log_q = torch.log(torch.softmax(q_logits, dim=-1))",
            )
        ],
    ),
]
