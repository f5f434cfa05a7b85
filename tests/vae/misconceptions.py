"""What students get wrong in vae, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "reparameterize": [
        Misconception(
            "variance_for_standard_deviation",
            "exp(logvar) is the variance. The noise is multiplied by the standard deviation, its square root; otherwise "
            "the spread is wrong everywhere but at variance 1.",
            {"torch.exp(0.5 * logvar) * eps": "torch.exp(logvar) * eps"},
        ),
        Misconception(
            "log_variance_as_factor",
            "The noise is multiplied by logvar itself. It is a logarithm, which may be negative; the standard deviation "
            "has to be made of it first.",
            {"torch.exp(0.5 * logvar) * eps": "logvar * eps"},
        ),
        Misconception(
            "detached_scale",
            "The samples are right, but no gradient reaches logvar. The trick is worth its name only if autograd sees both "
            "parameters: nothing may be detached or taken out as a number.",
            {"torch.exp(0.5 * logvar) * eps": "torch.exp(0.5 * logvar).detach() * eps"},
        ),
        Misconception(
            "one_noise_per_example",
            "All latents of an example get the noise of the first. Each entry has its own noise; with shared noise the "
            "latents are not independent given x.",
            {"* eps": "* eps[..., :1]"},
        ),
        Misconception(
            "reversed_kl",
            "This is KL(prior || q). The price of a code is KL(q || prior), and a KL is not symmetric.",
            {
                "0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar)":
                    "0.5 * ((mu**2 + 1) * torch.exp(-logvar) - 1 + logvar)",
            },
        ),
        Misconception(
            "sign_of_logvar",
            "The logarithm of the variance enters with the wrong sign. The KL must be 0, its least value, at mu = 0 and "
            "logvar = 0.",
            {"- 1 - logvar)": "- 1 + logvar)"},
        ),
        Misconception(
            "one_forgotten",
            "The -1 is missing in the KL. At mu = 0 and logvar = 0, where q is the prior, it must be 0.",
            {"- 1 - logvar)": "- logvar)"},
        ),
        Misconception(
            "mean_not_squared",
            "mu enters the KL unsquared. A mean of -2 is as far from the prior as one of 2.",
            {"0.5 * (mu**2 +": "0.5 * (mu +"},
        ),
        Misconception(
            "unit_noise",
            "The noise is added as it came. It has to be as wide as q says: times sigma.",
            {"torch.exp(0.5 * logvar) * eps": "0 * logvar + eps"},
        ),
        Misconception(
            "half_forgotten",
            "Exactly twice the right KL: the 1/2 of the Gaussian's exponent (and of log sigma = 1/2 log sigma^2) is missing.",
            {"return 0.5 * (mu**2": "return (mu**2"},
        ),
        Misconception(
            "log_of_standard_deviation",
            "logvar was read as the logarithm of the standard deviation in the KL: it is that of the variance.",
            {"torch.exp(logvar) - 1 - logvar)": "torch.exp(2 * logvar) - 1 - 2 * logvar)"},
        ),
        Misconception(
            "summed_over_latents",
            "The KL is asked for per latent, of shape (B, d). This one is summed over the latents, so that it can no longer "
            "be seen which of them pays.",
            {"- 1 - logvar)": "- 1 - logvar).sum(-1)"},
        ),
        Misconception(
            "log_of_the_exponential",
            "exp(-1000) is 0 in floating point, and its logarithm is -inf. The logarithm of the variance is given; use it.",
            {"- 1 - logvar)": "- 1 - torch.log(torch.exp(logvar)))"},
        ),
        Misconception(
            "clamped_log_variance",
            "The log variance is clamped inside the KL. That hides a price that is really so high, and cuts its gradient; "
            "the text asks for the formula up to the ends.",
            {"- 1 - logvar)": "- 1 - logvar.clamp(-10, 10))"},
        ),
        Misconception(
            "minus_the_kl",
            "This is minus the KL: the form 1 + logvar - mu^2 - exp(logvar) has -1/2 in front. A price is never "
            "negative.",
            {
                "return 0.5 * (mu**2":
                    "return -0.5 * (mu**2",
            },
        ),
        Misconception(
            "standard_deviation_in_the_kl",
            "sigma stands where the KL has sigma^2, the exponential of logvar itself.",
            {
                "mu**2 + torch.exp(logvar)":
                    "mu**2 + torch.exp(0.5 * logvar)",
            },
        ),
        Misconception(
            "means_forgotten",
            "mu does not enter the KL. A latent whose mean moves with x says something, and pays for it.",
            {
                "mu**2 + torch.exp(logvar)":
                    "0 * mu + torch.exp(logvar)",
            },
        ),
        Misconception(
            "divided_by_latents",
            "The KL is divided by the number of latents. Each latent has its own price; nothing is averaged.",
            {
                "- 1 - logvar)":
                    "- 1 - logvar) / mu.shape[1]",
            },
        ),
        Misconception(
            "softplus_scale",
            "softplus(logvar) is a common way to a positive scale, but another one: sigma is exp(logvar / 2) "
            "here.",
            {
                "torch.exp(0.5 * logvar) * eps":
                    "F.softplus(logvar) * eps",
            },
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number was added inside a logarithm. It is a floor under the variance: the price of a "
            "narrow latent stops growing there. The logarithm is given; use it.",
            {
                "- 1 - logvar)":
                    "- 1 - torch.log(torch.exp(logvar) + 1e-8))",
            },
        ),
    ],
    "negative_elbo": [
        Misconception(
            "mean_over_pixels",
            "The reconstruction is averaged over the pixels. The derivation gives a sum; the mean makes it D times smaller "
            "against the KL, and every latent collapses.",
            {'reduction="none").sum(-1).mean()': 'reduction="none").mean()'},
        ),
        Misconception(
            "mean_over_latents",
            "The KL is averaged over the latents. Independent latents add up; the mean makes the code d times too cheap.",
            {"kl_diag_gaussian(mu, logvar).sum(-1).mean()": "kl_diag_gaussian(mu, logvar).mean()"},
        ),
        Misconception(
            "probabilities_as_logits",
            "The logits went through a sigmoid before a cross-entropy that takes logits: no pixel can then have a "
            "probability below one half.",
            {"F.binary_cross_entropy_with_logits(logits, x": "F.binary_cross_entropy_with_logits(torch.sigmoid(logits), x"},
        ),
        Misconception(
            "clipped_probabilities",
            "A sigmoid and a logarithm of it: at a logit of 40 the sigmoid is 1 in floating point, the loss clipped or "
            "infinite, and the gradient lost. Compute it from the logit.",
            {
                'F.binary_cross_entropy_with_logits(logits, x, reduction="none")':
                    'F.binary_cross_entropy(torch.sigmoid(logits), x, reduction="none")',
            },
        ),
        Misconception(
            "beta_on_both",
            "beta multiplies the whole loss. That only changes the learning rate; the price is on the KL alone.",
            {"return recon + beta * kl, recon, kl": "return beta * (recon + kl), recon, kl"},
        ),
        Misconception(
            "weighted_kl_returned",
            "The third value is multiplied by beta. The KL is asked for as it is, so that runs at different prices can be "
            "compared.",
            {"return recon + beta * kl, recon, kl": "return recon + beta * kl, recon, beta * kl"},
        ),
        Misconception(
            "summed_over_the_batch",
            "Both terms are summed over the batch. They are means over the examples, so that the loss does not depend on "
            "the size of the batch.",
            {
                'reduction="none").sum(-1).mean()': 'reduction="none").sum()',
                "kl_diag_gaussian(mu, logvar).sum(-1).mean()": "kl_diag_gaussian(mu, logvar).sum()",
            },
        ),
        Misconception(
            "reconstruction_summed_over_the_batch",
            "The reconstruction is summed over the batch, the KL is not: the price then depends on the size of the batch.",
            {'reduction="none").sum(-1).mean()': 'reduction="none").sum()'},
        ),
        Misconception(
            "kl_summed_over_the_batch",
            "The KL is summed over the batch, the reconstruction is not: the price then depends on the size of the batch.",
            {"kl_diag_gaussian(mu, logvar).sum(-1).mean()": "kl_diag_gaussian(mu, logvar).sum()"},
        ),
        Misconception(
            "elbo_itself",
            "The KL is subtracted from the reconstruction. Both are costs here: the loss is minus the bound.",
            {"recon + beta * kl, recon": "recon - beta * kl, recon"},
        ),
        Misconception(
            "beta_ignored",
            "The loss is the same for each beta: the price never enters.",
            {"return recon + beta * kl": "return recon + kl"},
        ),
        Misconception(
            "detached_terms",
            "The values are right, but the reconstruction carries no gradient: it was detached or turned into a number.",
            {"recon + beta * kl, recon, kl": "recon + beta * kl, recon.detach(), kl.detach()"},
        ),
        Misconception(
            "both_averaged",
            "Both terms are averaged over pixels or latents, too. Both are sums over them; only the examples are "
            "averaged.",
            {
                'reduction="none").sum(-1).mean()':
                    'reduction="none").mean()',
                "kl_diag_gaussian(mu, logvar).sum(-1).mean()":
                    "kl_diag_gaussian(mu, logvar).mean()",
            },
        ),
        Misconception(
            "terms_exchanged",
            "The second and third value are exchanged: the reconstruction comes before the KL.",
            {
                "beta * kl, recon, kl":
                    "beta * kl, kl, recon",
            },
        ),
        Misconception(
            "bound_returned",
            "The first two values have the wrong sign: this is the bound, which is maximised. The loss is minus "
            "the bound, and recon is -log p(x | z).",
            {
                "return recon + beta * kl, recon, kl":
                    "return -recon - beta * kl, -recon, kl",
            },
        ),
        Misconception(
            "beta_on_the_reconstruction",
            "beta multiplies the reconstruction. It is the price of a nat of KL.",
            {
                "return recon + beta * kl":
                    "return beta * recon + kl",
            },
        ),
        Misconception(
            "logarithm_of_the_sigmoid",
            "The logarithm of a sigmoid is -inf, and its gradient nan, where the sigmoid is 0 or 1 in floating "
            "point. Compute the cross-entropy from the logit.",
            {
                'F.binary_cross_entropy_with_logits(logits, x, reduction="none")':
                    "(-x * torch.log(torch.sigmoid(logits)) - (1 - x) * torch.log(1 - torch.sigmoid(logits)))",
            },
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number inside the logarithm is a ceiling on the loss of a pixel that is certain and wrong, "
            "and takes its gradient. Compute the cross-entropy from the logit.",
            {
                'F.binary_cross_entropy_with_logits(logits, x, reduction="none")':
                    "(-x * torch.log(torch.sigmoid(logits) + 1e-8) - (1 - x) * torch.log(1 - torch.sigmoid(logits) + 1e-8))",
            },
        ),
        Misconception(
            "squared_error",
            "This is the squared error of the probabilities: pixels of unit normal noise. Here they are "
            "Bernoulli, and the term is a cross-entropy.",
            {
                'F.binary_cross_entropy_with_logits(logits, x, reduction="none")':
                    "((torch.sigmoid(logits) - x) ** 2)",
            },
        ),
        Misconception(
            "pixels_and_logits_exchanged",
            "The cross-entropy got the pixels as logits and the logits as targets: the logits come first.",
            {
                "F.binary_cross_entropy_with_logits(logits, x":
                    "F.binary_cross_entropy_with_logits(x, logits",
            },
        ),
        Misconception(
            "pixels_made_black_and_white",
            "Grey pixels were rounded to black and white. They enter as they are.",
            {
                "F.binary_cross_entropy_with_logits(logits, x":
                    "F.binary_cross_entropy_with_logits(logits, (x > 0.5).to(x.dtype)",
            },
        ),
        Misconception(
            "one_loss_per_example",
            "One number per example came back. All three values are means over the batch.",
            {
                'reduction="none").sum(-1).mean()':
                    'reduction="none").sum(-1)',
                "kl_diag_gaussian(mu, logvar).sum(-1).mean()":
                    "kl_diag_gaussian(mu, logvar).sum(-1)",
            },
        ),
    ],
    "elbo_linear_gaussian": [
        Misconception(
            "trace_forgotten",
            "tr(W S W^T) is missing, the noise of the code as the decoder sees it. Without it the bound exceeds the "
            "likelihood.",
            {" + torch.trace(W @ S @ W.T)": ""},
        ),
        Misconception(
            "residuals_of_the_whole_batch",
            "The squared residuals are summed over the examples, too. Each example has its own bound.",
            {"((x - m @ W.T) ** 2).sum(-1)": "((x - m @ W.T) ** 2).sum()"},
        ),
        Misconception(
            "codes_of_the_whole_batch",
            "The squared means in the KL are summed over the examples, too. Each example has its own bound.",
            {"(m**2).sum(-1)": "(m**2).sum()"},
        ),
        Misconception(
            "constant_forgotten",
            "The bound lacks the constant -D/2 log(2 pi s2) of the normal density. It depends on s2, and without it the "
            "bound cannot be compared with log p(x).",
            {"-0.5 * D * math.log(2 * math.pi * s2) - squares": "-squares"},
        ),
        Misconception(
            "constant_without_noise",
            "The constant is that of unit noise: log s2 is missing in it.",
            {"math.log(2 * math.pi * s2)": "math.log(2 * math.pi)"},
        ),
        Misconception(
            "constant_per_latent",
            "The constant counts latents. The normal density of x has D factors, one per pixel.",
            {"-0.5 * D * math.log": "-0.5 * d * math.log"},
        ),
        Misconception(
            "sign_of_the_log_determinant",
            "The log-determinant has the wrong sign in the KL: a narrower q must cost more.",
            {"- d - torch.linalg": "- d + torch.linalg"},
        ),
        Misconception(
            "only_the_diagonal",
            "Only the diagonal of S is used in the log-determinant. For a full covariance the determinant is not the "
            "product of the diagonal.",
            {"torch.linalg.slogdet(S).logabsdet": "torch.log(torch.diagonal(S)).sum()"},
        ),
        Misconception(
            "trace_of_the_diagonal",
            "tr(W S W^T) was computed from the diagonal of S alone. The correlations of the latents count, too.",
            {"torch.trace(W @ S @ W.T)": "(W**2 @ torch.diagonal(S)).sum()"},
        ),
        Misconception(
            "log_of_the_determinant",
            "The determinant of a narrow covariance is 0 in floating point, its logarithm -inf. Take the log-determinant "
            "directly.",
            {"torch.linalg.slogdet(S).logabsdet": "torch.log(torch.linalg.det(S))"},
        ),
        Misconception(
            "dimension_forgotten",
            "The KL lacks the -d. It must be 0 for m = 0 and S = I.",
            {"- d - torch.linalg": "- torch.linalg"},
        ),
        Misconception(
            "kl_added",
            "The KL is added. It is the price: the bound is the expected log-likelihood minus the KL.",
            {"return expected - kl": "return expected + kl"},
        ),
        Misconception(
            "standard_deviation_for_variance",
            "The squares are divided by 2 s. s2 is a variance already, and it is what the exponent is divided by.",
            {"squares / (2 * s2)": "squares / (2 * math.sqrt(s2))"},
        ),
        Misconception(
            "half_forgotten_in_the_exponent",
            "The squares are divided by s2; the normal density has 2 s2 there.",
            {"squares / (2 * s2)": "squares / s2"},
        ),
        Misconception(
            "averaged_over_examples",
            "One number for the whole batch: the bound is asked for per example.",
            {"return expected - kl": "return (expected - kl).mean().expand(len(x))"},
        ),
        Misconception(
            "product_of_the_traces",
            "tr(W S W^T) is not tr(S) times tr(W W^T). A trace of a product is not a product of traces.",
            {
                "torch.trace(W @ S @ W.T)":
                    "torch.trace(S) * torch.trace(W @ W.T)",
            },
        ),
        Misconception(
            "variance_squared",
            "s2 was taken for a standard deviation and squared. It is a variance already.",
            {
                "squares / (2 * s2)":
                    "squares / (2 * s2**2)",
            },
        ),
        Misconception(
            "variance_squared_everywhere",
            "s2 was taken for a standard deviation and squared, in the exponent and in the constant. It is a "
            "variance already.",
            {
                "squares / (2 * s2)":
                    "squares / (2 * s2**2)",
                "2 * math.pi * s2)":
                    "2 * math.pi * s2**2)",
            },
        ),
        Misconception(
            "pixels_in_the_kl",
            "The KL subtracts D. It is about z, which has d entries.",
            {
                "- d - torch.linalg":
                    "- D - torch.linalg",
            },
        ),
        Misconception(
            "half_the_log_determinant",
            "Only half of log det S: the determinant of S is the square of that of its Cholesky factor.",
            {
                "- torch.linalg.slogdet(S).logabsdet":
                    "- 0.5 * torch.linalg.slogdet(S).logabsdet",
            },
        ),
        Misconception(
            "means_forgotten_in_the_kl",
            "The squares of the means are missing in the KL.",
            {
                " + (m**2).sum(-1) - d":
                    " - d",
            },
        ),
        Misconception(
            "half_forgotten_in_the_kl",
            "Exactly twice the right KL: the 1/2 in front is missing.",
            {
                "kl = 0.5 * (":
                    "kl = (",
            },
        ),
        Misconception(
            "minus_the_bound",
            "This is minus the bound, as a loss. The bound itself is asked for.",
            {
                "return expected - kl":
                    "return kl - expected",
            },
        ),
        Misconception(
            "truth_for_the_bound",
            "This is log p(x) for every q. The bound depends on m and S, and is below it unless q is the "
            "posterior.",
            {
                "return expected - kl":
                    "return log_likelihood(x, W, s2)",
            },
        ),
        Misconception(
            "squares_expanded",
            "The square of the residual was expanded. Far from 0 that is a small difference of large numbers; "
            "subtract first, then square.",
            {
                "((x - m @ W.T) ** 2).sum(-1)":
                    "((x**2).sum(-1) - 2 * ((x @ W) * m).sum(-1) + ((m @ W.T) ** 2).sum(-1))",
            },
        ),
        Misconception(
            "eigenvalues_clamped",
            "A floor under the eigenvalues of S hides how much a narrow q costs. Take the log-determinant as it "
            "is.",
            {
                "torch.linalg.slogdet(S).logabsdet":
                    "torch.linalg.eigvalsh(S).clamp(min=1e-8).log().sum()",
            },
        ),
        Misconception(
            "covariance_of_the_code_forgotten",
            "The trace has W W^T without S. The noise of the code has the covariance S.",
            {
                "torch.trace(W @ S @ W.T)":
                    "torch.trace(W @ W.T)",
            },
        ),
        Misconception(
            "covariance_jittered",
            "A small number was added to the diagonal of S. For a narrow q it is larger than S itself; S is "
            "positive definite.",
            {
                "torch.linalg.slogdet(S)":
                    "torch.linalg.slogdet(S + 1e-6 * torch.eye(d, dtype=S.dtype))",
            },
        ),
        Misconception(
            "trace_of_the_square",
            "The KL has tr S, not tr S^2: S is a covariance already.",
            {
                "torch.trace(S) + (m":
                    "torch.trace(S @ S) + (m",
            },
        ),
        Misconception(
            "constant_for_one_pixel",
            "The constant is that of one pixel; the normal density of x has D factors.",
            {
                "-0.5 * D * math.log":
                    "-0.5 * math.log",
            },
        ),
        Misconception(
            "residuals_averaged",
            "The squared residuals are averaged over the pixels. The log density adds them up.",
            {
                "((x - m @ W.T) ** 2).sum(-1)":
                    "((x - m @ W.T) ** 2).mean(-1)",
            },
        ),
    ],
    "collapse_report": [
        Misconception(
            "divisor_b_minus_1",
            "The variance is divided by B - 1. The text divides by B; for one example the difference is nan against 0.",
            {"mu.var(0, correction=0)": "mu.var(0)"},
        ),
        Misconception(
            "variance_of_the_samples",
            "The spread of q itself is counted as variance over the data. A dead latent has samples of variance 1, all of it "
            "noise: only the means tell whether x is heard.",
            {"mu.var(0, correction=0)": "mu.var(0, correction=0) + torch.exp(logvar).mean(0)"},
        ),
        Misconception(
            "size_of_the_means",
            "The mean square of mu is not its variance. A latent that says the same for every x says nothing, however far "
            "from 0 it sits.",
            {"mu.var(0, correction=0)": "(mu**2).mean(0)"},
        ),
        Misconception(
            "variance_over_latents",
            "The variance is taken over the latents of an example. It is asked for over the examples, for each latent.",
            {"mu.var(0, correction=0)": "mu.var(1, correction=0).mean().expand(mu.shape[1])"},
        ),
        Misconception(
            "difference_of_squares",
            "E[mu^2] - E[mu]^2 loses all its digits where the mean is far from 0. Subtract the mean first.",
            {"mu.var(0, correction=0)": "(mu**2).mean(0) - mu.mean(0) ** 2"},
        ),
        Misconception(
            "threshold_reached_is_enough",
            "A latent whose variance equals the threshold counts as active here; the text says strictly larger.",
            {"variance > threshold": "variance >= threshold"},
        ),
        Misconception(
            "active_by_price",
            "Active is defined by the variance of the means, not by the KL.",
            {"active = variance > threshold": "active = kl_diag_gaussian(mu, logvar).mean(0) > threshold"},
        ),
        Misconception(
            "standard_deviation",
            "The standard deviation of the means is compared with the threshold and reported; it is the variance that is "
            "asked for.",
            {"mu.var(0, correction=0)": "mu.std(0, correction=0)"},
        ),
        Misconception(
            "threshold_ignored",
            "The threshold of 0.01 is written into the code; the argument does nothing.",
            {"variance > threshold": "variance > 0.01"},
        ),
        Misconception(
            "summed_prices",
            "The prices are summed over the examples; their mean is asked for.",
            {"kl_diag_gaussian(mu, logvar).mean(0)": "kl_diag_gaussian(mu, logvar).sum(0)"},
        ),
        Misconception(
            "price_of_the_mean_law",
            "The means and log variances were averaged first. The price is of each example; the mean comes after "
            "it.",
            {
                "kl_diag_gaussian(mu, logvar).mean(0)":
                    "kl_diag_gaussian(mu.mean(0, keepdim=True), logvar.mean(0, keepdim=True))[0]",
            },
        ),
        Misconception(
            "dead_ones_counted",
            "The collapsed latents are marked and counted; the active ones are asked for.",
            {
                "variance > threshold":
                    "variance <= threshold",
            },
        ),
        Misconception(
            "share_of_the_latents",
            "A share came back. The number of active latents is asked for, an int.",
            {
                "int(active.sum())":
                    "active.float().mean().item()",
            },
        ),
        Misconception(
            "variance_of_q",
            "The mean of sigma^2 is the noise of q, not the variance of the means over the data.",
            {
                "mu.var(0, correction=0)":
                    "torch.exp(logvar).mean(0)",
            },
        ),
        Misconception(
            "price_over_latents",
            "The prices were averaged over the latents: one number per example. One per latent is asked for.",
            {
                "kl_diag_gaussian(mu, logvar).mean(0)":
                    "kl_diag_gaussian(mu, logvar).mean(1)",
            },
        ),
        Misconception(
            "count_as_a_float",
            "The number of active latents came back as a float. An int is asked for.",
            {
                "int(active.sum())":
                    "float(active.sum())",
            },
        ),
        Misconception(
            "active_as_numbers",
            "active came back as numbers. It is bool.",
            {
                '"active": active,':
                    '"active": active.to(mu.dtype),',
            },
        ),
        Misconception(
            "absolute_deviations",
            "The mean absolute deviation is not the variance: the deviations are squared.",
            {
                "mu.var(0, correction=0)":
                    "(mu - mu.mean(0)).abs().mean(0)",
            },
        ),
        Misconception(
            "sorted_by_price",
            "The prices were sorted. They stand in the order of the latents.",
            {
                "kl_diag_gaussian(mu, logvar).mean(0)":
                    "kl_diag_gaussian(mu, logvar).mean(0).sort(descending=True).values",
            },
        ),
    ],
    "free_bits_kl": [
        Misconception(
            "ceiling",
            "The KL is clamped from above: a latent that says more than the floor would be free, and all others pay. The floor is "
            "from below.",
            {
                "return kl.clamp(min=floor).sum(-1).mean()": "return kl.clamp(max=floor).sum(-1).mean()",
                "return kl.mean(0).clamp(min=floor).sum()": "return kl.mean(0).clamp(max=floor).sum()",
            },
        ),
        Misconception(
            "floor_subtracted",
            "The floor is subtracted, max(KL - floor, 0). The gradient is the same, but the value is not: the text keeps the floor.",
            {
                "return kl.clamp(min=floor).sum(-1).mean()": "return (kl - floor).clamp(min=0).sum(-1).mean()",
                "return kl.mean(0).clamp(min=floor).sum()": "return (kl.mean(0) - floor).clamp(min=0).sum()",
            },
        ),
        Misconception(
            "floor_under_the_total",
            "The floor lies under the sum over all latents. One busy latent then pays for all dead ones; it is per latent.",
            {
                "return kl.clamp(min=floor).sum(-1).mean()": "return kl.sum(-1).clamp(min=floor).mean()",
                "return kl.mean(0).clamp(min=floor).sum()": "return kl.mean(0).sum().clamp(min=floor)",
            },
        ),
        Misconception(
            "mean_over_latents",
            "The latents are averaged. Their prices add up.",
            {
                "return kl.clamp(min=floor).sum(-1).mean()": "return kl.clamp(min=floor).mean()",
                "return kl.mean(0).clamp(min=floor).sum()": "return kl.mean(0).clamp(min=floor).mean()",
            },
        ),
        Misconception(
            "summed_over_the_batch",
            "'sample' is summed over the examples, too. It is the mean over the examples.",
            {"return kl.clamp(min=floor).sum(-1).mean()": "return kl.clamp(min=floor).sum()"},
        ),
        Misconception(
            "cosine_and_linear_swapped",
            "The linear rise follows the cosine, and the cosine a straight line: the two shapes are exchanged.",
            {'if kind == "cosine" else r': 'if kind != "cosine" else r'},
        ),
        Misconception(
            "always_in_cycles",
            "The price falls back after twice the warm-up for every kind. Only the cyclical schedule begins again.",
            {'if kind == "cyclical":': "if True:"},
        ),
        Misconception(
            "variants_swapped",
            "The two variants are exchanged: 'sample' has the floor before the mean over the batch, 'batch' after it.",
            {
                'if per == "sample":': 'if per == "batch" :',
                'if per == "batch":': 'if per == "sample":',
            },
        ),
        Misconception(
            "batch_as_sample",
            "'batch' does the same as 'sample'. There the floor is under the mean over the batch: first average, then clamp.",
            {"return kl.mean(0).clamp(min=floor).sum()": "return kl.clamp(min=floor).mean(0).sum()"},
        ),
        Misconception(
            "steps_from_zero",
            "The schedule counts from 0. The text counts steps from 1: the first price is beta_max / warm-up, not 0.",
            {"r = min(1.0, step / warmup)": "r = min(1.0, (step - 1) / warmup)"},
        ),
        Misconception(
            "integer_division",
            "Integer division: the price is 0 until the warm-up is over, and then jumps.",
            {"step / warmup": "step // warmup"},
        ),
        Misconception(
            "overshoot",
            "The price goes on rising after the warm-up. It stays at beta_max.",
            {"r = min(1.0, step / warmup)": "r = step / warmup"},
        ),
        Misconception(
            "cosine_falls",
            "This cosine falls from beta_max to 0, as learning rates do. The price rises.",
            {"(1 - math.cos(math.pi * r))": "(1 + math.cos(math.pi * r))"},
        ),
        Misconception(
            "cycle_without_plateau",
            "The cycle is as long as the warm-up. It is twice as long: after the rise come as many steps at beta_max.",
            {"% (2 * warmup)": "% warmup"},
        ),
        Misconception(
            "cycle_off_by_one",
            "The cycle begins one step early: step 2 * warm-up is still the last of the first cycle, and its price beta_max.",
            {"(step - 1) % (2 * warmup) + 1": "step % (2 * warmup)"},
        ),
        Misconception(
            "floor_times_latents",
            "The floor was multiplied by the number of latents. It is per latent as it is.",
            {
                "return kl.clamp(min=floor).sum(-1).mean()":
                    "return kl.clamp(min=floor * mu.shape[1]).sum(-1).mean()",
                "return kl.mean(0).clamp(min=floor).sum()":
                    "return kl.mean(0).clamp(min=floor * mu.shape[1]).sum()",
            },
        ),
        Misconception(
            "nothing_below_the_floor",
            "What lies below the floor counts 0. It counts the floor: max(c, KL).",
            {
                "return kl.clamp(min=floor).sum(-1).mean()":
                    "return torch.where(kl > floor, kl, 0.0).sum(-1).mean()",
                "return kl.mean(0).clamp(min=floor).sum()":
                    "return torch.where(kl.mean(0) > floor, kl.mean(0), 0.0).sum()",
            },
        ),
        Misconception(
            "pull_below_the_floor",
            "The values are right, but what lies below the floor still has a gradient. A clamp takes it away.",
            {
                "return kl.clamp(min=floor).sum(-1).mean()":
                    "return (kl + (floor - kl).clamp(min=0).detach()).sum(-1).mean()",
                "return kl.mean(0).clamp(min=floor).sum()":
                    "return (kl.mean(0) + (floor - kl.mean(0)).clamp(min=0).detach()).sum()",
            },
        ),
        Misconception(
            "unknown_names_accepted",
            "An unknown name passed without a word. A misspelt one would train with another price; raise "
            "ValueError.",
            {
                "    raise ValueError(f\"per must be 'sample' or 'batch', not {per!r}\")":
                    "    return kl.mean(0).clamp(min=floor).sum()",
                '    if kind not in ("linear", "cosine", "cyclical"):\n        raise ValueError(f"unknown kind {kind!r}")\n':
                    "",
            },
        ),
        Misconception(
            "cosine_twice_as_high",
            "The cosine rises to twice beta_max: 1 - cos goes from 0 to 2, and the 1/2 is missing.",
            {
                "(0.5 * (1 - math.cos(math.pi * r))":
                    "((1 - math.cos(math.pi * r))",
            },
        ),
        Misconception(
            "quarter_of_a_wave",
            "This rise is a quarter of a sine, fast at the start. The text has half a cosine, slow at both ends.",
            {
                "(0.5 * (1 - math.cos(math.pi * r))":
                    "(math.sin(0.5 * math.pi * r)",
            },
        ),
        Misconception(
            "cyclical_cosine",
            "The cycles rise like a cosine. In the text they rise along a line.",
            {
                'if kind == "cosine" else r':
                    'if kind != "linear" else r',
            },
        ),
        Misconception(
            "price_ignored",
            "The schedule rises to 1 whatever beta_max is.",
            {
                "return beta_max * (0.5":
                    "return 1.0 * (0.5",
            },
        ),
        Misconception(
            "one_step_too_long",
            "The rise takes one step more than the warm-up: at step = warm-up the price is beta_max.",
            {
                "step / warmup)":
                    "step / (warmup + 1))",
            },
        ),
        Misconception(
            "capital_letters_accepted",
            "Names are compared without regard to capital letters. 'Batch' is not one of the two names, nor "
            "'Linear' of the three.",
            {
                'if per == "sample":':
                    'per = per.lower()\n    if per == "sample":',
                "    if kind not in":
                    "    kind = kind.lower()\n    if kind not in",
            },
        ),
        Misconception(
            "kind_checked_too_late",
            "Without a warm-up an unknown kind passed. The name is checked first, whatever the warm-up is.",
            {
                '    if kind not in ("linear", "cosine", "cyclical"):\n':
                    '    if warmup and kind not in ("linear", "cosine", "cyclical"):\n',
            },
        ),
        Misconception(
            "gradient_cut",
            "The values are right, but nothing above the floor has a gradient: the KL was detached or turned "
            "into a number.",
            {
                "kl = kl_diag_gaussian(mu, logvar)":
                    "kl = kl_diag_gaussian(mu, logvar).detach()",
            },
        ),
    ],
    "cvae_inputs": [
        Misconception(
            "raw_label",
            "The label went in as a number. A 9 is not nine times a 1: labels are names, hence one-hot vectors. (Here the "
            "number stands in the first of K columns.)",
            {
                "F.one_hot(y, K).to(x.dtype)":
                    "F.pad(y[:, None].to(x.dtype), (0, K - 1))",
            },
        ),
        Misconception(
            "only_the_encoder",
            "Only the encoder is told the label (the decoder's columns are 0). One cannot ask such a decoder for a digit.",
            {"torch.cat([z, one_hot], dim=-1)": "torch.cat([z, 0 * one_hot], dim=-1)"},
        ),
        Misconception(
            "label_first",
            "The label stands before the other inputs; the text puts it after them.",
            {
                "torch.cat([x, one_hot], dim=-1)": "torch.cat([one_hot, x], dim=-1)",
                "torch.cat([z, one_hot], dim=-1)": "torch.cat([one_hot, z], dim=-1)",
            },
        ),
        Misconception(
            "classes_guessed",
            "The number of classes was guessed from the largest label of the batch. A batch without the last class then "
            "gives a narrower input than the network has.",
            {"F.one_hot(y, K)": "F.one_hot(y)"},
        ),
        Misconception(
            "detached_latents",
            "The values are right, but no gradient goes back to z: the encoder would learn nothing from the reconstruction.",
            {"torch.cat([z, one_hot]": "torch.cat([z.detach(), one_hot]"},
        ),
        Misconception(
            "label_first_for_the_decoder",
            "The decoder's label stands before z; the text puts it after.",
            {
                "torch.cat([z, one_hot], dim=-1)":
                    "torch.cat([one_hot, z], dim=-1)",
            },
        ),
        Misconception(
            "picture_for_the_decoder",
            "The decoder got the picture, too. It would copy it, and z would carry nothing.",
            {
                "torch.cat([z, one_hot]":
                    "torch.cat([x, z, one_hot]",
            },
        ),
        Misconception(
            "inputs_exchanged",
            "The two inputs are exchanged: the encoder's comes first.",
            {
                "return torch.cat([x, one_hot], dim=-1), torch.cat([z, one_hot], dim=-1)":
                    "return torch.cat([z, one_hot], dim=-1), torch.cat([x, one_hot], dim=-1)",
            },
        ),
        Misconception(
            "no_label_for_the_decoder",
            "The decoder gets z alone. One cannot ask it for a digit: the one-hot label comes after z.",
            {
                "torch.cat([z, one_hot], dim=-1)":
                    "z",
            },
        ),
        Misconception(
            "no_label_for_the_encoder",
            "The encoder gets x alone and has to guess the label: the one-hot label comes after x.",
            {
                "torch.cat([x, one_hot], dim=-1)":
                    "x",
            },
        ),
        Misconception(
            "one_number_for_the_label",
            "The label went in as one number. Labels are names: K columns, one of them 1.",
            {
                "F.one_hot(y, K).to(x.dtype)":
                    "y[:, None].to(x.dtype)",
            },
        ),
        Misconception(
            "ten_classes",
            "The number of classes is written into the code; K says it.",
            {
                "F.one_hot(y, K)":
                    "F.one_hot(y, 10)",
            },
        ),
        Misconception(
            "classes_of_the_batch",
            "The labels were numbered anew within the batch. A label is the same column in every batch.",
            {
                "F.one_hot(y, K)":
                    "F.one_hot(torch.unique(y, return_inverse=True)[1], K)",
            },
        ),
        Misconception(
            "labels_divided",
            "The one-hot vector was scaled. Its entries are 0 and 1.",
            {
                "F.one_hot(y, K).to(x.dtype)":
                    "F.one_hot(y, K).to(x.dtype) / K",
            },
        ),
    ],
    "iw_bound": [
        Misconception(
            "mean_of_the_logarithms",
            "The mean of the log weights is the ELBO, for any number of samples. The average is taken of the weights, before "
            "the logarithm.",
            {"torch.logsumexp(log_w, dim=0) - math.log(len(log_w))": "log_w.mean(0)"},
        ),
        Misconception(
            "log_s_forgotten",
            "The weights are summed and not averaged: - log L is missing. The bound would grow with L whatever the model.",
            {" - math.log(len(log_w))": ""},
        ),
        Misconception(
            "weights_underflow",
            "The weights were formed. exp(-3000) is 0 in floating point and its logarithm -inf: subtract the largest log "
            "weight first.",
            {
                "torch.logsumexp(log_w, dim=0) - math.log(len(log_w))": "torch.log(torch.exp(log_w).mean(0))",
            },
        ),
        Misconception(
            "over_the_batch",
            "The average runs over the examples. It runs over the samples, the first axis; each example has its own bound.",
            {
                "torch.logsumexp(log_w, dim=0) - math.log(len(log_w))":
                    "torch.logsumexp(log_w, dim=1) - math.log(log_w.shape[1])",
            },
        ),
        Misconception(
            "largest_weight",
            "Only the largest weight is used. The others are part of the mean.",
            {"torch.logsumexp(log_w, dim=0)": "log_w.amax(dim=0)"},
        ),
        Misconception(
            "prior_forgotten",
            "log p(z) is missing in the weights: this is log p(x | z) - log q(z | x).",
            {"eps2 + logvar - z**2": "eps2 + logvar"},
        ),
        Misconception(
            "q_with_the_wrong_sign",
            "log q(z | x) is added. It is subtracted: what the encoder proposes often is weighted down.",
            {"eps2 + logvar - z**2": "-eps2 - logvar - z**2"},
        ),
        Misconception(
            "log_determinant_forgotten",
            "The density of q has 1/sigma in front of its exponential: logvar/2 is missing in the weight.",
            {"eps2 + logvar - z**2": "eps2 - z**2"},
        ),
        Misconception(
            "divided_by_sigma",
            "The squared distance is divided by sigma; the exponent of a normal law has the variance there.",
            {"torch.exp(-logvar)": "torch.exp(-0.5 * logvar)"},
        ),
        Misconception(
            "multiplied_by_the_variance",
            "The squared distance is multiplied by sigma^2. It is divided by it: a narrow law punishes distance more.",
            {"torch.exp(-logvar)": "torch.exp(logvar)"},
        ),
        Misconception(
            "ratio_upside_down",
            "The log weight is log p(x | z) plus log q - log p(z): the ratio of the densities of z stands upside down.",
            {"log_lik + 0.5 * (eps2": "log_lik - 0.5 * (eps2"},
        ),
        Misconception(
            "kl_in_closed_form",
            "The closed-form KL was subtracted from log p(x | z). Its mean is right, but each sample's weight needs the "
            "densities at its own z.",
            {
                "0.5 * (eps2 + logvar - z**2).sum(-1)":
                    "0.5 * (1 + logvar - mu**2 - torch.exp(logvar)).sum(-1) + 0 * eps2.sum(-1)",
            },
        ),
        Misconception(
            "sign_of_logvar",
            "logvar has the wrong sign: minus log q contains plus log sigma.",
            {
                "eps2 + logvar - z**2":
                    "eps2 - logvar - z**2",
            },
        ),
        Misconception(
            "half_forgotten",
            "The 1/2 in front of the squares and of logvar is missing.",
            {
                "log_lik + 0.5 * (":
                    "log_lik + (",
            },
        ),
        Misconception(
            "mean_over_latents",
            "The terms of the latents were averaged. Independent densities multiply, so their logarithms add up.",
            {
                "- z**2).sum(-1)":
                    "- z**2).mean(-1)",
            },
        ),
        Misconception(
            "constant_of_one_density",
            "The constant 1/2 log 2 pi was subtracted once more: both densities of z have it, and it cancels.",
            {
                "eps2 + logvar - z**2)":
                    "eps2 + logvar - z**2 - math.log(2 * math.pi))",
            },
        ),
        Misconception(
            "encoder_detached",
            "The values are right, but no gradient reaches the encoder through log q: it was detached.",
            {
                "(z - mu) ** 2 * torch.exp(-logvar)":
                    "(z - mu.detach()) ** 2 * torch.exp(-logvar.detach())",
            },
        ),
        Misconception(
            "epsilon_in_the_denominator",
            "A small number was added to the variance. For a narrow law it is larger than the variance itself.",
            {
                "(z - mu) ** 2 * torch.exp(-logvar)":
                    "(z - mu) ** 2 / (torch.exp(logvar) + 1e-8)",
            },
        ),
        Misconception(
            "one_maximum_for_all",
            "One maximum was subtracted from all examples. Where another example's weights are far larger, those "
            "of this one underflow: each example has its own maximum.",
            {
                "torch.logsumexp(log_w, dim=0) - math.log(len(log_w))":
                    "log_w.max() + torch.log(torch.exp(log_w - log_w.max()).mean(0))",
            },
        ),
        Misconception(
            "impossible_samples_not_counted",
            "Samples of the weight 0 were left out of the count. They are part of the mean: L counts all "
            "samples.",
            {
                "math.log(len(log_w))":
                    "torch.isfinite(log_w).sum(0).to(log_w.dtype).log()",
            },
        ),
        Misconception(
            "log_weights_weighted",
            "The log weights were averaged with the normalised weights. The logarithm of the mean weight is "
            "asked for.",
            {
                "torch.logsumexp(log_w, dim=0) - math.log(len(log_w))":
                    "(torch.softmax(log_w, 0) * log_w.nan_to_num(neginf=0.0)).sum(0)",
            },
        ),
        Misconception(
            "encoder_forgotten",
            "log q(z | x) is missing: this is log p(x, z) alone. What the encoder proposes often must be "
            "weighted down.",
            {
                "eps2 + logvar - z**2":
                    "0 * eps2 - z**2",
            },
        ),
        Misconception(
            "likelihood_forgotten",
            "log p(x | z) is missing in the weights.",
            {
                "log_lik + 0.5 * (":
                    "0 * log_lik + 0.5 * (",
            },
        ),
        Misconception(
            "examples_counted",
            "The logarithm of the number of examples was subtracted. The mean runs over the L samples.",
            {
                "math.log(len(log_w))":
                    "math.log(log_w.shape[1])",
            },
        ),
        Misconception(
            "maximum_alone",
            "The largest log weight is not yet the mean of the weights: a sum of exponentials and - log L are "
            "missing.",
            {
                "torch.logsumexp(log_w, dim=0) - math.log(len(log_w))":
                    "log_w.amax(dim=0)",
            },
        ),
        Misconception(
            "samples_gradient_cut",
            "The values are right, but no gradient reaches z through the prior: it was detached there.",
            {
                "- z**2)":
                    "- z.detach()**2)",
            },
        ),
        Misconception(
            "minus_infinity_replaced",
            "-inf was replaced by a number. Other log weights lie below that number; the weight is 0, and "
            "logsumexp knows that.",
            {
                "torch.logsumexp(log_w, dim=0)":
                    "torch.logsumexp(log_w.nan_to_num(neginf=-1e4), dim=0)",
            },
        ),
        Misconception(
            "log_of_the_exponential",
            "A logarithm of exp(logvar) plus a small number is not logvar: for a narrow law it stops falling.",
            {
                "eps2 + logvar - z**2":
                    "eps2 + torch.log(torch.exp(logvar) + 1e-10) - z**2",
            },
        ),
    ],
    "interpolate": [
        Misconception(
            "pixels_mixed",
            "The two decoded pictures are mixed pixel by pixel: a cross-fade. The line runs between the codes, and each point "
            "of it is decoded.",
            {
                "torch.sigmoid(decoder(mu[0] + along * (mu[1] - mu[0])))":
                    "(1 - along) * torch.sigmoid(decoder(mu[:1])) + along * torch.sigmoid(decoder(mu[1:]))",
            },
        ),
        Misconception(
            "noise_added",
            "The codes on the line are shaken by the spread of q. The line runs between the means, without noise.",
            {
                "mu, _ = encoder(torch.stack([x1, x2]))":
                    "mu, logvar = encoder(torch.stack([x1, x2]))\n"
                    "        mu = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)",
            },
        ),
        Misconception(
            "end_missed",
            "The line stops before the second picture: n steps have n + 1 points, both ends included.",
            {
                "torch.linspace(0, 1, steps + 1, dtype=mu.dtype)[:, None]":
                    "torch.arange(steps + 1, dtype=mu.dtype)[:, None] / (steps + 1)",
            },
        ),
        Misconception(
            "one_picture_too_few",
            "There are as many pictures as steps; n steps make n + 1 pictures.",
            {"torch.linspace(0, 1, steps + 1, dtype": "torch.linspace(0, 1, steps, dtype"},
        ),
        Misconception(
            "one_code",
            "Both ends of the line are the first picture: the second was never encoded.",
            {"torch.stack([x1, x2])": "torch.stack([x1, x1])"},
        ),
        Misconception(
            "logits_returned",
            "These are logits. Pictures are pixel probabilities, between 0 and 1.",
            {
                "torch.sigmoid(decoder(mu[0] + along * (mu[1] - mu[0])))": "decoder(mu[0] + along * (mu[1] - mu[0]))",
                "samples = torch.sigmoid(decoder(z))": "samples = decoder(z)",
            },
        ),
        Misconception(
            "left_in_training_mode",
            "The networks were used in training mode: dropout drops pixels at random, and batch norm reads its own batch.",
            {
                "    encoder.eval()\n    decoder.eval()\n    with torch.no_grad():\n        mu":
                    "    with torch.no_grad():\n        mu",
                "    decoder.eval()\n    with torch.no_grad():\n        samples =":
                    "    with torch.no_grad():\n        samples =",
            },
        ),
        Misconception(
            "left_in_evaluation_mode",
            "The networks stay in evaluation mode after the call. Training that goes on would run without dropout, and "
            "nobody would notice.",
            {
                "    for module, mode in modes:\n        module.training = mode\n": "",
                "    for module, training in found:\n        module.training = training\n": "",
            },
        ),
        Misconception(
            "all_put_into_training_mode",
            "train() at the end puts every submodule into training mode: those that were frozen, too, and networks that came "
            "in evaluation mode.",
            {
                "    for module, mode in modes:\n        module.training = mode\n":
                    "    encoder.train()\n    decoder.train()\n",
                "    for module, training in found:\n        module.training = training\n": "    decoder.train()\n",
            },
        ),
        Misconception(
            "graph_kept",
            "The pictures require a gradient: a graph of the whole network is kept for each picture.",
            {
                "    with torch.no_grad():\n        mu": "    with torch.enable_grad():\n        mu",
                "    with torch.no_grad():\n        samples": "    with torch.enable_grad():\n        samples",
            },
        ),
        Misconception(
            "backwards",
            "The line runs from the second picture to the first.",
            {
                "mu[0] + along * (mu[1] - mu[0])":
                    "mu[1] + along * (mu[0] - mu[1])",
            },
        ),
        Misconception(
            "log_variances_for_means",
            "The encoder's second output was taken: log variances. The line runs between the means, its first.",
            {
                "mu, _ = encoder":
                    "_, mu = encoder",
            },
        ),
        Misconception(
            "mixed_pixels_encoded",
            "The pictures were mixed and then encoded. The line runs between the codes of the two pictures.",
            {
                "torch.sigmoid(decoder(mu[0] + along * (mu[1] - mu[0])))":
                    "torch.sigmoid(decoder(encoder(x1 + along * (x2 - x1))[0]))",
            },
        ),
        Misconception(
            "submodules_reached_by_train",
            "train(mode) was called on modules: it also changes all that lies inside them. Set each module's own "
            "mode.",
            {
                "    for module, mode in modes:\n        module.training = mode\n":
                    "    for network, mode in ((n, m) for n, m in modes if n in (encoder, decoder)):\n        network.train(mode)\n",
                "    for module, training in found:\n        module.training = training\n":
                    "    decoder.train(found[0][1])\n",
            },
        ),
        Misconception(
            "decoder_alone_in_evaluation_mode",
            "Only the decoder was put into evaluation mode. The encoder has dropout, too.",
            {
                "    encoder.eval()\n    decoder.eval()\n    with":
                    "    decoder.eval()\n    with",
            },
        ),
        Misconception(
            "samples_left_as_logits",
            "The samples of the prior are logits. Pictures are pixel probabilities.",
            {
                "samples = torch.sigmoid(decoder(z))":
                    "samples = decoder(z)",
            },
        ),
        Misconception(
            "prior_in_training_mode",
            "The samples of the prior were decoded in training mode. What holds for the line holds for them.",
            {
                "    decoder.eval()\n    with torch.no_grad():\n        samples =":
                    "    with torch.no_grad():\n        samples =",
            },
        ),
        Misconception(
            "only_the_networks_own_mode",
            "Only the networks' own modes came back. eval() changes every submodule: remember each.",
            {
                "for module in network.modules()":
                    "for module in [network]",
                "for module in decoder.modules()":
                    "for module in [decoder]",
            },
        ),
        Misconception(
            "children_only",
            "The modes of the networks themselves were not remembered, only those of their children. modules() "
            "names both.",
            {
                "for module in network.modules()":
                    "for module in network.children()",
                "for module in decoder.modules()":
                    "for module in decoder.children()",
            },
        ),
        Misconception(
            "frozen_for_good",
            "The parameters no longer require a gradient: training cannot go on. no_grad() does it for the call "
            "alone.",
            {
                "    encoder.eval()\n    decoder.eval()\n    with":
                    "    encoder.eval().requires_grad_(False)\n    decoder.eval().requires_grad_(False)\n    with",
                "    decoder.eval()\n    with torch.no_grad():\n        samples":
                    "    decoder.eval().requires_grad_(False)\n    with torch.no_grad():\n        samples",
            },
        ),
    ],
}
