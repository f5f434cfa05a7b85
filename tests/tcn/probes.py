"""Graded tests of tcn; docs/authoring.md says how to write them."""

import math

import numpy as np
import torch

from dlcourse import exact, probe, raises, within_se


def normal(rng, *shape, dtype=torch.float64):
    """Normal numbers as a tensor."""
    return torch.from_numpy(np.asarray(rng.normal(size=shape))).to(dtype)


def filled(rng, module, dtype=torch.float64):
    """The module with parameters drawn from rng, in the order of their names."""
    module = module.to(dtype)
    with torch.no_grad():
        for _, p in sorted(module.named_parameters()):
            p.copy_(normal(rng, *p.shape, dtype=dtype))
    return module


def shapes(module):
    """Names and shapes of all parameters."""
    return {name: list(p.shape) for name, p in sorted(module.named_parameters())}


# 1


@probe("causal_conv1d", points=2)
def five_values_by_pencil(causal_conv1d):
    """The worked example, with two dilations, and with a bias."""
    x = torch.tensor([[[1.0, 2.0, 3.0, 4.0, 5.0]]], dtype=torch.float64)
    w = torch.tensor([[[1.0, 10.0]]], dtype=torch.float64)
    return {
        "dilation 2": causal_conv1d(x, w, None, 2),
        "dilation 1": causal_conv1d(x, w),
        "bias 100": causal_conv1d(x, w, torch.tensor([100.0], dtype=torch.float64), 2),
    }


@probe("causal_conv1d", points=2, public=False)
def channels_taps_and_dilations(causal_conv1d, rng):
    """Several numbers of channels and taps, even and odd, one tap, several dilations; one series, one channel, equal sizes."""
    found = {}
    for B, Ci, Co, T, k, d in (
        (2, 3, 4, 11, 3, 2),
        (3, 2, 5, 9, 2, 3),
        (2, 4, 1, 10, 4, 1),
        (1, 1, 2, 8, 5, 2),
        (3, 3, 3, 3, 3, 1),
        (4, 1, 3, 7, 1, 4),
        (2, 2, 2, 6, 2, 1),
    ):
        x, w, b = normal(rng, B, Ci, T), normal(rng, Co, Ci, k), normal(rng, Co)
        found[f"{B} of {Ci} to {Co} channels, {T} steps, {k} taps, dilation {d}"] = causal_conv1d(x, w, b, d)
    found["no bias"] = causal_conv1d(normal(rng, 2, 3, 5), normal(rng, 2, 3, 3), None, 2)
    return found


@probe("causal_conv1d", points=2, public=False)
def impulses_in_time(causal_conv1d, rng):
    """An impulse at each time, also the first and the last: no response before it, and the taps in their order after it."""
    w = normal(rng, 2, 1, 3)
    impulses = torch.eye(8, dtype=torch.float64)[:, None]
    return {f"dilation {d}": causal_conv1d(impulses, w, None, d) for d in (1, 2, 3)}


@probe("causal_conv1d", points=1, public=False)
def shorter_than_the_filter(causal_conv1d, rng):
    """One value, and series that are shorter than the filter is long."""
    w, b = normal(rng, 3, 2, 4), normal(rng, 3)
    return {
        f"{T} steps, dilation {d}": causal_conv1d(normal(rng, 2, 2, T), w, b, d)
        for T, d in ((1, 1), (1, 5), (2, 3), (3, 1), (5, 7), (9, 3), (10, 3))
    }


@probe("causal_conv1d", points=1, public=False)
def any_size_of_number(causal_conv1d, rng):
    """Values far from 0 and of size 1000, tiny ones, every second value, float32."""
    x, w, b = normal(rng, 2, 3, 12), normal(rng, 2, 3, 2), normal(rng, 2)
    return {
        "far from 0": causal_conv1d(x + 1000, w, b, 3),
        "tiny": causal_conv1d(1e-9 * x, w, None, 3),
        "every second value": causal_conv1d(x[:, :, ::2], w, b, 2),
        "time first in memory": causal_conv1d(normal(rng, 2, 6, 3).transpose(1, 2), w, b, 2),
        "float32": causal_conv1d(x.float(), w.float(), b.float(), 2),
    }


@probe("causal_conv1d", points=1, public=False)
def gradients_of_a_convolution(causal_conv1d, rng):
    """Derivatives with respect to series, filters and bias, also of a bias of zeros."""
    tensors = {"x": normal(rng, 2, 3, 7), "w": normal(rng, 2, 3, 3), "b": normal(rng, 2)}
    for tensor in tensors.values():
        tensor.requires_grad_()
    y = causal_conv1d(tensors["x"], tensors["w"], tensors["b"], 2)
    grads = torch.autograd.grad((y * normal(rng, *y.shape)).sum(), list(tensors.values()), allow_unused=True)
    found = {name: "none" if g is None else g for name, g in zip(tensors, grads, strict=True)}
    zero = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    y = causal_conv1d(tensors["x"].detach(), tensors["w"].detach(), zero, 2)
    return found | {"bias of zeros": torch.autograd.grad(y.sum(), zero)[0] if y.requires_grad else "none"}


