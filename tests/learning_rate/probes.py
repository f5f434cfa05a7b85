"""Graded tests of learning_rate; docs/authoring.md says how to write them."""

import math

import numpy as np

from dlcourse import probe, raises


def with_eigenvalues(rng, values):
    """A symmetric matrix with these eigenvalues, in random directions."""
    axes = np.linalg.qr(rng.normal(size=(len(values), len(values))))[0]
    return (axes * np.asarray(values)) @ axes.T


def product_with(H):
    """The function that multiplies by H."""
    return lambda v: H @ v


def by_step(schedule, steps, *args):
    """What a schedule gives at each of these steps."""
    return {f"step {t}": schedule(t, *args) for t in steps}


def range_test(lr_range_test, raw, *args):
    """A range test on given losses, and the rates at which it trained."""
    called, left = [], list(raw)

    def step_fn(lr):
        called.append(float(lr))
        return left.pop(0)

    lrs, losses = lr_range_test(step_fn, *args)
    return {"rates": lrs, "smoothed": losses, "trained at": called}


@probe("gd_quadratic", points=2)
def a_parabola_by_hand(gd_quadratic, max_stable_lr):
    """The three rates of the text, its heavy ball, and both edges."""
    H, theta0 = np.array([[2.0]]), np.array([1.0])
    return {
        "rate 0.4": gd_quadratic(H, theta0, 0.4, 2),
        "rate 0.9": gd_quadratic(H, theta0, 0.9, 2),
        "rate 1.1": gd_quadratic(H, theta0, 1.1, 2),
        "momentum 0.5": gd_quadratic(H, theta0, 0.4, 2, 0.5),
        "edge": max_stable_lr(H),
        "edge with momentum 0.9": max_stable_lr(H, 0.9),
    }


@probe("gd_quadratic", points=2, public=False)
def iterates_in_several_dimensions(gd_quadratic, rng):
    """Three and four dimensions, plain and with momentum, down to one step and none at all."""
    H, theta0 = with_eigenvalues(rng, [5.3, 0.7, -0.4]), rng.normal(size=3)
    larger = with_eigenvalues(rng, [3.1, 1.7, 0.2, 0.9])
    start = rng.normal(size=8)[::2]
    return {
        "plain": gd_quadratic(H, theta0, 0.13, 6),
        "heavy ball": gd_quadratic(H, theta0, 0.13, 6, 0.83),
        "four dimensions": gd_quadratic(larger, start, 0.27, 5, 0.4),
        "one step": gd_quadratic(larger, start, 0.27, 1, 0.4),
        "no step": gd_quadratic(H, theta0, 0.13, 0, 0.5),
        "beyond the edge": gd_quadratic(H, theta0, 1.7, 9),
        "far beyond": gd_quadratic(H, theta0, 4.3, 25),
    }


@probe("gd_quadratic", points=1, public=False)
def the_start_is_a_copy(gd_quadratic):
    """What is written into the result afterwards, the start keeps."""
    H, found = np.array([[1.7, 0.3], [0.3, 0.9]]), {}
    for name, steps in (("no step", 0), ("two steps", 2)):
        theta0 = np.array([0.6, -1.9])
        path = gd_quadratic(H, theta0, 0.21, steps)
        rows = np.array(path)
        np.asarray(path)[0] = 77.0
        found[name] = {"rows": rows, "start": theta0}
    return found


@probe("gd_quadratic", points=3, public=False)
def edges_of_matrices(max_stable_lr, rng):
    """Edges with and without momentum: positive eigenvalues, a larger negative one, none positive."""
    positive = with_eigenvalues(rng, [0.31, 7.3, 2.2])
    mixed = with_eigenvalues(rng, [-5.1, 3.3, 0.4, -0.2])
    return {
        "positive": max_stable_lr(positive),
        "positive, momentum": max_stable_lr(positive, 0.77),
        "mixed": max_stable_lr(mixed),
        "mixed, momentum": max_stable_lr(mixed, 0.3),
        "small": max_stable_lr(np.array([[3e-7]]), 0.5),
        "below one": max_stable_lr(np.diag([0.23, 0.7])),
        "all negative": max_stable_lr(np.diag([-1.3, -0.4])),
        "all zero": max_stable_lr(np.zeros((2, 2)), 0.9),
    }


