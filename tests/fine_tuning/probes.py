"""Graded tests of fine_tuning; docs/authoring.md says how to write them."""

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from dlcourse import probe, raises, within_se


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(np.asarray(scale * rng.normal(size=shape)))


def rows_of_length_one(rng, *shape):
    """A float64 matrix of normal numbers whose rows have length 1."""
    x = rng.normal(size=shape)
    return torch.from_numpy(x / np.linalg.norm(x, axis=-1, keepdims=True))


def simplex_points(rng, *shape):
    """Rows that are positive and sum to 1."""
    return torch.softmax(normal(rng, *shape, scale=1.5), -1)


def pulled_back(output, weight, *inputs):
    """Gradients of the sum of weight * output, one per input; words where no path leads back."""
    grads = [None] * len(inputs)
    if output.requires_grad:
        grads = torch.autograd.grad((weight * output).sum(), inputs, allow_unused=True)
    return ["no gradient: autograd finds no path back" if grad is None else grad for grad in grads]


def largest_on_the_way(lora_linear, x, W0, A, Bm):
    """Whether a layer makes a new tensor with as many entries as W0."""
    found = []

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            made = function(*args, **(kwargs or {}))
            if isinstance(made, torch.Tensor) and made.numel() >= W0.numel():
                found.append(made.untyped_storage().data_ptr() != W0.untyped_storage().data_ptr())
            return made

    with Watch():
        lora_linear(x, W0, A, Bm, 0.7)
    return any(found)


def state_of(layers):
    """Mode of each module in each layer, and whether its parameters ask for gradients, by name."""
    found = {}
    for i, layer in enumerate(layers):
        for name, module in layer.named_modules():
            found[f"layer {i} {name or 'itself'} trains"] = module.training
        for name, parameter in layer.named_parameters():
            found[f"layer {i} {name} asks for a gradient"] = parameter.requires_grad
    return found


def ring(queue):
    """Keys and pointer of a queue, as they are now."""
    return {"keys": queue.keys.clone(), "pointer": queue.pointer}


def drawn(batch, n_new, n_buffer):
    """What can be said of a batch without knowing what was drawn."""
    found = {}
    for name, indices, n in zip(("new", "old"), batch, (n_new, n_buffer), strict=True):
        indices = torch.as_tensor(indices)
        found[f"{name}: how many"] = len(indices)
        found[f"{name}: how many different"] = len(set(indices.tolist()))
        found[f"{name}: how many inside"] = int(((indices >= 0) & (indices < n)).sum())
    return found


@probe("nt_xent", points=2)
def two_images_by_hand(nt_xent):
    """The two images of the text, second views of length 5, half the temperature, and a single image."""
    eye = torch.eye(2, dtype=torch.float64)
    return {
        "the text": nt_xent(eye, eye, 1.0),
        "second views of length 5": nt_xent(eye, 5 * eye, 1.0),
        "tau 0.5": nt_xent(eye, eye, 0.5),
        "one image": nt_xent(eye[:1], eye[1:], 1.0),
    }


@probe("nt_xent", points=3, public=False)
def many_images(nt_xent, rng):
    """Five images in three dimensions, other ones, four in four, one image, and the views exchanged."""
    z1, z2, other = normal(rng, 3, 5).T, normal(rng, 5, 3), normal(rng, 5, 3)
    return {
        "five": nt_xent(z1, z2, 0.37),
        "other second views": nt_xent(z1, other, 0.37),
        "hot": nt_xent(other, z2, 2.3),
        "four in four": nt_xent(normal(rng, 4, 4), normal(rng, 4, 4), 0.61),
        "one, plus 1": 1 + nt_xent(z1[:1], z2[:1], 0.5),
        "two in one dimension": nt_xent(z1[:2, :1], z2[:2, :1], 0.83),
    }


@probe("nt_xent", points=2, public=False)
def rows_of_zeros_and_cold_logits(nt_xent, rng):
    """A row of zeros, a row shorter than 1e-12, equal views, long rows, and temperatures down to 1e-30."""
    z1, z2 = normal(rng, 4, 3), normal(rng, 4, 3)
    zero, tiny = z2.clone(), z1.clone()
    zero[2] = 0.0
    tiny[1] *= 3.1e-13 / tiny[1].norm()
    small = torch.tensor([[0.0, 0.0], [0.6, -0.8]], dtype=torch.float64)
    turned = torch.tensor([[0.3, 0.4], [-1.2, 0.5]], dtype=torch.float64)
    return {
        "zeros": nt_xent(z1, zero, 0.7),
        "two images, zeros": nt_xent(small, turned, 0.9),
        "tiny": nt_xent(tiny, z2, 0.4),
        "equal views": nt_xent(z1, z1, 0.5),
        "all alike": nt_xent(z1[:1].expand(3, 3), z1[:1].expand(3, 3), 0.5),
        "long rows": nt_xent(1e6 * z1, z2, 0.7),
        "cold": nt_xent(small[1:].expand(2, 2) + turned.flip(0), turned, 0.001),
        "opposite and colder, plus 1": 1 + nt_xent(turned[:1], -turned[:1], 1.3e-12),
        "opposite and coldest, plus 1": 1 + nt_xent(turned[:1], -turned[:1], 1e-30),
        "cold, in float32": nt_xent(turned.float(), torch.tensor([[-0.3, -0.41], [1.2, 0.6]]), 0.001),
    }


