"""Graded tests of multi_task_learning."""

import zlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import close, probe, raises


def tensor(values):
    return torch.tensor(np.asarray(values), dtype=torch.float32)


def fill(net):
    """Values that depend on a parameter's name and shape alone, so that the order of creation is free."""
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            values = np.random.default_rng(zlib.crc32(name.encode())).normal(
                size=tuple(parameter.shape)
            )
            parameter.copy_(tensor(values))
    return net


def gradients(outputs, inputs):
    """Gradients as data; zeros where there is no dependence."""
    inputs = list(inputs)
    return [g.clone() for g in torch.autograd.grad(outputs, inputs, materialize_grads=True)]


@probe("MultiTaskNet", points=1)
def names_and_shapes_of_the_parameters(MultiTaskNet):
    """Names and shapes of the parameters: 3 inputs, 2 shared features and two heads."""
    net = MultiTaskNet(3, 2, {"colour": 4, "depth": 1})
    return {name: list(parameter.shape) for name, parameter in net.named_parameters()}


@probe("MultiTaskNet", points=2)
def the_worked_example(MultiTaskNet):
    """The example of the text: heads a and b give (7) and (3, -3)."""
    net = MultiTaskNet(3, 2, {"a": 1, "b": 2})
    values = {
        "encoder.0.weight": [[1, 1, 0], [1, 0, 2]],
        "encoder.0.bias": [0, 0],
        "heads.a.weight": [[2, 5]],
        "heads.a.bias": [1],
        "heads.b.weight": [[1, 1], [-1, 0]],
        "heads.b.bias": [0, 0],
    }
    parameters = dict(net.named_parameters())
    with torch.no_grad():
        for name, value in values.items():
            parameters[name].copy_(torch.tensor(value))
    return net(torch.tensor([[1.0, 2.0, -1.0]]))


@probe("MultiTaskNet", points=2, public=False)
def three_heads_on_a_batch(MultiTaskNet, rng):
    """Outputs of three heads, two of them of one size, and of the encoder, for six examples."""
    net = fill(MultiTaskNet(5, 7, {"digit": 3, "depth": 1, "shape": 3}))
    x = tensor(rng.normal(size=(6, 5)))
    return {"outputs": net(x), "output of the encoder": net.encoder(x)}


@probe("MultiTaskNet", points=1, public=False, compare=close(rtol=0.0, atol=0.09))
def initial_values(MultiTaskNet):
    """Initial values in a wide net, against the bound and the spread of those that torch draws."""
    net = MultiTaskNet(400, 300, {"a": 320, "b": 320})
    evidence = {}
    for name, values in net.named_parameters():
        bound = (400 if name.startswith("encoder") else 300) ** -0.5
        evidence[name, "largest, as a share of the bound"] = values.abs().max() / bound
        if values.ndim == 2:
            evidence[name, "root mean square, as a share of torch's"] = (
                values.square().mean().sqrt() * 3**0.5 / bound
            )
    x = torch.linspace(-1, 1, 800).reshape(2, 400)
    features = net.encoder(x)
    same = [torch.allclose(net(x)[task], net.heads[task](features), atol=1e-5) for task in "ab"]
    evidence["outputs are those of the heads on the features"] = same
    evidence["two heads start alike"] = torch.equal(net.heads["a"].weight, net.heads["b"].weight)
    return {str(key): value for key, value in evidence.items()}


@probe("MultiTaskNet", points=1, public=False)
def gradients_that_each_head_sends_to_every_parameter(MultiTaskNet, rng):
    """Each head's gradient with respect to every parameter of the net."""
    net = fill(MultiTaskNet(4, 6, {"z": 3, "a": 2}))
    parameters = dict(net.named_parameters())
    evidence = {}
    for task in ("z", "a"):
        output = net(tensor(rng.normal(size=(5, 4))))[task]
        slopes = gradients(output.square().sum(), parameters.values())
        evidence[task] = dict(zip(parameters, slopes, strict=True))
    return evidence


@probe("MultiTaskNet", points=1, public=False)
def one_extreme_example_and_one_head(MultiTaskNet):
    """A single example with features of ±1000, not contiguous, and a single head."""
    net = fill(MultiTaskNet(3, 5, {"only": 2}))
    x = tensor([[1000.0, 7.0], [-1000.0, 7.0], [0.5, 7.0]]).T[:1]
    return net(x)


