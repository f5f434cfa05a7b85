"""Graded tests of nbeats; docs/authoring.md says how to write them."""

import warnings

import numpy as np
import torch

from dlcourse import exact, probe, raises


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def pair(result):
    """Backcast and forecast by name."""
    backcast, forecast = result
    return {"backcast": backcast, "forecast": forecast}


# 1


@probe("window_bases", points=2)
def bases_by_pencil(trend_basis, seasonality_basis, window_bases):
    """The worked examples: a window of four and a horizon of two."""
    t = np.arange(6.0)
    return {
        "trend": trend_basis(2, t, 4),
        "season": seasonality_basis(1, t, 3),
        "cut": {name: list(pair) for name, pair in window_bases(4, 2, 2, 1, 3).items()},
    }


@probe("window_bases", points=1, public=False)
def powers_of_any_times(trend_basis, rng):
    """Degrees 0 to 4, windows of several lengths, times in no order, negative, beyond the window, and zero."""
    t = rng.normal(size=7) * 9
    t[3] = 0.0
    return {
        "degree 0": trend_basis(0, t, 5),
        "degree 1": trend_basis(1, t, 8),
        "degree 4": trend_basis(4, t, 11),
        "as many powers as times": trend_basis(3, t[:4], 6),
        "every second": trend_basis(2, t[::2], 3),
        "one time": trend_basis(2, t[5:6], 48),
        "far beyond": trend_basis(3, np.arange(200.0, 204.0), 48),
        "window of 1": trend_basis(2, t, 1),
        "dtype": str(trend_basis(1, t, 4).dtype),
    }


@probe("window_bases", points=2, public=False)
def waves_of_any_period(seasonality_basis, rng):
    """One harmonic to six, whole periods and others, times in no order, and no harmonic at all."""
    t = rng.normal(size=8) * 20
    return {
        "one": seasonality_basis(1, t, 7),
        "four of a year": seasonality_basis(4, t, 12),
        "as many rows as times": seasonality_basis(4, t, 9.5),
        "three of 52.18": seasonality_basis(3, t[::2], 52.18),
        "up to the fastest": seasonality_basis(6, np.arange(5.0), 12),
        "one of 2": seasonality_basis(1, np.arange(3.0), 2),
        "one of 2.5": seasonality_basis(1, t[:3], 2.5),
        "none": seasonality_basis(0, t[:3], 12),
        "dtype": str(seasonality_basis(1, t, 4).dtype),
    }


@probe("window_bases", points=2, public=False)
def one_clock_for_both(window_bases):
    """Windows that hold no whole number of periods, horizons longer and shorter than the window and as long."""
    return {
        f"{L} and {H}, period {period}": {
            name: list(pair) for name, pair in window_bases(L, H, degree, K, period).items()
        }
        for L, H, degree, K, period in (
            (10, 3, 1, 2, 4), (5, 8, 3, 1, 6.5), (6, 6, 2, 3, 7), (1, 2, 0, 1, 2), (12, 1, 2, 4, 12), (7, 4, 1, 0, 5), (9, 5, 4, 1, 3)
        )
    }  # fmt: skip


@probe("window_bases", points=1, public=False)
def waves_that_are_too_fast(seasonality_basis, window_bases):
    """More harmonics than half the period has steps, by a whole one and by less."""
    t = np.arange(5.0)
    return {
        "7 of 12": raises(seasonality_basis, 7, t, 12),
        "4 of 7": raises(seasonality_basis, 4, t, 7),
        "2 of 3.9": raises(seasonality_basis, 2, t, 3.9),
        "in the bases": raises(window_bases, 6, 2, 1, 3, 5),
    }


# 2


def curves(rng, k, L, H):
    """A basis of k random curves over window and horizon."""
    V = rng.normal(size=(k, L + H))
    return V[:, :L], V[:, L:]


@probe("projection_forecast", points=3)
def a_line_by_pencil(project, projection_forecast, explained):
    """The worked example: what a season draws of a line, and both together."""
    x = np.array([[0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 1.0, 5.0]])
    trend = np.array([[1.0, 1, 1, 1, 1, 1], [0, 0.25, 0.5, 0.75, 1, 1.25]])
    season = np.array([[1.0, 0, -1, 0, 1, 0], [0, 1, 0, -1, 0, 1]])
    return {
        "theta": project(x, season[:, :4]),
        "forecast": dict(
            projection_forecast(
                x, {"trend": (trend[:, :4], trend[:, 4:]), "season": (season[:, :4], season[:, 4:])}
            )
        ),
        "season explains": explained(x, season[:, :4]),
        "trend explains": explained(x, trend[:, :4]),
    }


