"""Graded tests of lstm; docs/authoring.md says how to write them."""

import warnings

import numpy as np
import torch

from dlcourse import exact, probe, raises

PAIRS = ("X_train", "Y_train", "X_test", "Y_test", "mean", "std")


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def named(split):
    """The six results by name."""
    return dict(zip(PAIRS, split, strict=True))


def layer(rng, D, U, dtype=torch.float64):
    """Weights of an LSTM in torch's layout, both biases different."""
    return [normal(rng, *shape, dtype=dtype) for shape in ((4 * U, D), (4 * U, U), (4 * U,), (4 * U,))]


def outputs(result):
    """All states and the last pair, by name."""
    outs, (h, c) = result
    return {"outs": outs, "h": h, "c": c}


# 1


@probe("split_scale_window", points=2)
def seven_values_by_pencil(split_scale_window, windows):
    """The worked example, and all pairs of its series with two values each."""
    series = np.array([1.0, 3.0, 5.0, 3.0, 8.0, 10.0, 12.0])
    X, Y = windows(series, 2, 2)
    return {"X": X, "Y": Y} | named(split_scale_window(series, 0.6, 2, 1))


@probe("split_scale_window", points=1, public=False)
def pairs_of_any_size(windows, rng):
    """Windows and targets of several sizes, a series of one pair, and series that are too short."""
    found = {}
    for N, L, H in ((11, 4, 3), (9, 1, 2), (8, 3, 1), (9, 4, 5), (6, 4, 3), (3, 5, 2), (1, 1, 1), (0, 2, 1)):
        pairs = raises(windows, rng.normal(size=N), L, H)
        found[f"{N} values, {L} and {H}"] = [np.asarray(a) for a in pairs] if isinstance(pairs, tuple) else pairs
    found["every second value"] = list(windows(rng.normal(size=22)[::2], 3, 4))
    return found


@probe("split_scale_window", points=1, public=False)
def pairs_are_copies(windows, rng):
    """Writing into the results changes neither the series nor another row."""
    series = rng.normal(size=9)
    X, Y = windows(series, 3, 2)
    X, Y = np.asarray(X), np.asarray(Y)
    for array in (X, Y):
        if array.flags.writeable:
            array[1] = 100.0
    return {"series": series, "X": X, "Y": Y, "writeable": [bool(X.flags.writeable), bool(Y.flags.writeable)]}


@probe("split_scale_window", points=2, public=False)
def nothing_from_the_future(split_scale_window, rng):
    """A series that climbs after the cut, under several fractions and sizes; fractions that do not divide it."""
    series = rng.normal(size=29)
    series[17:] += 30.3
    return {
        f"{frac}, {L} and {H}": named(split_scale_window(series, frac, L, H))
        for frac, L, H in ((0.6, 4, 3), (0.59, 4, 3), (0.8, 5, 2), (0.5, 3, 7), (0.7, 6, 1), (0.51, 1, 4))
    }


@probe("split_scale_window", points=1, public=False)
def just_enough(split_scale_window, rng):
    """Exactly one pair on either side, or on both."""
    found = {
        "one to train": raises(split_scale_window, rng.normal(size=14), 0.5, 4, 3),
        "one to test": raises(split_scale_window, rng.normal(size=12), 0.75, 2, 3),
        "fewer to test than a window": raises(split_scale_window, rng.normal(size=14), 0.8, 5, 2),
        "far from 0": raises(split_scale_window, 1e6 + rng.normal(size=14), 0.7, 3, 2),
        "one each": raises(split_scale_window, rng.normal(size=8), 0.63, 3, 2),
    }
    return {case: named(split) if isinstance(split, tuple) else split for case, split in found.items()}


@probe("split_scale_window", points=1, public=False)
def level_training_values(split_scale_window, rng):
    """All training values equal, also to a number that has no exact mean."""
    found = {}
    for level in (2.5, 0.1, 0.7):
        series = np.concatenate([np.full(7, level), rng.normal(size=5)])
        split = named(split_scale_window(series, 0.6, 3, 2))
        found[f"level {level}"] = {name: split[name] for name in ("X_test", "Y_test", "mean", "std")}
    for where in (0, 3, 8):  # one that differs, also at the ends
        series = np.concatenate([np.full(9, 1.5), rng.normal(size=6)])
        series[where] += 0.75
        found[f"all but number {where}"] = named(split_scale_window(series, 0.6, 3, 2))
    series = np.concatenate([np.full(11, 0.3), rng.normal(size=4)])
    found["level beyond the cut"] = named(split_scale_window(series, 0.6, 3, 2))
    series[8] = 0.0
    found["a fall at the cut"] = named(split_scale_window(series, 0.6, 3, 2))
    series = np.concatenate([np.full(9, 0.7), [-1.0], rng.normal(size=5)])
    found["a lower value after the cut"] = named(split_scale_window(series, 0.6, 3, 2))
    found["a higher value after the cut"] = named(split_scale_window(1 - series, 0.6, 3, 2))
    found["nearly level"] = named(split_scale_window(2 + 1e-4 * rng.normal(size=15), 0.6, 3, 2))
    found["in small units"] = named(split_scale_window(1e-10 * rng.normal(size=15), 0.6, 3, 2))
    return found


