"""Graded tests of domain_adaptation; docs/authoring.md says how to write them."""

import copy
import math

import numpy as np
import torch
from torch import nn

from dlcourse import close, exact, probe


def normal(rng, *shape, dtype=torch.float64):
    """A tensor of normal numbers."""
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


def posteriors(rng, n, K):
    """Rows that are positive and sum to 1, in no memory order that a stub could rely on."""
    logits = 1.5 * rng.normal(size=(K, n)).T
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def gradients(loss, **leaves):
    """Gradient of a scalar for each named leaf; zeros where no path leads."""
    if not loss.requires_grad:
        return {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    found = torch.autograd.grad(loss, list(leaves.values()), retain_graph=True, allow_unused=True)
    return {
        name: torch.zeros_like(leaf) if g is None else g
        for (name, leaf), g in zip(leaves.items(), found, strict=True)
    }


@probe("density_ratio_weights", points=1)
def weights_by_hand(density_ratio_weights):
    """The weights of the text, and those of the probabilities 0 and 0.8."""
    return {"weights": density_ratio_weights(np.array([0.25, 0.5, 0.0, 0.8]), 300, 100)}


@probe("density_ratio_weights", points=1)
def risk_by_hand(weighted_risk, effective_sample_size):
    """The three losses of the text: both risks, and the effective sample size."""
    losses, w = np.array([1.0, 2.0, 4.0]), np.array([3.0, 1.0, 0.0])
    return {
        "plain": weighted_risk(losses, w),
        "self-normalised": weighted_risk(losses, w, normalize=True),
        "effective sample size": effective_sample_size(w),
    }


def dtype_of(value):
    """Name of an array's dtype."""
    return str(value.dtype).rpartition(".")[2]


@probe("density_ratio_weights", points=2, public=False)
def weights_of_held_out_examples(density_ratio_weights, rng):
    """Seven examples and one; a larger source and a larger target; probabilities next to 0 and to 1."""
    p = rng.uniform(0.02, 0.98, size=14)[::2]
    p[3] = 0.999
    return {
        "larger target": density_ratio_weights(p, 40, 130),
        "larger source": density_ratio_weights(p, 500, 90),
        "one example": density_ratio_weights(p[:1], 11, 12),
        "next to 0": density_ratio_weights(np.array([3e-9]), 40, 130),
        "next to 1": density_ratio_weights(np.array([1 - 2**-33]), 40, 130),
    }


@probe("density_ratio_weights", points=2, public=False)
def risks_of_weighted_losses(weighted_risk, rng):
    """Both risks for weights of any scale, some of them 0; a single example."""
    losses, w = rng.normal(size=9), rng.uniform(0.1, 3, size=9)
    w[[2, 5]] = 0
    return {
        "default": weighted_risk(losses, w),
        "plain": weighted_risk(losses, 5 * w, normalize=False),
        "self-normalised": weighted_risk(losses, w, normalize=True),
        "self-normalised, weights times 5": weighted_risk(losses, 5 * w, normalize=True),
        "one example": [weighted_risk(losses[:1], w[:1], flag) for flag in (False, True)],
        "self-normalised, weights that sum to 0.3": weighted_risk(
            np.array([1.0, 2]), np.array([0.1, 0.2]), True
        ),
        "self-normalised, tiny weights": weighted_risk(losses, 1e-9 * w, True),
        "other weights of the same losses": weighted_risk(losses, np.flip(w).copy(), True),
    }


@probe("density_ratio_weights", points=1, public=False)
def size_of_weighted_samples(effective_sample_size, rng):
    """Equal weights, a single one that counts, uneven ones and tiny ones; one example."""
    w = rng.uniform(0.1, 5, size=8)
    return {
        "equal": effective_sample_size(np.full(7, 0.3)),
        "one": effective_sample_size(np.array([0.0, 0.0, 2.5, 0.0])),
        "uneven": effective_sample_size(w),
        "uneven, times 10": effective_sample_size(10 * w),
        "tiny": effective_sample_size(1e-9 * w),
        "one example": effective_sample_size(w[:1]),
    }


@probe("label_shift_em", points=1)
def adjusted_by_hand(adjust_posterior):
    """The table of the text: three posteriors under the weights 0.8 and 1.6."""
    post = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]])
    return {"adjusted": adjust_posterior(post, np.array([0.8, 1.6]))}


