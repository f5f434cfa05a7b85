"""Graded tests of optimizers; docs/authoring.md says how to write them."""

import numpy as np

from dlcourse import probe


def bowl(scale, bottom=0.0):
    """Gradient function of a bowl that is steeper in some entries, and the list of the points it was asked at."""
    asked = []

    def grad_fn(at):
        asked.append(np.array(at, dtype=np.float64))
        return scale * (at - bottom)

    return grad_fn, asked


def filled(result, value=77.5):
    """Overwrite the arrays of a result, to see whether an argument changes with them."""
    for part in result.values() if isinstance(result, dict) else result:
        if isinstance(part, dict):
            filled(part, value)
        elif isinstance(part, np.ndarray) and part.ndim:
            part[...] = value


def named(steps):
    """Steps of a run with their numbers."""
    return {f"{i + 1}": step for i, step in enumerate(steps)}


def rest(*done, **arguments):
    """The arguments by name, looked at when all results have been overwritten."""
    return arguments


def adam_memory(rng, shape, t):
    """A state of Adam in the middle of a run."""
    return {"m": rng.normal(size=shape), "s": rng.uniform(0.01, 2.0, size=shape), "t": t}


# --- 1. momentum_step


@probe("momentum_step", points=2)
def momentum_by_hand(momentum_step):
    """The two steps of the text, the second at half the rate, and a step without momentum."""
    theta, v = momentum_step(
        np.array([1.0, -3.0]), np.array([2.0, 0.5]), np.array([0.5, 1.0]), 0.1, 0.9
    )
    second = momentum_step(theta, np.array([2.0, 0.5]), v, 0.05, 0.9)
    plain = momentum_step(
        np.array([1.0, -3.0]), np.array([2.0, 0.5]), np.array([0.5, 1.0]), 0.1, 0.0
    )
    return {"first": (theta, v), "second, half the rate": second, "gamma 0": plain}


@probe("momentum_step", points=3, public=False)
def momentum_while_the_rate_changes(momentum_step, rng):
    """Four steps on a matrix, rate and momentum changing from step to step; the old velocity is used again."""
    theta, v = rng.normal(size=(4, 3)).T, rng.normal(size=(4, 3)).T  # not contiguous
    steps = []
    for lr, gamma in ((0.3, 0.9), (0.03, 0.9), (0.7, 0.5), (0.01, 0.0)):
        theta, v = momentum_step(theta, rng.normal(size=(3, 4)), v, lr, gamma)
        steps.append((theta, v))
    theta, v = steps[0]
    again = momentum_step(theta, rng.normal(size=(3, 4)), v, 0.2, 0.6)
    return {"steps": named(steps), "from the first velocity again": again}


@probe("momentum_step", points=1, public=False)
def momentum_of_any_shape(momentum_step, rng):
    """A single number, one row, integers, empty arrays, gradients of 0 and of ±1000."""
    square = rng.normal(size=(2, 2))
    return {
        "a number": momentum_step(np.array(1.3), np.array(-0.7), np.array(0.4), 0.2, 0.8),
        "one row": momentum_step(
            rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), np.zeros((1, 3)), 0.2, 0.8
        ),
        "a square": momentum_step(square, square.T, 2 * square, 0.2, 0.8),
        "integers": momentum_step(np.array([3, -2]), np.array([1, 4]), np.array([0, 5]), 0.3, 0.7),
        "gradient 0": momentum_step(np.ones(2), np.array([0.0, 2.0]), np.array([0.5, 0.5]), 0.3, 0.7),
        "empty": momentum_step(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)), 0.3, 0.7),
        "large": momentum_step(
            np.zeros(2), np.array([1000.0, -1000.0]), np.array([-3.0, 1e6]), 0.3, 0.7
        ),
    }


@probe("momentum_step", points=1, public=False)
def momentum_returns_new_arrays(momentum_step, rng):
    """What was passed in, after the result has been overwritten."""
    theta, g, v = rng.normal(size=(3, 5))
    filled(momentum_step(theta, g, v, 0.0, 0.0))
    result = momentum_step(theta, g, v, 0.4, 0.3)
    return {"step": [np.array(part) for part in result], "rest": rest(filled(result), theta=theta, g=g, v=v)}


# --- 2. nag_step