@probe("split_scale_window", points=1, public=False)
def sides_without_a_pair(split_scale_window, rng):
    """Too few values to train on, too few to test on."""
    series = rng.normal(size=12)
    return {
        "one short to train": raises(split_scale_window, series, 0.5, 4, 3),
        "nothing to train": raises(split_scale_window, series, 0.0, 4, 1),
        "one short to test": raises(split_scale_window, series, 0.85, 4, 3),
        "a window to test, but no horizon": raises(split_scale_window, series, 0.85, 1, 3),
        "one value": raises(split_scale_window, series[:1], 0.5, 1, 1),
        "nothing to test": raises(split_scale_window, series, 1.0, 4, 1),
        "an empty series": raises(split_scale_window, series[:0], 0.5, 1, 1),
    }


# 2


@probe("persistence_skill", points=2)
def controls_by_pencil(rolling_origins, seasonal_naive, persistence_skill):
    """The worked examples."""
    s = np.array([1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 3.0])
    y, yhat = np.array([[5.0], [1.0]]), np.array([[4.0], [2.0]])
    return {
        "origins": rolling_origins(7, 3, 2, 2),
        "seasonal": seasonal_naive(s, np.array([6]), 4, 3),
        "skill": persistence_skill(y, yhat, np.array([2.0, 2.0])),
    }


@probe("persistence_skill", points=2, public=False, compare=exact())
def origins_to_the_end(rolling_origins):
    """Several lengths, horizons and steps; the last one that fits, and none at all."""
    found = {
        "step 1": rolling_origins(13, 4, 3),
        "another length": rolling_origins(14, 4, 3),
        "step 4 that fits": rolling_origins(20, 5, 3, 4),
        "step 4 that does not": rolling_origins(19, 5, 3, 4),
        "from 1": rolling_origins(6, 1, 2, 3),
        "one": rolling_origins(9, 5, 4),
        "one at 1": rolling_origins(3, 1, 2),
        "none": rolling_origins(9, 6, 4),
        "far beyond": rolling_origins(9, 30, 4, 2),
    }
    return found | {f"type, {case}": str(np.asarray(origins).dtype) for case, origins in found.items()}


@probe("persistence_skill", points=2, public=False)
def the_last_known_period(seasonal_naive, rng):
    """Origins in no order, at the end of the series and right after the first period; horizons around the period."""
    s = rng.normal(size=23)
    one = np.asarray(seasonal_naive(s, np.array([11]), 2, 5))
    found = {"one origin": one.copy(), "writeable": bool(one.flags.writeable)}
    if one.flags.writeable:
        one += 40.0
    return found | {
        "series, after the forecast was written into": s.copy(),
        "horizon below period": seasonal_naive(s, np.array([15, 7, 12]), 3, 5),
        "above": seasonal_naive(s, np.array([9, 21]), 11, 4),
        "equal": raises(seasonal_naive, s, np.array([6, 17, 8, 8]), 6, 6),
        "persistence": raises(seasonal_naive, s, np.array([1, 22]), 4, 1),
        "at the end": seasonal_naive(s, np.array([23]), 5, 3),
        "one period known": raises(seasonal_naive, s, np.array([7, 14]), 9, 7),
        "no origin": seasonal_naive(s, np.array([], dtype=np.int64), 3, 2),
    }


@probe("persistence_skill", points=2, public=False)
def skill_by_steps(persistence_skill, rng):
    """Biased and wild forecasts, quiet origins among loud ones, one origin, one step."""
    y, last = rng.normal(size=(7, 4)), rng.normal(size=7)
    y[2] = last[2] + 1e-3
    found = {
        "near": persistence_skill(y, y + 0.3 * rng.normal(size=y.shape), last),
        "wild": persistence_skill(y, 37.3 * rng.normal(size=y.shape) + 5, last),
        "as yesterday": persistence_skill(y, np.repeat(last[:, None], 4, axis=1), last),
        "square": persistence_skill(y[:4], y[:4] * 0.5, last[:4]),
        "one origin": persistence_skill(y[:1], y[1:2], last[:1]),
        "one step": persistence_skill(y[:, :1], y[:, 1:2], last),
    }
    y, last = 1e6 + y, 1e6 + last
    found["far from 0"] = persistence_skill(y, y + 0.3 * rng.normal(size=y.shape), last)
    found["far from 0, a small error"] = persistence_skill(y, y + 1e-3, last)
    y, last = y - 1e6, last - 1e6
    found["small"] = persistence_skill(1e-9 * y, 0.5e-9 * y, 1e-9 * last)
    return found