@probe("projection_forecast", points=2, public=False)
def coefficients_of_any_basis(project, rng):
    """Fewer curves than values, as many, more; dependent curves, a curve of zeros, curves of very different size."""
    V = rng.normal(size=(3, 7))
    twice = np.concatenate([V, V[:1]])
    return {
        "three of seven": project(rng.normal(size=(4, 7)), V),
        "as many": project(rng.normal(size=(2, 4)), rng.normal(size=(4, 4))),
        "more": project(rng.normal(size=(3, 4)), rng.normal(size=(6, 4))),
        "one curve": project(rng.normal(size=(2, 5)), rng.normal(size=(1, 5))),
        "one window": project(rng.normal(size=(1, 6)), rng.normal(size=(2, 6))),
        "a curve twice": project(rng.normal(size=(3, 7)), twice),
        "a curve of zeros": project(rng.normal(size=(3, 7)), V * np.array([[1.0], [0.0], [2.0]])),
        "nearly zero": project(rng.normal(size=(2, 7)), V * np.array([[1.0], [3.0], [1e-13]])),
        "above the threshold": project(rng.normal(size=(2, 4)), np.diag([2.0, 6e-10, 1.0, 3.0])[:3]),
        "below the threshold": project(rng.normal(size=(2, 4)), np.diag([2.0, 6e-11, 1.0, 3.0])[:3]),
        "a small curve": project(rng.normal(size=(2, 7)), V * np.array([[1.0], [3.0], [1e-6]])),
        "small altogether": project(rng.normal(size=(2, 7)), 1e-12 * V),
        "as the square of a window": project(rng.normal(size=(5, 5)), rng.normal(size=(2, 5))),
        "large": project(1000 * rng.normal(size=(2, 7)), V),
        "transposed": project(rng.normal(size=(7, 2)).T, rng.normal(size=(7, 3)).T),
    }


@probe("projection_forecast", points=3, public=False)
def parts_of_one_fit(projection_forecast, rng):
    """Two and three bases of unequal size that can imitate each other, one alone, a horizon as long as the window."""
    a, b, c = curves(rng, 2, 9, 4), curves(rng, 3, 9, 4), curves(rng, 1, 9, 4)
    x = rng.normal(size=(5, 9)) + 3
    square = {"u": curves(rng, 2, 6, 6), "v": curves(rng, 2, 6, 6)}
    dependent = {"u": a, "again": (a[0], 2 * a[1]), "v": c}
    two = {"trend": a, "season": b}
    return {
        "two": dict(projection_forecast(x, two)),
        "other windows": dict(projection_forecast(rng.normal(size=(5, 9)), two)),
        "the other order": dict(projection_forecast(x, {"season": b, "trend": a})),
        "three": dict(projection_forecast(x, {"level": c, "slow": b, "fast": a})),
        "one": dict(projection_forecast(x[:1], {"all": b})),
        "as long as the window": dict(projection_forecast(rng.normal(size=(6, 6)), square)),
        "the same curves twice": dict(projection_forecast(x, dependent)),
    }


@probe("projection_forecast", points=2, public=False)
def shares_of_variation(explained, rng):
    """Bases with and without a level, windows that lie far from 0, and a window that is drawn in full."""
    x = rng.normal(size=(4, 8)).cumsum(1)
    V = rng.normal(size=(2, 8))
    with_level = np.concatenate([np.ones((1, 8)), V])
    return {
        "without a level": explained(x, V),
        "with a level": explained(x, with_level),
        "far from 0": explained(x + 300, V),
        "far from 0, with a level": explained(x - 5000, with_level),
        "small": explained(1e-7 * x, with_level),
        "in full": explained(rng.normal(size=(3, 3)) @ with_level, with_level),
        "a level alone explains nothing": bool(np.all(np.abs(explained(x, np.ones((1, 8)))) < 1e-9)),
        "a level and a slope": explained(x, np.stack([np.ones(8), np.arange(8.0)])),
        "one window": explained(x[:1], V),
        "other windows": explained(rng.normal(size=(5, 5)), rng.normal(size=(3, 5))),
    }


# 3


def block_weights(rng, L, hidden, k, j, H, dtype=torch.float64):
    """Layers of the given widths, two heads, two bases."""
    widths = (L, *hidden)
    fc = [
        (normal(rng, b, a, dtype=dtype), normal(rng, b, dtype=dtype))
        for a, b in zip(widths[:-1], widths[1:], strict=True)
    ]
    heads = [(normal(rng, n, widths[-1], dtype=dtype), normal(rng, n, dtype=dtype)) for n in (k, j)]
    return fc, *heads, normal(rng, k, L, dtype=dtype), normal(rng, j, H, dtype=dtype)


