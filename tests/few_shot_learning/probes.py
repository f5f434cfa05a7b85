"""Graded tests of few_shot_learning; docs/authoring.md says how to write them."""

import numpy as np
import torch

from dlcourse import probe, raises, statistical


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def shuffled(rng, counts):
    """Labels 0, 1, ... as often as ``counts`` says, in random order."""
    return torch.from_numpy(rng.permutation(np.repeat(np.arange(len(counts)), counts)))


def classes_and_rows(episode):
    """The shapes of an episode, its classes in order, and all examples of each row in order."""
    support, query, classes = episode
    rows = np.sort(np.concatenate([support, query], 1), 1)
    return {
        "shape of the support": np.shape(support),
        "shape of the query": np.shape(query),
        "classes, sorted": np.sort(classes),
        "examples of each row, sorted": rows[np.argsort(rows[:, 0])],
    }


@probe("sample_episode", points=1)
def the_worked_episode(sample_episode):
    """The labels of the text: two classes that are just large enough, and one that is too small; a class of three."""
    rng = np.random.default_rng(3)
    labels = np.array([7, 7, 3, 3, 3, 7, 5])
    return {
        "N = 2, K = 2, Q = 1": classes_and_rows(sample_episode(labels, 2, 2, 1, rng)),
        "N = 1, K = 1, Q = 2": classes_and_rows(sample_episode(np.array([4, 6, 4, 4]), 1, 1, 2, rng)),
    }


def is_episode(labels, sizes, result):
    """What is wrong with an episode as evidence, or None."""
    try:
        support, query, classes = (np.asarray(part) for part in result)
        N, K, Q = sizes
        if (support.shape, query.shape, classes.shape) != ((N, K), (N, Q), (N,)):
            return f"the shapes are {support.shape}, {query.shape}, {classes.shape}"
        if not all(part.dtype == np.int64 for part in (support, query, classes)):
            return "indices and classes are int64"
        rows = np.concatenate([support, query], 1)
        if rows.min() < 0 or rows.max() >= len(labels):
            return "an index lies outside of labels"
        if len(set(classes.tolist())) < N:
            return "a class occurs twice"
        if len(set(rows.ravel().tolist())) < rows.size:
            return "an example occurs twice in an episode"
        if not (labels[rows] == classes[:, None]).all():
            return "row i does not hold examples of classes[i]"
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        return f"this is no episode: {error}"
    return None


def stacked(episodes):
    """Support, query and classes of many episodes; one episode alone where it does not fit or is not of integers."""
    try:
        parts = [[np.asarray(part) for part in episode] for episode in episodes]
        for episode in parts:
            if any(part.dtype.kind not in "iu" for part in episode):
                return {"an episode": episode}
        whole = [np.stack([episode[i] for episode in parts]) for i in range(3)]
    except (TypeError, ValueError, IndexError):
        return {"an episode": episodes[0]}
    return dict(zip(("support", "query", "classes"), whole, strict=True))


def unstacked(parts):
    """The episodes of ``stacked``."""
    if not isinstance(parts, dict) or set(parts) != {"support", "query", "classes"}:
        return [parts.get("an episode") if isinstance(parts, dict) else parts]
    return list(zip(*parts.values(), strict=True)) if len({len(part) for part in parts.values()}) == 1 else [None]


UNEQUAL = np.array([3] * 60 + [8] * 5 + [1] * 4)
LABELS = np.array([4, 9, 4, 2, 9, -1, 2, 4, 9, 11, 2, 9, 4, 11, 4, 9, -1, 11, 2, 11, 9, 11, -1, 9])
CASES = {
    "three of four": (LABELS, (3, 1, 3), 300),
    "two of four": (LABELS[::-1].copy(), (2, 3, 1), 300),
    "two of two": (UNEQUAL, (2, 4, 1), 300),
    "one of three unequal": (UNEQUAL, (1, 1, 3), 600),
}

SAME = "two generators with the same seed"


