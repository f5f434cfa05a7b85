"""Graded tests of knowledge_distillation; docs/authoring.md says how to write them."""

import torch

from dlcourse import probe


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def labels(rng, B, K):
    """B class indices."""
    return torch.from_numpy(rng.integers(0, K, size=B))


def pulled_back(loss, **inputs):
    """Gradients of a loss by the names of its inputs; words where no path leads back."""
    grads = [None] * len(inputs)
    if loss.requires_grad:
        grads = torch.autograd.grad(loss, list(inputs.values()), allow_unused=True)
    return {
        name: "no gradient" if grad is None else grad
        for name, grad in zip(inputs, grads, strict=True)
    }


@probe("soft_targets", points=1)
def one_row_by_hand(soft_targets):
    """The worked numbers of the text, and a second row."""
    z = torch.tensor([[5.0, 3, 1], [0, 2, 2]])
    return {"tau = 1": soft_targets(z, 1), "tau = 3": soft_targets(z, 3)}


@probe("soft_targets", points=1, public=False)
def irregular_temperatures(soft_targets, rng):
    """Other sizes, whole and broken temperatures, a batch of one, a square."""
    shapes = {"three rows": (3, 7), "one row": (1, 5), "square": (4, 4)}
    return {
        f"{name}, tau = {tau}": soft_targets(normal(rng, *shape, scale=2), tau)
        for name, shape in shapes.items()
        for tau in (0.37, 2, 8.5)
    }


@probe("soft_targets", points=1, public=False)
def logits_of_1000(soft_targets):
    """Logits of ±1000."""
    rows = [[1000.0, 999.0, -1000.0, -1000.0, -997.3], [-1000.0, -1000.0, -998.5, -999.0, -1000.0]]
    z = torch.tensor(rows, dtype=torch.float64)
    return {"tau = 1": soft_targets(z, 1.0), "tau = 250": soft_targets(z, 250.0)}


@probe("kd_loss", points=1)
def two_classes_by_hand(kd_loss):
    """The worked numbers of the text, and each term alone."""
    zs, zt, y = torch.zeros(1, 2), torch.tensor([[3.0, 1.0]]).log(), torch.tensor([0])
    result = {f"alpha = {alpha}": kd_loss(zs, zt, y, 1.0, alpha) for alpha in (0.0, 0.5, 1.0)}
    return result | {"tau = 2": kd_loss(zs, zt, y, 2.0, 1.0)}


@probe("kd_loss", points=2, public=False)
def loss_at_other_temperatures(kd_loss, rng):
    """Seven classes, three examples, several temperatures and weights."""
    zs, zt, y = normal(rng, 3, 7), normal(rng, 3, 7, scale=2), labels(rng, 3, 7)
    return {
        f"tau = {tau}, alpha = {alpha}": kd_loss(zs, zt, y, tau, alpha)
        for tau, alpha in ((4, 0.9), (0.6, 0.35), (2.5, 0.0), (2.5, 1.0))
    }


@probe("kd_loss", points=2, public=False)
def who_learns(kd_loss, rng):
    """Gradients of student and teacher, also with logits of ±1000."""
    zs, zt = normal(rng, 4, 4).requires_grad_(), normal(rng, 4, 4).requires_grad_()
    result = pulled_back(kd_loss(zs, zt, labels(rng, 4, 4), 3.0, 0.8), student=zs, teacher=zt)
    rows = [[1000.0, -1000.0, 3.0], [-2.0, 1000.0, 999.3]]
    far = torch.tensor(rows, dtype=torch.float64)
    flipped = (-far).requires_grad_()
    extreme = kd_loss(flipped, far, torch.tensor([1, 0]), 2.0, 0.7)
    (slope,) = pulled_back(extreme, student=flipped).values()
    return result | {"loss at 1000": extreme, "student at 1000": slope}


@probe("kd_grad", points=1)
def gradient_by_hand(kd_grad, kd_grad_limits):
    """The worked numbers of the text."""
    zs, zt = torch.zeros(1, 2), torch.tensor([[3.0, 1.0]]).log()
    cold, hot = kd_grad_limits(zs, zt)
    return {"gradient": kd_grad(zs, zt, 1.0), "cold": cold, "hot": hot}