@probe("nt_xent", points=2, public=False)
def gradients_reach_both_views(nt_xent, rng):
    """Autograd through the loss, to the projections of both views, and for a single image."""
    z1, z2 = normal(rng, 4, 3).requires_grad_(), normal(rng, 4, 3).requires_grad_()
    found = {"warm": pulled_back(nt_xent(z1, z2, 0.6), 1.3, z1, z2)}
    far, near = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in ([[3.0, 4.1], [1.0, -0.2]], [[-3.0, -4.2], [1.1, -0.3]]))
    single = [1 + grad if isinstance(grad, torch.Tensor) else grad for grad in pulled_back(nt_xent(z1[:1], z2[:1], 0.6), 1.3, z1, z2)]
    return found | {"cold": pulled_back(nt_xent(far, near, 0.003), 0.7, far, near), "one image, plus 1": single}


@probe("trainable_mask", points=2)
def rates_and_masks_by_hand(discriminative_lrs, trainable_mask):
    """The rates of the text, and gradual unfreezing of four layers and a head."""
    return {
        "rates": discriminative_lrs(1.0, 2, 2.0),
        "epoch 0": trainable_mask(4, 0, "gradual"),
        "epoch 1": trainable_mask(4, 1, "gradual"),
        "epoch 4": trainable_mask(4, 4, "gradual"),
        "epoch 9": trainable_mask(4, 9, "gradual"),
    }


@probe("trainable_mask", points=1)
def a_frozen_layer_by_hand(apply_freeze):
    """A frozen linear layer below a batch normalisation that trains, and the other way round."""
    layers = [nn.Linear(2, 3), nn.BatchNorm1d(3)]
    apply_freeze(layers, torch.tensor([False, True]))
    first = state_of(layers)
    apply_freeze(layers, torch.tensor([True, False]))
    return {"the upper one trains": first, "the lower one trains": state_of(layers)}


@probe("trainable_mask", points=2, public=False)
def rates_of_other_depths(discriminative_lrs):
    """Three and five layers, none, eighty, the default factor, factors below 1, and another rate."""
    return {
        "default": discriminative_lrs(0.003, 3),
        "no layer": discriminative_lrs(0.7, 0),
        "five": discriminative_lrs(2.5, 5, 1.7),
        "below 1": discriminative_lrs(0.4, 2, 0.3),
        "three again": discriminative_lrs(1.9, 3, xi=4.1),
        "four": discriminative_lrs(0.003, 4),
        "eighty": discriminative_lrs(0.4, 80, 0.3),
    }


@probe("trainable_mask", points=3, public=False)
def masks_of_all_modes(trainable_mask):
    """Each mode for several depths and epochs; epoch and n_frozen where they do not matter; no layer at all."""
    return {
        "full": trainable_mask(3, 1, "full", 2),
        "probe": trainable_mask(5, 3, "probe"),
        "probe, n_frozen": trainable_mask(5, 0, "probe", 2),
        "bottom two": trainable_mask(5, 0, "freeze-bottom", 2),
        "bottom two, epoch 4": trainable_mask(5, 4, "freeze-bottom", 2),
        "bottom none": trainable_mask(4, 0, "freeze-bottom"),
        "bottom all": trainable_mask(3, 7, "freeze-bottom", n_frozen=3),
        "gradual, 0": trainable_mask(6, 0, "gradual", 4),
        "gradual, 2": trainable_mask(6, 2, "gradual", 5),
        "gradual, 5": trainable_mask(6, 5, "gradual"),
        "gradual, 6": trainable_mask(6, 6, "gradual"),
        "gradual, 7": trainable_mask(6, 7, "gradual"),
        "gradual, 9": trainable_mask(6, 9, "gradual"),
        "gradual, far": trainable_mask(2, 40, "gradual"),
        "head alone, gradual": trainable_mask(0, 3, "gradual"),
        "head alone, probe": trainable_mask(0, 0, "probe"),
    }


@probe("trainable_mask", points=1, public=False)
def unknown_modes_are_errors(trainable_mask):
    """Names that are none of the four, some of them nearly."""
    names = ("Gradual", "Probe", "FULL", "freeze_bottom", "freeze", "head", "")
    return {name or "empty": raises(trainable_mask, 3, 1, name) for name in names}