def class_luck(result, expected):
    """How far the frequencies of three classes are from 200 of 600, in parts of what is allowed."""
    drawn = np.ravel(result["one of three unequal"]["classes"])
    return float(np.abs([(drawn == c).sum() - 200 for c in (1, 3, 8)]).max() / 120)


@statistical(class_luck)
def judge_many(result, expected):
    """Episodes are lawful, and all classes and examples come up, in every role."""
    if not isinstance(result, dict) or set(result) != set(expected):
        return "this is no dictionary of episodes"
    for name, (labels, sizes, count) in CASES.items():
        episodes = unstacked(result[name])
        for episode in episodes:
            wrong = is_episode(labels, sizes, episode)
            if wrong:
                return f"{name}: {wrong}"
        if len(episodes) != count:
            return f"{name}: episodes are missing"
        support, query, classes = (np.stack([np.asarray(e[i]) for e in episodes]) for i in range(3))
        names, counts = np.unique(labels, return_counts=True)
        eligible = set(names[counts >= sizes[1] + sizes[2]].tolist())
        for row in range(sizes[0]):
            if set(classes[:, row].tolist()) != eligible:
                return f"{name}: not every class that is large enough comes up in row {row}"
        everyone = set(np.flatnonzero(np.isin(labels, list(eligible))).tolist())
        for role, part in (("support", support), ("query", query)):
            if labels is not UNEQUAL and set(part.ravel().tolist()) != everyone:
                return f"{name}: some example is never in the {role}"
    twice = unstacked(result[SAME])
    if len(twice) != 2:
        return f"{SAME}: episodes are missing"
    for episode in twice:
        wrong = is_episode(LABELS, CASES["three of four"][1], episode)
        if wrong:
            return f"{SAME}: {wrong}"
    if not all(np.array_equal(one, other) for one, other in zip(*twice, strict=True)):
        return f"{SAME} give two different episodes: all randomness comes from rng"
    if class_luck(result, expected) > 1:
        return "one of three unequal: a large class must be no likelier than a small one"
    return None


@probe("sample_episode", points=2, public=False, judge=judge_many)
def many_episodes_are_lawful_and_use_everything(sample_episode):
    """Unsorted labels with gaps, unequal classes: hundreds of episodes hold no overlap, all that may come does, and rng alone decides."""
    rng = np.random.default_rng(5)
    return {
        name: stacked([sample_episode(labels, *sizes, rng) for _ in range(count)])
        for name, (labels, sizes, count) in CASES.items()
    } | {SAME: stacked([sample_episode(LABELS, 3, 1, 3, np.random.default_rng(11)) for _ in range(2)])}


@probe("sample_episode", points=1, public=False)
def too_few_classes_are_an_error(sample_episode):
    """Classes that are one example too small do not count."""
    rng = np.random.default_rng(1)
    return {
        "five wanted": raises(sample_episode, LABELS, 5, 2, 2, rng),
        "five examples": raises(sample_episode, LABELS, 4, 3, 2, rng),
        "one too many": raises(sample_episode, LABELS, 1, 4, 4, rng),
    }


@probe("proto_logits", points=1)
def two_prototypes_by_pencil(proto_logits, mean_ci):
    """The worked numbers of the text, with two examples of one class and shuffled labels."""
    support = torch.tensor([[4.0, -1.0], [0.0, 0.0], [4.0, 1.0]], dtype=torch.float64)
    query = torch.tensor([[1.0, 1.0], [2.0, 5.0]], dtype=torch.float64)
    return {
        "logits": proto_logits(support, torch.tensor([1, 0, 1]), query, 2),
        "interval": mean_ci(np.array([0.4, 0.6, 0.8])),
    }


