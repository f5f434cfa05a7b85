"""Graded tests of transfer_learning; docs/authoring.md says how to write them."""

import itertools

import numpy as np
import torch
from torch import nn

from dlcourse import exact, probe, raises


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(np.asarray(scale * rng.normal(size=shape)))


def pulled_back(output, inputs):
    """Gradients of a number (or of the mean of squares) with respect to named tensors; words where no path leads back."""
    inputs = {name: x for name, x in inputs.items() if x.requires_grad}
    grads = [None] * len(inputs)
    if output.requires_grad:
        number = output if output.dim() == 0 else (output**2).mean()
        grads = torch.autograd.grad(number, list(inputs.values()), allow_unused=True, retain_graph=True)
    words = "no gradient: autograd finds no path back"
    return {name: words if grad is None else grad for name, grad in zip(inputs, grads, strict=True)}


def settings_of(transfer_setting, same_task):
    """The answers to the eight rows with this task, by what the row says."""
    answers = {}
    for domain, source, target in itertools.product([True, False], repeat=3):
        owners = {(True, True): "both sides", (True, False): "the source", (False, True): "the target"}
        name = f"{'same' if domain else 'other'} domain, labels in {owners.get((source, target), 'neither')}"
        answers[name] = transfer_setting(domain, same_task, source, target)
    return answers


def groups_of(transfer_param_groups, layers, n_frozen, base_lr, decay, step=1.0):
    """Groups with names for parameters, and the state of every parameter and layer; values are fixed numbers."""
    with torch.no_grad():
        for i, layer in enumerate(layers):
            for parameter in layer.parameters():
                numbers = torch.arange(parameter.numel()) * 0.37 - step * i
                parameter.copy_((step * numbers).sin().view(parameter.shape))
    groups = transfer_param_groups(layers, n_frozen, base_lr, decay)
    names = {}
    for i, layer in enumerate(layers):
        for name, parameter in layer.named_parameters():
            names.setdefault(id(parameter), f"{i}.{name}")
    tensors = {f"{i}.{name}": p for i, layer in enumerate(layers) for name, p in layer.named_parameters()}
    named = [{**group, "params": [names.get(id(p), "unknown") for p in group["params"]]} for group in groups]
    return {
        "groups": named,
        "requires_grad": {name: p.requires_grad for name, p in tensors.items()},
        "in training mode": [module.training for layer in layers for module in layer.modules()],
        "values": {name: p.detach().clone() for name, p in tensors.items()},
    }


def losses(results):
    """The three losses by name."""
    total, ce, mmd = results
    return {"total": total, "ce": ce, "mmd2": mmd}


def two_networks(rng, d, width, p, classes):
    """Features (d to p) and classifier (p to classes) in float64, with drawn weights."""
    feat = nn.Sequential(nn.Linear(d, width), nn.Tanh(), nn.Linear(width, p)).double()
    clf = nn.Linear(p, classes).double()
    with torch.no_grad():
        for parameter in (*feat.parameters(), *clf.parameters()):
            parameter.copy_(normal(rng, *parameter.shape, scale=0.7))
    return feat, clf


def trained(train_with_mmd, networks, data, src_idx, tgt_idx, ft_steps, lam, gamma, lr):
    """The history, and the parameters that are left behind."""
    feat, clf = networks
    src, tgt = (torch.tensor(rows, dtype=torch.int64) for rows in (src_idx, tgt_idx))
    history = train_with_mmd(feat, clf, *data, src, tgt, ft_steps, lam, gamma, lr)
    return {
        "history": history,
        "feat": {name: p.detach() for name, p in feat.named_parameters()},
        "clf": {name: p.detach() for name, p in clf.named_parameters()},
    }


@probe("transfer_setting", points=1, compare=exact())
def two_settings_by_hand(transfer_setting):
    """The two rows of the text, and one where nothing differs."""
    return {
        "Latin to Georgian, labels on both sides": transfer_setting(False, False, True, True),
        "typeset to handwritten digits, source labels": transfer_setting(False, True, True, False),
        "nothing differs": transfer_setting(True, True, True, True),
    }