@probe("kd_grad", points=1, public=False)
def gradients_at_temperatures(kd_grad, rng):
    """Three examples of seven classes at three temperatures, one example, a square."""
    zs, zt = normal(rng, 3, 7, scale=2) + 1.3, normal(rng, 3, 7)
    result = {f"tau = {tau}": kd_grad(zs, zt, tau) for tau in (0.4, 1, 5.5)}
    one, square = normal(rng, 1, 4), normal(rng, 4, 4)
    return result | {"one": kd_grad(one, 1 - one, 2.0), "square": kd_grad(square, -square.T, 0.8)}


@probe("kd_grad", points=2, public=False)
def limits_are_centred(kd_grad_limits, rng):
    """Both limits with rows that are not centred, a square, one example, and with ties."""
    wide = normal(rng, 2, 5) + 3
    pairs = {
        "wide": (wide, normal(rng, 2, 5) - 1),
        "wide, another teacher": (wide, normal(rng, 2, 5)),
        "square": (normal(rng, 4, 4) + 3, normal(rng, 4, 4)),
        "one": (normal(rng, 1, 6), normal(rng, 1, 6)),
        "ties": (torch.tensor([[2.5, -1.0, 2.5]]), torch.tensor([[0.7, 0.7, 0.7]])),
        "ties elsewhere": (torch.tensor([[-3.0, -3.0, -4.2]]), torch.tensor([[1.1, 8.0, 8.0]])),
        "nearly a tie": (torch.tensor([[1.0, 1.000001, 0.3]]), torch.tensor([[2.0, 0.0, -1.0]])),
    }
    limits = {name: kd_grad_limits(zs, zt) for name, (zs, zt) in pairs.items()}
    return {
        f"{name}, {which}": limit
        for name, both in limits.items()
        for which, limit in zip(("cold", "hot"), both, strict=True)
    }


@probe("smooth_labels", points=1)
def four_classes_by_hand(smooth_labels):
    """The worked row of the text, and no smoothing."""
    y = torch.tensor([1, 3])
    return {"eps = 0.2": smooth_labels(y, 4, 0.2), "eps = 0": smooth_labels(y, 4, 0.0)}


@probe("smooth_labels", points=1, public=False)
def other_classes(smooth_labels, rng):
    """Other numbers of classes, repeated labels, the last class absent."""
    return {
        "seven": smooth_labels(torch.tensor([0, 5, 5]), 7, 0.13),
        "square": smooth_labels(labels(rng, 3, 3), 3, 0.4),
        "uniform": smooth_labels(torch.tensor([1]), 5, 1.0),
    }


@probe("smooth_labels", points=1, public=False)
def no_labels(smooth_labels):
    """An empty batch, and two that are not."""
    return {
        "empty": smooth_labels(torch.empty(0, dtype=torch.int64), 6, 0.1),
        "0 and 1": smooth_labels(torch.tensor([0, 1]), 6, 0.3),
        "4 and 2": smooth_labels(torch.tensor([4, 2]), 6, 0.3),
    }


@probe("hint_loss", points=1)
def one_pixel_by_hand(hint_loss):
    """The worked number of the text."""
    Fs, Ft = torch.tensor([1.0, 2.0]).view(1, 2, 1, 1), torch.full((1, 2, 1, 1), 2.0)
    return {"loss": hint_loss(Fs, Ft, torch.tensor([[3.0, 1.0], [0.0, 1.0]]))}


@probe("hint_loss", points=2, public=False)
def maps_of_other_sizes(hint_loss, rng):
    """More, fewer and as many channels as the teacher; square maps; one image; large numbers."""
    near = normal(rng, 2, 3, 3, 2) + 1e6
    teachers = [near + normal(rng, 2, 3, 3, 2), near - 0.7]
    same = {f"large, near teacher {i}": hint_loss(near, t, torch.eye(3).to(t)) for i, t in enumerate(teachers, 1)}
    return same | {
        f"{Cs} to {Ct}": hint_loss(
            normal(rng, B, Cs, H, W), normal(rng, B, Ct, H, W), normal(rng, Ct, Cs)
        )
        for B, Cs, Ct, H, W in ((2, 3, 5, 4, 6), (1, 5, 3, 2, 7), (3, 4, 4, 4, 4))
    }


@probe("hint_loss", points=1, public=False)
def where_hints_go(hint_loss, rng):
    """Gradients of both feature maps and of the projection."""
    Fs, Ft, W = (normal(rng, *s).requires_grad_() for s in ((2, 3, 2, 5), (2, 4, 2, 5), (4, 3)))
    return pulled_back(hint_loss(Fs, Ft, W), student=Fs, teacher=Ft, projection=W)