@probe("nbeats_block", points=2)
def a_block_by_pencil(nbeats_block):
    """The worked example, and another window beside it."""
    x = torch.tensor([[3.0, 5.0], [-1.0, 0.5]])
    fc = [(torch.tensor([[1.0, 0.0], [-1.0, 1.0], [0.0, -1.0]]), torch.tensor([0.0, 0.0, 1.0]))]
    head_b = (torch.tensor([[0.0, 1.0, 1.0], [0.0, 2.0, 1.0]]), torch.zeros(2))
    head_f = (torch.tensor([[-1.0, 0.0, 2.0], [3.0, 0.0, 0.0]]), torch.zeros(2))
    V_b, V_f = torch.tensor([[1.0, 1.0], [0.0, 0.5]]), torch.tensor([[1.0], [1.0]])
    return pair(nbeats_block(x, fc, head_b, head_f, V_b, V_f))


@probe("nbeats_block", points=2, public=False)
def blocks_of_any_size(nbeats_block, rng):
    """One layer to five, bases of unequal numbers of rows, one window, float32, large values."""
    found = {}
    for B, L, hidden, k, j, H in (
        (3, 5, (4,), 2, 3, 6), (2, 6, (3, 5), 1, 2, 2), (1, 4, (5, 2, 3), 3, 1, 5), (4, 3, (6, 4, 5, 2), 2, 2, 4), (2, 3, (4, 5, 4, 5, 4), 2, 2, 3)
    ):  # fmt: skip
        found[f"{B} of {L} to {H}, {len(hidden)} layers"] = pair(
            nbeats_block(normal(rng, B, L), *block_weights(rng, L, hidden, k, j, H))
        )
    single = block_weights(rng, 5, (3, 4), 2, 3, 2, torch.float32)
    found["float32"] = pair(nbeats_block(normal(rng, 2, 5, dtype=torch.float32), *single))
    found["transposed"] = pair(nbeats_block(normal(rng, 5, 3).T, *block_weights(rng, 5, (4, 3), 2, 1, 3)))
    found["large"] = pair(nbeats_block(1000 * normal(rng, 2, 4), *block_weights(rng, 4, (3,), 2, 2, 3)))
    return found


@probe("nbeats_block", points=2, public=False)
def shapes_that_tell_nothing(nbeats_block, rng):
    """All sizes equal: batch, window, units, rows of the bases, horizon."""
    first = block_weights(rng, 4, (4, 4), 4, 4, 4)
    second = block_weights(rng, 4, (4, 4), 4, 4, 4)
    x = normal(rng, 4, 4)
    return {
        "first": pair(nbeats_block(x, *first)),
        "second": pair(nbeats_block(x, *second)),
        "the bases of the other": pair(nbeats_block(x, *first[:3], *second[3:])),
        "no unit is on": pair(nbeats_block(x, [(W, b - 1000) for W, b in first[0]], *first[1:])),
    }


@probe("nbeats_block", points=1, public=False)
def gradients_reach_all_weights(nbeats_block, rng):
    """Gradients of both outputs with respect to window, layers, heads and bases."""
    x = normal(rng, 3, 4)
    fc, head_b, head_f, V_b, V_f = block_weights(rng, 4, (5, 3), 2, 3, 2)
    inputs = {"x": x, "W_b": head_b[0], "c_b": head_b[1], "W_f": head_f[0], "c_f": head_f[1], "V_b": V_b, "V_f": V_f}
    inputs |= {f"{name} of layer {i}": p for i, layer in enumerate(fc) for name, p in zip("Wb", layer, strict=True)}
    for tensor in inputs.values():
        tensor.requires_grad_()
    backcast, forecast = nbeats_block(x, fc, head_b, head_f, V_b, V_f)
    value = (backcast * normal(rng, 3, 4)).sum() + (forecast * normal(rng, 3, 2)).sum()
    if not value.requires_grad:
        return {"gradients": "autograd finds no path back"}
    found = torch.autograd.grad(value, list(inputs.values()), allow_unused=True)
    return {n: "no gradient" if g is None else g for n, g in zip(inputs, found, strict=True)}


# 4


class Linear:
    """A block whose two curves are linear in what it sees; it remembers what it saw."""

    def __init__(self, rng, L, H, dtype=torch.float64):
        self.back, self.fore = normal(rng, L, L, dtype=dtype) / 2, normal(rng, L, H, dtype=dtype)
        self.seen = []

    def __call__(self, x):
        self.seen.append(x.detach().clone())
        return x @ self.back, x @ self.fore


def stacked(result):
    """Forecast, parts and rest by name."""
    forecast, parts, rest = result
    return {"forecast": forecast, "parts": dict(parts), "rest": rest}