@probe("transfer_setting", points=2, public=False, compare=exact())
def eight_rows_of_one_task(transfer_setting):
    """All rows in which the task is the same."""
    return settings_of(transfer_setting, True)


@probe("transfer_setting", points=2, public=False, compare=exact())
def eight_rows_of_other_tasks(transfer_setting):
    """All rows in which the tasks differ."""
    return settings_of(transfer_setting, False)


@probe("mmd2", points=1)
def kernel_by_hand(rbf_kernel):
    """The points of the text, and two points of the plane."""
    x, y = torch.tensor([[0.0], [1.0], [2.0]]).double(), torch.tensor([[1.0], [2.0]]).double()
    u, v = torch.tensor([[1.0, 2.0]]).double(), torch.tensor([[2.0, 0.0], [1.0, 2.0]]).double()
    return {"line": rbf_kernel(x, y, float(np.log(2))), "plane": rbf_kernel(u, v, 0.1)}


@probe("mmd2", points=1)
def estimates_by_hand(mmd2):
    """Both estimates of the text."""
    x, y = torch.tensor([[0.0], [1.0], [2.0]]).double(), torch.tensor([[1.0], [2.0]]).double()
    return {"unbiased": mmd2(x, y, float(np.log(2)), True), "biased": mmd2(x, y, float(np.log(2)), False)}


@probe("mmd2", points=2, public=False)
def kernels_of_many_shapes(rbf_kernel, rng):
    """Several numbers of points and coordinates, gammas below and above one, one point, as many points as coordinates."""
    x, y = normal(rng, 3, 5).T, normal(rng, 4, 3)
    return {
        "five and four": rbf_kernel(x, y, 0.37),
        "larger gamma": rbf_kernel(x, y, 1.9),
        "tiny gamma": rbf_kernel(x, y, 1e-3),
        "square": rbf_kernel(x[:3], y[:3], 0.6),
        "with itself": rbf_kernel(y, y, 0.6),
        "one point": rbf_kernel(x[:1], y, 0.25),
        "one and one": rbf_kernel(x[:1], y[:1], 0.25),
        "one coordinate": rbf_kernel(x[:, :1], y[:, 1:2], 0.8),
        "far apart": rbf_kernel(1000 * x, -1000 * y, 0.7),
        "far apart, tiny gamma": rbf_kernel(1000 * x, -1000 * y, 1.7e-7),
    }


@probe("mmd2", points=2, public=False)
def points_far_from_the_origin(rbf_kernel, rng):
    """float32 points around 1e4, and around two places, closer to each other than rounding of their squares; points that coincide."""
    grid = torch.from_numpy(rng.integers(-8, 9, size=(6, 2)) / 8.0).float() + torch.tensor([1e4, -9e3])
    grid[3], grid[5] = grid[0], grid[1]
    many = torch.from_numpy(rng.integers(-8, 9, size=(30, 2)) / 8.0).float() + torch.tensor([-9e3, 1e4])
    return {
        "float32": rbf_kernel(grid, grid[:4], 0.3),
        "other gamma": rbf_kernel(grid[1:], grid, 2.0),
        "thirty points": rbf_kernel(many, many[:3], 0.3),
        "around two places": rbf_kernel(torch.cat([grid, many[:5]]), torch.cat([many[:4], grid[:3]]), 0.3),
    }