@probe("nag_step", points=2)
def nesterov_by_hand(nag_step):
    """The step of the text, where the slope was asked for, and a second step."""
    grad_fn, asked = bowl(1.0)
    theta, v = nag_step(np.array([1.0]), grad_fn, np.array([0.5]), 0.1, 0.9)
    second = nag_step(theta, grad_fn, v, 0.1, 0.9)
    return {"first": (theta, v), "second": second, "asked at": named(asked)}


@probe("nag_step", points=3, public=False)
def nesterov_on_a_bowl(nag_step, rng):
    """Four steps on a matrix, rate and momentum changing; all points where the slope was asked for."""
    grad_fn, asked = bowl(rng.uniform(0.3, 3.0, size=(3, 4)), rng.normal(size=(3, 4)))
    theta, v = rng.normal(size=(4, 3)).T, rng.normal(size=(4, 3)).T
    steps = []
    for lr, gamma in ((0.3, 0.9), (0.03, 0.9), (0.7, 0.5), (0.05, 0.0)):
        theta, v = nag_step(theta, grad_fn, v, lr, gamma)
        steps.append((theta, v))
    return {"steps": named(steps), "asked at": named(asked)}


@probe("nag_step", points=1, public=False)
def nesterov_of_any_shape(nag_step, rng):
    """A single number, a square, integers, empty arrays, slopes of 0 and of ±1000."""
    cases = {
        "a number": (np.array(1.3), np.array(0.4), 0.2, 0.8),
        "one row": (rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), 0.2, 0.8),
        "a square": (rng.normal(size=(2, 2)), rng.normal(size=(2, 2)), 0.2, 0.8),
        "integers": (np.array([3, -2]), np.array([1, 4]), 0.3, 0.7),
        "empty": (np.zeros((0, 3)), np.zeros((0, 3)), 0.3, 0.7),
    }
    found = {}
    for name, (theta, v, lr, gamma) in cases.items():
        grad_fn, asked = bowl(1.7, 0.6)
        found[name] = (nag_step(theta, grad_fn, v, lr, gamma), asked)
    grad_fn, asked = bowl(1000.0, np.array([1.0, -1.0]))
    found["steep"] = (nag_step(np.zeros(2), grad_fn, np.array([0.5, 0.25]), 0.01, 0.9), asked)
    grad_fn, asked = bowl(np.array([0.0, 1.5]))
    found["gradient 0"] = (nag_step(np.ones(2), grad_fn, np.array([0.5, 0.25]), 0.3, 0.7), asked)
    return found


@probe("nag_step", points=1, public=False)
def nesterov_returns_new_arrays(nag_step, rng):
    """What was passed in and the one gradient for all points, after the result has been overwritten."""
    theta, g, v = rng.normal(size=(3, 5))
    filled(nag_step(theta, lambda at: np.zeros(5), v, 0.3, 0.0))
    result = nag_step(theta, lambda at: g, v, 0.4, 0.3)
    return {"step": [np.array(part) for part in result], "rest": rest(filled(result), theta=theta, g=g, v=v)}


# --- 3. adagrad_step, rmsprop_step


@probe("adagrad_step", points=2)
def two_accumulators_by_hand(adagrad_step, rmsprop_step):
    """The steps of the text, beside an entry whose gradient is 0 and has always been 0."""
    theta, g, past = np.array([1.0, 5.0]), np.array([4.0, 0.0]), np.array([9.0, 0.0])
    return {
        "AdaGrad": adagrad_step(theta, g, past, 0.5, 1e-8),
        "RMSProp": rmsprop_step(theta, g, past, 0.5, 0.9, 1e-8),
    }


@probe("adagrad_step", points=2, public=False)
def adagrad_over_some_steps(adagrad_step, rng):
    """Four steps on a matrix whose entries have gradients of very different sizes; an old sum is used again."""
    theta, G = rng.normal(size=(4, 3)).T, np.zeros((3, 4))
    scale = 10.0 ** rng.uniform(-3, 3, size=(3, 4))
    steps = []
    for lr, eps in ((0.3, 1e-8), (0.3, 1e-2), (0.1, 1e-8), (0.7, 1.0)):
        theta, G = adagrad_step(theta, scale * rng.normal(size=(3, 4)), G, lr, eps)
        steps.append((theta, G))
    return {
        "steps": named(steps),
        "from the first sum again": adagrad_step(*steps[0][:1], scale, steps[0][1], 0.2, 1e-6),
    }