@probe("double_residual", points=2)
def two_blocks_by_pencil(double_residual):
    """The worked example; and its two blocks as one stack."""
    x = torch.tensor([[3.0, 5.0]])

    def first(r):
        return r - 1, 2 * r[:, :1]

    def second(r):
        return r * torch.tensor([1.0, 0.0]), r[:, 1:]

    return {
        "two stacks": stacked(double_residual(x, {"trend": [first], "season": [second]})),
        "one stack": stacked(double_residual(x, {"all": [first, second]})),
    }


@probe("double_residual", points=3, public=False)
def stacks_of_linear_blocks(double_residual, rng):
    """One stack to three, of unequal numbers of blocks; one window; a horizon as long as the window; float32."""
    found = {}
    for B, L, H, sizes in ((3, 5, 2, (2, 3)), (2, 3, 6, (1, 1, 2)), (1, 4, 3, (3,)), (4, 4, 4, (2, 1))):
        stacks = {f"stack {i}": [Linear(rng, L, H) for _ in range(n)] for i, n in enumerate(sizes)}
        found[f"{B} of {L} to {H}, {sizes}"] = stacked(double_residual(normal(rng, B, L), stacks))
    single = {n: [Linear(rng, 3, 2, torch.float32) for _ in range(2)] for n in ("b", "a")}
    found["float32"] = stacked(double_residual(normal(rng, 2, 3, dtype=torch.float32), single))
    return found


@probe("double_residual", points=2, public=False)
def what_each_block_sees(double_residual, rng):
    """What blocks are given, in order; one of them stands in three places."""
    a, b = Linear(rng, 4, 3), Linear(rng, 4, 3)
    result = stacked(double_residual(normal(rng, 2, 4), {"one": [a, b, a], "two": [b], "three": [a]}))
    return {"seen by the first": a.seen, "seen by the second": b.seen, "result": result}


@probe("double_residual", points=1, public=False)
def blocks_that_return_what_they_got(double_residual, rng):
    """A backcast that is the very tensor that was given, a backcast of zeros, and a forecast that is used twice."""
    x = normal(rng, 3, 4)
    always = normal(rng, 3, 2)

    def swallow(r):
        return r, always

    def ignore(r):
        return torch.zeros_like(r), always

    def half(r):
        return r / 2, r[:, 1:3]

    found = {
        "all at once": stacked(double_residual(x, {"u": [half, swallow], "v": [half]})),
        "nothing": stacked(double_residual(x, {"u": [ignore, ignore], "v": [ignore]})),
        "both": stacked(double_residual(x, {"u": [ignore, half], "v": [swallow, half]})),
    }
    return found | {"x": x, "the forecast": always}


@probe("double_residual", points=1, public=False)
def gradients_through_stacks(double_residual, rng):
    """Gradients of forecast, parts and rest with respect to the window and a block's weights."""
    x = normal(rng, 2, 4).requires_grad_()
    blocks = [Linear(rng, 4, 3) for _ in range(3)]
    weights = [x] + [w.requires_grad_() for block in blocks for w in (block.back, block.fore)]
    forecast, parts, rest = double_residual(x, {"u": blocks[:2], "v": blocks[2:]})
    values = {"forecast": forecast, "rest": rest} | {f"part {name}": part for name, part in parts.items()}
    found = {}
    for name, value in values.items():
        if not value.requires_grad:
            found[name] = "autograd finds no path back"
            continue
        total = (value * normal(rng, *value.shape)).sum()
        grads = torch.autograd.grad(total, weights, retain_graph=True, allow_unused=True)
        labels = ["x"] + [f"{kind} of block {i}" for i in range(3) for kind in ("backcast", "forecast")]
        found[name] = {n: "no gradient" if g is None else g for n, g in zip(labels, grads, strict=True)}
    return found


# 5


def filled(module, rng):
    """All trained numbers of a module drawn anew, in the order of their names."""
    with torch.no_grad():
        for _, p in sorted(module.named_parameters()):
            p.copy_(torch.from_numpy(rng.normal(size=tuple(p.shape))))
    return module


def layout(module):
    """Names, shapes and kinds of what a module holds."""
    trained = {name for name, p in module.named_parameters() if p.requires_grad}
    return {
        name: [list(tensor.shape), str(tensor.dtype), "trained" if name in trained else "fixed"]
        for name, tensor in sorted(module.state_dict().items())
    }