@probe("trainable_mask", points=1, public=False)
def masks_of_another_length_are_errors(apply_freeze):
    """A mask that is too short or too long, or empty, and the layers afterwards."""
    layers, found = [nn.Linear(2, 2), nn.BatchNorm1d(2)], {}
    for name, mask in {"short": [False], "long": [False, False, True], "empty": []}.items():
        found[name] = raises(apply_freeze, layers, torch.tensor(mask, dtype=torch.bool))
        found[f"{name}: layers afterwards"] = state_of(layers)
    return found


@probe("trainable_mask", points=2, public=False)
def layers_within_layers(apply_freeze, rng):
    """Nested layers with dropout and batch normalisation in mixed states, frozen, then trained; their statistics and gradients."""

    def linear(n_in, n_out):
        layer = nn.Linear(n_in, n_out, dtype=torch.float64)
        layer.weight.data, layer.bias.data = normal(rng, n_out, n_in), normal(rng, n_out)
        return layer

    def norm(n):
        return nn.BatchNorm1d(n, dtype=torch.float64)

    layers = [
        nn.Sequential(linear(4, 3), norm(3), nn.Sequential(nn.Dropout(0.5), norm(3))),
        nn.Sequential(linear(3, 3), norm(3)),
        linear(3, 2),
    ]
    layers[0][2].eval()
    layers[0][0].bias.requires_grad_(False)
    layers[2].weight.requires_grad_(False)
    layers[1].eval()
    layers[1][0].weight.grad = normal(rng, 3, 3)
    layers[1][1].running_mean += 0.5
    x, found = normal(rng, 6, 4), {}
    for name, mask in {"top": [False, True, True], "ends": [True, False, True], "none": [False] * 3}.items():
        apply_freeze(layers, torch.tensor(mask))
        found[name] = state_of(layers)
        found[f"{name}: statistics on arrival"] = layers[1][1].running_mean.clone()
        h = layers[0][1](layers[0][0](x))
        layers[1](h)
        found[f"{name}: running means"] = {
            "below": layers[0][1].running_mean.clone(), "above": layers[1][1].running_mean.clone()
        }  # fmt: skip
    grad = layers[1][0].weight.grad
    found["gradient"] = "gone" if grad is None else grad.clone()
    found["weights"] = {f"layer {i}": p.detach().clone() for i in range(2) for p in [layers[i][0].weight]}
    return found


@probe("lr_schedule", points=1)
def steps_by_hand(lr_schedule):
    """The steps of the text, the end of the warm-up, and the end."""
    return {
        "step 1": lr_schedule(1, 2, 10, "linear"),
        "step 2": lr_schedule(2, 2, 10, "cosine"),
        "step 4, linear": lr_schedule(4, 2, 10, "linear"),
        "step 4, cosine": lr_schedule(4, 2, 10, "cosine"),
        "step 10": lr_schedule(10, 2, 10, "linear"),
    }


@probe("lr_schedule", points=2, public=False)
def both_forms_step_by_step(lr_schedule):
    """Every step of two schedules, past their ends."""
    return {
        f"{kind}, {warm} of {total}, step {step}": lr_schedule(step, warm, total, kind)
        for kind, warm, total in (("linear", 3, 11), ("cosine", 4, 13))
        for step in range(total + 3)
    }


@probe("lr_schedule", points=1, public=False)
def schedules_without_one_of_their_phases(lr_schedule):
    """No warm-up, nothing but warm-up, a single step of either, and nothing at all."""
    cases = {"no warm-up": (0, 7), "warm-up alone": (5, 5), "one step down": (4, 5), "one step up": (1, 6), "nothing": (0, 0)}
    return {
        f"{name}, {kind}, step {step}": lr_schedule(step, warm, total, kind)
        for name, (warm, total) in cases.items()
        for kind in ("linear", "cosine")
        for step in (0, 1, 4, 5, 6, 90)
    }


@probe("lr_schedule", points=1, public=False)
def unknown_kinds_are_errors(lr_schedule):
    """Other names during warm-up, on the way down, after the end, and where there is no way down."""
    return {
        "warm-up": raises(lr_schedule, 1, 3, 9, "constant"),
        "down": raises(lr_schedule, 5, 3, 9, "Cosine"),
        "after the end": raises(lr_schedule, 12, 3, 9, "exponential"),
        "nothing": raises(lr_schedule, 0, 0, 0, ""),
        "cut short": raises(lr_schedule, 5, 3, 9, "lin"),
        "longer": raises(lr_schedule, 5, 3, 9, "cosine_with_restarts"),
    }