def named(losses):
    """The losses of peers by number."""
    return {f"loss {i}": loss for i, loss in enumerate(losses, 1)}


@probe("mutual_losses", points=1)
def three_peers_by_hand(mutual_losses):
    """The worked numbers of the text."""
    sure = torch.tensor([[3.0, 1.0]]).log()
    return named(mutual_losses([torch.zeros(1, 2), sure, sure], torch.tensor([0])))


@probe("mutual_losses", points=2, public=False)
def peers_of_other_numbers(mutual_losses, rng):
    """Two, three and five peers, and whom each loss teaches; logits of ±1000."""
    result = {}
    for M, B, K in ((2, 4, 6), (3, 3, 3), (5, 1, 4)):
        logits = [normal(rng, B, K).requires_grad_() for _ in range(M)]
        losses = mutual_losses(logits, labels(rng, B, K))
        grads = pulled_back(losses[1], **{f"of loss 2 by peer {i + 1}": logits[i] for i in range(M)})
        result |= {f"{M} peers, {name}": value for name, value in (named(losses) | grads).items()}
        others = named(mutual_losses(logits, labels(rng, B, K)))
        result |= {f"{M} peers, other labels, {name}": loss for name, loss in others.items()}
    far = torch.tensor([[1000.0, -1000.0], [-999.5, 1000.0]], dtype=torch.float64)
    apart = named(mutual_losses([far, 0.3 * far, -far], torch.tensor([0, 0])))
    return result | {f"{name} at 1000": loss for name, loss in apart.items()}


def which(model, made):
    """Number of a model among those made."""
    return [i for i, other in enumerate(made) if other is model]


@probe("mutual_losses", points=2, public=False)
def a_line_of_generations(born_again):
    """What each generation is given, and what is returned, after one, two and three generations."""
    result = {}
    for generations in (1, 2, 3):
        made, seen = [], []

        def make(made=made):
            made.append(torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Dropout(0.5)))
            return made[-1]

        def fit(student, teacher, made=made, seen=seen):
            generation = len(seen)
            parts = list(teacher.parameters()) if teacher is not None else []
            seen.append(
                {
                    "teacher": [p.detach().clone() for p in parts],
                    "asks for gradients": [p.requires_grad for p in parts],
                    "in train mode": [m.training for m in teacher.modules()] if parts else [],
                    "student": which(student, made),
                }
            )
            with torch.no_grad():
                for parameter in student.parameters():
                    parameter.fill_(2.5 + generation)
                for parameter in parts:
                    parameter.add_(10)  # a copy: no model returned may notice
            student.train(generation != 1)

        models = list(born_again(make, fit, generations))
        result |= {f"{generations}: generation {i}": given for i, given in enumerate(seen)}
        result[f"{generations}: models made"] = len(made)
        result |= {
            f"{generations}: model {i}": {
                "parameters": [p.detach() for p in model.parameters()],
                "asks for gradients": [p.requires_grad for p in model.parameters()],
                "in train mode": model.training,
                "made": which(model, made),
            }
            for i, model in enumerate(models)
        }
    return result


@probe("attention_transfer_loss", points=1)
def two_pixels_by_hand(attention_transfer_loss, gram_loss):
    """The worked numbers of the text."""
    Fs, Ft = torch.tensor([3.0, -4.0]).view(1, 1, 1, 2), torch.tensor([4.0, 3.0]).view(1, 1, 1, 2)
    two = torch.tensor([[[1.0, 0], [1, 2]], [[1, 0], [0, 1]]]).view(2, 1, 2, 1, 2)
    return {"maps": attention_transfer_loss(Fs, Ft, 1), "Gram": gram_loss(*two)}


@probe("attention_transfer_loss", points=2, public=False)
def maps_with_other_powers(attention_transfer_loss, rng):
    """Even, odd, broken and default powers, square maps, one image; gradients."""
    Fs, Ft = normal(rng, 2, 3, 4, 6).requires_grad_(), normal(rng, 2, 5, 4, 6).requires_grad_()
    result = {f"p = {p}": attention_transfer_loss(Fs, Ft, p) for p in (1, 2.5, 3)}
    loss = attention_transfer_loss(Fs, Ft)
    one, other = normal(rng, 1, 4, 3, 3), normal(rng, 1, 4, 3, 3)
    faint = [normal(rng, 3, C, 2, 5, scale=1e-3) for C in (2, 4)]
    result["faint"] = attention_transfer_loss(*faint)
    result |= {"default": loss, "one image": attention_transfer_loss(one, other, 4)}
    return result | pulled_back(loss, student=Fs, teacher=Ft)