@probe("label_shift_em", points=2)
def two_rounds_by_hand(label_shift_em):
    """The example of the text after 0, 1 and 2 rounds."""
    post, prior_s = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]]), np.array([0.75, 0.25])
    found = {}
    for iters in (0, 1, 2):
        prior_t, adjusted = label_shift_em(post, prior_s, iters)
        found[f"{iters} rounds"] = {"prior_t": prior_t, "post_adj": adjusted}
    return found


@probe("label_shift_em", points=2, public=False)
def posteriors_under_new_weights(adjust_posterior, rng):
    """Four classes, weights that are uneven, partly 0, or tiny; a single example."""
    post, w = posteriors(rng, 6, 4), rng.uniform(0.1, 4, size=4)
    gone = np.array([0.0, 1.5, 0.0, 100.0])
    return {
        "uneven": adjust_posterior(post, w),
        "two classes gone": adjust_posterior(post, gone),
        "one example": adjust_posterior(post[2:3], w),
        "tiny weights": adjust_posterior(post, 1e-9 * w),
    }


@probe("label_shift_em", points=3, public=False)
def em_on_four_classes(label_shift_em, rng):
    """Four classes, an uneven source prior, 1, 3 and 40 rounds; then another source prior."""
    post, prior_s = posteriors(rng, 9, 4), np.array([0.4, 0.1, 0.3, 0.2])
    found = {}
    for iters in (1, 3, 40):
        prior_t, adjusted = label_shift_em(post, prior_s, iters)
        found[f"{iters} rounds"] = {"prior_t": prior_t, "post_adj": adjusted}
    prior_t, adjusted = label_shift_em(post, np.flip(prior_s).copy(), 3)
    return found | {"another prior_s": {"prior_t": prior_t, "post_adj": adjusted}}


@probe("label_shift_em", points=1, public=False)
def em_at_the_edge(label_shift_em):
    """Posteriors of exactly 0 and 1, a class that no example has, and a single example."""
    post = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.75, 0.0], [0.0, 1.0, 0.0]])
    prior_s = np.array([0.25, 0.25, 0.5])
    many, one = (
        label_shift_em(post, prior_s, 4),
        label_shift_em(post[1:2], np.array([0.6, 0.3, 0.1]), 3),
    )
    return {
        "prior_t": many[0],
        "post_adj": many[1],
        "prior_t of one example": one[0],
        "post_adj of one example": one[1],
    }


@probe("bbse_weights", points=1)
def confusion_by_hand(joint_confusion):
    """The ten source examples of the text."""
    y_true = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    y_pred = np.array([0, 0, 1, 0, 0, 1, 0, 1, 0, 1])
    return {"joint": joint_confusion(y_pred, y_true, 2)}


@probe("bbse_weights", points=1)
def weights_from_the_confusion_by_hand(bbse_weights):
    """The linear system of the text."""
    return {"w": bbse_weights(np.array([[0.4, 0.2], [0.1, 0.3]]), np.array([0.48, 0.52]))}


@probe("bbse_weights", points=2, public=False)
def confusion_of_five_classes(joint_confusion, rng):
    """Five classes, one never predicted, one never true; a last class that never occurs; a single example."""
    y_pred, y_true = rng.choice([0, 1, 3, 4], size=23), rng.choice([0, 1, 2, 3], size=23)
    return {
        "joint": joint_confusion(y_pred, y_true, 5),
        "the same predictions, other truths": joint_confusion(y_pred, (y_true + 1) % 4, 5),
        "three classes, of which the last never occurs": joint_confusion(y_pred % 2, y_true % 2, 3),
        "one example": joint_confusion(np.array([2]), np.array([0]), 3),
    }