@probe("ewc_penalty", points=2)
def fisher_and_penalty_by_hand(diag_fisher, ewc_penalty):
    """The Fisher information of the text, its two steps, and L2-SP."""
    f = torch.float64
    scores, probs = torch.tensor([[[0.5], [-2.0]]], dtype=f), torch.tensor([[0.8, 0.2]], dtype=f)
    theta0, fisher = torch.tensor([3.0, -1.0], dtype=f), torch.tensor([4.0, 1.0], dtype=f)
    return {
        "Fisher": diag_fisher(scores, probs),
        "step (1, 2)": ewc_penalty(theta0 + torch.tensor([1.0, 2.0], dtype=f), theta0, fisher, 1.0),
        "step (2, 1)": ewc_penalty(theta0 + torch.tensor([2.0, 1.0], dtype=f), theta0, fisher, 1.0),
        "L2-SP": ewc_penalty(theta0 + torch.tensor([2.0, 1.0], dtype=f), theta0, torch.ones(2, dtype=f), 1.0),
    }


@probe("ewc_penalty", points=3, public=False)
def fisher_of_a_batch(diag_fisher, rng):
    """Three examples, four classes, five parameters; other probabilities; equal sizes; one of each; probabilities of 0."""
    scores, probs = normal(rng, 3, 5, 4).transpose(1, 2), simplex_points(rng, 4, 3).T
    sure = torch.tensor([[0.0, 1.0], [0.6, 0.4]], dtype=torch.float64)
    return {
        "three": diag_fisher(scores, probs / probs.sum(1, keepdim=True)),
        "other probabilities": diag_fisher(scores, simplex_points(rng, 3, 4)),
        "other scores": diag_fisher(normal(rng, 3, 4, 5), simplex_points(rng, 3, 4)),
        "equal sizes": diag_fisher(normal(rng, 3, 3, 3), simplex_points(rng, 3, 3)),
        "one example": diag_fisher(normal(rng, 1, 3, 2), simplex_points(rng, 1, 3)),
        "one parameter": diag_fisher(normal(rng, 4, 3, 1), simplex_points(rng, 4, 3)),
        "sure": diag_fisher(torch.tensor([[[90.0, -3.0], [0.1, 0.3]], [[1.0, 2.0], [-1.5, -3.0]]], dtype=torch.float64), sure),
        "one class": diag_fisher(normal(rng, 2, 1, 3), torch.ones(2, 1, dtype=torch.float64)),
    }


@probe("ewc_penalty", points=2, public=False)
def penalties_with_other_weights(ewc_penalty, rng):
    """Weights of the Fisher information, ones, some zeros; two strengths; far away, near a far anchor, tiny weights; one parameter; at the anchor."""
    theta, theta0, fisher = normal(rng, 5), normal(rng, 5), normal(rng, 5) ** 2
    holes = torch.tensor([0.0, 2.5, 0.0, 0.7, 1.1], dtype=torch.float64)
    return {
        "Fisher": ewc_penalty(theta, theta0, fisher, 0.7),
        "stronger": ewc_penalty(theta, theta0, fisher, 3.4),
        "ones": ewc_penalty(theta, theta0, torch.ones(5, dtype=torch.float64), 0.7),
        "holes": ewc_penalty(theta, theta0, holes, 1.9),
        "far": ewc_penalty(1000 + theta, theta0 - 1000, fisher, 0.2),
        "near a far anchor": ewc_penalty(1e6 + 1e-3 * theta, 1e6 + 0 * theta, fisher, 1e6),
        "tiny weights": ewc_penalty(1e25 * theta, theta0, 1e-48 * fisher, 0.7),
        "one parameter": ewc_penalty(theta[:1], theta0[1:2], fisher[2:3], 1.3),
        "at the anchor, plus 1": 1 + ewc_penalty(theta, theta.clone(), fisher, 2.0),
        "no strength, plus 1": 1 + ewc_penalty(theta, theta0, fisher, 0.0),
    }


@probe("ewc_penalty", points=2, public=False)
def anchor_and_fisher_are_constants(ewc_penalty, rng):
    """Autograd through the penalty when all three vectors ask for gradients, and at the anchor itself."""
    theta, theta0 = normal(rng, 4).requires_grad_(), normal(rng, 4).requires_grad_()
    fisher = (normal(rng, 4) ** 2).requires_grad_()
    there = theta0.detach().clone().requires_grad_()
    return {
        "away": dict(zip(("theta", "theta0", "fisher"), pulled_back(ewc_penalty(theta, theta0, fisher, 1.7), 0.6, theta, theta0, fisher), strict=True)),
        "at the anchor": 1 + pulled_back(ewc_penalty(there, theta0, fisher, 1.7), 0.6, there)[0],
    }