@probe("Block", points=1, compare=exact())
def names_and_shapes(Block):
    """What two small blocks hold, and how many numbers of a larger one are trained."""
    V_b, V_f = torch.arange(8.0).reshape(2, 4), torch.arange(6.0).reshape(2, 3)
    large = [
        Block(torch.ones(3, 48), torch.ones(3, 12), 64, learned=learned) for learned in (False, True)
    ]
    return {
        "fixed": layout(Block(V_b, V_f, 5, layers=2)),
        "learned": layout(Block(V_b, V_f, 5, layers=2, learned=True)),
        "numbers": [sum(p.numel() for p in block.parameters() if p.requires_grad) for block in large],
    }


@probe("Block", points=2, public=False)
def forwards_with_known_weights(Block, rng):
    """Blocks of one layer and of more, fixed and learned, bases of unequal numbers of rows, float32."""
    found = {}
    for B, L, k, j, H, hidden, layers, learned in (
        (3, 5, 2, 3, 4, 6, 1, False), (2, 4, 3, 1, 6, 5, 3, True), (4, 4, 4, 4, 4, 4, 2, False), (1, 6, 1, 2, 3, 2, 4, True)
    ):  # fmt: skip
        block = filled(Block(normal(rng, k, L), normal(rng, j, H), hidden, layers, learned), rng)
        kind = f"{layers} layers of {hidden}, {'learned' if learned else 'fixed'}"
        found[kind] = pair(block(normal(rng, B, L)))
        found[f"{kind}, other windows"] = pair(block(normal(rng, B, L)))
    single = [normal(rng, 2, n, dtype=torch.float32) for n in (5, 3)]
    found["float32"] = pair(filled(Block(*single, 4), rng)(normal(rng, 2, 5, dtype=torch.float32)))
    return found


@probe("Block", points=1, public=False)
def only_learned_bases_move(Block, rng):
    """The bases after a step of training; and after the arguments were changed."""
    found = {}
    for learned in (False, True):
        V_b, V_f = normal(rng, 2, 5), normal(rng, 3, 4)
        block = filled(Block(V_b, V_f, 6, 2, learned), rng)
        if learned:
            with torch.no_grad():
                block.V_b.copy_(V_b)
                block.V_f.copy_(V_f)
        opt = torch.optim.SGD(block.parameters(), lr=1e-3)
        backcast, forecast = block(normal(rng, 3, 5))
        (backcast.square().sum() + forecast.square().sum()).backward()
        opt.step()
        V_b += 100
        V_f *= -1
        kind = "learned" if learned else "fixed"
        found[kind] = {"V_b": block.V_b.detach(), "V_f": block.V_f.detach(), "heads": [head.weight.detach() for head in (block.head_b, block.head_f)],
            "layers": [layer.weight.detach() for layer in block.fc]}
    return found


@probe("Block", points=1, public=False)
def bases_travel_with_the_block(Block, rng):
    """What a new block holds, also after it was loaded with another one's state, or made float32."""
    V_b, V_f = normal(rng, 2, 4), normal(rng, 2, 3)
    found = {}
    for learned in (False, True):
        kind = "learned" if learned else "fixed"
        first = Block(V_b, V_f, 3, 2, learned)
        second = Block(V_b + 1, 2 * V_f, 3, 2, learned)
        found[f"{kind}, new"] = {"V_b": first.V_b.detach().clone(), "V_f": first.V_f.detach().clone()}
        found[f"{kind}, layout"] = layout(first)
        second.load_state_dict(filled(first, rng).state_dict())
        x = normal(rng, 2, 4)
        found[f"{kind}, loaded"] = pair(second(x))
        found[f"{kind}, converted"] = layout(second.float())
    return found


# 6


def scaled(result):
    """z, mean and deviation by name."""
    z, mean, std = result
    return {"z": z, "mean": mean, "std": std}


@probe("normalize_window", points=1)
def four_values_by_pencil(normalize_window, denormalize):
    """The worked example beside a level window."""
    x = torch.tensor([[2.0, 4.0, 6.0, 8.0], [3.0, 3.0, 3.0, 3.0]])
    parts = {"trend": torch.tensor([[1.0], [0.5]]), "season": torch.tensor([[-0.5], [0.25]])}
    mean, std = torch.tensor([[5.0], [3.0]]), torch.tensor([[2.5], [1.0]])
    return {"window": scaled(normalize_window(x)), "parts": dict(denormalize(parts, mean, std, "trend"))}