@probe("sharpness", points=2)
def two_products_by_hand(sharpness):
    """The quotients of the text after no, one and two products; and an eigenvalue of -5 beside 3."""
    H, v0 = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([1.0, 0.0])
    quotients = {f"{n} products": sharpness(product_with(H), v0, n) for n in (0, 1, 2)}
    signed = np.diag([3.0, -5.0, 1.0])
    return quotients | {"-5 and 3": sharpness(product_with(signed), np.array([1.0, 0.5, 2.0]), 60)}


@probe("sharpness", points=2, public=False)
def quotients_on_the_way(sharpness, rng):
    """A few products, before anything has converged; starts of other lengths than 1."""
    H, v0 = with_eigenvalues(rng, [4.1, 3.6, -2.9, 0.3, 1.1]), 3.7 * rng.normal(size=5)
    small = with_eigenvalues(rng, [-1.3, 1.1, 0.6])
    counts = {f"{n} products": sharpness(product_with(H), v0, n) for n in (0, 1, 3, 8)}
    return counts | {
        "other start": sharpness(product_with(H), 0.01 * v0[::-1], 3),
        "three dimensions": sharpness(product_with(small), rng.normal(size=3), 4),
        "one dimension": sharpness(product_with(np.array([[-2.7]])), np.array([0.3]), 2),
    }


@probe("sharpness", points=2, public=False)
def the_sign_and_the_size(sharpness, rng):
    """The largest eigenvalue in absolute value, positive and negative; entries of 1e12 and 1e-12 over many products."""
    negative, positive = [-5.2, 3.1, 1.3, 0.4], [5.2, -3.1, 1.3, 0.4]
    return {
        "negative": sharpness(product_with(with_eigenvalues(rng, negative)), rng.normal(size=4), 90),
        "positive": sharpness(product_with(with_eigenvalues(rng, positive)), rng.normal(size=4), 90),
        "large": sharpness(product_with(1e12 * with_eigenvalues(rng, negative)), rng.normal(size=4), 300),
        "small": 1e12 * sharpness(product_with(1e-12 * with_eigenvalues(rng, positive)), rng.normal(size=4), 300),
    }


@probe("sharpness", points=2, public=False)
def zero_products_and_borrowed_arrays(sharpness):
    """A product that is zero at once and one that is never; functions that return their argument or keep their result."""
    null = np.diag([0.0, 2.3, 0.0])
    kept, copies = [], []
    H = np.array([[1.4, 0.3], [0.3, -0.8]])

    def keeping(v):
        kept.append(H @ v)
        copies.append(kept[-1].copy())
        return kept[-1]

    v0 = np.array([0.6, 1.9])
    found = {
        "zero product": sharpness(product_with(null), np.array([1.3, 0.0, -0.4]), 3),
        "no zero product": sharpness(product_with(null), np.array([1.3, 0.2, -0.4]), 3),
        "a zero entry": sharpness(product_with(null), np.array([0.0, 1.7, 0.0]), 3),
        "identity": sharpness(lambda v: v, np.array([0.7, -2.1, 0.4]), 4),
        "kept": sharpness(keeping, v0, 3),
    }
    changed = [np.abs(a - b).max() for a, b in zip(kept, copies, strict=True)]
    return found | {"largest change of what hvp returned": float(max(changed, default=-1.0))}


@probe("warmup_cosine", points=2)
def schedules_by_hand(warmup_cosine, wsd):
    """The rates of the text: ten steps, two of them warm-up, and the first step after the end."""
    return {
        "cosine": by_step(warmup_cosine, (0, 1, 2, 6, 9, 10), 10, 2, 1.0, 0.1),
        "WSD": by_step(wsd, (0, 1, 2, 5, 6, 9, 10), 10, 2, 4, 1.0, 0.1),
    }