@probe("bbse_weights", points=3, public=False)
def weights_of_four_classes(bbse_weights, rng):
    """An uneven, asymmetric confusion matrix and a target that lacks a class; columns that are nearly alike."""
    joint = rng.uniform(0.2, 1, size=(4, 4)) + np.diag([3.0, 1.5, 4.0, 2.0])
    joint /= joint.sum()
    mu = joint @ (np.array([0.5, 0.0, 1.0, 3.0]) / (joint.sum(axis=0) @ [0.5, 0.0, 1.0, 3.0]))
    alike = np.array([[0.2501, 0.2499], [0.2499, 0.2501]])
    nearer = np.array([[0.25 + 1e-7, 0.25 - 1e-7], [0.25 - 1e-7, 0.25 + 1e-7]])
    return {
        "w": bbse_weights(joint, mu),
        "another mu": bbse_weights(joint, np.flip(mu).copy()),
        "nearly alike": bbse_weights(alike, np.array([0.50003, 0.49997])),
        "alike to six digits": bbse_weights(nearer, np.array([0.5 - 4e-8, 0.5 + 4e-8])),
    }


@probe("bbse_weights", points=1, public=False)
def weights_beyond_what_is_possible(bbse_weights):
    """More predictions of class 0 on the target than its recognition rate explains."""
    joint = np.array([[0.3, 0.05, 0.05], [0.1, 0.2, 0.05], [0.0, 0.05, 0.2]])
    return {"w": bbse_weights(joint, np.array([0.9, 0.08, 0.02]))}


@probe("GradReverse", points=1)
def reversal_by_hand(GradReverse):
    """x = 3, lam = 0.5 and the loss y^2."""
    x = torch.tensor(3.0, requires_grad=True)
    y = GradReverse.apply(x, 0.5)
    (gradient,) = torch.autograd.grad(y**2, x)
    return {"forward": y, "gradient": gradient}


@probe("GradReverse", points=2, public=False)
def reversal_of_a_batch(GradReverse, rng):
    """A batch of features in float64 and float32, for several lam, 0 included; three axes; no example."""
    x, weight = normal(rng, 4, 3).T.requires_grad_(), normal(rng, 3, 4)
    found = {}
    for lam in (0.0, 0.7, 1.0, 4.0):
        y = GradReverse.apply(x, lam)
        found[f"lam = {lam}"] = {"forward": y, **gradients((weight * torch.sin(y)).sum(), x=x)}
    small = x.detach().float().requires_grad_()
    y = GradReverse.apply(small, 0.3)
    (gradient,) = torch.autograd.grad((y**3).sum(), small)
    found["float32"] = {
        "forward": y,
        "gradient": gradient,
        "dtypes": [dtype_of(y), dtype_of(gradient)],
    }
    for name, shape in {"three axes": (2, 1, 3), "no example": (0, 3)}.items():
        x = normal(rng, *shape).requires_grad_()
        y = GradReverse.apply(x, 0.7)
        found[name] = {"forward": y, **gradients((y**2).sum(), x=x)}
    return found


@probe("GradReverse", points=2, public=False)
def several_reversals_in_one_graph(GradReverse, rng):
    """Two reversals of one x, side by side and in a row; one next to a direct path; one added to others; two passes."""
    x, a, b = normal(rng, 2, 3).requires_grad_(), normal(rng, 2, 3), normal(rng, 2, 3)
    side_by_side = (a * GradReverse.apply(x, 2.0)).sum() + (
        b * GradReverse.apply(x, 0.5).exp()
    ).sum()
    chained = (a * GradReverse.apply(GradReverse.apply(x, 2.0), 3.0)).sum()
    with_direct = (a * GradReverse.apply(x, 3.0)).sum() + (b * x).sum()
    # an addition hands the same gradient tensor to all that is added
    u, v = normal(rng, 2, 3).requires_grad_(), normal(rng, 2, 3).requires_grad_()
    added = (a * (u + GradReverse.apply(x, 5.0) + v)).sum()
    twice = (b * GradReverse.apply(x, 1.5).square()).sum()
    return {
        "added to others": gradients(added, u=u, x=x, v=v),
        "two passes": [gradients(twice, x=x)["x"] for _ in range(2)],
        "side by side": gradients(side_by_side, x=x)["x"],
        "one behind the other": gradients(chained, x=x)["x"],
        "next to a direct path": gradients(with_direct, x=x)["x"],
    }


def network(rng, dtype=torch.float64):
    """Weights of a small network, by name, and the three functions made of them."""
    shapes = {"f": (3, 5), "c": (5, 4), "d1": (5, 6), "d2": (6, 1)}
    w = {name: normal(rng, *shape, dtype=dtype).requires_grad_() for name, shape in shapes.items()}
    return (
        w,
        lambda x: torch.tanh(x @ w["f"]),
        lambda h: h @ w["c"],
        lambda h: torch.tanh(h @ w["d1"]) @ w["d2"],
    )