@probe("persistence_skill", points=1, public=False)
def yesterday_is_right(persistence_skill):
    """Steps at which persistence makes no error, with and without an error of the forecast."""
    last = np.array([1.5, -2.25, 0.75])
    y = np.stack([last, last, last + [1, 0, 2], last], axis=1)
    yhat = y.copy()
    yhat[1, 0] += 0.5
    yhat[0, 2] -= 1.7
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = {
            "four steps": persistence_skill(y, yhat, last),
            "others": persistence_skill(y + 1, yhat + [1, 2, 1.3, 1], last + 1),
        }
    return found | {"warnings": [warning.category.__name__ for warning in heard]}


@probe("persistence_skill", points=1, public=False)
def origins_without_a_past(rolling_origins, seasonal_naive, persistence_skill, rng):
    """Origins before the first period, steps that go nowhere, forecasts of another shape."""
    s = rng.normal(size=15)
    return {
        "origin 0": raises(rolling_origins, 15, 0, 2),
        "origin below 0": raises(rolling_origins, 15, -3, 2, 2),
        "step 0": raises(rolling_origins, 15, 4, 2, 0),
        "step back": raises(rolling_origins, 15, 4, 2, -1),
        "one value short": raises(seasonal_naive, s, np.array([4]), 3, 5),
        "one of three": raises(seasonal_naive, s, np.array([9, 2, 8]), 3, 5),
        "one step more": raises(persistence_skill, s.reshape(5, 3), s[:10].reshape(5, 2), s[:5]),
        "one step broadcast": raises(persistence_skill, s.reshape(5, 3), s[:5, None], s[:5]),
        "a column and a row": raises(persistence_skill, s[:5, None], s[None, 5:10], s[:5]),
    }


# 3


@probe("lstm_forward", points=2)
def two_steps_by_pencil(lstm_forward, cell_weights):
    """The worked example with the bias in two parts; and weights that say where they stand."""
    log = torch.tensor([1.0, 3.0, 2.0, 1 / 3], dtype=torch.float64).log()
    part = torch.tensor([0.5, -0.25, 1.0, 2.0], dtype=torch.float64)
    zero = torch.zeros(4, 1, dtype=torch.float64)
    count = torch.arange(1.0, 5.0, dtype=torch.float64)[:, None]
    W, b = cell_weights(count * 10, count, log - part, part)
    return {
        "two steps": outputs(lstm_forward(torch.zeros(1, 2, 1, dtype=torch.float64), zero, zero, log - part, part)),
        "matrices": dict(W),
        "biases": dict(b),
    }


@probe("lstm_forward", points=2, public=False)
def packed_weights(cell_weights, rng):
    """Layers of several sizes, as many inputs as units among them."""
    found = {}
    for D, U in ((2, 3), (3, 3), (5, 2), (1, 4)):
        W, b = cell_weights(*layer(rng, D, U))
        found[f"{D} inputs, {U} units"] = [dict(W), dict(b)]
    first = layer(rng, 3, 2)
    for name, rest in (("one", layer(rng, 3, 2)), ("another", layer(rng, 3, 2))):
        W, b = cell_weights(first[0], *rest[1:])
        found[f"the same w_ih, {name} rest"] = [dict(W), dict(b)]
    W, b = cell_weights(*layer(rng, 2, 3, torch.float32))
    return found | {"float32": [dict(W), dict(b)]}


@probe("lstm_forward", points=2, public=False)
def sequences_from_zeros(lstm_forward, rng):
    """Batches of several shapes, one sequence, one step, float32, inputs that are not contiguous."""
    found = {}
    for B, T, D, U in ((2, 5, 3, 4), (3, 3, 3, 3), (1, 6, 2, 5), (4, 1, 1, 2)):
        found[f"{B} of {T} steps, {D} to {U}"] = outputs(lstm_forward(normal(rng, B, T, D), *layer(rng, D, U)))
    X32 = normal(rng, 2, 4, 3, dtype=torch.float32)
    found["float32"] = outputs(lstm_forward(X32, *layer(rng, 3, 2, torch.float32)))
    found["transposed"] = outputs(lstm_forward(normal(rng, 5, 2, 3).transpose(0, 1), *layer(rng, 3, 2)))
    found["extreme"] = outputs(lstm_forward(1000 * normal(rng, 2, 3, 2), *layer(rng, 2, 3)))
    return found