@probe("causal_conv1d", points=1, public=False)
def dilations_below_one(causal_conv1d, rng):
    """Dilation 0 and negative dilations, also with a single tap."""
    x = normal(rng, 2, 1, 5)
    return {
        "0": raises(causal_conv1d, x, normal(rng, 1, 1, 2), None, 0),
        "-2": raises(causal_conv1d, x, normal(rng, 1, 1, 3), None, -2),
        "0, one tap": raises(causal_conv1d, x, normal(rng, 1, 1, 1), None, 0),
    }


# 2


@probe("receptive_field", points=2, compare=exact())
def fields_by_pencil(receptive_field, required_levels):
    """The worked examples: three levels, and levels for a week."""
    return {
        "one convolution": receptive_field(3, [1, 2, 4]),
        "two": receptive_field(3, [1, 2, 4], 2),
        "levels for a week": required_levels(168, 3),
        "levels, two convolutions": required_levels(168, 3, 2),
    }


@probe("receptive_field", points=2, public=False, compare=exact())
def fields_of_any_stack(receptive_field):
    """Several taps, dilations in no order and equal ones, one to three convolutions; no level, one tap."""
    return {
        f"{k} taps, {dilations}, {c}": receptive_field(k, dilations, c)
        for k, dilations, c in (
            (2, [1, 2, 4, 8], 1),
            (2, [1, 2, 4, 8], 2),
            (5, [3, 1, 2], 1),
            (4, [1, 1, 1, 1, 1], 2),
            (3, [7], 3),
            (3, [1, 2, 4, 5], 2),
            (3, [6, 1, 1, 2], 2),
            (6, [], 2),
            (1, [1, 2, 4], 2),
            (7, [1, 3, 9, 27], 1),
        )
    } | {"default": receptive_field(4, [1, 5])}


@probe("receptive_field", points=2, public=False, compare=exact())
def levels_at_the_boundaries(required_levels):
    """Fields that are met exactly, and one more, with several taps and convolutions; the present alone."""
    found = {"1": required_levels(1, 3), "2": required_levels(2, 3), "one tap, the present": required_levels(1, 1, 2)}
    for k, c in ((2, 1), (3, 1), (3, 2), (5, 2), (4, 3)):
        for levels in (1, 2, 5, 10):
            met = 1 + c * (k - 1) * (2**levels - 1)
            for field in (met - 1, met, met + 1):
                found[f"{field} with {k} taps, {c}"] = required_levels(field, k, c)
    return found


@probe("receptive_field", points=1, public=False, compare=exact())
def fields_beyond_floats(required_levels, receptive_field):
    """Fields of 60 to 200 levels, where a logarithm of floats is off by one."""
    found = {}
    for levels in (60, 64, 200):
        met = 1 + 4 * (2**levels - 1)
        for more in (-1, 0, 1):
            found[f"{levels} levels, {more} more"] = required_levels(met + more, 3, 2)
        if levels < 100:
            found[f"{levels} levels, field as text"] = str(receptive_field(3, [2**i for i in range(levels)], 2))
    return found


@probe("receptive_field", points=1, public=False)
def fields_that_are_none(required_levels):
    """Fields below 1, and filters of one tap that should see more than the present."""
    return {
        "0": raises(required_levels, 0, 3),
        "-3": raises(required_levels, -3, 3, 2),
        "2 with one tap": raises(required_levels, 2, 1),
        "9 with one tap": raises(required_levels, 9, 1, 2),
        "0 with one tap": raises(required_levels, 0, 1, 2),
    }


# 3


def ones_filter(taps, dilation, scale=1.0):
    """A causal convolution of one channel with equal taps, as a sum of shifts."""

    def run(x):
        T, y = x.shape[-1], 0
        for j in range(taps):
            shift = j * dilation
            y = y + torch.cat([x.new_zeros(*x.shape[:2], min(shift, T)), x[:, :, : max(T - shift, 0)]], dim=2)
        return scale * y

    return run


@probe("empirical_receptive_field", points=2)
def two_taps_by_pencil(footprint, empirical_receptive_field):
    """The worked example, at the last time and at an earlier one."""
    x = torch.tensor([[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]], dtype=torch.float64)
    model = ones_filter(2, 3)
    return {
        "last": footprint(model, x, 5),
        "at 2": footprint(model, x, 2),
        "field": empirical_receptive_field(model, x),
    }