@probe("normalize_window", points=1, public=False)
def windows_of_their_own_scale(normalize_window, rng):
    """Windows of very different level and size in one batch, one window, two values, float32."""
    size, level = torch.tensor([[1.0], [1000.0], [1e-5]]), torch.tensor([[0.0], [370.0], [-1.0]])
    x = normal(rng, 3, 6) * size + level
    return {
        "three": scaled(normalize_window(x)),
        "one": scaled(normalize_window(normal(rng, 1, 5))),
        "two values": scaled(normalize_window(normal(rng, 4, 2))),
        "as many as values": scaled(normalize_window(normal(rng, 4, 4))),
        "float32": scaled(normalize_window(normal(rng, 2, 7, dtype=torch.float32) * 3 + 20)),
        "transposed": scaled(normalize_window(normal(rng, 5, 3).T)),
        "far from 0": scaled(normalize_window(1e6 + normal(rng, 2, 9))),
        "farther": scaled(normalize_window(1e8 + 4 * normal(rng, 2, 9))),
    }


@probe("normalize_window", points=2, public=False)
def level_windows(normalize_window, rng):
    """Level windows between others, at levels that have no exact mean, and windows that are nearly level."""
    x = normal(rng, 5, 7)
    x[1], x[3] = 0.1, -0.7
    y = torch.full((4, 9), 371.3)
    y[1, 4] += 0.5
    y[2, 0] += 0.25
    y[3, 8] -= 0.25
    return {
        "two of five": scaled(normalize_window(x)),
        "float32": scaled(normalize_window(y)),
        "zeros": scaled(normalize_window(torch.zeros(2, 3, dtype=torch.float64))),
        "three equal": scaled(normalize_window(torch.full((1, 3), 0.1, dtype=torch.float64))),
        "nearly": scaled(normalize_window(2 + 1e-5 * x)),
        "tiny": scaled(normalize_window(1e-9 * x)),
        "only the ends equal": scaled(normalize_window(torch.tensor([[1.0, 4.0, 1.0], [2.0, 2.0, 5.0]]))),
    }


@probe("normalize_window", points=2, public=False)
def parts_come_back(denormalize, rng):
    """One part to three, the level in the first, in the last, in one between; as many windows as steps; float32."""
    mean, std = 100 * normal(rng, 3, 1), normal(rng, 3, 1).abs() + 0.1
    three = {name: normal(rng, 3, 4) for name in ("a", "B", "c")}
    square = {name: normal(rng, 3, 3) for name in ("trend", "season")}
    one = {"all": normal(rng, 3, 1)}
    single = {name: normal(rng, 2, 5, dtype=torch.float32) for name in ("season", "trend")}
    found = {f"level in {name}": dict(denormalize(three, mean, std, name)) for name in three}
    return found | {
        "square": dict(denormalize(square, mean, std, "season")),
        "one": dict(denormalize(one, mean, std, "all")),
        "float32": dict(denormalize(single, mean[:2].float(), std[1:].float(), "trend")),
        "no such part": raises(denormalize, three, mean, std, "trend"),
    }


# 7


@probe("mase", points=2)
def measures_by_pencil(smape, mase):
    """The worked examples."""
    y, yhat = np.array([[100.0, 50.0]]), np.array([[110.0, 40.0]])
    return {"smape": smape(y, yhat), "mase": mase(y, yhat, np.array([1.0, 4.0, 2.0, 6.0, 3.0]), 2)}


@probe("mase", points=2, public=False)
def percentages(smape, rng):
    """Values of both signs, values of 0, one origin, one step, tiny and large ones."""
    y, yhat = rng.normal(size=(4, 3)) * 5 + 3, rng.normal(size=(4, 3)) * 5 + 3
    zeros = y.copy()
    zeros[1, 2] = zeros[3, 0] = zeros[2, 1] = 0.0
    hat = yhat.copy()
    hat[1, 2] = hat[2, 1] = hat[0, 0] = 0.0
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = {
            "both signs": smape(y, yhat),
            "zeros": smape(zeros, hat),
            "all zeros": smape(np.zeros((2, 3)), np.zeros((2, 3))),
        }
    return found | {
        "warnings": [warning.category.__name__ for warning in heard],
        "opposite": smape(y, -y),
        "too low": smape(np.array([[100.3]]), np.array([[80.1]])),
        "too high": smape(np.array([[100.3]]), np.array([[120.5]])),
        "one origin": smape(y[:1], yhat[:1]),
        "one step": smape(y[:, :1], yhat[:, 1:2]),
        "square": smape(y[:3], yhat[:3]),
        "tiny": smape(1e-12 * y, 1e-12 * yhat),
        "large": smape(1e8 * y, 1e8 * yhat),
        "perfect": smape(y, y.copy()),
    }


