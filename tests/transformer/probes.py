"""Graded tests of transformer; docs/authoring.md says how to write them."""

import math

import numpy as np
import torch

from dlcourse import close, exact, probe, raises

F64 = torch.float64


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def numbers(*rows):
    """A float64 tensor."""
    return torch.tensor(rows, dtype=F64)


def up_to(lengths, n):
    """True at the first positions of each row."""
    return torch.arange(n) < torch.tensor(lengths)[:, None]


def gradients(rng, outputs, inputs):
    """Gradients of a random combination of the outputs; None where no path leads back."""
    outputs = [o for o in outputs if o.requires_grad]
    if not outputs:
        return None
    total = sum((normal(rng, *o.shape).to(o.dtype) * o).sum() for o in outputs)
    return torch.autograd.grad(total, inputs, allow_unused=True)


def off_by(weights):
    """By how much rows of weights miss the sum 1, in units of 10^-11; float64 misses it by far less."""
    return (1e11 * (torch.as_tensor(weights).sum(-1) - 1)).round()


def dtypes(*results):
    """Names of the dtypes of arrays or tensors."""
    return [str(x.dtype).removeprefix("torch.") for x in results]


@probe("bahdanau_attention", points=3)
def three_positions_by_hand(bahdanau_attention):
    """The sentence of the text, alone and next to one without padding whose scores are 3, -3 and 0."""
    one, half = numbers([1.0]), math.log(2)
    s, H = numbers([half], [0.0]), half * numbers([[0.0], [-1.0], [5.0]], [[1.0], [-1.0], [0.0]])
    mask = torch.tensor([[True, True, False], [True, True, True]])
    v = torch.tensor([5.0], dtype=F64)
    return {
        "alone": bahdanau_attention(s[:1], H[:1], one, one, v, mask[:1]),
        "both": bahdanau_attention(s, H, one, one, v, mask),
    }


@probe("bahdanau_attention", points=3, public=False)
def a_batch_of_padded_sentences(bahdanau_attention, rng):
    """Three sentences of five, two and four words, sizes that are all equal, and the arguments after the call."""
    s, H = normal(rng, 2, 3).T, normal(rng, 3, 4, 5).transpose(1, 2)
    Ws, Wh, v, mask = normal(rng, 6, 2), normal(rng, 6, 4), normal(rng, 6), up_to([5, 2, 4], 5)
    contexts, weights = bahdanau_attention(s, H, Ws, Wh, v, mask)
    return {
        "three": (contexts, weights),
        "one": bahdanau_attention(s[1:2], H[1:2], Ws, Wh, v, mask[1:2]),
        "a single position": bahdanau_attention(s[:1], H[:1, :1], Ws, Wh, v, mask[:1, :1]),
        "all sizes equal": bahdanau_attention(*(normal(rng, *z) for z in ((3, 3), (3, 3, 3), (3, 3), (3, 3), (3,))), mask[:, 1:4]),
        "sums of the weights, off by": off_by(weights),
        "dtypes": dtypes(contexts, weights),
    }


@probe("bahdanau_attention", points=1, public=False)
def additive_scores_of_a_thousand(bahdanau_attention):
    """Scores of 1000 and of -3 000 000 000 in float32; equal ones; one position that may be read; dtypes."""
    s, v = torch.tensor([[1000.0, 0.0], [0.25, -1000.0]]), torch.tensor([1000.0, -700.0, 1.5])
    H = torch.tensor([[[0.0], [0.0], [1000.0], [2000.0]], [[3.0], [-1000.0], [0.5], [2.0]]])
    Ws, Wh = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), torch.tensor([[0.0], [0.0], [0.001]])
    mask = torch.tensor([[True, True, True, False], [False, False, True, False]])
    two = torch.tensor([[True, True, False, False], [True, True, True, False]])
    low = -3e9 * torch.tensor([[1.0], [1.1], [0.0], [-1.0]]).expand(2, 4, 1)  # far below what stands for -inf
    contexts, weights = bahdanau_attention(s, H, Ws, Wh, v, mask)
    return {
        "thousands": (contexts, weights),
        "all that may be read far below zero": bahdanau_attention(s, low / 3e9, 0 * Ws, 1000 * Wh, 3e9 * v.sign(), two),
        "dtypes": dtypes(contexts, weights),
    }


@probe("bahdanau_attention", points=2, public=False, compare=close(1e-4, 1e-5))
def gradients_through_additive_attention(bahdanau_attention, rng):
    """Autograd through contexts and weights, to all five tensors."""
    shapes = [(2, 3), (2, 4, 5), (6, 3), (6, 5), (6,)]
    inputs = [normal(rng, *shape).requires_grad_() for shape in shapes]
    return gradients(rng, bahdanau_attention(*inputs, up_to([4, 3], 4)), inputs)


@probe("luong_scores", points=2)
def three_scores_by_hand(luong_scores):
    """The scores of the text: dot (3, 2), general (1, -1, 2), concat (6, -6, 8.824)."""
    s, h = numbers([1.0, 2.0]), numbers([[1.0], [-1.0], [2.0]])
    W = math.log(2) * numbers([1.0, -0.5, 1.0])
    return {
        "dot": luong_scores(s, numbers([[3.0, 0.0], [0.0, 1.0]]), "dot"),
        "general": luong_scores(s, h, "general", numbers([3.0], [-1.0])),
        "concat": luong_scores(s, h, "concat", W, torch.tensor([10.0], dtype=F64)),
    }