@probe("soft_sharing_penalty", points=1)
def two_networks_five_apart(soft_sharing_penalty):
    """The example of the text: weights (1, 0) and (3, 1) under a strength of 0.5 cost 5."""
    return soft_sharing_penalty([torch.tensor([1.0, 0.0]), torch.tensor([3.0, 1.0])], 0.5)


@probe("soft_sharing_penalty", points=1)
def cross_stitch_by_hand(cross_stitch):
    """The example of the text: (1, 2) and (10, 30) become (1.9, 4.8) and (8.2, 24.4)."""
    xa, xb, A = (
        torch.tensor([[1.0, 2.0]]),
        torch.tensor([[10.0, 30.0]]),
        torch.tensor([[0.9, 0.1], [0.2, 0.8]]),
    )
    return dict(zip(["new xa", "new xb"], cross_stitch(xa, xb, A), strict=True))


@probe("soft_sharing_penalty", points=1)
def mask_by_hand(mtan_mask):
    """The example of the text: features (2, -1) become (1, -0.5)."""
    features, W, b = (
        torch.tensor([[2.0, -1.0]]),
        torch.tensor([[0.0, 1.0], [3.0, 6.0]]),
        torch.tensor([1.0, 0.0]),
    )
    return mtan_mask(features, W, b)


@probe("soft_sharing_penalty", points=2, public=False)
def penalty_of_four_networks_and_its_gradients(soft_sharing_penalty, rng):
    """Penalty of four networks of five weights, two of them equal, and the gradient for each."""
    thetas = [tensor(row).requires_grad_() for row in rng.normal(size=(4, 5))[[0, 1, 2, 1]]]
    penalty = soft_sharing_penalty(thetas, 0.3)
    slopes = {f"network {i}": slope for i, slope in enumerate(gradients(penalty, thetas))}
    return {
        "penalty": penalty,
        "gradients": slopes,
        "three times as strong": soft_sharing_penalty(thetas, 0.9),
    }


@probe("soft_sharing_penalty", points=1, public=False)
def penalty_of_one_network_and_of_distant_ones(soft_sharing_penalty, rng):
    """A single network, three networks with weights up to 1000 under a strength of 2, and three close together near 1000."""
    distant = 1000 * np.sign(rng.normal(size=(3, 6))) + rng.normal(size=(3, 6))
    close_together = 1000 + rng.normal(size=(3, 6))
    return {
        "a single one": soft_sharing_penalty([tensor([3, -4, 5])], 0.7),
        "distant ones": soft_sharing_penalty([tensor(row) for row in distant], 2.0),
        "close together": soft_sharing_penalty([tensor(row) for row in close_together], 2.0),
    }


@probe("soft_sharing_penalty", points=2, public=False)
def cross_stitch_of_a_batch(cross_stitch, rng):
    """Five examples of three features: outputs and gradients; the same xa with another xb and A; one example."""
    xa, xb = (tensor(rng.normal(size=(5, 3))).requires_grad_() for _ in range(2))
    A = tensor([[0.7, -1.3], [0.4, 2.1]]).requires_grad_()
    new_a, new_b = cross_stitch(xa, xb, A)
    slopes = gradients((new_a.square() + 3 * new_b.square()).sum(), [A, xa, xb])
    return {
        "new xa": new_a,
        "new xb": new_b,
        "gradients": dict(zip(["A", "xa", "xb"], slopes, strict=True)),
        "another xb and A": cross_stitch(xa, xb - 1, A.T),
        "one example": cross_stitch(xa[:1], xb[:1], -A),
    }


@probe("soft_sharing_penalty", points=2, public=False)
def mask_of_a_batch(mtan_mask, rng):
    """Six examples of four features under an asymmetric matrix, with pre-activations of ±1000; gradients; one example."""
    features, W = (tensor(rng.normal(size=(n, 4))).requires_grad_() for n in (6, 4))
    b = tensor([0.5, -1000, 1000, -2])
    shift = tensor([0.3, -1, 2, 0]).requires_grad_()
    masked = mtan_mask(features, W / 2, shift)
    slopes = gradients(masked.square().sum(), [features, W, shift])
    return {
        "masked": mtan_mask(features, W, b),
        "under another mask": masked,
        "gradients": dict(zip(["features", "W", "b"], slopes, strict=True)),
        "one example": mtan_mask(features[:1], W / 2, -b),
    }