@probe("empirical_receptive_field", points=2, public=False, compare=exact())
def spans_with_holes(footprint, empirical_receptive_field, rng):
    """Several taps and dilations, two layers; series longer and shorter than the field; each time of a series; the past alone."""
    found = {}
    for B, T, taps, d in ((2, 12, 3, 4), (1, 9, 2, 5), (3, 7, 4, 3), (2, 10, 1, 1), (4, 5, 2, 1)):
        x = normal(rng, B, 2, T)
        found[f"{T} steps, {taps} taps, dilation {d}"] = empirical_receptive_field(ones_filter(taps, d), x)
    first, second = ones_filter(2, 6), ones_filter(3, 1)
    x = normal(rng, 2, 3, 11)
    found["two layers"] = empirical_receptive_field(lambda x: second(first(x)), x)
    found["the value three steps ago"] = empirical_receptive_field(lambda x: x.roll(3, 2) * (torch.arange(11) >= 3), x)
    found["is a tensor"] = isinstance(empirical_receptive_field(first, x), torch.Tensor)
    for t in range(11):
        found[f"two layers, at {t}"] = footprint(lambda x: second(first(x)), x, t)
    return found


@probe("empirical_receptive_field", points=2, public=False, compare=exact())
def outputs_that_see_the_future(footprint, rng):
    """A network that reads the next values, one that reads the whole series, one that reads nothing."""
    x = normal(rng, 2, 2, 7)
    models = {
        "next two": lambda x: torch.cat([x[:, :, 2:], 0 * x[:, :, :2]], dim=2) * 3 + x,
        "mean of all": lambda x: x - x.mean(2, keepdim=True) * 1.5,
        "backwards": lambda x: x.flip(2),
        "nothing": lambda x: 0 * x + 2.5,
    }
    return {f"{name}, at {t}": footprint(model, x, t) for name, model in models.items() for t in (0, 3, 6)}


@probe("empirical_receptive_field", points=2, public=False, compare=exact())
def channels_that_cancel(footprint, empirical_receptive_field, rng):
    """Two outputs with opposite derivatives, several outputs of which one sees far, inputs of which one counts."""
    see = ones_filter(3, 2)
    x = normal(rng, 3, 2, 9)
    far = [lambda x: x[:, :1], lambda x: ones_filter(2, 7)(x[:, :1]), lambda x: x[:, :1] * 2]
    models = {
        "opposite": lambda x: torch.cat([see(x), -see(x)], dim=1),
        "one of three sees far": lambda x: torch.cat([f(x) for f in far], dim=1),
        "last one sees far": lambda x: torch.cat([far[0](x), far[2](x), far[1](x)], dim=1),
        "second input": lambda x: see(x[:, 1:]) + x[:, :1],
        "difference of inputs": lambda x: see(x[:, :1] - x[:, 1:]),
    }
    found = {name: empirical_receptive_field(model, x) for name, model in models.items()}
    return found | {f"{name}, footprint": footprint(model, x, 8) for name, model in models.items()}


@probe("empirical_receptive_field", points=1, public=False, compare=exact())
def shut_relus_and_tiny_derivatives(footprint, empirical_receptive_field):
    """Examples of which one alone opens a ReLU, derivatives of size 1e-30 and 1e-200, of both signs; outputs of 0; nothing at all."""
    see = ones_filter(2, 4)
    x = torch.ones(3, 1, 8, dtype=torch.float64) * torch.tensor([-1.0, 2.0, -3.0], dtype=torch.float64)[:, None, None]
    signed = torch.tensor([1.0, -1.0, 0.0], dtype=torch.float64)[:, None, None] * torch.ones(3, 1, 8, dtype=torch.float64)
    models = {
        "one opens": lambda x: see(x).relu(),
        "none opens": lambda x: (see(x) - 100).relu(),
        "tiny": lambda x: 1e-30 * see(x),
        "tinier": lambda x: 1e-200 * see(x),
        "difference of equal values": lambda x: see(x) - see(x.roll(2, 2)),
        "tiny and large": lambda x: x + 1e-25 * see(x),
        "squares": lambda x: see(x**2),
    }
    found = {name: empirical_receptive_field(model, x) for name, model in models.items()}
    found["squares of both signs"] = empirical_receptive_field(lambda x: see(x**2), signed)
    found["all shut"] = empirical_receptive_field(lambda x: see(x).relu(), -x.abs())
    found["all shut, footprint"] = footprint(lambda x: see(x).relu(), -x.abs(), 7)
    return found | {f"{name}, footprint": footprint(model, x, 7) for name, model in models.items()}


class ShorterInUse(torch.nn.Module):
    """Reads the value four steps ago while training, and the last one in evaluation mode."""

    def forward(self, x):
        return x + x.roll(4 if self.training else 1, 2)