@probe("proto_logits", points=2, public=False)
def shuffled_and_unequal_shots(proto_logits, rng):
    """Classes with different numbers of shots in random order; a square case; one query and none."""
    ys = shuffled(rng, [3, 1, 4, 2])
    support, query = normal(rng, 10, 5), normal(rng, 7, 5)
    return {
        "four classes": proto_logits(support, ys, query, 4),
        "one query": proto_logits(support, ys, query[:1], 4),
        "no query": proto_logits(support, ys, query[:0], 4),
        "square": proto_logits(normal(rng, 6, 3), shuffled(rng, [2, 2, 2]), normal(rng, 3, 3), 3),
        "one class": proto_logits(normal(rng, 3, 2), torch.zeros(3, dtype=torch.int64), normal(rng, 4, 2), 1),
    }


@probe("proto_logits", points=2, public=False)
def far_from_zero_and_gradients(proto_logits, rng):
    """Float32 features near 10,000; gradients, also of a query that lies on a prototype."""
    ys = shuffled(rng, [2, 3, 1])
    far = 1e4 + torch.from_numpy(rng.integers(-8, 9, size=(6, 4))).float()
    support, query = normal(rng, 6, 4).requires_grad_(), normal(rng, 5, 4)
    query[0] = support.detach()[ys == 2][0]
    query.requires_grad_()
    logits = proto_logits(support, ys, query, 3)
    weight = normal(rng, 5, 3)
    grads = torch.autograd.grad((weight * logits).sum(), (support, query))
    return {
        "far away": proto_logits(far, shuffled(rng, [2, 2, 2]), far[:2] + 0.5, 3),
        "gradient of the support": grads[0],
        "gradient of the query": grads[1],
    }


@probe("proto_logits", points=1, public=False)
def intervals_over_episodes(mean_ci, rng):
    """Two, seven and forty episodes; one and none are too few."""
    return {
        "two": mean_ci(rng.uniform(size=2)),
        "seven": mean_ci(rng.uniform(size=7)),
        "forty": mean_ci(rng.uniform(size=40)),
        "all equal": mean_ci(np.full(5, 0.5)),
        "one": raises(mean_ci, np.array([0.5])),
        "none": raises(mean_ci, np.array([])),
    }


@probe("matching_predict", points=1)
def votes_by_pencil(matching_predict):
    """The worked number of the text: two weak votes against a perfect match."""
    support = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    query = torch.tensor([[2.0, 0.0], [0.0, -3.0]], dtype=torch.float64)
    return matching_predict(support, torch.tensor([0, 1, 1]), query, 2)


@probe("matching_predict", points=2, public=False)
def unequal_votes_and_scales(matching_predict, rng):
    """Unequal shots in random order, three scales, a label without example, one query, a square case."""
    ys = shuffled(rng, [3, 1, 4])
    support, query = normal(rng, 8, 5, scale=3.0), normal(rng, 6, 5)
    return {
        "scale 1": matching_predict(support, ys, query, 3),
        "scale 7": matching_predict(support, ys, query, 3, 7.0),
        "a fourth label": matching_predict(support, ys, query, 4, scale=2.5),
        "one query": matching_predict(support, ys, query[:1], 3),
        "square": matching_predict(normal(rng, 4, 4), torch.tensor([2, 0, 3, 1]), normal(rng, 4, 4), 4, 3.0),
    }


@probe("matching_predict", points=1, public=False)
def a_scale_of_1000_and_vectors_of_length_zero(matching_predict, rng):
    """Sharp weights stay finite; the cosine with a vector of length 0 is 0; long and very short vectors count alike."""
    support, query = normal(rng, 5, 3), normal(rng, 4, 3)
    ys = torch.tensor([1, 0, 1, 2, 0])
    nothing = support.clone()
    nothing[2] = 0
    return {
        "sharp": matching_predict(support, ys, torch.cat([query, 2 * support[1:2]]), 3, 1000.0),
        "a zero in the support": matching_predict(nothing, ys, query, 3, 4.0),
        "a zero in the query": matching_predict(support, ys, torch.cat([query[:1] * 0, query[1:]]), 3, 4.0),
        "long": matching_predict(support * 1000, ys, query * 0.001, 3, 4.0),
        "short": matching_predict(support * 1e-5, ys, query * 1e-5, 3, 4.0),
    }