@probe("luong_scores", points=1, compare=exact())
def windows_by_hand(local_window):
    """The windows of the text: 3 to 7 and 0 to 3 for D = 2, 2 to 3 for D = 1."""
    return local_window(torch.tensor([5.0, 1.0]), 8, 2), local_window(torch.tensor([2.6]), 8, 1)


@probe("luong_scores", points=2, public=False)
def three_scores_of_a_batch(luong_scores, rng):
    """States of different widths, a batch of three and a batch of one, a single position; dtypes."""
    s, H, same = normal(rng, 3, 2), normal(rng, 3, 6, 4), normal(rng, 6, 3, 2).transpose(0, 1)
    W, W_concat, v = normal(rng, 4, 2).T, normal(rng, 5, 6), normal(rng, 5)
    scores = {
        "dot": luong_scores(s, same, "dot"),
        "general": luong_scores(s, H, "general", W),
        "concat": luong_scores(s, H, "concat", W_concat, v),
    }
    return scores | {
        "dot, one sentence": luong_scores(s[:1], same[1:2], "dot"),
        "general, one sentence": luong_scores(s[:1], H[1:2], "general", W),
        "concat, one sentence": luong_scores(s[:1], H[1:2], "concat", W_concat, v),
        "general, one position": luong_scores(s[:1], H[1:2, :1], "general", W),
        "concat, one position": luong_scores(s[:1], H[1:2, :1], "concat", W_concat, v),
        "dtypes": dtypes(*scores.values()),
    }


@probe("luong_scores", points=1, public=False)
def scores_where_all_sizes_agree(luong_scores, rng):
    """As many sentences and positions as features, in both states and in the hidden layer."""
    s, H, W = normal(rng, 3, 3), normal(rng, 3, 3, 3), normal(rng, 3, 3)
    return (
        luong_scores(s, H, "dot"),
        luong_scores(s, H, "general", W),
        luong_scores(s, H, "concat", normal(rng, 6, 6), normal(rng, 6)),
    )


@probe("luong_scores", points=1, public=False)
def scores_of_a_thousand(luong_scores):
    """Entries of 1000 and -1000, in float32; dtypes."""
    s, H = torch.tensor([[1000.0, -2.0]]), torch.tensor([[[1000.0, 1.0], [-1000.0, 0.5], [0.0, 1000.0]]])
    W = torch.tensor([[1.0, 2.0], [0.5, -1000.0]])
    W_concat = torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 0.1, 0.0, 0.2]])
    scores = {
        "dot": luong_scores(s, H, "dot"),
        "general": luong_scores(s, H, "general", W),
        "concat": luong_scores(s, H, "concat", W_concat, torch.tensor([1000.0, -3.0])),
    }
    return scores | {"dtypes": dtypes(*scores.values())}


@probe("luong_scores", points=1, public=False, compare=close(1e-4, 1e-5))
def gradients_through_the_scores(luong_scores, rng):
    """Autograd through the three scores, to states and weights."""
    s, H, W, W_concat, v = (
        normal(rng, *shape).requires_grad_() for shape in [(2, 3), (2, 5, 3), (3, 3), (4, 6), (4,)]
    )
    return [
        gradients(rng, [luong_scores(s, H, "dot")], [s, H]),
        gradients(rng, [luong_scores(s, H, "general", W)], [s, H, W]),
        gradients(rng, [luong_scores(s, H, "concat", W_concat, v)], [s, H, W_concat, v]),
    ]


@probe("luong_scores", points=1, public=False)
def an_unknown_score(luong_scores):
    """Kinds of score that are none of the three, other spellings among them."""
    s, H, W = numbers([1.0, 2.0]), numbers([[3.0, 0.0], [0.0, 1.0]]), torch.eye(2, dtype=F64)
    return {kind: raises(luong_scores, s, H, kind, W) for kind in ("cosine", "Dot", "GENERAL", "dot ", "dots", "gen", "")}


@probe("luong_scores", points=2, public=False, compare=exact())
def windows_at_the_ends_and_between(local_window):
    """Windows of several widths with whole and other centres, at both ends and beyond; dtypes."""
    p = torch.tensor([0.0, 2.75, 6.0, 8.5, -4.0, 3.25, 2.5, 3.5, -2.25], dtype=F64)
    windows = {f"n = {n}, D = {D}": local_window(p, n, D) for n, D in ((7, 2), (9, 0), (5, 4), (7, 3), (1, 1))}
    single = local_window(p[3:4].float(), 9, 1)
    others = {
        "other centres, n = 7, D = 2": local_window(p.flip(0) + 1, 7, 2),
        "hardly off a position": local_window(torch.tensor([3 - 2**-14, 3 + 2**-14], dtype=F64), 7, 2),
    }
    return windows | others | {"one centre": single, "dtypes": dtypes(*windows.values(), single)}


@probe("scaled_dot_product_attention", points=3)
def one_query_by_hand(scaled_dot_product_attention):
    """The query of the text with the mask, and without it."""
    q = numbers([1.0, 1.0, 1.0, 1.0])
    K = numbers([1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, -1.0], [2.0, 2.0, 2.0, 2.0])
    V = numbers([1.0, 0.0], [0.0, 10.0], [7.0, 7.0])
    return {
        "masked": scaled_dot_product_attention(q, K, V, torch.tensor([[True, True, False]])),
        "all keys": scaled_dot_product_attention(q, K, V),
    }