@probe("mmd2", points=3, public=False)
def estimates_of_many_shapes(mmd2, rng):
    """Unequal and equal sample sizes, other gammas, a square case, two points, one point, float32."""
    x, y = normal(rng, 3, 6).T, normal(rng, 4, 3) + 0.4
    results = {}
    for name, unbiased in (("unbiased", True), ("biased", False)):
        results |= {
            f"{name}": mmd2(x, y, 0.37, unbiased),
            f"{name}, exchanged": mmd2(y, x, 0.37, unbiased),
            f"{name}, other gamma": mmd2(x, y, 1.3, unbiased),
            f"{name}, equal sizes": mmd2(x[:4], y, 0.2, unbiased),
            f"{name}, square": mmd2(x[:3], y[:3], 0.5, unbiased),
            f"{name}, two and two": mmd2(x[:2], y[:2], 0.6, unbiased),
            f"{name}, other two": mmd2(x[2:4], y[1:3], 0.6, unbiased),
            f"{name}, one coordinate": mmd2(x[:, :1], y[:, :1], 0.9, unbiased),
            f"{name}, the same sample": mmd2(x, x.clone(), 0.37, unbiased),
            f"{name}, a repeated point": mmd2(x[[0, 0, 2]], y, 0.37, unbiased),
            f"{name}, float32": mmd2(x.float(), y.float(), 0.37, unbiased),
        }
    results["biased, one point"] = mmd2(x[:1], y, 0.4, False)
    results["biased, one and one"] = mmd2(x[1:2], y[2:3], 0.4, False)
    return results


@probe("mmd2", points=1, public=False)
def unbiased_needs_two_points(mmd2, rng):
    """A sample of one point on either side or on both."""
    x, y = normal(rng, 4, 2), normal(rng, 3, 2)
    return {
        "one in the source": raises(mmd2, x[:1], y, 0.5, True),
        "one in the target": raises(mmd2, x, y[:1], 0.5, True),
        "one and one": raises(mmd2, x[:1], y[:1], 0.5, True),
        "two and two": mmd2(x[:2], y[:2], 0.5, True),
    }


@probe("mmd2", points=2, public=False)
def gradients_of_the_discrepancy(rbf_kernel, mmd2, rng):
    """Autograd through kernel and estimates to both samples; some points coincide."""
    x, y = normal(rng, 4, 3), normal(rng, 3, 3)
    x[2], x[3] = x[0], y[1]
    x, y = x.requires_grad_(), y.requires_grad_()
    samples = {"x": x, "y": y}
    return {
        "kernel": pulled_back(rbf_kernel(x, y, 0.4), samples),
        "kernel with itself": pulled_back(rbf_kernel(y, y, 0.4), {"y": y}),
        "unbiased": pulled_back(mmd2(x, y, 0.4, True), samples),
        "biased": pulled_back(mmd2(x, y, 0.7, False), samples),
    }


@probe("transfer_report", points=1)
def labels_by_hand(labels_needed):
    """The scratch curve of the text at three accuracies."""
    n, acc = np.array([1, 4, 16]), np.array([0.2, 0.4, 0.8])
    return {str(a): labels_needed(n, acc, a) for a in (0.4, 0.7, 0.9)}


@probe("transfer_report", points=1)
def report_by_hand(transfer_report):
    """The two curves of the text at both accuracies."""
    n, scratch, transfer = np.array([1, 4, 16]), np.array([0.2, 0.4, 0.8]), np.array([0.4, 0.6, 0.7])
    names = ("gain", "negative", "saved")
    return {str(a): dict(zip(names, transfer_report(n, scratch, transfer, a), strict=True)) for a in (0.4, 0.7)}


@probe("transfer_report", points=2, public=False)
def curves_of_many_forms(labels_needed):
    """Rising curves, dips, equal points, an accuracy met exactly and one just missed, one point, uneven steps of labels."""
    n = np.array([3, 10, 50, 60, 700])
    rising, dips = np.array([0.11, 0.35, 0.52, 0.61, 0.93]), np.array([0.31, 0.62, 0.28, 0.57, 0.66])
    flat = np.array([0.2, 0.4, 0.4, 0.4, 0.7])
    return {
        "rising": {f"{a}": labels_needed(n, rising, a) for a in (0.12, 0.4, 0.6, 0.92)},
        "met exactly": {f"{a}": labels_needed(n, rising, a) for a in (0.35, 0.61, 0.93)},
        "above the first point": labels_needed(n, rising, 0.05),
        "at the first point": labels_needed(n, rising, 0.11),
        "just missed": labels_needed(n, rising, 0.9300001),
        "never": {"rising": labels_needed(n, rising, 0.94), "zeros": labels_needed(n, np.zeros(5), 0.5)},
        "dips": {f"{a}": labels_needed(n, dips, a) for a in (0.3, 0.5, 0.6, 0.62, 0.64, 0.66)},
        "flat": {f"{a}": labels_needed(n, flat, a) for a in (0.3, 0.4, 0.5)},
        "falling": {f"{a}": labels_needed(n, rising[::-1], a) for a in (0.2, 0.93, 0.95)},
        "one point": {f"{a}": labels_needed(np.array([7]), np.array([0.5]), a) for a in (0.4, 0.5, 0.6)},
        "other labels": labels_needed(np.array([1, 2, 300, 4000, 5001]), rising, 0.4),
    }