@probe("lstm_forward", points=2, public=False)
def a_state_is_carried_on(lstm_forward, rng):
    """A start from a given state, and a stream in two pieces."""
    weights, X = layer(rng, 2, 3), normal(rng, 4, 6, 2)
    h, c = normal(rng, 4, 3), 2 * normal(rng, 4, 3)
    whole = lstm_forward(X, *weights, (h, c))
    _, middle = lstm_forward(X[:, :2], *weights, (h, c))
    rest = lstm_forward(X[:, 2:], *weights, middle)
    return {"whole": outputs(whole), "rest": outputs(rest), "another state": outputs(lstm_forward(X, *weights, (c, h)))}


@probe("lstm_forward", points=1, public=False)
def gradients_reach_everything(lstm_forward, rng):
    """Gradients of states and last cell with respect to inputs, weights and state."""
    inputs = [normal(rng, 2, 4, 3), *layer(rng, 3, 2), normal(rng, 2, 2), normal(rng, 2, 2)]
    for x in inputs:
        x.requires_grad_()
    outs, (h, c) = lstm_forward(*inputs[:5], (inputs[5], inputs[6]))
    value = (outs * normal(rng, 2, 4, 2)).sum() + (h * normal(rng, 2, 2)).sum() + (c * normal(rng, 2, 2)).sum()
    if not value.requires_grad:
        return {"gradients": "autograd finds no path back"}
    names = ("X", "w_ih", "w_hh", "b_ih", "b_hh", "h", "c")
    found = torch.autograd.grad(value, inputs, allow_unused=True)
    return {n: "no gradient" if g is None else g for n, g in zip(names, found, strict=True)}


# 4


def extrapolate(window):
    """The last value plus half of the last rise."""
    return window[:, -1] + 0.5 * (window[:, -1] - window[:, -2])


@probe("recursive_forecast", points=2)
def forecasts_by_pencil(recursive_forecast, direct_forecast, forecast_variance):
    """The worked examples, and three models that look at one value each."""
    window = torch.tensor([[2.0, 4.0], [1.0, 0.0]], dtype=torch.float64)
    models = [lambda w: w[:, -1], lambda w: w[:, 0], lambda w: w.sum(1) * 10]
    return {
        "recursive": recursive_forecast(extrapolate, window, 3),
        "direct": direct_forecast(models, window),
        "variance": forecast_variance(torch.tensor([1.6, -0.8], dtype=torch.float64), 4),
    }


@probe("recursive_forecast", points=2, public=False)
def a_model_that_reads_its_words(recursive_forecast, rng):
    """Models with unequal weights; horizons below, at and above the length of the window; one row, one value, float32."""
    found = {}
    for B, L, H in ((3, 4, 6), (2, 5, 3), (4, 4, 4), (1, 3, 2), (2, 1, 3), (3, 2, 1)):
        weights = normal(rng, L)
        found[f"{B} windows of {L}, {H} steps"] = recursive_forecast(lambda w, v=weights: torch.tanh(w @ v) + 0.3, normal(rng, B, L), H)
    window = normal(rng, 2, 3, dtype=torch.float32)
    found["float32"] = recursive_forecast(lambda w: w.mean(1) * 1.5, window, 4)
    found["transposed"] = recursive_forecast(lambda w: w[:, 0] - 0.5 * w[:, -1], normal(rng, 4, 2).T, 5)
    return found


@probe("recursive_forecast", points=1, public=False)
def what_the_model_is_shown(recursive_forecast, direct_forecast, rng):
    """The windows that the model was asked about, how often, and the window afterwards."""
    window, seen, shown = normal(rng, 2, 3), [], []

    def f(w):
        seen.append(w.detach().clone())
        return w[:, 0] * 0.7 + w[:, -1]

    def g(w):
        shown.append(w.detach().clone())
        return w[:, 1] * (len(shown) + 1)

    said = {"recursive": recursive_forecast(f, window, 4), "direct": direct_forecast([g, g, g], window)}
    asked = {f"recursive, call {i}": w for i, w in enumerate(seen)} | {f"direct, call {i}": w for i, w in enumerate(shown)}
    return said | asked | {"window": window}


@probe("recursive_forecast", points=1, public=False)
def a_model_for_each_step(direct_forecast, rng):
    """Several numbers of models, as many as rows among them."""
    found = {}
    for B, L, H in ((3, 4, 2), (3, 3, 3), (1, 5, 4), (2, 2, 1)):
        models = [lambda w, v=normal(rng, L): w @ v for _ in range(H)]
        found[f"{B} windows of {L}, {H} models"] = direct_forecast(models, normal(rng, B, L))
    return found