@probe("warmup_cosine", points=2, public=False)
def whole_cosines(warmup_cosine):
    """Every step of three runs with other lengths, peaks and minima."""
    return {
        f"{total} steps, {warmup} warm": by_step(warmup_cosine, range(total + 3), total, warmup, high, low)
        for total, warmup, high, low in ((13, 4, 0.37, 0.021), (13, 3, 2.9, 0.0), (8, 1, 0.11, 0.04))
    }


@probe("warmup_cosine", points=1, public=False)
def cosines_at_their_limits(warmup_cosine):
    """No warm-up, nothing but warm-up, a single step, and steps far beyond the end."""
    return {
        "no warm-up": by_step(warmup_cosine, range(7), 5, 0, 0.7, 0.03),
        "nothing else": by_step(warmup_cosine, range(7), 5, 5, 0.7, 0.03),
        "one step": by_step(warmup_cosine, range(3), 1, 0, 0.9, 0.2),
        "one warm step": by_step(warmup_cosine, range(3), 1, 1, 0.9, 0.2),
        "far beyond": by_step(warmup_cosine, (6, 11, 17, 1000), 6, 2, 0.9, 0.13),
    }


@probe("warmup_cosine", points=2, public=False)
def whole_stable_decays(wsd):
    """Every step of three runs with other lengths, cooldowns, peaks and minima."""
    return {
        f"{total} steps, {warmup} warm, {cooldown} cooling": by_step(wsd, range(total + 3), total, warmup, cooldown, high, low)
        for total, warmup, cooldown, high, low in (
            (14, 3, 5, 0.37, 0.021),
            (14, 4, 2, 2.9, 0.0),
            (9, 1, 1, 0.11, 0.04),
        )
    }


@probe("warmup_cosine", points=1, public=False)
def stable_decays_at_their_limits(wsd):
    """No warm-up, no cooldown, no plateau; and parts that do not fit, at steps within and beyond the run."""
    return {
        "no warm-up": by_step(wsd, range(8), 6, 0, 2, 0.7, 0.03),
        "no cooldown": by_step(wsd, range(8), 6, 2, 0, 0.7, 0.03),
        "no plateau": by_step(wsd, range(8), 6, 2, 4, 0.7, 0.03),
        "cooling only": by_step(wsd, range(6), 4, 0, 4, 0.7, 0.03),
        "warm-up only": by_step(wsd, range(6), 4, 4, 0, 0.7, 0.03),
        "one too many": raises(wsd, 0, 6, 3, 4, 0.7, 0.03),
        "too long": raises(wsd, 9, 6, 7, 0, 0.7, 0.03),
    }


@probe("lr_range_test", points=2)
def a_range_test_by_hand(lr_range_test):
    """The test of the text, stopped at its third rate; and with a larger factor, which lets it end."""
    return {
        "factor 2": range_test(lr_range_test, [4.0, 2.0, 9.0], 0.01, 1.0, 3, 0.5, 2.0),
        "factor 3": range_test(lr_range_test, [4.0, 2.0, 9.0], 0.01, 1.0, 3, 0.5, 3.0),
    }


@probe("lr_range_test", points=2, public=False)
def rates_and_smoothing(lr_range_test, rng):
    """Whole tests that never stop: two smoothings, none at all, two rates, and a thousand."""
    raw = rng.uniform(1.0, 2.0, size=17)
    long = 2.0 + np.sin(np.arange(1000) / 40.0)
    result = range_test(lr_range_test, long, 1e-7, 10.0, 1000, 0.98, 50.0)
    return {
        "smooth": range_test(lr_range_test, raw, 3e-6, 0.7, 17, 0.9, 50.0),
        "less smooth": range_test(lr_range_test, raw[:11], 2e-3, 41.0, 11, 0.35, 50.0),
        "raw": range_test(lr_range_test, raw[3:8], 0.02, 0.5, 5, 0.0, 50.0),
        "two rates": range_test(lr_range_test, raw[:2], 0.3, 1.9, 2, 0.8, 50.0),
        "a thousand": {
            name: np.asarray(result[name])[[0, 1, 499, -2, -1]] for name in ("rates", "smoothed", "trained at")
        },
    }


