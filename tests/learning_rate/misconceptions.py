"""What students get wrong in learning_rate, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "gd_quadratic": [
        Misconception(
            "edge_one_over_the_curvature",
            "1/λ is the best rate of the descent lemma: there the steepest direction arrives in one step. The edge is "
            "twice as far, where the factor 1 - ηλ reaches -1.",
            {"2 * (1 + beta) / top": "(1 + beta) / top"},
        ),
        Misconception(
            "smallest_eigenvalue",
            "One rate serves all directions, and the steepest one explodes first. That is the largest eigenvalue, not the "
            "smallest; the smallest decides how long the slow direction takes.",
            {"(H)[-1]": "(H)[0]"},
        ),
        Misconception(
            "trace_for_the_largest",
            "The trace is the sum of all eigenvalues. The edge is decided by the largest one alone.",
            {"float(np.linalg.eigvalsh(H)[-1])": "float(np.trace(H))"},
        ),
        Misconception(
            "absolute_values",
            "An eigenvalue of -5 is no steep valley but a ridge: along it the iterate grows at every rate. It looks as if "
            "the largest absolute value (or the spectral norm) had been taken.",
            {"float(np.linalg.eigvalsh(H)[-1])": "float(np.abs(np.linalg.eigvalsh(H)).max())"},
        ),
        Misconception(
            "edge_without_momentum",
            "Momentum moves the edge by the factor 1 + β: the old step is subtracted when the iterate jumps from side to "
            "side.",
            {"2 * (1 + beta) / top": "2 / top"},
        ),
        Misconception(
            "edge_of_the_effective_rate",
            "The effective rate η/(1-β) holds for a constant gradient. At the edge the gradient changes its sign in each "
            "step, and momentum brakes: the edge gets larger, by 1 + β.",
            {"2 * (1 + beta) / top": "2 * (1 - beta) / top"},
        ),
        Misconception(
            "rate_inside_the_average",
            "This looks like the moving average v ← βv + (1-β)g. Here the gradient enters the velocity with weight 1.",
            {"beta * velocity + H @ theta": "beta * velocity + (1 - beta) * (H @ theta)"},
        ),
        Misconception(
            "old_velocity",
            "The step uses the new velocity, in which this step's gradient is contained. With the old one the first "
            "step does not move at all.",
            {
                "        velocity = beta * velocity + H @ theta\n        theta = theta - lr * velocity\n":
                    "        theta, velocity = theta - lr * velocity, beta * velocity + H @ theta\n"
            },
        ),
        Misconception(
            "gradient_of_twice_the_loss",
            "The half in ½θᵀHθ cancels the 2 of the derivative: the gradient is Hθ.",
            {"+ H @ theta": "+ 2 * H @ theta"},
        ),
        Misconception(
            "start_left_out",
            "The first row is the start itself, so that there is one row more than there are steps.",
            {"return np.array(path)": "return np.array(path[1:]).reshape(-1, len(theta0))"},
        ),
        Misconception(
            "frobenius_norm",
            "The Frobenius norm mixes all eigenvalues. The edge is decided by the largest one alone.",
            {'float(np.linalg.eigvalsh(H)[-1])': 'float(np.linalg.norm(H))'},
        ),
        Misconception(
            "diagonal_entries",
            "The entries on the diagonal are the curvatures along the axes. The steepest direction lies "
            "along an eigenvector.",
            {'float(np.linalg.eigvalsh(H)[-1])': 'float(np.diag(H).max())'},
        ),
        Misconception(
            "nesterov",
            "This gradient is taken at a point ahead, as Nesterov does. The heavy ball takes it where the "
            "iterate is.",
            {'+ H @ theta': '+ H @ (theta - lr * beta * velocity)'},
        ),
        Misconception(
            "velocity_starts_at_the_gradient",
            "The ball starts at rest: before the first step the velocity is 0.",
            {
                "np.zeros(len(theta0))": "H @ theta0",
            },
        ),
        Misconception(
            "one_step_too_few",
            "One row per step, and the start: it looks as if the last step had not been made.",
            {
                "range(steps)": "range(max(steps - 1, 0))",
            },
        ),
        Misconception(
            "without_the_start",
            "The first row is the start itself; without a step it is the only one.",
            {
                "return np.array(path)": "return np.array(path[1:])",
            },
        ),
        Misconception(
            "mean_eigenvalue",
            "One rate serves all directions, and the steepest one decides, not their mean.",
            {
                "np.linalg.eigvalsh(H)[-1]": "np.linalg.eigvalsh(H).mean()",
            },
        ),
        Misconception(
            "no_edge_of_zero",
            "Without a positive eigenvalue there is no edge: every rate is allowed, that is infinity and not 0.",
            {
                "else math.inf": "else 0.0",
            },
        ),
    ],
    "sharpness": [
        Misconception(
            "never_shortened",
            "The vector is multiplied again and again without being brought back to length 1. After some hundred products "
            "it leaves the range of floating-point numbers, upwards or downwards.",
            {"v = Hv / length": "v = Hv"},
        ),
        Misconception(
            "length_for_quotient",
            "The length of Hv is the eigenvalue without its sign. The Rayleigh quotient keeps it.",
            {"float(v @ hvp(v) / (v @ v))": "float(np.linalg.norm(hvp(v)) / np.linalg.norm(v))"},
        ),
        Misconception(
            "not_divided_by_the_length",
            "vᵀHv is the quotient only if v has length 1. Without a product the start is as it came.",
            {"v @ hvp(v) / (v @ v)": "v @ hvp(v)"},
        ),
        Misconception(
            "divided_by_the_length_once",
            "The quotient is divided by vᵀv, the squared length.",
            {"/ (v @ v)": "/ np.linalg.norm(v)"},
        ),
        Misconception(
            "one_product_too_few",
            "The quotient belongs to the vector after all products. It looks as if the last one had been left out.",
            {"range(iters)": "range(iters - 1)"},
        ),
        Misconception(
            "one_product_too_many",
            "The quotient belongs to the vector after `iters` products. It looks as if there had been one more.",
            {"range(iters)": "range(iters + 1)"},
        ),
        Misconception(
            "zero_product_divided",
            "If a product is exactly zero, there is no length to divide by: 0/0 is nan.",
            {"        if length == 0:\n            return 0.0\n": ""},
        ),
        Misconception(
            "changed_in_place",
            "What `hvp` returned is not yours to change: it may be the argument itself, or an array that it keeps.",
            {"        v = Hv / length\n": "        Hv /= length\n        v = Hv\n"},
        ),
        Misconception(
            "largest_entry",
            "The vector is brought to length 1, not to a largest entry of 1; and the eigenvalue is read off by the "
            "quotient.",
            {"float(v @ hvp(v) / (v @ v))": "float(np.abs(hvp(v)).max() / np.abs(v).max())"},
        ),
        Misconception(
            "another_start",
            "The products begin at `v0`; before they have converged the result depends on it.",
            {'    v = v0\n': '    v = np.ones(len(v0))\n'},
        ),
        Misconception(
            "sign_lost",
            "The eigenvalue is asked for with its sign.",
            {'float(v @ hvp(v) / (v @ v))': 'float(abs(v @ hvp(v) / (v @ v)))'},
        ),
        Misconception(
            "mean_of_the_ratios",
            "The quotient is one dot product over another. The mean of the entries' ratios is no Rayleigh quotient before the vector has converged.",
            {
                "float(v @ hvp(v) / (v @ v))": "float(np.mean(hvp(v) / v))",
            },
        ),
        Misconception(
            "quotient_of_the_next_vector",
            "This quotient has (Hv)ᵀHv above and vᵀHv below: it gives the next vector's weight to the eigenvalues. Asked for is vᵀHv over vᵀv.",
            {
                "float(v @ hvp(v) / (v @ v))": "float(hvp(v) @ hvp(v) / (v @ hvp(v)))",
            },
        ),
        Misconception(
            "length_with_the_sign_of_the_quotient",
            "The length of Hv is a root of a mean of squares; with a sign put before it, it is still no quotient before the vector has converged.",
            {
                "float(v @ hvp(v) / (v @ v))": "float(np.sign(v @ hvp(v)) * np.linalg.norm(hvp(v)))",
            },
        ),
        Misconception(
            "epsilon_beside_the_length",
            "Entries of H may be as small as 1e-12. A constant beside the length is then no small thing.",
            {
                "v = Hv / length": "v = Hv / (length + 1e-8)",
            },
        ),
    ],
    "warmup_cosine": [
        Misconception(
            "warm_up_from_zero",
            "The first step would have the rate 0 and be wasted: the ramp is (t + 1)/w, and reaches the peak at step w - 1.",
            {
                "lr_max * (step + 1) / warmup\n    progress": "lr_max * step / warmup\n    progress",
                "lr_max * (step + 1) / warmup\n    done": "lr_max * step / warmup\n    done",
            },
        ),
        Misconception(
            "cosine_over_the_whole_run",
            "The cosine begins where the warm-up ends, at its top. It looks as if its phase had been t/N.",
            {"(step - warmup) / (total - warmup)": "step / total"},
        ),
        Misconception(
            "cosine_until_the_last_step",
            "This cosine is divided by N - 1 - w, as other libraries do, so that the last step is at the minimum. Here it "
            "is divided by N - w.",
            {"(step - warmup) / (total - warmup)": "(step - warmup) / max(total - 1 - warmup, 1)"},
        ),
        Misconception(
            "minimum_left_out",
            "The cosine falls to lr_min, not to 0: what is scaled is the difference between peak and minimum.",
            {"lr_min + (lr_max - lr_min) * 0.5": "lr_max * 0.5"},
        ),
        Misconception(
            "minimum_added_to_the_whole_peak",
            "Peak and minimum are added up. The cosine scales the difference, lr_max - lr_min.",
            {"lr_min + (lr_max - lr_min) * 0.5": "lr_min + lr_max * 0.5"},
        ),
        Misconception(
            "warm_up_from_the_minimum",
            "The ramp goes in equal parts of lr_max; lr_min plays no role before the cosine.",
            {
                "lr_max * (step + 1) / warmup\n    progress":
                    "lr_min + (lr_max - lr_min) * (step + 1) / warmup\n    progress"
            },
        ),
        Misconception(
            "beyond_the_end",
            "Beyond the end the rate stays at the minimum. A cosine that is simply continued rises again.",
            {
                "    if step >= total:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    progress":
                    "    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    progress",
                "(total - warmup)\n": "max(total - warmup, 1)\n",
            },
        ),
        Misconception(
            "whole_numbers",
            "Steps are whole numbers, and // throws the fraction away: the schedule becomes a staircase.",
            {"(step - warmup) / (total - warmup)": "(step - warmup) // (total - warmup)"},
        ),
        Misconception(
            "cooldown_never_arrives",
            "The cooldown has c steps, the first already lower and the last at the minimum: the parts are 1/c, ..., 1.",
            {"done = step - (total - cooldown) + 1": "done = step - (total - cooldown)"},
        ),
        Misconception(
            "cooldown_to_zero",
            "The cooldown ends at lr_min, not at 0.",
            {"lr_max + (lr_min - lr_max) * done / cooldown": "lr_max - lr_max * done / cooldown"},
        ),
        Misconception(
            "warm_up_subtracted_twice",
            "The cooldown begins at step N - c. The warm-up lies within the N steps and does not make the plateau end earlier.",
            {
                "done = step - (total - cooldown) + 1":
                    "done = min(step - (total - warmup - cooldown) + 1, cooldown)"
            },
        ),
        Misconception(
            "not_checked",
            "Warm-up and cooldown that do not fit into the run are a ValueError.",
            {
                "    if warmup + cooldown > total:\n        raise ValueError(f\"{warmup} + {cooldown} steps do not fit into {total}\")\n":
                    ""
            },
        ),
        Misconception(
            "check_refuses_no_plateau",
            "A run without a plateau is allowed: warm-up and cooldown may fill it exactly.",
            {"warmup + cooldown > total": "warmup + cooldown >= total"},
        ),
        Misconception(
            "straight_line",
            "After the warm-up the rate falls along half a cosine, not along a straight line.",
            {'0.5 * (1 + math.cos(math.pi * progress))': '(1 - progress)'},
        ),
        Misconception(
            "one_step_ahead",
            "The cosine begins at its top: its phase is (t - w)/(N - w), without a 1 that is added.",
            {'(step - warmup) / (total - warmup)': '(step - warmup + 1) / (total - warmup)'},
        ),
        Misconception(
            "quarter_of_a_cosine",
            "Half a cosine wave is (1 + cos πp)/2. The cosine of half the angle falls too late.",
            {'0.5 * (1 + math.cos(math.pi * progress))': 'math.cos(0.5 * math.pi * progress)'},
        ),
        Misconception(
            "plateau_for_ever",
            "Without a cooldown the plateau lasts to the end, and from step N on the rate is lr_min all the "
            "same.",
            {'    if step >= total:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    done': '    if step >= total and cooldown:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    done'},
        ),
        Misconception(
            "warm_up_from_zero_in_the_cosine",
            "In `warmup_cosine` the first step has the rate 0 and is wasted: the ramp is (t + 1)/w.",
            {
                "        return lr_max * (step + 1) / warmup\n    progress": "        return lr_max * step / warmup\n    progress",
            },
        ),
        Misconception(
            "warm_up_from_zero_in_wsd",
            "In `wsd` the first step has the rate 0 and is wasted: the ramp is (t + 1)/w.",
            {
                "        return lr_max * (step + 1) / warmup\n    done": "        return lr_max * step / warmup\n    done",
            },
        ),
        Misconception(
            "one_less_below",
            "This cosine is divided by N - 1 - w, as other libraries do. Here it is divided by N - w; then no single step is a division by zero, either.",
            {
                "(step - warmup) / (total - warmup)": "(step - warmup) / (total - 1 - warmup)",
            },
        ),
        Misconception(
            "end_forgotten",
            "From step N on the rate is lr_min. A cosine that goes on rises again, and without a step for the cosine it divides by zero.",
            {
                "    if step >= total:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    progress": "    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    progress",
            },
        ),
        Misconception(
            "end_one_step_late",
            "Steps count from 0, so that step N is already beyond the end.",
            {
                "    if step >= total:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    progress": "    if step > total:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    progress",
            },
        ),
        Misconception(
            "floor_under_a_cosine_to_zero",
            "A maximum of lr_min and a cosine to 0 is flat at the end. Here the cosine itself goes from lr_max to lr_min.",
            {
                "return lr_min + (lr_max - lr_min) * 0.5 * (1 + math.cos(math.pi * progress))": "return max(lr_min, lr_max * 0.5 * (1 + math.cos(math.pi * progress)))",
            },
        ),
        Misconception(
            "whole_wave",
            "Half a cosine wave ends at its bottom; a whole one comes back up.",
            {
                "math.pi * progress": "2 * math.pi * progress",
            },
        ),
        Misconception(
            "cooldown_with_both_ends",
            "The plateau is no part of the cooldown: its first step is one part below it, and there are c parts.",
            {
                "done / cooldown": "(done - 1) / max(cooldown - 1, 1)",
            },
        ),
        Misconception(
            "cooldown_along_a_cosine",
            "The cooldown of WSD is a straight line here.",
            {
                "return lr_max + (lr_min - lr_max) * done / cooldown": "return lr_min + (lr_max - lr_min) * 0.5 * (1 + math.cos(math.pi * done / cooldown))",
            },
        ),
        Misconception(
            "minimum_without_a_cooldown_forgotten",
            "From step N on the rate is lr_min, also of a run that was not cooled.",
            {
                "    if step >= total:\n        return lr_min\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    done": "    if step >= total:\n        return lr_min if cooldown else lr_max\n    if step < warmup:\n        return lr_max * (step + 1) / warmup\n    done",
            },
        ),
        Misconception(
            "does_not_fit_but_is_over",
            "Parts that do not fit are an error at every step, also beyond the end.",
            {
                "    if warmup + cooldown > total:\n": "    if warmup + cooldown > total and step < total:\n",
            },
        ),
    ],
    "lr_range_test": [
        Misconception(
            "linear_spacing",
            "The rates grow by a constant factor. In linear steps nine tenths of the run would be spent in the last decade.",
            {
                "lr_min * (lr_max / lr_min) ** (i / (n - 1))": "lr_min + (lr_max - lr_min) * i / (n - 1)"
            },
        ),
        Misconception(
            "n_steps_between_n_rates",
            "There are n - 1 steps between n rates, so that the last is lr_max.",
            {"(i / (n - 1))": "(i / n)"},
        ),
        Misconception(
            "average_not_corrected",
            "The average starts at 0 and is not corrected for it: its first values are far too small, a false minimum.",
            {"average / (1 - beta ** (i + 1))": "average"},
        ),
        Misconception(
            "corrected_one_step_late",
            "After the first loss the weights sum to 1 - β, so the exponent is i + 1 for the loss number i, counted from 0.",
            {"(1 - beta ** (i + 1))": "(1 - beta ** max(i, 1))"},
        ),
        Misconception(
            "average_fed_back",
            "The correction is for reading only. If the corrected value goes back into the average, it is corrected again "
            "and again.",
            {
                "smoothed = average / (1 - beta ** (i + 1))":
                    "smoothed = average = average / (1 - beta ** (i + 1))"
            },
        ),
        Misconception(
            "weights_exchanged",
            "β is the weight of the past, 1 - β that of the new loss.",
            {"beta * average + (1 - beta) * step_fn(lr)": "(1 - beta) * average + beta * step_fn(lr)"},
        ),
        Misconception(
            "nan_compared",
            "Every comparison with nan is false, so that a test on \"larger\" never stops: ask whether the loss is finite.",
            {"not math.isfinite(smoothed) or ": ""},
        ),
        Misconception(
            "compared_with_the_last",
            "The test compares with the smallest smoothed loss so far. Compared with the one before, a steady rise never "
            "stops it.",
            {"stop_factor * min(losses)": "stop_factor * losses[-1]"},
        ),
        Misconception(
            "compared_with_the_first",
            "The test compares with the smallest smoothed loss so far, not with the first.",
            {"stop_factor * min(losses)": "stop_factor * losses[0]"},
        ),
        Misconception(
            "stopping_loss_recorded",
            "What made the test stop is left out of the result.",
            {
                "            break\n        lrs.append(lr)\n        losses.append(smoothed)":
                    "            lrs.append(lr)\n            losses.append(smoothed)\n            break\n"
                    "        lrs.append(lr)\n        losses.append(smoothed)"
            },
        ),
        Misconception(
            "loss_under_the_next_rate",
            "The loss that a step returns belongs to the rate of that step, not to the one before or after.",
            {
                "return np.array(lrs), np.array(losses)":
                    "return np.array(lrs) * (lr_max / lr_min) ** (1 / (n - 1)), np.array(losses)"
            },
        ),
        Misconception(
            "equal_stops",
            "Equal is not larger: the test goes on.",
            {"smoothed > stop_factor": "smoothed >= stop_factor"},
        ),
        Misconception(
            "average_starts_at_the_first_loss",
            "This average starts at the first loss. Here it starts at 0 and is corrected for that.",
            {'average = 0.0': 'average = None', 'average = beta * average + (1 - beta) * step_fn(lr)\n        smoothed = average / (1 - beta ** (i + 1))': 'raw = step_fn(lr)\n        average = raw if average is None else beta * average + (1 - beta) * raw\n        smoothed = average'},
        ),
        Misconception(
            "raw_loss_stops",
            "What is compared is the smoothed loss; a single bad batch must not stop the test.",
            {'average = beta * average + (1 - beta) * step_fn(lr)': 'raw = step_fn(lr)\n        average = beta * average + (1 - beta) * raw', '(losses and smoothed >': '(losses and raw >'},
        ),
        Misconception(
            "only_nan_stops",
            "inf is no finite number either: ask whether the smoothed loss is finite.",
            {'not math.isfinite(smoothed)': 'math.isnan(smoothed)'},
        ),
        Misconception(
            "all_rates_returned",
            "Only the rates that were recorded are returned, one for each loss.",
            {'return np.array(lrs), np.array(losses)': 'return np.geomspace(lr_min, lr_max, n), np.array(losses)'},
        ),
        Misconception(
            "one_rate_ahead",
            "The first rate is lr_min itself: the exponent of rate i is i/(n - 1), not (i + 1)/n.",
            {
                "(i / (n - 1))": "((i + 1) / n)",
            },
        ),
        Misconception(
            "never_stops",
            "The test stops at the first loss that explodes; it trains no further.",
            {
                "            break\n": "            pass\n",
            },
        ),
        Misconception(
            "goes_on_after_nan",
            "A loss that is no number ends the test. Passed over, it leaves the average ruined and the network, too.",
            {
                "        if not math.isfinite(smoothed) or (losses and smoothed > stop_factor * min(losses)):\n            break\n": "        if not math.isfinite(smoothed):\n            continue\n        if losses and smoothed > stop_factor * min(losses):\n            break\n",
            },
        ),
        Misconception(
            "rates_and_losses_exchanged",
            "The rates come first, then the losses.",
            {
                "return np.array(lrs), np.array(losses)": "return np.array(losses), np.array(lrs)",
            },
        ),
    ],
    "suggest_lr": [
        Misconception(
            "the_minimum_itself",
            "At the rate of the smallest loss the curve is about to turn. The suggestion is a tenth of it.",
            {".argmin()] / 10": ".argmin()]"},
        ),
        Misconception(
            "the_last_rate",
            "The last rate is where the test ended or stopped, and that says little. Look for the smallest loss.",
            {"lrs[np.where(finite, losses, np.inf).argmin()]": "lrs[-1]"},
        ),
        Misconception(
            "a_tenth_of_the_loss",
            "The position of the smallest loss tells the rate. It looks as if the loss itself had been taken.",
            {"lrs[np.where(finite, losses, np.inf).argmin()]": "losses[np.where(finite, losses, np.inf).argmin()]"},
        ),
        Misconception(
            "nan_counts",
            "numpy's argmin takes nan for the smallest, and -inf is smaller than all. Losses that are not finite do not count.",
            {"np.where(finite, losses, np.inf).argmin()": "losses.argmin()"},
        ),
        Misconception(
            "minus_infinity_counts",
            "-inf is not finite either, and does not count.",
            {"np.where(finite, losses, np.inf).argmin()": "np.nanargmin(losses)"},
        ),
        Misconception(
            "the_last_of_equals",
            "Among equal losses the smallest rate counts, which comes first.",
            {
                "np.where(finite, losses, np.inf).argmin()":
                    "len(losses) - 1 - np.where(finite, losses, np.inf)[::-1].argmin()"
            },
        ),
        Misconception(
            "nothing_checked",
            "Where no loss is finite there is no suggestion: that is a ValueError.",
            {
                "    if not finite.any():\n        raise ValueError(\"no finite loss\")\n":
                    "    if not len(losses):\n        raise ValueError(\"no loss\")\n"
            },
        ),
        Misconception(
            "position_among_the_finite",
            "After the losses that do not count are taken out, positions are others: take the same rates "
            "out.",
            {'lrs[np.where(finite, losses, np.inf).argmin()]': 'lrs[losses[finite].argmin()]'},
        ),
        Misconception(
            "one_entry_before",
            "A tenth of the rate is asked for, not the entry before it in the list.",
            {'return float(lrs[np.where(finite, losses, np.inf).argmin()] / 10)': 'return float(lrs[max(np.where(finite, losses, np.inf).argmin() - 1, 0)])'},
        ),
        Misconception(
            "steepest_fall",
            "Where the loss falls fastest is another recipe. Here it is a tenth of the rate of the smallest loss.",
            {
                "np.where(finite, losses, np.inf).argmin()": "(np.gradient(np.where(finite, losses, 1e9)).argmin() if len(losses) > 1 else 0)",
            },
        ),
        Misconception(
            "largest_loss",
            "The smallest loss counts, not the largest.",
            {
                "np.where(finite, losses, np.inf).argmin()": "np.where(finite, losses, -np.inf).argmax()",
            },
        ),
        Misconception(
            "infinity_is_a_number",
            "inf and -inf do not count either: ask what is finite, not what is nan.",
            {
                "np.isfinite(losses)": "~np.isnan(losses)",
            },
        ),
        Misconception(
            "nan_for_an_error",
            "Where no loss is finite there is no suggestion: that is a ValueError, not nan.",
            {
                'raise ValueError("no finite loss")': "return math.nan",
            },
        ),
    ],
    "retune": [
        Misconception(
            "factor_upside_down",
            "A larger batch carries less noise and makes fewer steps, so the rate goes up with it: k is new over old.",
            {"k = new_batch / batch": "k = batch / new_batch"},
        ),
        Misconception(
            "decay_left_alone",
            "The decay acts through the product of rate and decay. A new rate changes it, and the decay must follow.",
            {"wd * (1 if keep == \"step\" else k) / factor": "wd"},
        ),
        Misconception(
            "decay_multiplied",
            "To keep a product, one factor goes down when the other goes up. Here the decay went up with the rate.",
            {"(1 if keep == \"step\" else k) / factor": "(1 if keep == \"step\" else 1 / k) * factor"},
        ),
        Misconception(
            "epoch_without_the_steps",
            "An epoch has fewer steps at a larger batch. What stays per epoch is rate times decay over batch size.",
            {"(1 if keep == \"step\" else k)": "1"},
        ),
        Misconception(
            "epoch_the_wrong_way",
            "With a larger batch an epoch has fewer steps, so each has to shrink more, not less.",
            {"else k) / factor": "else 1 / k) / factor"},
        ),
        Misconception(
            "keep_exchanged",
            "\"step\" and \"epoch\" are exchanged: per step nothing but the rate matters.",
            {"(1 if keep == \"step\" else k)": "(k if keep == \"step\" else 1)"},
        ),
        Misconception(
            "rules_exchanged",
            "The linear rule multiplies the rate by k, the square-root rule by the root of k.",
            {"k if rule == \"linear\" else math.sqrt(k)": "math.sqrt(k) if rule == \"linear\" else k"},
        ),
        Misconception(
            "whole_factor",
            "The factor k is a fraction in general; // throws it away.",
            {"k = new_batch / batch": "k = max(new_batch // batch, 1)"},
        ),
        Misconception(
            "momentum_shrinks_the_rate",
            "Momentum adds up 1 + β + β² + … = 1/(1-β) gradients: it makes steps longer.",
            {"return lr / (1 - beta)": "return lr * (1 - beta)"},
        ),
        Misconception(
            "effective_rate_like_the_edge",
            "1 + β belongs to the edge, where the gradient changes sign. Under a constant gradient the sum is 1/(1-β).",
            {"return lr / (1 - beta)": "return lr * (1 + beta)"},
        ),
        Misconception(
            "decay_summed",
            "Each step multiplies by its own factor. 1 minus the sum is right for small sums only.",
            {"np.prod(1 - lrs * wd)": "1 - np.sum(lrs * wd)"},
        ),
        Misconception(
            "decay_by_an_exponential",
            "The exponential of minus the sum is the limit of small steps; asked for is the product itself.",
            {"np.prod(1 - lrs * wd)": "np.exp(-np.sum(lrs * wd))"},
        ),
        Misconception(
            "mean_rate",
            "A power of the factor of the mean rate ignores the schedule. Each step has its own factor.",
            {"np.prod(1 - lrs * wd)": "(1 - (lrs.mean() if len(lrs) else 0) * wd) ** len(lrs)"},
        ),
        Misconception(
            "coupled_names_accepted",
            "A name that is none of the two is a ValueError, not the other one.",
            {
                "    if rule not in (\"linear\", \"sqrt\") or keep not in (\"step\", \"epoch\"):":
                    "    if rule not in (\"linear\", \"sqrt\"):"
            },
        ),
        Misconception(
            "first_rate_only",
            "Each step has its own rate. Here the first one was taken for all.",
            {'np.prod(1 - lrs * wd)': '(1 - (lrs[0] if len(lrs) else 0) * wd) ** len(lrs)'},
        ),
        Misconception(
            "rate_left_out",
            "Decoupled decay is multiplied by the rate: each step leaves 1 - η wd.",
            {'np.prod(1 - lrs * wd)': '(1 - wd) ** len(lrs)'},
        ),
        Misconception(
            "negative_factors_cut",
            "Factors may be negative; they are multiplied as they are.",
            {'np.prod(1 - lrs * wd)': 'np.prod(np.maximum(1 - lrs * wd, 0))'},
        ),
        Misconception(
            "decay_left_alone_per_step",
            '"step" keeps the product of rate and decay: with a new rate the decay is another one.',
            {
                'wd * (1 if keep == "step" else k) / factor': 'wd * (1 if keep == "step" else k / factor)',
            },
        ),
        Misconception(
            "decay_left_alone_per_epoch",
            '"epoch" keeps lr * wd / batch. That the decay stays as it is holds under the linear rule alone.',
            {
                'wd * (1 if keep == "step" else k) / factor': 'wd * (1 / factor if keep == "step" else 1)',
            },
        ),
        Misconception(
            "epoch_without_the_rate",
            "Per epoch the product of rate and decay grows with k. The rate has grown already; the decay takes the rest.",
            {
                'wd * (1 if keep == "step" else k) / factor': 'wd * (1 / factor if keep == "step" else k)',
            },
        ),
        Misconception(
            "step_decay_multiplied",
            "To keep a product, one factor goes down when the other goes up. Per step the decay went up with the rate.",
            {
                'wd * (1 if keep == "step" else k) / factor': 'wd * (factor if keep == "step" else k / factor)',
            },
        ),
        Misconception(
            "step_decay_by_the_batch",
            "Per step the decay follows the rate, which the square-root rule does not multiply by k.",
            {
                'wd * (1 if keep == "step" else k) / factor': 'wd * (1 / k if keep == "step" else k / factor)',
            },
        ),
        Misconception(
            "whole_batches",
            "The factor k is a fraction in general; // throws it away, and makes it 0 for a smaller batch.",
            {
                "k = new_batch / batch": "k = new_batch // batch",
            },
        ),
        Misconception(
            "never_smaller",
            "A smaller batch asks for a smaller rate: k may be below 1.",
            {
                "k = new_batch / batch": "k = max(new_batch / batch, 1.0)",
            },
        ),
        Misconception(
            "plus_for_minus",
            "The sum 1 + β + β² + … is 1/(1-β), which is larger than 1.",
            {
                "lr / (1 - beta)": "lr / (1 + beta)",
            },
        ),
    ],
    "extend_wsd": [
        Misconception(
            "milestone_one_step_late",
            "From the milestone's own step on the new rate holds: a milestone that equals the step counts.",
            {"milestone <= step": "milestone < step"},
        ),
        Misconception(
            "decays_once_only",
            "The rate is multiplied at each milestone, so the exponent is their number.",
            {"sum(milestone <= step for milestone in milestones)": "any(milestone <= step for milestone in milestones)"},
        ),
        Misconception(
            "milestones_taken_as_ordered",
            "Milestones may come in any order; a search that stops at the first one ahead misses the others.",
            {
                "sum(milestone <= step for milestone in milestones)":
                    "next((i for i, m in enumerate(milestones) if m > step), len(milestones))"
            },
        ),
        Misconception(
            "milestones_as_a_set",
            "A milestone that is listed twice counts twice; in a set it is there once.",
            {"for milestone in milestones)": "for milestone in set(milestones))"},
        ),
        Misconception(
            "multiplied_by_the_count",
            "Each milestone multiplies by gamma once more: a power, not a multiple.",
            {"lr * gamma ** sum(": "lr * (gamma or 1) * sum("},
        ),
        Misconception(
            "warms_up_again",
            "The optimizer is in full swing: a resumed run goes on at the plateau, without a second warm-up.",
            {
                "np.full(plateau, lr_max)":
                    "lr_max * np.minimum(np.arange(1, plateau + 1) / max(plateau // 2, 1), 1.0)"
            },
        ),
        Misconception(
            "resumed_from_the_start",
            "The steps that were made before are not made again: the result begins at resume_step.",
            {"plateau = new_total - resume_step - cooldown": "plateau = new_total - cooldown"},
        ),
        Misconception(
            "new_total_counted_from_the_resumption",
            "new_total counts the whole run. It looks as if one step too many or too few were left.",
            {"plateau = new_total - resume_step - cooldown": "plateau = new_total - resume_step - cooldown + 1"},
        ),
        Misconception(
            "cooldown_begins_at_the_plateau",
            "The first cooldown step is already lower and the last one is at the minimum. This line begins at the plateau.",
            {"np.arange(1, cooldown + 1) / cooldown": "np.arange(cooldown) / max(cooldown, 1)"},
        ),
        Misconception(
            "both_ends_in_the_line",
            "The line goes down in c equal parts, beginning one part below the plateau. A linspace from plateau to minimum has "
            "c - 1 parts.",
            {"np.arange(1, cooldown + 1) / cooldown": "np.linspace(0, 1, cooldown)"},
        ),
        Misconception(
            "squeezed_cooldown",
            "A cooldown that does not fit is a ValueError, not a shorter one.",
            {
                "    if plateau < 0:\n        raise ValueError(f\"{cooldown} steps of cooldown do not fit between {resume_step} and {new_total}\")\n":
                    "    plateau, cooldown = max(plateau, 0), max(min(cooldown, new_total - resume_step), 0)\n"
            },
        ),
        Misconception(
            "cools_to_zero",
            "The cooldown ends at lr_min, not at 0.",
            {'(lr_min - lr_max) * done': '(0 - lr_max) * done'},
        ),
        Misconception(
            "at_the_milestone_only",
            "The new rate holds from the milestone on, not at its step alone.",
            {
                "milestone <= step": "milestone == step",
            },
        ),
        Misconception(
            "milestone_zero_ignored",
            "A milestone at step 0 counts like any other.",
            {
                "milestone <= step": "0 < milestone <= step",
            },
        ),
        Misconception(
            "one_plateau_step_too_few",
            "The result has an entry for each step from resume_step to new_total - 1. It looks as if one were missing.",
            {
                "np.full(plateau, lr_max)": "np.full(max(plateau - 1, 0), lr_max)",
            },
        ),
        Misconception(
            "the_steps_before_too",
            "The result begins at resume_step; the steps before are made already.",
            {
                "np.full(plateau, lr_max)": "np.full(resume_step + plateau, lr_max)",
            },
        ),
        Misconception(
            "plateau_wanted",
            "A run without a plateau is allowed: the cooldown may begin at once.",
            {
                "plateau < 0": "plateau <= 0",
            },
        ),
    ],
    "layerwise_lrs": [
        Misconception(
            "reversed",
            "The head is the last layer and has the base rate; the layer next to the input is the slowest.",
            {"np.arange(n - 1, -1, -1.0)": "np.arange(float(n))"},
        ),
        Misconception(
            "head_decayed_too",
            "The head's exponent is 0: it has the base rate itself.",
            {"np.arange(n - 1, -1, -1.0)": "np.arange(n, 0, -1.0)"},
        ),
        Misconception(
            "in_equal_steps",
            "From layer to layer the rate is multiplied by the decay; it does not fall by equal amounts.",
            {"base * decay ** np.arange(n - 1, -1, -1.0)": "base * (1 - (1 - decay) * np.arange(n - 1, -1, -1.0))"},
        ),
        Misconception(
            "new_over_old",
            "The ratio is about the step, new minus old, not about the new weights.",
            {"((new - old) ** 2).sum()": "(new**2).sum()"},
        ),
        Misconception(
            "relative_to_the_new",
            "The step is compared with the weights before it.",
            {"size = math.sqrt((old**2).sum())\n    if size == 0:": "size = math.sqrt((new**2).sum()) or 1.0\n    if not old.any():"},
        ),
        Misconception(
            "difference_of_norms",
            "The norm of the difference is not the difference of the norms: weights that turn move, too.",
            {"math.sqrt(((new - old) ** 2).sum()) / size": "abs(math.sqrt((new**2).sum()) - size) / size"},
        ),
        Misconception(
            "squared_norms",
            "The ratio is one of norms; here the roots are missing.",
            {"math.sqrt(((new - old) ** 2).sum()) / size": "((new - old) ** 2).sum() / size**2"},
        ),
        Misconception(
            "spectral_norm",
            "The norm is over all entries. For a matrix, norm(x, 2) is the largest singular value.",
            {
                "math.sqrt(((new - old) ** 2).sum()) / size":
                    "float(np.linalg.norm(np.atleast_2d(new - old), 2, axis=(-2, -1)).max() / np.linalg.norm(np.atleast_2d(old), 2, axis=(-2, -1)).max())"
            },
        ),
        Misconception(
            "sums_of_absolute_values",
            "The norm is the root of the sum of squares, not the sum of absolute values.",
            {"math.sqrt(((new - old) ** 2).sum()) / size": "float(np.abs(new - old).sum() / np.abs(old).sum())"},
        ),
        Misconception(
            "zero_weights_pass",
            "Nothing can be said relative to zero weights: that is a ValueError.",
            {"    if size == 0:\n        raise ValueError(\"all weights are zero\")\n": "    size = size or 1e-8\n"},
        ),
        Misconception(
            "epsilon_added",
            "Nothing is added to the norm of the old weights: it shrinks the ratio of small weights. Zero "
            "weights are an error.",
            {'math.sqrt(((new - old) ** 2).sum()) / size': 'math.sqrt(((new - old) ** 2).sum()) / (size + 1e-8)'},
        ),
        Misconception(
            "root_of_the_mean",
            "Both norms are roots of sums. A root of a mean over a root of a sum depends on the number of "
            "weights.",
            {'math.sqrt(((new - old) ** 2).sum())': 'math.sqrt(((new - old) ** 2).mean())'},
        ),
        Misconception(
            "mean_of_ratios",
            "The ratio is one of two norms, not the mean of the entries' own ratios.",
            {'math.sqrt(((new - old) ** 2).sum()) / size': 'float(np.abs((new - old) / np.where(old == 0, 1, old)).mean())'},
        ),
        Misconception(
            "divided_downwards",
            "Going down from the head the rate is multiplied by the decay; divided by it, it grows.",
            {
                "decay ** np.arange": "decay ** -np.arange",
            },
        ),
        Misconception(
            "norm_of_the_new_below",
            "The step is compared with the weights before it, not with those after it.",
            {
                "size = math.sqrt((old**2).sum())": "size = math.sqrt((new**2).sum())",
            },
        ),
        Misconception(
            "largest_singular_value",
            "The norm is over all entries. Of a matrix, norm(x, 2) is the largest singular value, and of a larger array nothing.",
            {
                "math.sqrt(((new - old) ** 2).sum()) / size": "float(np.linalg.norm(new - old, 2) / np.linalg.norm(old, 2))",
            },
        ),
        Misconception(
            "epsilon_for_the_error",
            "Nothing is added below, and zero weights are a ValueError.",
            {
                '    if size == 0:\n        raise ValueError("all weights are zero")\n': "",
                "/ size": "/ (size + 1e-8)",
            },
        ),
        Misconception(
            "zero_for_an_error",
            "Nothing can be said relative to zero weights: that is a ValueError, not 0.",
            {
                'raise ValueError("all weights are zero")': "return 0.0",
            },
        ),
        Misconception(
            "too_much_refused",
            "Only if all old weights are exactly zero there is nothing to compare with. Single zeros, and weights that are tiny, are weights like any others.",
            {
                "if size == 0:": "if (old == 0).any():",
            },
        ),
    ],
    "one_cycle": [
        Misconception(
            "final_rate_from_the_peak",
            "The last rate is the first one divided by final_div: the peak is divided twice.",
            {"first / final_div": "lr_max / final_div"},
        ),
        Misconception(
            "momentum_in_phase",
            "While the rate is high the momentum is low, and back.",
            {
                "between(beta_high, beta_low, step / peak)": "between(beta_low, beta_high, step / peak)",
                "between(beta_low, beta_high, part)": "between(beta_high, beta_low, part)",
            },
        ),
        Misconception(
            "straight_lines",
            "These are the straight lines of the first paper. Asked for are two half cosines.",
            {"end + 0.5 * (start - end) * (1 + math.cos(math.pi * part))": "start + (end - start) * part"},
        ),
        Misconception(
            "ends_one_step_late",
            "The last step, N - 1, has the final rate, so the second phase has N - 1 - peak steps.",
            {"(total - 1 - peak)": "(total - peak)"},
        ),
        Misconception(
            "second_phase_from_the_start",
            "The second phase is counted from the peak on.",
            {"(step - peak) / (total - 1 - peak)": "step / (total - 1)"},
        ),
        Misconception(
            "up_like_a_warm_up",
            "The cycle starts at its first rate exactly and reaches the peak at the step `peak`: the part is t/peak, not (t + 1)/peak.",
            {"lr_max, step / peak)": "lr_max, (step + 1) / peak)", "beta_low, step / peak)": "beta_low, (step + 1) / peak)"},
        ),
        Misconception(
            "beyond_the_cycle",
            "Beyond the end the values of the last step hold; a cosine that is continued rises again.",
            {"min((step - peak) / (total - 1 - peak), 1.0)": "(step - peak) / (total - 1 - peak)"},
        ),
        Misconception(
            "starts_at_zero",
            "The cycle starts at lr_max/div, not at 0.",
            {"between(first, lr_max, step / peak)": "between(0.0, lr_max, step / peak)"},
        ),
        Misconception(
            "root_without_warm_up",
            "The root begins at 1 only where the warm-up ends: it is the root of w/(t + 1).",
            {"math.sqrt(warmup / (step + 1))": "1 / math.sqrt(step + 1)"},
        ),
        Misconception(
            "counted_from_zero",
            "Both arms have t + 1, so that they meet at step w - 1 and the first step is not at rate 0.",
            {"(step + 1) / warmup, math.sqrt(warmup / (step + 1))": "step / warmup, math.sqrt(warmup / max(step, 1))"},
        ),
        Misconception(
            "root_counted_anew",
            "The root does not begin anew after the warm-up: it counts all steps from the start.",
            {"math.sqrt(warmup / (step + 1))": "1 / math.sqrt(max(step - warmup + 2, 1))"},
        ),
        Misconception(
            "no_root",
            "It is the inverse square root, not the inverse.",
            {"math.sqrt(warmup / (step + 1))": "warmup / (step + 1)"},
        ),
        Misconception(
            "ends_where_it_started",
            "The cycle ends far below its start: the first rate divided by final_div.",
            {'between(lr_max, first / final_div, part)': 'between(lr_max, first, part)'},
        ),
        Misconception(
            "exchanged_results",
            "The rate comes first, then the momentum.",
            {'return between(first, lr_max, step / peak), between(beta_high, beta_low, step / peak)': 'return between(beta_high, beta_low, step / peak), between(first, lr_max, step / peak)', 'return between(lr_max, first / final_div, part), between(beta_low, beta_high, part)': 'return between(beta_low, beta_high, part), between(lr_max, first / final_div, part)'},
        ),
        Misconception(
            "constant_after_the_warm_up",
            "After the warm-up the rate falls with the inverse square root; it does not stay.",
            {'math.sqrt(warmup / (step + 1))': '1.0'},
        ),
        Misconception(
            "final_rate_multiplied",
            "The last rate is the first one divided by final_div.",
            {
                "first / final_div": "first * final_div",
            },
        ),
        Misconception(
            "momentum_stays_low",
            "After the peak the momentum goes back up.",
            {
                "between(beta_low, beta_high, part)": "beta_low",
            },
        ),
        Misconception(
            "larger_of_the_arms",
            "The rate is the smaller of both arms: the ramp before the peak, the root after it.",
            {
                "lr_max * min(": "lr_max * max(",
            },
        ),
        Misconception(
            "root_without_the_ramp",
            "Before step w the rate grows in a straight line; the root alone would begin far above the peak.",
            {
                "min((step + 1) / warmup, math.sqrt(warmup / (step + 1)))": "math.sqrt(warmup / (step + 1))",
            },
        ),
    ],
}