@probe("adagrad_step", points=2, public=False)
def rmsprop_over_some_steps(rmsprop_step, rng):
    """Four steps on a matrix whose entries have gradients of very different sizes; an old average is used again."""
    theta, s = rng.normal(size=(4, 3)).T, np.zeros((3, 4))
    scale = 10.0 ** rng.uniform(-3, 3, size=(3, 4))
    steps = []
    for lr, rho, eps in ((0.3, 0.9, 1e-8), (0.3, 0.5, 1e-2), (0.1, 0.99, 1e-8), (0.7, 0.0, 1.0)):
        theta, s = rmsprop_step(theta, scale * rng.normal(size=(3, 4)), s, lr, rho, eps)
        steps.append((theta, s))
    return {
        "steps": named(steps),
        "from the first average again": rmsprop_step(
            steps[0][0], scale, steps[0][1], 0.2, 0.7, 1e-6
        ),
    }


@probe("adagrad_step", points=2, public=False)
def tiny_gradients_and_any_shape(adagrad_step, rmsprop_step, rng):
    """Gradients near epsilon, of 0 after others, of ±1000; a single number, one row, a square, integers, empty arrays."""
    tiny, large = np.array([1e-9, -3e-8, 0.0]), np.array([1000.0, -1000.0, 1e-3])
    square = rng.normal(size=(2, 2))
    cases = {
        "tiny": (np.zeros(3), tiny, np.zeros(3)),
        "large": (np.array([1.0, 2.0, 3.0]), large, np.array([0.0, 1e6, 4.0])),
        "gradient 0": (np.array([1.0, 2.0]), np.array([0.0, 3.0]), np.array([4.0, 1.0])),
        "a number": (np.array(1.3), np.array(-0.7), np.array(0.4)),
        "one row": (rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), rng.uniform(size=(1, 3))),
        "a square": (square, square.T + 1, square**2),
        "integers": (np.array([3, -2]), np.array([1, 4]), np.array([2, 0])),
        "empty": (np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3))),
    }
    adagrad = {name: adagrad_step(*case, 0.3, 1e-8) for name, case in cases.items()}
    rmsprop = {name: rmsprop_step(*case, 0.3, 0.8, 1e-8) for name, case in cases.items()}
    for found in (adagrad, rmsprop):
        theta, squares = found["tiny"]
        found["tiny"] = {"theta": theta, "in units of 1e-18": np.asarray(squares) * 1e18}
    return {"AdaGrad": adagrad, "RMSProp": rmsprop}


@probe("adagrad_step", points=1, public=False)
def accumulators_are_new_arrays(adagrad_step, rmsprop_step, rng):
    """What was passed in, after the results have been overwritten."""
    theta, g, past = rng.uniform(0.5, 2.0, size=(3, 5))
    filled(adagrad_step(theta, np.zeros(5), past, 0.3, 1e-8))
    filled(rmsprop_step(theta, np.zeros(5), past, 0.3, 0.9, 1e-8))
    results = adagrad_step(theta, g, past, 0.4, 1e-3), rmsprop_step(theta, g, past, 0.4, 0.3, 1e-3)
    steps = [[np.array(part) for part in result] for result in results]
    return {"steps": steps, "rest": rest(*map(filled, results), theta=theta, g=g, past=past)}


# --- 4. adam_step


@probe("adam_step", points=2)
def adam_by_hand(adam_step):
    """The two steps of the text, beside an entry with a gradient of opposite sign and a thousandth of the size."""
    start = {"m": np.zeros(2), "s": np.zeros(2), "t": 0}
    theta, state = adam_step(
        np.array([1.0, 1.0]), np.array([4.0, -0.004]), start, 0.1, 0.9, 0.999, 1e-8
    )
    second = adam_step(theta, np.array([-2.0, 0.002]), state, 0.1, 0.9, 0.999, 1e-8)
    return {"first": (theta, state), "second": second}


@probe("adam_step", points=3, public=False)
def adam_over_some_steps(adam_step, rng):
    """Five steps on a matrix whose entries have gradients of very different sizes, with three sets of constants."""
    scale = 10.0 ** rng.uniform(-3, 3, size=(3, 4))
    found = {}
    for lr, beta1, beta2, eps in (
        (0.3, 0.9, 0.999, 1e-8),
        (0.02, 0.5, 0.9, 1e-2),
        (0.1, 0.0, 0.7, 1e-4),
    ):
        theta, state = (
            rng.normal(size=(4, 3)).T,
            {"m": np.zeros((3, 4)), "s": np.zeros((3, 4)), "t": 0},
        )
        steps = []
        for _ in range(5):
            theta, state = adam_step(
                theta, scale * rng.normal(size=(3, 4)), state, lr, beta1, beta2, eps
            )
            steps.append((theta, state))
        found[f"beta1 = {beta1}"] = named(steps)
    return found