@probe("lr_range_test", points=3, public=False)
def where_a_test_stops(lr_range_test):
    """Explosions early and late, after a minimum that is passed, and a rise that only just does not stop."""
    fall_and_rise = [5.1, 4.2, 3.3, 2.4, 1.1, 0.9, 1.6, 2.9, 5.5, 9.1, 20.0, 40.0]
    return {
        "factor 2.5": range_test(lr_range_test, fall_and_rise, 1e-3, 3.0, 12, 0.6, 2.5),
        "factor 4": range_test(lr_range_test, fall_and_rise, 1e-3, 3.0, 12, 0.6, 4.0),
        "raw, factor 4": range_test(lr_range_test, fall_and_rise, 1e-3, 3.0, 12, 0.0, 4.0),
        "equal is not larger": range_test(lr_range_test, [3.0, 6.0, 6.25, 1.0], 1e-3, 3.0, 4, 0.0, 2.0),
        "early, much smoothed": range_test(lr_range_test, [1.0, 6.0, 2.0, 1.0], 1e-2, 5.0, 4, 0.9, 2.0),
        "second rate": range_test(lr_range_test, [1.5, 40.0, 1.0], 1e-2, 5.0, 3, 0.5, 3.0),
        "below the last, above the best": range_test(
            lr_range_test, [2.0, 1.0, 3.9, 4.2, 1.0], 0.1, 1.7, 5, 0.0, 4.0
        ),
        "factor 1": range_test(lr_range_test, [2.0, 1.9, 1.95, 1.2], 0.1, 1.7, 4, 0.0, 1.0),
        "factor 0.8": range_test(lr_range_test, [2.0, 1.5, 1.3, 1.0], 0.1, 1.7, 4, 0.0, 0.8),
    }


@probe("lr_range_test", points=2, public=False)
def losses_that_are_no_numbers(lr_range_test):
    """nan and inf in the middle of a test, and as its first loss."""
    nan, inf = math.nan, math.inf
    return {
        "nan": range_test(lr_range_test, [2.0, 1.7, nan, 1.5, 1.4], 0.01, 2.0, 5, 0.7, 4.0),
        "inf": range_test(lr_range_test, [2.0, 1.7, 1.6, inf, 1.4], 0.01, 2.0, 5, 0.7, 4.0),
        "nan at once": range_test(lr_range_test, [nan, 1.7, 1.6, 1.4], 0.01, 2.0, 4, 0.3, 4.0),
        "inf at once": range_test(lr_range_test, [inf, 1.7, 1.6], 0.01, 2.0, 3, 0.3, 4.0),
        "inf, any factor": range_test(lr_range_test, [1.3, inf, 1.6], 0.01, 2.0, 3, 0.0, inf),
    }


@probe("suggest_lr", points=2)
def a_suggestion_by_hand(suggest_lr):
    """The rates of the text."""
    return suggest_lr(np.array([0.001, 0.01, 0.1, 1.0]), np.array([2.3, 2.0, 0.8, 1.9]))


@probe("suggest_lr", points=2, public=False)
def suggestions_from_curves(suggest_lr, rng):
    """Minima in the middle, at the first and at the last rate, a tie, and a single rate."""
    lrs = np.geomspace(2e-6, 3.7, 11)
    losses = 1.0 + rng.random(11)
    first, last, tie = losses.copy(), losses.copy(), losses.copy()
    first[0], last[-1], tie[[4, 7]] = 0.31, 0.27, 0.4
    return {
        "drawn": suggest_lr(lrs, losses) * 1e3,
        "first": suggest_lr(lrs, first) * 1e6,
        "last": suggest_lr(lrs, last),
        "tie": suggest_lr(lrs, tie) * 1e3,
        "one rate": suggest_lr(np.array([0.43]), np.array([1.7])),
        "every other": suggest_lr(lrs[::2], losses[::2]) * 1e3,
    }