@probe("gradient_conflicts", points=1)
def three_gradients_by_hand(gradient_conflicts):
    """The example of the text: (0, 5), (4, 3), (-3, 0); one pair in three conflicts."""
    cosines, fraction = gradient_conflicts(torch.tensor([[0.0, 5.0], [4.0, 3.0], [-3.0, 0.0]]))
    return {"cosines": cosines, "fraction": fraction}


@probe("gradient_conflicts", points=1)
def transfer_by_hand(transfer_affinity):
    """The example of the text: (θ-1)² and 2(θ+1)² at θ = 0 with steps of size 0.1."""

    def losses(theta):
        return torch.stack([(theta[0] - 1) ** 2, 2 * (theta[0] + 1) ** 2])

    return transfer_affinity(losses, torch.zeros(1), 0.1)


@probe("gradient_conflicts", points=1)
def cka_by_hand(linear_cka):
    """The example of the text: 0.75 for features (0, 1, 2) and (0, 0, 3) of three examples."""
    return linear_cka(torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([[0.0], [0.0], [3.0]]))


@probe("gradient_conflicts", points=2, public=False)
def conflicts_of_five_tasks(gradient_conflicts, rng):
    """Five tasks with lengths from 0.01 to 1000 and seven parameters; the same directions with lengths down to 2e-6."""
    G = rng.normal(size=(5, 7))
    lengths = np.array([[2e-6], [3e-4], [5e-6], [1], [4e-6]])
    return {
        "long": gradient_conflicts(tensor(G * [[0.01], [1], [1000], [3], [0.2]])),
        "short": gradient_conflicts(tensor(lengths * G / np.linalg.norm(G, axis=1, keepdims=True))),
    }


@probe("gradient_conflicts", points=2, public=False)
def conflicts_with_a_zero_gradient_and_a_right_angle(gradient_conflicts):
    """A zero gradient, two at a right angle, two nearly so, two opposite ones; then two tasks only."""
    G = tensor([[0, 2, 0], [0, 0, 0], [3, 0, 1], [0, -5, 0]])
    return {
        "four tasks": gradient_conflicts(G),
        "one of two zero": gradient_conflicts(G[:2]),
        "opposite": gradient_conflicts(G[[3, 0]]),
        "just over a right angle": gradient_conflicts(tensor([[1, 0], [-0.005, 1]])),
        "barely over a right angle": gradient_conflicts(tensor([[1000, 0], [-1e-4, 1000]])),
    }


@probe("gradient_conflicts", points=2, public=False)
def transfer_between_three_tasks(transfer_affinity, rng):
    """Three curved losses of four parameters, a large, a small and a harmful step, parameters unchanged."""
    targets, theta = tensor(rng.normal(size=(3, 4))), tensor(rng.normal(size=4))
    scale = tensor([1, 4, 0.3])

    def losses(theta):
        return scale * ((theta - targets).square().sum(dim=1) + 0.1 * (theta**4).sum() + 1)

    sizes = {"large": 0.2, "small": 0.01, "harmful": 0.7}
    evidence = {name: transfer_affinity(losses, theta, lr) for name, lr in sizes.items()}
    return {**evidence, "requires a gradient": theta.requires_grad}


@probe("gradient_conflicts", points=2, public=False)
def cka_of_features_of_different_width(linear_cka, rng):
    """Six examples, three features against five, and one; far from centred, and small ones."""
    X = tensor(rng.normal(size=(6, 3)) + [5, -2, 0])
    Y = tensor(rng.normal(size=(6, 5)) * [1, 9, 1, 1, 0.1] + 3)
    Y[:, 0] += X[:, 1]
    return {
        "3 against 5": linear_cka(X, Y),
        "5 against 3": linear_cka(Y, X),
        "with itself": linear_cka(X, X),
        "3 against 1": linear_cka(X, Y[:, :1]),
        "means a thousand times the spread": linear_cka(X + 1000, Y - 1000),
        "small": linear_cka(X / 100, Y[:, 2:4] / 100),
    }


@probe("rotation_task", points=1)
def four_turns_of_one_image(rotation_task):
    """The image ((1, 2), (3, 4)) in its four orientations, with labels."""
    return rotation_task(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))