@probe("empirical_receptive_field", points=1, public=False)
def modules_are_left_alone(footprint, empirical_receptive_field, rng):
    """A module with parameters that want gradients, with and without gradients of its own; frozen; float32; in either mode."""
    conv = torch.nn.Conv1d(2, 3, 2, padding=1).double()
    with torch.no_grad():
        for p in conv.parameters():
            p.copy_(normal(rng, *p.shape))
    x = normal(rng, 2, 2, 6)

    def model(x):
        return conv(x)[:, :, :-1]

    found = {"fresh": empirical_receptive_field(model, x), "grad": ["none" if p.grad is None else p.grad for p in conv.parameters()]}
    for p in conv.parameters():
        p.grad = torch.full_like(p, 0.75)
    found["at 3"] = footprint(model, x, 3)
    found["kept"] = [p.grad.clone() for p in conv.parameters()]
    found["x wants gradient"] = bool(x.requires_grad)
    conv.requires_grad_(False)
    found["frozen"] = footprint(model, x, 0)
    conv.float()
    found["float32"] = footprint(model, x.float(), 4)
    found["training mode"] = bool(conv.training)
    for training in (True, False):
        two = ShorterInUse().train(training)
        found[f"a mode of its own, {training}"] = [empirical_receptive_field(two, x), footprint(two, x, 5), bool(two.training)]
    return found


# 4


@probe("path_count", points=2)
def nine_paths_by_pencil(path_count, path_spread):
    """The worked example."""
    return {"ways": path_count(3, [1, 2]), "deviation": path_spread(3, [1, 2])}


@probe("path_count", points=3, public=False, compare=exact())
def ways_back(path_count):
    """Several taps, dilations in no order, holes, one to three filters per level; one tap, no level."""
    return {
        f"{k} taps, {dilations}, {c}": path_count(k, dilations, c)
        for k, dilations, c in (
            (2, [1, 2, 4], 1),
            (3, [1, 2, 4], 2),
            (3, [1, 1, 5], 2),
            (3, [4, 1], 1),
            (4, [3, 2], 1),
            (2, [5], 3),
            (2, [5], 2),
            (5, [1], 2),
            (1, [1, 2], 2),
            (3, [], 2),
            (3, [1, 2, 4, 5], 2),
        )
    } | {"default": path_count(2, [3, 1]), "dtype": str(getattr(path_count(2, [1]), "dtype", "none, this is no array"))}


@probe("path_count", points=1, public=False, compare=exact())
def more_paths_than_floats(path_count):
    """Counts beyond 2 to the power of 53, exactly."""
    return {"38 filters": path_count(3, [1], 38), "37 filters": path_count(3, [1], 37), "19 levels": path_count(3, [2] * 19, 2)}


@probe("path_count", points=2, public=False)
def widths_of_hills(path_spread):
    """Several stacks, a single path, and dilations for which no list could be made."""
    return {
        "two filters": path_spread(3, [1, 2, 4], 2),
        "other dilations": path_spread(3, [5, 1, 1], 2),
        "three filters": path_spread(3, [1, 2, 4], 3),
        "in no order": path_spread(2, [9, 1, 3], 1),
        "equal dilations": path_spread(5, [2, 2, 2], 2),
        "one tap": path_spread(1, [1, 2], 2),
        "no level": path_spread(4, [], 2),
        "even": path_spread(4, [3, 1]),
        "very wide": path_spread(3, [2**i for i in range(50)], 2),
        "many taps": path_spread(10**9, [1, 7], 1),
    }


# 5


def filters(rng, Co, Ci, k, dtype=torch.float64):
    """Directions of uneven length, lengths of both signs, and a derivative."""
    v = normal(rng, Co, Ci, k, dtype=dtype) * torch.logspace(-1, 1, Co, dtype=dtype)[:, None, None]
    return v, normal(rng, Co, dtype=dtype), normal(rng, Co, Ci, k, dtype=dtype)


@probe("weight_norm", points=2)
def one_filter_by_pencil(weight_norm, weight_norm_backward, split_weight):
    """The worked example, and a filter taken apart."""
    v, g = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64), torch.tensor([10.0], dtype=torch.float64)
    dv, dg = weight_norm_backward(v, g, torch.tensor([[[1.0, 0.0]]], dtype=torch.float64))
    direction, length = split_weight(torch.tensor([[[6.0, 8.0]]], dtype=torch.float64))
    return {"w": weight_norm(v, g), "dv": dv, "dg": dg, "split v": direction, "split g": length}


@probe("weight_norm", points=2, public=False)
def filters_of_given_length(weight_norm, rng):
    """Several channels and taps, equal sizes, one of each; lengths of both signs and 0; far from size 1; float32."""
    found = {}
    for Co, Ci, k in ((4, 2, 3), (3, 3, 3), (1, 2, 4), (2, 1, 1), (5, 3, 1), (2, 4, 2)):
        v, g, _ = filters(rng, Co, Ci, k)
        found[f"{Co} filters of {Ci} channels and {k} taps"] = weight_norm(v, g)
    v, g, _ = filters(rng, 3, 2, 2)
    found["length 0"] = weight_norm(v, torch.tensor([0.5, 0.0, -2.0], dtype=torch.float64))
    found["tiny directions"] = weight_norm(1e-9 * v, g)
    found["directions of 1e-100"] = weight_norm(1e-100 * v, g)
    found["huge lengths"] = weight_norm(v, 1000 * g)
    found["channels last in memory"] = weight_norm(normal(rng, 4, 2, 3).transpose(1, 2), normal(rng, 4))
    found["float32"] = weight_norm(v.float(), g.float())
    return found


