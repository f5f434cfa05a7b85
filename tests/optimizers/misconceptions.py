"""What students get wrong in optimizers, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "momentum_step": [
        Misconception(
            "averaged_gradient",
            "The gradient was weighted with 1 - gamma, as in an average. The velocity here is a sum: "
            "under a constant gradient it grows to 1 / (1 - gamma) times the plain step.",
            {"gamma * v + lr * g": "gamma * v + (1 - gamma) * lr * g"},
        ),
        Misconception(
            "rate_outside",
            "The learning rate multiplies the whole velocity in the step, as in torch's SGD. Here it is inside: "
            "it multiplies the new gradient only, and past steps keep the rate they were made with.",
            {"gamma * v + lr * g": "gamma * v + g", "theta - v, v": "theta - lr * v, v"},
        ),
        Misconception(
            "uphill",
            "The velocity was added to the parameters. The rule minimises: it is subtracted.",
            {"theta - v, v": "theta + v, v"},
        ),
        Misconception(
            "old_velocity",
            "The parameters moved by the velocity from before this gradient. The new velocity makes the step.",
            {
                "v = gamma * v + lr * g": "v_new = gamma * v + lr * g",
                "theta - v, v": "theta - v, v_new",
            },
        ),
        Misconception(
            "signed_velocity",
            "Steps are right, but the velocity that is kept has the opposite sign: v = gamma v - lr g with theta + v "
            "is another convention. The text subtracts v.",
            {
                "v = gamma * v + lr * g": "v = lr * g - gamma * v",
                "theta - v, v": "theta - v, -v",
            },
        ),
        Misconception(
            "gradient_twice",
            "This is Nesterov's step as torch writes it: the new velocity and the gradient once more. Question 1 asks for the plain "
            "heavy ball, which steps by the velocity alone.",
            {"theta - v, v": "theta - gamma * v - lr * g, v"},
        ),
        Misconception(
            "changed_in_place",
            "The arrays that were passed in were changed, or the result is the same memory. v *= gamma and theta -= v write into the caller's arrays; gamma * v + lr * g makes a new one.",
            {
                "v = gamma * v + lr * g": "v *= gamma\n    v += lr * g\n    theta -= v",
                "return theta - v, v": "return theta, v",
            },
        ),
    ],
    "nag_step": [
        Misconception(
            "gradient_at_theta",
            "The slope was measured at theta itself: that is momentum. Nesterov measures it where the old velocity leads.",
            {"grad_fn(theta - gamma * v)": "grad_fn(theta)"},
        ),
        Misconception(
            "looking_back",
            "The look-ahead has the wrong sign. The step subtracts the velocity, so the point ahead is theta minus gamma v.",
            {"grad_fn(theta - gamma * v)": "grad_fn(theta + gamma * v)"},
        ),
        Misconception(
            "full_velocity_ahead",
            "The look-ahead went by v and not by gamma v. Only the part of the velocity that survives this step is sure.",
            {"grad_fn(theta - gamma * v)": "grad_fn(theta - v)"},
        ),
        Misconception(
            "look_ahead_returned",
            "What came back is the next look-ahead point. The function returns the parameters themselves; the next call looks ahead again.",
            {"theta - v, v": "theta - v - gamma * v, v"},
        ),
        Misconception(
            "step_from_the_look_ahead",
            "The step was made from the look-ahead point, so that gamma v is subtracted twice. One looks from there and steps from theta.",
            {
                "v = gamma * v + lr * grad_fn(theta - gamma * v)": "ahead = theta - gamma * v\n    v = gamma * v + lr * grad_fn(ahead)",
                "theta - v, v": "ahead - v, v",
            },
        ),
        Misconception(
            "two_gradients",
            "grad_fn was called more than once. A gradient is the costly part of a step; keep its value.",
            {
                "v = gamma * v + lr * grad_fn(theta - gamma * v)": "grad_fn(theta)\n    v = gamma * v + lr * grad_fn(theta - gamma * v)"
            },
        ),
        Misconception(
            "rate_outside",
            "The learning rate multiplies the whole velocity, as torch has it. Here it is inside, and the look-ahead is "
            "gamma v without another rate.",
            {
                "v = gamma * v + lr * grad_fn(theta - gamma * v)": "v = gamma * v + grad_fn(theta - lr * gamma * v)",
                "theta - v, v": "theta - lr * v, v",
            },
        ),
        Misconception(
            "averaged_gradient",
            "The gradient was weighted with 1 - gamma, as in an average. The velocity here is a sum of decaying steps.",
            {
                "gamma * v + lr * grad_fn": "gamma * v + (1 - gamma) * lr * grad_fn",
            },
        ),
        Misconception(
            "signed_velocity",
            "Steps are those of a velocity with the opposite sign, v = gamma v - lr g with theta + v. The text keeps the velocity that is subtracted, and looks ahead to theta - gamma v.",
            {
                "gamma * v + lr * grad_fn(theta - gamma * v)": "gamma * v - lr * grad_fn(theta + gamma * v)",
                "theta - v, v": "theta + v, v",
            },
        ),
    ],
    "adagrad_step": [
        Misconception(
            "adagrad_without_epsilon",
            "AdaGrad has no epsilon: an entry whose gradient was always 0 is divided 0 by 0.",
            {"(np.sqrt(G) + eps)": "np.sqrt(G)"},
        ),
        Misconception(
            "rmsprop_without_epsilon",
            "RMSProp has no epsilon: an entry whose gradient was always 0 is divided 0 by 0.",
            {"(np.sqrt(s) + eps)": "np.sqrt(s)"},
        ),
        Misconception(
            "adagrad_forgets",
            "AdaGrad's accumulator was made an average, as in RMSProp. It is a plain sum of squares and never forgets.",
            {
                "G + np.square(g, dtype=np.float64)": "0.9 * G + 0.1 * np.square(g, dtype=np.float64)"
            },
        ),
        Misconception(
            "adagrad_without_root",
            "AdaGrad divided by the sum of squares itself. Without the root the step depends on the gradient's scale the wrong way round.",
            {"(np.sqrt(G) + eps)": "(G + eps)"},
        ),
        Misconception(
            "one_sum_for_all",
            "The squares were summed over the whole array. Each entry has a history, and a rate, of its own.",
            {"G + np.square(g, dtype=np.float64)": "G + np.sum(np.square(g, dtype=np.float64))"},
        ),
        Misconception(
            "adagrad_uses_the_old_sum",
            "AdaGrad divided by the sum without the present gradient. At the first step that is zero, and the step explodes.",
            {
                "G = G + np.square(g, dtype=np.float64)": "old, G = G, G + np.square(g, dtype=np.float64)",
                "(np.sqrt(G) + eps)": "(np.sqrt(old) + eps)",
            },
        ),
        Misconception(
            "adagrad_epsilon_inside",
            "In AdaGrad epsilon was added under the root. It stands outside; with tiny gradients the two differ by orders of magnitude.",
            {"(np.sqrt(G) + eps)": "np.sqrt(G + eps)"},
        ),
        Misconception(
            "rmsprop_remembers_all",
            "RMSProp's average has lost its weight 1 - rho: the squares pile up. The two weights sum to 1.",
            {"rho * s + (1 - rho) * g**2": "rho * s + g**2"},
        ),
        Misconception(
            "rmsprop_weights_exchanged",
            "The weights of RMSProp's average are exchanged: rho belongs to the past, 1 - rho to the present square.",
            {"rho * s + (1 - rho) * g**2": "(1 - rho) * s + rho * g**2"},
        ),
        Misconception(
            "rmsprop_corrected",
            "RMSProp was corrected for its start at zero, as Adam is. This rule has no correction: its first steps are longer.",
            {"(np.sqrt(s) + eps)": "(np.sqrt(s / (1 - rho)) + eps)"},
        ),
        Misconception(
            "rmsprop_epsilon_inside",
            "In RMSProp epsilon was added under the root. It stands outside; with tiny gradients the two differ by orders of magnitude.",
            {"(np.sqrt(s) + eps)": "np.sqrt(s + eps)"},
        ),
        Misconception(
            "rmsprop_absolute_values",
            "RMSProp averaged absolute values. It averages squares and takes the root of the average: large gradients weigh more.",
            {"(1 - rho) * g**2": "(1 - rho) * np.abs(g)", "(np.sqrt(s) + eps)": "(s + eps)"},
        ),
        Misconception(
            "epsilon_inside_both",
            "In both rules epsilon was added under the root. It stands outside; with tiny gradients the two differ by orders of magnitude.",
            {
                "(np.sqrt(G) + eps)": "np.sqrt(G + eps)",
                "(np.sqrt(s) + eps)": "np.sqrt(s + eps)",
            },
        ),
        Misconception(
            "rmsprop_uses_the_old_average",
            "RMSProp divided by the average without the present gradient. The average takes in the new square first; then it divides.",
            {
                "s = rho * s + (1 - rho) * g**2": "old, s = s, rho * s + (1 - rho) * g**2",
                "(np.sqrt(s) + eps)": "(np.sqrt(old) + eps)",
            },
        ),
        Misconception(
            "maximum_of_epsilon",
            "Epsilon was used as the least that is divided by. Here it is added to the root.",
            {
                "(np.sqrt(G) + eps)": "np.maximum(np.sqrt(G), eps)",
                "(np.sqrt(s) + eps)": "np.maximum(np.sqrt(s), eps)",
            },
        ),
        Misconception(
            "root_kept",
            "AdaGrad kept the root in place of the sum of squares. The next step would add a square to a root.",
            {
                "eps), G": "eps), np.sqrt(G)",
            },
        ),
    ],
    "adam_step": [
        Misconception(
            "no_epsilon",
            "Epsilon is missing: an entry whose gradient was always 0 is divided 0 by 0.",
            {"(np.sqrt(s_hat) + eps)": "np.sqrt(s_hat)"},
        ),
        Misconception(
            "no_correction",
            "The averages were not corrected for their start at zero. The first steps then have the wrong length, for a thousand steps at beta2 = 0.999.",
            {"m / (1 - beta1**t), s / (1 - beta2**t)": "m, s"},
        ),
        Misconception(
            "only_the_mean_corrected",
            "Only m was corrected. Both averages start at zero, and each has a correction with its own beta.",
            {"s / (1 - beta2**t)": "s"},
        ),
        Misconception(
            "late_count",
            "The correction used a step count that is one too large. At the first step t is 1, so that the first corrected average is the gradient itself.",
            {
                "m / (1 - beta1**t), s / (1 - beta2**t)": "m / (1 - beta1 ** (t + 1)), s / (1 - beta2 ** (t + 1))"
            },
        ),
        Misconception(
            "count_from_zero",
            "The correction used the number of steps done before this one. At the first step that is 0, and the correction divides by zero. "
            "t is raised first.",
            {'t = state["t"] + 1': 't = state["t"]', '"t": t}': '"t": t + 1}'},
        ),
        Misconception(
            "epsilon_inside",
            "Epsilon was added under the root. It stands outside; gradients near 1e-8 are treated quite differently.",
            {"(np.sqrt(s_hat) + eps)": "np.sqrt(s_hat + eps)"},
        ),
        Misconception(
            "corrected_averages_kept",
            "The corrected averages were put into the state. They would be corrected again in the next step; what is kept is uncorrected.",
            {'{"m": m, "s": s, "t": t}': '{"m": m_hat, "s": s_hat, "t": t}'},
        ),
        Misconception(
            "correction_in_the_rate",
            "Both corrections were folded into the learning rate, and epsilon was left as it was. It is then added to an uncorrected root, "
            "which is about thirty times smaller at the first step. Some libraries do so; the text corrects first.",
            {
                "m / (1 - beta1**t), s / (1 - beta2**t)": "m, s",
                "lr * m_hat": "lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m_hat",
            },
        ),
        Misconception(
            "betas_exchanged",
            "beta1 and beta2 are exchanged. The mean of the gradients uses beta1, that of the squares beta2.",
            {"t = state": "beta1, beta2 = beta2, beta1\n    t = state"},
        ),
        Misconception(
            "gradient_in_place_of_the_mean",
            "The numerator is the present gradient: that is RMSProp with a correction. Adam steps along the averaged gradient.",
            {"lr * m_hat": "lr * g"},
        ),
        Misconception(
            "count_not_kept",
            "The step count that came back is the old one. Each step then counts as the first again.",
            {'"t": t}': '"t": t - 1}'},
        ),
        Misconception(
            "state_changed",
            "The old state was changed and returned. Make a new dictionary: the caller may use the old one again.",
            {
                't = state["t"] + 1': 'state["t"] += 1\n    t = state["t"]',
                'm = beta1 * state["m"] + (1 - beta1) * g': 'm = state["m"] = beta1 * state["m"] + (1 - beta1) * g',
                's = beta2 * state["s"] + (1 - beta2) * g**2': 's = state["s"] = beta2 * state["s"] + (1 - beta2) * g**2',
                '{"m": m, "s": s, "t": t}': "state",
            },
        ),
        Misconception(
            "nesterov_in_the_mean",
            "The present gradient was mixed into the corrected mean once more: that is NAdam. Adam steps by the mean itself.",
            {
                "lr * m_hat": "lr * (beta1 * m_hat + (1 - beta1) * g / (1 - beta1**t))",
            },
        ),
        Misconception(
            "first_gradient_as_start",
            "The averages were started at the first gradient in place of a correction. They start at 0; corrected copies are made in every step.",
            {
                "m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)": "if t == 1:\n        m, s = 1.0 * g, 1.0 * g**2\n    m_hat, s_hat = m, s",
            },
        ),
        Misconception(
            "centred_squares",
            "The second average is one of squared distances from the mean: that is AdaBelief. Adam averages the squares of the gradients themselves.",
            {
                "(1 - beta2) * g**2": "(1 - beta2) * (g - m) ** 2",
            },
        ),
        Misconception(
            "one_scale_for_all",
            "The squares were averaged over the whole array. Each entry has a scale of its own.",
            {
                "(1 - beta2) * g**2": "(1 - beta2) * np.mean(np.square(g))",
            },
        ),
    ],
    "adamw_step": [
        Misconception(
            "adamw_with_l2",
            "In AdamW the decay was added to the gradient. It then passes through both averages and is divided by the root: that is Adam with L2.",
            {
                "stepped, state = adam_step(theta, g, state": "stepped, state = adam_step(theta, g + wd * theta, state",
                "stepped - lr * wd * theta": "stepped",
            },
        ),
        Misconception(
            "decay_without_rate",
            "In AdamW the decay lacks the learning rate. The parameters are shrunk by lr times wd, so that a schedule lowers both.",
            {"stepped - lr * wd * theta": "stepped - wd * theta"},
        ),
        Misconception(
            "decay_of_the_new_parameters",
            "AdamW's decay was taken from the parameters after Adam's step. It belongs to the old ones.",
            {"stepped - lr * wd * theta": "stepped - lr * wd * stepped"},
        ),
        Misconception(
            "decayed_twice",
            "AdamW's decay is subtracted twice, before the step and with it.",
            {"stepped - lr * wd * theta": "stepped - 2 * lr * wd * theta"},
        ),
        Misconception(
            "growth",
            "AdamW's decay has the wrong sign: the parameters grow. Decay pulls towards 0.",
            {"stepped - lr * wd * theta": "stepped + lr * wd * theta"},
        ),
        Misconception(
            "l2_decoupled",
            "In the L2 rule the decay stands beside the step, as in AdamW. Here it is part of the gradient and of both averages.",
            {
                "return adam_step(theta, g + wd * theta, state, lr, beta1, beta2, eps)": "stepped, state = adam_step(theta, g, state, lr, beta1, beta2, eps)\n"
                "    return stepped - lr * wd * np.array(theta), state",
            },
        ),
        Misconception(
            "l2_twice",
            "The L2 term was taken with the factor 2. The penalty is wd / 2 times the squares, so that its gradient is wd times theta.",
            {"g + wd * theta, state": "g + 2 * wd * theta, state"},
        ),
        Misconception(
            "l2_by_the_rate",
            "In the L2 rule the penalty was multiplied by the learning rate. Adam's step applies the rate to the whole gradient already.",
            {"g + wd * theta, state": "g + lr * wd * theta, state"},
        ),
        Misconception(
            "rules_exchanged",
            "The two functions are exchanged: AdamW keeps the decay out of the gradient, L2 puts it in.",
            {
                "stepped, state = adam_step(theta, g, state": "stepped, state = adam_step(theta, g + wd * theta, state",
                "stepped - lr * wd * theta": "stepped",
                "return adam_step(theta, g + wd * theta, state, lr, beta1, beta2, eps)": "stepped, state = adam_step(theta, g, state, lr, beta1, beta2, eps)\n    return stepped - lr * wd * np.array(theta), state",
            },
        ),
        Misconception(
            "l2_halved",
            "The L2 term was taken with the factor 1/2. The derivative of wd / 2 times a square is wd times theta.",
            {
                "g + wd * theta, state": "g + wd / 2 * theta, state",
            },
        ),
        Misconception(
            "decay_stops_at_zero",
            "AdamW's decay was stopped where it would carry a parameter past 0. The rule has no such bound: lr * wd * theta is subtracted, whatever its size.",
            {
                "stepped - lr * wd * theta": "stepped - min(lr * wd, 1.0) * theta",
            },
        ),
    ],
    "lion_step": [
        Misconception(
            "average_not_updated",
            "The average came back as it was. Each step takes the present gradient in, with the weight 1 - beta2, after the sign was taken.",
            {"beta2 * m + (1 - beta2) * g\n    ###": "np.array(m, dtype=np.float64)\n    ###"},
        ),
        Misconception(
            "average_updated_first",
            "The average was updated before the sign was taken. The sign mixes the old average with the gradient; otherwise the gradient counts twice.",
            {
                "update = np.sign(": "m = beta2 * m + (1 - beta2) * g\n    update = np.sign(",
                "beta2 * m + (1 - beta2) * g\n    ###": "m\n    ###",
            },
        ),
        Misconception(
            "betas_exchanged",
            "beta1 and beta2 are exchanged: beta1 belongs to the mix under the sign, beta2 to the average that is kept.",
            {"update = np.sign(": "beta1, beta2 = beta2, beta1\n    update = np.sign("},
        ),
        Misconception(
            "sign_of_the_average",
            "The sign was taken of the old average alone. The present gradient has to be mixed in, with the weight 1 - beta1.",
            {"np.sign(beta1 * m + (1 - beta1) * g)": "np.sign(m)"},
        ),
        Misconception(
            "decay_under_the_sign",
            "The decay went into the sign. There its size is lost; it stands outside, multiplied by the learning rate.",
            {
                "np.sign(beta1 * m + (1 - beta1) * g)": "np.sign(beta1 * m + (1 - beta1) * g + wd * theta)",
                "(update + wd * theta)": "update",
            },
        ),
        Misconception(
            "mix_kept",
            "What was kept is the mix under the sign. The average has a weight of its own, beta2.",
            {"beta2 * m + (1 - beta2) * g\n    ###": "beta1 * m + (1 - beta1) * g\n    ###"},
        ),
        Misconception(
            "sign_of_zero",
            "Entries whose mix is 0 were moved by the rate. The sign of 0 is 0: only the decay moves them.",
            {
                "np.sign(beta1 * m + (1 - beta1) * g)": "np.where(beta1 * m + (1 - beta1) * g >= 0, 1.0, -1.0)"
            },
        ),
        Misconception(
            "decay_without_rate",
            "The decay lacks the learning rate: it is subtracted with wd alone.",
            {"lr * (update + wd * theta)": "lr * update - wd * theta"},
        ),
        Misconception(
            "no_sign",
            "The mix itself was the step: that is momentum. Lion takes its sign, so that all entries move by the same length.",
            {"np.sign(beta1 * m + (1 - beta1) * g)": "beta1 * m + (1 - beta1) * g"},
        ),
        Misconception(
            "decay_in_the_gradient",
            "The decay was added to the gradient, so that it enters the sign and the average. It stands outside of both, multiplied by the learning rate.",
            {
                "update = np.sign(": "g = g + wd * theta\n    update = np.sign(",
                "(update + wd * theta)": "update",
            },
        ),
        Misconception(
            "decay_after_the_step",
            "The decay was taken from the parameters after the step of the sign. It belongs to the old ones.",
            {
                "theta - lr * (update + wd * theta)": "(theta - lr * update) * (1 - lr * wd)",
            },
        ),
        Misconception(
            "sign_of_the_new_average",
            "The sign was taken of the updated average. It is taken of a mix with a weight of its own, beta1, made from the old average.",
            {
                "np.sign(beta1 * m + (1 - beta1) * g)": "np.sign(beta2 * m + (1 - beta2) * g)",
            },
        ),
        Misconception(
            "sign_of_the_gradient",
            "The sign was taken of the present gradient alone. The old average belongs in it, with the weight beta1.",
            {
                "np.sign(beta1 * m + (1 - beta1) * g)": "np.sign(g)",
            },
        ),
        Misconception(
            "signs_averaged",
            "The average took in the sign of the gradient. It averages gradients; the sign belongs to the step alone.",
            {
                "beta2 * m + (1 - beta2) * g\n    ###": "beta2 * m + (1 - beta2) * np.sign(g)\n    ###",
            },
        ),
        Misconception(
            "zero_is_negative",
            "Entries whose mix is 0 were moved by the rate. The sign of 0 is 0: only the decay moves them.",
            {
                "np.sign(beta1 * m + (1 - beta1) * g)": "np.where(beta1 * m + (1 - beta1) * g > 0, 1.0, -1.0)",
            },
        ),
        Misconception(
            "growth",
            "The decay has the wrong sign: the parameters grow. Decay pulls towards 0.",
            {
                "(update + wd * theta)": "(update - wd * theta)",
            },
        ),
    ],
    "hutchinson_diag": [
        Misconception(
            "estimate_ignored",
            "Sophia's fresh estimate of the curvature was not used: h stays what it was at the start. When there is an estimate, it joins the average.",
            {"        h = beta2 * h + (1 - beta2) * h_hat": "        pass"},
        ),
        Misconception(
            "estimate_used_late",
            "Sophia stepped with the curvature from before the fresh estimate. The step uses the new averages.",
            {
                "np.maximum(gamma * h, eps)": 'np.maximum(gamma * np.asarray(state["h"]), eps)',
            },
        ),
        Misconception(
            "trace",
            "The products of each row were summed to one number: that estimates the trace. For the diagonal the entries are kept apart.",
            {"[u * hvp(u) for u in U], axis=0": "[np.full(len(u), u @ hvp(u)) for u in U], axis=0"},
        ),
        Misconception(
            "divided_by_the_draw",
            "The Hessian product was divided by the draw. For ±1 that is the same as multiplying; for normal draws, near 0, it explodes.",
            {"u * hvp(u)": "hvp(u) / u"},
        ),
        Misconception(
            "product_alone",
            "The Hessian products were averaged without multiplying by the draw. Their mean is 0.",
            {"u * hvp(u)": "hvp(u)"},
        ),
        Misconception(
            "sum_of_draws",
            "The draws were summed. The estimate is their mean, whatever their number.",
            {"np.mean([": "np.sum(["},
        ),
        Misconception(
            "no_clip",
            "Sophia's ratio was not clipped. Where the curvature is tiny or negative, the step explodes.",
            {"np.clip(ratio, -rho, rho)": "ratio"},
        ),
        Misconception(
            "average_clipped",
            "Sophia clipped the averaged gradient and divided afterwards. The ratio is what is clipped; it is what can explode.",
            {
                "ratio = m /": "ratio = np.clip(m, -rho, rho) /",
                "lr * np.clip(ratio, -rho, rho)": "lr * ratio",
            },
        ),
        Misconception(
            "absolute_curvature",
            "Sophia used the absolute value of the curvature. Where it is negative the quadratic picture is wrong: the maximum picks eps, and the clipped step is a sign.",
            {"np.maximum(gamma * h, eps)": "np.maximum(gamma * np.abs(h), eps)"},
        ),
        Misconception(
            "epsilon_added",
            "Epsilon was added to the curvature. A maximum is asked for: it also catches curvatures below 0.",
            {"np.maximum(gamma * h, eps)": "(gamma * h + eps)"},
        ),
        Misconception(
            "estimate_not_averaged",
            "The fresh estimate replaced h. A single draw is noisy; it joins the average with the weight 1 - beta2.",
            {"h = beta2 * h + (1 - beta2) * h_hat": "h = np.array(h_hat, dtype=np.float64)"},
        ),
        Misconception(
            "decay_between_estimates",
            "h was decayed on the steps without an estimate, as if the curvature were 0. Between two estimates it stays as it is.",
            {
                "    if h_hat is not None:\n": "    h_hat = 0 * h if h_hat is None else h_hat\n    if True:\n"
            },
        ),
        Misconception(
            "root_of_the_curvature",
            "The root of the curvature was taken, as Adam does with squared gradients. A second derivative is divided by as it is.",
            {"np.maximum(gamma * h, eps)": "np.maximum(gamma * np.sqrt(np.maximum(h, 0)), eps)"},
        ),
        Misconception(
            "all_rows_at_once",
            "hvp was given all of U. It takes one vector: call it once for each row.",
            {
                "np.mean([u * hvp(u) for u in U], axis=0)": "np.mean(U * hvp(U.T).T, axis=0)",
            },
        ),
        Misconception(
            "one_draw_fewer",
            "The sum was divided by n - 1. That belongs to a variance; the estimate is a plain mean over n draws.",
            {
                "np.mean([u * hvp(u) for u in U], axis=0)": "np.sum([u * hvp(u) for u in U], axis=0) / max(len(U) - 1, 1)",
            },
        ),
        Misconception(
            "normalised_by_squares",
            "The sum was divided by the sum of the squared draws. The estimate is a plain mean over the draws, for normal ones too.",
            {
                "np.mean([u * hvp(u) for u in U], axis=0)": "np.sum([u * hvp(u) for u in U], axis=0) / np.sum(np.square(U), axis=0)",
            },
        ),
        Misconception(
            "clipped_above_only",
            "Sophia's ratio was bounded on one side only. It is clipped to the range from -rho to rho.",
            {
                "np.clip(ratio, -rho, rho)": "np.minimum(ratio, rho)",
            },
        ),
        Misconception(
            "whole_step_clipped",
            "Sophia's ratio was shortened as a whole, by its norm. It is clipped entry by entry.",
            {
                "np.clip(ratio, -rho, rho)": "ratio * min(1.0, rho / max(np.linalg.norm(ratio), 1e-300))",
            },
        ),
        Misconception(
            "gradient_in_the_ratio",
            "Sophia's numerator is the present gradient. It is the average m, this gradient included.",
            {
                "ratio = m /": "ratio = g /",
            },
        ),
        Misconception(
            "old_average_in_the_ratio",
            "Sophia's numerator is the average from before this gradient. The step uses the new averages.",
            {
                "ratio = m /": 'ratio = np.asarray(state["m"]) /',
            },
        ),
        Misconception(
            "epsilon_after_the_floor",
            "Negative curvatures were set to 0 and epsilon was added. The divisor is the larger of gamma h and eps.",
            {
                "np.maximum(gamma * h, eps)": "(np.maximum(gamma * h, 0) + eps)",
            },
        ),
        Misconception(
            "gamma_scales_epsilon",
            "gamma was multiplied with the floor as well. It scales h alone: max(gamma h, eps).",
            {
                "np.maximum(gamma * h, eps)": "(gamma * np.maximum(h, eps))",
            },
        ),
        Misconception(
            "negative_estimates_dropped",
            "Negative estimates were set to 0 before they joined the average. They join it as they are; only the divisor has a floor.",
            {
                "(1 - beta2) * h_hat": "(1 - beta2) * np.maximum(h_hat, 0)",
            },
        ),
    ],
    "schedule_free_step": [
        Misconception(
            "gradient_at_z",
            "The slope was taken at z: that is plain descent with averaging. It belongs between z and the average x.",
            {"grad_fn((1 - beta) * z + beta * x)": "grad_fn(z)"},
        ),
        Misconception(
            "gradient_at_x",
            "The slope was taken at the average x. It belongs between z and x, with the weight beta on x.",
            {"grad_fn((1 - beta) * z + beta * x)": "grad_fn(x)"},
        ),
        Misconception(
            "weights_exchanged",
            "The weights of z and x are exchanged: beta, usually 0.9, belongs to the average x.",
            {"(1 - beta) * z + beta * x": "beta * z + (1 - beta) * x"},
        ),
        Misconception(
            "start_counted_in",
            "The starting point was counted in the average: c is 1 / (t + 2) here. The mean is over the z after each step, so that x equals z after the first.",
            {"1 / (t + 1)": "1 / (t + 2)"},
        ),
        Misconception(
            "late_average",
            "c is 1 / t, one step late: the newest z weighs too much. With t steps done before, this is the mean of t + 1 points.",
            {"1 / (t + 1)": "1 / max(t, 1)"},
        ),
        Misconception(
            "old_z_averaged",
            "The average took in z from before the step. It is the new one that joins.",
            {"(1 - c) * x + c * z_new": "(1 - c) * x + c * z"},
        ),
        Misconception(
            "y_returned",
            "The point between z and x came back in place of x.",
            {
                "return z_new, (1 - c) * x + c * z_new": "x = (1 - c) * x + c * z_new\n    return z_new, (1 - beta) * z_new + beta * x"
            },
        ),
        Misconception(
            "step_from_the_mix",
            "The step was made from the point where the slope was taken. z steps from z.",
            {
                "z - lr * grad_fn((1 - beta) * z + beta * x)": "((1 - beta) * z + beta * x) - lr * grad_fn((1 - beta) * z + beta * x)"
            },
        ),
        Misconception(
            "fixed_weight",
            "x is an exponential average with the weight beta. It is the plain mean of all z: the weight of the newest is 1 / (t + 1).",
            {
                "c = 1 / (t + 1)": "c = 1 - beta if t else 1.0",
            },
        ),
        Misconception(
            "mean_weights_exchanged",
            "The weights of the mean are exchanged: c belongs to the new z, 1 - c to the mean so far.",
            {
                "(1 - c) * x + c * z_new": "c * x + (1 - c) * z_new",
            },
        ),
        Misconception(
            "results_exchanged",
            "z and x came back in the other order.",
            {
                "return z_new, (1 - c) * x + c * z_new": "return (1 - c) * x + c * z_new, z_new",
            },
        ),
        Misconception(
            "weight_fixed_at_09",
            "The weight of the mix does not depend on beta.",
            {
                "(1 - beta) * z + beta * x": "0.1 * z + 0.9 * x",
            },
        ),
        Misconception(
            "two_gradients",
            "grad_fn was called more than once. A gradient is the costly part of a step; keep its value.",
            {
                "z_new = z -": "grad_fn(z)\n    z_new = z -",
            },
        ),
    ],
}