@probe("lora_linear", points=2)
def thin_update_by_hand(lora_init, lora_linear, merge):
    """The layer of the text for two inputs, its merged matrix, and a start."""
    f = torch.float64
    W0, A = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=f), torch.tensor([[1.0, -1.0]], dtype=f)
    Bm, x = torch.tensor([[1.0], [0.0], [2.0]], dtype=f), torch.tensor([[3.0, 1.0], [1.0, 1.0]], dtype=f)
    start_A, start_B = lora_init(torch.tensor([[2.0, -4.0, 6.0, 8.0]], dtype=f), 3)
    return {
        "output": lora_linear(x, W0, A, Bm, 0.5), "merged": merge(W0, A, Bm, 0.5),
        "A at the start": start_A, "B at the start": start_B,
    }  # fmt: skip


@probe("lora_linear", points=3, public=False)
def layers_of_many_shapes(lora_linear, rng):
    """Rank 2 from five to three, other weights, a square layer of full rank, rank 1, one input, two scales; new tensors on the way."""
    x, W0, A, Bm = normal(rng, 5, 4).T, normal(rng, 3, 5), normal(rng, 2, 5), normal(rng, 2, 3).T
    square = [normal(rng, 3, 3) for _ in range(4)]
    return {
        "rank 2": lora_linear(x, W0, A, Bm, 0.7),
        "larger scale": lora_linear(x, W0, A, Bm, 2.3),
        "other weights": lora_linear(x, W0 + 1, A - 1, 2 * Bm, 0.7),
        "square": lora_linear(*square, -1.1),
        "rank 1, one input": lora_linear(x[:1], W0[:, :2].repeat(1, 3)[:, :5], A[:1], Bm[:, :1], 0.4),
        "wide rank": lora_linear(normal(rng, 2, 3), normal(rng, 4, 3), normal(rng, 6, 3), normal(rng, 4, 6), 0.3),
        "the large update is built": largest_on_the_way(lora_linear, normal(rng, 2, 30), normal(rng, 40, 30), normal(rng, 2, 30), normal(rng, 40, 2)),
    }


@probe("lora_linear", points=2, public=False)
def merged_matrices(merge, rng):
    """Merged twice, at other scales, square, of rank 1; W0 afterwards, when the result is changed."""
    W0, A, Bm = normal(rng, 3, 5), normal(rng, 2, 5), normal(rng, 2, 3).T
    first, second = merge(W0, A, Bm, 0.7), merge(W0, A, Bm, 0.7)
    still = merge(W0, A, torch.zeros_like(Bm), 1.0)
    still += 1
    return {
        "first": first,
        "second": second,
        "larger scale": merge(W0, A, Bm, -2.3),
        "square": merge(*[normal(rng, 4, 4) for _ in range(3)], 1.7),
        "rank 1": merge(W0, A[:1], Bm[:, 1:], 0.4),
        "one output": merge(W0[:1], A, Bm[:1], 0.9),
        "no update, changed": still,
        "W0 afterwards": W0,
    }


@probe("lora_linear", points=2, public=False)
def starts_of_other_shapes(lora_init, rng):
    """Noise of rank 3 for five inputs, of rank 1, square, one input, in float32; noise afterwards."""
    noise = normal(rng, 5, 3).T
    cases = {
        "rank 3": (noise, 4), "rank 3, six outputs": (noise, 6), "rank 1": (normal(rng, 1, 6), 2), "square": (normal(rng, 3, 3), 3),
        "float32": (normal(rng, 2, 7).float(), 5), "one input": (normal(rng, 2, 1), 3),
    }  # fmt: skip
    found = {name: dict(zip(("A", "B"), lora_init(*case), strict=True)) for name, case in cases.items()}
    return found


@probe("lora_linear", points=3, public=False)
def what_gets_a_gradient(lora_linear, merge, rng):
    """Autograd through the layer at the start and later, when all matrices ask for gradients; and through merging."""
    x, W0, A, Bm = (normal(rng, *s).requires_grad_() for s in ((4, 5), (3, 5), (2, 5), (3, 2)))
    none = torch.zeros(3, 2, dtype=torch.float64, requires_grad=True)
    names, weight = ("x", "W0", "A", "B"), normal(rng, 4, 3)
    return {
        "later": dict(zip(names, pulled_back(lora_linear(x, W0, A, Bm, 0.7), weight, x, W0, A, Bm), strict=True)),
        "start": dict(zip(names, pulled_back(lora_linear(x, W0, A, none, 0.7), weight, x, W0, A, none), strict=True)),
        "merged": dict(zip(names[1:], pulled_back(merge(W0, A, Bm, 0.7), normal(rng, 3, 5), W0, A, Bm), strict=True)),
    }