@probe("weight_norm", points=3, public=False)
def the_way_back(weight_norm_backward, rng):
    """Derivatives of directions and lengths, in several shapes; a length of 0, of both signs; float32."""
    found = {}
    for Co, Ci, k in ((4, 2, 3), (3, 3, 3), (1, 2, 4), (2, 1, 1), (5, 1, 2)):
        dv, dg = weight_norm_backward(*filters(rng, Co, Ci, k))
        found[f"{Co} filters of {Ci} channels and {k} taps"] = {"dv": dv, "dg": dg}
    v, _, dw = filters(rng, 3, 2, 2)
    dv, dg = weight_norm_backward(v, torch.tensor([0.0, -1.5, 2.0], dtype=torch.float64), dw)
    found["length 0"] = {"dv": dv, "dg": dg}
    dv, dg = weight_norm_backward(1e-6 * v, torch.tensor([0.3, -1.5, 2.0], dtype=torch.float64), 1000 * dw)
    found["short directions"] = {"dv": dv, "dg": dg}
    for name in ("one", "another"):
        _, g, dw = filters(rng, 3, 2, 2)
        dv, dg = weight_norm_backward(v, g, dw)
        found[f"the same directions, {name} loss"] = {"dv": dv, "dg": dg}
    dv, dg = weight_norm_backward(*filters(rng, 2, 3, 2, torch.float32))
    found["float32"] = {"dv": dv, "dg": dg}
    return found


@probe("weight_norm", points=1, public=False)
def filters_taken_apart(split_weight, rng):
    """Directions and lengths of given filters, before and after the directions are written into."""
    found = {}
    for Co, Ci, k in ((3, 2, 4), (2, 2, 2), (1, 3, 1)):
        w = normal(rng, Co, Ci, k) * 3.7
        v, g = split_weight(w)
        found[f"{Co} filters of {Ci} channels and {k} taps"] = {"v": v.clone(), "g": g.clone()}
        v *= 0.5
        found[f"{Co} filters, afterwards"] = {"w": w, "v": v}
    return found


@probe("weight_norm", points=1, public=False)
def gradients_through_a_norm(weight_norm, rng):
    """What autograd makes of the filters, with respect to directions and lengths."""
    v, g, dw = filters(rng, 3, 2, 3)
    w = weight_norm(v.requires_grad_(), g.requires_grad_())
    if not w.requires_grad:
        return {"v": "no path back", "g": "no path back", "w": w}
    grads = torch.autograd.grad((w * dw).sum(), (v, g), allow_unused=True)
    return {"v": grads[0], "g": grads[1], "w": w.detach()}


# 6


def pencil_block(TCNBlock):
    """The block of the worked example."""
    block = TCNBlock(1, 1, 2, 1).double()
    with torch.no_grad():
        block.conv1.v.copy_(torch.tensor([[[1.0, 1.0]]]))
        block.conv2.v.copy_(torch.tensor([[[-1.0, 1.0]]]))
        for conv in (block.conv1, block.conv2):
            conv.g.fill_(math.sqrt(2))
            conv.bias.fill_(0)
    return block


@probe("TCNBlock", points=2)
def a_block_by_pencil(TCNBlock):
    """The worked example, and the parameters of two blocks."""
    x = torch.tensor([[[2.0, -3.0, 3.0]]], dtype=torch.float64)
    return {
        "y": pencil_block(TCNBlock)(x),
        "2 to 3 channels": shapes(TCNBlock(2, 3, 4, 1)),
        "2 to 2 channels": shapes(TCNBlock(2, 2, 3, 2)),
    }


@probe("TCNBlock", points=3, public=False)
def blocks_of_any_size(TCNBlock, rng):
    """More, fewer and equally many channels; several taps and dilations; one series; float32."""
    found = {}
    for B, ci, co, k, d, T in ((2, 3, 4, 3, 2, 11), (3, 4, 2, 2, 3, 9), (2, 3, 3, 3, 4, 14), (1, 1, 1, 5, 1, 8), (4, 2, 3, 1, 2, 5)):
        block = filled(rng, TCNBlock(ci, co, k, d))
        found[f"{ci} to {co} channels, {k} taps, dilation {d}"] = block(normal(rng, B, ci, T))
    block = filled(rng, TCNBlock(2, 4, 3, 2), torch.float32)
    found["float32"] = block(normal(rng, 2, 2, 7, dtype=torch.float32))
    return found