@probe("transfer_report", points=1, public=False)
def gains_and_losses(transfer_report, rng):
    """Gain and negative transfer at each number of labels, with equal accuracies among them."""
    n = np.array([1, 2, 5, 9, 33, 70, 200])
    scratch = np.sort(rng.uniform(0.1, 0.9, size=14))[::2]
    transfer = scratch + np.array([0.21, 0.004, 0.0, -0.003, 0.0, -0.15, 0.07])
    transfer[2] = scratch[2]
    kept = scratch.copy()
    gain, negative, saved = transfer_report(n, kept, transfer, 0.4)
    other = transfer_report(n[:2], transfer[:2], scratch[:2], 0.01)
    return {
        "gain": gain,
        "negative": negative,
        "saved": saved,
        "exchanged": dict(zip(("gain", "negative", "saved"), other, strict=True)),
    }


@probe("transfer_report", points=2, public=False)
def factors_and_their_limits(transfer_report):
    """Accuracies that one curve reaches, both or neither; factors above and below one; a dip."""
    n = np.array([2, 7, 40, 90])
    low, high = np.array([0.1, 0.35, 0.41, 0.58]), np.array([0.33, 0.39, 0.72, 0.69])

    def saved(a, b, target):
        return transfer_report(n, a, b, target)[2]

    return {
        "saves": {f"{a}": saved(low, high, a) for a in (0.36, 0.5, 0.58)},
        "costs": {f"{a}": saved(high, low, a) for a in (0.36, 0.5)},
        "both at the first point": saved(low, high, 0.05),
        "one at the first point": {"transfer": saved(low, high, 0.3), "scratch": saved(high, low, 0.3)},
        "only transfer": saved(low, high, 0.7),
        "only scratch": saved(high, low, 0.7),
        "neither": saved(low, high, 0.8),
        "other numbers of labels": transfer_report(n**2 + 3, low, high, 0.5)[2],
        "one number of labels": transfer_report(n[:1], low[:1], high[:1], 0.2)[2],
    }


@probe("transfer_param_groups", points=1)
def rates_by_hand(transfer_param_groups):
    """Four layers of which one is frozen, as in the text."""
    layers = [nn.Linear(2, 2, bias=False) for _ in range(4)]
    return groups_of(transfer_param_groups, layers, 1, 0.01, 0.5)


@probe("transfer_param_groups", points=2, public=False)
def some_none_and_all_frozen(transfer_param_groups):
    """Every number of frozen layers, with layers that have no parameters, other rates."""
    results = {}
    for n_frozen in range(6):
        layers = [nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4, bias=False), nn.Dropout(0.3), nn.Linear(4, 2)]
        rates = (0.013, 0.37) if n_frozen % 2 else (0.2, 0.9)
        results[f"{n_frozen} frozen"] = groups_of(transfer_param_groups, layers, n_frozen, *rates)
    layers = [nn.Linear(2, 3), nn.Linear(3, 2)]
    results["equal rates"] = groups_of(transfer_param_groups, layers, 0, 0.03, 1.0)
    results["called again, other rates"] = groups_of(transfer_param_groups, layers, 1, 0.5, 0.1)
    results["and thawed"] = groups_of(transfer_param_groups, layers, 0, 0.5, 0.1)
    one = [nn.Linear(1, 1)]
    results["one layer"] = groups_of(transfer_param_groups, one, 0, 0.7, 0.2)
    return results