@probe("dann_losses", points=2)
def adversary_by_hand(dann_losses):
    """The two examples of the text: losses, and the domain loss's gradient in the features."""
    xs = torch.tensor([[math.log(3)]], dtype=torch.float64, requires_grad=True)
    xt = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    class_loss, domain_loss = dann_losses(
        f=lambda x: x,
        c=lambda h: torch.cat([h, 0 * h], dim=1),
        d=lambda h: h,
        xs=xs,
        ys=torch.tensor([1]),
        xt=xt,
        lam=2.0,
    )
    found = gradients(domain_loss, f_S=xs, f_T=xt)
    return {
        "class loss": class_loss,
        "domain loss": domain_loss,
        "gradient of the domain loss": found,
    }


@probe("dann_losses", points=1)
def one_backward_pass_for_three_parts(dann_losses, rng):
    """Three examples of each domain: gradient of the sum of both losses in f, c and d."""
    w, f, c, d = network(rng)
    xs, xt, ys = normal(rng, 3, 3), normal(rng, 3, 3), torch.tensor([2, 0, 3])
    class_loss, domain_loss = dann_losses(f, c, d, xs, ys, xt, 0.6)
    found = gradients(class_loss + domain_loss, **w)
    return {"class loss": class_loss, "domain loss": domain_loss, "gradient of the sum": found}


@probe("dann_losses", points=1)
def ramp_by_hand(dann_lambda):
    """The ramp at 0, 0.1, 0.5 and 1, with gamma = 10."""
    return {f"p = {p}": dann_lambda(p) for p in (0.0, 0.1, 0.5, 1.0)}


@probe("dann_losses", points=3, public=False)
def batches_of_different_sizes(dann_losses, rng):
    """Seven source and two target examples, and one target example: losses, gradients of their sum; float32."""
    w, f, c, d = network(rng)
    xs, xt, ys = normal(rng, 3, 7).T, normal(rng, 2, 3), torch.tensor([1, 3, 3, 0, 2, 3, 1])
    class_loss, domain_loss = dann_losses(f, c, d, xs, ys, xt, 1.7)
    found = gradients(class_loss + domain_loss, **w)
    parts = network(rng, torch.float32)[1:]
    small = dann_losses(*parts, xs.float(), ys, xt.float(), 1.7)
    return {
        "class loss": class_loss,
        "domain loss": domain_loss,
        "gradient of the sum": found,
        "one target example": dann_losses(f, c, d, xs, ys, xt[1:], 0.3),
        "float32": {"losses": small, "dtypes": [dtype_of(loss) for loss in small]},
    }


@probe("dann_losses", points=3, public=False)
def each_loss_on_its_own_path(dann_losses, rng):
    """Gradients of each loss alone in f, c and d, several lam, 0 included; one source example."""
    w, f, c, d = network(rng)
    xs, xt, ys = normal(rng, 1, 3), normal(rng, 4, 3), torch.tensor([2])
    found = {}
    for lam in (0.0, 0.25, 3.0):
        class_loss, domain_loss = dann_losses(f, c, d, xs, ys, xt, lam)
        found[f"lam = {lam}"] = {
            "class loss": class_loss,
            "domain loss": domain_loss,
            "gradient of the class loss": gradients(class_loss, **w),
            "gradient of the domain loss": gradients(domain_loss, **w),
        }
    return found


@probe("dann_losses", points=1, public=False)
def a_domain_classifier_that_is_sure(dann_losses, rng):
    """Logits of ±1000 in float32, right and wrong ones, of the domain and of the class: losses and gradients."""
    v, w = (
        torch.ones(2, requires_grad=True),
        normal(rng, 1, 3, dtype=torch.float32).requires_grad_(),
    )
    xs = torch.tensor([[1000.0, 0.5], [-1000.0, 1.0]])
    xt = torch.tensor([[1000.0, 0.0], [-1000.0, 2.0], [1.0, -1.0]])
    class_loss, domain_loss = dann_losses(
        f=lambda x: x * v,
        c=lambda h: h[:, 1:] @ w,
        d=lambda h: h[:, :1],
        xs=xs,
        ys=torch.tensor([2, 0]),
        xt=xt,
        lam=1.0,
    )
    sure = torch.tensor([[1000.0, -1000.0, 3.5], [-1000.0, 1000.0, 0.0]])
    wrong, _ = dann_losses(
        lambda x: x,
        lambda h: h[:, :1] * sure,
        lambda h: h,
        torch.ones(2, 1),
        torch.tensor([1, 1]),
        torch.ones(3, 1),
        1.0,
    )
    return {
        "class loss": class_loss,
        "class loss of a head that is sure": wrong,
        "domain loss": domain_loss,
        "gradient of the class loss": gradients(class_loss, v=v, w=w),
        "gradient of the domain loss": gradients(domain_loss, v=v, w=w),
    }