@probe("recursive_forecast", points=1, public=False)
def gradients_of_a_recursion(recursive_forecast, direct_forecast, rng):
    """Forecasts can be trained: gradients with respect to the weight of a model, through its own words."""
    v = normal(rng, 3).requires_grad_()
    window = normal(rng, 2, 3)
    found = {}
    for name, said in (
        ("recursive", recursive_forecast(lambda w: torch.tanh(w @ v), window, 3)),
        ("direct", direct_forecast([lambda w: w @ v, lambda w: (w @ v) ** 2], window)),
    ):
        weight = normal(rng, *said.shape)
        found[name] = torch.autograd.grad((said * weight).sum(), v)[0] if said.requires_grad else "no path back"
    return found


@probe("recursive_forecast", points=2, public=False)
def least_errors(forecast_variance, rng):
    """Processes with no, one, three and many weights, noise of several sizes, one step; float32."""
    phi = 0.4 * normal(rng, 3)
    return {
        "three": forecast_variance(phi, 6),
        "noise": forecast_variance(phi, 6, 2.5),
        "as many as steps": forecast_variance(phi + 0.1, 3, 0.3),
        "more than steps": forecast_variance(0.5 * normal(rng, 7), 4),
        "one step": forecast_variance(phi, 1, 1.7),
        "a walk": forecast_variance(torch.ones(1, dtype=torch.float64), 5, 3.0),
        "white noise": forecast_variance(torch.zeros(0, dtype=torch.float64), 4, 0.6),
        "float32": forecast_variance(phi.float(), 5, 1.1),
    }


# 5


def biased(rng, inputs, units, layers, directions):
    """An LSTM of float64 whose parameters are drawn from rng."""
    lstm = torch.nn.LSTM(inputs, units, num_layers=layers, bidirectional=directions == 2).double()
    with torch.no_grad():
        for p in lstm.parameters():
            p.copy_(normal(rng, *p.shape))
    return lstm


def entries(lstm):
    """All parameters by name, as copies."""
    return {name: p.detach().clone() for name, p in lstm.named_parameters()}


@probe("set_forget_bias", points=2)
def one_unit_by_pencil(set_forget_bias, cell_gradient_product, chrono_bias):
    """An LSTM of one unit whose biases count from 1; the worked product; 40 steps."""
    lstm = torch.nn.LSTM(1, 1).double()
    with torch.no_grad():
        for p in lstm.parameters():
            p.copy_(torch.arange(1.0, 5.0).reshape(p.shape))
    set_forget_bias(lstm, 3.0)
    F = torch.tensor([[0.9, 0.4], [0.8, 0.5], [0.5, 1.0], [0.6, 0.25]], dtype=torch.float64)
    return {"biases": entries(lstm), "product": cell_gradient_product(F, 1), "chrono": float(chrono_bias(40))}


@probe("set_forget_bias", points=2, public=False)
def layers_and_directions(set_forget_bias, rng):
    """One to three layers, one and two directions, positive and negative values."""
    found = {}
    for inputs, units, layers, directions, value in ((2, 3, 1, 1, 1.3), (3, 2, 3, 1, -0.7), (4, 4, 2, 2, 2.5), (1, 2, 1, 2, 0.0)):
        lstm = biased(rng, inputs, units, layers, directions)
        set_forget_bias(lstm, value)
        found[f"{layers} layers, {directions} directions"] = entries(lstm)
    lstm, twin = biased(rng, 2, 3, 1, 1), biased(rng, 2, 3, 1, 1)
    twin.load_state_dict(lstm.state_dict())
    for name, one, value in (("one", lstm, 0.4), ("its twin", twin, 1.9)):
        set_forget_bias(one, value)
        found[name] = entries(one)
    return found


@probe("set_forget_bias", points=1, public=False)
def still_to_be_trained(set_forget_bias, rng):
    """Parameters are the same objects, are leaves and want gradients; what was frozen stays frozen, what stood stays; a second call."""
    lstm = biased(rng, 2, 3, 2, 1)
    lstm.bias_hh_l1.requires_grad_(False)
    lstm.weight_ih_l0.grad = normal(rng, 12, 2)
    before = list(lstm.parameters())  # kept alive, so that no new one takes the place of an old one
    set_forget_bias(lstm, 0.9)
    set_forget_bias(lstm, 1.4)
    recording = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    grad = lstm.weight_ih_l0.grad
    names = [name for name, _ in lstm.named_parameters()]
    same = [p is old for p, old in zip(lstm.parameters(), before, strict=True)]
    return {
        "same objects": dict(zip(names, same, strict=True)),
        "wants gradient": {n: [bool(p.requires_grad), bool(p.is_leaf)] for n, p in lstm.named_parameters()},
        "entries": entries(lstm),
        "type": {n: type(p).__name__ for n, p in lstm.named_parameters()},
        "in training": bool(lstm.training),
        "recording goes on": recording,
        "a gradient that stood": "gone" if grad is None else grad.clone(),
    }