@probe("accumulate", points=2)
def two_pieces_by_hand(accumulate):
    """The two pieces of the text, without clipping, clipped to 1, and with equal sizes."""
    micro = torch.tensor([[2.0, 0.0], [0.0, 8.0]], dtype=torch.float64)
    return {
        "limit 10": accumulate(micro, torch.tensor([3, 1]), 10.0),
        "limit 1": accumulate(micro, torch.tensor([3, 1]), 1.0),
        "equal sizes": accumulate(micro, torch.tensor([2, 2]), 10.0),
    }


@probe("accumulate", points=3, public=False)
def pieces_of_unequal_size(accumulate, rng):
    """Three pieces of which the last is short, other sizes, one piece, as many pieces as parameters; clipped and not."""
    micro = normal(rng, 4, 3).T
    sizes, others = torch.tensor([3, 3, 1]), torch.tensor([2, 7, 4])
    return {
        "short last": accumulate(micro, sizes, 100.0),
        "short last, clipped": accumulate(micro, sizes, 0.3),
        "other sizes": accumulate(micro, others, 100.0),
        "other sizes, clipped": accumulate(micro, others, 0.17),
        "one piece": accumulate(micro[1:2], torch.tensor([5]), 100.0),
        "one piece, clipped": accumulate(micro[1:2], torch.tensor([5]), 0.2),
        "three and three": accumulate(micro[:, :3], torch.tensor([1, 4, 2]), 100.0),
        "one parameter": accumulate(micro[:, :1], sizes, 100.0),
    }


@probe("accumulate", points=2, public=False)
def small_large_and_zero_gradients(accumulate):
    """Gradients that cancel, all zeros, tiny and large ones, a norm just below and above the limit, many examples; large ones that nearly cancel."""
    f = torch.float64
    pair = torch.tensor([[0.3, -0.4], [-0.6, 0.8]], dtype=f)
    return {
        "cancel, plus 1": 1 + accumulate(pair, torch.tensor([2, 1]), 0.5),
        "zeros, plus 1": 1 + accumulate(0 * pair, torch.tensor([1, 3]), 0.7),
        "tiny, times 1e9": 1e9 * accumulate(1e-9 * pair, torch.tensor([1, 2]), 1.3e-10),
        "large": accumulate(1000 * pair, torch.tensor([5, 1]), 1.7),
        "just below": accumulate(pair[:1], torch.tensor([3]), 0.5001),
        "just above": accumulate(pair[:1], torch.tensor([3]), 0.4999),
        "nearly cancel": accumulate(1e6 * torch.tensor([[0.3, -0.6], [-0.2, 0.4]], dtype=f) + 0.2, torch.tensor([2, 3]), 9.0),
        "many": accumulate(pair, torch.tensor([3_000_000, 1_700_001]), 9.0),
        "float32": accumulate(pair.float(), torch.tensor([7, 4]), 0.011),
    }


@probe("moco", points=2)
def momentum_queue_and_logits_by_hand(momentum_update, KeyQueue, moco_logits):
    """The slow encoder, the ring and the logits of the text."""
    f = torch.float64
    queue = KeyQueue(torch.zeros(2, 5, dtype=f))
    queue.push(torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=f))
    first = ring(queue)
    queue.push(torch.tensor([[7.0, 7.5], [8.0, 8.5], [9.0, 9.5]], dtype=f))
    old = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=f)
    q, k = torch.tensor([[0.6, 0.8]], dtype=f), torch.tensor([[1.0, 0.0]], dtype=f)
    return {
        "slow": momentum_update(torch.tensor([1.0], dtype=f), torch.tensor([2.0], dtype=f), 0.9),
        "three keys": first,
        "three more": ring(queue),
        "logits": moco_logits(q, k, old, 0.5),
    }


@probe("moco", points=2, public=False)
def slow_encoders(momentum_update, rng):
    """A matrix and a vector, three momenta, parameters that ask for gradients; both ends of the range give new tensors."""
    k, q = normal(rng, 3, 2), normal(rng, 3, 2).requires_grad_()
    stay, copy = momentum_update(k, q.detach(), 1.0), momentum_update(k, q.detach(), 0.0)
    found = {
        "0.37": momentum_update(k, q, 0.37),
        "0.99": momentum_update(k[0], q[1], 0.99),
        "asks for a gradient": bool(momentum_update(k.clone().requires_grad_(), q, 0.7).requires_grad),
        "m = 1": stay.clone(),
        "m = 0": copy.clone(),
    }
    stay += 1
    copy += 1
    return found | {"k afterwards": k, "q afterwards": q.detach()}