@probe("transfer_param_groups", points=2, public=False)
def parameters_in_several_layers(transfer_param_groups):
    """Tied weights and a layer that occurs twice, frozen at their first place and not."""
    results = {}
    for n_frozen in (0, 1, 2, 3):
        table, last = nn.Embedding(5, 3), nn.Linear(3, 5)
        last.weight = table.weight
        layers = [nn.Linear(3, 3), table, nn.Linear(3, 3, bias=False), last]
        results[f"tied, {n_frozen} frozen"] = groups_of(transfer_param_groups, layers, n_frozen, 0.1, 0.6)
    again = nn.Linear(2, 2)
    for n_frozen in (0, 1, 2):
        layers = [again, nn.Linear(2, 2), again]
        results[f"twice, {n_frozen} frozen"] = groups_of(transfer_param_groups, layers, n_frozen, 0.1, 0.6)
    equal = [nn.Linear(1, 1), nn.Linear(1, 1)]  # equal values are not the same parameter
    results["equal values"] = groups_of(transfer_param_groups, equal, 0, 0.1, 0.6, step=0.0)
    return results


@probe("transfer_param_groups", points=2, public=False)
def flags_and_modes_of_layers(transfer_param_groups):
    """Parameters that were frozen before, layers in either mode, blocks of several modules with batch norm."""
    def blocks():
        layers = [nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)), nn.Sequential(nn.ReLU(), nn.Linear(3, 3), nn.BatchNorm1d(3))]
        layers.append(nn.Linear(3, 1))
        layers[0].eval()
        layers[2].eval()
        layers[2].weight.requires_grad_(False)
        layers[1][1].bias.requires_grad_(False)
        return layers

    results = {}
    for n_frozen in (0, 1, 2, 3):
        layers = blocks()
        results[f"{n_frozen} frozen"] = groups_of(transfer_param_groups, layers, n_frozen, 0.05, 0.8)
    return results


@probe("transfer_param_groups", points=1, public=False)
def impossible_numbers_of_layers(transfer_param_groups):
    """More frozen layers than there are, and fewer than none."""
    layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
    return {
        "three of two": raises(transfer_param_groups, layers, 3, 0.1, 0.5),
        "minus one": raises(transfer_param_groups, layers, -1, 0.1, 0.5),
        "two of two": groups_of(transfer_param_groups, layers, 2, 0.1, 0.5),
    }


@probe("l2_sp_penalty", points=1)
def penalty_by_hand(l2_sp_penalty):
    """The borrowed weights and the head of the text."""
    params = {"body": torch.tensor([3.0, 1.0]).double(), "head": torch.tensor([2.0]).double()}
    return l2_sp_penalty(params, {"body": torch.tensor([1.0, 2.0]).double()}, 0.2, 0.1)


@probe("l2_sp_penalty", points=2, public=False)
def borrowed_new_and_left_behind(l2_sp_penalty, rng):
    """Several shapes, an old head that is not there any more, all borrowed, all new, strengths of 0, a small distance, float32."""
    shapes = {"w": (3, 4), "bias": (4,), "scale": (), "head": (2, 4, 1)}
    params = {name: normal(rng, *shape) for name, shape in shapes.items()}
    params["v"] = normal(rng, 5, 2).T
    start = {name: normal(rng, *params[name].shape) for name in ("v", "scale", "w", "bias")} | {"old head": normal(rng, 7)}
    everything = {name: p + 0.3 for name, p in params.items()}
    return {
        "both kinds": l2_sp_penalty(params, start, 0.7, 0.31),
        "other strengths": l2_sp_penalty(params, start, 0.05, 2.6),
        "exchanged": l2_sp_penalty(start, params, 0.7, 0.31),
        "all borrowed": l2_sp_penalty(params, everything, 0.7, 0.31),
        "all new": l2_sp_penalty(params, {"old head": normal(rng, 7)}, 0.7, 0.31),
        "nothing to start from": l2_sp_penalty(params, {}, 0.7, 0.31),
        "alpha 0": l2_sp_penalty(params, start, 0.0, 0.31),
        "beta 0": l2_sp_penalty(params, start, 0.7, 0.0),
        "at home": l2_sp_penalty({"w": params["w"]}, {"w": params["w"].clone()}, 0.7, 0.31),
        "near home, far from 0": l2_sp_penalty({"w": params["w"] + 1e4}, {"w": params["w"] * (1 + 1e-4) + 1e4}, 0.7, 0.31),
        "one number": l2_sp_penalty({"scale": params["scale"]}, start, 0.4, 0.2),
        "float32": l2_sp_penalty(
            {name: p.float() for name, p in params.items()}, {name: p.float() for name, p in start.items()}, 0.7, 0.31
        ),
        "float32, all new": l2_sp_penalty({"w": params["w"].float()}, {}, 0.7, 0.31),
    }