def quadratic(params, x, y):
    """Half of x times the squared distance to y, in theta."""
    return 0.5 * (x * (params["theta"] - y) ** 2).sum()


def scalar(value):
    """A float64 tensor that requires a gradient."""
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def number(value):
    """A float64 tensor."""
    return torch.tensor(value, dtype=torch.float64)


def bent(params, x, y):
    """Squared error of a small network; "unused" takes no part."""
    return ((torch.tanh(x @ params["W"] + params["b"]) @ params["v"] - y) ** 2).mean()


def small_net(rng):
    """Parameters of ``bent``, 3 inputs and 4 hidden units."""
    shapes = {"W": (3, 4), "b": (4,), "v": (4,), "unused": (2,)}
    return {name: normal(rng, *shape).requires_grad_() for name, shape in shapes.items()}


@probe("inner_adapt", points=1)
def two_steps_by_pencil(inner_adapt):
    """The worked numbers of the text: none, one and two steps on a quadratic."""
    params = {"theta": scalar(0.0)}
    return {
        f"{steps} steps": inner_adapt(params, quadratic, number(2.0), number(3.0), 0.1, steps, False)["theta"].detach()
        for steps in (0, 1, 2)
    }


def per_row(params, x, y):
    """Squared error of the same network, divided by the number of rows of ``x``."""
    return ((torch.tanh(x @ params["W"] + params["b"]) @ params["v"] - y) ** 2).sum() / len(x)


def one_unit(rng):
    """Parameters of the network with a single hidden unit."""
    return {name: normal(rng, *shape).requires_grad_() for name, shape in {"W": (3, 1), "b": (1,), "v": (1,)}.items()}


@probe("inner_adapt", points=2, public=False)
def a_network_in_three_steps(inner_adapt, rng):
    """A small network with a parameter that takes no part; two step sizes; one example and one hidden unit; no steps; the start."""
    params = small_net(rng)
    x, y = normal(rng, 6, 3), normal(rng, 6)
    one = inner_adapt(params, bent, x, y, 0.1, 3, False)
    two = inner_adapt(params, bent, x, y, 0.37, 2, True)
    none = inner_adapt(params, bent, x, y, 0.1, 0, False)
    return {
        "three steps": {name: value.detach() for name, value in one.items()},
        "two longer steps": {name: value.detach() for name, value in two.items()},
        "one example": {
            name: value.detach()
            for name, value in inner_adapt(one_unit(rng), per_row, normal(rng, 1, 3), normal(rng, 1), 0.2, 2, False).items()
        },
        "the start": {name: value.detach() for name, value in params.items()},
        "no steps give a new dictionary": none is not params,
        "no .grad": [value.grad is None for value in params.values()],
    }


@probe("inner_adapt", points=2, public=False)
def how_the_end_depends_on_the_start(inner_adapt, rng):
    """The derivative of the adapted parameters with respect to the start, with create_graph and without."""
    params = {"theta": normal(rng, 3).requires_grad_()}

    def cubic(p, x, y):
        return (x * p["theta"] ** 3).sum() / 3 + y * p["theta"].prod()

    x, y = normal(rng, 3), normal(rng, 1)[0]
    result = {}
    for steps in (1, 2):
        for graph in (True, False):
            end = inner_adapt(params, cubic, x, y, 0.2, steps, graph)["theta"]
            rows = [torch.autograd.grad(e, params["theta"], retain_graph=True)[0] for e in end]
            result[f"{steps} steps, create_graph={graph}"] = torch.stack(rows)
    return result


@probe("maml_meta_grad", points=1)
def a_quadratic_by_pencil(maml_meta_grad):
    """The worked numbers of the text: the exact gradient and the first-order one."""
    tasks = [(number(2.0), number(3.0), number(4.0), number(-1.0))]
    params = {"theta": scalar(0.0)}
    return {
        "exact": maml_meta_grad(params, quadratic, tasks, 0.1),
        "first order": maml_meta_grad(params, quadratic, tasks, 0.1, first_order=True),
    }