@probe("moco", points=3, public=False)
def a_ring_in_use(KeyQueue, rng):
    """Pushes of three, two, all, none, one and three keys into a ring of five; keys, few or all, that change or ask for gradients later."""
    start = normal(rng, 2, 5)
    queue, found = KeyQueue(start), {}
    for i, n in enumerate((3, 2, 5, 0, 1, 3)):
        queue.push(normal(rng, n, 2))
        found[f"{i}: after {n} keys"] = ring(queue)
    late = normal(rng, 2, 2)
    queue.push(late)
    late += 100
    found["keys that changed later"] = ring(queue)
    queue.push(normal(rng, 2, 2).requires_grad_() * 2)
    found["asks for a gradient"] = bool(queue.keys.requires_grad)
    found["keys with a gradient"] = {"keys": queue.keys.detach().clone(), "pointer": queue.pointer}
    small = KeyQueue(normal(rng, 3, 1))
    small.push(normal(rng, 1, 3))
    found["one column"] = ring(small)
    square = KeyQueue(normal(rng, 3, 3))
    square.push(normal(rng, 3, 3))
    square.push(normal(rng, 2, 3))
    full, late = KeyQueue(normal(rng, 3, 4)), normal(rng, 4, 3)
    full.push(late)
    late += 100
    return found | {"three columns": ring(square), "all keys changed later": ring(full)}


@probe("moco", points=3, public=False)
def logits_and_their_gradients(moco_logits, rng):
    """Three queries against five old keys, equal sizes, one query, two temperatures, keys of other lengths; and autograd when everything asks for it."""
    q, k, queue = rows_of_length_one(rng, 3, 4), rows_of_length_one(rng, 3, 4), rows_of_length_one(rng, 5, 4).T
    asks = [t.clone().requires_grad_() for t in (q, k, queue)]
    return {
        "three": moco_logits(q, k, queue, 0.3),
        "warmer": moco_logits(q, k, queue, 1.9),
        "equal sizes": moco_logits(*[rows_of_length_one(rng, 3, 3) for _ in range(2)], rows_of_length_one(rng, 3, 3).T, 0.7),
        "one": moco_logits(q[:1], k[1:2], queue[:, :2], 0.07),
        "longer keys": moco_logits(q, 1.7 * k, queue, 0.3),
        "shorter old keys": moco_logits(q, k, 0.4 * queue, 0.3),
        "one old key": moco_logits(q, k, queue[:, :1], 0.6),
        "gradients": dict(zip(("q", "k", "queue"), pulled_back(moco_logits(*asks, 0.3), normal(rng, 3, 6), *asks), strict=True)),
    }


@probe("moco", points=3, public=False)
def three_steps_in_a_row(moco_step, KeyQueue, rng):
    """Logits, keys and pointer over three batches and for other queues; the gradient of the first batch after the last."""
    queue, found = KeyQueue(rows_of_length_one(rng, 5, 3).T), {}
    first = None
    for i, n in enumerate((2, 4, 1)):
        q, k = rows_of_length_one(rng, n, 3).requires_grad_(), rows_of_length_one(rng, n, 3).requires_grad_()
        logits = moco_step(q, k, queue, (0.3, 0.3, 0.8)[i])
        found[f"batch {i}: logits"] = logits.detach().clone()
        found[f"batch {i}: queue"] = {"keys": queue.keys.detach().clone(), "pointer": queue.pointer}
        first = first or (q, k, logits)
    q, k, logits = first
    found["the first again"] = moco_step(q, k, queue, 0.3).detach()
    fresh = KeyQueue(rows_of_length_one(rng, 5, 3).T)
    found["another queue"] = moco_step(q, k, fresh, 0.3).detach()
    found["another queue, later"] = ring(fresh)
    wide = KeyQueue(rows_of_length_one(rng, 3, 4).T)
    found["four dimensions"] = moco_step(*[rows_of_length_one(rng, 2, 4) for _ in range(2)], wide, 0.6)
    found["first logits, later"] = logits.detach()
    return found | {"gradients": dict(zip(("q", "k"), pulled_back(logits, normal(rng, 2, 6), q, k), strict=True))}


@probe("adapter", points=2)
def a_bottleneck_by_hand(adapter, adapter_size):
    """The input of the text with an open and a closed relu, and the number of parameters."""
    f = torch.float64
    h, Wu = torch.tensor([[1.0, 2.0]], dtype=f), torch.tensor([[1.0], [-1.0]], dtype=f)
    none, nothing = torch.zeros(1, dtype=f), torch.zeros(2, dtype=f)
    return {
        "open": adapter(h, torch.tensor([[1.0, 1.0]], dtype=f), none, Wu, nothing),
        "closed": adapter(h, torch.tensor([[1.0, -1.0]], dtype=f), none, Wu, nothing),
        "size": adapter_size(64, 8),
    }