@probe("l2_sp_penalty", points=2, public=False)
def springs_pull_parameters_alone(l2_sp_penalty, rng):
    """Gradients with respect to what is trained, away from home and at it, and to the starting points; one that is the parameter itself."""
    params = {"body": nn.Parameter(normal(rng, 2, 3)), "head": nn.Parameter(normal(rng, 3))}
    start = {"body": nn.Parameter(normal(rng, 2, 3))}
    penalty = l2_sp_penalty(params, start, 0.8, 0.3)
    itself = l2_sp_penalty(params, {"body": params["body"]}, 0.8, 0.3)
    return {
        "trained": pulled_back(penalty, params),
        "starting points": pulled_back(penalty, start),
        "where a parameter is its own starting point": pulled_back(itself, {"head": params["head"]}),
        "value there": itself,
        "at home": pulled_back(l2_sp_penalty(params, {"body": params["body"].detach().clone()}, 0.8, 0.3), params),
        "other strengths": pulled_back(l2_sp_penalty(params, start, 0.1, 1.7), params),
    }


@probe("da_loss", points=1)
def losses_by_hand(da_loss):
    """The example and the two features of the text."""
    logits, y = torch.zeros(1, 2).double(), torch.tensor([1])
    h_s, h_t = torch.tensor([[0.0]]).double(), torch.tensor([[1.0]]).double()
    return losses(da_loss(logits, y, h_s, h_t, 0.5, float(np.log(2))))


@probe("da_loss", points=2, public=False)
def losses_of_many_shapes(da_loss, rng):
    """Unequal and equal batches, one row, other weights and gammas, weight 0, logits of ±1000, float32."""
    logits, y = normal(rng, 4, 5).T, torch.tensor([2, 0, 3, 3, 1])
    h_s, h_t = normal(rng, 5, 2), normal(rng, 3, 2) + 0.5
    far = logits.clone()
    far[0], far[1] = torch.tensor([1000.0, -1000, 3, 0]), torch.tensor([1000.0, 999, -1000, 2])
    return {
        "five and three": losses(da_loss(logits, y, h_s, h_t, 0.7, 0.9)),
        "other weights": losses(da_loss(logits, y, h_s, h_t, 3.1, 0.2)),
        "weight 0": losses(da_loss(logits, y, h_s, h_t, 0.0, 0.9)),
        "equal batches": losses(da_loss(logits[:3], y[:3], h_s[:3], h_t, 0.7, 0.9)),
        "square": losses(da_loss(logits[:4], y[:4], h_s[1:], h_s[:4] * 1.2, 0.7, 0.9)),
        "one target row": losses(da_loss(logits, y, h_s, h_t[:1], 0.7, 0.9)),
        "one source row": losses(da_loss(logits[:1], y[:1], h_s[:1], h_t, 0.7, 0.9)),
        "one feature": losses(da_loss(logits, y, h_s[:, :1], h_t[:, :1], 1.4, 0.9)),
        "far": losses(da_loss(far, y, h_s, h_t, 0.7, 0.9)),
        "the same features": losses(da_loss(logits, y, h_s, h_s.clone(), 0.7, 0.9)),
        "float32": losses(da_loss(logits.float(), y, h_s.float(), h_t.float(), 0.7, 0.9)),
    }