@probe("rotation_task", points=2)
def jigsaw_by_hand(jigsaw_task):
    """The example of the text: the permutation (2, 0, 3, 1) of four pixels."""
    x = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    return jigsaw_task(x, torch.tensor([[2, 0, 3, 1]]), torch.tensor([0]))


@probe("rotation_task", points=2, public=False)
def turns_of_several_images(rotation_task, rng):
    """Three images of 5×5, then one: order of the batch, labels and their dtype."""
    x = tensor(rng.normal(size=(3, 5, 5)))
    turned, labels = rotation_task(x)
    dtype = str(labels.dtype).rpartition(".")[2]
    return {
        "images": turned,
        "labels": labels,
        "dtype of the labels": dtype,
        "one image": rotation_task(x[1:2]),
    }


@probe("rotation_task", points=3, public=False)
def jigsaws_of_several_images(jigsaw_task, rng):
    """Five images of 4×6 that use three of four permutations, two of them twice; then others on the same images."""
    x = tensor(rng.normal(size=(5, 4, 6)))
    perms = torch.tensor([[1, 2, 3, 0], [0, 1, 2, 3], [2, 0, 3, 1], [3, 1, 0, 2]])
    ids = torch.tensor([2, 0, 3, 0, 2])
    return {
        "shuffled": jigsaw_task(x, perms, ids),
        "by other permutations": jigsaw_task(x, perms.flip(0), ids),
        "with other ids": jigsaw_task(x, perms, ids.flip(0) // 2),
    }


@probe("rotation_task", points=1, public=False)
def jigsaw_of_a_view(jigsaw_task, rng):
    """One image of 8×2 that is a view into a larger tensor."""
    x = tensor(rng.normal(size=(2, 9, 8))).transpose(1, 2)[:1, :, 3:5]
    return jigsaw_task(x, torch.tensor([[3, 0, 1, 2], [1, 2, 0, 3]]), torch.tensor([1]))


@probe("uncertainty_loss", points=2)
def uncertainty_by_hand(uncertainty_loss):
    """The example of the text: losses (4, 1, 1/2) with s = 0, and at the best s."""
    losses = torch.tensor([4.0, 1.0, 0.5])
    return {
        "s = 0": uncertainty_loss(losses, torch.zeros(3)),
        "best s": uncertainty_loss(losses, losses.log()),
    }


@probe("uncertainty_loss", points=2, public=False)
def uncertainty_of_four_tasks(uncertainty_loss, rng):
    """Four losses between 0.001 and 1000 with s of both signs, one task, and s from -30 to 30."""
    losses, s = tensor([0.001, 1000, 2.5, 0.7]), tensor(rng.normal(size=4) * 2)
    return {
        "four tasks": uncertainty_loss(losses, s),
        "one task": uncertainty_loss(losses[:1], s[1:2]),
        "s = -20": uncertainty_loss(tensor([4e-9]), tensor([-20])),
        "s = 15 and -12": uncertainty_loss(tensor([9e6, 3e-5]), tensor([15, -12])),
        "s = -30": uncertainty_loss(tensor([1e-10]), tensor([-30])),
        "s = 30": uncertainty_loss(tensor([5e14]), tensor([30])),
    }


@probe("uncertainty_loss", points=2, public=False)
def gradients_of_the_uncertainty_loss(uncertainty_loss, rng):
    """Gradients for the losses and for s."""
    losses = tensor(rng.uniform(0.5, 3, size=5)).requires_grad_()
    s = tensor(rng.normal(size=5)).requires_grad_()
    return dict(
        zip(["losses", "s"], gradients(uncertainty_loss(losses, s), [losses, s]), strict=True)
    )


@probe("gradnorm_step", points=3)
def gradnorm_by_hand(gradnorm_step):
    """The example of the text: weights (1.5, 0.5) become 11/12 and 13/12."""
    w, norms = torch.tensor([1.5, 0.5]), torch.tensor([4.0, 8.0])
    return gradnorm_step(w, norms, torch.tensor([3.0, 1.0]), torch.tensor([10.0, 2.0]), 1.0, 0.1)


# Fixed numbers below: only signs enter the step, and drawn ones might leave a wrong target without effect.


@probe("gradnorm_step", points=2, public=False)
def gradnorm_of_four_tasks(gradnorm_step):
    """Four tasks of unequal weights, norms and rates, an exponent of 1.5; then the same tasks later."""
    w, norms = tensor([1.3, 0.7, 0.3, 0.2]), tensor([3, 1.3, 0.9, 1.1])
    losses, initial = tensor([1.4, 0.9, 1.5, 0.8]), tensor([0.5, 0.4, 2.5, 2.4])
    return {
        "first": gradnorm_step(w, norms, losses, initial, 1.5, 0.03),
        "later": gradnorm_step(w.flip(0), norms, tensor([0.1, 0.8, 0.4, 1.1]), initial, 1.5, 0.03),
    }


@probe("gradnorm_step", points=2, public=False)
def gradnorm_under_other_exponents(gradnorm_step):
    """Five tasks whose weights do not sum to five, and four with one slow task, under exponents from 0 to 3."""
    w, norms = tensor([1.6, 1.5, 0.6, 0.2, 0.6]), tensor([2.6, 0.5, 1.4, 2, 2.4])
    losses, initial = tensor([1.9, 0.9, 1.4, 2.2, 0.7]), tensor([1.5, 2.4, 1.5, 0.7, 0.9])
    settings = {"0.5": (0.5, 0.02), "0": (0.0, 0.01), "3": (3.0, 0.05)}
    evidence = {
        a: gradnorm_step(w, norms, losses, initial, *setting) for a, setting in settings.items()
    }
    slow = tensor([0.2, 0.3, 0.2, 3.4]), tensor([2, 0.5, 1, 6]), tensor([2, 0.5, 1, 2])
    return {**evidence, "one slow task": gradnorm_step(torch.ones(4), *slow, 3.0, 0.1)}


@probe("gradnorm_step", points=1, public=False)
def gradnorm_of_a_task_on_its_target(gradnorm_step):
    """All tasks on their targets, two of four, some hardly off; a tiny first loss; a weight that turns negative."""
    one, four = torch.ones(2), torch.ones(4)
    losses, initial = tensor([1, 2, 3, 4]), tensor([5, 1, 1, 2])
    near = 2**-18  # two parts in a million; the mean of the four norms is still exactly 2 in float32
    return {
        "all on target": gradnorm_step(one, 2 * one, one / 2, one, 1.5, 0.1),
        "two on target": gradnorm_step(four, tensor([2, 1, 3, 2]), losses, initial, 0.0, 0.1),
        "two nearly": gradnorm_step(
            four, tensor([2 + near, 1, 3, 2 - near]), losses, initial, 0.0, 0.1
        ),
        "tiny first loss": gradnorm_step(
            one, tensor([1.2, 0.8]), tensor([1e-8, 0.5]), tensor([1e-8, 1]), 1.0, 0.1
        ),
        "negative": gradnorm_step(
            tensor([1, 1]), tensor([5, 1]), tensor([1, 2]), tensor([2, 1]), 0.5, 0.3
        ),
    }


@probe("pcgrad", points=2)
def pcgrad_by_hand(pcgrad):
    """The example of the text: two tasks give (1/4, 3/4), the third makes it (1/6, 0)."""
    G = torch.tensor([[1.0, 0.0], [-1.0, 1.0], [1.0, -2.0]])
    return {"two tasks": pcgrad(G[:2], [0, 1]), "three tasks": pcgrad(G, [0, 1, 2])}


@probe("pcgrad", points=1)
def pcgrad_without_a_conflict(pcgrad):
    """Two gradients at an acute angle: their mean."""
    return pcgrad(torch.tensor([[2.0, 1.0], [0.0, 3.0]]), [1, 0])


@probe("pcgrad", points=3, public=False)
def pcgrad_of_three_conflicting_tasks_in_two_orders(pcgrad, rng):
    """Three tasks that all conflict, in three orders; and a million times shorter."""
    corners = np.array([[2.0, 0, 0, 0.3], [-2, 3, 0.5, 0], [-0.5, -1.0, 1.5, 0]])
    G = tensor(corners + 0.1 * rng.normal(size=(3, 4)))
    orders = [0, 1, 2], (2, 0, 1), [2, 1, 0]
    evidence = {str(list(order)): pcgrad(G, order) for order in orders}
    return {**evidence, "short ones, times a million": 1e6 * pcgrad(G / 1e6, [0, 1, 2])}


@probe("pcgrad", points=2, public=False)
def pcgrad_of_five_random_tasks(pcgrad, rng):
    """Five tasks with seven parameters, some in conflict, of lengths from 0.1 to 1000."""
    G = tensor(rng.normal(size=(5, 7)) * [[1], [0.1], [1000], [5], [2]])
    return pcgrad(G, [3, 0, 4, 2, 1])


@probe("pcgrad", points=2, public=False)
def pcgrad_with_a_zero_gradient_and_with_opposite_ones(pcgrad):
    """A task with gradient zero among others, two opposite gradients, two just over a right angle, two barely so, and a single task."""
    G = tensor([[0, 2, 1], [0, 0, 0], [3, -1, 1], [1, -5, 0]])
    return {
        "one zero": pcgrad(G, [0, 1, 2, 3]),
        "opposite": pcgrad(tensor([[1, 2, -2], [-2, -4, 4]]), [0, 1]),
        "just over a right angle": pcgrad(tensor([[1, 0, 0], [-0.005, 1, 0]]), [0, 1]),
        # the long gradient would hide the short one's component, so this is shown alone
        "barely over a right angle, first component": pcgrad(
            tensor([[1, 0, 0], [-1, 1e6, 0]]), [0, 1]
        )[0],
        "a single task": pcgrad(G[2:3], [0]),
    }


@probe("pcgrad", points=1, public=False)
def pcgrad_does_not_visit_itself(pcgrad):
    """Three tasks where the projections of one turn it against its own gradient."""
    angles = np.deg2rad([0, 150, 210])
    G = tensor(np.stack([np.cos(angles), 2 * np.sin(angles)], axis=1) / [1, 2])
    return pcgrad(G, [1, 2, 0])


@probe("cagrad", points=3)
def cagrad_by_hand(cagrad):
    """The example of the text: (6, 0) and (0, 8) with c = 0.2 give (4, 4)."""
    return cagrad(torch.tensor([[6.0, 0.0], [0.0, 8.0]]), 0.2)


@probe("cagrad", points=1)
def cagrad_with_radius_zero(cagrad):
    """With c = 0 the mean gradient is left."""
    return cagrad(torch.tensor([[1.0, -2.0, 3.0], [-3.0, 0.0, 1.0]]), 0.0)


@probe("cagrad", points=3, public=False)
def cagrad_in_conflict(cagrad, rng):
    """Two conflicting gradients whose best mixture is inside the interval, three values of c; and short ones."""
    G = tensor([[1, 2, 0, 1, -1], [-2, 0.5, 1, 0.4, 1.2]]) + 0.1 * tensor(rng.normal(size=(2, 5)))
    return {
        **{f"c = {c}": cagrad(G, c) for c in (0.3, 0.6, 0.9)},
        "the other way round": cagrad(G.flip(0), 0.6),
        "short ones, times a million": 1e6 * cagrad(G / 1e6, 0.6),
    }


@probe("cagrad", points=2, public=False)
def cagrad_at_the_ends_of_the_interval(cagrad, rng):
    """Gradients of very different length: the best mixture is the shorter one alone."""
    short, long = tensor(rng.normal(size=4)), 1000 * tensor(rng.normal(size=4))
    return cagrad(torch.stack([short, long]), 0.5), cagrad(torch.stack([long, short]), 0.5)


@probe("cagrad", points=2, public=False)
def cagrad_on_one_line(cagrad):
    """Gradients in the same direction, in opposite ones, and equal; the dtype of the result for both kinds of floats."""
    g = tensor([1, -2, 2])
    cases = {"same": ((g, 3 * g), 0.4), "opposite": ((2 * g, -g), 0.5), "equal": ((g, g), 0.25)}
    steps = {name: cagrad(torch.stack(pair), c) for name, (pair, c) in cases.items()}
    twice = cagrad(torch.stack([g, 3 * g]).double(), 0.4)
    return {**steps, "dtypes": [str(step.dtype) for step in (steps["same"], twice)]}


@probe("cagrad", points=2, public=False)
def cagrad_of_nearly_opposite_gradients(cagrad):
    """Nearly opposite gradients in a wide ball, where Φ bends sharply, in both orders."""
    G = tensor([[0.45, 0.022, 0.01], [-0.55, 0.022, 0.01]])
    return cagrad(G, 0.96), cagrad(G.flip(0), 0.96), cagrad(G, 0.9)


class SmallNet(nn.Module):
    """A net with the parts of MultiTaskNet, fixed numbers as parameters, and old gradients left over."""

    def __init__(self, d_in, heads):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(d_in, 4), nn.ReLU())
        self.heads = nn.ModuleDict({name: nn.Linear(4, n) for name, n in heads.items()})
        for k, p in enumerate(self.parameters()):
            p.data = (torch.arange(p.numel()) + 5 * k).square().sin().view_as(p)
            p.grad = torch.ones_like(p)

    def forward(self, x):
        return {name: head(self.encoder(x)) for name, head in self.heads.items()}