@probe("dann_losses", points=1, public=False)
def ramps_of_other_steepness(dann_lambda):
    """Other values of gamma, up to 1000."""
    gammas = (1.0, 2.5, 20.0, 1000.0)
    return {f"p = {p}, gamma = {g}": dann_lambda(p, g) for p in (0.0, 0.3, 1.0) for g in gammas}


@probe("mmd2", points=2)
def discrepancy_by_hand(mmd2):
    """The samples of the text, with one bandwidth and with two; and a sample against itself."""
    X, Y = (torch.tensor(v, dtype=torch.float64)[:, None] for v in ([0.0, 1.0], [2.0]))
    sigma = math.sqrt(0.5 / math.log(2))
    return {
        "one bandwidth": mmd2(X, Y, [sigma]),
        "two bandwidths": mmd2(X, Y, [sigma, 2 * sigma]),
        "X against X": mmd2(X, X, [sigma]),
    }


@probe("mmd2", points=1)
def median_by_hand(median_sigma):
    """The pooled points 0, 1, 2 of the text; and 0, 1, 2, 5 with distances 1, 1, 2, 3, 4, 5."""
    X, Y, Z = (
        torch.tensor(v, dtype=torch.float64)[:, None] for v in ([0.0, 1.0], [2.0], [2.0, 5.0])
    )
    return {"three points": median_sigma(X, Y), "four points": median_sigma(X, Z)}


@probe("mmd2", points=3, public=False)
def discrepancy_of_samples(mmd2, rng):
    """Six against four points, one bandwidth or several, far from the origin; coordinates up to 1000 in float32."""
    X, Y = normal(rng, 3, 6).T, 1.3 * normal(rng, 4, 3) + 0.4
    wide = torch.from_numpy(rng.uniform(-1000, 1000, size=(26, 3))).float()
    near = wide[:3] + 0.1 * normal(rng, 3, 3, dtype=torch.float32)
    coarse = mmd2(wide, near, [0.1])
    return {
        "one bandwidth": mmd2(X, Y, [0.8]),
        "three bandwidths": mmd2(X, Y, [1.5, 0.5, 6.0]),
        "two points": mmd2(X[:1], Y[:1], [2.0]),
        "far from the origin": mmd2(X + 1000, Y + 1000, [1.0, 2.0]),
        "the same sample": mmd2(X, X, [0.3, 3.0]),
        "bandwidths from 0.001 to a million": mmd2(300 * X, 300 * Y, [1e-3, 1e6]),
        "points as near as a bandwidth of 0.001": mmd2(1e-3 * X, 1e-3 * Y, [1e-3]),
        "float32": coarse,
        "dtype": dtype_of(coarse),
    }


@probe("mmd2", points=2, public=False)
def discrepancy_as_a_loss(mmd2, rng):
    """Gradients with respect to both samples; one point occurs twice, and in both samples; samples that nearly agree."""
    X, Y = normal(rng, 5, 2), normal(rng, 3, 2)
    X[3] = Y[1] = X[0]
    X, Y = X.requires_grad_(), Y.requires_grad_()
    loss = mmd2(X, Y, [0.7, 2.0])
    found = {"mmd2": loss, "gradient": gradients(loss, X=X, Y=Y)}
    # Rounding makes some of these values negative. Their gradients are right all the same, to float32 at least;
    # two and four points, so that the shares 1/n and 1/m are exact in every dtype.
    moved, points = [], normal(rng, 2, 2)
    for k in range(1, 61):
        Z = (k / 20 * points).requires_grad_()
        near = mmd2(Z, Z.detach().repeat(2, 1) + 1e-9, [0.5, 1.0, 2.0])
        moved.append((1e9 * gradients(near, Z=Z)["Z"]).float())
    return found | {"gradients of samples that nearly agree, times a billion": torch.stack(moved)}