@probe("mase", points=2, public=False)
def scaled_errors(mase, rng):
    """Several periods, also 1 and one less than the training part is long; one origin, one step; far from 0."""
    y, yhat = rng.normal(size=(3, 4)) * 2, rng.normal(size=(3, 4)) * 2 + 1
    s = rng.normal(size=17).cumsum()
    partly = np.tile([1.5, 4.0, 2.0], 4)
    partly[7] += 0.7
    return {
        "lag 1": mase(y, yhat, s, 1),
        "lag 2": mase(y, yhat, s, 2),
        "lag 5": mase(y, yhat, s, 5),
        "lag 16 of 17": mase(y, yhat, s, 16),
        "two values": mase(y, yhat, s[:2], 1),
        "a shorter part": mase(y, yhat, s[:9], 4),
        "one origin": mase(y[:1], yhat[:1], s, 3),
        "one step": mase(y[:, :1], yhat[:, :1], s, 3),
        "square": mase(y[:, :3], yhat[:, 1:], s, 3),
        "far from 0": mase(y + 1e6, yhat + 1e6, s + 1e6, 4),
        "tiny": mase(1e-12 * y, 1e-12 * yhat, 1e-12 * s, 4),
        "one change": mase(y, yhat, partly, 3),
        "perfect": mase(y, y.copy(), s, 2),
    }


@probe("mase", points=1, public=False)
def measures_that_do_not_exist(smape, mase, rng):
    """Forecasts of another shape, training parts that are too short or repeat themselves."""
    y, s = rng.normal(size=(4, 3)), rng.normal(size=12)
    return {
        "one step less": raises(smape, y, y[:, :2]),
        "broadcast step": raises(smape, y, y[:, :1]),
        "broadcast origin": raises(mase, y, y[:1], s, 2),
        "turned": raises(smape, y[:, :1], y[:, :1].T),
        "turned, scaled": raises(mase, y[:, :1], y[:, :1].T, s, 2),
        "flat": raises(mase, y, y[0], s, 2),
        "as long as the period": raises(mase, y, y + 1, s, 12),
        "shorter than the period": raises(mase, y, y + 1, s[:5], 7),
        "repeats itself": raises(mase, y, y + 1, np.tile([1.5, 4.0, 2.0], 4), 3),
        "level": raises(mase, y, y + 1, np.full(6, 2.5), 1),
    }


# 8


def last_of(H, factor=1.0):
    """A model that repeats its last H values in reverse, and adds the mean of its window."""
    return lambda x: factor * x[:, -H:].flip(1) + x.mean(1, keepdim=True)


def members_of(*values):
    """Members that look at one value each and say what they are told to say."""
    return [(1, lambda x, v=v: v + 0 * x) for v in values]


@probe("ensemble_forecast", points=1)
def a_score_and_a_median_by_pencil(owa, ensemble_forecast):
    """The worked examples."""
    history = torch.tensor([[7.0, 8.0]])
    members = members_of(1.0, 2.0, 10.0, 4.0)
    return {
        "owa": owa(12.0, 1.5, 15.0, 2.0),
        "median": ensemble_forecast(members, history),
        "mean": ensemble_forecast(members, history, "mean"),
    }


@probe("ensemble_forecast", points=1, public=False)
def scores_of_methods(owa):
    """Four numbers of different size, in several cases."""
    return {
        "better": owa(11.135, 1.37, 13.564, 1.912),
        "worse in one": owa(15.3, 0.9, 12.1, 1.7),
        "perfect": owa(0.0, 0.0, 3.3, 0.7),
        "against another Naive2": owa(11.135, 1.37, 20.1, 2.45),
        "another MASE": owa(11.135, 0.91, 13.564, 1.912),
        "small": owa(0.13, 0.398, 0.249, 0.736),
    }


@probe("ensemble_forecast", points=2, public=False)
def medians_of_members(ensemble_forecast, rng):
    """One member to six of different lookbacks; one window, as many windows as steps, ties, float32."""
    found = {}
    for M, B, H, N in ((1, 2, 3, 9), (2, 3, 2, 8), (3, 4, 3, 11), (4, 3, 3, 10), (5, 1, 4, 12), (6, 5, 2, 9)):
        members = [(int(L), last_of(H, float(f))) for L, f in zip(rng.integers(H, N + 1, M), rng.normal(size=M), strict=True)]
        history = 3 * normal(rng, B, N)
        for how in ("median", "mean"):
            found[f"{how} of {M}, {B} windows"] = ensemble_forecast(members, history, how)
    history = normal(rng, 2, 6, dtype=torch.float32)
    found["float32"] = ensemble_forecast([(3, last_of(2)), (5, last_of(2, -1.0))], history)
    found["gone astray"] = ensemble_forecast(members_of(1.5, 1000.0, 2.25, 1.75, -0.5), history)
    found["ties"] = ensemble_forecast(members_of(2.0, 1.0, 2.0, 2.0, 5.0, 1.0), history)
    return found