@probe("adam_step", points=2, public=False)
def two_parameters_in_turn(adam_step, rng):
    """Two parameters of equal shape updated in turn, an old state used again, and a state far into a run."""
    found, states = [], [{"m": np.zeros(3), "s": np.zeros(3), "t": 0} for _ in range(2)]
    thetas = [rng.normal(size=3) for _ in range(2)]
    first = None
    for t in range(3):
        for i in range(2):
            thetas[i], states[i] = adam_step(
                thetas[i], rng.normal(size=3), states[i], 0.2, 0.9, 0.99, 1e-8
            )
            found.append((thetas[i], states[i]))
        first = first or (thetas[0], states[0])
    again = adam_step(first[0], rng.normal(size=3), first[1], 0.2, 0.8, 0.95, 1e-8)
    late = adam_step(
        rng.normal(size=3), rng.normal(size=3), adam_memory(rng, 3, 1500), 0.2, 0.9, 0.999, 1e-8
    )
    return {"in turn": named(found), "from the first state again": again, "late": late}


def pairs_of_any_shape(rng):
    """Parameters and a gradient: a single number, one row, a square, integers, empty arrays."""
    return {
        "a number": (np.array(1.3), np.array(-0.7)),
        "one row": (rng.normal(size=(1, 3)), rng.normal(size=(1, 3))),
        "a square": (rng.normal(size=(2, 2)), rng.normal(size=(2, 2))),
        "integers": (np.array([3, -2]), np.array([1, 4])),
        "empty": (np.zeros((0, 3)), np.zeros((0, 3))),
    }


@probe("adam_step", points=1, public=False)
def adam_with_tiny_gradients(adam_step, rng):
    """Gradients near epsilon, of 0 (always, and after others) and of ±1000; a single number, one row, a square, integers, empty arrays."""
    cases = {
        "tiny": (np.zeros(4), np.array([1e-9, -3e-8, 0.0, 1e-7])),
        "large": (np.array([1.0, 2.0]), np.array([1000.0, -1000.0])),
        **pairs_of_any_shape(rng),
    }
    found = {}
    for name, (theta, g) in cases.items():
        start = {"m": np.zeros(theta.shape), "s": np.zeros(theta.shape), "t": 0}
        theta, state = adam_step(theta, g, start, 0.1, 0.9, 0.999, 1e-8)
        found[name] = [(theta, state), adam_step(theta, 2 * g + 1e-7, state, 0.1, 0.9, 0.999, 1e-8)]
    for theta, state in found["tiny"]:
        state["s in units of 1e-18"] = np.asarray(state.pop("s")) * 1e18
    past = {"m": np.array([0.5, -0.5]), "s": np.array([2.0, 1.0]), "t": 3}
    found["0 after others"] = adam_step(np.ones(2), np.array([0.0, 0.7]), past, 0.1, 0.9, 0.99, 1e-8)
    return found


@probe("adam_step", points=1, public=False)
def adam_returns_new_arrays(adam_step, rng):
    """The old state and the other arguments, after the result has been overwritten."""
    theta, g, state = rng.normal(size=5), rng.normal(size=5), adam_memory(rng, 5, 4)
    filled(adam_step(theta, np.zeros(5), state, 0.0, 0.9, 0.99, 1e-8))
    result = adam_step(theta, g, state, 0.3, 0.8, 0.9, 1e-3)
    step = np.array(result[0]), {name: np.array(part) for name, part in result[1].items()}
    return {"step": step, "rest": rest(filled(result), theta=theta, g=g, state=state)}


# --- 5. adamw_step, adam_l2_step


@probe("adamw_step", points=2)
def two_decays_by_hand(adamw_step, adam_l2_step):
    """The steps of the text, beside an entry with a gradient of 0."""
    theta, g = np.array([10.0, 2.0]), np.array([4.0, 0.0])
    start = {"m": np.zeros(2), "s": np.zeros(2), "t": 0}
    return {
        "AdamW": adamw_step(theta, g, start, 0.1, 0.9, 0.999, 1e-8, 0.5),
        "L2": adam_l2_step(theta, g, start, 0.1, 0.9, 0.999, 1e-8, 0.5),
    }