@probe("scaled_dot_product_attention", points=2, public=False)
def any_number_of_batch_axes(scaled_dot_product_attention, rng):
    """Two, three and four axes, no mask, five queries and seven keys; a single key; dtypes."""
    Q, K, V = normal(rng, 2, 3, 4, 5).transpose(2, 3), normal(rng, 2, 3, 7, 4), normal(rng, 2, 3, 7, 6)
    output, weights = scaled_dot_product_attention(Q, K, V)
    return {
        "four axes": (output, weights),
        "three axes": scaled_dot_product_attention(Q[1], K[1], V[1]),
        "two axes": scaled_dot_product_attention(Q[1, 2], K[0, 2], V[1, 0]),
        "one query": scaled_dot_product_attention(Q[:1, :1, :1], K[:1, :1], V[:1, :1]),
        "one key": scaled_dot_product_attention(Q[:1, 0], K[:1, 0, :1], V[:1, 0, :1]),
        "sums of the weights, off by": off_by(weights),
        "width 1": scaled_dot_product_attention(Q[..., :1], K[..., :1], V[..., :1]),
        "dtypes": dtypes(output, weights),
    }


@probe("scaled_dot_product_attention", points=2, public=False)
def masks_of_every_shape(scaled_dot_product_attention, rng):
    """Masks by query and key, by sentence and key, by key, by everything; as many queries as keys; large values at forbidden keys."""
    Q, K, V = normal(rng, 2, 3, 4, 5), normal(rng, 2, 3, 6, 5), normal(rng, 2, 3, 6, 2)
    V[..., 5, :] = 1000.0
    triangle = torch.ones(4, 6, dtype=torch.bool).tril()
    padding = up_to([5, 2], 6)[:, None, None]
    anything = torch.from_numpy(rng.random((2, 3, 4, 6)) < 0.5)
    anything[..., 1] = True
    by_key = torch.tensor([False, True, True, False, True, False])
    masks = {"query and key": triangle, "sentence and key": padding, "everything": anything, "key": by_key}
    masks["a column for all keys"] = torch.ones(4, 1, dtype=torch.bool)
    found = {name: scaled_dot_product_attention(Q, K, V, mask) for name, mask in masks.items()}
    found["as many queries as keys"] = scaled_dot_product_attention(Q, K[..., :4, :], V[..., :4, :], triangle[:, :4])
    return found


@probe("scaled_dot_product_attention", points=1, public=False)
def dot_products_of_a_million(scaled_dot_product_attention):
    """Scores of a million and of minus ten thousand million in float32; equal ones; high ones forbidden; dtypes."""
    Q = torch.tensor([[1000.0, -1000.0, 0.5], [0.0, 0.25, -1.0]])
    K = torch.tensor([[1000.0, 0.0, 1.0], [1000.0, 0.0, 1.0], [-1000.0, 1000.0, 2.0], [0.0, -1000.0, 1000.0]])
    V = torch.tensor([[1.0, 2.0], [3.0, -4.0], [1000.0, 0.0], [0.5, -1000.0]])
    some = torch.tensor([[True, True, True, True], [False, True, True, False]])
    high = torch.tensor([[False, False, True, True], [True, True, False, True]])  # what is forbidden scores highest
    low = torch.tensor([[-1e5, 0.0], [0.0, -2e5]])
    below = torch.tensor([[1e5, 3e5], [2e5, 1e5], [4e5, 2e5], [3e5, 5e5]])  # scores of -1e10 and less
    few = torch.tensor([[False, True, True, False], [True, False, False, True]])
    output, weights = scaled_dot_product_attention(Q, K, V)
    return {
        "all keys": (output, weights),
        "some keys": scaled_dot_product_attention(Q, K, V, some),
        "the highest scores forbidden": scaled_dot_product_attention(Q, K, V, high),
        "all that is allowed far below zero": scaled_dot_product_attention(low, below, V, few),
        "dtypes": dtypes(output, weights),
    }


@probe("scaled_dot_product_attention", points=2, public=False, compare=close(1e-4, 1e-5))
def gradients_through_attention(scaled_dot_product_attention, rng):
    """Autograd through outputs and weights, to queries, keys and values."""
    inputs = [normal(rng, *shape).requires_grad_() for shape in [(2, 3, 4), (2, 5, 4), (2, 5, 6)]]
    mask = up_to([5, 3], 5)[:, None]
    return gradients(rng, scaled_dot_product_attention(*inputs, mask), inputs)


@probe("make_masks", points=3, compare=exact())
def masks_by_hand(make_masks):
    """The source and the target of the text."""
    return make_masks(torch.tensor([[5, 3, 0]]), torch.tensor([[1, 4, 0]]), 0)


@probe("make_masks", points=3, public=False, compare=exact())
def masks_of_a_batch(make_masks, rng):
    """Three sources of six and targets of four tokens; the padding's id is 5; dtypes."""
    src, tgt = (
        torch.from_numpy(rng.integers(0, 11, size=(3, 6))),
        torch.from_numpy(rng.integers(0, 11, (3, 4))),
    )
    src[0, 4:] = src[1, 1] = src[2, 5] = 5
    tgt[0, 3] = tgt[2, 1:] = 5
    src[:, 0], tgt[:, 0] = torch.tensor([0, 9, 4]), torch.tensor([6, 0, 2])
    src_mask, tgt_mask = make_masks(src, tgt, 5)
    return {
        "source": src_mask,
        "target": tgt_mask,
        "padded elsewhere": make_masks(src.roll(1, 0), tgt.roll(1, 0), 5),
        "dtypes": dtypes(src_mask, tgt_mask),
    }