@probe("set_forget_bias", points=2, public=False)
def products_from_any_step(cell_gradient_product, rng):
    """From each step of a sequence to its end; a gate that is shut; many small gates; one step; float32."""
    F = torch.from_numpy(rng.uniform(0.2, 1, size=(5, 3)))
    shut = F.clone()
    shut[3, 1] = 0.0
    return {
        "all steps": {f"from {k}": raises(cell_gradient_product, F, k) for k in range(5)},
        "shut": {f"from {k}": raises(cell_gradient_product, shut, k) for k in (0, 2, 3)},
        "square": cell_gradient_product(F[:3], 0),
        "many": cell_gradient_product((0.97 + 0.03 * F).repeat(80, 1), 17),
        "one step": raises(cell_gradient_product, F[:1], 0),
        "float32": cell_gradient_product(F.float(), 1),
    }


@probe("set_forget_bias", points=1, public=False)
def biases_for_a_time(chrono_bias):
    """Two steps, three, and very many."""
    return {f"{T} steps": float(chrono_bias(T)) for T in (2, 3, 17, 1_000_000)}


@probe("set_forget_bias", points=1, public=False)
def no_bias_no_step(set_forget_bias, chrono_bias, cell_gradient_product, rng):
    """An LSTM without biases, times below 2, steps outside of the sequence."""
    F = torch.from_numpy(rng.uniform(size=(4, 2)))
    return {
        "no bias": raises(set_forget_bias, torch.nn.LSTM(2, 3, bias=False), 1.0),
        "one step": raises(chrono_bias, 1),
        "no step": raises(chrono_bias, 0),
        "after the end": raises(cell_gradient_product, F, 4),
        "negative": raises(cell_gradient_product, F, -1),
    }


# 6


@probe("pick_lookback", points=2)
def lags_by_pencil(autocorrelation, pick_lookback):
    """The worked example."""
    s = np.array([2.0, 0.0, -2.0, 0.0, 2.0, 0.0, -2.0, 0.0])
    return {
        "rho": autocorrelation(s, 7),
        "period 5": pick_lookback(s, 0.4, 5, 7),
        "period 2": pick_lookback(s, 0.4, 2, 7),
        "nothing counts": pick_lookback(s, 0.9, 3, 7),
    }


@probe("pick_lookback", points=2, public=False)
def correlations(autocorrelation, rng):
    """Series far from 0, with a trend, as short as one value, of equal values; all lags and few."""
    s = rng.normal(size=15)
    level = {f"level {v}": autocorrelation(np.full(7, v), 4) for v in (3.0, 0.1)}
    return level | {
        "all lags": autocorrelation(s, 14),
        "few lags": autocorrelation(s[:9], 3),
        "far from 0": autocorrelation(s + 1000.0, 6),
        "trend": autocorrelation(np.arange(15) * 2.5 + s, 9),
        "small": autocorrelation(1e-7 * s, 5),
        "ripples on a level": autocorrelation(1000 + 1e-3 * s, 5),
        "every second": autocorrelation(np.repeat(s, 3)[::2], 5),
        "lag 0 alone": autocorrelation(s, 0),
        "one value": autocorrelation(s[:1], 0),
    }


@probe("pick_lookback", points=2, public=False, compare=exact())
def lookbacks_of_swinging_series(pick_lookback, rng):
    """Noisy waves of several periods, thresholds and ranges of lags."""
    found = {}
    for i, (period, N, threshold, max_lag) in enumerate(
        ((7, 60, 0.3, 30), (12, 90, 0.15, 40), (5, 41, 0.5, 13), (4, 50, 0.2, 49), (9, 80, 0.45, 8), (6, 60, 0.3, 12))
    ):
        t = np.arange(N)
        s = np.sin(2 * np.pi * (t + i) / period) * 1.5 + 0.4 * rng.normal(size=N) + 3
        found[f"period {period}, threshold {threshold}"] = pick_lookback(s, threshold, period, max_lag)
        found[f"period {period}, other rounding"] = pick_lookback(s, threshold, 3, max_lag)
        found[f"period {period}, no rounding"] = pick_lookback(s, threshold, 1, max_lag)
    return found