def four_decaying_steps(rule, rng):
    """Four steps from the start with every constant changing between runs, and one step far into a run."""
    scale = 10.0 ** rng.uniform(-2, 2, size=(3, 4))
    found = {}
    for lr, beta1, beta2, eps, wd in (
        (0.3, 0.9, 0.999, 1e-8, 0.8),
        (0.02, 0.5, 0.9, 1e-2, 0.05),
        (0.9, 0.7, 0.8, 0.1, 0.0),
    ):
        theta, state = (
            3 * rng.normal(size=(4, 3)).T,
            {"m": np.zeros((3, 4)), "s": np.zeros((3, 4)), "t": 0},
        )
        steps = []
        for _ in range(4):
            theta, state = rule(
                theta, scale * rng.normal(size=(3, 4)), state, lr, beta1, beta2, eps, wd
            )
            steps.append((theta, state))
        found[f"decay {wd}"] = named(steps)
    theta, g = 5 * rng.normal(size=3), rng.normal(size=3)
    found["late"] = rule(theta, g, adam_memory(rng, 3, 1500), 0.2, 0.9, 0.999, 1e-8, 0.6)
    return found


@probe("adamw_step", points=3, public=False)
def adamw_over_some_steps(adamw_step, rng):
    """Four steps under three sets of constants, gradients of very different sizes; one step far into a run."""
    return four_decaying_steps(adamw_step, rng)


@probe("adamw_step", points=2, public=False)
def l2_over_some_steps(adam_l2_step, rng):
    """Four steps under three sets of constants, gradients of very different sizes; one step far into a run."""
    return four_decaying_steps(adam_l2_step, rng)


@probe("adamw_step", points=1, public=False)
def decays_of_any_shape(adamw_step, adam_l2_step, rng):
    """Large parameters, rates that carry the decay past 0, a single number, one row, a square, integers, empty arrays."""
    cases = {
        "large": (np.array([1000.0, -1000.0]), np.array([0.3, 0.1])),
        **pairs_of_any_shape(rng),
    }
    found = {}
    for name, (theta, g) in cases.items():
        start = {"m": np.zeros(theta.shape), "s": np.zeros(theta.shape), "t": 0}
        for rule, step in (("AdamW", adamw_step), ("L2", adam_l2_step)):
            found[f"{rule}, {name}"] = step(theta, g, start, 0.7, 0.9, 0.99, 1e-8, 0.9)
    start = {"m": np.zeros(2), "s": np.zeros(2), "t": 0}
    for rule, step in (("AdamW", adamw_step), ("L2", adam_l2_step)):
        found[f"{rule}, past 0"] = step(np.array([3.0, -5.0]), np.ones(2), start, 1.5, 0.9, 0.99, 1e-8, 1.2)
    return found


@probe("adamw_step", points=1, public=False)
def decays_return_new_arrays(adamw_step, adam_l2_step, rng):
    """The old state and the other arguments, after the results have been overwritten."""
    theta, g, state = rng.normal(size=5), rng.normal(size=5), adam_memory(rng, 5, 4)
    found = {}
    for name, rule in (("AdamW", adamw_step), ("L2", adam_l2_step)):
        filled(rule(theta, g, state, 0.0, 0.9, 0.99, 1e-8, 0.0))
        result = rule(theta, g, state, 0.3, 0.8, 0.9, 1e-3, 0.4)
        found[name] = np.array(result[0]), {key: np.array(part) for key, part in result[1].items()}
        filled(result)
    return {"steps": found, "rest": rest(theta=theta, g=g, state=state)}


# --- 6. lion_step


@probe("lion_step", points=2)
def lion_by_hand(lion_step):
    """The step of the text, the step without decay, and an entry with neither gradient nor memory."""
    theta, g, m = np.array([2.0, 4.0]), np.array([-8.5, 0.0]), np.array([1.0, 0.0])
    return {
        "with decay": lion_step(theta, g, m, 0.1, 0.9, 0.99, 0.25),
        "without": lion_step(theta, g, m, 0.1, 0.9, 0.99, 0.0),
    }


@probe("lion_step", points=3, public=False)
def lion_over_some_steps(lion_step, rng):
    """Six steps on many parameters under three sets of constants; an old average is used again."""
    found = {}
    for lr, beta1, beta2, wd in (
        (0.1, 0.9, 0.99, 0.0),
        (0.03, 0.5, 0.8, 0.7),
        (0.2, 0.0, 0.6, 0.1),
    ):
        theta, m = rng.normal(size=(9, 7)).T, np.zeros((7, 9))
        steps = []
        for _ in range(6):
            theta, m = lion_step(theta, rng.normal(size=(7, 9)), m, lr, beta1, beta2, wd)
            steps.append((theta, m))
        found[f"beta1 = {beta1}"] = named(steps)
        found[f"again, beta1 = {beta1}"] = lion_step(
            *steps[0][:1], rng.normal(size=(7, 9)), steps[0][1], lr, 0.95, 0.3, wd
        )
    return found