@probe("TCNBlock", points=2, public=False)
def what_a_block_can_see(TCNBlock, rng):
    """Responses to a change at one time, before it and up to 20 steps after it."""
    found = {}
    for ci, co, k, d in ((2, 3, 3, 4), (2, 2, 2, 7), (1, 3, 3, 1)):
        block = filled(rng, TCNBlock(ci, co, k, d))
        with torch.no_grad():
            for conv in (block.conv1, block.conv2):
                conv.bias += 4.0
        x = normal(rng, 2, ci, 24)
        changed = x.clone()
        changed[:, :, 3] += 2.5
        found[f"{ci} to {co}, {k} taps, dilation {d}"] = block(changed) - block(x)
    return found


@probe("TCNBlock", points=1, public=False)
def parts_of_a_block(TCNBlock, rng):
    """Names and shapes of parameters; a skip only where it is needed; types of the parts; dilations; what they make of a series."""
    found = {}
    for ci, co, k, d in ((3, 5, 2, 4), (5, 3, 3, 1), (4, 4, 3, 2), (1, 1, 1, 1)):
        block = TCNBlock(ci, co, k, d, 0.3)
        found[f"{ci} to {co}"] = {
            "parameters": shapes(block),
            "in the state": sorted(block.state_dict()),
            "skip": type(block.skip).__name__,
            "convolutions": [type(block.conv1).__name__, type(block.conv2).__name__],
            "dilations": [int(block.conv1.dilation), int(block.conv2.dilation)],
            "trained": [bool(p.requires_grad) for _, p in sorted(block.named_parameters())],
            "y": filled(rng, block).eval()(normal(rng, 2, ci, 5)),
        }
    return found


@probe("TCNBlock", points=1, public=False)
def gradients_of_a_block(TCNBlock, rng):
    """Derivatives with respect to the input and all parameters."""
    found = {}
    for ci, co in ((2, 3), (3, 3)):
        block, x = filled(rng, TCNBlock(ci, co, 2, 3)), normal(rng, 2, ci, 9).requires_grad_()
        y = block(x)
        names = ["x", *sorted(dict(block.named_parameters()))]
        inputs = [x, *(dict(block.named_parameters())[n] for n in names[1:])]
        grads = torch.autograd.grad((y * normal(rng, *y.shape)).sum(), inputs, allow_unused=True)
        found[f"{ci} to {co}"] = {n: "none" if g is None else g for n, g in zip(names, grads, strict=True)}
    return found


@probe("TCNBlock", points=1, public=False)
def quiet_in_evaluation(TCNBlock, rng):
    """A block with dropout in evaluation mode, twice, and a block without dropout in training mode."""
    found = {}
    for p in (0.5, 0.9):
        block, x = filled(rng, TCNBlock(2, 3, 3, 2, p)).eval(), normal(rng, 2, 2, 8)
        found[f"dropout {p}"] = {"once": block(x), "twice": block(x)}
    block, x = filled(rng, TCNBlock(2, 3, 3, 2, 0.0)).train(), normal(rng, 2, 2, 8)
    return found | {"no dropout, training": block(x)}


def mean_block(rng, TCNBlock, p):
    """A block whose ReLUs are all open, so that dropout shows in its outputs as such."""
    block = TCNBlock(1, 2, 2, 1, p).double()
    with torch.no_grad():
        for _, parameter in sorted(block.named_parameters()):
            parameter.copy_(torch.from_numpy(rng.uniform(0.5, 1.5, size=tuple(parameter.shape))))
    return block.train()


@probe("TCNBlock", points=2, public=False, compare=within_se(6.5))
def noise_in_training(TCNBlock, rng):
    """Means and spreads of the outputs of 6000 equal series in training mode, with two rates of dropout."""
    found = {}
    for p in (0.3, 0.6):
        y = mean_block(rng, TCNBlock, p)(torch.ones(6000, 1, 2, dtype=torch.float64)).detach()
        found |= {f"dropout {p}, channel {c}, time {t}": y[:, c, t] for c in (0, 1) for t in (0, 1)}
        found |= {f"dropout {p}, product over channels": y[:, 0, 1] * y[:, 1, 1]}
        found |= {f"dropout {p}, product over time": y[:, 0, 0] * y[:, 0, 1]}
    return found


# 7


@probe("TCN", points=2)
def parameters_by_pencil(TCN, forecast):
    """The parameters of the worked example, their number, and a forecast of two steps by a network that was filled with 0.5."""
    model = TCN(1, 1, [16, 16], 3)
    small = TCN(1, 2, [2, 2], 2).double()
    with torch.no_grad():
        for p in small.parameters():
            p.fill_(0.5)
    X = torch.tensor([[[1.0, 2.0, -1.0, 0.5, 3.0]], [[0.0, 1.0, 0.5, 2.0, -2.0]]], dtype=torch.float64)
    return {"shapes": shapes(model), "number": sum(p.numel() for p in model.parameters()), "forecast": forecast(small, X)}