@probe("da_loss", points=3, public=False)
def gradients_reach_both_samples(da_loss, rng):
    """Autograd from each of the three losses to logits and features."""
    inputs = {"logits": normal(rng, 4, 3), "source": normal(rng, 4, 2), "target": normal(rng, 5, 2)}
    for x in inputs.values():
        x.requires_grad_()
    y = torch.tensor([0, 2, 1, 2])
    found = {}
    for lam in (0.6, 2.2):
        out = losses(da_loss(inputs["logits"], y, inputs["source"], inputs["target"], lam, 0.8))
        found |= {f"{name}, lam {lam}": pulled_back(value, inputs) for name, value in out.items() if lam == 0.6 or name == "total"}
    return found


@probe("proxy_a_distance", points=1)
def distance_and_bound_by_hand(proxy_a_distance, ben_david_bound):
    """The domain classifier and the bound of the text."""
    return {"distance": proxy_a_distance(0.2), "bound": ben_david_bound(0.1, 1.2, 0.05)}


@probe("proxy_a_distance", points=1, public=False)
def errors_from_none_to_all(proxy_a_distance):
    """No error, some, a half and more, all wrong."""
    return {f"error {e}": proxy_a_distance(e) for e in (0.0, 0.07, 0.25, 0.43, 0.499, 0.5, 0.52, 0.8, 1.0)}


@probe("proxy_a_distance", points=1, public=False)
def bounds_of_many_terms(ben_david_bound):
    """Each term by itself, all three, and a bound above one."""
    terms = {"source": (0.31, 0.0, 0.0), "distance": (0.0, 0.74, 0.0), "best": (0.0, 0.0, 0.17)}
    terms |= {"all": (0.08, 0.9, 0.03), "above one": (0.3, 2.0, 0.4), "nothing": (0.0, 0.0, 0.0)}
    return {name: ben_david_bound(*values) for name, values in terms.items()}


@probe("train_with_mmd", points=2)
def first_steps_by_hand(train_with_mmd):
    """One step of each stage with a rate of 0.1: how far each weight has moved."""
    feat, clf = nn.Linear(1, 1, bias=False).double(), nn.Linear(1, 2, bias=False).double()
    with torch.no_grad():
        feat.weight.fill_(1.0)
        clf.weight.copy_(torch.tensor([[0.5], [-0.5]]))
    before = [feat.weight.detach().clone(), clf.weight.detach().clone()]
    rows = torch.tensor([[2.0], [1.0], [3.0]]).double()
    history = {}
    for stage, (idx, ft_steps) in {"stage 1": ([[0, 1]], 0), "stage 2": ([], 1)}.items():
        idx = torch.tensor(idx, dtype=torch.int64).reshape(-1, 2)
        args = (rows, torch.tensor([0, 1, 1]), rows + 1, rows[:1], torch.tensor([1]), idx, idx, ft_steps, 0.5, 1.0, 0.1)
        history[stage] = train_with_mmd(feat, clf, *args)
        after = [feat.weight.detach().clone(), clf.weight.detach().clone()]
        history[f"{stage} moves feat, clf"] = [new - old for new, old in zip(after, before, strict=True)]
        before = after
    return history


@probe("train_with_mmd", points=3, public=False)
def both_stages_on_drawn_rows(train_with_mmd, rng):
    """Several steps of both stages, repeated rows, unequal batches; other weights, gammas and rates."""
    data = (normal(rng, 9, 3), torch.from_numpy(rng.integers(0, 4, 9)), normal(rng, 7, 3) + 1, normal(rng, 5, 3) + 1)
    data += (torch.tensor([3, 0, 0, 2, 1]),)
    src = [[0, 3, 3, 8], [5, 1, 7, 2], [6, 4, 0, 8]]
    tgt = [[6, 1], [0, 0], [5, 3]]
    settings = {"one": (src, tgt, 4, 0.8, 0.9, 0.03), "another": (src, tgt, 2, 2.5, 0.3, 0.011)}
    settings["more rows of the target"] = (tgt[:2], [[0, 3, 3, 6], [5, 1, 0, 2]], 1, 0.9, 0.5, 0.02)
    return {name: trained(train_with_mmd, two_networks(rng, 3, 5, 2, 4), data, *chosen) for name, chosen in settings.items()}