@probe("mmd2", points=1, public=False)
def discrepancy_at_the_extremes(mmd2):
    """Coordinates of ±1000 in float32, with bandwidths of 0.01, 1 and 3000."""
    X = torch.tensor([[1000.0, -1000.0], [-1000.0, 0.0], [0.0, 0.25]])
    Y = torch.tensor([[-1000.0, 1000.0], [0.0, 0.25]])
    return {f"sigma = {s:g}": mmd2(X, Y, [s]) for s in (0.01, 1.0, 3000.0)}


@probe("mmd2", points=2, public=False)
def medians_of_pooled_samples(median_sigma, rng):
    """Odd and even numbers of pairs, repeated points, an outlier, points that require a gradient; a Python float."""
    X, Y = normal(rng, 3, 4).T, 2 * normal(rng, 2, 3) + 1  # 15 pairs
    Z = torch.cat(
        [Y, Y[:1], torch.tensor([[1000.0, 0.0, -1000.0]], dtype=torch.float64)]
    )  # 28 pairs
    copies = X[[0, 0, 0, 1]]
    return {
        "15 pairs": median_sigma(X, Y),
        "28 pairs": median_sigma(X, Z),
        "28 pairs, exchanged": median_sigma(Z, X),
        "two points": median_sigma(X[:1], Y[:1]),
        "many copies": median_sigma(copies, X[1:3]),
        "nearly all copies": median_sigma(X[[0, 0, 0, 1]], X[[0, 0]]),
        "with a gradient": median_sigma(X.clone().requires_grad_(), Y[:1]),
        "a float": isinstance(median_sigma(X, Y), float),
    }


@probe("coral_loss", points=1)
def coral_loss_by_hand(coral_loss):
    """The two diamonds of the text."""
    S = torch.tensor([[1.0, 0], [-1, 0], [0, 2], [0, -2]], dtype=torch.float64)
    T = torch.tensor([[7.0, 1], [3, 1], [5, 2], [5, 0]], dtype=torch.float64)
    return {"loss": coral_loss(S, T), "S against S": coral_loss(S, S)}


@probe("coral_loss", points=2)
def coral_transform_by_hand(coral_transform):
    """The source diamond moved onto the target one: eps = 0, and eps = 1."""
    S = torch.tensor([[1.0, 0], [-1, 0], [0, 2], [0, -2]], dtype=torch.float64)
    T = torch.tensor([[7.0, 1], [3, 1], [5, 2], [5, 0]], dtype=torch.float64)
    return {f"eps = {eps:g}": coral_transform(S, T, eps) for eps in (0.0, 1.0)}


@probe("coral_loss", points=2, public=False)
def coral_loss_of_samples(coral_loss, rng):
    """Correlated examples, also far from 0, and in float32; nearly equal covariances; two against three examples."""
    mix = normal(rng, 3, 3)
    S, T = (normal(rng, 3, 7).T @ mix), normal(rng, 5, 3) - 2
    return {
        "loss": coral_loss(S, T),
        "other means": coral_loss(S + 1000, T - 1000),
        "two against three": coral_loss(S[:2], T[:3]),
        "large and nearly equal covariances": coral_loss(1e4 * S, (1e4 + 1e-3) * S),
        "far from 0 in float32": coral_loss((S + 300).float(), (T - 300).float()),
        "dtype": dtype_of(coral_loss(S.float(), T.float())),
    }


@probe("coral_loss", points=2, public=False)
def coral_as_a_loss(coral_loss, rng):
    """Gradients with respect to source and target features."""
    S, T = normal(rng, 6, 4).requires_grad_(), (2 * normal(rng, 3, 4) + 1).requires_grad_()
    loss = coral_loss(S, T)
    return {"loss": loss, "gradient": gradients(loss, S=S, T=T)}