class GradientDescent:
    """Plain gradient descent, with the two methods of torch's optimizers that the text allows."""

    def __init__(self, net, lr):
        self.net, self.lr, self.steps = net, lr, 0

    def zero_grad(self, set_to_none=True):
        self.net.zero_grad(set_to_none)

    @torch.no_grad()
    def step(self):
        self.steps += 1
        for p in self.net.parameters():
            if p.grad is not None:
                p -= self.lr * p.grad


def problem(rng, heads, scale=1.0, B=6, d_in=5):
    """Inputs, targets and losses; a head of one output is a regression, others classify."""
    x, y = rng.normal(size=(B, d_in)), scale * rng.normal(size=(B, 1))
    x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    targets = {name: y if n == 1 else torch.arange(B) % n for name, n in sorted(heads.items())}
    return (
        x,
        targets,
        {name: F.mse_loss if n == 1 else F.cross_entropy for name, n in reversed(heads.items())},
    )


def left_behind(net, optimizer, history):
    """What a training leaves behind."""
    graphs = [name for name, rows in history.items() if rows.requires_grad]
    parameters = {name: p.detach().clone() for name, p in net.named_parameters()}
    return {
        "history": history,
        "with a graph": graphs,
        "parameters": parameters,
        "steps": optimizer.steps,
    }