@probe("make_masks", points=1, public=False, compare=exact())
def masks_without_padding(make_masks):
    """A batch of one without padding, a target of a single token, and ids of 0 that are no padding."""
    src, tgt = torch.tensor([[3, 0, 2, 7]]), torch.tensor([[4, 1, 0, 0, 6]])
    return {
        "no padding": make_masks(src, tgt, 9),
        "single tokens": make_masks(src[:, :1], tgt[:, :1], 1),
        "padding within": make_masks(src, tgt, 0),
    }


@probe("multi_head_attention", points=4)
def two_heads_by_hand(multi_head_attention):
    """The two heads of the text."""
    eye, Wo = torch.eye(2, dtype=F64), numbers([1.0, 1.0], [0.0, 10.0])
    q, k, v = numbers([[1.0, 2.0]]), numbers([[1.0, 0.0], [0.0, 2.0]]), numbers([[1.0, 3.0], [2.0, 5.0]])
    return multi_head_attention(q, k, v, eye, eye, eye, Wo, 2)


@probe("multi_head_attention", points=3, public=False)
def heads_of_several_widths(multi_head_attention, rng):
    """Width 12 with one, two, three and twelve heads, a batch of one, single tokens; dtypes."""
    q, k, v = normal(rng, 2, 12, 4).transpose(1, 2), normal(rng, 2, 5, 12), normal(rng, 2, 5, 12)
    Ws = [normal(rng, 12, 12, scale=0.5) for _ in range(4)]
    results = {f"{h} heads": multi_head_attention(q, k, v, *Ws, h) for h in (1, 2, 3, 12)}
    return results | {
        "batch of one": multi_head_attention(q[:1], k[:1], v[:1], *Ws, 4),
        "single tokens": multi_head_attention(q[:1, :1], k[:1, :1], v[:1, :1], *Ws, 3),
        "dtypes": dtypes(*results["3 heads"]),
    }


@probe("multi_head_attention", points=2, public=False)
def masks_for_all_heads_and_for_each(multi_head_attention, rng):
    """Padded keys, a mask that differs from head to head, and one for all sentences and heads."""
    q, k, v = normal(rng, 3, 4, 6), normal(rng, 3, 5, 6), normal(rng, 3, 5, 6)
    Ws = [normal(rng, 6, 6) for _ in range(4)]
    padding = up_to([5, 1, 3], 5)[:, None, None]
    each = torch.from_numpy(rng.random((3, 2, 4, 5)) < 0.5)
    each[..., 2] = True
    return {
        "padding": multi_head_attention(q, k, v, *Ws, 3, padding),
        "head by head": multi_head_attention(q, k, v, *Ws, 2, mask=each),
        "query and key": multi_head_attention(q, k, v, *Ws, 3, each[0, 0]),
    }


@probe("multi_head_attention", points=1, public=False)
def heads_with_large_numbers(multi_head_attention):
    """Tokens with entries of 1000 and -1000, in float32, with and without a mask; dtypes."""
    x = torch.tensor([[[1000.0, -1000.0, 1.0, 0.5], [1000.0, 1000.0, -2.0, 3.0], [0.0, -1000.0, 1.0, 1.0]]])
    W = torch.arange(16.0).reshape(4, 4) / 8 - 1
    Ws, mask = [W, torch.eye(4), W.T.contiguous(), W.flip(0)], torch.tensor([False, True, True])
    output, weights = multi_head_attention(x, x, x.flip(2), *Ws, 2)
    far = 1e3 * torch.tensor([[[9.0, 9, 9, 9], [-3, -3, -5, -5], [-4, -4, -4, -4]]])
    return {
        "without a mask": (output, weights),
        "with a mask": multi_head_attention(x, x, x.flip(2), *Ws, 2, mask),
        "all that is allowed far below zero": multi_head_attention(far.abs(), far, x, *[1e2 * torch.eye(4)] * 2, *Ws[2:], 2, mask),
        "dtypes": dtypes(output, weights),
    }


@probe("multi_head_attention", points=2, public=False, compare=close(1e-4, 1e-5))
def gradients_reach_every_matrix(multi_head_attention, rng):
    """Autograd through outputs and weights, to tokens and matrices."""
    shapes = [(2, 3, 6), (2, 5, 6), (2, 5, 6), (6, 6), (6, 6), (6, 6), (6, 6)]
    inputs = [normal(rng, *shape).requires_grad_() for shape in shapes]
    mask = up_to([4, 5], 5)[:, None, None]
    return gradients(rng, multi_head_attention(*inputs, 2, mask), inputs)


@probe("sinusoidal_positions", points=2)
def positions_by_hand(sinusoidal_positions):
    """Three positions of width 4, of which the text has the rows 0 and 2; two of width 6."""
    return {"width 4": sinusoidal_positions(3, 4), "width 6": sinusoidal_positions(2, 6)}