@probe("coral_loss", points=3, public=False)
def the_source_moved(coral_transform, rng):
    """Nine source and six target examples, features correlated, three eps; the dtype of the result for float32."""
    S, T = normal(rng, 4, 9).T @ normal(rng, 4, 4) + 3, normal(rng, 6, 4) @ normal(rng, 4, 4) - 5
    return {
        "eps = 0": coral_transform(S, T, 0.0),
        "default eps": coral_transform(S, T),
        "eps = 2": coral_transform(S, T, eps=2.0),
        "dtype for float32": dtype_of(coral_transform(S.float(), T.float(), eps=1.0)),
    }


@probe("coral_loss", points=1, public=False)
def fewer_rows_than_features(coral_transform, rng):
    """Three source and two target examples of four features."""
    S, T = normal(rng, 3, 4), 2 * normal(rng, 2, 4) + 1
    return {f"eps = {eps}": coral_transform(S, T, eps) for eps in (0.05, 0.5)}


def filled(rng, *layers, dtype=torch.float64):
    """The layers as a network in eval mode, every parameter and running statistic drawn from rng."""
    net = nn.Sequential(*layers).to(dtype).eval()
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if "num_batches" in name:
                value.fill_(7)
            elif "running_var" in name:
                value.copy_(torch.from_numpy(rng.uniform(0.5, 2, size=value.shape)))
            else:
                value.copy_(torch.from_numpy(rng.normal(size=value.shape)))
    return net


def state(net, x):
    """All that can be seen of a network after it was adapted."""
    return {
        "training": [layer.training for layer in net],
        "requires grad": {
            k: v.requires_grad for k, v in [*net.named_parameters(), *net.named_buffers()]
        },
        **{k: v.clone() for k, v in net.state_dict().items()},
        "output": net(x),
    }


@probe("adapt_batchnorm", points=1)
def pooled_by_hand(adabn_stats):
    """The batches (0, 2) and (10) of the text, with a second feature."""
    batches = [torch.tensor([[0.0, 1.0], [2.0, 5.0]]), torch.tensor([[10.0, 3.0]])]
    mean, var = adabn_stats(batches)
    return {"mean": mean, "var": var}


@probe("adapt_batchnorm", points=2)
def one_normalisation_layer(adapt_batchnorm, rng):
    """A network with one normalisation layer: parameters, statistics and output afterwards."""
    net = filled(rng, nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 4))
    batches = [normal(rng, 4, 3), normal(rng, 2, 3) + 3]
    adapt_batchnorm(net, batches)
    return state(net, batches[1])


@probe("adapt_batchnorm", points=2, public=False)
def statistics_of_uneven_batches(adabn_stats, rng):
    """Uneven batches that lie apart; a single batch; one example; the dtype for float32."""
    batches = [normal(rng, 1, 3) - 4, 2 * normal(rng, 6, 3) + 5, normal(rng, 3, 4).T]
    found = {}
    for name, some in {
        "three batches": batches,
        "one batch": batches[1:2],
        "one example": batches[:1],
    }.items():
        mean, var = adabn_stats(some)
        found[name] = {"mean": mean, "var": var}
    return found | {
        "dtypes for float32": [dtype_of(v) for v in adabn_stats([b.float() for b in batches])]
    }


@probe("adapt_batchnorm", points=1, public=False, compare=close(rtol=1e-3))
def statistics_far_from_zero(adabn_stats, rng):
    """float32 batches whose mean is 300 times their standard deviation."""
    centre = torch.tensor([300.0, -300, 250, 280, -290])
    batches = [centre + normal(rng, n, 5, dtype=torch.float32) for n in (40, 25)]
    mean, var = adabn_stats(batches)
    return {"mean": mean, "var": var}


@probe("adapt_batchnorm", points=3, public=False)
def two_normalisation_layers(adapt_batchnorm, rng):
    """Two normalisation layers, dropout between them: all about the network afterwards, and after another target."""
    layers = [
        nn.Linear(3, 5),
        nn.BatchNorm1d(5),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(5, 4),
        nn.BatchNorm1d(4),
    ]
    net = filled(rng, *layers, nn.Linear(4, 2))
    batches = [2 * normal(rng, 5, 3) + 1, normal(rng, 1, 3), 3 * normal(rng, 3, 3) - 2]
    adapt_batchnorm(net, batches)
    first = state(net, batches[0])
    adapt_batchnorm(net, [5 - b for b in batches])
    return {"after one target": first, "after another": state(net, batches[0])}