@probe("lion_step", points=2, public=False)
def lion_of_any_shape(lion_step, rng):
    """A sign that memory and gradient disagree on, zeros, ±1000, a number, a row, a square, integers, empty."""
    square = rng.normal(size=(2, 2))
    return {
        "disagree": lion_step(
            np.zeros(3),
            np.array([-8.0, 10.0, -9.5]),
            np.array([1.0, -1.0, 1.0]),
            0.3,
            0.9,
            0.95,
            0.2,
        ),
        "zeros": lion_step(
            np.array([2.0, -3.0, 0.0]), np.zeros(3), np.zeros(3), 0.3, 0.9, 0.99, 0.2
        ),
        "zero mix": lion_step(
            np.array([2.0]), np.array([-1.0]), np.array([1.0]), 0.3, 0.5, 0.75, 0.2
        ),
        "gradient 0": lion_step(np.ones(2), np.zeros(2), np.array([0.5, -0.5]), 0.3, 0.9, 0.99, 0.2),
        "past 0": lion_step(np.array([3.0, -5.0]), np.ones(2), np.zeros(2), 1.5, 0.9, 0.99, 1.2),
        "tiny": lion_step(np.zeros(2), np.array([1e-12, -1e-30]), np.zeros(2), 0.3, 0.9, 0.99, 0.0)[0],
        "large": lion_step(
            np.array([1000.0, -1000.0]),
            np.array([1000.0, 1000.0]),
            np.zeros(2),
            0.3,
            0.9,
            0.99,
            0.5,
        ),
        "a number": lion_step(np.array(1.3), np.array(-0.7), np.array(0.4), 0.2, 0.8, 0.9, 0.3),
        "one row": lion_step(
            rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), np.zeros((1, 3)), 0.2, 0.8, 0.9, 0.3
        ),
        "a square": lion_step(square, square.T, -square, 0.2, 0.8, 0.9, 0.3),
        "integers": lion_step(
            np.array([3, -2]), np.array([1, 4]), np.array([0, -5]), 0.3, 0.7, 0.9, 0.3
        ),
        "empty": lion_step(
            np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)), 0.3, 0.7, 0.9, 0.3
        ),
    }


@probe("lion_step", points=1, public=False)
def lion_returns_new_arrays(lion_step, rng):
    """What was passed in, after the result has been overwritten."""
    theta, g, m = rng.normal(size=(3, 5))
    filled(lion_step(theta, g, m, 0.0, 0.9, 0.0, 0.0))
    result = lion_step(theta, g, m, 0.4, 0.3, 0.7, 0.1)
    return {"step": [np.array(part) for part in result], "rest": rest(filled(result), theta=theta, g=g, m=m)}


# --- 7. hutchinson_diag, sophia_step


def product_with(H):
    """Hessian-vector product of a quadratic, and the list of the vectors it was asked for."""
    asked = []

    def hvp(u):
        asked.append(np.array(u, dtype=np.float64))
        return H @ u

    return hvp, asked


@probe("hutchinson_diag", points=2)
def a_diagonal_by_hand(hutchinson_diag):
    """The matrix of the text with both draws, and with the first alone."""
    hvp, _ = product_with(np.array([[2.0, 1.0], [1.0, 3.0]]))
    return {
        "both": hutchinson_diag(hvp, np.array([[1.0, -1.0], [1.0, 1.0]])),
        "one": hutchinson_diag(hvp, np.array([[1.0, -1.0]])),
    }


@probe("hutchinson_diag", points=1)
def sophia_by_hand(sophia_step):
    """The step of the text, and the same with a fresh estimate."""
    state = {"m": np.array([1.0, 1.0]), "h": np.array([100.0, -2.0])}
    theta, g = np.array([1.0, 1.0]), np.array([2.0, 2.0])
    return {
        "h kept": sophia_step(theta, g, state, None, 0.1, 0.9, 0.99, 0.05, 1e-12, 1.0),
        "fresh": sophia_step(
            theta, g, state, np.array([50.0, 600.0]), 0.1, 0.9, 0.75, 0.05, 1e-12, 1.0
        ),
    }