@probe("suggest_lr", points=2, public=False)
def losses_that_do_not_count(suggest_lr):
    """Curves with nan, inf and -inf in them, and curves in which nothing else is left."""
    nan, inf = math.nan, math.inf
    lrs = np.array([0.002, 0.03, 0.4, 5.0])
    return {
        "nan": suggest_lr(lrs, np.array([nan, 1.7, 1.2, nan])),
        "inf": suggest_lr(lrs, np.array([2.1, 1.3, inf, inf])),
        "-inf": suggest_lr(lrs, np.array([2.1, 1.9, 1.3, -inf])),
        "large": suggest_lr(lrs, np.array([nan, 3.1e12, 2.7e12, inf])),
        "all nan": raises(suggest_lr, lrs, np.full(4, nan)),
        "all inf": raises(suggest_lr, lrs, np.array([inf, -inf, inf, inf])),
        "none": raises(suggest_lr, np.zeros(0), np.zeros(0)),
    }


@probe("retune", points=2)
def another_batch_by_hand(retune, effective_lr, decay_factor):
    """The numbers of the text: batch 32 to 128 under both rules, momentum 0.9, two steps of decay."""
    return {
        "linear, step": retune(0.1, 0.05, 32, 128, "linear", "step"),
        "linear, epoch": retune(0.1, 0.05, 32, 128, "linear", "epoch"),
        "sqrt, step": retune(0.1, 0.05, 32, 128, "sqrt", "step"),
        "sqrt, epoch": retune(0.1, 0.05, 32, 128, "sqrt", "epoch"),
        "momentum 0.9": effective_lr(0.1, 0.9),
        "two steps": decay_factor(np.array([0.1, 0.2]), 0.5),
    }


@probe("retune", points=3, public=False)
def other_batches(retune, rng):
    """Larger and smaller batches that are no multiples, both rules, both things to keep; no decay."""
    found = {}
    for batch, new_batch in ((20, 48), (96, 36), (7, 7)):
        lr, wd = rng.uniform(0.02, 0.9, size=2)
        for rule in ("linear", "sqrt"):
            for keep in ("step", "epoch"):
                name = f"{batch} to {new_batch}, {rule}, {keep}"
                found[name] = retune(float(lr), float(wd), batch, new_batch, rule, keep)
    return found | {"no decay": retune(0.3, 0.0, 10, 25, "sqrt", "epoch")}


@probe("retune", points=1, public=False)
def unknown_names(retune):
    """A rule and a thing to keep that are none, capital letters, and the two exchanged."""
    return {
        "rule": raises(retune, 0.1, 0.05, 32, 64, "cubic", "step"),
        "keep": raises(retune, 0.1, 0.05, 32, 64, "linear", "run"),
        "capital": raises(retune, 0.1, 0.05, 32, 64, "Linear", "step"),
        "capital keep": raises(retune, 0.1, 0.05, 32, 64, "sqrt", "Epoch"),
        "exchanged": raises(retune, 0.1, 0.05, 32, 64, "step", "linear"),
        "no rule": raises(retune, 0.1, 0.05, 32, 64, "epoch", "step"),
        "no rule but a thing to keep": raises(retune, 0.1, 0.05, 32, 64, "step", "step"),
        "nothing to keep": raises(retune, 0.1, 0.05, 32, 64, "linear", "sqrt"),
    }


@probe("retune", points=1, public=False)
def rates_with_momentum(effective_lr):
    """Three momenta, none among them, at two rates."""
    return {f"{lr}, {beta}": effective_lr(lr, beta) for lr in (0.023, 1.7) for beta in (0.0, 0.37, 0.99)}