@probe("adapt_batchnorm", points=1, public=False)
def normalisation_first_and_without_scale(adapt_batchnorm, rng):
    """Normalisation as the first layer, without scale, with another epsilon; a twin on another target, a second network of the same form."""
    net = filled(
        rng, nn.BatchNorm1d(4, eps=0.1), nn.Tanh(), nn.BatchNorm1d(4, affine=False, momentum=0.5)
    )
    batches = [normal(rng, 5, 4), normal(rng, 2, 4) + 2]
    twin = copy.deepcopy(net)
    adapt_batchnorm(net, batches)
    adapt_batchnorm(twin, [b - 3 for b in batches])
    other = filled(
        rng, nn.BatchNorm1d(4, eps=0.1), nn.Tanh(), nn.BatchNorm1d(4, affine=False, momentum=0.5)
    )
    adapt_batchnorm(other, batches)
    return {
        "first": state(net, batches[1]),
        "its twin on another target": state(twin, batches[1]),
        "second": state(other, batches[1]),
    }


@probe("select_pseudo_labels", points=2, compare=exact())
def selection_by_hand(select_pseudo_labels):
    """The table of the text: tau = 0.75 with a cap of 2, of 1 and of 5."""
    probs = torch.tensor([[0.875, 0.125], [0.25, 0.75], [0.875, 0.125], [0.5, 0.5], [1.0, 0.0]])
    found = {}
    for cap in (2, 1, 5):
        idx, y = select_pseudo_labels(probs, 0.75, cap)
        found[f"cap = {cap}"] = {"idx": idx, "y": y}
    return found


@probe("select_pseudo_labels", points=3, public=False, compare=exact())
def selection_from_a_batch(select_pseudo_labels, rng):
    """Forty examples of four classes, four thresholds and caps."""
    probs = torch.softmax(2 * normal(rng, 4, 40).T + torch.tensor([1.0, 0.5, 0.0, -0.5]), dim=1)
    found = {}
    for tau, cap in ((0.4, 3), (0.7, 1), (0.6, 100), (0.0, 4)):
        idx, y = select_pseudo_labels(probs, tau, cap)
        found[f"tau = {tau}, cap = {cap}"] = {"idx": idx, "y": y}
    return found


@probe("select_pseudo_labels", points=2, public=False, compare=exact())
def selection_with_ties(select_pseudo_labels):
    """Equal confidences within a class, confidences equal to tau, equally probable classes."""
    rows = [
        [2, 1, 5],
        [5, 2, 1],
        [0, 4, 4],
        [4, 4, 0],
        [1, 2, 5],
        [0, 8, 0],
        [3, 3, 2],
        [5, 3, 0],
        [2, 5, 1],
        [0, 5, 3],
    ]
    probs = torch.tensor(rows, dtype=torch.float64) / 8
    found = {}
    for tau, cap in ((0.5, 1), (0.625, 1), (0.625, 2), (0.375, 3)):
        idx, y = select_pseudo_labels(probs, tau, cap)
        found[f"tau = {tau}, cap = {cap}"] = {"idx": idx, "y": y}
    probs[7] += torch.tensor([-1, 1, 0]) * 2.0**-30
    idx, y = select_pseudo_labels(probs, 0.625, 4)
    found["just below tau"] = {"idx": idx, "y": y}
    idx, y = select_pseudo_labels(probs.repeat(9, 1), 0.5, 20)
    return found | {"ninety examples": {"idx": idx, "y": y}}


@probe("select_pseudo_labels", points=1, public=False, compare=exact())
def selection_of_nothing_or_one(select_pseudo_labels):
    """No confident example, one example, a class never predicted, a confidence of tau in float32: values, shapes, dtypes."""
    probs = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    found = {}
    for name, arguments in {
        "none": (probs, 0.9, 2),
        "one": (probs[1:], 0.5, 2),
        "two": (probs, 0.4, 1),
        "tau in float32": (torch.tensor([[0.9, 0.1], [0.3, 0.7], [0.8, 0.2]]), 0.9, 3),
    }.items():
        idx, y = select_pseudo_labels(*arguments)
        dtypes = [str(v.dtype).removeprefix("torch.") for v in (idx, y)]
        found[name] = {
            "idx": idx,
            "y": y,
            "shapes": [list(idx.shape), list(y.shape)],
            "dtypes": dtypes,
        }
    return found