@probe("train_with_mmd", points=2, public=False)
def one_stage_alone(train_with_mmd, rng):
    """No step of stage 1, no step of stage 2 and no labelled row, weight 0, one row per batch, logits of ±1000, no step."""
    data = (normal(rng, 6, 2), torch.from_numpy(rng.integers(0, 3, 6)), normal(rng, 5, 2) + 1, normal(rng, 2, 2) + 1)
    data += (torch.tensor([2, 0]),)
    unlabelled = (*data[:3], data[3][:0], data[4][:0])
    none = np.zeros((0, 3))
    src, tgt = [[0, 3, 5], [1, 1, 4]], [[4, 1, 0], [2, 3, 3]]
    far = two_networks(rng, 2, 4, 2, 3)
    with torch.no_grad():
        far[1].weight.mul_(2e3)
    farther = two_networks(rng, 2, 4, 2, 3)
    with torch.no_grad():
        farther[1].weight.mul_(2e5)
    all_labels = (*data[:3], data[3][[0, 0, 0]], torch.tensor([0, 1, 2]))  # two of three are far off
    return {
        "stage 2 alone": trained(train_with_mmd, two_networks(rng, 2, 4, 2, 3), data, none, none, 3, 0.5, 0.7, 0.02),
        "stage 1 alone": trained(train_with_mmd, two_networks(rng, 2, 4, 2, 3), unlabelled, src, tgt, 0, 0.5, 0.7, 0.02),
        "weight 0": trained(train_with_mmd, two_networks(rng, 2, 4, 2, 3), data, src, tgt, 1, 0.0, 0.7, 0.02),
        "one row": trained(train_with_mmd, two_networks(rng, 2, 3, 2, 3), data, [[2], [0]], [[1], [4]], 2, 1.5, 0.7, 0.05),
        "one labelled row": trained(
            train_with_mmd, two_networks(rng, 2, 3, 3, 3), (*data[:3], data[3][:1], data[4][:1]), none, none, 2, 1.0, 0.7, 0.02
        ),
        "large logits": trained(train_with_mmd, far, data, src, tgt, 2, 0.5, 0.7, 0.02),
        "large logits, stage 2 alone": trained(train_with_mmd, farther, all_labels, none, none, 1, 0.5, 0.7, 0.02),
        "no step": trained(train_with_mmd, two_networks(rng, 2, 3, 2, 3), unlabelled, none, none, 0, 1.0, 0.7, 0.02),
    }


@probe("train_with_mmd", points=1, public=False)
def gradients_of_the_past(train_with_mmd, rng):
    """Networks that bring gradients along, in either mode, two calls in a row on the same networks; a history of Python floats."""
    data = (normal(rng, 5, 2), torch.tensor([0, 1, 1, 0, 1]), normal(rng, 4, 2), normal(rng, 3, 2), torch.tensor([1, 0, 1]))
    feat, clf = two_networks(rng, 2, 3, 2, 2)
    for parameter in (*feat.parameters(), *clf.parameters()):
        parameter.grad = 10 * normal(rng, *parameter.shape)
    src, tgt = [[0, 2], [4, 1]], [[3, 1], [0, 2]]
    clf.eval()
    first = trained(train_with_mmd, (feat, clf), data, src, tgt, 2, 0.6, 0.8, 0.02)
    first = {part: dict(values) if part == "history" else {n: p.clone() for n, p in values.items()} for part, values in first.items()}
    second = trained(train_with_mmd, (feat, clf), data, tgt, src[:1] + tgt[:1], 1, 0.6, 0.8, 0.02)
    only_two = two_networks(rng, 2, 3, 2, 2)
    for parameter in only_two[1].parameters():
        parameter.grad = 10 * normal(rng, *parameter.shape)
    none = np.zeros((0, 2))
    return {
        "first call": first,
        "Python floats": all(isinstance(value, float) for values in first["history"].values() for value in values),
        "in training mode": {"feat": feat.training, "clf": clf.training},
        "second call": second,
        "stage 2 alone": trained(train_with_mmd, only_two, data, none, none, 2, 0.6, 0.8, 0.02),
    }