@probe("TCN", points=3, public=False)
def networks_of_any_size(TCN, rng):
    """One to four levels, channels that rise and fall, several taps, inputs and outputs; one series; float32."""
    found = {}
    for B, ci, co, channels, k, T in (
        (2, 3, 2, [4, 2, 5], 2, 17),
        (3, 1, 4, [3, 3], 3, 9),
        (1, 2, 1, [2], 4, 6),
        (2, 2, 2, [2, 2, 2, 2], 2, 18),
        (2, 1, 3, [5, 4, 3, 2], 3, 20),
    ):
        model = filled(rng, TCN(ci, co, channels, k))
        found[f"{ci} to {co}, channels {channels}, {k} taps"] = model(normal(rng, B, ci, T))
    model = filled(rng, TCN(2, 1, [3, 4], 2), torch.float32)
    found["float32"] = model(normal(rng, 2, 2, 7, dtype=torch.float32))
    return found


@probe("TCN", points=2, public=False)
def dilations_of_the_levels(TCN, rng):
    """The dilations of five levels, and dilations that are given, also none but the default; what such networks say."""
    found = {}
    for name, channels, dilations in (
        ("default", [1, 2, 1, 2, 1], None),
        ("given", [2, 2, 2], [3, 1, 5]),
        ("equal", [2, 3], [4, 4]),
        ("one", [2], [6]),
    ):
        model = filled(rng, TCN(1, 1, channels, 2, dilations))
        found[name] = {
            "dilations": [int(conv.dilation) for block in model.blocks for conv in (block.conv1, block.conv2)],
            "y": model(normal(rng, 2, 1, 15)),
        }
    return found


@probe("TCN", points=1, public=False)
def parts_of_a_network(TCN, rng):
    """Names and shapes of all parameters, which of them are trained, classes of the parts, and what they make of a series."""
    found = {}
    for ci, co, channels, k in ((3, 2, [4, 4, 5], 2), (2, 2, [2], 3), (1, 1, [6, 3], 1)):
        model = TCN(ci, co, channels, k, dropout=0.25)
        found[f"{ci} to {co}, {channels}"] = {
            "parameters": shapes(model),
            "state": sorted(model.state_dict()),
            "trained": [bool(p.requires_grad) for _, p in sorted(model.named_parameters())],
            "head": type(model.head).__name__,
            "blocks": [type(block).__name__ for block in model.blocks],
            "list": type(model.blocks).__name__,
            "y": filled(rng, model).eval()(normal(rng, 2, ci, 5)),
        }
    return found


@probe("TCN", points=1, public=False)
def the_future_does_not_matter(TCN, rng):
    """Outputs up to a time and after it, before and after all later values were replaced."""
    found = {}
    for ci, co, channels, k in ((2, 3, [4, 4], 3), (1, 1, [3, 2, 3], 2)):
        model, x = filled(rng, TCN(ci, co, channels, k)), normal(rng, 2, ci, 16)
        for t in (0, 7, 14):
            other = x.clone()
            other[:, :, t + 1 :] = 1000 * normal(rng, 2, ci, 15 - t)
            before, after = model(x), model(other)
            found[f"{channels}, up to {t}"] = {"before": before[:, :, : t + 1], "after": after[:, :, : t + 1]}
            found[f"{channels}, after {t}"] = {"before": before[:, :, t + 1 :], "after": after[:, :, t + 1 :]}
    return found


@probe("TCN", points=2, public=False)
def forecasts_of_windows(forecast, TCN, rng):
    """One step and several, windows longer and shorter than the field, in both modes; the mode and the gradients afterwards."""
    found = {}
    for B, ci, H, channels, T, training in ((3, 2, 4, [3, 3], 11, True), (2, 1, 1, [2, 3], 4, False), (1, 3, 2, [2], 9, True), (2, 2, 2, [2], 2, False)):
        model = filled(rng, TCN(ci, H, channels, 3, dropout=0.5)).train(training)
        said = forecast(model, normal(rng, B, ci, T))
        found[f"{B} windows of {ci} channels, {T} steps, {H} ahead"] = {
            "said": said,
            "wants gradient": bool(said.requires_grad),
            "training": bool(model.training),
            "training of the parts": sorted({bool(m.training) for m in model.modules()}),
        }
    model = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 1), torch.nn.Dropout(0.7)).double()
    filled(rng, model)
    found["another network"] = forecast(model, normal(rng, 2, 2, 5))
    found["is in training"] = bool(model[1].training)
    for p in model.parameters():
        p.grad = torch.full_like(p, 0.25)
    recorded = []
    model[1].register_forward_hook(lambda module, inputs, said: recorded.append(bool(said.requires_grad)))
    found["once more"] = forecast(model, normal(rng, 2, 2, 5))
    found["recorded inside"], found["recording afterwards"] = recorded, torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return found | {"gradients kept": ["none" if p.grad is None else p.grad for p in model.parameters()]}