@probe("maml_meta_grad", points=3, public=False)
def three_quadratics(maml_meta_grad, rng):
    """Three tasks of different curvature in two dimensions; one and three steps; either form."""
    params = {"theta": normal(rng, 2).requires_grad_()}
    tasks = [
        (torch.from_numpy(rng.uniform(0.5, 3, size=2)), normal(rng, 2), torch.from_numpy(rng.uniform(0.5, 3, size=2)), normal(rng, 2))
        for _ in range(3)
    ]
    return {
        f"{n} tasks, {steps} steps, first_order={first}": maml_meta_grad(params, quadratic, tasks[:n], 0.15, steps, first)
        for n, steps, first in [(1, 1, False), (3, 1, False), (3, 3, False), (3, 3, True), (2, 1, True), (2, 0, False)]
    }


@probe("maml_meta_grad", points=2, public=False)
def a_network_with_an_unused_parameter(maml_meta_grad, rng):
    """A small network on two tasks of unequal size, and on one example; zeros for what takes no part; nothing in .grad."""
    params = small_net(rng)
    tasks = [(normal(rng, n, 3), normal(rng, n), normal(rng, n + 2, 3), normal(rng, n + 2)) for n in (4, 5)]
    return {
        "exact": maml_meta_grad(params, bent, tasks, 0.1, 2),
        "first order": maml_meta_grad(params, bent, tasks, 0.1, 2, True),
        "one example": maml_meta_grad(
            one_unit(rng), per_row, [(normal(rng, 1, 3), normal(rng, 1), normal(rng, 1, 3), normal(rng, 1))], 0.2
        ),
        "no .grad": [value.grad is None for value in params.values()],
        "the start": {name: value.detach() for name, value in params.items()},
    }


@probe("maml_meta_grad", points=1)
def ends_by_pencil(quadratic_optimum):
    """The worked numbers of the text: where joint training, first-order and exact MAML end."""
    a, c = number([1.0, 4.0]), number([0.0, 10.0])
    return {
        "exact": quadratic_optimum(a, c, a, c, 0.2),
        "first order": quadratic_optimum(a, c, a, c, 0.2, first_order=True),
        "joint": quadratic_optimum(a, c, a, c, 0.2, 0),
    }


@probe("maml_meta_grad", points=2, public=False)
def ends_of_unlike_tasks(quadratic_optimum, rng):
    """Support and query losses that differ; one, two and four tasks; none to three steps; either form."""
    a_s, a_q = (torch.from_numpy(rng.uniform(0.3, 2.9, size=4)) for _ in range(2))
    c_s, c_q = normal(rng, 4, scale=3.0), normal(rng, 4, scale=3.0)
    rows = {"four tasks": slice(0, 4), "two tasks": slice(2, 4), "one task": slice(1, 2)}
    return {
        f"{name}, {steps} steps, first_order={first}": quadratic_optimum(
            a_s[part], c_s[part], a_q[part], c_q[part], alpha, steps, first
        )
        for name, part, alpha, steps, first in [
            ("four tasks", rows["four tasks"], 0.17, 1, False),
            ("four tasks", rows["four tasks"], 0.17, 3, False),
            ("four tasks", rows["four tasks"], 0.29, 2, True),
            ("four tasks", rows["four tasks"], 0.29, 0, True),
            ("two tasks", rows["two tasks"], 0.23, 1, True),
            ("one task", rows["one task"], 0.31, 2, False),
        ]
    }


@probe("reptile_step", points=1)
def two_paths_by_pencil(reptile_step):
    """The worked number of the text: two tasks that pull in opposite directions."""
    return reptile_step(number([0.0]), [lambda t: t - 4, lambda t: t + 2], 2, 0.5, 0.1)