@probe("hutchinson_diag", points=3, public=False)
def diagonals_from_signs_and_normals(hutchinson_diag, rng):
    """An asymmetric product, draws of ±1 and normal ones, as many as parameters and fewer; what was asked and given."""
    found = {}
    for n, dim in ((7, 4), (4, 4), (1, 5)):
        for kind, U in (
            ("signs", rng.choice([-1.0, 1.0], size=(n, dim))),
            ("normal", rng.normal(size=(dim, n)).T),
        ):
            hvp, asked = product_with(rng.normal(size=(dim, dim)))
            found[f"{n} draws of {dim} {kind}"] = hutchinson_diag(hvp, U)
            rows = np.array(asked)
            found[f"{n} draws of {dim} {kind}, asked"] = rows[
                np.argsort(rows @ np.arange(1.0, dim + 1), kind="stable")
            ]
    one, _ = product_with(np.array([[2.5]]))
    integers, _ = product_with(np.array([[2, -1, 0], [4, 3, 1], [0, 1, -7]]))
    found["one parameter"] = hutchinson_diag(one, np.array([[1.0], [-3.0], [0.5]]))
    found["integers"] = hutchinson_diag(integers, np.array([[1, 1, -1], [-1, 1, 1]]))
    U, product = rng.normal(size=(2, 3)), rng.normal(size=3)
    found["one product for all"] = np.array(hutchinson_diag(lambda u: product, U))
    result = hutchinson_diag(lambda u: product, np.ones((1, 3)))
    found["one draw"] = np.array(result)
    return {"diagonals": found, "rest": rest(filled([result]), U=U, product=product)}


@probe("hutchinson_diag", points=3, public=False)
def sophia_over_some_steps(sophia_step, rng):
    """Six steps with a fresh estimate in every third, curvatures of both signs, three sets of constants."""
    found = {}
    for lr, beta1, beta2, gamma, eps, rho in (
        (0.1, 0.9, 0.99, 0.5, 1e-12, 1.0),
        (0.3, 0.5, 0.7, 2.0, 0.3, 0.4),
        (0.2, 0.0, 0.9, 1.0, 0.05, 9.0),
    ):
        theta, state = rng.normal(size=(4, 3)).T, {"m": np.zeros((3, 4)), "h": np.zeros((3, 4))}
        steps = []
        for t in range(6):
            h_hat = 3 * rng.normal(size=(3, 4)) + 1 if t % 3 == 0 else None
            theta, state = sophia_step(
                theta, rng.normal(size=(3, 4)), state, h_hat, lr, beta1, beta2, gamma, eps, rho
            )
            steps.append((theta, state))
        found[f"rho = {rho}"] = named(steps)
    return found


@probe("hutchinson_diag", points=2, public=False)
def sophia_of_any_shape(sophia_step, rng):
    """Curvatures of 0, below 0 and tiny, an estimate of 0, gradients of ±1000; a number, a row, a square, integers, empty arrays."""
    shapes = {"a number": (), "one row": (1, 3), "a square": (2, 2), "empty": (0, 3)}
    found = {}
    for name, shape in shapes.items():
        theta, g, m, h, h_hat = (np.array(rng.normal(size=shape)) for _ in range(5))
        found[name] = sophia_step(theta, g, {"m": m, "h": h}, h_hat, 0.1, 0.8, 0.7, 0.9, 0.2, 1.5)
        found[f"{name}, h kept"] = sophia_step(
            theta, g, {"m": m, "h": h}, None, 0.1, 0.8, 0.7, 0.9, 0.2, 1.5
        )
    flat = {"m": np.zeros(4), "h": np.array([0.0, -5.0, 1e-9, 4.0])}
    g = np.array([1e-3, -1e-3, 1e-3, 1000.0])
    found["flat"] = sophia_step(np.zeros(4), g, flat, None, 0.1, 0.9, 0.99, 0.5, 1e-8, 0.8)
    integers = {"m": np.array([1, -2]), "h": np.array([3, 4])}
    for name, fresh in (("fresh", np.array([5, -6])), ("kept", None)):
        found[f"integers, {name}"] = sophia_step(
            np.array([3, -2]), np.array([2, 7]), integers, fresh, 0.1, 0.9, 0.8, 0.5, 1e-8, 2
        )
    past = {"m": np.array([0.3, -0.3]), "h": np.array([4.0, 2.0])}
    for name, g, fresh in (("estimate", np.ones(2), np.zeros(2)), ("gradient", np.array([0.0, 0.2]), None)):
        found[f"{name} 0"] = sophia_step(np.ones(2), g, past, fresh, 0.1, 0.9, 0.8, 0.5, 1e-8, 2.0)
    return found