@probe("TCN", points=1, public=False, compare=within_se(6.5))
def dropout_in_every_block(TCN, rng):
    """Outputs of 6000 equal series in training mode, with two rates of dropout."""
    found = {}
    for p in (0.2, 0.5):
        model = TCN(1, 1, [1, 1], 1, dropout=p).double()
        with torch.no_grad():
            for _, parameter in sorted(model.named_parameters()):
                parameter.copy_(torch.from_numpy(rng.uniform(0.5, 1.5, size=tuple(parameter.shape))))
        found[f"dropout {p}"] = model.train()(torch.ones(6000, 1, 1, dtype=torch.float64)).detach()[:, 0, 0]
    return found


@probe("TCN", points=1, public=False)
def dilations_that_do_not_fit(TCN, rng):
    """Fewer dilations than blocks, more, and none; as many as blocks."""
    return {
        "fewer": raises(TCN, 1, 1, [2, 2, 3], 2, [1, 2]),
        "more": raises(TCN, 1, 1, [2, 2], 2, [1, 2, 4]),
        "none": raises(TCN, 1, 1, [2], 2, []),
        "as many": filled(rng, TCN(1, 2, [2, 3], 2, [1, 2]))(normal(rng, 2, 1, 6)),
    }


# 8


@probe("channel_ablation", points=2)
def two_channels_by_pencil(channel_ablation):
    """The worked example."""
    X = torch.tensor([[[1.0], [2.0]], [[3.0], [-1.0]]], dtype=torch.float64)
    Y = torch.tensor([[5.0], [5.0]], dtype=torch.float64)
    return {"increase": channel_ablation(lambda X: 2 * X[:, :1, -1] + X[:, 1:, -1], X, Y)}


def reader(rng, F, T, H):
    """A model that is not linear: windows (B, F, T) to (B, H)."""
    weights = normal(rng, F * T, H)
    return lambda X: torch.tanh(X.flatten(1) @ weights) + 0.5 * (X.flatten(1) ** 2) @ weights


@probe("channel_ablation", points=3, public=False)
def increases_of_the_error(channel_ablation, rng):
    """Several numbers of channels, steps and examples, equal sizes, one of each; a model of one channel; a model that profits."""
    found = {}
    for B, F, T, H in ((5, 3, 4, 2), (3, 3, 3, 3), (1, 4, 2, 1), (4, 1, 3, 2), (6, 2, 1, 5)):
        found[f"{B} examples, {F} channels, {T} steps, {H} ahead"] = channel_ablation(
            reader(rng, F, T, H), normal(rng, B, F, T), normal(rng, B, H)
        )
    X, Y = normal(rng, 5, 4, 3), normal(rng, 5, 2)
    found["one channel is read"] = channel_ablation(lambda X: X[:, 2, 1:], X, Y)
    found["worse than nothing"] = channel_ablation(lambda X: -3 * X[:, 1, :2], X, X[:, 1, :2].clone())
    found["float32"] = channel_ablation(lambda X: X[:, :2, 0] * X[:, 2:, 1], X.float(), Y.float())
    return found


@probe("channel_ablation", points=2, public=False)
def constants_in_place_of_channels(channel_ablation, rng):
    """Channels far from 0, with their means as constants, with others, and with zeros."""
    X, Y, model = 20 + 3 * normal(rng, 5, 3, 4), normal(rng, 5, 2), reader(rng, 3, 4, 2)
    return {
        "means": channel_ablation(model, X, Y, X.mean((0, 2))),
        "others": channel_ablation(model, X, Y, normal(rng, 3)),
        "zeros": channel_ablation(model, X, Y),
        "zeros, given": channel_ablation(model, X, Y, torch.zeros(3, dtype=torch.float64)),
    }


@probe("channel_ablation", points=1, public=False)
def a_model_that_writes(channel_ablation, rng):
    """A model that overwrites its argument; what it was shown; windows afterwards."""
    X, Y, seen = normal(rng, 3, 2, 4), normal(rng, 3, 2), []

    def model(windows):
        seen.append(windows.detach().clone())
        said = windows[:, :, 0] * 2 - windows[:, :, 3]
        windows *= 0
        return said

    increase = channel_ablation(model, X, Y)
    calls = {f"shown {i}": s for i, s in enumerate(sorted(seen, key=lambda s: [float(s[:, c].abs().sum() == 0) for c in (0, 1)]))}
    return {"increase": increase, "windows": X} | calls


@probe("channel_ablation", points=1, public=False)
def no_gradients_are_recorded(channel_ablation, rng):
    """A model whose weights want gradients, and which says whether they are recorded."""
    weight, recorded = normal(rng, 2, 3).requires_grad_(), []

    def model(windows):
        said = windows[:, :, -1] @ weight
        recorded.append(bool(said.requires_grad))
        return said

    increase = channel_ablation(model, normal(rng, 4, 2, 3), normal(rng, 4, 3))
    return {"increase": increase, "result": bool(increase.requires_grad), "inside": recorded}