@probe("ensemble_forecast", points=1, public=False)
def what_each_member_is_given(ensemble_forecast, rng):
    """The windows that reach members of lookbacks 1 to the whole history."""
    seen = {}

    def member(L):
        def model(x):
            seen[f"lookback {L}"] = x.clone()
            return x[:, :1] * L

        return L, model

    result = ensemble_forecast([member(L) for L in (4, 1, 7, 2)], normal(rng, 3, 7))
    return {"result": result, "seen": seen}


@probe("ensemble_forecast", points=1, public=False)
def ensembles_that_do_not_exist(ensemble_forecast, rng):
    """A way that is not known, a history that is too short."""
    history = normal(rng, 2, 5)
    return {
        "mode": raises(ensemble_forecast, [(3, last_of(2))], history, "mode"),
        "no name": raises(ensemble_forecast, [(3, last_of(2))], history, ""),
        "a capital letter": raises(ensemble_forecast, [(3, last_of(2))], history, "Median"),
        "one too short": raises(ensemble_forecast, [(3, last_of(2)), (6, last_of(2))], history),
        "all too short": raises(ensemble_forecast, [(9, last_of(2))], history, "mean"),
    }


# 9


class Watched(torch.nn.Module):
    """A linear map of windows that remembers what it saw."""

    def __init__(self, rng, L, H, dtype=torch.float64):
        super().__init__()
        self.weight = torch.nn.Parameter(normal(rng, L, H, dtype=dtype))
        self.bias = torch.nn.Parameter(normal(rng, H, dtype=dtype))
        self.seen = []

    def forward(self, z):
        self.seen.append(z.detach().clone())
        return z @ self.weight + self.bias


def weights(model):
    """The parameters of a model, as they are now."""
    return {name: p.detach().clone() for name, p in model.named_parameters()}


@probe("train_step", points=1)
def one_step_by_pencil(train_step):
    """The worked example: a model that says one number, and a step of 0.1."""
    said = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    opt = torch.optim.SGD([said], lr=0.1)
    x, y = torch.tensor([[2.0, 4.0, 6.0, 8.0]], dtype=torch.float64), torch.tensor([[10.0]], dtype=torch.float64)
    loss = train_step(lambda z: said + 0 * z[:, :1], x, y, opt)
    return {"loss": loss, "says": said.detach()}


@probe("train_step", points=2, public=False)
def steps_of_a_linear_map(train_step, rng):
    """Three steps of gradient descent with momentum and of Adam, on windows of very different level and size."""
    found = {}
    for name, B, L, H, dtype in (
        ("momentum", 5, 6, 3, torch.float64), ("Adam", 4, 4, 4, torch.float64), ("float32", 3, 5, 2, torch.float32), ("one window", 1, 4, 2, torch.float64)
    ):  # fmt: skip
        model = Watched(rng, L, H, dtype)
        size = torch.from_numpy(10.0 ** rng.uniform(-2, 2, size=(B, 1))).to(dtype)
        x, y = normal(rng, B, L, dtype=dtype) * size + 50, normal(rng, B, H, dtype=dtype) * size + 50
        adam = name == "Adam"
        opt = torch.optim.Adam(model.parameters(), lr=0.03) if adam else torch.optim.SGD(model.parameters(), 0.05, 0.9)
        losses = [train_step(model, x, y, opt) for _ in range(3)]
        found[name] = {"losses": losses, "weights": weights(model), "seen": model.seen}
    return found


@probe("train_step", points=1, public=False)
def old_gradients_play_no_part(train_step, rng):
    """A model whose parameters hold gradients from before, in either mode."""
    model = Watched(rng, 4, 3)
    for p in model.parameters():
        p.grad = 100 * torch.ones_like(p)
    opt = torch.optim.SGD(model.parameters(), lr=0.2)
    loss = train_step(model, normal(rng, 3, 4) + 2, normal(rng, 3, 3), opt)
    found = {"loss": loss, "weights": weights(model)}
    for training in (False, True):
        train_step(model.train(training), normal(rng, 3, 4), normal(rng, 3, 3), opt)
        found[f"training mode {training}"] = bool(model.training)
    return found


@probe("train_step", points=1, public=False)
def level_windows_and_targets(train_step, rng):
    """A level window in the batch; targets that are level; and targets far outside of the window."""
    model = Watched(rng, 5, 2)
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = normal(rng, 4, 5) + 10, normal(rng, 4, 2) + 10
    x[1] = 0.7
    y[2] = 9.5
    y[3] += 40
    losses = [train_step(model, x, y, opt), train_step(model, x[:3], y[:3], opt)]
    return {"losses": losses, "weights": weights(model), "seen": model.seen}
