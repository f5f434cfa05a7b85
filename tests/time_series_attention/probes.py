"""Graded tests of time_series_attention; docs/authoring.md says how to write them."""

import math

import torch
from torch import nn

from dlcourse import exact, probe, raises

F64 = torch.float64


def normal(rng, *shape, dtype=F64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def uniform(rng, low, high, *shape, dtype=F64):
    """Uniform numbers as a tensor."""
    return torch.from_numpy(rng.uniform(low, high, size=shape)).to(dtype)


def fading(lag):
    """A covariance of variance 2.3 that swings with a period of 3."""
    return (2.3 * torch.exp(-lag.abs() / 4.1) * torch.cos(2 * math.pi * lag / 3)).to(lag.dtype)


def bell(lag):
    """A smooth covariance of variance 0.7."""
    return 0.7 * torch.exp(-0.5 * lag**2)


def gradients(value, inputs):
    """Gradients by name, or a text where autograd finds no path."""
    if not value.requires_grad:
        return "autograd finds no path back"
    found = torch.autograd.grad(value, list(inputs.values()), allow_unused=True)
    return {n: "no gradient" if g is None else g for n, g in zip(inputs, found, strict=True)}


# 1


def pair(result):
    """Weights and error by name."""
    w, E = result
    return {"weights": w, "error": E}


@probe("kriging_weights", points=2)
def one_observation_and_two(kriging_weights):
    """The worked example: one observation half a period before the query, and the same twice."""

    def swinging(lag):
        return torch.exp(-lag.abs() / 6) * torch.cos(math.pi * lag)

    u = torch.tensor([3.5], dtype=F64)
    return {
        "one": pair(kriging_weights(torch.tensor([[2.5]], dtype=F64), u, swinging, 0.05)),
        "twice": pair(kriging_weights(torch.tensor([[2.5, 2.5]], dtype=F64), u, swinging, 0.05)),
    }


@probe("kriging_weights", points=2, public=False)
def weights_of_any_kernel(kriging_weights, rng):
    """Two kernels, little and much noise, several sizes, stamps in no order, queries on all sides."""
    found = {}
    for B, n, kernel, noise in ((3, 5, fading, 0.07), (2, 4, bell, 1.9), (4, 4, fading, 0.6), (1, 6, bell, 0.013)):
        t, u = uniform(rng, -3, 5, B, n), uniform(rng, -5, 8, B)
        found[f"{B} of {n}, {kernel.__name__}, {noise}"] = pair(kriging_weights(t, u, kernel, noise))
    found["one observation"] = pair(kriging_weights(normal(rng, 3, 1), normal(rng, 3), fading, 0.4))
    return found


@probe("kriging_weights", points=2, public=False)
def equal_stamps_and_stamps_at_the_query(kriging_weights, rng):
    """Two devices at one time, a query at a stamp, with and without noise."""
    t = uniform(rng, 0, 6, 2, 4)
    t[:, 2] = t[:, 0]
    apart = torch.tensor([[0.3, 4.1, 2.2], [5.2, 1.1, 3.3]], dtype=F64)
    return {
        "equal": pair(kriging_weights(t, uniform(rng, 4, 7, 2), fading, 0.21)),
        "at a stamp": pair(kriging_weights(t, t[:, 1].clone(), fading, 0.3)),
        "at two equal stamps": pair(kriging_weights(t, t[:, 0].clone(), bell, 0.17)),
        "no noise": pair(kriging_weights(apart, uniform(rng, 2, 7, 2), bell, 0.0)),
        "no noise, at a stamp": kriging_weights(apart, apart[:, 2].clone(), fading, 0.0)[0],
        "no noise, one": pair(kriging_weights(apart[:, :1], apart[:, 1].clone(), fading, 0)),
    }


@probe("kriging_weights", points=1, public=False)
def kriging_in_float32(kriging_weights, rng):
    """Float32, stamps that are not contiguous, a query far away, times far from 0."""
    t, u = uniform(rng, 0, 4, 5, 3), uniform(rng, 3, 6, 3)
    far = kriging_weights(1000.25 + t.T, 1000.25 + u, fading, 0.4)
    return {
        "float32": pair(kriging_weights(t.T.float(), u.float(), fading, 0.4)),
        "transposed": pair(kriging_weights(t.T, u, bell, 0.8)),
        "far away": pair(kriging_weights(t.T, u + 11, fading, 0.4)),
        "far from 0": pair(far),
    }


# 2


@probe("time_features", points=2)
def clocks_by_pencil(time_features):
    """The worked example, and three clocks a quarter of the shortest period after the origin."""
    ten = torch.tensor([10.0], dtype=F64)
    return {
        "two clocks": time_features(torch.tensor([[13.0, 9.5]], dtype=F64), ten, 4, 2.0, 8.0),
        "three clocks": time_features(torch.tensor([[10.5]], dtype=F64), ten, 6, 2.0, 8.0),
    }


@probe("time_features", points=2, public=False)
def irregular_times(time_features, rng):
    """Times in no order on both sides of origins that differ; several widths and periods; one series, one time."""
    found = {}
    for B, n, d, shortest, longest in ((3, 5, 8, 0.7, 31.0), (2, 4, 4, 1.3, 5.1), (4, 4, 6, 2.9, 2.9), (1, 1, 10, 0.3, 400.0)):
        t, origin = uniform(rng, -20, 20, B, n), uniform(rng, -9, 9, B)
        found[f"{B} of {n}, {d} features"] = time_features(t, origin, d, shortest, longest)
    t = uniform(rng, -5, 9, 3, 2).T
    found["longest first"] = time_features(t, t[:, 1].clone(), 6, 9.0, 1.7)
    for name in ("an origin", "another origin"):
        found[f"the same times, {name}"] = time_features(t, uniform(rng, -4, 4, 2), 6, 1.2, 8.0)
    t = uniform(rng, 0, 2, 2, 3)
    t[:, 2] = t[:, 0]
    found["equal times"] = time_features(t, t[:, 1].clone(), 4, 1.1, 7.3)
    return found


@probe("time_features", points=2, public=False)
def seconds_since_1970(time_features, rng):
    """Minutes apart, in seconds since 1970, and times hundreds of periods from their origin."""
    origin = 1.8e9 + uniform(rng, 0, 1e6, 3)
    t = origin[:, None] + uniform(rng, -3600, 7200, 3, 4)
    near = uniform(rng, 0, 1, 2, 3)
    return {
        "seconds": time_features(t, origin, 8, 300.0, 86_400.0),
        "hundreds of periods": time_features(near + 900, near[:, 0].clone(), 8, 0.93, 1.9),
    }


@probe("time_features", points=1, public=False)
def widths_that_make_no_clocks(time_features, rng):
    """Odd widths and widths below 4."""
    t, origin = normal(rng, 2, 3), normal(rng, 2)
    return {f"d = {d}": raises(time_features, t, origin, d, 1.0, 8.0) for d in (0, 1, 2, 3, 5, 9)}


# 3


@probe("attention_mask", points=2)
def who_sees_what_by_pencil(attention_mask, masked_softmax):
    """The worked example: a query that sees nothing, equal stamps, padding."""
    t = torch.tensor([[3.0, 1.0, 2.0, 1.0]], dtype=F64)
    mask = attention_mask(t, torch.tensor([3]), torch.tensor([[0.5, 1.0, 2.0]], dtype=F64))
    seen = torch.tensor([[False] * 4, [False, True, False, False], [False, True, True, False]])
    scores = torch.tensor([9.0, 2.0, 1.0, 9.0], dtype=F64).expand(3, 4)
    return {"mask": mask, "weights": masked_softmax(scores, seen)}


@probe("attention_mask", points=2, public=False, compare=exact())
def masks_of_irregular_series(attention_mask, rng):
    """Unequal lengths, none and all, unsorted and equal stamps, queries at stamps and just before, seconds since 1970, padding of NaN."""
    found = {}
    for B, n, m in ((4, 5, 3), (3, 3, 3), (1, 6, 2), (2, 1, 4)):
        t, u = normal(rng, B, n).round(decimals=1), normal(rng, B, m).round(decimals=1)
        lengths = torch.from_numpy(rng.integers(1, n + 1, size=B))
        lengths[0] = 0 if B > 3 else n
        u[:, 0] = t[:, 0]
        found[f"{B} series of {n}, {m} queries"] = attention_mask(t, lengths, u)
    t = torch.tensor([[2.0, 0.5, 1.5, 0.5], [1.0, 4.0, 2.5, 2.5]], dtype=F64)
    found["queries are the stamps"] = attention_mask(t, torch.tensor([4, 3]), t.clone())
    found["just before the stamps"] = attention_mask(t, torch.tensor([4, 3]), t[:, :3] - 1e-9)
    found["minutes since 1970"] = attention_mask(1.8e9 + 60 * t, torch.tensor([3, 4]), 1.8e9 + 60 * t[:, 1:] + 7)
    t[0, 2:] = math.nan
    t[1, 3] = -math.inf
    found["padding of NaN"] = attention_mask(t, torch.tensor([2, 3]), normal(rng, 2, 3) + 2)
    found["float32"] = attention_mask(t.float(), torch.tensor([1, 4]), t[:, 1:2].float())
    found["sorted, the stamps"] = attention_mask(torch.arange(3.0)[None] / 3, torch.tensor([3]), torch.arange(3.0)[None] / 3)
    return found


@probe("attention_mask", points=2, public=False)
def weights_among_the_seen(masked_softmax, rng):
    """Masks of several shapes, rows that see one or nothing, all allowed, as many rows as columns."""
    mask = torch.from_numpy(rng.random(size=(2, 1, 3, 5)) < 0.5)
    mask[0, 0, 1], mask[1, 0, 2] = False, True
    mask[1, 0, 0] = torch.tensor([False, False, True, False, False])
    same = normal(rng, 3, 4)
    square = ~torch.eye(4, dtype=torch.bool)
    square[2] = False
    return {
        "heads": masked_softmax(normal(rng, 2, 3, 3, 5), mask),
        "square": masked_softmax(2 * normal(rng, 4, 4), square),
        "one row": masked_softmax(normal(rng, 3), torch.tensor([True, False, True])),
        "one mask for all": masked_softmax(normal(rng, 2, 4), torch.tensor([False, True, True, False])),
        "a column": masked_softmax(normal(rng, 3, 4), torch.tensor([[True], [False], [True]])),
        "everything": masked_softmax(normal(rng, 2, 3), torch.ones(2, 3, dtype=torch.bool)),
        "nothing": masked_softmax(normal(rng, 2, 3), torch.zeros(2, 3, dtype=torch.bool)),
        "a mask": masked_softmax(same, torch.tensor([True, False, True, True])),
        "the same scores, another mask": masked_softmax(same, torch.tensor([False, True, True, False])),
        "one series": masked_softmax(normal(rng, 1, 1, 3), torch.tensor([[[True, False, True]]])),
        "one observation": masked_softmax(normal(rng, 3, 1), torch.tensor([[True], [False], [True]])),
    }


@probe("attention_mask", points=2, public=False)
def scores_of_any_size(masked_softmax, rng):
    """Huge, infinite and NaN scores, float16 and float32."""
    mask = torch.tensor([[True, False, True, True], [False, True, False, True], [False] * 4])
    huge = torch.tensor([[-1e10, 3e10, -1e10, -1e10 - 2048], [0.25, -1e10, 7.0, -1e10], [1e10, -1e10, 0, 1]])
    hidden = normal(rng, 3, 4)
    hidden[~mask] = torch.tensor([math.nan, math.inf, -math.inf, math.nan, math.inf, math.nan, 1e300], dtype=F64)
    half = (1e4 * normal(rng, 3, 4).sign() + normal(rng, 3, 4)).half()
    small = normal(rng, 3, 4, dtype=torch.float16)
    return {
        "huge": masked_softmax(huge, mask),
        "hidden infinities": masked_softmax(hidden, mask),
        "float16, huge": masked_softmax(half, mask),
        "float16": masked_softmax(small, mask),
        "low": masked_softmax(normal(rng, 3, 4) - 1000, mask),
    }


@probe("attention_mask", points=1, public=False)
def gradients_without_nan(masked_softmax, rng):
    """Gradients with respect to scores, where a row sees nothing and hidden scores are infinite or NaN."""
    mask = torch.tensor([[True, False, True], [False] * 3, [True] * 3, [False, True, True]])
    scores = normal(rng, 4, 3)
    scores[1], scores[3, 0] = torch.tensor([math.inf, math.nan, 1.0]), math.nan
    scores.requires_grad_()
    weights = masked_softmax(scores, mask)
    return {"weights": weights.detach(), "gradients": gradients((weights * normal(rng, 4, 3)).sum(), {"scores": scores})}


# 4


def set_parameters(model, rng):
    """Numbers of one's own in all parameters."""
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(normal(rng, *p.shape, dtype=p.dtype))
    return model


def attended(model, *inputs):
    """Forecasts, weights and signed weights by name."""
    out, weights = model(*inputs)
    return {"out": out, "weights": weights, "signed": model.signed_weights(weights)}


@probe("TimeAttention", points=2)
def two_heads_by_pencil(TimeAttention):
    """The worked example: two heads whose scores are (2, 1, 0) and (0, 0, 1)."""
    model = TimeAttention(2, 2, 1).double()
    with torch.no_grad():
        model.query.weight.copy_(torch.eye(2))
        model.key.weight.copy_(torch.eye(2))
        model.value.copy_(torch.tensor([0.5, -0.8]))
        model.bias.fill_(0.0)
        keys = torch.tensor([[[2.0, 0.0], [1.0, 0.0], [0.0, 1.0]]], dtype=F64)
        return attended(model, torch.tensor([[1.0, 2.0, 3.0]], dtype=F64), keys, torch.ones(1, 1, 2, dtype=F64))


@probe("TimeAttention", points=3, public=False)
def heads_of_any_size(TimeAttention, rng):
    """Several sizes, as many heads as features of a head, one head, one query, float32."""
    found = {}
    for B, n, m, d, h, d_k in ((2, 5, 3, 4, 3, 2), (3, 3, 3, 3, 3, 3), (1, 4, 2, 6, 1, 5), (2, 2, 1, 1, 4, 1)):
        model = set_parameters(TimeAttention(d, h, d_k).double(), rng)
        with torch.no_grad():
            found[f"{B} of {n}, {m} queries, {h} heads of {d_k}"] = attended(
                model, normal(rng, B, n), normal(rng, B, n, d), normal(rng, B, m, d)
            )
    model, dtype = set_parameters(TimeAttention(3, 2, 4), rng), torch.float32
    with torch.no_grad():
        inputs = normal(rng, 2, 4, dtype=dtype), normal(rng, 2, 4, 3, dtype=dtype), normal(rng, 2, 2, 3, dtype=dtype)
        found["float32"] = attended(model, *inputs)
    return found


@probe("TimeAttention", points=2, public=False)
def heads_behind_a_mask(TimeAttention, rng):
    """A mask with a query that sees nothing, one that sees all, and a series without observations."""
    model = set_parameters(TimeAttention(3, 2, 4).double(), rng)
    mask = torch.from_numpy(rng.random(size=(3, 1, 4, 5)) < 0.6)
    mask[0, 0, 1], mask[1, 0, 3], mask[2] = False, True, False
    with torch.no_grad():
        found = {
            "masked": attended(model, normal(rng, 3, 5), normal(rng, 3, 5, 3), normal(rng, 3, 4, 3), mask),
            "extreme": attended(model, 1000 * normal(rng, 3, 5), 100 * normal(rng, 3, 5, 3), normal(rng, 3, 4, 3), mask),
        }
        inputs = normal(rng, 3, 5), normal(rng, 3, 5, 3), normal(rng, 3, 4, 3)
        found["another mask"] = attended(model, *inputs, torch.from_numpy(rng.random(size=(3, 1, 4, 5)) < 0.5))
        found["the same, another mask"] = attended(model, *inputs, torch.from_numpy(rng.random(size=(3, 1, 4, 5)) < 0.5))
        found["the same values, other times"] = attended(model, inputs[0], inputs[1].flip(1), inputs[2].flip(1), mask)
        square = torch.ones(4, 4, dtype=torch.bool).tril().expand(2, 1, 4, 4)
        found["square"] = attended(model, normal(rng, 2, 4), normal(rng, 2, 4, 3), normal(rng, 2, 4, 3), square)
    return found


@probe("TimeAttention", points=1, public=False)
def heads_learn(TimeAttention, rng):
    """Gradients with respect to values and all parameters, through forecasts and signed weights."""
    model = set_parameters(TimeAttention(3, 2, 2).double(), rng)
    x = normal(rng, 2, 4).requires_grad_()
    out, weights = model(x, normal(rng, 2, 4, 3), normal(rng, 2, 3, 3))
    signed = model.signed_weights(weights)
    value = (out * normal(rng, 2, 3)).sum() + (signed * normal(rng, 2, 3, 4)).sum()
    return gradients(value, {"x": x, **dict(model.named_parameters())})


@probe("TimeAttention", points=1, public=False)
def signs_of_given_weights(TimeAttention, rng):
    """Signed weights of weights that come from elsewhere."""
    model = set_parameters(TimeAttention(2, 3, 2).double(), rng)
    with torch.no_grad():
        return {
            "three heads": model.signed_weights(uniform(rng, 0, 1, 2, 3, 4, 5)),
            "square": model.signed_weights(uniform(rng, 0, 1, 3, 3, 3, 3)),
        }


# 5


@probe("perturbation_importance", points=2)
def two_steps_taken_away(perturbation_importance):
    """The worked example, with fill 0 and fill 1."""

    def f(x):
        return (2 * x[:, 0] - x[:, 1])[:, :1]

    x = torch.tensor([[[1.0], [3.0]]], dtype=F64)
    return {
        "fill 0": perturbation_importance(f, x),
        "fill 1": perturbation_importance(f, x, torch.ones(1, dtype=F64)),
    }


def crooked(rng, n, F, H, dtype=F64):
    """A forecast that is not linear, in which steps meet."""
    W, V = normal(rng, n * F, 4, dtype=dtype), normal(rng, 4, H, dtype=dtype)
    return lambda x: torch.tanh(x.flatten(1) @ W / 3) @ V + x[:, :1, 0] * x[:, -1:, -1]


@probe("perturbation_importance", points=2, public=False)
def forecasts_that_are_not_linear(perturbation_importance, rng):
    """Several features and horizons, one series, one step, as many of each; zeros as fill."""
    found = {}
    for B, n, F, H in ((3, 5, 2, 4), (3, 3, 3, 3), (1, 4, 1, 2), (2, 1, 3, 1)):
        found[f"{B} of {n} steps, {F} numbers, {H} ahead"] = perturbation_importance(
            crooked(rng, n, F, H), normal(rng, B, n, F)
        )
    f = crooked(rng, 4, 2, 3, torch.float32)
    found["float32"] = perturbation_importance(f, normal(rng, 2, 4, 2, dtype=torch.float32))
    found["transposed"] = perturbation_importance(crooked(rng, 3, 2, 2), normal(rng, 3, 4, 2).transpose(0, 1))
    return found


@probe("perturbation_importance", points=2, public=False)
def fills_by_feature(perturbation_importance, rng):
    """A fill for each of the numbers of a step, and steps that equal the fill."""
    x, fill = normal(rng, 3, 4, 2), normal(rng, 2)
    x[1, 2] = fill
    other = normal(rng, 4, 2, 4)
    return {
        "two numbers": perturbation_importance(crooked(rng, 4, 2, 3), x, fill),
        "zeros": perturbation_importance(crooked(rng, 4, 2, 3), x, torch.zeros(2, dtype=F64)),
        "as many steps as numbers": perturbation_importance(crooked(rng, 2, 4, 2), other, normal(rng, 4)),
    }


@probe("perturbation_importance", points=1, public=False)
def changes_of_unlike_signs(perturbation_importance, rng):
    """A forecast that rises at one horizon and falls at the other; a level that is far from 0; a f that ignores a step; gradients."""

    def seesaw(x):
        return torch.stack([x[:, 1, 0], -x[:, 1, 0]], dim=1) + 1e3

    def deaf(x):
        return torch.stack([x[:, 0, 0] ** 2, x[:, 2, 0], x[:, 0, 0] * x[:, 2, 0]], dim=1)

    x = normal(rng, 2, 3, 2).requires_grad_()
    moved = perturbation_importance(crooked(rng, 3, 2, 2), x, normal(rng, 2))
    return {
        "seesaw": perturbation_importance(seesaw, normal(rng, 2, 3, 1)),
        "deaf": perturbation_importance(deaf, normal(rng, 4, 3, 1), normal(rng, 1)),
        "gradients": gradients((moved * normal(rng, 2, 3)).sum(), {"x": x}),
    }


# 6


@probe("context", points=2)
def scores_by_pencil(additive_scores, luong_scores, context):
    """The worked example, and the context of two observations of which one may be seen."""
    H, s = torch.tensor([[[1.0], [-2.0]]], dtype=F64), torch.tensor([[0.5]], dtype=F64)
    two = torch.tensor([[2.0]], dtype=F64)
    scores = luong_scores(H, s, two)
    both = torch.tensor([[True, True]])
    result = context(torch.tensor([[1.0, -2.0]], dtype=F64), H, both)
    one = context(torch.tensor([[1.0, -2.0]], dtype=F64), H, torch.tensor([[False, True]]))
    return {
        "Luong": scores,
        "additive": additive_scores(H, s, two / 2, two, torch.tensor([3.0], dtype=F64)),
        "both": dict(zip(("context", "weights"), result, strict=True)),
        "one": dict(zip(("context", "weights"), one, strict=True)),
    }


@probe("context", points=2, public=False)
def additive_scores_of_any_width(additive_scores, rng):
    """Several widths, all equal among them, one observation, large inputs, float32."""
    found = {}
    for B, n, d_h, d_s, d_a, dtype in (
        (2, 5, 3, 4, 6, F64), (3, 3, 3, 3, 3, F64), (1, 4, 2, 5, 1, F64), (2, 1, 1, 1, 4, F64), (2, 3, 2, 4, 3, torch.float32),
    ):  # fmt: skip
        shapes = ((B, n, d_h), (B, d_s), (d_a, d_h), (d_a, d_s), (d_a,))
        found[f"{B} of {n}, {d_h}, {d_s} and {d_a}, {dtype}"] = additive_scores(*(normal(rng, *s, dtype=dtype) for s in shapes))
    large = [normal(rng, *s) for s in ((2, 3, 2), (2, 2), (4, 2), (4, 2), (4,))]
    for name in ("a state", "another state"):
        rest = (normal(rng, *s) for s in ((2, 2), (4, 2), (4, 2), (4,)))
        found[f"the same observations, {name}"] = additive_scores(large[0], *rest)
    found["large"] = additive_scores(1000 * large[0], *large[1:])
    return found


@probe("context", points=2, public=False)
def luong_scores_of_any_width(luong_scores, rng):
    """Several widths, equal ones among them, one observation, float32."""
    found = {}
    for B, n, d_h, d_s, dtype in (
        (2, 5, 3, 4, F64), (3, 3, 3, 3, F64), (1, 4, 2, 5, F64), (2, 1, 7, 1, F64), (2, 3, 4, 2, torch.float32),
    ):  # fmt: skip
        inputs = (normal(rng, *s, dtype=dtype) for s in ((B, n, d_h), (B, d_s), (d_s, d_h)))
        found[f"{B} of {n}, {d_h} and {d_s}, {dtype}"] = luong_scores(*inputs)
    H = normal(rng, 2, 3, 4)
    for name in ("a state", "another state"):
        found[f"the same observations, {name}"] = luong_scores(H, normal(rng, 2, 2), normal(rng, 2, 4))
    return found


@probe("context", points=2, public=False)
def contexts_behind_a_mask(context, rng):
    """Masks that differ by series, a series that sees nothing, as many series as observations, huge scores."""
    found = {}
    for B, n, d, scale, dtype in ((4, 5, 3, 1.0, F64), (3, 3, 3, 2.0, F64), (1, 4, 2, 1e10, F64), (2, 2, 1, 1.0, torch.float32)):
        mask = torch.from_numpy(rng.random(size=(B, n)) < 0.6)
        mask[0], mask[-1, 0] = B != 4, True
        result = context(scale * normal(rng, B, n, dtype=dtype), normal(rng, B, n, d, dtype=dtype), mask)
        found[f"{B} of {n}, {dtype}"] = dict(zip(("context", "weights"), result, strict=True))
    return found


@probe("context", points=1, public=False)
def scores_and_contexts_learn(additive_scores, luong_scores, context, rng):
    """Gradients through both scores and the context, with a series that sees nothing and inputs that are large."""
    shapes = {"H": (3, 4, 2), "s": (3, 3), "W1": (5, 2), "W2": (5, 3), "v": (5,), "W": (3, 2), "scores": (3, 4)}
    i = {name: normal(rng, *shape).requires_grad_() for name, shape in shapes.items()}
    mask = torch.tensor([[True, False, True, True], [False] * 4, [True] * 4])
    c, alpha = context(i["scores"], i["H"], mask)
    value = (c * normal(rng, 3, 2)).sum() + (alpha * normal(rng, 3, 4)).sum()
    value = value + (additive_scores(i["H"], i["s"], i["W1"], i["W2"], i["v"]) * normal(rng, 3, 4)).sum()
    value = value + (additive_scores(1000 * i["H"], i["s"], i["W1"], i["W2"], i["v"]) * normal(rng, 3, 4)).sum()
    return gradients(value + (luong_scores(i["H"], i["s"], i["W"]) * normal(rng, 3, 4)).sum(), i)


# 7


class Parameters(nn.Module):
    """The decoder's parameters, with numbers of the test's own."""

    def __init__(self, d_h, d_s, rng, dtype=F64):
        super().__init__()
        self.W = nn.Parameter(torch.zeros(d_s, d_h))
        self.cell, self.head = nn.LSTMCell(1 + d_h, d_s), nn.Linear(d_s + d_h, 1)
        self.to(dtype)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(normal(rng, *p.shape, dtype=dtype))


def decoded(result):
    """Forecasts and weights by name."""
    y, alphas = result
    return {"forecasts": y, "weights": alphas}


@probe("attention_decoder", points=2)
def two_steps_by_pencil(attention_decoder, rng):
    """The worked example: a cell of zeros, a head that adds up."""
    decoder = Parameters(1, 1, rng)
    with torch.no_grad():
        for p in decoder.parameters():
            p.zero_()
        decoder.W.fill_(2.0)
        decoder.head.weight.copy_(torch.tensor([[2.0, 1.0]]))
        decoder.head.bias.fill_(0.1)
        H, mask = torch.tensor([[[1.0], [-2.0]]], dtype=F64), torch.tensor([[True, True]])
        state = torch.tensor([[0.5]], dtype=F64), torch.zeros(1, 1, dtype=F64)
        return decoded(attention_decoder(H, mask, state, torch.tensor([0.25], dtype=F64), 2, decoder))


@probe("attention_decoder", points=3, public=False)
def decoders_of_any_size(attention_decoder, rng):
    """Several sizes and horizons, equal widths, one series, one observation, float32."""
    found = {}
    for B, n, d_h, d_s, horizon, dtype in (
        (2, 5, 3, 4, 3, F64), (3, 3, 3, 3, 3, F64), (1, 4, 2, 3, 5, F64), (2, 1, 2, 1, 2, F64), (2, 3, 1, 2, 1, F64),
        (2, 3, 2, 3, 4, torch.float32),
    ):  # fmt: skip
        decoder = Parameters(d_h, d_s, rng, dtype)
        H, h, c, y0 = (normal(rng, *s, dtype=dtype) for s in ((B, n, d_h), (B, d_s), (B, d_s), (B,)))
        with torch.no_grad():
            result = attention_decoder(H, torch.ones(B, n, dtype=torch.bool), (h, c), y0, horizon, decoder)
        found[f"{B} of {n}, widths {d_h} and {d_s}, {horizon} steps, {dtype}"] = decoded(result)
    return found


@probe("attention_decoder", points=2, public=False)
def decoders_behind_a_mask(attention_decoder, rng):
    """Masks that differ by series, and a series that sees nothing."""
    decoder, mask = Parameters(3, 2, rng), torch.from_numpy(rng.random(size=(4, 5)) < 0.6)
    mask[0], mask[1], mask[2:, 1] = False, True, True
    H, h, c, y0 = (normal(rng, *s) for s in ((4, 5, 3), (4, 2), (4, 2), (4,)))
    with torch.no_grad():
        return {
            "masked": decoded(attention_decoder(H, mask, (h, c), y0, 4, decoder)),
            "another start": decoded(attention_decoder(H, mask, (c, h), y0 + 1.7, 4, decoder)),
            "observations turned round": decoded(attention_decoder(H.flip(1), mask, (h, c), y0, 4, decoder)),
        }


@probe("attention_decoder", points=1, public=False)
def decoders_learn(attention_decoder, rng):
    """Gradients of forecasts and weights with respect to everything, through what was fed back."""
    decoder = Parameters(2, 3, rng)
    i = {n: normal(rng, *s).requires_grad_() for n, s in {"H": (2, 4, 2), "h": (2, 3), "c": (2, 3), "y0": (2,)}.items()}
    mask = torch.tensor([[True, False, True, True], [True] * 4])
    y, alphas = attention_decoder(i["H"], mask, (i["h"], i["c"]), i["y0"], 3, decoder)
    value = (y * normal(rng, 2, 3)).sum() + (alphas * normal(rng, 2, 3, 4)).sum()
    return gradients(value, {**i, **dict(decoder.named_parameters())})