@probe("sinusoidal_positions", points=2, public=False)
def thirty_positions(sinusoidal_positions):
    """Thirty positions of width 10, and of width 6; dtypes."""
    tables = {f"width {d}": sinusoidal_positions(30, d) for d in (10, 6)}
    return tables | {"dtypes": dtypes(*tables.values())}


@probe("sinusoidal_positions", points=1, public=False)
def narrow_wide_and_single_positions(sinusoidal_positions):
    """Width 2, width 64, a single position, and the last of six thousand."""
    sizes = ((7, 2), (11, 64), (1, 6), (1, 2), (3, 6))
    found = {f"{n} of width {d}": sinusoidal_positions(n, d) for n, d in sizes}
    return found | {"the last of six thousand": sinusoidal_positions(6000, 2)[5997:]}


def random_layer(rng, D, d_ff, attentions):
    """Parameters of a layer, none of them trivial."""
    p = {a: {W: normal(rng, D, D, scale=0.5) for W in ("Wq", "Wk", "Wv", "Wo")} for a in attentions}
    p["feed_forward"] = {
        "W1": normal(rng, D, d_ff, scale=0.5),
        "b1": normal(rng, d_ff, scale=0.5),
        "W2": normal(rng, d_ff, D, scale=0.5),
        "b2": normal(rng, D, scale=0.5),
    }
    for i in range(len(attentions) + 1):
        p[f"norm{i + 1}"] = {"gain": 1 + normal(rng, D, scale=0.3), "bias": normal(rng, D, scale=0.3)}
    return p


def in_float32(p):
    """The same parameters in float32."""
    return {part: {name: t.float() for name, t in values.items()} for part, values in p.items()}


def turned_round(p):
    """The same parameters, the last one first."""
    return {part: dict(reversed(p[part].items())) for part in reversed(p)}


def tensors_of(p):
    """All tensors of a layer, in the order of their names, ready for autograd."""
    return [p[part][name].requires_grad_() for part in sorted(p) for name in sorted(p[part])]


@probe("encoder_layer", points=2)
def norm_by_hand(layer_norm):
    """The token (1, 3, 5, 7) of the text, and the same with gain = (1, 1, 2, 2), bias = (0, 10, 0, 10)."""
    x = numbers([1.0, 3.0, 5.0, 7.0])
    ones, zeros = torch.ones(4, dtype=F64), torch.zeros(4, dtype=F64)
    gain, bias = (
        torch.tensor([1.0, 1.0, 2.0, 2.0], dtype=F64),
        torch.tensor([0.0, 10.0, 0.0, 10.0], dtype=F64),
    )
    return layer_norm(x, ones, zeros), layer_norm(x, gain, bias)


@probe("encoder_layer", points=3)
def one_token_by_hand(feed_forward, encoder_layer):
    """The layer of the text with the token (1, 3), and with (-5, -1); its feed-forward network at (-1, 1) and (1, -1)."""
    eye, norm = (
        torch.eye(2, dtype=F64),
        {"gain": torch.ones(2, dtype=F64), "bias": torch.zeros(2, dtype=F64)},
    )
    ffn = {
        "W1": numbers([0.0], [4.0]),
        "b1": torch.zeros(1, dtype=F64),
        "W2": numbers([1.0, 0.0]),
        "b2": torch.zeros(2, dtype=F64),
    }
    p = {
        "self_attention": {"Wq": eye, "Wk": eye, "Wv": eye, "Wo": eye},
        "norm1": norm,
        "feed_forward": ffn,
        "norm2": norm,
    }
    mask = torch.ones(2, 1, 1, 1, dtype=torch.bool)
    return feed_forward(numbers([-1.0, 1.0], [1.0, -1.0]), **ffn), encoder_layer(
        numbers([[1.0, 3.0]], [[-5.0, -1.0]]), p, 1, mask
    )


@probe("encoder_layer", points=2, public=False)
def norms_of_any_rank(layer_norm, rng):
    """One, two, three and four axes with two values of eps; dtypes."""
    x, gain, bias = normal(rng, 2, 3, 5, 4).transpose(2, 3), normal(rng, 5), normal(rng, 5)
    x = 2 * x + 3
    results = {
        f"{t.dim()} axes": layer_norm(t, gain, bias) for t in (x, x[0], x[0, 1], x[1, 2, 3])
    }
    one = layer_norm(x[:1, :1, :1], gain, bias)
    return results | {
        "a single token": one,
        "eps = 0.5": layer_norm(x, gain, bias, 0.5),
        "eps = 2": layer_norm(x[1], gain, bias, eps=2.0),
        "dtypes": dtypes(one),
    }


@probe("encoder_layer", points=1, public=False)
def norms_of_nearly_equal_features(layer_norm):
    """Features that are equal or almost so, where eps matters; features of 1000 in float32; dtypes; gradients."""
    gain, bias = torch.tensor([1.0, 2.0, -1.0], dtype=F64), torch.tensor([0.5, 0.0, 3.0], dtype=F64)
    x = numbers([2.0, 2.0, 2.0], [0.0, 0.003, -0.001], [5.001, 5.0, 5.004])
    large = torch.tensor([[1000.0, -1000.0, 999.0], [0.0, 1000.0, 0.0]])
    far = torch.tensor([[1000.0, 1000.125, 1000.25, 1000.375], [-2000.25, -2000.0, -2000.5, -2000.25]])
    equal = x[:1].clone().requires_grad_()
    normed = layer_norm(large, gain.float(), bias.float())
    layer_norm(equal, gain, bias)[0, 1].backward()
    return {
        "nearly equal": layer_norm(x, gain, bias),
        "of 1000": normed,
        "far from zero and close together": layer_norm(far, torch.tensor([1.0, 2.0, -1.0, 3.0]), torch.zeros(4)),
        "gradient where features are equal": equal.grad,
        "dtypes": dtypes(normed),
    }