@probe("reptile_step", points=1, public=False)
def three_tasks_and_their_order(reptile_step, rng):
    """Three bent tasks in two orders, two numbers of steps, two parts of the way."""
    theta = normal(rng, 4)
    centres = [normal(rng, 4) for _ in range(3)]
    fns = [lambda t, c=c: torch.sin(t - c) + 0.3 * t for c in centres]
    return {
        "three tasks": reptile_step(theta, fns, 3, 0.2, 0.5),
        "in another order": reptile_step(theta, fns[::-1], 3, 0.2, 0.5),
        "one step": reptile_step(theta, fns[:2], 1, 0.3, 0.25),
        "all the way": reptile_step(theta, fns[:1], 4, 0.1, 1.0),
        "the start": theta,
    }


@probe("reptile_step", points=1, public=False)
def no_steps_give_a_new_tensor(reptile_step, rng):
    """With no steps nothing moves, and the result is another tensor; matrices work as well."""
    theta = normal(rng, 2, 3)
    still = reptile_step(theta, [lambda t: t], 0, 0.1, 0.5)
    still += 1
    return {
        "the start": theta,
        "moved afterwards": still,
        "a matrix": reptile_step(theta, [lambda t: t, lambda t: 2 * t**2], 2, 0.1, 0.5),
    }


@probe("contrastive_loss", points=1)
def pairs_by_pencil(contrastive_loss):
    """The worked numbers of the text: three pairs at distance 5."""
    z1, z2 = number([[0.0, 0.0]]), number([[3.0, 4.0]])
    return {
        "of one class": contrastive_loss(z1, z2, torch.tensor([1]), 6.0),
        "margin 6": contrastive_loss(z1, z2, torch.tensor([0]), 6.0),
        "margin 4": contrastive_loss(z1, z2, torch.tensor([0]), 4.0),
        "two pairs": contrastive_loss(z1.expand(2, 2), z2.expand(2, 2), torch.tensor([1, 0]), 6.0),
    }


@probe("contrastive_loss", points=1, public=False)
def mixed_pairs_and_margins(contrastive_loss, rng):
    """Pairs of both kinds, within and beyond two margins, one pair alone, a single feature."""
    z1, z2 = normal(rng, 7, 3), normal(rng, 7, 3)
    same = torch.tensor([1, 0, 0, 1, 0, 0, 1])
    return {
        "margin 1.7": contrastive_loss(z1, z2, same, 1.7),
        "margin 4": contrastive_loss(z1, z2, same, 4.0),
        "the other way round": contrastive_loss(z1, z2, 1 - same, 4.0),
        "one pair": contrastive_loss(z1[:1], z2[:1], same[:1], 1.0),
        "one feature": contrastive_loss(z1[:, :1], z2[:, :1], same, 1.3),
    }


@probe("contrastive_loss", points=1, public=False)
def gradients_also_at_distance_zero(contrastive_loss, rng):
    """Gradients of pairs within and beyond the margin, and of equal vectors of either kind."""
    z1, z2 = normal(rng, 6, 4), normal(rng, 6, 4)
    z2[0], z2[1] = z1[0], z1[1]
    z2[2] = z1[2] + 0.1
    z1.requires_grad_()
    z2.requires_grad_()
    loss = contrastive_loss(z1, z2, torch.tensor([1, 0, 0, 1, 0, 0]), 2.5)
    grads = torch.autograd.grad(loss, (z1, z2))
    return {"first": grads[0], "second": grads[1]}


@probe("relation_scores", points=1)
def one_unit_by_pencil(relation_scores, relation_loss):
    """The worked numbers of the text, and the loss of two scores."""
    weights = (number([[-1.0, 1.0]]), number([0.0]), number([2.0]), number(-1.0))
    return {
        "scores": relation_scores(number([[1.0], [3.0]]), number([[2.0]]), *weights),
        "loss": relation_loss(number([[0.5, 1.0]]), torch.tensor([1])),
    }