@probe("hutchinson_diag", points=1, public=False)
def sophia_returns_new_arrays(sophia_step, rng):
    """The old state and the other arguments, after the results have been overwritten."""
    theta, g, h_hat = rng.normal(size=(3, 5))
    state = {"m": rng.normal(size=5), "h": rng.normal(size=5)}
    found = {}
    for name, fresh in (("kept", None), ("fresh", h_hat)):
        filled(sophia_step(theta, g, state, fresh, 0.0, 0.9, 0.0, 1.0, 0.1, 1.0))
        result = sophia_step(theta, g, state, fresh, 0.4, 0.3, 0.7, 1.0, 0.1, 1.0)
        found[name] = np.array(result[0]), {key: np.array(part) for key, part in result[1].items()}
        filled(result)
    return {"steps": found, "rest": rest(theta=theta, g=g, h_hat=h_hat, state=state)}


# --- 8. schedule_free_step


@probe("schedule_free_step", points=2)
def schedule_free_by_hand(schedule_free_step):
    """The three steps of the text and the points where the slope was asked for."""
    grad_fn, asked = bowl(1.0)
    z = x = np.array([1.0])
    steps = []
    for t in range(3):
        z, x = schedule_free_step(z, x, grad_fn, t, 0.5, 0.9)
        steps.append((z, x))
    return {"steps": named(steps), "asked at": named(asked)}


@probe("schedule_free_step", points=3, public=False)
def schedule_free_on_a_bowl(schedule_free_step, rng):
    """Five steps on a matrix with three values of beta, the rate changing; all points that were asked for."""
    found = {}
    for beta in (0.9, 0.3, 0.0, 1.0):
        grad_fn, asked = bowl(rng.uniform(0.3, 3.0, size=(3, 4)), rng.normal(size=(3, 4)))
        z = x = rng.normal(size=(4, 3)).T
        steps = []
        for t, lr in enumerate((0.4, 0.4, 0.1, 0.7, 0.2)):
            z, x = schedule_free_step(z, x, grad_fn, t, lr, beta)
            steps.append((z, x))
        found[f"beta = {beta}"] = {"steps": named(steps), "asked at": named(asked)}
    return found


@probe("schedule_free_step", points=2, public=False)
def schedule_free_in_the_middle(schedule_free_step, rng):
    """Steps far into a run; a single number, one row, a square, integers, empty arrays, slopes of ±1000."""
    cases = {
        "late": (rng.normal(size=3), rng.normal(size=3), 700, 0.3, 0.95),
        "a number": (np.array(1.3), np.array(-0.7), 4, 0.2, 0.8),
        "one row": (rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), 2, 0.2, 0.8),
        "a square": (rng.normal(size=(2, 2)), rng.normal(size=(2, 2)), 9, 0.2, 0.8),
        "integers": (np.array([3, -2]), np.array([1, 4]), 1, 0.3, 0.7),
        "empty": (np.zeros((0, 3)), np.zeros((0, 3)), 3, 0.3, 0.7),
        "far": (np.array([1000.0, -1000.0]), np.array([-1000.0, 3.0]), 5, 0.3, 0.7),
    }
    found = {}
    for name, (z, x, t, lr, beta) in cases.items():
        grad_fn, asked = bowl(1.7, 0.6)
        found[name] = (schedule_free_step(z, x, grad_fn, t, lr, beta), asked)
    return found


@probe("schedule_free_step", points=1, public=False)
def schedule_free_returns_new_arrays(schedule_free_step, rng):
    """What was passed in, and one part of the result after the other has been overwritten, at the first step and later."""
    z, x, g = rng.normal(size=(3, 5))
    found = {}
    for t in (0, 3):
        before = x if t else z
        filled(schedule_free_step(z, before, lambda at: np.zeros(5), t, 0.0, 0.9))
        z_new, x_new = schedule_free_step(z, before, lambda at: g, t, 0.4, 0.3)
        found[f"z, t = {t}"] = np.array(z_new)
        if isinstance(z_new, np.ndarray):
            z_new[...] = 77.5
        found[f"x, t = {t}"] = x_new
    return {"steps": found, "rest": rest(z=z, x=x, g=g)}