def trained(
    train_mtl, rng, method, steps, heads, scale=1.0, lr=0.05, B=6, d_in=5, idle=(), **options
):
    """What a short training leaves behind; ``idle`` heads have no loss."""
    net = SmallNet(d_in, heads)
    optimizer = GradientDescent(net, lr)
    busy = {name: n for name, n in heads.items() if name not in idle}
    x, targets, loss_fns = problem(rng, busy, scale, B, d_in)
    return left_behind(
        net, optimizer, train_mtl(net, x, targets, loss_fns, optimizer, method, steps, **options)
    )


@probe("train_mtl", points=1)
def task_gradients_by_hand(task_gradients):
    """The example of the text: rows (3, 2, 0) and (25, 0, 20)."""
    a, b = torch.tensor([2.0, 3.0], requires_grad=True), torch.tensor([5.0], requires_grad=True)
    return task_gradients([a[0] * a[1], a[0] * b[0] ** 2], [a, b])


@probe("train_mtl", points=2)
def two_steps_of_plain_summing(train_mtl, rng):
    """Two steps with method "uniform" on two tasks."""
    return trained(train_mtl, rng, "uniform", 2, {"digit": 3, "depth": 1})


@probe("train_mtl", points=1)
def two_steps_with_pcgrad(train_mtl):
    """Two steps with method "pcgrad" on two tasks that conflict in both."""
    return trained(train_mtl, np.random.default_rng(1), "pcgrad", 2, {"digit": 3, "depth": 1})