@probe("retune", points=2, public=False)
def what_decay_leaves(decay_factor, rng):
    """A schedule of rates, another decay, ten thousand small steps, factors that are negative, and no step."""
    lrs = rng.uniform(0.1, 0.9, size=7)
    return {
        "schedule": decay_factor(lrs, 0.31),
        "other decay": decay_factor(lrs, 0.83),
        "fewer steps": decay_factor(lrs[::2], 0.31),
        "many": decay_factor(np.linspace(3e-3, 1e-5, 10_000), 0.1),
        "nearly nothing left": 1e60 * decay_factor(np.full(40, 0.9), 1.07),
        "one negative": decay_factor(np.array([0.3, 1.9, 0.7]), 0.8),
        "two negative": decay_factor(np.array([1.6, 1.9, 0.7]), 0.8),
        "one step": decay_factor(lrs[3:4], 0.31),
        "no decay": decay_factor(lrs, 0.0),
        "no step": decay_factor(np.zeros(0), 0.4),
    }


@probe("extend_wsd", points=2)
def steps_and_a_resumed_run_by_hand(step_decay, extend_wsd):
    """The staircase and the resumed run of the text."""
    return {
        "staircase": by_step(step_decay, (2, 3, 6), [3, 6], 0.5, 0.8),
        "resumed": extend_wsd(6, 12, 4, 1.0, 0.2),
    }


@probe("extend_wsd", points=2, public=False)
def staircases(step_decay):
    """Every step of four staircases: milestones out of order, one listed twice, one at step 0, none."""
    return {
        "ordered": by_step(step_decay, range(12), [2, 5, 9], 0.3, 0.7),
        "out of order": by_step(step_decay, range(12), [7, 1, 4], 0.3, 0.7),
        "twice": by_step(step_decay, range(12), [3, 3, 8], 0.4, 0.7),
        "at once": by_step(step_decay, range(6), (0, 4), 0.6, 2.3),
        "none": by_step(step_decay, (0, 4), [], 0.3, 2.3),
    }


@probe("extend_wsd", points=3, public=False)
def resumed_runs(extend_wsd):
    """Runs with other ends and cooldowns: without a plateau, without a cooldown, nothing left."""
    return {
        "longer": extend_wsd(5, 17, 4, 0.37, 0.021),
        "as long, another start": extend_wsd(8, 20, 7, 2.9, 0.3),
        "from the beginning": extend_wsd(0, 6, 3, 0.7, 0.0),
        "one step of cooldown": extend_wsd(3, 7, 1, 0.7, 0.05),
        "no plateau": extend_wsd(4, 9, 5, 0.7, 0.05),
        "no cooldown": extend_wsd(4, 9, 0, 0.7, 0.05),
        "nothing left": extend_wsd(9, 9, 0, 0.7, 0.05),
    }


@probe("extend_wsd", points=1, public=False)
def cooldowns_that_do_not_fit(extend_wsd):
    """One step too few, and a run that is over already."""
    return {
        "one too few": raises(extend_wsd, 4, 9, 6, 0.7, 0.05),
        "over": raises(extend_wsd, 11, 9, 0, 0.7, 0.05),
        "over, cooling": raises(extend_wsd, 11, 9, 3, 0.7, 0.05),
    }


@probe("layerwise_lrs", points=2)
def layers_and_a_step_by_hand(layerwise_lrs, update_ratio):
    """The four layers and the step of the text."""
    return {
        "layers": layerwise_lrs(4, 0.8, 0.5),
        "ratio": update_ratio(np.array([3.0, 4.0]), np.array([3.0, 4.01])),
    }


@probe("layerwise_lrs", points=2, public=False)
def rates_of_layers(layerwise_lrs):
    """Seven layers and one, other bases and decays, among them 1."""
    return {
        "seven": layerwise_lrs(7, 0.37, 0.65),
        "seven others": layerwise_lrs(7, 2.9, 0.93),
        "alike": layerwise_lrs(3, 0.37, 1.0),
        "one": layerwise_lrs(1, 0.041, 0.5),
    }