@probe("pick_lookback", points=2, public=False, compare=exact())
def lags_at_the_edge(pick_lookback):
    """A threshold that is met exactly, the first and the last lag that count, only negative ones, no lag at all."""
    s = np.array([2.0, 0.0, -2.0, 0.0, 2.0, 0.0, -2.0, 0.0])
    u = np.array([3.0, -3.0, 1.0, -1.0, 2.0, -2.0])
    return {
        "met exactly": {f"{t}": pick_lookback(s, t, 1, 7) for t in (0.75, 0.5, 0.25, 0.24)},
        "up to a lag": {f"{lag}": pick_lookback(s, 0.1, 1, lag) for lag in (1, 2, 3, 4, 5, 6, 7)},
        "beyond the last lag": {f"period {p}": pick_lookback(s, 0.4, p, 4) for p in (3, 4, 7, 11)},
        "negative": {f"{t}": pick_lookback(u, t, 1, 5) for t in (0.1, 0.3, 0.55)},
        "level": {f"period {p}": pick_lookback(np.full(6, 0.1), 0.1, p, 4) for p in (4, 3)},
        "threshold 0": {"s": pick_lookback(s, 0.0, 1, 7), "u": pick_lookback(u, 0.0, 2, 5)},
        "threshold 1": {f"period {p}": pick_lookback(s, 1.0, p, 7) for p in (2, 6)},
    }


@probe("pick_lookback", points=1, public=False)
def lags_that_do_not_exist(autocorrelation, pick_lookback, rng):
    """As many lags as values, more, and negative ones."""
    s = rng.normal(size=6)
    return {
        "N": raises(autocorrelation, s, 6),
        "more": raises(autocorrelation, s, 9),
        "negative": raises(autocorrelation, s, -1),
        "level": raises(autocorrelation, np.ones(4), 4),
        "lookback among N lags": raises(pick_lookback, s, 0.2, 3, 6),
        "of one value": raises(pick_lookback, s[:1], 0.2, 3, 1),
    }


# 7


def told(stopping, values, states):
    """The answers of a rule, with its best after each call."""
    story = {}
    for call, (val, state) in enumerate(zip(values, states, strict=True), start=1):
        stop = stopping.step(val, state)
        best = stopping.best_state
        kept = "none" if best is None else {k: v.detach().clone() for k, v in best.items()}
        story[f"call {call}"] = {"stop": stop, "best": float(stopping.best), "state": kept}
    return story


def weights_of(rng, n):
    """n states of two tensors."""
    return [{"w": normal(rng, 2, 3), "count": torch.tensor(i)} for i in range(n)]


@probe("EarlyStopping", points=2)
def four_checks_by_pencil(EarlyStopping):
    """The worked example."""
    states = [{"w": torch.tensor([float(i)])} for i in range(4)]
    return {"story": told(EarlyStopping(2), [3.0, 2.0, 2.0, 2.5], states)}


@probe("EarlyStopping", points=2, public=False)
def when_to_stop(EarlyStopping, rng):
    """Several patiences on one curve; improvements just before the end; calls after the stop; two rules side by side."""
    values = [5.0, 4.5, 4.6, 4.4, 4.4, 4.7, 4.9, 3.0, 3.1, 3.2, 3.3, 3.4]
    states = weights_of(rng, len(values))
    found = {f"patience {p}": told(EarlyStopping(p), values, states) for p in (1, 2, 3, 4, 5)}
    tiny = [0.123456789, 0.123456781, 0.123456781, 0.123456778]
    found["tiny gains"] = told(EarlyStopping(2), tiny, states[:4])
    first, second = EarlyStopping(2), EarlyStopping(2)
    pairs = [(told(first, [v], [s]), told(second, [9 - v], [s])) for v, s in zip(values[:4], states[:4], strict=True)]
    found["side by side"] = [list(pair) for pair in pairs]
    found["counts"] = [int(first.bad), int(second.bad)]
    return found


@probe("EarlyStopping", points=1, public=False)
def margins(EarlyStopping, rng):
    """A least improvement, met exactly, missed and exceeded; against the best and not the last; negative errors."""
    values = [4.0, 3.75, 3.5, 3.0, 2.75, 2.625, 2.25, 2.375, 2.4375, -1.0, -1.25, -1.125, -1.5]
    states = weights_of(rng, len(values))
    return {f"margin {m}": told(EarlyStopping(3, m), values, states) for m in (0.0, 0.25, 0.5, 1.0)}


@probe("EarlyStopping", points=1, public=False)
def errors_that_are_no_numbers(EarlyStopping, rng):
    """NaN at the start, in the middle and twice in a row; infinity."""
    nan, inf = float("nan"), float("inf")
    states = weights_of(rng, 5)
    return {
        "start": told(EarlyStopping(2), [nan, 3.0, nan, 2.0, nan], states),
        "twice": told(EarlyStopping(2), [3.0, nan, nan, 2.0, 2.5], states),
        "infinite": told(EarlyStopping(2), [inf, inf, 1.0, inf, 0.5], states),
    }


