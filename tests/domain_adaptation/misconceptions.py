"""What students get wrong in domain_adaptation, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "density_ratio_weights": [
        Misconception(
            "odds_inverted",
            "The odds are upside down: p is the probability of the *target*. As it is, the "
            "examples that look least like the target count most.",
            {"p_target / (1 - p_target)": "(1 - p_target) / p_target"},
        ),
        Misconception(
            "weights_for_the_target",
            "This is p_S / p_T, the inverse of what is asked for. It would turn target examples "
            "into source examples; here the labels, and so the weights, are on the source.",
            {"p_target / (1 - p_target) * n_s / n_t": "(1 - p_target) / p_target * n_t / n_s"},
        ),
        Misconception(
            "sample_sizes_left_in",
            "The odds of the classifier still contain n_t / n_s, the mixing proportions of its "
            "training pool. Those say nothing about the densities and have to be divided out.",
            {" * n_s / n_t": ""},
        ),
        Misconception(
            "sample_sizes_upside_down",
            "The odds contain n_t / n_s once. To take it out, multiply by its inverse; here it was "
            "put in a second time.",
            {" * n_s / n_t": " * n_t / n_s"},
        ),
        Misconception(
            "probability_for_odds",
            "The density ratio is proportional to the odds p / (1 - p). The probability itself "
            "stops at 1, while the ratio can be as large as it likes.",
            {"p_target / (1 - p_target)": "p_target"},
        ),
        Misconception(
            "always_self_normalised",
            "Both risks come out self-normalised. The plain one divides by the number of examples, "
            "whatever the weights sum to; that is what makes it unbiased.",
            {"(w.sum() if normalize else len(w))": "w.sum()"},
        ),
        Misconception(
            "never_self_normalised",
            "`normalize` has no effect: the sum of the weighted losses is to be divided by the sum "
            "of the weights then, so that a common factor in the weights cancels.",
            {"(w.sum() if normalize else len(w))": "len(w)"},
        ),
        Misconception(
            "sample_size_without_square",
            "A size must not change when all weights are doubled. In sum(w) / sum(w^2) it does: "
            "the sum in the numerator has to be squared, too.",
            {"w.sum() ** 2 /": "w.sum() /"},
        ),
    ],
    "label_shift_em": [
        Misconception(
            "reweights_the_reweighted",
            "From the second round on, the weights are applied to posteriors that carry the "
            "weights of the round before. They compound, and the prior runs away. Every E-step "
            "starts from the posteriors of the source model.",
            {
                "        prior_t = adjust_posterior(post, w=prior_t / prior_s).mean(axis=0)":
                    "        post = adjust_posterior(post, w=prior_t / prior_s)\n        prior_t = post.mean(axis=0)",
            },
        ),
        Misconception(
            "rows_not_renormalised",
            "After weighting, a row does not sum to 1 any more. It has to be divided by its sum to "
            "be a posterior again; the factor left out differs from example to example.",
            {"return joint / joint.sum(axis=1, keepdims=True)": "return joint"},
        ),
        Misconception(
            "columns_normalised",
            "The weighted posteriors are divided by the sums of the columns. What has to sum to 1 "
            "are the classes of one example, that is, each row.",
            {"joint.sum(axis=1, keepdims=True)": "joint.sum(axis=0, keepdims=True)"},
        ),
        Misconception(
            "ratio_inverted_in_the_rounds",
            "In the rounds of EM the ratio stands upside down: a class that has become more common "
            "must get weights above 1, that is p_T / p_S.",
            {
                "adjust_posterior(post, w=prior_t / prior_s).mean":
                    "adjust_posterior(post, w=prior_s / prior_t).mean",
            },
        ),
        Misconception(
            "source_prior_left_in",
            "The posteriors are multiplied by the new prior, but the old one is still inside them. "
            "Divide it out, or it counts as well.",
            {
                "adjust_posterior(post, w=prior_t / prior_s).mean":
                    "adjust_posterior(post, w=prior_t).mean",
                "return prior_t, adjust_posterior(post, w=prior_t / prior_s)":
                    "return prior_t, adjust_posterior(post, w=prior_t)",
            },
        ),
        Misconception(
            "posterior_one_step_behind",
            "The prior is right. The posteriors are those of the last E-step, which used the prior "
            "of the round before. The two results have to belong together.",
            {
                (
                    "    prior_t = prior_s\n    for _ in range(iters):\n"
                    "        prior_t = adjust_posterior(post, w=prior_t / prior_s).mean(axis=0)\n"
                    "    return prior_t, adjust_posterior(post, w=prior_t / prior_s)"
                ): (
                    "    prior_t, adjusted = prior_s, post\n    for _ in range(iters):\n"
                    "        adjusted = adjust_posterior(post, w=prior_t / prior_s)\n"
                    "        prior_t = adjusted.mean(axis=0)\n    return prior_t, adjusted"
                ),
            },
        ),
        Misconception(
            "starts_from_a_uniform_prior",
            "EM starts from equal class proportions here. It starts from the prior of the source; "
            "after a finite number of rounds that makes a difference.",
            {"    prior_t = prior_s\n": "    prior_t = np.full(len(prior_s), 1 / len(prior_s))\n"},
        ),
        Misconception(
            "counts_hard_decisions",
            "The M-step counts predicted classes. EM averages the posteriors: an example that is "
            "60 % class 0 adds 0.6 to it and 0.4 to the other.",
            {
                "adjust_posterior(post, w=prior_t / prior_s).mean(axis=0)":
                    "np.eye(len(prior_s))[adjust_posterior(post, w=prior_t / prior_s).argmax(axis=1)].mean(axis=0)",
            },
        ),
    ],
    "bbse_weights": [
        Misconception(
            "truth_in_the_rows",
            "The confusion matrix is transposed: rows are predictions, columns are true classes. "
            "Many libraries do it the other way round.",
            {"K * y_pred + y_true": "K * y_true + y_pred"},
        ),
        Misconception(
            "counts_for_shares",
            "The entries are counts. Joint frequencies sum to 1 over the whole matrix.",
            {"counts.reshape(K, K) / len(y_true)": "counts.reshape(K, K)"},
        ),
        Misconception(
            "repeated_pairs_counted_once",
            "Every pair that occurs is counted once only: with an index that repeats, `a[index] += "
            "1` adds 1 a single time.",
            {
                "counts = np.bincount(K * y_pred + y_true, minlength=K * K)":
                    "counts = np.zeros((K, K))\n    counts[y_pred, y_true] += 1",
            },
        ),
        Misconception(
            "confusion_given_the_truth",
            "Each column is divided by its own sum: that is p(prediction | truth). BBSE needs "
            "joint frequencies, with the source prior in them.",
            {
                "counts.reshape(K, K) / len(y_true)":
                    "counts.reshape(K, K) / np.maximum(counts.reshape(K, K).sum(axis=0), 1)",
            },
        ),
        Misconception(
            "system_transposed",
            "The system is solved with the transposed matrix. The sum runs over the true classes, "
            "which are the columns; with a symmetric confusion matrix nobody would notice.",
            {"np.linalg.solve(joint, mu)": "np.linalg.solve(joint.T, mu)"},
        ),
        Misconception(
            "rows_normalised",
            "The rows were divided by their sums first: p(truth | prediction). That quantity "
            "changes under label shift; the argument rests on p(prediction | truth), which does "
            "not.",
            {
                "np.linalg.solve(joint, mu)":
                    "np.linalg.solve(joint / joint.sum(axis=1, keepdims=True), mu)",
            },
        ),
        Misconception(
            "prior_for_ratio",
            "These are the target's class proportions p_T(y). Asked for are the weights, p_T(y) / "
            "p_S(y).",
            {"np.linalg.solve(joint, mu)": "np.linalg.solve(joint, mu) * joint.sum(axis=0)"},
        ),
        Misconception(
            "ratio_of_predictions",
            "This compares how often each class is *predicted* in both domains. The classifier's "
            "errors blur that; to undo them the linear system has to be solved.",
            {"np.linalg.solve(joint, mu)": "mu / joint.sum(axis=1)"},
        ),
        Misconception(
            "negative_weights_clipped",
            "A negative weight was set to 0. That hides how noisy the estimate is, and the "
            "estimated prior does not sum to 1 any more. The solution is to be returned as it is.",
            {"np.linalg.solve(joint, mu)": "np.linalg.solve(joint, mu).clip(min=0)"},
        ),
    ],
    "GradReverse": [
        Misconception(
            "forward_scaled",
            "The output is lam times the input. On the way forward the layer does nothing: lam and "
            "the sign belong to the gradient alone.",
            {"return x.view_as(x)": "return lam * x"},
        ),
        Misconception(
            "forward_negated",
            "The output is negated, as in an ordinary layer y = -x. Gradient reversal is the "
            "identity forward and turns only the gradient round: no ordinary layer does that.",
            {"return x.view_as(x)": "return -x"},
        ),
        Misconception(
            "lam_missing",
            "The gradient is turned round, but not scaled: lam has no effect, so the ramp has "
            "none, either.",
            {"-ctx.lam * grad_output": "-grad_output"},
        ),
        Misconception(
            "not_reversed",
            "The gradient is scaled, but keeps its sign. So the features help the domain "
            "classifier instead of confusing it.",
            {"-ctx.lam * grad_output": "ctx.lam * grad_output"},
        ),
        Misconception(
            "one_gradient_returned",
            "`forward` has two inputs besides ctx, so `backward` returns two gradients. That of "
            "the number lam is None.",
            {"-ctx.lam * grad_output, None": "-ctx.lam * grad_output"},
        ),
        Misconception(
            "lam_kept_in_the_class",
            "lam is kept in one place for all uses of the layer, so the last forward pass decides "
            "for every backward pass. Each use has its own `ctx`.",
            {"ctx.lam = lam": "GradReverse.lam = lam", "-ctx.lam *": "-GradReverse.lam *"},
        ),
    ],
    "dann_losses": [
        Misconception(
            "class_loss_on_the_target",
            "The class loss compares predictions on the *target* with the labels of the source. "
            "The target has no labels; it takes part in the domain loss only.",
            {"F.cross_entropy(c(hs), ys)": "F.cross_entropy(c(ht), ys)"},
        ),
        Misconception(
            "minus_sign_twice",
            "The domain loss is negated although the reversal layer is there already. Now the "
            "domain classifier climbs its own loss, and the features make the domains easier to "
            "tell apart.",
            {"return class_loss, domain_loss": "return class_loss, -domain_loss"},
        ),
        Misconception(
            "class_path_reversed",
            "The reversal sits on the features themselves, so the class loss passes through it as "
            "well, and the features are trained to be useless for the task. It belongs on the path "
            "to the domain classifier only.",
            {
                "hs, ht = f(xs), f(xt)":
                    "hs, ht = GradReverse.apply(f(xs), lam), GradReverse.apply(f(xt), lam)",
                "zs, zt = d(GradReverse.apply(hs, lam)), d(GradReverse.apply(ht, lam))":
                    "zs, zt = d(hs), d(ht)",
            },
        ),
        Misconception(
            "no_reversal",
            "Nothing is reversed: the features learn to tell the domains apart, the opposite of "
            "what is wanted. The loss values do not show it.",
            {
                "zs, zt = d(GradReverse.apply(hs, lam)), d(GradReverse.apply(ht, lam))":
                    "zs, zt = d(hs), d(ht)",
            },
        ),
        Misconception(
            "only_the_source_reversed",
            "The target's features reach the domain classifier without reversal, so the two "
            "domains pull in different directions. Both paths are reversed.",
            {"d(GradReverse.apply(ht, lam))": "d(ht)"},
        ),
        Misconception(
            "features_detached",
            "The domain loss does not reach the features: they were detached. Only the domain "
            "classifier learns, and nothing is aligned.",
            {
                "d(GradReverse.apply(hs, lam)), d(GradReverse.apply(ht, lam))":
                    "d(hs.detach()), d(ht.detach())",
            },
        ),
        Misconception(
            "domain_labels_exchanged",
            "The domain labels are exchanged. Here source is 1 and target is 0; d would learn the "
            "opposite of what its logit means.",
            {
                "(zs, torch.ones_like(zs))": "(zs, torch.zeros_like(zs))",
                "(zt, torch.zeros_like(zt))": "(zt, torch.ones_like(zt))",
            },
        ),
        Misconception(
            "one_mean_over_both_domains",
            "Source and target examples are averaged together. Each domain has its own mean and "
            "the two are added; otherwise the larger batch counts more and the loss is about half "
            "as large.",
            {
                (
                    "    domain_loss = F.binary_cross_entropy_with_logits(zs, torch.ones_like(zs))\n"
                    "    domain_loss = domain_loss + F.binary_cross_entropy_with_logits(zt, torch.zeros_like(zt))\n"
                ): (
                    "    labels = torch.cat([torch.ones_like(zs), torch.zeros_like(zt)])\n"
                    "    domain_loss = F.binary_cross_entropy_with_logits(torch.cat([zs, zt]), labels)\n"
                ),
            },
        ),
        Misconception(
            "lam_in_the_loss_as_well",
            "The domain loss is multiplied by lam, and the reversal multiplies by lam again. The "
            "features get lam squared, and the domain classifier hardly learns while lam is small.",
            {"return class_loss, domain_loss": "return class_loss, lam * domain_loss"},
        ),
        Misconception(
            "sigmoid_before_the_logits",
            "A sigmoid was applied before a loss that contains one. The domain classifier can then "
            "never be surer than 0.73, and its gradients are too small.",
            {
                "(zs, torch.ones_like(zs))": "(torch.sigmoid(zs), torch.ones_like(zs))",
                "(zt, torch.zeros_like(zt))": "(torch.sigmoid(zt), torch.zeros_like(zt))",
            },
        ),
        Misconception(
            "ramp_is_a_sigmoid",
            "This is the sigmoid of gamma p, which starts at 1/2. The ramp stretches it so that it "
            "starts at 0, when the domain classifier still knows nothing.",
            {"2 / (1 + math.exp(-gamma * p)) - 1": "1 / (1 + math.exp(-gamma * p))"},
        ),
        Misconception(
            "gamma_ignored",
            "The steepness is always 10; the argument gamma has no effect.",
            {"math.exp(-gamma * p)": "math.exp(-10 * p)"},
        ),
    ],
    "mmd2": [
        Misconception(
            "cross_term_once",
            "Squaring the difference of two means gives the cross term twice. With it once, a "
            "sample does not have distance 0 from itself.",
            {"- 2 * mean_kernel(X, Y)": "- mean_kernel(X, Y)"},
        ),
        Misconception(
            "diagonal_left_out",
            "The pairs of a point with itself were left out within the samples: the unbiased "
            "estimate, which can be negative. Here all n^2 pairs are averaged, so that equal "
            "samples give 0.",
            {
                "return mean_kernel(X, X) + mean_kernel(Y, Y) - 2 * mean_kernel(X, Y)": (
                    "within = [(len(Z) * mean_kernel(Z, Z) - 1) / max(len(Z) - 1, 1) for Z in (X, Y)]\n"
                    "    return within[0] + within[1] - 2 * mean_kernel(X, Y)"
                ),
            },
        ),
        Misconception(
            "kernels_summed",
            "The kernels of the bandwidths are added, not averaged. The loss then grows with their "
            "number.",
            {" for scale in scales) / len(scales)": " for scale in scales)"},
        ),
        Misconception(
            "bandwidth_without_two",
            "The exponent is the squared distance over 2 sigma^2, as in the normal density. "
            "Without the 2 each sigma acts like a smaller one.",
            {"2 * sigma**2": "sigma**2"},
        ),
        Misconception(
            "bandwidth_not_squared",
            "sigma has the unit of a distance and divides a squared distance, so it has to be "
            "squared itself.",
            {"2 * sigma**2": "2 * sigma"},
        ),
        Misconception(
            "distance_not_squared",
            "The exponent holds the distance itself, not its square: another kernel, whose "
            "gradient is not finite where two points coincide.",
            {".square().sum(dim=-1)": ".square().sum(dim=-1).sqrt()"},
        ),
        Misconception(
            "root_taken",
            "This is the MMD. Asked for is its square; the root has no finite gradient where the "
            "samples agree.",
            {
                "return mean_kernel(X, X) + mean_kernel(Y, Y) - 2 * mean_kernel(X, Y)":
                    "return (mean_kernel(X, X) + mean_kernel(Y, Y) - 2 * mean_kernel(X, Y)).clamp(min=0).sqrt()",
            },
        ),
        Misconception(
            "median_of_squared_distances",
            "This is the median of the *squared* distances. sigma is a distance; taken from "
            "squares it is far too large or too small, depending on the unit.",
            {
                "torch.pdist(torch.cat([X, Y])).quantile":
                    "torch.pdist(torch.cat([X, Y])).square().quantile",
            },
        ),
        Misconception(
            "zeros_in_the_median",
            "The zeros on the diagonal of the distance matrix are in the median. A point's "
            "distance from itself tells nothing about the scale and pulls the median down.",
            {
                "torch.pdist(torch.cat([X, Y])).quantile":
                    "torch.cdist(torch.cat([X, Y]), torch.cat([X, Y])).flatten().quantile",
            },
        ),
        Misconception(
            "median_across_samples_only",
            "Only the distances from one sample to the other were used. The median is taken over "
            "the pooled points, pairs within a sample included.",
            {"torch.pdist(torch.cat([X, Y])).quantile": "torch.cdist(X, Y).flatten().quantile"},
        ),
        Misconception(
            "lower_median",
            "For an even number of distances `torch.median` returns the lower of the two in the "
            "middle. Here it is their mean.",
            {".quantile(0.5).item()": ".median().item()"},
        ),
        Misconception(
            "mean_distance",
            "This is the mean distance. A single outlier moves it; the median stays.",
            {".quantile(0.5).item()": ".mean().item()"},
        ),
    ],
    "coral_loss": [
        Misconception(
            "not_centred",
            "These are second moments about 0, not covariances: the means were not subtracted, so "
            "two domains that differ in their means alone seem to differ in shape.",
            {
                "(torch.cov(S.T) - torch.cov(T.T)).square()":
                    "(S.T @ S / (len(S) - 1) - T.T @ T / (len(T) - 1)).square()",
            },
        ),
        Misconception(
            "divided_by_4p",
            "The loss is divided by 4p, not by 4p^2. A covariance matrix has p^2 entries, and the "
            "loss is not to grow with the width of the layer.",
            {"(4 * S.shape[1] ** 2)": "(4 * S.shape[1])"},
        ),
        Misconception(
            "rows_instead_of_features",
            "p is the number of features. Here the number of source examples stands in its place.",
            {"(4 * S.shape[1] ** 2)": "(4 * S.shape[0] ** 2)"},
        ),
        Misconception(
            "divided_by_n",
            "The covariances of the loss divide by n. The convention here is n - 1; with small "
            "batches of different size that matters.",
            {
                "(torch.cov(S.T) - torch.cov(T.T)).square()":
                    "(torch.cov(S.T, correction=0) - torch.cov(T.T, correction=0)).square()",
            },
        ),
        Misconception(
            "norm_not_squared",
            "This is the Frobenius norm, not its square.",
            {
                "(torch.cov(S.T) - torch.cov(T.T)).square().sum()":
                    "torch.linalg.norm(torch.cov(S.T) - torch.cov(T.T))",
            },
        ),
        Misconception(
            "recoloured_before_whitened",
            "The two roots stand in the wrong order. Whiten the source with its own covariance "
            "first; matrices do not commute, and the covariance of the result is not that of the "
            "target.",
            {"@ power(S, -0.5) @ power(T, 0.5)": "@ power(T, 0.5) @ power(S, -0.5)"},
        ),
        Misconception(
            "roots_exchanged",
            "The exponents are exchanged: the source is coloured with its own covariance once more "
            "and whitened with that of the target. The covariance of the source has to go, that of "
            "the target to come.",
            {"power(S, -0.5) @ power(T, 0.5)": "power(S, 0.5) @ power(T, -0.5)"},
        ),
        Misconception(
            "cholesky_for_the_symmetric_root",
            "The covariance fits, the points do not: they come out turned, as from Cholesky "
            "factors. The symmetric roots are asked for.",
            {
                "@ power(S, -0.5) @ power(T, 0.5) +":
                    "@ torch.linalg.inv(torch.linalg.cholesky(power(S, 1.0))).T @ torch.linalg.cholesky(power(T, 1.0)).T +",
            },
        ),
        Misconception(
            "cholesky_on_the_wrong_side",
            "Cholesky factors were used, and not transposed as rows require: not even the "
            "covariance of the result is that of the target. The symmetric roots are asked for.",
            {
                "@ power(S, -0.5) @ power(T, 0.5) +":
                    "@ torch.linalg.inv(torch.linalg.cholesky(power(S, 1.0))) @ torch.linalg.cholesky(power(T, 1.0)) +",
            },
        ),
        Misconception(
            "target_mean_missing",
            "The covariance is right, but the moved source lies around 0. The mean of the target "
            "is to be added.",
            {" + T.mean(dim=0)": ""},
        ),
        Misconception(
            "source_mean_not_taken_out",
            "The source was not centred before the map, so its mean comes along, transformed, on "
            "top of the mean of the target.",
            {"centred = S - S.mean(dim=0)": "centred = S"},
        ),
        Misconception(
            "eps_on_the_roots",
            "eps was added after the roots were taken. It belongs on the covariances, so that "
            "their eigenvalues are positive before the inverse root is formed.",
            {
                "(eigenvalues + eps) ** exponent":
                    "((eigenvalues.clamp(min=1e-12)) ** exponent + eps)",
            },
        ),
    ],
    "adapt_batchnorm": [
        Misconception(
            "mean_of_batch_variances",
            "The variances of the batches are averaged. That loses how far the batch means lie "
            "apart, which can be the larger part.",
            {
                "z.var(dim=0, correction=0)":
                    "sum(len(b) * b.var(dim=0, correction=0) for b in batches) / len(z)",
            },
        ),
        Misconception(
            "batches_of_equal_weight",
            "Mean and variance of the batches are averaged as if all batches were equally large. "
            "An example in a small batch then counts more than one in a large batch.",
            {
                "return z.mean(dim=0), z.var(dim=0, correction=0)": (
                    "mean = torch.stack([b.mean(dim=0) for b in batches]).mean(dim=0)\n"
                    "    return mean, torch.stack([((b - mean) ** 2).mean(dim=0) for b in batches]).mean(dim=0)"
                ),
            },
        ),
        Misconception(
            "divided_by_n_minus_1",
            "The variance divides by N - 1. Batch normalisation normalises with the variance that "
            "divides by N.",
            {"correction=0": "correction=1"},
        ),
        Misconception(
            "square_of_the_mean_subtracted",
            "Mean of the squares minus square of the mean: two large, nearly equal numbers. In "
            "float32 the difference keeps few correct digits, and can be negative. Subtract the "
            "mean first.",
            {"z.var(dim=0, correction=0)": "(z**2).mean(dim=0) - z.mean(dim=0) ** 2"},
        ),
        Misconception(
            "standard_deviation_for_variance",
            "This is the standard deviation. A normalisation layer keeps the variance and takes "
            "the root itself.",
            {"z.var(dim=0, correction=0)": "z.std(dim=0, correction=0)"},
        ),
        Misconception(
            "all_layers_at_once",
            "The second normalisation layer got statistics of what the first one gave *before* it "
            "was adapted. Go from the input to the output, each layer on the outputs of the "
            "adapted ones.",
            {
                "            if isinstance(layer, nn.BatchNorm1d):\n": (
                    "            inputs, batches = batches, [layer(z) for z in batches]\n"
                    "            if isinstance(layer, nn.BatchNorm1d):\n"
                ),
                "mean, var = adabn_stats(batches)": "mean, var = adabn_stats(inputs)",
                "                layer.running_var.copy_(var)\n            batches = [layer(z) for z in batches]\n":
                    "                layer.running_var.copy_(var)\n",
            },
        ),
        Misconception(
            "gamma_and_beta_reset",
            "Scale and shift were set to 1 and 0. They were learned with the labels of the source "
            "and carry what the features mean; AdaBN changes the measured statistics only.",
            {
                "                layer.running_var.copy_(var)\n": (
                    "                layer.running_var.copy_(var)\n"
                    "                layer.weight is None or layer.weight.fill_(1)\n"
                    "                layer.bias is None or layer.bias.fill_(0)\n"
                ),
            },
        ),
        Misconception(
            "moving_average",
            "The new statistics are mixed with the old ones by the layer's momentum, as in "
            "training. AdaBN replaces them: a trace of the source would remain.",
            {
                "layer.running_mean.copy_(mean)": "layer.running_mean.lerp_(mean, layer.momentum)",
                "layer.running_var.copy_(var)": "layer.running_var.lerp_(var, layer.momentum)",
            },
        ),
        Misconception(
            "only_the_last_batch",
            "The statistics are those of the last batch alone: each batch has overwritten what the "
            "one before it gave.",
            {"mean, var = adabn_stats(batches)": "mean, var = adabn_stats(batches[-1:])"},
        ),
        Misconception(
            "left_in_training_mode",
            "The network was switched to training mode. There it would normalise with the "
            "statistics of whatever batch comes next, and dropout would be active.",
            {
                "            batches = [layer(z) for z in batches]\n":
                    "            batches = [layer(z) for z in batches]\n        net.train()\n",
            },
        ),
    ],
    "select_pseudo_labels": [
        Misconception(
            "no_cap",
            "All confident examples are kept. Without a cap the class that the model favours "
            "floods the next round.",
            {"[order[y[order] == k][:cap] for": "[order[y[order] == k] for"},
        ),
        Misconception(
            "cap_keeps_the_first",
            "The cap keeps the examples that come first. It should keep the most confident ones: "
            "they are most likely to be right.",
            {"torch.argsort(confidence, descending=True, stable=True)": "torch.arange(len(probs))"},
        ),
        Misconception(
            "cap_keeps_the_least_confident",
            "Sorted in ascending order, the cap keeps the *least* confident of the accepted "
            "examples.",
            {"descending=True, stable=True": "stable=True"},
        ),
        Misconception(
            "strictly_above",
            "A confidence equal to tau is kept.",
            {"confidence[order] >= tau": "confidence[order] > tau"},
        ),
        Misconception(
            "one_cap_for_all_classes",
            "The cap limits the number of kept examples altogether. It applies to every predicted "
            "class separately, which is what balances the classes.",
            {"kept = [order[y[order] == k][:cap] for k in y.unique()]": "kept = [order[:cap]]"},
        ),
        Misconception(
            "sorted_by_confidence",
            "The right examples, in the wrong order: the indices are to be returned in ascending "
            "order.",
            {
                "    idx = torch.cat(kept).sort().values\n":
                    "    idx = torch.cat(kept)\n    idx = idx[torch.argsort(confidence[idx], descending=True, stable=True)]\n",
            },
        ),
        Misconception(
            "positions_among_the_confident",
            "The indices count within the examples that passed the threshold. They have to point "
            "into `probs`, or the labels land on other examples.",
            {
                "    confidence, y = probs.max(dim=1)\n":
                    "    confidence, y = probs[probs.max(dim=1).values >= tau].max(dim=1)\n",
            },
        ),
        Misconception(
            "last_of_equals",
            "Among equally confident examples of a class the one with the larger index was kept. "
            "The smaller index wins.",
            {
                "order = torch.argsort(confidence, descending=True, stable=True)":
                    "order = torch.argsort(confidence, stable=True).flip(0)",
            },
        ),
        Misconception(
            "equals_in_any_order",
            "Among equally confident examples an arbitrary one was kept: by default "
            "`torch.argsort` does not keep the order of equals. With few examples this goes "
            "unnoticed.",
            {"descending=True, stable=True": "descending=True"},
        ),
    ],
}
