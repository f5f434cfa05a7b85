"""Graded tests of neural_recommenders; docs/authoring.md says how to write them."""

import math

import torch

from dlcourse import exact, probe, raises

F64 = torch.float64


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.as_tensor(scale * rng.normal(size=shape))


def uniform(rng, *shape, low=0.0, high=1.0):
    """A float64 tensor of uniform numbers."""
    return torch.from_numpy(rng.uniform(low, high, size=shape))


def whole(rng, high, *shape):
    """An int64 tensor of numbers from 0 to below high."""
    return torch.from_numpy(rng.integers(0, high, size=shape))


def pulled_back(output, weight, *inputs):
    """Gradients of the sum of weight * output, one per input; words where no path leads back."""
    grads = [None] * len(inputs)
    if output.requires_grad:
        grads = torch.autograd.grad((weight * output).sum(), inputs, allow_unused=True)
    return ["no gradient: autograd finds no path back" if grad is None else grad for grad in grads]


def dtype_of(value):
    """Name of the dtype of a tensor or an array; of anything else its type."""
    return str(getattr(value, "dtype", type(value).__name__)).removeprefix("torch.")


@probe("embedding_backward", points=2)
def rows_by_pencil(embedding_backward):
    """The ids and gradients of the text, with the padding id 0 and without padding."""
    ids = torch.tensor([[3, 3, 0]])
    dE = torch.tensor([[[1.0, 2.0], [3.0, -1.0], [5.0, 5.0]]], dtype=F64)
    return {
        "padding 0": embedding_backward(ids, dE, 4, 0),
        "no padding": embedding_backward(ids, dE, 4),
    }


@probe("embedding_backward", points=2, public=False)
def many_repeated_ids(embedding_backward, rng):
    """Ids that repeat within a row and across rows, rows that nobody uses, a batch of one, a table of one column."""
    ids = torch.tensor(
        [[5, 1, 5, 7, 0], [1, 5, 3, 3, 3], [0, 7, 1, 5, 1]]
    )  # 2, 4, 6 and 8 are not used
    dE = normal(rng, 5, 3, 4).transpose(0, 1)  # not contiguous
    return {
        "nine rows": embedding_backward(ids, dE, 9),
        "other ids": embedding_backward(8 - ids, dE, 9),
        "one example": embedding_backward(ids[1:2], dE[2:], 11),
        "one position": embedding_backward(ids[:, 3:4], dE[:, 2:3], 8),
        "one column": embedding_backward(ids, dE[..., :1], 9),
        "as many ids as columns": embedding_backward(ids[:, :3], normal(rng, 3, 3, 3), 9),
        "large ones that cancel": embedding_backward(
            torch.cat([ids, ids]), torch.cat([1e6 + dE, dE - 1e6]), 9
        ),
    }


@probe("embedding_backward", points=2, public=False)
def the_padding_row_learns_nothing(embedding_backward, rng):
    """Padding ids at the beginning, in the middle and at the end of the table, one that does not occur, and none."""
    ids, dE = torch.tensor([[0, 2, 2, 4], [5, 0, 5, 2]]), normal(rng, 2, 4, 3)
    found = {f"padding {p}": embedding_backward(ids, dE, 6, p) for p in (0, 2, 5, 3)}
    single = embedding_backward(ids, dE.float(), 6, 2)
    return found | {
        "none": embedding_backward(ids, dE, 6, None),
        "float32": single,
        "dtype": dtype_of(single),
    }


@probe("masked_mean_pool", points=2)
def mean_by_pencil(masked_mean_pool):
    """The visitor of the text, and one of whom nothing is known."""
    E = torch.tensor(
        [[[2.0, 4.0], [4.0, 0.0], [9.0, 9.0]], [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]], dtype=F64
    )
    return masked_mean_pool(E, torch.tensor([[7, 2, 0], [0, 0, 0]]))