@probe("attention_transfer_loss", points=1, public=False)
def textures(gram_loss, rng):
    """Gram matrices of maps with other sizes; gradients."""
    Fs, Ft = normal(rng, 2, 3, 4, 5).requires_grad_(), normal(rng, 2, 3, 4, 5).requires_grad_()
    loss = gram_loss(Fs, Ft)
    other = gram_loss(normal(rng, 1, 4, 2, 2), normal(rng, 1, 4, 2, 2))
    again = gram_loss(Fs, normal(rng, 2, 3, 4, 5))
    large = normal(rng, 2, 3, 2, 2, scale=1e3)
    near = gram_loss(large, large + normal(rng, 2, 3, 2, 2, scale=1e-3))
    return {"loss": loss, "another teacher": again, "large, near": near, "other sizes": other} | pulled_back(loss, student=Fs, teacher=Ft)


@probe("rkd_loss", points=1)
def triangles_by_hand(rkd_loss):
    """The worked numbers of the text, and a triangle beside one ten times as large."""
    t = torch.tensor([[0.0, 0], [3, 0], [0, 4]])
    equal = torch.tensor([[0.0, 0], [1, 0], [0.5, 0.75**0.5]])
    return {
        "scaled": rkd_loss(10 * t, t),
        "distances": rkd_loss(equal, t, 1.0, 0.0),
        "both": rkd_loss(equal, t),
    }


@probe("rkd_loss", points=2, public=False)
def distances_and_angles(rkd_loss, rng):
    """Each term alone, the default weights, distances beyond the Huber loss's corner, one feature."""
    s, t = normal(rng, 5, 3), normal(rng, 5, 4)
    t[0] += 40
    square, far = normal(rng, 3, 3, scale=1e-4), normal(rng, 3, 3) + 300_000
    return {
        "distances": rkd_loss(s, t, 1.5, 0.0),
        "angles": rkd_loss(s, t, 0.0, 0.7),
        "default": rkd_loss(s, t),
        "three points, one feature": rkd_loss(s[:3], t[1:4, :1]),
        "close together, far from the origin": rkd_loss(square, far, 0.3, 1.1),
    }


@probe("rkd_loss", points=1, public=False)
def gradients_of_relations(rkd_loss, rng):
    """Gradients of student and teacher."""
    s, t = normal(rng, 4, 3).requires_grad_(), normal(rng, 4, 2).requires_grad_()
    return pulled_back(rkd_loss(s, t), student=s, teacher=t)


@probe("contrastive_loss", points=1)
def two_pairs_by_hand(contrastive_loss):
    """The worked numbers of the text."""
    eye = torch.eye(2)
    swapped = contrastive_loss(eye, eye.flip(0), 1.0)
    return {"right": contrastive_loss(3 * eye, eye, 1.0), "swapped": swapped}


@probe("contrastive_loss", points=1, public=False)
def pairs_at_temperatures(contrastive_loss, rng):
    """Batches of several sizes at two temperatures, one that is cold; a batch of one."""
    result = {
        f"B = {B}, tau = {tau}": contrastive_loss(normal(rng, B, d, scale=2), normal(rng, B, d), tau)
        for B, d in ((1, 3), (3, 3), (5, 4))
        for tau in (0.07, 1.4)
    }
    s, t = normal(rng, 3, 5, scale=1e-4), normal(rng, 3, 5)
    return result | {
        "short, tau = 0.0001": contrastive_loss(s, t, 0.0001),
        "short, opposite teacher": contrastive_loss(s, -2 * s, 0.0001),
    }


@probe("contrastive_loss", points=1, public=False)
def gradients_of_contrast(contrastive_loss, rng):
    """Gradients of student and teacher."""
    s, t = normal(rng, 4, 3).requires_grad_(), normal(rng, 4, 3).requires_grad_()
    return pulled_back(contrastive_loss(s, t, 0.3), student=s, teacher=t)