@probe("train_mtl", points=2, public=False)
def task_gradients_of_matrices_and_of_unused_parameters(task_gradients, rng):
    """Matrices, unused parameters, `.grad` left alone, a backward pass afterwards; losses in a tensor."""
    W = tensor(rng.normal(size=(2, 3))).requires_grad_()
    heads = [tensor(rng.normal(size=(2, n))).requires_grad_() for n in (1, 4)]
    W.grad = torch.full((2, 3), 7.0)
    z = tensor(rng.normal(size=(5, 2))) @ W
    losses = [(z[:, :2] @ head).tanh().square().sum() for head in heads]
    both = torch.stack([losses[1], losses[0] * losses[1]])
    G = {
        "a list": task_gradients(losses, [heads[1], W, heads[0]]),
        "a tensor": task_gradients(both, [heads[1], W, heads[0]]),
        "other parameters": task_gradients(both, [heads[0], W, heads[1]]),
    }
    kept = {
        name: None if p.grad is None else p.grad.clone()
        for name, p in zip("Wab", (W, *heads), strict=True)
    }
    (losses[0] - 2 * losses[1]).backward()
    return {
        "G": G,
        ".grad before backward": kept,
        "after it, of W": W.grad,
        "of a head": heads[0].grad,
    }


@probe("train_mtl", points=2, public=False)
def five_steps_of_uniform_on_three_tasks(train_mtl, rng):
    """Five steps of plain summing on three tasks, whose dictionaries differ in order."""
    return trained(train_mtl, rng, "uniform", 5, {"tone": 2, "digit": 3, "depth": 1}, B=9, d_in=3)