@probe("masked_mean_pool", points=2, public=False)
def visitors_of_unequal_lengths(masked_mean_pool, rng):
    """Rows with one to five pages, a page twice, a page of zeros, padding in the middle, another padding id, one row, gradients."""
    E = normal(rng, 5, 4, 3).transpose(0, 1)
    ids = torch.tensor([[3, 1, 3, 2, 2], [0, 4, 0, 5, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
    single = masked_mean_pool(E.float(), ids)
    blank = E.index_fill(1, torch.tensor([1]), 0.0).requires_grad_()
    mean = masked_mean_pool(blank, ids)
    (grad,) = pulled_back(mean, normal(rng, 4, 3), blank)
    return {
        "padding 0": masked_mean_pool(E, ids),
        "padding 2": masked_mean_pool(E, ids, 2),
        "padding -1": masked_mean_pool(E, ids - 1, pad=-1),
        "one row": masked_mean_pool(E[1:2], ids[1:2]),
        "one position": masked_mean_pool(E[:, 1:2], ids[:, 1:2]),
        "one column": masked_mean_pool(E[..., 2:], ids, 3),
        "square": masked_mean_pool(E[:3, :3], ids[:3, :3]),
        "a page of zeros": mean,
        "gradient": grad,
        "float32": single,
        "dtype": dtype_of(single),
    }


@probe("masked_mean_pool", points=2, public=False)
def anything_stands_at_padding(masked_mean_pool, rng):
    """Numbers, inf and nan at padded positions, and a row of nothing else."""
    E, ids = normal(rng, 3, 4, 2), torch.tensor([[2, 0, 0, 6], [0, 0, 0, 0], [5, 6, 7, 0]])
    filled = {}
    for what in (1e6, math.inf, -math.inf, math.nan):
        held = torch.where((ids == 0)[..., None], what, E)
        filled[f"{what:g} at padding"] = masked_mean_pool(held, ids)
    return filled


@probe("mlp_interaction", points=2)
def exclusive_or_by_pencil(mlp_interaction):
    """The four scores of the text."""
    p, q = (
        torch.tensor([[0.0], [0.0], [1.0], [1.0]], dtype=F64),
        torch.tensor([[0.0], [1.0], [0.0], [1.0]], dtype=F64),
    )
    W1, b1, w2 = (
        torch.ones(2, 2, dtype=F64),
        torch.tensor([0.0, -1.0], dtype=F64),
        torch.tensor([1.0, -2.0], dtype=F64),
    )
    return mlp_interaction(p, q, W1, b1, w2)


@probe("mlp_interaction", points=2, public=False)
def scores_of_a_batch(mlp_interaction, rng):
    """Five pairs of width 3, visitors and pages exchanged, a batch of one, a square weight, and sizes that are all equal."""
    p, q = normal(rng, 3, 5).T, normal(rng, 3, 5).T
    W1, b1, w2 = normal(rng, 6, 4).T, normal(rng, 4), normal(rng, 4)
    single = mlp_interaction(p.float(), q.float(), W1.float(), b1.float(), w2.float())
    return {
        "five": mlp_interaction(p, q, W1, b1, w2),
        "exchanged": mlp_interaction(q, p, W1, b1, w2),
        "one": mlp_interaction(p[2:3], q[3:4], W1, b1, w2),
        "one unit": mlp_interaction(p, q, W1[:1], b1[:1].abs(), w2[:1]),
        "square weight": mlp_interaction(p[:, :2], q[:, :2], W1[:, :4], b1, w2),
        "all sizes 2": mlp_interaction(p[:2, :2], q[:2, :2], W1[:2, :4], b1[:2], w2[:2]),
        "far": mlp_interaction(1000 * p, -1000 * q, W1, b1, w2),
        "float32": single,
        "dtype": dtype_of(single),
    }


@probe("mlp_interaction", points=2, public=False)
def gradients_of_the_interaction(mlp_interaction, rng):
    """Autograd through the scores, to all five arguments."""
    arguments = [normal(rng, *s).requires_grad_() for s in ((3, 2), (3, 2), (5, 4), (5,), (5,))]
    return dict(
        zip(
            "p q W1 b1 w2".split(),
            pulled_back(mlp_interaction(*arguments), normal(rng, 3), *arguments),
            strict=True,
        )
    )


def neumf_params(rng, users, items, d, e, sizes):
    """Tables, layers and head of a NeuMF, drawn anew."""
    layers, width = [], 2 * e
    for size in sizes:
        layers.append((normal(rng, size, width), normal(rng, size)))
        width = size
    return {
        "P_gmf": normal(rng, users, d), "Q_gmf": normal(rng, items, d),
        "P_mlp": normal(rng, users, e), "Q_mlp": normal(rng, items, e),
        "layers": layers, "head": normal(rng, d + width), "bias": normal(rng),
    }  # fmt: skip


@probe("neumf_forward", points=2)
def neumf_by_pencil(neumf_forward):
    """The pair of the text, and the same visitor with another page."""

    def matrix(*rows):
        return torch.tensor(rows, dtype=F64)

    params = {
        "P_gmf": matrix([1.0, 2.0]), "Q_gmf": matrix([3.0, 0.5], [-1.0, 1.0]), "P_mlp": matrix([1.0]), "Q_mlp": matrix([-2.0], [1.0]),
        "layers": [(matrix([1.0, 1.0], [2.0, 0.5]), torch.tensor([0.0, -0.5], dtype=F64))],
        "head": torch.tensor([0.5, -1.0, 2.0, 1.0], dtype=F64), "bias": torch.tensor(0.0, dtype=F64),
    }  # fmt: skip
    return neumf_forward(torch.tensor([0, 0]), torch.tensor([0, 1]), params)


@probe("neumf_forward", points=3, public=False)
def neumf_of_any_size(neumf_forward, rng):
    """One, two and no layers, repeated ids, a batch of one, equal widths, a path of width 0, and logits of ±1000."""
    u, i = torch.tensor([4, 0, 4, 1, 2]), torch.tensor([6, 6, 0, 3, 2])
    found = {}
    for name, d, e, sizes in (
        ("one layer", 2, 3, (4,)), ("two layers", 3, 2, (5, 2)), ("three layers", 2, 1, (3, 4, 3)), ("no layers", 3, 2, ()),
        ("equal widths", 2, 2, (2, 2)), ("square layer", 2, 2, (4,)), ("product alone", 3, 0, ()), ("MLP alone", 0, 2, (3,)),
    ):  # fmt: skip
        found[name] = neumf_forward(u, i, neumf_params(rng, 5, 7, d, e, sizes))
    params = neumf_params(rng, 8, 8, 3, 2, (4,))
    return found | {
        "one pair": neumf_forward(u[1:2], i[3:4], params),
        "exchanged ids": neumf_forward(i, u, params),
        "bias": neumf_forward(u, i, params | {"bias": params["bias"] + 0.7}),
        "bias of 1000": neumf_forward(u, i, params | {"bias": params["bias"] + 1000}),
        "bias of -1000": neumf_forward(u, i, params | {"bias": params["bias"] - 1000}),
    }


@probe("neumf_forward", points=2, public=False)
def gradients_of_neumf(neumf_forward, rng):
    """Autograd through the probabilities, to tables, layers, head and bias; float32."""
    params = neumf_params(rng, 4, 5, 2, 3, (4, 3))
    flat = {k: v for k, v in params.items() if k != "layers"}
    flat |= {
        f"{name}{n}": w
        for n, layer in enumerate(params["layers"], 1)
        for name, w in zip("Wb", layer, strict=True)
    }
    for tensor in flat.values():
        tensor.requires_grad_()
    u, i = torch.tensor([3, 1, 3]), torch.tensor([0, 4, 4])
    grads = pulled_back(neumf_forward(u, i, params), normal(rng, 3), *flat.values())
    low = {k: v.detach().float() for k, v in params.items() if k != "layers"}
    low["layers"] = [(W.detach().float(), b.detach().float()) for W, b in params["layers"]]
    single = neumf_forward(u, i, low)
    return dict(zip(flat, grads, strict=True)) | {"float32": single, "dtype": dtype_of(single)}


@probe("sample_negatives", points=2, compare=exact())
def draws_by_pencil(sample_negatives):
    """The draws of the text, with equal and with unequal weights."""
    seen = torch.tensor([[False, True, False, True, False]])
    equal, unequal = torch.ones(5, dtype=F64), torch.tensor([4.0, 9.0, 1.0, 9.0, 1.0], dtype=F64)
    one = torch.tensor([0])
    return {
        "equal": sample_negatives(one, seen, equal, torch.tensor([[0.5, 0.9, 0.0]], dtype=F64)),
        "unequal": sample_negatives(one, seen, unequal, torch.tensor([[0.5, 0.75]], dtype=F64)),
    }


@probe("sample_negatives", points=3, public=False, compare=exact())
def draws_of_many_visitors(sample_negatives, rng):
    """Visitors in any order and repeatedly, other weights, one draw, one visitor, a visitor with one page left."""
    seen = uniform(rng, 6, 9) < 0.5
    seen[:, 4], seen[3], seen[3, 7], seen[1] = False, True, False, False
    users, weight = torch.tensor([5, 2, 3, 2, 1]), uniform(rng, 9, low=0.2, high=3.0)
    noise = uniform(rng, 5, 8)
    drawn = sample_negatives(users, seen, weight, noise)
    return {
        "five visitors": drawn,
        "dtype": dtype_of(drawn),
        "equal weights": sample_negatives(users, seen, torch.full((9,), 0.37, dtype=F64), noise),
        "other noise": sample_negatives(users, seen, weight, 1 - noise),
        "one draw each": sample_negatives(users, seen, weight, noise[:, 2:3]),
        "one visitor": sample_negatives(users[1:2], seen, weight, noise[3:4]),
        "as many draws as pages": sample_negatives(
            torch.tensor([4, 0, 1]), seen[:, :5], weight[:5], uniform(rng, 3, 5)
        ),
        "float32": sample_negatives(users, seen, weight.float(), noise.float()),
    }


@probe("sample_negatives", points=2, public=False, compare=exact())
def the_ends_of_the_noise(sample_negatives):
    """Noise of 0 and just below 1, totals that are hit exactly, seen pages and weights of 0 at both ends."""
    seen = torch.tensor(
        [[True, False, False, False, True, False], [False, False, True, False, False, True]]
    )
    weight = torch.tensor(
        [3.0, 0.0, 2.0, 1.0, 5.0, 1.0], dtype=F64
    )  # free of visitor 0: 0 0 2 1 0 1
    other = torch.tensor(
        [2.0, 0.0, 7.0, 1.0, 1.0, 4.0], dtype=F64
    )  # free of visitor 1: 2 0 0 1 1 0
    noise = torch.tensor(
        [[0.0, 0.25, 0.5, 0.75, 1 - 1e-9], [0.0, 0.125, 0.5, 0.75, 1 - 1e-9]], dtype=F64
    )
    both = torch.tensor([0, 1])
    return {
        "visitor 0": sample_negatives(both[:1], seen, weight, noise[:1]),
        "both": sample_negatives(both, seen, other, noise),
        "reversed": sample_negatives(both.flip(0), seen, other, noise),
        "small weights": sample_negatives(both, seen, other / 2**40, noise),
        "ten equal weights, the last noise below 1": sample_negatives(
            both[:1],
            torch.zeros(1, 10, dtype=torch.bool),
            torch.ones(10, dtype=F64),
            torch.tensor([[0.95, 1 - 2**-53]], dtype=F64),
        ),
    }


@probe("sample_negatives", points=1, public=False)
def nothing_left_to_draw(sample_negatives):
    """A visitor who has seen all, or all but pages of weight 0; the same visitors outside of the batch; one page left."""
    seen = torch.tensor([[True, True, True], [False, True, True], [True, False, False]])
    weight, noise = torch.tensor([0.0, 2.0, 3.0], dtype=F64), torch.tensor([[0.3, 0.9]], dtype=F64)
    ids = [torch.tensor([n]) for n in range(3)]
    return {
        "all seen": raises(sample_negatives, ids[0], seen, weight, noise),
        "only weight 0 left": raises(sample_negatives, ids[1], seen, weight, noise),
        "one of two": raises(
            sample_negatives, torch.tensor([2, 0]), seen, weight, noise.expand(2, 2)
        ),
        "outside of the batch": sample_negatives(ids[2], seen, weight, noise),
        "one page left": sample_negatives(ids[1], seen, weight + 1, noise),
    }


@probe("hit_rate_ndcg_at_k", points=2)
def lists_by_pencil(hit_rate_ndcg_at_k):
    """The two visitors of the text, for k = 1, 2 and 3."""
    scores = torch.tensor([[0.9, 0.8, 0.7, 0.6], [0.1, 0.5, 0.5, 0.9]], dtype=F64)
    seen = torch.tensor([[True, False, False, False], [False, False, False, False]])
    return {
        f"k = {k}": hit_rate_ndcg_at_k(scores, torch.tensor([2, 2]), seen, k) for k in (1, 2, 3)
    }


@probe("hit_rate_ndcg_at_k", points=3, public=False)
def lists_of_many_visitors(hit_rate_ndcg_at_k, rng):
    """Seven visitors and nine pages for several k, more than there are pages included, one visitor, 150 pages."""
    scores, seen = normal(rng, 9, 7).T, uniform(rng, 7, 9) < 0.35
    test = whole(rng, 9, 7)
    seen[torch.arange(7), test] = False
    found = {f"k = {k}": hit_rate_ndcg_at_k(scores, test, seen, k) for k in (1, 3, 5, 9, 20)}
    nothing = torch.zeros(7, 9, dtype=torch.bool)
    many, none = normal(rng, 3, 150), torch.zeros(3, 150, dtype=torch.bool)
    return found | {
        "150 equal scores": hit_rate_ndcg_at_k(0 * many, torch.tensor([120, 7, 30]), none, 31),
        "150 pages": hit_rate_ndcg_at_k(many, torch.tensor([120, 7, 149]), none, 100),
        "plain floats": [
            isinstance(number, float) for number in hit_rate_ndcg_at_k(scores, test, seen, 4)
        ],
        "one visitor": hit_rate_ndcg_at_k(scores[2:3], test[2:3], seen[2:3], 6),
        "nothing seen": hit_rate_ndcg_at_k(scores, test, nothing, 5),
        "as many visitors as pages": hit_rate_ndcg_at_k(
            scores[:, :7], test.clamp(max=6), nothing[:, :7], 4
        ),
        "float32": hit_rate_ndcg_at_k(scores.float(), test, seen, 4),
    }


@probe("hit_rate_ndcg_at_k", points=2, public=False)
def ties_and_enormous_scores(hit_rate_ndcg_at_k):
    """Equal scores before and behind the test page, seen pages among the equals, scores of ±1e12 and of -1e300."""
    flat, nothing = torch.zeros(1, 6, dtype=F64), torch.zeros(1, 6, dtype=torch.bool)
    some = torch.tensor([[True, False, True, False, False, True]])
    far = torch.tensor([[-1e12, -3e12, -2e12, -6e12, -5e12, -4e12]], dtype=F64)
    three = torch.tensor([3])
    found = {}
    for k in (1, 2, 4):
        found |= {
            f"flat, nothing seen, k = {k}": hit_rate_ndcg_at_k(flat, three, nothing, k),
            f"flat, some seen, k = {k}": hit_rate_ndcg_at_k(flat, three, some, k),
            f"far below, k = {k}": hit_rate_ndcg_at_k(far, three, some, k),
            f"far above, k = {k}": hit_rate_ndcg_at_k(-far, three, some, k),
        }
    almost = torch.tensor([[0.5, 0.5 + 1e-12, 0.5, 0.5, 0.5 + 1e-12, 0.5]], dtype=F64)
    return found | {
        "almost equal": hit_rate_ndcg_at_k(almost, three, some, 5),
        "all equal and very low": hit_rate_ndcg_at_k(flat - 1e300, three, some, 2),
        "first page": hit_rate_ndcg_at_k(flat, torch.tensor([1]), some, 1),
        "last place": hit_rate_ndcg_at_k(flat, torch.tensor([5]), nothing, 6),
        "one place short": hit_rate_ndcg_at_k(flat, torch.tensor([5]), nothing, 5),
    }


@probe("inbatch_sampled_softmax", points=2)
def batch_by_pencil(inbatch_sampled_softmax):
    """The batch of two of the text, with and without the correction."""
    U = torch.tensor([[2.0, 0.0], [0.0, 1.0]], dtype=F64)
    V = torch.tensor([[1.0, 0.0], [0.5, 1.0]], dtype=F64)
    logq = torch.tensor([0.5, 0.25], dtype=F64).log()
    return {
        "with logQ": inbatch_sampled_softmax(U, V, logq),
        "without": inbatch_sampled_softmax(U, V, torch.zeros(2, dtype=F64)),
        "tau = 2": inbatch_sampled_softmax(U, V, logq, 2.0),
    }


@probe("inbatch_sampled_softmax", points=3, public=False)
def losses_of_batches(inbatch_sampled_softmax, rng):
    """Five rows of width 3 at several temperatures, a page that occurs three times, a batch of one, a square batch."""
    U, V = normal(rng, 3, 5).T, normal(rng, 3, 5).T
    logq = uniform(rng, 5, low=0.01, high=0.5).log()
    twice = torch.tensor([0, 2, 2, 3, 2])
    single = inbatch_sampled_softmax(U.float(), V.float(), logq.float(), 0.6)
    return {
        "tau = 1": inbatch_sampled_softmax(U, V, logq),
        "tau = 0.3": inbatch_sampled_softmax(U, V, logq, 0.3),
        "tau = 2.7": inbatch_sampled_softmax(U, V, logq, tau=2.7),
        "no correction": inbatch_sampled_softmax(U, V, 0 * logq, 0.7),
        "a page three times": inbatch_sampled_softmax(U, V[twice], logq[twice], 0.7),
        "towers exchanged": inbatch_sampled_softmax(V, U, logq, 0.7),
        "square": inbatch_sampled_softmax(U[:3], V[:3], logq[:3], 1.3),
        "one row, plus 1": 1 + inbatch_sampled_softmax(U[:1], V[1:2], logq[:1], 0.4),
        "one column": inbatch_sampled_softmax(U[:, :1], V[:, 2:], logq, 0.4),
        "float32": single,
        "dtype": dtype_of(single),
    }


@probe("inbatch_sampled_softmax", points=1, public=False)
def losses_of_extreme_products(inbatch_sampled_softmax):
    """Products of ±1000, right and wrong ones."""
    U = torch.tensor([[1000.0, -1000.0], [-1000.0, 1000.0]], dtype=F64)
    V = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=F64)
    logq = torch.tensor([0.7, 0.1], dtype=F64).log()
    return {
        "right, plus 1": 1 + inbatch_sampled_softmax(U, V, logq, 0.5),
        "wrong": inbatch_sampled_softmax(U.flip(0), V, logq, 0.5),
        "half": inbatch_sampled_softmax(U, V[[0, 0]], logq, 1.0),
    }


@probe("inbatch_sampled_softmax", points=2, public=False)
def gradients_of_both_towers(inbatch_sampled_softmax, rng):
    """Autograd through the loss, to visitors and pages."""
    U, V = normal(rng, 4, 3).requires_grad_(), normal(rng, 4, 3).requires_grad_()
    logq = uniform(rng, 4, low=0.05, high=0.5).log()
    grads = pulled_back(inbatch_sampled_softmax(U, V, logq, 0.8), normal(rng), U, V)
    return dict(zip(("visitors", "pages"), grads, strict=True))


@probe("watch_time_loss", points=2)
def watching_by_pencil(watch_time_loss, expected_watch_time):
    """The ten impressions of the text at the logit log 10, and what is served."""
    clicked = torch.tensor([True, True] + [False] * 8)
    secs = torch.tensor([30.0, 50.0] + [0.0] * 8, dtype=F64)
    logit = torch.full((10,), math.log(10), dtype=F64)
    return {"loss": watch_time_loss(logit, clicked, secs), "served": expected_watch_time(logit[:1])}


@probe("watch_time_loss", points=2, public=False)
def losses_of_impressions(watch_time_loss, rng):
    """Seven impressions, seconds that stand beside no click, clicks of no time, all clicked, none clicked, one impression."""
    logit, secs = normal(rng, 7, scale=2.0), uniform(rng, 7, low=0.5, high=30.0)
    clicked = torch.tensor([True, False, False, True, False, True, False])
    single = watch_time_loss(logit.float(), clicked, secs.float())
    return {
        "seconds everywhere": watch_time_loss(logit, clicked, secs),
        "negative numbers beside no click": watch_time_loss(
            logit, clicked, torch.where(clicked, secs, -7.3)
        ),
        "some clicks of no time": watch_time_loss(
            logit, clicked, secs * torch.tensor([0, 1, 1, 1, 1, 1, 1])
        ),
        "the others clicked": watch_time_loss(logit, ~clicked, secs),
        "all": watch_time_loss(logit, clicked | True, secs),
        "none": watch_time_loss(logit, clicked & False, secs),
        "one": watch_time_loss(logit[3:4], clicked[3:4], secs[3:4]),
        "float32": single,
        "dtype": dtype_of(single),
    }


@probe("watch_time_loss", points=2, public=False)
def extreme_logits_and_gradients(watch_time_loss, rng):
    """Logits of ±1000, ±40 and 0, clicked and not, and autograd to the logits."""
    logit = torch.tensor([1000.0, -1000.0, 40.0, -40.0], dtype=F64)
    clicked, secs = (
        torch.tensor([True, False, True, False]),
        torch.tensor([3.0, 2.0, 0.5, 4.0], dtype=F64),
    )
    z, some = (
        normal(rng, 5, scale=3.0).requires_grad_(),
        torch.tensor([True, False, True, False, False]),
    )
    (grad,) = pulled_back(watch_time_loss(z, some, uniform(rng, 5, high=9.0)), normal(rng), z)
    zero = torch.zeros(2, dtype=F64, requires_grad=True)
    (middle,) = pulled_back(watch_time_loss(zero, clicked[:2], secs[:2]), normal(rng), zero)
    return {
        "right, times 1e17": 1e17 * watch_time_loss(logit[2:], clicked[2:], secs[2:]),
        "right, plus 1": 1 + watch_time_loss(logit, clicked, secs),
        "wrong": watch_time_loss(logit, ~clicked, secs),
        "gradient": grad,
        "gradient at logits of 0": middle,
    }


@probe("watch_time_loss", points=1, public=False)
def served_values(expected_watch_time, rng):
    """Expected seconds at small and large logits, ±50 among them, and at one alone."""
    logit = normal(rng, 6, scale=3.0)
    far = expected_watch_time(torch.tensor([50.0, -50.0], dtype=F64)) * torch.tensor(
        [1e-21, 1e22], dtype=F64
    )
    return {
        "six": expected_watch_time(logit),
        "negated": expected_watch_time(-logit),
        "one": expected_watch_time(logit[:1]),
        "far": far,
    }


def wide_and_deep_params(rng, sizes, widths, pairs, hidden):
    """Crosses, tables, layers and head of a Wide & Deep, drawn anew."""
    layers, width = [], sum(widths)
    for size in hidden:
        layers.append((normal(rng, size, width), normal(rng, size)))
        width = size
    return {
        "wide": [normal(rng, sizes[a] * sizes[c]) for a, c in pairs],
        "tables": [normal(rng, V, d) for V, d in zip(sizes, widths, strict=True)],
        "layers": layers, "head": normal(rng, width), "bias": normal(rng),
    }  # fmt: skip


@probe("wide_and_deep_logit", points=2)
def wide_and_deep_by_pencil(cross_id, wide_and_deep_logit):
    """The two combined ids of the text, and its logit, with the example (2, 1) and with (1, 2)."""
    x = torch.tensor([[2, 1], [1, 2]])
    wide = torch.zeros(12, dtype=F64)
    wide[9] = 0.5
    params = {
        "wide": [wide], "tables": [torch.ones(3, 1, dtype=F64), torch.ones(4, 1, dtype=F64)],
        "layers": [(torch.tensor([[1.0, 0.5], [-2.0, -1.0]], dtype=F64), torch.zeros(2, dtype=F64))],
        "head": torch.tensor([0.5, 2.0], dtype=F64), "bias": torch.tensor(-0.25, dtype=F64),
    }  # fmt: skip
    return {
        "ids": cross_id(x[:, 0], x[:, 1], 4),
        "logits": wide_and_deep_logit(x, [(0, 1)], params),
    }


@probe("wide_and_deep_logit", points=3, public=False)
def logits_of_many_fields(wide_and_deep_logit, rng):
    """Three fields with two crosses, one of them backwards, no cross, no layers, a field crossed with itself, a batch of one."""
    sizes, widths = (4, 3, 5), (2, 1, 3)
    x = torch.stack([whole(rng, V, 7) for V in sizes], 1)
    x[0], x[1] = torch.tensor([3, 2, 4]), torch.tensor([0, 1, 2])
    found = {}
    for name, pairs, hidden in (
        ("two crosses", [(0, 1), (2, 0)], (4,)), ("no cross", [], (3, 2)), ("no layers", [(1, 2)], ()), ("itself", [(2, 2), (1, 0)], (2,)),
        ("square layers", [(0, 2)], (6, 6)),
    ):  # fmt: skip
        params = wide_and_deep_params(rng, sizes, widths, pairs, hidden)
        found[name] = wide_and_deep_logit(x, pairs, params)
        found[f"{name}, one row"] = wide_and_deep_logit(x[2:3], pairs, params)
        found[f"{name}, other bias"] = wide_and_deep_logit(
            x, pairs, params | {"bias": params["bias"] - 1.3}
        )
    params = wide_and_deep_params(rng, (4, 5), (2, 2), [(1, 0)], (3,))
    found["two fields"] = wide_and_deep_logit(x[:4, [0, 2]], [(1, 0)], params)
    return found


@probe("wide_and_deep_logit", points=1, public=False, compare=exact())
def ids_of_combinations(cross_id):
    """All combinations of fields with 3 and 5 ids, other bases, and fields of 100,000 ids."""
    a, c = torch.arange(3).repeat_interleave(5), torch.arange(5).repeat(3)
    many = cross_id(torch.tensor([70_001, 3]), torch.tensor([99_999, 5]), 100_003)
    return {
        "base 5": cross_id(a, c, 5),
        "base 7": cross_id(a, c, 7),
        "the other way round": cross_id(c, a, 3),
        "one": cross_id(a[9:10], c[9:10], 11),
        "many ids": many,
        "dtype": dtype_of(many),
    }


@probe("wide_and_deep_logit", points=1, public=False)
def wide_and_deep_in_float32(wide_and_deep_logit, rng):
    """Two fields in float32, and gradients to all parameters in float64."""
    pairs = [(0, 1)]
    params = wide_and_deep_params(rng, (3, 4), (2, 2), pairs, (3,))
    x = torch.tensor([[2, 3], [0, 1], [2, 3]])
    low = {k: [t.float() for t in v] if k in ("wide", "tables") else v for k, v in params.items()}
    low |= {
        "layers": [(W.float(), b.float()) for W, b in params["layers"]],
        "head": params["head"].float(),
        "bias": params["bias"].float(),
    }
    single = wide_and_deep_logit(x, pairs, low)
    ((W, b),) = params["layers"]
    inputs = [params["wide"][0], *params["tables"], W, b, params["head"], params["bias"]]
    for tensor in inputs:
        tensor.requires_grad_()
    grads = pulled_back(wide_and_deep_logit(x, pairs, params), normal(rng, 3), *inputs)
    return {"float32": single, "dtype": dtype_of(single)} | dict(
        zip(("wide", "table 0", "table 1", "W", "b", "head", "bias"), grads, strict=True)
    )