@probe("relation_scores", points=2, public=False)
def grids_of_pairs(relation_scores, rng):
    """More queries than classes, as many, one query, one class; large features."""
    weights = [normal(rng, *s) for s in [(5, 6), (5,), (5,)]] + [normal(rng, 1)[0]]
    p, q = normal(rng, 4, 3), normal(rng, 7, 3)
    return {
        "four classes": relation_scores(p, q, *weights),
        "square": relation_scores(p, q[:4], *weights),
        "one query": relation_scores(p, q[:1], *weights),
        "one class": relation_scores(p[:1], q, *weights),
        "large": relation_scores(1000 * p, q, *weights),
        "larger": relation_scores(1e4 * (1 + p**2), q, weights[0].abs() + 0.1, weights[1], weights[2].abs() + 0.1, weights[3]),
    }


@probe("relation_scores", points=1, public=False)
def the_loss_over_all_pairs(relation_loss, rng):
    """Unequal and equal numbers of queries and classes, equal scores with other labels, a class without query, and the loss's gradient."""
    scores = torch.from_numpy(rng.uniform(size=(5, 3))).requires_grad_()
    loss = relation_loss(scores, torch.tensor([2, 0, 0, 1, 2]))
    return {
        "loss": loss.detach(),
        "gradient": torch.autograd.grad(loss, scores)[0],
        "other labels": relation_loss(scores.detach(), torch.tensor([0, 1, 2, 2, 1])),
        "square": relation_loss(torch.from_numpy(rng.uniform(size=(3, 3))), torch.tensor([1, 2, 2])),
        "no query of the last class": relation_loss(scores.detach(), torch.tensor([0, 1, 0, 0, 1])),
    }


@probe("weighted_proto_logits", points=1)
def a_narrow_class_by_pencil(weighted_proto_logits):
    """The worked numbers of the text: the query lies on the wide class's prototype."""
    support = number([[0.0, 0.0], [-3.0, 3.0], [2.0, 2.0], [5.0, 3.0]])
    return weighted_proto_logits(support, torch.tensor([0, 1, 0, 1]), number([[1.0, 3.0]]), 2)


@probe("weighted_proto_logits", points=2, public=False)
def widths_shots_and_floors(weighted_proto_logits, rng):
    """Unequal widths and shots, a class with one example, and three floors."""
    ys = shuffled(rng, [4, 1, 3])
    support = normal(rng, 8, 5) * (1.0 + 2 * ys[:, None]) + ys[:, None]
    query = normal(rng, 6, 5)
    return {
        "default": weighted_proto_logits(support, ys, query, 3),
        "a floor that matters": weighted_proto_logits(support, ys, query, 3, 2.5),
        "a high floor": weighted_proto_logits(support, ys, query, 3, eps=400.0),
        "one query": weighted_proto_logits(support, ys, query[:1], 3),
        "a flat dimension": weighted_proto_logits(
            torch.tensor([[0.0, 1.0], [0.0, 5.0]], dtype=torch.float64), torch.tensor([0, 0]), query[:, :2], 1, 1.0
        ),
    }


@probe("weighted_proto_logits", points=1, public=False)
def equal_examples_stay_at_the_floor(weighted_proto_logits, rng):
    """A class whose examples are equal is as wide as the floor, also for a query on them; float32 features near 10,000."""
    row = normal(rng, 1, 3)
    support = torch.cat([row, row, normal(rng, 3, 3)])
    query = torch.cat([row + 0.05, normal(rng, 2, 3)])
    far = 1e4 + torch.from_numpy(rng.integers(-8, 9, size=(6, 3))).float()
    return {
        "default": weighted_proto_logits(support, torch.tensor([1, 1, 0, 0, 2]), query, 3),
        "smaller": weighted_proto_logits(support, torch.tensor([1, 1, 0, 0, 2]), query, 3, 1e-6),
        "on the prototype": weighted_proto_logits(support, torch.tensor([1, 1, 0, 0, 2]), row, 3, 1e-9)[:, 1],
        "far away": weighted_proto_logits(far, torch.tensor([1, 0, 1, 2, 0, 1]), far[:4] + 0.5, 3),
    }
