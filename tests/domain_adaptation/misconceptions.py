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
        Misconception(
            "epsilon_beside_the_odds",
            "An epsilon is added to 1 − p. Next to p = 1 it is no small part of it, and p = 1 "
            "itself does not occur.",
            {
                "(1 - p_target)":
                    "(1 - p_target + 1e-8)",
            },
        ),
        Misconception(
            "probabilities_clipped",
            "The probabilities are clipped away from 0 and 1. A probability of 0 is a weight of 0, "
            "and near 1 the weight is as large as it is.",
            {
                "return p_target /":
                    "p_target = np.clip(p_target, 1e-6, 1 - 1e-6)\n    return p_target /",
            },
        ),
        Misconception(
            "weights_of_mean_one",
            "The weights are divided by their mean. They come as they are: normalising is for the "
            "risk to do, if asked.",
            {
                "return p_target / (1 - p_target) * n_s / n_t":
                    "w = p_target / (1 - p_target) * n_s / n_t\n    return w / w.mean()",
            },
        ),
        Misconception(
            "length_for_the_sample_size",
            "n_s is taken to be the number of probabilities. It is the number of source examples "
            "that the classifier was trained on.",
            {
                "* n_s / n_t":
                    "* len(p_target) / n_t",
            },
        ),
        Misconception(
            "share_of_the_pool",
            "The factor is n_s / (n_s + n_t), the share of the source in the pool. The odds contain "
            "n_t / n_s.",
            {
                "* n_s / n_t":
                    "* n_s / (n_s + n_t)",
            },
        ),
        Misconception(
            "sum_of_weights_at_least_one",
            "The sum of the weights is replaced by 1 where it is smaller. A common factor in the "
            "weights is to have no effect.",
            {
                "w.sum() if normalize":
                    "max(w.sum(), 1.0) if normalize",
            },
        ),
        Misconception(
            "epsilon_beside_the_sum_of_weights",
            "An epsilon is added to the sum of the weights. Of small weights it is no small part, "
            "and the common factor no longer cancels.",
            {
                "w.sum() if normalize":
                    "w.sum() + 1e-8 if normalize",
            },
        ),
        Misconception(
            "normalised_and_averaged",
            "The self-normalised sum is also divided by the number of examples. It is a weighted "
            "mean already.",
            {
                "(w.sum() if normalize else len(w))":
                    "(w.sum() if normalize else 1) / len(w)",
            },
        ),
        Misconception(
            "mean_over_the_positive_weights",
            "The plain risk is divided by the number of positive weights. It is a mean over all n "
            "examples, those of weight 0 included.",
            {
                "else len(w))":
                    "else (w > 0).sum())",
            },
        ),
        Misconception(
            "sum_over_maximum",
            "This is sum(w) / max(w). The effective sample size is (sum w)² / sum(w²).",
            {
                "w.sum() ** 2 / (w**2).sum()":
                    "w.sum() / w.max()",
            },
        ),
        Misconception(
            "share_of_the_sample",
            "This is a share of the sample. The effective sample size is a number of examples, from "
            "1 to n.",
            {
                "w.sum() ** 2 / (w**2).sum()":
                    "w.sum() ** 2 / (w**2).sum() / len(w)",
            },
        ),
        Misconception(
            "number_of_positive_weights",
            "These are the examples whose weight is not 0. A small weight counts for less than a "
            "large one.",
            {
                "w.sum() ** 2 / (w**2).sum()":
                    "float((w > 0).sum())",
            },
        ),
        Misconception(
            "epsilon_beside_the_squares",
            "An epsilon is added to the sum of squares. Of small weights the squares are smaller "
            "still; the size does not depend on their scale.",
            {
                "(w**2).sum()\n":
                    "((w**2).sum() + 1e-12)\n",
            },
        ),
        Misconception(
            "tiny_epsilon_beside_the_odds",
            "A small epsilon is added to 1 − p. Next to p = 1 it is no small part of it, and p = 1 "
            "itself does not occur.",
            {
                "(1 - p_target)":
                    "(1 - p_target + 1e-12)",
            },
        ),
        Misconception(
            "large_epsilon_beside_the_odds",
            "An epsilon is added to 1 − p. All weights change a little, and those next to p = 1 by "
            "far more; p = 1 itself does not occur.",
            {
                "(1 - p_target)":
                    "(1 - p_target + 1e-6)",
            },
        ),
        Misconception(
            "probabilities_clipped_by_a_thousandth",
            "The probabilities are clipped away from 0 and 1. A probability of 0 is a weight of 0, "
            "and near 1 the weight is as large as it is.",
            {
                "return p_target /":
                    "p_target = np.clip(p_target, 1e-3, 1 - 1e-3)\n    return p_target /",
            },
        ),
        Misconception(
            "flag_the_wrong_way_round",
            "`normalize` has the opposite effect: the sum of the weights divides if it is True, "
            "the number of examples if it is False.",
            {
                "if normalize else":
                    "if not normalize else",
            },
        ),
        Misconception(
            "sample_size_upside_down",
            "The fraction is upside down, sum(w²) / (sum w)². A single weight would then give 1 as "
            "well, but equal ones 1/n.",
            {
                "w.sum() ** 2 / (w**2).sum()":
                    "(w**2).sum() / w.sum() ** 2",
            },
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
        Misconception(
            "divided_by_the_weights",
            "The posteriors are divided by the weights. A class that has become more common, w > 1, "
            "becomes more likely.",
            {
                "joint = post * w":
                    "joint = post / w",
            },
        ),
        Misconception(
            "softmax_of_the_products",
            "The rows are normalised by a softmax. They are probabilities already: divide by their "
            "sum.",
            {
                "return joint / joint.sum(axis=1, keepdims=True)":
                    "joint = np.exp(joint)\n    return joint / joint.sum(axis=1, keepdims=True)",
            },
        ),
        Misconception(
            "epsilon_beside_the_sum",
            "An epsilon is added to the sum of the row. Of small weights it is no small part, and "
            "the rows no longer sum to 1.",
            {
                "joint.sum(axis=1, keepdims=True)":
                    "(joint.sum(axis=1, keepdims=True) + 1e-12)",
            },
        ),
        Misconception(
            "epsilon_in_the_logarithms",
            "An epsilon is added inside of the logarithms. A class of weight 0 is gone: its "
            "probability is 0.",
            {
                "joint = post * w":
                    "joint = np.exp(np.log(post + 1e-6) + np.log(w + 1e-6))",
            },
        ),
        Misconception(
            "one_round_too_many",
            "EM runs one round too many. With iters = 0 the prior is the source's.",
            {
                "range(iters)":
                    "range(iters + 1)",
            },
        ),
        Misconception(
            "one_round_too_few",
            "EM runs one round too few.",
            {
                "range(iters)":
                    "range(iters - 1)",
            },
        ),
        Misconception(
            "stops_when_little_changes",
            "The rounds end early when little changes. Exactly `iters` rounds are asked for.",
            {
                "        prior_t = adjust_posterior(post, w=prior_t / prior_s).mean(axis=0)\n":
                    "        before, prior_t = prior_t, adjust_posterior(post, w=prior_t / prior_s).mean(axis=0)\n        if abs(prior_t - before).max() < 1e-3:\n            break\n",
            },
        ),
        Misconception(
            "prior_smoothed",
            "The prior is kept away from 0. A class that no example has gets the prior 0.",
            {
                ".mean(axis=0)\n":
                    ".mean(axis=0).clip(1e-4)\n",
            },
        ),
        Misconception(
            "posterior_not_adjusted",
            "The posteriors come back as they were given. They are to be adjusted to the prior that "
            "was found.",
            {
                "return prior_t, adjust_posterior(post, w=prior_t / prior_s)":
                    "return prior_t, post",
            },
        ),
        Misconception(
            "weights_for_the_prior",
            "The first result is the ratio w. The prior itself is asked for.",
            {
                "return prior_t, adjust":
                    "return prior_t / prior_s, adjust",
            },
        ),
        Misconception(
            "sum_for_mean",
            "The M-step sums over the examples. The new prior is the mean of the posteriors and "
            "sums to 1.",
            {
                ".mean(axis=0)\n":
                    ".sum(axis=0)\n",
            },
        ),
        Misconception(
            "source_prior_left_in_during_the_rounds",
            "In the rounds of EM the posteriors are multiplied by the new prior itself. The old "
            "one is still inside them: the weights are p_T / p_S.",
            {
                "adjust_posterior(post, w=prior_t / prior_s).mean":
                    "adjust_posterior(post, w=prior_t).mean",
            },
        ),
        Misconception(
            "source_prior_left_in_at_the_end",
            "The prior is right. The returned posteriors are multiplied by it without division by "
            "the old prior, which is still inside them.",
            {
                "return prior_t, adjust_posterior(post, w=prior_t / prior_s)":
                    "return prior_t, adjust_posterior(post, w=prior_t)",
            },
        ),
        Misconception(
            "larger_epsilon_beside_the_sum",
            "An epsilon is added to the sum of the row. Of small weights it is no small part, and "
            "the rows no longer sum to 1.",
            {
                "joint.sum(axis=1, keepdims=True)":
                    "(joint.sum(axis=1, keepdims=True) + 1e-8)",
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
        Misconception(
            "classes_counted_from_the_data",
            "The number of classes is read off the data. K says how many there are; the last may "
            "never occur.",
            {
                "    counts =":
                    "    K = max(y_pred.max(), y_true.max()) + 1\n    counts =",
            },
        ),
        Misconception(
            "counts_smoothed",
            "One is added to every count. The shares are asked for as they were counted.",
            {
                "counts.reshape(K, K) / len(y_true)":
                    "(counts.reshape(K, K) + 1) / (len(y_true) + K * K)",
            },
        ),
        Misconception(
            "shares_of_the_predictions",
            "Each row sums to 1: these are p(truth | prediction). Joint shares sum to 1 over the "
            "whole matrix.",
            {
                "return counts.reshape(K, K) / len(y_true)":
                    "counts = counts.reshape(K, K)\n    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)",
            },
        ),
        Misconception(
            "divided_by_the_number_of_entries",
            "The counts are divided by K². They are shares of the n examples.",
            {
                "/ len(y_true)":
                    "/ K**2",
            },
        ),
        Misconception(
            "matrix_regularised",
            "Something is added to the diagonal, or small singular values are cut off. The system "
            "itself is to be solved, also where columns are nearly alike.",
            {
                "np.linalg.solve(joint, mu)":
                    "np.linalg.solve(joint + 1e-6 * np.eye(len(mu)), mu)",
            },
        ),
        Misconception(
            "small_singular_values_dropped",
            "Small singular values are dropped. The matrix is invertible, and the solution of the "
            "system is asked for, also where columns are nearly alike.",
            {
                "np.linalg.solve(joint, mu)":
                    "np.linalg.pinv(joint, rcond=1e-2) @ mu",
            },
        ),
        Misconception(
            "weights_clipped_and_rescaled",
            "Negative weights are set to 0 and the others rescaled. The solution is returned as it "
            "is, so that the user sees the trouble.",
            {
                "return np.linalg.solve(joint, mu)":
                    "w = np.linalg.solve(joint, mu)\n    return w.clip(0) * w.sum() / w.clip(0).sum()",
            },
        ),
        Misconception(
            "weights_sum_to_one",
            "The weights are scaled to the sum 1. The prior p_S(y) w_y sums to 1, and does so "
            "without any help.",
            {
                "return np.linalg.solve(joint, mu)":
                    "w = np.linalg.solve(joint, mu)\n    return w / w.sum()",
            },
        ),
        Misconception(
            "multiplied_instead_of_solved",
            "The matrix is multiplied with μ. J w = μ is to be solved for w.",
            {
                "np.linalg.solve(joint, mu)":
                    "joint @ mu",
            },
        ),
        Misconception(
            "absolute_values",
            "Negative weights have lost their sign. The solution is returned as it is, so that the "
            "user sees the trouble.",
            {
                "np.linalg.solve(joint, mu)":
                    "abs(np.linalg.solve(joint, mu))",
            },
        ),
        Misconception(
            "only_the_diagonal",
            "Only the diagonal is used, as if the model never confused two classes.",
            {
                "np.linalg.solve(joint, mu)":
                    "mu / np.diag(joint)",
            },
        ),
        Misconception(
            "floating_counts_for_shares",
            "The entries are counts. Joint frequencies are shares of all examples, and sum to 1 "
            "over the whole matrix.",
            {
                "counts.reshape(K, K) / len(y_true)":
                    "counts.reshape(K, K) * 1.0",
            },
        ),
        Misconception(
            "normal_equations",
            "The system is multiplied by the transposed matrix first. Where its columns are nearly "
            "alike, that squares the loss of digits: solve J w = μ itself.",
            {
                "np.linalg.solve(joint, mu)":
                    "np.linalg.solve(joint.T @ joint, joint.T @ mu)",
            },
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
        Misconception(
            "gradient_changed_in_place",
            "`grad_output` is changed in place. Where the output is added to something else, both "
            "get the same tensor, and the other one is spoilt.",
            {
                "-ctx.lam * grad_output, None":
                    "grad_output.mul_(-ctx.lam), None",
            },
        ),
        Misconception(
            "lam_at_most_one",
            "lam is cut off at 1. It may be any number from 0 on.",
            {
                "ctx.lam = lam":
                    "ctx.lam = min(lam, 1.0)",
            },
        ),
        Misconception(
            "lam_squared",
            "The gradient is multiplied by lam². It is multiplied by lam, once.",
            {
                "-ctx.lam *":
                    "-(ctx.lam**2) *",
            },
        ),
        Misconception(
            "lam_zero_taken_for_missing",
            "lam = 0 is taken for a missing value. It is a value: no gradient passes.",
            {
                "ctx.lam = lam":
                    "ctx.lam = lam or 1.0",
            },
        ),
        Misconception(
            "sign_of_the_gradient",
            "Only the sign of the gradient is passed on. It is to be scaled, not cut to one size.",
            {
                "* grad_output, None":
                    "* grad_output.sign(), None",
            },
        ),
        Misconception(
            "gradient_clipped",
            "The gradient is clipped. It is to be reversed and scaled, however long it is.",
            {
                "-ctx.lam * grad_output, None":
                    "(-ctx.lam * grad_output).clamp(-1, 1), None",
            },
        ),
        Misconception(
            "none_first",
            "lam gets a gradient where None belongs. The two results come in the order of the "
            "inputs of forward: the gradient for x, then None for lam.",
            {
                "-ctx.lam * grad_output, None":
                    "None, -ctx.lam * grad_output",
            },
        ),
        Misconception(
            "gradient_divided_by_lam",
            "The gradient is divided by lam. It is multiplied by it: lam = 0 stops it.",
            {
                "-ctx.lam * grad_output":
                    "-grad_output / max(ctx.lam, 1e-12)",
            },
        ),
        Misconception(
            "whole_number_lam",
            "lam is rounded to a whole number.",
            {
                "ctx.lam = lam":
                    "ctx.lam = int(lam)",
            },
        ),
        Misconception(
            "used_up_after_one_pass",
            "What forward has kept is thrown away in backward. With retain_graph a second backward "
            "pass needs it again.",
            {
                "return -ctx.lam * grad_output":
                    "lam, ctx.lam = ctx.lam, 0.0\n        return -lam * grad_output",
            },
        ),
        Misconception(
            "ordinary_layer",
            "This is the ordinary layer y = −x with the gradient that belongs to it. The reversal "
            "leaves the values alone and turns the gradient only.",
            {
                "return x.view_as(x)":
                    "return -x",
                "-ctx.lam * grad":
                    "ctx.lam * grad",
            },
        ),
        Misconception(
            "values_reversed_as_well",
            "The values are multiplied by −lam as well. On the way forward the layer does nothing.",
            {
                "return x.view_as(x)":
                    "return -lam * x",
            },
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
        Misconception(
            "logarithm_of_the_softmax",
            "The softmax comes first and the logarithm after it. Of a head that is sure of a wrong "
            "class the softmax is 0 in float32, and its logarithm −∞. cross_entropy takes both at "
            "once.",
            {
                "F.cross_entropy(c(hs), ys)":
                    "F.nll_loss(c(hs).softmax(dim=1).log(), ys)",
            },
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "An epsilon is added inside of the logarithm. It puts a ceiling on the loss of a head "
            "that is sure of a wrong class. cross_entropy needs none.",
            {
                "F.cross_entropy(c(hs), ys)":
                    "F.nll_loss((c(hs).softmax(dim=1) + 1e-9).log(), ys)",
            },
        ),
        Misconception(
            "sigmoid_and_logarithm_apart",
            "The sigmoid comes first and the logarithm after it. At a logit of −1000 the sigmoid is "
            "0, and its logarithm −∞. Use a loss that takes logits.",
            {
                "F.binary_cross_entropy_with_logits(zs, torch.ones_like(zs))":
                    "-torch.sigmoid(zs).log().mean()",
                "F.binary_cross_entropy_with_logits(zt, torch.zeros_like(zt))":
                    "-(1 - torch.sigmoid(zt)).log().mean()",
            },
        ),
        Misconception(
            "binary_loss_of_probabilities",
            "The sigmoid is taken before a binary cross-entropy of probabilities, which cuts off "
            "its logarithms at −100. With logits the loss is exact.",
            {
                "F.binary_cross_entropy_with_logits(zs, torch.ones_like(zs))":
                    "F.binary_cross_entropy(torch.sigmoid(zs), torch.ones_like(zs))",
                "F.binary_cross_entropy_with_logits(zt, torch.zeros_like(zt))":
                    "F.binary_cross_entropy(torch.sigmoid(zt), torch.zeros_like(zt))",
            },
        ),
        Misconception(
            "half_of_the_domain_loss",
            "The domain loss is the mean of the two domains' losses. They are added.",
            {
                "return class_loss, domain_loss":
                    "return class_loss, domain_loss / 2",
            },
        ),
        Misconception(
            "class_loss_summed",
            "The class loss is a sum. It is the mean over the source examples.",
            {
                "F.cross_entropy(c(hs), ys)":
                    'F.cross_entropy(c(hs), ys, reduction="sum")',
            },
        ),
        Misconception(
            "softmax_before_the_cross_entropy",
            "c gives logits, and cross_entropy takes logits. A softmax before it flattens the loss.",
            {
                "F.cross_entropy(c(hs), ys)":
                    "F.cross_entropy(c(hs).softmax(dim=1), ys)",
            },
        ),
        Misconception(
            "only_the_target_reversed",
            "The reversal acts on the target's features only. Those of the source are to move as "
            "well.",
            {
                "d(GradReverse.apply(hs, lam)),":
                    "d(hs),",
            },
        ),
        Misconception(
            "reversed_behind_the_domain_classifier",
            "The reversal stands behind the domain classifier, which is then trained to be bad. It "
            "belongs between the features and d.",
            {
                "d(GradReverse.apply(hs, lam)), d(GradReverse.apply(ht, lam))":
                    "GradReverse.apply(d(hs), lam), GradReverse.apply(d(ht), lam)",
            },
        ),
        Misconception(
            "lam_always_one",
            "lam has no effect: the reversal always has strength 1.",
            {
                "GradReverse.apply(hs, lam)":
                    "GradReverse.apply(hs, 1.0)",
                "GradReverse.apply(ht, lam)":
                    "GradReverse.apply(ht, 1.0)",
            },
        ),
        Misconception(
            "labels_flipped_instead_of_reversed",
            "The domain labels are flipped in place of a reversal. d is then trained on the wrong "
            "labels, and f helps it.",
            {
                "GradReverse.apply(hs, lam)":
                    "hs",
                "GradReverse.apply(ht, lam)":
                    "ht",
                "torch.ones_like(zs)":
                    "torch.zeros_like(zs)",
                "torch.zeros_like(zt)":
                    "torch.ones_like(zt)",
            },
        ),
        Misconception(
            "ramp_without_the_minus_one",
            "The 1 is not subtracted: the ramp would start at 1.",
            {
                "math.exp(-gamma * p)) - 1":
                    "math.exp(-gamma * p))",
            },
        ),
        Misconception(
            "ramp_of_twice_the_steepness",
            "The ramp is tanh(γp/2), not tanh(γp).",
            {
                "2 / (1 + math.exp(-gamma * p)) - 1":
                    "math.tanh(gamma * p)",
            },
        ),
        Misconception(
            "ramp_overflows",
            "exp(γp) overflows for a steep ramp. exp(−γp) does not.",
            {
                "2 / (1 + math.exp(-gamma * p)) - 1":
                    "(math.exp(gamma * p) - 1) / (math.exp(gamma * p) + 1)",
            },
        ),
        Misconception(
            "ramp_falls",
            "The sign in the exponent is lost: the ramp falls.",
            {
                "math.exp(-gamma * p)":
                    "math.exp(gamma * p)",
            },
        ),
        Misconception(
            "straight_ramp",
            "The ramp is straight. It is a sigmoid that is stretched and moved.",
            {
                "2 / (1 + math.exp(-gamma * p)) - 1":
                    "min(1.0, gamma * p)",
            },
        ),
        Misconception(
            "epsilon_in_the_domain_logarithms",
            "An epsilon is added inside of the logarithms. It puts a ceiling on the loss of a "
            "domain classifier that is sure and wrong. Use a loss that takes logits.",
            {
                "F.binary_cross_entropy_with_logits(zs, torch.ones_like(zs))":
                    "-(torch.sigmoid(zs) + 1e-8).log().mean()",
                "F.binary_cross_entropy_with_logits(zt, torch.zeros_like(zt))":
                    "-(1 - torch.sigmoid(zt) + 1e-8).log().mean()",
            },
        ),
        Misconception(
            "target_features_detached",
            "The target's features are detached: the domain loss moves those of the source only.",
            {
                "d(GradReverse.apply(ht, lam))":
                    "d(GradReverse.apply(ht.detach(), lam))",
            },
        ),
        Misconception(
            "source_features_detached",
            "The source's features are detached on the way to the domain classifier: the domain "
            "loss moves those of the target only.",
            {
                "d(GradReverse.apply(hs, lam)),":
                    "d(GradReverse.apply(hs.detach(), lam)),",
            },
        ),
        Misconception(
            "domain_loss_summed",
            "The domain losses are sums. Each is the mean over its own domain, so that the larger "
            "batch does not count more.",
            {
                "(zs, torch.ones_like(zs))":
                    "(zs, torch.ones_like(zs), reduction=\"sum\")",
                "(zt, torch.zeros_like(zt))":
                    "(zt, torch.zeros_like(zt), reduction=\"sum\")",
            },
        ),
        Misconception(
            "sum_for_the_class_loss",
            "The first result is the sum of both losses. The two come apart: the caller adds them.",
            {
                "return class_loss, domain_loss":
                    "return class_loss + domain_loss, domain_loss",
            },
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
        Misconception(
            "squares_multiplied_out",
            "The squared distances come from |x|² + |y|² − 2xy. In float32, with coordinates near "
            "1000, rounding leaves nothing of small distances: subtract first, and square then.",
            {
                "(A[:, None] - B).square().sum(dim=-1)":
                    "A.square().sum(1)[:, None] + B.square().sum(1) - 2 * A @ B.T",
            },
        ),
        Misconception(
            "distances_through_a_matrix_product",
            "For more than 25 points torch.cdist multiplies the squares out, and so do forms that "
            "clamp at 0. In float32, with coordinates near 1000, rounding leaves nothing of small "
            "distances.",
            {
                "(A[:, None] - B).square().sum(dim=-1)":
                    "torch.cdist(A, B).square()",
            },
        ),
        Misconception(
            "gradient_of_the_root",
            "A root is taken and squared again. Where two points coincide its gradient is infinite, "
            "and the product nan: stay with the square.",
            {
                "(A[:, None] - B).square().sum(dim=-1)":
                    "(A[:, None] - B).square().sum(dim=-1).sqrt().square()",
            },
        ),
        Misconception(
            "mean_over_the_features",
            "The squared differences are averaged over the features. The squared distance is their "
            "sum.",
            {
                "(A[:, None] - B).square().sum(dim=-1)":
                    "(A[:, None] - B).square().mean(dim=-1)",
            },
        ),
        Misconception(
            "only_the_first_bandwidth",
            "Only the first bandwidth is used. The kernel is the mean over all of them.",
            {
                "for scale in scales) / len(scales)":
                    "for scale in scales[:1])",
            },
        ),
        Misconception(
            "one_kernel_of_the_mean_bandwidth",
            "The bandwidths are averaged. The kernels are.",
            {
                "[2 * sigma**2 for sigma in sigmas]":
                    "[2 * (sum(sigmas) / len(sigmas)) ** 2]",
            },
        ),
        Misconception(
            "kernel_sums_for_means",
            "The kernels are summed over the pairs. Each of the three terms is a mean.",
            {
                "/ scale).mean()":
                    "/ scale).sum()",
            },
        ),
        Misconception(
            "means_compared",
            "This is the squared distance of the means. The kernel sees more than these.",
            {
                "return mean_kernel(X, X) + mean_kernel(Y, Y) - 2 * mean_kernel(X, Y)":
                    "return (X.mean(dim=0) - Y.mean(dim=0)).square().sum()",
            },
        ),
        Misconception(
            "second_sample_detached",
            "The value is right, but the second sample gets a part of its gradient only.",
            {
                "mean_kernel(Y, Y)":
                    "mean_kernel(Y.detach(), Y.detach())",
            },
        ),
        Misconception(
            "upper_median",
            "Of an even number of distances the upper middle one is taken. The median is the mean "
            "of the two in the middle.",
            {
                ".quantile(0.5)":
                    '.quantile(0.5, interpolation="higher")',
            },
        ),
        Misconception(
            "coinciding_points_left_out",
            "Distances of 0 are left out, also those of two rows that hold the same point. Only a "
            "row with itself makes no pair.",
            {
                "torch.pdist(torch.cat([X, Y])).quantile":
                    "(lambda d: d[d > 0] if (d > 0).any() else d)(torch.pdist(torch.cat([X, Y]))).quantile",
            },
        ),
        Misconception(
            "median_as_a_tensor",
            "The median is a tensor. A Python float is asked for, through which no gradient flows.",
            {
                ".quantile(0.5).item()":
                    ".quantile(0.5)",
            },
        ),
        Misconception(
            "median_divided_by_root_two",
            "The median is divided by √2, as where the kernel has σ² without the 2. Here σ is the "
            "median itself.",
            {
                ".quantile(0.5).item()":
                    ".quantile(0.5).item() / 2**0.5",
            },
        ),
        Misconception(
            "epsilon_beside_the_median",
            "An epsilon is added. Where enough points coincide the median is 0.",
            {
                ".quantile(0.5).item()":
                    ".quantile(0.5).item() + 1e-6",
            },
        ),
        Misconception(
            "squares_multiplied_out_and_clamped",
            "The squared distances come from |x|² + |y|² − 2xy, cut off at 0. In float32, with "
            "coordinates near 1000, rounding leaves nothing of small distances: subtract first, "
            "and square then.",
            {
                "(A[:, None] - B).square().sum(dim=-1)":
                    "(A.square().sum(1)[:, None] + B.square().sum(1)[None] - 2 * A @ B.T).clamp(min=0)",
            },
        ),
        Misconception(
            "cut_off_at_zero",
            "The value is cut off at 0, and where rounding has made it negative the gradient with "
            "it. Leave it as it comes out.",
            {
                "return mean_kernel(X, X) + mean_kernel(Y, Y) - 2 * mean_kernel(X, Y)":
                    "return (mean_kernel(X, X) + mean_kernel(Y, Y) - 2 * mean_kernel(X, Y)).clamp(min=0)",
            },
        ),
        Misconception(
            "epsilon_beside_the_bandwidth",
            "An epsilon is added to 2σ². Of a small bandwidth it is no small part, and σ is "
            "positive.",
            {
                "2 * sigma**2":
                    "2 * sigma**2 + 1e-8",
            },
        ),
        Misconception(
            "no_gradient_to_the_second_sample",
            "The value is right, but no gradient flows to the second sample: in a network both are "
            "features.",
            {
                "    scales =":
                    "    Y = Y.detach()\n    scales =",
            },
        ),
        Misconception(
            "each_point_with_itself",
            "Each point's distance 0 from itself is among the distances. The median is over pairs "
            "of two different rows.",
            {
                "torch.pdist(torch.cat([X, Y])).quantile":
                    "torch.cat([torch.pdist(torch.cat([X, Y])), torch.zeros(len(X) + len(Y)).to(X)]).quantile",
            },
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
        Misconception(
            "squares_multiplied_out",
            "The squared norm comes from ‖A‖² + ‖B‖² − 2⟨A, B⟩. Of large covariances that are "
            "nearly equal rounding leaves nothing: subtract first, and square then.",
            {
                "(torch.cov(S.T) - torch.cov(T.T)).square().sum()":
                    "(torch.cov(S.T).square().sum() + torch.cov(T.T).square().sum() - 2 * (torch.cov(S.T) * torch.cov(T.T)).sum())",
            },
        ),
        Misconception(
            "mean_square_of_the_entries",
            "This is a mean over the p² entries, without the factor ¼.",
            {
                "/ (4 * S.shape[1] ** 2)":
                    "/ S.shape[1] ** 2",
            },
        ),
        Misconception(
            "correlations_for_covariances",
            "These are correlations. CORAL compares covariances: the scales of the features count.",
            {
                "torch.cov(S.T) - torch.cov(T.T)":
                    "torch.corrcoef(S.T) - torch.corrcoef(T.T)",
            },
        ),
        Misconception(
            "variances_only",
            "Only the variances are compared. Off the diagonal the covariances count as well.",
            {
                "(torch.cov(S.T) - torch.cov(T.T))":
                    "(torch.cov(S.T) - torch.cov(T.T)).diagonal()",
            },
        ),
        Misconception(
            "means_compared_as_well",
            "The means are compared, too. CORAL does not see them.",
            {
                "(4 * S.shape[1] ** 2)":
                    "(4 * S.shape[1] ** 2) + (S.mean(dim=0) - T.mean(dim=0)).square().sum()",
            },
        ),
        Misconception(
            "target_detached",
            "The value is right, but no gradient flows to the target.",
            {
                "- torch.cov(T.T))":
                    "- torch.cov(T.T).detach())",
            },
        ),
        Misconception(
            "means_subtracted_last",
            "The mean is taken out of the products afterwards. Far from 0, in float32, rounding "
            "leaves nothing: centre first.",
            {
                "(torch.cov(S.T) - torch.cov(T.T))":
                    "((S.T @ S / len(S) - S.mean(0).outer(S.mean(0))) * len(S) / (len(S) - 1) - (T.T @ T / len(T) - T.mean(0).outer(T.mean(0))) * len(T) / (len(T) - 1))",
            },
        ),
        Misconception(
            "eps_on_the_source_only",
            "ε is added to the source's covariance only. It is added to both.",
            {
                "(eigenvalues + eps)":
                    "(eigenvalues + (eps if X is S else 0.0))",
            },
        ),
        Misconception(
            "eigenvalues_raised_to_eps",
            "Eigenvalues below ε are raised to ε. ε is added to all of them.",
            {
                "(eigenvalues + eps)":
                    "eigenvalues.clamp(min=eps)",
            },
        ),
        Misconception(
            "features_scaled_one_by_one",
            "Each feature is scaled by itself. The covariances between features are to agree as "
            "well.",
            {
                "torch.linalg.eigh(torch.cov(X.T))":
                    "torch.linalg.eigh(torch.cov(X.T).diagonal().diag())",
            },
        ),
        Misconception(
            "moved_to_the_mean_of_the_source",
            "The mean of the source is put back. The moved source has the mean of the target.",
            {
                "+ T.mean(dim=0)":
                    "+ S.mean(dim=0)",
            },
        ),
        Misconception(
            "covariances_without_roots",
            "The covariances themselves are used, without the roots.",
            {
                "power(S, -0.5) @ power(T, 0.5)":
                    "power(S, -1.0) @ power(T, 1.0)",
            },
        ),
        Misconception(
            "root_of_the_product",
            "The root is taken of the product C_S⁻¹ C_T. Its root is another matrix than the "
            "product of the roots, unless the two commute.",
            {
                "centred @ power(S, -0.5) @ power(T, 0.5)":
                    "centred @ torch.from_numpy(scipy.linalg.sqrtm((power(S, -1.0) @ power(T, 1.0)).numpy()).real.copy()).to(S)",
            },
        ),
        Misconception(
            "eigenvectors_transposed",
            "The matrix of eigenvectors is transposed: its columns are the eigenvectors.",
            {
                "U * (eigenvalues + eps) ** exponent @ U.T":
                    "U.T * (eigenvalues + eps) ** exponent @ U",
            },
        ),
        Misconception(
            "rows_taken_for_features",
            "torch.cov takes the features in the rows, examples in the columns. Here the examples "
            "are the rows: transpose first.",
            {
                "torch.cov(S.T) - torch.cov(T.T)":
                    "torch.cov(S) - torch.cov(T)",
            },
        ),
        Misconception(
            "roots_of_covariances_over_n",
            "The covariances of the transformation divide by n. Both divide by the number of rows "
            "minus 1; with eps in them the factor does not cancel.",
            {
                "torch.linalg.eigh(torch.cov(X.T))":
                    "torch.linalg.eigh(torch.cov(X.T, correction=0))",
            },
        ),
        Misconception(
            "domains_exchanged",
            "The covariances are exchanged: the source is whitened with that of the target and "
            "coloured with its own.",
            {
                "power(S, -0.5) @ power(T, 0.5)":
                    "power(T, -0.5) @ power(S, 0.5)",
            },
        ),
        Misconception(
            "root_of_each_entry",
            "The root is taken of each entry. A root of a matrix is a matrix whose square it is, "
            "and comes from the eigenvalues.",
            {
                "U * (eigenvalues + eps) ** exponent @ U.T":
                    "(U * (eigenvalues + eps) @ U.T) ** exponent",
            },
        ),
        Misconception(
            "eps_on_every_entry",
            "eps is added to every entry of the covariances. It belongs on the diagonal, eps I.",
            {
                "torch.cov(X.T)":
                    "torch.cov(X.T) + eps",
                "(eigenvalues + eps)":
                    "eigenvalues",
            },
        ),
        Misconception(
            "centred_by_the_pooled_mean",
            "Both domains are centred by their common mean. Each covariance has its own mean; the "
            "loss does not see the means.",
            {
                "(torch.cov(S.T) - torch.cov(T.T))":
                    "((lambda m: (S - m).T @ (S - m) / (len(S) - 1) - (T - m).T @ (T - m) / (len(T) - 1))(torch.cat([S, T]).mean(dim=0)))",
            },
        ),
        Misconception(
            "both_divided_by_the_source_size",
            "Both covariances are divided by the number of source examples minus 1. The target has "
            "a size of its own.",
            {
                "- torch.cov(T.T)":
                    "- torch.cov(T.T) * (len(T) - 1) / (len(S) - 1)",
            },
        ),
        Misconception(
            "upper_triangle_only",
            "Each pair of features is counted once. The Frobenius norm has all p² entries, those "
            "above and below the diagonal.",
            {
                "(torch.cov(S.T) - torch.cov(T.T))":
                    "(torch.cov(S.T) - torch.cov(T.T)).triu()",
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
        Misconception(
            "mean_of_the_batch_means",
            "The means of the batches are averaged. A small batch then counts as much as a large "
            "one.",
            {
                "return z.mean(dim=0),":
                    "return torch.stack([b.mean(dim=0) for b in batches]).mean(dim=0),",
            },
        ),
        Misconception(
            "epsilon_added_to_the_variance",
            "An epsilon is added to the variance. The layer adds its own when it normalises.",
            {
                "z.var(dim=0, correction=0)":
                    "z.var(dim=0, correction=0) + 1e-5",
            },
        ),
        Misconception(
            "statistics_in_float64",
            "The statistics are in float64. They have the dtype of the batches.",
            {
                "z = torch.cat(batches)":
                    "z = torch.cat(batches).double()",
            },
        ),
        Misconception(
            "batches_counted_as_tracked",
            "num_batches_tracked has changed. Nothing but the mean and the variance does.",
            {
                "layer.running_var.copy_(var)":
                    "layer.running_var.copy_(var)\n                layer.num_batches_tracked += len(batches)",
            },
        ),
        Misconception(
            "variance_left_alone",
            "Only the mean is adapted. The variance is a statistic of the target, too.",
            {
                "                layer.running_var.copy_(var)\n":
                    "",
            },
        ),
        Misconception(
            "first_batch_only",
            "The statistics are those of the first batch. They are those of the whole target.",
            {
                "adabn_stats(batches)":
                    "adabn_stats(batches[:1])",
            },
        ),
        Misconception(
            "statistics_with_a_graph",
            "The statistics carry a graph: the buffers require a gradient. Measure them under "
            "torch.no_grad().",
            {
                "    with torch.no_grad():\n        for layer in net:":
                    "    if batches:\n        for layer in net:",
                "layer.running_mean.copy_(mean)":
                    "layer.running_mean = mean",
                "layer.running_var.copy_(var)":
                    "layer.running_var = var",
            },
        ),
        Misconception(
            "parameters_frozen",
            "γ and β no longer require a gradient. Nothing but the statistics changes.",
            {
                "layer.running_var.copy_(var)":
                    "layer.running_var.copy_(var)\n                layer.requires_grad_(False)",
            },
        ),
        Misconception(
            "layers_without_scale_left_out",
            "Layers without γ and β are left out. They have statistics, and these are adapted.",
            {
                "if isinstance(layer, nn.BatchNorm1d):":
                    "if isinstance(layer, nn.BatchNorm1d) and layer.affine:",
            },
        ),
        Misconception(
            "adapted_only_once",
            "A layer is adapted only the first time. The function may be called again for another "
            "target.",
            {
                "if isinstance(layer, nn.BatchNorm1d):":
                    'if isinstance(layer, nn.BatchNorm1d) and not hasattr(layer, "adapted"):\n                layer.adapted = True',
            },
        ),
        Misconception(
            "averaged_with_the_source",
            "The statistics are averaged with those of the source. They become those of the target.",
            {
                "layer.running_mean.copy_(mean)":
                    "layer.running_mean.copy_((mean + layer.running_mean) / 2)",
                "layer.running_var.copy_(var)":
                    "layer.running_var.copy_((var + layer.running_var) / 2)",
            },
        ),
        Misconception(
            "plain_mean_of_batch_variances",
            "The variances of the batches are averaged, each with the same weight. That loses how "
            "far the batch means lie apart, and counts small batches too much.",
            {
                "z.var(dim=0, correction=0)":
                    "torch.stack([b.var(dim=0, correction=0) for b in batches]).mean(dim=0)",
            },
        ),
        Misconception(
            "around_the_mean_of_the_means",
            "The means of the batches are averaged, and the variance is taken around that. A small "
            "batch then counts as much as a large one.",
            {
                "return z.mean(dim=0), z.var(dim=0, correction=0)":
                    "mean = torch.stack([b.mean(dim=0) for b in batches]).mean(dim=0)\n    return mean, ((z - mean) ** 2).mean(dim=0)",
            },
        ),
        Misconception(
            "means_and_variances_averaged",
            "Means and variances of the batches are averaged. Pool the batches first: small ones "
            "must not count more, and the distances between the batch means belong to the "
            "variance.",
            {
                "return z.mean(dim=0), z.var(dim=0, correction=0)":
                    "mean = torch.stack([b.mean(dim=0) for b in batches]).mean(dim=0)\n    return mean, torch.stack([b.var(dim=0, correction=0) for b in batches]).mean(dim=0)",
            },
        ),
        Misconception(
            "last_batch_for_all",
            "Only the last batch is measured. The statistics are those of all batches together.",
            {
                "z = torch.cat(batches)":
                    "z = batches[-1]",
            },
        ),
        Misconception(
            "measured_behind_the_layer",
            "The statistics are those of what the layer gives out. A normalisation layer needs "
            "those of its inputs.",
            {
                "                layer.running_var.copy_(var)\n            batches = [layer(z) for z in batches]\n":
                    "                layer.running_var.copy_(var)\n",
                "            if isinstance(layer, nn.BatchNorm1d):\n":
                    "            batches = [layer(z) for z in batches]\n            if isinstance(layer, nn.BatchNorm1d):\n",
            },
        ),
        Misconception(
            "epsilon_of_the_layer_added",
            "The layer's epsilon is added to the variance. The layer adds it itself when it "
            "normalises.",
            {
                "layer.running_var.copy_(var)":
                    "layer.running_var.copy_(var + layer.eps)",
            },
        ),
        Misconception(
            "layer_in_training_mode",
            "The layer measured the target itself, in training mode. Its running variance divides "
            "by N − 1, and it counts the batch in num_batches_tracked.",
            {
                "                mean, var = adabn_stats(batches)\n                layer.running_mean.copy_(mean)\n                layer.running_var.copy_(var)\n":
                    "                before, layer.momentum = layer.momentum, 1.0\n                layer.train()(torch.cat(batches))\n                layer.eval().momentum = before\n",
            },
        ),
        Misconception(
            "whole_network_frozen",
            "The parameters of the network no longer require a gradient. Nothing but the "
            "statistics changes.",
            {
                "    with torch.no_grad():\n        for layer in net:":
                    "    net.requires_grad_(False)\n    with torch.no_grad():\n        for layer in net:",
            },
        ),
        Misconception(
            "statistics_reset_first",
            "num_batches_tracked is 0: the statistics were reset before they were written. Nothing "
            "but the mean and the variance changes.",
            {
                "                layer.running_mean.copy_(mean)":
                    "                layer.reset_running_stats()\n                layer.running_mean.copy_(mean)",
            },
        ),
        Misconception(
            "layer_reset_first",
            "The layer was reset before its statistics were written. That sets γ and β to 1 and 0, "
            "which were learned, and num_batches_tracked to 0.",
            {
                "                layer.running_mean.copy_(mean)":
                    "                layer.reset_parameters()\n                layer.running_mean.copy_(mean)",
            },
        ),
        Misconception(
            "first_layer_only",
            "Only the first normalisation layer is adapted. Go on to the last one.",
            {
                "                layer.running_var.copy_(var)\n":
                    "                layer.running_var.copy_(var)\n                break\n",
            },
        ),
        Misconception(
            "list_of_batches_overwritten",
            "The caller's list of batches is overwritten with the outputs of the layers. Make a "
            "new list.",
            {
                "batches = [layer(z) for z in batches]":
                    "batches[:] = [layer(z) for z in batches]",
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
        Misconception(
            "tau_in_float64",
            "The confidence is compared as a number of double precision. 0.9 in float32 is a little "
            "less than 0.9; torch rounds tau to the dtype of the tensor, and then they are equal.",
            {
                "confidence[order] >= tau":
                    "confidence[order].double() >= tau",
            },
        ),
        Misconception(
            "tolerance_at_the_threshold",
            "Confidences a little below tau are kept. There is no tolerance.",
            {
                ">= tau":
                    ">= tau - 1e-6",
            },
        ),
        Misconception(
            "cap_on_the_total",
            "The cap is on all classes together. Each class has a cap of its own.",
            {
                "[order[y[order] == k][:cap] for k in y.unique()]":
                    "[order[: cap * probs.shape[1]]]",
            },
        ),
        Misconception(
            "as_many_of_each_class",
            "As many of each class are kept as of the rarest. Each class is capped by itself.",
            {
                "    kept = [order[y[order] == k][:cap] for k in y.unique()]\n":
                    "    cap = min([cap, *(int((y[order] == k).sum()) for k in y.unique())])\n    kept = [order[y[order] == k][:cap] for k in y.unique()]\n",
            },
        ),
        Misconception(
            "labels_of_all_examples",
            "There is a label for every example. Only those of the kept ones are asked for.",
            {
                "return idx, y[idx]":
                    "return idx, y",
            },
        ),
        Misconception(
            "largest_class_among_equals",
            "Among equally probable classes the last one is taken. The smallest is asked for.",
            {
                "confidence, y = probs.max(dim=1)":
                    "confidence, y = probs.flip(1).max(dim=1)\n    y = probs.shape[1] - 1 - y",
            },
        ),
        Misconception(
            "labels_in_another_dtype",
            "The indices or labels are not int64.",
            {
                "return idx, y[idx]":
                    "return idx.int(), y[idx].int()",
            },
        ),
        Misconception(
            "confidence_rounded",
            "The confidences are rounded. They are compared as they are.",
            {
                "confidence, y = probs.max(dim=1)":
                    "confidence, y = probs.max(dim=1)\n    confidence = (100 * confidence).round() / 100",
            },
        ),
        Misconception(
            "topk_among_equals",
            "topk chooses among equally confident examples as it likes. Among them the smallest "
            "index comes first: a stable sort keeps that.",
            {
                "order[y[order] == k][:cap]":
                    "(lambda o: o[confidence[o].topk(min(cap, len(o))).indices])((y == k).logical_and(confidence >= tau).nonzero()[:, 0])",
            },
        ),
        Misconception(
            "class_by_class",
            "The right examples, but class by class. The indices come in ascending order.",
            {
                "torch.cat(kept).sort().values":
                    "torch.cat(kept)",
            },
        ),
        Misconception(
            "in_order_of_confidence",
            "The right examples, from the surest to the least sure. The indices come in ascending "
            "order.",
            {
                "torch.cat(kept).sort().values":
                    "order[torch.isin(order, torch.cat(kept))]",
            },
        ),
        Misconception(
            "labels_left_unsorted",
            "The indices are sorted and the labels are not: they stay in the order of confidence, "
            "and belong to other examples.",
            {
                "return idx, y[idx]":
                    "return idx, y[order[torch.isin(order, idx)]]",
            },
        ),
        Misconception(
            "labels_left_class_by_class",
            "The indices are sorted and the labels are not: they stay class by class, and belong "
            "to other examples.",
            {
                "return idx, y[idx]":
                    "return idx, y[torch.cat(kept)]",
            },
        ),
        Misconception(
            "labels_of_the_first_examples",
            "The labels are those of the first examples, as many as are kept. They are to be "
            "looked up at the kept indices.",
            {
                "return idx, y[idx]":
                    "return idx, y[: len(idx)]",
            },
        ),
        Misconception(
            "one_more_than_the_cap",
            "One example more than `cap` is kept of a class.",
            {
                "[:cap]":
                    "[: cap + 1]",
            },
        ),
        Misconception(
            "empty_result_of_floats",
            "Where nothing is kept, the indices are float32, as in torch.tensor([]). They are "
            "int64, also when there are none.",
            {
                "return idx, y[idx]":
                    "return (idx if len(idx) else torch.tensor([])), y[idx]",
            },
        ),
    ],
}
