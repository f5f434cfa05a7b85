"""What students get wrong in gumbel_softmax, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "reparam_sample": [
        Misconception(
            "variance_for_standard_deviation",
            "exp(logvar) is the variance. The noise is multiplied by the standard deviation, its "
            "square root; otherwise the spread is wrong everywhere but at variance 1.",
            {"torch.exp(0.5 * logvar) * noise": "torch.exp(logvar) * noise"},
        ),
        Misconception(
            "constant_scale",
            "The samples of the normal law are right, but no gradient reaches logvar. "
            "Reparameterization is worth its name only if autograd sees every parameter: nothing "
            "may be detached or taken out as a Python number.",
            {"torch.exp(0.5 * logvar) * noise": "torch.exp(0.5 * logvar).detach() * noise"},
        ),
        Misconception(
            "laplace_noise_from_0_to_1",
            "The Laplace noise comes centred, from -1/2 to 1/2. It looks as if it had been taken "
            "for a uniform number from 0 to 1 and centred a second time.",
            {
                "torch.sign(noise) * torch.log1p(-2 * noise.abs())":
                    "torch.sign(noise - 0.5) * torch.log(1 - 2 * (noise - 0.5).abs())",
            },
        ),
        Misconception(
            "laplace_one_sided",
            "The Laplace law has two sides. Noise below 0 has to give samples below mu: the sign "
            "of the noise is missing.",
            {"b * torch.sign(noise) * torch.log1p": "b * torch.log1p"},
        ),
        Misconception(
            "laplace_mirrored",
            "The Laplace sample has the wrong sign in front of its scale. log(1 - 2|u|) is "
            "negative, and noise above 0 has to give samples above mu.",
            {"mu - b * torch.sign(noise)": "mu + b * torch.sign(noise)"},
        ),
        Misconception(
            "rate_as_scale",
            "lambda is a rate: the mean waiting time is 1 / lambda. A larger rate must give "
            "smaller samples.",
            {"-torch.log1p(-noise) / rate": "-torch.log1p(-noise) * rate"},
        ),
        Misconception(
            "exponential_decreasing",
            "-log(u) / lambda has the right law, but it falls as u grows. The text asks for the "
            "inverse distribution function at u, which rises with it.",
            {"-torch.log1p(-noise) / rate": "-torch.log(noise) / rate"},
        ),
        Misconception(
            "gumbel_mirrored",
            "The Gumbel sample has the wrong sign in front of its scale: this is the law of "
            "minima, with the long tail on the left. For maxima the tail lies on the right, and "
            "the sample rises with u.",
            {
                "mu - beta * torch.log(-torch.log(noise))":
                    "mu + beta * torch.log(-torch.log(noise))",
            },
        ),
        Misconception(
            "logistic_mirrored",
            "The logistic sample falls as u grows. All samplers have to rise with their noise: u "
            "stands above 1 - u.",
            {"mu + s * torch.logit": "mu - s * torch.logit"},
        ),
        Misconception(
            "gumbel_of_one_minus_u",
            "1 - u has the law of u, but the sample then falls as u grows. The text asks for the "
            "inverse distribution function at u itself.",
            {"torch.log(-torch.log(noise))": "torch.log(-torch.log(1 - noise))"},
        ),
    ],
    "gaussian_kl": [
        Misconception(
            "negated",
            "A KL divergence is never negative. This is its negative, the term as it stands in the "
            "ELBO, which is maximised.",
            {"0.5 * (mu": "-0.5 * (mu"},
        ),
        Misconception(
            "averaged_over_dimensions",
            "The KL of independent dimensions is their sum. A mean makes it d times too cheap to "
            "leave the prior.",
            {".sum(-1)": ".mean(-1)"},
        ),
        Misconception(
            "standard_deviation_for_variance",
            "The formula holds the variance, exp(logvar). This value has the standard deviation in "
            "its place.",
            {"torch.exp(logvar)": "torch.exp(0.5 * logvar)"},
        ),
        Misconception(
            "half_forgotten",
            "Exactly twice the right value: the 1/2 of the Gaussian's exponent (and of log sigma = "
            "1/2 log sigma^2) is missing.",
            {"0.5 * (mu": "(mu"},
        ),
        Misconception(
            "log_of_the_exponential",
            "exp(-1000) is 0 in floating point, and its logarithm is -inf. The logarithm of the "
            "variance is given; use it.",
            {"- 1 - logvar": "- 1 - torch.log(torch.exp(logvar))"},
        ),
        Misconception(
            "added_up_over_the_batch",
            "All examples were added up. One number per example is asked for: sum over the last "
            "axis only.",
            {".sum(-1)": ".sum()"},
        ),
        Misconception(
            "turned_round",
            "This is KL(N(0, I) || q): prior and posterior are exchanged. The ELBO averages under "
            "q, whose variance stands in the numerator.",
            {"(mu**2 + torch.exp(logvar) - 1 - logvar)": "((1 + mu**2) * torch.exp(-logvar) - 1 + logvar)"},
        ),
    ],
    "score_function_grad": [
        Misconception(
            "gradient_of_the_probability",
            "Each row is multiplied by the probability of its class: that is the gradient of pi, "
            "not of log pi. Sampling already supplies this factor, so now likely classes count "
            "twice.",
            {"[:, None] * score": "[:, None] * pi[idx][:, None] * score"},
        ),
        Misconception(
            "reward_forgotten",
            "The rows hold the score alone. Its mean is zero whatever the rewards are; the reward "
            "has to weight it.",
            {"return (reward[idx] - baseline)[:, None] * score": "return score"},
        ),
        Misconception(
            "downhill",
            "The sign is that of a loss to be minimised. The function returns the gradient of the "
            "reward, which points uphill.",
            {"- pi\n    return (reward": "- pi\n    return -(reward"},
        ),
        Misconception(
            "score_without_pi",
            "The derivative of log softmax has two parts: the one-hot vector, and minus the "
            "probabilities from the normaliser. Without the second the score does not have mean "
            "zero, and a baseline would bias it.",
            {"F.one_hot(idx, len(logits)) - pi": "F.one_hot(idx, len(logits)) - 0 * pi"},
        ),
        Misconception(
            "baseline_from_the_gradient",
            "The baseline is subtracted from the reward, before the product with the score. "
            "Subtracted from the gradient itself it shifts the mean of the estimator.",
            {
                "(reward[idx] - baseline)[:, None] * score":
                    "reward[idx][:, None] * score - torch.as_tensor(baseline).reshape(-1, 1)",
            },
        ),
        Misconception(
            "exact_gradient_without_mean",
            "pi * reward is only the diagonal part. Raising one logit lowers the probabilities of "
            "all classes, so the mean reward is subtracted; a constant reward must give the "
            "gradient 0.",
            {"pi * (reward - (pi * reward).sum())": "pi * reward"},
        ),
        Misconception(
            "exact_gradient_own_term_only",
            "pi (1 - pi) r is the derivative of each probability in its own logit. The other "
            "probabilities move, too: the off-diagonal terms of the softmax Jacobian are missing.",
            {"pi * (reward - (pi * reward).sum())": "pi * (1 - pi) * reward"},
        ),
        Misconception(
            "own_reward_in_the_baseline",
            "The plain batch mean contains the sample's own reward. It then depends on what was "
            "drawn, and the gradient is biased towards 0 by the factor (n - 1) / n.",
            {"(r.sum() - r) / (len(r) - 1)": "r.mean().expand_as(r)"},
        ),
        Misconception(
            "others_divided_by_all",
            "Own reward left out of the sum, but counted in the denominator: the mean of the "
            "others has n - 1 terms.",
            {"(r.sum() - r) / (len(r) - 1)": "(r.sum() - r) / len(r)"},
        ),
        Misconception(
            "own_reward_as_baseline",
            "The baseline of a sample is its own reward. Reward minus baseline is then always 0, "
            "and nothing is learnt.",
            {"(r.sum() - r) / (len(r) - 1)": "r.clone()"},
        ),
        Misconception(
            "baseline_forgotten",
            "Right without a baseline; with one, nothing is subtracted from the reward.",
            {"reward[idx] - baseline": "reward[idx]"},
        ),
        Misconception(
            "baseline_added",
            "The baseline was added to the reward. It has to be subtracted, to leave what is better "
            "than expected.",
            {"reward[idx] - baseline": "reward[idx] + baseline"},
        ),
    ],
    "gumbel_max": [
        Misconception(
            "one_logarithm",
            "-log u is exponential noise, always positive. Gumbel noise takes minus the logarithm "
            "of that once more.",
            {
                "-torch.log(-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps)))":
                    "-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps))",
            },
        ),
        Misconception(
            "outer_minus_missing",
            "The noise has the wrong sign: log(-log u) has its long tail on the left. With it the "
            "argmax does not draw from the softmax.",
            {"return -torch.log(-torch.log(": "return torch.log(-torch.log("},
        ),
        Misconception(
            "clamped_at_a_fixed_number",
            "Fixed limits such as 1e-9 and 1 - 1e-9 do not fit every dtype. In float32, 1 - 1e-9 "
            "is 1.0, so the upper clamp does nothing and the noise is infinite; in float64 they "
            "cut the tails off.",
            {"u.clamp(finfo.tiny, 1 - finfo.eps)": "u.clamp(1e-9, 1 - 1e-9)"},
        ),
        Misconception(
            "limits_of_u_after_the_logarithm",
            "The limits belong to u, but -log u was clamped to them. It may be any positive "
            "number, and is above 1 for every u below 1 / e.",
            {
                "-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps))":
                    "-(torch.log(u).clamp(finfo.eps - 1, -finfo.tiny))",
            },
        ),
        Misconception(
            "clamping_after_the_logarithm",
            "-log u was kept away from 0, in place of u. That leaves u = 0, where the noise is "
            "-inf, and gives u = 1 another value. Clamp u itself, at both ends.",
            {
                "-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps))":
                    "torch.clamp(-torch.log(u), min=finfo.tiny)",
            },
        ),
        Misconception(
            "last_index_on_ties",
            "Among equal perturbed logits the last class was taken. The smallest index is asked "
            "for.",
            {
                "return (logits + g).argmax(dim=-1)":
                    "return logits.shape[-1] - 1 - (logits + g).flip(-1).argmax(dim=-1)",
            },
        ),
        Misconception(
            "noise_on_probabilities",
            "The noise was added to the probabilities. It belongs on the logits: only there the "
            "race of exponential clocks has the right rates.",
            {
                "return (logits + g).argmax(dim=-1)":
                    "return (torch.softmax(logits, dim=-1) + g).argmax(dim=-1)",
            },
        ),
        Misconception(
            "one_noise_for_all_classes",
            "Every class needs noise of its own. One number added to a whole row does not change "
            "its argmax: this is always the most likely class.",
            {"return (logits + g).argmax(dim=-1)": "return (logits + g[:, :1]).argmax(dim=-1)"},
        ),
        Misconception(
            "top_k_without_noise",
            "These are the k most likely classes, the same at every call. Drawing without "
            "replacement needs the noise, too.",
            {"(logits + g).topk(k)": "logits.topk(k)"},
        ),
        Misconception(
            "top_k_ascending",
            "The right classes in reverse order. The first to be drawn is the one with the largest "
            "perturbed logit.",
            {"(logits + g).topk(k).indices": "(logits + g).argsort(dim=-1)[:, -k:]"},
        ),
        Misconception(
            "small_numbers_added",
            "A small number was added inside each logarithm, a common recipe. It moves the ends: 1e-20 "
            "added to 1 is lost, and 1e-20 is above the smallest u. Clamp u, as the text says.",
            {
                "-torch.log(-torch.log(u.clamp(finfo.tiny, 1 - finfo.eps)))":
                    "-torch.log(-torch.log(u + 1e-20) + 1e-20)",
            },
        ),
        Misconception(
            "noise_subtracted",
            "The noise was subtracted. Minus a Gumbel variable has its long tail on the other side, "
            "and the argmax no longer draws from the softmax.",
            {"return (logits + g).argmax(dim=-1)": "return (logits - g).argmax(dim=-1)"},
        ),
        Misconception(
            "draw_over_the_batch",
            "The largest was looked for along the first axis. Every row is a draw of its own: the "
            "classes are on the last axis.",
            {"return (logits + g).argmax(dim=-1)": "return (logits + g).argmax(dim=0)"},
        ),
    ],
    "gumbel_softmax": [
        Misconception(
            "temperature_on_logits_only",
            "The temperature divides the sum of logits and noise. If it divides only the logits, a "
            "low temperature drowns the noise and always gives the most likely class.",
            {"(logits + g) / tau": "logits / tau + g"},
        ),
        Misconception(
            "temperature_on_noise_only",
            "The temperature divides the sum of logits and noise. If it divides only the noise, a "
            "low temperature drowns the logits, and the classes come out uniform.",
            {"(logits + g) / tau": "logits + g / tau"},
        ),
        Misconception(
            "temperature_multiplies",
            "The perturbed logits were multiplied by the temperature. Low temperatures have to "
            "make the sample sharper, not flatter.",
            {"(logits + g) / tau": "(logits + g) * tau"},
        ),
        Misconception(
            "softmax_over_the_first_axis",
            "The classes are on the last axis, and the entries of every row have to sum to 1. This "
            "softmax runs over the first axis.",
            {"(logits + g) / tau, dim=-1": "(logits + g) / tau, dim=0"},
        ),
        Misconception(
            "noise_on_probabilities",
            "The noise was added to probabilities. It belongs on the logits; otherwise the largest "
            "entry does not follow the softmax law.",
            {"(logits + g) / tau": "(torch.softmax(logits, dim=-1) + g) / tau"},
        ),
        Misconception(
            "no_floor",
            "The temperature falls below tau_min. Without the floor the variance of the gradient "
            "grows without bound.",
            {"max(tau_min, tau0 * math.exp(-rate * t))": "tau0 * math.exp(-rate * t)"},
        ),
        Misconception(
            "floor_as_a_ceiling",
            "min in place of max: the temperature starts at tau_min or below and cools from there. "
            "tau_min is a lower bound.",
            {"return max(tau_min,": "return min(tau_min,"},
        ),
        Misconception(
            "linear_decay",
            "The temperature falls along a straight line. The schedule is exponential: every step "
            "multiplies it by the same factor.",
            {"tau0 * math.exp(-rate * t)": "tau0 * (1 - rate * t)"},
        ),
        Misconception(
            "temperature_forgotten",
            "The samples are the same at every temperature. The perturbed logits are divided by tau "
            "before the softmax.",
            {"(logits + g) / tau": "(logits + g)"},
        ),
        Misconception(
            "floor_as_an_asymptote",
            "The temperature decays towards tau_min and never reaches it. The schedule decays towards "
            "0, and is cut off where it meets the floor.",
            {"max(tau_min, tau0 * math.exp(-rate * t))": "tau_min + (tau0 - tau_min) * math.exp(-rate * t)"},
        ),
    ],
    "gumbel_softmax_jacobian": [
        Misconception(
            "jacobian_without_temperature",
            "This is the Jacobian of the softmax in its own argument. The argument is (logits + g) "
            "/ tau, and the chain rule adds its derivative.",
            {"- y[..., :, None] * y[..., None, :]) / tau": "- y[..., :, None] * y[..., None, :])"},
        ),
        Misconception(
            "diagonal_only",
            "Only the diagonal is filled. A softmax couples all entries: raising one logit lowers "
            "all other outputs, and every row of the Jacobian sums to 0.",
            {
                "(torch.diag_embed(y) - y[..., :, None] * y[..., None, :]) / tau":
                    "torch.diag_embed(y * (1 - y)) / tau",
            },
        ),
        Misconception(
            "jacobian_times_temperature",
            "Multiplied by the temperature. A lower temperature makes the softmax steeper, so its "
            "derivative must grow.",
            {"* y[..., None, :]) / tau": "* y[..., None, :]) * tau"},
        ),
        Misconception(
            "gradient_without_temperature",
            "The gradient of the soft reward lacks the factor that the temperature brings in "
            "through the chain rule.",
            {"keepdim=True)) / tau": "keepdim=True))"},
        ),
        Misconception(
            "gradient_without_mean_reward",
            "y * reward is only the diagonal part of J r. The soft mean reward of the sample is to "
            "be subtracted; a constant reward must give the gradient 0.",
            {"y * (reward - (y * reward).sum(-1, keepdim=True)) / tau": "y * reward / tau"},
        ),
        Misconception(
            "reward_of_the_hard_class",
            "The reward subtracted is that of the class with the largest entry. The soft reward is "
            "the dot product of reward and y; mixing hard and soft gives the gradient of neither.",
            {"(y * reward).sum(-1, keepdim=True)": "reward[y.argmax(-1)][:, None]"},
        ),
        Misconception(
            "gradient_times_temperature",
            "The gradient is multiplied by the temperature. The argument of the softmax was divided by "
            "it, and so is the derivative.",
            {"keepdim=True)) / tau": "keepdim=True)) * tau"},
        ),
        Misconception(
            "mean_reward_of_the_classes",
            "The mean that is subtracted gives every class the same weight. Each sample weights the "
            "rewards by its own entries.",
            {"(y * reward).sum(-1, keepdim=True)": "reward.mean()"},
        ),
    ],
    "estimator_stats": [
        Misconception(
            "variance_of_the_mean",
            "Smaller by the factor n: this is the variance of the mean of n samples. Asked is that "
            "of a single sample, which does not depend on how many were drawn.",
            {"grads.var(0)": "grads.var(0) / len(grads)"},
        ),
        Misconception(
            "denominator_n",
            "The squared deviations were divided by n. The deviations are from the samples' own "
            "mean, so n - 1 makes the variance unbiased.",
            {"grads.var(0)": "grads.var(0, unbiased=False)"},
        ),
        Misconception(
            "standard_deviation",
            "This is the standard deviation, the square root of what is asked.",
            {"grads.var(0)": "grads.std(0)"},
        ),
        Misconception(
            "hard_samples_in_the_soft_gradient",
            "The Gumbel-softmax gradient was taken at hardened samples. At a one-hot vector the "
            "Jacobian is zero, so mean and variance vanish.",
            {
                "grads = gumbel_softmax_grad(y, reward, tau)":
                    "grads = gumbel_softmax_grad(F.one_hot(y.argmax(-1), len(logits)).to(y.dtype), reward, tau)",
            },
        ),
        Misconception(
            "batch_mean_baseline",
            "The baseline is the mean over all samples. It has to leave out the sample it serves, "
            "or the gradient shrinks by (n - 1) / n.",
            {"leave_one_out_baseline(reward[idx])": "reward[idx].mean()"},
        ),
        Misconception(
            "baseline_of_the_classes",
            "The baseline is made from the rewards of the classes. It is to be made from the "
            "rewards of the samples that were drawn: REINFORCE knows no others.",
            {"leave_one_out_baseline(reward[idx])": "leave_one_out_baseline(reward)[idx]"},
        ),
        Misconception(
            "baseline_not_used",
            "With and without baseline the statistics are the same. Kind \"score_baseline\" has to "
            "pass the leave-one-out baselines on.",
            {'leave_one_out_baseline(reward[idx]) if kind == "score_baseline" else 0.0': "0.0"},
        ),
        Misconception(
            "baseline_always_used",
            "Kind \"score\" has a baseline, too. It is the plain estimate, without one.",
            {'leave_one_out_baseline(reward[idx]) if kind == "score_baseline" else 0.0': "leave_one_out_baseline(reward[idx])"},
        ),
        Misconception(
            "variance_first",
            "Mean and variance come in the wrong order: the mean is asked for first.",
            {"return grads.mean(0), grads.var(0)": "return grads.var(0), grads.mean(0)"},
        ),
    ],
    "straight_through": [
        Misconception(
            "no_detach",
            "Forward is right, but the gradient is 0: the two soft terms cancel in the gradient as "
            "well. One of them must be a constant for autograd.",
            {"y_soft.detach() + y_soft": "y_soft + y_soft"},
        ),
        Misconception(
            "everything_detached",
            "No path leads back to y_soft: an argmax has no gradient, and nothing else was kept. "
            "The soft sample has to stay in the sum without changing its value.",
            {"return y_hard - y_soft.detach() + y_soft": "return y_hard.to(y_soft.dtype)"},
        ),
        Misconception(
            "wrong_copy_detached",
            "The gradient has the wrong sign: the soft copy that is subtracted carries it. That "
            "copy has to be detached, and the one that is added has to stay.",
            {"y_hard - y_soft.detach() + y_soft": "y_hard - y_soft + y_soft.detach()"},
        ),
        Misconception(
            "argmax_over_the_batch",
            "The largest entry was looked for along the first axis. Classes are on the last one: "
            "every row gets exactly one 1.",
            {
                "F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])":
                    "torch.zeros_like(y_soft).scatter_(0, y_soft.argmax(dim=0, keepdim=True), 1.0)",
            },
        ),
        Misconception(
            "several_ones_in_a_tie",
            "Comparing with the maximum marks every entry that equals it. In a tie only the "
            "smallest index gets the 1.",
            {
                "F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])":
                    "(y_soft == y_soft.amax(-1, keepdim=True)).to(y_soft.dtype)",
            },
        ),
        Misconception(
            "last_index_on_ties",
            "Among equal entries the last one was taken. The smallest index is asked for.",
            {
                "F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])":
                    "F.one_hot(y_soft.shape[-1] - 1 - y_soft.flip(-1).argmax(dim=-1), y_soft.shape[-1])",
            },
        ),
        Misconception(
            "soft_going_forward",
            "The result is the soft sample itself. Going forward it has to be exactly one-hot.",
            {"return y_hard - y_soft.detach() + y_soft": "return y_hard - y_hard + y_soft"},
        ),
        Misconception(
            "threshold_at_one_half",
            "Every entry above 1/2 became 1. With three or more classes the largest entry may be "
            "smaller, and then the row has no 1 at all.",
            {"F.one_hot(y_soft.argmax(dim=-1), y_soft.shape[-1])": "(y_soft > 0.5).to(y_soft.dtype)"},
        ),
        Misconception(
            "gradient_of_the_winner_only",
            "Only the largest entry receives its gradient. Going backward the function is the "
            "identity: what arrives is handed on in every entry.",
            {
                "return y_hard - y_soft.detach() + y_soft":
                    "return y_hard - (y_hard * y_soft).detach() + y_hard * y_soft",
            },
        ),
    ],
    "cat_vae_loss": [
        Misconception(
            "pixels_averaged",
            "The reconstruction is averaged over the pixels while the KL is summed. That makes the "
            "KL D times too strong against it, and the latents switch off.",
            {'reduction="none").sum(-1)': 'reduction="none").mean(-1)'},
        ),
        Misconception(
            "sigmoid_twice",
            "The pixel logits went through a sigmoid before a loss that takes logits. Squeezed "
            "into (0, 1), they cannot express a probability below 1/2.",
            {"with_logits(recon_logits, x": "with_logits(torch.sigmoid(recon_logits), x"},
        ),
        Misconception(
            "entropy_without_log_k",
            "This is minus the entropy, which is not positive. The KL to the uniform prior also "
            "holds log K and is 0 for a uniform q.",
            {"(log_q.exp() * (log_q + math.log(q_logits.shape[-1])))": "(log_q.exp() * log_q)"},
        ),
        Misconception(
            "softmax_over_latents",
            "The softmax runs over the latent variables. Each variable has a distribution of its "
            "own, over its classes on the last axis.",
            {"torch.log_softmax(q_logits, dim=-1)": "torch.log_softmax(q_logits, dim=-2)"},
        ),
        Misconception(
            "number_of_latents_for_classes",
            "log N in place of log K: shape[-2] counts the latent variables, shape[-1] their "
            "classes.",
            {"math.log(q_logits.shape[-1])": "math.log(q_logits.shape[-2])"},
        ),
        Misconception(
            "kl_turned_round",
            "This is KL(uniform || q), which averages under the prior. The ELBO holds KL(q || "
            "prior), averaged under q.",
            {
                "log_q.exp() * (log_q + math.log(q_logits.shape[-1]))":
                    "-(log_q + math.log(q_logits.shape[-1])) / q_logits.shape[-1]",
            },
        ),
        Misconception(
            "kl_averaged_over_latents",
            "The KL is averaged over the latent variables. They are independent given x, so their "
            "terms add up.",
            {".sum((-2, -1))": ".sum(-1).mean(-1)"},
        ),
        Misconception(
            "probability_times_its_log",
            "The probabilities were computed first and their logarithm taken afterwards. A "
            "probability that rounds to 0 then gives 0 * -inf = nan.",
            {
                "log_q = torch.log_softmax(q_logits, dim=-1)":
                    "log_q = torch.log(torch.softmax(q_logits, dim=-1))",
            },
        ),
        Misconception(
            "terms_exchanged",
            "Reconstruction and KL come in the wrong order: the reconstruction is asked for first.",
            {"return rec, kl": "return kl, rec"},
        ),
        Misconception(
            "squared_error",
            "These are squared differences of pixels and their probabilities. The pixels are Bernoulli: "
            "-log p(x | z) is a cross-entropy.",
            {
                'F.binary_cross_entropy_with_logits(recon_logits, x, reduction="none")':
                    "((torch.sigmoid(recon_logits) - x) ** 2)",
            },
        ),
    ],
}