@probe("layerwise_lrs", points=2, public=False)
def ratios_of_arrays(update_ratio, rng):
    """Vectors, matrices and larger arrays, square and not, strided, unchanged, and set to zero."""
    square, cube = rng.normal(size=(2, 4, 4)), rng.normal(size=(2, 3, 2, 4))
    wide = rng.normal(size=(2, 3, 5))
    return {
        "vector": update_ratio(square[0, 0], square[1, 0]),
        "another vector": update_ratio(square[0, 1], square[1, 2]),
        "square": update_ratio(square[0], square[1].T),
        "wide": update_ratio(wide[0], wide[0] + 1e-3 * wide[1]),
        "three axes": update_ratio(cube[0], cube[1]),
        "every other": update_ratio(wide[0, :, ::2], wide[1, :, ::2]),
        "a tiny step": update_ratio(square[0], square[0] + 1e-9 * square[1]),
        "unchanged": update_ratio(wide[0], wide[0].copy()),
        "set to zero": update_ratio(wide[0], np.zeros((3, 5))),
        "small": update_ratio(1e-9 * wide[0], 1.3e-9 * wide[1]),
    }


@probe("layerwise_lrs", points=1, public=False)
def ratios_to_nothing(update_ratio):
    """Old weights that are all zero, and some that are nearly."""
    return {
        "zeros": raises(update_ratio, np.zeros((2, 3)), np.ones((2, 3))),
        "both zero": raises(update_ratio, np.zeros(4), np.zeros(4)),
        "one entry": update_ratio(np.array([0.0, 0.0, 0.3]), np.array([0.2, 0.0, 0.3])),
        "nearly zero": update_ratio(np.array([3e-120, 4e-120]), np.array([3e-120, 1e-120])),
    }


@probe("one_cycle", points=2)
def a_cycle_by_hand(one_cycle, inverse_sqrt):
    """The cycle of the text at five steps, and its inverse square root at four."""
    return {
        "cycle": by_step(one_cycle, (0, 2, 4, 7, 10), 11, 4, 1.0, 4.0, 10.0, 0.85, 0.95),
        "inverse square root": by_step(inverse_sqrt, (1, 3, 15, 99), 4, 1.0),
    }


@probe("one_cycle", points=3, public=False)
def whole_cycles(one_cycle):
    """Every step of three cycles with other lengths, peaks and ends."""
    return {
        f"{total} steps, peak {peak}": by_step(one_cycle, range(total), total, peak, *numbers)
        for total, peak, numbers in (
            (14, 4, (0.37, 25.0, 1e2, 0.85, 0.95)),
            (14, 9, (2.9, 3.0, 7.0, 0.6, 0.9)),
            (7, 2, (0.11, 1.7, 0.4, 0.8, 0.97)),
        )
    }


@probe("one_cycle", points=1, public=False)
def cycles_at_their_limits(one_cycle):
    """No first phase, a second phase of one step, a cycle of two steps, and steps beyond the end."""
    numbers = (0.73, 5.0, 20.0, 0.83, 0.96)
    return {
        "no first phase": by_step(one_cycle, range(8), 6, 0, *numbers),
        "one step down": by_step(one_cycle, range(8), 6, 4, *numbers),
        "two steps": by_step(one_cycle, range(4), 2, 0, *numbers),
        "beyond": by_step(one_cycle, (8, 9, 14, 15, 400), 9, 3, *numbers),
    }


@probe("one_cycle", points=2, public=False)
def rates_without_an_end(inverse_sqrt):
    """Warm-ups of one, five and nine steps at three peaks, and steps far away."""
    return {
        f"{warmup} warm": by_step(inverse_sqrt, (*range(12), 76, 5003, 2_000_000), warmup, high)
        for warmup, high in ((5, 0.37), (9, 2.9), (1, 0.11))
    }