@probe("encoder_layer", points=1, public=False)
def networks_of_any_rank(feed_forward, rng):
    """The feed-forward network on one, two and three axes, a single token, large hidden units, and its gradients; dtypes."""
    x, W1, b1, W2, b2 = (normal(rng, *shape) for shape in [(2, 3, 4), (4, 6), (6,), (6, 4), (4,)])
    results = {f"{t.dim()} axes": feed_forward(t, W1, b1, W2, b2) for t in (x, x[1], x[0, 2])}
    single = feed_forward(*(t.float() for t in (x[:1, :1], W1, b1, W2, b2)))
    inputs = [t.clone().requires_grad_() for t in (x, W1, b1, W2, b2)]
    return results | {
        "a single token": single,
        "large hidden units": feed_forward(30 * x, W1, b1, W2, b2),
        "gradients": gradients(rng, [feed_forward(*inputs)], inputs),
        "dtypes": dtypes(results["3 axes"], single),
    }


@probe("encoder_layer", points=3, public=False)
def encoder_layers_of_padded_sentences(encoder_layer, rng):
    """Three sentences of five, one and three words, with two and three heads; one sentence; parameters in another order; dtypes."""
    x, p, mask = (
        normal(rng, 3, 5, 6),
        random_layer(rng, 6, 9, ["self_attention"]),
        up_to([5, 1, 3], 5)[:, None, None],
    )
    three, low = encoder_layer(x, p, 2, mask), in_float32(p)
    one = encoder_layer(x[2:].float(), low, 1, mask[2:])
    return {
        "three": three,
        "three, padded otherwise": encoder_layer(x, p, 2, mask.flip(0)),
        "three, another layer": encoder_layer(x, random_layer(rng, 6, 9, ["self_attention"]), 2, mask),
        "three, parameters in another order": encoder_layer(x, turned_round(p), 2, mask),
        "two": encoder_layer(x[1:], p, 3, mask[1:]),
        "one": one,
        "a single word": encoder_layer(x[:1, :1], p, 2, mask[:1, ..., :1]),
        "dtypes": dtypes(three, one),
    }


@probe("encoder_layer", points=2, public=False, compare=close(1e-4, 1e-5))
def gradients_through_an_encoder_layer(encoder_layer, rng):
    """Autograd through the layer, to the tokens and to all parameters."""
    x, p = normal(rng, 2, 3, 4).requires_grad_(), random_layer(rng, 4, 5, ["self_attention"])
    inputs = [x, *tensors_of(p)]
    return gradients(rng, [encoder_layer(x, p, 2, up_to([3, 2], 3)[:, None, None])], inputs)


def causal(lengths, m):
    """Target masks: earlier tokens that are not padding."""
    return torch.ones(m, m, dtype=torch.bool).tril() & up_to(lengths, m)[:, None, None]


@probe("decoder_layer", points=3)
def one_target_token_by_hand(decoder_layer, rng):
    """The token and the memory of the text; then a random layer on two padded sentences."""
    eye, zero = torch.eye(2, dtype=F64), torch.zeros(2, 2, dtype=F64)
    norm = {"gain": torch.ones(2, dtype=F64), "bias": torch.zeros(2, dtype=F64)}
    p = {
        "self_attention": {"Wq": eye, "Wk": eye, "Wv": zero, "Wo": eye},
        "cross_attention": {"Wq": eye, "Wk": eye, "Wv": eye, "Wo": eye},
        "feed_forward": {
            "W1": torch.ones(2, 3, dtype=F64),
            "b1": torch.zeros(3, dtype=F64),
            "W2": torch.zeros(3, 2, dtype=F64),
            "b2": torch.tensor([-1.0, 3.0], dtype=F64),
        },
        "norm1": norm,
        "norm2": norm,
        "norm3": norm,
    }
    memory = numbers([[5.0, 1.0], [5.0, 1.0], [-9.0, 9.0]])
    src_mask = torch.tensor([[[[True, True, False]]]])
    by_hand = decoder_layer(
        numbers([[1.0, 3.0]]), memory, p, 1, torch.ones(1, 1, 1, 1, dtype=torch.bool), src_mask
    )
    y, memory = normal(rng, 2, 3, 4), normal(rng, 2, 5, 4)
    p = random_layer(rng, 4, 6, ["self_attention", "cross_attention"])
    tgt_mask, src_mask = causal([3, 2], 3), up_to([3, 5], 5)[:, None, None]
    return {"by hand": by_hand, "padded": decoder_layer(y, memory, p, 2, tgt_mask, src_mask)}