@probe("train_mtl", points=2, public=False)
def five_steps_with_uncertainty(train_mtl, rng):
    """Five steps of uncertainty weighting: losses, weights and final parameters."""
    heads = {"tone": 2, "digit": 3, "depth": 1}
    return trained(train_mtl, rng, "uncertainty", 5, heads, scale=5, weight_lr=0.2)


@probe("train_mtl", points=3, public=False)
def eight_steps_with_gradnorm(train_mtl):
    """Eight steps of GradNorm with an exponent of 0.7: losses, weights and final parameters."""
    # fixed data: only signs move the weights, and drawn data might leave the first losses without effect
    heads, rng = {"digit": 3, "tone": 2, "depth": 1}, np.random.default_rng(0)
    return trained(train_mtl, rng, "gradnorm", 8, heads, scale=2, weight_lr=0.1, alpha=0.7)


@probe("train_mtl", points=1, public=False)
def two_trainings_of_one_net(train_mtl):
    """Three steps of GradNorm, then three more on the same net: weights and first losses start anew."""
    # fixed data: with drawn data the first losses may be without effect
    heads = {"digit": 3, "tone": 2, "depth": 1}
    net = SmallNet(5, heads)
    optimizer = GradientDescent(net, 0.2)
    x, targets, loss_fns = problem(np.random.default_rng(0), heads, scale=2)
    evidence = {}
    for name in ("first", "second"):
        history = train_mtl(
            net, x, targets, loss_fns, optimizer, "gradnorm", 3, weight_lr=0.1, alpha=2.0
        )
        evidence[name] = left_behind(net, optimizer, history)
    return evidence


@probe("train_mtl", points=2, public=False)
def four_steps_with_pcgrad_on_three_tasks(train_mtl):
    """Four steps of PCGrad on three tasks, of which two pairs conflict in every step."""
    # fixed data: with drawn data there may be no conflict
    heads, rng = {"digit": 3, "depth": 1, "tone": 2}, np.random.default_rng(4)
    return trained(train_mtl, rng, "pcgrad", 4, heads, scale=4, lr=0.02)


@probe("train_mtl", points=2, public=False)
def four_steps_with_cagrad(train_mtl, rng):
    """Four steps of CAGrad with c = 0.8 on two tasks."""
    return trained(train_mtl, rng, "cagrad", 4, {"tone": 3, "depth": 1}, scale=3, lr=0.02, c=0.8)


@probe("train_mtl", points=1, public=False)
def default_options_and_an_unknown_method(train_mtl):
    """The defaults of weight_lr, alpha and c, a head without a loss, one example, and two methods that do not exist."""
    heads, methods = {"digit": 3, "depth": 1}, ("uncertainty", "gradnorm", "cagrad")
    results = {
        m: trained(train_mtl, np.random.default_rng(14), m, 8, heads, scale=2) for m in methods
    }
    three = {**heads, "idle": 2}
    results["a head without a loss, one example"] = trained(
        train_mtl, np.random.default_rng(3), "pcgrad", 2, three, B=1, idle=["idle"]
    )
    for method in ("sum", "PCGrad"):
        net = SmallNet(5, heads)
        arguments = (
            net,
            *problem(np.random.default_rng(14), heads),
            GradientDescent(net, 0.1),
            method,
            1,
        )
        results[method] = raises(train_mtl, *arguments)
        results[f"{method}: parameters"] = {name: p.detach() for name, p in net.named_parameters()}
    return results