@probe("EarlyStopping", points=2, public=False)
def weights_trained_on(EarlyStopping, rng):
    """The tensors of a state are written into after the check, as an optimizer does; the dict, too."""
    model = torch.nn.Linear(3, 2).double()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(normal(rng, *p.shape))
    stopping, story = EarlyStopping(3), {}
    for val in (2.0, 1.5, 1.75, 1.25, 1.5, 1.125):
        state = model.state_dict()
        stopping.step(val, state)
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1.5).add_(0.25)
        state["weight"] = torch.zeros(1)
        story[f"at {val}, call {len(story) + 1}"] = {k: v.detach().clone() for k, v in stopping.best_state.items()}
    one = {"w": normal(rng, 2)}
    story["one dict for all"] = told(EarlyStopping(2), [3.0, 2.0, 2.5, 2.75, 1.0], [one] * 5)
    return {"story": story, "keys": sorted(stopping.best_state)}


# 8


@probe("lstm_bptt", points=2)
def one_step_by_pencil(lstm_bptt):
    """The worked example."""
    log = torch.tensor([1.0, 3.0, 2.0, 1 / 3], dtype=torch.float64).log()
    one, zero = torch.ones(1, 1, 1, dtype=torch.float64), torch.zeros(4, 1, dtype=torch.float64)
    return dict(lstm_bptt(one, zero, zero, log / 2, log / 2, one))


@probe("lstm_bptt", points=3, public=False)
def gradients_of_all_steps(lstm_bptt, rng):
    """A loss that uses each output; several shapes, one sequence, equal sizes, float32, inputs that are not contiguous."""
    found = {}
    for B, T, D, U in ((2, 5, 3, 4), (3, 3, 3, 3), (1, 4, 2, 1), (4, 2, 1, 3), (2, 1, 3, 5)):
        found[f"{B} of {T} steps, {D} to {U}"] = dict(lstm_bptt(normal(rng, B, T, D), *layer(rng, D, U), normal(rng, B, T, U)))
    X = normal(rng, 2, 3, 2)
    for name in ("one", "other"):
        found[f"the same inputs, {name} weights"] = dict(lstm_bptt(X, *layer(rng, 2, 3), normal(rng, 2, 3, 3)))
    X, d_outs = normal(rng, 2, 3, 2, dtype=torch.float32), normal(rng, 2, 3, 4, dtype=torch.float32)
    found["float32"] = dict(lstm_bptt(X, *layer(rng, 2, 4, torch.float32), d_outs))
    X, d_outs = normal(rng, 3, 2, 4).transpose(0, 1), normal(rng, 3, 2, 2).transpose(0, 1)
    found["transposed"] = dict(lstm_bptt(X, *layer(rng, 4, 2), d_outs))
    return found


@probe("lstm_bptt", points=2, public=False)
def gradients_of_the_last_output(lstm_bptt, rng):
    """Only the last step counts, and a long way back through gates that are nearly open; gates that are shut for good."""
    w_ih, w_hh, b_ih, b_hh = layer(rng, 2, 3)
    b_ih = b_ih + torch.tensor([0.0, 5.0, 0.0, 0.0], dtype=torch.float64).repeat_interleave(3)
    d_outs = torch.zeros(2, 12, 3, dtype=torch.float64)
    d_outs[:, -1] = normal(rng, 2, 3)
    found = {}
    for gate, name in ((1, "forget"), (3, "output")):
        shut = b_hh.clone()
        shut[3 * gate + 1] = -900.0
        found[f"{name} gate shut for good"] = dict(lstm_bptt(normal(rng, 2, 5, 2), w_ih, w_hh, b_ih, shut, normal(rng, 2, 5, 3)))
    return found | {
        "open": dict(lstm_bptt(normal(rng, 2, 12, 2), w_ih, 0.3 * w_hh, b_ih, b_hh, d_outs)),
        "first output": dict(lstm_bptt(normal(rng, 2, 12, 2), w_ih, w_hh, b_ih, b_hh, d_outs.flip(1))),
    }


@probe("lstm_bptt", points=1, public=False)
def two_biases_two_tensors(lstm_bptt, rng):
    """The gradients of the two biases do not share memory."""
    found = dict(lstm_bptt(normal(rng, 2, 3, 2), *layer(rng, 2, 3), normal(rng, 2, 3, 3)))
    found["b_ih"] += 7.5
    return {"b_ih": found["b_ih"], "b_hh": found["b_hh"]}