@probe("decoder_layer", points=3, public=False)
def translations_of_padded_sentences(decoder_layer, rng):
    """Three targets of four and sources of five tokens, all padded; a batch of one, single tokens; dtypes."""
    y, memory, p = (
        normal(rng, 3, 4, 6),
        normal(rng, 3, 5, 6),
        random_layer(rng, 6, 7, ["self_attention", "cross_attention"]),
    )
    tgt_mask, src_mask = causal([2, 4, 3], 4), up_to([3, 5, 1], 5)[:, None, None]
    three = decoder_layer(y, memory, p, 3, tgt_mask, src_mask)
    one = decoder_layer(y[:1].float(), memory[:1].float(), in_float32(p), 2, tgt_mask[:1], src_mask[:1])
    return {
        "three": three,
        "three, other sources": decoder_layer(y, memory.flip(0), turned_round(p), 3, tgt_mask, src_mask.flip(0)),
        "one": one,
        "single tokens": decoder_layer(y[:1, :1], memory[:1, :1], p, 1, tgt_mask[:1, :, :1, :1], src_mask[:1, ..., :1]),
        "dtypes": dtypes(*three, *one),
    }


@probe("decoder_layer", points=2, public=False)
def source_as_long_as_the_target(decoder_layer, rng):
    """Three target and three source tokens, in two sentences."""
    y, memory, p = (
        normal(rng, 2, 3, 4),
        normal(rng, 2, 3, 4),
        random_layer(rng, 4, 6, ["self_attention", "cross_attention"]),
    )
    return decoder_layer(y, memory, p, 2, causal([3, 3], 3), up_to([3, 2], 3)[:, None, None])


@probe("decoder_layer", points=2, public=False, compare=close(1e-4, 1e-5))
def gradients_through_a_decoder_layer(decoder_layer, rng):
    """Autograd through tokens and weights, to target, memory and all parameters."""
    y, memory = normal(rng, 2, 3, 4).requires_grad_(), normal(rng, 2, 5, 4).requires_grad_()
    p = random_layer(rng, 4, 6, ["self_attention", "cross_attention"])
    inputs = [y, memory, *tensors_of(p)]
    return gradients(
        rng, decoder_layer(y, memory, p, 2, causal([3, 2], 3), up_to([2, 5], 5)[:, None, None]), inputs
    )


def filled(model, rng, scale=0.4):
    """The model with parameters drawn from rng."""
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            p.copy_(normal(rng, *p.shape, scale=scale) + name.endswith("gain"))
    return model


@probe("Transformer", points=1, compare=exact())
def parameters_by_hand(parameter_count):
    """The 640 parameters of the text; two layers of width 6 with 10 hidden units, for 7 and 5 tokens."""
    return {"text": parameter_count(10, 8, 4, 16, 1), "two layers": parameter_count(7, 5, 6, 10, 2)}


@probe("Transformer", points=2)
def embeddings_by_hand(Transformer):
    """Width 4, so the factor is 2: ids 1, 0, 1 with the rows (1, 2, 3, 4) for 0 and (0, 0, 0, 5) for 1."""
    model = Transformer(2, 3, 4, 2, 8, 1, 0)
    with torch.no_grad():
        model.src_embedding.weight.copy_(torch.tensor([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 5.0]]))
    return model.embed(model.src_embedding, torch.tensor([[1, 0, 1]]))


@probe("Transformer", points=3)
def a_model_of_one_mind(Transformer):
    """Equal logits everywhere: the losses, and what is written; then two sentences at once."""
    model = Transformer(9, 8, 4, 2, 8, 1, 0)
    src, tgt = torch.tensor([[5, 3, 8, 0]]), torch.tensor([[1, 7, 5, 2, 0, 0]])
    other = filled(Transformer(9, 8, 8, 2, 8, 1, 0), np.random.default_rng(1338), 0.6)  # decides clearly
    with torch.no_grad():
        other.output.bias[0] = -1000.0
        model.output.weight.zero_()
        equal = model.loss(src, tgt)
        model.output.bias.copy_(torch.tensor([0.0, 0, 0, 0, 0, 3, 0, 0]))
        return {
            "equal logits": equal,
            "fond of token 5": model.loss(src, tgt),
            "token 5 until max_len": model.greedy(src, 1, 2, 3),
            "token 5 is eos": model.greedy(src, 1, 5, 3),
            "two sentences, eos is 6": other.greedy(torch.tensor([[5, 3, 0, 0], [8, 2, 6, 4]]), 1, 6, 6),
        }


@probe("Transformer", points=2, public=False, compare=exact())
def parameters_of_other_models(parameter_count):
    """Six sizes, among them the paper's."""
    sizes = [
        (10_000, 10_000, 512, 2048, 2),
        (10_000, 10_000, 512, 2048, 6),
        (37, 5, 6, 10, 1),
        (5, 37, 6, 10, 4),
        (11, 13, 8, 3, 3),
        (1, 1, 2, 1, 5),
    ]
    return {str(size): parameter_count(*size) for size in sizes} | {
        "a whole number": isinstance(parameter_count(*sizes[2]), int | np.integer)
    }


@probe("Transformer", points=1, public=False)
def embeddings_of_two_tables(Transformer, rng):
    """Both tables, a batch of three, of one, and a single token; a model in float64; dtypes."""
    model = filled(Transformer(7, 5, 6, 3, 4, 1, 2), rng)
    ids = torch.tensor([[4, 2, 0, 1], [3, 3, 2, 2], [0, 1, 4, 4]])
    results = {
        "source": model.embed(model.src_embedding, ids),
        "target, batch of one": model.embed(model.tgt_embedding, ids[1:2]),
        "target, single tokens": model.embed(model.tgt_embedding, ids[:, :1]),
    }
    double = Transformer(7, 5, 6, 3, 4, 1, 2).double()
    results["in float64"] = filled(double, rng).embed(double.src_embedding, ids)
    return results | {"dtypes": dtypes(results["source"], results["in float64"])}