@probe("adapter", points=2, public=False)
def bottlenecks_of_many_shapes(adapter, rng):
    """Three examples of width five through two units, other weights, one example, a square one; both signs before the relu; large activations."""

    def weights(d, m):
        return normal(rng, m, d), normal(rng, m), normal(rng, d, m), normal(rng, d)

    h = normal(rng, 5, 3).T
    return {
        "three": adapter(h, *weights(5, 2)),
        "other weights": adapter(h, *weights(5, 2)),
        "one": adapter(h[1:2], *weights(5, 4)),
        "square": adapter(normal(rng, 3, 3), *weights(3, 3)),
        "one unit": adapter(h, *weights(5, 1)),
        "wider than the body": adapter(h[:, :2], *weights(2, 6)),
        "large": adapter(1e3 * h, *weights(5, 2)),
    }


@probe("adapter", points=1, public=False)
def gradients_reach_all_five(adapter, rng):
    """Autograd through the adapter, to the activations and to all its parameters."""
    inputs = [normal(rng, *s).requires_grad_() for s in ((4, 5), (3, 5), (3,), (5, 3), (5,))]
    return dict(zip(("h", "Wd", "b_down", "Wu", "b_up"), pulled_back(adapter(*inputs), normal(rng, 4, 5), *inputs), strict=True))


@probe("adapter", points=1, public=False)
def sizes_of_adapters(adapter_size):
    """Numbers of parameters for several widths."""
    return {f"d = {d}, m = {m}": adapter_size(d, m) for d, m in ((768, 64), (768, 16), (5, 5), (3, 1), (2, 7), (1, 1))}


@probe("replay_batch", points=2)
def a_mixed_batch_by_hand(replay_batch):
    """The two batches of the text, and one that takes all there is."""
    generator = torch.Generator().manual_seed(3)
    new, old = replay_batch(6, 2, 8, 0.3, generator)
    return {
        "8, share 0.3": drawn(replay_batch(50, 20, 8, 0.3, generator), 50, 20),
        "a buffer of one": drawn(replay_batch(50, 1, 8, 0.3, generator), 50, 1),
        "all new, sorted": sorted(torch.as_tensor(new).tolist()),
        "all old, sorted": sorted(torch.as_tensor(old).tolist()),
    }


@probe("replay_batch", points=2, public=False)
def lengths_of_both_parts(replay_batch):
    """Shares of 0, of 1 and between, rounded down, small and empty buffers; what is drawn when all are needed; the dtype."""
    generator, found = torch.Generator().manual_seed(11), {}
    cases = ((40, 30, 10, 0.25), (40, 30, 7, 0.75), (9, 30, 9, 0.0), (9, 12, 11, 1.0), (40, 3, 10, 0.5), (40, 0, 10, 0.5), (40, 3, 4, 0.75), (5, 8, 1, 0.9))
    for n_new, n_buffer, size, frac in cases:
        batch = replay_batch(n_new, n_buffer, size, frac, generator)
        found[f"{size} at {frac} from {n_new} and {n_buffer}"] = drawn(batch, n_new, n_buffer)
    new, old = replay_batch(7, 4, 11, 0.4, generator)
    found["all"] = {"new": torch.as_tensor(new).sort().values, "old": torch.as_tensor(old).sort().values}
    new, old = replay_batch(3, 5, 8, 0.7, generator)
    found["dtypes"] = [str(getattr(part, "dtype", "no tensor")) for part in (new, old)]
    return found | {"all of others": {"new": torch.as_tensor(new).sort().values, "old": torch.as_tensor(old).sort().values}}


@probe("replay_batch", points=3, public=False, compare=within_se(7))
def every_index_is_as_likely(replay_batch):
    """How often parts of both pools are drawn in 600 batches, neighbours together, too; what both parts, and batches in a row, share."""
    generator = torch.Generator().manual_seed(5)
    new, old, same = np.zeros((600, 9)), np.zeros((600, 6)), np.zeros(600)
    for i in range(600):
        a, b = replay_batch(9, 6, 9, 0.5, generator)
        new[i, np.asarray(a)] = 1.0
        old[i, np.asarray(b)] = 1.0
        a, b = (set(np.asarray(part).tolist()) for part in replay_batch(8, 8, 6, 0.5, generator))
        same[i] = len(a & b)
    return {
        "new 0": new[:, 0],
        "new 0 to 2": new[:, :3].sum(1),
        "new 3 to 5": new[:, 3:6].sum(1),
        "new 8": new[:, 8],
        "old 0": old[:, 0],
        "old 1 and 2": old[:, 1:3].sum(1),
        "old 5": old[:, 5],
        "old neighbours": (old * np.roll(old, 1, axis=1)).sum(1),
        "new neighbours": (new * np.roll(new, 1, axis=1)).sum(1),
        "equal pools, both parts": same,
        "low ones in both": new[:, :3].sum(1) * old[:, :2].sum(1),
        "new ones as before": (new[1:] * new[:-1]).sum(1),
        "old ones as before": (old[1:] * old[:-1]).sum(1),
    }