@probe("Transformer", points=3, public=False)
def logits_of_two_layers(Transformer, rng):
    """Two layers, sources of five and targets of four tokens, padding with the id 3; dtypes."""
    model = filled(Transformer(9, 6, 8, 2, 10, 2, 3), rng)
    src = torch.tensor([[8, 0, 5, 3, 3], [1, 2, 4, 6, 7], [6, 6, 0, 2, 3]])
    tgt_in = torch.tensor([[1, 4, 3, 3], [1, 0, 5, 2], [1, 5, 2, 3]])
    logits, weights = model(src, tgt_in)
    return {
        "logits": logits,
        "weights": weights,
        "other sources": model(src.flip(0), tgt_in),
        "dtypes": dtypes(logits, weights),
    }


@probe("Transformer", points=2, public=False)
def logits_of_three_layers_and_one(Transformer, rng):
    """Three layers with four heads and one layer with one head, for a batch of one without padding."""
    deep, flat = filled(Transformer(6, 7, 4, 4, 6, 3, 0), rng), filled(Transformer(6, 7, 6, 1, 3, 1, 0), rng)
    src, tgt_in = torch.tensor([[3, 5, 1]]), torch.tensor([[1, 2, 6, 4, 6]])
    return {
        "three layers": deep(src, tgt_in),
        "one layer": flat(src, tgt_in),
        "single tokens": flat(src[:, :1], tgt_in[:, :1]),
    }


@probe("Transformer", points=2, public=False)
def losses_of_padded_targets(Transformer, rng):
    """Targets of three to six tokens, together and each alone, padding with the id 4; logits of ±1000."""
    model = filled(Transformer(8, 7, 6, 2, 9, 1, 4), rng)
    src = torch.tensor([[7, 0, 5, 4], [1, 2, 4, 4], [6, 6, 0, 2]])
    tgt = torch.tensor([[1, 5, 2, 4, 4, 4], [1, 6, 0, 6, 3, 2], [1, 2, 4, 4, 4, 4]])
    alone = {f"{i} alone": model.loss(src[i : i + 1, : 2 + i], tgt[i : i + 1]) for i in range(3)}
    together, others = model.loss(src, tgt), model.loss(src.flip(0), tgt)
    with torch.no_grad():
        model.output.bias[2], model.output.bias[5] = 1000.0, -1000.0
    return alone | {"together": together, "other sources": others, "logits of 1000": model.loss(src, tgt), "dtypes": dtypes(together)}


@probe("Transformer", points=2, public=False, compare=close(1e-3, 1e-5))
def gradients_of_the_loss(Transformer, rng):
    """The gradients of the loss, and of the weights of cross-attention, in all parameters of two layers."""
    model = filled(Transformer(6, 5, 12, 3, 7, 2, 0), rng, 0.3)
    model.loss(
        torch.tensor([[3, 5, 1, 0], [2, 4, 4, 5]]), torch.tensor([[1, 3, 4, 2], [1, 4, 2, 0]])
    ).backward()
    results = {name: p.grad for name, p in sorted(model.named_parameters())}
    _, weights = model(torch.tensor([[3, 5, 1]]), torch.tensor([[1, 3]]))
    total = (normal(rng, *weights.shape).float() * weights).sum()
    tables = [model.src_embedding.weight, model.tgt_embedding.weight]
    return results | {"of the weights": torch.autograd.grad(total, tables) if total.requires_grad else None}


@probe("Transformer", points=4, public=False, compare=exact())
def writing_until_all_are_complete(Transformer):
    """Three models, four sources, five end tokens, few and many steps; padding that is written by choice."""
    src, written = torch.tensor([[8, 0, 5, 3], [1, 2, 4, 6], [6, 3, 3, 3], [7, 7, 7, 3]]), {}
    for seed in (648, 364):  # models that complete the sources at different steps, with clear decisions
        model = filled(Transformer(9, 6, 8, 2, 10, 1, 3), np.random.default_rng(seed), 0.6)
        with torch.no_grad():
            model.output.bias[3] = -1000.0  # padding is never written by choice
        for eos in (0, 1, 2, 4, 5):
            written[f"model {seed}, eos {eos}"] = model.greedy(src, 4 if eos == 1 else 1, eos, 7)
        written[f"model {seed}, eos 5, the last source first"] = model.greedy(src.flip(0), 1, 5, 7)
        written[f"model {seed}, one step"] = model.greedy(src[:1], 1, 5, 1)
        written[f"model {seed}, short sources"] = model.greedy(src[:3, :3], 4, 2, 3)
    fond_of_padding = filled(Transformer(9, 6, 8, 2, 10, 1, 3), np.random.default_rng(450), 0.6)
    written["padding by choice"] = fond_of_padding.greedy(src[:3], 1, 2, 6)
    written["padding by choice, alone"] = fond_of_padding.greedy(src[1:2], 1, 2, 6)
    with torch.no_grad():
        fond_of_padding.output.bias[3] = 1000.0
    written["nothing but padding"] = fond_of_padding.greedy(src[:2], 1, 2, 4)
    mode = "training" if fond_of_padding.training else "evaluation"
    return written | {"dtypes": dtypes(written["padding by choice"]), "mode after writing": mode}
